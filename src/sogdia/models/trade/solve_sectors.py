"""Trade of many sectors that buy from one another, with tariffs, in changes.

Caliendo and Parro (2015), "Estimates of the Trade and Welfare Effects of NAFTA", equations (4)-(14)
in changes. Their ``pi_ni^j`` (importer n, exporter i) is here ``pi[j, i, n]``: exporter first, as
everywhere in this package. Hats are new over old::

    theta^j     trade elasticity of a sector                                          (J,)
    pi_ni^j     share of i in what n spends on j, tariffs included                    (J, N, N)  1
    t_ni^j      ad valorem tariff                                                     (J, N, N)  1
    kappa_hat   tau_hat (1 + t') / (1 + t)                                            (J, N, N)  1
    gamma_n^j   part of value added in costs                                          (J, N)     1
    gamma_n^kj  part of input k in the costs of j: ``io[k, j, n]``                    (J, J, N)  1
    alpha_n^j   part of j in final spending                                           (J, N)     1
    V_n, D_n    value added, deficit                                                  (N,)    money

    c_hat_n^j = w_hat_n^gamma_n^j prod_k P_hat_n^k^gamma_n^kj                               (1)
    P_hat_n^j = [sum_i pi_ni^j (kappa_hat_ni^j c_hat_i^j)^-theta^j]^(-1/theta^j)            (2)
    pi'_ni^j  = pi_ni^j (kappa_hat_ni^j c_hat_i^j / P_hat_n^j)^-theta^j                     (3)
    X'_n^j    = sum_k gamma_n^jk sum_m pi'_mn^k X'_m^k / (1 + t'_mn^k) + alpha_n^j I'_n      (4)
    I'_n      = w_hat_n V_n + sum_ji t'_ni^j pi'_ni^j X'_n^j / (1 + t'_ni^j) + D'_n          (5)
    w_hat_n V_n = sum_j gamma_n^j sum_m pi'_mn^j X'_m^j / (1 + t'_mn^j)                      (6)

(6) is their balance of trade, by Walras' law. Labour is immobile between countries and free to
change sector.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.status import Status
from sogdia.models.trade.solve_groups import groups_that_pay

__all__ = ["SectorEconomy", "SectorsHat", "sector_economy", "sectors"]

Array = NDArray[np.float64]

TOLERANCE = 1e-10
AIM = 1e-12
INNER = 1e-14
"""Relative change at which prices and spending, inside a round of wages, are taken as solved."""
MAX_ROUNDS = 2_000
MAX_INNER = 20_000
MEMORY = 8
"""Rounds that Anderson's acceleration looks back on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorEconomy:
    """What the equations need of a baseline; see the symbols above."""

    theta: Array
    pi: Array
    tariff: Array
    va_share: Array
    io: Array
    final_share: Array
    value_added: Array
    deficit: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorsHat:
    """An equilibrium of ``J`` sectors and ``N`` countries in changes.

    Attributes
    ----------
    w_hat : (N,) float64
        Wages; world value added is unchanged.
    c_hat, P_hat : (J, N) float64
        Costs of producers and price indices.
    share : (J, N, N) float64
        ``pi'``.
    baseline, flow : (J, N, N) float64
        Flows before tariffs, exporter by importer, before and after.
    I_hat, price_hat : (N,) float64
        Final spending; ``prod_j P_hat^alpha``.
    real_income_hat : (N,) float64
        ``I_hat / price_hat``, exact: wages, tariff revenue and deficit.
    real_wage_hat : (N,) float64
        ``w_hat / price_hat``.
    terms_of_trade, volume_of_trade : (N,) float64
        The paper's two first-order sums, evaluated at ``hat - 1``; shares of baseline income.
        Their sum is what the paper publishes as the change of welfare. It is close to
        ``real_income_hat - 1`` for small changes only.
    """

    w_hat: Array
    c_hat: Array
    P_hat: Array
    share: Array
    baseline: Array
    flow: Array
    I_hat: Array
    price_hat: Array
    real_income_hat: Array
    real_wage_hat: Array
    terms_of_trade: Array
    volume_of_trade: Array
    status: Status


