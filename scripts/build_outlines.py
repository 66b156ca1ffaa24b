"""Make ``evidence/geometry/outlines.geojson`` from the npm package world-atlas.

    uv run --extra report python scripts/build_outlines.py [UNPACKED_PACKAGE]

Without an argument the package is fetched with ``npm pack world-atlas@2.0.2`` into a temporary
folder. Arcs are simplified before polygons are put together, so neighbours keep one shared line.
A boundary arc, or the part of one, that lies in a row of `DISPUTED` is marked so that the map
dashes it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Polygon, mapping

PACKAGE = "world-atlas@2.0.2"
WEST, SOUTH, EAST, NORTH = 0.0, 14.0, 142.0, 66.0
TOLERANCE_DEG = 0.045
SMALLEST_DEG2 = 0.02
TARGET = Path(__file__).resolve().parents[1] / "evidence" / "geometry" / "outlines.geojson"

CODES = """
    004:AFG 008:ALB 012:DZA 031:AZE 040:AUT 048:BHR 050:BGD 051:ARM 056:BEL 064:BTN 070:BIH 096:BRN
    100:BGR 104:MMR 112:BLR 116:KHM 120:CMR 140:CAF 144:LKA 148:TCD 156:CHN 158:TWN 178:COG 180:COD
    191:HRV 196:CYP 203:CZE 208:DNK 231:ETH 232:ERI 233:EST 246:FIN 248:ALA 262:DJI 268:GEO 275:PSE
    276:DEU 300:GRC 344:HKG 348:HUN 356:IND 360:IDN 364:IRN 368:IRQ 376:ISR 380:ITA 392:JPN 398:KAZ
    400:JOR 404:KEN 408:PRK 410:KOR 414:KWT 417:KGZ 418:LAO 422:LBN 428:LVA 434:LBY 440:LTU 446:MAC
    458:MYS 462:MDV 470:MLT 496:MNG 498:MDA 499:MNE 512:OMN 524:NPL 562:NER 566:NGA 578:NOR 585:PLW
    586:PAK 608:PHL 616:POL 634:QAT 642:ROU 643:RUS 682:SAU 688:SRB 702:SGP 703:SVK 704:VNM 705:SVN
    706:SOM 728:SSD 729:SDN 752:SWE 760:SYR 762:TJK 764:THA 784:ARE 788:TUN 792:TUR 795:TKM 800:UGA
    804:UKR 807:MKD 818:EGY 860:UZB 887:YEM
    250:FRA 826:GBR 724:ESP 528:NLD 442:LUX 756:CHE 438:LIE 020:AND 492:MCO 674:SMR 336:VAT 466:MLI
    854:BFA 204:BEN 834:TZA 580:MNP 316:GUM 234:FRO 831:GGY 832:JEY
    """
ISO3: dict[str, str] = {pair[:3]: pair[4:] for pair in CODES.split()}
"""ISO numeric to alpha-3, for every country that reaches into the frame."""

UNNUMBERED = {
    "Kosovo": "XKX",
    "N. Cyprus": "XNC",
    "Siachen Glacier": "XSG",
    "Somaliland": "XSO",
}
"""Places that the source gives no ISO code; ours begin with X, the range ISO leaves to users."""

Box = tuple[float, float, float, float]
DISPUTED: tuple[tuple[frozenset[str], Box, str], ...] = (
    (
        frozenset({"IND", "PAK"}),
        (73.0, 32.4, 80.0, 37.0),
        "Line of Control, Jammu and Kashmir",
    ),
    (frozenset({"IND", "XSG"}), (70.0, 30.0, 90.0, 40.0), "Siachen area"),
    (frozenset({"PAK", "XSG"}), (70.0, 30.0, 90.0, 40.0), "Siachen area"),
    (frozenset({"CHN", "XSG"}), (70.0, 30.0, 90.0, 40.0), "Siachen area"),
    (
        frozenset({"CHN", "PAK"}),
        (70.0, 30.0, 90.0, 40.0),
        "China-Pakistan boundary line of 1963",
    ),
    (
        frozenset({"CHN", "IND"}),
        (76.0, 31.0, 82.0, 37.0),
        "Line of Actual Control, western sector",
    ),
    (
        frozenset({"CHN", "IND"}),
        (76.0, 27.0, 82.0, 31.0),
        "China-India line, middle sector",
    ),
    (
        frozenset({"CHN", "IND"}),
        (86.0, 26.0, 98.0, 30.5),
        "China-India line, eastern sector",
    ),
    (frozenset({"BTN", "CHN"}), (86.0, 26.0, 98.0, 30.5), "Bhutan-China line"),
    (
        frozenset({"RUS", "UKR"}),
        (32.0, 45.0, 37.0, 46.6),
        "Line at the Crimean isthmus",
    ),
    (frozenset({"CYP", "XNC"}), (30.0, 30.0, 36.0, 38.0), "Line in Cyprus"),
    (frozenset({"SRB", "XKX"}), (18.0, 40.0, 24.0, 46.0), "Serbia-Kosovo line"),
    (frozenset({"ISR", "PSE"}), (33.0, 30.0, 37.0, 34.0), "1949 armistice line"),
    (frozenset({"ISR", "SYR"}), (33.0, 30.0, 37.0, 34.0), "Line in the Golan"),
    (
        frozenset({"PRK", "KOR"}),
        (120.0, 30.0, 132.0, 42.0),
        "Military demarcation line, Korea",
    ),
    (
        frozenset({"EGY", "SDN"}),
        (33.0, 20.0, 38.0, 24.0),
        "Line at the Halaib triangle",
    ),
)
"""Who meets there, the box (west, south, east, north) that the rule covers, and its name."""


def main(arguments: list[str]) -> int:
    """Read the package, write the file, say how large it is."""
    if arguments:
        topology = json.loads((Path(arguments[0]) / "countries-50m.json").read_text())
    else:
        topology = _fetched()
    text = json.dumps(outlines(topology), separators=(",", ":"), ensure_ascii=False)
    TARGET.write_text(text.replace('{"type":"Feature"', '\n{"type":"Feature"') + "\n")
    print(f"{TARGET}: {TARGET.stat().st_size / 1000:.0f} kB")
    return 0


def _fetched() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            member = archive.extractfile("package/countries-50m.json")
            assert member is not None
            return json.load(member)


def outlines(topology: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON collection: one `land` feature a country, `boundary` lines between them."""
    arcs = [simplified(arc, TOLERANCE_DEG) for arc in _decoded(topology)]
    owners: dict[int, set[str]] = defaultdict(set)
    features: list[dict[str, Any]] = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        name = str(geometry["properties"]["name"])
        iso3 = UNNUMBERED.get(name) or ISO3.get(str(geometry.get("id", "")), "")
        nested = geometry.get("arcs", [])
        polygons = [nested] if geometry["type"] == "Polygon" else nested
        land = _clipped([_polygon(rings, arcs) for rings in polygons])
        if land.is_empty:
            continue
        if not iso3:
            raise SystemExit(f"no ISO3 code for {name!r} {geometry.get('id')}; add it to ISO3")
        for index in _flat(nested):
            owners[index if index >= 0 else ~index].add(iso3)
        features.append(_feature(land, {"kind": "land", "id": iso3, "name": name}))
    features.sort(key=lambda f: f["properties"]["id"])
    lines: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for index, pair in owners.items():
        if len(pair) == 2:
            first, second = sorted(pair)
            for part, rule in _split(arcs[index], frozenset(pair)):
                line = shapely.clip_by_rect(LineString(part), WEST, SOUTH, EAST, NORTH)
                if not line.is_empty:
                    lines[first, second, rule].append(line)
    for (first, second, rule), parts in sorted(lines.items()):
        properties = {
            "kind": "boundary",
            "between": [first, second],
            "status": "undisputed",
        }
        if rule:
            properties |= {"status": "disputed", "line": "control", "name": rule}
        features.append(_feature(shapely.line_merge(shapely.union_all(parts)), properties))
    return {"type": "FeatureCollection", "features": features}


