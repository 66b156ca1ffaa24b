"""The measure on loans: what it sets, what it refuses, and that its order does not matter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from sogdia.core.errors import InvalidInput
from sogdia.scenario.apply import apply
from sogdia.scenario.finance_measures import SetLoan
from sogdia.scenario.kinds import make_measure
from sogdia.scenario.measures import Measure
from sogdia.scenario.quantity import Level
from sogdia.world.world import World

ON = date(2031, 7, 1)
WorldOn = Callable[[date | str], World]


def loan(name: str = "RAIL_CKU", *, called: str = "l", **fields: Any) -> Measure:
    return make_measure(
        "set-loan", id=called, loan=name, on=date(2025, 1, 1), source="assumption", **fields
    )


def row_of(world: World, name: str) -> dict[str, Any]:
    (row,) = [r for r in world.loans.rows() if r["id"] == name]
    return row


def test_it_sets_terms_and_nothing_else(world_on: WorldOn) -> None:
    before = world_on(ON)
    after = apply(before, [loan(rate="2 %", tenor="30 year", grace="7 year")], on=ON)
    changed = row_of(before, "RAIL_CKU") | {
        "interest_share": 0.02, "tenor_years": 30.0, "grace_years": 7.0,
    }  # fmt: skip
    assert row_of(after, "RAIL_CKU") == changed
    assert row_of(after, "FIN001") == row_of(before, "FIN001")
    assert {"measure:l"} <= {r["claim"] for r in after.lineage.rows() if r["entity"] == "RAIL_CKU"}


@pytest.mark.parametrize(
    ("given", "amount", "share"),
    [({"share": "85 %"}, 0.85 * 4.7e9, 0.85), ({"amount": "940 million USD"}, 0.94e9, 0.2)],
)
def test_amount_and_share_move_together(
    world_on: WorldOn, given: dict[str, str], amount: float, share: float
) -> None:
    row = row_of(apply(world_on(ON), [loan(**given)], on=ON), "RAIL_CKU")
    assert row["amount_usd"] == pytest.approx(amount)
    assert row["cost_share"] == pytest.approx(share)


def test_a_change_is_of_the_baseline(world_on: WorldOn) -> None:
    after = apply(world_on(ON), [loan(rate={"change": "-50 %", "of": "baseline"})], on=ON)
    assert row_of(after, "RAIL_CKU")["interest_share"] == pytest.approx(0.015)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "sets nothing"),
        ({"rate": "2", "amount": "1 billion USD", "share": "50 %"}, "out of bounds"),
        ({"amount": "1 billion USD", "share": "50 %"}, "not both"),
        ({"tenor": "5 year", "grace": "5 year"}, "before the loan does"),
        ({"rate": 3}, "out of bounds"),
        ({"tenor": 35}, "no unit"),
    ],
)
def test_refusals_at_the_door(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        loan(**fields)


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (loan("RAIL_CKX", rate="2 %"), 'did you mean "RAIL_CKU"'),
        (loan("FIN067", share="50 %"), "cost of the project of FIN067 is not known"),
        (loan("RAIL_CKU", amount="6 billion USD"), "exceed the cost"),
        (loan("FIN001", tenor="9 year"), "as long as the loan or longer"),
        (loan("FIN016", rate={"change": "-10 %", "of": "baseline"}), "not known on"),
    ],
)
def test_refusals_of_the_world(world_on: WorldOn, measure: Measure, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        apply(world_on(ON), [measure], on=ON)


def test_two_measures_commute_and_two_on_one_term_are_refused(world_on: WorldOn) -> None:
    a, b = loan(rate="2 %", called="a"), loan(tenor="30 year", called="b")
    one, two = (apply(world_on(ON), pair, on=ON) for pair in ([a, b], [b, a]))
    assert one.digest == two.digest
    with pytest.raises(InvalidInput, match="both set"):
        apply(world_on(ON), [a, loan(rate="3 %", called="c")], on=ON)


def test_a_band_of_the_rate_is_drawn() -> None:
    measure = loan(rate={"central": 3, "low": 2, "high": 4, "unit": "%", "shape": "uniform"})
    assert isinstance(measure, SetLoan)
    drawn = [measure.drawn(draw, 1).rate for draw in range(200)]
    rates = [r.estimate.central for r in drawn if isinstance(r, Level)]
    assert rates[0] == 0.03
    assert all(0.02 <= r <= 0.04 for r in rates)
    assert sum(rates) / len(rates) == pytest.approx(0.03, abs=0.001)
    assert min(rates) < 0.021
    assert max(rates) > 0.039
