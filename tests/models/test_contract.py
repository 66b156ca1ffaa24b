"""The contract every model keeps, and that breaking it is noticed."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pytest

from sogdia.core.status import Status
from sogdia.core.table import Column, Schema, Table
from sogdia.models.contract import check_model
from sogdia.models.transport import TransportModel
from sogdia.models.transport.model import Pair
from sogdia.world.world import World

TOY = Schema(
    "toy",
    (Column("id"), Column("cost_usd2023_per_t", "number"), Column("time_h", "number")),
    ("id",),
)
READS = frozenset({("links", "length_km"), ("tariffs", "rate_usd2023_per_tkm")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """What the toy found."""

    cost: np.ndarray
    hours: np.ndarray
    status: Status = field(default_factory=lambda: Status(state="solved", of="toy"))


def keeps(world: World) -> Solution:
    """The toy that keeps the contract: hours from lengths, money from rates."""
    hours = world.links["length_km"] / 50.0
    rate = float(np.nanmean(np.sort(world.tariffs["rate_usd2023_per_tkm"])))
    return Solution(cost=world.links["length_km"] * rate, hours=hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy:
    """A model of one line, wrong in as many ways as its `solved` is."""

    solved: Callable[[World], Solution] = keeps
    names: tuple[str, ...] = ("toy",)
    name: str = "toy"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset({"toy"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> World:
        """The world is the problem."""
        assert not tables
        return world

    def solve(self, problem: World) -> Solution:
        """As `solved` says."""
        return self.solved(problem)

    def tabulate(self, problem: World, solution: Solution) -> dict[str, Table]:
        """One table of links."""
        columns: dict[str, Any] = {
            "id": problem.links["id"],
            "cost_usd2023_per_t": solution.cost,
            "time_h": solution.hours,
        }
        return {name: Table.from_columns(TOY, columns) for name in self.names}


@pytest.fixture
def copy(world_on: Callable[[str], World]) -> World:
    """A world that a test may spoil: the object is this test's own."""
    return dataclasses.replace(world_on("2026-07-01"))


def said(model: Toy, world: World) -> set[str]:
    """What `check_model` says, without where."""
    return {p.what for p in check_model(model, world)}


@pytest.mark.parametrize("on", ["1998-07-01", "2026-07-01"])
def test_the_transport_model_keeps_the_contract(world_on: Callable[[str], World], on: str) -> None:
    pairs = (
        Pair("cn.xian", "kz.almaty", "container-general"),
        Pair("zone:cn.shaanxi", "uz.tashkent", "bulk"),
    )
    model = TransportModel(commodities=("container-general", "bulk"), pairs=pairs, samples=8)
    assert check_model(model, world_on(on)) == []


def test_a_toy_that_keeps_the_contract(copy: World) -> None:
    assert check_model(Toy(), copy) == []


def test_a_model_that_changes_its_world_is_caught(copy: World) -> None:
    def longer(world: World) -> Solution:
        links = world.links.replace(length_km=world.links["length_km"] + 1.0)
        object.__setattr__(world, "links", links)
        return keeps(world)

    found = said(Toy(solved=longer), copy)
    assert {"changed the world it was given", "two runs differ"} <= found


def test_columns_cannot_be_written_into(copy: World) -> None:
    def write(world: World) -> Solution:
        world.links["length_km"][0] = 1.0
        return keeps(world)

    with pytest.raises(ValueError, match="read-only"):
        check_model(Toy(solved=write), copy)


def test_a_model_with_a_memory_is_caught(copy: World) -> None:
    count = itertools.count()

    def remembers(world: World) -> Solution:
        found = keeps(world)
        return dataclasses.replace(found, hours=found.hours + next(count))

    assert "two runs differ" in said(Toy(solved=remembers), copy)


def test_a_model_that_depends_on_the_order_of_rows_is_caught(copy: World) -> None:
    def adds_up(world: World) -> Solution:
        found = keeps(world)
        return dataclasses.replace(found, hours=np.cumsum(found.hours))

    assert said(Toy(solved=adds_up), copy) == {"reordering does not do what its unit says"}


def test_a_model_that_reads_more_than_it_declares_is_caught(copy: World) -> None:
    def reads_speed(world: World) -> Solution:
        hours = world.links["length_km"] / world.links["speed_km_per_h"]
        return dataclasses.replace(keeps(world), hours=hours)

    problems = check_model(Toy(solved=reads_speed), copy)
    assert [p.what for p in problems] == [
        "changing undeclared columns does not do what its unit says"
    ]
    assert problems[0].where == "toy, table toy, column time_h"
    declared = READS | {("links", "speed_km_per_h")}
    assert check_model(Toy(solved=reads_speed, reads=declared), copy) == []


@pytest.mark.parametrize("power", [0.0, 0.5, 2.0])
def test_a_model_whose_money_scales_wrongly_is_caught(copy: World, power: float) -> None:
    def wrong(world: World) -> Solution:
        return dataclasses.replace(keeps(world), cost=keeps(world).cost ** power)

    problems = check_model(Toy(solved=wrong), copy)
    assert [p.what for p in problems] == ["money x 1024 does not do what its unit says"]
    assert problems[0].where.endswith("column cost_usd2023_per_t")


def test_hours_that_move_with_money_are_caught(copy: World) -> None:
    def mixed(world: World) -> Solution:
        return dataclasses.replace(keeps(world), hours=keeps(world).cost)

    problems = check_model(Toy(solved=mixed), copy)
    assert [(p.what, p.where.rpartition(" ")[2]) for p in problems] == [
        ("money x 1024 does not do what its unit says", "time_h")
    ]


@pytest.mark.parametrize("names", [(), ("toy", "another")])
def test_a_model_that_gives_other_tables_is_caught(copy: World, names: tuple[str, ...]) -> None:
    (problem,) = check_model(Toy(names=names), copy)
    assert (problem.what, problem.got, problem.allowed) == (
        "gives",
        str(sorted(names)),
        "['toy']",
    )


def test_every_problem_is_told_at_once(copy: World) -> None:
    def worst(world: World) -> Solution:
        hours = np.cumsum(world.links["speed_km_per_h"])
        return Solution(cost=keeps(world).hours, hours=hours)

    assert said(Toy(solved=worst, names=("toy", "b")), copy) == {
        "gives",
        "reordering does not do what its unit says",
        "changing undeclared columns does not do what its unit says",
        "money x 1024 does not do what its unit says",
    }


def test_what_the_transport_model_declares_exists(world_on: Callable[[str], World]) -> None:
    today = world_on("2026-07-01")
    assert today.on == date(2026, 7, 1)
    for table, column in TransportModel().reads:
        assert column in getattr(today, table).schema.names
