"""Hospitals, the service of remote consultation and what a journey takes, of a date.

A hospital without a word on telemedicine in the registry stays "unknown". The service of Xinjiang
is one row: hospitals connected abroad and cases a day as last claimed, specialists where a
measure says them.
"""

from __future__ import annotations

from typing import Any

from sogdia.evidence.base import EvidenceBase
from sogdia.world.notebook import Notebook

__all__ = [
    "SERVICE",
    "consultation_rows",
    "hospital_rows",
    "journey_rows",
]

SERVICE = "consultation:xinjiang"
TIME_VALUE = "passenger_time_value_usd2023_per_hour"


def hospital_rows(base: EvidenceBase) -> list[dict[str, Any]]:
    """Rows of the table hospitals; one that is still being built is left out."""
    return [
        {
            "id": row["id"],
            "name": row["name"],
            "city": row["city"],
            "country": row["country"],
            "lat_deg": float(row["lat"]),
            "lon_deg": float(row["lon"]),
            "beds_count": float(row["beds"]) if row["beds"] else None,
            "specialities": row["specialities"],
            "telemedicine": row["telemedicine"],
        }
        for row in base.registry("city_hospitals")
        if "under construction" not in row["name"]
    ]


def consultation_rows(book: Notebook) -> list[dict[str, Any]]:
    """The one row of the table consultations."""
    where: dict[str, Any] = {"table": "consultations", "row": 0}
    return [
        {
            "id": SERVICE,
            "centre": "Urumqi",
            "country": "CHN",
            "hospitals_count": book.number(
                SERVICE, "consultation_hospitals_count", column="hospitals_count", **where
            ),
            "cases_per_day": book.number(
                SERVICE, "consultation_cases_per_day", column="cases_per_day", **where
            ),
        }
    ]


def journey_rows(book: Notebook) -> list[dict[str, Any]]:
    """Rows of the table journeys: the claims on passengers, by mode."""
    rows: list[dict[str, Any]] = []
    for mode in ("road", "rail", "air"):
        where: dict[str, Any] = {"table": "journeys", "row": len(rows)}
        row: dict[str, Any] = {"id": mode}
        ground = "passenger_airport_h" if mode == "air" else "passenger_border_h"
        for subject, variable, column in (
            (f"mode:{mode}/passenger", "passenger_speed_ratio", "passenger_speed_ratio"),
            (
                f"mode:{mode}/passenger",
                "passenger_fare_usd2023_per_pkm",
                "passenger_fare_usd2023_per_pkm",
            ),
            ("WLD", ground, "ground_h"),
            ("WLD", TIME_VALUE, TIME_VALUE),
        ):
            row[column] = book.number(subject, variable, column=column, **where)
        rows.append(row)
    return rows
