"""A neutral map as inline SVG: own projection, own drawing, nothing fetched.

Land is filled with one colour, so the map never shows to whom a disputed area is ascribed.
Lines that are disputed are dashed, always. The worldview switch changes emphasis only.

One map unit is one kilometre in the projection plane, so coordinates are whole numbers.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import ArrayLike, NDArray

from sogdia.core.geodesy import EARTH_RADIUS_KM, great_circle_km
from sogdia.core.shipped import shipped_folder
from sogdia.report.content import Change, MapContent, MapExtent, MapFlow, MapLink
from sogdia.report.words import ENGLISH, Words, words_in

__all__ = [
    "COUNTRY_LABELS",
    "DISCLAIMER",
    "FRAME",
    "Conic",
    "MapView",
    "Outlines",
    "draw_map",
    "layer_of",
    "shipped_outlines",
]

DISCLAIMER = ENGLISH("map.disclaimer")

FRAME = MapExtent(west=2.0, south=18.0, east=138.0, north=62.0)
"""What is drawn at all; its edges are the neatline."""

OCEAN_KM = 1200.0
"""A sea link longer than this, of two points only, is not drawn: a straight line would run over
land. The page says how many there are."""

LAYERS = ("rail-1435", "rail-1520", "rail-1676", "rail-other", "road", "sea", "air")
CHANGE_SIGNS: dict[Change, str] = {
    "opened": "+",
    "closed": "\u00d7",
    "faster": "\u00bb",
    "slower": "\u00ab",
}

FLOW_DRAWN_T = 50_000.0
"""Tonnes a year below which a flow is not drawn, in neither world."""

FLOW_DIFFERS = 0.01
"""Share of the larger flow from which a line is coloured as carrying more or less."""

FLOW_KEYS = ((1e6, "map.flow.1e6"), (1e7, "map.flow.1e7"), (1e8, "map.flow.1e8"))

# Label points are for reading only: well inside each country, away from busy corridors.
COUNTRY_LABELS: dict[str, dict[str, tuple[str, float, float]]] = {
    "en": {
        "CHN": ("China", 102.0, 31.8),
        "KAZ": ("Kazakhstan", 67.0, 48.9),
        "KGZ": ("Kyrgyzstan", 74.6, 41.75),
        "TJK": ("Tajikistan", 71.6, 38.4),
        "TKM": ("Turkmenistan", 58.8, 39.4),
        "UZB": ("Uzbekistan", 63.6, 41.9),
        "RUS": ("Russian Federation", 60.0, 57.5),
        "MNG": ("Mongolia", 103.5, 46.6),
        "AFG": ("Afghanistan", 65.6, 33.6),
        "IRN": ("Iran", 54.2, 32.6),
        "PAK": ("Pakistan", 69.0, 29.2),
        "IND": ("India", 78.5, 23.5),
        "AZE": ("Azerbaijan", 48.2, 40.3),
        "GEO": ("Georgia", 43.4, 42.05),
        "ARM": ("Armenia", 44.9, 40.15),
        "TUR": ("T\u00fcrkiye", 34.5, 39.2),
        "BLR": ("Belarus", 28.0, 53.6),
        "UKR": ("Ukraine", 31.2, 49.0),
        "POL": ("Poland", 19.2, 52.4),
        "DEU": ("Germany", 10.3, 51.2),
    }
}
"""ISO3 to (English name, lon, lat); other languages take their name and this point."""

WATER_LABELS: tuple[tuple[str, float, float], ...] = (
    ("Caspian Sea", 51.0, 41.6),
    ("Black Sea", 34.5, 43.3),
    ("Arabian Sea", 63.5, 21.5),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conic:
    """Lambert conformal conic projection of the sphere, in kilometres.

    Standard parallels 30 and 50 N enclose the corridor countries, so that scale is within 2 % of
    true from 27 to 53 N; central meridian 72 E runs through Tashkent's east. Conformal, because
    a reader compares directions and short distances. Snyder (1987), eq. 15-1 to 15-3.
    """

    south_deg: float = 30.0
    north_deg: float = 50.0
    origin_deg: float = 40.0
    meridian_deg: float = 72.0

    def __call__(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> NDArray[np.float64]:
        """(…, 2) plane coordinates, x to the east and y to the south as in SVG."""
        lon = np.radians(np.asarray(lon_deg, dtype=np.float64) - self.meridian_deg)
        lat = np.radians(np.asarray(lat_deg, dtype=np.float64))
        first, second, origin = map(math.radians, (self.south_deg, self.north_deg, self.origin_deg))
        n = math.log(math.cos(first) / math.cos(second)) / math.log(_tan(second) / _tan(first))
        f = EARTH_RADIUS_KM * math.cos(first) * _tan(first) ** n / n
        rho = f / np.tan(np.pi / 4 + lat / 2) ** n
        rho_0 = f / _tan(origin) ** n
        return np.stack([rho * np.sin(n * lon), rho * np.cos(n * lon) - rho_0], axis=-1)


def _tan(lat: float) -> float:
    return math.tan(math.pi / 4 + lat / 2)


@dataclass(frozen=True, slots=True)
class Outlines:
    """GeoJSON features of ``evidence/geometry``."""

    land: tuple[dict[str, Any], ...]
    lakes: tuple[dict[str, Any], ...]
    boundaries: tuple[dict[str, Any], ...]


@functools.cache
def shipped_outlines(folder: Path | None = None) -> Outlines:
    """Read land, lakes and boundaries from the evidence folder."""
    geometry = (folder or shipped_folder("evidence")) / "geometry"
    features: list[dict[str, Any]] = []
    for name in ("outlines", "disputed", "lakes"):
        features += json.loads((geometry / f"{name}.geojson").read_text("utf-8"))["features"]
    by_kind = {
        kind: tuple(f for f in features if f["properties"]["kind"] == kind)
        for kind in ("land", "lake", "boundary")
    }
    return Outlines(by_kind["land"], by_kind["lake"], by_kind["boundary"])


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """The drawn map and what its legend has to explain."""

    svg: Markup
    layers: tuple[tuple[str, str], ...]
    changes: tuple[tuple[Change, str], ...]
    has_before: bool
    has_after: bool
    disputed: tuple[str, ...]
    ocean_count: int
    flow_keys: tuple[tuple[str, Markup], ...] = ()
    flow_kinds: tuple[str, ...] = ()


def layer_of(link: MapLink) -> tuple[str, ...]:
    """Names of the layers a link is drawn in; a mixed-gauge line is in more than one."""
    if link.mode != "rail":
        return (link.mode,)
    names = tuple(f"rail-{g}" for g in sorted(link.gauges) if f"rail-{g}" in LAYERS)
    return names or ("rail-other",)


def draw_map(content: MapContent, outlines: Outlines | None = None) -> MapView:
    """Draw the map.

    Parameters
    ----------
    content : MapContent
        Its `name_set` is the language of everything that is drawn.
    outlines : Outlines, optional
        Base map; the one shipped with the evidence when left out.
    """
    words = words_in(content.name_set)
    base = outlines if outlines is not None else shipped_outlines()
    project = Conic()
    frame = _frame_line(project, FRAME)
    full = _box(frame)
    view = _focus(content, project, full)
    scale = view[2] / 1000
    layers: dict[str, list[str]] = {name: [] for name in LAYERS}
    halos: list[str] = []
    signs: list[str] = []
    changes: dict[Change, int] = {}
    ocean_count = 0
    for link in content.links:
        if _is_ocean(link):
            ocean_count += 1
            continue
        line = _great_circle(link.points, project)
        path = _path([line])
        layer = words(f"map.layer.{layer_of(link)[0]}").lower()
        tip = _tip(f"{link.name} ({layer})", link.status, link.note, words)
        state = "" if link.status == "open" else " shut" if link.status == "closed" else " plan"
        for name in layer_of(link):
            layers[name].append(f'<path class="lk{state}" d="{path}">{tip}</path>')
        if link.change:
            changes[link.change] = changes.get(link.change, 0) + 1
            halos.append(f'<path class="halo" d="{path}"/>')
            where = _middle(line)
            signs.append(
                _sign(
                    link.change, where, f"{link.name}: {words(f'change.{link.change}')}", link.note
                )
            )
    posts: list[str] = []
    for post in content.crossings:
        where = project(post.lon_deg, post.lat_deg)
        shut = " shut" if post.status == "closed" else ""
        posts.append(
            _at(where, f'<rect class="post{shut}" x="-3" y="-3" width="6" height="6"/>',
                _tip(words("map.post-tip", name=post.name), post.status, post.note, words))
        )  # fmt: skip
        if post.change:
            changes[post.change] = changes.get(post.change, 0) + 1
            signs.append(
                _sign(
                    post.change, where, f"{post.name}: {words(f'change.{post.change}')}", post.note
                )
            )
    routes = {"before": "", "after": ""}
    for route in content.routes:
        path = _path([_great_circle(route.points, project)])
        tip = f"<title>{escape(route.label)}</title>"
        casing = f'<path class="casing" d="{path}"/>' if route.when == "after" else ""
        routes[route.when] += f'{casing}<path class="rt" d="{path}">{tip}</path>'
    flows, flow_kinds = _flow_layer(content.flows, project, words)
    disputed = [b for b in base.boundaries if b["properties"]["status"] == "disputed"]
    agreed = [b for b in base.boundaries if b["properties"]["status"] != "disputed"]
    places, taken = _place_labels(content, project, view)
    areas = _area_labels(words, project, view, taken)
    land = _path(_lines(base.land, project), close=True)
    title = escape(content.caption or words("map.alt"))
    pieces = [
        (
            f'<svg id="map" class="map" viewBox="{_numbers(view)}" data-full="{_numbers(full)}" '
            f'data-focus="{_numbers(view)}" role="img" aria-labelledby="map-title map-desc" '
            f'tabindex="0" style="--k:{scale:.3f}" preserveAspectRatio="xMidYMid meet">'
        ),
        f'<title id="map-title">{title}</title>',
        f'<desc id="map-desc">{escape(words("map.disclaimer"))}</desc>',
        (
            f'<defs><clipPath id="frame"><path d="{_path([frame], close=True)}"/></clipPath>'
            f'<path id="land" d="{land}"/></defs>'
        ),
        f'<path class="sea" d="{_path([frame], close=True)}"/>',
        '<g clip-path="url(#frame)">',
        f'<path class="graticule" d="{_path(_graticule(project))}"/>',
        '<use class="coast" href="#land"/><use class="land" href="#land"/>',
        f'<path class="lake" d="{_path(_lines(base.lakes, project), close=True)}"/>',
        f'<path class="frontier" d="{_path(_lines(agreed, project))}"/>',
        '<g class="disputed">',
        *(
            f'<path class="frontier disputed-line {feature["properties"]["line"]}" '
            f'd="{_path(_lines([feature], project))}">'
            f"<title>{escape(words('map.disputed-tip', name=feature['properties']['name']))}"
            "</title></path>"
            for feature in disputed
        ),
        "</g>",
        areas,
        f'<g class="changes">{"".join(halos)}</g>',
        *(
            f'<g class="layer {name}">{"".join(paths)}</g>'
            for name, paths in reversed(layers.items())
            if paths
        ),
        f'<g class="layer flows">{flows}</g>' if flows else "",
        f'<g class="layer posts">{"".join(posts)}</g>',
        *(
            f'<g class="route {when}">{paths}</g>'
            for when, paths in sorted(routes.items())
            if paths
        ),
        f'<g class="changes signs">{"".join(signs)}</g>',
        places,
        "</g>",
        f'<path class="neatline" d="{_path([frame], close=True)}"/>',
        _scale_bar(view, scale),
        "</svg>",
    ]
    shown = [name for name in LAYERS if layers[name]]
    return MapView(
        svg=Markup("\n".join(pieces)),
        layers=tuple((name, words(f"map.layer.{name}")) for name in shown),
        changes=tuple(
            (change, CHANGE_SIGNS[change]) for change in CHANGE_SIGNS if change in changes
        ),
        has_before=bool(routes["before"]),
        has_after=bool(routes["after"]),
        disputed=tuple(sorted({str(f["properties"]["name"]) for f in disputed})),
        ocean_count=ocean_count,
        flow_keys=tuple(
            (
                words(key),
                Markup(f'<path class="fl same" stroke-width="{flow_width(t)}" d="M1 9h32"/>'),
            )
            for t, key in FLOW_KEYS
            if flows
        ),
        flow_kinds=flow_kinds,
    )


def flow_width(tonnes: float) -> str:
    """Width on the screen, px: with the square root of the tonnes, so that small ones show."""
    return f"{min(1.2 + 10.0 * math.sqrt(max(tonnes, 0.0) / 5e7), 16.0):.1f}"


def _flow_layer(
    flows: Sequence[MapFlow], project: Conic, words: Words
) -> tuple[str, tuple[str, ...]]:
    """Lines by what they carry in the scenario, wide ones first; and which kinds there are."""
    paths: list[tuple[float, str]] = []
    kinds: set[str] = set()
    for flow in flows:
        before, after = flow.before_t_per_y or 0.0, flow.after_t_per_y or 0.0
        most = max(before, after)
        if most < FLOW_DRAWN_T or (flow.sea and _too_long(flow.points)):
            continue
        moved = after - before
        kind = "same" if abs(moved) < FLOW_DIFFERS * most else "more" if moved > 0 else "less"
        kinds.add(kind)
        told = [
            words("absent.not-open")
            if t is None
            else words("map.tonnes", million=words.language.number(t / 1e6, 2))
            for t in (flow.before_t_per_y, flow.after_t_per_y)
        ]
        tip = escape(words("map.freight-both", name=flow.name, before=told[0], after=told[1]))
        paths.append(
            (after, f'<path class="fl {kind}" stroke-width="{flow_width(after)}" '
             f'd="{_path([_great_circle(flow.points, project)])}"><title>{tip}</title></path>')
        )  # fmt: skip
    drawn = "".join(path for _, path in sorted(paths, key=lambda p: (-p[0], p[1])))
    return drawn, tuple(k for k in ("same", "more", "less") if k in kinds)


def _middle(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Middle of the longest piece of a line, so that a sign does not sit on a place."""
    if len(line) < 2:
        return line[0]
    longest = int(np.argmax(np.hypot(*np.diff(line, axis=0).T)))
    return (line[longest] + line[longest + 1]) / 2


