"""The findings of a summary as sentences, in any language; the command line has its own English."""

from __future__ import annotations

from collections.abc import Iterator

from sogdia.appraisal.summary import Band, PairChange, PairState, Summary, relative_gencost
from sogdia.appraisal.summary_flows import INCOME_SHOWN, FlowSummary, Loop
from sogdia.appraisal.summary_traffic import LinkFlow
from sogdia.core.language import MINUS
from sogdia.report.naming import Naming

__all__ = ["findings", "flow_findings", "least_income", "loop_words"]

CHANGES = (
    ("say.opened", {"opened"}),
    ("say.closed", {"closed"}),
    ("say.speed", {"faster", "slower"}),
    ("say.price", {"cheaper", "dearer"}),
    ("say.capacity-changed", {"more capacity", "less capacity"}),
    ("say.hours-changed", {"longer hours", "shorter hours"}),
    ("say.known-on-one-side", {"now known", "not known"}),
)


VEHICLES_A_DAY = {"rail": "say.vehicles-rail", "road": "say.vehicles-road"}


def findings(found: Summary, say: Naming) -> Iterator[str]:
    """What a summary says: the network, how many pairs change, each pair, who gains and loses."""
    words, on = say.words, say.words.language.date(found.on)
    parts = [
        words(key, n=count)
        for key, kinds in CHANGES
        if (count := sum(c.kind in kinds for c in found.changes))
    ]
    if parts:
        yield words("say.network", on=on, parts=words("list.comma").join(parts))
    else:
        yield words("say.nothing-differs" if found.changed_pairs else "say.same", on=on)
    share = found.changed_pairs / found.all_pairs if found.all_pairs else 0.0
    more = (words("say.first-route", n=found.appeared) if found.appeared else "") + (
        words("say.lost-route", n=found.disappeared) if found.disappeared else ""
    )
    yield words(
        "say.pairs",
        changed=found.changed_pairs,
        all=found.all_pairs,
        share=words.language.percent(share, 1),
        more=more,
    )
    for pair in found.pairs:
        yield _pair(pair, say)
    for key, group in (("say.gain", found.gainers(3)), ("say.lose", found.losers(3))):
        if group:
            zones = words("list.comma").join(
                words(
                    "say.zone",
                    zone=say.place(z.name),
                    country=say.country(z.country),
                    share=_share(z.change, say, 1),
                )
                for z in group
            )
            yield words(key, commodity=say.commodity(group[0].commodity), zones=zones)


def flow_findings(found: FlowSummary, say: Naming) -> Iterator[str]:
    """What a summary says of flows, waits and real income."""
    words = say.words
    level = words("level.full")
    if not found.solved:
        yield words("say.unsolved", what="; ".join(found.unsolved))
    moved = found.most_changed(3)
    if moved:
        listed = words("list.comma").join(
            f"{say.country(i.country)} {_share(i.full, say, 3)}" for i in moved
        )
        yield words("say.income", listed=listed, level=level)
    else:
        yield words("say.income-none", least=least_income(say), level=level)
    if found.links:
        listed = words("list.semicolon").join(_link(link, say) for link in found.links[:2])
        yield words("say.freight", listed=listed)
    else:
        yield words("say.freight-none")
    queues = [p for p in found.posts if p.moves][:3]
    if queues:
        listed = words("list.comma").join(
            words(
                "say.wait-post",
                post=say.place(p.name),
                mode=words.mode(p.mode),
                before=_hours(p.wait_mean_h.before, say),
                after=_hours(p.wait_mean_h.after, say),
            )
            for p in queues
        )
        yield words("say.wait", listed=listed)
    for p in found.posts:
        if p.cannot_clear:
            yield words(
                "say.cannot-clear",
                post=say.place(p.name),
                mode=words.mode(p.mode),
                arrivals=words.language.number(p.arrivals.after or 0.0, 1),
                vehicles=words(VEHICLES_A_DAY[p.mode]),
                capacity=words.language.number(p.effective.after or 0.0, 1),
            )


