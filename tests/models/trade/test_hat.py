"""The one-sector solver: what it refuses, what it says, and hard cases."""

from __future__ import annotations

import numpy as np
import pytest

from sogdia.core.errors import InvalidInput
from sogdia.models.trade import solve_clearing
from sogdia.models.trade.solve_armington import levels
from sogdia.models.trade.solve_groups import groups_that_pay
from sogdia.models.trade.solve_hat import conditional, full, partial, remove_deficits

X2 = np.array([[0.8, 0.2], [0.2, 0.8]])


def test_all_problems_are_said_at_once() -> None:
    X = np.array([[1.0, -0.5, 0.0], [0.2, 1.0, 0.0], [0.0, 0.0, 0.0]])
    tau_hat = np.ones((3, 3))
    tau_hat[0, 1], tau_hat[1, 0] = 0.0, np.nan
    with pytest.raises(InvalidInput) as refused:
        full(X, tau_hat, -1.0)
    said = "\n".join(str(p) for p in refused.value.problems)
    for text in (
        "tau_hat: is not above 0; got position (0, 1), (1, 0)",
        "theta: is not above 0; got -1.0",
        "X: has negative flows between countries; got position (0, 1)",
        "X: a country sells nothing; got position 2",
        "X: a country buys nothing; got position 2",
    ):
        assert text in said
    assert len(refused.value.problems) == 5


@pytest.mark.parametrize(
    ("X", "tau_hat", "text"),
    [
        (np.ones((2, 3)), np.ones((2, 3)), "not a square matrix"),
        (X2, np.ones((3, 3)), "another shape"),
        (np.full((2, 2), np.nan), np.ones((2, 2)), "not finite"),
    ],
)
def test_shapes_and_numbers_are_checked(X, tau_hat, text: str) -> None:
    for solve in (partial, conditional, full):
        with pytest.raises(InvalidInput, match=text):
            solve(X, tau_hat, 5.0)


def test_unknown_rule_and_numeraire_are_refused() -> None:
    with pytest.raises(InvalidInput, match="unknown rule") as refused:
        full(X2, np.ones((2, 2)), 5.0, deficits="ignored", numeraire=2)  # pyright: ignore
    assert len(refused.value.problems) == 2


def test_nothing_given_is_changed() -> None:
    X, tau_hat = X2.copy(), np.array([[1.0, 0.9], [np.inf, 1.0]])
    X[0, 0] = -0.1
    kept = X.copy(), tau_hat.copy()
    for solve in (partial, conditional, full):
        solve(X, tau_hat, 5.0)
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(tau_hat, kept[1])


def test_a_transfer_that_goods_cannot_carry_is_failed_and_says_so() -> None:
    """Country 1 lives on a gift; what is left of the way to it is too dear to deliver it."""
    X = np.array([[1.0, 3.0], [0.0, 1.0]])
    assert full(X, np.ones((2, 2)), 5.0, deficits="fixed").status.state == "solved"
    found = full(X, np.array([[1.0, 1e30], [1.0, 1.0]]), 5.0, deficits="fixed")
    assert found.status.state == "failed"
    assert "do not clear" in found.status.message


def test_conditional_without_a_solution_is_failed() -> None:
    """Output and spending held, and no way for the goods: rows and columns cannot add up."""
    X = np.array([[1.0, 3.0, 0.0], [0.5, 1.0, 2.0], [2.5, 0.0, 1.0]])
    tau_hat = np.ones((3, 3))
    tau_hat[0, 1] = 1e40  # open in name only
    found = conditional(X, tau_hat, 5.0)
    assert found.status.state == "failed"
    assert "the markets do not clear" in found.status.message
    assert found.status.residual is None or found.status.residual > 1e-10


def test_blocs_that_were_apart_before_are_not_called_parted() -> None:
    rng = np.random.default_rng(5)
    X = np.zeros((6, 6))
    X[:3, :3] = rng.lognormal(0.0, 0.5, (3, 3)) + 4.0 * np.eye(3)
    X[3:, 3:] = rng.lognormal(0.0, 0.5, (3, 3)) + 4.0 * np.eye(3)
    X = remove_deficits(X, 5.0).flow
    found = full(X, np.full((6, 6), 0.95), 5.0)
    assert found.status.state == "solved"
    assert "part" not in found.status.message


