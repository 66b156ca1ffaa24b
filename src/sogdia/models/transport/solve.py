"""Least-cost searches on a forward star: skims, trees and sums along trees.

Pure numerics: nodes and arcs are positions ``0 .. n-1`` and ``0 .. m-1`` of the caller's arrays.
There are no identifiers here, and no units: ``cost`` and ``fields`` are in whatever unit the caller
uses, and sums come back in the same unit.

Method
------
Every origin is one Dijkstra search (Dijkstra 1959) on labels ``(cost, number of arcs)`` ordered
lexicographically. Because the second part rises by one on every arc, labels rise strictly along
every path even where arcs cost nothing, so a node is final when it is first taken from the queue.

The queue is a *hot queue* (Cherkassky, Goldberg and Silverstein 1999): a wheel of narrow cost
buckets, a small 4-ary heap holding only the bucket being emptied, and a 4-ary heap for labels
beyond the wheel. Entries are never moved when a label improves; outdated ones are dropped when they
surface. The bucket width changes the speed, never the result: one very narrow or one very wide
bucket both leave an ordinary heap.

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

References
----------
Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numerische Mathematik 1,
269-271. doi:10.1007/BF01386390

Cherkassky, B. V., Goldberg, A. V. and Silverstein, C. (1999). Buckets, heaps, lists, and monotone
priority queues. SIAM Journal on Computing 28(4), 1326-1346. doi:10.1137/S0097539796313490

Cuthill, E. and McKee, J. (1969). Reducing the bandwidth of sparse symmetric matrices. Proceedings
of the 24th ACM National Conference, 157-172. doi:10.1145/800195.805928
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from llvmlite import ir
from numba import get_num_threads, njit, types
from numba.core import cgutils
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "ForwardStar",
    "Skim",
    "Trees",
    "forward_star",
    "path",
    "sample_tree_sums",
    "skim",
    "tree_quantiles",
    "trees",
]

NO_ARC = -1
"""Mark of "no predecessor arc": the origin itself, or a node that cannot be reached."""

BUCKETS_PER_ROOT_NODE = 0.5
"""Buckets per median arc cost, as a multiple of sqrt(nodes). The search front of a planar network
grows with sqrt(nodes), so this holds the number of labels in one bucket steady over sizes.
Tuned on the benchmark networks; affects speed only."""

WHEEL_SPAN = 16
"""Median arc costs covered by the wheel of buckets; longer arcs wait in the far heap."""

MAX_BUCKETS = 1 << 13
"""Upper limit of the wheel, so that clearing it stays cheap beside the search."""

ORIGINS_PER_TASK = 4
"""Origins a thread takes at a time: few enough to balance, enough to hide the hand-over."""

DRAWS_PER_BLOCK = 32
"""Sampled values carried along a tree at once (256 bytes, four cache lines per node)."""

INNER = {"nogil": True, "cache": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Compiler options of functions called by other kernels only: without the entry points from Python
they take markedly less time to compile."""

MAX_LISTED = 10
"""Positions named in an error message before it is cut."""


# --------------------------------------------------------------------------------------------------
# Graph
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ForwardStar:
    """Arcs grouped by tail node, nodes renumbered so that neighbours lie close in memory.

    Attributes
    ----------
    first : (n + 1,) int32
        Arcs leaving internal node ``i`` are at positions ``first[i]:first[i + 1]``.
    head : (m,) int32
        Internal head node of the arc at each position.
    arc : (m,) int32
        Caller's arc index at each position. Ascending within a tail node.
    new_of : (n,) int32
        Internal number of each caller's node.
    old_of : (n,) int32
        Caller's node of each internal number.
    """

    first: NDArray[np.int32]
    head: NDArray[np.int32]
    arc: NDArray[np.int32]
    new_of: NDArray[np.int32]
    old_of: NDArray[np.int32]

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.new_of)

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return len(self.arc)


