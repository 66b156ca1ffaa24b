"""How results are printed: tables a person can read aloud, or JSON for a program."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

__all__ = ["commodity", "number", "parse_day", "print_json", "print_table", "progress", "say"]

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
    for key, heading in columns:
        table.add_column(heading, justify="right" if key in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if row.get(k) is None else str(row[k])) for k, _ in columns))
    Console(width=width, highlight=False).print(table)


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
