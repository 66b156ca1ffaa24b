"""The part of a report about flows, queues, trade and real income. Computes nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from sogdia.appraisal.loop import QUEUES_ABOVE
from sogdia.appraisal.summary import Band
from sogdia.appraisal.summary_flows import INCOME_SHOWN, FlowSummary, TradeChange
from sogdia.appraisal.summary_traffic import BeforeAfter, LinkFlow, PostQueue
from sogdia.report import content as c
from sogdia.report.map import COUNTRY_LABELS
from sogdia.report.number import Absence, Number

__all__ = ["CHOICES", "LOADED", "flow_content", "flow_method", "queue_words", "traffic_words"]

LOADED = {
    "reconciled": "both sides' reports reconciled",
    "china": "as reported by China",
    "partner": "as reported by China's partners",
}

VEHICLES = {"rail": "train/day", "road": "truck/day"}

CHOICES = {
    "mode_scale": "Freight chooses among road alone, rail alone, ocean (no land border of China) "
    "and any way; the odds of two ways fall with the ratio of their costs by this elasticity.",
    "route_scale": "Freight of one way spreads over routes by a recursive logit on arcs that lead "
    "nearer to the destination; the odds of two routes fall with the ratio of their costs by this "
    "elasticity.",
    "ocean_factor": "In the choice of ways the cost of ocean legs counts only this much of itself: "
    "one factor, calibrated on one total, for every pair.",
    "trade_elasticity": "Trade between two places falls with its cost, 1 + freight cost over "
    "value, by this elasticity.",
}
"""Claims about choices, as sentences of the assumption sheet."""


def flow_content(found: FlowSummary) -> c.FlowContent:
    """What the page shows of a summary."""
    say = _Printer(caveat="" if found.solved else "NOT SOLVED")
    return c.FlowContent(
        level=found.level,
        trade_of=LOADED.get(found.variant, found.variant),
        loop="not known" if found.loop is None else found.loop.words,
        solved=found.solved,
        income_shown=f"{100 * INCOME_SHOWN:g} %",
        notes=found.notes,
        incomes=tuple(
            c.IncomeRow(
                country=_country(i.country),
                full=say.banded(i.full),
                conditional=say(i.conditional, "share", signed=True),
                partial=say(i.partial, "share", signed=True),
            )
            for i in found.incomes
        ),
        gainers=tuple(
            c.GainRow(zone=z.name, country=z.country, change=say(z.change, "share", signed=True))
            for z in found.gainers()
        ),
        losers=tuple(
            c.GainRow(zone=z.name, country=z.country, change=say(z.change, "share", signed=True))
            for z in found.losers()
        ),
        trade=tuple(_trade(t, say) for t in found.trade),
        links=tuple(_link(link, say) for link in found.links),
        links_changed=found.links_changed,
        modes=tuple(
            c.ModeRow(
                mode=m.mode, tonnes=say.pair(m.tonnes, "t/year"), share=say.pair(m.share, "share")
            )
            for m in found.modes
        ),
        posts=tuple(_post(p, say) for p in found.posts),
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


def _country(code: str) -> str:
    return COUNTRY_LABELS["en"][code][0] if code in COUNTRY_LABELS["en"] else code


def _trade(found: TradeChange, say: _Printer) -> c.TradeRow:
    return c.TradeRow(
        exporter=_country(found.exporter),
        importer=_country(found.importer),
        before=say(found.usd2023_per_y.before, "usd2023/year"),
        after=say(found.usd2023_per_y.after, "usd2023/year"),
        full=say(found.full, "share", signed=True),
        conditional=say(found.conditional, "share", signed=True),
        partial=say(found.partial, "share", signed=True),
    )


def _link(link: LinkFlow, say: _Printer) -> c.FlowRow:
    unit = VEHICLES.get(link.mode, "1/day")
    absent: Absence = "not open" if link.mode in VEHICLES else "not applicable"
    shut = link.tonnes.after is None
    return c.FlowRow(
        name=link.name,
        mode=link.mode,
        # A link that is not open carries nothing, so its change is known.
        tonnes=dataclasses.replace(
            say.pair(link.tonnes, "t/year", "not open"),
            change=say(link.tonnes.difference, "t/year", signed=True),
        ),
        vehicles=say.pair(link.vehicles, unit, absent),
        use=say.pair(link.use, "share", "not open" if shut else "unknown"),
    )


def _post(post: PostQueue, say: _Printer) -> c.PostRow:
    unit = VEHICLES.get(post.mode, "1/day")
    shut: Absence = "not open" if post.wait_mean_h.after is None else "unknown"
    waits = {
        name: say.pair(getattr(post, name), "h", "not open")
        for name in ("wait_mean_h", "wait_p50_h", "wait_p90_h")
    }
    return c.PostRow(
        name=post.name,
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


def traffic_words(flow: LinkFlow | None) -> str:
    """A link's freight for a tip on the map."""
    if flow is None:
        return ""
    told = [
        "not open" if t is None else f"{t / 1e6:,.2f} million t a year"
        for t in (flow.tonnes.before, flow.tonnes.after)
    ]
    return f"freight {told[0]} before, {told[1]} after"


def queue_words(post: PostQueue | None) -> str:
    """A post's queue for a tip on the map."""
    if post is None:
        return ""
    told = [
        "not open" if h is None else f"{h:,.1f} h"
        for h in (post.wait_mean_h.before, post.wait_mean_h.after)
    ]
    return f"mean wait for a turn {told[0]} before, {told[1]} after"


def flow_method(rows: Mapping[str, Mapping[str, Any]], variant: str) -> Iterator[c.Assumption]:
    """Lines of the assumption sheet; `rows` are claims by variable."""
    method = "method of flows, borders and trade"
    yield c.Assumption(
        text="What moves is the goods trade of 2023, in every later year too; whose report of it",
        value=LOADED.get(variant, variant),
        basis="assumed",
        source=method,
        value_choice=True,
    )
    for variable, text in CHOICES.items():
        row = rows.get(variable)
        if row is None:
            yield c.Assumption(text=text, value="unknown", basis="assumed", source=method)
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
        "There is no freight within countries: what zones of one country sell to each other "
        "loads no link.",
        f"Posts whose capacity is known and whose traffic without the scenario is at least "
        f"{QUEUES_ABOVE:.0%} of it are queues; their hours were observed under that traffic and "
        f"move as their queue does. Other posts keep their hours whatever their traffic, and "
        f"links do not congest.",
        "Journeys, routes and costs by origin and destination take the hours of the world, "
        "without what the scenario's traffic adds to them.",
        "Full endowment equilibrium: incomes and prices of all zones and economies respond, what "
        "each has to sell is fixed, and trade begins with deficits removed. Conditional: price "
        "indices and access to markets respond, incomes are held. Partial: buyers respond to "
        "costs, all else is held.",
        "Bands of real income come from draws of costs and trade at the world's hours at posts; "
        "flows, waits and trade were not drawn.",
    ):
        yield c.Assumption(text=text, value="", basis="assumed", source=method)
