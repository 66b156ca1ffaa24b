"""Text units to canonical floats. The only module that imports pint.

Money needs a price year: ``USD2023`` is real, ``USD`` is nominal and enters a real variable only
through a deflator, which `money.Prices` supplies.
"""

from __future__ import annotations

import functools
import re

__all__ = ["CURRENCIES", "UnitMismatch", "conversion_factor", "split_currency"]

CURRENCIES = ("CNY", "KZT", "KGS", "TJS", "TMT", "UZS", "RUB", "EUR", "USD2023", "USD")

ALIASES = {
    "t/year": "t/year",
    "Mt/year": "1e6*t/year",
    "kt/year": "1e3*t/year",
    "hour": "h",
    "hours": "h",
    "days": "day",
    "persons": "person",
    "percent": "0.01",
    "%": "0.01",
    "train pairs/day": "2*train/day",
    "trains/day": "train/day",
    "trucks/day": "truck/day",
    "TEU": "teu",
}


class UnitMismatch(ValueError):
    """A unit that cannot become the one a variable needs."""


def split_currency(unit: str) -> tuple[str | None, str]:
    """The currency a unit names, and the unit with it replaced by `usd2023`.

    >>> split_currency("USD/t")
    ('USD', 'usd2023/t')
    """
    for currency in CURRENCIES:
        pattern = rf"(?<![A-Za-z]){currency}(?![A-Za-z0-9])"
        if re.search(pattern, unit):
            return currency, re.sub(pattern, "usd2023", unit)
    return None, unit


@functools.lru_cache(maxsize=4096)
def conversion_factor(unit: str, canonical: str) -> float:
    """What a number in `unit` is multiplied by to be in `canonical`.

    Raises
    ------
    UnitMismatch
        When the unit is not known or its dimension is another one.
    """
    if unit == canonical:
        return 1.0
    registry = _registry()
    text = _spelled(unit)
    try:
        have = registry.parse_expression(text)
        want = registry.parse_expression(_spelled(canonical))
        return float((have / want).to("dimensionless").magnitude)  # type: ignore[union-attr]
    except Exception as error:
        kind = type(error).__name__
        if kind == "UndefinedUnitError":
            raise UnitMismatch(f"the unit {unit!r} is not known") from None
        if kind == "DimensionalityError":
            raise UnitMismatch(f"{unit!r} cannot be converted to {canonical!r}") from None
        raise UnitMismatch(f"{unit!r} is not a unit ({kind})") from None


def _spelled(unit: str) -> str:
    text = unit.strip()
    for plain, spelled in ALIASES.items():
        if text == plain:
            return spelled
    text = re.sub(r"\bmillion\b", "1e6*", text)
    text = re.sub(r"\bbillion\b", "1e9*", text)
    text = re.sub(r"^(\d+)\s+(million|1e6)", r"\1*1e6", text)
    text = text.replace("tkm", "t*km") if "/tkm" not in text else text.replace("/tkm", "/(t*km)")
    text = text.replace("TEU", "teu").replace("USD", "usd")
    return re.sub(r"\*\s*\*", "*", text) or "1"


@functools.cache
def _registry():  # type: ignore[no-untyped-def]
    import pint

    registry = pint.UnitRegistry()
    for definition in (
        "usd2023 = [real_money]",
        "usd = [nominal_money]",
        "teu = [container]",
        "feu = 2 * teu",
        "person = [person]",
        "train = [train]",
        "truck = [truck]",
        "bcm = 1e9 * meter ** 3",
        "t = 1000 * kilogram",
        "degree_of_arc = degree = deg",
    ):
        registry.define(definition)
    return registry
