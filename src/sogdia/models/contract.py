"""What every model is: what it reads, takes and gives, and three functions in a row.

``prepare`` turns ids into positions, ``solve`` is pure numerics, ``tabulate`` turns positions back
into ids. `check_model` runs one public list of checks on any model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import Problem
from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.world.tables import WORLD_TABLES
from sogdia.world.world import World

__all__ = ["Model", "check_model"]


class Model(Protocol):
    """A model. It holds its parameters and nothing else.

    Attributes
    ----------
    name : str
    reads : frozenset of (table, column)
        Columns of the world it looks at.
    takes : frozenset of str
        Tables of other models it needs.
    gives : frozenset of str
        Tables it makes.
    """

    @property
    def name(self) -> str:
        """What it is called in manifests and messages."""
        ...

    @property
    def reads(self) -> frozenset[tuple[str, str]]:
        """Columns of the world it looks at."""
        ...

    @property
    def takes(self) -> frozenset[str]:
        """Tables of other models it needs."""
        ...

    @property
    def gives(self) -> frozenset[str]:
        """Tables it makes."""
        ...

    def prepare(self, world: World, tables: Mapping[str, Table]) -> Any:
        """Ids to positions, once."""
        ...

    def solve(self, problem: Any) -> Any:
        """Pure; no ids; the solution carries a `status`."""
        ...

    def tabulate(self, problem: Any, solution: Any) -> dict[str, Table]:
        """Positions to ids; every value column ends in its unit."""
        ...


def run_model(
    model: Model, world: World, tables: Mapping[str, Table]
) -> tuple[dict[str, Table], Status]:
    """Prepare, solve and tabulate; the tables and how it ended."""
    problem = model.prepare(world, tables)
    solution = model.solve(problem)
    return model.tabulate(problem, solution), solution.status


RELATIVE_TOLERANCE = 1e-9
"""Sums taken in another order differ in the last digits."""

SCALE = 1024.0
"""A power of two: it rounds nothing, so equally costly routes stay equally costly."""

Check = Callable[[Model, World, Mapping[str, Table]], Iterator[Problem]]


def gives_what_it_declares(
    model: Model, world: World, tables: Mapping[str, Table]
) -> Iterator[Problem]:
    """The tables given are those declared, and the status is a status."""
    given, status = run_model(model, world, tables)
    if frozenset(given) != model.gives:
        yield Problem(
            where=model.name, what="gives", got=str(sorted(given)), allowed=str(sorted(model.gives))
        )
    if status.state not in {"solved", "usable", "failed"}:
        yield Problem(where=model.name, what="status", got=str(status.state))


def is_pure(model: Model, world: World, tables: Mapping[str, Table]) -> Iterator[Problem]:
    """Two runs give the same, and the world is not changed."""
    digest = world.digest
    first, _ = run_model(model, world, tables)
    second, _ = run_model(model, world, tables)
    if world.digest != digest:
        yield Problem(where=model.name, what="changed the world it was given")
    for name in first:
        if not first[name].arrow.equals(second[name].arrow):
            yield Problem(where=f"{model.name}, table {name}", what="two runs differ")


def order_does_not_matter(
    model: Model, world: World, tables: Mapping[str, Table]
) -> Iterator[Problem]:
    """Reordering the rows of the world's tables changes no value."""
    rng = np.random.default_rng(0)
    shuffled: dict[str, Table] = {}
    for name in WORLD_TABLES:
        table: Table = getattr(world, name)
        order = rng.permutation(len(table))
        shuffled[name] = Table(table.schema, table.arrow.take(order))
    yield from _differences(
        model, world, _bare(world, shuffled), tables, lambda _unit: 1.0, "reordering"
    )


def reads_only_what_it_declares(
    model: Model, world: World, tables: Mapping[str, Table]
) -> Iterator[Problem]:
    """Changing a number column it does not declare changes nothing it gives."""
    changed: dict[str, Table] = {}
    for name, schema in WORLD_TABLES.items():
        table: Table = getattr(world, name)
        free = [
            c.name
            for c in schema.columns
            if c.type == "number" and (name, c.name) not in model.reads
        ]
        changed[name] = table.replace(**{c: table[c] * 1.37 + 1.0 for c in free})
    yield from _differences(
        model,
        world,
        _bare(world, changed),
        tables,
        lambda _unit: 1.0,
        "changing undeclared columns",
    )


def money_scales(model: Model, world: World, tables: Mapping[str, Table]) -> Iterator[Problem]:
    """All money times 1024: each output moves exactly as its unit says."""

    def factor(unit: str) -> float:
        return SCALE if "usd2023" in unit else 1.0

    changed: dict[str, Table] = {}
    for name, schema in WORLD_TABLES.items():
        table: Table = getattr(world, name)
        columns = [c for c in schema.columns if c.type == "number" and factor(c.unit or "") != 1.0]
        changed[name] = table.replace(**{c.name: table[c.name] * SCALE for c in columns})
    yield from _differences(model, world, _bare(world, changed), tables, factor, "money x 1024")


CHECKS: tuple[Check, ...] = (
    gives_what_it_declares,
    is_pure,
    order_does_not_matter,
    reads_only_what_it_declares,
    money_scales,
)


def check_model(
    model: Model, world: World, tables: Mapping[str, Table] | None = None
) -> list[Problem]:
    """Every way in which a model breaks the contract on this world; empty when it keeps it."""
    return [p for check in CHECKS for p in check(model, world, tables or {})]


def _bare(world: World, tables: Mapping[str, Table]) -> World:
    """The world with other tables and without its uncertainty."""
    import dataclasses

    return dataclasses.replace(world, spreads=(), **tables)


def _differences(
    model: Model,
    before: World,
    after: World,
    tables: Mapping[str, Table],
    factor: Callable[[str], float],
    what: str,
) -> Iterator[Problem]:
    first, _ = run_model(model, before, tables)
    second, _ = run_model(model, after, tables)
    for name, table in first.items():
        other = second[name]
        keys: list[tuple[str, Literal["ascending", "descending"]]] = [
            (k, "ascending") for k in table.schema.keys
        ]
        a, b = table.arrow.sort_by(keys), other.arrow.sort_by(keys)
        for column in table.schema.columns:
            if column.name in table.schema.keys or column.type != "number":
                continue
            x: NDArray[np.float64] = Table(table.schema, a)[column.name]
            y: NDArray[np.float64] = Table(table.schema, b)[column.name]
            wanted = x * factor(column.unit or "")
            if len(wanted) != len(y) or not np.allclose(
                wanted, y, rtol=RELATIVE_TOLERANCE, atol=1e-12, equal_nan=True
            ):
                yield Problem(
                    where=f"{model.name}, table {name}, column {column.name}",
                    what=f"{what} does not do what its unit says",
                )
