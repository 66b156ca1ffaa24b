"""Yards, ports and ships: from a capacity and a dwell to the hours that traffic adds.

The same three equations as at posts (`calibrate`). A dwell D holds the wait at the flow q_0 under
which it was observed, and at least the share phi of it is procedure. A claimed capacity K so low that
``W(q_0; K) > (1 - phi) D`` is contradicted by the traffic and is raised by the factor f at which it
is equal, then and now. With capacity K' and traffic q the hours added are::

    x = W(q; f K') - W(q_0; f K)                                                              (4)

Traffic is counted in lots: trains of containers for a capacity in TEU, trains of wagons for one in
tonnes, for a queue is of what is worked on at once.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

from sogdia.models.border.calibrate import PROCEDURE_SHARE, SERVERS, calibrated, spread
from sogdia.models.border.curve import ResponseCurve, response_curve
from sogdia.models.border.post import Post
from sogdia.models.border.vessels import ROOM_TEU, sailing_curve

__all__ = ["Added", "added_in_yard", "added_on_ship"]

DAYS = 365.0

ROUND_THE_CLOCK = 24.0
"""Hours of a port whose hours are not known. Assumed."""

TRAINS, MOST = 200_000, 16
"""Trains simulated for a wait or a curve, about, and the most replications: half as many as at a
post, of which there are fewer with a capacity."""
CURVES = 22.0
"""Sum of the uses at which a curve is simulated."""

STEPS = 40
TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Hours added at one yard, port or ship; equation (4).

    Attributes
    ----------
    wait : callable
        W(q; f K'), of a flow in the unit of the capacity.
    observed_wait_h : float
        W(q_0; f K).
    raised : float
        f, 1 where the claim is not contradicted.
    """

    wait: Callable[[float], float]
    observed_wait_h: float
    raised: float

    def hours(self, flow: float) -> float:
        """X at a flow, in the unit of the capacity."""
        return self.wait(flow) - self.observed_wait_h


def added_in_yard(
    capacity: float,
    *,
    before: float,
    observed: float,
    lots_per_day: float,
    open_h_per_day: float,
    dwell_h: tuple[float, float, float],
    seed: int = 0,
    key: str = "yard",
) -> Added:
    """Equation (4) of a yard or port, its wait that of a queue with several places.

    Parameters
    ----------
    capacity, before : float
        K' and K, above 0, in any unit.
    observed : float
        q_0, in that unit.
    lots_per_day : float
        Trains a day in one of the unit.
    open_h_per_day : float
        NaN is round the clock.
    dwell_h : (mean, P50, P90)
        Under q_0; NaN where not known, and then nothing contradicts the claim.
    """
    hours = ROUND_THE_CLOCK if math.isnan(open_h_per_day) else open_h_per_day
    then, factor = _yard(
        before * lots_per_day, hours, dwell_h, observed * lots_per_day, (seed, key)
    )
    now = (
        then
        if capacity == before
        else then.with_capacity(then.capacity_per_day * capacity / before)
    )
    curve, was = _curve(now, (seed, key)), _curve(then, (seed, key))
    return Added(
        wait=lambda flow: float(curve.wait_h(flow * lots_per_day)),
        observed_wait_h=float(was.wait_h(observed * lots_per_day)),
        raised=factor,
    )


@functools.lru_cache(maxsize=256)
def _yard(
    capacity_per_day: float,
    open_h: float,
    dwell_h: tuple[float, float, float],
    observed_per_day: float,
    draws: tuple[int, str],
) -> tuple[Post, float]:
    """The yard when its dwell was observed, and the factor its capacity was raised by."""
    mean, p50, p90 = dwell_h
    claimed = Post(
        capacity_per_day=capacity_per_day,
        servers=SERVERS["transfer"],
        open_h_per_day=open_h,
        service_cv=spread(p50, p90),
    )
    found = calibrated(
        claimed, mean, observed_per_day, seed=draws[0], key=draws[1],
        replications=_replications(observed_per_day, 1.0),
    )  # fmt: skip
    return found.post, found.post.capacity_per_day / capacity_per_day


@functools.lru_cache(maxsize=256)
def _curve(post: Post, draws: tuple[int, str]) -> ResponseCurve:
    return response_curve(
        post, seed=draws[0], key=draws[1],
        replications=_replications(post.capacity_per_day, CURVES),
    )  # fmt: skip


def _replications(trains_per_day: float, times: float) -> int:
    """How many make about `TRAINS` trains; even, and not below two."""
    fits = TRAINS / (times * trains_per_day * DAYS) if trains_per_day > 0.0 else MOST
    return int(min(max(fits // 2 * 2, 2), MOST))


def added_on_ship(
    capacity_per_y: float,
    *,
    before: float,
    observed: float,
    room: float = ROOM_TEU,
    lot: float = 107.0,
    dwell_h: float = math.nan,
    seed: int = 0,
    key: str = "ship",
) -> Added:
    """Equation (4) of a sea service one way: the wait for the next ship and for room on it.

    `dwell_h` is the mean in the port it sails from, which holds that wait.
    """

    def curve(per_y: float) -> Callable[[float], float]:
        return sailing_curve(per_y, room=room, lot=lot, seed=seed, key=key).wait_h

    longest = (1.0 - PROCEDURE_SHARE) * dwell_h
    factor, was = 1.0, curve(before)
    if was(observed) > longest:
        low, high = 1.0, 2.0
        while (found := curve(high * before))(observed) > longest and high < 1e6:
            low, high = high, 2.0 * high
        was = found
        for _ in range(STEPS):
            if high - low <= TOLERANCE * high:
                break
            middle = math.sqrt(low * high)
            found = curve(middle * before)
            if found(observed) > longest:
                low = middle
            else:
                high, was = middle, found
        factor = high
    now = was if capacity_per_y == before else curve(factor * capacity_per_y)
    return Added(wait=now, observed_wait_h=was(observed), raised=factor)
