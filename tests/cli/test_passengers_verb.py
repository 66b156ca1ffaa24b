"""The verb passengers: what it prints, JSON and exit codes."""

from __future__ import annotations

import json

import pytest

from sogdia.cli.app import run


def test_a_scenario_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Both sides of a railway, its own links first."""
    assert run(["passengers", "cku-railway", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["scenario"] == "cku-railway"
    new = next(c for c in found["posts"] if c["id"] == "kg-cn.torugart:rail")
    assert found["posts"].index(new) < 2
    assert new["low"] <= new["change"] <= new["high"]
    railway = [c for c in found["links"] if c["mode"] == "rail" and c["before"] == 0.0][:4]
    assert {c["after"] for c in railway} == {new["after"]}
    assert len(found["zones"]) > 1000
    visits = {c["id"]: c["before"] for c in found["visits"]}
    pairs = {
        (z["id"].partition(">")[0][5:7], z["id"].partition(">")[2][5:7]) for z in found["zones"]
    }
    assert len(pairs) == len(visits) == 3


def test_the_world_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["passengers", "--on", "2024-07-01", "--top", "2"]) == 0
    text = capsys.readouterr().out
    assert "visitors through Khorgos by road" in text
    assert "655,000" in text
    assert "no timetables" in text


def test_without_counts_it_is_not_solved(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, in words; 3 where fares are not known yet; 2 for a name."""
    assert run(["passengers", "--on", "2005-07-01"]) == 1
    assert "nothing is known" in capsys.readouterr().out
    assert run(["passengers", "--on", "2024-07-01", "--known-by", "2018-01-01"]) == 3
    assert "not known by" in capsys.readouterr().err
    assert run(["passengers", "cku-railwey"]) == 2
    assert "cku-railway" in capsys.readouterr().err
