"""The tables a `World` is made of. Every value column ends in its unit."""

from __future__ import annotations

from sogdia.core.table import Column, Schema
from sogdia.world.energy import (
    GAS_COUNTRIES,
    PIPELINES,
    PLANTS,
    POWER,
    POWER_LINES,
    POWER_ZONES,
)
from sogdia.world.fibre import CABLES, FIBRE, LANDINGS
from sogdia.world.freight_ends import FREIGHT_ENDS
from sogdia.world.health import CONSULTATIONS, HOSPITALS, JOURNEYS
from sogdia.world.loan_terms import LOANS

__all__ = [
    "CABLES",
    "CHOICE",
    "CLASSES",
    "CONNECTORS",
    "CONSULTATIONS",
    "CROSSINGS",
    "ECONOMIES",
    "FIBRE",
    "FREIGHT",
    "FREIGHT_ENDS",
    "GAS_COUNTRIES",
    "HOSPITALS",
    "JOURNEYS",
    "LANDINGS",
    "LINEAGE",
    "LINKS",
    "LOANS",
    "PIPELINES",
    "PLACES",
    "PLANTS",
    "POWER",
    "POWER_LINES",
    "POWER_ZONES",
    "REGIMES",
    "TARIFFS",
    "TRADE",
    "TRANSFERS",
    "VEHICLES",
    "WORLD_TABLES",
    "ZONES",
]

PLACES = Schema(
    "places",
    (
        Column("id", title="two-letter country and a word: kz.dostyk"),
        Column("name"),
        Column("kind", title="city, junction, station, terminal, border, port, airport, pass"),
        Column("country", title="ISO 3166 alpha-3"),
        Column("lat_deg", "number"),
        Column("lon_deg", "number"),
        Column("gauges", title="rail gauges in mm present at the place, joined by ;"),
    ),
    ("id",),
)

LINKS = Schema(
    "links",
    (
        Column("id", title="mode and the two ends: rail:kz.dostyk~kz.beskol"),
        Column("mode", title="rail, road, sea, air"),
        Column("from_place"),
        Column("to_place"),
        Column("name", title="the line, road or service"),
        Column("gauges", title="rail gauges in mm, joined by ;"),
        Column("tariff", title="row of tariffs that prices it: mode:rail/KAZ"),
        Column("crossing", title="the border crossing it passes, if any: kz-cn.khorgos:rail"),
        Column("status", title="open, construction, planned, closed"),
        Column("opened", "date", title="first day open; null when open before the period modelled"),
        Column("length_km", "number"),
        Column(
            "speed_km_per_h", "number", title="line-haul speed without border and terminal stops"
        ),
        Column("tracks_count", "number"),
        Column("capacity_trains_per_day", "number"),
        Column("capacity_t_per_y", "number"),
        Column("capacity_teu_per_y", "number", title="of a sea service, both directions together"),
        Column("electrified", title="yes, no, partial"),
        Column("road_class"),
        Column("seasonal", title="yes or no"),
    ),
    ("id",),
)

CROSSINGS = Schema(
    "crossings",
    (
        Column("id", title="post and mode: kz-cn.khorgos:rail"),
        Column("towards", title="ISO3 of the country entered"),
        Column("leaving", title="ISO3 of the country left"),
        Column("post", title="kz-cn.khorgos"),
        Column("mode"),
        Column("name"),
        Column("lat_deg", "number"),
        Column("lon_deg", "number"),
        Column("status", title="open or closed, in this direction"),
        Column("regime", title="what restricts it on the date, in words"),
        Column("dwell_mean_h", "number", title="exit side and entry side together"),
        Column("dwell_p50_h", "number"),
        Column("dwell_p90_h", "number"),
        Column("fee_usd2023_per_t", "number"),
        Column(
            "capacity_per_day", "number", title="trains or trucks a day, both directions together"
        ),
        Column("open_h_per_day", "number"),
    ),
    ("id", "towards"),
)

TRANSFERS = Schema(
    "transfers",
    (
        Column("id", title="kind and place: transfer:gauge-change/kz.dostyk"),
        Column(
            "kind",
            title="gauge-change, road-to-rail, rail-to-road, port, road-to-air, air-to-road, origin, destination",
        ),
        Column("place"),
        Column("from_layer", title="door, road, rail-1435, rail-1520, rail-1676, sea, air"),
        Column("to_layer"),
        Column("commodity", title="null: every class without a row of its own"),
        Column("dwell_mean_h", "number"),
        Column("dwell_p50_h", "number"),
        Column("dwell_p90_h", "number"),
        Column("fee_usd2023_per_teu", "number"),
        Column("fee_usd2023_per_t", "number"),
        Column(
            "capacity_per_day",
            "number",
            title="trains a day of a yard or port, trucks of a terminal, all directions together",
        ),
        Column("capacity_teu_per_y", "number", title="all directions together"),
        Column("capacity_t_per_y", "number"),
        Column("open_h_per_day", "number"),
    ),
    ("id", "from_layer", "to_layer", "commodity"),
)

TARIFFS = Schema(
    "tariffs",
    (
        Column("id", title="mode:rail/KAZ"),
        Column("commodity", title="commodity class"),
        Column("rate_usd2023_per_tkm", "number"),
        Column("emission_kgco2_per_tkm", "number"),
    ),
    ("id", "commodity"),
)

