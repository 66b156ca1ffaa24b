"""Volume-delay functions: what an arc takes when a given flow uses it.

Time of arc a at flow v, in the unit of ``free``::

    t_a(v) = free_a [1 + a_a (v / capacity_a)^b_a] + w_a(v)

The first part is that of the Bureau of Public Roads (1964), with a = 0.15 and b = 4 by default. A
capacity of NaN means that the arc does not congest. The second, w, is read from a table of a border
post or a yard; without a table it is 0. Both rise with v, so the integral from 0 to v, of which
Beckmann's objective is the sum, is convex.

References
----------
Bureau of Public Roads (1964). Traffic Assignment Manual. U.S. Department of Commerce.

Fritsch, F. N. and Carlson, R. E. (1980). Monotone piecewise cubic interpolation. SIAM Journal on
Numerical Analysis 17(2), 238-246. doi:10.1137/0717021
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sogdia.core.errors import ProblemList
from sogdia.models.transport.solve_delay import delay_arrays

__all__ = ["Curves", "Delay", "bpr", "constant"]

Numbers = NDArray[np.float64]


def _coefficients(grid: Numbers, values: Numbers, between: str) -> Numbers:
    """Coefficients (M, K, 4) of 1, x, x^2, x^3 from each point on; the last row is the straight end."""
    step = np.diff(grid)[:, None]
    secant = np.diff(values, axis=0) / step
    coef = np.zeros((*values.shape, 4))
    coef[:, :, 0] = values
    if between == "linear":
        coef[:-1, :, 1] = secant
        coef[-1, :, 1] = secant[-1]
    else:
        from scipy.interpolate import PchipInterpolator

        slope = np.asarray(PchipInterpolator(grid, values).derivative()(grid))
        coef[:, :, 1] = slope
        coef[:-1, :, 2] = (3.0 * secant - 2.0 * slope[:-1] - slope[1:]) / step
        coef[:-1, :, 3] = (slope[:-1] + slope[1:] - 2.0 * secant) / step**2
    return np.ascontiguousarray(np.swapaxes(coef, 0, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Tabulated functions on one grid of flows.

    Between points they are straight or monotone cubic (PCHIP, Fritsch and Carlson 1980); below the
    grid they keep their first value, above it they go on straight with the slope they end with.

    Attributes
    ----------
    grid : (K,) float64
        Flows, rising, at least two.
    values : (K, M) float64
        M functions; none falls.
    between : {"pchip", "linear"}

    Raises
    ------
    InvalidInput
        When the grid does not rise, or a function falls, is negative or is not finite.
    """

    grid: Numbers
    values: Numbers
    between: Literal["pchip", "linear"] = "pchip"
    coef: Numbers = field(init=False, repr=False)
    below: Numbers = field(init=False, repr=False)

    def __post_init__(self) -> None:
        problems = ProblemList()
        grid = np.ascontiguousarray(self.grid, dtype=np.float64)
        values = np.asarray(self.values, dtype=np.float64)
        values = np.array(values[:, None] if values.ndim == 1 else values)
        if grid.ndim != 1 or len(grid) < 2 or values.shape[:1] != grid.shape:
            problems.add("curves", "grid and values do not fit", got=(grid.shape, values.shape))
            problems.raise_if_any()
        if not (np.isfinite(grid).all() and (np.diff(grid) > 0.0).all() and grid[0] >= 0.0):
            problems.add("curves.grid", "does not rise from 0 or more", got=grid)
        if not (np.isfinite(values).all() and (values >= 0.0).all()):
            problems.add("curves.values", "negative or not finite")
        falling = np.flatnonzero((np.diff(values, axis=0) < 0.0).any(axis=0))
        if len(falling):
            problems.add(
                "curves.values", "falls with flow", got=f"curves {falling.tolist()}",
                fix="a queue does not shorten when more arrive; smooth the table",
            )  # fmt: skip
        if self.between not in {"pchip", "linear"}:
            problems.add("curves.between", "unknown", got=self.between, allowed="pchip, linear")
        problems.raise_if_any()
        object.__setattr__(self, "grid", grid)
        object.__setattr__(self, "values", values)
        coef = _coefficients(grid, values, self.between)
        step = np.diff(grid)
        part = sum(coef[:, :-1, k] * step ** (k + 1) / (k + 1) for k in range(4))
        below = np.zeros(coef.shape[:2])
        np.cumsum(part, axis=1, out=below[:, 1:])
        object.__setattr__(self, "coef", coef)
        object.__setattr__(self, "below", below)


