"""Hours of passengers against published journeys, and what costs explain of 2023 to 2024."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sogdia.evidence.base import EvidenceBase
from sogdia.models.contract import check_model
from sogdia.models.people.solve_trips import cost_factor, visa_as_cost
from sogdia.models.people.travel import TravelModel, travel_costs
from sogdia.world.health_rows import TIME_VALUE
from sogdia.world.world import World

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "explanation" / "people.md").read_text(
    encoding="utf-8"
)


@pytest.fixture(scope="module")
def model() -> TravelModel:
    return TravelModel()


def hours(world: World, mode: str, a: str, b: str) -> float:
    alone = TravelModel(modes=(mode,))
    problem = alone.prepare(world, {})
    zones = problem.zones
    return float(alone.solve(problem).T[zones.index(a), zones.index(b)])


XINJIANG, SHAANXI, ALMATY = "zone:cn.xinjiang", "zone:cn.shaanxi", "zone:kz.almaty-city"


@pytest.mark.parametrize(
    ("mode", "origin", "low", "high", "said"),
    [
        # 57 h, Xinhua of 29 May 2025; within a tenth.
        ("rail", SHAANXI, 51.0, 63.0, "Xi'an to Almaty by train"),
        # 24 h, Times of Central Asia of September 2017; within a quarter.
        ("rail", XINJIANG, 18.0, 30.0, "Urumqi to Almaty by train"),
        # 12 h as announced by Xinhua in November 2023, 24 to 28 h as travelled in 2019.
        ("road", XINJIANG, 12.0, 28.0, "Urumqi to Almaty by bus"),
    ],
)
def test_published_journeys(
    world_on: Callable[[str], World], mode: str, origin: str, low: float, high: float, said: str,
) -> None:  # fmt: skip
    found = hours(world_on("2025-07-01"), mode, origin, ALMATY)
    assert low <= found <= high
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {said}"))
    assert f"{found:.1f}" in row


def test_costs_explain_nothing_of_the_rise_of_2023_to_2024(
    model: TravelModel, world_on: Callable[[str], World]
) -> None:
    """Visits rose by 75 to 78 %; the network of both years costs the same to a ten-thousandth."""
    first, second = (world_on(f"{year}-07-01") for year in (2023, 2024))
    problems = [model.prepare(w, {}) for w in (first, second)]
    C = [model.solve(p).C for p in problems]
    country = {r["id"]: r["country"] for r in first.zones.rows()}
    gdp = {r["id"]: r["gdp_usd2023_per_y"] for r in first.zones.rows()}
    zones = problems[0].zones
    i = [k for k, z in enumerate(zones) if country[z] == "CHN"]
    j = [k for k, z in enumerate(zones) if country[z] == "KAZ"]
    g = cost_factor(
        C[0][np.ix_(i, j)], C[1][np.ix_(i, j)],
        np.array([gdp[zones[k]] for k in i]), np.array([gdp[zones[k]] for k in j]), 1.5,
    )  # fmt: skip
    assert abs(g - 1.0) < 1e-3


def test_the_model_of_travel_keeps_the_contract(
    model: TravelModel, world_on: Callable[[str], World]
) -> None:
    assert check_model(model, world_on("2024-07-01")) == []


@pytest.mark.parametrize(
    ("other", "evisa", "counted", "said"),
    # 655,000 visits over 127,900, and 174,000 tourists over 74,304, of Chinese in 2024.
    [
        ("KGZ", 0.5, 655_000 / 127_900, "Kyrgyzstan, visits"),
        ("UZB", 0.0, 174_000 / 74_304, "Uzbekistan, tourism"),
    ],
)
def test_masses_alone_do_not_give_the_totals_of_countries(
    model: TravelModel, world_on: Callable[[str], World], other: str, evisa: float, counted: float,
    said: str,
) -> None:  # fmt: skip
    world = world_on("2024-07-01")
    problem = model.prepare(world, {})
    C = model.solve(problem).C
    rows = {r["id"]: r for r in world.zones.rows()}
    zones = [rows[z] for z in problem.zones]

    def weight(country: str, mass: str) -> float:
        i = [k for k, z in enumerate(zones) if z["country"] == "CHN"]
        j = [k for k, z in enumerate(zones) if z["country"] == country]
        m = np.array([zones[k]["gdp_usd2023_per_y"] for k in i])
        n = np.array([zones[k][mass] for k in j])
        return float((np.outer(m, n) / C[np.ix_(i, j)]).sum())

    found = [
        weight("KAZ", mass) / weight(other, mass) / 0.425**evisa
        for mass in ("gdp_usd2023_per_y", "population_persons")
    ]
    assert found[1] < counted < found[0]
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {said}"))
    assert [c.strip() for c in row.strip("|").split("|")][1:] == [
        f"{v:.1f}" for v in (counted, *found)
    ]


def test_what_a_visa_is_worth_on_the_page(
    evidence: EvidenceBase, world_on: Callable[[str], World]
) -> None:
    costs = travel_costs(evidence)
    assert costs.hour.central == world_on("2024-07-01").journeys[TIME_VALUE][0] == 5.0
    for sigma in (0.20, 0.575):
        assert f"{visa_as_cost(595.0, sigma, costs.elasticity.central):.0f} USD" in PAGE
