"""ledger: deals with their step, and totals that count nothing twice."""

from __future__ import annotations

import csv
import dataclasses
import math
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.output import MILLION, number, parse_day, print_json, print_table, say

if TYPE_CHECKING:
    from datetime import date

    from sogdia.evidence.base import EvidenceBase
    from sogdia.models.finance.ledger import Entry

__all__ = ["ledger", "millions"]


def ledger(
    country: Annotated[
        str | None, typer.Option(help="ISO3: KGZ; every country by default.")
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(help="pledged, committed, implementing, complete or cancelled."),
    ] = None,
    on: Annotated[str | None, typer.Option(help="Deals begun by this date.")] = None,
    projects: Annotated[
        bool, typer.Option("--projects", help="Costs of projects instead of deals.")
    ] = False,
    settling: Annotated[
        bool,
        typer.Option(
            "--arrangements", help="Swap lines, bank offices, settlement: what each changes."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """List loans, grants and other deals, each with its step, and totals that count nothing twice.

    Example:  sogdia ledger --country KGZ     or     sogdia ledger --status pledged
    """
    from datetime import date

    from sogdia.evidence.base import open_evidence
    from sogdia.models.finance.ledger import GROUPS, coverage, read_ledger, select, totals

    base = open_evidence()
    if settling and (projects or status is not None):
        raise typer.BadParameter("--arrangements takes --country and --on only")
    if projects:
        _projects(base, country, status, as_json=as_json, as_csv=as_csv)
        return
    every = read_ledger(base)
    day = parse_day(on, date.today())  # noqa: DTZ011  (the user's own today)
    if settling:
        _arrangements(every, day, country, as_json=as_json, as_csv=as_csv)
        return
    chosen = select(every, country=country, status=status, on=day)
    if as_csv:
        _csv([_flat(e) for e in chosen])
        return
    covered = [
        {**dataclasses.asdict(c), "share": c.share}
        for c in coverage(every)
        if status is None and c.id in {e.id for e in chosen}
    ]
    if as_json:
        print_json(
            {
                "on": day.isoformat(),
                "entries": [_flat(e) for e in chosen],
                "totals": {
                    by: [dataclasses.asdict(t) for t in totals(chosen, by)] for by in GROUPS
                },
                "coverage": covered,
            }
        )
        return
    _say_entries(chosen, day)
    undated = sum(e.date is None for e in chosen)
    if undated:
        say(f"the day {undated} of them began is not known: they are here whatever the date")
    for by in ("status", "lender_type", "sector", *(() if country else ("country",))):
        _say_totals(chosen, by)
    _say_coverage(covered)


def _arrangements(
    every: tuple[Entry, ...], day: date, country: str | None, *, as_json: bool, as_csv: bool
) -> None:
    from sogdia.models.finance.arrangements import arrangements

    found = arrangements(every, on=day, country=country)
    if as_csv:
        _csv([dataclasses.asdict(a) for a in found])
        return
    if as_json:
        print_json({"on": day.isoformat(), "arrangements": [dataclasses.asdict(a) for a in found]})
        return
    print_table(
        [
            {
                "id": a.id, "began": a.began, "ends": a.ends, "country": a.country,
                "kind": a.kind.replace("_", " "), "party": a.party, "with": a.with_whom,
                "amount": "" if math.isnan(a.amount_usd) else millions(a.amount_usd, 0),
                "terms": a.terms, "standing": a.standing,
            }
            for a in found
        ],
        [("id", "id"), ("began", "from"), ("ends", "term ends"), ("country", "state"),
         ("kind", "kind"), ("party", "party"), ("with", "with"), ("amount", "million USD"),
         ("terms", "terms"), ("standing", "it is")],
        title=f"Swap lines, bank offices and settlement begun by {day}",
        right=frozenset({"amount"}),
    )  # fmt: skip
    for kind, effect in sorted({(a.kind, a.effect) for a in found}):
        say(f"{kind.replace('_', ' ')}: {effect}")
    say("each counts once in the indicator banking of `sogdia index`, lapsed ones too")


def _flat(entry: Entry) -> dict[str, Any]:
    row = dataclasses.asdict(entry)
    terms = row.pop("terms")
    return {
        **row,
        "terms": terms["text"],
        "rate": terms["rate"],
        "tenor_y": terms["tenor_y"],
        "grace_y": terms["grace_y"],
    }


def _csv(rows: list[dict[str, Any]]) -> None:
    """CSV with empty cells for what is not known."""
    if not rows:
        return
    writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {k: "" if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()}
        for row in rows
    )


def millions(value: float, digits: int = 1) -> str:
    """An amount in millions, or a word for its absence."""
    return number(value / MILLION, digits)


def _say_entries(entries: tuple[Entry, ...], day: date) -> None:
    if not entries:
        say("no such deal is known")
        return
    print_table(
        [
            {
                "id": e.id,
                "date": e.date,
                "country": e.country,
                "kind": e.kind.replace("_", " "),
                "lender": e.lender,
                "amount": millions(e.amount_usd) if not e.effect else "",
                "counted": "0" if e.counted_usd == 0.0 else millions(e.counted_usd),
                "status": "" if e.status == "none" else e.status,
                "project": e.project,
                "note": e.why or e.effect,
            }
            for e in entries
        ],
        [("id", "id"), ("date", "date"), ("country", "state"), ("kind", "kind"),
         ("lender", "lender"), ("amount", "million USD"), ("counted", "counted"),
         ("status", "step"), ("project", "project"), ("note", "why not counted in full")],
        title=f"Begun by {day}; nominal",
        right=frozenset({"amount", "counted"}),
    )  # fmt: skip


def _say_totals(entries: tuple[Entry, ...], by: Any) -> None:
    from sogdia.models.finance.ledger import totals

    found = totals(entries, by)
    if not found:
        return
    print_table(
        [
            {
                "group": t.group.replace("_", " "),
                "count": t.count,
                "nominal": millions(t.counted_usd),
                "real": millions(t.counted_usd2023),
                "unknown": t.unknown_count,
                "undated": millions(t.undated_usd) if t.undated_usd else "",
            }
            for t in found
        ],
        [("group", by.replace("_", " ")), ("count", "deals"), ("nominal", "million USD, nominal"),
         ("real", "of 2023"), ("undated", "without a year, not in it"),
         ("unknown", "amount unknown")],
        right=frozenset({"count", "nominal", "real", "unknown", "undated"}),
    )  # fmt: skip


def _say_coverage(covered: list[dict[str, Any]]) -> None:
    if not covered:
        return
    print_table(
        [
            {
                "id": c["id"],
                "of": c["of"],
                "stated": millions(c["stated_usd"]),
                "itemised": millions(c["itemised_usd"]),
                "share": f"{100 * c['share']:,.0f} %"
                + (" (more than the whole)" if c["share"] > 1.0 else ""),
            }
            for c in covered
        ],
        [("id", "id"), ("of", "cumulative figure"), ("stated", "stated, million USD"),
         ("itemised", "single deals known"), ("share", "share")],
        right=frozenset({"stated", "itemised", "share"}),
    )  # fmt: skip


def _projects(
    base: EvidenceBase, country: str | None, status: str | None, *, as_json: bool, as_csv: bool
) -> None:
    from sogdia.models.finance.ledger import project_costs

    chosen = [
        p
        for p in project_costs(base)
        if (country is None or country in p.countries) and status in (None, p.status)
    ]
    rows = [{**dataclasses.asdict(p), "countries": ";".join(p.countries)} for p in chosen]
    if as_csv:
        _csv(rows)
    elif as_json:
        print_json(rows)
    else:
        print_table(
            [
                {
                    **row,
                    "cost": millions(p.cost_usd),
                    "counted": millions(p.counted_usd),
                }
                for row, p in zip(rows, chosen, strict=True)
            ],
            [("id", "id"), ("name", "project"), ("countries", "states"), ("status", "step"),
             ("cost", "cost, million USD"), ("counted", "counted"), ("umbrella", "part of")],
            right=frozenset({"cost", "counted"}),
        )  # fmt: skip
        known = [p.counted_usd for p in chosen if not math.isnan(p.counted_usd)]
        say(
            f"{millions(math.fsum(known))} million USD, nominal, of {len(known)} projects; "
            f"the cost of {len(chosen) - len(known)} is not known"
        )
