"""Sets of routes between two nodes: Pareto routes on several criteria, and distinct alternatives.

Pure numerics on the :class:`~sogdia.models.transport.solve.ForwardStar`, like its module.

Pareto routes
-------------
Multi-criteria labelling (Martins 1984) with every label bounded from below by the least value of
each criterion still needed to reach the destination, as in multi-criteria A* (Mandow and Perez de
la Cruz 2010). With a tolerance the number of labels kept at a node is bounded by additive cells, as
in the fully polynomial scheme of Warburton (1987).

Alternatives
------------
Penalty method (de la Barra, Perez and Anez 1993): search, raise the cost of the arcs found, search
again. Chosen over Yen's algorithm because the routes that follow the least-cost one in order of
cost are nearly all small deviations from it, so that Yen must enumerate very many before the first
distinct one appears. The price is that the method does not prove that no further one exists.

References
----------
Martins, E. Q. V. (1984). On a multicriteria shortest path problem. European Journal of Operational
Research 16(2), 236-245. doi:10.1016/0377-2217(84)90077-8

Mandow, L. and Perez de la Cruz, J. L. (2010). Multiobjective A* search with consistent heuristics.
Journal of the ACM 57(5), 27. doi:10.1145/1754399.1754400

Warburton, A. (1987). Approximation of Pareto optima in multiple-objective, shortest-path problems.
Operations Research 35(1), 70-79. doi:10.1287/opre.35.1.70

de la Barra, T., Perez, B. and Anez, J. (1993). Multidimensional path search and assignment.
Proceedings of the 21st PTRC Summer Annual Meeting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sogdia.models.transport.solve import path, targets, trees, trees_to
from sogdia.models.transport.solve_search import heap_drop_top, heap_push
from sogdia.models.transport.solve_star import ForwardStar, forward_star, listed, node_positions

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Route", "k_alternatives", "pareto"]

BOUND_SLACK = 1e-12
"""Relative reduction of lower bounds. They are summed from the destination, labels from the origin;
without it rounding could make a bound exceed a route's own sum and prune the route."""

ZERO_COST_PENALTY = 1e-3
"""Cost that counts as base of the penalty on arcs costing (almost) nothing, in median arc costs.
A multiple of zero would stay zero and the arc would never be left."""

ROUNDS_PER_ROUTE = 20
"""Searches made per alternative asked for before the method gives up."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route between two nodes.

    Attributes
    ----------
    arcs : (L,) int32
        Caller's arc indices in travel order.
    criteria : (C,) float64
        Sum of each criterion over the arcs, from the origin on.
    """

    arcs: NDArray[np.int32]
    criteria: NDArray[np.float64]


@njit(nogil=True, cache=True)
def _grown(array, size):
    """Copy into an array of twice the length."""
    larger = np.empty(2 * len(array), array.dtype)
    larger[:size] = array[:size]
    return larger


@njit(nogil=True, cache=True)
def _covered(values, v, latest, older, label, slack, upto):
    """Whether a label of node ``v`` is at most ``upto + slack`` in every criterion."""
    n_criteria = len(upto)
    other = latest[v]
    while other >= 0:
        covers = True
        for c in range(n_criteria):
            if values[other * n_criteria + c] > upto[c] + slack[c]:
                covers = False
                break
        if covers and other != label:
            return True
        other = older[other]
    return False


