"""route, skim: costs of a date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.output import commodity, number, parse_day, print_json, print_table, say

if TYPE_CHECKING:
    from sogdia.evidence.base import EvidenceBase
    from sogdia.models.transport.prepare import ArcCosts
    from sogdia.models.transport.routes import Journey
    from sogdia.world.world import World

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(route)
    app.command("skim")(skim_zones)


def route(
    origin: Annotated[str, typer.Argument(help="A city, place id or zone.")],
    destination: Annotated[str, typer.Argument(help="A city, place id or zone.")],
    goods: Annotated[
        str, typer.Option("--class", help="container, container-high-value, bulk, perishables")
    ] = "container",
    on: Annotated[str | None, typer.Option(help="The date, 2026-01-01; today by default.")] = None,
    scenario: Annotated[
        str | None, typer.Option(help="A scenario's network; its last date by default.")
    ] = None,
    k: Annotated[int, typer.Option(help="Alternatives.", min=1, max=20)] = 1,
    mode: Annotated[
        list[str] | None, typer.Option(help="Only this mode of line-haul (repeat for more).")
    ] = None,
    avoid: Annotated[
        list[str] | None, typer.Option(help="A country (ISO3) to keep out of (repeat for more).")
    ] = None,
    pareto: Annotated[
        bool,
        typer.Option("--pareto", help="Routes none of which beats another in money, time and CO2."),
    ] = False,
    samples: Annotated[int, typer.Option(help="Shipments sampled for P50 and P90.", min=1)] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the samples.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find door-to-door routes and print their legs.

    Example:  sogdia route Osh Tashkent --class container --on 2026-01-01 --k 3
    """
    from datetime import date

    from sogdia.core.errors import NoRoute
    from sogdia.evidence.base import open_evidence
    from sogdia.models.transport.prepare import arc_costs
    from sogdia.models.transport.routes import alternatives, legs, pareto_routes
    from sogdia.world.build import world
    from sogdia.world.find import find_place
    from sogdia.world.network import network

    base = open_evidence()
    if scenario is None:
        day = parse_day(on, date.today())  # noqa: DTZ011  (the user's own today)
        today = world(base, on=day)
    else:
        today = _world_of(base, scenario, on)
        day = today.on
    start, end = find_place(today, origin), find_place(today, destination)
    costs = arc_costs(network(today), commodity(goods))
    modes = _modes(mode)
    avoided = _countries(avoid, today)
    if pareto:
        found = pareto_routes(costs, start, end, samples=samples, seed=seed)
    else:
        found = alternatives(
            costs, start, end, k, samples=samples, seed=seed, modes=modes, avoid=avoided
        )
    if not found:
        by = f" by {' and '.join(modes)}" if modes else ""
        raise NoRoute(
            f"no route from {start} to {end}{by} on {day}: the open network does not connect them"
        )
    if as_json:
        print_json(
            {
                "origin": start, "destination": end, "commodity": costs.commodity,
                "on": day.isoformat(),
                "routes": [_totals(costs, j) | {"legs": legs(costs, j.arcs)} for j in found],
            }
        )  # fmt: skip
        return
    say(f"{start} to {end}, {costs.commodity}, {day}")
    for place, journey in enumerate(found, start=1):
        _say_route(today, costs, journey, place)


def _world_of(base: EvidenceBase, scenario: str, on: str | None) -> World:
    """The network a scenario makes, on a date."""
    from datetime import date

    from sogdia.appraisal.worlds import claim_values, read_for
    from sogdia.scenario.apply import worlds_of
    from sogdia.world.build import world

    asked = read_for(Path(scenario) if scenario.endswith(".toml") else scenario, base)
    if not asked.on and on is None:
        raise typer.BadParameter(f"scenario {scenario} has no date; add --on 2030-07-01")
    day = parse_day(on, max(asked.on, default=date.max))
    return worlds_of(asked, world(base, on=day), claims=claim_values(base))[1]


def _modes(mode: list[str] | None) -> tuple[str, ...]:
    known = ("rail", "road", "sea", "air", "sea/caspian", "sea/blacksea", "sea/ocean")
    for name in mode or []:
        if name not in known:
            raise typer.BadParameter(f"{name!r} is no mode; allowed: {', '.join(known)}")
    return tuple(mode or ())