def _is_ocean(link: MapLink) -> bool:
    return link.mode == "sea" and _too_long(link.points)


def _too_long(points: Sequence[tuple[float, float]]) -> bool:
    if len(points) != 2:
        return False
    (lon_a, lat_a), (lon_b, lat_b) = points
    return float(great_circle_km(lat_a, lon_a, lat_b, lon_b)) > OCEAN_KM


def _lines(features: Iterable[dict[str, Any]], project: Conic) -> list[NDArray[np.float64]]:
    """Every ring or line of the features that reaches into the frame, projected."""
    lines: list[NDArray[np.float64]] = []
    for feature in features:
        for points in _parts(feature["geometry"]["coordinates"]):
            array = np.asarray(points, dtype=np.float64)
            west, south = array.min(axis=0)
            east, north = array.max(axis=0)
            if (
                west < FRAME.east and east > FRAME.west
                and south < FRAME.north + 4 and north > FRAME.south - 4
            ):  # fmt: skip
                lines.append(project(array[:, 0], array[:, 1]))
    return lines


def _parts(coordinates: list[Any]) -> Iterable[list[list[float]]]:
    if isinstance(coordinates[0][0], (int, float)):
        yield coordinates
    else:
        for item in coordinates:
            yield from _parts(item)


def _path(lines: Iterable[NDArray[np.float64]], *, close: bool = False) -> str:
    """SVG path data in whole kilometres, relative after the first point of each line."""
    text: list[str] = []
    for line in lines:
        points = np.rint(line).astype(np.int64)
        steps = np.diff(points, axis=0)
        steps = steps[np.any(steps != 0, axis=1)]
        if len(steps) == 0:
            continue
        moves = " ".join(f"{x} {y}" for x, y in steps.tolist()).replace(" -", "-")
        text.append(f"M{points[0, 0]} {points[0, 1]}l{moves}" + ("z" if close else ""))
    return "".join(text)


