"""Links and posts of the real network: laws of the ranking, and brute force beside it."""

from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from sogdia.appraisal.closures import close_each
from sogdia.appraisal.link_table import BOTH, Wanted, ranked_in
from sogdia.appraisal.loop import cost_change
from sogdia.appraisal.ranking import Doors, LinkValues, RankingOptions, traffic_on, value_links
from sogdia.appraisal.worlds import claim_values, read_for
from sogdia.cli import rank
from sogdia.core.errors import InvalidInput
from sogdia.evidence.base import EvidenceBase
from sogdia.models.trade.solve_hat import full
from sogdia.models.trade.solve_traffic import trade_from_traffic
from sogdia.models.trade.zones import ZoneTradeModel
from sogdia.models.transport.carried import FlowProblem, carried
from sogdia.models.transport.flows import FlowModel
from sogdia.scenario.apply import worlds_of
from sogdia.world.tables import WORLD_TABLES
from sogdia.world.world import World

ON = "2026-07-01"
NO_CLOSURES = RankingOptions(closures=0)

Worlds = Callable[[str], World]


@pytest.fixture(scope="module")
def found(world_on: Worlds) -> LinkValues:
    return value_links(world_on(ON), Wanted(), NO_CLOSURES)


@pytest.fixture(scope="module")
def problem(world_on: Worlds) -> FlowProblem:
    return FlowModel(with_links=False).prepare(world_on(ON), {})


def rows(values: LinkValues) -> dict[tuple[str, str], dict[str, Any]]:
    return {(r["id"], r["towards"]): r for r in values.values.rows()}


def test_it_is_solved_and_covers_the_five(found: LinkValues) -> None:
    assert [s.state for s in found.statuses] == ["solved"] * 3
    listed = rows(found)
    assert ("kz-cn.khorgos:rail", BOTH) in listed
    assert ("kg-cn.irkeshtam:road", "CHN") in listed
    for r in listed.values():
        near = {"KAZ", "KGZ", "TJK", "TKM", "UZB"} | ({"CHN"} if r["kind"] == "post" else set())
        assert near & set(r["countries"].split(";"))


def test_elasticity_is_the_traffic_share(found: LinkValues) -> None:
    """Hulten: deficits held in units of world income and weights by spending leave it exact."""
    v = found.values
    assert v["elasticity_ratio"] == pytest.approx(v["traffic_share"], rel=1e-3, abs=1e-12)
    large = v["traffic_share"] > 1e-6
    assert v["elasticity_ratio"][large] == pytest.approx(v["traffic_share"][large], rel=1e-9)


def test_directions_add_up(found: LinkValues) -> None:
    listed = rows(found)
    by_id: dict[str, list[dict[str, Any]]] = {}
    for (name, towards), r in listed.items():
        if towards != BOTH:
            by_id.setdefault(name, []).append(r)
    assert len(by_id) > 400
    for name, parts in by_id.items():
        for column in (
            "flow_t_per_y", "value_usd2023_per_y", "paid_usd2023_per_y", "traffic_share",
            "elasticity_ratio", "gain_usd2023_per_y", "gain_five_usd2023_per_y",
        ):  # fmt: skip
            total = sum(float(p[column]) for p in parts)
            assert listed[name, BOTH][column] == pytest.approx(total, rel=1e-9, abs=1e-6)


def test_the_gains_of_countries_add_up(found: LinkValues) -> None:
    total: dict[tuple[str, str], float] = {}
    for r in found.gains.rows():
        key = (r["id"], r["towards"])
        total[key] = total.get(key, 0.0) + r["gain_usd2023_per_y"]
    for key, r in rows(found).items():
        assert total[key] == pytest.approx(r["gain_usd2023_per_y"], rel=1e-9, abs=1e-6)


