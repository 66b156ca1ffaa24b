"""Measures on energy: plants, power lines and pipelines open or close, and gas production grows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import PlainValidator

from sogdia.scenario.measures import Ids, Measure
from sogdia.scenario.quantity import Quantity, quantity_parser

__all__ = [
    "ENERGY_WORK",
    "ClosePipeline",
    "ClosePlant",
    "ClosePowerLine",
    "OpenPipeline",
    "OpenPlant",
    "OpenPowerLine",
    "SetGasProduction",
]

Power = Annotated[
    Quantity, PlainValidator(quantity_parser("MW", example='"3600 MW"', lower=0.1, upper=1e6))
]
GasFlow = Annotated[
    Quantity,
    PlainValidator(quantity_parser("bcm/year", example='"30 bcm/year"', lower=0.0, upper=1e4)),
]


class OpenPlant(Measure, frozen=True):
    """A power plant, or a group of them, that is in the registry `energy_network` runs."""

    targets = ("plants",)

    kind: Literal["open-plant"] = "open-plant"
    plants: Ids | None = None
    """Id or ids, as plant:rogun-remaining-units."""
    capacity: Power | None = None
    """Capacity; absent: as in the registry."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("status", *(("capacity_mw",) if self.capacity is not None else ()))


class ClosePlant(Measure, frozen=True):
    """A power plant stands still."""

    targets = ("plants",)

    kind: Literal["close-plant"] = "close-plant"
    plants: Ids | None = None
    """Id or ids, as plant:coal-plants-of-uzbekistan."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("status",)


class OpenPowerLine(Measure, frozen=True):
    """A power line between two zones that is in the registry `energy_network` carries power."""

    targets = ("power_lines",)

    kind: Literal["open-power-line"] = "open-power-line"
    power_lines: Ids | None = None
    """Id or ids, as power:casa-pak."""
    capacity: Power | None = None
    """Capacity in either direction; absent: as in the registry."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("status", *(("capacity_mw",) if self.capacity is not None else ()))


class ClosePowerLine(Measure, frozen=True):
    """A power line carries nothing: what if it were not there?"""

    targets = ("power_lines",)

    kind: Literal["close-power-line"] = "close-power-line"
    power_lines: Ids | None = None
    """Id or ids, as power:datka-kemin."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("status",)


class OpenPipeline(Measure, frozen=True):
    """A gas or oil pipeline that is in the registry `energy_network` carries its product."""

    targets = ("pipelines",)

    kind: Literal["open-pipeline"] = "open-pipeline"
    pipelines: Ids | None = None
    """Id or ids, as pipeline:cagp-d."""
    capacity: GasFlow | None = None
    """Capacity of gas; absent: as in the registry."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("status", *(("capacity_bcm_per_y",) if self.capacity is not None else ()))


class ClosePipeline(Measure, frozen=True):
    """A pipeline carries nothing."""

    targets = ("pipelines",)

    kind: Literal["close-pipeline"] = "close-pipeline"
    pipelines: Ids | None = None
    """Id or ids, as pipeline:cagp-c."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("status",)


class SetGasProduction(Measure, frozen=True):
    """The most gas a country can produce in a year changes, as when a field is developed."""

    targets = ("gas_countries",)

    kind: Literal["set-gas-production"] = "set-gas-production"
    gas_countries: Ids | None = None
    """KAZ, TKM or UZB."""
    production: GasFlow
    """Production, or a change of it."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("gas_production_bcm_per_y",)


def _open(edits: Any, measure: Measure) -> None:
    assert isinstance(measure, OpenPlant | OpenPowerLine | OpenPipeline)
    table = measure.target_field()
    column = "capacity_bcm_per_y" if table == "pipelines" else "capacity_mw"
    for name in getattr(measure, table) or ():
        for row in edits.rows(table, name, measure):
            edits.put(measure, name, (table, row, "status"), "open")
            if measure.capacity is not None:
                cell = (table, row, column)
                value = edits.value(measure, name, cell, measure.capacity, picked=False)
                if value is not None:
                    edits.put(measure, name, cell, value)


def _close(edits: Any, measure: Measure) -> None:
    table = measure.target_field()
    for name in getattr(measure, table) or ():
        for row in edits.rows(table, name, measure):
            edits.put(measure, name, (table, row, "status"), "closed")


def _produce(edits: Any, measure: Measure) -> None:
    assert isinstance(measure, SetGasProduction)
    column = "gas_production_bcm_per_y"
    for name in measure.gas_countries or ():
        for row in edits.rows("gas_countries", name, measure):
            cell = ("gas_countries", row, column)
            value = edits.value(measure, name, cell, measure.production, picked=False)
            if value is not None:
                edits.put(measure, name, cell, value)


ENERGY_WORK: dict[type[Measure], Any] = {
    OpenPlant: _open,
    ClosePlant: _close,
    OpenPowerLine: _open,
    ClosePowerLine: _close,
    OpenPipeline: _open,
    ClosePipeline: _close,
    SetGasProduction: _produce,
}
"""What each kind does."""
