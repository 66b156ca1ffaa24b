"""Distances on the sphere, for consistency checks and for access legs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["EARTH_RADIUS_KM", "great_circle_km"]

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth, IUGG 1980."""


def great_circle_km(
    lat_a_deg: ArrayLike, lon_a_deg: ArrayLike, lat_b_deg: ArrayLike, lon_b_deg: ArrayLike
) -> NDArray[np.float64]:
    """Great-circle distance by the haversine formula.

    All arguments broadcast. The sphere is within 0.6 % of the ellipsoid, which is far inside
    what a length check needs.
    """
    lat_a, lon_a, lat_b, lon_b = (
        np.radians(np.asarray(x, dtype=np.float64))
        for x in (lat_a_deg, lon_a_deg, lat_b_deg, lon_b_deg)
    )
    h = (
        np.sin((lat_b - lat_a) / 2) ** 2
        + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0)))
