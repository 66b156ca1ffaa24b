"""All five linkages asked of every date of an appraisal, and their answers put together."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sogdia.appraisal.effects import Effects
from sogdia.appraisal.linkage.carbon import carbon_rows
from sogdia.appraisal.linkage.contract import LINKAGE_INDICATOR, Asked, Linkage, LinkageModel
from sogdia.appraisal.linkage.energy import energy
from sogdia.appraisal.linkage.finance import finance
from sogdia.appraisal.linkage.health import health
from sogdia.appraisal.linkage.index_score import index_score
from sogdia.appraisal.linkage.information import information
from sogdia.appraisal.linkage.network import facility_rows, trade_rows
from sogdia.appraisal.linkage.people import people
from sogdia.appraisal.linkage.policy import policy
from sogdia.appraisal.linkage.proposals_of_others import proposals_of_others
from sogdia.appraisal.options import Options
from sogdia.appraisal.side import stack
from sogdia.appraisal.worlds import Dated
from sogdia.core.status import Status
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.results.manifest import Role
from sogdia.scenario.scenario import Scenario

__all__ = ["LINKAGE_NOTE", "MODELS", "Answers", "ask_dates"]

LINKAGE_NOTE = Schema(
    "linkage_note",
    (
        Column("on", "date"),
        Column("part", title="the part of a linkage that was not asked"),
        Column("why"),
    ),
    ("on", "part"),
)

MODELS: Mapping[str, LinkageModel] = {
    "energy": energy,
    "information": information,
    "finance": finance,
    "people": people,
    "health": health,
    "policy": policy,
}
"""Every model that is asked, by what it answers for."""

CLOSING: Mapping[str, Callable[[Asked, Sequence[Mapping[str, Any]]], Linkage]] = {
    "five proposals": proposals_of_others,
    "index": index_score,
}
"""What follows from the rows of all the others, asked last and in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What all linkages answered.

    Attributes
    ----------
    rows : tuple of rows of `LINKAGE_INDICATOR`
    notes : tuple of rows of `LINKAGE_NOTE`
    before, after : mapping of str to Table
        Tables of the models on every date.
    """

    rows: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[Mapping[str, Any], ...] = ()
    before: Mapping[str, Table] = field(default_factory=dict[str, Table])
    after: Mapping[str, Table] = field(default_factory=dict[str, Table])
    statuses: tuple[Status, ...] = ()

    def tables(self) -> dict[str, Table]:
        """Tables for the scenario's run folder.

        Answers can depend on the scenario on either side, as a loan's own comparator does, so the
        baseline's folder, which scenarios share, has none of them. A table of the baseline is
        beside that of the scenario as ``<name>_before`` where the two differ.
        """
        found = dict(self.after)
        for name, table in self.before.items():
            if name not in self.after or not table.arrow.equals(self.after[name].arrow):
                schema = dataclasses.replace(table.schema, name=f"{name}_before")
                found[schema.name] = Table(schema, table.arrow)
        if self.rows:
            found["linkage_indicator"] = Table.from_rows(LINKAGE_INDICATOR, self.rows)
        if self.notes:
            found["linkage_note"] = Table.from_rows(LINKAGE_NOTE, self.notes)
        return found


def ask_dates(
    scenario: Scenario,
    dated: Sequence[Dated],
    effects: Effects,
    options: Options,
    base: EvidenceBase,
    sides: Mapping[Role, Mapping[str, Table]],
    tell: Callable[[str, float], None],
) -> Answers:
    """Ask every linkage on every date.

    Parameters
    ----------
    sides : mapping of role to tables
        ``skim``, ``indicator`` and ``zones`` of both sides.
    """
    rows: list[Mapping[str, Any]] = []
    notes: list[Mapping[str, Any]] = []
    tables: tuple[dict[str, list[Table]], dict[str, list[Table]]] = ({}, {})
    statuses: list[Status] = []
    for number, found in enumerate(dated):
        on = found.base.on
        asked = Asked(
            on=on, scenario=scenario, before=found.sides["baseline"],
            after=found.sides["scenario"], base=base,
            joined=effects.joined[number] if effects.joined else None,
            seed=options.seed, draws=options.draws,
        )  # fmt: skip
        own: list[Mapping[str, Any]] = [
            *facility_rows(on, sides["baseline"], sides["scenario"]),
            *carbon_rows(on, asked.before, asked.after, asked.joined),
            *trade_rows(on, asked.joined, effects.indicators["scenario"]),
        ]
        if asked.joined is None:
            notes.append({"on": on, "part": "trade", "why": "flows and trade were not run"})
        for count, (part, model) in enumerate(MODELS.items()):
            tell(f"linkages: {part}", (number + count / len(MODELS)) / len(dated))
            _take(model(asked), part, on, own, notes, tables, statuses)
        for part, closing in CLOSING.items():
            _take(closing(asked, own), part, on, own, notes, tables, statuses)
        rows += own
    before, after = ({n: stack(t) for n, t in side.items()} for side in tables)
    return Answers(
        rows=tuple(rows), notes=tuple(notes), before=before, after=after, statuses=tuple(statuses)
    )


def _take(
    answer: Linkage,
    part: str,
    on: date,
    rows: list[Mapping[str, Any]],
    notes: list[Mapping[str, Any]],
    tables: tuple[dict[str, list[Table]], dict[str, list[Table]]],
    statuses: list[Status],
) -> None:
    """Put one answer to the others."""
    rows += answer.rows
    statuses += answer.statuses
    if answer.missing:
        notes.append({"on": on, "part": part, "why": answer.missing})
    for side, given in zip(tables, (answer.before, answer.after), strict=True):
        for name, table in given.items():
            side.setdefault(name, []).append(table)
