"""Finance: what a project earns and owes, who pays and who gains, and the debt of states.

Every change is of the same account on both sides, drawn in pairs: terms of the loan, tariff, costs
and prices, and stated traffic. The flow that an appraisal gives is one number and is not drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from sogdia.appraisal.linkage.contract import Asked, Linkage, row
from sogdia.appraisal.linkage.finance_account import PROJECT, Account, Sides, accounts, measured
from sogdia.appraisal.linkage.finance_opened import opened_rows
from sogdia.appraisal.linkage.finance_states import loan_rows, loan_years, state_rows, state_table
from sogdia.core.states import CHINA, FIVE
from sogdia.core.table import Table, null
from sogdia.models.finance.cku import FULL_YEAR, OWNERS
from sogdia.models.finance.model import tables_of

__all__ = ["finance"]

TRAFFIC = {"flow": "on the appraisal's flow", "stated": "on the traffic officials expect"}
DRAWN = {
    "flow": "90 % of draws of loan, tariff, costs and prices; traffic and gains of users not drawn",
    "stated": "90 % of draws of loan, tariff, costs, prices and traffic",
}

FIGURES = (
    ("shortfall", f"debt service and cost that revenue does not pay, {FULL_YEAR}", "usd2023/year", True),
    ("cover", f"debt service cover, {FULL_YEAR} or its first year after; 0: pays no operation", "1", False),
    ("cover_least", "least debt service cover of all years; 0: pays no operation", "1", False),
    ("break_even_t_per_y", f"traffic at which cover is 1, {FULL_YEAR} or after", "t/year", True),
    ("traffic_t_per_y", "traffic, full", "t/year", False),
    ("service_usd_per_y", f"debt service, {FULL_YEAR} or its first year after, nominal", "usd/year", False),
    ("irr_project", "financial return of the project, real", "1", False),
    ("irr_equity", "return to the owners, real", "1", False),
    ("irr_economic", "economic return, with gains of users, real", "1", False),
    ("npv_project", "value of the project at 6 % real, end of 2025", "usd2023", False),
    ("npv_equity", "value to the owners at 6 % real, end of 2025", "usd2023", False),
    ("npv_economic", "economic value at 6 % real, end of 2025", "usd2023", False),
)  # fmt: skip
"""Name, title, unit and whether it is shown first."""


def finance(asked: Asked) -> Linkage:
    """Accounts of projects, shares of states in them, loans and the debt of states.

    Parameters
    ----------
    asked : Asked

    Returns
    -------
    Linkage
        Rows by project, state and loan; the tables ``cash_flow``, ``debt``, ``project_return``,
        ``project_party``, ``loan_year`` and ``state_debt`` of both sides.
    """
    found = accounts(asked)
    rows: list[Mapping[str, Any]] = []
    for number, sides in enumerate(found):
        rows += _project_rows(asked, sides, first=number == 0)
    if found:
        rows += _rate_rows(asked, found)
        rows += _party_rows(asked, found[0])
    rows += opened_rows(asked)
    rows += loan_rows(asked)
    rows += state_rows(asked, found[0] if found else None)
    tables = [_tables(asked, account) for account in _of(found)]
    for side, world in enumerate((asked.before, asked.after)):
        account = _of(found)[side] if found else None
        tables[side]["loan_year"] = loan_years(asked, world)
        tables[side]["state_debt"] = state_table(asked, side, account)
    return Linkage(
        rows=tuple(rows),
        before=tables[0],
        after=tables[1],
        statuses=tuple(a.found.status for a in _of(found)[1:] if a is not None and a.found),
    )


def _of(found: tuple[Sides, ...]) -> tuple[Account | None, Account | None]:
    return (found[0].before, found[0].after) if found else (None, None)


def _tables(asked: Asked, account: Account | None) -> dict[str, Table]:
    """The tables of a side; without rows where it has no account."""
    made = () if account is None or account.found is None else (account.found,)
    return tables_of(asked.on, made)


def _project_rows(asked: Asked, sides: Sides, *, first: bool) -> Iterator[Mapping[str, Any]]:
    before, after = measured(sides.before), measured(sides.after)
    for name, title, unit, shown in FIGURES:
        a, b = null(before.get(name, math.nan)), null(after.get(name, math.nan))
        low, high = sides.band(name)
        if a is None or b is None:
            low = high = None
        yield row(
            asked.on, "finance", "projects",
            name if sides.case == "flow" else f"{name}_stated", PROJECT,
            f"{title}; {TRAFFIC[sides.case]}", unit, before=a, after=b, low=low, high=high,
            basis=_basis(sides, a, b, low), headline=shown and first,
        )  # fmt: skip


def _rate_rows(asked: Asked, found: tuple[Sides, ...]) -> Iterator[Mapping[str, Any]]:
    """The second side at each rate of its loan: the ends of a band and its centre."""
    figures = {n: (title, unit) for n, title, unit, _ in FIGURES}
    for sides in found:
        names = ("cover", "shortfall")
        if sides is found[0]:
            names = ("service_usd_per_y", "break_even_t_per_y", *names)
        before = measured(sides.before)
        for rate, account in sides.at_rates:
            after = measured(account)
            for name in names:
                title, unit = figures[name]
                yield row(
                    asked.on, "finance", "loan rate",
                    f"{name}_at_rate" if sides.case == "flow" else f"{name}_at_rate_stated",
                    f"{PROJECT} at {100 * rate:.3g} %",
                    f"{title}; {TRAFFIC[sides.case]}; the loan at {100 * rate:.3g} %", unit,
                    before=null(before.get(name, math.nan)), after=null(after[name]),
                    basis="at this rate, all else central", headline=name == "break_even_t_per_y",
                )  # fmt: skip


def _basis(sides: Sides, before: float | None, after: float | None, low: float | None) -> str:
    """What a band spans, or why there is none."""
    lost = f"; {sides.failed} draws had terms that cannot be" if sides.failed else ""
    capped = "; traffic is cut to what the line is designed for" if sides.after.capped else ""
    if sides.before.found is None and before is None and after is not None:
        return "no line and no loan on the other side" + capped
    if after is None and sides.after.found is not None:
        return "does not exist, or gains of users are not known" + capped
    if low is None:
        return ("not drawn" if not sides.drawn else "not known: some draws have none") + capped
    return DRAWN[sides.case] + lost + capped


def _party_rows(asked: Asked, sides: Sides) -> Iterator[Mapping[str, Any]]:
    before, after = measured(sides.before), measured(sides.after)
    found = sides.after.found or sides.before.found
    gains = found is not None and not math.isnan(found.npv_economic)
    known = "with gains of its users" if gains else "gains of users not known and left out"
    for state in (CHINA, *FIVE):
        if state in OWNERS:
            low, high = sides.band(f"exposure:{state}")
            yield row(
                asked.on, "finance", "who pays", "exposure", state,
                f"share of the largest debt of {PROJECT}, owed if its owners guarantee it", "usd2023",
                before=before[f"exposure:{state}"], after=after[f"exposure:{state}"], low=low,
                high=high, headline=state == "KGZ",
                basis=f"{DRAWN[sides.case]}; a guarantee is not published",
            )  # fmt: skip
        low, high = sides.band(f"net:{state}")
        yield row(
            asked.on, "finance", "who pays", "net_worth", state,
            f"received less paid for {PROJECT}, present value at 6 % real, end of 2025", "usd2023",
            before=null(before[f"net:{state}"]), after=null(after[f"net:{state}"]), low=low,
            high=high, basis=f"{known}; {DRAWN[sides.case]}", headline=state in ("KGZ", "UZB"),
        )  # fmt: skip
