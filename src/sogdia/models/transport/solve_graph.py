"""What every assignment takes: a directed graph, demand by class, and arc costs by class.

Nodes and arcs are positions ``0 .. n-1`` and ``0 .. m-1``, classes ``0 .. C-1``. An input is checked
once, here, and refused with everything that is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sogdia.core.errors import ProblemList
from sogdia.models.transport.solve_star import ForwardStar, forward_star, listed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Demand", "Graph", "class_costs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A directed graph; parallel arcs are allowed.

    Attributes
    ----------
    tail, head : (m,) int32
        Where each arc begins and ends.
    n_nodes : int
    through : (n,) bool
        Nodes a route may pass through; at others it may only begin or end. None means all.

    Raises
    ------
    InvalidInput
        When lengths differ or a node does not exist.
    """

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    n_nodes: int
    through: NDArray[np.bool_] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        problems = ProblemList()
        n = self.n_nodes
        tail = positions(problems, "graph.tail", self.tail, n)
        head = positions(problems, "graph.head", self.head, n)
        if len(tail) != len(head):
            problems.add("graph", "tail and head differ in length", got=f"{len(tail)}, {len(head)}")
        through = np.ones(n, np.bool_) if self.through is None else np.asarray(self.through)
        if through.shape != (n,) or through.dtype != np.bool_:
            problems.add(
                "graph.through",
                "not one yes or no a node",
                got=f"{through.dtype} {through.shape}",
                allowed=f"bool ({n},)",
            )
        problems.raise_if_any()
        object.__setattr__(self, "tail", tail)
        object.__setattr__(self, "head", head)
        object.__setattr__(self, "through", np.ascontiguousarray(through))

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return len(self.tail)

    def star(self, *, backward: bool = False) -> ForwardStar:
        """The forward star of the graph, or of the graph with every arc turned round."""
        ends = (self.head, self.tail) if backward else (self.tail, self.head)
        return forward_star(*ends, self.n_nodes)

    def leaving(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Arcs by tail: ``arc[first[i]:first[i + 1]]`` leave node i, in ascending order."""
        return _grouped(self.tail, self.n_nodes)

    def entering(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Arcs by head, as `leaving`."""
        return _grouped(self.head, self.n_nodes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Units of flow from every origin to every destination, by class.

    Attributes
    ----------
    origins, destinations : (O,), (D,) int32
        Nodes. What goes from a node to itself uses no arc.
    volume : (C, O, D) float64
        At least 0.

    Raises
    ------
    InvalidInput
        When a node is given twice, or a volume is negative, not finite or of another shape.
    """

    origins: NDArray[np.int32]
    destinations: NDArray[np.int32]
    volume: NDArray[np.float64]

    def __post_init__(self) -> None:
        problems = ProblemList()
        most = np.iinfo(np.int32).max
        origins = positions(problems, "demand.origins", self.origins, most)
        destinations = positions(problems, "demand.destinations", self.destinations, most)
        for name, nodes in (("origins", origins), ("destinations", destinations)):
            if len(np.unique(nodes)) != len(nodes):
                problems.add(
                    f"demand.{name}", "a node is given twice", fix="add its demand together"
                )
        volume = np.ascontiguousarray(self.volume, dtype=np.float64)
        if volume.ndim != 3 or volume.shape[1:] != (len(origins), len(destinations)):
            problems.add(
                "demand.volume",
                "wrong shape",
                got=volume.shape,
                allowed=f"(classes, {len(origins)}, {len(destinations)})",
            )
        bad = np.argwhere(~(np.isfinite(volume) & (volume >= 0.0)))
        if len(bad):
            problems.add(
                "demand.volume",
                "negative or not finite at (class, origin, destination)",
                got=listed([tuple(int(k) for k in row) for row in bad]),
                allowed="at least 0",
            )
        problems.raise_if_any()
        object.__setattr__(self, "origins", origins)
        object.__setattr__(self, "destinations", destinations)
        object.__setattr__(self, "volume", volume)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.volume)

    def travelling(self) -> NDArray[np.float64]:
        """Volume (C, O, D) without what stays at its node."""
        stays = self.origins[:, None] == self.destinations[None, :]
        return np.where(stays, 0.0, self.volume)

    def check_nodes(self, problems: ProblemList, graph: Graph) -> None:
        """Note origins and destinations the graph does not have."""
        positions(problems, "demand.origins", self.origins, graph.n_nodes)
        positions(problems, "demand.destinations", self.destinations, graph.n_nodes)


def class_costs(
    problems: ProblemList, where: str, cost: ArrayLike, n_classes: int, n_arcs: int
) -> NDArray[np.float64]:
    """Arc costs (C, m) of every class; one row (m,) serves all. ``+inf`` closes an arc."""
    given = np.asarray(cost, dtype=np.float64)
    if given.shape not in {(n_classes, n_arcs), (n_arcs,)}:
        problems.add(
            where, "wrong shape", got=given.shape, allowed=f"({n_classes}, {n_arcs}) or ({n_arcs},)"
        )
        return np.zeros((n_classes, n_arcs))
    full = np.array(np.broadcast_to(given, (n_classes, n_arcs)), order="C")
    bad = np.unique(np.nonzero(~(full >= 0.0))[1])
    if len(bad):
        problems.add(where, "negative or NaN on arcs", got=listed(bad), allowed="at least 0 or inf")
    return full


def positions(problems: ProblemList, where: str, nodes: ArrayLike, n: int) -> NDArray[np.int32]:
    """Node positions as int32; a problem is noted if any is not one of ``n``."""
    given = np.asarray(nodes)
    if given.size == 0:
        return np.empty(0, np.int32)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        problems.add(where, "not a list of whole numbers", got=f"{given.dtype} {given.shape}")
        return np.empty(0, np.int32)
    bad = np.flatnonzero((given < 0) | (given >= n))
    if len(bad):
        problems.add(
            where, "no such node at positions", got=listed(bad), allowed=f"nodes 0 .. {n - 1}"
        )
        return np.zeros(len(given), np.int32)
    return np.ascontiguousarray(given, dtype=np.int32)


def _grouped(node: NDArray[np.int32], n: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    first = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(node, minlength=n), out=first[1:])
    return first, np.argsort(node, kind="stable").astype(np.int32)
