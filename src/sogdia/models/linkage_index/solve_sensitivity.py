"""Variance-based sensitivity: what share of a variance each factor makes, alone and with others.

Saltelli et al. (2010), Variance based sensitivity analysis of model output, Computer Physics
Communications 181, 259-270: A and B are (N, p) samples, AB_i is A with the coordinates of factor i
taken from B, f are the values there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Indices of every factor and output; NaN where an output does not vary.

    Attributes
    ----------
    first : (p, m) float64
        Share of the variance that goes when the factor alone is known.
    total : (p, m) float64
        Share that stays when all others are known.
    first_low, first_high, total_low, total_high : (p, m) float64
        90 percent interval by resampling the points.
    variance : (m,) float64
    """

    first: np.ndarray
    total: np.ndarray
    first_low: np.ndarray
    first_high: np.ndarray
    total_low: np.ndarray
    total_high: np.ndarray
    variance: np.ndarray


def mixed(A, B, columns):
    """AB_i: `A` with some columns of `B`."""
    out = A.copy()
    out[:, columns] = B[:, columns]
    return out


def indices(fA, fB, fAB):
    """First and total order.

    V_i = mean of fB (fAB_i - fA) (Saltelli 2010, table 2, b); E_i = mean of (fA - fAB_i)^2 / 2
    (Jansen, table 2, f); both over the variance of fA and fB together. fA and fB are centred
    first, which changes no expectation and lowers the error.

    Parameters
    ----------
    fA, fB : (N, m) float64
    fAB : (p, N, m) float64

    Returns
    -------
    first, total : (p, m) float64
    variance : (m,) float64
    """
    both = np.concatenate([fA, fB])
    mean, variance = both.mean(axis=0), both.var(axis=0)
    V = np.where(variance > 1e-14 * (1.0 + mean**2), variance, np.nan)
    first = ((fB - mean) * (fAB - fA)).mean(axis=1) / V
    total = 0.5 * ((fA - fAB) ** 2).mean(axis=1) / V
    return first, total, variance


def sensitivity(f, A, B, groups, *, seed=0, resamples=RESAMPLES):
    """Sensitivity of a function of the unit cube.

    Parameters
    ----------
    f : callable
        (N, p) to (N, m), or (N,) for one output.
    A, B : (N, p) float64
    groups : sequence of sequences of int
        The coordinates of each factor.

    Returns
    -------
    Sensitivity
    """
    fA, fB = _two(f(A)), _two(f(B))
    fAB = np.stack([_two(f(mixed(A, B, list(g)))) for g in groups])
    first, total, variance = indices(fA, fB, fAB)
    rng = np.random.default_rng(seed)
    firsts, totals = [], []
    for _ in range(resamples):
        at = rng.integers(0, len(fA), len(fA))
        s, t, _v = indices(fA[at], fB[at], fAB[:, at])
        firsts.append(s)
        totals.append(t)
    s_band = np.quantile(firsts, [0.05, 0.95], axis=0) if resamples else np.stack([first, first])
    t_band = np.quantile(totals, [0.05, 0.95], axis=0) if resamples else np.stack([total, total])
    return Sensitivity(first, total, s_band[0], s_band[1], t_band[0], t_band[1], variance)


def _two(y):
    return y[:, None] if y.ndim == 1 else y
