"""Why something changed: the Shapley value over groups of causes.

With `v(S)` the outcome when only the groups in S have moved, the Shapley value of group i is its
marginal contribution averaged over all orders in which the groups may move (Shapley 1953)::

    phi_i = sum_{S without i}  |S|! (n - |S| - 1)! / n!  [ v(S + i) - v(S) ]

It is exact: all 2^n coalitions are evaluated, and the parts add up to the whole change.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

__all__ = ["coalitions", "shapley"]


def coalitions(players: tuple[str, ...]) -> list[frozenset[str]]:
    """Every subset of the players, the smallest first."""
    return [frozenset(c) for n in range(len(players) + 1) for c in combinations(players, n)]


def shapley(players: tuple[str, ...], value: Callable[[frozenset[str]], float]) -> dict[str, float]:
    """The Shapley value of each player.

    Parameters
    ----------
    players : tuple of str
        Distinct.
    value : callable
        The outcome of a coalition; asked once for each.

    Raises
    ------
    ValueError
        When a player is named twice.
    """
    if len(set(players)) != len(players):
        raise ValueError(f"a player is named twice: {', '.join(players)}")
    n = len(players)
    known = {s: value(s) for s in coalitions(players)}
    found: dict[str, float] = {}
    for player in players:
        parts = [
            math.factorial(len(s)) * math.factorial(n - len(s) - 1) / math.factorial(n)
            * (known[s | {player}] - known[s])
            for s in known
            if player not in s
        ]  # fmt: skip
        found[player] = math.fsum(parts)
    return found
