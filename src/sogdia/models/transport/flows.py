"""Freight on the network: how much each link and post carries, by which way, at what cost.

Demand comes from the trade of the world (`sogdia.models.transport.generation`), the way from a
choice between road, rail, ocean and anything (`mode_choice`), and the route of each way from a
recursive choice on efficient arcs (`solve_choice`), which has no loops. Waits at posts are those of
the world; the loop with queues and trade is closed by the appraisal.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.models.transport.carried import Carried, FlowProblem, Flows, carried
from sogdia.models.transport.generation import FreightDemand, freight_demand
from sogdia.models.transport.loads import transfer_flow
from sogdia.models.transport.mode_choice import (
    MODES,
    alternative_costs,
    choice_shares,
    mode_of_arcs,
)
from sogdia.models.transport.model import READS as COSTS_READ
from sogdia.models.transport.prepare import DISTANCE, ArcCosts, arc_costs
from sogdia.models.transport.solve import skim
from sogdia.models.transport.solve_choice import Choice, load
from sogdia.models.transport.solve_contract import Contraction, contract
from sogdia.models.transport.solve_efficient import efficient_arcs
from sogdia.models.transport.solve_graph import Demand, Graph
from sogdia.models.transport.tables import CROSSING_FLOW, LINK_FLOW, MODE_SHARE, TRADE_COST
from sogdia.world.economies import Variant
from sogdia.world.network import ACCESS, BORDER, LINE_HAUL, Network, network
from sogdia.world.world import World

__all__ = ["FlowModel", "contraction_of", "routed"]

FADE = 0.1
"""Share of its cost that an arc gains towards the destination from where it counts in full."""

DOOR_KM = 15.0
"""Road added at either door, in the choice of routes alone. The door in a zone's own city has no
length and no cost, and an arc without cost cannot fade: it came and went with all its traffic. As
every route has two doors, no route is dearer for it than another."""

DOOR_TARIFF = "mode:road/default"

READS = COSTS_READ | frozenset(
    (table, column)
    for table, columns in {
        "zones": ("gdp_usd2023_per_y",),
        "trade": (
            "reconciled_usd2023_per_y", "exporter_report_usd2023_per_y",
            "importer_report_usd2023_per_y",
        ),
        "freight": ("off_network_value_share", "class_value_share", "value_usd2023_per_t"),
        "freight_ends": ("class_origin_share", "class_destination_share"),
        "vehicles": ("load_t", "train_load_teu"),
        "choice": ("mode_scale", "route_scale", "ocean_factor"),
        "crossings": ("capacity_per_day",),
        "links": ("capacity_trains_per_day", "capacity_t_per_y", "capacity_teu_per_y"),
        "transfers": ("capacity_per_day", "capacity_teu_per_y", "capacity_t_per_y"),
    }.items()
    for column in columns
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowModel:
    """Freight flows. Holds its options and nothing else.

    Attributes
    ----------
    commodities : tuple of str
    variant : {"reconciled", "china", "partner"}
        Whose report of trade is loaded.
    with_links : bool
        False leaves out the loading of links and posts and the modes; costs and shares remain.
    """

    commodities: tuple[str, ...] = (
        "container-high-value", "container-general", "bulk", "perishables",
    )  # fmt: skip
    variant: Variant = "reconciled"
    with_links: bool = True
    name: str = "flows"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset(
        {"link_flow", "crossing_flow", "transfer_flow", "mode_share", "trade_cost"}
    )

    def prepare(self, world: World, tables: Mapping[str, Table]) -> FlowProblem:
        """Expand the network, price it for each class and way, and generate the demand.

        A table ``trade_change`` (exporter, importer, change_ratio), when there is one, scales the
        trade of its pairs.
        """
        ratio = _changes(tables.get("trade_change"))
        net = network(world)
        return self.problem(net, freight_demand(
            world, self.commodities, variant=self.variant, ratio=ratio
        ))  # fmt: skip

    def problem(self, net: Network, demand: FreightDemand) -> FlowProblem:
        """A problem of a network and a demand that are there already."""
        choice = net.world.choice
        costs: list[ArcCosts] = []
        for commodity in self.commodities:
            costs.append(arc_costs(net, commodity, costs[0].star if costs else None))
        factor = float(choice["ocean_factor"][0])
        return FlowProblem(
            network=net,
            demand=demand,
            costs=tuple(costs),
            gencost=np.stack([alternative_costs(c, factor) for c in costs]),
            mode=mode_of_arcs(net),
            origins=net.ends("from", net.zones),
            destinations=net.ends("to", net.zones),
            mode_scale=float(choice["mode_scale"][0]),
            route_scale=float(choice["route_scale"][0]),
        )

    def solve(self, problem: FlowProblem) -> Flows:
        """Choose ways, then routes."""
        if self.with_links and problem.arcs is None:
            problem = with_arcs(problem)
            gencost = _least_of_arcs(problem)
        else:
            gencost = _least(problem)
        pairs = [choice_shares(g, problem.mode_scale) for g in gencost]
        shares = np.stack([s for s, _ in pairs])
        expected = np.stack([e for _, e in pairs])
        demand = problem.demand
        wanted = demand.tonnes[:, np.newaxis] * np.nan_to_num(shares)
        no_way = np.isnan(expected)
        lost = np.where(no_way, demand.tonnes, 0.0).sum(axis=(1, 2))
        tonnes = _loaded(problem, wanted) if self.with_links else np.zeros(problem.gencost.shape)
        return Flows(
            expected=expected,
            shares=shares,
            tonnes=tonnes,
            cost_factor=_cost_factor(problem, expected),
            lost=lost,
            status=Status(
                state="solved",
                of=f"flows {problem.network.world.on}",
                message=(
                    f"{lost.sum():,.0f} t a year of pairs without any way are not loaded"
                    if lost.any()
                    else ""
                ),
            ),
        )

    def costs(self, problem: FlowProblem, solution: Flows) -> Table:
        """The table trade_cost alone."""
        return _trade_cost(problem, solution)

    def crossings(self, problem: FlowProblem, solution: Flows) -> Table:
        """The table crossing_flow alone."""
        on = carried(problem, solution)
        return Table.from_rows(CROSSING_FLOW, list(_crossing_rows(problem, on)))

    def tabulate(self, problem: FlowProblem, solution: Flows) -> dict[str, Table]:
        """The tables link_flow, crossing_flow, transfer_flow, mode_share and trade_cost."""
        on = carried(problem, solution)
        return {
            "link_flow": Table.from_rows(LINK_FLOW, list(_link_rows(problem, on))),
            "crossing_flow": Table.from_rows(CROSSING_FLOW, list(_crossing_rows(problem, on))),
            "transfer_flow": transfer_flow(problem, solution, on),
            "mode_share": Table.from_rows(MODE_SHARE, list(_mode_rows(problem, solution))),
            "trade_cost": _trade_cost(problem, solution),
        }


def _changes(table: Table | None) -> dict[tuple[str, str], float] | None:
    if table is None:
        return None
    return {
        (str(a), str(b)): float(r)
        for a, b, r in zip(table["exporter"], table["importer"], table["change_ratio"], strict=True)
    }


def contraction_of(net: Network) -> Contraction:
    """The network with fewer nodes, for the costs of many draws."""
    ends = np.concatenate([net.ends("from", net.zones), net.ends("to", net.zones)])
    return contract(net.tail, net.head, len(net.nodes), ends)


def _least(problem: FlowProblem) -> NDArray[np.float64]:
    """Least costs (C, A, Z, Z) of each way."""
    fewer = problem.contraction or contraction_of(problem.network)
    nothing = np.empty((0, fewer.star.n_arcs))
    ends = fewer.place[problem.origins], fewer.place[problem.destinations]
    c, a, m = problem.gencost.shape
    found = [
        skim(fewer.star, fewer.cost(of_way), nothing, *ends).cost
        for of_way in problem.gencost.reshape(c * a, m)
    ]
    return np.stack(found).reshape(c, a, *found[0].shape)


def _least_of_arcs(problem: FlowProblem) -> NDArray[np.float64]:
    """The same, from efficient arcs of the problem's own costs, without what their doors add."""
    assert problem.arcs is not None
    c, a, _ = problem.gencost.shape
    z = len(problem.origins)
    least = problem.arcs.least.reshape(c, a, z, -1)[..., problem.origins]
    both_doors = 2.0 * _door(problem)[:, None, None, None]
    return np.maximum(np.swapaxes(least, 2, 3) - both_doors, 0.0)


