"""What lines, yards, ports and ships carry, in the units their capacities are in.

A capacity is of one link or transfer and in one unit: trains a day, TEU a year or tonnes a year.
What uses it is counted in that unit: a train is a train of containers or of wagons, a capacity in
TEU is used by goods in containers alone, one in tonnes by all. The capacity of a line, yard or port
is that of all directions together; that of a sea service is halved, for a ship that is full one
way comes back.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sogdia.core.table import Column, Schema, Table
from sogdia.models.transport.carried import Carried, FlowProblem, Flows, Unit, vehicles
from sogdia.models.transport.mode_choice import alternative_costs
from sogdia.models.transport.prepare import TIME, class_row
from sogdia.world.network import BORDER, LINE_HAUL, TRANSFER, Network
from sogdia.world.world import World

__all__ = [
    "TRANSFER_FLOW",
    "Capacity",
    "Counted",
    "capacities",
    "counted",
    "delayed",
    "entity_arcs",
    "loads",
    "transfer_flow",
]

Kind = Literal["line", "yard", "ship"]
Key = tuple[str, Unit, str]
"""Link or transfer, unit, and of a ship the place it sails to; "" where directions share."""

LINK_UNITS: tuple[tuple[Unit, str], ...] = (
    ("train/day", "capacity_trains_per_day"),
    ("teu/year", "capacity_teu_per_y"),
    ("t/year", "capacity_t_per_y"),
)
TRANSFER_UNITS: tuple[tuple[Unit, str], ...] = (("train/day", "capacity_per_day"), *LINK_UNITS[1:])

BY_TRUCK = ("road-to-rail", "rail-to-road", "road-to-air", "air-to-road")
"""Kinds of transfer whose vehicles a day are trucks."""

DOORS = ("origin", "destination")
"""Kinds of transfer where freight starts or ends; they are no yards."""

TRANSFER_FLOW = Schema(
    "transfer_flow",
    (
        Column("on", "date"),
        Column("id", title="transfer: transfer:gauge-change/kz.dostyk"),
        Column("from_layer", title="road, rail-1435, rail-1520, rail-1676, sea, air"),
        Column("to_layer"),
        Column("flow_t_per_y", "number"),
        Column("containers_teu_per_y", "number"),
        Column("value_usd2023_per_y", "number"),
        Column("vehicles_per_day", "number", title="trains of a yard or port, else trucks"),
        Column(
            "use_share",
            "number",
            title="all directions over capacity, the highest of those known; null if none is",
        ),
    ),
    ("on", "id", "from_layer", "to_layer"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """One known capacity.

    Attributes
    ----------
    kind : {"line", "yard", "ship"}
        A port is a yard.
    amount : float
        In the unit of the key; of a ship, one way.
    open_h_per_day : float
        NaN where not known.
    dwell_h : (3,) float64
        Mean, P50 and P90 of the quickest way through a yard, which bounds the wait in it; of a
        ship, of the port it sails from; of a line its hours three times. NaN where not known.
    """

    kind: Kind
    amount: float
    open_h_per_day: float
    dwell_h: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What uses a capacity in a network.

    Attributes
    ----------
    arcs : (k,) int64
    per_t : (C,) float64
        Units of the capacity a tonne a year of each class takes; 0: the class does not use it.
    lot : float
        Units in a train of the kind that uses it: queues are of trains.
    """

    arcs: NDArray[np.int64]
    per_t: NDArray[np.float64]
    lot: float


def capacities(world: World) -> dict[Key, Capacity]:
    """Every capacity known of lines, yards, ports and ships, open or not.

    Of a line with several the first of trains, TEU and tonnes counts, as in `link_flow`. At a yard,
    port or ship each has a queue of its own.
    """
    found: dict[Key, Capacity] = {}
    links, transfers = world.links, world.transfers
    for row in range(len(links)):
        name = str(links["id"][row])
        at_sea = str(links["mode"][row]) == "sea"
        for unit, column in LINK_UNITS[1:] if at_sea else LINK_UNITS:
            amount = float(links[column][row])
            if np.isnan(amount):
                continue
            if not at_sea:
                hours = float(links["length_km"][row] / links["speed_km_per_h"][row])
                found[name, unit, ""] = Capacity(
                    kind="line", amount=amount, open_h_per_day=24.0, dwell_h=np.full(3, hours)
                )
                break
            ends = (str(links["from_place"][row]), str(links["to_place"][row]))
            for leaves, towards in (ends, ends[::-1]):
                found[name, unit, towards] = Capacity(
                    kind="ship", amount=amount / 2.0, open_h_per_day=24.0,
                    dwell_h=_quickest(world, f"transfer:port/{leaves}"),
                )  # fmt: skip
    for row in range(len(transfers)):
        name = str(transfers["id"][row])
        for unit, column in TRANSFER_UNITS:
            amount = float(transfers[column][row])
            if not np.isnan(amount) and (name, unit, "") not in found:
                found[name, unit, ""] = Capacity(
                    kind="yard", amount=amount,
                    open_h_per_day=float(transfers["open_h_per_day"][row]),
                    dwell_h=_quickest(world, name),
                )  # fmt: skip
    return found


def _quickest(world: World, transfer: str) -> NDArray[np.float64]:
    """Mean, P50 and P90 of the quickest row of a transfer; NaN where none is known."""
    t = world.transfers
    here = np.flatnonzero(np.asarray(t["id"] == transfer, dtype=np.bool_))
    known = here[~np.isnan(t["dwell_mean_h"][here])]
    if len(known) == 0:
        return np.full(3, np.nan)
    row = known[np.argmin(t["dwell_mean_h"][known])]
    return np.array([t[c][row] for c in ("dwell_mean_h", "dwell_p50_h", "dwell_p90_h")])


