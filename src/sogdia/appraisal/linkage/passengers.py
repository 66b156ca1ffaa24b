"""Passenger travel of two worlds: what it costs between zones, and what that does to visits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.linkage.contract import Asked, row
from sogdia.core.states import CHINA, FIVE
from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.models.people.solve_trips import cost_factor, gravity_shares
from sogdia.models.people.travel import Solved, TravelCosts, TravelModel, travel_costs

__all__ = ["Passengers", "passengers"]

READS = ("links", "crossings", "journeys")
"""Tables of a world a measure can set that move passengers."""

Floats = NDArray[np.float64]
_Ends = tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]
"""Zones of both ends of a pair of countries, and their masses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """Both sides at one value of an hour, USD of 2023."""

    hour: float
    before: Solved
    after: Solved


@dataclass(frozen=True, slots=True, kw_only=True)
class Passengers:
    """Travel of both sides.

    Attributes
    ----------
    factors : mapping of (origin, destination) to tuple of float
        What costs do to visits at every elasticity and value of an hour, the centre first; empty
        when nothing differs.
    rows : tuple of rows of `LINKAGE_INDICATOR`
    before, after : Table
        ``passenger_skim``.
    costs : TravelCosts
    """

    factors: Mapping[tuple[str, str], tuple[float, ...]]
    rows: tuple[Mapping[str, Any], ...]
    before: Table
    after: Table
    statuses: tuple[Status, ...]
    costs: TravelCosts


def passengers(asked: Asked) -> Passengers:
    """Solve both sides, where they differ at three values of an hour; else once.

    Raises
    ------
    InvalidInput
        When a parameter has no claim known by the date.
    """
    costs = travel_costs(asked.base, known_by=asked.before.known_by)
    model = TravelModel()
    first = model.prepare(asked.before, {})
    solved = model.solve(first)
    pairs = _pairs(asked, first.zones)
    if not asked.differ(*READS):
        skim = model.tabulate(first, solved)["passenger_skim"]
        same = (_Sides(hour=first.network.u, before=solved, after=solved),)
        return Passengers(
            factors={}, rows=tuple(_rows(asked, pairs, same, costs)), before=skim, after=skim,
            statuses=(solved.status,), costs=costs,
        )  # fmt: skip
    second = model.prepare(asked.after, {})
    other = model.solve(second)
    points = [_Sides(hour=first.network.u, before=solved, after=other)]
    for hour in (costs.hour.low, costs.hour.high):
        at = TravelModel(hour=hour)
        ends = [at.solve(at.prepare(w, {})) for w in (asked.before, asked.after)]
        points.append(_Sides(hour=hour, before=ends[0], after=ends[1]))
    return Passengers(
        factors=_factors(pairs, points, costs),
        rows=tuple(_rows(asked, pairs, points, costs)),
        before=model.tabulate(first, solved)["passenger_skim"],
        after=model.tabulate(second, other)["passenger_skim"],
        statuses=(solved.status, other.status),
        costs=costs,
    )


def _factors(
    pairs: Mapping[tuple[str, str], _Ends], points: Sequence[_Sides], costs: TravelCosts
) -> dict[tuple[str, str], tuple[float, ...]]:
    """What costs do to visits at every elasticity and value of an hour, the centre first."""
    theta = costs.elasticity
    found: dict[tuple[str, str], tuple[float, ...]] = {}
    for way, (i, j, m, n) in pairs.items():
        at = tuple(
            cost_factor(p.before.C[np.ix_(i, j)], p.after.C[np.ix_(i, j)], m, n, t)
            for p in points
            for t in (theta.central, theta.low, theta.high)
        )
        if np.isfinite(at).all():
            found[way] = at
    return found


def _pairs(asked: Asked, zones: tuple[str, ...]) -> dict[tuple[str, str], _Ends]:
    """Both ways between China and each of the five; masses are GDP."""
    country = {r["id"]: r["country"] for r in asked.before.zones.rows()}
    gdp = {r["id"]: r["gdp_usd2023_per_y"] or 0.0 for r in asked.before.zones.rows()}
    ends = {
        c: np.array([k for k, z in enumerate(zones) if country[z] == c], dtype=np.int64)
        for c in (CHINA, *FIVE)
    }
    mass = {c: np.array([gdp[zones[k]] for k in ends[c]]) for c in ends}
    ways = [way for s in FIVE for way in ((CHINA, s), (s, CHINA))]
    return {(a, b): (ends[a], ends[b], mass[a], mass[b]) for a, b in ways}


def _rows(
    asked: Asked,
    pairs: Mapping[tuple[str, str], _Ends],
    points: Sequence[_Sides],
    costs: TravelCosts,
) -> Iterator[Mapping[str, Any]]:
    """Means over zones, weighted by the trips of the baseline, so that the weights stay."""
    for state in FIVE:
        means = [_means(pairs[CHINA, state], p, costs.elasticity.central) for p in points]
        for variable, title, unit in (
            ("travel_time", "hours from China", "h"),
            ("travel_cost", "hours and fare from China, one way", "usd2023"),
        ):
            sides = [m[variable] for m in means]
            changes = [None if a is None or b is None else b - a for a, b in sides]
            known = [c for c in changes if c is not None]
            whole = len(known) == len(changes)
            yield row(
                asked.on, "people", "travel", variable, f"{CHINA}>{state}",
                f"passengers, cheapest way: {title}, mean over zones by trips", unit,
                before=sides[0][0], after=sides[0][1],
                low=min(known) if whole else None, high=max(known) if whole else None,
                basis="spans the value of an hour; no timetables",
            )  # fmt: skip


def _means(ends: _Ends, at: _Sides, theta: float) -> dict[str, tuple[float | None, float | None]]:
    """Hours and cost before and after; None where no pair of zones has a way on both sides."""
    i, j, m, n = ends
    C = [s.C[np.ix_(i, j)] for s in (at.before, at.after)]
    T = [s.T[np.ix_(i, j)] for s in (at.before, at.after)]
    both = np.isfinite(C[0]) & np.isfinite(C[1])
    if not both.any():
        return {"travel_time": (None, None), "travel_cost": (None, None)}
    q = gravity_shares(np.where(both, C[0], np.nan), m, n, theta)

    def mean(values: Floats, scale: float) -> float:
        return float(np.sum(q * np.where(both, values, 0.0))) * scale

    return {
        "travel_time": (mean(T[0], 1.0), mean(T[1], 1.0)),
        "travel_cost": (mean(C[0], at.hour), mean(C[1], at.hour)),
    }
