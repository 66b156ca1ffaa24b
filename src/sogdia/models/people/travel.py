"""The model of passenger travel: the network of a world to hours and cost between zones.

Roads, railways and flights of the world carry passengers at the speed of the link times a ratio,
for a fare a kilometre. It says nothing of timetables, seats or seasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.estimate import Estimate
from sogdia.core.status import Status
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE
from sogdia.models.people.baseline import CHINA, STATES
from sogdia.models.people.solve_trips import Ways, least_costs
from sogdia.world.world import World

__all__ = ["PASSENGER_SKIM", "TravelCosts", "TravelModel", "travel_costs"]

PASSENGER_SKIM = Schema(
    "passenger_skim",
    (
        Column("on", "date"),
        Column("origin", title="zone"),
        Column("destination", title="zone"),
        Column("time_h", "number", title="along the way of least generalised time; null: no way"),
        Column("generalised_h", "number", title="hours, and the fare over the value of an hour"),
    ),
    ("on", "origin", "destination"),
)

READS = frozenset(
    {
        *(("links", c) for c in ("id", "mode", "from_place", "to_place", "crossing", "status",
                                 "length_km", "speed_km_per_h")),
        *(("crossings", c) for c in ("id", "towards", "status")),
        *(("connectors", c) for c in ("zone", "place", "length_km")),
        *(("zones", c) for c in ("id", "country")),
        *(("places", c) for c in ("id", "country")),
    }
)  # fmt: skip

MODES = ("road", "rail", "air")
LOCAL_KM_PER_H = 40.0
"""Assumed: from a place to the middle of its zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelCosts:
    """Parameters of a trip, for one passenger one way.

    Attributes
    ----------
    fare : mapping of str to Estimate
        By mode, USD of 2023 a kilometre.
    speed : mapping of str to Estimate
        By mode, over the line-haul speed of freight.
    hour : Estimate
        What an hour is worth, USD of 2023.
    border, airport : Estimate
        Hours at a border on land, and of a flight on the ground.
    elasticity : Estimate
        theta: centre, smallest and largest of the published.
    sources : tuple of str
    """

    fare: Mapping[str, Estimate]
    speed: Mapping[str, Estimate]
    hour: Estimate
    border: Estimate
    airport: Estimate
    elasticity: Estimate
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Arcs by position.

    Attributes
    ----------
    on : date
    zones : tuple of str
    nodes : int
        Zones first, then places.
    tail, head : (E,) int64
    c, tau : (E,) float64
    """

    on: date
    zones: tuple[str, ...]
    nodes: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    c: NDArray[np.float64]
    tau: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """Matrices between zones, h, and how it ended."""

    C: NDArray[np.float64]
    T: NDArray[np.float64]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelModel:
    """Hours and generalised time between the zones of China and the five. Holds its parameters."""

    costs: TravelCosts
    modes: tuple[str, ...] = MODES
    name: str = "travel"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset({"passenger_skim"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> Prepared:  # noqa: ARG002
        """Open links whose border is open, and connectors, as directed arcs."""
        country = {r["id"]: r["country"] for r in world.places.rows()}
        zones = tuple(
            sorted(r["id"] for r in world.zones.rows() if r["country"] in (CHINA, *STATES))
        )
        names = [*zones, *sorted(country)]
        place = {name: i for i, name in enumerate(names)}
        shut = {(r["id"], r["towards"]) for r in world.crossings.rows() if r["status"] != "open"}
        arcs: list[tuple[int, int, float, float]] = []
        for r in sorted(world.links.rows(), key=lambda r: str(r["id"])):
            if r["mode"] not in self.modes or r["status"] != "open":
                continue
            for a, b in ((r["from_place"], r["to_place"]), (r["to_place"], r["from_place"])):
                if (r["crossing"], country[b]) in shut:
                    continue
                hours = r["length_km"] / (r["speed_km_per_h"] * self.costs.speed[r["mode"]].central)
                hours += self.costs.airport.central if r["mode"] == "air" else 0.0
                crosses = country[a] != country[b] and r["mode"] != "air"
                hours += self.costs.border.central if crosses else 0.0
                fare = r["length_km"] * self.costs.fare[r["mode"]].central
                arcs.append((place[a], place[b], hours + fare / self.costs.hour.central, hours))
        for r in sorted(world.connectors.rows(), key=lambda r: (r["zone"], r["place"])):
            if r["zone"] in place:
                # Half an hour at the least, so that no arc is free.
                hours = max(r["length_km"] / LOCAL_KM_PER_H, 0.5)
                fare = r["length_km"] * self.costs.fare["road"].central
                cost = hours + fare / self.costs.hour.central
                zone, at = place[r["zone"]], place[r["place"]]
                arcs += [(zone, at, cost, hours), (at, zone, cost, hours)]
        table = np.array(arcs, dtype=np.float64).reshape(-1, 4)
        return Prepared(
            on=world.on, zones=zones, nodes=len(names),
            tail=table[:, 0].astype(np.int64), head=table[:, 1].astype(np.int64),
            c=np.ascontiguousarray(table[:, 2]), tau=np.ascontiguousarray(table[:, 3]),
        )  # fmt: skip

    def solve(self, problem: Prepared) -> Solved:
        """Least generalised time between all zones."""
        count = len(problem.zones)
        found: Ways = least_costs(
            problem.nodes, problem.tail, problem.head, problem.c, problem.tau,
            np.arange(count, dtype=np.int64),
        )  # fmt: skip
        C, T = found.C[:, :count], found.T[:, :count]
        lost = int(np.isnan(C).sum())
        return Solved(
            C=C, T=T,
            status=Status(
                state="solved", of=f"travel {problem.on}",
                message=f"{lost} pairs of zones have no way" if lost else "",
            ),
        )  # fmt: skip

    def tabulate(self, problem: Prepared, solution: Solved) -> dict[str, Table]:
        """The table passenger_skim, between China and the five only."""
        rows: list[dict[str, Any]] = [
            {
                "on": problem.on, "origin": a, "destination": b, "time_h": solution.T[i, j],
                "generalised_h": solution.C[i, j],
            }
            for i, a in enumerate(problem.zones)
            for j, b in enumerate(problem.zones)
            if a.startswith("zone:cn.") != b.startswith("zone:cn.")
        ]  # fmt: skip
        return {"passenger_skim": Table.from_rows(PASSENGER_SKIM, rows)}


def travel_costs(base: EvidenceBase, *, known_by: date = FAR_FUTURE) -> TravelCosts:
    """The parameters as the evidence has them; of rivals the first is the centre.

    Raises
    ------
    InvalidInput
        With every parameter that has no claim known by the date.
    """
    used: list[str] = []
    missing: list[Problem] = []

    def known(subject: str, variable: str) -> Estimate:
        values: list[Estimate] = []
        for claim in base.about(subject, variable):
            late = claim.stated_on is not None and claim.stated_on > known_by
            if isinstance(claim.value, Estimate) and not late:
                values.append(claim.value)
                used.append(claim.id)
        if not values:
            missing.append(
                Problem(
                    where=f"{subject} {variable}", what="has no claim known by that date",
                    got=known_by.isoformat(), fix="take a later date",
                )
            )  # fmt: skip
            return Estimate.exact(1.0)
        return Estimate(
            central=values[0].central, low=min(v.low for v in values),
            high=max(v.high for v in values), shape="uniform",
        )  # fmt: skip

    found = TravelCosts(
        fare={m: known(f"mode:{m}/passenger", "passenger_fare_usd2023_per_pkm") for m in MODES},
        speed={m: known(f"mode:{m}/passenger", "passenger_speed_ratio") for m in MODES},
        hour=known("WLD", "passenger_time_value_usd2023_per_hour"),
        border=known("WLD", "passenger_border_h"),
        airport=known("WLD", "passenger_airport_h"),
        elasticity=known("WLD", "trip_cost_elasticity"),
        sources=tuple(used),
    )
    if missing:
        raise InvalidInput(missing)
    return found
