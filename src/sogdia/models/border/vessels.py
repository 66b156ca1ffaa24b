"""Containers that wait for a vessel: batch service, and what a fleet can carry.

Containers are loaded first come, first served. A vessel takes up to its room of those that wait
when it sails and leaves the rest to the next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sogdia.core.errors import ProblemList

__all__ = ["Fleet", "board", "mean_wait_for_sailing"]

HOURS_A_YEAR = 8760.0


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


def mean_wait_for_sailing(gap_h: ArrayLike) -> float:
    """Mean wait of those who come at any time for the next of sailings these hours apart.

    E[H^2] / (2 E[H]): more come in the long gaps. Every vessel has room.
    """
    h = np.asarray(gap_h, dtype=np.float64)
    return float(np.mean(h**2) / (2.0 * np.mean(h)))
