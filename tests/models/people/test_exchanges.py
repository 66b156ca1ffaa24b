"""Students, centres and culture: every count is there, every entry has a source, and the verb."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from sogdia.cli.people import register
from sogdia.core.errors import UnknownName
from sogdia.core.states import FIVE
from sogdia.evidence.base import EvidenceBase
from sogdia.models.people.exchanges import ENTRY, EXCHANGE, entries, exchanges


def test_students_are_the_claims_one_by_one(evidence: EvidenceBase) -> None:
    """Kazakhs in China by claim: 781 in 2005 (Ministry of Education) to 15,000 in 2023."""
    table = exchanges(evidence, ["KAZ"], what=["students"])
    assert table.schema is EXCHANGE
    found = {r["year"]: r["amount"] for r in table.rows() if r["series"] == "students_in_china"}
    assert found == {2005: 781, 2010: 7874, 2011: 8287, 2014: 11764, 2018: 11784, 2023: 15000}
    claims = {c.id for c in evidence.about("KAZ", "students_in_china_persons")}
    grounds = {r["ground"] for r in table.rows() if r["series"] == "students_in_china"}
    assert grounds == {f"claim:{c}" for c in claims}


def test_centres_open_by_hand(evidence: EvidenceBase) -> None:
    """Institutes of Kazakhstan opened in 2006, 2009, 2011, 2012 and 2017: PI-01 to PI-05."""
    rows = exchanges(evidence, ["KAZ"], what=["centres"], start=2005, end=2017).rows()
    open_ = {r["year"]: r["amount"] for r in rows if r["series"] == "confucius_institute"}
    assert open_ == {
        2006: 1, 2007: 1, 2008: 1, 2009: 2, 2010: 2, 2011: 3, 2012: 4, 2013: 4, 2014: 4, 2015: 4,
        2016: 4, 2017: 5,
    }  # fmt: skip


def test_culture_begins_as_often_as_the_registry_says(evidence: EvidenceBase) -> None:
    total = sum(r["amount"] for r in exchanges(evidence, what=["culture"]).rows())
    held = sum(
        len(set(r["countries"].split(";")) & set(FIVE))
        for r in evidence.registry("science_culture")
    )
    assert total == held


def test_all_five_include_what_is_said_of_all_together(evidence: EvidenceBase) -> None:
    assert "+".join(FIVE) in set(exchanges(evidence)["country"])
    assert "+".join(FIVE) not in set(exchanges(evidence, FIVE[:4])["country"])


def test_every_entry_has_a_source(evidence: EvidenceBase) -> None:
    table = entries(evidence)
    assert table.schema is ENTRY
    assert len(table) == len(evidence.registry("people_institutes")) + sum(
        bool(set(r["countries"].split(";")) & set(FIVE))
        for r in evidence.registry("science_culture")
    )
    assert all(r["source_title"] for r in table.rows())
    few = entries(evidence, ["TJK"])
    assert all("TJK" in r["countries"] for r in few.rows())


@pytest.mark.parametrize("show", ["students", "centres", "culture", "entries"])
def test_the_verb_prints_every_view(show: str) -> None:
    app = typer.Typer()
    register(app)
    runner = CliRunner()
    found = runner.invoke(app, ["exchanges", "KAZ", "--show", show, "--from", "2010"])
    assert found.exit_code == 0, found.output
    rows = json.loads(runner.invoke(app, ["exchanges", "KAZ", "--show", show, "--json"]).output)
    assert rows


def test_the_verb_refuses_what_it_does_not_know() -> None:
    app = typer.Typer()
    register(app)
    for line in (["exchanges", "KAX"], ["exchanges", "--show", "centers"]):
        found = CliRunner().invoke(app, line)
        assert isinstance(found.exception, UnknownName)
