"""Opening hours and outages as a step function of servers working."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sogdia.core.errors import ProblemList
from sogdia.models.border.solve import Calendar

__all__ = ["Outage", "post_calendar"]


@dataclass(frozen=True, slots=True)
class Outage:
    """An interval in which at most `working` servers work; 0 is a closure.

    Attributes
    ----------
    begin_h, end_h : float
        Hours from the start of the horizon.
    working : int
    """

    begin_h: float
    end_h: float
    working: int = 0


def post_calendar(
    servers: int,
    days: int,
    *,
    window: tuple[float, float] = (0.0, 24.0),
    outages: Iterable[Outage] = (),
) -> Calendar:
    """c(t): `servers` in the window of each day, fewer in outages.

    Where outages overlap the least number holds. After `days` days the post works round the clock,
    so `days` must reach beyond the last vehicle for that not to matter.

    Parameters
    ----------
    servers : int
        At least 1.
    days : int
    window : (opens, shuts)
        Hours of the day.
    outages : iterable of Outage

    Raises
    ------
    InvalidInput
        With everything that is wrong.
    """
    listed = tuple(outages)
    opens, shuts = window
    problems = ProblemList()
    if servers < 1:
        problems.add("servers", "is less than one", got=servers)
    if not (0.0 <= opens < shuts <= 24.0):
        problems.add(
            "window", "is not within a day", got=window, allowed="0 <= opens < shuts <= 24"
        )
    for i, outage in enumerate(listed):
        if not (np.isfinite(outage.begin_h) and outage.begin_h <= outage.end_h < np.inf):
            problems.add(f"outage {i}", "ends before it begins", got=outage)
        if not outage.working >= 0:
            problems.add(f"outage {i}", "has less than no servers", got=outage.working)
    problems.raise_if_any()
    daily = [] if window == (0.0, 24.0) else [opens, shuts]
    edges = np.unique(
        np.concatenate(
            [
                [0.0, 24.0 * days],
                (24.0 * np.arange(days)[:, None] + np.array(daily)).ravel(),
                list(itertools.chain.from_iterable((o.begin_h, o.end_h) for o in listed)),
            ]
        )
    )
    hour = edges % 24.0
    is_open = (hour >= opens) & (hour < shuts) | (edges >= 24.0 * days) | (edges < 0.0)
    working = np.where(is_open, servers, 0)
    for outage in listed:
        during = (edges >= outage.begin_h) & (edges < outage.end_h)
        working = np.where(during, np.minimum(working, outage.working), working)
    changed = np.append(True, np.diff(working) != 0)
    return Calendar(edges[changed], working[changed].astype(np.int64))
