"""From trade in money to tonnes between zones: nothing is lost, and what is wrong is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.core.table import Table
from sogdia.models.trade.zones import COST_CHANGE, ZoneTradeModel
from sogdia.models.transport.generation import FreightDemand, freight_demand, zone_shares
from sogdia.world.economies import trade_matrix
from sogdia.world.freight_ends import FREIGHT_ENDS
from sogdia.world.world import World

CLASSES = ("container-high-value", "container-general", "bulk", "perishables")


@pytest.fixture(scope="module")
def year(world_on: Callable[[str], World]) -> World:
    """The world of the calibration year."""
    return world_on("2023-07-01")


@pytest.fixture(scope="module")
def demand(year: World) -> FreightDemand:
    """Its freight."""
    return freight_demand(year, CLASSES)


def between(values: np.ndarray, demand: FreightDemand, a: str, b: str) -> float:
    return float(values[np.ix_(demand.country == a, demand.country == b)].sum())


def test_zone_shares_of_a_country_add_to_one(year: World) -> None:
    share = zone_shares(year)
    assert (share > 0).all()
    for country in set(year.zones["country"]):
        assert share[year.zones["country"] == country].sum() == pytest.approx(1.0, rel=1e-12)


def test_all_trade_of_every_pair_of_countries_is_spread_over_its_zones(
    year: World, demand: FreightDemand
) -> None:
    matrix = trade_matrix(year, "reconciled")
    inside = set(demand.country)
    pairs = 0
    for i, a in enumerate(matrix.economies):
        for j, b in enumerate(matrix.economies):
            flow = matrix.flow_usd2023_per_y[i, j]
            if a in inside and b in inside and a != b and np.isfinite(flow):
                assert between(demand.trade, demand, a, b) == pytest.approx(flow, rel=1e-12)
                pairs += 1
    assert pairs > 100


def test_value_moved_is_trade_less_what_leaves_the_network(
    year: World, demand: FreightDemand
) -> None:
    off = {
        (r["exporter"], r["importer"]): r["off_network_value_share"] for r in year.freight.rows()
    }
    for a, b in (("KAZ", "CHN"), ("CHN", "UZB"), ("TKM", "CHN"), ("RUS", "KAZ")):
        share = off.get((a, b), off[a, "WLD"])
        moved = between(demand.value.sum(axis=0), demand, a, b)
        assert moved == pytest.approx((1 - share) * between(demand.trade, demand, a, b), rel=1e-9)


def test_class_values_have_the_shares_of_the_table(year: World, demand: FreightDemand) -> None:
    rows = {
        (r["exporter"], r["importer"], r["commodity"]): r["class_value_share"]
        for r in year.freight.rows()
    }
    for a, b, key in (("KAZ", "CHN", "CHN"), ("CHN", "KAZ", "WLD"), ("UZB", "KAZ", "WLD")):
        total = between(demand.value.sum(axis=0), demand, a, b)
        for c, commodity in enumerate(CLASSES):
            found = between(demand.value[c], demand, a, b) / total
            assert found == pytest.approx(rows[a, key, commodity], rel=1e-9)


def own(year: World) -> dict[tuple[str, str, str], float]:
    """Value densities that pairs have of their own."""
    return {
        (r["exporter"], r["importer"], r["commodity"]): r["value_usd2023_per_t"]
        for r in year.freight.rows()
        if r["value_usd2023_per_t"] is not None
    }


def test_tonnes_are_value_over_density(year: World, demand: FreightDemand) -> None:
    at = year.classes.index()
    for c, commodity in enumerate(CLASSES):
        density = np.full(demand.trade.shape, year.classes["value_usd2023_per_t"][at[commodity]])
        for (a, b, name), value in own(year).items():
            if name == commodity:
                density[np.outer(demand.country == a, demand.country == b)] = value
        np.testing.assert_allclose(demand.tonnes[c] * density, demand.value[c], rtol=1e-12)


def test_rail_exports_of_kazakhstan_to_uzbekistan_weigh_what_the_railway_says(
    demand: FreightDemand,
) -> None:
    """10.0 Mt by rail in 2023 (KTZ), which the pair's value density is derived from."""
    bulk = between(demand.tonnes[CLASSES.index("bulk")], demand, "KAZ", "UZB")
    assert bulk == pytest.approx(10.0e6, rel=0.02)


def plain(year: World) -> World:
    """The world before anybody counted where freight starts or what it weighs."""
    return year.replace(freight_ends=Table.from_rows(FREIGHT_ENDS, ()), freight=year.freight.replace(
        value_usd2023_per_t=np.full(len(year.freight), np.nan)
    ))  # fmt: skip


