"""The tables the finance model takes and gives."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = [
    "CASH_FLOW", "DEBT", "LOAN_YEAR", "PROJECT_PARTY", "PROJECT_RETURN", "PROJECT_TRAFFIC", "STATE_DEBT",
]  # fmt: skip

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
        Column("measure", title="project, equity; economic where gains of users are known"),
        Column("irr_share", "number", title="real, a year"),
        Column("npv_usd", "number", title="in dollars of the base date"),
        Column("base_date", "date"),
        Column("discount_share", "number", title="real, a year"),
        Column("break_even_t_per_y", "number", title="full traffic at which the value is 0"),
    ),
    ("on", "project", "measure"),
)

PROJECT_PARTY = Schema(
    "project_party",
    (
        Column("on", "date"),
        Column("project"),
        Column(
            "state", title="as owner, lender and user; present values in dollars of the base date"
        ),
        Column("owns_share", "number"),
        Column("equity_usd", "number", title="put in for the cost"),
        Column("dividends_usd", "number", title="received"),
        Column("shortfall_usd", "number", title="paid for debt service, by share"),
        Column("residual_usd", "number", title="share of what is left at the end"),
        Column("lent_usd", "number", title="by its banks"),
        Column("repaid_usd", "number", title="to its banks, with interest"),
        Column("benefit_usd", "number", title="gain of its users; null when not known"),
        Column("net_usd", "number", title="without the benefit where that is not known"),
        Column("exposure_peak_usd", "number", title="share of the largest debt, if guaranteed"),
    ),
    ("on", "project", "state"),
)

LOAN_YEAR = Schema(
    "loan_year",
    (
        Column("on", "date"),
        Column("loan"),
        Column("state"),
        Column("year", "integer"),
        Column("balance_usd", "number", title="nominal, at the end of the year"),
        Column("service_usd_per_y", "number", title="nominal"),
        Column("interest_usd", "number", title="of all years together, nominal"),
    ),
    ("on", "loan", "year"),
)

STATE_DEBT = Schema(
    "state_debt",
    (
        Column("on", "date"),
        Column("state"),
        Column("measure"),
        Column("unit"),
        Column("amount", "number", title="null: not known"),
        Column("year", "integer", title="of which numerator and denominator are"),
        Column("threshold_share", "number", title="of the framework, for the state's capacity"),
        Column("verdict", title="below, above, not known"),
        Column("note"),
    ),
    ("on", "state", "measure"),
)
