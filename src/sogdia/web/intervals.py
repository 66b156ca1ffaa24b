"""When a link or a post is open, from the evidence alone: no world is built for it.

The status of a link changes only on days that its claims name, so `link_status`, the rule the
worlds are built with, is asked on those days and nowhere else.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE
from sogdia.evidence.claim import day
from sogdia.world.build import FIRST_DAY, LAST_DAY, link_status
from sogdia.world.notebook import Notebook
from sogdia.world.regimes import crossing_effect

__all__ = ["Period", "link_periods", "open_periods", "post_periods"]

Period = tuple[date | None, date | None, str]
"""First day, first day no longer (None: open end), and the word that holds between."""

VARIABLES = ("opened", "closed", "status")
ONE_DAY = timedelta(days=1)


def link_periods(base: EvidenceBase, link: str) -> tuple[Period, ...]:
    """The status of a link over the whole period modelled, one entry for each word."""
    days, moving = {FIRST_DAY}, False
    for name in VARIABLES:
        for claim in base.about(link, name):
            if isinstance(claim.value, date):
                days.add(claim.value)
            if not claim.undated:
                moving = True
                days.update(d for d in (claim.holds_from,) if d is not None)
                days.update(d + ONE_DAY for d in (claim.holds_to,) if d is not None)
    if moving:
        # Dated claims are carried to the nearest date, so a change may lie between those named.
        days.update(date(year, 1, 1) for year in range(FIRST_DAY.year, LAST_DAY.year + 1))

    def status(on: date) -> str:
        return link_status(Notebook(base, on, FAR_FUTURE), link)[0]

    return _periods(days, status, exact=not moving)


def post_periods(
    base: EvidenceBase,
    post: str,
    links: Iterable[tuple[str, str, Sequence[Period]]],
) -> tuple[Period, ...]:
    """Whether freight passes a post in some direction, by any mode.

    Parameters
    ----------
    links : iterable of (mode, country on one side, periods)
        Of each link through the post; the countries are where its ends lie.
    """
    through = list(links)
    rules = [r for r in base.registry("border_restrictions") if r["post"] == post]
    days = {FIRST_DAY}
    for _, _, periods in through:
        days.update(d for since, until, _ in periods for d in (since, until) if d is not None)
    for rule in rules:
        days.update(d for d in (day(rule["start"]), day(rule["end"])) if d is not None)

    def status(on: date) -> str:
        words: set[str] = set()
        for mode, sides, periods in through:
            word = next((w for a, b, w in periods if _inside(on, a, b)), "planned")
            if word == "open" and all(
                crossing_effect(base, post, mode, side, on).closed for side in sides.split(";")
            ):
                word = "closed"
            words.add(word)
        return next((w for w in ("open", "closed", "construction") if w in words), "planned")

    return _periods(days, status, exact=True)


def open_periods(periods: Iterable[Period]) -> list[tuple[date | None, date | None]]:
    """The intervals in which it is open."""
    return [(since, until) for since, until, word in periods if word == "open"]


def _inside(on: date, since: date | None, until: date | None) -> bool:
    return (since is None or since <= on) and (until is None or on < until)


def _periods(
    days: Iterable[date], status: Callable[[date], str], *, exact: bool
) -> tuple[Period, ...]:
    at = sorted(d for d in days if FIRST_DAY <= d <= LAST_DAY)
    words = [status(d) for d in at]
    starts: list[tuple[date, str]] = [(at[0], words[0])]
    for (a, b), (before, after) in zip(
        itertools.pairwise(at), itertools.pairwise(words), strict=True
    ):
        if after != before:
            starts.append((b if exact else _turn(a, b, before, status), after))
    ends = [d for d, _ in starts[1:]] + [None]
    return tuple(
        (None if start == FIRST_DAY else start, end, word)
        for (start, word), end in zip(starts, ends, strict=True)
    )


def _turn(a: date, b: date, before: str, status: Callable[[date], str]) -> date:
    """The first day after `a`, and not after `b`, with another word."""
    while (b - a).days > 1:
        middle = a + (b - a) // 2
        if status(middle) == before:
            a = middle
        else:
            b = middle
    return b