def test_a_pair_nobody_counted_is_what_it_was_to_the_last_bit(
    year: World, demand: FreightDemand
) -> None:
    before = freight_demand(plain(year), CLASSES)
    counted = np.zeros(demand.trade.shape, dtype=bool)
    pairs = {(a, b) for a, b, _ in own(year)}
    pairs |= {(r["exporter"], r["importer"]) for r in year.freight_ends.rows()}
    assert {("RUS", "CHN"), ("KAZ", "CHN"), ("KAZ", "UZB")} <= pairs
    for a, b in pairs:
        counted |= np.outer(demand.country == a, demand.country == b)
    for name in ("value", "tonnes", "trade"):
        was, now = getattr(before, name), getattr(demand, name)
        assert np.array_equal(was[..., ~counted], now[..., ~counted])
        assert not np.array_equal(was, now)


def test_counting_where_freight_starts_moves_it_and_adds_none(
    year: World, demand: FreightDemand
) -> None:
    before = freight_demand(plain(year), CLASSES)
    for a, b in (("RUS", "CHN"), ("KAZ", "CHN")):
        assert between(demand.trade, demand, a, b) == pytest.approx(
            between(before.trade, before, a, b), rel=1e-12
        )
        for c in range(len(CLASSES)):
            assert between(demand.value[c], demand, a, b) == pytest.approx(
                between(before.value[c], before, a, b), rel=1e-12
            )


def test_the_equilibrium_of_trade_starts_from_the_same_trade_between_zones(
    year: World, demand: FreightDemand
) -> None:
    nothing = Table.from_rows(COST_CHANGE, ())
    X = ZoneTradeModel().prepare(year, {"cost_change": nothing}).X
    z = len(demand.zones)
    abroad = demand.country[:, None] != demand.country[None, :]
    np.testing.assert_allclose(X[:z, :z][abroad], demand.trade[abroad], rtol=1e-12)


def test_russian_coal_starts_where_it_is_dug(year: World, demand: FreightDemand) -> None:
    """Coal for export eastwards by region, RZD, January to September 2024: 39.9 of 74.1 Mt from
    Kuzbass, 8.0 from Khakassia, Tuva and Irkutsk, 26.2 from Buryatia and Yakutia.
    """
    at = year.zones.index()
    bulk = demand.value[CLASSES.index("bulk")][:, demand.country == "CHN"].sum(axis=1)
    russian = bulk * (demand.country == "RUS")
    for zone, mt in (("west-siberia", 39.9), ("east-siberia", 8.0), ("far-east", 26.2)):
        share = russian[at[f"zone:ru.{zone}"]] / russian.sum()
        assert share == pytest.approx(mt / 74.1, abs=0.001)
    assert russian[at["zone:ru.centre"]] == 0.0


@pytest.mark.parametrize("side", ["origin", "destination"])
def test_shares_of_zones_are_refused_with_every_problem(year: World, side: str) -> None:
    column = f"class_{side}_share"
    rows = list(year.freight_ends.rows())
    other = "KAZ" if side == "origin" else "CHN"
    for row in rows:
        if (row["exporter"], row["importer"]) == ("RUS", "CHN") and row[column] is not None:
            row[column] *= 1.5
    stray = "zone:pl"
    rows.append({
        "exporter": "KAZ", "importer": "CHN", "commodity": "perishables", "zone": stray,
        "class_origin_share": None, "class_destination_share": None, column: 1.0,
    })  # fmt: skip
    wrong = dataclasses.replace(year, freight_ends=Table.from_rows(FREIGHT_ENDS, rows), spreads=())
    with pytest.raises(InvalidInput) as caught:
        freight_demand(wrong, CLASSES)
    where = {p.where: p for p in caught.value.problems}
    assert set(where) == {"freight_ends RUS>CHN#bulk", "freight_ends KAZ>CHN#perishables"}
    assert where["freight_ends RUS>CHN#bulk"].got == "1.500"
    assert other in where["freight_ends KAZ>CHN#perishables"].what


@pytest.mark.filterwarnings("error")
def test_shares_of_nothing_are_refused_and_not_divided_by(year: World) -> None:
    rows = [
        row | {"class_origin_share": 0.0} if row["class_origin_share"] is not None else row
        for row in year.freight_ends.rows()
    ]
    wrong = dataclasses.replace(year, freight_ends=Table.from_rows(FREIGHT_ENDS, rows), spreads=())
    with pytest.raises(InvalidInput, match="do not add to one; got 0.000"):
        freight_demand(wrong, CLASSES)


