"""Passenger costs and gravity of trips: independent solves, closed forms and hand examples."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogdia.models.people.solve_trips import (
    cost_factor,
    gravity_shares,
    least_costs,
    visa_as_cost,
)

THETA = st.floats(0.05, 3.0)


def some_costs(seed: int, rows: int = 4, columns: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).uniform(5.0, 200.0, (rows, columns))


@pytest.mark.parametrize("seed", range(6))
def test_least_costs_against_networkx(seed: int) -> None:
    """The independent solve: Dijkstra of networkx, and the hours along its own path."""
    rng = np.random.default_rng(seed)
    n, arcs = 25, 90
    tail, head = rng.integers(0, n, arcs), rng.integers(0, n, arcs)
    keep = tail != head
    tail, head = tail[keep].astype(np.int64), head[keep].astype(np.int64)
    c, tau = rng.uniform(1.0, 10.0, len(tail)), rng.uniform(1.0, 10.0, len(tail))
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(n))
    for a, b, cost, hours in zip(tail.tolist(), head.tolist(), c, tau, strict=True):
        if not graph.has_edge(a, b) or cost < graph[a][b]["c"]:
            graph.add_edge(a, b, c=cost, tau=hours)
    found = least_costs(n, tail, head, c, tau, np.arange(n, dtype=np.int64))
    for a in range(n):
        costs, paths = nx.single_source_dijkstra(graph, a, weight="c")
        for b in range(n):
            if b not in costs:
                assert np.isnan(found.C[a, b])
                assert np.isnan(found.T[a, b])
                continue
            hours = sum(graph[u][v]["tau"] for u, v in zip(paths[b], paths[b][1:], strict=False))
            assert found.C[a, b] == pytest.approx(costs[b], rel=1e-12)
            assert found.T[a, b] == pytest.approx(hours, rel=1e-12)


def test_shares_by_hand() -> None:
    """Two zones to two: masses 1, 3 and 2, 2; costs 1, 2, 2, 4; theta 1: weights 2, 1, 3, 1.5."""
    q = gravity_shares(
        np.array([[1.0, 2.0], [2.0, 4.0]]), np.array([1.0, 3.0]), np.array([2.0, 2.0]), 1.0
    )
    assert q == pytest.approx(np.array([[2.0, 1.0], [3.0, 1.5]]) / 7.5)


def test_poisson_regression_finds_the_elasticity_again() -> None:
    """Trips by equation (5), and Newton's method for the Poisson likelihood with masses held."""
    C, m, n = some_costs(3), np.array([1.0, 4.0, 2.0, 7.0]), np.array([3.0, 1.0, 5.0, 2.0, 2.0])
    trips = 1e6 * gravity_shares(C, m, n, 1.3)
    X = np.column_stack([np.ones(C.size), np.log(C).ravel()])
    offset, y = np.log(np.outer(m, n)).ravel(), trips.ravel()
    beta = np.array([np.log(y.mean()) - offset.mean(), 0.0])
    for _ in range(50):
        mu = np.exp(X @ beta + offset)
        beta = beta + np.linalg.solve(X.T @ (mu[:, np.newaxis] * X), X.T @ (y - mu))
    assert beta[1] == pytest.approx(-1.3, abs=1e-9)


@given(st.integers(0, 50), THETA)
def test_equal_costs_change_exactly_nothing(seed: int, theta: float) -> None:
    C = some_costs(seed)
    assert cost_factor(C, C.copy(), np.ones(4), np.ones(5), theta) == 1.0


@given(st.integers(0, 50), THETA, st.floats(0.2, 5.0))
def test_all_costs_times_a_number(seed: int, theta: float, times: float) -> None:
    C = some_costs(seed)
    g = cost_factor(C, C * times, np.arange(1.0, 5.0), np.arange(1.0, 6.0), theta)
    assert g == pytest.approx(times**-theta, rel=1e-9)


@given(st.integers(0, 50), THETA, st.integers(0, 3), st.integers(0, 4), st.floats(1.01, 10.0))
def test_a_dearer_pair_never_brings_visits(
    seed: int, theta: float, i: int, j: int, times: float
) -> None:
    C = some_costs(seed)
    dearer = C.copy()
    dearer[i, j] *= times
    assert cost_factor(C, dearer, np.ones(4), np.ones(5), theta) < 1.0
    assert cost_factor(dearer, C, np.ones(4), np.ones(5), theta) > 1.0


def test_a_pair_without_a_way_is_left_out_of_both() -> None:
    C = some_costs(1)
    gone = C.copy()
    gone[0, 0] = np.nan
    assert cost_factor(C, gone, np.ones(4), np.ones(5), 1.0) == 1.0
    assert np.isnan(cost_factor(C * np.nan, C, np.ones(4), np.ones(5), 1.0))


@given(st.floats(1.0, 500.0), st.floats(0.05, 0.9), THETA)
def test_the_cost_that_deters_as_a_visa_does(c: float, sigma: float, theta: float) -> None:
    C = np.full((2, 3), c)
    added = C + visa_as_cost(c, sigma, theta)
    g = cost_factor(C, added, np.ones(2), np.ones(3), theta)
    assert g == pytest.approx(1.0 - sigma, rel=1e-9)
