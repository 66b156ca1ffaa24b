"""An event study with placebo dates: is growth after an event unlike growth at other dates?

Symbols, for one series of ``n`` observed years ``t_1 < ... < t_n`` with values ``y``:

- ``g(s, t) = (ln y_t - ln y_s) / (t - s)``, mean growth of the log a year between two observed
  years;
- for a date in year ``e``: ``a`` the last observed year at or before ``e``, ``b`` the first at or
  after it (``a = b`` when ``e`` is observed, else what lies between is dropped);
- ``D(e) = g(b, b+) - g(a-, a)`` (eq. 1), where ``a-`` and ``b+`` are the observed years nearest to
  ``a - h`` and ``b + h`` and beyond ``a`` and ``b``; ``h`` is the window in years.

A date can be told apart from another only when ``(a, b)`` differs. The placebo dates of an event
are all other ``(a, b)`` of the same series with the same ``b - a`` and with observations on both
sides. With ``J`` events, one a series, the statistic is the mean of their ``D``; the placebos are
every combination of one date a series, drawn at random where there are more than `EXACT` of them.
The p-value counts the event itself (Phipson and Smyth, 2010: ``p = (1 + #{as extreme}) /
(1 + #placebos)``), so it is never 0 and never below one over the number of combinations.

It is valid when the date of the event is as good as drawn from the dates it is compared with.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sogdia.core.status import Status

__all__ = ["EventStudy", "Slot", "event_study", "slots"]

Array = NDArray[np.float64]

EXACT = 20_000
"""Combinations up to which all are taken."""

TIE = 1e-12
"""Differences below it are equal: sums taken in another order differ in the last digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A date that the data can tell apart.

    Attributes
    ----------
    a, b : int
        Last observed year before or in it, first observed year in or after it.
    D : float
        Growth after less growth before, log points a year (eq. 1).
    """

    a: int
    b: int
    D: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStudy:
    """One or several events against placebo dates.

    Attributes
    ----------
    D : float
        Mean over the events of growth after less growth before, log points a year.
    own : (J,) float64
        ``D`` of each event.
    placebos : int
        Combinations of dates other than the event's own that it was compared with.
    p : float
        Two-sided.
    p_least : float
        The least p-value these data could have given.
    placebo_low, placebo_high : float
        5 % and 95 % quantile of the placebo means.
    status : Status
        ``failed`` when an event has no observations on both sides; ``usable`` when the least
        p-value is above 0.05, so that the test cannot find anything at that level.
    """

    D: float
    own: Array
    placebos: int
    p: float
    p_least: float
    placebo_low: float
    placebo_high: float
    status: Status


def slots(t: NDArray[np.int64], y: Array, h: int) -> tuple[Slot, ...]:
    """Every date that a series can tell apart and that has observations on both sides.

    Parameters
    ----------
    t : (n,) int64, increasing
    y : (n,) float64, positive
    h : int
        Window, years.
    """
    log = np.log(y)
    found: list[Slot] = []
    for i in range(len(t)):
        for j in (i, i + 1):
            if i == 0 or j >= len(t) - 1:
                continue
            before = _nearest(t[:i], t[i] - h)
            after = j + 1 + _nearest(t[j + 1 :], t[j] + h)
            D = (log[after] - log[j]) / (t[after] - t[j]) - (log[i] - log[before]) / (
                t[i] - t[before]
            )
            found.append(Slot(a=int(t[i]), b=int(t[j]), D=float(D)))
    # Two observed years in a row leave nothing between them to be told apart.
    return tuple(s for s in found if s.a == s.b or s.b - s.a > 1)


def _nearest(t: NDArray[np.int64], wanted: int) -> int:
    return int(np.argmin(np.abs(t - wanted)))


def event_study(
    series: Sequence[tuple[NDArray[np.int64], Array]],
    e: Sequence[int],
    h: int,
    *,
    draws: int = EXACT,
    seed: int = 0,
) -> EventStudy:
    """Compare the growth around some events with that around placebo dates.

    Parameters
    ----------
    series : J pairs of (n,) years, increasing, and (n,) values
        Values that are not positive are left out.
    e : J years
    h : int
        Window, years.
    draws, seed : int
        Combinations that are drawn when there are more than `EXACT`.
    """
    own: list[Slot] = []
    rivals: list[Array] = []
    for (t, y), year in zip(series, e, strict=True):
        good = np.isfinite(y) & (y > 0.0)
        found = slots(t[good], y[good], h)
        mine = next((s for s in found if _holds(s, year)), None)
        if mine is None:
            return _failed(f"no observations on both sides of {year}", len(own))
        own.append(mine)
        rivals.append(np.array([s.D for s in found if s.b - s.a == mine.b - mine.a]))
    if not own:
        return _failed("no event", 0)
    D = float(np.mean([s.D for s in own]))
    every, exact = _means(rivals, draws, seed)
    extreme = int(np.sum(np.abs(every) >= abs(D) - TIE))
    # When all combinations are taken the event is one of them; else it is added to the draws.
    p = extreme / len(every) if exact else (1 + extreme) / (1 + len(every))
    least = 1.0 / len(every) if exact else 1.0 / (1 + len(every))
    low, high = np.quantile(every, (0.05, 0.95))
    enough = least <= 0.05
    said = "" if enough else f"too few dates: p cannot fall below {least:.2f}"
    return EventStudy(
        D=D, own=np.array([s.D for s in own]), placebos=len(every) - int(exact), p=p,
        p_least=least, placebo_low=float(low), placebo_high=float(high),
        status=Status(
            state="solved" if enough else "usable", iterations=len(every), message=said,
            of="event study",
        ),
    )  # fmt: skip


def _holds(slot: Slot, year: int) -> bool:
    return slot.a == slot.b == year or slot.a < year < slot.b


def _means(rivals: Sequence[Array], draws: int, seed: int) -> tuple[Array, bool]:
    """The mean of every combination of one date a series, or of some drawn; and which of both."""
    if np.prod([float(len(r)) for r in rivals]) <= EXACT:
        return np.array([np.mean(one) for one in itertools.product(*rivals)]), True
    rng = np.random.default_rng(seed)
    picked = [r[rng.integers(0, len(r), draws)] for r in rivals]
    return np.mean(picked, axis=0), False


def _failed(why: str, J: int) -> EventStudy:
    nan = float("nan")
    return EventStudy(
        D=nan, own=np.full(J, nan), placebos=0, p=nan, p_least=nan, placebo_low=nan,
        placebo_high=nan, status=Status(state="failed", message=why, of="event study"),
    )  # fmt: skip
