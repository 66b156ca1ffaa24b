"""What each measure of a scenario changes, said plainly: a regime, a cost, or the network."""

from __future__ import annotations

from datetime import date

from sogdia.core.table import Column, Schema, Table
from sogdia.scenario.measures import Measure, SetVisa
from sogdia.scenario.scenario import Scenario

__all__ = ["MEASURE_SAID", "measures_said"]

MEASURE_SAID = Schema(
    "measure_said",
    (
        Column("on", "date"),
        Column("measure", title="its id"),
        Column("kind"),
        Column("changes", title="regime, cost, network, or other: a table of another linkage"),
        Column("acts_on", title="what it names"),
        Column("sets", title="columns it sets"),
        Column("said", title="in words"),
        Column("source"),
    ),
    ("on", "measure"),
)

CHANGES = {
    "set-visa": "regime", "close-crossing": "regime", "open-crossing": "regime",
    "set-dwell": "cost", "set-fee": "cost", "set-rate": "cost", "set-hours": "cost",
    "set-capacity": "network", "open-link": "network", "close-link": "network",
    "upgrade-link": "network",
}  # fmt: skip
"""By kind. One that is not here acts on a table of another linkage: energy, finance, digital."""

NAMED_AT_MOST = 4


def measures_said(scenario: Scenario, on: date) -> tuple[Table, Table]:
    """The measures in force on a date: those of the comparator, and those of the scenario."""
    sides = (scenario.comparator_measures, scenario.scenario_measures)
    return (_table(sides[0], on), _table(sides[1], on))


def _table(measures: tuple[Measure, ...], on: date) -> Table:
    return Table.from_rows(
        MEASURE_SAID,
        [
            {
                "on": on, "measure": m.id, "kind": m.kind, "changes": CHANGES.get(m.kind, "other"),
                "acts_on": "; ".join(m.entities()), "sets": "; ".join(m.variables()),
                "said": _said(m), "source": m.source,
            }
            for m in sorted(measures, key=lambda m: m.id)
            if m.active(on)
        ],
    )  # fmt: skip


def _said(measure: Measure) -> str:
    if isinstance(measure, SetVisa):
        pairs = ", ".join(f"{a} in {b}" for a, b in measure.pairs())
        return f"the visa of citizens of {pairs} becomes: {measure.regime.replace('_', ' ')}"
    names = measure.entities()
    shown = ", ".join(names[:NAMED_AT_MOST])
    more = f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
    first = (type(measure).__doc__ or measure.kind).strip().split("\n")[0].rstrip(".")
    return f"{first}: {shown}{more}"
