"""Spatial equilibrium in traffic space with labour that stays in its country.

The economy of Allen and Arkolakis (2022) solved in changes from observed traffic. Regions make one
variety each (Armington) and ship it over the links of a network; travellers choose routes with
Frechet shocks of shape theta, so trade costs are sums over all routes. Labour does not move between
countries. Inside a country it stays (default) or moves until real wages are equal.

Symbols: levels without, changes (new over old) with a hat; N nodes, G links, M services, S terminals.

``Y_i``     (N,) income = output of a region, value a year; 0 at a transit node
``D_i``     (N,) trade deficit: spending ``E_i = Y_i + D_i``
``Xi_kl``   (G,) traffic of a link, value a year; (23), (24)
``H_i``     (N,) throughput ``Y_i + sum_k Xi_ki = E_i + sum_l Xi_il``
``p_i``     ``P_i^-theta``, consumer market access; ``P`` the price index; (8)
``q_i``     ``Pi_i^-theta``, producer market access; (7)
``y_i``     income, ``l_i`` labour, ``W`` world income, all as hats
``t_kl``    cost of a link as a hat, with congestion and modes: `solve_modes`

With ``tau^-theta = (I - A)^-1`` and ``A_kl = t_kl^-theta`` (21), market clearing in levels is
``p_j = sum_k A_kj p_k + Y_j/q_j`` and ``q_i = sum_l A_il q_l + E_i/p_i``. Times ``q_j`` and ``p_i``,
and because ``Xi_kl = A_kl p_k q_l`` (24), every term is a flow. In changes:

    H_i p_i q_i = sum_l Xi_il t_il^-theta p_i q_l + E_i'            (out)
    H_j p_j q_j = sum_k Xi_kj t_kj^-theta p_k q_j + Y_j y_j         (in)
    q_i = y_i^(1+theta) l_i^-theta(1+alpha)                         (supply; Y_i > 0)
    E_i' = Y_i y_i + D_i W                                          (deficits held in world income)

The weights are sub-stochastic wherever goods are made or used, so no spectral radius is at stake.
With mobility inside country c: ``l_i^(1-beta) = y_i / (P_i omega_c)`` and ``sum L_i l_i = L_c``.
A solution is fixed up to one scale of money for each connected part; a part's income is its ``W``.
Congestion counts traffic in units of ``W``, so the choice of numeraire changes no real number.

The system is solved by Newton's method in logarithms with sparse elimination.

References
----------
Allen, T. and Arkolakis, C. (2022). The welfare effects of transportation infrastructure
improvements. Review of Economic Studies 89(6), 2911-2957. doi:10.1093/restud/rdac001
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.linalg import LinearOperator, onenormest, splu

from sogdia.core.status import Status
from sogdia.models.trade.solve_modes import Services, complements
from sogdia.models.trade.solve_system import Point, System, assemble, evaluate, jacobian

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MAX_CONDITION", "TOLERANCE", "Baseline", "Equilibrium", "rebase", "solve_spatial"]

TOLERANCE = 1e-11
"""Largest allowed error of an equation, relative to the throughput of its node."""

MAX_CONDITION = 1e12
"""Beyond this 1-norm condition number of the linear system a result is refused (the limit of Allen,
Fuchs and Wong 2026)."""

MAX_STEPS, MAX_HALVINGS, LONGEST_STEP = 80, 40, 4.0
"""Newton steps, halvings of one, and its largest change of a logarithm."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """An observed equilibrium, as positions and arrays.

    Attributes
    ----------
    tail, head : (G,) int
        Nodes of each link.
    services : Services
    xi : (M,) float64
        Traffic of each service; 0 for a new one.
    Y, D : (N,) float64
        Income and trade deficit. ``Y + in = Y + D + out`` at every node.
    terminal_lam : (S,) float64
        Congestion elasticity of each terminal.
    country : (N,) int
    mobile : (C,) bool
        Countries inside which labour moves.
    L : (N,) float64
        Labour; used in mobile countries only.
    alpha, beta : float
        Spillovers of labour on productivity and amenity (1); used in mobile countries only.
    """

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    services: Services
    xi: NDArray[np.float64]
    Y: NDArray[np.float64]
    D: NDArray[np.float64]
    terminal_lam: NDArray[np.float64]
    country: NDArray[np.int64]
    mobile: NDArray[np.bool_]
    L: NDArray[np.float64]
    alpha: float = 0.0
    beta: float = 0.0

    def throughput(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(N,) H from what leaves and from what enters; equal up to rounding when balanced."""
        n, link = len(self.Y), self.services.link
        out = np.bincount(self.tail[link], self.xi, n)
        into = np.bincount(self.head[link], self.xi, n)
        return self.Y + self.D + out, self.Y + into


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """What became of a baseline. All but `xi` are hats; NaN where there is nothing to compare.

    Attributes
    ----------
    y, l : (N,) float64
        Income (in the numeraire) and labour of regions.
    P, Pi : (N,) float64
        Price index and its counterpart for sellers.
    real_income : (N,) float64
        ``y / P``.
    real_spending : (N,) float64
        ``E_hat / P``; the same without deficits.
    omega : (C,) float64
        Welfare of a mobile country's labour; NaN elsewhere.
    t : (M,), t_link : (G,), s : (S,) float64
        Costs of services, links and terminals; +inf where closed.
    xi : (M,) float64
        Traffic after, in the numeraire; 0 where closed.
    part : (N,) int
        Connected part of each node; -1 where nothing passes any more.
    W : (N,) float64
        World income: the income of the node's part. 1 by default.
    walras : float
        Excess of the equation that was left out, relative to its throughput.
    condition : float
        1-norm condition number, estimated.
    status : Status
    """

    y: NDArray[np.float64]
    l: NDArray[np.float64]  # noqa: E741
    P: NDArray[np.float64]
    Pi: NDArray[np.float64]
    real_income: NDArray[np.float64]
    real_spending: NDArray[np.float64]
    omega: NDArray[np.float64]
    t: NDArray[np.float64]
    t_link: NDArray[np.float64]
    s: NDArray[np.float64]
    xi: NDArray[np.float64]
    part: NDArray[np.int64]
    W: NDArray[np.float64]
    walras: float
    condition: float
    status: Status


