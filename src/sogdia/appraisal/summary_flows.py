"""What an appraisal says of flows, queues, trade and real income; then in sentences.

Reads the tables of both runs. A run without these tables (`Options.flows` off) has no summary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from sogdia.appraisal.changes import names
from sogdia.appraisal.effects import REAL_INCOME, TRADE
from sogdia.appraisal.run import Appraisal
from sogdia.appraisal.summary import Band, band
from sogdia.appraisal.summary_capacity import CapacitySummary, summarise_capacity
from sogdia.appraisal.summary_traffic import (
    BeforeAfter,
    LinkFlow,
    PostQueue,
    changed_links,
    posts,
    rows_on,
)
from sogdia.core.states import CHINA, FIVE
from sogdia.core.status import Status
from sogdia.evidence.base import open_evidence
from sogdia.results.store import Run

__all__ = [
    "INCOME_SHOWN",
    "LEVEL",
    "FlowSummary",
    "IncomeChange",
    "Loop",
    "ModeTonnes",
    "TradeChange",
    "ZoneIncome",
    "clearing_words",
    "flow_sentences",
    "has_flows",
    "summarise_flows",
]

NAMES = {
    "CHN": "China", "KAZ": "Kazakhstan", "KGZ": "Kyrgyzstan", "TJK": "Tajikistan",
    "TKM": "Turkmenistan", "UZB": "Uzbekistan",
}  # fmt: skip

LEVEL = "full endowment equilibrium"
"""The level of every figure of real income and trade that says no other."""

TABLES = ("link_flow", "mode_share", "post_queue", "country_income", "zone_income", "trade_change")
MODELS = ("loop ", "flows ", "zone trade ", "border ")
"""What the statuses of these tables are about."""

INCOME_SHOWN = 1e-5
"""Countries but China and the five, and zones, are shown from 0.001 % of real income."""

SHOWN_LINKS, SHOWN_ZONES = 12, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeChange:
    """Change of a country's real income, as a share, at each level; the band is that of `full`."""

    country: str
    name: str
    full: Band | None
    conditional: float | None
    partial: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneIncome:
    """Change of a zone's real income as a share: full endowment equilibrium; never drawn."""

    zone: str
    name: str
    country: str
    change: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeChange:
    """Trade of one country with another.

    Attributes
    ----------
    usd2023_per_y : BeforeAfter
        Before: of the variant of trade that was loaded. After: that times the change of the full
        endowment equilibrium; freight flows carry it.
    full : Band or None
        Change as a share, with the draws of it where there are any.
    conditional, partial : float or None
    full_usd2023_per_y : BeforeAfter
        The equilibrium's own trade, which begins with deficits removed.
    """

    exporter: str
    importer: str
    usd2023_per_y: BeforeAfter
    full: Band | None
    conditional: float | None
    partial: float | None
    full_usd2023_per_y: BeforeAfter


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeTonnes:
    """Tonnes a year between China and the five, both directions, by the mode of most of the way."""

    mode: str
    tonnes: BeforeAfter
    share: BeforeAfter


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """How the loop of transport, borders and trade ended."""

    settled: bool
    rounds: int
    residual: float | None
    tolerance: float | None

    @property
    def words(self) -> str:
        """In one sentence."""
        word = "round" if self.rounds == 1 else "rounds"
        left = (
            "what was left is not known"
            if self.residual is None
            else "the largest relative change of trade, or tenth of that of hours, in the last was "
            f"{100 * self.residual:.2g} %"
        )
        limit = "" if self.tolerance is None else f" (limit {100 * self.tolerance:.2g} %)"
        return (
            f"{'settled after' if self.settled else 'NOT SOLVED: did not settle in'} "
            f"{self.rounds} {word}; {left}{limit}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSummary:
    """Everything a summary shows of flows and what follows from them, on one date.

    Attributes
    ----------
    variant : {"reconciled", "china", "partner"}
        Whose report of trade was loaded.
    unsolved : tuple of str
        What was not solved, in words; empty when everything was.
    notes : tuple of str
        What the trade model says of its solution.
    incomes : tuple of IncomeChange
        China, the five, then others from `INCOME_SHOWN` on.
    links : tuple of LinkFlow
        Those whose tonnes change most.
    posts_total, posts_without_capacity : int
        Posts and modes of the scenario's world.
    capacity : CapacitySummary or None
        Of lines, yards, ports and ships; None where the run has none.
    """

    on: date
    variant: str
    level: str
    loop: Loop | None
    unsolved: tuple[str, ...]
    notes: tuple[str, ...]
    incomes: tuple[IncomeChange, ...]
    zones: tuple[ZoneIncome, ...]
    trade: tuple[TradeChange, ...]
    links: tuple[LinkFlow, ...]
    links_changed: int
    modes: tuple[ModeTonnes, ...]
    posts: tuple[PostQueue, ...]
    posts_total: int
    posts_without_capacity: int
    capacity: CapacitySummary | None = None

    @property
    def solved(self) -> bool:
        """True when nothing has to be said beside a result."""
        return not self.unsolved

    def gainers(self, count: int = SHOWN_ZONES) -> tuple[ZoneIncome, ...]:
        """Zones whose real income rises most."""
        found = sorted(self.zones, key=lambda z: -z.change)
        return tuple(z for z in found if z.change >= INCOME_SHOWN)[:count]

    def losers(self, count: int = SHOWN_ZONES) -> tuple[ZoneIncome, ...]:
        """Zones whose real income falls most."""
        found = sorted(self.zones, key=lambda z: z.change)
        return tuple(z for z in found if z.change <= -INCOME_SHOWN)[:count]

    def most_changed(self, count: int) -> tuple[IncomeChange, ...]:
        """Countries by the size of their change, from `INCOME_SHOWN` on."""
        known = [(abs(i.full.central), i) for i in self.incomes if i.full is not None]
        return tuple(
            i for size, i in sorted(known, key=lambda k: -k[0])[:count] if size >= INCOME_SHOWN
        )

    def queue_words(self) -> str:
        """Whose real income lies outside the band of its draws; empty where none does.

        Draws keep the waits of the central run, so what answers to them can leave the band.
        """
        outside = [
            i.name
            for i in self.incomes
            if i.full is not None
            and abs(i.full.central) >= INCOME_SHOWN
            and i.full.p05 is not None
            and i.full.p95 is not None
            and not i.full.p05 <= i.full.central <= i.full.p95
        ]
        if not outside:
            return ""
        return (
            "Real income outside the band of its draws, which keep the waits of the central run: "
            f"{', '.join(outside)}."
        )


def has_flows(run: Run) -> bool:
    """True when a run has the tables of flows, queues, trade and real income."""
    return all(name in run for name in TABLES)


def summarise_flows(appraisal: Appraisal, on: date | None = None) -> FlowSummary | None:
    """The summary of flows on one of an appraisal's dates, the last by default; None: not run."""
    before, after = appraisal.baseline, appraisal.run
    if not (has_flows(before) and has_flows(after)):
        return None
    day = on if on is not None else after.manifest.dates[-1]
    statuses = [s for r in (before, after) for s in r.manifest.statuses if _is_of(s, day)]
    changed, stops = changed_links(before, after, day), posts(before, after, day)
    return FlowSummary(
        on=day,
        variant=str(after.manifest.options.get("trade", "reconciled")),
        level=LEVEL,
        loop=_loop(statuses),
        unsolved=tuple(
            dict.fromkeys(
                f"{s.of}: {s.message or s.state}" for s in statuses if s.state != "solved"
            )
        ),
        notes=tuple(
            dict.fromkeys(s.message for s in statuses if s.of.startswith("zone ") and s.message)
        ),
        incomes=tuple(_incomes(after, day)),
        zones=tuple(_zones(after, day)),
        trade=tuple(_trade(after, day)),
        links=tuple(changed[:SHOWN_LINKS]),
        links_changed=sum(len(link.ids) for link in changed),
        modes=tuple(_modes(before, after, day)),
        posts=tuple(p for p in stops if p.capacity != BeforeAfter(None, None)),
        posts_total=len(stops),
        posts_without_capacity=sum(p.capacity.after is None for p in stops),
        capacity=summarise_capacity(before, after, day),
    )


def _is_of(status: Status, on: date) -> bool:
    return status.of.startswith(MODELS) and status.of.endswith(str(on))


def _loop(statuses: Sequence[Status]) -> Loop | None:
    for status in statuses:
        if status.of.startswith("loop "):
            return Loop(
                settled=status.state == "solved",
                rounds=status.iterations,
                residual=status.residual,
                tolerance=status.tolerance,
            )
    return None


def _incomes(run: Run, day: date) -> Iterator[IncomeChange]:
    drawn = _drawn(run, day, REAL_INCOME)
    levels: dict[str, dict[str, float | None]] = {}
    for row in rows_on(run["country_income"], day):
        levels.setdefault(row["country"], {})[row["level"]] = row["real_income_change_share"]
    called = {row["id"]: row["name"] for row in open_evidence().entities("economies")} | NAMES
    found: list[IncomeChange] = []
    for country, by_level in levels.items():
        draws = drawn.get(country, {}) | {0: by_level.get("full")}
        found.append(
            IncomeChange(
                country=country,
                name=called.get(str(country), str(country)),
                full=_banded(run, draws),
                conditional=by_level.get("conditional"),
                partial=by_level.get("partial"),
            )
        )
    shown = (CHINA, *FIVE)
    yield from sorted(
        (i for i in found if i.country in shown), key=lambda i: shown.index(i.country)
    )
    others = [(abs(i.full.central), i) for i in found if i.country not in shown and i.full]
    yield from (i for size, i in sorted(others, key=lambda o: -o[0]) if size >= INCOME_SHOWN)


def _drawn(run: Run, day: date, variable: str) -> dict[str, dict[int, float | None]]:
    """An indicator of the full endowment equilibrium by entity and draw."""
    found: dict[str, dict[int, float | None]] = {}
    for row in rows_on(run["indicator"], day):
        if row["variable"] == variable and row["group"] == "full":
            found.setdefault(row["entity"], {})[row["draw"]] = row["amount"]
    return found


def _banded(run: Run, draws: Mapping[int, float | None]) -> Band | None:
    """The central value, which is draw 0, and the band of the others."""
    values = [draws.get(d) for d in range(run.manifest.draws + 1)]
    if values[0] is None:
        return None
    return band(np.array([np.nan if v is None else v for v in values]))


def _zones(run: Run, day: date) -> Iterator[ZoneIncome]:
    called = names(run)
    for row in rows_on(run["zone_income"], day):
        change = row["real_income_change_share"]
        if row["level"] == "full" and change is not None:
            yield ZoneIncome(
                zone=row["zone"],
                name=called.get(str(row["zone"]), str(row["zone"])),
                country=row["country"],
                change=change,
            )


def _trade(run: Run, day: date) -> Iterator[TradeChange]:
    rows = {
        (r["exporter"], r["importer"], r["level"]): r
        for r in rows_on(run["trade_change"], day)
        if CHINA in (r["exporter"], r["importer"])
    }
    drawn = _drawn(run, day, TRADE)
    for other in FIVE:
        for pair in ((CHINA, other), (other, CHINA)):
            draws = {
                draw: None if ratio is None else ratio - 1.0
                for draw, ratio in drawn.get(f"{pair[0]}>{pair[1]}", {}).items()
            }
            here = {level: rows.get((*pair, level)) for level in ("full", "conditional", "partial")}
            share = {k: None if r is None else r["change_ratio"] - 1.0 for k, r in here.items()}
            full, loaded = here["full"], here["partial"]
            before = None if loaded is None else loaded["baseline_usd2023_per_y"]
            yield TradeChange(
                exporter=pair[0],
                importer=pair[1],
                usd2023_per_y=BeforeAfter(
                    before,
                    None if before is None or full is None else before * full["change_ratio"],
                ),
                full=_banded(run, draws | {0: share["full"]}),
                conditional=share["conditional"],
                partial=share["partial"],
                full_usd2023_per_y=BeforeAfter(
                    None if full is None else full["baseline_usd2023_per_y"],
                    None if full is None else full["value_usd2023_per_y"],
                ),
            )


def _modes(before: Run, after: Run, day: date) -> Iterator[ModeTonnes]:
    sides: list[dict[str, float]] = []
    for run in (before, after):
        tonnes: dict[str, float] = {}
        for row in rows_on(run["mode_share"], day):
            a, b = row["exporter"], row["importer"]
            if (a == CHINA and b in FIVE) or (b == CHINA and a in FIVE):
                tonnes[row["mode"]] = tonnes.get(row["mode"], 0.0) + row["flow_t_per_y"]
        sides.append(tonnes)
    total = [sum(side.values()) for side in sides]
    for mode in sorted({*sides[0], *sides[1]}, key=lambda m: (-sides[0].get(m, 0.0), m)):
        a, b = (side.get(mode, 0.0) for side in sides)
        yield ModeTonnes(
            mode=mode,
            tonnes=BeforeAfter(a, b),
            share=BeforeAfter(
                a / total[0] if total[0] else None, b / total[1] if total[1] else None
            ),
        )


def flow_sentences(found: FlowSummary) -> Iterator[str]:
    """The findings in plain words."""
    if not found.solved:
        yield f"NOT SOLVED: {'; '.join(found.unsolved)}. Flows, waits, trade and real income are to be read with that."
    moved = found.most_changed(3)
    if moved:
        listed = ", ".join(f"{i.name} {_percent(i.full)}" for i in moved)
        yield f"Real income changes most in {listed} ({found.level})."
    else:
        yield (
            f"No country's real income changes by {100 * INCOME_SHOWN:g} % or more ({found.level})."
        )
    if found.queue_words():
        yield found.queue_words()
    if found.links:
        yield f"Freight changes most on {'; '.join(link_words(link) for link in found.links[:2])}."
    else:
        yield "No link carries more or less freight."
    queues = [p for p in found.posts if p.moves][:3]
    if queues:
        listed = ", ".join(
            f"{p.name} ({p.mode}) {_said(p.wait_mean_h.before)} to {_said(p.wait_mean_h.after)} h"
            for p in queues
        )
        yield f"Mean wait for a turn, before to after: {listed}."
    for post in found.posts:
        if post.cannot_clear:
            yield clearing_words(post)


def clearing_words(post: PostQueue) -> str:
    """That more come to a post than can pass, and what its waits are then."""
    vehicle = {"rail": "trains", "road": "trucks"}.get(post.mode, "vehicles")
    return (
        f"{post.name} ({post.mode}) cannot clear: arrivals {post.arrivals.after:,.1f} {vehicle} a day, "
        f"capacity {post.effective.after:,.1f}; its waits are those of a year that begins without a queue."
    )


def link_words(link: LinkFlow) -> str:
    """A link's traffic before and after, in words."""
    a, b = link.tonnes.before, link.tonnes.after
    vehicle = {"rail": "trains", "road": "trucks"}.get(link.mode)
    daily = [
        "" if vehicle is None or v is None else f", {v:,.1f} loaded {vehicle} a day"
        for v in (link.vehicles.before, link.vehicles.after)
    ]
    told = [
        "not open" if t is None else f"{t / 1e6:,.2f} million t a year{d}"
        for t, d in zip((a, b), daily, strict=True)
    ]
    return f"{link.name}, {link.mode}: {told[1]} (before: {told[0]})"


def _said(value: float | None) -> str:
    return "none" if value is None else f"{value:,.1f}"


def _percent(change: Band | None) -> str:
    if change is None:
        return "unknown"
    inside = (
        ", band not known"
        if change.p05 is None or change.p95 is None
        else f" [{100 * change.p05:+.3f} to {100 * change.p95:+.3f}]"
    )
    return f"{100 * change.central:+.3f} %{inside}"
