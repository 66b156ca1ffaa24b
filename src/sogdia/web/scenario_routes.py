"""Scenarios: shipped and saved, checked as they are written; measures and what they may name."""

from __future__ import annotations

import functools
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from sogdia.core.errors import InvalidInput, Problem, UnknownName
from sogdia.core.language import LANGUAGES, language
from sogdia.web.answers import json_answer, kept_answer, of_media
from sogdia.web.desk import Draft, draft, from_json, read_draft, shipped_ids, shipped_text
from sogdia.web.holdings import Holdings
from sogdia.web.problems import ANSWERS, Refused, as_rows

if TYPE_CHECKING:
    from sogdia.scenario.scenario import Scenario

__all__ = ["NAMES_ON", "Asked", "scenario_router"]

Id = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80, examples=["cku-railway"])]
NAMES_ON = date(2026, 7, 1)
"""Date of the world whose ids the forms offer; ids of links and posts are those of any date."""
FURTHER = {"places": "places", "zones": "zones", "classes": "classes"}
"""Tables that a form searches and no measure acts on, beside countries."""


class AskedText(BaseModel):
    """A scenario as the text of its file."""

    model_config = ConfigDict(extra="forbid")

    toml: Annotated[str, Field(max_length=300_000)]

    def text(self) -> str:
        """The TOML."""
        return self.toml


class AskedTable(BaseModel):
    """A scenario as JSON with the words of a file."""

    model_config = ConfigDict(extra="forbid")

    scenario: dict[str, Any]

    def text(self) -> str:
        """The TOML."""
        return from_json(self.scenario)


Asked = AskedText | AskedTable


def scenario_router(held: Holdings) -> APIRouter:
    """Routes of scenarios."""
    router = APIRouter(tags=["scenarios"], responses={k: ANSWERS[k] for k in (404, 422, 503)})
    refusals: dict[int | str, dict[str, Any]] = {
        k: ANSWERS[k] for k in (400, 401, 403, 404, 409, 413, 415, 422)
    }

    def read(found: Draft) -> Scenario:
        with held.reading:
            return read_draft(found, held.records.texts(), held.evidence)

    @router.get("/measures")
    def measures(request: Request) -> Response:
        """The kinds of measure, each with the JSON schema of its fields and an example."""
        return kept_answer(held.kept("measures", measure_kinds), request)

    @router.get("/targets/{table}")
    def targets(
        table: Annotated[str, Path(max_length=40, examples=["crossings"])],
        q: Annotated[str, Query(max_length=100)] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 60,
    ) -> Response:
        """Ids that a measure or a form may name, with their names, found by part of either."""
        rows = held.answers.get(f"targets/{table}", lambda: target_rows(held, table))
        words = q.casefold().split()
        found = [r for r in rows if all(w in r["search"] for w in words)]
        if words:
            found.sort(key=lambda r: (not r["search"].startswith(words[0]), len(r["id"])))
        shown = [{k: v for k, v in r.items() if k != "search"} for r in found[:limit]]
        return json_answer({"total": len(found), "items": shown})

    @router.get("/scenarios")
    def scenarios() -> Response:
        """Every scenario, shipped and saved."""
        shipped = held.answers.get("scenarios", lambda: [shipped_row(n) for n in shipped_ids()])
        saved = [
            row_of(tomllib.loads(s.toml), s.id) | {"saved": True, "changed": s.changed}
            for s in held.records.scenarios()
        ]
        return json_answer([*shipped, *saved])

    @router.post("/scenarios/validate", responses=refusals)
    def validate(asked: Asked) -> Response:
        """Everything that is wrong with a scenario, and what it says when nothing is."""
        try:
            found = draft(asked.text())
            scenario = read(found)
        except InvalidInput as error:
            return json_answer({"problems": as_rows(error.problems), "summary": None})
        except UnknownName as error:
            problem = Problem(where="the scenario", what=str(error)[:300])
            return json_answer({"problems": as_rows([problem]), "summary": None})
        return json_answer({"problems": [], "summary": summary_of(scenario)})

    @router.get("/scenarios/{name}/toml", **of_media("application/toml"))
    def scenario_file(name: Id) -> Response:
        """A scenario as its file."""
        saved = held.records.scenario(name)
        text = saved.toml if saved is not None else shipped_text(name)
        return Response(
            text, media_type="application/toml; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{name}.toml"'},
        )  # fmt: skip

    @router.get("/scenarios/{name}")
    def scenario(name: Id) -> Response:
        """A scenario as TOML and as JSON."""
        saved = held.records.scenario(name)
        text = saved.toml if saved is not None else shipped_text(name)
        table = tomllib.loads(text)
        return json_answer(
            row_of(table, name)
            | {"saved": saved is not None, "toml": text, "scenario": {"id": name, **table}}
        )

    @router.put("/scenarios/{name}", responses=refusals)
    def save(name: Id, asked: Asked) -> Response:
        """Save a scenario in which nothing is wrong."""
        if name in shipped_ids():
            raise Refused(
                409,
                Problem(where=name, what="is a shipped scenario", fix="save it under another id"),
            )
        found = draft(asked.text(), called=name)
        read(found)
        new = held.records.save(found.id, found.title, found.toml)
        return json_answer(
            {"id": found.id, "title": found.title, "saved": True}, 201 if new else 200
        )

    @router.delete("/scenarios/{name}", status_code=204, responses=refusals)
    def drop(name: Id) -> Response:
        """Forget a saved scenario."""
        if name in shipped_ids():
            raise Refused(409, Problem(where=name, what="is a shipped scenario; it stays"))
        if not held.records.drop(name):
            raise UnknownName("saved scenario", name, [s.id for s in held.records.scenarios()])
        return Response(status_code=204)

    return router


