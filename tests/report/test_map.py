"""The map: projection, neutrality, layers."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from sogdia.core.geodesy import great_circle_km
from sogdia.core.shipped import shipped_folder
from sogdia.report import html
from sogdia.report.content import MapContent, MapExtent, MapLink, ReportContent
from sogdia.report.map import DISCLAIMER, Conic, draw_map, layer_of, shipped_outlines


@pytest.fixture(scope="module")
def drawn(content: ReportContent) -> str:
    assert content.map is not None
    return str(draw_map(content.map).svg)


def test_projection_is_conformal_and_near_true_scale() -> None:
    project = Conic()
    for lon in (25.0, 72.0, 120.0):
        for lat in (30.0, 40.0, 50.0):
            step = 0.01
            here, north, east = (
                project(lon, lat), project(lon, lat + step), project(lon + step, lat)
            )  # fmt: skip
            up = np.hypot(*(north - here)) / great_circle_km(lat, lon, lat + step, lon)
            across = np.hypot(*(east - here)) / great_circle_km(lat, lon, lat, lon + step)
            assert up == pytest.approx(across, rel=1e-3)
            assert up == pytest.approx(1.0, abs=0.016)
            assert (north - here) @ (east - here) == pytest.approx(0.0, abs=1e-3)
    assert project(72.0, 40.0) == pytest.approx([0.0, 0.0], abs=1e-9)
    assert project(72.0, 45.0)[1] < 0 < project(73.0, 40.0)[0]


def test_svg_is_well_formed_and_has_title_description_and_scale(drawn: str) -> None:
    root = ElementTree.fromstring(drawn)
    assert root.attrib["role"] == "img"
    assert DISCLAIMER in (root.findtext("desc") or "")
    assert "km</text>" in drawn
    assert "nan" not in drawn.lower()


def test_disputed_lines_are_dashed_in_every_worldview(content: ReportContent) -> None:
    style = (Path(html.__file__).parent / "templates" / "report.css").read_text("utf-8")
    rule = re.search(r"\.map \.disputed-line[^{]*\{([^}]*)\}", style)
    assert rule and "stroke-dasharray" in rule.group(1)
    assert "stroke-dasharray:none" not in "".join(re.findall(r"disputed-line[^{]*\{[^}]*\}", style))
    assert content.map is not None
    for worldview in ("neutral", "control", "claims"):
        svg = str(draw_map(dataclasses.replace(content.map, worldview=worldview)).svg)
        assert svg.count("frontier disputed-line control") >= 15
        assert svg.count("frontier disputed-line claim") >= 4


def test_no_undisputed_line_runs_where_a_dispute_is_known() -> None:
    for feature in shipped_outlines().boundaries:
        between = set(feature["properties"].get("between", ()))
        if between in ({"CHN", "IND"}, {"RUS", "UKR"}) or "XSG" in between:
            disputed = feature["properties"]["status"] == "disputed"
            points = json.dumps(feature["geometry"]["coordinates"])
            north = [float(lat) for lat in re.findall(r", (\d+\.?\d*)\]", points)]
            assert disputed or (between == {"RUS", "UKR"} and max(north) > 46.6), between


def test_land_is_one_colour(drawn: str) -> None:
    assert drawn.count('id="land"') == 1
    assert "fill=" not in drawn.replace('fill="none"', "")


def test_layers_by_mode_and_gauge(content: ReportContent, drawn: str) -> None:
    assert content.map is not None
    for layer in ("rail-1435", "rail-1520", "rail-1676", "road", "sea", "air", "posts"):
        assert f'class="layer {layer}"' in drawn
    dual = next(link for link in content.map.links if link.id == "rail:d")
    assert layer_of(dual) == ("rail-1435", "rail-1520")
    assert layer_of(dataclasses.replace(dual, gauges=())) == ("rail-other",)
    assert {change for change, _ in draw_map(content.map).changes} == {
        "opened",
        "closed",
        "faster",
    }
    assert 'class="route before"' in drawn and 'class="route after"' in drawn


def test_names_are_escaped() -> None:
    link = MapLink(
        id="x",
        name="</title><script>",
        mode="road",
        points=((70.0, 40.0), (71.0, 41.0)),
    )
    assert "<script>" not in str(draw_map(MapContent(links=(link,))).svg)


def test_ocean_services_are_counted_not_drawn_over_land() -> None:
    link = MapLink(id="sea", name="Ocean", mode="sea", points=((121.0, 31.0), (4.0, 52.0)))
    view = draw_map(MapContent(links=(link,)))
    assert view.ocean_count == 1 and "Ocean" not in str(view.svg)


def test_focus_and_empty_content() -> None:
    whole = draw_map(MapContent())
    near = draw_map(MapContent(focus=MapExtent(west=66, south=36, east=80, north=45)))
    found = [re.search(r'viewBox="\S+ \S+ (\S+)', str(view.svg)) for view in (whole, near)]
    width = [float(match.group(1)) for match in found if match]
    assert width[0] > 8000
    assert width[1] < 3000


def test_outlines_are_small_and_leave_the_caspian_open() -> None:
    folder = shipped_folder("evidence") / "geometry"
    assert (folder / "outlines.geojson").stat().st_size < 250_000
    ids = {f["properties"]["id"] for f in shipped_outlines().land}
    assert {"CHN", "KAZ", "KGZ", "TJK", "TKM", "UZB", "AZE", "GEO", "RUS"} <= ids
    shapely = pytest.importorskip("shapely")
    sea = shapely.Point(51.0, 42.0)
    assert not any(
        shapely.contains(shapely.make_valid(shapely.from_geojson(json.dumps(f["geometry"]))), sea)
        for f in shipped_outlines().land
    )
