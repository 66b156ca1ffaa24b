"""One year of a loan of the world's table: what is owed at its end and paid in it.

Each loan is taken as drawn in full in the year it was signed and repaid in equal parts of principal
after its grace, as in `sogdia.models.finance.state.loan_portfolio`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from sogdia.models.finance.solve_loan import loan_schedule

__all__ = ["PUBLIC", "LoanYear", "is_public", "loan_year", "loan_year_of"]

PUBLIC = ("Government", "Ministry")
"""First words of a borrower whose debt is the state's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanYear:
    """Nominal USD; NaN where a term is not known.

    Attributes
    ----------
    balance_usd, service_usd, principal_usd : float
        Owed at the end of the year; paid in it; the principal in that.
    interest_usd : float
        Over all years.
    """

    balance_usd: float
    service_usd: float
    principal_usd: float
    interest_usd: float


NOT_KNOWN = LoanYear(
    balance_usd=math.nan, service_usd=math.nan, principal_usd=math.nan, interest_usd=math.nan
)


def is_public(row: Mapping[str, Any]) -> bool:
    """Whether the state itself borrows."""
    return str(row["borrower"] or "").startswith(PUBLIC)


def loan_year(
    *,
    signed: date | None,
    amount_usd: float | None,
    rate: float | None,
    tenor_y: float | None,
    grace_y: float | None,
    year: int,
) -> LoanYear:
    """A year of a loan from its terms; None is not known.

    Raises
    ------
    InvalidInput
        When the terms cannot be, as a grace longer than the tenor.
    """
    if signed is None or amount_usd is None or math.isnan(amount_usd):
        return NOT_KNOWN
    if rate is None or tenor_y is None or grace_y is None:
        return NOT_KNOWN
    found = loan_schedule(
        np.array([amount_usd]), rate, round(tenor_y), round(grace_y), repayment="equal-principal"
    )
    t = year - signed.year
    inside = 0 <= t < len(found.balance)
    return LoanYear(
        balance_usd=float(found.balance[t]) if inside else 0.0,
        service_usd=float(found.service[t]) if inside else 0.0,
        principal_usd=float(found.principal[t]) if inside else 0.0,
        interest_usd=float(found.paid_interest.sum()),
    )


def loan_year_of(row: Mapping[str, Any], year: int) -> LoanYear:
    """A year of one row of the table ``loans``."""
    return loan_year(
        signed=row["signed"], amount_usd=row["amount_usd"], rate=row["interest_share"],
        tenor_y=row["tenor_years"], grace_y=row["grace_years"], year=year,
    )  # fmt: skip
