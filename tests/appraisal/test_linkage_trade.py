"""Bands of trade and real income: over the draws of both, and none where there are no draws."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sogdia.appraisal.effects import TRADE, trade_change_rows
from sogdia.appraisal.linkage.network import trade_rows
from sogdia.appraisal.loop import Joined
from sogdia.core.table import Table
from sogdia.models.trade.zones import COUNTRY_INCOME, TRADE_CHANGE

ON = date(2031, 7, 1)
PAIR = ("KGZ", "CHN")


def change(ratio: float, level: str = "full", pair: tuple[str, str] = PAIR) -> dict[str, Any]:
    return {
        "on": ON, "level": level, "exporter": pair[0], "importer": pair[1],
        "baseline_usd2023_per_y": 200.0, "value_usd2023_per_y": 200.0 * ratio,
        "change_ratio": ratio,
    }  # fmt: skip


def joined(ratio: float) -> Joined:
    tables = {
        "trade_change": Table.from_rows(TRADE_CHANGE, [change(1.0, "partial"), change(ratio)]),
        "country_income": Table.from_rows(COUNTRY_INCOME, []),
    }
    return Joined(baseline={}, scenario=tables, statuses=(), baseline_statuses=())


def trade_of(draws: list[float]) -> dict[str, Any]:
    indicators = [
        row
        for draw, ratio in enumerate([1.05, *draws])
        for row in trade_change_rows(Table.from_rows(TRADE_CHANGE, [change(ratio)]), draw=draw)
    ]
    rows = trade_rows(ON, joined(1.05), indicators)
    return next(r for r in rows if r["entity"] == "KGZ>CHN")


def test_the_band_of_trade_is_of_its_change_in_every_draw() -> None:
    """P5 and P95 of 1.00, 1.01 .. 1.20 are 1.01 and 1.19: of 200, 2 and 38 more."""
    row = trade_of([1.0 + k / 100.0 for k in range(21)])
    assert row["before_amount"] == 200.0
    assert row["change_amount"] == pytest.approx(10.0)
    assert (row["low_amount"], row["high_amount"]) == (pytest.approx(2.0), pytest.approx(38.0))


def test_without_draws_there_is_no_band() -> None:
    for draws in ([], [1.1]):
        row = trade_of(draws)
        assert (row["low_amount"], row["high_amount"]) == (None, None)
        assert row["basis"] == "not drawn"


def test_a_draw_without_an_answer_is_left_out_of_the_band() -> None:
    """An equilibrium that fails leaves a null, which is no ratio of one."""
    row = trade_of([1.0, float("nan"), 1.2])
    assert (row["low_amount"], row["high_amount"]) == (pytest.approx(2.0), pytest.approx(38.0))


def test_what_changes_nothing_changes_exactly_nothing_in_every_draw() -> None:
    row = trade_of([1.0 + 4e-14, 1.0 - 4e-14, 1.0])
    assert (row["low_amount"], row["high_amount"]) == (0.0, 0.0)


def test_only_the_ways_between_china_and_the_five_are_kept() -> None:
    pairs = [PAIR, ("CHN", "UZB"), ("KAZ", "UZB"), ("CHN", "RUS")]
    table = Table.from_rows(TRADE_CHANGE, [change(1.1, pair=p) for p in pairs])
    found = trade_change_rows(table, draw=3)
    assert {r["entity"] for r in found} == {"KGZ>CHN", "CHN>UZB"}
    assert {(r["variable"], r["draw"], r["amount"]) for r in found} == {(TRADE, 3, 1.1)}
