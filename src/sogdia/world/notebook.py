"""What is asked of the evidence while a world is built, and what was answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sogdia.core.estimate import Estimate
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import Belief
from sogdia.world.world import Part, Spread

__all__ = ["STALE_DAYS", "Notebook"]

STALE_DAYS = 730
"""A claim about the thing itself is preferred to a wider one unless it is two years staler. An
undated claim is neither fresh nor stale: it wins where it is the most specific, and no other is
called stale because of it."""


@dataclass(slots=True)
class Notebook:
    """Beliefs asked for while a world is built: gathers lineage and uncertainty."""

    evidence: EvidenceBase
    on: date
    known_by: date
    lineage: list[dict[str, Any]] = field(default_factory=lambda: [])
    spreads: list[Spread] = field(default_factory=lambda: [])
    asked: dict[tuple[str, str], Belief | None] = field(default_factory=lambda: {})

    def believe(self, subject: str, variable: str) -> Belief | None:
        """The belief about one subject, not yet noted in the lineage."""
        key = (subject, variable)
        if key not in self.asked:
            self.asked[key] = self.evidence.believe(
                subject, variable, on=self.on, known_by=self.known_by
            )
        return self.asked[key]

    def first(self, subjects: Iterable[str], variable: str) -> Belief | None:
        """The belief about the most specific subject that is not much staler than a wider one."""
        found = [b for s in subjects if (b := self.believe(s, variable)) is not None]
        if not found:
            return None
        dated = [b for b in found if not b.claim.undated]
        freshest = min((b.claim.days_from(self.on) for b in dated), default=0)
        return next(
            b
            for b in found
            if b.claim.undated or b.claim.days_from(self.on) <= freshest + STALE_DAYS
        )

    def note(self, entity: str, variable: str, belief: Belief) -> None:
        """Write a belief into the lineage of an entity's variable."""
        self.lineage.append(
            {
                "entity": entity,
                "variable": variable,
                "claim": belief.claim.id,
                "carried": belief.carried,
            }
        )

    def word(self, entity: str, variable: str, *wider: str) -> str | None:
        """A word of an entity, noted."""
        belief = self.first((entity, *wider), variable)
        if belief is None:
            return None
        self.note(entity, variable, belief)
        return str(belief.claim.value)

    def day(self, entity: str, variable: str) -> date | None:
        """A date of an entity, noted."""
        belief = self.believe(entity, variable)
        if belief is None or not isinstance(belief.claim.value, date):
            return None
        self.note(entity, variable, belief)
        return belief.claim.value

    def number(
        self,
        entity: str,
        variable: str,
        *wider: str,
        table: str,
        column: str,
        row: int,
        entity_noted: str = "",
    ) -> float | None:
        """A number of an entity, noted with its uncertainty; None when nothing is known."""
        belief = self.first((entity, *wider), variable)
        if belief is None:
            return None
        self.note(entity_noted or entity, variable, belief)
        value = belief.claim.value
        assert isinstance(value, Estimate)
        self.spread(value, belief, table, column, row)
        return value.central

    def spread(self, value: Estimate, belief: Belief, table: str, column: str, row: int) -> None:
        """Keep the uncertainty of a table's cell."""
        if value.low < value.high:
            part = Part(key=belief.claim.moves_with or belief.claim.id, estimate=value)
            self.spreads.append(Spread(table=table, column=column, row=row, parts=(part,)))