def test_what_passes_is_what_the_freight_model_loads(found: LinkValues, world_on: Worlds) -> None:
    model = FlowModel()
    problem = model.prepare(world_on(ON), {})
    tables = model.tabulate(problem, model.solve(problem))
    listed = rows(found)
    seen = 0
    for r in (*tables["crossing_flow"].rows(), *tables["link_flow"].rows()):
        key = (r["id"], r.get("towards") or r["to_place"])
        if key in listed:
            seen += 1
            assert listed[key]["value_usd2023_per_y"] == pytest.approx(
                r["value_usd2023_per_y"], rel=1e-9, abs=1e-3
            )
    assert seen == sum(towards != BOTH for _, towards in listed)


def test_a_link_without_traffic_is_worth_nothing(found: LinkValues) -> None:
    idle = [r for r in found.values.rows() if r["flow_t_per_y"] == 0.0]
    assert idle
    for r in idle:
        assert r["gain_usd2023_per_y"] == r["elasticity_ratio"] == r["traffic_share"] == 0.0


def test_twice_the_money_leaves_elasticities_and_doubles_gains(
    found: LinkValues, world_on: Worlds
) -> None:
    world = world_on(ON)
    changed = {}
    for name, schema in WORLD_TABLES.items():
        table = getattr(world, name)
        money = [
            c.name for c in schema.columns if c.type == "number" and "usd2023" in (c.unit or "")
        ]
        changed[name] = table.replace(**{c: 2.0 * table[c] for c in money})
    double = rows(value_links(dataclasses.replace(world, **changed), Wanted(), NO_CLOSURES))
    for key, r in rows(found).items():
        assert double[key]["elasticity_ratio"] == pytest.approx(
            r["elasticity_ratio"], rel=1e-6, abs=1e-14
        )
        for column in ("gain_usd2023_per_y", "gain_five_usd2023_per_y"):
            assert double[key][column] == pytest.approx(2.0 * r[column], rel=1e-6, abs=1.0)


@pytest.mark.parametrize("post", ["kz-cn.khorgos:rail", "kz-uz.saryagash:rail", "tj-cn.kulma:road"])
def test_a_closure_is_that_of_the_whole_model_solved_again(post: str, problem: FlowProblem) -> None:
    arcs = next(
        r.arcs for r in ranked_in(problem.network, Wanted()) if (r.id, r.towards) == (post, BOTH)
    )
    model = FlowModel(with_links=False)
    shut = problem.gencost.copy()
    shut[:, :, arcs] = np.inf
    before = model.solve(problem).expected
    after = model.solve(dataclasses.replace(problem, gencost=shut)).expected
    rise = problem.demand.tonnes * (after - before)
    loss, lost = close_each(problem, [arcs])
    assert loss[0] == pytest.approx(np.nansum(rise), rel=1e-9)
    assert loss[0] > 1e6
    assert lost[0] == problem.demand.tonnes[np.isnan(after) & ~np.isnan(before)].sum()


def test_tonnes_without_another_way_are_counted_apart(problem: FlowProblem) -> None:
    """Every arc out of the door of a zone shut: all it sends is lost and none of it costs more."""
    zone = problem.network.zones.index("zone:uz.andijan")
    arcs = np.flatnonzero(problem.network.tail == problem.origins[zone])
    loss, lost = close_each(problem, [arcs])
    assert loss[0] == 0.0
    assert lost[0] == pytest.approx(problem.demand.tonnes[:, zone].sum(), rel=1e-12)
    assert lost[0] > 0.0


POSTS = (
    "kz-cn.khorgos:rail", "kz-cn.alashankou:rail", "kz-cn.bakhty:road", "kz-uz.saryagash:rail",
    "kz-ru.iletsk:rail", "tj-cn.kulma:road",
)  # fmt: skip


