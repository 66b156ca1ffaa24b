"""The typed front: balancing, deficits, aggregation, refusals."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_economy import as_traffic, economy

from sogdia.core.errors import InvalidInput
from sogdia.models.trade.solve_traffic import balance_traffic
from sogdia.models.trade.spatial import Parameters, respond


def test_countries_are_means_by_income() -> None:
    e = economy(1)
    t = as_traffic(e, e.solve())
    found = respond(t, np.random.default_rng(1).uniform(0.7, 1.3, len(t.links)))
    for name, value in zip(found.countries, found.country_real_income, strict=True):
        mine = [i for i, c in enumerate(t.country) if c == name and t.income[i] > 0]
        by_hand = sum(found.real_income[i] * t.income[i] for i in mine) / sum(t.income[mine])
        assert value == pytest.approx(by_hand)


def test_traffic_that_does_not_balance_at_a_transit_node_is_balanced_and_it_is_said() -> None:
    e = economy(2)
    t = as_traffic(e, e.solve())
    noisy = t.value * np.random.default_rng(2).uniform(0.97, 1.03, len(t.value))
    found = respond(as_traffic(e, e.solve(), value=noisy), np.ones(len(noisy)))
    assert found.status.state == "solved"
    assert 0 < found.balanced_by < 0.2
    assert any("did not balance" in note for note in found.notes)
    np.testing.assert_allclose(found.real_income[t.income > 0], 1.0, atol=1e-10)
    exact = respond(t, np.ones(len(noisy)))
    assert exact.balanced_by < 1e-9
    assert not any("did not balance" in note for note in exact.notes)


def test_balancing_is_the_nearest_in_relative_entropy() -> None:
    """Against a general constrained minimiser."""
    from scipy.optimize import minimize

    tail, head = np.array([0, 1, 1, 2, 0, 2]), np.array([1, 0, 2, 1, 2, 0])
    xi, net = np.array([3.0, 1.0, 2.0, 2.0, 1.0, 4.0]), np.array([0.5, -0.2, -0.3])
    found = balance_traffic(tail, head, xi, net, np.ones(3, bool))
    incidence = np.zeros((3, 6))
    incidence[tail, range(6)] += 1
    incidence[head, range(6)] -= 1
    np.testing.assert_allclose(incidence @ found.xi, net, atol=1e-10)
    wanted = minimize(
        lambda x: np.sum(x * np.log(x / xi) - x), xi, bounds=[(1e-6, None)] * 6, method="SLSQP",
        constraints={"type": "eq", "fun": lambda x: (incidence @ x - net)[:2]},
        options={"ftol": 1e-14, "maxiter": 500},
    ).x  # fmt: skip
    np.testing.assert_allclose(found.xi, wanted, rtol=1e-4)


def test_traffic_that_cannot_balance_fails_with_words() -> None:
    found = balance_traffic(
        np.array([0]), np.array([1]), np.array([1.0]), np.array([0.0, 1.0]), np.array([False, True])
    )
    assert found.status.state == "failed"
    assert "node 1" in found.status.message


def test_without_deficits_changes_start_from_balanced_trade() -> None:
    e = economy(3, owed=0.005)
    t = as_traffic(e, e.solve())
    found = respond(t, np.ones(len(t.links)), Parameters(deficits="none"))
    assert found.status.state == "solved"
    np.testing.assert_allclose(found.real_income[t.income > 0], 1.0, atol=1e-9)
    np.testing.assert_allclose(found.real_spending, found.real_income, rtol=1e-12)
    assert not np.allclose(found.traffic_before, t.value)


def test_every_problem_is_said_at_once() -> None:
    e = economy(4)
    t = as_traffic(e, e.solve())
    bad = as_traffic(e, e.solve(), value=np.where(np.arange(len(t.links)) < 2, -1.0, t.value))
    with pytest.raises(InvalidInput) as caught:
        respond(bad, np.zeros(len(t.links)), Parameters(theta=5.0, mobile=frozenset({"nowhere"})))
    text = str(caught.value)
    assert all(word in text for word in ("value of l0", "value of l1", "cost_ratio", "nowhere"))
