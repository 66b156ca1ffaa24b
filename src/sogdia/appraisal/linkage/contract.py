"""What a linkage is asked, and what it answers: indicators before and after, and its tables.

A linkage that the measures do not touch is given two equal worlds and must answer with exactly
equal values: its change is then zero and not nearly zero. `row` makes the change from the two
values, so that none can be stated apart from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sogdia.appraisal.loop import Joined
from sogdia.core.status import Status
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.scenario.scenario import Scenario
from sogdia.world.world import World

__all__ = [
    "LINKAGES",
    "LINKAGE_INDICATOR",
    "Asked",
    "Linkage",
    "LinkageModel",
    "LinkageName",
    "row",
]

LinkageName = Literal["policy", "facilities", "trade", "finance", "people"]
LINKAGES: tuple[LinkageName, ...] = ("policy", "facilities", "trade", "finance", "people")

LINKAGE_INDICATOR = Schema(
    "linkage_indicator",
    (
        Column("on", "date"),
        Column("linkage", title="policy, facilities, trade, finance, people"),
        Column("part", title="rail and road, energy, information, health, ...; within the linkage"),
        Column("variable", title="a short name: trips, gas_to_china, latency"),
        Column("entity", title="country, pair CHN>KAZ, line, project"),
        Column("title", title="what it is, in plain words"),
        Column("unit"),
        Column("before_amount", "number", title="in the baseline"),
        Column("after_amount", "number", title="in the scenario"),
        Column("change_amount", "number", title="after less before; exactly 0 when untouched"),
        Column("low_amount", "number", title="low end of the band of the change; null: not known"),
        Column("high_amount", "number"),
        Column("basis", title="what the band spans, or why there is none"),
        Column("headline", "flag", title="shown on the first screen"),
    ),
    ("on", "linkage", "variable", "entity"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Two worlds of one date and what is known of both.

    Attributes
    ----------
    before, after : World
        Baseline and scenario.
    joined : Joined or None
        Flows, waits and trade of both sides; None when they were not run.
    seed : int
    draws : int
        Draws behind bands that are drawn.
    """

    on: date
    scenario: Scenario
    before: World
    after: World
    base: EvidenceBase
    joined: Joined | None = None
    seed: int = 0
    draws: int = 0

    def differ(self, *tables: str) -> bool:
        """Whether the two worlds differ in any of these tables."""
        return any(
            not getattr(self.before, name).arrow.equals(getattr(self.after, name).arrow)
            for name in tables
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkage:
    """An answer.

    Attributes
    ----------
    rows : tuple of rows of `LINKAGE_INDICATOR`
    before, after : mapping of str to Table
        The model's tables of both sides, for the run folder; each has a column ``on`` first.
    statuses : tuple of Status
        How each solve ended; ``of`` says what it solved.
    missing : str
        Why it could not be asked, as when an extra is not installed; empty when it was.
    """

    rows: tuple[Mapping[str, Any], ...] = ()
    before: Mapping[str, Table] = field(default_factory=dict[str, Table])
    after: Mapping[str, Table] = field(default_factory=dict[str, Table])
    statuses: tuple[Status, ...] = ()
    missing: str = ""


LinkageModel = Callable[[Asked], Linkage]


def row(  # noqa: PLR0913
    on: date,
    linkage: LinkageName,
    part: str,
    variable: str,
    entity: str,
    title: str,
    unit: str,
    *,
    before: float | None,
    after: float | None,
    low: float | None = None,
    high: float | None = None,
    basis: str = "",
    headline: bool = False,
    untouched: bool = False,
) -> dict[str, Any]:
    """One indicator; the change follows from both values and is absent where either is.

    A model too slow to run for nothing is not run where nothing it reads differs. Its values are
    then not known, and its change is zero because equal inputs give equal outputs: `untouched`.

    Parameters
    ----------
    low, high : float, optional
        Band of the change, not of the values.
    untouched : bool
        Nothing the model reads differs, so it was not run.
    """
    change = None if before is None or after is None else after - before
    if untouched:
        change, low, high = 0.0, 0.0, 0.0
    return {
        "on": on, "linkage": linkage, "part": part, "variable": variable, "entity": entity,
        "title": title, "unit": unit, "before_amount": before, "after_amount": after,
        "change_amount": change, "low_amount": low, "high_amount": high, "basis": basis,
        "headline": headline,
    }  # fmt: skip