def loop_words(loop: Loop | None, say: Naming) -> str:
    """How the loop of transport, borders and trade ended."""
    words = say.words
    if loop is None:
        return words("loop.unknown")

    def share(x: float) -> str:
        return words.language.separated(f"{100 * x:.2g}") + say.words.language.per_cent

    left = words(
        "loop.left-unknown" if loop.residual is None else "loop.left",
        share=share(loop.residual or 0.0),
    )
    limit = "" if loop.tolerance is None else words("loop.limit", share=share(loop.tolerance))
    key = "loop.settled" if loop.settled else "loop.unsettled"
    return words(key, n=loop.rounds, left=left, limit=limit)


def least_income(say: Naming) -> str:
    """The share of real income from which on a change is listed."""
    return say.words.language.separated(f"{100 * INCOME_SHOWN:g}") + say.words.language.per_cent


def _pair(pair: PairChange, say: Naming) -> str:
    words = say.words
    told = words(
        "say.pair",
        origin=say.place(pair.origin_name),
        destination=say.place(pair.destination_name),
        commodity=say.commodity(pair.commodity),
    )
    a, b = pair.before, pair.after
    if a is None or b is None:
        if b is not None:
            return words("say.pair-appears", pair=told, after=_state(b, say))
        if a is not None:
            return words("say.pair-disappears", pair=told, before=_state(a, say))
        return words("say.pair-none", pair=told)
    if a == b:
        return words("say.pair-same", pair=told, after=_state(b, say))
    money = b.money_usd2023_per_teu - a.money_usd2023_per_teu
    return words(
        "say.pair-change",
        pair=told,
        after=_state(b, say),
        before=_state(a, say),
        days=_signed((b.time_p50_h - a.time_p50_h) / 24, 1, say),
        money=_signed(money, 0, say),
        share=_signed(100 * relative_gencost(pair), 1, say) + say.words.language.per_cent,
    )


def _state(state: PairState, say: Naming) -> str:
    number = say.words.language.number
    return say.words(
        "say.state",
        p50=number(state.time_p50_h / 24, 1),
        p90=number(state.time_p90_h / 24, 1),
        money=number(state.money_usd2023_per_teu, 0),
    )


def _share(band: Band | None, say: Naming, digits: int) -> str:
    if band is None:
        return say.words("absent.unknown")
    text = _signed(100 * band.central, digits, say) + say.words.language.per_cent
    if band.p05 is None or band.p95 is None:
        return text + say.words("say.band-unknown")
    low, high = (_signed(100 * x, digits, say) for x in (band.p05, band.p95))
    return f"{text} [{say.words('band.of', low=low, high=high)}]"


def _signed(x: float, digits: int, say: Naming) -> str:
    text = say.words.language.number(x, digits)
    none = not any(c in "123456789" for c in text)
    return text if none or text.startswith(MINUS) else f"+{text}"


def _link(link: LinkFlow, say: Naming) -> str:
    words = say.words
    vehicle = {"rail": "say.trains", "road": "say.trucks"}.get(link.mode)
    told: list[str] = []
    for tonnes, vehicles in (
        (link.tonnes.before, link.vehicles.before),
        (link.tonnes.after, link.vehicles.after),
    ):
        if tonnes is None:
            told.append(words("absent.not-open"))
            continue
        daily = (
            ""
            if vehicle is None or vehicles is None
            else words(vehicle, count=words.language.number(vehicles, 1))
        )
        million = words.language.number(tonnes / 1e6, 2)
        told.append(words("say.tonnes", million=million) + daily)
    return words(
        "say.link",
        link=say.link(link.name),
        mode=words.mode(link.mode),
        before=told[0],
        after=told[1],
    )


def _hours(value: float | None, say: Naming) -> str:
    return say.words("say.wait-none") if value is None else say.words.language.number(value, 1)
