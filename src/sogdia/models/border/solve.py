"""First come, first served at `c` servers whose number changes by the clock.

Pure numerics. Times are hours from any origin; vehicles are positions ``0 .. n-1`` in order of
arrival.

Symbols
-------
a_i : hour at which vehicle i joins the queue; never falls with i
S_i : hours for which it holds a server
c(t) : servers working at hour t, a step function; 0 while the post is shut
B_i : hour at which its service begins
D_i : hour at which it leaves, ``B_i + S_i``

The rule
--------
Vehicle i begins at the first hour t, not before ``a_i`` and not before ``B_{i-1}``, at which fewer
than c(t) of the vehicles before it are still in service::

    B_i = min { t >= max(a_i, B_{i-1}) : #{k < i : D_k > t} < c(t) }                           (1)

With c constant this is the recursion of Kiefer and Wolfowitz (1955): B_i is the later of a_i and
the least hour at which a server comes free. With c(t) a server that stops working first finishes
the vehicle in hand; nothing new begins above c(t). Servers have no names, so relabelling them
cannot change anything.

From (1), by induction: if no a_i and no S_i falls and c(t) rises nowhere, no B_i falls. So more
servers, shorter services, longer hours and fewer outages never lengthen a wait on the same draws.

References
----------
Kiefer, J. and Wolfowitz, J. (1955). On the theory of queues with many servers. Transactions of the
American Mathematical Society 78(1), 1-18. doi:10.1090/S0002-9947-1955-0066587-3
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numba import get_num_threads, njit

from sogdia.core.errors import InvalidInput, Problem, ProblemList
from sogdia.core.status import Status

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Calendar", "Paths", "always", "serve", "serve_many"]

Carry = Literal["finish", "resume"]
"""What becomes of a service in hand when the post shuts: it is finished, or it stops and goes on at
the next opening."""

WORTH_THREADS = 50_000
"""Vehicles from which threads are started."""

FEW_SERVERS = 12
"""Up to here the sorted list of departures is passed through whole, without a jump; speed only."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The step function c(t).

    Attributes
    ----------
    edges : (E,) float64
        Hours at which the number changes, ascending; the first holds from ever, the last for ever.
    working : (E,) int64
        Servers working from each edge to the next.
    """

    edges: NDArray[np.float64]
    working: NDArray[np.int64]


def always(servers: int) -> Calendar:
    """A calendar of `servers` working round the clock."""
    return Calendar(np.array([0.0]), np.array([servers], dtype=np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """`R` paths of a queue, one a replication. NaN after a path's last vehicle.

    Attributes
    ----------
    arrival : (R, n) float64
        Hours, a_i.
    service : (R, n) float64
        Hours, S_i.
    start : (R, n) float64
        Hours, B_i; NaN where a vehicle is never served because the post shuts for good.
    resumed : (R, n) float64 or None
        Hours, D_i, where services stop when the post shuts; None where D_i = B_i + S_i.
    count : (R,) int64
        Vehicles of each path.
    status : Status
        "usable" when some vehicles are never served.
    """

    arrival: NDArray[np.float64]
    service: NDArray[np.float64]
    start: NDArray[np.float64]
    resumed: NDArray[np.float64] | None
    count: NDArray[np.int64]
    status: Status

    @property
    def depart(self) -> NDArray[np.float64]:
        """(R, n) hours, D_i."""
        return self.start + self.service if self.resumed is None else self.resumed

    @property
    def wait(self) -> NDArray[np.float64]:
        """(R, n) hours from joining the queue to the start of service."""
        return self.start - self.arrival

    @property
    def sojourn(self) -> NDArray[np.float64]:
        """(R, n) hours from joining the queue to leaving."""
        return self.depart - self.arrival


# --------------------------------------------------------------------------------------------------
# Kernels
# --------------------------------------------------------------------------------------------------


@njit(cache=True, nogil=True, inline="always")
def _replace_least(busy, last, depart):
    """Put `depart` in the place of the least of the ascending list `busy[0 .. last]`."""
    if last < FEW_SERVERS:
        for j in range(last):
            following = busy[j + 1]
            busy[j] = min(depart, following)
            depart = max(depart, following)
        busy[last] = depart
    else:
        j = 0
        while j < last and busy[j + 1] < depart:
            busy[j] = busy[j + 1]
            j += 1
        busy[j] = depart


@njit(cache=True, nogil=True)
def _serve_constant(arrival, service, servers, start):
    """Equation (1) with c constant; whether arrivals never fall."""
    busy = np.full(servers, -np.inf)
    last = servers - 1
    before = -np.inf
    sorted_ = True
    for i in range(len(arrival)):
        a = arrival[i]
        sorted_ &= a >= before
        before = a
        b = max(a, busy[0])
        start[i] = b
        _replace_least(busy, last, b + service[i])
    return sorted_


@njit(cache=True, nogil=True)
def _serve_calendar(arrival, service, edges, working, most, start):
    """Equation (1); whether arrivals never fall. NaN for those never served."""
    busy = np.full(most, -np.inf)
    last = most - 1
    n_edges = len(edges)
    k = 0
    t = -np.inf
    before = -np.inf
    sorted_ = True
    for i in range(len(arrival)):
        a = arrival[i]
        sorted_ &= a >= before
        before = a
        t = max(t, a)
        while True:
            while k + 1 < n_edges and edges[k + 1] <= t:
                k += 1
            c = working[k]
            if c > 0:
                # Fewer than c departures after t: the c-th greatest is not after t.
                u = max(t, busy[most - c])
                if k + 1 == n_edges or u < edges[k + 1]:
                    t = u
                    break
            if k + 1 == n_edges:
                for j in range(i, len(arrival)):
                    start[j] = np.nan
                    sorted_ &= arrival[j] >= before
                    before = arrival[j]
                return sorted_
            t = edges[k + 1]
        start[i] = t
        _replace_least(busy, last, t + service[i])
    return sorted_


def _serve_each(arrival, service, count, calendar: Calendar, start) -> bool:
    """Every replication by one thread alone, so that the result does not depend on their number.

    Python threads over kernels without the lock, not numba's own, which may not be entered by two
    threads at once.
    """

    def one(r: int) -> bool:
        n = count[r]
        a, s, b = arrival[r, :n], service[r, :n], start[r, :n]
        if len(calendar.edges) == 1 and calendar.working[0] > 0:
            return _serve_constant(a, s, calendar.working[0], b)
        most = max(int(calendar.working.max()), 1)
        return _serve_calendar(a, s, calendar.edges, calendar.working, most, b)

    rows = range(len(count))
    if len(count) < 2 or count.sum() < WORTH_THREADS:
        return all(one(r) for r in rows)
    with ThreadPoolExecutor(get_num_threads()) as pool:
        return all(pool.map(one, rows))


# --------------------------------------------------------------------------------------------------
# Entry
# --------------------------------------------------------------------------------------------------


def serve(
    arrival: ArrayLike,
    service: ArrayLike,
    calendar: Calendar | int,
    *,
    carry: Carry = "finish",
) -> Paths:
    """One path: when each vehicle begins and leaves.

    Parameters
    ----------
    arrival : (n,) float
        Hours; never falling.
    service : (n,) float
        Hours; not negative.
    calendar : Calendar or int
        c(t), or a number of servers working round the clock.
    carry : {"finish", "resume"}
        With "finish" a service in hand at closing is finished after hours. With "resume" it stops
        when the whole post is shut (c = 0) and goes on at the next opening; equation (1) then holds
        on the clock of open hours. A fall of c(t) that leaves some server working never interrupts
        a service.

    Returns
    -------
    Paths
        With R = 1.

    Raises
    ------
    InvalidInput
        When arrivals fall, a service is negative or not finite, or the calendar is not one.
    """
    a, s = (np.asarray(x, dtype=np.float64)[np.newaxis] for x in (arrival, service))
    return serve_many(a, s, [a.shape[-1]], calendar, carry=carry)


def serve_many(
    arrival: ArrayLike,
    service: ArrayLike,
    count: ArrayLike,
    calendar: Calendar | int,
    *,
    carry: Carry = "finish",
) -> Paths:
    """`R` paths, in parallel; the same to the last bit for any number of threads.

    Parameters
    ----------
    arrival, service : (R, n) float
        Hours; only the first ``count[r]`` of row r are read.
    count : (R,) int
        Vehicles of each path.
    calendar, carry
        As in `serve`; the same for all paths.

    Raises
    ------
    InvalidInput
        As `serve`.
    """
    a = np.ascontiguousarray(arrival, dtype=np.float64)
    s = np.ascontiguousarray(service, dtype=np.float64)
    n = np.ascontiguousarray(count, dtype=np.int64)
    c = always(calendar) if isinstance(calendar, int) else calendar
    _check(a, s, n, c)
    ragged = bool(np.any(n < a.shape[1]))
    if ragged:
        blank = np.arange(a.shape[1]) >= n[:, np.newaxis]
        a, s = np.where(blank, np.nan, a), np.where(blank, np.nan, s)
    start = np.full_like(a, np.nan) if ragged else np.empty_like(a)
    clock = _Clock(c) if carry == "resume" and not np.all(c.working > 0) else None
    on, cal = (a, c) if clock is None else (clock.open_hours(a, n), clock.calendar)
    if not _serve_each(on, s, n, cal, start):
        raise InvalidInput(
            [Problem(where="arrival", what="falls from one vehicle to the next", fix="sort them")]
        )
    resumed = None
    if clock is not None:
        start, resumed = clock.hours(a, s, start, n)
    lost = 0 if bool(np.all(c.working[-1:] > 0)) else int(n.sum() - np.isfinite(start).sum())
    return Paths(
        arrival=a,
        service=s,
        start=start,
        resumed=resumed,
        count=n,
        status=Status(
            state="usable" if lost else "solved",
            message=f"{lost} vehicles are never served: the post shuts for good" if lost else "",
            of="queue",
        ),
    )


class _Clock:
    """Hours to open hours and back, for services that stop when the post is shut.

    Attributes
    ----------
    begin, end : (O,) float64
        Hours at which each of the `O` openings begins and ends.
    to : (O,) float64
        Open hours gone by before each.
    calendar : Calendar
        c(t) by open hours.
    """

    def __init__(self, calendar: Calendar) -> None:
        is_open = calendar.working > 0
        length = np.append(np.diff(calendar.edges), np.inf)
        # Before the first edge its number holds too: count those hours, negative, from the edge.
        self.shut_first = not is_open[0]
        self.begin = calendar.edges[is_open]
        kept = np.where(is_open, length, 0.0)
        self.total = float(np.sum(kept))
        self.to = np.concatenate([[0.0], np.cumsum(kept[is_open])])[:-1]
        self.end = self.begin + kept[is_open]
        self.calendar = Calendar(
            self.to if len(self.to) else np.array([0.0]),
            calendar.working[is_open] if len(self.to) else np.array([0], dtype=np.int64),
        )
        if np.isfinite(self.total) and len(self.to):
            self.calendar = Calendar(
                np.append(self.to, self.total), np.append(self.calendar.working, 0)
            )

    def open_hours(self, t: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
        """Open hours gone by at hours t, which never fall; NaN after each row's count."""
        if not len(self.to):
            return t
        found = np.full_like(t, np.nan)
        for r, n in enumerate(count):
            _open_hours(t[r, :n], self.begin, self.end, self.to, self.shut_first, found[r, :n])
        return found

    def hours(
        self,
        arrival: NDArray[np.float64],
        service: NDArray[np.float64],
        start: NDArray[np.float64],
        count: NDArray[np.int64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Hours at which services begin and end, of those that begin at open hours `start`.

        One begins as late as its open hour allows and ends as soon.
        """
        if not len(self.to):
            return start, start + service
        begun, ended = np.full_like(start, np.nan), np.full_like(start, np.nan)
        for r, n in enumerate(count):
            _hours(
                arrival[r, :n], service[r, :n], start[r, :n],
                self.begin, self.end, self.to, begun[r, :n], ended[r, :n],
            )  # fmt: skip
        return begun, ended


@njit(cache=True, nogil=True)
def _open_hours(t, begin, end, to, shut_first, found):
    """Open hours gone by at each t; they never fall, so openings are passed once."""
    m, last = -1, len(begin) - 1
    for i in range(len(t)):
        while m < last and begin[m + 1] <= t[i]:
            m += 1
        if m >= 0:
            found[i] = to[m] + min(t[i], end[m]) - begin[m]
        else:
            found[i] = 0.0 if shut_first else t[i] - begin[0]


@njit(cache=True, nogil=True)
def _hours(arrival, service, start, begin, end, to, begun, ended):
    """The hours of open hours; NaN for those that do not come. Starts never fall."""
    m, last = 0, len(begin) - 1
    for i in range(len(start)):
        tau = start[i]
        if np.isnan(tau):
            continue
        while m < last and to[m + 1] <= tau:
            m += 1
        b = begin[m] + (tau - to[m])
        if b > end[m]:
            continue
        # Rounding of the clock must not let a service begin before its vehicle is there.
        begun[i] = max(b, arrival[i])
        tau += service[i]
        k = m
        while k > 0 and to[k] >= tau:
            k -= 1
        while k < last and to[k + 1] < tau:
            k += 1
        d = begin[k] + (tau - to[k])
        # A service of no length ends where it begins, not before the closing it waited for.
        if d <= end[k]:
            ended[i] = max(begun[i], d)


def _check(arrival, service, count, calendar: Calendar) -> None:
    problems = ProblemList()
    if arrival.ndim != 2 or arrival.shape != service.shape:
        problems.add(
            "service", "and arrival need one shape", got=service.shape, allowed=arrival.shape
        )
    elif count.shape != arrival.shape[:1] or np.any((count < 0) | (count > arrival.shape[1])):
        problems.add("count", "needs a number of vehicles for each path", got=count)
    else:
        for r, n in enumerate(count):
            # Least and greatest instead of masks: a million vehicles are looked at in passing.
            a, s = arrival[r, :n], service[r, :n]
            if n and not (a.min() > -np.inf and a.max() < np.inf):
                problems.add(f"arrival, path {r}", "has an hour that is not finite")
            if n and not (s.min() >= 0.0 and s.max() < np.inf):
                problems.add(
                    f"service, path {r}", "is negative or not finite", allowed="0 or more h"
                )
    if len(calendar.edges) == 0 or len(calendar.edges) != len(calendar.working):
        problems.add("calendar", "needs an edge, and one number of servers for each")
    elif np.any(np.diff(calendar.edges) <= 0.0) or calendar.working.min() < 0:
        problems.add("calendar", "edges must ascend and numbers of servers not be negative")
    problems.raise_if_any()