def forward_star(
    tail: ArrayLike,
    head: ArrayLike,
    n_nodes: int,
    *,
    order: Literal["locality", "given"] = "locality",
) -> ForwardStar:
    """Build the forward star of a directed graph.

    Parameters
    ----------
    tail, head : (m,) int
        Tail and head node of each arc. Parallel arcs, self loops and isolated nodes are allowed.
    n_nodes : int
        Number of nodes, ``n``.
    order : {"locality", "given"}
        ``"locality"`` renumbers by reverse Cuthill-McKee (Cuthill and McKee 1969) on the graph
        without directions; ``"given"`` keeps the caller's numbering. Affects speed only.

    Returns
    -------
    ForwardStar

    Raises
    ------
    ValueError
        If the lengths differ, a node is outside ``0 .. n-1``, or ``order`` is unknown.
    """
    tail_of = _indices(tail, n_nodes, "tail")
    head_of = _indices(head, n_nodes, "head")
    if len(tail_of) != len(head_of):
        raise ValueError(f"tail has {len(tail_of)} arcs, head has {len(head_of)}")
    if order == "locality":
        old_of = _locality_order(tail_of, head_of, n_nodes)
    elif order == "given":
        old_of = np.arange(n_nodes, dtype=np.int32)
    else:
        raise ValueError(f"order must be 'locality' or 'given', not {order!r}")
    new_of = np.empty(n_nodes, np.int32)
    new_of[old_of] = np.arange(n_nodes, dtype=np.int32)
    arc = np.argsort(new_of[tail_of], kind="stable").astype(np.int32)
    first = np.zeros(n_nodes + 1, np.int32)
    np.cumsum(np.bincount(new_of[tail_of], minlength=n_nodes), out=first[1:])
    return ForwardStar(first, new_of[head_of[arc]], arc, new_of, old_of)


def _locality_order(
    tail: NDArray[np.int32], head: NDArray[np.int32], n_nodes: int
) -> NDArray[np.int32]:
    if n_nodes == 0 or len(tail) == 0:
        return np.arange(n_nodes, dtype=np.int32)
    # Imported here: the module is otherwise free of scipy, and start-up time is the user's.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    both = np.concatenate([tail, head]), np.concatenate([head, tail])
    matrix = csr_array((np.ones(2 * len(tail), np.int8), both), shape=(n_nodes, n_nodes))
    matrix.indices = matrix.indices.astype(np.int32)
    matrix.indptr = matrix.indptr.astype(np.int32)
    return np.asarray(reverse_cuthill_mckee(matrix, symmetric_mode=True), dtype=np.int32)


# --------------------------------------------------------------------------------------------------
# Results
# --------------------------------------------------------------------------------------------------


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


# --------------------------------------------------------------------------------------------------
# Queue. A heap record is 16 bytes: key (float64), second key (int32), value (int32); the float64
# and int32 arrays are two views of one block, so a record is one cache access.
# --------------------------------------------------------------------------------------------------


