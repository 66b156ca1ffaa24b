"""The border model on worlds: the contract, calibration, refusals, and `sogdia queue`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import typer

from sogdia.core.errors import InvalidInput, SogdiaError, UnknownName
from sogdia.core.table import Table
from sogdia.models.border.calibrate import calibrated, spread
from sogdia.models.border.draws import rate_by_day, timetable_arrivals
from sogdia.models.border.hours import Outage, post_calendar
from sogdia.models.border.model import BorderModel
from sogdia.models.border.post import Post, simulate, throughput_by_day, waits
from sogdia.models.border.question import ask_queue, find_crossing
from sogdia.models.border.solve import Calendar, serve
from sogdia.models.border.tables import POST_FLOW
from sogdia.models.border.vessels import Fleet, board
from sogdia.models.contract import check_model, run_model
from sogdia.world.world import World

ON = "2024-07-01"
GATE = "kz-cn.alashankou:rail"
SHORT = BorderModel(days=120)


@pytest.fixture
def today(world_on: Callable[[str], World]) -> World:
    return world_on(ON)


def flow(world: World, *rows: tuple[Any, ...]) -> dict[str, Table]:
    names = ("entity", "towards", "arrivals_per_day", "observed_arrivals_per_day")
    listed = [{"on": world.on, **dict(zip(names, r, strict=True))} for r in rows]
    return {"post_flow": Table.from_rows(POST_FLOW, listed)}


def answer(world: World, *rows: tuple[Any, ...], model: BorderModel = SHORT):
    tables, status = run_model(model, world, flow(world, *rows))
    return {(r["entity"], r["towards"]): r for r in tables["post_queue"].rows()}, status


def test_the_border_model_keeps_the_contract(today: World) -> None:
    rows = [
        (GATE, "KAZ", 7.0, 6.5), (GATE, "CHN", 7.2, 6.5), ("by-pl.brest:rail", "POL", 40.0, None),
        ("kz-cn.khorgos:rail", "KAZ", 9.0, None), ("kg-cn.irkeshtam:road", "KGZ", 20.0, 10.0),
        ("transfer:gauge-change/cn.khorgos", "rail-1520", 9.0, None),
    ]  # fmt: skip
    assert check_model(BorderModel(days=30), today, flow(today, *rows)) == []


def test_at_the_observed_flow_the_dwell_is_the_observed_one(today: World) -> None:
    """Wait and procedure add up to the world's dwell to the last digits, in both directions."""
    found, status = answer(today, (GATE, "KAZ", 6.0, 6.0), (GATE, "CHN", 7.0, 7.0))
    index = {(r["id"], r["towards"]): r for r in today.crossings.rows()}
    for key, row in found.items():
        assert row["wait_mean_h"] > 0.0
        for name in ("dwell_mean_h", "dwell_p50_h", "dwell_p90_h"):
            assert row[name] == pytest.approx(index[key][name], rel=1e-12)
        assert row["wait_mean_h"] + row["procedure_mean_h"] == pytest.approx(row["dwell_mean_h"])
        assert row["effective_capacity_per_day"] == row["capacity_per_day"] == 17.0
        assert row["utilisation_share"] == pytest.approx(13.0 / 17.0, rel=0.05)
    assert status.state == "solved" and status.message == ""


def test_more_trains_dwell_longer_and_fewer_shorter(today: World) -> None:
    dwell, procedure = [], []
    for now in (2.0, 6.5, 8.0, 9.0):
        found, _ = answer(today, (GATE, "KAZ", now, 6.5), (GATE, "CHN", now, 6.5))
        dwell.append(found[GATE, "KAZ"]["dwell_mean_h"])
        procedure.append(found[GATE, "KAZ"]["procedure_mean_h"])
    assert dwell[0] < dwell[1] < dwell[2] < dwell[3]
    assert dwell[1] == pytest.approx(15.357275, rel=1e-6)
    assert len(set(procedure)) == 1


def test_directions_share_the_servers(today: World) -> None:
    both, _ = answer(today, (GATE, "KAZ", 7.0, None), (GATE, "CHN", 7.0, None))
    one, _ = answer(today, (GATE, "KAZ", 14.0, None))
    assert both[GATE, "KAZ"]["wait_mean_h"] == one[GATE, "KAZ"]["wait_mean_h"]
    assert both[GATE, "CHN"]["shared_arrivals_per_day"] == 14.0


