"""The graph of a search: arcs grouped by tail, nodes renumbered so that neighbours lie close.

References
----------
Cuthill, E. and McKee, J. (1969). Reducing the bandwidth of sparse symmetric matrices. Proceedings
of the 24th ACM National Conference, 157-172. doi:10.1145/800195.805928
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["ForwardStar", "forward_star", "listed", "node_positions"]

MAX_LISTED = 10
"""Positions named in an error message before it is cut."""


@dataclass(frozen=True, slots=True)
class ForwardStar:
    """Arcs grouped by tail node, nodes renumbered so that neighbours lie close in memory.

    Attributes
    ----------
    first : (n + 1,) int32
        Arcs leaving internal node ``i`` are at positions ``first[i]:first[i + 1]``.
    head : (m,) int32
        Internal head node of the arc at each position.
    arc : (m,) int32
        Caller's arc index at each position. Ascending within a tail node.
    new_of : (n,) int32
        Internal number of each caller's node.
    old_of : (n,) int32
        Caller's node of each internal number.
    """

    first: NDArray[np.int32]
    head: NDArray[np.int32]
    arc: NDArray[np.int32]
    new_of: NDArray[np.int32]
    old_of: NDArray[np.int32]

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.new_of)

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return len(self.arc)


def forward_star(
    tail: ArrayLike,
    head: ArrayLike,
    n_nodes: int,
    *,
    order: Literal["locality", "given"] = "locality",
) -> ForwardStar:
    """Build the forward star of a directed graph.

    Parameters
    ----------
    tail, head : (m,) int
        Tail and head node of each arc. Parallel arcs, self loops and isolated nodes are allowed.
    n_nodes : int
        Number of nodes, ``n``.
    order : {"locality", "given"}
        ``"locality"`` renumbers by reverse Cuthill-McKee (Cuthill and McKee 1969) on the graph
        without directions; ``"given"`` keeps the caller's numbering. Affects speed only.

    Returns
    -------
    ForwardStar

    Raises
    ------
    ValueError
        If the lengths differ, a node is outside ``0 .. n-1``, or ``order`` is unknown.
    """
    tail_of = node_positions(tail, n_nodes, "tail")
    head_of = node_positions(head, n_nodes, "head")
    if len(tail_of) != len(head_of):
        raise ValueError(f"tail has {len(tail_of)} arcs, head has {len(head_of)}")
    if order == "locality":
        old_of = _locality_order(tail_of, head_of, n_nodes)
    elif order == "given":
        old_of = np.arange(n_nodes, dtype=np.int32)
    else:
        raise ValueError(f"order must be 'locality' or 'given', not {order!r}")
    new_of = np.empty(n_nodes, np.int32)
    new_of[old_of] = np.arange(n_nodes, dtype=np.int32)
    arc = np.argsort(new_of[tail_of], kind="stable").astype(np.int32)
    first = np.zeros(n_nodes + 1, np.int32)
    np.cumsum(np.bincount(new_of[tail_of], minlength=n_nodes), out=first[1:])
    return ForwardStar(first, new_of[head_of[arc]], arc, new_of, old_of)


def _locality_order(
    tail: NDArray[np.int32], head: NDArray[np.int32], n_nodes: int
) -> NDArray[np.int32]:
    if n_nodes == 0 or len(tail) == 0:
        return np.arange(n_nodes, dtype=np.int32)
    # Imported here: the module is otherwise free of scipy, and start-up time is the user's.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    both = np.concatenate([tail, head]), np.concatenate([head, tail])
    matrix = csr_array((np.ones(2 * len(tail), np.int8), both), shape=(n_nodes, n_nodes))
    matrix.indices = matrix.indices.astype(np.int32)
    matrix.indptr = matrix.indptr.astype(np.int32)
    return np.asarray(reverse_cuthill_mckee(matrix, symmetric_mode=True), dtype=np.int32)


def node_positions(values: ArrayLike, n_nodes: int, name: str) -> NDArray[np.int32]:
    """Return node positions as contiguous int32; ValueError if any is not one of ``n_nodes``."""
    given = np.asarray(values)
    if given.size == 0:
        return np.empty(0, np.int32)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        raise ValueError(f"{name} must be a one-dimensional array of integers")
    bad = np.flatnonzero((given < 0) | (given >= n_nodes))
    if len(bad):
        raise ValueError(f"{name} is outside 0 .. {n_nodes - 1} at {listed(bad)}")
    return np.ascontiguousarray(given, dtype=np.int32)


def listed(values: Sequence[object] | NDArray[np.generic]) -> str:
    """The first few of some values, for a message."""
    shown = ", ".join(str(v) for v in values[:MAX_LISTED])
    more = len(values) - MAX_LISTED
    return f"{shown} and {more} more" if more > 0 else shown
