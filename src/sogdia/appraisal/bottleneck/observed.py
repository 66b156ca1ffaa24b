"""Flows of today that somebody counted: of corridors, and of single links, posts and ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sogdia.evidence.base import EvidenceBase

__all__ = ["COUNTED", "Counted", "counted_parts", "observed_corridor"]

COUNTED = {"teu/year": "observed_teu_per_y", "train/day": "observed_trains_per_day"}
"""Columns of the registry corridors with the whole flow of a part, by unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A flow and its year.

    Attributes
    ----------
    whole : bool
        False: the corridor's share alone, so the least that passes.
    """

    amount: float
    year: int
    whole: bool


def observed_corridor(
    base: EvidenceBase, corridor: str | None, last: int, modelled: Mapping[str, float]
) -> tuple[int, float, float, str]:
    """Year, TEU and tonnes of the corridor today; what is missing follows the model's mix."""
    rows = [
        r
        for r in base.registry("corridor_plans")
        if r["corridor"] == corridor and r["outturn"] and int(r["year"]) <= last
    ]
    if not rows:
        return last, modelled["teu/year"], modelled["t/year"], "modelled"
    year = max(int(r["year"]) for r in rows)
    seen = {r["measure"]: float(r["outturn"]) for r in rows if int(r["year"]) == year}
    mix = modelled["teu/year"] / modelled["t/year"] if modelled["t/year"] > 0.0 else 0.0
    tonnes = seen.get("tonnes", modelled["t/year"])
    teu = seen.get("containers", tonnes * mix)
    whole = {"tonnes", "containers"} <= set(seen)
    return year, teu, tonnes, "observed" if whole else "tonnes observed, containers by the model"


def counted_parts(base: EvidenceBase, last: int) -> dict[tuple[str, str], Counted]:
    """Flows by entity and unit: counted there, or the stated share of a corridor's containers."""
    found: dict[tuple[str, str], Counted] = {}
    nothing = {"teu/year": 0.0, "t/year": 0.0}
    for row in base.registry("corridors"):
        entity = row["entity"]
        year, whole, _, _ = observed_corridor(base, row["corridor"], last, nothing)
        share = float(row["teu_share"] or 0.0)
        if share * whole > 0.0:
            found.setdefault(
                (entity, "teu/year"), Counted(amount=share * whole, year=year, whole=False)
            )
        for unit, column in COUNTED.items():
            if row[column] and int(row["observed_year"]) <= last:
                found[entity, unit] = Counted(
                    amount=float(row[column]), year=int(row["observed_year"]), whole=True
                )
    return found
