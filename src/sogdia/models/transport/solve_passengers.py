"""Passengers on a network: places without a choice are joined, then routes chosen on what is left.

Symbols
-------
E, N, P, Z : arcs, nodes, classes of travellers, zones
c_a : generalised time of arc a, h
X_pij : travellers of class p from zone i to zone j, persons a year
mu : scale, a pure number
L_ij : least generalised time between zones, h
s_k : path size of chain k for the pair, equation (3) of `solve_choice`; 0 where no routes overlap

Equations
---------
(1) ``c_k = sum of c_a over the arcs a of chain k``
(2) ``P(k | u) = exp(-mu (c_k + V_w - V_u) / L_ij - s_k)`` over the efficient chains k from u to w
(3) ``V_u = -(L_ij / mu) ln sum_k exp(-mu (c_k + V_w) / L_ij - s_k)``, V = 0 at the destination
(4) ``x_pa = sum over i, j of X_pij S_ija``, S the share of the pair on the chain of arc a

(2) and (3) are the recursive choice of `solve_choice` on the arcs of `solve_efficient`, which lead
towards the destination, so no route has a loop. Without the path size a road and a railway side by
side over many places would count as many ways by land against one flight. A place with two
neighbours and one arc each way has no choice; chains of such places are one arc to the choice, so
cutting a link in two, or putting a station on it, changes no flow. Chains of the same ends and cost
are options of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status
from sogdia.models.transport.solve_choice import Choice, load
from sogdia.models.transport.solve_efficient import EfficientArcs, efficient_arcs
from sogdia.models.transport.solve_graph import Demand, Graph, listed

__all__ = ["Chains", "PassengerLoad", "join_chains", "load_passengers"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chains:
    """Arcs with the places between them that offer no choice joined; K chains.

    Attributes
    ----------
    tail, head : (K,) int64
        Nodes, numbered as before.
    first : (K + 1,) int64
        Arcs of chain k: ``arc[first[k]:first[k + 1]]``, in order of travel.
    arc : (.,) int64
    """

    tail: Ints
    head: Ints
    first: Ints
    arc: Ints

    def summed(self, values: Floats) -> Floats:
        """Sums (K,) of values of arcs, equation (1)."""
        return np.add.reduceat(values[self.arc], self.first[:-1]) if len(self.tail) else np.zeros(0)

    def spread(self, values: Floats, arcs: int) -> Floats:
        """Values (..., E) of the arcs: the sum of those of the chains through them."""
        result = np.zeros((*values.shape[:-1], arcs))
        times = np.diff(self.first)
        np.add.at(result, (..., self.arc), np.repeat(values, times, axis=-1))
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class PassengerLoad:
    """Travellers on arcs.

    Attributes
    ----------
    flow : (P, E) float64
        Equation (4), persons a year.
    least : (Z, Z) float64
        Least generalised time between zones, h; NaN where there is no way.
    unserved : (P,) float64
        Persons a year of pairs that have no way; they are in no flow.
    status : Status
    """

    flow: Floats
    least: Floats
    unserved: Floats
    status: Status


def join_chains(n: int, tail: Ints, head: Ints, ends: Ints) -> Chains:
    """Join the arcs at places without a choice.

    Parameters
    ----------
    n : int
        Number of nodes.
    tail, head : (E,) int64
    ends : (Z,) int64
        Nodes at which journeys begin and end; they stay.
    """
    out: list[list[int]] = [[] for _ in range(n)]
    near: list[dict[int, list[int]]] = [{} for _ in range(n)]  # arcs in and out by neighbour
    for a, (i, j) in enumerate(zip(tail.tolist(), head.tolist(), strict=True)):
        out[i].append(a)
        near[i].setdefault(j, [0, 0])[1] += 1
        near[j].setdefault(i, [0, 0])[0] += 1
    kept = set(ends.tolist())
    passed = [
        v not in kept and len(near[v]) == 2 and all(max(k) == 1 for k in near[v].values())
        for v in range(n)
    ]
    tails: list[int] = []
    heads: list[int] = []
    first, arcs = [0], list[int]()
    for a, i in enumerate(tail.tolist()):
        if passed[i]:
            continue
        chain, came, at = [a], i, int(head[a])
        while passed[at]:
            on = next((b for b in out[at] if int(head[b]) != came), None)
            if on is None:
                break
            chain.append(on)
            came, at = at, int(head[on])
        if passed[at] or at == i:
            continue
        tails.append(i)
        heads.append(at)
        arcs += chain
        first.append(len(arcs))
    return Chains(
        tail=np.array(tails, dtype=np.int64), head=np.array(heads, dtype=np.int64),
        first=np.array(first, dtype=np.int64), arc=np.array(arcs, dtype=np.int64),
    )  # fmt: skip


def load_passengers(
    n: int, tail: Ints, head: Ints, c: Floats, ends: Ints, X: Floats, mu: float
) -> PassengerLoad:
    """Equations (1) to (4).

    Parameters
    ----------
    n : int
        Number of nodes.
    tail, head : (E,) int64
        Of directed arcs.
    c : (E,) float64
        Above 0, h.
    ends : (Z,) int64
        Nodes of the zones.
    X : (P, Z, Z) float64
        At least 0, persons a year.
    mu : float
        Above 0.

    Raises
    ------
    InvalidInput
        When a shape, a node, a cost, a number of travellers or the scale does not fit.
    """
    problems = ProblemList()
    bad = np.flatnonzero(~(np.isfinite(c) & (c > 0.0)))
    if len(bad):
        problems.add("c", "not a finite cost on arcs", got=listed(bad), allowed="above 0")
    if not len(tail) == len(head) == len(c):
        problems.add("arcs", "differ in length", got=f"{len(tail)}, {len(head)}, {len(c)}")
    problems.raise_if_any()
    chains = join_chains(n, tail, head, ends)
    cost = chains.summed(c)
    graph = Graph(
        tail=chains.tail.astype(np.int32), head=chains.head.astype(np.int32), n_nodes=n
    )  # fmt: skip
    zones = ends.astype(np.int32)
    whole = Demand(origins=zones, destinations=zones, volume=X).travelling()
    found = efficient_arcs(graph, cost[np.newaxis], zones)
    choice = Choice(scale=mu, relative=True, overlap="size")
    flow, unserved = np.zeros((len(X), len(cost))), np.zeros(len(X))
    for p, i, j in _blocks(whole):
        part = Demand(origins=zones[i], destinations=zones[j], volume=whole[np.ix_(p, i, j)])
        loaded = load(graph, cost, part, choice, arcs=_towards(found, j, len(p)))
        flow[p] += loaded.flow
        unserved[p] += loaded.unserved.sum(axis=(1, 2))
    return PassengerLoad(
        flow=chains.spread(flow, len(tail)), least=found.least[:, zones].T, unserved=unserved,
        status=Status(
            state="solved", of="passengers on the network",
            message=f"{unserved.sum():,.0f} persons a year have no way and are not loaded"
            if unserved.any() else "",
        ),
    )  # fmt: skip


def _blocks(X: Floats) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Classes, origins and destinations in blocks that leave out most pairs nobody travels.

    Every pair has a path size of its own, so a pair costs as much without travellers as with.
    """
    alike: dict[bytes, list[int]] = {}
    for j in range(X.shape[2]):
        if X[:, :, j].any():
            alike.setdefault((X[:, :, j] > 0.0).tobytes(), []).append(j)
    for columns in alike.values():
        own = X[:, :, columns]
        yield (
            np.flatnonzero(own.any(axis=(1, 2))), np.flatnonzero(own.any(axis=(0, 2))),
            np.array(columns, dtype=np.int64),
        )  # fmt: skip


def _towards(found: EfficientArcs, j: Ints, classes: int) -> EfficientArcs:
    """The arcs towards some destinations, the same for all classes."""

    def rows(values: NDArray[Any]) -> NDArray[Any]:
        return np.tile(values[j], (classes, *[1] * (values.ndim - 1)))

    return EfficientArcs(
        graph=found.graph, destinations=found.destinations[j],
        cost=np.tile(found.cost, (classes, 1)),
        # 0: every chain is an option of its own.
        alike=np.zeros((classes, found.graph.n_arcs)), least=rows(found.least),
        count=rows(found.count), order=rows(found.order), first=rows(found.first),
        arc=rows(found.arc),
    )  # fmt: skip
