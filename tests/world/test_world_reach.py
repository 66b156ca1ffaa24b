"""Who can reach whom, with the direction of every arc; and borders that cannot be got round."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order

from sogdia.world.check import check_world
from sogdia.world.network import BORDER, LINE_HAUL, Network, network
from sogdia.world.world import World

WorldOn = Callable[[str], World]


def reached(net: Network, start: str) -> set[str]:
    """Names of the nodes reached from one."""
    n = len(net.nodes)
    graph = coo_array((np.ones(len(net.tail)), (net.tail, net.head)), shape=(n, n)).tocsr()
    order = breadth_first_order(graph, net.node(start), return_predecessors=False)
    return {net.nodes[i] for i in order}


@pytest.mark.parametrize("on", ["1992-07-01", "2021-07-01", "2026-01-15", "2040-07-01"])
def test_every_zone_sends_to_and_receives_from_every_other(world_on: WorldOn, on: str) -> None:
    net = network(world_on(on))
    hub = net.zones[0]
    assert {f"to:{z}" for z in net.zones} <= reached(net, f"from:{hub}")
    turned = dataclasses.replace(net, tail=net.head, head=net.tail)
    assert {f"from:{z}" for z in net.zones} <= reached(turned, f"to:{hub}")


def sealed_against(world: World, country: str) -> World:
    """Nobody enters a country by land, and no aircraft flies."""
    into = np.where(world.crossings["towards"] == country, "closed", world.crossings["status"])
    grounded = np.where(world.links["mode"] == "air", "closed", world.links["status"])
    return world.replace(
        crossings=world.crossings.replace(status=into), links=world.links.replace(status=grounded)
    )


def test_a_sealed_country_can_leave_but_not_be_entered(world_on: WorldOn) -> None:
    net = network(sealed_against(world_on("2026-07-01"), "KGZ"))
    inside = {z for z in net.zones if z.startswith("zone:kg.")}
    assert inside
    assert not {f"to:{z}" for z in inside} & reached(net, "from:zone:cn.beijing")
    for zone in inside:
        assert "to:zone:cn.beijing" in reached(net, f"from:{zone}")


def test_a_country_nobody_can_enter_is_reported(world_on: WorldOn) -> None:
    problems = check_world(sealed_against(world_on("2026-07-01"), "KGZ"))
    assert any(p.where.startswith("zone:kg.") for p in problems)


@pytest.mark.parametrize("on", ["1992-07-01", "2021-07-01", "2026-07-01"])
def test_a_land_arc_stays_in_one_country_or_goes_through_its_border(
    world_on: WorldOn, on: str
) -> None:
    net = network(world_on(on))
    country = dict(zip(net.world.places["id"], net.world.places["country"], strict=True))
    into, out = dict[str, int](), dict[str, int]()
    for t, h, kind in zip(net.tail.tolist(), net.head.tolist(), net.kind.tolist(), strict=True):
        a, b = net.nodes[t], net.nodes[h]
        if kind == LINE_HAUL and b.startswith("border:"):
            into[b] = into.get(b, 0) + 1
        elif kind == LINE_HAUL and a.rpartition("/")[2] not in {"sea", "air"}:
            assert country[a.rpartition("/")[0]] == country[b.rpartition("/")[0]], (a, b)
        elif kind == BORDER:
            out[a] = out.get(a, 0) + 1
            assert country[b.rpartition("/")[0]] == a.rpartition(">")[2], (a, b)
    assert into == out
    assert set(into.values()) == {1}
    assert {n for n in net.nodes if n.startswith("border:")} == set(into)


def test_an_arc_is_called_as_the_lineage_calls_it(world_on: WorldOn) -> None:
    net = network(world_on("2026-07-01"))
    known = set(net.world.lineage["entity"])
    for name, kind in zip(net.entities, net.kind.tolist(), strict=True):
        if kind in {LINE_HAUL, BORDER}:
            assert name in known, name


def test_every_yard_is_at_a_place_that_declares_both_gauges(world_on: WorldOn) -> None:
    world = world_on("2026-07-01")
    declared = dict(zip(world.places["id"], world.places["gauges"], strict=True))
    yards = world.transfers.where(world.transfers["kind"] == "gauge-change")
    wrong = {
        place
        for place, a, b in zip(yards["place"], yards["from_layer"], yards["to_layer"], strict=True)
        if not {a[5:], b[5:]} <= set(str(declared[place]).split(";"))
    }
    assert wrong == set()
