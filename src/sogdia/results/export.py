"""Tables and runs for people who do not read Parquet: CSV, XLSX, GeoPackage, JSON.

Units go with the numbers: ``units.csv`` beside the CSVs of a run (``<name>.units.csv`` beside one
table), a sheet or layer ``units`` in a workbook or GeoPackage, and a ``columns`` entry in JSON.

Text is never a formula. In XLSX every text is stored as a text cell. CSV cannot say what is text,
so there a text that a spreadsheet would take for a formula (it begins with ``=``, ``+``, ``-``,
``@``, a tab or a carriage return) gets an apostrophe in front; one that already begins with
apostrophes before such a character gets one more, so that taking one away restores it. Numbers are
left alone. Null is an empty cell; an empty text in CSV is ``""``.

Nothing is half written: a file is made under a temporary name and renamed, a folder likewise.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from sogdia.core.errors import InvalidInput, Problem, ProblemList, UnknownName
from sogdia.core.extras import require
from sogdia.core.replacing import replacing
from sogdia.core.table import Column, Schema, Table
from sogdia.results.parquet import write_table
from sogdia.results.store import Run

__all__ = ["FORMATS", "NOT_IN_XML", "export"]

FORMATS = ("csv", "xlsx", "gpkg", "parquet", "json")
"""What `export` writes; the suffix of a file is the name of its format."""

FORMULA_START = r"^('*[=+\-@\t\r])"
SHEET_ROWS = 1_048_576
CELL_CHARACTERS = 32_767
SHEET_NAME_CHARACTERS = 31
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Letters that no XML, and so no DOCX or XLSX, may hold."""
WGS84 = "EPSG:4326"

UNITS = Schema(
    "units",
    (Column("table"), Column("column"), Column("type"), Column("unit"), Column("title")),
    ("table", "column"),
)


def export(item: Table | Run, path: Path | str, format: str | None = None) -> Path:
    """Write a table, or every table of a run, for another tool.

    Parameters
    ----------
    item : Table or Run
    path : Path or str
        A file; for a run in csv, parquet or json a folder that does not exist yet or is empty.
        A file that is there is replaced.
    format : {"csv", "xlsx", "gpkg", "parquet", "json"}, optional
        By the suffix when not given; a run into a folder is csv.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    UnknownName
        When the format is not known.
    InvalidInput
        When the tables do not fit the format, or a folder is in the way.
    MissingExtra
        When XLSX or GeoPackage is asked for without the extra `report`.
    """
    target = Path(path)
    kind = _format(item, target, format)
    if isinstance(item, Table):
        tables = {item.schema.name: item}
    else:
        tables = {name: item[name] for name in item.tables()}
    if kind in BOOKS:
        facts = [] if isinstance(item, Table) else _facts(item)
        with replacing(target) as temporary:
            BOOKS[kind](tables, facts, temporary)
        return target
    if isinstance(item, Table):
        with replacing(target) as temporary:
            FILES[kind](item, temporary)
        if kind == "csv":
            with replacing(target.with_suffix(".units.csv")) as temporary:
                _write_csv(_units(tables), temporary)
        return target
    with _new_folder(target) as folder:
        for name, table in tables.items():
            FILES[kind](table, folder / f"{name}.{kind}")
        if kind == "csv":
            _write_csv(_units(tables), folder / "units.csv")
        (folder / "manifest.json").write_text(item.manifest.to_json(), encoding="utf-8")
    return target


def _format(item: Table | Run, path: Path, format: str | None) -> str:
    suffix = path.suffix.removeprefix(".").lower()
    kind = format if format is not None else suffix
    if isinstance(item, Run) and not kind:
        kind = "csv"
    if kind not in FORMATS:
        hint = f"(formats: {', '.join(FORMATS)})"
        raise UnknownName("export format", kind or path.name, FORMATS, hint=hint)
    if isinstance(item, Run) and kind not in BOOKS and suffix in FORMATS:
        raise InvalidInput(
            [
                Problem(
                    where=str(path),
                    what=f"a run in {kind} is a folder of files",
                    fix=f"give a folder without a suffix and format={kind!r}, or name a table",
                )
            ]
        )
    return kind


