"""A small hand-made world with the schemas of `sogdia.world.tables`."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from sogdia.core.table import Schema, Table
from sogdia.world import tables as t

ON = date(2031, 7, 1)


@dataclass(frozen=True, kw_only=True)
class StubWorld:
    """Looks like `sogdia.world.world.World`."""

    on: date
    places: Table
    links: Table
    crossings: Table
    transfers: Table
    tariffs: Table
    zones: Table
    connectors: Table
    classes: Table
    regimes: Table
    lineage: Table

    def replace(self, **tables: Table) -> StubWorld:
        """Another world."""
        return replace(self, **tables)

    def __getattr__(self, name: str) -> Table:
        """Tables it has no rows for are empty."""
        if name in t.WORLD_TABLES:
            return _table(t.WORLD_TABLES[name])
        raise AttributeError(name)

    def content(self) -> dict[str, object]:
        """All tables it has as plain values: those a measure can reach."""
        held = [f.name for f in fields(self) if f.name in t.WORLD_TABLES]
        return {name: getattr(self, name).arrow.to_pydict() for name in held}


def _table(schema: Schema, *rows: dict[str, Any]) -> Table:
    return Table.from_rows(schema, rows)


def crossing(name: str, leaving: str, towards: str, **values: object) -> dict[str, Any]:
    """One directed crossing."""
    post, mode = name.split(":")
    usual: dict[str, object] = {
        "id": name,
        "leaving": leaving,
        "towards": towards,
        "post": post,
        "mode": mode,
        "name": post,
        "lat_deg": 45.0,
        "lon_deg": 80.0,
        "status": "open",
        "dwell_mean_h": 20.0,
        "dwell_p50_h": 10.0,
        "dwell_p90_h": 40.0,
        "fee_usd2023_per_t": 5.0,
        "capacity_per_day": 20.0,
        "open_h_per_day": 24.0,
    }
    return usual | values


def link(name: str, **values: object) -> dict[str, Any]:
    """One link."""
    mode, ends = name.split(":")
    a, b = ends.split("~")
    usual: dict[str, object] = {
        "id": name,
        "mode": mode,
        "from_place": a,
        "to_place": b,
        "name": name,
        "tariff": f"mode:{mode}/KAZ",
        "status": "open",
        "length_km": 100.0,
        "speed_km_per_h": 50.0,
        "tracks_count": 1.0,
        "capacity_trains_per_day": 24.0,
        "electrified": "no",
    }
    return usual | values


def stub_world(on: date = ON) -> StubWorld:
    """Two posts, four links, one port, two tariffs."""
    places = [
        {"id": i, "name": n, "kind": "city", "country": c, "lat_deg": 45.0, "lon_deg": 80.0}
        for i, n, c in (
            ("cn.kashgar", "Kashgar", "CHN"),
            ("kg.makmal", "Makmal", "KGZ"),
            ("kz.dostyk", "Dostyk", "KAZ"),
            ("uz.tashkent", "Tashkent", "UZB"),
        )
    ]
    return StubWorld(
        on=on,
        places=_table(t.PLACES, *places),
        links=_table(
            t.LINKS,
            link("rail:kashgar~makmal", status="planned", tariff="mode:rail/CHN"),
            link("rail:dostyk~moiynty", capacity_t_per_y=20e6),
            link("road:almaty~khorgos", road_class="highway", capacity_trains_per_day=None),
            link("road:almaty~shymkent", road_class="highway", capacity_trains_per_day=None),
        ),
        crossings=_table(
            t.CROSSINGS,
            crossing("kz-cn.alashankou:rail", "CHN", "KAZ"),
            crossing("kz-cn.alashankou:rail", "KAZ", "CHN", dwell_mean_h=30.0),
            crossing("kz-cn.khorgos:road", "CHN", "KAZ", dwell_mean_h=None, dwell_p50_h=None),
            crossing("kz-cn.khorgos:road", "KAZ", "CHN"),
            crossing("kg-uz.dustlik:road", "KGZ", "UZB", dwell_mean_h=4.0),
            crossing("kg-uz.dustlik:road", "UZB", "KGZ", dwell_mean_h=8.0),
        ),
        transfers=_table(
            t.TRANSFERS,
            *(
                {
                    "id": "transfer:port/kz.aktau-port",
                    "kind": "port",
                    "place": "kz.aktau-port",
                    "from_layer": a,
                    "to_layer": b,
                    "dwell_mean_h": 60.0,
                    "dwell_p50_h": 40.0,
                    "dwell_p90_h": 160.0,
                    "fee_usd2023_per_teu": 150.0,
                }
                for a, b in (("sea", "rail-1520"), ("rail-1520", "sea"))
            ),
        ),
        tariffs=_table(
            t.TARIFFS,
            *(
                {"id": i, "commodity": c, "rate_usd2023_per_tkm": r}
                for i, c, r in (
                    ("mode:sea/ocean", "bulk", 0.002),
                    ("mode:sea/ocean", "container-general", 0.01),
                    ("mode:rail/KAZ", "bulk", 0.03),
                )
            ),
        ),
        zones=_table(
            t.ZONES,
            {"id": "zone:uz.tashkent", "name": "Tashkent", "country": "UZB", "city": "Tashkent"},
        ),
        connectors=_table(t.CONNECTORS),
        classes=_table(t.CLASSES, {"id": "bulk"}, {"id": "container-general"}),
        regimes=_table(
            t.REGIMES,
            {
                "id": "v1",
                "kind": "visa",
                "from_country": "CHN",
                "to_country": "UZB",
                "regime": "visa_required",
            },
            {
                "id": "v2",
                "kind": "visa",
                "from_country": "UZB",
                "to_country": "CHN",
                "regime": "visa_required",
            },
            {
                "id": "u1",
                "kind": "union",
                "from_country": "KAZ",
                "to_country": "KGZ",
                "regime": "EAEU",
            },
        ),
        lineage=_table(
            t.LINEAGE,
            {
                "entity": "kz-cn.alashankou:rail>KAZ",
                "variable": "dwell_mean_h",
                "claim": "c1",
                "carried": False,
            },
        ),
    )
