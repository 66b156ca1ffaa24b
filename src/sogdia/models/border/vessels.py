"""Containers that wait for a vessel: batch service, and what a fleet can carry.

Containers are loaded first come, first served. A vessel takes up to its room of those that wait
when it sails and leaves the rest to the next. As a function of what wants to sail, the mean wait has
two parts: for the next vessel, which more vessels shorten, and for room on it::

    W(q; K) = E[hour of the sailing that has room - hour of arrival],   K / r sailings a year

K, capacity one way, TEU a year; r, room of a sailing, TEU. Vessels sail evenly; containers come in
lots of a block train, at random. So capacity is more or fewer sailings, and not larger ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sogdia.core.draws import uniform
from sogdia.core.errors import ProblemList

__all__ = ["ROOM_TEU", "Fleet", "SailingCurve", "board", "mean_wait_for_sailing", "sailing_curve"]

HOURS_A_YEAR = 8760.0

ROOM_TEU = 200.0
"""Room of a sailing on the Caspian: the mean of the feeders of 2022, of 350, 125 and 125 TEU. With
the 89,000 TEU of 2025 in both directions that is 4.3 sailings a week; five or more were reported."""

USES = (
    0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.35, 1.5,
    1.75, 2.0,
)  # fmt: skip
"""Uses at which waits are sought; beyond the last the wait grows as between the last two."""

LEAST_SAILED = 0.02
"""Use at which the wait of the very first is taken: with nobody there is no wait to average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Vessels that shuttle between two ports.

    Attributes
    ----------
    room_teu : (V,) float64
        Room of each vessel.
    round_trip_h : float
        Port time included.
    sailing_share : float
        Share of the year in which the ports are open and the vessels run.
    load_share : float
        Share of the room filled one way, at most.
    """

    room_teu: NDArray[np.float64]
    round_trip_h: float
    sailing_share: float = 1.0
    load_share: float = 1.0

    def __post_init__(self) -> None:
        problems = ProblemList()
        if np.size(self.room_teu) == 0 or not np.all(np.asarray(self.room_teu) > 0.0):
            problems.add("fleet", "room_teu", allowed="one vessel or more, each above 0 TEU")
        if not 0.0 < self.round_trip_h < np.inf:
            problems.add("fleet", "round_trip_h", got=self.round_trip_h, allowed="above 0")
        for name in ("sailing_share", "load_share"):
            if not 0.0 < getattr(self, name) <= 1.0:
                problems.add("fleet", name, got=getattr(self, name), allowed="above 0 to 1")
        problems.raise_if_any()

    @property
    def trips_per_year(self) -> float:
        """Round trips of one vessel."""
        return HOURS_A_YEAR * self.sailing_share / self.round_trip_h

    @property
    def capacity_teu_per_y(self) -> float:
        """TEU a year one way."""
        return float(np.sum(self.room_teu)) * self.trips_per_year * self.load_share

    def sailings(self, days: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Hours of sailing, evenly staggered, and the room of each, over some days."""
        room = np.asarray(self.room_teu, dtype=np.float64) * self.load_share
        turn = self.round_trip_h / self.sailing_share
        number = math.ceil(24.0 * days / turn * len(room))
        order = np.arange(number)
        return (order + 1.0) * turn / len(room), room[order % len(room)]


