"""The model of people on worlds: the contract, refusals, baselines, and the two verbs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from sogdia.cli.people import register
from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.core.estimate import Estimate
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.contract import check_model, run_model
from sogdia.models.people import PeopleModel, VisaResponse, visa_response
from sogdia.models.people.baseline import person_baseline
from sogdia.models.people.centres import centres_by_year, culture_by_year
from sogdia.models.people.consult_question import ask_consult, common_hours, outturn
from sogdia.models.people.question import ask_visits, joint_visa
from sogdia.models.people.regimes import regime_by_registry, regimes_of, with_regimes
from sogdia.models.people.tables import PERSON_BASELINE
from sogdia.scenario.apply import apply
from sogdia.scenario.kinds import make_measure
from sogdia.world.world import World

ON = "2024-07-01"
DAY = date(2024, 7, 1)


@pytest.fixture
def today(world_on: Callable[[str], World]) -> World:
    return world_on(ON)


@pytest.fixture
def model(evidence: EvidenceBase) -> PeopleModel:
    return PeopleModel(response=visa_response(evidence))


@pytest.fixture
def counted(evidence: EvidenceBase) -> dict[str, Table]:
    return {"person_baseline": person_baseline(evidence, on=DAY)}


def trips(model: PeopleModel, world: World, tables: dict[str, Table]):
    found, status = run_model(model, world, tables)
    rows = found["person_trip"].rows()
    return {(r["origin"], r["destination"], r["purpose"]): r for r in rows}, status


def test_the_model_keeps_the_contract(
    model: PeopleModel, today: World, counted: dict[str, Table]
) -> None:
    assert check_model(model, today, counted) == []
    opened = with_regimes(today, {("CHN", "KGZ"): "visa_free", ("CHN", "TKM"): "evisa"})
    assert check_model(model, opened, counted) == []


def test_in_the_world_of_the_count_trips_are_the_count(
    model: PeopleModel, today: World, counted: dict[str, Table]
) -> None:
    rows, status = trips(model, today, counted)
    assert status.state == "solved"
    for row in rows.values():
        if row["year"] == 2024:
            assert row["trips_persons_per_y"] == row["observed_persons_per_y"]
            assert row["trips_low_persons_per_y"] == row["trips_high_persons_per_y"]
    assert rows["CHN", "KAZ", "visit"]["trips_persons_per_y"] == 655_000.0


def test_what_is_not_counted_is_null_and_never_zero(
    model: PeopleModel, today: World, counted: dict[str, Table]
) -> None:
    rows, _ = trips(model, today, counted)
    for key, row in rows.items():
        if row["observed_persons_per_y"] is None:
            assert row["trips_persons_per_y"] is None
            assert row["trips_low_persons_per_y"] is None, key
    assert rows["CHN", "TKM", "visit"]["trips_persons_per_y"] is None
    assert rows["CHN", "KAZ", "business"]["trips_persons_per_y"] is None


def test_a_closed_border_has_no_number(
    model: PeopleModel, today: World, counted: dict[str, Table]
) -> None:
    rows, status = trips(model, with_regimes(today, {("CHN", "KAZ"): "closed"}), counted)
    assert rows["CHN", "KAZ", "visit"]["trips_persons_per_y"] is None
    assert rows["CHN", "KAZ", "study"]["trips_persons_per_y"] is None
    assert "null" in status.message


def test_a_measure_that_sets_a_visa_moves_its_pair_and_the_rivals(
    model: PeopleModel, today: World, counted: dict[str, Table]
) -> None:
    """`set-visa` reaches the model; study and the other direction stay exactly as they are."""
    measure = make_measure(
        "set-visa", id="open", on=date(2024, 1, 1), from_country=("CHN",), to_country=("KGZ",),
        regime="visa_free", source="assumption", why="a test",
    )  # fmt: skip
    before, _ = trips(model, today, counted)
    after, _ = trips(model, apply(today, [measure], on=DAY), counted)
    moved = {
        k for k in before if before[k]["trips_persons_per_y"] != after[k]["trips_persons_per_y"]
    }
    assert moved == {("CHN", "KGZ", "visit"), ("CHN", "KAZ", "visit")}
    key = ("CHN", "KGZ", "visit")
    assert after[key]["trips_persons_per_y"] > before[key]["trips_persons_per_y"]
    key = ("CHN", "KAZ", "visit")
    assert after[key]["trips_persons_per_y"] < before[key]["trips_persons_per_y"]


def test_refusals_say_everything_at_once(model: PeopleModel, today: World) -> None:
    row = {"origin": "CHN", "destination": "KAZ", "purpose": "visit", "year": 2024}
    bad = [
        row | {"observed_regime": "open", "observed_persons_per_y": -1.0},
        row | {"observed_regime": "visa_free", "observed_persons_per_y": 1.0},
    ]
    with pytest.raises(InvalidInput) as caught:
        model.prepare(today, {"person_baseline": Table.from_rows(PERSON_BASELINE, bad)})
    assert len(caught.value.problems) == 3
    with pytest.raises(InvalidInput, match="person_baseline"):
        model.prepare(today, {})
    with pytest.raises(InvalidInput, match="regime of citizens of CHN in KAZ"):
        with_regimes(today, {("CHN", "KAZ"): "open"})


def test_parameters_out_of_range_are_refused(evidence: EvidenceBase) -> None:
    good = visa_response(evidence)
    with pytest.raises(InvalidInput) as caught:
        VisaResponse(
            deterrence=Estimate.exact(1.0), evisa=Estimate.exact(2.0),
            deflection=good.deflection, states_per_trip=good.states_per_trip,
        )  # fmt: skip
    assert len(caught.value.problems) == 2


def test_the_band_is_that_of_the_published_rivals(evidence: EvidenceBase) -> None:
    """-20 % (Czaika and Neumayer 2017) to -70 % (Lawson and Roychoudhury 2016), median between."""
    held = visa_response(evidence).deterrence
    assert (held.low, held.central, held.high) == (0.2, 0.575, 0.7)
    early = visa_response(evidence, known_by=date(2016, 1, 1)).deterrence
    assert early.low == 0.52
    with pytest.raises(InvalidInput, match="visa_deterrence_share"):
        visa_response(evidence, known_by=date(2005, 1, 1))


def test_regimes_by_registry(evidence: EvidenceBase, today: World) -> None:
    """Registry rows VR-004, VR-005, VR-008, VR-013, VR-016; both ends of a row are included."""
    on = regime_by_registry(evidence, date(2023, 11, 9))
    assert on["CHN", "KAZ"] == "visa_free"
    assert on["KAZ", "CHN"] == "visa_required"
    assert regime_by_registry(evidence, date(2023, 11, 10))["KAZ", "CHN"] == "visa_free"
    # Groups only since October 2024, so the country is not open to every visitor.
    assert regime_by_registry(evidence, date(2025, 7, 1))["CHN", "KGZ"] == "evisa"
    assert regime_by_registry(evidence, date(2021, 7, 1))["KAZ", "CHN"] == "closed"
    # A proposed regime never counts.
    assert regimes_of(today)["CHN", "KGZ"] == "evisa"
    assert not any(a == "*" or ";" in b for a, b in regimes_of(today))


def test_counts_of_closed_years_are_passed_over(evidence: EvidenceBase) -> None:
    rows = {
        (r["origin"], r["destination"], r["purpose"]): r
        for r in person_baseline(evidence, on=date(2022, 12, 1)).rows()
    }
    # 2022 is counted, 17,700, but China let nobody in: no year within ten serves.
    assert rows["CHN", "KAZ", "visit"]["observed_persons_per_y"] is None
    later = {
        (r["origin"], r["destination"], r["purpose"]): r
        for r in person_baseline(evidence, on=date(2025, 12, 1)).rows()
    }
    row = later["CHN", "KAZ", "visit"]
    assert (row["year"], row["observed_persons_per_y"], row["carried"]) == (2024, 655_000.0, True)


def test_the_joint_visa_leaves_a_freer_regime_alone(evidence: EvidenceBase) -> None:
    now = regime_by_registry(evidence, date(2025, 1, 1))
    asked = joint_visa("CHN", ["KAZ", "UZB", "KGZ", "TJK", "TKM"], now)
    assert asked["CHN", "KAZ"] == asked["CHN", "UZB"] == "visa_free"
    assert asked["CHN", "KGZ"] == asked["CHN", "TJK"] == asked["CHN", "TKM"] == "joint_visa"
    assert ("CHN", "KGZ") not in joint_visa("CHN", ["KGZ"], {("CHN", "KGZ"): "closed"})


def test_spending_is_the_change_times_the_claims(evidence: EvidenceBase, today: World) -> None:
    """1,000 USD a visitor (Kazakh Tourism), 573 on one card; a hand product of the claims."""
    asked = {("CHN", "KAZ"): "visa_free"}
    found = ask_visits(evidence, today, asked, instead_of="visa_required").of("CHN", "KAZ")
    assert found.change is not None
    assert found.change_low is not None
    assert found.spending_usd == pytest.approx(1000.0 * found.change)
    assert found.spending_low_usd == pytest.approx(573.0 * found.change_low)
    with pytest.raises(UnknownName, match="TJK"):
        ask_visits(evidence, today, asked).of("TJK", "KAZ")
    with pytest.raises(InvalidInput, match="not a pair"):
        ask_visits(evidence, today, {("KAZ", "UZB"): "visa_free"})


def test_common_hours() -> None:
    """Urumqi 10 to 19 h at UTC+8 is 2 to 11 UTC; Bishkek 9 to 18 h at UTC+6 is 3 to 12 UTC."""
    assert common_hours("KGZ", DAY) == 8.0
    assert common_hours("UZB", DAY) == 7.0
    assert common_hours("KAZ", date(2024, 2, 1)) == 8.0
    assert common_hours("KAZ", date(2024, 3, 1)) == 7.0
    with pytest.raises(InvalidInput, match="time zone"):
        common_hours("CHN", DAY)


def test_consult_refuses_what_makes_no_sense(evidence: EvidenceBase) -> None:
    with pytest.raises(InvalidInput) as caught:
        ask_consult(evidence, hospitals=0, cases_per_day=-1.0, on=DAY, changes={"open_h": 30.0})
    assert len(caught.value.problems) == 3
    with pytest.raises(InvalidInput, match="too few"):
        ask_consult(evidence, hospitals=1, cases_per_day=1.0, on=DAY, specialists=2)


def test_cost_is_null_without_both_costs(evidence: EvidenceBase) -> None:
    def cost(**changes: float) -> float | None:
        return ask_consult(
            evidence, hospitals=90, cases_per_day=100.0, on=DAY, changes=changes
        ).service.cost_per_case_usd

    assert cost() is None
    assert cost(specialist_usd_per_h=20.0) is None
    # 15 specialists, 7 open hours, 20 USD an hour, 90 sites at 10 USD a day, 100 cases.
    assert cost(specialist_usd_per_h=20.0, site_usd_per_day=10.0) == pytest.approx(30.0)


def test_outturn_rates(evidence: EvidenceBase) -> None:
    rows = {o.id: o for o in outturn(evidence)}
    assert rows["HC-003"].quantity == 100.0
    assert rows["HC-024"].per_day == pytest.approx(21_178 / 1_699)
    assert rows["HC-002"].per_day is None


def test_centres_by_country_and_year(evidence: EvidenceBase) -> None:
    """Counted by hand in the registry: five institutes in Kazakhstan by 2017, two by 2010."""
    rows = {
        (r["country"], r["kind"], r["year"]): r
        for r in centres_by_year(evidence, range(2005, 2026)).rows()
    }
    assert rows["KAZ", "confucius_institute", 2010]["open_count"] == 2.0
    assert rows["KAZ", "confucius_institute", 2017]["open_count"] == 5.0
    assert rows["KAZ", "luban_workshop", 2025]["opened_count"] == 2.0
    assert rows["TKM", "luban_workshop", 2025]["open_count"] == 0.0
    assert rows["TKM", "luban_workshop", 2025]["undated_count"] == 1.0
    dated = sum(bool(r["opened"]) for r in evidence.registry("people_institutes"))
    last = [r for (_, _, year), r in rows.items() if year == 2025]
    assert sum(r["open_count"] for r in last) == dated


def test_culture_by_year(evidence: EvidenceBase) -> None:
    rows = {
        (r["country"], r["kind"], r["year"]): r["begun_count"]
        for r in culture_by_year(evidence).rows()
    }
    assert rows["KAZ", "culture_year", 2024] == 1.0
    assert all(country != "CHN" for country, _, _ in rows)


@pytest.fixture
def verbs() -> Callable[..., tuple[int, str]]:
    app = typer.Typer()
    register(app)

    def run(*arguments: str) -> tuple[int, str]:
        found = CliRunner().invoke(app, list(arguments))
        return found.exit_code, found.output

    return run


def test_visits_prints_band_claims_and_assumptions(verbs: Callable[..., tuple[int, str]]) -> None:
    code, text = verbs(
        "visits", "--origin", "KAZ", "--destination", "CHN", "--regime", "visa-free",
        "--on", "2023-11-10",
    )  # fmt: skip
    assert code == 0
    for words in ("311,000", "731,765", "assumed:", "WLD~visa_deterrence_share~1", "1.25 to 3.33"):
        assert words in text, words


def test_visits_as_json_for_the_joint_visa(verbs: Callable[..., tuple[int, str]]) -> None:
    code, text = verbs(
        "visits", "--origin", "CHN", "--silk-road-visa", "KAZ", "UZB", "KGZ", "TJK", "TKM",
        "--on", "2025-01-01", "--json",
    )  # fmt: skip
    assert code == 0
    changes = json.loads(text)["changes"]
    by_key = {(c["destination"], c["purpose"]): c for c in changes}
    assert by_key["TKM", "visit"]["change"] is None
    assert by_key["TKM", "visit"]["ratio"] > 1.0
    assert by_key["KGZ", "visit"]["change"] > 0.0 > by_key["KAZ", "visit"]["change"]


def test_verbs_refuse(verbs: Callable[..., tuple[int, str]]) -> None:
    assert verbs("visits", "--origin", "CHN")[0] != 0
    assert verbs("visits", "--destination", "KAZ", "--silk-road-visa")[0] != 0
    assert verbs("visits", "--destination", "DEU")[0] != 0
    assert verbs("visits", "--destination", "KAZ", "--regime", "free")[0] != 0


def test_consult_prints_waits_and_outturn(verbs: Callable[..., tuple[int, str]]) -> None:
    code, text = verbs("consult", "--hospitals", "90", "--cases-per-day", "100", "--on", ON)
    assert code == 0
    for words in ("wait, P90", "utilisation", "21,178", "assumed:", "25,000"):
        assert words in text, words
    code, text = verbs(
        "consult", "--hospitals", "90", "--cases-per-day", "400", "--on", ON, "--json"
    )
    assert code == 0
    service = json.loads(text)["service"]
    assert service["wait_mean_h"] is None
    assert service["status"]["state"] == "failed"
    assert service["unserved_per_y"] > 0.0


def test_solving_leaves_the_problem_as_it_was(
    model: PeopleModel, today: World, counted: dict[str, Table]
) -> None:
    problem = model.prepare(today, counted)
    copies = {
        f.name: np.copy(getattr(problem, f.name))
        for f in dataclasses.fields(problem)
        if isinstance(getattr(problem, f.name), np.ndarray)
    }
    model.solve(problem)
    for name, was in copies.items():
        np.testing.assert_array_equal(getattr(problem, name), was)
