"""The debt of states before and after: loans whose terms differ, and what owners of a company risk.

A ratio is the published one of its latest year; a scenario adds what it changes to the numerator.
Exports and gross product are not projected, so sums of a later year are brought to the prices of
the ratio's own year.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from sogdia.appraisal.linkage.contract import Asked, row
from sogdia.appraisal.linkage.finance_account import Account, Sides, measured
from sogdia.core.money import BASE_YEAR
from sogdia.core.states import FIVE
from sogdia.core.table import Table, null
from sogdia.models.finance.loan_year import LoanYear, is_public, loan_year_of
from sogdia.models.finance.project import Appraisal
from sogdia.models.finance.state import Reading, state_position
from sogdia.models.finance.tables import LOAN_YEAR, STATE_DEBT
from sogdia.world.world import World

__all__ = ["loan_rows", "loan_years", "state_rows", "state_table"]

RATIOS = {
    "service_to_exports_share": ("service", "exports_usd_per_y", "debt service over exports"),
    "debt_to_gdp_share": ("balance", "gdp_usd_per_y", "public external debt over gross product"),
    "china_to_gdp_share": ("balance", "gdp_usd_per_y", "debt to China over gross product"),
}
"""What a loan adds to, what it is divided by, and the title."""

GUARANTEED = "_guaranteed"
CHINESE = "China"


def loan_years(asked: Asked, world: World) -> Table:
    """Every loan of a world whose terms are known, in the year of the date."""
    rows: list[dict[str, Any]] = []
    for loan in world.loans.rows():
        found = loan_year_of(loan, asked.on.year)
        if not math.isnan(found.balance_usd):
            rows.append(
                {
                    "on": asked.on, "loan": loan["id"], "state": loan["country"],
                    "year": asked.on.year, "balance_usd": found.balance_usd,
                    "service_usd_per_y": found.service_usd, "interest_usd": found.interest_usd,
                }
            )  # fmt: skip
    return Table.from_rows(LOAN_YEAR, rows)


def _changed(asked: Asked) -> list[tuple[Mapping[str, Any], LoanYear, LoanYear]]:
    """Loans of the ledger whose terms differ, with the year on both sides."""
    if not asked.differ("loans"):
        return []
    after = {r["id"]: r for r in asked.after.loans.rows()}
    return [
        (r, loan_year_of(r, asked.on.year), loan_year_of(after[r["id"]], asked.on.year))
        for r in asked.before.loans.rows()
        if r["signed"] is not None and r != after[r["id"]]
    ]


def loan_rows(asked: Asked) -> Iterator[Mapping[str, Any]]:
    """Service, balance and interest of each loan of the ledger that a measure changes."""
    for loan, a, b in _changed(asked):
        for variable, title, unit, before, after in (
            ("loan_service", f"debt service of {asked.on.year}, nominal", "usd/year",
             a.service_usd, b.service_usd),
            ("loan_balance", f"owed at the end of {asked.on.year}, nominal", "usd",
             a.balance_usd, b.balance_usd),
            ("loan_interest", "interest of all years, nominal", "usd",
             a.interest_usd, b.interest_usd),
        ):  # fmt: skip
            yield row(
                asked.on, "finance", "loans", variable, str(loan["id"]),
                f"{loan['lender']} to {loan['borrower']}: {title}", unit, before=null(before),
                after=null(after), basis="not drawn; drawn in full when signed, equal principal",
                headline=variable == "loan_service",
            )  # fmt: skip


def _readings(asked: Asked, state: str) -> dict[str, Reading]:
    found = state_position(asked.base, state, on=asked.on, known_by=asked.before.known_by)
    return {r.name: r for r in found}


def _added(asked: Asked, state: str, what: str, *, china: bool) -> float:
    """What changed loans add to the service or balance of the state itself; NaN if not known."""
    total = 0.0
    for loan, a, b in _changed(asked):
        if loan["country"] != state or not is_public(loan):
            continue
        if china and CHINESE not in str(loan["lender"]):
            continue
        total += (
            b.service_usd - a.service_usd if what == "service" else b.balance_usd - a.balance_usd
        )
    return total


def _share(found: Appraisal, state: str, of: int | None) -> float:
    """What turns a sum of the company, USD of 2023, into an owner's in prices of a year."""
    p = found.project
    if of is None or state not in p.owners:
        return 0.0
    return float(p.owners[state] * (1.0 + p.inflation) ** (of - BASE_YEAR))


