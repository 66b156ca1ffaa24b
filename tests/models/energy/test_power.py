"""The model of power on the shipped world: contract, sums, and what is published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from sogdia.core.errors import InvalidInput
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.contract import check_model, run_model
from sogdia.models.energy.power import PowerModel
from sogdia.models.energy.profiles import demand_shape, sampled_hours, sun_shape
from sogdia.world.world import World

pytest.importorskip("pypsa")

WorldOn = Callable[[date | str], World]


@pytest.fixture(scope="module")
def year(world_on: WorldOn) -> dict[str, Table]:
    """Both cases, once."""
    tables, status = run_model(PowerModel(), world_on("2026-07-01"), {})
    assert status.state == "solved"
    return tables


def totals(tables: dict[str, Table], column: str) -> dict[str, float]:
    """Sum over countries by case."""
    found: dict[str, float] = {}
    for r in tables["power_year"].rows():
        found[r["case"]] = found.get(r["case"], 0.0) + r[column]
    return found


def test_the_model_keeps_the_contract(world_on: WorldOn) -> None:
    """Pure, in any order, reading only what it says, money by its unit."""
    assert check_model(PowerModel(hours=24, asked=("trade",)), world_on("2026-07-01")) == []


def test_each_country_balances(year: dict[str, Table]) -> None:
    """Made, received and missing are demand and sent, but for loss on lines inside a country."""
    for r in year["power_year"].rows():
        supply = r["made_gwh_per_y"] + r["received_gwh_per_y"] + r["unserved_gwh_per_y"]
        inside = supply - r["power_demand_gwh_per_y"] - r["sent_gwh_per_y"]
        assert -1e-3 <= inside <= 0.02 * r["power_demand_gwh_per_y"]


def test_trade_saves_about_what_is_published(
    year: dict[str, Table], evidence: EvidenceBase
) -> None:
    """World Bank 2016: 0.30 to 1.28 billion a year for 2010-2014, four countries.

    The model is of 2023 demand and has more countries, so the same order is asked, not the figure:
    between the published figure of fuel alone and three times the greatest.
    """
    saved = {
        name: totals(year, name)["no_trade"] - totals(year, name)["trade"]
        for name in ("running_cost_usd2023_per_y", "unserved_cost_usd2023_per_y")
    }
    published = {
        c.subject: float(c.number)
        for c in evidence.claims("energy")
        if c.variable == "power_trade_benefit_usd_per_y"
    }
    low, high = published["power#fuel-only"], published["power#market-prices"]
    assert low <= sum(saved.values()) <= 3 * high


def test_turkmen_power_to_uzbekistan_is_near_what_was_sent(
    year: dict[str, Table], evidence: EvidenceBase
) -> None:
    """4,210 GWh in 2021 by CDC Energia: within 40 percent."""
    (claim,) = evidence.about("TKM>UZB", "electricity_exports_gwh_per_y")
    (line,) = (
        r for r in year["power_flow"].rows()
        if r["case"] == "trade" and r["line"] == "power:karakul-serdar"
    )  # fmt: skip
    assert line["sent_gwh_per_y"] / float(claim.number) == pytest.approx(1.0, abs=0.4)


def test_a_sample_has_every_hour_of_the_day_and_shapes_keep_the_mean() -> None:
    """25 and 24 share no factor; a sample of whole days is refused."""
    hours, w = sampled_hours(350)
    assert set(hours % 24) == set(range(24))
    assert w * len(hours) == pytest.approx(8760.0)
    assert demand_shape(hours, 0.3, 0.1).mean() == pytest.approx(1.0)
    assert sun_shape(hours).min() == 0.0
    with pytest.raises(InvalidInput, match="sample the day"):
        sampled_hours(365)
