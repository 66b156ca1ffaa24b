"""Appraise a scenario: baseline and scenario on the same draws, each a run folder."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sogdia.appraisal.indicators import access, access_rows
from sogdia.appraisal.loop import Joined, join, real_income
from sogdia.core.digest import code_digest
from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.estimate import Estimate
from sogdia.core.status import Status
from sogdia.core.table import Column, Schema, Table, null
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.models.transport.model import Pair, Prepared, Skims, TransportModel
from sogdia.models.transport.prepare import arc_costs
from sogdia.models.transport.routes import door
from sogdia.models.transport.solve import skim
from sogdia.results.manifest import Manifest, Role, sogdia_version
from sogdia.results.store import Run, RunStore, run_id
from sogdia.results.tables import INDICATOR, MEASURE, RUN_LINEAGE, claim_table
from sogdia.scenario.apply import worlds_of
from sogdia.scenario.measures import Measure
from sogdia.scenario.quantity import Change, Quantity
from sogdia.scenario.read import Names, aliases_of, names_of, read_scenario
from sogdia.scenario.scenario import Scenario
from sogdia.world.build import world
from sogdia.world.economies import Variant
from sogdia.world.find import find_place
from sogdia.world.network import network
from sogdia.world.tables import CLASSES, CROSSINGS, LINKS, PLACES, TARIFFS, TRANSFERS, ZONES
from sogdia.world.world import World

__all__ = [
    "Appraisal",
    "Options",
    "Progress",
    "appraise",
    "default_store",
    "read_for",
    "scenario_of",
]

Progress = Callable[[str, float], None]
"""Told what is being done and how far along it is, 0 to 1."""

BAND_CLASS = "container-general"
"""The class whose zones have bands; pairs have them whatever their class."""

REAL_INCOME = "real_income_change_share"
"""The indicator of real income by country."""

BASELINE_SUFFIX = "--baseline"
"""What the name of a baseline's run ends in."""

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
class Options:
    """How a scenario is run; recorded in the manifest, never in the scenario file.

    Attributes
    ----------
    draws : int
        Draws of uncertain claims behind the bands; 0 gives no bands.
    samples : int
        Shipments sampled for P50 and P90.
    seed : int
    known_by : date or None
        Leave out claims stated later.
    flows : bool
        Load freight, queue it at posts and let trade respond; False leaves costs and routes.
    trade : {"reconciled", "china", "partner"}
        Whose report of trade is loaded.
    """

    draws: int = 20
    samples: int = 256
    seed: int = 0
    known_by: date | None = None
    flows: bool = True
    trade: Variant = "reconciled"

    def content(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "draws": self.draws,
            "samples": self.samples,
            "seed": self.seed,
            "known_by": self.known_by.isoformat() if self.known_by else None,
            "flows": self.flows,
            "trade": self.trade,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """A scenario's two runs.

    Attributes
    ----------
    cached : bool
        True when both were in the store already.
    """

    scenario: Scenario
    baseline: Run
    run: Run
    cached: bool
    wall_time_s: float


def default_store() -> RunStore:
    """The folder ``runs`` here, or where ``SOGDIA_RUNS`` points."""
    import os

    return RunStore(Path(os.environ.get("SOGDIA_RUNS", "runs")))


def read_for(name: str | Path, evidence: EvidenceBase, *, known_by: date | None = None) -> Scenario:
    """A scenario with every name in it checked against the evidence.

    Raises
    ------
    InvalidInput
        With everything that is wrong with it and the files it builds on.
    """
    aliases = aliases_of(evidence)
    try:
        on = read_scenario(name, world_names=Names(aliases=aliases)).on[:1]
    except InvalidInput:
        on = ()
    today = build_world(evidence, on[0] if on else LOOKED_UP_ON, known_by)
    return read_scenario(
        name,
        world_names=names_of(today, aliases=aliases, claims=frozenset(claim_values(evidence))),
    )


LOOKED_UP_ON = date(2026, 1, 1)
"""Date of the world whose names are offered when a scenario has no date of its own."""


WORLDS_KEPT = 16
_WORLDS: dict[tuple[Path, str, date, date | None], World] = {}


def build_world(evidence: EvidenceBase, on: date, known_by: date | None = None) -> World:
    """The world of a date, kept while the process lives."""
    key = (evidence.folder, evidence.digest, on, known_by)
    if key not in _WORLDS:
        if len(_WORLDS) >= WORLDS_KEPT:
            _WORLDS.pop(next(iter(_WORLDS)))
        _WORLDS[key] = world(evidence, on=on, known_by=known_by)
    return _WORLDS[key]


def claim_values(evidence: EvidenceBase) -> Mapping[str, Estimate]:
    """Values of the claims a measure may refer to."""
    return {
        claim.id: claim.value
        for domain in ("network", "borders", "transport")
        for claim in evidence.claims(domain)
        if isinstance(claim.value, Estimate)
    }


def appraise(
    scenario: Scenario | str | Path,
    *,
    evidence: EvidenceBase | None = None,
    store: RunStore | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Appraisal:
    """Run a scenario and its baseline on the same evidence, samples and draws.

    Finished runs are found in the store by the digest of their inputs and not run again.

    Parameters
    ----------
    scenario : Scenario, id or path
    evidence, store : optional
        The shipped base; the folder ``runs``.
    options : Options, optional
    progress : callable, optional
        Told ``(what, share done)``.

    Raises
    ------
    InvalidInput
        With every problem of the scenario or the evidence.
    """
    started = time.perf_counter()
    base = evidence if evidence is not None else open_evidence()
    keep = store if store is not None else default_store()
    chosen = options if options is not None else Options()
    tell = progress if progress is not None else _silent
    tell("reading the scenario", 0.0)
    asked = (
        scenario
        if isinstance(scenario, Scenario)
        else read_for(scenario, base, known_by=chosen.known_by)
    )
    if not asked.on:
        raise InvalidInput(
            [
                Problem(
                    where=f"scenario {asked.id}",
                    what="says no date to evaluate",
                    fix="add a line such as: on = [2031-07-01], or years = [2031]",
                )
            ]
        )
    ids = _ids(asked, base, chosen)
    if keep.has(ids["baseline"]) and keep.has(ids["scenario"]):
        return Appraisal(
            scenario=asked, baseline=keep.find(ids["baseline"]), run=keep.find(ids["scenario"]),
            cached=True, wall_time_s=time.perf_counter() - started,
        )  # fmt: skip
    dated = _worlds(asked, base, chosen, tell)
    joined = _join(asked, dated, chosen, tell) if chosen.flows else Effects()
    runs: dict[str, Run] = {}
    roles: tuple[Role, Role] = ("baseline", "scenario")
    for number, role in enumerate(roles):
        measures = _measures_of(asked, role)
        runs[role] = _run_side(
            asked, role, dated, measures, ids, base, keep, chosen, joined,
            lambda what, share, n=number: tell(what, 0.5 + 0.25 * (n + share)),
        )  # fmt: skip
    tell("done", 1.0)
    return Appraisal(
        scenario=asked, baseline=runs["baseline"], run=runs["scenario"], cached=False,
        wall_time_s=time.perf_counter() - started,
    )  # fmt: skip


def _silent(_what: str, _share: float) -> None:
    """No progress wanted."""


def _measures_of(scenario: Scenario, role: Role) -> tuple[Measure, ...]:
    """Measures in force on one side."""
    under_way = tuple(m for stage in scenario.baseline_stages for m in stage)
    own = scenario.comparator_measures if role == "baseline" else scenario.scenario_measures
    return under_way + own


def _ids(scenario: Scenario, base: EvidenceBase, options: Options) -> dict[str, str]:
    """Run ids of both sides: what goes into a run, and nothing else."""
    shared = {
        "evidence": base.digest,
        "code": code_digest(),
        "on": [d.isoformat() for d in scenario.on],
        "routes": [[r.origin, r.destination, r.commodity] for r in scenario.routes],
        "classes": list(scenario.classes),
        "options": options.content(),
    }
    contents: dict[Role, list[Any]] = {
        role: sorted((m.content() for m in _measures_of(scenario, role)), key=str)
        for role in ("baseline", "scenario")
    }
    baseline = run_id(measures=_plain(contents["baseline"]), **shared)
    return {
        "baseline": baseline,
        "scenario": run_id(
            scenario=scenario.id, title=scenario.title, baseline=baseline,
            measures=_plain(contents["scenario"]), **shared,
        ),
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """Dates and tuples as JSON values."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in value]
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dated:
    """The world of one date without the scenario, and what each side makes of it.

    Attributes
    ----------
    base : World
        Without lineage: draws are not traced.
    drawn : dict
        Both sides by draw, made when the first side asks.
    claims : mapping of str to Estimate
        What a measure may refer to.
    """

    base: World
    claims: Mapping[str, Estimate]
    sides: Mapping[str, World]
    drawn: dict[int, Mapping[str, World]] = dataclasses.field(
        default_factory=dict[int, Mapping[str, World]]
    )

    def draw(self, number: int, seed: int, scenario: Scenario) -> Mapping[str, World]:
        """Both sides of one draw."""
        if number not in self.drawn:
            self.drawn[number] = _sides(
                scenario.drawn(number, seed), self.base.draw(number, seed), self.claims
            )
        return self.drawn[number]


def _worlds(
    scenario: Scenario, base: EvidenceBase, options: Options, tell: Progress
) -> list[_Dated]:
    """Both worlds on every date."""
    found: list[_Dated] = []
    claims = claim_values(base)
    for number, on in enumerate(scenario.on):
        tell(f"building the world of {on}", 0.2 * number / len(scenario.on))
        today = build_world(base, on, options.known_by)
        untraced = today.replace(
            lineage=today.lineage.where(np.zeros(len(today.lineage), np.bool_))
        )
        found.append(_Dated(base=untraced, claims=claims, sides=_sides(scenario, today, claims)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Flows, queues and trade of both sides on every date, and draws of real income on the last.

    Attributes
    ----------
    indicators : mapping of role to rows of the table indicator
    failed : dict of int to str
        Draws that failed.
    """

    joined: tuple[Joined, ...] = ()
    indicators: Mapping[str, list[dict[str, Any]]] = dataclasses.field(
        default_factory=lambda: {"baseline": [], "scenario": []}
    )
    failed: dict[int, str] = dataclasses.field(default_factory=dict[int, str])


def _join(scenario: Scenario, dated: Sequence[_Dated], options: Options, tell: Progress) -> Effects:
    """The loop on every date, then real income in every draw of the last."""
    effects = Effects()
    joined: list[Joined] = []
    for number, found in enumerate(dated):
        share = 0.2 + 0.2 * number / len(dated)
        joined.append(
            join(
                found.sides["baseline"], found.sides["scenario"], variant=options.trade,
                seed=options.seed, tell=lambda what, at=share: tell(what, at),
            )
        )  # fmt: skip
        for role in ("baseline", "scenario"):
            table = joined[-1].baseline if role == "baseline" else joined[-1].scenario
            effects.indicators[role].extend(income_rows(table["country_income"], draw=0))
    last = dated[-1]
    nets = (network(last.sides["baseline"]), network(last.sides["scenario"]))
    for draw in range(1, options.draws + 1):
        tell(f"real income: draw {draw} of {options.draws}", 0.4 + 0.1 * draw / options.draws)
        try:
            sides = last.draw(draw, options.seed, scenario)
            table = real_income(
                sides["baseline"], sides["scenario"], variant=options.trade, nets=nets
            )
        except (ValueError, ArithmeticError) as error:
            effects.failed[draw] = f"{type(error).__name__}: {error}"
            continue
        rows = income_rows(table, draw=draw)
        effects.indicators["scenario"].extend(rows)
        # A change is against the baseline, so the baseline's own is exactly none in every draw.
        effects.indicators["baseline"].extend(row | {"amount": 0.0} for row in rows)
    return dataclasses.replace(effects, joined=tuple(joined))


def income_rows(table: Table, *, draw: int) -> list[dict[str, Any]]:
    """Rows of the table `indicator`: change of real income by country, all responses let run."""
    return [
        {
            "on": row["on"],
            "variable": REAL_INCOME,
            "entity": row["country"],
            "group": row["level"],
            "draw": draw,
            "amount": row["real_income_change_share"],
            "unit": "1",
        }
        for row in table.rows()
        if row["level"] == "full"
    ]


def _sides(scenario: Scenario, today: World, claims: Mapping[str, Estimate]) -> dict[str, World]:
    before, after = worlds_of(scenario, today, claims=claims)
    return {"baseline": before, "scenario": after}


def _run_side(  # noqa: PLR0913
    scenario: Scenario,
    role: Role,
    dated: Sequence[_Dated],
    measures: Sequence[Measure],
    ids: Mapping[str, str],
    base: EvidenceBase,
    store: RunStore,
    options: Options,
    effects: Effects,
    tell: Progress,
) -> Run:
    started = time.perf_counter()
    if store.has(ids[role]):
        return store.find(ids[role])
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
    tables = {name: _stack(found) for name, found in parts.items()}
    tables["indicator"] = Table.from_rows(INDICATOR, indicators)
    tables["pair_draw"] = Table.from_rows(PAIR_DRAW, pair_draws)
    tables |= _provenance(worlds, measures, base)
    manifest = Manifest(
        id=ids[role],
        scenario=scenario.id if role == "scenario" else _baseline_name(scenario),
        title=scenario.title if role == "scenario" else f"Baseline of: {scenario.title}",
        scenario_digest=scenario.digest,
        role=role,
        baseline=ids["baseline"] if role == "scenario" else None,
        dates=tuple(w.on for w in worlds),
        evidence_digest=base.digest,
        code_digest=code_digest(),
        version=sogdia_version(),
        seed=options.seed,
        draws=options.draws,
        options=options.content(),
        statuses=tuple(statuses),
        failed_draws=failed,
        claims_read=len(tables["claim"]),
        wall_time_s=time.perf_counter() - started,
    )
    return store.write(manifest, tables)


def _baseline_name(scenario: Scenario) -> str:
    return f"{scenario.id}{BASELINE_SUFFIX}"


def scenario_of(run: Run, evidence: EvidenceBase) -> Scenario:
    """The scenario a run was made of: a file of that name here, or else a shipped one.

    Raises
    ------
    InvalidInput
        When the scenario has changed since the run.
    """
    asked = run.manifest.scenario.removesuffix(BASELINE_SUFFIX)
    own = Path(f"{asked}.toml")
    scenario = read_for(own if own.is_file() else asked, evidence)
    if scenario.digest != run.manifest.scenario_digest:
        raise InvalidInput(
            [
                Problem(
                    where=f"run {run.id[:16]}",
                    what=f"was made of another version of the scenario {asked}",
                    fix=f"run it again: sogdia appraise {asked}",
                )
            ]
        )
    return scenario


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


def _stack(tables: Sequence[Table]) -> Table:
    return Table(tables[0].schema, pa.concat_tables([t.arrow for t in tables]).combine_chunks())


def _provenance(
    worlds: Sequence[World], measures: Sequence[Measure], base: EvidenceBase
) -> dict[str, Table]:
    """What the numbers rest on: lineage, claims, measures, and the state of the network."""
    lineage = _stack([_dated(w.lineage, RUN_LINEAGE, w.on) for w in worlds])
    wanted = set(lineage["claim"])
    claims = [
        claim for domain in base.domains for claim in base.claims(domain) if claim.id in wanted
    ]
    tables = {"lineage": lineage, "claim": claim_table(claims, base.sources)}
    for name, schema in DATED.items():
        tables[name] = _stack([_dated(getattr(w, name), schema, w.on) for w in worlds])
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
