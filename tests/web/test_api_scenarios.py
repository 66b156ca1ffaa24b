"""Scenarios: the problems of the command line, saving, and what a form needs."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sogdia.appraisal.worlds import read_for
from sogdia.core.errors import InvalidInput
from sogdia.evidence.base import EvidenceBase
from sogdia.scenario.kinds import MEASURE_KINDS
from sogdia.scenario.read import shipped_scenarios
from sogdia.web.desk import draft, from_json

API = "/api/v1"


def validate(client: httpx.Client, **asked: Any) -> dict[str, Any]:
    """The answer to a validation."""
    return client.post(f"{API}/scenarios/validate", json=asked).raise_for_status().json()


def test_the_problems_are_those_of_the_command_line(
    client: httpx.Client, evidence: EvidenceBase, tmp_path: Any, quick: str
) -> None:
    wrong = quick.replace("kz-cn.khorgos:rail", "kz-cn.korgos:rail").replace("Almaty", "Almaaty")
    wrong = wrong.replace("title =", "titel =")
    file = tmp_path / "quick.toml"
    file.write_text(wrong)
    with pytest.raises(InvalidInput) as refused:
        read_for(file, evidence)
    theirs = [(p.what, p.got, p.allowed, p.fix) for p in refused.value.problems]
    ours = validate(client, toml=wrong)["problems"]
    assert [(p["what"], p["got"], p["allowed"], p["fix"]) for p in ours] == theirs
    assert len(ours) > 2
    assert not any("/tmp" in p["where"] for p in ours)


def test_json_and_toml_are_the_same_scenario(client: httpx.Client) -> None:
    for name in shipped_scenarios():
        found = client.get(f"{API}/scenarios/{name}").json()
        assert draft(from_json(found["scenario"])).table == draft(found["toml"]).table
    found = client.get(f"{API}/scenarios/cku-railway").json()
    by_text = validate(client, toml=found["toml"])
    by_json = validate(client, scenario=found["scenario"])
    assert by_text["problems"] == by_json["problems"] == []
    assert by_text["summary"]["digest"] == by_json["summary"]["digest"]


def test_a_saved_scenario_can_be_built_on_and_dropped(client: httpx.Client, quick: str) -> None:
    path = f"{API}/scenarios/my-closure"
    toml = quick.replace('"quick"', '"my-closure"')
    assert client.put(path, json={"toml": toml}).status_code == 201
    assert client.put(path, json={"toml": toml}).status_code == 200
    found = client.get(path).json()
    assert (found["saved"], found["toml"]) == (True, toml)
    assert client.get(f"{path}/toml").text == toml
    assert "my-closure" in {s["id"] for s in client.get(f"{API}/scenarios").json() if s["saved"]}
    pack = 'id = "on-top"\ntitle = "Built on it"\nincludes = ["my-closure"]\non = [2026-07-01]\n'
    built = validate(client, toml=pack)
    assert (built["problems"], built["summary"]["measures"]) == ([], 1)
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert validate(client, toml=pack)["problems"]


def test_what_is_wrong_is_not_saved(client: httpx.Client, quick: str) -> None:
    answer = client.put(f"{API}/scenarios/bad", json={"toml": quick.replace('"quick"', '"other"')})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["allowed"] == "bad"
    assert client.get(f"{API}/scenarios/bad").status_code == 404


def test_a_shipped_scenario_stays(client: httpx.Client) -> None:
    name = shipped_scenarios()[0]
    text = client.get(f"{API}/scenarios/{name}").json()["toml"]
    assert client.put(f"{API}/scenarios/{name}", json={"toml": text}).status_code == 409
    assert client.delete(f"{API}/scenarios/{name}").status_code == 409


def test_every_kind_of_measure_has_a_schema(client: httpx.Client) -> None:
    found = client.get(f"{API}/measures").json()
    assert [k["kind"] for k in found["kinds"]] == list(MEASURE_KINDS)
    for kind in found["kinds"]:
        assert set(kind["targets"]) <= set(found["singular"])
        assert {"id", "on", "source"} <= set(kind["schema"]["properties"])


def test_targets_are_found_by_name_in_every_language(client: httpx.Client) -> None:
    for word in ("almaty", "Алматы", "阿拉木图"):
        rows = client.get(f"{API}/targets/places", params={"q": word}).json()["items"]
        assert "kz.almaty" in {r["id"] for r in rows}, word
    crossings = client.get(f"{API}/targets/crossings", params={"q": "khorgos"}).json()["items"]
    assert "kz-cn.khorgos:rail" in {r["id"] for r in crossings}


@pytest.mark.parametrize(
    "toml",
    [
        "a = " + "[" * 4000,
        "a = " + "9" * 6000,
        'id = "x"\nincludes = ["../../etc/passwd"]',
        'id = "x"\nbaseline = "/etc/hosts"',
        'id = "../x"\ntitle = "x"',
        "\x00",
        "x" * 290_000,
    ],
)
def test_hostile_texts_are_problems(client: httpx.Client, toml: str) -> None:
    answer = validate(client, toml=toml)
    assert answer["problems"]
    assert answer["summary"] is None


def test_toml_of_json_reads_back() -> None:
    table: dict[str, Any] = {
        "id": "x",
        "title": 'quotes " and \\ and \n and \x7f and 中',
        "on": ["2031-07-01"],
        "measure": [{"id": "m", "on": "2031-01-01", "dwell": {"central": 8.5, "unit": "h"}}],
    }
    found = draft(from_json(table)).table
    assert found["title"] == table["title"]
    assert str(found["on"][0]) == "2031-07-01"
    assert found["measure"][0]["dwell"] == {"central": 8.5, "unit": "h"}
    with pytest.raises(InvalidInput):
        from_json({"id": None})
