"""How long a border crossing takes, from claims about the whole crossing or about its two sides.

The exit side of the country left and the entry side of the country entered are counted once each.
In order:

1. a side of this very post was measured for the date: the two sides are added, the other side
   from its country's average;
2. somebody gave the whole crossing for the date;
3. both countries share a customs union: the union's crossing;
4. the two countries' average sides are added, half a default crossing standing in for a country
   nobody measured.

A gauge change is never part of it: that is a transfer of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sogdia.core.estimate import Estimate
from sogdia.evidence.choose import Belief
from sogdia.world.world import Part, Spread

if TYPE_CHECKING:
    from sogdia.world.notebook import Notebook

__all__ = ["Z90", "CrossingDwell", "believed_dwell", "lognormal_mean", "lognormal_sigma"]

Z90 = 1.2815515655446004
"""Standard normal quantile at 0.90."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossingDwell:
    """Hours and fee of one direction of a crossing. None is unknown."""

    mean_h: float | None
    p50_h: float | None
    p90_h: float | None
    fee_usd2023_per_t: float | None


def lognormal_sigma(p90_over_p50: float) -> float:
    """Sigma of a lognormal from the ratio of its P90 to its P50."""
    return math.log(max(p90_over_p50, 1.0)) / Z90


def lognormal_mean(p50: float, p90_over_p50: float) -> float:
    """Mean of a lognormal with this median and P90/P50."""
    return p50 * math.exp(lognormal_sigma(p90_over_p50) ** 2 / 2)


@dataclass(slots=True)
class Sum:
    """Adds beliefs up to one value, remembering whose uncertainty is in it."""

    parts: list[Part]
    total: float = 0.0

    def add(self, belief: Belief, factor: float) -> None:
        """Add a belief times a factor."""
        value = belief.claim.value
        assert isinstance(value, Estimate)
        scaled = value.scaled(factor)
        self.total += scaled.central
        self.parts.append(Part(key=belief.claim.moves_with or belief.claim.id, estimate=scaled))


def believed_dwell(
    book: Notebook,
    crossing: str,
    mode: str,
    leaving: str,
    towards: str,
    union: str | None,
    row: int,
) -> CrossingDwell:
    """The dwell and fee of a directed crossing on the notebook's date, noted in its lineage."""
    entity = f"{crossing}>{towards}"
    default = f"border:default:{mode}"
    ratio_belief = book.first((entity, crossing, default), "dwell_p90_over_p50_ratio")
    ratio = ratio_belief.claim.number if ratio_belief is not None else 1.0
    hours = Sum([])
    sides = [
        (_side_subjects(crossing, mode, leaving, "out", towards)),
        (_side_subjects(crossing, mode, towards, "in", leaving)),
    ]
    own = [_covering(book, subjects[:2], "dwell_mean_h") for subjects in sides]
    whole = _covering(book, (entity, crossing), "dwell_p50_h", "dwell_mean_h")
    if any(own) or (whole is None and union is None):
        for measured, subjects in zip(own, sides, strict=True):
            belief = measured or book.first(subjects, "dwell_mean_h")
            _add_side(book, entity, belief, hours, mode, ratio)
    else:
        if whole is None:
            whole = book.believe(f"border:{union}:{mode}", "dwell_p50_h")
            p90 = book.believe(f"border:{union}:{mode}", "dwell_p90_h")
            if whole is not None and p90 is not None and whole.claim.number > 0:
                ratio = p90.claim.number / whole.claim.number
                ratio_belief = None
                book.note(entity, "dwell_p90_h", p90)
        if whole is not None:
            _add_whole(book, entity, whole, hours, mode, ratio)

    if ratio_belief is not None:
        book.note(entity, "dwell_p90_over_p50_ratio", ratio_belief)
    fee = _fee(book, entity, crossing, mode, leaving, towards, union, row)
    if not hours.parts:
        return CrossingDwell(mean_h=None, p50_h=None, p90_h=None, fee_usd2023_per_t=fee)
    book.spreads.append(
        Spread(table="crossings", column="dwell_mean_h", row=row, parts=tuple(hours.parts))
    )
    p50 = hours.total / lognormal_mean(1.0, ratio)
    return CrossingDwell(mean_h=hours.total, p50_h=p50, p90_h=p50 * ratio, fee_usd2023_per_t=fee)


def _side_subjects(
    crossing: str, mode: str, country: str, side: str, neighbour: str
) -> tuple[str, ...]:
    """Subjects of one side's dwell, this post's two first."""
    return (
        f"{crossing}@{country}/{side}",
        f"{crossing}@{country}/both",
        f"border:{country}:{mode}/{side}@{neighbour}",
        f"border:{country}:{mode}/{side}",
        f"border:{country}:{mode}/both@{neighbour}",
        f"border:{country}:{mode}/both",
    )


def _covering(book: Notebook, subjects: tuple[str, ...], *variables: str) -> Belief | None:
    """The first belief that covers the date itself."""
    for subject in subjects:
        for variable in variables:
            belief = book.believe(subject, variable)
            if belief is not None and not belief.carried:
                return belief
    return None


def _history(book: Notebook, belief: Belief, mode: str) -> float:
    """What a figure that does not cover an earlier date is multiplied by for that date."""
    undated = belief.claim.holds_from is None and belief.claim.holds_to is None
    if not (belief.carried or undated):
        return 1.0
    factor = book.believe(f"border:history:{mode}", "dwell_history_ratio")
    if factor is None or factor.carried:
        return 1.0
    book.note(f"border:history:{mode}", "dwell_history_ratio", factor)
    return factor.claim.number


def _add_side(
    book: Notebook, entity: str, belief: Belief | None, hours: Sum, mode: str, ratio: float
) -> None:
    if belief is not None:
        book.note(entity, "dwell_mean_h", belief)
        hours.add(belief, _history(book, belief, mode))
        return
    half = book.believe(f"border:default:{mode}", "dwell_p50_h")
    if half is not None:
        book.note(entity, "dwell_p50_h", half)
        hours.add(half, 0.5 * lognormal_mean(1.0, ratio) * _history(book, half, mode))


def _add_whole(
    book: Notebook, entity: str, belief: Belief, hours: Sum, mode: str, ratio: float
) -> None:
    book.note(entity, belief.claim.variable, belief)
    to_mean = lognormal_mean(1.0, ratio) if belief.claim.variable == "dwell_p50_h" else 1.0
    hours.add(belief, to_mean * _history(book, belief, mode))


def _fee(
    book: Notebook,
    entity: str,
    crossing: str,
    mode: str,
    leaving: str,
    towards: str,
    union: str | None,
    row: int,
) -> float | None:
    """Payments of the two sides, once each; nothing inside a union."""
    variable = "border_fee_usd2023_per_t"
    money = Sum([])
    if union is not None:
        belief = book.believe(f"border:{union}:{mode}", variable)
        if belief is not None:
            book.note(entity, variable, belief)
            money.add(belief, 1.0)
    else:
        for country, side, neighbour in ((leaving, "out", towards), (towards, "in", leaving)):
            belief = book.first(_side_subjects(crossing, mode, country, side, neighbour), variable)
            factor = 1.0
            if belief is None:
                belief, factor = book.believe(f"border:default:{mode}", variable), 0.5
            if belief is not None:
                book.note(entity, variable, belief)
                money.add(belief, factor)
    if not money.parts:
        return None
    book.spreads.append(
        Spread(table="crossings", column="fee_usd2023_per_t", row=row, parts=tuple(money.parts))
    )
    return money.total
