"""The graph of a world: doors, gauges, and borders that are shut in one direction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from sogdia.core.errors import UnknownName
from sogdia.world.network import ARC_KINDS, Network, network
from sogdia.world.world import World

WorldOn = Callable[[date], World]

LINE_HAUL, BORDER, TRANSFER, ACCESS = (
    ARC_KINDS.index(k) for k in ("line-haul", "border", "transfer", "access")
)
CENTRAL_ASIA = {"KAZ", "KGZ", "TJK", "TKM", "UZB"}


@pytest.fixture(scope="module")
def net(world_on: WorldOn) -> Network:
    return network(world_on(date(2026, 7, 1)))


def reached(net: Network, arcs: np.ndarray, starts: list[int]) -> set[str]:
    """Names of the nodes reached from some nodes over some of the arcs."""
    n = len(net.nodes)
    tail = np.concatenate([net.tail[arcs], np.full(len(starts), n)])
    head = np.concatenate([net.head[arcs], np.array(starts)])
    graph = csr_array((np.ones(len(tail)), (tail, head)), shape=(n + 1, n + 1))
    order = breadth_first_order(graph, n, return_predecessors=False)
    return {net.nodes[i] for i in order if i < n}


def rail_arcs(net: Network) -> np.ndarray:
    """Trains under way and at borders."""
    links, crossings = net.world.links["mode"], net.world.crossings["mode"]
    return np.array(
        [
            (k == LINE_HAUL and links[r] == "rail") or (k == BORDER and crossings[r] == "rail")
            for k, r in zip(net.kind, net.row, strict=True)
        ]
    )


def gauge_change_arcs(net: Network) -> np.ndarray:
    kinds = net.world.transfers["kind"]
    return np.array(
        [
            k == TRANSFER and kinds[r] == "gauge-change"
            for k, r in zip(net.kind, net.row, strict=True)
        ]
    )


def rail_nodes(net: Network, countries: set[str]) -> dict[str, int]:
    country = dict(zip(net.world.places["id"], net.world.places["country"], strict=True))
    return {
        name: i
        for i, name in enumerate(net.nodes)
        if "/rail-" in name and country.get(name.split("/")[0]) in countries
    }


def test_no_route_can_pass_through_a_door(net: Network) -> None:
    for tail, head, kind in zip(net.tail, net.head, net.kind, strict=True):
        a, b = net.nodes[tail], net.nodes[head]
        # A zone's door opens onto the doors of its places, and nothing else opens onto a door.
        if b.startswith("from:"):
            assert kind == ACCESS and a.startswith("from:zone:"), (a, b)
        if a.startswith("to:"):
            assert kind == ACCESS and b.startswith("to:zone:"), (a, b)
        assert not b.startswith("from:zone:"), (a, b)
        assert not a.startswith("to:zone:"), (a, b)


def test_every_arc_belongs_to_a_row_and_every_open_link_has_arcs(net: Network) -> None:
    world = net.world
    tables = (world.links, world.crossings, world.transfers, world.connectors)
    for kind, table in enumerate(tables):
        rows = net.row[net.kind == kind]
        assert rows.min() >= 0
        assert rows.max() < len(table)
    used = set(net.row[net.kind == LINE_HAUL].tolist())
    is_open = np.flatnonzero(world.links["status"] == "open").tolist()
    closed_both_ways = set(is_open) - used
    assert used <= set(is_open)
    shut = {
        c
        for c in world.crossings["id"]
        if set(world.crossings["status"][world.crossings["id"] == c]) == {"closed"}
    }
    assert {world.links["crossing"][i] for i in closed_both_ways} <= shut
    assert len(net.entities) == len(net.tail)


def test_an_international_link_passes_its_border_once(net: Network) -> None:
    into = {net.nodes[h] for h, k in zip(net.head, net.kind, strict=True) if k == LINE_HAUL}
    middle = {name for name in net.nodes if name.startswith("border:")}
    assert middle
    assert middle <= into
    for i in np.flatnonzero(net.kind == BORDER):
        assert net.nodes[net.tail[i]] in middle
        towards = net.world.crossings["towards"][net.row[i]]
        assert net.nodes[net.tail[i]].endswith(f">{towards}")


def test_no_train_from_china_reaches_central_asia_without_a_gauge_change(net: Network) -> None:
    rail, change = rail_arcs(net), gauge_change_arcs(net)
    starts = [i for name, i in rail_nodes(net, {"CHN"}).items() if name.endswith("rail-1435")]
    assert len(starts) > 50
    there = set(rail_nodes(net, CENTRAL_ASIA))
    without = reached(net, rail, starts) & there
    assert {name.rpartition("/")[2] for name in without} <= {"rail-1435"}
    gauges = dict(zip(net.world.places["id"], net.world.places["gauges"], strict=True))
    assert all("1520" in gauges[name.split("/")[0]] for name in without), "only yards are reached"
    with_change = reached(net, rail | change, starts) & there
    inland = {"kz.almaty/rail-1520", "uz.tashkent/rail-1520"} & there
    assert inland
    assert inland <= with_change
    assert not inland & without
    assert len(with_change) > 10 * len(without)


"""Yards of lines not yet open whose place does not declare both gauges -> what is missing.

