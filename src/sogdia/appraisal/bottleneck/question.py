"""What is asked of a corridor, and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from sogdia.appraisal.bottleneck.parts import UNITS, Part
from sogdia.appraisal.bottleneck.years import LAST_YEAR
from sogdia.core.errors import ProblemList
from sogdia.core.status import Status

__all__ = ["Answer", "Question"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a corridor.

    Attributes
    ----------
    corridor : str or sequence of str
        A name of the registry ``corridors``, or ids of links, crossings (``kz-cn.khorgos:rail``)
        and transfers (``transfer:port/kz.kuryk``), each of which then defines the corridor.
    on : date
        Of the network and the capacities.
    teu, tonnes : float, optional
        A year, both directions; not both. Asked in tonnes, all freight grows alike; asked in
        containers, other freight stays.
    by : int, optional
        Year the demand is for: growth then is what leads there, with a band from plans of the past.
    growth : (low, central, high), optional
        A year, as shares.
    plans : bool
        Take capacities announced for later years as if they came on time.
    capacities : mapping of (entity, unit) to float, optional
        In place of the evidence's.
    """

    corridor: str | Sequence[str]
    on: date
    teu: float | None = None
    tonnes: float | None = None
    by: int | None = None
    growth: tuple[float, float, float] | None = None
    plans: bool = False
    capacities: Mapping[tuple[str, str], float] = field(
        default_factory=dict[tuple[str, str], float]
    )

    def check(self, base_year: int, teu: float, tonnes: float, entities: Sequence[str]) -> None:
        """Refuse a question that contradicts itself or the flow of today.

        Raises
        ------
        InvalidInput
            With every problem.
        """
        problems = ProblemList()
        if self.teu is not None and self.tonnes is not None:
            problems.add("demand", "is given twice", allowed="teu or tonnes", fix="leave one out")
        for name, amount, held in (("teu", self.teu, teu), ("tonnes", self.tonnes, tonnes)):
            if amount is not None and not 0.0 < amount < np.inf:
                problems.add(name, "is not a demand", got=amount, allowed="above 0")
            if amount is not None and held <= 0.0:
                problems.add(
                    name, "the corridor carries nothing today, so no growth leads there",
                    fix="ask at a date when it is open",
                )  # fmt: skip
        if self.by is not None and not base_year < self.by <= LAST_YEAR:
            problems.add(
                "by", "is out of range", got=self.by, allowed=f"{base_year + 1} to {LAST_YEAR}"
            )
        if self.by is not None and self.teu is None and self.tonnes is None:
            problems.add("by", "needs a demand", fix="give teu or tonnes")
        if self.by is not None and self.growth is not None:
            problems.add("growth", "is given beside a year", fix="leave out by or growth")
        check_growth(self.growth, problems)
        for (entity, unit), amount in self.capacities.items():
            where = f"capacity of {entity}"
            if entity not in entities:
                problems.add(where, "is no part of the corridor", allowed=", ".join(entities))
            if unit not in UNITS:
                problems.add(where, "unit", got=repr(unit), allowed=", ".join(UNITS))
            if not 0.0 < amount < np.inf:
                problems.add(where, "is not a capacity", got=amount, allowed="above 0")
        problems.raise_if_any()


def check_growth(growth: tuple[float, float, float] | None, problems: ProblemList) -> None:
    """Note what is wrong with growth rates."""
    if growth is not None and not -1.0 < growth[0] <= growth[1] <= growth[2] < np.inf:
        problems.add("growth", "is not low, central, high", got=growth, allowed="rising, above -1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The parts of a corridor, the fullest first.

    Attributes
    ----------
    base_year : int
        Of the flow of today.
    base_teu, base_tonnes : float or None
        Of the corridor; None for a survey.
    base_from : str
        observed or modelled.
    measure : {"teu/year", "t/year"}
        Of the demand.
    demand, factor : float or None
        As asked, and over today's flow.
    growth : (low, central, high) or None
    growth_from : str
        Where the growth comes from, in words.
    parts : tuple of Part
        Those with a capacity, by use at the demand (or today), then the others by id.
    status : Status
        Of the flows.
    """

    title: str
    on: date
    base_year: int
    base_teu: float | None
    base_tonnes: float | None
    base_from: str
    measure: str
    demand: float | None
    factor: float | None
    growth: tuple[float, float, float] | None
    growth_from: str
    parts: tuple[Part, ...]
    status: Status

    @property
    def exceeded(self) -> tuple[Part, ...]:
        """Parts whose flow of today is at the capacity quoted or above: that figure is in doubt."""
        return tuple(p for p in self.parts if p.use_share is not None and p.use_share >= 1.0)

    @property
    def unknown(self) -> tuple[Part, ...]:
        """Parts without a capacity in the evidence."""
        return tuple(p for p in self.parts if p.capacity is None)

    @property
    def first(self) -> Part | None:
        """The part that is full at the smallest flow of the corridor, of those not full today."""
        able = [
            (p.room, p.id, p)
            for p in self.parts
            if p.use_share is not None
            and p.use_share < 1.0
            and p.room is not None
            and np.isfinite(p.room)
        ]
        return min(able, key=lambda found: found[:2])[2] if able else None

    @property
    def most(self) -> float | None:
        """Flow of the corridor that the first part lets through, in the measure asked for."""
        held = self.base_teu if self.measure == "teu/year" else self.base_tonnes
        first = self.first
        return None if first is None or first.room is None or held is None else held * first.room
