"""All five linkages of one scenario: what is asked, exact zeros, and how they are told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sogdia.appraisal.linkage.ask import LINKAGE_NOTE, MODELS, Answers
from sogdia.appraisal.linkage.contract import LINKAGE_INDICATOR, LINKAGES, row
from sogdia.appraisal.options import Options
from sogdia.appraisal.run import Appraisal, appraise
from sogdia.appraisal.summary_linkages import summarise_linkages
from sogdia.core.table import Column, Schema, Table
from sogdia.results.store import RunStore

ON = date(2026, 7, 1)
NOTHING = f"""
title = "Nothing changes"
on = [{ON}]
classes = ["container-general"]
"""


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Appraisal:
    """A scenario without a measure, all linkages asked."""
    folder = tmp_path_factory.mktemp("linkages")
    file = folder / "nothing.toml"
    file.write_text(f'id = "nothing"\n{NOTHING}')
    return appraise(
        file, store=RunStore(folder / "runs"), options=Options(draws=2, samples=4, flows=False)
    )


def test_without_a_measure_every_linkage_is_exactly_zero(nothing: Appraisal) -> None:
    rows = list(nothing.run["linkage_indicator"].rows())
    assert rows
    for found in rows:
        assert found["change_amount"] in (0.0, None), found
        assert (found["before_amount"] is None) == (found["after_amount"] is None), found
        for end in ("low_amount", "high_amount"):
            assert found[end] in (0.0, None), found


def test_every_model_answers(nothing: Appraisal) -> None:
    """No part is left out but for the flows that were not asked for."""
    summary = summarise_linkages(nothing)
    assert summary is not None
    assert {part for part, _ in summary.not_asked} <= {"trade"}
    asked = {p.linkage for p in summary.parts}
    assert asked | {"trade"} >= ({"facilities"} if not MODELS else set(LINKAGES))
    assert set(summary.untouched) == asked


def test_a_row_states_no_change_apart_from_its_values() -> None:
    found = row(ON, "people", "trips", "trips", "CHN>KAZ", "trips", "1/year", before=2.0, after=3.5)
    assert found["change_amount"] == 1.5
    unknown = row(ON, "people", "trips", "x", "y", "z", "1", before=None, after=3.5)
    assert unknown["change_amount"] is None


def test_indicators_are_of_both_sides_and_lie_with_the_scenario() -> None:
    rows = (row(ON, "trade", "trade", "v", "e", "t", "1", before=1.0, after=1.0),)
    notes = ({"on": ON, "part": "energy", "why": "not installed"},)
    answers = Answers(rows=rows, notes=notes)
    tables = answers.tables()
    assert set(tables) == {"linkage_indicator", "linkage_note"}
    assert tables["linkage_indicator"].schema is LINKAGE_INDICATOR
    assert list(tables["linkage_note"].rows()) == [
        {"on": ON, "part": "energy", "why": "not installed"}
    ]
    assert isinstance(tables["linkage_note"], Table)
    assert LINKAGE_NOTE.keys == ("on", "part")


def test_tables_of_the_baseline_are_kept_where_they_differ() -> None:
    schema = Schema(
        "visit", (Column("on", "date"), Column("amount", "number"), Column("unit")), ("on",)
    )
    one, two = (Table.from_rows(schema, [{"on": ON, "amount": v, "unit": "1"}]) for v in (1.0, 2.0))
    assert set(Answers(before={"visit": one}, after={"visit": one}).tables()) == {"visit"}
    both = Answers(before={"visit": one}, after={"visit": two}).tables()
    assert both["visit_before"].arrow.equals(one.arrow)
    assert both["visit_before"].schema.name == "visit_before"


def test_left_out_when_not_wanted(tmp_path: Path) -> None:
    file = tmp_path / "nothing.toml"
    file.write_text(f'id = "nothing"\n{NOTHING}')
    found = appraise(
        file,
        store=RunStore(tmp_path / "runs"),
        options=Options(draws=0, samples=4, flows=False, linkages=False),
    )
    assert "linkage_indicator" not in found.run
    assert summarise_linkages(found) is None
