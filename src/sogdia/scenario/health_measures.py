"""Measures on health: a network for remote consultation opens or grows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import PlainValidator

from sogdia.scenario.measures import Ids, Measure
from sogdia.scenario.quantity import Quantity, quantity_parser

__all__ = ["OpenConsultation", "open_consultation"]

Hospitals = Annotated[
    Quantity, PlainValidator(quantity_parser("1", example="90", lower=1.0, upper=100000.0))
]
Cases = Annotated[
    Quantity, PlainValidator(quantity_parser("1/day", example='"100 1/day"', lower=0.0))
]
Specialists = Annotated[
    Quantity, PlainValidator(quantity_parser("1", example="15", lower=7.0, upper=100000.0))
]


class OpenConsultation(Measure, frozen=True):
    """A service of remote consultation has so many hospitals, cases and specialists."""

    targets = ("consultations",)

    kind: Literal["open-consultation"] = "open-consultation"
    consultations: Ids | None = None
    """Id or ids of services, as consultation:xinjiang."""
    hospitals: Hospitals
    """Hospitals abroad that are connected."""
    cases_per_day: Cases
    """Cases on a working day, of all hospitals together."""
    specialists: Specialists
    """Specialists on duty at once, of all specialities together; one a speciality at least."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("opened_by", "hospitals_count", "cases_per_day", "specialists_count")


def open_consultation(edits: Any, measure: Measure) -> None:
    """Set the cells of an `OpenConsultation`."""
    assert isinstance(measure, OpenConsultation)
    values = (
        ("hospitals_count", measure.hospitals),
        ("cases_per_day", measure.cases_per_day),
        ("specialists_count", measure.specialists),
    )
    for name in measure.consultations or ():
        for row in edits.rows("consultations", name, measure):
            edits.put(measure, name, ("consultations", row, "opened_by"), measure.id)
            for column, quantity in values:
                cell = ("consultations", row, column)
                value = edits.value(measure, name, cell, quantity, picked=False)
                if value is not None:
                    edits.put(measure, name, cell, value)
