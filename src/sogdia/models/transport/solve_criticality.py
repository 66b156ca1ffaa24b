"""Criticality: what is lost when an arc, or all arcs of a post, are closed.

Everybody takes the least-cost path before and after; nothing congests. For group G and class k::

    increase = sum over pairs still connected of demand x (u' - u)          lost = demand of the rest

u and u' are least costs without and with the closure. Only what hangs on the group is searched
again: a node keeps its label unless the least-cost tree reaches it through a closed arc, so the
search starts from the nodes around those subtrees. The labels are the same bits as those of a
search of the whole network without the arcs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status
from sogdia.models.transport.solve import trees
from sogdia.models.transport.solve_choice import arc_groups
from sogdia.models.transport.solve_graph import Demand, Graph, class_costs
from sogdia.models.transport.solve_parallel import in_parallel
from sogdia.models.transport.solve_search import heap_drop_top, heap_push

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["Criticality", "criticality"]

ROWS_PER_BLOCK = 8
"""Origins whose losses are added up together. Fixed: the order of sums decides their bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criticality:
    """Losses of C classes from closing each of G groups of arcs, one group at a time.

    Attributes
    ----------
    increase : (G, C) float64
        Demand x additional least cost, over the pairs that stay connected.
    lost : (G, C) float64
        Demand that loses its last way.
    base : (C,) float64
        Demand x least cost with everything open.
    unserved : (C,) float64
        Demand without a way even then; in none of the others.
    status : Status
    """

    increase: NDArray[np.float64]
    lost: NDArray[np.float64]
    base: NDArray[np.float64]
    unserved: NDArray[np.float64]
    status: Status


