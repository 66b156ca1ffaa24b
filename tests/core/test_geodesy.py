"""Great-circle distances."""

from __future__ import annotations

import numpy as np
import pytest

from sogdia.core.geodesy import EARTH_RADIUS_KM, great_circle_km


def test_a_published_distance() -> None:
    # Nashville (36.12, -86.67) to Los Angeles (33.94, -118.40): the haversine example of Rosetta
    # Code, 2886.444 km on a sphere of 6371.0 km.
    found = float(great_circle_km(36.12, -86.67, 33.94, -118.40))
    assert found == pytest.approx(2886.44444 * EARTH_RADIUS_KM / 6371.0, abs=1e-3)


def test_within_one_per_cent_of_a_distance_on_the_ellipsoid() -> None:
    # Flinders Peak to Buninyon, the worked example of Vincenty's formula: 54.972271 km.
    found = float(great_circle_km(-37.951033417, 144.424867889, -37.652821139, 143.926495528))
    assert found == pytest.approx(54.972271, rel=0.006)


def test_quarter_and_half_of_the_globe_and_the_date_line() -> None:
    assert float(great_circle_km(0, 0, 90, 0)) == pytest.approx(np.pi / 2 * EARTH_RADIUS_KM)
    assert float(great_circle_km(0, 0, 0, 180)) == pytest.approx(np.pi * EARTH_RADIUS_KM)
    across = float(great_circle_km(10, 179.5, 10, -179.5))
    assert across == pytest.approx(float(great_circle_km(10, 0, 10, 1)))


def test_arguments_broadcast() -> None:
    lat, lon = np.array([40.0, 41.0, 42.0]), np.array([70.0, 71.0, 72.0])
    table = great_circle_km(lat[:, None], lon[:, None], lat, lon)
    assert table.shape == (3, 3)
    np.testing.assert_allclose(np.diag(table), 0.0)
