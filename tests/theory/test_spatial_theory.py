"""The spatial model against closed forms and against independent solutions in levels."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "models" / "trade"))

from small_economy import as_traffic, economy, real_income, with_rail

from sogdia.models.trade.solve_elasticities import elasticities
from sogdia.models.trade.solve_levels import solve_levels
from sogdia.models.trade.solve_spatial import solve_spatial
from sogdia.models.trade.solve_traffic import trade_from_traffic
from sogdia.models.trade.spatial import NewLink, Parameters, respond


@pytest.mark.parametrize("lam", [0.0, 0.09])
@pytest.mark.parametrize("owed", [0.0, 0.002])
@pytest.mark.parametrize("seed", range(4))
def test_two_solutions_in_levels_satisfy_the_hats(seed: int, owed: float, lam: float) -> None:
    """Allen and Arkolakis (2022), Proposition 2, with labour fixed and with transit nodes."""
    e = economy(seed, lam=lam, owed=owed)
    rng = np.random.default_rng(seed)
    hat = rng.uniform(0.7, 1.5, len(e.tbar))
    if seed % 2:
        hat[rng.integers(len(hat))] = np.inf
    before, after = e.solve(), e.solve(hat)
    found = solve_spatial(e.baseline(before), hat)
    assert found.status.state == "solved"
    assert found.walras < 1e-10
    zone = before.Y > 0
    np.testing.assert_allclose(
        found.y[zone], (after.Y / np.where(zone, before.Y, 1))[zone], rtol=1e-8
    )
    np.testing.assert_allclose(found.P, after.P / before.P, rtol=1e-8)
    np.testing.assert_allclose(found.Pi, after.Pi / before.Pi, rtol=1e-8)
    np.testing.assert_allclose(found.xi, after.xi, rtol=1e-8, atol=1e-16)


@pytest.mark.parametrize(
    ("eta", "lam", "terminal_lam", "owed"),
    [(8.0, 0.0, 0.0, 0.0), (1.1, 0.09, 0.1, 0.0), (8.0, 0.09, 0.1, 0.005), (5.0, 0.0, 0.1, 0.0)],
)
def test_modes_and_terminals_against_levels(
    eta: float, lam: float, terminal_lam: float, owed: float
) -> None:
    """Fuchs and Wong (2022), (5)-(13): our exponents of their (22)."""
    e = with_rail(3, eta=eta, lam=lam, terminal_lam=terminal_lam, owed=owed)
    if eta < 2:
        e.tbar = e.tbar * 1.9
    rng = np.random.default_rng(7)
    t_hat, s_hat = rng.uniform(0.8, 1.3, len(e.tbar)), rng.uniform(0.9, 1.2, len(e.A))
    before, after = e.solve(), e.solve(t_hat, s_hat)
    found = solve_spatial(e.baseline(before), t_hat, s_hat)
    assert found.status.state == "solved"
    np.testing.assert_allclose(found.real_income, real_income(before, after), rtol=1e-8)
    np.testing.assert_allclose(found.xi, after.xi, rtol=1e-8)
    used = np.isin(np.arange(len(e.A)), e.more["start"])
    np.testing.assert_allclose(found.s[used], (after.s / before.s)[used], rtol=1e-8)


def test_nothing_changes_when_nothing_changes() -> None:
    for e in (
        economy(1),
        economy(2, lam=0.09, owed=0.005),
        with_rail(3, eta=8.0, lam=0.09, terminal_lam=0.1),
    ):
        base = e.baseline(e.solve())
        found = solve_spatial(base, np.ones(len(base.xi)))
        np.testing.assert_allclose(found.y[base.Y > 0], 1.0, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.P, 1.0, rtol=0, atol=1e-12)


def test_equal_elasticities_nest_one_mode() -> None:
    """With eta = theta two modes are two parallel links: another program path, the same numbers."""
    e = with_rail(5, eta=5.0, lam=0.09, terminal_lam=0.0)
    before = e.solve()
    t = as_traffic(e, before)
    hat = np.random.default_rng(1).uniform(0.7, 1.3, len(t.links))
    nested = respond(t, hat, Parameters(theta=5.0, eta=5.0))
    parallel = respond(as_traffic(e, before, group=None), hat, Parameters(theta=5.0))
    np.testing.assert_allclose(nested.real_income, parallel.real_income, rtol=1e-11)
    np.testing.assert_allclose(nested.traffic, parallel.traffic, rtol=1e-10)


def test_no_congestion_is_the_limit_of_little() -> None:
    e = economy(4)
    before = e.solve()
    hat = np.random.default_rng(4).uniform(0.7, 1.3, len(e.tbar))
    exact = respond(as_traffic(e, before), hat).real_income
    gaps = []
    for lam in (1e-3, 1e-4):
        near = respond(as_traffic(e, before, congestion=np.full(len(hat), lam)), hat).real_income
        gaps.append(np.nanmax(np.abs(near - exact)))
    assert 0 < gaps[1] < 2e-4
    assert gaps[1] == pytest.approx(gaps[0] / 10, rel=0.05)


def test_trade_from_traffic_is_the_trade_in_levels() -> None:
    """(34): no elasticity is needed."""
    for lam in (0.0, 0.09):
        e = economy(6, lam=lam, owed=0.005)
        before = e.solve()
        X, status = trade_from_traffic(e.tail, e.head, before.xi, before.Y, before.E)
        assert status.state == "solved"
        np.testing.assert_allclose(X, before.X, rtol=1e-9, atol=1e-15)


def test_two_equal_regions_by_hand() -> None:
    """Symmetric pair: y = 1 and P^-theta = own + (1 - own) t^-theta P^-theta, so P in closed form."""
    base = economy(0)
    theta, Y, x, hat = base.theta, 10.0, 2.5, 0.8
    two = as_traffic(
        base, base.solve(), nodes=("a", "b"), country=("a", "b"), income=np.array([Y, Y]),
        tail=np.array([0, 1]), head=np.array([1, 0]), links=("ab", "ba"), value=np.array([x, x]),
        congestion=np.zeros(2), labour=None,
    )  # fmt: skip
    own, h = Y / (Y + x), hat**-theta
    # H p q = X t^-theta p q + Y with p = q by symmetry and q = 1 (y = 1): p = own + (1-own) h p ... (in)
    p = own / (1.0 - (1.0 - own) * h)
    found = respond(two, np.full(2, hat), Parameters(theta=theta))
    np.testing.assert_allclose(found.real_income, p ** (1.0 / theta), rtol=1e-12)


def test_own_trade_gives_the_gain() -> None:
    """Arkolakis, Costinot and Rodriguez-Clare (2012): W = own share^(-1/theta), tau_ii included."""
    e = economy(8)
    before = e.solve()
    hat = np.random.default_rng(8).uniform(0.6, 1.4, len(e.tbar))
    base = e.baseline(before)
    found = solve_spatial(base, hat)
    Y_new = np.where(base.Y > 0, base.Y * np.nan_to_num(found.y), 0.0)
    X, _ = trade_from_traffic(e.tail, e.head, before.xi, base.Y, base.Y)
    X_new, _ = trade_from_traffic(e.tail, e.head, found.xi, Y_new, Y_new)
    after = e.solve(hat)
    zone = base.Y > 0
    own = (np.diag(X_new)[zone] / Y_new[zone]) / (np.diag(X)[zone] / base.Y[zone])
    # tau_ii is not 1 in this model: round trips. It comes from the levels.
    tau_ii = (np.diag(after.X) * after.P**-5 * after.Pi**-5 / np.where(zone, after.Y, 1) ** 2)[
        zone
    ] / (np.diag(before.X) * before.P**-5 * before.Pi**-5 / np.where(zone, before.Y, 1) ** 2)[zone]
    np.testing.assert_allclose(found.real_income[zone], (own / tau_ii) ** (-1 / 5), rtol=1e-9)


def test_hulten_is_exact_without_congestion() -> None:
    """Allen, Fuchs and Wong (2026), Proposition 1: the elasticity is the traffic share."""
    e = with_rail(9, eta=8.0, lam=0.0, terminal_lam=0.0)
    base = e.baseline(e.solve())
    found = elasticities(base, (base.Y / base.Y.sum())[np.newaxis])
    np.testing.assert_allclose(found.service[0], found.service_share, rtol=1e-9)
    used = found.terminal_share > 0
    np.testing.assert_allclose(found.terminal[0, used], found.terminal_share[used], rtol=1e-9)


def test_a_new_link_from_levels() -> None:
    """Calibrate in traffic, add a link with a cost level: the levels solve with that link.

    With the true costs of the other links the price levels are found exactly, and with them the
    link that had no traffic.
    """
    for lam in (0.0, 0.09):
        e = economy(12, lam=lam)
        k, h = 7, 13
        assert not np.any((e.tail == k) & (e.head == h))
        before = e.solve()
        cost = 1.8 * 1000.0**lam
        built = solve_levels(
            np.append(e.tail, k), np.append(e.head, h), np.append(e.tbar, cost), e.A, e.L,
            theta=e.theta, lam=lam,
        )  # fmt: skip
        found = respond(
            as_traffic(e, before),
            np.ones(len(e.tbar)),
            new=[NewLink(id="new", tail=f"n{k}", head=f"n{h}", cost_factor=cost, congestion=lam)],
            cost_level=before.t,
        )
        np.testing.assert_allclose(found.real_income, real_income(before, built), rtol=1e-8)
        np.testing.assert_allclose(found.traffic, built.xi, rtol=1e-8)
        assert any("levels" in note for note in found.notes)


def test_a_new_link_in_a_symmetric_world_needs_no_levels() -> None:
    """Costs alike both ways and balanced trade: p_k q_l = sqrt(H_k H_l)."""
    e = economy(14)
    cost = {}
    for g, pair in enumerate(zip(e.tail, e.head, strict=True)):
        e.tbar[g] = cost.setdefault(frozenset(pair), e.tbar[g])
    before = e.solve()
    built = solve_levels(
        np.r_[e.tail, 7, 13], np.r_[e.head, 13, 7], np.r_[e.tbar, 1.8, 1.8], e.A, e.L, theta=e.theta
    )
    new = [
        NewLink(id=f"{a}-{b}", tail=f"n{a}", head=f"n{b}", cost_factor=1.8)
        for a, b in ((7, 13), (13, 7))
    ]
    found = respond(as_traffic(e, before), np.ones(len(e.tbar)), new=new)
    np.testing.assert_allclose(found.real_income, real_income(before, built), rtol=1e-8)


def test_labour_that_moves_earns_the_same_everywhere_in_its_country() -> None:
    """l^(1-beta) = y / (P omega), checked from the result; others keep their labour."""
    e = economy(15, lam=0.09)
    before = e.solve()
    t = as_traffic(e, before)
    hat = np.random.default_rng(3).uniform(0.7, 1.3, len(e.tbar))
    found = respond(t, hat, Parameters(alpha=0.1, beta=-0.3, mobile=frozenset({"west"})))
    assert found.status.state == "solved"
    west = np.array([c == "west" for c in t.country]) & (before.Y > 0)
    welfare = (found.real_income / found.labour * found.labour**-0.3)[west]
    np.testing.assert_allclose(welfare, welfare[0], rtol=1e-10)
    assert (e.L * found.labour)[west].sum() == pytest.approx(e.L[west].sum(), rel=1e-12)
    np.testing.assert_allclose(found.labour[~west & (before.Y > 0)], 1.0, rtol=1e-12)
    # Labour moves productivity: a levels solve with the labour and productivity found agrees.
    e.A = e.A * np.where(west, found.labour**0.1, 1.0)
    e.L = e.L * np.where(west, found.labour, 1.0)
    after = e.solve(hat)
    np.testing.assert_allclose(found.real_income, real_income(before, after), rtol=1e-8)
