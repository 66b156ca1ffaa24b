"""Which project serves which national strategy, as far as the registries say.

Two degrees, kept apart: the strategy's own row names the project; or both are of the same
country, sector and years, which nobody has called a service.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import day
from sogdia.models.cooperation.coding_tables import coding_rows

__all__ = ["DOVETAILING", "SECTORS", "dovetailing"]

SECTORS: dict[str, frozenset[str]] = {
    "rail": frozenset({"rail"}),
    "road": frozenset({"road"}),
    "air": frozenset({"air"}),
    "ports": frozenset({"port"}),
    "transport": frozenset({"rail", "road", "air", "port"}),
    "infrastructure": frozenset({"rail", "road", "air", "port", "electricity", "gas", "oil"}),
    "energy": frozenset({"electricity", "gas", "oil"}),
    "gas": frozenset({"gas"}),
    "digital": frozenset({"digital"}),
    "industry": frozenset({"industry"}),
    "education": frozenset({"education"}),
}
"""Sectors of the projects that a word of a strategy stands for.

A word that is not here (finance, institutions, housing, food, all ...) matches no project: it is
too wide, or the registry of projects has no such sector.
"""

DOVETAILING = Schema(
    "dovetailing",
    (
        Column("strategy"),
        Column("strategy_name"),
        Column("project"),
        Column("project_name"),
        Column("sector"),
        Column("project_status"),
        Column("degree", title="named: the strategy's row names it; alike: same country, sector"
               " and years"),
        Column("words", title="of the strategy's row, where it names the project"),
        Column("years_known", "flag", title="false when the project's years are not known"),
        Column("strategy_source"),
        Column("project_source"),
    ),
    ("strategy", "project"),
)  # fmt: skip


def dovetailing(base: EvidenceBase, country: str | None = None) -> Table:
    """Pairs of strategy and project; of one country where it is given.

    A project is alike when it shares a country with the strategy, China aside, a sector matches,
    and its years touch those of the strategy. A project without any year is kept and marked. The
    wider a strategy, the more is alike it: this is a list to look through and no count of merit.
    """
    named = {(r["strategy"], r["project"]): r["words"] for r in coding_rows("named_projects")}
    rows: list[dict[str, Any]] = []
    for strategy in base.registry("development_strategies"):
        members = set(strategy["countries"].split(";"))
        if country is not None and country not in members:
            continue
        wanted = frozenset[str]().union(
            *(SECTORS.get(word.strip(), frozenset()) for word in strategy["sectors"].split(";"))
        )
        for project in base.registry("projects"):
            places = set(project["countries"].split(";"))
            words = named.get((strategy["id"], project["id"]))
            years_known = bool(project["start"] or project["end"])
            alike = (
                bool((members & places) - {"CHN"})
                and project["sector"] in wanted
                and _touch(strategy["period"], project["start"], project["end"])
            )
            if (country is not None and country not in places) or not (alike or words):
                continue
            rows.append(
                {
                    "strategy": strategy["id"], "strategy_name": strategy["name"],
                    "project": project["id"], "project_name": project["name"],
                    "sector": project["sector"], "project_status": project["status"],
                    "degree": "named" if words else "alike", "words": words,
                    "years_known": years_known, "strategy_source": strategy["source"],
                    "project_source": project["source"],
                }
            )  # fmt: skip
    return Table.from_rows(DOVETAILING, rows)


def _touch(period: str, start: str, end: str) -> bool:
    """Whether the years of a strategy and of a project overlap; unknown years overlap."""
    first, dash, last = period.partition("-")
    from_day, to_day = day(first), day(last, last=True)
    if not dash:
        to_day = day(first, last=True)
    if not (start or end):
        return True
    begun = day(start) or day(end) or date.min
    # A project whose end is not known has not ended before the strategy began, as far as known.
    done = day(end, last=True) or date.max
    return (to_day is None or begun <= to_day) and (from_day is None or done >= from_day)
