"""A graph with fewer nodes and the same least costs between chosen ends.

A node that is no end is taken out, and every way through it, in by one arc and out by another, is
kept as an arc of its own, where that makes no more arcs than go. Of parallel arcs the cheaper counts.
So a chain of places on a line, and what hangs beside it, becomes one arc. Which nodes go depends on
the graph alone, so the costs of a thousand draws pass through the same steps::

    c_uw = min(c_uw, c_uv + c_vw)    for every u -> v -> w, when v goes                          (1)

Least costs are those of the full graph but for the order in which they are summed.

References
----------
Geisberger, R., Sanders, P., Schultes, D. and Delling, D. (2008). Contraction hierarchies. WEA 2008,
LNCS 5038, 319-333. doi:10.1007/978-3-540-68552-4_24. Here without their search: few nodes are left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sogdia.models.transport.solve_star import ForwardStar, forward_star, node_positions

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Contraction", "contract"]


@dataclass(frozen=True, slots=True)
class Contraction:
    """What is left of a graph of n nodes and m arcs, and how costs get there.

    Attributes
    ----------
    star : ForwardStar
        Of the nodes left.
    place : (n,) int32
        Number of each node among those left; -1 for one that went.
    """

    star: ForwardStar
    place: NDArray[np.int32]
    _slot: NDArray[np.int32]
    _steps: NDArray[np.int32]
    _left: NDArray[np.int32]
    _n_slots: int

    def cost(self, cost: ArrayLike) -> NDArray[np.float64]:
        """Costs of the arcs left from those (m,) of the graph; equation (1)."""
        of_slot = np.full(self._n_slots, np.inf)
        _pass_on(np.asarray(cost, dtype=np.float64), self._slot, self._steps, of_slot)
        return of_slot[self._left]


def contract(tail: ArrayLike, head: ArrayLike, n_nodes: int, ends: ArrayLike) -> Contraction:
    """Take out nodes until every one that is left is an end or would leave more arcs than it has.

    Parameters
    ----------
    tail, head : (m,) int
    n_nodes : int
    ends : (E,) int
        Nodes that stay.

    Raises
    ------
    ValueError
        When a node is outside ``0 .. n-1``.
    """
    tail_of = node_positions(tail, n_nodes, "tail")
    head_of = node_positions(head, n_nodes, "head")
    stays = np.zeros(n_nodes, np.bool_)
    stays[node_positions(ends, n_nodes, "ends")] = True
    # A slot is a pair of nodes with an arc between them, at first or later.
    after: list[dict[int, int]] = [{} for _ in range(n_nodes)]
    before: list[dict[int, int]] = [{} for _ in range(n_nodes)]
    pairs: list[tuple[int, int]] = []

    def slot(u: int, w: int) -> int:
        if w not in after[u]:
            after[u][w] = before[w][u] = len(pairs)
            pairs.append((u, w))
        return after[u][w]

    slot_of = [slot(u, w) for u, w in zip(tail_of.tolist(), head_of.tolist(), strict=True)]
    steps: list[tuple[int, int, int]] = []
    gone = stays.copy()
    again = True
    while again:
        again = False
        for v in np.flatnonzero(~gone).tolist():
            after[v].pop(v, None)
            before[v].pop(v, None)
            ways = [(u, w) for u in before[v] for w in after[v] if u != w]
            new = sum(w not in after[u] for u, w in ways)
            if new > len(before[v]) + len(after[v]):
                continue
            for u, w in ways:
                steps.append((before[v][u], after[v][w], slot(u, w)))
            for u in before[v]:
                del after[u][v]
            for w in after[v]:
                del before[w][v]
            gone[v] = again = True
    left = np.array(
        [of for u in np.flatnonzero(stays | ~gone) for of in after[int(u)].values()], np.int32
    )
    return _contraction(pairs, slot_of, steps, left, stays | ~gone)


def _contraction(
    pairs: list[tuple[int, int]],
    slot_of: list[int],
    steps: list[tuple[int, int, int]],
    left: NDArray[np.int32],
    kept: NDArray[np.bool_],
) -> Contraction:
    place = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
    ends = np.array(pairs, np.int32).reshape(-1, 2)[left]
    return Contraction(
        star=forward_star(place[ends[:, 0]], place[ends[:, 1]], int(kept.sum()), order="given"),
        place=place,
        _slot=np.array(slot_of, np.int32),
        _steps=np.array(steps, np.int32).reshape(-1, 3),
        _left=left,
        _n_slots=len(pairs),
    )


@njit(nogil=True, cache=True)
def _pass_on(cost, slot, steps, of_slot):
    """Cheapest of parallel arcs, then equation (1) node by node."""
    for a in range(len(slot)):
        of_slot[slot[a]] = min(of_slot[slot[a]], cost[a])
    for k in range(len(steps)):
        through = of_slot[steps[k, 0]] + of_slot[steps[k, 1]]
        of_slot[steps[k, 2]] = min(of_slot[steps[k, 2]], through)
