"""What the projects cost that a scenario opens, and which loans the ledger has for them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from sogdia.appraisal.linkage.contract import Asked, row
from sogdia.core.table import Table, null
from sogdia.models.cooperation.coding_tables import coding_rows
from sogdia.models.cooperation.projects_served import projects_moved
from sogdia.models.finance.ledger import project_costs, read_ledger

__all__ = ["opened_projects", "opened_rows"]

OPEN = "open"


def opened_projects(asked: Asked) -> tuple[str, ...]:
    """Projects of which a row is open in the scenario and is not in the baseline."""
    moved = set(projects_moved(asked.before, asked.after))
    found: set[str] = set()
    for r in coding_rows("project_rows"):
        if r["project"] in moved and r["project"] not in found:
            states = [
                _status(getattr(w, r["table"], None), r["row"]) for w in (asked.before, asked.after)
            ]
            if states[1] == OPEN and states[0] != OPEN:
                found.add(r["project"])
    return tuple(sorted(found))


def _status(table: Table | None, name: str) -> str:
    """The status of a row; empty when there is no such row, `open` when it has none."""
    if table is None:
        return ""
    rows = [r for r in table.rows() if r["id"] == name]
    return str(rows[0].get("status", OPEN)) if rows else ""


def opened_rows(asked: Asked) -> Iterator[Mapping[str, Any]]:
    """Announced cost, and loans of the ledger, of each project that opens."""
    opened = opened_projects(asked)
    if not opened:
        return
    costs = {p.id: p for p in project_costs(asked.base)}
    known = asked.before.known_by
    entries = [
        e
        for e in read_ledger(asked.base)
        if e.counted_usd != 0.0 and e.kind == "loan" and (e.date is None or e.date <= known)
    ]
    for name in opened:
        project = costs.get(name)
        cost = math.nan if project is None else project.cost_usd
        loans = [e for e in entries if e.project == name]
        # A sum of loans of which one is not known would be too low, so it is not given.
        lent = math.fsum(e.counted_usd for e in loans) if loans else math.nan
        said = "announced, nominal; who pays how much is mostly not published"
        for variable, title, value, basis in (
            ("project_cost", "cost of a project that opens, nominal", cost, said),
            ("project_loans", "loans of the ledger for a project that opens, nominal", lent,
             ", ".join(e.id for e in loans) or "no loan of it is in the ledger"),
        ):  # fmt: skip
            yield row(
                asked.on, "finance", "projects", variable, name, title, "usd",
                before=0.0, after=null(value),
                basis=f"{basis}; band not known", headline=variable == "project_cost",
            )  # fmt: skip
