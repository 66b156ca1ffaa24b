"""Passenger costs between zones, and Poisson gravity with masses held.

Symbols
-------
c : (E,) generalised time of an arc, h: hours, and the fare over what an hour is worth
tau : (E,) hours of an arc, h
C_ij, T_ij : (Z, Z) least generalised time between zones and the hours along that way; NaN no way
A : persons a year between two countries, as counted
m_i, n_j : (I,), (J,) masses of the zones of origin and of destination
theta : elasticity of trips to cost, absolute

Equations
---------
(4) ``C_ij = min over ways of sum c``
(5) ``q_ij = m_i n_j C_ij^(-theta) / sum_kl m_k n_l C_kl^(-theta)``
(6) ``g = sum_ij q_ij (C'_ij / C_ij)^(-theta)``
(7) ``V = C ((1 - sigma)^(-1 / theta) - 1)``: the cost that deters as a visa does

Equation (5) is the mean of a Poisson gravity whose country total is the count, so ``A q_ij`` are
trips by zones (Santos Silva and Tenreyro, 2006, for the estimator whose mean this is). Equation
(6) is what other costs do to that total: with equal costs it is exactly 1. Pairs without a way on
a side are left out of both sums, and a country pair that has none left has no g.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from sogdia.core.status import Status

__all__ = ["Ways", "cost_factor", "gravity_shares", "least_costs", "visa_as_cost"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Least costs.

    Attributes
    ----------
    C, T : (Z, N) float64
        Generalised time and hours from each source to every node, h; NaN where there is no way.
    status : Status
    """

    C: Floats
    T: Floats
    status: Status


def least_costs(n: int, tail: Ints, head: Ints, c: Floats, tau: Floats, sources: Ints) -> Ways:
    """Equation (4), from some nodes to all, and the hours along the ways found.

    Parameters
    ----------
    n : int
        Number of nodes.
    tail, head : (E,) int64
        Of directed arcs. Of several arcs between two nodes the cheapest counts.
    c, tau : (E,) float64
        Above 0.
    sources : (Z,) int64
    """
    order = np.lexsort((tau, c))
    t, h = tail[order], head[order]
    _, first = np.unique(t * n + h, return_index=True)
    keep = order[first]
    graph = coo_array((c[keep], (tail[keep], head[keep])), shape=(n, n)).tocsr()
    C, before = dijkstra(graph, indices=sources, return_predecessors=True)
    hours = dict(
        zip(zip(tail[keep].tolist(), head[keep].tolist(), strict=True), tau[keep].tolist(),
            strict=True)
    )  # fmt: skip
    T = np.full_like(C, np.nan)
    for row, source in enumerate(sources.tolist()):
        T[row, source] = 0.0
        # A node comes after its predecessor when nodes are taken by their distance.
        for node in np.argsort(C[row], kind="stable").tolist():
            came = int(before[row, node])
            if came >= 0:
                T[row, node] = T[row, came] + hours[came, node]
    lost = int((~np.isfinite(C)).sum())
    C[~np.isfinite(C)] = np.nan
    return Ways(
        C=C, T=T,
        status=Status(
            state="solved", of="passenger costs",
            message=f"{lost} pairs of a source and a node have no way" if lost else "",
        ),
    )  # fmt: skip


def gravity_shares(C: Floats, m: Floats, n: Floats, theta: float) -> Floats:
    """Equation (5); (I, J), sums to 1 over the pairs that have a way; all NaN where none has."""
    with np.errstate(divide="ignore"):
        w = np.where(np.isnan(C), 0.0, np.outer(m, n) * np.power(C, -theta))
    total = w.sum()
    return w / total if total > 0.0 else np.full_like(C, np.nan)


def cost_factor(before: Floats, after: Floats, m: Floats, n: Floats, theta: float) -> float:
    """Equation (6); NaN where no pair has a way on both sides."""
    both = np.isfinite(before) & np.isfinite(after)
    q = gravity_shares(np.where(both, before, np.nan), m, n, theta)
    ratio = np.where(both, after, 1.0) / np.where(both, before, 1.0)
    # The shares sum to 1, so this is equation (6), and exactly 1 where no cost differs.
    return 1.0 + float(np.sum(q * (np.power(ratio, -theta) - 1.0)))


def visa_as_cost(C: float, sigma: float, theta: float) -> float:
    """Equation (7), in the unit of C: with it added, (6) falls to ``1 - sigma``."""
    return C * ((1.0 - sigma) ** (-1.0 / theta) - 1.0)