def test_an_unknown_flow_at_observation_leaves_the_assumed_split(today: World) -> None:
    for share in (0.3, 0.8):
        found, _ = answer(
            today, (GATE, "KAZ", 10.0, None), model=BorderModel(days=120, procedure_share=share)
        )
        row = found[GATE, "KAZ"]
        assert row["procedure_mean_h"] == pytest.approx(share * 15.357275, rel=1e-6)
        assert row["dwell_mean_h"] == pytest.approx(row["procedure_mean_h"] + row["wait_mean_h"])


def test_an_unknown_capacity_is_null_and_named(today: World) -> None:
    yard = "transfer:gauge-change/cn.khorgos"
    found, status = answer(
        today, ("kz-ru.iletsk:rail", "KAZ", 9.0, None), (yard, "rail-1520", 9.0, None)
    )
    for row in found.values():
        for name in ("capacity_per_day", "wait_mean_h", "dwell_mean_h", "clearing_after_week_h"):
            assert row[name] is None
        assert row["arrivals_per_day"] == 9.0
    assert "not known" in status.message
    assert "kz-ru.iletsk:rail" in status.message and yard in status.message


def test_a_yard_with_a_capacity_is_a_queue(today: World) -> None:
    yard = "transfer:gauge-change/cn.khorgos"
    at = today.transfers["id"] == yard
    capacity = np.where(at, 12.0, np.nan)
    world = today.replace(transfers=today.transfers.replace(capacity_per_day=capacity))
    found, _ = answer(world, (yard, "rail-1520", 9.0, 9.0))
    row = found[yard, "rail-1520"]
    assert row["wait_mean_h"] > 0.0
    assert row["dwell_mean_h"] == pytest.approx(10.575319, rel=1e-6)


def test_a_shut_crossing_is_null_and_named(today: World) -> None:
    status_column = np.where(today.crossings["id"] == GATE, "closed", today.crossings["status"])
    world = today.replace(crossings=today.crossings.replace(status=status_column))
    found, status = answer(world, (GATE, "KAZ", 9.0, None))
    assert found[GATE, "KAZ"]["wait_mean_h"] is None
    assert "shut" in status.message


def test_a_contradicted_capacity_is_raised_and_said(today: World) -> None:
    found, status = answer(today, (GATE, "KAZ", 10.5, 10.5), (GATE, "CHN", 10.5, 10.5))
    row = found[GATE, "KAZ"]
    assert row["effective_capacity_per_day"] > 21.0 > row["capacity_per_day"]
    assert row["wait_mean_h"] <= 0.5 * 15.357275 * (1.0 + 1e-6)
    assert row["dwell_mean_h"] == pytest.approx(15.357275, rel=1e-6)
    assert "capacity raised" in status.message and GATE in status.message


def test_a_closure_that_never_clears_is_null_and_said(today: World) -> None:
    found, status = answer(today, (GATE, "KAZ", 30.0, None))
    assert found[GATE, "KAZ"]["clearing_after_week_h"] is None
    assert "does not clear" in status.message


def test_a_clearing_time_near_the_fluid(today: World) -> None:
    found, _ = answer(today, (GATE, "KAZ", 12.0, None), model=BorderModel())
    assert found[GATE, "KAZ"]["clearing_after_week_h"] == pytest.approx(
        24.0 * 7.0 * 12.0 / 5.0, rel=0.25
    )


def test_every_problem_of_the_flows_at_once(today: World) -> None:
    tables = flow(
        today, ("kz-cn.alashanku:rail", "KAZ", 1.0, None), (GATE, "UZB", 1.0, None),
        (GATE, "KAZ", None, None), (GATE, "CHN", -1.0, math.inf),
    )  # fmt: skip
    with pytest.raises(InvalidInput) as caught:
        BorderModel().prepare(today, tables)
    text = str(caught.value)
    assert "kz-cn.alashankou:rail" in text and "CHN, KAZ" in text
    assert len(caught.value.problems) == 5


def test_a_missing_table_and_another_date_are_refused(today: World) -> None:
    with pytest.raises(InvalidInput, match="post_flow"):
        BorderModel().prepare(today, {})
    row = {"on": today.on.replace(year=2020), "entity": GATE, "towards": "KAZ"}
    other = {"post_flow": Table.from_rows(POST_FLOW, [row | {"arrivals_per_day": 1.0}])}
    with pytest.raises(InvalidInput, match="no row on 2024-07-01"):
        BorderModel().prepare(today, other)
    empty = Table.from_rows(POST_FLOW, [])
    tables, _ = run_model(BorderModel(), today, {"post_flow": empty})
    assert len(tables["post_queue"]) == 0


