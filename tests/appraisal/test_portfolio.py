"""Projects under a budget: against trying every set, and with the loop replaced by known gains."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogdia.appraisal import portfolio as under_test
from sogdia.appraisal.loop import Joined
from sogdia.appraisal.portfolio import PortfolioOptions, portfolio, present_value_factor
from sogdia.appraisal.solve_portfolio import choose, not_beaten
from sogdia.core.errors import InvalidInput
from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.evidence.base import open_evidence
from sogdia.models.trade.zones import COUNTRY_INCOME
from sogdia.models.transport.tables import LINK_FLOW
from sogdia.scenario.scenario import Scenario

MONEY = st.floats(0.0, 1e10)


@given(st.lists(st.tuples(st.floats(-1e9, 1e10), MONEY), min_size=1, max_size=7), MONEY)
def test_no_set_within_the_budget_is_worth_more(
    projects: list[tuple[float, float]], budget: float
) -> None:
    """Every one of the 2^K sets is tried."""
    g, c = (np.array(v) for v in zip(*projects, strict=True))
    found = choose(g, c, budget)
    assert found.status.state == "solved"
    slack = 1e-6 * max(c.max(), budget, 1.0)
    assert found.cost <= budget + slack
    best = max(
        (float(g[list(map(bool, x))].sum())
         for x in product((0, 1), repeat=len(g)) if c[list(map(bool, x))].sum() <= budget),
        default=0.0,
    )  # fmt: skip
    assert found.worth >= best - 1e-6 * max(abs(g).max(), 1.0)


@given(st.floats(1.0, 1e6))
def test_money_scales(factor: float) -> None:
    g, c = np.array([3.0, 5.0, 4.0]), np.array([2.0, 4.0, 3.0])
    assert list(choose(g, c, 5.0).taken) == list(choose(g * factor, c * factor, 5.0 * factor).taken)


def test_the_greedy_choice_is_not_the_best() -> None:
    """Best per money first takes 1 and then nothing; 2 and 3 are worth more (Dantzig 1957)."""
    found = choose([6.0, 5.0, 5.0], [5.0, 5.0, 5.0], 10.0)
    assert found.worth == 11.0
    assert list(choose([7.0, 5.0, 5.0], [6.0, 5.0, 5.0], 10.0).taken) == [False, True, True]


def test_who_is_beaten_in_everything() -> None:
    kept = not_beaten([[1.0, 2.0], [2.0, 1.0], [1.0, 1.0], [np.nan, 0.0], [2.0, 1.0]])
    assert list(kept) == [True, True, False, True, True]


def test_worth_today_of_a_yearly_sum() -> None:
    """The annuity formula, and the same by adding up the years."""
    assert present_value_factor(0.05, 30) == pytest.approx(15.3724510)
    assert present_value_factor(0.0, 12) == 12.0
    by_year = sum(1.02 ** (t - 1) / 1.05**t for t in range(1, 31))
    assert present_value_factor(0.05, 30, 0.02) == pytest.approx(by_year)
    same = sum(1.05 ** (t - 1) / 1.05**t for t in range(1, 31))
    assert present_value_factor(0.05, 30, 0.05) == pytest.approx(same)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        choose([1.0, np.nan], [1.0, -1.0], -5.0)
    assert len(caught.value.problems) == 3
    with pytest.raises(InvalidInput) as caught:
        portfolio(
            ["cku-railway", "cku-railway", "angren-pap-2016"],
            open_evidence(),
            PortfolioOptions(budget_usd2023=1.0, years=0, costs={"nowhere": 1.0}),
        )
    assert len(caught.value.problems) == 4


GAINS = {"cku-railway": 400e6, "bakhty-ayagoz": 100e6, "portfolio": 450e6}


@pytest.fixture
def known_gains(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop answers with gains that are known; the worlds are the real ones."""

    def joined(scenario: Scenario, base: Any, _variant: str) -> Any:
        today = under_test.build_world(base, date(2030, 7, 1))
        income = Table.from_rows(
            COUNTRY_INCOME,
            [
                {
                    "on": date(2030, 7, 1), "level": "full", "country": "KAZ",
                    "income_usd2023_per_y": 2e11,
                    "real_income_change_share": GAINS[scenario.id] / 2e11,
                }
            ],
        )  # fmt: skip
        flows = Table.from_rows(LINK_FLOW, [])
        told = Joined(
            baseline={"link_flow": flows},
            scenario={"link_flow": flows, "country_income": income},
            statuses=(Status(state="solved", of="loop"),),
            baseline_statuses=(),
        )
        return today, today, told

    monkeypatch.setattr(under_test, "_joined", joined)


@pytest.mark.usefixtures("known_gains")
def test_the_set_is_chosen_and_appraised_together() -> None:
    found = portfolio(
        ["cku-railway", "bakhty-ayagoz"], open_evidence(), PortfolioOptions(budget_usd2023=6e9)
    )
    assert [p.scenario for p in found.projects if p.taken] == ["cku-railway", "bakhty-ayagoz"]
    assert found.sum_usd2023_per_y == pytest.approx(500e6)
    assert found.together_usd2023_per_y == pytest.approx(450e6)
    # At its high cost the railway does not fit, nor is it worth its cost.
    assert found.taken_at_high_cost == ("bakhty-ayagoz",)
    alone = {p.scenario: p.net_usd2023 for p in found.projects}
    assert alone["cku-railway"] == pytest.approx(400e6 * 15.3724510 - 4.6e9)


@pytest.mark.usefixtures("known_gains")
def test_a_smaller_budget_takes_what_fits() -> None:
    found = portfolio(
        ["cku-railway", "bakhty-ayagoz"],
        open_evidence(),
        PortfolioOptions(budget_usd2023=1e9),
        together=False,
    )
    assert [p.scenario for p in found.projects if p.taken] == ["bakhty-ayagoz"]
    assert found.together_usd2023_per_y is None
