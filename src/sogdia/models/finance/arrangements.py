"""Swap lines, bank offices and settlement in national currencies: dated, with what each changes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sogdia.core.errors import UnknownName
from sogdia.models.finance.ledger import EFFECTS, Entry

__all__ = ["Arrangement", "Standing", "arrangements"]

Standing = Literal["in force", "lapsed", "planned", "no end known", "no start known"]

RUNS = re.compile(r"(?<!\d)(?P<years>\d+) years")
LEAP_DAY = (2, 29)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """One arrangement as known on a date.

    Attributes
    ----------
    began, ends : date or None
        `ends` is the first day it no longer runs, from the term that was agreed; a renewal is an
        arrangement of its own. None: not known.
    standing : str
        "in force" and "lapsed" only where an end is known.
    amount_usd : float
        NaN when not known.
    effect : str
        What it changes in this model.
    """

    id: str
    began: date | None
    ends: date | None
    country: str
    kind: str
    party: str
    with_whom: str
    amount_usd: float
    terms: str
    standing: Standing
    effect: str
    confidence: str
    source: str


def arrangements(
    entries: Iterable[Entry], *, on: date, country: str | None = None
) -> tuple[Arrangement, ...]:
    """Every arrangement of the ledger begun by a date, the oldest first.

    Raises
    ------
    UnknownName
        When no arrangement is of that country.
    """
    held = [e for e in entries if e.kind in EFFECTS]
    countries = sorted({e.country for e in held})
    if country is not None and country not in countries:
        raise UnknownName("country with an arrangement", country, countries)
    chosen = [e for e in held if country in (None, e.country) and (e.date is None or e.date <= on)]
    return tuple(
        _arrangement(e, on) for e in sorted(chosen, key=lambda e: (e.date or date.min, e.id))
    )


def _arrangement(entry: Entry, on: date) -> Arrangement:
    found = RUNS.search(entry.terms.text)
    ends = None
    if found is not None and entry.date is not None:
        ends = _later(entry.date, int(found["years"]))
    standing: Standing = "no end known"
    if entry.date is None:
        standing = "no start known"
    elif "planned" in f"{entry.borrower} {entry.terms.text}".lower():
        standing = "planned"
    elif ends is not None:
        standing = "lapsed" if ends <= on else "in force"
    return Arrangement(
        id=entry.id, began=entry.date, ends=ends, country=entry.country, kind=entry.kind,
        party=entry.lender, with_whom=entry.borrower, amount_usd=entry.amount_usd,
        terms=entry.terms.text, standing=standing, effect=entry.effect,
        confidence=entry.confidence, source=entry.source,
    )  # fmt: skip


def _later(day: date, years: int) -> date:
    moved = day.year + years
    if (day.month, day.day) == LEAP_DAY:
        return date(moved, 3, 1)
    return day.replace(year=moved)
