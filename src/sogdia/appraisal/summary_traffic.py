"""Traffic of links and queues of posts in two runs, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from sogdia.appraisal.changes import names
from sogdia.core.table import Table
from sogdia.results.store import Run

__all__ = [
    "BeforeAfter",
    "LinkFlow",
    "PostQueue",
    "changed_links",
    "link_flows",
    "posts",
    "rows_on",
]

FLOW_NOTICED = 1.0
"""Tonnes a year: a link is said to change from this on."""

ALIKE = 0.1
"""Links in a row whose changes differ by less than this share are listed as one."""

SECOND_H = 1.0 / 3600.0
"""Waits below a second are printed as none: they are rounding of a simulated queue."""

MINUTE_H = 1.0 / 60.0


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """A value in the baseline and in the scenario; None where there is none."""

    before: float | None
    after: float | None

    @property
    def difference(self) -> float:
        """After less before; what is not there counts as nothing."""
        return (self.after or 0.0) - (self.before or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFlow:
    """Freight of a link, or of links in a row that change alike; both directions together.

    Of links in a row the figures are those of the link that changes most.

    Attributes
    ----------
    tonnes : BeforeAfter
        A year; None where the link is not open.
    vehicles : BeforeAfter
        Loaded trains or trucks a day; None for sea and air too.
    use : BeforeAfter
        Share of capacity, of the busier direction and the fullest link; None where not known.
    """

    ids: tuple[str, ...]
    name: str
    mode: str
    tonnes: BeforeAfter
    vehicles: BeforeAfter
    use: BeforeAfter


@dataclass(frozen=True, slots=True, kw_only=True)
class PostQueue:
    """The queue of a post whose capacity is known; both directions share its servers.

    Attributes
    ----------
    arrivals, capacity, effective : BeforeAfter
        Vehicles a day. Effective capacity is what is used: raised above the known one where the
        observed flow and dwell contradict it.
    wait_mean_h, wait_p50_h, wait_p90_h : BeforeAfter
        None where the post is shut or its hours are not known.
    clearing_after_week_h : BeforeAfter
        From reopening after a closed week until no queue is left; None: not within a year.
    """

    entity: str
    name: str
    mode: str
    arrivals: BeforeAfter
    capacity: BeforeAfter
    effective: BeforeAfter
    raised: bool
    use: BeforeAfter
    wait_mean_h: BeforeAfter
    wait_p50_h: BeforeAfter
    wait_p90_h: BeforeAfter
    clearing_after_week_h: BeforeAfter

    @property
    def moves(self) -> bool:
        """True when the mean wait changes by a minute or more, or begins or ends."""
        a, b = self.wait_mean_h.before, self.wait_mean_h.after
        if a is None or b is None:
            return (a is None) != (b is None)
        return abs(b - a) >= MINUTE_H

    @property
    def cannot_clear(self) -> bool:
        """True when more come than can pass: the queue of the scenario grows as long as one looks."""
        arrivals, capacity = self.arrivals.after, self.effective.after
        return arrivals is not None and capacity is not None and arrivals > capacity


def rows_on(table: Table, day: date) -> list[dict[str, Any]]:
    """Rows of a table on one of its dates."""
    return list(table.where(np.asarray(table["on"] == day, dtype=np.bool_)).rows())


Ends = tuple[str, str]
Link = tuple[LinkFlow, Ends]


def link_flows(before: Run, after: Run, day: date) -> dict[str, LinkFlow]:
    """Freight of every link that is open on either side, by id."""
    return {flow.ids[0]: flow for flow, _ in _links(before, after, day)}


def changed_links(before: Run, after: Run, day: date) -> list[LinkFlow]:
    """Links that carry more or less, the largest change first; alike links in a row as one."""
    changed = [x for x in _links(before, after, day) if abs(x[0].tonnes.difference) >= FLOW_NOTICED]
    changed.sort(key=lambda x: (-abs(x[0].tonnes.difference), x[0].ids))
    return list(_chains(changed, names(after)))


def _links(before: Run, after: Run, day: date) -> Iterator[Link]:
    sides = [_by_link(run["link_flow"], day) for run in (before, after)]
    titles = {
        r["id"]: str(r["name"])
        for run in (before, after)
        for r in rows_on(run["network_map"], day)
        if r["kind"] == "link"
    }
    for link in dict.fromkeys((*sides[1], *sides[0])):
        old, new = sides[0].get(link), sides[1].get(link)
        one = new or old
        assert one is not None
        flow = LinkFlow(
            ids=(link,),
            name=titles.get(link, link),
            mode=one["mode"],
            tonnes=_both(old, new, "tonnes"),
            vehicles=_both(old, new, "vehicles"),
            use=_both(old, new, "use"),
        )
        yield flow, (one["from_place"], one["to_place"])


def _by_link(table: Table, day: date) -> dict[str, dict[str, Any]]:
    """Both directions of each link together."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows_on(table, day):
        link = found.setdefault(
            row["id"],
            {"mode": row["mode"], "from_place": row["from_place"], "to_place": row["to_place"],
             "tonnes": 0.0, "vehicles": None, "use": None},
        )  # fmt: skip
        link["tonnes"] += row["flow_t_per_y"]
        if row["vehicles_per_day"] is not None:
            link["vehicles"] = (link["vehicles"] or 0.0) + row["vehicles_per_day"]
        if row["use_share"] is not None:
            link["use"] = max(link["use"] or 0.0, row["use_share"])
    return found


