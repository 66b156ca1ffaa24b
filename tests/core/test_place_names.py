"""Name sets: what the evidence names is named in every language, and once."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import pytest

from sogdia.core.language import LANGUAGES, entries, language
from sogdia.core.shipped import shipped_folder

FILES = ("economies", "places", "posts", "zones")
SCRIPTS = {"ru": r"[А-Яа-яЁё]", "zh": r"[\u4e00-\u9fff]"}
UNNAMED: dict[str, frozenset[str]] = {"ru": frozenset(), "zh": frozenset()}
"""Ids without a settled name in a language; they are shown in English."""


def named() -> Iterator[tuple[str, dict[str, str]]]:
    """File and row of everything in the evidence that a map names."""
    for name in FILES:
        with (shipped_folder("evidence") / "entities" / f"{name}.csv").open(encoding="utf-8") as f:
            for row in csv.DictReader(f):
                yield name, row


@pytest.mark.parametrize("code", sorted(SCRIPTS))
def test_every_place_has_a_name_in_every_language(code: str) -> None:
    assert set(SCRIPTS) == set(LANGUAGES) - {"en"}
    known = {row["id"] for _, row in named()}
    countries = {
        row[key]
        for _, row in named()
        for key in ("country", "country_a", "country_b")
        if key in row
    }
    names = entries(code, "places")
    lacking = {i for i in known | countries if not re.search(SCRIPTS[code], str(names.get(i, "")))}
    assert len(known) > 700
    assert lacking == UNNAMED[code], f"no name in {code}: {sorted(lacking ^ UNNAMED[code])}"


def plain(name: str) -> str:
    """A name without what stands behind it in brackets."""
    return re.sub(r" ?[（(].*", "", name)


def test_a_name_that_lacks_is_shown_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOGDIA_STRICT_LANGUAGE")
    real = entries

    def without(code: str, catalog: str) -> dict[str, object]:
        return {k: v for k, v in real(code, catalog).items() if (code, k) != ("zh", "kz.almaty")}

    monkeypatch.setattr("sogdia.core.language.entries", without)
    assert language("zh").name("kz.almaty", "Almaty") == "Almaty"
    assert language("zh").catalog("places")["kz.almaty"].startswith("Almaty")


@pytest.mark.parametrize("code", sorted(SCRIPTS))
def test_a_post_is_called_as_its_places_are(code: str) -> None:
    """The two ends of a link named after its ends have their own names in it."""
    rows = list(named())
    names = {i: str(n) for i, n in entries(code, "places").items()}
    ids = {plain(row["name"]): row["id"] for file, row in rows if file == "places"}
    compared, other = 0, []
    for file, row in rows:
        ends = plain(row["name"]).split("-")
        if file != "posts" or len(ends) != 2 or not all(end in ids for end in ends):
            continue
        compared += 1
        ours = {end: plain(names[ids[end]]) for end in ends}
        other += [
            f"{row['id']}: {names[row['id']]}, {ours[e]}"
            for e in ends
            if ours[e] not in names[row["id"]]
        ]
    assert compared > 20
    assert not other
