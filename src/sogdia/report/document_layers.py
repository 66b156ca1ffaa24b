"""The map of a report as GeoPackage: links, crossings, places, flows and changes, for a GIS.

All layers are in WGS 84 (EPSG:4326). Links are drawn straight between places, as on the map. Every
column of a number ends in its unit; the table `about` says which runs these are, and the table
`columns` what each column is.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sogdia.core.extras import require
from sogdia.report.content import MapContent, ReportContent
from sogdia.report.words import words_in

__all__ = ["layers_file"]

WGS84 = "EPSG:4326"
TEXT, REAL, WHOLE = pa.string(), pa.float64(), pa.int64()

COLUMNS: dict[str, dict[str, tuple[pa.DataType, str]]] = {
    "links": {
        "id": (TEXT, "id of the link"),
        "name": (TEXT, "name"),
        "mode": (TEXT, "rail, road, sea or air"),
        "gauges_mm": (TEXT, "track gauges, mm, separated by semicolons"),
        "status": (TEXT, "in the scenario: open, closed, planned or construction"),
        "change": (TEXT, "against the baseline: opened, closed, faster or slower; else empty"),
        "note": (TEXT, "what differs, or length, and freight"),
    },
    "crossings": {
        "id": (TEXT, "id of the border post and mode"),
        "name": (TEXT, "name"),
        "status": (TEXT, "in the scenario: open or closed"),
        "change": (TEXT, "against the baseline: opened, closed, faster or slower; else empty"),
        "note": (TEXT, "what differs, or hours on average, and queue"),
    },
    "places": {
        "id": (TEXT, "id of the place"),
        "name": (TEXT, "name"),
        "rank": (WHOLE, "1 is labelled first"),
    },
    "flows": {
        "id": (TEXT, "id of the link"),
        "name": (TEXT, "name"),
        "before_t_per_y": (REAL, "freight of both directions in the baseline, t/year"),
        "after_t_per_y": (REAL, "freight of both directions in the scenario, t/year"),
        "change_t_per_y": (REAL, "after less before, t/year; null where either is not open"),
    },
    "changes": {
        "id": (TEXT, "id of the link or border post"),
        "name": (TEXT, "name"),
        "what": (TEXT, "link or crossing"),
        "change": (TEXT, "opened, closed, faster or slower"),
        "note": (TEXT, "what differs, before and after"),
    },
}
KINDS = {"links": "LineString", "flows": "LineString", "crossings": "Point", "places": "Point"}
Row = Mapping[str, Any]
_lock = threading.Lock()


def layers_file(content: ReportContent, when: datetime) -> bytes:
    """The GeoPackage as bytes.

    Raises
    ------
    MissingExtra
        When pyogrio or shapely is not installed.
    """
    pyogrio = require("pyogrio", extra="report", purpose="GeoPackage documents")
    shapely = require("shapely", extra="report", purpose="GeoPackage documents")
    found = content.map or MapContent()
    # GDAL takes the time from an option of the whole process.
    with _lock, tempfile.TemporaryDirectory(prefix="sogdia-") as folder:
        path = str(Path(folder) / "map.gpkg")
        stamp = when.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
        try:
            for name, (rows, shapes) in _layers(found, shapely).items():
                table = _arrow(name, rows)
                wkb = pa.array([shapely.to_wkb(s) for s in shapes], type=pa.binary())
                pyogrio.write_arrow(
                    table.append_column("geometry", wkb), path, layer=name, driver="GPKG",
                    geometry_name="geometry", geometry_type=KINDS.get(name, "Unknown"), crs=WGS84,
                )  # fmt: skip
            for name, table in (("columns", _columns()), ("about", _about(content))):
                pyogrio.write_arrow(table, path, layer=name, driver="GPKG")
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
        return Path(path).read_bytes()


def _layers(found: MapContent, shapely: Any) -> dict[str, tuple[list[Row], list[Any]]]:
    layers: dict[str, tuple[list[Row], list[Any]]] = {name: ([], []) for name in COLUMNS}

    def put(layer: str, row: Row, shape: Any) -> None:
        layers[layer][0].append(row)
        layers[layer][1].append(shape)

    for link in found.links:
        line = shapely.linestrings(np.asarray(link.points))
        row = {
            "id": link.id, "name": link.name, "mode": link.mode,
            "gauges_mm": ";".join(map(str, link.gauges)), "status": link.status,
            "change": link.change, "note": link.note,
        }  # fmt: skip
        put("links", row, line)
        if link.change:
            put("changes", row | {"what": "link"}, line)
    for post in found.crossings:
        point = shapely.Point(post.lon_deg, post.lat_deg)
        row = {
            "id": post.id, "name": post.name, "status": post.status, "change": post.change,
            "note": post.note,
        }  # fmt: skip
        put("crossings", row, point)
        if post.change:
            put("changes", row | {"what": "crossing"}, point)
    for place in found.places:
        row = {"id": place.id, "name": place.name, "rank": place.rank}
        put("places", row, shapely.Point(place.lon_deg, place.lat_deg))
    for flow in found.flows:
        a, b = flow.before_t_per_y, flow.after_t_per_y
        row = {
            "id": flow.id, "name": flow.name, "before_t_per_y": a, "after_t_per_y": b,
            "change_t_per_y": None if a is None or b is None else b - a,
        }  # fmt: skip
        put("flows", row, shapely.linestrings(np.asarray(flow.points)))
    return layers


def _arrow(layer: str, rows: Sequence[Row]) -> pa.Table:
    return pa.table(
        {
            name: pa.array([row[name] for row in rows], type=kind)
            for name, (kind, _) in COLUMNS[layer].items()
        }
    )


def _columns() -> pa.Table:
    told = [
        (layer, name, title) for layer, cs in COLUMNS.items() for name, (_, title) in cs.items()
    ]
    return pa.table(
        {key: [row[i] for row in told] for i, key in enumerate(("layer", "column", "meaning"))}
    )


def _about(content: ReportContent) -> pa.Table:
    words = words_in(content.language)
    told = [
        ("title", content.title),
        ("question", content.question),
        ("scenario", content.scenario_id),
        ("run", content.run_id),
        ("baseline run", content.baseline_id),
        ("world of", content.world_on),
        ("evidence known by", content.known_by),
        ("base map", words("foot.base-map")),
        ("disclaimer", words("map.disclaimer")),
    ]
    return pa.table({"field": [k for k, _ in told], "text": [v for _, v in told]})
