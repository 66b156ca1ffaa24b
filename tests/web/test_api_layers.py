"""Layers: what is open when, as the worlds have it; caches; the words of the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sogdia.core.language import LANGUAGES, language
from sogdia.evidence.base import CLAIM_COLUMNS, EvidenceBase, open_evidence
from sogdia.evidence.choose import FAR_FUTURE
from sogdia.web.intervals import link_periods, open_periods
from sogdia.web.layers import LAYERS, layer
from sogdia.world.build import link_status
from sogdia.world.notebook import Notebook
from sogdia.world.world import World

API = "/api/v1"
MODES = ("rail", "road", "sea", "air")


def is_open(feature: dict[str, Any], on: str) -> bool:
    """Whether a feature is open on a day, as the browser decides it."""
    spans = feature["properties"]["open"]
    return any((a is None or a <= on) and (b is None or on < b) for a, b in spans)


@pytest.fixture(scope="module")
def links(evidence: EvidenceBase) -> dict[str, dict[str, Any]]:
    """Every link of the four modes by id."""
    return {f["properties"]["id"]: f for m in MODES for f in layer(evidence, m)["features"]}


@pytest.mark.parametrize("on", ["1996-07-01", "2026-07-01"])
def test_a_link_is_open_when_the_world_of_that_day_has_it_open(
    on: str, links: dict[str, dict[str, Any]], world_on: Callable[[str], World]
) -> None:
    today = world_on(on)
    in_world = {
        str(i) for i, s in zip(today.links["id"], today.links["status"], strict=True) if s == "open"
    }
    on_map = {i for i, f in links.items() if is_open(f, on)}
    assert on_map == in_world
    assert 0 < len(on_map) < len(links)


def test_khorgos_rail_appears_in_2012(links: dict[str, dict[str, Any]]) -> None:
    khorgos = links["rail:cn.khorgos~kz.altynkol"]
    assert not is_open(khorgos, "2011-07-01")
    assert is_open(khorgos, "2013-07-01")
    assert khorgos["properties"]["gauge"] == "mixed"


def test_a_post_closes_with_its_restriction(evidence: EvidenceBase) -> None:
    """Registry rows BR-003 and BR-004: shut from February to October 2020, then one way."""
    posts = {f["properties"]["id"]: f for f in layer(evidence, "posts")["features"]}
    torugart = posts["kg-cn.torugart"]
    assert [is_open(torugart, d) for d in ("2020-01-01", "2020-06-01", "2021-06-01")] == [
        True, False, True,
    ]  # fmt: skip


def test_periods_of_dated_claims_are_those_of_every_single_day(tmp_path: Path) -> None:
    """Claims that hold for a time are carried to the nearest date: the turns lie between them."""
    (tmp_path / "claims").mkdir()
    header = "id,title,publisher,url,published,retrieved,licence,tier"
    (tmp_path / "sources.csv").write_text(f"{header}\ns,S,,,,,,official\n")
    told = [("open", "1994", "1996"), ("closed", "2001-03", "2001-09"), ("open", "2003", "")]
    rows = [",".join(CLAIM_COLUMNS)]
    for n, (word, start, end) in enumerate(told):
        rows.append(f"c{n},road:x,status,{word},,,,,{start},{end},,s,,reported,high,,,,")
    (tmp_path / "claims" / "network.csv").write_text("\n".join(rows) + "\n")
    base = open_evidence(tmp_path)
    spans = open_periods(link_periods(base, "road:x"))
    day = date(1993, 1, 1)
    while day < date(2004, 1, 1):
        word = link_status(Notebook(base, day, FAR_FUTURE), "road:x")[0]
        found = any((a is None or a <= day) and (b is None or day < b) for a, b in spans)
        assert found == (word == "open"), day
        day += timedelta(days=3)
    assert len(spans) == 2


def test_every_layer_is_listed_and_is_geojson(client: httpx.Client) -> None:
    listed = client.get(f"{API}/layers").json()
    assert [row["id"] for row in listed] == list(LAYERS)
    for row in listed:
        answer = client.get(row["href"])
        found = answer.json()
        assert answer.headers["content-type"] == "application/geo+json"
        assert found["type"] == "FeatureCollection"
        assert len(found["features"]) == row["count"] > 0


def test_disputed_lines_say_so_and_land_has_no_side(client: httpx.Client) -> None:
    lines = client.get(f"{API}/layers/disputed.geojson").json()["features"]
    assert {f["properties"]["status"] for f in lines} == {"disputed"}
    assert {f["properties"]["line"] for f in lines} <= {"control", "claim"}


def test_a_strong_etag_saves_the_body_and_a_digest_in_the_address_saves_the_question(
    client: httpx.Client,
) -> None:
    first = client.get(f"{API}/layers/rail.geojson")
    etag = first.headers["etag"]
    assert not etag.startswith("W/")
    again = client.get(f"{API}/layers/rail.geojson", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    packed = client.get(f"{API}/layers/rail.geojson", headers={"accept-encoding": "gzip"})
    bare = client.get(f"{API}/layers/rail.geojson", headers={"accept-encoding": "identity"})
    assert packed.headers["etag"] != bare.headers["etag"]
    assert packed.content == bare.content
    v = client.get(f"{API}/about").json()["v"]
    kept = client.get(f"{API}/layers/rail.geojson", params={"v": v})
    assert "immutable" in kept.headers["cache-control"]
    assert "immutable" not in first.headers["cache-control"]


def test_a_layer_kept_on_disk_is_the_same(client: httpx.Client, runs: Path) -> None:
    body = client.get(f"{API}/layers/posts.geojson").content
    kept = list((runs / ".web-cache").glob("*-layers-posts.json"))
    assert [file.read_bytes() for file in kept] == [body]


def test_about_counts_the_evidence(client: httpx.Client, evidence: EvidenceBase) -> None:
    about = client.get(f"{API}/about").json()
    assert about["claims"] == sum(len(evidence.claims(d)) for d in evidence.domains)
    assert about["sources"] == len(evidence.sources)
    assert about["evidence"] == evidence.digest
    assert about["read_only"] is False


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_is_served_whole(client: httpx.Client, code: str) -> None:
    found = client.get(f"{API}/languages/{code}").json()
    assert found["interface"] == language(code).catalog("interface")
    assert found["places"] == language(code).catalog("places")


def test_history_has_three_phases_without_a_gap(client: httpx.Client) -> None:
    found = client.get(f"{API}/history").json()
    assert [p["from"] for p in found["phases"]][1:] == [p["to"] for p in found["phases"]][:-1]
    assert len(found["phases"]) == 3
    assert (found["years"][0], found["years"][-1]) == (1992, 2040)


def test_pages_are_one_shell_and_the_map_library_comes_from_its_package(
    client: httpx.Client,
) -> None:
    shells = {client.get(a).text for a in ("/", "/scenario", "/routes", "/evidence", "/compare")}
    assert len(shells) == 1
    library = client.get("/static/vendor/maplibre-gl.js")
    assert library.headers["content-type"].startswith("text/javascript")
    assert len(library.content) > 100_000
    assert client.get("/static/vendor/other.js").status_code == 404


def test_zones_have_the_people_and_product_of_the_world_of_today(
    evidence: EvidenceBase, world_on: Callable[[str], World]
) -> None:
    today = world_on("2026-07-01")
    features = layer(evidence, "zones")["features"]
    people = {f["properties"]["id"]: f["properties"]["population_persons"] for f in features}
    here = dict(zip(today.zones["id"], today.zones["population_persons"], strict=True))
    assert set(people) == set(here)
    # Claims of a later day may be read by then, so the same to within a few years' growth.
    assert all(abs(people[z] / float(n) - 1) < 0.1 for z, n in here.items() if n == n)


def test_values_of_links_are_those_of_the_ranking(client: httpx.Client) -> None:
    """1992: the network is small, so this is quick. The first is worth most, as in `sogdia rank`."""
    answer = client.get(f"{API}/values/1992.geojson").raise_for_status()
    found = answer.json()
    gains = [f["properties"]["gain_usd2023_per_y"] for f in found["features"]]
    assert found["on"] == "1992-07-01"
    assert len(gains) > 50
    assert gains == sorted(gains, reverse=True)
    assert {f["geometry"]["type"] for f in found["features"]} == {"LineString", "Point"}
    again = client.get(
        f"{API}/values/1992.geojson", headers={"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    assert client.get(f"{API}/values/1800.geojson").status_code == 422
