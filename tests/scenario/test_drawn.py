"""Draws of what a measure sets: within its range, keyed by the measure, never by its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sogdia.appraisal.worlds import claim_values, read_for
from sogdia.evidence.base import open_evidence
from sogdia.scenario.apply import worlds_of
from sogdia.scenario.measures import Measure
from sogdia.scenario.quantity import Level
from sogdia.scenario.scenario import Scenario
from sogdia.world.world import World

DAY = "2026-07-01"
FIRST = """
[[measure]]
id = "quicker"
kind = "set-dwell"
crossing = "kz-cn.khorgos:rail"
towards = "KAZ"
on = 2026-01-01
dwell = { central = 12, low = 9, high = 20, unit = "hour" }
p90 = "30 hour"
source = "assumption"
why = "a test"
"""
SECOND = """
[[measure]]
id = "shorter"
kind = "set-dwell"
crossing = "kz-cn.khorgos:road"
on = 2026-01-01
dwell = { change = "-30 %", of = "baseline" }
source = "assumption"
why = "a test"
"""


def made(folder: Path, *measures: str) -> Scenario:
    head = f'id = "one"\ntitle = "One"\non = [{DAY}]\n'
    (folder / "one.toml").write_text(head + "".join(measures), encoding="utf-8")
    return read_for(folder / "one.toml", open_evidence())


def dwell(measure: Measure) -> float:
    value = measure.quantities()["dwell"]
    assert isinstance(value, Level)
    return value.estimate.central


def test_the_range_of_a_measure_is_its_90_percent_interval(tmp_path: Path) -> None:
    scenario = made(tmp_path, FIRST)
    found = np.array([dwell(scenario.drawn(i, 0).measures[0]) for i in range(1, 2001)])
    # Monte Carlo error of a share of 5 % in 2,000 draws is 0.5 %.
    assert np.mean(found < 9) == pytest.approx(0.05, abs=0.02)
    assert np.mean(found > 20) == pytest.approx(0.05, abs=0.02)
    assert np.median(found) == pytest.approx(12, rel=0.02)
    assert dwell(scenario.drawn(0, 0).measures[0]) == 12


def test_p90_moves_with_its_dwell(tmp_path: Path) -> None:
    scenario = made(tmp_path, FIRST)
    for draw in range(1, 20):
        drawn = scenario.drawn(draw, 0).measures[0]
        assert drawn.estimates()["p90"].central == pytest.approx(30 * dwell(drawn) / 12)


def test_a_draw_does_not_depend_on_other_measures(tmp_path: Path) -> None:
    alone = made(tmp_path, FIRST).drawn(7, 3).measures[0]
    beside = next(
        m for m in made(tmp_path, SECOND, FIRST).drawn(7, 3).measures if m.id == "quicker"
    )
    assert dwell(alone) == dwell(beside) != 12


def test_a_share_of_the_baseline_is_that_share_in_every_draw(
    tmp_path: Path, world_on: Callable[[str], World]
) -> None:
    scenario = made(tmp_path, FIRST, SECOND)
    today = world_on(DAY)
    claims = claim_values(open_evidence())
    seen: set[float] = set()
    for draw in (1, 2, 3):
        before, after = worlds_of(scenario.drawn(draw, 0), today.draw(draw, 0), claims=claims)
        a, b = (
            w.crossings.where(w.crossings["id"] == "kz-cn.khorgos:road") for w in (before, after)
        )
        np.testing.assert_allclose(b["dwell_mean_h"], 0.7 * a["dwell_mean_h"])
        seen |= set(a["dwell_mean_h"])
        rail = after.crossings
        row = (rail["id"] == "kz-cn.khorgos:rail") & (rail["towards"] == "KAZ")
        drawn = dwell(next(m for m in scenario.drawn(draw, 0).measures if m.id == "quicker"))
        np.testing.assert_allclose(rail["dwell_mean_h"][row], drawn)
    assert len(seen) >= 3