def counted(net: Network, commodities: tuple[str, ...], keys: Iterable[Key]) -> dict[Key, Counted]:
    """What uses each of some capacities in a network; what is not there has no arcs."""
    world = net.world
    carriers = vehicles(world, commodities)
    rail = world.vehicles.index()["rail"]
    boxes, wagons = (float(world.vehicles[c][rail]) for c in ("train_load_teu", "load_t"))
    kinds = dict(zip(world.transfers["id"], world.transfers["kind"], strict=True))
    of_entity = entity_arcs(net)
    found: dict[Key, Counted] = {}
    for key in keys:
        name, unit, towards = key
        arcs = of_entity.get(name, _NONE)
        if towards:
            # An arc may end at the border on the way, so it is told by where it starts.
            arcs = np.array(
                [a for a in arcs.tolist() if net.nodes[net.tail[a]].partition("/")[0] != towards],
                dtype=np.int64,
            )
        by: Unit = "truck/day" if unit == "train/day" and kinds.get(name) in BY_TRUCK else unit
        found[key] = Counted(
            arcs=arcs, per_t=carriers.of_a_tonne(by),
            lot={"teu/year": boxes, "t/year": wagons}.get(by, 1.0),
        )  # fmt: skip
    return found


_NONE = np.empty(0, dtype=np.int64)


def entity_arcs(net: Network) -> dict[str, NDArray[np.int64]]:
    """Arcs of every link, crossing and transfer."""
    world = net.world
    found: dict[str, list[int]] = {}
    for kind, table in (
        (LINE_HAUL, world.links), (BORDER, world.crossings), (TRANSFER, world.transfers),
    ):  # fmt: skip
        ids = table["id"]
        for arc in np.flatnonzero(net.kind == kind).tolist():
            found.setdefault(str(ids[net.row[arc]]), []).append(arc)
    return {entity: np.array(arcs, dtype=np.int64) for entity, arcs in found.items()}


def loads(solution: Flows, where: Mapping[Key, Counted]) -> dict[Key, float]:
    """What uses each capacity, in its unit."""
    by_class = solution.tonnes.sum(axis=1)
    return {key: float(c.per_t @ by_class[:, c.arcs].sum(axis=1)) for key, c in where.items()}


def delayed(
    problem: FlowProblem, where: Mapping[Key, Counted], hours: Mapping[Key, float]
) -> FlowProblem:
    """The problem with hours added where a capacity is used, for the classes that use it.

    No arc becomes quicker than an instant. Hours are added to the mean and both quantiles alike,
    so that what is added is slower and not less certain.
    """
    if not any(hours.values()):
        return problem
    m = len(problem.network.tail)
    extra = np.zeros((len(problem.costs), m))
    for key, more in hours.items():
        at = where[key]
        extra[np.ix_(at.per_t > 0.0, at.arcs)] += more
    costs = list(problem.costs)
    for c, cost in enumerate(costs):
        added = np.maximum(extra[c], -cost.fields[TIME])
        fields = cost.fields.copy()
        fields[TIME] += added
        value = class_row(problem.network.world, cost.commodity).hour_usd2023_per_t
        costs[c] = dataclasses.replace(
            cost, gencost=cost.gencost + value * added, fields=fields,
            p50_h=np.maximum(cost.p50_h + added, 0.0), p90_h=np.maximum(cost.p90_h + added, 0.0),
        )  # fmt: skip
    factor = float(problem.network.world.choice["ocean_factor"][0])
    return dataclasses.replace(
        problem,
        costs=tuple(costs),
        gencost=np.stack([alternative_costs(c, factor) for c in costs]),
    )


def transfer_flow(problem: FlowProblem, solution: Flows, on: Carried) -> Table:
    """The table transfer_flow: each direction of every yard, port and terminal.

    `on` is what the arcs carry in the solution.
    """
    net = problem.network
    known = {key: c for key, c in capacities(net.world).items() if key[0].startswith("transfer:")}
    used = loads(solution, counted(net, problem.demand.commodities, known))
    use: dict[str, float] = {}
    for key, load in used.items():
        share = load / known[key].amount if known[key].amount > 0.0 else np.inf
        use[key[0]] = max(use.get(key[0], 0.0), share)
    return Table.from_rows(TRANSFER_FLOW, list(_rows(net, on, use)))


def _rows(net: Network, on: Carried, use: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    t = net.world.transfers
    ways: dict[tuple[str, str, str], list[int]] = {}
    kind_of: dict[str, str] = {}
    for arc in np.flatnonzero(net.kind == TRANSFER).tolist():
        row = int(net.row[arc])
        kind = str(t["kind"][row])
        if kind in DOORS:
            continue
        name = str(t["id"][row])
        kind_of[name] = kind
        way = (name, str(t["from_layer"][row]), str(t["to_layer"][row]))
        ways.setdefault(way, []).append(arc)
    for (name, a, b), arcs in sorted(ways.items()):
        daily = on.trucks if kind_of[name] in BY_TRUCK else on.trains
        share = use.get(name)
        yield {
            "on": net.world.on,
            "id": name,
            "from_layer": a,
            "to_layer": b,
            "flow_t_per_y": float(on.tonnes[arcs].sum()),
            "containers_teu_per_y": float(on.teu[arcs].sum()),
            "value_usd2023_per_y": float(on.value[arcs].sum()),
            "vehicles_per_day": float(daily[arcs].sum()),
            "use_share": share if share is not None and np.isfinite(share) else None,
        }
