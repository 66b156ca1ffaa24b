"""Tables of energy in the shipped world."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sogdia.world.energy_rows import ZONES
from sogdia.world.world import World

WorldOn = Callable[[date | str], World]


def status(world: World, table: str) -> dict[str, str]:
    """Status by id."""
    return {r["id"]: r["status"] for r in getattr(world, table).rows()}


def test_what_is_planned_is_there_to_be_opened(world_on: WorldOn) -> None:
    """CASA-1000, line D, Rogun and new solar and wind wait; what runs is open."""
    world = world_on("2026-07-01")
    lines, plants, pipes = (status(world, t) for t in ("power_lines", "plants", "pipelines"))
    assert lines["power:casa-pak"] == lines["power:casa-afg"] == "construction"
    assert lines["power:datka-kemin"] == "open"
    assert plants["plant:rogun-remaining-units"] == "construction"
    assert plants["plant:new-wind-of-uzbekistan"] == "planned"
    assert pipes["pipeline:cagp-c"] == "open"
    assert pipes["pipeline:cagp-d"] == "construction"


def test_a_line_is_not_open_before_its_year_ends(world_on: WorldOn) -> None:
    """Line C and Datka-Kemin in the middle of 2014."""
    world = world_on("2014-07-01")
    assert status(world, "pipelines")["pipeline:cagp-c"] == "construction"
    assert status(world, "power_lines")["power:datka-kemin"] == "construction"


def test_every_plant_stands_in_a_zone_and_has_its_parameters(world_on: WorldOn) -> None:
    """Ids once; no open plant without capacity, availability, cost and emissions."""
    world = world_on("2026-07-01")
    rows = list(world.plants.rows())
    assert len({r["id"] for r in rows}) == len(rows)
    assert {r["zone"] for r in rows} == set(ZONES)
    for column in (
        "capacity_mw", "plant_availability_share", "marginal_cost_usd2023_per_mwh",
        "emission_t_per_mwh",
    ):  # fmt: skip
        assert all(r[column] is not None for r in rows), column
    assert all((r["reservoir_h"] is not None) == (r["technology"] == "hydro") for r in rows)


def test_rogun_is_counted_once(world_on: WorldOn) -> None:
    """First units and the rest are 3,600 MW together."""
    rogun = [r["capacity_mw"] for r in world_on("2026-07-01").plants.rows() if "rogun" in r["id"]]
    assert sorted(rogun) == [240.0, 3360.0]


def test_numbers_are_in_the_lineage(world_on: WorldOn) -> None:
    """Demand, cost and gas of a country name their claims."""
    found = {(r["entity"], r["variable"]) for r in world_on("2026-07-01").lineage.rows()}
    assert ("UZB", "power_demand_gwh_per_y") in found
    assert ("TKM", "gas_production_bcm_per_y") in found
    assert ("power:casa-pak", "line_loss_share") in found or ("power", "line_loss_share") in found
