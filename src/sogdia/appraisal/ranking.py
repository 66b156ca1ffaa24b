"""Which link or post is worth most: what a little less cost there gains, who gains, what closing loses.

Three models are joined. The freight model says what each arc carries and what is paid there
(`sogdia.models.transport.flows`). The spatial model values the traffic of the whole network with one
adjoint solve (`sogdia.models.trade.spatial`). The derivative of the trade equilibrium between zones
shares the gain out among countries (`incidence`). Equations, units and limits:
`docs/explanation/link-values.md`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.closures import close_each
from sogdia.appraisal.incidence import incidence
from sogdia.appraisal.link_table import LINK_GAIN, LINK_VALUE, OTHERS, Ranked, Wanted, ranked_in
from sogdia.appraisal.loop import cost_change
from sogdia.core.errors import InvalidInput, ProblemList
from sogdia.core.states import CHINA, FIVE
from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.models.trade.spatial import Parameters, Ranking, Traffic, rank_links
from sogdia.models.trade.zones import ZoneTradeModel
from sogdia.models.transport.carried import FlowProblem, Flows
from sogdia.models.transport.flows import FlowModel, with_arcs
from sogdia.models.transport.mode_choice import MODES
from sogdia.world.economies import Variant
from sogdia.world.network import BORDER, LINE_HAUL
from sogdia.world.world import World

__all__ = [
    "CUT", "Doors", "LinkValues", "RankingOptions", "Wanted", "Worth", "traffic_on", "value_links",
    "worth_of_arcs",
]  # fmt: skip

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CUT = 0.1
"""By how much the generalised cost of a link or post is lowered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingOptions:
    """How links are valued.

    Attributes
    ----------
    gainers : tuple of str
        Countries whose gains are told apart.
    variant : {"reconciled", "china", "partner"}
        Whose report of trade is loaded.
    road_congestion, post_congestion : float
        lambda of road links and of posts.
    closures : int or None
        For how many rows, the first ones, it is counted what closing loses; None: all.
    """

    gainers: tuple[str, ...] = (*FIVE, CHINA)
    variant: Variant = "reconciled"
    road_congestion: float = 0.0
    post_congestion: float = 0.0
    closures: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkValues:
    """Values of links and posts of one date, the most valuable first.

    Attributes
    ----------
    values, gains : Table
        `LINK_VALUE` and `LINK_GAIN`.
    world_income_usd2023_per_y : float
        Of all countries with zones.
    notes : tuple of str
    statuses : tuple of Status
    """

    values: Table
    gains: Table
    world_income_usd2023_per_y: float
    notes: tuple[str, ...]
    statuses: tuple[Status, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Zones and the nodes where their goods enter and leave a network.

    Attributes
    ----------
    zones, country : tuple of Z str
    out, into : (Z,) int64
        Door from and door to each zone.
    gdp : (Z,) float64
    """

    zones: tuple[str, ...]
    country: tuple[str, ...]
    out: Integers
    into: Integers
    gdp: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What m arcs are worth; 0 where nothing passes.

    Attributes
    ----------
    elasticity, share : (m,) float64
        `Ranking.elasticity` and `Ranking.traffic_share`.
    left : (m,) float64
        Elasticity over share: what congestion leaves of a saving; 1 where nothing passes.
    """

    elasticity: Floats
    share: Floats
    left: Floats


def value_links(
    world: World,
    wanted: Wanted | None = None,
    options: RankingOptions | None = None,
    *,
    tell: Callable[[str], None] = lambda _what: None,
) -> LinkValues:
    """Value the open links and posts of a world.

    Parameters
    ----------
    world : World
        With the measures of a scenario, or without.
    wanted : Wanted, optional
        Which rows; by default every link and post around Central Asia.
    options : RankingOptions, optional
    tell : callable, optional
        Told what is being done.

    Raises
    ------
    InvalidInput
        When a country has no zones or a lambda is below 0.
    """
    rows_of, with_ = wanted or Wanted(), options or RankingOptions()
    _check(world, rows_of, with_)
    model = FlowModel(variant=with_.variant)
    tell("flows")
    problem = with_arcs(model.prepare(world, {}))
    flows = model.solve(problem)
    paid = _paid(problem, flows)
    tell("worth of every link")
    of_class = world.classes.index()
    density = world.classes["value_usd2023_per_t"][[of_class[c] for c in model.commodities]]
    tonnes, value = flows.tonnes.sum(axis=(0, 1)), density @ flows.tonnes.sum(axis=1)
    traffic, used, notes = _traffic(problem, value, with_)
    theta = float(world.choice["trade_elasticity"][0])
    ranking = rank_links(traffic, Parameters(theta=theta))
    worth = worth_of_arcs(ranking, used, len(value))
    tell("who gains")
    who, gain_status, more = _gains(model, problem, flows, theta, with_.gainers)
    gain, by_country = CUT * worth.left * paid, CUT * worth.left * who
    five = [i for i, c in enumerate(with_.gainers) if c in FIVE]
    key = gain if rows_of.by == "gain" else by_country[five].sum(axis=0)
    rows = sorted(
        ranked_in(problem.network, rows_of),
        key=lambda r: (-float(key[r.arcs].sum()), r.kind, r.id, r.towards),
    )
    tell("closures")
    closed = len(rows) if with_.closures is None else min(with_.closures, len(rows))
    loss, lost = close_each(problem, [r.arcs for r in rows[:closed]])
    inside = {str(c) for c in world.zones["country"]}
    outside = [str(e) for e in world.economies["id"] if str(e) not in inside]
    all_five = set(FIVE) <= set(with_.gainers)
    values = [
        _keys(world, r)
        | {
            "mode": r.mode, "name": r.name, "countries": ";".join(r.countries),
            "flow_t_per_y": float(tonnes[r.arcs].sum()),
            "value_usd2023_per_y": float(value[r.arcs].sum()),
            "paid_usd2023_per_y": float(paid[r.arcs].sum()),
            "traffic_share": float(worth.share[r.arcs].sum()),
            "elasticity_ratio": float(worth.elasticity[r.arcs].sum()),
            "gain_usd2023_per_y": float(gain[r.arcs].sum()),
            "gain_five_usd2023_per_y": (
                float(by_country[five][:, r.arcs].sum()) if all_five else None
            ),
            "loss_if_closed_usd2023_per_y": float(loss[i]) if i < closed else None,
            "lost_t_per_y": float(lost[i]) if i < closed else None,
        }
        for i, r in enumerate(rows)
    ]  # fmt: skip
    gains = [
        _keys(world, r)
        | {"country": country, "gain_usd2023_per_y": float(by_country[c][r.arcs].sum())}
        for r in rows
        for c, country in enumerate((*with_.gainers, OTHERS))
    ]
    return LinkValues(
        values=Table.from_rows(LINK_VALUE, values),
        gains=Table.from_rows(LINK_GAIN, gains),
        world_income_usd2023_per_y=float(traffic.income.sum()),
        notes=(*notes, *more, *ranking.notes, *_said(outside, with_)),
        statuses=(flows.status, ranking.status, gain_status),
    )


def traffic_on(
    nodes: tuple[str, ...],
    arcs: tuple[Integers, Integers],
    value: Floats,
    doors: Doors,
    congestion: Floats | None = None,
) -> tuple[Traffic, Integers, tuple[str, ...]]:
    """Traffic of a network whose zones have a door out and a door in.

    Both doors of a zone are made one node, which has its income. Only arcs with traffic are links.

    Parameters
    ----------
    nodes : tuple of N str
    arcs : (m,), (m,) int64
        Tail and head.
    value : (m,) float64
        Money a year.
    doors : Doors
        A GDP below what the zone sends out is raised to it, with a note that names the zone.
    congestion : (m,) float64, optional
        lambda.

    Returns
    -------
    traffic : Traffic
    used : (M,) int64
        Position of each of its links among the arcs.
    notes : tuple of str
    """
    merged = np.arange(len(nodes))
    merged[doors.into] = doors.out
    used = np.flatnonzero(value > 0.0)
    tail, head = arcs
    kept, ends = np.unique(
        np.concatenate([doors.out, merged[tail[used]], merged[head[used]]]), return_inverse=True
    )
    z, k = len(doors.out), len(used)
    at, start, end = ends[:z], ends[z : z + k], ends[z + k :]
    sent = np.bincount(start, value[used], len(kept))[at]
    income, country = np.zeros(len(kept)), [""] * len(kept)
    income[at] = np.maximum(doors.gdp, sent)
    for i, name in zip(at.tolist(), doors.country, strict=True):
        country[i] = name
    short = [doors.zones[i] for i in np.flatnonzero(sent > doors.gdp)]
    traffic = Traffic(
        nodes=tuple(nodes[i] for i in kept), country=tuple(country), income=income,
        tail=start.astype(np.int64), head=end.astype(np.int64),
        links=tuple(str(a) for a in used.tolist()), value=value[used],
        congestion=None if congestion is None else congestion[used],
    )  # fmt: skip
    said = f"goods sent out exceed GDP, own sales are taken as 0: {', '.join(short)}"
    return traffic, used, (said,) if short else ()


def worth_of_arcs(ranking: Ranking, used: Integers, m: int) -> Worth:
    """A ranking of used arcs as values of all m arcs."""
    elasticity, share = np.zeros(m), np.zeros(m)
    elasticity[used], share[used] = ranking.elasticity, ranking.traffic_share
    left = np.divide(elasticity, share, out=np.ones(m), where=share > 0.0)
    return Worth(elasticity=elasticity, share=share, left=left)


def _traffic(
    problem: FlowProblem, value: Floats, options: RankingOptions
) -> tuple[Traffic, Integers, tuple[str, ...]]:
    net = problem.network
    congestion = np.zeros(len(value))
    road = (net.kind == LINE_HAUL) & (problem.mode == MODES.index("road"))
    congestion[road] = options.road_congestion
    congestion[net.kind == BORDER] = options.post_congestion
    doors = Doors(
        zones=net.zones,
        country=tuple(str(c) for c in net.world.zones["country"]),
        out=problem.origins,
        into=problem.destinations,
        gdp=net.world.zones["gdp_usd2023_per_y"],
    )
    return traffic_on(net.nodes, (net.tail, net.head), value, doors, congestion)


def _paid(problem: FlowProblem, flows: Flows) -> Floats:
    """(m,) generalised cost of what is on each arc, USD of 2023 a year."""
    by_class = flows.tonnes.sum(axis=1)
    cost = np.stack([c.gencost for c in problem.costs])
    # Where a class may not go its cost is infinite, and it carries nothing.
    return np.asarray((by_class * np.where(by_class > 0.0, cost, 0.0)).sum(axis=0))


def _gains(
    model: FlowModel, problem: FlowProblem, flows: Flows, theta: float, gainers: Sequence[str]
) -> tuple[Floats, Status, tuple[str, ...]]:
    """(G + 1, m) gain per unit of relative saving on each arc; the last row is all others.

    A saving on an arc is one on the trade of the pairs that use it. Weighting the demand of each
    pair by its multiplier and loading it again adds up exactly that.
    """
    paid = _paid(problem, flows)
    costs = model.costs(problem, flows)
    zoned = ZoneTradeModel(variant=model.variant, theta=theta).prepare(
        problem.network.world, {"cost_change": cost_change(costs, costs)}
    )
    country = np.array(zoned.country, dtype=object)
    found = incidence(zoned.X, theta, np.stack([country == c for c in gainers]))
    gains = np.empty((len(gainers) + 1, len(paid)))
    z = zoned.zones
    traded = problem.demand.trade > 0.0
    for g in range(len(gainers)):
        weight = found.multiplier(g)[:z, :z]
        # Loading takes no negative demand; it is linear, so a constant is added and taken off.
        lift = max(0.0, -float(weight[traded].min(initial=0.0)))
        tonnes = problem.demand.tonnes * np.where(traded, weight + lift, 0.0)
        again = dataclasses.replace(
            problem, demand=dataclasses.replace(problem.demand, tonnes=tonnes)
        )
        gains[g] = _paid(problem, model.solve(again)) - lift * paid
    gains[-1] = paid - gains[:-1].sum(axis=0)
    names = [zoned.nodes[i] for i in found.clipped]
    said = f"exports exceed GDP, own sales are taken as 0: {', '.join(names)}"
    return gains, found.status, (said,) if names else ()


def _keys(world: World, row: Ranked) -> dict[str, Any]:
    return {"on": world.on, "kind": row.kind, "id": row.id, "towards": row.towards}


def _said(outside: Sequence[str], options: RankingOptions) -> tuple[str, ...]:
    notes: list[str] = []
    if outside:
        notes.append(f"without zones, so their trade is on no link here: {', '.join(outside)}")
    if options.road_congestion or options.post_congestion:
        notes.append(
            "with congestion the response of traffic is that of the spatial model, which spreads "
            "it over all paths, turning back included: on a network this fine it is overstated"
        )
    return tuple(notes)


def _check(world: World, wanted: Wanted, options: RankingOptions) -> None:
    found = ProblemList()
    known = sorted({str(c) for c in world.zones["country"]})
    for name, given in (("around", wanted.around or ()), ("gainers", options.gainers)):
        for country in given:
            if country not in known:
                found.add(name, "no zone is in this country", got=country, allowed=", ".join(known))
    for name in ("road_congestion", "post_congestion"):
        number = getattr(options, name)
        if not 0.0 <= number < np.inf:
            found.add(name, "is not a number of at least 0", got=number, fix="0 to 0.15")
    if found:
        raise InvalidInput(found.problems)