def _decoded(topology: dict[str, Any]) -> Iterator[NDArray[np.float64]]:
    scale = np.array(topology["transform"]["scale"])
    shift = np.array(topology["transform"]["translate"])
    for arc in topology["arcs"]:
        yield np.cumsum(np.array(arc, dtype=np.float64), axis=0) * scale + shift


def simplified(points: NDArray[np.float64], tolerance: float) -> NDArray[np.float64]:
    """Douglas-Peucker: keeps the ends, and every point that is further off than `tolerance`.

    A closed arc is cut at its far point first, so that it does not collapse.
    """
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    stack = [(0, len(points) - 1)]
    if len(points) > 3 and np.allclose(points[0], points[-1]):
        far = int(np.argmax(np.hypot(*(points - points[0]).T)))
        keep[far] = True
        stack = [(0, far), (far, len(points) - 1)]
    while stack:
        start, end = stack.pop()
        if end - start < 2:
            continue
        chord = points[end] - points[start]
        offset = points[start + 1 : end] - points[start]
        length = float(np.hypot(*chord))
        if length == 0.0:
            distance = np.hypot(*offset.T)
        else:
            along = np.clip(offset @ chord / length**2, 0.0, 1.0)
            distance = np.hypot(*(offset - along[:, None] * chord).T)
        worst = int(np.argmax(distance))
        if distance[worst] > tolerance:
            middle = start + 1 + worst
            keep[middle] = True
            stack += [(start, middle), (middle, end)]
    return points[keep]


