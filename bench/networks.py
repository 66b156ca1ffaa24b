"""Deterministic synthetic road networks for the benchmarks.

A jittered grid of junctions joined to their four neighbours, a few diagonals, about one link in
eight left out (never cutting the network), three road classes in a regular pattern, and zones
tied to their nearest junctions by two-way connectors. Junctions have three to four neighbours.
Nodes are numbered zones first, then junctions row by row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import cKDTree

CONNECTORS_PER_ZONE = 3
SHARE_LEFT_OUT = 0.13
SHARE_OF_DIAGONALS = 0.06
ARCS_PER_JUNCTION = 3.6
SPEED_KMH = np.array([50.0, 80.0, 110.0])
TOLL_PER_KM = np.array([0.0, 0.0, 0.12])
COST_PER_HOUR = 14.0
COST_PER_KM = 0.11


@dataclass(frozen=True, slots=True)
class Network:
    """Directed graph: arcs ``2i`` and ``2i + 1`` are the two directions of one road."""

    name: str
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    n_nodes: int
    zones: NDArray[np.int64]
    cost: NDArray[np.float64]
    fields: NDArray[np.float64]
    """Length, time and money of each arc, ``(3, m)``."""

    @property
    def through(self) -> NDArray[np.bool_]:
        """Every node but the zones."""
        mask = np.ones(self.n_nodes, np.bool_)
        mask[self.zones] = False
        return mask


def road_network(n_arcs: int, n_zones: int, *, seed: int = 20240601) -> Network:
    """Build a network of about ``n_arcs`` arcs between ``n_zones`` zones and the junctions."""
    rng = np.random.default_rng(seed)
    side = max(3, int(np.sqrt((n_arcs - 2 * CONNECTORS_PER_ZONE * n_zones) / ARCS_PER_JUNCTION)))
    index = np.arange(side * side).reshape(side, side)
    at = np.stack(np.divmod(np.arange(side * side), side), axis=1) + rng.uniform(
        -0.35, 0.35, (side * side, 2)
    )
    diagonal = np.stack([index[:-1, :-1].ravel(), index[1:, 1:].ravel()], axis=1)
    diagonal = diagonal[rng.random(len(diagonal)) < SHARE_OF_DIAGONALS]
    across = np.stack([index[:, :-1].ravel(), index[:, 1:].ravel()], axis=1)
    down = np.stack([index[:-1].ravel(), index[1:].ravel()], axis=1)
    roads = np.concatenate([across, down, diagonal])
    # Keep a random spanning tree so that leaving links out cannot cut the network.
    weight = coo_array((rng.random(len(roads)) + 0.1, roads.T), shape=(side * side,) * 2)
    tree = minimum_spanning_tree(weight.tocsr()).tocoo()
    in_tree = np.isin(roads @ [side * side, 1], tree.row.astype(np.int64) * side**2 + tree.col)
    roads = roads[in_tree | (rng.random(len(roads)) >= SHARE_LEFT_OUT)]
    length = np.hypot(*(at[roads[:, 0]] - at[roads[:, 1]]).T) * rng.uniform(1.0, 1.3, len(roads))
    row, col = np.divmod(roads, side)
    on_line = [np.all(row % k == 0, axis=1) | np.all(col % k == 0, axis=1) for k in (4, 16)]
    road_class = on_line[0].astype(int) + on_line[1].astype(int)

    zone_at = rng.uniform(0, side - 1, (n_zones, 2))
    gap, near = cKDTree(at).query(zone_at, k=CONNECTORS_PER_ZONE)
    zone = np.repeat(np.arange(n_zones), CONNECTORS_PER_ZONE)
    pairs = np.concatenate(
        [np.stack([zone, near.ravel() + n_zones], axis=1), roads + n_zones], axis=0
    )
    km = np.repeat(np.concatenate([gap.ravel() + 0.1, length]), 2)
    grade = np.repeat(np.concatenate([np.zeros(zone.size, int), road_class]), 2)
    # The two directions differ a little, as they do on real roads.
    hours = km / SPEED_KMH[grade] * rng.uniform(1.0, 1.2, len(km))
    money = km * (COST_PER_KM + TOLL_PER_KM[grade])
    return Network(
        name=f"{len(km):,} arcs, {n_zones:,} zones",
        tail=pairs.ravel(),
        head=pairs[:, ::-1].ravel(),
        n_nodes=n_zones + side * side,
        zones=np.arange(n_zones),
        cost=hours * COST_PER_HOUR + money,
        fields=np.stack([km, hours, money]),
    )
