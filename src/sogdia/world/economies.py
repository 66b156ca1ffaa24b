"""Economies and the goods trade between them: rows of a world, three variants, mirror gaps.

A flow from A to B has up to three figures: what A reports as exports, what B reports as imports,
and one figure that reconciles both. They are kept side by side. Between China and a partner the
first two are read as "as reported by China" and "as reported by the partner".

The gap between two reports is a number here and nothing more. Exports are usually valued without
and imports with freight and insurance, transit and re-exports are booked differently, and years
are cut differently; which of these it is in a given row is not known from the figures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem, UnknownName
from sogdia.core.estimate import Estimate
from sogdia.core.states import CHINA
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import Belief
from sogdia.evidence.claim import Claim
from sogdia.world.notebook import Notebook
from sogdia.world.world import World

__all__ = [
    "COLUMN_OF",
    "EXPORTER_REPORT",
    "IMPORTER_REPORT",
    "MIRROR_GAPS",
    "RECONCILED",
    "REST_OF_WORLD",
    "VARIANTS",
    "TradeMatrix",
    "Variant",
    "economy_of",
    "economy_rows",
    "mirror_gaps",
    "reports_of_one_year",
    "trade_matrix",
    "trade_rows",
    "year_of",
]

Variant = Literal["reconciled", "china", "partner"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
"""One figure made of both reports; as reported by China; as reported by its partner."""

REST_OF_WORLD = "ROW"

RECONCILED = "trade_reconciled_usd_per_y"
EXPORTER_REPORT = "trade_exporter_report_usd_per_y"
IMPORTER_REPORT = "trade_importer_report_usd_per_y"

COLUMN_OF = {
    RECONCILED: "reconciled_usd2023_per_y",
    EXPORTER_REPORT: "exporter_report_usd2023_per_y",
    IMPORTER_REPORT: "importer_report_usd2023_per_y",
}
"""The world column a claim's variable fills, in this order."""

DOMAINS = ("trade_matrix", "trade")


def economy_rows(book: Notebook) -> list[dict[str, Any]]:
    """Rows of `economies`. Product and population are the national totals, not sums of zones.

    The claims about a country are the statistical office's total. Zones are claims of their own,
    some of them older or assumed, and their sum need not be the total.
    """
    rows: list[dict[str, Any]] = []
    for number, entity in enumerate(book.evidence.entities("economies")):
        where: dict[str, Any] = {"table": "economies", "row": number}
        rows.append(
            {
                "id": entity["id"],
                "name": entity["name"],
                "city": entity["city"] or None,
                "lat_deg": float(entity["lat"]) if entity["lat"] else None,
                "lon_deg": float(entity["lon"]) if entity["lon"] else None,
                "inner_distance_km": inner_distance_km(entity["area_km2"]),
                "gdp_usd2023_per_y": book.number(
                    entity["id"], "gdp_usd2023_per_y", column="gdp_usd2023_per_y", **where
                ),
                "population_persons": book.number(
                    entity["id"], "population_persons", column="population_persons", **where
                ),
            }
        )
    return rows


def inner_distance_km(area_km2: str) -> float | None:
    """Mean distance from the middle of a disc of that area: Head and Mayer (2000), 0.67 sqrt(A/pi)."""
    return 0.67 * math.sqrt(float(area_km2) / math.pi) if area_km2 else None


def trade_rows(book: Notebook) -> list[dict[str, Any]]:
    """Rows of `trade`: the pairs of economies about which something is known on the date.

    All figures of a row describe one year, so that the variants compare: the year of the
    reconciled figure, or of the latest report where there is none. It is carried forward from
    the last year known and never back: what a later year was says little about an earlier one.
    A report of another year is left out of the row (`sogdia.world.trade_reports.trade_series` has every year).
    """
    listed = {row["id"] for row in book.evidence.entities("economies")}
    rows: list[dict[str, Any]] = []
    for subject in _pairs(book.evidence, listed):
        row = _trade_row(book, subject, len(rows))
        if row is not None:
            rows.append(row)
    return rows