def test_two_blocs_part_and_each_is_solved_as_if_alone() -> None:
    rng = np.random.default_rng(3)
    X = remove_deficits(rng.lognormal(0.0, 0.5, (6, 6)) + 4.0 * np.eye(6), 5.0).flow
    tau_hat = np.exp(rng.normal(0.0, 0.1, (6, 6)))
    tau_hat[:3, 3:] = tau_hat[3:, :3] = np.inf
    found = full(X, tau_hat, 5.0)
    assert found.status.state == "solved"
    assert "trade parts into 2 groups with none between them, 1 before" in found.status.message
    # One bloc alone: its lost imports as a cost no dearer source replaces.
    K = X[:3, :3] / X[:, :3].sum(axis=0)
    lone = remove_deficits(K * X[:, :3].sum(axis=0), 5.0)
    assert lone.status.state == "solved"
    inside = found.share[:3, :3]
    np.testing.assert_allclose(inside.sum(axis=0), 1.0, rtol=1e-12)
    np.testing.assert_allclose(found.flow[:3, :3].sum(axis=0), found.flow[:3, :3].sum(axis=1))
    own = np.diag(X)[:3] / X[:, :3].sum(axis=0)
    gained = (np.diag(inside) / own * tau_hat.diagonal()[:3] ** 5.0) ** (-1.0 / 5.0)
    np.testing.assert_allclose(found.real_wage_hat[:3], gained, rtol=1e-12)


def test_one_way_trade_in_the_baseline_survives_only_with_its_transfer() -> None:
    """Importer 2 sells nothing abroad: its imports are its deficit, and end with it."""
    X = np.array([[5.0, 1.0, 0.5], [1.0, 5.0, 0.5], [0.0, 0.0, 2.0]])
    kept = full(X, np.ones((3, 3)), 5.0, deficits="fixed")
    assert kept.status.state == "solved" and np.all(kept.real_wage_hat == 1.0)
    ended = remove_deficits(X, 5.0)
    assert ended.flow[:, 2].tolist()[:2] == [0.0, 0.0]
    assert "2 flows end because nothing can pay for them" in ended.status.message


@pytest.mark.parametrize("spread", [1.0, 3.0])
def test_very_unequal_sizes_and_large_shocks(spread: float) -> None:
    rng = np.random.default_rng(1)
    N = 40
    tau = 1.0 + rng.uniform(0.2, 4.0, (N, N))
    np.fill_diagonal(tau, 1.0)
    old = levels(rng.lognormal(0.0, 0.5, N), rng.lognormal(0.0, spread, N), tau, 6.0)
    tau_hat = np.exp(rng.normal(0.0, 1.0, (N, N)))
    np.fill_diagonal(tau_hat, 1.0)
    for found in (full(old.X, tau_hat, 6.0), conditional(old.X, tau_hat, 6.0)):
        assert found.status.state == "solved"
        assert found.status.iterations < 60


def test_the_levels_solver_says_when_it_stops_short() -> None:
    found = levels(
        np.ones(3),
        np.array([1.0, 2.0, 3.0]),
        1.0 + np.arange(9.0).reshape(3, 3) / 9.0,
        5.0,
        max_iterations=1,
    )
    assert found.status.state == "failed" and found.status.residual is not None


def test_groups_that_pay_by_hand() -> None:
    """0 and 1 trade both ways, 2 only buys, 3 has nothing."""
    arcs = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]], dtype=bool)
    found = groups_that_pay(arcs, arcs, balanced=True)
    assert [g.tolist() for g in found.groups] == [[0, 1], [2]]
    assert found.lost.tolist() == [3] and found.unpaid == 1
    kept = groups_that_pay(arcs, arcs, balanced=False)
    assert [g.tolist() for g in kept.groups] == [[0, 1, 2]] and kept.unpaid == 0


@pytest.mark.parametrize("deficits", ["none", "fixed", "proportional"])
def test_steps_with_and_without_the_matrix_reach_the_same(
    monkeypatch: pytest.MonkeyPatch, deficits
) -> None:
    """Many countries take products with the Jacobian, few take its factors."""
    rng = np.random.default_rng(8)
    X = rng.lognormal(0.0, 1.0, (30, 30)) + 40.0 * np.diag(rng.lognormal(0.0, 1.0, 30))
    tau_hat = np.exp(rng.normal(0.0, 0.3, (30, 30)))
    tau_hat[rng.random((30, 30)) < 0.1] = np.inf
    np.fill_diagonal(tau_hat, 1.0)
    few = full(X, tau_hat, 5.0, deficits=deficits), conditional(X, tau_hat, 5.0)
    monkeypatch.setattr(solve_clearing, "LARGE", 1)
    many = full(X, tau_hat, 5.0, deficits=deficits), conditional(X, tau_hat, 5.0)
    assert few[0].status.iterations != many[0].status.iterations
    for a, b in zip(few, many, strict=True):
        assert a.status.state == b.status.state == "solved"
        np.testing.assert_allclose(b.real_wage_hat, a.real_wage_hat, rtol=1e-11)