def _great_circle(points: Sequence[tuple[float, float]], project: Conic) -> NDArray[np.float64]:
    """The points and, on legs beyond 400 km, points of the great circle between them."""
    lon, lat = np.radians(np.asarray(points, dtype=np.float64)).T
    unit = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    kept = [unit[:1]]
    for start, end in itertools.pairwise(unit):
        angle = math.acos(float(np.clip(start @ end, -1.0, 1.0)))
        count = max(1, math.ceil(angle * EARTH_RADIUS_KM / 400))
        at = np.linspace(0.0, angle, count + 1)[1:, None]
        if angle < 1e-9:
            continue
        kept.append((np.sin(angle - at) * start + np.sin(at) * end) / math.sin(angle))
    x, y, z = np.concatenate(kept).T
    return project(np.degrees(np.arctan2(y, x)), np.degrees(np.arcsin(np.clip(z, -1.0, 1.0))))


def _frame_line(project: Conic, extent: MapExtent) -> NDArray[np.float64]:
    """The box in degrees as a closed line in the plane; its parallels are arcs."""
    lon = np.linspace(extent.west, extent.east, 60)
    north = project(lon, np.full(60, extent.north))
    south = project(lon[::-1], np.full(60, extent.south))
    return np.concatenate([north, south])


def _graticule(project: Conic) -> list[NDArray[np.float64]]:
    lon = np.linspace(FRAME.west, FRAME.east, 60)
    lat = np.linspace(FRAME.south, FRAME.north, 2)
    meridians = [project(np.full(2, at), lat) for at in np.arange(10.0, FRAME.east, 10.0)]
    parallels = [project(lon, np.full(60, at)) for at in np.arange(20.0, FRAME.north, 10.0)]
    return meridians + parallels


