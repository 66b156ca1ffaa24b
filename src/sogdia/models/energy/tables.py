"""Tables of the models of power and of pipelines."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = ["GAS_BALANCE", "PIPELINE_FLOW", "POWER_FLOW", "POWER_SUPPLY", "POWER_YEAR"]

POWER_YEAR = Schema(
    "power_year",
    (
        Column("on", "date"),
        Column("case", title="trade, or no_trade: every line between countries shut"),
        Column("country"),
        Column("power_demand_gwh_per_y", "number"),
        Column("made_gwh_per_y", "number"),
        Column("sent_gwh_per_y", "number", title="to other countries, before loss"),
        Column("received_gwh_per_y", "number", title="from other countries, after loss"),
        Column("unserved_gwh_per_y", "number"),
        Column("running_cost_usd2023_per_y", "number", title="fuel and running cost"),
        Column("unserved_cost_usd2023_per_y", "number"),
        Column("emission_tco2_per_y", "number", title="carbon dioxide at plants"),
        Column("price_usd2023_per_mwh", "number", title="mean over demand"),
    ),
    ("on", "case", "country"),
)

POWER_SUPPLY = Schema(
    "power_supply",
    (
        Column("on", "date"),
        Column("case"),
        Column("zone"),
        Column("technology"),
        Column("capacity_mw", "number"),
        Column("made_gwh_per_y", "number"),
    ),
    ("on", "case", "zone", "technology"),
)

POWER_FLOW = Schema(
    "power_flow",
    (
        Column("on", "date"),
        Column("case"),
        Column("line"),
        Column("from_zone"),
        Column("to_zone"),
        Column("capacity_mw", "number"),
        Column("sent_gwh_per_y", "number", title="from the first zone"),
        Column("sent_back_gwh_per_y", "number", title="from the second zone"),
        Column("shadow_usd2023_per_mw_y", "number", title="worth of one more MW, both directions"),
        Column("full_share", "number", title="hours at capacity in either direction"),
    ),
    ("on", "case", "line"),
)

PIPELINE_FLOW = Schema(
    "pipeline_flow",
    (
        Column("on", "date"),
        Column("pipeline"),
        Column("product"),
        Column("from_node"),
        Column("to_node"),
        Column("capacity_amount", "number"),
        Column("flow_amount", "number"),
        Column(
            "worth_amount", "number", title="delivery to China won by one more unit of capacity"
        ),
        Column("unit", title="bcm/year or t/year; of the worth: 1"),
    ),
    ("on", "pipeline", "from_node"),
)

GAS_BALANCE = Schema(
    "gas_balance",
    (
        Column("on", "date"),
        Column("country"),
        Column("gas_production_bcm_per_y", "number", title="most that can be produced"),
        Column("gas_consumption_bcm_per_y", "number"),
        Column("unserved_bcm_per_y", "number"),
        Column("to_china_bcm_per_y", "number", title="surplus sent, in proportion to what is free"),
    ),
    ("on", "country"),
)
