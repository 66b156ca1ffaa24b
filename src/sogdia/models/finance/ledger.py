"""The ledger of deals: each with its step on the status ladder, and what of it is counted.

Rules, in order; `Entry.why` says which one took an entry out of the totals.

1. Stocks (debt, direct investment) and yearly flows of a whole country are observations, not deals.
2. Swap lines, branches and settlement arrangements move no project money.
3. A cumulative figure is never counted; its parts are, and `coverage` compares both.
4. The capital of a fund is not counted; what it puts into projects is.
5. Of an umbrella only what its parts leave over is counted.
6. A loan that refinances another brings no new money.
7. What was cancelled is shown and not counted.
8. An amount that is not known is not counted and is not 0; totals say how many there are.
"""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, Literal, get_args

from sogdia.core.errors import UnknownName
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import day
from sogdia.world.loan_terms import Terms, read_terms

__all__ = [
    "GROUPS",
    "LADDER",
    "Coverage",
    "Entry",
    "Group",
    "ProjectCost",
    "Step",
    "Total",
    "coverage",
    "project_costs",
    "read_ledger",
    "select",
    "totals",
]

Step = Literal["pledged", "committed", "implementing", "complete", "cancelled", "none"]
LADDER: tuple[Step, ...] = get_args(Step)[:4]
"""From word to finished work. `cancelled` left the ladder; `none` was never a deal."""

Group = Literal["country", "sector", "status", "lender_type", "lender", "kind"]
GROUPS: tuple[Group, ...] = get_args(Group)

DEALS = frozenset({"loan", "grant", "bond", "deal", "fund", "fdi_flow"})
STOCKS = frozenset({"debt_stock", "fdi_stock"})
EFFECTS = {
    "swap_line": "central banks may draw each other's currency; nothing in the model changes",
    "currency_arrangement": "trade may be settled in local currency; nothing in the model changes",
    "bank_branch": "a bank is present; nothing in the model changes",
}
"""What an arrangement changes, said plainly."""