def _units(tables: Mapping[str, Table]) -> Table:
    rows = [
        {"table": name, "column": c.name, "type": c.type, "unit": _unit(c), "title": c.title}
        for name, table in tables.items()
        for c in table.schema.columns
    ]
    return Table.from_rows(UNITS, rows)


def _unit(column: Column) -> str:
    return "see the column unit" if column.unit_is_in_row else column.unit or ""


def _facts(run: Run) -> list[tuple[str, str]]:
    """The manifest as pairs of words, so that a workbook says how the run went."""
    manifest = run.manifest
    facts = [
        ("run", manifest.id),
        ("scenario", manifest.scenario),
        ("title", manifest.title),
        ("role", manifest.role),
        ("baseline", manifest.baseline or ""),
        ("state", manifest.state),
        ("dates", ", ".join(str(d) for d in manifest.dates)),
        ("seed", str(manifest.seed)),
        ("draws", str(manifest.draws)),
        ("failed draws", str(len(manifest.failed_draws))),
        ("evidence digest", manifest.evidence_digest),
        ("sogdia", manifest.version),
        ("created", manifest.created.isoformat()),
    ]
    facts += [
        (f"status {s.of}".strip(), f"{s.state}: {s.message}".rstrip(": "))
        for s in manifest.statuses
    ]
    return facts


def _write_csv(table: Table, path: Path) -> None:
    arrow = table.arrow
    for column in table.schema.columns:
        if column.type == "text":
            safe = pc.replace_substring_regex(
                arrow.column(column.name), pattern=FORMULA_START, replacement=r"'\1"
            )
            arrow = arrow.set_column(arrow.schema.get_field_index(column.name), column.name, safe)
    pa_csv.write_csv(arrow, str(path))


def _write_json(table: Table, path: Path) -> None:
    written = {
        "table": table.schema.name,
        "keys": list(table.schema.keys),
        "columns": [
            {"name": c.name, "type": c.type, "unit": c.unit, "title": c.title}
            for c in table.schema.columns
        ],
        "rows": list(table.rows()),
    }
    with path.open("w", encoding="utf-8") as stream:
        json.dump(written, stream, ensure_ascii=False, allow_nan=False, default=str)


def _write_xlsx(tables: Mapping[str, Table], facts: list[tuple[str, str]], path: Path) -> None:
    openpyxl = require("openpyxl", extra="report", purpose="XLSX export")
    cell_of = require("openpyxl.cell", extra="report", purpose="XLSX export").WriteOnlyCell
    styles = require("openpyxl.styles", extra="report", purpose="XLSX export")
    sheets = _sheet_names(tables)
    _check_fits_sheets(tables)
    book = openpyxl.Workbook(write_only=True)
    bold = styles.Font(bold=True)

    def text(sheet: Any, value: str) -> Any:
        cell = cell_of(sheet, value="")
        cell.value = NOT_IN_XML.sub("\ufffd", value)
        cell.data_type = "s"
        return cell

    def head(sheet: Any, value: str) -> Any:
        cell = text(sheet, value)
        cell.font = bold
        return cell

    def fill(sheet: Any, table: Table) -> None:
        sheet.freeze_panes = "A2"
        sheet.append([head(sheet, name) for name in table.schema.names])
        columns = [table.arrow.column(name).to_pylist() for name in table.schema.names]
        for values in zip(*columns, strict=True):
            sheet.append([text(sheet, v) if isinstance(v, str) else v for v in values])

    for name, table in tables.items():
        fill(book.create_sheet(sheets[name]), table)
    fill(book.create_sheet("units"), _units(tables))
    if facts:
        sheet = book.create_sheet("manifest")
        for label, value in facts:
            sheet.append([head(sheet, label), text(sheet, value)])
    book.save(path)


