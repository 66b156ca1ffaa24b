"""Route choice without listing routes: shares, flows, select-link and the likeliest routes.

The expected cost from node i to destination d and the share of arc a = (i -> j), over the efficient
arcs of `solve_efficient` (Fosgerau, Frejinger and Karlström 2013, equations 3 and 5, with the sum
restricted to efficient arcs, so that it always exists)::

    V_d(i) = -(1/mu) ln sum_a exp(-mu (c_a + V_d(j)) - ln k_a - s_a)         V_d(d) = 0      (1)
    P_d(a | i) = exp(-mu (c_a + V_d(j) - V_d(i)) - ln k_a - s_a)                             (2)

mu   scale, 1 / cost; or, if relative, mu / L: a pure number over the least cost
k_a  number of parallel arcs with the same ends and the same reference cost: they are one choice
s_a  path size of the arc; 0 without overlap correction

With overlap "size" every pair of an origin and a destination has its own s_a::

    s_a = b (l_a / L_od) (H_o(i) + H_d(j))                                                   (3)

l_a  length of the arc (by default its reference cost), L_od least cost of the pair
H    entropy of the routes o to i given that i is passed, and of the routes j to d, both at
     reference costs: exp(H_o + H_d) is the effective number of routes that share the arc

Summed along a route, s is minus the logarithm of the path size correction of Bovy, Bekhor and Prato
(2008) with the number of routes through an arc counted by their use, as the link size of Fosgerau
et al. (section 3.3) counts them. It needs no list of routes and is fixed by reference costs.

An arc counts in full or not at all by whether it is efficient, so shares jump where it becomes so.
With a fade f its weight is multiplied by::

    min(1, (L_i - L_j) / (f c_a))                                                            (4)

at reference costs: 1 on every least-cost path, and 0 where the arc stops being efficient. Shares are
then continuous in the costs, reference costs included. An arc without cost is on a least-cost path
wherever it is efficient.

References
----------
Ben-Akiva, M. and Bierlaire, M. (1999). Discrete choice methods and their applications to short term
travel decisions. Handbook of Transportation Science, 5-33. doi:10.1007/978-1-4615-5203-1_2

Bovy, P. H. L., Bekhor, S. and Prato, C. G. (2008). The factor of revisited path size. Transportation
Research Record 2076, 132-140. doi:10.3141/2076-15

Fosgerau, M., Frejinger, E. and Karlström, A. (2013). A link based network route choice model with
unrestricted choice set. Transportation Research B 56, 70-80. doi:10.1016/j.trb.2013.07.012

Mai, T., Fosgerau, M. and Frejinger, E. (2015). A nested recursive logit model for route choice
analysis. Transportation Research B 75, 100-112. doi:10.1016/j.trb.2015.03.015
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numba import njit

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status
from sogdia.models.transport.solve_efficient import (
    EfficientArcs,
    _choose_all,
    _choose_pair,
    _fade,
    _gather,
    efficient_arcs,
)
from sogdia.models.transport.solve_graph import Demand, Graph, class_costs
from sogdia.models.transport.solve_parallel import INNER, in_parallel
from sogdia.models.transport.solve_star import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["Choice", "LikelyPath", "Loading", "likely_paths", "load", "select_link"]

ROWS_PER_BLOCK = 8
"""Destinations whose flows are added up together. Fixed: the order of sums decides their bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How routes are chosen.

    Attributes
    ----------
    scale : float
        mu. Absolute: 1 / unit of cost. Relative: a pure number.
    relative : bool
        Divide the scale by the least cost: of the pair with overlap "size" (Weibull-like: shares
        depend on cost ratios), of the node where the choice is made with overlap "none" (a nested
        recursive logit, Mai, Fosgerau and Frejinger 2015: the nearer, the surer).
    overlap : {"none", "size"}
        Whether routes that share arcs are corrected for it.
    weight : float
        b, the weight of the path size; 1 is the usual value.
    fade : float
        From 0 to 1. An arc that gains less than this share of its cost towards the destination
        counts by what it gains, down to nothing where it gains nothing, so that flows do not jump
        where an arc becomes efficient (equation 4). 0: arcs count in full or not at all. With
        overlap "none" only.
    """

    scale: float
    relative: bool = True
    overlap: Literal["none", "size"] = "size"
    weight: float = 1.0
    fade: float = 0.0

    def __post_init__(self) -> None:
        problems = ProblemList()
        if not 0.0 < self.scale < np.inf:
            problems.add("choice.scale", "not a positive number", got=self.scale)
        if self.overlap not in {"none", "size"}:
            problems.add("choice.overlap", "unknown", got=self.overlap, allowed="none, size")
        if not 0.0 <= self.weight < np.inf:
            problems.add("choice.weight", "negative or not finite", got=self.weight)
        if not 0.0 <= self.fade <= 1.0:
            problems.add("choice.fade", "not a share", got=self.fade, allowed="0 to 1")
        elif self.fade > 0.0 and self.overlap != "none":
            problems.add("choice.fade", "goes with overlap none only", got=self.overlap)
        problems.raise_if_any()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """Flows and expected costs of C classes.

    Attributes
    ----------
    flow : (C, m) float64
        In the unit of demand.
    expected : (C, O, D) float64
        Expected cost of the choice, V (log-sum), in the unit of cost; NaN without a way. Without
        overlap correction it is at most the least cost; with it, it can be above where routes
        overlap much. With a small scale it can fall below 0: use a scale that suits the costs.
    fields : (C, F, O, D) float64
        Mean sums of the fields over the routes taken; NaN without a way.
    unserved : (C, O, D) float64
        Demand that has no way; it is in no flow.
    status : Status
    """

    flow: NDArray[np.float64]
    expected: NDArray[np.float64]
    fields: NDArray[np.float64]
    unserved: NDArray[np.float64]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyPath:
    """One route of a pair: its arcs in order of travel and the share of the pair that takes it."""

    arcs: NDArray[np.int32]
    share: float


@dataclass(frozen=True, slots=True)
class _Kernel:
    """Checked inputs in the fixed types of the kernels."""

    arcs: EfficientArcs
    cost: NDArray[np.float64]
    length: NDArray[np.float64]
    origins: NDArray[np.int32]
    choice: Choice

    def given(self) -> NDArray[np.float64]:
        """Reference cost, length, logarithm of arcs alike, and cost: (C, 4, m)."""
        return np.stack([self.arcs.cost, self.length, self.arcs.alike, self.cost], axis=1)

    def work(self) -> tuple[NDArray, ...]:
        """Work arrays of one thread, in the order the kernels take them."""
        n, m = self.arcs.graph.n_nodes, self.arcs.graph.n_arcs
        by_node = (np.zeros(n) for _ in range(6))
        by_arc = (np.zeros(m) for _ in range(3))
        return (
            np.zeros(n, np.bool_), np.empty(n, np.int32), np.full(n, -1, np.int32), *by_node,
            *by_arc, np.empty(m, np.int32), np.empty((4, m)),
        )  # fmt: skip


def load(
    graph: Graph,
    cost: ArrayLike,
    demand: Demand,
    choice: Choice,
    *,
    arcs: EfficientArcs | None = None,
    fields: ArrayLike | None = None,
    length: ArrayLike | None = None,
) -> Loading:
    """Load the demand of all classes on their routes, in one pass over the destinations.

    Parameters
    ----------
    graph : Graph
        n nodes, m arcs.
    cost : (C, m) float64
        Arc costs by class, at least 0; ``+inf`` closes an arc to a class.
    demand : Demand
    choice : Choice
    arcs : EfficientArcs, optional
        Efficient arcs from other (reference) costs for the same graph and destinations. Without,
        `cost` is its own reference.
    fields : (C, F, m) float64, optional
        Arc values whose mean along the routes is wanted, finite wherever the cost is.
    length : (C, m) float64, optional
        l_a of equation 3, at least 0; by default the reference costs.

    Returns
    -------
    Loading

    Raises
    ------
    InvalidInput
        When a shape, a node, a cost or the reference does not fit.
    """
    kernel = _prepare(graph, cost, demand, choice, arcs, length)
    C = demand.n_classes
    values = np.zeros((C, 0, graph.n_arcs)) if fields is None else np.asarray(fields, np.float64)
    if values.ndim != 3 or values.shape[::2] != (C, graph.n_arcs):
        problems = ProblemList()
        problems.add("fields", "wrong shape", got=values.shape, allowed=f"({C}, F, {graph.n_arcs})")
        problems.raise_if_any()
    # What cannot be travelled has no value; 0 keeps inf and NaN out of sums with a share of 0.
    values = np.where(np.isfinite(kernel.cost)[:, None, :], values, 0.0)
    flow, expected, means, _ = _run(
        kernel, demand.travelling(), np.moveaxis(values, 1, 2), np.zeros(0, np.bool_)
    )
    unserved = np.where(np.isnan(expected), demand.travelling(), 0.0)
    lost = int(np.count_nonzero(unserved))
    return Loading(
        flow=flow,
        expected=expected,
        fields=np.moveaxis(means, 3, 1),
        unserved=unserved,
        status=Status(
            state="solved",
            iterations=1,
            message=f"{lost} pairs with demand have no way" if lost else "",
            of="loading",
        ),
    )


def select_link(
    graph: Graph,
    cost: ArrayLike,
    demand: Demand,
    choice: Choice,
    chosen: Sequence[ArrayLike],
    *,
    arcs: EfficientArcs | None = None,
    length: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Share of every pair that uses at least one arc of a group: exact, from the recursion.

    The share of i that meets the group G on its way to d is the sum over the arcs of i of
    P(a | i) times 1 if a is in G, and times the share of its head otherwise.

    Parameters
    ----------
    graph, cost, demand, choice, arcs, length
        As in `load`.
    chosen : sequence of (K,) int
        Groups of arcs, such as the arcs of one post.

    Returns
    -------
    (G, C, O, D) float64
        Times the demand this is the flow of each pair through the group; NaN without a way.

    Raises
    ------
    InvalidInput
        As `load`, and when a group names an arc that does not exist.
    """
    kernel = _prepare(graph, cost, demand, choice, arcs, length)
    marked = arc_groups(chosen, graph.n_arcs)
    values = np.zeros((demand.n_classes, graph.n_arcs, 0))
    nothing = np.zeros(demand.volume.shape)
    result = np.empty((len(marked), *demand.volume.shape))
    for g, mark in enumerate(marked):
        _, _, _, result[g] = _run(kernel, nothing, values, mark)
    return result


