"""Draws of a world: paired, reproducible, and without impossible values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from sogdia.core.register import register
from sogdia.core.table import Table
from sogdia.world.tables import WORLD_TABLES
from sogdia.world.world import FOLLOWS, World

WorldOn = Callable[[date], World]

SEED = 42
DRAWS = range(1, 31)
POSITIONS = {"lat_deg", "lon_deg", "demand_winter_swing_share"}
"""Columns that may be below zero: positions, and the swing of a demand that is greatest in July."""


@pytest.fixture
def today(world_on: WorldOn) -> World:
    return world_on(date(2026, 7, 1))


def column(world: World, table: str, name: str) -> np.ndarray:
    found: Table = getattr(world, table)
    return found[name]


def test_draw_0_is_the_world_itself(today: World) -> None:
    assert today.draw(0, SEED) is today


def test_the_same_draw_twice_is_equal_and_the_world_is_not_changed(today: World) -> None:
    digest = today.digest
    first = today.draw(3, SEED).digest
    assert today.draw(3, SEED).digest == first
    others = {today.draw(4, SEED).digest, today.draw(3, SEED + 1).digest, digest, first}
    assert len(others) == 4
    assert today.digest == digest


def test_a_spread_adds_up_to_the_value_it_is_of(today: World) -> None:
    assert len(today.spreads) > 1000
    for spread in today.spreads:
        total = sum(part.estimate.central for part in spread.parts)
        value = column(today, spread.table, spread.column)[spread.row]
        assert total == pytest.approx(value, rel=1e-12), spread


def test_a_value_has_one_spread(today: World) -> None:
    places = [(s.table, s.column, s.row) for s in today.spreads]
    assert len(set(places)) == len(places)


def test_only_values_with_a_spread_or_that_follow_one_are_moved(today: World) -> None:
    drawn = today.draw(5, SEED)
    uncertain = {(s.table, s.column) for s in today.spreads}
    uncertain |= {(t, f) for (t, c), found in FOLLOWS.items() if (t, c) in uncertain for f in found}
    rows = {(s.table, s.column, s.row) for s in today.spreads}
    for name, schema in WORLD_TABLES.items():
        for c in schema.columns:
            before, after = column(today, name, c.name), column(drawn, name, c.name)
            if (name, c.name) not in uncertain:
                assert getattr(drawn, name).arrow[c.name].equals(getattr(today, name).arrow[c.name])
            elif not any(c.name in found for found in FOLLOWS.values()):
                fixed = [i for i in range(len(before)) if (name, c.name, i) not in rows]
                np.testing.assert_array_equal(before[fixed], after[fixed])


def test_every_drawn_value_is_finite_and_keeps_its_sign(today: World) -> None:
    for number in DRAWS:
        drawn = today.draw(number, SEED)
        for name, schema in WORLD_TABLES.items():
            for c in schema.columns:
                if c.type == "number" and c.name not in POSITIONS:
                    before, after = column(today, name, c.name), column(drawn, name, c.name)
                    known = ~np.isnan(before)
                    assert np.isfinite(after[known]).all(), (number, name, c.name)
                    assert (after[known] >= 0).all(), (number, name, c.name)


def test_what_cannot_be_zero_is_drawn_positive(today: World) -> None:
    # Where every part's low is above zero, so is every draw: a speed or a rate of zero is no guess.
    surely = [s for s in today.spreads if all(p.estimate.low > 0 for p in s.parts)]
    must = {
        ("links", "length_km"),
        ("links", "speed_km_per_h"),
        ("tariffs", "rate_usd2023_per_tkm"),
    }
    assert must <= {(s.table, s.column) for s in surely}
    assert not [s for s in today.spreads if (s.table, s.column) in must and s not in surely]
    rows: dict[tuple[str, str], list[int]] = {}
    for spread in surely:
        rows.setdefault((spread.table, spread.column), []).append(spread.row)
    for number in DRAWS:
        drawn = today.draw(number, SEED)
        for (table, name), found in rows.items():
            assert (column(drawn, table, name)[found] > 0).all(), (number, table, name)


@pytest.mark.parametrize("table", ["crossings", "transfers"])
def test_p90_and_p50_keep_their_ratio_to_the_mean(today: World, table: str) -> None:
    drawn = today.draw(7, SEED)
    mean, p50, p90 = (f"dwell_{x}_h" for x in ("mean", "p50", "p90"))
    known = column(today, table, p50) > 0
    moved = column(drawn, table, mean) != column(today, table, mean)
    assert (known & moved).sum() > 50
    positive = known & (column(drawn, table, mean) > 0)
    for above, below in ((p90, p50), (p90, mean)):
        before = column(today, table, above)[positive] / column(today, table, below)[positive]
        after = column(drawn, table, above)[positive] / column(drawn, table, below)[positive]
        np.testing.assert_allclose(after, before, rtol=1e-9)


def test_what_a_scenario_sets_stays_set_and_all_else_keeps_its_draw(today: World) -> None:
    spread = next(s for s in today.spreads if (s.table, s.column) == ("crossings", "dwell_mean_h"))
    hours = today.crossings["dwell_mean_h"].copy()
    hours[spread.row] = 1.25
    changed = today.replace(crossings=today.crossings.replace(dwell_mean_h=hours))
    a, b = today.draw(9, SEED), changed.draw(9, SEED)
    assert b.crossings["dwell_mean_h"][spread.row] == 1.25
    others = np.arange(len(hours)) != spread.row
    np.testing.assert_array_equal(
        a.crossings["dwell_mean_h"][others], b.crossings["dwell_mean_h"][others]
    )
    for name in set(WORLD_TABLES) - {"crossings"}:
        assert getattr(a, name).arrow.equals(getattr(b, name).arrow), name
    for name in set(today.crossings.schema.names) - {"dwell_mean_h", "dwell_p50_h", "dwell_p90_h"}:
        assert a.crossings.arrow[name].equals(b.crossings.arrow[name]), name


def test_the_same_claim_has_the_same_quantile_on_another_date(world_on: WorldOn) -> None:
    # A baseline of 2024 and one of 2026 are paired: a length is the same claim in both.
    a, b = world_on(date(2025, 7, 1)), world_on(date(2026, 7, 1))
    np.testing.assert_array_equal(
        a.draw(2, SEED).links["length_km"], b.draw(2, SEED).links["length_km"]
    )


def test_claims_that_move_together_share_a_draw(today: World) -> None:
    # Every link of a country takes its speed from one claim, so they are scaled alike.
    drawn = today.draw(11, SEED)
    keys: dict[str, list[int]] = {}
    for s in today.spreads:
        if (s.table, s.column) == ("links", "speed_km_per_h"):
            keys.setdefault(s.parts[0].key, []).append(s.row)
    shared = [rows for rows in keys.values() if len(rows) > 1]
    assert shared
    ratio = drawn.links["speed_km_per_h"] / today.links["speed_km_per_h"]
    for rows in shared:
        np.testing.assert_allclose(ratio[rows], ratio[rows[0]], rtol=1e-12)
    assert len({round(ratio[rows[0]], 12) for rows in keys.values()}) > 5


def test_draws_stay_inside_the_bounds_of_shares(today: World) -> None:
    known = register()
    for number in DRAWS:
        classes = today.draw(number, SEED).classes
        found = known["time_value_per_day_share"]
        values = classes["time_value_per_day_share"]
        assert found.lower is not None and found.upper is not None
        assert ((values >= found.lower) & (values <= found.upper)).all(), number


def test_opening_hours_never_exceed_a_day(today: World) -> None:
    for number in DRAWS:
        drawn = today.draw(number, SEED)
        for name in ("crossings", "transfers"):
            hours = column(drawn, name, "open_h_per_day")
            assert np.nanmax(hours) <= 24.0, (number, name)
