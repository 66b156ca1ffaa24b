"""Arrivals and services from numbered draws: common random numbers for baseline and scenario.

Replication r of a named queue has two streams of uniform numbers, one for arrivals and one for
services, which depend on the seed, the name and r only. The i-th vehicle takes the i-th number of
each whatever the flow, the capacity or the hours, so two runs differ by what was changed and by
nothing else. Replications 2k and 2k + 1 are antithetic: the second takes ``1 - u``.

Arrivals are a Poisson process of a given rate by time rescaling (Cinlar 1975, ch. 4): if ``e_i``
is a Poisson process of rate one and L(t) the expected arrivals up to hour t, then
``a_i = L^-1(e_i)``. A higher rate therefore brings every vehicle forward and drops none.

References
----------
Cinlar, E. (1975). Introduction to Stochastic Processes. Prentice-Hall.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sogdia.core.draws import uniform
from sogdia.core.errors import InvalidInput, Problem, ProblemList

__all__ = [
    "DISTRIBUTIONS",
    "Kept",
    "Rate",
    "Service",
    "draws_needed",
    "poisson_arrivals",
    "rate_by_day",
    "services",
    "timetable_arrivals",
    "uniforms",
]

Distribution = Literal["deterministic", "exponential", "lognormal", "gamma"]
DISTRIBUTIONS: tuple[Distribution, ...] = (
    "deterministic", "exponential", "lognormal", "gamma",
)  # fmt: skip

SPARE_DEVIATIONS = 8.0
"""Arrivals beyond the expected number that are drawn, in standard deviations of a Poisson count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Hours for which a vehicle holds a server.

    Attributes
    ----------
    mean_h : float
    distribution : {"deterministic", "exponential", "lognormal", "gamma"}
    cv : float
        Standard deviation over mean, of lognormal and gamma.
    """

    mean_h: float
    distribution: Distribution = "lognormal"
    cv: float = 0.8

    def __post_init__(self) -> None:
        problems = ProblemList()
        if not 0.0 <= self.mean_h < np.inf:
            problems.add("service", "mean_h", got=self.mean_h, allowed="0 or more hours")
        if self.distribution not in DISTRIBUTIONS:
            problems.add(
                "service", "distribution", got=self.distribution, allowed=", ".join(DISTRIBUTIONS)
            )
        if not 0.0 <= self.cv < np.inf:
            problems.add("service", "cv", got=self.cv, allowed="0 or more")
        problems.raise_if_any()

    @property
    def cv_squared(self) -> float:
        """Squared coefficient of variation, c_s^2."""
        return {"deterministic": 0.0, "exponential": 1.0}.get(self.distribution, self.cv**2)


@dataclass(frozen=True, slots=True)
class Rate:
    """Arrivals an hour, constant between edges.

    Attributes
    ----------
    edges : (E + 1,) float64
        Hours, ascending; nothing arrives outside.
    per_h : (E,) float64
    """

    edges: NDArray[np.float64]
    per_h: NDArray[np.float64]

    def expected(self) -> float:
        """Expected arrivals over all of it."""
        return float(np.diff(self.edges) @ self.per_h)


def rate_by_day(
    per_day: float, days: int, window: tuple[float, float] = (0.0, 24.0), by_day: ArrayLike = 1.0
) -> Rate:
    """`per_day` arrivals a day, evenly within a window of each day.

    Parameters
    ----------
    per_day : float
    days : int
    window : (from, to)
        Hours of the day within which vehicles come.
    by_day : (days,) float or float
        What each day's arrivals are multiplied by: seasons, weekends, a surge.
    """
    opens, shuts = window
    problems = ProblemList()
    if not (0.0 <= opens < shuts <= 24.0):
        problems.add("window", "is not within a day", got=window, allowed="0 <= from < to <= 24")
    if not 0.0 <= per_day < np.inf:
        problems.add("per_day", "is not a flow", got=per_day, allowed="0 or more")
    factor = np.broadcast_to(np.asarray(by_day, dtype=np.float64), (days,))
    if not np.all((factor >= 0.0) & np.isfinite(factor)):
        problems.add("by_day", "has a factor that is negative or not finite")
    problems.raise_if_any()
    level = per_day * factor / (shuts - opens)
    start = 24.0 * np.arange(days)
    if window == (0.0, 24.0) and np.all(factor == factor[:1]):
        return Rate(np.array([0.0, 24.0 * days]), level[:1])
    if window == (0.0, 24.0):
        return Rate(np.append(start, 24.0 * days), level)
    edges = np.append(np.stack([start + opens, start + shuts], axis=1).ravel(), 24.0 * days)
    per_h = np.stack([level, np.zeros(days)], axis=1).ravel()
    if shuts == 24.0:
        # Closing and the end of the last day are one edge.
        edges, per_h = edges[:-1], per_h[:-1]
    return Rate(edges, per_h)


def uniforms(
    replications: int, number: int, *, seed: int, key: str, antithetic: bool = True
) -> NDArray[np.float64]:
    """Uniform numbers in (0, 1) of a named stream.

    Parameters
    ----------
    replications, number : int
        Asking for more of either leaves the others as they were.
    seed : int
    key : str
        Name of the queue and of what is drawn.
    antithetic : bool
        Whether odd replications mirror the even ones before them.

    Returns
    -------
    (replications, number) float64
    """
    found = np.empty((replications, number))
    for r in range(replications):
        if antithetic and r % 2:
            np.subtract(1.0, found[r - 1], out=found[r])
            continue
        stream = np.random.Generator(np.random.SFC64(int(uniform(seed, key, r) * 2**53)))
        stream.random(out=found[r])
        # The centre of each of 2**53 cells: neither 0 nor 1 can come up.
        found[r] += 2.0**-54
    return found


def draws_needed(rate: Rate, batch: int = 1) -> int:
    """Arrivals of convoys that are drawn: more than come in any replication worth a thought."""
    expected = rate.expected() / batch
    return int(expected + SPARE_DEVIATIONS * np.sqrt(expected) + 10)


class Kept:
    """The draws of one queue, kept to be asked at many flows and capacities.

    What is kept has neither flow nor mean in it: sums of exponential numbers of mean one, and
    services of mean one. Each answer is to the last bit what it is without this.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[object, ...], NDArray[np.float64]] = {}

    def first(
        self, what: tuple[object, ...], number: int, draw: Callable[[int], NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        """The first `number` columns of what is named, drawn anew when too few are kept."""
        held = self._held.get(what)
        if held is None or held.shape[1] < number:
            held = draw(number)
            held.flags.writeable = False
            self._held[what] = held
        return held[:, :number]


def poisson_arrivals(
    rate: Rate,
    replications: int,
    *,
    seed: int,
    key: str,
    batch: int = 1,
    antithetic: bool = True,
    kept: Kept | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Arrivals of a Poisson process with a rate that changes.

    Parameters
    ----------
    rate : Rate
        Of vehicles; convoys of `batch` vehicles come ``1 / batch`` as often.
    replications, seed, key, antithetic
        As `uniforms`.
    batch : int
        Vehicles that come together.
    kept : Kept, optional
        Of this queue.

    Returns
    -------
    arrival : (R, n) float64
        Hours; +inf after the last vehicle of a replication.
    count : (R,) int64
    """
    if batch < 1:
        raise InvalidInput(
            [Problem(where="batch", what="is less than one vehicle", got=str(batch))]
        )
    passed = np.concatenate([[0.0], np.cumsum(np.diff(rate.edges) * rate.per_h)]) / batch
    most = draws_needed(rate, batch)

    def draw(number: int) -> NDArray[np.float64]:
        # Falling sums of numbers below 0: the sign is turned by the step that is needed anyway.
        less = _less_exponentials(
            uniforms(replications, number, seed=seed, key=f"{key}/arrivals", antithetic=antithetic)
        )
        return np.cumsum(less, axis=1, out=less)

    named = ("arrivals", seed, key, replications, antithetic)
    unit = draw(most) if kept is None else kept.first(named, most, draw)
    count = np.array([most - np.searchsorted(row[::-1], -passed[-1], side="left") for row in unit])
    unit = unit[:, : int(count.max(initial=0))]
    if len(rate.per_h) == 1:
        # A flow of next to nothing brings nobody, however far off they are.
        with np.errstate(over="ignore"):
            scale = -batch / rate.per_h[0] if rate.per_h[0] > 0.0 else 0.0
        arrival = np.multiply(unit, scale, out=unit if kept is None else None)
        if rate.edges[0] != 0.0:
            arrival += rate.edges[0]
    else:
        # The inverse of expected arrivals; flat stretches, when nobody comes, are passed over.
        arrival = np.interp(-unit, passed, rate.edges)
    for row, n in zip(arrival, count, strict=True):
        row[n:] = np.inf
    if batch > 1:
        arrival = np.repeat(arrival, batch, axis=1)
    return arrival, (count * batch).astype(np.int64)


def timetable_arrivals(
    hours_of_day: Sequence[float], days: int, *, batch: int = 1
) -> NDArray[np.float64]:
    """(n,) hours of a timetable that repeats every day, each entry for `batch` vehicles.

    A convoy that sets out at eight every morning is ``timetable_arrivals([8.0], days, batch=b)``.
    """
    hours = np.sort(np.asarray(hours_of_day, dtype=np.float64))
    if hours.size and not (hours[0] >= 0.0 and hours[-1] < 24.0):
        raise InvalidInput(
            [Problem(where="hours_of_day", what="are not hours of a day", allowed="0 to below 24")]
        )
    return np.repeat((24.0 * np.arange(days)[:, None] + hours).ravel(), batch)


def services(
    service: Service,
    replications: int,
    number: int,
    *,
    seed: int,
    key: str,
    antithetic: bool = True,
    kept: Kept | None = None,
) -> NDArray[np.float64]:
    """(R, number) hours of service, by inversion, so a longer mean lengthens every one.

    `seed`, `key`, `antithetic` and `kept` as `poisson_arrivals`.
    """
    if service.distribution == "deterministic" or service.mean_h == 0.0 or service.cv_squared == 0:
        return np.full((replications, number), service.mean_h)

    def draw(number: int) -> NDArray[np.float64]:
        u = uniforms(replications, number, seed=seed, key=f"{key}/services", antithetic=antithetic)
        return _less_unit_services(service, u)

    named = ("services", service.distribution, service.cv, seed, key, replications, antithetic)
    unit = draw(number) if kept is None else kept.first(named, number, draw)
    return np.multiply(unit, -service.mean_h, out=unit if kept is None else None)


def _less_unit_services(service: Service, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Services of mean one, times -1."""
    if service.distribution == "exponential":
        return _less_exponentials(u)
    if service.distribution == "lognormal":
        from scipy.special import ndtri

        sigma = float(np.sqrt(np.log1p(service.cv**2)))
        found = np.exp(sigma * np.asarray(ndtri(u), dtype=np.float64) - sigma**2 / 2.0)
    else:
        from scipy.special import gammaincinv

        shape = 1.0 / service.cv**2
        found = np.asarray(gammaincinv(shape, u), dtype=np.float64) / shape
    return np.negative(found, out=found)


def _less_exponentials(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponential numbers of mean one, times -1, by inversion and in place."""
    np.negative(u, out=u)
    np.log1p(u, out=u)
    return u
