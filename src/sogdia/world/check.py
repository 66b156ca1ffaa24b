"""One small function a consistency check of a world. Each gives problems; none changes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order

from sogdia.core.errors import Problem
from sogdia.core.geodesy import great_circle_km
from sogdia.world.network import network
from sogdia.world.world import World

__all__ = ["CHECKS", "check_world"]

POST_OFF_LINK_KM = 60.0
"""A post further than this from the link it is on is misplaced or misassigned."""

CIRCUITY = {"rail": 2.6, "road": 3.2, "sea": 6.0, "air": 1.35}
"""A link longer than this many great circles is looked at. Mountain roads reach 3; Suez reaches 2."""

SHORT = 0.97
"""A link shorter than this share of its great circle is impossible, position errors allowed for."""


def links_join_known_places(world: World) -> Iterator[Problem]:
    """Both ends of a link are places, and different ones."""
    known = set(world.places["id"])
    for link, a, b in zip(
        world.links["id"], world.links["from_place"], world.links["to_place"], strict=True
    ):
        for end in (a, b):
            if end not in known:
                yield Problem(where=str(link), what="ends at an unknown place", got=str(end))
        if a == b:
            yield Problem(where=str(link), what="begins and ends at the same place", got=str(a))


def lengths_fit_the_map(world: World) -> Iterator[Problem]:
    """A link is not shorter than its great circle, nor absurdly longer."""
    at = world.places.index()
    lat, lon = world.places["lat_deg"], world.places["lon_deg"]
    for link, mode, a, b, length in zip(
        world.links["id"], world.links["mode"], world.links["from_place"],
        world.links["to_place"], world.links["length_km"], strict=True,
    ):  # fmt: skip
        i, j = at[a], at[b]
        direct = float(great_circle_km(lat[i], lon[i], lat[j], lon[j]))
        if np.isnan(length):
            yield Problem(where=str(link), what="has no length", fix="add a claim of length_km")
        elif direct > 20 and length < SHORT * direct:
            yield Problem(
                where=str(link),
                what="is shorter than the great circle",
                got=f"{length:.0f} km",
                allowed=f"at least {direct:.0f} km",
                fix="check the length and both positions",
            )
        elif direct > 40 and length > CIRCUITY[str(mode)] * direct:
            yield Problem(
                where=str(link),
                what="is far longer than the great circle",
                got=f"{length:.0f} km against {direct:.0f} km",
                fix="check the length and both positions",
            )


def gauges_continue(world: World) -> Iterator[Problem]:
    """Every rail link has a gauge, and a change of gauge happens only where both gauges lie."""
    present: dict[str, set[str]] = {}
    for mode, a, b, gauges, status in zip(
        world.links["mode"], world.links["from_place"], world.links["to_place"],
        world.links["gauges"], world.links["status"], strict=True,
    ):  # fmt: skip
        if mode == "rail" and status == "open":
            for end in (a, b):
                present.setdefault(str(end), set()).update(str(gauges or "").split(";"))
    for link, mode, gauges in zip(
        world.links["id"], world.links["mode"], world.links["gauges"], strict=True
    ):
        if mode == "rail" and not gauges:
            yield Problem(where=str(link), what="is a rail link without a gauge")
    declared = dict(zip(world.places["id"], world.places["gauges"], strict=True))
    for place, gauges in sorted(present.items()):
        known = set(str(declared[place] or "").split(";"))
        if len(gauges) > 1 and not gauges <= known:
            yield Problem(
                where=place,
                what="lines of two gauges meet here but the place does not declare both",
                got=";".join(sorted(gauges)),
                allowed=";".join(sorted(known)),
                fix="declare both gauges (a yard), or correct the gauge of a link",
            )


def posts_lie_near_their_border(world: World) -> Iterator[Problem]:
    """A crossing lies near the two ends of the link it is on."""
    at = world.places.index()
    lat, lon = world.places["lat_deg"], world.places["lon_deg"]
    where = {
        str(c): (y, x)
        for c, y, x in zip(
            world.crossings["id"],
            world.crossings["lat_deg"],
            world.crossings["lon_deg"],
            strict=True,
        )
    }
    for link, a, b, crossing, length in zip(
        world.links["id"], world.links["from_place"], world.links["to_place"],
        world.links["crossing"], world.links["length_km"], strict=True,
    ):  # fmt: skip
        if crossing is None:
            continue
        y, x = where[str(crossing)]
        i, j = at[a], at[b]
        nearest = min(float(great_circle_km(y, x, lat[k], lon[k])) for k in (i, j))
        if nearest > max(POST_OFF_LINK_KM, 0.6 * length):
            yield Problem(
                where=str(crossing),
                what=f"lies {nearest:.0f} km from the nearer end of {link}",
                allowed=f"at most {POST_OFF_LINK_KM:.0f} km",
            )


def international_links_have_a_crossing(world: World) -> Iterator[Problem]:
    """A road or rail link between two countries passes a post."""
    country = dict(zip(world.places["id"], world.places["country"], strict=True))
    for link, mode, a, b, crossing in zip(
        world.links["id"], world.links["mode"], world.links["from_place"],
        world.links["to_place"], world.links["crossing"], strict=True,
    ):  # fmt: skip
        if mode in {"rail", "road"} and country[a] != country[b] and crossing is None:
            yield Problem(where=str(link), what="crosses a border without a post")


def zones_reach_each_other(world: World) -> Iterator[Problem]:
    """Every zone can send to the largest economy, and be sent to from it."""
    net = network(world)
    n = len(net.nodes)
    graph = coo_array((np.ones(len(net.tail)), (net.tail, net.head)), shape=(n, n)).tocsr()
    gdp = np.nan_to_num(world.zones["gdp_usd2023_per_y"])
    hub = net.zones[int(gdp.argmax())]
    reached = set(breadth_first_order(graph, net.node(f"from:{hub}"), return_predecessors=False))
    sending = set(breadth_first_order(graph.T, net.node(f"to:{hub}"), return_predecessors=False))
    for zone in net.zones:
        if zone != hub and net.node(f"to:{zone}") not in reached:
            yield Problem(where=zone, what=f"cannot be reached from {hub}")
        if zone != hub and net.node(f"from:{zone}") not in sending:
            yield Problem(where=zone, what=f"cannot send to {hub}")


def dwells_and_speeds_are_known(world: World) -> Iterator[Problem]:
    """Nothing a route needs is unknown: an absent value would close the arc without a word."""
    for crossing, towards, mean in zip(
        world.crossings["id"],
        world.crossings["towards"],
        world.crossings["dwell_mean_h"],
        strict=True,
    ):
        if np.isnan(mean):
            yield Problem(where=f"{crossing}>{towards}", what="has no dwell")
    for transfer, mean in zip(world.transfers["id"], world.transfers["dwell_mean_h"], strict=True):
        if np.isnan(mean):
            yield Problem(where=str(transfer), what="has no dwell")
    for link, speed in zip(world.links["id"], world.links["speed_km_per_h"], strict=True):
        if np.isnan(speed):
            yield Problem(where=str(link), what="has no speed")


CHECKS: tuple[Callable[[World], Iterator[Problem]], ...] = (
    links_join_known_places,
    lengths_fit_the_map,
    gauges_continue,
    posts_lie_near_their_border,
    international_links_have_a_crossing,
    zones_reach_each_other,
    dwells_and_speeds_are_known,
)


def check_world(world: World) -> list[Problem]:
    """All problems of a world."""
    return [problem for check in CHECKS for problem in check(world)]
