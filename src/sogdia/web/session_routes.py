"""The token of a team: a browser gives it once and has a session from then on."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from sogdia.core.errors import Problem
from sogdia.web.answers import json_answer
from sogdia.web.guard import COOKIE, cookie_value, knows, same
from sogdia.web.problems import ANSWERS, Refused
from sogdia.web.settings import Settings

__all__ = ["session_router"]

A_WEEK_S = 7 * 86_400


class Token(BaseModel):
    """The token."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(min_length=1, max_length=500)]


def session_router(settings: Settings) -> APIRouter:
    """Routes of the session."""
    router = APIRouter(tags=["session"])
    refusals: dict[int | str, dict[str, Any]] = {
        k: ANSWERS[k] for k in (400, 401, 403, 413, 415, 422)
    }

    @router.get("/session")
    def session(request: Request) -> Response:
        """Whether this browser may change things, and may read."""
        known = knows(settings, request.headers)
        return json_answer(
            {
                "token_needed": settings.token is not None,
                "may_change": known and not settings.read_only,
                "may_read": known or not settings.closed,
            },
            headers={"cache-control": "no-store"},
        )

    @router.post("/session", status_code=204, responses=refusals)
    def begin(given: Token, request: Request) -> Response:
        """Begin a session: the cookie holds a digest of the token."""
        if settings.token is None or not same(given.token, settings.token):
            what = "is not that of this server" if settings.token else "is not used by this server"
            raise Refused(401, Problem(where="the token", what=what))
        answer = Response(status_code=204)
        answer.set_cookie(
            COOKIE, cookie_value(settings.token), max_age=A_WEEK_S, httponly=True,
            samesite="strict", secure=request.url.scheme == "https", path="/",
        )  # fmt: skip
        return answer

    @router.delete("/session", status_code=204, responses=refusals)
    def end() -> Response:
        """End the session."""
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    return router
