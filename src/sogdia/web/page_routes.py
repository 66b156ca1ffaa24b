"""The files of the pages and of MapLibre, which comes out of an installed package."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from sogdia.core.errors import Problem
from sogdia.web.problems import Refused

__all__ = ["add_pages", "shell"]

PAGES = Path(__file__).parent / "pages"
ADDRESSES = ("/", "/scenario", "/routes", "/evidence", "/compare")
"""Pages of the one shell: it looks at the address itself."""
VENDOR = {
    "maplibre-gl.js": "text/javascript; charset=utf-8",
    "maplibre-gl.css": "text/css; charset=utf-8",
}


def vendor_folder() -> Path | None:
    """Where the wheel `maplibre` keeps its files; the package itself is not imported."""
    found = importlib.util.find_spec("maplibre")
    for folder in found.submodule_search_locations or () if found is not None else ():
        files = Path(folder) / "srcjs"
        if all((files / name).is_file() for name in VENDOR):
            return files
    return None


def shell() -> Response:
    """The one page, which looks at the address itself."""
    return FileResponse(
        PAGES / "index.html", media_type="text/html; charset=utf-8",
        headers={"cache-control": "no-cache"},
    )  # fmt: skip


def add_pages(app: FastAPI) -> None:
    """Serve the shell, the files beside it, and MapLibre."""
    folder = vendor_folder()

    for address in ADDRESSES:
        app.add_api_route(address, shell, methods=["GET", "HEAD"], include_in_schema=False)

    @app.get("/static/vendor/{name}", include_in_schema=False)
    def vendor(name: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        if name not in VENDOR or folder is None:
            raise Refused(
                404,
                Problem(
                    where="/static/vendor",
                    what="the file is not there",
                    got=name[:80],
                    allowed=", ".join(VENDOR),
                    fix='pip install "sogdia[web]"' if folder is None else "",
                ),
            )
        return FileResponse(
            folder / name, media_type=VENDOR[name],
            headers={"cache-control": "public, max-age=86400"},
        )  # fmt: skip

    app.mount("/static", StaticFiles(directory=PAGES, check_dir=False), name="static")
