"""The arithmetic of an index by hand, and sensitivity against closed forms."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import qmc

from sogdia.core.errors import InvalidInput
from sogdia.models.linkage_index.solve_flips import flip
from sogdia.models.linkage_index.solve_index import (
    aggregated,
    carried,
    normalised,
    pca_weights,
    points,
    ranks,
    spread_weights,
    treated,
)
from sogdia.models.linkage_index.solve_sensitivity import sensitivity

UP = np.ones(3, dtype=int)
X = np.array([[10.0, 1.0, 5.0], [20.0, 3.0, 5.0 / 2], [40.0, 2.0, 10.0]])
"""Three countries, three indicators."""
NAN = np.nan


def flat(w, n):
    """Weights that are the same for every country."""
    return np.broadcast_to(np.asarray(w, dtype=float), (1, n, len(w)))


def test_normalisations_of_three_by_three_by_hand() -> None:
    """Handbook on Constructing Composite Indicators (OECD and JRC 2008), step 5, by hand."""
    part = np.array([[0, 0, 1 / 3], [1 / 3, 1, 0], [1, 1 / 2, 1]])
    np.testing.assert_allclose(normalised(X, UP, "min-max"), 0.01 + 0.99 * part)
    np.testing.assert_allclose(normalised(X, -UP, "min-max"), 0.01 + 0.99 * (1 - part))
    np.testing.assert_allclose(
        normalised(X, UP, "rank"), np.array([[1, 1, 2], [2, 3, 1], [3, 2, 3]]) / 3
    )
    np.testing.assert_allclose(
        normalised(X, UP, "distance"),
        [[1 / 4, 1 / 3, 1 / 2], [1 / 2, 1, 1 / 4], [1, 2 / 3, 1]],
    )
    np.testing.assert_allclose(
        normalised(X, -UP, "distance"),
        [[1, 1, 1 / 2], [1 / 2, 1 / 3, 1], [1 / 4, 1 / 2, 1 / 4]],
    )
    # column 2: mean 2, sd sqrt(2/3)
    z = np.array([-1, 1, 0]) / np.sqrt(2 / 3)
    np.testing.assert_allclose(normalised(X, UP, "z-score")[:, 1], 1 + 0.1 * z)


def test_aggregations_of_three_by_three_by_hand() -> None:
    """Step 6 by hand: weights 1/2, 1/4, 1/4."""
    Z = np.array([[0.2, 0.4, 0.8], [0.5, 0.5, 0.5], [0.9, 0.1, 0.4]])
    w = flat([0.5, 0.25, 0.25], 3)
    np.testing.assert_allclose(aggregated(w, Z, "arithmetic"), [[0.4, 0.5, 0.575]])
    np.testing.assert_allclose(
        aggregated(w, Z, "geometric"),
        [[0.2**0.5 * 0.32**0.25, 0.5, 0.9**0.5 * 0.04**0.25]],
    )
    p = points(Z, UP)
    np.testing.assert_allclose(p, [[0, 0.5, 1], [0.5, 1, 0.5], [1, 0, 0]])
    S = aggregated(w, p, "borda")
    np.testing.assert_allclose(S, [[0.375, 0.625, 0.5]])
    np.testing.assert_allclose(ranks(S), [[3, 1, 2]])


def test_ties_share_the_mean_place_and_no_score_has_no_place() -> None:
    """Places 2 and 3 are both 2.5; a missing score is not ranked and not counted."""
    np.testing.assert_allclose(
        ranks(np.array([[0.3, 0.9, NAN, 0.3, 0.1]])), [[2.5, 1.0, NAN, 2.5, 4.0]]
    )


def test_borda_is_the_mean_of_ranks_where_nothing_is_missing() -> None:
    """Points are (n z - 1)/(n - 1) of the rank z from below, so both order alike."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(6, 4))
    q = np.array([1, -1, 1, -1])
    np.testing.assert_allclose(points(x, q), (6 * normalised(x, q, "rank") - 1) / 5)


