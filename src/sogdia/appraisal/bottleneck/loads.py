"""What links, posts and terminals carry in the model, and how much of it belongs to a corridor.

The traffic of a corridor is what passes at least one of the entities that define it. How much of it
passes some other entity follows from shares of pairs that meet a group of arcs
(`sogdia.models.transport.solve_choice.select_link`), which are exact, by

    P(part and corridor) = P(part) + P(corridor) - P(part or corridor).

P(part) is the load of its arcs: no route passes one entity twice. Classes and ways with less than a
millionth of the corridor's traffic are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.bottleneck.parts import UNITS
from sogdia.models.transport.carried import FlowProblem, Flows, Vehicles, vehicles
from sogdia.models.transport.flows import FADE, FlowModel, graph_of, routed, with_arcs
from sogdia.models.transport.loads import entity_arcs
from sogdia.models.transport.solve_choice import Choice, select_link
from sogdia.models.transport.solve_graph import Demand
from sogdia.world.world import World

__all__ = ["CorridorLoads", "Loads", "corridor_loads", "in_units", "modelled_loads"]


NEGLIGIBLE = 1e-6
"""Share of the corridor's traffic that a class and way must have to be asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loads:
    """Modelled freight of a world.

    Attributes
    ----------
    arcs : mapping of str to (k,) int64
        Arcs of every link, crossing and transfer that is open, all directions.
    tonnes : mapping of str to (C,) float64
        Tonnes a year by class, both directions together.
    carriers : Vehicles
        Containers, trains and trucks a tonne of each class.
    """

    problem: FlowProblem
    flows: Flows
    arcs: Mapping[str, NDArray[np.int64]]
    tonnes: Mapping[str, NDArray[np.float64]]
    carriers: Vehicles


@dataclass(frozen=True, slots=True, kw_only=True)
class CorridorLoads:
    """Corridor traffic, tonnes a year by class.

    Attributes
    ----------
    total : (C,) float64
        Of the corridor.
    part : mapping of str to (C,) float64
        Of the corridor and through an entity.
    """

    total: NDArray[np.float64]
    part: Mapping[str, NDArray[np.float64]]


def modelled_loads(world: World) -> Loads:
    """Load the trade of a world on its network."""
    model = FlowModel()
    problem = with_arcs(model.prepare(world, {}))
    flows = model.solve(problem)
    by_arc = flows.tonnes.sum(axis=1)
    arcs = entity_arcs(problem.network)
    return Loads(
        problem=problem,
        flows=flows,
        arcs=arcs,
        tonnes={entity: by_arc[:, held].sum(axis=1) for entity, held in arcs.items()},
        carriers=vehicles(world, model.commodities),
    )


def corridor_loads(
    loads: Loads, defining: Sequence[str], parts: Sequence[str]
) -> CorridorLoads | None:
    """The traffic of a corridor on its parts; None when nothing that defines it is open.

    Parameters
    ----------
    defining : sequence of str
        Entities; traffic that passes one or more of them is the corridor's.
    parts : sequence of str
        Entities asked about. One that is not open carries nothing and is left out.
    """
    open_gates = [loads.arcs[e] for e in dict.fromkeys(defining) if e in loads.arcs]
    asked = [e for e in dict.fromkeys(parts) if e in loads.arcs]
    if not open_gates:
        return None
    gate = np.unique(np.concatenate(open_gates))
    groups = [gate, *(np.union1d(gate, loads.arcs[entity]) for entity in asked)]
    # Only classes and ways with corridor traffic are asked about: in the others both are apart.
    tonnes = loads.flows.tonnes
    used = tonnes[:, :, gate].sum(axis=2) > NEGLIGIBLE * tonnes[:, :, gate].sum()
    met = _tonnes_meeting(loads, groups, used)
    alone = [
        np.where(used, tonnes[:, :, loads.arcs[entity]].sum(axis=2), 0.0).sum(axis=1)
        for entity in asked
    ]
    return CorridorLoads(
        total=met[0],
        part={
            entity: np.clip(own + met[0] - either, 0.0, met[0])
            for entity, own, either in zip(asked, alone, met[1:], strict=True)
        },
    )


def in_units(loads: Loads, tonnes: NDArray[np.float64]) -> dict[str, float]:
    """Tonnes by class in every unit of capacity."""
    if not tonnes.any():
        return dict.fromkeys(UNITS, 0.0)
    return {unit: float(loads.carriers.of_a_tonne(unit) @ tonnes) for unit in UNITS}


def _tonnes_meeting(
    loads: Loads, groups: Sequence[NDArray[np.int64]], used: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Tonnes (G, C) a year, of the classes and ways used (C, A), that pass an arc of each group."""
    problem = loads.problem
    C, A, m = problem.gencost.shape
    z = len(problem.origins)
    rows = np.flatnonzero(used)
    result = np.zeros((len(groups), C))
    if not len(rows):
        return result
    wanted = problem.demand.tonnes[:, np.newaxis] * np.nan_to_num(loads.flows.shares)
    volume = wanted.reshape(C * A, z, z)[rows]
    share = select_link(
        graph_of(problem.network),
        routed(problem).reshape(C * A, m)[rows],
        Demand(
            origins=problem.origins.astype(np.int32),
            destinations=problem.destinations.astype(np.int32),
            volume=volume,
        ),
        Choice(scale=problem.route_scale, relative=True, overlap="none", fade=FADE),
        groups,
    )
    met = np.nan_to_num(share) * volume
    for position, row in enumerate(rows.tolist()):
        result[:, row // A] += met[:, position].sum(axis=(1, 2))
    return result
