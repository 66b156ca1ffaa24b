"""Queues with known answers. Kernel: `sogdia.models.border.solve`."""

from __future__ import annotations

import heapq
import math

import numpy as np
import pytest

from sogdia.models.border.closed_forms import (
    allen_cunneen_wait,
    erlang_c,
    fluid_clearing_time,
    fluid_overload_wait,
    horizon_wait,
    mg1_wait,
    mmc_wait,
)
from sogdia.models.border.draws import Service
from sogdia.models.border.hours import Outage, post_calendar
from sogdia.models.border.post import Post, clearing_h, closure, queue_at, simulate
from sogdia.models.border.solve import Calendar, always, serve, serve_many
from sogdia.models.border.vessels import board, mean_wait_for_sailing


def simulated_wait(servers: int, rho: float, distribution: str, cv: float = 1.0) -> float:
    """Mean wait in hours where the mean service is an hour; about 2e6 vehicles."""
    post = Post(
        capacity_per_day=24.0 * servers,
        servers=servers,
        distribution=distribution,  # type: ignore[arg-type]
        service_cv=cv,
    )
    per_day = rho * post.capacity_per_day
    days = int(250_000 / per_day)
    return float(np.nanmean(simulate(post, per_day, replications=8, days=days, seed=1).wait))


@pytest.mark.parametrize(("servers", "rho"), [(1, 0.5), (1, 0.8), (3, 0.8), (4, 0.9), (20, 0.9)])
def test_mmc_has_the_wait_of_erlang(servers: int, rho: float) -> None:
    """Erlang 1917. The tolerance is about four standard errors of the sample."""
    exact = mmc_wait(servers, rho * servers, 1.0)
    assert simulated_wait(servers, rho, "exponential") == pytest.approx(exact, rel=0.03)


def test_erlang_c_against_its_sum() -> None:
    """C(c, a) from the textbook sum (Kleinrock 1975, 3.40): 2 servers at rho 1/2 give 1/3."""
    assert erlang_c(2, 1.0) == pytest.approx(1.0 / 3.0, rel=1e-15)
    for c, a in ((1, 0.3), (4, 3.2), (30, 27.0)):
        last = a**c / math.factorial(c) * c / (c - a)
        total = sum(a**k / math.factorial(k) for k in range(c)) + last
        assert erlang_c(c, a) == pytest.approx(last / total, rel=1e-12)
    assert math.isnan(erlang_c(3, 3.0)) and math.isnan(mmc_wait(3, 4.0, 1.0))


@pytest.mark.parametrize(
    ("distribution", "cv", "cs2"),
    [("deterministic", 0.0, 0.0), ("lognormal", 0.8, 0.64), ("gamma", 1.5, 2.25)],
)
def test_mg1_has_the_wait_of_pollaczek_and_khinchine(
    distribution: str, cv: float, cs2: float
) -> None:
    """Kleinrock 1975, (5.71); M/D/1 waits half as long as M/M/1."""
    exact = mg1_wait(0.8, 1.0, cs2)
    assert simulated_wait(1, 0.8, distribution, cv) == pytest.approx(exact, rel=0.04)
    assert mg1_wait(0.8, 1.0, 0.0) == pytest.approx(mmc_wait(1, 0.8, 1.0) / 2.0, rel=1e-14)
    assert mg1_wait(0.8, 1.0, cs2) == pytest.approx(
        allen_cunneen_wait(1, 0.8, 1.0, cs2=cs2), rel=1e-14
    )


def test_little() -> None:
    """Mean queue = arrival rate x mean wait, exactly, once all have left (Little 1961)."""
    paths = simulate(Post(capacity_per_day=17.0, servers=3), 15.0, replications=3, days=200)
    for r, n in enumerate(paths.count):
        start, arrival = paths.start[r, :n], paths.arrival[r, :n]
        # The queue as a step function, from its own events, not from the waits.
        at = np.sort(np.concatenate([arrival, start]))
        waiting = queue_at(paths, at)[r]
        area = float(np.sum(waiting[:-1] * np.diff(at)))
        assert area == pytest.approx(float(np.sum(paths.wait[r, :n])), rel=1e-9)
        assert area > 0.0


def test_timetable_with_room_never_waits() -> None:
    """D/D/1: a vehicle an hour and an hour's service."""
    paths = serve(np.arange(500.0), np.full(500, 1.0), 1)
    assert np.all(paths.wait == 0.0)
    assert np.all(paths.depart[0] == np.arange(1.0, 501.0))


def test_a_deterministic_closure_clears_as_a_fluid() -> None:
    """The queue is lam T at reopening and gone lam T / (mu - lam) later, to within a service."""
    lam, mu, closed = 1.0, 1.5, 30.0
    arrival = np.arange(0.0, 400.0, 1.0 / lam)
    held = np.full(len(arrival), 1.0 / mu)
    shut = Calendar(np.array([0.0, 50.0, 50.0 + closed]), np.array([1, 0, 1]))
    paths, without = serve(arrival, held, shut), serve(arrival, held, 1)
    (queue,) = queue_at(paths, [50.0 + closed - 1e-9])[0]
    assert queue == pytest.approx(lam * closed, abs=1.0)
    (cleared,) = clearing_h(paths, without, 50.0 + closed)
    exact = lam * closed / (mu - lam)
    assert exact == 24.0 * fluid_clearing_time(24.0 * lam, 24.0 * mu, closed) / 24.0
    assert cleared == pytest.approx(exact, abs=1.0 / mu + 1.0 / lam)


