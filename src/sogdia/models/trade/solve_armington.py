"""Armington equilibrium in levels, by plain iteration: an independent check of the hat solve.

Symbols (Anderson 1979; i exporter, j importer)::

    A_i      appeal or productivity of i's good                       (N,)
    L_i      endowment                                                (N,)
    tau_ij   iceberg cost, inf where there is no trade                (N, N)
    d_j      transfer to j as a part of world output, summing to zero (N,)
    w_i      price of i's good                                        (N,)

    X_ij = (w_i tau_ij / A_i)^-theta / P_j^-theta (w_j L_j + d_j sum_k w_k L_k)          (1)
    P_j^-theta = sum_i (w_i tau_ij / A_i)^-theta                                         (2)
    w_i L_i = sum_j X_ij                                                                 (3)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sogdia.core.status import Status

__all__ = ["Levels", "levels"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """An equilibrium in levels.

    Attributes
    ----------
    w, P : (N,) float64
        Prices of goods (world output ``sum w L`` is ``sum L``) and price indices.
    X : (N, N) float64
        Flows.
    real_wage : (N,) float64
        ``w / P``.
    """

    w: Array
    P: Array
    X: Array
    real_wage: Array
    status: Status


def levels(
    A: ArrayLike,
    L: ArrayLike,
    tau: ArrayLike,
    theta: float,
    *,
    transfers: ArrayLike | None = None,
    tolerance: float = 1e-13,
    max_iterations: int = 200_000,
) -> Levels:
    """Prices that clear every market, by ``w <- w (sales / output)^(1 / (1 + theta))``.

    Slow and simple on purpose: it shares no code with `solve_hat`.

    Parameters
    ----------
    A, L : (N,) float
        Above 0.
    tau : (N, N) float
        Above 0; inf where there is no trade.
    theta : float
    transfers : (N,) float, optional
        Parts of world output; they sum to zero. Default: none.

    Returns
    -------
    Levels
        Status "failed" when the markets do not clear within `max_iterations`.
    """
    A, L, tau = (np.asarray(x, dtype=np.float64) for x in (A, L, tau))
    d = np.zeros_like(L) if transfers is None else np.asarray(transfers, dtype=np.float64)
    appeal = (tau / A[:, None]) ** -theta
    w = np.ones_like(L)
    residual, iterations = np.inf, 0
    while True:
        reach = w[:, None] ** -theta * appeal
        P = reach.sum(axis=0) ** (-1.0 / theta)
        output = w * L
        X = reach * P**theta * (output + d * output.sum())
        gap = X.sum(axis=1) / output
        residual = float(np.max(np.abs(gap - 1.0)))
        if residual <= tolerance or iterations == max_iterations:
            break
        iterations += 1
        w = w * gap ** (1.0 / (1.0 + theta))
        w = w * (L.sum() / (w @ L))
    return Levels(
        w=w, P=P, X=X, real_wage=w / P,
        status=Status(
            state="solved" if residual <= tolerance else "failed",
            iterations=iterations, residual=residual, tolerance=tolerance, of="levels",
        ),
    )  # fmt: skip
