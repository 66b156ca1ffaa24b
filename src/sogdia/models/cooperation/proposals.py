"""The five proposals of June 2022, each with indicators and their value on a date.

The proposals are those of the third meeting of foreign ministers. The indicators are this
project's own and no part of them. One that the evidence cannot answer has no value, and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from sogdia.core.states import FIVE
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import day
from sogdia.models.cooperation.coding_tables import coding_rows
from sogdia.models.cooperation.events import read_events
from sogdia.models.cooperation.proposals_on_record import (
    NONE_ON_RECORD,
    in_last_year,
    meetings_of_ministers,
    partnership_levels,
    shared_memberships,
    summits,
    wto_stages,
)
from sogdia.world.world import World

__all__ = ["FIVE_PROPOSALS", "UNANSWERED", "five_proposals"]

FIVE_PROPOSALS = Schema(
    "five_proposals",
    (
        Column("on", "date"),
        Column("indicator"),
        Column("point", "integer", title="1 to 5"),
        Column("title"),
        Column("subject", title="a country, a pair or a series; all where it is of the six"),
        Column("amount", "number", title="null where the evidence cannot answer"),
        Column("unit"),
        Column("of", title="the date or year the value is of"),
        Column("better", title="up, down, neutral"),
        Column("source", title="rows or sources it is computed from"),
        Column("note"),
    ),
    ("on", "indicator", "subject"),
)

UNANSWERED: dict[str, str] = {
    "FP1-04": "the outcome lists of 2023 and 2025 are not coded item by item",
    "FP2-02": "exports by commodity are known for single years and goods only",
    "FP2-06": "the capacity registry does not say who built a plant",
    "FP2-07": "no source gives the bandwidth between China and the five",
    "FP2-08": "no source gives the share of settlement in yuan or local currencies",
    "FP3-02": "no register of conflict events is in the evidence",
    "FP3-03": "no register of incidents is in the evidence",
    "FP3-04": "no source on seizures is in the evidence",
    "FP3-05": "the registry of restrictions is of goods; days open to passengers are not recorded",
    "FP4-08": "one cumulative count of January 2017 and no yearly count",
    "FP4-09": "needs population by travel time to hospitals, which is another model's",
    "FP4-10": "no opinion survey is in the evidence",
    "FP5-02": "joint statements are not coded by what they endorse",
    "FP5-05": "joint projects on climate and health are not counted in one registry",
}
"""Indicators without a value, and what is missing."""

Row = dict[str, Any]


def five_proposals(base: EvidenceBase, *, on: date, world: World | None = None) -> Table:
    """Every indicator with its value on a date, or none and the reason.

    Parameters
    ----------
    base : EvidenceBase
    on : date
    world : World, optional
        Of that date, for the time at border posts and for visas; without it the first has no
        value and the second is the registry's. The days of a visa that a measure sets are not
        known.
    """
    answers = _answers(base, on, world)
    rows: list[Row] = []
    for point in base.registry("five_points"):
        name = point["indicator_id"]
        shared = {
            "on": on, "indicator": name, "point": int(point["point"]),
            "title": point["indicator"], "unit": point["unit"],
            "better": point["desired_direction"],
        }  # fmt: skip
        found = answers[name]() if name in answers else []
        if not found:
            why = UNANSWERED.get(name, "no row of the evidence on or before the date")
            found = [{"subject": "all", "amount": None, "note": why}]
        rows += [{**shared, **row} for row in found]
    return Table.from_rows(FIVE_PROPOSALS, rows)


def _answers(
    base: EvidenceBase, on: date, world: World | None
) -> Mapping[str, Callable[[], list[Row]]]:
    """How each indicator is computed."""
    events = [e for e in read_events(base) if e.first <= on]
    return {
        "FP1-01": lambda: summits(events, on),
        "FP1-02": lambda: meetings_of_ministers(events, on),
        "FP1-03": lambda: partnership_levels(events),
        "FP1-05": lambda: in_last_year(events, on, "state_visit"),
        "FP2-01": lambda: _trade(base, on),
        "FP2-03": lambda: _trains(base, on),
        "FP2-04": lambda: _dwell(world),
        "FP2-05": lambda: _latest(
            base, on, {"CA5>CHN": "gas_through_central_asia_china_pipeline_bcm_per_y"},
            note="all sources together; by country not known",
        ),
        "FP3-01": lambda: in_last_year(events, on, "security_exercise"),
        "FP4-01": lambda: _visa_days(base, on, world),
        "FP4-02": lambda: _latest(base, on, dict.fromkeys(FIVE, "students_in_china_persons")),
        "FP4-03": lambda: _latest(
            base, on, dict.fromkeys(FIVE, "chinese_students_abroad_persons")
        ),
        "FP4-04": lambda: [
            *_latest(base, on, dict.fromkeys(FIVE, "chinese_visitors_persons"), "CHN>{}"),
            *_latest(base, on, dict.fromkeys(FIVE, "visitors_to_china_persons"), "{}>CHN"),
        ],
        "FP4-05": lambda: _latest(base, on, dict.fromkeys(FIVE, "flights_weekly_count")),
        "FP4-06": lambda: _latest(base, on, {"+".join(FIVE): "sister_cities_count"}),
        "FP4-07": lambda: _institutes(base, on),
        "FP5-01": lambda: _votes(base, on),
        "FP5-03": lambda: wto_stages(events),
        "FP5-04": lambda: shared_memberships(base, events, on),
    }  # fmt: skip


def _trade(base: EvidenceBase, on: date) -> list[Row]:
    variable = "trade_turnover_usd_per_y"
    note = "as the first reports; a year after the last known deflator is taken at its prices"
    rows: list[Row] = []
    for country in FIVE:
        for subject in (f"CHN<>{country}", f"{country}<>CHN"):
            for row in _latest(base, on, {subject: variable}):
                year = int(row["of"])
                row["amount"] *= base.prices.to_usd2023("USD", year)
                rows.append({**row, "unit": "USD of 2023 a year", "note": note})
    return rows


def _latest(
    base: EvidenceBase,
    on: date,
    wanted: Mapping[str, str],
    called: str = "{}",
    note: str | None = None,
) -> list[Row]:
    """What is believed of the latest year that had ended by the date and has a claim."""
    rows: list[Row] = []
    for subject, variable in wanted.items():
        years = sorted(
            {
                claim.holds_from.year
                for claim in base.about(subject, variable)
                if claim.holds_from is not None and claim.holds_from.year < on.year
            }
        )
        belief = (
            base.believe(subject, variable, on=date(years[-1], 7, 1), known_by=on)
            if years
            else None
        )
        if belief is not None:
            rows.append(
                {
                    "subject": called.format(subject), "amount": belief.claim.number,
                    "of": str(years[-1]), "source": belief.claim.source, "note": note,
                }
            )  # fmt: skip
    return rows


def _trains(base: EvidenceBase, on: date) -> list[Row]:
    latest: dict[str, dict[str, str]] = {}
    for row in base.registry("corridor_totals"):
        if (
            row["series"] in ("China-Europe Railway Express", "China-Central Asia trains")
            and row["metric"] == "trains"
            and row["value_kind"] != "partial year"
            and int(row["year"]) < on.year
            and int(row["year"]) >= int(latest.get(row["series"], row)["year"])
        ):
            latest[row["series"]] = row
    return [
        {
            "subject": series, "amount": float(row["value"]), "of": row["year"],
            "source": row["source"], "note": "trains of the whole service, not by crossing",
        }
        for series, row in sorted(latest.items())
    ]  # fmt: skip


DWELL_AT = (
    "kz-cn.khorgos", "kz-cn.alashankou", "kg-cn.torugart", "kg-cn.irkeshtam", "tj-cn.kulma",
)  # fmt: skip


def _dwell(world: World | None) -> list[Row]:
    if world is None:
        return []
    return [
        {
            "subject": f"{row['id']}>{row['towards']}", "amount": row["dwell_p50_h"], "of": world.on.isoformat(),
            "source": f"world of {world.on}", "note": "as the transport model uses it",
        }
        for row in world.crossings.rows()
        if row["post"] in DWELL_AT
    ]  # fmt: skip


def _grounds(ids: Iterable[str]) -> str:
    return ";".join(i if i.startswith("measure:") else f"visa:{i}" for i in ids)


def _visas_held(base: EvidenceBase, on: date, world: World | None) -> list[dict[str, str]]:
    """Rows of visas in force, each with the days of the registry where it has them."""
    if world is None:
        return [
            r
            for r in base.registry("visa_regimes")
            if r["status"] == "in_force"
            and (day(r["start_date"]) or date.min) <= on
            and (day(r["end_date"], last=True) or date.max) >= on
        ]
    days = {r["id"]: r["days_allowed"] for r in base.registry("visa_regimes")}
    return [
        {
            "id": r["id"], "from_country": r["from_country"], "to_country": r["to_country"],
            "regime": r["regime"], "days_allowed": days.get(r["id"], ""),
        }
        for r in world.regimes.rows()
        if r["kind"] == "visa"
    ]  # fmt: skip


def _visa_days(base: EvidenceBase, on: date, world: World | None) -> list[Row]:
    limited = {row["regime"] for row in coding_rows("visas_of_limited_scope")}
    rows: list[Row] = []
    in_force = _visas_held(base, on, world)
    for country in FIVE:
        for way in (("CHN", country), (country, "CHN")):
            held = [
                r
                for r in in_force
                if (r["from_country"], r["to_country"]) == way and r["id"] not in limited
            ]
            if not held:
                continue
            # Where a way is closed no stay is free of it; else the longest that is free.
            free = [r for r in held if r["regime"] == "visa_free"]
            shut = any(r["regime"] == "closed" for r in held)
            days = [float(r["days_allowed"]) for r in free if r["days_allowed"]]
            unknown = bool(free) and not days and not shut
            rows.append(
                {
                    "subject": ">".join(way),
                    "amount": None if unknown else (0.0 if shut or not free else max(days)),
                    "of": on.isoformat(), "source": _grounds(r["id"] for r in held),
                    "note": "passport > destination",
                }
            )  # fmt: skip
    return rows


def _institutes(base: EvidenceBase, on: date) -> list[Row]:
    kinds = {"confucius_institute", "luban_workshop", "culture_centre", "branch_campus"}
    rows: list[Row] = []
    for country in FIVE:
        listed = [
            r
            for r in base.registry("people_institutes")
            if r["country"] == country and r["kind"] in kinds
        ]
        undated = sum(not r["opened"] for r in listed)
        opened = [r for r in listed if r["opened"] and (day(r["opened"]) or date.max) <= on]
        said = [NONE_ON_RECORD] if not opened else []
        said += [f"{undated} without a day of opening not counted"] if undated else []
        rows.append(
            {
                "subject": country, "amount": float(len(opened)) or None, "of": on.isoformat(),
                "source": ";".join(f"institute:{r['id']}" for r in opened) or None,
                "note": "; ".join(said) or None,
            }
        )  # fmt: skip
    return rows


def _votes(base: EvidenceBase, on: date) -> list[Row]:
    latest: dict[str, dict[str, str]] = {}
    for row in base.registry("un_vote_agreement"):
        subject = f"{row['a']}<>{row['b']}"
        if int(latest.get(subject, row)["year"]) <= int(row["year"]) < on.year:
            latest[subject] = row
    return [
        {
            "subject": subject, "amount": round(100.0 * float(row["agree_share"]), 2), "of": row["year"],
            "source": row["source"], "note": f"of {row['votes']} roll calls in which both voted",
        }
        for subject, row in sorted(latest.items())
    ]  # fmt: skip
