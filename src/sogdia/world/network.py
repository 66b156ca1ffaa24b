"""The multimodal network of a world as compact arrays.

Every place has one node a layer: road, rail of each gauge, sea, air. Links join nodes of one
layer; transfers join the layers of one place; an international link is cut in two, so that the
border procedure is an arc of its own. Freight starts at a node ``from:<place or zone>`` and ends
at ``to:<place or zone>``: the first has no way in and the second no way out, so no route can pass
through anybody's door.

A gauge break needs no rule: rail layers of different gauge meet only at the yards where a
transfer of kind gauge-change exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import UnknownName
from sogdia.world.world import World

__all__ = ["ARC_KINDS", "Network", "network"]

ARC_KINDS = ("line-haul", "border", "transfer", "access")
LINE_HAUL, BORDER, TRANSFER, ACCESS = range(4)


@dataclass(frozen=True, slots=False, kw_only=True)
class Network:
    """Nodes and arcs. `n` nodes, `m` arcs; an arc belongs to one row of one world table.

    Attributes
    ----------
    world : World
    nodes : tuple of str
        Node names: ``kz.dostyk/rail-1520``, ``from:zone:cn.shaanxi``, ``to:kz.almaty``.
    tail, head : (m,) int64
    kind : (m,) int64
        Index into `ARC_KINDS`.
    row : (m,) int64
        Row of links, crossings, transfers or connectors, by kind.
    commodity : (m,) object
        Commodity class an arc is only for, or None.
    """

    world: World
    nodes: tuple[str, ...]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    kind: NDArray[np.int64]
    row: NDArray[np.int64]
    commodity: NDArray[np.object_]

    @cached_property
    def position(self) -> dict[str, int]:
        """Node index by name."""
        return {name: i for i, name in enumerate(self.nodes)}

    def node(self, name: str) -> int:
        """Index of a node.

        Raises
        ------
        UnknownName
            When the network has no such node.
        """
        try:
            return self.position[name]
        except KeyError:
            raise UnknownName("network node", name, self.nodes) from None

    @cached_property
    def entities(self) -> tuple[str, ...]:
        """The entity each arc belongs to, as lineage names it."""
        world = self.world
        names = (
            [str(i) for i in world.links["id"]],
            [
                f"{c}>{t}"
                for c, t in zip(world.crossings["id"], world.crossings["towards"], strict=True)
            ],
            [
                f"{i}#{c}" if c else str(i)
                for i, c in zip(world.transfers["id"], world.transfers["commodity"], strict=True)
            ],
            [
                f"{z}@{p}"
                for z, p in zip(world.connectors["zone"], world.connectors["place"], strict=True)
            ],
        )
        return tuple(
            names[k][r] for k, r in zip(self.kind.tolist(), self.row.tolist(), strict=True)
        )

    @property
    def zones(self) -> tuple[str, ...]:
        """Zone ids, in the order of the world's table."""
        return tuple(str(z) for z in self.world.zones["id"])

    def ends(self, side: str, names: Iterable[str]) -> NDArray[np.int64]:
        """Node indices of ``from:`` or ``to:`` doors."""
        return np.array([self.node(f"{side}:{name}") for name in names], dtype=np.int64)


@dataclass(slots=True)
class Draft:
    """Grows nodes and arcs."""

    position: dict[str, int] = field(default_factory=lambda: {})
    arcs: list[tuple[int, int, int, int, str | None]] = field(default_factory=lambda: [])

    def node(self, name: str) -> int:
        return self.position.setdefault(name, len(self.position))

    def arc(self, a: str, b: str, kind: int, row: int, commodity: str | None = None) -> None:
        self.arcs.append((self.node(a), self.node(b), kind, row, commodity))


def network(world: World) -> Network:
    """Expand a world into nodes and arcs: only what is open on its date."""
    draft = Draft()
    for zone in world.zones["id"]:
        draft.node(f"from:{zone}")
        draft.node(f"to:{zone}")
    _links(world, draft)
    _transfers(world, draft)
    _connectors(world, draft)
    tail, head, kind, row, commodity = (
        zip(*draft.arcs, strict=True) if draft.arcs else ((), (), (), (), ())
    )
    return Network(
        world=world,
        nodes=tuple(draft.position),
        tail=np.array(tail, dtype=np.int64),
        head=np.array(head, dtype=np.int64),
        kind=np.array(kind, dtype=np.int64),
        row=np.array(row, dtype=np.int64),
        commodity=np.array(commodity, dtype=object),
    )


def _links(world: World, draft: Draft) -> None:
    links, crossings = world.links, world.crossings
    directed = {
        (str(c), str(t)): (i, str(status))
        for i, (c, t, status) in enumerate(
            zip(crossings["id"], crossings["towards"], crossings["status"], strict=True)
        )
    }
    country = dict(zip(world.places["id"], world.places["country"], strict=True))
    columns = zip(
        links["id"], links["mode"], links["from_place"], links["to_place"], links["gauges"],
        links["crossing"], links["status"], strict=True,
    )  # fmt: skip
    for row, (link, mode, a, b, gauges, crossing, status) in enumerate(columns):
        if status != "open":
            continue
        layers = [f"rail-{g}" for g in str(gauges).split(";")] if mode == "rail" else [str(mode)]
        for layer in layers:
            for start, end in ((a, b), (b, a)):
                tail, head = f"{start}/{layer}", f"{end}/{layer}"
                if crossing is None:
                    draft.arc(tail, head, LINE_HAUL, row)
                    continue
                place, state = directed[str(crossing), str(country[end])]
                if state != "open":
                    continue
                middle = f"border:{link}/{layer}>{country[end]}"
                draft.arc(tail, middle, LINE_HAUL, row)
                draft.arc(middle, head, BORDER, place)


def _transfers(world: World, draft: Draft) -> None:
    transfers = world.transfers
    own = {
        (place, a, b)
        for place, a, b, commodity in zip(
            transfers["place"], transfers["from_layer"], transfers["to_layer"],
            transfers["commodity"], strict=True,
        )
        if commodity
    }  # fmt: skip
    columns = zip(
        transfers["place"], transfers["from_layer"], transfers["to_layer"], transfers["commodity"],
        strict=True,
    )  # fmt: skip
    for row, (place, a, b, commodity) in enumerate(columns):
        tail = f"from:{place}" if a == "door" else f"{place}/{a}"
        head = f"to:{place}" if b == "door" else f"{place}/{b}"
        only = str(commodity) if commodity else ("!bulk" if (place, a, b) in own else None)
        draft.arc(tail, head, TRANSFER, row, only)


def _connectors(world: World, draft: Draft) -> None:
    pairs = zip(world.connectors["zone"], world.connectors["place"], strict=True)
    for row, (zone, place) in enumerate(pairs):
        draft.arc(f"from:{zone}", f"from:{place}", ACCESS, row)
        draft.arc(f"to:{place}", f"to:{zone}", ACCESS, row)
