"""The table of loans: claimed terms with their lineage and range, and loans of the registry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from sogdia.evidence.base import EvidenceBase
from sogdia.world.build import world
from sogdia.world.world import World

ON = "2031-07-01"


def test_terms_of_the_railways_loan_are_the_claims(world_on: Callable[[str], World]) -> None:
    """Half of 4.7 billion USD over 35 years; the rate is an assumption of 2 to 4 percent."""
    here = world_on(ON)
    (row,) = [r for r in here.loans.rows() if r["id"] == "RAIL_CKU"]
    assert row["amount_usd"] == 2.35e9
    assert row["cost_share"] == 0.5
    assert row["tenor_years"] == 35.0
    assert row["interest_share"] == 0.03
    noted = {r["variable"]: r["claim"] for r in here.lineage.rows() if r["entity"] == "RAIL_CKU"}
    assert noted["loan_interest_share"] == "project:RAIL_CKU~loan_interest_share~1"


def test_a_draw_moves_the_rate_within_its_range(world_on: Callable[[str], World]) -> None:
    here = world_on(ON)
    at = list(here.loans["id"]).index("RAIL_CKU")
    drawn = [float(here.draw(d, 7).loans["interest_share"][at]) for d in range(1, 9)]
    assert len(set(drawn)) == len(drawn)
    assert all(0.02 <= rate <= 0.04 for rate in drawn)


def test_a_loan_of_the_registry_is_there_from_the_day_it_was_signed(
    evidence: EvidenceBase, world_on: Callable[[str], World]
) -> None:
    """FIN001, Datka-Kemin: 389.8 million USD at 2 % over 20 years with 9 of grace, 5 June 2012."""
    (row,) = [r for r in world_on(ON).loans.rows() if r["id"] == "FIN001"]
    assert (row["interest_share"], row["tenor_years"], row["grace_years"]) == (0.02, 20.0, 9.0)
    assert row["amount_usd"] == pytest.approx(389.795e6)
    assert row["signed"] == date(2012, 6, 5)
    before = world(evidence, on="2012-06-04")
    assert "FIN001" not in set(before.loans["id"])
    unknown = world(evidence, on="2020-07-01", known_by="2012-06-04")
    assert "FIN001" not in set(unknown.loans["id"])
    assert "RAIL_CKU" not in set(unknown.loans["id"])


def test_a_project_with_claims_has_one_row(world_on: Callable[[str], World]) -> None:
    """The registry has the railway's loan too (FIN077); it must not stand twice."""
    rows = list(world_on(ON).loans.rows())
    assert [r["id"] for r in rows if r["project"] == "RAIL_CKU"] == ["RAIL_CKU"]
    assert len({r["id"] for r in rows}) == len(rows)


def test_terms_that_are_not_published_are_null(world_on: Callable[[str], World]) -> None:
    (row,) = [r for r in world_on(ON).loans.rows() if r["id"] == "FIN016"]
    assert row["amount_usd"] is None
    assert row["interest_share"] is None
    assert row["cost_share"] is None
