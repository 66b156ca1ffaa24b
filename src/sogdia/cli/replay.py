"""replay: the years 1992-2024 one by one, against what was observed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.output import check_output, number, print_json, print_table, progress, say

if TYPE_CHECKING:
    from sogdia.appraisal.replay import Replay

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("replay")(replay_history)


def replay_history(
    first: Annotated[int, typer.Argument(help="First year.")] = 1992,
    last: Annotated[int, typer.Argument(help="Last year.")] = 2024,
    every: Annotated[int, typer.Option(help="Play every so many years.", min=1)] = 1,
    draws: Annotated[int, typer.Option(help="Draws behind the bands; 0 gives none.", min=0)] = 20,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File: .svg, .html or .csv (trade)")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all tables as JSON.")] = False,
) -> None:
    """Play the history: modelled against observed trade and traffic, and why trade grew.

    Example:  sogdia replay 1992 2024 --every 4 -o replay.svg
    """
    from sogdia.appraisal.replay import ReplayOptions, replay
    from sogdia.appraisal.run import default_store

    check_output(output, ".svg", ".html", ".csv")
    options = ReplayOptions(first=first, last=last, every=every, draws=draws, seed=seed)
    with progress(show=not as_json) as tell:
        found = replay(options, store=default_store(), progress=tell)
    if output is not None:
        _write(found, output)
    if as_json:
        print_json(
            {
                "run": found.run,
                "status": found.status.state,
                "message": found.status.message,
                "tables": {name: list(t.rows()) for name, t in sorted(found.tables.items())},
            }
        )
    else:
        _say(found)
        if output is not None:
            say(f"wrote {output}")
    if found.status.state != "solved":
        raise typer.Exit(1)


def _write(found: Replay, output: Path) -> None:
    from sogdia.appraisal.replay.chart import trade_page, trade_picture
    from sogdia.core.replacing import replacing

    trade = found.tables["replay_trade"]
    if output.suffix == ".csv":
        from pyarrow import csv

        with replacing(output) as part:
            csv.write_csv(trade.arrow, part)
        return
    text = trade_picture(trade)
    if output.suffix == ".html":
        shown = [found.tables[n] for n in ("replay_decomposition", "replay_freight", "replay_rise",
                                           "replay_error", "replay_trade")]  # fmt: skip
        text = trade_page(text, shown, found.status.message)
    with replacing(output) as part:
        part.write_text(text, encoding="utf-8")


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:+.0f} %"


def _band(row: dict[str, Any]) -> str:
    low, high = row["log_change_low_ratio"], row["log_change_high_ratio"]
    middle = f"{row['log_change_ratio']:.2f}"
    return middle if low is None else f"{middle} ({low:.2f} to {high:.2f})"


def _say(found: Replay) -> None:
    trade = [r for r in found.tables["replay_trade"].rows() if r["observed_usd_per_y"] is not None]
    print_table(
        [
            {
                **r,
                "modelled": number(_million(r["modelled_usd_per_y"]), absent="not calibrated"),
                "observed": number(_million(r["observed_usd_per_y"])),
                "error": _percent(r["error_ratio"]),
            }
            for r in trade
        ],
        [("year", "year"), ("country", "country"), ("variant", "reported by"),
         ("sample", "sample"), ("modelled", "modelled"), ("observed", "observed"),
         ("error", "error")],
        title="Trade with China, both directions, million USD of the year",
        right=frozenset({"modelled", "observed", "error"}),
    )  # fmt: skip
    print_table(
        [
            {**r, "n": number(r["compared_count"]), "error": _percent(r["median_error_ratio"])[1:],
             "sign": _percent(r["median_signed_ratio"])}
            for r in found.tables["replay_error"].rows()
        ],
        [("country", "country"), ("variant", "reported by"), ("phase", "phase"), ("n", "years"),
         ("error", "median absolute error"), ("sign", "median error")],
        title="Errors of the validation years",
        right=frozenset({"n", "error", "sign"}),
    )  # fmt: skip
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for r in found.tables["replay_decomposition"].rows():
        row = groups.setdefault((r["phase"], r["country"]), {
            "phase": r["phase"], "country": r["country"]})  # fmt: skip
        row[r["group"]] = _band(r)
        if r["observed_log_change_ratio"] is not None:
            row["observed"] = f"{r['observed_log_change_ratio']:.2f}"
    print_table(
        list(groups.values()),
        [("phase", "phase"), ("country", "country"), ("growth", "growth"),
         ("facilities", "facilities"), ("borders", "borders"), ("agreements", "agreements"),
         ("all", "all"), ("observed", "observed")],
        title="Why trade moved: parts of the change of its logarithm, 5 to 95 % of draws",
    )  # fmt: skip
    print_table(
        [
            {**r, "modelled": number(r["modelled_amount"]),
             "observed": ("over " if r["is_floor"] else "") + number(r["observed_amount"]),
             "error": _percent(r["error_ratio"])}
            for r in found.tables["replay_freight"].rows()
        ],
        [("series", "series"), ("year", "year"), ("unit", "unit"), ("sample", "sample"),
         ("modelled", "modelled"), ("observed", "observed"), ("error", "error")],
        title="Trains and tonnes",
        right=frozenset({"modelled", "observed", "error"}),
    )  # fmt: skip
    print_table(
        [
            {**r, "modelled": f"{r['modelled_ratio']:.2f} ({r['modelled_low_ratio']:.2f} to "
             f"{r['modelled_high_ratio']:.2f})",
             "observed": number(r["observed_ratio"], 2, absent="")}
            for r in found.tables["replay_rise"].rows()
        ],
        [("series", "series"), ("year", "year"), ("cause", "cause"), ("modelled", "over 2019"),
         ("observed", "observed")],
        title="The rise of rail from 2019",
        right=frozenset({"observed"}),
    )  # fmt: skip
    if found.status.message:
        say(found.status.message)
    if sys.stdout.isatty():
        say(f"run {str(found.run)[:16]}, {found.wall_time_s:.1f} s")


def _million(usd: float | None) -> float | None:
    return None if usd is None else usd / 1e6
