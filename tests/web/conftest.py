"""A real server in a thread, and one quick run made through it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from sogdia.evidence.base import EvidenceBase
from sogdia.web.application import create_app
from sogdia.web.run_routes import Documents
from sogdia.web.settings import Settings

API = "/api/v1"

QUICK = """
id = "quick"
title = "Khorgos closes to trains"
on = [2026-07-01]
classes = ["container-general"]

[[measure]]
id = "closure"
kind = "close-crossing"
crossing = "kz-cn.khorgos:rail"
on = 2026-01-01
source = "assumption"

[[route]]
from = "Xi'an"
to = "Almaty"
class = "container-general"
"""
QUICKLY = {"draws": 0, "samples": 16, "flows": False, "linkages": False}

Served = Callable[..., AbstractContextManager[httpx.Client]]


def render(appraisal: Any, format: str, *, language: str, kind: str) -> bytes:
    """A document that says what was asked of it."""
    return f"{appraisal.scenario.id} {format} {language} {kind}".encode()


DOCUMENTS = Documents(render=render, formats={"txt": ("text/plain", ".txt")})


@contextmanager
def serving(settings: Settings, evidence: EvidenceBase, **more: Any) -> Generator[httpx.Client]:
    """A client of a server that listens on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        app = create_app(settings, evidence=evidence, **more)
        config = uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        port = listening.getsockname()[1]
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of runs of the shared server."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="session")
def client(runs: Path, evidence: EvidenceBase) -> Iterator[httpx.Client]:
    """The shared server of this machine alone."""
    settings = Settings(runs=runs, warm=False)
    with serving(settings, evidence, documents=lambda: DOCUMENTS) as found:
        yield found


@pytest.fixture
def served(tmp_path: Path, evidence: EvidenceBase) -> Served:
    """A server with settings of its own, ``served(token=…)``, for a ``with``."""

    def start(**settings: Any) -> AbstractContextManager[httpx.Client]:
        return serving(replace(Settings(runs=tmp_path / "runs", warm=False), **settings), evidence)

    return start


@pytest.fixture(scope="session")
def quick() -> str:
    """The text of a scenario that runs in seconds."""
    return QUICK


@dataclass(frozen=True)
class Ran:
    """The quick run: its job as it ended, and its id."""

    job: dict[str, Any]
    states: tuple[str, ...]
    run: str


@pytest.fixture(scope="session")
def ran(client: httpx.Client) -> Ran:
    """`QUICK`, run through the API and followed by its events."""
    asked = {"scenario": QUICK, "options": QUICKLY}
    job = client.post(f"{API}/runs", json=asked).raise_for_status().json()["job"]
    states: list[str] = []
    with client.stream("GET", f"{API}/jobs/{job['id']}/events") as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                job = httpx.Response(200, text=line.removeprefix("data: ")).json()
                states.append(job["state"])
    assert job["state"] == "done", job
    return Ran(job, tuple(states), job["run"])
