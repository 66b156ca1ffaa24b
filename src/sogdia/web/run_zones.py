"""The zones of a run as points of its map: who they are and what changes there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import Any

from sogdia.appraisal.summary import ZoneChange
from sogdia.appraisal.summary_traffic import rows_on
from sogdia.results.store import Run

__all__ = ["zone_features"]

LEVEL = "full"
"""Every response let run, as the table of incomes by country has it."""


def zone_features(run: Run, day: date, changes: Iterable[ZoneChange]) -> list[dict[str, Any]]:
    """One point a zone.

    Parameters
    ----------
    changes : iterable of ZoneChange
        Cost of reaching the others; empty for a baseline.

    Returns
    -------
    list of Feature
        Properties: people and GDP of the world of the run; `income_change_share`, real income
        with every response, null where flows were not run; `access_before_usd2023_per_t`,
        `access_after_usd2023_per_t` and `access_change_share`, the mean cost of reaching the other
        zones weighted by their GDP.
    """
    incomes: dict[str, float | None] = {}
    if "zone_income" in run:
        incomes = {
            r["zone"]: r["real_income_change_share"]
            for r in rows_on(run["zone_income"], day)
            if r["level"] == LEVEL
        }
    access = {c.zone: c for c in changes}
    features: list[dict[str, Any]] = []
    for row in rows_on(run["zones"], day):
        at = row["lon_deg"], row["lat_deg"]
        if any(x is None or math.isnan(x) for x in at):
            continue
        change = access.get(row["id"])
        said = {
            "id": row["id"], "name": row["name"], "kind": "zone", "mode": None, "change": None,
            "country": row["country"],
            "population_persons": row["population_persons"],
            "gdp_usd2023_per_y": row["gdp_usd2023_per_y"],
            "income_change_share": incomes.get(row["id"]),
            "access_change_share": change.change.central if change else None,
            "access_before_usd2023_per_t": change.before_usd2023_per_t if change else None,
            "access_after_usd2023_per_t": change.after_usd2023_per_t if change else None,
        }  # fmt: skip
        features.append(
            {
                "type": "Feature",
                "properties": said,
                "geometry": {"type": "Point", "coordinates": [round(x, 4) for x in at]},
            }
        )
    return features
