"""Routes as a forwarder would say them: legs with hours, money and carbon dioxide."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.table import Table
from sogdia.models.transport.prepare import (
    BORDER_TIME,
    DISTANCE,
    EMISSION,
    MONEY,
    TIME,
    ArcCosts,
    dwell_samples,
)
from sogdia.models.transport.solve_routes import k_alternatives, pareto
from sogdia.world.network import ACCESS, BORDER, LINE_HAUL, Network

__all__ = ["Journey", "alternatives", "journey", "legs", "pareto_routes"]

PARETO_TOLERANCE = 0.02
"""Routes within 2 % of each other in money, time and CO2 are one choice to a forwarder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One route of one class from door to door.

    Attributes
    ----------
    arcs : (L,) int
    gencost, money : float
        USD of 2023 a tonne.
    time_h, time_p50_h, time_p90_h, border_h : float
    distance_km, emission_kgco2_per_t : float
    """

    arcs: NDArray[np.int64]
    gencost: float
    money: float
    time_h: float
    time_p50_h: float
    time_p90_h: float
    border_h: float
    distance_km: float
    emission_kgco2_per_t: float


def journey(costs: ArcCosts, arcs: NDArray[Any], samples: int, seed: int) -> Journey:
    """Totals of a route; its P50 and P90 from the sampled stops."""
    index = np.asarray(arcs, dtype=np.int64)
    sums = costs.fields[:, index].sum(axis=1)
    total = dwell_samples(costs, max(samples, 1), seed, index).sum(axis=1)
    p50, p90 = np.quantile(total, (0.5, 0.9), method="hazen") if len(index) else (0.0, 0.0)
    return Journey(
        arcs=index,
        gencost=float(costs.gencost[index].sum()),
        money=float(sums[MONEY]),
        time_h=float(sums[TIME]),
        time_p50_h=float(p50),
        time_p90_h=float(p90),
        border_h=float(sums[BORDER_TIME]),
        distance_km=float(sums[DISTANCE]),
        emission_kgco2_per_t=float(sums[EMISSION]),
    )


def alternatives(
    costs: ArcCosts,
    origin: str,
    destination: str,
    k: int,
    *,
    samples: int = 256,
    seed: int = 0,
    modes: Sequence[str] = (),
    avoid: Sequence[str] = (),
) -> list[Journey]:
    """Up to `k` routes that differ, the least-cost first; empty when there is no route.

    Parameters
    ----------
    origin, destination : str
        Names of doors without their side: a place or zone id, or a node such as
        ``kz.dostyk/rail-1520`` to begin or end inside the network.
    modes : sequence of str
        Line-haul modes allowed (``rail``), or services of one (``sea/caspian``); all when empty.
    avoid : sequence of str
        Countries (ISO3) no link of the route may begin or end in.
    """
    network = costs.network
    start, end = door(network, origin, "from"), door(network, destination, "to")
    cost = allowed(costs, modes, avoid)
    found = k_alternatives(
        costs.star, network.tail, cost, start, end, k, weight=overlap_weight(costs)
    )
    return [journey(costs, route.arcs, samples, seed) for route in found]


def pareto_routes(
    costs: ArcCosts, origin: str, destination: str, *, samples: int = 256, seed: int = 0
) -> list[Journey]:
    """Routes none of which beats another in money, time and CO2 all at once."""
    network = costs.network
    closed = np.isinf(costs.gencost)
    criteria = np.where(closed, np.inf, costs.fields[[MONEY, TIME, EMISSION]])
    found = pareto(
        costs.star,
        network.tail,
        criteria,
        door(network, origin, "from"),
        door(network, destination, "to"),
        epsilon=PARETO_TOLERANCE,
    )
    return [journey(costs, route.arcs, samples, seed) for route in found]


def door(network: Network, name: str, side: str) -> int:
    """Node a route begins (`from`) or ends (`to`) at."""
    return network.node(name if "/" in name else f"{side}:{name}")


def allowed(
    costs: ArcCosts, modes: Sequence[str] = (), avoid: Sequence[str] = ()
) -> NDArray[np.float64]:
    """Generalised cost with line-haul of other modes, or into avoided countries, closed."""
    if not modes and not avoid:
        return costs.gencost
    network = costs.network
    links = network.world.links
    country = _country(network)
    barred = np.zeros(len(links), dtype=np.bool_)
    if modes:
        service = np.array([str(t).removeprefix("mode:") for t in links["tariff"]])
        barred |= ~(np.isin(links["mode"].astype(str), modes) | np.isin(service, modes))
    for end in ("from_place", "to_place"):
        barred |= np.array([country[str(p)] in avoid for p in links[end]], dtype=np.bool_)
    hauls = network.kind == LINE_HAUL
    closed = np.zeros(len(hauls), dtype=np.bool_)
    closed[hauls] = barred[network.row[hauls]]
    return np.where(closed, np.inf, costs.gencost)


def overlap_weight(costs: ArcCosts) -> NDArray[np.float64]:
    """What makes two routes alike: kilometres, and a border counts as 250 of them."""
    border = np.where(costs.network.kind == BORDER, 250.0, 0.0)
    return costs.fields[DISTANCE] + border


def legs(costs: ArcCosts, arcs: NDArray[Any]) -> list[dict[str, Any]]:
    """The route as legs: line-haul of one mode in one country is one leg, every stop is one."""
    network = costs.network
    rows: list[dict[str, Any]] = []
    previous: tuple[str, str, str] | None = None
    for arc in (int(a) for a in arcs):
        told = _tell(network, arc)
        same = (told["kind"], told["mode"], told["country"])
        values = {
            "distance_km": float(costs.fields[DISTANCE, arc]),
            "time_h": float(costs.fields[TIME, arc]),
            "time_p50_h": float(costs.p50_h[arc]),
            "time_p90_h": float(costs.p90_h[arc]),
            "money_usd2023_per_t": float(costs.fields[MONEY, arc]),
            "gencost_usd2023_per_t": float(costs.gencost[arc]),
            "emission_kgco2_per_t": float(costs.fields[EMISSION, arc]),
        }
        if told["kind"] == "line-haul" and same == previous:
            leg = rows[-1]
            leg["to_place"] = told["to_place"]
            leg["entities"] += f";{told['entities']}"
            if told["name"] not in leg["name"]:
                leg["name"] += f"; {told['name']}"
            for key, value in values.items():
                leg[key] += value
        else:
            rows.append({**told, **values, "leg": len(rows) + 1})
        previous = same
    return rows


@functools.lru_cache(maxsize=8)
def _country_of(places: Table, zones: Table) -> dict[str, str]:
    return {
        str(i): str(c)
        for table in (places, zones)
        for i, c in zip(table["id"], table["country"], strict=True)
    }


def _country(network: Network) -> dict[str, str]:
    """Country of every place and zone."""
    return _country_of(network.world.places, network.world.zones)


def _tell(network: Network, arc: int) -> dict[str, Any]:
    """What one arc is, in the words of the world's tables."""
    world = network.world
    kind, row = int(network.kind[arc]), int(network.row[arc])
    tail, head = (network.nodes[int(n[arc])] for n in (network.tail, network.head))
    told: dict[str, Any] = {"entities": network.entities[arc], "mode": ""}
    if kind == LINE_HAUL:
        links = world.links
        layer = (tail if "/" in tail and not tail.startswith("border:") else head).rsplit("/", 1)[1]
        start = tail.split("/")[0]
        ends = (str(links["from_place"][row]), str(links["to_place"][row]))
        end = ends[1] if start == ends[0] else ends[0]
        country = str(_country(network)[start])
        return told | {
            "kind": "line-haul",
            "mode": layer.partition(">")[0],
            "from_place": start,
            "to_place": end,
            "name": str(links["name"][row]),
            "country": country,
        }
    if kind == BORDER:
        crossings = world.crossings
        place = head.split("/")[0]
        return told | {
            "kind": "border",
            "mode": str(crossings["mode"][row]),
            "from_place": place,
            "to_place": place,
            "name": str(crossings["name"][row]),
            "country": f"{crossings['leaving'][row]}-{crossings['towards'][row]}",
        }
    if kind == ACCESS:
        connectors = world.connectors
        zone, place = str(connectors["zone"][row]), str(connectors["place"][row])
        outward = tail.startswith("from:")
        return told | {
            "kind": "access",
            "mode": "road",
            "from_place": zone if outward else place,
            "to_place": place if outward else zone,
            "name": "local road",
            "country": str(_country(network)[zone]),
        }
    transfers = world.transfers
    place, what = str(transfers["place"][row]), str(transfers["kind"][row])
    return told | {
        "kind": "gauge-change" if what == "gauge-change" else "transfer",
        "from_place": place,
        "to_place": place,
        "name": transfer_name(
            what, str(transfers["from_layer"][row]), str(transfers["to_layer"][row])
        ),
        "country": str(_country(network)[place]),
    }


def transfer_name(kind: str, a: str, b: str) -> str:
    """A transfer in words."""
    if kind == "gauge-change":
        return f"gauge change {a.removeprefix('rail-')} to {b.removeprefix('rail-')} mm"
    plain = {"rail-1435": "rail", "rail-1520": "rail", "rail-1676": "rail"}
    if kind == "origin":
        return f"collection, loading and departure by {plain.get(b, b)}"
    if kind == "destination":
        return f"unloading, release and delivery from {plain.get(a, a)}"
    return f"transfer from {plain.get(a, a)} to {plain.get(b, b)}"


def route_rows(
    costs: ArcCosts,
    journeys: Sequence[Journey],
    *,
    on: date,
    origin: str,
    destination: str,
    commodity: str,
) -> list[dict[str, Any]]:
    """Rows of the table `route`."""
    return [
        {
            "on": on,
            "origin": origin,
            "destination": destination,
            "commodity": commodity,
            "alternative": number,
            **leg,
        }
        for number, found in enumerate(journeys, start=1)
        for leg in legs(costs, found.arcs)
    ]