View = tuple[float, float, float, float]


def _box(points: NDArray[np.float64]) -> View:
    west, north = points.min(axis=0)
    east, south = points.max(axis=0)
    return float(west), float(north), float(east - west), float(south - north)


def _focus(content: MapContent, project: Conic, full: View) -> View:
    """What is shown at first, in the proportion 16 to 10, inside the whole map."""
    if content.focus is not None:
        x, y, width, height = _box(_frame_line(project, content.focus))
        margin = 0.02
    else:
        degrees = [p for r in content.routes for p in r.points]
        degrees += [p for link in content.links if link.change for p in link.points]
        degrees += [(c.lon_deg, c.lat_deg) for c in content.crossings if c.change]
        degrees = degrees or [p for link in content.links for p in link.points]
        if not degrees:
            return full
        array = np.asarray(degrees, dtype=np.float64)
        x, y, width, height = _box(project(array[:, 0], array[:, 1]))
        margin = 0.14
    centre_x, centre_y = x + width / 2, y + height / 2
    width = max(width * (1 + 2 * margin), height * (1 + 2 * margin) * 1.6, 800.0)
    return centre_x - width / 2, centre_y - width / 3.2, width, width / 1.6


def _numbers(view: View) -> str:
    return " ".join(f"{value:.0f}" for value in view)


