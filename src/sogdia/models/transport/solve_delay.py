"""Kernels of volume-delay functions: value, derivative and integral at one arc's flow."""

from __future__ import annotations

import numpy as np
from numba import njit

from sogdia.models.transport.solve_parallel import INNER

__all__ = ["delay_arrays"]


@njit(**INNER)
def _delay(a, v, free, gain, capacity, power, curve, grid, coef):
    """Value and derivative of arc a at flow v. ``gain`` is free x a of BPR."""
    value = free[a]
    slope = 0.0
    if gain[a] > 0.0:
        r = v / capacity[a]
        b = power[a]
        if b == 4.0:
            cube = r * r * r
            value += gain[a] * cube * r
            slope = 4.0 * gain[a] * cube / capacity[a]
        elif b == 1.0:
            value += gain[a] * r
            slope = gain[a] / capacity[a]
        elif r > 0.0:
            below = r ** (b - 1.0)
            value += gain[a] * below * r
            slope = b * gain[a] * below / capacity[a]
    if curve[a] >= 0:
        k, x = _interval(v, grid)
        c = coef[curve[a], k]
        value += c[0] + x * (c[1] + x * (c[2] + x * c[3]))
        if v >= grid[0]:
            slope += c[1] + x * (2.0 * c[2] + x * 3.0 * c[3])
    return value, slope


@njit(**INNER)
def _interval(v, grid):
    """Interval of the table that holds v, and how far v lies into it; the last one has no end."""
    last = len(grid) - 1
    v = max(v, grid[0])
    if v >= grid[last]:
        return last, v - grid[last]
    low, high = 0, last
    while high - low > 1:
        middle = (low + high) // 2
        if grid[middle] <= v:
            low = middle
        else:
            high = middle
    return low, v - grid[low]


@njit(nogil=True, cache=True)
def delay_arrays(v, free, gain, capacity, power, curve, grid, coef, below, value, slope, integral):
    """Write value, derivative and integral from 0 of every arc at its flow (m,)."""
    for a in range(len(v)):
        value[a], slope[a] = _delay(a, v[a], free, gain, capacity, power, curve, grid, coef)
        total = free[a] * v[a]
        if gain[a] > 0.0 and v[a] > 0.0:
            b = power[a]
            total += gain[a] * v[a] * (v[a] / capacity[a]) ** b / (b + 1.0)
        if curve[a] >= 0:
            # The table is flat below its first point.
            total += coef[curve[a], 0, 0] * min(v[a], grid[0])
            if v[a] > grid[0]:
                k, x = _interval(v[a], grid)
                c = coef[curve[a], k]
                total += below[curve[a], k]
                total += x * (c[0] + x * (c[1] / 2.0 + x * (c[2] / 3.0 + x * c[3] / 4.0)))
        integral[a] = total


def compile_delay() -> None:
    """Compile the kernel on one arc."""
    one = np.ones(1)
    delay_arrays(
        one, one, one, one, one, np.zeros(1, np.int32), np.zeros(1), np.zeros((1, 1, 4)),
        np.zeros((1, 1)), one.copy(), one.copy(), one.copy(),
    )  # fmt: skip
