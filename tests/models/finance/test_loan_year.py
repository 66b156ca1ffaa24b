"""One year of a loan by hand, and beside the portfolio of the ledger."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from sogdia.core.errors import InvalidInput
from sogdia.evidence.base import EvidenceBase
from sogdia.models.finance.loan_year import is_public, loan_year, loan_year_of
from sogdia.models.finance.state import loan_portfolio
from sogdia.world.world import World

TERMS: dict[str, Any] = {
    "signed": date(2010, 3, 1), "amount_usd": 100.0, "rate": 0.02, "tenor_y": 20.0, "grace_y": 10.0,
}  # fmt: skip


def test_by_hand() -> None:
    """100 at 2 % over 20 years with 10 of grace: 10 a year from 2021, interest on what is owed.

    Interest: 11 years at 2.00 (2011 to 2021), then 1.80 to 0.20 in nine steps, 22 + 9 = 31.
    """
    assert loan_year(year=2015, **TERMS).service_usd == pytest.approx(2.0)
    assert loan_year(year=2015, **TERMS).principal_usd == 0.0
    found = loan_year(year=2023, **TERMS)
    assert found.balance_usd == pytest.approx(70.0)
    assert found.service_usd == pytest.approx(10.0 + 0.02 * 80.0)
    assert found.interest_usd == pytest.approx(31.0)
    for year in (2009, 2031):
        outside = loan_year(year=year, **TERMS)
        assert (outside.balance_usd, outside.service_usd) == (0.0, 0.0)


@pytest.mark.parametrize("name", ["signed", "amount_usd", "rate", "tenor_y", "grace_y"])
def test_a_term_that_is_not_known_is_not_zero(name: str) -> None:
    found = loan_year(year=2015, **dict(TERMS, **{name: None}))
    assert math.isnan(found.balance_usd)
    assert math.isnan(found.service_usd)


def test_a_grace_as_long_as_the_loan_is_refused() -> None:
    terms = dict(TERMS)
    terms["grace_y"] = 20.0
    with pytest.raises(InvalidInput, match="grace"):
        loan_year(year=2015, **terms)


def test_the_worlds_loans_are_the_ledgers(
    evidence: EvidenceBase, world_on: Callable[[str], World]
) -> None:
    """The same six loans of China to Kyrgyzstan, read from the world and from the ledger."""
    found = loan_portfolio(evidence, "KGZ", 2023, lender="China")
    rows = [r for r in world_on("2026-07-01").loans.rows() if r["id"] in found.loans]
    assert len(rows) == len(found.loans) == 6
    assert all(is_public(r) for r in rows)
    years = [loan_year_of(r, 2023) for r in rows]
    assert math.fsum(y.balance_usd for y in years) == pytest.approx(found.balance_usd)
    assert math.fsum(y.service_usd for y in years) == pytest.approx(found.service_usd)
