"""Every scenario that ships names things that are in the evidence, and changes the world."""

from __future__ import annotations

import functools
from datetime import date

import pytest

from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.scenario.apply import worlds_of
from sogdia.scenario.names import aliases_of, names_of
from sogdia.scenario.read import read_scenario, shipped_scenarios
from sogdia.world.build import world
from sogdia.world.tables import WORLD_TABLES
from sogdia.world.world import World

TABLES = tuple(name for name in WORLD_TABLES if name != "lineage")


@functools.cache
def evidence() -> EvidenceBase:
    return open_evidence()


@functools.cache
def world_on(day: date) -> World:
    return world(evidence(), on=day)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_it_applies(name: str) -> None:
    names = names_of(world_on(date(2026, 7, 1)), aliases=aliases_of(evidence()))
    scenario = read_scenario(name, world_names=names)
    day = scenario.on[0]
    comparator, changed = worlds_of(scenario, world_on(day))
    differ = [
        t for t in TABLES if not getattr(comparator, t).arrow.equals(getattr(changed, t).arrow)
    ]
    assert differ


def test_the_comparator_of_the_highway_is_slower() -> None:
    scenario = read_scenario("double-west-highway")
    comparator, changed = worlds_of(scenario, world_on(scenario.on[0]))
    assert (comparator.links["speed_km_per_h"] <= changed.links["speed_km_per_h"]).all()
    assert comparator.links["speed_km_per_h"].sum() < changed.links["speed_km_per_h"].sum()
