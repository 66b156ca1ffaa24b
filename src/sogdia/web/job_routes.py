"""Runs that are asked for, and the jobs that make them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from sogdia.core.errors import InvalidInput, Problem
from sogdia.web.answers import json_answer, json_bytes, of_media
from sogdia.web.desk import draft, from_json, read_draft, shipped_text
from sogdia.web.holdings import Holdings
from sogdia.web.problems import ANSWERS, Refused

__all__ = ["RunAsked", "job_router"]

JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
ENDED = ("done", "failed", "cancelled", "lost")
LOOK_EVERY_S, ALIVE_EVERY_S, LONGEST_S = 0.2, 15.0, 6 * 3600.0


class RunOptions(BaseModel):
    """How a scenario is run."""

    model_config = ConfigDict(extra="forbid")

    draws: Annotated[int, Field(ge=0, le=1000)] = 20
    samples: Annotated[int, Field(ge=1, le=4096)] = 256
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    flows: bool = True
    linkages: bool = True
    trade: Literal["reconciled", "china", "partner"] = "reconciled"


class RunAsked(BaseModel):
    """A scenario to run: its id, its TOML, or JSON with the words of a file."""

    model_config = ConfigDict(extra="forbid")

    scenario: (
        Annotated[str, Field(min_length=1, max_length=300_000, pattern=r"^[^\x00]*$")]
        | dict[str, Any]
    )
    options: RunOptions = RunOptions()


def job_router(held: Holdings) -> APIRouter:
    """Routes of held.jobs."""
    router = APIRouter(tags=["jobs"], responses={k: ANSWERS[k] for k in (404, 422, 503)})
    refusals: dict[int | str, dict[str, Any]] = {
        k: ANSWERS[k] for k in (400, 401, 403, 404, 409, 413, 415, 422, 429)
    }

    @router.post("/runs", status_code=202, responses=refusals)
    def run(asked: RunAsked) -> Response:
        """Check a scenario and run it as a job; the same one under way is not run twice."""
        beside = held.records.texts()
        text = asked.scenario
        if isinstance(text, dict):
            found = draft(from_json(text))
        elif "\n" in text or "=" in text:
            found = draft(text)
        else:
            saved = held.records.scenario(text)
            found = draft(saved.toml if saved is not None else shipped_text(text), called=text)
        with held.reading:
            scenario = read_draft(found, beside, held.evidence)
        if not scenario.on:
            where, fix = f"scenario {found.id}", "add a line such as: on = [2031-07-01]"
            raise InvalidInput([Problem(where=where, what="says no date to evaluate", fix=fix)])
        needed = {k: v for k, v in beside.items() if found.builds_on and k != found.id}
        job, new = held.jobs.submit(found, needed, asked.options.model_dump())
        return json_answer(
            {"job": held.jobs.shown(job), "new": new}, 202, {"location": f"/api/v1/jobs/{job.id}"}
        )

    @router.get("/jobs")
    def all_jobs(limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Response:
        """The latest jobs, the newest first."""
        return json_answer([held.jobs.shown(j) for j in reversed(held.records.jobs(limit=limit))])

    @router.get("/jobs/{job}")
    def one_job(job: JobId) -> Response:
        """A job: state, how far it is, and the run once it is done."""
        return json_answer(held.jobs.view(job), headers={"cache-control": "no-store"})

    @router.delete("/jobs/{job}", responses=refusals)
    def cancel(job: JobId) -> Response:
        """Cancel a job that is under way."""
        return json_answer(held.jobs.shown(held.jobs.cancel(job)))

    @router.post("/jobs/{job}/again", status_code=202, responses=refusals)
    def again(job: JobId) -> Response:
        """Start what an ended or lost job was asked as a new one."""
        found = held.jobs.again(job)
        return json_answer(
            {"job": held.jobs.shown(found), "new": True},
            202,
            {"location": f"/api/v1/jobs/{found.id}"},
        )

    @router.get("/jobs/{job}/events", **of_media("text/event-stream"))
    async def events(job: JobId, request: Request) -> Response:
        """The job as server-sent events named `progress`, one at every change, until it ends."""
        first = await to_thread.run_sync(held.jobs.view, job)

        async def stream() -> AsyncIterator[bytes]:
            shown, started, spoke = first, time.monotonic(), time.monotonic()
            yield b"retry: 1000\n\n" + _event(shown)
            while shown["state"] not in ENDED and time.monotonic() - started < LONGEST_S:
                await asyncio.sleep(LOOK_EVERY_S)
                if await request.is_disconnected():
                    return
                try:
                    now = await to_thread.run_sync(held.jobs.view, job)
                except Refused:  # the database is away for a while
                    now = shown
                if now != shown:
                    shown, spoke = now, time.monotonic()
                    yield _event(shown)
                elif time.monotonic() - spoke > ALIVE_EVERY_S:
                    spoke = time.monotonic()
                    yield b": alive\n\n"

        return StreamingResponse(
            stream(), media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )  # fmt: skip

    return router


def _event(job: dict[str, Any]) -> bytes:
    return b"event: progress\ndata: " + json_bytes(job) + b"\n\n"
