"""Laws of the spatial model on economies drawn by hypothesis."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "models" / "trade"))

from small_economy import as_traffic, economy

from sogdia.models.trade.solve_spatial import rebase, solve_spatial
from sogdia.models.trade.spatial import respond

SETTINGS = settings(max_examples=15, deadline=None, derandomize=True)
SEEDS = st.integers(0, 2**16)


@SETTINGS
@given(SEEDS, st.sampled_from([0.0, 0.09]))
def test_numbering_does_not_matter(seed, lam):
    e = economy(seed, n=12, lam=lam)
    t = as_traffic(e, e.solve())
    rng = np.random.default_rng(seed)
    n, M = len(t.nodes), len(t.links)
    hat = rng.uniform(0.6, 1.5, M)
    nodes, links = rng.permutation(n), rng.permutation(M)
    new = np.argsort(nodes)
    other = as_traffic(
        e, e.solve(), nodes=tuple(t.nodes[i] for i in nodes), income=t.income[nodes],
        country=tuple(t.country[i] for i in nodes), labour=None, tail=new[t.tail[links]],
        head=new[t.head[links]], value=t.value[links], congestion=np.full(M, lam),
    )  # fmt: skip
    a, b = respond(t, hat), respond(other, hat[links])
    np.testing.assert_allclose(b.real_income, a.real_income[nodes], rtol=1e-10)


@SETTINGS
@given(SEEDS, st.sampled_from([0.0, 0.09]))
def test_two_changes_in_turn_are_both_at_once(seed, lam):
    e = economy(seed, n=12, lam=lam)
    base = e.baseline(e.solve())
    rng = np.random.default_rng(seed)
    one, two = rng.uniform(0.6, 1.5, (2, len(base.xi)))
    first = solve_spatial(base, one)
    second = solve_spatial(rebase(base, first, base.D), two)
    both = solve_spatial(base, one * two)
    np.testing.assert_allclose(first.real_income * second.real_income, both.real_income, rtol=1e-9)


@SETTINGS
@given(SEEDS)
def test_cheaper_links_raise_world_real_income(seed):
    """Without congestion and deficits world real income, to first order, cannot fall."""
    e = economy(seed, n=12)
    t = as_traffic(e, e.solve())
    rng = np.random.default_rng(seed)
    found = respond(t, np.where(rng.random(len(t.links)) < 0.3, 0.99, 1.0))
    assert found.world_real_income >= 1.0 - 1e-12


@SETTINGS
@given(SEEDS, st.sampled_from([0.0, 0.09]))
def test_any_closures_end_in_a_status_and_no_region_is_lost(seed, lam):
    e = economy(seed, n=12, lam=lam)
    t = as_traffic(e, e.solve())
    rng = np.random.default_rng(seed)
    found = respond(t, np.where(rng.random(len(t.links)) < 0.4, np.inf, 1.0))
    assert found.status.state == "solved"
    assert np.all(np.isfinite(found.real_income[t.income > 0]))
    assert found.world_real_income < 1.0 + 1e-12 or lam > 0
