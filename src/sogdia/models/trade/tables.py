"""The tables the trade model takes and gives."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = ["REAL_INCOME", "TRADE_COST_CHANGE", "TRADE_FLOW"]

TRADE_COST_CHANGE = Schema(
    "trade_cost_change",
    (
        Column("exporter", title="id of an economy"),
        Column("importer"),
        Column("closed", "flag", title="true: no trade at all; the ratio is null"),
        Column(
            "tau_hat_ratio",
            "number",
            title="new over old trade cost factor, one way; below 1 is cheaper",
        ),
    ),
    ("exporter", "importer"),
)
"""A pair without a row does not change. A change of both directions is two rows."""

TRADE_FLOW = Schema(
    "trade_flow",
    (
        Column("on", "date", title="the date of the world"),
        Column("variant", title="reconciled, china (as China reports) or partner"),
        Column("level", title="partial, conditional or full"),
        Column("exporter"),
        Column("importer", title="the exporter itself: domestic sales"),
        Column("theta_ratio", "number", title="trade elasticity"),
        Column("baseline_usd2023_per_y", "number", title="after the rule of deficits"),
        Column("value_usd2023_per_y", "number", title="with the change of costs"),
    ),
    ("on", "variant", "level", "exporter", "importer"),
)

REAL_INCOME = Schema(
    "real_income",
    (
        Column("on", "date"),
        Column("variant"),
        Column("level"),
        Column("country", title="id of an economy"),
        Column("theta_ratio", "number"),
        Column("deficits", title="rule: none, fixed or proportional"),
        Column("income_usd2023_per_y", "number", title="baseline sales, domestic and abroad"),
        Column(
            "real_income_change_share", "number", title="own income over the price index, less 1"
        ),
        Column(
            "real_spending_change_share", "number", title="spending over the price index, less 1"
        ),
        Column("price_change_share", "number", title="the price index, less 1"),
    ),
    ("on", "variant", "level", "country"),
)
