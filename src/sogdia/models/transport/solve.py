"""Least-cost searches on a forward star: skims, trees and sums along trees.

Pure numerics: nodes and arcs are positions ``0 .. n-1`` and ``0 .. m-1`` of the caller's arrays.
There are no identifiers here, and no units: ``cost`` and ``fields`` are in whatever unit the caller
uses, and sums come back in the same unit.

What is guaranteed
------------------
* ``cost`` is the least over all admissible paths of the left-to-right floating-point sum of arc
  costs from the origin. That number does not depend on the numbering of nodes, the order of arcs,
  the order of the star or the number of threads.
* Among paths of exactly equal cost the one with the fewest arcs is taken, and among those each node
  is entered by the arc with the lowest index in the caller's arc order. The first two rules do not
  depend on any numbering, and the third not on that of nodes: relabelling nodes never changes a
  path; reordering arcs changes a path only between paths of equal cost *and* equal arc count.
* Results are bit for bit the same for any number of threads: an origin is always worked by one
  thread, alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sogdia.models.transport.solve_parallel import in_parallel
from sogdia.models.transport.solve_search import NO_ARC, skim_rows, sum_row, tree_rows
from sogdia.models.transport.solve_star import ForwardStar, listed, node_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Search", "Skim", "Trees", "path", "sample_tree_sums", "search_problem", "skim",
    "tree_quantiles", "trees",
]  # fmt: skip

BUCKETS_PER_ROOT_NODE = 0.5
"""Buckets per median arc cost, as a multiple of sqrt(nodes). The search front of a planar network
grows with sqrt(nodes), so this holds the number of labels in one bucket steady over sizes.
Tuned on the benchmark networks; affects speed only."""

WHEEL_SPAN = 16
"""Median arc costs covered by the wheel of buckets; longer arcs wait in the far heap."""

MAX_BUCKETS = 1 << 13
"""Upper limit of the wheel, so that clearing it stays cheap beside the search."""

DRAWS_PER_BLOCK = 32
"""Sampled values carried along a tree at once (256 bytes, four cache lines per node)."""


@dataclass(frozen=True, slots=True)
class Skim:
    """Least costs between origins and destinations and sums along the least-cost paths.

    Attributes
    ----------
    cost : (O, D) float64
        Least cost; NaN where there is no path.
    fields : (F, O, D) float64
        Sum of each field over the arcs of the least-cost path; NaN where there is no path.
    reachable : (O, D) bool
        Whether there is a path.
    settled : (O,) int64
        Nodes whose cost was final when the search stopped (it stops once every destination is
        final). A measure of work: unlike the rest it may change with the numbering of nodes.
    """

    cost: NDArray[np.float64]
    fields: NDArray[np.float64]
    reachable: NDArray[np.bool_]
    settled: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trees:
    """Least-cost trees, one per origin.

    Attributes
    ----------
    origins : (O,) int32
        Root node of each tree.
    pred_arc : (O, n) int32
        Caller's index of the arc by which the tree enters each node; -1 at the origin and at nodes
        that cannot be reached.
    cost : (O, n) float64
        Least cost; NaN at nodes that cannot be reached.
    """

    origins: NDArray[np.int32]
    pred_arc: NDArray[np.int32]
    cost: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Search:
    """Inputs of a search in internal order, checked and in the fixed types of the kernels."""

    star: ForwardStar
    star_f: NDArray[np.float64]
    star_i: NDArray[np.int32]
    through: NDArray[np.bool_]
    per_cost: float
    n_buckets: int

    def work(self) -> tuple[NDArray, ...]:
        """Allocate the work arrays of one thread, in the order the kernels take them."""
        labels = np.empty(2 * self.star.n_nodes)
        by_node = (np.empty(self.star.n_nodes, np.int32) for _ in range(2))
        # A label improves at most once per arc, so no queue part ever holds more records than this.
        # The memory is only reserved; what is not touched is not used.
        near, far, pool = (np.empty(2 * (self.star.n_arcs + 1)) for _ in range(3))
        wheel = np.empty(self.n_buckets, np.int32)
        link = np.empty(self.star.n_arcs + 1, np.int32)
        return (
            labels, labels.view(np.int32), *by_node, near, near.view(np.int32), far,
            far.view(np.int32), wheel, pool, pool.view(np.int32), link,
        )  # fmt: skip


def search_problem(star: ForwardStar, cost: ArrayLike, through: ArrayLike | None) -> Search:
    """Inputs of a search; arguments as in :func:`skim`.

    Raises
    ------
    ValueError
        As in :func:`skim`.
    """
    cost_of = np.asarray(cost, dtype=np.float64)
    if cost_of.shape != (star.n_arcs,):
        raise ValueError(f"cost must have shape ({star.n_arcs},), not {cost_of.shape}")
    bad = np.flatnonzero(~(cost_of >= 0.0))
    if len(bad):
        raise ValueError(f"cost is negative or NaN on arcs {listed(bad)}")
    passes = np.ones(star.n_nodes, np.bool_)
    if through is not None:
        passes = np.asarray(through, dtype=np.bool_)
        if passes.shape != (star.n_nodes,):
            raise ValueError(f"through must have shape ({star.n_nodes},), not {passes.shape}")
        passes = passes[star.old_of]
    star_f = np.empty(2 * star.n_arcs)
    star_i = star_f.view(np.int32)
    star_f[0::2] = cost_of[star.arc]
    star_i[2::4] = star.head
    star_i[3::4] = star.arc
    positive = cost_of[(cost_of > 0.0) & np.isfinite(cost_of)]
    typical = float(np.median(positive)) if len(positive) else 1.0
    per_typical = max(1.0, BUCKETS_PER_ROOT_NODE * np.sqrt(star.n_nodes))
    n_buckets = min(MAX_BUCKETS, int(np.ceil(WHEEL_SPAN * per_typical)))
    # Costs near the smallest float would make this infinite, and 0 * inf is NaN.
    with np.errstate(over="ignore"):
        ratio = per_typical / np.float64(typical) if typical else np.float64(1.0)
    per_cost = float(min(ratio, np.finfo(np.float64).max))
    return Search(star, star_f, star_i, passes, per_cost, n_buckets)


def targets(star: ForwardStar, sinks: NDArray[np.int32]) -> tuple[NDArray[np.bool_], int]:
    is_target = np.zeros(star.n_nodes, np.bool_)
    is_target[sinks] = True
    return is_target, int(np.count_nonzero(is_target))


def skim(
    star: ForwardStar,
    cost: ArrayLike,
    fields: ArrayLike,
    origins: ArrayLike,
    destinations: ArrayLike,
    *,
    through: ArrayLike | None = None,
) -> Skim:
    """Least costs from every origin to every destination, and sums along the least-cost paths.

    Parameters
    ----------
    star : ForwardStar
        Graph of ``n`` nodes and ``m`` arcs.
    cost : (m,) float64
        Cost of each arc, at least 0; ``+inf`` closes the arc.
    fields : (F, m) float64
        Values to sum along paths, any sign; ``F`` may be 0. Not looked at on arcs no path uses.
    origins, destinations : (O,), (D,) int
        Nodes. Repeats are allowed. From a node to itself the cost and the sums are 0.
    through : (n,) bool, optional
        Nodes a path may pass through; elsewhere it may only begin or end. Default: all nodes.

    Returns
    -------
    Skim

    Raises
    ------
    ValueError
        If a cost is negative or NaN (the arcs are named), a shape is wrong, or a node is outside
        ``0 .. n-1``.
    """
    problem = search_problem(star, cost, through)
    values = np.asarray(fields, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != star.n_arcs:
        raise ValueError(f"fields must have shape (F, {star.n_arcs}), not {values.shape}")
    sources = star.new_of[node_positions(origins, star.n_nodes, "origins")]
    sinks = star.new_of[node_positions(destinations, star.n_nodes, "destinations")]
    is_target, n_targets = targets(star, sinks)
    shape = (len(sources), len(sinks))
    n_fields = len(values)
    result_cost = np.empty(shape)
    result_fields = np.empty((n_fields, *shape))
    settled = np.zeros(len(sources), np.int64)
    if n_targets == 0 or len(sources) == 0:
        return Skim(result_cost, result_fields, np.zeros(shape, np.bool_), settled)
    # One record of F values per arc: the sums of a node are one access instead of F.
    star_fields = np.empty((star.n_arcs, n_fields))
    for f in range(n_fields):
        star_fields[:, f] = values[f][star.arc]
    star_fields = star_fields.reshape(-1)

    def make_worker() -> Callable[[int, int], None]:
        work = problem.work()
        seen = np.full(star.n_nodes, -1, np.int32)
        sums = np.empty(star.n_nodes * n_fields)
        stack = np.empty(star.n_nodes, np.int32)

        def worker(start: int, stop: int) -> None:
            skim_rows(
                start, stop, star.first, problem.star_f, problem.star_i, star_fields,
                problem.through, sources, sinks, is_target, n_targets, problem.per_cost, *work,
                seen, sums, stack, result_cost, result_fields, settled,
            )  # fmt: skip

        return worker

    in_parallel(len(sources), make_worker)
    return Skim(result_cost, result_fields, ~np.isnan(result_cost), settled)


def trees(
    star: ForwardStar, cost: ArrayLike, origins: ArrayLike, *, through: ArrayLike | None = None
) -> Trees:
    """Least-cost trees from every origin to all nodes.

    Parameters
    ----------
    star, cost, origins, through
        As in :func:`skim`.

    Returns
    -------
    Trees

    Raises
    ------
    ValueError
        As in :func:`skim`.
    """
    roots = node_positions(origins, star.n_nodes, "origins")
    return trees_to(star, cost, roots, np.zeros(star.n_nodes, np.bool_), 0, through)


def trees_to(
    star: ForwardStar,
    cost: ArrayLike,
    roots: NDArray[np.int32],
    is_target: NDArray[np.bool_],
    n_targets: int,
    through: ArrayLike | None,
) -> Trees:
    """Trees that stop once ``n_targets`` targets are final (0: never)."""
    problem = search_problem(star, cost, through)
    sources = star.new_of[roots]
    pred_arc = np.empty((len(roots), star.n_nodes), np.int32)
    tree_cost = np.empty((len(roots), star.n_nodes))

    def make_worker() -> Callable[[int, int], None]:
        work = problem.work()

        def worker(start: int, stop: int) -> None:
            tree_rows(
                start, stop, star.first, problem.star_f, problem.star_i, star.old_of,
                problem.through, sources, is_target, n_targets, problem.per_cost, *work, pred_arc,
                tree_cost,
            )  # fmt: skip

        return worker

    if len(roots):
        in_parallel(len(roots), make_worker)
    return Trees(roots, pred_arc, tree_cost)


def path(
    trees: Trees, tail: ArrayLike, origin_row: int, destination: int
) -> NDArray[np.int32] | None:
    """Arcs of the least-cost path to one destination.

    Parameters
    ----------
    trees : Trees
        Trees over ``m`` arcs.
    tail : (m,) int
        Tail node of each arc, as given to :func:`forward_star`.
    origin_row : int
        Row of the origin in ``trees``.
    destination : int
        Node.

    Returns
    -------
    (L,) int32 or None
        Caller's arc indices in travel order; empty at the origin itself; None if there is no path.

    Raises
    ------
    ValueError
        If the row or the destination does not exist.
    """
    if not 0 <= origin_row < len(trees.origins):
        raise ValueError(f"origin_row must be 0 .. {len(trees.origins) - 1}, not {origin_row}")
    pred_arc = trees.pred_arc[origin_row]
    (node,) = node_positions([destination], len(pred_arc), "destination")
    if np.isnan(trees.cost[origin_row, node]):
        return None
    tail_of = np.asarray(tail)
    arcs = []
    while pred_arc[node] != NO_ARC:
        arcs.append(pred_arc[node])
        node = tail_of[pred_arc[node]]
    return np.array(arcs[::-1], dtype=np.int32)


def sample_tree_sums(
    trees: Trees, tail: ArrayLike, draws: ArrayLike, destinations: ArrayLike
) -> NDArray[np.float64]:
    """Sums of sampled arc values along fixed trees.

    Parameters
    ----------
    trees : Trees
        Trees of O origins over ``m`` arcs.
    tail : (m,) int
        Tail node of each arc.
    draws : (S, m) float64
        ``S`` samples of every arc's value.
    destinations : (D,) int
        Nodes.

    Returns
    -------
    (S, O, D) float64
        Sum of each sample along each path, from the origin outwards; NaN where there is no path.
        A view: for each origin and destination the samples lie next to each other in memory.

    Raises
    ------
    ValueError
        If a shape is wrong or a destination does not exist.
    """
    result = np.empty((len(trees.origins), np.size(destinations), np.shape(draws)[0]))

    def keep(row: int, sums: NDArray[np.float64]) -> None:
        result[row] = sums

    _each_tree(trees, tail, draws, destinations, keep)
    return np.moveaxis(result, 2, 0)


def tree_quantiles(
    trees: Trees,
    tail: ArrayLike,
    draws: ArrayLike,
    destinations: ArrayLike,
    q: Sequence[float] = (0.5, 0.9),
) -> NDArray[np.float64]:
    """Quantiles over the samples of :func:`sample_tree_sums`, without holding all the sums.

    Parameters
    ----------
    trees, tail, draws, destinations
        As in :func:`sample_tree_sums`; at least one sample.
    q : (Q,) float
        Probabilities between 0 and 1. Interpolated linearly between order statistics (type 5 of
        Hyndman and Fan 1996, numpy's "hazen").

    Returns
    -------
    (Q, O, D) float64
        NaN where there is no path.

    Raises
    ------
    ValueError
        If a shape is wrong, a destination does not exist, a probability is outside 0 .. 1, or there
        is no sample.
    """
    levels = np.asarray(q, dtype=np.float64)
    if levels.ndim != 1 or not np.all((levels >= 0.0) & (levels <= 1.0)):
        raise ValueError(f"q must be probabilities between 0 and 1, not {q}")
    n_draws = np.shape(draws)[0]
    if n_draws == 0:
        raise ValueError("quantiles need at least one sample")
    result = np.empty((len(levels), len(trees.origins), np.size(destinations)))
    # Hazen ranks: unbiased for stratified samples, whose i-th order statistic is the (i - 0.5)/S
    # quantile.
    rank = np.clip(levels * n_draws - 0.5, 0.0, n_draws - 1.0)
    low = np.floor(rank).astype(np.intp)
    high = np.minimum(low + 1, n_draws - 1)
    needed = np.unique(np.concatenate([low, high]))

    def keep(row: int, sums: NDArray[np.float64]) -> None:
        if len(needed):
            sums.partition(needed, axis=1)
        below = sums[:, low]
        result[:, row, :] = (below + (sums[:, high] - below) * (rank - low)).T

    _each_tree(trees, tail, draws, destinations, keep)
    return result


def _each_tree(
    trees: Trees,
    tail: ArrayLike,
    draws: ArrayLike,
    destinations: ArrayLike,
    keep: Callable[[int, NDArray[np.float64]], None],
) -> None:
    """Give ``keep`` the sums ``(D, S)`` of every tree; it may change them but not hold them."""
    n_nodes = trees.pred_arc.shape[1]
    tail_of = node_positions(tail, n_nodes, "tail")
    samples = np.asarray(draws, dtype=np.float64)
    if samples.ndim != 2 or samples.shape[1] != len(tail_of):
        raise ValueError(f"draws must have shape (S, {len(tail_of)}), not {samples.shape}")
    # Arc by arc, so that a tree step adds runs of neighbouring numbers.
    by_arc = np.ascontiguousarray(samples.T)
    sinks = node_positions(destinations, n_nodes, "destinations")

    def make_worker() -> Callable[[int, int], None]:
        place, node_at, up, arc_at = (np.empty(n_nodes, np.int32) for _ in range(4))
        block = np.empty((n_nodes, DRAWS_PER_BLOCK))
        sums = np.empty((len(sinks), len(samples)))

        def worker(start: int, stop: int) -> None:
            for row in range(start, stop):
                sum_row(
                    trees.pred_arc[row], tail_of, trees.origins[row], sinks, by_arc, place,
                    node_at, up, arc_at, block, sums,
                )  # fmt: skip
                keep(row, sums)

        return worker

    if len(trees.origins) and len(sinks):
        in_parallel(len(trees.origins), make_worker)
