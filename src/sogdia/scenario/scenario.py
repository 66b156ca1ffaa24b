"""A scenario: a question, dated measures, and what they are compared with."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Literal

from sogdia.core.digest import digest_value
from sogdia.core.errors import InvalidInput, Problem
from sogdia.scenario.measures import Measure, OpenLink
from sogdia.scenario.quantity import BASELINE, Change

__all__ = ["Event", "Route", "Scenario", "clashes"]

Side = Literal["baseline", "scenario", "without"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An origin, a destination and a class of goods the report looks at closely.

    Attributes
    ----------
    origin, destination : str
        City names, as in the evidence.
    commodity : str
        Commodity class, ``container-general`` unless said otherwise.
    """

    origin: str
    destination: str
    commodity: str = "container-general"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A measure starting or ending.

    Attributes
    ----------
    on : date
    what : {"begins", "ends"}
        A measure ends on its `until`, the first day it is no longer in force.
    side : {"baseline", "scenario", "without"}
        `without` acts on the comparator only.
    """

    on: date
    what: Literal["begins", "ends"]
    side: Side
    measure: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Dated measures on top of a baseline.

    Attributes
    ----------
    id, title, question : str
        The question in one sentence of plain words.
    baseline : str or None
        Id of the scenario whose measures are under way in any case.
    includes : tuple of str
        Ids of packs whose measures belong to this scenario.
    measures : tuple of Measure
        Its own.
    without : tuple of Measure
        Its own for the comparator only: what the world would be without something that has
        happened, such as a railway that is open in the evidence.
    on : tuple of date
        Dates to evaluate.
    routes : tuple of Route
    classes : tuple of str
        Commodity classes to evaluate; empty means all.
    baseline_stages : tuple of tuples of Measure
        Measures of the baseline and of its own baselines, the oldest first.
    included, included_without : tuple of Measure
        Measures of the packs.

    Raises
    ------
    InvalidInput
        When measures clash or an id is used twice.
    """

    id: str
    title: str
    question: str = ""
    baseline: str | None = None
    includes: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    without: tuple[Measure, ...] = ()
    on: tuple[date, ...] = ()
    routes: tuple[Route, ...] = ()
    classes: tuple[str, ...] = ()
    baseline_stages: tuple[tuple[Measure, ...], ...] = ()
    included: tuple[Measure, ...] = ()
    included_without: tuple[Measure, ...] = ()

    def __post_init__(self) -> None:
        problems = list(clashes(self))
        if problems:
            raise InvalidInput(problems)

    @property
    def scenario_measures(self) -> tuple[Measure, ...]:
        """Own measures and those of the packs."""
        return self.measures + self.included

    @property
    def comparator_measures(self) -> tuple[Measure, ...]:
        """What acts on the comparator only, own and of the packs."""
        return self.without + self.included_without

    @property
    def digest(self) -> str:
        """sha256 of the content, whatever the order of measures, the file name and comments.

        Units do not matter either: 12 hours and half a day are the same.
        """
        return digest_value(
            {
                "title": self.title,
                "question": self.question,
                "baseline": [_contents(stage) for stage in self.baseline_stages],
                "measures": _contents(self.scenario_measures),
                "without": _contents(self.comparator_measures),
                "on": sorted(d.isoformat() for d in self.on),
                "routes": sorted((r.origin, r.destination, r.commodity) for r in self.routes),
                "classes": sorted(self.classes),
            }
        )

    def drawn(self, draw: int, seed: int) -> Scenario:
        """The scenario with every measure's values drawn within their ranges; draw 0 is central."""

        def of(measures: tuple[Measure, ...]) -> tuple[Measure, ...]:
            return tuple(m.drawn(draw, seed) for m in measures)

        return dataclasses.replace(
            self, measures=of(self.measures), without=of(self.without), included=of(self.included),
            included_without=of(self.included_without),
            baseline_stages=tuple(of(stage) for stage in self.baseline_stages),
        )  # fmt: skip

    def idle(self) -> tuple[Measure, ...]:
        """Measures, own and of the packs, in force on none of the dates to evaluate."""
        acting = (*self.scenario_measures, *self.comparator_measures)
        return tuple(m for m in acting if self.on and not any(m.active(day) for day in self.on))

    def sides(self) -> Iterator[tuple[Side, Measure]]:
        """Every measure with the side it acts on."""
        for stage in self.baseline_stages:
            for measure in stage:
                yield "baseline", measure
        for measure in self.scenario_measures:
            yield "scenario", measure
        for measure in self.comparator_measures:
            yield "without", measure

    def timeline(self) -> tuple[Event, ...]:
        """What begins and ends when, the earliest first."""
        events = [
            event
            for side, measure in self.sides()
            for event in (
                Event(on=measure.on, what="begins", side=side, measure=measure),
                *(
                    [Event(on=measure.until, what="ends", side=side, measure=measure)]
                    if measure.until is not None
                    else []
                ),
            )
        ]
        return tuple(sorted(events, key=lambda e: (e.on, e.what, e.measure.id)))


