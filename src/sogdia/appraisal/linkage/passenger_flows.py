"""Passengers on the network of both worlds: trips between zones, and the posts and flights they use.

Zones of both sides share out with the GDP of the baseline, so that only costs and totals move.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.linkage.contract import Asked, row
from sogdia.appraisal.linkage.passengers import READS
from sogdia.core.states import CHINA, FIVE
from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.models.contract import run_model
from sogdia.models.people.travel import TravelCosts
from sogdia.models.people.zone_trips import ZoneTripModel
from sogdia.models.transport.passengers import PassengerModel, PassengerProblem
from sogdia.world.passenger_network import PASSENGER_MODES
from sogdia.world.world import World

__all__ = ["LoadedPassengers", "Visits", "load_side", "passenger_flows"]

SPAN = (
    "visitors there and back, of the pairs counted; spans the published effects of a visa and of "
    "costs; e-visas and deflection are assumed; the scale of choice is assumed; no timetables"
)
LAST_DIGITS = 1e-13

SHOWN_FROM = 1.0
"""Persons a year from which a post has a row; the tables have all."""


Floats = NDArray[np.float64]
Pair = tuple[str, str]
Border = tuple[str, str]
"""A crossing, or "air", and its mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Visits of one side at each of `G` points of the band; point 0 is central.

    Attributes
    ----------
    table : Table
        ``person_trip``.
    skim : Table
        ``passenger_skim``.
    at : mapping of (origin, destination) to (G,) float64
        Visits, persons a year; NaN unknown.
    """

    table: Table
    skim: Table
    at: Mapping[Pair, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPassengers:
    """Both sides loaded.

    Attributes
    ----------
    rows : tuple of rows of `LINKAGE_INDICATOR`
    before, after : mapping of str to Table
        ``zone_trip``, ``passenger_flow``, ``passenger_crossing``.
    """

    rows: tuple[Mapping[str, Any], ...]
    before: Mapping[str, Table]
    after: Mapping[str, Table]
    statuses: tuple[Status, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One side at each scale of the choice asked, the central one first."""

    tables: Mapping[str, Table]
    borders: tuple[Mapping[tuple[Border, Pair], float], ...]
    statuses: tuple[Status, ...]


def passenger_flows(
    asked: Asked, costs: TravelCosts, before: Visits, after: Visits
) -> LoadedPassengers:
    """Load the visits of both sides; once where neither visits nor the network differ."""
    same = not asked.differ(*READS) and before.table.arrow.equals(after.table.arrow)
    scale = costs.scale
    scales = (scale.central,) if same else (scale.central, scale.low, scale.high)
    first = load_side(asked.before, asked.before, costs, before, scales)
    second = first if same else load_side(asked.before, asked.after, costs, after, scales)
    return LoadedPassengers(
        rows=tuple(_rows(asked, (first, second), (before, after))),
        before=first.tables,
        after=second.tables,
        statuses=first.statuses if same else (*first.statuses, *second.statuses),
    )


def load_side(
    masses: World, world: World, costs: TravelCosts, visits: Visits, scales: Sequence[float]
) -> _Side:
    """Trips between zones, and their loads at each scale.

    Parameters
    ----------
    masses : World
        Whose GDP shares out.
    world : World
        Whose network is used.
    """
    shared, status = run_model(
        ZoneTripModel(elasticity=costs.elasticity.central),
        masses,
        {"person_trip": visits.table, "passenger_skim": visits.skim},
    )
    model = PassengerModel(scale=scales[0], countries=(CHINA, *FIVE))
    problem = model.prepare(world, shared)
    solved = model.solve(problem)
    tables = {**shared, **model.tabulate(problem, solved)}
    others = [_at_scale(model, problem, scale) for scale in scales[1:]]
    return _Side(
        tables=tables,
        borders=tuple(_borders(t) for t in (tables["passenger_crossing"], *others)),
        statuses=(status, solved.status),
    )


