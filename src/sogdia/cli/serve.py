"""serve: the pages and the API, from this machine alone unless told otherwise."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sogdia.cli.output import say

if TYPE_CHECKING:
    from sogdia.web.run_routes import Documents
    from sogdia.web.settings import Settings

__all__ = ["register", "run_server"]

NEEDED = ("fastapi", "uvicorn", "sqlalchemy", "maplibre")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(serve)


def serve(
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8000,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 is every one of this machine.")
    ] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option(
            envvar="SOGDIA_TOKEN",
            help="Who sends it may save and run; without one a server for others is read-only.",
        ),
    ] = None,
    closed: Annotated[bool, typer.Option("--closed", help="Reading needs the token too.")] = False,
    name: Annotated[
        list[str] | None, typer.Option(help="A name the server is called by (repeat for more).")
    ] = None,
    runs: Annotated[
        Path | None, typer.Option(help="The folder of runs; runs, or SOGDIA_RUNS, by default.")
    ] = None,
    database: Annotated[
        str,
        typer.Option(
            envvar="SOGDIA_DATABASE",
            help="SQLAlchemy URL of jobs and saved scenarios; a file beside the runs by default.",
        ),
    ] = "",
    jobs: Annotated[int, typer.Option(help="Runs at the same time; more wait.", min=1)] = 1,
    rate: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Requests a minute from one address; no limit on this machine, 1200 elsewhere.",
        ),
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the browser.")] = False,
) -> None:
    """Start the map, scenarios and routes in the browser, and the REST interface under /api/v1.

    Example:  sogdia serve --open
    """
    missing = [m for m in NEEDED if importlib.util.find_spec(m) is None]
    if missing:
        from sogdia.core.errors import MissingExtra

        raise MissingExtra("web", "`sogdia serve`", "every other command works.")
    from sogdia.web.settings import Settings

    settings = Settings(
        host=host, port=port, token=token or None, closed=closed, names=tuple(name or ()),
        database=database, jobs=jobs, requests_per_minute=rate, runs=runs if runs is not None else Settings().runs,
    )  # fmt: skip
    if closed and not token:
        raise typer.BadParameter("--closed needs --token, or SOGDIA_TOKEN")
    run_server(settings, open_browser=open_browser)


def run_server(settings: Settings, *, open_browser: bool = False) -> None:
    """Listen until Ctrl-C."""
    import uvicorn

    from sogdia.web.application import create_app

    listening = _listen(settings)
    with listening:
        port = listening.getsockname()[1]
        shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
        address = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"

        def ready() -> None:
            _say_how(settings, address)
            if open_browser:
                import webbrowser

                webbrowser.open(address)

        app = create_app(settings, documents=_documents, ready=ready, ended=_say_going_on)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False,
            proxy_headers=False, timeout_graceful_shutdown=2, lifespan="on", ws="none",
        )  # fmt: skip
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])
        say("stopped")


def _listen(settings: Settings) -> socket.socket:
    """The socket, taken before anything is read, so that a port in use is said at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named as TCP: asyncio then sends small answers at once instead of 40 ms later.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((settings.host, settings.port))
        found.listen(2048)
    except OSError as error:
        found.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            why = "is in use" if error.errno == errno.EADDRINUSE else "is not yours to take"
            raise typer.BadParameter(
                f"port {settings.port} {why}; try: sogdia serve --port "
                f"{8000 if settings.port < 1024 else settings.port % 65535 + 1}"
            ) from None
        raise typer.BadParameter(
            f"cannot listen on {settings.host}: {error.strerror}; "
            "--host is an address of this machine"
        ) from None
    return found


def _documents() -> Documents | None:
    """What makes documents, or None where its parts are not installed."""
    try:
        from sogdia.report.documents import FORMATS, font_warning, render
    except ImportError:
        return None
    from sogdia.web.run_routes import Documents

    return Documents(render=render, formats=FORMATS, notice=font_warning)


def _say_how(settings: Settings, address: str) -> None:
    say(f"Sogdia is at  {address}")
    if settings.read_only:
        say("read-only: others reach this address; --token lets those change things who have it")
    elif settings.token:
        say(
            "the token is asked for " + ("by everything" if settings.closed else "to change things")
        )
    say("stop it with Ctrl-C")


def _say_going_on(count: int) -> None:
    if count:
        noun = "run goes" if count == 1 else "runs go"
        say(f"{count} {noun} on; start the server again to see what becomes of it")
