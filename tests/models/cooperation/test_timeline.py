"""The registry of events: none is lost, every day has one phase, and what is asked is given."""

from __future__ import annotations

import csv
import dataclasses
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogdia.core.errors import InvalidInput
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.models.cooperation.coding_tables import CODING_COLUMNS, coding_rows
from sogdia.models.cooperation.effects import CHANGES
from sogdia.models.cooperation.events import KINDS, PHASES, phase_of, read_events
from sogdia.models.cooperation.follow_up import STATUSES, follow_up
from sogdia.models.cooperation.timeline import timeline

ROWS = 287
"""What the registry holds. When a row is added, this moves with it."""


def test_no_event_is_lost(evidence: EvidenceBase) -> None:
    held = evidence.registry("policy_events")
    table = timeline(evidence)
    assert len(held) == len(table) == ROWS
    assert set(table["id"]) == {row["id"] for row in held}
    assert sum(len(timeline(evidence, phases=[p.number])) for p in PHASES) == ROWS
    assert sum(len(timeline(evidence, kinds=[kind])) for kind in KINDS) == ROWS


def test_the_phases_of_the_registry_are_those_of_the_dates(evidence: EvidenceBase) -> None:
    wrong = [
        row["id"]
        for row, event in zip(
            sorted(evidence.registry("policy_events"), key=lambda r: r["id"]),
            sorted(read_events(evidence), key=lambda e: e.id),
            strict=True,
        )
        if row["phase"] != str(event.phase)
    ]
    assert wrong == []
    counts = Counter(event.phase for event in read_events(evidence))
    assert counts == {1: 69, 2: 89, 3: 129}


def test_each_phase_opens_with_the_event_it_names(evidence: EvidenceBase) -> None:
    first = {event.id: event.first for event in read_events(evidence)}
    assert [p.first for p in PHASES] == [None, first["PE2001-02"], first["PE2013-05"]]
    assert [p.begins_with for p in PHASES] == ["", "PE2001-02", "PE2013-05"]