def _at_scale(model: PassengerModel, problem: PassengerProblem, scale: float) -> Table:
    other = dataclasses.replace(model, scale=scale)
    return other.tabulate(problem, other.solve(problem))["passenger_crossing"]


def _borders(table: Table) -> dict[tuple[Border, Pair], float]:
    """Persons a year across China's border in both directions; all flights are one."""
    found: dict[tuple[Border, Pair], float] = {}
    for r in table.rows():
        if CHINA in (r["leaving"], r["towards"]):
            mode = str(r["mode"])
            border = ("air" if mode == "air" else str(r["id"]), mode)
            key = (border, (str(r["origin_country"]), str(r["destination_country"])))
            found[key] = found.get(key, 0.0) + float(r["flow_persons_per_y"])
    return found


def _rows(
    asked: Asked, sides: tuple[_Side, _Side], visits: tuple[Visits, Visits]
) -> Iterator[Mapping[str, Any]]:
    """By mode, then by post; a pair that is not known on a side is left out of both."""
    pairs = sorted(
        pair
        for pair in {p for _, p in sides[0].borders[0]} & {p for _, p in sides[1].borders[0]}
        if np.isfinite(visits[0].at[pair] + visits[1].at[pair]).all()
    )
    names = sorted({b for side in sides for b, _ in side.borders[0]})
    at = {
        b: (_band(sides[0], visits[0], b, pairs), _band(sides[1], visits[1], b, pairs))
        for b in names
    }
    for mode in PASSENGER_MODES:
        own = [at[b] for b in names if b[1] == mode]
        both = [sum((o[k] for o in own), np.zeros(1)) for k in range(2)]
        yield _one(
            asked, "passengers_by_mode", mode, f"visitors across China's border by {mode}",
            (both[0], both[1]), known=bool(pairs),
        )  # fmt: skip
    posts = [b for b in names if b[1] != "air" and max(at[b][0][0], at[b][1][0]) >= SHOWN_FROM]
    size = {b: (abs(at[b][1][0] - at[b][0][0]), at[b][0][0]) for b in posts}
    most = max(posts, key=lambda b: size[b], default=None)
    for post in posts:
        yield _one(
            asked, "passengers_at_post", post[0],
            f"visitors through {_place(asked.before, asked.after, post[0])} by {post[1]}",
            at[post], known=bool(pairs), headline=post == most,
        )  # fmt: skip


def _band(side: _Side, visits: Visits, border: Border, pairs: Sequence[Pair]) -> Floats:
    """Persons a year at every scale and point of the band, the central ones first."""
    found: list[Floats] = []
    for flow in side.borders:
        total = np.zeros_like(next(iter(visits.at.values()))) if visits.at else np.zeros(1)
        for pair in pairs:
            central = visits.at[pair][0]
            if central > 0.0:
                total = total + flow.get((border, pair), 0.0) * (visits.at[pair] / central)
        found.append(total)
    return np.concatenate(found)


def _one(
    asked: Asked, variable: str, entity: str, title: str, sides: tuple[Floats, Floats], *,
    known: bool, headline: bool = False,
) -> Mapping[str, Any]:  # fmt: skip
    change = sides[1] - sides[0]
    # What is left where a point of the band changes nothing is the last digit of the sums.
    change = np.where(np.abs(change) <= LAST_DIGITS * np.maximum(*sides), 0.0, change)
    return row(
        asked.on, "people", "passengers", variable, entity, f"{title}, both directions",
        "persons/year",
        before=float(sides[0][0]) if known else None, after=float(sides[1][0]) if known else None,
        low=float(change.min()) if known else None, high=float(change.max()) if known else None,
        basis=SPAN, headline=headline,
    )  # fmt: skip


def _place(before: World, after: World, crossing: str) -> str:
    """A post by name, without what the name says of its parts."""
    for world in (before, after):
        for i, name in zip(world.crossings["id"], world.crossings["name"], strict=True):
            if i == crossing and name:
                return str(name).partition(":")[0].partition(" (")[0]
    return crossing.partition(":")[0]
