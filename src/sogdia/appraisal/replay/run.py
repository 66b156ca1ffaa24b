"""``replay``: the years one by one, against what was observed, and why trade moved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.replay.costs import CLASSES, DIRECTIONS
from sogdia.appraisal.replay.freight import freight_rows
from sogdia.appraisal.replay.growth import calibrate, trade_elasticity
from sogdia.appraisal.replay.modes import (
    BASE_YEAR,
    EUROPE_YEARS,
    Rise,
    central_asia_costs,
    central_asia_rise,
    europe_costs,
    europe_demand,
    europe_rise,
    mode_scale,
)
from sogdia.appraisal.replay.multilateral import conditional_level
from sogdia.appraisal.replay.observed import VARIANTS, Observation, trade_observed
from sogdia.appraisal.replay.parameters import CALIBRATION_YEARS, PHASES, Parameters, phase_of
from sogdia.appraisal.replay.phases import decomposition_rows
from sogdia.appraisal.replay.play import History
from sogdia.appraisal.replay.tables import COST, DECOMPOSITION, ERROR, FREIGHT, RISE, TRADE
from sogdia.core.digest import code_digest, digest_value
from sogdia.core.errors import ProblemList
from sogdia.core.estimate import Estimate
from sogdia.core.states import FIVE, TOGETHER
from sogdia.core.status import STATES, State, Status
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.evidence.claim import CONFIDENCES
from sogdia.results.manifest import Manifest, sogdia_version
from sogdia.results.store import RunStore, run_id

__all__ = ["Replay", "ReplayOptions", "replay"]

FIRST, LAST = 1992, 2024
Progress = Callable[[str, float], None]

OBSERVED_RISE: Mapping[tuple[str, int], tuple[float, str]] = {
    ("China-Europe containers by rail", 2020): (
        12400 / 8270, "trains 8,270 to 12,400; TEU 728,000 to 1,135,000 is 1.56",
    ),
    ("China-Europe containers by rail", 2021): (
        15000 / 8270, "trains 8,270 to 15,000; TEU 728,000 to 1,460,000 is 2.01",
    ),
    ("China-Central Asia tonnes by rail", 2020): (
        1.30, "Kazakhstan-China gates, January to August (ktz-china-railway-meeting-2020-09-20)",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """How the history is played.

    Attributes
    ----------
    first, last : int
        Years, 1992 to 2024.
    every : int
        Play every so many years; the last, the ends of phases and the calibration years always.
    draws : int
        Draws of parameters and claims behind the bands; 0 gives no bands.
    seed : int
    calibration : tuple of int
        Years the constants are set on.
    """

    first: int = FIRST
    last: int = LAST
    every: int = 1
    draws: int = 20
    seed: int = 0
    calibration: tuple[int, ...] = CALIBRATION_YEARS

    def __post_init__(self) -> None:
        problems = ProblemList()
        allowed = f"{FIRST} to {LAST}"
        for name, value in (("first year", self.first), ("last year", self.last)):
            if not FIRST <= value <= LAST:
                problems.add(name, "is outside the period", got=str(value), allowed=allowed)
        if self.first >= self.last:
            problems.add("years", "first comes before last", got=f"{self.first} {self.last}")
        if self.every < 1:
            problems.add("every", "is at least 1", got=str(self.every))
        if self.draws < 0:
            problems.add("draws", "is at least 0", got=str(self.draws))
        if not self.calibration:
            problems.add("calibration", "names no year", allowed=allowed)
        for year in self.calibration:
            if not FIRST <= year <= LAST:
                problems.add("calibration", "is outside the period", got=str(year), allowed=allowed)
        problems.raise_if_any()

    @property
    def phases(self) -> tuple[tuple[int, int], ...]:
        """The phases, cut to the years played."""
        cut = [(max(a, self.first), min(b, self.last)) for a, b in PHASES]
        return tuple((a, b) for a, b in cut if a < b)

    @property
    def years(self) -> tuple[int, ...]:
        """The years shown, in order."""
        ends = {y for phase in self.phases for y in phase}
        stepped = range(self.first, self.last + 1, self.every)
        return tuple(sorted({*stepped, *ends, self.last}))

    def content(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "first": self.first, "last": self.last, "every": self.every, "draws": self.draws,
            "seed": self.seed, "calibration": list(self.calibration),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A history that was played.

    Attributes
    ----------
    tables : mapping of str to Table
        replay_trade, replay_cost, replay_decomposition, replay_freight, replay_rise, replay_error.
    status : Status
    run : str or None
        Run id in the store; None when there is no store.
    """

    tables: Mapping[str, Table]
    status: Status
    run: str | None
    wall_time_s: float


