"""Energy of a date: rows of the registry `energy_network` and claims to tables of a world.

A row of type "fleet", or a plant of subtype hydro_plant or gas_plant, is a plant; a row of type
"interface" is what may pass between two zones; a row whose id starts with "E_" and whose subtype
ends in "pipeline" is a pipeline. A plant of Kazakhstan belongs to the zone its coordinates lie in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sogdia.evidence.claim import day
from sogdia.world.notebook import Notebook

__all__ = [
    "ZONES",
    "gas_country_rows",
    "pipeline_rows",
    "plant_rows",
    "power_line_rows",
    "power_rows",
    "power_zone_rows",
]

ZONES = (
    "AFG", "KAZ.north", "KAZ.south", "KAZ.west", "KGZ.north", "KGZ.south", "PAK", "TJK", "TKM",
    "UZB",
)  # fmt: skip
"""Zones of the power model. China has no open line to them and is left out of power."""

GAS = ("KAZ", "TKM", "UZB")

STATUS = {
    "operating": "open", "construction": "construction", "planned": "planned",
    "pre-construction": "planned", "announced": "planned", "proposed": "planned",
}  # fmt: skip
"""Words of the registry as those of a link; a row with another word is left out."""

WEST_OF_DEG = 54.0
SOUTH_OF_DEG = 46.5
"""Zones of Kazakhstan: west of one meridian, else south or north of one parallel."""

OIL_TO_T = {"Mt_per_year": 1e6}


def power_zone_rows(book: Notebook) -> list[dict[str, Any]]:
    """Rows of the table power_zones."""
    return [
        {"id": zone, "country": zone[:3]}
        | {
            column: book.number(zone, column, table="power_zones", column=column, row=row)
            for column in ("power_demand_gwh_per_y", "demand_winter_swing_share")
        }
        for row, zone in enumerate(ZONES)
    ]


def power_rows(book: Notebook) -> list[dict[str, Any]]:
    """The one row of the table power."""
    return [
        {"id": "power"}
        | {
            column: book.number("power", column, table="power", column=column, row=0)
            for column in (
                "demand_day_swing_share", "inflow_summer_swing_share", "unserved_usd2023_per_mwh",
            )
        }
    ]  # fmt: skip


def plant_rows(book: Notebook) -> list[dict[str, Any]]:
    """Rows of the table plants; a parameter is of the plant, else its country's, else the region's."""
    rows: list[dict[str, Any]] = []
    taken: set[str] = set()
    for entry in _known(book):
        technology = _technology(entry)
        zone = _zone(entry) if technology is not None else None
        if technology is None or zone is None or not entry["capacity"]:
            continue
        name = f"plant:{_slug(entry['name'])}"
        if name in taken:
            name = f"{name}-{_slug(entry['id'])}"
        taken.add(name)
        status, opened = _status(entry, book.on)
        row: dict[str, Any] = {
            "id": name,
            "name": entry["name"],
            "zone": zone,
            "technology": technology,
            "status": status,
            "opened": opened,
            "capacity_mw": float(entry["capacity"]),
            "registry": entry["id"],
        }
        for column in (
            "plant_availability_share", "marginal_cost_usd2023_per_mwh", "emission_t_per_mwh",
            "plant_efficiency_ratio", "reservoir_h",
        ):  # fmt: skip
            row[column] = book.number(
                name, column, f"{zone[:3]}.{technology}", f"power.{technology}",
                table="plants", column=column, row=len(rows),
            )  # fmt: skip
        rows.append(row)
    return rows


def power_line_rows(book: Notebook) -> list[dict[str, Any]]:
    """Rows of the table power_lines."""
    rows: list[dict[str, Any]] = []
    for entry in _known(book):
        if entry["type"] != "interface":
            continue
        status, opened = _status(entry, book.on)
        name = f"power:{_slug(entry['id'][2:])}"
        rows.append(
            {
                "id": name,
                "name": entry["name"],
                "from_zone": entry["from_node"],
                "to_zone": entry["to_node"],
                "status": status,
                "opened": opened,
                "capacity_mw": float(entry["capacity"]),
                "line_loss_share": book.number(
                    name, "line_loss_share", "power",
                    table="power_lines", column="line_loss_share", row=len(rows),
                ),
                "registry": entry["id"],
            }
        )  # fmt: skip
    return rows


def pipeline_rows(book: Notebook) -> list[dict[str, Any]]:
    """Rows of the table pipelines; one inside a single country carries nothing between countries."""
    rows: list[dict[str, Any]] = []
    for entry in _known(book):
        product = entry["subtype"].partition("_")[0]
        if not entry["id"].startswith("E_") or not entry["subtype"].endswith("_pipeline"):
            continue
        path = (
            entry["countries"].split(";")
            if product == "gas"
            else [entry["from_node"], entry["to_node"]]
        )
        if len(path) < 2:
            continue
        status, opened = _status(entry, book.on)
        capacity = float(entry["capacity"])
        rows.append(
            {
                "id": f"pipeline:{_slug(entry['id'][2:])}",
                "name": entry["name"],
                "product": product,
                "path": ">".join(path),
                "status": status,
                "opened": opened,
                "capacity_bcm_per_y": capacity if product == "gas" else None,
                "capacity_t_per_y": capacity * OIL_TO_T[entry["capacity_unit"]]
                if product == "oil"
                else None,
                "registry": entry["id"],
            }
        )
    return rows


def gas_country_rows(book: Notebook) -> list[dict[str, Any]]:
    """Rows of the table gas_countries."""
    return [
        {"id": country}
        | {
            column: book.number(country, column, table="gas_countries", column=column, row=row)
            for column in ("gas_production_bcm_per_y", "gas_consumption_bcm_per_y")
        }
        for row, country in enumerate(GAS)
    ]


def _known(book: Notebook) -> Iterator[Mapping[str, str]]:
    """Rows whose source was out by the day the world is known by, and that are not given up."""
    for entry in book.evidence.registry("energy_network"):
        stated = book.evidence.sources[entry["source"]].published
        if entry["status"] in STATUS and (stated is None or stated <= book.known_by):
            yield entry


def _status(entry: Mapping[str, str], on: date) -> tuple[str, date | None]:
    """Whether it is open on the date; known only to the year it counts from that year's end."""
    word = STATUS[entry["status"]]
    first = day(entry["opened"]) if entry["opened"] else None
    if first is None:
        return word, None
    opened = date(first.year, 12, 31) if len(entry["opened"]) == 4 else first
    return (word if word != "open" or opened <= on else "construction"), opened


def _technology(entry: Mapping[str, str]) -> str | None:
    if entry["type"] == "fleet":
        return entry["subtype"]
    if not entry["id"].startswith("GEM"):
        return None  # a place on the map; its plant has a row of its own
    return {"hydro_plant": "hydro", "gas_plant": "gas"}.get(entry["subtype"])


def _zone(entry: Mapping[str, str]) -> str | None:
    if entry["type"] == "fleet":
        return entry["from_node"]
    country = entry["countries"]
    if country == "KGZ":
        # The Naryn cascade feeds the south; thermal plants stand in and about Bishkek.
        return "KGZ.south" if entry["subtype"] == "hydro_plant" else "KGZ.north"
    if country != "KAZ":
        return country if country in ZONES else None
    if not entry["lon"]:
        return None
    if float(entry["lon"]) < WEST_OF_DEG:
        return "KAZ.west"
    return "KAZ.south" if float(entry["lat"]) < SOUTH_OF_DEG else "KAZ.north"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
