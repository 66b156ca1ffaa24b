"""The loop of transport, borders and trade: where it settles, and what it says when it does not."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from sogdia.appraisal import effects as appraisal_effects
from sogdia.appraisal.loop import MAX_ROUNDS, TOLERANCE, Joined, draw_response, join, with_hours
from sogdia.appraisal.worlds import claim_values, read_for
from sogdia.cli.app import run as sogdia
from sogdia.core.errors import InvalidInput
from sogdia.core.status import Status
from sogdia.evidence.base import EvidenceBase
from sogdia.models.border import curve, post
from sogdia.results.store import RunStore
from sogdia.scenario.apply import worlds_of
from sogdia.world.world import World


@pytest.fixture(scope="module", autouse=True)
def few_vehicles() -> Iterator[None]:
    """Queues of fewer vehicles: what is tested is the loop, and it is as deterministic."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curve, "VEHICLES", 60_000)
        patch.setattr(post, "VEHICLES", 20_000)
        yield


POST = ("kz-cn.alashankou:rail", "KAZ")
OTHER = ("kg-cn.irkeshtam:road", "KGZ")


# --- the loop ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sides(
    world_on: Callable[[str], World], evidence: EvidenceBase
) -> Callable[[str], tuple[World, World]]:
    """Both worlds of a shipped scenario on its last date."""

    @functools.cache
    def found(name: str) -> tuple[World, World]:
        scenario = read_for(name, evidence)
        return worlds_of(scenario, world_on(str(scenario.on[-1])), claims=claim_values(evidence))

    return found


@pytest.fixture(scope="module")
def cku(sides: Callable[[str], tuple[World, World]]) -> Joined:
    """The railway, joined."""
    return join(*sides("cku-railway"))


@pytest.fixture(scope="module")
def faster(sides: Callable[[str], tuple[World, World]]) -> Joined:
    """Borders that take 30 % less time, joined."""
    return join(*sides("border-time-30-percent-less"))


@pytest.fixture(scope="module")
def hasty(sides: Callable[[str], tuple[World, World]]) -> Joined:
    """The same with one round, where queues matter."""
    return join(*sides("border-time-30-percent-less"), max_rounds=1)


@pytest.mark.parametrize("which", ["cku", pytest.param("faster", marks=pytest.mark.slow)])
def test_it_settles(which: str, request: pytest.FixtureRequest) -> None:
    found: Joined = request.getfixturevalue(which)
    loop = found.statuses[0]
    assert loop.state == "solved"
    assert loop.residual is not None
    assert loop.residual <= TOLERANCE
    # Faster borders press on three nearly full places in a row and side by side at once.
    most = {"cku": MAX_ROUNDS / 2, "faster": 3 * MAX_ROUNDS / 4}[which]
    assert 1 < loop.iterations < most
    assert {s.state for s in (*found.statuses, *found.baseline_statuses)} == {"solved"}


def test_two_runs_are_equal_to_the_bit(
    hasty: Joined, sides: Callable[[str], tuple[World, World]]
) -> None:
    again = join(*sides("border-time-30-percent-less"), max_rounds=1)
    for a, b in ((hasty.baseline, again.baseline), (hasty.scenario, again.scenario)):
        assert a.keys() == b.keys()
        assert all(a[name].arrow.equals(b[name].arrow) for name in a)


def test_from_another_start_it_settles_at_the_same_point(
    cku: Joined, sides: Callable[[str], tuple[World, World]]
) -> None:
    other = join(*sides("cku-railway"), start={OTHER: 5.0, (OTHER[0], "CHN"): 5.0, POST: -2.0})
    assert other.statuses[0].state == "solved"
    a, b = cku.scenario, other.scenario
    np.testing.assert_allclose(
        a["country_income"]["real_income_change_share"],
        b["country_income"]["real_income_change_share"],
        atol=1e-6,
    )
    np.testing.assert_allclose(
        a["crossing_flow"]["arrivals_per_day"], b["crossing_flow"]["arrivals_per_day"],
        rtol=1e-2, atol=0.1,
    )  # fmt: skip


def with_dwell(world: World, post: str, hours: float) -> World:
    """A world in which a post takes this many hours on average, quantiles alike."""
    rows = world.crossings
    here = np.asarray(rows["id"] == post, dtype=np.bool_)
    assert here.any()
    factor = np.ones(len(here))
    factor[here] = hours / rows["dwell_mean_h"][here]
    columns = ("dwell_mean_h", "dwell_p50_h", "dwell_p90_h")
    return world.replace(crossings=rows.replace(**{c: rows[c] * factor for c in columns}))


