"""Loans, returns and break-even against closed forms and numbers worked by hand.

Where no other source is named: the formulas of a textbook of finance (Brealey, Myers and Allen,
Principles of Corporate Finance, chapters 2 and 5).
"""

from __future__ import annotations

import dataclasses
import math
from datetime import date

import numpy as np
import pytest

from sogdia.core.errors import InvalidInput
from sogdia.core.money import present_value
from sogdia.models.finance.project import Loan, Project, appraise_project, ramped, years_from
from sogdia.models.finance.solve_loan import level_payment, loan_schedule
from sogdia.models.finance.solve_returns import (
    internal_rate,
    linear_break_even,
    net_present_value,
)


def by_hand(**changes: object) -> Project:
    """Cost 1,000 in two years, no inflation; 10 earned and 4 spent a tonne, 10 a year upkeep."""
    plain: dict[str, object] = {
        "id": "hand", "name": "by hand", "cost_usd": 1000.0, "first_year": 2023,
        "opening_year": 2025, "last_year": 2028, "owners": {"AAA": 0.6, "BBB": 0.4},
        "loan": Loan(share=0.5, rate=0.1, tenor_y=5, grace_y=1, lender="AAA", capitalised=False),
        "tariff_usd2023_per_t": 10.0, "variable_cost_usd2023_per_t": 4.0,
        "fixed_cost_usd2023_per_y": 10.0, "inflation": 0.0, "discount_rate": 0.05,
        "base_date": date(2023, 12, 31),
    }  # fmt: skip
    return Project(**{**plain, **changes})  # type: ignore[arg-type]


# Loans ------------------------------------------------------------------------------------------


def test_the_annuity_closed_form() -> None:
    """100 at 5 % over 10 years is 12.9505 a year: any table of annuities."""
    assert level_payment(100.0, 0.05, 10) == pytest.approx(12.950457, abs=1e-6)


@pytest.mark.parametrize(("rate", "payment"), [(0.02, 94.0), (0.03, 109.4), (0.04, 125.9)])
def test_2350_million_over_35_years(rate: float, payment: float) -> None:
    """2,350 r / (1 - (1 + r)^-35), worked with a pocket calculator."""
    assert level_payment(2350.0, rate, 35) == pytest.approx(payment, abs=0.05)


def test_the_balance_of_an_annuity_is_the_present_value_of_what_is_left() -> None:
    schedule = loan_schedule(np.array([100.0]), 0.05, 10, 0)
    for t in range(10):
        left = sum(schedule.service[k] / 1.05 ** (k - t) for k in range(t + 1, 11))
        assert schedule.balance[t] == pytest.approx(left, rel=1e-12)
    assert schedule.status.state == "solved"


def test_a_loan_without_interest_is_repaid_in_equal_parts() -> None:
    schedule = loan_schedule(np.array([60.0, 60.0]), 0.0, 7, 1)
    assert schedule.service.tolist() == [0.0, 0.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0]
    assert schedule.interest.sum() == 0.0
    # The closed form with a rate that goes to nothing tends to the same.
    assert level_payment(120.0, 1e-12, 6) == pytest.approx(20.0, rel=1e-9)


def test_grace_with_interest_paid_and_added() -> None:
    """100 drawn, 10 %, two years of grace, then two payments."""
    paid = loan_schedule(np.array([100.0]), 0.1, 4, 2)
    assert paid.service[1:3].tolist() == [10.0, 10.0]
    assert paid.balance[2] == 100.0
    added = loan_schedule(np.array([100.0]), 0.1, 4, 2, capitalise=True)
    assert added.service[1:3].tolist() == [0.0, 0.0]
    assert added.balance[2] == pytest.approx(121.0)
    assert added.service[3] == pytest.approx(121.0 / (1 / 1.1 + 1 / 1.21))


def test_equal_principal() -> None:
    schedule = loan_schedule(np.array([90.0]), 0.1, 4, 1, repayment="equal-principal")
    assert schedule.principal.tolist() == [0.0, 0.0, 30.0, 30.0, 30.0]
    assert schedule.service.tolist() == pytest.approx([0.0, 9.0, 39.0, 36.0, 33.0])