def _sheet_names(tables: Mapping[str, Table]) -> dict[str, str]:
    names = {name: name[:SHEET_NAME_CHARACTERS] for name in tables}
    problems = ProblemList()
    taken = [*names.values(), "units", "manifest"]
    for name, sheet in names.items():
        if taken.count(sheet) > 1:
            problems.add(f"table {name}", "would share its sheet name", got=sheet)
    problems.raise_if_any()
    return names


def _check_fits_sheets(tables: Mapping[str, Table]) -> None:
    problems = ProblemList()
    for name, table in tables.items():
        if len(table) >= SHEET_ROWS:
            problems.add(
                f"table {name}", "has more rows than a sheet", got=len(table),
                allowed=SHEET_ROWS - 1, fix="export csv or parquet",
            )  # fmt: skip
        for column in table.schema.columns:
            if column.type != "text" or not len(table):
                continue
            longest = pc.max(pc.utf8_length(table.arrow.column(column.name))).as_py() or 0
            if longest > CELL_CHARACTERS:
                problems.add(
                    f"table {name}, column {column.name}", "has more text than a cell holds",
                    got=longest, allowed=CELL_CHARACTERS, fix="export csv or parquet",
                )  # fmt: skip
    problems.raise_if_any()


def _write_gpkg(tables: Mapping[str, Table], facts: list[tuple[str, str]], path: Path) -> None:
    pyogrio = require("pyogrio", extra="report", purpose="GeoPackage export")
    shapely = require("shapely", extra="report", purpose="GeoPackage export")
    if "units" in tables:
        raise InvalidInput([Problem(where="table units", what="would take the layer of the units")])
    layers = {**tables, "units": _units(tables)}
    if facts:
        schema = Schema("manifest", (Column("field"), Column("value")))
        rows = [{"field": f, "value": v} for f, v in facts]
        layers["manifest"] = Table.from_rows(schema, rows)
    for name, table in layers.items():
        arrow = table.arrow.replace_schema_metadata(None)
        shape = _shape(table, shapely)
        options: dict[str, Any] = {}
        if shape is not None:
            geometry_type, wkb = shape
            arrow = arrow.append_column("geometry", wkb)
            options = {
                "geometry_name": "geometry", "geometry_type": geometry_type, "crs": WGS84,
            }  # fmt: skip
        pyogrio.write_arrow(arrow, str(path), layer=name, driver="GPKG", **options)


def _shape(table: Table, shapely: Any) -> tuple[str, pa.Array[Any]] | None:
    """Geometry type and WKB of the rows, null where a coordinate is; None without coordinates."""
    import numpy as np

    names = set(table.schema.names)
    ends = ("from_lon_deg", "from_lat_deg", "to_lon_deg", "to_lat_deg")
    if names.issuperset(ends):
        x = np.stack([table[n] for n in ends], axis=-1).reshape(-1, 2, 2)
        has = ~np.isnan(x).any(axis=(1, 2))
        made, kind = shapely.linestrings(x[has]), "LineString"
    elif names.issuperset(("lon_deg", "lat_deg")):
        x = np.stack([table["lon_deg"], table["lat_deg"]], axis=-1)
        has = ~np.isnan(x).any(axis=1)
        made, kind = shapely.points(x[has]), "Point"
    else:
        return None
    wkb = np.full(len(table), None, dtype=object)
    wkb[has] = shapely.to_wkb(made)
    return kind, pa.array(wkb, type=pa.binary())


FILES: dict[str, Callable[[Table, Path], None]] = {
    "csv": _write_csv,
    "parquet": write_table,
    "json": _write_json,
}
BOOKS: dict[str, Callable[[Mapping[str, Table], list[tuple[str, str]], Path], None]] = {
    "xlsx": _write_xlsx,
    "gpkg": _write_gpkg,
}


@contextmanager
def _new_folder(target: Path) -> Generator[Path]:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InvalidInput(
            [
                Problem(
                    where=str(target), what="is in the way", allowed="a new or empty folder",
                    fix="give another name",
                )
            ]
        )  # fmt: skip
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        temporary.mkdir()
        yield temporary
        if target.exists():
            target.rmdir()
        os.rename(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
