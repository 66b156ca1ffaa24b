"""Effects of gravity in closed form: the factors that give a matrix its row and column sums."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["TOLERANCE", "balance"]

Array = NDArray[np.float64]

TOLERANCE = 1e-12
"""The largest relative difference of totals at which balancing stops."""

ROUNDS = 20_000


def balance(
    flow: Array, phi: Array, i: NDArray[np.int64], j: NDArray[np.int64]
) -> tuple[Array, Array, float]:
    """The A_i and C_j with which ``A_i C_j phi`` has the totals of `flow` on both sides.

    These are the first-order conditions of PPML in the effects (Fally 2015, eq. 9), solved by
    turns.

    Returns
    -------
    A, C : arrays over exporters and importers
    gap : float
        The largest relative difference of totals left.
    """
    Y, E = np.bincount(i, flow), np.bincount(j, flow)
    A, C = np.ones(len(Y)), np.ones(len(E))
    gap = math.inf
    for _ in range(ROUNDS):
        A = Y / np.bincount(i, C[j] * phi)
        C = E / np.bincount(j, A[i] * phi)
        out = np.bincount(i, A[i] * C[j] * phi)
        gap = float(np.max(np.abs(out - Y) / np.where(Y > 0, Y, 1.0)))
        if gap < TOLERANCE:
            break
    return A, C, gap
