"""Prices that clear the goods markets of one group of countries, and how spending follows output.

Symbols as in `solve_hat`; ``v = ln w_hat``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgetrf, dgetrs
from scipy.sparse.linalg import LinearOperator, gmres

__all__ = ["DEFICITS", "Deficits", "SpendingRule", "clear_market", "spending_rule"]

Array = NDArray[np.float64]

Deficits = Literal["none", "fixed", "proportional"]
DEFICITS: tuple[Deficits, ...] = get_args(Deficits)
"""none: removed first. fixed: D_j a fixed part of world output. proportional: E'_j = phi_j Y'_j,
rescaled by one factor so that the world's budget closes."""

GOOD_ENOUGH = 1e-10
AIM = 1e-13
"""Newton's method goes on to here; where it can gain no more, `GOOD_ENOUGH` ends it."""
MAX_ITERATIONS = 200
LARGE = 100
"""Countries above which Newton steps are found by products with the Jacobian."""
LARGEST_STEP = 4.0
"""In logarithms of prices; a closure moves a price by a few of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingRule:
    """How spending follows output in one group of ``n`` countries.

    ``E' = part_j Y'_j + fixed_j sum Y'``, times ``sum Y' / sum E'`` when `rescaled`.
    At the conditional level (`held`) output and spending stay as they are.
    """

    Y: Array
    E: Array
    part: Array
    fixed: Array
    rescaled: bool
    held: bool
    shifted: bool

    def output(self, w: Array) -> Array:
        """``Y'`` at prices `w`."""
        return self.Y if self.held else w * self.Y

    def spending(self, output: Array) -> Array:
        """``E'`` at output ``Y'``."""
        if self.held:
            return self.E
        E = self.part * output + self.fixed * output.sum()
        return E * (output.sum() / E.sum()) if self.rescaled else E

    def parts(self, output: Array, E: Array) -> tuple[Array, Array, Array]:
        """``dE'_j/dv_k = follow_j [j = k] + out_j pull_k``, v the logarithm of w."""
        none = np.zeros_like(E)
        if self.held:
            return none, none, none
        if self.rescaled:
            return E, E, output / output.sum() - self.part * output / (self.part @ output)
        return output, self.fixed, output


def spending_rule(Y: Array, E: Array, *, deficits: Deficits, held: bool) -> SpendingRule:
    """The rule for one group; a group cut off from the rest balances its own budget."""
    D, ones, zeros = E - Y, np.ones_like(Y), np.zeros_like(Y)
    part, fixed, shifted = ones, zeros, False
    if held or deficits == "fixed":
        shifted = abs(D.sum()) > GOOD_ENOUGH * Y.sum()
        if shifted:
            E = E - Y * (D.sum() / Y.sum())
        fixed = (E - Y) / Y.sum()
    elif deficits == "proportional":
        part = E / Y
    return SpendingRule(
        Y=Y, E=E, part=part, fixed=fixed, rescaled=deficits == "proportional" and not held,
        held=held, shifted=shifted,
    )  # fmt: skip


def clear_market(K: Array, rule: SpendingRule, theta: float) -> tuple[Array, float, int]:
    """Solve (1)-(3) for ``v = ln w_hat`` in one group.

    The unknown's excess ``F_i = ln(sales_i / Y'_i)`` is homogeneous of degree zero. A rank-one term
    keeps the output-weighted mean of v where it is. The factors of the Jacobian are kept while a
    step still cuts the excess tenfold; above `LARGE` countries GMRES takes their place. Where no Newton step helps, one round of
    ``v += F / (1 + theta)`` (conditional: ``F / theta``), which moves every price towards clearing its own market.

    Returns
    -------
    v : (n,) float64
    residual : float
        ``max |F|``.
    iterations : int
    """
    KT = np.ascontiguousarray(K.T)

    def excess(v: Array) -> tuple[Array, ...] | None:
        a = np.exp(-theta * v)
        output = rule.output(np.exp(v))
        E = rule.spending(output)
        Phi = KT @ a
        if not (np.all(E > 0.0) and np.all(Phi > 0.0) and np.all(np.isfinite(Phi))):
            return None
        R = a * (K @ (E / Phi))
        if not np.all(R > 0.0):
            return None
        return np.log(R / output), R, E, output, a, Phi

    v = np.zeros(len(K))
    now = excess(v)
    if now is None:
        return v, float("inf"), 0
    factors, worst = None, np.max(np.abs(now[0]))
    for iteration in range(MAX_ITERATIONS):
        if worst <= AIM:
            return _centred(v, rule.Y), float(worst), iteration
        F, R, E, output, a, Phi = now
        plain = F / (theta if rule.held else 1.0 + theta)
        if len(K) > LARGE:
            step, fresh = _krylov(K, KT, rule, theta, now), True
        elif factors is None:
            S = K * a[:, None] / Phi
            follow, out, pull = rule.parts(output, E)
            J = theta * ((S * E) @ S.T) + S * follow + np.outer(S @ out, pull)
            J -= theta * np.outer(R, R / R.sum())
            J[np.diag_indices(len(K))] -= theta * R + (0.0 if rule.held else R)
            lu, pivots, singular = dgetrf(J, overwrite_a=True)
            factors, fresh = None if singular else (lu, pivots), True
        if len(K) <= LARGE:
            step = plain if factors is None else dgetrs(*factors, -R * F)[0]
        best, better, v_new = worst, None, v
        largest = np.max(np.abs(step))
        size = min(1.0, LARGEST_STEP / largest) if np.isfinite(largest) and largest > 0.0 else 0.0
        for _ in range(6 if fresh and size else bool(size)):
            tried = excess(v + size * step)
            if tried is not None and np.max(np.abs(tried[0])) < best:
                best, better, v_new = np.max(np.abs(tried[0])), tried, v + size * step
                break
            size *= 0.3
        if better is None and fresh:
            if worst <= GOOD_ENOUGH:
                break
            better, v_new = excess(v + plain), v + plain
            if better is None:
                break
            best = np.max(np.abs(better[0]))
        if better is None:
            factors = None
            continue
        factors = factors if best <= 0.1 * worst else None
        fresh = False
        v, now, worst = v_new, better, best
    return _centred(v, rule.Y), float(worst), iteration


def _krylov(K: Array, KT: Array, rule: SpendingRule, theta: float, now: tuple[Array, ...]) -> Array:
    """The Newton step by GMRES: products with the Jacobian instead of the matrix itself."""
    F, R, E, output, a, Phi = now
    follow, out, pull = rule.parts(output, E)
    S_out = a * (K @ (out / Phi))
    own = a * np.diagonal(K) / Phi
    diagonal = theta * own**2 * E + own * follow - theta * R - (0.0 if rule.held else R)

    def times(x: Array) -> Array:
        x = x / diagonal
        bought = (KT @ (a * x)) / Phi
        y = a * (K @ ((theta * E * bought + follow * x) / Phi)) + S_out * (pull @ x)
        return y - theta * R * (x + (R @ x) / R.sum()) - (0.0 if rule.held else R * x)

    # Tighter as the solution nears, so that steps stay close to quadratic.
    rtol = min(1e-2, max(1e-6, float(np.max(np.abs(F)))))
    x, _ = gmres(
        LinearOperator(K.shape, matvec=times, dtype=np.float64), -R * F, rtol=rtol, restart=40,
        maxiter=3,
    )  # fmt: skip
    return x / diagonal


def _centred(v: Array, Y: Array) -> Array:
    """Prices with an output-weighted mean of one; unchanged prices stay exactly one."""
    return v - np.log1p((Y @ np.expm1(v)) / Y.sum())
