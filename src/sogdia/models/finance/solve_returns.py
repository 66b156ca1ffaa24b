"""Net present value, internal rate of return, break-even.

Symbols: ``F_k`` flow at time ``t_k`` in years from the base date, money; ``r`` rate a year, share;
``q`` traffic, tonnes a year.

(1) ``NPV(r) = sum_k F_k (1 + r)^(-t_k)``
(2) the internal rate solves ``NPV(r) = 0``
(3) where the value is linear in traffic, ``V(q) = a + b q``, the break-even is
    ``q* = -V(0) / (V(1) - V(0))``
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from sogdia.core.status import Status

__all__ = ["Return", "internal_rate", "linear_break_even", "net_present_value"]

LOWEST, HIGHEST, POINTS = math.log(0.5), math.log(11.0), 600
"""Rates searched for: -50 % to 1,000 %, evenly in log(1 + r). Below, late dust decides the rate."""

TOLERANCE = 1e-9
"""Of the net present value at the rate found over the sum of absolute flows, both discounted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """An internal rate and how it was found; NaN when there is none."""

    rate: float
    status: Status


def net_present_value(F: NDArray[np.float64], t: NDArray[np.float64], r: float) -> float:
    """Equation (1): flows `F` (k,) at times `t` (k,) in years from the base date."""
    return float(np.sum(F * (1.0 + r) ** (-t)))


def internal_rate(F: NDArray[np.float64], t: NDArray[np.float64], *, of: str = "") -> Return:
    """Equation (2). One root is solved, several are usable (the smallest in size is given).

    No root fails: flows of one sign, or a project that never pays at any rate searched.
    """

    def scaled(x: float) -> float:
        weights = np.exp(-t * x)
        size = float(np.sum(np.abs(F) * weights))
        return float(np.sum(F * weights)) / size if size else 0.0

    if not np.all(np.isfinite(F)):
        return _none("some flows are not known", of)
    if not (np.any(F > 0.0) and np.any(F < 0.0)):
        return _none("all flows have one sign, so there is no internal rate", of)
    grid = np.linspace(LOWEST, HIGHEST, POINTS)
    weights = np.exp(-np.outer(grid, t))
    size = weights @ np.abs(F)
    values = np.divide(weights @ F, size, out=np.zeros(POINTS), where=size > 0.0)
    roots = [
        float(brentq(scaled, grid[k], grid[k + 1], xtol=1e-14, rtol=8.9e-16))
        for k in np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    ]
    roots += [float(x) for x, v in zip(grid, values, strict=True) if v == 0.0]
    if not roots:
        return _none(f"no internal rate from {math.expm1(LOWEST):.0%} to 1,000 %", of)
    best = min(roots, key=abs)
    residual = abs(scaled(best))
    several = len(roots) > 1
    return Return(
        rate=math.expm1(best),
        status=Status(
            state="usable" if several or residual > TOLERANCE else "solved",
            residual=residual,
            tolerance=TOLERANCE,
            message=(
                "several internal rates: "
                + ", ".join(f"{math.expm1(x):.4%}" for x in sorted(roots))
                if several
                else ""
            ),
            of=of,
        ),
    )


def _none(message: str, of: str) -> Return:
    return Return(rate=math.nan, status=Status(state="failed", message=message, of=of))


def linear_break_even(at_zero: float, at_one: float) -> float:
    """Equation (3); NaN when a tonne more earns nothing, so that no traffic pays."""
    slope = at_one - at_zero
    return -at_zero / slope if slope > 0.0 else math.nan
