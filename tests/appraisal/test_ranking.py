"""The mapping of a network on traffic, and who gains, on economies small enough to check."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogdia.appraisal.incidence import incidence
from sogdia.appraisal.ranking import CUT, Doors, Worth, traffic_on, worth_of_arcs
from sogdia.models.trade.solve_hat import full
from sogdia.models.trade.spatial import Parameters, Traffic, rank_links, respond

NODES = ("from:a", "to:a", "from:b", "to:b", "from:c", "to:c", "west", "east", "spare")
ARCS = (
    # a and b hang on west, c on east; nothing goes over the spare node.
    ("from:a", "west"), ("west", "to:a"), ("from:b", "west"), ("west", "to:b"),
    ("from:c", "east"), ("east", "to:c"), ("west", "east"), ("east", "west"),
    ("west", "spare"), ("spare", "east"),
)  # fmt: skip
VALUE = np.array([12.0, 12.0, 5.0, 5.0, 9.0, 9.0, 9.0, 9.0, 0.0, 0.0])
"""a and c trade 8 each way, a and b 4, b and c 1: balanced at every node and every zone."""

PAID = np.array([1.0, 1.0, 0.5, 0.5, 0.2, 0.2, 3.0, 2.0, 0.0, 0.0])


def small(
    nodes: tuple[str, ...] = NODES,
    arcs: tuple[tuple[str, str], ...] = ARCS,
    value: np.ndarray = VALUE,
    gdp: tuple[float, ...] = (80.0, 30.0, 40.0),
) -> tuple[Traffic, np.ndarray, tuple[str, ...]]:
    at = {n: i for i, n in enumerate(nodes)}
    doors = Doors(
        zones=("zone:a", "zone:b", "zone:c"),
        country=("AAA", "BBB", "CCC"),
        out=np.array([at["from:a"], at["from:b"], at["from:c"]]),
        into=np.array([at["to:a"], at["to:b"], at["to:c"]]),
        gdp=np.array(gdp),
    )
    ends = (np.array([at[a] for a, _ in arcs]), np.array([at[b] for _, b in arcs]))
    return traffic_on(nodes, ends, value, doors)


def worth(traffic: Traffic, used: np.ndarray, m: int) -> Worth:
    return worth_of_arcs(rank_links(traffic, Parameters(theta=5.0)), used, m)


def test_hulten_is_exact_through_the_mapping() -> None:
    """Proposition 1 of Allen, Fuchs and Wong (2026): elasticity = traffic over world income."""
    traffic, used, notes = small()
    found = worth(traffic, used, len(ARCS))
    assert notes == ()
    assert found.share == pytest.approx(VALUE / 150.0, rel=1e-12)
    assert found.elasticity == pytest.approx(VALUE / 150.0, rel=1e-9)


def test_the_elasticity_is_the_slope_of_the_full_equilibrium() -> None:
    traffic, used, _ = small()
    found = worth(traffic, used, len(ARCS))
    step = 1e-4
    for link, arc in enumerate(used.tolist()):
        ends = []
        for sign in (1.0, -1.0):
            ratio = np.ones(len(used))
            ratio[link] = np.exp(sign * step)
            ends.append(np.log(respond(traffic, ratio, Parameters(theta=5.0)).world_real_income))
        assert -(ends[0] - ends[1]) / (2 * step) == pytest.approx(found.elasticity[arc], rel=1e-5)


def test_both_doors_of_a_zone_are_one_node_with_its_income() -> None:
    traffic, used, _ = small()
    assert traffic.nodes == ("from:a", "from:b", "from:c", "west", "east")
    assert traffic.income.tolist() == [80.0, 30.0, 40.0, 0.0, 0.0]
    assert traffic.country == ("AAA", "BBB", "CCC", "", "")
    assert used.tolist() == list(range(8))


def test_a_zone_that_sends_out_more_than_its_product_is_named() -> None:
    traffic, _, notes = small(gdp=(80.0, 3.0, 40.0))
    assert traffic.income.tolist() == [80.0, 5.0, 40.0, 0.0, 0.0]
    assert len(notes) == 1
    assert "zone:b" in notes[0]
    assert "zone:a" not in notes[0]


def test_a_link_without_traffic_is_worth_nothing() -> None:
    traffic, used, _ = small()
    found = worth(traffic, used, len(ARCS))
    assert found.elasticity[8:].tolist() == [0.0, 0.0]
    assert found.share[8:].tolist() == [0.0, 0.0]
    assert (CUT * found.left * PAID)[8:].tolist() == [0.0, 0.0]
    assert np.isfinite(found.left).all()


def test_twice_the_money_leaves_elasticities_and_doubles_gains() -> None:
    traffic, used, _ = small()
    double, same, _ = small(value=2.0 * VALUE, gdp=(160.0, 60.0, 80.0))
    a, b = worth(traffic, used, len(ARCS)), worth(double, same, len(ARCS))
    assert b.elasticity == pytest.approx(a.elasticity, rel=1e-9)
    assert CUT * b.left * (2.0 * PAID) == pytest.approx(2.0 * CUT * a.left * PAID, rel=1e-9)


def test_a_link_cut_in_two_keeps_the_sum_of_its_gains() -> None:
    """Each part has the elasticity of the whole, as all goods pass it; what is paid is divided."""
    cut = (*ARCS[:6], ("west", "half"), *ARCS[7:], ("half", "east"))
    paid = np.append(PAID, 0.4 * PAID[6])
    paid[6] = 0.6 * PAID[6]
    whole, used, _ = small()
    parts, used_parts, _ = small((*NODES, "half"), cut, np.append(VALUE, VALUE[6]))
    a, b = worth(whole, used, len(ARCS)), worth(parts, used_parts, len(cut))
    gain, gain_parts = CUT * a.left * PAID, CUT * b.left * paid
    assert gain_parts[6] + gain_parts[10] == pytest.approx(gain[6], rel=1e-9)
    assert gain_parts[7] == pytest.approx(gain[7], rel=1e-9)
    assert b.elasticity[6] == pytest.approx(a.elasticity[6], rel=1e-9)
    assert b.elasticity[10] == pytest.approx(a.elasticity[6], rel=1e-9)


def test_congestion_leaves_less_of_a_saving() -> None:
    traffic, used, _ = small()
    crowded = dataclasses.replace(traffic, congestion=np.where(used == 6, 0.09, 0.0))
    found = worth(crowded, used, len(ARCS))
    assert 0.0 < found.left[6] < 1.0


# Who gains ---------------------------------------------------------------------------------------


def economy(seed: int, n: int) -> np.ndarray:
    """Flows with deficits: rows and columns do not add up to the same."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(0.1, 2.0, (n, n))
    X[np.diag_indices(n)] = rng.uniform(5.0, 30.0, n)
    return X


