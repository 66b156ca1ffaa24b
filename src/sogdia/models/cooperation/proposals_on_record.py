"""Indicators of the five proposals that are counted from the registry of events.

What is counted is what is on record. Where nothing is, the value is null: the registry does not
claim to be complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sogdia.core.states import FIVE
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import day
from sogdia.models.cooperation.events import Event

__all__ = [
    "NONE_ON_RECORD", "in_last_year", "meetings_of_ministers", "partnership_levels",
    "shared_memberships", "summits", "wto_stages",
]  # fmt: skip

Row = dict[str, Any]

SIX = frozenset(("CHN", *FIVE))

AT_LEAST = "at least: as many as the registry records"
NONE_ON_RECORD = "none on record, and the registry does not claim to be complete"


def _grounds(events: Sequence[Event]) -> str | None:
    return ";".join(f"event:{e.id}" for e in events) or None


def summits(events: Sequence[Event], on: date) -> list[Row]:
    """Leaders' summits of the six, this year and last."""
    start = date(on.year - 1, 1, 1)
    found = [
        e
        for e in events
        if e.kind == "summit"
        and SIX.issubset(e.countries)
        and len(e.countries) == len(SIX)
        and e.first >= start
    ]
    return [
        {
            "subject": "all", "amount": float(len(found)), "of": f"{start.year} and {on.year}",
            "source": _grounds(found), "note": "one in two years is the rule",
        }
    ]  # fmt: skip


def meetings_of_ministers(events: Sequence[Event], on: date) -> list[Row]:
    """Meetings of ministers of the six in the last full year."""
    year = on.year - 1
    found = [
        e
        for e in events
        if e.kind == "ministerial"
        and SIX.issubset(e.countries)
        and len(e.countries) == len(SIX)
        and e.first.year == year
    ]
    return [
        {
            "subject": "all", "amount": float(len(found)) or None, "of": str(year),
            "source": _grounds(found), "note": AT_LEAST if found else NONE_ON_RECORD,
        }
    ]  # fmt: skip


def _title_level(title: str) -> int:
    """0 to 5 from the words of a title; see the page on cooperation."""
    text = title.casefold()
    if "permanent" in text or "all-weather" in text:
        return 5
    if "comprehensive" in text or "all-round" in text:
        return 4 if "new era" in text else 3
    return 2 if "strategic partnership" in text else 1


def partnership_levels(events: Sequence[Event]) -> list[Row]:
    """The highest title of each partnership with China."""
    rows: list[Row] = []
    for country in FIVE:
        titles = [
            e
            for e in events
            if e.kind == "partnership_upgrade" and set(e.countries) == {"CHN", country}
        ]
        best = max(titles, key=lambda e: (_title_level(e.title), e.first), default=None)
        rows.append(
            {
                "subject": f"CHN<>{country}",
                "amount": float(_title_level(best.title)) if best else 0.0,
                "of": best.when if best else None,
                "source": f"event:{best.id}" if best else None,
            }
        )
    return rows


def in_last_year(events: Sequence[Event], on: date, kind: str) -> list[Row]:
    """Events of a kind that China and each of the five shared in the last full year."""
    year = on.year - 1
    rows: list[Row] = []
    for country in FIVE:
        found = [
            e
            for e in events
            if e.kind == kind and {"CHN", country} <= set(e.countries) and e.first.year == year
        ]
        rows.append(
            {
                "subject": f"CHN<>{country}", "amount": float(len(found)) or None,
                "of": str(year), "source": _grounds(found),
                "note": AT_LEAST if found else NONE_ON_RECORD,
            }
        )  # fmt: skip
    return rows


WTO_STAGE = {
    "PE1998-05": 3, "PE2013-02": 3, "PE2015-10": 3, "PE2020-02": 1, "PE2022-04": 2, "PE2024-09": 2,
}  # fmt: skip
"""The stage that an event shows a state to be in: 1 observer, 2 negotiating, 3 member."""


def wto_stages(events: Sequence[Event]) -> list[Row]:
    """How far each of the five has come in the WTO."""
    rows: list[Row] = []
    for country in FIVE:
        shown = [e for e in events if e.id in WTO_STAGE and country in e.countries]
        if shown:
            last = shown[-1]
            rows.append(
                {
                    "subject": country, "amount": float(WTO_STAGE[last.id]), "of": last.when,
                    "source": f"event:{last.id}",
                }
            )  # fmt: skip
    return rows


def shared_memberships(base: EvidenceBase, events: Sequence[Event], on: date) -> list[Row]:
    """SCO, CICA, AIIB and the WTO, shared with China."""
    by_id = {e.id: set(e.countries) for e in events}
    sco = {
        r["a"]
        for r in base.registry("country_pairs")
        if r["relation"] == "member" and r["name"] == "SCO" and (day(r["since"]) or date.max) <= on
    }
    wto = {
        c for e in events if e.id in {"PE2001-07", "PE1998-05", "PE2013-02", "PE2015-10"}
        for c in e.countries
    }  # fmt: skip
    bodies = {
        "SCO": sco, "CICA": by_id.get("PE2002-03", set()), "AIIB": by_id.get("PE2015-11", set()),
        "WTO": wto,
    }  # fmt: skip
    rows: list[Row] = []
    for country in FIVE:
        shared = [name for name, members in bodies.items() if {"CHN", country} <= members]
        rows.append(
            {
                "subject": f"CHN<>{country}", "amount": float(len(shared)), "of": on.isoformat(),
                "source": "registries/policy_events;registries/country_pairs",
                "note": f"{', '.join(shared) or 'none'}; the Asian Development Bank is not in the "
                "registries; founding members only of the AIIB and CICA",
            }
        )  # fmt: skip
    return rows
