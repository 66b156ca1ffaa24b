"""The replay: its equation by hand, its calibration, what a mixed world holds, caching, pictures."""

from __future__ import annotations

import dataclasses
import math
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from sogdia.appraisal.replay import ReplayOptions, replay
from sogdia.appraisal.replay.chart import trade_page, trade_picture
from sogdia.appraisal.replay.costs import CLASSES, Worlds, ZoneCosts, cost_factors
from sogdia.appraisal.replay.growth import (
    Structure,
    access_parts,
    calibrate,
    pipeline_share,
    trade_elasticity,
    visa_sides,
)
from sogdia.appraisal.replay.modes import mode_scale, rate_index, share_ratio
from sogdia.appraisal.replay.observed import Observation, counts, trade_observed
from sogdia.appraisal.replay.parameters import (
    TARIFFS,
    WORLD_OUTPUT_SOURCE,
    Parameters,
    phase_of,
    tariff_share,
)
from sogdia.core.errors import InvalidInput
from sogdia.core.states import FIVE
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.results.store import RunStore

CENTRAL = Parameters(theta=5.0, visa_one=math.log(0.9), visa_two=math.log(0.8), tariff_paid=0.5)


@pytest.fixture(scope="module")
def base() -> EvidenceBase:
    return open_evidence()


@pytest.fixture(scope="module")
def worlds(base: EvidenceBase) -> Worlds:
    return Worlds(base)


def one_zone(gencost: float, density: float = 100.0) -> ZoneCosts:
    return ZoneCosts(
        zones_centre=("a",), zones_partner=FIVE, partner=FIVE,
        weight_centre=np.ones(1), weight_partner=np.ones(len(FIVE)),
        density=np.full(len(CLASSES), density),
        gencost=np.full((2, len(CLASSES), 1, len(FIVE)), gencost),
    )  # fmt: skip


# --- costs -------------------------------------------------------------------------------------


def test_one_zone_has_the_plain_factor() -> None:
    """tau = 1 + g / V where there is nothing to average."""
    found = cost_factors(one_zone(20.0), theta=4.0)
    assert set(found) == set(FIVE)
    assert np.allclose(found["KAZ"], 1.2, rtol=1e-12)


def test_zones_are_averaged_by_what_they_trade() -> None:
    """Two zones of equal weight at 1.2 and 1.5: ((1.2^-4 + 1.5^-4) / 2)^(-1/4)."""
    one = one_zone(20.0)
    two = dataclasses.replace(
        one,
        zones_centre=("a", "b"),
        weight_centre=np.array([0.5, 0.5]),
        gencost=np.concatenate([one.gencost, one.gencost * 2.5], axis=2),
    )
    wanted = ((1.2**-4 + 1.5**-4) / 2) ** -0.25
    assert np.allclose(cost_factors(two, theta=4.0)["UZB"], wanted, rtol=1e-12)


def test_a_zone_without_a_route_trades_nothing_and_is_no_nan() -> None:
    one = one_zone(20.0)
    cut = dataclasses.replace(
        one,
        zones_centre=("a", "b"),
        weight_centre=np.array([0.5, 0.5]),
        gencost=np.concatenate([one.gencost, np.full_like(one.gencost, np.nan)], axis=2),
    )
    assert np.allclose(cost_factors(cut, theta=4.0)["KGZ"], (1.2**-4 / 2) ** -0.25)
    nowhere = dataclasses.replace(one, gencost=np.full_like(one.gencost, np.nan))
    assert np.all(np.isinf(cost_factors(nowhere, theta=4.0)["KGZ"]))


def test_a_mixed_world_takes_links_and_borders_from_different_years(worlds: Worlds) -> None:
    mixed, old, new = worlds.mixed(1992, 2020), worlds.of(1992), worlds.of(2020)
    assert list(mixed.links["status"]) == list(old.links["status"])
    assert list(mixed.links["status"]) != list(new.links["status"])
    assert mixed.crossings.arrow.equals(new.crossings.arrow)
    assert not mixed.crossings.arrow.equals(old.crossings.arrow)
    assert mixed.tariffs.arrow.equals(worlds.of(2023).tariffs.arrow)
    assert np.array_equal(mixed.links["speed_km_per_h"], worlds.of(2023).links["speed_km_per_h"])


# --- the gravity equation ----------------------------------------------------------------------


def even() -> Structure:
    value = np.array([[0.2, 0.2, 0.2, 0.2, 0.2], [0.1, 0.1, 0.1, 0.1, 0.6]])
    return Structure(direction={"KAZ": np.array([0.75, 0.25])}, value={"KAZ": value})


