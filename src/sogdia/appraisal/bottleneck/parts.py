"""One part of a corridor: its capacity, its load as the corridor grows, and when it is full."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

from sogdia.appraisal.bottleneck.years import LAST_YEAR, first_year, largest
from sogdia.core.estimate import Estimate
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.transport.carried import DAYS, Unit
from sogdia.world.world import World

__all__ = [
    "BOTTLENECK",
    "FULL",
    "UNITS",
    "Capacity",
    "CorridorLoad",
    "Load",
    "Outlook",
    "Part",
    "believed_capacities",
    "bottleneck_table",
    "in_order",
    "named",
]

FULL = (0.85, 1.0)
"""Shares of a capacity whose year is given: where waits begin to grow, and where nothing fits."""

UNITS: tuple[Unit, ...] = get_args(Unit)
"""Units of capacity."""

VARIABLES: Mapping[str, Mapping[str, Unit]] = {
    "link": {
        "line_capacity_teu_per_y": "teu/year",
        "line_capacity_t_per_y": "t/year",
        "line_capacity_trains_per_day": "train/day",
    },
    "crossing": {
        "post_capacity_trains_per_day": "train/day",
        "post_capacity_trucks_per_day": "truck/day",
    },
    "transfer": {
        "terminal_capacity_teu_per_y": "teu/year",
        "terminal_capacity_t_per_y": "t/year",
        "post_capacity_trains_per_day": "train/day",
    },
}
"""Capacity claims by kind of entity, and the unit each is in."""

BOTTLENECK = Schema(
    "bottleneck",
    (
        Column("place", "integer", title="1 is the fullest"),
        Column("id", title="link, crossing or transfer"),
        Column("name"),
        Column("unit", title="of the amounts; both directions together"),
        Column("capacity_amount", "number", title="null: not known"),
        Column("capacity_low_amount", "number"),
        Column("capacity_high_amount", "number"),
        Column("capacity_claim"),
        Column("capacity_basis"),
        Column("flow_amount", "number", title="in the base year"),
        Column("flow_from", title="observed; corridor and modelled others; modelled"),
        Column("use_share", "number", title="flow over capacity"),
        Column("demand_amount", "number", title="flow at the demand asked for"),
        Column("demand_use_share", "number"),
        Column("unmet_amount", "number", title="of that, above the capacity"),
        Column("year_85", "integer", title="first year at 85 % of capacity; null after 2040"),
        Column("year_85_early", "integer", title="high growth, low capacity"),
        Column("year_85_late", "integer", title="low growth, high capacity"),
        Column("year_100", "integer", title="first year at capacity"),
        Column("year_100_early", "integer"),
        Column("year_100_late", "integer"),
    ),
    ("id", "unit"),
)

Years = tuple[int | None, int | None, int | None]
"""Central, early, late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """A capacity as believed today, and by year where announced ones count.

    Attributes
    ----------
    by_year : mapping of int to Estimate
        Empty: today's holds for ever.
    """

    today: Estimate
    claim: str
    basis: str
    by_year: Mapping[int, Estimate] = field(default_factory=dict[int, Estimate])

    def at(self, year: int) -> Estimate:
        """The capacity of a year."""
        return self.by_year.get(year, self.today)


def believed_capacities(
    base: EvidenceBase,
    entity: str,
    on: date,
    years: Iterable[int] = (),
) -> list[tuple[str, Capacity | None]]:
    """Capacities of an entity by unit; one without any unit and None when nobody published one."""
    found: list[tuple[str, Capacity | None]] = []
    for name, unit in VARIABLES[_kind(entity)].items():
        belief = base.believe(entity, name, on=on)
        if belief is None or not isinstance(belief.claim.value, Estimate):
            continue
        later = {y: base.believe(entity, name, on=date(y, 7, 1)) for y in years}
        found.append(
            (
                unit,
                Capacity(
                    today=belief.claim.value,
                    claim=belief.claim.id,
                    basis=belief.claim.basis,
                    by_year={
                        y: b.claim.value
                        for y, b in later.items()
                        if b is not None and isinstance(b.claim.value, Estimate)
                    },
                ),
            )
        )
    return found or [("", None)]


