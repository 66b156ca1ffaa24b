"""Trips between zones: the trips of a pair of countries shared out by equation (5).

``trips_ij = A_d q_ij`` for every purpose that is counted, A_d from the table `person_trip` and the
costs in q from the table `passenger_skim`. Masses are GDP of the zones of the world given; both
sides of a comparison take the same one, so that shares move by costs alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.models.people.solve_trips import gravity_shares
from sogdia.models.people.tables import ZONE_TRIP
from sogdia.world.world import World

__all__ = ["ZoneTripModel"]

READS = frozenset({("zones", c) for c in ("id", "country", "gdp_usd2023_per_y")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Pairs of countries with a count; zones by position.

    Attributes
    ----------
    rows : tuple of dict
        Rows of `person_trip` that are counted, sorted.
    zones : mapping of str to tuple of str
        Zones by country, sorted.
    mass : mapping of str to (Z,) float64
        GDP of those zones, USD of 2023 a year; 0 where it is not known.
    without_gdp : tuple of str
        Zones of the counted pairs whose GDP is not known: they get no trips.
    C : mapping of (origin, destination) to (I, J) float64
        Least generalised time between zones of two countries, h; NaN no way.
    """

    rows: tuple[dict[str, Any], ...]
    zones: Mapping[str, tuple[str, ...]]
    mass: Mapping[str, NDArray[np.float64]]
    without_gdp: tuple[str, ...]
    C: Mapping[tuple[str, str], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Shares q of equation (5) by pair of countries; all NaN where no zones have a way."""

    q: Mapping[tuple[str, str], NDArray[np.float64]]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneTripModel:
    """Trips between zones. Holds its parameter.

    Attributes
    ----------
    elasticity : float
        theta.
    """

    elasticity: float
    name: str = "zone_trips"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset({"person_trip", "passenger_skim"})
    gives: frozenset[str] = frozenset({"zone_trip"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> Prepared:
        """Counted pairs, and the costs between their zones.

        Raises
        ------
        InvalidInput
            When a table is missing.
        """
        problems = ProblemList()
        for name in sorted(self.takes - set(tables)):
            problems.add(self.name, f"needs the table {name}")
        problems.raise_if_any()
        rows = tuple(
            sorted(
                (
                    r
                    for r in tables["person_trip"].rows()
                    if r["observed_persons_per_y"] is not None
                ),
                key=lambda r: (r["origin"], r["destination"], r["purpose"]),
            )
        )
        own = sorted(world.zones.rows(), key=lambda r: str(r["id"]))
        countries = {str(r["country"]) for r in own}
        zones = {c: tuple(str(r["id"]) for r in own if r["country"] == c) for c in countries}
        mass = {
            c: np.array([r["gdp_usd2023_per_y"] or 0.0 for r in own if r["country"] == c])
            for c in countries
        }
        skim = tables["passenger_skim"]
        cost = dict(
            zip(
                zip(skim["origin"], skim["destination"], strict=True), skim["generalised_h"],
                strict=True,
            )
        )  # fmt: skip
        pairs = {(str(r["origin"]), str(r["destination"])) for r in rows}
        C = {
            (a, b): np.array(
                [[cost.get((i, j), np.nan) for j in zones.get(b, ())] for i in zones.get(a, ())]
            ).reshape(len(zones.get(a, ())), len(zones.get(b, ())))
            for a, b in sorted(pairs)
        }
        named = {country for pair in pairs for country in pair}
        without = tuple(
            str(r["id"])
            for r in own
            if r["country"] in named and r["gdp_usd2023_per_y"] is None
        )  # fmt: skip
        return Prepared(rows=rows, zones=zones, mass=mass, without_gdp=without, C=C)

    def solve(self, problem: Prepared) -> Shared:
        """Equation (5) for every pair of countries."""
        q = {
            (a, b): gravity_shares(C, problem.mass[a], problem.mass[b], self.elasticity)
            for (a, b), C in problem.C.items()
        }
        lost = sorted(f"{a}>{b}" for (a, b), share in q.items() if np.isnan(share).all())
        said = [f"{', '.join(lost)}: no zones have a way, so null"] if lost else []
        if problem.without_gdp:
            said.append(f"{', '.join(problem.without_gdp)}: GDP not known, so no trips there")
        return Shared(
            q=q, status=Status(state="solved", of="trips between zones", message="; ".join(said))
        )

    def tabulate(self, problem: Prepared, solution: Shared) -> dict[str, Table]:
        """The table zone_trip: counted pairs and purposes only; null where the total is null."""
        columns: dict[str, list[Any]] = {name: [] for name in ZONE_TRIP.names}
        for row in problem.rows:
            a, b = str(row["origin"]), str(row["destination"])
            q = solution.q[a, b].ravel()
            count = len(q)
            columns["on"] += [row["on"]] * count
            columns["origin"] += [z for z in problem.zones[a] for _ in problem.zones[b]]
            columns["destination"] += list(problem.zones[b]) * len(problem.zones[a])
            columns["origin_country"] += [a] * count
            columns["destination_country"] += [b] * count
            columns["purpose"] += [row["purpose"]] * count
            for name in ("trips", "trips_low", "trips_high"):
                total = row[f"{name}_persons_per_y"]
                value = q * (np.nan if total is None else total)
                columns[f"{name}_persons_per_y"] += value.tolist()
        return {"zone_trip": Table.from_columns(ZONE_TRIP, columns)}
