"""The network as a passenger travels it: open links and connectors as directed arcs.

Every place and every zone is one node: a passenger changes between bus, train and aeroplane at a
place without a cost of its own, the wait being part of the hours on the ground. What an arc takes
comes from the table ``journeys``; it is said here once, for all models of passengers.

Symbols
-------
L_a : length of arc a, km
v_a : speed of freight on the link, km/h
r_k, f_k, w_k : of mode k, speed over that of freight; fare, USD of 2023 a km; hours on the ground
u : what an hour is worth, USD of 2023

Equations
---------
``tau_a = L_a / (v_a r_k) + w_k``, w of a flight, or of a border by road or rail; else no w
``phi_a = f_k L_a`` and ``c_a = tau_a + phi_a / u``
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList
from sogdia.world.network import ACCESS, LINE_HAUL
from sogdia.world.world import World

__all__ = [
    "LOCAL_KM_PER_H",
    "PASSENGER_MODES",
    "PASSENGER_NETWORK_READS",
    "PassengerNetwork",
    "passenger_network",
]

PASSENGER_MODES = ("road", "rail", "air")

LOCAL_KM_PER_H = 40.0
"""Assumed: from a place to the middle of its zone."""

ACCESS_AT_LEAST_H = 0.5
"""Assumed: within a city, to the bus, train or aeroplane; so that no arc is free."""

PASSENGER_NETWORK_READS = frozenset(
    {
        *(("links", c) for c in ("id", "mode", "from_place", "to_place", "crossing", "status",
                                 "length_km", "speed_km_per_h")),
        *(("crossings", c) for c in ("id", "towards", "status")),
        *(("connectors", c) for c in ("zone", "place", "length_km")),
        *(("zones", c) for c in ("id", "country")),
        *(("places", c) for c in ("id", "country")),
        *(("journeys", c) for c in ("id", "passenger_speed_ratio", "passenger_fare_usd2023_per_pkm",
                                    "ground_h", "passenger_time_value_usd2023_per_hour")),
    }
)  # fmt: skip
"""Columns of a world that the network is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassengerNetwork:
    """Nodes and arcs of passengers. ``E`` arcs; zones are the first nodes.

    Attributes
    ----------
    world : World
    zones : tuple of str
        Sorted.
    nodes : tuple of str
        Zones, then places.
    tail, head : (E,) int64
    kind : (E,) int64
        `LINE_HAUL` or `ACCESS` of `sogdia.world.network`.
    row : (E,) int64
        Row of links or of connectors, by kind.
    tau : (E,) float64
        Hours, h.
    phi : (E,) float64
        Fare, USD of 2023.
    u : float
        What an hour is worth in this world, USD of 2023.
    """

    world: World
    zones: tuple[str, ...]
    nodes: tuple[str, ...]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    kind: NDArray[np.int64]
    row: NDArray[np.int64]
    tau: NDArray[np.float64]
    phi: NDArray[np.float64]
    u: float

    def cost(self, u: float | None = None) -> NDArray[np.float64]:
        """Generalised time of the arcs, h, at what an hour is worth here or as given."""
        return self.tau + self.phi / (self.u if u is None else u)


def passenger_network(
    world: World,
    countries: Sequence[str],
    modes: Sequence[str] = PASSENGER_MODES,
    access_at_least_h: float = ACCESS_AT_LEAST_H,
) -> PassengerNetwork:
    """Open links whose border is open towards where they lead, and the connectors of zones.

    Parameters
    ----------
    countries : sequence of str
        Whose zones are ends of journeys; links of all countries are there.
    modes : sequence of str
        Of the links.
    access_at_least_h : float
        Hours between a zone and a place, however near.

    Raises
    ------
    InvalidInput
        When what a journey takes is not known.
    """
    takes = _journeys(world, modes)
    country = {r["id"]: r["country"] for r in world.places.rows()}
    zones = tuple(sorted(r["id"] for r in world.zones.rows() if r["country"] in countries))
    nodes = (*zones, *sorted(country))
    at = {name: i for i, name in enumerate(nodes)}
    shut = {(r["id"], r["towards"]) for r in world.crossings.rows() if r["status"] != "open"}
    arcs: list[tuple[int, int, int, int, float, float]] = []
    for row, r in _numbered(world.links.rows(), "id"):
        unknown = r["length_km"] is None or r["speed_km_per_h"] is None
        if r["mode"] not in modes or r["status"] != "open" or unknown:
            continue
        how = takes[r["mode"]]
        for a, b in ((r["from_place"], r["to_place"]), (r["to_place"], r["from_place"])):
            if (r["crossing"], country[b]) in shut:
                continue
            hours = r["length_km"] / (r["speed_km_per_h"] * how["passenger_speed_ratio"])
            waits = r["mode"] == "air" or country[a] != country[b]
            hours += how["ground_h"] if waits else 0.0
            fare = r["length_km"] * how["passenger_fare_usd2023_per_pkm"]
            arcs.append((at[a], at[b], LINE_HAUL, row, hours, fare))
    for row, r in _numbered(world.connectors.rows(), "zone", "place"):
        if r["zone"] in at and r["length_km"] is not None:
            hours = max(r["length_km"] / LOCAL_KM_PER_H, access_at_least_h)
            fare = r["length_km"] * takes["road"]["passenger_fare_usd2023_per_pkm"]
            zone, place = at[r["zone"]], at[r["place"]]
            arcs += [
                (zone, place, ACCESS, row, hours, fare),
                (place, zone, ACCESS, row, hours, fare),
            ]
    table = np.array(arcs, dtype=np.float64).reshape(-1, 6)
    tail, head, kind, rows = (table[:, k].astype(np.int64) for k in range(4))
    return PassengerNetwork(
        world=world, zones=zones, nodes=nodes, tail=tail, head=head, kind=kind, row=rows,
        tau=np.ascontiguousarray(table[:, 4]), phi=np.ascontiguousarray(table[:, 5]),
        u=float(takes["road"]["passenger_time_value_usd2023_per_hour"]),
    )  # fmt: skip


def _numbered(rows: Any, *keys: str) -> list[tuple[int, Any]]:
    """Rows with their numbers, in the order of their keys, so that it does not matter."""
    return sorted(enumerate(rows), key=lambda pair: tuple(str(pair[1][k]) for k in keys))


def _journeys(world: World, modes: Sequence[str]) -> dict[str, Any]:
    """What a journey takes by mode; road too, as that is how zones are reached."""
    takes = {r["id"]: r for r in world.journeys.rows()}
    problems = ProblemList()
    for mode in dict.fromkeys(("road", *modes)):
        missing = [n for n, v in takes[mode].items() if v is None] if mode in takes else ["all"]
        if missing:
            problems.add(
                f"journeys, {mode}", "what a journey takes is not known by that date",
                got=f"{', '.join(missing)}, known by {world.known_by}", fix="take a later date",
            )  # fmt: skip
    problems.raise_if_any()
    return takes