def test_missing_values_by_hand() -> None:
    """Carried at most ten years; the mean of those who have it; weights of what is there."""
    x = np.full((13, 2, 1), NAN)
    x[0, 0], x[5, 1] = 3.0, 7.0
    value, age = carried(x)
    assert value[10, 0, 0] == 3.0 and age[10, 0, 0] == 10.0
    assert np.isnan(value[11, 0, 0]) and np.isnan(age[11, 0, 0])
    assert value[12, 1, 0] == 7.0 and np.isnan(value[4, 1, 0])
    one = np.array([[1.0, NAN], [3.0, NAN], [NAN, NAN]])
    np.testing.assert_allclose(treated(one, one, "mean"), [[1, NAN], [3, NAN], [2, NAN]])
    # Two linkages: a and b in the first, c in the second. The second country lacks a, the third c.
    there = np.array([[1, 1, 1], [0, 1, 1], [1, 1, 0], [0, 0, 0]], dtype=bool)
    w = spread_weights(np.array([[1.0, 3.0]]), np.array([[1.0, 2.0, 5.0]]), [0, 0, 1], there)[0]
    np.testing.assert_allclose(
        w, [[1 / 12, 2 / 12, 3 / 4], [0, 1 / 4, 3 / 4], [1 / 3, 2 / 3, 0], [NAN] * 3]
    )


def test_weights_of_principal_components_by_hand() -> None:
    """Two equal indicators and one uncorrelated: eigenvalues 2, 1, 0; one component is kept.

    Its loadings are 1/sqrt 2, 1/sqrt 2, 0. Where all are uncorrelated every weight is a third.
    """
    a, b = np.array([1.0, -1, 1, -1]), np.array([1.0, 1, -1, -1])
    np.testing.assert_allclose(
        pca_weights(np.stack([a, 5 * a + 2, b], axis=1), UP), [0.5, 0.5, 0.0], atol=1e-12
    )
    np.testing.assert_allclose(pca_weights(np.stack([a, b, a * b], axis=1), UP), [1 / 3] * 3)


def test_a_distance_to_a_best_that_is_not_positive_is_refused() -> None:
    with pytest.raises(InvalidInput, match="growth: the best value is not positive"):
        normalised(np.array([[-2.0], [-1.0]]), [1], "distance", names=["growth"])


def test_a_mean_that_equals_a_value_but_for_rounding_ties_with_it() -> None:
    """0.1 + 0.2 is not 0.3 in floating point; their place is shared all the same."""
    x = np.array([[0.1 + 0.2], [0.3], [0.9]])
    assert x[0, 0] != x[1, 0]
    np.testing.assert_allclose(points(x, [1]), [[0.25], [0.25], [1.0]])
    np.testing.assert_allclose(normalised(x, [1], "rank") * 3, [[1.5], [1.5], [3.0]])


# -- pairs ------------------------------------------------------------------------------------


def test_the_weight_that_ties_a_pair_by_hand() -> None:
    """Weights 0.5, 0.3, 0.2; differences 0.4, -0.2, -0.3: lead 0.08.

    Second weight: r = (0.08 + 0.06)/0.7 = 0.2, tie at 0.2/(0.2 + 0.2) = 0.5. Third: r = 0.175,
    tie at 0.175/0.475 = 0.3684, a change of 0.1684. First: r = -0.24, tie at 0.24/0.64 = 0.375,
    a change of -0.125, the least.
    """
    found = flip([0.5, 0.3, 0.2], [0.8, 0.2, 0.1], [0.4, 0.4, 0.4])
    assert found.lead == pytest.approx(0.08)
    np.testing.assert_allclose(found.one, [0.375, 0.5, 0.175 / 0.475])
    assert found.weight == 0 and found.change == pytest.approx(-0.125)


def test_no_weights_tie_a_country_that_leads_everywhere() -> None:
    found = flip([0.5, 0.5], [0.8, 0.9], [0.1, 0.2])
    assert found.weight is None and np.isnan(found.change)
    assert found.nearest is None and np.isnan(found.distance)