def solve_spatial(
    baseline: Baseline,
    t_hat: NDArray[np.float64],
    s_hat: NDArray[np.float64] | None = None,
    *,
    deficits: NDArray[np.float64] | None = None,
    numeraire: int | None = None,
    tolerance: float = TOLERANCE,
) -> Equilibrium:
    """Solve for the equilibrium after costs have changed.

    Parameters
    ----------
    baseline : Baseline
    t_hat : (M,) float64
        tbar of each service, new over old; > 0, +inf closes it.
    s_hat : (S,) float64, optional
        sbar of each terminal, likewise.
    deficits : (N,) float64, optional
        Deficits to hold after, in units of world income before; those of the baseline by default.
    numeraire : int, optional
        A region whose income stays 1 instead of world income.
    tolerance : float

    Returns
    -------
    Equilibrium
        ``status.state`` is "failed", and every array NaN, when no equilibrium was found, the
        system is ill-conditioned, or a part that is cut off would owe others money.
    """
    closed_terminal = np.zeros(len(baseline.terminal_lam), np.bool_)
    ln_s = np.zeros(len(baseline.terminal_lam))
    if s_hat is not None:
        closed_terminal = np.isinf(s_hat)
        ln_s = np.log(np.where(closed_terminal, 1.0, s_hat))
    gone = np.isinf(t_hat) | _at(closed_terminal, baseline.services.start)
    gone |= _at(closed_terminal, baseline.services.end)
    D = baseline.D if deficits is None else deficits
    system = assemble(baseline, ~gone, D, numeraire)
    if system.trouble:
        return _failed(baseline, Status(state="failed", message=system.trouble))
    ln_t = np.log(t_hat[system.service])
    ln_s = ln_s[system.terminal]
    point, lu, steps = _newton(system, np.zeros(system.size), ln_t, ln_s, tolerance)
    if not point.error <= tolerance:
        point, lu, more = _follow(system, ln_t, ln_s, tolerance)
        steps += more
    return _report(baseline, system, point, lu, D, steps, tolerance)


