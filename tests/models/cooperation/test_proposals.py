"""Five proposals, and strategies beside projects: what is known is computed, the rest is null."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from sogdia.evidence.base import EvidenceBase
from sogdia.models.cooperation.dovetailing import SECTORS, dovetailing
from sogdia.models.cooperation.proposals import UNANSWERED, five_proposals
from sogdia.world.world import World

TODAY = date(2026, 7, 1)


def of(evidence: EvidenceBase, indicator: str, on: date = TODAY) -> dict[str, float | None]:
    """Value by subject."""
    rows = five_proposals(evidence, on=on).rows()
    return {r["subject"]: r["amount"] for r in rows if r["indicator"] == indicator}


def test_every_indicator_is_there_and_what_is_unknown_says_why(
    evidence: EvidenceBase, world_on: Callable[[str], World]
) -> None:
    table = five_proposals(evidence, on=TODAY, world=world_on(TODAY.isoformat()))
    listed = {r["indicator_id"] for r in evidence.registry("five_points")}
    assert len(listed) == 33
    assert set(table["indicator"]) == listed
    assert len({(r["indicator"], r["subject"]) for r in table.rows()}) == len(table)
    for row in table.rows():
        assert row["unit"]
        if row["amount"] is None:
            assert row["note"], row["indicator"]
        else:
            assert row["source"], row["indicator"]
            assert row["of"], row["indicator"]
    answered = {r["indicator"] for r in table.rows() if r["amount"] is not None}
    assert not answered & set(UNANSWERED)
    assert set(table["point"]) == {1, 2, 3, 4, 5}
    assert (len(answered), len(UNANSWERED)) == (18, 14), "the page on cooperation says so"


def test_visa_days_follow_the_regimes(evidence: EvidenceBase) -> None:
    """Two weeks by decree, a month by treaty, none while closed."""
    assert of(evidence, "FP4-01", date(2023, 1, 1))["CHN>KAZ"] == 14.0
    assert of(evidence, "FP4-01", date(2023, 1, 1))["KAZ>CHN"] == 0.0
    assert of(evidence, "FP4-01")["KAZ>CHN"] == 30.0
    assert of(evidence, "FP4-01", date(2021, 6, 1))["CHN>KAZ"] == 0.0


def test_values_of_single_rows(evidence: EvidenceBase) -> None:
    assert of(evidence, "FP5-03") == {"KAZ": 3, "KGZ": 3, "TJK": 3, "TKM": 2, "UZB": 2}
    assert of(evidence, "FP4-06") == {"KAZ+KGZ+TJK+TKM+UZB": 100.0}
    assert of(evidence, "FP1-03")["CHN<>KAZ"] == 5.0
    assert of(evidence, "FP1-03", date(2012, 1, 1))["CHN<>KAZ"] == 3.0
    assert of(evidence, "FP1-01") == {"all": 1.0}
    assert of(evidence, "FP5-01")["CHN<>KAZ"] == 81.82
    assert of(evidence, "FP5-01", date(1993, 1, 1))["CHN<>KAZ"] == 62.3
    assert of(evidence, "FP2-03")["China-Central Asia trains"] == 11920.0


def test_no_record_is_unknown_and_not_none(evidence: EvidenceBase) -> None:
    """The registry has no exercise of 2025; that is not to say that there was none."""
    assert set(of(evidence, "FP3-01").values()) == {None}
    assert of(evidence, "FP3-01", date(2017, 7, 1))["CHN<>KGZ"] == 1.0


def test_nothing_of_a_later_day_is_used(evidence: EvidenceBase) -> None:
    for row in five_proposals(evidence, on=date(2015, 7, 1)).rows():
        if row["amount"] is not None:
            assert row["of"][:4] <= "2015", row


def test_the_latest_year_that_had_ended_is_taken(evidence: EvidenceBase) -> None:
    """Students from Kazakhstan: 8,287 in 2011, 11,764 in 2014, later years not yet known."""
    assert of(evidence, "FP4-02", date(2015, 7, 1))["KAZ"] == 11764.0
    assert of(evidence, "FP4-02", date(2014, 7, 1))["KAZ"] == 8287.0


def test_border_time_needs_a_world(
    evidence: EvidenceBase, world_on: Callable[[str], World]
) -> None:
    assert of(evidence, "FP2-04") == {"all": None}
    table = five_proposals(evidence, on=TODAY, world=world_on(TODAY.isoformat()))
    rows = {r["subject"]: r["amount"] for r in table.rows() if r["indicator"] == "FP2-04"}
    crossings = {
        f"{r['id']}>{r['towards']}": r["dwell_p50_h"]
        for r in world_on(TODAY.isoformat()).crossings.rows()
    }
    assert len(rows) >= 10
    assert rows == {name: crossings[name] for name in rows}


def test_strategies_and_projects_by_hand(evidence: EvidenceBase) -> None:
    found = {(r["strategy"], r["project"]): r for r in dovetailing(evidence).rows()}
    cku = found["STR008", "RAIL_CKU"]
    assert (cku["degree"], cku["words"]) == ("named", "Names CKU railway and regional roads")
    # Khorgos dry port: Kazakhstan, rail, 2014 to 2015, inside Nurly Zhol 2015-2019.
    assert found["STR001", "PORT_KHORGOS"]["degree"] == "alike"
    # A project of another state, of another sector, or over before the strategy began.
    for strategy, project in (
        ("STR001", "RAIL_ANGREN_PAP"),
        ("STR006", "PORT_KHORGOS"),
        ("STR001", "RAIL_ALASHANKOU"),
        # China alone is no country in common.
        ("STR005", "RAIL_CKU"),
    ):
        assert (strategy, project) not in found


def test_a_named_project_is_kept_whatever_its_sector(evidence: EvidenceBase) -> None:
    degrees = [r["degree"] for r in dovetailing(evidence).rows()]
    assert degrees.count("named") == 3
    assert set(degrees) == {"named", "alike"}


@pytest.mark.parametrize("country", ["KAZ", "KGZ", "TJK", "TKM", "UZB"])
def test_of_one_country_is_a_part_of_all(evidence: EvidenceBase, country: str) -> None:
    everything = {(r["strategy"], r["project"]) for r in dovetailing(evidence).rows()}
    part = {(r["strategy"], r["project"]) for r in dovetailing(evidence, country).rows()}
    assert part < everything


def test_the_words_for_sectors_are_those_of_the_registries(evidence: EvidenceBase) -> None:
    used = {
        word.strip()
        for row in evidence.registry("development_strategies")
        for word in row["sectors"].split(";")
    }
    projects = {row["sector"] for row in evidence.registry("projects")}
    assert set().union(*SECTORS.values()) <= projects
    assert set(SECTORS) <= used
