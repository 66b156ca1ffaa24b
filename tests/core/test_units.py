"""Text units to canonical floats."""

from __future__ import annotations

import pytest

from sogdia.core.units import UnitMismatch, conversion_factor, split_currency


@pytest.mark.parametrize(
    ("unit", "canonical", "factor"),
    [
        ("Mt/year", "t/year", 1e6),
        ("day", "h", 24.0),
        ("min", "h", 1 / 60),
        ("percent", "1", 0.01),
        ("TWh/year", "GWh/year", 1e3),
        ("million usd/year", "usd/year", 1e6),
        ("usd2023/tkm", "usd2023/(t*km)", 1.0),
        ("g/tkm", "kg/(t*km)", 1e-3),
        ("train pairs/day", "train/day", 2.0),
        ("trucks/hour", "truck/day", 24.0),
        ("feu", "teu", 2.0),
        ("USD2023/TEU", "usd2023/teu", 1.0),
        ("5 million USD2023", "usd2023", 5e6),
    ],
)
def test_conversions(unit: str, canonical: str, factor: float) -> None:
    assert conversion_factor(unit, canonical) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "canonical"),
    [
        ("h", "t/year"),
        ("km", "h"),
        ("1", "h"),
        ("t", "teu"),
        ("train/day", "truck/day"),
        ("USD", "usd2023"),
        ("usd2023", "usd"),
    ],
)
def test_another_dimension_is_refused_and_both_units_are_named(unit: str, canonical: str) -> None:
    with pytest.raises(UnitMismatch, match="cannot be converted") as error:
        conversion_factor(unit, canonical)
    assert repr(unit) in str(error.value)
    assert repr(canonical) in str(error.value)


@pytest.mark.parametrize("unit", ["parsec truckloads", "USD2015", "h/", "import os"])
def test_a_word_that_is_no_unit_is_refused(unit: str) -> None:
    with pytest.raises(UnitMismatch, match="is not"):
        conversion_factor(unit, "h")


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("USD2023/t", ("USD2023", "usd2023/t")),
        ("USD/t", ("USD", "usd2023/t")),
        ("million KZT", ("KZT", "million usd2023")),
        ("EUR/(t*km)", ("EUR", "usd2023/(t*km)")),
        ("t/km", (None, "t/km")),
        ("USD2015/t", (None, "USD2015/t")),
        ("USDT", (None, "USDT")),
    ],
)
def test_the_currency_of_a_unit(unit: str, expected: tuple[str | None, str]) -> None:
    assert split_currency(unit) == expected
