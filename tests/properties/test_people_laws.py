"""Laws of visits and of the network for consultation."""

from __future__ import annotations

import dataclasses

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sogdia.models.people.consultation import Network, Pool, served
from sogdia.models.people.solve_visits import visits

WEIGHT = st.floats(0.0, 1.0)
SHARE = st.floats(0.0, 0.95)


@st.composite
def pairs(draw: st.DrawFn):
    size = draw(st.integers(1, 7))
    counts = st.lists(
        st.one_of(st.just(float("nan")), st.floats(0.0, 1e7)), min_size=size, max_size=size
    )
    weights = st.lists(WEIGHT, min_size=size, max_size=size)
    nests = st.lists(st.integers(0, 2), min_size=size, max_size=size)
    return (
        np.array(draw(counts)), np.array(draw(weights)), np.array(draw(weights)),
        np.array(draw(nests), dtype=np.int64),
    )  # fmt: skip


@given(pairs(), SHARE, WEIGHT)
def test_no_change_of_regime_is_exactly_no_change(drawn, sigma: float, kappa: float) -> None:
    A, w, _, n = drawn
    np.testing.assert_array_equal(visits(A, w, w, n, sigma, kappa), A)


@given(pairs(), SHARE, WEIGHT, WEIGHT, st.integers(0, 6))
def test_a_more_open_regime_never_lowers_its_own_visits(
    drawn, sigma: float, kappa: float, lower: float, i: int
) -> None:
    A, w, v, n = drawn
    i %= len(A)
    opened = v.copy()
    opened[i] = v[i] * lower
    before = visits(A, w, v, n, sigma, kappa)[i]
    after = visits(A, w, opened, n, sigma, kappa)[i]
    assert np.isnan(before) or after >= before * (1 - 1e-12)


@given(pairs(), SHARE, WEIGHT, st.integers(0, 6))
def test_one_opening_draws_at_most_kappa_of_its_gain_from_its_rivals(
    drawn, sigma: float, kappa: float, i: int
) -> None:
    """What is deflected is what the rivals lose, no more; no rival gains; other nests stand."""
    A, w, _, n = drawn
    i %= len(A)
    v = w.copy()
    v[i] = 0.0
    change = visits(A, w, v, n, sigma, kappa) - A
    if np.isnan(A[i]):
        assert np.nansum(np.abs(change)) == 0.0
        return
    others = np.arange(len(A)) != i
    assert np.nansum(np.abs(change[n != n[i]])) == 0.0
    assert not (change[others] > 0.0).any()
    lost = -np.nansum(change[others])
    # A loss below the last digit of the counts is rounding.
    assert lost <= kappa * change[i] * (1 + 1e-9) + 1e-9 * np.nansum(A)
    assert np.nansum(change) >= -1e-9 * np.nansum(A)


@given(pairs(), SHARE, WEIGHT, st.randoms(use_true_random=False))
def test_order_and_names_of_nests_do_not_matter(drawn, sigma: float, kappa: float, random) -> None:
    A, w, v, n = drawn
    order = list(range(len(A)))
    random.shuffle(order)
    names = [2, 0, 1]
    found = visits(A[order], w[order], v[order], np.array(names)[n[order]], sigma, kappa)
    np.testing.assert_allclose(found, visits(A, w, v, n, sigma, kappa)[order], rtol=1e-9)


@given(pairs(), SHARE, WEIGHT, st.floats(0.01, 100.0))
def test_visits_scale_with_the_counts(drawn, sigma: float, kappa: float, scale: float) -> None:
    A, w, v, n = drawn
    found = visits(A * scale, w, v, n, sigma, kappa)
    np.testing.assert_allclose(
        found, visits(A, w, v, n, sigma, kappa) * scale, rtol=1e-9, atol=1e-300
    )


@st.composite
def networks(draw: st.DrawFn) -> Network:
    counts = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4))
    return Network(
        hospitals=draw(st.integers(1, 100)),
        cases_per_day=draw(st.floats(0.0, 200.0)),
        pools=tuple(
            Pool(speciality=str(i), case_share=1.0 / len(counts), specialists=c)
            for i, c in enumerate(counts)
        ),
        open_h=draw(st.floats(1.0, 12.0)),
        consultation_h=draw(st.floats(0.1, 2.0)),
        consultation_cv=draw(st.floats(0.0, 2.0)),
    )


@given(networks())
def test_cases_are_served_or_left_over(network: Network) -> None:
    found = served(network)
    assert np.isclose(
        found.cases_per_y + found.unserved_per_y, network.cases_per_day * network.days_per_y
    )
    assert (found.status.state == "failed") == (found.wait_mean_h is None)


@given(networks())
def test_another_specialist_lengthens_no_wait(network: Network) -> None:
    more = dataclasses.replace(
        network,
        pools=tuple(dataclasses.replace(p, specialists=p.specialists + 1) for p in network.pools),
    )
    before, after = served(network), served(more)
    for name in ("wait_mean_h", "wait_p50_h", "wait_p90_h"):
        was, now = getattr(before, name), getattr(after, name)
        if was is not None:
            assert now is not None
            assert now <= was + 1e-9


@given(networks())
def test_the_order_of_specialities_does_not_matter(network: Network) -> None:
    turned = served(dataclasses.replace(network, pools=network.pools[::-1]))
    found = served(network)
    for name in ("wait_mean_h", "wait_p90_h", "cases_per_y"):
        a, b = getattr(found, name), getattr(turned, name)
        assert (a is None and b is None) or np.isclose(a, b)
