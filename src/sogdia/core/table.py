"""Tables: Arrow data with a declared schema, handed round without being changed.

A `Schema` names the columns, their types and the keys. A value column's name ends in its unit.
Arrow is immutable; the numpy columns handed out are read-only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa

from sogdia.core.errors import UnknownName
from sogdia.core.register import register, unit_of_column

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["Column", "Schema", "Table", "null"]

ColumnType = Literal["text", "number", "integer", "flag", "date"]

ARROW: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "flag": pa.bool_(),
    "date": pa.date32(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a key or attribute (`text`, `integer`, `flag`, `date`) or a `number` with a unit.

    A number column's name must end in a suffix of the closed list, or be a registered variable.
    The one exception is `amount` (or a name ending in ``_amount``) in a long table whose rows
    carry their unit in a text column `unit`; the schema checks that the column is there.
    """

    name: str
    type: ColumnType = "text"
    title: str = ""

    def __post_init__(self) -> None:
        if self.type == "number" and self.unit is None and not self.unit_is_in_row:
            raise ValueError(
                f"the number column {self.name!r} does not end in a unit and is not registered"
            )

    @property
    def unit_is_in_row(self) -> bool:
        """Whether each row says the unit of this column, in the text column `unit`."""
        return self.type == "number" and (self.name == "amount" or self.name.endswith("_amount"))

    @property
    def unit(self) -> str | None:
        """The unit of a number column, else None."""
        if self.type != "number":
            return None
        promised = unit_of_column(self.name)
        if promised is not None:
            return promised
        known = register().get(self.name)
        return known.unit if known is not None and known.is_number else None


@dataclass(frozen=True, slots=True)
class Schema:
    """The declared shape of a table."""

    name: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        texts = {c.name for c in self.columns if c.type == "text"}
        for column in self.columns:
            if column.unit_is_in_row and "unit" not in texts:
                raise ValueError(
                    f"the number column {column.name!r} of {self.name!r} has no unit: "
                    "a text column 'unit' is needed beside it"
                )

    def arrow(self) -> pa.Schema:
        """The Arrow schema, with the unit in each field's metadata as well as in its name."""
        return pa.schema(
            [
                pa.field(c.name, ARROW[c.type], metadata={"unit": c.unit} if c.unit else None)
                for c in self.columns
            ]
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(c.name for c in self.columns)


def null(value: float) -> float | None:
    """Write a value into a row: not a number is absent, and absent is null."""
    return None if np.isnan(value) else float(value)


class Table:
    """An immutable table with a schema."""

    __slots__ = ("_columns", "arrow", "schema")

    def __init__(self, schema: Schema, arrow: pa.Table) -> None:
        self.schema = schema
        self.arrow = arrow.cast(schema.arrow()) if arrow.schema != schema.arrow() else arrow
        self._columns: dict[str, NDArray[Any]] = {}

    @classmethod
    def from_columns(
        cls, schema: Schema, columns: Mapping[str, Sequence[Any] | NDArray[Any]]
    ) -> Table:
        """From one array-like a column; every column of the schema must be there and no other.

        In a number column NaN means absent and is stored as null.
        """
        missing = [n for n in schema.names if n not in columns]
        surplus = [n for n in columns if n not in schema.names]
        if missing or surplus:
            raise ValueError(f"table {schema.name}: missing {missing}, not in the schema {surplus}")
        arrays = [
            pa.array(_owned(columns[c.name]), type=ARROW[c.type], from_pandas=c.type == "number")
            for c in schema.columns
        ]
        return cls(schema, pa.Table.from_arrays(arrays, schema=schema.arrow()))

    @classmethod
    def from_rows(cls, schema: Schema, rows: Iterable[Mapping[str, Any]]) -> Table:
        """From one mapping a row; a missing entry is null."""
        listed = list(rows)
        surplus = sorted({n for r in listed for n in r} - set(schema.names))
        if surplus:
            raise ValueError(f"table {schema.name}: not in the schema {surplus}")
        return cls.from_columns(schema, {n: [r.get(n) for r in listed] for n in schema.names})

    def __len__(self) -> int:
        return self.arrow.num_rows

    def __repr__(self) -> str:
        return f"<Table {self.schema.name}: {len(self)} rows; {', '.join(self.schema.names)}>"

    def __getitem__(self, name: str) -> NDArray[Any]:
        """A column as a read-only numpy array; null is NaN in numbers and None elsewhere."""
        if name not in self._columns:
            if name not in self.schema.names:
                raise UnknownName(f"column of {self.schema.name}", name, self.schema.names)
            column = self.arrow.column(name)
            if pa.types.is_floating(column.type):
                array = column.to_numpy(zero_copy_only=False).astype(np.float64)
            elif (
                column.null_count
                or pa.types.is_string(column.type)
                or pa.types.is_date(column.type)
            ):
                array = np.array(column.to_pylist(), dtype=object)
            else:
                array = column.to_numpy(zero_copy_only=False).copy()
            array.flags.writeable = False
            self._columns[name] = array
        return self._columns[name]

    def rows(self) -> Iterator[dict[str, Any]]:
        """One dict a row."""
        yield from self.arrow.to_pylist()

    def where(self, mask: NDArray[np.bool_]) -> Table:
        """The rows where `mask` is true."""
        return Table(self.schema, self.arrow.filter(pa.array(mask)))

    def replace(self, **columns: Sequence[Any] | NDArray[Any]) -> Table:
        """A copy with some columns replaced."""
        kept: dict[str, Any] = {n: self.arrow.column(n) for n in self.schema.names}
        arrow = self.arrow
        for name, values in columns.items():
            if name not in kept:
                raise UnknownName(f"column of {self.schema.name}", name, self.schema.names)
            field = self.schema.arrow().field(name)
            array = pa.array(
                _owned(values), type=field.type, from_pandas=pa.types.is_floating(field.type)
            )
            arrow = arrow.set_column(arrow.schema.get_field_index(name), field, array)
        return Table(self.schema, arrow)

    def index(self, key: str | None = None) -> dict[Any, int]:
        """Row number by key.

        Raises
        ------
        ValueError
            When the key is not unique.
        """
        name = key if key is not None else self.schema.keys[0]
        values = self.arrow.column(name).to_pylist()
        found = {v: i for i, v in enumerate(values)}
        if len(found) != len(values):
            raise ValueError(f"{name!r} is not unique in table {self.schema.name!r}")
        return found

    def df(self) -> pd.DataFrame:
        """A pandas frame (needs pandas, which comes with the extra ``report``)."""
        from sogdia.core.extras import require

        require("pandas", extra="report", purpose="a pandas frame")
        return self.arrow.to_pandas()


def _owned(values: Sequence[Any] | NDArray[Any]) -> Sequence[Any] | NDArray[Any]:
    """The values, copied where Arrow would keep a view of the caller's memory."""
    return np.array(values) if isinstance(values, np.ndarray) else values
