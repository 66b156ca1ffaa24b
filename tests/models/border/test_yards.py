"""Yards, ports and ships: the hours that traffic adds against what was observed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogdia.core.errors import InvalidInput
from sogdia.models.border.vessels import board, mean_wait_for_sailing, sailing_curve
from sogdia.models.border.yards import added_in_yard, added_on_ship

DWELL = (16.0, 12.0, 30.0)


def yard(capacity: float, observed: float, *, before: float | None = None):
    return added_in_yard(
        capacity, before=capacity if before is None else before, observed=observed,
        lots_per_day=1.0, open_h_per_day=24.0, dwell_h=DWELL,
    )  # fmt: skip


def test_nothing_is_added_at_the_traffic_observed() -> None:
    assert yard(20.0, 15.0).hours(15.0) == 0.0
    assert yard(7.0, 18.0).hours(18.0) == 0.0, "also above capacity"


def test_a_capacity_below_the_traffic_observed_is_raised_to_half_the_dwell_and_stays_finite() -> (
    None
):
    """Equation (2) of the border model: at least half of a dwell is procedure, so the wait is 8 h."""
    full = yard(7.0, 18.0)
    assert full.raised > 18.0 / 7.0
    assert full.observed_wait_h == pytest.approx(8.0, rel=0.1)
    assert 0.0 < full.hours(19.0) < full.hours(40.0) < 365 * 24


def test_more_capacity_takes_off_hours_and_less_adds_them() -> None:
    same, wider, narrower = (yard(c, 15.0, before=20.0).hours(15.0) for c in (20.0, 40.0, 16.0))
    assert wider < 0.0 == same < narrower


def test_a_capacity_in_containers_is_a_queue_of_their_trains() -> None:
    """100 TEU a train: 730,000 TEU a year are 20 trains a day."""
    boxes = added_in_yard(
        730_000.0, before=730_000.0, observed=547_500.0, lots_per_day=1.0 / 100.0 / 365.0,
        open_h_per_day=float("nan"), dwell_h=DWELL,
    )  # fmt: skip
    assert boxes.hours(700_000.0) == pytest.approx(yard(20.0, 15.0).hours(700_000.0 / 36_500.0))


# --- ships ------------------------------------------------------------------------------------


def test_with_room_for_all_the_wait_is_half_the_gap_between_sailings() -> None:
    """Evenly spaced ships and random arrivals: E[H**2] / (2 E[H])."""
    curve = sailing_curve(200.0 * 365.0, room=200.0, lot=2.0, replications=8)
    assert mean_wait_for_sailing([24.0]) == 12.0
    assert curve.wait_h(0.1 * 200.0 * 365.0) == pytest.approx(12.0, rel=0.05)


def test_above_capacity_the_wait_is_that_of_a_fluid_queue() -> None:
    """With twice the room wanted, the one who comes at hour t waits t: half of the year on average."""
    curve = sailing_curve(44_500.0)
    assert curve.wait_h(89_000.0) == pytest.approx(8760.0 / 2.0, rel=0.03)
    slope = (curve.wait_h(3.0 * 44_500.0) - curve.wait_h(2.5 * 44_500.0)) / 0.5
    assert slope == pytest.approx(8760.0 / 2.0, rel=0.1)


def test_the_curve_is_what_boarding_by_hand_gives() -> None:
    """One lot of half a ship an hour before each sailing: all leave an hour later."""
    sailing = np.arange(1.0, 11.0) * 10.0
    came = np.repeat(sailing - 1.0, 50)
    departure, loaded = board(came, sailing, np.full(10, 100.0))
    assert (departure - came == 1.0).all()
    assert (loaded == 50).all()


def test_more_ships_shorten_the_wait_for_the_next_one_too() -> None:
    """Nearly empty ships, twice as many: half the gap of 39.4 h less half of 19.7 h."""
    more = added_on_ship(89_000.0, before=44_500.0, observed=500.0, lot=10.0, dwell_h=104.0)
    assert more.hours(500.0) == pytest.approx(-(39.4 - 19.7) / 2.0, rel=0.1)
    assert more.raised == 1.0


def test_ships_fuller_than_their_capacity_are_raised() -> None:
    full = added_on_ship(44_500.0, before=44_500.0, observed=80_000.0, dwell_h=104.0)
    assert full.raised > 80_000.0 / 44_500.0
    assert full.observed_wait_h == pytest.approx(52.0, rel=0.05)
    assert full.hours(80_000.0) == 0.0


@settings(max_examples=15, deadline=None)
@given(use=st.floats(0.0, 2.5), more=st.floats(1.0, 4.0))
def test_more_ships_never_add_hours(use: float, more: float) -> None:
    """But for what a simulation is off by, which is below a tenth of an hour and 2 %."""
    few, many = sailing_curve(30_000.0), sailing_curve(30_000.0 * more)
    flow = use * 30_000.0
    assert many.wait_h(flow) <= few.wait_h(flow) * 1.02 + 0.5


def test_numbers_that_make_no_sense_are_refused_together() -> None:
    with pytest.raises(InvalidInput, match="3 problems"):
        sailing_curve(0.0, room=-1.0, lot=float("nan"))
