"""One-sector Armington trade in changes: partial, conditional and full endowment equilibrium.

Symbols (Dekle, Eaton and Kortum 2008, "exact hat"; hats are new over old; i exporter, j importer)::

    theta         trade elasticity, sigma - 1
    X_ij          baseline flow, i = j domestic sales           (N, N)  money a year
    lambda_ij     X_ij / E_j, share of i in what j spends       (N, N)  1
    Y_i, E_j      sales and spending: row and column sums of X  (N,)    money a year
    D_j           E_j - Y_j, deficit                            (N,)    money a year
    tau_hat_ij    change of the iceberg cost; inf closes a pair (N, N)  1
    w_hat_i       change of the producer's price (the endowment is fixed)

    P_hat_j^-theta = sum_i lambda_ij (w_hat_i tau_hat_ij)^-theta                            (1)
    w_hat_i Y_i = sum_j lambda_ij (w_hat_i tau_hat_ij / P_hat_j)^-theta E'_j                (2)
    E'_j = w_hat_j Y_j + D'_j                                                               (3)

Partial: flows by ``tau_hat^-theta`` alone. Conditional: (1)-(2) with Y and E held, which is
Anderson and van Wincoop's pair of multilateral resistances re-solved. Full: (1)-(3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status
from sogdia.models.trade.solve_clearing import DEFICITS, Deficits, clear_market, spending_rule
from sogdia.models.trade.solve_groups import groups_that_pay

__all__ = ["DEFICITS", "Deficits", "Hat", "conditional", "full", "partial", "remove_deficits"]

Array = NDArray[np.float64]

TOLERANCE = 1e-10
BALANCED = 1e-12
"""Spending this close to output, relative, is output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hat:
    """An equilibrium in changes of ``N`` countries. NaN where a country can buy or sell nothing.

    Attributes
    ----------
    level : {"partial", "conditional", "full"}
    baseline, flow : (N, N) float64
        Flows before and after, money a year; `baseline` has the deficits the rule leaves.
    share : (N, N) float64
        ``lambda'``, after. Columns sum to one (partial: shares of what the flows add up to).
    w_hat : (N,) float64
        Producer prices; of the conditional level the prices that would clear the markets with
        spending held.
    P_hat, Pi_hat : (N,) float64
        Inward and outward multilateral resistance. Partial: P_hat at unchanged producer prices.
    E_hat : (N,) float64
        Spending.
    real_wage_hat : (N,) float64
        ``w_hat / P_hat``, real income from own output (ACR). At the partial and conditional levels
        incomes are held and this is ``1 / P_hat``.
    real_spending_hat : (N,) float64
        ``E_hat / P_hat``, real spending: own income and the deficit. The same without deficits.
    walras : float
        ``|sum E' - sum Y'| / sum Y'``.
    clipped : (k,) int64
        Countries whose negative domestic sales were set to zero.
    lost : (l,) int64
        Countries that can buy or sell nothing; their values are NaN.
    """

    level: Literal["partial", "conditional", "full"]
    baseline: Array
    flow: Array
    share: Array
    w_hat: Array
    P_hat: Array
    Pi_hat: Array
    E_hat: Array
    real_wage_hat: Array
    real_spending_hat: Array
    walras: float
    clipped: NDArray[np.int64]
    lost: NDArray[np.int64]
    status: Status


def partial(X: ArrayLike, tau_hat: ArrayLike, theta: float) -> Hat:
    """Flows change by ``tau_hat^-theta`` and nothing else does.

    Parameters
    ----------
    X : (N, N) float
        Baseline flows, exporter by importer, domestic sales on the diagonal; any money a year.
    tau_hat : (N, N) float
        New over old cost factor, above 0; inf closes.
    theta : float
        Trade elasticity, above 0.

    Raises
    ------
    InvalidInput
        When shapes, signs or sums do not allow an equilibrium; all problems at once.
    """
    X, tau_hat, clipped = _checked(X, tau_hat, theta)
    E = X.sum(axis=0)
    lam = X / E
    K = _kernel(lam, tau_hat, theta)
    Phi = 1.0 + (K - lam).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        P_hat = np.where(Phi > 0.0, Phi ** (-1.0 / theta), np.nan)
        share = K / K.sum(axis=0)
    ones = np.ones(len(E))
    lost = np.flatnonzero(np.isnan(P_hat))
    return Hat(
        level="partial", baseline=X, flow=K * E, share=share, w_hat=ones, P_hat=P_hat,
        Pi_hat=ones, E_hat=ones, real_wage_hat=1.0 / P_hat, real_spending_hat=1.0 / P_hat,
        walras=0.0, clipped=clipped, lost=lost,
        status=Status(
            state="usable" if len(lost) else "solved", message=_said(clipped, lost), of="partial"
        ),
    )  # fmt: skip


