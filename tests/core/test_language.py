"""Languages: complete, well formed, and right in their plurals, numbers and dates."""

from __future__ import annotations

import re
import string
from datetime import date
from importlib import resources

import pytest

from sogdia.core import language as module
from sogdia.core.errors import UnknownName
from sogdia.core.language import CATALOGS, LANGUAGES, entries, language

BOTH = [(code, catalog) for code in LANGUAGES for catalog in CATALOGS]


@pytest.mark.parametrize("catalog", CATALOGS)
def test_no_key_is_missing_from_any_language(catalog: str) -> None:
    found = {code: set(entries(code, catalog)) for code in LANGUAGES}
    if catalog == "places" and not found["en"]:
        del found["en"]  # English names are those of the evidence
    everything = set().union(*found.values())
    for code, keys in found.items():
        assert not everything - keys, f"{catalog}.po in {code} lacks {sorted(everything - keys)}"


@pytest.mark.parametrize("catalog", CATALOGS)
def test_every_language_fills_in_the_same_values(catalog: str) -> None:
    def fields(entry: module.Entry) -> set[str]:
        texts = (entry,) if isinstance(entry, str) else entry
        return {name for t in texts for _, name, _, _ in string.Formatter().parse(t) if name}

    english = entries("en", catalog)
    for code in LANGUAGES[1:]:
        for key, entry in entries(code, catalog).items():
            if key in english:
                assert fields(entry) == fields(english[key]), (code, key)
                assert isinstance(entry, str) == isinstance(english[key], str), (code, key)


@pytest.mark.parametrize(("code", "catalog"), BOTH)
def test_no_key_is_twice_in_a_file_none_is_empty_or_fuzzy(code: str, catalog: str) -> None:
    file = resources.files("sogdia.core") / "languages" / code / f"{catalog}.po"
    if not file.is_file():
        assert entries(code, catalog) == {}
        return
    text = file.read_text("utf-8")
    keys = re.findall(r'^msgid "(.+)"$', text, flags=re.MULTILINE)
    assert len(keys) == len(set(keys)), sorted(k for k in set(keys) if keys.count(k) > 1)
    assert set(keys) == set(entries(code, catalog))


@pytest.mark.parametrize(("code", "script"), [("ru", r"[а-яё]"), ("zh", r"[\u4e00-\u9fff]")])
def test_the_report_is_translated_and_not_copied(code: str, script: str) -> None:
    english = entries("en", "report")
    left = [
        key
        for key, entry in entries(code, "report").items()
        if entry == english[key]
        and re.search(r"[a-z]{3}", words := re.sub(r"\{\w*\}", "", str(entry)).lower())
        and not re.search(script, words)
    ]  # fmt: skip
    assert left == [], left


def test_an_unknown_language_is_told_which_there_are() -> None:
    with pytest.raises(UnknownName, match=r"en \(English\), ru \(Русский\), zh \(中文\)"):
        language("de")
    with pytest.raises(UnknownName, match="interface, report, places"):
        language("en").catalog("poems")


def test_a_missing_key_is_english_at_run_time_and_raises_in_tests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = module.entries

    def lacking(code: str, catalog: str) -> object:
        return {"only": "Only {n}"} if code == "en" else real(code, "places") and {}

    monkeypatch.setattr(module, "entries", lacking)
    with pytest.raises(UnknownName, match="interface text in ru"):
        language("ru").text("interface", "only", n=2)
    monkeypatch.delenv("SOGDIA_STRICT_LANGUAGE")
    assert language("ru").text("interface", "only", n=1234) == "Only 1\u00a0234"
    assert language("ru").catalog("interface") == {"only": "Only {n}"}
    with pytest.raises(UnknownName):
        language("ru").text("interface", "neither")


@pytest.mark.parametrize(
    ("code", "forms", "told"),
    [
        ("en", ("one", "other"), {0: "other", 1: "one", 2: "other", 21: "other"}),
        (
            "ru",
            ("one", "few", "many"),
            {0: "many", 1: "one", 2: "few", 5: "many", 11: "many", 21: "one", 24: "few", 111: "many",
             1.5: "few"},
        ),
        ("zh", ("other",), {0: "other", 1: "other", 2: "other"}),
    ],
)  # fmt: skip
def test_plurals_of_cldr(
    code: str, forms: tuple[str, ...], told: dict[float, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "entries", lambda c, _: {"k": forms} if c == code else {})
    for n, form in told.items():
        assert language(code).text("interface", "k", n=n) == form, n
    catalog = language(code).catalog("interface")
    assert catalog["k"] == forms[-1]
    assert catalog["k#other"] == ("few" if code == "ru" else "other")
    assert all(catalog[f"k#{form}"] == form for form in forms)


@pytest.mark.parametrize(
    ("code", "big", "small", "share", "day"),
    [
        ("en", "1\u202f234\u202f567.5", "\u221212.30", "12.5%", "9 July 2031"),
        ("ru", "1\u00a0234\u00a0567,5", "\u221212,30", "12,5\u00a0%", "9 июля 2031"),
        ("zh", "1,234,567.5", "\u221212.30", "12.5%", "2031年7月9日"),
    ],
)
def test_numbers_and_dates(code: str, big: str, small: str, share: str, day: str) -> None:
    found = language(code)
    assert found.number(1234567.5) == big
    assert found.number(-12.3, 2) == small
    assert found.number(-1e-9) == "0" and found.number(-0.4, 0) == "0"
    assert found.number(1500, -2) == found.separated("1,500")
    assert found.percent(0.125) == share
    assert found.date(date(2031, 7, 9)) == day


def test_absent_is_a_word() -> None:
    for code, word in (("en", "unknown"), ("ru", "неизвестно"), ("zh", "未知")):
        found = language(code)
        assert found.number(None) == found.number(float("nan")) == found.percent(None) == word


def test_a_place_without_a_name_keeps_the_one_given() -> None:
    assert language("zh").name("nowhere", "Nowhere") == "Nowhere"
