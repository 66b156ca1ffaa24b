"""The part of a report about the five linkages. Computes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sogdia.appraisal.summary_linkages import Indicator, LinkageSummary
from sogdia.report import content as c
from sogdia.report.indicator_words import span_of, title_of
from sogdia.report.naming import PLAIN, Naming
from sogdia.report.number import Number

__all__ = ["linkage_rows"]

FIRST = 5
"""Indicators of a part that are read without opening the rest."""


def linkage_rows(found: LinkageSummary, say: Naming = PLAIN) -> Iterator[c.LinkageRows]:
    """What the page shows of each part of each linkage."""
    for part in found.parts:
        shown = part.shown(FIRST)
        rest = tuple(i for i in part.indicators if i not in shown)
        yield c.LinkageRows(
            linkage=say.words(f"linkage.{part.linkage}"),
            part=say.words.known(f"part.{_key(part.part)}", part.part),
            untouched=part.untouched,
            indicators=tuple(_row(i, say) for i in shown),
            more=tuple(_row(i, say) for i in rest),
        )


def _row(indicator: Indicator, say: Naming) -> c.IndicatorRow:
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
        title=title_of(indicator, say),
        of=_named(indicator.entity, say),
        values=c.Pair(before=said(indicator.before), after=said(indicator.after), change=change),
        basis="; ".join(span_of(part, say) for part in indicator.basis.split("; ")),
    )


def _named(entity: str, say: Naming) -> str:
    """Countries and pairs of them by name; anything else as it is."""
    parts = re.split(r"<?>", entity)
    named = [say.country(part) for part in parts]
    if len(parts) == 2 and all(a != b for a, b in zip(parts, named, strict=True)):
        key = "word.and" if "<>" in entity else "word.from-to"
        return say.words(key, origin=named[0], destination=named[1])
    return say.words.mode(named[0]) if len(parts) == 1 else entity


def _key(part: str) -> str:
    return part.lower().replace(" ", "-")
