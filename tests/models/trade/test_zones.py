"""Trade between zones: flows of the world, closed forms, and what happens at the edges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sogdia.core.errors import InvalidInput
from sogdia.core.table import Table
from sogdia.models.contract import check_model, run_model
from sogdia.models.trade.zones import COST_CHANGE, LEVELS, ZoneTradeModel
from sogdia.world.economies import TradeMatrix, trade_matrix
from sogdia.world.world import World

MODEL = ZoneTradeModel()


@pytest.fixture(scope="module")
def year(world_on: Callable[[str], World]) -> World:
    """The world of the calibration year."""
    return world_on("2023-07-01")


def changes(world: World, factor: Callable[[str, str], float | None]) -> Table:
    """Cost factors 1.2 before, and 1.2 times a factor of the two countries after; None: closed."""
    country = dict(zip(world.zones["id"], world.zones["country"], strict=True))
    rows = []
    for o, a in country.items():
        for d, b in country.items():
            if a != b:
                to = factor(str(a), str(b))
                rows.append(
                    {
                        "origin": o,
                        "destination": d,
                        "before_ratio": 1.2,
                        "after_ratio": None if to is None else 1.2 * to,
                    }
                )
    return Table.from_rows(COST_CHANGE, rows)


def cheaper(a: str, b: str) -> float:
    return 0.95 if {a, b} == {"CHN", "UZB"} else 1.0


def test_the_zone_trade_model_keeps_the_contract(year: World) -> None:
    """Money times 1024 found that flows between zones came with the costs and not from the
    world: incomes and flows then were in different money."""
    assert check_model(MODEL, year, {"cost_change": changes(year, cheaper)}) == []


def test_flows_are_those_of_the_world_and_add_up_to_its_product(year: World) -> None:
    problem = MODEL.prepare(year, {"cost_change": changes(year, cheaper)})
    country = np.array(problem.country)
    matrix = trade_matrix(year, "reconciled")
    for a, b in (("CHN", "UZB"), ("KAZ", "CHN"), ("KGZ", "UZB"), ("CHN", "USA")):
        assert problem.X[np.ix_(country == a, country == b)].sum() == pytest.approx(
            _flow(matrix, a, b), rel=1e-9
        )
    gdp = dict(zip(year.zones["id"], year.zones["gdp_usd2023_per_y"], strict=True))
    for node, sold in zip(problem.nodes, problem.X.sum(axis=1), strict=True):
        if node in gdp:
            assert sold == pytest.approx(gdp[node], rel=1e-9)
    own = np.diag(problem.X)
    same = country[:, None] == country[None, :]
    assert not (problem.X - np.diag(own))[same].any()


def _flow(matrix: TradeMatrix, a: str, b: str) -> float:
    at = {e: i for i, e in enumerate(matrix.economies)}
    return float(matrix.flow_usd2023_per_y[at[a], at[b]])


def test_without_a_change_incomes_are_exactly_as_they_were(year: World) -> None:
    tables, status = run_model(MODEL, year, {"cost_change": changes(year, lambda _a, _b: 1.0)})
    assert status.state == "solved"
    for name in ("zone_income", "country_income"):
        assert set(tables[name]["real_income_change_share"]) == {0.0}
    np.testing.assert_allclose(tables["trade_change"]["change_ratio"], 1.0, rtol=1e-12)


def test_partial_trade_of_a_pair_moves_by_its_own_cost_alone(year: World) -> None:
    """X' = X tau_hat ** -theta, the partial level."""
    tables, _ = run_model(ZoneTradeModel(theta=5.0), year, {"cost_change": changes(year, cheaper)})
    for row in tables["trade_change"].rows():
        if row["level"] == "partial":
            wanted = 0.95**-5 if {row["exporter"], row["importer"]} == {"CHN", "UZB"} else 1.0
            assert row["change_ratio"] == pytest.approx(wanted, rel=1e-9)


