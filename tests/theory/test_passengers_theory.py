"""Passengers on a network: closed forms of the logit, and what cutting a link changes."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogdia.core.errors import InvalidInput
from sogdia.models.transport.solve_passengers import (
    PassengerLoad,
    join_chains,
    load_passengers,
)

Arcs = list[tuple[int, int, float]]

MU = st.floats(1.0, 20.0)
COST = st.floats(1.0, 10.0)


def both_ways(edges: Arcs) -> Arcs:
    return [*edges, *((b, a, c) for a, b, c in edges)]


def loaded(n: int, arcs: Arcs, ends: list[int], X: np.ndarray, mu: float) -> PassengerLoad:
    tail, head = (np.array([arc[k] for arc in arcs], dtype=np.int64) for k in (0, 1))
    c = np.array([arc[2] for arc in arcs])
    return load_passengers(n, tail, head, c, np.array(ends, dtype=np.int64), X, mu)


def one_way(persons: float, zones: int = 2) -> np.ndarray:
    X = np.zeros((1, zones, zones))
    X[0, 0, 1] = persons
    return X


@settings(deadline=None)
@given(COST, COST, MU)
def test_a_diamond_is_the_logit(up: float, down: float, mu: float) -> None:
    """0 to 3 over 1 or over 2: P = 1 / (1 + exp(-mu (c2 - c1) / min(c1, c2)))."""
    arcs: Arcs = [(0, 1, up / 2), (1, 3, up / 2), (0, 2, down / 3), (2, 3, down * 2 / 3)]
    found = loaded(4, arcs, [0, 3], one_way(1000.0), mu)
    expected = 1000.0 / (1.0 + np.exp(-mu * (down - up) / min(up, down)))
    assert found.flow[0] == pytest.approx(
        [expected, expected, 1000.0 - expected, 1000.0 - expected], rel=1e-9, abs=1e-9
    )
    assert found.least[0, 1] == pytest.approx(min(up, down))


@settings(deadline=None)
@given(COST, COST, st.floats(0.5, 0.999), MU)
def test_a_cheaper_way_is_never_used_less(c1: float, c2: float, less: float, mu: float) -> None:
    """Two routes: d P / d c1 is below 0 on both sides of c1 = c2."""
    use = [
        loaded(2, [(0, 1, c), (0, 1, c2)], [0, 1], one_way(1.0), mu).flow[0, 0]
        for c in (c1, c1 * less)
    ]
    assert use[1] >= use[0]


def test_three_ways_of_the_same_cost_share_equally() -> None:
    """Chains of equal cost are options of their own, cut or not."""
    arcs: Arcs = [(0, 1, 4.0), (0, 2, 2.0), (2, 1, 2.0), (0, 3, 1.0), (3, 1, 3.0)]
    found = loaded(4, arcs, [0, 1], one_way(900.0), 7.0)
    assert found.flow[0] == pytest.approx(np.full(5, 300.0))


def test_ways_that_overlap_do_not_crowd_out_one_that_does_not() -> None:
    """A flight of 1, and five legs by road or rail of 0.2: 32 ways by land of the same cost.

    Counted one by one the flight would have 1 of 33; with the path size of equation (3) a third.
    Each leg has two ways, and ln 16 of the ln 32 are those of the other four: the five together
    weigh 2^5 exp(-5 (1/5) ln 16) = 2, and the flight 1.
    """
    legs: Arcs = [(k, k + 1, 0.2) for k in range(5) for _ in range(2)]
    found = loaded(6, [(0, 5, 1.0), *legs], [0, 5], one_way(1.0), 5.0)
    assert found.flow[0, 0] == pytest.approx(1.0 / 3.0)


def random_network(seed: int) -> tuple[int, Arcs, list[int], np.ndarray]:
    """A connected graph of 12 places and 4 zones, both ways alike, and visits there and back."""
    rng = np.random.default_rng(seed)
    places, zones = 12, [0, 1, 2, 3]
    graph = nx.gnm_random_graph(places, 20, seed=seed)
    parts = [sorted(p) for p in nx.connected_components(graph)]
    edges = [*graph.edges, *((a[0], b[0]) for a, b in itertools.pairwise(parts))]
    arcs = both_ways([(a, b, float(rng.uniform(1.0, 10.0))) for a, b in edges])
    X = rng.uniform(0.0, 100.0, (2, 4, 4))
    X[:, range(4), range(4)] = 0.0
    return places, arcs, zones, X + X.swapaxes(1, 2)


def cut(arcs: Arcs, which: int, at: float, node: int) -> tuple[Arcs, list[int]]:
    """The arcs with both directions of one edge cut in two at a new place, and where each went."""
    a, b, c = arcs[which]
    other = which + len(arcs) // 2
    kept = [k for k in range(len(arcs)) if k not in (which, other)]
    parts: Arcs = [
        (a, node, c * at), (node, b, c * (1 - at)), (b, node, c * (1 - at)), (node, a, c * at)
    ]  # fmt: skip
    return [*(arcs[k] for k in kept), *parts], kept


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 200), st.integers(0, 19), st.floats(0.05, 0.95), MU)
def test_cutting_a_link_changes_nothing(seed: int, which: int, at: float, mu: float) -> None:
    n, arcs, ends, X = random_network(seed)
    before = loaded(n, arcs, ends, X, mu)
    after_arcs, kept = cut(arcs, which, at, n)
    after = loaded(n + 1, after_arcs, ends, X, mu)
    assert after.flow[:, : len(kept)] == pytest.approx(before.flow[:, kept], rel=1e-6, abs=1e-6)
    there = before.flow[:, which]
    assert after.flow[:, -4:-2] == pytest.approx(np.stack([there, there], 1), rel=1e-6, abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 200), MU)
def test_who_leaves_and_who_arrives(seed: int, mu: float) -> None:
    """At a zone, out less in is who leaves less who arrives; elsewhere it is 0."""
    n, arcs, ends, X = random_network(seed)
    found = loaded(n, arcs, ends, X, mu)
    for p in range(len(X)):
        net = np.zeros(n)
        for (a, b, _), x in zip(arcs, found.flow[p].tolist(), strict=True):
            net[a] += x
            net[b] -= x
        expected = np.zeros(n)
        expected[ends] = X[p].sum(axis=1) - X[p].sum(axis=0)
        assert net == pytest.approx(expected, abs=1e-8)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 200), MU)
def test_least_costs_against_networkx(seed: int, mu: float) -> None:
    n, arcs, ends, X = random_network(seed)
    found = loaded(n, arcs, ends, X, mu)
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_weighted_edges_from(arcs)
    for i, a in enumerate(ends):
        for j, b in enumerate(ends):
            assert found.least[i, j] == pytest.approx(nx.dijkstra_path_length(graph, a, b))


def test_a_large_scale_takes_the_cheapest_way() -> None:
    """All or nothing in the limit, so the mode is that of the least cost."""
    found = loaded(2, [(0, 1, 2.0), (0, 1, 2.4)], [0, 1], one_way(10.0), 1000.0)
    assert found.flow[0] == pytest.approx([10.0, 0.0])


def test_who_has_no_way_is_said_and_not_loaded() -> None:
    X = np.zeros((1, 3, 3))
    X[0, 0, 1], X[0, 0, 2] = 5.0, 7.0
    found = loaded(3, [(0, 1, 1.0)], [0, 1, 2], X, 5.0)
    assert found.flow[0] == pytest.approx([5.0])
    assert found.unserved == pytest.approx([7.0])
    assert "7 persons" in found.status.message
    assert np.isnan(found.least[0, 2])


def test_chains_by_hand() -> None:
    """0 - 4 - 5 - 1 is one chain each way; a dead end at 6 leads nowhere; 2 is a zone and stays."""
    arcs = both_ways([(0, 4, 1.0), (4, 5, 2.0), (5, 1, 3.0), (0, 2, 1.0), (2, 1, 1.0), (1, 6, 9.0)])
    chains = join_chains(
        7, np.array([a for a, _, _ in arcs]), np.array([b for _, b, _ in arcs]), np.array([0, 1, 2])
    )
    cost = chains.summed(np.array([c for _, _, c in arcs]))
    found = sorted(zip(chains.tail.tolist(), chains.head.tolist(), cost.tolist(), strict=True))
    assert (0, 1, 6.0) in found
    assert (1, 0, 6.0) in found
    assert not {4, 5} & {v for a, b, _ in found for v in (a, b)}
    assert {(0, 2, 1.0), (2, 1, 1.0)} <= set(found)
    assert chains.spread(np.ones((1, len(found))), len(arcs))[0].tolist() == [1.0] * len(arcs)


def test_bad_input_is_said_at_once() -> None:
    with pytest.raises(InvalidInput):
        loaded(2, [(0, 1, 1.0)], [0, 1], one_way(1.0), 0.0)
    with pytest.raises(InvalidInput):
        loaded(2, [(0, 1, 1.0)], [0, 1], -one_way(1.0), 5.0)
    with pytest.raises(InvalidInput):
        loaded(2, [(0, 1, -1.0)], [0, 1], one_way(1.0), 5.0)
