"""The transport model: skims over all zones and routes between chosen pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.models.transport.prepare import ArcCosts, arc_costs, dwell_samples
from sogdia.models.transport.routes import Journey, alternatives, route_rows
from sogdia.models.transport.solve import skim, tree_quantiles, trees
from sogdia.models.transport.tables import NETWORK_MAP, ROUTE, SKIM
from sogdia.world.network import Network, network
from sogdia.world.world import World

__all__ = ["Pair", "TransportModel"]

READS = frozenset(
    (table, column)
    for table, columns in {
        "places": ("lat_deg", "lon_deg"),
        "links": ("length_km", "speed_km_per_h"),
        "crossings": (
            "dwell_mean_h", "dwell_p50_h", "dwell_p90_h", "fee_usd2023_per_t", "lat_deg", "lon_deg",
        ),
        "transfers": (
            "dwell_mean_h", "dwell_p50_h", "dwell_p90_h", "fee_usd2023_per_teu",
            "fee_usd2023_per_t",
        ),
        "tariffs": ("rate_usd2023_per_tkm", "emission_kgco2_per_tkm"),
        "connectors": ("length_km",),
        "classes": (
            "value_usd2023_per_t", "time_value_per_day_share", "loading_t_per_teu",
            "reliability_ratio", "rail_speed_ratio",
        ),
    }.items()
    for column in columns
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of doors whose routes are kept: place or zone ids, and a commodity class."""

    origin: str
    destination: str
    commodity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The network of a world and its arc costs, one a class."""

    network: Network
    costs: tuple[ArcCosts, ...]
    origins: NDArray[np.int64]
    destinations: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skims:
    """Skims of `C` classes over `Z` zones.

    Attributes
    ----------
    gencost : (C, Z, Z) float64
        NaN where there is no route.
    fields : (C, 5, Z, Z) float64
    quantiles : (C, 2, Z, Z) float64
        P50 and P90 of the door-to-door hours; NaN when they were not asked for.
    journeys : tuple of tuple of Journey
        Alternatives of each of the model's pairs, the least-cost first; empty without a route.
    """

    gencost: NDArray[np.float64]
    fields: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    journeys: tuple[tuple[Journey, ...], ...]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportModel:
    """Costs and routes. Holds its options and nothing else.

    Attributes
    ----------
    commodities : tuple of str
    pairs : tuple of Pair
        Whose routes are given leg by leg.
    k : int
        Alternatives a pair.
    samples : int
        Shipments sampled for P50 and P90; 0 leaves both out.
    seed : int
    """

    commodities: tuple[str, ...] = (
        "container-high-value", "container-general", "bulk", "perishables",
    )  # fmt: skip
    pairs: tuple[Pair, ...] = ()
    k: int = 1
    samples: int = 256
    seed: int = 0
    name: str = "transport"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset({"skim", "route", "network_map"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> Prepared:
        """Expand the network and price every arc for each class. Takes no other model's tables."""
        del tables
        net = network(world)
        costs: list[ArcCosts] = []
        for commodity in self.commodities:
            costs.append(arc_costs(net, commodity, costs[0].star if costs else None))
        return Prepared(
            network=net,
            costs=tuple(costs),
            origins=net.ends("from", net.zones),
            destinations=net.ends("to", net.zones),
        )

    def solve(self, problem: Prepared) -> Skims:
        """Least-cost paths between all zones for each class."""
        z = len(problem.origins)
        c = len(problem.costs)
        gencost, fields = np.empty((c, z, z)), np.empty((c, 5, z, z))
        quantiles = np.full((c, 2, z, z), np.nan)
        for i, costs in enumerate(problem.costs):
            found = skim(
                costs.star, costs.gencost, costs.fields, problem.origins, problem.destinations
            )
            gencost[i], fields[i] = found.cost, found.fields
            if self.samples:
                quantiles[i] = tree_quantiles(
                    trees(costs.star, costs.gencost, problem.origins),
                    problem.network.tail,
                    dwell_samples(costs, self.samples, self.seed),
                    problem.destinations,
                )
        lost = int(np.isnan(gencost).sum())
        message = f"{lost} of {gencost.size} pairs have no route" if lost else ""
        return Skims(
            gencost=gencost,
            fields=fields,
            quantiles=quantiles,
            journeys=tuple(tuple(self._alternatives(problem, pair)) for pair in self.pairs),
            status=Status(
                state="solved", message=message, of=f"transport {problem.network.world.on}"
            ),
        )

    def tabulate(self, problem: Prepared, solution: Skims) -> dict[str, Table]:
        """The tables skim, route and network_map."""
        return {
            "skim": self._skim(problem, solution),
            "route": Table.from_rows(ROUTE, self._routes(problem, solution)),
            "network_map": network_map(problem.network.world),
        }

    def _skim(self, problem: Prepared, solution: Skims) -> Table:
        zones = np.array(problem.network.zones, dtype=object)
        z, c = len(zones), len(self.commodities)
        off = ~np.eye(z, dtype=np.bool_)
        size = int(off.sum()) * c

        def spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return values[:, off].reshape(-1)

        f = solution.fields
        cost = spread(solution.gencost)
        between_zones = Table.from_columns(
            SKIM,
            {
                "on": [problem.network.world.on] * size,
                "origin": np.tile(np.repeat(zones, z).reshape(z, z)[off], c),
                "destination": np.tile(np.tile(zones, z).reshape(z, z)[off], c),
                "commodity": np.repeat(np.array(self.commodities, dtype=object), int(off.sum())),
                "reachable": ~np.isnan(cost),
                "gencost_usd2023_per_t": cost,
                "money_usd2023_per_t": spread(f[:, 0]),
                "time_h": spread(f[:, 1]),
                "time_p50_h": spread(solution.quantiles[:, 0]),
                "time_p90_h": spread(solution.quantiles[:, 1]),
                "border_h": spread(f[:, 2]),
                "distance_km": spread(f[:, 3]),
                "emission_kgco2_per_t": spread(f[:, 4]),
            },
        )
        chosen = Table.from_rows(SKIM, self._chosen(problem, solution))
        return Table(SKIM, pa.concat_tables([between_zones.arrow, chosen.arrow]).combine_chunks())

    def _chosen(self, problem: Prepared, solution: Skims) -> Iterator[dict[str, Any]]:
        """Rows of the chosen pairs that are not a pair of zones."""
        zones = set(problem.network.zones)
        for pair, found in zip(self.pairs, solution.journeys, strict=True):
            if pair.origin in zones and pair.destination in zones:
                continue
            here = {
                "on": problem.network.world.on,
                "origin": pair.origin,
                "destination": pair.destination,
                "commodity": pair.commodity,
            }
            if not found:
                yield {**here, "reachable": False}
                continue
            best = found[0]
            yield {
                **here,
                "reachable": True,
                "gencost_usd2023_per_t": best.gencost,
                "money_usd2023_per_t": best.money,
                "time_h": best.time_h,
                "time_p50_h": best.time_p50_h,
                "time_p90_h": best.time_p90_h,
                "border_h": best.border_h,
                "distance_km": best.distance_km,
                "emission_kgco2_per_t": best.emission_kgco2_per_t,
            }

    def _alternatives(self, problem: Prepared, pair: Pair) -> list[Journey]:
        costs = problem.costs[self.commodities.index(pair.commodity)]
        return alternatives(
            costs, pair.origin, pair.destination, self.k, samples=self.samples, seed=self.seed
        )

    def _routes(self, problem: Prepared, solution: Skims) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for pair, found in zip(self.pairs, solution.journeys, strict=True):
            rows += route_rows(
                problem.costs[self.commodities.index(pair.commodity)], found,
                on=problem.network.world.on, origin=pair.origin, destination=pair.destination,
                commodity=pair.commodity,
            )  # fmt: skip
        return rows