def _countries(avoid: list[str] | None, today: World) -> tuple[str, ...]:
    known = {str(c) for c in today.places["country"]}
    for name in avoid or []:
        if name not in known:
            raise typer.BadParameter(f"{name!r} is no country here; use ISO3, such as KAZ or RUS")
    return tuple(avoid or ())


def _teu(costs: ArcCosts) -> float:
    classes = costs.network.world.classes
    return float(classes["loading_t_per_teu"][classes.index()[costs.commodity]])


def _totals(costs: ArcCosts, journey: Journey) -> dict[str, float]:
    teu = _teu(costs)
    return {
        "time_h": journey.time_h, "time_p50_h": journey.time_p50_h,
        "time_p90_h": journey.time_p90_h, "border_h": journey.border_h,
        "money_usd2023_per_t": journey.money, "money_usd2023_per_teu": journey.money * teu,
        "gencost_usd2023_per_t": journey.gencost, "distance_km": journey.distance_km,
        "emission_kgco2_per_t": journey.emission_kgco2_per_t,
    }  # fmt: skip


def _say_route(today: World, costs: ArcCosts, journey: Journey, place: int) -> None:
    from sogdia.models.transport.routes import legs

    teu = _teu(costs)
    names = dict(zip(today.places["id"], today.places["name"], strict=True))
    names |= dict(zip(today.zones["id"], today.zones["name"], strict=True))
    say()
    say(
        f"Route {place}: {number(journey.time_p50_h / 24, 1)} days at 50 %, "
        f"{number(journey.time_p90_h / 24, 1)} at 90 %; "
        f"{number(journey.money * teu)} USD2023/TEU ({number(journey.money)}/t); "
        f"{number(journey.distance_km)} km; "
        f"{number(journey.emission_kgco2_per_t * teu)} kg CO2/TEU"
    )
    rows: list[dict[str, Any]] = []
    for leg in legs(costs, journey.arcs):
        a, b = (
            str(names.get(leg[k], leg[k])).partition(" (")[0] for k in ("from_place", "to_place")
        )
        rows.append(
            {
                "leg": leg["leg"], "what": leg["mode"] if leg["kind"] == "line-haul" else leg["kind"],
                "where": a if a == b else f"{a} – {b}", "name": leg["name"], "country": leg["country"],
                "km": number(leg["distance_km"]) if leg["distance_km"] else "",
                "p50": number(leg["time_p50_h"], 1), "p90": number(leg["time_p90_h"], 1),
                "usd": number(leg["money_usd2023_per_t"] * teu),
            }
        )  # fmt: skip
    print_table(
        rows,
        [("leg", ""), ("what", "leg"), ("where", "where"), ("country", "country"), ("km", "km"),
         ("p50", "P50 h"), ("p90", "P90 h"), ("usd", "USD/TEU"), ("name", "line, post or service")],
        right=frozenset({"km", "p50", "p90", "usd"}),
    )  # fmt: skip


def skim_zones(
    output: Annotated[Path, typer.Option("-o", "--output", help="File: .omx, .parquet or .csv")],
    on: Annotated[str | None, typer.Option(help="The date; today by default.")] = None,
    goods: Annotated[str, typer.Option("--class", help="Commodity class, or 'all'.")] = "all",
    samples: Annotated[int, typer.Option(help="Shipments sampled for P50 and P90.", min=1)] = 256,
    seed: Annotated[int, typer.Option(help="Seed of the samples.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
) -> None:
    """Write least costs and their components between all zones.

    Example:  sogdia skim -o skims.omx --on 2026-01-01 --class container
    """
    from datetime import date

    from sogdia.appraisal.skims import write_skims
    from sogdia.evidence.base import open_evidence
    from sogdia.world.build import world

    day = parse_day(on, date.today())  # noqa: DTZ011  (the user's own today)
    if output.suffix not in {".omx", ".parquet", ".csv"}:
        raise typer.BadParameter(f"{output.name}: end it in .omx, .parquet or .csv")
    today = world(open_evidence(), on=day)
    classes = None if goods == "all" else (commodity(goods),)
    summary = write_skims(today, output, classes=classes, samples=samples, seed=seed)
    if as_json:
        print_json(summary)
        return
    say(
        f"wrote {summary['zones']} zones x {len(summary['classes'])} classes to {output}; "
        f"{summary['unreachable']} pairs without a route are null"
    )
