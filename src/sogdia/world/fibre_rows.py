"""Fibre of a date: the places where sections join, and the sections between them.

A section is one row of the registry `digital_network` of kind "section"; a row of kind "system"
is a service carried over several of them and is no section of its own. A published length is
kept; without one the length is the great circle times the claimed route factor. A capacity that
is not published is absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sogdia.core.estimate import Estimate
from sogdia.core.geodesy import great_circle_km
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import day
from sogdia.world.notebook import Notebook

__all__ = ["cable_rows", "fibre_rows", "landing_rows"]

STATUS = {
    "complete": "open", "construction": "construction", "planned": "planned",
    "suspended": "closed",
}  # fmt: skip
"""Words of the registry as those of a link."""

MBIT = {"Gbit_per_s": 1e3, "Tbit_per_s": 1e6}


def landing_rows(base: EvidenceBase) -> list[dict[str, Any]]:
    """Rows of the table landings."""
    return [
        {
            "id": row["id"],
            "name": row["name"],
            "country": row["country"],
            "lat_deg": float(row["lat"]),
            "lon_deg": float(row["lon"]),
            "gateway": row["gateway"] or None,
        }
        for row in base.registry("fibre_places")
    ]


def cable_rows(book: Notebook) -> list[dict[str, Any]]:
    """Rows of the table cables, with the route factor in the lineage of every length it made.

    A row stated after the day the world is known by is left out, where its source has a date.
    """
    places = {row["name"]: row for row in book.evidence.registry("fibre_places")}
    factor = book.believe("fibre", "fibre_route_factor")
    rows: list[dict[str, Any]] = []
    for entry in book.evidence.registry("digital_network"):
        ends = (places.get(entry["from_place"]), places.get(entry["to_place"]))
        if entry["kind"] != "section" or ends[0] is None or ends[1] is None:
            continue
        stated = book.evidence.sources[entry["source"]].published
        if stated is not None and stated > book.known_by:
            continue
        name = f"fibre:{ends[0]['id']}~{ends[1]['id']}"
        length = float(entry["length_km"]) if entry["length_km"] else None
        if length is None and factor is not None:
            value = factor.claim.value
            assert isinstance(value, Estimate)
            made = value.scaled(_apart_km(ends[0], ends[1]))
            book.note(name, "fibre_route_factor", factor)
            book.spread(made, factor, "cables", "length_km", len(rows))
            length = made.central
        status, opened = _status(entry, book.on)
        rows.append(
            {
                "id": name,
                "from_place": ends[0]["id"],
                "to_place": ends[1]["id"],
                "operators": entry["operators"] or None,
                "status": status,
                "opened": opened,
                "length_km": length,
                "published_length": bool(entry["length_km"]),
                "capacity_mbit_per_s": float(entry["capacity"]) * MBIT[entry["capacity_unit"]]
                if entry["capacity"]
                else None,
                "confidence": entry["confidence"],
                "registry": entry["id"],
            }
        )
    return rows


def fibre_rows(book: Notebook) -> list[dict[str, Any]]:
    """The one row of the table fibre."""
    where: dict[str, Any] = {"table": "fibre", "row": 0}
    return [
        {
            "id": "central",
            "refractive_index": book.number(
                "fibre", "fibre_refractive_index", column="refractive_index", **where
            ),
            "hop_ms": book.number("fibre", "fibre_hop_ms", column="hop_ms", **where),
        }
    ]


def _status(entry: Mapping[str, str], on: date) -> tuple[str, date | None]:
    """Whether a section is open on the date; known only to the year it counts from its end.

    A section called complete without a year has been open throughout: the registry does not say
    since when.
    """
    word = STATUS[entry["status"]]
    first = day(entry["opened"]) if entry["opened"] else None
    if first is None:
        return word, None
    opened = date(first.year, 12, 31) if len(entry["opened"]) == 4 else first
    return (word if word != "open" or opened <= on else "construction"), opened


def _apart_km(a: Mapping[str, str], b: Mapping[str, str]) -> float:
    return float(
        great_circle_km(float(a["lat"]), float(a["lon"]), float(b["lat"]), float(b["lon"]))
    )
