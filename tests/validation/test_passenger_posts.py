"""Visitors at posts and airports against what was counted, and one definition of what arcs take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sogdia.appraisal.linkage.contract import Asked
from sogdia.appraisal.linkage.people import people
from sogdia.appraisal.passenger_question import AS_IT_STANDS
from sogdia.core.states import CHINA, FIVE
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.contract import check_model
from sogdia.models.people.travel import travel_costs
from sogdia.models.people.zone_trips import ZoneTripModel
from sogdia.models.transport.passengers import PassengerModel
from sogdia.world.world import World

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "explanation" / "people.md").read_text(
    encoding="utf-8"
)
YEARS = ("2023-07-01", "2024-07-01")


@pytest.fixture(scope="module")
def tables(
    evidence: EvidenceBase, world_on: Callable[[str], World]
) -> Callable[[str], dict[str, Table]]:
    """Tables of people on a date; each date is solved once."""
    held: dict[str, dict[str, Table]] = {}

    def solve(on: str) -> dict[str, Table]:
        if on not in held:
            w = world_on(on)
            asked = Asked(on=w.on, scenario=AS_IT_STANDS, before=w, after=w, base=evidence)
            held[on] = dict(people(asked).before)
        return held[on]

    return solve


def with_kazakhstan(tables: dict[str, Table], *parts: str) -> float:
    """Visitors between China and Kazakhstan across China's border where the id has all parts."""
    return sum(
        r["flow_persons_per_y"]
        for r in tables["passenger_crossing"].rows()
        if CHINA in (r["leaving"], r["towards"])
        and "KAZ" in (r["origin_country"], r["destination_country"])
        and all(part in r["id"] for part in parts)
    )


def counted(evidence: EvidenceBase, claim: str) -> float:
    subject, variable, number = claim.split("~")
    found = next(c for c in evidence.about(subject, variable) if c.id == f"{claim}" and number)
    assert found.number is not None
    return float(found.number)


@pytest.mark.parametrize(
    ("on", "parts", "claim", "over", "low", "high", "said"),
    [
        # Horgos, all its ports: within a tenth in both years, and nothing is fitted to them.
        ("2024-07-01", ("khorgos",), "KAZ~khorgos_port_trips_count~1", 1, 0.9, 1.1, "Horgos, first"),
        ("2023-07-01", ("khorgos",), "KAZ~khorgos_port_trips_count~2", 1, 0.9, 1.1, "Horgos, 2023"),
        ("2024-07-01", ("khorgos:road",), "KAZ~nur_zholy_crossings_count~2", 1, 0.9, 1.1,
         "Nur Zholy"),
        # The model is below here: nobody flies within China in it, and few live by the border.
        ("2024-07-01", ("air:", "cn.urc"), "KAZ~urumqi_airport_trips_2yr_count~1", 2, 0.4, 0.8,
         "Airport of Urumqi"),
        ("2024-07-01", ("maikapchagai",), "KAZ~jeminay_port_trips_count~1", 1, 0.2, 0.5, "Jeminay"),
        ("2024-07-01", ("bakhty",), "KAZ~bakhty_port_trips_count~1", 1, 1.0, 1.8, "Baktu"),
    ],
)  # fmt: skip
def test_posts_against_counts(
    evidence: EvidenceBase, tables: Callable[[str], dict[str, Table]], on: str,
    parts: tuple[str, ...], claim: str, over: float, low: float, high: float, said: str,
) -> None:  # fmt: skip
    found = with_kazakhstan(tables(on), *parts)
    was = counted(evidence, claim) / over
    assert low <= found / was <= high
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {said}"))
    assert f"{was:,.0f}" in row
    assert f"{found:,.0f}" in row


def test_elsewhere_than_in_xinjiang(
    evidence: EvidenceBase, tables: Callable[[str], dict[str, Table]]
) -> None:
    """Twice 1.2 million trips less 1.93 million through Xinjiang's ports; the model: half of it."""
    was = 2 * counted(evidence, "KAZ~mutual_trips_with_china_count~1") - counted(
        evidence, "KAZ~xinjiang_ports_trips_count~1"
    )
    found = with_kazakhstan(tables("2024-07-01"), "air:") - with_kazakhstan(
        tables("2024-07-01"), "air:", "cn.urc"
    )
    assert 0.4 < found / was < 0.6
    row = next(line for line in PAGE.splitlines() if line.startswith("| Airports elsewhere"))
    assert f"{was:,.0f}" in row
    assert f"{found:,.0f}" in row


