"""The Shapley value: its axioms, and two players by hand (Shapley 1953)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogdia.appraisal.replay.decompose import coalitions, shapley

PLAYERS = ("growth", "facilities", "borders", "agreements")
NUMBERS = st.floats(-1e3, 1e3, allow_nan=False)
GAMES = st.lists(NUMBERS, min_size=16, max_size=16).map(
    lambda values: dict(zip(coalitions(PLAYERS), values, strict=True))
)


def close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def test_two_players_by_hand() -> None:
    """v(a) = 1, v(b) = 2, v(ab) = 7: a gets (1 + 5)/2 = 3 and b gets (2 + 6)/2 = 4."""
    game = {
        frozenset[str](): 0.0,
        frozenset({"a"}): 1.0,
        frozenset({"b"}): 2.0,
        frozenset({"a", "b"}): 7.0,
    }
    assert shapley(("a", "b"), game.__getitem__) == {"a": 3.0, "b": 4.0}


def test_the_glove_game() -> None:
    """One left and two right gloves; a pair is worth 1: 2/3 to the left, 1/6 to each right."""
    found = shapley(("left", "r1", "r2"), lambda s: float("left" in s and bool(s & {"r1", "r2"})))
    assert close(found["left"], 2 / 3)
    assert close(found["r1"], 1 / 6)
    assert close(found["r2"], 1 / 6)


def test_every_coalition_is_asked_once() -> None:
    asked: list[frozenset[str]] = []

    def value(s: frozenset[str]) -> float:
        asked.append(s)
        return float(len(s) ** 2)

    shapley(PLAYERS, value)
    assert len(asked) == len(set(asked)) == 16


def test_a_player_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="named twice: a, a"):
        shapley(("a", "a"), lambda _s: 0.0)


@given(GAMES)
def test_efficiency(game: dict[frozenset[str], float]) -> None:
    """The parts add up to the whole change."""
    found = shapley(PLAYERS, game.__getitem__)
    whole = game[frozenset(PLAYERS)] - game[frozenset()]
    assert math.isclose(math.fsum(found.values()), whole, rel_tol=1e-9, abs_tol=1e-9)


@given(GAMES)
def test_symmetry(game: dict[frozenset[str], float]) -> None:
    """Two players that add the same to every coalition get the same."""
    swap = {"growth": "facilities", "facilities": "growth"}
    alike = {s: game[s] + game[frozenset(swap.get(p, p) for p in s)] for s in game}
    found = shapley(PLAYERS, alike.__getitem__)
    assert close(found["growth"], found["facilities"])


@given(GAMES, NUMBERS)
def test_dummy(game: dict[frozenset[str], float], own: float) -> None:
    """A player that always adds the same gets just that."""
    dull = {s: game[s - {"borders"}] + own * ("borders" in s) for s in game}
    assert close(shapley(PLAYERS, dull.__getitem__)["borders"], own)


@given(GAMES, GAMES, NUMBERS)
def test_additivity(
    one: dict[frozenset[str], float], two: dict[frozenset[str], float], factor: float
) -> None:
    """The value of a sum of games is the sum of their values."""
    both = shapley(PLAYERS, lambda s: one[s] + factor * two[s])
    a, b = shapley(PLAYERS, one.__getitem__), shapley(PLAYERS, two.__getitem__)
    assert all(
        math.isclose(both[p], a[p] + factor * b[p], rel_tol=1e-7, abs_tol=1e-6) for p in PLAYERS
    )


@given(GAMES, st.permutations(PLAYERS))
def test_relabelling_changes_nothing(game: dict[frozenset[str], float], order: list[str]) -> None:
    """Neither the order in which players are named nor their names matter."""
    found = shapley(PLAYERS, game.__getitem__)
    again = shapley(tuple(order), game.__getitem__)
    assert all(close(found[p], again[p]) for p in PLAYERS)
    name = dict(zip(PLAYERS, order, strict=True))
    back = {v: k for k, v in name.items()}
    renamed = shapley(tuple(order), lambda s: game[frozenset(back[p] for p in s)])
    assert all(close(found[p], renamed[name[p]]) for p in PLAYERS)


@given(GAMES)
def test_orders_of_moving_average_to_it(game: dict[frozenset[str], float]) -> None:
    """The definition by orders (Shapley 1953, section 4) gives what the formula by subsets does."""
    from itertools import permutations

    total = dict.fromkeys(PLAYERS, 0.0)
    for order in permutations(PLAYERS):
        before: frozenset[str] = frozenset()
        for player in order:
            total[player] += (game[before | {player}] - game[before]) / 24
            before |= {player}
    found = shapley(PLAYERS, game.__getitem__)
    assert all(math.isclose(found[p], total[p], rel_tol=1e-7, abs_tol=1e-6) for p in PLAYERS)
