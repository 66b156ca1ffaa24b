"""Lengths of open links against rail and road graphs derived from OpenStreetMap.

The graphs are third-party material (ODbL) and not part of the project. Point SOGDIA_OSM_GRAPH at a
folder with ``rail_wide_nodes.csv``, ``rail_wide_edges.csv``, ``rail_stitches_lt5km.csv``,
``rail_gap_repairs_heuristic.csv``, ``road_core_nodes.csv`` and ``road_core_edges.csv``::

    SOGDIA_OSM_GRAPH=... pytest tests/crosscheck -n 0

A link agrees when its length is within 15 % of the path in the graph, with or without the legs from
the link's ends to the nearest vertex. A path of more than twice the length follows another line or
goes round a gap, and says nothing. What disagrees must be in ``known_deviations.csv``, with why.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from sogdia.core.geodesy import EARTH_RADIUS_KM, great_circle_km
from sogdia.world.build import world

FOLDER = os.environ.get("SOGDIA_OSM_GRAPH")
KNOWN = Path(__file__).with_name("known_deviations.csv")
TOLERANCE = 0.15
SNAP_KM = 15.0
STEP_KM = 3.0
SHORT_KM = 8.0

pytestmark = [
    pytest.mark.crosscheck,
    pytest.mark.skipif(not FOLDER, reason="SOGDIA_OSM_GRAPH is not set"),
]
FILES = {
    "rail": ("rail_wide", ("rail_stitches_lt5km", "rail_gap_repairs_heuristic")),
    "road": ("road_core", ()),
}


def rows(name: str) -> list[dict[str, str]]:
    assert FOLDER
    with (Path(FOLDER) / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def on_sphere(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    y, x = np.radians(lat), np.radians(lon)
    return EARTH_RADIUS_KM * np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], 1)


class Graph:
    """Vertices every few kilometres, so that a station on a straight line can snap to it."""

    def __init__(self, mode: str) -> None:
        stem, joins = FILES[mode]
        nodes = rows(f"{stem}_nodes")
        at = {n["id"]: i for i, n in enumerate(nodes)}
        lat = [float(n["lat"]) for n in nodes]
        lon = [float(n["lon"]) for n in nodes]
        a, b, km = [], [], []
        for edge in [*rows(f"{stem}_edges"), *(e for j in joins for e in rows(j))]:
            i, j, length = at[edge["a"]], at[edge["b"]], float(edge["km"])
            pieces = max(1, int(length // STEP_KM))
            previous = i
            for k in range(1, pieces):
                lat.append(lat[i] + (lat[j] - lat[i]) * k / pieces)
                lon.append(lon[i] + (lon[j] - lon[i]) * k / pieces)
                a.append(previous)
                b.append(len(lat) - 1)
                km.append(length / pieces)
                previous = len(lat) - 1
            a.append(previous)
            b.append(j)
            km.append(length / pieces)
        n = len(lat)
        self.tree = cKDTree(on_sphere(np.array(lat), np.array(lon)))
        self.matrix = coo_array((km + km, (a + b, b + a)), shape=(n, n)).tocsr()

    def path_km(
        self, start: tuple[float, float], end: tuple[float, float], limit: float
    ) -> tuple[float, float]:
        """Length of the path between the vertices nearest to two points, and of the snap legs."""
        snap, vertex = self.tree.query(on_sphere(*np.array([start, end]).T))
        if snap.max() > SNAP_KM:
            return float("nan"), float(snap.sum())
        far = dijkstra(self.matrix, indices=int(vertex[0]), limit=limit)
        return float(far[vertex[1]]), float(snap.sum())


@pytest.mark.parametrize("mode", ["rail", "road"])
def test_lengths_agree_or_the_deviation_is_known(mode: str) -> None:
    today = world(on="2026-07-01")
    place = today.places.index()
    lat, lon = today.places["lat_deg"], today.places["lon_deg"]
    with KNOWN.open(encoding="utf-8", newline="") as stream:
        known = {row["link"]: row for row in csv.DictReader(stream)}
    graph = Graph(mode)
    agree, silent, off = 0, 0, {}
    for link in today.links.rows():
        if link["mode"] != mode or link["status"] != "open" or link["length_km"] < SHORT_KM:
            continue
        i, j = place[link["from_place"]], place[link["to_place"]]
        length = link["length_km"]
        direct = float(great_circle_km(lat[i], lon[i], lat[j], lon[j]))
        path, snap = graph.path_km((lat[i], lon[i]), (lat[j], lon[j]), 2.0 * length + 30.0)
        if not 0.0 < path <= 2.0 * length or path < 0.9 * direct - snap:
            silent += 1
        elif (1 - TOLERANCE) * path <= length <= (1 + TOLERANCE) * (path + snap):
            agree += 1
        else:
            off[link["id"]] = round(length / path, 2)
    print(f"{mode}: {agree} agree, {silent} not comparable, {len(off)} off: {off}")
    assert agree >= 0.8 * (agree + len(off))
    assert {link: ratio for link, ratio in off.items() if link not in known} == {}
