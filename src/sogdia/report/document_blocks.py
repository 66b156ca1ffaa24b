"""The pieces of a document, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sogdia.report.number import Number

__all__ = ["Block", "Bullets", "Cell", "Grid", "Heading", "Kind", "Outline", "Paragraph", "Picture"]

Kind = Literal["brief", "full"]
Cell = str | Number


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 1 is below the title."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or more; `note` is small and `warning` is set apart."""

    text: str
    style: Literal["", "note", "warning"] = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table.

    Attributes
    ----------
    sheet : str
        Key of its name in a workbook: ``pairs`` for the text ``sheet.pairs``.
    columns : tuple of str
        Headings.
    rows : tuple of tuple of str or Number
        One cell a column.
    source : str
        Runs and tables, or whose claims.
    parted : bool
        In a text, one table for each word of the first column.
    """

    sheet: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    source: str
    parted: bool = False

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.title}: {len(self.columns)} cells a row; got {len(row)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure to be drawn from the report's content; `words` say what it shows."""

    what: Literal["map", "gains", "incomes"]
    title: str
    source: str
    words: str


Block = Heading | Paragraph | Bullets | Grid | Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A whole document in order.

    Attributes
    ----------
    facts : tuple of (str, str)
        Scenario, baseline, date, run: the lines below the title.
    """

    title: str
    question: str
    kind: Kind
    kind_words: str
    facts: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    foot: str
