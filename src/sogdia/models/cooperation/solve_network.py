"""Who agreed with whom, from who took part in what: one product of incidence matrices a kind.

Symbols: ``E`` agreements, ``N`` countries, ``K`` kinds; ``M`` (E, N) is 1 where a country takes
part; ``C`` (K, N, N) counts what each two countries share. ``C_k = M_k' M_k`` off the diagonal,
the one-mode projection of a two-mode network (Breiger, 1974, eq. 1: persons by groups).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sogdia.core.status import Status

__all__ = ["Shared", "shared_agreements"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What each two countries share.

    Attributes
    ----------
    C : (K, N, N) int64
        Agreements of a kind between two countries; symmetric, zero on the diagonal.
    status : Status
    """

    C: NDArray[np.int64]
    status: Status


def shared_agreements(M: NDArray[np.int64], k: NDArray[np.int64], K: int) -> Shared:
    """Count the agreements that each two countries share.

    Parameters
    ----------
    M : (E, N) int64
        1 where a country takes part.
    k : (E,) int64
        Kind of each agreement, 0 to ``K - 1``.
    K : int
    """
    N = M.shape[1]
    C = np.zeros((K, N, N), dtype=np.int64)
    for kind in range(K):
        part = M[k == kind]
        C[kind] = part.T @ part
        np.fill_diagonal(C[kind], 0)
    return Shared(C=C, status=Status(state="solved", of="agreement network"))
