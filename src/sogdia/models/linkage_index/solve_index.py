"""A composite index step by step: missing values, normalisation, weights, aggregation, ranks.

Steps and formulas follow OECD and JRC (2008), Handbook on Constructing Composite Indicators:
Methodology and User Guide. Countries are i = 1..n, indicators j = 1..k, linkages l = 1..L, draws
d = 1..D; x is a value in its unit, q its sign (1: more is better, -1: less), z the normalised
value, w a weight, S a score. NaN is missing throughout.
"""

from __future__ import annotations

import numpy as np

from sogdia.core.errors import InvalidInput, Problem

AGGREGATIONS = ("arithmetic", "geometric", "borda")
MISSING = ("carry", "skip", "mean")
NORMALISATIONS = ("min-max", "z-score", "rank", "distance")
SCHEMES = ("equal", "given", "pca")

FLOOR = 0.01
"""The lowest normalised value, so that a geometric mean of a worst value is not zero."""
Z_CENTRE, Z_SCALE = 1.0, 0.1
"""z-scores are shown as 1 + z/10: positive for up to 100 values, ranks of sums unchanged."""
CARRIED_YEARS = 10
"""A value older than this is not carried."""
TIE = 1e-12
"""Scores nearer than this, relative to the largest, are equal."""
SAME = 1e-9
"""Values nearer than this, relative to the range of the indicator, are equal: a mean that fills a
gap may equal another value but for rounding."""


def carried(x, limit=CARRIED_YEARS):
    """The latest value of each country and indicator, at most `limit` years old.

    Parameters
    ----------
    x : (T, n, k) float64
        By year, oldest first.

    Returns
    -------
    value : (T, n, k) float64
    age : (T, n, k) float64
        Years since it was observed; NaN where there is none.
    """
    value, age = np.array(x, dtype=float), np.where(np.isfinite(x), 0.0, np.nan)
    for t in range(1, len(value)):
        gone = ~np.isfinite(value[t])
        can = gone & (age[t - 1] < limit)
        value[t] = np.where(can, value[t - 1], value[t])
        age[t] = np.where(can, age[t - 1] + 1.0, age[t])
    return value, age


def treated(x, x_carried, how):
    """Values after the treatment of missing ones.

    skip    nothing is filled; a linkage is the mean of what is there
    carry   the latest value at most ten years old; what is still missing is skipped
    mean    the mean of the countries that have it in that year

    Parameters
    ----------
    x, x_carried : (..., n, k) float64
    """
    if how == "skip":
        return x
    if how == "carry":
        return x_carried
    there = np.isfinite(x)
    count = there.sum(axis=-2, keepdims=True)
    total = np.where(there, x, 0.0).sum(axis=-2, keepdims=True)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return np.where(there, x, mean)


def informative(x):
    """Whether an indicator tells any two countries apart.

    Parameters
    ----------
    x : (n, k) float64

    Returns
    -------
    (k,) bool
        False leaves it out: a constant, or a value of one country, orders nothing.
    """
    there = np.isfinite(x)
    high = np.where(there, x, -np.inf).max(axis=0)
    low = np.where(there, x, np.inf).min(axis=0)
    size = np.maximum(np.abs(high), np.abs(low))
    several = there.sum(axis=0) >= 2
    with np.errstate(invalid="ignore"):
        return several & (high - low > TIE * size)


def normalised(x, q, how, reference=None, names=()):
    """Values without unit, larger is better (handbook, step 5).

    min-max   q = 1: (x - min)/(max - min); q = -1: (max - x)/(max - min); shown on 0.01..1
    z-score   q (x - mean)/sd, sd of the population; shown as 1 + z/10
    rank      mean rank of q x from below, over the number of values
    distance  q = 1: x/max; q = -1: min/x; not below 0.01

    Parameters
    ----------
    x : (n, k) float64
    q : (k,) int
    reference : (m, k) float64, optional
        The values that min, max, mean, sd and ranks are taken over; by default `x`.
    names : sequence of str, optional
        For messages.

    Returns
    -------
    (n, k) float64
        NaN where `x` is, and for a whole indicator whose reference has no two different values.

    Raises
    ------
    InvalidInput
        For ``distance`` when the best value of an indicator is not positive.
    """
    base = x if reference is None else reference
    z = np.full(x.shape, np.nan)
    problems = []
    for j in np.flatnonzero(informative(base)):
        r = base[np.isfinite(base[:, j]), j]
        v = x[:, j]
        low, high = r.min(), r.max()
        if how == "min-max":
            part = (v - low) / (high - low) if q[j] > 0 else (high - v) / (high - low)
            z[:, j] = FLOOR + (1.0 - FLOOR) * part
        elif how == "z-score":
            z[:, j] = Z_CENTRE + Z_SCALE * q[j] * (v - r.mean()) / r.std()
        elif how == "rank":
            a, b = q[j] * v, q[j] * r
            gap, equal = a[:, None] - b[None, :], SAME * (high - low)
            below = (gap > equal).sum(axis=1)
            same = (np.abs(gap) <= equal).sum(axis=1)
            z[:, j] = np.where(np.isfinite(v), (below + (same + 1) / 2.0) / len(r), np.nan)
        elif how == "distance":
            best = high if q[j] > 0 else low
            if best <= 0:
                problems.append(
                    Problem(
                        where=f"indicator {names[j] if len(names) else j}",
                        what="the best value is not positive",
                        got=str(best),
                        allowed="above zero for a distance to the best",
                        fix="use min-max, z-score or rank",
                    )
                )
                continue
            ratio = v / best if q[j] > 0 else best / v
            z[:, j] = np.where(np.isfinite(v), np.maximum(ratio, FLOOR), np.nan)
        else:
            raise _no_such("normalisation", how, NORMALISATIONS)
    if problems:
        raise InvalidInput(problems)
    return z


