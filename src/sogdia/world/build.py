"""Evidence and a date to a world, with the lineage of every value.

The order is: places and links, then the crossings their international links pass, then the
transfers at places, then tariffs, zones, classes, economies and their trade. Each value is the claim believed on the date
(`sogdia.evidence.choose`); where a thing has no claim of its own the next wider one is believed
(a link's speed is its country's, a crossing's dwell its country's average), and the lineage says
which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.estimate import Estimate
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.evidence.choose import FAR_FUTURE
from sogdia.world import tables as t
from sogdia.world.borders import believed_dwell, lognormal_mean
from sogdia.world.economies import economy_rows, trade_rows
from sogdia.world.energy_rows import (
    gas_country_rows,
    pipeline_rows,
    plant_rows,
    power_line_rows,
    power_rows,
    power_zone_rows,
)
from sogdia.world.fibre_rows import cable_rows, fibre_rows, landing_rows
from sogdia.world.finance import loan_rows
from sogdia.world.freight import choice_rows, freight_end_rows, freight_rows, vehicle_rows
from sogdia.world.health_rows import consultation_rows, hospital_rows, journey_rows
from sogdia.world.notebook import Notebook
from sogdia.world.regimes import Union, crossing_effect, regime_rows, shared_union, unions_on
from sogdia.world.world import World

__all__ = ["FIRST_DAY", "LAST_DAY", "world"]

WINTER_MONTHS = frozenset({12, 1, 2, 3})
"""Months in which every source has the seasonal passes closed."""

FIRST_DAY, LAST_DAY = date(1992, 1, 1), date(2040, 12, 31)

HANDLING_PLACES = frozenset({"city", "terminal", "port", "junction", "station"})
"""Kinds of place with a terminal between road and rail; elsewhere both must really meet."""


def world(
    evidence: EvidenceBase | None = None,
    *,
    on: date | str,
    known_by: date | str | None = None,
) -> World:
    """The world on a date.

    Parameters
    ----------
    evidence : EvidenceBase, optional
        By default the base that ships with the package.
    on : date or ISO text
        From 1992-01-01 to 2040-12-31.
    known_by : date or ISO text, optional
        Leave out claims stated after this date. By default everything known is used.

    Raises
    ------
    InvalidInput
        When the date is out of range or the evidence has problems.
    """
    base = evidence if evidence is not None else open_evidence()
    day = _day(on, "on")
    known = None if known_by is None else _day(known_by, "known_by")
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidInput(
            [
                Problem(
                    where="the date of the world",
                    what="is outside the period modelled",
                    got=str(day),
                    allowed=f"{FIRST_DAY} to {LAST_DAY}",
                )
            ]
        )
    book = Notebook(base, day, known if known is not None else FAR_FUTURE)
    unions = unions_on(base, day, book.known_by)
    places = _places(base)
    links = _links(book, {str(p["id"]): p for p in places})
    crossings = _crossings(book, links, unions)
    transfers = _transfers(book, places, links)
    tariffs = _tariffs(book, links)
    zones, connectors = _zones(book)
    built: dict[str, Table] = {
        schema.name: Table.from_rows(schema, rows)
        for schema, rows in (
            (t.PLACES, places),
            (t.LINKS, links),
            (t.CROSSINGS, crossings),
            (t.TRANSFERS, transfers),
            (t.TARIFFS, tariffs),
            (t.ZONES, zones),
            (t.CONNECTORS, connectors),
            (t.CLASSES, _classes(book)),
            (t.REGIMES, regime_rows(base, day, book.known_by)),
            (t.ECONOMIES, economy_rows(book)),
            (t.TRADE, trade_rows(book)),
            (t.FREIGHT, freight_rows(book, _countries(base), COMMODITIES)),
            (t.FREIGHT_ENDS, freight_end_rows(book, COMMODITIES)),
            (t.VEHICLES, vehicle_rows(book)),
            (t.CHOICE, choice_rows(book)),
            (t.LOANS, loan_rows(book)),
            (t.LANDINGS, landing_rows(base)),
            (t.CABLES, cable_rows(book)),
            (t.FIBRE, fibre_rows(book)),
            (t.HOSPITALS, hospital_rows(base)),
            (t.CONSULTATIONS, consultation_rows(book)),
            (t.JOURNEYS, journey_rows(book)),
            (t.POWER_ZONES, power_zone_rows(book)),
            (t.PLANTS, plant_rows(book)),
            (t.POWER_LINES, power_line_rows(book)),
            (t.PIPELINES, pipeline_rows(book)),
            (t.GAS_COUNTRIES, gas_country_rows(book)),
            (t.POWER, power_rows(book)),
            (t.LINEAGE, _distinct(book.lineage)),
        )
    }
    return World(
        on=day, known_by=book.known_by, evidence=base.digest, spreads=tuple(book.spreads), **built
    )


def _day(given: date | str, where: str) -> date:
    """A date from a date, a moment or ISO text."""
    if isinstance(given, date):
        return given.date() if isinstance(given, datetime) else given
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError):
        raise InvalidInput(
            [Problem(where=where, what="is not a date", got=repr(given), allowed="2026-01-31")]
        ) from None


def _countries(base: EvidenceBase) -> list[str]:
    """Countries with a zone, in order."""
    return sorted({str(row["country"]) for row in base.entities("zones")})


def _distinct(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    seen = {(r["entity"], r["variable"], r["claim"]): r for r in rows}
    return [seen[key] for key in sorted(seen)]


def _places(base: EvidenceBase) -> list[dict[str, Any]]:
    return [
        {
            "id": row["id"],
            "name": row["name"],
            "kind": row["kind"],
            "country": row["country"],
            "lat_deg": float(row["lat"]),
            "lon_deg": float(row["lon"]),
            "gauges": row["gauges"] or None,
        }
        for row in base.entities("places")
    ]


def link_status(book: Notebook, link: str) -> tuple[str, date | None]:
    """Whether a link is open on the date, and its opening day when one is known.

    An opening day decides; known only to the month or year it counts from the end of it. Without
    one the word `status` decides, and a link called open has been open since before 1992.
    """
    closed = book.day(link, "closed")
    opened = book.day(link, "opened")
    word = book.word(link, "status") or "planned"
    if opened is not None and opened > book.known_by and opened <= book.on:
        return ("construction" if word == "construction" else "planned"), opened
    if closed is not None and closed <= book.on:
        return "closed", opened
    if opened is not None:
        if opened <= book.on:
            return "open", opened
        return ("construction" if word == "construction" else "planned"), opened
    return word, None


def tariff_of(mode: str, country: str, service: str) -> str:
    """The row of tariffs that prices a link: a country's, or a sea basin's."""
    if mode == "sea":
        return f"mode:sea/{service}"
    if mode == "air":
        return "mode:air/default"
    return f"mode:{mode}/{country}"


def wider_tariffs(tariff: str, europe: frozenset[str]) -> tuple[str, ...]:
    """Where a tariff without claims of its own looks next."""
    mode, scope = tariff.removeprefix("mode:").split("/")
    wider = [f"mode:{mode}/EU"] if scope in europe else []
    return (*wider, f"mode:{mode}/default")


def priced_as_europe(base: EvidenceBase) -> frozenset[str]:
    """States priced like the European Union whatever the date: members now, and Serbia."""
    members = {row["member"] for row in base.registry("unions") if row["union"] == "EU"}
    return frozenset(members | {"SRB"})


def sea_basin(name: str) -> str:
    """The basin a sea link belongs to, from its name."""
    if name.startswith("Caspian"):
        return "caspian"
    if name.startswith("Black Sea"):
        return "blacksea"
    return "ocean"


def _links(book: Notebook, places: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    europe = priced_as_europe(book.evidence)
    for number, entity in enumerate(book.evidence.entities("links")):
        link, mode = entity["id"], entity["mode"]
        country = places[entity["from_place"]]["country"]
        tariff = tariff_of(mode, country, sea_basin(entity["name"]))
        status, opened = link_status(book, link)
        seasonal = book.word(link, "seasonal")
        if seasonal == "yes" and status == "open" and book.on.month in WINTER_MONTHS:
            status = "closed"
        where: dict[str, Any] = {"table": "links", "row": number}
        speed = book.number(
            link, "line_speed_km_per_h", column="speed_km_per_h", **where
        ) or book.number(
            tariff,
            "speed_km_per_h",
            *wider_tariffs(tariff, europe),
            column="speed_km_per_h",
            entity_noted=link,
            **where,
        )
        rows.append(
            {
                "id": link,
                "mode": mode,
                "from_place": entity["from_place"],
                "to_place": entity["to_place"],
                "name": entity["name"],
                "gauges": entity["gauges"] or None,
                "tariff": tariff,
                "crossing": f"{entity['post']}:{mode}" if entity["post"] else None,
                "status": status,
                "opened": opened,
                "length_km": book.number(link, "length_km", column="length_km", **where),
                "speed_km_per_h": speed,
                "tracks_count": book.number(link, "tracks_count", column="tracks_count", **where),
                **capacities(book, link, **where),
                "electrified": book.word(link, "electrified"),
                "road_class": book.word(link, "road_class"),
                "seasonal": seasonal,
            }
        )
    return rows


def _crossings(
    book: Notebook, links: Sequence[dict[str, Any]], unions: Sequence[Union]
) -> list[dict[str, Any]]:
    used = sorted({str(link["crossing"]) for link in links if link["crossing"]})
    posts = {row["id"]: row for row in book.evidence.entities("posts")}
    rows: list[dict[str, Any]] = []
    for crossing in used:
        post_id, mode = crossing.rsplit(":", 1)
        post = posts[post_id]
        pair = (post["country_a"], post["country_b"])
        for leaving, towards in (pair, pair[::-1]):
            row = len(rows)
            union = shared_union(unions, leaving, towards)
            dwell = believed_dwell(book, crossing, mode, leaving, towards, union, row)
            effect = crossing_effect(book.evidence, post_id, mode, towards, book.on, book.known_by)
            wider = (f"border:default:{mode}",)
            rows.append(
                {
                    "id": crossing,
                    "towards": towards,
                    "leaving": leaving,
                    "post": post_id,
                    "mode": mode,
                    "name": post["name"],
                    "lat_deg": float(post["lat"]),
                    "lon_deg": float(post["lon"]),
                    "status": "closed" if effect.closed else "open",
                    "regime": effect.text or None,
                    "dwell_mean_h": dwell.mean_h,
                    "dwell_p50_h": dwell.p50_h,
                    "dwell_p90_h": dwell.p90_h,
                    "fee_usd2023_per_t": dwell.fee_usd2023_per_t,
                    "capacity_per_day": book.number(
                        crossing,
                        "post_capacity_trains_per_day"
                        if mode == "rail"
                        else "post_capacity_trucks_per_day",
                        table="crossings",
                        column="capacity_per_day",
                        row=row,
                    ),
                    "open_h_per_day": book.number(
                        crossing,
                        "open_h_per_day",
                        *wider,
                        table="crossings",
                        column="open_h_per_day",
                        row=row,
                    ),
                }
            )
    return rows


def transfer_pairs(kind: str, layers: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """(transfer kind, from layer, to layer) possible at a place of some kind with some layers.

    An airport has no door of its own: freight reaches it by road.
    """
    rails = [layer for layer in layers if layer.startswith("rail-")]
    for a in rails:
        for b in rails:
            if a != b:
                yield "gauge-change", a, b
    meet = kind in HANDLING_PLACES or (rails and "road" in layers)
    road = ["road"] if meet and (rails or "sea" in layers or "air" in layers) else []
    for a, b in [(x, y) for x in road for y in rails]:
        yield "road-to-rail", a, b
        yield "rail-to-road", b, a
    if "sea" in layers:
        for other in [*rails, *road]:
            yield "port", other, "sea"
            yield "port", "sea", other
    if "air" in layers:
        yield "road-to-air", "road", "air"
        yield "air-to-road", "air", "road"
        return
    doors: set[str] = {*rails, *(["road"] if meet or "road" in layers else [])}
    for layer in sorted(doors):
        mode = "rail" if layer.startswith("rail-") else layer
        yield f"origin/{mode}", "door", layer
        yield f"destination/{mode}", layer, "door"


def _transfers(
    book: Notebook, places: Sequence[dict[str, Any]], links: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    meets: dict[str, set[str]] = {}
    for link in links:
        layers = (
            [f"rail-{g}" for g in str(link["gauges"]).split(";")]
            if link["mode"] == "rail"
            else [str(link["mode"])]
        )
        for end in (link["from_place"], link["to_place"]):
            meets.setdefault(str(end), set()).update(layers)
    rows: list[dict[str, Any]] = []
    for place in places:
        layers = sorted(meets.get(str(place["id"]), set()))
        for kind, a, b in transfer_pairs(str(place["kind"]), layers):
            for commodity in ("", "bulk"):
                row = _transfer(book, kind, str(place["id"]), (a, b), commodity, len(rows))
                if row is not None:
                    rows.append(row)
    return rows


def _transfer(
    book: Notebook, kind: str, place: str, layers: tuple[str, str], commodity: str, row: int
) -> dict[str, Any] | None:
    """One transfer, for all commodities or (with a suffix #bulk in its claims) for one."""
    suffix = f"#{commodity}" if commodity else ""
    entity = f"transfer:{kind}/{place}"
    wide = f"transfer:{kind}" if "/" in kind else f"transfer:{kind}/default"
    subjects = tuple(f"{s}{suffix}" for s in (entity, wide))
    p50 = book.first(subjects, "dwell_p50_h")
    if commodity and p50 is None:
        return None
    subjects += (entity, wide) if commodity else ()
    p90 = book.first(subjects, "dwell_p90_h")
    noted = entity + suffix
    hours: dict[str, float | None] = {
        "dwell_mean_h": None,
        "dwell_p50_h": None,
        "dwell_p90_h": None,
    }
    if p50 is not None:
        book.note(noted, "dwell_p50_h", p50)
        value = p50.claim.value
        assert isinstance(value, Estimate)
        ratio = 1.0
        if p90 is not None and value.central > 0:
            book.note(noted, "dwell_p90_h", p90)
            ratio = max(1.0, p90.claim.number / value.central)
        mean = value.scaled(lognormal_mean(1.0, ratio))
        book.spread(mean, p50, "transfers", "dwell_mean_h", row)
        hours = {
            "dwell_mean_h": mean.central,
            "dwell_p50_h": value.central,
            "dwell_p90_h": value.central * ratio,
        }
    where: dict[str, Any] = {"table": "transfers", "row": row, "entity_noted": noted}
    return {
        "id": entity,
        "kind": kind.partition("/")[0],
        "place": place,
        "from_layer": layers[0],
        "to_layer": layers[1],
        "commodity": commodity or None,
        **hours,
        "fee_usd2023_per_teu": book.number(
            *subjects[:1],
            "transfer_fee_usd2023_per_teu",
            *subjects[1:],
            column="fee_usd2023_per_teu",
            **where,
        ),
        "fee_usd2023_per_t": book.number(
            *subjects[:1],
            "transfer_fee_usd2023_per_t",
            *subjects[1:],
            column="fee_usd2023_per_t",
            **where,
        ),
        **capacities(book, entity, table="transfers", row=row, entity_noted=noted),
        "open_h_per_day": book.number(
            *subjects[:1], "open_h_per_day", *subjects[1:], column="open_h_per_day", **where
        ),
    }


def capacities(book: Notebook, entity: str, **where: Any) -> dict[str, float | None]:
    """What a link, yard or port can pass, of all directions; no wider claim stands for it."""
    return {
        column: book.number(entity, variable, column=column, **where)
        for (table, column), variable in t.CAPACITIES_CLAIMED_AS.items()
        if table == where["table"]
    }


COMMODITIES = ("container-high-value", "container-general", "bulk", "perishables")


def _tariffs(book: Notebook, links: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    europe = priced_as_europe(book.evidence)
    for tariff in sorted({str(link["tariff"]) for link in links} | {"mode:road/default"}):
        wider = wider_tariffs(tariff, europe)
        for commodity in COMMODITIES:
            where: dict[str, Any] = {
                "table": "tariffs",
                "row": len(rows),
                "entity_noted": f"{tariff}#{commodity}",
            }
            rows.append(
                {
                    "id": tariff,
                    "commodity": commodity,
                    "rate_usd2023_per_tkm": book.number(
                        f"{tariff}#{commodity}",
                        "rate_usd2023_per_tkm",
                        *(f"{w}#{commodity}" for w in wider),
                        column="rate_usd2023_per_tkm",
                        **where,
                    ),
                    "emission_kgco2_per_tkm": book.number(
                        tariff,
                        "emission_kgco2_per_tkm",
                        *wider,
                        column="emission_kgco2_per_tkm",
                        **where,
                    ),
                }
            )
    return rows


def _zones(book: Notebook) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    zones: list[dict[str, Any]] = []
    for number, entity in enumerate(book.evidence.entities("zones")):
        where: dict[str, Any] = {"table": "zones", "row": number}
        zones.append(
            {
                "id": entity["id"],
                "name": entity["name"],
                "country": entity["country"],
                "city": entity["city"],
                "lat_deg": float(entity["lat"]),
                "lon_deg": float(entity["lon"]),
                "population_persons": book.number(
                    entity["id"], "population_persons", column="population_persons", **where
                ),
                "gdp_usd2023_per_y": book.number(
                    entity["id"], "gdp_usd2023_per_y", column="gdp_usd2023_per_y", **where
                ),
            }
        )
    connectors = [
        {"zone": row["zone"], "place": row["place"], "length_km": float(row["length_km"])}
        for row in book.evidence.entities("connectors")
    ]
    return zones, connectors


def _classes(book: Notebook) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for commodity in COMMODITIES:
        entity = f"class:{commodity}"
        where: dict[str, Any] = {"table": "classes", "row": len(rows)}
        value = book.number(entity, "value_usd2023_per_t", column="value_usd2023_per_t", **where)
        day_share = book.number(
            entity, "time_value_per_day_share", column="time_value_per_day_share", **where
        )
        rows.append(
            {
                "id": commodity,
                "value_usd2023_per_t": value,
                "time_value_per_day_share": day_share,
                "loading_t_per_teu": book.number(
                    entity, "loading_t_per_teu", column="loading_t_per_teu", **where
                ),
                "reliability_ratio": book.number(
                    entity, "reliability_ratio", column="reliability_ratio", **where
                ),
                "rail_speed_ratio": book.number(
                    entity, "rail_speed_ratio", column="rail_speed_ratio", **where
                ),
            }
        )
    return rows
