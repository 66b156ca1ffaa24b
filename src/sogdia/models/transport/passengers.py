"""Passengers on the network: which roads, railways, flights and posts the visits use.

Takes the table `zone_trip` and loads the visits, there and back. A visit counts every entry, so
tourism is a part of it and study a stock, and neither is loaded beside it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList
from sogdia.core.table import Table, null
from sogdia.models.transport.solve_passengers import PassengerLoad, load_passengers
from sogdia.models.transport.tables import PASSENGER_CROSSING, PASSENGER_FLOW
from sogdia.world.network import LINE_HAUL
from sogdia.world.passenger_network import (
    PASSENGER_NETWORK_READS,
    PassengerNetwork,
    passenger_network,
)
from sogdia.world.world import World

__all__ = ["LOADED", "PassengerModel", "PassengerProblem"]

LOADED = "visit"
"""The purpose that counts every entry once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassengerProblem:
    """The network, and visits by position.

    Attributes
    ----------
    network : PassengerNetwork
    pairs : tuple of (origin, destination)
        The `P` pairs of countries whose visits are known, sorted.
    unknown : tuple of (origin, destination)
        Pairs in the table whose visits are not known; they are not loaded.
    X : (P, Z, Z) float64
        Visitors there and visitors back, persons a year.
    """

    network: PassengerNetwork
    pairs: tuple[tuple[str, str], ...]
    unknown: tuple[tuple[str, str], ...]
    X: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassengerModel:
    """Passengers on links and at posts. Holds its options.

    Attributes
    ----------
    scale : float
        mu of `solve_passengers`: how much of a traveller's choice the cost decides.
    countries : tuple of str
        Whose zones journeys begin and end in.
    """

    scale: float
    countries: tuple[str, ...]
    name: str = "passengers"
    reads: frozenset[tuple[str, str]] = PASSENGER_NETWORK_READS
    takes: frozenset[str] = frozenset({"zone_trip"})
    gives: frozenset[str] = frozenset({"passenger_flow", "passenger_crossing"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> PassengerProblem:
        """Visits by zones, both ways.

        Raises
        ------
        InvalidInput
            When the table is missing, names a zone the world has not, or what a journey takes is
            not known.
        """
        problems = ProblemList()
        if "zone_trip" not in tables:
            problems.add(self.name, "needs the table zone_trip")
            problems.raise_if_any()
        network = passenger_network(world, self.countries)
        trips = tables["zone_trip"]
        chosen = np.flatnonzero(trips["purpose"] == LOADED)
        names = [
            (str(a), str(b))
            for a, b in zip(
                trips["origin_country"][chosen], trips["destination_country"][chosen], strict=True
            )
        ]
        persons = trips["trips_persons_per_y"][chosen]
        unknown = {pair for pair, x in zip(names, persons, strict=True) if np.isnan(x)}
        pairs = tuple(sorted(set(names) - unknown))
        place = {zone: i for i, zone in enumerate(network.zones)}
        ends = [trips[c][chosen] for c in ("origin", "destination")]
        for zone in sorted({str(z) for column in ends for z in column} - set(place)):
            problems.add(f"zone_trip, {zone}", "is no zone of these countries in this world")
        problems.raise_if_any()
        X = np.zeros((len(pairs), len(place), len(place)))
        number = {pair: p for p, pair in enumerate(pairs)}
        for pair, a, b, x in zip(names, *ends, persons, strict=True):
            if pair in number:
                i, j = place[str(a)], place[str(b)]
                X[number[pair], i, j] += x
                X[number[pair], j, i] += x
        return PassengerProblem(
            network=network, pairs=pairs, unknown=tuple(sorted(unknown)), X=X
        )  # fmt: skip

    def solve(self, problem: PassengerProblem) -> PassengerLoad:
        """Load the visits."""
        net = problem.network
        found = load_passengers(
            len(net.nodes), net.tail, net.head, net.cost(),
            np.arange(len(net.zones), dtype=np.int64), problem.X, self.scale,
        )  # fmt: skip
        said = [found.status.message] if found.status.message else []
        if problem.unknown:
            names = ", ".join(f"{a}>{b}" for a, b in problem.unknown)
            said.append(f"visits {names} are not known and not loaded")
        if not problem.pairs:
            said.append("no visits are known, so nothing is loaded")
        status = dataclasses.replace(
            found.status, of=f"passengers {net.world.on}", message="; ".join(said)
        )
        return dataclasses.replace(found, status=status)

    def tabulate(self, problem: PassengerProblem, solution: PassengerLoad) -> dict[str, Table]:
        """The tables passenger_flow and passenger_crossing."""
        return {
            "passenger_flow": Table.from_rows(PASSENGER_FLOW, list(_links(problem, solution))),
            "passenger_crossing": Table.from_rows(
                PASSENGER_CROSSING, list(_crossings(problem, solution))
            ),
        }


def _links(problem: PassengerProblem, solution: PassengerLoad) -> Iterator[dict[str, Any]]:
    net = problem.network
    links = net.world.links
    # Without a count what passes is not known; it is not nobody.
    total = solution.flow.sum(axis=0) if problem.pairs else np.full(len(net.tail), np.nan)
    for arc in np.flatnonzero(net.kind == LINE_HAUL).tolist():
        row = int(net.row[arc])
        yield {
            "on": net.world.on,
            "id": str(links["id"][row]),
            "from_place": net.nodes[net.tail[arc]],
            "to_place": net.nodes[net.head[arc]],
            "mode": str(links["mode"][row]),
            "flow_persons_per_y": null(total[arc]),
        }


def _crossings(problem: PassengerProblem, solution: PassengerLoad) -> Iterator[dict[str, Any]]:
    """Arcs between countries, by post or flight, direction and pair of countries."""
    net = problem.network
    links = net.world.links
    country = dict(zip(net.world.places["id"], net.world.places["country"], strict=True))
    found: dict[tuple[str, str, str, str], NDArray[np.float64]] = {}
    for arc in np.flatnonzero(net.kind == LINE_HAUL).tolist():
        row = int(net.row[arc])
        a, b = (str(country[net.nodes[end[arc]]]) for end in (net.tail, net.head))
        if a != b:
            name = str(links["crossing"][row] or links["id"][row])
            key = (name, a, b, str(links["mode"][row]))
            found[key] = found.get(key, 0.0) + solution.flow[:, arc]
    for (name, a, b, mode), flow in sorted(found.items(), key=lambda item: item[0]):
        for (origin, destination), x in zip(problem.pairs, flow.tolist(), strict=True):
            yield {
                "on": net.world.on, "id": name, "leaving": a, "towards": b, "mode": mode,
                "origin_country": origin, "destination_country": destination,
                "flow_persons_per_y": x,
            }  # fmt: skip
