"""The part of a report about the five linkages. Computes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from sogdia.appraisal.summary_linkages import TITLES, Indicator, LinkageSummary
from sogdia.report import content as c
from sogdia.report.map import COUNTRY_LABELS
from sogdia.report.number import Number

__all__ = ["linkage_rows"]

FIRST = 5
"""Indicators of a part that are read without opening the rest."""

TOGETHER = {"CA5": "the five states of Central Asia", "WLD": "the world"}


def linkage_rows(found: LinkageSummary) -> Iterator[c.LinkageRows]:
    """What the page shows of each part of each linkage."""
    for part in found.parts:
        shown = part.shown(FIRST)
        rest = tuple(i for i in part.indicators if i not in shown)
        yield c.LinkageRows(
            linkage=TITLES[part.linkage],
            part=part.part,
            untouched=part.untouched,
            indicators=tuple(_row(i) for i in shown),
            more=tuple(_row(i) for i in rest),
        )


def _row(indicator: Indicator) -> c.IndicatorRow:
    unit = indicator.unit or "1"

    def said(value: float | None) -> Number:
        return Number.missing(unit) if value is None else Number(central=value, unit=unit)

    change = (
        None
        if indicator.change is None
        else Number(
            central=indicator.change, unit=unit, p05=indicator.low, p95=indicator.high, signed=True
        )
    )
    return c.IndicatorRow(
        title=indicator.title,
        of=_named(indicator.entity),
        values=c.Pair(before=said(indicator.before), after=said(indicator.after), change=change),
        basis=indicator.basis,
    )


def _named(entity: str) -> str:
    """Countries and pairs of them by name; anything else as it is."""
    parts = entity.split(">")
    if all(_country(p) for p in parts):
        return " to ".join(_country(p) for p in parts)
    return entity


def _country(code: str) -> str:
    if code in TOGETHER:
        return TOGETHER[code]
    return COUNTRY_LABELS["en"][code][0] if code in COUNTRY_LABELS["en"] else ""