@njit(nogil=True, cache=True)
def _pareto(first, head, arc, through, criteria, bound, cell, stretch, source, sink):
    """Label from ``source``; return label arrays and the last label at ``sink``.

    ``criteria (m, C)`` by caller's arc, ``bound (n, C)`` by internal node, ``cell (C,)`` absolute
    tolerance at intermediate nodes, ``stretch`` relative tolerance at the destination.
    """
    n_criteria = criteria.shape[1]
    capacity = 1024
    values = np.empty(capacity * n_criteria)
    node = np.empty(capacity, np.int32)
    via = np.empty(capacity, np.int32)
    parent = np.empty(capacity, np.int32)
    older = np.empty(capacity, np.int32)
    dropped = np.zeros(capacity, np.bool_)
    heap_f = np.empty(2 * capacity)
    heap_i = heap_f.view(np.int32)
    latest = np.full(len(first) - 1, -1, np.int32)
    exact = np.zeros(n_criteria)
    total = np.empty(n_criteria)
    here = np.empty(n_criteria)
    weight = np.ones(n_criteria)
    for c in range(n_criteria):
        values[c] = 0.0
        if bound[source, c] > 0.0:
            weight[c] = 1.0 / bound[source, c]
    node[0] = source
    via[0] = -1
    parent[0] = -1
    older[0] = -1
    latest[source] = 0
    size = np.int64(1)
    heap_size = np.int64(0)
    heap_push(heap_f, heap_i, heap_size, 0.0, np.int64(0), np.uint32(0))
    heap_size += 1
    while heap_size > 0:
        label = np.int64(heap_i[3])
        heap_drop_top(heap_f, heap_i, heap_size)
        heap_size -= 1
        u = node[label]
        if dropped[label] or u == sink or (u != source and not through[u]):
            continue
        # Destination labels found since this one was queued may rule it out.
        for c in range(n_criteria):
            total[c] = (values[label * n_criteria + c] + bound[u, c]) * stretch
        if _covered(values, sink, latest, older, label, exact, total):
            continue
        for position in range(first[u], first[u + 1]):
            v = head[position]
            a = arc[position]
            open_ = v != source
            key = 0.0
            for c in range(n_criteria):
                here[c] = values[label * n_criteria + c] + criteria[a, c]
                total[c] = (here[c] + bound[v, c]) * stretch
                key += (here[c] + bound[v, c]) * weight[c]
                open_ = open_ and here[c] + bound[v, c] < np.inf
            if (
                not open_
                or _covered(values, v, latest, older, -1, exact if v == sink else cell, here)
                or _covered(values, sink, latest, older, -1, exact, total)
            ):
                continue
            # Take out what the new label dominates.
            before = np.int64(-1)
            other = np.int64(latest[v])
            while other >= 0:
                after = np.int64(older[other])
                worse = True
                for c in range(n_criteria):
                    if values[other * n_criteria + c] < here[c]:
                        worse = False
                        break
                if worse:
                    dropped[other] = True
                    if before < 0:
                        latest[v] = after
                    else:
                        older[before] = after
                else:
                    before = other
                other = after
            if size == len(node):
                values = _grown(values, size * n_criteria)
                node = _grown(node, size)
                via = _grown(via, size)
                parent = _grown(parent, size)
                older = _grown(older, size)
                dropped = _grown(dropped, size)
                heap_f = _grown(heap_f, 2 * heap_size)
                heap_i = heap_f.view(np.int32)
            for c in range(n_criteria):
                values[size * n_criteria + c] = here[c]
            node[size] = v
            via[size] = a
            parent[size] = label
            older[size] = latest[v]
            dropped[size] = False
            latest[v] = size
            heap_push(heap_f, heap_i, heap_size, key, size, np.uint32(size))
            heap_size += 1
            size += 1
    return values, via, parent, older, latest[sink]


