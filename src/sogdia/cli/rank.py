"""rank: which links or border posts are worth most."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sogdia.cli.output import MILLION, check_output, number, parse_day, print_json, print_table, say

if TYPE_CHECKING:
    from sogdia.appraisal.link_table import Kind
    from sogdia.appraisal.ranking import LinkValues
    from sogdia.world.world import World

__all__ = ["register"]

WHO_SHOWN = 3
"""Countries named as those who gain most."""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(rank)


def rank(
    what: Annotated[Literal["links", "posts"], typer.Argument(help="links or posts.")],
    country: Annotated[
        list[str] | None,
        typer.Option(help="Only what touches this country, ISO3 (repeat for more)."),
    ] = None,
    mode: Annotated[
        list[str] | None, typer.Option(help="Only rail, road, sea or air (repeat for more).")
    ] = None,
    top: Annotated[int, typer.Option(help="Rows printed; 0 prints all.", min=0)] = 15,
    by: Annotated[
        Literal["gain", "five"],
        typer.Option(help="The order: gain of all countries, or of the five of Central Asia."),
    ] = "gain",
    on: Annotated[str | None, typer.Option(help="The date, 2026-01-01; today by default.")] = None,
    scenario: Annotated[
        str | None, typer.Option(help="With the measures of a scenario; its last date by default.")
    ] = None,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="The world of that scenario without its measures.")
    ] = False,
    directions: Annotated[
        bool, typer.Option("--directions", help="Each direction apart, not both together.")
    ] = False,
    trade: Annotated[
        Literal["reconciled", "china", "partner"],
        typer.Option(help="Whose report of trade is loaded."),
    ] = "reconciled",
    road_congestion: Annotated[
        float, typer.Option(help="Elasticity of the cost of roads to traffic, 0 to 0.15.", min=0.0)
    ] = 0.0,
    post_congestion: Annotated[
        float, typer.Option(help="Elasticity of the cost of posts to traffic, 0 to 0.15.", min=0.0)
    ] = 0.0,
    closures: Annotated[
        bool, typer.Option(help="Count what closing each printed row would lose.")
    ] = True,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="Write the rows, printed or not, to this file.")
    ] = None,
    map_file: Annotated[
        Path | None,
        typer.Option("--map", help="Write a map layer, .geojson, of the rows, printed or not."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Rank links or border posts by the gain of real income from 10 percent less cost there.

    Example:  sogdia rank posts --top 10   or   sogdia rank links --mode rail --country KAZ
    """
    from sogdia.appraisal.link_table import Wanted
    from sogdia.appraisal.ranking import RankingOptions, value_links
    from sogdia.appraisal.value_map import value_layer, write_layer
    from sogdia.core.states import CHINA, FIVE

    if baseline and scenario is None:
        raise typer.BadParameter("--baseline needs --scenario")
    for name in mode or ():
        if name not in {"rail", "road", "sea", "air"}:
            raise typer.BadParameter(f"{name!r} is no mode; allowed: rail, road, sea, air")
    check_output(csv_file)
    check_output(map_file, ".geojson", ".json")
    kind: Kind = "link" if what == "links" else "post"
    near = tuple(country or FIVE)
    today = _world(on, scenario, baseline=baseline)
    found = value_links(
        today,
        Wanted(
            kinds=(kind,),
            around=near,
            modes=tuple(mode) if mode else None,
            directions=("apart",) if directions else ("together",),
            by=by,
        ),
        RankingOptions(
            gainers=tuple(dict.fromkeys((*FIVE, CHINA, *near))),
            variant=trade,
            road_congestion=road_congestion,
            post_congestion=post_congestion,
            closures=(top or None) if closures else 0,
        ),
    )
    rows = _rows(found)
    shown = rows[:top] if top else rows
    if as_json:
        print_json(
            {
                "world_income_usd2023_per_y": found.world_income_usd2023_per_y,
                "notes": list(found.notes),
                "status": [{"of": s.of, "state": s.state, "message": s.message} for s in found.statuses],
                "rows": shown,
            }
        )  # fmt: skip
    else:
        _print(kind, found, shown, len(rows), directions=directions)
    if csv_file is not None:
        _write(csv_file, rows)
        if not as_json:
            say(f"wrote {csv_file}, {len(rows)} rows")
    if map_file is not None:
        layer = value_layer(found.values, today)
        write_layer(layer, map_file)
        if not as_json:
            say(f"wrote {map_file}, {len(layer['features'])} features")
    if any(s.state == "failed" for s in found.statuses):
        raise typer.Exit(1)


