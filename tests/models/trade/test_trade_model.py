"""The trade model on shipped worlds: the contract, variants, gaps in the data, and refusals."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from sogdia.core.errors import InvalidInput
from sogdia.core.table import Table
from sogdia.models.contract import check_model, run_model
from sogdia.models.trade import TradeModel
from sogdia.models.trade.tables import TRADE_COST_CHANGE
from sogdia.world.world import World

WorldOn = Callable[[str], World]


def changes(*rows: tuple[str, str, float | None]) -> dict[str, Table]:
    """A table of cost changes; None closes."""
    return {
        "trade_cost_change": Table.from_rows(
            TRADE_COST_CHANGE,
            [
                {"exporter": a, "importer": b, "closed": v is None, "tau_hat_ratio": v}
                for a, b, v in rows
            ],
        )
    }


CKU = changes(("CHN", "KGZ", 0.9), ("KGZ", "CHN", 0.95), ("CHN", "UZB", 0.97), ("KAZ", "CHN", None))


@pytest.fixture
def today(world_on: WorldOn) -> World:
    return world_on("2026-07-01")


def with_gdp(world: World, **values: float) -> World:
    """The world with other GDPs; without its uncertainty."""
    gdp = world.economies["gdp_usd2023_per_y"].copy()
    for name, value in values.items():
        gdp[world.economies.index()[name]] = value
    economies = world.economies.replace(gdp_usd2023_per_y=gdp)
    return dataclasses.replace(world, spreads=(), economies=economies)


@pytest.mark.parametrize("variant", ["reconciled", "china", "partner"])
@pytest.mark.parametrize("deficits", ["none", "fixed", "proportional"])
def test_the_model_keeps_the_contract(today: World, variant, deficits) -> None:
    assert check_model(TradeModel(variant=variant, deficits=deficits), today, CKU) == []


def test_no_change_changes_no_real_value(today: World) -> None:
    for deficits in ("none", "fixed", "proportional"):
        tables, status = run_model(TradeModel(deficits=deficits), today, changes())
        assert status.state == "solved"
        assert status.residual is not None and status.residual < 1e-10
        for column in ("real_income_change_share", "real_spending_change_share"):
            assert np.all(tables["real_income"][column] == 0.0)
        flow = tables["trade_flow"]
        np.testing.assert_allclose(
            flow["value_usd2023_per_y"], flow["baseline_usd2023_per_y"], rtol=1e-10
        )


def test_domestic_sales_are_gdp_less_exports(today: World) -> None:
    problem = TradeModel().prepare(today, changes())
    gdp = dict(zip(today.economies["id"], today.economies["gdp_usd2023_per_y"], strict=True))
    np.testing.assert_allclose(
        problem.X.sum(axis=1), [gdp[name] for name in problem.economies], rtol=1e-12
    )
    i, j = problem.economies.index("CHN"), problem.economies.index("KAZ")
    row = next(
        r for r in today.trade.rows() if (r["exporter"], r["importer"]) == ("CHN", "KAZ")
    )  # fmt: skip
    assert problem.X[i, j] == row["reconciled_usd2023_per_y"]


def test_each_variant_reads_the_report_it_is_named_after(today: World) -> None:
    rows = {(r["exporter"], r["importer"]): r for r in today.trade.rows()}
    both = [
        pair
        for pair, r in rows.items()
        if "CHN" in pair
        and r["exporter_report_usd2023_per_y"] is not None
        and r["importer_report_usd2023_per_y"] is not None
    ]
    assert both, "the base has pairs with both reports"
    for variant in ("china", "partner"):
        problem = TradeModel(variant=variant).prepare(today, changes())
        assert any("have no report of" in note for note in problem.notes)
        for exporter, importer in both:
            by = "exporter" if (exporter == "CHN") == (variant == "china") else "importer"
            i, j = (problem.economies.index(k) for k in (exporter, importer))
            assert problem.X[i, j] == rows[exporter, importer][f"{by}_report_usd2023_per_y"]


def test_an_economy_without_gdp_is_left_out_and_named(today: World) -> None:
    tables, status = run_model(
        TradeModel(), with_gdp(today, TKM=np.nan), changes(("CHN", "TKM", 0.9))
    )
    assert "left out for want of a GDP: TKM" in status.message
    assert "TKM" not in set(tables["real_income"]["country"])
    assert np.all(tables["real_income"]["real_income_change_share"] == 0.0)


def test_exports_above_gdp_are_clipped_and_named(today: World) -> None:
    world = with_gdp(today, KGZ=1e9)
    tables, status = run_model(TradeModel(deficits="fixed"), world, changes(("CHN", "KGZ", 0.9)))
    assert "exports exceed GDP, domestic sales set to 0: KGZ" in status.message
    own = [
        r for r in tables["trade_flow"].rows() if (r["exporter"], r["importer"]) == ("KGZ", "KGZ")
    ]
    assert [r["baseline_usd2023_per_y"] for r in own] == [0.0, 0.0, 0.0]


def test_a_closed_pair_is_zero_in_every_level_and_its_baseline_stays(today: World) -> None:
    tables, _ = run_model(TradeModel(), today, changes(("KAZ", "CHN", None)))
    rows = [
        r for r in tables["trade_flow"].rows() if (r["exporter"], r["importer"]) == ("KAZ", "CHN")
    ]
    assert len(rows) == 3
    for row in rows:
        assert row["value_usd2023_per_y"] == 0.0 and row["baseline_usd2023_per_y"] > 1e9


def test_the_table_is_needed(today: World) -> None:
    with pytest.raises(InvalidInput, match="needs the table trade_cost_change"):
        run_model(TradeModel(), today, {})


def test_all_wrong_rows_are_told_at_once(today: World) -> None:
    given = changes(
        ("CHN", "KGS", 0.9), ("CHN", "KAZ", 0.9), ("CHN", "KAZ", 0.8), ("KAZ", "CHN", -1.0)
    )
    table = given["trade_cost_change"]
    wrong = Table.from_rows(
        TRADE_COST_CHANGE, [*table.rows(), {"exporter": "UZB", "importer": "CHN", "closed": False}]
    )
    with pytest.raises(InvalidInput) as refused:
        run_model(TradeModel(), today, {"trade_cost_change": wrong})
    said = "\n".join(str(p) for p in refused.value.problems)
    for text in (
        "no such economy; got KGS", "did you mean", "said twice", "tau_hat_ratio is not above 0",
        "needs either a ratio or closed",
    ):  # fmt: skip
        assert text in said


def test_a_level_that_fails_is_null_and_not_a_number(today: World) -> None:
    model = TradeModel()
    problem = model.prepare(today, CKU)
    solved = model.solve(problem)
    hat = solved.levels[2]
    broken = dataclasses.replace(hat, status=dataclasses.replace(hat.status, state="failed"))
    levels = (*solved.levels[:2], broken)
    tables = model.tabulate(problem, dataclasses.replace(solved, levels=levels))
    for name, column in (
        ("trade_flow", "value_usd2023_per_y"),
        ("real_income", "real_income_change_share"),
    ):
        is_full = tables[name]["level"] == "full"
        assert np.isnan(tables[name][column][is_full]).all()
        assert np.isfinite(tables[name][column][~is_full]).all()
