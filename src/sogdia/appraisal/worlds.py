"""The worlds an appraisal compares: of every date, without and with the scenario, and every draw."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from sogdia.appraisal.options import Options, Progress
from sogdia.core.errors import InvalidInput
from sogdia.core.estimate import Estimate
from sogdia.evidence.base import EvidenceBase
from sogdia.scenario.apply import worlds_of
from sogdia.scenario.names import Names, aliases_of, names_of
from sogdia.scenario.read import read_scenario
from sogdia.scenario.scenario import Scenario
from sogdia.world.build import world
from sogdia.world.world import World

__all__ = ["Dated", "build_world", "claim_values", "dated_worlds", "read_for"]


def read_for(name: str | Path, evidence: EvidenceBase, *, known_by: date | None = None) -> Scenario:
    """A scenario with every name in it checked against the evidence.

    Raises
    ------
    InvalidInput
        With everything that is wrong with it and the files it builds on.
    """
    aliases = aliases_of(evidence)
    try:
        on = read_scenario(name, world_names=Names(aliases=aliases)).on[:1]
    except InvalidInput:
        on = ()
    today = build_world(evidence, on[0] if on else LOOKED_UP_ON, known_by)
    return read_scenario(
        name,
        world_names=names_of(today, aliases=aliases, claims=frozenset(claim_values(evidence))),
    )


LOOKED_UP_ON = date(2026, 1, 1)
"""Date of the world whose names are offered when a scenario has no date of its own."""


WORLDS_KEPT = 16
_WORLDS: dict[tuple[Path, str, date, date | None], World] = {}


def build_world(evidence: EvidenceBase, on: date, known_by: date | None = None) -> World:
    """The world of a date, kept while the process lives."""
    key = (evidence.folder, evidence.digest, on, known_by)
    if key not in _WORLDS:
        if len(_WORLDS) >= WORLDS_KEPT:
            _WORLDS.pop(next(iter(_WORLDS)))
        _WORLDS[key] = world(evidence, on=on, known_by=known_by)
    return _WORLDS[key]


def claim_values(evidence: EvidenceBase) -> Mapping[str, Estimate]:
    """Values of the claims a measure may refer to."""
    return {
        claim.id: claim.value
        for domain in ("network", "borders", "transport")
        for claim in evidence.claims(domain)
        if isinstance(claim.value, Estimate)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """The world of one date without the scenario, and what each side makes of it.

    Attributes
    ----------
    base : World
        Without lineage: draws are not traced.
    drawn : dict
        Both sides by draw, made when the first side asks.
    claims : mapping of str to Estimate
        What a measure may refer to.
    """

    base: World
    claims: Mapping[str, Estimate]
    sides: Mapping[str, World]
    drawn: dict[int, Mapping[str, World]] = dataclasses.field(
        default_factory=dict[int, Mapping[str, World]]
    )

    def draw(self, number: int, seed: int, scenario: Scenario) -> Mapping[str, World]:
        """Both sides of one draw."""
        if number not in self.drawn:
            self.drawn[number] = _sides(
                scenario.drawn(number, seed), self.base.draw(number, seed), self.claims
            )
        return self.drawn[number]


def dated_worlds(
    scenario: Scenario, base: EvidenceBase, options: Options, tell: Progress
) -> list[Dated]:
    """Both worlds on every date."""
    found: list[Dated] = []
    claims = claim_values(base)
    for number, on in enumerate(scenario.on):
        tell(f"building the world of {on}", 0.2 * number / len(scenario.on))
        today = build_world(base, on, options.known_by)
        untraced = today.replace(
            lineage=today.lineage.where(np.zeros(len(today.lineage), np.bool_))
        )
        found.append(Dated(base=untraced, claims=claims, sides=_sides(scenario, today, claims)))
    return found


def _sides(scenario: Scenario, today: World, claims: Mapping[str, Estimate]) -> dict[str, World]:
    before, after = worlds_of(scenario, today, claims=claims)
    return {"baseline": before, "scenario": after}
