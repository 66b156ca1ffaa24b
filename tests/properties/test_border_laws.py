"""Laws of queues, on the same draws: what must hold for any vehicles, hours and outages."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sogdia.models.border.curve import MEASURES, response_curve
from sogdia.models.border.draws import (
    Kept,
    Service,
    poisson_arrivals,
    rate_by_day,
    services,
    uniforms,
)
from sogdia.models.border.hours import Outage, post_calendar
from sogdia.models.border.post import Post, clearing_h, queue_at, simulate
from sogdia.models.border.solve import Calendar, Paths, serve

# Quarters of an hour: sums are exact, so the laws hold to the last bit.
QUARTER = st.integers(0, 400).map(lambda n: n / 4.0)


@st.composite
def queues(draw: st.DrawFn) -> dict[str, Any]:
    n = draw(st.integers(1, 25))
    arrival = np.sort(draw(st.lists(QUARTER, min_size=n, max_size=n)))
    service = np.array(draw(st.lists(st.integers(0, 60), min_size=n, max_size=n))) / 4.0
    opens = draw(st.integers(0, 12))
    shuts = draw(st.integers(opens + 1, 24))
    return {
        "arrival": np.array(arrival, dtype=float),
        "service": service,
        "servers": draw(st.integers(1, 4)),
        "window": (float(opens), float(shuts)),
        "carry": draw(st.sampled_from(["finish", "resume"])),
        "outage": Outage(begin := draw(QUARTER), begin + draw(QUARTER), draw(st.integers(0, 3))),
    }


def run(q: dict[str, Any], **changed: Any) -> Paths:
    q = q | changed
    outages = q.get("outages", [q["outage"]])
    calendar = post_calendar(q["servers"], 400, window=q["window"], outages=outages)
    return serve(q["arrival"], q["service"], calendar, carry=q["carry"])


@settings(deadline=None)
@given(queues())
def test_more_servers_lengthen_no_wait(q: dict[str, Any]) -> None:
    assert np.all(run(q, servers=q["servers"] + 1).wait <= run(q).wait)


@settings(deadline=None)
@given(queues(), st.integers(0, 24))
def test_shorter_services_lengthen_no_wait(q: dict[str, Any], which: int) -> None:
    shorter = q["service"].copy()
    shorter[which % len(shorter)] /= 2.0
    before, after = run(q), run(q, service=shorter)
    assert np.all(after.wait <= before.wait)
    assert np.all(after.depart <= before.depart)


@settings(deadline=None)
@given(queues())
def test_an_outage_shortens_no_wait(q: dict[str, Any]) -> None:
    assert np.all(run(q).wait >= run(q, outages=[]).wait)


@settings(deadline=None)
@given(queues())
def test_longer_hours_lengthen_no_wait(q: dict[str, Any]) -> None:
    opens, shuts = q["window"]
    wider = (max(opens - 1.0, 0.0), min(shuts + 1.0, 24.0))
    assert np.all(run(q, window=wider).wait <= run(q).wait)


@settings(deadline=None)
@given(queues())
def test_the_order_of_arrival_is_kept(q: dict[str, Any]) -> None:
    paths = run(q)
    assert np.all(np.diff(paths.start[0]) >= 0.0)
    assert np.all(paths.wait >= 0.0)
    assert np.all(paths.depart >= paths.start + q["service"])


@settings(deadline=None)
@given(queues())
def test_never_more_at_work_than_servers_and_none_begun_while_shut(q: dict[str, Any]) -> None:
    paths = run(q, outages=[])
    begun, left = paths.start[0], paths.depart[0]
    held = q["service"] > 0.0
    for t in begun[held]:
        assert np.sum((begun[held] <= t) & (left[held] > t)) <= q["servers"]
    hour = begun % 24.0
    assert np.all((hour >= q["window"][0]) & (hour < q["window"][1]))


@settings(deadline=None)
@given(queues(), st.integers(0, 30))
def test_a_queue_later_by_days_is_the_same_queue(q: dict[str, Any], days: int) -> None:
    later = 24.0 * days
    moved = Outage(q["outage"].begin_h + later, q["outage"].end_h + later, q["outage"].working)
    paths = run(q, arrival=q["arrival"] + later, outages=[moved])
    assert np.array_equal(paths.start, run(q).start + later)


@settings(deadline=None)
@given(queues(), st.integers(1, 96))
def test_without_hours_any_shift_is_a_shift(q: dict[str, Any], quarters: int) -> None:
    shift = quarters / 4.0
    a = serve(q["arrival"], q["service"], q["servers"])
    b = serve(q["arrival"] + shift, q["service"], q["servers"])
    assert np.array_equal(a.start + shift, b.start)


@settings(deadline=None)
@given(queues(), st.randoms())
def test_relabelling_servers_changes_nothing(q: dict[str, Any], random: Any) -> None:
    """Servers that each keep their own list of departures, in any labelling, give the same starts."""
    free = [-np.inf] * q["servers"]
    start = []
    for a, s in zip(q["arrival"], q["service"], strict=True):
        random.shuffle(free)
        k = int(np.argmin(free))
        start.append(max(a, free[k]))
        free[k] = start[-1] + s
    assert list(serve(q["arrival"], q["service"], q["servers"]).start[0]) == start


@settings(deadline=None)
@given(queues())
def test_an_edge_where_nothing_changes_changes_nothing(q: dict[str, Any]) -> None:
    one = Calendar(np.array([0.0]), np.array([q["servers"]]))
    many = Calendar(np.array([0.0, 7.0, 9.5, 31.0]), np.full(4, q["servers"]))
    for carry in ("finish", "resume"):
        a = serve(q["arrival"], q["service"], one, carry=carry)
        b = serve(q["arrival"], q["service"], many, carry=carry)
        assert np.array_equal(a.start, b.start)


@settings(deadline=None)
@given(queues())
def test_a_queue_against_itself_is_exactly_zero(q: dict[str, Any]) -> None:
    a, b = run(q), run(q)
    assert np.all(a.wait - b.wait == 0.0) and np.all(a.depart - b.depart == 0.0)
    assert clearing_h(a, b, 50.0)[0] == 0.0


@settings(deadline=None)
@given(queues())
def test_no_vehicle_is_lost(q: dict[str, Any]) -> None:
    paths = run(q)
    assert np.all(np.isfinite(paths.depart))
    assert np.all(queue_at(paths, np.linspace(0.0, 200.0, 50)) >= 0.0)
    assert queue_at(paths, [1e9])[0, 0] == 0.0


@settings(max_examples=25, deadline=None)
@given(st.floats(1.0, 60.0), st.floats(1.001, 2.0), st.integers(0, 5), st.sampled_from([24.0, 9.0]))
def test_a_greater_flow_brings_every_vehicle_forward_and_shortens_no_wait(
    per_day: float, factor: float, seed: int, hours: float
) -> None:
    """Round the clock vehicle i waits longer at a greater flow; with hours it comes no later."""
    post = Post(capacity_per_day=40.0, servers=3, open_h_per_day=hours)
    a = simulate(post, per_day, replications=2, seed=seed, days=60)
    b = simulate(post, per_day * factor, replications=2, seed=seed, days=60)
    for r, n in enumerate(a.count):
        assert b.count[r] >= n
        assert np.all(b.arrival[r, :n] <= a.arrival[r, :n] + 1e-9)
        if hours == 24.0:
            assert np.all(b.wait[r, :n] >= a.wait[r, :n] - 1e-9)


@settings(max_examples=20, deadline=None)
@given(
    st.floats(2.0, 80.0),
    st.integers(1, 6),
    st.sampled_from([24.0, 10.0]),
    st.floats(0.0, 1.5),
)
def test_a_response_curve_rises_everywhere_with_a_finite_slope(
    capacity: float, servers: int, hours: float, cv: float
) -> None:
    post = Post(capacity_per_day=capacity, servers=servers, open_h_per_day=hours, service_cv=cv)
    curve = response_curve(post, replications=2, days=40)
    x = np.linspace(0.0, 4.0 * capacity, 4001)
    for measure in MEASURES:
        assert curve.wait_h(0.0, measure) == 0.0
        assert np.all(np.diff(curve.wait_h(x, measure)) > 0.0)
        slope = curve.slope_h(x, measure)
        assert np.all((slope > 0.0) & np.isfinite(slope))
    area = curve.integral_h(x)
    wait = curve.wait_h(x)
    steps = np.diff(x) * (wait[1:] + wait[:-1]) / 2.0
    assert np.allclose(np.diff(area), steps, rtol=1e-3, atol=1e-3 * float(steps.max()))


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(1, 6), st.integers(1, 50), st.integers(1, 50))
def test_more_draws_leave_those_before_alone(seed: int, r: int, n: int, more: int) -> None:
    few = uniforms(r, n, seed=seed, key="a")
    many = uniforms(r + 2, n + more, seed=seed, key="a")
    assert np.array_equal(few, many[:r, :n])
    assert np.all((few > 0.0) & (few < 1.0))
    assert not np.array_equal(few, uniforms(r, n, seed=seed, key="b"))
    if r > 1:
        assert np.array_equal(few[1], 1.0 - few[0])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 100), st.floats(0.5, 30.0))
def test_convoys_come_together_and_as_many_in_all(seed: int, per_day: float) -> None:
    rate = rate_by_day(per_day, 300, (8.0, 18.0))
    arrival, count = poisson_arrivals(rate, 2, seed=seed, key="k", batch=5)
    for r, n in enumerate(count):
        groups = arrival[r, :n].reshape(-1, 5)
        assert np.all(groups == groups[:, :1])
        hour = groups[:, 0] % 24.0
        assert np.all((hour >= 8.0) & (hour <= 18.0))
        assert np.all(np.diff(arrival[r, :n]) >= 0.0)
    # The two replications mirror each other; a Poisson count is within eight deviations.
    expected = per_day * 300
    assert abs(count.mean() - expected) < 8.0 * np.sqrt(5.0 * expected) + 40.0


@settings(deadline=None)
@given(st.floats(0.1, 5.0), st.floats(1.01, 3.0))
def test_a_longer_mean_lengthens_every_service(mean: float, factor: float) -> None:
    for distribution in ("deterministic", "exponential", "lognormal", "gamma"):
        a = services(Service(mean_h=mean, distribution=distribution), 2, 20, seed=0, key="k")
        b = services(
            Service(mean_h=mean * factor, distribution=distribution), 2, 20, seed=0, key="k"
        )
        assert np.all(b > a)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0.0, 30.0), st.floats(1.0, 40.0)), min_size=2, max_size=5),
    st.sampled_from(["deterministic", "exponential", "lognormal", "gamma"]),
    st.sampled_from([24.0, 9.0]),
    st.integers(1, 3),
)
def test_draws_that_are_kept_change_nothing(
    asked: list[tuple[float, float]], distribution: Any, hours: float, batch: int
) -> None:
    """In whatever order flows and capacities are asked, and however many are kept already."""
    kept = Kept()
    for per_day, capacity in asked:
        post = Post(
            capacity_per_day=capacity, servers=2, open_h_per_day=hours, distribution=distribution,
            batch=batch,
        )  # fmt: skip
        fresh = simulate(post, per_day, replications=2, days=40)
        again = simulate(post, per_day, replications=2, days=40, kept=kept)
        for name in ("arrival", "service", "start", "depart"):
            assert np.array_equal(getattr(fresh, name), getattr(again, name), equal_nan=True)
