"""One self-contained page from a `ReportContent`.

Nothing on the page is fetched: style, script, map and charts are inline. The same content gives
the same bytes.
"""

from __future__ import annotations

import functools
import numbers
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any, cast

import jinja2
from markupsafe import Markup

from sogdia.core.replacing import replacing
from sogdia.report.charts import (
    INCOME,
    corridor_strip,
    gains_chart,
    time_split,
    wide_and_narrow,
)
from sogdia.report.content import GainRow, IncomeRow, ReportContent, RouteBeforeAfter
from sogdia.report.map import MapView, Outlines, draw_map
from sogdia.report.number import Number, number_html, number_text, safe_link
from sogdia.report.words import ENGLISH, Words, words_in

__all__ = ["environment", "render", "template_text", "write"]

FORMATTERS = ("filesizeformat", "float", "format", "int", "round", "sum")
"""Filters of Jinja that could print a number without its band; they are taken away."""


def environment(*, mark: str = "", words: Words = ENGLISH) -> jinja2.Environment:
    """The template environment: escapes everything, and refuses a bare float.

    Parameters
    ----------
    mark : str
        Anchor of the warning that stands beside every result; empty when all is solved.
    words : Words
        The texts; ``t`` in a template.
    """

    def finalize(value: object) -> object:
        if isinstance(value, Number):
            return number_html(value, words=words)
        if isinstance(value, (numbers.Real, Decimal)) and not isinstance(value, numbers.Integral):
            raise TypeError(f"a template may not print the bare number {value!r}; give it a Number")
        if value is None:
            raise TypeError("a template may not print None; give it a Number or a word")
        return value

    def result(number: Number) -> Markup:
        return number_html(number, mark=mark, words=words)

    def plain(number: Number) -> str:
        return number_text(number, words)

    templates = jinja2.Environment(
        loader=jinja2.FunctionLoader(template_text),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in FORMATTERS:
        del templates.filters[name]
    templates.filters["result"] = result
    templates.filters["plain"] = plain
    templates.filters["link"] = safe_link
    texts = cast("dict[str, Any]", templates.globals)
    texts |= {"t": words, "known": words.known}
    return templates


def template_text(name: str) -> str:
    """A file of the folder of templates."""
    return (resources.files("sogdia.report") / "templates" / name).read_text("utf-8")


def render(content: ReportContent, *, outlines: Outlines | None = None) -> str:
    """The page as text.

    Parameters
    ----------
    content : ReportContent
        Its `language` is that of headings, labels and units.
    outlines : Outlines, optional
        Base map; the one shipped with the evidence when left out.
    """
    words = words_in(content.language)
    troubled = [status for status in content.statuses if not status.clean]
    view: MapView | None = draw_map(content.map, outlines) if content.map else None
    values: dict[str, Any] = {
        "content": content,
        "troubled": troubled,
        "view": view,
        "lang": words.language.tag,
        "disclaimer": words("map.disclaimer"),
        "style": Markup(template_text("report.css")),
        "script": Markup(template_text("report.js")),
        "strip": functools.partial(_strip, words),
        "split": functools.partial(_split, words),
        "gains": functools.partial(_gains, words),
        "incomes": functools.partial(_incomes, words),
        "is_number": functools.partial(_is, kind=Number),
    }
    templates = environment(mark="#warnings" if troubled else "", words=words)
    return templates.get_template("report.html.j2").render(values)


def write(content: ReportContent, path: Path, *, outlines: Outlines | None = None) -> Path:
    """Write the page; a reader sees the old file or the whole new one, never half of it."""
    text = render(content, outlines=outlines)
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return path


def _strip(words: Words, route: RouteBeforeAfter) -> Markup:
    return wide_and_narrow(functools.partial(corridor_strip, route, words=words))


def _split(words: Words, route: RouteBeforeAfter) -> Markup:
    return wide_and_narrow(functools.partial(time_split, route, words=words))


def _gains(words: Words, rows: tuple[GainRow, ...]) -> Markup:
    return wide_and_narrow(functools.partial(gains_chart, rows, words=words))


def _incomes(words: Words, rows: tuple[IncomeRow, ...]) -> Markup:
    shown = tuple(GainRow(zone=r.country, country="", change=r.full) for r in rows)
    return wide_and_narrow(functools.partial(gains_chart, shown, of=INCOME, words=words))


def _is(value: object, kind: type) -> bool:
    return isinstance(value, kind)
