"""The tables the transport model gives."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = [
    "CROSSING_FLOW",
    "LINK_FLOW",
    "MODE_SHARE",
    "NETWORK_MAP",
    "PASSENGER_CROSSING",
    "PASSENGER_FLOW",
    "ROUTE",
    "SKIM",
    "TRADE_COST",
]

SKIM = Schema(
    "skim",
    (
        Column("on", "date", title="the date of the world"),
        Column("origin", title="zone"),
        Column("destination", title="zone"),
        Column("commodity", title="commodity class"),
        Column("reachable", "flag", title="false: no route at all; every value is null"),
        Column(
            "gencost_usd2023_per_t", "number", title="generalised cost: money, time, reliability"
        ),
        Column("money_usd2023_per_t", "number"),
        Column("time_h", "number", title="expected door-to-door time"),
        Column("time_p50_h", "number", title="half of the shipments arrive within"),
        Column("time_p90_h", "number", title="nine in ten shipments arrive within"),
        Column("border_h", "number", title="expected hours at border posts"),
        Column("distance_km", "number"),
        Column("emission_kgco2_per_t", "number"),
    ),
    ("on", "origin", "destination", "commodity"),
)

ROUTE = Schema(
    "route",
    (
        Column("on", "date"),
        Column("origin"),
        Column("destination"),
        Column("commodity"),
        Column("alternative", "integer", title="1 is the least-cost route"),
        Column("leg", "integer", title="position along the route, from 1"),
        Column("kind", title="line-haul, border, gauge-change, transfer, access"),
        Column(
            "mode",
            title="rail-1435, rail-1520, rail-1676, road, sea, air; of a border rail or road; empty for a transfer",
        ),
        Column("from_place"),
        Column("to_place"),
        Column("name", title="lines or post, as a forwarder would say it"),
        Column(
            "entities", title="ids of the links, crossings or transfers of the leg, joined by ;"
        ),
        Column("country"),
        Column("distance_km", "number"),
        Column("time_h", "number", title="expected"),
        Column("time_p50_h", "number"),
        Column("time_p90_h", "number"),
        Column("money_usd2023_per_t", "number"),
        Column("gencost_usd2023_per_t", "number"),
        Column("emission_kgco2_per_t", "number"),
    ),
    ("on", "origin", "destination", "commodity", "alternative", "leg"),
)

NETWORK_MAP = Schema(
    "network_map",
    (
        Column("on", "date"),
        Column("id", title="link or crossing"),
        Column("kind", title="link or crossing"),
        Column("mode"),
        Column("gauges"),
        Column("name"),
        Column("status"),
        Column("from_place"),
        Column("to_place"),
        Column("from_lat_deg", "number"),
        Column("from_lon_deg", "number"),
        Column("to_lat_deg", "number"),
        Column("to_lon_deg", "number"),
        Column("length_km", "number"),
        Column("speed_km_per_h", "number"),
        Column("dwell_mean_h", "number", title="of a crossing, mean of its directions"),
    ),
    ("on", "id"),
)

LINK_FLOW = Schema(
    "link_flow",
    (
        Column("on", "date"),
        Column("id", title="link"),
        Column("from_place"),
        Column("to_place"),
        Column("mode"),
        Column("flow_t_per_y", "number", title="in this direction"),
        Column("containers_teu_per_y", "number"),
        Column("value_usd2023_per_y", "number"),
        Column("vehicles_per_day", "number", title="trains or trucks; null for sea and air"),
        Column(
            "use_share", "number", title="both directions over the link's capacity; null if unknown"
        ),
    ),
    ("on", "id", "from_place"),
)

CROSSING_FLOW = Schema(
    "crossing_flow",
    (
        Column("on", "date"),
        Column("id", title="crossing: post and mode"),
        Column("towards", title="ISO3 of the country entered"),
        Column("flow_t_per_y", "number"),
        Column("containers_teu_per_y", "number"),
        Column("value_usd2023_per_y", "number"),
        Column("arrivals_per_day", "number", title="loaded trains or trucks"),
        Column(
            "use_share",
            "number",
            title="arrivals of both directions over capacity; null if unknown",
        ),
    ),
    ("on", "id", "towards"),
)

MODE_SHARE = Schema(
    "mode_share",
    (
        Column("on", "date"),
        Column("exporter"),
        Column("importer"),
        Column("commodity"),
        Column("mode", title="the mode of most of the way: road, rail, sea, air"),
        Column("flow_t_per_y", "number"),
        Column("value_usd2023_per_y", "number"),
        Column("mode_share", "number", title="of the tonnes of exporter, importer and class"),
    ),
    ("on", "exporter", "importer", "commodity", "mode"),
)

TRADE_COST = Schema(
    "trade_cost",
    (
        Column("on", "date"),
        Column("origin", title="zone"),
        Column("destination", title="zone"),
        Column("trade_usd2023_per_y", "number", title="all trade of the pair before any response"),
        Column("freight_usd2023_per_y", "number", title="of that, moved as freight"),
        Column("cost_factor_ratio", "number", title="1 + expected cost over value, all classes"),
    ),
    ("on", "origin", "destination"),
)

PASSENGER_FLOW = Schema(
    "passenger_flow",
    (
        Column("on", "date"),
        Column("id", title="link"),
        Column("from_place"),
        Column("to_place"),
        Column("mode", title="road, rail, air"),
        Column("flow_persons_per_y", "number", title="in this direction; visitors there and back"),
    ),
    ("on", "id", "from_place"),
)

PASSENGER_CROSSING = Schema(
    "passenger_crossing",
    (
        Column("on", "date"),
        Column("id", title="crossing: post and mode; of a flight between countries its link"),
        Column("leaving", title="ISO3 of the country left"),
        Column("towards", title="ISO3 of the country entered"),
        Column("mode"),
        Column("origin_country", title="ISO3 of the visitors' citizenship"),
        Column("destination_country", title="ISO3 of the country they visit"),
        Column("flow_persons_per_y", "number", title="visitors there and back"),
    ),
    ("on", "id", "towards", "origin_country", "destination_country"),
)