def with_room(world: World, post: str, per_day: float) -> World:
    """A world in which a post passes this many a day, and is open for twelve hours."""
    rows = world.crossings
    here = np.asarray(rows["id"] == post, dtype=np.bool_)
    assert here.any()
    return world.replace(
        crossings=rows.replace(
            capacity_per_day=np.where(here, per_day, rows["capacity_per_day"]),
            open_h_per_day=np.where(here, 12.0, rows["open_h_per_day"]),
        )
    )


def trucks(found: Joined, post: str) -> tuple[float, float]:
    """Arrivals a day at a post, both directions, without and with the scenario."""
    return tuple(  # type: ignore[return-value]
        sum(r["arrivals_per_day"] for r in side["crossing_flow"].rows() if r["id"] == post)
        for side in (found.baseline, found.scenario)
    )


def test_a_nearly_full_post_that_becomes_much_faster_settles(
    sides: Callable[[str], tuple[World, World]],
) -> None:
    """Irkeshtam in twelve hours, with room for the 100 trucks a day it was built for. Before arcs faded in, routes kept to those
    of the world without added hours: thousands of hours of wait and still three times the trucks."""
    before = with_room(sides("cku-railway")[0], OTHER[0], 100.0)
    after = with_dwell(before, OTHER[0], 12.0)
    found = join(before, after)
    assert found.statuses[0].state == "solved"
    old, new = trucks(found, OTHER[0])
    assert old < new < 1.5 * old


@pytest.mark.slow
def test_a_post_that_nobody_took_fills_and_settles(
    sides: Callable[[str], tuple[World, World]],
) -> None:
    """Khorgos road in six hours where it took weeks: no trucks before, and then hundreds."""
    post_id = "kz-cn.khorgos:road"
    before = with_dwell(sides("cku-railway")[0], post_id, 1000.0)
    found = join(before, with_dwell(before, post_id, 6.0))
    assert found.statuses[0].state == "solved"
    old, new = trucks(found, post_id)
    assert old < 1.0
    assert new > 100.0


def test_a_post_that_nobody_took_answers_when_it_fills(
    sides: Callable[[str], tuple[World, World]],
) -> None:
    """Posts idle in the baseline were left out of the loop: Irkeshtam took 173 trucks a day on 100 in
    the package of all projects, with a wait of 3,213 h, and none of them went another way."""
    before = with_dwell(with_room(sides("cku-railway")[0], OTHER[0], 100.0), OTHER[0], 1000.0)
    found = join(before, with_dwell(before, OTHER[0], 12.0))
    assert found.statuses[0].state == "solved"
    old, new = trucks(found, OTHER[0])
    assert old < 30.0, "below the share of capacity at which a queue is looked at"
    assert 80.0 < new < 105.0
    assert found.waits is not None and found.waits.hours[OTHER] > 1.0


def test_a_scenario_against_itself_changes_no_income_at_all(
    sides: Callable[[str], tuple[World, World]],
) -> None:
    before, _ = sides("cku-railway")
    found = join(before, before)
    assert set(found.scenario["country_income"]["real_income_change_share"]) == {0.0}
    for name in ("link_flow", "crossing_flow", "trade_cost"):
        for column in found.baseline[name].schema.columns:
            if column.type == "number":
                np.testing.assert_allclose(
                    found.scenario[name][column.name], found.baseline[name][column.name],
                    rtol=1e-9, atol=1e-6,
                )  # fmt: skip
    assert set(draw_response(before, before)["country_income"]["real_income_change_share"]) == {0.0}


def test_a_draw_with_the_waits_of_the_loop_and_no_draw_is_the_loop(
    cku: Joined, sides: Callable[[str], tuple[World, World]]
) -> None:
    """So a band lies about the central value and not beside it."""
    found = draw_response(*sides("cku-railway"), waits=cku.waits)
    assert cku.waits is not None and any(cku.waits.hours.values())
    for table, column, near in (
        ("country_income", "real_income_change_share", 2e-7), ("trade_change", "change_ratio", 3e-6),
    ):  # fmt: skip
        np.testing.assert_allclose(
            found[table][column], cku.scenario[table][column], rtol=0.0, atol=near
        )


