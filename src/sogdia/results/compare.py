"""Paired differences between two runs, pair by pair.

Rows are joined on all keys, exactly. A value that is there in one run only is said to appear or
disappear and never becomes a number, so a pair that loses its only route does not show up as a
large saving, nor as a zero.
"""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
# The stubs of pyarrow leave the types of columns open.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem, ProblemList, UnknownName
from sogdia.core.register import unit_of_column
from sogdia.core.table import Column, Schema, Table
from sogdia.results.parquet import in_key_order
from sogdia.results.store import Run

__all__ = ["PRESENCES", "Comparison", "compare"]

PRESENCES = ("both", "appears", "disappears", "absent")
"""What a presence column says: a value in both runs, in the second only, the first only, none."""

SHOWN_KEYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changes from one run to another.

    Attributes
    ----------
    name : str
        The table compared.
    before, after : str
        Run ids.
    keys, variables : tuple of str
    table : Table
        For each variable ``v``: ``before_v``, ``after_v``, ``change_v`` in its unit,
        ``relative_v_share`` (the change over the size of the value before) and ``presence_v``
        (one of `PRESENCES`). The change is null unless the value is in both runs. The relative
        change is 0 where nothing changes and null where a value leaves zero.
    notes : tuple of str
        What a reader must know beside every number: different evidence, not solved, failed draws.
    """

    name: str
    before: str
    after: str
    keys: tuple[str, ...]
    variables: tuple[str, ...]
    table: Table
    notes: tuple[str, ...]
    source: Table
    source_row: NDArray[np.int64]

    def __getitem__(self, variable: str) -> Table:
        """The comparison of one variable alone.

        Raises
        ------
        UnknownName
            When it was not compared.
        """
        self._require(variable)
        kept = {*self.keys, *_names_of(variable)}
        if variable in UNIT_IN_ROW:
            kept.add("unit")
        columns = tuple(c for c in self.table.schema.columns if c.name in kept)
        schema = Schema(self.table.schema.name, columns, self.table.schema.keys)
        return Table(schema, self.table.arrow.select(list(schema.names)))

    def rows(self) -> Iterator[dict[str, Any]]:
        """One dict a key."""
        return self.table.rows()

    def top(self, n: int = 10, variable: str | None = None) -> Table:
        """The `n` rows where a variable changes most in size, largest first.

        Rows without a change that is a number are left out, and so are rows that do not change.

        Parameters
        ----------
        n : int
        variable : str, optional
            The first one compared by default.
        """
        name = variable if variable is not None else self.variables[0]
        self._require(name)
        size = np.abs(self.table[f"change_{name}"])
        ranked = np.argsort(-np.nan_to_num(size, nan=-1.0), kind="stable")
        ranked = ranked[size[ranked] > 0.0][:n]
        return Table(self.table.schema, self.table.arrow.take(_positions(ranked)))

    def by(self, *keys: str, weight: str | Sequence[float] | NDArray[Any] | None = None) -> Table:
        """Means over groups, of the rows that have a value in both runs.

        Parameters
        ----------
        *keys : str
            Keys of the comparison to keep; none gives one row for everything.
        weight : str or array of float, optional
            A number column of the compared table, taken from the run before, or one weight a row
            of `table`. Equal weights by default.

        Returns
        -------
        Table
            As `table`, with counts in place of presence: ``pairs_v`` rows the mean is over,
            ``appears_v`` and ``disappears_v`` rows it cannot be over. A group without weight has
            null means.

        Raises
        ------
        UnknownName
            When a key or the weight is not known.
        InvalidInput
            When a weight is absent or negative where it is needed, or a group mixes units.
        """
        for key in keys:
            if key not in self.keys:
                raise UnknownName("key of the comparison", key, self.keys)
        count = len(self.table)
        weights = self._weights(weight)
        codes, groups = _encode([self.table.arrow.select(list(keys))], keys, count)
        first = np.full(groups, -1, np.int64)
        first[codes[::-1]] = np.arange(count)[::-1]
        columns: list[Column] = [c for c in self.table.schema.columns if c.name in keys]
        order = {key: i for i, key in enumerate(keys)}
        columns.sort(key=lambda c: order[c.name])
        arrays: list[Any] = [
            self.table.arrow.column(c.name).take(_positions(first)) for c in columns
        ]
        if any(v in UNIT_IN_ROW for v in self.variables):
            columns.append(Column("unit"))
            arrays.append(self._unit_of(codes, first))
        for variable in self.variables:
            presence = self.table[f"presence_{variable}"]
            both = presence == "both"
            if np.any(~(weights[both] >= 0.0)):
                raise InvalidInput(
                    [
                        Problem(
                            where=f"weight of {variable}",
                            what="is absent or negative in some rows",
                            allowed="a weight of at least 0 wherever both runs have a value",
                        )
                    ]
                )
            total = np.bincount(codes[both], weights[both], minlength=groups)
            means: list[NDArray[np.float64]] = []
            for side in ("before", "after"):
                values = self.table[f"{side}_{variable}"]
                summed = np.bincount(codes[both], (weights * values)[both], minlength=groups)
                means.append(
                    np.divide(summed, total, out=np.full(groups, np.nan), where=total > 0.0)
                )
            columns += _value_columns(variable)
            arrays += _difference(*means)
            for label, wanted in (("pairs", "both"), ("appears",) * 2, ("disappears",) * 2):
                columns.append(Column(f"{label}_{variable}", "integer"))
                counted = np.bincount(codes[presence == wanted], minlength=groups)
                arrays.append(pa.array(counted.astype(np.int64)))
        schema = Schema(f"{self.table.schema.name}_by", tuple(columns), keys)
        return in_key_order(Table(schema, pa.Table.from_arrays(arrays, schema=schema.arrow())))

    def _unit_of(self, codes: NDArray[np.int64], first: NDArray[np.int64]) -> pa.Array[Any]:
        units = self.table["unit"]
        mixed = np.flatnonzero(units != units[first][codes]) if len(codes) else codes
        if len(mixed):
            row = mixed[0]
            raise InvalidInput(
                [
                    Problem(
                        where="by",
                        what="a group mixes units",
                        got=f"{units[row]} and {units[first][codes][row]}",
                        fix="group by variable as well",
                    )
                ]
            )
        return pa.array(units[first], type=pa.string())

    def _weights(self, weight: str | Sequence[float] | NDArray[Any] | None) -> NDArray[np.float64]:
        count = len(self.table)
        if weight is None:
            return np.ones(count)
        if isinstance(weight, str):
            known = [c.name for c in self.source.schema.columns if c.type in {"number", "integer"}]
            if weight not in known:
                raise UnknownName(f"number column of {self.name}", weight, known)
            taken = np.full(count, np.nan)
            has = self.source_row >= 0
            values = self.source.arrow.column(weight).to_numpy(zero_copy_only=False)
            taken[has] = values.astype(np.float64)[self.source_row[has]]
            return taken
        given = np.asarray(weight, dtype=np.float64)
        if given.shape != (count,):
            raise InvalidInput(
                [
                    Problem(
                        where="weight",
                        what="is not one number a row of the comparison",
                        got=str(given.shape),
                        allowed=str((count,)),
                    )
                ]
            )
        return given

    def _require(self, variable: str) -> None:
        if variable not in self.variables:
            raise UnknownName("compared variable", variable, self.variables)

    def __repr__(self) -> str:
        return (
            f"<Comparison of {self.name}, {self.before[:16]} to {self.after[:16]}: "
            f"{len(self.table)} rows; {', '.join(self.variables)}>"
        )


UNIT_IN_ROW = frozenset({"amount"})


def compare(
    run_a: Run,
    run_b: Run,
    table: str = "skim",
    variables: Sequence[str] | None = None,
    *,
    missing: str | None = None,
) -> Comparison:
    """What changes in a table from one run to another.

    Parameters
    ----------
    run_a, run_b : Run
        Before and after.
    table : str
    variables : sequence of str, optional
        Number columns; all of them by default.
    missing : {None, "drop", "null"}
        What to do with keys that are in one run only: refuse, leave them out, or keep them with
        the values of the other run absent.

    Raises
    ------
    UnknownName
        When a run lacks the table, or the table a variable.
    InvalidInput
        When keys differ and `missing` does not say what to do; it names the keys.
    """
    if missing not in {None, "drop", "null"}:
        raise UnknownName("way to treat missing keys", str(missing), ("drop", "null"))
    before, after = run_a[table], run_b[table]
    keys = before.schema.keys
    _check_shapes(table, before, after)
    shared = _variables(before, after, variables)
    code_a, code_b = _codes_of_two(before, after, keys)
    row_a, row_b = _match(code_a, code_b)
    if missing != "null":
        if missing is None:
            _refuse_missing(table, before, after, row_a, row_b)
        kept = (row_a >= 0) & (row_b >= 0)
        row_a, row_b = row_a[kept], row_b[kept]
    columns = [c for c in before.schema.columns if c.name in keys]
    arrays: list[Any] = [_pick(before, after, c.name, row_a, row_b) for c in columns]
    if any(v in UNIT_IN_ROW for v in shared):
        columns.append(Column("unit"))
        arrays.append(_pick(before, after, "unit", row_a, row_b))
        _check_units(before, after, row_a, row_b)
    for name in shared:
        value_a, value_b = _values(before, name, row_a), _values(after, name, row_b)
        columns += [*_value_columns(name), Column(f"presence_{name}")]
        arrays += [*_difference(value_a, value_b), pa.array(_presence(value_a, value_b))]
    schema = Schema(f"{table}_change", tuple(columns), keys)
    return Comparison(
        name=table,
        before=run_a.id,
        after=run_b.id,
        keys=keys,
        variables=shared,
        table=Table(schema, pa.Table.from_arrays(arrays, schema=schema.arrow())),
        notes=_notes(run_a, run_b),
        source=before,
        source_row=row_a,
    )


def _check_shapes(name: str, before: Table, after: Table) -> None:
    problems = ProblemList()
    if not before.schema.keys:
        problems.add(f"table {name}", "has no keys to join on")
    if before.schema.keys != after.schema.keys:
        problems.add(
            f"table {name}",
            "has other keys in the second run",
            got=", ".join(after.schema.keys),
            allowed=", ".join(before.schema.keys),
        )
    problems.raise_if_any()


def _variables(before: Table, after: Table, wanted: Sequence[str] | None) -> tuple[str, ...]:
    numbers = [c.name for c in before.schema.columns if c.type == "number"]
    others = {c.name for c in after.schema.columns if c.type == "number"}
    shared = [n for n in numbers if n in others]
    asked = shared if wanted is None else list(dict.fromkeys(wanted))
    for name in asked:
        if name not in shared:
            raise UnknownName(f"number column of {before.schema.name}", name, shared)
    problems = ProblemList()
    if wanted is None and (only := sorted(set(numbers) ^ others)):
        problems.add(
            f"table {before.schema.name}",
            "has number columns in one run only",
            got=", ".join(only),
            fix="name the variables to compare",
        )
    if not asked:
        problems.add(f"table {before.schema.name}", "has no number column to compare")
    problems.extend(
        Problem(
            where=f"column {n} of {before.schema.name}",
            what="does not end in its unit, so its change would have none",
            fix="rename it in the model's tables",
        )
        for n in asked
        if n not in UNIT_IN_ROW and unit_of_column(n) is None
    )
    problems.raise_if_any()
    return tuple(asked)


def _names_of(variable: str) -> tuple[str, ...]:
    return (
        f"before_{variable}",
        f"after_{variable}",
        f"change_{variable}",
        f"relative_{variable}_share",
        f"presence_{variable}",
    )


def _value_columns(variable: str) -> list[Column]:
    return [Column(name, "number") for name in _names_of(variable)[:-1]]


def _difference(before: NDArray[np.float64], after: NDArray[np.float64]) -> list[pa.Array[Any]]:
    """Before, after, change and relative change; NaN becomes null."""
    change = after - before
    size = np.abs(before)
    relative = np.divide(change, size, out=np.full(len(change), np.nan), where=size > 0.0)
    relative[change == 0.0] = 0.0
    return [
        pa.array(a, type=pa.float64(), from_pandas=True) for a in (before, after, change, relative)
    ]


def _presence(before: NDArray[np.float64], after: NDArray[np.float64]) -> list[str]:
    index = np.isnan(before).astype(int) + 2 * np.isnan(after).astype(int)
    return [PRESENCES[i] for i in index]


def _encode(
    parts: Sequence[pa.Table], keys: Sequence[str], count: int
) -> tuple[NDArray[np.int64], int]:
    """One small integer for each distinct key over the rows of all parts; null is a value."""
    codes = np.zeros(count, np.int64)
    size = min(count, 1)
    for key in keys:
        chunks = [chunk for part in parts for chunk in part.column(key).chunks]
        joined = pa.chunked_array(chunks, type=parts[0].schema.field(key).type).combine_chunks()
        encoded = cast(
            "pa.DictionaryArray[Any, Any]", joined.dictionary_encode(null_encoding="encode")
        )
        codes = codes * max(len(encoded.dictionary), 1) + encoded.indices.to_numpy()
        distinct, codes = np.unique(codes, return_inverse=True)
        size = len(distinct)
    return codes, size


def _codes_of_two(
    before: Table, after: Table, keys: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    codes, _ = _encode([before.arrow, after.arrow], keys, len(before) + len(after))
    problems = ProblemList()
    halves = codes[: len(before)], codes[len(before) :]
    for label, half in zip(("first", "second"), halves, strict=True):
        if len(np.unique(half)) != len(half):
            problems.add(f"table {before.schema.name}", f"rows share a key in the {label} run")
    problems.raise_if_any()
    return halves


def _match(
    code_a: NDArray[np.int64], code_b: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row numbers of both sides for every key of either; -1 where a side has none."""
    size = int(max(code_a.max(initial=-1), code_b.max(initial=-1))) + 1
    row_of_b = np.full(size, -1, np.int64)
    row_of_b[code_b] = np.arange(len(code_b))
    in_a = np.zeros(size, np.bool_)
    in_a[code_a] = True
    only_b = np.flatnonzero(~in_a[code_b])
    row_a = np.concatenate([np.arange(len(code_a)), np.full(len(only_b), -1)])
    return row_a.astype(np.int64), np.concatenate([row_of_b[code_a], only_b]).astype(np.int64)