def sector_economy(
    trade: ArrayLike,
    theta: ArrayLike,
    va_share: ArrayLike,
    io: ArrayLike,
    *,
    tariff: ArrayLike | None = None,
    final_share: ArrayLike | None = None,
) -> SectorEconomy:
    """The baseline in shares, from flows.

    Parameters
    ----------
    trade : (J, N, N) float
        Sales of each sector, exporter by importer, before tariffs; domestic sales on the diagonal.
    theta : (J,) float
    va_share : (J, N) float
    io : (J, J, N) float
        ``io[k, j, n]``; ``va_share[j, n] + sum_k io[k, j, n]`` is one.
    tariff : (J, N, N) float, optional
        Default: none.
    final_share : (J, N) float, optional
        Default: what is left of spending once inputs are taken off, negative leftovers at zero.
    """
    trade, theta, va_share, io = (np.asarray(x, np.float64) for x in (trade, theta, va_share, io))
    t = np.zeros_like(trade) if tariff is None else np.asarray(tariff, np.float64)
    spent = trade * (1.0 + t)
    X = spent.sum(axis=1)
    output = trade.sum(axis=2)
    pi = np.divide(spent, X[:, None, :], out=np.zeros_like(spent), where=X[:, None, :] > 0.0)
    # What nobody buys is bought at home, for nothing.
    empty_j, empty_n = np.nonzero(X == 0.0)
    pi[empty_j, empty_n, empty_n] = 1.0
    if final_share is None:
        left = np.maximum(X - np.einsum("jkn,kn->jn", io, output), 0.0)
        final_share = left / left.sum(axis=0)
    bought = trade.sum(axis=(0, 1))
    return SectorEconomy(
        theta=theta, pi=pi, tariff=t, va_share=va_share, io=io,
        final_share=np.asarray(final_share, np.float64),
        value_added=(va_share * output).sum(axis=0), deficit=bought - output.sum(axis=0),
    )  # fmt: skip


def sectors(
    economy: SectorEconomy,
    tau_hat: ArrayLike = 1.0,
    *,
    tariff: ArrayLike | None = None,
    deficits: Literal["none", "fixed"] = "none",
) -> SectorsHat:
    """Solve (1)-(6).

    The baseline is solved first, with its own tariffs and the rule of deficits, so that what comes
    out is a change between two equilibria even when the data are not quite one.

    Parameters
    ----------
    economy : SectorEconomy
    tau_hat : float, (N, N) or (J, N, N) float
        New over old iceberg cost, exporter by importer; inf closes.
    tariff : (J, N, N) float, optional
        New tariffs. Default: unchanged.
    deficits : {"none", "fixed"}
        Removed first, or each a fixed part of world value added.

    Raises
    ------
    InvalidInput
        When a change of costs or a tariff is out of bounds, or the rule is unknown.
    """
    tau_hat = np.broadcast_to(np.asarray(tau_hat, np.float64), economy.pi.shape)
    new = economy.tariff if tariff is None else np.asarray(tariff, np.float64)
    problems = [
        Problem(where="sectors", what=what, allowed=allowed)
        for wrong, what, allowed in (
            (bool(np.any(~(tau_hat > 0.0))), "tau_hat is not above 0", "> 0, inf"),
            (new.shape != economy.pi.shape, "tariff has a wrong shape", str(economy.pi.shape)),
            (bool(np.any(~(new > -1.0))), "a tariff is not above -1", "a share above -1"),
            (deficits not in ("none", "fixed"), "unknown rule of deficits", "none, fixed"),
        )
        if wrong
    ]
    if problems:
        raise InvalidInput(problems)
    if deficits == "none":
        economy = replace(economy, deficit=np.zeros_like(economy.deficit))
    base = _equilibrium(economy, np.ones_like(tau_hat), economy.tariff)
    if base.message:
        return _compared(economy, base, base, economy.tariff)
    start = replace(
        economy, pi=base.share, value_added=base.w * economy.value_added, deficit=base.deficit
    )
    return _compared(start, base, _equilibrium(start, tau_hat, new), new)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    w: Array
    lnc: Array
    lnP: Array  # noqa: N815 - the paper's symbol
    share: Array
    X: Array
    income: Array
    flow: Array
    deficit: Array
    residual: float
    rounds: int
    message: str
    notes: tuple[str, ...]