def criticality(
    graph: Graph, cost: ArrayLike, demand: Demand, groups: Sequence[ArrayLike] | None = None
) -> Criticality:
    """Close each group of arcs in turn and count the loss, all in one run.

    Parameters
    ----------
    graph : Graph
    cost : (C, m) float64
        At least 0; ``+inf`` closes an arc to a class.
    demand : Demand
    groups : sequence of (K,) int, optional
        Arcs closed together, such as those of a post; by default every arc by itself.

    Returns
    -------
    Criticality

    Raises
    ------
    InvalidInput
        When a shape, a node, an arc or a cost is not allowed.
    """
    problems = ProblemList()
    C, m = demand.n_classes, graph.n_arcs
    demand.check_nodes(problems, graph)
    cost_of = class_costs(problems, "cost", cost, C, m)
    problems.raise_if_any()
    if groups is None:
        member, group_first = np.arange(m), np.arange(m + 1)
    else:
        marks = [np.flatnonzero(mark) for mark in arc_groups(groups, m)]
        member = np.concatenate([*marks, np.empty(0, np.int64)]).astype(np.int64)
        group_first = np.concatenate([[0], np.cumsum([len(mark) for mark in marks])])
        group_first = group_first.astype(np.int64)
    G, O, n = len(group_first) - 1, len(demand.origins), graph.n_nodes  # noqa: E741
    star, volume = graph.star(), demand.travelling()
    entering_first, entering = graph.entering()
    leaving_first, leaving = graph.leaving()
    n_blocks = -(-O // ROWS_PER_BLOCK)
    blocks = np.zeros((C, n_blocks, 2, G))
    base, unserved = np.zeros(C), np.zeros(C)
    for c in range(C):
        found = trees(star, cost_of[c], demand.origins, through=graph.through)
        wanted = np.zeros((O, n))
        wanted[:, demand.destinations] = volume[c]
        there = np.isfinite(found.cost)
        base[c] = (wanted * np.where(there, found.cost, 0.0)).sum()
        unserved[c] = wanted[~there].sum()
        wanted[~there] = 0.0

        def make_worker(c=c, found=found, wanted=wanted):
            nodes = [np.empty(n, np.int32) for _ in range(5)]
            label, below, heap = np.empty(n), np.empty(n + 1), np.empty(2 * (m + n + 1))
            closed, affected = np.zeros(m, np.bool_), np.zeros(n, np.bool_)

            def worker(start: int, stop: int) -> None:
                for block in range(start, stop):
                    first = block * ROWS_PER_BLOCK
                    _closures(
                        first, min(O, first + ROWS_PER_BLOCK), found.origins, found.pred_arc,
                        found.cost, wanted, graph.tail, graph.head, graph.through, cost_of[c],
                        entering_first, entering, leaving_first, leaving, member, group_first,
                        *nodes, label, below, heap, heap.view(np.int32), closed, affected,
                        blocks[c, block],
                    )  # fmt: skip

            return worker

        if n_blocks and G:
            in_parallel(n_blocks, make_worker)
    total = blocks.sum(axis=1)
    lacking = float(unserved.sum())
    return Criticality(
        increase=total[:, 0].T,
        lost=total[:, 1].T,
        base=base,
        unserved=unserved,
        status=Status(
            state="solved",
            iterations=1,
            message=f"demand of {lacking:g} has no way even with everything open"
            if lacking
            else "",
            of="criticality",
        ),
    )


@njit(nogil=True, cache=True)
def _closures(
    start, stop, origins, pred_arc, cost, wanted, tail, head, through, arc_cost, entering_first,
    entering, leaving_first, leaving, member, group_first, child, sibling, place, end, sequence,
    label, below, heap_f, heap_i, closed, affected, out,
):  # fmt: skip
    """Losses of all groups over the trees ``start:stop``."""
    n = len(place)
    for row in range(start, stop):
        root = origins[row]
        pred, L, want = pred_arc[row], cost[row], wanted[row]
        # Number the tree depth first: a subtree is the run place[v] .. end[v] of the sequence.
        child[:] = -1
        place[:] = -1
        for v in range(n - 1, -1, -1):
            if pred[v] >= 0:
                u = tail[pred[v]]
                sibling[v] = child[u]
                child[u] = v
        sibling[root] = -1
        size = 0
        v = np.int64(root)
        while v >= 0:
            place[v] = size
            sequence[size] = v
            size += 1
            if child[v] >= 0:
                v = np.int64(child[v])
                continue
            while True:
                end[v] = size
                if v == root:
                    v = np.int64(-1)
                    break
                if sibling[v] >= 0:
                    v = np.int64(sibling[v])
                    break
                v = np.int64(tail[pred[v]])
        below[0] = 0.0
        for q in range(size):
            below[q + 1] = below[q] + want[sequence[q]]
        for g in range(len(group_first) - 1):
            used = False
            for k in range(group_first[g], group_first[g + 1]):
                j = head[member[k]]
                if pred[j] == member[k] and below[end[j]] > below[place[j]]:
                    used = True
            if used:
                _close(
                    g, root, pred, L, want, tail, head, through, arc_cost, entering_first, entering,
                    leaving_first, leaving, member, group_first, place, end, sequence, label,
                    heap_f, heap_i, closed, affected, out,
                )  # fmt: skip


@njit(nogil=True, cache=True)
def _close(
    g, root, pred, L, want, tail, head, through, arc_cost, entering_first, entering, leaving_first,
    leaving, member, group_first, place, end, sequence, label, heap_f, heap_i, closed, affected,
    out,
):  # fmt: skip
    """Loss of one group on one tree."""
    for k in range(group_first[g], group_first[g + 1]):
        a = member[k]
        closed[a] = True
        if pred[head[a]] == a:
            for q in range(place[head[a]], end[head[a]]):
                affected[sequence[q]] = True
    size = np.int64(0)
    for k in range(group_first[g], group_first[g + 1]):
        j = head[member[k]]
        if pred[j] != member[k]:
            continue
        for q in range(place[j], end[j]):
            v = sequence[q]
            label[v] = np.inf
            for e in range(entering_first[v], entering_first[v + 1]):
                a = entering[e]
                u = tail[a]
                if closed[a] or affected[u] or np.isnan(L[u]) or not (through[u] or u == root):
                    continue
                label[v] = min(label[v], L[u] + arc_cost[a])
    # Nested subtrees are met twice above, which changes nothing; here each node is taken once.
    for k in range(group_first[g], group_first[g + 1]):
        j = head[member[k]]
        if pred[j] != member[k]:
            continue
        for q in range(place[j], end[j]):
            v = sequence[q]
            if affected[v] and label[v] < np.inf:
                heap_push(heap_f, heap_i, size, label[v], np.int64(0), np.int64(v))
                size += 1
    while size > 0:
        key = heap_f[0]
        v = np.int64(heap_i[3])
        heap_drop_top(heap_f, heap_i, size)
        size -= 1
        if key > label[v] or not through[v]:
            continue
        for e in range(leaving_first[v], leaving_first[v + 1]):
            a = leaving[e]
            w = head[a]
            if affected[w] and not closed[a] and key + arc_cost[a] < label[w]:
                label[w] = key + arc_cost[a]
                heap_push(heap_f, heap_i, size, label[w], np.int64(0), np.int64(w))
                size += 1
    for k in range(group_first[g], group_first[g + 1]):
        a = member[k]
        closed[a] = False
        j = head[a]
        if pred[j] != a:
            continue
        for q in range(place[j], end[j]):
            v = sequence[q]
            if affected[v]:
                affected[v] = False
                if want[v] > 0.0:
                    if label[v] < np.inf:
                        out[0, g] += want[v] * (label[v] - L[v])
                    else:
                        out[1, g] += want[v]
