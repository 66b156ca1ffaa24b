"""The tables of a document from the content of a report."""

from __future__ import annotations

from collections.abc import Iterator

from sogdia.report import content as c
from sogdia.report.document_blocks import Cell, Grid
from sogdia.report.number import Number
from sogdia.report.words import Words

__all__ = [
    "brief_linkage_grid",
    "flow_grids",
    "gain_grid",
    "headline_grid",
    "linkage_grid",
    "pair_grid",
    "record_grids",
    "route_grid",
    "source_of",
]


BRIEF_PARTS = 2
"""Parts of a linkage that a brief shows where they change; one where none does."""


def source_of(content: c.ReportContent, words: Words, table: str) -> str:
    """Both runs and the table a figure is of."""
    return words("doc.of-runs", baseline=content.baseline_id, run=content.run_id, table=table)


def headline_grid(content: c.ReportContent, words: Words) -> Grid:
    """The few numbers of the first screen."""
    return Grid(
        sheet="headline",
        title=words("doc.headline"),
        columns=(words("doc.quantity"), words("word.value"), words("word.note")),
        rows=tuple((h.label, h.number, h.note) for h in content.headline),
        source=source_of(content, words, "pair_draw, skim, country_income"),
    )


def linkage_grid(content: c.ReportContent, words: Words) -> Grid:
    """Every indicator of the five linkages."""
    columns = ("doc.linkage", "linkages.indicator", "linkages.of", "word.before", "word.after",
               "word.change", "linkages.band")  # fmt: skip
    return Grid(
        sheet="linkages",
        title=words("linkages.title"),
        columns=tuple(map(words, columns)),
        rows=tuple(
            (
                f"{part.linkage}: {part.part}", row.title, row.of, row.values.before,
                row.values.after, _change(row.values, words), row.basis,
            )
            for part in content.linkages
            for row in (*part.indicators, *part.more)
        ),
        source=source_of(content, words, "linkage_indicator"),
    )  # fmt: skip


def brief_linkage_grid(content: c.ReportContent, words: Words) -> Grid:
    """Two indicators of each linkage at most, those of parts that change first."""
    columns = ("linkages.indicator", "word.before", "word.after", "word.change")
    return Grid(
        sheet="linkages",
        title=words("linkages.title"),
        columns=tuple(map(words, columns)),
        rows=tuple(
            (
                f"{part.linkage}: {row.title} ({row.of})", row.values.before, row.values.after,
                _change(row.values, words),
            )
            for part in _briefly(content.linkages)
            for row in part.indicators[:1]
        ),
        source=source_of(content, words, "linkage_indicator"),
    )  # fmt: skip


def _briefly(parts: tuple[c.LinkageRows, ...]) -> Iterator[c.LinkageRows]:
    for name in dict.fromkeys(part.linkage for part in parts):
        own = [part for part in parts if part.linkage == name and part.indicators]
        moved = [part for part in own if not part.untouched]
        yield from moved[:BRIEF_PARTS] or own[:1]


def pair_grid(content: c.ReportContent, words: Words) -> Grid:
    """Door to door before, after and the paired change, by origin and destination."""
    states = {
        "appears": words("pairs.appears"),
        "disappears": words("pairs.disappears"),
        "no route": words("pairs.no-route"),
    }

    def rows() -> Iterator[tuple[Cell, ...]]:
        for row in content.od_rows:
            label = words("word.from-to", origin=row.origin, destination=row.destination)
            if row.status in states:
                label = f"{label} ({states[row.status]})"
            pairs = (row.time_p50, row.time_p90, row.time_mean, row.money, row.emission)
            yield (label, row.commodity, words("word.before"), *(p.before for p in pairs))
            yield (label, row.commodity, words("word.after"), *(p.after for p in pairs))
            if row.status == "both":
                changes = (_change(p, words) for p in pairs)
                yield (label, row.commodity, words("word.change"), *changes)

    columns = ("trade.pair", "word.class", "doc.when", "pairs.p50", "pairs.p90", "pairs.mean",
               "pairs.money", "pairs.co2")  # fmt: skip
    return Grid(
        sheet="pairs",
        title=words("pairs.title"),
        columns=tuple(map(words, columns)),
        rows=tuple(rows()),
        source=source_of(content, words, "skim, pair_draw"),
    )