def _kind(entity: str) -> str:
    if entity.startswith("transfer:"):
        return "transfer"
    return "link" if "~" in entity else "crossing"


def named(world: World, entity: str) -> str:
    """What a reader calls an entity."""
    if entity.startswith("transfer:"):
        kind, _, place = entity.removeprefix("transfer:").partition("/")
        names = world.places.index()
        return f"{kind} at {world.places['name'][names[place]]}" if place in names else entity
    table = world.links if "~" in entity else world.crossings
    at = [i for i, e in enumerate(table["id"]) if e == entity]
    return str(table["name"][at[0]]) if at else entity


Load = Callable[[float], float]
"""Flow of a part in its unit, by the factor on the corridor's flow of today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorridorLoad:
    """The load of a part that takes shares of a corridor, beside other traffic.

    Attributes
    ----------
    corridor : callable
        TEU and tonnes of the corridor by the factor on its flow of today.
    shares : (float, float)
        Of the corridor's TEU, and of its freight that is not in containers.
    box_t, train_teu, train_t, truck_t : float
        Tonnes a TEU, TEU a train, tonnes a train of other freight, tonnes a truck.
    beside : mapping of unit to float
        Other traffic, which stays.
    scale : mapping of unit to float
        What the corridor's own flow is multiplied by to agree with a lower count; 1 elsewhere.
    seen : frozenset of str
        Units in which the part's whole flow of today was observed.
    """

    corridor: Callable[[float], tuple[float, float]]
    shares: tuple[float, float]
    box_t: float
    train_teu: float
    train_t: float
    truck_t: float
    beside: Mapping[str, float]
    scale: Mapping[str, float] = field(default_factory=dict[str, float])
    seen: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        world: World,
        corridor: Callable[[float], tuple[float, float]],
        box_t: float,
        *,
        shares: tuple[float, float],
        beside: Mapping[str, float],
        seen: Mapping[str, float],
    ) -> CorridorLoad:
        """With the vehicles of a world.

        Parameters
        ----------
        beside : mapping of unit to float
            Other traffic as modelled.
        seen : mapping of unit to float
            Whole flow of the part as observed: other traffic then is what the corridor leaves.
        """
        at = world.vehicles.index()
        alone = cls(
            corridor=corridor,
            shares=shares,
            box_t=box_t,
            train_teu=float(world.vehicles["train_load_teu"][at["rail"]]),
            train_t=float(world.vehicles["load_t"][at["rail"]]),
            truck_t=float(world.vehicles["load_t"][at["road"]]),
            beside=dict.fromkeys(UNITS, 0.0),
        )
        own = {unit: alone.amount(unit, 1.0) for unit in UNITS}
        return dataclasses.replace(
            alone,
            beside={u: max(seen[u] - own[u], 0.0) if u in seen else beside[u] for u in UNITS},
            # Where less was counted than the corridor alone would be, the count is believed.
            scale={u: min(v / own[u], 1.0) for u, v in seen.items() if own[u] > 0.0},
            seen=frozenset(seen),
        )

    def amount(self, unit: str, factor: float) -> float:
        """Flow in a unit."""
        whole_teu, whole_t = self.corridor(factor)
        teu = whole_teu * self.shares[0]
        loose = max(whole_t - whole_teu * self.box_t, 0.0) * self.shares[1]
        own = {
            "teu/year": teu,
            "t/year": teu * self.box_t + loose,
            "train/day": (teu / self.train_teu + loose / self.train_t) / DAYS,
            "truck/day": (teu * self.box_t + loose) / self.truck_t / DAYS,
        }
        return own[unit] * self.scale.get(unit, 1.0) + self.beside[unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How the corridor is to grow.

    Attributes
    ----------
    growth : (low, central, high) or None
        A year.
    factor : float or None
        Of the corridor's flow at the demand, over that of the base year.
    """

    base_year: int
    growth: tuple[float, float, float] | None = None
    factor: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One entity in one unit.

    Attributes
    ----------
    flow : float
        In the base year.
    room : float or None
        The corridor's flow at which it is full, over today's; inf when the corridor does not pass.
    years : mapping of float to (central, early, late)
        First year at each share of `FULL`; None after 2040, or without growth or capacity.
    """

    id: str
    name: str
    unit: str
    capacity: Capacity | None
    flow: float
    flow_from: str
    demand: float | None
    room: float | None
    years: Mapping[float, Years]

    @classmethod
    def of(
        cls,
        entity: str,
        name: str,
        unit: str,
        capacity: Capacity | None,
        load: Load,
        flow_from: str,
        outlook: Outlook,
    ) -> Part:
        """Work out a part."""
        factor = outlook.factor
        return cls(
            id=entity,
            name=name,
            unit=unit or "t/year",
            capacity=capacity,
            flow=load(1.0),
            flow_from=flow_from,
            demand=None if factor is None else load(factor),
            room=None if capacity is None else largest(load, capacity.today.central),
            years={full: _years(load, capacity, outlook, full) for full in FULL},
        )

    @property
    def use_share(self) -> float | None:
        """Flow over capacity in the base year."""
        return None if self.capacity is None else self.flow / self.capacity.today.central

    @property
    def demand_use_share(self) -> float | None:
        """Flow over capacity at the demand."""
        if self.capacity is None or self.demand is None:
            return None
        return self.demand / self.capacity.today.central

    @property
    def unmet(self) -> float | None:
        """What the demand is above the capacity."""
        if self.capacity is None or self.demand is None:
            return None
        return max(self.demand - self.capacity.today.central, 0.0)


def _years(load: Load, capacity: Capacity | None, outlook: Outlook, full: float) -> Years:
    if capacity is None or outlook.growth is None:
        return None, None, None
    low, central, high = outlook.growth
    base_year = outlook.base_year

    def found(g: float, side: str) -> int | None:
        return first_year(
            lambda year: load((1.0 + g) ** (year - base_year)),
            lambda year: float(getattr(capacity.at(year), side)),
            base_year,
            full=full,
            last=LAST_YEAR,
        )

    return found(central, "central"), found(high, "low"), found(low, "high")


def in_order(parts: Sequence[Part]) -> tuple[Part, ...]:
    """By use at the demand, or today; those without a capacity last."""

    def rank(part: Part) -> tuple[bool, float, str, str]:
        use = part.demand_use_share if part.demand_use_share is not None else part.use_share
        return use is None, -(use or 0.0), part.id, part.unit

    return tuple(sorted(parts, key=rank))


def bottleneck_table(parts: Iterable[Part]) -> Table:
    """The table bottleneck, in the order given."""
    return Table.from_rows(BOTTLENECK, [_row(i, part) for i, part in enumerate(parts, start=1)])


def _row(place: int, part: Part) -> dict[str, Any]:
    held = part.capacity
    row: dict[str, Any] = {
        "place": place if held is not None else None,
        "id": part.id,
        "name": part.name,
        "unit": part.unit,
        "capacity_amount": None if held is None else held.today.central,
        "capacity_low_amount": None if held is None else held.today.low,
        "capacity_high_amount": None if held is None else held.today.high,
        "capacity_claim": None if held is None else held.claim,
        "capacity_basis": None if held is None else held.basis,
        "flow_amount": part.flow,
        "flow_from": part.flow_from,
        "use_share": part.use_share,
        "demand_amount": part.demand,
        "demand_use_share": part.demand_use_share,
        "unmet_amount": part.unmet,
    }
    for full, (central, early, late) in part.years.items():
        key = f"year_{full * 100:.0f}"
        row |= {key: central, f"{key}_early": early, f"{key}_late": late}
    return row
