"""Nominal money of any of our currencies and years to real 2023 US dollars; discounting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

__all__ = ["BASE_YEAR", "PriceYearMissing", "Prices", "present_value"]

BASE_YEAR = 2023


class PriceYearMissing(ValueError):
    """Nominal money whose year, exchange rate or deflator is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Exchange rates and the US deflator, as believed.

    Attributes
    ----------
    exchange : mapping of (currency, year) to float
        Units of the currency for one US dollar, period average.
    deflator : mapping of year to float
        US GDP deflator, any base.
    """

    exchange: Mapping[tuple[str, int], float]
    deflator: Mapping[int, float]

    def to_usd2023(self, currency: str, year: int | None) -> float:
        """What one unit of `currency` of `year` is in real 2023 US dollars.

        A year after the last deflator, or before the first, takes the nearest one that is known;
        an exchange rate must be known for the year itself.

        Raises
        ------
        PriceYearMissing
            When the year is absent or no rate is known for it.
        """
        if currency == "USD2023":
            return 1.0
        if year is None:
            raise PriceYearMissing(f"{currency} is nominal, so the claim needs holds_from")
        rate = 1.0
        if currency != "USD":
            try:
                rate = self.exchange[currency, year]
            except KeyError:
                raise PriceYearMissing(f"no exchange rate of {currency} for {year}") from None
        known = min(self.deflator, key=lambda y: (abs(y - year), y), default=None)
        if known is None:
            raise PriceYearMissing(
                f"no US deflator is known, so {currency} of {year} stays nominal"
            )
        if BASE_YEAR not in self.deflator:
            raise PriceYearMissing(f"no US deflator is known for the base year {BASE_YEAR}")
        return self.deflator[BASE_YEAR] / self.deflator[known] / rate


def present_value(amounts: Mapping[date, float], *, rate: float, at: date) -> float:
    """Sum of dated amounts discounted to the date `at`.

    Parameters
    ----------
    amounts : mapping of date to float
        Real money by the date it falls due.
    rate : float
        Real discount rate a year, as a share.
    at : date
        The base date, always explicit.
    """
    return sum(
        amount * (1.0 + rate) ** (-(when - at).days / 365.25) for when, amount in amounts.items()
    )
