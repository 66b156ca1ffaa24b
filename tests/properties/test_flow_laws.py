"""Laws of expected costs and flows, on the real network."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sogdia.appraisal.loop import cost_change
from sogdia.core.table import Table
from sogdia.models.contract import run_model
from sogdia.models.trade.zones import ZoneTradeModel
from sogdia.models.transport.flows import FlowModel, Flows
from sogdia.world.world import World

FEW = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DWELL = ("dwell_mean_h", "dwell_p50_h", "dwell_p90_h")
ROUNDING = 1e-9
CENTRAL = ("KAZ", "KGZ", "TJK", "TKM", "UZB")
QUICK = FlowModel(commodities=("container-general",), with_links=False)
LOADED = FlowModel(commodities=("container-general",))
LINE = (
    "rail:cn.kashgar~cn.torugart", "rail:cn.torugart~kg.torugart", "rail:kg.torugart~kg.arpa",
    "rail:kg.arpa~kg.kosh-dobo", "rail:kg.kosh-dobo~kg.makmal", "rail:kg.makmal~kg.jalal-abad",
)  # fmt: skip


@pytest.fixture(scope="module")
def today(world_on: Callable[[str], World]) -> World:
    """The world the laws are tried on."""
    return world_on("2023-07-01")


def expected(world: World, model: FlowModel = QUICK) -> np.ndarray:
    return model.solve(model.prepare(world, {})).expected


@pytest.fixture(scope="module")
def base(today: World) -> np.ndarray:
    """(C, Z, Z) expected costs of the world as it is."""
    return expected(today)


def flows(world: World) -> dict[tuple[str, str], float]:
    """Tonnes of every post and direction."""
    table = run_model(LOADED, world, {})[0]["crossing_flow"]
    return {(r["id"], r["towards"]): r["flow_t_per_y"] for r in table.rows()}


def not_dearer(after: np.ndarray, before: np.ndarray) -> bool:
    known = np.isfinite(before)
    return bool(
        np.isfinite(after[known]).all() and (after[known] <= before[known] * (1 + ROUNDING)).all()
    )


def appended(table: Table, rows: list[dict]) -> Table:
    more = Table.from_rows(table.schema, rows)
    return Table(table.schema, pa.concat_tables([table.arrow, more.arrow]).combine_chunks())


def redrawn(world: World, **tables: Table) -> World:
    """The world with tables of other lengths; its uncertainty goes with its rows."""
    return dataclasses.replace(world, spreads=(), **tables)


@given(row=st.integers(0, 10_000), factor=st.floats(0.0, 1.0))
@FEW
def test_a_shorter_dwell_anywhere_makes_no_pair_dearer(
    today: World, base: np.ndarray, row: int, factor: float
) -> None:
    crossings = today.crossings
    at = row % len(crossings)
    columns = {}
    for name in DWELL:
        columns[name] = crossings[name].copy()
        columns[name][at] *= factor
    assert not_dearer(expected(today.replace(crossings=crossings.replace(**columns))), base)


@given(share=st.floats(0.1, 0.9))
@FEW
def test_less_rate_on_any_mode_makes_no_pair_dearer(
    today: World, base: np.ndarray, share: float
) -> None:
    tariffs = today.tariffs
    rate = tariffs["rate_usd2023_per_tkm"].copy()
    rate[:: 1 + int(share * 10)] *= share
    assert not_dearer(
        expected(today.replace(tariffs=tariffs.replace(rate_usd2023_per_tkm=rate))), base
    )


@pytest.mark.parametrize("link", ["rail:kz.aktogay~kz.mointy", "road:kz.almaty~kz.kaskelen"])
def test_a_link_in_two_pieces_is_the_same_link(today: World, base: np.ndarray, link: str) -> None:
    index = today.links.index()
    if link not in index:
        link = next(
            str(i)
            for i, m, s, c in zip(
                today.links["id"], today.links["mode"], today.links["status"],
                today.links["crossing"], strict=True,
            )
            if m == link[:4] and s == "open" and c is None and str(i).startswith(f"{m}:kz.")
        )  # fmt: skip
    (row,) = (r for r in today.links.rows() if r["id"] == link)
    (end,) = (p for p in today.places.rows() if p["id"] == row["from_place"])
    halves = [
        row | {"id": f"{link}#1", "to_place": "kz.halfway", "length_km": 0.3 * row["length_km"]},
        row | {"id": f"{link}#2", "from_place": "kz.halfway", "length_km": 0.7 * row["length_km"]},
    ]
    kept = today.links.where(np.asarray(today.links["id"] != link, dtype=np.bool_))
    split = redrawn(
        today,
        links=appended(kept, halves),
        places=appended(today.places, [end | {"id": "kz.halfway"}]),
    )
    np.testing.assert_allclose(expected(split), base, rtol=ROUNDING)


def test_a_link_counted_twice_is_no_gain(today: World, base: np.ndarray) -> None:
    open_links = [r for r in today.links.rows() if r["status"] == "open"][::7]
    twice = [r | {"id": f"{r['id']}#again"} for r in open_links]
    np.testing.assert_allclose(
        expected(redrawn(today, links=appended(today.links, twice))), base, rtol=ROUNDING
    )


def test_a_place_nobody_needs_changes_nothing(today: World, base: np.ndarray) -> None:
    (end,) = (p for p in today.places.rows() if p["id"] == "kz.almaty")
    (link,) = (r for r in today.links.rows() if r["id"] == "road:kz.almaty~kz.kaskelen")
    spur = link | {"id": "road:spur", "to_place": "kz.nowhere", "length_km": 5.0}
    found = redrawn(
        today,
        links=appended(today.links, [spur]),
        places=appended(today.places, [end | {"id": "kz.nowhere"}]),
    )
    np.testing.assert_allclose(expected(found), base, rtol=ROUNDING)


def test_money_times_a_thousand_moves_costs_and_no_tonne(today: World, base: np.ndarray) -> None:
    tables = {}
    for name in ("links", "crossings", "transfers", "tariffs", "classes", "trade", "zones"):
        table: Table = getattr(today, name)
        money = [c.name for c in table.schema.columns if "usd2023" in (c.unit or "")]
        tables[name] = table.replace(**{c: table[c] * 1000.0 for c in money})
    found = today.replace(**tables)
    np.testing.assert_allclose(expected(found), base * 1000.0, rtol=ROUNDING)
    before, after = (LOADED.prepare(w, {}).demand.tonnes for w in (today, found))
    np.testing.assert_allclose(after, before, rtol=ROUNDING)


@given(eta=st.floats(1.0, 20.0), more=st.floats(1.1, 4.0))
@FEW
def test_a_higher_scale_concentrates(today: World, eta: float, more: float) -> None:
    def solved(scale: float) -> Flows:
        problem = QUICK.prepare(today, {})
        return QUICK.solve(dataclasses.replace(problem, mode_scale=scale))

    flat, sharp = solved(eta), solved(eta * more)
    known = np.isfinite(flat.expected)
    highest = [f.shares.max(axis=1)[known] for f in (flat, sharp)]
    assert (highest[1] >= highest[0] * (1 - ROUNDING)).all()


def test_a_new_railway_carries_and_makes_no_pair_dearer(world_on: Callable[[str], World]) -> None:
    """The railway over Torugart had no traffic: it enters by its cost, from infinity."""
    before = world_on("2031-07-01")
    status = before.links["status"].copy()
    index = before.links.index()
    for link in LINE:
        status[index[link]] = "open"
    after = before.replace(links=before.links.replace(status=status))
    assert not_dearer(expected(after), expected(before))
    assert (expected(after) < expected(before) * (1 - 1e-3)).any()
    key = ("kg-cn.torugart:rail", "KGZ")
    assert flows(before).get(key, 0.0) == 0.0
    assert flows(after)[key] > 1e4


def test_closing_one_direction_empties_it_and_leaves_the_other(today: World) -> None:
    key, back = ("kz-cn.khorgos:rail", "KAZ"), ("kz-cn.khorgos:rail", "CHN")
    crossings = today.crossings
    status = crossings["status"].copy()
    status[(crossings["id"] == key[0]) & (crossings["towards"] == key[1])] = "closed"
    before, after = flows(today), flows(today.replace(crossings=crossings.replace(status=status)))
    assert before[key] > 1e6
    assert after.get(key, 0.0) == 0.0
    assert after[back] == pytest.approx(before[back], rel=ROUNDING)
    # Freight from Pakistan to Kazakhstan passes through China, so posts of others may move.
    china = [k for k in before if k[0].startswith(("kz-cn.", "kg-cn."))]
    for k in china:
        if k[1] == "CHN":
            assert after[k] == pytest.approx(before[k], rel=ROUNDING), k
    west = [k for k in china if k[1] != "CHN" and k != key]
    assert sum(after[k] for k in west) > sum(before[k] for k in west)


def test_borders_ten_percent_faster_raise_trade_with_china(today: World) -> None:
    crossings = today.crossings
    here = np.isin(crossings["leaving"], CENTRAL) | np.isin(crossings["towards"], CENTRAL)
    factor = np.where(here, 0.9, 1.0)
    faster = today.replace(crossings=crossings.replace(**{c: crossings[c] * factor for c in DWELL}))
    model = FlowModel(with_links=False)
    costs = [run_model(model, w, {})[0]["trade_cost"] for w in (today, faster)]
    tables, _ = run_model(ZoneTradeModel(), today, {"cost_change": cost_change(*costs)})
    for level in ("partial", "full"):
        rows = [
            r
            for r in tables["trade_change"].rows()
            if r["level"] == level
            and {r["exporter"], r["importer"]} & set(CENTRAL)
            and "CHN" in {r["exporter"], r["importer"]}
        ]
        assert len(rows) == 10
        assert sum(r["value_usd2023_per_y"] for r in rows) > sum(
            r["baseline_usd2023_per_y"] for r in rows
        )
        if level == "partial":
            assert all(r["change_ratio"] >= 1.0 for r in rows)