def _tip(name: str, status: str, note: str, words: Words) -> str:
    told = [name]
    if status != "open":
        told.append(words.known(f"status.{status}", status))
    if note:
        told.append(note)
    return f"<title>{escape('; '.join(told))}</title>"


def _at(where: NDArray[np.float64], inner: str, tip: str = "", extra: str = "") -> str:
    """A symbol that keeps its size on the screen: the inner group is scaled by ``--k``."""
    at = f"{where[0]:.0f} {where[1]:.0f}"
    return f'<g transform="translate({at})"{extra}>{tip}<g class="k">{inner}</g></g>'


def _sign(change: Change, where: NDArray[np.float64], name: str, note: str) -> str:
    inner = (
        f'<circle class="sign {change}" r="9"/>'
        f'<text class="sign-text" y="4.6">{CHANGE_SIGNS[change]}</text>'
    )
    label = escape(f"{name}; {note}" if note else name)
    return _at(
        where, inner, f"<title>{label}</title>",
        f' tabindex="0" role="img" aria-label="{label}"',
    )  # fmt: skip


Box = tuple[float, float, float, float]


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _area_labels(words: Words, project: Conic, view: View, taken: Sequence[Box]) -> str:
    """Names of countries and seas; one that the first view would cut or cover shows once it moves.

    `taken` has the boxes of place names in thousandths of the view's width.
    """
    english = words.language.code == "en"
    countries = [
        (name if english else words.country(code), lon, lat)
        for code, (name, lon, lat) in COUNTRY_LABELS["en"].items()
    ]
    waters = [(words(f"water.{name}"), lon, lat) for name, lon, lat in WATER_LABELS]
    text: list[str] = []
    for kind, names in (("country", countries), ("water", waters)):
        for name, lon, lat in names:
            where = project(lon, lat)
            x, y = (float(v) for v in (where - view[:2]) / (view[2] / 1000))
            half = _length(name) * 5.2
            box = (x - half, y - 10, x + half, y + 3)
            inside = box[0] > 0 and box[2] < 1000
            edge = "" if inside and not any(_overlap(box, b) for b in taken) else " edge"
            text.append(_at(where, f'<text class="{kind}{edge}">{escape(name)}</text>'))
    return f'<g class="areas">{"".join(text)}</g>'


