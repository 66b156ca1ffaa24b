"""The verbs timeline and agreements print what the tables hold."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
import typer

from sogdia.cli import timeline as verbs
from sogdia.core.errors import InvalidInput, UnknownName


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """What a line prints."""
    app = typer.Typer()
    verbs.register(app)

    def run(line: str) -> str:
        app(args=line.split(), standalone_mode=False)
        return capsys.readouterr().out

    return run


def test_csv_and_json_hold_every_event(said: Callable[[str], str]) -> None:
    rows = list(csv.DictReader(io.StringIO(said("timeline --csv"))))
    assert len(rows) == len(json.loads(said("timeline --json"))) == 287
    assert rows[0]["id"] == "PE1991-01"


def test_a_timeline_says_how_many_and_what_is_unknown(said: Callable[[str], str]) -> None:
    text = said("timeline CHN KGZ --kind border_treaty")
    assert "5 events: 4 in 1992-2001, 1 in 2001-2013, 0 from 2013" in text
    assert "the registries do not say" in text
    assert "china-org-cn-archive" in text
    assert "3 events" in said("timeline CHN KGZ --kind border_treaty --from 1999-08-26")


def test_an_unknown_country_offers_the_nearest_and_exits_3(said: Callable[[str], str]) -> None:
    with pytest.raises(InvalidInput, match="did you mean Kazakhstan") as caught:
        said("timeline CHN Kazahstan")
    assert caught.value.exit_code == 3
    with pytest.raises(InvalidInput, match="did you mean KGZ"):
        said("agreements CHN KGX")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("agreements CHN KAZ --show network --on 2024-07-01", "visa_free"),
        ("agreements KAZ CHN --on 2024-07-01", "what became of"),
        ("agreements KGZ --on 2024-07-01", "border_treaty"),
        ("agreements --show depth --on 2024-07-01", "points are a convention"),
        ("agreements CHN KGZ --show depth --on 2003-01-01", "sum of the points: 17"),
        ("agreements CHN KAZ --show effects --on 2024-07-01", "thirty days without a visa"),
        ("agreements KGZ --show strategies", "Names CKU railway"),
        ("agreements --show trade", "one in twenty comes out by chance"),
        ("agreements --show proposals --on 2026-07-01", "no opinion survey"),
    ],
)
def test_every_view_prints(said: Callable[[str], str], line: str, wanted: str) -> None:
    assert wanted in " ".join(said(line).split())
    assert json.loads(said(f"{line} --json"))


def test_what_cannot_be_asked_is_refused(said: Callable[[str], str]) -> None:
    with pytest.raises(UnknownName, match="network"):
        said("agreements --show netwrk")
    with pytest.raises(typer.BadParameter):
        said("agreements CHN CHN")
    with pytest.raises(typer.BadParameter):
        said("agreements CHN --show agreed")