def _refuse_missing(
    name: str, before: Table, after: Table, row_a: NDArray[np.int64], row_b: NDArray[np.int64]
) -> None:
    problems = ProblemList()
    for label, table, rows in (
        ("first", before, row_a[row_b < 0]),
        ("second", after, row_b[row_a < 0]),
    ):
        if len(rows):
            keys = table.arrow.select(list(table.schema.keys)).take(_positions(rows[:SHOWN_KEYS]))
            shown = [" ".join(str(v) for v in row.values()) for row in keys.to_pylist()]
            more = f" and {len(rows) - SHOWN_KEYS} more" if len(rows) > SHOWN_KEYS else ""
            problems.add(
                f"table {name}",
                f"{len(rows)} keys are in the {label} run only",
                got="; ".join(shown) + more,
                fix='say missing="drop" or missing="null" (--missing drop, --missing null)',
            )
    problems.raise_if_any()


def _pick(
    before: Table, after: Table, name: str, row_a: NDArray[np.int64], row_b: NDArray[np.int64]
) -> Any:
    from_a = before.arrow.column(name).take(_positions(row_a[row_a >= 0]))
    from_b = after.arrow.column(name).take(_positions(row_b[row_a < 0]))
    return pa.chunked_array([*from_a.chunks, *from_b.chunks], type=from_a.type)


