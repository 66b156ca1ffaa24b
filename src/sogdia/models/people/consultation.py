"""A network for remote consultation as pools of specialists with a queue each.

Symbols
-------
lam : (P,) cases of a speciality an open hour
s : mean hours a case holds a specialist
c : (P,) specialists on duty
a : (P,) offered load, ``lam s``
k : ``(1 + cs2) / 2``, cs2 the squared coefficient of variation of s

Equations
---------
(1) ``C = Erlang C(c, a)``: a case waits (Erlang 1917)
(2) ``E[W] = C k s / (c - a)`` (Allen and Cunneen; exact for cs2 = 1 and for c = 1)
(3) ``P(W > t) = C exp(-t (c - a) / (k s))`` (exact for cs2 = 1)

Waits are in open hours: the clock stands still at night. Cases of an unmet day wait for the next.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status

__all__ = ["Network", "Pool", "PoolService", "Service", "erlang_c", "fewest", "served", "staffed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A speciality.

    Attributes
    ----------
    speciality : str
    case_share : float
        Of all cases.
    specialists : int
        On duty at once.
    """

    speciality: str
    case_share: float
    specialists: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What is asked.

    Attributes
    ----------
    hospitals : int
        Connected abroad, one room each.
    cases_per_day : float
        On a working day.
    pools : tuple of Pool
    open_h : float
        Hours a working day in which both ends are open.
    days_per_y : float
        Working days a year.
    consultation_h : float
        s.
    consultation_cv : float
        Square root of cs2.
    stream_mbit_per_s : float
        Bandwidth of one consultation, each way.
    specialist_usd_per_h, site_usd_per_day : float or None
        Costs; None when not known.
    """

    hospitals: int
    cases_per_day: float
    pools: tuple[Pool, ...]
    open_h: float
    days_per_y: float = 250.0
    consultation_h: float = 0.5
    consultation_cv: float = 0.6
    stream_mbit_per_s: float = 4.0
    specialist_usd_per_h: float | None = None
    site_usd_per_day: float | None = None

    def __post_init__(self) -> None:
        problems = ProblemList()
        for name, good, allowed in (
            ("hospitals", self.hospitals >= 1, "1 or more"),
            ("cases_per_day", 0.0 <= self.cases_per_day < math.inf, "0 or more"),
            ("open_h", 0.0 < self.open_h <= 24.0, "above 0, to 24"),
            ("days_per_y", 0.0 < self.days_per_y <= 366.0, "above 0, to 366"),
            ("consultation_h", 0.0 < self.consultation_h < math.inf, "above 0"),
            ("consultation_cv", 0.0 <= self.consultation_cv < math.inf, "0 or more"),
            ("stream_mbit_per_s", 0.0 <= self.stream_mbit_per_s < math.inf, "0 or more"),
        ):
            if not good:
                problems.add("consultation", name, got=getattr(self, name), allowed=allowed)
        for name in ("specialist_usd_per_h", "site_usd_per_day"):
            cost: float | None = getattr(self, name)
            if cost is not None and not 0.0 <= cost < math.inf:
                problems.add("consultation", name, got=cost, allowed="0 or more, or none")
        if not self.pools or abs(sum(p.case_share for p in self.pools) - 1.0) > 1e-9:
            problems.add(
                "consultation", "shares of specialities do not add up to 1",
                got=sum(p.case_share for p in self.pools),
            )  # fmt: skip
        for pool in self.pools:
            if pool.specialists < 1 or not 0.0 <= pool.case_share <= 1.0:
                problems.add(
                    f"consultation, {pool.speciality}", "specialists or share",
                    got=f"{pool.specialists}, {pool.case_share:g}",
                    allowed="1 or more specialists, a share from 0 to 1",
                )  # fmt: skip
        problems.raise_if_any()


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolService:
    """A speciality's service; waits in open hours, None at or above capacity."""

    speciality: str
    specialists: int
    cases_per_day: float
    utilisation_share: float
    waits_share: float | None
    wait_mean_h: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How the network serves.

    Attributes
    ----------
    wait_mean_h, wait_p50_h, wait_p90_h : float or None
        Over all cases, in open hours; None when one speciality is at or above capacity.
    utilisation_share : float
        Of all specialists together.
    site_utilisation_share : float
        Of the room of a hospital.
    cases_per_y, unserved_per_y : float
        Served, and left waiting at the end of the year.
    bandwidth_mean_mbit_per_s, bandwidth_peak_mbit_per_s : float
        At the centre: on average over open hours, and with every specialist in a case.
    cost_per_case_usd : float or None
        None without the costs it needs.
    status : Status
        Failed when a speciality is at or above capacity: its queue grows without end.
    """

    pools: tuple[PoolService, ...]
    wait_mean_h: float | None
    wait_p50_h: float | None
    wait_p90_h: float | None
    utilisation_share: float
    site_utilisation_share: float
    cases_per_y: float
    unserved_per_y: float
    bandwidth_mean_mbit_per_s: float
    bandwidth_peak_mbit_per_s: float
    cost_per_case_usd: float | None
    status: Status


def erlang_c(c: int, a: float) -> float:
    """Equation (1), by the recursion of Erlang B. NaN at or above capacity."""
    if a >= c:
        return math.nan
    blocked = 1.0
    for i in range(1, c + 1):
        blocked = a * blocked / (i + a * blocked)
    rho = a / c
    return blocked / (1.0 - rho * (1.0 - blocked))


def served(network: Network) -> Service:
    """Waits, utilisation, cases, bandwidth and cost of a network."""
    s, k = network.consultation_h, (1.0 + network.consultation_cv**2) / 2.0
    pools: list[PoolService] = []
    tails: list[tuple[float, float, float]] = []
    done_per_day = 0.0
    for pool in network.pools:
        per_day = network.cases_per_day * pool.case_share
        a, c = per_day / network.open_h * s, pool.specialists
        waits = erlang_c(c, a)
        keeps_up = not math.isnan(waits)
        decay = k * s / (c - a) if keeps_up else math.nan
        tails.append((pool.case_share, waits, decay))
        done_per_day += per_day if keeps_up else c * network.open_h / s
        pools.append(
            PoolService(
                speciality=pool.speciality, specialists=c, cases_per_day=per_day,
                utilisation_share=a / c,
                waits_share=waits if keeps_up else None,
                wait_mean_h=waits * decay if keeps_up else None,
            )
        )  # fmt: skip
    behind = [p.speciality for p in pools if p.wait_mean_h is None]
    total = sum(p.specialists for p in network.pools)
    load = done_per_day / network.open_h * s
    return Service(
        pools=tuple(pools),
        wait_mean_h=None if behind else sum(share * w * d for share, w, d in tails),
        wait_p50_h=None if behind else _quantile(tails, 0.5),
        wait_p90_h=None if behind else _quantile(tails, 0.9),
        utilisation_share=network.cases_per_day / network.open_h * s / total,
        site_utilisation_share=done_per_day / network.hospitals * s / network.open_h,
        cases_per_y=done_per_day * network.days_per_y,
        unserved_per_y=(network.cases_per_day - done_per_day) * network.days_per_y,
        bandwidth_mean_mbit_per_s=load * network.stream_mbit_per_s,
        bandwidth_peak_mbit_per_s=total * network.stream_mbit_per_s,
        cost_per_case_usd=_cost(network, total, done_per_day),
        status=Status(
            state="failed" if behind else "solved",
            message=f"at or above capacity, the queue grows: {', '.join(behind)}" if behind else "",
            of="consultation",
        ),
    )


def _cost(network: Network, specialists: int, done_per_day: float) -> float | None:
    """What a working day costs over the cases it serves."""
    hourly, daily = network.specialist_usd_per_h, network.site_usd_per_day
    if hourly is None or daily is None or done_per_day == 0.0:
        return None
    return (specialists * network.open_h * hourly + network.hospitals * daily) / done_per_day


def _quantile(tails: Sequence[tuple[float, float, float]], p: float) -> float:
    """The wait that a share p of all cases does not exceed: equation (3) summed and inverted."""

    def above(t: float) -> float:
        return sum(share * w * math.exp(-t / d) for share, w, d in tails if w > 0.0)

    if above(0.0) <= 1.0 - p:
        return 0.0
    high = max(d for _, w, d in tails if w > 0.0) * 50.0
    low = 0.0
    for _ in range(200):
        middle = (low + high) / 2.0
        if above(middle) > 1.0 - p:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def fewest(case_shares: Sequence[float], load: float) -> list[int]:
    """Fewest specialists a speciality that keep up with an offered load in all."""
    return [math.floor(load * share) + 1 for share in case_shares]


def staffed(case_shares: Sequence[float], load: float, specialists: int) -> list[int]:
    """Specialists by speciality for a total: each keeps up, and the mean wait is the least.

    Added one by one where the sum of waits falls most. That is the best division because the wait
    of M/M/c is convex in c (Dyer and Proll 1977) and such a sum is best filled greedily (Fox 1966).
    A total too small to keep up is divided by load, one at least.
    """
    counts = fewest(case_shares, load)
    if sum(counts) > specialists:
        counts = [1] * len(case_shares)
        while sum(counts) < specialists:
            most = max(range(len(counts)), key=lambda i: case_shares[i] / counts[i])
            counts[most] += 1
        return counts

    def queue(i: int, c: int) -> float:
        a = load * case_shares[i]
        return a * erlang_c(c, a) / (c - a)

    while sum(counts) < specialists:
        gains = [queue(i, c) - queue(i, c + 1) for i, c in enumerate(counts)]
        counts[gains.index(max(gains))] += 1
    return counts