def points(x, q):
    """Borda points: the share of the other countries that a country beats, ties as half.

    Parameters
    ----------
    x : (n, k) float64
    q : (k,) int

    Returns
    -------
    (n, k) float64, 0 worst, 1 best, among the countries that have the indicator
    """
    s = q * x
    there = np.isfinite(s)
    high = np.where(there, s, -np.inf).max(axis=0)
    low = np.where(there, s, np.inf).min(axis=0)
    equal = SAME * np.where(there.any(axis=0), high - low, 0.0)
    gap = s[:, None, :] - s[None, :, :]
    beaten = (gap > equal).sum(axis=1)
    tied = (np.abs(gap) <= equal).sum(axis=1) - 1
    m = there.sum(axis=0)
    p = (beaten + 0.5 * tied) / np.maximum(m - 1, 1)
    return np.where(there & informative(x), p, np.nan)


def pca_weights(x, q):
    """Weights of indicators from principal components (handbook, step 6).

    The squared loadings of every component of the correlation matrix with an eigenvalue above 1,
    each scaled to sum to 1, weighted with the share of variance that the component explains.
    Correlations are over the rows that have both indicators.

    Parameters
    ----------
    x : (m, k) float64
    q : (k,) int

    Returns
    -------
    (k,) float64, summing to 1; zero where an indicator has no variance
    """
    k = x.shape[1]
    use = np.flatnonzero(informative(x))
    C = np.eye(len(use))
    for a in range(len(use)):
        for b in range(a):
            u, v = q[use[a]] * x[:, use[a]], q[use[b]] * x[:, use[b]]
            both = np.isfinite(u) & np.isfinite(v)
            if both.sum() >= 3 and u[both].std() > 0 and v[both].std() > 0:
                C[a, b] = C[b, a] = np.corrcoef(u[both], v[both])[0, 1]
    value, vector = np.linalg.eigh(C)
    kept = value > 1.0 + 1e-9
    if not kept.any():
        kept = value >= value.max() - 1e-9
    share = value[kept] / value[kept].sum()
    w = np.zeros(k)
    w[use] = (vector[:, kept] ** 2) @ share
    return w / w.sum() if w.sum() > 0 else w


def spread_weights(V, v, group, there):
    """Weights of indicators for every country, over what the country has.

    w_dij = (V_dl / sum of V over the linkages that i has) (v_dj / sum of v over what i has in l)

    Parameters
    ----------
    V : (D, L) float64
        Of linkages, not negative.
    v : (D, k) float64
        Of indicators within their linkage, not negative.
    group : (k,) int
        The linkage of each indicator.
    there : (n, k) bool

    Returns
    -------
    (D, n, k) float64
        Sums to 1 over indicators; NaN for a country with nothing.
    """
    G = np.equal.outer(np.asarray(group), np.arange(V.shape[1])).astype(float)
    mine = v[:, None, :] * there
    inside = mine @ G
    top = np.where(inside > 0, V[:, None, :], 0.0)
    total = top.sum(axis=2, keepdims=True)
    top = np.where(total > 0, top / np.where(total > 0, total, 1.0), np.nan)
    per_unit = np.where(inside > 0, top / np.where(inside > 0, inside, 1.0), 0.0)
    per_unit = np.where(total > 0, per_unit, np.nan)
    return mine * per_unit[:, :, np.asarray(group)]


def aggregated(w, z, how):
    """Scores (handbook, step 6): sum of w z; product of z^w; sum of w times Borda points.

    Parameters
    ----------
    w : (D, n, k) float64
    z : (n, k) float64
        Normalised values, or points for ``borda``. A geometric mean needs them positive.

    Returns
    -------
    (D, n) float64
    """
    if how not in AGGREGATIONS:
        raise _no_such("aggregation", how, AGGREGATIONS)
    there = np.isfinite(z)
    if how != "geometric":
        return np.einsum("dik,ik->di", w, np.where(there, z, 0.0))
    if np.any(z[there] <= 0):
        raise InvalidInput(
            [Problem(where="geometric mean", what="a value is not positive", fix="arithmetic")]
        )
    return np.exp(np.einsum("dik,ik->di", w, np.log(np.where(there, z, 1.0))))


def ranks(S):
    """Places of countries, 1 the highest score; equal scores share the mean place.

    Parameters
    ----------
    S : (D, n) float64

    Returns
    -------
    (D, n) float64
        NaN for a country without a score; the others are ranked among themselves.
    """
    gap = S[:, None, :] - S[:, :, None]
    scale = TIE * np.maximum(np.abs(np.nan_to_num(S)).max(axis=1), 1.0)[:, None, None]
    better = (gap > scale).sum(axis=2)
    same = (np.abs(gap) <= scale).sum(axis=2)
    return np.where(np.isfinite(S), better + (same + 1) / 2.0, np.nan)


def _no_such(what, got, allowed):
    return InvalidInput(
        [Problem(where=what, what="is not known", got=got, allowed=", ".join(allowed))]
    )
