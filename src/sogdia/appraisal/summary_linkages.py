"""What an appraisal says of the five linkages: one table, and what does not change at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sogdia.appraisal.linkage.contract import LINKAGES, LinkageName
from sogdia.appraisal.run import Appraisal

__all__ = ["TITLES", "Indicator", "LinkagePart", "LinkageSummary", "summarise_linkages"]

TITLES: dict[LinkageName, str] = {
    "policy": "Policy communication",
    "facilities": "Facilities",
    "trade": "Trade",
    "finance": "Finance",
    "people": "People",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator before and after; None where it is not known.

    Attributes
    ----------
    low, high : float or None
        Band of the change.
    """

    part: str
    variable: str
    entity: str
    title: str
    unit: str
    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    basis: str
    headline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkagePart:
    """A part of a linkage and its indicators, those that change most in proportion first."""

    linkage: LinkageName
    part: str
    indicators: tuple[Indicator, ...]

    @property
    def untouched(self) -> bool:
        """True when every change is exactly zero, or of what neither side knows."""
        return all(
            i.change == 0.0 or (i.before is None and i.after is None) for i in self.indicators
        )

    def shown(self, count: int) -> tuple[Indicator, ...]:
        """Headlines first, then what changes most."""
        ranked = sorted(self.indicators, key=lambda i: (not i.headline, -_size(i)))
        moved = [i for i in ranked if i.change or (i.before is None) != (i.after is None)]
        return tuple(moved[:count] or ranked[:1])


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkageSummary:
    """All five linkages on one date.

    Attributes
    ----------
    not_asked : tuple of (str, str)
        Parts that were not asked, and why.
    """

    on: date
    parts: tuple[LinkagePart, ...]
    not_asked: tuple[tuple[str, str], ...]

    @property
    def untouched(self) -> tuple[LinkageName, ...]:
        """Linkages of which no part changes."""
        moved = {p.linkage for p in self.parts if not p.untouched}
        asked = {p.linkage for p in self.parts}
        return tuple(name for name in LINKAGES if name in asked - moved)


def summarise_linkages(appraisal: Appraisal, on: date | None = None) -> LinkageSummary | None:
    """The five linkages on one of an appraisal's dates, the last by default; None: not asked."""
    run = appraisal.run
    if "linkage_indicator" not in run:
        return None
    day = on if on is not None else run.manifest.dates[-1]
    gathered: dict[tuple[LinkageName, str], list[Indicator]] = {}
    for row in run["linkage_indicator"].rows():
        if row["on"] == day:
            gathered.setdefault((row["linkage"], row["part"]), []).append(_indicator(row))
    parts = [
        LinkagePart(
            linkage=linkage,
            part=part,
            indicators=tuple(sorted(found, key=lambda i: (not i.headline, -_size(i)))),
        )
        for (linkage, part), found in gathered.items()
    ]
    return LinkageSummary(
        on=day,
        parts=tuple(sorted(parts, key=lambda p: LINKAGES.index(p.linkage))),
        not_asked=tuple(_not_asked(appraisal, day)),
    )


def _not_asked(appraisal: Appraisal, day: date) -> Iterator[tuple[str, str]]:
    if "linkage_note" in appraisal.run:
        for row in appraisal.run["linkage_note"].rows():
            if row["on"] == day:
                yield str(row["part"]), str(row["why"])


def _indicator(row: dict[str, Any]) -> Indicator:
    return Indicator(
        part=row["part"],
        variable=row["variable"],
        entity=row["entity"],
        title=row["title"],
        unit=row["unit"],
        before=row["before_amount"],
        after=row["after_amount"],
        change=row["change_amount"],
        low=row["low_amount"],
        high=row["high_amount"],
        basis=row["basis"],
        headline=bool(row["headline"]),
    )


def _size(indicator: Indicator) -> float:
    """Change in proportion to the larger of both values, for ranking."""
    if not indicator.change:
        return 0.0
    return abs(indicator.change) / max(abs(indicator.before or 0.0), abs(indicator.after or 0.0))
