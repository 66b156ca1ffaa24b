"""When a flow that grows reaches a capacity, and what plans of this kind have come to.

Symbols: F, flow of the base year; other, flow beside it that stays; K, capacity, in one unit; g,
growth a year; s, share of the capacity that counts as full.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["LAST_YEAR", "ReferenceClass", "first_year", "growth_to", "largest", "years_until"]

LAST_YEAR = 2040
"""Last year looked at, the last of the period modelled."""


def years_until(
    flow: ArrayLike,
    capacity: ArrayLike,
    growth: ArrayLike,
    *,
    full: float = 1.0,
    other: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Years from the base year until ``other + F (1 + g)^t = s K``.

    t = ln((s K - other) / F) / ln(1 + g), not below 0.

    Parameters
    ----------
    flow, capacity, other : (n,) float
        In one unit, 0 or more; NaN where not known.
    growth : (n,) float
        A year, above -1.

    Returns
    -------
    (n,) float64
        0 where it is full already; NaN where that never happens or cannot be said.
    """
    F, K, g, rest = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (flow, capacity, growth, other))
    )
    room = full * K - rest
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.log(room / F) / np.log1p(g)
    t = np.where((g > 0.0) & (F > 0.0) & np.isfinite(t), np.maximum(t, 0.0), np.nan)
    known = ~np.isnan(F + K + g + rest)
    return np.where(known & (room <= F), 0.0, np.where(known, t, np.nan))


def first_year(
    load: Callable[[int], float],
    capacity: Callable[[int], float | None],
    base: int,
    *,
    full: float = 1.0,
    last: int = LAST_YEAR,
) -> int | None:
    """The first calendar year from `base` on whose flow is `full` times the capacity or more.

    For a constant capacity and growth it is the base year and `years_until`, rounded up. None
    when that is after `last`, or no capacity is known.
    """
    for year in range(base, last + 1):
        K = capacity(year)
        # A flow that reaches its capacity exactly has reached it, whatever the last bit says.
        if K is not None and load(year) >= full * K * (1.0 - 1e-12):
            return year
    return None


def growth_to(flow: float, demand: float, years: int) -> float:
    """Growth a year that takes a flow to a demand."""
    return (demand / flow) ** (1.0 / years) - 1.0


def largest(load: Callable[[float], float], capacity: float, *, most: float = 1e4) -> float:
    """The largest factor x of the corridor's flow with ``load(x) <= capacity``.

    `load` must not fall. 0 where even nothing is too much; inf where `most` is not.
    """
    if load(0.0) > capacity:
        return 0.0
    if load(most) <= capacity:
        return np.inf
    low, high = 0.0, most
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if load(middle) <= capacity else (low, middle)
    return low


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceClass:
    """Outturn over plan of what was planned before.

    Attributes
    ----------
    ratios : tuple of float
        In rising order.
    years : tuple of int
        The years they are of, first and last.
    """

    ratios: tuple[float, ...]
    years: tuple[int, int]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]], corridor: str | None) -> ReferenceClass | None:
        """From rows of the registry corridor_plans; of every corridor where this one has none."""
        usable = [r for r in rows if r["class"] == "yes"]
        kept = [r for r in usable if r["corridor"] == corridor] or usable
        if not kept:
            return None
        years = [int(r["year"]) for r in kept]
        return cls(
            ratios=tuple(sorted(float(r["outturn"]) / float(r["planned"]) for r in kept)),
            years=(min(years), max(years)),
        )

    @property
    def band(self) -> tuple[float, float, float]:
        """Smallest, median and largest."""
        return self.ratios[0], float(np.median(self.ratios)), self.ratios[-1]
