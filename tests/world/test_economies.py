"""Economies and trade in a world: the rows, three variants, gaps, years."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest
import typer

from sogdia.cli import trade as cli_trade
from sogdia.core.errors import UnknownName
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.world.build import world
from sogdia.world.economies import COLUMN_OF, economy_of, mirror_gaps, trade_matrix
from sogdia.world.trade_reports import known_economy, trade_series, two_way_trade
from sogdia.world.world import World

FIVE = ("KAZ", "KGZ", "TJK", "TKM", "UZB")


@pytest.fixture(scope="module")
def base() -> EvidenceBase:
    return open_evidence()


@pytest.fixture(scope="module")
def of_2023(base: EvidenceBase) -> World:
    return world(base, on="2023-07-01")


def row(w: World, exporter: str, importer: str) -> dict[str, object]:
    (found,) = [
        r for r in w.trade.rows() if r["exporter"] == exporter and r["importer"] == importer
    ]
    return found


def test_a_row_holds_the_claims_of_one_year(base: EvidenceBase, of_2023: World) -> None:
    found = row(of_2023, "CHN", "KAZ")
    assert found["year"] == 2023 and found["carried"] is False
    assert found["reconciled_usd2023_per_y"] == pytest.approx(23.9e9)
    assert found["exporter_report_usd2023_per_y"] == pytest.approx(24.7e9)
    assert found["importer_report_usd2023_per_y"] == pytest.approx(16.7e9)
    later = row(world(base, on="2026-01-01"), "CHN", "KAZ")
    # A report of 2025 is known; the row keeps to the year of the reconciled figure.
    assert later == found | {"carried": True}


def test_trade_is_carried_forward_and_never_back(base: EvidenceBase) -> None:
    early = world(base, on="2012-07-01")
    assert np.isnan(early.trade["reconciled_usd2023_per_y"]).all()
    found = row(early, "UZB", "CHN")
    real = base.prices.to_usd2023("USD", 2012)
    assert found["exporter_report_usd2023_per_y"] == pytest.approx(1187e6 * real)
    assert real > 1.2  # money of 2012 is made real, not taken as it is


def test_trade_is_not_known_before_it_was_published(base: EvidenceBase) -> None:
    then = world(base, on="2024-07-01", known_by="2024-07-01")
    assert np.isnan(then.trade["reconciled_usd2023_per_y"]).all()


def test_every_figure_has_its_claim_in_the_lineage(base: EvidenceBase, of_2023: World) -> None:
    noted = {(r["entity"], r["variable"]): r["claim"] for r in of_2023.lineage.rows()}
    figures = sum(
        int((~np.isnan(of_2023.trade[c])).sum())
        for c in of_2023.trade.schema.names
        if c.endswith("usd2023_per_y")
    )
    trade = {k: v for k, v in noted.items() if k[1] in COLUMN_OF}
    assert len(trade) == figures
    known = {c.id for d in ("trade", "trade_matrix") for c in base.claims(d)}
    assert set(trade.values()) <= known


def test_both_ends_of_trade_are_economies(of_2023: World) -> None:
    ids = set(of_2023.economies["id"])
    assert set(of_2023.trade["exporter"]) | set(of_2023.trade["importer"]) <= ids
    assert economy_of(of_2023, "KGZ") == "KGZ"
    assert economy_of(of_2023, "SRB") == "ROW"


def test_products_are_national_totals_near_the_sum_of_zones(of_2023: World) -> None:
    """Zones that are provinces add up to the national total within the 15 % the docs state."""
    total = dict(zip(of_2023.economies["id"], of_2023.economies["gdp_usd2023_per_y"], strict=True))
    assert all(v > 0 for v in total.values())
    for country in set(of_2023.zones["country"]) & set(total):
        zones = of_2023.zones["gdp_usd2023_per_y"][of_2023.zones["country"] == country].sum()
        assert abs(zones / total[country] - 1) < 0.15, country


def test_the_three_variants_differ_only_with_china(of_2023: World) -> None:
    reconciled, china, partner = (
        trade_matrix(of_2023, v) for v in ("reconciled", "china", "partner")
    )
    i, j = (reconciled.economies.index(x) for x in ("CHN", "KAZ"))
    assert reconciled.flow_usd2023_per_y[i, j] == pytest.approx(23.9e9)
    assert china.flow_usd2023_per_y[i, j] == pytest.approx(24.7e9)
    assert partner.flow_usd2023_per_y[i, j] == pytest.approx(16.7e9)
    assert china.flow_usd2023_per_y[j, i] == pytest.approx(16.3e9)
    assert partner.flow_usd2023_per_y[j, i] == pytest.approx(14.7e9)
    others = np.ones_like(reconciled.own)
    others[i, :] = others[:, i] = False
    for matrix in (china, partner):
        np.testing.assert_array_equal(
            matrix.flow_usd2023_per_y[others], reconciled.flow_usd2023_per_y[others]
        )
    # What stands in for an unknown report is marked as not the variant's own.
    usa = china.economies.index("USA")
    assert china.flow_usd2023_per_y[i, usa] == reconciled.flow_usd2023_per_y[i, usa]
    assert not china.own[i, usa] and china.own[i, j]
    assert np.isnan(np.diag(china.flow_usd2023_per_y)).all()


def test_a_variant_that_is_none_is_refused(of_2023: World) -> None:
    with pytest.raises(UnknownName, match="reconciled"):
        trade_matrix(of_2023, "reconcilled")  # type: ignore[arg-type]


def test_mirror_gaps_are_differences_of_the_reports(of_2023: World) -> None:
    gaps = {(r["exporter"], r["importer"]): r for r in mirror_gaps(of_2023).rows()}
    kaz = gaps["KAZ", "CHN"]
    assert kaz["gap_usd2023_per_y"] == pytest.approx(16.3e9 - 14.7e9)
    assert kaz["gap_share"] == pytest.approx(1.6 / 15.5)
    assert gaps["CHN", "TKM"]["gap_usd2023_per_y"] is None  # the partner's report is not known
    assert {a for a, b in gaps if b == "CHN"} >= set(FIVE)


def test_both_directions_together_are_the_published_turnover(base: EvidenceBase) -> None:
    flows = two_way_trade(base, "CHN", "KGZ", on=date(2023, 7, 1))
    both = flows[-1]
    assert both["subject"] == "CHN<>KGZ"
    assert both["first_report_usd2023_per_y"] == pytest.approx(19.8e9)
    assert both["second_report_usd2023_per_y"] == pytest.approx(5.4e9)
    assert both["gap_share"] == pytest.approx(14.4 / 12.6)
    assert both["reconciled_usd2023_per_y"] == pytest.approx(
        sum(f["reconciled_usd2023_per_y"] for f in flows[:2])
    )
    turned = two_way_trade(base, "KGZ", "CHN", on=date(2023, 7, 1))[-1]
    assert turned["gap_usd2023_per_y"] == pytest.approx(-both["gap_usd2023_per_y"])


@pytest.mark.parametrize("country", FIVE)
def test_china_reports_both_directions_of_2023(base: EvidenceBase, country: str) -> None:
    """As the customs administration of China published them; the parts add up to its turnover."""
    flows = two_way_trade(base, "CHN", country, on=date(2023, 7, 1))
    parts = [f["first_report_usd2023_per_y"] for f in flows[:2]]
    assert sum(parts) == pytest.approx(flows[2]["first_report_usd2023_per_y"], rel=0.005)


def test_china_s_reports_of_2023_add_up_to_its_report_of_the_region(of_2023: World) -> None:
    """61.4 and 28.0 billion USD, printed apart from the countries."""
    gaps = {(r["exporter"], r["importer"]): r for r in mirror_gaps(of_2023).rows()}
    china = "china_report_usd2023_per_y"
    assert sum(gaps["CHN", c][china] for c in FIVE) == pytest.approx(61.4e9, rel=0.01)
    assert sum(gaps[c, "CHN"][china] for c in FIVE) == pytest.approx(28.0e9, rel=0.01)


def test_the_series_keeps_rivals_and_says_which_is_believed(base: EvidenceBase) -> None:
    rows = [
        r
        for r in trade_series(base, "CHN", "KGZ").rows()
        if (r["subject"], r["year"]) == ("CHN<>KGZ", 2022)
    ]
    assert [(r["value_usd_per_y"], r["believed"]) for r in rows] == [
        (pytest.approx(15373e6), False),
        (pytest.approx(15500e6), True),
    ]
    known = trade_series(base, "CHN", "KGZ", known_by=date(2024, 6, 1)).rows()
    assert not any(r["year"] == 2025 for r in known)


def test_an_economy_that_is_not_listed_is_refused(base: EvidenceBase) -> None:
    assert known_economy(base, "kgz") == "KGZ"
    with pytest.raises(UnknownName, match="KGZ"):
        known_economy(base, "KGS")


def test_the_verb_prints_both_reports_and_the_gap(capsys: pytest.CaptureFixture[str]) -> None:
    app = typer.Typer()
    cli_trade.register(app)
    app(["chn", "KGZ", "--on", "2023-07-01", "--json"], standalone_mode=False)
    said = json.loads(capsys.readouterr().out)
    assert said["flows"][0]["first_report_usd2023_per_y"] == pytest.approx(19.72e9)
    assert said["flows"][0]["second_report_usd2023_per_y"] is None
    assert {y["year"] for y in said["years"]} >= {1992, 2023, 2025}
    app(["CHN", "KGZ", "--on", "2023-07-01"], standalone_mode=False)
    out = capsys.readouterr().out
    assert "14,400" in out and "114 %" in out and "Year by year" in out