def _equilibrium(economy: SectorEconomy, tau_hat: Array, tariff: Array) -> _Found:
    """Wages by accelerated rounds of ``ln w += F / (1 + mean theta)``.

    F is the excess of the demand for labour in (6), in logarithms.
    """
    e, theta = economy, economy.theta[:, None, None]
    kappa = tau_hat * (1.0 + tariff) / (1.0 + e.tariff)
    traded = e.pi > 0.0
    left = groups_that_pay(
        traded.any(axis=0), (traded & np.isfinite(kappa)).any(axis=0), balanced=not e.deficit.any()
    )
    K = np.where(traded & left.open, e.pi, 0.0) * np.where(traded, kappa, np.inf) ** -theta
    V, D, notes = e.value_added, e.deficit.copy(), []
    for group in left.groups:
        if abs(D[group].sum()) > TOLERANCE * V[group].sum():
            D[group] -= V[group] * (D[group].sum() / V[group].sum())
            notes.append(f"deficits made to balance within a group of {len(group)} cut off")
    if left.unpaid:
        notes.append(f"{left.unpaid} flows end because nothing can pay for them")
    N = len(V)
    v, lnP, X = np.zeros(N), np.zeros_like(e.va_share), np.zeros_like(e.va_share)
    lost = np.argwhere(K.sum(axis=1) == 0.0)
    broken = f"no source of sector, country {_listed(lost)}" if len(lost) else ""
    past_v: list[Array] = []
    past_F: list[Array] = []
    best = np.inf
    step = 1.0 / (1.0 + float(np.mean(e.theta)))
    rounds = 0
    while not broken:
        w = np.exp(v)
        lnc, lnP, price_gap = _prices(e, K, v, lnP)
        share = K * np.exp(-theta * lnc[:, :, None]) / np.exp(-theta * lnP[:, None, :])
        net = share / (1.0 + tariff)
        transfers = D * ((w @ V) / V.sum())
        X, output, income, spending_gap = _spending(e, net, share, w * V, transfers, X)
        F = np.log((e.va_share * output).sum(axis=0) / (w * V))
        worst = float(max(np.max(np.abs(F)), price_gap - INNER, spending_gap - INNER))
        done = worst <= AIM or (worst <= TOLERANCE and worst >= best)
        if done or rounds == MAX_ROUNDS or not np.isfinite(worst):
            break
        if worst > 4.0 * best:
            # Acceleration ran off: forget and take small plain steps from here.
            past_v, past_F = [], []
            best = worst
        best = min(best, worst)
        past_v, past_F = [*past_v, v][-MEMORY:], [*past_F, F][-MEMORY:]
        v = np.clip(_accelerated(past_v, past_F, step), v - 1.0, v + 1.0)
        for group in left.groups:
            v[group] -= np.log((np.exp(v[group]) @ V[group]) / V[group].sum())
        rounds += 1
    if broken:
        w = np.full(N, np.nan)
        lnc = lnP = X = np.full_like(e.va_share, np.nan)
        share = net = np.full_like(K, np.nan)
        income, transfers, worst = w, w, np.inf
    return _Found(
        w=w, lnc=lnc, lnP=lnP, share=share, X=X, income=income, flow=net * X[:, None, :],
        deficit=transfers, residual=worst, rounds=rounds, message=broken, notes=tuple(notes),
    )  # fmt: skip


