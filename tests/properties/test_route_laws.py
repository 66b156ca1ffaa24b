"""Laws of least-cost routes, on the real network."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sogdia.appraisal.worlds import claim_values, read_for
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.contract import run_model
from sogdia.models.transport import TransportModel
from sogdia.models.transport.model import Pair, Skims
from sogdia.models.transport.prepare import arc_costs, dwell_samples
from sogdia.scenario.apply import worlds_of
from sogdia.world.network import BORDER, TRANSFER, network
from sogdia.world.world import World

FEW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ROUNDING = 1e-9
DWELL = ("dwell_mean_h", "dwell_p50_h", "dwell_p90_h")
CLASSES = ("container-general", "bulk")


@pytest.fixture(scope="module")
def today(world_on: Callable[[str], World]) -> World:
    """The world the laws are tried on."""
    return world_on("2026-07-01")


@pytest.fixture(scope="module")
def cku(evidence: EvidenceBase, world_on: Callable[[str], World]) -> tuple[World, World]:
    """Without and with the China-Kyrgyzstan-Uzbekistan railway."""
    scenario = read_for("cku-railway", evidence)
    return worlds_of(scenario, world_on("2031-07-01"), claims=claim_values(evidence))


def solved(world: World, samples: int = 0, seed: int = 0) -> Skims:
    """Skims of two classes over all zones."""
    model = TransportModel(commodities=CLASSES, samples=samples, seed=seed)
    return model.solve(model.prepare(world, {}))


COSTS: dict[int, np.ndarray] = {}


def before(world: World) -> np.ndarray:
    """Costs of the unchanged world, found once."""
    if id(world) not in COSTS:
        COSTS[id(world)] = solved(world).gencost
    return COSTS[id(world)]


def never_dearer(after: np.ndarray, than: np.ndarray) -> None:
    """Every pair that had a route has one, and none costs more."""
    had = ~np.isnan(than)
    assert not np.isnan(after[had]).any()
    assert (after[had] <= than[had] * (1 + ROUNDING)).all()


def edited(table: Table, column: str, row: int, value: object) -> Table:
    """A table with one cell changed."""
    values = list(table.arrow.column(column).to_pylist())
    values[row] = value
    return table.replace(**{column: values})


# --- more is never worse ----------------------------------------------------------------------


@FEW
@given(data=st.data(), factor=st.floats(0.0, 0.99))
def test_less_dwell_never_costs_more(today: World, data: st.DataObject, factor: float) -> None:
    rows = data.draw(st.lists(st.integers(0, len(today.crossings) - 1), min_size=1, max_size=3))
    crossings = today.crossings
    change = np.ones(len(crossings))
    change[rows] = factor
    crossings = crossings.replace(**{c: crossings[c] * change for c in DWELL})
    never_dearer(solved(today.replace(crossings=crossings)).gencost, before(today))


def test_less_dwell_at_every_crossing_costs_less_for_some(today: World) -> None:
    crossings = today.crossings
    crossings = crossings.replace(**{c: crossings[c] * 0.7 for c in DWELL})
    after = solved(today.replace(crossings=crossings)).gencost
    never_dearer(after, before(today))
    assert np.nanmean(after < before(today)) > 0.5


@FEW
@given(data=st.data())
def test_a_closed_link_never_costs_less(today: World, data: st.DataObject) -> None:
    open_ = np.flatnonzero(today.links["status"] == "open")
    row = data.draw(st.sampled_from(open_.tolist()))
    after = solved(today.replace(links=edited(today.links, "status", row, "closed"))).gencost
    never_dearer(before(today), after)


@FEW
@given(data=st.data())
def test_a_closed_crossing_never_costs_less(today: World, data: st.DataObject) -> None:
    open_ = np.flatnonzero(today.crossings["status"] == "open")
    row = data.draw(st.sampled_from(open_.tolist()))
    crossings = edited(today.crossings, "status", row, "closed")
    never_dearer(before(today), solved(today.replace(crossings=crossings)).gencost)


@FEW
@given(data=st.data(), factor=st.floats(1.01, 3.0))
def test_a_faster_link_never_costs_more(today: World, data: st.DataObject, factor: float) -> None:
    row = data.draw(st.integers(0, len(today.links) - 1))
    speed = today.links["speed_km_per_h"].copy()
    speed[row] *= factor
    after = solved(today.replace(links=today.links.replace(speed_km_per_h=speed))).gencost
    never_dearer(after, before(today))


def test_opening_the_cku_railway_never_raises_a_container_cost(cku: tuple[World, World]) -> None:
    without, with_line = (solved(w).gencost for w in cku)
    never_dearer(with_line, without)
    gain = without[0] - with_line[0]
    assert (gain > 1.0).any()
    zones = [str(z) for z in cku[0].zones["id"]]
    most = np.unravel_index(np.nanargmax(gain), gain.shape)
    ends = {zones[i].removeprefix("zone:")[:2] for i in most}
    assert "kg" in ends or "uz" in ends or "tj" in ends


# --- edits of the graph that change nothing ---------------------------------------------------


def split(world: World, row: int, share: float) -> World:
    """The world with one link cut in two at a new place."""
    link = list(world.links.rows())[row]
    at = world.places.index()
    place = list(world.places.rows())[at[link["from_place"]]]
    middle = place | {"id": f"{place['id'].partition('.')[0]}.half-way", "name": "Half way"}
    halves = [
        link | {"id": f"{link['id']}/1", "to_place": middle["id"],
                "length_km": link["length_km"] * share},
        link | {"id": f"{link['id']}/2", "from_place": middle["id"],
                "length_km": link["length_km"] * (1 - share)},
    ]  # fmt: skip
    links = [r for i, r in enumerate(world.links.rows()) if i != row]
    return dataclasses.replace(
        world,
        spreads=(),
        links=Table.from_rows(world.links.schema, [*links, *halves]),
        places=Table.from_rows(world.places.schema, [*world.places.rows(), middle]),
    )


@FEW
@given(data=st.data(), share=st.floats(0.05, 0.95))
def test_a_link_in_two_halves_is_the_same_link(
    today: World, data: st.DataObject, share: float
) -> None:
    inland = [
        i
        for i, r in enumerate(today.links.rows())
        if r["status"] == "open" and r["crossing"] is None
    ]
    row = data.draw(st.sampled_from(inland))
    after = solved(split(today, row, share)).gencost
    np.testing.assert_allclose(after, before(today), rtol=ROUNDING, equal_nan=True)


def test_a_route_over_a_link_in_two_halves_has_the_same_legs(today: World) -> None:
    pair = Pair("zone:cn.shaanxi", "zone:kz.almaty-city", "container-general")
    model = TransportModel(commodities=("container-general",), pairs=(pair,), samples=16)
    plain = list(run_model(model, today, {})[0]["route"].rows())
    longest = max((r for r in plain if r["kind"] == "line-haul"), key=lambda r: r["distance_km"])
    inland = today.links.index()
    row = next(
        inland[e]
        for e in longest["entities"].split(";")
        if today.links["crossing"][inland[e]] is None
    )
    halved = list(run_model(model, split(today, row, 0.3), {})[0]["route"].rows())
    assert len(halved) == len(plain)
    for a, b in zip(plain, halved, strict=True):
        assert (a["kind"], a["name"], a["from_place"], a["to_place"]) == (
            b["kind"], b["name"], b["from_place"], b["to_place"],
        )  # fmt: skip
        for column in ("time_h", "money_usd2023_per_t", "gencost_usd2023_per_t", "distance_km"):
            assert a[column] == pytest.approx(b[column], rel=ROUNDING)


# --- quantiles and samples --------------------------------------------------------------------


def test_p50_p90_and_mean_are_in_order(today: World) -> None:
    found = solved(today, samples=512)
    mean, (p50, p90) = found.fields[:, 1], np.moveaxis(found.quantiles, 1, 0)
    apart = ~np.isnan(mean) & (mean > 0)
    assert np.array_equal(np.isnan(mean), np.isnan(p50))
    assert np.array_equal(np.isnan(mean), np.isnan(p90))
    assert (p50[apart] <= p90[apart]).all()
    # Stops are skewed to the right, so the mean is above the median; 1 % for sampling.
    assert (p50[apart] <= mean[apart] * 1.01).all()
    assert (mean[apart] <= p90[apart] * 1.01).all()


def test_the_same_seed_gives_the_same_skims(today: World) -> None:
    one, two, other = solved(today, 32, 3), solved(today, 32, 3), solved(today, 32, 4)
    assert np.array_equal(one.quantiles, two.quantiles, equal_nan=True)
    assert np.array_equal(one.gencost, other.gencost, equal_nan=True)
    assert not np.array_equal(one.quantiles, other.quantiles, equal_nan=True)


def test_a_stop_has_the_same_samples_in_two_worlds(cku: tuple[World, World]) -> None:
    sampled: list[dict[tuple[str, float, float], np.ndarray]] = []
    for world in cku:
        costs = arc_costs(network(world), "container-general")
        hours = dwell_samples(costs, 24, 0)
        net = costs.network
        stops = np.flatnonzero(np.isin(net.kind, (BORDER, TRANSFER)))
        sampled.append(
            {(net.entities[a], costs.p50_h[a], costs.p90_h[a]): hours[:, a] for a in stops}
        )
    shared = set(sampled[0]) & set(sampled[1])
    assert len(shared) > 100
    assert set(sampled[1]) - shared
    for key in shared:
        assert np.array_equal(sampled[0][key], sampled[1][key]), key


def test_an_unchanged_pair_is_exactly_unchanged(cku: tuple[World, World]) -> None:
    """Baseline and scenario are paired: no sampling noise between them."""
    without, with_line = (solved(w, samples=32) for w in cku)
    same = without.gencost == with_line.gencost
    assert 0.2 < same.mean() < 1.0
    for i in range(len(CLASSES)):
        for a, b in (
            (without.quantiles[i], with_line.quantiles[i]),
            (without.fields[i], with_line.fields[i]),
        ):
            assert np.array_equal(a[:, same[i]], b[:, same[i]])


def test_a_draw_moves_both_worlds_alike(cku: tuple[World, World]) -> None:
    drawn = [w.draw(3, 0) for w in cku]
    speeds = [w.links["speed_km_per_h"] for w in drawn]
    assert np.array_equal(speeds[0], speeds[1], equal_nan=True)
    dwell = [w.crossings["dwell_mean_h"] for w in drawn]
    assert not np.array_equal(dwell[0], cku[0].crossings["dwell_mean_h"])
    assert np.array_equal(dwell[0], dwell[1], equal_nan=True)
    never_dearer(solved(drawn[1]).gencost, solved(drawn[0]).gencost)
