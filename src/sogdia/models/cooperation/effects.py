"""What an agreement changes in the models: a regime, a cost, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sogdia.models.cooperation.coding_tables import coding_rows
from sogdia.models.cooperation.events import Event

__all__ = ["CHANGES", "Effect", "effects_of"]

CHANGES = ("regime", "cost", "nothing")
"""What can change: who and what may pass, what passing costs, or neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one event changes.

    Attributes
    ----------
    changes : {"regime", "cost", "nothing"}
    rows : tuple of str
        The rows of the registries through which it acts; empty for nothing.
    how : str
        In words.
    """

    changes: str
    rows: tuple[str, ...]
    how: str


def effects_of(events: Sequence[Event]) -> Mapping[str, Effect]:
    """What each event changes, by id; an event without a row of its own changes nothing."""
    coded = {
        row["event"]: Effect(
            changes=row["changes"],
            rows=tuple(filter(None, row["rows"].split(";"))),
            how=row["how"],
        )
        for row in coding_rows("effects")
    }
    reason = {row["kind"]: row["why"] for row in coding_rows("effects_by_kind")}
    return {
        e.id: coded.get(e.id) or Effect(changes="nothing", rows=(), how=reason[e.kind])
        for e in events
    }
