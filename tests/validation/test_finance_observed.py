"""Loans, ratios and revenue beside figures that were published. None of them sets a parameter.

The same figures stand in docs/explanation/finance.md.
"""

from __future__ import annotations

from datetime import date

import pytest

from sogdia.core.estimate import Estimate
from sogdia.evidence.base import EvidenceBase
from sogdia.models.finance.cku import (
    CKU,
    cku_project,
    cku_rivals,
    loan_tenor_y,
    unit_tariffs,
)
from sogdia.models.finance.project import Array, Project, appraise_project, ramped
from sogdia.models.finance.solve_loan import level_payment
from sogdia.models.finance.solve_returns import linear_break_even
from sogdia.models.finance.state import loan_portfolio, state_position

ON = date(2026, 7, 1)


def value(evidence: EvidenceBase, subject: str, variable: str, source: str) -> float:
    (claim,) = [c for c in evidence.about(subject, variable) if c.source == source]
    assert isinstance(claim.value, Estimate)
    return claim.value.central


def test_the_ledgers_loans_explain_the_same_part_of_debt_and_of_service(
    evidence: EvidenceBase,
) -> None:
    """Kyrgyzstan owed China Eximbank 1,707.7 million at the end of 2023 and paid it 127 in it.

    Akchabar via CentralAsianLight, 6 June 2024: 11.2 billion soms paid, 8.1 of them principal.
    The six loans whose terms are known come to 71 % of both; so the loans that are missing are in
    the ledger's gaps, and not in how the known ones are repaid.
    """
    found = loan_portfolio(evidence, "KGZ", 2023, lender="China")
    owed = found.balance_usd / 1707.7e6
    paid = found.service_usd / 127e6
    assert len(found.loans) == 6
    assert owed == pytest.approx(0.71, abs=0.01)
    assert paid == pytest.approx(0.71, abs=0.01)
    assert found.principal_usd / found.service_usd == pytest.approx(8.1 / 11.2, abs=0.02)


@pytest.mark.parametrize(
    ("country", "ratio", "published", "within"),
    [
        ("TJK", "debt_to_gdp_share", 0.27, 0.01),
        ("UZB", "debt_to_gdp_share", 0.34, 0.02),
    ],
)
def test_debt_over_gdp_is_near_the_published_ratio(
    evidence: EvidenceBase, country: str, ratio: str, published: float, within: float
) -> None:
    """End of 2023. Tajikistan: Ministry of Finance, 19 February 2024. Uzbekistan: IMF 24/210."""
    found = {r.name: r for r in state_position(evidence, country, on=ON)}
    assert found[ratio].year == 2023
    assert found[ratio].value == pytest.approx(published, abs=within)
    assert found["public_external_debt_to_gdp_share"].value == published


def test_a_kyrgyz_press_ratio_does_not_fit_its_own_debt(evidence: EvidenceBase) -> None:
    """24.kg, October 2019: 1.7 billion owed to China, about 30 % of GDP. GDP was 9.4 billion."""
    (debt,) = [r for r in evidence.registry("investment_finance") if r["id"] == "FIN103"]
    belief = evidence.believe("KGZ", "gdp_usd_per_y", on=date(2019, 7, 1))
    assert belief is not None
    assert float(debt["amount_usd_million"]) * 1e6 / belief.claim.number == pytest.approx(
        0.18, abs=0.01
    )


def test_revenue_at_sampled_tariffs_is_below_what_officials_expect(
    evidence: EvidenceBase,
) -> None:
    """UTRK: at least 10 Mt and about 200 million dollars a year, so 20 a tonne.

    Shipments sampled on Kyrgyz railways (CAREC, 2021 and 2022) over 304 km earn 70 to 90 % of it.
    """
    project = cku_project(evidence, on=ON)
    length = value(evidence, CKU, "project_length_km", "fergana-chinese-banks-lend-for-cku")
    expected = value(evidence, CKU, "project_revenue_usd_per_y", "utrk-cku-talks")
    rates = [c.number for c in evidence.about("mode:rail/KGZ", "sampled_rate_usd2023_per_tkm")]
    assert len(rates) == 2
    shares = [rate * length * 10e6 / expected for rate in sorted(rates)]
    assert shares == pytest.approx([0.70, 0.88], abs=0.04)
    # The assumed tariff lies inside the sampled ones.
    assert min(rates) * length * 0.95 < project.tariff_usd2023_per_t < max(rates) * length


def test_the_kyrgyz_share_is_shown_as_two_figures(evidence: EvidenceBase) -> None:
    """24.kg, 18 June 2024: 24.5 % each, and 783 million; 24.5 % of 2,350 is 576, a third is 783."""
    (found,) = [
        r for r in cku_rivals(evidence, on=ON)
        if (r.subject, r.variable) == (f"{CKU}@KGZ", "project_equity_usd")
    ]  # fmt: skip
    assert sorted(c.number for c in found.claims) == pytest.approx([575.75e6, 783e6])
    project = cku_project(evidence, on=ON)
    assert project.loan is not None
    left = project.cost_usd * (1.0 - project.loan.share)
    assert left * project.owners["KGZ"] == pytest.approx(575.75e6)
    assert left / 3.0 == pytest.approx(783e6, rel=1e-3)


def test_the_results_that_the_page_gives(evidence: EvidenceBase) -> None:
    """The table of docs/explanation/finance.md: four rows at 2, 3 and 4 %."""
    rows: list[list[float]] = [[], [], [], []]
    high = unit_tariffs(evidence, on=ON).high
    for rate in (0.02, 0.03, 0.04):
        project = cku_project(evidence, on=ON, rate=rate)
        dear = cku_project(evidence, on=ON, rate=rate, tariff_usd2023_per_tkm=high)
        found, other = (appraise_project(p, ramped(p, 12e6)) for p in (project, dear))
        k = 2035 - project.first_year
        assert found.schedule is not None
        rows[0].append(level_payment(2350.0, rate, loan_tenor_y(evidence, on=ON)))
        rows[1].append(found.schedule.service[k] / 1e6)
        rows[2].append(found.break_even_t_per_y[k] / 1e6)
        rows[3].append(other.break_even_t_per_y[k] / 1e6)
    printed = [[94, 109, 126], [110, 129, 150], [14.7, 16.3, 18.1], [8.6, 9.6, 10.7]]
    for row, wanted, digits in zip(rows, printed, (0, 0, 1, 1), strict=True):
        assert [round(x, digits) for x in row] == wanted


def test_the_gain_of_users_that_the_page_gives(evidence: EvidenceBase) -> None:
    """320 to 380 million USD of 2023 a year at full traffic bring the economic return to 6 %."""
    needed: list[float] = []
    for full in (8e6, 15e6):
        project = cku_project(evidence, on=ON)
        traffic = ramped(project, full)

        def worth(gain: float, project: Project = project, traffic: Array = traffic) -> float:
            benefits = {"KGZ": ramped(project, gain)}
            return appraise_project(project, traffic, benefits_usd2023=benefits).npv_economic

        needed.append(linear_break_even(worth(0.0), worth(1.0)) / 1e6)
        assert worth(needed[-1] * 1e6) == pytest.approx(0.0, abs=1e3)
    assert needed == pytest.approx([383, 319], abs=1.0)
