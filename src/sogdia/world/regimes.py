"""Dated regimes: customs unions, closures and one-way rules at posts, visas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE
from sogdia.evidence.claim import day

__all__ = ["CrossingEffect", "Union", "crossing_effect", "regime_rows", "shared_union", "unions_on"]


@dataclass(frozen=True, slots=True)
class Union:
    """A customs union and who is in it on a date."""

    name: str
    members: frozenset[str]


def unions_on(base: EvidenceBase, on: date, known_by: date = FAR_FUTURE) -> tuple[Union, ...]:
    """The customs unions and their members on a date, as far as they had begun when known."""
    members: dict[str, set[str]] = {}
    for row in base.registry("unions"):
        if in_force(row["since"], row["until"], on, known_by):
            members.setdefault(row["union"], set()).add(row["member"])
    return tuple(Union(name, frozenset(found)) for name, found in sorted(members.items()))


def shared_union(unions: Sequence[Union], a: str, b: str) -> str | None:
    """The union two countries share, or None."""
    return next((u.name for u in unions if a in u.members and b in u.members), None)


def in_force(since: str, until: str, on: date, known_by: date = FAR_FUTURE) -> bool:
    """Whether a dated regime holds on a date; `until` is the first day it no longer does.

    A regime is known from the day it begins: one that begins after `known_by` is not in force.
    """
    start, end = day(since), day(until)
    return (start is None or start <= min(on, known_by)) and (end is None or on < end)


@dataclass(frozen=True, slots=True)
class CrossingEffect:
    """What the regimes of a date do to one direction of a crossing."""

    closed: bool
    text: str


def crossing_effect(
    base: EvidenceBase, post: str, mode: str, towards: str, on: date, known_by: date = FAR_FUTURE
) -> CrossingEffect:
    """Closures and one-way rules of a post on a date.

    A restriction's effect is `closed`, `one-way` (only towards `open_towards`), or `none` where
    the source describes a slowdown that the dwell claims of that year already carry.
    """
    closed, texts = False, list[str]()
    for row in base.registry("border_restrictions"):
        if (
            row["post"] != post
            or row["mode"] != mode
            or not in_force(row["start"], row["end"], on, known_by)
        ):
            continue
        texts.append(row["description"])
        closed |= row["effect"] == "closed" or (
            row["effect"] == "one-way" and row["open_towards"] != towards
        )
    return CrossingEffect(closed, " | ".join(texts))


NOT_YET = frozenset({"planned", "proposed"})
"""Visa regimes somebody asked for and nobody has put in force."""


def regime_rows(base: EvidenceBase, on: date, known_by: date = FAR_FUTURE) -> list[dict[str, Any]]:
    """Every dated regime in force: visas, restrictions at posts, unions."""
    rows: list[dict[str, Any]] = []
    for row in base.registry("visa_regimes"):
        # The registry of visas says the last day a regime holds, the others the first it does not.
        last = day(row["end_date"])
        until = "" if last is None else (last + timedelta(days=1)).isoformat()
        if row["status"] not in NOT_YET and in_force(row["start_date"], until, on, known_by):
            rows.append(
                {
                    "id": row["id"],
                    "kind": "visa",
                    "from_country": row["from_country"],
                    "to_country": row["to_country"],
                    "regime": row["regime"],
                    "since": day(row["start_date"]),
                    "until": day(row["end_date"]),
                    "source": row["source"],
                }
            )
    for row in base.registry("border_restrictions"):
        if in_force(row["start"], row["end"], on, known_by):
            rows.append(
                {
                    "id": row["id"],
                    "kind": "restriction",
                    "post": row["post"],
                    "mode": row["mode"],
                    "regime": row["description"],
                    "since": day(row["start"]),
                    "until": day(row["end"]),
                    "source": row["source"],
                }
            )
    for row in base.registry("unions"):
        if in_force(row["since"], row["until"], on, known_by):
            rows.append(
                {
                    "id": f"{row['union']}-{row['member']}",
                    "kind": "union",
                    "from_country": row["member"],
                    "regime": row["union"],
                    "since": day(row["since"]),
                    "until": day(row["until"]),
                    "source": row["source"],
                }
            )
    return rows
