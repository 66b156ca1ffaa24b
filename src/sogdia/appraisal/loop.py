"""Transport, borders and trade brought to agree: the declared loop of an appraisal.

One round is: costs and flows at the waits of the round, trade at the costs, waits at the flows.
The fixed point is in the hours that traffic adds at posts, on lines, in yards and ports and at
ships, and in the trade of country pairs; the residual is the largest relative move of either. Hours
take the step of `sogdia.appraisal.settle`, trade does not: its response to a cost that small is far
below one. Routes take the
efficient arcs of the waits of the round, into which arcs fade, so that traffic can leave a full post
by any way that leads on and flows move with waits and do not jump.

The baseline is not iterated. Its dwell claims were observed under its traffic, so they hold there
by construction; in the scenario a post's dwell moves by what its queue says between both flows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.capacity import HOUR, QUEUES_ABOVE, Gates, gates, is_idle
from sogdia.appraisal.settle import Answer, next_hours
from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.status import Status
from sogdia.core.table import Table, null
from sogdia.models.border.model import BorderModel, StopCurve
from sogdia.models.border.prepare import Stop as PostStop
from sogdia.models.border.tables import POST_FLOW
from sogdia.models.contract import run_model
from sogdia.models.trade.zones import COST_CHANGE, ZoneTradeModel
from sogdia.models.transport.flows import FlowModel, contraction_of
from sogdia.models.transport.generation import FreightDemand, freight_demand
from sogdia.models.transport.solve_contract import Contraction
from sogdia.world.economies import Variant
from sogdia.world.network import Network, network
from sogdia.world.world import World

__all__ = ["MAX_ROUNDS", "QUEUES_ABOVE", "TOLERANCE", "Joined", "draw_response", "join"]

TOLERANCE = 1e-4
"""Largest relative change of a trade flow between two rounds."""

HOURS = 10.0
"""How many times that hours may still move, relative to what a stop takes: two minutes in 36 h."""

MAX_ROUNDS = 60

Direction = tuple[str, ...]
"""A crossing and the country entered; or the key of a line, yard, port or ship."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What shares one queue: a post, line, yard, port or ship.

    Attributes
    ----------
    keys : tuple of Direction
        What its hours are added to.
    answer : callable
        Hours added at a traffic, of all directions.
    scale : float
        Hours against which a change is measured.
    """

    keys: tuple[Direction, ...]
    answer: Answer
    scale: float


Tables = dict[str, Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Hours that traffic adds where the loop ended.

    Attributes
    ----------
    hours : mapping of Direction to float
    added : Gates
        Where those of lines, yards, ports and ships go.
    """

    hours: Mapping[Direction, float]
    added: Gates


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Tables of both sides of one date, and how each part ended.

    Attributes
    ----------
    baseline, scenario : dict of str to Table
        link_flow, crossing_flow, transfer_flow, capacity_use, mode_share, trade_cost, post_queue,
        zone_income, country_income and trade_change. In the baseline incomes are exactly without change, trade to rounding.
    statuses : tuple of Status
        The loop first.
    baseline_statuses : tuple of Status
        Of the baseline alone.
    waits : Waits or None
        Of the scenario; None where no traffic adds any.
    """

    baseline: Tables
    scenario: Tables
    statuses: tuple[Status, ...]
    baseline_statuses: tuple[Status, ...]
    waits: Waits | None = None


def join(
    before: World,
    after: World,
    *,
    variant: Variant = "reconciled",
    seed: int = 0,
    start: Mapping[Direction, float] | None = None,
    tolerance: float = TOLERANCE,
    max_rounds: int = MAX_ROUNDS,
    tell: Callable[[str], None] = lambda _what: None,
) -> Joined:
    """Flows, waits and trade without and with a scenario.

    Parameters
    ----------
    before, after : World
        Of one date, without and with the measures.
    variant : {"reconciled", "china", "partner"}
        Whose report of trade is the baseline.
    start : mapping of (crossing, country entered) to float, optional
        Hours added at posts in the first round; none by default. Where it settles does not depend
        on it, but for the tolerance.
    tolerance : float
        Largest residual of a loop that is called solved.
    max_rounds : int
    tell : callable, optional
        Told what is being done.

    Raises
    ------
    InvalidInput
        When `max_rounds` is below 1.
    """
    if max_rounds < 1:
        raise InvalidInput(
            [Problem(where="join", what="needs a round", got=str(max_rounds), allowed="1 or more")]
        )
    flow_model, trade_model = FlowModel(variant=variant), ZoneTradeModel(variant=variant)
    border_model = BorderModel(seed=seed)
    tell("flows of the baseline")
    base_problem = flow_model.prepare(before, {})
    base_flows = flow_model.solve(base_problem)
    base = flow_model.tabulate(base_problem, base_flows)
    observed = arrivals(base["crossing_flow"])
    added = gates(base_problem, base_flows, before, network(after), seed=seed)
    at_posts = border_model.prepare(
        after, {"post_flow": post_flow(after, observed, observed, before)}
    )
    stops = [*_posts(border_model, at_posts, after), *_others(added)]
    given = dict(start or {})
    x = np.array([given.get(stop.keys[0], 0.0) for stop in stops])
    past: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    trade: Table | None = None
    ratio = np.empty(0)
    residual, rounds = np.inf, 0
    while True:
        rounds += 1
        tell(f"flows, waits and trade, round {rounds}")
        hours = {key: float(x[i]) for i, stop in enumerate(stops) for key in stop.keys}
        problem = flow_model.prepare(
            with_hours(after, hours), {} if trade is None else {"trade_change": trade}
        )
        problem = added.delayed(problem, hours)
        flows = flow_model.solve(problem)
        change = cost_change(base["trade_cost"], flow_model.costs(problem, flows))
        answer, trade_status = run_model(trade_model, before, {"cost_change": change})
        full = answer["trade_change"]
        trade = full.where(np.asarray(full["level"] == "full", dtype=np.bool_))
        traffic = arrivals(flow_model.crossings(problem, flows)) | added.flow(flows)
        q = np.array([sum(traffic.get(key, 0.0) for key in stop.keys) for stop in stops])
        past.append((x, q))
        to = next_hours([stop.answer for stop in stops], past)
        moved = _moved(stops, x, q, to)
        change_of_trade = trade["change_ratio"]
        if not np.isfinite(change_of_trade).all():
            # Flows cannot be scaled by what is not known; the trade model has said why.
            residual = np.inf
            break
        carried = ratio if len(ratio) else np.ones(len(change_of_trade))
        residual = max(moved, float(np.max(np.abs(change_of_trade - carried), initial=0.0)))
        ratio = change_of_trade
        if residual <= tolerance or rounds == max_rounds:
            break
        x = to
    tables = flow_model.tabulate(problem, flows) | answer
    tables["capacity_use"] = added.table(problem, flows, baseline=False)
    base["capacity_use"] = added.table(base_problem, base_flows, baseline=True)
    tell("queues at posts")
    queues: dict[str, Table] = {}
    queue_statuses: dict[str, Status] = {}
    for role, world, flow in (
        ("baseline", before, observed),
        ("scenario", after, arrivals(tables["crossing_flow"])),
    ):
        found, status = run_model(
            border_model, world, {"post_flow": post_flow(world, flow, observed, before)}
        )
        queues[role], queue_statuses[role] = found["post_queue"], status
    same, _ = run_model(
        trade_model, before, {"cost_change": cost_change(base["trade_cost"], base["trade_cost"])}
    )
    loop = Status(
        state="solved" if residual <= tolerance else "usable",
        iterations=rounds,
        residual=residual,
        tolerance=tolerance,
        of=f"loop transport-border-trade {after.on}",
        message=""
        if residual <= tolerance
        else "did not settle; the numbers are those of its last round",
    )
    return Joined(
        baseline=base | same | {"post_queue": queues["baseline"]},
        scenario=tables | {"post_queue": queues["scenario"]},
        waits=Waits(hours=hours, added=added),
        statuses=(loop, flows.status, trade_status, queue_statuses["scenario"]),
        baseline_statuses=(base_flows.status, queue_statuses["baseline"]),
    )


def arrivals(crossing_flow: Table) -> dict[Direction, float]:
    """Vehicles a day by crossing and direction."""
    return {
        (str(e), str(t)): float(a)
        for e, t, a in zip(
            crossing_flow["id"], crossing_flow["towards"], crossing_flow["arrivals_per_day"],
            strict=True,
        )
    }  # fmt: skip


def post_flow(
    world: World,
    flow: Mapping[Direction, float],
    observed: Mapping[Direction, float],
    before: World,
) -> Table:
    """What the border model takes: every crossing of a world, open or not.

    Dwells were observed with the flow, capacity and hours of the world `before`.
    """
    then = {
        (str(e), str(t)): (null(c), null(h))
        for e, t, c, h in zip(
            before.crossings["id"], before.crossings["towards"],
            before.crossings["capacity_per_day"], before.crossings["open_h_per_day"], strict=True,
        )
    }  # fmt: skip
    rows = [
        {
            "on": world.on,
            "entity": str(e),
            "towards": str(t),
            "arrivals_per_day": flow.get((str(e), str(t)), 0.0),
            "observed_arrivals_per_day": observed.get((str(e), str(t)), 0.0),
            "observed_capacity_per_day": then.get((str(e), str(t)), (None, None))[0],
            "observed_open_h_per_day": then.get((str(e), str(t)), (None, None))[1],
        }
        for e, t in zip(world.crossings["id"], world.crossings["towards"], strict=True)
    ]
    return Table.from_rows(POST_FLOW, rows)


def _moved(
    stops: Sequence[Stop],
    x: NDArray[np.float64],
    q: NDArray[np.float64],
    to: NDArray[np.float64],
) -> float:
    """How far hours are from where they settle, relative to what a stop takes.

    A full post answers a train more with hours, so its answer is far from its hours long after
    these have ceased to move: the step counts in `HOURS` of the tolerance, the gap in ten times that.
    """
    scale = np.array([stop.scale for stop in stops])
    gap = np.array([stop.answer(f) for stop, f in zip(stops, q.tolist(), strict=True)]) - x
    return max(
        float(np.max(np.abs(to - x) / scale, initial=0.0)) / HOURS,
        float(np.max(np.abs(gap) / scale, initial=0.0)) / (10.0 * HOURS),
    )


@dataclass(slots=True)
class _Post:
    """Hours that traffic adds at a post; its curve is drawn once the traffic asks for it.

    A post that the baseline leaves nearly empty may fill, so none whose queue is known is left out.
    """

    model: BorderModel
    stop: PostStop
    curve: StopCurve | None = None

    def hours(self, flow: float) -> float:
        """Nothing below `QUEUES_ABOVE` of the capacity while capacity and hours stay."""
        of = self.stop
        if self.curve is None:
            same = (
                of.capacity_per_day == of.observed_capacity_per_day
                and of.open_h_per_day == of.observed_open_h_per_day
            )
            if same and is_idle(float(of.observed_per_day.sum()), flow, of.capacity_per_day):
                return 0.0
            self.curve = self.model.curve(of)
        return float(self.curve.curve.wait_h(flow)) - self.curve.observed_wait_h


def _posts(
    model: BorderModel, queues: tuple[World, list[PostStop]], world: World
) -> Iterator[Stop]:
    """Posts whose queue is known. Traffic, capacity and opening hours add to their hours."""
    dwell = {
        (str(e), str(t)): float(d)
        for e, t, d in zip(
            world.crossings["id"], world.crossings["towards"], world.crossings["dwell_mean_h"],
            strict=True,
        )
    }  # fmt: skip
    # Those that queue already, several at once; the others when they do.
    drawn = model.curves(queues, above=QUEUES_ABOVE)
    for stop in sorted((s for s in queues[1] if s.works), key=lambda s: s.entity):
        keys = tuple((stop.entity, t) for t in stop.towards)
        post = _Post(model=model, stop=stop, curve=drawn.get(stop.entity))
        yield Stop(keys=keys, answer=post.hours, scale=max(HOUR, min(dwell[key] for key in keys)))


def _others(added: Gates) -> Iterator[Stop]:
    """Lines, yards, ports and ships whose capacity is known."""
    scale = added.scale()
    for gate in added.gates:
        yield Stop(keys=(gate.key,), answer=gate.hours, scale=scale[gate.key])


def with_hours(world: World, hours: Mapping[Direction, float]) -> World:
    """A world whose dwells are longer or shorter by some hours; none falls below zero."""
    if not any(hours.values()):
        return world
    crossings = world.crossings
    extra = np.array(
        [
            hours.get((str(e), str(t)), 0.0)
            for e, t in zip(crossings["id"], crossings["towards"], strict=True)
        ]
    )
    return world.replace(
        crossings=crossings.replace(
            **{
                column: np.maximum(crossings[column] + extra, 0.0)
                for column in ("dwell_mean_h", "dwell_p50_h", "dwell_p90_h")
            }
        )
    )


def cost_change(before: Table, after: Table) -> Table:
    """Cost factors of both sides by zone pair that trades in the baseline."""
    later = {
        (o, d): r
        for o, d, r in zip(
            after["origin"], after["destination"], after["cost_factor_ratio"], strict=True
        )
    }
    return Table.from_columns(
        COST_CHANGE,
        {
            "origin": before["origin"],
            "destination": before["destination"],
            "before_ratio": before["cost_factor_ratio"],
            "after_ratio": np.array(
                [
                    later.get((o, d), np.nan)
                    for o, d in zip(before["origin"], before["destination"], strict=True)
                ]
            ),
        },
    )


def draw_response(
    before: World,
    after: World,
    *,
    variant: Variant = "reconciled",
    nets: tuple[Network, Network] | None = None,
    contractions: tuple[Contraction, Contraction] | None = None,
    waits: Waits | None = None,
) -> Tables:
    """Real income and trade of one draw: costs and trade, without a loop of its own.

    `nets` are the networks of both sides and `contractions` theirs, which no draw changes. `waits`
    are the hours that traffic adds in the scenario, those of the central run in every draw; none by
    default.

    Returns
    -------
    dict of str to Table
        zone_income, country_income and trade_change.

    Raises
    ------
    ArithmeticError
        When the equilibrium of the draw was not solved.
    """
    model, trade_model = (
        FlowModel(variant=variant, with_links=False),
        ZoneTradeModel(variant=variant),
    )
    here, there = (network(before), network(after)) if nets is None else nets
    fewer = contractions or (contraction_of(here), contraction_of(there))
    demand = freight_demand(before, model.commodities, variant=variant)
    same = all(getattr(before, name) is getattr(after, name) for name in DEMAND_READS)
    costs = [
        _costs_only(model, before, here, fewer[0], demand),
        _costs_only(
            model, after, there, fewer[1],
            demand if same else freight_demand(after, model.commodities, variant=variant),
            waits,
        ),
    ]  # fmt: skip
    problem = trade_model.prepare(before, {"cost_change": cost_change(*costs)})
    solution = trade_model.solve(problem)
    if solution.status.state == "failed":
        raise ArithmeticError(solution.status.message or "the trade equilibrium was not solved")
    return trade_model.tabulate(problem, solution)


DEMAND_READS = ("zones", "trade", "freight", "freight_ends", "classes")
"""Tables of a world from which freight demand is made: the same tables, the same demand."""


def _costs_only(
    model: FlowModel,
    world: World,
    net: Network,
    contraction: Contraction,
    demand: FreightDemand,
    waits: Waits | None = None,
) -> Table:
    timed = world if waits is None else with_hours(world, waits.hours)
    problem = dataclasses.replace(
        model.problem(dataclasses.replace(net, world=timed), demand), contraction=contraction
    )
    if waits is not None:
        problem = waits.added.delayed(problem, waits.hours)
    return model.costs(problem, model.solve(problem))
