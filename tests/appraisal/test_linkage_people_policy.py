"""People and policy in an appraisal: exact zeros, hand-checked changes, and what was counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sogdia.appraisal.linkage.contract import LINKAGE_INDICATOR, Asked, Linkage, row
from sogdia.appraisal.linkage.measures_said import measures_said
from sogdia.appraisal.linkage.people import TOGETHER, people
from sogdia.appraisal.linkage.policy import policy
from sogdia.appraisal.linkage.proposals_of_others import FOLLOWED, proposals_of_others
from sogdia.core.states import FIVE
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.cooperation.coding_tables import coding_rows
from sogdia.models.cooperation.depth import depth_items
from sogdia.models.cooperation.proposals import five_proposals
from sogdia.models.people.baseline import person_baseline
from sogdia.models.people.question import ask_visits, joint_visa
from sogdia.models.people.regimes import regimes_of
from sogdia.scenario.apply import apply, worlds_of
from sogdia.scenario.kinds import make_measure
from sogdia.scenario.read import read_scenario
from sogdia.world.build import world
from sogdia.world.world import World

Ask = Callable[[str], Asked]


@pytest.fixture(scope="module")
def ask(evidence: EvidenceBase, world_on: Callable[[date], World]) -> Ask:
    """A shipped scenario on its first date."""

    def build(name: str) -> Asked:
        scenario = read_scenario(name)
        on = scenario.on[0]
        before, after = worlds_of(scenario, world_on(on), on=on)
        return Asked(on=on, scenario=scenario, before=before, after=after, base=evidence)

    return build


@pytest.fixture(scope="module")
def nothing(ask: Ask) -> Asked:
    """Two worlds that are the same."""
    asked = ask("silk-road-visa")
    return dataclasses.replace(asked, after=asked.before)


def by_name(answer: Linkage) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(r["variable"], r["entity"]): r for r in answer.rows}


def sound(answer: Linkage) -> None:
    """Rows make a table, keys are unique, bands hold the change, tables are dated."""
    table = Table.from_rows(LINKAGE_INDICATOR, answer.rows)
    assert len({(r["variable"], r["entity"]) for r in answer.rows}) == len(table)
    for r in answer.rows:
        if None not in (r["low_amount"], r["change_amount"]):
            slack = 1e-9 * max(1.0, abs(r["change_amount"]))
            assert r["low_amount"] - slack <= r["change_amount"] <= r["high_amount"] + slack
    assert set(answer.before) == set(answer.after)
    for tables in (answer.before, answer.after):
        for found in tables.values():
            assert found.schema.columns[0].name == "on"
            assert "on" in found.schema.keys
    assert 1 <= sum(r["headline"] for r in answer.rows) <= 6


@pytest.mark.parametrize("model", [people, policy])
def test_equal_worlds_are_exactly_zero(nothing: Asked, model: Callable[[Asked], Linkage]) -> None:
    answer = model(nothing)
    sound(answer)
    for r in answer.rows:
        assert r["change_amount"] in (0.0, None), r
        assert r["low_amount"] in (0.0, None), r
        assert r["high_amount"] in (0.0, None), r
    for name in answer.before:
        if name != "measure_said":
            assert answer.before[name].arrow.equals(answer.after[name].arrow)


def test_a_measure_elsewhere_is_exactly_zero(ask: Ask) -> None:
    """Time at borders of freight moves no visit and no treaty; one proposal is read by it."""
    asked = ask("border-time-30-percent-less")
    for answer in (people(asked), policy(asked)):
        sound(answer)
        moved = {r["variable"] for r in answer.rows if r["change_amount"]}
        assert moved <= {"FP2-04"}
    assert by_name(policy(asked))["FP2-04", "CA5"]["change_amount"] < 0.0


def test_the_silk_road_visa(ask: Ask) -> None:
    answer = people(ask("silk-road-visa"))
    sound(answer)
    rows = by_name(answer)
    gain, loss = rows["visits", "CHN>KGZ"], rows["visits", "CHN>KAZ"]
    assert gain["change_amount"] > 0.0 > loss["change_amount"]
    assert loss["change_amount"] >= -0.5 * gain["change_amount"]
    assert rows["visits_deflected", "CHN<>CA5"]["after_amount"] == -loss["change_amount"]
    # From a visa to half of its burden: 0.425^(1/3 - 1) at the centre.
    ratio = rows["visits_ratio", "CHN>TKM"]
    assert ratio["after_amount"] == pytest.approx(0.425 ** (0.5 / 1.5 - 1.0))
    assert ratio["low_amount"] == pytest.approx(0.0)
    assert rows["visits_ratio", "CHN>UZB"]["change_amount"] == 0.0
    assert rows["visits", "KAZ>CHN"]["change_amount"] == 0.0


def test_the_verb_says_the_same(ask: Ask, evidence: EvidenceBase) -> None:
    """`sogdia visits --silk-road-visa` and the appraisal are one model."""
    asked = ask("silk-road-visa")
    regimes = joint_visa("CHN", list(FIVE), regimes_of(asked.before))
    found = ask_visits(evidence, asked.before, regimes)
    rows = by_name(people(asked))
    for state in ("KAZ", "KGZ"):
        change = found.of("CHN", state)
        r = rows["visits", f"CHN>{state}"]
        assert (r["change_amount"], r["low_amount"], r["high_amount"]) == pytest.approx(
            (change.change, change.change_low, change.change_high)
        )


def test_far_ahead_the_last_count_stands(evidence: EvidenceBase) -> None:
    near, far = (person_baseline(evidence, on=date(year, 7, 1)) for year in (2026, 2060))
    assert list(near["claim"]) == list(far["claim"])
    assert all(far["carried"][far["claim"] != None])  # noqa: E711


def test_the_table_on_the_page(ask: Ask) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "people.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    rows = by_name(people(ask("silk-road-visa")))

    def cells(first: str) -> list[str]:
        line = next(text for text in lines if text.startswith(f"| {first}"))
        return [c.strip() for c in line.strip("|").split("|")][1:]

    def plain(value: float, sign: str = "") -> str:
        return f"{value:{sign},.0f}".replace("-", "−")

    for pair, said in (
        ("CHN>KGZ", "Chinese in Kyrgyzstan"),
        ("CHN>KAZ", "Chinese in Kazakhstan, free"),
    ):
        r = rows["visits", pair]
        assert cells(said) == [
            plain(r["before_amount"]), plain(r["change_amount"], "+"),
            f"{plain(r['low_amount'])} to {plain(r['high_amount'])}",
        ]  # fmt: skip
    for pair, said in (
        ("CHN>TKM", "Chinese in Turkmenistan"),
        ("CHN>TJK", "Chinese in Tajikistan"),
    ):
        r = rows["visits_ratio", pair]
        assert cells(said) == [
            "× 1", f"× {r['after_amount']:.2f}", f"× 1 to × {1.0 + r['high_amount']:.2f}",
        ]  # fmt: skip
    travel = rows["travel_cost", "CHN>KAZ"]["before_amount"]
    assert f"C at {travel:.0f} USD" in " ".join(lines)


def known_by(asked: Asked, day: date) -> Asked:
    """The same asked with what was known by a day."""
    sides = [dataclasses.replace(w, known_by=day) for w in (asked.before, asked.after)]
    return dataclasses.replace(asked, before=sides[0], after=sides[1])


def test_the_waiver_of_2023_against_what_was_counted(ask: Ask) -> None:
    """545,000 Kazakhs in China in 2024: 1.2 million mutual trips less 655,000 Chinese.

    By the end of 2024 that was not known, so the model starts from the 311,000 of 2023.
    """
    answer = people(known_by(ask("china-kazakhstan-visa-free-2023"), date(2024, 12, 31)))
    sound(answer)
    there = by_name(answer)["visits", "KAZ>CHN"]
    assert there["before_amount"] == 311_000.0
    assert there["after_amount"] == pytest.approx(311_000 / 0.425)
    counted = 545_000.0 - there["before_amount"]
    assert there["low_amount"] < counted < there["change_amount"]


def test_the_waiver_of_2023_from_the_count_of_2024(ask: Ask) -> None:
    """The count lies under the waiver, so the comparator is what would have been without it."""
    answer = people(ask("china-kazakhstan-visa-free-2023"))
    sound(answer)
    rows = by_name(answer)
    there = rows["visits", "KAZ>CHN"]
    assert there["after_amount"] == 545_000.0
    assert there["before_amount"] == pytest.approx(545_000 * 0.425)
    # Between a fifth and seven tenths of what was counted.
    assert there["low_amount"] == pytest.approx(545_000 * 0.2)
    assert there["high_amount"] == pytest.approx(545_000 * 0.7)
    # Chinese had been free already, so that no visa fell.
    assert rows["visits", "CHN>KAZ"]["change_amount"] == 0.0
    assert rows["spending", "CHN>KAZ"]["change_amount"] == 0.0


def test_a_road_that_improves_moves_trips(ask: Ask) -> None:
    rows = by_name(people(ask("double-west-highway")))
    assert rows["travel_cost", "CHN>KAZ"]["change_amount"] < 0.0
    assert rows["tourists", "CHN>KAZ"]["change_amount"] > 0.0
    assert rows["travel_cost", "CHN>TKM"]["change_amount"] == 0.0


def test_what_was_not_known_is_said_and_not_raised(nothing: Asked) -> None:
    early = known_by(nothing, date(2005, 1, 1))
    answer = people(early)
    assert "not known by 2005-01-01" in answer.missing
    assert not answer.rows
    assert policy(early).rows
    # The effect of a visa was published in 2010, fares are of 2019: visits without travel.
    then = world(nothing.base, on=nothing.on, known_by=date(2018, 1, 1))
    later = people(dataclasses.replace(nothing, before=then, after=then))
    assert later.missing.startswith("travel")
    assert {r["part"] for r in later.rows} == {"visits"}


def test_policy_of_a_waiver_by_hand(ask: Ask) -> None:
    """One way more without a visa, and one item of one point: both ways."""
    asked = ask("china-kazakhstan-visa-free-2023")
    answer = policy(asked)
    sound(answer)
    rows = by_name(answer)
    assert rows["visa_free_ways", "CHN<>KAZ"]["before_amount"] == 1.0
    assert rows["visa_free_ways", "CHN<>KAZ"]["after_amount"] == 2.0
    assert rows["depth_points", "CHN<>KAZ"]["change_amount"] == 1.0
    assert all(
        r["change_amount"] == 0.0 for r in answer.rows if r["variable"] == "agreements_in_force"
    )
    assert rows["depth_points", "CHN<>KGZ"]["change_amount"] == 0.0
    visits = people(asked)
    followed = by_name(proposals_of_others(asked, visits.rows))["FP4-04", "CA5"]
    assert followed["change_amount"] > 0.0
    both = by_name(visits)["visits", TOGETHER]
    for column in ("before_amount", "after_amount", "low_amount", "high_amount"):
        assert followed[column] == both[column]


def test_policy_of_a_railway_by_hand(ask: Ask) -> None:
    """The railway serves the strategies whose rows name it, STR008 and STR014."""
    answer = policy(ask("cku-railway"))
    sound(answer)
    rows = by_name(answer)
    assert rows["projects_moved", "CA5"]["after_amount"] == 1.0
    assert rows["strategies_named", "CA5"]["after_amount"] == 2.0
    served = answer.after["strategy_served"]
    named = {r["strategy"] for r in served.rows() if r["degree"] == "named"}
    assert named == {"STR008", "STR014"}
    assert not len(answer.before["strategy_served"])


def test_a_link_that_closes_serves_nothing(nothing: Asked, evidence: EvidenceBase) -> None:
    shut = make_measure(
        "close-link", id="shut", link="rail:uz.angren~uz.pap", on=date(2020, 1, 1),
        source="assumption", why="a test",
    )  # fmt: skip
    after = apply(nothing.before, [shut], on=nothing.on)
    rows = by_name(policy(dataclasses.replace(nothing, after=after)))
    assert rows["projects_moved", "CA5"]["after_amount"] == 0.0
    opened = by_name(policy(dataclasses.replace(nothing, before=after, after=nothing.before)))
    assert opened["projects_moved", "CA5"]["after_amount"] == 1.0


@pytest.mark.parametrize("on", ["2019-07-01", "2020-11-15", "2024-07-01", "2026-07-01"])
def test_the_visas_of_a_world_are_those_of_the_registry(
    evidence: EvidenceBase, world_on: Callable[[str], World], on: str
) -> None:
    world = world_on(on)
    for country in FIVE:
        one = depth_items(evidence, "CHN", country, on=world.on)
        other = depth_items(evidence, "CHN", country, on=world.on, world=world)
        assert list(one["held"]) == list(other["held"]), (country, on)
    days = [
        [
            (r["subject"], r["amount"])
            for r in five_proposals(evidence, on=world.on, world=w).rows()
            if r["indicator"] == "FP4-01"
        ]
        for w in (None, world)
    ]
    assert days[0] == days[1]


def test_proposals_follow_what_other_linkages_say(nothing: Asked) -> None:
    def other(variable: str, entity: str, before: float | None, after: float) -> dict[str, Any]:
        return row(
            nothing.on, "facilities", "x", variable, entity, "t", "u", before=before, after=after,
            low=0.0, high=9.0,
        )  # fmt: skip

    rows = [
        other("consultations", "consultation:xinjiang", 180.0, 25_000.0),
        other("gas_to_china", "line:a", 10.0, 12.0), other("gas_to_china", "line:d", 0.0, 30.0),
        other("opinion_hours", "KAZ", 3.0, 1.0),
    ]  # fmt: skip
    found = by_name(proposals_of_others(nothing, rows))
    assert set(found) == {("FP4-08", "CA5"), ("FP2-05", "CA5")}
    assert found["FP4-08", "CA5"]["change_amount"] == 24_820.0
    assert found["FP4-08", "CA5"]["high_amount"] == 9.0
    assert found["FP2-05", "CA5"]["change_amount"] == 32.0
    assert found["FP2-05", "CA5"]["low_amount"] is None
    part = by_name(proposals_of_others(nothing, [other("gas_to_china", "line:a", None, 1.0)]))
    assert part["FP2-05", "CA5"]["change_amount"] is None
    assert not proposals_of_others(nothing, ()).rows
    moved_alone = {r["variable"] for r in policy(nothing).rows}
    assert not moved_alone & {f.indicator for f in FOLLOWED}


def test_every_row_of_a_project_is_in_the_world(nothing: Asked, evidence: EvidenceBase) -> None:
    projects = {r["id"] for r in evidence.registry("projects")}
    for r in coding_rows("project_rows"):
        assert r["project"] in projects
        assert r["row"] in set(getattr(nothing.before, r["table"])["id"]), r


def test_every_measure_says_what_it_changes(ask: Ask) -> None:
    for name, changes in (
        ("silk-road-visa", {"regime"}), ("cku-railway", {"network", "regime"}),
        ("border-time-30-percent-less", {"cost"}),
    ):  # fmt: skip
        asked = ask(name)
        _, after = measures_said(asked.scenario, asked.on)
        assert {r["changes"] for r in after.rows()} == changes
        assert all(r["said"] and r["source"] for r in after.rows())
