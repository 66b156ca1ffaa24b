"""About, languages, history and the layers of the map."""

from __future__ import annotations

import csv
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from sogdia.core.language import LANGUAGES, language
from sogdia.results.manifest import sogdia_version
from sogdia.web.answers import json_answer, kept_answer, of_media
from sogdia.web.holdings import GEOJSON, Holdings
from sogdia.web.layers import LAYERS, layer
from sogdia.web.problems import ANSWERS
from sogdia.world.build import FIRST_DAY, LAST_DAY

__all__ = ["counts_of", "history_of", "map_router", "texts_of"]

Code = Literal["en", "ru", "zh"]
Name = Literal[
    "rail", "road", "sea", "air", "pipelines", "power", "fibre", "posts", "places", "projects",
    "zones", "outlines", "disputed", "lakes",
]  # fmt: skip


def map_router(held: Holdings) -> APIRouter:
    """Routes that depend on the evidence only."""
    router = APIRouter(tags=["map"], responses={404: ANSWERS[404], 422: ANSWERS[422]})
    settings = held.settings

    @router.get("/about")
    def about() -> Response:
        """What this server is: version, evidence, languages and whether it may be changed.

        `v` is a digest of evidence and code: an address with `?v=` may be kept for ever.
        """
        counts = held.answers.get("counts", lambda: counts_of(held))
        return json_answer(
            {
                "name": "sogdia",
                "version": sogdia_version(),
                "v": held.tag,
                "evidence": held.evidence.digest,
                **counts,
                "dates": {"first": FIRST_DAY, "last": LAST_DAY},
                "languages": list(LANGUAGES),
                "read_only": settings.read_only,
                "token": settings.token is not None,
                "licence": "Apache-2.0",
            }
        )

    @router.get("/languages/{code}")
    def texts(code: Code, request: Request) -> Response:
        """Every text of the interface and every name, by key, in one language."""
        return kept_answer(held.kept(f"languages/{code}", lambda: texts_of(code)), request)

    @router.get("/layers")
    def layers(request: Request) -> Response:
        """The layers there are, with how many features each has."""

        def make() -> list[dict[str, Any]]:
            return [
                {
                    "id": name,
                    "title": f"map.layers.{name}",
                    "href": f"/api/v1/layers/{name}.geojson",
                    "count": len(layer(held.evidence, name)["features"]),
                }
                for name in LAYERS
            ]

        return kept_answer(held.kept("layers/all", make), request)

    @router.get("/layers/{name}.geojson", **of_media(GEOJSON))
    def one_layer(name: Name, request: Request) -> Response:
        """A layer as GeoJSON.

        Every feature has `since` and `until` (first day it is no longer so), null where open, and
        `open`, a list of such pairs; `periods` adds the word of each.
        """
        kept = held.kept(f"layers/{name}", lambda: layer(held.evidence, name), media=GEOJSON)
        return kept_answer(kept, request)

    @router.get("/values/{year}.geojson", **of_media(GEOJSON))
    def values(
        year: Annotated[int, Path(ge=FIRST_DAY.year, le=LAST_DAY.year)], request: Request
    ) -> Response:
        """What a tenth less cost at each link and post gains, on 1 July of a year.

        The first to ask for a year waits some seconds. `gain_usd2023_per_y` is real income of all
        countries with zones, `gain_five_usd2023_per_y` of Central Asia's five.
        """
        from sogdia.web.values import kept_values

        return kept_answer(kept_values(held, year), request)

    @router.get("/history")
    def history(request: Request) -> Response:
        """The phases of the history and the years of the slider."""
        return kept_answer(held.kept("history", history_of), request)

    return router


def texts_of(code: str) -> dict[str, Any]:
    """Texts of the interface, names, and words of the models, in one language."""
    found = language(code)
    return {
        "code": code,
        "title": found.title,
        "tag": found.tag,
        "interface": found.catalog("interface"),
        "places": found.catalog("places"),
        "indicators": {
            key: text
            for key, text in found.catalog("report").items()
            if key.startswith(("indicator.", "index.", "part."))
        },
    }


def history_of() -> dict[str, Any]:
    """The phases of the history and the years of the slider."""
    from sogdia.models.cooperation.events import PHASES

    starts = [p.first.isoformat() if p.first else None for p in PHASES]
    return {
        "phases": [
            {"name": p.years, "number": p.number, "from": a, "to": b,
             "begins_with": p.begins_with or None}
            for p, a, b in zip(PHASES, starts, [*starts[1:], None], strict=True)
        ],
        "years": list(range(FIRST_DAY.year, LAST_DAY.year + 1)),
    }  # fmt: skip


def counts_of(held: Holdings) -> dict[str, int]:
    """Claims and sources, counted without reading them."""

    def rows(path: Any) -> int:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return sum(1 for _ in csv.reader(stream)) - 1

    folder = held.evidence.folder
    return {
        "claims": sum(rows(f) for f in (folder / "claims").glob("*.csv")),
        "sources": rows(folder / "sources.csv"),
    }