@given(day=st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_phases_partition_the_days(day: date) -> None:
    """Every day has one phase, and the next day has the same or the next."""
    inside = [
        p.number
        for p, after in zip(PHASES, [*PHASES[1:], None], strict=True)
        if (p.first is None or p.first <= day)
        and (after is None or after.first is None or day < after.first)
    ]
    assert inside == [phase_of(day)]
    assert phase_of(day + timedelta(days=1)) - phase_of(day) in (0, 1)


@given(cut=st.dates(min_value=date(1991, 1, 1), max_value=date(2026, 12, 31)))
def test_a_cut_in_time_loses_no_event(evidence: EvidenceBase, cut: date) -> None:
    """Before and after a day together hold every event; only those that span it are in both."""
    before = set(timeline(evidence, end=cut)["id"])
    after = set(timeline(evidence, start=cut + timedelta(days=1))["id"])
    assert len(before | after) == ROWS
    spans = {e.id for e in read_events(evidence) if e.first <= cut < e.last}
    assert before & after == spans


def test_what_two_states_did_is_the_same_in_either_order(evidence: EvidenceBase) -> None:
    there, back = timeline(evidence, ["CHN", "KGZ"]), timeline(evidence, ["Kyrgyzstan", "china"])
    assert there.arrow.equals(back.arrow)
    assert all({"CHN", "KGZ"} <= set(c.split(";")) for c in there["countries"])
    assert 0 < len(there) < len(timeline(evidence, ["KGZ"]))


def test_the_order_of_the_rows_does_not_matter(evidence: EvidenceBase, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(evidence.folder, folder)
    file = folder / "registries" / "policy_events.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.reader(stream))
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([lines[0], *reversed(lines[1:])])
    assert timeline(open_evidence(folder)).arrow.equals(timeline(evidence).arrow)


def test_everything_unknown_is_said_at_once_with_the_nearest(evidence: EvidenceBase) -> None:
    with pytest.raises(InvalidInput) as caught:
        timeline(evidence, ["Kazahstan", "XYZ"], kinds=["agrement"], phases=[4])
    assert len(caught.value.problems) == 4
    assert caught.value.exit_code == 3
    assert "did you mean Kazakhstan" in str(caught.value)
    assert "did you mean agreement" in str(caught.value)


def test_a_registry_with_faults_says_them_all(evidence: EvidenceBase, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(evidence.folder, folder)
    file = folder / "registries" / "policy_events.csv"
    with file.open("a", encoding="utf-8", newline="") as stream:
        stream.write(
            "PE2026-01,2026-13,,agreement,CHN,t,s,policy,3,high,,general-knowledge\n"
            "PE2026-02,2026-01-02,,treaty,CHN;XXX,t,s,policy,1,high,,general-knowledge\n"
        )
    with pytest.raises(InvalidInput) as caught:
        read_events(open_evidence(folder))
    assert [p.what for p in caught.value.problems] == ["date", "countries", "kind", "phase"]


def test_what_became_of_the_visa_agreement_with_kazakhstan(evidence: EvidenceBase) -> None:
    """Signed 17 May 2023, in force 10 November 2023: rows PE2023-04 and PE2023-14."""
    rows = {r["id"]: r for r in timeline(evidence, ["CHN", "KAZ"]).rows()}
    assert rows["PE2023-04"]["became"] == "in_force"
    assert rows["PE2023-04"]["changes"] == "nothing"
    assert rows["PE2023-14"]["changes"] == "regime"
    assert rows["PE2023-14"]["changes_rows"] == "visa:VR-005;visa:VR-009"
    # The unilateral decree held until then.
    assert (rows["PE2022-08"]["became"], rows["PE2022-08"]["until"]) == (
        "replaced",
        date(2023, 11, 10),
    )


def test_a_title_is_replaced_by_the_next_of_the_same_pair(evidence: EvidenceBase) -> None:
    events = read_events(evidence)
    became = follow_up(events)
    assert became["PE2013-07"].by == ("event:PE2018-04",)
    assert became["PE2018-04"].by == ("event:PE2023-05",)
    assert became["PE2023-05"].status == "stands"
    # The answer is about the pair, whatever it is called.
    swap = {"KGZ": "UZB", "UZB": "KGZ"}
    renamed = [
        dataclasses.replace(e, countries=tuple(sorted(swap.get(c, c) for c in e.countries)))
        for e in events
    ]
    assert follow_up(renamed) == became


def test_every_judgement_points_to_a_row(evidence: EvidenceBase) -> None:
    """A status, an effect or an item rests on rows of the registries, and on no other."""
    ids = {
        "event": {r["id"] for r in evidence.registry("policy_events")},
        "visa": {r["id"] for r in evidence.registry("visa_regimes")},
        "restriction": {r["id"] for r in evidence.registry("border_restrictions")},
        "union": {f"{r['union']}-{r['member']}" for r in evidence.registry("unions")},
        "project": {r["id"] for r in evidence.registry("projects")},
        "strategy": {r["id"] for r in evidence.registry("development_strategies")},
        "institute": {r["id"] for r in evidence.registry("people_institutes")},
    }
    pointed = [p for r in coding_rows("follow_up") for p in r["by"].split(";") if p != "note"]
    pointed += [p for r in coding_rows("effects") for p in filter(None, r["rows"].split(";"))]
    pointed += [r["ground"] for r in coding_rows("coding")]
    pointed += [f"visa:{r['regime']}" for r in coding_rows("visas_of_limited_scope")]
    pointed += [f"project:{r['project']}" for r in coding_rows("named_projects")]
    pointed += [f"strategy:{r['strategy']}" for r in coding_rows("named_projects")]
    for name in ("follow_up", "effects", "tested_dates"):
        pointed += [f"event:{r['event']}" for r in coding_rows(name)]
    lost = [p for p in pointed if p.partition(":")[2] not in ids[p.partition(":")[0]]]
    assert lost == []
    for name in ("follow_up", "effects"):
        events = [r["event"] for r in coding_rows(name)]
        assert len(set(events)) == len(events)


def test_judgements_use_the_closed_lists() -> None:
    for name in ("follow_up", "follow_up_by_kind"):
        assert {r["status"] for r in coding_rows(name)} <= set(STATUSES)
    assert {r["changes"] for r in coding_rows("effects")} <= set(CHANGES)
    assert {r["kind"] for r in coding_rows("effects_by_kind")} == set(KINDS)
    for row in coding_rows("effects"):
        assert bool(row["rows"]) == (row["changes"] != "nothing"), row
        assert row["how"]
    for row in coding_rows("follow_up"):
        assert bool(row["until"]) == (row["status"] in {"replaced", "ended"}), row
        assert row["by"]
        assert row["ground"]
    assert set(CODING_COLUMNS) == {
        file.stem for file in Path(coding_rows.__wrapped__.__globals__["FOLDER"]).glob("*.csv")
    }


def test_a_named_project_is_named_in_the_row(evidence: EvidenceBase) -> None:
    text = {r["id"]: r["dovetailing"] for r in evidence.registry("development_strategies")}
    for row in coding_rows("named_projects"):
        assert row["words"] in text[row["strategy"]]


def test_what_came_later_is_later(evidence: EvidenceBase) -> None:
    """An event is not carried out by one that came before it, except a ratified transfer."""
    first = {e.id: e.first for e in read_events(evidence)}
    early = [
        (row["event"], pointer)
        for row in coding_rows("follow_up")
        for pointer in row["by"].split(";")
        if pointer.startswith("event:") and first[pointer[6:]] < first[row["event"]]
    ]
    # The transfer of 2011 is dated by its year only.
    assert early == [("PE2011-02", "event:PE2011-01")]
