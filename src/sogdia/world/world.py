"""A `World`: what is held true on one date, from claims known by another."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sogdia.core.digest import digest_value
from sogdia.core.draws import uniform
from sogdia.core.errors import UnknownName
from sogdia.core.estimate import Estimate, quantiles
from sogdia.core.table import Table
from sogdia.world.tables import (
    CABLES,
    CONSULTATIONS,
    FIBRE,
    FREIGHT_ENDS,
    GAS_COUNTRIES,
    HOSPITALS,
    JOURNEYS,
    LANDINGS,
    LOANS,
    PIPELINES,
    PLANTS,
    POWER,
    POWER_LINES,
    POWER_ZONES,
    WORLD_TABLES,
)

__all__ = ["Part", "Spread", "World"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One uncertain addend of a value.

    Attributes
    ----------
    key : str
        What the draw is keyed by: the claim's `moves_with`, or its id.
    estimate : Estimate
        In the column's unit.
    """

    key: str
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The uncertainty of one value of a world table: where it stands and what it is the sum of."""

    table: str
    column: str
    row: int
    parts: tuple[Part, ...]


AT_MOST = {"open_h_per_day": 24.0}
"""Columns no draw may carry past a natural bound."""

FOLLOWS: dict[tuple[str, str], tuple[str, ...]] = {
    ("crossings", "dwell_mean_h"): ("dwell_p50_h", "dwell_p90_h"),
    ("transfers", "dwell_mean_h"): ("dwell_p50_h", "dwell_p90_h"),
}
"""Columns that keep their ratio to another when a draw moves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Frozen tables of one date. `replace` gives another world; nothing changes this one.

    Attributes
    ----------
    on, known_by : date
        The date it describes, and the date by which its claims were known.
    evidence : str
        Digest of the evidence base it was built from.
    places, links, crossings, transfers, tariffs, zones, connectors, classes, regimes, \