def _contingent(account: Account, state: str, what: str, year: int, of: int | None) -> float:
    """An owner's share of a company's debt or shortfall of a year, in prices of another."""
    if account.found is None:
        return 0.0
    return _share(account.found, state, of) * measured(account, year)[f"company_{what}"]


def _ratio(
    asked: Asked, state: str, name: str, readings: Mapping[str, Reading], side: int
) -> tuple[Reading, float]:
    """The reading, and the ratio of a side without what is contingent."""
    what, below, _ = RATIOS[name]
    reading = readings[name]
    value = reading.value
    if side and asked.differ("loans"):
        added = _added(asked, state, what, china=name == "china_to_gdp_share")
        if added != 0.0:
            value += added / readings[below].value
    return reading, value


def state_rows(asked: Asked, sides: Sides | None) -> Iterator[Mapping[str, Any]]:
    """Ratios of each state, and the same if owners stood for the debt of their company."""
    for state in FIVE:
        readings = _readings(asked, state)
        for name, (what, below, title) in RATIOS.items():
            reading, before = _ratio(asked, state, name, readings, 0)
            _, after = _ratio(asked, state, name, readings, 1)
            said = "" if math.isnan(reading.threshold) else f"; threshold {reading.threshold:.0%}"
            basis = f"figures of {reading.year}, not projected" if reading.year else "not known"
            zero = 0.0 if before == after else None
            yield row(
                asked.on, "finance", "states", name, state, f"{title}{said}", "1",
                before=null(before), after=null(after), low=zero, high=zero,
                basis=basis if zero is not None or math.isnan(after) else f"{basis}; band not known",
                headline=name == "service_to_exports_share" and state in ("KGZ", "TJK"),
            )  # fmt: skip
            if sides is None or name == "debt_to_gdp_share" or _owner(sides, state) is None:
                continue
            divisor = readings[below]
            extra = [
                _contingent(a, state, what, asked.on.year, divisor.year) / divisor.value
                for a in (sides.before, sides.after)
            ]
            low, high = _band(sides, state, what, divisor)
            same = before + extra[0] == after + extra[1]
            yield row(
                asked.on, "finance", "states", name + GUARANTEED, state,
                f"{title}, if it stands for its share of {_owner(sides, state)}{said}", "1",
                before=null(before + extra[0]), after=null(after + extra[1]),
                low=0.0 if same else low, high=0.0 if same else high,
                basis=f"{basis}; company in {asked.on.year}, its account drawn; "
                "a guarantee is not published",
            )  # fmt: skip


def _band(
    sides: Sides, state: str, what: str, divisor: Reading
) -> tuple[float | None, float | None]:
    """Of the change of a ratio, from that of the company's account."""
    found = sides.after.found or sides.before.found
    low, high = sides.band(f"company_{what}")
    if found is None or low is None or high is None or math.isnan(divisor.value):
        return None, None
    factor = _share(found, state, divisor.year) / divisor.value
    return factor * low, factor * high


def _owner(sides: Sides, state: str) -> str | None:
    """The project whose company a state owns a part of."""
    for account in (sides.after, sides.before):
        if account.found is not None and state in account.found.project.owners:
            return account.found.project.id
    return None


def state_table(asked: Asked, side: int, account: Account | None) -> Table:
    """The ratios of a side beside their thresholds."""
    rows: list[dict[str, Any]] = []
    for state in FIVE:
        readings = _readings(asked, state)
        for name, (what, below, _) in RATIOS.items():
            reading, value = _ratio(asked, state, name, readings, side)
            divisor = readings[below]
            extra = 0.0
            if account is not None:
                extra = _contingent(account, state, what, asked.on.year, divisor.year)
                extra /= divisor.value
            for suffix, amount in (("", value), (GUARANTEED, value + extra)):
                if suffix and (extra == 0.0 or math.isnan(extra)):
                    continue
                rows.append(
                    {
                        "on": asked.on, "state": state, "measure": name + suffix, "unit": "1",
                        "amount": null(amount), "year": reading.year,
                        "threshold_share": null(reading.threshold),
                        "verdict": _verdict(reading, amount), "note": reading.note,
                    }
                )  # fmt: skip
    return Table.from_rows(STATE_DEBT, rows)


def _verdict(reading: Reading, amount: float) -> str:
    """As `state_position` judges, at another amount: face values above a threshold say nothing."""
    if math.isnan(reading.threshold) or math.isnan(amount):
        return "not known"
    if amount <= reading.threshold:
        return "below"
    return "above" if reading.name == "service_to_exports_share" else "not known"
