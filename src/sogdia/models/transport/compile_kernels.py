"""Compile the kernels of the transport model: those the main job uses, on three nodes."""

from __future__ import annotations

import numpy as np

from sogdia.models.transport.solve import skim, tree_quantiles, trees
from sogdia.models.transport.solve_choice import Choice, load
from sogdia.models.transport.solve_contract import contract
from sogdia.models.transport.solve_graph import Demand, Graph
from sogdia.models.transport.solve_routes import k_alternatives
from sogdia.models.transport.solve_star import forward_star

__all__ = ["compile_kernels"]


def compile_kernels() -> None:
    """Call every kernel the main job uses on three nodes; the machine code is kept on disk."""
    tail, head = np.array([0, 1, 0]), np.array([1, 2, 2])
    cost, fields = np.array([1.0, 1.0, 3.0]), np.ones((5, 3))
    star = forward_star(tail, head, 3, order="given")
    ends = np.array([0, 1, 2])
    skim(star, cost, fields, ends, ends)
    tree_quantiles(trees(star, cost, ends), tail, np.ones((4, 3)), ends)
    contract(tail, head, 3, ends[[0, 2]]).cost(cost)
    k_alternatives(star, tail, cost, 0, 2, 2)
    load(
        Graph(tail=tail.astype(np.int32), head=head.astype(np.int32), n_nodes=3),
        cost[np.newaxis],
        Demand(
            origins=ends[:1].astype(np.int32),
            destinations=ends[2:].astype(np.int32),
            volume=np.ones((1, 1, 1)),
        ),
        Choice(scale=1.0, overlap="none"),
    )
