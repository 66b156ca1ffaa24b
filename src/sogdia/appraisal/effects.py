"""Flows, queues, trade and real income of both sides of an appraisal."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sogdia.appraisal.loop import Joined, join, real_income
from sogdia.appraisal.options import Options, Progress
from sogdia.appraisal.worlds import Dated
from sogdia.core.table import Table
from sogdia.models.transport.flows import contraction_of
from sogdia.scenario.scenario import Scenario
from sogdia.world.network import network

__all__ = ["REAL_INCOME", "Effects", "income_rows", "join_dates"]

REAL_INCOME = "real_income_change_share"
"""The indicator of real income by country."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Flows, queues and trade of both sides on every date, and draws of real income on the last.

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
    """The loop on every date, then real income in every draw of the last."""
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
        for role in ("baseline", "scenario"):
            table = joined[-1].baseline if role == "baseline" else joined[-1].scenario
            effects.indicators[role].extend(income_rows(table["country_income"], draw=0))
    last = dated[-1]
    nets = (network(last.sides["baseline"]), network(last.sides["scenario"]))
    contractions = contraction_of(nets[0]), contraction_of(nets[1])
    for draw in range(1, options.draws + 1):
        tell(f"real income: draw {draw} of {options.draws}", 0.4 + 0.1 * draw / options.draws)
        try:
            sides = last.draw(draw, options.seed, scenario)
            table = real_income(
                sides["baseline"], sides["scenario"], variant=options.trade, nets=nets,
                contractions=contractions, waits=joined[-1].waits,
            )  # fmt: skip
        except (ValueError, ArithmeticError) as error:
            effects.failed[draw] = f"{type(error).__name__}: {error}"
            continue
        rows = income_rows(table, draw=draw)
        effects.indicators["scenario"].extend(rows)
        # A change is against the baseline, so the baseline's own is exactly none in every draw.
        effects.indicators["baseline"].extend(row | {"amount": 0.0} for row in rows)
    return dataclasses.replace(effects, joined=tuple(joined))


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
