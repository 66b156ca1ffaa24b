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


@pytest.mark.parametrize(
    ("measure", "what", "kind", "note", "counted"),
    [
        ('kind = "set-capacity"\ncrossing = "kz-cn.alashankou:rail"\ncapacity = "30 train/day"',
         "crossing", "less capacity", "56 -> 30 train/day", "1 with another capacity"),
        ('kind = "set-capacity"\ncrossing = "kg-cn.irkeshtam:road"\ncapacity = "2000 truck/day"',
         "crossing", "more capacity", "1,243 -> 2,000 truck/day", "1 with another capacity"),
        ('kind = "set-capacity"\nlink = "rail:kz.zharkent~kz.zhetygen"\ncapacity = "40 train/day"',
         "link", "more capacity", "36 -> 40 train/day", "1 with another capacity"),
        ('kind = "set-capacity"\ntransfer = "transfer:port/kz.aktau-port"\ncapacity = "280000 teu/year"',
         "transfer", "more capacity", "140,000 -> 280,000 TEU/year", "1 with another capacity"),
        ('kind = "set-capacity"\ntransfer = "transfer:gauge-change/kz.dostyk"\ncapacity = "700000 teu/year"',
         "transfer", "more capacity", "597,400 -> 700,000 TEU/year", "1 with another capacity"),
        ('kind = "set-capacity"\ncrossing = "tj-cn.kulma:road"\ncapacity = "250 truck/day"',
         "crossing", "now known", "unknown -> 250 truck/day", "1 with a value known on one side"),
        ('kind = "set-hours"\ncrossing = "kz-cn.khorgos:road"\nhours = "12 h/day"',
         "crossing", "shorter hours", "24 -> 12 h open a day", "1 with other opening hours"),
    ],
)  # fmt: skip
def test_capacity_and_hours_are_named_with_both_values_and_their_unit(
    measure: str, what: str, kind: str, note: str, counted: str, tmp_path: Path, store: RunStore
) -> None:
    found = told(measure, tmp_path, store)
    (change,) = found.changes
    assert (change.what, change.kind, change.note) == (what, kind, note)
    assert counted in found.sentences[0]
    assert found.changed_pairs == 0, "neither is in a cost without flows"
