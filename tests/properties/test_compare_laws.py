"""Laws of digests and comparisons, over random tables."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sogdia.core.table import Column, Schema, Table
from sogdia.results.compare import compare
from sogdia.results.manifest import Manifest, TableEntry
from sogdia.results.parquet import read_table, table_digest, write_table
from sogdia.results.store import Run, run_id

COLUMNS = (
    Column("on", "date"),
    Column("place"),
    Column("leg", "integer"),
    Column("open", "flag"),
    Column("name"),
    Column("time_h", "number"),
    Column("money_usd2023_per_t", "number"),
)
KEYS = ("on", "place", "leg")
SCHEMA = Schema("walk", COLUMNS, KEYS)

NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False, width=64)
TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
ROW = st.fixed_dictionaries(
    {
        "on": st.none() | st.dates(date(1992, 1, 1), date(1992, 1, 3)),
        "place": TEXTS,
        "leg": st.none() | st.integers(-2, 2),
        "open": st.none() | st.booleans(),
        "name": TEXTS,
        "time_h": NUMBERS,
        "money_usd2023_per_t": NUMBERS,
    }
)
ROWS = st.lists(ROW, max_size=8, unique_by=lambda r: tuple(r[k] for k in KEYS))


def as_run(name: str, table: Table) -> Run:
    """A run that is already read, so that no disk is needed."""
    manifest = Manifest(
        id=run_id(name=name), scenario=name, title=name, scenario_digest="", role="scenario",
        baseline=None, dates=(), evidence_digest="", code_digest="", version="", seed=0, draws=0,
        created=datetime(2025, 1, 1, tzinfo=UTC),
        tables={"walk": TableEntry(rows=len(table), digest="")},
    )  # fmt: skip
    return Run(Path("nowhere"), manifest, {"walk": table})


def other_value(value: Any, kind: str) -> Any:
    if value is None:
        return {"text": "", "number": 0.0, "integer": 0, "flag": False, "date": date(1970, 1, 1)}[
            kind
        ]
    if kind == "number":
        return math.nextafter(value, 0.0 if value > 0 else 1.0)
    return {
        "text": lambda: value + "x",
        "integer": lambda: value + 1,
        "flag": lambda: not value,
        "date": lambda: value + timedelta(days=1),
    }[kind]()


@settings(deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_digest_does_not_depend_on_the_order_of_rows_or_columns(
    rows: list[Any], random: Any
) -> None:
    before = table_digest(Table.from_rows(SCHEMA, rows))
    mixed, columns = list(rows), list(COLUMNS)
    random.shuffle(mixed)
    random.shuffle(columns)
    assert table_digest(Table.from_rows(Schema("walk", tuple(columns), KEYS), mixed)) == before


@settings(deadline=None)
@given(ROWS, st.data())
def test_any_changed_value_changes_the_digest(rows: list[Any], data: Any) -> None:
    assume(rows)
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(COLUMNS))
    changed = [dict(r) for r in rows]
    changed[row][column.name] = other_value(rows[row][column.name], column.type)
    assume(len({tuple(r[k] for k in KEYS) for r in changed}) == len(rows))
    one, two = Table.from_rows(SCHEMA, rows), Table.from_rows(SCHEMA, changed)
    assert (table_digest(one) == table_digest(two)) == (
        sorted(map(repr, one.rows())) == sorted(map(repr, two.rows()))
    )


@settings(deadline=None)
@given(ROWS)
def test_absent_is_another_value_than_zero_or_empty(rows: list[Any]) -> None:
    assume(any(r["time_h"] is None or r["name"] is None for r in rows))
    filled = [{**r, "time_h": r["time_h"] or 0.0, "name": r["name"] or ""} for r in rows]
    assert table_digest(Table.from_rows(SCHEMA, rows)) != table_digest(
        Table.from_rows(SCHEMA, filled)
    )


def test_text_does_not_run_from_one_row_into_the_next() -> None:
    a = Table.from_rows(Schema("t", (Column("k", "integer"), Column("w")), ("k",)),
                        [{"k": 1, "w": "ab"}, {"k": 2, "w": "c"}])  # fmt: skip
    b = a.replace(w=["a", "bc"])
    assert table_digest(a) != table_digest(b)
    assert table_digest(a) == table_digest(a.replace(w=["ab", "c"]))


def test_keys_units_and_names_are_part_of_the_digest() -> None:
    rows = [{"a": "x", "b": "y"}]
    columns = (Column("a"), Column("b"))
    digests = {
        table_digest(Table.from_rows(Schema(name, columns, keys), rows))
        for name in ("t", "u")
        for keys in (("a",), ("b",), ("a", "b"))
    }
    assert len(digests) == 6
    titled = (Column("a", title="new words"), Column("b"))
    assert table_digest(Table.from_rows(Schema("t", titled, ("a",)), rows)) in digests


@settings(deadline=None)
@given(ROWS)
def test_a_table_comes_back_from_parquet(tmp_path_factory: Any, rows: list[Any]) -> None:
    file = tmp_path_factory.mktemp("t") / "walk.parquet"
    table = Table.from_rows(SCHEMA, rows)
    write_table(table, file)
    back = read_table(file)
    assert back.schema == SCHEMA
    assert sorted(map(repr, back.rows())) == sorted(map(repr, table.rows()))
    assert table_digest(back) == table_digest(table)


@settings(deadline=None)
@given(ROWS)
def test_a_run_against_itself_is_exactly_zero(rows: list[Any]) -> None:
    run = as_run("one", Table.from_rows(SCHEMA, rows))
    found = compare(run, run, "walk")
    for variable in found.variables:
        for row in found.rows():
            if row[f"before_{variable}"] is None:
                assert row[f"presence_{variable}"] == "absent"
                assert row[f"change_{variable}"] is None
                assert row[f"relative_{variable}_share"] is None
            else:
                assert row[f"change_{variable}"] == 0.0
                assert row[f"relative_{variable}_share"] == 0.0
    assert len(found.top(5)) == 0


SMALL = st.none() | st.integers(-1000, 1000).map(float)


@settings(deadline=None)
@given(ROWS, st.data(), st.randoms(use_true_random=False))
def test_swapping_the_runs_turns_the_change_round(rows: list[Any], data: Any, random: Any) -> None:
    before = [{**r, "time_h": data.draw(SMALL)} for r in rows]
    after = [{**r, "time_h": data.draw(SMALL)} for r in rows]
    random.shuffle(after)
    one = as_run("one", Table.from_rows(SCHEMA, before))
    two = as_run("two", Table.from_rows(SCHEMA, after))
    there = compare(one, two, "walk", ["time_h"])
    back = compare(two, one, "walk", ["time_h"])
    turned = {"appears": "disappears", "disappears": "appears"}

    def by_key(comparison: Any) -> dict[Any, Any]:
        return {tuple(r[k] for k in KEYS): r for r in comparison.rows()}

    rows_back = by_key(back)
    expected = {tuple(r[k] for k in KEYS): r["time_h"] for r in after}
    for key, row in by_key(there).items():
        other = rows_back[key]
        assert row["after_time_h"] == expected[key]
        presence = row["presence_time_h"]
        assert turned.get(presence, presence) == other["presence_time_h"]
        if presence == "both":
            assert row["change_time_h"] == -other["change_time_h"]
        else:
            assert row["change_time_h"] is None


@settings(deadline=None)
@given(ROWS, st.data())
def test_the_mean_change_is_the_change_of_means(rows: list[Any], data: Any) -> None:
    assume(rows)
    before = [{**r, "time_h": data.draw(SMALL)} for r in rows]
    after = [{**r, "time_h": data.draw(SMALL)} for r in rows]
    found = compare(
        as_run("one", Table.from_rows(SCHEMA, before)),
        as_run("two", Table.from_rows(SCHEMA, after)),
        "walk",
        ["time_h"],
    )
    (row,) = found.by().rows()
    changes = found.table["change_time_h"]
    changes = changes[~np.isnan(changes)]
    assert row["pairs_time_h"] == len(changes)
    if len(changes):
        assert math.isclose(row["change_time_h"], changes.mean(), abs_tol=1e-9)
    else:
        assert row["change_time_h"] is None
    parts = found.by("place", "leg")
    assert parts["pairs_time_h"].sum() == len(changes)
