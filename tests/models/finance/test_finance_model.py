"""The finance model keeps the contract; its tables add up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from sogdia.core.errors import InvalidInput
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.contract import check_model, run_model
from sogdia.models.finance import FinanceModel, appraise_project
from sogdia.models.finance.cku import cku_cases, cku_project
from sogdia.models.finance.tables import PROJECT_TRAFFIC
from sogdia.world.world import World

ON = date(2026, 7, 1)


def traffic(*rows: tuple[str, int, float | None]) -> dict[str, Table]:
    names = ("project", "year", "traffic_t_per_y")
    return {
        "project_traffic": Table.from_rows(
            PROJECT_TRAFFIC, [dict(zip(names, row, strict=True)) for row in rows]
        )
    }


@pytest.fixture(scope="module")
def model(evidence: EvidenceBase) -> FinanceModel:
    return FinanceModel(projects=(cku_project(evidence, on=ON),))


def test_it_keeps_the_contract(model: FinanceModel, world_on: Callable[[str], World]) -> None:
    assert check_model(model, world_on("2026-07-01"), traffic(("RAIL_CKU", 2035, 12e6))) == []


def test_its_tables_add_up(model: FinanceModel, world_on: Callable[[str], World]) -> None:
    given = traffic(("RAIL_CKU", 2035, 12e6), ("RAIL_CKU", 2050, 13e6))
    tables, status = run_model(model, world_on("2026-07-01"), given)
    assert status.state == "solved"
    flow, debt = tables["cash_flow"], tables["debt"]
    np.testing.assert_allclose(
        flow["capital_usd_per_y"], flow["equity_usd_per_y"] + flow["drawn_usd_per_y"], rtol=1e-12
    )
    assert flow["capital_usd_per_y"].sum() == pytest.approx(4.7e9)
    assert flow["drawn_usd_per_y"].sum() == pytest.approx(2.35e9)
    np.testing.assert_allclose(
        flow["revenue_usd_per_y"] - flow["operating_cost_usd_per_y"] - flow["service_usd_per_y"],
        flow["dividends_usd_per_y"] - flow["shortfall_usd_per_y"], atol=1e-3,
    )  # fmt: skip
    by_year = {int(y): t for y, t in zip(flow["year"], flow["traffic_t_per_y"], strict=True)}
    assert by_year[2030] == 0.0
    assert by_year[2031] == pytest.approx(0.4 * 12e6)
    assert (by_year[2049], by_year[2050], by_year[2060]) == (12e6, 13e6, 13e6)
    at_2030 = debt["year"] == 2030
    assert debt["exposure_usd"][at_2030].sum() == pytest.approx(
        float(flow["balance_usd"][flow["year"] == 2030][0])
    )


def test_a_row_for_another_project_or_without_a_figure_is_refused(
    model: FinanceModel, world_on: Callable[[str], World]
) -> None:
    world = world_on("2026-07-01")
    with pytest.raises(InvalidInput) as caught:
        run_model(model, world, traffic(("RAIL_CKV", 2035, 1e6), ("RAIL_CKU", 2035, None)))
    assert {p.what for p in caught.value.problems} == {
        "no such project", "traffic is not known", "has no row for RAIL_CKU"
    }  # fmt: skip
    with pytest.raises(InvalidInput, match="needs the table project_traffic"):
        run_model(model, world, {})


def test_cases_are_all_pairs_and_order_as_they_must(evidence: EvidenceBase) -> None:
    cases = cku_cases(evidence, on=ON, rates=(0.02, 0.04), tonnes=(8e6, 15e6))
    assert [(r, t) for r, t, _ in cases] == [(0.02, 8e6), (0.02, 15e6), (0.04, 8e6), (0.04, 15e6)]
    cover = [float(a.cover_ratio[10]) for _, _, a in cases]
    assert cover[1] > cover[0] > cover[2] and cover[1] > cover[3] > cover[2]
    # The rate moves who gets the money and not what the project makes.
    assert cases[0][2].npv_project == pytest.approx(cases[2][2].npv_project, rel=1e-12)


def test_a_grace_shorter_than_construction_counts_from_the_last_drawing(
    evidence: EvidenceBase,
) -> None:
    short = cku_project(evidence, on=ON, grace_y=0)
    plain = cku_project(evidence, on=ON)
    assert short.loan is not None and plain.loan is not None
    assert (plain.loan.grace_y, plain.loan.tenor_y) == (5, 35)
    assert (short.loan.grace_y, short.loan.tenor_y) == (5, 40)


def test_traffic_above_the_design_is_refused(evidence: EvidenceBase) -> None:
    with pytest.raises(InvalidInput, match="up to 15,000,000"):
        cku_cases(evidence, on=ON, rates=(0.03,), tonnes=(16e6,))


def test_values_are_in_dollars_of_the_base_date(
    model: FinanceModel, evidence: EvidenceBase, world_on: Callable[[str], World]
) -> None:
    """Two years of prices at 2 % lie between 2023 and the end of 2025."""
    tables, _ = run_model(model, world_on("2026-07-01"), traffic(("RAIL_CKU", 2031, 12e6)))
    project = model.projects[0]
    found = appraise_project(project, np.where(project.working, 12e6, 0.0))
    rows = {r["measure"]: r for r in tables["project_return"].rows()}
    assert rows["project"]["npv_usd"] == pytest.approx(found.npv_project * 1.02**2, rel=1e-12)
    assert rows["project"]["irr_share"] == pytest.approx(found.irr_project.rate, rel=1e-12)
    assert rows["equity"]["break_even_t_per_y"] is None
