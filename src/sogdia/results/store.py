"""Runs on disk: a folder of tables with a manifest, named by the digest of its inputs.

::

    runs/
    ├── 7c1f0a9be2d45588/            the first 16 digits of the run id
    │   ├── manifest.json
    │   └── tables/skim.parquet …
    └── .partial-…/                  somebody is writing, or died writing

A run appears by one rename, so it is either there in full or not there. Finished runs are never
edited. A folder that claims to be a run and is not one is reported and never listed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
import re
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import cast

from sogdia.core.digest import digest_value
from sogdia.core.errors import InvalidInput, Problem, ProblemList, UnknownName
from sogdia.core.table import Table
from sogdia.results.manifest import Manifest, TableEntry, read_manifest
from sogdia.results.parquet import problems_of_table, read_table, table_digest, write_table

__all__ = ["RESERVED_COLUMNS", "RESERVED_TABLES", "Run", "RunStore", "open_run", "run_id"]

ID_DIGITS = 16
"""Digits of the run id in a folder's name: 64 bits, far from any chance collision."""

LEFTOVER_S = 86_400.0
"""Age at which a partial folder is taken for a leftover whoever made it."""

TABLE_NAME = re.compile(r"[a-z][a-z0-9_]*")
FOLDER_NAME = re.compile(rf"[0-9a-f]{{{ID_DIGITS}}}")
PARTIAL_NAME = re.compile(r"\.partial-(?P<id>[0-9a-f]+)-(?P<pid>\d+)(-[0-9a-f]{8}@(?P<host>.+))?")
RESERVED_TABLES = frozenset({"runs"})
"""Names the SQL views need for themselves."""
RESERVED_COLUMNS = frozenset({"run", "scenario"})
"""Columns the SQL views put before those of a table."""


def run_id(**inputs: object) -> str:
    """The id of the run these inputs make: 64 hexadecimal digits.

    Raises
    ------
    TypeError
        When an input is not made of text, finite numbers, flags, dates, None, lists and mappings
        with text keys. Anything else could read differently in another process.
    """
    for name, value in inputs.items():
        _check_stable(name, value)
    return digest_value(inputs)


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """A handle on one finished run. Tables are read when they are asked for, and then kept."""

    folder: Path
    manifest: Manifest
    _read: dict[str, Table] = dataclasses.field(
        default_factory=lambda: {}, repr=False, compare=False
    )

    @property
    def id(self) -> str:
        """The run id in full."""
        return self.manifest.id

    def tables(self) -> tuple[str, ...]:
        """Names of the tables of the run."""
        return tuple(sorted(self.manifest.tables))

    def path(self, name: str) -> Path:
        """The Parquet file of a table.

        Raises
        ------
        UnknownName
            When the run has no such table.
        """
        if name not in self.manifest.tables:
            hint = "" if not self.tables() else f"(tables: {', '.join(self.tables())})"
            raise UnknownName(f"table of run {self.id[:ID_DIGITS]}", name, self.tables(), hint=hint)
        return self.folder / "tables" / f"{name}.parquet"

    def __getitem__(self, name: str) -> Table:
        """A table with the schema it was written with.

        Raises
        ------
        UnknownName
            When the run has no such table.
        InvalidInput
            When its file is damaged.
        """
        if name not in self._read:
            file = self.path(name)
            table = read_table(file)
            expected = self.manifest.tables[name].rows
            if len(table) != expected:
                raise _damaged(file, f"has {len(table)} rows where the manifest has {expected}")
            self._read[name] = table
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self.manifest.tables

    def __hash__(self) -> int:
        return hash(self.id)

    def verify(self) -> None:
        """Read every table and check it against the digest in the manifest.

        Raises
        ------
        InvalidInput
            With every table that is not what was written.
        """
        problems = ProblemList()
        for name in self.tables():
            try:
                found = table_digest(self[name])
            except InvalidInput as error:
                problems.extend(error.problems)
                continue
            if found != self.manifest.tables[name].digest:
                problems.add(
                    str(self.path(name)),
                    "is not the table that was written",
                    got=found[:12],
                    allowed=self.manifest.tables[name].digest[:12],
                    fix="remove the folder and run again",
                )
        problems.raise_if_any()

    def __repr__(self) -> str:
        return (
            f"<Run {self.id[:ID_DIGITS]}: {self.manifest.scenario} ({self.manifest.role}), "
            f"{self.manifest.state}; {', '.join(self.tables())}>"
        )


