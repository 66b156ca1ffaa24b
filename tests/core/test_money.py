"""Nominal money to real dollars of 2023, and discounting, checked by hand."""

from __future__ import annotations

from datetime import date

import pytest

from sogdia.core.money import Prices, PriceYearMissing, present_value

PRICES = Prices(
    exchange={("KZT", 2015): 221.73, ("KZT", 2023): 456.17},
    deflator={2010: 75.0, 2015: 80.0, 2023: 100.0},
)


def test_real_dollars_are_not_touched_even_without_a_year() -> None:
    assert PRICES.to_usd2023("USD2023", None) == 1.0


@pytest.mark.parametrize("currency", ["USD", "KZT"])
def test_nominal_money_needs_a_year(currency: str) -> None:
    with pytest.raises(PriceYearMissing, match=f"{currency} is nominal.*holds_from"):
        PRICES.to_usd2023(currency, None)


def test_deflation_by_hand() -> None:
    assert 200 * PRICES.to_usd2023("USD", 2015) == pytest.approx(250.0)


def test_exchange_comes_before_deflation() -> None:
    # 221 730 tenge of 2015 are 1000 dollars of 2015, and those are 1250 dollars of 2023.
    assert 221_730 * PRICES.to_usd2023("KZT", 2015) == pytest.approx(1250.0)
    assert 456.17 * PRICES.to_usd2023("KZT", 2023) == pytest.approx(1.0)


def test_a_rate_is_never_taken_from_another_year_or_currency() -> None:
    with pytest.raises(PriceYearMissing, match="no exchange rate of KZT for 2016"):
        PRICES.to_usd2023("KZT", 2016)
    with pytest.raises(PriceYearMissing, match="no exchange rate of CNY"):
        PRICES.to_usd2023("CNY", 2015)


@pytest.mark.parametrize(
    ("year", "nearest"), [(1995, 2010), (2012, 2010), (2013, 2015), (2030, 2023)]
)
def test_a_year_without_a_deflator_takes_the_nearest(year: int, nearest: int) -> None:
    assert PRICES.to_usd2023("USD", year) == PRICES.to_usd2023("USD", nearest)


def test_without_any_deflator_money_stays_nominal_and_says_so() -> None:
    with pytest.raises(PriceYearMissing, match="no US deflator"):
        Prices(exchange={}, deflator={}).to_usd2023("USD", 2015)


def test_a_deflator_without_its_base_year_says_so() -> None:
    with pytest.raises(PriceYearMissing):
        Prices(exchange={}, deflator={2015: 80.0}).to_usd2023("USD", 2015)


def test_present_value_of_an_annuity_in_closed_form() -> None:
    # Every four years, so that each period is exactly 1461 days, which is 4 * 365.25.
    base, rate, payments = date(2020, 1, 1), 0.05, 12
    amounts = {date(2020 + 4 * k, 1, 1): 7.0 for k in range(1, payments + 1)}
    per_period = (1 + rate) ** 4 - 1
    closed_form = 7.0 * (1 - (1 + per_period) ** -payments) / per_period
    assert present_value(amounts, rate=rate, at=base) == pytest.approx(closed_form, rel=1e-12)


def test_present_value_moves_with_its_base_date_and_reaches_back() -> None:
    amounts = {date(2024, 1, 1): 100.0}
    assert present_value(amounts, rate=0.1, at=date(2028, 1, 1)) == pytest.approx(100 * 1.1**4)
    assert present_value(amounts, rate=0.0, at=date(1992, 1, 1)) == 100.0
    assert present_value({}, rate=0.05, at=date(2024, 1, 1)) == 0
