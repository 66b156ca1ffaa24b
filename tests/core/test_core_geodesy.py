"""Great circles against published distances."""

from __future__ import annotations

import numpy as np
import pytest

from sogdia.core.geodesy import EARTH_RADIUS_KM, great_circle_km


def test_a_published_distance() -> None:
    """Nashville BNA to Los Angeles LAX: 2886.45 km on a sphere of 6371.0 km (Rosetta Code)."""
    assert great_circle_km(36.12, -86.67, 33.94, -118.40) == pytest.approx(2886.45, abs=0.2)


def test_a_degree_of_the_equator_and_half_the_globe() -> None:
    assert great_circle_km(0, 0, 0, 1) == pytest.approx(np.pi * EARTH_RADIUS_KM / 180)
    assert great_circle_km(0, 0, 0, 180) == pytest.approx(np.pi * EARTH_RADIUS_KM)
    assert great_circle_km(90, 0, -90, 0) == pytest.approx(np.pi * EARTH_RADIUS_KM)


def test_across_the_date_line_is_near() -> None:
    assert great_circle_km(0, 179.5, 0, -179.5) == pytest.approx(np.pi * EARTH_RADIUS_KM / 180)


def test_arguments_broadcast() -> None:
    got = great_circle_km(np.zeros((2, 1)), 0.0, 0.0, np.array([0.0, 1.0, 2.0]))
    assert got.shape == (2, 3)
    assert got[0, 0] == 0.0
