"""Projects that differ between two worlds, and the national strategies they serve.

The table of judgement ``project_rows`` says which rows of a world are a project. A project is
*moved* when one of its rows opens, or stands open in both worlds and gets another property. One
that is closed is not moved: it serves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.cooperation.coding_tables import coding_rows
from sogdia.models.cooperation.dovetailing import dovetailing
from sogdia.world.world import World

__all__ = ["projects_moved", "strategies_served"]


def projects_moved(before: World, after: World) -> tuple[str, ...]:
    """Ids of the projects that the second world opens or improves, in the order of the alphabet."""
    wanted: dict[str, dict[str, set[str]]] = {}
    for row in coding_rows("project_rows"):
        wanted.setdefault(row["table"], {}).setdefault(row["row"], set()).add(row["project"])
    found: set[str] = set()
    for name, by_id in wanted.items():
        first: Table | None = getattr(before, name, None)
        second: Table | None = getattr(after, name, None)
        if first is None or second is None or first.arrow.equals(second.arrow):
            continue
        held: dict[str, list[dict[str, Any]]] = {}
        for row in first.rows():
            if row["id"] in by_id:
                held.setdefault(row["id"], []).append(row)
        for row in second.rows():
            if row["id"] in by_id and _moved(held.get(row["id"], []), row):
                found |= by_id[row["id"]]
    return tuple(sorted(found))


def _moved(before: list[dict[str, Any]], after: dict[str, Any]) -> bool:
    if after in before:
        return False
    return after.get("status", "open") == "open"


def strategies_served(base: EvidenceBase, projects: Iterable[str]) -> Table:
    """The rows of `dovetailing` of some projects; degree named is apart from alike."""
    table = dovetailing(base)
    chosen = set(projects)
    return table.where(np.array([p in chosen for p in table["project"]], dtype=np.bool_))