def likely_paths(
    graph: Graph,
    cost: ArrayLike,
    demand: Demand,
    choice: Choice,
    pairs: Sequence[tuple[int, int, int]],
    *,
    most: int = 5,
    arcs: EfficientArcs | None = None,
    length: ArrayLike | None = None,
) -> tuple[tuple[LikelyPath, ...], ...]:
    """The likeliest routes of chosen pairs with their shares, the most likely first.

    A best-first search whose bound, the largest share from a node to the destination, is exact, so
    routes come out in order and none is missed.

    Parameters
    ----------
    graph, cost, demand, choice, arcs, length
        As in `load`.
    pairs : sequence of (class, origin position, destination position)
        Positions in the lists of `demand`.
    most : int
        Routes a pair at most.

    Returns
    -------
    tuple of tuple of LikelyPath
        One a pair; empty without a way.

    Raises
    ------
    InvalidInput
        As `load`, and when a pair does not exist.
    """
    kernel = _prepare(graph, cost, demand, choice, arcs, length)
    problems = ProblemList()
    for pair in pairs:
        if not all(0 <= k < size for k, size in zip(pair, demand.volume.shape, strict=True)):
            problems.add("pairs", "no such pair", got=pair, allowed=f"below {demand.volume.shape}")
    problems.raise_if_any()
    return tuple(tuple(_best_first(kernel, *pair, most)) for pair in pairs)


