"""What stands behind a row of the five linkages and behind a country's income."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest

from sogdia.appraisal.linkage.contract import LINKAGE_INDICATOR, row
from sogdia.appraisal.options import Options
from sogdia.appraisal.run import appraise
from sogdia.appraisal.tracing import trace_run
from sogdia.core.errors import NoRoute, UnknownName
from sogdia.core.table import Table
from sogdia.results.store import Run, RunStore

DAY = date(2026, 3, 15)


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run without linkages: its rows are written here."""
    store = RunStore(tmp_path_factory.mktemp("runs"))
    options = Options(draws=0, samples=8, flows=False, linkages=False)
    return appraise("close-alashankou-4-weeks", store=store, options=options).run


def given(run: Run, table: str, rows: Iterable[dict[str, Any]]) -> Run:
    """The run with a table of these rows; nothing on disk changes."""
    schema = LINKAGE_INDICATOR if table == LINKAGE_INDICATOR.name else run[table].schema
    made = Table.from_rows(schema, [*(run[table].rows() if table in run else ()), *rows])
    entry = run.manifest.tables.get(table, next(iter(run.manifest.tables.values())))
    tables = MappingProxyType({**run.manifest.tables, table: entry})
    manifest = dataclasses.replace(run.manifest, tables=tables)
    return dataclasses.replace(run, manifest=manifest, _read={table: made})


def told(run: Run, entity: str, before: float | None, after: float | None) -> Run:
    return given(
        run, "linkage_indicator",
        [row(on=DAY, linkage="policy", part="regimes", variable="visa_free_ways", entity=entity,
             title="ways without a visa", unit="1", before=before, after=after)],
    )  # fmt: skip


def test_a_row_rests_on_the_measures_and_on_claims_about_what_it_is_of(quick: Run) -> None:
    run = told(quick, "CHN<>KAZ", 1.0, 3.0)
    found = trace_run(run, "visa_free_ways", "CHN<>KAZ", on=DAY, commodity="container-general")
    assert (found.amount, found.legs) == (2.0, ())
    assert found.lines[0].basis == "measure", "the measures come first"
    about = {line.entity for line in found.lines if line.basis != "measure"}
    assert {"KAZ", "CHN"} <= about
    assert not [e for e in about if e.startswith(("UZB", "TJK", "zone:uz"))]
    assert all(math.isnan(line.share) for line in found.lines), "a row has no parts to share"
    assert math.isnan(found.assumed_share)
    assert "the number is the change" in found.notes


def test_a_row_of_the_five_together_has_the_claims_of_each(quick: Run) -> None:
    run = told(quick, "CA5", None, 3.0)
    found = trace_run(run, "visa_free_ways", "CA5", on=DAY, commodity="bulk")
    assert found.amount == 3.0
    assert any("none before" in note for note in found.notes)
    assert {"KAZ", "KGZ", "TJK", "TKM", "UZB"} <= {line.entity for line in found.lines}


def test_a_row_without_a_number_and_one_that_is_not_there(quick: Run) -> None:
    run = told(quick, "CHN<>KAZ", None, None)
    with pytest.raises(NoRoute, match="absent"):
        trace_run(run, "visa_free_ways", "CHN<>KAZ", on=DAY, commodity="bulk")
    with pytest.raises(UnknownName):
        trace_run(run, "visa_free_ways", "CHN", on=DAY, commodity="bulk")


def test_an_income_of_a_country_is_traced_by_its_code(quick: Run) -> None:
    income = {"on": DAY, "variable": "real_income_change_share", "entity": "KAZ", "group": "full",
              "draw": 0, "amount": -0.001, "unit": "1"}  # fmt: skip
    run = given(quick, "indicator", [income])
    found = trace_run(run, "real_income_change_share", "KAZ", on=DAY, commodity="container-general")
    assert (found.amount, found.entity, found.commodity) == (-0.001, "KAZ", "full")
    assert found.lines[0].basis == "measure"
    own = {line.claim for line in found.lines if line.entity == "KAZ"}
    lineage = quick["lineage"]
    there = (lineage["entity"] == "KAZ") & (lineage["on"] == DAY)
    assert own == set(lineage["claim"][there].tolist()), "every claim about the country"
