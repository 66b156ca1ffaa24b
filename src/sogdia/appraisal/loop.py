"""Transport, borders and trade brought to agree: the declared loop of an appraisal.

One round is: costs and flows at the waits of the round, trade at the costs, waits at the flows.
The fixed point is in the hours that traffic adds at posts and in the trade of country pairs; the
residual is the largest relative change of either between two rounds. Hours take a safeguarded step
(`Step`), trade does not: its response to a cost that small is far below one. Routes take the
efficient arcs of the waits of the round, into which arcs fade, so that traffic can leave a full post
by any way that leads on and flows move with waits and do not jump.

The baseline is not iterated. Its dwell claims were observed under its traffic, so they hold there
by construction; in the scenario a post's dwell moves by what its queue says between both flows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.status import Status
from sogdia.core.table import Table, null
from sogdia.models.border.model import BorderModel, StopCurve
from sogdia.models.border.tables import POST_FLOW
from sogdia.models.contract import run_model
from sogdia.models.trade.zones import COST_CHANGE, ZoneTradeModel
from sogdia.models.transport.flows import FlowModel
from sogdia.models.transport.generation import freight_demand
from sogdia.world.economies import Variant
from sogdia.world.network import Network, network
from sogdia.world.world import World

__all__ = ["MAX_ROUNDS", "TOLERANCE", "Joined", "join", "real_income"]

TOLERANCE = 1e-4
"""Largest relative change of an hour at a post or of a trade flow between two rounds."""

MAX_ROUNDS = 60
FIRST_SLOPE, STEEPEST = -1.0, -1e3
"""Slope of a post's answer before two rounds show it, and the steepest believed."""

LEAST_MOVE = 1e-9
"""Hours below which a move shows no slope."""

FARTHEST = 24.0
"""Hours a post moves in one round at most: an overfull one answers with thousands."""

SMALL = 0.5
"""Hours between answer and hours below which the slopes are left to close the rest."""

OLD = 3
"""Rounds after which one end of where the crossing lies is no longer believed."""

QUEUES_ABOVE = 0.3
"""Share of capacity in the baseline below which a post's wait is taken not to move."""

HOUR = 1.0
"""Hours below which a change of dwell is measured in hours and not relative to the dwell."""


Direction = tuple[str, str]
"""A crossing and the country entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One post in one round: the hours tried, the hours its queue answered, and what that shows.

    Attributes
    ----------
    hours, answer : float
        x and W(x).
    slope : float
        Of W, as two rounds show it; at most 0.
    low, high : float
        Hours between which the answer crosses the hours; infinite while not known.
    low_age, high_age : int
        Rounds since each was seen: other posts move, so an old one is dropped.
    """

    hours: float
    answer: float
    slope: float
    low: float
    high: float
    low_age: int
    high_age: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Hours added at posts in one round, and what is known of how their queues answer.

    The answer W of a post falls as its hours x rise: gently while it has room, by hours a minute
    near capacity, and not at all once all traffic has left. Each post takes the step
    ``(W - x) / (1 - s)`` with s the slope its last two rounds show, at most `FARTHEST` hours. Where
    the crossing of W and x is known to lie between two hours and that step leaves them, or the
    last one did not halve ``W - x``, the middle is taken.
    """

    hours: Mapping[Direction, float] = field(default_factory=dict[Direction, float])
    tried: Mapping[Direction, Tried] = field(default_factory=dict[Direction, Tried])

    def next(self, wanted: Mapping[Direction, float]) -> Step:
        """The hours of the next round."""
        hours: dict[Direction, float] = {}
        tried: dict[Direction, Tried] = {}
        for key, W in wanted.items():
            x = self.hours.get(key, 0.0)
            now = _seen(x, W, self.tried.get(key))
            tried[key] = now
            gap = W - x
            to = x + float(np.clip(gap / (1.0 - now.slope), -FARTHEST, FARTHEST))
            last = self.tried.get(key)
            slow = last is not None and abs(gap) > max(SMALL, abs(last.answer - last.hours) / 2.0)
            if np.isfinite(now.high - now.low) and (slow or not now.low < to < now.high):
                to = (now.low + now.high) / 2.0
            hours[key] = to
        return Step(hours=hours, tried=tried)


def _seen(x: float, W: float, last: Tried | None) -> Tried:
    """What a round adds to what is known of a post."""
    slope, low, high, low_age, high_age = FIRST_SLOPE, -np.inf, np.inf, 0, 0
    if last is not None:
        slope, low, high = last.slope, last.low, last.high
        low_age, high_age = last.low_age + 1, last.high_age + 1
        moved = x - last.hours
        if abs(moved) > LEAST_MOVE:
            slope = float(np.clip((W - last.answer) / moved, STEEPEST, 0.0))
    if x < W:
        low, low_age = x, 0
        high = high if high > x and high_age <= OLD else np.inf
    else:
        high, high_age = x, 0
        low = low if low < x and low_age <= OLD else -np.inf
    return Tried(
        hours=x, answer=W, slope=slope, low=low, high=high, low_age=low_age, high_age=high_age
    )


Tables = dict[str, Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Tables of both sides of one date, and how each part ended.

    Attributes
    ----------
    baseline, scenario : dict of str to Table
        link_flow, crossing_flow, mode_share, trade_cost, post_queue, zone_income, country_income
        and trade_change. In the baseline incomes are exactly without change, trade to rounding.
    statuses : tuple of Status
        The loop first.
    baseline_statuses : tuple of Status
        Of the baseline alone.
    """

    baseline: Tables
    scenario: Tables
    statuses: tuple[Status, ...]
    baseline_statuses: tuple[Status, ...]


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
    base, base_status = run_model(flow_model, before, {})
    observed = arrivals(base["crossing_flow"])
    curves = border_model.curves(
        border_model.prepare(after, {"post_flow": post_flow(after, observed, observed, before)}),
        above=QUEUES_ABOVE,
    )
    step = Step(hours=start or {})
    trade: Table | None = None
    ratio = np.empty(0)
    residual, rounds = np.inf, 0
    while True:
        rounds += 1
        tell(f"flows, waits and trade, round {rounds}")
        problem = flow_model.prepare(
            with_hours(after, step.hours), {} if trade is None else {"trade_change": trade}
        )
        flows = flow_model.solve(problem)
        change = cost_change(base["trade_cost"], flow_model.costs(problem, flows))
        answer, trade_status = run_model(trade_model, before, {"cost_change": change})
        full = answer["trade_change"]
        trade = full.where(np.asarray(full["level"] == "full", dtype=np.bool_))
        wanted = added_hours(curves, arrivals(flow_model.crossings(problem, flows)))
        moved = _largest(step.hours, wanted, after)
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
        step = step.next(wanted)
    tables = flow_model.tabulate(problem, flows) | answer
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
        statuses=(loop, flows.status, trade_status, queue_statuses["scenario"]),
        baseline_statuses=(base_status, queue_statuses["baseline"]),
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