def clashes(scenario: Scenario) -> Iterator[Problem]:
    """Measures that cannot both be: the same id, or the same thing set at the same time.

    What a selector picks is only known with a world; `sogdia.scenario.apply` refuses those.
    A change ``of = "baseline"`` may act on what the baseline's measures set: it is defined on the
    world they give.
    """
    yield from _repeated_ids(scenario)
    earlier = [m for stage in scenario.baseline_stages for m in stage]
    for name, side in (
        ("", scenario.scenario_measures),
        (" (without)", scenario.comparator_measures),
    ):
        pairs = [
            *combinations(side, 2),
            *((a, b) for a in earlier for b in side if not changes_baseline(b)),
        ]
        yield from _pair_problems(scenario.id + name, pairs)


def changes_baseline(measure: Measure) -> bool:
    """Whether a measure is nothing but a change of the baseline."""
    values = [q for q in measure.quantities().values() if isinstance(q, Change)]
    return measure.is_change() and all(q.of == BASELINE for q in values)


def _repeated_ids(scenario: Scenario) -> Iterator[Problem]:
    seen: dict[str, Side] = {}
    for side, measure in scenario.sides():
        if measure.id in seen:
            yield Problem(
                where=scenario.id,
                what=f'two measures have the id "{measure.id}"',
                got=f"one in {seen[measure.id]}, one in {side}",
                fix="rename one",
            )
        seen.setdefault(measure.id, side)


def _pair_problems(where: str, pairs: Iterable[tuple[Measure, Measure]]) -> Iterator[Problem]:
    for a, b in pairs:
        shared = _shared(a, b)
        if not shared:
            continue
        named = f'measures "{a.id}" and "{b.id}" both'
        if isinstance(a, OpenLink) and isinstance(b, OpenLink):
            links = ", ".join(
                sorted({entity for entity, variable in shared if variable == "status"})
            )
            if links:
                yield Problem(
                    where=where, what=f"{named} open {links}; a scenario may open a link once"
                )
                continue
        if not _overlap(a, b):
            continue
        entities = ", ".join(sorted({entity for entity, _ in shared}))
        variables = ", ".join(sorted({variable for _, variable in shared}))
        start = max(a.on, b.on)
        ends = [m.until for m in (a, b) if m.until is not None]
        until = f"until {min(ends)}" if ends else "without end"
        yield Problem(
            where=where,
            what=f"{named} set {variables} of {entities} from {start} {until}",
            fix="leave one out, or give the earlier one an `until`",
        )


def _shared(a: Measure, b: Measure) -> frozenset[tuple[str, str]]:
    theirs = b.touches()
    return frozenset(
        (_narrower(entity, other), variable)
        for entity, variable in a.touches()
        for other, name in theirs
        if name == variable and _same(entity, other)
    )


def _same(a: str, b: str) -> bool:
    if a == b:
        return True
    (name_a, _, way_a), (name_b, _, way_b) = a.rpartition(">"), b.rpartition(">")
    return bool(name_a) and name_a == name_b and "*" in (way_a, way_b)


def _narrower(a: str, b: str) -> str:
    return (b if a.endswith(">*") else a).removesuffix(">*")


def _overlap(a: Measure, b: Measure) -> bool:
    return (a.until is None or b.on < a.until) and (b.until is None or a.on < b.until)


def _contents(measures: Iterable[Measure]) -> list[object]:
    return sorted((m.content() for m in measures), key=lambda c: str(c["id"]))  # type: ignore[arg-type, return-value]
