"""Measures on the terms of loans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Protocol

from pydantic import PlainValidator

from sogdia.scenario.measures import Ids, Measure
from sogdia.scenario.quantity import Fault, Level, Quantity, quantity_parser

__all__ = ["SetLoan", "work_on_loan"]

LoanRate = Annotated[
    Quantity, PlainValidator(quantity_parser("1", example='"3 %"', lower=0.0, upper=0.3))
]
LoanYears = Annotated[
    Quantity, PlainValidator(quantity_parser("year", example='"35 year"', upper=60.0))
]
LoanAmount = Annotated[
    Quantity, PlainValidator(quantity_parser("usd", example='"2.35 billion USD"'))
]
CostShare = Annotated[Quantity, PlainValidator(quantity_parser("1", example='"50 %"', upper=1.0))]


class SetLoan(Measure, frozen=True):
    """A loan to a project gets other terms: rate, tenor, grace, amount or share of the cost."""

    targets = ("loans",)
    any_of = ("rate", "tenor", "grace", "amount", "share")

    kind: Literal["set-loan"] = "set-loan"
    loans: Ids | None = None
    """Id or ids: RAIL_CKU, or a row of the ledger as FIN001."""
    rate: LoanRate | None = None
    """Nominal interest a year: "3 %", or { central = 3, low = 2, high = 4, unit = "%" }."""
    tenor: LoanYears | None = None
    """From the first drawing to the last payment: "35 year"."""
    grace: LoanYears | None = None
    """Years without repayment."""
    amount: LoanAmount | None = None
    """Nominal, as contracts are: "2.35 billion USD"."""
    share: CostShare | None = None
    """Of the cost of the project, in place of an amount."""

    def value_faults(self) -> Iterator[Fault]:
        """What is wrong between values that are each in order."""
        if self.amount is not None and self.share is not None:
            yield Fault(field="share", what="give amount or share, not both")
        tenor, grace = self.tenor, self.grace
        if (
            isinstance(tenor, Level)
            and isinstance(grace, Level)
            and grace.estimate.high >= tenor.estimate.low
        ):
            yield Fault(
                field="grace",
                what="must end before the loan does",
                got=f"{grace.estimate.high:g} of {tenor.estimate.low:g} years",
            )

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        found = [
            column
            for name, column in COLUMNS
            if name not in AMOUNTS and getattr(self, name) is not None
        ]
        if self.amount is not None or self.share is not None:
            found += [AMOUNTS["amount"], AMOUNTS["share"]]
        return tuple(found)


COLUMNS = (
    ("rate", "interest_share"), ("tenor", "tenor_years"), ("grace", "grace_years"),
    ("amount", "amount_usd"), ("share", "cost_share"),
)  # fmt: skip
AMOUNTS = {"amount": "amount_usd", "share": "cost_share"}
"""One follows from the other and the cost of the project."""


class LoanEdits(Protocol):
    """What `sogdia.scenario.apply` makes of a world, as far as loans need it."""

    def rows(self, table: str, name: str, measure: Measure) -> list[int]:
        """Rows of a table with an id; a problem when there is none."""
        ...

    def put(self, measure: Measure, entity: str, cell: tuple[str, int, str], value: object) -> None:
        """Set one cell, once."""
        ...

    def value(
        self, measure: Measure, entity: str, cell: Any, quantity: Quantity, *, picked: bool
    ) -> float | None:
        """What a field sets a cell to."""
        ...

    def number(self, cell: Any) -> float | None:
        """A number of the world given."""
        ...

    def refuse(self, measure: Measure, what: str, *, fix: str = "") -> None:
        """Note a problem of one measure."""
        ...


def work_on_loan(edits: LoanEdits, measure: Measure) -> None:
    """Set the terms; an amount sets the share of the cost as well, and a share the amount."""
    assert isinstance(measure, SetLoan)
    for name in measure.loans or ():
        for row in edits.rows("loans", name, measure):
            for field, column in COLUMNS:
                quantity: Quantity | None = getattr(measure, field)
                if quantity is None:
                    continue
                cell = ("loans", row, column)
                value = edits.value(measure, name, cell, quantity, picked=False)
                if value is None:
                    continue
                edits.put(measure, name, cell, value)
                if field in AMOUNTS:
                    _other(edits, measure, name, row, field, value)
            _in_order(edits, measure, name, row)


def _other(
    edits: LoanEdits, measure: Measure, name: str, row: int, field: str, value: float
) -> None:
    """The amount that goes with a share, or the share that goes with an amount."""
    cost = edits.number(("loans", row, "cost_usd"))
    if field == "amount":
        share = None if cost is None else value / cost
        if share is not None and share > 1.0:
            edits.refuse(measure, f"the loan {name} would exceed the cost of its project")
        edits.put(measure, name, ("loans", row, "cost_share"), share)
    elif cost is None:
        edits.refuse(
            measure, f"the cost of the project of {name} is not known", fix="set the amount itself"
        )
    else:
        edits.put(measure, name, ("loans", row, "amount_usd"), value * cost)


def _in_order(edits: LoanEdits, measure: SetLoan, name: str, row: int) -> None:
    """A grace that is set must end before the loan does, and so must one that stays."""
    years: list[float | None] = []
    for quantity, column in ((measure.tenor, "tenor_years"), (measure.grace, "grace_years")):
        cell = ("loans", row, column)
        years.append(
            edits.number(cell)
            if quantity is None
            else edits.value(measure, name, cell, quantity, picked=True)
        )
    tenor, grace = years
    if tenor is not None and grace is not None and grace >= tenor:
        edits.refuse(
            measure, f"the grace of {name} would last as long as the loan or longer: "
            f"{grace:g} of {tenor:g} years", fix="set tenor or grace as well",
        )  # fmt: skip