def route_grid(content: c.ReportContent, words: Words) -> Grid:
    """Legs of the least-cost route of every pair, before and after."""

    def rows() -> Iterator[tuple[Cell, ...]]:
        for route in content.routes:
            label = words(
                "say.pair",
                origin=route.origin,
                destination=route.destination,
                commodity=route.commodity,
            )
            for when, option in (("before", route.before), ("after", route.after)):
                if option is None:
                    absent = (Number.missing(u, "no route") for u in _LEG_UNITS)
                    yield (label, words(f"word.{when}"), "", words("absent.no-route"), "", *absent)
                    continue
                for number, leg in enumerate(option.legs, start=1):
                    kind = words.known(f"leg.{leg.kind}", leg.kind)
                    mode = f", {words.mode(leg.mode)}" if leg.mode else ""
                    yield (
                        label, words(f"word.{when}"), str(number), f"{leg.name} ({kind}{mode})",
                        leg.country, leg.distance, leg.time, leg.time_p50, leg.time_p90, leg.money,
                        leg.emission,
                    )  # fmt: skip
                yield (
                    label, words(f"word.{when}"), "", words("routes.door"), "", option.distance,
                    option.time_mean, option.time_p50, option.time_p90, option.money,
                    option.emission,
                )  # fmt: skip

    columns = ("trade.pair", "doc.when", "doc.number", "routes.leg", "word.country",
               "routes.distance", "pairs.mean-short", "stat.p50", "stat.p90", "pairs.money",
               "pairs.co2")  # fmt: skip
    return Grid(
        sheet="routes",
        title=words("routes.title"),
        columns=tuple(map(words, columns)),
        rows=tuple(rows()),
        source=source_of(content, words, "route"),
        parted=True,
    )


_LEG_UNITS = ("km", "h", "h", "h", "usd2023/teu", "kg/teu")


def gain_grid(content: c.ReportContent, words: Words, *, count: int | None = None) -> Grid:
    """Zones by the change of their generalised cost, those that gain first."""
    shown = (*content.gainers[:count], *content.losers[:count])
    missing = Number.missing("usd2023/t")
    return Grid(
        sheet="gains",
        title=words("nav.gains"),
        columns=tuple(
            map(words, ("word.zone", "word.country", "word.before", "word.after", "word.change"))
        ),
        rows=tuple(
            (g.zone, g.country, g.before or missing, g.after or missing, g.change) for g in shown
        ),
        source=source_of(content, words, "skim, indicator"),
    )


def flow_grids(content: c.ReportContent, words: Words) -> Iterator[Grid]:
    """Real income, trade, freight and queues; nothing where flows were not run."""
    flows = content.flows
    if flows is None:
        return
    yield Grid(
        sheet="income",
        title=words("income.caption", level=flows.level),
        columns=tuple(
            map(words, ("word.country", "income.full", "income.conditional", "income.partial"))
        ),
        rows=tuple((r.country, r.full, r.conditional, r.partial) for r in flows.incomes),
        source=source_of(content, words, "country_income, indicator"),
    )
    if flows.gainers or flows.losers:
        yield Grid(
            sheet="zones",
            title=words("income.regions"),
            columns=(
                words("word.zone"),
                words("word.country"),
                words("income.column", level=flows.level),
            ),
            rows=tuple((r.zone, r.country, r.change) for r in (*flows.gainers, *flows.losers)),
            source=source_of(content, words, "zone_income"),
        )
    columns = ("trade.pair", "word.before", "word.after", "trade.full", "trade.conditional",
               "trade.partial")  # fmt: skip
    yield Grid(
        sheet="trade",
        title=words("trade.title"),
        columns=tuple(map(words, columns)),
        rows=tuple(
            (
                words("word.from-to", origin=r.exporter, destination=r.importer), r.before, r.after,
                r.full, r.conditional, r.partial,
            )
            for r in flows.trade
        ),
        source=source_of(content, words, "trade_change"),
    )  # fmt: skip
    if flows.links:
        columns = ("traffic.link", "word.mode", "traffic.before", "traffic.after", "word.change",
                   "traffic.vehicles-before", "traffic.vehicles-after", "traffic.use-after")  # fmt: skip
        yield Grid(
            sheet="freight",
            title=words("traffic.title"),
            columns=tuple(map(words, columns)),
            rows=tuple(
                (
                    r.name, words.mode(r.mode), r.tonnes.before, r.tonnes.after,
                    _change(r.tonnes, words), r.vehicles.before, r.vehicles.after, r.use.after,
                )
                for r in flows.links
            ),
            source=source_of(content, words, "link_flow"),
        )  # fmt: skip
    if flows.modes:
        columns = ("modes.mode", "word.before", "word.after", "word.change", "modes.share-before",
                   "modes.share-after")  # fmt: skip
        yield Grid(
            sheet="modes",
            title=words("modes.title"),
            columns=tuple(map(words, columns)),
            rows=tuple(
                (
                    words.mode(r.mode), r.tonnes.before, r.tonnes.after, _change(r.tonnes, words),
                    r.share.before, r.share.after,
                )
                for r in flows.modes
            ),
            source=source_of(content, words, "mode_share"),
        )  # fmt: skip
    if flows.posts:
        yield _queues(content, flows, words)


