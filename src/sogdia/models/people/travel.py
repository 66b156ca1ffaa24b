"""The model of passenger travel: the network of a world to hours and cost between zones.

What an arc takes is said in `sogdia.world.passenger_network`. It says nothing of timetables, seats
or seasons.
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
from sogdia.core.states import CHINA, FIVE
from sogdia.core.status import Status
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE
from sogdia.models.people.solve_trips import Ways, least_costs
from sogdia.world.passenger_network import (
    PASSENGER_MODES,
    PASSENGER_NETWORK_READS,
    PassengerNetwork,
    passenger_network,
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelCosts:
    """How trips answer to what they cost. What a journey takes is in the world.

    Attributes
    ----------
    hour : Estimate
        What an hour is worth, USD of 2023: the band of results spans it.
    elasticity : Estimate
        theta: centre, smallest and largest of the published.
    scale : Estimate
        mu of the choice among ways, a pure number.
    sources : tuple of str
    """

    hour: Estimate
    elasticity: Estimate
    scale: Estimate
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Arcs by position.

    Attributes
    ----------
    on : date
    network : PassengerNetwork
    c : (E,) float64
        Generalised time of the arcs, h.
    """

    on: date
    network: PassengerNetwork
    c: NDArray[np.float64]

    @property
    def zones(self) -> tuple[str, ...]:
        """Zones of China and the five, the first nodes."""
        return self.network.zones


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """Matrices between zones, h, and how it ended."""

    C: NDArray[np.float64]
    T: NDArray[np.float64]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelModel:
    """Hours and generalised time between the zones of China and the five. Holds its options.

    Attributes
    ----------
    modes : tuple of str
        Of the links travelled.
    hour : float or None
        What an hour is worth, USD of 2023; None: as the world has it.
    """

    modes: tuple[str, ...] = PASSENGER_MODES
    hour: float | None = None
    name: str = "travel"
    reads: frozenset[tuple[str, str]] = PASSENGER_NETWORK_READS
    takes: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset({"passenger_skim"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> Prepared:  # noqa: ARG002
        """Open links whose border is open, and connectors, as directed arcs.

        Raises
        ------
        InvalidInput
            When what a journey takes is not known.
        """
        network = passenger_network(world, (CHINA, *FIVE), self.modes)
        return Prepared(on=world.on, network=network, c=network.cost(self.hour))

    def solve(self, problem: Prepared) -> Solved:
        """Least generalised time between all zones."""
        count = len(problem.zones)
        found: Ways = least_costs(
            len(problem.network.nodes), problem.network.tail, problem.network.head, problem.c,
            problem.network.tau,
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
    """How trips answer to costs, as claimed; of rivals the first is the centre.

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
        hour=known("WLD", "passenger_time_value_usd2023_per_hour"),
        elasticity=known("WLD", "trip_cost_elasticity"),
        scale=known("WLD", "passenger_choice_scale"),
        sources=tuple(used),
    )
    if missing:
        raise InvalidInput(missing)
    return found
