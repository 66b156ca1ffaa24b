"""Money: nominal needs a year; deflation, exchange and discounting by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sogdia.core.money import PriceYearMissing, Prices, present_value

PRICES = Prices(
    exchange={("CNY", 2010): 6.77, ("KZT", 2010): 147.0},
    deflator={2000: 64.0, 2010: 80.0, 2023: 100.0},
)


def test_real_money_is_left_alone_and_needs_no_year() -> None:
    assert PRICES.to_usd2023("USD2023", None) == 1.0


def test_nominal_dollars_are_deflated() -> None:
    assert PRICES.to_usd2023("USD", 2010) == pytest.approx(100.0 / 80.0)
    assert PRICES.to_usd2023("USD", 2023) == 1.0


def test_another_currency_is_exchanged_in_its_year_then_deflated() -> None:
    assert PRICES.to_usd2023("CNY", 2010) == pytest.approx(100.0 / 80.0 / 6.77)


def test_nominal_money_without_a_year_is_refused() -> None:
    with pytest.raises(PriceYearMissing, match="USD is nominal, so the claim needs holds_from"):
        PRICES.to_usd2023("USD", None)


def test_an_exchange_rate_is_never_taken_from_another_year() -> None:
    with pytest.raises(PriceYearMissing, match="no exchange rate of CNY for 2011"):
        PRICES.to_usd2023("CNY", 2011)


def test_the_deflator_is_taken_from_the_nearest_year_the_earlier_of_two() -> None:
    assert PRICES.to_usd2023("USD", 1990) == pytest.approx(100.0 / 64.0)
    assert PRICES.to_usd2023("USD", 2040) == 1.0
    assert PRICES.to_usd2023("USD", 2005) == pytest.approx(100.0 / 64.0)


@pytest.mark.parametrize("deflator", [{}, {2010: 80.0}])
def test_a_deflator_that_cannot_reach_2023_is_refused(deflator: dict[int, float]) -> None:
    with pytest.raises(PriceYearMissing):
        Prices(exchange={}, deflator=deflator).to_usd2023("USD", 2010)


def test_present_value_of_an_annuity_is_its_closed_form() -> None:
    """Payments exactly 365.25 days apart, taken four at a time (1461 days) to stay whole days."""
    at, rate, n = date(2026, 1, 1), 0.04, 10
    amounts = {at + timedelta(days=1461 * k): 7.0 for k in range(1, n + 1)}
    four_years = (1 + rate) ** 4 - 1
    closed = 7.0 * (1 - (1 + four_years) ** -n) / four_years
    assert present_value(amounts, rate=rate, at=at) == pytest.approx(closed, rel=1e-12)


def test_present_value_at_rate_zero_is_the_sum_and_past_money_grows() -> None:
    at = date(2026, 1, 1)
    amounts = {date(2020, 1, 1): 3.0, date(2030, 1, 1): -1.0}
    assert present_value(amounts, rate=0.0, at=at) == 2.0
    assert present_value({date(2020, 1, 1): 3.0}, rate=0.05, at=at) > 3.0
    assert present_value({at: 3.0}, rate=0.05, at=at) == 3.0
    assert present_value({}, rate=0.05, at=at) == 0