def test_real_income_is_the_own_share_to_the_power_of_minus_one_over_theta(
    year: World,
) -> None:
    """Arkolakis, Costinot and Rodriguez-Clare (2012): w_hat / P_hat is the change of the own share
    to the power of -1 / theta."""
    problem = MODEL.prepare(year, {"cost_change": changes(year, cheaper)})
    full = MODEL.solve(problem).levels[-1]
    before = np.diag(full.baseline) / full.baseline.sum(axis=0)
    after = np.diag(full.share)
    has = before > 1e-9
    np.testing.assert_allclose(
        full.real_wage_hat[has], (after[has] / before[has]) ** (-1 / problem.theta), rtol=1e-7
    )


def test_a_country_is_the_mean_of_its_zones(year: World) -> None:
    tables, _ = run_model(MODEL, year, {"cost_change": changes(year, cheaper)})
    for level in LEVELS:
        zones = [
            r for r in tables["zone_income"].rows() if (r["level"], r["country"]) == (level, "UZB")
        ]
        (country,) = (
            r
            for r in tables["country_income"].rows()
            if (r["level"], r["country"]) == (level, "UZB")
        )
        total = sum(z["income_usd2023_per_y"] for z in zones)
        mean = sum(z["income_usd2023_per_y"] * z["real_income_change_share"] for z in zones) / total
        assert country["income_usd2023_per_y"] == pytest.approx(total)
        assert country["real_income_change_share"] == pytest.approx(mean)
        assert mean > 0


def test_a_country_cut_off_trades_nothing_and_loses(year: World) -> None:
    shut = changes(year, lambda a, b: None if "TJK" in {a, b} else 1.0)
    tables, status = run_model(MODEL, year, {"cost_change": shut})
    assert status.state in {"solved", "usable"}
    ratios = [
        r["change_ratio"]
        for r in tables["trade_change"].rows()
        if r["level"] == "full" and "TJK" in {r["exporter"], r["importer"]}
    ]
    assert ratios
    assert set(ratios) == {0.0}
    (income,) = (
        r["real_income_change_share"]
        for r in tables["country_income"].rows()
        if (r["level"], r["country"]) == ("full", "TJK")
    )
    assert -1.0 < income < -0.01
    others = [
        r["change_ratio"]
        for r in tables["trade_change"].rows()
        if r["level"] == "full" and "TJK" not in {r["exporter"], r["importer"]}
    ]
    assert np.isfinite(others).all()


def test_one_direction_closed_is_not_both(year: World) -> None:
    shut = changes(year, lambda a, b: None if (a, b) == ("CHN", "TJK") else 1.0)
    tables, _ = run_model(MODEL, year, {"cost_change": shut})
    ratio = {
        (r["exporter"], r["importer"]): r["change_ratio"]
        for r in tables["trade_change"].rows()
        if r["level"] == "full"
    }
    assert ratio["CHN", "TJK"] == 0.0
    assert ratio["TJK", "CHN"] > 0.0


def test_a_pair_that_had_no_way_before_is_left_and_said(year: World) -> None:
    table = changes(year, lambda _a, _b: 1.0)
    before = table["before_ratio"].copy()
    before[7] = np.nan
    tables, status = run_model(MODEL, year, {"cost_change": table.replace(before_ratio=before)})
    assert "1 pairs that had no way before" in status.message
    assert set(tables["zone_income"]["real_income_change_share"]) == {0.0}


def test_without_cost_changes_it_says_what_it_needs(year: World) -> None:
    with pytest.raises(InvalidInput, match="needs the table cost_change"):
        run_model(MODEL, year, {})


def test_an_economy_without_product_is_refused_and_named(year: World) -> None:
    gdp = year.economies["gdp_usd2023_per_y"].copy()
    where = year.economies.index()["USA"]
    gdp[where] = np.nan
    wrong = year.replace(economies=year.economies.replace(gdp_usd2023_per_y=gdp))
    with pytest.raises(InvalidInput, match="has no GDP") as caught:
        run_model(MODEL, wrong, {"cost_change": changes(year, cheaper)})
    assert "USA" in {p.where for p in caught.value.problems}
