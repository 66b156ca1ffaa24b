"""Every choice of an index drawn at once: scores and ranks under all of them (handbook, step 7).

A draw is a point in the unit cube: one coordinate for each of the four choices (missing values,
normalisation, scheme of weights, aggregation) and one for each weight. So a design of any kind,
random or for a sensitivity, is evaluated by one function.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from sogdia.core.draws import uniform
from sogdia.core.errors import ProblemList
from sogdia.models.linkage_index.solve_index import (
    AGGREGATIONS,
    MISSING,
    NORMALISATIONS,
    SCHEMES,
    aggregated,
    carried,
    informative,
    normalised,
    pca_weights,
    points,
    ranks,
    spread_weights,
    treated,
)

FACTORS = ("missing", "normalisation", "scheme", "aggregation", "weights")
"""What is drawn; the weights are one factor of many coordinates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The choices allowed; the first of each is that of the central score.

    Attributes
    ----------
    spread : float
        Each weight of the scheme is multiplied with a uniform number from 1 - spread to
        1 + spread, then all are scaled to sum to 1. 1 lets a weight fall to zero.
    pooled : bool
        Normalise over all years, so that years compare; else over the countries of the year.
    """

    missing: tuple[str, ...] = MISSING
    normalisation: tuple[str, ...] = NORMALISATIONS
    scheme: tuple[str, ...] = SCHEMES
    aggregation: tuple[str, ...] = AGGREGATIONS
    spread: float = 1.0
    pooled: bool = False

    def __post_init__(self):
        problems = ProblemList()
        for name, known in (
            ("missing", MISSING),
            ("normalisation", NORMALISATIONS),
            ("scheme", SCHEMES),
            ("aggregation", AGGREGATIONS),
        ):
            got = getattr(self, name)
            if not got or any(g not in known for g in got) or len(set(got)) != len(got):
                problems.add(
                    name, "needs one or more of the known, each once", got=got, allowed=known
                )
        if not 0.0 <= self.spread <= 1.0:
            problems.add("spread", "is out of range", got=self.spread, allowed="0 to 1")
        problems.raise_if_any()

    def combinations(self):
        """Every combination of the four choices."""
        return list(
            itertools.product(self.missing, self.normalisation, self.scheme, self.aggregation)
        )


@dataclass(frozen=True, slots=True)
class Case:
    """One year made ready.

    Attributes
    ----------
    ids : tuple of str
        Linkages, then indicators; they key the draws of their weights.
    x : dict of str to (n, k) float64
        Values by treatment of missing ones.
    z : dict of (treatment, normalisation) to (n, k) float64
    points : dict of str to (n, k) float64
    V, v : dict of (treatment, scheme) to (L,), (k,) float64
        Weights of linkages and of indicators within them.
    group : (k,) int
    """

    ids: tuple[str, ...]
    x: dict
    z: dict
    points: dict
    V: dict
    v: dict
    group: np.ndarray
    choices: Choices


def prepared(values, t, q, group, V_given, v_given, ids, choices):
    """Normalise a year under every treatment and make the weights of every scheme.

    Parameters
    ----------
    values : (T, n, k) float64
        By year; earlier ones are carried from, and all are the reference of pooled values and of
        the principal components.
    t : int
        The position of the year.
    q, group : (k,) int
    V_given : (L,) float64
    v_given : (k,) float64
    ids : tuple of str, length L + k
    """
    filled, _ = carried(values)
    L, k = len(V_given), values.shape[2]
    x, z, p, V, v = {}, {}, {}, {}, {}
    for how in choices.missing:
        all_years = treated(values, filled, how)
        pool = all_years.reshape(-1, k)
        # One year's constant orders nothing and is left out; over years it still has a level.
        tells = informative(pool if choices.pooled else all_years[t])
        now = np.where(tells, all_years[t], np.nan)
        x[how], p[how] = now, points(now, q)
        for norm in choices.normalisation:
            z[how, norm] = normalised(now, q, norm, pool if choices.pooled else None, names=ids[L:])
        for scheme in choices.scheme:
            if scheme == "equal":
                V[how, scheme], v[how, scheme] = np.ones(L), np.ones(k)
            elif scheme == "given":
                V[how, scheme] = np.asarray(V_given, dtype=float)
                v[how, scheme] = np.asarray(v_given, dtype=float)
            else:
                w = pca_weights(pool, q)
                V[how, scheme] = np.bincount(group, weights=w, minlength=L)
                v[how, scheme] = w
    return Case(tuple(ids), x, z, p, V, v, np.asarray(group), choices)


def scored(case, combination, factors):
    """Scores under one combination and some draws of weights.

    Parameters
    ----------
    combination : (missing, normalisation, scheme, aggregation)
    factors : (D, L + k) float64
        What each weight of the scheme is multiplied with.

    Returns
    -------
    (D, n) float64
    """
    how, norm, scheme, aggregation = combination
    L = len(case.V[how, scheme])
    z = case.points[how] if aggregation == "borda" else case.z[how, norm]
    w = spread_weights(
        case.V[how, scheme] * factors[:, :L],
        case.v[how, scheme] * factors[:, L:],
        case.group,
        np.isfinite(z),
    )
    return aggregated(w, z, aggregation)


def central(case):
    """The score of the first choice of each, with the weights of the scheme as they are."""
    return scored(case, case.choices.combinations()[0], np.ones((1, len(case.ids))))[0]


def evaluated(case, U):
    """Scores of every point of a design.

    Parameters
    ----------
    U : (D, 4 + L + k) float64 in [0, 1)

    Returns
    -------
    S : (D, n) float64
        On the scale of each draw's own normalisation: compare ranks across draws, not scores.
    """
    c = case.choices
    options = (c.missing, c.normalisation, c.scheme, c.aggregation)
    sizes = [len(o) for o in options]
    picked = np.stack([(U[:, m] * s).astype(int) for m, s in enumerate(sizes)], axis=1)
    code = np.ravel_multi_index(tuple(picked.T), sizes)
    factors = 1.0 + c.spread * (2.0 * U[:, 4:] - 1.0)
    S = np.full((len(U), next(iter(case.x.values())).shape[0]), np.nan)
    for one in np.unique(code):
        at = code == one
        named = tuple(o[m] for o, m in zip(options, np.unravel_index(one, sizes), strict=True))
        S[at] = scored(case, named, factors[at])
    return S


def design(case, draws, seed, name="draw"):
    """Keyed uniform numbers: another indicator leaves those of the others as they are.

    Returns
    -------
    (draws, 4 + L + k) float64
    """
    keys = [f"index:{name}:{k}" for k in (*FACTORS[:4], *(f"weight:{i}" for i in case.ids))]
    U = np.empty((draws, len(keys)))
    for c, key in enumerate(keys):
        U[:, c] = [uniform(seed, key, d) for d in range(draws)]
    return U


def standing(S):
    """Scores on one scale: standard deviations above the mean of the countries of the draw."""
    mean = np.nanmean(S, axis=1, keepdims=True)
    sd = np.nanstd(S, axis=1, keepdims=True)
    return np.where(sd > 0, (S - mean) / np.where(sd > 0, sd, 1.0), 0.0)


def rank_of_all_combinations(case):
    """Ranks under every combination, weights of the scheme as they are: (C, n) float64."""
    ones = np.ones((1, len(case.ids)))
    return ranks(np.concatenate([scored(case, c, ones) for c in case.choices.combinations()]))