def index(tau: float, **changed: object) -> float:
    given: dict[str, object] = {
        "pipeline": 1.0, "sides": (2, 2), "tariffs": (2023, 2023), "parameters": CENTRAL,
    } | changed  # fmt: skip
    now, then = np.full((2, 4), tau), np.full((2, 4), 1.2)
    return float(access_parts("KAZ", even(), now, then, **given).sum())  # type: ignore[arg-type]


def test_nothing_moved_is_one() -> None:
    assert math.isclose(index(1.2), 1.0, rel_tol=1e-12)


def test_costs_move_what_is_on_the_network() -> None:
    """0.7 of trade is on the network: 0.7 x 1.1^-5 + 0.3 when tau rises by a tenth."""
    assert math.isclose(index(1.32), 0.7 * 1.1**-5 + 0.3, rel_tol=1e-12)


def test_a_closed_border_leaves_the_pipeline_and_no_nan() -> None:
    assert math.isclose(index(math.inf), 0.3, rel_tol=1e-12)


def test_a_pipeline_appears_without_any_ratio() -> None:
    """Zero flow before it opened: 0.7 to 1, where a ratio of flows would be 0/0."""
    assert math.isclose(index(1.2, pipeline=0.0), 0.7, rel_tol=1e-12)


def test_visas_move_the_network_goods_alone() -> None:
    assert math.isclose(index(1.2, sides=(0, 2)), 0.7 / 0.8 + 0.3, rel_tol=1e-12)
    assert math.isclose(index(1.2, sides=(1, 2)), 0.7 * 0.9 / 0.8 + 0.3, rel_tol=1e-12)


def test_tariffs_move_by_the_part_that_is_paid() -> None:
    """Kazakhstan 11.1 % in 2012 against 6.1 %; China's 9.8 against 7.4 %, not on bulk."""
    into = (1 + 0.5 * tariff_share("KAZ", 2012)) / (1 + 0.5 * tariff_share("KAZ", 2023))
    out = (1 + 0.5 * tariff_share("CHN", 2012)) / (1 + 0.5 * tariff_share("CHN", 2023))
    wanted = 0.75 * (0.8 * into**-5 + 0.2) + 0.25 * (0.3 * out**-5 + 0.1 + 0.6)
    assert math.isclose(index(1.2, tariffs=(2012, 2023)), wanted, rel_tol=1e-12)


def test_tariffs_step_with_memberships() -> None:
    assert tariff_share("KAZ", 2009) == pytest.approx(0.067)
    assert tariff_share("KAZ", 2010) == pytest.approx(0.111)
    assert tariff_share("KGZ", 2015) == pytest.approx(0.0504)
    assert tariff_share("KGZ", 2016) == pytest.approx(0.094)
    assert tariff_share("TKM", 2000) == 0.0


def seen(year: int, country: str, usd: float) -> Observation:
    return Observation(year=year, country=country, variant="china", usd_per_y=usd, claims=())


def test_constants_rest_on_the_calibration_years_alone() -> None:
    """A figure of another year may be anything: the constant does not move."""
    predicted = {(2022, "KAZ"): 10.0, (2023, "KAZ"): 10.0, (2015, "KAZ"): 10.0}
    rows = [seen(2022, "KAZ", 20.0), seen(2023, "KAZ", 80.0)]
    found = calibrate(rows, predicted, (2022, 2023))
    assert found == {("KAZ", "china"): pytest.approx(4.0)}  # geometric mean of 2 and 8
    assert calibrate([*rows, seen(2015, "KAZ", 1e9)], predicted, (2022, 2023)) == found


def test_a_country_without_a_claim_in_the_calibration_years_has_no_constant() -> None:
    assert calibrate([seen(2015, "KAZ", 5.0)], {(2015, "KAZ"): 1.0}, (2022,)) == {}


# --- evidence ----------------------------------------------------------------------------------


def test_every_figure_names_a_source_of_the_base(base: EvidenceBase) -> None:
    from sogdia.appraisal.replay import parameters

    named = {p[2] for points in TARIFFS.values() for p in points} | {WORLD_OUTPUT_SOURCE}
    named |= {f.source for f in vars(parameters).values() if isinstance(f, parameters.Figure)}
    assert named <= set(base.sources)


def test_elasticities_are_claims(base: EvidenceBase) -> None:
    theta = trade_elasticity(base)
    assert 4.0 <= theta.low <= theta.central <= theta.high <= 8.0
    assert mode_scale(base).low > 0.0


