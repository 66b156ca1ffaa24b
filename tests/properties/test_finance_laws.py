"""What must hold of any loan and any project."""

from __future__ import annotations

import dataclasses
import math
from datetime import date

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sogdia.models.finance.project import Loan, Project, appraise_project, ramped
from sogdia.models.finance.solve_loan import REPAYMENTS, loan_schedule
from sogdia.models.finance.solve_returns import internal_rate, net_present_value

amounts = st.lists(st.floats(0.0, 1e10), min_size=1, max_size=6).filter(lambda d: sum(d) > 1.0)
rates = st.just(0.0) | st.floats(1e-4, 0.25)


@st.composite
def loans(draw: st.DrawFn) -> tuple[np.ndarray, float, int, int, bool, str]:
    drawn = draw(amounts)
    grace = draw(st.integers(len(drawn) - 1, 12))
    tenor = draw(st.integers(grace + 1, 45))
    repayment = draw(st.sampled_from(REPAYMENTS))
    return np.array(drawn), draw(rates), tenor, grace, draw(st.booleans()), repayment


@given(loans())
def test_a_loan_repays_what_it_drew_and_what_it_added(
    loan: tuple[np.ndarray, float, int, int, bool, str],
) -> None:
    D, i, n, g, capitalise, repayment = loan
    s = loan_schedule(D, i, n, g, capitalise=capitalise, repayment=repayment)  # type: ignore[arg-type]
    added = s.interest.sum() - s.paid_interest.sum()
    assert math.isclose(s.principal.sum(), D.sum() + added, rel_tol=1e-9)
    assert abs(s.balance[-1]) <= 1e-9 * s.balance.max()
    # Worth nothing at its own rate: the lender gets the rate and no more.
    worth = net_present_value(s.service - s.drawn, np.arange(n + 1.0), i)
    assert abs(worth) <= 1e-9 * s.balance.max()


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20), st.floats(1e-3, 1e6))
def test_an_internal_rate_makes_the_value_nothing_whatever_the_currency(
    flows: list[float], scale: float
) -> None:
    F, t = np.array(flows), np.arange(float(len(flows)))
    found = internal_rate(F, t)
    assume(not math.isnan(found.rate))
    size = net_present_value(np.abs(F), t, found.rate)
    assert abs(net_present_value(F, t, found.rate)) <= 1e-7 * size
    assert math.isclose(internal_rate(scale * F, t).rate, found.rate, rel_tol=1e-6, abs_tol=1e-6)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    building = draw(st.integers(1, 6))
    grace = draw(st.integers(building - 1, 8))
    tenor = draw(st.integers(grace + 1, 30))
    share = draw(st.floats(0.05, 0.95))
    return Project(
        id="any", name="any", cost_usd=draw(st.floats(1e6, 1e10)), first_year=2025,
        opening_year=2025 + building,
        last_year=2025 + max(tenor, building) + draw(st.integers(0, 9)),
        owners={"AAA": share, "BBB": 1.0 - share},
        loan=Loan(
            share=draw(st.just(0.0) | st.floats(0.01, 1.0)), rate=draw(rates), tenor_y=tenor, grace_y=grace,
            lender=draw(st.sampled_from(["AAA", "CCC"])), capitalised=draw(st.booleans()),
        ),
        tariff_usd2023_per_t=draw(st.floats(0.5, 60.0)),
        variable_cost_usd2023_per_t=draw(st.floats(0.0, 20.0)),
        fixed_cost_usd2023_per_y=draw(st.floats(0.0, 1e8)),
        residual_share=draw(st.floats(0.0, 0.5)), inflation=draw(st.floats(0.0, 0.08)),
        discount_rate=draw(st.floats(0.0, 0.15)), base_date=date(2025, 12, 31),
        ramp=(0.4, 0.7),
    )  # fmt: skip


traffics = st.floats(0.0, 3e7)


@settings(deadline=None)
@given(projects(), traffics)
def test_what_parties_get_is_what_the_project_makes(project: Project, full: float) -> None:
    gain = np.where(project.working, 1e7, 0.0)
    found = appraise_project(
        project, ramped(project, full), benefits_usd2023={"BBB": gain, "DDD": 2.0 * gain}
    )
    together = math.fsum(p.net for p in found.parties)
    size = float(np.sum(found.capital + found.revenue + found.operating_cost + gain))
    assert math.isclose(together, found.npv_economic, rel_tol=1e-9, abs_tol=1e-9 * size)
    assert math.isclose(math.fsum(p.owns_share for p in found.parties), 1.0)


@settings(deadline=None)
@given(projects(), traffics)
def test_money_times_a_thousand(project: Project, full: float) -> None:
    more = dataclasses.replace(
        project,
        **{
            name: 1000.0 * getattr(project, name)
            for name in (
                "cost_usd", "tariff_usd2023_per_t", "variable_cost_usd2023_per_t",
                "fixed_cost_usd2023_per_y",
            )
        },
    )  # fmt: skip
    a, b = (appraise_project(p, ramped(p, full)) for p in (project, more))
    size = 1000.0 * float(a.capital.sum())
    for name in ("revenue", "operating_cost", "capital", "service", "shortfall", "dividends",
                 "equity", "balance_usd"):  # fmt: skip
        np.testing.assert_allclose(
            1000.0 * getattr(a, name), getattr(b, name), rtol=1e-9, atol=1e-9 * size, err_msg=name
        )
    np.testing.assert_allclose(1000.0 * a.npv_project, b.npv_project, rtol=1e-9, atol=1e-9 * size)
    for name in ("cover_ratio", "break_even_t_per_y"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-7, err_msg=name)


@settings(deadline=None)
@given(projects(), st.floats(1.0, 3e7))
def test_at_break_even_the_cover_is_one(project: Project, full: float) -> None:
    found = appraise_project(project, ramped(project, full))
    for k in np.flatnonzero(~np.isnan(found.break_even_t_per_y)):
        at = np.zeros(len(project.years))
        at[k] = found.break_even_t_per_y[k]
        assert math.isclose(appraise_project(project, at).cover_ratio[k], 1.0, rel_tol=1e-6)


@settings(deadline=None)
@given(projects(), st.floats(1.0, 1e7), st.floats(1.0, 3.0))
def test_more_traffic_never_lowers_the_cover_where_a_tonne_pays(
    project: Project, full: float, times: float
) -> None:
    assume(project.tariff_usd2023_per_t > project.variable_cost_usd2023_per_t)
    a, b = (appraise_project(project, ramped(project, q)) for q in (full, times * full))
    known = ~np.isnan(a.cover_ratio)
    before, after = a.cover_ratio[known], b.cover_ratio[known]
    assert np.all(after >= before - 1e-12 * np.abs(before))
    assert b.npv_project >= a.npv_project - 1e-6 * float(a.capital.sum())
