"""Appraise a scenario: baseline and scenario on the same draws, each a run folder."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sogdia.appraisal.effects import Effects, join_dates
from sogdia.appraisal.linkage.ask import Answers, ask_dates
from sogdia.appraisal.options import Options, Progress
from sogdia.appraisal.side import Side, side_of
from sogdia.appraisal.worlds import Dated, dated_worlds, read_for
from sogdia.core.digest import code_digest
from sogdia.core.errors import InvalidInput, Problem
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.results.manifest import Manifest, Role, sogdia_version
from sogdia.results.store import Run, RunStore, run_id
from sogdia.scenario.measures import Measure
from sogdia.scenario.read import shipped_scenarios
from sogdia.scenario.scenario import Scenario

__all__ = ["Appraisal", "appraise", "default_store", "scenario_of"]

BASELINE_SUFFIX = "--baseline"
"""What the name of a baseline's run ends in."""


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
    return RunStore(Path(os.environ.get("SOGDIA_RUNS", "runs")))


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
    dated = dated_worlds(asked, base, chosen, tell)
    effects = join_dates(asked, dated, chosen, tell) if chosen.flows else Effects()
    baseline = (
        keep.find(ids["baseline"])
        if keep.has(ids["baseline"])
        else _write(asked, "baseline", _side("baseline", asked, dated, base, chosen, effects, tell),
                    Answers(), ids, base, keep, chosen)
    )  # fmt: skip
    side = _side("scenario", asked, dated, base, chosen, effects, tell)
    answers = Answers()
    if chosen.linkages:
        tell("the five linkages", 0.9)
        answers = ask_dates(
            asked, dated, effects, chosen, base,
            {"baseline": {n: baseline[n] for n in COMPARED},
             "scenario": {n: side.tables[n] for n in COMPARED}},
            lambda what, share: tell(what, 0.9 + 0.09 * share),
        )  # fmt: skip
    run = _write(asked, "scenario", side, answers, ids, base, keep, chosen)
    tell("done", 1.0)
    return Appraisal(
        scenario=asked, baseline=baseline, run=run, cached=False,
        wall_time_s=time.perf_counter() - started,
    )  # fmt: skip


COMPARED = ("skim", "indicator", "zones")
"""Tables that the linkages of the network are read from."""


def _side(
    role: Role,
    scenario: Scenario,
    dated: list[Dated],
    base: EvidenceBase,
    options: Options,
    effects: Effects,
    tell: Progress,
) -> Side:
    start = 0.5 if role == "baseline" else 0.7
    return side_of(
        scenario, role, dated, _measures_of(scenario, role), base, options, effects,
        lambda what, share: tell(what, start + 0.2 * share),
    )  # fmt: skip


def _write(
    scenario: Scenario,
    role: Role,
    side: Side,
    answers: Answers,
    ids: Mapping[str, str],
    base: EvidenceBase,
    store: RunStore,
    options: Options,
) -> Run:
    """A side into the store; one that is there already stays."""
    tables = side.tables | (answers.tables() if role == "scenario" else {})
    manifest = Manifest(
        id=ids[role],
        scenario=scenario.id if role == "scenario" else f"{scenario.id}{BASELINE_SUFFIX}",
        title=scenario.title if role == "scenario" else f"Baseline of: {scenario.title}",
        scenario_digest=scenario.digest,
        role=role,
        baseline=ids["baseline"] if role == "scenario" else None,
        dates=scenario.on,
        evidence_digest=base.digest,
        code_digest=code_digest(),
        version=sogdia_version(),
        seed=options.seed,
        draws=options.draws,
        options=options.content(),
        statuses=(*side.statuses, *(answers.statuses if role == "scenario" else ())),
        failed_draws=side.failed,
        claims_read=len(tables["claim"]),
        wall_time_s=side.wall_time_s,
    )
    return store.write(manifest, tables)


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


def scenario_of(run: Run, evidence: EvidenceBase) -> Scenario:
    """The scenario a run was made of: a file of that name here, or else a shipped one.

    Raises
    ------
    InvalidInput
        When the scenario is in neither place or has changed since the run.
    """
    asked = run.manifest.scenario.removesuffix(BASELINE_SUFFIX)
    own = Path(f"{asked}.toml")
    if not own.is_file() and asked not in shipped_scenarios():
        raise InvalidInput(
            [
                Problem(
                    where=f"run {run.id[:16]}",
                    what=f"needs its scenario, and {own} is neither here nor shipped",
                    fix=f"change to the folder of {own} and ask again",
                )
            ]
        )
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