def test_first_order_gains_are_of_the_size_of_a_full_solution(
    found: LinkValues, problem: FlowProblem
) -> None:
    """One percent less cost at a post, least costs and trade between zones solved again.

    What the full solution gains is the saving in the costs it is given over much the same factor
    everywhere, so trade and welfare agree at the margin and what differs by post is routes.

    The full solution takes the least cost of each way, the ranking the routes that are loaded, which
    spread over gates of nearly the same cost: single gates differ by up to a factor of 2.2.
    """
    world = problem.network.world
    model = FlowModel(with_links=False)
    base = model.solve(problem)
    before = model.costs(problem, base)
    arcs = {r.id: r.arcs for r in ranked_in(problem.network, Wanted()) if r.towards == BOTH}
    listed = rows(found)
    ratio: list[float] = []
    margin: list[float] = []
    for post in POSTS:
        cheaper = problem.gencost.copy()
        cheaper[:, :, arcs[post]] *= 0.99
        solved = model.solve(dataclasses.replace(problem, gencost=cheaper))
        after = model.costs(problem, solved)
        zones = ZoneTradeModel().prepare(world, {"cost_change": cost_change(before, after)})
        hat = full(zones.X, zones.tau_hat, zones.theta, deficits="fixed")
        gain = 10.0 * float((hat.baseline.sum(axis=0) * (hat.real_spending_hat - 1.0)).sum())
        saved = 10.0 * float(np.nansum(problem.demand.tonnes * (base.expected - solved.expected)))
        margin.append(saved / gain)
        ratio.append(float(listed[post, BOTH]["gain_usd2023_per_y"]) / gain)
    assert 1.1 < min(margin) <= max(margin) < 1.25
    assert min(ratio) > 1.0 / 2.2
    assert max(ratio) < 2.2
    assert float(np.median(ratio)) == pytest.approx(1.3, abs=0.15)


def test_who_gains_hardly_depends_on_the_trade_elasticity(world_on: Worlds) -> None:
    world = world_on(ON)
    wanted = Wanted(kinds=("post",), directions=("together",))
    china: list[float] = []
    five: list[float] = []
    for theta in (4.0, 8.0):
        changed = world.replace(choice=world.choice.replace(trade_elasticity=[theta]))
        ranked = value_links(changed, wanted, NO_CLOSURES)
        gain = {(r["id"], r["country"]): r["gain_usd2023_per_y"] for r in ranked.gains.rows()}
        china.append(gain["kz-cn.khorgos:rail", "CHN"])
        five.append(rows(ranked)["kz-cn.khorgos:rail", BOTH]["gain_five_usd2023_per_y"])
    assert abs(china[1] / china[0] - 1.0) < 0.05
    assert abs(five[1] / five[0] - 1.0) < 0.02


def test_congestion_at_posts_takes_from_their_worth_and_is_noted(
    found: LinkValues, world_on: Worlds
) -> None:
    wanted = Wanted(kinds=("post",), directions=("together",))
    crowded = value_links(world_on(ON), wanted, RankingOptions(post_congestion=0.1, closures=0))
    left = {
        post: r["gain_usd2023_per_y"] / rows(found)[post, BOTH]["gain_usd2023_per_y"]
        for (post, _), r in rows(crowded).items()
        if post in POSTS
    }
    assert left["kz-cn.khorgos:rail"] == pytest.approx(0.67, abs=0.05)
    assert left["kz-cn.alashankou:rail"] == pytest.approx(0.33, abs=0.05)
    assert any("overstated" in note for note in crowded.notes)
    assert not any("overstated" in note for note in found.notes)