def board(
    arrival: ArrayLike, sailing: ArrayLike, room: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """When each container sails.

    Parameters
    ----------
    arrival : (n,) float
        Hours, never falling; one TEU each.
    sailing : (V,) float
        Hours, never falling.
    room : (V,) float
        TEU of each sailing; whole TEU are loaded.

    Returns
    -------
    departure : (n,) float64
        Hour of the sailing; NaN where none has room.
    loaded : (V,) int64

    Raises
    ------
    InvalidInput
        When hours fall or lengths differ.
    """
    a, s = np.asarray(arrival, dtype=np.float64), np.asarray(sailing, dtype=np.float64)
    whole = np.floor(np.asarray(room, dtype=np.float64)).astype(np.int64)
    problems = ProblemList()
    if np.any(np.diff(a) < 0.0):
        problems.add("arrival", "falls from one container to the next")
    if np.any(np.diff(s) < 0.0):
        problems.add("sailing", "falls from one sailing to the next")
    if len(whole) != len(s) or np.any(whole < 0):
        problems.add("room", "needs one number, 0 or more, for each sailing")
    problems.raise_if_any()
    here = np.searchsorted(a, s, side="right")
    loaded = np.zeros(len(s), dtype=np.int64)
    gone = 0
    for v in range(len(s)):
        loaded[v] = min(int(whole[v]), int(here[v]) - gone)
        gone += int(loaded[v])
    departure = np.full(len(a), np.nan)
    departure[:gone] = np.repeat(s, loaded)
    return departure, loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class SailingCurve:
    """The mean wait for a ship as a function of what wants to sail: continuous, never falling.

    Attributes
    ----------
    use : (G,) float64
        Flow over capacity, from 0.
    wait : (G,) float64
        Hours.
    capacity_per_y : float
        One way.
    """

    use: NDArray[np.float64]
    wait: NDArray[np.float64]
    capacity_per_y: float

    def wait_h(self, per_y: float) -> float:
        """Hours at a flow a year."""
        x = per_y / self.capacity_per_y
        if x > self.use[-1]:
            slope = (self.wait[-1] - self.wait[-2]) / (self.use[-1] - self.use[-2])
            return float(self.wait[-1] + slope * (x - self.use[-1]))
        return float(np.interp(x, self.use, self.wait))


def sailing_curve(
    capacity_per_y: float,
    *,
    room: float = ROOM_TEU,
    lot: float = 107.0,
    days: int = 365,
    replications: int = 4,
    seed: int = 0,
    key: str = "ship",
) -> SailingCurve:
    """The wait for a ship over a horizon that starts with nobody waiting, for every flow.

    Parameters
    ----------
    capacity_per_y : float
        One way, above 0.
    room, lot : float
        Of a sailing, and what comes together; in the unit of the capacity.
    days : int
        Horizon. Above capacity there is no steady state, only this; those who came within it sail
        after it if need be.
    replications : int
        Of the arrivals, averaged. The same seed and key give the same draws for any flow.

    Raises
    ------
    InvalidInput
        When a number is not above 0.
    """
    problems = ProblemList()
    for name, value in (("capacity_per_y", capacity_per_y), ("room", room), ("lot", lot)):
        if not 0.0 < value < np.inf:
            problems.add("sailing_curve", name, got=value, allowed="above 0")
    problems.raise_if_any()
    # In hundredths of a sailing's room, so that whole units are loaded whatever the unit.
    unit, whole = room / 100.0, 100
    batch = max(round(lot / unit), 1)
    gap = HOURS_A_YEAR * room / capacity_per_y
    horizon = 24.0 * days
    use = np.array(USES)
    wait = np.zeros((replications, len(use)))
    most = math.ceil(USES[-1] * capacity_per_y / unit / batch * days / 365.0 * 1.5) + 20
    for r in range(replications):
        stream = np.random.Generator(np.random.Philox(int(uniform(seed, key, r) * 2**53)))
        steps = np.cumsum(stream.standard_exponential(most))
        for g, x in enumerate(np.maximum(use, LEAST_SAILED)):
            lots_per_h = x * capacity_per_y / unit / batch / HOURS_A_YEAR
            came = steps / lots_per_h
            came = np.repeat(came[came < horizon], batch)
            needed = math.ceil(horizon / gap) + math.ceil(len(came) / whole) + 1
            sailing = (np.arange(needed) + 0.5) * gap
            departure, _ = board(came, sailing, np.full(needed, float(whole)))
            wait[r, g] = float(np.mean(departure - came)) if len(came) else gap / 2.0
    return SailingCurve(
        use=use, wait=np.maximum.accumulate(wait.mean(axis=0)), capacity_per_y=capacity_per_y
    )


def mean_wait_for_sailing(gap_h: ArrayLike) -> float:
    """Mean wait of those who come at any time for the next of sailings these hours apart.

    E[H^2] / (2 E[H]): more come in the long gaps. Every vessel has room.
    """
    h = np.asarray(gap_h, dtype=np.float64)
    return float(np.mean(h**2) / (2.0 * np.mean(h)))
