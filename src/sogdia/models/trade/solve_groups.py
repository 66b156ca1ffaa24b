"""Which countries still trade with each other once some pairs are closed.

Exports pay for imports. When a country can sell but no longer buy (or the other way round), its
price runs off to infinity and the trade goes to zero; that limit is taken here, before the solve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

__all__ = ["Groups", "groups_that_pay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """What is left of a trade network of ``N`` countries.

    Attributes
    ----------
    open : (N, N) bool
        Pairs that may carry trade, exporter by importer.
    groups : tuple of (n,) int64
        Countries that trade with each other, directly or not; a lone one has its domestic sales.
    lost : (l,) int64
        Countries that can buy or sell nothing at all, not even at home.
    unpaid : int
        Pairs that were not closed and carry nothing, because no payment can come back.
    """

    open: NDArray[np.bool_]
    groups: tuple[NDArray[np.int64], ...]
    lost: NDArray[np.int64]
    unpaid: int


def groups_that_pay(
    before: NDArray[np.bool_], after: NDArray[np.bool_], *, balanced: bool
) -> Groups:
    """Groups of countries within which trade can be paid for.

    Parameters
    ----------
    before, after : (N, N) bool
        Pairs with trade in the baseline, and those of them that stay open.
    balanced : bool
        True: no country has a deficit, so flows are circulations and live inside strongly
        connected components. False: transfers pay for flows that were one-way in the baseline;
        flows that become one-way end.
    """
    ways_before = None if balanced else _components(before, "strong")
    alive = np.ones(len(after), dtype=np.bool_)
    while True:
        left = after & alive & alive[:, None]
        ways = _components(left, "strong")
        one_way = ways != ways[:, None]
        if ways_before is not None:
            one_way &= ways_before == ways_before[:, None]
        left &= ~one_way
        dead = alive & ~(left.any(axis=0) & left.any(axis=1))
        if not dead.any():
            break
        alive &= ~dead
    label = _components(left, "weak")
    return Groups(
        open=left,
        groups=tuple(np.flatnonzero(alive & (label == k)) for k in np.unique(label[alive])),
        lost=np.flatnonzero(~alive),
        unpaid=int(np.sum(after & ~left & alive & alive[:, None])),
    )


def _components(arcs: NDArray[np.bool_], connection: str) -> NDArray[np.int32]:
    if arcs.all():
        return np.zeros(len(arcs), dtype=np.int32)
    return connected_components(csr_array(arcs), directed=True, connection=connection)[1]
