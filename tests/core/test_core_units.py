"""Units are converted or refused, never guessed."""

from __future__ import annotations

import pytest

from sogdia.core.units import UnitMismatch, conversion_factor, split_currency


@pytest.mark.parametrize(
    ("unit", "canonical", "factor"),
    [
        ("m", "km", 0.001),
        ("mile", "km", 1.609344),
        ("minute", "h", 1 / 60),
        ("days", "h", 24.0),
        ("percent", "1", 0.01),
        ("%", "1", 0.01),
        ("Mt/year", "t/year", 1e6),
        ("million t", "t", 1e6),
        ("kg", "t", 0.001),
        ("TWh/year", "GWh/year", 1000.0),
        ("m**3", "bcm", 1e-9),
        ("feu", "teu", 2.0),
        ("TEU/year", "teu/year", 1.0),
        ("train pairs/day", "train/day", 2.0),
        ("usd2023/tkm", "usd2023/(t*km)", 1.0),
        ("g/tkm", "kg/(t*km)", 0.001),
        ("1/week", "1/day", 1 / 7),
    ],
)
def test_known_conversions(unit: str, canonical: str, factor: float) -> None:
    assert conversion_factor(unit, canonical) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "canonical"),
    [
        ("km", "h"),
        ("kWh", "MW"),
        ("t", "teu"),
        ("person", "train/day"),
        ("train/day", "truck/day"),
        ("", "km"),
        ("usd", "usd2023"),
        ("1", "usd2023"),
        ("t", "t/year"),
    ],
)
def test_another_dimension_is_refused(unit: str, canonical: str) -> None:
    with pytest.raises(UnitMismatch):
        conversion_factor(unit, canonical)


@pytest.mark.parametrize("unit", ["blorp", "km per", "import os", "t//km", "CNY"])
def test_what_is_not_a_unit_is_refused(unit: str) -> None:
    with pytest.raises(UnitMismatch):
        conversion_factor(unit, "km")


def test_conversion_there_and_back() -> None:
    for a, b in (("mile", "km"), ("feu", "teu"), ("day", "h"), ("kg", "t")):
        assert conversion_factor(a, b) * conversion_factor(b, a) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("unit", "currency", "rest"),
    [
        ("USD/t", "USD", "usd2023/t"),
        ("USD2023/t", "USD2023", "usd2023/t"),
        ("million CNY", "CNY", "million usd2023"),
        ("KZT/(t*km)", "KZT", "usd2023/(t*km)"),
        ("km", None, "km"),
        ("t/TEU", None, "t/TEU"),
    ],
)
def test_the_currency_is_split_off(unit: str, currency: str | None, rest: str) -> None:
    assert split_currency(unit) == (currency, rest)
