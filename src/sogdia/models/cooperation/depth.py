"""Treaty depth: a sum of coded items of a pair, shown item by item.

The score is a count with points that somebody chose. It says what the registry records, not how
two states get on, and it is only shown with what other points would do to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.states import CHINA, FIVE
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import day
from sogdia.models.cooperation.coding_tables import coding_rows
from sogdia.models.cooperation.events import read_events
from sogdia.models.cooperation.solve_weights import Sensitivity, sensitivity_to_weights
from sogdia.world.world import World

__all__ = [
    "DEPTH_ITEM", "DEPTH_SCORE", "Item", "codebook", "depth_items", "depth_scores",
    "depth_sensitivity",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the codebook.

    Attributes
    ----------
    id, group : str
    points : float
    applies : {"all", "neighbours", "china"}
        Pairs it can apply to; neighbours share a land border.
    rule : {"together", "both", "visa_one_way", "visa_mutual"}
        One act with both as parties; an act of each; visa regimes in force.
    counts, reason : str
    """

    id: str
    group: str
    points: float
    applies: str
    rule: str
    counts: str
    reason: str


DEPTH_ITEM = Schema(
    "depth_item",
    (
        Column("on", "date"),
        Column("a"),
        Column("b"),
        Column("item"),
        Column("group"),
        Column("held", title="yes, no (not in the registry), does not apply, not collected"),
        Column("points_count", "number", title="null where not collected"),
        Column("attainable_count", "number"),
        Column("since", "date"),
        Column("ground", title="the rows that fulfil it"),
        Column("counts"),
        Column("reason"),
    ),
    ("on", "a", "b", "item"),
)

DEPTH_SCORE = Schema(
    "depth_score",
    (
        Column("on", "date"),
        Column("a"),
        Column("b"),
        Column("points_count", "number", title="null when an item was not collected"),
        Column("attainable_count", "number"),
        Column("rank_ratio", "number", title="1 is the highest"),
        Column("equal_points_rank_ratio", "number", title="every item with one point"),
        Column("rank_low_ratio", "number", title="5 % of the draws"),
        Column("rank_high_ratio", "number", title="95 % of the draws"),
        Column("first_share", "number", title="of the draws with the highest score"),
        Column("always_above", title="pairs that no positive points put above this one"),
    ),
    ("on", "a", "b"),
)


def codebook() -> tuple[Item, ...]:
    """The items, in the order of the codebook."""
    return tuple(
        Item(
            id=row["item"],
            group=row["group"],
            points=float(row["points"]),
            applies=row["applies"],
            rule=row["rule"],
            counts=row["counts"],
            reason=row["reason"],
        )
        for row in coding_rows("codebook")
    )


def depth_items(
    base: EvidenceBase, a: str, b: str, *, on: date, world: World | None = None
) -> Table:
    """Every item of the codebook for one pair on a date, held or not, with its ground.

    For a pair other than China with one of the five, an item without a row is not collected
    rather than not held.

    Parameters
    ----------
    world : World, optional
        Of that date; visas are then those of the world, so that a scenario that sets one counts.
        By default they are the registry's.
    """
    a, b = sorted((a, b))
    grounds = _Grounds(base, on, world)
    # The registry was collected for these; treaties of other pairs were not looked for.
    collected = (CHINA in (a, b)) and bool({a, b} & set(FIVE))
    rows: list[dict[str, Any]] = []
    for item in codebook():
        applies = {
            "all": True,
            "neighbours": grounds.neighbours(a, b),
            "china": CHINA in (a, b),
        }[item.applies]
        found = grounds.of(item, a, b) if applies else []
        if not applies:
            held, points, attainable = "does not apply", 0.0, 0.0
        elif found:
            held, points, attainable = "yes", item.points, item.points
        elif collected or item.rule.startswith("visa"):
            held, points, attainable = "no", 0.0, item.points
        else:
            held, points, attainable = "not collected", np.nan, item.points
        rows.append(
            {
                "on": on, "a": a, "b": b, "item": item.id, "group": item.group, "held": held,
                "points_count": points, "attainable_count": attainable,
                "since": min((since for _, since in found), default=None),
                "ground": ";".join(ground for ground, _ in found) or None,
                "counts": item.counts, "reason": item.reason,
            }
        )  # fmt: skip
    return Table.from_rows(DEPTH_ITEM, rows)


