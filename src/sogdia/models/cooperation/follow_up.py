"""What became of an event, as far as the registries say; unknown where they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sogdia.evidence.claim import day
from sogdia.models.cooperation.coding_tables import coding_rows
from sogdia.models.cooperation.events import Event

__all__ = ["STATUSES", "FollowUp", "follow_up"]

STATUSES: dict[str, str] = {
    "held": "it took place, and that is all it promised",
    "stands": "nothing later in the registry ends or replaces it",
    "in_force": "a row says that it entered into force",
    "ratified": "a row says that it was ratified by one party or more",
    "carried_out": "what it promised is recorded as done",
    "in_part": "part of what it promised is recorded as done, or part of the parties left",
    "under_way": "work on it is recorded, not its end",
    "proposed": "a proposal, and no more is recorded",
    "not_carried_out": "a row says that it did not come about",
    "replaced": "a later act took its place",
    "ended": "it was ended",
    "unknown": "the registries do not say",
}
"""What may have become of an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What became of one event.

    Attributes
    ----------
    status : str
        One of `STATUSES`.
    until : date or None
        The first day it no longer holds, where it was replaced or ended.
    by : tuple of str
        The rows that say so: ``event:``, ``visa:``, ``restriction:``, ``project:``,
        ``strategy:``, ``institute:``; ``note`` is the event's own row.
    ground : str
        In words.
    """

    status: str
    until: date | None = None
    by: tuple[str, ...] = ()
    ground: str = ""


UNKNOWN = FollowUp(status="unknown", ground="the registries do not say")


def follow_up(events: Sequence[Event]) -> Mapping[str, FollowUp]:
    """What became of each event, by id.

    A coded row comes first; then a later title of the same partnership; then what holds for every
    event of a kind; else it is unknown.
    """
    coded = {row["event"]: _coded(row) for row in coding_rows("follow_up")}
    by_kind = {
        row["kind"]: FollowUp(status=row["status"], ground=row["ground"])
        for row in coding_rows("follow_up_by_kind")
    }
    later = _next_title(events)
    return {
        e.id: coded.get(e.id) or later.get(e.id) or by_kind.get(e.kind) or UNKNOWN for e in events
    }


def _coded(row: dict[str, str]) -> FollowUp:
    return FollowUp(
        status=row["status"],
        until=day(row["until"]),
        by=tuple(filter(None, row["by"].split(";"))),
        ground=row["ground"],
    )


def _next_title(events: Sequence[Event]) -> dict[str, FollowUp]:
    """Of each partnership title the one that followed it between the same countries."""
    titles = sorted(
        (e for e in events if e.kind == "partnership_upgrade"), key=lambda e: (e.first, e.id)
    )
    found: dict[str, FollowUp] = {}
    for place, title in enumerate(titles):
        after = next((t for t in titles[place + 1 :] if t.countries == title.countries), None)
        if after is not None:
            found[title.id] = FollowUp(
                status="replaced",
                until=after.first,
                by=(f"event:{after.id}",),
                ground="a later title of the same partnership",
            )
    return found
