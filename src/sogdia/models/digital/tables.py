"""Tables the model of fibre gives."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = ["FIBRE_COUNTRY", "FIBRE_LATENCY", "FIBRE_SECTION"]

FIBRE_LATENCY = Schema(
    "fibre_latency",
    (
        Column("on", "date"),
        Column("from_place"),
        Column("to_place"),
        Column("round_trip_ms", "number", title="least; null: no way"),
        Column("length_km", "number", title="of the least way, one way"),
        Column("sections_count", "number"),
        Column("way", title="places passed, joined by >"),
        Column("worst_section", title="the section of it whose loss costs most"),
        Column("worst_cut_ms", "number", title="round trip after that cut; null: no way is left"),
        Column("worst_state", title="the state between them whose loss costs most"),
        Column("worst_state_ms", "number", title="round trip without its fibre; null: no way"),
        Column("cuts_count", "number", title="fewest cuts that leave no way"),
        Column("capacity_mbit_per_s", "number", title="least known on the way; null: none known"),
        Column("unknown_capacity_count", "number", title="sections of the way without one"),
    ),
    ("on", "from_place", "to_place"),
)

FIBRE_COUNTRY = Schema(
    "fibre_country",
    (
        Column("on", "date"),
        Column("country", title="ISO3"),
        Column("place", title="its main node"),
        Column("cuts_count", "number", title="fewest cuts from every gateway"),
        Column("cut", title="one such set of sections, joined by ;"),
        Column("cuts_west_count", "number", title="fewest cuts from the gateways in the west"),
        Column("cuts_east_count", "number", title="fewest cuts from the gateways in the east"),
        Column("needs_west", title="states without whose fibre no way west is left"),
        Column("bridges_count", "number", title="single cuts that part a place of the state"),
    ),
    ("on", "country"),
)

FIBRE_SECTION = Schema(
    "fibre_section",
    (
        Column("on", "date"),
        Column("section"),
        Column("status", title="open, construction, planned, closed"),
        Column("one_way_ms", "number"),
        Column("length_km", "number"),
        Column("published_length", "flag"),
        Column("capacity_mbit_per_s", "number"),
        Column("bridge", "flag", title="whether its loss alone parts places"),
    ),
    ("on", "section"),
)
