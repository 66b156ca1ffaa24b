"""A consultation network of some size against what was planned and what came of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.estimate import Estimate
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import day
from sogdia.models.people.consultation import Network, Pool, Service, served, staffed

__all__ = ["ConsultAnswer", "Outturn", "ask_consult", "common_hours", "outturn"]

CASE_SHARES: dict[str, float] = {
    "internal medicine": 0.25, "oncology": 0.20, "cardiology": 0.15, "neurology": 0.15,
    "surgery and orthopaedics": 0.10, "paediatrics": 0.10, "ophthalmology": 0.05,
}  # fmt: skip
"""Assumed: no source gives the cases of the platform by speciality."""

SPECIALISTS = 15
"""Assumed: one on duty at each of the 10 to 15 Urumqi hospitals of the plan of 2016."""

DAYS_PER_Y = 250.0
"""Assumed working days."""

OFFICE_H = {"CHN": (10.0, 19.0), "abroad": (9.0, 18.0)}
"""Assumed office hours by the clock on the wall; Xinjiang's start later on Beijing time."""

UTC_H = {"CHN": 8.0, "KAZ": 5.0, "KGZ": 6.0, "TJK": 5.0, "TKM": 5.0, "UZB": 5.0}
"""Legal time since 1 March 2024; before, most of Kazakhstan kept UTC+6."""