def test_visas_by_year(base: EvidenceBase) -> None:
    """Kazakhstan: both sides to 2022-07-06, China's alone then, none from 2023-11-10."""
    assert [visa_sides(base, "KAZ", y) for y in (1992, 2020, 2023, 2024)] == [2, 2, 1, 0]
    assert visa_sides(base, "UZB", 2024) == 1


def test_pipelines_by_year(base: EvidenceBase) -> None:
    """Central Asia-China lines A 15, B 15 and C 25 bcm a year, from the ends of 2009, 2010, 2014."""
    assert [pipeline_share(base, "TKM", y) for y in (2009, 2010, 2011, 2015)] == [
        0.0, pytest.approx(15 / 55), pytest.approx(30 / 55), 1.0,
    ]  # fmt: skip
    assert pipeline_share(base, "KGZ", 1992) == 1.0


def test_what_is_carried_from_another_year_is_no_observation(base: EvidenceBase) -> None:
    for year in (1992, 2008, 2016, 2023):
        for row in trade_observed(base, year):
            assert all(c.holds_from is not None for c in row.claims)
            assert {c.holds_from.year for c in row.claims if c.holds_from} == {year}


def test_variants_are_kept_apart(base: EvidenceBase) -> None:
    found = {(o.country, o.variant): o for o in trade_observed(base, 2023)}
    assert found["KGZ", "china"].usd_per_y > 3 * found["KGZ", "partner"].usd_per_y


def test_one_count_a_series_and_year(base: EvidenceBase) -> None:
    keys = [(c.series, c.year) for c in counts(base)]
    assert len(keys) == len(set(keys))
    of = {(c.series, c.year): c.amount for c in counts(base)}
    assert of["trains at Khorgos/Altynkol", 2020] == 4722.0
    assert of["China-Europe trains", 2020] == 12400.0


def test_rates_of_2020_are_above_those_of_2019(base: EvidenceBase) -> None:
    """1,985 over 1,420 USD a box, and 1.763 by air, both less US inflation of 1.35 %."""
    assert rate_index(base, "mode:sea/wci-composite", 2020) == pytest.approx(
        1985 / 1420 / 1.0135, rel=0.01
    )
    assert rate_index(base, "mode:air/asia-europe", 2020) == pytest.approx(1.763 / 1.0135, rel=0.01)
    assert rate_index(base, "mode:sea/wci-composite", 2019) == 1.0


# --- the conditional level ---------------------------------------------------------------------


def test_conditional_is_partial_in_the_reference_year_and_damped_elsewhere(
    base: EvidenceBase,
) -> None:
    """Resolved resistances work against the change of cost (Anderson and van Wincoop 2003)."""
    from sogdia.appraisal.replay.multilateral import conditional_ratio
    from sogdia.appraisal.replay.play import History, Moved

    history = History.of(base, None)
    same, status = conditional_ratio(history, 2023, CENTRAL)
    assert status.state == "solved"
    assert all(v == pytest.approx(1.0, abs=1e-8) for v in same.values())
    then, status = conditional_ratio(history, 2001, CENTRAL)
    assert status.state == "solved"
    moved = Moved(growth=2023, facilities=2001, borders=2001, agreements=2001)
    for country in ("KAZ", "TKM", "UZB"):  # dearer than in 2023
        costs = [
            float(history.parts(country, m, CENTRAL).sum()) for m in (moved, Moved.whole(2023))
        ]
        assert costs[0] < costs[1]
        assert 1.0 < then[country] < costs[1] / costs[0]


# --- modes -------------------------------------------------------------------------------------


def test_shares_by_hand() -> None:
    """Half and half, one twice as dear, eta 2: the other goes from 1/2 to 4/5."""
    ratio = share_ratio(np.array([0.5, 0.5]), np.array([2.0, 1.0]), 2.0)
    assert np.allclose(0.5 * ratio, [0.2, 0.8], rtol=1e-12)


def test_shares_stay_shares_and_a_closed_mode_has_none() -> None:
    shares = np.array([0.2, 0.3, 0.5])
    ratio = share_ratio(shares, np.array([1.3, np.inf, 0.8]), 4.0)
    assert math.isclose(float(shares @ ratio), 1.0, rel_tol=1e-12)
    assert ratio[1] == 0.0
    assert np.allclose(share_ratio(shares, np.ones(3), 4.0), 1.0)


# --- the whole ---------------------------------------------------------------------------------