def test_a_random_closure_clears_as_a_fluid_on_average() -> None:
    """Mean over many replications; above capacity it never clears."""
    post = Post(capacity_per_day=96.0, servers=4, distribution="exponential")
    week = Outage(24.0 * 60.0, 24.0 * 67.0)
    found = closure(post, 72.0, week, replications=64)
    assert np.mean(found.clearing_days) == pytest.approx(
        fluid_clearing_time(72.0, 96.0, 168.0) / 24.0, rel=0.05
    )
    never = closure(post, 110.0, week, replications=4)
    assert np.isnan(never.clearing_days).all()
    assert math.isnan(fluid_clearing_time(96.0, 96.0, 1.0))


def test_above_capacity_the_wait_is_that_of_a_fluid_over_the_horizon() -> None:
    """(rho - 1) H / 2; and the formula of Kimber and Hollis joins it to the wait below capacity."""
    post = Post(capacity_per_day=48.0, servers=2, distribution="exponential")
    for rho in (1.3, 2.0):
        wait = np.nanmean(simulate(post, rho * 48.0, replications=8).wait)
        assert wait == pytest.approx(fluid_overload_wait(rho * 48.0, 48.0, 8760.0), rel=0.03)
        assert horizon_wait(rho * 48.0, 48.0, 8760.0) == pytest.approx(wait, rel=0.03)
    at = np.nanmean(simulate(post, 48.0, replications=64).wait)
    assert horizon_wait(48.0, 48.0, 8760.0) == pytest.approx(at, rel=0.2)
    low = horizon_wait(0.5 * 48.0, 48.0, 8760.0)
    assert low == pytest.approx(mmc_wait(1, 1.0, 0.5), rel=0.01)


def plain_simulation(
    arrival: list[float], service: list[float], edges: list[float], working: list[int]
) -> list[float]:
    """The same rule by events: arrivals, departures and changes of the number of servers in a heap.

    Written apart from the recursion: it walks through time and keeps a line of vehicles.
    """
    events: list[tuple[float, int, int]] = [(t, 1, i) for i, t in enumerate(arrival)]
    events += [(t, 0, k) for k, t in enumerate(edges)]
    heapq.heapify(events)
    line: list[int] = []
    depart = [math.nan] * len(arrival)
    servers = working[0]
    in_service = 0
    while events:
        now = events[0][0]
        while events and events[0][0] == now:
            _, kind, which = heapq.heappop(events)
            if kind == 0:
                servers = working[which]
            elif kind == 1:
                line.append(which)
            else:
                in_service -= 1
        while line and in_service < servers:
            i = line.pop(0)
            depart[i] = now + service[i]
            in_service += 1
            heapq.heappush(events, (depart[i], 2, i))
    return depart


