"""Modelled against observed transit times, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from sogdia.appraisal.worlds import build_world
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.models.transport.prepare import ArcCosts, arc_costs
from sogdia.models.transport.routes import alternatives
from sogdia.world.network import network

__all__ = ["TransitCheck", "median_error", "transit_checks"]

COMMODITY = "container-general"
SAMPLES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitCheck:
    """One observed transit time and what the model says.

    Attributes
    ----------
    kind : str
        average, scheduled, announced, single trip, record or storm: what was observed.
    observed_d : float
        Middle of the observed range, days.
    modelled_d : float or None
        P50 of the modelled time between the same two points, days; None when there is no route.
    ground : str
        What a reader must know: in-sample rows say so.
    """

    id: str
    origin: str
    destination: str
    mode: str
    year: int
    kind: str
    observed_d: float
    modelled_d: float | None
    ground: str

    @property
    def error(self) -> float | None:
        """Modelled over observed, less one."""
        return None if self.modelled_d is None else self.modelled_d / self.observed_d - 1.0

    @property
    def in_sample(self) -> bool:
        """Whether a parameter was derived from this very row."""
        return self.ground.startswith("in-sample")


def transit_checks(evidence: EvidenceBase | None = None) -> Iterator[TransitCheck]:
    """Every usable row of the registry ``transit_times``, in the network of its year.

    The times run from one node of the network to another, terminal to terminal: collection,
    waiting for a train and delivery are in neither figure. Rows that name a region, a price or a
    worst case are not usable, and the registry says why.
    """
    base = evidence if evidence is not None else open_evidence()
    costs: dict[date, ArcCosts] = {}
    for row in base.registry("transit_times"):
        if row["usable"] != "yes":
            continue
        on = date(int(row["year"]), 7, 1)
        if on not in costs:
            costs[on] = arc_costs(network(build_world(base, on)), COMMODITY)
        found = alternatives(
            costs[on],
            row["start"],
            row["end"],
            1,
            samples=SAMPLES,
            modes=tuple(row["modes"].split(";")),
            avoid=tuple(filter(None, row["avoid"].split(";"))),
        )
        yield TransitCheck(
            id=row["id"],
            origin=row["origin"],
            destination=row["destination"],
            mode="-".join(dict.fromkeys(m.partition("/")[0] for m in row["modes"].split(";"))),
            year=int(row["year"]),
            kind=row["kind"],
            observed_d=(float(row["days_min"]) + float(row["days_max"])) / 2,
            modelled_d=found[0].time_p50_h / 24 if found else None,
            ground=row["ground"],
        )


def median_error(checks: Sequence[TransitCheck]) -> float | None:
    """Median absolute relative error; None when there is nothing to compare."""
    errors = [abs(e) for c in checks if (e := c.error) is not None]
    return float(np.median(errors)) if errors else None