def arc_groups(chosen: Sequence[ArrayLike], n_arcs: int) -> list[NDArray[np.bool_]]:
    """Groups of arcs as marks (m,)."""
    problems = ProblemList()
    result: list[NDArray[np.bool_]] = []
    for g, group in enumerate(chosen):
        members = np.atleast_1d(np.asarray(group, dtype=np.int64))
        bad = members[(members < 0) | (members >= n_arcs)]
        if len(bad):
            problems.add(
                f"group {g}", "no such arc", got=listed(bad), allowed=f"arcs 0 .. {n_arcs - 1}"
            )
            continue
        mark = np.zeros(n_arcs, np.bool_)
        mark[members] = True
        result.append(mark)
    problems.raise_if_any()
    return result


def _prepare(
    graph: Graph,
    cost: ArrayLike,
    demand: Demand,
    choice: Choice,
    arcs: EfficientArcs | None,
    length: ArrayLike | None,
) -> _Kernel:
    problems = ProblemList()
    C, m = demand.n_classes, graph.n_arcs
    demand.check_nodes(problems, graph)
    cost_of = class_costs(problems, "cost", cost, C, m)
    length_of = class_costs(problems, "length", length, C, m) if length is not None else None
    if arcs is not None and (
        arcs.cost.shape != (C, m)
        or arcs.graph.n_nodes != graph.n_nodes
        or not np.array_equal(arcs.destinations, demand.destinations)
    ):
        problems.add("arcs", "are of another graph, other classes or other destinations")
    problems.raise_if_any()
    found = efficient_arcs(graph, cost_of, demand.destinations) if arcs is None else arcs
    return _Kernel(
        found, cost_of, found.cost if length_of is None else length_of, demand.origins, choice
    )


