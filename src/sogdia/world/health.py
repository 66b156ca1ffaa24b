"""The tables of health: hospitals, services of remote consultation, and what a journey takes."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = ["CONSULTATIONS", "HOSPITALS", "JOURNEYS"]

HOSPITALS = Schema(
    "hospitals",
    (
        Column("id", title="row of the registry city_hospitals: CH-001"),
        Column("name"),
        Column("city"),
        Column("country", title="ISO 3166 alpha-3"),
        Column("lat_deg", "number"),
        Column("lon_deg", "number"),
        Column("beds_count", "number"),
        Column("specialities", title="as reported, joined by ;"),
        Column("telemedicine", title="yes, no or unknown"),
    ),
    ("id",),
)

CONSULTATIONS = Schema(
    "consultations",
    (
        Column("id", title="consultation:xinjiang"),
        Column("centre", title="city of the specialists"),
        Column("country", title="ISO3 of the specialists"),
        Column("opened_by", title="the measure that opened it; null: as it stands"),
        Column("hospitals_count", "number", title="connected abroad"),
        Column("cases_per_day", "number", title="on a working day"),
        Column("specialists_count", "number", title="on duty at once; null: not known"),
    ),
    ("id",),
)

JOURNEYS = Schema(
    "journeys",
    (
        Column("id", title="road, rail or air"),
        Column("passenger_speed_ratio", "number"),
        Column("passenger_fare_usd2023_per_pkm", "number"),
        Column("ground_h", "number", title="at a border by road and rail, of a flight by air"),
        Column("passenger_time_value_usd2023_per_hour", "number"),
    ),
    ("id",),
)