@pytest.mark.parametrize("draw", [7, 15])
def test_less_time_at_borders_costs_no_country_in_any_draw(
    draw: int, world_on: Callable[[str], World], evidence: EvidenceBase
) -> None:
    """In these draws some posts take no time at all; 30 % less of it once closed them."""
    scenario = read_for("border-time-30-percent-less", evidence)
    drawn = worlds_of(
        scenario.drawn(draw, 0), world_on(str(scenario.on[-1])).draw(draw, 0),
        claims=claim_values(evidence),
    )  # fmt: skip
    income = draw_response(*drawn)["country_income"]
    full = np.asarray(income["level"] == "full", dtype=np.bool_)
    own = np.isin(income["country"].astype(str), ["KAZ", "KGZ", "TJK", "TKM", "UZB"])
    assert (income["real_income_change_share"][full & own] > 0.0).all()


def test_a_railway_that_was_not_there_is_used(cku: Joined) -> None:
    def carried(tables: Mapping[str, object]) -> float:
        rows = tables["link_flow"].rows()  # type: ignore[attr-defined]
        return sum(r["flow_t_per_y"] for r in rows if r["id"] == "rail:kg.torugart~kg.arpa")

    assert carried(cku.baseline) == 0.0
    assert carried(cku.scenario) > 1e5


def test_the_new_railway_has_a_capacity_and_answers(cku: Joined) -> None:
    """15 Mt a year are known of it, with no traffic before; the baseline adds no hours anywhere."""
    rows = {r["entity"]: r for r in cku.scenario["capacity_use"].rows()}
    row = rows["rail:kg.torugart~kg.arpa"]
    assert row["kind"] == "line" and row["capacity_amount"] == 15e6
    assert row["flow_amount"] > 1e5
    assert 0.0 < row["added_h"] < 0.01
    assert {r["added_h"] for r in cku.baseline["capacity_use"].rows()} <= {0.0, None}
    assert len(cku.scenario["transfer_flow"]) > 50


def test_a_loop_without_a_round_is_refused(sides: Callable[[str], tuple[World, World]]) -> None:
    with pytest.raises(InvalidInput, match="needs a round"):
        join(*sides("cku-railway"), max_rounds=0)


def test_too_few_rounds_are_said_and_the_numbers_are_marked(hasty: Joined) -> None:
    loop = hasty.statuses[0]
    assert loop.state == "usable"
    assert loop.iterations == 1
    assert loop.residual is not None
    assert loop.residual > TOLERANCE
    assert "did not settle" in loop.message


def test_appraise_of_a_loop_that_did_not_settle_exits_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    cku: Joined,
) -> None:  # fmt: skip
    import dataclasses

    unsettled = Status(
        state="usable", iterations=1, residual=3.0, tolerance=TOLERANCE, of="loop",
        message="did not settle; the numbers are those of its last round",
    )  # fmt: skip
    told = dataclasses.replace(cku, statuses=(unsettled, *cku.statuses[1:]))
    monkeypatch.setattr(appraisal_effects, "join", lambda *_a, **_k: told)
    monkeypatch.setenv("SOGDIA_RUNS", str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)
    arguments = ["appraise", "cku-railway", "--draws", "0", "--samples", "4", "--no-report"]
    assert sogdia(arguments) == 1
    out = capsys.readouterr().out
    assert "NOT SOLVED" in out
    assert "did not settle" in out
    assert RunStore(tmp_path / "runs").find("cku-railway").manifest.state == "usable"


# --- its parts --------------------------------------------------------------------------------


def test_hours_are_added_to_every_quantile_and_none_falls_below_zero(
    sides: Callable[[str], tuple[World, World]],
) -> None:
    before, _ = sides("cku-railway")
    after = with_hours(before, {POST: 3.0, OTHER: -1e6})
    rows = {(r["id"], r["towards"]): r for r in before.crossings.rows()}
    for row in after.crossings.rows():
        was = rows[row["id"], row["towards"]]
        for column in ("dwell_mean_h", "dwell_p50_h", "dwell_p90_h"):
            if (row["id"], row["towards"]) == POST:
                assert row[column] == pytest.approx(was[column] + 3.0)
            elif (row["id"], row["towards"]) == OTHER:
                assert row[column] == 0.0
            else:
                assert row[column] == was[column]
    assert with_hours(before, {}) is before


def test_faster_borders_raise_trade_with_china_and_income(faster: Joined) -> None:
    for row in faster.scenario["trade_change"].rows():
        if (
            row["level"] == "full"
            and row["exporter"] == "CHN"
            and row["importer"] in {"KGZ", "UZB"}
        ):
            assert row["change_ratio"] > 1.0
    for row in faster.scenario["country_income"].rows():
        if row["level"] == "full" and row["country"] in {"KAZ", "KGZ", "TJK", "TKM", "UZB"}:
            assert row["real_income_change_share"] > 0.0
