"""Transport, borders and trade brought to agree: the declared loop of an appraisal.

One round is: costs and flows at the waits of the round, trade at the costs, waits at the flows.
The fixed point is in the hours that traffic adds at posts and in the trade of country pairs; the
residual is the largest relative change of either between two rounds. Hours take a damped step
(`Step`), trade does not: its response to a cost that small is far below one. Routes stay on the
efficient arcs of the first round, so that flows move with waits and do not jump.

The baseline is not iterated. Its dwell claims were observed under its traffic, so they hold there
by construction; in the scenario a post's dwell moves by what its queue says between both flows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.models.border.model import BorderModel, StopCurve
from sogdia.models.border.tables import POST_FLOW
from sogdia.models.contract import run_model
from sogdia.models.trade.zones import COST_CHANGE, ZoneTradeModel
from sogdia.models.transport.flows import FlowModel, with_arcs
from sogdia.models.transport.solve_efficient import EfficientArcs
from sogdia.world.economies import Variant
from sogdia.world.world import World

__all__ = ["MAX_ROUNDS", "TOLERANCE", "Joined", "join", "real_income"]

TOLERANCE = 1e-4
"""Largest relative change of an hour at a post or of a trade flow between two rounds."""

MAX_ROUNDS = 40
FIRST_SLOPE, STEEPEST = -1.0, -1e3
"""Slope of a post's answer before two rounds show it, and the steepest believed."""

QUEUES_ABOVE = 0.3
"""Share of capacity in the baseline below which a post's wait is taken not to move."""

HOUR = 1.0
"""Hours below which a change of dwell is measured in hours and not relative to the dwell."""


Direction = tuple[str, str]
"""A crossing and the country entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Hours added at posts in one round, and what is known of how their queues answer.

    The answer W of a post falls as its hours x rise, steeply near capacity, so each post takes
    the step ``(W - x) / (1 - s)`` with s the slope its last two rounds show, at most 0.
    """

    hours: Mapping[Direction, float] = field(default_factory=dict[Direction, float])
    before: Mapping[Direction, float] = field(default_factory=dict[Direction, float])
    answer: Mapping[Direction, float] = field(default_factory=dict[Direction, float])
    slope: Mapping[Direction, float] = field(default_factory=dict[Direction, float])

    def next(self, wanted: Mapping[Direction, float]) -> Step:
        """The hours of the next round."""
        hours: dict[Direction, float] = {}
        slope: dict[Direction, float] = {}
        for key, W in wanted.items():
            x = self.hours.get(key, 0.0)
            found = self.slope.get(key, FIRST_SLOPE)
            moved = x - self.before.get(key, 0.0)
            if key in self.answer and abs(moved) > 1e-9:
                found = float(np.clip((W - self.answer[key]) / moved, STEEPEST, 0.0))
            slope[key] = found
            hours[key] = x + (W - x) / (1.0 - found)
        return Step(hours=hours, before=self.hours, answer=wanted, slope=slope)


