"""What was agreed between some countries, when, in which phase, from which source, and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sogdia.core.errors import InvalidInput, ProblemList, nearest
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.cooperation.effects import effects_of
from sogdia.models.cooperation.events import (
    KINDS,
    PHASES,
    between,
    known_countries,
    read_events,
)
from sogdia.models.cooperation.follow_up import follow_up

__all__ = ["TIMELINE", "timeline"]

TIMELINE = Schema(
    "timeline",
    (
        Column("id"),
        Column("when", title="as the registry dates it: year, month or day"),
        Column("first", "date"),
        Column("last", "date"),
        Column("phase", "integer", title="1: 1992-2001, 2: 2001-2013, 3: from 2013"),
        Column("kind"),
        Column("scope", title="national, bilateral, multilateral"),
        Column("countries"),
        Column("title"),
        Column("summary"),
        Column("pillar"),
        Column("confidence"),
        Column("note"),
        Column("became", title="what became of it; unknown where the registries do not say"),
        Column("became_by", title="the rows that say so"),
        Column("became_ground"),
        Column("until", "date", title="the first day it no longer holds"),
        Column("changes", title="in the models: regime, cost, nothing"),
        Column("changes_rows"),
        Column("changes_how"),
        Column("source"),
    ),
    ("id",),
)


def timeline(
    base: EvidenceBase,
    countries: Iterable[str] = (),
    *,
    start: date | None = None,
    end: date | None = None,
    phases: Sequence[int] = (),
    kinds: Sequence[str] = (),
) -> Table:
    """The events in which all of some countries took part, oldest first.

    Parameters
    ----------
    base : EvidenceBase
    countries : iterable of str
        Codes or English names; none takes every event.
    start, end : date, optional
        First and last day; an event known by its month or year is taken when any day of it may
        lie inside.
    phases, kinds : sequences
        Those to keep; none keeps all.

    Raises
    ------
    InvalidInput
        For countries, kinds or phases that are not known, all at once; the nearest are offered.
    """
    wanted = _wanted(base, countries, kinds, phases)
    every = read_events(base)
    became, effects = follow_up(every), effects_of(every)
    rows: list[dict[str, Any]] = []
    for event in between(every, wanted):
        if (
            (start is not None and event.last < start)
            or (end is not None and event.first > end)
            or (phases and event.phase not in phases)
            or (kinds and event.kind not in kinds)
        ):
            continue
        after, effect = became[event.id], effects[event.id]
        rows.append(
            {
                "id": event.id, "when": event.when, "first": event.first, "last": event.last,
                "phase": event.phase, "kind": event.kind, "scope": event.scope,
                "countries": ";".join(event.countries), "title": event.title,
                "summary": event.summary, "pillar": event.pillar,
                "confidence": event.confidence, "note": event.note or None,
                "became": after.status, "became_by": ";".join(after.by) or None,
                "became_ground": after.ground, "until": after.until, "changes": effect.changes,
                "changes_rows": ";".join(effect.rows) or None, "changes_how": effect.how,
                "source": event.source,
            }
        )  # fmt: skip
    return Table.from_rows(TIMELINE, rows)


def _wanted(
    base: EvidenceBase, countries: Iterable[str], kinds: Sequence[str], phases: Sequence[int]
) -> tuple[str, ...]:
    """The countries by id; everything that was asked for and is not known, at once."""
    problems = ProblemList()
    found: tuple[str, ...] = ()
    try:
        found = known_countries(base, countries)
    except InvalidInput as error:
        problems.extend(error.problems)
    for kind in kinds:
        if kind not in KINDS:
            close = nearest(kind, KINDS)
            fix = f"did you mean {' or '.join(close)}?" if close else ""
            problems.add(f"kind {kind!r}", "is not known", allowed=", ".join(KINDS), fix=fix)
    numbers = [p.number for p in PHASES]
    for phase in phases:
        if phase not in numbers:
            problems.add(f"phase {phase}", "is not known", allowed=", ".join(map(str, numbers)))
    problems.raise_if_any()
    return found
