"""Claims, entities, lists and their twins: the same as the evidence says."""

from __future__ import annotations

import csv
import io
import math
from datetime import date
from typing import Any

import httpx
import pytest

from sogdia.evidence.base import EvidenceBase
from sogdia.models.cooperation.timeline import timeline
from sogdia.models.finance.ledger import read_ledger
from sogdia.web.answers import csv_bytes

API = "/api/v1"


def get(client: httpx.Client, path: str, **params: Any) -> Any:
    """A good answer as JSON."""
    return client.get(f"{API}/{path}", params=params).raise_for_status().json()


def test_claims_are_found_by_words_and_by_column(
    client: httpx.Client, evidence: EvidenceBase
) -> None:
    everything = get(client, "claims", limit=0)["total"]
    assert everything == sum(len(evidence.claims(d)) for d in evidence.domains)
    borders = get(client, "claims", domain="borders", limit=0)["total"]
    assert borders == len(evidence.claims("borders"))
    found = get(client, "claims", q="khorgos DWELL", limit=1000)["items"]
    assert found
    for row in found:
        text = " ".join(str(v) for v in row.values()).casefold()
        assert "khorgos" in text
        assert "dwell" in text


def test_pages_of_claims_join_to_the_whole(client: httpx.Client) -> None:
    whole = get(client, "claims", q="alashankou", limit=1000)
    parts = [
        row["id"]
        for offset in range(0, whole["total"], 40)
        for row in get(client, "claims", q="alashankou", limit=40, offset=offset)["items"]
    ]
    assert parts == [row["id"] for row in whole["items"]]
    assert len(set(parts)) == whole["total"]


def test_the_csv_twin_says_the_same(client: httpx.Client) -> None:
    rows = get(client, "claims.json", q="torugart")
    text = client.get(f"{API}/claims.csv", params={"q": "torugart"}).text
    twin = list(csv.DictReader(io.StringIO(text)))
    assert [r["id"] for r in twin] == [r["id"] for r in rows]
    assert [r["source_url"] for r in twin] == [r["source_url"] for r in rows]


def test_an_entity_has_what_is_believed_with_source_and_rivals(
    client: httpx.Client, evidence: EvidenceBase
) -> None:
    on = date(2024, 1, 1)
    found = get(client, "entities/kz-cn.khorgos:rail", on=on.isoformat())
    assert found["rows"]
    for row in found["rows"]:
        belief = evidence.believe(row["subject"], row["variable"], on=on)
        assert belief is not None
        assert row["claim"] == belief.claim.id
        assert row["carried"] == belief.carried
        assert row["source_title"] == evidence.sources[belief.claim.source].title
        rivals = {
            r["claim"]
            for r in found["rivals"]
            if (r["subject"], r["variable"]) == (row["subject"], row["variable"])
        }
        assert rivals == {c.id for c, _ in belief.rivals}


def test_an_entity_names_the_measures_that_act_on_it(client: httpx.Client) -> None:
    scenario = get(client, "scenarios/cku-railway")["scenario"]
    measure = scenario["measure"][0]
    link = next(iter(measure.get("links") or [measure["link"]]))
    found = get(client, f"entities/{link}")
    assert ("cku-railway", measure["id"]) in {(m["scenario"], m["id"]) for m in found["measures"]}


@pytest.mark.parametrize("name", ["RAIL_CKU", "E_KCP_4", "DIGL005", "mode:road/KAZ", "kz.dostyk"])
def test_everything_on_the_map_can_be_asked_about(client: httpx.Client, name: str) -> None:
    found = get(client, f"entities/{name}")
    assert found["id"] == name
    assert all(row["source_title"] for row in found["rows"])


def test_a_former_id_leads_to_the_present_one(client: httpx.Client) -> None:
    assert get(client, "entities/BP_HOR:rail")["id"] == "kz-cn.khorgos:rail"


def test_one_claim_with_its_rivals(client: httpx.Client, evidence: EvidenceBase) -> None:
    claim = next(
        c for c in evidence.claims("borders") if len(evidence.about(c.subject, c.variable)) > 2
    )
    found = get(client, f"claims/{claim.id}")
    assert found["published"] == claim.published_value()
    others = {c.id for c in evidence.about(claim.subject, claim.variable)} - {claim.id}
    assert {r["id"] for r in found["rivals"]} == others


def test_lists_are_those_of_the_models(client: httpx.Client, evidence: EvidenceBase) -> None:
    assert get(client, "sources")["total"] == len(evidence.sources)
    events = get(client, "events")["items"]
    assert [e["id"] for e in events] == list(timeline(evidence)["id"])
    assert all(e["source_title"] for e in events)
    ledger = get(client, "ledger")["items"]
    entries = read_ledger(evidence)
    counted = math.fsum(r["counted_usd"] for r in ledger if r["counted_usd"] is not None)
    assert counted == math.fsum(e.counted_usd for e in entries if not math.isnan(e.counted_usd))
    assert len(ledger) == len(entries)


def test_unknown_amounts_are_null_and_not_zero(
    client: httpx.Client, evidence: EvidenceBase
) -> None:
    unknown = {e.id for e in read_ledger(evidence) if math.isnan(e.counted_usd)}
    rows = {r["id"]: r for r in get(client, "ledger.json")}
    assert unknown
    assert {i for i, r in rows.items() if r["counted_usd"] is None} == unknown


def test_no_cell_of_a_csv_is_a_formula() -> None:
    rows = [{"a": "=HYPERLINK(1)", "b": "-3.5", "c": "@x", "d": None, "e": float("nan")}]
    assert csv_bytes(rows).decode() == "a,b,c,d,e\n'=HYPERLINK(1),-3.5,'@x,,\n"
