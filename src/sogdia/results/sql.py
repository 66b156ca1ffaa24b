"""Questions in SQL over every run of a store, with DuckDB in memory.

One view a table name unites all runs that have it, with the columns `run` and `scenario` in
front; the view `runs` has the manifests. The connection can open the Parquet files of those views
and nothing else: no other file, no network, no extension, and its settings are locked before the
question is looked at.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sogdia.core.errors import InvalidInput, Problem, nearest
from sogdia.results.store import Run, RunStore

if TYPE_CHECKING:
    import duckdb

__all__ = ["query"]

ASKS_FOR_NAMES = re.compile(r"\b(show|information_schema|duckdb_\w+|pg_\w+)\b", re.IGNORECASE)

RUNS = pa.schema(
    [
        ("run", pa.string()),
        ("scenario", pa.string()),
        ("title", pa.string()),
        ("role", pa.string()),
        ("baseline", pa.string()),
        ("state", pa.string()),
        ("dates", pa.list_(pa.date32())),
        ("seed", pa.int64()),
        ("draws", pa.int64()),
        ("failed_draws", pa.int64()),
        ("claims_read", pa.int64()),
        ("options", pa.string()),
        ("wall_time_s", pa.float64()),
        ("created", pa.timestamp("us", tz="UTC")),
        ("version", pa.string()),
        ("scenario_digest", pa.string()),
        ("evidence_digest", pa.string()),
        ("code_digest", pa.string()),
    ]
)


def query(store: RunStore, sql: str, *, limit: int | None = None) -> pa.Table:
    """The answer to one SELECT, WITH, DESCRIBE or SHOW over the tables of all runs.

    Parameters
    ----------
    store : RunStore
    sql : str
    limit : int, optional
        Rows after which to stop; all of them by default.

    Raises
    ------
    InvalidInput
        When it is not one statement that only reads, or DuckDB refuses it; with DuckDB's message
        and the names there are.
    """
    import duckdb

    runs = store.runs()
    by_table: dict[str, list[Run]] = {}
    for run in runs:
        for name in run.tables():
            by_table.setdefault(name, []).append(run)
    names = ["runs", *sorted(by_table)]
    with duckdb.connect(":memory:", config={"python_enable_replacements": "false"}) as connection:
        try:
            _check_reads_only(connection, sql)
            used = [n for n in sorted(by_table) if ASKS_FOR_NAMES.search(sql) or n in sql.lower()]
            _add_views(connection, runs, {n: by_table[n] for n in used})
            relation = connection.sql(sql)
            if limit is not None:
                relation = relation.limit(limit)
            return relation.to_arrow_table()
        except duckdb.Error as error:
            raise _refused(str(error), names) from None


def _check_reads_only(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    statements = connection.extract_statements(sql)
    kinds = [statement.type.name for statement in statements]
    if kinds != ["SELECT"]:
        raise InvalidInput(
            [
                Problem(
                    where="sql",
                    what="is not one question that only reads",
                    got=", ".join(kinds) or "nothing",
                    allowed="one SELECT, WITH, DESCRIBE or SHOW",
                    fix="export the tables to change them elsewhere",
                )
            ]
        )


def _add_views(
    connection: duckdb.DuckDBPyConnection, runs: tuple[Run, ...], by_table: dict[str, list[Run]]
) -> None:
    connection.register("manifests_given", _manifests(runs))
    connection.execute("CREATE TABLE runs AS SELECT * FROM manifests_given")
    connection.unregister("manifests_given")
    files: list[str] = []
    for name, having in by_table.items():
        parts: list[str] = []
        for run in having:
            file = str(run.path(name).resolve())
            files.append(file)
            parts.append(
                f"SELECT {_quoted(run.id)} AS run, {_quoted(run.manifest.scenario)} AS scenario, * "
                f"FROM read_parquet({_quoted(file)}, hive_partitioning=false)"
            )
        connection.execute(f'CREATE VIEW "{name}" AS ' + " UNION ALL BY NAME ".join(parts))
    allowed = ", ".join(_quoted(f) for f in files)
    connection.execute(f"SET allowed_paths = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _manifests(runs: tuple[Run, ...]) -> pa.Table:
    rows: list[dict[str, Any]] = []
    for run in runs:
        manifest = run.manifest
        row: dict[str, Any] = {n: getattr(manifest, n, None) for n in RUNS.names}
        rows.append(
            {
                **row,
                "run": manifest.id,
                "dates": list(manifest.dates),
                "failed_draws": len(manifest.failed_draws),
                "options": json.dumps(dict(manifest.options), sort_keys=True),
            }
        )
    return pa.Table.from_pylist(rows, schema=RUNS)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _refused(message: str, names: list[str]) -> InvalidInput:
    missing = re.search(r"Table with name (\S+) does not exist", message)
    close = nearest(missing[1], names) if missing else ()
    fix = f"did you mean {' or '.join(close)}?" if close else ""
    return InvalidInput(
        [Problem(where="sql", what=message.strip(), allowed=f"tables {', '.join(names)}", fix=fix)]
    )
