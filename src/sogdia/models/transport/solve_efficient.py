"""Efficient arcs towards a destination, and the kernels of recursive route choice on them.

An arc i -> j is efficient towards d when j is nearer to d than i: when the label (least cost to d,
fewest arcs of a least-cost path) of j is below that of i, in that order (Dial 1971, "efficient
towards the destination"; the second part lets arcs without cost take part). Labels fall along every
efficient arc, so no route has a loop and one pass over the nodes in the order of their labels
solves the choice exactly. Every node that reaches d at all has at least one efficient arc: the
first arc of its least-cost path.

References
----------
Dial, R. B. (1971). A probabilistic multipath traffic assignment model which obviates path
enumeration. Transportation Research 5(2), 83-111. doi:10.1016/0041-1647(71)90012-8
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sogdia.models.transport.solve import search_problem
from sogdia.models.transport.solve_graph import Graph
from sogdia.models.transport.solve_parallel import INNER, in_parallel
from sogdia.models.transport.solve_search import search

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EfficientArcs", "efficient_arcs"]

NEAREST = 1e-9
"""Share of the largest label below which a node counts as at the destination when the scale is
relative, so that the scale stays finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EfficientArcs:
    """Efficient arcs of C classes towards D destinations. Row ``c * D + d`` of each array.

    Attributes
    ----------
    graph : Graph
    destinations : (D,) int32
    cost : (C, m) float64
        Reference costs the arcs were chosen by.
    alike : (C, m) float64
        Logarithm of the number of parallel arcs with the same ends and the same reference cost.
    least : (C * D, n) float64
        Least cost from each node to the destination, L; NaN where there is no way.
    count : (C * D,) int32
        Nodes that reach the destination.
    order : (C * D, n) int32
        Those nodes, by label ascending; the destination is first.
    first : (C * D, n + 1) int32
        Efficient arcs of the node at position p of ``order``: ``arc[first[p]:first[p + 1]]``.
    arc : (C * D, m) int32
    """

    graph: Graph
    destinations: NDArray[np.int32]
    cost: NDArray[np.float64]
    alike: NDArray[np.float64]
    least: NDArray[np.float64]
    count: NDArray[np.int32]
    order: NDArray[np.int32]
    first: NDArray[np.int32]
    arc: NDArray[np.int32]


def efficient_arcs(
    graph: Graph, cost: NDArray[np.float64], destinations: NDArray[np.int32]
) -> EfficientArcs:
    """Find the efficient arcs of every class towards every destination.

    Parameters
    ----------
    graph : Graph
    cost : (C, m) float64
        Reference costs, at least 0; ``+inf`` closes an arc.
    destinations : (D,) int32

    Returns
    -------
    EfficientArcs
    """
    n, m = graph.n_nodes, graph.n_arcs
    n_to = len(destinations)
    n_rows = len(cost) * n_to
    backward = graph.star(backward=True)
    leaving_first, leaving = graph.leaving()
    least = np.empty((n_rows, n))
    count = np.empty(n_rows, np.int32)
    order = np.empty((n_rows, n), np.int32)
    first = np.empty((n_rows, n + 1), np.int32)
    arc = np.empty((n_rows, m), np.int32)
    roots = backward.new_of[destinations]
    searches = [search_problem(backward, cost_of, graph.through) for cost_of in cost]
    nowhere = np.zeros(n, np.bool_)

    def make_worker():
        work = [of.work() for of in searches]
        hops = np.empty(n, np.int32)

        def worker(start: int, stop: int) -> None:
            while start < stop:
                c = start // n_to
                end, of = min(stop, (c + 1) * n_to), searches[c]
                _efficient_rows(
                    start, end, c * n_to, backward.first, of.star_f, of.star_i,
                    backward.old_of, of.through, roots, nowhere, of.per_cost, *work[c],
                    destinations, graph.head, graph.through, leaving_first, leaving, cost[c],
                    hops, least, count, order, first, arc,
                )  # fmt: skip
                start = end

        return worker

    if n_rows:
        in_parallel(n_rows, make_worker)
    return EfficientArcs(
        graph=graph, destinations=destinations, cost=cost, alike=_alike(graph, cost), least=least,
        count=count, order=order, first=first, arc=arc,
    )  # fmt: skip


