"""Laws of a composite index, on panels drawn by hypothesis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogdia.models.linkage_index.solve_index import NORMALISATIONS, ranks
from sogdia.models.linkage_index.solve_uncertainty import (
    Choices,
    central,
    design,
    evaluated,
    prepared,
    rank_of_all_combinations,
)

SETTINGS = settings(max_examples=50, deadline=None)


@st.composite
def cases(draw, *, holes: bool = True):
    """Values of three years with holes, signs, groups and given weights."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, k = draw(st.integers(3, 6)), draw(st.integers(3, 7))
    values = rng.uniform(1.0, 9.0, (3, n, k))
    if draw(st.booleans()):
        values = np.ceil(values / 2)  # with ties
    if holes:
        values[rng.random(values.shape) < draw(st.sampled_from([0.0, 0.2]))] = np.nan
    L = draw(st.integers(1, 3))
    group = np.concatenate([np.arange(L), rng.integers(0, L, k - L)])
    q = rng.choice([-1, 1], k)
    return values, q, group, rng.uniform(0.5, 2.0, L), rng.uniform(0.5, 2.0, k)


def ids(L: int, k: int):
    return (*(f"L{m}" for m in range(L)), *(f"i{j}" for j in range(k)))


def make(case, choices=None, names=None):
    values, q, group, V, v = case
    named = names or ids(len(V), len(q))
    return prepared(values, 2, q, group, V, v, named, choices or Choices())


def all_scores(case, choices=None, names=None, draws=40):
    made = make(case, choices, names)
    return evaluated(made, design(made, draws, 5))


@SETTINGS
@given(cases(), st.floats(0.001, 1000.0), st.floats(-5.0, 5.0))
def test_the_unit_of_an_indicator_changes_nothing(case, factor, shift) -> None:
    """Under min-max, z-score and rank also a shift, as between Celsius and Kelvin."""
    values, *rest = case
    changed = values.copy()
    changed[..., 1] *= factor
    np.testing.assert_allclose(
        all_scores((changed, *rest)), all_scores(case), rtol=1e-7, equal_nan=True
    )
    choices = Choices(normalisation=("min-max", "z-score", "rank"))
    changed[..., 1] += shift * factor
    np.testing.assert_allclose(
        all_scores((changed, *rest), choices), all_scores(case, choices), rtol=1e-6, equal_nan=True
    )


@SETTINGS
@given(cases(), st.randoms(use_true_random=False))
def test_relabelling_countries_permutes(case, random) -> None:
    values, *rest = case
    order = list(range(values.shape[1]))
    random.shuffle(order)
    np.testing.assert_allclose(
        all_scores((values[:, order], *rest)), all_scores(case)[:, order], rtol=1e-8, equal_nan=True
    )


@SETTINGS
@given(cases(), st.floats(1.0, 9.0))
def test_an_added_constant_changes_no_score_and_no_rank(case, constant) -> None:
    values, q, group, V, v = case
    L, k = len(V), len(q)
    column = np.full((*values.shape[:2], 1), constant)
    more = (
        np.concatenate([values, column], axis=2), np.append(q, 1), np.append(group, 0), V,
        np.append(v, 1.5),
    )  # fmt: skip
    before, after = all_scores(case), all_scores(more, names=ids(L, k + 1))
    np.testing.assert_allclose(after, before, rtol=1e-9, equal_nan=True)
    np.testing.assert_array_equal(ranks(after), ranks(before))


@SETTINGS
@given(cases())
def test_weight_zero_is_removal(case) -> None:
    """Of an indicator, under the given weights; the draws of the others keep their keys."""
    values, q, group, V, v = case
    choices = Choices(scheme=("given",))
    L, k = len(V), len(q)
    zero = v.copy()
    zero[-1] = 0.0
    names = ids(L, k)
    without = all_scores((values[..., :-1], q[:-1], group[:-1], V, v[:-1]), choices, names[:-1])
    np.testing.assert_allclose(
        all_scores((values, q, group, V, zero), choices), without, rtol=1e-9, equal_nan=True
    )


@SETTINGS
@given(
    cases(holes=False),
    st.sampled_from(NORMALISATIONS),
    st.sampled_from(["arithmetic", "geometric", "borda"]),
    st.floats(0.01, 5.0),
)
def test_a_better_value_never_lowers_the_score(case, norm, aggregation, gain) -> None:
    """By weights that do not depend on the values (not those of principal components)."""
    values, q, group, V, v = case
    if norm == "distance" and q[0] < 0:
        gain = min(gain, 0.9)  # stays above zero
    for scheme in ("equal", "given"):
        choices = Choices(
            missing=("skip",), normalisation=(norm,), scheme=(scheme,), aggregation=(aggregation,)
        )
        better = values.copy()
        better[2, 0, 0] += q[0] * gain
        before = central(make(case, choices))
        after = central(make((better, q, group, V, v), choices))
        # A column that was, or becomes, the same for all is left out and moves all weights.
        told = [len(np.unique(a[2, :, 0])) > 1 for a in (values, better)]
        if all(told):
            assert after[0] >= before[0] - 1e-12


@SETTINGS
@given(cases())
def test_ranks_sum_to_what_places_sum_to_and_scores_lie_between_the_values(case) -> None:
    made = make(case)
    R = rank_of_all_combinations(made)
    m = np.isfinite(R).sum(axis=1)
    np.testing.assert_allclose(np.nansum(R, axis=1), m * (m + 1) / 2)
    means = Choices(normalisation=("min-max",), aggregation=("arithmetic", "geometric"))
    S = all_scores(case, means)
    assert np.nanmin(S, initial=1.0) >= 0.01 - 1e-12
    assert np.nanmax(S, initial=0.0) <= 1.0 + 1e-12


@SETTINGS
@given(cases(holes=False))
def test_the_geometric_mean_is_never_above_the_arithmetic(case) -> None:
    for norm in NORMALISATIONS:
        a, g = (
            central(make(case, Choices(normalisation=(norm,), aggregation=(how,))))
            for how in ("arithmetic", "geometric")
        )
        assert np.all((g <= a + 1e-12) | np.isnan(a))


def test_draws_are_keyed_and_the_same_for_the_same_seed() -> None:
    """Another indicator leaves the draws of the others; another seed does not."""
    rng = np.random.default_rng(1)
    values = rng.uniform(1, 9, (3, 4, 3))
    short = make((values, np.ones(3, int), np.array([0, 0, 1]), [1, 1], [1, 1, 1]))
    longer = make(
        (
            np.concatenate([values, values[..., :1] ** 2], axis=2), np.ones(4, int),
            np.array([0, 0, 1, 1]), [1, 1], [1, 1, 1, 1],
        )
    )  # fmt: skip
    a, b = design(short, 50, 7), design(longer, 50, 7)
    np.testing.assert_array_equal(a, b[:, :-1])
    assert np.all(design(short, 50, 8) != a)
    assert a.min() > 0.0 and a.max() < 1.0


@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_without_spread_weights_are_those_of_the_scheme(spread: float) -> None:
    rng = np.random.default_rng(2)
    case = (rng.uniform(1, 9, (3, 4, 3)), np.ones(3, int), np.array([0, 0, 1]), [1, 2], [1, 2, 1])
    one = Choices(
        missing=("skip",), normalisation=("min-max",), scheme=("given",),
        aggregation=("arithmetic",), spread=spread,
    )  # fmt: skip
    S = all_scores(case, one)
    same = np.allclose(S, central(make(case, one)))
    assert same == (spread == 0.0)