LENDER_TYPES = {"state_fund": "fund"}
STEP_OF_PROJECT: dict[str, Step] = {
    "complete": "complete", "construction": "implementing", "planned": "committed",
    "suspended": "committed",
}  # fmt: skip
PLEDGES = ("pledge", "memorandum", "mou")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the ledger.

    Attributes
    ----------
    amount_usd : float
        Nominal, as published; NaN when not known.
    counted_usd, counted_usd2023 : float
        What goes into totals, nominal and real: 0 when the entry is not to be counted, NaN when
        it is and the amount is not known. The real one is NaN too when the year is not known.
    status, status_from : str
        Step of the ladder and what it was read from.
    why : str
        Why less than the amount is counted; empty otherwise.
    effect : str
        For arrangements: what they change.
    """

    id: str
    date: date | None
    country: str
    kind: str
    lender: str
    lender_type: str
    borrower: str
    amount_usd: float
    counted_usd: float
    counted_usd2023: float
    status: Step
    status_from: str
    why: str
    effect: str
    terms: Terms
    project: str
    sector: str
    confidence: str
    note: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Sum of a group. `unknown_count` deals in it have no known amount and are not in the sum."""

    group: str
    count: int
    counted_usd: float
    counted_usd2023: float
    undated_usd: float
    unknown_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A cumulative figure beside the sum of the single deals it should hold."""

    id: str
    of: str
    stated_usd: float
    itemised_usd: float

    @property
    def share(self) -> float:
        """Itemised over stated; above 1 the two contradict each other."""
        return self.itemised_usd / self.stated_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCost:
    """A project's announced cost, nominal, and what of it is counted; NaN when not known.

    A project of several countries is one entry: who pays how much is mostly not published.
    """

    id: str
    name: str
    countries: tuple[str, ...]
    sector: str
    status: Step
    cost_usd: float
    counted_usd: float
    umbrella: str
    source: str


def read_ledger(base: EvidenceBase) -> tuple[Entry, ...]:
    """All deals, stocks and arrangements of the registry, in its order."""
    projects = {row["id"]: row for row in base.registry("projects")}
    rows = base.registry("investment_finance")
    relations = _rows("umbrellas.csv")
    refinancing = {r["part"]: r["why"] for r in relations if r["relation"] == "refinances"}
    parts: dict[str, list[str]] = {}
    for r in relations:
        if r["relation"] == "part-of":
            parts.setdefault(r["umbrella"], []).append(r["part"])
    amounts = {row["id"]: _amount(row) for row in rows}
    cumulative = {r["id"] for r in _rows("aggregates.csv")}
    found: list[Entry] = []
    for row in rows:
        project = projects.get(row["project_id"])
        status, status_from = _status(row, project)
        counted, why = amounts[row["id"]], ""
        if row["kind"] in STOCKS or (row["kind"] == "fdi_flow" and project is None):
            counted, why = 0.0, "an observation of a country, not a deal"
        elif row["kind"] in EFFECTS:
            counted, why = 0.0, "an arrangement"
        elif row["id"] in cumulative:
            counted, why = 0.0, "a cumulative figure; its parts are counted"
        elif row["kind"] == "fund" and project is None:
            counted, why = 0.0, "capital of a fund; what it invests is counted"
        elif status == "cancelled":
            counted, why = 0.0, "cancelled"
        elif row["id"] in refinancing:
            counted, why = 0.0, f"refinancing: {refinancing[row['id']]}"
        elif row["id"] in parts:
            held = parts[row["id"]]
            counted = max(counted - sum(amounts[i] for i in held), 0.0)
            why = f"less its parts {', '.join(held)}, which are counted"
        elif project is not None and ";" in project["countries"] and counted:
            why = f"in full here; the project is of {project['countries'].replace(';', ', ')}"
        # A stock of a year is that of its end; a deal of a year has begun by its start.
        on = day(row["date"], last=row["kind"] in STOCKS)
        found.append(
            Entry(
                id=row["id"], date=on, country=row["country"], kind=row["kind"],
                lender=row["lender"], lender_type=_lender_type(row), borrower=row["borrower"],
                amount_usd=amounts[row["id"]], counted_usd=counted,
                counted_usd2023=_real(base, counted, on), status=status, status_from=status_from,
                why=why, effect=EFFECTS.get(row["kind"], ""), terms=read_terms(row["terms"]),
                project=row["project_id"], sector=project["sector"] if project else "",
                confidence=row["confidence"], note=row["note"], source=row["source"],
            )
        )  # fmt: skip
    return tuple(found)


def select(
    entries: Iterable[Entry],
    *,
    country: str | None = None,
    status: str | None = None,
    on: date | None = None,
) -> tuple[Entry, ...]:
    """Entries of a country, of a step of the ladder, known to have begun by a date.

    Raises
    ------
    UnknownName
        When no entry is of that country, or there is no such step.
    """
    held = tuple(entries)
    countries = sorted({e.country for e in held})
    if country is not None and country not in countries:
        raise UnknownName("country of the ledger", country, countries)
    steps = (*LADDER, "cancelled")
    if status is not None and status not in steps:
        raise UnknownName("step of the ladder", status, steps)
    return tuple(
        e
        for e in held
        if country in (None, e.country)
        and status in (None, e.status)
        and (on is None or e.date is None or e.date <= on)
    )


def totals(entries: Iterable[Entry], by: Group) -> tuple[Total, ...]:
    """Sums of what is counted, the largest first; groups without a counted deal are left out."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.counted_usd != 0.0:
            groups.setdefault(str(getattr(entry, by)) or "not tied to a project", []).append(entry)
    found = [_total(name, held) for name, held in groups.items()]
    if by == "status":
        order = {step: i for i, step in enumerate(LADDER)}
        return tuple(sorted(found, key=lambda t: order.get(t.group, len(order))))  # type: ignore[call-overload]
    return tuple(sorted(found, key=lambda t: (-t.counted_usd, t.group)))


def _total(name: str, entries: Sequence[Entry]) -> Total:
    known = [e for e in entries if not math.isnan(e.counted_usd)]
    return Total(
        group=name,
        count=len(entries),
        counted_usd=math.fsum(e.counted_usd for e in known),
        counted_usd2023=math.fsum(
            e.counted_usd2023 for e in known if not math.isnan(e.counted_usd2023)
        ),
        undated_usd=math.fsum(e.counted_usd for e in known if math.isnan(e.counted_usd2023)),
        unknown_count=len(entries) - len(known),
    )


