"""The layers of the map as GeoJSON, each feature with the intervals in which it is open.

The browser filters by date, so a layer is fetched once. Status is `link_status`, the rule worlds
are built with; nothing here builds a world.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sogdia.core.errors import UnknownName
from sogdia.core.estimate import Estimate
from sogdia.core.geodesy import great_circle_km
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE
from sogdia.evidence.claim import day
from sogdia.web.intervals import Period, link_periods, open_periods, post_periods
from sogdia.world.find import plain
from sogdia.world.notebook import Notebook

__all__ = ["LAYERS", "layer", "line_between"]

Feature = dict[str, Any]

OCEAN_KM = 1200.0
"""A sea link longer than this has no line: a straight one would run over land."""

GAUGES = ("1435", "1520", "1676")
BENT_KM = 800.0
"""Air links longer than this follow the great circle."""

OPERATING = {"operating": "open", "complete": "open", "retired": "closed", "mothballed": "closed"}
"""Words of the registries as the map has them; others stay as they are."""


def layer(base: EvidenceBase, name: str) -> dict[str, Any]:
    """One layer as a FeatureCollection.

    Raises
    ------
    UnknownName
        When there is no layer of that name.
    """
    if name not in LAYERS:
        raise UnknownName("layer", name, LAYERS)
    return {"type": "FeatureCollection", "id": name, "features": LAYERS[name](base)}


def line_between(
    a: Sequence[float], b: Sequence[float], *, bent: bool = False
) -> list[list[float]]:
    """Points from one (lon, lat) to another: straight on the map, or along the great circle."""
    if not bent:
        return [_at(*a), _at(*b)]
    (lon1, lat1), (lon2, lat2) = (tuple(map(math.radians, p)) for p in (a, b))
    x, y = _unit(lon1, lat1), _unit(lon2, lat2)
    angle = math.acos(max(-1.0, min(1.0, sum(p * q for p, q in zip(x, y, strict=True)))))
    count = max(2, math.ceil(angle * 6371 / 300))
    found: list[list[float]] = []
    for i in range(count + 1):
        t = i / count
        f, g = (math.sin(w * angle) / math.sin(angle) for w in (1 - t, t))
        v = [f * p + g * q for p, q in zip(x, y, strict=True)]
        found.append(
            _at(math.degrees(math.atan2(v[1], v[0])), math.degrees(math.asin(min(1.0, v[2]))))
        )
    return found


def _unit(lon: float, lat: float) -> tuple[float, float, float]:
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def _at(lon: float, lat: float) -> list[float]:
    return [round(lon, 4), round(lat, 4)]


def _feature(geometry: dict[str, Any] | None, **properties: Any) -> Feature:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _point(lat: str, lon: str) -> dict[str, Any]:
    return {"type": "Point", "coordinates": _at(float(lon), float(lat))}


def _line(points: list[list[float]]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": points}


def _when(periods: Sequence[Period], on: date | None = None) -> dict[str, Any]:
    """`since`, `until`, `open`, `status` (today's) and every period, as a feature says them."""
    now = on if on is not None else date.today()  # noqa: DTZ011  (the reader's own today)
    spans = open_periods(periods)
    word = next(w for a, b, w in periods if (a is None or a <= now) and (b is None or now < b))
    return {
        "status": word,
        "since": _iso(spans[0][0]) if spans else None,
        "until": _iso(spans[-1][1]) if spans else None,
        "open": [[_iso(a), _iso(b)] for a, b in spans],
        "periods": [[_iso(a), _iso(b), w] for a, b, w in periods],
    }


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _links(mode: str) -> Callable[[EvidenceBase], list[Feature]]:
    def features(base: EvidenceBase) -> list[Feature]:
        places = {r["id"]: r for r in base.entities("places")}
        found: list[Feature] = []
        for row in base.entities("links"):
            if row["mode"] != mode:
                continue
            ends = [places[row[k]] for k in ("from_place", "to_place")]
            a, b = ((float(p["lon"]), float(p["lat"])) for p in ends)
            km = float(great_circle_km(a[1], a[0], b[1], b[0]))
            drawn = mode != "sea" or km <= OCEAN_KM
            bent = mode == "air" and km > BENT_KM
            gauges = [g for g in row["gauges"].split(";") if g]
            extra = {"gauge": gauges[0] if len(gauges) == 1 else "mixed"} if mode == "rail" else {}
            found.append(
                _feature(
                    _line(line_between(a, b, bent=bent)) if drawn else None,
                    id=row["id"],
                    name=row["name"],
                    kind=mode,
                    **extra,
                    **_when(link_periods(base, row["id"])),
                    **({"post": row["post"]} if row["post"] else {}),
                    **{"from": row["from_place"], "to": row["to_place"]},
                    from_name=ends[0]["name"],
                    to_name=ends[1]["name"],
                )
            )
        return found

    return features


def _posts(base: EvidenceBase) -> list[Feature]:
    country = {r["id"]: r["country"] for r in base.entities("places")}
    through: dict[str, list[tuple[str, str, Sequence[Period]]]] = {}
    for row in base.entities("links"):
        if row["post"]:
            sides = ";".join(sorted({country[row["from_place"]], country[row["to_place"]]}))
            through.setdefault(row["post"], []).append(
                (row["mode"], sides, link_periods(base, row["id"]))
            )
    return [
        _feature(
            _point(row["lat"], row["lon"]),
            id=row["id"],
            name=row["name"],
            kind="post",
            modes=sorted({mode for mode, _, _ in through.get(row["id"], [])}),
            countries=[row["country_a"], row["country_b"]],
            gauge_change=row["gauge_change"],
            **_when(post_periods(base, row["id"], through.get(row["id"], []))),
        )
        for row in base.entities("posts")
    ]


ALWAYS: tuple[Period, ...] = ((None, None, "open"),)


def _places(base: EvidenceBase) -> list[Feature]:
    return [
        _feature(
            _point(r["lat"], r["lon"]), id=r["id"], name=r["name"], kind=r["kind"],
            country=r["country"], gauges=r["gauges"] or None, **_when(ALWAYS),
        )
        for r in base.entities("places")
    ]  # fmt: skip


def _zones(base: EvidenceBase) -> list[Feature]:
    # People and product as a world of today would have them.
    today = date.today()  # noqa: DTZ011  (the reader's own today)
    book = Notebook(base, today, FAR_FUTURE)

    def number(zone: str, variable: str) -> float | None:
        belief = book.believe(zone, variable)
        value = None if belief is None else belief.claim.value
        return value.central if isinstance(value, Estimate) else None

    return [
        _feature(
            _point(r["lat"], r["lon"]), id=r["id"], name=r["name"], kind=r["kind"],
            country=r["country"], local=r["name_local"] or None, city=r["city"],
            population_persons=number(r["id"], "population_persons"),
            gdp_usd2023_per_y=number(r["id"], "gdp_usd2023_per_y"), **_when(ALWAYS),
        )
        for r in base.entities("zones")
    ]  # fmt: skip


def _built(opened: str, word: str) -> tuple[Period, ...]:
    """Periods of what a registry dates by its opening only."""
    status = OPERATING.get(word, word)
    if status == "closed":
        return ((None, None, "closed"),)
    start = day(opened, last=True) if opened else None
    if status != "open":
        # Under way or only proposed: where the registry has a year, it is open from then.
        going = status == "construction" and start is not None
        return ((None, start, status), (start, None, "open")) if going else ((None, None, status),)
    return ((None, start, "planned"), (start, None, "open")) if start else ALWAYS


def _energy(kinds: tuple[str, ...]) -> Callable[[EvidenceBase], list[Feature]]:
    def features(base: EvidenceBase) -> list[Feature]:
        found: list[Feature] = []
        for r in base.registry("energy_network"):
            if r["type"] != "line" or not r["subtype"].startswith(kinds) or not r["to_lat"]:
                continue
            ends = ((float(r["lon"]), float(r["lat"])), (float(r["to_lon"]), float(r["to_lat"])))
            found.append(
                _feature(
                    _line(line_between(*ends)), id=r["id"], name=r["name"], kind=r["subtype"],
                    countries=r["countries"].split(";"), capacity=_number(r["capacity"]),
                    capacity_unit=r["capacity_unit"] or None, dated=bool(r["opened"]),
                    source=r["source"], **_when(_built(r["opened"], r["status"])),
                )
            )  # fmt: skip
        return found

    return features


def _fibre(base: EvidenceBase) -> list[Feature]:
    where = {(plain(r["name"]), r["country"]): r for r in reversed(base.entities("places"))}
    where |= {(plain(r["city"]), r["country"]): r for r in base.entities("zones")}

    def end(name: str, country: str) -> tuple[float, float] | None:
        for part in name.split("/"):
            row = where.get((plain(part), country))
            if row is not None:
                return float(row["lon"]), float(row["lat"])
        return None

    found: list[Feature] = []
    for r in base.registry("digital_network"):
        a, b = end(r["from_place"], r["from_country"]), end(r["to_place"], r["to_country"])
        found.append(
            _feature(
                _line(line_between(a, b, bent=True)) if a and b and a != b else None,
                id=r["id"], name=f"{r['from_place']} – {r['to_place']}", kind="fibre",
                capacity=_number(r["capacity"]), capacity_unit=r["capacity_unit"] or None,
                operators=r["operators"] or None, dated=bool(r["opened"]), source=r["source"],
                **_when(_built(r["opened"], r["status"])),
            )
        )  # fmt: skip
    return found


def _projects(base: EvidenceBase) -> list[Feature]:
    found: list[Feature] = []
    for r in base.registry("projects"):
        start, end = day(r["start"]), day(r["end"], last=True)
        begun = start or (end if r["status"] == "complete" else None)
        # A project is shown from the day it begins; one that only ends somewhere, from its end.
        periods: tuple[Period, ...] = (
            ((None, begun, "planned"), (begun, None, "open")) if begun else ALWAYS
        )
        found.append(
            _feature(
                _point(r["lat"], r["lon"]), id=r["id"], name=r["name"], kind=r["sector"],
                countries=r["countries"].split(";"), cost_usd_million=_number(r["cost_usd_million"]),
                linkage=r["linkage_pillar"] or None, start=r["start"] or None,
                end=r["end"] or None, source=r["source"],
                **(_when(periods) | {"status": r["status"]}),
            )
        )  # fmt: skip
    return found


def _geometry(file: str) -> Callable[[EvidenceBase], list[Feature]]:
    """Outlines, lakes and disputed lines as they lie in the evidence, with `since` and `until`."""

    def features(base: EvidenceBase) -> list[Feature]:
        text = (base.folder / "geometry" / file).read_text(encoding="utf-8")
        found: list[Feature] = json.loads(text)["features"]
        for feature in found:
            feature["properties"].setdefault("id", None)
            feature["properties"] |= {"since": None, "until": None}
        return found

    return features


def _number(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


LAYERS: dict[str, Callable[[EvidenceBase], list[Feature]]] = {
    "rail": _links("rail"),
    "road": _links("road"),
    "sea": _links("sea"),
    "air": _links("air"),
    "pipelines": _energy(("gas_pipeline", "oil_pipeline")),
    "power": _energy(("power_line",)),
    "fibre": _fibre,
    "posts": _posts,
    "places": _places,
    "projects": _projects,
    "zones": _zones,
    "outlines": _geometry("outlines.geojson"),
    "disputed": _geometry("disputed.geojson"),
    "lakes": _geometry("lakes.geojson"),
}
"""How each layer is made, by its name."""
