"""Dated regimes at posts: customs unions, closures, one-way rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from sogdia.evidence.base import EvidenceBase
from sogdia.world.regimes import Union, crossing_effect, in_force, shared_union, unions_on
from sogdia.world.world import World

WorldOn = Callable[[date], World]


def crossing(world: World, post: str, towards: str) -> dict[str, Any]:
    """One row of crossings."""
    (row,) = (r for r in world.crossings.rows() if (r["id"], r["towards"]) == (post, towards))
    return row


BEFORE, AFTER = date(2015, 8, 11), date(2015, 8, 12)


def test_kyrgyzstan_joins_the_customs_union_on_its_day(evidence: EvidenceBase) -> None:
    assert shared_union(unions_on(evidence, BEFORE), "KAZ", "KGZ") is None
    assert shared_union(unions_on(evidence, AFTER), "KAZ", "KGZ") == "EAEU"
    assert shared_union(unions_on(evidence, AFTER), "KGZ", "UZB") is None


@pytest.mark.parametrize(
    ("post", "towards"),
    [
        ("kg-kz.korday:road", "KGZ"),
        ("kg-kz.karkyra:road", "KAZ"),
        ("kg-kz.karkyra:road", "KGZ"),
        ("kg-kz.chaldovar:rail", "KAZ"),
        ("kg-kz.chaldovar:rail", "KGZ"),
    ],
)
def test_a_union_shortens_the_border_from_its_first_day(
    world_on: WorldOn, post: str, towards: str
) -> None:
    before = crossing(world_on(BEFORE), post, towards)
    after = crossing(world_on(AFTER), post, towards)
    assert after["dwell_mean_h"] < 0.5 * before["dwell_mean_h"]
    assert after["fee_usd2023_per_t"] == 0.0 < before["fee_usd2023_per_t"]


def test_a_union_does_nothing_to_the_borders_of_its_members_with_others(world_on: WorldOn) -> None:
    for post, towards in (("kg-cn.torugart:road", "KGZ"), ("kg-cn.irkeshtam:road", "CHN")):
        assert crossing(world_on(BEFORE), post, towards) == crossing(world_on(AFTER), post, towards)


def test_torugart_is_one_way_in_2021(world_on: WorldOn) -> None:
    world = world_on(date(2021, 6, 1))
    into, out = (crossing(world, "kg-cn.torugart:road", c) for c in ("KGZ", "CHN"))
    assert (into["status"], out["status"]) == ("open", "closed")
    assert "only goods moving from China" in out["regime"]


def test_irkeshtam_is_shut_both_ways_on_the_first_of_march_2020(world_on: WorldOn) -> None:
    world = world_on(date(2020, 3, 1))
    for towards in ("KGZ", "CHN"):
        assert crossing(world, "kg-cn.irkeshtam:road", towards)["status"] == "closed"


@pytest.mark.parametrize(
    ("on", "towards", "closed"),
    [
        (date(2020, 1, 23), "KGZ", False),
        (date(2020, 1, 24), "KGZ", True),
        (date(2020, 4, 13), "KGZ", True),
        (date(2020, 4, 14), "KGZ", False),
        (date(2020, 4, 14), "CHN", True),
        (date(2022, 10, 3), "CHN", True),
        (date(2022, 10, 4), "CHN", False),
    ],
)
def test_closures_begin_and_end_on_their_days(
    evidence: EvidenceBase, on: date, towards: str, closed: bool
) -> None:
    effect = crossing_effect(evidence, "kg-cn.irkeshtam", "road", towards, on)
    assert effect.closed is closed


def test_a_closure_of_the_road_leaves_the_railway_open(evidence: EvidenceBase) -> None:
    on = date(2020, 3, 1)
    assert crossing_effect(evidence, "kz-cn.kalzhat", "road", "CHN", on).closed
    assert not crossing_effect(evidence, "kz-cn.kalzhat", "rail", "CHN", on).closed


def test_a_slowdown_is_told_but_shuts_nothing(world_on: WorldOn) -> None:
    row = crossing(world_on(date(2021, 6, 1)), "kz-cn.alashankou:rail", "CHN")
    assert row["status"] == "open"
    assert "rail intake" in row["regime"]


def test_a_regime_holds_from_its_first_day_to_the_day_before_its_last() -> None:
    period = ("2020-03-01", "2020-04-01")
    days = (date(2020, 2, 29), date(2020, 3, 1), date(2020, 3, 31), date(2020, 4, 1))
    assert [in_force(*period, on) for on in days] == [False, True, True, False]
    assert in_force("", "", date(1992, 1, 1))
    assert in_force("2020", "", date(2040, 12, 31))


def test_the_regimes_of_a_world_are_those_in_force(world_on: WorldOn) -> None:
    on = date(2021, 6, 1)
    regimes = world_on(on).regimes
    rows = list(regimes.rows())
    assert {r["kind"] for r in rows} == {"visa", "restriction", "union"}
    for row in rows:
        assert row["since"] is None or row["since"] <= on, row["id"]
        assert row["until"] is None or on < row["until"], row["id"]
    assert {"BR-002", "BR-004", "EAEU-KGZ"} <= {r["id"] for r in rows}
    assert "BR-001" not in {r["id"] for r in rows}


def test_the_first_union_two_countries_share() -> None:
    unions = (Union("A", frozenset({"X", "Y"})), Union("B", frozenset({"Y", "Z"})))
    assert shared_union(unions, "Z", "Y") == "B"
    assert shared_union(unions, "X", "Z") is None
