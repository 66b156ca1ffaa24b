"""The network of agreements: the contract, the counts by hand, and what a scenario does to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sogdia.core.errors import InvalidInput
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.contract import check_model
from sogdia.models.cooperation.model import CooperationModel, network_on
from sogdia.models.cooperation.network import BINDING, policy_events
from sogdia.models.cooperation.solve_network import shared_agreements
from sogdia.world.world import World

WorldOn = Callable[[str], World]


def shared(table: Table) -> dict[tuple[str, str, str], float]:
    """Counts by pair and kind."""
    return {(r["a"], r["b"], r["kind"]): r["shared_count"] for r in table.rows()}


def test_the_model_keeps_the_contract(world_on: WorldOn, evidence: EvidenceBase) -> None:
    tables = {"policy_event": policy_events(evidence)}
    assert check_model(CooperationModel(), world_on("2026-07-01"), tables) == []


def test_what_it_declares_exists(world_on: WorldOn) -> None:
    today = world_on("2026-07-01")
    for table, column in CooperationModel().reads:
        assert column in getattr(today, table).schema.names


def test_without_the_events_it_says_what_it_needs(world_on: WorldOn) -> None:
    with pytest.raises(InvalidInput, match="policy_event"):
        CooperationModel().prepare(world_on("2026-07-01"), {})


def test_counts_are_those_of_a_loop_over_the_registry(
    world_on: WorldOn, evidence: EvidenceBase
) -> None:
    """Counted again from the rows of the registry, without the model."""
    events = policy_events(evidence)
    for on in (date(1995, 7, 1), date(2010, 7, 1), date(2026, 7, 1)):
        wanted: dict[tuple[str, str, str], float] = {}
        for row in events.rows():
            if row["kind"] not in BINDING or row["first"] > on:
                continue
            if row["until"] is not None and row["until"] <= on:
                continue
            who = sorted(row["countries"].split(";"))
            for a in who:
                for b in who:
                    if a < b:
                        key = (a, b, row["kind"])
                        wanted[key] = wanted.get(key, 0.0) + 1.0
        found = shared(network_on(world_on(on.isoformat()), events))
        assert {k: v for k, v in found.items() if k[2] in BINDING} == wanted


def test_the_order_of_the_events_does_not_matter(world_on: WorldOn, evidence: EvidenceBase) -> None:
    events = policy_events(evidence)
    order = np.random.default_rng(1).permutation(len(events))
    shuffled = Table(events.schema, events.arrow.take(order))
    today = world_on("2026-07-01")
    assert network_on(today, events).arrow.equals(network_on(today, shuffled).arrow)


def test_relabelling_the_countries_relabels_the_network(
    world_on: WorldOn, evidence: EvidenceBase
) -> None:
    swap = {"KAZ": "UZB", "UZB": "KAZ"}
    events = policy_events(evidence)
    renamed = events.replace(
        countries=[
            ";".join(sorted(swap.get(c, c) for c in who.split(";"))) for who in events["countries"]
        ]
    )
    bare = world_on("2026-07-01")
    bare = bare.replace(regimes=bare.regimes.replace(kind=["restriction"] * len(bare.regimes)))
    found = shared(network_on(bare, renamed))
    wanted = {
        (*sorted((swap.get(a, a), swap.get(b, b))), kind): n
        for (a, b, kind), n in shared(network_on(bare, events)).items()
    }
    assert found == wanted


def test_the_visa_exemption_of_2023_shows_and_the_khorgos_zone_does_not(
    world_on: WorldOn, evidence: EvidenceBase
) -> None:
    events = policy_events(evidence)
    before = shared(network_on(world_on("2015-07-01"), events))
    after = shared(network_on(world_on("2024-07-01"), events))
    assert ("CHN", "KAZ", "visa_free") not in before
    assert after["CHN", "KAZ", "visa_free"] == 2.0
    assert after["KAZ", "RUS", "union"] == 1.0


def test_a_world_without_a_regime_loses_that_tie_and_no_other(
    world_on: WorldOn, evidence: EvidenceBase
) -> None:
    """A scenario that ends the union changes the ties of the union, and nothing else."""
    events = policy_events(evidence)
    today = world_on("2026-07-01")
    kinds = ["none" if kind == "union" else kind for kind in today.regimes["kind"]]
    changed = today.replace(regimes=today.regimes.replace(kind=kinds))
    before, after = (shared(network_on(w, events)) for w in (today, changed))
    assert {k for k in before if k[2] == "union"}
    assert after == {k: v for k, v in before.items() if k[2] != "union"}


def test_a_world_known_earlier_has_no_later_agreement(
    world_on: WorldOn, evidence: EvidenceBase
) -> None:
    events = policy_events(evidence)
    today = world_on("2026-07-01")
    earlier = dataclasses.replace(today, known_by=date(2000, 1, 1))
    latest = [r["latest"] for r in network_on(earlier, events).rows() if r["kind"] in BINDING]
    assert max(latest) <= date(2000, 1, 1)


def test_a_replaced_treaty_does_not_count_from_the_day_of_the_next(
    world_on: WorldOn, evidence: EvidenceBase
) -> None:
    """The investment treaty with Uzbekistan of 2011-04-01 replaces that of 1992."""
    events = policy_events(evidence)
    counts = [
        shared(network_on(dataclasses.replace(world_on("2026-07-01"), on=on, known_by=on), events))[
            "CHN", "UZB", "agreement"
        ]
        for on in (date(2011, 3, 31), date(2011, 4, 1))
    ]
    assert counts[0] == counts[1]


def test_a_closed_border_is_no_free_entry(world_on: WorldOn, evidence: EvidenceBase) -> None:
    """In June 2020 the seven days of Uzbekistan were law and the border was closed."""
    events = policy_events(evidence)
    closed = shared(network_on(world_on("2020-06-01"), events))
    open_again = shared(network_on(world_on("2021-01-01"), events))
    assert ("CHN", "UZB", "visa_free") not in closed
    assert open_again["CHN", "UZB", "visa_free"] == 1.0


@given(
    M=hnp.arrays(np.int64, (7, 5), elements=st.integers(0, 1)),
    k=hnp.arrays(np.int64, 7, elements=st.integers(0, 2)),
)
def test_counts_are_the_projection_of_a_two_mode_network(M: np.ndarray, k: np.ndarray) -> None:
    """Independent solve: networkx's weighted projection of the bipartite graph, kind by kind."""
    found = shared_agreements(M, k, 3)
    assert found.status.state == "solved"
    for kind in range(3):
        graph = nx.Graph()
        graph.add_nodes_from(("n", i) for i in range(5))
        rows = [e for e in range(7) if k[e] == kind]
        if not rows:
            assert not np.any(found.C[kind])
            continue
        graph.add_nodes_from(("e", e) for e in rows)
        graph.add_edges_from((("e", e), ("n", i)) for e in rows for i in np.flatnonzero(M[e]))
        projected = nx.bipartite.weighted_projected_graph(graph, [("n", i) for i in range(5)])
        for i in range(5):
            for j in range(5):
                weight = 0
                if i != j and projected.has_edge(("n", i), ("n", j)):
                    weight = projected[("n", i)][("n", j)]["weight"]
                assert found.C[kind, i, j] == weight
