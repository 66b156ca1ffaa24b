"""From a number of a run to its claims, for any pair: routes the run did not keep are found again.

A row of the five linkages and a country's real income are numbers of a run too.
"""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pyarrow as pa

from sogdia.appraisal.run import BASELINE_SUFFIX, scenario_of
from sogdia.appraisal.tracing_rows import country_in, trace_income, trace_row
from sogdia.appraisal.worlds import build_world, claim_values
from sogdia.core.errors import InvalidInput, Problem, UnknownName
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.models.transport.model import Pair, TransportModel
from sogdia.models.transport.tables import ROUTE, SKIM
from sogdia.results.store import Run
from sogdia.results.trace import Trace, trace
from sogdia.scenario.apply import worlds_of
from sogdia.world.find import find_place
from sogdia.world.world import World

__all__ = ["trace_run"]


def trace_run(
    run: Run,
    variable: str,
    entity: str,
    *,
    on: date,
    commodity: str,
    evidence: EvidenceBase | None = None,
) -> Trace:
    """As `sogdia.results.trace.trace`, for any pair of places or zones by any of their names.

    Also for a row of the table `linkage_indicator` by its variable and entity, and for
    `real_income_change_share` of a country.

    A run keeps the routes of the pairs its scenario names. For another pair the world of the run
    is built again, which needs the same evidence.

    Raises
    ------
    UnknownName
        When the run has no such date.
    InvalidInput
        When the evidence has changed since the run.
    """
    dates = [day.isoformat() for day in run.manifest.dates]
    if on.isoformat() not in dates:
        raise UnknownName(
            "date of this run", on.isoformat(), (), hint=f"(dates: {', '.join(dates)})"
        )
    row = trace_row(run, variable, entity, on=on)
    if row is not None:
        return row
    if variable == "real_income_change_share" and (country := country_in(run, entity)):
        return trace_income(run, country, on=on, group=commodity)
    if ">" not in entity:
        return trace(run, variable, _zone_name(run, entity), on=on, commodity=commodity)
    base = evidence if evidence is not None else open_evidence()
    first, _, last = entity.partition(">")
    here = build_world(base, on)
    pair = Pair(find_place(here, first.strip()), find_place(here, last.strip()), commodity)
    kept = {
        (str(r["on"]), r["origin"], r["destination"], r["commodity"])
        for r in run["route"].arrow.select(["on", "origin", "destination", "commodity"]).to_pylist()
    }
    kept |= {
        (str(r["on"]), r["origin"], r["destination"], r["commodity"])
        for r in run["skim"].arrow.select(["on", *SKIM.keys[1:], "reachable"]).to_pylist()
        if not r["reachable"]
    }
    if (str(on), pair.origin, pair.destination, commodity) not in kept:
        run = _with_pair(run, pair, on, base)
    return trace(run, variable, f"{pair.origin}>{pair.destination}", on=on, commodity=commodity)


def _zone_name(run: Run, name: str) -> str:
    """A zone of a run by its id or name."""
    zones = run["zones"]
    known: dict[str, str] = {}
    for zone, title in zip(zones["id"], zones["name"], strict=True):
        known |= {
            str(zone): str(zone),
            str(zone).removeprefix("zone:"): str(zone),
            str(title): str(zone),
        }
    if name not in known:
        raise UnknownName("zone", name, known)
    return known[name]


def _with_pair(run: Run, pair: Pair, on: date, base: EvidenceBase) -> Run:
    """The run with the route of one more pair in its tables; nothing on disk changes."""
    if run.manifest.evidence_digest != base.digest:
        raise InvalidInput(
            [
                Problem(
                    where=f"run {run.id[:16]}",
                    what="did not keep the route of this pair, and the evidence has changed since",
                    fix=f"run it again: sogdia appraise {run.manifest.scenario}",
                )
            ]
        )
    options: dict[str, Any] = dict(run.manifest.options)
    model = TransportModel(
        commodities=(pair.commodity,), pairs=(pair,), k=1,
        samples=int(options.get("samples", 256)), seed=run.manifest.seed,
    )  # fmt: skip
    problem = model.prepare(_world_of(run, on, base), {})
    found = model.tabulate(problem, model.solve(problem))
    chosen = found["skim"].where(
        (found["skim"]["origin"] == pair.origin)
        & (found["skim"]["destination"] == pair.destination)
    )
    skim = run["skim"]
    known = (
        (skim["origin"] == pair.origin)
        & (skim["destination"] == pair.destination)
        & (skim["commodity"] == pair.commodity)
        & (skim["on"] == on)
    )
    tables = {
        "route": _joined(run["route"], found["route"]),
        "skim": skim if known.any() else _joined(skim, chosen),
    }
    return dataclasses.replace(run, _read={**tables})


def _joined(a: Table, b: Table) -> Table:
    schema = ROUTE if a.schema.name == ROUTE.name else SKIM
    arrow = pa.concat_tables([a.arrow.cast(schema.arrow()), b.arrow.cast(schema.arrow())])
    return Table(schema, arrow.combine_chunks())


def _world_of(run: Run, on: date, base: EvidenceBase) -> World:
    scenario = scenario_of(run, base)
    options = run.manifest.options
    known_by = date.fromisoformat(options["known_by"]) if options.get("known_by") else None
    baseline, changed = worlds_of(
        scenario, build_world(base, on, known_by), claims=claim_values(base)
    )
    return baseline if run.manifest.scenario.endswith(BASELINE_SUFFIX) else changed