def test_a_share_off_the_network_that_is_not_known_is_refused(year: World) -> None:
    """It made all trade of the exporter NaN, which is no trade."""
    freight = year.freight
    gone = np.where(freight["exporter"] == "UZB", np.nan, freight["off_network_value_share"])
    wrong = dataclasses.replace(
        year, freight=freight.replace(off_network_value_share=gone), spreads=()
    )
    with pytest.raises(InvalidInput, match="freight UZB>.*off the network is not known"):
        freight_demand(wrong, CLASSES)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.floats(0.01, 1.0), min_size=8, max_size=8))
def test_any_shares_that_add_to_one_keep_the_trade_of_the_pair(
    year: World, demand: FreightDemand, weights: list[float]
) -> None:
    share = np.array(weights) / np.sum(weights)
    zones = [str(z) for z in year.zones["id"][demand.country == "RUS"]]
    rows: list[dict[str, object]] = [
        {
            "exporter": "RUS", "importer": "WLD", "commodity": "container-general", "zone": zone,
            "class_origin_share": float(part), "class_destination_share": None,
        }
        for zone, part in zip(zones, share, strict=True)
    ]  # fmt: skip
    found = freight_demand(
        dataclasses.replace(year, freight_ends=Table.from_rows(FREIGHT_ENDS, rows), spreads=()),
        CLASSES,
    )
    c = CLASSES.index("container-general")
    for b in ("CHN", "KAZ", "DEU"):
        assert between(found.trade, found, "RUS", b) == pytest.approx(
            between(demand.trade, demand, "RUS", b), rel=1e-9
        )
        start = found.value[c][:, found.country == b].sum(axis=1)[found.country == "RUS"]
        np.testing.assert_allclose(start / start.sum(), share, rtol=1e-9)


def test_there_is_no_freight_within_a_country(demand: FreightDemand) -> None:
    same = demand.country[:, None] == demand.country[None, :]
    assert not demand.tonnes[:, same].any()
    assert not demand.trade[same].any()
    assert demand.tonnes[:, ~same].any()


def test_a_ratio_scales_its_pair_and_no_other(year: World, demand: FreightDemand) -> None:
    found = freight_demand(year, CLASSES, ratio={("CHN", "KGZ"): 1.5, ("KGZ", "CHN"): 0.0})
    assert between(found.trade, found, "CHN", "KGZ") == pytest.approx(
        1.5 * between(demand.trade, demand, "CHN", "KGZ"), rel=1e-12
    )
    assert between(found.tonnes.sum(axis=0), found, "KGZ", "CHN") == 0.0
    touched = np.zeros(demand.trade.shape, dtype=bool)
    for a, b in (("CHN", "KGZ"), ("KGZ", "CHN")):
        touched |= np.outer(demand.country == a, demand.country == b)
    assert np.array_equal(found.tonnes[:, ~touched], demand.tonnes[:, ~touched])


def test_variants_differ_only_where_china_is_one_of_two(year: World, demand: FreightDemand) -> None:
    china = freight_demand(year, CLASSES, variant="china")
    without = (demand.country[:, None] != "CHN") & (demand.country[None, :] != "CHN")
    assert np.array_equal(china.trade[without], demand.trade[without])
    assert not np.allclose(china.trade, demand.trade)


def test_shares_that_do_not_add_to_one_are_refused_and_every_pair_named(year: World) -> None:
    share = year.freight["class_value_share"].copy()
    for exporter in ("KAZ", "UZB"):
        share[(year.freight["exporter"] == exporter) & (year.freight["importer"] == "WLD")] *= 1.3
    wrong = year.replace(freight=year.freight.replace(class_value_share=share))
    with pytest.raises(InvalidInput, match="do not add to one") as caught:
        freight_demand(wrong, CLASSES)
    assert {p.where for p in caught.value.problems} == {"freight KAZ>WLD", "freight UZB>WLD"}
    assert {p.got for p in caught.value.problems} == {"1.300"}


def test_shares_a_little_off_are_rescaled(year: World, demand: FreightDemand) -> None:
    """Drawn shares miss one by a little; the value of a pair is not to move with that."""
    share = year.freight["class_value_share"] * 1.01
    found = freight_demand(
        year.replace(freight=year.freight.replace(class_value_share=share)), CLASSES
    )
    np.testing.assert_allclose(found.value, demand.value, rtol=1e-9)


def test_a_zone_without_product_is_refused_and_named(year: World) -> None:
    gdp = year.zones["gdp_usd2023_per_y"].copy()
    gdp[[3, 5]] = np.nan
    with pytest.raises(InvalidInput, match="has no GDP") as caught:
        zone_shares(year.replace(zones=year.zones.replace(gdp_usd2023_per_y=gdp)))
    assert [p.where for p in caught.value.problems] == [str(year.zones["id"][i]) for i in (3, 5)]


def test_an_unknown_class_offers_the_nearest(year: World) -> None:
    with pytest.raises(UnknownName, match="bulk"):
        freight_demand(year, ("bulkk",))
