"""Each format opened again with a library: values, units, no formulas, nothing half written."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from small_run import A, make_tables

from sogdia.core.errors import InvalidInput, MissingExtra, UnknownName
from sogdia.core.table import Column, Schema, Table
from sogdia.results import export as module
from sogdia.results.export import export
from sogdia.results.parquet import read_table, table_digest
from sogdia.results.store import Run

FORMULAS = ("=", "+", "-", "@")


def unescaped(text: str) -> str:
    return text[1:] if re.match(r"'+[=+\-@\t\r]", text) else text


def test_csv_of_a_table(tmp_path: Path, tables: dict[str, Table]) -> None:
    path = export(tables["places"], tmp_path / "places.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row, was in zip(rows, tables["places"].rows(), strict=True):
        assert not row["name"].startswith(FORMULAS)
        assert unescaped(row["name"]) == (was["name"] or "")
        for name in ("lat_deg", "lon_deg"):
            assert (float(row[name]) if row[name] else None) == was[name]
    assert [r["name"] for r in rows][:5] == ["'=1+1", "'@post", "'-2", "'+2", "''=x"]
    assert rows[6]["lon_deg"].startswith("-0.1")
    with (tmp_path / "places.units.csv").open(encoding="utf-8") as stream:
        units = {r["column"]: r["unit"] for r in csv.DictReader(stream)}
    assert units == {"id": "", "name": "", "lat_deg": "deg", "lon_deg": "deg"}


def test_csv_tells_null_from_empty(tmp_path: Path, tables: dict[str, Table]) -> None:
    text = export(tables["places"], tmp_path / "places.csv").read_text().splitlines()
    assert next(x for x in text if "uz.f" in x).startswith('"uz.f","",')
    assert next(x for x in text if "uz.g" in x).startswith('"uz.g",,')


def test_csv_of_a_run_is_a_folder(tmp_path: Path, put: Callable[..., Run]) -> None:
    run = put()
    folder = export(run, tmp_path / "out")
    assert {f.name for f in folder.iterdir()} == {
        "manifest.json", "units.csv", *(f"{name}.csv" for name in run.tables()),
    }  # fmt: skip
    with (folder / "skim.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert (rows[0]["on"], rows[0]["origin"], float(rows[0]["time_h"])) == ("2025-01-01", A, 100.0)
    assert rows[1]["time_h"] == ""
    with (folder / "units.csv").open(encoding="utf-8") as stream:
        units = {(r["table"], r["column"]): r["unit"] for r in csv.DictReader(stream)}
    assert units["skim", "money_usd2023_per_t"] == "usd2023/t"
    assert units["indicator", "amount"] == "see the column unit"
    with pytest.raises(InvalidInput, match="is in the way"):
        export(run, folder)
    with pytest.raises(InvalidInput, match="a folder of files"):
        export(run, tmp_path / "run.csv")


def test_parquet_and_json(tmp_path: Path, put: Callable[..., Run]) -> None:
    run = put()
    back = read_table(export(run["skim"], tmp_path / "skim.parquet"))
    assert table_digest(back) == run.manifest.tables["skim"].digest
    written = json.loads(export(run["skim"], tmp_path / "skim.json").read_text())
    assert {c["name"]: c["unit"] for c in written["columns"]}["time_h"] == "h"
    assert written["rows"][0]["on"] == "2025-01-01"
    assert written["rows"][1]["time_h"] is None
    folder = export(run, tmp_path / "all", "parquet")
    for name in run.tables():
        assert (
            table_digest(read_table(folder / f"{name}.parquet")) == run.manifest.tables[name].digest
        )


def sheet_rows(sheet: Any) -> list[dict[str, Any]]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_xlsx_of_a_run(tmp_path: Path, put: Callable[..., Run]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    run = put()
    book = openpyxl.load_workbook(export(run, tmp_path / "run.xlsx"))
    assert book.sheetnames == [*run.tables(), "units", "manifest"]
    for name in run.tables():
        for row, was in zip(sheet_rows(book[name]), run[name].rows(), strict=True):
            for column, value in was.items():
                found = row[column]
                found = found.date() if isinstance(found, datetime) else found
                assert (found or None) == (value or None) or found == value, (name, column)
    names = {c.value: c.data_type for c in book["places"]["B"]}
    assert {v: names[v] for v in ("=1+1", "@post", "-2", "+2")} == dict.fromkeys(
        ("=1+1", "@post", "-2", "+2"), "s"
    )
    assert not any(c.data_type == "f" for sheet in book for row in sheet.iter_rows() for c in row)
    units = {(r["table"], r["column"]): r["unit"] for r in sheet_rows(book["units"])}
    assert units["skim", "time_h"] == "h"
    facts = {row[0]: row[1] for row in book["manifest"].iter_rows(values_only=True)}
    assert facts["run"] == run.id
    assert facts["status trade"] == "usable"


def test_xlsx_of_awkward_text(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    words = Schema("words", (Column("word"),))
    table = Table.from_rows(words, [{"word": "a\x00b"}, {"word": "=cmd|' /C calc'!A0"}])
    sheet = openpyxl.load_workbook(export(table, tmp_path / "w.xlsx"))["words"]
    assert [c.value for c in sheet["A"]] == ["word", "a\ufffdb", "=cmd|' /C calc'!A0"]
    assert {c.data_type for c in sheet["A"]} == {"s"}
    long = Table.from_rows(words, [{"word": "x" * 40_000}])
    with pytest.raises(InvalidInput, match="more text than a cell holds"):
        export(long, tmp_path / "long.xlsx")
    assert not (tmp_path / "long.xlsx").exists()


def test_gpkg_of_a_run(tmp_path: Path, put: Callable[..., Run]) -> None:
    geopandas = pytest.importorskip("geopandas")
    pyogrio = pytest.importorskip("pyogrio")
    run = put()
    path = export(run, tmp_path / "run.gpkg")
    layers = dict(pyogrio.list_layers(path))
    assert set(layers) == {*run.tables(), "units", "manifest"}
    assert layers["network_map"] == "LineString"
    assert layers["places"] == "Point"
    assert layers["skim"] is None
    lines = geopandas.read_file(path, layer="network_map")
    assert lines.crs.to_epsg() == 4326
    assert list(lines.geometry[0].coords) == [(80.0, 44.0), (82.0, 45.0)]
    assert lines.geometry[1] is None
    assert list(lines["length_km"]) == [200.0, 500.0]
    points = geopandas.read_file(path, layer="places").set_index("id")
    assert (points.geometry["uz.c"].x, points.geometry["uz.c"].y) == (69.0, 41.0)
    assert points.geometry["kz.b"] is None
    assert points["name"]["cn.a"] == "=1+1"
    skim = pyogrio.read_dataframe(path, layer="skim")
    assert skim["time_h"][0] == 100.0
    assert skim["time_h"].isna()[1]
    units = pyogrio.read_dataframe(path, layer="units")
    row = units[(units["table"] == "skim") & (units["column"] == "time_h")]
    assert list(row["unit"]) == ["h"]


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.gpkg", "t.json", "t.parquet"])
def test_a_failed_export_leaves_what_was_there(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    path.write_text("before")
    kind = path.suffix[1:]

    def broken(*arguments: Any) -> None:
        arguments[-1].write_text("half")
        raise OSError("disk full")

    monkeypatch.setitem(module.BOOKS if kind in module.BOOKS else module.FILES, kind, broken)
    with pytest.raises(OSError, match="disk full"):
        export(make_tables()["skim"], path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
    monkeypatch.undo()
    export(make_tables()["skim"], path)
    assert path.read_bytes() != b"before"


def test_formats_are_checked(tmp_path: Path, tables: dict[str, Table]) -> None:
    with pytest.raises(UnknownName, match="did you mean 'xlsx'"):
        export(tables["skim"], tmp_path / "t.xls")
    with pytest.raises(UnknownName, match="formats: csv"):
        export(tables["skim"], tmp_path / "t")
    assert export(tables["skim"], tmp_path / "t.txt", "csv").name == "t.txt"


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, tables: dict[str, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(MissingExtra, match=r"sogdia\[report\]"):
        export(tables["skim"], tmp_path / "t.xlsx")
    assert list(tmp_path.iterdir()) == []
