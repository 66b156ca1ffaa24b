"""A patient's least-cost way from zones to hospitals, with its hours and its fare.

Symbols
-------
N, M, S : nodes, legs, sources
tau : (M,) hours of a leg, both ways alike
f : (M,) fare of a leg, usd2023
u : what an hour is worth, usd2023
C : (S, N) least generalised hours
T, F : (S, N) hours and fare along that way

Equations
---------
(1) ``tau = L / v + w`` by road or rail, w the wait where it passes a border
(2) ``tau = L / v + a`` by air, a the hours on the ground
(3) ``C = min over ways of sum(tau + f / u)``; ``T = sum(tau)`` and ``F = sum(f)`` along it
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

__all__ = ["cheapest"]

JOINT = 1e-300
"""Hours no leg takes, unless it takes none."""

Ways = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def cheapest(
    ends: NDArray[np.int64],
    tau: NDArray[np.float64],
    f: NDArray[np.float64],
    nodes: int,
    sources: NDArray[np.int64],
    *,
    u: float,
) -> Ways:
    """Equation (3).

    Parameters
    ----------
    ends : (M, 2) int64
    tau, f : (M,) float64
        Known, and not below 0.
    nodes : int
    sources : (S,) int64
    u : float

    Returns
    -------
    C, T, F : (S, nodes) float64
        Infinite where no way leads.
    """
    cost = tau + f / u
    best: dict[tuple[int, int], int] = {}
    for e in np.lexsort((tau, cost)):
        a, b = int(ends[e].min()), int(ends[e].max())
        if a != b:
            best.setdefault((a, b), int(e))
    pairs = np.array(sorted(best), dtype=np.int64).reshape(-1, 2)
    chosen = np.array([best[int(a), int(b)] for a, b in pairs], dtype=np.int64)
    rows = np.concatenate((pairs[:, 0], pairs[:, 1]))
    columns = np.concatenate((pairs[:, 1], pairs[:, 0]))

    def both_ways(values: NDArray[np.float64]) -> csr_array:
        return csr_array((np.tile(values, 2), (rows, columns)), shape=(nodes, nodes))

    # A leg of no length still joins: scipy drops a cost of 0.
    found, before = dijkstra(
        both_ways(np.maximum(cost[chosen], np.finfo(np.float64).tiny)),
        indices=sources,
        return_predecessors=True,
    )
    hours, fare = (_along(both_ways(x[chosen]).todense(), before) for x in (tau, f))
    there = np.isfinite(found)
    return (
        np.where(found < JOINT, 0.0, found),
        np.where(there, hours, np.inf),
        np.where(there, fare, np.inf),
    )


def _along(leg: NDArray[np.float64], before: NDArray[np.int32]) -> NDArray[np.float64]:
    """Sums over the legs from the source to each node.

    Each round doubles the legs a sum spans, until all lead back to the source.
    """
    here = np.arange(before.shape[1])
    back = np.where(before >= 0, before, here)
    total = np.where(before >= 0, leg[back, here], 0.0)
    while True:
        further = np.take_along_axis(back, back, axis=1)
        if np.array_equal(further, back):
            return total
        total = total + np.take_along_axis(total, back, axis=1)
        back = further
