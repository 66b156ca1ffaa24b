"""Tables keep to their schema and are not changed by whoever reads them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sogdia.core.errors import UnknownName
from sogdia.core.table import Column, Schema, Table

SCHEMA = Schema(
    "things",
    (
        Column("id"),
        Column("length_km", "number"),
        Column("tracks", "integer"),
        Column("paved", "flag"),
        Column("opened", "date"),
    ),
    ("id",),
)


def things() -> Table:
    return Table.from_rows(
        SCHEMA,
        [
            {"id": "a", "length_km": 1.5, "tracks": 2, "paved": True, "opened": date(2016, 6, 22)},
            {"id": "b", "length_km": None, "tracks": None, "paved": None, "opened": None},
        ],
    )


def test_missing_and_surplus_columns_are_both_named() -> None:
    columns = {"id": ["a"], "length_km": [1.0], "tracks": [1], "paved": [True], "speed": [2.0]}
    with pytest.raises(ValueError, match=r"missing \['opened'\], not in the schema \['speed'\]"):
        Table.from_columns(SCHEMA, columns)


def test_absent_is_null_in_the_table_and_nan_in_numpy() -> None:
    table = things()
    assert table.arrow.column("length_km").null_count == 1
    assert np.isnan(table["length_km"][1]) and table["length_km"][0] == 1.5
    assert table["opened"].tolist() == [date(2016, 6, 22), None]
    assert table["tracks"].tolist() == [2, None]
    assert table["paved"].tolist() == [True, None]


def test_nan_handed_in_is_stored_as_null() -> None:
    table = things().replace(length_km=np.array([np.nan, 4.0]))
    assert table.arrow.column("length_km").to_pylist() == [None, 4.0]
    made = Table.from_columns(
        Schema("one", (Column("length_km", "number"),)), {"length_km": [float("nan"), 0.0]}
    )
    assert made.arrow.column("length_km").to_pylist() == [None, 0.0]


@pytest.mark.parametrize("name", SCHEMA.names)
def test_columns_are_read_only(name: str) -> None:
    column = things()[name]
    with pytest.raises(ValueError, match="read-only"):
        column[0] = column[1]


def test_replace_leaves_the_original() -> None:
    table = things()
    before = table["length_km"].copy()
    mine = np.array([9.0, 8.0])
    other = table.replace(length_km=mine)
    mine[0] = -1.0
    assert other["length_km"].tolist() == [9.0, 8.0]
    np.testing.assert_array_equal(table["length_km"], before)


def test_an_unknown_column_offers_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'length_km'"):
        things()["lenght_km"]
    with pytest.raises(UnknownName, match="did you mean 'length_km'"):
        things().replace(lenght_km=[1.0, 2.0])


def test_a_key_used_twice_is_refused() -> None:
    assert things().index() == {"a": 0, "b": 1}
    with pytest.raises(ValueError, match="'id' is not unique in table 'things'"):
        things().replace(id=["a", "a"]).index()


def test_where_keeps_the_marked_rows() -> None:
    table = things()
    assert table.where(table["id"] == "b")["id"].tolist() == ["b"]
    assert len(table.where(table["id"] == "c")) == 0


def test_a_column_of_another_length_is_refused() -> None:
    with pytest.raises(Exception, match=r"(?i)length|row"):
        things().replace(length_km=[1.0])