def _main_mode(problem: FlowProblem) -> NDArray[np.int64]:
    """Of the least-cost route of each way, the mode of most kilometres: (C, A, Z, Z), -1 without."""
    haul = problem.network.kind == LINE_HAUL
    found: list[NDArray[np.int64]] = []
    for costs, of_class in zip(problem.costs, problem.gencost, strict=True):
        km = np.stack(
            [
                np.where(haul & (problem.mode == k), costs.fields[DISTANCE], 0.0)
                for k in range(len(MODES))
            ]
        )
        for of_way in of_class:
            on = skim(costs.star, of_way, km, problem.origins, problem.destinations)
            found.append(np.where(on.reachable, np.argmax(np.nan_to_num(on.fields), 0), -1))
    z = len(problem.origins)
    return np.stack(found).reshape(*problem.gencost.shape[:2], z, z)


def _loaded(problem: FlowProblem, wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tonnes (C, A, m) a year on each arc: the routes of each way by their own choice.

    Routes of one way are chosen on efficient arcs with path sizes left out: with them every pair
    is a problem of its own, and gates apart are what is asked here, not overlap within a yard.
    Arcs fade in, so that flows move with the waits of posts and do not jump.
    """
    c, a, m = problem.gencost.shape
    z = len(problem.origins)
    graph = graph_of(problem.network)
    found = load(
        graph,
        routed(problem).reshape(c * a, m),
        Demand(
            origins=problem.origins.astype(np.int32),
            destinations=problem.destinations.astype(np.int32),
            volume=wanted.reshape(c * a, z, z),
        ),
        Choice(scale=problem.route_scale, relative=True, overlap="none", fade=FADE),
        arcs=problem.arcs,
    )
    return found.flow.reshape(c, a, m)


def graph_of(net: Network) -> Graph:
    """The network as assignment takes it."""
    return Graph(
        tail=net.tail.astype(np.int32), head=net.head.astype(np.int32), n_nodes=len(net.nodes)
    )


def routed(problem: FlowProblem) -> NDArray[np.float64]:
    """Costs (C, A, m) by which routes are chosen: with `DOOR_KM` at both ends of every route."""
    return problem.gencost + _door(problem)[:, None, None] * (problem.network.kind == ACCESS)


def _door(problem: FlowProblem) -> NDArray[np.float64]:
    """Cost (C,) of `DOOR_KM`."""
    tariffs = problem.network.world.tariffs
    rate = {
        str(c): float(r)
        for i, c, r in zip(
            tariffs["id"], tariffs["commodity"], tariffs["rate_usd2023_per_tkm"], strict=True
        )
        if i == DOOR_TARIFF
    }
    return np.nan_to_num([rate.get(c, 0.0) for c in problem.demand.commodities]) * DOOR_KM


def with_arcs(problem: FlowProblem) -> FlowProblem:
    """The problem with the efficient arcs of its own costs written down."""
    c, a, m = problem.gencost.shape
    graph = graph_of(problem.network)
    cost = routed(problem).reshape(c * a, m)
    return dataclasses.replace(
        problem, arcs=efficient_arcs(graph, cost, problem.destinations.astype(np.int32))
    )


def _cost_factor(problem: FlowProblem, expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """One plus cost over value. A pair some class of which finds no way has none."""
    demand = problem.demand
    cost = np.where(demand.tonnes > 0.0, demand.tonnes * expected, 0.0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(demand.trade > 0.0, 1.0 + cost / demand.trade, np.nan)


def _link_rows(problem: FlowProblem, on: Carried) -> Iterator[dict[str, Any]]:
    """Both directions of every open link. A link with a border counts before the border.

    A link's capacity is that of both directions together, so its use is too: the same in both rows.
    """
    net = problem.network
    links = net.world.links
    haul = np.flatnonzero(net.kind == LINE_HAUL)
    totals: dict[tuple[int, str], list[int]] = {}
    both: dict[int, list[int]] = {}
    for arc in haul.tolist():
        row = int(net.row[arc])
        start = net.nodes[net.tail[arc]].partition("/")[0]
        if start in (str(links["from_place"][row]), str(links["to_place"][row])):
            totals.setdefault((row, start), []).append(arc)
            both.setdefault(row, []).append(arc)
    for (row, start), arcs in sorted(totals.items()):
        ends = (str(links["from_place"][row]), str(links["to_place"][row]))
        mode = str(links["mode"][row])
        tonnes = float(on.tonnes[arcs].sum())
        daily = {"rail": on.trains, "road": on.trucks}.get(mode)
        number = float(daily[arcs].sum()) if daily is not None else None
        capacity_t = float(links["capacity_t_per_y"][row])
        capacity_teu = float(links["capacity_teu_per_y"][row])
        capacity = float(links["capacity_trains_per_day"][row])
        use = (
            float(daily[both[row]].sum()) / capacity
            if daily is not None and not np.isnan(capacity)
            else float(on.teu[both[row]].sum()) / capacity_teu
            if not np.isnan(capacity_teu)
            else float(on.tonnes[both[row]].sum()) / capacity_t
            if not np.isnan(capacity_t)
            else None
        )
        yield {
            "on": net.world.on,
            "id": str(links["id"][row]),
            "from_place": start,
            "to_place": ends[1] if start == ends[0] else ends[0],
            "mode": mode,
            "flow_t_per_y": tonnes,
            "containers_teu_per_y": float(on.teu[arcs].sum()),
            "value_usd2023_per_y": float(on.value[arcs].sum()),
            "vehicles_per_day": number,
            "use_share": use,
        }


def _crossing_rows(problem: FlowProblem, on: Carried) -> Iterator[dict[str, Any]]:
    """Each direction of every open crossing; its capacity is that of both directions together."""
    net = problem.network
    crossings = net.world.crossings
    border = net.kind == BORDER
    arcs_of = {
        row: np.flatnonzero(border & (net.row == row))
        for row in sorted(set(net.row[border].tolist()))
    }
    arrivals: dict[int, float] = {}
    both: dict[str, float] = {}
    for row, arcs in arcs_of.items():
        rail = str(crossings["mode"][row]) == "rail"
        arrivals[row] = float((on.trains if rail else on.trucks)[arcs].sum())
        name = str(crossings["id"][row])
        both[name] = both.get(name, 0.0) + arrivals[row]
    for row, arcs in arcs_of.items():
        name = str(crossings["id"][row])
        capacity = float(crossings["capacity_per_day"][row])
        yield {
            "on": net.world.on,
            "id": name,
            "towards": str(crossings["towards"][row]),
            "flow_t_per_y": float(on.tonnes[arcs].sum()),
            "containers_teu_per_y": float(on.teu[arcs].sum()),
            "value_usd2023_per_y": float(on.value[arcs].sum()),
            "arrivals_per_day": arrivals[row],
            "use_share": None if np.isnan(capacity) else both[name] / capacity,
        }


def _mode_rows(problem: FlowProblem, solution: Flows) -> Iterator[dict[str, Any]]:
    demand = problem.demand
    world = problem.network.world
    row = world.classes.index()
    countries = [str(c) for c in dict.fromkeys(demand.country)]
    member = np.stack([demand.country == c for c in countries]).astype(np.float64)
    main_mode = _main_mode(problem)
    for c, commodity in enumerate(demand.commodities):
        density = float(world.classes["value_usd2023_per_t"][row[commodity]])
        by_mode = np.zeros((len(MODES), *demand.tonnes.shape[1:]))
        moved = demand.tonnes[c] * np.nan_to_num(solution.shares[c])
        for k in range(len(MODES)):
            by_mode[k] = np.where(main_mode[c] == k, moved, 0.0).sum(axis=0)
        pairs = member @ by_mode @ member.T
        total = pairs.sum(axis=0)
        for i, j in np.argwhere(total > 0.0).tolist():
            for k, mode in enumerate(MODES):
                if pairs[k, i, j] > 0.0:
                    yield {
                        "on": world.on,
                        "exporter": countries[i],
                        "importer": countries[j],
                        "commodity": commodity,
                        "mode": mode,
                        "flow_t_per_y": float(pairs[k, i, j]),
                        "value_usd2023_per_y": float(pairs[k, i, j]) * density,
                        "mode_share": float(pairs[k, i, j] / total[i, j]),
                    }


def _trade_cost(problem: FlowProblem, solution: Flows) -> Table:
    demand = problem.demand
    traded = np.argwhere(demand.trade > 0.0)
    zones = np.array(demand.zones, dtype=object)
    i, j = traded[:, 0], traded[:, 1]
    return Table.from_columns(
        TRADE_COST,
        {
            "on": [problem.network.world.on] * len(i),
            "origin": zones[i],
            "destination": zones[j],
            "trade_usd2023_per_y": demand.trade[i, j],
            "freight_usd2023_per_y": demand.value.sum(axis=0)[i, j],
            "cost_factor_ratio": solution.cost_factor[i, j],
        },
    )
