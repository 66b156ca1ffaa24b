"""Where hours and traffic agree: stops that bend sharply, share traffic or are overfull."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from sogdia.appraisal.settle import FARTHEST, Answer, next_hours

Numbers = NDArray[np.float64]
Traffic = Callable[[Numbers], Numbers]


def settle(
    answers: Sequence[Answer], traffic: Traffic, start: Numbers, rounds: int = 30
) -> tuple[Numbers, int]:
    """Hours that agree to 1e-6, and the rounds it took."""
    x, past = start, []
    for number in range(1, rounds + 1):
        q = traffic(x)
        found = np.array([W(f) for W, f in zip(answers, q.tolist(), strict=True)])
        if float(np.max(np.abs(found - x))) < 1e-6:
            return x, number
        past.append((x, q))
        x = next_hours(answers, past)
    raise AssertionError(f"not settled: {x}")


def queue(capacity: float, before: float) -> Answer:
    """Hours of a queue that grows sharply near capacity and in a line above, less those before."""

    def wait(q: float) -> float:
        use = q / capacity
        return 2.0 * use**8 + 4000.0 * max(use - 1.0, 0.0)

    return lambda q: wait(q) - wait(before)


def test_a_linear_stop_is_solved_in_three_rounds() -> None:
    """W = 2 (q - 10) and q = 10 - 3 (x - 1) meet at x = 6 / 7; two rounds show the traffic's slope."""
    x, rounds = settle(
        [lambda q: 2.0 * (q - 10.0)], lambda x: 10.0 - 3.0 * (x - 1.0), np.array([0.0])
    )
    assert x[0] == pytest.approx(6.0 / 7.0, abs=1e-6)
    assert rounds <= 3


@pytest.mark.parametrize("start", [0.0, 5.0, 40.0, -20.0])
def test_where_it_settles_does_not_depend_on_the_start(start: float) -> None:
    def traffic(x: Numbers) -> Numbers:
        return 160.0 / (1.0 + np.exp((x - 16.0) / 6.0))

    answer = [queue(100.0, 60.0)]
    x, _ = settle(answer, traffic, np.array([start]))
    other, _ = settle(answer, traffic, np.array([0.0]))
    assert x[0] == pytest.approx(other[0], abs=1e-5)


def test_an_overfull_stop_is_never_moved_farther_than_a_day() -> None:
    x = next_hours([lambda q: 5000.0 + q], [(np.array([0.0]), np.array([1.0]))])
    assert x[0] == FARTHEST


def test_stops_side_by_side_and_in_a_row_settle() -> None:
    """Two yards that take each other's traffic, a post before both of them, all near capacity. Steps
    that mind their own stop alone bounce between the yards."""

    def traffic(x: Numbers) -> Numbers:
        a, b, post = x
        first = 1.0 / (1.0 + np.exp(2.0 * (a - b)))
        total = 200.0 * np.exp(-0.05 * (post + first * a + (1.0 - first) * b))
        return np.array([first * total, (1.0 - first) * total, total])

    answers = [queue(95.0, 90.0), queue(105.0, 90.0), queue(190.0, 180.0)]
    x, rounds = settle(answers, traffic, np.zeros(3))
    assert rounds <= 15
    q = traffic(x)
    for W, hours, flow in zip(answers, x, q, strict=True):
        assert W(float(flow)) == pytest.approx(hours, abs=1e-5)


def test_an_answer_with_a_jump_is_found_by_halving() -> None:
    """Newton's method finds no zero where there is none; both sides of the jump are at 5 h."""
    q, x = 15.0, 0.0
    jump = next_hours([lambda f: 20.0 if f > 7.5 else -20.0], [(np.array([x]), np.array([q]))])
    assert jump[0] == pytest.approx(5.0, abs=1e-6), "a tenth of 15 leaves for each hour"


def test_a_stop_nobody_takes_stays_where_it_is() -> None:
    x = next_hours(
        [lambda _q: 0.0, lambda q: q - 1.0],
        [(np.array([0.0, 0.0]), np.array([0.0, 2.0]))],
    )
    assert x[0] == 0.0
    assert x[1] > 0.0


def test_without_stops_there_is_nothing_to_try() -> None:
    assert len(next_hours([], [(np.empty(0), np.empty(0))])) == 0
