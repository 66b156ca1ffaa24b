"""Claims, sources, events, the ledger, and what is believed of one thing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from sogdia.core.errors import UnknownName
from sogdia.evidence.base import EvidenceBase
from sogdia.web.answers import CSV, csv_answer, json_answer, kept_answer, of_media
from sogdia.web.asked import On
from sogdia.web.holdings import Holdings
from sogdia.web.problems import ANSWERS

__all__ = ["evidence_router"]

LISTS = ("sources", "events", "ledger")
Word = Annotated[str, Query(max_length=200)]


def evidence_router(held: Holdings) -> APIRouter:
    """Routes of the evidence."""
    router = APIRouter(tags=["evidence"], responses={404: ANSWERS[404], 422: ANSWERS[422]})

    @router.get("/entities/{entity:path}")
    def entity(
        request: Request,
        entity: Annotated[str, Path(max_length=200, examples=["kz-cn.khorgos:rail"])],
        on: On = None,
    ) -> Response:
        """What is believed about a thing on a date, its sources and rivals.

        Projects are those whose point lies within 40 km.
        """
        day = on if on is not None else date.today()  # noqa: DTZ011  (the reader's own today)
        kept = held.asked(("entity", entity, day), lambda: held.library.entity(entity, day))
        return kept_answer(kept, request)

    def wanted(
        q: str, domain: str, subject: str, variable: str, source: str
    ) -> list[dict[str, Any]]:
        asked = {"q": q, "domain": domain, "subject": subject, "variable": variable,
                 "source": source}  # fmt: skip
        return held.library.found(asked)

    @router.get("/claims")
    def claims(
        request: Request,
        q: Word = "", domain: Word = "", subject: Word = "", variable: Word = "", source: Word = "",
        limit: Annotated[int, Query(ge=0, le=1000)] = 50,
        offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    ) -> Response:  # fmt: skip
        """Claims that fit: `q` in any text, `subject` and `source` in part, others exactly."""

        def make() -> dict[str, Any]:
            found = wanted(q, domain, subject, variable, source)
            return {"total": len(found), "items": found[offset : offset + limit]}

        asked = ("claims", q, domain, subject, variable, source, limit, offset)
        return kept_answer(held.asked(asked, make), request)

    @router.get("/claims.csv", **of_media(CSV))
    def claims_csv(
        q: Word = "", domain: Word = "", subject: Word = "", variable: Word = "", source: Word = "",
    ) -> Response:  # fmt: skip
        """All claims that fit, as CSV."""
        return csv_answer(wanted(q, domain, subject, variable, source), "claims")

    @router.get("/claims.json")
    def claims_json(
        q: Word = "", domain: Word = "", subject: Word = "", variable: Word = "", source: Word = "",
    ) -> Response:  # fmt: skip
        """All claims that fit, as a list."""
        return json_answer(wanted(q, domain, subject, variable, source))

    @router.get("/claims/{claim:path}")
    def claim(
        claim: Annotated[
            str, Path(max_length=300, examples=["rail:kz.altynkol~kz.zharkent~opened~1"])
        ],
    ) -> Response:
        """One claim with its rivals: the other claims about the same."""
        library = held.library
        if claim not in library.by_id:
            raise UnknownName("claim", claim, library.by_id)
        row = library.rows[library.by_id[claim]]
        rivals = [
            library.row(c)
            for c in library.of_subject[row["subject"]]
            if c.variable == row["variable"] and c.id != claim
        ]
        return json_answer({**row, "rivals": rivals})

    for name in LISTS:
        _add_list(router, held, name)
    return router


def _add_list(router: APIRouter, held: Holdings, name: str) -> None:
    """A list of the evidence, and its JSON and CSV twins."""

    def rows() -> list[dict[str, Any]]:
        def read() -> list[dict[str, Any]]:
            from sogdia.web import library

            make: Callable[[EvidenceBase], list[dict[str, Any]]] = {
                "sources": library.source_rows,
                "events": library.event_rows,
                "ledger": library.ledger_rows,
            }[name]
            with held.reading:
                return make(held.evidence)

        return held.answers.get(f"rows/{name}", read)

    def listed(request: Request) -> Response:
        return kept_answer(
            held.kept(name, lambda: {"total": len(rows()), "items": rows()}), request
        )

    def as_json(request: Request) -> Response:
        return kept_answer(held.kept(f"{name}.json", rows), request)

    def as_csv() -> Response:
        return csv_answer(rows(), name)

    for path, function, summary in (
        (f"/{name}", listed, f"All {name}."),
        (f"/{name}.json", as_json, f"All {name} as a list."),
        (f"/{name}.csv", as_csv, f"All {name} as CSV."),
    ):
        router.add_api_route(
            path, function, methods=["GET"], summary=summary,
            operation_id=path.strip("/").replace(".", "_"),
            **(of_media(CSV) if path.endswith(".csv") else {}),
        )  # fmt: skip
