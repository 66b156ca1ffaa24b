"""Passengers of both worlds: what a railway and a visa do to posts, and exact zeros."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sogdia.appraisal.linkage.contract import Asked, Linkage
from sogdia.appraisal.linkage.people import people
from sogdia.evidence.base import EvidenceBase
from sogdia.scenario.apply import apply, worlds_of
from sogdia.scenario.kinds import make_measure
from sogdia.scenario.read import read_scenario
from sogdia.world.world import World

TABLES = ("zone_trip", "passenger_flow", "passenger_crossing")


@pytest.fixture(scope="module")
def answer(
    evidence: EvidenceBase, world_on: Callable[[date], World]
) -> Callable[[str], tuple[Asked, Linkage]]:
    """A shipped scenario on its last date, asked once."""
    held: dict[str, tuple[Asked, Linkage]] = {}

    def ask(name: str) -> tuple[Asked, Linkage]:
        if name not in held:
            scenario = read_scenario(name)
            on = scenario.on[-1]
            before, after = worlds_of(scenario, world_on(on), on=on)
            asked = Asked(on=on, scenario=scenario, before=before, after=after, base=evidence)
            held[name] = asked, people(asked)
        return held[name]

    return ask


def own(found: Linkage) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(r["variable"], r["entity"]): r for r in found.rows if r["part"] == "passengers"}


def test_a_railway_takes_visitors_from_the_road_beside_it(
    answer: Callable[[str], tuple[Asked, Linkage]],
) -> None:
    rows = own(answer("cku-railway")[1])
    rail, road = (
        rows["passengers_at_post", f"kg-cn.{p}"] for p in ("torugart:rail", "irkeshtam:road")
    )
    assert rail["before_amount"] == 0.0
    assert rail["low_amount"] > 0.0
    assert road["high_amount"] < 0.0
    posts = [r for r in rows.values() if r["variable"] == "passengers_at_post"]
    first = max(posts, key=lambda r: abs(r["change_amount"]))
    assert [r["entity"] for r in rows.values() if r["headline"]] == [first["entity"]]
    page = (Path(__file__).resolve().parents[2] / "docs" / "explanation" / "people.md").read_text(
        encoding="utf-8"
    )
    for r in (rail, road):
        low, high = sorted((abs(r["low_amount"]), abs(r["high_amount"])))
        assert f"{abs(r['change_amount']):,.0f} ({low:,.0f} to {high:,.0f})" in page
    # What rail gains the others lose, but for detours over the border.
    modes = [rows["passengers_by_mode", m]["change_amount"] for m in ("road", "rail", "air")]
    assert sum(modes) == pytest.approx(0.0, abs=0.01 * modes[1])


@pytest.mark.parametrize("name", ["cku-railway", "silk-road-visa"])
def test_both_sides_add_up(answer: Callable[[str], tuple[Asked, Linkage]], name: str) -> None:
    """Trips between zones are the trips of countries on their own side; posts are the modes."""
    found = answer(name)[1]
    for tables in (found.before, found.after):
        zone = tables["zone_trip"]
        for r in tables["person_trip"].rows():
            if r["trips_persons_per_y"] is not None:
                mine = zone.where(
                    (zone["origin_country"] == r["origin"])
                    & (zone["destination_country"] == r["destination"])
                    & (zone["purpose"] == r["purpose"])
                )
                assert mine["trips_persons_per_y"].sum() == pytest.approx(
                    r["trips_persons_per_y"], rel=1e-12
                )
    rows = own(found)
    for mode in ("road", "rail"):
        posts = [
            r["after_amount"]
            for (variable, entity), r in rows.items()
            if variable == "passengers_at_post" and entity.endswith(f":{mode}")
        ]
        assert sum(posts) == pytest.approx(
            rows["passengers_by_mode", mode]["after_amount"], abs=10.0
        )


def test_a_visa_brings_visitors_where_they_enter(
    answer: Callable[[str], tuple[Asked, Linkage]],
) -> None:
    """E-visas for Kyrgyzstan: more at Irkeshtam; fewer at posts that lead to Kazakhstan only."""
    asked, found = answer("silk-road-visa")
    assert not asked.differ("links", "crossings")
    rows = own(found)
    assert rows["passengers_at_post", "kg-cn.irkeshtam:road"]["change_amount"] > 1000.0
    assert rows["passengers_at_post", "kz-cn.alashankou:road"]["change_amount"] < 0.0
    assert rows["passengers_at_post", "kg-cn.irkeshtam:road"]["low_amount"] == 0.0


def test_freight_at_borders_moves_no_passenger(
    answer: Callable[[str], tuple[Asked, Linkage]],
) -> None:
    asked, found = answer("border-time-30-percent-less")
    assert asked.differ("crossings")
    assert {r["change_amount"] for r in own(found).values()} == {0.0}
    assert {r[e] for r in own(found).values() for e in ("low_amount", "high_amount")} == {0.0}
    for name in TABLES:
        assert found.before[name].arrow.equals(found.after[name].arrow)


def test_a_closed_border_carries_nobody(
    answer: Callable[[str], tuple[Asked, Linkage]],
) -> None:
    """Khorgos shut to and fro: its visitors take the other posts, or stay at home."""
    asked = answer("silk-road-visa")[0]
    shut = [
        make_measure(
            "close-crossing", id=f"shut-{mode}", crossing=f"kz-cn.khorgos:{mode}",
            on=date(2020, 1, 1), source="assumption", why="a test",
        )
        for mode in ("road", "rail")
    ]  # fmt: skip
    after = apply(asked.before, shut, on=asked.on)
    rows = own(people(dataclasses.replace(asked, after=after)))
    road = rows["passengers_at_post", "kz-cn.khorgos:road"]
    assert road["before_amount"] > 1e5
    assert road["after_amount"] == 0.0
    assert rows["passengers_at_post", "kz-cn.kalzhat:road"]["low_amount"] > 0.0
    total = sum(rows["passengers_by_mode", m]["change_amount"] for m in ("road", "rail", "air"))
    assert total < 0.0


def test_a_pair_that_shuts_is_left_out_of_both_sides(
    answer: Callable[[str], tuple[Asked, Linkage]],
) -> None:
    """What is null after is not a fall to nobody; the other pairs are compared as they were."""
    asked = answer("silk-road-visa")[0]
    shut = make_measure(
        "set-visa", id="shut", from_country="CHN", to_country="KAZ", regime="closed",
        on=date(2020, 1, 1), source="assumption", why="a test",
    )  # fmt: skip
    found = people(dataclasses.replace(asked, after=apply(asked.before, [shut], on=asked.on)))
    zone = found.after["zone_trip"]
    gone = zone.where(
        (zone["origin_country"] == "CHN")
        & (zone["destination_country"] == "KAZ")
        & (zone["purpose"] == "visit")
    )
    assert len(gone)
    assert np.isnan(gone["trips_persons_per_y"]).all()
    pairs = {
        (r["origin_country"], r["destination_country"])
        for r in found.after["passenger_crossing"].rows()
    }
    assert pairs == {("CHN", "KGZ"), ("KAZ", "CHN")}
    assert any("CHN>KAZ" in s.message for s in found.statuses)
    khorgos = own(found)["passengers_at_post", "kz-cn.khorgos:road"]
    whole = own(answer("silk-road-visa")[1])["passengers_at_post", "kz-cn.khorgos:road"]
    assert 0.0 < khorgos["before_amount"] < whole["before_amount"]
    # Deflected to Kyrgyzstan at most; nobody is said to be lost.
    assert khorgos["low_amount"] >= 0.0
