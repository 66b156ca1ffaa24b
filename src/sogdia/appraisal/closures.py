"""What closing a link or post loses, with the choice of way as it is.

For each group of arcs closed, and each class and pair of zones (symbols of
`sogdia.models.transport.mode_choice`)::

    loss = sum over pairs still connected of tonnes x (G' - G)          lost = tonnes of the rest

G and G' are expected costs over the ways, open and closed. Least costs of a way are searched again
only from the zones whose least-cost tree uses the group on the way to another zone: elsewhere they
do not change.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sogdia.models.transport.carried import FlowProblem
from sogdia.models.transport.mode_choice import choice_shares
from sogdia.models.transport.solve import Trees, skim, trees

__all__ = ["close_each"]

Floats = NDArray[np.float64]


def close_each(problem: FlowProblem, groups: Sequence[NDArray[np.int64]]) -> tuple[Floats, Floats]:
    """Close each group in turn; nothing congests and trade stays what it is.

    Parameters
    ----------
    problem : FlowProblem
    groups : sequence of G (K,) int
        Arcs closed together.

    Returns
    -------
    loss : (G,) float64
        More generalised cost, USD of 2023 a year.
    lost : (G,) float64
        Tonnes a year that had a way and have none.
    """
    tonnes = problem.demand.tonnes
    loss, lost = np.zeros(len(groups)), np.zeros(len(groups))
    m = problem.gencost.shape[2]
    fields = np.empty((0, m))
    for c, costs in enumerate(problem.costs):
        found = [trees(costs.star, cost, problem.origins) for cost in problem.gencost[c]]
        uses = [_used(problem, tree, tonnes[c]) for tree in found]
        least = np.stack([tree.cost[:, problem.destinations] for tree in found])
        before = choice_shares(least, problem.mode_scale)[1]
        for g, arcs in enumerate(groups):
            touched = [np.flatnonzero(use[:, arcs].any(axis=1)) for use in uses]
            rows = np.unique(np.concatenate(touched))
            if not len(rows):
                continue
            after = least[:, rows].copy()
            for a, mine in enumerate(touched):
                if len(mine):
                    closed = problem.gencost[c, a].copy()
                    closed[arcs] = np.inf
                    again = skim(
                        costs.star, closed, fields, problem.origins[mine], problem.destinations
                    )
                    after[a, np.searchsorted(rows, mine)] = again.cost
            rise = choice_shares(after, problem.mode_scale)[1] - before[rows]
            gone = np.isnan(rise) & ~np.isnan(before[rows])
            loss[g] += (tonnes[c, rows] * np.nan_to_num(rise)).sum()
            lost[g] += tonnes[c, rows][gone].sum()
    return loss, lost


def _used(problem: FlowProblem, tree: Trees, tonnes: Floats) -> NDArray[np.bool_]:
    """(Z, m) whether the tree of a zone uses an arc towards a zone it sends something."""
    used = np.zeros((len(problem.origins), problem.gencost.shape[2]), dtype=np.bool_)
    row, to = np.nonzero(tonnes > 0.0)
    node = problem.destinations[to]
    while len(row):
        arc = tree.pred_arc[row, node]
        there = arc >= 0
        row, arc = row[there], arc[there]
        # A path whose arc is marked already was walked from there on by another.
        _, first = np.unique(row * used.shape[1] + arc, return_index=True)
        row, arc = row[first], arc[first]
        fresh = ~used[row, arc]
        row, arc = row[fresh], arc[fresh]
        used[row, arc] = True
        node = problem.network.tail[arc]
    return used