def open_run(folder: Path) -> Run:
    """The finished run in a folder.

    Raises
    ------
    InvalidInput
        When the folder is not a finished run, with everything that is wrong with it.
    """
    file = folder / "manifest.json"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not there" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise _damaged(file, reason) from None
    manifest = read_manifest(text, where=str(file))
    problems = ProblemList()
    if folder.name != manifest.id[:ID_DIGITS]:
        problems.add(
            str(folder), "is not named by its run id", allowed=manifest.id[:ID_DIGITS],
            fix="give it its name back",
        )  # fmt: skip
    for name in manifest.tables:
        table = folder / "tables" / f"{name}.parquet"
        if not TABLE_NAME.fullmatch(name):
            problems.add(str(file), "names a table that cannot be", got=repr(name))
        elif not table.is_file():
            problems.add(str(table), "is not there", fix="remove the folder and run again")
    problems.raise_if_any()
    return Run(folder, manifest)


@dataclasses.dataclass(frozen=True, slots=True)
class RunStore:
    """A folder of runs. It need not exist before the first write."""

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root))

    def runs(self) -> tuple[Run, ...]:
        """Every finished run, oldest first. Damaged folders are left out; see `damaged`."""
        found, _ = self._opened()
        return found

    def damaged(self) -> tuple[Problem, ...]:
        """What is wrong with the folders that look like runs and are not."""
        _, problems = self._opened()
        return problems

    def has(self, run: str) -> bool:
        """Whether the run with this id is there, finished."""
        try:
            return open_run(self._folder(run)).id == run
        except InvalidInput:
            return False

    def find(self, name: str) -> Run:
        """A run by its id, by the beginning of its id, or the latest run of a scenario.

        Raises
        ------
        UnknownName
            When nothing is called that, or the beginning fits several runs.
        InvalidInput
            When the folder is there and damaged.
        """
        if FOLDER_NAME.fullmatch(name[:ID_DIGITS]):
            direct = self._folder(name)
            if direct.exists():
                run = open_run(direct)
                if run.id.startswith(name):
                    return run
        runs, _ = self._opened()
        of_scenario = [r for r in runs if r.manifest.scenario == name]
        if of_scenario:
            return of_scenario[-1]
        begun = [r for r in runs if name and r.id.startswith(name)]
        if len(begun) == 1:
            return begun[0]
        known = [n for r in runs for n in (r.manifest.scenario, r.id[:ID_DIGITS])]
        if begun:
            listed = ", ".join(f"{r.id[:ID_DIGITS]} ({r.manifest.scenario})" for r in begun[:5])
            more = f" and {len(begun) - 5} more" if len(begun) > 5 else ""
            hint = f"alone: it is ambiguous, {len(begun)} runs begin so: {listed}{more}"
            raise UnknownName("run", name, (), hint=hint)
        hint = "" if runs else f"(there is no finished run in {self.root})"
        raise UnknownName("run", name, known, hint=hint)

    def write(self, manifest: Manifest, tables: Mapping[str, Table]) -> Run:
        """Put a run into the store in one step.

        When a finished run with this id is already there, it is kept and returned, and the tables
        given are dropped: the same id has the same inputs. A damaged folder in the way is moved
        aside to ``.damaged-…``.

        Raises
        ------
        InvalidInput
            When a table cannot be stored, with everything that is wrong with all of them. Nothing
            is written then.
        """
        _checked(tables)
        self.root.mkdir(parents=True, exist_ok=True)
        self._sweep()
        target = self._folder(manifest.id)
        if self.has(manifest.id):
            return open_run(target)
        partial = self.root / (
            f".partial-{manifest.id[:ID_DIGITS]}-{os.getpid()}"
            f"-{secrets.token_hex(4)}@{socket.gethostname()}"
        )
        try:
            folder = partial / "tables"
            folder.mkdir(parents=True)
            entries: dict[str, TableEntry] = {}
            for name, table in sorted(tables.items()):
                write_table(table, folder / f"{name}.parquet")
                entries[name] = TableEntry(rows=len(table), digest=table_digest(table))
            finished = dataclasses.replace(manifest, tables=entries)
            with (partial / "manifest.json").open("w", encoding="utf-8") as stream:
                stream.write(finished.to_json())
                stream.flush()
                os.fsync(stream.fileno())
            for written in (folder, partial):
                _flush_folder(written)
            self._install(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return open_run(target)

    def _install(self, partial: Path, target: Path) -> None:
        """Rename into place; a finished run that is there already stays."""
        for _ in range(3):
            try:
                os.rename(partial, target)
            except OSError:
                if not os.path.lexists(target):
                    raise
                with contextlib.suppress(InvalidInput):
                    open_run(target)
                    return
                self._move_aside(target)
            else:
                _flush_folder(self.root)
                return
        raise _damaged(target, "cannot be replaced")

    def _move_aside(self, target: Path) -> None:
        aside = self.root / f".damaged-{target.name}-{secrets.token_hex(4)}"
        with contextlib.suppress(FileNotFoundError):
            os.rename(target, aside)

    def _sweep(self) -> None:
        """Remove what dead writers left behind."""
        for folder in self.root.glob(".partial-*"):
            if _is_leftover(folder):
                shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, run: str) -> Path:
        return self.root / run[:ID_DIGITS]

    def _opened(self) -> tuple[tuple[Run, ...], tuple[Problem, ...]]:
        runs: list[Run] = []
        problems: list[Problem] = []
        for folder in sorted(self.root.iterdir()) if self.root.is_dir() else ():
            if folder.name.startswith(".") or not folder.is_dir():
                continue
            try:
                runs.append(open_run(folder))
            except InvalidInput as error:
                problems.extend(error.problems)
        runs.sort(key=lambda r: (r.manifest.created, r.id))
        return tuple(runs), tuple(problems)


