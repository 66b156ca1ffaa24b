"""Laws of numbers and distances that hold for any input hypothesis can think of."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sogdia.core.digest import digest_value
from sogdia.core.draws import uniform
from sogdia.core.estimate import Estimate
from sogdia.core.geodesy import great_circle_km

SETTINGS = settings(max_examples=80, deadline=None)

shapes = st.sampled_from(["exact", "triangular", "lognormal", "uniform"])
numbers = st.floats(-1e6, 1e6, allow_nan=False)
chances = st.floats(1e-6, 1 - 1e-6)


@st.composite
def estimates(draw, least: float = -1e6) -> Estimate:
    low, central, high = sorted(draw(st.floats(least, 1e6, allow_nan=False)) for _ in range(3))
    return Estimate(low=low, central=central, high=high, shape=draw(shapes))


@SETTINGS
@given(estimates(), chances, chances)
def test_quantiles_never_fall(e: Estimate, a: float, b: float) -> None:
    low, high = sorted((a, b))
    slack = 1e-9 * max(1.0, abs(e.low), abs(e.high))
    assert e.quantile(low) <= e.quantile(high) + slack


@SETTINGS
@given(estimates(least=0.0), chances)
def test_what_cannot_be_negative_is_never_drawn_negative(e: Estimate, u: float) -> None:
    assert e.quantile(u) >= 0.0


@SETTINGS
@given(estimates(), st.floats(0.05, 0.95))
def test_ninety_percent_lie_between_low_and_high(e: Estimate, u: float) -> None:
    slack = 1e-9 * max(1.0, abs(e.low), abs(e.high))
    assert e.low - slack <= e.quantile(u) <= e.high + slack


@SETTINGS
@given(st.integers(0, 2**31), st.text(max_size=20), st.integers(0, 10**6))
def test_a_draw_is_a_share(seed: int, key: str, draw: int) -> None:
    assert 0.0 < uniform(seed, key, draw) <= 1.0
    assert uniform(seed, key, draw) == uniform(seed, key, draw)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@SETTINGS
@given(values, values)
def test_equal_digest_means_equal_content(a: object, b: object) -> None:
    same = json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)
    assert (digest_value(a) == digest_value(b)) == same


points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@SETTINGS
@given(points, points, points)
def test_distance_is_a_metric(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]
) -> None:
    ab, ba = great_circle_km(*a, *b), great_circle_km(*b, *a)
    assert ab == pytest.approx(float(ba), abs=1e-6)
    assert 0.0 <= ab <= 20016.0
    assert great_circle_km(*a, *a) == 0.0
    assert great_circle_km(*a, *c) <= ab + great_circle_km(*b, *c) + 1e-3


@SETTINGS
@given(points, points)
def test_distance_is_the_angle_between_the_two_directions(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    def direction(lat: float, lon: float) -> np.ndarray:
        y, x = np.radians(lat), np.radians(lon)
        return np.array([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])

    p, q = direction(*a), direction(*b)
    angle = np.arctan2(np.linalg.norm(np.cross(p, q)), p @ q)
    assume(angle < 3.1)  # haversine loses digits at the antipode
    assert great_circle_km(*a, *b) == pytest.approx(6371.0088 * angle, abs=1e-3)
