"""Gravity on the world's trade and, beside the project, on published samples."""

from __future__ import annotations

import csv
import math
import os
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sogdia.core.errors import InvalidInput, MissingExtra, UnknownName
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.evidence.gravity_covariates import PairFacts, pair_facts
from sogdia.models.trade.border_time import (
    border_time_rivals,
    compare_border_time,
    elasticity_of_change,
    implied_border_time_elasticity,
)
from sogdia.models.trade.gravity import ad_valorem_equivalent, estimate, predict
from sogdia.models.trade.gravity_sample import GravitySample, distances_km, gravity_sample
from sogdia.world.build import world
from sogdia.world.world import World

DATA = os.environ.get("SOGDIA_TRADE_DATA", "")
published = pytest.mark.skipif(not DATA, reason="SOGDIA_TRADE_DATA names no folder")
ON = date(2023, 7, 1)


@pytest.fixture(scope="module")
def base() -> EvidenceBase:
    return open_evidence()


@pytest.fixture(scope="module")
def of_2023(base: EvidenceBase) -> World:
    return world(base, on=ON)


@pytest.fixture(scope="module")
def facts(base: EvidenceBase) -> PairFacts:
    return pair_facts(base, on=ON)


def rows_of(name: str) -> list[dict[str, str]]:
    """Rows of a file that lies beside the project."""
    return list(csv.DictReader((Path(DATA) / name).read_text(encoding="utf-8").splitlines()))


def sample_of(
    rows: list[dict[str, str]],
    ends: tuple[str, str],
    year: int,
    *,
    flow: list[float],
    **covariates: list[float],
) -> GravitySample:
    return GravitySample(
        exporter=np.array([r[ends[0]] for r in rows], dtype=object),
        importer=np.array([r[ends[1]] for r in rows], dtype=object),
        year=np.full(len(rows), year),
        flow=np.array(flow),
        covariates={n: np.array(v) for n, v in covariates.items()},
    )


def in_logs(sample: GravitySample) -> np.ndarray:
    """Coefficients by least squares of log flows on covariates and dummies; zeros fall out."""
    kept = sample.flow > 0
    dummies = [
        (side[kept] == name).astype(float)
        for side in (sample.exporter, sample.importer)
        for name in sorted(set(side[kept]))
    ]
    D = np.column_stack([v[kept] for v in sample.covariates.values()] + dummies)
    return np.linalg.lstsq(D, np.log(sample.flow[kept]), rcond=None)[0]


def small(**changes: object) -> GravitySample:
    """Four countries, no domestic sales; the last exporter sells nothing to anybody."""
    pairs = [(a, b) for a in "ABCD" for b in "ABCD" if a != b]
    rng = np.random.default_rng(1)
    values: dict[str, object] = {
        "exporter": np.array([a for a, _ in pairs], dtype=object),
        "importer": np.array([b for _, b in pairs], dtype=object),
        "year": np.full(len(pairs), 2023),
        "flow": np.array([0.0 if a == "D" else rng.lognormal() for a, _ in pairs]),
        "covariates": {"log_distance": rng.uniform(5, 9, len(pairs))},
    }
    return GravitySample(**(values | changes))  # type: ignore[arg-type]


def test_facts_of_a_date(base: EvidenceBase, facts: PairFacts) -> None:
    assert frozenset(("CHN", "KGZ")) in facts.contiguous
    assert frozenset(("CHN", "UZB")) not in facts.contiguous
    assert frozenset(("KAZ", "RUS")) in facts.language & facts.agreement
    assert frozenset(("KGZ", "RUS")) in facts.both_in("EAEU")
    assert frozenset(("DEU", "KOR")) in facts.agreement  # through the Union
    assert facts.both_in("none such") == frozenset()
    early = pair_facts(base, on=date(1998, 7, 1))
    assert early.both_in("SCO") == frozenset()
    assert frozenset(("DEU", "POL")) not in early.agreement


def test_distances_are_those_of_zones(of_2023: World) -> None:
    ids, km = distances_km(of_2023)
    at = {name: i for i, name in enumerate(ids)}
    np.testing.assert_allclose(km, km.T)
    assert "ROW" not in at
    # one zone each: the great circle between the zones' cities, Warsaw to Duisburg 983 km
    assert km[at["POL"], at["DEU"]] == pytest.approx(983, rel=0.01)
    # many zones: people of China live in its east, 3,500 to 4,500 km from those of Kyrgyzstan
    assert 3000 < km[at["CHN"], at["KGZ"]] < 4500
    # 0.67 sqrt(199,951 / pi)
    assert km[at["KGZ"], at["KGZ"]] == pytest.approx(169.0, abs=0.1)


