"""queue: waits, throughput and clearing time at one post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.output import number, parse_day, print_json, print_table, say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sogdia.models.border.question import Answer

__all__ = ["register"]

PLOT_ROWS = 8
PLOT_COLUMNS = 73
"""A column stands for five days of the year."""
MOST_A_DAY, MOST_WAITING = 20_000, 1_000_000
"""Above what any post takes; every vehicle of the year is simulated."""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(queue)


def queue(
    crossing: Annotated[str, typer.Argument(help="A crossing: kz-cn.alashankou:rail")],
    arrivals: Annotated[
        float,
        typer.Option(help="Trains or trucks a day, both directions together.", max=MOST_A_DAY),
    ],
    closed_days: Annotated[float, typer.Option(help="Days shut, from day 60 of the year.")] = 0.0,
    backlog: Annotated[
        int, typer.Option(help="Vehicles waiting at the start.", max=MOST_WAITING)
    ] = 0,
    capacity: Annotated[
        float | None, typer.Option(help="Vehicles a day, instead of the evidence's.")
    ] = None,
    servers: Annotated[
        int | None, typer.Option(help="Vehicles worked on at once, instead of the assumption.")
    ] = None,
    open_hours: Annotated[float | None, typer.Option(help="Opening hours a day.")] = None,
    on: Annotated[str | None, typer.Option(help="The date, 2026-01-01; today by default.")] = None,
    draws: Annotated[
        int | None, typer.Option(help="Replications; by default 2 to 32, by the flow.", min=1)
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    plot: Annotated[bool, typer.Option(help="Draw the queue over the year.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Waits, throughput and clearing time at a post, for a flow and a closure.

    Example:  sogdia queue kz-cn.dostyk:rail --arrivals 14 --closed-days 7 --on 2024-07-01
    """
    from datetime import date

    from sogdia.evidence.base import open_evidence
    from sogdia.models.border.question import ask_queue
    from sogdia.world.build import world

    day = parse_day(on, date.today())  # noqa: DTZ011  (the user's own today)
    answer = ask_queue(
        world(open_evidence(), on=day),
        crossing,
        arrivals,
        closed_days=closed_days,
        backlog=backlog,
        changes={"capacity_per_day": capacity, "servers": servers, "open_h_per_day": open_hours},
        replications=draws,
        seed=seed,
    )
    if as_json:
        print_json(answer.as_dict())
        return
    _print(answer)
    if plot:
        _plot(answer)


def _print(answer: Answer) -> None:
    post = answer.post
    say(f"{answer.crossing} on {answer.on}: a year that starts with {answer.backlog} waiting")
    say(
        f"{number(answer.arrivals_per_day, 1)} a day on a capacity of "
        f"{number(post.capacity_per_day, 1)} ({answer.capacity_from}), both directions together; "
        f"{post.servers} at once, {number(post.service.mean_h, 2)} h each, "
        f"open {number(post.open_h_per_day, 0)} h a day"
    )
    columns: list[tuple[str, Any]] = [("plain", answer.waits)]
    if answer.with_closure is not None:
        columns.append(("closed", answer.with_closure))
    lines = (
        ("wait, mean", "h", "mean_h", 1), ("  90 % band of the mean, low", "h", "mean_low_h", 1),
        ("  90 % band of the mean, high", "h", "mean_high_h", 1), ("wait, P50", "h", "p50_h", 1),
        ("wait, P90", "h", "p90_h", 1), ("utilisation", "", "utilisation_share", 2),
        ("waiting, mean over the year", "vehicles", "queue_mean", 1),
        ("waiting when the year ends", "vehicles", "queue_end", 1),
        ("throughput", "a day", "throughput_per_day", 2),
    )  # fmt: skip
    rows: list[dict[str, Any]] = [
        {"what": what, "unit": unit}
        | {key: number(getattr(held, name), digits, "none") for key, held in columns}
        for what, unit, name, digits in lines
    ]
    headings = [("what", ""), ("unit", "unit"), ("plain", "no closure")]
    if answer.with_closure is not None:
        headings.append(("closed", f"{number(answer.closed_days, 0)} days shut"))
    print_table(rows, headings, right=frozenset({"plain", "closed"}))
    if answer.peak_queue is not None:
        what = "at reopening" if answer.closed_days else "at the start"
        say(f"{number(answer.peak_queue, 0)} waiting {what}")
        if answer.clearing_days is None:
            say("not gone within the year in half of the draws or more")
        else:
            say(
                f"gone after {number(answer.clearing_days, 1)} days "
                f"(90 % band {number(answer.clearing_low_days, 1)} to "
                f"{number(answer.clearing_high_days, 1, 'beyond the year')}); as a fluid "
                f"{number(answer.fluid_clearing_days, 1, 'never')}"
            )
    dwell = ", ".join(
        f"towards {country} {number(hours, 1)} h"
        for country, hours in answer.dwell_observed_h.items()
    )
    say(f"whole stop as observed, procedure and some wait together: {dwell}")
    if answer.waits.utilisation_share >= 1.0:
        say("above capacity: the queue grows all year, so waits are those of this one year")


def _plot(answer: Answer) -> None:
    """The mean queue over the year as bars of text."""
    held = answer.queue if answer.queue_with_closure is None else answer.queue_with_closure
    top = float(held.max())
    if top < 1.0:
        return
    bars = _resampled(held)
    say()
    say(f"waiting, mean of draws; top {number(top, 0)} vehicles, from day 0 to 365")
    for row in range(PLOT_ROWS, 0, -1):
        level = top * (row - 0.5) / PLOT_ROWS
        say(("|" + "".join("#" if b >= level else " " for b in bars)).rstrip())
    say("+" + "-" * len(bars))


def _resampled(values: NDArray[np.float64]) -> list[float]:
    step = len(values) / PLOT_COLUMNS
    return [float(values[int(i * step)]) for i in range(PLOT_COLUMNS)]
