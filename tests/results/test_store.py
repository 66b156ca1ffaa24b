"""Runs on disk: round trips, writers that die or race, damaged folders."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_run import ON, make_manifest, make_tables, skim_row

from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.core.status import Status
from sogdia.core.table import Column, Schema, Table
from sogdia.models.transport.tables import SKIM
from sogdia.results.manifest import Manifest, read_manifest
from sogdia.results.parquet import table_digest
from sogdia.results.store import RunStore, run_id

HERE = Path(__file__).parent


def test_a_run_reads_back_as_written(store: RunStore, tables: dict[str, Table]) -> None:
    run = store.write(make_manifest(), tables)
    assert run.folder == store.root / run.id[:16]
    again = store.find(run.id)
    assert again.tables() == tuple(sorted(tables))
    for name, table in tables.items():
        back = again[name]
        assert back.schema == table.schema
        assert table_digest(back) == table_digest(table) == again.manifest.tables[name].digest
        keys = list(table.schema.keys)
        rows = [tuple(str(row[k]) for k in keys) for row in back.rows()]
        assert rows == sorted(rows)
        assert len(back) == len(table) == again.manifest.tables[name].rows
    again.verify()
    assert again["skim"]["time_h"][0] == 100.0
    units = {f.name: (f.metadata or {}).get(b"unit") for f in pq.read_schema(again.path("skim"))}
    assert units["time_h"] == b"h"
    assert units["origin"] is None


def test_the_manifest_reads_back_as_written(store: RunStore, tables: dict[str, Table]) -> None:
    manifest = make_manifest()
    run = store.write(manifest, tables)
    text = (run.folder / "manifest.json").read_text()
    assert read_manifest(text, where="m") == run.manifest == store.find("demo").manifest
    assert run.manifest.statuses == manifest.statuses
    assert run.manifest.failed_draws == {3: "no root"}
    assert run.manifest.dates == (ON,)
    assert run.manifest.state == "usable"
    assert json.loads(text)["format"] == 1


def test_a_second_write_of_an_id_is_a_cache_hit(
    store: RunStore, tables: dict[str, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = make_manifest()
    assert not store.has(manifest.id)
    first = store.write(manifest, tables)
    assert store.has(manifest.id)
    stamp = (first.folder / "manifest.json").stat().st_mtime_ns
    monkeypatch.setattr("sogdia.results.store.write_table", None)  # nothing is written again
    second = store.write(make_manifest(title="another title"), {"skim": tables["skim"]})
    assert second.manifest == first.manifest
    assert (first.folder / "manifest.json").stat().st_mtime_ns == stamp
    assert [p.name for p in store.root.iterdir()] == [first.id[:16]]


def test_find_takes_a_scenario_a_prefix_or_an_id(
    put: Callable[..., object], store: RunStore
) -> None:
    old = put("demo", salt=1, created=1)
    new = put("demo", salt=2, created=9)
    other = put("other", salt=3, created=5)
    assert store.find("demo") == new
    assert store.find(old.id) == old  # type: ignore[attr-defined]
    assert store.find(old.id[:16]) == old  # type: ignore[attr-defined]
    assert store.find(other.id[:20]) == other  # type: ignore[attr-defined]
    assert store.runs() == (old, other, new)
    with pytest.raises(UnknownName, match="did you mean 'other'"):
        store.find("othr")
    with pytest.raises(UnknownName):
        store.find("")
    wrong = old.id[:16] + "0" * 48  # type: ignore[attr-defined]
    with pytest.raises(UnknownName):
        store.find(wrong)


def test_an_ambiguous_beginning_says_so(store: RunStore, tables: dict[str, Table]) -> None:
    for number in (1, 2):
        name = "abcd" + f"{number}" * 60
        store.write(make_manifest(f"s{number}", id=name), {"skim": tables["skim"]})
    with pytest.raises(UnknownName, match=r"ambiguous.*s1.*s2"):
        store.find("abcd")
    assert store.find("abcd2").manifest.scenario == "s2"


def test_an_unknown_table_offers_the_nearest(put: Callable[..., object]) -> None:
    run = put()
    with pytest.raises(UnknownName, match="did you mean 'skim'"):
        run["skimm"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda f: (f / "tables" / "skim.parquet").unlink(), "skim.parquet: is not there"),
        (lambda f: (f / "manifest.json").write_text("{"), "is not JSON"),
        (lambda f: (f / "manifest.json").write_text("[]"), "is not a manifest"),
        (lambda f: (f / "manifest.json").write_bytes(b"\xff\xfe"), "cannot be read"),
        (lambda f: (f / "manifest.json").unlink(), "manifest.json: is not there"),
        (
            lambda f: (f / "manifest.json").write_text(
                (f / "manifest.json").read_text().replace('"seed": 7', '"seed": "x"')
            ),
            "seed is of another type",
        ),
        (
            lambda f: (f / "manifest.json").write_text(
                (f / "manifest.json").read_text().replace('"seed"', '"sed"')
            ),
            "did you mean seed",
        ),
    ],
)
def test_a_damaged_folder_is_named_and_not_listed(
    put: Callable[..., object], store: RunStore, damage: Callable[[Path], object], says: str
) -> None:
    good, bad = put("good"), put("bad")
    damage(bad.folder)  # type: ignore[attr-defined]
    assert store.runs() == (good,)
    assert not store.has(bad.id)  # type: ignore[attr-defined]
    assert any(says in str(p) for p in store.damaged())
    with pytest.raises(InvalidInput, match=says):
        store.find(bad.id)  # type: ignore[attr-defined]
    again = put("bad")
    assert store.runs() == (again, good) or store.runs() == (good, again)
    assert len(list(store.root.glob(".damaged-*"))) == 1


def test_a_flipped_byte_in_a_table_is_an_invalid_input(
    put: Callable[..., object], store: RunStore
) -> None:
    run = put()
    file = run.path("skim")  # type: ignore[attr-defined]
    content = bytearray(file.read_bytes())
    content[len(content) // 8] ^= 0xFF
    file.write_bytes(bytes(content))
    with pytest.raises(InvalidInput):
        store.find("demo").verify()
    file.write_bytes(b"")
    with pytest.raises(InvalidInput, match="cannot be read"):
        store.find("demo")["skim"]


def test_verify_notices_another_table(put: Callable[..., object], store: RunStore) -> None:
    run = put()
    other = Table.from_rows(SKIM, [skim_row("a", "b"), skim_row("b", "a")])
    from sogdia.results.parquet import write_table

    write_table(other, run.path("skim"))  # type: ignore[attr-defined]
    with pytest.raises(InvalidInput, match="is not the table that was written"):
        store.find("demo").verify()


def test_tables_that_cannot_be_stored_are_all_named(
    store: RunStore, tables: dict[str, Table]
) -> None:
    twice = Table.from_rows(SKIM, [skim_row("a", "b"), skim_row("a", "b")])
    infinite = tables["skim"].replace(time_h=[float("inf"), 1.0])
    runs = Table.from_rows(Schema("runs", (Column("id"),)), [])
    taken = Table.from_rows(Schema("taken", (Column("run"),)), [])
    with pytest.raises(InvalidInput, match="rows share a key"):
        store.write(make_manifest(), {"skim": twice})
    with pytest.raises(InvalidInput, match="3 problems") as caught:
        store.write(make_manifest(), {"skim": infinite, "runs": runs, "taken": taken})
    assert "time_h" in str(caught.value)
    with pytest.raises(InvalidInput, match="schema of another name"):
        store.write(make_manifest(), {"route": tables["skim"]})
    assert not store.root.exists()


def test_empty_tables_and_tables_without_keys(store: RunStore) -> None:
    plain = Schema("plain", (Column("word"), Column("ok", "flag"), Column("n", "integer")))
    written = {
        "skim": Table.from_rows(SKIM, []),
        "plain": Table.from_rows(plain, [{"word": "b", "ok": None}, {"word": "a", "n": 2**60}]),
    }
    run = store.write(make_manifest(), written)
    assert len(run["skim"]) == 0
    assert list(run["plain"].rows()) == list(written["plain"].rows())
    run.verify()


WRITER = """
    import sys, time
    sys.path.insert(0, {tests!r})
    from small_run import make_manifest, make_tables
    from sogdia.results import store as module
    real = module.write_table
    def slow(table, file):
        real(table, file)
        print("wrote", flush=True)
        time.sleep({pause})
    module.write_table = slow
    module.RunStore({root!r}).write(make_manifest(), make_tables())
