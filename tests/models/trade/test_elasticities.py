"""Link elasticities against differences of full solutions."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_economy import as_traffic, economy, with_rail

from sogdia.models.trade.solve_elasticities import elasticities
from sogdia.models.trade.solve_spatial import solve_spatial
from sogdia.models.trade.spatial import Parameters, rank_links

H = 1e-3


def slope(values: dict[int, float]) -> float:
    """Fourth-order central difference."""
    return (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * H)


@pytest.mark.parametrize(
    ("eta", "lam", "terminal_lam", "owed"),
    [(5.0, 0.0, 0.0, 0.0), (8.0, 0.09, 0.1, 0.0), (8.0, 0.09, 0.1, 0.005), (3.0, 0.0, 0.1, 0.0)],
)
def test_the_adjoint_is_the_derivative(eta, lam, terminal_lam, owed) -> None:
    e = with_rail(3, eta=eta, lam=lam, terminal_lam=terminal_lam, owed=owed)
    if eta < 5:
        e.tbar = e.tbar * 1.3
    base = e.baseline(e.solve())
    E = base.Y + base.D
    weights = np.vstack([E / E.sum(), np.eye(len(E))[8]])
    found = elasticities(base, weights, of="spending")
    assert found.status.state == "solved"
    M, S = len(base.xi), len(base.terminal_lam)
    largest = np.argsort(-base.xi)
    for m in (*largest[:3], *np.flatnonzero(base.services.start >= 0)[:2]):
        outcomes = {}
        for k in (-2, -1, 1, 2):
            hat = np.ones(M)
            hat[m] = np.exp(k * H)
            outcomes[k] = np.nan_to_num(np.log(solve_spatial(base, hat).real_spending))
        for q in range(2):
            wanted = -slope({k: weights[q] @ x for k, x in outcomes.items()})
            assert found.service[q, m] == pytest.approx(wanted, rel=1e-6, abs=1e-10)
    s = int(base.services.start[np.flatnonzero(base.services.start >= 0)[0]])
    outcomes = {}
    for k in (-2, -1, 1, 2):
        hat = np.ones(S)
        hat[s] = np.exp(k * H)
        outcomes[k] = np.nan_to_num(np.log(solve_spatial(base, np.ones(M), hat).real_spending))
    wanted = -slope({k: weights[0] @ x for k, x in outcomes.items()})
    assert found.terminal[0, s] == pytest.approx(wanted, rel=1e-6)


def test_with_mobile_labour_too() -> None:
    import dataclasses

    e = economy(4, lam=0.09)
    base = dataclasses.replace(e.baseline(e.solve()), mobile=np.array([True]), alpha=0.1, beta=-0.3)
    weights = (base.Y / base.Y.sum())[np.newaxis]
    found = elasticities(base, weights)
    m = int(np.argmax(base.xi))
    values = {}
    for k in (-2, -1, 1, 2):
        hat = np.ones(len(base.xi))
        hat[m] = np.exp(k * H)
        values[k] = float(weights[0] @ np.nan_to_num(np.log(solve_spatial(base, hat).real_income)))
    assert found.service[0, m] == pytest.approx(-slope(values), rel=1e-6)


def test_congestion_lowers_the_worth_of_links() -> None:
    """The pass-through of Allen, Fuchs and Wong (2026): below the traffic share."""
    e = economy(5, lam=0.092, theta=8.0)
    e.tbar = e.tbar * 0.95
    base = e.baseline(e.solve())
    found = elasticities(base, (base.Y / base.Y.sum())[np.newaxis])
    assert np.mean(found.service[0] / found.service_share) < 0.9
    assert np.corrcoef(found.service[0], found.service_share)[0, 1] > 0.9


def test_a_ranking_lists_all_links_and_the_regions_asked_for() -> None:
    e = economy(6, lam=0.09)
    t = as_traffic(e, e.solve())
    found = rank_links(t, Parameters(), regions=["n9"])
    assert sorted(found.order) == list(range(len(t.links)))
    assert np.all(np.diff(found.elasticity[found.order]) <= 0)
    assert found.by_region.shape == (1, len(t.links))
    np.testing.assert_allclose(found.traffic_share, t.value / t.income.sum())
