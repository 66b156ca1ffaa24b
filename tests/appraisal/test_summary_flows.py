"""What is said of flows, queues, trade and real income, from small tables written by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from sogdia.appraisal.run import Appraisal
from sogdia.appraisal.summary_flows import (
    FlowSummary,
    flow_sentences,
    has_flows,
    link_words,
    summarise_flows,
)
from sogdia.appraisal.summary_traffic import BeforeAfter, LinkFlow, link_flows
from sogdia.core.status import Status
from sogdia.core.table import Schema, Table
from sogdia.models.border.tables import POST_QUEUE
from sogdia.models.trade.zones import COUNTRY_INCOME, TRADE_CHANGE, ZONE_INCOME
from sogdia.models.transport.tables import LINK_FLOW, MODE_SHARE, NETWORK_MAP
from sogdia.results.manifest import Manifest, Role
from sogdia.results.store import RunStore
from sogdia.results.tables import INDICATOR
from sogdia.world.tables import PLACES, ZONES

DAY, OTHER = date(2031, 7, 1), date(2026, 1, 1)
DRAWS = 4
LOOP = f"loop transport-border-trade {DAY}"
SETTLED = Status(state="solved", iterations=5, residual=3.5e-5, tolerance=1e-4, of=LOOP)
Rows = Sequence[Mapping[str, Any]]


def near(value: float) -> Any:
    """Equal but for rounding."""
    return pytest.approx(value)


def link(name: str, a: str, b: str, there: float, back: float, **more: Any) -> list[dict[str, Any]]:
    """Both directions of a railway link."""
    return [
        {"on": DAY, "id": name, "from_place": x, "to_place": y, "mode": "rail", "flow_t_per_y": t,
         "vehicles_per_day": t / 1e6, **more}
        for x, y, t in ((a, b, there), (b, a, back))
    ]  # fmt: skip


def income(country: str, full: float | None, *, level: str = "full") -> dict[str, Any]:
    """A row of country_income."""
    return {"on": DAY, "level": level, "country": country, "income_usd2023_per_y": 1e9,
            "real_income_change_share": full}  # fmt: skip


def trade(exporter: str, importer: str, level: str, base: float, ratio: float) -> dict[str, Any]:
    """A row of trade_change."""
    return {"on": DAY, "level": level, "exporter": exporter, "importer": importer,
            "baseline_usd2023_per_y": base, "value_usd2023_per_y": base * ratio,
            "change_ratio": ratio}  # fmt: skip


def queue(entity: str, **more: Any) -> list[dict[str, Any]]:
    """Both directions of a post."""
    return [{"on": DAY, "entity": entity, "towards": t, **more} for t in ("KGZ", "CHN")]


def waits(mean: float, p50: float, p90: float, clearing: float | None) -> dict[str, Any]:
    """Columns of a queue that is known."""
    return {
        "arrivals_per_day": 60.0, "shared_arrivals_per_day": 120.0, "capacity_per_day": 100.0,
        "effective_capacity_per_day": 133.0, "utilisation_share": 0.9, "wait_mean_h": mean,
        "wait_p50_h": p50, "wait_p90_h": p90, "clearing_after_week_h": clearing,
    }  # fmt: skip


def drawn(
    entity: str,
    draws: Sequence[float | None],
    *,
    group: str = "full",
    variable: str = "real_income_change_share",
) -> Rows:
    """Draws of an indicator; None is a draw that failed and has no row."""
    return [
        {"on": DAY, "variable": variable, "entity": entity, "group": group,
         "draw": d, "amount": v, "unit": "1"}
        for d, v in enumerate(draws, start=1)
        if v is not None
    ]  # fmt: skip


PLACE = {"kg.a": "Arpa", "kg.b": "Base", "kg.c": "Camp", "kg.d": "Dam"}
MAP = [
    {"on": DAY, "id": i, "kind": k, "name": n, "status": "open"}
    for i, k, n in (
        ("rail:a~b", "link", "Old line (1920)"), ("rail:b~c", "link", "New line"),
        ("rail:c~d", "link", "New line"), ("kg-cn.gate:road", "crossing", "Gate (Pass)"),
        ("kg-cn.shut:road", "crossing", "Shut"), ("kg-cn.dark:road", "crossing", "Dark"),
    )
]  # fmt: skip
BEFORE: dict[str, Rows] = {
    "link_flow": link("rail:a~b", "kg.a", "kg.b", 4e6, 1e6, use_share=0.2),
    "mode_share": [
        {"on": DAY, "exporter": "CHN", "importer": "KGZ", "mode": "road", "flow_t_per_y": 3e6},
        {"on": DAY, "exporter": "UZB", "importer": "CHN", "mode": "rail", "flow_t_per_y": 1e6},
        {"on": DAY, "exporter": "CHN", "importer": "RUS", "mode": "rail", "flow_t_per_y": 9e9},
        {"on": OTHER, "exporter": "CHN", "importer": "KGZ", "mode": "road", "flow_t_per_y": 9e9},
    ],
    "post_queue": [
        *queue("kg-cn.gate:road", **waits(6.4, 2.2, 19.7, None)),
        *queue("kg-cn.shut:road", capacity_per_day=50.0, arrivals_per_day=0.0),
        *queue("kg-cn.dark:road", arrivals_per_day=7.0),
    ],
}
AFTER: dict[str, Rows] = {
    "link_flow": [
        *link("rail:a~b", "kg.a", "kg.b", 3e6, 1e6, use_share=0.15),
        *link("rail:b~c", "kg.b", "kg.c", 2e6, 0.5e6, use_share=0.1),
        *link("rail:c~d", "kg.c", "kg.d", 1.9e6, 0.5e6, use_share=0.3),
    ],
    "mode_share": [
        {"on": DAY, "exporter": "CHN", "importer": "KGZ", "mode": "road", "flow_t_per_y": 2e6},
        {"on": DAY, "exporter": "UZB", "importer": "CHN", "mode": "rail", "flow_t_per_y": 2e6},
    ],
    "post_queue": [
        *queue("kg-cn.gate:road", **waits(0.4, 1e-13, 0.6, 429.0)),
        *queue("kg-cn.shut:road", capacity_per_day=50.0, arrivals_per_day=0.0),
        *queue("kg-cn.dark:road", arrivals_per_day=9.0),
    ],
    "country_income": [
        income("CHN", 0.0), income("KGZ", 0.001), income("KGZ", 0.002, level="conditional"),
        income("KGZ", 0.0015, level="partial"), income("UZB", None), income("MNG", -0.0005),
        income("DEU", 1e-9),
    ],
    "zone_income": [
        {"on": DAY, "level": level, "zone": zone, "country": "KGZ", "real_income_change_share": v}
        for level, zone, v in (
            ("full", "zone:kg.x", 0.004), ("full", "zone:kg.y", -0.002), ("full", "zone:kg.z", 1e-7),
            ("full", "zone:kg.n", None), ("partial", "zone:kg.x", 0.9),
        )
    ],
    "trade_change": [
        trade("CHN", "KGZ", "partial", 18e9, 1.02), trade("CHN", "KGZ", "conditional", 18e9, 1.005),
        trade("CHN", "KGZ", "full", 4e9, 1.01),
    ],
    "indicator": [
        *drawn("KGZ", [0.0005, 0.0013, None, 0.0009]),
        *drawn("CHN>KGZ", [1.0, 1.02, None, 1.01], variable="trade_change_ratio"),
    ],
}  # fmt: skip
SCHEMAS: dict[str, Schema] = {
    "link_flow": LINK_FLOW, "mode_share": MODE_SHARE, "post_queue": POST_QUEUE,
    "country_income": COUNTRY_INCOME, "zone_income": ZONE_INCOME, "trade_change": TRADE_CHANGE,
    "indicator": INDICATOR, "network_map": NETWORK_MAP, "places": PLACES, "zones": ZONES,
}  # fmt: skip
NAMED: dict[str, Rows] = {
    "places": [{"id": i, "name": f"{n} (KG)"} for i, n in PLACE.items()],
    "zones": [{"id": f"zone:kg.{z}", "name": z.upper()} for z in "xyzn"],
}


def appraised(
    folder: Path,
    *,
    before: Mapping[str, Rows] = BEFORE,
    after: Mapping[str, Rows] = AFTER,
    statuses: tuple[Status, ...] = (SETTLED,),
    without: tuple[str, ...] = (),
) -> Appraisal:
    """Both runs, written to a store and read back."""
    store = RunStore(folder)
    runs = {}
    for role, rows, ended in (("baseline", before, ()), ("scenario", after, statuses)):
        tables = {
            name: Table.from_rows(schema, {"network_map": MAP, **NAMED, **rows}.get(name, []))
            for name, schema in SCHEMAS.items()
            if name not in without
        }
        manifest = Manifest(
            id=("b" if role == "baseline" else "a") * 64, scenario="small", title="Small",
            scenario_digest="c" * 64, role=cast(Role, role),
            baseline="b" * 64 if role == "scenario" else None, dates=(OTHER, DAY),
            evidence_digest="d" * 64, code_digest="e" * 64, version="0", seed=0, draws=DRAWS,
            options={"flows": True, "trade": "china"}, statuses=ended,
            failed_draws={3: "ValueError"}, claims_read=0, wall_time_s=0.0,
        )  # fmt: skip
        runs[role] = store.write(manifest, tables)
    return Appraisal(
        scenario=cast(Any, None), baseline=runs["baseline"], run=runs["scenario"], cached=True,
        wall_time_s=0.0,
    )  # fmt: skip


def told(appraisal: Appraisal) -> FlowSummary:
    """The summary; it is there."""
    found = summarise_flows(appraisal)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> FlowSummary:
    """The summary of the tables above."""
    return told(appraised(tmp_path_factory.mktemp("flows")))


def test_the_band_is_plain_quantiles_of_the_draws_that_did_not_fail(small: FlowSummary) -> None:
    kyrgyzstan = next(i for i in small.incomes if i.country == "KGZ")
    low, high = np.percentile([0.0005, 0.0013, 0.0009], [5.0, 95.0])
    assert kyrgyzstan.full is not None and kyrgyzstan.full.central == 0.001
    assert (kyrgyzstan.full.p05, kyrgyzstan.full.p95) == (near(low), near(high))
    assert (kyrgyzstan.conditional, kyrgyzstan.partial) == (0.002, 0.0015)
    assert small.level == "full endowment equilibrium"


def test_income_outside_the_band_of_its_draws_is_said(small: FlowSummary) -> None:
    """Draws have no queues: a post that fills can take real income out of their band."""
    assert small.queue_words() == ""
    (kyrgyz,) = (i for i in small.incomes if i.country == "KGZ")
    assert kyrgyz.full is not None
    lower = dataclasses.replace(kyrgyz, full=dataclasses.replace(kyrgyz.full, central=-0.002))
    found = dataclasses.replace(small, incomes=(lower,))
    assert "which keep the waits of the central run: Kyrgyzstan." in found.queue_words()
    assert found.queue_words() in list(flow_sentences(found))


def test_china_and_the_five_come_first_and_others_from_a_threshold(small: FlowSummary) -> None:
    assert [i.country for i in small.incomes] == ["CHN", "KGZ", "UZB", "MNG"]
    by_country = {i.country: i for i in small.incomes}
    assert by_country["UZB"].full is None and by_country["UZB"].partial is None
    assert by_country["MNG"].full is not None and by_country["MNG"].full.p05 is None
    assert [i.country for i in small.most_changed(9)] == ["KGZ", "MNG"]


def test_zones_of_the_full_level_that_gain_and_lose(small: FlowSummary) -> None:
    assert [(z.name, z.change) for z in small.gainers()] == [("X", 0.004)]
    assert [(z.name, z.change) for z in small.losers()] == [("Y", -0.002)]
    assert "zone:kg.n" not in {z.zone for z in small.zones}


def test_trade_before_is_what_was_loaded_and_after_the_full_change_of_it(
    small: FlowSummary,
) -> None:
    """The full level starts from 4 billion, deficits removed; only its ratio is used."""
    row = next(t for t in small.trade if (t.exporter, t.importer) == ("CHN", "KGZ"))
    assert row.usd2023_per_y == BeforeAfter(18e9, near(18e9 * 1.01))
    assert row.full_usd2023_per_y == BeforeAfter(4e9, near(4.04e9))
    assert row.full is not None and row.full.central == near(0.01)
    # P5 and P95 of 1.00, 1.01 and 1.02, less 1.
    assert (row.full.p05, row.full.p95) == (near(0.001), near(0.019))
    assert (row.conditional, row.partial) == (near(0.005), near(0.02))
    assert len(small.trade) == 10 and small.variant == "china"
    unknown = next(t for t in small.trade if (t.exporter, t.importer) == ("UZB", "CHN"))
    assert unknown.usd2023_per_y == BeforeAfter(None, None) and unknown.full is None


def test_links_in_a_row_that_change_alike_are_one(small: FlowSummary) -> None:
    new, old = small.links
    assert set(new.ids) == {"rail:b~c", "rail:c~d"} and new.name == "Base – Dam (2 links)"
    assert new.tonnes == BeforeAfter(None, 2.5e6)
    assert new.vehicles == BeforeAfter(None, near(2.5))
    assert new.use == BeforeAfter(None, 0.3)
    assert old.name == "Arpa – Base (Old line)" and old.tonnes == BeforeAfter(5e6, 4e6)
    assert old.use == BeforeAfter(0.2, 0.15)
    assert small.links_changed == 3


def test_a_ring_of_links_is_cut_and_never_named_by_one_place(tmp_path: Path) -> None:
    ring = [
        *link("rail:a~b", "kg.a", "kg.b", 3e6, 0.0), *link("rail:b~c", "kg.b", "kg.c", 3e6, 0.0),
        *link("rail:c~a", "kg.c", "kg.a", 3e6, 0.0),
    ]  # fmt: skip
    found = told(appraised(tmp_path, before={**BEFORE, "link_flow": []},
                           after={**AFTER, "link_flow": ring}))  # fmt: skip
    assert sorted(i for one in found.links for i in one.ids) == ["rail:a~b", "rail:b~c", "rail:c~a"]
    for one in found.links:
        a, _, b = one.name.partition(" (")[0].partition(" – ")
        assert a != b


def test_every_open_link_has_its_flow_for_the_map(tmp_path: Path) -> None:
    found = appraised(tmp_path)
    flows = link_flows(found.baseline, found.run, DAY)
    assert flows["rail:a~b"].tonnes == BeforeAfter(5e6, 4e6)
    assert flows["rail:c~d"].tonnes == BeforeAfter(None, 2.4e6)
    assert link_flows(found.baseline, found.run, OTHER) == {}


def test_modes_are_of_china_and_the_five_on_the_day(small: FlowSummary) -> None:
    road, rail = small.modes
    assert (road.mode, road.tonnes) == ("road", BeforeAfter(3e6, 2e6))
    assert (rail.mode, rail.share) == ("rail", BeforeAfter(0.25, 0.5))


def test_queues_of_posts_with_a_capacity_and_a_count_of_the_others(small: FlowSummary) -> None:
    gate, shut = small.posts
    assert (gate.name, gate.mode, gate.raised, gate.moves) == ("Gate", "road", True, True)
    assert gate.wait_mean_h == BeforeAfter(6.4, 0.4)
    assert gate.wait_p50_h == BeforeAfter(2.2, 0.0), "below a second is none"
    assert gate.clearing_after_week_h == BeforeAfter(None, 429.0)
    assert gate.capacity == BeforeAfter(100.0, 100.0)
    assert gate.effective == BeforeAfter(133.0, 133.0)
    assert shut.wait_mean_h == BeforeAfter(None, None) and not shut.raised and not shut.moves
    assert (small.posts_total, small.posts_without_capacity) == (3, 1)


def test_a_settled_loop_says_its_rounds_and_what_is_left(small: FlowSummary) -> None:
    assert small.solved and small.loop is not None
    assert small.loop.words.startswith("settled after 5 rounds")
    assert "0.0035 % (limit 0.01 %)" in small.loop.words


@pytest.mark.parametrize("of", [LOOP, f"zone trade {DAY}", f"flows {DAY}", f"border {DAY}"])
def test_what_did_not_settle_is_said_first(tmp_path: Path, of: str) -> None:
    bad = Status(state="usable", iterations=40, residual=0.02, tolerance=1e-4, of=of,
                 message="did not settle")  # fmt: skip
    found = told(appraised(tmp_path, statuses=(bad,)))
    assert not found.solved and found.unsolved == (f"{of}: did not settle",)
    assert next(flow_sentences(found)).startswith("NOT SOLVED")
    if found.loop is not None:
        assert "NOT SOLVED: did not settle in 40 rounds" in found.loop.words


def test_the_status_of_another_date_is_not_of_this_one(tmp_path: Path) -> None:
    bad = Status(state="usable", of=f"loop transport-border-trade {OTHER}", message="no")
    assert told(appraised(tmp_path, statuses=(SETTLED, bad))).solved


def test_sentences_have_units_and_bands(small: FlowSummary) -> None:
    text = "\n".join(flow_sentences(small))
    assert "Kyrgyzstan +0.100 % [+0.054 to +0.126]" in text
    assert "Mongolia -0.050 %, band not known" in text
    assert "Base – Dam (2 links), rail: 2.50 million t a year, 2.5 loaded trains a day" in text
    assert "(before: not open)" in text
    assert "Gate (road) 6.4 to 0.4 h" in text
    assert "nan" not in text and "None" not in text


def test_a_post_that_cannot_clear_is_said_with_both_numbers(small: FlowSummary) -> None:
    """Irkeshtam took 173 trucks a day on 100 and waits of months were printed without a word."""
    gate = dataclasses.replace(
        small.posts[0],
        arrivals=BeforeAfter(23.2, 173.1), effective=BeforeAfter(100.0, 100.0), raised=False,
    )  # fmt: skip
    full = dataclasses.replace(gate, arrivals=BeforeAfter(23.2, 100.0))
    shut = dataclasses.replace(gate, arrivals=BeforeAfter(23.2, None))
    said = "Gate (road) cannot clear: arrivals 173.1 trucks a day, capacity 100.0; "
    texts = [
        "\n".join(flow_sentences(dataclasses.replace(small, posts=(post,))))
        for post in (gate, full, shut)
    ]
    assert [said in text for text in texts] == [True, False, False]
    assert "cannot clear" not in texts[1] + texts[2]


def test_nothing_that_changes_is_said_in_words(small: FlowSummary) -> None:
    calm = dataclasses.replace(small, links=(), posts=(), incomes=small.incomes[:1])
    assert list(flow_sentences(calm)) == [
        "No country's real income changes by 0.001 % or more (full endowment equilibrium).",
        "No link carries more or less freight.",
    ]


def test_a_link_that_closes_and_one_without_vehicles() -> None:
    none = BeforeAfter(None, None)
    sea = LinkFlow(ids=("x",), name="Ferry", mode="sea", tonnes=BeforeAfter(1e6, None),
                   vehicles=none, use=none)  # fmt: skip
    assert link_words(sea) == "Ferry, sea: not open (before: 1.00 million t a year)"


@pytest.mark.parametrize("missing", ["link_flow", "post_queue", "zone_income"])
def test_a_run_without_the_tables_has_no_summary(tmp_path: Path, missing: str) -> None:
    found = appraised(tmp_path, without=(missing,))
    assert not has_flows(found.run)
    assert summarise_flows(found) is None