def test_what_the_scale_of_choice_does(
    evidence: EvidenceBase, tables: Callable[[str], dict[str, Table]],
    world_on: Callable[[str], World],
) -> None:  # fmt: skip
    """The table on the page: shares by mode hardly move within the band of mu."""
    scale = travel_costs(evidence).scale
    given, world = tables("2024-07-01"), world_on("2024-07-01")
    shares: dict[str, list[float]] = {"Khorgos": [], "air": [], "rail": []}
    for mu in (scale.low, scale.central, scale.high, 1000.0):
        model = PassengerModel(scale=mu, countries=(CHINA, *FIVE))
        problem = model.prepare(world, given)
        found = model.tabulate(problem, model.solve(problem))
        whole = with_kazakhstan(found)
        shares["Khorgos"].append(with_kazakhstan(found, "khorgos") / whole)
        shares["air"].append(with_kazakhstan(found, "air:") / whole)
        shares["rail"].append(with_kazakhstan(found, ":rail") / whole)
    for name, values in shares.items():
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| {name} |"))
        assert [c.strip() for c in row.strip("|").split("|")][1:] == [
            f"{100 * v:.0f} %" for v in values
        ]


@pytest.mark.parametrize("on", YEARS)
def test_zones_add_up_to_countries(tables: Callable[[str], dict[str, Table]], on: str) -> None:
    """Every counted pair and purpose, its centre and both ends."""
    found = tables(on)
    zone = found["zone_trip"]
    seen = 0
    for r in found["person_trip"].rows():
        own = zone.where(
            (zone["origin_country"] == r["origin"])
            & (zone["destination_country"] == r["destination"])
            & (zone["purpose"] == r["purpose"])
        )
        assert bool(len(own)) == (r["observed_persons_per_y"] is not None)
        if not len(own):
            continue
        seen += 1
        for name in ("trips", "trips_low", "trips_high"):
            column = f"{name}_persons_per_y"
            assert own[column].sum() == pytest.approx(r[column], rel=1e-12)
    assert seen >= 8


def test_who_arrives_is_who_travels(tables: Callable[[str], dict[str, Table]]) -> None:
    """Across the border of China: each visit once out and once in, detours apart."""
    found = tables("2024-07-01")
    for r in found["person_trip"].rows():
        if r["purpose"] != "visit" or r["observed_persons_per_y"] is None:
            continue
        ways = [
            sum(
                c["flow_persons_per_y"]
                for c in found["passenger_crossing"].rows()
                if (c["origin_country"], c["destination_country"])
                == (r["origin"], r["destination"])
                and c[side] == CHINA
            )
            for side in ("leaving", "towards")
        ]
        assert ways == pytest.approx([r["trips_persons_per_y"]] * 2, rel=1e-4)


def test_one_definition_of_what_a_journey_takes(
    tables: Callable[[str], dict[str, Table]],
    evidence: EvidenceBase,
    world_on: Callable[[str], World],
) -> None:
    """The least costs passengers are loaded by are those of the skim that shares them out."""
    found = tables("2024-07-01")
    model = PassengerModel(
        scale=travel_costs(evidence).scale.central, countries=(CHINA, *FIVE)
    )  # fmt: skip
    problem = model.prepare(world_on("2024-07-01"), found)
    least = model.solve(problem).least
    at = {zone: i for i, zone in enumerate(problem.network.zones)}
    skim = found["passenger_skim"]
    i, j = (np.array([at[z] for z in skim[c]]) for c in ("origin", "destination"))
    assert len(skim) > 3000
    assert least[i, j] == pytest.approx(skim["generalised_h"], rel=1e-12)


def test_both_models_keep_the_contract(
    tables: Callable[[str], dict[str, Table]], world_on: Callable[[str], World]
) -> None:
    world = world_on("2024-07-01")
    assert check_model(ZoneTripModel(elasticity=1.0), world, tables("2024-07-01")) == []
    model = PassengerModel(scale=15.0, countries=(CHINA, *FIVE))
    assert check_model(model, world, tables("2024-07-01")) == []


def test_what_is_not_counted_is_not_nobody(
    evidence: EvidenceBase, world_on: Callable[[str], World]
) -> None:
    """Before there are counts of visits, links carry unknown numbers."""
    w = world_on("2005-07-01")
    found = people(Asked(on=w.on, scenario=AS_IT_STANDS, before=w, after=w, base=evidence))
    assert np.isnan(found.before["passenger_flow"]["flow_persons_per_y"]).all()
    assert any("nothing is loaded" in s.message for s in found.statuses)
    rows = [r for r in found.rows if r["part"] == "passengers"]
    assert rows
    assert all(r["before_amount"] is None and r["change_amount"] is None for r in rows)
