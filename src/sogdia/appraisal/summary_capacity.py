"""What is said of lines, yards, ports and ships: where hours are added, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sogdia.appraisal.summary_traffic import rows_on
from sogdia.results.store import Run

__all__ = ["AddedHours", "CapacitySummary", "summarise_capacity"]

SHOWN, SHOWN_H = 3, 0.05
"""Places named, and hours from which one is."""

GROUPS = ("lines", "yards", "ports", "ships")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedHours:
    """Hours that traffic adds at one line, yard, port or ship.

    Attributes
    ----------
    entity, unit, towards : str
        As in the table `capacity_use`.
    added_h : float
        Against the baseline.
    use_before, use_after : float or None
        Flow over the capacity known.
    """

    entity: str
    unit: str
    towards: str
    added_h: float
    use_before: float | None
    use_after: float | None

    @property
    def words(self) -> str:
        """One line."""
        use = " → ".join(
            "unknown" if u is None else f"{100 * u:,.0f} %"
            for u in (self.use_before, self.use_after)
        )
        to = f" to {self.towards}" if self.towards else ""
        return f"{self.entity}{to}: {self.added_h:+.1f} h (use {use})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacitySummary:
    """What is known of lines, yards, ports and ships on one date.

    Attributes
    ----------
    added : tuple of AddedHours
        The largest first, from `SHOWN_H` on.
    unknown, total : mapping of str to int
        Of `lines` (of rail), `yards` (that change gauge), `ports` and `ships` (sea links) in the
        scenario's network: those without a capacity that answers, and all.
    stale : int
        Capacities whose claim had ended and that the baseline exceeds; not used.
    """

    added: tuple[AddedHours, ...]
    unknown: Mapping[str, int]
    total: Mapping[str, int]
    stale: int

    @property
    def words(self) -> str:
        """How many have no known capacity."""
        said = ", ".join(
            f"{self.unknown[g]} of {self.total[g]} {g}" for g in GROUPS if self.total[g]
        )
        ended = (
            f"; {self.stale} more {'is' if self.stale == 1 else 'are'} out of date and exceeded"
            if self.stale
            else ""
        )
        return f"no known capacity: {said}{ended}; their hours do not answer to traffic"


def summarise_capacity(before: Run, after: Run, day: date) -> CapacitySummary | None:
    """Of a scenario's run; None when it has no such tables."""
    if not all(t in run for run in (before, after) for t in ("capacity_use", "transfer_flow")):
        return None
    sides = [
        {(r["entity"], r["unit"], r["towards"] or ""): r for r in rows_on(run["capacity_use"], day)}
        for run in (before, after)
    ]
    added = [
        AddedHours(
            entity=key[0], unit=key[1], towards=key[2], added_h=row["added_h"],
            use_before=sides[0][key]["use_share"] if key in sides[0] else None,
            use_after=row["use_share"],
        )
        for key, row in sides[1].items()
        if row["added_h"] is not None and abs(row["added_h"]) >= SHOWN_H
    ]  # fmt: skip
    known = {key[0] for key, row in sides[1].items() if row["added_h"] is not None}
    links = {r["id"]: r["mode"] for r in rows_on(after["link_flow"], day)}
    transfers = {str(r["id"]) for r in rows_on(after["transfer_flow"], day)}
    groups = {
        "lines": {i for i, mode in links.items() if mode == "rail"},
        "yards": {i for i in transfers if i.startswith("transfer:gauge-change/")},
        "ports": {i for i in transfers if i.startswith("transfer:port/")},
        "ships": {i for i, mode in links.items() if mode == "sea"},
    }
    return CapacitySummary(
        added=tuple(sorted(added, key=lambda a: (-abs(a.added_h), a.entity, a.unit))[:SHOWN]),
        unknown={name: len(ids - known) for name, ids in groups.items()},
        total={name: len(ids) for name, ids in groups.items()},
        stale=sum(row["added_h"] is None for row in sides[1].values()),
    )
