"""Kernels of the least-cost search: the queue, one search, and sums along its tree.

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

A heap record is 16 bytes: key (float64), second key (int32), value (int32); the float64 and int32
arrays are two views of one block, so a record is one cache access.

References
----------
Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numerische Mathematik 1,
269-271. doi:10.1007/BF01386390

Cherkassky, B. V., Goldberg, A. V. and Silverstein, C. (1999). Buckets, heaps, lists, and monotone
priority queues. SIAM Journal on Computing 28(4), 1326-1346. doi:10.1137/S0097539796313490
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from sogdia.models.transport.solve_parallel import INNER

__all__ = ["NO_ARC", "heap_drop_top", "heap_push", "search", "skim_rows", "sum_row", "tree_rows"]

NO_ARC = -1
"""Mark of "no predecessor arc": the origin itself, or a node that cannot be reached."""


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
def heap_push(heap_f, heap_i, size, key, second, value):
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
def heap_drop_top(heap_f, heap_i, size):
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
def search(
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
    taken,
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
    ``taken`` gets the settled nodes, by label.
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
    heap_push(near_f, near_i, near_size, base, settled, source)
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
                    heap_push(near_f, near_i, near_size, key, hops, v)
                    near_size += 1
                after = np.int64(link[entry])
                link[entry] = free
                free = entry
                in_wheel -= 1
                entry = after
            while far_size > 0 and (far_f[0] - base) * per_cost < bucket + 1:
                heap_push(
                    near_f, near_i, near_size, far_f[0], np.int64(far_i[2]), np.uint32(far_i[3])
                )
                near_size += 1
                heap_drop_top(far_f, far_i, far_size)
                far_size -= 1
            continue
        cost_u = near_f[0]
        hops = np.int64(near_i[2])
        u = np.uint32(near_i[3])
        heap_drop_top(near_f, near_i, near_size)
        near_size -= 1
        if label_f[2 * u] != cost_u or label_i[4 * u + 2] != hops:
            continue
        taken[settled] = u
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
                heap_push(far_f, far_i, far_size, key, hops, v)
                far_size += 1
                continue
            slot = int(turn)
            if slot <= bucket:
                heap_push(near_f, near_i, near_size, key, hops, v)
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
def skim_rows(
    start, stop, first, star_f, star_i, star_fields, through, sources, sinks,
    is_target, n_targets, per_cost, label_f, label_i, pred, taken, near_f, near_i, far_f, far_i,
    wheel, pool_f, pool_i, link, seen, sums, stack, cost, fields, settled,
):  # fmt: skip
    """Search from origins ``start:stop`` and write their rows of ``cost`` and ``fields``."""
    n_fields = len(fields)
    for row in range(start, stop):
        source = np.uint32(sources[row])
        settled[row] = search(
            first, star_f, star_i, through, source, is_target, n_targets, per_cost, label_f,
            label_i, pred, taken, near_f, near_i, far_f, far_i, wheel, pool_f, pool_i, link,
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
def tree_rows(
    start, stop, first, star_f, star_i, old_of, through, sources, is_target, n_targets, per_cost,
    label_f, label_i, pred, taken, near_f, near_i, far_f, far_i, wheel, pool_f, pool_i, link,
    pred_arc, cost,
):  # fmt: skip
    """Search from origins ``start:stop`` and write their rows of ``pred_arc`` and ``cost``."""
    for row in range(start, stop):
        search(
            first, star_f, star_i, through, np.uint32(sources[row]), is_target, n_targets,
            per_cost, label_f, label_i, pred, taken, near_f, near_i, far_f, far_i, wheel, pool_f,
            pool_i, link,
        )  # fmt: skip
        for v in range(len(old_of)):
            old = np.uint32(old_of[v])
            a = label_i[4 * v + 3]
            pred_arc[row, old] = star_i[4 * a + 3] if a >= 0 else NO_ARC
            cost[row, old] = label_f[2 * v] if label_i[4 * v + 2] >= 0 else np.nan


@njit(nogil=True, cache=True)
def sum_row(pred_arc, tail, root, sinks, draws, place, node_at, up, arc_at, block, out):
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