def _world(on: str | None, scenario: str | None, *, baseline: bool) -> World:
    from datetime import date

    from sogdia.appraisal.worlds import claim_values, read_for
    from sogdia.evidence.base import open_evidence
    from sogdia.scenario.apply import worlds_of
    from sogdia.world.build import world

    base = open_evidence()
    if scenario is None:
        return world(base, on=parse_day(on, date.today()))  # noqa: DTZ011  (the user's own today)
    asked = read_for(Path(scenario) if scenario.endswith(".toml") else scenario, base)
    if not asked.on and on is None:
        raise typer.BadParameter(f"scenario {scenario} has no date; add --on 2030-07-01")
    day = parse_day(on, max(asked.on, default=date.max))
    without, with_measures = worlds_of(asked, world(base, on=day), claims=claim_values(base))
    return without if baseline else with_measures


def _rows(found: LinkValues) -> list[dict[str, Any]]:
    """Rows of values with the gains of countries, the most valuable first."""
    gains: dict[tuple[str, str], dict[str, float]] = {}
    for row in found.gains.rows():
        gains.setdefault((row["id"], row["towards"]), {})[row["country"]] = row[
            "gain_usd2023_per_y"
        ]
    return [
        row | {"gains_usd2023_per_y": gains[row["id"], row["towards"]]}
        for row in found.values.rows()
    ]


def _print(
    kind: Kind, found: LinkValues, shown: list[dict[str, Any]], count: int, *, directions: bool
) -> None:
    if not shown:
        say(f"no {kind} of that kind is open")
        return
    congested = any(
        abs(r["elasticity_ratio"] - r["traffic_share"]) > 1e-3 * r["traffic_share"] for r in shown
    )
    lines: list[dict[str, Any]] = [
        {
            "rank": place,
            "id": f"{r['id']} > {r['towards']}" if directions else r["id"],
            "value": number(r["value_usd2023_per_y"] / 1e9, 2),
            "share": number(1e4 * r["traffic_share"], 2),
            "elasticity": number(1e4 * r["elasticity_ratio"], 2),
            "gain": number(r["gain_usd2023_per_y"] / MILLION, 1),
            "five": number(_of_million(r["gain_five_usd2023_per_y"]), 1),
            "who": _who(r["gains_usd2023_per_y"]),
            "loss": number(_of_million(r["loss_if_closed_usd2023_per_y"]), 0, "not asked"),
            "lost": number(_thousands(r["lost_t_per_y"]), 0, "not asked"),
        }
        for place, r in enumerate(shown, start=1)
    ]
    columns = [
        ("rank", ""), ("id", kind), ("value", "goods, bn USD"), ("share", "share, bp"),
        ("elasticity", "elasticity, bp"), ("gain", "gain"), ("five", "five"),
        ("who", "who gains most"), ("loss", "loss if closed"), ("lost", "no way, kt"),
    ]  # fmt: skip
    if not congested:
        columns = [c for c in columns if c[0] != "elasticity"]
    day = shown[0]["on"]
    what = "each direction" if directions else "both directions"
    print_table(
        lines,
        columns,
        title=f"{kind.capitalize()}s on {day}, {what}: gain of real income a year from 10 % less "
        "generalised cost there; million USD of 2023",
        right=frozenset({"rank", "value", "share", "elasticity", "gain", "five", "loss", "lost"}),
    )
    say(
        f"{len(shown)} of {count}; share: goods over income of all countries with zones, "
        f"{number(found.world_income_usd2023_per_y / 1e12, 2)} trillion USD, in 1/10,000"
    )
    say(
        "loss if closed: more generalised cost a year of goods that find another way; no way: the rest"
    )
    for note in (*found.notes, *(s.message for s in found.statuses if s.state != "solved")):
        if note:
            say(f"note: {note}")


def _who(gains: dict[str, float]) -> str:
    """The countries that gain most."""
    ordered = sorted(gains.items(), key=lambda pair: -pair[1])
    named = [f"{c} {g / MILLION:,.1f}" for c, g in ordered[:WHO_SHOWN] if g / MILLION >= 0.05]
    return ", ".join(named)


def _of_million(value: float | None) -> float | None:
    # Adding 0 turns a rounded -0.0 into 0.0.
    return None if value is None else round(value / MILLION, 1) + 0.0


def _thousands(value: float | None) -> float | None:
    return None if value is None else value / 1e3


def _write(file: Path, rows: list[dict[str, Any]]) -> None:
    """All rows as CSV; the gain of each country is a column."""
    flat = [
        {k: v for k, v in row.items() if k != "gains_usd2023_per_y"}
        | {f"gain_{c.lower()}_usd2023_per_y": g for c, g in row["gains_usd2023_per_y"].items()}
        for row in rows
    ]
    from sogdia.core.replacing import replacing

    with replacing(file) as part, part.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(flat[0]) if flat else ["id"])
        writer.writeheader()
        writer.writerows(flat)
