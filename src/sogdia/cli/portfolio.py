"""portfolio: which projects first under a fixed budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sogdia.cli.output import MILLION, number, print_json, print_table, progress, say

if TYPE_CHECKING:
    from sogdia.appraisal.portfolio import Portfolio

__all__ = ["register"]

BILLION = 1e9


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(portfolio)


def portfolio(
    scenarios: Annotated[list[str], typer.Argument(help="Scenario ids or .toml files.")],
    budget: Annotated[float, typer.Option(help="Billion USD of 2023.", min=0.0)],
    rate: Annotated[float, typer.Option(help="Discount rate, percent a year.", min=0.0)] = 5.0,
    years: Annotated[int, typer.Option(help="Years the gain lasts.", min=1)] = 30,
    growth: Annotated[float, typer.Option(help="Growth of the gain, percent a year.")] = 0.0,
    gainers: Annotated[
        Literal["region", "five", "all"],
        typer.Option(help="Whose real income counts: the five and China, the five, everybody."),
    ] = "region",
    cost: Annotated[
        list[str] | None,
        typer.Option(help="Cost of a scenario that states none: bakhty-ayagoz=0.7 (billion)."),
    ] = None,
    trade: Annotated[
        Literal["reconciled", "china", "partner"],
        typer.Option(help="Whose report of trade is loaded."),
    ] = "reconciled",
    together: Annotated[
        bool, typer.Option(help="Appraise the chosen ones together as well.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Choose among scenarios under a budget by the gain of real income less the cost.

    Example:  sogdia portfolio cku-railway bakhty-ayagoz --budget 5
    """
    import dataclasses

    from sogdia.appraisal.portfolio import PortfolioOptions
    from sogdia.appraisal.portfolio import portfolio as choose_projects
    from sogdia.core.states import CHINA, FIVE
    from sogdia.evidence.base import open_evidence

    base = open_evidence()
    counted = {"region": (*FIVE, CHINA), "five": FIVE, "all": _everybody(base)}[gainers]
    options = PortfolioOptions(
        budget_usd2023=budget * BILLION, discount_rate=rate / 100.0, years=years, growth=growth / 100.0,
        gainers=counted,
        costs=_costs(cost or ()), variant=trade,
    )  # fmt: skip
    with progress(show=not as_json) as tell:
        found = choose_projects(scenarios, base, options, together=together, tell=tell)
    if as_json:
        print_json(dataclasses.asdict(found))
    else:
        _print(found)
    statuses = [s for p in found.projects for s in p.statuses] + list(found.statuses)
    if any(s.state != "solved" for s in statuses):
        raise typer.Exit(1)


def _everybody(base: Any) -> tuple[str, ...]:
    return tuple(sorted({row["id"] for row in base.entities("economies")}))


def _costs(given: Any) -> dict[str, float]:
    costs: dict[str, float] = {}
    for text in given:
        name, _, value = str(text).partition("=")
        try:
            costs[name] = float(value) * BILLION
        except ValueError:
            raise typer.BadParameter(
                f"--cost {text}: write scenario=billions, as bakhty-ayagoz=0.7"
            ) from None
    return costs


def _print(found: Portfolio) -> None:
    options = found.options
    print_table(
        [
            {
                "taken": "yes" if p.taken else "", "scenario": p.scenario,
                "cost": "unknown" if p.cost is None else _banded(p.cost),
                "gain": number(None if p.gain_usd2023_per_y is None
                               else p.gain_usd2023_per_y / MILLION, 1),
                "net": number(None if p.net_usd2023 is None else p.net_usd2023 / BILLION, 2),
                "carbon": number(p.emission_tco2_per_y / 1e3, 1),
                "front": "yes" if p.front else "",
            }
            for p in found.projects
        ],
        [("taken", "taken"), ("scenario", "scenario"), ("cost", "cost, bn USD2023"),
         ("gain", "gain, million a year"), ("net", "net worth, bn"),
         ("carbon", "CO2, kt a year"), ("front", "not beaten")],
        right=frozenset({"cost", "gain", "net", "carbon"}),
    )  # fmt: skip
    say(
        f"choices of value: {100 * options.discount_rate:g} % a year, {options.years} years of a "
        f"gain that grows by {100 * options.growth:g} %, real income of {', '.join(options.gainers[:8])}"
        + (f" and {len(options.gainers) - 8} more" if len(options.gainers) > 8 else "")
    )
    say(
        f"taken: {number(found.cost_usd2023 / BILLION, 2)} of "
        f"{number(options.budget_usd2023 / BILLION, 2)} billion; gains added up "
        f"{number(found.sum_usd2023_per_y / MILLION, 1)} million a year"
        + (
            ""
            if found.together_usd2023_per_y is None
            else f"; appraised together {number(found.together_usd2023_per_y / MILLION, 1)}"
        )
    )
    named = sorted(p.scenario for p in found.projects if p.taken)
    for words, other in (
        ("low", found.taken_at_low_cost), ("high", found.taken_at_high_cost),
    ):  # fmt: skip
        if sorted(other) != named:
            say(f"at the {words} end of costs: {', '.join(sorted(other)) or 'none'}")
    say("not beaten: no other is as good in cost, gain and carbon and better in one of them")
    for p in found.projects:
        for status in p.statuses:
            if status.state != "solved":
                say(f"NOT SOLVED: {p.scenario}: {status.of}: {status.message}")


def _banded(cost: Any) -> str:
    central = number(cost.central / BILLION, 2)
    if cost.low == cost.high:
        return central
    return f"{central} ({number(cost.low / BILLION, 2)} to {number(cost.high / BILLION, 2)})"