economies, trade, freight, freight_ends, vehicles, choice, loans, landings, cables, fibre, \
hospitals, consultations, journeys, power_zones, plants, power_lines, pipelines, gas_countries, \
power : Table
        See `sogdia.world.tables`.
    lineage : Table
        (entity, variable) -> claim or measure.
    spreads : tuple of Spread
        Uncertain values, for `draw`.
    """

    on: date
    known_by: date
    evidence: str
    places: Table
    links: Table
    crossings: Table
    transfers: Table
    tariffs: Table
    zones: Table
    connectors: Table
    classes: Table
    regimes: Table
    economies: Table
    trade: Table
    freight: Table
    vehicles: Table
    choice: Table
    lineage: Table
    spreads: tuple[Spread, ...] = ()
    freight_ends: Table = field(default_factory=lambda: Table.from_rows(FREIGHT_ENDS, ()))
    loans: Table = field(default_factory=lambda: Table.from_rows(LOANS, ()))
    landings: Table = field(default_factory=lambda: Table.from_rows(LANDINGS, ()))
    cables: Table = field(default_factory=lambda: Table.from_rows(CABLES, ()))
    fibre: Table = field(default_factory=lambda: Table.from_rows(FIBRE, ()))
    hospitals: Table = field(default_factory=lambda: Table.from_rows(HOSPITALS, ()))
    consultations: Table = field(default_factory=lambda: Table.from_rows(CONSULTATIONS, ()))
    journeys: Table = field(default_factory=lambda: Table.from_rows(JOURNEYS, ()))
    power_zones: Table = field(default_factory=lambda: Table.from_rows(POWER_ZONES, ()))
    plants: Table = field(default_factory=lambda: Table.from_rows(PLANTS, ()))
    power_lines: Table = field(default_factory=lambda: Table.from_rows(POWER_LINES, ()))
    pipelines: Table = field(default_factory=lambda: Table.from_rows(PIPELINES, ()))
    gas_countries: Table = field(default_factory=lambda: Table.from_rows(GAS_COUNTRIES, ()))
    power: Table = field(default_factory=lambda: Table.from_rows(POWER, ()))

    @property
    def digest(self) -> str:
        """Digest of the content: the same for the same tables, however they came about."""
        return _content_digest(self)

    def replace(self, **tables: Table) -> World:
        """A world with some tables replaced; an uncertain value that was set stays as set.

        Raises
        ------
        UnknownName
            When a name is no table of a world.
        """
        for name in tables:
            if name not in WORLD_TABLES:
                raise UnknownName("world table", name, WORLD_TABLES)
        kept = tuple(s for s in self.spreads if s.table not in tables or _unset(self, s, tables))
        return dataclasses.replace(self, spreads=kept, **tables)

    def draw(self, number: int, seed: int) -> World:
        """The world of one draw: every uncertain value at its quantile; draw 0 is central.

        The same claim has the same quantile in every world of the same seed and draw, so that a
        baseline and a scenario are paired.
        """
        if number == 0:
            return self
        drawn: dict[tuple[str, str], NDArray[np.float64]] = {}
        for place, block in _blocks(self.spreads).items():
            values = self._table(place[0])[place[1]].copy()
            values[block.rows] = 0.0
            np.add.at(values, block.row_of_part, block.quantiles(seed, number))
            if place[1] in AT_MOST:
                values = np.minimum(values, AT_MOST[place[1]])
            drawn[place] = values
        tables: dict[str, Table] = {}
        for (name, column), values in drawn.items():
            before = self._table(name)
            changed: dict[str, NDArray[np.float64]] = {column: values}
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = np.where(before[column] > 0, values / before[column], 1.0)
            for follower in FOLLOWS.get((name, column), ()):
                changed[follower] = before[follower] * ratio
            tables[name] = tables.get(name, before).replace(**changed)
        return dataclasses.replace(self, **tables)

    def _table(self, name: str) -> Table:
        table: Table = getattr(self, name)
        return table

    def __repr__(self) -> str:
        open_links = int(np.sum(self.links["status"] == "open"))
        return (
            f"<World on {self.on}: {len(self.places)} places, {open_links} open links, "
            f"{len(self.crossings)} directed crossings, {len(self.zones)} zones>"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The spreads of one column as arrays over their parts."""

    rows: NDArray[np.int64]
    row_of_part: NDArray[np.int64]
    keys: tuple[str, ...]
    shape: NDArray[np.object_]
    low: NDArray[np.float64]
    central: NDArray[np.float64]
    high: NDArray[np.float64]

    def quantiles(self, seed: int, number: int) -> NDArray[np.float64]:
        """The value of each part in one draw."""
        drawn = {key: uniform(seed, key, number) for key in set(self.keys)}
        u = np.array([drawn[key] for key in self.keys])
        return quantiles(self.shape, self.low, self.central, self.high, u)


@functools.lru_cache(maxsize=64)
def _blocks(spreads: tuple[Spread, ...]) -> dict[tuple[str, str], Block]:
    grouped: dict[tuple[str, str], list[Spread]] = {}
    for spread in spreads:
        grouped.setdefault((spread.table, spread.column), []).append(spread)
    return {place: _block(found) for place, found in grouped.items()}


def _block(spreads: list[Spread]) -> Block:
    parts = [(s.row, p) for s in spreads for p in s.parts]
    return Block(
        rows=np.array([s.row for s in spreads], dtype=np.int64),
        row_of_part=np.array([row for row, _ in parts], dtype=np.int64),
        keys=tuple(p.key for _, p in parts),
        shape=np.array([p.estimate.shape for _, p in parts], dtype=object),
        low=np.array([p.estimate.low for _, p in parts]),
        central=np.array([p.estimate.central for _, p in parts]),
        high=np.array([p.estimate.high for _, p in parts]),
    )


def _unset(world: World, spread: Spread, tables: dict[str, Table]) -> bool:
    """Whether a value is still the one the world was built with."""
    before: Table = getattr(world, spread.table)
    after = tables[spread.table]
    if len(after) != len(before):
        raise ValueError(f"a replaced table keeps its rows; {spread.table} had {len(before)}")
    a, b = before[spread.column][spread.row], after[spread.column][spread.row]
    return bool(a == b)


def _content_digest(world: World) -> str:
    return digest_value(
        {
            "on": world.on,
            "known_by": world.known_by,
            **{name: getattr(world, name).arrow.to_pydict() for name in WORLD_TABLES},
        }
    )