NO_CURVES = Curves(grid=np.array([0.0, 1.0]), values=np.zeros((2, 1)), between="linear")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """Volume-delay functions of m arcs.

    Attributes
    ----------
    free : (m,) float64
        Time without flow, at least 0.
    a, b : (m,) float64
        Factor (at least 0) and power (above 0) of the BPR part.
    capacity : (m,) float64
        Above 0, in the unit of flow; NaN where the arc does not congest.
    curve : (m,) int32
        Column of `curves` added to the arc; -1 for none.
    curves : Curves

    Raises
    ------
    InvalidInput
        When a value is outside these bounds or a length differs.
    """

    free: Numbers
    a: Numbers
    capacity: Numbers
    b: Numbers
    curve: NDArray[np.int32] | None = None
    curves: Curves = NO_CURVES

    def __post_init__(self) -> None:
        problems = ProblemList()
        free = np.array(self.free, dtype=np.float64)
        m = len(free) if free.ndim == 1 else 0
        curve = np.full(m, -1, np.int32) if self.curve is None else np.array(self.curve, np.int32)
        rows = {
            name: np.array(np.broadcast_to(np.asarray(value, np.float64), (m,)))
            for name, value in (("a", self.a), ("capacity", self.capacity), ("b", self.b))
        }
        rows["free"] = free
        for name, good in (
            ("free", np.isfinite(free) & (free >= 0.0)),
            ("a", np.isfinite(rows["a"]) & (rows["a"] >= 0.0)),
            ("b", np.isfinite(rows["b"]) & (rows["b"] > 0.0)),
            ("capacity", np.isnan(rows["capacity"]) | (rows["capacity"] > 0.0)),
        ):
            bad = np.flatnonzero(~good)
            if len(bad):
                problems.add(
                    f"delay.{name}", "outside its bounds on arcs", got=bad[:10].tolist(),
                    allowed="above 0 or NaN" if name == "capacity" else "0 or more; a power above 0",
                )  # fmt: skip
        last = self.curves.coef.shape[0] - 1
        if curve.shape != (m,) or (m and not (curve.min() >= -1 and curve.max() <= last)):
            problems.add("delay.curve", "no such curve", allowed=f"-1 .. {last}, one an arc")
        problems.raise_if_any()
        for name, value in rows.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "curve", curve)

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return len(self.free)

    def kernel(
        self,
    ) -> tuple[Numbers, Numbers, Numbers, Numbers, NDArray[np.int32], Numbers, Numbers]:
        """The arrays as the kernels of `solve_delay` take them."""
        congests = ~np.isnan(self.capacity)
        gain = np.where(congests, self.free * self.a, 0.0)
        capacity = np.where(congests, self.capacity, 1.0)
        assert self.curve is not None
        return (
            self.free, gain, capacity, self.b, self.curve, self.curves.grid, self.curves.coef,
        )  # fmt: skip

    def value(self, flow: ArrayLike) -> Numbers:
        """Time (m,) at the flows (m,)."""
        return self._at(flow)[0]

    def derivative(self, flow: ArrayLike) -> Numbers:
        """Change of the time with the flow (m,); at a point of a linear table, that to its right."""
        return self._at(flow)[1]

    def integral(self, flow: ArrayLike) -> Numbers:
        """Integral of the time from 0 to the flow (m,)."""
        return self._at(flow)[2]

    def _at(self, flow: ArrayLike) -> tuple[Numbers, Numbers, Numbers]:
        v = np.ascontiguousarray(flow, dtype=np.float64)
        if v.shape != (self.n_arcs,) or not (v >= 0.0).all():
            problems = ProblemList()
            problems.add("flow", "not one number of 0 or more an arc", got=v.shape)
            problems.raise_if_any()
        value, slope, integral = (np.empty(len(v)) for _ in range(3))
        delay_arrays(v, *self.kernel(), self.curves.below, value, slope, integral)
        return value, slope, integral


def bpr(free: ArrayLike, capacity: ArrayLike, a: ArrayLike = 0.15, b: ArrayLike = 4.0) -> Delay:
    """BPR functions of m arcs; a capacity of NaN means no congestion."""
    return Delay(
        free=np.asarray(free, np.float64),
        a=np.asarray(a, np.float64),
        capacity=np.asarray(capacity, np.float64),
        b=np.asarray(b, np.float64),
    )


def constant(free: ArrayLike) -> Delay:
    """Times that no flow changes."""
    return bpr(free, np.nan)
