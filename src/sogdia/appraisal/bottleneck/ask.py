"""Which link, post or port of a corridor is full first, how full the others are, and in what year.

A corridor is a list of entities. Its flow today is what was observed, and where nobody published
it, what the model loads. Each part takes a share of it, from the registry ``corridors`` or from the
model, beside other traffic that stays as it is. Capacities are claims; a part without one is named
as unknown and is never taken as wide enough. All flows and capacities are of both directions
together.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.bottleneck.loads import (
    CorridorLoads,
    Loads,
    corridor_loads,
    in_units,
    modelled_loads,
)
from sogdia.appraisal.bottleneck.observed import Counted, counted_parts, observed_corridor
from sogdia.appraisal.bottleneck.parts import (
    UNITS,
    Capacity,
    CorridorLoad,
    Outlook,
    Part,
    believed_capacities,
    in_order,
    named,
)
from sogdia.appraisal.bottleneck.question import Answer, Question
from sogdia.appraisal.bottleneck.years import LAST_YEAR, ReferenceClass, growth_to
from sogdia.core.errors import ProblemList, UnknownName, nearest
from sogdia.core.estimate import Estimate
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.world.build import world as build_world
from sogdia.world.world import World

__all__ = ["Traffic", "ask_bottleneck", "corridor_names", "corridor_traffic"]

BOXED = "container-general"
"""Class whose tonnes a TEU turn containers into tonnes."""

NOTHING = np.zeros(1)


def corridor_names(base: EvidenceBase) -> tuple[str, ...]:
    """Corridors that have a name."""
    return tuple(dict.fromkeys(row["corridor"] for row in base.registry("corridors")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The parts of a corridor and what the model loads on them: the slow half of an answer.

    Attributes
    ----------
    rows : tuple of dict
        Of the registry, or made of ids.
    inside : CorridorLoads or None
        The corridor's own; None when nothing that defines it is open.
    """

    corridor: str | tuple[str, ...]
    world: World
    rows: tuple[Mapping[str, str], ...]
    loads: Loads
    inside: CorridorLoads | None


def corridor_traffic(question: Question, evidence: EvidenceBase | None = None) -> Traffic:
    """What further questions about the same corridor and date can share.

    Raises
    ------
    UnknownName, InvalidInput
        When there is no such corridor or id.
    """
    base = evidence if evidence is not None else open_evidence()
    world = build_world(base, on=question.on)
    rows = _rows_asked(base, world, question)
    loads = modelled_loads(world)
    inside = corridor_loads(
        loads,
        [r["entity"] for r in rows if r["role"] == "defines"],
        [r["entity"] for r in rows if _has_capacity(base, question, r["entity"])],
    )
    asked = question.corridor
    return Traffic(
        corridor=asked if isinstance(asked, str) else tuple(asked),
        world=world, rows=tuple(rows), loads=loads, inside=inside,
    )  # fmt: skip


