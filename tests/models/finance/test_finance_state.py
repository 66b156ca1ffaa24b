"""Debt of states: years match, unknown stays unknown, thresholds are used as they are meant."""

from __future__ import annotations

import math
from datetime import date

import pytest

from sogdia.core.errors import UnknownName
from sogdia.evidence.base import EvidenceBase
from sogdia.models.finance.state import (
    ASSESSED,
    CAPACITIES,
    THRESHOLDS,
    Reading,
    _judged,  # pyright: ignore[reportPrivateUsage]
    state_position,
)

ON = date(2026, 7, 1)


def readings(evidence: EvidenceBase, country: str, on: date = ON) -> dict[str, Reading]:
    return {r.name: r for r in state_position(evidence, country, on=on)}


def test_the_thresholds_of_2018() -> None:
    """IMF and World Bank, Guidance Note on the framework for low-income countries, 2018."""
    rows = {name: tuple(round(100 * v[c]) for c in CAPACITIES) for name, v in THRESHOLDS.items()}
    assert rows == {
        "debt_to_gdp_share": (30, 40, 55),
        "debt_to_exports_share": (140, 180, 240),
        "service_to_exports_share": (10, 15, 21),
        "service_to_revenue_share": (14, 18, 23),
    }


@pytest.mark.parametrize("country", ASSESSED)
def test_what_is_not_known_is_null_and_says_so(evidence: EvidenceBase, country: str) -> None:
    revenue = readings(evidence, country)["service_to_revenue_share"]
    assert math.isnan(revenue.value) and revenue.verdict == "not known" and revenue.note


@pytest.mark.parametrize("country", ["KAZ", "TKM"])
def test_states_outside_the_framework_have_no_threshold(
    evidence: EvidenceBase, country: str
) -> None:
    found = readings(evidence, country)
    for name in THRESHOLDS:
        assert math.isnan(found[name].threshold) and found[name].verdict == "not known"
        assert "not applied" in found[name].note


def test_a_ratio_is_of_one_year(evidence: EvidenceBase) -> None:
    found = readings(evidence, "KGZ")
    ratio = found["service_to_exports_share"]
    # Payments of 2026 are planned, but exports end with 2023.
    assert found["external_debt_service_usd_per_y"].year == 2026
    assert ratio.year == 2023 and ratio.value == pytest.approx(359e6 / 5159.8e6, rel=1e-4)


def test_nothing_later_than_the_date_is_used(evidence: EvidenceBase) -> None:
    found = readings(evidence, "KGZ", date(2020, 6, 30))
    assert found["debt_to_china_usd"].year == 2020
    assert found["debt_to_china_usd"].value == 1808e6
    assert all(r.year is None or r.year <= 2020 for r in found.values())


def test_rival_figures_of_a_year_are_kept(evidence: EvidenceBase) -> None:
    found = readings(evidence, "TJK")["debt_to_china_usd"]
    assert (found.value, [v for v, _ in found.rivals]) == (700e6, [1000e6])


def test_a_face_value_above_a_threshold_says_nothing_and_below_it_does() -> None:
    high = Reading(name="debt_to_gdp_share", value=0.5)
    assert _judged(high, "medium").verdict == "not known"
    assert _judged(high, "strong").verdict == "below"
    paid = Reading(name="service_to_exports_share", value=0.159)
    assert _judged(paid, "medium").verdict == "above"
    assert _judged(paid, "strong").verdict == "below"


def test_a_state_elsewhere_is_not_known(evidence: EvidenceBase) -> None:
    with pytest.raises(UnknownName):
        state_position(evidence, "DEU", on=ON)


def test_a_stock_of_a_year_is_that_of_its_end_and_one_of_new_year_that_of_the_year_before(
    evidence: EvidenceBase,
) -> None:
    early = readings(evidence, "KGZ", date(2009, 6, 1))["debt_to_china_usd"]
    assert (early.year, early.value) == (2008, 10e6)
    assert readings(evidence, "TJK", date(2024, 6, 1))["public_external_debt_usd"].year == 2023


def test_a_figure_that_was_stated_later_is_not_known(evidence: EvidenceBase) -> None:
    """The service of 2023 was published on 6 June 2024, and not known the day before."""
    name = "external_debt_service_usd_per_y"

    def service(known_by: date) -> Reading:
        found = state_position(evidence, "KGZ", on=date(2023, 12, 31), known_by=known_by)
        return next(r for r in found if r.name == name)

    assert service(date(2024, 6, 6)).value == 359e6
    assert service(date(2024, 6, 5)).value == 344e6
    assert not service(date(2024, 6, 5)).rivals


def test_debt_to_china_and_product_are_of_one_year(evidence: EvidenceBase) -> None:
    """1,707.7 million at the end of 2023, though a later debt is known."""
    found = readings(evidence, "KGZ")
    assert found["debt_to_china_usd"].year is not None
    assert found["debt_to_china_usd"].year > 2023
    ratio = found["china_to_gdp_share"]
    assert ratio.year == 2023
    assert found["gdp_usd_per_y"].year == 2023
    assert ratio.value == pytest.approx(1707.7e6 / found["gdp_usd_per_y"].value)
