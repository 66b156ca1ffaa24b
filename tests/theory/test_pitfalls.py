"""How such models go wrong: one test for each pitfall that costs and routes can fall into.

The numbers are those of the list in the design notes; pitfalls of trade models come with those.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sogdia.appraisal import side as appraisal_side
from sogdia.appraisal.options import Options
from sogdia.appraisal.run import appraise
from sogdia.appraisal.summary import summarise
from sogdia.cli.app import run as sogdia
from sogdia.core.table import Table
from sogdia.models.contract import run_model
from sogdia.models.transport import TransportModel
from sogdia.models.transport.model import Pair
from sogdia.models.transport.prepare import arc_costs
from sogdia.models.transport.routes import alternatives, legs
from sogdia.results.store import RunStore
from sogdia.world.network import BORDER, LINE_HAUL, network
from sogdia.world.world import World

DAY = "2026-07-01"
SHUT = f"""
id = "shut"
title = "The border of China and Kazakhstan is shut"
on = [{DAY}]
classes = ["container-general"]

[[measure]]
id = "shut"
kind = "close-crossing"
crossings = {{ between = ["CHN", "KAZ"] }}
on = 2026-01-01
source = "assumption"
why = "a test"

[[route]]
from = "Xi'an"
to = "Almaty"
class = "container-general"
"""


@pytest.fixture(scope="module")
def today(world_on: Callable[[str], World]) -> World:
    """The world the tests look at."""
    return world_on(DAY)


@pytest.fixture
def shut(tmp_path: Path) -> Path:
    """A scenario that can only cost more."""
    file = tmp_path / "shut.toml"
    file.write_text(SHUT, encoding="utf-8")
    return file


def gencost(world: World, commodity: str = "bulk") -> np.ndarray:
    """Generalised cost between all zones."""
    model = TransportModel(commodities=(commodity,), samples=0)
    return model.solve(model.prepare(world, {})).gencost[0]


# --- 3 ----------------------------------------------------------------------------------------


def test_3_phantom_gains_from_a_parallel_link(today: World) -> None:
    """Every link twice is no gain: costs are least costs, not log-sums."""
    rows = list(today.links.rows())
    twice = Table.from_rows(
        today.links.schema, [*rows, *({**r, "id": f"{r['id']}/again"} for r in rows)]
    )
    doubled = dataclasses.replace(today, links=twice, spreads=())
    assert np.array_equal(gencost(today), gencost(doubled), equal_nan=True)


def test_3_phantom_gains_from_a_place_nobody_needs(today: World) -> None:
    place = next(iter(today.places.rows())) | {"id": "kz.nowhere", "name": "Nowhere"}
    link = next(r for r in today.links.rows() if r["status"] == "open" and not r["crossing"])
    spur = link | {"id": "spur", "to_place": "kz.nowhere", "length_km": 0.5}
    wider = dataclasses.replace(
        today,
        spreads=(),
        places=Table.from_rows(today.places.schema, [*today.places.rows(), place]),
        links=Table.from_rows(today.links.schema, [*today.links.rows(), spur]),
    )
    assert np.array_equal(gencost(today), gencost(wider), equal_nan=True)


# --- 4 ----------------------------------------------------------------------------------------


def test_4_failed_draws_are_counted_and_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shut: Path
) -> None:
    draw = appraisal_side._draw

    def fails(model: Any, problem: Any, drawn: Any, number: int) -> Any:
        if number == 2:
            raise ValueError("no such draw")
        return draw(model, problem, drawn, number)

    monkeypatch.setattr(appraisal_side, "_draw", fails)
    monkeypatch.setenv("SOGDIA_RUNS", str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)
    arguments = [
        "appraise",
        str(shut),
        "--draws",
        "4",
        "--samples",
        "4",
        "--no-report",
        "--no-flows",
    ]
    assert sogdia(arguments) == 1
    out = capsys.readouterr().out
    assert "NOT SOLVED" in out
    assert "1 of 4 draws" in out
    store = RunStore(tmp_path / "runs")
    found = store.find("shut")
    assert found.manifest.failed_draws == {2: "ValueError: no such draw"}
    assert found.manifest.state == "usable"
    drawn = set(found["pair_draw"]["draw"])
    assert drawn == {0, 1, 3, 4}
    # A second run finds it in the store, and says so again.
    assert sogdia(arguments) == 1
    assert "NOT SOLVED" in capsys.readouterr().out
    assert sogdia([*arguments, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["state"] == "usable"


def test_4_draws_that_fail_on_one_side_leave_the_others_paired(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shut: Path
) -> None:
    """Baseline and scenario of one draw are compared, never draw 1 with draw 2."""
    draw = appraisal_side._draw
    options = Options(draws=5, samples=4, flows=False, linkages=False)
    calls = {"n": 0}

    def fails(model: Any, problem: Any, drawn: Any, number: int) -> Any:
        calls["n"] += 1
        if calls["n"] in {1, 5 + 2}:
            raise ArithmeticError("lost")
        return draw(model, problem, drawn, number)

    monkeypatch.setattr(appraisal_side, "_draw", fails)
    found = appraise(shut, store=RunStore(tmp_path / "some"), options=options)
    assert set(found.baseline.manifest.failed_draws) == {1}
    assert set(found.run.manifest.failed_draws) == {2}
    by_draw = [
        {r["draw"]: r["gencost_usd2023_per_t"] for r in run["pair_draw"].rows()}
        for run in (found.baseline, found.run)
    ]
    shared = [3, 4, 5]
    teu = found.run["classes"]["loading_t_per_teu"][
        list(found.run["classes"]["id"]).index("container-general")
    ]
    changes = [(by_draw[1][d] - by_draw[0][d]) * teu for d in shared]
    central = (by_draw[1][0] - by_draw[0][0]) * teu
    (pair,) = summarise(found).pairs
    band = pair.bands["gencost"][2]
    low, high = np.percentile(changes, (5, 95))
    assert band.central == pytest.approx(central)
    assert band.p05 == pytest.approx(low)
    assert band.p95 == pytest.approx(high)


# --- 8 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("commodity", ["container-general", "container-high-value", "perishables"])
def test_8_units_a_teu_costs_its_tonnes(
    today: World, capsys: pytest.CaptureFixture[str], commodity: str
) -> None:
    arguments = ["route", "cn.xian", "kz.almaty", "--on", DAY, "--class", commodity, "--json"]
    assert sogdia([*arguments, "--samples", "4"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["routes"]
    teu = today.classes["loading_t_per_teu"][today.classes.index()[commodity]]
    assert told["money_usd2023_per_teu"] == pytest.approx(told["money_usd2023_per_t"] * teu)
    assert told["money_usd2023_per_t"] == pytest.approx(
        sum(leg["money_usd2023_per_t"] for leg in told["legs"])
    )


def test_8_units_hours_are_hours(today: World) -> None:
    """A plausible trip: no days in an hour column, no dollars a TEU in a column a tonne."""
    costs = arc_costs(network(today), "container-general")
    (best,) = alternatives(costs, "cn.xian", "kz.almaty", 1, samples=16)
    assert 3 * 24 < best.time_h < 40 * 24
    assert 2500 < best.distance_km < 6000
    assert 20 < best.money < 1000


# --- 9 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "destination"), [("cn.xian", "kz.almaty"), ("kz.almaty", "cn.xian")]
)
def test_9_double_counting_one_border_and_one_gauge_change(
    today: World, origin: str, destination: str
) -> None:
    """Out and in of one post are one stop, and the change of gauge is a stop of its own."""
    costs = arc_costs(network(today), "container-general")
    (best,) = alternatives(costs, origin, destination, 1, samples=8, modes=("rail",))
    found = legs(costs, best.arcs)
    kinds = [leg["kind"] for leg in found]
    assert kinds.count("border") == 1
    assert kinds.count("gauge-change") == 1
    (border,) = (leg for leg in found if leg["kind"] == "border")
    post, _, towards = border["entities"].partition(">")
    (row,) = (r for r in today.crossings.rows() if (r["id"], r["towards"]) == (post, towards))
    assert towards == {"kz": "KAZ", "cn": "CHN"}[destination[:2]]
    assert border["time_h"] == row["dwell_mean_h"] == best.border_h


def test_9_double_counting_every_way_over_a_border_has_one_border_arc(today: World) -> None:
    """Of each directed international link: line-haul to the middle, then the border, once."""
    net = network(today)
    middle = [i for i, name in enumerate(net.nodes) if name.startswith("border:")]
    assert middle
    into, out = ({i: np.flatnonzero(end == i) for i in middle} for end in (net.head, net.tail))
    for i in middle:
        assert [int(net.kind[a]) for a in into[i]] == [LINE_HAUL]
        assert [int(net.kind[a]) for a in out[i]] == [BORDER]


# --- 10 ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def one_way(today: World) -> World:
    """Nothing may enter Turkmenistan over a border or by sea; everything may leave over one."""
    crossings = today.crossings
    status = [
        "closed" if t == "TKM" else s
        for t, s in zip(crossings["towards"], crossings["status"], strict=True)
    ]
    links = [
        "closed" if m in {"sea", "air"} else s
        for m, s in zip(today.links["mode"], today.links["status"], strict=True)
    ]
    return today.replace(
        crossings=crossings.replace(status=status), links=today.links.replace(status=links)
    )


def test_10_asymmetric_closures(one_way: World) -> None:
    country = one_way.zones["country"]
    inside, outside = (np.flatnonzero(c) for c in (country == "TKM", country == "CHN"))
    found = gencost(one_way)
    assert np.isnan(found[np.ix_(outside, inside)]).all()
    assert np.isfinite(found[np.ix_(inside, outside)]).all()
    assert np.isfinite(found[np.ix_(inside, inside)]).all()


def test_10_disconnected_nodes_are_null_and_false_and_never_a_number(one_way: World) -> None:
    pair = Pair("cn.xian", "tm.ashgabat", "bulk")
    model = TransportModel(commodities=("bulk",), pairs=(pair,), samples=4)
    tables, status = run_model(model, one_way, {})
    assert status.message
    skim = tables["skim"]
    numbers = [c.name for c in skim.schema.columns if c.type == "number"]
    lost = [r for r in skim.rows() if not r["reachable"]]
    assert len(lost) > 100
    assert {r[n] for r in lost for n in numbers} == {None}
    assert any((r["origin"], r["destination"]) == ("cn.xian", "tm.ashgabat") for r in lost)
    assert len(tables["route"]) == 0
    for r in skim.rows():
        if r["reachable"]:
            assert all(np.isfinite(r[n]) for n in numbers)
    text = json.dumps(list(skim.rows()), default=str, allow_nan=False)
    assert "NaN" not in text


# --- 11 ---------------------------------------------------------------------------------------


def test_11_sign_convention(tmp_path: Path, shut: Path) -> None:
    """Change is after less before: a closure is a positive change of cost, and a loss."""
    found = appraise(
        shut,
        store=RunStore(tmp_path),
        options=Options(draws=2, samples=8, flows=False, linkages=False),
    )
    told = summarise(found)
    assert told.gainers() == ()
    assert told.losers()
    assert all(z.change.central > 0 for z in told.losers())
    assert {c.kind for c in told.changes} == {"closed"}
    (pair,) = told.pairs
    assert pair.before is not None
    assert pair.after is not None
    before, after, change = pair.bands["gencost"]
    assert change.central == pytest.approx(after.central - before.central)
    assert change.central > 0
    assert change.central == pytest.approx(
        pair.after.gencost_usd2023_per_teu - pair.before.gencost_usd2023_per_teu
    )


# --- 14 ---------------------------------------------------------------------------------------


def test_14_new_links_appear_through_costs(today: World) -> None:
    """A place with no open link has no cost; opening its railway gives it one, from nothing."""
    pair = Pair("kg.makmal", "kz.almaty", "bulk")
    model = TransportModel(commodities=("bulk",), pairs=(pair,), samples=4)

    def costs(world: World) -> dict[str, Any]:
        skim = run_model(model, world, {})[0]["skim"]
        (row,) = (r for r in skim.rows() if r["origin"] == "kg.makmal")
        return row

    before = costs(today)
    assert before["reachable"] is False
    assert before["gencost_usd2023_per_t"] is None
    status = today.links["status"].copy()
    status[today.links.index()["rail:kg.makmal~kg.jalal-abad"]] = "open"
    after = costs(today.replace(links=today.links.replace(status=status)))
    assert after["reachable"] is True
    assert after["gencost_usd2023_per_t"] > 0
    assert after["distance_km"] > 500
