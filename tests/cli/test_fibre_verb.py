"""The verb fibre: what it prints, JSON and exit codes."""

from __future__ import annotations

import json

import pytest

from sogdia.cli.app import run


def test_a_pair_with_a_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    """Both sides, as JSON."""
    assert run(["fibre", "Aktau", "Frankfurt", "--scenario", "trans-caspian-cable", "--json"]) == 0
    sides = json.loads(capsys.readouterr().out)["sides"]
    before, after = (sides[s]["fibre_latency"][0] for s in ("before", "after"))
    assert after["round_trip_ms"] < before["round_trip_ms"]
    assert after["way"].startswith("kz.aktau>az.sumgait>az.baku")


def test_alone_it_prints_the_states(capsys: pytest.CaptureFixture[str]) -> None:
    """Five states and what the count is worth."""
    assert run(["fibre", "--on", "2026-11-24"]) == 0
    text = capsys.readouterr().out
    assert all(state in text for state in ("KAZ", "KGZ", "TJK", "TKM", "UZB"))
    assert "only known sections count" in text


def test_a_cut_that_leaves_no_way_is_not_solved(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, and in words."""
    assert (
        run(["fibre", "Dushanbe", "Urumqi", "--cut", "Khujand~Dushanbe", "--on", "2026-11-24"]) == 1
    )
    printed = capsys.readouterr()
    assert "no way" in printed.out
    assert "joins Dushanbe and Urumqi" in printed.err


def test_a_city_not_known_and_half_a_pair_are_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2."""
    assert run(["fibre", "Almaty", "Frankfrt"]) == 2
    assert "Frankfurt" in capsys.readouterr().err
    assert run(["fibre", "Almaty"]) == 2
