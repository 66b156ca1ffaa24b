"""What registries say of one state and year: rows counted, and the visa regime in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.states import CHINA
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE
from sogdia.evidence.claim import day

__all__ = ["ease_of", "rows_counted", "visa_ease"]


RESERVED = frozenset({"date", "countries", "years", "except"})

EASE = {"closed": 0.0, "visa_required": 1.0, "evisa": 2.0, "visa_on_arrival": 2.0, "visa_free": 3.0, "joint_visa": 2.0}  # fmt: skip
"""A regime's place on a scale of ours; divided by 3."""


def rows_counted(
    base: EvidenceBase,
    names: str,
    rows: Mapping[str, str],
    country: str,
    year: int,
    *,
    known_by: date = FAR_FUTURE,
) -> tuple[str, ...]:
    """The ids of the rows that count for a country at the end of a year.

    Parameters
    ----------
    names : str
        Registries, joined by ``+``.
    rows : mapping
        ``date`` names the column of the date; ``countries`` is ``only`` (China and the country
        and no other), ``with`` (both among others), ``any`` (the country, China or not) or
        ``own`` (a registry with one country a row); ``years`` is ``all`` or how many years back,
        this one included; ``except`` lists ids. Any other name is a column and the words it may
        hold; ``column~text`` asks that the text is in it. A row without a date is not counted.
    """
    refused = frozenset(rows.get("except", "").split("|"))
    back = rows.get("years", "all")
    found: list[str] = []
    for name in names.split("+"):
        for row in base.registry(name.strip()):
            happened = _year(row[rows["date"]])
            if happened is None or happened > year or row["id"] in refused:
                continue
            begun = day(row[rows["date"]])
            if begun is not None and begun > known_by:
                continue
            if back != "all" and happened <= year - int(back):
                continue
            if _takes_part(row, rows["countries"], country) and _fits(row, rows):
                found.append(row["id"])
    return tuple(found)


def visa_ease(
    base: EvidenceBase,
    name: str,
    rows: Mapping[str, str],
    country: str,
    year: int,
    *,
    known_by: date = FAR_FUTURE,
) -> tuple[float | None, tuple[str, ...]]:
    """Mean ease of entry of both directions on 1 July, 0 to 1, and the rows it rests on.

    In each direction the easiest regime in force counts, and nothing when entry is closed. None
    where a direction has no row.
    """
    on = date(year, 7, 1)
    refused = frozenset(rows.get("except", "").split("|"))
    used: list[str] = []
    both: list[float] = []
    for origin, target in ((CHINA, country), (country, CHINA)):
        held = [
            row
            for row in base.registry(name)
            if row["id"] not in refused
            and row["status"] == "in_force"
            and origin in row["from_country"].split(";")
            and target in row["to_country"].split(";")
            and _holds(row["start_date"], row["end_date"], on)
            and (day(row["start_date"]) or date.min) <= known_by
        ]
        if not held:
            return None, ()
        best = max(held, key=lambda row: (row["regime"] == "closed", EASE[row["regime"]]))
        used.append(best["id"])
        both.append(EASE[best["regime"]] / 3.0)
    return sum(both) / 2.0, tuple(used)


def ease_of(
    regimes: Iterable[Mapping[str, Any]], rows: Mapping[str, str], country: str
) -> float | None:
    """Ease of entry as in `visa_ease`, of the regimes of a world: those in force on its date.

    A joint visa is an electronic one, and counts where nothing easier is in force.
    """
    refused = frozenset(rows.get("except", "").split("|"))
    held = [r for r in regimes if r["kind"] == "visa" and r["id"] not in refused]
    both: list[float] = []
    for origin, target in ((CHINA, country), (country, CHINA)):
        words = [
            str(r["regime"])
            for r in held
            if origin in str(r["from_country"]).split(";")
            and target in str(r["to_country"]).split(";")
        ]
        if not words:
            return None
        both.append(EASE[max(words, key=lambda w: (w == "closed", EASE[w]))] / 3.0)
    return sum(both) / 2.0


def _year(text: str) -> int | None:
    return int(text[:4]) if text else None


def _holds(start: str, end: str, on: date) -> bool:
    first, last = day(start), day(end, last=True)
    return (first is None or first <= on) and (last is None or on <= last)


def _takes_part(row: Mapping[str, str], how: str, country: str) -> bool:
    if how == "own":
        return row["country"] == country
    parties = frozenset(row["countries"].split(";"))
    if how == "only":
        return parties == frozenset({CHINA, country})
    if how == "with":
        return {CHINA, country} <= parties
    if how == "any":
        return country in parties
    raise InvalidInput(
        [
            Problem(
                where="index_tree.csv, rows", what="countries", got=how,
                allowed="only, with, any, own",
            )
        ]
    )  # fmt: skip


def _fits(row: Mapping[str, str], rows: Mapping[str, str]) -> bool:
    return all(_one_fits(row, name, asked) for name, asked in _asked(rows))


def _asked(rows: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return ((name, asked) for name, asked in rows.items() if name not in RESERVED)


def _one_fits(row: Mapping[str, str], name: str, asked: str) -> bool:
    if name.endswith("~"):
        return asked in row[name[:-1]]
    return row[name] in asked.split("|")
