"""The stops of a world that have a flow: ids to arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem, ProblemList, nearest
from sogdia.core.table import Table
from sogdia.world.world import World

__all__ = ["Stop", "stops_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One stop: the directions that share its servers.

    Attributes
    ----------
    entity : str
        Also names its stream of draws.
    towards : tuple of str
        `T` directions.
    servers : int
    capacity_per_day, open_h_per_day : float
        NaN where not known.
    observed_capacity_per_day, observed_open_h_per_day : float
        Those under which the dwell was observed.
    arrivals_per_day, observed_per_day : (T,) float64
    dwell_h : (3, T) float64
        Mean, P50, P90.
    is_open : bool
    """

    entity: str
    towards: tuple[str, ...]
    servers: int
    capacity_per_day: float
    open_h_per_day: float
    observed_capacity_per_day: float
    observed_open_h_per_day: float
    arrivals_per_day: NDArray[np.float64]
    observed_per_day: NDArray[np.float64]
    dwell_h: NDArray[np.float64]
    is_open: bool

    @property
    def works(self) -> bool:
        """Whether it is open and its capacity and opening hours are known and not nothing."""
        return self.is_open and self.capacity_per_day > 0.0 and self.open_h_per_day > 0.0


def stops_of(world: World, post_flow: Table, servers: Mapping[str, int]) -> list[Stop]:
    """The stops that `post_flow` names on the world's date, in order of their ids.

    Parameters
    ----------
    world : World
    post_flow : Table
    servers : mapping of str to int
        Vehicles worked on at once at crossings by "rail" and "road" and at a "transfer".

    Raises
    ------
    InvalidInput
        When the table names a stop or a direction that the world does not have, a flow is null or
        negative, or no row is of the world's date.
    """
    problems = ProblemList()
    rows = _world_rows(world)
    flows: dict[str, dict[str, tuple[float, ...]]] = {}
    for flow in post_flow.rows():
        if flow["on"] != world.on:
            continue
        entity, towards = str(flow["entity"]), str(flow["towards"])
        where = f"post_flow, {entity} towards {towards}"
        problems.extend(_unknown(where, entity, towards, rows))
        if towards in flows.get(entity, {}):
            problems.add(where, "is there twice")
        for column, may_be_null in (
            ("arrivals_per_day", False),
            ("observed_arrivals_per_day", True),
            ("observed_capacity_per_day", True),
            ("observed_open_h_per_day", True),
        ):
            value = flow[column]
            if (value is None and not may_be_null) or (
                value is not None and not 0.0 <= value < math.inf
            ):
                problems.add(where, column, got=value, allowed="0 or more")
        flows.setdefault(entity, {})[towards] = (
            _number(flow["arrivals_per_day"]),
            _number(flow["observed_arrivals_per_day"]),
            _number(flow["observed_capacity_per_day"]),
            _number(flow["observed_open_h_per_day"]),
        )
    problems.raise_if_any()
    if not flows and len(post_flow):
        raise InvalidInput(
            [Problem(where="post_flow", what=f"has no row on {world.on}", fix="state its date")]
        )
    return [_stop(e, flows[e], rows[e], servers) for e in sorted(flows)]


def _stop(
    entity: str,
    flows: Mapping[str, tuple[float, ...]],
    rows: Mapping[str, Mapping[str, Any]],
    servers: Mapping[str, int],
) -> Stop:
    towards = tuple(sorted(flows))
    here = [rows[t] for t in towards]
    kind = "transfer" if entity.startswith("transfer:") else entity.rpartition(":")[2]
    capacity = _first([r["capacity_per_day"] for r in here])
    open_h = _first([r["open_h_per_day"] for r in here])
    seen = [
        next((v for t in towards if not math.isnan(v := flows[t][k])), math.nan) for k in (2, 3)
    ]
    return Stop(
        entity=entity,
        towards=towards,
        servers=servers.get(kind, servers["transfer"]),
        capacity_per_day=capacity,
        open_h_per_day=open_h,
        observed_capacity_per_day=capacity if math.isnan(seen[0]) else seen[0],
        observed_open_h_per_day=open_h if math.isnan(seen[1]) else seen[1],
        arrivals_per_day=np.array([flows[t][0] for t in towards]),
        observed_per_day=np.array([flows[t][1] for t in towards]),
        dwell_h=np.array(
            [
                [_number(r[column]) for r in here]
                for column in ("dwell_mean_h", "dwell_p50_h", "dwell_p90_h")
            ]
        ),
        is_open=all(r.get("status", "open") == "open" for r in here),
    )


def _world_rows(world: World) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Rows of crossings and transfers by id and by what they enter.

    A yard has a row a class of goods and a layer left; the one for all classes stands for it, with
    whatever of the others has a capacity.
    """
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in world.crossings.rows():
        found.setdefault(row["id"], {})[row["towards"]] = row
    transfers = sorted(
        world.transfers.rows(),
        key=lambda r: (r["id"], r["to_layer"], r["commodity"] or "", r["from_layer"]),
    )
    for row in transfers:
        held = found.setdefault(row["id"], {})
        before = held.setdefault(row["to_layer"], row)
        if before["capacity_per_day"] is None and row["capacity_per_day"] is not None:
            held[row["to_layer"]] = {**before, "capacity_per_day": row["capacity_per_day"]}
    return found


def _unknown(
    where: str, entity: str, towards: str, rows: Mapping[str, Mapping[str, Any]]
) -> Iterator[Problem]:
    if entity not in rows:
        close = ", ".join(nearest(entity, rows))
        yield Problem(
            where=where,
            what="the world has no such crossing or transfer",
            fix=f"did you mean {close}?" if close else "",
        )
    elif towards not in rows[entity]:
        yield Problem(
            where=where, what="towards", got=towards, allowed=", ".join(sorted(rows[entity]))
        )


def _first(values: list[float | None]) -> float:
    """The first that is known: both directions of a post carry the same claim."""
    return next((float(v) for v in values if v is not None), math.nan)


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
