"""Standalone SVG of a document's pictures: style, title, legend, source and disclaimer inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from markupsafe import escape

from sogdia.report.charts import INCOME, gains_chart
from sogdia.report.content import GainRow, ReportContent
from sogdia.report.document_blocks import Picture
from sogdia.report.map import MapView, Outlines, draw_map
from sogdia.report.words import Words, words_in

__all__ = ["Drawing", "drawing", "light_style"]

WIDTH = 1200
MAP_HEIGHT = 750
LINE = 22
PER_LINE = 150
"""Letters of small print that fit on a line; East Asian ones count twice."""
DARK = re.compile(r"@media \(prefers-color-scheme:dark\)\{(?:[^{}]*\{[^{}]*\})*\}")


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG and its size in CSS pixels."""

    svg: str
    width: int
    height: int


def light_style() -> str:
    """The style of the report without its dark scheme: documents are printed on white."""
    style = (resources.files("sogdia.report") / "templates" / "report.css").read_text("utf-8")
    return DARK.sub("", style)


def drawing(
    content: ReportContent,
    picture: Picture,
    *,
    framed: bool = True,
    outlines: Outlines | None = None,
) -> Drawing:
    """Draw a picture of a document.

    Parameters
    ----------
    framed : bool
        With title, source and, for a map, legend and disclaimer: for a file that stands alone.
    """
    words = words_in(content.language)
    if picture.what == "map":
        return _map(content, picture, words, framed, outlines)
    if picture.what == "gains":
        chart = gains_chart((*content.gainers, *content.losers), 940, words=words)
    else:
        incomes = content.flows.incomes if content.flows is not None else ()
        rows = [GainRow(zone=r.country, country="", change=r.full) for r in incomes]
        chart = gains_chart(rows, 940, INCOME, words)
    found = re.search(r'viewBox="0 0 (\d+) (\d+)"', chart)
    width, height = (int(found[1]), int(found[2])) if found else (940, 40)
    return Drawing(_standalone(chart, width, height, words), width, height)


def _map(
    content: ReportContent,
    picture: Picture,
    words: Words,
    framed: bool,
    outlines: Outlines | None,
) -> Drawing:
    if content.map is None:
        raise ValueError("the report has no map")
    view = draw_map(content.map, outlines)
    inner = str(view.svg).replace(
        "<svg ", f'<svg x="0" y="{{top}}" width="{WIDTH}" height="{MAP_HEIGHT}" ', 1
    )
    top = 70 if framed else 0
    parts = [inner.replace("{top}", str(top), 1)]
    if framed:
        parts.insert(0, _text(20, 30, content.title, 22, bold=True))
        parts.insert(1, _text(20, 55, picture.title, 15))
    height = top + MAP_HEIGHT
    for row in _legend(view, words):
        height += LINE
        x = 20
        for item in row:
            parts.append(_key(item, x, height))
            x += (62 if item.line else 24) + int(7.6 * _letters(item.title))
    height += 8
    small = (
        words("doc.source", source=picture.source),
        words("map.plan") + " " + (words("map.flow-note") if view.flow_kinds else ""),
        words("foot.base-map"),
        words("map.disclaimer"),
    )
    for paragraph in small if framed else ():
        for line in _wrapped(paragraph.strip()):
            height += 17
            parts.append(_text(20, height, line, 12, soft=True))
    height += 14 if framed else 0
    return Drawing(_standalone("\n".join(parts), WIDTH, height, words, wrap=True), WIDTH, height)


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry of the legend: a line drawn in the style of the map, or a sign."""

    title: str
    group: str = ""
    line: str = ""


def _legend(view: MapView, words: Words) -> Iterator[list[_Item]]:
    yield [_Item(title, f"layer {name}", "lk") for name, title in view.layers if name != "air"]
    row = [_Item(words("map.route-before"), "route before", "rt")] if view.has_before else []
    row += [_Item(words("map.route-after"), "route after", "rt")] if view.has_after else []
    row += [
        _Item(words(f"map.{kind}"), "", f"fl {kind}")
        for kind in ("more", "less")
        if kind in view.flow_kinds
    ]
    row += [_Item(f"{sign} {words(f'change.{change}')}") for change, sign in view.changes]
    if row:
        yield row


def _key(item: _Item, x: int, y: int) -> str:
    if not item.line:
        return _text(x, y, item.title, 13, bold=True)
    width = ' stroke-width="5"' if item.line.startswith("fl") else ""
    return (
        f'<g class="{item.group}" transform="translate({x} {y})">'
        f'<path class="{item.line}"{width} fill="none" d="M0 -5h34"/></g>'
        + _text(x + 42, y, item.title, 13)
    )


def _standalone(inner: str, width: int, height: int, words: Words, *, wrap: bool = False) -> str:
    """A whole SVG file with the style inside."""
    style = f"<style>{_style_as_text(light_style())}</style>"
    fonts = f"font-family:{words.language.fonts[1]},{words.language.fonts[0]},sans-serif"
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" xml:lang="{words.language.tag}" style="{fonts}">'
    )
    if not wrap:
        inner = inner.replace("<svg ", f'<svg x="0" y="0" width="{width}" height="{height}" ', 1)
    back = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    return f"{opening}{style}{back}{inner}</svg>\n"


def _style_as_text(style: str) -> str:
    """Style as text of XML: a child combinator is `&gt;` there."""
    return style.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _text(
    x: float, y: float, text: str, size: int, *, bold: bool = False, soft: bool = False
) -> str:
    weight = ' font-weight="700"' if bold else ""
    fill = "#4c5866" if soft else "#17202b"
    at = f'x="{x:g}" y="{y:g}" font-size="{size}" fill="{fill}"{weight}'
    return f"<text {at}>{escape(text)}</text>"


def _letters(text: str) -> float:
    return sum(1.8 if ord(c) >= 0x2E80 else 1.0 for c in text)


def _wrapped(text: str) -> list[str]:
    """Lines of about `PER_LINE` letters; Chinese breaks anywhere, other text at spaces."""
    lines, line = [""], 0.0
    for piece in re.findall(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*|\s+", text):
        size = _letters(piece)
        if line + size > PER_LINE and lines[-1]:
            lines.append("")
            line = 0.0
        lines[-1] += piece
        line += size
    return [kept.strip() for kept in lines]
