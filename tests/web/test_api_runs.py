"""Runs through the API are the runs of the command line, table by table."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow.parquet as pq
import pytest

from sogdia.appraisal.options import Options
from sogdia.appraisal.run import Appraisal, appraise
from sogdia.appraisal.summary import summarise
from sogdia.core.digest import code_digest
from sogdia.evidence.base import EvidenceBase
from sogdia.results.store import RunStore
from sogdia.web.answers import csv_bytes, json_bytes

API = "/api/v1"


def get(client: httpx.Client, path: str, **params: Any) -> Any:
    """A good answer as JSON."""
    return client.get(f"{API}/{path}", params=params).raise_for_status().json()


@pytest.fixture(scope="module")
def direct(
    ran: Any,
    runs: Path,
    quick: str,
    evidence: EvidenceBase,
    tmp_path_factory: pytest.TempPathFactory,
) -> Appraisal:
    """The same appraisal asked for in Python, from the same store."""
    store = RunStore(runs)
    if store.find(ran.run).manifest.code_digest != code_digest():
        pytest.skip("the code was changed while the tests ran")
    file = tmp_path_factory.mktemp("own") / "quick.toml"
    file.write_text(quick)
    options = Options(**ran.job["options"])
    return appraise(file, evidence=evidence, store=store, options=options)


def test_the_same_run_is_found_in_the_store(ran: Any, direct: Appraisal) -> None:
    assert direct.cached
    assert direct.run.id.startswith(ran.run)
    assert ran.states[-1] == "done"
    assert "running" in ran.states


def test_the_summary_is_that_of_the_command_line(
    client: httpx.Client, ran: Any, direct: Appraisal
) -> None:
    found, summary = get(client, f"runs/{ran.run}/summary"), summarise(direct)
    assert found["sentences"] == list(summary.sentences)
    assert [z["zone"] for z in found["losers"]] == [z.zone for z in summary.losers()]
    pair, expected = found["pairs"][0], summary.pairs[0]
    assert expected.after is not None
    assert pair["after"]["time_p50_h"] == expected.after.time_p50_h
    assert found["title"] == "Khorgos closes to trains"
    assert {c["id"] for c in found["changes"]} == {c.id for c in summary.changes}


def test_tables_are_the_same_in_every_format(
    client: httpx.Client, ran: Any, direct: Appraisal
) -> None:
    listed = {t["name"]: t["rows"] for t in get(client, f"runs/{ran.run}/tables")}
    assert set(listed) == set(direct.run.tables())
    route = get(client, f"runs/{ran.run}/tables/route.json")
    assert len(route["rows"]) == listed["route"] == route["total"]
    units = {c["name"]: c["unit"] for c in route["columns"]}
    assert (units["distance_km"], units["name"]) == ("km", None)
    body = client.get(f"{API}/runs/{ran.run}/tables/route.parquet").content
    assert pq.read_table(io.BytesIO(body)).num_rows == listed["route"]
    csv = client.get(f"{API}/runs/{ran.run}/tables/route.csv").text.splitlines()
    assert len(csv) == listed["route"] + 1
    page = get(client, f"runs/{ran.run}/tables/skim.json", limit=5, offset=3)
    assert page["rows"][0]["origin"] == direct.run["skim"]["origin"][3]
    assert len(page["rows"]) == 5


def test_the_strip_adds_up_to_the_skim(client: httpx.Client, ran: Any, direct: Appraisal) -> None:
    strip = get(client, f"runs/{ran.run}/strip")
    origin, destination, commodity = strip["pair"].split("|")
    for side, run in (("before", direct.baseline), ("after", direct.run)):
        skim = run["skim"]
        row = (skim["origin"] == origin) & (skim["destination"] == destination)
        row &= skim["commodity"] == commodity
        assert row.sum() == 1
        for key in ("time_h", "distance_km"):
            assert math.isclose(strip[side]["totals"][key], float(skim[key][row][0]), rel_tol=1e-9)
        assert any(leg["kind"] == "border" for leg in strip[side]["legs"])
    assert strip["before"]["totals"] != strip["after"]["totals"]


def test_the_map_shows_the_closed_post(client: httpx.Client, ran: Any) -> None:
    features = get(client, f"runs/{ran.run}/map.geojson")["features"]
    changed = {f["properties"]["id"]: f["properties"]["change"] for f in features}
    assert changed["kz-cn.khorgos:rail"] == "closed"
    assert changed["kz-cn.alashankou:rail"] is None
    assert sum(change is not None for change in changed.values()) < 5


def test_the_map_has_zones_with_what_it_costs_to_reach_the_others(
    client: httpx.Client, ran: Any
) -> None:
    features = get(client, f"runs/{ran.run}/map.geojson")["features"]
    zones = {f["properties"]["id"]: f["properties"] for f in features
             if f["properties"]["kind"] == "zone"}  # fmt: skip
    assert len(zones) > 60
    summary = get(client, f"runs/{ran.run}/summary")
    for told in (*summary["gainers"], *summary["losers"]):
        zone = zones[told["zone"]]
        assert zone["access_change_share"] == told["change"]["central"]
        assert zone["access_after_usd2023_per_t"] == told["after_usd2023_per_t"]
        assert zone["population_persons"] > 0
    # This run had no flows, so nothing is known of incomes: absent, not zero.
    assert all(z["income_change_share"] is None for z in zones.values())


def test_a_run_against_itself_is_exactly_zero(client: httpx.Client, ran: Any) -> None:
    found = get(client, f"runs/{ran.run}/compare/skim", other=ran.run, variable="time_h")
    assert all(row["change_time_h"] in (0.0, None) for row in found["rows"])
    moved = get(client, f"runs/{ran.run}/compare/skim", variable="gencost_usd2023_per_t", top=5)
    assert moved["rows"][0]["change_gencost_usd2023_per_t"] > 0
    assert len(moved["rows"]) == 5


def test_runs_side_by_side(client: httpx.Client, ran: Any) -> None:
    found = get(client, "compare", runs=ran.run)
    (row,) = [r for r in found["rows"] if r["variable"] == "gencost"]
    assert row["values"][ran.run] > 0
    assert found["notes"] == []


def test_a_number_is_traced_to_claims(client: httpx.Client, ran: Any) -> None:
    found = get(client, f"trace/{ran.run}", variable="time_h", entity="cn.xian>kz.almaty")
    assert math.isclose(sum(leg["share"] for leg in found["legs"]), 1.0, rel_tol=1e-9)
    assert any(line["source_title"] for line in found["lines"])
    assert all(line["title"] for line in found["lines"]), "what each is about is said in words"


def test_documents_are_made_by_what_was_handed_in(client: httpx.Client, ran: Any) -> None:
    path = f"{API}/runs/{ran.run}/documents"
    answer = client.get(f"{path}/txt", params={"lang": "ru", "kind": "brief"})
    assert answer.text == "quick txt ru brief"
    assert 'filename="quick-brief-ru.txt"' in answer.headers["content-disposition"]
    assert [(d["format"], d["notice"]) for d in client.get(path).json()] == [("txt", "")]
    in_chinese = client.get(path, params={"lang": "zh"}).json()
    assert in_chinese[0]["notice"] == "txt lacks letters", "said before it is made"
    assert client.get(f"{path}/exe").status_code == 404


def test_a_server_without_documents_says_so(
    ran: Any, runs: Path, served: Callable[..., AbstractContextManager[httpx.Client]]
) -> None:
    with served(runs=runs) as bare:
        answer = bare.get(f"{API}/runs/{ran.run}/documents/docx")
        assert answer.status_code == 501
        assert "sogdia serve" in answer.json()["problems"][0]["fix"]


def test_a_baseline_has_no_summary(client: httpx.Client, ran: Any) -> None:
    manifest = get(client, f"runs/{ran.run}")
    answer = client.get(f"{API}/runs/{manifest['baseline'][:16]}/summary")
    assert answer.status_code == 409
    listed = {r["id"]: r["role"] for r in get(client, "runs")}
    assert listed[ran.run] == "scenario"
    assert listed[manifest["baseline"][:16]] == "baseline"


def test_what_is_not_there_is_404(client: httpx.Client, ran: Any) -> None:
    for path in (
        "runs/0000000000000000", f"runs/{ran.run}/tables/nothing.csv",
        f"runs/{ran.run}/strip?pair=a|b|c", "jobs/0000000000000000",
    ):  # fmt: skip
        assert client.get(f"{API}/{path}").status_code == 404, path
    assert client.get(f"{API}/runs/{ran.run}/strip?on=1999-01-01").status_code == 422


def test_absent_is_null_and_an_empty_cell() -> None:
    row = {"a": float("nan"), "b": np.float64("inf"), "c": None, "d": np.float64(1.5)}
    assert json_bytes([row]) == b'[{"a":null,"b":null,"c":null,"d":1.5}]'
    assert csv_bytes([row]) == b"a,b,c,d\n,,,1.5\n"


def test_backtest_has_planned_and_observed(client: httpx.Client, evidence: EvidenceBase) -> None:
    found = get(client, "backtest")
    plans = [r for r in found["rows"] if r["what"] == "corridor"]
    assert len(plans) == len(evidence.registry("corridor_plans"))
    row = next(r for r in plans if (r["year"], r["unit"]) == (2022, "t/year"))
    assert (row["planned"], row["observed"], row["modelled"]) == (3_200_000, 1_485_000, None)
