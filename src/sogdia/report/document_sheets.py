"""The tables of a report as XLSX: a sheet each, with a row of units and a row of the source.

Row 1 has the source, row 2 the headings, row 3 the units; these stay in sight. A number is stored
as a number, with its band beside it where it has one; what is absent is a word. A share is stored
as it is and shown in per cent. No text is ever a formula: every text is stored as a text cell.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sogdia.core.extras import require
from sogdia.report.document_blocks import Cell, Grid, Outline
from sogdia.report.document_zip import settled
from sogdia.report.number import Number
from sogdia.report.words import Words
from sogdia.results.export import NOT_IN_XML

__all__ = ["HEAD_ROWS", "sheets_file"]

HEAD_ROWS = 3
SHEET_NAME_CHARACTERS = 31
CELL_CHARACTERS = 32_767
NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a sheet: which cell of the row it shows, and which part of a number."""

    position: int
    part: str  # "text", "value", "unit", "low" or "high"
    heading: str
    unit: str


def sheets_file(outline: Outline, grids: Iterable[Grid], words: Words, when: datetime) -> bytes:
    """The workbook as bytes.

    Raises
    ------
    MissingExtra
        When openpyxl is not installed.
    """
    openpyxl = require("openpyxl", extra="report", purpose="XLSX documents")
    styles = require("openpyxl.styles", extra="report", purpose="XLSX documents")
    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    writer = _Sheets(book, styles, words)
    writer.cover(outline)
    for grid in grids:
        writer.sheet(grid)
    core = book.properties
    core.title, core.creator, core.lastModifiedBy = _clean(outline.title), "Sogdia", "Sogdia"
    core.created = core.modified = when.replace(tzinfo=None)
    made = io.BytesIO()
    book.save(made)
    return settled(made.getvalue(), when)


class _Sheets:
    """A workbook being written."""

    def __init__(self, book: Any, styles: Any, words: Words) -> None:
        self.book, self.words = book, words
        self.bold = styles.Font(bold=True)
        self.soft = styles.Font(italic=True, color="4C5866")
        self.wrap = styles.Alignment(wrap_text=True, vertical="top")
        self.top = styles.Alignment(vertical="top")

    def cover(self, outline: Outline) -> None:
        """First sheet: what was asked, of which run, and how to read the others."""
        words = self.words
        sheet = self.book.create_sheet(_sheet_name(words("sheet.summary")))
        rows = [
            (outline.title, ""),
            (outline.question, ""),
            *outline.facts,
            *(
                ("", item)
                for block in outline.blocks
                if type(block).__name__ == "Bullets"
                for item in getattr(block, "items", ())
            ),
            ("", words("foot.made")),
        ]
        for number, (label, text) in enumerate(rows, start=1):
            self._text(sheet.cell(number, 1), label, self.bold)
            self._text(sheet.cell(number, 2), text)
        sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 110

    def sheet(self, grid: Grid) -> None:
        """One table."""
        words = self.words
        sheet = self.book.create_sheet(_sheet_name(words(f"sheet.{grid.sheet}")))
        source = f"{grid.title}. {words('doc.source', source=grid.source)}"
        self._text(sheet.cell(1, 1), source, self.soft)
        columns = self._columns(grid)
        for number, column in enumerate(columns, start=1):
            self._text(sheet.cell(2, number), column.heading, self.bold, wrap=True)
            self._text(sheet.cell(3, number), column.unit, self.soft)
        for at, row in enumerate(grid.rows, start=HEAD_ROWS + 1):
            for number, column in enumerate(columns, start=1):
                self._value(sheet.cell(at, number), row[column.position], column)
        sheet.freeze_panes = sheet.cell(HEAD_ROWS + 1, 2)
        for number, column in enumerate(columns, start=1):
            letter = sheet.cell(2, number).column_letter
            sheet.column_dimensions[letter].width = self._width(grid, column)
        if grid.rows:
            last = sheet.cell(HEAD_ROWS + len(grid.rows), len(columns)).coordinate
            sheet.auto_filter.ref = f"A2:{last}"

    def _columns(self, grid: Grid) -> list[_Column]:
        words, found = self.words, list[_Column]()
        for position, heading in enumerate(grid.columns):
            numbers = [c for row in grid.rows if isinstance(c := row[position], Number)]
            if not numbers:
                found.append(_Column(position, "text", heading, ""))
                continue
            units = {n.unit for n in numbers}
            unit = words.unit(units.pop()) if len(units) == 1 else ""
            found.append(_Column(position, "value", heading, unit))
            if len({n.unit for n in numbers}) > 1:
                found.append(_Column(position, "unit", f"{heading}: {words('word.unit')}", ""))
            if any(n.p05 is not None and n.p05 != n.p95 for n in numbers):
                for part in ("low", "high"):
                    title = f"{heading}: {words(f'word.{part}')}"
                    found.append(_Column(position, part, title, unit))
        return found

    def _value(self, cell: Any, value: Cell, column: _Column) -> None:
        if isinstance(value, str):
            self._text(cell, value if column.part in ("text", "value") else "", wrap=True)
            return
        if column.part == "unit":
            self._text(cell, self.words.unit(value.unit) if value.central is not None else "")
            return
        shown = {"value": value.central, "low": value.p05, "high": value.p95}[column.part]
        if shown is None:
            absent = self.words(f"absent.{value.absent.replace(' ', '-')}")
            missing = absent if value.central is None else self.words("band.unknown")
            self._text(cell, missing, self.soft)
            return
        cell.value = shown
        cell.alignment = self.top
        cell.number_format = "0.000%" if value.unit == "share" else _number_format(shown)
        if value.caveat:
            cell.font = self.soft

    def _text(self, cell: Any, text: str, font: Any = None, *, wrap: bool = False) -> None:
        cell.value = ""
        cell.value = _clean(text)[:CELL_CHARACTERS]
        cell.data_type = "s"
        if font is not None:
            cell.font = font
        cell.alignment = self.wrap if wrap else self.top

    def _width(self, grid: Grid, column: _Column) -> float:
        longest = max(
            (
                len(c) if isinstance(c := row[column.position], str) else 12
                for row in grid.rows
                if column.part in ("text", "value")
            ),
            default=10,
        )
        return float(min(max(longest + 2, 12), 60))


def _number_format(value: float) -> str:
    size = abs(value)
    return "#,##0" if size >= 1000 else "#,##0.0" if size >= 10 else "0.0000"


def _sheet_name(text: str) -> str:
    return NOT_IN_SHEET_NAMES.sub(" ", text)[:SHEET_NAME_CHARACTERS]


def _clean(text: str) -> str:
    """Text that XML can hold."""
    return NOT_IN_XML.sub("\ufffd", text)