@intrinsic
def _prefetch(typing, array, index):
    """Ask for the cache line of ``array[index]``; a hint only, never a fault."""

    def codegen(context, builder, signature, args):
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        where = builder.bitcast(builder.gep(data, [args[1]]), cgutils.voidptr_t)
        word = ir.IntType(32)
        call = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, word, word, word]),
            "llvm.prefetch.p0",
        )
        # Read (0), keep in every cache level (3), data (1).
        builder.call(call, [where, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(array, types.intp), codegen


@njit(**INNER)
def _heap_push(heap_f, heap_i, size, key, second, value):
    """Insert at the end of a 4-ary heap of ``size`` records and let it rise."""
    i = size
    while i > 0:
        up = (i - 1) >> 2
        key_up = heap_f[2 * up]
        if key_up < key or (key_up == key and heap_i[4 * up + 2] <= second):
            break
        heap_f[2 * i] = key_up
        heap_f[2 * i + 1] = heap_f[2 * up + 1]
        i = up
    heap_f[2 * i] = key
    heap_i[4 * i + 2] = second
    heap_i[4 * i + 3] = value


@njit(**INNER)
def _heap_drop_top(heap_f, heap_i, size):
    """Remove the first of ``size`` records of a 4-ary heap."""
    last = size - 1
    key = heap_f[2 * last]
    second = heap_i[4 * last + 2]
    tail_word = heap_f[2 * last + 1]
    i = 0
    while True:
        child = 4 * i + 1
        if child >= last:
            break
        best = child
        key_best = heap_f[2 * child]
        for c in range(child + 1, min(child + 4, last)):
            key_c = heap_f[2 * c]
            if key_c < key_best or (key_c == key_best and heap_i[4 * c + 2] < heap_i[4 * best + 2]):
                best = c
                key_best = key_c
        if key < key_best or (key == key_best and second <= heap_i[4 * best + 2]):
            break
        heap_f[2 * i] = key_best
        heap_f[2 * i + 1] = heap_f[2 * best + 1]
        i = best
    heap_f[2 * i] = key
    heap_f[2 * i + 1] = tail_word


@njit(**INNER)
def _search(
    first,
    star_f,
    star_i,
    through,
    source,
    is_target,
    n_targets,
    per_cost,
    label_f,
    label_i,
    pred,
    near_f,
    near_i,
    far_f,
    far_i,
    wheel,
    pool_f,
    pool_i,
    link,
):
    """Settle nodes from ``source`` until ``n_targets`` targets are final; return their number.

    A star record is (cost, head, caller's arc); a label record is (cost, arcs used, position of the
    entering arc); a pool record is (cost, arcs used, node). ``n_targets`` 0 means all nodes.
    """
    n_buckets = len(wheel)
    n_nodes = len(first) - 1
    for v in range(n_nodes):
        label_f[2 * v] = np.inf
        # With -1 arcs no tie test can succeed: an unlabelled node is never "equalled" by inf cost.
        label_i[4 * v + 2] = -1
        label_i[4 * v + 3] = -1
    wheel[:] = -1
    base = 0.0
    # Widened by hand here and below: from plain literals and int32 loads the compiler would try,
    # and build, several variants of the heap functions.
    bucket = np.int64(0)
    in_wheel = np.int64(0)
    near_size = np.int64(0)
    far_size = np.int64(0)
    fresh = np.int64(0)
    free = np.int64(-1)
    settled = np.int64(0)
    label_f[2 * source] = 0.0
    label_i[4 * source + 2] = 0
    _heap_push(near_f, near_i, near_size, base, settled, source)
    near_size += 1
    while True:
        if near_size == 0:
            if in_wheel == 0:
                if far_size == 0:
                    break
                # Nothing is left before the far heap's first label: turn the wheel to begin there.
                base = far_f[0]
                bucket = np.int64(0)
            else:
                bucket += 1
                while wheel[bucket] < 0 and (
                    far_size == 0 or (far_f[0] - base) * per_cost >= bucket + 1
                ):
                    bucket += 1
            entry = np.int64(wheel[bucket])
            wheel[bucket] = -1
            while entry >= 0:
                key = pool_f[2 * entry]
                hops = np.int64(pool_i[4 * entry + 2])
                v = np.uint32(pool_i[4 * entry + 3])
                if label_f[2 * v] == key and label_i[4 * v + 2] == hops:
                    _heap_push(near_f, near_i, near_size, key, hops, v)
                    near_size += 1
                after = np.int64(link[entry])
                link[entry] = free
                free = entry
                in_wheel -= 1
                entry = after
            while far_size > 0 and (far_f[0] - base) * per_cost < bucket + 1:
                _heap_push(
                    near_f, near_i, near_size, far_f[0], np.int64(far_i[2]), np.uint32(far_i[3])
                )
                near_size += 1
                _heap_drop_top(far_f, far_i, far_size)
                far_size -= 1
            continue
        cost_u = near_f[0]
        hops = np.int64(near_i[2])
        u = np.uint32(near_i[3])
        _heap_drop_top(near_f, near_i, near_size)
        near_size -= 1
        if label_f[2 * u] != cost_u or label_i[4 * u + 2] != hops:
            continue
        settled += 1
        if is_target[u]:
            n_targets -= 1
            if n_targets == 0:
                break
        if not through[u] and u != source:
            continue
        hops += 1
        for a in range(np.uint32(first[u]), np.uint32(first[u + 1])):
            key = cost_u + star_f[2 * a]
            v = np.uint32(star_i[4 * a + 2])
            cost_v = label_f[2 * v]
            if key > cost_v:
                continue
            if key == cost_v:
                hops_v = label_i[4 * v + 2]
                if hops_v < hops:
                    continue
                if hops_v == hops:
                    if star_i[4 * a + 3] < star_i[4 * np.uint32(label_i[4 * v + 3]) + 3]:
                        label_i[4 * v + 3] = a
                        pred[v] = u
                    continue
            label_f[2 * v] = key
            label_i[4 * v + 2] = hops
            label_i[4 * v + 3] = a
            pred[v] = u
            # Asked for now, the arcs of v are in the cache when it is settled.
            _prefetch(star_f, 2 * np.uint32(first[v]))
            turn = (key - base) * per_cost
            if turn >= n_buckets:
                _heap_push(far_f, far_i, far_size, key, hops, v)
                far_size += 1
                continue
            slot = int(turn)
            if slot <= bucket:
                _heap_push(near_f, near_i, near_size, key, hops, v)
                near_size += 1
                continue
            if free >= 0:
                entry = free
                free = np.int64(link[entry])
            else:
                entry = fresh
                fresh += 1
            pool_f[2 * entry] = key
            pool_i[4 * entry + 2] = hops
            pool_i[4 * entry + 3] = v
            link[entry] = wheel[slot]
            wheel[slot] = entry
            in_wheel += 1
    return settled


@njit(nogil=True, cache=True)
def _skim_rows(
    start, stop, first, star_f, star_i, star_fields, through, sources, sinks,
    is_target, n_targets, per_cost, label_f, label_i, pred, near_f, near_i, far_f, far_i, wheel,
    pool_f, pool_i, link, seen, sums, stack, cost, fields, settled,
):  # fmt: skip
    """Search from origins ``start:stop`` and write their rows of ``cost`` and ``fields``."""
    n_fields = len(fields)
    for row in range(start, stop):
        source = np.uint32(sources[row])
        settled[row] = _search(
            first, star_f, star_i, through, source, is_target, n_targets, per_cost, label_f,
            label_i, pred, near_f, near_i, far_f, far_i, wheel, pool_f, pool_i, link,
        )  # fmt: skip
        seen[source] = row
        for f in range(n_fields):
            sums[source * n_fields + f] = 0.0
        for col in range(len(sinks)):
            sink = np.uint32(sinks[col])
            if label_i[4 * sink + 2] < 0:
                cost[row, col] = np.nan
                for f in range(n_fields):
                    fields[f, row, col] = np.nan
                continue
            cost[row, col] = label_f[2 * sink]
            # Climb to the first node summed before, then sum on the way back: every sum runs from
            # the origin outwards, and only nodes on paths to destinations are touched.
            depth = 0
            v = sink
            while seen[v] != row:
                stack[depth] = v
                depth += 1
                v = np.uint32(pred[v])
            while depth > 0:
                depth -= 1
                w = np.uint32(stack[depth])
                a = np.uint32(label_i[4 * w + 3])
                for f in range(n_fields):
                    sums[w * n_fields + f] = sums[v * n_fields + f] + star_fields[a * n_fields + f]
                seen[w] = row
                v = w
            for f in range(n_fields):
                fields[f, row, col] = sums[sink * n_fields + f]


@njit(nogil=True, cache=True)
def _tree_rows(
    start, stop, first, star_f, star_i, old_of, through, sources, is_target, n_targets, per_cost,
    label_f, label_i, pred, near_f, near_i, far_f, far_i, wheel, pool_f, pool_i, link, pred_arc,
    cost,
):  # fmt: skip
    """Search from origins ``start:stop`` and write their rows of ``pred_arc`` and ``cost``."""
    for row in range(start, stop):
        _search(
            first, star_f, star_i, through, np.uint32(sources[row]), is_target, n_targets,
            per_cost, label_f, label_i, pred, near_f, near_i, far_f, far_i, wheel, pool_f, pool_i,
            link,
        )  # fmt: skip
        for v in range(len(old_of)):
            old = np.uint32(old_of[v])
            a = label_i[4 * v + 3]
            pred_arc[row, old] = star_i[4 * a + 3] if a >= 0 else NO_ARC
            cost[row, old] = label_f[2 * v] if label_i[4 * v + 2] >= 0 else np.nan


@njit(nogil=True, cache=True)
def _sum_row(pred_arc, tail, root, sinks, draws, place, node_at, up, arc_at, block, out):
    """Sum ``draws (m, S)`` along one tree into ``out (D, S)``, a block of draws at a time."""
    place[:] = -1
    place[root] = 0
    size = 1
    for sink in sinks:
        v = sink
        depth = 0
        while place[v] < 0 and pred_arc[v] >= 0:
            depth += 1
            v = tail[pred_arc[v]]
        if place[v] < 0:
            continue
        # Number the new nodes downwards from the known one, so parents always come first.
        v = sink
        for i in range(size + depth - 1, size - 1, -1):
            place[v] = i
            node_at[i] = v
            arc_at[i] = pred_arc[v]
            v = tail[pred_arc[v]]
        for i in range(size, size + depth):
            up[i] = place[tail[arc_at[i]]]
        size += depth
    n_draws = draws.shape[1]
    width = block.shape[1]
    for left in range(0, n_draws, width):
        used = min(width, n_draws - left)
        for s in range(used):
            block[0, s] = 0.0
        for i in range(1, size):
            for s in range(used):
                block[i, s] = block[up[i], s] + draws[arc_at[i], left + s]
        for col in range(len(sinks)):
            i = place[sinks[col]]
            for s in range(used):
                out[col, left + s] = block[i, s] if i >= 0 else np.nan


# --------------------------------------------------------------------------------------------------
# Calls
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Problem:
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
        # A label improves at most once per arc, so no queue part ever holds more records than this.
        # The memory is only reserved; what is not touched is not used.
        near, far, pool = (np.empty(2 * (self.star.n_arcs + 1)) for _ in range(3))
        wheel = np.empty(self.n_buckets, np.int32)
        link = np.empty(self.star.n_arcs + 1, np.int32)
        return (
            labels, labels.view(np.int32), np.empty(self.star.n_nodes, np.int32), near, near.view(np.int32), far, far.view(np.int32),
            wheel, pool, pool.view(np.int32), link,
        )  # fmt: skip


def _problem(star: ForwardStar, cost: ArrayLike, through: ArrayLike | None) -> _Problem:
    cost_of = np.asarray(cost, dtype=np.float64)
    if cost_of.shape != (star.n_arcs,):
        raise ValueError(f"cost must have shape ({star.n_arcs},), not {cost_of.shape}")
    bad = np.flatnonzero(~(cost_of >= 0.0))
    if len(bad):
        raise ValueError(f"cost is negative or NaN on arcs {_listed(bad)}")
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
    per_cost = min(per_typical / typical, float(np.finfo(np.float64).max)) if typical else 1.0
    return _Problem(star, star_f, star_i, passes, per_cost, n_buckets)


def _targets(star: ForwardStar, sinks: NDArray[np.int32]) -> tuple[NDArray[np.bool_], int]:
    is_target = np.zeros(star.n_nodes, np.bool_)
    is_target[sinks] = True
    return is_target, int(np.count_nonzero(is_target))


def _in_parallel(n_rows: int, make_worker: Callable[[], Callable[[int, int], None]]) -> None:
    """Work rows ``0 .. n_rows-1`` on as many threads as numba is set to use.

    The kernels release the interpreter lock, so plain threads serve; numba's own parallel loops
    would treble the compile time. ``make_worker`` is called once per thread to set up its memory.
    """
    step = max(1, min(ORIGINS_PER_TASK, n_rows // (4 * get_num_threads())))
    starts = iter(range(0, n_rows, step))
    failures: list[BaseException] = []

    def run() -> None:
        try:
            worker = make_worker()
            # Taking the next item of a range iterator is one step under the interpreter lock.
            for start in starts:
                worker(start, min(start + step, n_rows))
        except BaseException as failure:
            failures.append(failure)

    n_threads = min(get_num_threads(), -(-n_rows // step))
    others = [threading.Thread(target=run) for _ in range(n_threads - 1)]
    for thread in others:
        thread.start()
    run()
    for thread in others:
        thread.join()
    if failures:
        raise failures[0]


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
    problem = _problem(star, cost, through)
    values = np.asarray(fields, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != star.n_arcs:
        raise ValueError(f"fields must have shape (F, {star.n_arcs}), not {values.shape}")
    sources = star.new_of[_indices(origins, star.n_nodes, "origins")]
    sinks = star.new_of[_indices(destinations, star.n_nodes, "destinations")]
    is_target, n_targets = _targets(star, sinks)
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
            _skim_rows(
                start, stop, star.first, problem.star_f, problem.star_i, star_fields,
                problem.through, sources, sinks, is_target, n_targets, problem.per_cost, *work,
                seen, sums, stack, result_cost, result_fields, settled,
            )  # fmt: skip

        return worker

    _in_parallel(len(sources), make_worker)
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
    roots = _indices(origins, star.n_nodes, "origins")
    return _trees(star, cost, roots, np.zeros(star.n_nodes, np.bool_), 0, through)


def _trees(
    star: ForwardStar,
    cost: ArrayLike,
    roots: NDArray[np.int32],
    is_target: NDArray[np.bool_],
    n_targets: int,
    through: ArrayLike | None,
) -> Trees:
    """Trees that stop once ``n_targets`` targets are final (0: never)."""
    problem = _problem(star, cost, through)
    sources = star.new_of[roots]
    pred_arc = np.empty((len(roots), star.n_nodes), np.int32)
    tree_cost = np.empty((len(roots), star.n_nodes))

    def make_worker() -> Callable[[int, int], None]:
        work = problem.work()

        def worker(start: int, stop: int) -> None:
            _tree_rows(
                start, stop, star.first, problem.star_f, problem.star_i, star.old_of,
                problem.through, sources, is_target, n_targets, problem.per_cost, *work, pred_arc,
                tree_cost,
            )  # fmt: skip

        return worker

    if len(roots):
        _in_parallel(len(roots), make_worker)
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
    (node,) = _indices([destination], len(pred_arc), "destination")
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
    tail_of = _indices(tail, n_nodes, "tail")
    samples = np.asarray(draws, dtype=np.float64)
    if samples.ndim != 2 or samples.shape[1] != len(tail_of):
        raise ValueError(f"draws must have shape (S, {len(tail_of)}), not {samples.shape}")
    # Arc by arc, so that a tree step adds runs of neighbouring numbers.
    by_arc = np.ascontiguousarray(samples.T)
    sinks = _indices(destinations, n_nodes, "destinations")

    def make_worker() -> Callable[[int, int], None]:
        place, node_at, up, arc_at = (np.empty(n_nodes, np.int32) for _ in range(4))
        block = np.empty((n_nodes, DRAWS_PER_BLOCK))
        sums = np.empty((len(sinks), len(samples)))

        def worker(start: int, stop: int) -> None:
            for row in range(start, stop):
                _sum_row(
                    trees.pred_arc[row], tail_of, trees.origins[row], sinks, by_arc, place,
                    node_at, up, arc_at, block, sums,
                )  # fmt: skip
                keep(row, sums)

        return worker

    if len(trees.origins) and len(sinks):
        _in_parallel(len(trees.origins), make_worker)


# --------------------------------------------------------------------------------------------------
# Checks
# --------------------------------------------------------------------------------------------------


def _indices(values: ArrayLike, n_nodes: int, name: str) -> NDArray[np.int32]:
    """Return node positions as contiguous int32; ValueError if any is not one of ``n_nodes``."""
    given = np.asarray(values)
    if given.size == 0:
        return np.empty(0, np.int32)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        raise ValueError(f"{name} must be a one-dimensional array of integers")
    bad = np.flatnonzero((given < 0) | (given >= n_nodes))
    if len(bad):
        raise ValueError(f"{name} is outside 0 .. {n_nodes - 1} at {_listed(bad)}")
    return np.ascontiguousarray(given, dtype=np.int32)


def _listed(positions: NDArray[np.intp]) -> str:
    shown = ", ".join(str(p) for p in positions[:MAX_LISTED])
    more = len(positions) - MAX_LISTED
    return f"{shown} and {more} more" if more > 0 else shown
