"""Bottlenecks: years in closed form, the laws of capacity, and questions that are refused."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from datetime import date
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogdia.appraisal.bottleneck import Answer, Question, ask_bottleneck, bottleneck_table
from sogdia.appraisal.bottleneck.loads import corridor_loads, modelled_loads
from sogdia.appraisal.bottleneck.parts import Capacity, Load, Outlook, Part, believed_capacities
from sogdia.appraisal.bottleneck.years import (
    ReferenceClass,
    first_year,
    growth_to,
    largest,
    years_until,
)
from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.core.estimate import Estimate
from sogdia.evidence.base import EvidenceBase
from sogdia.world.world import World

ON = date(2026, 7, 1)
GATES = ("kz-cn.alashankou:rail", "rail:kz.dostyk~kz.beskol", "kz-cn.khorgos:rail")
ONCE_QUOTED = {("kz-cn.alashankou:rail", "train/day"): 17.0}
"""A capacity below what was counted: quoted until 2025, of trains of containers alone."""

flows = st.floats(1.0, 1e8)
rates = st.floats(0.001, 0.8)
ratios = st.floats(0.1, 50.0)


def part(load: Load, capacity: Estimate, growth: tuple[float, float, float]) -> Part:
    return Part.of(
        "x", "x", "t/year", Capacity(today=capacity, claim="", basis=""), load, "",
        Outlook(base_year=2025, growth=growth),
    )  # fmt: skip


def times(flow: float, factor: float) -> float:
    return flow * factor


# Closed forms --------------------------------------------------------------------------------------


@given(flows, ratios, rates)
def test_a_flow_alone_is_full_after_ln_of_capacity_over_flow_over_ln_of_growth(
    flow: float, ratio: float, g: float
) -> None:
    (t,) = years_until([flow], [flow * ratio], [g])
    assert t == pytest.approx(max(math.log(ratio) / math.log1p(g), 0.0), rel=1e-9, abs=1e-9)


@given(flows, ratios, rates, st.floats(0.0, 1e8))
def test_after_that_many_years_the_flow_is_the_capacity(
    flow: float, ratio: float, g: float, other: float
) -> None:
    capacity = other + flow * (1.0 + ratio)
    (t,) = years_until([flow], [capacity], [g], other=[other])
    assert other + flow * (1.0 + g) ** t == pytest.approx(capacity, rel=1e-7)


def test_a_doubling_at_ten_percent_takes_7_27_years() -> None:
    """ln 2 / ln 1.1 = 7.2725, the usual rule of 70."""
    (t,) = years_until([50.0], [100.0], [0.10])
    assert t == pytest.approx(7.27254, abs=1e-5)
    assert first_year(lambda y: 50.0 * 1.1 ** (y - 2025), lambda _: 100.0, 2025) == 2033


@given(flows, st.floats(1.05, 20.0), rates)
def test_the_calendar_year_is_the_closed_form_rounded_up(
    flow: float, ratio: float, g: float
) -> None:
    (t,) = years_until([flow], [flow * ratio], [g])
    found = first_year(lambda y: flow * (1.0 + g) ** (y - 2025), lambda _: flow * ratio, 2025)
    if abs(t - round(t)) > 1e-6:
        assert found == (2025 + math.ceil(t) if 2025 + math.ceil(t) <= 2040 else None)


def test_what_cannot_be_said_is_nan_and_what_is_full_is_now() -> None:
    t = years_until(
        [1.0, 1.0, np.nan, 1.0, 3.0], [2.0, np.nan, 2.0, 2.0, 2.0], [-0.1, 0.1, 0.1, 0.0, -0.5]
    )
    assert np.isnan(t[:4]).all()
    assert t[4] == 0.0


def test_growth_leads_to_the_demand() -> None:
    """77,000 TEU of 2025 to 300,000 of 2029 need 40.5 % a year."""
    g = growth_to(77_000.0, 300_000.0, 4)
    assert g == pytest.approx(0.405, abs=5e-4)
    assert 77_000.0 * (1.0 + g) ** 4 == pytest.approx(300_000.0)


def test_the_largest_factor_of_a_load_with_other_traffic() -> None:
    assert largest(lambda x: 20.0 + 10.0 * x, 100.0) == pytest.approx(8.0, rel=1e-12)
    assert largest(lambda x: 120.0 + x, 100.0) == 0.0
    assert largest(lambda _: 20.0, 100.0) == np.inf


# Laws ---------------------------------------------------------------------------------------------


@given(flows, ratios, st.floats(1.0, 5.0), rates)
def test_more_capacity_is_never_full_earlier(
    flow: float, ratio: float, more: float, g: float
) -> None:
    growth = (g / 2.0, g, 2.0 * g)
    less = part(partial(times, flow), Estimate.exact(flow * ratio), growth)
    wider = part(partial(times, flow), Estimate.exact(flow * ratio * more), growth)
    for full in less.years:
        for a, b in zip(less.years[full], wider.years[full], strict=True):
            assert (a or 9999) <= (b or 9999)
    assert less.room is not None and wider.room is not None
    assert less.room <= wider.room * (1.0 + 1e-12)


@given(flows, ratios, rates, rates)
def test_faster_growth_is_never_full_later(flow: float, ratio: float, g: float, h: float) -> None:
    slow, fast = sorted((g, h))
    found = part(partial(times, flow), Estimate.exact(flow * ratio), (slow, fast, fast))
    for central, early, late in found.years.values():
        assert (early or 9999) <= (central or 9999) <= (late or 9999)


@given(flows, ratios, rates, st.floats(0.01, 100.0))
def test_the_unit_of_the_amounts_is_irrelevant(
    flow: float, ratio: float, g: float, unit: float
) -> None:
    """In trains or kilotonnes the use and the years in real numbers are the same."""
    a = years_until([flow], [flow * ratio], [g])
    b = years_until([flow * unit], [flow * ratio * unit], [g])
    assert a == pytest.approx(b, abs=1e-9)


def test_a_capacity_announced_for_later_moves_the_year() -> None:
    grown = Capacity(
        today=Estimate.exact(100.0), claim="", basis="",
        by_year={y: Estimate.exact(1000.0) for y in range(2028, 2041)},
    )  # fmt: skip
    outlook = Outlook(base_year=2025, growth=(0.1, 0.1, 0.1))

    def year(capacity: Capacity) -> int | None:
        load = partial(times, 70.0)
        return Part.of("x", "x", "t/year", capacity, load, "", outlook).years[1.0][0]

    # 70 * 1.1^4 = 102.5 is the first above 100, in 2029, when there is room for 1000.
    assert year(dataclasses.replace(grown, by_year={})) == 2029
    assert year(grown) is None


def test_the_reference_class_is_outturn_over_plan() -> None:
    rows = [
        {"corridor": "a", "year": "2020", "planned": "200", "outturn": "100", "class": "yes"},
        {"corridor": "a", "year": "2021", "planned": "100", "outturn": "110", "class": "yes"},
        {"corridor": "a", "year": "2021", "planned": "100", "outturn": "10", "class": "rival"},
        {"corridor": "a", "year": "2022", "planned": "", "outturn": "10", "class": "no"},
    ]
    found = ReferenceClass.of(rows, "a")
    assert found is not None
    assert found.ratios == (0.5, 1.1)
    assert found.band == (0.5, pytest.approx(0.8), 1.1)
    assert found.years == (2020, 2021)
    assert ReferenceClass.of(rows, "b") == found
    assert ReferenceClass.of(rows[2:], "a") is None


# On the network -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def base_world(world_on: Callable[[str], World]) -> World:
    return world_on(str(ON))


def test_the_corridor_of_a_link_alone_is_what_the_link_carries(base_world: World) -> None:
    """P(a and a) = P(a), and of one way only P(a or b) = P(a) when b lies on every route of a."""
    loads = modelled_loads(base_world)
    gate = "kz-cn.alashankou:rail"
    found = corridor_loads(loads, [gate], [gate, "rail:kz.dostyk~kz.beskol", "kz-cn.khorgos:rail"])
    assert found is not None
    assert found.total == pytest.approx(loads.tonnes[gate], rel=1e-9)
    assert found.part[gate] == pytest.approx(loads.tonnes[gate], rel=1e-9)
    # Nothing crosses the border at both gates of China and Kazakhstan.
    assert found.part["kz-cn.khorgos:rail"].sum() < 1e-6 * found.total.sum()
    assert 0.0 < found.part["rail:kz.dostyk~kz.beskol"].sum() <= found.total.sum()
    assert corridor_loads(loads, ["rail:cn.torugart~kg.torugart"], [gate]) is None


def test_money_is_irrelevant(base_world: World) -> None:
    """Every price and value eight times as high: choices are between ratios, loads stay.

    Eight and not ten: a power of two changes no last bit, so no tie between arcs turns over.
    """
    dearer = {}
    for name in ("tariffs", "crossings", "transfers", "classes", "zones", "trade"):
        table = getattr(base_world, name)
        money = [c.name for c in table.schema.columns if c.type == "number" and "usd2023" in c.name]
        dearer[name] = table.replace(**{c: table[c] * 8.0 for c in money})
    a, b = modelled_loads(base_world), modelled_loads(base_world.replace(**dearer))
    for gate in GATES:
        assert b.tonnes[gate] == pytest.approx(a.tonnes[gate], rel=1e-9), gate


@pytest.fixture(scope="module")
def gates(evidence: EvidenceBase) -> Answer:
    return ask_bottleneck(
        Question(corridor=GATES, on=ON, growth=(0.02, 0.05, 0.08), capacities=ONCE_QUOTED), evidence
    )


def test_the_order_of_the_links_is_irrelevant(evidence: EvidenceBase, gates: Answer) -> None:
    turned = ask_bottleneck(
        Question(
            corridor=(*GATES[::-1], GATES[0]), on=ON, growth=(0.02, 0.05, 0.08),
            capacities=ONCE_QUOTED,
        ),
        evidence,
    )  # fmt: skip
    assert list(bottleneck_table(turned.parts).rows()) == list(bottleneck_table(gates.parts).rows())


def test_an_unknown_capacity_is_named_and_never_wide_enough(evidence: EvidenceBase) -> None:
    unknown = "kz-ru.iletsk:rail"
    found = ask_bottleneck(Question(corridor=(GATES[0], unknown), on=ON), evidence)
    assert [p.id for p in found.unknown] == [unknown]
    (row,) = [r for r in bottleneck_table(found.parts).rows() if r["id"] == unknown]
    absent = {k for k, v in row.items() if v is None}
    assert {"capacity_amount", "use_share", "year_85", "year_100"} <= absent
    assert row["flow_amount"] > 0.0


def test_a_flow_above_its_capacity_today_is_shown_and_not_named_first(gates: Answer) -> None:
    assert [p.id for p in gates.exceeded] == ["kz-cn.alashankou:rail"]
    assert gates.first is not None and gates.first.id == "kz-cn.khorgos:rail"


def test_a_count_is_believed_before_the_model(gates: Answer) -> None:
    """8,165 trains of 2025 (People's Daily) are 22.4 a day; the model loads more."""
    (gate,) = [p for p in gates.parts if p.id == "kz-cn.alashankou:rail"]
    assert (gate.flow, gate.flow_from) == (pytest.approx(8165 / 365, abs=0.01), "observed")


def test_a_railway_not_open_yet_is_asked_as_if_its_traffic_were_there(
    evidence: EvidenceBase,
) -> None:
    """12 to 15 Mt a year is the design of the CKU railway; 13.5 Mt its forecast for 2050."""
    found = ask_bottleneck(Question(corridor="cku", on=ON, tonnes=13.5e6), evidence)
    assert found.base_from.startswith("as asked")
    uses = [p.use_share for p in found.parts if p.capacity is not None]
    assert uses == pytest.approx([13.5 / 15.0] * 6)
    with pytest.raises(InvalidInput, match="carries nothing today"):
        ask_bottleneck(Question(corridor="cku", on=ON, tonnes=13.5e6, by=2035), evidence)


def test_capacities_of_a_date_are_those_believed_then(evidence: EvidenceBase) -> None:
    link = "rail:ge.akhalkalaki~ge.marabda"
    for on, tonnes in ((date(2023, 7, 1), 1e6), (date(2025, 7, 1), 5e6)):
        ((unit, capacity),) = believed_capacities(evidence, link, on)
        assert unit == "t/year"
        assert capacity is not None and capacity.today.central == tonnes
    assert believed_capacities(evidence, "rail:kz.beyneu~kz.shetpe", ON) == [("", None)]


# Refusals and the command -------------------------------------------------------------------------


def test_everything_wrong_with_a_question_is_said_at_once(evidence: EvidenceBase) -> None:
    wrong = Question(
        corridor=GATES, on=ON, teu=-1.0, tonnes=1e6, by=1999, growth=(0.2, 0.1, 0.3),
        capacities={("kz-cn.bakhty:rail", "parsec"): 0.0},
    )  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        ask_bottleneck(wrong, evidence)
    said = str(refused.value)
    for words in ("given twice", "teu: is not a demand", "by: is out of range", "beside a year",
                  "low, central, high", "no part of the corridor", "'parsec'", "above 0"):  # fmt: skip
        assert words in said, words


def test_names_that_are_not_known_offer_the_nearest(evidence: EvidenceBase) -> None:
    with pytest.raises(UnknownName, match="middle"):
        ask_bottleneck(Question(corridor="midle", on=ON), evidence)
    with pytest.raises(InvalidInput, match=r"kz-cn\.khorgos:rail"):
        ask_bottleneck(Question(corridor=("kz-cn.khorgas:rail",), on=ON), evidence)
    with pytest.raises(InvalidInput, match="is empty"):
        ask_bottleneck(Question(corridor=(), on=ON), evidence)


def test_every_corridor_names_entities_that_exist(
    evidence: EvidenceBase, base_world: World
) -> None:
    known = {
        str(i)
        for table in (base_world.links, base_world.crossings, base_world.transfers)
        for i in table["id"]
    }
    rows = evidence.registry("corridors")
    assert [r["entity"] for r in rows if r["entity"] not in known] == []
    for corridor in {r["corridor"] for r in rows}:
        assert any(r["role"] == "defines" for r in rows if r["corridor"] == corridor)
    named = {r["source"] for r in rows} | {r["observed_source"] for r in rows}
    named |= {r["plan_source"] for r in evidence.registry("corridor_plans")}
    assert named - {""} <= set(evidence.sources)


def test_the_command_prints_a_table_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    from sogdia.cli import bottleneck as verb

    ids = ["kz-cn.alashankou:rail", "kz-cn.khorgos:rail"]
    given_capacity = ["kz-cn.khorgos:rail=1,000 train/day", "kz-cn.alashankou:rail=17 train/day"]
    verb.bottleneck(ids, growth="5,10,15", capacity=given_capacity, on=str(ON), as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["first"] == {"id": "kz-cn.khorgos:rail", "unit": "train/day"}
    assert found["above_capacity_today"] == ["kz-cn.alashankou:rail"]
    assert found["growth"] == {"low": 0.05, "central": 0.1, "high": 0.15}
    (row,) = [r for r in found["parts"] if r["id"] == "kz-cn.khorgos:rail"]
    assert row["capacity_amount"] == 1000.0
    verb.bottleneck([ids[0], "kz-ru.iletsk:rail"], on=str(ON))
    text = capsys.readouterr().out
    assert "no capacity published for 1 of 2" in text
    assert "nan" not in text and "None" not in text
