"""Access to specialists by zone, with travel alone and with remote consultation.

For each zone of the five states and each speciality the nearest hospital at home that has it, and
the nearest in China, by generalised hours on the road, rail and air network of the world, with the
speeds and fares of `sogdia.world.passenger_network`; the mean over
specialities is weighted with the cases of the consultation queue. With remote consultation a
patient goes to the nearest connected hospital instead, when that is nearer:
``opinion = min(specialist at home, room)``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList
from sogdia.core.geodesy import great_circle_km
from sogdia.core.states import CHINA, FIVE
from sogdia.core.status import Status
from sogdia.core.table import Table, null
from sogdia.models.people.consult_question import CASE_SHARES
from sogdia.models.people.health_tables import HEALTH_ACCESS
from sogdia.models.people.health_travel import cheapest
from sogdia.world.passenger_network import (
    LOCAL_KM_PER_H,
    PASSENGER_NETWORK_READS,
    PassengerNetwork,
    passenger_network,
)
from sogdia.world.world import World

__all__ = ["Access", "HealthAccessModel", "Reach", "connected_zones", "specialities_of"]

READS = PASSENGER_NETWORK_READS | frozenset(
    {("zones", c) for c in ("id", "country", "city", "lat_deg", "lon_deg", "population_persons")}
    | {("places", c) for c in ("lat_deg", "lon_deg")}
    | {
        ("hospitals", c)
        for c in ("id", "country", "lat_deg", "lon_deg", "specialities", "telemedicine")
    }
    | {("consultations", c) for c in ("id", "hospitals_count")}
)

WORDS: Mapping[str, tuple[str, ...]] = {
    "internal medicine": ("internal",),
    "oncology": ("oncolog",),
    "cardiology": ("cardi", "heart"),
    "neurology": ("neurolog",),
    "surgery and orthopaedics": ("surg", "orthop", "transplant"),
    "paediatrics": ("paediatric", "childhood"),
    "ophthalmology": ("ophthalm", "blindness", "vitreoretinal"),
}
"""What says in the registry that a hospital has a speciality."""

EVERY = ("multidisciplinary", "general tertiary")
"""Assumed to have every speciality; "general" alone has none."""

DETOUR = 1.3
"""Assumed road over great circle from a hospital to the network, as for the zones."""

SAME_CITY_KM = 25.0
"""A hospital this near to a zone's centre is in its main city."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Zones, hospitals and legs by position.

    Attributes
    ----------
    zones, countries : tuple of str
        The Z zones of the five states, sorted.
    population : (Z,) float64
    ends : (M, 2) int64
    tau, f : (M,) float64
    u : float
        Symbols of `health_travel`.
    nodes : int
    zone_node : (Z,) int64
    hospital_node : (H,) int64
    hospital_country : tuple of str
    has : (H, P) bool
        Whether a hospital has a speciality.
    shares : (P,) float64
        Of cases.
    rooms : (R,) int64
        Nodes with a connected hospital.
    room_country : tuple of str
    connected : (Z,) bool
    """

    on: date
    zones: tuple[str, ...]
    countries: tuple[str, ...]
    population: NDArray[np.float64]
    ends: NDArray[np.int64]
    tau: NDArray[np.float64]
    f: NDArray[np.float64]
    u: float
    nodes: int
    zone_node: NDArray[np.int64]
    hospital_node: NDArray[np.int64]
    hospital_country: tuple[str, ...]
    has: NDArray[np.bool_]
    shares: NDArray[np.float64]
    rooms: NDArray[np.int64]
    room_country: tuple[str, ...]
    connected: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Hours and fares by zone, one way; infinite where no way leads.

    Attributes
    ----------
    travel_c, travel_h, travel_fare, china_h, china_fare : (Z,) float64
        Mean over cases; at home, and in China. ``_c``: generalised hours.
    site_h, site_fare : (Z,) float64
    opinion_c, opinion_h, opinion_fare : (Z,) float64
    status : Status
    """

    travel_c: NDArray[np.float64]
    travel_h: NDArray[np.float64]
    travel_fare: NDArray[np.float64]
    china_h: NDArray[np.float64]
    china_fare: NDArray[np.float64]
    site_h: NDArray[np.float64]
    site_fare: NDArray[np.float64]
    opinion_c: NDArray[np.float64]
    opinion_h: NDArray[np.float64]
    opinion_fare: NDArray[np.float64]
    status: Status


def specialities_of(text: str) -> tuple[str, ...]:
    """Specialities of `CASE_SHARES` that the words of a hospital stand for."""
    folded = text.casefold()
    if any(word in folded for word in EVERY):
        return tuple(WORDS)
    return tuple(name for name, words in WORDS.items() if any(w in folded for w in words))