def conditional(X: ArrayLike, tau_hat: ArrayLike, theta: float) -> Hat:
    """Multilateral resistances re-solved; output and spending of each country held.

    Only products ``Pi_i P_j`` are determined. The scale is set so that the mean of `w_hat`,
    weighted with output, is one, as in :func:`full`; no country is the reference.

    Parameters, errors
    ------------------
    As in :func:`partial`.
    """
    return _equilibrium(X, tau_hat, theta, "conditional", "fixed", None)


def full(
    X: ArrayLike,
    tau_hat: ArrayLike,
    theta: float,
    *,
    deficits: Deficits = "none",
    numeraire: int | None = None,
) -> Hat:
    """Full endowment equilibrium: prices of all countries' goods clear their markets.

    Parameters
    ----------
    X, tau_hat, theta
        As in :func:`partial`.
    deficits : {"none", "fixed", "proportional"}
        See `DEFICITS`. With "none" the baseline is first solved without deficits and the change
        is taken from there; `Hat.baseline` has it.
    numeraire : int, optional
        Whose `w_hat` is one. Default: world output is unchanged. No real value depends on it.

    Raises
    ------
    InvalidInput
        As in :func:`partial`, and for an unknown rule or numeraire.
    """
    problems = ProblemList()
    if deficits not in DEFICITS:
        problems.add("deficits", "unknown rule", got=deficits, allowed=", ".join(DEFICITS))
    if numeraire is not None and not 0 <= numeraire < np.shape(X)[0]:
        problems.add("numeraire", "no such country", got=numeraire)
    problems.raise_if_any()
    return _equilibrium(X, tau_hat, theta, "full", deficits, numeraire)


def remove_deficits(X: ArrayLike, theta: float) -> Hat:
    """The baseline without deficits: `Hat.flow` has equal row and column sums.

    Endowments and trade costs are those of `X`; only the transfers between countries end.

    Parameters, errors
    ------------------
    As in :func:`partial`.
    """
    X, tau_hat, clipped = _checked(X, np.ones(np.shape(X)), theta)
    return _solve(X, tau_hat, theta, "full", "none", None, clipped)


def _equilibrium(
    X: ArrayLike,
    tau_hat: ArrayLike,
    theta: float,
    level: Literal["conditional", "full"],
    deficits: Deficits,
    numeraire: int | None,
) -> Hat:
    X, tau_hat, clipped = _checked(X, tau_hat, theta)
    before = ""
    D = X.sum(axis=0) - X.sum(axis=1)
    if deficits == "none" and np.any(np.abs(D) > BALANCED * X.sum(axis=1)):
        purged = _solve(X, np.ones_like(X), theta, "full", "none", None, clipped)
        if purged.status.state == "failed" or len(purged.lost):
            return purged
        X, before = purged.flow, "deficits were removed first"
    return _solve(X, tau_hat, theta, level, deficits, numeraire, clipped, before)


