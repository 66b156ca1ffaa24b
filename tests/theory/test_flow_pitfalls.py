"""How flows and the loop can go wrong: pitfalls that costs, trade and space do not cover.

The numbers are those of the list of the design notes. Pitfalls 1, 2, 12 and 13 are tried in
`test_spatial_pitfalls.py`, 3, 4 and 8 in `test_pitfalls.py`, 5, 6 and 7 in `test_trade_pitfalls.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sogdia.appraisal.effects import income_rows
from sogdia.appraisal.loop import cost_change
from sogdia.core.table import Table
from sogdia.models.contract import run_model
from sogdia.models.trade.zones import LEVELS, ZoneTradeModel
from sogdia.models.transport.flows import FlowModel
from sogdia.models.transport.mode_choice import choice_shares
from sogdia.models.transport.prepare import arc_costs
from sogdia.world.network import BORDER, network
from sogdia.world.world import World

QUICK = FlowModel(with_links=False)
LINE = (
    "rail:cn.kashgar~cn.torugart", "rail:cn.torugart~kg.torugart", "rail:kg.torugart~kg.arpa",
    "rail:kg.arpa~kg.kosh-dobo", "rail:kg.kosh-dobo~kg.makmal", "rail:kg.makmal~kg.jalal-abad",
)  # fmt: skip


@pytest.fixture(scope="module")
def today(world_on: Callable[[str], World]) -> World:
    """The world of the calibration year."""
    return world_on("2023-07-01")


def trade_cost(world: World) -> Table:
    return run_model(QUICK, world, {})[0]["trade_cost"]


def test_all_fifteen_have_a_test() -> None:
    found = {
        int(number)
        for file in Path(__file__).parent.glob("test_*.py")
        for number in re.findall(
            r"^def test_(\d{1,2})_", file.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert found == set(range(1, 16))


# --- 3 ----------------------------------------------------------------------------------------


def test_3_phantom_gains_two_ways_that_are_one_gain_nothing_from_a_third_count() -> None:
    """The set of ways is the same in every world, so adding a copy of the network changes no
    number of ways. A log-sum over routes would fall with every parallel line."""
    before = np.array([[80.0], [100.0], [np.nan], [80.0]])
    _, expected = choice_shares(before, 6.0)
    _, again = choice_shares(before.copy(), 6.0)
    assert expected[0] == again[0] >= 80.0


# --- 9 ----------------------------------------------------------------------------------------


def test_9_double_counting_an_hour_at_a_post_is_in_the_cost_factor_once(today: World) -> None:
    """Every post of Turkmenistan's only neighbour by this way an hour longer: the cost of a pair
    that crosses one of them rises by the value of one hour, mean and quantiles moved alike."""
    net = network(today)
    costs = arc_costs(net, "container-general")
    crossings = today.crossings
    longer = today.replace(
        crossings=crossings.replace(
            **{c: crossings[c] + 1.0 for c in ("dwell_mean_h", "dwell_p50_h", "dwell_p90_h")}
        )
    )
    after = arc_costs(network(longer), "container-general")
    border = net.kind == BORDER
    row = today.classes.index()["container-general"]
    hour = (
        today.classes["value_usd2023_per_t"][row]
        * today.classes["time_value_per_day_share"][row] / 24
    )  # fmt: skip
    np.testing.assert_allclose(after.gencost[border] - costs.gencost[border], hour, rtol=1e-9)
    assert np.array_equal(after.gencost[~border], costs.gencost[~border])


def test_9_double_counting_a_fee_is_money_and_never_time(today: World) -> None:
    net = network(today)
    before = arc_costs(net, "container-general")
    crossings = today.crossings
    dear = today.replace(
        crossings=crossings.replace(fee_usd2023_per_t=crossings["fee_usd2023_per_t"] + 7.0)
    )
    after = arc_costs(network(dear), "container-general")
    border = net.kind == BORDER
    np.testing.assert_allclose(after.gencost[border] - before.gencost[border], 7.0, rtol=1e-9)
    np.testing.assert_array_equal(after.fields[1], before.fields[1])


def test_9_double_counting_both_sides_of_a_trade_pay_once(today: World) -> None:
    """The factor of a pair is by direction, and the freight of a pair is in one of its rows."""
    table = trade_cost(today)
    pairs = list(zip(table["origin"], table["destination"], strict=True))
    assert len(pairs) == len(set(pairs))
    demand = QUICK.prepare(today, {}).demand
    assert float(table["trade_usd2023_per_y"].sum()) == pytest.approx(float(demand.trade.sum()))


# --- 11 ---------------------------------------------------------------------------------------


def test_11_sign_convention_dearer_lowers_trade_and_the_ratio_is_after_over_before(
    today: World,
) -> None:
    before = trade_cost(today)
    country = dict(zip(today.zones["id"], today.zones["country"], strict=True))
    buys = np.array([country[d] == "UZB" for d in before["destination"]])
    factor = np.where(buys, 1.05, 1.0)
    after = before.replace(cost_factor_ratio=before["cost_factor_ratio"] * factor)
    tables, _ = run_model(ZoneTradeModel(), today, {"cost_change": cost_change(before, after)})
    for row in tables["trade_change"].rows():
        if row["level"] == "partial":
            wanted = 1.05**-5.0 if row["importer"] == "UZB" else 1.0
            assert row["change_ratio"] == pytest.approx(wanted, rel=1e-9)
    change = {
        (r["level"], r["country"]): r["real_income_change_share"]
        for r in tables["country_income"].rows()
    }
    assert all(change[level, "UZB"] < 0.0 for level in LEVELS)


# --- 14 ---------------------------------------------------------------------------------------


def test_14_linking_time_costs_only_goods_that_are_traded_as_freight(today: World) -> None:
    """Turkmenistan sells gas to China: of 99.6 % of that trade no hour at a border is felt."""
    table = trade_cost(today)
    country = dict(zip(today.zones["id"], today.zones["country"], strict=True))
    gas = [
        r["cost_factor_ratio"] - 1.0
        for r in table.rows()
        if (country[r["origin"]], country[r["destination"]]) == ("TKM", "CHN")
    ]
    goods = [
        r["cost_factor_ratio"] - 1.0
        for r in table.rows()
        if (country[r["origin"]], country[r["destination"]]) == ("UZB", "CHN")
    ]
    assert 0.0 < max(gas) < 0.01 < min(goods)
    traded = {(r["origin"], r["destination"]) for r in table.rows()}
    assert all(country[o] != country[d] for o, d in traded)


def test_14_linking_a_railway_without_traffic_enters_through_levels(
    world_on: Callable[[str], World],
) -> None:
    """Its own tau_hat would be 0 / 0. Costs in levels of all ways before and after are not."""
    before = world_on("2031-07-01")
    status = before.links["status"].copy()
    for link in LINE:
        status[before.links.index()[link]] = "open"
    after = before.replace(links=before.links.replace(status=status))
    change = cost_change(trade_cost(before), trade_cost(after))
    ratio = change["after_ratio"] / change["before_ratio"]
    assert np.isfinite(ratio).all()
    assert ratio.min() < 1 - 1e-4
    assert ratio.max() <= 1 + 1e-12


# --- 15 ---------------------------------------------------------------------------------------


def test_15_every_row_says_its_level_and_what_is_reported_is_the_full_one(today: World) -> None:
    before = trade_cost(today)
    after = before.replace(cost_factor_ratio=1 + (before["cost_factor_ratio"] - 1) * 0.9)
    tables, _ = run_model(ZoneTradeModel(), today, {"cost_change": cost_change(before, after)})
    for name in ("zone_income", "country_income", "trade_change"):
        assert "level" in tables[name].schema.keys
        assert set(tables[name]["level"]) == set(LEVELS) == {"partial", "conditional", "full"}
    rows = income_rows(tables["country_income"], draw=0)
    assert {r["group"] for r in rows} == {"full"}
    by_level = {
        (r["level"], r["country"]): r["real_income_change_share"]
        for r in tables["country_income"].rows()
    }
    assert len({round(by_level[level, "KAZ"], 9) for level in LEVELS}) == 3
