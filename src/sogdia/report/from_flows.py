"""The part of a report about flows, queues, trade and real income. Computes nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from sogdia.appraisal.loop import QUEUES_ABOVE
from sogdia.appraisal.summary import Band
from sogdia.appraisal.summary_flows import FlowSummary, TradeChange
from sogdia.appraisal.summary_traffic import BeforeAfter, LinkFlow, PostQueue
from sogdia.report import content as c
from sogdia.report.naming import PLAIN, Naming
from sogdia.report.number import Absence, Number
from sogdia.report.sentences import least_income, loop_words
from sogdia.report.words import ENGLISH

__all__ = ["CHOICES", "flow_content", "flow_method", "loaded", "queue_words", "traffic_words"]

VEHICLES = {"rail": "train/day", "road": "truck/day"}

CHOICES = {
    variable: ENGLISH(f"assume.{variable}")
    for variable in ("mode_scale", "route_scale", "ocean_factor", "trade_elasticity")
}
"""Claims about choices, as sentences of the assumption sheet."""


def loaded(variant: str, say: Naming) -> str:
    """Whose report of trade was loaded, in words."""
    return say.words.known(f"trade.of-{variant}", variant)


def flow_content(found: FlowSummary, called: Naming = PLAIN) -> c.FlowContent:
    """What the page shows of a summary."""
    words = called.words
    say = _Printer(caveat="" if found.solved else words("state.caveat"))
    return c.FlowContent(
        level=words("level.full"),
        trade_of=loaded(found.variant, called),
        loop=loop_words(found.loop, called),
        solved=found.solved,
        income_shown=least_income(called),
        notes=found.notes,
        incomes=tuple(
            c.IncomeRow(
                country=called.country(i.country),
                full=say.banded(i.full),
                conditional=say(i.conditional, "share", signed=True),
                partial=say(i.partial, "share", signed=True),
            )
            for i in found.incomes
        ),
        gainers=tuple(
            c.GainRow(
                zone=called.place(z.name),
                country=called.country(z.country),
                change=say(z.change, "share", signed=True),
            )
            for z in found.gainers()
        ),
        losers=tuple(
            c.GainRow(
                zone=called.place(z.name),
                country=called.country(z.country),
                change=say(z.change, "share", signed=True),
            )
            for z in found.losers()
        ),
        trade=tuple(_trade(t, say, called) for t in found.trade),
        links=tuple(_link(link, say, called) for link in found.links),
        links_changed=found.links_changed,
        modes=tuple(
            c.ModeRow(
                mode=m.mode, tonnes=say.pair(m.tonnes, "t/year"), share=say.pair(m.share, "share")
            )
            for m in found.modes
        ),
        posts=tuple(_post(p, say, called) for p in found.posts),
        posts_total=found.posts_total,
        posts_unknown=found.posts_without_capacity,
    )


class _Printer:
    """Values to numbers; every one carries what is wrong with the solution."""

    def __init__(self, caveat: str) -> None:
        self.caveat = caveat

    def __call__(
        self,
        value: float | None,
        unit: str,
        *,
        absent: Absence = "unknown",
        signed: bool = False,
    ) -> Number:
        if value is None:
            return Number.missing(unit, absent)
        if value == 0.0 and signed:
            return Number(central=0.0, p05=0.0, p95=0.0, unit=unit, signed=True, caveat=self.caveat)
        return Number(central=value, unit=unit, signed=signed, caveat=self.caveat)

    def banded(self, found: Band | None) -> Number:
        if found is None:
            return Number.missing("share")
        return Number(
            central=found.central, p05=found.p05, p95=found.p95, unit="share", signed=True,
            caveat=self.caveat,
        )  # fmt: skip

    def pair(self, found: BeforeAfter, unit: str, absent: Absence = "unknown") -> c.Pair:
        a, b = found.before, found.after
        return c.Pair(
            before=self(a, unit, absent=absent),
            after=self(b, unit, absent=absent),
            change=None if a is None or b is None else self(b - a, unit, signed=True),
        )


def _trade(found: TradeChange, say: _Printer, called: Naming) -> c.TradeRow:
    return c.TradeRow(
        exporter=called.country(found.exporter),
        importer=called.country(found.importer),
        before=say(found.usd2023_per_y.before, "usd2023/year"),
        after=say(found.usd2023_per_y.after, "usd2023/year"),
        full=say.banded(found.full),
        conditional=say(found.conditional, "share", signed=True),
        partial=say(found.partial, "share", signed=True),
    )


def _link(link: LinkFlow, say: _Printer, called: Naming) -> c.FlowRow:
    unit = VEHICLES.get(link.mode, "1/day")
    absent: Absence = "not open" if link.mode in VEHICLES else "not applicable"
    shut = link.tonnes.after is None
    return c.FlowRow(
        name=called.link(link.name),
        mode=link.mode,
        # A link that is not open carries nothing, so its change is known.
        tonnes=dataclasses.replace(
            say.pair(link.tonnes, "t/year", "not open"),
            change=say(link.tonnes.difference, "t/year", signed=True),
        ),
        vehicles=say.pair(link.vehicles, unit, absent),
        use=say.pair(link.use, "share", "not open" if shut else "unknown"),
    )


def _post(post: PostQueue, say: _Printer, called: Naming) -> c.PostRow:
    unit = VEHICLES.get(post.mode, "1/day")
    shut: Absence = "not open" if post.wait_mean_h.after is None else "unknown"
    waits = {
        name: say.pair(getattr(post, name), "h", "not open")
        for name in ("wait_mean_h", "wait_p50_h", "wait_p90_h")
    }
    return c.PostRow(
        name=called.place(post.name)
        + (f"; {called.words('queues.cannot-clear')}" if post.cannot_clear else ""),
        mode=post.mode,
        arrivals=say.pair(post.arrivals, unit, "not open"),
        capacity=Number.missing(unit)
        if post.capacity.after is None
        else Number(central=post.capacity.after, unit=unit, trace="#claims"),
        effective=say(post.effective.after, unit, absent=shut),
        raised=post.raised,
        use=say.pair(post.use, "share", "not open"),
        wait_mean=waits["wait_mean_h"],
        wait_p50=waits["wait_p50_h"],
        wait_p90=waits["wait_p90_h"],
        clearing=say.pair(
            post.clearing_after_week_h, "h",
            "not open" if post.wait_mean_h.after is None else "not within a year",
        ),
    )  # fmt: skip


def traffic_words(flow: LinkFlow | None, say: Naming = PLAIN) -> str:
    """A link's freight for a tip on the map."""
    if flow is None:
        return ""
    words = say.words
    before, after = (
        words("absent.not-open")
        if t is None
        else words("map.tonnes", million=words.language.number(t / 1e6, 2))
        for t in (flow.tonnes.before, flow.tonnes.after)
    )
    return words("map.freight-tip", before=before, after=after)