def test_curves_for_assignment_go_through_the_observed_dwell(today: World) -> None:
    model = BorderModel(days=120)
    problem = model.prepare(today, flow(today, (GATE, "KAZ", 6.0, 6.0), (GATE, "CHN", 6.0, 6.0)))
    stop = model.curves(problem)[GATE]
    mean = dict(
        zip(
            today.crossings["towards"][today.crossings["id"] == GATE],
            today.crossings["dwell_mean_h"][today.crossings["id"] == GATE],
            strict=True,
        )
    )
    for towards, procedure in zip(stop.towards, stop.procedure_h, strict=True):
        assert procedure + stop.curve.wait_h(12.0) == pytest.approx(mean[towards], rel=1e-12)
    assert stop.curve.slope_h(40.0) == pytest.approx(24.0 * 120.0 / (2.0 * 17.0), rel=0.05)


def test_throughput_is_the_lesser_of_flow_and_capacity() -> None:
    post = Post(capacity_per_day=20.0, servers=3)
    for per_day, passed in ((12.0, 12.0), (30.0, 20.0)):
        paths = simulate(post, per_day, days=200)
        found = waits(paths, post, days=200)
        assert found.throughput_per_day == pytest.approx(passed, rel=0.03)
        by_day = throughput_by_day(paths, 200)
        assert by_day.sum() == pytest.approx(found.throughput_per_day * by_day.size)


def test_a_queue_nobody_comes_to() -> None:
    post = Post(capacity_per_day=20.0, servers=3)
    found = waits(simulate(post, 0.0), post)
    assert math.isnan(found.mean_h) and found.throughput_per_day == 0.0


def test_a_daily_convoy_by_hand() -> None:
    """Three trucks at eight, one server, an hour each: waits of 0, 1 and 2 hours every day."""
    arrival = timetable_arrivals([8.0], 3, batch=3)
    paths = serve(arrival, np.full(9, 1.0), 1)
    assert list(paths.wait[0]) == [0.0, 1.0, 2.0] * 3


def test_a_surge_and_seasons_scale_days() -> None:
    rate = rate_by_day(10.0, 4, by_day=[1.0, 0.0, 2.0, 1.0])
    assert rate.expected() == pytest.approx(40.0)
    arrivals = simulate(Post(capacity_per_day=100.0, servers=2), rate, days=4, replications=32)
    day = arrivals.arrival[~np.isnan(arrivals.arrival)] // 24.0
    assert not np.any(day == 1.0)
    assert np.sum(day == 2.0) == pytest.approx(640, abs=100)


def test_the_spread_of_a_service_is_that_of_the_dwell() -> None:
    assert spread(12.0, 29.52) == pytest.approx(0.798, abs=0.001)
    assert spread(math.nan, 3.0) == spread(0.0, 0.0) == 0.8