def test_the_sample_says_what_it_leaves_out(of_2023: World, facts: PairFacts) -> None:
    sample = gravity_sample(of_2023, facts)
    assert len(sample.flow) == 48 * 48
    assert any("without a figure" in s for s in sample.left_out)
    assert any(s.startswith("ROW") for s in sample.left_out)
    zero = gravity_sample(of_2023, facts, absent="zero")
    assert not np.isnan(zero.flow).any() and (zero.flow == 0).any()
    apart = gravity_sample(of_2023, facts, domestic=False)
    assert len(apart.flow) == 48 * 47
    tight = gravity_sample(of_2023, facts, output_ratio=0.5)
    assert any("below exports" in s for s in tight.left_out)


def test_a_year_without_trade_is_refused(base: EvidenceBase, facts: PairFacts) -> None:
    with pytest.raises(InvalidInput) as caught:
        gravity_sample(world(base, on="1995-07-01"), facts, output_ratio=-1.0)
    assert len(caught.value.problems) == 2 or "output_ratio" in str(caught.value)


def test_without_the_extra_the_install_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyfixest", None)
    with pytest.raises(MissingExtra, match=r'pip install "sogdia\[estimate\]"'):
        estimate(small(), ["log_distance"])


class TestEstimates:
    @pytest.fixture(autouse=True)
    def _needs_the_extra(self) -> None:
        pytest.importorskip("pyfixest")

    def test_all_problems_are_said_at_once(self) -> None:
        sample = small()
        flow = sample.flow.copy()
        flow[0] = -1.0
        bad = small(flow=flow).with_covariate("log_cost", np.full(len(flow), np.inf))
        with pytest.raises(InvalidInput) as caught:
            estimate(bad, ["log_cost", "langage"])
        assert len(caught.value.problems) == 3

    def test_separated_observations_are_named(self) -> None:
        """An exporter of nothing has no finite effect: Correia, Guimaraes and Zylkin (2019)."""
        found = estimate(small(), ["log_distance"])
        assert {e for e, _, _ in found.separated} == {"D"}
        assert found.observations == 9
        assert "3 observations separated" in found.status.message
        assert np.isnan(predict(found, small())[-1])

    def test_a_collinear_regressor_is_named(self) -> None:
        sample = small()
        twice = sample.with_covariate("twice", 2 * sample.covariates["log_distance"])
        found = estimate(twice, ["log_distance", "twice"])
        assert "collinear" in found.status.message
        assert np.isnan(found.coefficient).sum() == 1
        with pytest.raises(UnknownName):
            found["log_distanse"]

    def test_estimates_of_2023(self, of_2023: World, facts: PairFacts) -> None:
        """Signs as in the literature; distance weaker than its median -0.9 (see the docs)."""
        sample = gravity_sample(of_2023, facts)
        found = estimate(sample)
        assert found.status.state == "solved" and found.separated == ()
        assert found.observations == int(np.isfinite(sample.flow).sum())
        assert -0.6 < found["log_distance"] < -0.2
        assert found["border"] < -3
        assert found["contiguous"] > 0 and found["agreement"] > 0
        assert 0.03 < found.error("log_distance") < 0.15
        assert found.clusters == 48

    def test_predicts_pairs_without_a_figure(self, of_2023: World, facts: PairFacts) -> None:
        """Tajikistan to Russia is a gap of the matrix; Tajikistan reports 134.7 million."""
        sample = gravity_sample(of_2023, facts, domestic=False)
        regressors = ("log_distance", "contiguous", "language", "agreement")
        at = (sample.exporter == "TJK") & (sample.importer == "RUS")
        blank = GravitySample(
            exporter=sample.exporter, importer=sample.importer, year=sample.year,
            flow=np.where(at, np.nan, sample.flow), covariates=sample.covariates,
        )  # fmt: skip
        (value,) = predict(estimate(blank, regressors), blank)[at]
        assert 0.2 < value / 134.7e6 < 5.0

    @published
    def test_57_countries_of_2023_are_in_the_published_ranges(self) -> None:
        """BACI of 2023 with GeoDist, 57 countries, effects of both sides.

        Distance by PPML -0.75 and by OLS in logs -1.35 in Santos Silva and Tenreyro (2006, table
        5, with effects); contiguity 0.53 and language 0.54 on average in Head and Mayer (2014,
        table 4), with standard deviations of 0.57 and 0.44.
        """
        geo = {(r["exporter"], r["importer"]): r for r in rows_of("cepii_geodist_region.csv")}
        rows = [
            r
            for r in rows_of("baci2023_bilateral_194.csv")
            if (r["exporter"], r["importer"]) in geo
        ]
        pairs = [geo[r["exporter"], r["importer"]] for r in rows]
        sample = sample_of(
            rows, ("exporter", "importer"), 2023,
            flow=[float(r["value_kusd"]) for r in rows],
            log_distance=[math.log(float(g["distw"])) for g in pairs],
            contiguous=[float(g["contig"]) for g in pairs],
            language=[float(g["comlang_off"]) for g in pairs],
        )  # fmt: skip
        found = estimate(sample, list(sample.covariates), cluster="pair")
        assert found.observations == 2814
        assert -0.9 < found["log_distance"] < -0.6
        assert -1.5 < in_logs(sample)[0] < -1.1
        assert 0.2 < found["contiguous"] < 0.8
        assert 0.0 < found["language"] < 0.98

    @published
    def test_the_region_s_rows_of_2006_answer_more_to_distance(self) -> None:
        """Head, Mayer and Ries (2010), rows with a partner in the region only.

        Effects of 166 countries with a few landlocked partners each: distance is well below the
        world's -0.9, by PPML as in logs, and this is no parity with the published estimates.
        """
        rows = rows_of("gravity_hmr_2006_region.csv")
        sample = sample_of(
            rows, ("iso_o", "iso_d"), 2006,
            flow=[float(r["flow"]) for r in rows],
            log_distance=[math.log(float(r["distw"])) for r in rows],
            contiguous=[float(r["contig"]) for r in rows],
            language=[float(r["comlang_off"]) for r in rows],
            agreement=[float(r["rta"]) for r in rows],
        )  # fmt: skip
        found = estimate(sample, list(sample.covariates))
        assert found.observations + len(found.separated) == len(rows)
        assert in_logs(sample)[0] < found["log_distance"] < -1.5
        assert found["agreement"] > 2 * found.error("agreement")

    @published
    def test_facts_agree_with_geodist(self, base: EvidenceBase, of_2023: World) -> None:
        """CEPII GeoDist (Mayer and Zignago 2011): borders, and weighted distances within 12 %."""
        rows = rows_of("cepii_geodist_region.csv")
        facts = pair_facts(base, on=ON)
        ids, km = distances_km(of_2023)
        at = {name: i for i, name in enumerate(ids)}
        theirs = [r for r in rows if r["exporter"] in at and r["importer"] in at]
        apart = [r for r in theirs if r["exporter"] != r["importer"]]
        assert len(apart) > 2000
        differ = {
            frozenset((r["exporter"], r["importer"]))
            for r in apart
            if (r["contig"] == "1")
            != (frozenset((r["exporter"], r["importer"])) in facts.contiguous)
        }
        assert differ == {frozenset(("MYS", "SGP"))}  # a causeway
        logs = [
            math.log(km[at[r["exporter"]], at[r["importer"]]] / float(r["distw"])) for r in apart
        ]
        assert np.quantile(np.abs(logs), 0.9) < 0.16


