"""How many cuts part places, and which single cut parts any.

Symbols
-------
N, M : places, sections
k : least number of sections whose loss leaves no path from a place to any of some others

Equations
---------
(1) ``k = max flow`` with one unit a section, both ways (Menger 1927; Ford and Fulkerson 1956)
(2) a section ``{u, v}`` is a bridge when ``low(v) > order(u)``: nothing below v in a depth-first
    tree leads back to u or above it (Tarjan 1974)

The sections of a least cut are those that leave the set still reached in the residual graph, the
cut nearest to the place asked about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status

__all__ = ["Cut", "minimum_cut", "section_bridges"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Equation (1).

    Attributes
    ----------
    k : int
        0 when no path leads there as it is.
    sections : (k,) int64
        One least cut, in order.
    status : Status
    """

    k: int
    sections: NDArray[np.int64]
    status: Status


def minimum_cut(
    ends: NDArray[np.int64],
    places: int,
    source: int,
    targets: NDArray[np.int64],
    *,
    usable: NDArray[np.bool_] | None = None,
) -> Cut:
    """Fewest sections whose loss parts a place from every target.

    Parameters
    ----------
    ends : (M, 2) int64
    places : int
        N.
    source : int
    targets : (T,) int64
        At least one, and not the source.
    usable : (M,) bool, optional

    Raises
    ------
    InvalidInput
        When there is no target, or the source is one.
    """
    problems = ProblemList()
    if len(targets) == 0 or source in targets:
        problems.add(
            "fibre", "cuts between a place and itself", fix="name targets other than the source"
        )
        problems.raise_if_any()
    kept = np.nonzero(np.ones(len(ends), dtype=bool) if usable is None else usable)[0]
    a, b = ends[kept, 0], ends[kept, 1]
    sink, endless = places, len(ends) + 1
    rows = np.concatenate((a, b, targets))
    columns = np.concatenate((b, a, np.full(len(targets), sink)))
    units = np.concatenate(
        (np.ones(2 * len(kept), dtype=np.int32), np.full(len(targets), endless, dtype=np.int32))
    )
    graph = csr_array((units, (rows, columns)), shape=(places + 1, places + 1), dtype=np.int32)
    graph.sum_duplicates()
    found = maximum_flow(graph, source, sink)
    residual = csr_array(graph - found.flow)
    residual.eliminate_zeros()
    reached = np.zeros(places + 1, dtype=bool)
    reached[breadth_first_order(residual, source, return_predecessors=False)] = True
    cut = kept[reached[a] != reached[b]]
    return Cut(
        k=int(found.flow_value),
        sections=cut.astype(np.int64),
        status=Status(state="solved", of="fibre cuts"),
    )


def section_bridges(
    ends: NDArray[np.int64], places: int, *, usable: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """Sections whose loss parts two places that are joined: equation (2).

    Parameters
    ----------
    ends : (M, 2) int64
    places : int
    usable : (M,) bool, optional

    Returns
    -------
    (M,) bool
        False for a section that is not usable.
    """
    kept = np.nonzero(np.ones(len(ends), dtype=bool) if usable is None else usable)[0]
    joined: list[list[tuple[int, int]]] = [[] for _ in range(places)]
    for e in kept:
        u, v = int(ends[e, 0]), int(ends[e, 1])
        joined[u].append((v, int(e)))
        joined[v].append((u, int(e)))
    order = np.full(places, -1, dtype=np.int64)
    low = np.zeros(places, dtype=np.int64)
    bridge = np.zeros(len(ends), dtype=bool)
    count = 0
    for root in range(places):
        if order[root] >= 0:
            continue
        order[root] = low[root] = count
        count += 1
        stack = [(root, -1, iter(joined[root]))]
        while stack:
            u, came_by, rest = stack[-1]
            step = next(rest, None)
            if step is None:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    low[above] = min(low[above], low[u])
                    bridge[came_by] = low[u] > order[above]
                continue
            v, e = step
            if e == came_by:
                continue
            if order[v] < 0:
                order[v] = low[v] = count
                count += 1
                stack.append((v, e, iter(joined[v])))
            else:
                low[u] = min(low[u], order[v])
    return bridge
