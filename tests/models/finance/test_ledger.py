"""The ledger: the ladder, nothing twice, unknown is a value."""

from __future__ import annotations

import csv
import math
from datetime import date
from pathlib import Path

import pytest

from sogdia.core.errors import UnknownName
from sogdia.evidence.base import EvidenceBase
from sogdia.models import finance
from sogdia.models.finance.ledger import (
    GROUPS,
    LADDER,
    Entry,
    coverage,
    project_costs,
    read_ledger,
    select,
    totals,
)
from sogdia.world.loan_terms import read_terms

FOLDER = Path(finance.__file__).parent


@pytest.fixture(scope="module")
def entries(evidence: EvidenceBase) -> dict[str, Entry]:
    return {e.id: e for e in read_ledger(evidence)}


def test_every_row_of_the_registry_is_in_it_once(
    evidence: EvidenceBase, entries: dict[str, Entry]
) -> None:
    rows = [r["id"] for r in evidence.registry("investment_finance")]
    assert list(entries) == rows and len(set(rows)) == len(rows)


@pytest.mark.parametrize(
    ("deal", "step"),
    [
        ("FIN001", "complete"), ("FIN005", "implementing"), ("FIN077", "implementing"),
        ("FIN070", "committed"), ("FIN064", "pledged"), ("FIN057", "pledged"),
        ("FIN048", "cancelled"), ("FIN046", "committed"), ("FIN106", "none"), ("FIN087", "none"),
    ],
)  # fmt: skip
def test_steps_of_the_ladder(entries: dict[str, Entry], deal: str, step: str) -> None:
    assert entries[deal].status == step
    assert step == "none" or entries[deal].status_from


def test_of_an_umbrella_the_rest_is_counted(entries: dict[str, Entry]) -> None:
    """Four lenders gave 3,500 million for one road; 2,125 of it stand in a row of their own."""
    whole, part = entries["FIN053"], entries["FIN052"]
    assert part.counted_usd == 2125e6
    assert whole.counted_usd == 3500e6 - 2125e6
    assert "FIN052" in whole.why


@pytest.mark.parametrize("deal", ["FIN023", "FIN071", "FIN075", "FIN076", "FIN134", "FIN040",
                                  "FIN048", "FIN081", "FIN106", "FIN120", "FIN088"])  # fmt: skip
def test_what_would_be_counted_twice_is_not_and_says_why(
    entries: dict[str, Entry], deal: str
) -> None:
    assert entries[deal].counted_usd == 0.0
    assert entries[deal].why
    assert math.isnan(entries[deal].amount_usd) or entries[deal].amount_usd > 0.0


def test_umbrellas_and_parts_exist(evidence: EvidenceBase, entries: dict[str, Entry]) -> None:
    projects = {r["id"] for r in evidence.registry("projects")}
    known = projects | set(entries)
    for name, columns in (
        ("umbrellas.csv", ("part", "umbrella")),
        ("project_parts.csv", ("part", "umbrella")),
        ("aggregates.csv", ("id",)),
    ):
        rows = list(csv.DictReader((FOLDER / name).read_text(encoding="utf-8").splitlines()))
        assert rows and {r[c] for r in rows for c in columns} <= known, name


def test_every_row_that_says_not_to_add_it_is_not_added(entries: dict[str, Entry]) -> None:
    said = [e for e in entries.values() if "do not add" in f"{e.terms.text} {e.note}"]
    assert len(said) >= 5
    assert all(e.counted_usd == 0.0 for e in said)


@pytest.mark.parametrize("by", GROUPS)
def test_every_grouping_has_the_same_sum(entries: dict[str, Entry], by: str) -> None:
    found = totals(entries.values(), by)  # type: ignore[arg-type]
    known = [e.counted_usd for e in entries.values() if not math.isnan(e.counted_usd)]
    assert math.isclose(
        math.fsum(t.counted_usd for t in found if t.group != "cancelled"), math.fsum(known)
    )
    assert sum(t.unknown_count for t in found) == sum(
        math.isnan(e.counted_usd) for e in entries.values()
    )


def test_an_unknown_amount_is_counted_as_unknown(entries: dict[str, Entry]) -> None:
    deal = entries["FIN016"]
    assert math.isnan(deal.amount_usd) and math.isnan(deal.counted_usd)
    (total,) = totals([deal], "country")
    assert (total.counted_usd, total.unknown_count, total.count) == (0.0, 1, 1)


def test_money_of_other_years_is_also_shown_in_one(entries: dict[str, Entry]) -> None:
    deal = entries["FIN004"]
    assert 1.2 < deal.counted_usd2023 / deal.counted_usd < 1.5
    undated = entries["FIN022"]
    assert math.isnan(undated.counted_usd2023)
    (total,) = totals([undated], "country")
    assert total.undated_usd == 125e6 and total.counted_usd2023 == 0.0


def test_selection(entries: dict[str, Entry]) -> None:
    held = tuple(entries.values())
    kgz = select(held, country="KGZ", status="complete", on=date(2012, 1, 1))
    assert {e.id for e in kgz} == {"FIN003", "FIN004", "FIN007"}
    assert totals(select(held, country="KGZ"), "status")[0].group in LADDER
    with pytest.raises(UnknownName, match="KGZ"):
        select(held, country="KGS")
    with pytest.raises(UnknownName, match="pledged"):
        select(held, status="plegded")


def test_cumulative_figures_are_compared_with_their_parts(entries: dict[str, Entry]) -> None:
    found = {c.id: c for c in coverage(entries.values())}
    energy = found["FIN023"]
    assert energy.stated_usd == 880e6
    assert energy.itemised_usd == pytest.approx((58.228 + 267.219 + 51 + 15 + 79) * 1e6)
    assert all(0.0 < c.share <= 1.0 for c in found.values())


def test_costs_of_projects_are_counted_once(evidence: EvidenceBase) -> None:
    found = {p.id: p for p in project_costs(evidence)}
    road, phase = found["ROAD_NS"], found["ROAD_NS_P2"]
    assert road.counted_usd + phase.counted_usd == pytest.approx(850e6)
    line, tunnel = found["RAIL_ANGREN_PAP"], found["TUN_QAMCHIQ"]
    assert line.counted_usd + tunnel.counted_usd == pytest.approx(1633.75e6)
    assert math.isnan(found["GAS_CAGP_C"].counted_usd)


@pytest.mark.parametrize(
    ("text", "rate", "margin", "tenor", "grace"),
    [
        ("2%; 20 years; 9 years grace; 0.25% management fee", 0.02, None, 20.0, 9.0),
        ("2%; 20 years; 5-7 years grace", 0.02, None, 20.0, 6.0),
        ("CNY 546.03 million; 1.5%; 25 years; on-lent at 3%", 0.015, None, 25.0, None),
        ("6-month LIBOR + 4%; 8 years; fees 0.3%", None, 0.04, 8.0, None),
        ("Terms unknown; on-lent at 3%", None, None, None, None),
        ("", None, None, None, None),
    ],
)
def test_terms_are_read_and_not_guessed(
    text: str, rate: float | None, margin: float | None, tenor: float | None, grace: float | None
) -> None:
    found = read_terms(text)
    assert (found.rate, found.margin, found.tenor_y, found.grace_y) == (rate, margin, tenor, grace)
    assert found.complete == (None not in (rate, tenor, grace))