def _solve(
    X: Array,
    tau_hat: Array,
    theta: float,
    level: Literal["conditional", "full"],
    deficits: Deficits,
    numeraire: int | None,
    clipped: NDArray[np.int64],
    before: str = "",
) -> Hat:
    """Each group of countries that trade with one another, by Newton's method."""
    Y, E = X.sum(axis=1), X.sum(axis=0)
    lam = X / E
    E = np.where(np.abs(E - Y) <= BALANCED * Y, Y, E)
    found = groups_that_pay(X > 0.0, (X > 0.0) & np.isfinite(tau_hat), balanced=deficits == "none")
    K = _kernel(lam, np.where(found.open, tau_hat, np.inf), theta)
    v, E_hat = np.full(len(X), np.nan), np.full(len(X), np.nan)
    residual, iterations = 0.0, 0
    notes = [before] if before else []
    for group in found.groups:
        rule = spending_rule(Y[group], E[group], deficits=deficits, held=level == "conditional")
        inside = K if len(group) == len(X) else np.ascontiguousarray(K[np.ix_(group, group)])
        v[group], worst, steps = clear_market(inside, rule, theta)
        start = rule.spending(rule.Y)
        # Spending at unchanged prices is the baseline's, to the last digit.
        start = np.where(np.abs(start - E[group]) <= BALANCED * E[group], start, E[group])
        E_hat[group] = rule.spending(np.exp(v[group]) * rule.Y) / start
        residual, iterations = max(residual, worst), max(iterations, steps)
        if rule.shifted:
            notes.append(f"deficits made to balance within a group of {len(group)} cut off")
    if found.unpaid:
        notes.append(f"{found.unpaid} flows end because nothing can pay for them")
    apart = len(groups_that_pay(X > 0.0, X > 0.0, balanced=deficits == "none").groups)
    if len(found.groups) > apart:
        notes.append(
            f"trade parts into {len(found.groups)} groups with none between them, {apart} before"
        )
    if numeraire is not None and np.isfinite(v[numeraire]):
        E_hat, v = E_hat * np.exp(-v[numeraire]), v - v[numeraire]

    w_hat, E_new = np.exp(v), E_hat * E
    Y_hat = np.where(np.isnan(v), np.nan, 1.0) if level == "conditional" else w_hat
    a = np.where(np.isnan(v), 0.0, np.exp(-theta * v))
    Phi = (K * a[:, None]).sum(axis=0)
    # Exact for small changes, where Phi itself would round.
    near = 1.0 + (K * a[:, None] - lam).sum(axis=0)
    Phi = np.where(np.abs(near - 1.0) < 0.5, near, Phi)
    Phi[found.lost] = np.nan
    P_hat = Phi ** (-1.0 / theta)
    world = np.nansum(Y * Y_hat) / np.nansum(Y * ~np.isnan(v))
    share = K * a[:, None] / Phi
    flow = np.where(found.open, share * E_new, 0.0)
    flow[found.lost, found.lost] = np.nan
    walras = abs(np.nansum(E_new) / np.nansum(Y * Y_hat) - 1.0) if len(found.groups) else 0.0
    worst = max(residual, float(walras))
    solved = worst <= TOLERANCE
    if not solved:
        notes.append("the markets do not clear")
    return Hat(
        level=level, baseline=X, flow=flow, share=share, w_hat=w_hat, P_hat=P_hat,
        Pi_hat=(world / Y_hat) ** (1.0 / theta) / w_hat, E_hat=E_hat,
        real_wage_hat=Y_hat / P_hat, real_spending_hat=E_hat / P_hat,
        walras=float(walras), clipped=clipped, lost=found.lost,
        status=Status(
            state="failed" if not solved else "usable" if len(found.lost) else "solved",
            iterations=iterations, residual=worst, tolerance=TOLERANCE,
            message=_said(clipped, found.lost, notes), of=level,
        ),
    )  # fmt: skip


def _kernel(lam: Array, tau_hat: Array, theta: float) -> Array:
    """``lambda tau_hat^-theta``; a closed pair and a zero flow are zero."""
    return lam * np.where(lam > 0.0, tau_hat, np.inf) ** -theta


def _checked(
    X: ArrayLike, tau_hat: ArrayLike, theta: float
) -> tuple[Array, Array, NDArray[np.int64]]:
    """The arrays as float64, with negative domestic sales at zero, and where that was done."""
    X = np.array(X, dtype=np.float64)
    tau_hat = np.array(tau_hat, dtype=np.float64)
    problems = ProblemList()
    if X.ndim != 2 or X.shape[0] != X.shape[1] or X.size == 0:
        problems.add("X", "is not a square matrix", got=X.shape, allowed="(N, N)")
        problems.raise_if_any()
    if tau_hat.shape != X.shape:
        problems.add("tau_hat", "has another shape than X", got=tau_hat.shape, allowed=X.shape)
    elif np.any(~(tau_hat > 0.0)):
        problems.add("tau_hat", "is not above 0", got=_first(~(tau_hat > 0.0)), allowed="> 0, inf")
    if not (np.isfinite(theta) and theta > 0.0):
        problems.add("theta", "is not above 0", got=theta, fix="theta is sigma - 1")
    own = np.diag_indices(len(X))
    if not np.all(np.isfinite(X)):
        problems.add("X", "is not finite", got=_first(~np.isfinite(X)), fix="absent flows are 0")
    else:
        clipped = np.flatnonzero(X[own] < 0.0)
        X[clipped, clipped] = 0.0
        if np.any(X < 0.0):
            problems.add("X", "has negative flows between countries", got=_first(X < 0.0))
        for axis, what in ((1, "sells"), (0, "buys")):
            if np.any(nothing := X.sum(axis=axis) <= 0.0):
                problems.add("X", f"a country {what} nothing", got=_first(nothing))
    problems.raise_if_any()
    return X, tau_hat, clipped


def _first(mask: NDArray[np.bool_]) -> str:
    found = [tuple(int(k) for k in at) for at in np.argwhere(mask)]
    shown = ", ".join(str(at[0] if len(at) == 1 else at) for at in found[:5])
    return f"position {shown}" + (f" and {len(found) - 5} more" if len(found) > 5 else "")


def _said(
    clipped: NDArray[np.int64], lost: NDArray[np.int64], notes: list[str] | None = None
) -> str:
    said = list(notes or [])
    if len(clipped):
        said.append(f"negative domestic sales set to 0 at {', '.join(map(str, clipped))}")
    if len(lost):
        said.append(f"can buy or sell nothing: {', '.join(map(str, lost))}")
    return "; ".join(said)
