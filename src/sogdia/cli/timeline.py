"""timeline and agreements: what states agreed, what became of it, and what it changes."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.output import number, parse_day, print_json, print_table, say

if TYPE_CHECKING:
    from datetime import date

    from sogdia.core.table import Table
    from sogdia.evidence.base import EvidenceBase

__all__ = ["register"]

COLUMNS: dict[str, tuple[str, ...]] = {
    "agreed": ("when", "phase", "kind", "title", "became", "after", "changes", "source_title"),
    "network": ("a", "b", "kind", "shared_count", "latest"),
    "depth": (
        "a", "b", "points_count", "attainable_count", "rank_ratio", "rank_low_ratio",
        "rank_high_ratio", "equal_points_rank_ratio", "always_above",
    ),
    "items": ("item", "held", "points_count", "attainable_count", "since", "ground", "counts"),
    "effects": ("when", "title", "changes", "changes_rows", "changes_how"),
    "strategies": (
        "strategy_name", "project_name", "sector", "project_status", "degree", "words",
    ),
    "trade": (
        "theme", "countries", "series", "adjusted", "growth_change_ratio", "placebo_low_ratio",
        "placebo_high_ratio", "p_share", "p_least_share",
    ),
    "proposals": ("indicator", "title", "subject", "amount", "unit", "of", "note"),
}  # fmt: skip
"""What a view prints."""

SAID = {
    "agreed": "--json has the rows, the reasons and the addresses of the sources",
    "network": "acts on record; the registry does not claim to be complete",
    "depth": "points are a convention; rank low and high are under 2,000 other sets of points",
    "effects": "",
    "strategies": "alike: the same country, sector and years; nobody has called it a service",
    "trade": "log points a year, after less before; a difference that is not found may be there",
    "proposals": "the indicators are this project's own and no part of the proposals",
}
"""What stands under it; and the views there are."""


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(timeline)
    app.command()(agreements)


def timeline(
    countries: Annotated[
        list[str] | None, typer.Argument(help="Countries that all took part: CHN Kyrgyzstan")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="First day, 2013-09-07.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    phase: Annotated[
        list[int] | None, typer.Option(help="1: 1992-2001, 2: 2001-2013, 3: from 2013.")
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(help="border_treaty, agreement ...")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """What was agreed between some countries, when, in which phase, and what became of it.

    Example:  sogdia timeline CHN KGZ --kind border_treaty
    """
    from datetime import date

    from sogdia.evidence.base import open_evidence
    from sogdia.models.cooperation.timeline import timeline as read_timeline

    first = parse_day(start, date.min) if start else None
    last = parse_day(end, date.max) if end else None
    if first is not None and last is not None and first > last:
        raise typer.BadParameter(f"--from {first} is after --to {last}")
    table = read_timeline(
        open_evidence(),
        countries or [],
        start=first,
        end=last,
        phases=phase or [],
        kinds=kind or [],
    )
    if as_json:
        print_json(list(table.rows()))
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, table.schema.names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table.rows())
    else:
        _print_timeline(table)


def _print_timeline(table: Table) -> None:
    rows = [
        {**row, "after": row["became"].replace("_", " "), "what": row["kind"].replace("_", " ")}
        for row in table.rows()
    ]
    print_table(
        rows,
        [("when", "when"), ("phase", "phase"), ("what", "kind"), ("countries", "countries"),
         ("title", "what"), ("after", "what became of it"), ("changes", "changes in the model"),
         ("source", "source")],
        right=frozenset({"phase"}),
    )  # fmt: skip
    counts = [sum(row["phase"] == n for row in rows) for n in (1, 2, 3)]
    say(
        f"{len(rows)} events: {counts[0]} in 1992-2001, {counts[1]} in 2001-2013, "
        f"{counts[2]} from 2013"
    )
    unknown = sum(row["became"] == "unknown" for row in rows)
    say(f"what became of {unknown} of them the registries do not say")


def agreements(
    countries: Annotated[
        list[str] | None, typer.Argument(help="None, one or two countries.")
    ] = None,
    show: Annotated[
        str | None, typer.Option(help=", ".join(SAID) + "; by default agreed for two countries.")
    ] = None,
    on: Annotated[str | None, typer.Option(help="The date; today by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What two states agreed and what became of it; who agreed with whom, and how deep it goes.

    agreed: the acts of two states with phase, source and what became of each; network: acts on record and regimes in force; depth: a coded score, item by item for a pair;
    effects: what each event changes in the models; strategies: projects beside national
    strategies; trade: trade around border settlements and security agreements against placebo
    dates; proposals: the five of 2022 with indicators.

    Example:  sogdia agreements CHN KAZ --on 2026-07-01
    """
    from datetime import date

    from sogdia.core.errors import UnknownName
    from sogdia.evidence.base import open_evidence
    from sogdia.models.cooperation.events import known_countries

    if show is not None and show not in SAID:
        raise UnknownName("view", show, SAID)
    base = open_evidence()
    wanted = known_countries(base, countries or [])
    if len(wanted) > 2 or len(set(wanted)) < len(wanted):
        raise typer.BadParameter("give no country, one, or two that differ")
    day = parse_day(on, date.today())  # noqa: DTZ011  (the user's own today)
    view = show or ("agreed" if len(wanted) == 2 else "network")
    if view == "agreed" and len(wanted) != 2:
        raise typer.BadParameter("--show agreed takes two countries")
    table = _table(base, wanted, view, day)
    if as_json:
        print_json(list(table.rows()))
    else:
        _print_view(table, view)


