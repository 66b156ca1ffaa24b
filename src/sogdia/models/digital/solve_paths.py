"""Least latency through sections of fibre.

Symbols
-------
N, M, S : places, sections, sources
L : (M,) length of a section, km
n : group refractive index of the glass
c : speed of light in vacuum, 299.792458 km/ms
h : delay at a place where two sections join, ms, one way
t : (M,) time through a section, ms, one way
d : (S, N) least time between places, ms, one way

Equations
---------
(1) ``t = n L / c``
(2) ``d = min over paths of sum(t) + h (sections - 1)``; 0 from a place to itself
(3) ``round trip = 2 d``

Equation (2) is a shortest path with ``t + h`` a section, less one ``h``: the ends are no joints.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status

__all__ = ["LIGHT_KM_PER_MS", "Latency", "least_latency", "section_ms"]

LIGHT_KM_PER_MS = 299.792458
"""Exact, by the definition of the metre."""

NO_SECTION = -1

NOTHING = 1e-300
"""A time no section takes, unless it takes none; ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Equation (2) from some places.

    Attributes
    ----------
    d : (S, N) float64
        One way, ms; infinite where no path leads.
    before : (S, N) int64
        The place before each on its least path; -1 at the source and where none leads.
    by : (S, N) int64
        The section it is reached by; -1 likewise.
    status : Status
    """

    d: NDArray[np.float64]
    before: NDArray[np.int64]
    by: NDArray[np.int64]
    status: Status

    def path(self, source: int, place: int) -> tuple[int, ...]:
        """Sections from the source in row `source` to a place, in order; empty when none lead."""
        found: list[int] = []
        at = place
        while self.by[source, at] != NO_SECTION:
            found.append(int(self.by[source, at]))
            at = int(self.before[source, at])
        return tuple(reversed(found))


def section_ms(L: NDArray[np.float64], n: float) -> NDArray[np.float64]:
    """Equation (1).

    Parameters
    ----------
    L : (M,) float64
        km.
    n : float

    Returns
    -------
    (M,) float64
        ms, one way.
    """
    return n * L / LIGHT_KM_PER_MS


def least_latency(
    ends: NDArray[np.int64],
    t: NDArray[np.float64],
    places: int,
    *,
    h: float,
    sources: NDArray[np.int64],
    usable: NDArray[np.bool_] | None = None,
) -> Latency:
    """Equation (2).

    Parameters
    ----------
    ends : (M, 2) int64
        Places a section joins; both ways alike.
    t : (M,) float64
        Equation (1).
    places : int
        N.
    h : float
    sources : (S,) int64
    usable : (M,) bool, optional
        Sections not cut; all by default.

    Raises
    ------
    InvalidInput
        When a time is not known or below 0, or a section joins a place to itself.
    """
    kept = np.ones(len(t), dtype=bool) if usable is None else usable
    problems = ProblemList()
    if not np.all(np.isfinite(t[kept])) or np.any(t[kept] < 0.0) or not h >= 0.0:
        problems.add("fibre", "times", got="not known, or below 0", allowed="0 ms or more")
    if np.any(ends[:, 0] == ends[:, 1]):
        problems.add("fibre", "a section joins a place to itself")
    problems.raise_if_any()
    chosen = _quickest(ends, t, kept)
    a, b = ends[chosen, 0], ends[chosen, 1]
    # scipy drops a cost of 0, so the smallest positive number stands for it.
    cost = np.maximum(t[chosen] + h, np.finfo(np.float64).tiny)
    rows, columns = np.concatenate((a, b)), np.concatenate((b, a))
    graph = csr_array((np.concatenate((cost, cost)), (rows, columns)), shape=(places, places))
    d, before = dijkstra(graph, indices=sources, return_predecessors=True)
    section = {
        (int(x), int(y)): int(e)
        for e, (x, y) in zip(chosen, ends[chosen], strict=True)
    }  # fmt: skip
    section |= {(y, x): e for (x, y), e in section.items()}
    before = np.where(before < 0, -1, before).astype(np.int64)
    by = np.full(before.shape, NO_SECTION, dtype=np.int64)
    for s, place in zip(*np.nonzero(before >= 0), strict=True):
        by[s, place] = section[int(before[s, place]), int(place)]
    return Latency(
        d=np.where(d > NOTHING, np.maximum(d - h, 0.0), 0.0),
        before=before,
        by=by,
        status=Status(state="solved", of="fibre latency"),
    )


def _quickest(
    ends: NDArray[np.int64], t: NDArray[np.float64], usable: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Of parallel sections the quickest, the first of equals."""
    best: dict[tuple[int, int], int] = {}
    for e in np.nonzero(usable)[0]:
        pair = (int(ends[e].min()), int(ends[e].max()))
        if pair not in best or t[e] < t[best[pair]]:
            best[pair] = int(e)
    return np.array([best[p] for p in sorted(best)], dtype=np.int64)
