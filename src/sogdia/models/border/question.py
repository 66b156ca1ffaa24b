"""One post, one flow, one closure: the answer behind `sogdia queue`."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem, UnknownName
from sogdia.models.border.calibrate import SERVERS, spread
from sogdia.models.border.closed_forms import fluid_clearing_time, horizon_wait
from sogdia.models.border.hours import Outage
from sogdia.models.border.post import (
    HORIZON_DAYS,
    Post,
    Waits,
    clearing_h,
    queue_at,
    simulate,
    waits,
)
from sogdia.models.border.solve import Paths
from sogdia.world.world import World

__all__ = ["Answer", "ask_queue", "find_crossing"]

CLOSED_FROM_DAY = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a year at a post looks like, with and without a closure. Absent is None.

    Attributes
    ----------
    crossing : str
    on : date
    post : Post
    arrivals_per_day : float
        Both directions together.
    capacity_from : str
        Where the capacity is from: the world, or the question.
    waits : Waits
        Without the closure, with the backlog.
    with_closure : Waits or None
    dwell_observed_h : Mapping of str to float or None
        By country entered, as the world has it.
    closed_days, backlog : float, int
    clearing_days, clearing_low_days, clearing_high_days : float or None
        Median, P5 and P95 over replications from reopening; of the backlog, from the start.
    cleared_share : float or None
        Share of replications that clear within the horizon.
    peak_queue : float or None
        Mean vehicles waiting at reopening.
    fluid_clearing_days : float or None
    formula_wait_h : float
        Mean wait by the formula of `horizon_wait`.
    day : (D,) float64
    queue, queue_with_closure : (D,) float64
        Mean vehicles waiting at the start of each day.
    throughput_per_day : float
    """

    crossing: str
    on: date
    post: Post
    arrivals_per_day: float
    capacity_from: str
    waits: Waits
    with_closure: Waits | None
    dwell_observed_h: Mapping[str, float | None]
    closed_days: float
    backlog: int
    clearing_days: float | None
    clearing_low_days: float | None
    clearing_high_days: float | None
    cleared_share: float | None
    peak_queue: float | None
    fluid_clearing_days: float | None
    formula_wait_h: float
    day: NDArray[np.float64]
    queue: NDArray[np.float64]
    queue_with_closure: NDArray[np.float64] | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values with their units in the names, for JSON."""
        found = dataclasses.asdict(self)
        found["post"]["service_mean_h"] = self.post.service.mean_h
        for name in ("day", "queue", "queue_with_closure"):
            held = getattr(self, name)
            found[name] = None if held is None else [float(v) for v in held]
        return found


def find_crossing(world: World, name: str) -> str:
    """A crossing's id from the id, or from a post's other name: ``kz-cn.dostyk:rail``.

    Raises
    ------
    UnknownName
        When nothing, or more than one thing, is called so.
    """
    titles = {
        str(i): str(n) for i, n in zip(world.crossings["id"], world.crossings["name"], strict=True)
    }
    if name in titles:
        return name
    pair, _, rest = name.rpartition(".")
    word, _, mode = rest.partition(":")
    hits = [
        i
        for i, title in titles.items()
        if word
        and word.casefold() in title.casefold()
        and i.startswith(pair)
        and i.endswith(f":{mode}" if mode else "")
    ]
    if len(hits) == 1:
        return hits[0]
    hint = f"It could be {' or '.join(hits)}: give the id." if hits else ""
    raise UnknownName("crossing", name, titles, hint=hint)


def ask_queue(
    world: World,
    crossing: str,
    arrivals_per_day: float,
    *,
    closed_days: float = 0.0,
    backlog: int = 0,
    changes: Mapping[str, Any] | None = None,
    replications: int | None = None,
    seed: int = 0,
) -> Answer:
    """A year at a crossing of a world, with a closure from day 60 if `closed_days` is above 0.

    Parameters
    ----------
    world : World
    crossing : str
        As `find_crossing` takes it.
    arrivals_per_day : float
        Trains or trucks, both directions together: they share the capacity.
    closed_days : float
    backlog : int
        Vehicles waiting at the start.
    changes : mapping, optional
        Fields of `Post` to set instead of what the world and the assumptions give.
    replications, seed
        As `simulate`.

    Raises
    ------
    UnknownName
        When the crossing is not known.
    InvalidInput
        When the world has no capacity or opening hours for it and none is given, or a number makes
        no sense.
    """
    given = {k: v for k, v in (changes or {}).items() if v is not None}
    entity = find_crossing(world, crossing)
    rows = [row for row in world.crossings.rows() if row["id"] == entity]
    post = _post(entity, rows, given)
    horizon = HORIZON_DAYS
    problems = [
        Problem(where=where, what="is not in range", got=str(got), allowed=allowed)
        for where, got, allowed, good in (
            ("arrivals", arrivals_per_day, "0 or more a day", 0.0 <= arrivals_per_day < math.inf),
            ("closed days", closed_days, "0 to 300", 0.0 <= closed_days <= 300.0),
            ("backlog", backlog, "0 or more", backlog >= 0),
            ("replications", replications, "1 or more", replications is None or replications >= 1),
        )
        if not good
    ]
    if problems:
        raise InvalidInput(problems)

    def run(outages: list[Outage], waiting: int) -> Paths:
        return simulate(
            post, arrivals_per_day, replications=replications, seed=seed, key=entity,
            outages=outages, backlog=waiting,
        )  # fmt: skip

    day = np.arange(horizon + 1.0)
    plain = run([], backlog)
    cleared, peak, closed, closed_queue = None, None, None, None
    if closed_days > 0.0:
        outage = Outage(24.0 * CLOSED_FROM_DAY, 24.0 * (CLOSED_FROM_DAY + closed_days))
        shut = run([outage], backlog)
        cleared = clearing_h(shut, plain, outage.end_h, until_h=24.0 * horizon) / 24.0
        peak = float(queue_at(shut, [outage.end_h]).mean())
        closed = waits(shut, post, days=horizon)
        closed_queue = queue_at(shut, 24.0 * day).mean(axis=0)
    elif backlog:
        peak = float(backlog)
        cleared = clearing_h(plain, run([], 0), 0.0, until_h=24.0 * horizon, backlog=backlog) / 24.0
    middle, low, high, share = _summary(cleared)
    fluid = fluid_clearing_time(
        arrivals_per_day, post.capacity_per_day, 24.0 * closed_days, 0.0 if closed_days else backlog
    )
    return Answer(
        crossing=entity,
        on=world.on,
        post=post,
        arrivals_per_day=arrivals_per_day,
        capacity_from="given" if "capacity_per_day" in given else f"evidence, {world.on}",
        waits=waits(plain, post, days=horizon),
        with_closure=closed,
        dwell_observed_h={str(r["towards"]): r["dwell_mean_h"] for r in rows},
        closed_days=closed_days,
        backlog=backlog,
        clearing_days=middle,
        clearing_low_days=low,
        clearing_high_days=high,
        cleared_share=share,
        peak_queue=peak,
        fluid_clearing_days=None
        if math.isnan(fluid) or not (closed_days or backlog)
        else fluid / 24.0,
        formula_wait_h=float(
            horizon_wait(
                arrivals_per_day, post.capacity_per_day, 24.0 * horizon,
                cs2=post.service.cv_squared,
            )
        ),
        day=day,
        queue=queue_at(plain, 24.0 * day).mean(axis=0),
        queue_with_closure=closed_queue,
    )  # fmt: skip


def _post(entity: str, rows: list[dict[str, Any]], given: Mapping[str, Any]) -> Post:
    """The crossing as a post: the world's capacity, hours and spread, the assumed servers."""
    mode = entity.rpartition(":")[2]
    first = rows[0]
    values: dict[str, Any] = {
        "capacity_per_day": first["capacity_per_day"],
        "open_h_per_day": first["open_h_per_day"],
        "servers": SERVERS.get(mode, SERVERS["transfer"]),
        "service_cv": spread(first["dwell_p50_h"] or math.nan, first["dwell_p90_h"] or math.nan),
    } | dict(given)
    missing = [
        Problem(
            where=entity,
            what=f"{name} is not known on this date",
            fix=f"give it: --{option}, or a claim of it",
        )
        for name, option in (("capacity_per_day", "capacity"), ("open_h_per_day", "open-hours"))
        if values[name] is None
    ]
    if any(row["status"] != "open" for row in rows) and "capacity_per_day" not in given:
        missing.append(
            Problem(
                where=entity,
                what="is not open in both directions on this date",
                fix="take another date, or give its --capacity if it were open",
            )
        )
    if missing:
        raise InvalidInput(missing)
    return Post(**values)


def _summary(
    cleared: NDArray[np.float64] | None,
) -> tuple[float | None, float | None, float | None, float | None]:
    """Median, P5, P95 and the share that clears; a quantile that never clears is None."""
    if cleared is None:
        return None, None, None, None
    ordered = np.where(np.isnan(cleared), np.inf, cleared)
    # A higher order statistic is never between a number and never.
    found = np.quantile(ordered, (0.5, 0.05, 0.95), method="higher")
    middle, low, high = (float(q) if math.isfinite(q) else None for q in found)
    return middle, low, high, float(np.mean(np.isfinite(ordered)))