def _place_labels(content: MapContent, project: Conic, view: View) -> tuple[str, list[Box]]:
    """Points and names, and the boxes they take.

    A name that would cover one before it, or is of rank 3, has the class ``edge``: the script
    shows it when there is room.
    """
    scale = view[2] / 1000
    taken: list[Box] = []
    out: list[str] = []
    for place in sorted(content.places, key=lambda p: (p.role == "place", p.rank, p.id)):
        where = project(place.lon_deg, place.lat_deg)
        x, y = float(where[0] - view[0]) / scale, float(where[1] - view[1]) / scale
        role = "end" if place.role != "place" else "stop"
        radius = 5.5 if role == "end" else 2.8 if place.rank <= 2 else 1.4
        spot = (9, 4, "start")
        fits = False
        for spot in (
            (9, 4, "start"),
            (-9, 4, "end"),
            (0, -10, "middle"),
            (0, 19, "middle"),
        ):
            box = _label_box(x, y, spot, 7.0 * _length(place.name) + 6)
            inside = box[0] > 0 and box[2] < 1000
            fits = inside and not any(_overlap(box, b) for b in taken)
            if fits and place.rank <= 2:
                taken.append(box)
            if fits or place.rank > 2:
                break
        shown = place.rank <= 2 and (fits or role == "end")
        label = (
            f'<text class="place {role} r{place.rank}{"" if shown else " edge"}" x="{spot[0]}" '
            f'y="{spot[1]}" text-anchor="{spot[2]}">{escape(place.name)}</text>'
        )
        tip = f"<title>{escape(place.name)}</title>"
        out.append(
            _at(
                where,
                f'<circle class="dot {role} r{place.rank}" r="{radius}"/>{label}',
                tip,
            )
        )
        if place.rank <= 2 or role == "end":
            taken.append((x - 5, y - 5, x + 5, y + 5))
    return f'<g class="places">{"".join(out)}</g>', taken


def _length(text: str) -> float:
    """Letters, of which an East Asian one counts nearly twice."""
    return sum(1.8 if ord(c) >= 0x2E80 else 1.0 for c in text)


def _label_box(x: float, y: float, spot: tuple[int, int, str], width: float) -> Box:
    dx, dy, anchor = spot
    left = x + dx - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return left, y + dy - 12, left + width, y + dy + 3


def _scale_bar(view: View, scale: float) -> str:
    """A bar of round length along the standard parallels, where it is true."""
    length = max(step for step in (50, 100, 200, 500, 1000) if step <= max(view[2] * 0.2, 50))
    x, y = view[0] + 22 * scale, view[1] + view[3] - 24 * scale
    return (
        f'<g id="scale-bar" transform="translate({x:.0f} {y:.0f})" aria-hidden="true">'
        f'<path class="bar" d="M0 0h{length}"/><path class="bar-ticks" d="M0 0v{-6 * scale:.0f}'
        f'M{length} 0v{-6 * scale:.0f}"/>'
        f'<g class="k"><text class="bar-text" x="4" y="-6">{length} km</text></g></g>'
    )
