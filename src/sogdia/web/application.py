"""The application: every route behind the guard."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import date

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from sogdia.core.errors import SogdiaError
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.results.manifest import sogdia_version
from sogdia.web import problems
from sogdia.web.evidence_routes import evidence_router
from sogdia.web.guard import Guard
from sogdia.web.holdings import GEOJSON, Holdings
from sogdia.web.job_routes import job_router
from sogdia.web.layers import layer
from sogdia.web.map_routes import map_router
from sogdia.web.page_routes import add_pages
from sogdia.web.run_routes import Documents, run_router
from sogdia.web.scenario_routes import NAMES_ON, scenario_router
from sogdia.web.session_routes import session_router
from sogdia.web.settings import Settings
from sogdia.web.trip_routes import costs_of, trip_router

__all__ = ["create_app"]

API = "/api/v1"
FIRST_SEEN = (
    "outlines", "disputed", "lakes", "rail", "road", "sea", "posts", "places", "air", "projects",
)  # fmt: skip
"""Layers in the order the map asks for them."""


def create_app(
    settings: Settings | None = None,
    *,
    evidence: EvidenceBase | None = None,
    documents: Callable[[], Documents | None] | None = None,
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
    if chosen.database:
        _ = held.records

    @asynccontextmanager
    async def alive(_: FastAPI) -> AsyncGenerator[None]:
        threading.Thread(target=warm, args=(held,), name="warm", daemon=True).start()
        yield
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
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1500, compresslevel=4)
    app.add_middleware(Guard, settings=chosen)
    return app


def warm(held: Holdings) -> None:
    """Make what the first pages ask for, in their order, and take up jobs of an earlier server.

    What fails is told when it is asked for.
    """
    today = date.today()  # noqa: DTZ011  (the reader's own today)
    try:
        for name in FIRST_SEEN if held.settings.warm else ():
            held.kept(f"layers/{name}", lambda n=name: layer(held.evidence, n), media=GEOJSON)
        held.jobs.begin()
        if held.settings.warm:
            _ = held.library
            held.world_on(NAMES_ON)
            # The kernels are compiled, or read from their cache, by the first costs.
            costs_of(held, today, "container-general")
    except SogdiaError as error:
        sys.stderr.write(f"{error}\n")
