"""Visits under other visa regimes: the published effect on the pair, and a draw on its rivals.

Symbols
-------
A_d : (R,) visits of pair d as observed, persons a year; NaN where not known
w_d, v_d : (R,) weight of the visa regime as observed and as asked, 0 free to 1 visa; NaN unknown
n_d : (R,) nest: the pairs of one origin and one purpose, each other's rivals
sigma : share of visits that a visa requirement deters
kappa : at most this share of new visits is drawn from the rivals

Equations
---------
(1) ``f_d = (1 - sigma)^(v_d - w_d)``
(2) ``Psi_d = 1 + sum_{j in n, j != d} A_j (f_j - 1) / sum_{j in n} A_j``
(3) ``A'_d = A_d f_d Psi_d^(-kappa)``

Equation (1) is the published bilateral effect: a waiver multiplies by ``1 / (1 - sigma)``. With
``v = w`` everywhere f and Psi are exactly 1. Psi_d leaves the pair itself out, so a pair that
opens alone gains exactly (1) and a more open regime never lowers its own visits. Its rivals lose

    ``L = (T - A_d) (1 - (1 + G / T)^(-kappa)) <= kappa G (T - A_d) / T``

with G the gain and T the nest's total: never more than kappa times what was gained.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["factor", "rivals_index", "visits"]

TINY = float(np.finfo(np.float64).tiny)


def factor(w: NDArray[np.float64], v: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Equation (1): what the change of regime alone does to visits; (R,), 1."""
    return np.power(1.0 - sigma, v - w)


def rivals_index(
    A: NDArray[np.float64], f: NDArray[np.float64], n: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Equation (2); (R,), 1. Pairs that are not known draw on nobody; 1 in a nest without visits."""
    known = np.isfinite(A) & np.isfinite(f)
    gain = np.where(known, A * (f - 1.0), 0.0)
    size = int(n.max(initial=-1)) + 1
    total = np.bincount(n[known], weights=A[known], minlength=size)[n]
    others = np.bincount(n, weights=gain, minlength=size)[n] - gain
    share, least = np.zeros_like(gain), np.zeros_like(gain)
    some = total > 0.0
    np.divide(others, total, out=share, where=some)
    np.divide(A, total, out=least, where=some & known)
    # No f is below 0, so (2) is A_d over the total at the least; rounding may go below.
    return np.maximum(1.0 + share, np.maximum(least, TINY))


def visits(
    A: NDArray[np.float64],
    w: NDArray[np.float64],
    v: NDArray[np.float64],
    n: NDArray[np.int64],
    sigma: float,
    kappa: float,
    g: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Equation (3): visits under the regimes asked, persons a year; (R,), NaN where not known.

    `g` (R,) is what other costs of travel do to a pair, equation (6) of `solve_trips`; it stands
    in f beside the visa, so that rivals answer to both. By default it is 1.
    """
    f = factor(w, v, sigma) if g is None else factor(w, v, sigma) * g
    return A * f * np.power(rivals_index(A, f, n), -kappa)
