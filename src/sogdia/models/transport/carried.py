"""A problem of freight flows, its solution, and what arcs carry in tonnes, containers and vehicles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.status import Status
from sogdia.models.transport.generation import FreightDemand
from sogdia.models.transport.prepare import ArcCosts
from sogdia.models.transport.solve_contract import Contraction
from sogdia.models.transport.solve_efficient import EfficientArcs
from sogdia.world.network import Network
from sogdia.world.world import World

__all__ = ["DAYS", "Carried", "FlowProblem", "Flows", "Unit", "Vehicles", "carried", "vehicles"]

DAYS = 365.0

Unit = Literal["teu/year", "t/year", "train/day", "truck/day"]
"""What a capacity is in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowProblem:
    """Demand, and the arc costs of `C` classes and `A` ways.

    Attributes
    ----------
    gencost : (C, A, m) float64
        +inf where a way may not go.
    mode_scale, route_scale : float
    arcs : EfficientArcs or None
        Arcs that lead towards each destination, where they are known already: of `gencost`, which
        is then not searched again, or of other costs.
    contraction : Contraction or None
        Of the network, where least costs are searched on it.
    """

    network: Network
    demand: FreightDemand
    costs: tuple[ArcCosts, ...]
    gencost: NDArray[np.float64]
    mode: NDArray[np.int64]
    origins: NDArray[np.int64]
    destinations: NDArray[np.int64]
    mode_scale: float
    route_scale: float
    arcs: EfficientArcs | None = None
    contraction: Contraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """What moves where.

    Attributes
    ----------
    expected : (C, Z, Z) float64
        Expected generalised cost, USD of 2023 a tonne; NaN where no way exists.
    shares : (C, A, Z, Z) float64
        Of each way; NaN where none exists.
    tonnes : (C, A, m) float64
        Tonnes a year on each arc.
    cost_factor : (Z, Z) float64
        1 + expected cost over value, of all trade of the pair; NaN without trade or way.
    lost : (C,) float64
        Tonnes a year of pairs without any way.
    """

    expected: NDArray[np.float64]
    shares: NDArray[np.float64]
    tonnes: NDArray[np.float64]
    cost_factor: NDArray[np.float64]
    lost: NDArray[np.float64]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicles:
    """Vehicles and containers of tonnes of each class.

    Attributes
    ----------
    teu_per_t : (C,) float64
        0 for classes that do not move in containers.
    train_t, truck_t : (C,) float64
        Net load.
    """

    teu_per_t: NDArray[np.float64]
    train_t: NDArray[np.float64]
    truck_t: NDArray[np.float64]

    def of_a_tonne(self, unit: Unit) -> NDArray[np.float64]:
        """(C,) units of a capacity that a tonne a year of each class takes; 0: none of it."""
        match unit:
            case "teu/year":
                return self.teu_per_t
            case "t/year":
                return np.ones(len(self.teu_per_t))
            case "train/day":
                return 1.0 / self.train_t / DAYS
            case "truck/day":
                return 1.0 / self.truck_t / DAYS


def vehicles(world: World, commodities: tuple[str, ...]) -> Vehicles:
    """Loads of trains and trucks by class.

    Raises
    ------
    InvalidInput
        When the world does not say them.
    """
    at = world.vehicles.index()
    rail, road = at["rail"], at["road"]
    wagons = float(world.vehicles["load_t"][rail])
    truck = float(world.vehicles["load_t"][road])
    boxes = float(world.vehicles["train_load_teu"][rail])
    if np.isnan([wagons, truck, boxes]).any():
        raise InvalidInput(
            [Problem(where="vehicles", what="has no load of a train or truck",
                     fix="add claims about vehicle:rail and vehicle:road")]
        )  # fmt: skip
    row = world.classes.index()
    per_teu = world.classes["loading_t_per_teu"][[row[c] for c in commodities]]
    boxed = np.array([c != "bulk" for c in commodities])
    return Vehicles(
        teu_per_t=np.where(boxed, 1.0 / per_teu, 0.0),
        train_t=np.where(boxed, boxes * per_teu, wagons),
        truck_t=np.full(len(commodities), truck),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What arcs carry, summed over ways.

    Attributes
    ----------
    tonnes, teu, value, trains, trucks : (m,) float64
        A year; trains and trucks a day.
    """

    tonnes: NDArray[np.float64]
    teu: NDArray[np.float64]
    value: NDArray[np.float64]
    trains: NDArray[np.float64]
    trucks: NDArray[np.float64]


def carried(problem: FlowProblem, solution: Flows) -> Carried:
    """Tonnes on arcs as containers, value, trains and trucks."""
    world = problem.network.world
    commodities = problem.demand.commodities
    loads = vehicles(world, commodities)
    row = world.classes.index()
    density = world.classes["value_usd2023_per_t"][[row[c] for c in commodities]]
    by_class = solution.tonnes.sum(axis=1)
    return Carried(
        tonnes=by_class.sum(axis=0),
        teu=loads.teu_per_t @ by_class,
        value=density @ by_class,
        trains=(1.0 / loads.train_t) @ by_class / DAYS,
        trucks=(1.0 / loads.truck_t) @ by_class / DAYS,
    )
