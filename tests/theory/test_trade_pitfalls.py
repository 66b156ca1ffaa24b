"""How such models go wrong: one test for each pitfall that trade between countries can fall into.

The numbers are those of the list in the design notes; `test_pitfalls` has those of costs and routes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sogdia.core.errors import InvalidInput
from sogdia.core.table import Table
from sogdia.models.contract import run_model
from sogdia.models.trade import TradeModel
from sogdia.models.trade.solve_armington import levels
from sogdia.models.trade.solve_hat import conditional, full, partial, remove_deficits
from sogdia.models.trade.solve_sectors import sector_economy, sectors
from sogdia.models.trade.tables import TRADE_COST_CHANGE
from sogdia.world.world import World

THETA = 5.0


def flows(seed: int = 0, N: int = 8, *, deficits: bool = False):
    rng = np.random.default_rng(seed)
    tau = 1.0 + rng.uniform(0.3, 1.5, (N, N))
    np.fill_diagonal(tau, 1.0)
    L = rng.lognormal(0.0, 1.0, N)
    d = 0.02 * rng.normal(size=N) * L / L.sum() if deficits else np.zeros(N)
    d -= d.sum() * L / L.sum()
    return levels(np.ones(N), L, tau, THETA, transfers=d).X


def only(N: int, pairs: dict[tuple[int, int], float]):
    tau_hat = np.ones((N, N))
    for at, value in pairs.items():
        tau_hat[at] = value
    return tau_hat


@pytest.mark.parametrize("rule", ["none", "fixed", "proportional"])
def test_5_neither_the_numeraire_nor_the_unit_of_money_moves_a_real_value(rule) -> None:
    X = flows(1, deficits=True)
    tau_hat = only(8, {(0, 1): 0.7, (2, 3): 1.4})
    first = full(X, tau_hat, THETA, deficits=rule)
    assert np.ptp(first.real_wage_hat) > 0.01
    for other in (
        *(full(X, tau_hat, THETA, deficits=rule, numeraire=k) for k in range(8)),
        full(1000.0 * X, tau_hat, THETA, deficits=rule),
    ):
        np.testing.assert_allclose(other.real_wage_hat, first.real_wage_hat, rtol=1e-11)
        np.testing.assert_allclose(other.real_spending_hat, first.real_spending_hat, rtol=1e-11)
    held = conditional(X, tau_hat, THETA), conditional(1000.0 * X, tau_hat, THETA)
    np.testing.assert_allclose(held[0].real_wage_hat, held[1].real_wage_hat, rtol=1e-11)


def test_6_each_rule_of_deficits_closes_the_world_budget_and_does_what_it_says() -> None:
    X = flows(2, deficits=True)
    tau_hat = only(8, {(0, 1): 0.6, (1, 0): 0.6})
    D, world = X.sum(axis=0) - X.sum(axis=1), X.sum()
    assert np.abs(D).max() > 1e-3 * world
    found = {
        rule: full(X, tau_hat, THETA, deficits=rule) for rule in ("none", "fixed", "proportional")
    }  # pyright: ignore
    for f in found.values():
        assert f.walras < 1e-10 and f.status.residual < 1e-10
        np.testing.assert_allclose(
            f.flow.sum(), (f.w_hat * f.baseline.sum(axis=1)).sum(), rtol=1e-12
        )
    after = {k: f.flow.sum(axis=0) - f.flow.sum(axis=1) for k, f in found.items()}
    np.testing.assert_allclose(after["none"], 0.0, atol=1e-10 * world)
    np.testing.assert_allclose(after["fixed"] / found["fixed"].flow.sum(), D / world, atol=1e-12)
    part = found["proportional"].flow.sum(axis=0) / found["proportional"].flow.sum(axis=1)
    scale = part / (X.sum(axis=0) / X.sum(axis=1))
    np.testing.assert_allclose(scale, scale[0], rtol=1e-10)
    gaps = [np.abs(found[k].real_wage_hat - found["none"].real_wage_hat).max() for k in found]
    assert max(gaps) > 1e-5, "the rules differ, so the rule is part of the answer"


def test_6_negative_domestic_sales_are_clipped_and_named() -> None:
    X = flows(3)
    X[4, 4] = -1.0
    f = full(X, np.ones_like(X), THETA)
    assert f.clipped.tolist() == [4]
    assert "negative domestic sales set to 0 at 4" in f.status.message
    X[4, 4], X[1, 2] = 0.5, -1.0
    with pytest.raises(InvalidInput, match="negative flows between countries"):
        full(X, np.ones_like(X), THETA)


def test_7_the_definitions_of_welfare_differ_and_each_has_its_name() -> None:
    """Income against spending with deficits; exact against first order with tariffs."""
    X = flows(4, deficits=True)
    f = full(X, only(8, {(0, 1): 0.6}), THETA, deficits="fixed")
    np.testing.assert_allclose(f.real_wage_hat, f.w_hat / f.P_hat, rtol=1e-14)
    np.testing.assert_allclose(f.real_spending_hat, f.E_hat / f.P_hat, rtol=1e-14)
    assert np.abs(f.real_wage_hat - f.real_spending_hat).max() > 1e-5
    assert f.real_wage_hat[1] > 1.0, "above one is a gain: not its reciprocal"

    tariff = 0.3 * ~np.eye(8, dtype=bool)[None]
    e = sector_economy(flows(4)[None], [THETA], np.ones((1, 8)), np.zeros((1, 1, 8)), tariff=tariff)
    g = sectors(e, tariff=0.0 * tariff, deficits="none")
    first_order = g.terms_of_trade + g.volume_of_trade
    assert np.abs(first_order - (g.real_income_hat - 1.0)).max() > 0.01


def test_8_a_change_is_one_way_and_two_ways_are_two_changes() -> None:
    """The world gain of a cheaper pair is its own flow's; both ways give the sum (Hulten)."""
    X, h = flows(5), 1e-5
    E = X.sum(axis=0)

    def world_gain(pairs) -> float:
        f = full(X, only(8, dict.fromkeys(pairs, np.exp(-h))), THETA)
        return float(E @ np.log(f.real_wage_hat) / E.sum() / h)

    one, other = world_gain([(0, 1)]), world_gain([(1, 0)])
    assert one == pytest.approx(X[0, 1] / E.sum(), rel=1e-3)
    assert world_gain([(0, 1), (1, 0)]) == pytest.approx(one + other, rel=1e-3)
    assert abs(one - other) > 1e-4, "the two directions are told apart"