A scenario that opens their lines makes `check_world` complain until the place declares both.
"""


def test_gauge_changes_are_only_where_both_gauges_lie(net: Network) -> None:
    gauges = dict(zip(net.world.places["id"], net.world.places["gauges"], strict=True))
    yards: dict[str, set[str]] = {}
    for row in net.world.transfers.rows():
        if row["kind"] == "gauge-change":
            assert row["from_layer"] != row["to_layer"], row
            yards.setdefault(row["place"], set()).update((row["from_layer"], row["to_layer"]))
    undeclared = {
        place
        for place, layers in yards.items()
        if not layers <= {f"rail-{g}" for g in str(gauges[place]).split(";")}
    }
    assert undeclared == set()
    assert len(yards) > 10


def test_a_crossing_shut_one_way_has_no_arc_that_way_only(world_on: WorldOn) -> None:
    world = world_on(date(2021, 6, 1))
    net = network(world)
    rows = np.flatnonzero(world.links["crossing"] == "kg-cn.torugart:road")
    assert len(rows) == 1
    link = world.links["id"][rows[0]]
    assert f"border:{link}/road>KGZ" in net.position
    assert f"border:{link}/road>CHN" not in net.position
    arcs = (net.kind == LINE_HAUL) & (net.row == rows[0])
    assert arcs.sum() == 1
    country = dict(zip(world.places["id"], world.places["country"], strict=True))
    tail = net.nodes[int(net.tail[arcs][0])]
    assert country[tail.split("/")[0]] == "CHN"


def test_a_crossing_shut_both_ways_has_no_arc(world_on: WorldOn) -> None:
    world = world_on(date(2020, 3, 1))
    net = network(world)
    row = int(np.flatnonzero(world.links["crossing"] == "kg-cn.irkeshtam:road")[0])
    assert world.links["status"][row] == "open"
    assert not ((net.kind == LINE_HAUL) & (net.row == row)).any()


def test_a_closed_link_has_no_arc_and_an_open_one_two(world_on: WorldOn) -> None:
    for on, arcs in ((date(2016, 6, 21), 0), (date(2016, 6, 22), 2)):
        net = network(world_on(on))
        row = net.world.links.index()["rail:uz.angren~uz.pap"]
        assert ((net.kind == LINE_HAUL) & (net.row == row)).sum() == arcs


def test_bulk_takes_its_own_transfer_and_the_others_the_general_one(net: Network) -> None:
    arcs: dict[tuple[int, int], list[str | None]] = {}
    for tail, head, kind, only in zip(net.tail, net.head, net.kind, net.commodity, strict=True):
        if kind == TRANSFER:
            arcs.setdefault((int(tail), int(head)), []).append(only)
    found = {tuple(sorted(map(str, kinds))) for kinds in arcs.values()}
    assert found == {("None",), ("!bulk", "bulk")}


def test_an_unknown_node_offers_the_nearest(net: Network) -> None:
    with pytest.raises(UnknownName, match="network node"):
        net.node("kz.dostyk/rail-1000")
    assert net.nodes[net.node("from:zone:cn.beijing")] == "from:zone:cn.beijing"
    assert net.ends("to", ["zone:cn.beijing"]).tolist() == [net.node("to:zone:cn.beijing")]
