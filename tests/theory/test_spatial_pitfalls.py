"""How spatial models go wrong: one test a pitfall, with the numbers of the list in the docs."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "models" / "trade"))

from small_economy import as_traffic, economy, with_rail

from sogdia.core.errors import InvalidInput
from sogdia.models.trade import solve_spatial as spatial_solver
from sogdia.models.trade.solve_levels import route_costs
from sogdia.models.trade.solve_spatial import solve_spatial
from sogdia.models.trade.spatial import NewLink, Parameters, Traffic, respond


def test_1_a_spectral_radius_of_one_or_more_is_refused() -> None:
    """Two nodes, t = 1 both ways: every round trip is free and the sum over routes diverges."""
    with pytest.raises(InvalidInput, match="does not converge"):
        route_costs([0, 1], [1, 0], [1.0, 1.0], 2, 5.0)
    good = route_costs([0, 1], [1, 0], [1.2, 1.2], 2, 5.0)
    assert good.spectral_radius == pytest.approx(1.2**-5)
    assert np.all(good.B >= 0)
    # By hand: B_01 = a / (1 - a^2).
    a = 1.2**-5
    assert good.B[0, 1] == pytest.approx(a / (1 - a * a))


def test_2_costs_below_one_are_refused_and_tau_is_relative_to_tau_ii() -> None:
    with pytest.raises(InvalidInput, match="below 1"):
        route_costs([0, 1], [1, 0], [0.9, 1.2], 2, 5.0)
    e = economy(1)
    found = route_costs(e.tail, e.head, e.tbar, len(e.A), e.theta)
    assert np.all(np.diag(found.tau) < 1.0)
    np.testing.assert_allclose(np.diag(found.relative), 1.0)
    assert np.all(found.relative >= 1.0)


def test_3_a_link_split_in_two_is_the_same_link() -> None:
    e = economy(2)
    t = as_traffic(e, e.solve())
    hat = np.random.default_rng(0).uniform(0.7, 1.3, len(t.links))
    whole = respond(t, hat)
    n = len(t.nodes)
    split = as_traffic(
        e, e.solve(), nodes=(*t.nodes, "half"), country=(*t.country, ""),
        income=np.append(t.income, 0.0), tail=np.append(t.tail, n),
        head=np.append(np.where(np.arange(len(hat)) == 4, n, t.head), t.head[4]),
        links=(*t.links, "second"), value=np.append(t.value, t.value[4]),
        congestion=np.zeros(len(hat) + 1), labour=None,
    )  # fmt: skip
    halves = np.append(np.where(np.arange(len(hat)) == 4, hat[4] ** 0.3, hat), hat[4] ** 0.7)
    found = respond(split, halves)
    np.testing.assert_allclose(found.real_income[:n], whole.real_income, rtol=1e-10)


def test_3_a_link_counted_as_two_parallel_ones_is_no_gain() -> None:
    """Calibrated on traffic, half of it on each: the same answer."""
    e = economy(2)
    t = as_traffic(e, e.solve())
    hat = np.random.default_rng(0).uniform(0.7, 1.3, len(t.links))
    value = t.value.copy()
    value[4] /= 2
    twice = as_traffic(
        e, e.solve(), tail=np.append(t.tail, t.tail[4]), head=np.append(t.head, t.head[4]),
        links=(*t.links, "again"), value=np.append(value, value[4]), congestion=np.zeros(len(hat) + 1),
    )  # fmt: skip
    found = respond(twice, np.append(hat, hat[4]))
    np.testing.assert_allclose(found.real_income, respond(t, hat).real_income, rtol=1e-10)


def test_4_what_is_not_solved_is_said_and_gives_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    e = economy(3)
    base = e.baseline(e.solve())
    hat = np.full(len(e.tbar), 0.5)
    monkeypatch.setattr(spatial_solver, "MAX_STEPS", 1)
    found = solve_spatial(base, hat)
    assert found.status.state == "failed"
    assert found.status.message
    assert np.all(np.isnan(found.real_income))


def test_4_the_condition_gate_is_1e12(monkeypatch: pytest.MonkeyPatch) -> None:
    assert spatial_solver.MAX_CONDITION == 1e12
    e = economy(3)
    base = e.baseline(e.solve())
    monkeypatch.setattr(spatial_solver, "MAX_CONDITION", 10.0)
    found = solve_spatial(base, np.ones(len(e.tbar)))
    assert found.status.state == "failed"
    assert "condition" in found.status.message
    assert np.all(np.isnan(found.real_income))


@pytest.mark.parametrize("owed", [0.0, 0.005])
def test_5_the_numeraire_changes_no_real_number(owed: float) -> None:
    e = economy(4, lam=0.09, owed=owed)
    base = e.baseline(e.solve())
    hat = np.random.default_rng(1).uniform(0.6, 1.4, len(e.tbar))
    world = solve_spatial(base, hat)
    for region in (7, 12):
        other = solve_spatial(base, hat, numeraire=region)
        assert other.y[region] == pytest.approx(1.0)
        assert not np.isclose(other.W[region], 1.0, rtol=1e-4)
        np.testing.assert_allclose(other.real_income, world.real_income, rtol=1e-10)
        np.testing.assert_allclose(other.xi / other.W[0], world.xi, rtol=1e-9)


def test_5_trade_times_a_thousand_changes_nothing() -> None:
    """With congestion too: traffic is counted relative to world income."""
    e = economy(4, lam=0.09)
    t = as_traffic(e, e.solve())
    hat = np.random.default_rng(1).uniform(0.6, 1.4, len(e.tbar))
    large = as_traffic(e, e.solve(), income=t.income * 1000, value=t.value * 1000)
    a, b = respond(t, hat), respond(large, hat)
    np.testing.assert_allclose(a.real_income, b.real_income, rtol=1e-11)
    np.testing.assert_allclose(b.traffic, 1000 * a.traffic, rtol=1e-10)


def test_6_selling_more_than_output_is_refused() -> None:
    e = economy(5)
    t = as_traffic(e, e.solve())
    value = t.value.copy()
    out = np.flatnonzero(t.tail == 9)
    value[out] += 2 * t.income[9]
    income = np.where(t.income > 0, t.income, 1.0)
    with pytest.raises(InvalidInput, match="node n9"):
        respond(as_traffic(e, e.solve(), value=value, income=income), np.ones(len(value)))


def test_10_one_direction_closed_and_a_node_cut_off() -> None:
    """Without deficits, who cannot buy cannot sell: autarky, by hand (Y / H)^(1/theta)."""
    e = economy(6)
    levels = e.solve()
    t = as_traffic(e, levels)
    node = 10
    touching = (t.tail == node) | (t.head == node)
    H = levels.Y[node] + levels.xi[t.head == node].sum()
    wanted = (levels.Y[node] / H) ** (1 / e.theta)
    both = respond(t, np.where(touching, np.inf, 1.0))
    one = respond(t, np.where(t.head == node, np.inf, 1.0))
    for found in (both, one):
        assert found.status.state == "solved"
        assert found.real_income[node] == pytest.approx(wanted, rel=1e-12)
        assert np.all(np.isfinite(found.real_income[levels.Y > 0]))
        assert np.all(found.traffic[touching] == 0.0)
    assert any("one direction" in note for note in one.notes)
    single = respond(t, np.where(np.arange(len(t.links)) == 0, np.inf, 1.0))
    assert single.traffic[0] == 0.0
    assert single.status.state == "solved"


def test_10_a_cut_off_region_with_a_deficit_is_a_clear_failure() -> None:
    e = economy(6, owed=0.005)
    t = as_traffic(e, e.solve())
    touching = (t.tail == 5) | (t.head == 5)
    found = respond(t, np.where(touching, np.inf, 1.0))
    assert found.status.state == "failed"
    assert "deficit" in found.status.message
    solved = respond(t, np.where(touching, np.inf, 1.0), Parameters(deficits="none"))
    assert solved.status.state == "solved"


def test_12_modes_are_complements_below_theta_and_it_is_said() -> None:
    """Fuchs and Wong (2022), (16): road traffic on a link when its railway closes."""
    moved = {}
    for eta in (2.0, 12.0):
        e = with_rail(8, eta=eta, lam=0.0, terminal_lam=0.0)
        e.tbar = e.tbar * (1.5 if eta < 5 else 1.0)
        t = as_traffic(e, e.solve())
        assert t.start is not None and t.group is not None
        rail = int(np.flatnonzero(t.start >= 0)[0])
        found = respond(
            t,
            np.where(np.arange(len(t.links)) == rail, np.inf, 1.0),
            Parameters(theta=5.0, eta=eta),
        )
        road = int(np.flatnonzero((t.group == t.group[rail]) & (t.start < 0))[0])
        moved[eta] = found.traffic[road] / found.traffic_before[road]
        assert any("complements" in note for note in found.notes) == (eta < 5)
    assert moved[2.0] < 1.0 < moved[12.0]


def test_13_several_equilibria_are_refused_unless_allowed() -> None:
    e = economy(9)
    t = as_traffic(e, e.solve())
    same = np.ones(len(t.links))
    wide = {"alpha": 0.1, "beta": -0.05, "mobile": frozenset({"west"})}
    with pytest.raises(InvalidInput, match="several equilibria"):
        respond(t, same, Parameters(**wide))
    allowed = respond(t, same, Parameters(**wide, allow_several_equilibria=True))
    np.testing.assert_allclose(allowed.real_income[t.income > 0], 1.0, atol=1e-10)


def test_14_a_link_without_traffic_stays_without_unless_it_is_new() -> None:
    e = economy(12)
    t = as_traffic(e, e.solve())
    M = len(t.links)
    idle: Traffic = as_traffic(
        e, e.solve(), tail=np.append(t.tail, 7), head=np.append(t.head, 13), links=(*t.links, "dead"),
        value=np.append(t.value, 0.0), congestion=np.zeros(M + 1),
    )  # fmt: skip
    dead = respond(idle, np.append(np.ones(M), 0.1))
    assert dead.traffic[-1] == 0.0
    assert any("can get none" in note for note in dead.notes)
    new = [
        NewLink(id="there", tail="n7", head="n13", cost_factor=1.5),
        NewLink(id="back", tail="n13", head="n7", cost_factor=1.5),
    ]
    alive = respond(t, np.ones(M), new=new)
    assert np.all(alive.traffic[-2:] > 0.0)
    assert alive.world_real_income > 1.0
    assert any("from infinity" in note for note in alive.notes)
    with pytest.raises(InvalidInput, match="cost factor"):
        respond(t, np.ones(M), new=[NewLink(id="x", tail="n7", head="n13", cost_factor=0.9)])