def test_8_columns_of_the_tables_carry_units_and_shares_are_no_percentages(
    world_on: Callable[[str], World],
) -> None:
    tables = _run(world_on, {("CHN", "KGZ"): 0.9})
    full_level = {r["country"]: r for r in tables["real_income"].rows() if r["level"] == "full"}
    assert 1e-4 < full_level["KGZ"]["real_income_change_share"] < 0.1
    flow = next(
        r for r in tables["trade_flow"].rows()
        if r["level"] == "full" and (r["exporter"], r["importer"]) == ("CHN", "KGZ")
    )  # fmt: skip
    assert 1e9 < flow["baseline_usd2023_per_y"] < 1e11, "dollars, not thousands or millions"


def test_10_closing_one_direction_is_solved_and_is_not_closing_both() -> None:
    X = flows(6)
    one = full(X, only(8, {(0, 1): np.inf}), THETA)
    both = full(X, only(8, {(0, 1): np.inf, (1, 0): np.inf}), THETA)
    assert one.status.state == both.status.state == "solved"
    assert one.flow[0, 1] == 0.0 and one.flow[1, 0] > 0.0 and both.flow[1, 0] == 0.0
    assert np.abs(one.real_wage_hat - both.real_wage_hat).max() > 1e-6


@pytest.mark.parametrize("way", ["imports", "exports", "both"])
@pytest.mark.parametrize("solve", [full, conditional])
def test_10_a_country_cut_off_is_in_autarky_and_not_nan(way: str, solve) -> None:
    """Who cannot sell cannot buy for long: the limit of either closure is autarky."""
    X = flows(7)
    tau_hat = np.ones((8, 8))
    if way != "exports":
        tau_hat[np.arange(8) != 3, 3] = np.inf
    if way != "imports":
        tau_hat[3, np.arange(8) != 3] = np.inf
    f = solve(X, tau_hat, THETA)
    assert f.status.state == "solved"
    own = X[3, 3] / X[:, 3].sum()
    assert f.real_wage_hat[3] == pytest.approx(own ** (1.0 / THETA), rel=1e-12)
    assert f.flow[3, 3] == pytest.approx(f.w_hat[3] * X[:, 3].sum(), rel=1e-12)
    assert np.all(np.isfinite(f.flow)) and np.all(np.isfinite(f.P_hat))
    if way != "both":
        assert "nothing can pay for them" in f.status.message
    # The limit of costs that grow without end, from the same side.
    near = full(X, np.where(np.isinf(tau_hat), 1e4, tau_hat), THETA)
    if solve is full:
        np.testing.assert_allclose(f.real_wage_hat, near.real_wage_hat, rtol=2e-3)


