"""One table in one Parquet file, with enough in the file to rebuild its schema without a model.

The schema (name, keys, and each column's type, unit and title) is kept as JSON under the Parquet
key ``sogdia.schema``. Rows are in key order, compressed with zstd, with a checksum on every page.
The digest of a table is taken over its content and not over these bytes, because the footer names
the version of the writer.
"""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
# The stubs of pyarrow leave the types of columns open.

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sogdia.core.errors import InvalidInput, Problem, ProblemList
from sogdia.core.table import Column, Schema, Table

__all__ = ["in_key_order", "problems_of_table", "read_table", "table_digest", "write_table"]

SCHEMA_KEY = b"sogdia.schema"


def in_key_order(table: Table) -> Table:
    """The same rows sorted by the keys; as they are when there are no keys."""
    if not table.schema.keys or len(table) < 2:
        return table
    return Table(table.schema, _sorted(table.arrow, table.schema.keys))


def table_digest(table: Table) -> str:
    """sha256 over schema and values, the same for every order of rows and columns.

    Titles are left out, so that a reworded title is not another result. Null and 0 and the empty
    text are three different values; -0.0 is 0.0.
    """
    names = sorted(table.schema.names)
    keys = table.schema.keys
    order = [*keys, *(n for n in names if n not in keys)]
    arrow = _sorted(table.arrow, order) if len(table) > 1 else table.arrow
    columns = {c.name: c for c in table.schema.columns}
    total = hashlib.sha256()
    header = {
        "name": table.schema.name,
        "keys": list(keys),
        "columns": [[n, columns[n].type, columns[n].unit] for n in names],
        "rows": len(table),
    }
    total.update(json.dumps(header, sort_keys=True).encode())
    for name in names:
        column = arrow.column(name)
        total.update(_validity(column))
        total.update(_content(column))
    return total.hexdigest()


def problems_of_table(name: str, table: Table) -> ProblemList:
    """What keeps a table out of a run: repeated keys, numbers that are not finite."""
    problems = ProblemList()
    schema = table.schema
    if schema.keys:
        counted = table.arrow.group_by(list(schema.keys)).aggregate([([], "count_all")])
        if counted.num_rows != len(table):
            repeated = counted.filter(pc.greater(counted.column("count_all"), pa.scalar(1)))
            first = repeated.select(list(schema.keys)).slice(0, 3).to_pylist()
            problems.add(
                f"table {name}",
                "rows share a key",
                got="; ".join(" ".join(str(v) for v in row.values()) for row in first),
                allowed=f"one row for each {', '.join(schema.keys)}",
            )
    for column in schema.columns:
        if column.type != "number":
            continue
        values = table.arrow.column(column.name)
        finite = pc.all(pc.is_finite(values)).as_py()
        if finite is False:
            problems.add(
                f"table {name}, column {column.name}",
                "holds numbers that are not finite",
                allowed="a finite number, or null for absent",
            )
    return problems


def write_table(table: Table, file: Path) -> None:
    """Write in key order and flush to the disk."""
    arrow = in_key_order(table).arrow
    described = {
        "name": table.schema.name,
        "keys": list(table.schema.keys),
        "columns": [
            {"name": c.name, "type": c.type, "unit": c.unit, "title": c.title}
            for c in table.schema.columns
        ],
    }
    metadata = {SCHEMA_KEY: json.dumps(described, ensure_ascii=False).encode()}
    with file.open("wb") as stream:
        pq.write_table(
            arrow.replace_schema_metadata(cast("Any", metadata)),
            stream,
            compression="zstd",
            write_page_checksum=True,
        )
        stream.flush()
        os.fsync(stream.fileno())


def read_table(file: Path) -> Table:
    """A table and its schema, from the file alone.

    Raises
    ------
    InvalidInput
        When the file is missing, damaged or was not written by `write_table`.
    """
    try:
        with pq.ParquetFile(file, page_checksum_verification=True) as parquet:
            stored = parquet.schema_arrow.metadata or {}
            if SCHEMA_KEY not in stored:
                raise _refused(file, "has no Sogdia schema", "a table written by a run store")
            schema = _schema(file, stored[SCHEMA_KEY])
            arrow = parquet.read().replace_schema_metadata(None)
        return Table(schema, arrow.select(list(schema.names)))
    except FileNotFoundError:
        raise _refused(file, "is not there", "the file the manifest names") from None
    except (OSError, pa.ArrowException, KeyError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _refused(file, f"cannot be read ({text})", "an undamaged Parquet file") from None


def _schema(file: Path, text: bytes) -> Schema:
    try:
        described = json.loads(text)
        columns = tuple(
            Column(c["name"], c["type"], title=c["title"]) for c in described["columns"]
        )
        units = {c["name"]: c["unit"] for c in described["columns"]}
        schema = Schema(described["name"], columns, tuple(described["keys"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _refused(file, f"has a schema that cannot be read ({error})", "") from None
    changed = [c.name for c in columns if c.unit != units[c.name]]
    if changed:
        raise _refused(
            file, f"was written when {', '.join(changed)} had another unit", "the units of today"
        )
    return schema


def _refused(file: Path, what: str, allowed: str) -> InvalidInput:
    return InvalidInput(
        [
            Problem(
                where=str(file), what=what, allowed=allowed, fix="remove the folder and run again"
            )
        ]
    )


def _sorted(arrow: pa.Table, names: list[str] | tuple[str, ...]) -> pa.Table:
    keys = arrow.select(list(names))
    for i, field in enumerate(keys.schema):
        if pa.types.is_boolean(field.type):
            keys = keys.set_column(i, field.name, keys.column(i).cast(pa.int8()))
    order: list[tuple[str, Any]] = [(name, "ascending") for name in names]
    return arrow.take(pc.sort_indices(keys, sort_keys=order))


def _validity(column: pa.ChunkedArray[Any]) -> bytes:
    return column.is_valid().to_numpy().astype(np.uint8).tobytes()


def _content(column: pa.ChunkedArray[Any]) -> bytes:
    kind = column.type
    filled: Any
    if pa.types.is_string(kind):
        filled = column.fill_null(pa.scalar(""))
        lengths = pc.binary_length(filled).to_numpy().astype(np.int64).tobytes()
        return lengths + "".join(filled.to_pylist()).encode()
    if pa.types.is_floating(kind):
        values = column.fill_null(pa.scalar(0.0)).to_numpy().astype(np.float64) + 0.0
        values[np.isnan(values)] = np.nan
        return values.tobytes()
    if pa.types.is_boolean(kind):
        return column.fill_null(pa.scalar(value=False)).to_numpy().astype(np.uint8).tobytes()
    if pa.types.is_date(kind):
        column = column.cast(pa.int32())
    return column.fill_null(pa.scalar(0, type=column.type)).to_numpy().astype(np.int64).tobytes()
