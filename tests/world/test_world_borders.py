"""Border times as a whole table: who is touched by a union, and figures that fit one another."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from sogdia.world.borders import Z90, lognormal_mean, lognormal_sigma
from sogdia.world.world import World

WorldOn = Callable[[str], World]


def directed(world: World, column: str) -> dict[tuple[str, str, str], float]:
    """A column of crossings by crossing, country left and country entered."""
    c = world.crossings
    keys = zip(c["id"], c["leaving"], c["towards"], strict=True)
    return dict(zip(keys, c[column], strict=True))


@pytest.mark.parametrize("column", ["dwell_mean_h", "fee_usd2023_per_t"])
def test_joining_a_union_changes_its_own_borders_and_no_other(
    world_on: WorldOn, column: str
) -> None:
    before, after = (directed(world_on(on), column) for on in ("2015-08-11", "2015-08-12"))
    assert before.keys() == after.keys()
    changed = {frozenset(key[1:]) for key in after if before[key] != after[key]}
    assert changed == {frozenset(("KAZ", "KGZ"))}


def test_a_union_is_never_slower_than_the_border_it_replaced(world_on: WorldOn) -> None:
    before, after = (directed(world_on(on), "dwell_mean_h") for on in ("2015-08-11", "2015-08-12"))
    for key in after:
        assert after[key] <= before[key], key


@pytest.mark.parametrize("on", ["1992-01-01", "2020-03-01", "2021-07-01"])
def test_a_shut_direction_says_in_words_why(world_on: WorldOn, on: str) -> None:
    c = world_on(on).crossings
    for crossing, status, text in zip(c["id"], c["status"], c["regime"], strict=True):
        assert status in {"open", "closed"}
        assert status == "open" or text, crossing


def test_each_crossing_has_its_two_directions(world_on: WorldOn) -> None:
    found = directed(world_on("2026-07-01"), "dwell_mean_h")
    assert {(c, b, a) for c, a, b in found} == set(found)
    assert len(found) == len(world_on("2026-07-01").crossings)
    assert all(a != b for _, a, b in found)


def test_mean_p50_and_p90_are_of_one_lognormal(world_on: WorldOn) -> None:
    for table in (world_on("2026-07-01").crossings, world_on("2026-07-01").transfers):
        p50, p90, mean = (table[f"dwell_{x}_h"] for x in ("p50", "p90", "mean"))
        for a, b, m in zip(p50, p90, mean, strict=True):
            expected = lognormal_mean(a, b / a) if a > 0 else 0.0
            assert m == pytest.approx(expected, rel=1e-9)


def test_the_mean_of_a_lognormal_is_that_of_a_sample() -> None:
    sigma = lognormal_sigma(4.0)
    sample = np.exp(np.random.default_rng(1).normal(math.log(3.0), sigma, 400_000))
    assert np.quantile(sample, 0.9) / np.quantile(sample, 0.5) == pytest.approx(4.0, rel=0.02)
    assert lognormal_mean(3.0, 4.0) == pytest.approx(float(sample.mean()), rel=0.02)
    assert lognormal_mean(3.0, 1.0) == 3.0
    assert lognormal_sigma(math.exp(Z90)) == pytest.approx(1.0)
    assert lognormal_sigma(0.5) == 0.0
