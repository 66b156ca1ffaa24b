"""Every link's worth from one adjoint solve: elasticities of real income to all link costs.

The equations of `solve_spatial` are ``R(z, ln tbar) = 0``. By implicit differentiation
``dz = -R_z^-1 R_t dln tbar``. A linear outcome ``ln O = a' z`` then moves by

    dln O / dln tbar = -R_t' x        with        R_z' x = a

so one transposed solve gives the elasticities to all M services and all S terminals, congestion and
mode choice included. Further outcomes, one a region, share the elimination. This is the purpose of
Proposition 2 of Allen, Fuchs and Wong (2026), derived here from our own equations. Beside it stands
the traffic share ``Xi / Y^W``: their Proposition 1, after Hulten, which is the elasticity of world real
income when there is no congestion, labour stays and trade balances.

References
----------
Allen, T., Fuchs, S. and Wong, W. F. (2025, revised 2026). Federal Reserve Bank of Atlanta Working
Paper 2025-13.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.sparse.linalg import splu

from sogdia.core.status import Status
from sogdia.models.trade.solve_modes import NO_TERMINAL, complements
from sogdia.models.trade.solve_spatial import MAX_CONDITION, TOLERANCE, Baseline, condition_number
from sogdia.models.trade.solve_system import assemble, by_cost, evaluate, jacobian

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Elasticities", "elasticities"]


@dataclass(frozen=True, slots=True)
class Elasticities:
    """Gain of real income, in percent, from costs that are one percent lower.

    Attributes
    ----------
    service : (Q, M) float64
        ``-dln O_q / dln tbar_m``; NaN for services without traffic.
    terminal : (Q, S) float64
        ``-dln O_q / dln sbar``; NaN for terminals without traffic.
    service_share : (M,) float64
        Traffic over world income.
    terminal_share : (S,) float64
        The same for all services that begin or end at a terminal.
    condition : float
    status : Status
    """

    service: NDArray[np.float64]
    terminal: NDArray[np.float64]
    service_share: NDArray[np.float64]
    terminal_share: NDArray[np.float64]
    condition: float
    status: Status


def elasticities(
    baseline: Baseline,
    weights: NDArray[np.float64],
    *,
    of: Literal["income", "spending"] = "income",
) -> Elasticities:
    """Elasticities of weighted real income at the baseline.

    Parameters
    ----------
    baseline : Baseline
    weights : (Q, N) float64
        One row an outcome ``ln O = sum_i weight_i ln r_i``; 0 at transit nodes. With the shares of
        regions in world income it is that of world real income.
    of : {"income", "spending"}
        ``r = y / P`` or ``r = E_hat / P``; the same without deficits.
    """
    M, S, Q = len(baseline.xi), len(baseline.terminal_lam), len(weights)
    service, terminal = np.full((Q, M), np.nan), np.full((Q, S), np.nan)
    share = baseline.xi / baseline.Y.sum()
    handled = np.zeros(S)
    for end in (baseline.services.start, baseline.services.end):
        has = end != NO_TERMINAL
        handled += np.bincount(end[has], share[has], S)
    system = assemble(baseline, baseline.xi > 0.0, baseline.D, None)
    point = evaluate(
        system, np.zeros(system.size), np.zeros(len(system.service)), np.zeros(len(system.terminal))
    )
    condition = float("nan")
    if system.trouble or not point.error <= TOLERANCE * 100:
        message = system.trouble or "the baseline is no equilibrium: its traffic does not balance"
        status = Status(state="failed", residual=point.error, message=message)
        return Elasticities(service, terminal, share, handled, condition, status)
    J = jacobian(system, point)
    lu = splu(J)
    condition = condition_number(J, lu)
    if not condition <= MAX_CONDITION:
        message = f"condition number {condition:.1e} above {MAX_CONDITION:.0e}: no digit is sure"
        status = Status(state="failed", message=message)
        return Elasticities(service, terminal, share, handled, condition, status)
    a = weights[:, system.node] @ _real(system, of)
    x = lu.solve(np.ascontiguousarray(a.T), trans="T")
    service[:, system.service] = (by_cost(system, point).T @ x).T
    own = 2 * len(system.node) + len(system.reference)
    # d R / d ln sbar is -1 in the terminal's own row.
    terminal[:, system.terminal] = -x[own : own + len(system.terminal)].T
    check = np.abs(J.T @ x - a.T).max(initial=0.0) / max(np.abs(a).max(initial=0.0), 1e-300)
    status = Status(
        state="solved" if check <= 1e-9 else "usable", iterations=1, residual=float(check),
        tolerance=1e-9, message=complements(system.services),
    )  # fmt: skip
    return Elasticities(service, terminal, share, handled, condition, status)


def _real(system: object, of: str) -> object:
    """(n, size): ln real income of each live region in terms of the unknowns, at the baseline."""
    a = system
    deflate = a.u_of * (1.0 / a.services.theta)
    if of == "income":
        return a.y_of + deflate
    from scipy.sparse import diags_array

    E = a.Y + a.D
    inverse = np.divide(1.0, E, out=np.zeros(len(E)), where=E > 0.0)
    earned, owed = diags_array(a.Y * inverse), diags_array(a.D * inverse)
    return earned @ a.y_of + owed @ a.w_of + deflate
