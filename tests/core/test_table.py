"""Tables: declared columns, absent values, and nothing that can be changed in place."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sogdia.core.errors import UnknownName
from sogdia.core.table import Column, Schema, Table

SCHEMA = Schema(
    "demo",
    (
        Column("id"),
        Column("opened", "date"),
        Column("tracks", "integer"),
        Column("busy", "flag"),
        Column("length_km", "number"),
    ),
    ("id",),
)
COLUMNS = {
    "id": ["a", "b"],
    "opened": [date(2016, 6, 22), None],
    "tracks": [1, 2],
    "busy": [True, False],
    "length_km": [12.5, None],
}


def demo() -> Table:
    return Table.from_columns(SCHEMA, COLUMNS)


def test_missing_and_surplus_columns_are_refused_and_both_named() -> None:
    wrong = {k: v for k, v in COLUMNS.items() if k != "busy"} | {"length_mm": [1, 2]}
    with pytest.raises(ValueError, match=r"demo.*missing \['busy'\].*\['length_mm'\]"):
        Table.from_columns(SCHEMA, wrong)


def test_a_surplus_entry_of_a_row_is_refused() -> None:
    with pytest.raises((ValueError, UnknownName)):
        Table.from_rows(SCHEMA, [{"id": "a", "lenght_km": 12.5}])


def test_absent_is_null_in_arrow_and_nan_or_none_outside() -> None:
    table = Table.from_columns(SCHEMA, COLUMNS | {"length_km": [12.5, float("nan")]})
    assert table.arrow.column("length_km").null_count == 1
    assert table.arrow.equals(demo().arrow)
    assert np.isnan(table["length_km"][1])
    assert table["opened"].tolist() == [date(2016, 6, 22), None]
    rows = Table.from_rows(SCHEMA, [{"id": "a"}])
    assert list(rows.rows()) == [dict.fromkeys(SCHEMA.names) | {"id": "a"}]


def test_zero_and_infinity_are_values_not_absence() -> None:
    table = demo().replace(length_km=[0.0, np.inf])
    assert table.arrow.column("length_km").null_count == 0


@pytest.mark.parametrize("name", SCHEMA.names)
def test_columns_are_read_only(name: str) -> None:
    table = demo()
    with pytest.raises(ValueError, match="read-only"):
        table[name][0] = table[name][1]


def test_replace_gives_another_table_and_leaves_the_first() -> None:
    table = demo()
    before = table.arrow
    column = table["length_km"]
    other = table.replace(length_km=[1.0, 2.0], id=["x", "y"])
    assert other["length_km"].tolist() == [1.0, 2.0]
    assert other["tracks"].tolist() == [1, 2]
    assert table.arrow.equals(before)
    assert table["length_km"] is column
    assert table["id"].tolist() == ["a", "b"]


def test_an_array_handed_in_may_be_changed_afterwards() -> None:
    lengths = np.array([1.0, 2.0])
    table = demo().replace(length_km=lengths)
    lengths[0] = 99.0
    assert table["length_km"][0] == 1.0


def test_unknown_columns_offer_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'length_km'"):
        demo()["lenght_km"]
    with pytest.raises(UnknownName, match="did you mean 'length_km'"):
        demo().replace(lenght_km=[1.0, 2.0])


def test_a_column_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        demo().replace(length_km=[1.0])


def test_where_keeps_the_rows_asked_for() -> None:
    assert demo().where(np.array([False, True]))["id"].tolist() == ["b"]


def test_index_by_key_refuses_twins() -> None:
    assert demo().index() == {"a": 0, "b": 1}
    with pytest.raises(ValueError, match="'id' is not unique in table 'demo'"):
        demo().replace(id=["a", "a"]).index()


def test_the_unit_travels_with_the_column() -> None:
    assert demo().arrow.schema.field("length_km").metadata == {b"unit": b"km"}


def test_a_number_column_without_a_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="'length' does not end in a unit"):
        Column("length", "number")
    with pytest.raises(ValueError, match="a text column 'unit' is needed"):
        Schema("long", (Column("id"), Column("amount", "number")))
