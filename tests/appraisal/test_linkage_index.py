"""The composite index in an appraisal: what moves, exact zeros, and one move by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from sogdia.appraisal.linkage.contract import Asked, Linkage, row
from sogdia.appraisal.linkage.index_score import PART, index_score
from sogdia.evidence.base import EvidenceBase
from sogdia.scenario.apply import worlds_of
from sogdia.scenario.read import read_scenario
from sogdia.world.world import World

WorldOn = Callable[[date | str], World]


def asked(evidence: EvidenceBase, world_on: WorldOn, name: str) -> Asked:
    scenario = read_scenario(name)
    on = scenario.on[0]
    before, after = worlds_of(scenario, world_on(on))
    return Asked(on=on, scenario=scenario, before=before, after=after, base=evidence)


def rows(found: Linkage) -> dict[tuple[str, str], dict[str, Any]]:
    by_key = {(r["variable"], r["entity"]): dict(r) for r in found.rows}
    assert len(by_key) == len(found.rows), "a key twice"
    assert {r["linkage"] for r in found.rows} == {"policy"}
    assert {r["part"] for r in found.rows} == {PART}
    return by_key


def test_a_loan_moves_no_indicator_and_so_no_score(
    evidence: EvidenceBase, world_on: WorldOn
) -> None:
    found = index_score(asked(evidence, world_on, "cku-loan-at-2-3-4-percent"), ())
    assert len(found.rows) == 10
    for r in found.rows:
        assert r["change_amount"] == 0.0
        assert (r["low_amount"], r["high_amount"]) == (0.0, 0.0)
        assert "no indicator" in r["basis"]
    for name, table in found.before.items():
        assert table.arrow.equals(found.after[name].arrow), name


def test_a_visa_moves_those_who_had_to_ask_for_one(
    evidence: EvidenceBase, world_on: WorldOn
) -> None:
    """By hand: from a visa to an electronic one in one of two directions is 1/6 of the scale.

    Ease lay between 1/3 (Turkmenistan) and 1, so min-max moves by 0.99 x (1/6) / (2/3), and the
    score by that over three indicators and five linkages.
    """
    by_key = rows(index_score(asked(evidence, world_on, "silk-road-visa"), ()))
    moved = by_key["indicator_visas", "TKM"]
    assert moved["change_amount"] == pytest.approx(1 / 6)
    score = by_key["index_score", "TKM"]
    assert score["change_amount"] == pytest.approx(0.99 * (1 / 6) / (2 / 3) / 15)
    assert score["low_amount"] <= score["change_amount"] <= score["high_amount"]
    assert by_key["index_score", "KAZ"]["change_amount"] == 0.0


def test_hours_at_the_border_move_all_five_alike(evidence: EvidenceBase, world_on: WorldOn) -> None:
    by_key = rows(index_score(asked(evidence, world_on, "border-time-30-percent-less"), ()))
    for country in ("KAZ", "KGZ", "TJK", "TKM", "UZB"):
        hours = by_key["indicator_border_h", country]
        assert hours["after_amount"] == pytest.approx(0.7 * hours["before_amount"])
        assert by_key["index_score", country]["change_amount"] > 0.0


def test_a_project_that_is_counted_is_taken_from_the_comparator(
    evidence: EvidenceBase, world_on: WorldOn
) -> None:
    """The Khorgos line is complete since 2012: what is observed is the side that has it."""
    found = index_score(asked(evidence, world_on, "khorgos-rail-2012"), ())
    projects = rows(found)["indicator_projects", "KAZ"]
    assert projects["change_amount"] == 1.0
    (held,) = [
        r
        for r in found.after["index_indicator"].rows()
        if (r["country"], r["indicator"]) == ("KAZ", "projects")
    ]
    assert held["value_amount"] == projects["after_amount"]
    assert held["moved"]


def test_trade_of_another_linkage_moves_trade(evidence: EvidenceBase, world_on: WorldOn) -> None:
    """Rows of the trade linkage are enough: 10 % more both ways is 10 % more over the product."""
    question = asked(evidence, world_on, "cku-loan-at-2-3-4-percent")
    given = [
        row(question.on, "trade", "trade", "trade_value", pair, "t", "usd2023/year",
            before=value, after=1.1 * value)
        for pair, value in (("KGZ>CHN", 1e8), ("CHN>KGZ", 9e9))
    ]  # fmt: skip
    by_key = rows(index_score(question, given))
    trade = by_key["indicator_china_trade", "KGZ"]
    assert trade["after_amount"] == pytest.approx(1.1 * trade["before_amount"])
    assert by_key["index_score", "KGZ"]["change_amount"] > 0.0
    assert by_key["index_score", "TJK"]["change_amount"] == 0.0
    absent = [r | {"after_amount": None} for r in given]
    assert ("indicator_china_trade", "KGZ") not in rows(index_score(question, absent))