class _Grounds:
    """The rows that can fulfil an item, on a date."""

    def __init__(self, base: EvidenceBase, on: date, world: World | None = None) -> None:
        self.on = on
        self.borders = {
            frozenset((row["a"], row["b"]))
            for row in base.registry("country_pairs")
            if row["relation"] == "contiguous"
        }
        parties = {f"event:{e.id}": (frozenset(e.countries), e.first) for e in read_events(base)}
        for row in base.registry("development_strategies"):
            # A row that gives a span of years says only that all had signed by its end.
            until = row["period"].rpartition("-")[2] or row["period"].partition("-")[0]
            signed = day(until, last=True)
            if signed is not None:
                who = frozenset(row["countries"].split(";"))
                parties[f"strategy:{row['id']}"] = (who, signed)
        self.coded: dict[str, list[tuple[str, frozenset[str], date]]] = {}
        for row in coding_rows("coding"):
            who, since = parties[row["ground"]]
            if since <= on:
                self.coded.setdefault(row["item"], []).append((row["ground"], who, since))
        self.free = _visas(base, on) if world is None else _visas_of_world(world)

    def neighbours(self, a: str, b: str) -> bool:
        return frozenset((a, b)) in self.borders

    def of(self, item: Item, a: str, b: str) -> list[tuple[str, date]]:
        """The rows that fulfil an item for a pair, oldest first; none when it is not held."""
        coded = self.coded.get(item.id, [])
        if item.rule == "together":
            found = [(ground, since) for ground, who, since in coded if {a, b} <= who]
        elif item.rule == "both":
            by = [[(g, since) for g, who, since in coded if x in who] for x in (a, b)]
            # Both are in from the day the second joins.
            joined = max((min(s for _, s in one) for one in by if one), default=None)
            found = [(g, joined or s) for one in by for g, s in one] if all(by) else []
        else:
            ways = [self.free[way] for way in ((a, b), (b, a)) if way in self.free]
            enough = len(ways) == 2 if item.rule == "visa_mutual" else len(ways) > 0
            found = ways if enough else []
        return sorted(found, key=lambda pair: (pair[1], pair[0]))


def _visas(base: EvidenceBase, on: date) -> dict[tuple[str, str], tuple[str, date]]:
    """Directions in which ordinary passports pass without a visa, each with its row.

    The last day of a regime of this registry is one on which it still holds.
    """
    limited = {row["regime"] for row in coding_rows("visas_of_limited_scope")}
    free: dict[tuple[str, str], tuple[str, date]] = {}
    closed: set[tuple[str, str]] = set()
    for row in base.registry("visa_regimes"):
        start, end = day(row["start_date"]), day(row["end_date"], last=True)
        if row["status"] != "in_force" or row["id"] in limited or start is None or start > on:
            continue
        if end is not None and end < on:
            continue
        way = (row["from_country"], row["to_country"])
        if row["regime"] == "closed":
            closed.add(way)
        elif row["regime"] == "visa_free":
            free[way] = (f"visa:{row['id']}", start)
    return {way: ground for way, ground in free.items() if way not in closed}


def _visas_of_world(world: World) -> dict[tuple[str, str], tuple[str, date]]:
    """The same by the regimes of a world; a measure stands there by its own id."""
    limited = {row["regime"] for row in coding_rows("visas_of_limited_scope")}
    free: dict[tuple[str, str], tuple[str, date]] = {}
    closed: set[tuple[str, str]] = set()
    for row in world.regimes.rows():
        if row["kind"] != "visa" or row["id"] in limited:
            continue
        way = (row["from_country"], row["to_country"])
        if row["regime"] == "closed":
            closed.add(way)
        elif row["regime"] == "visa_free":
            made = str(row["id"]).startswith("measure:")
            ground = row["id"] if made else f"visa:{row['id']}"
            free[way] = (ground, row["since"] or world.on)
    return {way: ground for way, ground in free.items() if way not in closed}


def depth_sensitivity(
    items: Mapping[str, Table],
    *,
    points: Mapping[str, float] | None = None,
    spread: float = 0.5,
    draws: int = 2000,
    seed: int = 0,
) -> Sensitivity:
    """What other points would do to the ranking of some pairs.

    Parameters
    ----------
    items : mapping of str to Table
        `depth_items` of each pair.
    points : mapping of str to float, optional
        Points instead of those of the codebook, by item.
    spread, draws, seed
        See `sogdia.models.cooperation.solve_weights.sensitivity_to_weights`.
    """
    order = sorted(codebook(), key=lambda item: item.id)
    w = np.array([(points or {}).get(item.id, item.points) for item in order])
    return sensitivity_to_weights(
        _held(items, [item.id for item in order]), w, spread=spread, draws=draws, seed=seed
    )


def _held(items: Mapping[str, Table], order: Sequence[str]) -> NDArray[np.float64]:
    x = np.zeros((len(items), len(order)))
    for row, table in enumerate(items.values()):
        held = dict(zip(table["item"], table["held"], strict=True))
        x[row] = [held[item] == "yes" for item in order]
    return x


def depth_scores(
    base: EvidenceBase,
    *,
    on: date,
    points: Mapping[str, float] | None = None,
    spread: float = 0.5,
    draws: int = 2000,
    seed: int = 0,
) -> Table:
    """The score of China with each of the five, with its rank under other points."""
    items = {b: depth_items(base, CHINA, b, on=on) for b in FIVE}
    found = depth_sensitivity(items, points=points, spread=spread, draws=draws, seed=seed)
    given = points or {}
    rows: list[dict[str, Any]] = []
    for place, (b, table) in enumerate(items.items()):
        above = [FIVE[j] for j in np.flatnonzero(found.dominates[place])]
        attainable = [
            given.get(item, float(most)) if most > 0.0 else 0.0
            for item, most in zip(table["item"], table["attainable_count"], strict=True)
        ]
        rows.append(
            {
                "on": on, "a": CHINA, "b": b,
                "points_count": float(found.S[place]), "attainable_count": sum(attainable),
                "rank_ratio": float(found.rank[place]),
                "equal_points_rank_ratio": float(found.equal_rank[place]),
                "rank_low_ratio": float(found.rank_low[place]),
                "rank_high_ratio": float(found.rank_high[place]),
                "first_share": float(found.first[place]),
                "always_above": ";".join(above) or None,
            }
        )  # fmt: skip
    return Table.from_rows(DEPTH_SCORE, rows)
