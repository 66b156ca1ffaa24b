"""A real server in a thread, and one quick run made through it."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
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

GIVEN = "SOGDIA_TEST_POSTGRES"

Served = Callable[..., AbstractContextManager[httpx.Client]]


def render(appraisal: Any, format: str, *, language: str, kind: str) -> bytes:
    """A document that says what was asked of it."""
    return f"{appraisal.scenario.id} {format} {language} {kind}".encode()


def notice(format: str, language: str) -> str:
    """A machine without Chinese letters."""
    return f"{format} lacks letters" if language == "zh" else ""


DOCUMENTS = Documents(render=render, formats={"txt": ("text/plain", ".txt")}, notice=notice)


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


def program(name: str) -> str | None:
    """Where a program of PostgreSQL is; Debian keeps some off the path."""
    found = shutil.which(name)
    return found or next(
        (str(f) for f in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)),
        None,
    )


def absent() -> str:
    """Why there is no PostgreSQL to test with, or "" where there is."""
    if importlib.util.find_spec("pg8000") is None:
        return 'no driver: pip install "sogdia[postgres]"'
    if os.environ.get(GIVEN):
        return ""
    if program("initdb") is None or program("pg_ctl") is None:
        return f"no PostgreSQL: {GIVEN} names none, and initdb is not installed"
    if os.geteuid() == 0 and (shutil.which("runuser") is None or account() is None):
        return f"PostgreSQL does not run as root, and there is no account for it; set {GIVEN}"
    return ""


def account() -> str | None:
    """The account PostgreSQL runs under when the tests run as root."""
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


class Postgres:
    """A server of our own, which can be stopped and started again.

    Its data is in a folder of its own that goes with it. It listens on this machine alone.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sogdia-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, account() or "")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.port = taken.getsockname()[1]
        self.data = str(self.folder / "data")
        self.run(
            [program("initdb") or "", "-D", self.data, "-U", "sogdia", "-A", "trust", "-N",
             "-E", "UTF8", "--locale=C"]
        )  # fmt: skip
        self.start()

    @property
    def url(self) -> str:
        """The database every server begins with."""
        return f"postgresql://sogdia@127.0.0.1:{self.port}/postgres"

    def run(self, command: Sequence[str]) -> None:
        """Run a program of PostgreSQL, not as root."""
        before = ["runuser", "-u", account() or "", "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*before, *command], check=True, cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run(
            [program("pg_ctl") or "", "-D", self.data, "-w", "-s", "-l",
             str(self.folder / "log"), "-o", options, "start"]
        )  # fmt: skip

    def stop(self) -> None:
        """Stop it at once, as a machine that loses its power does."""
        self.run([program("pg_ctl") or "", "-D", self.data, "-w", "-s", "-m", "immediate", "stop"])

    def end(self) -> None:
        """Stop it and remove its folder."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def fresh_database(url: str) -> Generator[str]:
    """A database of its own on a server, dropped at the end."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url
    from sqlalchemy.pool import NullPool

    from sogdia.web.records import open_engine

    reached = open_engine(url)
    admin = create_engine(reached.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    reached.dispose()
    name = f"sogdia_test_{secrets.token_hex(4)}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres | None]:
    """A PostgreSQL of our own; None where SOGDIA_TEST_POSTGRES names another."""
    if why := absent():
        pytest.skip(why)
    if os.environ.get(GIVEN):
        yield None
        return
    server = Postgres()
    yield server
    server.end()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'own.sqlite'}"
        return
    server: Postgres | None = request.getfixturevalue("postgres")
    with fresh_database(server.url if server else os.environ[GIVEN]) as url:
        yield url
