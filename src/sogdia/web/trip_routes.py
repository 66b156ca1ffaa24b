"""Routes from door to door, as a forwarder asks for them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from sogdia.core.errors import Problem, UnknownName
from sogdia.web.answers import json_bytes
from sogdia.web.asked import On
from sogdia.web.holdings import Holdings
from sogdia.web.problems import ANSWERS, as_rows

if TYPE_CHECKING:
    from sogdia.models.transport.prepare import ArcCosts

__all__ = ["costs_of", "trip_router"]

Goods = Literal[
    "container", "container-general", "container-high-value", "bulk", "perishables",
]  # fmt: skip
SAMPLES = 1000


def costs_of(held: Holdings, on: date, commodity: str) -> ArcCosts:
    """Costs of every arc of a date's network for one class, made once."""
    from sogdia.models.transport.prepare import arc_costs
    from sogdia.world.network import network

    net = held.worlds.get(("network", on), lambda: network(held.world_on(on)))
    return held.worlds.get(("costs", on, commodity), lambda: arc_costs(net, commodity))


def trip_router(held: Holdings) -> APIRouter:
    """The one route."""
    router = APIRouter(tags=["routes"], responses={404: ANSWERS[404], 422: ANSWERS[422]})

    @router.get("/routes")
    def routes(
        origin: Annotated[str, Query(alias="from", min_length=1, max_length=100)],
        destination: Annotated[str, Query(alias="to", min_length=1, max_length=100)],
        goods: Annotated[Goods, Query(alias="class")] = "container-general",
        on: On = None,
        k: Annotated[int, Query(ge=1, le=5)] = 3,
    ) -> Response:
        """Up to `k` ways that differ, the least-cost first, each with its legs.

        Hours at 50 and 90 %, USD of 2023 and kg of CO2 a TEU. The same question is answered from
        memory.
        """
        day = on if on is not None else date.today()  # noqa: DTZ011  (the reader's own today)
        commodity = "container-general" if goods == "container" else goods
        key = (origin, destination, commodity, day, k)
        body = held.routes.get(
            key, lambda: json_bytes(answer(held, origin, destination, commodity, day, k))
        )
        return Response(body, media_type="application/json", headers={"cache-control": "no-cache"})

    return router


def answer(
    held: Holdings, origin: str, destination: str, commodity: str, day: date, k: int
) -> dict[str, Any]:
    """The answer, computed."""
    from sogdia.models.transport.routes import alternatives, legs
    from sogdia.world.find import find_place

    today = held.world_on(day)
    costs = costs_of(held, day, commodity)
    start, end = find_place(today, origin), find_place(today, destination)
    names = {
        str(i): str(n)
        for table in (today.places, today.zones)
        for i, n in zip(table["id"], table["name"], strict=True)
    }
    teu = float(today.classes["loading_t_per_teu"][today.classes.index()[commodity]])
    problems: list[Problem] = []
    try:
        found = alternatives(costs, start, end, k, samples=SAMPLES) if start != end else []
    except UnknownName:
        # A place on no link has no door in the network.
        found = []
    if not found:
        what = (
            "it begins where it ends" if start == end else "the open network does not connect them"
        )
        problems.append(Problem(where=f"{start} to {end}", what=what, got=day.isoformat()))
    return {
        "from": {"id": start, "name": names.get(start, start)},
        "to": {"id": end, "name": names.get(end, end)},
        "class": commodity,
        "on": day,
        "loading_t_per_teu": teu,
        "routes": [
            {
                "time_h": j.time_h, "time_p50_h": j.time_p50_h, "time_p90_h": j.time_p90_h,
                "border_h": j.border_h, "distance_km": j.distance_km,
                "money_usd2023_per_teu": j.money * teu,
                "gencost_usd2023_per_teu": j.gencost * teu,
                "emission_kgco2_per_teu": j.emission_kgco2_per_t * teu,
                "legs": [leg_of(leg, teu, names) for leg in legs(costs, j.arcs)],
            }
            for j in found
        ],
        "problems": as_rows(problems),
    }  # fmt: skip


def leg_of(row: dict[str, Any], teu: float, names: dict[str, str]) -> dict[str, Any]:
    """A leg as the API shows it: by TEU, ends by name; a stop has its place, a border its post."""
    kind = row["kind"]
    found: dict[str, Any] = {
        "leg": row["leg"], "kind": kind, "mode": row["mode"], "name": row["name"],
        "from": row["from_place"], "to": row["to_place"],
        "from_name": names.get(row["from_place"]), "to_name": names.get(row["to_place"]),
        "country": row["country"], "distance_km": row["distance_km"], "time_h": row["time_h"],
        "time_p50_h": row["time_p50_h"], "time_p90_h": row["time_p90_h"],
        "money_usd2023_per_teu": _times(row["money_usd2023_per_t"], teu),
        "emission_kgco2_per_teu": _times(row["emission_kgco2_per_t"], teu),
        "entities": str(row["entities"]).split(";"),
    }  # fmt: skip
    if kind == "border":
        found["post"] = str(row["entities"]).partition(":")[0]
    elif kind != "line-haul":
        found["place"] = row["from_place"]
    return found


def _times(value: float | None, teu: float) -> float | None:
    return None if value is None else value * teu
