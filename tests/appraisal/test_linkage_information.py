"""Information and health before and after: zero when untouched, and what the scenarios change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from sogdia.appraisal.linkage.contract import LINKAGE_INDICATOR, Asked, Linkage
from sogdia.appraisal.linkage.health import health
from sogdia.appraisal.linkage.information import information
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.scenario.apply import worlds_of
from sogdia.scenario.read import read_scenario
from sogdia.world.build import world
from sogdia.world.world import World

WorldOn = Callable[[date | str], World]
DAY = "2027-07-01"
Rows = dict[tuple[str, str], dict[str, Any]]


def asked(evidence: EvidenceBase, built: World, name: str) -> Asked:
    """The two worlds of a shipped scenario."""
    scenario = read_scenario(name)
    before, after = worlds_of(scenario, built)
    return Asked(on=built.on, scenario=scenario, before=before, after=after, base=evidence)


def rows_of(answer: Linkage) -> Rows:
    """Rows by variable and entity, checked against the schema."""
    table = Table.from_rows(LINKAGE_INDICATOR, answer.rows)
    keys = [tuple(r[k] for k in LINKAGE_INDICATOR.keys) for r in table.rows()]
    assert len(set(keys)) == len(keys)
    for tables in (answer.before, answer.after):
        assert all(t.schema.names[0] == t.schema.keys[0] == "on" for t in tables.values())
    return {(r["variable"], r["entity"]): r for r in table.rows()}


@pytest.fixture(scope="module")
def cable(evidence: EvidenceBase, world_on: WorldOn) -> Rows:
    """Information under the Trans-Caspian cable."""
    return rows_of(information(asked(evidence, world_on(DAY), "trans-caspian-cable")))


@pytest.fixture(scope="module")
def consultation(evidence: EvidenceBase, world_on: WorldOn) -> Rows:
    """Health under 90 hospitals."""
    return rows_of(health(asked(evidence, world_on(DAY), "remote-consultation-90-hospitals")))


@pytest.mark.parametrize("linkage", [information, health])
def test_what_is_not_touched_changes_by_exactly_zero(
    linkage: Callable[[Asked], Linkage], evidence: EvidenceBase, world_on: WorldOn
) -> None:
    """Another visa moves neither; both sides are one solution."""
    found = rows_of(linkage(asked(evidence, world_on(DAY), "silk-road-visa")))
    known = [r for r in found.values() if r["change_amount"] is not None]
    assert {r["change_amount"] for r in known} == {0.0}
    assert len(known) > len(found) * 0.7
    assert sum(r["headline"] for r in found.values()) in (1, 2, 3)


def test_a_world_known_by_an_early_day_is_answered_or_says_why_not(evidence: EvidenceBase) -> None:
    """Known by 2014 no fare is known; the fibre that is known still answers."""
    built = world(evidence, on="2014-07-01", known_by="2014-07-01")
    scenario = read_scenario("trans-caspian-cable")
    early = Asked(on=built.on, scenario=scenario, before=built, after=built, base=evidence)
    assert "not known by 2014-07-01" in health(early).missing
    assert rows_of(information(early))["round_trip", "cn.urumqi>kz.almaty"]["change_amount"] == 0.0


def test_the_cable_brings_aktau_nearer_and_one_more_cut_is_needed(cable: Rows) -> None:
    """Directly across the sea instead of round it."""
    nearer = cable["round_trip", "kz.aktau>de.frankfurt"]
    assert nearer["change_amount"] < -5.0
    assert nearer["low_amount"] <= nearer["change_amount"] <= nearer["high_amount"] < 0.0
    assert cable["cuts", "kz.aktau>de.frankfurt"]["change_amount"] == 1.0


def test_the_cable_matters_to_almaty_when_the_way_through_russia_is_lost(cable: Rows) -> None:
    """The least way from Almaty stays the one over land."""
    assert cable["round_trip", "kz.almaty>de.frankfurt"]["change_amount"] == 0.0
    assert cable["round_trip_worst_state", "kz.almaty>de.frankfurt"]["change_amount"] < -5.0


def test_a_new_cable_makes_nothing_worse(cable: Rows) -> None:
    """No round trip rises and no number of cuts falls, on any row and at any end of the band."""
    for (variable, _), r in cable.items():
        change = r["change_amount"]
        if change is not None and variable.startswith("round_trip"):
            assert change <= 0.0
            assert r["high_amount"] <= 0.0
        if change is not None and variable.startswith("cuts"):
            assert change >= 0.0


def test_90_hospitals_and_100_cases(consultation: Rows) -> None:
    """100 cases on 250 days; 11 specialists keep up by hand: 7 h, half an hour, so 7.14 of load,
    and floor(7.14 share) + 1 over seven specialities."""
    service = "consultation:xinjiang"
    assert consultation["consultations", service]["after_amount"] == 25_000
    load = 100 / 7 * 0.5
    shares = (0.25, 0.20, 0.15, 0.15, 0.10, 0.10, 0.05)
    needed = sum(int(load * s) + 1 for s in shares)
    assert consultation["specialists_needed", service]["after_amount"] == needed == 11
    assert consultation["bandwidth_mean", service]["after_amount"] == pytest.approx(load * 4)
    assert consultation["specialists_busy", service]["after_amount"] == pytest.approx(load / 15)


def test_fibre_does_not_limit_consultation(consultation: Rows) -> None:
    """Fifteen streams of 4 Mbit/s over 10 Gbit/s, the least capacity known: 0.6 %."""
    share = consultation["bandwidth_of_capacity", "consultation:xinjiang"]["after_amount"]
    assert share == pytest.approx(15 * 4 / 10_000)


def test_the_band_of_consultations_is_that_of_the_baseline(consultation: Rows) -> None:
    """0.72 to 13.7 cases a working day before, 100 after."""
    r = consultation["consultations", "consultation:xinjiang"]
    assert r["low_amount"] == pytest.approx((100 - 13.7) * 250)
    assert r["high_amount"] == pytest.approx((100 - 0.72) * 250)


def test_an_opinion_is_never_further_than_a_specialist(consultation: Rows) -> None:
    """Remote consultation adds a way and takes none; travel to a specialist stays as it is."""
    for country in ("CA5", "KAZ", "KGZ", "TJK", "TKM", "UZB"):
        opinion = consultation["opinion_hours", country]
        travel = consultation["specialist_hours", country]
        assert opinion["after_amount"] <= opinion["before_amount"] <= travel["before_amount"]
        assert travel["change_amount"] == 0.0


def test_what_consultation_does_to_patients_abroad_is_not_stated(consultation: Rows) -> None:
    """5,000 over the 39 months to March 2025 before; unknown after, and so is the change."""
    r = consultation["patients", "CA>CHN"]
    assert r["before_amount"] == pytest.approx(5000 / 3.25, rel=0.01)
    assert (r["after_amount"], r["change_amount"]) == (None, None)
