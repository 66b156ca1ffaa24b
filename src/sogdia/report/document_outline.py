"""What a brief and a full document hold, in order, before they have a format."""

from __future__ import annotations

from collections.abc import Iterator

from sogdia.report import content as c
from sogdia.report.document_blocks import (
    Block,
    Bullets,
    Grid,
    Heading,
    Kind,
    Outline,
    Paragraph,
    Picture,
)
from sogdia.report.document_tables import (
    brief_linkage_grid,
    flow_grids,
    gain_grid,
    headline_grid,
    linkage_grid,
    pair_grid,
    record_grids,
    route_grid,
    source_of,
)
from sogdia.report.number import number_text
from sogdia.report.words import Words, words_in

__all__ = ["grids", "map_picture", "outline"]

BRIEF_ZONES = 3
BRIEF_SOURCES = 6
BRIEF_SENTENCES = 4


def outline(content: c.ReportContent, kind: Kind) -> Outline:
    """A document in order, in the language of its content."""
    words = words_in(content.language)
    return Outline(
        title=content.title,
        question=content.question,
        kind=kind,
        kind_words=words(f"doc.{kind}"),
        facts=(
            (words("head.scenario"), content.scenario_id),
            (words("head.baseline"), content.compared_with),
            (words("head.world"), content.world_on),
            (words("head.known"), content.known_by),
            (words("head.run"), content.run_id),
        ),
        blocks=tuple(_brief(content, words) if kind == "brief" else _full(content, words)),
        foot=words("doc.page-note", run=content.run_id),
    )


def grids(content: c.ReportContent) -> Iterator[Grid]:
    """Every table of a full document, for a workbook; empty ones are left out."""
    words = words_in(content.language)
    every = (
        headline_grid(content, words),
        linkage_grid(content, words),
        pair_grid(content, words),
        gain_grid(content, words),
        *flow_grids(content, words),
        route_grid(content, words),
        *record_grids(content, words),
    )
    yield from (grid for grid in every if grid.rows)


def map_picture(content: c.ReportContent) -> Picture:
    """The map as a picture."""
    words = words_in(content.language)
    caption = "" if content.map is None else content.map.caption
    return Picture(
        what="map",
        title=words("doc.map-of", on=content.world_on),
        source=source_of(content, words, "network_map, route, link_flow"),
        words=f"{caption} {content.summary[0] if content.summary else ''}".strip(),
    )


def _warnings(content: c.ReportContent, words: Words) -> Iterator[Block]:
    for status in content.statuses:
        if not status.clean:
            said = words(f"state.{status.state}")
            what = f"{status.model}: {said}" + (f"; {status.message}" if status.message else "")
            yield Paragraph(words("doc.limit-unsolved", what=what), "warning")


def _brief(content: c.ReportContent, words: Words) -> Iterator[Block]:
    yield from _warnings(content, words)
    yield headline_grid(content, words)
    yield Bullets(content.summary[:BRIEF_SENTENCES])
    yield from _map(content, words)
    if content.linkages:
        yield brief_linkage_grid(content, words)
        yield Paragraph(words("doc.least"), "note")
    gains = gain_grid(content, words, count=BRIEF_ZONES)
    if gains.rows:
        yield gains
    yield Heading(words("doc.limits"))
    yield Bullets(tuple(_limits(content, words)))
    if content.sources:
        yield Heading(words("doc.sources"))
        shown = content.sources[:BRIEF_SOURCES]
        more = len(content.sources) - len(shown)
        told = words("list.semicolon").join(
            f"{s.title} ({s.publisher})" if s.publisher else s.title for s in shown
        )
        if more:
            told += " " + words("word.and-more", n=more)
        yield Paragraph(told, "note")


def _full(content: c.ReportContent, words: Words) -> Iterator[Block]:
    yield from _warnings(content, words)
    yield Heading(words("answer.title"))
    yield Bullets(content.summary)
    yield headline_grid(content, words)
    yield Paragraph(_band(content, words), "note")
    if content.map is not None:
        yield Heading(words("map.title"))
        yield from _map(content, words)
    if content.linkages:
        yield Heading(words("linkages.title"))
        yield Paragraph(words("linkages.lead"))
        yield linkage_grid(content, words)
        for part, why in content.not_asked:
            yield Paragraph(words("linkages.not-asked", part=part, why=why), "note")
    yield Heading(words("flows.title"))
    if content.flows is None:
        yield Paragraph(f"{words('flows.not-run')} {words('flows.nothing-said')}")
    else:
        yield from _flows(content, content.flows, words)
    if content.od_rows:
        yield Heading(words("pairs.title"))
        yield Paragraph(words("pairs.lead"))
        yield pair_grid(content, words)
        yield Paragraph(words("pairs.note"), "note")
    if content.gainers or content.losers:
        yield Heading(words("nav.gains"))
        yield Paragraph(words("gains.lead"))
        grid = gain_grid(content, words)
        yield Picture(
            what="gains",
            title=words("doc.gains-of"),
            source=grid.source,
            words=_spoken(grid, words),
        )
        yield grid
    if content.routes:
        yield Heading(words("routes.title"))
        yield route_grid(content, words)
    yield Heading(words("doc.limits"))
    yield Bullets(tuple(_limits(content, words)))
    for grid in record_grids(content, words):
        yield Heading(grid.title)
        if grid.sheet == "assumptions":
            yield Paragraph(words("assumptions.lead"))
        if grid.sheet == "claims":
            yield Paragraph(words("claims.lead", n=len(content.claims)))
            if words.language.code != "en":
                yield Paragraph(words("claims.language"), "note")
        yield grid
    yield Paragraph(f"{words('foot.base-map')} {words('map.disclaimer')}", "note")
    yield Paragraph(words("foot.made"), "note")


def _flows(content: c.ReportContent, flows: c.FlowContent, words: Words) -> Iterator[Block]:
    yield Paragraph(words("income.lead", loop=flows.loop, trade=flows.trade_of))
    for grid in flow_grids(content, words):
        if grid.sheet == "income":
            yield Picture(
                what="incomes", title=words("doc.incomes-of"), source=grid.source,
                words=_spoken(grid, words),
            )  # fmt: skip
        if grid.sheet == "queues":
            yield Paragraph(
                words("queues.lead", total=flows.posts_total, unknown=flows.posts_unknown)
            )
        yield grid
    yield Paragraph(words("income.note"), "note")


def _map(content: c.ReportContent, words: Words) -> Iterator[Block]:
    if content.map is None:
        return
    yield map_picture(content)
    yield Paragraph(words("map.disclaimer"), "note")


def _spoken(grid: Grid, words: Words) -> str:
    """A chart in words: the first and last cell of each row."""
    return words("list.semicolon").join(
        f"{row[0]}: {cell if isinstance(cell, str) else number_text(cell, words)}"
        for row in grid.rows
        for cell in (row[1] if grid.sheet == "income" else row[-1],)
    )


def _limits(content: c.ReportContent, words: Words) -> Iterator[str]:
    yield words("doc.scope")
    yield _band(content, words)
    flows = content.flows
    if flows is None:
        yield words("flows.not-run")
    else:
        yield words("doc.limit-queues", unknown=flows.posts_unknown, total=flows.posts_total)
    yield words("doc.limit-assumed", share=number_text(content.assumed_share, words))
    for part, why in content.not_asked:
        yield words("linkages.not-asked", part=part, why=why)


def _band(content: c.ReportContent, words: Words) -> str:
    draws = max((status.draws for status in content.statuses), default=0)
    return words("doc.band", draws=draws)
