"""Stochastic user equilibrium: route shares at the costs that the flows themselves cause.

Find flows x that are the loading y of their own costs (Daganzo and Sheffi 1977; with logit shares
Fisk 1980)::

    x = y(g(x))          g_ka(x) = fixed_ka + theta_k t_a(v_a)          v_a = sum_k w_k x_ka   (1)

Efficient arcs, path sizes and relative scales are fixed by the costs without flow. So y is a
continuous map of the compact convex set of flows into itself and a fixed point exists (Brouwer); if
the sets followed the costs, y would jump and there might be none. Times that rise with flow make
the fixed point unique for one class, or for classes whose costs differ by fixed parts only.

Solved by self-regulated averages (Liu, He and He 2009)::

    x <- x + (y - x) / beta          beta <- beta + 1.8 if |y - x| grew, + 0.3 if not          (2)

Residual: sum w |y - x| over sum w x.

References
----------
Daganzo, C. F. and Sheffi, Y. (1977). On stochastic models of traffic assignment. Transportation
Science 11(3), 253-274. doi:10.1287/trsc.11.3.253

Fisk, C. (1980). Some developments in equilibrium traffic assignment. Transportation Research B
14(3), 243-255. doi:10.1016/0191-2615(80)90004-1

Liu, H. X., He, X. and He, B. (2009). Method of successive weighted averages (MSWA) and
self-regulated averaging schemes for solving stochastic user equilibrium problem. Networks and
Spatial Economics 9, 485-503. doi:10.1007/s11067-007-9023-x
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status
from sogdia.models.transport.solve_choice import Choice, Loading, load
from sogdia.models.transport.solve_efficient import EfficientArcs, efficient_arcs
from sogdia.models.transport.solve_equilibrium import Congestion
from sogdia.models.transport.solve_graph import Demand, Graph

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["StochasticEquilibrium", "stochastic_equilibrium"]

GREW = 1.8
"""Added to beta when the residual grew; above 1 (Liu, He and He 2009, section 4)."""

FELL = 0.3
"""Added to beta when it fell; between 0 and 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StochasticEquilibrium:
    """A stochastic user equilibrium of C classes.

    Attributes
    ----------
    loading : Loading
        The loading of `cost`: flows, expected costs, fields, unserved demand.
    cost : (C, m) float64
        Costs it was loaded at; with `arcs` they give the same shares to `select_link`.
    time : (m,) float64
        Congested time behind the costs.
    arcs : EfficientArcs
        By the costs without flow.
    residual : float
        How far the flows behind the costs are from the loading.
    status : Status
    """

    loading: Loading
    cost: NDArray[np.float64]
    time: NDArray[np.float64]
    arcs: EfficientArcs
    residual: float
    status: Status


def stochastic_equilibrium(
    graph: Graph,
    demand: Demand,
    congestion: Congestion,
    choice: Choice,
    *,
    tolerance: float = 1e-4,
    most_iterations: int = 200,
    arcs: EfficientArcs | None = None,
    fields: ArrayLike | None = None,
    length: ArrayLike | None = None,
) -> StochasticEquilibrium:
    """Find the stochastic user equilibrium of several classes.

    Parameters
    ----------
    graph : Graph
    demand : Demand
    congestion : Congestion
    choice : Choice
    tolerance : float
        Residual at which to stop.
    most_iterations : int
        Loadings at most.
    arcs : EfficientArcs, optional
        Efficient arcs to keep to; by default those of the costs without flow.
    fields, length
        As in `load`.

    Returns
    -------
    StochasticEquilibrium
        Status "solved" within the tolerance, "usable" otherwise.

    Raises
    ------
    InvalidInput
        When a shape, node, cost or parameter is not allowed.
    """
    problems = ProblemList()
    if not 0.0 < tolerance < 1.0:
        problems.add("tolerance", "not between 0 and 1", got=tolerance)
    if most_iterations < 1:
        problems.add("most_iterations", "below 1", got=most_iterations)
    demand.check_nodes(problems, graph)
    fixed, theta, weight = congestion.of_classes(problems, demand.n_classes, graph.n_arcs)
    problems.raise_if_any()

    def cost_at(flow: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        time = congestion.delay.value(np.maximum(weight @ flow, 0.0))
        return time, fixed + theta[:, None] * time

    x = np.zeros((demand.n_classes, graph.n_arcs))
    time, cost = cost_at(x)
    kept = efficient_arcs(graph, cost, demand.destinations) if arcs is None else arcs
    # Fields are summed once, at the end: they do not act on the choice.
    x = load(graph, cost, demand, choice, arcs=kept, length=length).flow
    beta, before, residual, iterations = 1.0, np.inf, np.inf, 1
    while iterations < most_iterations:
        time, cost = cost_at(x)
        y = load(graph, cost, demand, choice, arcs=kept, length=length).flow
        iterations += 1
        total = float((weight @ x).sum())
        residual = float((weight @ np.abs(y - x)).sum()) / total if total > 0.0 else 0.0
        if residual <= tolerance:
            break
        beta += GREW if residual >= before else FELL
        before = residual
        x += (y - x) / beta
    loading = load(graph, cost, demand, choice, arcs=kept, fields=fields, length=length)
    solved = residual <= tolerance
    parts = [] if solved else [f"the residual is {residual:.3g} after {iterations} loadings"]
    if loading.status.message:
        parts.append(loading.status.message)
    return StochasticEquilibrium(
        loading=loading,
        cost=cost,
        time=time,
        arcs=kept,
        residual=residual,
        status=Status(
            state="solved" if solved else "usable",
            iterations=iterations,
            residual=residual,
            tolerance=tolerance,
            message="; ".join(parts),
            of="stochastic user equilibrium",
        ),
    )
