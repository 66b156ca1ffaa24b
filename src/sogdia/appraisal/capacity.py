"""Lines, yards, ports and ships whose capacity is known: the hours that traffic adds there.

What holds at posts holds here: hours, dwells and waits were observed under the baseline's traffic,
so in the baseline nothing is added, and a scenario adds what the curve says between both flows and
both capacities. A capacity known with the scenario alone counts as if it had been the same before.

A capacity that the baseline's traffic exceeds is contradicted. One claimed for the date is raised,
as at posts. One whose claim had ended by the date is out of date and is left out: what was built
since is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sogdia.appraisal.bottleneck.parts import VARIABLES
from sogdia.core.table import Column, Schema, Table
from sogdia.models.border.vessels import ROOM_TEU
from sogdia.models.border.yards import Added, added_in_yard, added_on_ship
from sogdia.models.transport.carried import DAYS, FlowProblem, Flows
from sogdia.models.transport.lines import AddedOnLine, added_on_line
from sogdia.models.transport.loads import (
    Capacity,
    Counted,
    Key,
    capacities,
    counted,
    delayed,
    loads,
)
from sogdia.world.network import Network
from sogdia.world.world import World

__all__ = ["CAPACITY_USE", "HOUR", "QUEUES_ABOVE", "Gates", "gates", "is_idle"]

QUEUES_ABOVE = 0.3
"""Share of capacity below which a wait is taken not to move, unless the capacity does."""

T_PER_TEU = 10.0
"""Tonnes for which a ship has room where it has room for a TEU. Assumed."""

HOUR = 1.0
"""Hours below which a change is measured in hours and not relative to what a stop takes."""

CAPACITY_USE = Schema(
    "capacity_use",
    (
        Column("on", "date"),
        Column("entity", title="link or transfer"),
        Column("unit", title="train/day, teu/year, t/year"),
        Column("towards", title="of a ship the place it sails to; empty: all directions"),
        Column("kind", title="line, yard (or port), ship"),
        Column("flow_amount", "number", title="in the unit"),
        Column("capacity_amount", "number", title="as the world has it, of a ship one way"),
        Column(
            "effective_capacity_amount",
            "number",
            title="used: raised where the baseline's flow exceeds it; null: out of date, not used",
        ),
        Column("use_share", "number", title="flow over the capacity as the world has it"),
        Column("added_h", "number", title="against the baseline; null where not used"),
    ),
    ("on", "entity", "unit", "towards"),
)


def is_idle(observed: float, flow: float, capacity: float) -> bool:
    """Whether neither flow is `QUEUES_ABOVE` of a capacity: no queue to draw a curve for."""
    return max(observed, flow) < QUEUES_ABOVE * capacity


@dataclass(slots=True)
class Gate:
    """One capacity of one line, yard, port or ship, and its curve once it is needed.

    Attributes
    ----------
    before, after : float
        Capacities; equal where only one is known.
    observed : float
        Flow of the baseline.
    """

    key: Key
    capacity: Capacity
    before: float
    after: float
    observed: float
    lot: float
    seed: int
    curve: Added | AddedOnLine | None = None

    def hours(self, flow: float) -> float:
        """Hours added at a flow. Nothing below `QUEUES_ABOVE` while the capacity stays."""
        if self.curve is None:
            same = self.before == self.after and self.capacity.kind != "line"
            if same and is_idle(self.observed, flow, self.after):
                return 0.0
            self.curve = self._curve()
        return self.curve.hours(flow)

    @property
    def raised(self) -> float:
        """By how much the capacity is raised; 1 while no curve was needed."""
        return 1.0 if self.curve is None else self.curve.raised

    def _curve(self) -> Added | AddedOnLine:
        of, name = self.capacity, ":".join(k for k in self.key if k)
        if of.kind == "line":
            return added_on_line(
                self.after, before=self.before, observed=self.observed, hours=float(of.dwell_h[0])
            )
        if of.kind == "ship":
            room = ROOM_TEU if self.key[1] == "teu/year" else ROOM_TEU * T_PER_TEU
            return added_on_ship(
                self.after, before=self.before, observed=self.observed, room=room, lot=self.lot,
                dwell_h=float(of.dwell_h[0]), seed=self.seed, key=name,
            )  # fmt: skip
        return added_in_yard(
            self.after, before=self.before, observed=self.observed,
            lots_per_day=1.0 / self.lot / (1.0 if self.key[1] == "train/day" else DAYS),
            open_h_per_day=of.open_h_per_day,
            dwell_h=(float(of.dwell_h[0]), float(of.dwell_h[1]), float(of.dwell_h[2])),
            seed=self.seed, key=name,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """Every capacity that answers to traffic, and those that are out of date.

    Attributes
    ----------
    where, where_before : mapping
        What uses each in the network of the scenario and of the baseline.
    stale : mapping
        Those left out.
    """

    gates: Sequence[Gate]
    where: Mapping[Key, Counted]
    where_before: Mapping[Key, Counted]
    stale: Mapping[Key, Capacity] = field(default_factory=dict[Key, Capacity])

    def flow(self, solution: Flows) -> dict[tuple[str, ...], float]:
        """What uses each, in its unit."""
        return {**loads(solution, self.where)}

    def delayed(self, problem: FlowProblem, hours: Mapping[Any, float]) -> FlowProblem:
        """The problem with some hours added; hours of others, as posts, are not looked at."""
        mine = {g.key: hours[g.key] for g in self.gates if g.key in hours}
        return delayed(problem, self.where, mine)

    def scale(self) -> dict[Key, float]:
        """Hours against which a change of each is measured."""
        return {g.key: max(float(np.nan_to_num(g.capacity.dwell_h[0])), HOUR) for g in self.gates}

    def table(self, problem: FlowProblem, solution: Flows, *, baseline: bool) -> Table:
        """The table capacity_use of one side, of its own flows."""
        flow = loads(solution, self.where_before if baseline else self.where)
        rows = self._rows(problem.network.world, flow, baseline)
        return Table.from_rows(CAPACITY_USE, list(rows))

    def _rows(
        self, world: World, flow: Mapping[Key, float], baseline: bool
    ) -> Iterator[dict[str, Any]]:
        known = capacities(world)
        for gate in self.gates:
            if gate.key in known:
                load = flow.get(gate.key, 0.0)
                yield _row(world, gate.key, known[gate.key], load) | {
                    "effective_capacity_amount": known[gate.key].amount * gate.raised,
                    "added_h": 0.0 if baseline else gate.hours(load),
                }
        for key in self.stale:
            if key in known:
                yield _row(world, key, known[key], flow.get(key, 0.0))


def _row(world: World, key: Key, of: Capacity, load: float) -> dict[str, Any]:
    return {
        "on": world.on, "entity": key[0], "unit": key[1], "towards": key[2], "kind": of.kind,
        "flow_amount": load, "capacity_amount": of.amount,
        "effective_capacity_amount": None,
        "use_share": load / of.amount if of.amount > 0.0 else None, "added_h": None,
    }  # fmt: skip


def gates(
    base: FlowProblem, flows: Flows, before: World, after: Network, *, seed: int = 0
) -> Gates:
    """The capacities known in either world, at the flows of the baseline.

    Parameters
    ----------
    base : FlowProblem
        Of `before`, and `flows` its solution.
    after : Network
        Of the scenario.
    """
    old, new = capacities(before), capacities(after.world)
    keys = sorted({*old, *new})
    commodities = base.demand.commodities
    where_before, where = (counted(net, commodities, keys) for net in (base.network, after))
    observed = loads(flows, where_before)
    ended = _ended(before)
    found: list[Gate] = []
    stale: dict[Key, Capacity] = {}
    for key in keys:
        now = new.get(key, old.get(key))
        assert now is not None
        then = old.get(key, now)
        if not (now.amount > 0.0 and then.amount > 0.0):
            continue
        if key[:2] in ended and then.amount == now.amount and observed[key] > then.amount:
            stale[key] = now
            continue
        gate = Gate(
            key=key, capacity=now, before=then.amount, after=now.amount, observed=observed[key],
            lot=where[key].lot, seed=seed,
        )  # fmt: skip
        found.append(gate)
    return Gates(gates=found, where=where, where_before=where_before, stale=stale)


def _ended(world: World) -> frozenset[tuple[str, str]]:
    """(entity, unit) of capacities carried to the date from a claim of another time."""
    rows = world.lineage
    found: set[tuple[str, str]] = set()
    for entity, variable, carried in zip(
        rows["entity"], rows["variable"], rows["carried"], strict=True
    ):
        name = str(entity).partition("#")[0]
        kind = "transfer" if name.startswith("transfer:") else "link"
        unit = VARIABLES[kind].get(str(variable))
        if carried and unit is not None:
            found.add((name, unit))
    return frozenset(found)
