"""Every number of a world can be followed to a claim, and the claim says that number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest

from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import Claim
from sogdia.world.borders import lognormal_mean
from sogdia.world.world import World

WorldOn = Callable[[date], World]
Lineage = dict[tuple[str, str], list[str]]

DATES = (date(1992, 7, 1), date(2020, 7, 1), date(2026, 7, 1))


@pytest.fixture(scope="session")
def claims(evidence: EvidenceBase) -> dict[str, Claim]:
    """Every claim by id."""
    return {c.id: c for domain in evidence.domains for c in evidence.claims(domain)}


def lineage_of(world: World) -> Lineage:
    found: Lineage = defaultdict(list)
    for row in world.lineage.rows():
        found[row["entity"], row["variable"]].append(row["claim"])
    return found


def transfer_entity(row: dict[str, Any]) -> str:
    return f"{row['id']}#{row['commodity']}" if row["commodity"] else str(row["id"])


def cells(world: World) -> Iterator[tuple[str, tuple[str, ...], float]]:
    """(entity, variables one of which must be in its lineage, value) of dwells, lengths, speeds."""
    dwell = ("dwell_mean_h", "dwell_p50_h")
    for row in world.links.rows():
        yield row["id"], ("length_km",), row["length_km"]
        yield row["id"], ("speed_km_per_h", "line_speed_km_per_h"), row["speed_km_per_h"]
    for row in world.crossings.rows():
        yield f"{row['id']}>{row['towards']}", dwell, row["dwell_mean_h"]
        fee = row["fee_usd2023_per_t"]
        yield f"{row['id']}>{row['towards']}", ("border_fee_usd2023_per_t",), fee
    for row in world.transfers.rows():
        yield transfer_entity(row), dwell, row["dwell_mean_h"]
    for row in world.tariffs.rows():
        entity = f"{row['id']}#{row['commodity']}"
        yield entity, ("rate_usd2023_per_tkm",), row["rate_usd2023_per_tkm"]
        yield entity, ("emission_kgco2_per_tkm",), row["emission_kgco2_per_tkm"]
    for row in world.zones.rows():
        for name in ("population_persons", "gdp_usd2023_per_y"):
            yield row["id"], (name,), row[name]


@pytest.mark.parametrize("on", DATES)
def test_every_number_has_a_lineage_and_absence_has_none(world_on: WorldOn, on: date) -> None:
    world = world_on(on)
    lineage = lineage_of(world)
    seen = 0
    for entity, variables, value in cells(world):
        traced = [c for v in variables for c in lineage.get((entity, v), ())]
        assert bool(traced) == (value is not None), (entity, variables, value)
        seen += 1
    assert seen > 5000


@pytest.mark.parametrize("on", DATES)
def test_every_claim_of_the_lineage_exists_is_of_its_variable_and_is_carried_as_said(
    world_on: WorldOn, claims: dict[str, Claim], on: date
) -> None:
    for row in world_on(on).lineage.rows():
        claim = claims[row["claim"]]
        assert claim.variable == row["variable"], row
        assert row["carried"] == (not claim.holds_on(on)), row


def test_a_length_is_its_claim(world_on: WorldOn, claims: dict[str, Claim]) -> None:
    world = world_on(DATES[-1])
    lineage = lineage_of(world)
    for row in world.links.rows():
        (claim,) = (claims[c] for c in lineage[row["id"], "length_km"])
        assert claim.subject == row["id"]
        assert row["length_km"] == claim.number, row["id"]


def test_a_speed_is_its_claim(world_on: WorldOn, claims: dict[str, Claim]) -> None:
    world = world_on(DATES[-1])
    lineage = lineage_of(world)
    for row in world.links.rows():
        own = lineage.get((row["id"], "line_speed_km_per_h"))
        (claim,) = (claims[c] for c in own or lineage[row["id"], "speed_km_per_h"])
        assert row["speed_km_per_h"] == claim.number, row["id"]
        assert claim.subject.startswith(("mode:" + row["mode"], row["id"])), row["id"]


def test_two_measured_sides_add_up_to_the_crossing(
    world_on: WorldOn, claims: dict[str, Claim]
) -> None:
    on = date(2020, 7, 1)
    world = world_on(on)
    lineage = lineage_of(world)
    checked = 0
    for row in world.crossings.rows():
        entity = f"{row['id']}>{row['towards']}"
        sides = [claims[c] for c in lineage.get((entity, "dwell_mean_h"), ())]
        whole = lineage.get((entity, "dwell_p50_h"))
        if whole or len(sides) != 2 or not all(c.holds_on(on) and c.holds_from for c in sides):
            continue
        checked += 1
        assert row["dwell_mean_h"] == pytest.approx(sum(c.number for c in sides)), entity
        for claim, country in zip(sides, sorted(("leaving", "towards")), strict=True):
            # The average of the measured posts of a pair of countries is derived from them.
            of_the_pair = claim.subject.startswith("border:") and "@" in claim.subject
            assert claim.basis == ("derived" if of_the_pair else "measured"), country
        named = {row["leaving"], row["towards"]}
        assert {n for n in named if any(n in c.subject for c in sides)} == named, entity
    assert checked >= 10


def ratios(
    world: World, claims: dict[str, Claim]
) -> Iterator[tuple[str, str | None, float, float]]:
    """(crossing, regime of its lineage, P90/P50 of the table, P90/P50 the lineage gives)."""
    lineage = lineage_of(world)
    for row in world.crossings.rows():
        if not row["dwell_p50_h"]:
            continue
        entity = f"{row['id']}>{row['towards']}"
        p50, p90 = (lineage.get((entity, f"dwell_p{n}_h")) for n in (50, 90))
        union = next((u for u in ("EAEU", "EU") if p50 and f"border:{u}:" in p50[0]), None)
        if p50 and p90:
            said = claims[p90[0]].number / claims[p50[0]].number
        else:
            said = claims[lineage[entity, "dwell_p90_over_p50_ratio"][0]].number
        yield entity, union, row["dwell_p90_h"] / row["dwell_p50_h"], said


def test_the_spread_of_a_crossing_is_that_of_its_lineage(
    world_on: WorldOn, claims: dict[str, Claim]
) -> None:
    found = [r for r in ratios(world_on(DATES[-1]), claims) if r[1] is None]
    assert len(found) > 100
    for entity, _, got, said in found:
        assert got == pytest.approx(said), entity


def test_the_spread_of_a_union_crossing_is_that_of_its_lineage(
    world_on: WorldOn, claims: dict[str, Claim]
) -> None:
    found = [r for r in ratios(world_on(DATES[-1]), claims) if r[1] is not None]
    assert len(found) > 10
    for entity, _, got, said in found:
        assert got == pytest.approx(said), entity


def test_a_transfer_follows_its_lineage(world_on: WorldOn, claims: dict[str, Claim]) -> None:
    world = world_on(DATES[-1])
    lineage = lineage_of(world)
    for row in world.transfers.rows():
        entity = transfer_entity(row)
        p50 = claims[lineage[entity, "dwell_p50_h"][0]].number
        p90 = claims[lineage[entity, "dwell_p90_h"][0]].number
        assert row["dwell_p50_h"] == p50
        assert row["dwell_p90_h"] == pytest.approx(max(p50, p90)), entity
        ratio = row["dwell_p90_h"] / row["dwell_p50_h"]
        assert row["dwell_mean_h"] == pytest.approx(lognormal_mean(p50, ratio)), entity


def test_both_percentiles_of_a_transfer_are_about_the_same_thing(
    world_on: WorldOn, claims: dict[str, Claim]
) -> None:
    world = world_on(DATES[-1])
    lineage = lineage_of(world)
    mixed = set()
    for row in world.transfers.rows():
        subjects = {
            claims[lineage[transfer_entity(row), f"dwell_p{n}_h"][0]].subject for n in (50, 90)
        }
        if len(subjects) > 1:
            mixed.add(transfer_entity(row))
    assert mixed == set()


@pytest.mark.parametrize(
    ("subject", "column"),
    [
        ("transfer:gauge-change/kz.dostyk", "dwell_p50_h"),
        ("mode:rail/CHN", "emission_kgco2_per_tkm"),
    ],
)
def test_an_undated_assumption_about_all_does_not_beat_a_claim_about_the_thing(
    world_on: WorldOn, claims: dict[str, Claim], subject: str, column: str
) -> None:
    on = DATES[-1]
    said = {
        claims[row["claim"]].subject.partition("#")[0]
        for row in world_on(on).lineage.rows()
        if row["variable"] == column and claims[row["claim"]].basis != "assumed"
    }
    own = [c for c in claims.values() if c.subject == subject and c.variable == column]
    assert any(c.basis != "assumed" and c.days_from(on) < 3653 for c in own)
    assert subject in said


def test_lineage_has_no_row_twice(world_on: WorldOn) -> None:
    lineage: Table = world_on(DATES[-1]).lineage
    rows = list(zip(*(lineage[n] for n in ("entity", "variable", "claim")), strict=True))
    assert len(set(rows)) == len(rows)
    assert rows == sorted(rows)


def test_fractiles_are_in_order(world_on: WorldOn) -> None:
    for on in DATES:
        for table in (world_on(on).crossings, world_on(on).transfers):
            assert (table["dwell_p50_h"] <= table["dwell_p90_h"]).all()
            assert (table["dwell_p50_h"] <= table["dwell_mean_h"] * (1 + 1e-12)).all()
            assert not np.isnan(table["dwell_mean_h"]).any()