def test_wrong_options_are_all_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        ReplayOptions(first=1980, last=2050, every=0, draws=-1, calibration=())
    text = str(caught.value)
    for word in ("first year", "last year", "every", "draws", "calibration"):
        assert word in text


def test_years_and_phases_are_cut_to_what_is_asked() -> None:
    asked = ReplayOptions(first=2005, last=2020, every=10)
    assert asked.phases == ((2005, 2013), (2013, 2020))
    assert asked.years == (2005, 2013, 2015, 2020)
    assert [phase_of(y) for y in (1992, 2001, 2002, 2024)] == [
        "1992-2001", "1992-2001", "2001-2013", "2013-2024",
    ]  # fmt: skip


def test_a_replay_is_kept_and_goes_on_where_it_stopped(
    base: EvidenceBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RunStore(tmp_path / "runs")
    asked = ReplayOptions(first=2018, last=2020, every=2, draws=2)
    told: list[float] = []
    first = replay(asked, evidence=base, store=store, progress=lambda _w, s: told.append(s))
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert [r.manifest.scenario for r in store.runs()] == ["replay-2018-2020"]
    assert store.damaged() == ()
    again = replay(asked, evidence=base, store=store)
    assert again.run == first.run
    for name, table in first.tables.items():
        assert again.tables[name].arrow.equals(table.arrow), name

    # Other draws: another run, but the costs of the years are read and not worked out again.
    from sogdia.appraisal.replay import play

    made: list[int] = []
    real = play.zone_costs
    monkeypatch.setattr(play, "zone_costs", lambda w: (made.append(1), real(w))[1])
    other = replay(dataclasses.replace(asked, draws=0), evidence=base, store=store)
    assert len(made) == 3  # the reference, and two mixed worlds of the phase 2018-2020
    a, b = (x.tables["replay_trade"]["modelled_usd_per_y"] for x in (first, other))
    assert np.array_equal(a, b, equal_nan=True)
    assert np.all(np.isnan(other.tables["replay_trade"]["modelled_low_usd_per_y"]))


def test_parts_of_a_phase_add_up_and_lie_in_their_bands(base: EvidenceBase) -> None:
    found = replay(ReplayOptions(first=2001, last=2013, every=12, draws=3), evidence=base)
    rows = list(found.tables["replay_decomposition"].rows())
    for country in {r["country"] for r in rows}:
        own = {r["group"]: r for r in rows if r["country"] == country}
        parts = [own[g]["log_change_ratio"] for g in own if g != "all"]
        assert len(parts) == 4
        assert math.isclose(math.fsum(parts), own["all"]["log_change_ratio"], abs_tol=1e-12)
        for row in own.values():
            assert row["log_change_low_ratio"] <= row["log_change_ratio"]
            assert row["log_change_ratio"] <= row["log_change_high_ratio"]
    # What growth adds is the change of Y Y / W and nothing else: it multiplies all the rest.
    trade = {(r["year"], r["country"]): r for r in found.tables["replay_trade"].rows()}
    assert trade[2013, "KAZ"]["phase"] == "2001-2013"

    ET.fromstring(trade_picture(found.tables["replay_trade"]))
    page = trade_page("<svg></svg>", [found.tables["replay_rise"]], "a < b")
    assert "a &lt; b" in page
    assert "nan" not in page


def test_the_verb_prints_tables_and_writes_what_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    import typer

    from sogdia.cli.replay import register

    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    monkeypatch.setenv("SOGDIA_RUNS", str(tmp_path / "runs"))
    asked = ["replay", "2018", "2020", "--every", "2", "--draws", "1"]
    for name in ("replay.svg", "replay.html", "replay.csv"):
        app([*asked, "-o", str(tmp_path / name)], standalone_mode=False)
        assert f"wrote {tmp_path / name}" in capsys.readouterr().out.replace("\n", "")
        assert (tmp_path / name).stat().st_size > 1000
    app(asked, standalone_mode=False)
    printed = capsys.readouterr().out
    for title in ("Trade with China", "Errors of", "Why trade moved", "Trains and", "rise of rail"):
        assert title in printed
    assert "nan" not in printed
    app([*asked, "--json"], standalone_mode=False)
    tables = json.loads(capsys.readouterr().out)["tables"]
    assert set(tables) == {
        "replay_trade", "replay_cost", "replay_decomposition", "replay_freight", "replay_rise",
        "replay_error",
    }  # fmt: skip
    with pytest.raises(typer.BadParameter, match="svg"):
        app([*asked, "-o", "replay.png"], standalone_mode=False)
