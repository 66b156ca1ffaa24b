"""Loans to projects: terms as claimed, or as the registry of deals has them.

A project whose loan is claimed has one row under its own id. Every other loan of the registry that
pays for a project has a row under its id there. A term that is not published is null.
"""

from __future__ import annotations

import math
from typing import Any

from sogdia.core.table import null
from sogdia.evidence.claim import day
from sogdia.world.loan_terms import read_terms
from sogdia.world.notebook import Notebook

__all__ = ["loan_rows"]

PREFIX = "project:"


def loan_rows(book: Notebook) -> list[dict[str, Any]]:
    """Rows of `LOANS` signed by the date and known by then.

    The loan of a project with claims of its own is there on every date on which one is known: it
    may be to open in a scenario.
    """
    claimed = sorted(
        {
            c.subject.removeprefix(PREFIX)
            for c in book.evidence.claims("finance")
            if c.variable == "project_loan_usd" and c.subject.startswith(PREFIX)
        }
    )
    projects = {row["id"]: row for row in book.evidence.registry("projects")}
    deals = [
        row
        for row in book.evidence.registry("investment_finance")
        if row["kind"] == "loan" and row["project_id"]
    ]
    found: list[dict[str, Any]] = []
    for name in claimed:
        if book.believe(PREFIX + name, "project_loan_usd") is not None:
            deal = next((d for d in deals if d["project_id"] == name), {})
            named = {k: deal.get(k) or None for k in ("lender", "lender_type", "borrower")}
            found.append(_claimed(book, name, len(found)) | named)
    last = min(book.on, book.known_by)
    for deal in deals:
        signed = day(deal["date"])
        if deal["project_id"] in claimed or signed is None or signed > last:
            continue
        terms = read_terms(deal["terms"])
        cost = _millions(projects.get(deal["project_id"], {}).get("cost_usd_million", ""))
        amount = _millions(deal["amount_usd_million"])
        found.append(
            {
                "id": deal["id"], "project": deal["project_id"], "country": deal["country"],
                "lender": deal["lender"], "lender_type": deal["lender_type"],
                "borrower": deal["borrower"], "signed": signed, "amount_usd": null(amount),
                "cost_usd": null(cost), "cost_share": null(amount / cost),
                "interest_share": terms.rate, "tenor_years": terms.tenor_y,
                "grace_years": terms.grace_y,
            }
        )  # fmt: skip
    return found


def _claimed(book: Notebook, name: str, row: int) -> dict[str, Any]:
    """A row from claims about a project, with their uncertainty."""

    def number(variable: str, column: str) -> float | None:
        return book.number(
            PREFIX + name, variable, table="loans", column=column, row=row, entity_noted=name
        )

    amount, cost = number("project_loan_usd", "amount_usd"), number("project_cost_usd", "cost_usd")
    return {
        "id": name, "project": name, "amount_usd": amount, "cost_usd": cost,
        "cost_share": None if amount is None or cost is None else amount / cost,
        "interest_share": number("loan_interest_share", "interest_share"),
        "tenor_years": number("loan_tenor_years_count", "tenor_years"),
        "grace_years": number("loan_grace_years_count", "grace_years"),
    }  # fmt: skip


def _millions(text: str) -> float:
    """An amount in USD; NaN where there is none, or it is zero and no divisor."""
    return float(text) * 1e6 if text and float(text) > 0.0 else math.nan
