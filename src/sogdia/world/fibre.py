"""The tables of fibre: places where sections join, sections, and the glass."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = ["CABLES", "FIBRE", "LANDINGS"]

LANDINGS = Schema(
    "landings",
    (
        Column("id", title="two-letter country and a word: kz.aktau"),
        Column("name"),
        Column("country", title="ISO 3166 alpha-3"),
        Column("lat_deg", "number"),
        Column("lon_deg", "number"),
        Column("gateway", title="west or east: a hub the region is reached from; else null"),
    ),
    ("id",),
)

CABLES = Schema(
    "cables",
    (
        Column("id", title="fibre and the two ends: fibre:kz.aktau~az.sumgait"),
        Column("from_place"),
        Column("to_place"),
        Column("operators"),
        Column("status", title="open, construction, planned, closed"),
        Column("opened", "date", title="end of the year it opened; null: not known"),
        Column("length_km", "number"),
        Column("published_length", "flag", title="false: great circle times the route factor"),
        Column("capacity_mbit_per_s", "number", title="null: not known"),
        Column("confidence"),
        Column("registry", title="row of the registry digital_network"),
    ),
    ("id",),
)

FIBRE = Schema(
    "fibre",
    (
        Column("id"),
        Column("refractive_index", "number", title="of the glass, for a pulse"),
        Column("hop_ms", "number", title="one way, at a place where two sections join"),
    ),
    ("id",),
)
