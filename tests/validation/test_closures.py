"""A closed gate is answered with another way and its price, or with no route; never with a number."""

from __future__ import annotations

from sogdia.core.table import Table
from sogdia.models.transport.prepare import ArcCosts, arc_costs
from sogdia.models.transport.routes import Journey, alternatives
from sogdia.scenario.apply import apply
from sogdia.scenario.kinds import make_measure
from sogdia.world.build import world
from sogdia.world.network import network
from sogdia.world.world import World

ON = "2026-07-01"
GATES = ("kz-cn.alashankou:rail", "kz-cn.khorgos:rail")


def closed(today: World, *crossings: str) -> World:
    measure = make_measure(
        "close-crossing", id="shut", crossings=list(crossings), on=today.on, source="test"
    )
    return apply(today, [measure], on=today.on)


def least(today: World, origin: str, destination: str) -> tuple[Journey | None, ArcCosts]:
    costs = arc_costs(network(today), "container-general")
    found = alternatives(costs, origin, destination, 1, modes=("rail",))
    return (found[0] if found else None), costs


def crossings_of(journey: Journey, costs: ArcCosts) -> str:
    return " ".join(costs.network.entities[a] for a in journey.arcs)


def test_closing_alashankou_moves_xian_moscow_and_has_a_price() -> None:
    today = world(on=ON)
    before, costs = least(today, "cn.xian", "ru.moscow")
    assert before is not None
    used = crossings_of(before, costs)
    assert GATES[0] in used
    after, changed = least(closed(today, GATES[0]), "cn.xian", "ru.moscow")
    assert after is not None
    now = crossings_of(after, changed)
    assert GATES[0] not in now
    northern = ("cn-mn.erenhot:rail", "cn-ru.manzhouli:rail", "cn-ru.suifenhe:rail")
    assert any(post in now for post in (GATES[1], *northern))
    assert after.gencost > before.gencost


def test_closing_both_gates_leaves_the_north() -> None:
    after, costs = least(closed(world(on=ON), *GATES), "cn.xian", "ru.moscow")
    assert after is not None
    assert any(p in crossings_of(after, costs) for p in ("erenhot", "manzhouli", "suifenhe"))


def test_closing_every_rail_gate_of_china_is_no_route() -> None:
    today = world(on=ON)
    gates = sorted(
        {str(c) for c in today.crossings["id"] if str(c).endswith(":rail") and "cn" in str(c)[:6]}
    )
    after, _ = least(closed(today, *gates), "cn.xian", "ru.moscow")
    assert after is None


def test_an_unreachable_zone_is_null_in_the_skim() -> None:
    from sogdia.models.contract import run_model
    from sogdia.models.transport import TransportModel

    today = world(on=ON)
    cut = today.replace(connectors=_without(today.connectors, "zone:tj.gbao"))
    tables, _ = run_model(TransportModel(commodities=("bulk",), samples=8), cut, {})
    skim = tables["skim"]
    lost = (skim["origin"] == "zone:tj.gbao") | (skim["destination"] == "zone:tj.gbao")
    assert not skim["reachable"][lost].any()
    assert skim.arrow.filter(lost).column("time_h").null_count == int(lost.sum())


def _without(connectors: Table, zone: str) -> Table:
    return connectors.where(connectors["zone"] != zone)
