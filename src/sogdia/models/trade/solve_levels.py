"""Spatial equilibrium in levels: from costs and fundamentals to prices, incomes, trade and traffic.

The same economy as `solve_spatial`, solved another way: all routes are summed by one inverse,
wages and costs are found by damped substitution. It needs levels of every link cost, which traffic
does not give. It serves to check solutions in changes and to learn what a cost level implies; the
inverse is dense, so up to about a thousand nodes.

Equation numbers are those of Allen and Arkolakis (2022) and, for modes, Fuchs and Wong (2022).

``t_kl``    (G,) ad valorem cost factor of a link, at least 1
``tau_ij``  (N, N) expected cost over all routes; ``tau^-theta = (I - A)^-1``, ``A = [t^-theta]`` (21)
``A_i``     (N,) productivity; 0 at a transit node
``L_i``     (N,) labour
``w_i``     (N,) wage
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status
from sogdia.models.trade.solve_modes import NO_TERMINAL

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Levels", "RouteCosts", "route_costs", "solve_levels", "spectral_radius"]

MAX_ROUNDS, MAX_RETREATS = 2_000, 50
DAMPING = 0.5
"""Part of each change of costs that is taken; congestion turns the full change into swings."""


@dataclass(frozen=True, slots=True)
class RouteCosts:
    """Expected costs over all routes.

    Attributes
    ----------
    B : (N, N) float64
        ``tau^-theta``.
    tau : (N, N) float64
        +inf where there is no route. The diagonal is below 1, because round trips count as routes:
        a level of tau is not an iceberg factor.
    relative : (N, N) float64
        ``tau_ij / tau_ii``, which is what trade depends on; 1 on the diagonal.
    spectral_radius : float
    """

    B: NDArray[np.float64]
    tau: NDArray[np.float64]
    relative: NDArray[np.float64]
    spectral_radius: float


def spectral_radius(A: NDArray[np.float64]) -> float:
    """Largest modulus of the eigenvalues of a square matrix, 0 when it is empty."""
    return float(np.abs(np.linalg.eigvals(A)).max(initial=0.0))


def route_costs(
    tail: ArrayLike, head: ArrayLike, t: ArrayLike, n_nodes: int, theta: float
) -> RouteCosts:
    """Sum all routes (21).

    Parameters
    ----------
    tail, head : (G,) int
        Nodes of each link; parallel links add up.
    t : (G,) float64
        Cost factor of each link, at least 1; +inf closes it.
    n_nodes : int
    theta : float

    Raises
    ------
    InvalidInput
        When a cost factor is below 1, or the sum over routes does not converge: the spectral
        radius of ``[t^-theta]`` is 1 or more.
    """
    cost = np.asarray(t, dtype=np.float64)
    problems = ProblemList()
    for g in np.flatnonzero(~(cost >= 1.0))[:10]:
        problems.add(
            f"link {g}", "cost factor is below 1", got=cost[g], allowed="1 or more, ad valorem",
            fix="give 1 + cost / value",
        )  # fmt: skip
    problems.raise_if_any()
    A = _matrix(n_nodes, np.asarray(tail), np.asarray(head), cost**-theta)
    radius = spectral_radius(A)
    _refuse_divergence(radius)
    B = np.linalg.inv(np.eye(n_nodes) - A)
    B[B < 1e-300] = 0.0
    with np.errstate(divide="ignore"):
        tau = np.where(B > 0.0, B ** (-1.0 / theta), np.inf)
    return RouteCosts(
        B=B, tau=tau, relative=tau / np.diag(tau)[:, np.newaxis], spectral_radius=radius
    )


def _refuse_divergence(radius: float) -> None:
    if not radius < 1.0:
        problems = ProblemList()
        problems.add(
            "link costs",
            "the sum over all routes does not converge: spectral radius of [t^-theta]",
            got=f"{radius:.4f}",
            allowed="below 1",
            fix="calibrate from traffic, which needs no levels; or join short links",
        )
        problems.raise_if_any()


@dataclass(frozen=True, slots=True)
class Levels:
    """An equilibrium in levels; income adds up to 1.

    Attributes
    ----------
    Y, E, w, P, Pi : (N,) float64
        Income, spending, wage, price index and its counterpart for sellers. At a transit node
        `Y`, `E` and `w` are 0.
    X : (N, N) float64
        Trade.
    t : (M,), t_link : (G,), s : (S,) float64
    xi : (M,) float64
        Traffic of each service.
    status : Status
    """

    Y: NDArray[np.float64]
    E: NDArray[np.float64]
    w: NDArray[np.float64]
    P: NDArray[np.float64]
    Pi: NDArray[np.float64]
    X: NDArray[np.float64]
    t: NDArray[np.float64]
    t_link: NDArray[np.float64]
    s: NDArray[np.float64]
    xi: NDArray[np.float64]
    status: Status


def solve_levels(
    tail: ArrayLike,
    head: ArrayLike,
    tbar: ArrayLike,
    A: ArrayLike,
    L: ArrayLike,
    *,
    theta: float,
    lam: ArrayLike = 0.0,
    deficit: ArrayLike = 0.0,
    link: ArrayLike | None = None,
    eta: float | None = None,
    start: ArrayLike | None = None,
    end: ArrayLike | None = None,
    sbar: ArrayLike = (),
    terminal_lam: ArrayLike = (),
    tolerance: float = 1e-14,
) -> Levels:
    """Solve the economy with fixed labour in levels.

    Parameters
    ----------
    tail, head : (G,) int
        Nodes of each link.
    tbar : (M,) float64
        Cost of each service at a traffic of all world income; +inf closes it.
    A, L : (N,) float64
        Productivity and labour; a node where both are 0 is a transit node.
    theta : float
    lam : (M,) float64 or float
        Congestion elasticity (25): ``t = tbar (Xi / Y^W)^lam``.
    deficit : (N,) float64 or float
        Spending less income, as a share of world income.
    link : (M,) int, optional
        Link of each service; one service a link by default.
    eta : float, optional
        Elasticity between modes; theta by default.
    start, end : (M,) int, optional
        Terminal at tail and head, or -1.
    sbar, terminal_lam : (S,) float64
    tolerance : float
        Of the largest change of a logarithm in one round, before damping.

    Raises
    ------
    InvalidInput
        When the sum over routes does not converge.
    """
    tail_of, head_of = np.asarray(tail), np.asarray(head)
    cost, A_of, L_of = (np.asarray(x, dtype=np.float64) for x in (tbar, A, L))
    n, M = len(A_of), len(cost)
    of = np.arange(M) if link is None else np.asarray(link)
    nest = theta if eta is None else eta
    begin, stop = (np.full(M, NO_TERMINAL) if x is None else np.asarray(x) for x in (start, end))
    congestion = np.broadcast_to(np.asarray(lam, dtype=np.float64), (M,))
    s_free, s_lam = (np.asarray(x, dtype=np.float64) for x in (sbar, terminal_lam))
    D = np.broadcast_to(np.asarray(deficit, dtype=np.float64), (n,))
    zone = A_of > 0.0
    ln_w = -np.log(np.where(zone, L_of, 1.0) * zone.sum())
    first_w = ln_w
    t, s = cost.copy(), s_free.copy()
    congested = bool(np.any(congestion > 0.0) or np.any(s_lam > 0.0))
    if congested:
        # Start dear: with free links the sum over routes may diverge before costs have settled.
        t = np.where(np.isfinite(cost), np.maximum(cost, 3.0), np.inf)
    if congested and np.any(D != 0.0):
        # Dear links cannot carry what a deficit needs: settle costs without deficits first.
        near = solve_levels(
            tail, head, tbar, A, L, theta=theta, lam=lam, link=link, eta=eta, start=start, end=end,
            sbar=sbar, terminal_lam=terminal_lam, tolerance=1e-6,
        )  # fmt: skip
        t, ln_w = near.t, np.log(np.where(zone, near.w, 1.0))
        first_w = ln_w
    moved, paid, rounds, retreats, damping = np.inf, np.inf, 0, 0, DAMPING
    p = q = Y = E = seller = np.full(n, np.nan)
    xi, w = np.full(M, np.nan), np.full(n, np.nan)
    is_open = np.isfinite(cost)
    while moved > tolerance and rounds < MAX_ROUNDS:
        rounds += 1
        t_link, pi = _nest(t, of, len(tail_of), nest)
        a = _matrix(n, tail_of, head_of, t_link**-theta)
        inverse = np.linalg.inv(np.eye(n) - a)
        diverges = inverse.min() < -1e-9
        if not diverges:
            ln_w, paid = _wages(inverse, A_of, L_of, D, theta, ln_w)
        if diverges or (congested and not paid < 1e-6):
            # On the way costs may be too low for a while; at the solution they may not.
            retreats += 1
            if retreats > MAX_RETREATS or not congested:
                _refuse_divergence(spectral_radius(a))
                break
            t, damping = np.where(is_open, 1.3 * t, np.inf), max(0.05, damping / 2.0)
            ln_w = first_w
            continue
        w = np.where(zone, np.exp(ln_w), 0.0)
        Y = w * L_of
        E = Y + D
        seller = np.where(zone, (A_of / np.where(zone, w, 1.0)) ** theta, 0.0)
        p = inverse.T @ seller
        q = inverse @ (E / p)
        xi = pi * (t_link**-theta * p[tail_of] * q[head_of])[of]
        leaving = np.bincount(begin[begin >= 0], xi[begin >= 0], len(s_free))
        with np.errstate(divide="ignore", invalid="ignore"):
            s = s_free * np.where((s_lam > 0.0) & (leaving > 0.0), leaving**s_lam, 1.0)
            t_new = cost * np.where(congestion > 0.0, xi**congestion, 1.0)
            t_new = t_new * np.append(s, 1.0)[begin] * np.append(s, 1.0)[stop]
        ratio = np.divide(t_new, t, out=np.ones_like(t), where=is_open)
        step = np.log(ratio)
        moved = max(np.abs(step).max(initial=0.0), paid)
        t = np.where(is_open, t * np.exp(damping * step), np.inf)
    X = seller[:, np.newaxis] * inverse * (E / p)[np.newaxis]
    solved = bool(moved <= max(tolerance, 1e-12)) and bool(q.min() > 0.0)
    if not solved:
        p, q = np.full(n, np.nan), np.full(n, np.nan)
    return Levels(
        Y=Y, E=E, w=w, P=p ** (-1 / theta), Pi=q ** (-1 / theta), X=X, t=t, t_link=t_link, s=s,
        xi=xi,
        status=Status(
            state="solved" if solved else "failed", iterations=rounds, residual=float(moved),
            tolerance=max(tolerance, 1e-12), message="" if solved else "substitution did not settle",
        ),
    )  # fmt: skip


def _wages(
    B: NDArray[np.float64],
    A: NDArray[np.float64],
    L: NDArray[np.float64],
    D: NDArray[np.float64],
    theta: float,
    ln_w: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float]:
    """Wages at which every region sells its output, by Newton on the matrix of trade.

    World income is 1. Returns ln w and the largest error relative to a region's income.
    """
    zone = np.flatnonzero(A > 0.0)
    ln_w = ln_w.copy()
    error = np.inf
    for _ in range(60):
        Y = np.zeros(len(A))
        Y[zone] = np.exp(ln_w[zone]) * L[zone]
        E = Y + D
        seller = np.zeros(len(A))
        seller[zone] = (A[zone] / np.exp(ln_w[zone])) ** theta
        p = B.T @ seller
        X = (seller[:, np.newaxis] * B * (E / p)[np.newaxis])[zone]
        sold = X.sum(axis=1)
        excess = sold / Y[zone] - 1.0
        old, error = error, np.abs(excess).max()
        if error < 1e-15 or (error < 1e-13 and error >= old):
            break
        to = X / sold[:, np.newaxis]
        price = (seller[:, np.newaxis] * B / p[np.newaxis])[zone]
        spend = np.divide(Y[zone], E[zone], out=np.zeros(len(zone)), where=E[zone] > 0.0)
        slope = theta * to @ price.T + to[:, zone] * spend - (1.0 + theta) * np.eye(len(zone))
        # World income of 1 stands in for the one equation that follows from the others.
        slope[0], right = Y[zone], np.log1p(np.maximum(excess, -0.9))
        right[0] = Y.sum() - 1.0
        ln_w[zone] -= np.clip(np.linalg.solve(slope, right), -2.0, 2.0)
    return ln_w, float(error)


def _nest(
    t: NDArray[np.float64], link: NDArray[np.int64], n_links: int, eta: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cost of each link over its modes (5) and the share of each mode (6)."""
    power = t**-eta
    total = np.bincount(link, power, n_links)
    share = np.divide(power, total[link], out=np.zeros_like(power), where=total[link] > 0.0)
    with np.errstate(divide="ignore"):
        return np.where(total > 0.0, total ** (-1.0 / eta), np.inf), share


def _matrix(
    n: int, tail: NDArray[np.int64], head: NDArray[np.int64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    A = np.zeros((n, n))
    np.add.at(A, (tail, head), values)
    return A
