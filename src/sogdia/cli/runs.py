"""runs, compare, trace, export, sql: finished runs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sogdia.cli.output import commodity, number, parse_day, print_json, print_table, say

if TYPE_CHECKING:
    from sogdia.results.store import RunStore
    from sogdia.results.trace import Trace

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("runs")(list_runs)
    app.command()(compare)
    app.command()(trace)
    app.command()(export)
    app.command()(sql)


def _store() -> RunStore:
    from sogdia.appraisal.run import default_store

    return default_store()


def list_runs(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List finished runs, newest first.

    Example:  sogdia runs
    """
    store = _store()
    rows = [
        {"id": r.id[:16], "scenario": r.manifest.scenario, "role": r.manifest.role,
         "state": r.manifest.state, "created": r.manifest.created.isoformat(timespec="seconds"),
         "dates": ", ".join(d.isoformat() for d in r.manifest.dates)}
        for r in sorted(store.runs(), key=lambda r: r.manifest.created, reverse=True)
    ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    for problem in store.damaged():
        typer.echo(f"left out: {problem}", err=True)
    if not rows:
        say("no runs yet; make one with: sogdia appraise cku-railway")
        return
    print_table(
        [row | {"created": row["created"][:16].replace("T", " ")} for row in rows],
        [("id", "id"), ("scenario", "scenario"), ("role", "role"), ("state", "state"),
         ("dates", "dates"), ("created", "created, UTC")],
    )  # fmt: skip


def compare(
    run: Annotated[str, typer.Argument(help="A run id or scenario id.")],
    other: Annotated[
        str | None, typer.Argument(help="What it is compared with; its baseline by default.")
    ] = None,
    table: Annotated[str, typer.Option(help="Table to compare.")] = "skim",
    variable: Annotated[
        list[str] | None, typer.Option(help="Variables; all of the table by default.")
    ] = None,
    by: Annotated[list[str] | None, typer.Option(help="Average over groups of these keys.")] = None,
    top: Annotated[int, typer.Option(help="Rows printed, the largest change first.", min=0)] = 15,
    missing: Annotated[
        str | None, typer.Option(help="Keys in one run only: drop, or null; refused by default.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", help="Write all rows: .csv, .xlsx …")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare two runs row by row; a run against itself is exactly zero.

    Example:  sogdia compare cku-railway --variable time_h --by origin
    """
    from sogdia.results.compare import compare as compare_runs
    from sogdia.results.export import export as write

    store = _store()
    after = store.find(run)
    if other is not None:
        before = store.find(other)
    elif after.manifest.baseline is not None:
        before = store.find(after.manifest.baseline)
    else:
        raise typer.BadParameter(f"{run} has no baseline; name a second run")
    found = compare_runs(
        before, after, table=table, variables=tuple(variable) if variable else None, missing=missing
    )
    notes = [*found.notes, *_cautions(table, by)]
    shown = found.by(*by) if by else found.table
    if output is not None:
        write(shown, output)
        say(f"wrote {output}")
        return
    first = found.variables[0]
    if not by:
        shown = found.top(top, first)
    rows = list(shown.rows())
    if by:
        rows.sort(key=lambda row: abs(row[f"change_{first}"] or 0.0), reverse=True)
    rows = rows[:top]
    if as_json:
        print_json({"before": before.id, "after": after.id, "notes": notes, "rows": rows})
        return
    for note in notes:
        say(f"note: {note}")
    if not rows:
        say(f"no row of {table} changes in {first}: exactly zero everywhere")
        return
    columns = [c for c in shown.schema.names if any(r[c] is not None for r in rows)]
    print_table(
        [{c: number(v, 3) if isinstance(v := r[c], float) else v for c in columns} for r in rows],
        [(c, c.replace("_", " ")) for c in columns],
        right=frozenset(c for c in columns if isinstance(rows[0][c], float)),
    )


def _cautions(table: str, by: list[str] | None) -> list[str]:
    """What a reader of these rows would otherwise not know."""
    found: list[str] = []
    if by and table == "skim" and "commodity" not in by:
        found.append("means over all classes of goods alike; add --by commodity to keep them apart")
    if table == "indicator":
        found.append(
            "each run averages over the partners it reaches; where a route appears or is lost, "
            "compare skim instead"
        )
    return found


def trace(
    run: Annotated[str, typer.Argument(help="A run id or scenario id.")],
    variable: Annotated[str, typer.Argument(help="time_h, money_usd2023_per_t, access_cost_…")],
    entity: Annotated[
        str,
        typer.Argument(help="ORIGIN>DESTINATION, a zone, or the entity of a row of the linkages."),
    ],
    on: Annotated[
        str | None, typer.Option(help="One of the run's dates; the last by default.")
    ] = None,
    goods: Annotated[str, typer.Option("--class", help="Commodity class.")] = "container-general",
    top: Annotated[int, typer.Option(help="Claims printed.", min=0)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Go from a number of a run to the claims and measures it rests on.

    Example:  sogdia trace cku-railway time_h "Xi'an>Andijan"
    """
    import dataclasses

    from sogdia.appraisal.tracing import trace_run

    found_run = _store().find(run)
    day = parse_day(on, found_run.manifest.dates[-1])
    found = trace_run(found_run, variable, entity, on=day, commodity=commodity(goods))
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    for note in found.notes:
        say(f"note: {note}")
    say(f"{found.variable} of {found.entity} on {found.on}: {_amount(found.amount)} {found.unit}")
    if math.isnan(found.assumed_share):
        say("what share of it rests on an assumed claim is not known")
    else:
        say(f"{found.assumed_share:.0%} of it lies in legs that rest on an assumed claim")
    if found.legs:
        _say_legs(found)
    lines = [dataclasses.asdict(line) for line in found.lines[:top]]
    for line in lines:
        line["share"] = "" if math.isnan(line["share"]) else f"{line['share']:.1%}"
    keys = ["share", "entity", "variable", "value", "source_title", "tier", "basis"]
    if lines:
        print_table(lines, [(k, k.replace("_", " ")) for k in keys])
    if len(found.lines) > top:
        say(f"and {len(found.lines) - top} more claims; see them all with --top {len(found.lines)}")


def _amount(x: float) -> str:
    """Two decimals, or three figures of what is too small for them."""
    return f"{x:.3g}" if 0.0 < abs(x) < 0.1 else number(x, 2)


def _say_legs(found: Trace) -> None:
    print_table(
        [{"leg": leg.leg, "kind": leg.kind, "name": leg.name, "share": f"{leg.share:.1%}",
          "amount": number(leg.amount, 1)} for leg in found.legs],
        [("leg", ""), ("kind", "leg"), ("amount", found.unit), ("share", "share"), ("name", "name")],
        right=frozenset({"share", "amount"}),
    )  # fmt: skip


def export(
    run: Annotated[str, typer.Argument(help="A run id or scenario id.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="A folder, .xlsx, .gpkg, .csv …")],
    table: Annotated[str | None, typer.Option(help="One table only.")] = None,
) -> None:
    """Export tables of a run as CSV, XLSX, GeoPackage, Parquet or JSON.

    Example:  sogdia export cku-railway -o cku.xlsx
    """
    from sogdia.results.export import export as write

    found = _store().find(run)
    say(f"wrote {write(found[table] if table else found, output)}")


def sql(
    query: Annotated[str, typer.Argument(help="A SELECT over the tables of all runs.")],
    limit: Annotated[int, typer.Option(help="Rows printed.", min=0)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask all runs in SQL; every table has the columns run and scenario.

    Example:  sogdia sql "select scenario, avg(time_h) from skim group by scenario"
    """
    from sogdia.results.sql import query as ask

    found = ask(_store(), query, limit=limit)
    rows = found.to_pylist()
    if as_json:
        print_json(rows)
        return
    print_table(
        [{k: number(v, 3) if isinstance(v, float) else v for k, v in r.items()} for r in rows],
        [(c, c) for c in found.column_names],
    )