def coverage(entries: Iterable[Entry]) -> tuple[Coverage, ...]:
    """Each cumulative figure beside the deals of its country, lender, borrower and sector.

    Deals up to the year of the figure, without mere pledges. Programmes whose parts are not known
    are left out: there is nothing to compare.
    """
    held = {e.id: e for e in entries}
    found: list[Coverage] = []
    for row in _rows("aggregates.csv"):
        whole = held.get(row["id"])
        if whole is None or not row["lender"]:
            continue
        itemised = math.fsum(
            e.counted_usd for e in held.values() if e.counted_usd > 0.0 and _belongs(e, whole, row)
        )
        found.append(
            Coverage(id=whole.id, of=row["why"], stated_usd=whole.amount_usd, itemised_usd=itemised)
        )
    return tuple(found)


def _belongs(entry: Entry, whole: Entry, row: dict[str, str]) -> bool:
    """Whether a deal should be in a cumulative figure."""
    lends = (
        entry.lender_type not in {"multilateral", "other"}
        if row["lender"] == "China"
        else row["lender"] in entry.lender
    )
    return (
        lends
        and entry.status != "pledged"
        and row["country"] in (entry.country, "CA5")
        and row["borrower"] in ("", entry.borrower)
        and row["sector"] in ("", entry.sector)
        and (entry.date is None or whole.date is None or entry.date.year <= whole.date.year)
    )


def project_costs(base: EvidenceBase) -> tuple[ProjectCost, ...]:
    """Projects of the registry: the cost of an umbrella is counted less that of its parts."""
    rows = {row["id"]: row for row in base.registry("projects")}
    umbrella = {row["part"]: row["umbrella"] for row in _rows("project_parts.csv")}
    cost = {
        i: float(r["cost_usd_million"]) * 1e6 if r["cost_usd_million"] else math.nan
        for i, r in rows.items()
    }
    found: list[ProjectCost] = []
    for name, row in rows.items():
        counted = cost[name]
        for part, whole in umbrella.items():
            if whole == name and not math.isnan(cost[part]):
                counted = max(counted - cost[part], 0.0)
        found.append(
            ProjectCost(
                id=name, name=row["name"], countries=tuple(row["countries"].split(";")),
                sector=row["sector"], status=STEP_OF_PROJECT.get(row["status"], "committed"),
                cost_usd=cost[name], counted_usd=counted, umbrella=umbrella.get(name, ""),
                source=row["source"],
            )
        )  # fmt: skip
    return tuple(found)


def _status(row: dict[str, str], project: dict[str, str] | None) -> tuple[Step, str]:
    """The step of the ladder, and what it was read from."""
    if row["kind"] not in DEALS:
        return "none", ""
    text = f"{row['terms']} {row['note']}".lower()
    if "cancelled" in text or "never drawn" in text:
        return "cancelled", "the terms"
    if any(word in text for word in PLEDGES):
        return "pledged", "the terms"
    if project is not None:
        return STEP_OF_PROJECT.get(project["status"], "committed"), f"project {project['status']}"
    if row["kind"] in {"deal", "fund"}:
        return "pledged", "an announcement without a project"
    if "repaid" in text:
        return "complete", "the terms"
    return "committed", "signed; no project known"


def _lender_type(row: dict[str, str]) -> str:
    if row["kind"] == "grant" and row["lender"].startswith("Government"):
        return "government"
    return LENDER_TYPES.get(row["lender_type"], row["lender_type"])


def _amount(row: dict[str, str]) -> float:
    text = row["amount_usd_million"]
    return float(text) * 1e6 if text else math.nan


def _real(base: EvidenceBase, amount_usd: float, on: date | None) -> float:
    if amount_usd == 0.0:
        return 0.0
    return amount_usd * base.prices.to_usd2023("USD", on.year) if on is not None else math.nan


@functools.cache
def _rows(name: str) -> tuple[dict[str, Any], ...]:
    text = files("sogdia.models.finance").joinpath(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
