"""trade: what is known of the goods trade between two economies, in three variants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.output import number, parse_day, print_json, print_table, say

if TYPE_CHECKING:
    from datetime import date

    from sogdia.evidence.base import EvidenceBase

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(trade)


def trade(
    a: Annotated[str, typer.Argument(help="An economy: CHN or China")],
    b: Annotated[str, typer.Argument(help="Another: KGZ or Kyrgyzstan")],
    on: Annotated[str | None, typer.Option(help="The date; today by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show trade between two economies: both reports, the reconciled figure, the gap, the years.

    Example:  sogdia trade CHN KGZ --on 2023-07-01
    """
    from datetime import date

    from sogdia.evidence.base import open_evidence
    from sogdia.world.trade_reports import known_economy, two_way_trade

    base = open_evidence()
    first, second = known_economy(base, a), known_economy(base, b)
    if first == second:
        raise typer.BadParameter(f"{first} twice: name two economies that differ")
    day = parse_day(on, date.today())  # noqa: DTZ011  (the user's own today)
    flows = two_way_trade(base, first, second, on=day)
    years = _years(base, first, second)
    if as_json:
        print_json({"a": first, "b": second, "on": day.isoformat(), "flows": flows, "years": years})
        return
    _say_flows(flows, day)
    _say_years(years)


def _years(base: EvidenceBase, first: str, second: str) -> list[dict[str, Any]]:
    from sogdia.world.trade_reports import trade_series

    rows = list(trade_series(base, first, second).rows())
    return sorted(rows, key=lambda r: (r["subject"], r["variable"], r["year"], r["claim"]))


def _say_flows(flows: list[dict[str, Any]], day: date) -> None:
    if not flows:
        say(f"nothing is known of a year up to {day}")
        return
    rows = [
        {
            "flow": flow["subject"].replace("<>", " and "),
            "year": f"{flow['year']}{' (carried)' if flow['carried'] else ''}",
            **{
                key: number(_millions(flow[f"{key}_usd2023_per_y"]))
                for key in ("first_report", "second_report", "reconciled", "gap")
            },
            "share": (
                "unknown" if flow["gap_share"] is None else f"{100 * flow['gap_share']:,.0f} %"
            ),
        }
        for flow in flows
    ]
    first, second = flows[0]["first"], flows[0]["second"]
    print_table(
        rows,
        [("flow", "goods"), ("year", "year"), ("first_report", f"as {first} reports"),
         ("second_report", f"as {second} reports"), ("reconciled", "reconciled"),
         ("gap", "gap"), ("share", "gap, % of mean")],
        title=f"Million USD of 2023 a year, believed on {day}",
        right=frozenset({"first_report", "second_report", "reconciled", "gap", "share"}),
    )  # fmt: skip
    say(f"gap: the report of {first} less the report of {second}; it says nothing of why")
    say("sources: " + ", ".join(sorted({s for flow in flows for s in flow["sources"]})))


def _millions(value: float | None) -> float | None:
    return None if value is None else value / 1e6


def _say_years(years: list[dict[str, Any]]) -> None:
    rows = [
        {
            **row,
            "reporter": row["reporter"] or "both, reconciled",
            "nominal": number(row["value_usd_per_y"] / 1e6, 1),
            "real": number(row["value_usd2023_per_y"] / 1e6, 1),
            "held": "" if row["believed"] else "rival",
        }
        for row in years
    ]
    print_table(
        rows,
        [("subject", "goods"), ("reporter", "reported by"), ("year", "year"),
         ("nominal", "million USD"), ("real", "of 2023"), ("basis", "basis"),
         ("confidence", "confidence"), ("held", ""), ("source", "source")],
        title="Year by year",
        right=frozenset({"year", "nominal", "real"}),
    )  # fmt: skip
