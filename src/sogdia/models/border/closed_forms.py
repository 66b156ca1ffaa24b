"""Waits in closed form: exact for some queues, approximate for others, and what a fluid does.

Symbols
-------
lam : arrivals an hour
s : mean hours of service
c : servers
rho : utilisation, ``lam s / c``
ca2, cs2 : squared coefficients of variation of the gaps between arrivals and of services

References
----------
Erlang, A. K. (1917). Solution of some problems in the theory of probabilities of significance in
automatic telephone exchanges. Elektroteknikeren 13.

Pollaczek, F. (1930) and Khintchine, A. (1932): the mean wait of M/G/1, as in Kleinrock, L. (1975).
Queueing Systems 1, equation (5.71).

Allen, A. O. (1990). Probability, Statistics and Queueing Theory, 2nd ed. Academic Press; section
5.3.6, the approximation of Allen and Cunneen.

Kimber, R. M. and Hollis, E. M. (1979). Traffic queues and delays at road junctions. TRRL
Laboratory Report 909.

Akcelik, R. (1991). Travel time functions for transport planning purposes: Davidson's function, its
time-dependent form and an alternative travel time function. Australian Road Research 21(3), 49-59.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "allen_cunneen_wait",
    "erlang_c",
    "fluid_clearing_time",
    "fluid_overload_wait",
    "horizon_wait",
    "mg1_wait",
    "mmc_wait",
]


def erlang_c(servers: int, offered: float) -> float:
    """Probability that an arrival of M/M/c waits; `offered` is lam s, below `servers`.

    Erlang B by its recursion, then C = B / (1 - rho (1 - B)). NaN at or above capacity.
    """
    rho = offered / servers
    if rho >= 1.0:
        return math.nan
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = offered * blocked / (k + offered * blocked)
    return blocked / (1.0 - rho * (1.0 - blocked))


def mmc_wait(servers: int, lam: float, s: float) -> float:
    """Mean wait of M/M/c: C(c, lam s) s / (c (1 - rho)). NaN at or above capacity."""
    rho = lam * s / servers
    return erlang_c(servers, lam * s) * s / (servers * (1.0 - rho)) if rho < 1.0 else math.nan


def mg1_wait(lam: float, s: float, cs2: float) -> float:
    """Mean wait of M/G/1 (Pollaczek-Khinchine): rho s (1 + cs2) / (2 (1 - rho)).

    M/D/1 is ``cs2 = 0``. NaN at or above capacity.
    """
    rho = lam * s
    return rho * s * (1.0 + cs2) / (2.0 * (1.0 - rho)) if rho < 1.0 else math.nan


def allen_cunneen_wait(
    servers: int, lam: float, s: float, *, ca2: float = 1.0, cs2: float = 1.0
) -> float:
    """Mean wait of G/G/c, approximately: (ca2 + cs2) / 2 times that of M/M/c.

    Exact for M/M/c and M/G/1. NaN at or above capacity.
    """
    return (ca2 + cs2) / 2.0 * mmc_wait(servers, lam, s)


def fluid_overload_wait(
    arrivals_per_day: ArrayLike, capacity_per_day: float, horizon_h: float
) -> NDArray[np.float64]:
    """Mean wait of those who come within a horizon that starts empty, were vehicles a fluid.

    Above capacity one who comes at hour t waits (rho - 1) t, so the mean is (rho - 1) H / 2. Below
    capacity nobody waits.
    """
    rho = np.asarray(arrivals_per_day, dtype=np.float64) / capacity_per_day
    return np.maximum(rho - 1.0, 0.0) * horizon_h / 2.0


def horizon_wait(
    arrivals_per_day: ArrayLike,
    capacity_per_day: float,
    horizon_h: float,
    *,
    ca2: float = 1.0,
    cs2: float = 1.0,
) -> NDArray[np.float64]:
    """Mean wait over a horizon, through and beyond capacity (Kimber and Hollis; Akcelik eq. 8).

    With x = rho - 1, k = (ca2 + cs2) / 2 and Q the capacity an hour::

        w = H/4 (x + sqrt(x^2 + 8 k rho / (Q H)))

    Tends to k rho / (Q (1 - rho)) well below capacity, the wait of M/M/1, and to (rho - 1) H / 2
    above. Increasing and with an increasing derivative everywhere. It knows of one server only: at
    c servers it is too long by about the factor 1 / C(c, c rho) where rho is low.
    """
    rho = np.asarray(arrivals_per_day, dtype=np.float64) / capacity_per_day
    x = rho - 1.0
    k = (ca2 + cs2) / 2.0
    q = capacity_per_day / 24.0
    return horizon_h / 4.0 * (x + np.sqrt(x**2 + 8.0 * k * rho / (q * horizon_h)))


def fluid_clearing_time(
    arrivals_per_day: float, capacity_per_day: float, closed_h: float, backlog: float = 0.0
) -> float:
    """Hours from reopening until the queue of a closure is gone, were vehicles a fluid.

    The queue at reopening is ``backlog + lam T``; it shrinks by mu - lam. NaN where the flow is not
    below capacity: it never clears.
    """
    spare = capacity_per_day - arrivals_per_day
    if spare <= 0.0:
        return math.nan
    return 24.0 * (backlog + arrivals_per_day * closed_h / 24.0) / spare