@pytest.mark.parametrize("seed", range(20))
def test_ties_are_ties_and_no_nearer_ones_are_found(seed: int) -> None:
    """Each tie is checked by substitution; the nearest against least squares by another way.

    The nearest weights solve min |u - w|^2 with u.d = 0 and sum u = 1: a linear system.
    """
    rng = np.random.default_rng(seed)
    k = 5
    w = rng.dirichlet(np.ones(k))
    a, b = rng.random(k), rng.random(k)
    d, found = a - b, flip(w, a, b)
    for j in np.flatnonzero(np.isfinite(found.one)):
        u = w * (1 - found.one[j]) / (1 - w[j])
        u[j] = found.one[j]
        assert abs(u @ d) < 1e-12 and u.sum() == pytest.approx(1.0)
    kkt = np.block(
        [
            [2 * np.eye(k), d[:, None], np.ones((k, 1))],
            [d[None], np.zeros((1, 2))],
            [np.ones((1, k)), np.zeros((1, 2))],
        ]
    )
    best = np.linalg.solve(kkt, np.concatenate([2 * w, [0.0, 1.0]]))[:k]
    if np.all(best >= 0):
        np.testing.assert_allclose(found.nearest, best, atol=1e-10)
        assert found.distance == pytest.approx(np.linalg.norm(best - w))
    else:
        assert found.nearest is None


def test_weights_that_are_no_shares_and_missing_values_are_refused_together() -> None:
    with pytest.raises(InvalidInput) as error:
        flip([0.5, 0.6], [1.0, NAN], [0.0, 0.0])
    assert len(error.value.problems) == 2


# -- sensitivity ------------------------------------------------------------------------------


def samples(p: int, log2: int, seed: int = 1):
    """Two samples from one Sobol' sequence of 2p dimensions."""
    U = qmc.Sobol(2 * p, scramble=True, rng=np.random.default_rng(seed)).random_base2(log2)
    return U[:, :p], U[:, p:]


