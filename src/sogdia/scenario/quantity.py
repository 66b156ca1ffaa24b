"""A measure's numbers at the door: text or table with a unit, to an estimate in canonical units.

A measure sets a value. It may say how much something changes only when it says of what:
``{ change = "-30 %", of = "baseline" }`` or ``of = "<claim id>"``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic_core import PydanticCustomError

from sogdia.core.errors import nearest
from sogdia.core.estimate import SHAPES, Estimate, Shape
from sogdia.core.units import UnitMismatch, conversion_factor, split_currency

__all__ = ["BASELINE", "Change", "Fault", "Level", "Quantity", "quantity_parser", "refusal"]

BASELINE = "baseline"
"""The word in `of` that means the world before the scenario's own measures."""

LEVEL_KEYS = ("central", "low", "high", "unit", "shape")
CHANGE_KEYS = ("change", "of")
NUMBER = re.compile(r"^\s*([-+\u2212]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(.*?)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a measure, without the file and measure it was found in."""

    field: str
    what: str
    got: str = ""
    allowed: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A value a measure sets.

    Attributes
    ----------
    estimate : Estimate
        In the canonical `unit`.
    unit : str
        Canonical, as in `sogdia.core.register.SUFFIX_UNITS`.
    """

    estimate: Estimate
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A value a measure sets relative to a named one.

    Attributes
    ----------
    factor : float
        0.7 for "-30 %".
    of : str
        "baseline", or the id of a claim.
    """

    factor: float
    of: str


Quantity = Level | Change


def refusal(fault: Fault, kind: str = "fault") -> PydanticCustomError:
    """The fault as an error pydantic gathers with the others."""
    return PydanticCustomError(
        kind,  # type: ignore[arg-type]
        "{what} {got} {allowed} {fix}",
        {"field": fault.field, "what": fault.what, "got": fault.got, "allowed": fault.allowed,
         "fix": fault.fix},
    )  # fmt: skip


def quantity_parser(
    *units: str,
    example: str,
    lower: float = 0.0,
    upper: float = math.inf,
    changes: bool = True,
) -> Callable[[object], Quantity]:
    """A parser of one field.

    Parameters
    ----------
    *units : str
        Canonical units the field may have; the first whose dimension fits is taken. A field
        whose only unit is "1" needs no unit.
    example : str
        A good value, for the message.
    lower, upper : float
        Bounds of the value in the canonical unit, inclusive.
    changes : bool
        Whether ``{ change, of }`` is allowed.
    """

    def parse(value: object) -> Quantity:
        if isinstance(value, Level | Change):
            return value
        if isinstance(value, str):
            return _from_text(value, units, example, lower, upper)
        if isinstance(value, bool) or not isinstance(value, int | float | Mapping):
            raise _fault("is not a quantity", got=_shown(value), allowed=example)
        if isinstance(value, Mapping):
            table = cast("Mapping[str, Any]", value)
            if "change" in table or "of" in table:
                return _change(table, example, allowed=changes)
            return _level(table, units, example, lower, upper)
        if units != ("1",):
            raise _fault(
                "has no unit",
                got=_shown(value),
                allowed=example,
                fix="write the unit; none is guessed",
            )
        return _made({"central": value}, "1", units, lower=lower, upper=upper, example=example)

    return parse


def _from_text(
    text: str, units: tuple[str, ...], example: str, lower: float, upper: float
) -> Level:
    found = NUMBER.match(text)
    if found is None:
        raise _fault("is not a number with a unit", got=_shown(text), allowed=example)
    number, unit = float(found[1].replace("_", "").replace("\u2212", "-")), found[2]
    if unit in {"%", "percent"} and units != ("1",):
        raise _fault(
            "a measure sets a value; a change must say of what",
            got=_shown(text),
            fix=f'write {{ change = "{text}", of = "{BASELINE}" }}, or of = a claim id',
        )
    if not unit and units != ("1",):
        raise _fault(
            "has no unit", got=_shown(text), allowed=example, fix="write the unit; none is guessed"
        )
    return _made({"central": number}, unit or "1", units, lower=lower, upper=upper, example=example)


def _level(
    table: Mapping[str, Any], units: tuple[str, ...], example: str, lower: float, upper: float
) -> Level:
    _no_other_keys(table, LEVEL_KEYS)
    if "central" not in table:
        raise _fault("has no central value", got=_shown(dict(table)), allowed=example)
    for name in ("central", "low", "high"):
        number = table.get(name, 0)
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise _fault(f"{name} is not a number", got=_shown(number), allowed=example)
    unit = table.get("unit", "1" if units == ("1",) else "")
    if not isinstance(unit, str) or not unit.strip():
        raise _fault(
            "has no unit",
            got=_shown(dict(table)),
            allowed=example,
            fix="write the unit; none is guessed",
        )
    return _made(table, unit, units, lower=lower, upper=upper, example=example)


def _made(
    numbers: Mapping[str, Any],
    unit: str,
    units: tuple[str, ...],
    *,
    lower: float,
    upper: float,
    example: str,
) -> Level:
    canonical, factor = _conversion(unit, units, example)
    central = float(numbers["central"])
    low, high = float(numbers.get("low", central)), float(numbers.get("high", central))
    got = f"low {low:g}, central {central:g}, high {high:g}" + (f" {unit}" if unit != "1" else "")
    if not all(map(math.isfinite, (low, central, high))):
        raise _fault("must be a finite number", got=got, allowed=example)
    if not low <= central <= high:
        raise _fault("low <= central <= high is required", got=got)
    if low * factor < lower or high * factor > upper:
        raise _fault(
            "is out of bounds",
            got=got,
            allowed=_bounds(lower, upper, canonical),
            fix="check the unit",
        )
    if "shape" in numbers and numbers["shape"] not in SHAPES:
        raise _fault("shape", got=_shown(numbers["shape"]), allowed=", ".join(SHAPES))
    default = "exact" if low == high else "lognormal" if low > 0 else "triangular"
    return Level(
        estimate=Estimate(
            central=central * factor,
            low=low * factor,
            high=high * factor,
            shape=cast(Shape, numbers.get("shape", default)),
        ),
        unit=canonical,
    )


def _conversion(unit: str, units: tuple[str, ...], example: str) -> tuple[str, float]:
    reasons: list[str] = []
    for canonical in units:
        try:
            return canonical, conversion_factor(unit, canonical)
        except UnitMismatch as error:
            reasons.append(str(error))
    currency, _ = split_currency(unit)
    if currency not in (None, "USD2023") and any("usd2023" in u for u in units):
        raise _fault(
            f"{currency} is money of the day; a scenario takes real money only",
            got=_shown(unit),
            allowed=" or ".join(units),
            fix="deflate it and write USD2023",
        )
    unknown = next((r for r in reasons if "not known" in r), "")
    raise _fault(
        unknown or f"the unit {unit!r} is of another kind",
        got=_shown(unit),
        allowed=" or ".join(units),
        fix=f"for example {example}",
    )


def _change(table: Mapping[str, Any], example: str, *, allowed: bool) -> Change:
    if not allowed:
        raise _fault("cannot be a change", got=_shown(dict(table)), allowed=example)
    _no_other_keys(table, CHANGE_KEYS)
    if "of" not in table:
        raise _fault(
            "a change must say of what",
            got=_shown(dict(table)),
            fix=f'add of = "{BASELINE}", or of = a claim id; or set the value itself',
        )
    if "change" not in table:
        raise _fault(
            "has `of` but no `change`", got=_shown(dict(table)), fix='add change = "-30 %"'
        )
    change, of = table["change"], table["of"]
    if not isinstance(of, str) or not of:
        raise _fault("of", got=_shown(of), allowed=f'"{BASELINE}" or a claim id')
    found = NUMBER.match(change) if isinstance(change, str) else None
    if found is None or found[2] not in {"%", "percent"}:
        raise _fault("change", got=_shown(change), allowed='a percentage as text: "-30 %"')
    percent = float(found[1].replace("_", "").replace("\u2212", "-"))
    if percent < -100:
        raise _fault(
            "change takes away more than there is", got=_shown(change), allowed=">= -100 %"
        )
    return Change(factor=(100.0 + percent) / 100.0, of=of)


def _no_other_keys(table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for name in table:
        if name not in keys:
            close = nearest(name, keys)
            raise _fault(
                f'a quantity has no field "{name}"'
                + (f'; did you mean "{close[0]}"?' if close else ""),
                allowed="" if close else ", ".join(keys),
            )


def _fault(what: str, *, got: str = "", allowed: str = "", fix: str = "") -> PydanticCustomError:
    return refusal(Fault(field="", what=what, got=got, allowed=allowed, fix=fix))


def _bounds(lower: float, upper: float, unit: str) -> str:
    shown = "" if unit == "1" else f" {unit}"
    return f"{lower:g} to {upper:g}{shown}" if upper < math.inf else f"{lower:g} or more{shown}"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(
            f"{k} = {_shown(v)}" for k, v in cast("Mapping[str, object]", value).items()
        )
        return f"{{ {inner} }}"
    return (
        f'"{value}"'
        if isinstance(value, str)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