def _table(base: EvidenceBase, wanted: tuple[str, ...], show: str, day: date) -> Table:
    if show == "agreed":
        from sogdia.models.cooperation.agreed import agreed_between

        return agreed_between(base, wanted[0], wanted[1], on=day)
    if show in ("network", "proposals"):
        return _of_a_world(base, wanted, show, day)
    if show == "depth":
        from sogdia.models.cooperation.depth import depth_items, depth_scores

        pair = len(wanted) == 2
        return depth_items(base, *wanted, on=day) if pair else depth_scores(base, on=day)
    if show == "effects":
        from sogdia.models.cooperation.timeline import timeline as read_timeline

        return read_timeline(base, wanted, end=day)
    if show == "strategies":
        from sogdia.models.cooperation.dovetailing import dovetailing

        return dovetailing(base, next((c for c in wanted if c != "CHN"), None))
    from sogdia.models.cooperation.trade_around_events import trade_around_events

    return trade_around_events(base)


def _of_a_world(base: EvidenceBase, wanted: tuple[str, ...], show: str, day: date) -> Table:
    import numpy as np

    from sogdia.models.cooperation.model import network_on
    from sogdia.models.cooperation.network import policy_events
    from sogdia.models.cooperation.proposals import five_proposals
    from sogdia.world.build import world

    built = world(base, on=day)
    if show == "proposals":
        return five_proposals(base, on=day, world=built)
    table = network_on(built, policy_events(base))
    ends = zip(table["a"], table["b"], strict=True)
    return table.where(np.array([set(wanted) <= {a, b} for a, b in ends], dtype=np.bool_))


def _print_view(table: Table, show: str) -> None:
    item_by_item = "item" in table.schema.names
    view = "items" if item_by_item else show
    columns, said = COLUMNS[view], SAID[show]
    numbers = {c.name for c in table.schema.columns if c.type == "number"}
    kept = [
        _readable(row) if show == "agreed" else row for row in table.rows() if _is_shown(row, show)
    ]
    left = len(table) - len(kept)
    if show == "trade":
        say(f"{left} series have no figures on both sides of the event and are not shown")
        said = f"{len(kept)} tests: at 5 % one in twenty comes out by chance; {said}"
    if show == "effects":
        said = f"{left} other events change nothing in the model; --json gives the reason of each"
    print_table(
        [{k: _figure(row[k]) if k in numbers else row[k] for k in columns} for row in kept],
        [(key, _heading(key)) for key in columns],
        right=frozenset(numbers),
    )
    if show == "agreed":
        _count_agreed(kept)
    if item_by_item:
        points = [row["points_count"] for row in kept]
        say(f"sum of the points: {number(None if None in points else sum(points))}")
    say(said)


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    """A row of what was agreed, with what followed in words, or why it is said."""
    until = f" {row['until']}" if row["until"] is not None else ""
    return row | {
        "became": row["became"].replace("_", " ") + until,
        "kind": row["kind"].replace("_", " "),
        "after": row["followed_by"]
        if row["followed_by"] not in (None, "its own row")
        else row["became_ground"],
    }


def _count_agreed(rows: list[dict[str, Any]]) -> None:
    counts = [sum(row["phase"] == n for row in rows) for n in (1, 2, 3)]
    say(
        f"{len(rows)} acts: {counts[0]} in 1992-2001, {counts[1]} in 2001-2013, "
        f"{counts[2]} from 2013"
    )
    unknown = sum(row["became"] == "unknown" for row in rows)
    say(
        f"what became of {unknown} of them the registries do not say; visits and statements are "
        "in sogdia timeline"
    )


def _is_shown(row: dict[str, Any], show: str) -> bool:
    if show == "trade":
        return row["status"] != "failed"
    return show != "effects" or row["changes"] != "nothing"


def _figure(value: float | None) -> str:
    if value is None:
        return "unknown"
    if float(value).is_integer():
        return number(value)
    return number(value, 2) if abs(value) >= 0.01 else f"{value:.1g}"


def _heading(key: str) -> str:
    for ending in ("_count", "_ratio", "_share"):
        key = key.removesuffix(ending)
    said = {"became": "what became of it", "after": "by", "source_title": "source"}
    if key in said:
        return said[key]
    return key.replace("_", " ")
