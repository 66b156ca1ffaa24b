"""A joint visa comes beside what there is, and never makes a border less open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from sogdia.models.people.regimes import REGIME_WORDS, regimes_of
from sogdia.scenario.apply import apply
from sogdia.scenario.kinds import make_measure
from sogdia.scenario.measures import VISA_REGIMES, Measure
from sogdia.world.world import World

FIVE = ["KAZ", "KGZ", "TJK", "TKM", "UZB"]
TODAY = "2026-07-01"


def visa(name: str, to: list[str], regime: str) -> Measure:
    return make_measure(
        "set-visa", id=name, from_country="CHN", to_country=to, regime=regime,
        on=date(2020, 1, 1), source="assumption", why="a test",
    )  # fmt: skip


@pytest.fixture
def today(world_on: Callable[[str], World]) -> World:
    return world_on(TODAY)


def test_who_is_freer_stays_freer(today: World) -> None:
    before = regimes_of(today)
    after = regimes_of(apply(today, [visa("one", FIVE, "joint_visa")], on=today.on))
    for state in FIVE:
        first, second = before["CHN", state], after["CHN", state]
        assert REGIME_WORDS.index(second) == max(
            REGIME_WORDS.index(first), REGIME_WORDS.index("joint_visa")
        )
    assert (before["CHN", "KAZ"], after["CHN", "KAZ"]) == ("visa_free", "visa_free")
    assert after["CHN", "TKM"] == "joint_visa"
    assert {p: r for p, r in after.items() if p[0] != "CHN"} == {
        p: r for p, r in before.items() if p[0] != "CHN"
    }


def test_a_closed_border_stays_closed(world_on: Callable[[str], World]) -> None:
    shut = world_on("2020-11-15")
    assert regimes_of(shut)["CHN", "KGZ"] == "closed"
    opened = apply(shut, [visa("one", ["KGZ"], "joint_visa")], on=shut.on)
    assert regimes_of(opened)["CHN", "KGZ"] == "closed"


def test_any_other_regime_replaces_what_there_is(today: World) -> None:
    after = apply(today, [visa("asked", ["KAZ"], "visa_required")], on=today.on)
    assert regimes_of(after)["CHN", "KAZ"] == "visa_required"


def test_the_two_lists_of_regimes_are_the_same() -> None:
    assert set(VISA_REGIMES) == set(REGIME_WORDS)
