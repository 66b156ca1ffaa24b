"""bottleneck: which link, post or port is full first, and in what year."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.output import number, parse_day, print_json, print_table, progress, say

if TYPE_CHECKING:
    from sogdia.appraisal.bottleneck import Answer
    from sogdia.appraisal.bottleneck.parts import Part

__all__ = ["register"]

LAST_YEAR = 2040
RIGHT = frozenset({"capacity", "flow", "use", "asked", "unmet", "y85", "y100"})


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(bottleneck)


def bottleneck(
    corridor: Annotated[
        list[str] | None,
        typer.Argument(
            help="middle, alashankou, khorgos, cku, or ids of links, posts and ports; "
            "all of Central Asia without any."
        ),
    ] = None,
    teu: Annotated[float | None, typer.Option(help="Containers asked for, TEU a year.")] = None,
    tonnes: Annotated[float | None, typer.Option(help="Freight asked for, tonnes a year.")] = None,
    by: Annotated[int | None, typer.Option(help="The year the demand is for.")] = None,
    growth: Annotated[
        str | None, typer.Option(help="Growth a year in %: 10, or low,central,high: 5,10,15")
    ] = None,
    capacity: Annotated[
        list[str] | None,
        typer.Option(help="In place of the evidence's: 'ID=178000 teu/year'; may be repeated."),
    ] = None,
    plans: Annotated[
        bool, typer.Option(help="Count announced capacities as if they came on time.")
    ] = False,
    top: Annotated[int, typer.Option(help="Rows of the list of Central Asia.", min=1)] = 20,
    on: Annotated[str | None, typer.Option(help="The date, 2026-01-01; today by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the table as CSV.")] = False,
) -> None:
    """Which link, post or port of a corridor is full first, and in what year.

    Example:  sogdia bottleneck middle --teu 300000 --by 2029
    """
    from datetime import date

    from sogdia.appraisal.bottleneck import Question, ask_bottleneck, survey_bottlenecks

    day = parse_day(on, date.today())  # noqa: DTZ011  (the user's own today)
    rates = _rates(growth)
    with progress(show=not (as_json or as_csv)) as tell:
        tell("flows on the network", 0.1)
        if not corridor:
            _only_with_a_corridor(teu=teu, tonnes=tonnes, by=by, capacity=capacity)
            answer = survey_bottlenecks(day, growth=rates, top=top)
        else:
            answer = ask_bottleneck(
                Question(
                    corridor=_corridor(corridor),
                    on=day,
                    teu=teu,
                    tonnes=tonnes,
                    by=by,
                    growth=rates,
                    plans=plans,
                    capacities=dict(_capacity(text) for text in capacity or ()),
                )
            )
    if as_json:
        print_json(_as_dict(answer))
    elif as_csv:
        _print_csv(answer)
    else:
        _print(answer)
    if answer.status.state != "solved":
        raise typer.Exit(1)


def _corridor(given: Sequence[str]) -> str | tuple[str, ...]:
    """A name stands alone and has no colon; ids have one."""
    return given[0] if len(given) == 1 and ":" not in given[0] else tuple(given)


def _only_with_a_corridor(**given: object) -> None:
    named = [f"--{name}" for name, value in given.items() if value]
    if named:
        raise typer.BadParameter(f"{', '.join(named)}: name a corridor, such as middle")


def _rates(text: str | None) -> tuple[float, float, float] | None:
    if text is None:
        return None
    try:
        rates = [float(part) / 100.0 for part in text.split(",")]
    except ValueError:
        rates = []
    if len(rates) == 1:
        return rates[0], rates[0], rates[0]
    if len(rates) == 3:
        return rates[0], rates[1], rates[2]
    raise typer.BadParameter(f"{text!r} is not growth in % such as 10 or 5,10,15")


def _capacity(text: str) -> tuple[tuple[str, str], float]:
    entity, _, amount = text.partition("=")
    figure, _, unit = amount.strip().partition(" ")
    try:
        return (entity.strip(), unit.strip()), float(figure.replace(",", ""))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not like 'ID=178000 teu/year'") from None


def _as_dict(answer: Answer) -> dict[str, Any]:
    from sogdia.appraisal.bottleneck import bottleneck_table

    first = answer.first
    return {
        "corridor": answer.title,
        "on": answer.on,
        "base_year": answer.base_year,
        "base_teu_per_y": answer.base_teu,
        "base_t_per_y": answer.base_tonnes,
        "base_from": answer.base_from,
        "demand_amount": answer.demand,
        "unit": answer.measure,
        "growth": None
        if answer.growth is None
        else dict(zip(("low", "central", "high"), answer.growth, strict=True)),
        "growth_from": answer.growth_from or None,
        "first": None if first is None else {"id": first.id, "unit": first.unit},
        "most_amount": answer.most,
        "above_capacity_today": [p.id for p in answer.exceeded],
        "capacity_unknown": [p.id for p in answer.unknown],
        "status": answer.status.state,
        "parts": list(bottleneck_table(answer.parts).rows()),
    }


def _print_csv(answer: Answer) -> None:
    import csv

    from sogdia.appraisal.bottleneck import bottleneck_table

    table = bottleneck_table(answer.parts)
    writer = csv.DictWriter(sys.stdout, table.schema.names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table.rows())


def _print(answer: Answer) -> None:
    say(f"{answer.title}, capacities of {answer.on}")
    if answer.base_teu is not None:
        say(
            f"today: {number(answer.base_teu)} TEU and {number(answer.base_tonnes)} t in "
            f"{answer.base_year}, {answer.base_from}"
        )
    unit = "TEU" if answer.measure == "teu/year" else "t"
    if answer.demand is not None:
        say(
            f"asked: {number(answer.demand)} {unit} a year, {number(answer.factor, 2)} times today's"
        )
    if answer.growth is not None:
        low, central, high = (f"{100.0 * g:.0f} %" for g in answer.growth)
        if answer.growth[0] == answer.growth[2]:
            say(f"growth {central} a year: {answer.growth_from}")
        else:
            say(f"growth {central} a year, {low} to {high}: {answer.growth_from}")
    first = answer.first
    if first is not None and answer.base_teu is not None:
        say()
        say(f"full first: {first.name} ({first.id})")
        say(f"  at {number(answer.most)} {unit} a year on the corridor")
        if answer.growth is not None:
            say(f"  full: {_years(first, 1.0)}; at 85 %: {_years(first, 0.85)}")
        if answer.demand is not None and answer.most is not None:
            lost = max(answer.demand - answer.most, 0.0)
            say(f"  that is {number(lost)} {unit} a year less than asked")
    say()
    known = [part for part in answer.parts if part.capacity is not None]
    columns = [("id", "part"), ("capacity", "capacity"), ("flow", "flow"), ("use", "use")]
    if answer.demand is not None:
        columns += [("asked", "use asked"), ("unmet", "no room for")]
    if answer.growth is not None:
        columns += [("y85", "85 % in"), ("y100", "full in")]
    print_table([_row(part) for part in known], columns, right=RIGHT)
    if answer.growth is not None:
        say(f"later: after {LAST_YEAR}")
    if answer.exceeded:
        say("above the quoted capacity today: the flow or that figure is wrong; not named first:")
        for part in answer.exceeded:
            say(f"  {part.id}, {_use(part.use_share)}, {part.flow_from}")
    if answer.unknown and answer.base_teu is not None:
        of = len({part.id for part in answer.parts})
        say(f"no capacity published for {len(answer.unknown)} of {of}; any may be full earlier:")
        for part in answer.unknown:
            say(f"  {part.id}")
    elif answer.unknown:
        say(
            f"{len(answer.unknown)} links, posts, ports and gauge changes carry freight and have "
            "no capacity published"
        )


def _row(part: Part) -> dict[str, str]:
    held = part.capacity
    assert held is not None
    digits = 0 if held.today.central >= 1000.0 else 1
    band = ""
    if held.today.low < held.today.high:
        band = f" ({number(held.today.low, digits)}-{number(held.today.high, digits)})"
    return {
        "id": part.id,
        "capacity": f"{number(held.today.central, digits)}{band} {part.unit}",
        "flow": number(part.flow, digits),
        "use": _use(part.use_share),
        "asked": _use(part.demand_use_share),
        "unmet": "none" if part.unmet == 0.0 else number(part.unmet, digits),
        "y85": _years(part, 0.85),
        "y100": _years(part, 1.0),
    }


def _use(share: float | None) -> str:
    return "unknown" if share is None else f"{100.0 * share:.0f} %"


def _years(part: Part, full: float) -> str:
    """The central year, and the band behind it where it differs."""
    if part.use_share is not None and part.use_share >= full:
        return "already"
    central, early, late = (str(year or "later") for year in part.years[full])
    return central if early == late else f"{central} ({early}-{late})"
