"""One side of an appraisal: skims, routes, draws and where every number comes from, as tables."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sogdia.appraisal.effects import Effects
from sogdia.appraisal.indicators import access, access_rows
from sogdia.appraisal.options import Options
from sogdia.appraisal.worlds import Dated
from sogdia.core.status import Status
from sogdia.core.table import Column, Schema, Table, null
from sogdia.evidence.base import EvidenceBase
from sogdia.models.transport.model import Pair, Prepared, Skims, TransportModel
from sogdia.models.transport.prepare import arc_costs
from sogdia.models.transport.routes import door
from sogdia.models.transport.solve import skim
from sogdia.results.manifest import Role
from sogdia.results.tables import INDICATOR, MEASURE, RUN_LINEAGE, claim_table
from sogdia.scenario.measures import Measure
from sogdia.scenario.quantity import Change, Quantity
from sogdia.scenario.scenario import Scenario
from sogdia.world.find import find_place
from sogdia.world.tables import CLASSES, CROSSINGS, LINKS, PLACES, TARIFFS, TRANSFERS, ZONES
from sogdia.world.world import World

__all__ = ["BAND_CLASS", "DATED", "PAIR_DRAW", "Side", "side_of", "stack"]

BAND_CLASS = "container-general"
"""The class whose zones have bands; pairs have them whatever their class."""

FAILED_DRAWS_ALLOWED = 0.02
"""Above this share of failed draws a run is `usable`, not `solved`."""

PAIR_DRAW = Schema(
    "pair_draw",
    (
        Column("on", "date"),
        Column("origin"),
        Column("destination"),
        Column("commodity"),
        Column("draw", "integer", title="0 is the central run"),
        Column("gencost_usd2023_per_t", "number"),
        Column("money_usd2023_per_t", "number"),
        Column("time_h", "number"),
        Column("emission_kgco2_per_t", "number"),
    ),
    ("on", "origin", "destination", "commodity", "draw"),
)
DATED = {
    name: Schema(schema.name, (Column("on", "date"), *schema.columns), ("on", *schema.keys))
    for name, schema in {
        "links": LINKS,
        "crossings": CROSSINGS,
        "zones": ZONES,
        "transfers": TRANSFERS,
        "tariffs": TARIFFS,
        "classes": CLASSES,
        "places": PLACES,
    }.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What a side comes to.

    Attributes
    ----------
    statuses : tuple of Status
        How each solve ended.
    failed : dict of int to str
        Draws that failed, and why.
    """

    tables: dict[str, Table]
    statuses: tuple[Status, ...]
    failed: dict[int, str]
    wall_time_s: float


def side_of(
    scenario: Scenario,
    role: Role,
    dated: Sequence[Dated],
    measures: Sequence[Measure],
    base: EvidenceBase,
    options: Options,
    effects: Effects,
    tell: Callable[[str, float], None],
) -> Side:
    """Skims, routes, draws, flows and provenance of one side on every date."""
    started = time.perf_counter()
    worlds = [found.sides[role] for found in dated]
    model = _model(scenario, worlds[0], options)
    parts: dict[str, list[Table]] = {}
    indicators: list[dict[str, Any]] = []
    pair_draws: list[dict[str, Any]] = []
    statuses: list[Status] = []
    failed: dict[int, str] = {}
    for number, today in enumerate(worlds):
        tell(f"{role}: routes on {today.on}", number / len(worlds))
        problem = model.prepare(today, {})
        solution = model.solve(problem)
        statuses.append(solution.status)
        for name, table in model.tabulate(problem, solution).items():
            parts.setdefault(name, []).append(table)
        pair_draws += _pairs(model, problem, solution)
        indicators += _access(model, problem, solution)
        last = number == len(worlds) - 1
        if last:
            for draw in range(1, options.draws + 1):
                tell(
                    f"{role}: draw {draw} of {options.draws}",
                    (number + draw / options.draws) / len(worlds),
                )
                try:
                    drawn = dated[number].draw(draw, options.seed, scenario)
                    rows, pairs = _draw(model, problem, drawn[role], draw)
                except (ValueError, ArithmeticError) as error:
                    failed[draw] = f"{type(error).__name__}: {error}"
                    continue
                indicators += rows
                pair_draws += pairs
    for found in effects.joined:
        for name, table in (found.baseline if role == "baseline" else found.scenario).items():
            parts.setdefault(name, []).append(table)
        statuses += found.statuses if role == "scenario" else found.baseline_statuses
    indicators += effects.indicators[role]
    failed |= effects.failed
    if options.draws and len(failed) > FAILED_DRAWS_ALLOWED * options.draws:
        statuses.append(
            Status(
                state="usable", message=f"{len(failed)} of {options.draws} draws failed", of="draws"
            )
        )
    tables = {name: stack(found) for name, found in parts.items()}
    tables["indicator"] = Table.from_rows(INDICATOR, indicators)
    tables["pair_draw"] = Table.from_rows(PAIR_DRAW, pair_draws)
    tables |= _provenance(worlds, measures, base)
    return Side(
        tables=tables,
        statuses=tuple(statuses),
        failed=failed,
        wall_time_s=time.perf_counter() - started,
    )


def _model(scenario: Scenario, today: World, options: Options) -> TransportModel:
    classes = scenario.classes or tuple(str(c) for c in today.classes["id"])
    pairs = tuple(
        dict.fromkeys(
            Pair(find_place(today, r.origin), find_place(today, r.destination), r.commodity)
            for r in scenario.routes
            if r.commodity in classes
        )
    )
    return TransportModel(
        commodities=classes, pairs=pairs, k=2, samples=options.samples, seed=options.seed
    )


