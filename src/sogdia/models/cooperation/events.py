"""The registry of events: each a dated act of states, in one of three phases, with its source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sogdia.core.errors import InvalidInput, Problem, ProblemList, nearest
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import day

__all__ = [
    "KINDS", "PHASES", "Event", "Phase", "between", "known_countries", "phase_of", "read_events",
]  # fmt: skip

KINDS = (
    "recognition", "agreement", "mechanism", "state_visit", "statement", "border_treaty", "summit",
    "organisation", "ministerial", "security_exercise", "friendship_treaty", "partnership_upgrade",
    "strategy_dovetailing",
)  # fmt: skip
"""What an event is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of time between two events that divide the registry.

    Attributes
    ----------
    number : int
        1, 2 or 3.
    years : str
    first : date or None
        Its first day; None for the beginning of time.
    begins_with : str
        The id of the event that opens it; empty for the first.
    """

    number: int
    years: str
    first: date | None
    begins_with: str


PHASES = (
    Phase(number=1, years="1992-2001", first=None, begins_with=""),
    Phase(number=2, years="2001-2013", first=date(2001, 6, 15), begins_with="PE2001-02"),
    Phase(number=3, years="2013-", first=date(2013, 9, 7), begins_with="PE2013-05"),
)
"""From the recognition of the five to the founding of the SCO, to the speech in Astana, to today.

The acts of December 1991 stand before 1992 and count in the first.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the registry.

    Attributes
    ----------
    first, last : date
        The day it began and the day it ended; the ends of the month or year where the registry
        says no more.
    dated : {"day", "month", "year"}
        How well the beginning is known.
    countries : tuple of str
        ISO 3166 alpha-3 of those that took part, in the order of the alphabet.
    """

    id: str
    first: date
    last: date
    dated: str
    kind: str
    countries: tuple[str, ...]
    title: str
    summary: str
    pillar: str
    phase: int
    confidence: str
    note: str
    source: str

    @property
    def when(self) -> str:
        """The beginning as the registry writes it: 1992, 1992-03 or 1992-03-13."""
        return self.first.isoformat()[: {"year": 4, "month": 7, "day": 10}[self.dated]]

    @property
    def scope(self) -> str:
        """Of one state, of two, or of more."""
        return {1: "national", 2: "bilateral"}.get(len(self.countries), "multilateral")


def phase_of(on: date) -> int:
    """The phase a day falls in; every day falls in exactly one."""
    return max(p.number for p in PHASES if p.first is None or p.first <= on)


def read_events(base: EvidenceBase) -> tuple[Event, ...]:
    """Every event of the registry, oldest first.

    Raises
    ------
    InvalidInput
        With every problem of the registry: a date, kind or country that cannot be read, an id
        used twice, a phase that is not that of the date.
    """
    problems = ProblemList()
    economies = {row["id"] for row in base.entities("economies")}
    found: dict[str, Event] = {}
    for number, row in enumerate(base.registry("policy_events"), start=2):
        where = f"registries/policy_events.csv row {number} ({row['id'] or 'no id'})"
        event = _event(row, where, economies, problems)
        if event is None:
            continue
        if event.id in found:
            problems.add(where, "id is used twice", fix="rename one")
        found[event.id] = event
    problems.raise_if_any()
    return tuple(sorted(found.values(), key=lambda e: (e.first, e.id)))


def _event(
    row: dict[str, str], where: str, economies: set[str], problems: ProblemList
) -> Event | None:
    countries = tuple(sorted(filter(None, row["countries"].split(";"))))
    unknown = [c for c in countries if c not in economies]
    if unknown or not countries:
        problems.add(where, "countries", got=row["countries"], allowed="ids of economies")
    if row["kind"] not in KINDS:
        problems.add(where, "kind", got=row["kind"], allowed=", ".join(KINDS))
    try:
        first, last = day(row["date"]), day(row["end_date"] or row["date"], last=True)
    except ValueError:
        first = last = None
    if first is None or last is None or last < first:
        got = f"{row['date']} to {row['end_date']}" if row["end_date"] else row["date"]
        problems.add(where, "date", got=got, allowed="YYYY, YYYY-MM or YYYY-MM-DD, end after start")
        return None
    if row["phase"] != str(phase_of(first)):
        problems.add(where, "phase", got=row["phase"], allowed=f"{phase_of(first)} on {first}")
    return Event(
        id=row["id"], first=first, last=last,
        dated={4: "year", 7: "month"}.get(len(row["date"]), "day"), kind=row["kind"],
        countries=countries, title=row["title"], summary=row["summary"], pillar=row["pillar"],
        phase=phase_of(first), confidence=row["confidence"], note=row["note"],
        source=row["source"],
    )  # fmt: skip


def known_countries(base: EvidenceBase, names: Iterable[str]) -> tuple[str, ...]:
    """The ids of countries as typed: ``CHN``, ``chn`` or ``China``.

    Raises
    ------
    InvalidInput
        With every name that is not known, and the nearest that are.
    """
    rows = base.entities("economies")
    called = {row["id"].casefold(): row["id"] for row in rows}
    called |= {row["name"].casefold(): row["id"] for row in rows}
    offered = [text for row in rows for text in (row["id"], row["name"])]
    problems: list[Problem] = []
    found: list[str] = []
    for name in names:
        if name.casefold() in called:
            found.append(called[name.casefold()])
            continue
        close = nearest(name, offered)
        problems.append(
            Problem(
                where=f"country {name!r}",
                what="is not known",
                allowed="an ISO 3166 alpha-3 code or an English name",
                fix=f"did you mean {' or '.join(close)}?" if close else "",
            )
        )
    if problems:
        raise InvalidInput(problems)
    return tuple(found)


def between(events: Sequence[Event], countries: Sequence[str]) -> tuple[Event, ...]:
    """The events in which all of some countries took part."""
    wanted = frozenset(countries)
    return tuple(e for e in events if wanted <= frozenset(e.countries))
