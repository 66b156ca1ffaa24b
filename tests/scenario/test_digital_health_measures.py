"""Cables open and are cut, and a consultation network opens: cells, commuting, refusals."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date

import pytest

from sogdia.core.errors import InvalidInput
from sogdia.scenario.apply import apply
from sogdia.scenario.kinds import make_measure
from sogdia.scenario.measures import Measure
from sogdia.world.world import World

WorldOn = Callable[[date | str], World]
ON = date(2027, 7, 1)
CABLE = "fibre:kz.aktau~az.sumgait"
OTHER = "fibre:kz.beyneu~kz.aktau"


def measure(kind: str, name: str, **fields: object) -> Measure:
    """A measure in force on the day."""
    return make_measure(kind, id=name, on=date(2027, 1, 1), source="assumption", **fields)


def consultation(name: str = "open", **fields: object) -> Measure:
    """90 hospitals."""
    usual: dict[str, object] = {
        "consultation": "consultation:xinjiang", "hospitals": 90, "cases_per_day": "100 1/day",
        "specialists": 15,
    }  # fmt: skip
    return measure("open-consultation", name, **(usual | fields))


def cells(w: World, table: str, name: str) -> dict[str, object]:
    """The row of an id."""
    return next(r for r in getattr(w, table).rows() if r["id"] == name)


def test_a_cable_opens_with_its_length_and_capacity(world_on: WorldOn) -> None:
    """Values are canonical, and a length that is given counts as published."""
    w = world_on(ON)
    opened = measure("open-cable", "tcfo", cable=CABLE, length="400 km", capacity="6 Tbit/s")
    row = cells(apply(w, [opened], on=ON), "cables", CABLE)
    assert (row["status"], row["length_km"], row["published_length"]) == ("open", 400.0, True)
    assert row["capacity_mbit_per_s"] == 6e6
    assert cells(w, "cables", CABLE)["status"] == "construction"


def test_a_cable_without_values_keeps_those_of_the_registry(world_on: WorldOn) -> None:
    """380 km and 400 Tbit/s."""
    row = cells(
        apply(world_on(ON), [measure("open-cable", "tcfo", cable=CABLE)], on=ON), "cables", CABLE
    )
    assert (row["status"], row["length_km"], row["capacity_mbit_per_s"]) == ("open", 380.0, 4e8)


def test_measures_commute(world_on: WorldOn) -> None:
    """In any order the world is the same."""
    w = world_on(ON)
    some = [
        measure("open-cable", "a", cable=CABLE),
        measure("close-cable", "b", cable=OTHER),
        consultation("c"),
    ]
    digests = {apply(w, order, on=ON).digest for order in itertools.permutations(some)}
    assert len(digests) == 1
    assert digests != {w.digest}


def test_a_consultation_network_sets_its_row_and_its_lineage(world_on: WorldOn) -> None:
    """Hospitals, cases, specialists and who opened it."""
    after = apply(world_on(ON), [consultation()], on=ON)
    row = cells(after, "consultations", "consultation:xinjiang")
    assert (row["hospitals_count"], row["cases_per_day"], row["specialists_count"]) == (90, 100, 15)
    assert row["opened_by"] == "open"
    assert ("consultation:xinjiang", "consultation_cases_per_day", "measure:open") in {
        (r["entity"], r["variable"], r["claim"]) for r in after.lineage.rows()
    }


def test_more_hospitals_can_be_a_change_of_the_baseline(world_on: WorldOn) -> None:
    """22 hospitals and 50 % more."""
    after = apply(
        world_on(ON), [consultation(hospitals={"change": "+50 %", "of": "baseline"})], on=ON
    )
    assert cells(after, "consultations", "consultation:xinjiang")["hospitals_count"] == 33.0


def test_refusals(world_on: WorldOn) -> None:
    """Two that set the same, a name not known, and a unit of another kind."""
    w = world_on(ON)
    both = [measure("open-cable", "a", cable=CABLE), measure("close-cable", "b", cable=CABLE)]
    with pytest.raises(InvalidInput, match="both set status"):
        apply(w, both, on=ON)
    with pytest.raises(InvalidInput, match="did you mean"):
        apply(w, [measure("open-cable", "a", cable="fibre:kz.aktau~az.sumgayt")], on=ON)
    with pytest.raises(ValueError, match="another kind"):
        measure("open-cable", "a", cable=CABLE, length="3 hour")
    with pytest.raises(ValueError, match="out of bounds"):
        consultation(specialists=3)
