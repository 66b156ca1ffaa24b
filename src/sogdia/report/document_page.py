"""A document outline as one self-contained HTML page: the brief, and what is printed from it."""

from __future__ import annotations

import dataclasses
import functools

from markupsafe import Markup

from sogdia.report.content import ReportContent
from sogdia.report.document_blocks import Outline, Picture
from sogdia.report.document_picture import drawing, light_style
from sogdia.report.html import environment, template_text
from sogdia.report.map import Outlines
from sogdia.report.number import Number, number_html
from sogdia.report.words import words_in

__all__ = ["page"]


def page(content: ReportContent, found: Outline, *, outlines: Outlines | None = None) -> str:
    """The page as text; nothing on it is fetched."""
    words = words_in(content.language)
    troubled = any(not status.clean for status in content.statuses)
    templates = environment(words=words)

    def shown(number: Number) -> Markup:
        """Without the way back to a claim, which is not on this page."""
        mark = "#warnings" if troubled else ""
        return number_html(dataclasses.replace(number, trace=""), mark=mark, words=words)

    return templates.get_template("document.html.j2").render(
        outline=found,
        lang=words.language.tag,
        style=Markup(light_style() + template_text("document.css")),
        draw=functools.partial(_draw, content, outlines),
        kind_of=lambda block: type(block).__name__,
        is_number=lambda value: isinstance(value, Number),
        shown=shown,
    )


def _draw(content: ReportContent, outlines: Outlines | None, picture: Picture) -> Markup:
    """A picture without the style that the page has already."""
    svg = drawing(content, picture, framed=False, outlines=outlines).svg
    style = svg.index("<style>"), svg.index("</style>") + len("</style>")
    return Markup(svg[: style[0]] + svg[style[1] :])
