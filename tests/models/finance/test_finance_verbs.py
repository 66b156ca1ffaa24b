"""What `sogdia ledger` and `sogdia finance` print."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
import typer

from sogdia.cli import finance
from sogdia.core.errors import UnknownName


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    app = typer.Typer(pretty_exceptions_enable=False)
    finance.register(app)
    app(args=list(words), standalone_mode=False)
    return capsys.readouterr().out


def test_the_ledger_of_a_state(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "ledger", "--country", "KGZ", "--status", "complete")
    assert "FIN001" in text and "FIN005" not in text
    assert "1,332.3" in text


def test_the_ledger_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = json.loads(run(capsys, "ledger", "--country", "TJK", "--json"))
    by_id = {e["id"]: e for e in found["entries"]}
    assert by_id["FIN016"]["amount_usd"] is None
    assert sum(t["unknown_count"] for t in found["totals"]["status"]) == 1
    assert {c["id"] for c in found["coverage"]} == {"FIN023"}
    rows = list(csv.DictReader(io.StringIO(run(capsys, "ledger", "--country", "TJK", "--csv"))))
    assert {r["id"] for r in rows} == set(by_id)
    assert next(r for r in rows if r["id"] == "FIN016")["amount_usd"] == ""


def test_projects(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "ledger", "--projects", "--country", "KGZ", "--json"))
    assert {"RAIL_CKU", "ROAD_NS_P2"} <= {p["id"] for p in found}
    assert "of 11 projects; the cost of 10 is not known" in run(
        capsys, "ledger", "--projects", "--country", "KGZ"
    )


def test_several_numbers_after_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("finance", "cku", "--rate", "2", "3", "4", "--tonnes", "8", "12", "15", "--json")
    found = json.loads(run(capsys, *words))
    pairs = [(c["rate_share"], c["tonnes_t_per_y"]) for c in found["cases"]]
    assert pairs == [(r, t) for r in (0.02, 0.03, 0.04) for t in (8e6, 12e6, 15e6)]
    case = found["cases"][0]
    assert case["irr_economic_share"] is None
    assert len(case["years"]) == 36
    assert found == json.loads(
        run(capsys, "finance", "--rate", "2", "--rate", "3", "4", "--tonnes", "8", "12", "15",
            "--json", "cku")
    )  # fmt: skip


def test_the_account_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "finance", "cku", "--rate", "3", "--tonnes", "12", "--by-year")
    assert "values, million USD of 2023; net without gains that are unknown" in " ".join(
        text.split()
    )
    for words in ("109.4", "unknown", "783", "575.75", "2060", "not published"):
        assert words in text
    with_gain = run(
        capsys, "finance", "cku", "--rate", "3", "--tonnes", "12", "--benefit", "KGZ=300",
        "--benefit", "UZB=300",
    )  # fmt: skip
    (row,) = [x for x in with_gain.splitlines() if x.strip().startswith("3 %")]
    assert "unknown" not in row


def test_a_state(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "finance", "tjk", "--on", "2026-07-01")
    assert "15.0 %" in text and "13.2 %" in text and "unknown" in text
    with pytest.raises(UnknownName):
        run(capsys, "finance", "cku-railway")


def test_a_gain_that_is_no_number_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exception, match="not a gain"):
        run(capsys, "finance", "cku", "--benefit", "KGZ")