def _pairs(base: EvidenceBase, listed: set[str]) -> list[str]:
    """Subjects ``AAA>BBB`` of trade claims, between two listed economies."""
    subjects = {c.subject for d in DOMAINS if d in base.domains for c in base.claims(d)}
    return sorted(s for s in subjects if s[3:4] == ">" and s[:3] in listed and s[4:] in listed)


def _trade_row(book: Notebook, subject: str, number: int) -> dict[str, Any] | None:
    known = reports_of_one_year(book, subject)
    if known is None:
        return None
    year, beliefs = known
    carried = year != book.on.year
    row: dict[str, Any] = {
        "exporter": subject[:3],
        "importer": subject[4:],
        "year": year,
        "carried": carried,
    }
    real = book.evidence.prices.to_usd2023("USD", year)
    for variable, belief in beliefs.items():
        book.lineage.append(
            {
                "entity": subject,
                "variable": variable,
                "claim": belief.claim.id,
                "carried": carried,
            }
        )
        assert isinstance(belief.claim.value, Estimate)
        value = belief.claim.value.scaled(real)
        book.spread(value, belief, "trade", COLUMN_OF[variable], number)
        row[COLUMN_OF[variable]] = value.central
    return row


def reports_of_one_year(book: Notebook, subject: str) -> tuple[int, dict[str, Belief]] | None:
    """The year a row describes and what is believed about that year, by variable."""
    reconciled = book.believe(subject, RECONCILED)
    if reconciled is not None:
        year = year_of(reconciled.claim)
    else:
        reports = [book.believe(subject, v) for v in (EXPORTER_REPORT, IMPORTER_REPORT)]
        years = [year_of(b.claim) for b in reports if b is not None]
        if not years:
            return None
        year = max(years)
    beliefs = {
        variable: book.evidence.believe(
            subject, variable, on=date(year, 7, 1), known_by=book.known_by
        )
        for variable in COLUMN_OF
    }
    return year, {v: b for v, b in beliefs.items() if b is not None and year_of(b.claim) == year}


def year_of(claim: Claim) -> int:
    """The year a figure of trade describes.

    Raises
    ------
    InvalidInput
        When the claim has no first day: a figure of trade without a year means nothing.
    """
    if claim.holds_from is None:
        raise InvalidInput(
            [
                Problem(
                    where=f"{claim.file} row {claim.row} ({claim.id})",
                    what="is a figure of trade without a year",
                    fix="fill holds_from and holds_to",
                )
            ]
        )
    return claim.holds_from.year


def economy_of(world: World, country: str) -> str:
    """The economy a country's trade is counted in: itself, or the rest of the world."""
    return country if country in set(world.economies["id"]) else REST_OF_WORLD


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeMatrix:
    """Goods trade between economies in one variant.

    Attributes
    ----------
    economies : tuple of str
        Ids, in the order of `World.economies`; N of them.
    variant : {"reconciled", "china", "partner"}
    flow_usd2023_per_y : array (N, N)
        From row to column. NaN where nothing is known; the diagonal is NaN, for domestic sales
        are no trade.
    year : array (N, N) of int
        The year a figure describes; 0 where there is none.
    own : array (N, N) of bool
        True where the figure is the variant's own; false where another one stands in for it
        because the report is not known, or where there is none.
    """

    economies: tuple[str, ...]
    variant: Variant
    flow_usd2023_per_y: NDArray[np.float64]
    year: NDArray[np.int64]
    own: NDArray[np.bool_]