ZONES = Schema(
    "zones",
    (
        Column("id", title="zone:uz.andijan"),
        Column("name"),
        Column("country", title="ISO3"),
        Column("city", title="main city, where the zone's freight starts and ends"),
        Column("lat_deg", "number"),
        Column("lon_deg", "number"),
        Column("population_persons", "number"),
        Column("gdp_usd2023_per_y", "number"),
    ),
    ("id",),
)

CONNECTORS = Schema(
    "connectors",
    (
        Column("zone"),
        Column("place"),
        Column("length_km", "number", title="by road"),
    ),
    ("zone", "place"),
)

CLASSES = Schema(
    "classes",
    (
        Column("id", title="container-high-value, container-general, bulk, perishables"),
        Column("value_usd2023_per_t", "number", title="value density"),
        Column("loading_t_per_teu", "number"),
        Column("time_value_per_day_share", "number", title="share of the value a day costs"),
        Column(
            "reliability_ratio", "number", title="worth of an hour of P90-P50 in hours of delay"
        ),
        Column("rail_speed_ratio", "number", title="speed by rail over a container train's"),
    ),
    ("id",),
)

REGIMES = Schema(
    "regimes",
    (
        Column("id"),
        Column("kind", title="visa, restriction, union"),
        Column("from_country"),
        Column("to_country"),
        Column("post"),
        Column("mode"),
        Column("regime"),
        Column("since", "date"),
        Column("until", "date"),
        Column("source"),
    ),
    ("id",),
)

ECONOMIES = Schema(
    "economies",
    (
        Column("id", title="ISO 3166 alpha-3; ROW is every economy not listed singly"),
        Column("name"),
        Column("city", title="main city"),
        Column("lat_deg", "number", title="of the main city"),
        Column("lon_deg", "number"),
        Column(
            "inner_distance_km", "number", title="typical distance within, 0.67 sqrt(area / pi)"
        ),
        Column("gdp_usd2023_per_y", "number", title="national total, market exchange rates"),
        Column("population_persons", "number"),
    ),
    ("id",),
)

TRADE = Schema(
    "trade",
    (
        Column("exporter", title="ISO3 of an economy, or ROW"),
        Column("importer"),
        Column("year", "integer", title="the year all figures of the row describe"),
        Column("carried", "flag", title="true when that is not the year of the world's date"),
        Column("reconciled_usd2023_per_y", "number", title="reports of both made into one"),
        Column("exporter_report_usd2023_per_y", "number", title="as the exporter reports it"),
        Column("importer_report_usd2023_per_y", "number", title="as the importer reports it"),
    ),
    ("exporter", "importer"),
)

FREIGHT = Schema(
    "freight",
    (
        Column("exporter", title="ISO3"),
        Column("importer", title="ISO3, or WLD for every importer without rows of its own"),
        Column("commodity", title="commodity class"),
        Column("off_network_value_share", "number", title="moves by pipeline, wire or as metal"),
        Column("class_value_share", "number", title="share of the class in the rest"),
        Column("value_usd2023_per_t", "number", title="value density; null: that of the class"),
    ),
    ("exporter", "importer", "commodity"),
)

VEHICLES = Schema(
    "vehicles",
    (
        Column("id", title="rail: a train; road: a truck"),
        Column("load_t", "number", title="net load of wagons or of a truck"),
        Column("train_load_teu", "number", title="containers of a block train; null for road"),
    ),
    ("id",),
)

CHOICE = Schema(
    "choice",
    (
        Column("id"),
        Column("mode_scale", "number", title="elasticity of the odds of modes to relative cost"),
        Column("route_scale", "number", title="elasticity of the odds of routes of one mode"),
        Column("ocean_factor", "number", title="factor on the cost of ocean legs in the choice"),
        Column("trade_elasticity", "number", title="of trade to its cost factor, absolute"),
    ),
    ("id",),
)

LINEAGE = Schema(
    "lineage",
    (
        Column("entity"),
        Column("variable"),
        Column("claim", title="claim id, or measure:<id>"),
        Column("carried", "flag", title="true when the claim does not cover the date itself"),
    ),
    ("entity", "variable", "claim"),
)

CAPACITIES_CLAIMED_AS = {
    ("links", "capacity_trains_per_day"): "line_capacity_trains_per_day",
    ("links", "capacity_t_per_y"): "line_capacity_t_per_y",
    ("links", "capacity_teu_per_y"): "line_capacity_teu_per_y",
    ("transfers", "capacity_per_day"): "post_capacity_trains_per_day",
    ("transfers", "capacity_teu_per_y"): "terminal_capacity_teu_per_y",
    ("transfers", "capacity_t_per_y"): "terminal_capacity_t_per_y",
}
"""Columns of the capacity of links and transfers, and the variable each is claimed as."""

WORLD_TABLES: dict[str, Schema] = {
    schema.name: schema
    for schema in (
        PLACES, LINKS, CROSSINGS, TRANSFERS, TARIFFS, ZONES, CONNECTORS, CLASSES, REGIMES,
        ECONOMIES, TRADE, FREIGHT, FREIGHT_ENDS, VEHICLES, CHOICE, LOANS, LANDINGS, CABLES, FIBRE, HOSPITALS,
        CONSULTATIONS, JOURNEYS, POWER_ZONES, PLANTS, POWER_LINES, PIPELINES, GAS_COUNTRIES,
        POWER, LINEAGE,
    )
}  # fmt: skip