def queue_words(post: PostQueue | None, say: Naming = PLAIN) -> str:
    """A post's queue for a tip on the map."""
    if post is None:
        return ""
    words = say.words
    before, after = (
        words("absent.not-open")
        if h is None
        else words("map.hours", hours=words.language.number(h, 1))
        for h in (post.wait_mean_h.before, post.wait_mean_h.after)
    )
    return words("map.wait-tip", before=before, after=after)


def flow_method(
    rows: Mapping[str, Mapping[str, Any]], variant: str, say: Naming = PLAIN
) -> Iterator[c.Assumption]:
    """Lines of the assumption sheet; `rows` are claims by variable."""
    words = say.words
    method = words("assume.method-of-flows")
    yield c.Assumption(
        text=words("assume.trade-year"),
        value=loaded(variant, say),
        basis="assumed",
        source=method,
        value_choice=True,
    )
    for variable in CHOICES:
        text = words(f"assume.{variable}")
        row = rows.get(variable)
        if row is None:
            yield c.Assumption(
                text=text, value=words("absent.unknown"), basis="assumed", source=method
            )
            continue
        band = f" ({row['low_text']} to {row['high_text']})" if row["low_text"] else ""
        yield c.Assumption(
            text=text,
            value=f"{row['amount_text']}{band}",
            basis=row["basis"],
            source=row["source_title"],
            url=row["source_url"],
        )
    for text in (
        words("assume.no-domestic"),
        words("assume.queues", share=words.language.percent(QUEUES_ABOVE, 0)),
        words("assume.world-hours"),
        words("assume.levels"),
        words("assume.income-bands"),
    ):
        yield c.Assumption(text=text, value="", basis="assumed", source=method)
