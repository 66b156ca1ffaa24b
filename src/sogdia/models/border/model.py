"""The border model: flows at posts, yards and ports to waits, queues and clearing times."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numba import get_num_threads
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.models.border.calibrate import PROCEDURE_SHARE, SERVERS, calibrated, spread
from sogdia.models.border.curve import ResponseCurve, response_curve
from sogdia.models.border.draws import Kept
from sogdia.models.border.hours import Outage
from sogdia.models.border.post import HORIZON_DAYS, Post, Waits, closure, simulate, waits
from sogdia.models.border.prepare import Stop, stops_of
from sogdia.models.border.tables import POST_FLOW, POST_QUEUE
from sogdia.world.world import World

__all__ = ["BorderModel", "StopCurve"]

A = TypeVar("A")
B = TypeVar("B")

COLUMNS = ("capacity_per_day", "open_h_per_day", "dwell_mean_h", "dwell_p50_h", "dwell_p90_h")
READS = frozenset((table, column) for table in ("crossings", "transfers") for column in COLUMNS)

CLOSED_WEEK = Outage(24.0 * 60.0, 24.0 * 67.0)
"""Days 60 to 67 of the horizon: after the queue has settled, long before the end."""

MAX_LISTED = 8
"""Stops named in a message before it is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCurve:
    """What assignment needs of a stop: dwell of direction t at flow q is ``P_t + W(q)``.

    Attributes
    ----------
    towards : tuple of str
        `T` directions, which share the flow q.
    curve : ResponseCurve
        W.
    observed_wait_h : float
        W at the flow, capacity and hours under which the dwell was observed; NaN without that flow.
    procedure_h : (T,) float64
        P; NaN where the dwell is not known.
    """

    towards: tuple[str, ...]
    curve: ResponseCurve
    observed_wait_h: float
    procedure_h: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """What each of `P` stops comes to; None where it is not known or the stop is shut.

    `observed` are the waits at the flow at which the dwell was observed, where that is known.
    """

    posts: tuple[Post | None, ...]
    found: tuple[Waits | None, ...]
    observed: tuple[Waits | None, ...]
    clearing_h: NDArray[np.float64]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderModel:
    """Waits at posts. Holds its options and nothing else.

    Attributes
    ----------
    procedure_share : float
        Assumed: the share of an observed dwell that is procedure, see `calibrate`.
    rail_servers, road_servers, transfer_servers : int
        Assumed: vehicles worked on at once.
    days : int
        Horizon; it starts without a queue.
    seed : int
    """

    procedure_share: float = PROCEDURE_SHARE
    rail_servers: int = SERVERS["rail"]
    road_servers: int = SERVERS["road"]
    transfer_servers: int = SERVERS["transfer"]
    days: int = HORIZON_DAYS
    seed: int = 0
    name: str = "border"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset({"post_flow"})
    gives: frozenset[str] = frozenset({"post_queue"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> tuple[World, list[Stop]]:
        """The stops of the table `post_flow` on the world's date.

        Raises
        ------
        InvalidInput
            When the table is missing or names a stop or a direction that the world does not have,
            or a flow is null or negative.
        """
        problems = ProblemList()
        if not 0.0 <= self.procedure_share <= 1.0:
            problems.add("border", "procedure_share", got=self.procedure_share, allowed="0 to 1")
        if "post_flow" not in tables:
            problems.add("border", "needs the table post_flow", allowed=", ".join(POST_FLOW.names))
        problems.raise_if_any()
        servers = {
            "rail": self.rail_servers,
            "road": self.road_servers,
            "transfer": self.transfer_servers,
        }
        return world, stops_of(world, tables["post_flow"], servers)

    def solve(self, problem: tuple[World, list[Stop]]) -> Queues:
        """Each stop as a queue over the horizon, with a closed week and without."""
        world, stops = problem
        answers = _each(self._queue, stops)
        posts = [a.post if a is not None else None for a in answers]
        clearing = np.array([a.clearing_h if a is not None else math.nan for a in answers])
        raised = [
            s.entity for s, a in zip(stops, answers, strict=True) if a is not None and a.raised
        ]
        return Queues(
            posts=tuple(posts),
            found=tuple(a.found if a is not None else None for a in answers),
            observed=tuple(a.observed if a is not None else None for a in answers),
            clearing_h=clearing,
            status=self._status(world, stops, posts, raised, clearing),
        )

    def _queue(self, stop: Stop) -> _Answer | None:
        """One stop; None where its queue is not known."""
        if not stop.works:
            return None
        then, raised = self._calibrated(stop)
        post = _as_it_is(then, stop)
        before = float(stop.observed_per_day.sum())
        draws = self.seed, stop.entity, self.days
        found, clearing_h = _year_once(post, float(stop.arrivals_per_day.sum()), draws)
        return _Answer(
            post=post,
            found=found,
            observed=None if math.isnan(before) else _year_once(then, before, draws)[0],
            clearing_h=clearing_h,
            raised=raised,
        )

    def curves(
        self, problem: tuple[World, list[Stop]], *, above: float = 0.0
    ) -> dict[str, StopCurve]:
        """For assignment: each stop's wait as a function of its flow; none where it is not known.

        The flows of `problem` do not matter here, the observed ones do. Stops whose observed flow
        is not `above` that share of their capacity are left out: they have no queue to speak of.
        """
        busy = [
            stop
            for stop in problem[1]
            if stop.works and not float(stop.observed_per_day.sum()) < above * stop.capacity_per_day
        ]
        return dict(zip((s.entity for s in busy), _each(self.curve, busy), strict=True))

    def curve(self, stop: Stop) -> StopCurve:
        """The wait of one stop that works as a function of its flow."""
        then, _ = self._calibrated(stop)
        post = _as_it_is(then, stop)
        curve = response_curve(post, days=self.days, seed=self.seed, key=stop.entity)
        was = (
            curve
            if post == then
            else response_curve(then, days=self.days, seed=self.seed, key=stop.entity)
        )
        observed = float(stop.observed_per_day.sum())
        wait = math.nan if math.isnan(observed) else float(was.wait_h(observed))
        return StopCurve(
            towards=stop.towards,
            curve=curve,
            observed_wait_h=wait,
            procedure_h=(
                self.procedure_share * stop.dwell_h[0]
                if math.isnan(wait)
                else stop.dwell_h[0] - wait
            ),
        )

    def _calibrated(self, stop: Stop) -> tuple[Post, bool]:
        """The stop as a post when its dwell was observed. The direction with the shortest dwell bounds the shared wait."""
        shortest = int(np.argmin(np.nan_to_num(stop.dwell_h[0], nan=np.inf)))
        mean, p50, p90 = (float(d) for d in stop.dwell_h[:, shortest])
        return _calibrated_once(
            Post(
                capacity_per_day=stop.observed_capacity_per_day,
                servers=stop.servers,
                open_h_per_day=stop.observed_open_h_per_day,
                service_cv=spread(p50, p90),
            ),
            mean,
            float(stop.observed_per_day.sum()),
            self.procedure_share,
            (self.seed, stop.entity, self.days),
        )

    def _status(
        self,
        world: World,
        stops: list[Stop],
        posts: list[Post | None],
        raised: list[str],
        clearing: NDArray[np.float64],
    ) -> Status:
        said: list[str] = []
        shut = [s.entity for s in stops if not s.is_open]
        unknown = [s.entity for s, p in zip(stops, posts, strict=True) if p is None and s.is_open]
        slow = [
            s.entity
            for s, p, c in zip(stops, posts, clearing, strict=True)
            if p is not None and math.isnan(c)
        ]
        for names, what in (
            (unknown, "capacity or opening hours not known, so null"),
            (shut, "shut, so null"),
            (raised, "capacity raised: the observed flow and dwell contradict the one known"),
            (slow, "a closed week does not clear within the horizon, so null"),
        ):
            if names:
                said.append(f"{what}: {_listed(names)}")
        return Status(
            # What is not known is null and what was raised stands in the table: nothing failed.
            state="solved",
            message="; ".join(said),
            of=f"border {world.on}",
        )

    def tabulate(self, problem: tuple[World, list[Stop]], solution: Queues) -> dict[str, Table]:
        """The table post_queue."""
        world, stops = problem
        rows: list[dict[str, Any]] = []
        for i, stop in enumerate(stops):
            for j, towards in enumerate(stop.towards):
                row: dict[str, Any] = {
                    "on": world.on,
                    "entity": stop.entity,
                    "towards": towards,
                    "arrivals_per_day": stop.arrivals_per_day[j],
                    "shared_arrivals_per_day": stop.arrivals_per_day.sum(),
                    "capacity_per_day": stop.capacity_per_day,
                }
                post, found = solution.posts[i], solution.found[i]
                if post is not None and found is not None:
                    row |= _waited(post, found) | {"clearing_after_week_h": solution.clearing_h[i]}
                    row |= self._dwell(stop.dwell_h[:, j], found, solution.observed[i])
                rows.append({k: _none(v) for k, v in row.items()})
        return {"post_queue": Table.from_rows(POST_QUEUE, rows)}

    def _dwell(
        self, dwell_h: NDArray[np.float64], found: Waits, observed: Waits | None
    ) -> dict[str, float]:
        """Procedure and dwell; equations (1) to (3) of `calibrate`, quantiles shifted alike."""
        mean, p50, p90 = (float(d) for d in dwell_h)
        wait = 0.0 if math.isnan(found.mean_h) else found.mean_h
        if observed is None:
            procedure = self.procedure_share * mean
            return {
                "procedure_mean_h": procedure,
                "dwell_mean_h": procedure + wait,
                "dwell_p50_h": self.procedure_share * p50 + np.nan_to_num(found.p50_h),
                "dwell_p90_h": self.procedure_share * p90 + np.nan_to_num(found.p90_h),
            }
        before = np.nan_to_num([observed.mean_h, observed.p50_h, observed.p90_h])
        now = np.nan_to_num([found.mean_h, found.p50_h, found.p90_h])
        return {
            "procedure_mean_h": mean - float(before[0]),
            "dwell_mean_h": mean + float(now[0] - before[0]),
            "dwell_p50_h": max(p50 + float(now[1] - before[1]), 0.0),
            "dwell_p90_h": max(p90 + float(now[2] - before[2]), 0.0),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """The queue of one stop, now and when its dwell was observed."""

    post: Post
    found: Waits
    observed: Waits | None
    clearing_h: float
    raised: bool


def _each(work: Callable[[A], B], items: Sequence[A]) -> list[B]:
    """Work on each item, several at once: stops do not touch each other, and kernels let go."""
    with ThreadPoolExecutor(max_workers=get_num_threads()) as pool:
        return list(pool.map(work, items))


@functools.lru_cache(maxsize=256)
def _calibrated_once(
    post: Post, mean_h: float, observed: float, procedure_share: float, draws: tuple[int, str, int]
) -> tuple[Post, bool]:
    """The calibration of a stop, kept: both sides of an appraisal ask for the same."""
    seed, key, days = draws
    found = calibrated(
        post, mean_h, observed, procedure_share=procedure_share, seed=seed, key=key, days=days
    )
    return found.post, found.raised


@functools.lru_cache(maxsize=256)
def _year_once(post: Post, per_day: float, draws: tuple[int, str, int]) -> tuple[Waits, float]:
    """Waits of a year and hours to clear a closed week, kept: both sides ask for the baseline's."""
    seed, key, days = draws
    kept = Kept()
    paths = simulate(post, per_day, seed=seed, key=key, days=days, kept=kept)
    shut = closure(
        post, per_day, CLOSED_WEEK, seed=seed, key=key, days=days, kept=kept, without=paths
    ).clearing_days
    middle = float(np.median(np.where(np.isnan(shut), np.inf, shut)))
    return (
        waits(paths, post, days=days),
        24.0 * middle if math.isfinite(middle) else math.nan,
    )


def _as_it_is(then: Post, stop: Stop) -> Post:
    """The post with its present hours and capacity; a raised capacity is raised alike."""
    changed = stop.capacity_per_day / stop.observed_capacity_per_day
    if changed == 1.0 and stop.open_h_per_day == stop.observed_open_h_per_day:
        return then
    return dataclasses.replace(
        then,
        capacity_per_day=then.capacity_per_day * changed,
        open_h_per_day=stop.open_h_per_day,
    )


def _waited(post: Post, found: Waits) -> dict[str, float]:
    return {
        "effective_capacity_per_day": post.capacity_per_day,
        "servers_count": float(post.servers),
        "service_mean_h": post.service.mean_h,
        "utilisation_share": found.utilisation_share,
        "wait_mean_h": found.mean_h,
        "wait_p50_h": found.p50_h,
        "wait_p90_h": found.p90_h,
        "queue_mean_count": found.queue_mean,
        "throughput_per_day": found.throughput_per_day,
    }


def _none(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:MAX_LISTED])
    return f"{shown} and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else shown
