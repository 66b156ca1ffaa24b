"""A post, yard or port as one queue, and what a year at it looks like."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sogdia.core.errors import InvalidInput, Problem, ProblemList
from sogdia.models.border.draws import (
    Distribution,
    Kept,
    Rate,
    Service,
    draws_needed,
    poisson_arrivals,
    rate_by_day,
    services,
)
from sogdia.models.border.hours import Outage, post_calendar
from sogdia.models.border.solve import Carry, Paths, serve_many

__all__ = [
    "HORIZON_DAYS",
    "Closure",
    "Post",
    "Waits",
    "clearing_h",
    "closure",
    "queue_at",
    "replications_for",
    "simulate",
    "throughput_by_day",
    "waits",
]

HORIZON_DAYS = 365
"""Days looked at; a post above capacity has no steady state, only a horizon."""

QUANTILES = (0.5, 0.9)

VEHICLES = 400_000
"""Vehicles of a simulation, about: a busy post needs fewer replications for the same precision."""
FEWEST, MOST = 2, 32
"""Replications; even, for they are antithetic in pairs."""


def replications_for(arrivals_per_day: float, days: int = HORIZON_DAYS) -> int:
    """How many replications make about `VEHICLES` vehicles; even."""
    room = VEHICLES / max(arrivals_per_day * days, 1.0)
    return int(min(max(room // 2 * 2, FEWEST), MOST))


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post.

    Attributes
    ----------
    capacity_per_day : float
        Vehicles a day when never idle, both directions together where they share it.
    servers : int
        Vehicles worked on at once. With the capacity and the hours it fixes the service:
        ``mean = servers x open_h_per_day / capacity_per_day``.
    open_h_per_day : float
    opens_at_h : float or None
        Hour of the day; by default such that the day is centred on 13:00, or fits.
    distribution, service_cv
        As `Service`.
    arrive : {"when-open", "all-day"}
        Whether vehicles come in the opening hours only.
    carry : {"finish", "resume"}
        What becomes of a service in hand at closing. With "resume" the capacity is exactly what it
        says; with "finish" it is a little more, by the work done after hours.
    batch : int
        Vehicles that come together.
    """

    capacity_per_day: float
    servers: int
    open_h_per_day: float = 24.0
    opens_at_h: float | None = None
    distribution: Distribution = "lognormal"
    service_cv: float = 0.8
    arrive: Literal["when-open", "all-day"] = "when-open"
    carry: Carry = "resume"
    batch: int = 1

    def __post_init__(self) -> None:
        problems = ProblemList()
        if not 0.0 < self.capacity_per_day < np.inf:
            problems.add("post", "capacity_per_day", got=self.capacity_per_day, allowed="above 0")
        if self.servers < 1:
            problems.add("post", "servers", got=self.servers, allowed="1 or more")
        if not 0.0 < self.open_h_per_day <= 24.0:
            problems.add("post", "open_h_per_day", got=self.open_h_per_day, allowed="above 0 to 24")
        elif self.opens_at_h is not None and not (
            0.0 <= self.opens_at_h <= 24.0 - self.open_h_per_day
        ):
            problems.add(
                "post", "opens_at_h", got=self.opens_at_h,
                allowed=f"0 to {24.0 - self.open_h_per_day:g}",
            )  # fmt: skip
        if self.batch < 1:
            problems.add("post", "batch", got=self.batch, allowed="1 or more")
        problems.raise_if_any()

    @property
    def service(self) -> Service:
        """Hours a vehicle holds a server."""
        return Service(
            mean_h=self.servers * self.open_h_per_day / self.capacity_per_day,
            distribution=self.distribution,
            cv=self.service_cv,
        )

    @property
    def window(self) -> tuple[float, float]:
        """Hour of opening and of shutting."""
        if self.open_h_per_day == 24.0:
            return 0.0, 24.0
        opens = self.opens_at_h
        if opens is None:
            opens = min(max(13.0 - self.open_h_per_day / 2.0, 0.0), 24.0 - self.open_h_per_day)
        return opens, opens + self.open_h_per_day

    def with_capacity(self, capacity_per_day: float) -> Post:
        """The same post with quicker or slower services."""
        return dataclasses.replace(self, capacity_per_day=capacity_per_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What the paths of a queue come to.

    Attributes
    ----------
    mean_h, p50_h, p90_h : float
        Hours from joining the queue to the start of service, over all vehicles that come within the
        horizon. NaN when none comes.
    mean_low_h, mean_high_h : float
        P5 and P95 over replications of a replication's mean.
    utilisation_share : float
        Arrivals over capacity; above 1 the queue grows without end.
    queue_mean, queue_p90 : float
        Vehicles waiting, mean over time and P90 over hours on the hour.
    queue_end : float
        Vehicles waiting when the horizon ends.
    throughput_per_day : float
        Vehicles that leave within the horizon, a day.
    """

    mean_h: float
    p50_h: float
    p90_h: float
    mean_low_h: float
    mean_high_h: float
    utilisation_share: float
    queue_mean: float
    queue_p90: float
    queue_end: float
    throughput_per_day: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A closure against the same draws without it.

    Attributes
    ----------
    clearing_days : (R,) float64
        Days from reopening until the queue is again no longer than without the closure; NaN where
        that is not within the horizon.
    queue_peak : (R,) float64
        Vehicles waiting at reopening.
    extra_wait_h : float
        Hours more that all vehicles together wait, a replication.
    """

    clearing_days: NDArray[np.float64]
    queue_peak: NDArray[np.float64]
    extra_wait_h: float


def simulate(  # noqa: PLR0913
    post: Post,
    arrivals: float | Rate,
    *,
    replications: int | None = None,
    seed: int = 0,
    key: str = "post",
    days: int = HORIZON_DAYS,
    outages: Iterable[Outage] = (),
    backlog: int = 0,
    kept: Kept | None = None,
) -> Paths:
    """Paths of a queue from hour 0 until all who came within `days` days have left.

    Parameters
    ----------
    post : Post
    arrivals : float or Rate
        Vehicles a day, evenly over the hours in which they come; or a rate that changes.
    replications : int, optional
        By default `replications_for` the flow.
    seed, key
        See `sogdia.models.border.draws`: the same seed and key give the same draws for any flow.
    days : int
    outages : iterable of Outage
    backlog : int
        Vehicles waiting at hour 0; their wait is counted from then.
    kept : Kept, optional
        The draws of this queue, where it is asked more than once.
    """
    if backlog < 0:
        raise InvalidInput([Problem(where="backlog", what="is less than none", got=str(backlog))])
    if isinstance(arrivals, Rate):
        rate = arrivals
    else:
        rate = rate_by_day(
            arrivals, days, post.window if post.arrive == "when-open" else (0.0, 24.0)
        )
    if replications is None:
        replications = replications_for(rate.expected() / days, days)
    most = draws_needed(rate, post.batch)
    with ThreadPoolExecutor(1) as beside:
        # The two streams are apart, so they may be drawn at once.
        drawn = beside.submit(
            services, post.service, replications, most * post.batch, seed=seed, key=key, kept=kept
        )
        arrival, count = poisson_arrivals(
            rate, replications, seed=seed, key=key, batch=post.batch, kept=kept
        )
        held = drawn.result()[:, : arrival.shape[1]]
    if backlog:
        # Drawn apart, so that the vehicles that come later keep their own draws.
        first = services(post.service, replications, backlog, seed=seed, key=f"{key}/backlog")
        arrival = np.concatenate([np.zeros((replications, backlog)), arrival], axis=1)
        held = np.concatenate([first, held], axis=1)
        count = count + backlog
    listed = tuple(outages)
    until = days
    if listed or post.open_h_per_day < 24.0:
        shut_days = sum(o.end_h - o.begin_h for o in listed) / 24.0
        work = float(np.max(held.sum(axis=1), initial=0.0))
        until += math.ceil(work / (post.servers * post.open_h_per_day) + shut_days) + 2
    calendar = post_calendar(post.servers, until, window=post.window, outages=listed)
    return serve_many(arrival, held, count, calendar, carry=post.carry)


def waits(paths: Paths, post: Post, *, days: int = HORIZON_DAYS) -> Waits:
    """Waits, queue and throughput of paths over their horizon."""
    horizon = 24.0 * days
    wait = paths.wait
    pooled = wait[~np.isnan(wait)]
    if len(pooled):
        by_path = np.nansum(wait, axis=1) / np.maximum(paths.count, 1)
        mean = float(pooled.mean())
        p50, p90 = (float(q) for q in np.quantile(pooled, QUANTILES, method="hazen"))
        low, high = (float(q) for q in np.quantile(by_path, (0.05, 0.95), method="hazen"))
    else:
        mean = p50 = p90 = low = high = math.nan
    within = np.nansum(np.minimum(paths.start, horizon) - np.minimum(paths.arrival, horizon))
    hours = np.arange(0.0, horizon + 1.0)
    queue = queue_at(paths, hours)
    replications = len(paths.count)
    return Waits(
        mean_h=mean,
        p50_h=p50,
        p90_h=p90,
        mean_low_h=low,
        mean_high_h=high,
        utilisation_share=float(paths.count.mean()) / days / post.capacity_per_day,
        queue_mean=float(within) / horizon / replications,
        queue_p90=float(np.quantile(queue, 0.9, method="hazen")),
        queue_end=float(queue[:, -1].mean()),
        throughput_per_day=float(np.sum(paths.depart <= horizon)) / replications / days,
    )


def queue_at(paths: Paths, hours: ArrayLike) -> NDArray[np.float64]:
    """(R, H) vehicles waiting, not yet in service, at each hour."""
    at = np.asarray(hours, dtype=np.float64)
    found = np.empty((len(paths.count), len(at)))
    for r, n in enumerate(paths.count):
        came = np.searchsorted(paths.arrival[r, :n], at, side="right")
        # Starts never fall, and one that never comes is NaN, which sorts last.
        begun = np.searchsorted(paths.start[r, :n], at, side="right")
        found[r] = came - begun
    return found


def throughput_by_day(paths: Paths, days: int) -> NDArray[np.int64]:
    """(R, days) vehicles that leave on each day."""
    found = np.zeros((len(paths.count), days), dtype=np.int64)
    for r in range(len(found)):
        day = paths.depart[r][np.isfinite(paths.depart[r])] // 24.0
        found[r] = np.bincount(day[day < days].astype(np.int64), minlength=days)
    return found


def clearing_h(
    paths: Paths,
    without: Paths,
    reopens_h: float,
    *,
    until_h: float = math.inf,
    backlog: int = 0,
) -> NDArray[np.float64]:
    """(R,) hours from reopening until no more wait than without the closure; NaN if after `until_h`.

    Both must be of the same vehicles, but for a `backlog` that is in `paths` only, ahead of the
    others; the hours until it has gone are those from ``reopens_h = 0``. At least as many wait as without the closure, always; the
    queue has cleared when the numbers are equal for the first time after reopening.
    """
    found = np.full(len(paths.count), np.nan)
    for r, n in enumerate(paths.count):
        if n == 0:
            found[r] = 0.0
            continue
        late = paths.start[r, :n]
        early = np.append(np.full(backlog, -np.inf), without.start[r, : n - backlog])
        behind = np.searchsorted(late, reopens_h, side="right")
        if np.searchsorted(early, reopens_h, side="right") <= behind:
            found[r] = 0.0
            continue
        # After the i-th start with the closure, i have begun; equal when the next one without it
        # has not begun either.
        following = np.append(early[1:], np.inf)
        caught_up = np.flatnonzero((late > reopens_h) & (following > late))
        if len(caught_up) and late[caught_up[0]] <= until_h:
            found[r] = late[caught_up[0]] - reopens_h
    return found


def closure(  # noqa: PLR0913
    post: Post,
    arrivals: float | Rate,
    outage: Outage,
    *,
    replications: int | None = None,
    seed: int = 0,
    key: str = "post",
    days: int = HORIZON_DAYS,
    kept: Kept | None = None,
    without: Paths | None = None,
) -> Closure:
    """A closure during which everyone who comes waits, against the same draws without it.

    The arguments are as those of `simulate`; `without` are its paths where they are there already.
    """

    def run(outages: Iterable[Outage]) -> Paths:
        return simulate(
            post, arrivals, replications=replications, seed=seed, key=key, days=days,
            outages=outages, kept=kept,
        )  # fmt: skip

    if without is None:
        without = run([])
    paths = run([outage])
    return Closure(
        clearing_days=clearing_h(paths, without, outage.end_h, until_h=24.0 * days) / 24.0,
        queue_peak=queue_at(paths, [outage.end_h])[:, 0],
        extra_wait_h=float(np.nansum(paths.wait - without.wait)) / len(paths.count),
    )