def _prices(e: SectorEconomy, K: Array, v: Array, lnP: Array) -> tuple[Array, Array, float]:
    """(1) and (2), a contraction as long as every loop of inputs adds some value."""
    theta, KT = e.theta[:, None], K.transpose(0, 2, 1)
    for _ in range(MAX_INNER):
        lnc = e.va_share * v + np.einsum("kjn,kn->jn", e.io, lnP)
        Phi = (KT @ np.exp(-theta * lnc)[:, :, None])[:, :, 0]
        new = -np.log(Phi) / theta
        moved = np.max(np.abs(new - lnP)) / (1.0 + np.max(np.abs(new)))
        lnP = new
        if moved <= INNER:
            break
    return lnc, lnP, float(moved)


def _spending(
    e: SectorEconomy, net: Array, share: Array, wages: Array, D: Array, X: Array
) -> tuple[Array, Array, Array, float]:
    """(4) and (5) for given prices: a linear system, by its series; output and income with it."""
    duty = (share - net).sum(axis=1)
    for _ in range(MAX_INNER):
        output = (net @ X[:, :, None])[:, :, 0]
        income = wages + (duty * X).sum(axis=0) + D
        new = np.einsum("jkn,kn->jn", e.io, output) + e.final_share * income
        moved = np.max(np.abs(new - X)) / np.max(np.abs(new))
        X = new
        if moved <= INNER:
            break
    return X, output, income, float(moved)


def _accelerated(past_v: list[Array], past_F: list[Array], step: float) -> Array:
    """Anderson (1965): the combination of past rounds whose excess is least, one step on."""
    v, F = past_v[-1], past_F[-1]
    if len(past_v) == 1:
        return v + step * F
    dv = np.diff(np.array(past_v), axis=0).T
    dF = np.diff(np.array(past_F), axis=0).T
    weight = np.linalg.lstsq(dF, F, rcond=1e-10)[0]
    return v + step * F - (dv + step * dF) @ weight


def _compared(e: SectorEconomy, base: _Found, new: _Found, tariff: Array) -> SectorsHat:
    """Two equilibria side by side; `e` is the economy at the first."""
    with np.errstate(divide="ignore", invalid="ignore"):
        c_hat, P_hat = np.exp(new.lnc), np.exp(new.lnP)
        price_hat = np.exp((e.final_share * new.lnP).sum(axis=0))
        I_hat = new.income / base.income
        M_hat = np.where(base.flow > 0.0, new.flow / base.flow, 1.0)
    M, dc = base.flow, c_hat - 1.0
    exports = (M.sum(axis=2) * dc).sum(axis=0)
    imports = (M * dc[:, :, None]).sum(axis=(0, 1))
    duty = (e.tariff * M * ((M_hat - 1.0) - dc[:, :, None])).sum(axis=(0, 1))
    residual = max(base.residual, new.residual)
    solved = residual <= TOLERANCE
    said = [*dict.fromkeys((*base.notes, *new.notes))]
    if not solved:
        said.append(new.message or "the markets do not clear")
    return SectorsHat(
        w_hat=new.w, c_hat=c_hat, P_hat=P_hat, share=new.share, baseline=base.flow, flow=new.flow,
        I_hat=I_hat, price_hat=price_hat, real_income_hat=I_hat / price_hat,
        real_wage_hat=new.w / price_hat, terms_of_trade=(exports - imports) / base.income,
        volume_of_trade=duty / base.income,
        status=Status(
            state="solved" if solved else "failed", iterations=base.rounds + new.rounds,
            residual=residual, tolerance=TOLERANCE, message="; ".join(said), of="sectors",
        ),
    )  # fmt: skip


def _listed(positions: NDArray[np.int64]) -> str:
    shown = ", ".join(str(tuple(int(k) for k in p)) for p in positions[:5])
    return shown + (f" and {len(positions) - 5} more" if len(positions) > 5 else "")