def test_traffic_alone_does_not_say_who_trades_with_whom(world_on: Worlds) -> None:
    """Why gains of countries come from trade between zones and not from the spatial model.

    Equation (34) of Allen and Arkolakis (2022) on the arcs of the network: at every node goods mix
    and may turn back, so what is exported far is lost on the way.
    """
    model = FlowModel()
    problem = model.prepare(world_on(ON), {})
    net, flows = problem.network, model.solve(problem)
    value = carried(problem, flows).value
    zones = net.world.zones
    country = np.array([str(c) for c in zones["country"]])
    doors = Doors(
        zones=net.zones, country=tuple(country), out=problem.origins, into=problem.destinations,
        gdp=zones["gdp_usd2023_per_y"],
    )  # fmt: skip
    traffic, _, _ = traffic_on(net.nodes, (net.tail, net.head), value, doors)
    n = len(traffic.nodes)
    spending = (
        traffic.income
        + np.bincount(traffic.head, traffic.value, n)
        - np.bincount(traffic.tail, traffic.value, n)
    )
    spending[traffic.income == 0.0] = 0.0
    trade, status = trade_from_traffic(
        traffic.tail, traffic.head, traffic.value, traffic.income, spending
    )
    assert status.state == "solved"
    of = np.array(traffic.country)
    inferred = trade[np.ix_(of == "KAZ", of == "CHN")].sum()
    loaded = problem.demand.value.sum(axis=0)[np.ix_(country == "KAZ", country == "CHN")].sum()
    assert 0.0 < inferred < 0.02 * loaded


def test_a_new_railway_is_ranked_in_its_scenario(evidence: EvidenceBase, world_on: Worlds) -> None:
    asked = read_for("cku-railway", evidence)
    day = max(asked.on)
    before, after = worlds_of(asked, world_on(str(day)), claims=claim_values(evidence))
    line = ("rail:kg.makmal~kg.jalal-abad", BOTH)
    wanted = Wanted(kinds=("link",), modes=("rail",), directions=("together",))
    assert line not in {
        (r.id, r.towards)
        for r in ranked_in(FlowModel(with_links=False).prepare(before, {}).network, wanted)
    }
    values = rows(value_links(after, wanted, NO_CLOSURES))
    assert float(values[line]["gain_usd2023_per_y"]) > 0.0


def test_all_that_is_wrong_is_said_at_once(world_on: Worlds) -> None:
    with pytest.raises(InvalidInput) as caught:
        value_links(
            world_on(ON),
            Wanted(around=("XXX",)),
            RankingOptions(gainers=("YYY",), post_congestion=-1.0),
        )
    text = str(caught.value)
    assert all(part in text for part in ("XXX", "YYY", "post_congestion"))


def command() -> typer.Typer:
    app = typer.Typer()
    rank.register(app)
    return app


def test_the_command_prints_what_the_function_gives(found: LinkValues, tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    given = CliRunner().invoke(
        command(),
        ["posts", "--on", ON, "--country", "KGZ", "--mode", "road", "--top", "2", "--json",
         "--csv", str(file)],
    )  # fmt: skip
    assert given.exit_code == 0, given.output
    shown = json.loads(given.stdout)["rows"]
    assert len(shown) == 2
    listed = rows(found)
    for r in shown:
        wanted = listed[r["id"], BOTH]
        assert r["gain_usd2023_per_y"] == pytest.approx(wanted["gain_usd2023_per_y"], rel=1e-12)
        assert r["loss_if_closed_usd2023_per_y"] is not None
        assert sum(r["gains_usd2023_per_y"].values()) == pytest.approx(r["gain_usd2023_per_y"])
    with file.open(encoding="utf-8") as opened:
        written = list(csv.DictReader(opened))
    assert [r["id"] for r in written[:2]] == [r["id"] for r in shown]
    assert "gain_kgz_usd2023_per_y" in written[0]
    assert all(r["mode"] == "road" for r in written)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--trade", "nobody"], "reconciled"),
        (["--mode", "canal"], "rail"),
        (["--by", "luck"], "five"),
        (["--baseline"], "--scenario"),
    ],
)
def test_the_command_refuses_what_it_does_not_know(arguments: list[str], said: str) -> None:
    given = CliRunner().invoke(command(), ["posts", *arguments])
    assert given.exit_code == 2
    assert said in given.output