def pareto(
    star: ForwardStar,
    tail: ArrayLike,
    criteria: ArrayLike,
    origin: int,
    destination: int,
    *,
    epsilon: float = 0.0,
    through: ArrayLike | None = None,
) -> list[Route]:
    """Routes of which none is at least as good as another in every criterion.

    Parameters
    ----------
    star : ForwardStar
        Graph of ``n`` nodes and ``m`` arcs.
    tail : (m,) int
        Tail node of each arc, as given to :func:`forward_star`.
    criteria : (C, m) float64
        Criteria of each arc, e.g. money, time and CO2; at least 0, ``+inf`` in any closes the arc.
    origin, destination : int
        Nodes.
    epsilon : float
        Relative tolerance. 0: every Pareto-optimal vector of criteria is returned, with one route
        for each. Above 0: for every Pareto-optimal route one is returned that is no worse than
        ``1 + epsilon`` times it in each criterion. The memory is then bounded: half of the
        tolerance goes to intermediate nodes, shared evenly over the ``n - 1`` arcs a route can
        have, the other half to the destination, where most of the saving arises.
    through : (n,) bool, optional
        Nodes a route may pass through. Default: all.

    Returns
    -------
    list of Route
        Sorted by the first criterion, then the next. Loop-free. Empty if there is no route; one
        route without arcs if origin and destination are the same.

    Raises
    ------
    ValueError
        If a criterion is negative or NaN, a shape is wrong, a node is outside ``0 .. n-1``, or
        ``epsilon`` is negative or not finite.
    """
    tail_of, values = (
        node_positions(tail, star.n_nodes, "tail"),
        np.asarray(criteria, dtype=np.float64),
    )
    if len(tail_of) != star.n_arcs:
        raise ValueError(f"tail must have shape ({star.n_arcs},), not ({len(tail_of)},)")
    if values.ndim != 2 or len(values) == 0 or values.shape[1] != star.n_arcs:
        raise ValueError(f"criteria must have shape (C, {star.n_arcs}), not {values.shape}")
    bad = np.flatnonzero(~np.all(values >= 0.0, axis=0))
    if len(bad):
        raise ValueError(f"criteria are negative or NaN on arcs {listed(bad)}")
    if not 0.0 <= epsilon < np.inf:
        raise ValueError(f"epsilon must be finite and at least 0, not {epsilon}")
    ends = node_positions([origin, destination], star.n_nodes, "origin or destination")
    if ends[0] == ends[1]:
        return [Route(np.empty(0, np.int32), np.zeros(len(values)))]
    passes = (
        np.ones(star.n_nodes, np.bool_) if through is None else np.asarray(through, dtype=np.bool_)
    )
    if passes.shape != (star.n_nodes,):
        raise ValueError(f"through must have shape ({star.n_nodes},), not {passes.shape}")

    head_of = np.empty(star.n_arcs, np.int32)
    head_of[star.arc] = star.old_of[star.head]
    backwards = forward_star(head_of, tail_of, star.n_nodes, order="given")
    closed = np.where(np.isinf(values).any(axis=0), np.inf, 0.0)
    # Leaving a centroid is barred here too, except from the origin; letting bounds pass through
    # the origin only lowers them.
    bound_passes = passes.copy()
    bound_passes[ends[0]] = True
    bound = np.stack(
        [trees(backwards, v + closed, ends[1:], through=bound_passes).cost[0] for v in values],
        axis=1,
    )
    bound = np.nan_to_num(bound, nan=np.inf) * (1.0 - BOUND_SLACK)
    if np.isinf(bound[ends[0]]).any():
        return []
    half = np.sqrt(1.0 + epsilon)
    cell = (half - 1.0) * bound[ends[0]] / max(1, star.n_nodes - 1)
    source, sink = star.new_of[ends]
    label_values, via, parent, older, label = _pareto(
        star.first, star.head, star.arc, passes[star.old_of], np.ascontiguousarray(values.T),
        np.ascontiguousarray(bound[star.old_of]), cell, half, source, sink,
    )  # fmt: skip
    routes = []
    while label >= 0:
        arcs = []
        step = label
        while parent[step] >= 0:
            arcs.append(via[step])
            step = parent[step]
        sums = label_values[label * len(values) : (label + 1) * len(values)].copy()
        routes.append(Route(np.array(arcs[::-1], dtype=np.int32), sums))
        label = older[label]
    return sorted(routes, key=lambda route: tuple(route.criteria))


