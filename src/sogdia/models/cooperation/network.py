"""The network of agreements on a date: which countries share what, by kind.

Kinds from the registry count acts that bind or found something and are not known to have ended
by the date. Kinds from the regimes of a world are what holds at the border.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.cooperation.events import read_events
from sogdia.models.cooperation.follow_up import follow_up

__all__ = ["AGREEMENT_NETWORK", "BINDING", "POLICY_EVENT", "policy_events"]

BINDING = (
    "agreement", "border_treaty", "friendship_treaty", "mechanism", "organisation",
    "partnership_upgrade", "strategy_dovetailing",
)  # fmt: skip
"""Kinds of event that leave an agreement behind; the others are meetings, words and exercises."""

REGIMES: Sequence[str] = ("visa_free", "union")
"""Kinds of tie that a world's regimes hold."""

POLICY_EVENT = Schema(
    "policy_event",
    (
        Column("id"),
        Column("first", "date"),
        Column("until", "date", title="the first day it no longer holds; null where not known"),
        Column("kind"),
        Column("countries", title="ids, joined by ;"),
    ),
    ("id",),
)
"""What the model takes from the registry."""

AGREEMENT_NETWORK = Schema(
    "agreement_network",
    (
        Column("on", "date"),
        Column("a"),
        Column("b"),
        Column("kind", title=", ".join((*BINDING, *REGIMES))),
        Column("shared_count", "number", title="acts on record; directions without a visa; unions"),
        Column("latest", "date", title="the day of the latest of them; null when not known"),
    ),
    ("on", "a", "b", "kind"),
)
"""What the model gives: a row where two countries share something, `a` before `b`."""


def policy_events(base: EvidenceBase) -> Table:
    """The registry of events as the table that the model takes."""
    events = read_events(base)
    became = follow_up(events)
    rows: list[dict[str, Any]] = [
        {
            "id": event.id,
            "first": event.first,
            "until": became[event.id].until,
            "kind": event.kind,
            "countries": ";".join(event.countries),
        }
        for event in events
    ]
    return Table.from_rows(POLICY_EVENT, rows)