def test_without_a_dwell_there_is_no_procedure() -> None:
    found = calibrated(Post(capacity_per_day=10.0, servers=2), math.nan, 5.0)
    assert math.isnan(found.procedure_h) and not found.raised


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: Post(capacity_per_day=0.0, servers=0, open_h_per_day=30.0), "3 problems"),
        (lambda: Post(capacity_per_day=1.0, servers=1, open_h_per_day=10.0, opens_at_h=20.0), "0 to 14"),
        (lambda: serve([1.0, 0.0], [1.0, 1.0], 1), "falls"),
        (lambda: serve([0.0, math.nan], [1.0, -1.0], 1), "2 problems"),
        (lambda: serve([0.0], [1.0], Calendar(np.array([1.0, 0.0]), np.array([1, 1]))), "ascend"),
        (lambda: post_calendar(0, 3, outages=[Outage(5.0, 1.0)]), "2 problems"),
        (lambda: rate_by_day(-1.0, 3, (9.0, 8.0)), "2 problems"),
        (lambda: timetable_arrivals([25.0], 2), "hours of a day"),
        (lambda: Fleet(room_teu=np.array([0.0]), round_trip_h=0.0, load_share=2.0), "3 problems"),
        (lambda: board([1.0, 0.0], [1.0, 0.0], [1.0]), "3 problems"),
        (lambda: simulate(Post(capacity_per_day=1.0, servers=1), 1.0, backlog=-1), "backlog"),
    ],
)  # fmt: skip
def test_refusals_say_everything(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        call()


# The question behind `sogdia queue` --------------------------------------------------------------


def test_a_post_is_found_by_its_other_name(today: World) -> None:
    assert find_crossing(today, "kz-cn.dostyk:rail") == GATE
    assert find_crossing(today, GATE) == GATE
    with pytest.raises(UnknownName, match="could be"):
        find_crossing(today, "kz-cn.dostyk")
    with pytest.raises(UnknownName, match="did you mean"):
        find_crossing(today, "kz-cn.alashankuo:rail")


def test_the_answer_to_a_closed_week(today: World) -> None:
    found = ask_queue(today, GATE, 14.0, closed_days=7.0, replications=16)
    assert found.with_closure is not None
    assert found.peak_queue == pytest.approx(7.0 * 14.0, rel=0.15)
    assert found.fluid_clearing_days == pytest.approx(7.0 * 14.0 / 3.0)
    assert found.clearing_low_days <= found.clearing_days <= found.clearing_high_days
    assert found.clearing_days == pytest.approx(found.fluid_clearing_days, rel=0.3)
    assert found.with_closure.mean_h > found.waits.mean_h
    assert found.queue_with_closure.max() > 5.0 * found.queue.max()


def test_above_capacity_nothing_clears(today: World) -> None:
    found = ask_queue(today, GATE, 21.0, closed_days=7.0, replications=4)
    assert found.clearing_days is None and found.fluid_clearing_days is None
    assert found.cleared_share == 0.0


def test_what_is_not_known_is_asked_for(today: World) -> None:
    with pytest.raises(InvalidInput, match="--capacity"):
        ask_queue(today, "kz-ru.iletsk:rail", 20.0)
    found = ask_queue(
        today, "kz-ru.iletsk:rail", 20.0, changes={"capacity_per_day": 27.0}, replications=2
    )
    assert found.capacity_from == "given" and found.post.capacity_per_day == 27.0
    with pytest.raises(InvalidInput, match="3 problems"):
        ask_queue(today, GATE, -1.0, closed_days=1000.0, backlog=-3)


def cli(*arguments: str) -> Any:
    from sogdia.cli import queue

    app = typer.Typer()
    queue.register(app)

    @app.command()
    def other() -> None:
        """A second verb, so that the first keeps its name."""

    return app(["queue", *arguments], standalone_mode=False)


def test_the_verb_prints_a_table_and_a_picture(capsys: pytest.CaptureFixture[str]) -> None:
    cli("kz-cn.dostyk:rail", "--arrivals", "14", "--closed-days", "7", "--on", ON, "--draws", "4")
    text = capsys.readouterr().out
    for part in ("wait, P90", "7 days shut", "waiting at reopening", "gone after", "####"):
        assert part in text
    assert "nan" not in text.lower() and "inf" not in text.lower()


def test_the_verb_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    cli(GATE, "--arrivals", "14", "--backlog", "55", "--on", ON, "--draws", "2", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["crossing"] == GATE and found["on"] == ON and found["peak_queue"] == 55.0
    assert found["with_closure"] is None and found["waits"]["mean_h"] > 0.0
    assert len(found["queue"]) == len(found["day"]) == 366


def test_the_verb_refuses_like_the_others() -> None:
    with pytest.raises(SogdiaError) as caught:
        cli("kz-ru.iletsk:rail", "--arrivals", "14", "--on", ON)
    assert caught.value.exit_code == 3


def test_more_capacity_than_when_the_dwell_was_observed_shortens_the_wait(today: World) -> None:
    """The post is calibrated under the capacity of then, and served under that of now."""
    wider = today.crossings["capacity_per_day"] * np.where(today.crossings["id"] == GATE, 1.5, 1.0)
    opened = today.replace(crossings=today.crossings.replace(capacity_per_day=wider))
    before = float(today.crossings["capacity_per_day"][today.crossings["id"] == GATE][0])
    flow = Table.from_rows(
        POST_FLOW,
        [
            {
                "on": opened.on,
                "entity": GATE,
                "towards": "KAZ",
                "arrivals_per_day": 15.0,
                "observed_arrivals_per_day": 15.0,
                "observed_capacity_per_day": before,
                "observed_open_h_per_day": 24.0,
            }
        ],
    )
    model = BorderModel()
    (row,) = run_model(model, opened, {"post_flow": flow})[0]["post_queue"].rows()
    curve = model.curves(model.prepare(opened, {"post_flow": flow}))[GATE]
    assert row["wait_mean_h"] < curve.observed_wait_h
    dwell = next(
        r["dwell_mean_h"]
        for r in opened.crossings.rows()
        if r["id"] == GATE and r["towards"] == "KAZ"
    )
    assert row["dwell_mean_h"] < dwell