def connected_zones(
    population: NDArray[np.float64], named: NDArray[np.bool_], sites: int, hospitals: float
) -> NDArray[np.bool_]:
    """Zones whose main city has a connected hospital.

    The hospitals with telemedicine that the registry names count first; what a network has beyond
    them stands in main cities without one, the most populous first. That is assumed, and the best
    case for access: no list of a network's hospitals is known.

    Parameters
    ----------
    population : (Z,) float64
    named : (Z,) bool
        Main cities with a named hospital.
    sites : int
        Named hospitals in all.
    hospitals : float
        Of the network.
    """
    found = named.copy()
    more = 0 if math.isnan(hospitals) else max(0, int(hospitals) - sites)
    order = np.argsort(-np.nan_to_num(population), kind="stable")
    without = [z for z in order if not named[z]]
    found[np.array(without[:more], dtype=np.int64)] = True
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthAccessModel:
    """Access to specialists in a world. Holds its parameters only.

    Attributes
    ----------
    states : tuple of str
        Whose zones are asked about.
    """

    states: tuple[str, ...] = tuple(FIVE)
    name: str = "health_access"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset({"health_access"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> Access:
        """Nodes and legs.

        Raises
        ------
        InvalidInput
            When there is no hospital, or what a journey takes is not known.
        """
        del tables
        problems = ProblemList()
        takes = {r["id"]: r for r in world.journeys.rows()}
        for mode in ("road", "rail", "air"):
            if mode not in takes or None in takes[mode].values():
                problems.add(f"journeys, {mode}", "what a journey takes is not known")
        if not len(world.hospitals):
            problems.add("health", "has no hospital", fix="give the table hospitals rows")
        problems.raise_if_any()
        zones = sorted(
            (z for z in world.zones.rows() if z["country"] in self.states), key=lambda z: z["id"]
        )
        hospitals = sorted(world.hospitals.rows(), key=lambda h: h["id"])
        places = sorted(world.places.rows(), key=lambda p: p["id"])
        at = {
            row["id"]: i for i, row in enumerate((*places, *zones, *hospitals))
        }  # ids of the three differ in their form
        # A patient in the city of a hospital is there.
        network = passenger_network(world, self.states, access_at_least_h=0.0)
        legs = _legs(network, at)
        reached = {e for a, b, *_ in legs for e in (a, b)}
        legs += [
            _local(at[name], node, km, takes)
            for name, node, km in _joins(hospitals, places, zones, at, reached)
        ]
        zone_node = np.array([at[z["id"]] for z in zones], dtype=np.int64)
        named = [h for h in hospitals if h["telemedicine"] == "yes" and h["country"] in self.states]
        near = np.array([[_km(h, z) <= SAME_CITY_KM for h in named] for z in zones], dtype=bool)
        population = np.array([_number(z["population_persons"]) for z in zones])
        counts: NDArray[np.float64] = world.consultations["hospitals_count"]
        connected = connected_zones(
            population,
            np.array([bool(row.any()) for row in near], dtype=bool),
            len(named),
            float(np.nansum(counts)),
        )
        rooms = [(at[h["id"]], h["country"]) for h in named]
        rooms += [
            (int(n), z["country"]) for n, z, c in zip(zone_node, zones, connected, strict=True) if c
        ]
        return Access(
            on=world.on,
            zones=tuple(z["id"] for z in zones),
            countries=tuple(z["country"] for z in zones),
            population=population,
            ends=np.array([leg[:2] for leg in legs], dtype=np.int64).reshape(-1, 2),
            tau=np.array([leg[2] for leg in legs], dtype=np.float64),
            f=np.array([leg[3] for leg in legs], dtype=np.float64),
            u=float(takes["road"]["passenger_time_value_usd2023_per_hour"]),
            nodes=len(at),
            zone_node=zone_node,
            hospital_node=np.array([at[h["id"]] for h in hospitals], dtype=np.int64),
            hospital_country=tuple(h["country"] for h in hospitals),
            has=np.array(
                [[n in specialities_of(h["specialities"] or "") for n in CASE_SHARES]
                 for h in hospitals],
                dtype=bool,
            ),
            shares=np.array(list(CASE_SHARES.values())),
            rooms=np.array([n for n, _ in rooms], dtype=np.int64),
            room_country=tuple(c for _, c in rooms),
            connected=connected,
        )  # fmt: skip

    def solve(self, problem: Access) -> Reach:
        """Nearest specialist of each speciality and nearest room, by zone."""
        ways = np.stack(
            cheapest(
                problem.ends, problem.tau, problem.f, problem.nodes, problem.zone_node, u=problem.u
            )
        )
        to_hospital = ways[:, :, problem.hospital_node]
        of_hospital = np.array(problem.hospital_country)[None, :]
        home = of_hospital == np.array(problem.countries)[:, None]
        china = np.broadcast_to(of_hospital == CHINA, home.shape)
        by_case, in_china = (
            np.stack(
                [
                    _nearest(to_hospital, where & problem.has[None, :, p])
                    for p in range(len(problem.shares))
                ],
                axis=2,
            )
            for where in (home, china)
        )
        own = np.array(problem.room_country)[None, :] == np.array(problem.countries)[:, None]
        site = _nearest(ways[:, :, problem.rooms], own)
        nearer = site[0][:, None] < by_case[0]
        opinion = np.where(nearer, site[:, :, None], by_case)
        travel, far, out = (x @ problem.shares for x in (by_case, in_china, opinion))
        return Reach(
            travel_c=travel[0], travel_h=travel[1], travel_fare=travel[2], china_h=far[1],
            china_fare=far[2], site_h=site[1], site_fare=site[2], opinion_c=out[0],
            opinion_h=out[1], opinion_fare=out[2],
            status=Status(state="solved", of=f"access to specialists, {problem.on}"),
        )  # fmt: skip

    def tabulate(self, problem: Access, solution: Reach) -> dict[str, Table]:
        """The table ``health_access``."""
        columns = {
            "travel_h": solution.travel_h, "travel_usd2023": solution.travel_fare,
            "china_h": solution.china_h, "china_usd2023": solution.china_fare,
            "site_h": solution.site_h,
            "site_usd2023": solution.site_fare, "opinion_h": solution.opinion_h,
            "opinion_usd2023": solution.opinion_fare,
        }  # fmt: skip
        return {
            "health_access": Table.from_rows(
                HEALTH_ACCESS,
                [
                    {
                        "on": problem.on, "zone": zone, "country": problem.countries[z],
                        "population_persons": null(problem.population[z]),
                        "connected": bool(problem.connected[z]),
                    }
                    | {
                        n: float(v[z]) if math.isfinite(v[z]) else None
                        for n, v in columns.items()
                    }
                    for z, zone in enumerate(problem.zones)
                ],
            )
        }  # fmt: skip


Leg = tuple[int, int, float, float]
Takes = Mapping[str, Mapping[str, Any]]
"""Rows of the table journeys by mode."""

FARE = "passenger_fare_usd2023_per_pkm"


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _legs(network: PassengerNetwork, at: Mapping[str, int]) -> list[Leg]:
    """Links and connectors that a patient can take both ways, once each."""
    there = {
        (k, r, a): e
        for e, (k, r, a) in enumerate(
            zip(network.kind.tolist(), network.row.tolist(), network.tail.tolist(), strict=True)
        )
    }
    ends = [at[name] for name in network.nodes]
    legs: list[Leg] = []
    for (kind, row, a), e in there.items():
        b = int(network.head[e])
        back = there.get((kind, row, b))
        if back is not None and e < back:
            legs.append((ends[a], ends[b], float(network.tau[e]), float(network.phi[e])))
    return legs


def _local(a: int, b: int, km: float, takes: Takes) -> Leg:
    """A leg by road that is no link."""
    return a, b, km / LOCAL_KM_PER_H, km * takes["road"][FARE]


def _km(a: Mapping[str, Any], b: Mapping[str, Any]) -> float:
    return float(great_circle_km(a["lat_deg"], a["lon_deg"], b["lat_deg"], b["lon_deg"]))


def _joins(
    hospitals: Sequence[Mapping[str, Any]],
    places: Sequence[Mapping[str, Any]],
    zones: Sequence[Mapping[str, Any]],
    at: Mapping[str, int],
    reached: set[int],
) -> list[tuple[str, int, float]]:
    """Where hospitals join the network: their city's zone, and the nearest place at home; km."""
    found: list[tuple[str, int, float]] = []
    for rows in (places, zones):
        kept = [r for r in rows if at[r["id"]] in reached]
        if not kept:
            continue
        lat, lon = (np.array([r[c] for r in kept]) for c in ("lat_deg", "lon_deg"))
        country = np.array([r["country"] for r in kept], dtype=object)
        for h in hospitals:
            km = great_circle_km(h["lat_deg"], h["lon_deg"], lat, lon)
            km = np.where(country == h["country"], km, np.inf)
            i = int(km.argmin())
            if math.isfinite(km[i]) and (rows is places or km[i] <= SAME_CITY_KM):
                # Within a city both lie at its centre, so that none is nearer by a coordinate.
                far = 0.0 if km[i] <= SAME_CITY_KM else DETOUR * float(km[i])
                found.append((str(h["id"]), at[kept[i]["id"]], far))
    return found


def _nearest(ways: NDArray[np.float64], allowed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(3, Z): generalised hours, hours and fare of the nearest of those allowed."""
    if ways.shape[2] == 0:
        return np.full(ways.shape[:2], np.inf)
    open_to = np.where(allowed, ways[0], np.inf)
    best = open_to.argmin(axis=1)
    zones = np.arange(len(best))
    there = np.isfinite(open_to[zones, best])
    return np.where(there, ways[:, zones, best], np.inf)