def replay(
    options: ReplayOptions | None = None,
    *,
    evidence: EvidenceBase | None = None,
    store: RunStore | None = None,
    progress: Progress | None = None,
) -> Replay:
    """Play the history and compare it with what was observed.

    Parameters
    ----------
    options : ReplayOptions, optional
    evidence : EvidenceBase, optional
        The shipped base by default.
    store : RunStore, optional
        Keeps the run and the costs of each year; nothing is kept without one.
    progress : callable, optional
        Told ``(what, share done)``.

    Raises
    ------
    InvalidInput
        With every problem of the options or the evidence.
    """
    started = time.perf_counter()
    chosen = options if options is not None else ReplayOptions()
    base = evidence if evidence is not None else open_evidence()
    tell = progress if progress is not None else _silent
    known = run_id(kind="replay", evidence=base.digest, code=code_digest(), **chosen.content())
    if store is not None and store.has(known):
        run = store.find(known)
        return Replay(
            tables={name: run[name] for name in run.tables()},
            status=run.manifest.statuses[0],
            run=known,
            wall_time_s=time.perf_counter() - started,
        )
    history = History.of(base, store)
    theta = trade_elasticity(base)
    parameters = Parameters.drawn(theta, 0, chosen.seed)
    played = tuple(sorted({*chosen.years, *chosen.calibration, BASE_YEAR, *EUROPE_YEARS}))
    for number, year in enumerate(played):
        tell(f"the world of {year}", 0.6 * number / len(played))
        history.factors(year, year, parameters.theta)
    observed = [row for year in played for row in trade_observed(base, year)]
    k = _constants(history, observed, chosen, parameters)
    of_china = {c: k[c, "china"] for c in FIVE if (c, "china") in k}
    tonnes = history.tonnes(played, of_china, parameters)
    resolved, statuses = conditional_level(
        history, observed, played, chosen.calibration, parameters
    )
    tell("rail against sea, air and road", 0.62)
    rises = _rises(history, tonnes, mode_scale(base))
    rise = {y: r[0].ratio for (name, y), r in rises.items() if name.startswith("China-Europe")}
    trade = Table.from_rows(TRADE, _trade_rows(history, observed, k, chosen, theta, resolved))
    tables = {
        TRADE.name: trade,
        COST.name: Table.from_rows(COST, _cost_rows(history, chosen, parameters)),
        DECOMPOSITION.name: Table.from_rows(
            DECOMPOSITION,
            decomposition_rows(
                history, observed, of_china, chosen.phases, (chosen.draws, chosen.seed), tell
            ),
        ),
        FREIGHT.name: Table.from_rows(FREIGHT, freight_rows(base, chosen.years, tonnes, rise)),
        RISE.name: Table.from_rows(RISE, _rise_rows(rises)),
        ERROR.name: Table.from_rows(ERROR, _error_rows(trade)),
    }
    # In the order the store keeps them, so that a replay found there is the same.
    tables = {name: _by_key(table) for name, table in tables.items()}
    held = sorted({y for y in chosen.years if history.economy(y).year != y})
    message = f"gross products of {', '.join(map(str, held))} are those of the year before"
    status = Status(
        state=_worst(statuses),
        message="; ".join(
            [*([message] if held else []), *(s.message for s in statuses if s.message)]
        ),
        of="replay",
    )
    if store is not None:
        store.write(_manifest(known, chosen, base, status, started), tables)
    tell("done", 1.0)
    return Replay(
        tables=tables, status=status, run=known if store is not None else None,
        wall_time_s=time.perf_counter() - started,
    )  # fmt: skip


def _worst(statuses: Sequence[Status]) -> State:
    worst: State = "solved"
    for status in statuses:
        if STATES.index(status.state) > STATES.index(worst):
            worst = status.state
    return worst


def _by_key(table: Table) -> Table:
    return Table(table.schema, table.arrow.sort_by([(k, "ascending") for k in table.schema.keys]))


def _silent(_what: str, _share: float) -> None:
    """No progress wanted."""


def _constants(
    history: History,
    observed: Sequence[Observation],
    options: ReplayOptions,
    parameters: Parameters,
) -> dict[tuple[str, str], float]:
    """The constant of each country and variant, from the calibration years alone."""
    predicted = history.predicted(options.calibration, parameters)
    return calibrate(observed, predicted, options.calibration)


def _trade_rows(
    history: History,
    observed: Sequence[Observation],
    k: Mapping[tuple[str, str], float],
    options: ReplayOptions,
    theta: Estimate,
    conditional: tuple[Mapping[tuple[int, str], float], Mapping[tuple[str, str], float]],
) -> Iterator[dict[str, Any]]:
    drawn: list[tuple[dict[tuple[int, str], float], Mapping[tuple[str, str], float]]] = []
    for draw in range(options.draws + 1):
        of_draw = Parameters.drawn(theta, draw, options.seed)
        constants = k if draw == 0 else _constants(history, observed, options, of_draw)
        drawn.append((history.predicted(options.years, of_draw), constants))
    resolved, k_resolved = conditional
    seen = {(o.year, o.country, o.variant): o for o in observed}
    for year in options.years:
        for country in (*FIVE, TOGETHER):
            for variant in VARIANTS:
                values = [_modelled(p, c, year, country, variant) for p, c in drawn]
                found = seen.get((year, country, variant))
                modelled = values[0]
                known = np.isfinite(modelled)
                band = np.quantile(values[1:], [0.05, 0.95]) if known and options.draws else None
                yield {
                    "year": year, "country": country, "variant": variant, "phase": phase_of(year),
                    "sample": "calibration" if year in options.calibration else "validation",
                    "modelled_usd_per_y": modelled,
                    "modelled_low_usd_per_y": None if band is None else min(band[0], modelled),
                    "modelled_high_usd_per_y": None if band is None else max(band[1], modelled),
                    "conditional_usd_per_y": _modelled(resolved, k_resolved, year, country, variant),
                    "observed_usd_per_y": found.usd_per_y if found else None,
                    "error_ratio": modelled / found.usd_per_y - 1.0 if found and known else None,
                    "product_year": history.economy(year).year,
                    "confidence": _weakest(found) if found else None,
                    "claims": " + ".join(c.id for c in found.claims) if found else None,
                }  # fmt: skip