def network_map(world: World) -> Table:
    """Links and crossings with positions, for maps and exports."""
    at = world.places.index()
    lat, lon = world.places["lat_deg"], world.places["lon_deg"]
    links = world.links
    rows: list[dict[str, Any]] = []
    for link in links.rows():
        i, j = at[link["from_place"]], at[link["to_place"]]
        rows.append(
            {
                "on": world.on,
                "kind": "link",
                "from_lat_deg": lat[i],
                "from_lon_deg": lon[i],
                "to_lat_deg": lat[j],
                "to_lon_deg": lon[j],
                **{
                    name: link[name]
                    for name in (
                        "id", "mode", "gauges", "name", "status", "from_place", "to_place",
                        "length_km", "speed_km_per_h",
                    )
                },
            }
        )  # fmt: skip
    seen: dict[str, list[dict[str, Any]]] = {}
    for crossing in world.crossings.rows():
        seen.setdefault(crossing["id"], []).append(crossing)
    for crossing_id, ways in seen.items():
        first = ways[0]
        closed = sum(w["status"] == "closed" for w in ways)
        rows.append(
            {
                "on": world.on,
                "id": crossing_id,
                "kind": "crossing",
                "mode": first["mode"],
                "name": first["name"],
                "status": ("open", "one-way", "closed")[closed],
                "from_lat_deg": first["lat_deg"],
                "from_lon_deg": first["lon_deg"],
                "to_lat_deg": first["lat_deg"],
                "to_lon_deg": first["lon_deg"],
                "dwell_mean_h": float(np.mean([w["dwell_mean_h"] for w in ways])),
            }
        )
    return Table.from_rows(NETWORK_MAP, rows)