def ask_bottleneck(
    question: Question, evidence: EvidenceBase | None = None, *, traffic: Traffic | None = None
) -> Answer:
    """Where a corridor fails first.

    Parameters
    ----------
    traffic : Traffic, optional
        From an earlier question about the same corridor and date.

    Raises
    ------
    UnknownName
        When there is no such corridor.
    InvalidInput
        When an id is not known or the question contradicts itself; with every problem.
    """
    base = evidence if evidence is not None else open_evidence()
    held_traffic = corridor_traffic(question, base) if traffic is None else traffic
    world, rows = held_traffic.world, held_traffic.rows
    loads, inside = held_traffic.loads, held_traffic.inside
    _check_traffic(question, held_traffic)
    asked = question.corridor
    corridor = asked if isinstance(asked, str) else None
    entities = [r["entity"] for r in rows]
    modelled = in_units(loads, NOTHING if inside is None else inside.total)
    year, teu, tonnes, source = observed_corridor(base, corridor, question.on.year, modelled)
    row_of_class = world.classes.index()[BOXED]
    box = float(world.classes["loading_t_per_teu"][row_of_class])
    in_tonnes = question.tonnes is not None
    demand = question.tonnes if in_tonnes else question.teu
    if tonnes <= 0.0 and demand is not None and question.by is None and demand > 0.0:
        # Not open yet: what is asked for is looked at as if it were there.
        teu, tonnes = (0.0, demand) if in_tonnes else (demand, demand * box)
        source = "as asked, for it carries nothing"
    question.check(year, teu, tonnes, entities)
    held = tonnes if in_tonnes else teu
    growth, words = _growth(
        question, ReferenceClass.of(base.registry("corridor_plans"), corridor), year, held, demand
    )
    factor = None if demand is None else demand / held
    case = _Case(
        base=base, world=world, loads=loads, question=question, box_t=box,
        counted=counted_parts(base, question.on.year), teu=teu, tonnes=tonnes,
        modelled=modelled, outlook=Outlook(base_year=year, growth=growth, factor=factor),
    )  # fmt: skip
    parts = [
        part
        for row in rows
        for part in case.parts(row, None if inside is None else inside.part.get(row["entity"]))
    ]
    return Answer(
        title=rows[0]["title"],
        on=question.on,
        base_year=year,
        base_teu=teu,
        base_tonnes=tonnes,
        base_from=source,
        measure="t/year" if in_tonnes else "teu/year",
        demand=demand,
        factor=factor,
        growth=growth,
        growth_from=words,
        parts=in_order(parts),
        status=loads.flows.status,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What every part of one question shares."""

    base: EvidenceBase
    world: World
    loads: Loads
    question: Question
    counted: Mapping[tuple[str, str], Counted]
    outlook: Outlook
    box_t: float
    teu: float
    tonnes: float
    modelled: Mapping[str, float]

    def corridor(self, factor: float) -> tuple[float, float]:
        """TEU and tonnes of the corridor when the measure asked for is `factor` times today's."""
        if self.question.tonnes is not None:
            return self.teu * factor, self.tonnes * factor
        return self.teu * factor, self.tonnes + (factor - 1.0) * self.teu * self.box_t

    def parts(self, row: Mapping[str, str], joint: NDArray[np.float64] | None) -> list[Part]:
        """One part for each unit in which an entity has a capacity, or one without any."""
        entity = row["entity"]
        if not _has_capacity(self.base, self.question, entity):
            return [self.without_capacity(entity)]
        through = in_units(self.loads, self.loads.tonnes.get(entity, NOTHING))
        own = in_units(self.loads, NOTHING if joint is None else joint)
        load = CorridorLoad.of(
            self.world,
            self.corridor,
            self.box_t,
            shares=self.shares(row, own),
            beside={unit: max(through[unit] - own[unit], 0.0) for unit in UNITS},
            seen={
                unit: counted.amount
                for unit in UNITS
                if (counted := self.counted.get((entity, unit))) is not None and counted.whole
            },
        )  # fmt: skip
        return [
            Part.of(
                entity, named(self.world, entity), unit, capacity,
                partial(load.amount, unit or "t/year"),
                "observed" if unit in load.seen else "corridor and modelled others",
                self.outlook,
            )
            for unit, capacity in self.capacities(entity)
        ]  # fmt: skip

    def without_capacity(self, entity: str) -> Part:
        """A part that can only be named, with what the model loads on it."""
        tonnes = float(self.loads.tonnes.get(entity, NOTHING).sum())
        return Part.of(
            entity, named(self.world, entity), "", None, lambda _: tonnes, "modelled",
            dataclasses.replace(self.outlook, factor=None),
        )  # fmt: skip

    def shares(self, row: Mapping[str, str], own: Mapping[str, float]) -> tuple[float, float]:
        """Shares of the corridor's TEU and of its other freight that pass a part."""
        whole = self.modelled
        t = own["t/year"] / whole["t/year"] if whole["t/year"] > 0.0 else None
        if row["teu_share"]:
            stated = float(row["teu_share"])
            return stated, stated if t is None else t
        teu = own["teu/year"] / whole["teu/year"] if whole["teu/year"] > 0.0 else t
        return teu or 0.0, t or 0.0

    def capacities(self, entity: str) -> list[tuple[str, Capacity | None]]:
        """What is given, and what is believed in other units."""
        years = range(self.outlook.base_year, LAST_YEAR + 1) if self.question.plans else ()
        given: list[tuple[str, Capacity | None]] = [
            (unit, Capacity(today=Estimate.exact(amount), claim="given", basis="given"))
            for (named_entity, unit), amount in self.question.capacities.items()
            if named_entity == entity
        ]
        units = {unit for unit, _ in given}
        believed = believed_capacities(self.base, entity, self.question.on, years)
        return given + [
            (u, k) for u, k in believed if u not in units and (k is not None or not given)
        ]


def _has_capacity(base: EvidenceBase, question: Question, entity: str) -> bool:
    given = any(e == entity for e, _ in question.capacities)
    return given or believed_capacities(base, entity, question.on)[0][1] is not None


def _check_traffic(question: Question, traffic: Traffic) -> None:
    """Refuse traffic of another question, which would give another corridor's shares."""
    problems = ProblemList()
    asked = question.corridor
    if traffic.corridor != (asked if isinstance(asked, str) else tuple(asked)):
        problems.add("traffic", "is of another corridor", got=traffic.corridor, allowed=asked)
    if traffic.world.on != question.on:
        problems.add("traffic", "is of another date", got=traffic.world.on, allowed=question.on)
    known = set() if traffic.inside is None else set(traffic.inside.part)
    for entity, _ in question.capacities:
        if traffic.inside is not None and entity in traffic.loads.arcs and entity not in known:
            problems.add("traffic", f"does not say what {entity} carries", fix="leave it out")
    problems.raise_if_any()


def _rows_asked(base: EvidenceBase, world: World, question: Question) -> list[dict[str, str]]:
    """Rows of the registry, or rows made of ids."""
    asked = question.corridor
    if isinstance(asked, str):
        rows = [r for r in base.registry("corridors") if r["corridor"] == asked]
        if not rows:
            raise UnknownName("corridor", asked, corridor_names(base))
        return rows
    known = {
        str(i) for table in (world.links, world.crossings, world.transfers) for i in table["id"]
    }
    problems = ProblemList()
    for entity in asked:
        if entity not in known:
            close = nearest(entity, known)
            problems.add(
                "corridor", f"no link, crossing or transfer is called {entity!r}",
                fix=f"did you mean {' or '.join(close)}?" if close else "",
            )  # fmt: skip
    if not asked:
        problems.add("corridor", "is empty", allowed="a name, or one id or more")
    problems.raise_if_any()
    return [
        {"entity": e, "role": "defines", "teu_share": "", "title": "Corridor of the ids given"}
        for e in dict.fromkeys(asked)
    ]


def _growth(
    question: Question,
    plans: ReferenceClass | None,
    year: int,
    held: float,
    demand: float | None,
) -> tuple[tuple[float, float, float] | None, str]:
    """Low, central and high growth a year, and where it comes from."""
    if question.growth is not None:
        return question.growth, "given"
    if demand is None or question.by is None:
        return None, ""
    ahead = question.by - year
    if plans is None:
        g = growth_to(held, demand, ahead)
        return (g, g, g), f"what leads to the demand by {question.by}"
    low, central, high = (growth_to(held, demand * r, ahead) for r in plans.band)
    least, median, most = plans.band
    return (low, central, high), (
        f"what leads to {median * 100:.0f} % of the demand by {question.by}, "
        f"{least * 100:.0f} to {most * 100:.0f} %: outturn over plan of "
        f"{len(plans.ratios)} plans for {plans.years[0]}-{plans.years[1]}"
    )