def k_alternatives(
    star: ForwardStar,
    tail: ArrayLike,
    cost: ArrayLike,
    origin: int,
    destination: int,
    k: int,
    *,
    weight: ArrayLike | None = None,
    max_overlap: float = 0.75,
    penalty: float = 1.2,
    through: ArrayLike | None = None,
) -> list[Route]:
    """Up to ``k`` loop-free routes that differ enough from each other, the least-cost one first.

    Parameters
    ----------
    star : ForwardStar
        Graph of ``n`` nodes and ``m`` arcs.
    tail : (m,) int
        Tail node of each arc, as given to :func:`forward_star`.
    cost : (m,) float64
        Cost of each arc, at least 0; ``+inf`` closes the arc.
    origin, destination : int
        Nodes.
    k : int
        Routes wanted, at least 1.
    weight : (m,) float64, optional
        Weight by which overlap is measured, e.g. length; finite, at least 0. Default: the cost.
    max_overlap : float
        Two routes share at most this part of the weight of the lighter one, 0 to 1. Routes
        without weight overlap wholly if one has all arcs of the other, else not at all.
    penalty : float
        Factor on the cost of an arc each time a search finds it, above 1. Smaller is slower and
        finds routes closer to the least cost.
    through : (n,) bool, optional
        Nodes a route may pass through. Default: all.

    Returns
    -------
    list of Route
        Sorted by true cost, which is the only criterion. Fewer than ``k`` if no further route was
        found within ``20 * k`` searches; empty if there is no route.

    Raises
    ------
    ValueError
        If ``k``, ``max_overlap``, ``penalty``, a weight or a cost is out of range, a shape is
        wrong, or a node is outside ``0 .. n-1``.
    """
    tail_of = node_positions(tail, star.n_nodes, "tail")
    if len(tail_of) != star.n_arcs:
        raise ValueError(f"tail must have shape ({star.n_arcs},), not ({len(tail_of)},)")
    if k < 1 or not 0.0 <= max_overlap <= 1.0 or not 1.0 < penalty < np.inf:
        raise ValueError("need k >= 1, 0 <= max_overlap <= 1 and a finite penalty > 1")
    true_cost = np.asarray(cost, dtype=np.float64)
    weights = true_cost if weight is None else np.asarray(weight, dtype=np.float64)
    ends = node_positions([origin, destination], star.n_nodes, "origin or destination")
    is_target, n_targets = targets(star, star.new_of[ends[1:]])

    def search(arc_cost: NDArray[np.float64]) -> NDArray[np.int32] | None:
        tree = trees_to(star, arc_cost, ends[:1], is_target, n_targets, through)
        return path(tree, tail_of, 0, int(ends[1]))

    least = search(true_cost)
    if weights.shape != (star.n_arcs,) or (
        weight is not None and not np.all((weights >= 0.0) & (weights < np.inf))
    ):
        raise ValueError(f"weight must be finite, at least 0 and of shape ({star.n_arcs},)")
    if least is None:
        return []
    positive = true_cost[(true_cost > 0.0) & np.isfinite(true_cost)]
    floor = ZERO_COST_PENALTY * (np.median(positive) if len(positive) else 1.0)
    base = np.maximum(true_cost, floor)
    penalised = true_cost.copy()
    factor = np.ones(star.n_arcs)
    found = [least]
    newest = least
    for _ in range(ROUNDS_PER_ROUTE * k):
        if len(found) == k:
            break
        factor[newest] *= penalty
        penalised[newest] = true_cost[newest] + (factor[newest] - 1.0) * base[newest]
        newest = search(penalised)
        if newest is None:
            # Only after so many penalties that a sum of costs overflowed.
            break
        if all(_overlap(newest, other, weights) <= max_overlap for other in found):
            found.append(newest)
    # Summed one by one like the search, so that no route can appear cheaper than the least.
    routes = [Route(arcs, np.cumsum(np.append(0.0, true_cost[arcs]))[-1:]) for arcs in found]
    return sorted(routes, key=lambda route: float(route.criteria[0]))


def _overlap(
    one: NDArray[np.int32], other: NDArray[np.int32], weights: NDArray[np.float64]
) -> float:
    """Shared part of the weight of the lighter of two routes."""
    shared = np.intersect1d(one, other)
    lighter = min(weights[one].sum(), weights[other].sum())
    if lighter > 0.0:
        return float(weights[shared].sum() / lighter)
    return float(len(shared) == min(len(one), len(other)))