def _run(
    kernel: _Kernel,
    volume: NDArray[np.float64],
    values: NDArray[np.float64],
    marked: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], ...]:
    """Flow (C, m), expected cost (C, O, D), means (C, O, D, F) and share through the mark."""
    C, O, D = volume.shape  # noqa: E741
    m, n_blocks = kernel.arcs.graph.n_arcs, -(-D // ROWS_PER_BLOCK)
    blocks = np.zeros((C * n_blocks, m))
    expected, share = np.empty((C, D, O)), np.empty((C, D, O))
    means = np.empty((C, D, O, values.shape[2]))
    by_row = np.ascontiguousarray(np.swapaxes(volume, 1, 2))
    values = np.ascontiguousarray(values)
    e, choice, given = kernel.arcs, kernel.choice, kernel.given()

    def make_worker():
        work = kernel.work()
        mean_of = np.empty((e.graph.n_nodes, values.shape[2]))

        def worker(start: int, stop: int) -> None:
            for block in range(start, stop):
                c, b = divmod(block, n_blocks)
                _load_rows(
                    b * ROWS_PER_BLOCK, min(D, (b + 1) * ROWS_PER_BLOCK), c * D, kernel.origins,
                    e.graph.head, e.count, e.order, e.first, e.arc, e.least,
                    given[c], choice.scale,
                    choice.relative, choice.overlap == "size", choice.weight, choice.fade,
                    values[c], marked, by_row[c], *work, mean_of, blocks[block], expected[c],
                    means[c], share[c],
                )  # fmt: skip

        return worker

    if blocks.size and O:
        in_parallel(len(blocks), make_worker)
    return (
        blocks.reshape(C, n_blocks, m).sum(axis=1),
        np.swapaxes(expected, 1, 2),
        np.swapaxes(means, 1, 2),
        np.swapaxes(share, 1, 2),
    )


def _best_first(kernel: _Kernel, c: int, o: int, d: int, most: int) -> list[LikelyPath]:
    e, choice = kernel.arcs, kernel.choice
    row = c * len(e.destinations) + d
    origin, destination = int(kernel.origins[o]), int(e.destinations[d])
    if np.isnan(e.least[row, origin]) or origin == destination:
        return []
    work = kernel.work()
    _, _, at, V, _, _, _, _, _, p, *_ = work
    _choices_of_pair(
        origin, e.graph.head, e.count[row], e.order[row], e.first[row], e.arc[row], e.least[row],
        kernel.given()[c], choice.scale, choice.relative,
        choice.overlap == "size", choice.weight, choice.fade, *work,
    )  # fmt: skip
    if not np.isfinite(V[origin]):
        return []
    order, first, arc, head = e.order[row], e.first[row], e.arc[row], e.graph.head
    start = int(at[origin])
    best = np.zeros(e.graph.n_nodes)
    best[destination] = 1.0
    within = _reached(start, order, first, arc, head)
    for q in within[::-1]:
        if q:
            ks = range(first[q], first[q + 1])
            best[order[q]] = max(p[k] * best[head[arc[k]]] for k in ks)
    found: list[LikelyPath] = []
    # Ties are broken by the arcs themselves, so that the order does not hang on the heap.
    heap: list[tuple[float, tuple[int, ...], float, int]] = [(-best[origin], (), 1.0, origin)]
    while heap and len(found) < most:
        _, taken, share, i = heapq.heappop(heap)
        if i == destination:
            found.append(LikelyPath(arcs=np.array(taken, np.int32), share=share))
            continue
        q = int(at[i])
        for k in range(first[q], first[q + 1]):
            a = int(arc[k])
            j = int(head[a])
            onward = share * p[k]
            if onward * best[j] > 0.0:
                heapq.heappush(heap, (-onward * best[j], (*taken, a), onward, j))
    return found


def _reached(start, order, first, arc, head) -> list[int]:
    """Positions, descending, of the nodes that routes from a position can pass."""
    inside, places = np.zeros(len(order), np.bool_), []
    inside[order[start]] = True
    for q in range(start, -1, -1):
        if inside[order[q]]:
            places.append(q)
            if q:
                inside[head[arc[first[q] : first[q + 1]]]] = True
    return places


@njit(nogil=True, cache=True)
def _choices_of_pair(
    origin, head, count, order, first, arc, L, given, mu, relative, sized, weight, fade, inside, places, at, V, hit, R, up, down, t, p, log_p, extra, to, of_arc,
):  # fmt: skip
    """Choices of one pair, as in `_load_rows`; they are left in ``p``."""
    for q in range(count):
        at[order[q]] = q
    n_arcs = first[count]
    _gather(n_arcs, arc, head, to)
    for k in range(4):
        _gather(n_arcs, arc, given[k], of_arc[k])
    _fade(count, order, first, to, L, of_arc[0], fade, of_arc[2])
    if sized:
        _choose_pair(
            at[origin], order, first, to, L, mu, relative, weight, of_arc[0], of_arc[1], of_arc[3],
            of_arc[2], inside, places, V, p, log_p, R, up, down, extra,
        )  # fmt: skip
    else:
        _choose_all(
            count, order, first, to, L, mu, relative, of_arc[3], extra, of_arc[2], V, p, log_p
        )


@njit(nogil=True, cache=True)
def _load_rows(
    start, stop, row_0, origins, head, counts, orders, firsts, arcs, least, given, mu, relative,
    sized, weight, fade, values, marked, volume, inside, places, at, V, hit, R, up, down, t, p, log_p,
    extra, to, of_arc, mean, flow, expected, means, share,
):  # fmt: skip
    """Load destinations ``start:stop`` of one class."""
    n_fields = values.shape[1]
    for d in range(start, stop):
        row = row_0 + d
        L, order, first, arc = least[row], orders[row], firsts[row], arcs[row]
        size = counts[row]
        at[:] = -1
        t[:] = 0.0
        for q in range(size):
            at[order[q]] = q
            places[size - 1 - q] = q
        n_arcs = first[size]
        _gather(n_arcs, arc, head, to)
        for k in range(4):
            _gather(n_arcs, arc, given[k], of_arc[k])
        _fade(size, order, first, to, L, of_arc[0], fade, of_arc[2])
        if not sized:
            extra[:n_arcs] = 0.0
            _choose_all(
                size, order, first, to, L, mu, relative, of_arc[3], extra, of_arc[2], V, p, log_p
            )
            _means(size, places, order, first, arc, to, p, values, marked, mean, hit)
        for o in range(len(origins)):
            i = origins[o]
            if at[i] < 0:
                expected[d, o] = np.nan
                share[d, o] = np.nan
                means[d, o, :] = np.nan
                continue
            if sized:
                inner = _choose_pair(
                    at[i], order, first, to, L, mu, relative, weight, of_arc[0], of_arc[1],
                    of_arc[3], of_arc[2], inside, places, V, p, log_p, R, up, down, extra,
                )  # fmt: skip
                _means(inner, places, order, first, arc, to, p, values, marked, mean, hit)
                if volume[d, o] > 0.0 and V[i] < np.inf:
                    t[i] = volume[d, o]
                    _spread(inner, places, order, first, arc, to, p, t, flow)
            elif V[i] < np.inf:
                t[i] += volume[d, o]
            is_open = V[i] < np.inf
            expected[d, o] = V[i] if is_open else np.nan
            share[d, o] = hit[i] if is_open else np.nan
            for f in range(n_fields):
                means[d, o, f] = mean[i, f] if is_open else np.nan
        if not sized:
            _spread(size, places, order, first, arc, to, p, t, flow)


@njit(**INNER)
def _spread(size, places, order, first, arc, to, p, t, flow):
    """Pass what is at the nodes on towards the destination; ``t`` is 0 again afterwards."""
    for s in range(size - 1):
        q = places[s]
        i = order[q]
        here = t[i]
        t[i] = 0.0
        if here > 0.0:
            for k in range(first[q], first[q + 1]):
                flow[arc[k]] += here * p[k]
                t[to[k]] += here * p[k]
    t[order[0]] = 0.0


@njit(**INNER)
def _means(size, places, order, first, arc, to, p, values, marked, mean, hit):
    """Mean sums of the values and the share that meets a marked arc, from every node."""
    n_fields = values.shape[1]
    if n_fields == 0 and len(marked) == 0:
        return
    end = order[0]
    hit[end] = 0.0
    for f in range(n_fields):
        mean[end, f] = 0.0
    for s in range(size - 2, -1, -1):
        q = places[s]
        i = order[q]
        meets = 0.0
        for f in range(n_fields):
            mean[i, f] = 0.0
        for k in range(first[q], first[q + 1]):
            j = to[k]
            if len(marked):
                meets += p[k] * (1.0 if marked[arc[k]] else hit[j])
            for f in range(n_fields):
                mean[i, f] += p[k] * (values[arc[k], f] + mean[j, f])
        hit[i] = meets