def _pairs(model: TransportModel, problem: Prepared, solution: Skims) -> list[dict[str, Any]]:
    """Draw 0 of the pairs of the report."""
    rows: list[dict[str, Any]] = []
    for pair, found in zip(model.pairs, solution.journeys, strict=True):
        here = {
            "on": problem.network.world.on,
            "origin": pair.origin,
            "destination": pair.destination,
            "commodity": pair.commodity,
            "draw": 0,
        }
        values = {} if not found else {
            "gencost_usd2023_per_t": found[0].gencost,
            "money_usd2023_per_t": found[0].money,
            "time_h": found[0].time_h,
            "emission_kgco2_per_t": found[0].emission_kgco2_per_t,
        }  # fmt: skip
        rows.append(here | values)
    return rows


def _access(model: TransportModel, problem: Prepared, solution: Skims) -> list[dict[str, Any]]:
    today = problem.network.world
    gdp = today.zones["gdp_usd2023_per_y"]
    rows: list[dict[str, Any]] = []
    for i, commodity in enumerate(model.commodities):
        found = access(solution.gencost[i], solution.fields[i, 1], gdp)
        rows += access_rows(found, problem.network.zones, on=today.on, commodity=commodity, draw=0)
    return rows


def _draw(
    model: TransportModel, problem: Prepared, world_drawn: World, draw: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """One draw: access of every zone for the band class, and the pairs of the report.

    The world is drawn first and drawn measures act on it, so that "30 % less" is 30 %
    less in every draw.
    """
    net = problem.network
    drawn = dataclasses.replace(net, world=world_drawn)
    star = problem.costs[0].star
    zone_rows: list[dict[str, Any]] = []
    pair_rows: list[dict[str, Any]] = []
    for commodity in dict.fromkeys((BAND_CLASS, *(p.commodity for p in model.pairs))):
        if commodity not in model.commodities:
            continue
        pairs = [p for p in model.pairs if p.commodity == commodity]
        zones = commodity == BAND_CLASS
        starts = [door(net, p.origin, "from") for p in pairs]
        ends = [door(net, p.destination, "to") for p in pairs]
        origins = [*problem.origins.tolist(), *starts] if zones else starts
        destinations = [*problem.destinations.tolist(), *ends] if zones else ends
        z = len(problem.origins) if zones else 0
        costs = arc_costs(drawn, commodity, star)
        found = skim(star, costs.gencost, costs.fields, origins, destinations)
        if zones:
            gdp = net.world.zones["gdp_usd2023_per_y"]
            reached = access(found.cost[:z, :z], found.fields[1, :z, :z], gdp)
            zone_rows += access_rows(
                reached, net.zones, on=net.world.on, commodity=commodity, draw=draw
            )
        pair_rows += [
            {
                "on": net.world.on,
                "origin": pair.origin,
                "destination": pair.destination,
                "commodity": commodity,
                "draw": draw,
                "gencost_usd2023_per_t": null(found.cost[z + i, z + i]),
                "money_usd2023_per_t": null(found.fields[0, z + i, z + i]),
                "time_h": null(found.fields[1, z + i, z + i]),
                "emission_kgco2_per_t": null(found.fields[4, z + i, z + i]),
            }
            for i, pair in enumerate(pairs)
        ]
    return zone_rows, pair_rows


def stack(tables: Sequence[Table]) -> Table:
    """The rows of one table of several dates, under one another."""
    return Table(tables[0].schema, pa.concat_tables([t.arrow for t in tables]).combine_chunks())


def _provenance(
    worlds: Sequence[World], measures: Sequence[Measure], base: EvidenceBase
) -> dict[str, Table]:
    """What the numbers rest on: lineage, claims, measures, and the state of the network."""
    lineage = stack([_dated(w.lineage, RUN_LINEAGE, w.on) for w in worlds])
    wanted = set(lineage["claim"])
    claims = [
        claim for domain in base.domains for claim in base.claims(domain) if claim.id in wanted
    ]
    tables = {"lineage": lineage, "claim": claim_table(claims, base.sources)}
    for name, schema in DATED.items():
        tables[name] = stack([_dated(getattr(w, name), schema, w.on) for w in worlds])
    tables["measure"] = Table.from_rows(MEASURE, _measure_rows(measures))
    return tables


def _dated(table: Table, schema: Schema, on: date) -> Table:
    day: NDArray[Any] = np.array([on] * len(table), dtype=object)
    arrow = table.arrow.add_column(0, pa.field("on", pa.date32()), pa.array(day, type=pa.date32()))
    return Table(schema, arrow)


def _measure_rows(measures: Iterable[Measure]) -> list[dict[str, Any]]:
    return [
        {
            "id": measure.id,
            "kind": measure.kind,
            "entity": entity,
            "variable": variable,
            "on": measure.on,
            "until": measure.until,
            "source": measure.source,
            "why": measure.why,
            "text": "; ".join(told(k, v) for k, v in measure.quantities().items()) or measure.kind,
        }
        for measure in measures
        for entity, variable in sorted(measure.touches())
    ]


def told(name: str, value: Quantity) -> str:
    """A measure's value as a person would say it."""
    if isinstance(value, Change):
        return f"{name} {value.factor - 1:+.0%} of {value.of}"
    low, high = value.estimate.low, value.estimate.high
    band = f" ({low:g} to {high:g})" if low < high else ""
    return f"{name} {value.estimate.central:g}{band} {value.unit}"
