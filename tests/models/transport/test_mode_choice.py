"""The choice of way: closed forms, and which arcs a way may take."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogdia.models.transport.mode_choice import (
    ALTERNATIVES,
    MODES,
    alternative_costs,
    choice_shares,
    mode_of_arcs,
)
from sogdia.models.transport.prepare import ArcCosts, arc_costs
from sogdia.models.transport.solve import skim
from sogdia.world.network import BORDER, LINE_HAUL, TRANSFER, network
from sogdia.world.world import World

NONE = np.nan


@pytest.fixture(scope="module")
def costs(world_on: Callable[[str], World]) -> tuple[ArcCosts, ArcCosts]:
    """Arc costs of boxes and of bulk in the calibration year."""
    net = network(world_on("2023-07-01"))
    boxes = arc_costs(net, "container-general")
    return boxes, arc_costs(net, "bulk", boxes.star)


# --- closed forms -----------------------------------------------------------------------------


@pytest.mark.parametrize("eta", [0.5, 6.0, 40.0])
def test_equal_ways_share_equally_and_cost_what_one_costs(eta: float) -> None:
    """The mean over the set of equal powers is that power."""
    shares, expected = choice_shares(np.full((4, 1), 70.0), eta)
    np.testing.assert_allclose(shares, 0.25, rtol=1e-14)
    assert expected[0] == pytest.approx(70.0, rel=1e-12)


@pytest.mark.parametrize("eta", [0.5, 6.0, 40.0])
def test_one_way_alone_has_all_and_costs_four_to_the_one_over_eta(eta: float) -> None:
    """G = (G_1**-eta / 4)**(-1/eta) = G_1 4**(1/eta)."""
    shares, expected = choice_shares(np.array([[70.0], [NONE], [NONE], [NONE]]), eta)
    assert shares[:, 0].tolist() == [1.0, 0.0, 0.0, 0.0]
    assert expected[0] == pytest.approx(70.0 * 4 ** (1 / eta), rel=1e-12)


def test_odds_are_the_ratio_of_costs_to_the_power_of_eta() -> None:
    shares, _ = choice_shares(np.array([[100.0], [110.0], [NONE], [50.0]]), 6.0)
    assert shares[0, 0] / shares[1, 0] == pytest.approx(1.1**6, rel=1e-12)
    assert shares[3, 0] / shares[0, 0] == pytest.approx(2.0**6, rel=1e-12)
    assert shares.sum() == pytest.approx(1.0, rel=1e-14)


def test_a_pair_without_any_way_is_null_and_the_others_are_not() -> None:
    shares, expected = choice_shares(np.array([[NONE, 3.0], [NONE, NONE]]), 2.0)
    assert np.isnan(shares[:, 0]).all()
    assert np.isnan(expected[0])
    assert shares[:, 1].tolist() == [1.0, 0.0]


@pytest.mark.parametrize("eta", [0.0, -1.0, np.nan])
def test_an_elasticity_that_is_not_above_zero_is_refused(eta: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        choice_shares(np.ones((4, 1)), eta)


def test_costs_far_from_one_neither_overflow_nor_vanish() -> None:
    for size in (1e-60, 1e60):
        shares, expected = choice_shares(np.array([[size], [2 * size], [size], [size]]), 50.0)
        assert shares.sum() == pytest.approx(1.0)
        assert expected[0] / size == pytest.approx((3 / 4) ** (-1 / 50), rel=1e-9)


POSITIVE = st.floats(1.0, 1e4)


@given(st.lists(POSITIVE, min_size=4, max_size=4), st.integers(0, 3), st.floats(0.1, 1.0))
@settings(max_examples=100, deadline=None)
def test_a_cheaper_way_never_raises_the_expected_cost_nor_lowers_its_share(
    costs: list[float], which: int, factor: float
) -> None:
    before, after = np.array(costs)[:, None], np.array(costs)[:, None]
    after[which] *= factor
    (s0, e0), (s1, e1) = choice_shares(before, 6.0), choice_shares(after, 6.0)
    assert e1[0] <= e0[0] * (1 + 1e-12)
    assert s1[which, 0] >= s0[which, 0] * (1 - 1e-12)


@given(st.lists(POSITIVE, min_size=4, max_size=4), st.floats(0.5, 20.0), st.floats(1.05, 3.0))
@settings(max_examples=100, deadline=None)
def test_a_higher_scale_concentrates(costs: list[float], eta: float, more: float) -> None:
    gencost = np.array(costs)[:, None]
    flat, _ = choice_shares(gencost, eta)
    sharp, _ = choice_shares(gencost, eta * more)
    best = int(np.argmin(costs))
    assert sharp[best, 0] >= flat[best, 0] * (1 - 1e-12)


# --- arcs of a way ----------------------------------------------------------------------------


def test_road_takes_no_rail_and_rail_no_road(costs: tuple[ArcCosts, ArcCosts]) -> None:
    boxes, _ = costs
    mode = mode_of_arcs(boxes.network)
    found = alternative_costs(boxes)
    road, rail, _, anything = (ALTERNATIVES.index(a) for a in ("road", "rail", "ocean", "any"))
    assert np.isinf(found[road, mode == MODES.index("rail")]).all()
    assert np.isinf(found[rail, mode == MODES.index("road")]).all()
    assert np.isinf(found[np.ix_((road, rail), mode == MODES.index("air"))]).all()
    assert np.array_equal(found[anything], boxes.gencost)
    moving = np.isin(boxes.network.kind, (LINE_HAUL, BORDER))
    assert ((mode >= 0) == moving).all()


def test_ocean_crosses_no_land_border_of_china_and_road_and_rail_no_ocean(
    costs: tuple[ArcCosts, ArcCosts],
) -> None:
    boxes, _ = costs
    net = boxes.network
    found = alternative_costs(boxes)
    crossings = net.world.crossings
    border = np.flatnonzero(net.kind == BORDER)
    row = net.row[border]
    chinese = (crossings["leaving"][row] == "CHN") | (crossings["towards"][row] == "CHN")
    assert chinese.any()
    assert np.isinf(found[2, border[chinese]]).all()
    assert np.isfinite(found[2, border[~chinese]]).any()
    haul = np.flatnonzero(net.kind == LINE_HAUL)
    tariff = net.world.links["tariff"][net.row[haul]]
    assert np.isinf(found[:2][:, haul[tariff == "mode:sea/ocean"]]).all()
    assert np.isfinite(found[:2][:, haul[tariff == "mode:sea/caspian"]]).any()


def test_rail_never_becomes_a_truck(costs: tuple[ArcCosts, ArcCosts]) -> None:
    boxes, _ = costs
    net = boxes.network
    found = alternative_costs(boxes)
    arcs = np.flatnonzero(net.kind == TRANSFER)
    kinds = net.world.transfers["kind"][net.row[arcs]]
    changes = arcs[np.isin(kinds, ("road-to-rail", "rail-to-road"))]
    assert len(changes)
    assert np.isinf(found[:2][:, changes]).all()


def test_the_ocean_factor_is_on_ocean_legs_of_boxes_alone(
    costs: tuple[ArcCosts, ArcCosts],
) -> None:
    """It is calibrated on containers. With it on bulk as well, three quarters of Kazakhstan's ore
    went to China by the Baltic and the Suez Canal."""
    boxes, bulk = costs
    net = boxes.network
    haul = np.flatnonzero(net.kind == LINE_HAUL)
    ocean = np.zeros(len(net.kind), dtype=bool)
    ocean[haul] = net.world.links["tariff"][net.row[haul]] == "mode:sea/ocean"
    plain, factored = alternative_costs(boxes)[3], alternative_costs(boxes, 0.25)[3]
    carried = np.isfinite(plain)
    assert (ocean & carried).any()
    np.testing.assert_allclose(factored[ocean & carried], 0.25 * plain[ocean & carried])
    assert np.array_equal(factored[~ocean], plain[~ocean])
    assert np.array_equal(alternative_costs(bulk, 0.25), alternative_costs(bulk))


def test_no_way_is_cheaper_than_anything(costs: tuple[ArcCosts, ArcCosts]) -> None:
    boxes, _ = costs
    net = boxes.network
    ends = net.ends("from", net.zones), net.ends("to", net.zones)
    none = np.empty((0, len(net.kind)))
    least = [skim(boxes.star, c, none, *ends).cost for c in alternative_costs(boxes, 0.14)]
    for way in least[:3]:
        reached = ~np.isnan(way)
        assert reached.any()
        assert (way[reached] >= least[3][reached] * (1 - 1e-12)).all()
