"""What was observed: trade by who reported it, and counts of trains and tonnes from registries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from sogdia.core.states import CHINA, FIVE, TOGETHER
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import Claim

__all__ = ["VARIANTS", "Count", "Observation", "Variant", "counts", "trade_observed"]

Variant = Literal["china", "partner"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
"""As reported by China; as reported by the partner. They are never mixed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Trade of one year as one side reports it.

    Attributes
    ----------
    usd_per_y : float
        Exports and imports together, current USD.
    claims : tuple of Claim
        One of the turnover, or two when both directions were added.
    """

    year: int
    country: str
    variant: Variant
    usd_per_y: float
    claims: tuple[Claim, ...]


def trade_observed(base: EvidenceBase, year: int) -> Iterator[Observation]:
    """Trade between China and each of the five, and with all five, in one year."""
    on = date(year, 7, 1)
    for country in (*FIVE, TOGETHER):
        for variant in VARIANTS:
            first, second = (CHINA, country) if variant == "china" else (country, CHINA)
            found = _of_year(base, f"{first}<>{second}", "trade_turnover_usd_per_y", on)
            claims = (found,) if found else ()
            if not claims:
                sent = _of_year(base, f"{first}>{second}", "trade_exporter_report_usd_per_y", on)
                got = _of_year(base, f"{second}>{first}", "trade_importer_report_usd_per_y", on)
                if sent is not None and got is not None:
                    claims = (sent, got)
            if claims:
                yield Observation(
                    year=year,
                    country=country,
                    variant=variant,
                    usd_per_y=sum(c.number for c in claims),
                    claims=claims,
                )


def _of_year(base: EvidenceBase, subject: str, variable: str, on: date) -> Claim | None:
    """The claim believed about the year itself; a figure of another year is no observation."""
    found = base.believe(subject, variable, on=on)
    return None if found is None or found.carried else found.claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A count of a registry for a full year.

    Attributes
    ----------
    series : str
    amount : float
    unit : {"train/year", "t/year", "1"}
    is_floor : bool
        True when the source says "more than".
    """

    series: str
    year: int
    amount: float
    unit: str
    is_floor: bool
    source: str
    note: str


GATES = {"kz-cn.alashankou": "Alashankou/Dostyk", "kz-cn.khorgos": "Khorgos/Altynkol"}
TOTALS = {
    ("China-Europe Railway Express", "trains"): "China-Europe trains",
    ("Kazakhstan-China rail freight", "tonnes"): "Kazakhstan-China rail",
    ("Trans-Caspian route (TITR)", "tonnes"): "Trans-Caspian route",
}
FULL = frozenset({"reported", "reported (rounded)", "derived", "floor"})
ENOUGH_DAYS = 340
"""A period this long stands for its year, scaled to it."""


def counts(base: EvidenceBase) -> Iterator[Count]:
    """Trains at the two gates and corridor totals of full years; of rivals the longer period."""
    rows = sorted(base.registry("border_throughput"), key=lambda r: r["period_end"], reverse=True)
    seen: set[tuple[str, str]] = set()
    for row in rows:
        gate = GATES.get(row["post"])
        days = _days(row["period_start"], row["period_end"])
        if gate is None or row["mode"] != "rail" or days < ENOUGH_DAYS or not row["trains"]:
            continue
        if row["value_kind"] not in FULL | {"partial year"}:
            continue
        if row["year"] == "2025":  # counts trains that begin at the station, not those passing
            continue
        if (gate, row["year"]) in seen:
            continue
        seen.add((gate, row["year"]))
        yield Count(
            series=f"trains at {gate}",
            year=int(row["year"]),
            amount=float(row["trains"]) * 365.0 / min(days, 365),
            unit="train/year",
            is_floor=row["value_kind"] == "floor",
            source=row["source"],
            note=row["note"],
        )
    for row in base.registry("corridor_totals"):
        series = TOTALS.get((row["series"], row["metric"]))
        if series is None or row["value_kind"] not in FULL or not _whole_year(row):
            continue
        yield Count(
            series=series,
            year=int(row["year"]),
            amount=float(row["value"]),
            unit="train/year" if row["metric"] == "trains" else "t/year",
            is_floor=row["value_kind"] == "floor",
            source=row["source"],
            note=row["note"],
        )


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days + 1


def _whole_year(row: dict[str, str]) -> bool:
    return _days(row["period_start"], row["period_end"]) >= 365
