"""The queue of a world's service of remote consultation."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from sogdia.core.estimate import Estimate
from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.people.consult_question import (
    CASE_SHARES,
    DAYS_PER_Y,
    UTC_H,
    common_hours,
)
from sogdia.models.people.consultation import Network, Pool, Service, fewest, served, staffed
from sogdia.models.people.health_tables import CONSULTATION_SERVICE
from sogdia.world.world import World

__all__ = ["DAYS_PER_Y", "service_of", "service_table"]


def service_of(
    base: EvidenceBase, row: Mapping[str, Any], on: date, *, length_h: float | None = None
) -> tuple[Service | None, int | None]:
    """How a row of the table consultations serves, and the fewest specialists that keep up.

    Parameters
    ----------
    base : EvidenceBase
        For the length and bandwidth of a consultation.
    row : mapping
        Of the table consultations.
    on : date
        For the time zones.
    length_h : float, optional
        Of a consultation; central by default.

    Returns
    -------
    service : Service or None
        None when hospitals, cases or specialists are not known.
    keeps_up : int or None
        None when the cases are not known.
    """
    cases, hospitals = row["cases_per_day"], row["hospitals_count"]
    if cases is None:
        return None, None
    length = length_h if length_h is not None else _claim(base, "teleconsultation_h").central
    open_h = min(common_hours(c, on) for c in UTC_H if c != "CHN")
    shares = list(CASE_SHARES.values())
    load = cases / open_h * length
    keeps_up = sum(fewest(shares, load))
    if hospitals is None or row["specialists_count"] is None:
        return None, keeps_up
    one_each = tuple(
        Pool(speciality=n, case_share=s, specialists=1) for n, s in CASE_SHARES.items()
    )
    counts = staffed(shares, load, max(int(row["specialists_count"]), len(shares)))
    network = Network(
        hospitals=int(hospitals),
        cases_per_day=cases,
        pools=tuple(
            dataclasses.replace(p, specialists=c) for p, c in zip(one_each, counts, strict=True)
        ),
        open_h=open_h,
        days_per_y=DAYS_PER_Y,
        consultation_h=length,
        stream_mbit_per_s=_claim(base, "teleconsultation_stream_mbit_per_s").central,
    )
    return served(network), keeps_up


def service_table(base: EvidenceBase, world: World) -> tuple[Table, tuple[Status, ...]]:
    """The table ``consultation_service`` of a world, and how each queue ended."""
    rows: list[dict[str, Any]] = []
    statuses: list[Status] = []
    for row in sorted(world.consultations.rows(), key=lambda r: r["id"]):
        service, keeps_up = service_of(base, row, world.on)
        found: dict[str, Any] = {
            "on": world.on,
            "id": row["id"],
            "hospitals_count": row["hospitals_count"],
            "cases_per_day": row["cases_per_day"],
            "specialists_count": row["specialists_count"],
            "keeps_up_count": keeps_up,
        }
        if service is None:
            # Cases that were counted were held, whoever held them.
            found["served_per_day"] = row["cases_per_day"]
            found["bandwidth_mean_mbit_per_s"] = _mean_bandwidth(base, row["cases_per_day"], world)
        else:
            statuses.append(service.status)
            found |= {
                "wait_mean_h": service.wait_mean_h,
                "wait_p90_h": service.wait_p90_h,
                "utilisation_share": service.utilisation_share,
                "served_per_day": service.cases_per_y / DAYS_PER_Y,
                "bandwidth_mean_mbit_per_s": service.bandwidth_mean_mbit_per_s,
                "bandwidth_peak_mbit_per_s": service.bandwidth_peak_mbit_per_s,
                "state": service.status.state,
            }
        rows.append(found)
    return Table.from_rows(CONSULTATION_SERVICE, rows), tuple(statuses)


def _mean_bandwidth(base: EvidenceBase, cases: float | None, world: World) -> float | None:
    """At the centre over open hours, by Little's law: it needs no count of specialists."""
    if cases is None:
        return None
    open_h = min(common_hours(c, world.on) for c in UTC_H if c != "CHN")
    length = _claim(base, "teleconsultation_h").central
    return cases / open_h * length * _claim(base, "teleconsultation_stream_mbit_per_s").central


def _claim(base: EvidenceBase, variable: str) -> Estimate:
    value = base.about("CHN", variable)[0].value
    assert isinstance(value, Estimate)
    assert math.isfinite(value.central)
    return value
