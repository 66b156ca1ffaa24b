"""Where hours and traffic agree: the next hours to try, from the rounds so far.

At each of `n` stops the answer W_i to its traffic q_i is known exactly, and bends sharply near
capacity; how traffic moves with the hours x of all stops is not known, and bends less. So the
rounds are used for the second alone (Broyden 1965), and the first is taken as it is::

    R_k = R_{k-1} + (dq - R_{k-1} dx) dx' / (dx' dx)                                          (1)
    x'  = W(q + R (x' - x))                                                                   (2)

R (n x n), traffic for each hour more: changed by each round no more than it shows, from a guess that
is diagonal; dx and dq are from the best round so far, and (x, q) is that round, so a step that made
things worse is learnt from and not gone on from. (2) is solved by Newton's method, so a stop near capacity takes the step its curve says
and not one along a tangent.

References
----------
Broyden, C. G. (1965). A class of methods for solving nonlinear simultaneous equations. Mathematics
of Computation 19(92), 577-593. doi:10.1090/S0025-5718-1965-0198670-6
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["FARTHEST", "Answer", "next_hours"]

Numbers = NDArray[np.float64]
Answer = Callable[[float], float]
"""W of one stop: hours added at a traffic. It never falls."""

FARTHEST = 24.0
"""Hours a stop moves in one round at most: an overfull one answers with thousands."""

GUESS = -0.1
"""R_0 for each unit of traffic: an hour more takes a tenth of it away. Only a start."""

LEAST_SHARE = 0.1
"""Share of its guess that the answer of a stop's own traffic is at least believed to have."""

LEAST_MOVE = 1e-7
"""Hours of all stops together below which a move shows nothing."""

REACH = 3.0
"""How many times as far as the best round is off a step may lead."""

KEPT = 4
"""Rounds for which the best one is kept as the point to go from; trade moves, so not for ever."""

NEWTON, HALVINGS, TOLERANCE = 40, 20, 1e-8
NUDGE = 1e-6
"""Share of the traffic over which the slope of W is taken."""


def next_hours(answers: Sequence[Answer], rounds: Sequence[tuple[Numbers, Numbers]]) -> Numbers:
    """Hours (n,) to try next; equations (1) and (2).

    Parameters
    ----------
    answers : n answers
    rounds : of (x, q), each (n,) float64
        Hours tried and the traffic they led to, in order; the last is where we are.
    """
    if len(rounds[-1][0]) == 0:
        return rounds[-1][0]
    (x, q), R, miss = _believed(answers, rounds)
    y = _newton(answers, x, q, R)
    if y is None:
        y = _newton(answers, x, q, np.diag(np.diag(R)))
    if y is None:
        y = _by_halving(answers, x, q, np.diag(R))
    step = np.clip(y - x, -FARTHEST, FARTHEST)
    size = float(np.linalg.norm(step))
    return x + step * min(1.0, REACH * miss / size) if size > 0.0 else x


def _believed(
    answers: Sequence[Answer], rounds: Sequence[tuple[Numbers, Numbers]]
) -> tuple[tuple[Numbers, Numbers], Numbers, float]:
    """The best of the last rounds, R of equation (1) and about how far that round is off.

    More hours at a stop never bring it traffic.
    """
    guess = GUESS * np.maximum(np.max([flow for _, flow in rounds], axis=0), 1e-9)
    learnt = np.diag(guess)
    best, miss, age = rounds[0], _miss(answers, rounds[0], guess), 0
    for x, q in rounds[1:]:
        dx, dq = x - best[0], q - best[1]
        size = float(dx @ dx)
        if size > LEAST_MOVE**2:
            learnt = learnt + np.outer(dq - learnt @ dx, dx) / size
        own = np.minimum(np.diag(learnt), LEAST_SHARE * guess)
        now, age = _miss(answers, (x, q), own), age + 1
        if now < miss or age > KEPT:
            best, miss, age = (x, q), now, 0
    own = np.minimum(np.diag(learnt), LEAST_SHARE * guess)
    return best, learnt + np.diag(own - np.diag(learnt)), miss


def _miss(answers: Sequence[Answer], at: tuple[Numbers, Numbers], own: Numbers) -> float:
    """About how many hours a round is off, all stops together: a steep answer is far off for little."""
    x, q = at
    found = _answer(answers, q)
    nudge = NUDGE * np.maximum(q, 1.0)
    slope = (_answer(answers, q + nudge) - found) / nudge
    return float(np.linalg.norm((found - x) / (1.0 - slope * own)))


def _answer(answers: Sequence[Answer], q: Numbers) -> Numbers:
    return np.array([W(max(flow, 0.0)) for W, flow in zip(answers, q.tolist(), strict=True)])


def _newton(answers: Sequence[Answer], x: Numbers, q: Numbers, R: Numbers) -> Numbers | None:
    """The solution of (2); None when Newton's method with halved steps does not find it."""
    y, flow = x.copy(), q.copy()
    found = _answer(answers, flow)
    nudge = NUDGE * np.maximum(q, 1.0)
    for _ in range(NEWTON):
        miss = y - found
        if float(np.max(np.abs(miss))) <= TOLERANCE:
            return y
        slope = (_answer(answers, flow + nudge) - found) / nudge
        try:
            step = np.linalg.solve(np.eye(len(x)) - slope[:, None] * R, -miss)
        except np.linalg.LinAlgError:
            return None
        for halved in range(HALVINGS):
            to = y + step / 2.0**halved
            there = q + R @ (to - x)
            at = _answer(answers, there)
            if np.linalg.norm(to - at) < (1.0 - 1e-4 / 2.0**halved) * np.linalg.norm(miss):
                break
        else:
            return None
        y, flow, found = to, there, at
    return None


def _by_halving(answers: Sequence[Answer], x: Numbers, q: Numbers, own: Numbers) -> Numbers:
    """The solution of (2) stop by stop, none minding the others: both sides cross once."""
    low, high = np.full(len(x), -10.0 * FARTHEST) + x, np.full(len(x), 10.0 * FARTHEST) + x
    for _ in range(60):
        middle = (low + high) / 2.0
        above = middle > _answer(answers, q + own * (middle - x))
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2.0
