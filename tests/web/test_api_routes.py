"""Routes through the API are those of the model."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import httpx

from sogdia.models.transport.prepare import arc_costs
from sogdia.models.transport.routes import alternatives
from sogdia.web.trip_routes import SAMPLES
from sogdia.world.network import network
from sogdia.world.world import World

API = "/api/v1"
ASKED = {"from": "Xi'an", "to": "Almaty", "class": "container", "on": "2026-07-01"}


def ask(client: httpx.Client, **changed: str) -> Any:
    """A good answer."""
    return client.get(f"{API}/routes", params=ASKED | changed).raise_for_status().json()


def test_three_ways_with_legs_as_the_model_has_them(
    client: httpx.Client, world_on: Callable[[str], World]
) -> None:
    found = ask(client)
    costs = arc_costs(network(world_on("2026-07-01")), "container-general")
    expected = alternatives(costs, "cn.xian", "kz.almaty", 3, samples=SAMPLES)
    assert len(found["routes"]) == len(expected) == 3
    teu = found["loading_t_per_teu"]
    for ours, theirs in zip(found["routes"], expected, strict=True):
        assert ours["time_p50_h"] == theirs.time_p50_h
        assert ours["time_p90_h"] == theirs.time_p90_h >= theirs.time_p50_h
        assert math.isclose(ours["money_usd2023_per_teu"], theirs.money * teu)
        for key in ("time_h", "distance_km", "money_usd2023_per_teu", "emission_kgco2_per_teu"):
            assert math.isclose(sum(leg[key] for leg in ours["legs"]), ours[key], rel_tol=1e-9)
    costs_of_ways = [r["gencost_usd2023_per_teu"] for r in found["routes"]]
    assert costs_of_ways == sorted(costs_of_ways)


def test_borders_have_their_post_and_stops_their_place(client: httpx.Client) -> None:
    legs = [leg for route in ask(client)["routes"] for leg in route["legs"]]
    posts = {leg["post"] for leg in legs if leg["kind"] == "border"}
    assert posts
    assert all(post.startswith(("kz-cn.", "kg-cn.", "kz-kg.")) for post in posts)
    assert all(leg["place"] for leg in legs if leg["kind"] in ("transfer", "gauge-change"))


def test_the_same_question_is_answered_from_memory(client: httpx.Client) -> None:
    first = ask(client)
    started = time.perf_counter()
    again = ask(client)
    assert time.perf_counter() - started < 1.0
    assert again == first


def test_no_way_is_an_answer_and_an_unknown_place_is_not(client: httpx.Client) -> None:
    found = ask(client, to="Xi'an")
    assert (found["routes"], len(found["problems"])) == ([], 1)
    answer = client.get(f"{API}/routes", params=ASKED | {"to": "Almatty"})
    assert answer.status_code == 404
    assert "Almaty" in answer.json()["problems"][0]["fix"]
    for on in ("1800-01-01", "0", "2026-13-01"):
        assert client.get(f"{API}/routes", params=ASKED | {"on": on}).status_code == 422