def _both(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, key: str) -> BeforeAfter:
    return BeforeAfter(None if old is None else old.get(key), None if new is None else new.get(key))


def _chains(links: Sequence[Link], called: Mapping[str, str]) -> Iterator[LinkFlow]:
    """A railway is not listed by its parts: each chain has the figures of its most changed link."""
    at: dict[tuple[str, str], list[int]] = {}
    for number, (flow, ends) in enumerate(links):
        for place in ends:
            at.setdefault((flow.mode, place), []).append(number)
    used: set[int] = set()
    for number, (first, ends) in enumerate(links):
        if number in used:
            continue
        used.add(number)
        chain, outer, passed = [first], list(ends), set(ends)
        for side in (0, 1):
            while True:
                onward = [
                    n
                    for n in at[first.mode, outer[side]]
                    if n not in used
                    and _alike(links[n][0], first)
                    and not passed.issuperset(links[n][1])
                ]
                if len(onward) != 1:
                    break
                used.add(onward[0])
                flow, (a, b) = links[onward[0]]
                chain.append(flow)
                outer[side] = b if a == outer[side] else a
                passed.add(outer[side])
        a, b = (called.get(place, place) for place in outer)
        detail = first.name.partition(" (")[0] if len(chain) == 1 else f"{len(chain)} links"
        yield LinkFlow(
            ids=tuple(flow.ids[0] for flow in chain),
            name=f"{a} – {b} ({detail})",
            mode=first.mode,
            tonnes=first.tonnes,
            vehicles=first.vehicles,
            use=BeforeAfter(
                _most(flow.use.before for flow in chain), _most(flow.use.after for flow in chain)
            ),
        )


def _alike(link: LinkFlow, first: LinkFlow) -> bool:
    """True of the same kind of change: open or not on each side, and by about as much."""
    a, b = link.tonnes, first.tonnes
    return (
        (a.before is None) == (b.before is None)
        and (a.after is None) == (b.after is None)
        and abs(a.difference - b.difference) <= ALIKE * abs(b.difference)
    )


def _most(values: Iterator[float | None]) -> float | None:
    return max((v for v in values if v is not None), default=None)


def posts(before: Run, after: Run, day: date) -> list[PostQueue]:
    """Every post and mode of either side, the largest change of the mean wait first."""
    sides = [{r["entity"]: r for r in rows_on(run["post_queue"], day)} for run in (before, after)]
    titles = {
        r["id"]: str(r["name"]).partition(" (")[0]
        for run in (before, after)
        for r in rows_on(run["network_map"], day)
        if r["kind"] == "crossing"
    }
    found: list[PostQueue] = []
    for entity in dict.fromkeys((*sides[1], *sides[0])):
        old, new = sides[0].get(entity), sides[1].get(entity)
        capacity = _both(old, new, "capacity_per_day")
        effective = _both(old, new, "effective_capacity_per_day")
        found.append(
            PostQueue(
                entity=entity,
                name=titles.get(str(entity), str(entity)),
                mode=entity.rpartition(":")[2],
                arrivals=_both(old, new, "shared_arrivals_per_day"),
                capacity=capacity,
                effective=effective,
                raised=any(
                    known is not None and used is not None and used > known * (1 + 1e-9)
                    for known, used in (
                        (capacity.before, effective.before), (capacity.after, effective.after),
                    )
                ),
                use=_both(old, new, "utilisation_share"),
                wait_mean_h=_hours(old, new, "wait_mean_h"),
                wait_p50_h=_hours(old, new, "wait_p50_h"),
                wait_p90_h=_hours(old, new, "wait_p90_h"),
                clearing_after_week_h=_hours(old, new, "clearing_after_week_h"),
            )
        )  # fmt: skip
    return sorted(found, key=lambda p: (not p.moves, -abs(p.wait_mean_h.difference), p.entity))


def _hours(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, key: str) -> BeforeAfter:
    found = _both(old, new, key)
    return BeforeAfter(*(
        0.0 if h is not None and abs(h) < SECOND_H else h for h in (found.before, found.after)
    ))  # fmt: skip
