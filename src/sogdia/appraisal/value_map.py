"""Values of links and posts as a layer of a map: GeoJSON, WGS 84, one feature a link or post."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.replacing import replacing
from sogdia.core.table import Table
from sogdia.world.world import World

__all__ = ["value_layer", "write_layer"]

DIGITS = 4
"""Of a degree: 11 m, finer than any place of the evidence."""


def value_layer(values: Table, world: World) -> dict[str, Any]:
    """The rows of a ranking with their places, in the order of the ranking.

    Parameters
    ----------
    values : Table
        `sogdia.appraisal.link_table.LINK_VALUE`.
    world : World
        It was made of.

    Returns
    -------
    dict
        A GeoJSON FeatureCollection. Links are straight lines between their two places; the
        properties are the columns of the table and ``rank``, from 1.
    """
    places = {
        str(i): [round(float(lon), DIGITS), round(float(lat), DIGITS)]
        for i, lat, lon in zip(
            world.places["id"], world.places["lat_deg"], world.places["lon_deg"], strict=True
        )
    }
    links = {
        str(i): [places[str(a)], places[str(b)]]
        for i, a, b in zip(
            world.links["id"], world.links["from_place"], world.links["to_place"], strict=True
        )
    }
    posts = {
        str(i): [round(float(lon), DIGITS), round(float(lat), DIGITS)]
        for i, lat, lon in zip(
            world.crossings["id"], world.crossings["lat_deg"], world.crossings["lon_deg"],
            strict=True,
        )
        if not (np.isnan(lat) or np.isnan(lon))
    }  # fmt: skip
    features: list[dict[str, Any]] = []
    for rank, row in enumerate(values.rows(), start=1):
        kind, name = row["kind"], str(row["id"])
        line = kind == "link"
        where = links.get(name) if line else posts.get(name)
        if where is None:
            continue
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "LineString" if line else "Point", "coordinates": where},
                "properties": {"rank": rank} | row | {"on": row["on"].isoformat()},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def write_layer(layer: dict[str, Any], file: Path) -> Path:
    """Write the layer; a reader sees the old file or the whole new one.

    Raises
    ------
    InvalidInput
        When the file is not called .geojson or .json, or its folder is not there.
    """
    problems: list[Problem] = []
    if file.suffix not in {".geojson", ".json"}:
        problems.append(
            Problem(
                where=str(file), what="is no name of a map layer", got=file.suffix or "no suffix",
                allowed=".geojson, .json",
            )
        )  # fmt: skip
    if not file.parent.is_dir():
        problems.append(
            Problem(where=str(file.parent), what="is not a folder", fix="make it first")
        )
    if problems:
        raise InvalidInput(problems)
    with replacing(file) as temporary, temporary.open("w", encoding="utf-8") as stream:
        json.dump(layer, stream, ensure_ascii=False, allow_nan=False)
    return file