def test_10_a_country_with_nothing_at_home_and_no_partner_is_said_to_be_lost() -> None:
    X = flows(8)
    X[2, 2] = 0.0
    tau_hat = np.ones((8, 8))
    tau_hat[:, 2] = np.inf
    f = full(X, tau_hat, THETA)
    assert f.status.state == "usable" and f.lost.tolist() == [2]
    assert "can buy or sell nothing: 2" in f.status.message
    assert np.isnan(f.real_wage_hat[2])
    assert np.all(np.isfinite(np.delete(f.real_wage_hat, 2)))


def test_11_dearer_trade_lowers_the_flow_and_the_importer_loses() -> None:
    X = flows(9)
    dear = full(X, only(8, {(0, 1): 1.2}), THETA)
    cheap = full(X, only(8, {(0, 1): 0.8}), THETA)
    assert dear.flow[0, 1] < X[0, 1] < cheap.flow[0, 1]
    assert dear.real_wage_hat[1] < 1.0 < cheap.real_wage_hat[1]
    assert partial(X, only(8, {(0, 1): 1.2}), THETA).flow[0, 1] == pytest.approx(
        X[0, 1] * 1.2**-THETA, rel=1e-12
    )


def test_14_a_zero_stays_zero() -> None:
    """A new pair cannot appear in changes, however cheap; links that open go through cost levels."""
    X = flows(10)
    X[0, 1] = 0.0
    X = remove_deficits(X, THETA).flow
    tau_hat = only(8, {(0, 1): 1e-6})
    for solve in (partial, conditional, full):
        f = solve(X, tau_hat, THETA)
        assert f.flow[0, 1] == 0.0 and np.all(np.isfinite(f.flow))
        np.testing.assert_allclose(f.real_wage_hat, 1.0, rtol=1e-12)


def test_15_each_row_says_its_level_and_the_levels_differ(
    world_on: Callable[[str], World],
) -> None:
    tables = _run(world_on, {("CHN", "KGZ"): 0.9, ("KGZ", "CHN"): 0.9})
    for table in tables.values():
        assert set(table["level"]) == {"partial", "conditional", "full"}
        assert set(table["theta_ratio"]) == {5.0} and set(table["variant"]) == {"reconciled"}
    of = {
        r["level"]: r["value_usd2023_per_y"] / r["baseline_usd2023_per_y"]
        for r in tables["trade_flow"].rows()
        if (r["exporter"], r["importer"]) == ("CHN", "KGZ")
    }
    assert of["partial"] == pytest.approx(0.9**-5.0, rel=1e-12)
    assert of["partial"] > of["full"] > 1.0 and of["full"] != of["conditional"]


def _run(world_on: Callable[[str], World], changes: dict[tuple[str, str], float]):
    rows = [
        {"exporter": a, "importer": b, "closed": False, "tau_hat_ratio": v}
        for (a, b), v in changes.items()
    ]
    table = Table.from_rows(TRADE_COST_CHANGE, rows)
    return run_model(TradeModel(), world_on("2026-07-01"), {"trade_cost_change": table})[0]