def rebase(baseline: Baseline, after: Equilibrium, D: NDArray[np.float64]) -> Baseline:
    """The equilibrium as a new baseline. Services that carry nothing any more are gone for good.

    Parameters
    ----------
    baseline : Baseline
    after : Equilibrium
        Solved from it with the deficits `D`.
    D : (N,) float64
    """
    old = baseline.services
    kept = np.flatnonzero(after.xi > 0.0)
    links, link = np.unique(old.link[kept], return_inverse=True)
    services = replace(
        old,
        link=link,
        K=after.xi[kept],
        base=np.bincount(link, after.xi[kept], len(links)),
        lam=old.lam[kept],
        start=old.start[kept],
        end=old.end[kept],
    )
    return replace(
        baseline,
        tail=baseline.tail[links],
        head=baseline.head[links],
        services=services,
        xi=after.xi[kept],
        Y=baseline.Y * np.nan_to_num(after.y),
        D=D * after.W,
        L=baseline.L * np.where(np.isnan(after.l), 1.0, after.l),
    )


def _at(flag: NDArray[np.bool_], which: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The flag of a service's terminal; False without one."""
    return np.append(flag, False)[which]


def _newton(
    system: System,
    z: NDArray[np.float64],
    ln_t: NDArray[np.float64],
    ln_s: NDArray[np.float64],
    tolerance: float,
) -> tuple[Point, object | None, int]:
    """Damped Newton; goes on below the tolerance while a step still helps."""
    point = evaluate(system, z, ln_t, ln_s)
    lu = None
    for step in range(MAX_STEPS):
        if not np.isfinite(point.error):
            return point, lu, step
        try:
            lu = splu(jacobian(system, point))
        except RuntimeError:  # exactly singular
            return point, None, step
        change = -lu.solve(point.R)
        longest = np.abs(change).max(initial=0.0)
        if not np.isfinite(longest):
            return point, None, step
        if longest == 0.0:
            return point, lu, step
        size = min(1.0, LONGEST_STEP / longest)
        merit = np.sum(point.R**2)
        for _ in range(MAX_HALVINGS):
            trial = evaluate(system, point.z + size * change, ln_t, ln_s)
            if np.sum(trial.R**2) <= (1.0 - 1e-4 * size) * merit:
                break
            if point.error <= tolerance:  # rounding is all that is left
                return point, lu, step
            size *= 0.5
        else:
            return point, lu, step
        point = trial
    return point, lu, MAX_STEPS


def _follow(
    system: System, ln_t: NDArray[np.float64], ln_s: NDArray[np.float64], tolerance: float
) -> tuple[Point, object | None, int]:
    """Bring the change of costs in bit by bit, from the closures alone."""
    z, done, part, steps = np.zeros(system.size), 0.0, 0.25, 0
    point, lu, more = _newton(system, z, 0.0 * ln_t, 0.0 * ln_s, tolerance)
    steps += more
    while point.error <= tolerance and done < 1.0 and part > 1e-3:
        goal = min(1.0, done + part)
        trial, trial_lu, more = _newton(system, point.z, goal * ln_t, goal * ln_s, tolerance)
        steps += more
        if trial.error <= tolerance:
            point, lu, done, part = trial, trial_lu, goal, 2.0 * part
        else:
            part *= 0.5
    return (point if done >= 1.0 else _unfinished(point)), lu, steps


def _unfinished(point: Point) -> Point:
    """A point on the way is no solution, however small its error was there."""
    return replace(point, error=float("nan"))


def condition_number(matrix: object, lu: object) -> float:
    """1-norm condition number, estimated (Higham and Tisseur 2000)."""
    inverse = LinearOperator(
        matrix.shape,
        matvec=lu.solve,
        rmatvec=lambda b: lu.solve(b, trans="T"),
        matmat=lu.solve,
        rmatmat=lambda b: lu.solve(b, trans="T"),
        dtype=np.float64,
    )
    norm = np.abs(matrix).sum(axis=0).max()
    # With one column the estimator draws nothing at random, so the same system gives the same.
    return float(norm * onenormest(inverse, t=1))


def _report(
    baseline: Baseline,
    system: System,
    point: Point,
    lu: object | None,
    D: NDArray[np.float64],
    steps: int,
    tolerance: float,
) -> Equilibrium:
    if not np.isfinite(point.error) or lu is None or point.error > tolerance:
        found = point.error if np.isfinite(point.error) else None
        message = "no equilibrium was found"
        if np.any(D != 0.0):
            message += "; with deficits held there may be none: try without deficits"
        return _failed(
            baseline,
            Status(
                state="failed",
                iterations=steps,
                residual=found,
                tolerance=tolerance,
                message=message,
            ),
        )
    condition = condition_number(jacobian(system, point), lu)
    if not condition <= MAX_CONDITION:
        message = f"condition number {condition:.1e} above {MAX_CONDITION:.0e}: no digit is sure"
        return _failed(
            baseline,
            Status(state="failed", iterations=steps, residual=point.error, message=message),
            condition=condition,
        )
    n, theta = len(baseline.Y), baseline.services.theta
    zone = baseline.Y > 0.0
    u, v, ln_y, ln_l = (
        _spread(n, system.node, x) for x in (point.u, point.v, point.ln_y, point.ln_l)
    )
    y = np.where(zone, np.exp(ln_y), np.nan)
    P, Pi = np.exp(-u / theta), np.exp(-v / theta)
    part = np.full(n, -1)
    part[system.node] = system.part
    W = _spread(n, system.node, np.exp(point.w[system.part]))
    E, E_new = baseline.Y + baseline.D, np.where(zone, baseline.Y * np.exp(ln_y), 0.0) + D * W
    with np.errstate(divide="ignore", invalid="ignore"):
        spending = np.where(E > 0.0, E_new / E, np.nan) / P
    xi = np.zeros(len(baseline.xi))
    xi[system.service] = point.xi
    t = np.full(len(baseline.xi), np.inf)
    t[system.service] = np.exp(point.choice.t)
    t_link = np.full(len(baseline.tail), np.inf)
    t_link[system.link] = np.exp(point.choice.T)
    s = np.full(len(baseline.terminal_lam), np.nan)
    s[system.terminal] = np.exp(point.sigma)
    omega = np.full(len(baseline.mobile), np.nan)
    omega[system.country] = np.exp(point.omega)
    notes = "; ".join(x for x in (system.note, complements(system.services)) if x)
    return Equilibrium(
        y=y,
        l=np.where(zone, np.exp(ln_l), np.nan),
        P=P,
        Pi=Pi,
        real_income=y / P,
        real_spending=spending,
        omega=omega,
        t=t,
        t_link=t_link,
        s=s,
        xi=xi,
        part=part,
        W=W,
        walras=point.walras,
        condition=condition,
        status=Status(
            state="solved",
            iterations=steps,
            residual=max(point.error, point.walras),
            tolerance=max(tolerance, 1e-10),
            message=notes,
        )
        if point.walras <= 1e-10
        else Status(
            state="usable",
            iterations=steps,
            residual=point.walras,
            tolerance=1e-10,
            message="the equation left out does not hold: flows of the baseline do not balance",
        ),
    )


def _spread(n: int, at: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    full = np.full(n, np.nan)
    full[at] = values
    return full


def _failed(baseline: Baseline, status: Status, condition: float = float("nan")) -> Equilibrium:
    nodes, services = np.full(len(baseline.Y), np.nan), np.full(len(baseline.xi), np.nan)
    return Equilibrium(
        y=nodes, l=nodes, P=nodes, Pi=nodes, real_income=nodes, real_spending=nodes,
        omega=np.full(len(baseline.mobile), np.nan), t=services,
        t_link=np.full(len(baseline.tail), np.nan), s=np.full(len(baseline.terminal_lam), np.nan),
        xi=services, part=np.full(len(baseline.Y), -1), W=nodes, walras=float("nan"),
        condition=condition, status=status,
    )  # fmt: skip
