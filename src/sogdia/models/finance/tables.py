"""The tables the finance model takes and gives."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = ["CASH_FLOW", "DEBT", "PROJECT_RETURN", "PROJECT_TRAFFIC"]

PROJECT_TRAFFIC = Schema(
    "project_traffic",
    (
        Column("project"),
        Column("year", "integer"),
        Column("traffic_t_per_y", "number", title="tonnes over the project's line"),
    ),
    ("project", "year"),
)

CASH_FLOW = Schema(
    "cash_flow",
    (
        Column("on", "date"),
        Column("project"),
        Column("year", "integer"),
        Column("traffic_t_per_y", "number"),
        Column("revenue_usd_per_y", "number", title="nominal, as are all amounts here"),
        Column("operating_cost_usd_per_y", "number"),
        Column("capital_usd_per_y", "number"),
        Column("equity_usd_per_y", "number", title="put in by the owners for the cost"),
        Column("drawn_usd_per_y", "number", title="drawn from the loan"),
        Column("service_usd_per_y", "number", title="interest and principal paid"),
        Column("shortfall_usd_per_y", "number", title="service and cost that revenue does not pay"),
        Column("dividends_usd_per_y", "number", title="what is left for the owners"),
        Column("balance_usd", "number", title="of the loan, after the year's payments"),
        Column("cover_ratio", "number", title="revenue less operating cost over service"),
        Column("break_even_t_per_y", "number", title="traffic at which the cover is 1"),
        Column("price_ratio", "number", title="divide by it for USD of 2023"),
    ),
    ("on", "project", "year"),
)

DEBT = Schema(
    "debt",
    (
        Column("on", "date"),
        Column("project"),
        Column("state"),
        Column("year", "integer"),
        Column("owns_share", "number"),
        Column("exposure_usd", "number", title="its share of the loan's balance; owed only if guaranteed"),
        Column("shortfall_usd_per_y", "number", title="its share, if owners cover it by share"),
    ),
    ("on", "project", "state", "year"),
)  # fmt: skip

PROJECT_RETURN = Schema(
    "project_return",
    (
        Column("on", "date"),
        Column("project"),
        Column("measure", title="project, equity"),
        Column("irr_share", "number", title="real, a year"),
        Column("npv_usd", "number", title="in dollars of the base date"),
        Column("base_date", "date"),
        Column("discount_share", "number", title="real, a year"),
        Column("break_even_t_per_y", "number", title="full traffic at which the value is 0"),
    ),
    ("on", "project", "measure"),
)
