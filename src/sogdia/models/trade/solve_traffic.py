"""What traffic alone says: trade, a balanced baseline, and the traffic of a link not yet built.

Symbols as in `solve_spatial`; equation numbers of Allen and Arkolakis (2022). No trade elasticity is
needed for trade (34); a new link needs one, and a level of its cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csc_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from sogdia.core.status import Status
from sogdia.models.trade.solve_spatial import MAX_CONDITION, condition_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Balanced", "balance_traffic", "new_traffic", "price_levels", "trade_from_traffic"]

MAX_STEPS = 100


@dataclass(frozen=True, slots=True)
class Balanced:
    """Traffic that balances at its nodes.

    Attributes
    ----------
    xi : (M,) float64
    largest_change : float
        Largest ``|xi' / xi - 1|``; 0 when the traffic given balanced.
    moved : float
        Sum of ``|xi' - xi|`` over the sum of traffic.
    status : Status
        "failed" when no traffic on the given links can balance.
    """

    xi: NDArray[np.float64]
    largest_change: float
    moved: float
    status: Status


def balance_traffic(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    xi: NDArray[np.float64],
    net: NDArray[np.float64],
    fixed: NDArray[np.bool_],
    *,
    tolerance: float = 1e-12,
) -> Balanced:
    """The traffic nearest to the one given that leaves what is asked at every fixed node.

    Nearest in relative entropy, so ``xi' = xi exp(f_k - f_l)`` with one number a node: zero traffic
    stays zero and no traffic turns negative. Where a node is not fixed its balance is read off.

    Parameters
    ----------
    tail, head : (M,) int
    xi : (M,) float64
        At least 0.
    net : (N,) float64
        What leaves less what enters, wanted at fixed nodes: income less spending.
    fixed : (N,) bool
    tolerance : float
        Relative to the traffic of the node.
    """
    n = len(net)
    f = np.zeros(n)
    used = xi > 0.0
    k, l, x = tail[used], head[used], xi[used]  # noqa: E741
    part = connected_components(coo_array((np.ones(len(k)), (k, l)), shape=(n, n)), directed=False)[
        1
    ]
    # A part fixed at every node has one number too many: pin its first node.
    loose = fixed.copy()
    first = np.full(n, n)
    np.minimum.at(first, part, np.arange(n))
    whole = np.bincount(part, ~fixed, n) == 0
    loose[first[part[first[part] == np.arange(n)]]] &= ~whole[part[first[part] == np.arange(n)]]
    size = np.bincount(k, x, n) + np.bincount(l, x, n)
    scale = np.where(size > 0.0, size, 1.0)
    free = np.flatnonzero(loose & (size > 0.0))
    at = np.full(n, -1)
    at[free] = np.arange(len(free))
    inside = (at[k] >= 0, at[l] >= 0)

    def flows(f: NDArray[np.float64]) -> NDArray[np.float64]:
        return x * np.exp(np.clip(f[k] - f[l], -700.0, 700.0))

    def objective(f: NDArray[np.float64], flow: NDArray[np.float64]) -> float:
        return float(flow.sum() - f @ np.where(fixed, net, 0.0))

    def excess(flow: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(fixed, np.bincount(k, flow, n) - np.bincount(l, flow, n) - net, 0.0)

    flow = flows(f)
    error = np.abs(excess(flow) / scale).max(initial=0.0)
    step = 0
    while error > tolerance and step < MAX_STEPS and len(free):
        step += 1
        diagonal = (np.bincount(k, flow, n) + np.bincount(l, flow, n))[free]
        both = inside[0] & inside[1]
        matrix = diags_array(np.maximum(diagonal, 1e-300)) - (
            coo_array((flow[both], (at[k[both]], at[l[both]])), shape=(len(free),) * 2)
            + coo_array((flow[both], (at[l[both]], at[k[both]])), shape=(len(free),) * 2)
        )
        try:
            change = -splu(csc_array(matrix)).solve(excess(flow)[free])
        except RuntimeError:
            break
        move = np.zeros(n)
        move[free] = np.clip(change, -5.0, 5.0)
        part_of, now = 1.0, objective(f, flow)
        while part_of > 1e-9:
            trial = flows(f + part_of * move)
            if objective(f + part_of * move, trial) <= now + 1e-12 * abs(now):
                break
            part_of *= 0.5
        f = f + part_of * move
        flow = flows(f)
        error = np.abs(excess(flow) / scale).max(initial=0.0)
    result = np.zeros(len(xi))
    result[used] = flow
    # Traffic that has to vanish never quite does: such nodes are told from mere lack of steps.
    worst = int(np.argmax(np.abs(excess(flow) / scale))) if n else 0
    message = (
        "" if error <= tolerance else f"no traffic on these links balances; worst at node {worst}"
    )
    state = "solved" if error <= tolerance else "failed"
    return Balanced(
        xi=result,
        largest_change=float(np.abs(flow / x - 1.0).max(initial=0.0)),
        moved=float(np.abs(flow - x).sum() / x.sum()) if len(x) else 0.0,
        status=Status(
            state=state,
            iterations=step,
            residual=float(error),
            tolerance=tolerance,
            message=message,
        ),
    )


def trade_from_traffic(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    xi: NDArray[np.float64],
    Y: NDArray[np.float64],
    E: NDArray[np.float64],
) -> tuple[NDArray[np.float64], Status]:
    """Trade between all regions (34): ``X = diag(Y) (H - Xi)^-1 diag(E)``.

    ``H`` is the mean of what enters and what leaves, equal when traffic balances. On the diagonal
    stands what a region sells to itself, its round trips included.

    Parameters
    ----------
    tail, head : (M,) int
    xi : (M,) float64
    Y, E : (N,) float64
        Income and spending.

    Returns
    -------
    X : (N, N) float64
        NaN when the status is "failed".
    status : Status
        "failed" when the condition number is above 1e12, "usable" when rows and columns miss Y and
        E by more than 1e-9.
    """
    n = len(Y)
    H = (Y + E + np.bincount(tail, xi, n) + np.bincount(head, xi, n)) / 2.0
    scale = np.where(H > 0.0, H, 1.0)
    # Rows as shares, so that the condition number does not depend on the size of regions.
    matrix = csc_array(
        diags_array(np.ones(n)) - coo_array((xi / scale[tail], (tail, head)), shape=(n, n))
    )
    try:
        lu = splu(matrix)
        condition = condition_number(matrix, lu)
    except RuntimeError:
        condition = float("inf")
    if not condition <= MAX_CONDITION:
        message = f"condition number {condition:.1e} above {MAX_CONDITION:.0e}"
        return np.full((n, n), np.nan), Status(state="failed", message=message)
    X = Y[:, np.newaxis] * lu.solve(np.diag(E / scale))
    # (H - Xi)^-1 = (1 - H^-1 Xi)^-1 H^-1: the column scale of H^-1 went with E.
    off = max(
        np.abs(X.sum(axis=1) - Y).max(initial=0.0) / max(Y.max(initial=0.0), 1e-300),
        np.abs(X.sum(axis=0) - E).max(initial=0.0) / max(E.max(initial=0.0), 1e-300),
    )
    message = "" if off <= 1e-9 else "traffic does not balance: trade does not add up to income"
    return X, Status(
        state="solved" if off <= 1e-9 else "usable", residual=off, tolerance=1e-9, message=message
    )


def price_levels(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    xi: NDArray[np.float64],
    H: NDArray[np.float64],
    t: NDArray[np.float64],
    theta: float,
) -> tuple[NDArray[np.float64], float]:
    """Levels of ln p that reproduce known link costs as well as one number a node can.

    By (24), ``Xi_kl = t_kl^-theta p_k H_l / p_l``: least squares of ``ln p_k - ln p_l`` with traffic
    as weights. With costs that fit exactly the traffic is reproduced exactly.

    Parameters
    ----------
    tail, head : (G,) int
    xi : (G,) float64
        Traffic of links, > 0.
    H : (N,) float64
        Throughput.
    t : (G,) float64
        Level of the cost of each link, congestion included.
    theta : float

    Returns
    -------
    ln_p : (N,) float64
        Its mean over each connected part is 0.
    misfit : float
        Weighted root mean square error of ln t: costs that traffic has and `t` has not.
    """
    n, wanted = len(H), np.log(xi / H[head]) + theta * np.log(t)
    graph = coo_array((np.ones(len(tail)), (tail, head)), shape=(n, n))
    count, part = connected_components(graph, directed=False)
    weight = xi / xi.sum()
    rows = np.arange(len(tail))
    slope = coo_array(
        (np.r_[np.ones(len(tail)), -np.ones(len(tail))], (np.r_[rows, rows], np.r_[tail, head])),
        shape=(len(tail), n),
    ).tocsr()
    normal = slope.T @ diags_array(weight) @ slope
    # One number of each part is free: pinned at its first node, then taken relative to the mean.
    first = np.full(count, n)
    np.minimum.at(first, part, np.arange(n))
    pin = np.zeros(n)
    pin[first] = weight.sum() + normal.diagonal().max(initial=0.0)
    ln_p = splu(csc_array(normal + diags_array(pin))).solve(slope.T @ (weight * wanted))
    ln_p = ln_p - (np.bincount(part, ln_p, count) / np.bincount(part, minlength=count))[part]
    error = (slope @ ln_p - wanted) / theta
    return ln_p, float(np.sqrt(weight @ error**2))


def new_traffic(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    t: NDArray[np.float64],
    H: NDArray[np.float64],
    theta: float,
    *,
    lam: NDArray[np.float64],
    world: float,
    ln_p: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Traffic that new links would carry at the prices of before: K of `solve_modes`.

    A link that did not exist had t = infinity and no hat. From its level of cost, by (24),
    ``K = t^-theta p_k q_l`` with ``q_l = H_l / p_l``. Without `ln_p`, costs are taken to be the same
    in both directions, so that ``p_k q_l = sqrt(H_k H_l)``. With congestion (27),
    ``K = [t^-theta p_k q_l W^(theta lam)]^(1/(1+theta lam))``.

    Parameters
    ----------
    tail, head : (M,) int
    t : (M,) float64
        Cost factor, at a traffic of all world income where there is congestion.
    H : (N,) float64
        Throughput before.
    theta : float
    lam : (M,) float64
    world : float
        World income before.
    ln_p : (N,) float64, optional
        Of `price_levels`.
    """
    if ln_p is None:
        ln_pq = 0.5 * (np.log(H[tail]) + np.log(H[head]))
    else:
        ln_pq = ln_p[tail] - ln_p[head] + np.log(H[head])
    return np.exp((-theta * np.log(t) + ln_pq + theta * lam * np.log(world)) / (1.0 + theta * lam))
