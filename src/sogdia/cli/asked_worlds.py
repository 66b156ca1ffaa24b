"""The world a verb is asked about and, with a scenario, both of its sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sogdia.cli.output import parse_day

if TYPE_CHECKING:
    from sogdia.evidence.base import EvidenceBase
    from sogdia.scenario.scenario import Scenario
    from sogdia.world.world import World

__all__ = ["AskedWorlds", "asked_worlds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedWorlds:
    """What was asked.

    Attributes
    ----------
    scenario : Scenario or None
    built : World
        As the evidence has it.
    sides : (before, after) or None
        Of the scenario; None without one.
    """

    on: date
    base: EvidenceBase
    scenario: Scenario | None
    built: World
    sides: tuple[World, World] | None


def asked_worlds(scenario: str | None, on: str | None, known_by: str | None = None) -> AskedWorlds:
    """The world of the date given, of the scenario's last, or of today.

    Raises
    ------
    InvalidInput
        When the scenario or the world cannot be made.
    """
    from sogdia.evidence.base import open_evidence
    from sogdia.scenario.apply import worlds_of
    from sogdia.scenario.read import read_scenario
    from sogdia.world.build import world

    asked = read_scenario(scenario) if scenario else None
    today = date.today()  # noqa: DTZ011  (the user's own today)
    day = parse_day(on, asked.on[-1] if asked is not None and asked.on else today)
    base = open_evidence()
    built = world(base, on=day, known_by=parse_day(known_by, date.max) if known_by else None)
    sides = None
    if asked is not None:
        before, after = worlds_of(asked, built)
        sides = (before, after)
    return AskedWorlds(on=day, base=base, scenario=asked, built=built, sides=sides)