def _positions(rows: NDArray[np.int64]) -> pa.Int64Array:
    return pa.array(rows, type=pa.int64())


def _values(table: Table, name: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    values = np.full(len(rows), np.nan)
    has = rows >= 0
    values[has] = table[name][rows[has]]
    return values


def _check_units(
    before: Table, after: Table, row_a: NDArray[np.int64], row_b: NDArray[np.int64]
) -> None:
    both = (row_a >= 0) & (row_b >= 0)
    unit_a, unit_b = before["unit"][row_a[both]], after["unit"][row_b[both]]
    differs = np.flatnonzero(unit_a != unit_b)
    if len(differs):
        raise InvalidInput(
            [
                Problem(
                    where=f"table {before.schema.name}",
                    what=f"{len(differs)} rows have another unit in the second run",
                    got=f"{unit_b[differs[0]]}",
                    allowed=f"{unit_a[differs[0]]}",
                )
            ]
        )


def _notes(run_a: Run, run_b: Run) -> tuple[str, ...]:
    notes: list[str] = []
    a, b = run_a.manifest, run_b.manifest
    for label, left, right in (
        ("evidence", a.evidence_digest, b.evidence_digest),
        ("code", a.code_digest, b.code_digest),
        ("seeds", a.seed, b.seed),
        ("numbers of draws", a.draws, b.draws),
        ("options", dict(a.options), dict(b.options)),
    ):
        if left != right:
            notes.append(f"not paired: the two runs have different {label}")
    for label, manifest in (("before", a), ("after", b)):
        for status in manifest.statuses:
            if status.state != "solved":
                solved = status.of or "a solver"
                notes.append(f"{label}: {solved} is {status.state}. {status.message}")
        if manifest.failed_draws:
            notes.append(f"{label}: {len(manifest.failed_draws)} of {manifest.draws} draws failed")
    return tuple(n.strip() for n in notes)
