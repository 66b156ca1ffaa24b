"""A project of one's own: the file, its faults, and the same account as in Python."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from sogdia.cli import finance
from sogdia.core.errors import InvalidInput
from sogdia.models.finance.cases import project_cases
from sogdia.models.finance.project_file import read_project

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "toll-road.toml"


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    app = typer.Typer(pretty_exceptions_enable=False)
    finance.register(app)
    app(args=list(words), standalone_mode=False)
    return capsys.readouterr().out


def test_the_example_is_read_as_written() -> None:
    found = read_project(EXAMPLE)
    assert found.project.loan is not None
    assert (found.project.cost_usd, found.project.loan.rate) == (300e6, 0.02)
    assert found.traffic_t_per_y == (3e6, 4e6, 5e6)
    assert found.benefits_usd2023_per_y == {"KGZ": 20e6}


def test_the_verb_gives_the_account_of_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "finance", str(EXAMPLE), "--rate", "2", "4", "--json"))
    said = read_project(EXAMPLE)
    cases = project_cases(
        said.project, rates=(0.02, 0.04), tonnes=said.traffic_t_per_y,
        benefits_usd2023_per_y=said.benefits_usd2023_per_y,
    )  # fmt: skip
    assert [c["npv_project_usd2023"] for c in found["cases"]] == [a.npv_project for *_, a in cases]
    assert found["rivals"] == [] and found["project"] == "toll-road"


def test_a_year_with_debt_to_serve_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """The grace of the example ends after the first year of full traffic."""
    text = " ".join(run(capsys, "finance", str(EXAMPLE), "--tonnes", "4").split())
    assert "debt service 2034" in text and "not published" not in text


def test_a_project_without_a_loan_owes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own-money.toml"
    file.write_text(EXAMPLE.read_text(encoding="utf-8").split("[loan]")[0], encoding="utf-8")
    (case, *_) = json.loads(run(capsys, "finance", str(file), "--json"))["cases"]
    assert {y["service_usd2023_per_y"] for y in case["years"]} == {0.0}
    assert "no loan" in run(capsys, "finance", str(file))
    with pytest.raises(typer.BadParameter, match="has no loan"):
        run(capsys, "finance", str(file), "--rate", "2")


def test_every_fault_of_a_file_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(
        EXAMPLE.read_text(encoding="utf-8")
        .replace("first_year =", "first_yeer =")
        .replace("cost_usd = 300e6", 'cost_usd = "lots"')
        .replace("rate = 0.02", "rate = 2"),
        encoding="utf-8",
    )
    with pytest.raises(InvalidInput) as caught:
        read_project(file)
    text = str(caught.value)
    for words in (
        "cost_usd",
        "first_year: is missing",
        'did you mean "first_year"?',
        "2 % is 0.02",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "no such file"), (b"\xff\xfe", "UTF-8"), (b"cost_usd = = 1", "not TOML")],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "road.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidInput, match=said):
        read_project(file)


def test_owners_that_do_not_sum_to_one_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "road.toml"
    file.write_text(
        EXAMPLE.read_text(encoding="utf-8").replace("{ KGZ = 1.0 }", "{ KGZ = 0.6 }"),
        encoding="utf-8",
    )
    with pytest.raises(InvalidInput, match="shares that sum to 1"):
        read_project(file)


def test_a_rate_below_zero_is_refused() -> None:
    with pytest.raises(InvalidInput, match="rate of the loan"):
        project_cases(read_project(EXAMPLE).project, rates=(-0.03,), tonnes=(4e6,))
