"""Who gains when a trade cost falls a little: the exact-hat equilibrium, differentiated.

Symbols of `sogdia.models.trade.solve_hat`, with small changes ``d`` of logarithms::

    dP_j = sum_i lambda_ij (dw_i + dtau_ij)                                                    (1)
    dw_i = sum_j s_ij (-theta (dw_i + dtau_ij - dP_j) + dE_j)        s_ij = X_ij / Y_i         (2)
    dE_j = Y_j dw_j / E_j        deficits held in units of world income, which is 1            (3)

The gain of group c is ``U_c = sum over its members of E_n (dE_n - dP_n)``, in money: real spending at
the prices of before. With M the matrix of (1)-(3) in dw and ``M' x = dU_c/dw`` solved once, the gain
per unit of money saved on the trade of i with j is::

    m_ij = 1[j in c] + theta (x_i / Y_i - (S' x)_j / E_j)                                      (4)

The first term is the saving itself, kept by the buyer at given prices of producers; the second is
the change of the terms of trade. Over all groups together m_ij = 1 for every pair: a saving is worth
what it saves (Hulten), whoever gains. Derived here from (1)-(3); tests hold it against the full
equilibrium.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from sogdia.core.status import Status

__all__ = ["Incidence", "incidence"]

Floats = NDArray[np.float64]

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidence:
    """Gains of G groups per unit of money saved between N nodes: (4) in its three parts.

    Attributes
    ----------
    buyer : (G, N) float64
        ``1[j in c]``.
    seller_terms, buyer_terms : (G, N) float64
        ``theta x_i / Y_i`` and ``theta (S' x)_j / E_j``.
    clipped : (k,) int64
        Nodes whose negative sales to themselves were set to zero.
    status : Status
    """

    buyer: Floats
    seller_terms: Floats
    buyer_terms: Floats
    clipped: NDArray[np.int64]
    status: Status

    def multiplier(self, group: int) -> Floats:
        """(N, N) gain of a group per unit of money saved, seller by buyer."""
        own = self.buyer[group] - self.buyer_terms[group]
        return self.seller_terms[group][:, np.newaxis] + own[np.newaxis, :]


def incidence(flow: Floats, theta: float, member: NDArray[np.bool_]) -> Incidence:
    """Differentiate the equilibrium once for each group.

    Parameters
    ----------
    flow : (N, N) float64
        X, seller by buyer, sales to oneself on the diagonal; money a year.
    theta : float
        Trade elasticity, above 0.
    member : (G, N) bool

    Returns
    -------
    Incidence
        "failed" with NaN when the system has no single solution.
    """
    own = np.diag(flow)
    clipped = np.flatnonzero(own < 0.0)
    X = np.array(flow, dtype=np.float64)
    np.fill_diagonal(X, np.maximum(own, 0.0))
    Y, E = X.sum(axis=1), X.sum(axis=0)
    n, groups = len(Y), len(member)
    nothing = np.full((groups, n), np.nan)
    if not (np.all(Y > 0.0) and np.all(E > 0.0)):
        status = Status(state="failed", message="a node sells or buys nothing", of="incidence")
        return Incidence(
            buyer=nothing, seller_terms=nothing, buyer_terms=nothing, clipped=clipped, status=status
        )
    S, share = X / Y[:, np.newaxis], X / E
    system = (1.0 + theta) * np.eye(n) - S @ (theta * share.T + np.diag(Y / E))
    # In each part that trades, one equation follows from the others; added to each is the
    # numeraire sum Y dw = 0. Somebody who trades with nobody is a part alone.
    parts, part = connected_components((X > 0.0).astype(np.float64), directed=False)
    system += (part[:, np.newaxis] == part) * Y / np.bincount(part, Y, parts)[part]
    inside = member.astype(np.float64)
    slope = inside * Y - (inside * E) @ share.T
    x = np.linalg.solve(system.T, slope.T).T
    residual = float(np.abs(x @ system - slope).max(initial=0.0) / Y.max())
    return Incidence(
        buyer=inside,
        seller_terms=theta * x / Y,
        buyer_terms=theta * (x @ S) / E,
        clipped=clipped,
        status=Status(
            state="solved" if residual <= TOLERANCE else "usable", iterations=1,
            residual=residual, tolerance=TOLERANCE, of="incidence",
        ),
    )  # fmt: skip
