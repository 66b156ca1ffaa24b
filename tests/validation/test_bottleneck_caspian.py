"""The Middle Corridor at 300,000 TEU: the Caspian feeders are full first.

Published: six feeder vessels carry about 89,000 TEU a year between Aktau and Alat, against 88,000
of the route's 96,000 TEU expected in 2025 (SIA); about 77,000 TEU came in 2025, and 300,000 are
planned by 2029 (Report, Kazakh ministry of transport); the head of the Kazakh railway called the
crossing of the Caspian the main limit (Report, 26 November 2025). The year is not set from any of
these but follows from growth to the plan, and from what came of earlier plans.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import pytest

from sogdia.appraisal.bottleneck import (
    Answer,
    Question,
    ask_bottleneck,
    corridor_traffic,
    survey_bottlenecks,
)
from sogdia.core.errors import InvalidInput
from sogdia.evidence.base import EvidenceBase

ON = date(2026, 7, 1)
FEEDERS = "sea:kz.aktau-port~az.alat"


Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def ask(evidence: EvidenceBase) -> Ask:
    traffic = corridor_traffic(Question(corridor="middle", on=ON), evidence)
    return lambda **asked: ask_bottleneck(
        Question(corridor="middle", on=ON, **asked), evidence, traffic=traffic
    )


@pytest.fixture(scope="module")
def middle(ask: Ask) -> Answer:
    return ask(teu=300_000, by=2029)


def test_the_feeders_are_full_first(middle: Answer) -> None:
    first = middle.first
    assert first is not None
    assert (first.id, first.unit) == (FEEDERS, "teu/year")
    assert first.capacity is not None and first.capacity.today.central == 89_000.0
    # 88 of 96 containers take this crossing: 89,000 / 0.917 pass on the corridor.
    assert middle.most == pytest.approx(89_000.0 / 0.917, rel=1e-6)
    assert first.demand_use_share == pytest.approx(0.917 * 300_000 / 89_000, rel=1e-6)
    assert first.unmet == pytest.approx(0.917 * 300_000 - 89_000, rel=1e-6)


def test_they_carry_88_of_the_96_thousand_expected_in_2025(ask: Ask) -> None:
    """The shipping companies' own sum: at 96,000 TEU the fleet just suffices."""
    found = ask(teu=96_000)
    (feeders,) = [p for p in found.parts if p.id == FEEDERS]
    assert feeders.demand == pytest.approx(88_000.0, rel=1e-3)
    assert feeders.demand_use_share == pytest.approx(0.99, abs=0.005)
    assert feeders.unmet == 0.0


def test_the_year_carries_the_band_of_earlier_plans(middle: Answer) -> None:
    """Outturn over plan 46 % (3.2 Mt of 2022) to 112 % (4.0 Mt of 2024), median 79 %."""
    assert middle.growth is not None and middle.first is not None
    for g, ratio in zip(
        middle.growth, (1.485 / 3.2, 4.119 / 5.2, 4.484 / 4.0), strict=True
    ):  # fmt: skip
        assert 77_000 * (1 + g) ** 4 == pytest.approx(300_000 * ratio, rel=1e-9)
    years = middle.first.years[1.0]
    exact = [math.log(89_000 / (0.917 * 77_000)) / math.log1p(g) for g in middle.growth]
    low, central, high = (2025 + math.ceil(t) for t in exact)
    assert years == (central, high, low) == (2026, 2026, 2027)


def test_two_thirds_of_the_demand_find_no_room(middle: Answer) -> None:
    assert middle.most is not None and middle.demand is not None
    assert 0.6 < 1.0 - middle.most / middle.demand < 0.75


def test_11_million_tonnes_do_not_bind_before_the_feeders(ask: Ask) -> None:
    """Asked in tonnes all freight grows alike, and containers still fail first."""
    found = ask(tonnes=11e6, by=2030)
    assert found.first is not None and found.first.id == FEEDERS
    assert found.most == pytest.approx(4.119e6 * 89_000 / (0.917 * 77_000), rel=1e-6)


def test_with_a_wide_fleet_the_port_of_alat_is_next(ask: Ask) -> None:
    found = ask(teu=300_000, by=2029, capacities={(FEEDERS, "teu/year"): 1e6})
    assert found.first is not None and found.first.id == "transfer:port/az.alat"
    # 105,000 TEU at the port, 77,000 of them the corridor's: 28,000 stay.
    assert found.most == pytest.approx(150_000 - 28_000, rel=1e-6)


def test_traffic_of_another_question_is_refused(ask: Ask) -> None:
    with pytest.raises(InvalidInput, match="does not say what rail:kz.beyneu~kz.shetpe carries"):
        ask(teu=300_000, capacities={("rail:kz.beyneu~kz.shetpe", "t/year"): 1e7})


def test_announced_capacity_never_brings_the_year_forward(ask: Ask, middle: Answer) -> None:
    found = ask(teu=300_000, by=2029, plans=True)
    later = {(p.id, p.unit): p.years for p in found.parts}
    for p in middle.parts:
        if p.id in {FEEDERS, "transfer:port/kz.aktau-port"}:
            for full, years in p.years.items():
                for a, b in zip(years, later[p.id, p.unit][full], strict=True):
                    assert (a or 9999) <= (b or 9999), p.id


def test_the_feeders_stand_among_the_fullest_of_central_asia(evidence: EvidenceBase) -> None:
    found = survey_bottlenecks(ON, growth=(0.05, 0.1, 0.15), evidence=evidence)
    known = [p for p in found.parts if p.capacity is not None]
    assert len(known) <= 20
    uses = [p.use_share for p in known if p.use_share is not None]
    assert uses == sorted(uses, reverse=True)
    # Modelled flows may say otherwise of capacities that are forecasts; counted ones do not.
    counted = [p.id for p in known if p.flow_from == "observed"]
    assert counted[0] == FEEDERS
    assert FEEDERS in [p.id for p in known][:8]
