"""Assumed shapes of a year, each with mean 1 over the sampled hours.

The day is 1 on the first of January, the hour is local. Demand is greatest in mid-January and at
18 h, inflow in mid-July; the sun shines from 6 to 18 h, longer and higher in June. Wind is flat:
no hourly measurements of the region are in the evidence.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem

__all__ = ["demand_shape", "inflow_shape", "sampled_hours", "sun_shape"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

YEAR_H = 8760
MID_JANUARY, MID_JULY, MIDSUMMER = 15, 197, 172
EVENING_H, NOON_H = 18.0, 12.5


def sampled_hours(count: int) -> tuple[Ints, float]:
    """Hours of the year at equal distance, and how many hours each stands for.

    Raises
    ------
    InvalidInput
        When the distance and 24 share a factor: some hours of the day would never come.
    """
    if 24 <= count <= YEAR_H:
        apart = YEAR_H // count
        if math.gcd(apart, 24) == 1:
            first = (YEAR_H - apart * count) // 2
            return first + apart * np.arange(count, dtype=np.int64), YEAR_H / count
    raise InvalidInput(
        [
            Problem(
                where="hours", what="do not sample the day evenly", got=str(count),
                allowed="24 to 8760, at a distance in hours that shares no factor with 24",
                fix="use 8760, or 350: every 25th hour",
            )
        ]
    )  # fmt: skip


def demand_shape(hours: Ints, winter: float, evening: float) -> Floats:
    """Demand over its mean: a swing over the year times one over the day."""
    year = 1.0 + winter * np.cos(2 * np.pi * (hours / 24.0 - MID_JANUARY) / 365.0)
    day = 1.0 + evening * np.cos(2 * np.pi * (hours % 24 - EVENING_H) / 24.0)
    return _mean_one(year * day)


def inflow_shape(hours: Ints, summer: float) -> Floats:
    """Inflow over its mean."""
    return _mean_one(1.0 + summer * np.cos(2 * np.pi * (hours / 24.0 - MID_JULY) / 365.0))


def sun_shape(hours: Ints) -> Floats:
    """Output of solar plants over its mean."""
    season = np.cos(2 * np.pi * (hours / 24.0 - MIDSUMMER) / 365.0)
    height = np.cos(2 * np.pi * (hours % 24 - NOON_H) / 24.0) + 0.2 * season
    return _mean_one(np.maximum(height, 0.0) * (1.0 + 0.2 * season))


def _mean_one(shape: Floats) -> Floats:
    return shape / shape.mean()
