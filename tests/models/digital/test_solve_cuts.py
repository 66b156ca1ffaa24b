"""Cuts: closed forms, networkx, brute force, and laws."""

from __future__ import annotations

import itertools
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogdia.core.errors import InvalidInput
from sogdia.models.digital.solve_cuts import minimum_cut, section_bridges


def ring(n: int) -> np.ndarray:
    """Places 0 to n - 1 in a ring."""
    return np.array([(i, (i + 1) % n) for i in range(n)])


def joined(ends: np.ndarray, n: int, a: int, targets: np.ndarray, without: tuple[int, ...]) -> bool:
    """Whether a way leads from a to any target."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(tuple(e) for i, e in enumerate(ends) if i not in without)
    return any(nx.has_path(graph, a, int(b)) for b in targets)


def test_a_line_is_parted_by_one_cut_and_all_its_sections_are_bridges() -> None:
    """Four places in a row."""
    ends = np.array([(0, 1), (1, 2), (2, 3)])
    assert minimum_cut(ends, 4, 0, np.array([3])).k == 1
    assert section_bridges(ends, 4).all()


def test_a_ring_takes_two_cuts_and_has_no_bridge() -> None:
    """Any two places of a ring."""
    ends = ring(6)
    assert {minimum_cut(ends, 6, 0, np.array([b])).k for b in range(1, 6)} == {2}
    assert not section_bridges(ends, 6).any()


def test_a_complete_graph_takes_as_many_as_its_degree() -> None:
    """K5: n - 1."""
    ends = np.array(list(itertools.combinations(range(5), 2)))
    assert minimum_cut(ends, 5, 0, np.array([4])).k == 4


def test_parallel_sections_count_each_and_are_no_bridge() -> None:
    """Two sections between the same places."""
    ends = np.array([(0, 1), (0, 1), (1, 2)])
    assert minimum_cut(ends, 3, 0, np.array([1])).k == 2
    assert section_bridges(ends, 3).tolist() == [False, False, True]


def test_two_gateways_must_both_be_parted() -> None:
    """A place between two gateways on a line: two cuts, though each takes one."""
    ends = np.array([(1, 0), (1, 2)])
    assert minimum_cut(ends, 3, 1, np.array([0, 2])).k == 2
    assert minimum_cut(ends, 3, 1, np.array([2])).k == 1


def test_parted_already_is_none() -> None:
    """No cut is needed where no way leads."""
    cut = minimum_cut(np.array([(0, 1)]), 3, 0, np.array([2]))
    assert (cut.k, cut.sections.tolist()) == (0, [])


def test_a_place_is_not_parted_from_itself() -> None:
    """Refused."""
    with pytest.raises(InvalidInput, match="itself"):
        minimum_cut(ring(3), 3, 1, np.array([1, 2]))


graphs = st.integers(2, 7).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.lists(
            st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda e: e[0] != e[1]),
            min_size=1,
            max_size=12,
        ),
    )
)


@settings(max_examples=60, deadline=None)
@given(graphs)
def test_networkx_finds_the_same_cut_and_the_cut_cuts(
    drawn: tuple[int, list[tuple[int, int]]],
) -> None:
    """An independent maximum flow; the sections named part the places, and none fewer do."""
    n, edges = drawn
    ends = np.array(edges)
    targets = np.array([n - 1])
    cut = minimum_cut(ends, n, 0, targets)
    flow = nx.DiGraph()
    flow.add_nodes_from(range(n))
    for a, b in edges:
        for u, v in ((a, b), (b, a)):
            old = flow[u][v]["capacity"] if flow.has_edge(u, v) else 0
            flow.add_edge(u, v, capacity=old + 1)
    assert cut.k == len(cut.sections) == nx.maximum_flow_value(flow, 0, n - 1)
    assert not joined(ends, n, 0, targets, tuple(int(e) for e in cut.sections))


@settings(max_examples=60, deadline=None)
@given(graphs)
def test_networkx_finds_the_same_bridges(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    """Bridges of the simple graph that are not doubled."""
    n, edges = drawn
    ends = np.array(edges)
    simple = nx.Graph(edges)
    counts: dict[frozenset[int], int] = {}
    for a, b in edges:
        counts[frozenset((a, b))] = counts.get(frozenset((a, b)), 0) + 1
    pairs: list[Any] = list(nx.bridges(simple))
    wanted = {frozenset((int(a), int(b))) for a, b in pairs}
    wanted = {e for e in wanted if counts[e] == 1}
    found = section_bridges(ends, n)
    assert {frozenset(edges[i]) for i in np.nonzero(found)[0]} == wanted
    assert found.sum() == len(wanted)


@settings(max_examples=60, deadline=None)
@given(graphs, st.data())
def test_a_new_section_never_lowers_the_cuts(
    drawn: tuple[int, list[tuple[int, int]]], data: st.DataObject
) -> None:
    """Opening any section raises the fewest cuts by none or one."""
    n, edges = drawn
    ends = np.array(edges)
    closed = np.ones(len(edges), dtype=bool)
    closed[data.draw(st.integers(0, len(edges) - 1))] = False
    without = minimum_cut(ends, n, 0, np.array([n - 1]), usable=closed).k
    assert minimum_cut(ends, n, 0, np.array([n - 1])).k - without in (0, 1)