def row_of(table: dict[str, Any], name: str) -> dict[str, Any]:
    """What a list of scenarios says of one."""
    days = table.get("on", [])
    years = table.get("years", [])
    listed = [*(days if isinstance(days, list) else [days]),
              *(f"{y}-07-01" for y in (years if isinstance(years, list) else [years]))]  # fmt: skip
    return {
        "id": name,
        "title": table.get("title", name),
        "question": table.get("question", ""),
        "dates": sorted(str(d) for d in listed),
        "measures": len(table.get("measure", [])),
    }


def shipped_row(name: str) -> dict[str, Any]:
    """What a list says of a shipped scenario."""
    return row_of(tomllib.loads(shipped_text(name)), name) | {"saved": False, "changed": None}


def summary_of(scenario: Scenario) -> dict[str, Any]:
    """What a scenario without problems will do."""
    return {
        "id": scenario.id,
        "title": scenario.title,
        "dates": list(scenario.on),
        "measures": len(scenario.scenario_measures),
        "without": len(scenario.comparator_measures),
        "routes": len(scenario.routes),
        "digest": scenario.digest,
        "timeline": [
            {"on": e.on, "what": e.what, "side": e.side, "measure": e.measure.id,
             "kind": e.measure.kind}
            for e in scenario.timeline()
        ],
    }  # fmt: skip


def measure_kinds() -> dict[str, Any]:
    """Kinds of measure with schema, targets and the first shipped example of each."""
    from sogdia.scenario.kinds import MEASURE_KINDS
    from sogdia.scenario.measures import SINGULAR

    examples: dict[str, dict[str, Any]] = {}
    for name in shipped_ids():
        for row in tomllib.loads(shipped_text(name)).get("measure", []):
            examples.setdefault(row.get("kind", ""), row)
    return {
        "singular": dict(SINGULAR),
        "kinds": [
            {
                "kind": word,
                "about": " ".join((kind.__doc__ or "").split()),
                "targets": list(kind.targets),
                "any_of": list(kind.any_of),
                "schema": kind.model_json_schema(),
                "example": examples.get(word),
            }
            for word, kind in MEASURE_KINDS.items()
        ],
    }


@functools.cache
def names_in_all_languages() -> dict[str, str]:
    """Names of places in every language, by id, for searching."""
    found: dict[str, list[str]] = {}
    for code in LANGUAGES:
        for key, text in language(code).catalog("places").items():
            found.setdefault(key, []).append(text)
    return {key: " ".join(texts) for key, texts in found.items()}


def target_rows(held: Holdings, table: str) -> list[dict[str, Any]]:
    """Ids and names of one table, with the text they are found by.

    Raises
    ------
    UnknownName
        When forms name nothing in a table called so.
    """
    from sogdia.scenario.measures import SINGULAR

    known = [*SINGULAR, *FURTHER, "countries", "entities"]
    if table not in known:
        raise UnknownName("table of targets", table, known)
    today = held.world_on(NAMES_ON)
    rows: dict[str, str] = {}
    if table == "countries":
        rows = {str(c): str(c) for c in sorted(set(today.places["country"]))}
    else:
        for name in ("places", "links", "crossings") if table == "entities" else (table,):
            found = getattr(today, name)
            titles = next(
                (found[c] for c in ("name", "title") if c in found.schema.names), found["id"]
            )
            rows |= {str(i): str(t) for i, t in zip(found["id"], titles, strict=True)}
    others = names_in_all_languages()
    return [
        {"id": key, "name": title,
         "search": " ".join((title, key, others.get(key, ""), others.get(key.partition(":")[0], ""))).casefold()}
        for key, title in rows.items()
    ]  # fmt: skip
