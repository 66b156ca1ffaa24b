"""How results are printed: tables a person can read aloud, or JSON for a program."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sogdia.scenario.scenario import Scenario

__all__ = [
    "MILLION",
    "check_output",
    "column_widths",
    "commodity",
    "idle_notes",
    "number",
    "parse_day",
    "print_json",
    "print_table",
    "progress",
    "say",
]

MILLION = 1e6

COMMODITIES = {
    "container": "container-general", "general": "container-general",
    "high-value": "container-high-value", "perishable": "perishables",
}  # fmt: skip


def say(text: str = "") -> None:
    """Print one line."""
    sys.stdout.write(f"{text}\n")


def print_json(value: object) -> None:
    """Print JSON: dates as ISO text, absent as null."""
    sys.stdout.write(json.dumps(_plain(value), indent=2, ensure_ascii=False, default=str) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value


def number(value: float | None, digits: int = 0, absent: str = "unknown") -> str:
    """A number with thousands separators, or a word for its absence."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return absent
    return f"{value:,.{digits}f}"


def print_table(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[tuple[str, str]],
    *,
    title: str = "",
    right: frozenset[str] = frozenset(),
) -> None:
    """Print rows as a table; `columns` are (key, heading), `right` the keys aligned right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    width = None if sys.stdout.isatty() else 160
    table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    cells = [["" if row.get(k) is None else str(row[k]) for k, _ in columns] for row in rows]
    console = Console(width=width, highlight=False)
    lines = [[heading for _, heading in columns], *cells]
    widths = column_widths(lines, console.width) if width is None else [None] * len(columns)
    for (key, heading), wide in zip(columns, widths, strict=True):
        table.add_column(
            heading, justify="right" if key in right else "left", overflow="fold", width=wide
        )
    for row in cells:
        table.add_row(*map(Text, row))
    console.print(table)


COLUMN_GAP = 3
"""Blanks between two columns; the edges take as many together."""


SHORTEST_BREAK = 10
"""Words up to this length are not broken."""


def column_widths(lines: Sequence[Sequence[str]], room: int) -> list[int | None]:
    """Widths of columns on a narrow terminal, so that cells break between words.

    Every column has its longest word, but the longest of all are broken where there is no room;
    what room is left is shared evenly among those that want more. None leaves the widths to the
    library: all fits, or not even the words do.
    """
    by_column = list(zip(*lines, strict=True))
    whole = [max(map(len, column)) for column in by_column]
    words = [max(len(w) for cell in c for w in (cell.split() or [""])) for c in by_column]
    room -= COLUMN_GAP * len(words)
    while sum(words) > room and max(words) > SHORTEST_BREAK:
        words[words.index(max(words))] -= 1
    if sum(whole) <= room or sum(words) > room:
        return [None] * len(words)
    found: list[int | None] = list(words)
    spare = room - sum(words)
    wanting = sorted(range(len(words)), key=lambda i: whole[i] - words[i])
    for place, i in enumerate(wanting):
        more = min(whole[i] - words[i], spare // (len(wanting) - place))
        found[i] = words[i] + more
        spare -= more
    return found


def parse_day(text: str | None, default: date) -> date:
    """An ISO date given on the command line.

    Raises
    ------
    UnknownName
        When it is not one.
    """
    if text is None:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        import typer

        raise typer.BadParameter(f"{text!r} is not a date such as 2026-01-31") from None


def check_output(file: Path | None, *suffixes: str) -> None:
    """Refuse a file that cannot be written, before the work is done and not after.

    Raises
    ------
    BadParameter
        When it is a folder, lies in something that is none, or ends in another way.
    """
    import typer

    if file is None:
        return
    if suffixes and file.suffix not in suffixes:
        raise typer.BadParameter(f"{file.name}: end it in {' or '.join(suffixes)}")
    if file.is_dir():
        raise typer.BadParameter(f"{file} is a folder; name a file in it")
    above = next((p for p in file.absolute().parents if p.exists()), None)
    if above is not None and not above.is_dir():
        raise typer.BadParameter(f"{above} is a file; a folder is needed for {file.name}")
    if above is not None and not os.access(above, os.W_OK | os.X_OK):
        raise typer.BadParameter(f"{above} may not be written to")


def idle_notes(scenario: Scenario) -> tuple[str, ...]:
    """A line for each measure that is in force on no date of its scenario."""
    return tuple(
        f'measure "{m.id}" is in force from {m.on}'
        + (f" until {m.until}" if m.until is not None else "")
        + ": on no date of this scenario"
        for m in scenario.idle()
    )


def commodity(name: str) -> str:
    """A commodity class from its name or a short form of it."""
    return COMMODITIES.get(name, name)


@contextmanager
def progress(*, show: bool) -> Generator[Callable[[str, float], None]]:
    """A progress bar on a terminal's standard error; silent elsewhere."""
    if not (show and sys.stderr.isatty()):
        yield lambda _what, _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("", total=1.0)
        yield lambda what, share: bar.update(task, description=what, completed=share)
