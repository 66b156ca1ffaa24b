"""Rows of a ranking: links and border posts of a network, each direction and both together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sogdia.core.states import CHINA, FIVE
from sogdia.core.table import Column, Schema
from sogdia.world.network import BORDER, LINE_HAUL, Network

__all__ = [
    "BOTH", "LINK_GAIN", "LINK_VALUE", "OTHERS", "Kind", "Ranked", "Wanted",
    "ranked_in",
]  # fmt: skip

Kind = Literal["link", "post"]
Directions = Literal["together", "apart"]

OTHERS = "others"
"""Every country that is not named."""

BOTH = "both"
"""Both directions of a link or post together."""

LINK_VALUE = Schema(
    "link_value",
    (
        Column("on", "date"),
        Column("kind", title="link or post"),
        Column("id", title="a link, or a crossing: post and mode"),
        Column("towards", title="place entered by a link, ISO3 entered by a post; both"),
        Column("mode"),
        Column("name"),
        Column("countries", title="ISO3 of the countries it touches, joined by ;"),
        Column("flow_t_per_y", "number"),
        Column("value_usd2023_per_y", "number", title="of the goods on it"),
        Column("paid_usd2023_per_y", "number", title="generalised cost of the goods on it"),
        Column("traffic_share", "number", title="value over income of all countries with zones"),
        Column(
            "elasticity_ratio", "number",
            title="percent of their real income for one percent of the cost factor 1 + cost / value",
        ),
        Column("gain_usd2023_per_y", "number", title="of all countries, 10 % less generalised cost"),
        Column("gain_five_usd2023_per_y", "number", title="of that, the five of Central Asia"),
        Column(
            "loss_if_closed_usd2023_per_y", "number",
            title="more generalised cost of goods that find another way; null: not asked",
        ),
        Column("lost_t_per_y", "number", title="tonnes without any other way; null: not asked"),
    ),
    ("on", "kind", "id", "towards"),
)  # fmt: skip

LINK_GAIN = Schema(
    "link_gain",
    (
        Column("on", "date"),
        Column("kind"),
        Column("id"),
        Column("towards"),
        Column("country", title="ISO3, or others"),
        Column("gain_usd2023_per_y", "number", title="real income, 10 % less generalised cost"),
    ),
    ("on", "kind", "id", "towards", "country"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A link or post, in one direction or both.

    Attributes
    ----------
    arcs : (K,) int64
        Of the network; side by side, never one after the other in one direction.
    """

    kind: str
    id: str
    towards: str
    mode: str
    name: str
    countries: tuple[str, ...]
    arcs: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is ranked. It changes which rows there are and no number in them.

    Attributes
    ----------
    kinds : tuple of {"link", "post"}
    around : tuple of str or None
        Links that touch one of these countries, and posts that touch one of them or China; None
        takes all of the network.
    modes : tuple of str or None
        rail, road, sea, air; None takes all.
    directions : tuple of {"together", "apart"}
    by : {"gain", "five"}
        The order: gain of all countries or of the five of Central Asia.
    """

    kinds: tuple[Kind, ...] = ("link", "post")
    around: tuple[str, ...] | None = FIVE
    modes: tuple[str, ...] | None = None
    directions: tuple[Directions, ...] = ("together", "apart")
    by: Literal["gain", "five"] = "gain"


def ranked_in(net: Network, wanted: Wanted) -> list[Ranked]:
    """Links and posts that are open, in the order of the world."""
    return [
        row
        for kind, rows in (("link", _links), ("post", _posts))
        if kind in wanted.kinds
        for row in rows(net, None if wanted.around is None else set(wanted.around))
        if (wanted.modes is None or row.mode in wanted.modes)
        and ("together" if row.towards == BOTH else "apart") in wanted.directions
    ]


def _links(net: Network, near: set[str] | None) -> Iterator[Ranked]:
    links = net.world.links
    country = dict(zip(net.world.places["id"], net.world.places["country"], strict=True))
    arcs_of: dict[tuple[int, str], list[int]] = {}
    for arc in np.flatnonzero(net.kind == LINE_HAUL).tolist():
        row = int(net.row[arc])
        ends = (str(links["from_place"][row]), str(links["to_place"][row]))
        # Where a border cuts the link, its arc ends at the border; it begins at a place always.
        start = net.nodes[net.tail[arc]].partition("/")[0]
        arcs_of.setdefault((row, ends[1] if start == ends[0] else ends[0]), []).append(arc)
    for row in sorted({r for r, _ in arcs_of}):
        ends = (str(links["from_place"][row]), str(links["to_place"][row]))
        touched = tuple(dict.fromkeys(str(country[e]) for e in ends))
        if near is None or near & set(touched):
            directed = {e: arcs_of[row, e] for e in ends if (row, e) in arcs_of}
            yield from _directions(
                "link", str(links["id"][row]), str(links["mode"][row]), links["name"][row],
                touched, directed,
            )  # fmt: skip


def _posts(net: Network, near: set[str] | None) -> Iterator[Ranked]:
    crossings = net.world.crossings
    posts: dict[str, dict[str, list[int]]] = {}
    first: dict[str, int] = {}
    for arc in np.flatnonzero(net.kind == BORDER).tolist():
        row = int(net.row[arc])
        post = str(crossings["id"][row])
        first.setdefault(post, row)
        posts.setdefault(post, {}).setdefault(str(crossings["towards"][row]), []).append(arc)
    for post, directed in sorted(posts.items()):
        row = first[post]
        touched = (str(crossings["leaving"][row]), str(crossings["towards"][row]))
        if near is None or (near | {CHINA}) & set(touched):
            yield from _directions(
                "post", post, str(crossings["mode"][row]), crossings["name"][row], touched, directed
            )


def _directions(
    kind: str,
    name_id: str,
    mode: str,
    name: Any,
    countries: tuple[str, ...],
    directed: dict[str, list[int]],
) -> Iterator[Ranked]:
    together = sorted(a for arcs in directed.values() for a in arcs)
    for towards, arcs in ((BOTH, together), *directed.items()):
        yield Ranked(
            kind=kind, id=name_id, towards=towards, mode=mode, name=str(name or ""),
            countries=tuple(sorted(countries)), arcs=np.array(arcs, dtype=np.int64),
        )  # fmt: skip