"""


def start_writer(root: Path, *, pause: float) -> subprocess.Popen[str]:
    code = textwrap.dedent(WRITER.format(tests=str(HERE), root=str(root), pause=pause))
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_writer_killed_midway_leaves_nothing_that_is_listed(
    store: RunStore, tables: dict[str, Table]
) -> None:
    writer = start_writer(store.root, pause=60)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "wrote\n"
    alive = list(store.root.glob(".partial-*"))
    assert len(alive) == 1
    store.write(make_manifest("other"), {"skim": tables["skim"]})
    assert alive[0].exists(), "a living writer's folder was swept"
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    assert [r.manifest.scenario for r in store.runs()] == ["other"]
    assert store.damaged() == ()
    assert not store.has(make_manifest().id)
    run = store.write(make_manifest(), tables)
    run.verify()
    assert list(store.root.glob(".*")) == []


def test_two_writers_of_one_id_leave_one_run(store: RunStore) -> None:
    writers = [start_writer(store.root, pause=0.05) for _ in range(3)]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    assert [p.name for p in store.root.iterdir()] == [make_manifest().id[:16]]
    store.find("demo").verify()


def test_the_writer_that_comes_second_keeps_the_first(
    store: RunStore, tables: dict[str, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store.write(make_manifest(), tables)
    stamp = first.path("skim").stat().st_ino
    monkeypatch.setattr(RunStore, "has", lambda self, run: False)
    second = store.write(make_manifest(title="late"), tables)
    assert second.manifest.title == first.manifest.title
    assert second.path("skim").stat().st_ino == stamp
    assert [p.name for p in store.root.iterdir()] == [first.id[:16]]


def test_old_leftovers_are_swept_whoever_made_them(
    store: RunStore, tables: dict[str, Table]
) -> None:
    old, young = (
        store.root / f".partial-{'a' * 16}-{os.getpid()}-{'0' * 7}{i}@elsewhere" for i in (0, 1)
    )
    gone = store.root / f".partial-{'b' * 16}-4194999"
    for folder in (old, young, gone):
        folder.mkdir(parents=True)
    past = time.time() - 90_000
    os.utime(old, (past, past))
    store.write(make_manifest(), tables)
    assert not old.exists()
    assert young.exists()
    assert not gone.exists()


def test_run_id_depends_on_inputs_and_not_on_their_order() -> None:
    one = run_id(scenario="a", dates=[date(2025, 1, 1)], options={"x": 1, "y": None})
    assert one == run_id(options={"y": None, "x": 1}, dates=[date(2025, 1, 1)], scenario="a")
    assert one != run_id(scenario="a", dates=[date(2025, 1, 2)], options={"x": 1, "y": None})
    for unstable in ({1, 2}, float("nan"), object(), {1: 2}, [Path("x"), b"x"]):
        with pytest.raises(TypeError):
            run_id(value=unstable)


def test_a_status_is_not_a_yes_or_no() -> None:
    with pytest.raises(TypeError):
        bool(Status(state="failed"))
    with pytest.raises(ValueError, match="is not solved"):
        Status(state="solved", residual=1.0, tolerance=0.1)
    assert Status(state="failed", residual=float("inf")).residual is None


def test_a_manifest_refuses_what_is_not_one() -> None:
    with pytest.raises(ValueError, match="64 hexadecimal"):
        make_manifest(id="../../etc")
    with pytest.raises(ValueError, match="time zone"):
        make_manifest(created=datetime(2025, 1, 1))
    assert make_manifest(statuses=()).state == "solved"
    assert isinstance(make_manifest(created=datetime.now(UTC)), Manifest)


def test_a_unit_that_changed_since_is_refused(put: Callable[..., object]) -> None:
    run = put()
    file = run.path("skim")  # type: ignore[attr-defined]
    arrow = pq.read_table(file)
    text = arrow.schema.metadata[b"sogdia.schema"].replace(b'"unit": "h"', b'"unit": "day"')
    pq.write_table(arrow.replace_schema_metadata({b"sogdia.schema": text}), file)
    with pytest.raises(InvalidInput, match="another unit"):
        run["skim"]  # type: ignore[index]
    pq.write_table(pa.table({"x": [1]}), file)
    with pytest.raises(InvalidInput, match="no Sogdia schema"):
        run["skim"]  # type: ignore[index]


def test_a_value_column_without_a_unit_needs_one_in_the_row() -> None:
    with pytest.raises(ValueError, match="text column 'unit'"):
        Schema("long", (Column("amount", "number"),))
    with pytest.raises(ValueError, match="text column 'unit'"):
        Schema("long", (Column("amount", "number"), Column("unit", "integer")))
    assert Schema("long", (Column("amount", "number"), Column("unit"))).names == ("amount", "unit")
    with pytest.raises(ValueError, match="does not end in a unit"):
        Column("total", "number")


def test_the_small_run_is_itself_sound() -> None:
    assert make_tables()["route"]["time_h"].sum() == make_tables()["skim"]["time_h"][0]
