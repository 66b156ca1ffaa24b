"""The closed list of measures, by the word each has in a scenario file."""

from __future__ import annotations

from sogdia.scenario.digital_measures import CloseCable, OpenCable
from sogdia.scenario.energy_measures import (
    ClosePipeline,
    ClosePlant,
    ClosePowerLine,
    OpenPipeline,
    OpenPlant,
    OpenPowerLine,
    SetGasProduction,
)
from sogdia.scenario.finance_measures import SetLoan
from sogdia.scenario.health_measures import OpenConsultation
from sogdia.scenario.measures import (
    CloseCrossing,
    CloseLink,
    Measure,
    OpenCrossing,
    OpenLink,
    SetCapacity,
    SetDwell,
    SetFee,
    SetHours,
    SetRate,
    SetVisa,
    UpgradeLink,
)

__all__ = ["MEASURE_KINDS", "make_measure"]

MEASURE_KINDS: dict[str, type[Measure]] = {
    str(kind.model_fields["kind"].default): kind
    for kind in (
        OpenLink, CloseLink, UpgradeLink, SetDwell, SetFee, SetCapacity, SetHours, CloseCrossing,
        OpenCrossing, SetRate, SetVisa, SetLoan, OpenCable, CloseCable,
        OpenConsultation, OpenPlant, ClosePlant, OpenPowerLine, ClosePowerLine, OpenPipeline,
        ClosePipeline, SetGasProduction,
    )
}  # fmt: skip
"""Every kind of measure by the word it has in a file."""


def make_measure(kind: str, **fields: object) -> Measure:
    """A measure from the words and values a file would have.

    Raises
    ------
    KeyError
        When there is no such kind.
    pydantic.ValidationError
        With everything that is wrong.
    """
    return MEASURE_KINDS[kind].model_validate({"kind": kind, **fields})
