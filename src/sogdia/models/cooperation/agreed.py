"""What was agreed between two states: each act with its day, phase, source, and what became of it.

`agreed_between` is the answer of one page: every pointer to another row is resolved to words, and
the source to its title and address.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.cooperation.events import PHASES, known_countries
from sogdia.models.cooperation.follow_up import STATUSES
from sogdia.models.cooperation.network import BINDING
from sogdia.models.cooperation.timeline import timeline

__all__ = ["AGREED", "HOLDS", "agreed_between", "rows_in_words"]

AGREED = Schema(
    "agreed",
    (
        Column("id"),
        Column("when", title="as the registry dates it: year, month or day"),
        Column("phase", "integer"),
        Column("phase_years", title="1992-2001, 2001-2013, 2013-"),
        Column("kind"),
        Column("scope", title="bilateral or multilateral"),
        Column("countries"),
        Column("title"),
        Column("summary"),
        Column("holds", title="on the date: yes, no, done (an act that asks for no more), unknown"),
        Column("became"),
        Column("became_means", title="what that word says"),
        Column("became_ground", title="why it is said"),
        Column("until", "date", title="the first day it no longer holds"),
        Column("followed_by", title="the rows that say so, in words"),
        Column("changes", title="in the models: regime, cost, nothing"),
        Column("changes_how"),
        Column("changed_by", title="the rows through which it acts, in words"),
        Column("confidence"),
        Column("note"),
        Column("source"),
        Column("source_title"),
        Column("source_url"),
    ),
    ("id",),
)

HOLDS: Mapping[str, str] = {
    "in_force": "yes", "stands": "yes", "replaced": "no", "ended": "no", "not_carried_out": "no",
    "proposed": "no", "held": "done", "carried_out": "done",
}  # fmt: skip
"""By status; one that is not here is unknown."""

Row = dict[str, Any]


def agreed_between(
    base: EvidenceBase, a: str, b: str, *, on: date | None = None, every_kind: bool = False
) -> Table:
    """The acts in which two states took part, oldest first, each with what became of it.

    Parameters
    ----------
    base : EvidenceBase
    a, b : str
        Codes or English names, in any order.
    on : date, optional
        Leaves out what came later; by default nothing is left out.
    every_kind : bool
        Visits, meetings and statements too; by default only kinds that leave something behind
        (`sogdia.models.cooperation.network.BINDING`).

    Raises
    ------
    InvalidInput
        For a country that is not known, or twice the same.
    """
    pair = known_countries(base, (a, b))
    if pair[0] == pair[1]:
        raise InvalidInput(
            [Problem(where="agreements", what="needs two countries that differ", got=pair[0])]
        )
    table = timeline(base, pair, end=on, kinds=() if every_kind else BINDING)
    years = {p.number: p.years for p in PHASES}
    words = rows_in_words(base)
    day = on if on is not None else date.max
    rows: list[Row] = []
    for r in table.rows():
        source = base.sources.get(r["source"])
        held: str = HOLDS.get(r["became"], "unknown")
        if held == "no" and r["until"] is not None and r["until"] > day:
            held = "yes"
        rows.append(
            {
                **{c: r[c] for c in AGREED.names if c in r},
                "phase_years": years[r["phase"]],
                "holds": held,
                "became_means": STATUSES[r["became"]],
                "followed_by": _said(r["became_by"], words),
                "changed_by": _said(r["changes_rows"], words),
                "source_title": None if source is None else source.title,
                "source_url": None if source is None else source.url or None,
            }
        )
    return Table.from_rows(AGREED, rows)


def rows_in_words(base: EvidenceBase) -> Mapping[str, str]:
    """Every row that a judgement may point to, by pointer, in a few words."""
    found = {"note": "its own row"}
    for r in base.registry("policy_events"):
        found[f"event:{r['id']}"] = f"{r['date']}: {r['title']}"
    for r in base.registry("visa_regimes"):
        regime = r["regime"].replace("_", " ")
        days = f", {r['days_allowed']} days" if r["days_allowed"] else ""
        end = f" to {r['end_date']}" if r["end_date"] else ""
        asked = " (proposed)" if r["status"] != "in_force" else ""
        found[f"visa:{r['id']}"] = (
            f"{r['from_country']} in {r['to_country']}: {regime}{days}, "
            f"from {r['start_date']}{end}{asked}"
        )
    for r in base.registry("border_restrictions"):
        found[f"restriction:{r['id']}"] = f"{r['post']} {r['mode']}: {r['description']}"
    for r in base.registry("unions"):
        found[f"union:{r['union']}-{r['member']}"] = f"{r['member']} in {r['union']}"
    for r in base.registry("projects"):
        ended = f", {r['end']}" if r["end"] else ""
        found[f"project:{r['id']}"] = f"{r['name']}: {r['status']}{ended}"
    for r in base.registry("development_strategies"):
        found[f"strategy:{r['id']}"] = f"{r['name']}, {r['period']}"
    for r in base.registry("people_institutes"):
        found[f"institute:{r['id']}"] = f"{r['name']}: {r['opened'] or 'no day of opening'}"
    return found


def _said(pointers: str | None, words: Mapping[str, str]) -> str | None:
    """Pointers joined by ``;`` as words joined by ``|``; None where there are none."""
    return " | ".join(words[p] for p in pointers.split(";")) if pointers else None
