"""Health: hours to a specialist's opinion by state, and the queue of remote consultation.

What a network of remote consultation asks of fibre is set against the least capacity known of any
open section. A patient abroad is counted as observed; what consultation does to that count is not
known, and then not stated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from sogdia.appraisal.linkage.contract import Asked, Linkage, row
from sogdia.core.states import FIVE, TOGETHER
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import day
from sogdia.models.people.health_access import HealthAccessModel
from sogdia.models.people.health_queue import DAYS_PER_Y, service_table
from sogdia.world.world import World

__all__ = ["READS", "health"]

READS = (
    "zones", "places", "connectors", "links", "crossings", "hospitals", "consultations",
    "journeys",
)  # fmt: skip
"""Tables of a world that access to specialists depends on."""

BEST = "best case: hospitals beyond those named stand in main cities without one"
TO_CITY = "from the main city of each zone, weighted with population"
QUEUE = "assumed: 250 working days, half an hour a case, shares of specialities"
PATIENTS = "HC-028"
"""Row of the registry of health cooperation with the patients counted last."""

ACCESS = (
    ("opinion_h", "opinion_hours", "hours one way to a specialist's opinion, at home or in a room", "h"),
    ("travel_h", "specialist_hours", "hours one way to a specialist at home", "h"),
    ("china_h", "specialist_hours_china", "hours one way to a specialist in China", "h"),
    ("opinion_usd2023", "opinion_fare", "fare one way to a specialist's opinion", "usd2023"),
    ("china_usd2023", "specialist_fare_china", "fare one way to a specialist in China", "usd2023"),
)  # fmt: skip
SERVICE = (
    ("hospitals_count", "hospitals_connected", "hospitals abroad connected", "hospitals"),
    ("keeps_up_count", "specialists_needed", "fewest specialists on duty that keep up", "persons"),
    ("wait_p90_h", "consultation_wait_p90", "wait nine cases in ten do not exceed, open hours", "h"),
    ("utilisation_share", "specialists_busy", "share of time specialists are in a case", "1"),
    ("bandwidth_mean_mbit_per_s", "bandwidth_mean", "bandwidth at the centre, mean", "Mbit/s"),
    ("bandwidth_peak_mbit_per_s", "bandwidth_peak", "bandwidth at the centre, all at once", "Mbit/s"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """Tables of one side."""

    access: Table
    service: Table

    def tables(self) -> dict[str, Table]:
        return {"health_access": self.access, "consultation_service": self.service}


def health(asked: Asked) -> Linkage:
    """Access to specialists and remote consultation, before and after.

    Parameters
    ----------
    asked : Asked

    Returns
    -------
    Linkage
        Rows by state and by service; tables ``health_access`` and ``consultation_service``.
    """
    if not _journeys_known(asked.before):
        return Linkage(
            missing="what a passenger's journey takes is not known by "
            f"{asked.before.known_by}, so access to specialists is not asked"
        )
    before, statuses = _side(asked.base, asked.before)
    after = before
    if asked.differ(*READS):
        after, more = _side(asked.base, asked.after)
        statuses = (*statuses, *more)
    rows = (
        *_consultations(asked, before, after),
        *_fibre(asked, before, after),
        *_access(asked, before, after),
        _patients(asked),
    )
    return Linkage(
        rows=tuple(
            r for r in rows if r["before_amount"] is not None or r["after_amount"] is not None
        ),
        before=before.tables(),
        after=after.tables(),
        statuses=statuses,
    )


def _journeys_known(world: World) -> bool:
    """Whether every mode has its speed, fare and hours on the ground."""
    columns = [world.journeys[c] for c in world.journeys.schema.names[1:]]
    return len(world.journeys) > 0 and all(bool(np.isfinite(c).all()) for c in columns)


def _side(base: EvidenceBase, world: World) -> tuple[_Side, tuple[Any, ...]]:
    model = HealthAccessModel()
    problem = model.prepare(world, {})
    reach = model.solve(problem)
    access = model.tabulate(problem, reach)["health_access"]
    service, statuses = service_table(base, world)
    return _Side(access=access, service=service), (reach.status, *statuses)


def _row(
    asked: Asked,
    variable: str,
    entity: str,
    title: str,
    unit: str,
    before: float | None,
    after: float | None,
    **more: Any,
) -> Mapping[str, Any]:
    return row(
        asked.on, "people", "health", variable, entity, title, unit,
        before=before, after=after, **more,
    )  # fmt: skip


def _consultations(asked: Asked, before: _Side, after: _Side) -> Iterator[Mapping[str, Any]]:
    later = {r["id"]: r for r in after.service.rows()}
    for found in before.service.rows():
        name = found["id"]
        held, other = found["served_per_day"], later[name]["served_per_day"]
        low, high = _band_of_cases(asked, name, held, other)
        yield _row(
            asked, "consultations", name, "remote consultations held a year", "cases/year",
            None if held is None else held * DAYS_PER_Y,
            None if other is None else other * DAYS_PER_Y,
            low=low, high=high, headline=True,
            basis="before: as counted at one hospital in 2016-17, up to each of 19 doing as much; "
            "250 working days",
        )  # fmt: skip
        for column, variable, title, unit in SERVICE:
            yield _row(
                asked, variable, name, title, unit, found[column], later[name][column], basis=QUEUE
            )


def _band_of_cases(
    asked: Asked, name: str, before: float | None, after: float | None
) -> tuple[float | None, float | None]:
    """Band of the change a year from what is claimed of the cases before."""
    if before is None or after is None:
        return None, None
    if before == after:
        return 0.0, 0.0
    at = [str(i) for i in asked.before.consultations["id"]].index(name)
    parts = [
        p.estimate
        for s in asked.before.spreads
        if (s.table, s.column, s.row) == ("consultations", "cases_per_day", at)
        for p in s.parts
    ]
    low, high = (sum(p.low for p in parts), sum(p.high for p in parts)) if parts else (before,) * 2
    return (after - high) * DAYS_PER_Y, (after - low) * DAYS_PER_Y


def _fibre(asked: Asked, before: _Side, after: _Side) -> Iterator[Mapping[str, Any]]:
    """What all consultations at once take of the least capacity known."""
    shares: list[float | None] = []
    for side, world in ((before, asked.before), (after, asked.after)):
        peaks = [r["bandwidth_peak_mbit_per_s"] for r in side.service.rows()]
        cables = world.cables
        known = cables["capacity_mbit_per_s"][cables["status"] == "open"]
        known = known[np.isfinite(known)]
        shares.append(
            None
            if any(p is None for p in peaks) or not len(known)
            else sum(peaks) / float(known.min())
        )
    yield _row(
        asked, "bandwidth_of_capacity", "consultation:xinjiang",
        "peak bandwidth over the least known capacity of an open section of fibre", "1",
        shares[0], shares[1],
        basis="most capacities are not known; below 1 fibre does not limit the service",
    )  # fmt: skip


def _access(asked: Asked, before: _Side, after: _Side) -> Iterator[Mapping[str, Any]]:
    only = asked.differ("consultations") and not asked.differ(
        *(t for t in READS if t != "consultations")
    )
    for country in (TOGETHER, *FIVE):
        for column, variable, title, unit in ACCESS:
            held, other = _mean(before.access, after.access, country, column)
            change = None if held is None or other is None else other - held
            # All further hospitals may stand abroad, or where there is one: then nothing changes.
            low, high = (
                (min(change, 0.0), 0.0)
                if change is not None and (only or change == 0.0)
                else (None, None)
            )
            yield _row(
                asked, variable, country, f"{country}: {title}", unit, held, other,
                low=low, high=high, basis=f"{TO_CITY}; {BEST}" if "opinion" in variable else TO_CITY,
                headline=country == TOGETHER and variable == "opinion_hours",
            )  # fmt: skip


def _mean(
    before: Table, after: Table, country: str, column: str
) -> tuple[float | None, float | None]:
    """Mean over zones known on both sides, weighted with population."""
    here = (before["country"] == country) | (country == TOGETHER)
    known = (
        here
        & np.isfinite(before[column])
        & np.isfinite(after[column])
        & np.isfinite(before["population_persons"])
    )
    people = before["population_persons"][known]
    if not known.any() or math.isclose(float(people.sum()), 0.0):
        return None, None
    weight = people / people.sum()
    return float(weight @ before[column][known]), float(weight @ after[column][known])


def _patients(asked: Asked) -> Mapping[str, Any]:
    """Patients from Central Asia in Xinjiang a year, as counted last."""
    found = next(
        (r for r in asked.base.registry("health_cooperation") if r["id"] == PATIENTS), None
    )
    a_year: float | None = None
    if found is not None:
        first, last = day(found["date"]), day(found["end_date"], last=True)
        if isinstance(first, date) and isinstance(last, date):
            a_year = float(found["quantity"]) / (((last - first).days + 1) / 365.25)
    return _row(
        asked, "patients", "CA>CHN", "patients of three states in 15 hospitals of Xinjiang a year",
        "persons/year", a_year, None if asked.differ("consultations") else a_year,
        basis="over 5,000 from 2022 to March 2025 (HC-028); what remote consultation does to it is "
        "not known",
    )  # fmt: skip
