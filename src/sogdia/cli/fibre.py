"""fibre: round trips between cities, and how many cuts part a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.asked_worlds import asked_worlds
from sogdia.cli.output import number, print_json, print_table, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sogdia.core.table import Table
    from sogdia.world.world import World

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(fibre)


def fibre(
    origin: Annotated[str | None, typer.Argument(help="A city, as Almaty.")] = None,
    destination: Annotated[str | None, typer.Argument(help="Another, as Frankfurt.")] = None,
    cut: Annotated[
        list[str] | None, typer.Option(help="A section that is cut: Aktau~Beyneu. May be repeated.")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help="Compare with a scenario, as trans-caspian-cable.")
    ] = None,
    on: Annotated[str | None, typer.Option(help="The date; today, or the scenario's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Round trip, way and cuts between two cities; alone: cuts that part each state.

    Example:  sogdia fibre Almaty Frankfurt --scenario trans-caspian-cable
    """
    from sogdia.core.errors import NoRoute
    from sogdia.models.digital.question import ask_fibre, find_landing, find_sections

    if (origin is None) != (destination is None):
        raise typer.BadParameter("give two cities, or none")
    asked = asked_worlds(scenario, on)
    day, built = asked.on, asked.built
    sides: dict[str, World] = {"": built}
    if asked.sides is not None:
        sides = dict(zip(("before", "after"), asked.sides, strict=True))
    sections = find_sections(built, cut or ())
    pairs = (
        ((find_landing(built, origin), find_landing(built, destination)),)
        if origin is not None and destination is not None
        else ()
    )
    found = {side: ask_fibre(w, pairs, sections)[0] for side, w in sides.items()}
    if as_json:
        print_json(
            {
                "on": day,
                "cut": sections,
                "sides": {
                    side or "world": {n: list(t.rows()) for n, t in tables.items()}
                    for side, tables in found.items()
                },
            }
        )
    elif pairs:
        _print_pair(found, day.isoformat(), sections)
    else:
        _print_states(found, day.isoformat(), sections)
    if pairs and all(
        r["round_trip_ms"] is None for t in found.values() for r in t["fibre_latency"].rows()
    ):
        raise NoRoute(f"no fibre that is known joins {origin} and {destination} on {day}")


def _print_pair(found: Mapping[str, Mapping[str, Table]], day: str, cut: tuple[str, ...]) -> None:
    rows = {side: next(tables["fibre_latency"].rows()) for side, tables in found.items()}
    first = next(iter(rows.values()))
    say(f"Fibre {first['from_place']} to {first['to_place']}, {day}" + _without(cut))
    lines: tuple[tuple[str, str, int, str], ...] = (
        ("least round trip, ms", "round_trip_ms", 1, "no way"),
        ("length of the way, km", "length_km", 0, "no way"),
        ("sections of the way", "sections_count", 0, "no way"),
        ("fewest cuts that leave no way", "cuts_count", 0, "unknown"),
        ("round trip after the worst single cut, ms", "worst_cut_ms", 1, "no way is left"),
        ("the cut", "worst_section", -1, "none"),
        ("round trip without the state that costs most, ms", "worst_state_ms", 1, "no way is left"),
        ("the state", "worst_state", -1, "none passed"),
        ("least known capacity on the way, Gbit/s", "capacity_mbit_per_s", 0, "unknown"),
        ("sections of the way without a known one", "unknown_capacity_count", 0, "no way"),
    )
    shown: list[dict[str, Any]] = []
    for what, key, digits, absent in lines:
        row: dict[str, Any] = {"what": what}
        for side, r in rows.items():
            value = r[key]
            if key == "worst_state_ms" and r["worst_state"] is None:
                row[side] = "none passed"
            elif digits < 0:
                row[side] = value or absent
            else:
                scale = 1e-3 if key == "capacity_mbit_per_s" else 1.0
                row[side] = number(None if value is None else value * scale, digits, absent)
        shown.append(row)
    print_table(shown, [("what", ""), *((s, s or day) for s in rows)], right=frozenset(rows))
    for side, r in rows.items():
        if r["way"]:
            say(f"way{' ' + side if side else ''}: " + " > ".join(r["way"].split(">")))
    say("a length without a publication is the great circle times 1.38 (1.15 to 1.75)")


def _print_states(found: Mapping[str, Mapping[str, Table]], day: str, cut: tuple[str, ...]) -> None:
    say(f"Sections whose loss parts a state's main node from the gateways, {day}" + _without(cut))
    print_table(
        [
            {"side": side, **r, "cut": r["cut"].replace(";", " ")}
            | {k: number(r[k]) for k in _COUNTS}
            for side, tables in found.items()
            for r in tables["fibre_country"].rows()
        ],
        [
            *([("side", "")] if len(found) > 1 else []), ("country", "state"), ("place", "node"),
            ("cuts_count", "cuts"), ("cuts_west_count", "west"), ("cuts_east_count", "east"),
            ("bridges_count", "bridges"), ("needs_west", "needs, west"), ("cut", "a least cut"),
        ],
        right=_COUNTS,
    )  # fmt: skip
    say("gateways: Frankfurt in the west, Hong Kong and Shanghai in the east")
    say("only known sections count: one that is not listed would raise a number")


_COUNTS = frozenset({"cuts_count", "cuts_west_count", "cuts_east_count", "bridges_count"})


def _without(cut: tuple[str, ...]) -> str:
    return f", without {', '.join(cut)}" if cut else ""
