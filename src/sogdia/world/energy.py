"""The tables of energy: power zones, plants, power lines, pipelines and gas by country."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = ["GAS_COUNTRIES", "PIPELINES", "PLANTS", "POWER", "POWER_LINES", "POWER_ZONES"]

POWER_ZONES = Schema(
    "power_zones",
    (
        Column("id", title="country and part of it: KAZ.south"),
        Column("country", title="ISO 3166 alpha-3"),
        Column("power_demand_gwh_per_y", "number"),
        Column("demand_winter_swing_share", "number", title="mid-January over the mean, less one"),
    ),
    ("id",),
)

PLANTS = Schema(
    "plants",
    (
        Column("id", title="plant and its name: plant:rogun-remaining-units"),
        Column("name"),
        Column("zone"),
        Column("technology", title="coal, gas, hydro, solar, wind, nuclear"),
        Column("status", title="open, construction, planned, closed"),
        Column("opened", "date", title="end of the year it opened; null: not known"),
        Column("capacity_mw", "number"),
        Column("plant_availability_share", "number", title="hourly if thermal, mean if not"),
        Column("marginal_cost_usd2023_per_mwh", "number"),
        Column("emission_t_per_mwh", "number", title="carbon dioxide at the plant"),
        Column("plant_efficiency_ratio", "number", title="null: burns nothing"),
        Column("reservoir_h", "number", title="hours at full capacity; null: no reservoir"),
        Column("registry", title="row of the registry energy_network"),
    ),
    ("id",),
)

POWER_LINES = Schema(
    "power_lines",
    (
        Column("id", title="power and a name: power:casa-pak"),
        Column("name"),
        Column("from_zone"),
        Column("to_zone"),
        Column("status", title="open, construction, planned, closed"),
        Column("opened", "date"),
        Column("capacity_mw", "number", title="in either direction"),
        Column("line_loss_share", "number"),
        Column("registry"),
    ),
    ("id",),
)

PIPELINES = Schema(
    "pipelines",
    (
        Column("id", title="pipeline and a name: pipeline:cagp-d"),
        Column("name"),
        Column("product", title="gas or oil"),
        Column("path", title="countries of gas, hubs of oil, in the order of flow: TKM>UZB"),
        Column("status", title="open, construction, planned, closed"),
        Column("opened", "date"),
        Column("capacity_bcm_per_y", "number", title="of gas"),
        Column("capacity_t_per_y", "number", title="of oil"),
        Column("registry"),
    ),
    ("id",),
)

GAS_COUNTRIES = Schema(
    "gas_countries",
    (
        Column("id", title="ISO 3166 alpha-3"),
        Column("gas_production_bcm_per_y", "number"),
        Column("gas_consumption_bcm_per_y", "number"),
    ),
    ("id",),
)

POWER = Schema(
    "power",
    (
        Column("id"),
        Column("demand_day_swing_share", "number"),
        Column("inflow_summer_swing_share", "number"),
        Column("unserved_usd2023_per_mwh", "number"),
    ),
    ("id",),
)
