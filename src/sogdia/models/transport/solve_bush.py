"""Kernels of origin-based user equilibrium on bushes (Algorithm B, Dial 2006).

A bush is an acyclic set of arcs from one origin that carries all flow of that origin (and class).
Nodes and arcs are in internal order here: arcs are grouped by head, ``first[j]:first[j + 1]`` enter
node j, so that labels are computed reading memory in order. A row is the bush of one class and one
origin; ``x[row]`` is its flow by arc, ``bush[row]`` which arcs it has, ``order[row]`` its nodes in
an order in which every arc leads forward.

References
----------
Dial, R. B. (2006). A path-based user-equilibrium traffic assignment algorithm that obviates path
storage and enumeration. Transportation Research B 40(10), 917-936. doi:10.1016/j.trb.2006.02.008

Nie, Y. (2010). A class of bush-based algorithms for the traffic assignment problem. Transportation
Research B 44(1), 73-89. doi:10.1016/j.trb.2009.06.005
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sogdia.models.transport.solve_delay import _delay
from sogdia.models.transport.solve_parallel import INNER

__all__ = ["evaluate", "plant", "sweep"]

NO_ARC = -1

MOST_TRIES = 20
"""Corrections of a step at most."""


@njit(nogil=True, cache=True)
def evaluate(v, t, dt, delay):
    """Time and derivative of every arc at total flow v."""
    for a in range(len(v)):
        t[a], dt[a] = _delay(a, v[a], *delay)


@njit(nogil=True, cache=True)
def plant(rows, pred, cost, origin, tail, demand, x, bush, order, size, v):
    """Make the bushes of ``rows`` from their least-cost trees and load the demand on them.

    ``pred`` (R, n) is the entering arc of the tree in internal numbers, ``cost`` (R, n) its labels
    and ``demand`` (R, n) what each node receives.
    """
    n = pred.shape[1]
    t = np.empty(n)
    depth = np.empty(n, np.int64)
    for r in range(len(rows)):
        row = rows[r]
        # Labels may tie where arcs cost nothing; the number of arcs sorts those.
        reached = 0
        for j in range(n):
            depth[j] = -1
        for j in range(n):
            if j != origin[row] and pred[r, j] == NO_ARC:
                continue
            i, steps = j, 0
            while i != origin[row] and depth[i] < 0:
                i = tail[pred[r, i]]
                steps += 1
            above = max(depth[i], 0)
            i = j
            while steps > 0:
                depth[i] = above + steps
                i = tail[pred[r, i]]
                steps -= 1
            order[row, reached] = j
            reached += 1
        depth[origin[row]] = 0
        key = np.empty(reached, np.int64)
        for q in range(reached):
            key[q] = depth[order[row, q]]
        order[row, :reached] = order[row, :reached][np.argsort(key, kind="mergesort")]
        size[row] = reached
        t[:] = demand[r]
        for q in range(reached - 1, 0, -1):
            j = order[row, q]
            a = pred[r, j]
            bush[row, a] = True
            x[row, a] = t[j]
            v[a] += t[j]
            t[tail[a]] += t[j]


@njit(**INNER)
def _sort(row, first, tail, bush, order, size, degree, leaving_first, leaving):
    """Put the nodes of a bush in topological order (Kahn); arcs never lead out of it."""
    for q in range(size[row]):
        j = order[row, q]
        degree[j] = 0
        for a in range(first[j], first[j + 1]):
            if bush[row, a]:
                degree[j] += 1
    filled = 1
    done = 0
    while done < filled:
        i = order[row, done]
        done += 1
        for k in range(leaving_first[i], leaving_first[i + 1]):
            a = leaving[k, 0]
            if bush[row, a]:
                j = leaving[k, 1]
                degree[j] -= 1
                if degree[j] == 0:
                    order[row, filled] = j
                    filled += 1


@njit(**INNER)
def _improve(
    row, first, tail, through, origin, bush, x, dust, order, size, t, fixed, L, U, best, degree,
    leaving_first, leaving,
):  # fmt: skip
    """Drop arcs without flow that no least-cost path needs; add arcs that shorten. Whether changed.

    An arc i -> j is added where U_i + c < U_j, U the dearest path of the bush: the bush stays
    acyclic, because U never falls along its arcs and rises strictly on what is added (Nie 2010,
    section 3).
    """
    for j in range(len(first) - 1):
        L[j] = np.inf
        U[j] = np.inf
    start = order[row, 0]
    L[start] = 0.0
    U[start] = 0.0
    changed = False
    for q in range(1, size[row]):
        j = order[row, q]
        low = np.inf
        arcs = 0
        for a in range(first[j], first[j + 1]):
            if bush[row, a]:
                arcs += 1
                c = L[tail[a]] + t[a] + fixed[a]
                if c < low:
                    low = c
                    best[j] = a
        L[j] = low
        if arcs == 1:
            a = best[j]
            U[j] = U[tail[a]] + t[a] + fixed[a]
            continue
        high = -np.inf
        for a in range(first[j], first[j + 1]):
            if bush[row, a]:
                # What rounding leaves on an arc would keep a dear path in the bush for ever.
                if x[row, a] <= dust and a != best[j]:
                    x[row, a] = 0.0
                    bush[row, a] = False
                    changed = True
                    continue
                high = max(high, U[tail[a]] + t[a] + fixed[a])
        U[j] = high
    for q in range(1, size[row]):
        j = order[row, q]
        for a in range(first[j], first[j + 1]):
            i = tail[a]
            if bush[row, a] or not (through[i] or i == start):
                continue
            c = t[a] + fixed[a]
            if L[i] + c < L[j] and U[i] + c < U[j]:
                bush[row, a] = True
                changed = True
    if changed:
        _sort(row, first, tail, bush, order, size, degree, leaving_first, leaving)
    return changed


@njit(**INNER)
def _move(move, row, j, stop, tail, x, v, t, dt, fixed, cheap, dear, delay):
    """Move flow between the two paths from ``stop`` to j; how much dearer the dear one is then."""
    gain = 0.0
    i = j
    while i != stop:
        a = dear[i]
        x[row, a] = max(0.0, x[row, a] - move)
        v[a] = max(0.0, v[a] - move)
        t[a], dt[a] = _delay(a, v[a], *delay)
        gain += t[a] + fixed[a]
        i = tail[a]
    i = j
    while i != stop:
        a = cheap[i]
        x[row, a] = max(0.0, x[row, a] + move)
        v[a] = max(0.0, v[a] + move)
        t[a], dt[a] = _delay(a, v[a], *delay)
        gain -= t[a] + fixed[a]
        i = tail[a]
    return gain


@njit(**INNER)
def _shift(
    row, first, tail, bush, x, order, size, v, t, dt, fixed, L, U, cheap, dear, place, least_gain,
    delay,
):  # fmt: skip
    """Move flow from the dearest used to the cheapest path at every merge; the largest gain left."""
    start = order[row, 0]
    L[start] = 0.0
    U[start] = 0.0
    place[start] = 0
    cheap[start] = NO_ARC
    dear[start] = NO_ARC
    worst = 0.0
    for q in range(1, size[row]):
        j = order[row, q]
        place[j] = q
        low = np.inf
        high = -np.inf
        low_arc = NO_ARC
        high_arc = NO_ARC
        for a in range(first[j], first[j + 1]):
            if bush[row, a]:
                c = t[a] + fixed[a]
                if L[tail[a]] + c < low:
                    low = L[tail[a]] + c
                    low_arc = a
                if x[row, a] > 0.0 and U[tail[a]] + c > high:
                    high = U[tail[a]] + c
                    high_arc = a
        L[j] = low
        cheap[j] = low_arc
        U[j] = high
        dear[j] = high_arc
    for q in range(size[row] - 1, 0, -1):
        j = order[row, q]
        a = dear[j]
        b = cheap[j]
        if a < 0 or a == b:
            continue
        if not U[j] - L[j] > least_gain * U[j]:
            continue
        # Both paths up to where they last were together.
        gain = 0.0
        steep = 0.0
        most = np.inf
        i, k = tail[a], tail[b]
        gain += t[a] + fixed[a] - t[b] - fixed[b]
        steep += dt[a] + dt[b]
        most = min(most, x[row, a])
        while i != k:
            if place[i] > place[k]:
                a = dear[i]
                gain += t[a] + fixed[a]
                steep += dt[a]
                most = min(most, x[row, a])
                i = tail[a]
            else:
                b = cheap[k]
                gain -= t[b] + fixed[b]
                steep += dt[b]
                k = tail[b]
        if gain <= 0.0 or most <= 0.0:
            continue
        worst = max(worst, (U[j] - L[j]) / U[j])
        move = most
        if steep > 0.0:
            move = min(most, gain / steep)
        moved = move
        after = _move(move, row, j, i, tail, x, v, t, dt, fixed, cheap, dear, delay)
        # Newton's step can go too far where a slope is small, and then go to and fro for ever.
        tries = 0
        while after < -0.5 * gain and tries < MOST_TRIES:
            back = moved * -after / (gain - after)
            moved -= back
            after = _move(-back, row, j, i, tail, x, v, t, dt, fixed, cheap, dear, delay)
            tries += 1
    return worst


@njit(nogil=True, cache=True)
def sweep(
    improve, passes, least_gain, first, tail, through, origin, class_of, fixed, bush, x, dust, order,
    size, v, t, dt, leaving_first, leaving, delay, worst,
):  # fmt: skip
    """Work all bushes in turn, each on the flows the one before left."""
    n = len(first) - 1
    L, U = np.empty(n), np.empty(n)
    cheap, dear, place, degree = (
        np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64),
    )  # fmt: skip
    for row in range(len(origin)):
        f = fixed[class_of[row]]
        if improve:
            _improve(
                row, first, tail, through, origin, bush, x, dust[row], order, size, t, f, L, U, cheap, degree,
                leaving_first, leaving,
            )  # fmt: skip
        elif worst[row] <= least_gain:
            continue
        worst[row] = 0.0
        for _ in range(passes):
            found = _shift(
                row, first, tail, bush, x, order, size, v, t, dt, f, L, U, cheap, dear, place,
                least_gain, delay,
            )  # fmt: skip
            # What was found first counts: the other bushes undo part of what is done here.
            worst[row] = max(worst[row], found)
            if found <= least_gain:
                break
