"""Flows, queues, trade and real income of both sides of an appraisal."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sogdia.appraisal.loop import Joined, draw_response, join
from sogdia.appraisal.options import Options, Progress
from sogdia.appraisal.worlds import Dated
from sogdia.core.states import CHINA, FIVE
from sogdia.core.table import Table
from sogdia.models.transport.flows import contraction_of
from sogdia.scenario.scenario import Scenario
from sogdia.world.network import network

__all__ = [
    "REAL_INCOME",
    "ROUNDING",
    "TRADE",
    "Effects",
    "income_rows",
    "join_dates",
    "rounded",
    "trade_change_rows",
]

REAL_INCOME = "real_income_change_share"
"""The indicator of real income by country."""

ROUNDING = 1e-12
"""A ratio nearer to one than this is one."""

TRADE = "trade_change_ratio"
"""The indicator of trade of the five with China, each way, over that of the baseline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Flows, queues and trade of both sides on every date, and draws of the last.

    Attributes
    ----------
    indicators : mapping of role to rows of the table indicator
    failed : dict of int to str
        Draws that failed.
    """

    joined: tuple[Joined, ...] = ()
    indicators: Mapping[str, list[dict[str, Any]]] = dataclasses.field(
        default_factory=lambda: {"baseline": [], "scenario": []}
    )
    failed: dict[int, str] = dataclasses.field(default_factory=dict[int, str])


def join_dates(
    scenario: Scenario, dated: Sequence[Dated], options: Options, tell: Progress
) -> Effects:
    """The loop on every date, then real income and trade in every draw of the last."""
    effects = Effects()
    joined: list[Joined] = []
    for number, found in enumerate(dated):
        share = 0.2 + 0.2 * number / len(dated)
        joined.append(
            join(
                found.sides["baseline"], found.sides["scenario"], variant=options.trade,
                seed=options.seed, tell=lambda what, at=share: tell(what, at),
            )
        )  # fmt: skip
        _note(effects, joined[-1].scenario, 0)
    last = dated[-1]
    nets = (network(last.sides["baseline"]), network(last.sides["scenario"]))
    contractions = contraction_of(nets[0]), contraction_of(nets[1])
    for draw in range(1, options.draws + 1):
        tell(f"real income: draw {draw} of {options.draws}", 0.4 + 0.1 * draw / options.draws)
        try:
            sides = last.draw(draw, options.seed, scenario)
            tables = draw_response(
                sides["baseline"], sides["scenario"], variant=options.trade, nets=nets,
                contractions=contractions, waits=joined[-1].waits,
            )  # fmt: skip
        except (ValueError, ArithmeticError) as error:
            effects.failed[draw] = f"{type(error).__name__}: {error}"
            continue
        _note(effects, tables, draw)
    return dataclasses.replace(effects, joined=tuple(joined))


def _note(effects: Effects, tables: Mapping[str, Table], draw: int) -> None:
    """Indicators of both sides. They are against the baseline, whose own are exactly no change."""
    for rows, none in (
        (income_rows(tables["country_income"], draw=draw), 0.0),
        (trade_change_rows(tables["trade_change"], draw=draw), 1.0),
    ):
        effects.indicators["scenario"].extend(rows)
        effects.indicators["baseline"].extend(row | {"amount": none} for row in rows)


def rounded(ratio: float | None) -> float | None:
    """A ratio of trade, exactly one where it differs by rounding alone; None where not known."""
    return 1.0 if ratio is not None and abs(ratio - 1.0) <= ROUNDING else ratio


def trade_change_rows(table: Table, *, draw: int) -> list[dict[str, Any]]:
    """Rows of the table `indicator`: trade over that of the baseline, all responses let run."""
    return [
        {
            "on": row["on"],
            "variable": TRADE,
            "entity": f"{row['exporter']}>{row['importer']}",
            "group": row["level"],
            "draw": draw,
            "amount": rounded(row["change_ratio"]),
            "unit": "1",
        }
        for row in table.rows()
        if row["level"] == "full" and (row["exporter"], row["importer"]) in BOTH_WAYS
    ]


BOTH_WAYS = frozenset((a, b) for c in FIVE for a, b in ((c, CHINA), (CHINA, c)))


def income_rows(table: Table, *, draw: int) -> list[dict[str, Any]]:
    """Rows of the table `indicator`: change of real income by country, all responses let run."""
    return [
        {
            "on": row["on"],
            "variable": REAL_INCOME,
            "entity": row["country"],
            "group": row["level"],
            "draw": draw,
            "amount": row["real_income_change_share"],
            "unit": "1",
        }
        for row in table.rows()
        if row["level"] == "full"
    ]
