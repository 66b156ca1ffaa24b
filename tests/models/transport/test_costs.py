"""Arc costs: who pays what, by which unit, and that the legs make the skim."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.models.contract import run_model
from sogdia.models.transport import TransportModel
from sogdia.models.transport.model import Pair
from sogdia.models.transport.prepare import (
    EMISSION,
    MONEY,
    TIME,
    ArcCosts,
    arc_costs,
    class_row,
    dwell_samples,
)
from sogdia.world.network import ACCESS, BORDER, LINE_HAUL, TRANSFER, Network, network
from sogdia.world.world import World

CLASSES = ("container-high-value", "container-general", "bulk", "perishables")
PAIRS = (
    ("zone:cn.shaanxi", "zone:kz.almaty-city"),
    ("zone:uz.tashkent-city", "zone:cn.shanghai"),
    ("zone:kg.osh", "zone:tj.khatlon"),
    ("zone:ru.centre", "zone:tm.lebap"),
    ("zone:mn", "zone:af"),
)


@pytest.fixture(scope="module")
def today(world_on: Callable[[str], World]) -> World:
    """The world the tests look at."""
    return world_on("2026-07-01")


@pytest.fixture(scope="module")
def net(today: World) -> Network:
    """Its network."""
    return network(today)


@pytest.fixture(scope="module")
def costs(net: Network) -> dict[str, ArcCosts]:
    """Costs by class."""
    return {c: arc_costs(net, c) for c in CLASSES}


@pytest.mark.parametrize("commodity", CLASSES)
def test_the_formula_of_generalised_cost_arc_by_arc(
    today: World, net: Network, costs: dict[str, ArcCosts], commodity: str
) -> None:
    row = today.classes.index()[commodity]
    hour = (
        today.classes["value_usd2023_per_t"][row]
        * today.classes["time_value_per_day_share"][row]
        / 24
    )
    found = costs[commodity]
    late = today.classes["reliability_ratio"][row] * (found.p90_h - found.p50_h)
    wanted = found.fields[MONEY] + hour * (found.fields[TIME] + late)
    carried = np.isfinite(found.gencost)
    assert carried.sum() > len(carried) / 2
    np.testing.assert_allclose(found.gencost[carried], wanted[carried], rtol=1e-14)
    # Only a border without controls, and a zone whose city is the place itself, cost nothing.
    free = found.gencost <= 0
    assert not (found.gencost < 0).any()
    assert set(net.kind[free]) <= {ACCESS, BORDER}
    assert (found.fields[:, free] == 0).all()


@pytest.mark.parametrize("commodity", CLASSES)
def test_line_haul_by_hand(
    today: World, net: Network, costs: dict[str, ArcCosts], commodity: str
) -> None:
    prices = {(r["id"], r["commodity"]): r for r in today.tariffs.rows()}
    found = costs[commodity]
    slow = class_row(today, commodity).rail_speed_ratio
    rows = list(today.links.rows())
    for arc in np.flatnonzero((net.kind == LINE_HAUL) & np.isfinite(found.gencost))[::97]:
        link = rows[net.row[arc]]
        price = prices[link["tariff"], commodity]
        speed = link["speed_km_per_h"] * (slow if link["mode"] == "rail" else 1.0)
        assert found.fields[MONEY, arc] == pytest.approx(
            price["rate_usd2023_per_tkm"] * link["length_km"]
        )
        assert found.fields[TIME, arc] == pytest.approx(link["length_km"] / speed)
        assert found.fields[EMISSION, arc] == pytest.approx(
            price["emission_kgco2_per_tkm"] * link["length_km"]
        )
        assert found.p50_h[arc] == found.p90_h[arc] == found.fields[TIME, arc]


def test_a_class_without_a_rate_on_a_mode_is_not_carried_by_it(
    today: World, net: Network, costs: dict[str, ArcCosts]
) -> None:
    by_air = net.kind == LINE_HAUL
    by_air[by_air] = today.links["mode"][net.row[by_air]] == "air"
    assert by_air.any()
    assert np.isinf(costs["bulk"].gencost[by_air]).all()
    for commodity in ("container-high-value", "perishables"):
        assert np.isfinite(costs[commodity].gencost[by_air]).all()


def test_bulk_never_flies(today: World) -> None:
    pairs = tuple(Pair(o, d, "bulk") for o, d in PAIRS)
    model = TransportModel(commodities=("bulk",), pairs=pairs, k=3, samples=4)
    tables, _ = run_model(model, today, {})
    modes = {str(m).partition("-")[0] for m in tables["route"]["mode"]}
    assert {"rail", "road"} <= modes
    assert "air" not in modes


def test_containers_pay_by_teu_and_bulk_by_tonne_at_transfers(
    today: World, net: Network, costs: dict[str, ArcCosts]
) -> None:
    rows = list(today.transfers.rows())
    arcs = np.flatnonzero(net.kind == TRANSFER)
    seen = {"teu": 0, "t": 0}
    for commodity in CLASSES:
        teu = class_row(today, commodity).loading_t_per_teu
        for arc in arcs[np.isfinite(costs[commodity].gencost[arcs])][::7]:
            row = rows[net.row[arc]]
            by_teu, by_t = row["fee_usd2023_per_teu"], row["fee_usd2023_per_t"]
            if commodity == "bulk":
                wanted = by_t if by_t is not None else by_teu / teu
            else:
                wanted = by_teu / teu if by_teu is not None else by_t
            seen["teu" if wanted != by_t else "t"] += 1
            assert costs[commodity].fields[MONEY, arc] == pytest.approx(wanted)
    assert min(seen.values()) > 10


def test_a_transfer_of_one_class_is_closed_to_the_others(
    today: World, net: Network, costs: dict[str, ArcCosts]
) -> None:
    own = np.array([c == "bulk" for c in net.commodity])
    others = np.array([c == "!bulk" for c in net.commodity])
    assert own.any()
    assert others.any()
    for commodity in CLASSES:
        closed, open_ = (others, own) if commodity == "bulk" else (own, others)
        assert np.isinf(costs[commodity].gencost[closed]).all()
        assert np.isfinite(costs[commodity].gencost[open_]).all()


def test_border_arcs_take_the_row_of_their_direction(
    today: World, net: Network, costs: dict[str, ArcCosts]
) -> None:
    towards, dwell = today.crossings["towards"], today.crossings["dwell_mean_h"]
    country = dict(zip(today.places["id"], today.places["country"], strict=True))
    arcs = np.flatnonzero(net.kind == BORDER)
    assert len(arcs) > 100
    for arc in arcs:
        entered = net.nodes[net.head[arc]].partition("/")[0]
        assert country[entered] == towards[net.row[arc]]
        assert costs["bulk"].fields[TIME, arc] == dwell[net.row[arc]]


def test_a_class_that_is_not_known(net: Network) -> None:
    with pytest.raises(UnknownName, match="did you mean 'bulk'"):
        arc_costs(net, "bulks")


# --- legs and skims ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tables(today: World) -> dict[str, list[dict]]:
    """Skim and route rows of some pairs of zones in every class."""
    pairs = tuple(Pair(o, d, c) for o, d in PAIRS for c in CLASSES)
    found, _ = run_model(TransportModel(pairs=pairs, k=2, samples=64), today, {})
    return {name: list(found[name].rows()) for name in ("skim", "route")}


def skim_of(tables: dict[str, list[dict]], origin: str, destination: str, goods: str) -> dict:
    """The one row of a pair."""
    (row,) = (
        r
        for r in tables["skim"]
        if (r["origin"], r["destination"], r["commodity"]) == (origin, destination, goods)
    )
    return row


@pytest.mark.parametrize("pair", PAIRS, ids=">".join)
@pytest.mark.parametrize("commodity", CLASSES)
def test_the_legs_make_the_skim(
    today: World, tables: dict[str, list[dict]], pair: tuple[str, str], commodity: str
) -> None:
    row = skim_of(tables, *pair, commodity)
    legs = [
        r
        for r in tables["route"]
        if (r["origin"], r["destination"], r["commodity"]) == (*pair, commodity)
        and r["alternative"] == 1
    ]
    if not row["reachable"]:
        assert legs == []
        return
    assert [r["leg"] for r in legs] == list(range(1, len(legs) + 1))
    for column in (
        "gencost_usd2023_per_t", "money_usd2023_per_t", "time_h", "distance_km",
        "emission_kgco2_per_t",
    ):  # fmt: skip
        assert sum(r[column] for r in legs) == pytest.approx(row[column], rel=1e-9)
    borders = sum(r["time_h"] for r in legs if r["kind"] == "border")
    assert borders == pytest.approx(row["border_h"], rel=1e-9)
    which = class_row(today, commodity)
    late = sum(r["time_p90_h"] - r["time_p50_h"] for r in legs)
    hours = sum(r["time_h"] for r in legs) + which.reliability * late
    money = sum(r["money_usd2023_per_t"] for r in legs)
    assert money + which.hour_usd2023_per_t * hours == pytest.approx(
        row["gencost_usd2023_per_t"], rel=1e-9
    )


def test_legs_join_end_to_end(tables: dict[str, list[dict]]) -> None:
    before: dict | None = None
    for leg in tables["route"]:
        if leg["leg"] > 1:
            assert before is not None
            assert leg["from_place"] == before["to_place"], leg
        else:
            assert leg["from_place"] == leg["origin"]
            assert before is None or before["to_place"] == before["destination"]
        before = leg


def test_the_first_alternative_is_the_cheapest(tables: dict[str, list[dict]]) -> None:
    totals: dict[tuple, dict[int, float]] = {}
    for leg in tables["route"]:
        key = leg["origin"], leg["destination"], leg["commodity"]
        by = totals.setdefault(key, {})
        by[leg["alternative"]] = by.get(leg["alternative"], 0.0) + leg["gencost_usd2023_per_t"]
    assert any(len(by) == 2 for by in totals.values())
    for by in totals.values():
        assert by[1] <= min(by.values()) * (1 + 1e-12)


def test_what_has_no_route_is_null(tables: dict[str, list[dict]]) -> None:
    values = [n for n in tables["skim"][0] if n.rpartition("_")[0] and n != "reachable"]
    for row in tables["skim"]:
        present = {row[n] is not None for n in values}
        assert present == {row["reachable"]}


# --- samples ----------------------------------------------------------------------------------


def test_samples_keep_seed_and_stop(costs: dict[str, ArcCosts]) -> None:
    one = dwell_samples(costs["bulk"], 32, 5)
    assert np.array_equal(one, dwell_samples(costs["bulk"], 32, 5))
    other = dwell_samples(costs["bulk"], 32, 6)
    assert not np.array_equal(one, other)
    # Another seed shuffles a stop's hours; the hours themselves are stratified, so the same.
    np.testing.assert_allclose(np.sort(one, axis=0), np.sort(other, axis=0), rtol=1e-12)
    arcs = np.arange(len(one[0]))[::-37]
    assert np.array_equal(dwell_samples(costs["bulk"], 32, 5, arcs), one[:, arcs])


def test_line_haul_is_certain_and_stops_are_not(net: Network, costs: dict[str, ArcCosts]) -> None:
    hours = dwell_samples(costs["container-general"], 16, 0)
    hauls = net.kind == LINE_HAUL
    assert (np.ptp(hours[:, hauls], axis=0) == 0.0).all()
    stops = np.isin(net.kind, (BORDER, TRANSFER)) & (costs["container-general"].p50_h > 0)
    assert (np.ptp(hours[:, stops], axis=0) > 0.0).all()
    assert (hours >= 0.0).all()


def test_two_stops_are_independent(net: Network, costs: dict[str, ArcCosts]) -> None:
    arcs = np.flatnonzero(net.kind == BORDER)
    names: dict[str, int] = {}
    for arc in arcs:
        names.setdefault(net.entities[arc], int(arc))
    chosen = np.array(list(names.values())[:40])
    hours = np.log(dwell_samples(costs["bulk"], 1024, 0, chosen))
    together = np.corrcoef(hours.T) - np.eye(len(chosen))
    assert abs(together).max() < 5 / np.sqrt(1024)
    assert abs(together.mean()) < 0.01


@pytest.mark.parametrize(
    ("table", "columns"),
    [("crossings", ["fee_usd2023_per_t"]), ("transfers", ["fee_usd2023_per_teu", "fee_usd2023_per_t"])],
)  # fmt: skip
def test_an_unknown_fee_is_never_none(today: World, table: str, columns: list[str]) -> None:
    rows = getattr(today, table)
    wanted = next(r["id"] for r in rows.rows() if r.get("status", "open") == "open")
    mask = rows["id"] == wanted
    changed = {c: np.where(mask, np.nan, rows[c]) for c in columns}
    broken = today.replace(**{table: rows.replace(**changed)})
    with pytest.raises(InvalidInput) as caught:
        arc_costs(network(broken), "container-general")
    assert [p.where.partition(" ")[2] for p in caught.value.problems] == [wanted]
    assert "fee is not known" in caught.value.problems[0].what
