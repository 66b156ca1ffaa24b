"""What a planner asks of a skim: who reaches markets at what cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ACCESS_COST", "ACCESS_TIME", "Access", "access", "access_rows"]

ACCESS_COST = "access_cost_usd2023_per_t"
ACCESS_TIME = "access_time_h"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """GDP-weighted means over partners of the cost and time to reach them and be reached.

    Attributes
    ----------
    cost, time : (Z,) float64
        USD of 2023 a tonne, and hours. NaN for a zone with no route at all.
    """

    cost: NDArray[np.float64]
    time: NDArray[np.float64]


def access(
    gencost: NDArray[np.float64], time: NDArray[np.float64], gdp: NDArray[np.float64]
) -> Access:
    """Mean cost and time of a zone's trade with all the others, weighted by their GDP.

    Parameters
    ----------
    gencost, time : (Z, Z) float64
        From row to column; NaN where there is no route. Both directions count alike.
    gdp : (Z,) float64
        USD of 2023 a year. A zone whose GDP is unknown has no weight.

    Notes
    -----
    Partners without a route are left out of the mean, so a zone that loses a partner can seem to
    gain; comparisons are therefore made over the pairs reachable in both worlds.
    """
    both = (gencost + gencost.T) / 2
    hours = (time + time.T) / 2
    weight = np.where(np.isnan(both), 0.0, np.nan_to_num(gdp)[np.newaxis, :])
    np.fill_diagonal(weight, 0.0)
    total = weight.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        cost = np.where(total > 0, np.nansum(weight * np.nan_to_num(both), axis=1) / total, np.nan)
        mean = np.where(total > 0, np.nansum(weight * np.nan_to_num(hours), axis=1) / total, np.nan)
    return Access(cost=cost, time=mean)


def access_rows(
    found: Access, zones: Sequence[str], *, on: date, commodity: str, draw: int
) -> list[dict[str, Any]]:
    """Rows of the table `indicator`."""
    units: Mapping[str, tuple[str, NDArray[np.float64]]] = {
        ACCESS_COST: ("usd2023/t", found.cost),
        ACCESS_TIME: ("h", found.time),
    }
    return [
        {
            "on": on,
            "variable": variable,
            "entity": zone,
            "group": commodity,
            "draw": draw,
            "amount": None if np.isnan(value) else float(value),
            "unit": unit,
        }
        for variable, (unit, values) in units.items()
        for zone, value in zip(zones, values, strict=True)
    ]
