"""What was agreed between two states: when, in which phase, from which source, what became of it."""

from __future__ import annotations

from datetime import date

import pytest

from sogdia.core.errors import InvalidInput
from sogdia.core.states import FIVE
from sogdia.evidence.base import EvidenceBase
from sogdia.models.cooperation.agreed import AGREED, HOLDS, agreed_between, rows_in_words
from sogdia.models.cooperation.coding_tables import coding_rows
from sogdia.models.cooperation.follow_up import STATUSES
from sogdia.models.cooperation.network import BINDING
from sogdia.models.cooperation.timeline import timeline


@pytest.mark.parametrize("country", FIVE)
def test_every_act_has_a_day_a_phase_a_source_and_what_became_of_it(
    evidence: EvidenceBase, country: str
) -> None:
    table = agreed_between(evidence, country, "CHN")
    rows = list(table.rows())
    assert table.schema is AGREED
    assert len(rows) > 10
    for r in rows:
        assert r["when"]
        assert r["phase_years"]
        assert r["kind"] in BINDING
        assert {country, "CHN"} <= set(r["countries"].split(";"))
        assert r["source_title"], r["id"]
        assert r["became"] in STATUSES
        assert r["became_means"]
        assert r["holds"] in {"yes", "no", "done", "unknown"}
        if r["became"] != "unknown":
            assert r["became_ground"]


def test_the_visa_waiver_of_2023_by_hand(evidence: EvidenceBase) -> None:
    """Signed 17 May 2023 and in force 10 November 2023: rows PE2023-04, VR-005 and VR-009."""
    rows = {r["id"]: r for r in agreed_between(evidence, "CHN", "KAZ").rows()}
    signed = rows["PE2023-04"]
    assert (signed["when"][:7], signed["phase"], signed["became"]) == ("2023-05", 3, "in_force")
    assert "CHN in KAZ: visa free, 30 days, from 2023-11-10" in signed["followed_by"]
    assert "KAZ in CHN: visa free, 30 days, from 2023-11-10" in signed["followed_by"]
    assert signed["holds"] == "yes"
    assert signed["source_url"].startswith("http")


def test_what_ended_later_still_holds_on_a_day_before(evidence: EvidenceBase) -> None:
    """The cooperation guidelines of 2004 to 2014."""
    before = agreed_between(evidence, "KGZ", "CHN", on=date(2010, 1, 1))
    assert {r["id"]: r["holds"] for r in before.rows()}["PE2004-10"] == "yes"
    after = agreed_between(evidence, "KGZ", "CHN", on=date(2016, 1, 1))
    assert {r["id"]: r["holds"] for r in after.rows()}["PE2004-10"] == "no"
    assert len(before) < len(after)


def test_every_kind_is_the_timeline(evidence: EvidenceBase) -> None:
    table = agreed_between(evidence, "uzbekistan", "chn", every_kind=True)
    assert list(table["id"]) == list(timeline(evidence, ["CHN", "UZB"])["id"])
    few = agreed_between(evidence, "UZB", "CHN")
    assert set(few["id"]) < set(table["id"])


def test_every_pointer_of_a_judgement_has_words(evidence: EvidenceBase) -> None:
    words = rows_in_words(evidence)
    pointed = {p for r in coding_rows("follow_up") for p in r["by"].split(";")}
    pointed |= {p for r in coding_rows("effects") for p in r["rows"].split(";") if p}
    assert pointed <= set(words)
    assert all(words.values())
    assert set(HOLDS) <= set(STATUSES)


def test_two_countries_that_differ_are_needed(evidence: EvidenceBase) -> None:
    with pytest.raises(InvalidInput, match="differ"):
        agreed_between(evidence, "CHN", "China")
    with pytest.raises(InvalidInput, match="did you mean KGZ"):
        agreed_between(evidence, "CHN", "KGX")