def test_ad_valorem_equivalents() -> None:
    """0.81^(-1/5) - 1 = 4.3 %: a fall of trade by 19 % at theta 5."""
    assert ad_valorem_equivalent(-math.log(0.81), 5.0) == pytest.approx(0.0430, abs=1e-4)
    assert ad_valorem_equivalent(0.0, 5.0) == 0.0
    with pytest.raises(InvalidInput):
        ad_valorem_equivalent(1.0, 0.0)


def test_border_time_beside_its_rivals(base: EvidenceBase) -> None:
    """Kim and Mariano (2020): 10 % less time, 1.41 % more trade, an elasticity of 0.133."""
    assert elasticity_of_change(0.0141, -0.10) == pytest.approx(0.1329, abs=1e-4)
    rivals = border_time_rivals(base.registry("model_benchmarks"), border_days=10.0)
    values = [r.elasticity for r in rivals]
    assert any(v == pytest.approx(0.1329, abs=1e-4) for v in values)
    assert max(values) == pytest.approx(10 * math.log(1.052))
    assert all(r.source in base.sources for r in rivals)
    inside = implied_border_time_elasticity(5.0, 0.04)
    assert compare_border_time(inside, rivals).within
    assert not compare_border_time(0.9, rivals).within
    with pytest.raises(InvalidInput):
        compare_border_time(0.2, [])
