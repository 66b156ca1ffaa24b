"""Flows on links and posts: what goes in comes out, and what passes one link passes the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from sogdia.core.errors import InvalidInput
from sogdia.core.table import Table
from sogdia.models.contract import check_model
from sogdia.models.transport.carried import FlowProblem, Flows, carried, vehicles
from sogdia.models.transport.flows import FlowModel
from sogdia.models.transport.mode_choice import ALTERNATIVES, choice_shares
from sogdia.models.transport.solve import skim
from sogdia.world.network import BORDER, LINE_HAUL
from sogdia.world.world import World

MODEL = FlowModel()


@dataclass(frozen=True)
class Solved:
    """A problem, its solution and its tables."""

    problem: FlowProblem
    flows: Flows
    tables: dict[str, Table]


@pytest.fixture(scope="module")
def year(world_on: Callable[[str], World]) -> World:
    """The world of the calibration year."""
    return world_on("2023-07-01")


@pytest.fixture(scope="module")
def solved(year: World) -> Solved:
    """Its flows."""
    problem = MODEL.prepare(year, {})
    flows = MODEL.solve(problem)
    return Solved(problem, flows, MODEL.tabulate(problem, flows))


def test_the_flow_model_keeps_the_contract(year: World) -> None:
    assert check_model(FlowModel(commodities=("container-general", "bulk")), year) == []


def test_way_shares_of_every_pair_that_has_a_way_add_to_one(solved: Solved) -> None:
    total = solved.flows.shares.sum(axis=1)
    reached = np.isfinite(solved.flows.expected)
    assert reached.any()
    np.testing.assert_allclose(total[reached], 1.0, rtol=1e-12)
    assert np.isnan(total[~reached]).all()


def test_what_enters_a_node_leaves_it(solved: Solved) -> None:
    """Of every class and way; doors alone take up or give off, and exactly the demand."""
    net, demand = solved.problem.network, solved.problem.demand
    n = len(net.nodes)
    for c in range(len(demand.commodities)):
        wanted = demand.tonnes[c] * np.nan_to_num(solved.flows.shares[c])
        for a in range(len(ALTERNATIVES)):
            flow = solved.flows.tonnes[c, a]
            assert (flow >= 0.0).all()
            net_in = np.bincount(net.head, flow, n) - np.bincount(net.tail, flow, n)
            given = np.zeros(n)
            given[solved.problem.origins] -= wanted[a].sum(axis=1)
            given[solved.problem.destinations] += wanted[a].sum(axis=0)
            scale = max(float(wanted[a].sum()), 1.0)
            np.testing.assert_allclose(net_in, given, atol=1e-9 * scale)


def test_no_arc_a_way_may_not_take_carries_it(solved: Solved) -> None:
    closed = np.isinf(solved.problem.gencost)
    assert closed.any()
    assert not solved.flows.tonnes[closed].any()


def test_a_post_carries_what_the_links_through_it_carry(solved: Solved) -> None:
    links = solved.problem.network.world.links
    through: dict[tuple[str, str], float] = defaultdict(float)
    places = dict(
        zip(
            solved.problem.network.world.places["id"],
            solved.problem.network.world.places["country"],
            strict=True,
        )
    )
    crossing = dict(zip(links["id"], links["crossing"], strict=True))
    for row in solved.tables["link_flow"].rows():
        if crossing[row["id"]] is not None:
            through[str(crossing[row["id"]]), str(places[row["to_place"]])] += row["flow_t_per_y"]
    posts = {
        (r["id"], r["towards"]): r["flow_t_per_y"] for r in solved.tables["crossing_flow"].rows()
    }
    assert len(posts) > 100
    assert max(posts.values()) > 1e6
    for key, tonnes in posts.items():
        assert through[key] == pytest.approx(tonnes, rel=1e-9, abs=1e-3), key


def test_every_open_link_has_both_directions_once(solved: Solved) -> None:
    world = solved.problem.network.world
    count: dict[str, int] = defaultdict(int)
    for row in solved.tables["link_flow"].rows():
        assert row["from_place"] != row["to_place"]
        count[row["id"]] += 1
    status = dict(zip(world.links["id"], world.links["status"], strict=True))
    assert set(count) <= {i for i, s in status.items() if s == "open"}
    without = {
        i
        for i, c, s in zip(
            world.links["id"], world.links["crossing"], world.links["status"], strict=True
        )
        if s == "open" and c is None
    }
    assert {count[i] for i in without} == {2}


def test_containers_value_and_vehicles_are_those_of_the_tonnes(solved: Solved) -> None:
    """By hand from classes and loads: 107.1 TEU a train of boxes, 2,500 t one of wagons, 20 t a
    truck."""
    world = solved.problem.network.world
    on = carried(solved.problem, solved.flows)
    loads = vehicles(world, MODEL.commodities)
    row = world.classes.index()
    by_class = solved.flows.tonnes.sum(axis=1)
    trains, teu = np.zeros(by_class.shape[1]), np.zeros(by_class.shape[1])
    for c, commodity in enumerate(MODEL.commodities):
        per_teu = world.classes["loading_t_per_teu"][row[commodity]]
        boxes = np.zeros_like(teu) if commodity == "bulk" else by_class[c] / per_teu
        teu += boxes
        trains += (by_class[c] / 2500.0 if commodity == "bulk" else boxes / 107.1) / 365.0
    np.testing.assert_allclose(on.teu, teu, rtol=1e-9)
    np.testing.assert_allclose(on.trains, trains, rtol=1e-9)
    np.testing.assert_allclose(on.trucks, on.tonnes / 20.0 / 365.0, rtol=1e-9)
    assert loads.teu_per_t[list(MODEL.commodities).index("bulk")] == 0.0


def test_value_at_all_borders_of_a_country_is_at_least_its_trade_by_land(solved: Solved) -> None:
    """What Kyrgyzstan trades can only cross its posts: there is no sea and no air freight."""
    trade = solved.problem.demand
    kg = trade.country == "KGZ"
    bought = float(trade.value.sum(axis=0)[np.ix_(~kg, kg)].sum())
    crossed = sum(
        r["value_usd2023_per_y"]
        for r in solved.tables["crossing_flow"].rows()
        if r["towards"] == "KGZ"
    )
    assert crossed >= bought * (1 - 1e-9)


def test_modes_of_a_pair_add_to_its_tonnes(solved: Solved) -> None:
    demand = solved.problem.demand
    total: dict[tuple[str, str, str], float] = defaultdict(float)
    share: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in solved.tables["mode_share"].rows():
        key = row["exporter"], row["importer"], row["commodity"]
        total[key] += row["flow_t_per_y"]
        share[key] += row["mode_share"]
    assert all(s == pytest.approx(1.0, rel=1e-9) for s in share.values())
    for (a, b, commodity), tonnes in total.items():
        c = demand.commodities.index(commodity)
        block = demand.tonnes[c][np.ix_(demand.country == a, demand.country == b)]
        assert tonnes == pytest.approx(float(block.sum()), rel=1e-9)


def test_the_cost_factor_is_one_plus_cost_over_value(solved: Solved) -> None:
    demand = solved.problem.demand
    (row,) = (
        r
        for r in solved.tables["trade_cost"].rows()
        if (r["origin"], r["destination"]) == ("zone:cn.shaanxi", "zone:uz.tashkent-city")
    )
    i, j = demand.zones.index(row["origin"]), demand.zones.index(row["destination"])
    cost = float((demand.tonnes[:, i, j] * solved.flows.expected[:, i, j]).sum())
    assert row["cost_factor_ratio"] == pytest.approx(1 + cost / demand.trade[i, j], rel=1e-12)
    assert 1.0 < row["cost_factor_ratio"] < 2.0


def test_expected_cost_is_between_the_least_and_the_least_of_one_way(solved: Solved) -> None:
    """With four ways, least <= G <= least x 4 ** (1 / eta)."""
    from sogdia.models.transport.solve import skim

    problem = solved.problem
    none = np.empty((0, len(problem.mode)))
    for c, costs in enumerate(problem.costs):
        least = skim(
            costs.star, problem.gencost[c, 3], none, problem.origins, problem.destinations
        ).cost
        reached = np.isfinite(least) & (least > 0)
        ratio = solved.flows.expected[c][reached] / least[reached]
        assert ratio.min() >= 1.0 - 1e-12
        assert ratio.max() <= 4 ** (1 / problem.mode_scale) * (1 + 1e-12)


def test_without_links_costs_are_the_same_and_no_link_is_loaded(solved: Solved) -> None:
    quick = FlowModel(with_links=False)
    found = quick.solve(solved.problem)
    # To rounding: one sums from the origin and over fewer nodes, the other from the destination.
    np.testing.assert_allclose(found.expected, solved.flows.expected, rtol=1e-12)
    np.testing.assert_allclose(found.cost_factor, solved.flows.cost_factor, rtol=1e-13)
    assert not found.tonnes.any()


def test_least_costs_of_efficient_arcs_are_those_of_the_searches(solved: Solved) -> None:
    """The costs a loading finds on its way are those a skim finds on the whole network."""
    problem = solved.problem
    plain = np.empty((0, len(problem.mode)))
    for c, of_class in enumerate(problem.gencost):
        ways = [
            skim(problem.costs[c].star, of_way, plain, problem.origins, problem.destinations).cost
            for of_way in of_class
        ]
        shares, expected = choice_shares(np.stack(ways), problem.mode_scale)
        np.testing.assert_allclose(solved.flows.shares[c], shares, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(solved.flows.expected[c], expected, rtol=1e-12)


def test_use_is_vehicles_over_capacity_and_null_where_that_is_unknown(solved: Solved) -> None:
    world = solved.problem.network.world
    capacity = {
        (str(i), str(t)): float(c)
        for i, t, c in zip(
            world.crossings["id"],
            world.crossings["towards"],
            world.crossings["capacity_per_day"],
            strict=True,
        )
    }
    known = 0
    both: dict[str, float] = {}
    for row in solved.tables["crossing_flow"].rows():
        both[row["id"]] = both.get(row["id"], 0.0) + row["arrivals_per_day"]
    for row in solved.tables["crossing_flow"].rows():
        limit = capacity[row["id"], row["towards"]]
        if np.isnan(limit):
            assert row["use_share"] is None
        else:
            known += 1
            assert row["use_share"] == pytest.approx(both[row["id"]] / limit)
    assert known > 5


def test_use_of_a_link_is_of_both_directions_over_a_capacity_of_both(
    solved: Solved, year: World
) -> None:
    """The same in both rows: a link's capacity is that of both directions together."""
    links = year.links
    limits = {
        str(i): (float(n), float(u), float(t))
        for i, n, u, t in zip(
            links["id"],
            links["capacity_trains_per_day"],
            links["capacity_teu_per_y"],
            links["capacity_t_per_y"],
            strict=True,
        )
    }
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in solved.tables["link_flow"].rows():
        rows[row["id"]].append(row)
    two_ways = 0
    for name, found in rows.items():
        trains, boxes, tonnes = limits[name]
        for row in found:
            if row["vehicles_per_day"] is not None and not np.isnan(trains):
                both = sum(r["vehicles_per_day"] for r in found) / trains
            elif not np.isnan(boxes):
                both = sum(r["containers_teu_per_y"] for r in found) / boxes
            elif not np.isnan(tonnes):
                both = sum(r["flow_t_per_y"] for r in found) / tonnes
            else:
                assert row["use_share"] is None
                continue
            assert row["use_share"] == pytest.approx(both, rel=1e-12)
            two_ways += all(r["flow_t_per_y"] > 0.0 for r in found)
    assert two_ways > 2


def test_loads_that_are_not_known_are_refused(year: World) -> None:
    unknown = year.replace(vehicles=year.vehicles.replace(load_t=[np.nan, 20.0]))
    with pytest.raises(InvalidInput, match="no load of a train or truck"):
        vehicles(unknown, MODEL.commodities)


def test_every_line_haul_and_border_arc_is_in_a_table(solved: Solved) -> None:
    """Tonne-kilometres of the table are those of the arcs: no arc is left out or counted twice."""
    problem = solved.problem
    net = problem.network
    length = net.world.links["length_km"]
    tonnes = solved.flows.tonnes.sum(axis=(0, 1))
    haul, border = net.kind == LINE_HAUL, net.kind == BORDER
    arcs = float((tonnes[haul] * length[net.row[haul]]).sum())
    km = dict(zip(net.world.links["id"], length, strict=True))
    rows = sum(r["flow_t_per_y"] * km[r["id"]] for r in solved.tables["link_flow"].rows())
    assert rows == pytest.approx(arcs, rel=1e-9)
    posts = sum(r["flow_t_per_y"] for r in solved.tables["crossing_flow"].rows())
    assert posts == pytest.approx(float(tonnes[border].sum()), rel=1e-9)
