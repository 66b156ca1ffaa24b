"""The index on the evidence, and on a small base of its own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import typer

from sogdia.cli import index as verb
from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.evidence.base import open_evidence
from sogdia.models.linkage_index.explain import explained
from sogdia.models.linkage_index.history import history_of
from sogdia.models.linkage_index.panel import Panel, read_panel
from sogdia.models.linkage_index.solve_uncertainty import Choices
from sogdia.models.linkage_index.study import index_of, interval
from sogdia.models.linkage_index.tree import read_tree


@pytest.fixture(scope="module")
def panel() -> Panel:
    return read_panel(open_evidence(), last_year=2023, first_year=2010)


def at(panel: Panel, year: int, country: str, indicator: str) -> float:
    j = [i.id for i in panel.tree.indicators].index(indicator)
    return float(panel.values[panel.at(year), panel.countries.index(country), j])


def test_the_tree_has_five_linkages_of_two_to_four_indicators(panel: Panel) -> None:
    group = panel.tree.group
    assert [x.id for x in panel.tree.linkages] == [
        "policy", "facilities", "trade", "finance", "people",
    ]  # fmt: skip
    assert all(2 <= group.count(m) <= 4 for m in range(5))
    assert all(i.why and i.source for i in panel.tree.indicators)


def test_values_are_those_of_claims_and_rows_counted_by_hand(panel: Panel) -> None:
    """Turkmenistan: no institute is open by 2023, internet use is last known for 2017.

    Kazakhstan in July 2023: Chinese citizens need no visa for 14 days (VR-004), citizens of
    Kazakhstan do for China (VR-008): (3 + 1)/6.
    """
    base = open_evidence()
    assert at(panel, 2023, "TKM", "institutes") == 0.0
    assert np.isnan(at(panel, 2023, "TKM", "internet"))
    assert np.isfinite(at(panel, 2017, "TKM", "internet"))
    assert at(panel, 2023, "KAZ", "visas") == pytest.approx(4 / 6)
    assert panel.grounds[2023, "KAZ", "visas"] == ("VR-004", "VR-008")
    assert at(panel, 2021, "KAZ", "visas") == 0.0
    for country in panel.countries:
        by_hand = [
            r["id"]
            for r in base.registry("people_institutes")
            if r["country"] == country
            and r["opened"]
            and r["opened"] < "2024"
            and r["kind"] != "language_agreement"
        ]
        assert panel.grounds[2023, country, "institutes"] == tuple(by_hand)
    for country in panel.countries:
        met = [
            r["id"]
            for r in base.registry("policy_events")
            if r["kind"] in {"state_visit", "summit", "ministerial", "statement"}
            and "2019" <= r["date"] < "2024"
            and {"CHN", country} <= set(r["countries"].split(";"))
        ]
        assert panel.grounds[2023, country, "contact"] == tuple(met)
    claims = {c.id: c for c in (*base.claims("trade"), *base.claims("zones"))}
    for country in panel.countries:
        top, bottom = (claims[g].number for g in panel.grounds[2023, country, "china_trade"])
        assert at(panel, 2023, country, "china_trade") == pytest.approx(top / bottom)


def test_every_ground_exists(panel: Panel) -> None:
    base = open_evidence()
    known = {c.id for d in base.domains for c in base.claims(d)}
    known |= {r["id"] for name in base.registries for r in base.registry(name) if "id" in r}
    assert {g for grounds in panel.grounds.values() for g in grounds} <= known


def test_no_rank_without_its_interval(panel: Panel) -> None:
    found = index_of(panel, 2023, draws=400, points=64)
    assert found.status.state == "solved" and found.combinations == 108
    for r in found.ranks.rows():
        assert r["rank_low_count"] <= r["rank_count"] <= r["rank_high_count"]
        assert r["rank_best_count"] <= r["rank_count"] <= r["rank_worst_count"]
        assert r["score_low_index"] <= r["score_index"] <= r["score_high_index"]
    widths = found.ranks["rank_high_count"] - found.ranks["rank_low_count"]
    assert (widths > 0).sum() >= 3
    assert found.shares["draws_share"].sum() == pytest.approx(5.0)


def test_the_same_seed_gives_the_same_tables_and_another_does_not(panel: Panel) -> None:
    a, b, c = (index_of(panel, 2023, draws=200, points=0, seed=s) for s in (0, 0, 1))
    assert a.ranks.arrow.equals(b.ranks.arrow)
    assert not a.ranks.arrow.equals(c.ranks.arrow)


def test_gaps_name_what_is_missing_and_what_was_carried(panel: Panel) -> None:
    found = index_of(panel, 2023, draws=100, points=0)
    gaps = {(r["country"], r["indicator"]): r for r in found.gaps.rows()}
    assert gaps["TKM", "internet"]["state"] == "carried"
    assert gaps["TKM", "internet"]["from_year"] == 2017
    early = {
        (r["country"], r["indicator"]): r
        for r in index_of(panel, 2012, draws=100, points=0).gaps.rows()
    }
    assert early["KAZ", "border_h"]["state"] == "missing"
    assert early["KAZ", "visas"]["state"] == "same for all"


def test_the_parts_of_a_country_sum_to_its_score(panel: Panel) -> None:
    found = index_of(panel, 2023, draws=100, points=0)
    score = dict(zip(found.ranks["country"], found.ranks["score_index"], strict=True))
    for country in panel.countries:
        table = explained(panel, 2023, country)
        assert np.nansum(table["part_index"]) == pytest.approx(score[country])
        assert table["weight_share"].sum() == pytest.approx(1.0)
    with pytest.raises(UnknownName):
        explained(panel, 2023, "RUS")


def test_linkages_make_the_score_and_a_flip_ties_the_pair(panel: Panel) -> None:
    found = index_of(panel, 2023, draws=100, points=0)
    ids = [x.id for x in panel.tree.linkages]
    z = found.linkages["score_index"].reshape(5, 5)
    np.testing.assert_allclose(z.mean(axis=1), found.ranks["score_index"])
    at_ = {c: i for i, c in enumerate(panel.countries)}
    tied = 0
    for r in found.flips.rows():
        assert r["lead_index"] >= 0
        if r["linkage"]:
            u = np.full(5, (1 - r["tied_weight_share"]) / 4)
            u[ids.index(r["linkage"])] = r["tied_weight_share"]
            assert u @ (z[at_[r["ahead"]]] - z[at_[r["behind"]]]) == pytest.approx(0, abs=1e-12)
            tied += 1
    assert len(found.flips) == 10 and tied > 0


def test_a_scenario_is_another_value_and_the_panel_stays(panel: Panel) -> None:
    """Entry without a visa both ways raises the score of Turkmenistan and changes nothing given."""
    before = panel.values.copy()
    other = panel.with_values(2023, {("TKM", "visas"): 1.0})
    np.testing.assert_array_equal(panel.values, before)
    a, b = (index_of(p, 2023, draws=100, points=0) for p in (panel, other))
    assert b.ranks["score_index"][3] > a.ranks["score_index"][3]
    with pytest.raises(InvalidInput) as error:
        panel.with_values(
            2023, {("RUS", "visas"): 1.0, ("TKM", "visa"): 1.0, ("KAZ", "visas"): np.nan}
        )
    assert len(error.value.problems) == 3


def test_years_and_phases(panel: Panel) -> None:
    years, phases = history_of(panel, draws=50)
    assert len(years) == 14 * 5 and len(phases) == 2 * 5
    assert set(phases["years"]) == {"2010-2013", "2014-2023"}
    y = years["score_index"].reshape(14, 5)
    np.testing.assert_allclose(phases["score_index"][5:], y[4:].mean(axis=0))
    for table in (years, phases):
        assert np.all(table["rank_low_count"] <= table["rank_count"])
        assert np.all(table["rank_count"] <= table["rank_high_count"])


def test_years_are_normalised_over_all_years_by_hand(panel: Panel) -> None:
    """Min-max over years and countries, mean of indicators within and of linkages: plain sums."""
    plain = Choices(
        missing=("skip",), normalisation=("min-max",), scheme=("equal",),
        aggregation=("arithmetic",),
    )  # fmt: skip
    years, _ = history_of(panel, choices=plain, draws=5)
    up = np.array([i.direction for i in panel.tree.indicators])
    x = panel.values * up
    low, high = np.nanmin(x, axis=(0, 1)), np.nanmax(x, axis=(0, 1))
    z = 0.01 + 0.99 * (x - low) / (high - low)
    group = np.array(panel.tree.group)
    for t, i in ((0, 0), (7, 3), (13, 4)):
        parts = [z[t, i, group == m] for m in range(5)]
        parts = [p[np.isfinite(p)].mean() for p in parts if np.isfinite(p).any()]
        assert years["score_index"].reshape(14, 5)[t, i] == pytest.approx(np.mean(parts))


def test_an_interval_holds_the_central_place() -> None:
    """Two countries that draws always order the other way; the interval says both."""
    low, high = interval(np.array([1.0, 2.0]), np.tile([2.0, 1.0], (50, 1)))
    assert list(low) == [1.0, 1.0] and list(high) == [2.0, 2.0]


def test_a_linkage_without_data_is_absent_and_not_zero(panel: Panel) -> None:
    values = panel.values.copy()
    trade = [j for j, i in enumerate(panel.tree.indicators) if i.linkage == "trade"]
    values[:, 0, trade] = np.nan
    hollow = Panel(
        tree=panel.tree, years=panel.years, countries=panel.countries, values=values,
        grounds=panel.grounds,
    )  # fmt: skip
    found = index_of(hollow, 2023, draws=100, points=0)
    row = next(
        r for r in found.linkages.rows() if r["country"] == "KAZ" and r["linkage"] == "trade"
    )
    assert row["score_index"] is None and row["indicators"] == 0
    assert np.isfinite(found.ranks["score_index"]).all()
    assert "KAZ" not in {*found.flips["ahead"], *found.flips["behind"]}


def test_a_country_without_anything_has_no_rank(panel: Panel) -> None:
    values = panel.values.copy()
    values[:, 2] = np.nan
    empty = Panel(
        tree=panel.tree, years=panel.years, countries=panel.countries, values=values,
        grounds=panel.grounds,
    )  # fmt: skip
    choices = Choices(missing=("carry", "skip"))
    found = index_of(empty, 2023, choices=choices, draws=100, points=0)
    assert found.status.state == "usable" and "100 of 100" in found.status.message
    assert np.isnan(found.ranks["rank_count"][2])
    assert sorted(np.delete(found.ranks["rank_count"], 2)) == [1, 2, 3, 4]


def test_a_year_no_claim_is_about_is_said() -> None:
    late = read_panel(open_evidence(), last_year=2027, first_year=2015)
    found = index_of(late, 2027, draws=100, points=0)
    assert found.status.state == "usable" and "no claim is about 2027" in found.status.message


def test_choices_that_are_not_known_are_refused_together(panel: Panel) -> None:
    with pytest.raises(InvalidInput) as error:
        Choices(missing=("drop",), aggregation=(), spread=2.0)
    assert len(error.value.problems) == 3
    with pytest.raises(InvalidInput, match="2009"):
        index_of(panel, 2009)


def test_every_problem_of_a_tree_is_said(tmp_path: Path) -> None:
    (tmp_path / "registries").mkdir()
    (tmp_path / "sources.csv").write_text(
        "id,title,publisher,url,published,retrieved,licence,tier\n"
    )
    (tmp_path / "registries" / "index_tree.csv").write_text(
        "id,title,parent,computed_from,rows,unit,direction,weight,why,source\n"
        "policy,Policy,,,,,,1,,s\n"
        "a,A,polcy,claim:x@{c},,1,up,1,,s\n"
        "b,B,policy,guess,,1,sideways,-1,,s\n"
        "c,C,policy,guess,,1,sideways,1,,s\n"
        "empty,Empty,,,,,,1,,s\n"
    )
    with pytest.raises(InvalidInput) as error:
        read_tree(open_evidence(tmp_path))
    text = str(error.value)
    assert "did you mean policy" in text and "sideways" in text and "guess" in text
    assert "linkage empty" in text and "'-1'" not in text and "weight; got -1" in text


def test_the_verb(capsys: pytest.CaptureFixture[str]) -> None:
    from typer.testing import CliRunner

    app = typer.Typer()
    verb.register(app)
    runner = CliRunner()
    printed = runner.invoke(app, ["--draws", "100"])
    assert printed.exit_code == 0 and "rank (90 %)" in printed.stdout
    assert "TKM internet 2017" in printed.stdout
    as_json = json.loads(runner.invoke(app, ["--draws", "100", "--json"]).stdout)
    assert len(as_json["ranks"]) == 5 and as_json["combinations"] == 108
    why = runner.invoke(app, ["--draws", "100", "--explain", "kaz"])
    assert why.exit_code == 0 and "VR-004, VR-008" in why.stdout
    assert runner.invoke(app, ["--draws", "100", "--csv"]).stdout.startswith("country,year,score")
    assert isinstance(runner.invoke(app, ["--explain", "RUS"]).exception, UnknownName)