def _queues(content: c.ReportContent, flows: c.FlowContent, words: Words) -> Grid:
    columns = ("queues.post", "word.mode", "doc.when", "queues.arrivals", "queues.use",
               "queues.mean", "queues.p50", "queues.p90", "queues.clearing")  # fmt: skip
    return Grid(
        sheet="queues",
        title=words("queues.title"),
        columns=tuple(map(words, columns)),
        rows=tuple(
            (
                row.name, words.mode(row.mode), words(f"word.{when}"),
                *(
                    pair.before if when == "before" else pair.after
                    for pair in (row.arrivals, row.use, row.wait_mean, row.wait_p50, row.wait_p90,
                                 row.clearing)
                ),
            )
            for row in flows.posts
            for when in ("before", "after")
        ),
        source=source_of(content, words, "post_queue"),
    )  # fmt: skip


def record_grids(content: c.ReportContent, words: Words) -> Iterator[Grid]:
    """Measures, assumptions, claims, validation, sources and the run itself."""
    if content.measures:
        columns = ("measures.measure", "doc.kind", "measures.touches", "measures.from",
                   "word.value", "measures.why", "word.source")  # fmt: skip
        yield Grid(
            sheet="measures",
            title=words("measures.title"),
            columns=tuple(map(words, columns)),
            rows=tuple(
                (
                    m.id, m.kind, m.touches,
                    f"{m.since} {words('word.until', day=m.until)}" if m.until else m.since,
                    m.value, m.why, _addressed(m.source, m.url),
                )
                for m in content.measures
            ),
            source=words("doc.of-scenario", scenario=content.scenario_id),
        )  # fmt: skip
    if content.assumptions:
        ordered = sorted(content.assumptions, key=lambda a: not a.value_choice)
        columns = (
            "assumptions.text",
            "word.value",
            "word.basis",
            "assumptions.choice",
            "word.source",
        )
        yield Grid(
            sheet="assumptions",
            title=words("assumptions.title"),
            columns=tuple(map(words, columns)),
            rows=tuple(
                (
                    a.text, a.value, words.known(f"basis.{a.basis}", a.basis),
                    words("assumptions.choice") if a.value_choice else "",
                    _addressed(a.source, a.url),
                )
                for a in ordered
            ),
            source=words("doc.of-claims"),
        )  # fmt: skip
    if content.validation:
        columns = ("validation.what", "validation.observed", "validation.modelled",
                   "validation.reading", "word.source")  # fmt: skip
        yield Grid(
            sheet="validation",
            title=words("nav.validation"),
            columns=tuple(map(words, columns)),
            rows=tuple(
                (v.subject, v.observed, v.modelled, v.verdict, _addressed(v.source, v.url))
                for v in content.validation
            ),
            source=words("doc.of-claims"),
        )
    if content.claims:
        columns = ("doc.claim", "claims.subject", "word.value", "word.source", "claims.stated",
                   "claims.tier", "claims.confidence", "claims.rivals")  # fmt: skip
        yield Grid(
            sheet="claims",
            title=words("claims.title"),
            columns=tuple(map(words, columns)),
            rows=tuple(
                (
                    r.id, f"{r.subject}: {r.variable}", r.value, _quoted(r),
                    r.stated_on or words("absent.not-stated"),
                    f"{words.known(f'tier.{r.tier}', r.tier)}, "
                    f"{words.known(f'basis.{r.basis}', r.basis)}",
                    words.known(f"confidence.{r.confidence}", r.confidence), str(r.rivals),
                )
                for r in content.claims
            ),
            source=words("doc.of-claims"),
        )  # fmt: skip
    if content.sources:
        columns = ("doc.title", "doc.publisher", "doc.license", "doc.retrieved", "doc.address")
        yield Grid(
            sheet="sources",
            title=words("sources.title"),
            columns=tuple(map(words, columns)),
            rows=tuple(
                (s.title, s.publisher, s.licence or words("absent.not-stated"), s.retrieved, s.url)
                for s in content.sources
            ),
            source=words("doc.of-claims"),
        )
    yield _run(content, words)


def _run(content: c.ReportContent, words: Words) -> Grid:
    statuses = (
        (
            status.model,
            words(f"state.{status.state}")
            + (f"; {status.message}" if status.message else "")
            + (
                "; " + words("state.draws-failed", failed=status.failed_draws, draws=status.draws)
                if status.failed_draws
                else ""
            ),
        )
        for status in content.statuses
    )
    return Grid(
        sheet="run",
        title=words("nav.about"),
        columns=(words("validation.what"), words("about.state")),
        rows=(*statuses, *((f.label, f.text) for f in content.facts)),
        source=words("doc.of-manifest", run=content.run_id),
    )


def _change(pair: c.Pair, words: Words) -> Cell:
    return words("absent.not-comparable") if pair.change is None else pair.change


def _quoted(row: c.ClaimRow) -> str:
    """Who says it and, in quotation marks, how."""
    says = f": “{row.says}”" if row.says else ""
    return f"{_addressed(row.source, row.url)}{says}"


def _addressed(title: str, url: str) -> str:
    return f"{title} ({url})" if url and url not in title else title