def trade_matrix(world: World, variant: Variant = "reconciled") -> TradeMatrix:
    """The matrix of goods trade in one variant.

    For a pair with China the variants `china` and `partner` take the report of that side. Where
    it is not known the reconciled figure stands in, and `own` is false. Every other pair has the
    reconciled figure in all three variants, and where that is not known the importer's report,
    then the exporter's, with `own` false.

    Raises
    ------
    UnknownName
        When the variant is none of the three.
    """
    if variant not in VARIANTS:
        raise UnknownName("variant of trade", variant, VARIANTS)
    ids = tuple(str(i) for i in world.economies["id"])
    at = {name: i for i, name in enumerate(ids)}
    n = len(ids)
    trade = world.trade
    rows = np.array([at[str(e)] for e in trade["exporter"]], dtype=np.int64)
    columns = np.array([at[str(e)] for e in trade["importer"]], dtype=np.int64)
    wanted = _by_variant(trade, variant)
    value = wanted.copy()
    for name in (RECONCILED, IMPORTER_REPORT, EXPORTER_REPORT):
        value = np.where(np.isnan(value), trade[COLUMN_OF[name]], value)
    flow = np.full((n, n), np.nan)
    year = np.zeros((n, n), dtype=np.int64)
    own = np.zeros((n, n), dtype=np.bool_)
    flow[rows, columns] = value
    year[rows, columns] = trade["year"]
    own[rows, columns] = ~np.isnan(wanted)
    return TradeMatrix(economies=ids, variant=variant, flow_usd2023_per_y=flow, year=year, own=own)


def _by_variant(trade: Table, variant: Variant) -> NDArray[np.float64]:
    """The variant's own figure of each row of `trade`; NaN where it is not known."""
    reconciled = trade[COLUMN_OF[RECONCILED]]
    if variant == "reconciled":
        return reconciled
    from_china, to_china = trade["exporter"] == CHINA, trade["importer"] == CHINA
    exporter, importer = trade[COLUMN_OF[EXPORTER_REPORT]], trade[COLUMN_OF[IMPORTER_REPORT]]
    if variant == "partner":
        exporter, importer = importer, exporter
    return np.where(from_china, exporter, np.where(to_china, importer, reconciled))


MIRROR_GAPS = Schema(
    "mirror_gaps",
    (
        Column("exporter"),
        Column("importer"),
        Column("year", "integer"),
        Column("china_report_usd2023_per_y", "number"),
        Column("partner_report_usd2023_per_y", "number"),
        Column("reconciled_usd2023_per_y", "number"),
        Column("gap_usd2023_per_y", "number", title="China's report less the partner's"),
        Column("gap_share", "number", title="the gap over the mean of both reports: -2 to 2"),
    ),
    ("exporter", "importer"),
)


def mirror_gaps(world: World) -> Table:
    """Both reports of every flow to and from China, and the gap between them.

    A row for each pair with China about which one side's report is known; the gap is null unless
    both are. The share is of the mean of both reports, so that neither side is the yardstick.
    """
    trade = world.trade
    china, partner = _by_variant(trade, "china"), _by_variant(trade, "partner")
    with_china = (trade["exporter"] == CHINA) | (trade["importer"] == CHINA)
    kept = with_china & ~(
        np.isnan(trade[COLUMN_OF[EXPORTER_REPORT]]) & np.isnan(trade[COLUMN_OF[IMPORTER_REPORT]])
    )
    gap = china - partner
    mean = (china + partner) / 2.0
    share = np.divide(gap, mean, out=np.full(len(gap), np.nan), where=mean > 0)
    columns: dict[str, NDArray[Any]] = {
        "exporter": trade["exporter"],
        "importer": trade["importer"],
        "year": trade["year"],
        "china_report_usd2023_per_y": china,
        "partner_report_usd2023_per_y": partner,
        "reconciled_usd2023_per_y": trade[COLUMN_OF[RECONCILED]],
        "gap_usd2023_per_y": gap,
        "gap_share": share,
    }
    return Table.from_columns(MIRROR_GAPS, {n: v[kept] for n, v in columns.items()})