def _polygon(rings: list[list[int]], arcs: list[NDArray[np.float64]]) -> Polygon | None:
    joined = [
        np.concatenate([arcs[i] if i >= 0 else arcs[~i][::-1] for i in ring]) for ring in rings
    ]
    if len(joined[0]) < 4:
        return None
    return Polygon(joined[0], [ring for ring in joined[1:] if len(ring) >= 4])


def _clipped(polygons: list[Polygon | None]) -> MultiPolygon:
    parts: list[Polygon] = []
    for polygon in polygons:
        if polygon is None:
            continue
        whole = shapely.clip_by_rect(shapely.make_valid(polygon), WEST, SOUTH, EAST, NORTH)
        parts += [
            part
            for part in shapely.get_parts(whole)
            if part.geom_type == "Polygon" and part.area > SMALLEST_DEG2
        ]
    return MultiPolygon(parts)


def _flat(nested: list[Any]) -> Iterator[int]:
    for item in nested:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def _split(
    points: NDArray[np.float64], pair: frozenset[str]
) -> Iterator[tuple[NDArray[np.float64], str]]:
    """Runs of one arc under one rule; a segment belongs to the rule of its middle."""
    middles = (points[1:] + points[:-1]) / 2
    rules = [_rule(pair, float(lon), float(lat)) for lon, lat in middles]
    start = 0
    for end in range(1, len(rules) + 1):
        if end == len(rules) or rules[end] != rules[start]:
            yield points[start : end + 1], rules[start]
            start = end


def _rule(pair: frozenset[str], lon: float, lat: float) -> str:
    for who, (west, south, east, north), name in DISPUTED:
        if who == pair and west <= lon <= east and south <= lat <= north:
            return name
    return ""


def _feature(geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    shape = mapping(shapely.set_precision(geometry, 0.01, mode="pointwise"))
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {
            "type": shape["type"],
            "coordinates": _rounded(shape["coordinates"]),
        },
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 2)
    return [_rounded(item) for item in value]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
