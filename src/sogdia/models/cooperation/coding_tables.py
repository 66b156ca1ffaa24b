"""The tables of judgement that this model ships: read once, with their header checked.

They lie in the folder ``coding`` and hold what we coded from the registries: what became of an
event, what it changes in the model, which item of the codebook it fulfils. Facts stay in the
evidence base; each row here points to a row there.
"""

from __future__ import annotations

import csv
import functools
from pathlib import Path

from sogdia.core.errors import ProblemList, UnknownName

__all__ = ["CODING_COLUMNS", "coding_rows"]

FOLDER = Path(__file__).resolve().parent / "coding"

CODING_COLUMNS: dict[str, tuple[str, ...]] = {
    "codebook": ("item", "group", "points", "applies", "rule", "counts", "reason"),
    "coding": ("item", "ground", "note"),
    "effects": ("event", "changes", "rows", "how"),
    "effects_by_kind": ("kind", "why"),
    "follow_up": ("event", "status", "until", "by", "ground"),
    "follow_up_by_kind": ("kind", "status", "ground"),
    "named_projects": ("strategy", "project", "words"),
    "project_rows": ("project", "table", "row"),
    "tested_dates": ("theme", "country", "event", "why"),
    "visas_of_limited_scope": ("regime", "why"),
}
"""The columns of each table."""


@functools.cache
def coding_rows(name: str) -> tuple[dict[str, str], ...]:
    """Rows of one table of judgement.

    Raises
    ------
    UnknownName
        When there is no such table.
    InvalidInput
        When its columns are not the declared ones, or a row has more or fewer cells.
    """
    if name not in CODING_COLUMNS:
        raise UnknownName("table of judgement", name, CODING_COLUMNS)
    file = FOLDER / f"{name}.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.reader(stream))
    columns = CODING_COLUMNS[name]
    problems = ProblemList()
    if tuple(lines[0]) != columns:
        problems.add(file.name, "columns", got=", ".join(lines[0]), allowed=", ".join(columns))
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(columns):
            problems.add(f"{file.name} row {number}", "cells", got=len(cells), allowed=len(columns))
    problems.raise_if_any()
    return tuple(dict(zip(columns, cells, strict=True)) for cells in lines[1:])
