"""What is reported about the trade of two economies: year by year, and side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sogdia.core.errors import UnknownName
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE, Belief
from sogdia.evidence.claim import Claim
from sogdia.world.economies import (
    COLUMN_OF,
    EXPORTER_REPORT,
    IMPORTER_REPORT,
    RECONCILED,
    reports_of_one_year,
    year_of,
)
from sogdia.world.notebook import Notebook

__all__ = ["TRADE_SERIES", "known_economy", "trade_series", "two_way_trade"]

TURNOVER = "trade_turnover_usd_per_y"

TRADE_SERIES = Schema(
    "trade_series",
    (
        Column("subject", title="A>B goods from A to B; A<>B both ways, as reported by A"),
        Column("variable"),
        Column("reporter", title="who reports it; null for a reconciled figure"),
        Column("year", "integer"),
        Column("value_usd2023_per_y", "number"),
        Column("value_usd_per_y", "number", title="as published, dollars of the year"),
        Column("basis"),
        Column("confidence"),
        Column("source"),
        Column("claim"),
        Column("believed", "flag", title="false for a rival claim about the same year"),
    ),
    ("claim",),
)


def trade_series(base: EvidenceBase, a: str, b: str, *, known_by: date = FAR_FUTURE) -> Table:
    """Every figure of the trade between two economies, year by year, rivals and all.

    Turnover is reported both ways together and stands beside the two directions: the subject
    ``A<>B`` is A's report of it.
    """
    rows: list[dict[str, Any]] = []
    for subject in (f"{a}>{b}", f"{b}>{a}", f"{a}<>{b}", f"{b}<>{a}"):
        for variable in (*COLUMN_OF, TURNOVER):
            rows += _series_rows(base, subject, variable, known_by)
    return Table.from_rows(TRADE_SERIES, rows)


def _series_rows(
    base: EvidenceBase, subject: str, variable: str, known_by: date
) -> list[dict[str, Any]]:
    ends = subject[:3], subject[-3:]
    reporter = {
        EXPORTER_REPORT: ends[0], IMPORTER_REPORT: ends[1], TURNOVER: ends[0], RECONCILED: None,
    }[variable]  # fmt: skip
    rows: list[dict[str, Any]] = []
    claims: Sequence[Claim] = base.about(subject, variable)
    for claim in sorted(claims, key=lambda c: (year_of(c), c.id)):
        year = year_of(claim)
        known_from = claim.stated_on or claim.holds_from
        if known_from is not None and known_from > known_by:
            continue
        belief = base.believe(subject, variable, on=date(year, 7, 1), known_by=known_by)
        rows.append(
            {
                "subject": subject,
                "variable": variable,
                "reporter": reporter,
                "year": year,
                "value_usd2023_per_y": claim.number * base.prices.to_usd2023("USD", year),
                "value_usd_per_y": claim.number,
                "basis": claim.basis,
                "confidence": claim.confidence,
                "source": claim.source,
                "claim": claim.id,
                "believed": belief is not None and belief.claim.id == claim.id,
            }
        )
    return rows


def known_economy(base: EvidenceBase, name: str) -> str:
    """The id of an economy from its id or English name, in any case.

    Raises
    ------
    UnknownName
        When it is not listed; the nearest are offered.
    """
    rows = base.entities("economies")
    called = {row[key].casefold(): row["id"] for key in ("name", "id") for row in rows}
    if name.casefold() not in called:
        raise UnknownName("economy", name, [row[key] for key in ("id", "name") for row in rows])
    return called[name.casefold()]


def two_way_trade(
    base: EvidenceBase, first: str, second: str, *, on: date, known_by: date = FAR_FUTURE
) -> list[dict[str, Any]]:
    """Both reports, the reconciled figure and the gap: of each direction, and of both together.

    Both together is the turnover as published; where a side published none, the sum of its two
    directions when both are known. The year is the one a world of that date has.
    """
    book = Notebook(base, on, known_by)
    found: list[dict[str, Any]] = []
    for subject in (f"{first}>{second}", f"{second}>{first}"):
        known = reports_of_one_year(book, subject)
        if known is not None:
            year, beliefs = known
            names = (EXPORTER_REPORT, IMPORTER_REPORT)
            mine, theirs = names if subject.startswith(first) else names[::-1]
            reports = [beliefs.get(name) for name in (mine, theirs, RECONCILED)]
            found.append(_flow(base, (first, second), subject, year, on, reports))
    years = {flow["year"] for flow in found}
    if len(years) == 1:
        found.append(_turnover(base, (first, second), years.pop(), on, known_by, found))
    return found


def _flow(
    base: EvidenceBase,
    ends: tuple[str, str],
    subject: str,
    year: int,
    on: date,
    beliefs: Sequence[Belief | None],
) -> dict[str, Any]:
    real = base.prices.to_usd2023("USD", year)
    mine, theirs, reconciled = (b.claim.number * real if b is not None else None for b in beliefs)
    gap, share = _gap(mine, theirs)
    return {
        "first": ends[0],
        "second": ends[1],
        "subject": subject,
        "year": year,
        "carried": year != on.year,
        "first_report_usd2023_per_y": mine,
        "second_report_usd2023_per_y": theirs,
        "reconciled_usd2023_per_y": reconciled,
        "gap_usd2023_per_y": gap,
        "gap_share": share,
        "sources": [b.claim.source for b in beliefs if b is not None],
    }


def _turnover(
    base: EvidenceBase,
    ends: tuple[str, str],
    year: int,
    on: date,
    known_by: date,
    flows: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    beliefs = [
        base.believe(f"{a}<>{b}", TURNOVER, on=date(year, 7, 1), known_by=known_by)
        for a, b in (ends, ends[::-1])
    ]
    total = _flow(base, ends, f"{ends[0]}<>{ends[1]}", year, on, [*beliefs, None])
    for column in ("first_report", "second_report", "reconciled"):
        key = f"{column}_usd2023_per_y"
        parts = [flow[key] for flow in flows]
        if total[key] is None and len(parts) == 2 and None not in parts:
            total[key] = sum(parts)
            total["sources"] += [s for flow in flows for s in flow["sources"]]
    total["gap_usd2023_per_y"], total["gap_share"] = _gap(
        total["first_report_usd2023_per_y"], total["second_report_usd2023_per_y"]
    )
    return total


def _gap(mine: float | None, theirs: float | None) -> tuple[float | None, float | None]:
    """The difference of two reports, and its share of their mean."""
    if mine is None or theirs is None:
        return None, None
    gap = mine - theirs
    return gap, 2 * gap / (mine + theirs) if mine + theirs > 0 else None