KAZ_CHANGED = date(2024, 3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outturn:
    """One row of the registry of health cooperation."""

    id: str
    when: str
    what: str
    quantity: float
    unit: str
    source: str
    per_day: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultAnswer:
    """The answer.

    Attributes
    ----------
    network : Network
    service : Service
        At the central length of a consultation.
    service_short, service_long : Service
        At the ends of its band, with the same specialists.
    keeps_up_with : int
        Fewest specialists without a growing queue.
    wait_an_hour_with : int
        Fewest with a P90 of at most one open hour.
    saving_per_case_usd : float or None
        What a patient saved in Henan, nominal; a domestic figure.
    assumed : tuple of str
    outturn : tuple of Outturn
    """

    network: Network
    service: Service
    service_short: Service
    service_long: Service
    keeps_up_with: int
    wait_an_hour_with: int
    saving_per_case_usd: float | None
    assumed: tuple[str, ...]
    outturn: tuple[Outturn, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values with their units in the names, for JSON."""
        return dataclasses.asdict(self)


def common_hours(country: str, on: date) -> float:
    """Hours of a working day in which offices in Urumqi and in a country are both open.

    Raises
    ------
    InvalidInput
        When the country is not one of the five.
    """
    if country not in UTC_H or country == "CHN":
        raise InvalidInput(
            [
                Problem(
                    where=f"country {country}",
                    what="has no time zone here",
                    allowed=", ".join(c for c in UTC_H if c != "CHN"),
                )
            ]
        )
    shift = 6.0 if country == "KAZ" and on < KAZ_CHANGED else UTC_H[country]
    here = tuple(h - UTC_H["CHN"] for h in OFFICE_H["CHN"])
    there = tuple(h - shift for h in OFFICE_H["abroad"])
    return max(0.0, min(here[1], there[1]) - max(here[0], there[0]))


PLATFORM_ROWS = (
    "HC-002", "HC-003", "HC-006", "HC-008", "HC-009", "HC-012", "HC-011", "HC-022", "HC-024",
)  # fmt: skip
"""What was planned for the Urumqi platform and what was reported of it, 2016 to 2019."""

COUNTED_OVER: Mapping[str, tuple[date, date]] = {
    "HC-006": (date(2016, 7, 1), date(2017, 1, 18)),
    "HC-022": (date(2016, 1, 1), date(2016, 12, 31)),
    "HC-024": (date(2015, 1, 1), date(2019, 8, 26)),
}
"""First and last day of a count: from the opening of the platform, of the year, of the programme."""


def outturn(base: EvidenceBase) -> tuple[Outturn, ...]:
    """Plan and outturn of 2016 to 2019, from the registry; a rate by calendar day where it can be."""
    rows = {row["id"]: row for row in base.registry("health_cooperation")}
    found: list[Outturn] = []
    for name in PLATFORM_ROWS:
        row = rows[name]
        span = COUNTED_OVER.get(name)
        quantity = float(row["quantity"])
        first = day(row["date"])
        assert first is not None
        found.append(
            Outturn(
                id=name, when=row["date"], what=row["what"], quantity=quantity, unit=row["unit"],
                source=row["source"],
                per_day=None if span is None else quantity / ((span[1] - span[0]).days + 1),
            )
        )  # fmt: skip
    return tuple(found)


def ask_consult(
    base: EvidenceBase,
    *,
    hospitals: int,
    cases_per_day: float,
    on: date,
    specialists: int | None = None,
    changes: Mapping[str, Any] | None = None,
) -> ConsultAnswer:
    """A network of so many hospitals with so many cases a working day.

    Parameters
    ----------
    base : EvidenceBase
    hospitals : int
    cases_per_day : float
    on : date
        For the time zones.
    specialists : int, optional
        On duty at once, divided over specialities so that the mean wait is least.
    changes : mapping, optional
        Fields of `Network` to set instead of what is assumed; None is not set.

    Raises
    ------
    InvalidInput
        With everything in the input that makes no sense.
    """
    given = {k: v for k, v in (changes or {}).items() if v is not None}
    total = SPECIALISTS if specialists is None else specialists
    if total < len(CASE_SHARES):
        raise InvalidInput(
            [
                Problem(
                    where="specialists",
                    what="too few for one a speciality",
                    got=str(total),
                    allowed=f"{len(CASE_SHARES)} or more",
                )
            ]
        )
    length, stream = (
        _claim(base, "teleconsultation_h"),
        _claim(base, "teleconsultation_stream_mbit_per_s"),
    )
    assumed = _assumed(given, specialists)
    values: dict[str, Any] = {
        "hospitals": hospitals, "cases_per_day": cases_per_day,
        "open_h": min(common_hours(c, on) for c in UTC_H if c != "CHN"),
        "days_per_y": DAYS_PER_Y, "consultation_h": length.central,
        "stream_mbit_per_s": stream.central,
    } | given  # fmt: skip
    one_each = tuple(
        Pool(speciality=n, case_share=s, specialists=1) for n, s in CASE_SHARES.items()
    )
    asked = Network(pools=one_each, **values)  # refuses what makes no sense, before it is used
    shares = list(CASE_SHARES.values())

    def load(h: float) -> float:
        return asked.cases_per_day / asked.open_h * h

    def network(count: int) -> Network:
        counts = staffed(shares, load(asked.consultation_h), count)
        pools = tuple(
            dataclasses.replace(p, specialists=c) for p, c in zip(one_each, counts, strict=True)
        )
        return dataclasses.replace(asked, pools=pools)

    held = network(total)
    ends = (length.low, length.high)
    if "consultation_h" in given:
        ends = (asked.consultation_h, asked.consultation_h)
    short, long = (served(dataclasses.replace(held, consultation_h=h)) for h in ends)
    keeps = len(shares)
    while served(network(keeps)).wait_mean_h is None:
        keeps += 1
    hour = keeps
    while (served(network(hour)).wait_p90_h or 0.0) > 1.0:
        hour += 1
    saved = base.about("CHN", "teleconsultation_saving_usd")
    return ConsultAnswer(
        network=held,
        service=served(held),
        service_short=short,
        service_long=long,
        keeps_up_with=keeps,
        wait_an_hour_with=hour,
        saving_per_case_usd=saved[0].number if saved else None,
        assumed=assumed,
        outturn=outturn(base),
    )


def _claim(base: EvidenceBase, variable: str) -> Estimate:
    value = base.about("CHN", variable)[0].value
    assert isinstance(value, Estimate)
    return value


def _assumed(given: Mapping[str, Any], specialists: int | None) -> tuple[str, ...]:
    lines = (
        ("specialists", "one specialist on duty at each of 15 Urumqi hospitals"),
        ("open_h", "open while offices in Urumqi (10 to 19 h) and in all five (9 to 18 h) are"),
        ("days_per_y", "250 working days a year"),
        ("consultation_h", "half an hour a case (0.33 to 1)"),
        ("stream_mbit_per_s", "4 Mbit/s a case (1.2 to 8)"),
    )
    held = {**given, **({} if specialists is None else {"specialists": specialists})}
    return (
        *(words for name, words in lines if name not in held),
        "shares of the specialities",
        "cases come as Poisson arrivals in open hours, first come first served in each speciality",
    )
