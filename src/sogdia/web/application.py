"""The application: every route behind the guard."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.results.manifest import sogdia_version
from sogdia.web import problems
from sogdia.web.evidence_routes import evidence_router
from sogdia.web.guard import Guard
from sogdia.web.holdings import Holdings
from sogdia.web.job_routes import job_router
from sogdia.web.map_routes import map_router
from sogdia.web.page_routes import add_pages, shell
from sogdia.web.run_routes import Documents, run_router
from sogdia.web.scenario_routes import scenario_router
from sogdia.web.session_routes import session_router
from sogdia.web.settings import Settings
from sogdia.web.trip_routes import trip_router
from sogdia.web.warm import Traffic, TrafficHeard, prepare, warm

__all__ = ["create_app"]

API = "/api/v1"


def create_app(
    settings: Settings | None = None,
    *,
    evidence: EvidenceBase | None = None,
    documents: Callable[[], Documents | None] | None = None,
    ready: Callable[[], None] | None = None,
    ended: Callable[[int], None] | None = None,
) -> FastAPI:
    """The server as an ASGI application.

    Parameters
    ----------
    settings : Settings, optional
        By default a server of this machine alone.
    evidence : EvidenceBase, optional
        By default the base that ships with the package.
    documents : callable, optional
        Finds what makes documents of a run, when the first is asked for; without it they are
        answered with 501.
    ready : callable, optional
        Told when the map is made and requests are answered.
    ended : callable, optional
        Told at the end how many jobs go on without the server.

    Raises
    ------
    InvalidInput
        When the database cannot be used or the evidence is not there.
    """
    chosen = settings if settings is not None else Settings()
    base = evidence if evidence is not None else open_evidence()
    held = Holdings(settings=chosen, evidence=base)
    traffic = Traffic()
    if chosen.database:
        _ = held.records

    @asynccontextmanager
    async def alive(_: FastAPI) -> AsyncGenerator[None]:
        if chosen.warm:
            await asyncio.to_thread(prepare, held)
        threading.Thread(target=warm, args=(held, traffic), name="warm", daemon=True).start()
        if ready is not None:
            ready()
        yield
        traffic.ended.set()
        going_on = held.end()
        if ended is not None:
            ended(going_on)

    app = FastAPI(
        title="Sogdia",
        version=sogdia_version(),
        description="Connectivity between China and Central Asia: evidence, scenarios and runs.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=alive,
    )
    for router in (
        map_router(held),
        evidence_router(held),
        trip_router(held),
        scenario_router(held),
        job_router(held),
        run_router(held, documents),
        session_router(chosen),
    ):
        app.include_router(router, prefix=API)
    add_pages(app)
    problems.install(app, shell)
    app.add_middleware(GZipMiddleware, minimum_size=1500, compresslevel=4)
    app.add_middleware(Guard, settings=chosen)
    app.add_middleware(TrafficHeard, traffic=traffic)
    return app
