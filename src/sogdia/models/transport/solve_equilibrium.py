"""Deterministic user equilibrium: nobody can do better by taking another route (Wardrop 1952).

Class k pays on arc a the generalised cost, in the unit of its fixed cost::

    g_ka = fixed_ka + theta_k t_a(v_a)          v_a = sum_k w_k x_ka                         (1)

t_a      congestible time of the arc (`Delay`)
theta_k  value of time of the class, cost / time, above 0
x_ka     flow of the class in the unit of its demand, w_k its weight in congestion

In units of time, g / theta, all classes see the same slope, so equilibria minimise (Beckmann,
McGuire and Winsten 1956; with classes as Dafermos 1972)::

    Z = sum_a int_0^{v_a} t_a(s) ds + sum_ka w_k x_ka fixed_ka / theta_k                     (2)

It is convex, so v and the costs are unique where times rise; the split of v between classes need
not be. Z is minimised by Algorithm B (Dial 2006) on bushes, one a class and origin, worked in a
fixed order by one thread: the same bits for any number of threads.

Relative gap, over all pairs q with demand d_q and least cost u_q at the flows::

    gap = (sum_ka w_k x_ka g_ka / theta_k - sum_q w_k d_q u_q / theta_k) / sum_ka w_k x_ka g_ka / theta_k    (3)

References
----------
Wardrop, J. G. (1952). Some theoretical aspects of road traffic research. Proceedings of the
Institution of Civil Engineers 1(3), 325-362. doi:10.1680/ipeds.1952.11259

Beckmann, M., McGuire, C. B. and Winsten, C. B. (1956). Studies in the Economics of Transportation.
Yale University Press.

Dafermos, S. C. (1972). The traffic assignment problem for multiclass-user transportation networks.
Transportation Science 6(1), 73-87. doi:10.1287/trsc.6.1.73
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status
from sogdia.models.transport.delay import Delay
from sogdia.models.transport.solve import trees
from sogdia.models.transport.solve_bush import evaluate, plant, sweep
from sogdia.models.transport.solve_graph import Demand, Graph, class_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Congestion", "Equilibrium", "equilibrium"]

BATCHES = 12
"""Parts in which origins are first loaded, each on the times the parts before it left."""

PASSES = 2
"""Shifts of a bush between two looks for better arcs."""

SWEEPS = 6
"""Sweeps over all bushes between two computations of the gap, for one class."""

SWEEPS_OF_CLASSES = 40
"""The same for several classes. Where two classes are near indifferent between the same two routes
they swap flow in many small steps, and the gap stands still until one of them has swapped all."""


DUST = 1e-13
"""Share of an origin's demand below which flow on an arc is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Congestion:
    """What C classes pay on m arcs, equation 1.

    Attributes
    ----------
    delay : Delay
    fixed : (C, m) float64
        Cost that does not congest; ``+inf`` closes an arc to a class. One row serves all classes.
    time_value : (C,) float64
        theta, above 0.
    weight : (C,) float64
        w, above 0.
    """

    delay: Delay
    fixed: NDArray[np.float64] | float = 0.0
    time_value: NDArray[np.float64] | float = 1.0
    weight: NDArray[np.float64] | float = 1.0

    def of_classes(
        self, problems: ProblemList, n_classes: int, n_arcs: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Fixed cost (C, m), value of time (C,) and weight (C,); what is wrong is noted."""
        fixed = self.fixed
        if np.ndim(fixed) == 0:
            fixed = np.full(n_arcs, float(fixed))
        cost = class_costs(problems, "congestion.fixed", fixed, n_classes, n_arcs)
        by_class = []
        for name, given in (("time_value", self.time_value), ("weight", self.weight)):
            value = np.asarray(given, np.float64)
            if value.shape not in {(), (n_classes,)} or not (
                np.isfinite(value).all() and (value > 0.0).all()
            ):
                problems.add(
                    f"congestion.{name}",
                    "not one number above 0 a class",
                    got=value,
                    allowed=f"({n_classes},)",
                )
                value = np.ones(())
            by_class.append(np.array(np.broadcast_to(value, (n_classes,))))
        if self.delay.n_arcs != n_arcs:
            problems.add("congestion.delay", "wrong number of arcs", got=self.delay.n_arcs)
        return cost, by_class[0], by_class[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Equilibrium:
    """A user equilibrium of C classes.

    Attributes
    ----------
    flow : (C, m) float64
        In the unit of demand.
    time : (m,) float64
        Congested time.
    cost : (C, m) float64
        Generalised cost of equation 1 at the flows; inf on closed arcs.
    least : (C, O, D) float64
        Least cost of each pair at the flows; NaN without a way.
    unserved : (C, O, D) float64
        Demand that has no way; it is in no flow.
    gap : float
        Equation 3; NaN when nothing travels.
    objective : float
        Equation 2, in time x weighted flow.
    iterations : int
    status : Status
    """

    flow: NDArray[np.float64]
    time: NDArray[np.float64]
    cost: NDArray[np.float64]
    least: NDArray[np.float64]
    unserved: NDArray[np.float64]
    gap: float
    objective: float
    iterations: int
    status: Status


class _Inside:
    """The problem in internal order: arcs by head, costs in units of time, flows weighted."""

    def __init__(self, graph: Graph, demand: Demand, congestion: Congestion) -> None:
        problems = ProblemList()
        C, m, n = demand.n_classes, graph.n_arcs, graph.n_nodes
        demand.check_nodes(problems, graph)
        self.fixed_given, self.time_value, self.weight = congestion.of_classes(problems, C, m)
        problems.raise_if_any()
        self.graph, self.demand, self.congestion = graph, demand, congestion
        self.star = graph.star()
        new_of = self.star.new_of
        self.arc = np.lexsort((graph.tail, new_of[graph.head])).astype(np.int64)
        self.place = np.empty(m, np.int64)
        self.place[self.arc] = np.arange(m)
        self.tail = new_of[graph.tail[self.arc]].astype(np.int64)
        self.head = new_of[graph.head[self.arc]].astype(np.int64)
        self.first = np.zeros(n + 1, np.int64)
        np.cumsum(np.bincount(self.head, minlength=n), out=self.first[1:])
        leaving = np.argsort(self.tail, kind="stable")
        self.leaving = np.stack([leaving, self.head[leaving]], axis=1)
        self.leaving_first = np.zeros(n + 1, np.int64)
        np.cumsum(np.bincount(self.tail, minlength=n), out=self.leaving_first[1:])
        self.through = graph.through[self.star.old_of]
        self.fixed = self.fixed_given[:, self.arc] / self.time_value[:, None]
        free, gain, capacity, power, curve, grid, coef = congestion.delay.kernel()
        at = self.arc
        self.delay = (free[at], gain[at], capacity[at], power[at], curve[at], grid, coef)
        self.v, self.t, self.dt = np.zeros(m), np.empty(m), np.empty(m)
        self.volume = demand.travelling() * self.weight[:, None, None]

    def class_cost(self, c: int) -> NDArray[np.float64]:
        """Cost of one class at the present times, in units of time and the caller's order."""
        return self.t[self.place] + self.fixed_given[c] / self.time_value[c]

    def least(self) -> NDArray[np.float64]:
        """Least costs (C, O, D) at the present times, in units of time."""
        ends = self.demand.destinations
        return np.stack(
            [
                trees(
                    self.star, self.class_cost(c), self.demand.origins, through=self.graph.through
                ).cost[:, ends]
                for c in range(self.demand.n_classes)
            ]
        )

    def plant(self) -> None:
        """Make a bush for every class and origin with demand."""
        evaluate(self.v, self.t, self.dt, self.delay)
        least = self.least()
        self.unserved = np.where(np.isnan(least), self.volume, 0.0)
        served = np.where(np.isnan(least), 0.0, self.volume)
        self.served = served
        rows = np.argwhere(served.sum(axis=2) > 0.0)
        R, m, n = len(rows), self.graph.n_arcs, self.graph.n_nodes
        new_of = self.star.new_of
        self.class_of = rows[:, 0].copy()
        self.origin = new_of[self.demand.origins[rows[:, 1]]].astype(np.int64)
        self.x, self.bush = np.zeros((R, m)), np.zeros((R, m), np.bool_)
        self.order, self.size = np.zeros((R, n), np.int32), np.zeros(R, np.int64)
        # Every BATCHES-th origin: a batch is spread over the network.
        for batch in range(min(BATCHES, R)):
            some = np.arange(batch, R, BATCHES)
            evaluate(self.v, self.t, self.dt, self.delay)
            for c in np.unique(self.class_of[some]):
                these = some[self.class_of[some] == c]
                found = trees(
                    self.star, self.class_cost(c), self.demand.origins[rows[these, 1]],
                    through=self.graph.through,
                )  # fmt: skip
                pred = found.pred_arc[:, self.star.old_of]
                pred = np.where(pred < 0, -1, self.place[pred])
                received = np.zeros((len(these), n))
                received[:, new_of[self.demand.destinations]] = served[c, rows[these, 1]]
                plant(
                    these, pred, found.cost, self.origin, self.tail, received, self.x, self.bush,
                    self.order, self.size, self.v,
                )  # fmt: skip
        self.worst = np.full(R, np.inf)
        self.dust = DUST * served.sum(axis=2)[rows[:, 0], rows[:, 1]]
        evaluate(self.v, self.t, self.dt, self.delay)

    def sweep(self, least_gain: float, *, improve: bool) -> None:
        """Work all bushes in turn."""
        sweep(
            improve, PASSES, least_gain, self.first, self.tail, self.through, self.origin,
            self.class_of, self.fixed, self.bush, self.x, self.dust, self.order, self.size, self.v, self.t,
            self.dt, self.leaving_first, self.leaving, self.delay, self.worst,
        )  # fmt: skip

    def flows(self) -> NDArray[np.float64]:
        """Weighted flows (C, m) in internal order, summed in the order of the rows."""
        result = np.zeros((self.demand.n_classes, self.graph.n_arcs))
        np.add.at(result, self.class_of, self.x)
        return result

    def gap(self) -> tuple[float, NDArray[np.float64]]:
        """Relative gap and least costs, after the sums have been taken anew."""
        flow = self.flows()
        self.v[:] = flow.sum(axis=0)
        evaluate(self.v, self.t, self.dt, self.delay)
        paid = float((self.v * self.t).sum())
        paid += float((np.where(flow > 0.0, self.fixed, 0.0) * flow).sum())
        least = self.least()
        need = float((self.served * np.where(self.served > 0.0, least, 0.0)).sum())
        return (max(0.0, paid - need) / paid if paid > 0.0 else 0.0), least


def equilibrium(
    graph: Graph,
    demand: Demand,
    congestion: Congestion,
    *,
    gap: float = 1e-6,
    most_iterations: int = 200,
) -> Equilibrium:
    """Find the deterministic user equilibrium of several classes.

    Parameters
    ----------
    graph : Graph
        n nodes, m arcs.
    demand : Demand
        C classes, O origins, D destinations.
    congestion : Congestion
    gap : float
        Relative gap (equation 3) at which to stop, above 0.
    most_iterations : int

    Returns
    -------
    Equilibrium
        Status "solved" at the gap asked for, "usable" otherwise.

    Raises
    ------
    InvalidInput
        When a shape, node, cost or parameter is not allowed.

    Notes
    -----
    Memory grows with (classes x origins x arcs).
    """
    problems = ProblemList()
    if not 0.0 < gap < 1.0:
        problems.add("gap", "not between 0 and 1", got=gap)
    if most_iterations < 1:
        problems.add("most_iterations", "below 1", got=most_iterations)
    problems.raise_if_any()
    inside = _Inside(graph, demand, congestion)
    inside.plant()
    reached, least = inside.gap()
    iterations = 0
    while reached > gap and iterations < most_iterations:
        iterations += 1
        # Finer than the gap by two orders, or sweeps would stop short of it.
        least_gain = min(reached, 1e-2) * 1e-2
        inside.sweep(least_gain, improve=True)
        several = demand.n_classes > 1
        for _ in range(SWEEPS_OF_CLASSES if several else SWEEPS):
            if several:
                inside.worst[:] = np.inf
            inside.sweep(least_gain, improve=False)
            if inside.worst.max(initial=0.0) <= least_gain:
                break
        reached, least = inside.gap()
    return _result(inside, reached, least, gap, iterations)


def _result(
    inside: _Inside, reached: float, least: NDArray[np.float64], wanted: float, iterations: int
) -> Equilibrium:
    place, weight = inside.place, inside.weight
    weighted = inside.flows()
    delay = inside.congestion.delay
    objective = float(delay.integral(inside.v[place]).sum())
    objective += float((np.where(weighted > 0.0, inside.fixed, 0.0) * weighted).sum())
    time = inside.t[place]
    travels = bool((inside.served > 0.0).any())
    lost = int(np.count_nonzero(inside.unserved))
    messages = []
    if reached > wanted:
        messages.append(f"the gap is {reached:.3g} after {iterations} iterations")
    if lost:
        messages.append(f"{lost} pairs with demand have no way")
    return Equilibrium(
        flow=weighted[:, place] / weight[:, None],
        time=time,
        cost=inside.fixed_given + inside.time_value[:, None] * time,
        least=least * inside.time_value[:, None, None],
        unserved=inside.unserved / weight[:, None, None],
        gap=reached if travels else np.nan,
        objective=objective,
        iterations=iterations,
        status=Status(
            state="solved" if reached <= wanted else "usable",
            iterations=iterations,
            residual=reached,
            tolerance=wanted,
            message="; ".join(messages),
            of="user equilibrium",
        ),
    )
