"""All five linkages asked of every date of an appraisal, and their answers put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sogdia.appraisal.effects import Effects
from sogdia.appraisal.linkage.carbon import carbon_rows
from sogdia.appraisal.linkage.contract import LINKAGE_INDICATOR, Asked, Linkage, LinkageModel
from sogdia.appraisal.linkage.network import facility_rows, trade_rows
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

MODELS: Mapping[str, LinkageModel] = {}
"""Every model that is asked, by the part of a linkage it answers for."""


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

    def tables(self, role: Role) -> dict[str, Table]:
        """Tables for the run folder of a side; indicators compare both, so the scenario has them."""
        if role == "baseline":
            return dict(self.before)
        compared: dict[str, Table] = {}
        if self.rows:
            compared["linkage_indicator"] = Table.from_rows(LINKAGE_INDICATOR, self.rows)
        if self.notes:
            compared["linkage_note"] = Table.from_rows(LINKAGE_NOTE, self.notes)
        return dict(self.after) | compared


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
