"""Swap lines, bank offices and settlement: dated, in force or lapsed, and what each changes."""

from __future__ import annotations

from datetime import date

import pytest
from typer.testing import CliRunner

from sogdia.cli.app import app
from sogdia.core.errors import UnknownName
from sogdia.evidence.base import EvidenceBase
from sogdia.models.finance.arrangements import arrangements
from sogdia.models.finance.ledger import read_ledger


def test_a_swap_line_lapses_at_the_end_of_its_term(evidence: EvidenceBase) -> None:
    """FIN084: 7 billion yuan for three years from 13 June 2011."""
    entries = read_ledger(evidence)

    def standing(on: date) -> str:
        found = {a.id: a for a in arrangements(entries, on=on, country="KAZ")}
        return found["FIN084"].standing if "FIN084" in found else "not yet"

    assert standing(date(2011, 6, 12)) == "not yet"
    assert standing(date(2011, 6, 13)) == "in force"
    assert standing(date(2014, 6, 12)) == "in force"
    assert standing(date(2014, 6, 13)) == "lapsed"


def test_none_is_in_force_for_ever(evidence: EvidenceBase) -> None:
    """Where no term is known nothing is said to be in force, and nothing in the model changes."""
    found = arrangements(read_ledger(evidence), on=date(2026, 7, 1))
    assert {a.kind for a in found} == {"swap_line", "bank_branch", "currency_arrangement"}
    assert len(found) >= 15
    for a in found:
        assert (a.ends is None) == (a.standing not in ("in force", "lapsed"))
        assert "nothing in the model changes" in a.effect
        assert a.source


def test_a_centre_that_was_planned_is_not_called_open(evidence: EvidenceBase) -> None:
    found = {a.id: a for a in arrangements(read_ledger(evidence), on=date(2026, 7, 1))}
    assert found["FIN091"].standing == "planned"


def test_a_state_without_one_is_refused(evidence: EvidenceBase) -> None:
    with pytest.raises(UnknownName, match="KAZ"):
        arrangements(read_ledger(evidence), on=date(2026, 7, 1), country="KGZ")


def test_the_verb_says_what_they_change() -> None:
    shown = CliRunner().invoke(app, ["ledger", "--arrangements", "--country", "KAZ"])
    assert shown.exit_code == 0
    assert "nothing in the model changes" in shown.stdout
    assert "lapsed" in shown.stdout
    assert CliRunner().invoke(app, ["ledger", "--arrangements", "--projects"]).exit_code == 2
