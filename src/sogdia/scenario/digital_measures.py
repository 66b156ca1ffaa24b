"""Measures on fibre: a section opens or is cut."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import PlainValidator

from sogdia.scenario.measures import Ids, Measure
from sogdia.scenario.quantity import Quantity, quantity_parser

__all__ = ["CloseCable", "OpenCable", "close_cable", "open_cable"]

CableCapacity = Annotated[
    Quantity, PlainValidator(quantity_parser("Mbit/s", example='"400 Tbit/s"', lower=0.0))
]
CableLength = Annotated[
    Quantity,
    PlainValidator(quantity_parser("km", example='"380 km"', lower=0.1, upper=40000.0)),
]


class OpenCable(Measure, frozen=True):
    """A section of fibre that is planned, under construction or cut opens. It must be in the
    registry `digital_network`.
    """

    targets = ("cables",)

    kind: Literal["open-cable"] = "open-cable"
    cables: Ids | None = None
    """Id or ids, as fibre:kz.aktau~az.sumgait."""
    length: CableLength | None = None
    """Length of the fibre; absent: as in the registry."""
    capacity: CableCapacity | None = None
    """Capacity; absent: as in the registry, or not known."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return (
            "status",
            *(("length_km", "published_length") if self.length is not None else ()),
            *(("capacity_mbit_per_s",) if self.capacity is not None else ()),
        )


class CloseCable(Measure, frozen=True):
    """A section of fibre is cut: it carries nothing."""

    targets = ("cables",)

    kind: Literal["close-cable"] = "close-cable"
    cables: Ids | None = None
    """Id or ids, as fibre:kz.aktau~az.sumgait."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("status",)


def open_cable(edits: Any, measure: Measure) -> None:
    """Set the cells of an `OpenCable`."""
    assert isinstance(measure, OpenCable)
    values = (("length_km", measure.length), ("capacity_mbit_per_s", measure.capacity))
    for name in measure.cables or ():
        for row in edits.rows("cables", name, measure):
            edits.put(measure, name, ("cables", row, "status"), "open")
            for column, quantity in values:
                if quantity is None:
                    continue
                cell = ("cables", row, column)
                value = edits.value(measure, name, cell, quantity, picked=False)
                if value is not None:
                    edits.put(measure, name, cell, value)
                    if column == "length_km":
                        edits.put(measure, name, ("cables", row, "published_length"), True)


def close_cable(edits: Any, measure: Measure) -> None:
    """Set the cells of a `CloseCable`."""
    assert isinstance(measure, CloseCable)
    for name in measure.cables or ():
        for row in edits.rows("cables", name, measure):
            edits.put(measure, name, ("cables", row, "status"), "closed")
