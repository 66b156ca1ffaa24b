"""The model of people: visa regimes of a world to trips by pair of countries."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, ProblemList
from sogdia.core.estimate import Estimate
from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.models.people.regimes import REGIME_WORDS, regimes_of
from sogdia.models.people.response import VisaResponse
from sogdia.models.people.solve_visits import factor, visits
from sogdia.models.people.tables import PERSON_BASELINE, PERSON_TRIP
from sogdia.world.world import World

__all__ = ["PeopleModel", "Prepared", "Trips"]

READS = frozenset(
    ("regimes", column) for column in ("id", "kind", "from_country", "to_country", "regime")
)
ANSWERS_TO_VISAS = frozenset({"visit", "tourism", "business", "patients"})
"""Waivers between these states exclude study, so students meet the same rule before and after."""

SIGMA_POINTS = 9
"""Points across the band of sigma: visits of a rival need not move one way in it."""

UNKNOWN = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Pairs by position.

    Attributes
    ----------
    on : date
    rows : tuple of dict
        Keys and attributes of the `R` pairs, sorted.
    A : (R,) float64
        Visits as observed, persons a year; NaN unknown.
    observed, asked : (R,) int64
        Regime by its place in `REGIME_WORDS`; -1 unknown.
    nest : (R,) int64
    answers : (R,) bool
        Whether the purpose answers to visas and to costs.
    g : (E, R) float64
        What the costs of travel do at each of `E` elasticities, the central one first; 1 by
        itself, see `with_costs`.
    """

    on: date
    rows: tuple[dict[str, Any], ...]
    A: NDArray[np.float64]
    observed: NDArray[np.int64]
    asked: NDArray[np.int64]
    nest: NDArray[np.int64]
    answers: NDArray[np.bool_]
    g: NDArray[np.float64]

    def with_costs(self, factors: Mapping[tuple[str, str], Sequence[float]]) -> Prepared:
        """The same where travel costs something else.

        Parameters
        ----------
        factors : mapping of (origin, destination) to sequence of float
            Equation (6) of `solve_trips` at each elasticity, the central one first. A pair that
            is not there, or whose purpose does not answer, keeps 1.
        """
        if not factors:
            return self
        count = len(next(iter(factors.values())))
        g = np.ones((count, len(self.rows)))
        for i, row in enumerate(self.rows):
            found = factors.get((row["origin"], row["destination"]))
            if found is not None and self.answers[i]:
                g[:, i] = found
        return dataclasses.replace(self, g=g)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trips:
    """Trips at each of `G` points of the band; point 0 is central.

    Attributes
    ----------
    trips : (G, R) float64
        Persons a year; NaN unknown.
    response : (G, R) float64
        Equation (1) of `solve_visits`.
    status : Status
    """

    trips: NDArray[np.float64]
    response: NDArray[np.float64]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleModel:
    """Trips between countries under the visa regimes of a world. Holds its parameters only.

    Attributes
    ----------
    response : VisaResponse
        See `visa_response`.
    """

    response: VisaResponse
    name: str = "people"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset({"person_baseline"})
    gives: frozenset[str] = frozenset({"person_trip"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> Prepared:
        """Pairs of the table `person_baseline`, with the regimes of the world.

        Raises
        ------
        InvalidInput
            When the table is missing, names a pair twice, a regime not known, or a count below 0.
        """
        problems = ProblemList()
        if "person_baseline" not in tables:
            problems.add(
                "people",
                "needs the table person_baseline",
                allowed=", ".join(PERSON_BASELINE.names),
            )
            raise InvalidInput(problems.problems)
        rows = sorted(
            tables["person_baseline"].rows(),
            key=lambda r: (r["origin"], r["destination"], r["purpose"]),
        )
        now = regimes_of(world)
        seen: set[tuple[str, str, str]] = set()
        for row in rows:
            key = (row["origin"], row["destination"], row["purpose"])
            where = f"person_baseline {key[0]}>{key[1]} {key[2]}"
            count = row["observed_persons_per_y"]
            if key in seen:
                problems.add(where, "stands there twice", fix="keep one row a pair and purpose")
            seen.add(key)
            if count is not None and count < 0.0:
                problems.add(where, "count", got=count, allowed="0 or more, or null")
            if row["observed_regime"] not in (None, *REGIME_WORDS):
                problems.add(
                    where, "regime", got=row["observed_regime"], allowed=", ".join(REGIME_WORDS)
                )
        problems.raise_if_any()
        nests = sorted({(r["origin"], r["purpose"]) for r in rows})
        return Prepared(
            on=world.on,
            rows=tuple(
                row | {"regime": now.get((row["origin"], row["destination"]))} for row in rows
            ),
            A=np.array([_nan(r["observed_persons_per_y"]) for r in rows], dtype=np.float64),
            observed=np.array([_place(r["observed_regime"]) for r in rows], dtype=np.int64),
            asked=np.array(
                [_place(now.get((r["origin"], r["destination"]))) for r in rows], dtype=np.int64
            ),
            nest=np.array([nests.index((r["origin"], r["purpose"])) for r in rows], dtype=np.int64),
            answers=np.array([r["purpose"] in ANSWERS_TO_VISAS for r in rows], dtype=np.bool_),
            g=np.ones((1, len(rows))),
        )

    def solve(self, problem: Prepared) -> Trips:
        """Visits at every point of the band."""
        trips: list[NDArray[np.float64]] = []
        response: list[NDArray[np.float64]] = []
        for g, (sigma, e, kappa, m) in itertools.product(problem.g, _points(self.response)):
            w, v = _pair_weights(problem, problem.observed, problem.asked, e, m)
            response.append(factor(w, v, sigma))
            trips.append(visits(problem.A, w, v, problem.nest, sigma, kappa, g))
        shut = sum(
            1
            for row, a in zip(problem.rows, problem.A, strict=True)
            if np.isfinite(a) and row["regime"] in (None, "closed")
        )
        return Trips(
            trips=np.array(trips),
            response=np.array(response),
            status=Status(
                state="solved",
                message=f"{shut} counted pairs are closed or of unknown regime, so null"
                if shut
                else "",
                of=f"people {problem.on}",
            ),
        )

    def ratios(self, before: Prepared, after: Prepared) -> NDArray[np.float64]:
        """Equation (1) from one world to another, known without a count; (G, R)."""
        found: list[NDArray[np.float64]] = []
        for sigma, e, _, m in _points(self.response):
            w, v = _pair_weights(after, before.asked, after.asked, e, m)
            found.append(factor(w, v, sigma))
        return np.array(found)

    def tabulate(self, problem: Prepared, solution: Trips) -> dict[str, Table]:
        """The table person_trip."""
        low, high = solution.trips.min(axis=0), solution.trips.max(axis=0)
        least, most = solution.response.min(axis=0), solution.response.max(axis=0)
        rows: list[dict[str, Any]] = [
            {
                "on": problem.on,
                **{k: v for k, v in row.items() if k not in {"carried", "claim"}},
                "trips_persons_per_y": solution.trips[0, i],
                "trips_low_persons_per_y": low[i],
                "trips_high_persons_per_y": high[i],
                "response_ratio": solution.response[0, i],
                "response_low_ratio": least[i],
                "response_high_ratio": most[i],
            }
            for i, row in enumerate(problem.rows)
        ]
        return {"person_trip": Table.from_rows(PERSON_TRIP, rows)}


def _pair_weights(
    problem: Prepared, first: NDArray[np.int64], then: NDArray[np.int64], e: float, m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights of two sets of regimes; a purpose visas do not touch changes only where a border shuts."""
    by_regime = _weights(e, m)
    w, v = by_regime[first], by_regime[then]
    return w, np.where(problem.answers | np.isnan(v), v, w)


def _weights(e: float, m: float) -> NDArray[np.float64]:
    """Weight of each regime in `REGIME_WORDS`, and NaN last for one not known."""
    by_word = {
        "closed": np.nan, "visa_required": 1.0, "evisa": e, "visa_on_arrival": e,
        "joint_visa": e / m, "visa_free": 0.0,
    }  # fmt: skip
    return np.array([*(by_word[word] for word in REGIME_WORDS), np.nan])


def _points(response: VisaResponse) -> list[tuple[float, float, float, float]]:
    """Points of the band (sigma, e, kappa, m), the central one first."""
    r = response
    central = (
        r.deterrence.central, r.evisa.central, r.deflection.central, r.states_per_trip.central,
    )  # fmt: skip
    sigmas = np.linspace(r.deterrence.low, r.deterrence.high, SIGMA_POINTS).tolist()
    return [
        central,
        *itertools.product(sigmas, *map(_ends, (r.evisa, r.deflection, r.states_per_trip))),
    ]


def _ends(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.low, estimate.central, estimate.high


def _place(regime: str | None) -> int:
    return UNKNOWN if regime is None else REGIME_WORDS.index(regime)


def _nan(value: float | None) -> float:
    return float("nan") if value is None else float(value)
