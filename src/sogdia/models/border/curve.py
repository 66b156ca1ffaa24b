"""Response curves: the wait at a post as a function of the flow, for assignment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sogdia.models.border.draws import Kept
from sogdia.models.border.post import HORIZON_DAYS, QUANTILES, Post, simulate

__all__ = ["ResponseCurve", "response_curve"]

GRID = (
    0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 1.0, 1.025,
    1.05, 1.1, 1.15, 1.2, 1.3, 1.5, 1.75, 2.0,
)  # fmt: skip
"""Utilisations simulated: dense where the curve bends."""

VEHICLES = 1_500_000
"""Vehicles simulated for a curve, about: busy posts need fewer replications."""

REPLICATIONS = (2, 32)
"""Fewest and most; even, for they are antithetic in pairs."""

LEAST_RISE_H = 1e-6
"""Hours the wait rises by at least from utilisation 0 to 1, so that it rises everywhere."""

Measure = Literal["mean", "p50", "p90"]
MEASURES: tuple[Measure, ...] = ("mean", "p50", "p90")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCurve:
    """Waits as functions of arrivals a day: continuous, increasing, with a finite positive slope.

    On the piece that begins at ``breaks[g]``, with u the arrivals a day beyond it, the wait is
    ``c_0 + c_1 u + c_2 u^2 + c_3 u^3``. The last piece is a straight line without end.

    Attributes
    ----------
    breaks : (G,) float64
        Arrivals a day, from 0.
    coefficients : (3, 4, G) float64
        Of mean, P50 and P90; hours.
    capacity_per_day, horizon_h : float
    """

    breaks: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    capacity_per_day: float
    horizon_h: float

    def wait_h(self, arrivals_per_day: ArrayLike, measure: Measure = "mean") -> NDArray[np.float64]:
        """Hours of wait at some flows."""
        u, (c0, c1, c2, c3) = self._piece(arrivals_per_day, measure)
        return c0 + u * (c1 + u * (c2 + u * c3))

    def slope_h(
        self, arrivals_per_day: ArrayLike, measure: Measure = "mean"
    ) -> NDArray[np.float64]:
        """Hours of wait for each vehicle a day more; above 0 everywhere."""
        u, (_, c1, c2, c3) = self._piece(arrivals_per_day, measure)
        return c1 + u * (2.0 * c2 + u * 3.0 * c3)

    def integral_h(self, arrivals_per_day: ArrayLike) -> NDArray[np.float64]:
        """The mean wait integrated from no flow, hours x vehicles a day: Beckmann's term."""

        def grown(u: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
            return u * (c[0] + u * (c[1] / 2.0 + u * (c[2] / 3.0 + u * c[3] / 4.0)))

        passed = np.cumsum(grown(np.diff(self.breaks), self.coefficients[0, :, :-1]))
        u, c = self._piece(arrivals_per_day, "mean")
        return np.concatenate([[0.0], passed])[self._which(arrivals_per_day)] + grown(u, c)

    def _which(self, arrivals_per_day: ArrayLike) -> NDArray[np.int64]:
        return np.searchsorted(self.breaks, np.asarray(arrivals_per_day), side="right") - 1

    def _piece(
        self, arrivals_per_day: ArrayLike, measure: Measure
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        x = np.asarray(arrivals_per_day, dtype=np.float64)
        g = np.maximum(self._which(x), 0)
        return x - self.breaks[g], self.coefficients[MEASURES.index(measure)][:, g]


def response_curve(
    post: Post,
    *,
    grid: ArrayLike = GRID,
    days: int = HORIZON_DAYS,
    seed: int = 0,
    key: str = "post",
    replications: int | None = None,
) -> ResponseCurve:
    """The wait at a post over a horizon that starts empty, for every flow.

    Each grid point is simulated on the same draws, so waits rise from one to the next but for
    vehicles that come within the horizon at one flow and not at the other; what little falls is
    levelled. Between points the monotone cubic of Fritsch and Carlson (1980), SIAM Journal on
    Numerical Analysis 17(2), 238-246. Above the last point the fluid's slope, H / (2 K) in the
    mean, H / (2 K) in the median and 0.9 H / K in the P90: with a flow above capacity the one who
    comes at hour t waits (rho - 1) t.

    Parameters
    ----------
    post : Post
    grid : (G,) float
        Utilisations to simulate, ascending from 0; the last above 1.
    days : int
    seed, key
        Of the draws.
    replications : int, optional
        By default as many as make about 1.5 million vehicles, 2 to 32.
    """
    from scipy.interpolate import PchipInterpolator

    share = np.asarray(grid, dtype=np.float64)
    if share.ndim != 1 or len(share) < 3 or share[0] != 0.0 or share[-1] <= 1.0:
        from sogdia.core.errors import InvalidInput, Problem

        raise InvalidInput(
            [Problem(where="grid", what="must ascend from 0 to above 1, three points or more")]
        )
    if replications is None:
        fewest, most = REPLICATIONS
        room = VEHICLES / (float(share.sum()) * post.capacity_per_day * days)
        replications = int(min(max(room // 2 * 2, fewest), most))
    found = np.zeros((len(MEASURES), len(share)))
    kept = Kept()
    # From the busiest down, so that what it draws serves the others.
    for g, rho in reversed(list(enumerate(share[1:], start=1))):
        paths = simulate(
            post,
            rho * post.capacity_per_day,
            replications=replications,
            seed=seed,
            key=key,
            days=days,
            kept=kept,
        )
        wait = paths.wait[~np.isnan(paths.wait)]
        if len(wait):
            found[0, g] = wait.mean()
            found[1:, g] = np.quantile(wait, QUANTILES, method="hazen")
    found = np.maximum.accumulate(found, axis=1) + LEAST_RISE_H * share
    breaks = share * post.capacity_per_day
    fluid = 24.0 * days / post.capacity_per_day * np.array([0.5, *QUANTILES])
    coefficients = np.zeros((len(MEASURES), 4, len(share)))
    for m, values in enumerate(found):
        slope = np.asarray(PchipInterpolator(breaks, values).derivative()(breaks))
        chord = np.diff(values) / np.diff(breaks)
        # Monotone while a slope is at most three times the chord beside it, and above 0.
        slope[-1] = min(fluid[m], 3.0 * chord[-1])
        slope = np.maximum(
            slope, np.minimum(np.append(chord, chord[-1]), np.append(chord[0], chord)) / 3
        )
        h = np.diff(breaks)
        c = coefficients[m]
        c[0], c[1] = values, slope
        c[2, :-1] = (3.0 * chord - 2.0 * slope[:-1] - slope[1:]) / h
        c[3, :-1] = (slope[:-1] + slope[1:] - 2.0 * chord) / h**2
    return ResponseCurve(
        breaks=breaks,
        coefficients=coefficients,
        capacity_per_day=post.capacity_per_day,
        horizon_h=24.0 * days,
    )
