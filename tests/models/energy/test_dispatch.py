"""Dispatch: closed forms, an own programme in scipy, and laws."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.optimize import linprog

from sogdia.core.errors import InvalidInput
from sogdia.models.energy.solve_dispatch import Dispatch, solve_all, solve_dispatch


def two_zones(flow: float = 100.0, loss: float = 0.0) -> Dispatch:
    """A cheap zone of 10 and a dear one of 30 USD/MWh, joined by one line; four hours."""
    hours = 4
    return Dispatch(
        w=2.0,
        d=np.array([[50.0] * hours, [300.0] * hours]),
        zone=np.array([0, 1]),
        P=np.array([500.0, 500.0]),
        A=np.ones((2, hours)),
        c=np.array([10.0, 30.0]),
        q=np.full((2, hours), np.nan),
        H=np.full(2, np.nan),
        ends=np.array([[0, 1]]),
        F=np.array([flow]),
        a=np.array([loss]),
        V=1000.0,
    )


def random_system(seed: int) -> Dispatch:
    """Four zones, five groups, one with a reservoir, five lines and six hours."""
    rng = np.random.default_rng(seed)
    hours, groups = 6, 5
    q, H = np.full((groups, hours), np.nan), np.full(groups, np.nan)
    q[4], H[4] = rng.uniform(10, 60, hours), 3.0
    return Dispatch(
        w=3.0,
        d=rng.uniform(50, 150, (4, hours)),
        zone=np.array([0, 1, 2, 3, 0]),
        P=rng.uniform(60, 200, groups),
        A=rng.uniform(0.5, 1.0, (groups, hours)),
        c=rng.uniform(1, 50, groups),
        q=q,
        H=H,
        ends=np.array([[0, 1], [1, 2], [2, 3], [3, 0], [0, 2]]),
        F=rng.uniform(10, 60, 5),
        a=rng.uniform(0, 0.1, 5),
        V=500.0,
    )


def own_cost(m: Dispatch) -> float:
    """The programme of the module written out in scipy: p, u, f both ways, s, spill."""
    zones, hours = m.d.shape
    groups, lines = len(m.P), len(m.F)
    stored = [g for g in range(groups) if not np.isnan(m.H[g])]
    size = groups + zones + 2 * lines + 2 * len(stored)
    cost, upper = np.zeros((hours, size)), np.zeros((hours, size))
    cost[:, :groups], cost[:, groups : groups + zones] = m.w * m.c, m.w * m.V
    at = groups + zones
    for t in range(hours):
        upper[t, :groups] = m.A[:, t] * m.P
        upper[t, groups:at] = np.inf
        upper[t, at : at + 2 * lines] = np.tile(m.F, 2)
        for k, g in enumerate(stored):
            upper[t, at + 2 * lines + k] = m.H[g] * m.P[g]
            upper[t, at + 2 * lines + len(stored) + k] = m.q[g, t]
    rows, right = [], []
    for t in range(hours):
        for z in range(zones):
            row = np.zeros((hours, size))
            row[t, :groups] = m.zone == z
            row[t, groups + z] = 1.0
            for i, (one, two) in enumerate(m.ends):
                for k, (a, b) in enumerate(((one, two), (two, one))):
                    row[t, at + k * lines + i] += (1 - m.a[i]) * (b == z) - (a == z)
            rows.append(row.ravel())
            right.append(m.d[z, t])
        for k, g in enumerate(stored):
            row = np.zeros((hours, size))
            row[t, at + 2 * lines + k] = 1.0
            row[t - 1, at + 2 * lines + k] -= 1.0
            row[t, g] = row[t, at + 2 * lines + len(stored) + k] = m.w
            rows.append(row.ravel())
            right.append(m.w * m.q[g, t])
    found = linprog(
        cost.ravel(), A_eq=np.array(rows), b_eq=np.array(right), method="highs",
        bounds=[(0, None if np.isinf(b) else b) for b in upper.ravel()],
    )  # fmt: skip
    assert found.status == 0
    return float(found.fun)


def test_price_of_two_zones_in_closed_form() -> None:
    """Merit order, congestion, loss and what is missing, four systems side by side.

    A full line: 150 MW at 10 and 200 MW at 30, worth 20 an hour. A wide one: 350 MW at 10. With
    a loss a the far price is 10 / (1 - a). No line and too few plants: the price is V.
    """
    short = dataclasses.replace(two_zones(0.0), P=np.array([500.0, 100.0]))
    full, wide, lossy, lacking = solve_all(
        [two_zones(), two_zones(1000.0), two_zones(1000.0, 0.1), short]
    )
    assert full.status.state == "solved"
    np.testing.assert_allclose(full.p[:, 0], [150.0, 200.0], atol=1e-6)
    np.testing.assert_allclose(full.price, [[10.0] * 4, [30.0] * 4], rtol=1e-6)
    np.testing.assert_allclose(full.mu, [[20.0 * 8, 0.0]], rtol=1e-6)
    assert full.cost == pytest.approx(8 * (150 * 10 + 200 * 30))
    np.testing.assert_allclose(wide.price, 10.0, rtol=1e-6)
    assert wide.cost == pytest.approx(8 * 350 * 10)
    np.testing.assert_allclose(lossy.price[1], 10.0 / 0.9, rtol=1e-6)
    np.testing.assert_allclose(lossy.f[0, 0], 300.0 / 0.9, rtol=1e-6)
    np.testing.assert_allclose(lacking.u[1], 200.0, rtol=1e-6)
    np.testing.assert_allclose(lacking.price[1], 1000.0, rtol=1e-6)


def test_water_runs_where_it_is_worth_most() -> None:
    """A reservoir gives its inflow of four hours in the two hours of demand."""
    hours = 4
    m = Dispatch(
        w=1.0, d=np.array([[0.0, 100.0, 0.0, 100.0]]), zone=np.array([0, 0]),
        P=np.array([100.0, 100.0]), A=np.ones((2, hours)), c=np.array([40.0, 0.0]),
        q=np.array([[np.nan] * hours, [30.0] * hours]), H=np.array([np.nan, 10.0]),
        ends=np.zeros((0, 2), dtype=np.int64), F=np.zeros(0), a=np.zeros(0), V=1000.0,
    )  # fmt: skip
    found = solve_dispatch(m)
    assert found.p[1].sum() == pytest.approx(120.0)
    assert found.cost == pytest.approx(80 * 40.0)


def test_the_cost_is_that_of_an_own_programme() -> None:
    """PyPSA against the equations in scipy on three random systems."""
    systems = [random_system(seed) for seed in (1, 2, 3)]
    for m, found in zip(systems, solve_all(systems), strict=True):
        assert found.cost == pytest.approx(own_cost(m), rel=1e-6)


def test_opening_a_line_never_raises_the_cost() -> None:
    """One more line is one more choice."""
    m = random_system(4)
    closed = [dataclasses.replace(m, F=np.where(np.arange(5) == i, 0.0, m.F)) for i in range(5)]
    whole, *less = solve_all([m, *closed])
    assert all(c.cost >= whole.cost * (1 - 1e-9) for c in less)
    assert any(c.cost > whole.cost * (1 + 1e-6) for c in less)
    assert own_cost(closed[2]) == pytest.approx(less[2].cost, rel=1e-6)


def test_money_in_another_scale_is_the_same_programme() -> None:
    """All costs times 1024: the same flows to the last bit."""
    m = random_system(5)
    one = solve_dispatch(m)
    other = solve_dispatch(dataclasses.replace(m, c=m.c * 1024, V=m.V * 1024))
    np.testing.assert_array_equal(one.p, other.p)
    np.testing.assert_array_equal(one.price * 1024, other.price)


def test_all_that_is_wrong_is_said_at_once() -> None:
    """An absent demand and a negative line."""
    m = two_zones()
    d = m.d.copy()
    d[0, 0] = np.nan
    with pytest.raises(InvalidInput) as caught:
        solve_dispatch(dataclasses.replace(m, d=d, F=np.array([-1.0])))
    assert len(caught.value.problems) == 2
