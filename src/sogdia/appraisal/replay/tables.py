"""The tables of a replay."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = ["COST", "DECOMPOSITION", "ERROR", "FREIGHT", "RISE", "TRADE"]

TRADE = Schema(
    "replay_trade",
    (
        Column("year", "integer"),
        Column("country", title="ISO3; CA5 is the five together"),
        Column("variant", title="china or partner: who reports; the constant is of that variant"),
        Column("phase"),
        Column("sample", title="calibration or validation"),
        Column("modelled_usd_per_y", "number", title="null without a claim to calibrate on"),
        Column("modelled_low_usd_per_y", "number", title="5 % of draws of the parameters"),
        Column("modelled_high_usd_per_y", "number"),
        Column(
            "conditional_usd_per_y",
            "number",
            title="modelled with multilateral resistance solved again on the trade of 2023",
        ),
        Column("observed_usd_per_y", "number"),
        Column("error_ratio", "number", title="modelled over observed, less one"),
        Column("product_year", "integer", title="year of the gross products used"),
        Column("confidence"),
        Column("claims"),
    ),
    ("year", "country", "variant"),
)

COST = Schema(
    "replay_cost",
    (
        Column("year", "integer"),
        Column("country"),
        Column("direction", title="out: from China; in: to China"),
        Column("commodity"),
        Column("cost_factor_ratio", "number", title="cost at the door over cost at the origin"),
    ),
    ("year", "country", "direction", "commodity"),
)

DECOMPOSITION = Schema(
    "replay_decomposition",
    (
        Column("phase"),
        Column("country"),
        Column("group", title="growth, facilities, borders, agreements; all is their sum"),
        Column("log_change_ratio", "number", title="part of the change of the logarithm of trade"),
        Column("log_change_low_ratio", "number", title="5 % of draws of parameters and claims"),
        Column("log_change_high_ratio", "number"),
        Column("observed_log_change_ratio", "number", title="in the row all; null if not observed"),
        Column("observed_variant"),
    ),
    ("phase", "country", "group"),
)

FREIGHT = Schema(
    "replay_freight",
    (
        Column("series"),
        Column("year", "integer"),
        Column("sample", title="calibration or validation"),
        Column("modelled_amount", "number"),
        Column("observed_amount", "number"),
        Column("unit"),
        Column("error_ratio", "number"),
        Column("is_floor", "flag", title="the source says more than"),
        Column("source"),
        Column("note"),
    ),
    ("series", "year"),
)

RISE = Schema(
    "replay_rise",
    (
        Column("series"),
        Column("year", "integer"),
        Column("cause", title="one cause, or all of them"),
        Column("modelled_ratio", "number", title="over 2019; of a cause exp of its Shapley part"),
        Column("modelled_low_ratio", "number", title="at the low end of the elasticity of modes"),
        Column("modelled_high_ratio", "number"),
        Column("observed_ratio", "number"),
        Column("note"),
    ),
    ("series", "year", "cause"),
)

ERROR = Schema(
    "replay_error",
    (
        Column("country"),
        Column("variant"),
        Column("phase", title="a phase, or all"),
        Column("compared_count", "number", title="validation years compared"),
        Column("median_error_ratio", "number", title="median of the absolute relative error"),
        Column("median_signed_ratio", "number"),
    ),
    ("country", "variant", "phase"),
)
