"""From trade in money to tonnes between zones: nothing is lost, and what is wrong is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.models.transport.generation import FreightDemand, freight_demand, zone_shares
from sogdia.world.economies import trade_matrix
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


def test_tonnes_are_value_over_density(year: World, demand: FreightDemand) -> None:
    at = year.classes.index()
    for c, commodity in enumerate(CLASSES):
        density = year.classes["value_usd2023_per_t"][at[commodity]]
        np.testing.assert_allclose(demand.tonnes[c] * density, demand.value[c], rtol=1e-12)


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
