"""Whatever a measure changes in the network is listed; what nothing changes is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sogdia.appraisal.options import Options
from sogdia.appraisal.run import appraise
from sogdia.appraisal.summary import Summary, summarise
from sogdia.results.store import RunStore

HEAD = """
id = "one"
title = "One measure"
on = [2026-07-01]
classes = ["container-general"]

[[measure]]
id = "it"
on = 2026-01-01
source = "assumption"
why = "a test"
"""
OPTIONS = Options(draws=0, samples=4, flows=False, linkages=False)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    return RunStore(tmp_path_factory.mktemp("changes"))


def told(measure: str, folder: Path, store: RunStore) -> Summary:
    (folder / "one.toml").write_text(HEAD + measure, encoding="utf-8")
    return summarise(appraise(folder / "one.toml", store=store, options=OPTIONS))


@pytest.mark.parametrize(
    ("measure", "what", "kind", "note"),
    [
        ('kind = "set-dwell"\ncrossing = "kz-cn.khorgos:rail"\ndwell = "1 hour"',
         "crossing", "faster", " h"),
        ('kind = "set-dwell"\ntransfer = "transfer:port/kz.aktau-port"\ndwell = "400 hour"',
         "transfer", "slower", "-> 400 h"),
        ('kind = "set-fee"\ncrossing = "kz-cn.khorgos:road"\nfee = { change = "+50 %", of = "baseline" }',
         "crossing", "dearer", "USD2023/t"),
    ],
)  # fmt: skip
def test_a_measure_is_listed(
    measure: str, what: str, kind: str, note: str, tmp_path: Path, store: RunStore
) -> None:
    found = told(measure, tmp_path, store)
    (change,) = found.changes
    assert (change.what, change.kind) == (what, kind)
    assert note in change.note
    assert "1 " in found.sentences[0]
    assert "exactly the same" not in found.sentences[0]


def test_no_change_is_listed_where_nothing_differs(tmp_path: Path, store: RunStore) -> None:
    measure = 'kind = "set-dwell"\ncrossing = "kz-cn.khorgos:rail"\ndwell = { change = "+0 %", of = "baseline" }'
    found = told(measure, tmp_path, store)
    assert found.changes == ()
    assert found.changed_pairs == 0
    assert "exactly the same" in found.sentences[0]