def _weakest(found: Observation) -> str:
    return max((c.confidence for c in found.claims), key=CONFIDENCES.index)


def _modelled(
    predicted: Mapping[tuple[int, str], float],
    k: Mapping[tuple[str, str], float],
    year: int,
    country: str,
    variant: str,
) -> float:
    """Modelled trade; NaN when there was no claim to set the constant on."""
    if country == TOGETHER:
        return sum(_modelled(predicted, k, year, c, variant) for c in FIVE)
    return k.get((country, variant), np.nan) * predicted[year, country]


def _cost_rows(
    history: History, options: ReplayOptions, parameters: Parameters
) -> Iterator[dict[str, Any]]:
    for year in options.years:
        factors = history.factors(year, year, parameters.theta)
        for country in FIVE:
            for d, direction in enumerate(DIRECTIONS):
                for c, commodity in enumerate(CLASSES):
                    value = float(factors[country][d, c])
                    yield {
                        "year": year, "country": country, "direction": direction,
                        "commodity": commodity,
                        "cost_factor_ratio": value if np.isfinite(value) else None,
                    }  # fmt: skip


def _rises(
    history: History, tonnes: Mapping[tuple[int, str], NDArray[np.float64]], scale: Estimate
) -> dict[tuple[str, int], tuple[Rise, Rise, Rise]]:
    """Central, low and high elasticity of modes of every rise that was observed."""
    found: dict[tuple[str, int], tuple[Rise, Rise, Rise]] = {}
    etas = (scale.central, scale.low, scale.high)
    base = history.worlds.base
    for series, year in OBSERVED_RISE:
        if series.startswith("China-Europe"):
            costs = europe_costs(history.worlds, year)
            demand = europe_demand(base, year) / europe_demand(base, BASE_YEAR)
            a, b, c = (europe_rise(costs, demand, eta) for eta in etas)
        else:
            land = central_asia_costs(history.worlds, year)
            a, b, c = (central_asia_rise(land, year, eta, tonnes) for eta in etas)
        found[series, year] = (a, b, c)
    return found


def _rise_rows(
    rises: Mapping[tuple[str, int], tuple[Rise, Rise, Rise]],
) -> Iterator[dict[str, Any]]:
    for (series, year), (central, low, high) in rises.items():
        seen, note = OBSERVED_RISE[series, year]
        for cause in ("all", *central.causes):
            values = [r.ratio if cause == "all" else r.causes[cause] for r in (central, low, high)]
            yield {
                "series": series, "year": year, "cause": cause,
                "modelled_ratio": values[0], "modelled_low_ratio": min(values),
                "modelled_high_ratio": max(values),
                "observed_ratio": seen if cause == "all" else None,
                "note": note if cause == "all" else None,
            }  # fmt: skip


def _error_rows(trade: Table) -> Iterator[dict[str, Any]]:
    """Median errors over validation years."""
    rows = [r for r in trade.rows() if r["sample"] == "validation" and r["error_ratio"] is not None]
    phases = (*(f"{a}-{b}" for a, b in PHASES), "all")
    for country in (*FIVE, TOGETHER):
        for variant in VARIANTS:
            for phase in phases:
                errors = [
                    r["error_ratio"]
                    for r in rows
                    if r["country"] == country
                    and r["variant"] == variant
                    and phase in {r["phase"], "all"}
                ]
                if errors:
                    yield {
                        "country": country, "variant": variant, "phase": phase,
                        "compared_count": float(len(errors)),
                        "median_error_ratio": float(np.median(np.abs(errors))),
                        "median_signed_ratio": float(np.median(errors)),
                    }  # fmt: skip


def _manifest(
    known: str, options: ReplayOptions, base: EvidenceBase, status: Status, started: float
) -> Manifest:
    return Manifest(
        id=known, scenario=f"replay-{options.first}-{options.last}",
        title=f"The history {options.first}-{options.last} played again",
        scenario_digest=digest_value(options.content()), role="world", baseline=None,
        dates=tuple(date(y, 7, 1) for y in options.years), evidence_digest=base.digest,
        code_digest=code_digest(), version=sogdia_version(), seed=options.seed,
        draws=options.draws, options=options.content(), statuses=(status,),
        wall_time_s=time.perf_counter() - started,
    )  # fmt: skip