def _checked(tables: Mapping[str, Table]) -> None:
    problems = ProblemList()
    for name, table in tables.items():
        where = f"table {name}"
        if not TABLE_NAME.fullmatch(name) or name in RESERVED_TABLES:
            problems.add(
                where, "cannot be called that", allowed="a word in small letters, not runs"
            )
        if table.schema.name != name:
            problems.add(where, "has a schema of another name", got=table.schema.name)
        for column in sorted(RESERVED_COLUMNS & set(table.schema.names)):
            problems.add(where, f"has a column {column!r}", fix="the store adds it to SQL views")
        problems.extend(problems_of_table(name, table).problems)
    problems.raise_if_any()


def _check_stable(where: str, value: object) -> None:
    if value is None or isinstance(value, str | bool | int | date | datetime):
        return
    if isinstance(value, float) and math.isfinite(value):
        return
    if isinstance(value, Mapping):
        mapping = cast("Mapping[object, object]", value)
        for key, inner in mapping.items():
            if not isinstance(key, str):
                raise TypeError(f"{where}: keys of a mapping are text; got {key!r}")
            _check_stable(f"{where}.{key}", inner)
        return
    if isinstance(value, list | tuple):
        for i, inner in enumerate(cast("Iterable[object]", value)):
            _check_stable(f"{where}[{i}]", inner)
        return
    raise TypeError(f"{where}: cannot be part of a run id; got {value!r}")


def _is_leftover(folder: Path) -> bool:
    try:
        old = time.time() - folder.stat().st_mtime > LEFTOVER_S
    except OSError:
        return False
    named = PARTIAL_NAME.fullmatch(folder.name)
    if old or named is None:
        return old
    if named["host"] not in {None, socket.gethostname()} or sys.platform == "win32":
        return False
    return not _is_alive(int(named["pid"]))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _flush_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _damaged(where: Path, what: str) -> InvalidInput:
    return InvalidInput(
        [Problem(where=str(where), what=what, fix="remove the folder and run again")]
    )
