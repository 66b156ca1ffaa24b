"""Finished runs: manifest, summary, tables, map, strip, comparison, trace and documents."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, Response

from sogdia.core.errors import Problem, UnknownName
from sogdia.web.answers import (
    CSV,
    JSON,
    csv_answer,
    json_answer,
    json_bytes,
    keep,
    kept_answer,
    of_media,
)
from sogdia.web.asked import On, RunId, TableName
from sogdia.web.holdings import GEOJSON, Holdings
from sogdia.web.problems import ANSWERS, Refused

if TYPE_CHECKING:
    from sogdia.appraisal.run import Appraisal
    from sogdia.results.store import Run

__all__ = ["Documents", "run_router"]

FOR_EVER = {"cache-control": "private, max-age=31536000, immutable"}
PARQUET = "application/vnd.apache.parquet"


class Notice(Protocol):
    """What a reader will not see in a document made on this machine; "" for nothing."""

    def __call__(self, format: str, language: str) -> str: ...


class Render(Protocol):
    """Makes a document of an appraisal."""

    def __call__(self, appraisal: Appraisal, format: str, *, language: str, kind: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Documents:
    """What makes documents; handed in, because the pages do not know the report.

    Attributes
    ----------
    render : Render
    formats : mapping of str to (str, str)
        Media type and extension by format.
    notice : Notice, optional
        Told before a document is made.
    """

    render: Render
    formats: Mapping[str, tuple[str, str]]
    notice: Notice | None = None


def run_router(held: Holdings, find_documents: Callable[[], Documents | None] | None) -> APIRouter:
    """Routes of finished runs."""

    def made() -> Documents | None:
        return held.answers.get("documents", find_documents) if find_documents else None

    router = APIRouter(tags=["runs"], responses={k: ANSWERS[k] for k in (404, 409, 422, 501)})

    @router.get("/runs")
    def runs(
        role: Annotated[Literal["scenario", "baseline"] | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=2000)] = 200,
    ) -> Response:
        """Finished runs, the newest first."""
        from sogdia.web.past import manifest_row

        found = [
            manifest_row(r)
            for r in reversed(stored(held))
            if role is None or r.manifest.role == role
        ]
        return json_answer(found[:limit])

    @router.get("/runs/{run}")
    def manifest(run: RunId) -> Response:
        """The manifest of a run."""
        return json_answer(json.loads(held.past.run(run).manifest.to_json()), headers=FOR_EVER)

    @router.get("/runs/{run}/summary")
    def summary(run: RunId, request: Request) -> Response:
        """What changes: pairs, who gains and loses, flows, income and the five linkages."""
        kept = held.results.get(
            ("kept summary", run), lambda: keep(json_bytes(held.past.summary(run)), JSON, held.tag)
        )
        return kept_answer(kept, request)

    @router.get("/runs/{run}/tables")
    def tables(run: RunId) -> Response:
        """The tables of a run."""
        found = held.past.run(run)
        return json_answer(
            [
                {"name": name, "rows": entry.rows,
                 "href": f"/api/v1/runs/{found.id[:16]}/tables/{name}"}
                for name, entry in sorted(found.manifest.tables.items())
            ]
        )  # fmt: skip

    @router.get("/runs/{run}/tables/{table}.{form}", **of_media(JSON, CSV, PARQUET))
    def table(
        run: RunId,
        table: TableName,
        form: Literal["json", "csv", "parquet"],
        limit: Annotated[int, Query(ge=0, le=1_000_000)] = 10_000,
        offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
    ) -> Response:
        """A table of a run as JSON, CSV or Parquet; JSON in pages."""
        found = held.past.run(run)
        name = f"{found.manifest.scenario}-{table}"
        if form == "parquet":
            return FileResponse(
                found.path(table), media_type=PARQUET,
                filename=f"{name}.parquet", headers=FOR_EVER,
            )  # fmt: skip
        read = found[table]
        if form == "csv":
            return csv_answer(list(read.rows()), name, read.schema.names)
        return json_answer(
            {
                "name": table,
                "total": len(read),
                "columns": [
                    {"name": c.name, "type": c.type, "unit": c.unit, "title": c.title}
                    for c in read.schema.columns
                ],
                "keys": list(read.schema.keys),
                "rows": read.arrow.slice(offset, limit).to_pylist(),
            }
        )

    @router.get("/runs/{run}/map.geojson", **of_media(GEOJSON))
    def difference(run: RunId, request: Request, on: On = None) -> Response:
        """Links and posts with what changes and the tonnes a year before and after; zones as points."""
        found = held.past.run(run)
        kept = held.results.get(
            ("kept map", found.id, held.past.day(found, on)),
            lambda: keep(json_bytes(held.past.map(run, on)), GEOJSON, held.tag),
        )
        return kept_answer(kept, request)

    @router.get("/runs/{run}/strip")
    def strip(
        run: RunId, pair: Annotated[str, Query(max_length=300)] = "", on: On = None
    ) -> Response:
        """Legs of a pair (`origin|destination|class`; the first by default) before and after."""
        return json_answer(held.past.strip(run, pair, on))

    @router.get("/runs/{run}/documents")
    def document_formats(run: RunId, lang: Literal["en", "ru", "zh"] = "en") -> Response:
        """The formats a run may be taken away in, each with what this machine cannot draw in it."""
        found, documents = held.past.run(run), made()
        formats = {} if documents is None else documents.formats
        return json_answer(
            [
                {"format": name, "media_type": media, "extension": extension,
                 "href": f"/api/v1/runs/{found.id[:16]}/documents/{name}",
                 "notice": documents.notice(name, lang) if documents and documents.notice else ""}
                for name, (media, extension) in formats.items()
            ]
        )  # fmt: skip

    @router.get("/runs/{run}/documents/{format}", **of_media("*/*"))
    def document(
        run: RunId,
        format: Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9.]*$", max_length=20)],
        lang: Literal["en", "ru", "zh"] = "en",
        kind: Literal["brief", "full"] = "full",
    ) -> Response:
        """A run as a document."""
        documents = made()
        if documents is None:
            problem = Problem(
                where="documents", what="this server was started without documents",
                fix="start it with: sogdia serve",
            )  # fmt: skip
            raise Refused(501, problem)
        if format not in documents.formats:
            raise UnknownName("format of documents", format, documents.formats)
        render = documents.render
        appraisal = held.past.appraisal(run)
        key = (appraisal.run.id, format, lang, kind)
        body = held.documents.get(key, lambda: render(appraisal, format, language=lang, kind=kind))
        media, extension = documents.formats[format]
        stem = f"{appraisal.scenario.id}-{kind}-{lang}"
        return Response(
            body, media_type=media,
            headers={
                "content-disposition": f'attachment; filename="{stem}.{extension.lstrip(".")}"',
                # Made for the reader of this page; scripts in an HTML report run only from a file.
                "cache-control": "private, max-age=3600",
            },
        )  # fmt: skip

    @router.get("/compare")
    def compare(
        runs: Annotated[
            str, Query(pattern=r"^[0-9a-f]{8,64}(,[0-9a-f]{8,64}){0,7}$", max_length=600)
        ],
    ) -> Response:
        """Up to eight runs side by side: every indicator of the five linkages, and their pairs."""
        return json_answer(held.past.compared(list(dict.fromkeys(runs.split(",")))))

    @router.get("/runs/{run}/compare/{table}")
    def change(
        run: RunId,
        table: TableName,
        other: Annotated[str | None, Query(pattern=r"^[0-9a-f]{8,64}$")] = None,
        variable: Annotated[str | None, Query(max_length=80)] = None,
        top: Annotated[int, Query(ge=1, le=10_000)] = 200,
    ) -> Response:
        """What changes in a table from another run, by default the baseline; the largest first."""
        from sogdia.results.compare import compare as compare_runs

        after = held.past.run(run)
        before = held.past.run(other) if other is not None else held.past.baseline(after)
        found = compare_runs(
            before,
            after,
            table=table,
            variables=(variable,) if variable else None,
            missing="null",
        )
        shown = found.top(top, found.variables[0])
        return json_answer(
            {
                "before": before.id,
                "after": after.id,
                "notes": list(found.notes),
                "total": len(found.table),
                "variables": list(found.variables),
                "rows": list(shown.rows()),
            }
        )

    @router.get("/trace/{run}")
    def trace(
        run: RunId,
        variable: Annotated[str, Query(min_length=1, max_length=80)],
        entity: Annotated[str, Query(min_length=1, max_length=200)],
        on: On = None,
        goods: Annotated[str, Query(alias="class", max_length=40)] = "container-general",
    ) -> Response:
        """From a number of a run (`A>B`, or a zone) to the claims and measures it rests on.

        As `sogdia trace` answers; lines also have the `title` of their variable and `subject_name`.
        """
        from sogdia.appraisal.tracing import trace_run
        from sogdia.core.register import register

        found = held.past.run(run)
        day = held.past.day(found, on)
        with held.reading:
            traced = trace_run(
                found, variable, entity, on=day, commodity=goods, evidence=held.evidence
            )
        said = dataclasses.asdict(traced)
        known, library = register(), held.library
        for line in (*said["lines"], *said["others"]):
            found_variable = known.get(line["variable"])
            line["title"] = found_variable.title if found_variable is not None else None
            line["subject_name"] = library.name(line["entity"])
        return json_answer(said)

    @router.get("/backtest")
    def modelled_planned_observed() -> Response:
        """Rows of what was modelled, planned and observed; `pending` while some are worked out."""
        from sogdia.web.backtest import backtest

        replayed = next((r for r in reversed(stored(held)) if "replay_trade" in r), None)
        return json_answer(backtest(held, replayed))

    return router


def stored(held: Holdings) -> tuple[Run, ...]:
    """Finished runs, read again only when the folder has changed."""
    try:
        changed = held.store.root.stat().st_mtime_ns
    except OSError:
        return ()
    return held.results.get(("runs", changed), held.store.runs)