@pytest.mark.parametrize("seed", range(60))
def test_departures_equal_those_of_an_event_simulation(seed: int) -> None:
    """Random small cases with outages, ties and services of no length: equal to the last bit."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    whole = seed % 2 == 0  # whole hours make ties of arrivals, departures and edges
    arrival = np.sort(rng.uniform(0.0, 30.0, n))
    service = rng.exponential(3.0, n)
    if whole:
        arrival, service = np.floor(arrival), np.floor(service)
    edges = np.unique(np.floor(rng.uniform(0.0, 60.0, int(rng.integers(1, 8)))))
    working = rng.integers(0, 5, len(edges))
    working[-1] = max(working[-1], 1)
    paths = serve(arrival, service, Calendar(edges, working))
    expected = plain_simulation(list(arrival), list(service), list(edges), list(working))
    assert list(paths.depart[0]) == expected


@pytest.mark.parametrize("servers", [1, 2, 5, 12, 13, 40])
def test_few_and_many_servers_equal_the_event_simulation(servers: int) -> None:
    """Both ways of keeping the list of departures."""
    rng = np.random.default_rng(servers)
    arrival = np.sort(rng.uniform(0.0, 100.0, 400))
    service = rng.exponential(0.3 * servers, 400)
    expected = plain_simulation(list(arrival), list(service), [0.0], [servers])
    assert list(serve(arrival, service, servers).depart[0]) == expected
    two = Calendar(np.array([0.0, 1e9]), np.array([servers, 1]))
    assert list(serve(arrival, service, two).depart[0]) == expected


def test_opening_hours_by_hand() -> None:
    """Open 8 to 16, one server, services of three hours.

    The first comes at 7 and is served 8 to 11, the second 11 to 14. The third begins at 14: it is
    finished at 17 after hours, or stops at 16 and goes on for an hour from 8 the next day. The
    fourth then begins at 8 or at 9 of the next day.
    """
    arrival, service = np.array([7.0, 8.0, 9.0, 10.0]), np.full(4, 3.0)
    calendar = post_calendar(1, 5, window=(8.0, 16.0))
    finish = serve(arrival, service, calendar, carry="finish")
    assert list(finish.start[0]) == [8.0, 11.0, 14.0, 32.0]
    assert list(finish.depart[0]) == [11.0, 14.0, 17.0, 35.0]
    resume = serve(arrival, service, calendar, carry="resume")
    assert list(resume.start[0]) == [8.0, 11.0, 14.0, 33.0]
    assert list(resume.depart[0]) == [11.0, 14.0, 33.0, 36.0]


def test_a_service_that_ends_at_closing_leaves_at_closing() -> None:
    """And the next begins at opening."""
    calendar = post_calendar(1, 5, window=(8.0, 16.0))
    paths = serve([8.0, 8.0], [8.0, 1.0], calendar, carry="resume")
    assert list(paths.depart[0]) == [16.0, 33.0]
    assert list(paths.start[0]) == [8.0, 32.0]


def test_an_outage_by_hand() -> None:
    """Two servers, one from hour 1 to 10: what is in hand is finished, then one at a time."""
    calendar = post_calendar(2, 3, outages=[Outage(1.0, 10.0, 1)])
    paths = serve(np.zeros(5), np.full(5, 4.0), calendar)
    assert list(paths.start[0]) == [0.0, 0.0, 4.0, 8.0, 10.0]


def test_a_post_that_shuts_for_good_says_so() -> None:
    """Absent is NaN and the status counts it."""
    paths = serve([0.0, 5.0], [1.0, 1.0], Calendar(np.array([0.0, 3.0]), np.array([1, 0])))
    assert paths.start[0, 0] == 0.0 and math.isnan(paths.start[0, 1])
    assert paths.status.state == "usable" and "1 vehicles" in paths.status.message


def test_capacity_is_what_it_says_with_opening_hours() -> None:
    """Saturated, a post passes its capacity a day, give or take the first and last services."""
    for hours in (24.0, 10.0):
        post = Post(capacity_per_day=100.0, servers=4, open_h_per_day=hours)
        paths = simulate(post, 150.0, replications=4, days=100)
        passed = np.sum(paths.depart <= 2400.0) / 4 / 100
        assert passed == pytest.approx(100.0, rel=0.02)


@pytest.mark.parametrize("distribution", ["deterministic", "exponential", "lognormal", "gamma"])
def test_services_have_their_mean_and_spread(distribution: str) -> None:
    """Moments of what is drawn."""
    from sogdia.models.border.draws import services

    service = Service(mean_h=4.25, distribution=distribution, cv=0.7)  # type: ignore[arg-type]
    held = services(service, 2, 200_000, seed=0, key="x")
    assert held.mean() == pytest.approx(4.25, rel=0.005)
    assert held.std() / held.mean() == pytest.approx(math.sqrt(service.cv_squared), abs=0.015)


def test_the_next_sailing_is_half_a_gap_away_only_when_gaps_are_even() -> None:
    """The inspection paradox: E[H^2] / (2 E[H]) (Kleinrock 1975, 5.10)."""
    rng = np.random.default_rng(0)
    gaps = np.where(np.arange(2000) % 2 == 0, 10.0, 50.0)
    sailing = np.cumsum(gaps)
    arrival = np.sort(rng.uniform(0.0, sailing[-1], 200_000))
    departure, loaded = board(arrival, sailing, np.full(len(sailing), 1e9))
    assert np.mean(departure - arrival) == pytest.approx(mean_wait_for_sailing(gaps), rel=0.01)
    assert mean_wait_for_sailing(gaps) == pytest.approx((100.0 + 2500.0) / 2.0 / 60.0)
    assert loaded.sum() == 200_000


def test_a_vessel_takes_no_more_than_its_room_and_the_first_first() -> None:
    """By hand: three wait for two places, the third sails with the next, the fourth not at all."""
    departure, loaded = board([0.0, 1.0, 2.0, 9.0], [5.0, 8.0], [2.0, 2.0])
    assert list(departure[:3]) == [5.0, 5.0, 8.0] and math.isnan(departure[3])
    assert list(loaded) == [2, 1]


def test_threads_change_nothing() -> None:
    """The same bits for one thread and for all."""
    import numba

    rng = np.random.default_rng(0)
    arrival = np.cumsum(rng.exponential(1.0, (9, 8000)), axis=1)
    service = rng.exponential(3.0, (9, 8000))
    count = np.full(9, 8000)
    calendar = post_calendar(3, 700, window=(6.0, 20.0))
    threads = numba.get_num_threads()
    many = serve_many(arrival, service, count, calendar)
    try:
        numba.set_num_threads(1)
        one = serve_many(arrival, service, count, calendar)
    finally:
        numba.set_num_threads(threads)
    assert np.array_equal(many.start, one.start)
    for r in range(9):
        assert np.array_equal(serve(arrival[r], service[r], calendar).start[0], many.start[r])
    assert always(3).working[0] == 3