def test_terms_that_cannot_be_are_refused_together() -> None:
    with pytest.raises(InvalidInput) as caught:
        loan_schedule(np.array([-1.0]), 3.0, 5, 5)
    assert {p.what for p in caught.value.problems} == {"drawings", "rate", "grace"}
    with pytest.raises(InvalidInput, match="drawn after its grace"):
        loan_schedule(np.ones(3), 0.02, 10, 1)


# Values and returns -----------------------------------------------------------------------------


def test_a_level_stream() -> None:
    """``C (1 - (1 + r)^-n) / r``."""
    t = np.arange(1.0, 31.0)
    closed = 7.0 * (1.0 - 1.06**-30) / 0.06
    assert net_present_value(np.full(30, 7.0), t, 0.06) == pytest.approx(closed, rel=1e-12)


def test_the_value_is_that_of_dated_amounts() -> None:
    """`present_value` counts days; year ends are whole years but for leap days."""
    years = np.array([2023, 2024, 2030])
    dated = present_value(
        {date(int(y), 12, 31): 5.0 for y in years}, rate=0.06, at=date(2023, 12, 31)
    )
    mine = net_present_value(np.full(3, 5.0), years_from(date(2023, 12, 31), years), 0.06)
    assert mine == pytest.approx(dated, rel=1e-4)


def test_years_from_a_date_inside_a_year() -> None:
    years = np.array([2025, 2026])
    assert years_from(date(2025, 12, 31), years).tolist() == [0.0, 1.0]
    assert years_from(date(2026, 1, 1), years)[1] == pytest.approx(364 / 365)


def test_internal_rates_that_are_known() -> None:
    """-100 then 110 is 10 %; -4000, 2000, 4000 is 28.08 % (Brealey, Myers and Allen)."""
    for flow, rate in (([-100.0, 110.0], 0.1), ([-4000.0, 2000.0, 4000.0], 0.2808)):
        found = internal_rate(np.array(flow), np.arange(float(len(flow))))
        assert found.rate == pytest.approx(rate, abs=1e-4)
        assert found.status.state == "solved"


def test_the_rate_of_a_loan_is_its_interest() -> None:
    schedule = loan_schedule(np.array([50.0, 50.0]), 0.035, 20, 5, capitalise=True)
    flow = schedule.service - schedule.drawn
    assert internal_rate(flow, np.arange(21.0)).rate == pytest.approx(0.035, abs=1e-10)


def test_several_rates_are_said_and_none_is_said() -> None:
    """-1000, 6000, -11000, 6000 has 0 %, 100 % and 200 %: the textbook case of several rates."""
    several = internal_rate(np.array([-1000.0, 6000.0, -11000.0, 6000.0]), np.arange(4.0))
    assert several.rate == pytest.approx(0.0, abs=1e-9)
    assert several.status.state == "usable" and "several" in several.status.message
    none = internal_rate(np.array([-1.0, -2.0]), np.arange(2.0))
    assert math.isnan(none.rate) and none.status.state == "failed"
    never = internal_rate(np.array([-100.0, 1.0]), np.arange(2.0))
    assert math.isnan(never.rate) and "no internal rate" in never.status.message


def test_break_even_of_a_line() -> None:
    assert linear_break_even(-30.0, -24.0) == 5.0
    assert math.isnan(linear_break_even(-30.0, -31.0))


# A project by hand ------------------------------------------------------------------------------


def test_cover_and_break_even_by_hand() -> None:
    """Loan 500 in two parts, 10 % paid in construction, then four payments.

    A = 500 x 0.1 / (1 - 1.1^-4) = 157.7354. Traffic 50 t leaves 50 (10 - 4) - 10 = 290, so the
    cover is 1.8385 and the break-even (157.7354 + 10) / 6 = 27.9559 t.
    """
    project = by_hand()
    found = appraise_project(project, ramped(project, 50.0))
    assert found.service.tolist() == pytest.approx([0.0, 25.0, *[157.7354] * 4], abs=1e-4)
    assert found.cover_ratio[2:] == pytest.approx(1.8385, abs=1e-4)
    assert found.break_even_t_per_y[2:] == pytest.approx(27.9559, abs=1e-4)
    # Interest in construction is paid by the owners.
    assert found.shortfall.tolist() == pytest.approx([0.0, 25.0, 0.0, 0.0, 0.0, 0.0])
    assert found.dividends[2:] == pytest.approx(290.0 - 157.7354, abs=1e-4)


