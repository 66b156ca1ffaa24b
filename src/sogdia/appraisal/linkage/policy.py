"""Policy: agreements and regimes in force, treaty depth, strategies served, the five proposals.

A scenario signs nothing, so agreements stay as they are on both sides. What moves is what its
measures set: a regime, and with it free entry and the items of treaty depth that count it; a
project, and with it the strategies it serves; the border times, visits and trade by which some of
the five proposals are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sogdia.appraisal.linkage.contract import Asked, Linkage, row
from sogdia.appraisal.linkage.measures_said import measures_said
from sogdia.appraisal.linkage.network import trade_rows
from sogdia.core.states import CHINA, FIVE
from sogdia.core.table import Column, Schema, Table
from sogdia.models.cooperation.depth import depth_items
from sogdia.models.cooperation.model import network_on
from sogdia.models.cooperation.network import BINDING, policy_events
from sogdia.models.cooperation.projects_served import projects_moved, strategies_served
from sogdia.models.cooperation.proposals import five_proposals
from sogdia.models.people.regimes import regimes_of
from sogdia.world.world import World

__all__ = ["policy"]

VISA_REGIME = Schema(
    "visa_regime",
    (
        Column("on", "date"),
        Column("origin", title="ISO3 of the traveller's citizenship"),
        Column("destination", title="ISO3 of the country entered"),
        Column("regime", title="the most open one in force; closed where it is closed"),
    ),
    ("on", "origin", "destination"),
)

TOGETHER = "CHN<>CA5"
EXACT = "counted"
POINTS = "points of a codebook; a convention, see the ranks under other points"
REGISTRY = "acts on record; the registry does not claim to be complete"

Row = Mapping[str, Any]


def policy(asked: Asked) -> Linkage:
    """What states have agreed and what the scenario makes of it.

    Returns
    -------
    Linkage
        Rows by state with China; the tables ``agreement_network``, ``depth_item``,
        ``five_proposals``, ``visa_regime``, ``strategy_served`` and ``measure_said`` of both sides.
    """
    events = policy_events(asked.base)
    first = _side(asked, asked.before, events)
    second = _side(asked, asked.after, events) if _differ(asked) else first
    moved = projects_moved(asked.before, asked.after)
    served = strategies_served(asked.base, moved)
    nothing = strategies_served(asked.base, ())
    said = measures_said(asked.scenario, asked.on)
    rows: list[Row] = [
        *_agreements(asked, first, second),
        *_depth(asked, first, second),
        *_strategies(asked, moved, served),
        *_proposals(asked, first, second),
    ]
    return Linkage(
        rows=tuple(rows),
        before=first | {"measure_said": said[0]} | _served(asked, nothing),
        after=second | {"measure_said": said[1]} | _served(asked, served),
    )


def _differ(asked: Asked) -> bool:
    return asked.differ("regimes", "crossings")


def _side(asked: Asked, world: World, events: Table) -> dict[str, Table]:
    items = [
        r
        for country in FIVE
        for r in depth_items(asked.base, CHINA, country, on=asked.on, world=world).rows()
    ]
    depth = depth_items(asked.base, CHINA, FIVE[0], on=asked.on, world=world)
    return {
        "agreement_network": network_on(world, events),
        "depth_item": Table.from_rows(depth.schema, items),
        "five_proposals": five_proposals(asked.base, on=asked.on, world=world),
        "visa_regime": Table.from_rows(
            VISA_REGIME,
            [
                {"on": asked.on, "origin": a, "destination": b, "regime": regime}
                for (a, b), regime in sorted(regimes_of(world).items())
            ],
        ),
    }


def _shared(side: Mapping[str, Table], country: str, kinds: tuple[str, ...]) -> float:
    ends = {CHINA, country}
    return float(
        sum(
            r["shared_count"]
            for r in side["agreement_network"].rows()
            if {r["a"], r["b"]} == ends and r["kind"] in kinds
        )
    )


def _agreements(
    asked: Asked, first: Mapping[str, Table], second: Mapping[str, Table]
) -> Iterator[Row]:
    for country in FIVE:
        counts = [_shared(side, country, BINDING) for side in (first, second)]
        yield row(
            asked.on, "policy", "agreements", "agreements_in_force", f"{CHINA}<>{country}",
            "acts on record that bind or found something, in force", "1",
            before=counts[0], after=counts[1], low=0.0, high=0.0,
            basis=f"{REGISTRY}; a scenario signs nothing",
        )  # fmt: skip
    ways = [[_shared(s, c, ("visa_free",)) for c in FIVE] for s in (first, second)]
    for country, before, after in zip(FIVE, *ways, strict=True):
        yield row(
            asked.on, "policy", "regimes", "visa_free_ways", f"{CHINA}<>{country}",
            "directions in which ordinary passports pass without a visa, of two", "1",
            before=before, after=after, low=after - before, high=after - before, basis=EXACT,
        )  # fmt: skip
    sums = [sum(w) for w in ways]
    yield row(
        asked.on, "policy", "regimes", "visa_free_ways", TOGETHER,
        "directions without a visa between China and the five, of ten", "1",
        before=sums[0], after=sums[1], low=sums[1] - sums[0], high=sums[1] - sums[0],
        basis=EXACT, headline=True,
    )  # fmt: skip


def _depth(asked: Asked, first: Mapping[str, Table], second: Mapping[str, Table]) -> Iterator[Row]:
    for country in FIVE:
        points = [
            float(sum(r["points_count"] for r in side["depth_item"].rows()
                      if {r["a"], r["b"]} == {CHINA, country}))
            for side in (first, second)
        ]  # fmt: skip
        yield row(
            asked.on, "policy", "treaty depth", "depth_points", f"{CHINA}<>{country}",
            "sum of the points of the items of treaty depth that are held", "1",
            before=points[0], after=points[1],
            low=points[1] - points[0], high=points[1] - points[0], basis=POINTS,
        )  # fmt: skip


def _strategies(asked: Asked, moved: tuple[str, ...], served: Table) -> Iterator[Row]:
    names = ", ".join(moved) or "none"
    yield row(
        asked.on, "policy", "strategies", "projects_moved", "CA5",
        f"projects of the registry that open or are improved ({names})", "1",
        before=0.0, after=float(len(moved)), low=float(len(moved)), high=float(len(moved)),
        basis="by the rows of the world that are a project", headline=bool(moved),
    )  # fmt: skip
    for degree, said in (
        ("named", "national strategies whose row names a project that is moved"),
        ("alike", "national strategies of the same country, sector and years as one that is moved"),
    ):
        kept = {r["strategy"] for r in served.rows() if r["degree"] == degree}
        yield row(
            asked.on, "policy", "strategies", f"strategies_{degree}", "CA5", said, "1",
            before=0.0, after=float(len(kept)), low=float(len(kept)), high=float(len(kept)),
            basis="a list to look through, no count of merit" if degree == "alike" else EXACT,
        )  # fmt: skip


def _proposals(
    asked: Asked, first: Mapping[str, Table], second: Mapping[str, Table]
) -> Iterator[Row]:
    """The indicators that the network moves; `proposals_of_others` has those that follow a linkage."""
    hours = [_mean(side["five_proposals"], "FP2-04") for side in (first, second)]
    change = None if hours[0] is None or hours[1] is None else hours[1] - hours[0]
    yield row(
        asked.on, "policy", "five proposals", "FP2-04", "CA5",
        "proposal 2: median time at five posts to China, mean of posts and directions", "h",
        before=hours[0], after=hours[1], low=change, high=change,
        basis="as the transport model uses it; its band is not drawn here",
    )  # fmt: skip
    trade = [r for r in trade_rows(asked.on, asked.joined, ()) if r["variable"] == "trade_value"]
    known = [r for r in trade if r["change_amount"] is not None]
    if known:
        yield row(
            asked.on, "policy", "five proposals", "FP2-01", "CA5",
            "proposal 2: trade of goods of the five with China, both ways", "usd2023/year",
            before=sum(r["before_amount"] for r in known),
            after=sum(r["after_amount"] for r in known), basis="band not known",
        )  # fmt: skip


def _mean(table: Table, indicator: str) -> float | None:
    found = [r["amount"] for r in table.rows() if r["indicator"] == indicator]
    known = [a for a in found if a is not None]
    return float(np.mean(known)) if known and len(known) == len(found) else None


def _served(asked: Asked, served: Table) -> dict[str, Table]:
    schema = Schema(
        "strategy_served",
        (Column("on", "date"), *served.schema.columns),
        ("on", *served.schema.keys),
    )
    rows = [{"on": asked.on, **r} for r in served.rows()]
    return {"strategy_served": Table.from_rows(schema, rows)}
