"""One shape for everything that goes wrong: the problems that the command line prints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from sogdia.core.errors import (
    InvalidInput,
    MissingExtra,
    NoRoute,
    NotSolved,
    Problem,
    SogdiaError,
    UnknownName,
)

__all__ = ["ANSWERS", "Refused", "as_rows", "install", "problem_answer"]

FOLDERS = re.compile(r"(?<![\w:/.])/(?!api/|static/)(?:[\w.@+~-]+/)+")
"""Absolute paths: where files lie on the server is not the reader's business."""
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
SHOWN = 200
"""Letters of an input that are shown back."""


class ProblemRow(BaseModel):
    """One thing wrong with what was asked."""

    where: str
    what: str
    got: str = ""
    allowed: str = ""
    fix: str = ""


class Problems(BaseModel):
    """What every refusal looks like."""

    status: int
    problems: list[ProblemRow]


ANSWERS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problems, "description": text}
    for code, text in (
        (400, "The request cannot be read."),
        (401, "A token is needed."),
        (403, "Not from there, or nothing may be changed here."),
        (404, "Nothing is called that."),
        (409, "Not in this state."),
        (413, "The body is too long."),
        (415, "The body is not JSON."),
        (422, "Everything that is wrong with the input."),
        (429, "Too many requests."),
        (501, "An optional part is not installed."),
        (503, "The database of jobs and saved scenarios does not answer."),
    )
}
"""For the OpenAPI schema of every route."""


class Refused(Exception):
    """A refusal with its status and problems."""

    def __init__(self, status: int, *problems: Problem, headers: dict[str, str] | None = None):
        super().__init__(problems[0].what if problems else "")
        self.status, self.problems, self.headers = status, problems, headers


def as_rows(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Problems as JSON values, without the folders of this machine."""
    return [{k: _sendable(v) for k, v in asdict(p).items()} for p in problems]


def _sendable(text: str) -> str:
    """Without folders, and without the halves of characters that JSON lets through."""
    return FOLDERS.sub("", text).encode("utf-8", "replace").decode()


def problem_answer(
    status: int, problems: Iterable[Problem], headers: dict[str, str] | None = None
) -> JSONResponse:
    """A refusal as every refusal looks."""
    return JSONResponse(
        {"status": status, "problems": as_rows(problems)},
        status_code=status,
        headers={"cache-control": "no-store", **(headers or {})},
    )


def of_error(error: SogdiaError) -> tuple[int, Sequence[Problem]]:
    """Status and problems of an error this package raises on purpose."""
    if isinstance(error, InvalidInput):
        return 422, error.problems
    if isinstance(error, UnknownName):
        fix = " or ".join(error.suggestions)
        return 404, [
            Problem(
                where=error.kind,
                what=f"no {error.kind} is called that",
                got=error.name[:SHOWN],
                fix=f"did you mean {fix}?" if fix else "",
            )
        ]
    if isinstance(error, MissingExtra):
        return 501, [Problem(where="the server", what=str(error))]
    status = 404 if isinstance(error, NoRoute) else 409 if isinstance(error, NotSolved) else 422
    return status, [Problem(where="", what=str(error))]


def install(app: FastAPI, page: Callable[[], Response] | None = None) -> None:
    """Answer every error in the one shape; to a browser that opens no page, with `page`."""

    async def refused(_: Request, error: Exception) -> JSONResponse:
        found = cast("Refused", error)
        return problem_answer(found.status, found.problems, found.headers)

    async def ours(_: Request, error: Exception) -> JSONResponse:
        return problem_answer(*of_error(cast("SogdiaError", error)))

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        found = cast("RequestValidationError", error)
        return problem_answer(
            422,
            [
                Problem(
                    where=".".join(str(part) for part in e["loc"]),
                    what=str(e["msg"])[:SHOWN],
                    got="" if isinstance(e.get("input"), (dict, list)) else _shown(e.get("input")),
                )
                for e in found.errors()
            ],
        )

    async def plain(request: Request, error: Exception) -> Response:
        found = cast("HTTPException", error)
        if page is not None and found.status_code == 404 and wants_page(request):
            answer = page()
            answer.status_code = 404
            return answer
        headers = {k.lower(): v for k, v in (found.headers or {}).items()}
        if found.status_code == 405:
            # Each method of an address is a route of its own: all of them are allowed.
            headers["allow"] = ", ".join(methods_of(request))
        texts = {
            404: "there is nothing at this address",
            405: "this address takes other methods",
            413: "the body is too long",
        }
        return problem_answer(
            found.status_code,
            [
                Problem(
                    where=request.url.path[:SHOWN],
                    what=texts.get(found.status_code, str(found.detail)),
                    allowed=headers.get("allow", ""),
                )
            ],
            headers,
        )

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(SogdiaError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page to be shown."""
    return (
        request.method == "GET"
        and "text/html" in request.headers.get("accept", "")
        and not request.url.path.startswith(("/api/", "/static/"))
    )


def methods_of(request: Request) -> list[str]:
    """The methods an address takes."""
    documented: dict[str, Any] = request.app.openapi()["paths"].get(request.url.path, {})
    if documented:
        return sorted(method.upper() for method in documented)
    return [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]


def _shown(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
