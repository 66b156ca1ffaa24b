"""A document outline as DOCX: headings, tables with repeated headings, pictures with words."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sogdia.core.extras import require
from sogdia.report.document_blocks import (
    Block,
    Bullets,
    Cell,
    Grid,
    Heading,
    Outline,
    Paragraph,
    Picture,
)
from sogdia.report.document_widths import column_widths
from sogdia.report.document_zip import settled
from sogdia.report.number import number_text
from sogdia.report.words import Words
from sogdia.results.export import NOT_IN_XML

__all__ = ["word_file"]

LANGUAGE_TAGS = {"en": "en-GB", "ru": "ru-RU", "zh": "zh-CN"}
SMALL_PT = {"brief": 8.0, "full": 8.5}
PICTURE_CM = {"brief": 15.5, "full": 17.0}
LONG_CM, SHORT_CM, SIDE_CM = 29.7, 21.0, 1.9
WIDE = 8
"""Columns from which a chapter of the full report lies on its side."""


def word_file(
    outline: Outline, words: Words, when: datetime, draw: Callable[[Picture], bytes | None]
) -> bytes:
    """The document as bytes.

    Parameters
    ----------
    when : datetime
        Written as its date, so that the same run gives the same bytes.
    draw : callable
        PNG of a picture; None where none can be drawn, and the document says so.

    Raises
    ------
    MissingExtra
        When python-docx is not installed.
    """
    docx = require("docx", extra="report", purpose="DOCX documents")
    writer = _Writer(docx, outline, words, draw)
    writer.write(when)
    made = io.BytesIO()
    writer.book.save(made)
    return settled(made.getvalue(), when)


class _Writer:
    """One document being written."""

    def __init__(
        self,
        docx: Any,
        outline: Outline,
        words: Words,
        draw: Callable[[Picture], bytes | None],
    ) -> None:
        self.book: Any = docx.Document()
        self.shared: Any = require("docx.shared", extra="report", purpose="DOCX documents")
        self.ns: Any = require("docx.oxml.ns", extra="report", purpose="DOCX documents")
        self.oxml: Any = require("docx.oxml", extra="report", purpose="DOCX documents")
        self.outline, self.words, self.draw = outline, words, draw
        self.tables, self.figures = 0, 0

    def write(self, when: datetime) -> None:
        """Everything, in order."""
        self._set_up(when)
        book, outline = self.book, self.outline
        book.add_heading(_clean(outline.title), 0)
        self._paragraph(outline.question, italic=True)
        facts = " · ".join(f"{label}: {text}" for label, text in outline.facts)
        self._paragraph(facts, small=True)
        for chapter in _chapters(outline.blocks):
            wide = any(isinstance(b, Grid) and len(b.columns) - b.parted >= WIDE for b in chapter)
            self._turn(lying=wide and outline.kind == "full")
            for block in chapter:
                self._block(block)
        self._footer()

    def _turn(self, *, lying: bool) -> None:
        """Go on with pages of the other way up, where the last are not so already."""
        section = self.book.sections[-1]
        if (section.page_width > section.page_height) != lying:
            section = self.book.add_section()
            orient = require(
                "docx.enum.section", extra="report", purpose="DOCX documents"
            ).WD_ORIENT
            section.orientation = orient.LANDSCAPE if lying else orient.PORTRAIT
            sides = (LONG_CM, SHORT_CM) if lying else (SHORT_CM, LONG_CM)
            section.page_width, section.page_height = map(self.shared.Cm, sides)

    def _block(self, block: Block) -> None:
        if isinstance(block, Heading):
            self.book.add_heading(_clean(block.text), block.level)
        elif isinstance(block, Paragraph):
            warned = block.style == "warning"
            self._paragraph(block.text, small=block.style == "note", bold=warned)
        elif isinstance(block, Bullets):
            for item in block.items:
                paragraph = self.book.add_paragraph(_clean(item), style="List Bullet")
                paragraph.paragraph_format.space_after = self.shared.Pt(2)
        elif isinstance(block, Grid):
            self._grid(block)
        else:
            self._picture(block)

    def _set_up(self, when: datetime) -> None:
        book, shared = self.book, self.shared
        core = book.core_properties
        core.title, core.author = _clean(self.outline.title), "Sogdia"
        core.subject, core.language = self.outline.kind_words, LANGUAGE_TAGS[self.code]
        core.comments, core.keywords = self.outline.foot, ""
        core.created = core.modified = when.replace(tzinfo=None)
        core.last_modified_by, core.revision = "Sogdia", 1
        section = book.sections[0]
        section.page_width, section.page_height = shared.Cm(SHORT_CM), shared.Cm(LONG_CM)
        section.left_margin = section.right_margin = shared.Cm(SIDE_CM)
        section.top_margin = section.bottom_margin = shared.Cm(1.6)
        latin, east = self.words.language.fonts
        for style in book.styles:
            fonts = getattr(style, "font", None)
            if fonts is not None:
                self._font(style.element, latin, east)
        normal = book.styles["Normal"]
        normal.font.size = shared.Pt(9.5 if self.outline.kind == "brief" else 10)
        normal.paragraph_format.space_after = shared.Pt(4)
        for name, size in (("Title", 18), ("Heading 1", 13)):
            book.styles[name].font.size = shared.Pt(size)

    @property
    def code(self) -> str:
        """Code of the language."""
        return self.words.language.code

    def _font(self, element: Any, latin: str, east: str) -> None:
        properties = element.get_or_add_rPr()
        fonts = properties.find(self.ns.qn("w:rFonts"))
        if fonts is None:
            fonts = self.oxml.OxmlElement("w:rFonts")
            properties.insert(0, fonts)
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(self.ns.qn(f"w:{kind}"), None)
        for kind, font in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", east)):
            fonts.set(self.ns.qn(f"w:{kind}"), font)
        spoken = properties.find(self.ns.qn("w:lang"))
        if spoken is None:
            spoken = self.oxml.OxmlElement("w:lang")
            properties.append(spoken)
        tag = LANGUAGE_TAGS[self.code]
        spoken.set(self.ns.qn("w:val"), tag)
        spoken.set(self.ns.qn("w:eastAsia"), tag if self.code == "zh" else "zh-CN")

    def _paragraph(
        self, text: str, *, small: bool = False, bold: bool = False, italic: bool = False
    ) -> Any:
        paragraph = self.book.add_paragraph()
        run = paragraph.add_run(_clean(text))
        run.bold, run.italic = bold or None, italic or None
        if small:
            run.font.size = self.shared.Pt(8)
        return paragraph

    def _caption(self, text: str, source: str, *, above: bool) -> None:
        paragraph = self.book.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = above
        paragraph.paragraph_format.space_after = self.shared.Pt(2)
        paragraph.add_run(_clean(text) + ". ")
        told = paragraph.add_run(_clean(self.words("doc.source", source=source)))
        told.bold = False

    def _grid(self, grid: Grid) -> None:
        for title, columns, rows in _parts(grid):
            self.tables += 1
            caption = self.words("doc.table", n=self.tables, title=title)
            self._caption(caption, grid.source, above=True)
            self._table(columns, rows)

    def _table(self, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        table = self.book.add_table(rows=1, cols=len(columns), style="Light List Accent 1")
        table.autofit = True
        texts = [
            [_clean(v if isinstance(v, str) else number_text(v, self.words)) for v in row]
            for row in rows
        ]
        columns = [_clean(c) for c in columns]
        room = sum(c.w for c in table._tbl.tblGrid.gridCol_lst)
        widths = column_widths(columns, texts, room)
        for column, cell, width in zip(
            table._tbl.tblGrid.gridCol_lst, table._tbl.tr_lst[0].tc_lst, widths, strict=True
        ):
            column.w = cell.width = self.shared.Emu(width)
        size = self.shared.Pt(SMALL_PT[self.outline.kind] - (1.0 if len(columns) > 7 else 0.0))
        # `table.cell` and `row.cells` search; the elements themselves are found at once.
        for row, values in enumerate((columns, *texts)):
            if row:
                table._tbl.append(self._empty_row(table))
            cells = table._tbl.tr_lst[-1].tc_lst
            for position, (cell, text) in enumerate(zip(cells, values, strict=True)):
                self._fill(cell, text, size, bold=row == 0 or position == 0)
        head = table._tbl.tr_lst[0].get_or_add_trPr()
        for name in ("w:cantSplit", "w:tblHeader"):
            mark = self.oxml.OxmlElement(name)
            mark.set(self.ns.qn("w:val"), "true")
            head.append(mark)
        after = self.book.add_paragraph()
        after.paragraph_format.space_after = self.shared.Pt(4)

    def _empty_row(self, table: Any) -> Any:
        row = self.oxml.OxmlElement("w:tr")
        for column in table._tbl.tblGrid.gridCol_lst:
            cell = self.oxml.OxmlElement("w:tc")
            properties = self.oxml.OxmlElement("w:tcPr")
            width = self.oxml.OxmlElement("w:tcW")
            width.set(self.ns.qn("w:w"), str(int(column.w.twips)))
            width.set(self.ns.qn("w:type"), "dxa")
            properties.append(width)
            cell.append(properties)
            cell.append(self.oxml.OxmlElement("w:p"))
            row.append(cell)
        return row

    def _fill(self, cell: Any, text: str, size: Any, *, bold: bool) -> None:
        paragraph = cell.p_lst[0]
        run = paragraph.add_r()
        properties = run.get_or_add_rPr()
        weight = self.oxml.OxmlElement("w:b")
        if not bold:
            weight.set(self.ns.qn("w:val"), "0")
        properties.append(weight)
        for name in ("w:sz", "w:szCs"):
            height = self.oxml.OxmlElement(name)
            height.set(self.ns.qn("w:val"), str(int(size.pt * 2)))
            properties.append(height)
        run.text = text

    def _picture(self, block: Picture) -> None:
        image = self.draw(block)
        if image is None:
            self._paragraph(self.words("doc.no-map"), small=True)
            return
        self.figures += 1
        width = self.shared.Cm(PICTURE_CM[self.outline.kind])
        shown = self.book.add_picture(io.BytesIO(image), width=width)
        told = shown._inline.docPr
        told.set("descr", _clean(f"{block.title}. {block.words}"))
        told.set("title", _clean(block.title))
        caption = self.words("doc.figure", n=self.figures, title=block.title)
        self._caption(caption, block.source, above=False)

    def _footer(self) -> None:
        paragraph = self.book.sections[0].footer.paragraphs[0]
        run = paragraph.add_run(_clean(self.outline.foot) + "   ")
        run.font.size = self.shared.Pt(8)
        number = paragraph.add_run()
        number.font.size = self.shared.Pt(8)
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            element = self.oxml.OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                element.set(self.ns.qn("w:fldCharType"), kind)
            else:
                element.text = text
            number._r.append(element)


def _chapters(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks from one heading of the first level to the next."""
    chapters: list[list[Block]] = [[]]
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            chapters.append([])
        chapters[-1].append(block)
    return [c for c in chapters if c]


Part = tuple[str, tuple[str, ...], list[tuple[Cell, ...]]]


def _parts(grid: Grid) -> Iterator[Part]:
    """A table, or one for each word of the first column, which becomes its title."""
    if not grid.parted:
        yield grid.title, grid.columns, list(grid.rows)
        return
    for name in dict.fromkeys(row[0] for row in grid.rows):
        rows = [row[1:] for row in grid.rows if row[0] == name]
        yield str(name), grid.columns[1:], rows


def _clean(text: str) -> str:
    """Text that XML can hold."""
    return NOT_IN_XML.sub("\ufffd", text)
