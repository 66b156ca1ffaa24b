"""A small hand-made run: two zones, two goods, one way with a border in the middle."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sogdia.core.status import Status
from sogdia.core.table import Column, Schema, Table
from sogdia.models.transport.tables import NETWORK_MAP, ROUTE, SKIM
from sogdia.results.manifest import Manifest
from sogdia.results.store import run_id
from sogdia.results.tables import CLAIM_TABLE, INDICATOR, MEASURE, RUN_LINEAGE

ON = date(2025, 1, 1)
A, B, C = "zone:cn.a", "zone:kz.b", "zone:uz.c"
PLACES = Schema(
    "places",
    (Column("id"), Column("name"), Column("lat_deg", "number"), Column("lon_deg", "number")),
    ("id",),
)


def skim_row(
    origin: str, destination: str, commodity: str = "bulk", **values: Any
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "on": ON, "origin": origin, "destination": destination, "commodity": commodity,
        "reachable": True, "time_h": 100.0, "border_h": 40.0, "money_usd2023_per_t": 80.0,
        "gencost_usd2023_per_t": 120.0, "distance_km": 1500.0,
    }  # fmt: skip
    return {**row, **values}


def leg(origin: str, destination: str, number: int, **values: Any) -> dict[str, Any]:
    return {
        "on": ON, "origin": origin, "destination": destination, "commodity": "bulk",
        "alternative": 1, "leg": number, **values,
    }  # fmt: skip


def claim(name: str, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": name, "subject": "", "variable": "", "amount_text": "1", "unit": "h",
        "source": "src", "source_title": "A source", "source_url": "https://example.org/a",
        "tier": "official", "basis": "reported", "confidence": "high", "locator": "table 1",
    }  # fmt: skip
    return {**row, **values}


def make_tables() -> dict[str, Table]:
    skim = [
        skim_row(A, B),
        skim_row(A, C, "parcels", time_h=None, border_h=None, reachable=False),
    ]
    route = [
        leg(A, B, 1, kind="line-haul", mode="rail-1435", name="east line", country="CHN",
            entities="rail:cn.a~cn.x;rail:cn.x~cn.y", time_h=30.0, gencost_usd2023_per_t=30.0,
            money_usd2023_per_t=30.0, distance_km=700.0),
        leg(A, B, 2, kind="border", mode="", name="the post", country="KAZ",
            entities="kz-cn.post:rail", time_h=40.0, gencost_usd2023_per_t=60.0,
            money_usd2023_per_t=20.0, distance_km=0.0),
        leg(A, B, 3, kind="line-haul", mode="rail-1520", name="west line", country="KAZ",
            entities="rail:kz.y~kz.b", time_h=30.0, gencost_usd2023_per_t=30.0,
            money_usd2023_per_t=30.0, distance_km=800.0),
    ]  # fmt: skip
    lineage = [
        ("rail:cn.a~cn.x", "line_speed_km_per_h", "c-speed", False),
        ("kz-cn.post:rail", "dwell_mean_h", "c-dwell", True),
        ("kz-cn.post:rail", "fee_usd2023_per_t", "c-fee", False),
        ("rail:kz.y~kz.b", "line_speed_km_per_h", "measure:faster", False),
        ("mode:rail/KAZ", "rate_usd2023_per_tkm", "c-rate", False),
        (B, "population_persons", "c-people", False),
    ]
    claims = [
        claim("c-speed", unit="km/h", amount_text="60", stated_on=date(2020, 1, 1)),
        claim("c-dwell", basis="assumed", tier="assumption", amount_text="40", low_text="20",
              high_text="60", holds_from=date(2024, 1, 1), source_title="Our judgement"),
        claim("c-fee", unit="USD2023/t", amount_text="20"),
        claim("c-rate", unit="USD2023/tkm", basis="assumed", amount_text="0.03"),
        claim("c-people", unit="persons", amount_text="1000"),
    ]  # fmt: skip
    indicator = [
        {"on": ON, "variable": "access_index", "entity": B, "group": "", "draw": 0, "amount": 0.5,
         "unit": "1"},
        {"on": ON, "variable": "mean_time_h", "entity": B, "group": "", "draw": 0, "amount": 100.0,
         "unit": "h"},
    ]  # fmt: skip
    measure = [
        {"id": "faster", "kind": "set-speed", "entity": "rail:kz.y~kz.b",
         "variable": "line_speed_km_per_h", "on": date(2024, 7, 1), "source": "src",
         "why": "as announced", "text": "80 km/h"},
    ]  # fmt: skip
    network = [
        {"on": ON, "id": "rail:cn.a~cn.x", "kind": "link", "from_lat_deg": 44.0,
         "from_lon_deg": 80.0, "to_lat_deg": 45.0, "to_lon_deg": 82.0, "length_km": 200.0},
        {"on": ON, "id": "rail:cn.x~cn.y", "kind": "link", "from_lat_deg": 45.0,
         "from_lon_deg": 82.0, "to_lat_deg": None, "to_lon_deg": 83.0, "length_km": 500.0},
    ]  # fmt: skip
    places = [
        {"id": "cn.a", "name": "=1+1", "lat_deg": 44.0, "lon_deg": 80.0},
        {"id": "kz.b", "name": "@post", "lat_deg": None, "lon_deg": None},
        {"id": "uz.c", "name": "-2", "lat_deg": 41.0, "lon_deg": 69.0},
        {"id": "uz.d", "name": "+2", "lat_deg": 41.5, "lon_deg": 69.5},
        {"id": "uz.e", "name": "'=x", "lat_deg": 41.6, "lon_deg": 69.6},
        {"id": "uz.f", "name": "", "lat_deg": 41.7, "lon_deg": 69.7},
        {"id": "uz.g", "name": None, "lat_deg": 41.8, "lon_deg": -0.1},
        {"id": "uz.h", "name": 'Qo\'qon, "a"\n2', "lat_deg": 1 / 3, "lon_deg": 1e-7},
    ]
    return {
        "skim": Table.from_rows(SKIM, skim),
        "route": Table.from_rows(ROUTE, route),
        "lineage": Table.from_rows(
            RUN_LINEAGE,
            [
                {"on": ON, "entity": e, "variable": v, "claim": c, "carried": carried}
                for e, v, c, carried in lineage
            ],
        ),
        "claim": Table.from_rows(CLAIM_TABLE, claims),
        "indicator": Table.from_rows(INDICATOR, indicator),
        "measure": Table.from_rows(MEASURE, measure),
        "network_map": Table.from_rows(NETWORK_MAP, network),
        "places": Table.from_rows(PLACES, places),
    }


def make_manifest(scenario: str = "demo", **changes: Any) -> Manifest:
    fields: dict[str, Any] = {
        "id": run_id(scenario=scenario, salt=changes.pop("salt", 0)),
        "scenario": scenario,
        "title": f"The {scenario} scenario",
        "scenario_digest": "5c",
        "role": "scenario",
        "baseline": None,
        "dates": (ON,),
        "evidence_digest": "e1",
        "code_digest": "c0",
        "version": "0.1.0",
        "seed": 7,
        "draws": 2,
        "options": {"known_by": "2025-01-01", "depth": {"n": 1}},
        "statuses": (
            Status(state="usable", iterations=9, residual=0.1, tolerance=0.01, of="trade"),
        ),
        "failed_draws": {3: "no root"},
        "created": datetime(2025, 1, 1, tzinfo=UTC),
    }
    return Manifest(**{**fields, **changes})
