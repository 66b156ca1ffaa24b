"""Values of links and posts as a map layer."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from sogdia.appraisal.link_table import LINK_VALUE
from sogdia.appraisal.value_map import value_layer, write_layer
from sogdia.core.errors import InvalidInput
from sogdia.core.table import Table
from sogdia.evidence.base import open_evidence
from sogdia.world.build import world
from sogdia.world.world import World

ON = date(2026, 1, 1)


@pytest.fixture(scope="module")
def today() -> World:
    """The world of a date."""
    return world(open_evidence(), on=ON)


def ranked(*rows: tuple[str, str, float]) -> Table:
    """A ranking of a few rows."""
    return Table.from_rows(
        LINK_VALUE,
        [
            {"on": ON, "kind": kind, "id": name, "towards": "both", "gain_usd2023_per_y": gain}
            for kind, name, gain in rows
        ],
    )


def test_links_are_lines_and_posts_points_where_the_evidence_has_them(today: World) -> None:
    link = str(today.links["id"][0])
    post = str(today.crossings["id"][0])
    layer = value_layer(ranked(("link", link, 5.0), ("post", post, 2.0)), today)
    first, second = layer["features"]
    assert first["geometry"]["type"] == "LineString"
    at = {str(i): n for n, i in enumerate(today.places["id"])}
    start = at[str(today.links["from_place"][0])]
    assert first["geometry"]["coordinates"][0] == [
        round(float(today.places["lon_deg"][start]), 4),
        round(float(today.places["lat_deg"][start]), 4),
    ]
    assert second["geometry"]["type"] == "Point"
    assert [f["properties"]["rank"] for f in layer["features"]] == [1, 2]
    assert first["properties"]["gain_usd2023_per_y"] == 5.0
    assert first["properties"]["paid_usd2023_per_y"] is None


def test_written_whole_and_read_back(today: World, tmp_path: Path) -> None:
    layer = value_layer(ranked(("link", str(today.links["id"][3]), 1.0)), today)
    file = write_layer(layer, tmp_path / "values.geojson")
    assert json.loads(file.read_text("utf-8")) == layer
    assert [p.name for p in tmp_path.iterdir()] == ["values.geojson"]


def test_all_that_is_wrong_with_the_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        write_layer({"features": []}, tmp_path / "not-there" / "values.png")
    assert len(caught.value.problems) == 2