Tables = dict[str, Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Tables of both sides of one date, and how each part ended.

    Attributes
    ----------
    baseline, scenario : dict of str to Table
        link_flow, crossing_flow, mode_share, trade_cost, post_queue, zone_income, country_income
        and trade_change. In the baseline the last three are exactly without change.
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
    tell : callable, optional
        Told what is being done.
    """
    flow_model, trade_model = FlowModel(variant=variant), ZoneTradeModel(variant=variant)
    border_model = BorderModel(seed=seed)
    tell("flows of the baseline")
    base, base_status = run_model(flow_model, before, {})
    observed = arrivals(base["crossing_flow"])
    curves = border_model.curves(
        border_model.prepare(after, {"post_flow": post_flow(after, observed, observed)}),
        above=QUEUES_ABOVE,
    )
    step = Step()
    trade: Table | None = None
    ratio = np.empty(0)
    residual, rounds = np.inf, 0
    tables: Tables = {}
    statuses: list[Status] = []
    arcs: EfficientArcs | None = None
    while rounds < max_rounds:
        rounds += 1
        tell(f"flows, waits and trade, round {rounds}")
        problem = flow_model.prepare(
            with_hours(after, step.hours), {} if trade is None else {"trade_change": trade}
        )
        problem = with_arcs(problem) if arcs is None else dataclasses.replace(problem, arcs=arcs)
        arcs = problem.arcs
        flows = flow_model.solve(problem)
        tables = flow_model.tabulate(problem, flows)
        change = cost_change(base["trade_cost"], tables["trade_cost"])
        answer, trade_status = run_model(trade_model, before, {"cost_change": change})
        statuses = [flows.status, trade_status]
        full = answer["trade_change"]
        trade = full.where(np.asarray(full["level"] == "full", dtype=np.bool_))
        wanted = added_hours(curves, observed, arrivals(tables["crossing_flow"]))
        moved = _largest(step.hours, wanted, after)
        change_of_trade = trade["change_ratio"]
        residual = max(
            moved,
            float(np.max(np.abs(change_of_trade - ratio)))
            if len(ratio) == len(change_of_trade)
            else 1.0,
        )
        tables |= answer
        ratio = change_of_trade
        if residual <= tolerance:
            break
        step = step.next(wanted)
    tell("queues at posts")
    queues: dict[str, Table] = {}
    queue_statuses: dict[str, Status] = {}
    for role, world, flow in (
        ("baseline", before, observed),
        ("scenario", after, arrivals(tables["crossing_flow"])),
    ):
        found, status = run_model(
            border_model, world, {"post_flow": post_flow(world, flow, observed)}
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
        statuses=(loop, *statuses, queue_statuses["scenario"]),
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
    world: World, flow: Mapping[Direction, float], observed: Mapping[Direction, float]
) -> Table:
    """What the border model takes: every crossing of a world, open or not."""
    rows = [
        {
            "on": world.on,
            "entity": str(e),
            "towards": str(t),
            "arrivals_per_day": flow.get((str(e), str(t)), 0.0),
            "observed_arrivals_per_day": observed.get((str(e), str(t)), 0.0),
        }
        for e, t in zip(world.crossings["id"], world.crossings["towards"], strict=True)
    ]
    return Table.from_rows(POST_FLOW, rows)


def added_hours(
    curves: Mapping[str, StopCurve],
    observed: Mapping[Direction, float],
    flow: Mapping[Direction, float],
) -> dict[Direction, float]:
    """Hours that the change of traffic adds at each post whose queue is known."""
    found: dict[Direction, float] = {}
    for entity, stop in curves.items():
        was = sum(observed.get((entity, t), 0.0) for t in stop.towards)
        now = sum(flow.get((entity, t), 0.0) for t in stop.towards)
        extra = 0.0 if now == was else float(stop.curve.wait_h(now) - stop.curve.wait_h(was))
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
    """Cost factors of both sides by zone pair, with the baseline's trade."""
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
            "trade_usd2023_per_y": before["trade_usd2023_per_y"],
            "before_ratio": before["cost_factor_ratio"],
            "after_ratio": np.array(
                [
                    later.get((o, d), np.nan)
                    for o, d in zip(before["origin"], before["destination"], strict=True)
                ]
            ),
        },
    )


def real_income(before: World, after: World, *, variant: Variant = "reconciled") -> Table:
    """Real income by country of one draw: costs and trade, without the loop over queues.

    Raises
    ------
    ArithmeticError
        When the equilibrium of the draw was not solved.
    """
    model, trade_model = (
        FlowModel(variant=variant, with_links=False),
        ZoneTradeModel(variant=variant),
    )
    costs = [_costs_only(model, world) for world in (before, after)]
    problem = trade_model.prepare(before, {"cost_change": cost_change(*costs)})
    solution = trade_model.solve(problem)
    if solution.status.state == "failed":
        raise ArithmeticError(solution.status.message or "the trade equilibrium was not solved")
    return trade_model.tabulate(problem, solution)["country_income"]


def _costs_only(model: FlowModel, world: World) -> Table:
    problem = model.prepare(world, {})
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
