"""A world and measures to another world. Nothing is changed in place, and order never matters.

Every measure works out its values from the world it is given, never from what another measure
made of it, and no two may set the same cell. So the measures commute, and ``of = "baseline"``
means one thing: the world before any of them.

For draws, draw the world first and apply the measures to the drawn world: a change of the
baseline then keeps the uncertainty of what it changes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar, cast

from sogdia.core.errors import InvalidInput, ProblemList, nearest
from sogdia.core.estimate import Estimate
from sogdia.core.table import Table
from sogdia.scenario.digital_measures import CloseCable, OpenCable, close_cable, open_cable
from sogdia.scenario.energy_measures import ENERGY_WORK
from sogdia.scenario.finance_measures import SetLoan, work_on_loan
from sogdia.scenario.health_measures import OpenConsultation, open_consultation
from sogdia.scenario.measures import (
    SINGULAR,
    CloseCrossing,
    CloseLink,
    CrossingSelector,
    LinkSelector,
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
from sogdia.scenario.quantity import BASELINE, Level, Quantity
from sogdia.scenario.scenario import Scenario, changes_baseline
from sogdia.scenario.world_like import WorldLike
from sogdia.world.tables import CAPACITIES_CLAIMED_AS

__all__ = ["apply", "worlds_of"]

W = TypeVar("W", bound=WorldLike)

HOURS_A_DAY = 24.0

Cell = tuple[str, int, str]
"""Table, row, column."""


REGISTERED = {
    **CAPACITIES_CLAIMED_AS,
    ("loans", "amount_usd"): "project_loan_usd",
    ("loans", "interest_share"): "loan_interest_share",
    ("loans", "tenor_years"): "loan_tenor_years_count",
    ("loans", "grace_years"): "loan_grace_years_count",
    ("consultations", "hospitals_count"): "consultation_hospitals_count",
    ("consultations", "cases_per_day"): "consultation_cases_per_day",
    ("crossings", "fee_usd2023_per_t"): "border_fee_usd2023_per_t",
    ("transfers", "fee_usd2023_per_t"): "transfer_fee_usd2023_per_t",
    ("transfers", "fee_usd2023_per_teu"): "transfer_fee_usd2023_per_teu",
}
"""Columns whose registered variable has another name."""


@dataclass(slots=True)
class _Edits:
    """What the measures make of a world, before it is made."""

    world: WorldLike
    claims: Mapping[str, Estimate]
    cells: dict[Cell, object] = field(default_factory=lambda: {})
    setters: dict[Cell, Measure] = field(default_factory=lambda: {})
    visas: dict[tuple[str, str], SetVisa] = field(default_factory=lambda: {})
    lineage: set[tuple[str, str, str]] = field(default_factory=set[tuple[str, str, str]])
    problems: ProblemList = field(default_factory=ProblemList)
    rows_by_id: dict[str, dict[str, list[int]]] = field(default_factory=lambda: {})

    def rows(self, table: str, name: str, measure: Measure) -> list[int]:
        """Rows of a table with an id; a problem when there is none."""
        if table not in self.rows_by_id:
            found: dict[str, list[int]] = {}
            for row, key in enumerate(getattr(self.world, table)["id"]):
                found.setdefault(str(key), []).append(row)
            self.rows_by_id[table] = found
        known = self.rows_by_id[table]
        if name not in known:
            close = nearest(name, known)
            offered = " or ".join(f'"{c}"' for c in close)
            self.refuse(
                measure,
                f'no {SINGULAR[table]} is called "{name}"'
                + (f"; did you mean {offered}?" if close else ""),
            )
        return known.get(name, [])

    def put(self, measure: Measure, entity: str, cell: Cell, value: object) -> None:
        """Set one cell, once."""
        earlier = self.setters.get(cell)
        if earlier is not None and earlier is not measure:
            named = sorted((earlier.id, measure.id))
            self.problems.add(
                f'measures "{named[0]}" and "{named[1]}"',
                f"both set {cell[2]} of {entity} on {self.world.on}",
                fix="leave one out, or give the earlier one an `until`",
            )
            return
        self.setters[cell] = measure
        self.cells[cell] = value
        self.lineage.add((entity, self.variable(cell), f"measure:{measure.id}"))

    def value(
        self, measure: Measure, entity: str, cell: Cell, quantity: Quantity, *, picked: bool
    ) -> float | None:
        """What a field sets a cell to; None when it changes something that is not known."""
        if isinstance(quantity, Level):
            return quantity.estimate.central
        if quantity.of != BASELINE:
            claim = self.claims.get(quantity.of)
            if claim is None:
                self.refuse(
                    measure,
                    f'needs the value of claim "{quantity.of}", and it was not given',
                    fix="pass claims={...} to apply, or set the value itself",
                )
                return None
            self.lineage.add((entity, self.variable(cell), quantity.of))
            return claim.central * quantity.factor
        before = self.number(cell)
        if before is None and not picked and self.absent(cell):
            self.refuse(
                measure,
                f"changes {cell[2]} of {entity}, which is not known on {self.world.on}",
                fix="set the value itself",
            )
        return None if before is None else before * quantity.factor

    def absent(self, cell: Cell) -> bool:
        """Whether nothing the field could mean is known: of two capacities one is enough."""
        pairs = (
            (
                "capacity_trains_per_day",
                "capacity_per_day",
                "capacity_t_per_y",
                "capacity_teu_per_y",
            ),
            ("fee_usd2023_per_t", "fee_usd2023_per_teu"),
        )
        table, row, column = cell
        names: tuple[str, ...] = getattr(self.world, table).schema.names
        same: tuple[str, ...] = next((p for p in pairs if column in p), (column,))
        return all(self.number((table, row, n)) is None for n in same if n in names)

    def number(self, cell: Cell) -> float | None:
        """A number of the world given, or None when it is absent."""
        table, row, column = cell
        found = float(getattr(self.world, table)[column][row])
        return None if math.isnan(found) else found

    def variable(self, cell: Cell) -> str:
        """The registered variable a cell holds, as lineage names it."""
        table, row, column = cell
        if table == "crossings" and column == "capacity_per_day":
            trains = self.world.crossings["mode"][row] == "rail"
            return f"post_capacity_{'trains' if trains else 'trucks'}_per_day"
        return REGISTERED.get((table, column), column)

    def refuse(self, measure: Measure, what: str, *, fix: str = "") -> None:
        """Note a problem of one measure."""
        self.problems.add(f'measure "{measure.id}"', what, fix=fix)


def apply(
    world: W,
    measures: Iterable[Measure],
    *,
    on: date,
    claims: Mapping[str, Estimate] | None = None,
) -> W:
    """The world with the measures in force on a date.

    Parameters
    ----------
    world : World
        Of that date. It is not changed.
    measures : iterable of Measure
        In any order; those not in force on the date do nothing.
    on : date
        Must be the date of the world.
    claims : mapping of claim id to Estimate, optional
        Values for ``change`` with ``of = "<claim id>"``, in canonical units.

    Returns
    -------
    World
        The world given itself when no measure is in force.

    Raises
    ------
    InvalidInput
        With everything that stands in the way: ids that are not in the world, two measures that
        set the same thing, a change of something unknown.
    """
    edits = _edits(world, measures, on=on, claims=claims)
    edits.problems.raise_if_any()
    return _made(world, edits)


def worlds_of(
    scenario: Scenario,
    base_world: W,
    *,
    on: date | None = None,
    claims: Mapping[str, Estimate] | None = None,
) -> tuple[W, W]:
    """The two worlds a scenario compares.

    Returns
    -------
    baseline : World
        The baseline's measures, and those of `without`.
    scenario : World
        The baseline's measures, and the scenario's own with its packs.

    Raises
    ------
    InvalidInput
        As `apply`; and when a measure sets what a measure of the baseline has set, unless it is
        a change of the baseline.
    """
    day = on if on is not None else base_world.on
    under_way = base_world
    taken: dict[Cell, Measure] = {}
    for stage in scenario.baseline_stages:
        edits = _edits(under_way, stage, on=day, claims=claims)
        _refuse_taken(edits, taken)
        edits.problems.raise_if_any()
        taken |= edits.setters
        under_way = _made(under_way, edits)
    worlds: list[W] = []
    problems = ProblemList()
    for side in (scenario.comparator_measures, scenario.scenario_measures):
        edits = _edits(under_way, side, on=day, claims=claims)
        _refuse_taken(edits, taken)
        problems.extend(edits.problems.problems)
        if not edits.problems:
            worlds.append(_made(under_way, edits))
    problems.raise_if_any()
    return worlds[0], worlds[1]


def _refuse_taken(edits: _Edits, taken: Mapping[Cell, Measure]) -> None:
    for cell, measure in edits.setters.items():
        if cell in taken and not changes_baseline(measure):
            edits.problems.add(
                f'measures "{taken[cell].id}" (baseline) and "{measure.id}"',
                f"both set {cell[2]} of {_entity(edits.world, cell)} on {edits.world.on}",
                fix='leave one out, or write a change of = "baseline"',
            )


def _edits(
    world: WorldLike,
    measures: Iterable[Measure],
    *,
    on: date,
    claims: Mapping[str, Estimate] | None,
) -> _Edits:
    edits = _Edits(world, claims if claims is not None else {})
    if on != world.on:
        edits.problems.add(
            "the date", "is not the date of the world", got=f"{on}, world on {world.on}",
            fix="build the world on the date the measures are applied on",
        )  # fmt: skip
        raise InvalidInput(edits.problems.problems)
    for measure in sorted(measures, key=lambda m: m.id):
        if measure.active(on):
            WORK[type(measure)](edits, measure)
    return edits


def _made(world: W, edits: _Edits) -> W:
    tables: dict[str, Table] = {}
    columns: dict[tuple[str, str], list[Any]] = {}
    for (table, row, column), value in edits.cells.items():
        if (table, column) not in columns:
            columns[table, column] = getattr(world, table).arrow.column(column).to_pylist()
        columns[table, column][row] = value
    for (table, column), values in sorted(columns.items()):
        before: Table = tables[table] if table in tables else getattr(world, table)
        tables[table] = before.replace(**{column: values})
    if edits.visas:
        tables["regimes"] = _regimes(world, edits)
    if edits.lineage:
        tables["lineage"] = _lineage(world.lineage, edits.lineage)
    return world.replace(**tables) if tables else world


def _lineage(table: Table, added: Iterable[tuple[str, str, str]]) -> Table:
    """The lineage with the measures' rows after the claims'.

    A ``measure:`` row beside a claim's says that the claim is what the measure replaced, or
    changed.
    """
    there = {(r["entity"], r["variable"], r["claim"]) for r in table.rows()}
    rows = [
        {"entity": e, "variable": v, "claim": c, "carried": False}
        for e, v, c in sorted(set(added) - there)
    ]
    return Table.from_rows(table.schema, [*table.rows(), *rows])


def _regimes(world: WorldLike, edits: _Edits) -> Table:
    # A joint visa is one more way in; whoever needs none does not need it either.
    replaced = {pair for pair, m in edits.visas.items() if m.regime != "joint_visa"}
    kept = [
        row
        for row in world.regimes.rows()
        if row["kind"] != "visa" or (row["from_country"], row["to_country"]) not in replaced
    ]
    added = [
        {
            "id": f"measure:{measure.id}:{a}>{b}",
            "kind": "visa",
            "from_country": a,
            "to_country": b,
            "regime": measure.regime,
            "since": measure.on,
            "until": measure.until,
            "source": measure.source,
        }
        for (a, b), measure in sorted(edits.visas.items(), key=lambda pair: pair[0])
    ]
    return Table.from_rows(world.regimes.schema, [*kept, *added])


def _entity(world: WorldLike, cell: Cell) -> str:
    """The id lineage gives a row: ``id>KAZ`` for a directed crossing, and so on."""
    table, row, _ = cell
    rows: Table = getattr(world, table)
    match table:
        case "crossings":
            return f"{rows['id'][row]}>{rows['towards'][row]}"
        case "tariffs":
            return f"{rows['id'][row]}:{rows['commodity'][row]}"
        case _:
            return str(rows["id"][row])


def _where(edits: _Edits, measure: Measure) -> Iterator[tuple[str, int, str, bool]]:
    """(table, row, entity, picked by a selector) of everything a measure acts on."""
    table = measure.target_field()
    chosen: object = getattr(measure, table)
    if isinstance(chosen, CrossingSelector | LinkSelector):
        rows = list(_selected(edits.world, chosen))
        picked = True
        if not rows:
            edits.refuse(measure, f"{chosen} selects nothing", fix="widen it, or name ids")
    else:
        ids = cast("tuple[str, ...]", chosen)
        rows = [row for name in ids for row in edits.rows(table, name, measure)]
        picked = False
    towards: str | None = getattr(measure, "towards", None)
    if towards is not None and rows:
        entered = edits.world.crossings["towards"]
        there = sorted({str(entered[row]) for row in rows})
        rows = [row for row in rows if entered[row] == towards]
        if not rows:
            edits.refuse(
                measure,
                f"no crossing it names leads towards {towards}; they lead to {', '.join(there)}",
            )
    for row in rows:
        yield table, row, _entity(edits.world, (table, row, "")), picked


def _selected(world: WorldLike, selector: CrossingSelector | LinkSelector) -> Iterator[int]:
    if isinstance(selector, LinkSelector):
        for row, tariff in enumerate(world.links["tariff"]):
            if tariff == selector.tariff:
                yield row
        return
    crossings = world.crossings
    for row in range(len(crossings)):
        sides = {crossings["leaving"][row], crossings["towards"][row]}
        if (
            (selector.mode is None or crossings["mode"][row] == selector.mode)
            and (selector.between is None or sides == set(selector.between))
            and (selector.countries is None or sides & set(selector.countries))
        ):
            yield row


def _set(
    edits: _Edits,
    measure: Measure,
    columns: Iterable[str],
    quantity: Quantity,
    *,
    most: float = math.inf,
) -> None:
    """One quantity, and no more than the most, into columns of everything a measure acts on."""
    for table, row, entity, picked in _where(edits, measure):
        for column in columns:
            cell = (table, row, column)
            value = edits.value(measure, entity, cell, quantity, picked=picked)
            if value is not None or isinstance(quantity, Level):
                edits.put(measure, entity, cell, None if value is None else min(value, most))


def _work_on_link(edits: _Edits, measure: Measure) -> None:
    assert isinstance(measure, OpenLink | UpgradeLink)
    columns = measure.variables()
    words = {"electrified": measure.electrified, "road_class": measure.road_class}
    values: dict[str, Quantity | None] = {
        "speed_km_per_h": measure.speed,
        "tracks_count": measure.tracks,
        "capacity_t_per_y": measure.capacity,
        "capacity_teu_per_y": measure.capacity,
        "capacity_trains_per_day": measure.capacity,
    }
    for table, row, entity, picked in _where(edits, measure):
        for column in columns:
            cell = (table, row, column)
            if column == "status":
                edits.put(measure, entity, cell, "open")
            elif column == "opened":
                edits.put(measure, entity, cell, measure.on)
            elif column in words:
                edits.put(measure, entity, cell, words[column])
            else:
                quantity = values[column]
                assert quantity is not None
                value = edits.value(measure, entity, cell, quantity, picked=picked)
                if value is not None:
                    edits.put(measure, entity, cell, value)


def _close_link(edits: _Edits, measure: Measure) -> None:
    for table, row, entity, _ in _where(edits, measure):
        edits.put(measure, entity, (table, row, "status"), "closed")


def _gate(edits: _Edits, measure: Measure) -> None:
    shut = isinstance(measure, CloseCrossing)
    for table, row, entity, _ in _where(edits, measure):
        edits.put(measure, entity, (table, row, "status"), "closed" if shut else "open")
        text = f"closed by the scenario (measure {measure.id})" if shut else None
        edits.put(measure, entity, (table, row, "regime"), text)


def _dwell(edits: _Edits, measure: Measure) -> None:
    assert isinstance(measure, SetDwell)
    for table, row, entity, picked in _where(edits, measure):
        mean = edits.value(
            measure, entity, (table, row, "dwell_mean_h"), measure.dwell, picked=picked
        )
        if mean is None:
            continue
        before = edits.number((table, row, "dwell_mean_h"))
        edits.put(measure, entity, (table, row, "dwell_mean_h"), mean)
        scaled: dict[str, float | None] = {}
        for column in ("dwell_p50_h", "dwell_p90_h"):
            old = edits.number((table, row, column))
            if before == 0.0:
                # A stop that took no time has no shape to scale: it takes the mean.
                scaled[column] = mean
            else:
                scaled[column] = old * (mean / before) if old is not None and before else None
        if measure.p90 is not None:
            scaled["dwell_p90_h"] = measure.p90.estimate.central
        p50, p90 = scaled["dwell_p50_h"], scaled["dwell_p90_h"]
        if p50 is not None and p90 is not None and p90 < p50:
            edits.refuse(
                measure, f"P90 of {entity} would be below its P50: {p90:g} and {p50:g} h",
                fix="raise p90, or leave it out",
            )  # fmt: skip
        for column, value in scaled.items():
            edits.put(measure, entity, (table, row, column), value)


def _fee(edits: _Edits, measure: Measure) -> None:
    assert isinstance(measure, SetFee)
    _set(edits, measure, measure.variables(), measure.fee)


def _capacity(edits: _Edits, measure: Measure) -> None:
    assert isinstance(measure, SetCapacity)
    _set(edits, measure, measure.variables(), measure.capacity)


def _hours(edits: _Edits, measure: Measure) -> None:
    assert isinstance(measure, SetHours)
    # Half as long again of a post that never shuts is still a day.
    _set(edits, measure, measure.variables(), measure.hours, most=HOURS_A_DAY)


def _rate(edits: _Edits, measure: Measure) -> None:
    assert isinstance(measure, SetRate)
    commodities = edits.world.tariffs["commodity"]
    for name in measure.tariffs or ():
        rows = edits.rows("tariffs", name, measure)
        chosen = [r for r in rows if measure.commodity in (None, commodities[r])]
        if rows and not chosen:
            there = ", ".join(sorted(str(commodities[r]) for r in rows))
            edits.refuse(measure, f"{name} has no commodity {measure.commodity}; it has {there}")
        cells = [("tariffs", row, "rate_usd2023_per_tkm") for row in chosen]
        # A class a mode does not carry has no rate; it is enough that one of them has.
        some = len(cells) > 1 and any(edits.number(cell) is not None for cell in cells)
        for cell in cells:
            entity = _entity(edits.world, cell)
            value = edits.value(measure, entity, cell, measure.rate, picked=some)
            if value is not None:
                edits.put(measure, entity, cell, value)


def _visa(edits: _Edits, measure: Measure) -> None:
    assert isinstance(measure, SetVisa)
    for pair in measure.pairs():
        earlier = edits.visas.setdefault(pair, measure)
        if earlier is not measure:
            edits.problems.add(
                f'measures "{earlier.id}" and "{measure.id}"',
                f"both set the visa regime from {pair[0]} to {pair[1]} on {edits.world.on}",
            )
        edits.lineage.add((f"visa:{pair[0]}>{pair[1]}", "regime", f"measure:{measure.id}"))


WORK: dict[type[Measure], Callable[[_Edits, Measure], None]] = {
    OpenLink: _work_on_link,
    UpgradeLink: _work_on_link,
    CloseLink: _close_link,
    SetDwell: _dwell,
    SetFee: _fee,
    SetCapacity: _capacity,
    SetHours: _hours,
    CloseCrossing: _gate,
    OpenCrossing: _gate,
    SetRate: _rate,
    SetVisa: _visa,
    SetLoan: work_on_loan,
    OpenCable: open_cable,
    CloseCable: close_cable,
    OpenConsultation: open_consultation,
    **ENERGY_WORK,
}
"""What each kind of measure does."""