def _alike(graph: Graph, cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of the number of arcs with the same tail, head and cost."""
    result = np.empty(cost.shape)
    for c, cost_of in enumerate(cost):
        by = np.lexsort((cost_of, graph.head, graph.tail))
        new = np.ones(len(by), np.bool_)
        new[1:] = (
            (np.diff(graph.tail[by]) != 0)
            | (np.diff(graph.head[by]) != 0)
            | (cost_of[by][1:] != cost_of[by][:-1])
        )
        group = np.cumsum(new) - 1
        result[c, by] = np.log(np.bincount(group)[group]) if len(by) else 0.0
    return result


@njit(nogil=True, cache=True)
def _efficient_rows(
    start, stop, row_0, star_first, star_f, star_i, old_of, passes, roots, is_target, per_cost,
    label_f, label_i, pred, taken, near_f, near_i, far_f, far_i, wheel, pool_f, pool_i, link,
    destinations, head, through, leaving_first, leaving, cost, hops, least, count, order, first,
    arc,
):  # fmt: skip
    """Search from the destinations of rows ``start:stop`` of a class; list efficient arcs."""
    for row in range(start, stop):
        d = destinations[row - row_0]
        size = search(
            star_first, star_f, star_i, passes, np.uint32(roots[row - row_0]), is_target,
            np.int64(0), per_cost, label_f, label_i, pred, taken, near_f, near_i, far_f, far_i,
            wheel, pool_f, pool_i, link,
        )  # fmt: skip
        L = least[row]
        L[:] = np.nan
        for p in range(size):
            v = np.uint32(taken[p])
            i = old_of[v]
            L[i] = label_f[2 * v]
            hops[i] = label_i[4 * v + 2]
            # They are taken by label; those with equal labels are put by number.
            q = p
            while q > 0:
                j = order[row, q - 1]
                if j < i or L[j] != L[i] or hops[j] != hops[i]:
                    break
                order[row, q] = j
                q -= 1
            order[row, q] = i
        at = 0
        for p in range(size):
            i = order[row, p]
            first[row, p] = at
            for k in range(leaving_first[i], leaving_first[i + 1]):
                a = leaving[k]
                j = head[a]
                if not np.isfinite(cost[a]) or np.isnan(L[j]) or not (through[j] or j == d):
                    continue
                if L[j] < L[i] or (L[j] == L[i] and hops[j] < hops[i]):
                    arc[row, at] = a
                    at += 1
        first[row, size] = at
        count[row] = size


# --------------------------------------------------------------------------------------------------
# Choice on the efficient arcs of one row. V and what else is by node is indexed by node; p and what
# else is by arc, by the position of the arc in the row, so that a pass reads memory in order.
# --------------------------------------------------------------------------------------------------


@njit(**INNER)
def _gather(n_arcs, arc, values, result):
    """Values of the arcs of a row, in its order."""
    for k in range(n_arcs):
        result[k] = values[arc[k]]


@njit(**INNER)
def _fade(count, order, first, to, L, reference, fade, alike):
    """Take the weight from arcs that gain little towards the destination."""
    if fade <= 0.0:
        return
    for q in range(1, count):
        i = order[q]
        for k in range(first[q], first[q + 1]):
            full = fade * reference[k]
            gained = L[i] - L[to[k]]
            if gained < full:
                alike[k] = alike[k] - np.log(gained / full) if gained > 0.0 else np.inf


@njit(**INNER)
def _choose(begin, end, mu, to, cost, extra, alike, V, p, log_p):
    """Choice over the arcs ``begin:end``: write their shares, return the expected cost (log-sum)."""
    if end - begin == 1:
        p[begin] = 1.0
        log_p[begin] = 0.0
        return cost[begin] + extra[begin] / mu + V[to[begin]]
    best = np.inf
    for k in range(begin, end):
        x = cost[k] + V[to[k]] + (extra[k] + alike[k]) / mu
        log_p[k] = x
        best = min(best, x)
    if not best < np.inf:
        # Every way on is closed now although it was open in the reference costs.
        for k in range(begin, end):
            p[k] = 0.0
            log_p[k] = -np.inf
        return np.inf
    total = 0.0
    for k in range(begin, end):
        log_p[k] = -mu * (log_p[k] - best)
        p[k] = np.exp(log_p[k])
        total += p[k]
    log_total = np.log(total)
    for k in range(begin, end):
        p[k] /= total
        log_p[k] -= log_total
    return best - log_total / mu


@njit(**INNER)
def _scale_at(mu, relative, L, largest):
    """The scale at a node L away from the destination."""
    if not relative:
        return mu
    return mu / max(L, NEAREST * largest) if largest > 0.0 else mu


@njit(**INNER)
def _choose_all(count, order, first, to, L, mu, relative, cost, extra, alike, V, p, log_p):
    """Expected costs and choices of all nodes of a row."""
    V[order[0]] = 0.0
    largest = L[order[count - 1]]
    for q in range(1, count):
        i = order[q]
        V[i] = _choose(
            first[q], first[q + 1], _scale_at(mu, relative, L[i], largest), to, cost, extra, alike,
            V, p, log_p,
        )  # fmt: skip


@njit(**INNER)
def _within(start, order, first, to, inside, places):
    """Positions, descending, of the nodes that routes from position ``start`` can pass."""
    inside[order[start]] = True
    size = 0
    for q in range(start, -1, -1):
        i = order[q]
        if not inside[i]:
            continue
        inside[i] = False
        places[size] = q
        size += 1
        if q > 0:
            for k in range(first[q], first[q + 1]):
                inside[to[k]] = True
    return size


@njit(**INNER)
def _sizes(
    size, places, order, first, to, length, least, alike, weight, p, log_p, R, up, down, extra
):
    """Write the link-additive path size of every arc of the pair's routes to ``extra``.

    ``p`` are the choices at reference costs. ``down`` is the entropy of the routes from a node to
    the destination, ``up`` that of the routes from the origin to the node, so exp(up + down) is the
    effective number of routes that share an arc.
    """
    down[order[0]] = 0.0
    R[order[0]] = 0.0
    up[order[0]] = 0.0
    for s in range(size - 2, -1, -1):
        q = places[s]
        i = order[q]
        R[i] = 0.0
        up[i] = 0.0
        if first[q + 1] - first[q] == 1:
            down[i] = down[to[first[q]]]
            continue
        total = 0.0
        for k in range(first[q], first[q + 1]):
            if p[k] > 0.0:
                total += p[k] * (down[to[k]] - log_p[k] - alike[k])
        down[i] = total
    R[order[places[0]]] = 1.0
    for s in range(size - 1):
        q = places[s]
        i = order[q]
        log_R = 0.0
        if R[i] > 0.0:
            log_R = np.log(R[i])
            up[i] = max(0.0, up[i] / R[i] + log_R)
        for k in range(first[q], first[q + 1]):
            j = to[k]
            flow = R[i] * p[k]
            if flow > 0.0:
                R[j] += flow
                up[j] += flow * (up[i] - log_R - log_p[k] - alike[k])
            extra[k] = weight * (length[k] / least) * (up[i] + down[j])


@njit(**INNER)
def _choose_pair(
    start, order, first, to, L, mu, relative, weight, reference, length, cost, alike, inside,
    places, V, p, log_p, R, up, down, extra,
):  # fmt: skip
    """Choices of one pair with path sizes, on the nodes its routes pass; their number."""
    size = _within(start, order, first, to, inside, places)
    least = L[order[start]]
    scale = mu / least if relative and least > 0.0 else mu
    V[order[0]] = 0.0
    branches = False
    for s in range(size - 1):
        q = places[s]
        branches = branches or first[q + 1] - first[q] > 1
        for k in range(first[q], first[q + 1]):
            extra[k] = 0.0
    if branches and weight != 0.0 and least > 0.0:
        for s in range(size - 2, -1, -1):
            q = places[s]
            V[order[q]] = _choose(
                first[q], first[q + 1], scale, to, reference, extra, alike, V, p, log_p
            )
        _sizes(
            size, places, order, first, to, length, least, alike, weight, p, log_p, R, up, down,
            extra,
        )  # fmt: skip
    for s in range(size - 2, -1, -1):
        q = places[s]
        V[order[q]] = _choose(first[q], first[q + 1], scale, to, cost, extra, alike, V, p, log_p)
    return size