def ishigami(U):
    """Ishigami and Homma (1990), a = 7, b = 0.1, on -pi to pi."""
    x = np.pi * (2 * U - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_ishigami() -> None:
    """The closed form: V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2 and its parts.

    V1 = (1 + b pi^4/5)^2 / 2, V2 = a^2/8, V13 = b^2 pi^8 (1/18 - 1/50). Shares 0.3139, 0.4424, 0
    and 0.5576, 0.4424, 0.2437.
    """
    a, b, pi = 7.0, 0.1, np.pi
    V = a**2 / 8 + b * pi**4 / 5 + b**2 * pi**8 / 18 + 0.5
    V1, V2, V13 = 0.5 * (1 + b * pi**4 / 5) ** 2, a**2 / 8, b**2 * pi**8 * (1 / 18 - 1 / 50)
    first, total = np.array([V1, V2, 0]) / V, np.array([V1 + V13, V2, V13]) / V
    np.testing.assert_allclose(first, [0.3139, 0.4424, 0.0], atol=5e-5)
    np.testing.assert_allclose(total, [0.5576, 0.4424, 0.2437], atol=5e-5)
    found = sensitivity(ishigami, *samples(3, 14), [[0], [1], [2]], resamples=50)
    np.testing.assert_allclose(found.first[:, 0], first, atol=0.005)
    np.testing.assert_allclose(found.total[:, 0], total, atol=0.005)
    assert found.variance[0] == pytest.approx(V, rel=0.005)
    assert np.all((found.total_low <= total[:, None]) & (total[:, None] <= found.total_high))


def test_a_linear_model_and_its_groups() -> None:
    """Of a sum of c_j u_j first and total are c_j^2 over the sum of squares; groups add."""
    c = np.array([1.0, 2.0, 3.0, 4.0])
    found = sensitivity(lambda U: U @ c, *samples(4, 13), [[0], [1], [2, 3]], resamples=0)
    exact = np.array([1, 4, 25]) / 30
    np.testing.assert_allclose(found.first[:, 0], exact, atol=0.005)
    np.testing.assert_allclose(found.total[:, 0], exact, atol=0.005)


def test_a_product_is_all_interaction() -> None:
    """(u - 1/2)(v - 1/2): nothing alone, everything together."""
    found = sensitivity(
        lambda U: np.prod(U - 0.5, axis=1), *samples(2, 13), [[0], [1]], resamples=0
    )
    np.testing.assert_allclose(found.first[:, 0], 0.0, atol=0.01)
    np.testing.assert_allclose(found.total[:, 0], 1.0, atol=0.02)


def test_a_discrete_choice_has_the_sensitivity_of_its_table() -> None:
    """Two choices of two: f = table[u, v]; shares from the four cells by analysis of variance."""
    table = np.array([[0.0, 1.0], [2.0, 6.0]])
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    V = table.var()
    first = np.array([rows.var(), columns.var()]) / V
    rest = 1 - first.sum()
    found = sensitivity(
        lambda U: table[(2 * U[:, 0]).astype(int), (2 * U[:, 1]).astype(int)],
        *samples(2, 13), [[0], [1]], resamples=0,
    )  # fmt: skip
    np.testing.assert_allclose(found.first[:, 0], first, atol=0.01)
    np.testing.assert_allclose(found.total[:, 0], first + rest, atol=0.01)


def test_what_does_not_vary_has_no_sensitivity() -> None:
    """Absent, not zero over zero."""
    found = sensitivity(lambda U: np.full(len(U), 3.7), *samples(2, 6), [[0], [1]], resamples=5)
    for part in (found.first, found.total, found.first_low, found.total_high):
        assert np.isnan(part).all()
    assert found.variance[0] == pytest.approx(0.0, abs=1e-20)


def test_scores_of_three_countries_under_every_choice_by_enumeration() -> None:
    """The grouped evaluation is each combination alone, by plain sums over indicators."""
    from sogdia.models.linkage_index.solve_uncertainty import (
        Choices,
        evaluated,
        prepared,
    )

    rng = np.random.default_rng(0)
    values = rng.uniform(1, 9, (2, 3, 3))
    values[1, 0, 0] = NAN
    choices = Choices(scheme=("equal", "given"))
    group = np.array([0, 0, 1])
    case = prepared(values, 1, UP, group, [1, 2], [1, 3, 1], tuple("ABabc"), choices)
    for m, (how, norm, scheme, aggregation) in enumerate(choices.combinations()):
        places = np.unravel_index(m, (3, 4, 2, 3))
        sizes = (3, 4, 2, 3)
        u = [(p + 0.5) / s for p, s in zip(places, sizes, strict=True)]
        noise = rng.random(5)
        got = evaluated(case, np.array([[*u, *noise]]))[0]
        filled = values[1].copy()
        if how == "carry":
            filled[0, 0] = values[0, 0, 0]
        if how == "mean":
            filled[0, 0] = values[1, 1:, 0].mean()
        z = points(filled, UP) if aggregation == "borda" else normalised(filled, UP, norm)
        top = np.array([1, 2] if scheme == "given" else [1, 1]) * 2 * noise[:2]
        low = np.array([1, 3, 1] if scheme == "given" else [1, 1, 1]) * 2 * noise[2:]
        for i in range(3):
            score, whole = 0.0, 0.0
            for each in (0, 1):
                has = [j for j in range(3) if group[j] == each and np.isfinite(z[i, j])]
                for j in has:
                    w = top[each] / top.sum() * low[j] / low[has].sum()
                    whole += w
                    score += w * (np.log(z[i, j]) if aggregation == "geometric" else z[i, j])
            assert whole == pytest.approx(1.0)
            assert got[i] == pytest.approx(np.exp(score) if aggregation == "geometric" else score)
    assert len(list(itertools.product(range(3), range(4), range(2), range(3)))) == m + 1