@given(seed=st.integers(0, 10_000), n=st.integers(2, 7), theta=st.floats(1.5, 8.0))
@settings(max_examples=25, deadline=None)
def test_it_is_the_derivative_of_the_full_equilibrium(seed: int, n: int, theta: float) -> None:
    """Central differences of `solve_hat.full` with deficits held, for one pair and each country."""
    X = economy(seed, n)
    i, j = seed % n, (seed // n + 1) % n
    found = incidence(X, theta, np.eye(n, dtype=np.bool_))
    assert found.status.state == "solved"
    step = 1e-4
    ends = []
    for sign in (1.0, -1.0):
        tau = np.ones((n, n))
        tau[i, j] = np.exp(sign * step)
        ends.append(np.log(full(X, tau, theta, deficits="fixed").real_spending_hat))
    gain = -(ends[0] - ends[1]) / (2 * step) * X.sum(axis=0) / X[i, j]
    mine = np.array([found.multiplier(g)[i, j] for g in range(n)])
    assert mine == pytest.approx(gain, abs=2e-5)


@given(seed=st.integers(0, 10_000), n=st.integers(2, 7))
@settings(max_examples=25, deadline=None)
def test_a_saving_is_worth_what_it_saves_whoever_gains(seed: int, n: int) -> None:
    found = incidence(economy(seed, n), 5.0, np.eye(n, dtype=np.bool_))
    assert sum(found.multiplier(g) for g in range(n)) == pytest.approx(np.ones((n, n)), abs=1e-9)


def test_a_group_gains_what_its_members_gain_and_the_unit_of_money_is_free() -> None:
    X = economy(3, 5)
    alone = incidence(X, 5.0, np.eye(5, dtype=np.bool_))
    pair = incidence(1000.0 * X, 5.0, np.array([[True, True, False, False, False]]))
    assert pair.multiplier(0) == pytest.approx(alone.multiplier(0) + alone.multiplier(1), abs=1e-10)


def test_two_alike_share_a_saving_in_halves_where_trade_is_large() -> None:
    """Two equal countries: what i saves in selling to j, both directions alike, is shared equally."""
    X = np.array([[10.0, 3.0], [3.0, 10.0]])
    found = incidence(X, 5.0, np.eye(2, dtype=np.bool_)).multiplier(0)
    assert found[0, 1] + found[1, 0] == pytest.approx(1.0, abs=1e-12)


def test_who_trades_with_nobody_changes_nothing() -> None:
    X = economy(5, 4)
    wider = np.zeros((5, 5))
    wider[:4, :4] = X
    wider[4, 4] = 7.0
    a = incidence(X, 5.0, np.eye(4, dtype=np.bool_))
    b = incidence(wider, 5.0, np.eye(5, dtype=np.bool_))
    assert b.status.state == "solved"
    for g in range(4):
        assert b.multiplier(g)[:4, :4] == pytest.approx(a.multiplier(g), abs=1e-9)
    assert b.multiplier(4)[:4, :4] == pytest.approx(np.zeros((4, 4)), abs=1e-12)


def test_negative_own_sales_are_set_to_zero_and_named() -> None:
    X = economy(5, 4)
    X[2, 2] = -1.0
    found = incidence(X, 5.0, np.eye(4, dtype=np.bool_))
    X[2, 2] = 0.0
    wanted = incidence(X, 5.0, np.eye(4, dtype=np.bool_))
    assert found.clipped.tolist() == [2]
    assert wanted.clipped.tolist() == []
    assert found.multiplier(1) == pytest.approx(wanted.multiplier(1), abs=1e-12)


def test_nobody_to_buy_from_is_a_status_and_no_number() -> None:
    X = economy(5, 3)
    X[1] = 0.0
    found = incidence(X, 5.0, np.eye(3, dtype=np.bool_))
    assert found.status.state == "failed"
    assert np.isnan(found.multiplier(0)).all()