def test_value_and_its_break_even_by_hand() -> None:
    """Capital 500 now and 500 in a year; net q 6 - 10 at the ends of years 2 to 5, 5 %."""
    project = by_hand(loan=None)
    worth = sum(1.05**-k for k in range(2, 6))
    cost = 500.0 + 500.0 / 1.05
    found = appraise_project(project, ramped(project, 50.0))
    assert found.npv_project == pytest.approx(290.0 * worth - cost, rel=1e-12)
    assert found.npv_equity == pytest.approx(found.npv_project, rel=1e-12)
    assert found.break_even_npv_t_per_y == pytest.approx((cost / worth + 10.0) / 6.0, rel=1e-12)
    even = appraise_project(project, ramped(project, found.break_even_npv_t_per_y))
    assert even.irr_project.rate == pytest.approx(0.05, abs=1e-9)
    assert np.all(np.isnan(found.cover_ratio))


def test_inflation_lightens_a_nominal_loan_and_leaves_the_rest() -> None:
    """Fisher: a loan at i in dollars that lose pi costs (1 + i) / (1 + pi) - 1 in real terms."""
    project = by_hand(inflation=0.03)
    found = appraise_project(project, ramped(project, 50.0))
    flow = found.service - (found.capital - found.equity)
    real = internal_rate(flow, project.times - project.times[0]).rate
    assert real == pytest.approx(1.1 / 1.03 - 1.0, abs=1e-10)
    still = appraise_project(by_hand(), ramped(by_hand(), 50.0))
    assert found.revenue.tolist() == still.revenue.tolist()


def test_the_economic_return_adds_gains_of_users() -> None:
    project = by_hand(loan=None)
    gain = np.where(project.working, 30.0, 0.0)
    traffic = ramped(project, 50.0)
    found = appraise_project(project, traffic, benefits_usd2023={"CCC": gain})
    worth = sum(1.05**-k for k in range(2, 6))
    assert found.npv_economic == pytest.approx(found.npv_project + 30.0 * worth, rel=1e-12)
    users = next(p for p in found.parties if p.state == "CCC")
    assert users.net == users.benefit == pytest.approx(30.0 * worth, rel=1e-12)
    unknown = appraise_project(project, traffic)
    assert math.isnan(unknown.npv_economic) and math.isnan(unknown.irr_economic.rate)
    assert "benefits" in unknown.status.message


def test_a_wrong_project_is_refused_with_everything_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        by_hand(opening_year=2020, owners={"AAA": 0.5}, cost_usd=-1.0, discount_rate=6.0)
    assert len(caught.value.problems) == 4
    project = dataclasses.replace(by_hand(), capacity_t_per_y=40.0)
    with pytest.raises(InvalidInput, match="above what the line can carry"):
        appraise_project(project, ramped(project, 50.0))
    with pytest.raises(InvalidInput, match="before the opening"):
        appraise_project(project, np.full(6, 1.0))


def test_what_is_left_at_the_end_is_worth_its_share_of_the_cost() -> None:
    """A fifth of 1,000 at the end of year 5 adds 200 / 1.05^5."""
    plain, left = (by_hand(loan=None, residual_share=share) for share in (0.0, 0.2))
    a, b = (appraise_project(p, ramped(p, 50.0)) for p in (plain, left))
    assert b.npv_project - a.npv_project == pytest.approx(200.0 / 1.05**5, rel=1e-12)
    assert sum(p.residual for p in b.parties) == pytest.approx(200.0 / 1.05**5, rel=1e-12)
