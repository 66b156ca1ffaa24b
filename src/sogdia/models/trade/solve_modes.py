"""Mode choice on a link: one link, one or more modes, terminals at its ends, congestion.

A *service* is one mode on one directed link ``k -> l``. Everything is in changes, new over old,
and in logarithms. Symbols and equation numbers are those of Fuchs and Wong (2022), with

``theta``  trade and route elasticity (> 0)
``eta``    elasticity between the modes of one link (> 0)
``lam``    congestion elasticity of a service, or of a terminal (>= 0)

Levels
------
Mode choice (5)::                 t_kl^-eta = sum_m t_kl,m^-eta
Traffic of a service (9)::        Xi_m = t_m^-eta t^(eta-theta) p_k q_l,   p = P^-theta, q = Pi^-theta
Cost of a service (11), (12)::    t_m = tbar_m (Xi_m/W)^lam_m  s_a  s_b
Cost of a terminal (13)::         s = sbar (Xi_s/W)^lam_s,   Xi_s = traffic of its leaving services

``s_a``, ``s_b`` are the terminals at tail and head (1 where a service has none). Traffic is counted
relative to world income ``W``, so that no numeraire enters a cost.

Changes
-------
Put (9) into (11): with ``c = ln p_k + ln q_l - ln W`` of the link, ``T = ln t`` of the link and
``s_m = ln tbar_m + ln s_a + ln s_b``,

    ln t_m = [s_m + lam_m ((eta - theta) T + c)] / (1 + eta lam_m)                        (i)
    T = -(1/eta) ln sum_m (K_m / B) exp(-eta ln t_m)                                      (ii)

``K_m`` is the traffic of the service and ``B`` the traffic of the link before. (i) in (ii) is one
equation in T with the slope ``1 - (eta - theta) sum_m pi_m lam_m / (1 + eta lam_m) > 0``: it has one
solution. These are the exponents of (22) without its misprints. With one mode, or eta = theta, they
are those of Allen and Arkolakis (2022), (26) and (27).

A service that did not exist has ``K_m``: the traffic it would carry at the prices of before
(`sogdia.models.trade.solve_traffic`); then the ``K_m / B`` of a link sum to more than 1.

References
----------
Fuchs, S. and Wong, W. F. (2022, revised 2025). Multimodal transport networks. Federal Reserve Bank
of Atlanta Working Paper 2022-13.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NO_TERMINAL", "ModeChoice", "Services", "choose_modes", "complements"]

NO_TERMINAL = -1
"""Mark of a service without a terminal at that end."""

MAX_STEPS = 200
"""Newton steps of (ii); about five are used."""


@dataclass(frozen=True, slots=True)
class Services:
    """Services of G links over S terminals, grouped by link.

    Attributes
    ----------
    link : (M,) int
        Link of each service; ascending, and every link has at least one.
    K : (M,) float64
        Traffic before, or for a new service the traffic at the prices of before; > 0.
    base : (G,) float64
        B of (ii): traffic of the link before; of a new link the sum of its K.
    lam : (M,) float64
        Congestion elasticity of each service.
    start, end : (M,) int
        Terminal at tail and head, or `NO_TERMINAL`.
    theta, eta : float
    """

    link: NDArray[np.int64]
    K: NDArray[np.float64]
    base: NDArray[np.float64]
    lam: NDArray[np.float64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    theta: float
    eta: float

    @property
    def first(self) -> NDArray[np.int64]:
        """(G,) position of the first service of each link."""
        return np.searchsorted(self.link, np.arange(len(self.base)))


@dataclass(frozen=True, slots=True)
class ModeChoice:
    """Costs of links at given prices, and how they move.

    Attributes
    ----------
    T : (G,) float64
        ln t_hat of each link.
    t : (M,) float64
        ln t_hat of each service.
    pi : (M,) float64
        Share of each service in its link, after.
    T_c : (G,) float64
        dT/dc.
    T_s : (M,) float64
        dT/ds_m of the service's own link.
    """

    T: NDArray[np.float64]
    t: NDArray[np.float64]
    pi: NDArray[np.float64]
    T_c: NDArray[np.float64]
    T_s: NDArray[np.float64]


def choose_modes(
    services: Services, first: NDArray[np.int64], c: NDArray[np.float64], s: NDArray[np.float64]
) -> ModeChoice:
    """Solve (i) and (ii) on every link.

    Parameters
    ----------
    services : Services
    first : (G,) int
        ``services.first``, kept by the caller.
    c : (G,) float64
        ln of p_k q_l / W, in changes.
    s : (M,) float64
        ln of tbar_m s_a s_b, in changes; finite.

    Returns
    -------
    ModeChoice
        Not finite where `c` or `s` is not.
    """
    link, eta, gap = services.link, services.eta, services.eta - services.theta
    damp = 1.0 + eta * services.lam
    slope = services.lam / damp
    fixed = (s + services.lam * c[link]) / damp
    weight = np.log(services.K / services.base[link])
    single = len(link) == len(first)
    T = np.zeros(len(first))
    pi = np.ones(len(link))
    for _ in range(MAX_STEPS):
        t = fixed + slope * gap * T[link]
        each = weight - eta * t
        if single:
            total = each
        else:
            top = np.maximum.reduceat(each, first)
            share = np.exp(each - top[link])
            summed = np.add.reduceat(share, first)
            total = top + np.log(summed)
            pi = share / summed[link]
        value = T + total / eta
        mean_slope = slope if single else np.add.reduceat(pi * slope, first)
        step = value / (1.0 - gap * mean_slope)
        T = T - step
        # NaN compares false: a price that is not finite ends the loop and shows in the result.
        if not np.any(np.abs(step) > 1e-15 * (1.0 + np.abs(T))):
            break
    t = fixed + slope * gap * T[link]
    inverse = 1.0 / (1.0 - gap * mean_slope)
    return ModeChoice(
        T=T, t=t, pi=pi, T_c=mean_slope * inverse, T_s=pi / damp * inverse[link]
    )  # fmt: skip


def complements(services: Services) -> str:
    """A warning for the reader when modes on one link help each other; empty otherwise.

    By (16) the traffic of a mode moves with the cost of another as ``eta - theta`` at given prices.
    """
    several = int(np.count_nonzero(np.bincount(services.link, minlength=1) > 1))
    if several == 0 or services.eta >= services.theta:
        return ""
    return (
        f"eta {services.eta:g} is below theta {services.theta:g}: on the {several} links with more "
        "than one mode the modes are complements, so a cheaper railway brings more road traffic; "
        "where they compete use eta above theta"
    )