def added_hours(
    curves: Mapping[str, StopCurve], flow: Mapping[Direction, float]
) -> dict[Direction, float]:
    """Hours that traffic, capacity and opening hours add at each post whose queue is known."""
    found: dict[Direction, float] = {}
    for entity, stop in curves.items():
        now = sum(flow.get((entity, t), 0.0) for t in stop.towards)
        extra = float(stop.curve.wait_h(now)) - stop.observed_wait_h
        for towards in stop.towards:
            found[entity, towards] = extra
    return found


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


def real_income(
    before: World,
    after: World,
    *,
    variant: Variant = "reconciled",
    nets: tuple[Network, Network] | None = None,
) -> Table:
    """Real income by country of one draw: costs and trade, without the loop over queues.

    `nets` are the networks of both sides, which no draw changes.

    Raises
    ------
    ArithmeticError
        When the equilibrium of the draw was not solved.
    """
    model, trade_model = (
        FlowModel(variant=variant, with_links=False),
        ZoneTradeModel(variant=variant),
    )
    costs = [
        _costs_only(model, world, None if nets is None else nets[side])
        for side, world in enumerate((before, after))
    ]
    problem = trade_model.prepare(before, {"cost_change": cost_change(*costs)})
    solution = trade_model.solve(problem)
    if solution.status.state == "failed":
        raise ArithmeticError(solution.status.message or "the trade equilibrium was not solved")
    return trade_model.tabulate(problem, solution)["country_income"]


def _costs_only(model: FlowModel, world: World, net: Network | None) -> Table:
    if net is None:
        net = network(world)
    problem = model.problem(
        dataclasses.replace(net, world=world),
        freight_demand(world, model.commodities, variant=model.variant),
    )
    return model.costs(problem, model.solve(problem))


def _largest(
    hours: Mapping[Direction, float], wanted: Mapping[Direction, float], world: World
) -> float:
    """Largest change of hours, relative to the dwell where that is above an hour."""
    dwell = {
        (str(e), str(t)): float(d)
        for e, t, d in zip(
            world.crossings["id"], world.crossings["towards"], world.crossings["dwell_mean_h"],
            strict=True,
        )
    }  # fmt: skip
    return max(
        (
            abs(value - hours.get(key, 0.0)) / max(dwell.get(key, HOUR), HOUR)
            for key, value in wanted.items()
        ),
        default=0.0,
    )
