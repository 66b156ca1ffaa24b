"""SQL over all runs: views, refusals, no way out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sogdia.core.errors import InvalidInput
from sogdia.results.sql import query
from sogdia.results.store import Run, RunStore


@pytest.fixture
def stored(put: Callable[..., Run], store: RunStore) -> RunStore:
    put("one")
    put("o'two", created=2)
    return store


def test_a_view_unites_the_runs(stored: RunStore) -> None:
    found = query(stored, "SELECT scenario, time_h FROM skim WHERE reachable ORDER BY scenario;")
    assert found.to_pydict() == {"scenario": ["o'two", "one"], "time_h": [100.0, 100.0]}
    ids = query(stored, "SELECT DISTINCT run FROM skim ORDER BY run").column("run").to_pylist()
    assert ids == sorted(run.id for run in stored.runs())
    joined = query(
        stored,
        "WITH s AS (SELECT * FROM skim) "
        "SELECT r.title, count(*) AS n FROM s JOIN runs r USING (run) "
        "JOIN route USING (run, origin, destination) GROUP BY ALL ORDER BY ALL",
    )
    assert joined.column("n").to_pylist() == [3, 3]


def test_runs_have_their_manifests(stored: RunStore) -> None:
    rows = query(stored, "SELECT * FROM runs ORDER BY created").to_pylist()
    assert [r["scenario"] for r in rows] == ["one", "o'two"]
    assert rows[0]["state"] == "usable"
    assert rows[0]["failed_draws"] == 1
    assert rows[0]["dates"] == list(stored.find("one").manifest.dates)
    assert rows[0]["seed"] == 7


def test_names_are_shown_and_described(stored: RunStore) -> None:
    names = query(stored, "SHOW TABLES").column("name").to_pylist()
    assert names == sorted(["runs", *stored.find("one").tables()])
    columns = query(stored, "DESCRIBE skim").column("column_name").to_pylist()
    assert columns[:3] == ["run", "scenario", "on"]


def test_limit(stored: RunStore) -> None:
    assert query(stored, "SELECT leg FROM route ORDER BY leg DESC", limit=2).num_rows == 2
    assert query(stored, "SELECT leg FROM route").num_rows == 6
    assert query(stored, "SHOW TABLES", limit=1).num_rows == 1


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO runs SELECT * FROM runs",
        "DROP VIEW skim",
        "CREATE TABLE x AS SELECT 1",
        "COPY skim TO 'out.csv'",
        "ATTACH 'x.db'",
        "SET threads = 1",
        "PRAGMA version",
        "INSTALL httpfs",
        "CALL pragma_version()",
        "EXPORT DATABASE 'x'",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP VIEW skim",
        "",
        "-- nothing",
    ],
)
def test_what_does_more_than_read_is_refused(stored: RunStore, sql: str) -> None:
    with pytest.raises(InvalidInput, match="one SELECT, WITH, DESCRIBE or SHOW"):
        query(stored, sql)


def test_no_other_file_can_be_read(
    stored: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    monkeypatch.chdir(tmp_path)
    beside = stored.find("one").folder / "manifest.json"
    for source in (
        f"read_csv('{secret}')", f"read_text('{secret}')", f"'{secret}'", "'secret.csv'",
        f"glob('{tmp_path}/*')", f"read_text('{beside}')", "read_csv('https://example.org/a.csv')",
        f"read_text('{stored.find('one').path('skim')}/../../manifest.json')",
    ):  # fmt: skip
        with pytest.raises(InvalidInput, match="sql:"):
            query(stored, f"SELECT * FROM {source}")
        with pytest.raises(InvalidInput, match="sql:"):
            query(stored, f"SELECT skim.*, x.* FROM skim, {source} x")


def test_python_is_out_of_reach(stored: RunStore) -> None:
    with pytest.raises(InvalidInput, match="does not exist"):
        query(stored, "SELECT * FROM rows")


def test_mistakes_come_back_with_names(stored: RunStore) -> None:
    with pytest.raises(
        InvalidInput, match=r"(?s)skin does not exist.*tables runs, claim.*mean skim"
    ):
        query(stored, "SELECT * FROM skin")
    with pytest.raises(InvalidInput, match=r"(?s)tim_h.*time_h"):
        query(stored, "SELECT tim_h FROM skim")
    with pytest.raises(InvalidInput, match="syntax error"):
        query(stored, "SELEC 1")
    with pytest.raises(InvalidInput, match="Conversion Error"):
        query(stored, "SELECT CAST(origin AS INTEGER) FROM skim")


def test_an_empty_store_answers(store: RunStore) -> None:
    assert query(store, "SELECT * FROM runs").num_rows == 0
    with pytest.raises(InvalidInput, match="tables runs"):
        query(store, "SELECT * FROM skim")


def test_a_damaged_table_is_an_invalid_input(stored: RunStore) -> None:
    stored.find("one").path("skim").write_bytes(b"nothing")
    with pytest.raises(InvalidInput, match="sql:"):
        query(stored, "SELECT * FROM skim")
    assert query(stored, "SELECT * FROM route").num_rows == 6
