"""Access to specialists: hand examples, networkx, laws, and the outturn of 2016 to 2020."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogdia.evidence.base import EvidenceBase
from sogdia.models.contract import check_model, run_model
from sogdia.models.people.consult_question import CASE_SHARES
from sogdia.models.people.health_access import (
    HealthAccessModel,
    connected_zones,
    specialities_of,
)
from sogdia.models.people.health_queue import service_of
from sogdia.models.people.health_travel import cheapest
from sogdia.world.build import world
from sogdia.world.world import World

WorldOn = Callable[[date | str], World]
DAY = "2026-07-01"
ON = date(2026, 7, 1)


def test_the_way_of_least_generalised_time_by_hand() -> None:
    """0-1-2 takes 2 h and 10 USD, 0-2 takes 3 h and 1 USD. At 20 USD an hour the first is less,
    2.5 against 3.05; at 5 USD an hour the second, 3.2 against 4."""
    ends = np.array([(0, 1), (1, 2), (0, 2)])
    tau, f = np.array([1.0, 1.0, 3.0]), np.array([4.0, 6.0, 1.0])
    C, T, F = cheapest(ends, tau, f, 4, np.array([0, 2]), u=20.0)
    assert C[0].tolist() == [0.0, 1.2, 2.5, math.inf]
    assert T[0].tolist() == [0.0, 1.0, 2.0, math.inf]
    assert F[0].tolist() == [0.0, 4.0, 10.0, math.inf]
    assert F[1].tolist() == [10.0, 6.0, 0.0, math.inf]
    C, T, F = cheapest(ends, tau, f, 4, np.array([0]), u=5.0)
    assert (C[0, 2], T[0, 2], F[0, 2]) == (3.2, 3.0, 1.0)


def test_legs_of_no_length_carry_a_fare_on() -> None:
    """A zone and a hospital in one city, two legs of 0 apart, and a leg of 1 h beyond."""
    ends = np.array([(0, 1), (1, 2), (3, 2)])
    _, T, F = cheapest(
        ends, np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 5.0]), 4, np.array([0]), u=1.0
    )
    assert T[0].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert F[0].tolist() == [0.0, 0.0, 0.0, 5.0]


legs = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.floats(0.1, 20.0), st.floats(0.0, 90.0)),
    min_size=1,
    max_size=20,
)


@settings(max_examples=50, deadline=None)
@given(legs)
def test_networkx_finds_the_same(drawn: list[tuple[int, int, float, float]]) -> None:
    """An independent shortest path; hours and fare along the way add up to its cost."""
    ends = np.array([d[:2] for d in drawn])
    tau, f = (np.array([d[i] for d in drawn]) for i in (2, 3))
    C, T, F = cheapest(ends, tau, f, 7, np.arange(7), u=4.0)
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(7))
    graph.add_weighted_edges_from((a, b, t + m / 4.0) for a, b, t, m in drawn)
    for a in range(7):
        wanted = nx.single_source_dijkstra_path_length(graph, a)
        assert {b for b in range(7) if math.isfinite(C[a, b])} == set(wanted)
        assert all(C[a, b] == pytest.approx(c) for b, c in wanted.items())
    there = np.isfinite(C)
    assert np.allclose((T + F / 4.0)[there], C[there])
    assert (np.isfinite(F) == there).all()


def test_specialities_are_read_from_the_words() -> None:
    """ "general" alone has none; a multidisciplinary hospital has all."""
    assert specialities_of("oncology; radiology") == ("oncology",)
    assert specialities_of("cardiovascular surgery; general") == (
        "cardiology", "surgery and orthopaedics",
    )  # fmt: skip
    assert specialities_of("general") == ()
    assert set(specialities_of("multidisciplinary")) == set(CASE_SHARES)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.booleans(), min_size=1, max_size=12),
    st.integers(0, 12),
    st.integers(0, 30),
    st.integers(0, 30),
)
def test_more_hospitals_connect_no_fewer_zones(
    named: list[bool], sites: int, fewer: int, more: int
) -> None:
    """Those named stay; each further hospital is one more main city at most."""
    population = np.arange(len(named), dtype=float)
    low, high = sorted((fewer, more))
    a, b = (connected_zones(population, np.array(named), sites, float(n)) for n in (low, high))
    assert (a <= b).all()
    assert (np.array(named) <= a).all()
    assert a.sum() - sum(named) <= max(0, low - sites)


def test_a_count_not_known_connects_only_those_named() -> None:
    """NaN is no hospital."""
    named = np.array([True, False])
    assert connected_zones(np.ones(2), named, 1, math.nan).tolist() == [True, False]


@pytest.fixture(scope="module")
def model() -> HealthAccessModel:
    """All five states."""
    return HealthAccessModel()


def test_the_contract_is_kept(model: HealthAccessModel, world_on: WorldOn) -> None:
    """On the shipped world."""
    assert check_model(model, world_on(DAY)) == []


def test_every_zone_of_the_five_reaches_a_specialist(
    model: HealthAccessModel, world_on: WorldOn
) -> None:
    """Of every speciality, at home and in China; a capital's is in the city, as far as the
    connector of its zone; a room adds a way and takes none."""
    problem = model.prepare(world_on(DAY), {})
    reach = model.solve(problem)
    zones = {z: i for i, z in enumerate(problem.zones)}
    assert len(zones) == 54
    assert np.isfinite(reach.travel_c).all()
    assert (reach.china_h > 0.0).all()
    assert (reach.opinion_c <= reach.travel_c + 1e-9).all()
    for capital in ("kg.bishkek", "tj.dushanbe", "tm.ashgabat", "uz.tashkent-city", "kz.astana"):
        assert reach.travel_h[zones[f"zone:{capital}"]] == 0.0
    assert reach.travel_h[zones["zone:tj.gbao"]] > reach.travel_h[zones["zone:tj.khatlon"]]


def test_khorog_to_dushanbe_by_road(model: HealthAccessModel, world_on: WorldOn) -> None:
    """About 610 km by Kulob; drivers of shared taxis ask 12 to 18 h for it."""
    table = run_model(model, world_on(DAY), {})[0]["health_access"]
    khorog = next(r for r in table.rows() if r["zone"] == "zone:tj.gbao")
    assert khorog["travel_usd2023"] == pytest.approx(610 * 0.043, rel=0.15)
    assert 8.0 < khorog["travel_h"] < 18.0


def test_the_baseline_is_the_outturn(evidence: EvidenceBase, world_on: WorldOn) -> None:
    """Hospitals connected abroad, HC-002, HC-012 and HC-013: 17 in 2016, 24 in 2019, 22 in 2023,
    against a plan of 90 to 100."""
    registry = {r["id"]: r for r in evidence.registry("health_cooperation")}
    for on, row in (("2016-10-01", "HC-002"), ("2019-08-01", "HC-012"), ("2023-06-01", "HC-013")):
        w = world_on(DAY) if on == DAY else world(evidence, on=on)
        assert w.consultations["hospitals_count"][0] == float(registry[row]["quantity"])
    row = next(world_on(DAY).consultations.rows())
    # 100 consultations in 202 days, over 250 working days a year (HC-006).
    assert row["cases_per_day"] == pytest.approx(100 / 202 * 365 / 250, abs=0.005)
    assert row["specialists_count"] is None


def test_specialists_were_not_what_limited_the_outturn(evidence: EvidenceBase) -> None:
    """One specialist a speciality is busy 1 % of the time at the cases counted in 2016-17, and 14 %
    were each of the 19 hospitals to do as much: the plan did not fail for want of specialists."""
    counted = {"hospitals_count": 17.0, "cases_per_day": 0.72, "specialists_count": 7.0}
    service, keeps_up = service_of(evidence, counted, ON)
    assert service is not None
    assert keeps_up == 7
    assert service.utilisation_share == pytest.approx(0.72 / 7 * 0.5 / 7)
    assert service.wait_p90_h == 0.0
    most, _ = service_of(evidence, counted | {"cases_per_day": 13.7}, ON)
    assert most is not None
    assert most.utilisation_share < 0.15


def test_what_is_not_known_has_no_queue(evidence: EvidenceBase) -> None:
    """Cases without specialists give the fewest that keep up; nothing without cases."""
    row = {"hospitals_count": 22.0, "cases_per_day": 100.0, "specialists_count": None}
    assert service_of(evidence, row, ON) == (None, 11)
    assert service_of(evidence, row | {"cases_per_day": None}, ON) == (None, None)
