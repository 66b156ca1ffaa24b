"""passengers: which modes, posts, links and zones visitors use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.asked_worlds import asked_worlds
from sogdia.cli.output import number, print_json, print_table, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sogdia.appraisal.passenger_question import Change, PassengerAnswer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(passengers)


def passengers(
    scenario: Annotated[
        str | None, typer.Argument(help="A scenario, as cku-railway; none: the world as it stands.")
    ] = None,
    on: Annotated[str | None, typer.Option(help="The date; today, or the scenario's last.")] = None,
    known_by: Annotated[
        str | None, typer.Option(help="Use only what was known by this date.")
    ] = None,
    top: Annotated[int, typer.Option(help="Links and pairs of zones printed.", min=0)] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with all of them.")] = False,
) -> None:
    """Visitors between China and the five by mode, post, link and pair of zones.

    Visits are loaded there and back on roads, railways and flights. Only counted pairs are; a
    change has a band.

    Example:  sogdia passengers --on 2024-07-01
    """
    import dataclasses

    from sogdia.appraisal.passenger_question import AS_IT_STANDS, ask_passengers

    asked = asked_worlds(scenario, on, known_by)
    before, after = asked.sides or (asked.built, asked.built)
    answer = ask_passengers(asked.base, before, after, asked.scenario or AS_IT_STANDS)
    if as_json:
        print_json(dataclasses.asdict(answer))
    else:
        _print(answer, top, compared=asked.sides is not None)
    if not answer.visits:
        raise typer.Exit(1)


def _print(answer: PassengerAnswer, top: int, *, compared: bool) -> None:
    say(
        f"Visitors there and back, persons a year, {answer.on}"
        + (f": before and after {answer.scenario}" if compared else "")
    )
    if not answer.visits:
        say("no visits are counted, so nothing is known of those who travel")
        for note in answer.notes:
            say(note)
        return
    _table("visits counted, each once", answer.visits, compared)
    _table("across China's border by mode", answer.modes, compared, band=compared)
    _table("at posts, both directions", answer.posts, compared, band=compared)
    _table("on links, both directions", answer.links[:top], compared)
    _table("visits between zones, each once", answer.zones[:top], compared)
    for note in answer.notes:
        say(note)
    say("the mode is that of the way chosen by cost; no timetables, seats or drivers of trucks")


def _table(title: str, rows: Sequence[Change], compared: bool, *, band: bool = False) -> None:
    columns = [("what", ""), ("mode", "mode"), ("before", "before" if compared else "persons")]
    if compared:
        columns += [("after", "after"), ("change", "change")]
    if band:
        columns.append(("band", "band of the change"))
    shown: list[dict[str, Any]] = [
        {
            "what": c.title.removesuffix(", both directions"),
            "mode": c.mode,
            "before": number(c.before),
            "after": number(c.after),
            "change": number(c.change),
            "band": f"{number(c.low)} to {number(c.high)}",
        }
        for c in rows
    ]
    if not any(c.mode for c in rows):
        columns.pop(1)
    print_table(
        shown, columns, title=title, right=frozenset({"before", "after", "change", "band"})
    )  # fmt: skip
