"""Law 11: what authors, states and operators claim is quoted as their claim."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable

import pytest

from sogdia.cli.app import run
from sogdia.core.register import register
from sogdia.evidence.base import EvidenceBase
from sogdia.world.world import World

POST = "kz-cn.khorgos:rail"
DAY = "2024-01-01"


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a verb prints."""
    assert run(list(words)) == 0
    return capsys.readouterr().out


def test_what_authors_say_is_quoted_with_their_name_and_our_note_is_apart(
    capsys: pytest.CaptureFixture[str], evidence: EvidenceBase
) -> None:
    """Believed or not: the published value, who published it, their words in quotation marks."""
    asked = ("show", POST, "--on", DAY)
    text = printed(capsys, *asked)
    told = json.loads(printed(capsys, *asked, "--json"))
    claims = {c.id: c for domain in evidence.domains for c in evidence.claims(domain)}
    quoted = noted = 0
    for belief in told["beliefs"]:
        for row in (belief["believed"], *belief["rivals"]):
            claim = claims[row["claim"]]
            source = evidence.sources[claim.source]
            assert (row["says"], row["note"]) == (claim.says, claim.note)
            assert (row["source"], row["value"]) == (source.title, claim.published_value())
            at = text.index(claim.published_value())
            assert source.title in text[at:]
            if claim.says:
                assert f"says: “{claim.says}”" in text, claim.id
                quoted += 1
        note = belief["believed"]["note"]
        if note:
            assert f"our note: {note}" in text
            assert f"“{note}”" not in text or note == belief["believed"]["says"]
            noted += 1
    assert quoted >= 3
    assert noted >= 2


def test_what_was_announced_is_never_what_the_model_reads_as_it_is(
    world_on: Callable[[str], World],
) -> None:
    """A plan, a record or an announced speed is evidence about its author and fills no cell."""
    announced = {n for n in register() if "announced" in n or "planned" in n}
    assert "announced_speed_km_per_h" in announced
    for day in ("2024-07-01", "2031-07-01"):
        read = set(world_on(day).lineage["variable"])
        assert read
        assert not read & announced


def test_every_event_deal_and_plan_names_who_says_so(
    capsys: pytest.CaptureFixture[str], evidence: EvidenceBase
) -> None:
    for name in ("policy_events", "projects", "investment_finance", "corridor_plans"):
        for row in evidence.registry(name):
            source = evidence.sources[row["source"]]
            assert source.title, (name, row)
    events = json.loads(printed(capsys, "timeline", "CHN", "KGZ", "--json"))
    rows = events["events"] if isinstance(events, dict) else events
    assert rows
    assert all(row["source"] for row in rows)
    deals = csv.DictReader(printed(capsys, "ledger", "--country", "KGZ", "--csv").splitlines())
    assert all(row["source"] in evidence.sources for row in deals)
