"""Least latency: closed forms on a line and a ring, networkx, and laws."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogdia.core.errors import InvalidInput
from sogdia.models.digital.solve_paths import least_latency, section_ms

LINE = np.array([(0, 1), (1, 2), (2, 3)])
RING = np.array([(0, 1), (1, 2), (2, 3), (3, 4), (4, 0)])


def latency(
    ends: np.ndarray, t: np.ndarray, n: int, h: float = 0.0, usable: np.ndarray | None = None
) -> np.ndarray:
    """One way between all places."""
    return least_latency(ends, t, n, h=h, sources=np.arange(n), usable=usable).d


def test_light_in_glass_takes_4_9_microseconds_a_kilometre() -> None:
    """n = 1.468 and c: 4.897 ms over 1,000 km; the delay that is quoted as 4.9 us/km."""
    assert section_ms(np.array([1000.0]), 1.468)[0] == pytest.approx(4.897, abs=0.001)


def test_a_line_adds_up_and_joints_count_between_sections_only() -> None:
    """0-1-2-3: the sum of the sections and one joint less than there are sections."""
    t = np.array([1.0, 2.0, 4.0])
    found = latency(LINE, t, 4, h=0.1)
    assert found[0] == pytest.approx([0.0, 1.0, 3.1, 7.2])


def test_a_ring_goes_the_shorter_way_round() -> None:
    """Equal sections: the time to the k-th place of five is min(k, 5 - k)."""
    found = latency(RING, np.ones(5), 5)
    assert found[0] == pytest.approx([0.0, 1.0, 2.0, 2.0, 1.0])


def test_a_cut_ring_is_a_line() -> None:
    """Without the section 4-0 the way to the last place is all the others."""
    found = latency(RING, np.ones(5), 5, usable=np.array([True] * 4 + [False]))
    assert found[0] == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0])


def test_of_parallel_sections_the_quicker_is_taken_and_named() -> None:
    """Two sections between two places."""
    ends = np.array([(0, 1), (1, 0)])
    answer = least_latency(ends, np.array([3.0, 2.0]), 2, h=0.1, sources=np.array([0]))
    assert answer.d[0, 1] == 2.0
    assert answer.path(0, 1) == (1,)


def test_no_way_is_infinite_and_has_no_path() -> None:
    """A place that nothing joins."""
    answer = least_latency(LINE[:1], np.array([1.0]), 3, h=0.1, sources=np.array([0]))
    assert np.isinf(answer.d[0, 2])
    assert answer.path(0, 2) == ()


def test_what_is_not_known_is_refused() -> None:
    """A section without a length has no time."""
    with pytest.raises(InvalidInput, match="not known"):
        latency(LINE, np.array([1.0, np.nan, 1.0]), 4)


graphs = st.integers(2, 9).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.lists(
            st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.floats(0.01, 50.0)).filter(
                lambda e: e[0] != e[1]
            ),
            min_size=1,
            max_size=20,
        ),
        st.floats(0.0, 2.0),
    )
)


@settings(max_examples=60, deadline=None)
@given(graphs)
def test_networkx_finds_the_same(drawn: tuple[int, list[tuple[int, int, float]], float]) -> None:
    """An independent Dijkstra, and the path taken is as long as it is said to be."""
    n, edges, h = drawn
    ends = np.array([e[:2] for e in edges])
    t = np.array([e[2] for e in edges])
    answer = least_latency(ends, t, n, h=h, sources=np.arange(n))
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    for a, b, w in edges:
        if not graph.has_edge(a, b) or graph[a][b]["w"] > w + h:
            graph.add_edge(a, b, w=w + h)
    for a in range(n):
        wanted = nx.single_source_dijkstra_path_length(graph, a, weight="w")
        for b in range(n):
            if b not in wanted:
                assert np.isinf(answer.d[a, b])
            elif a != b:
                assert answer.d[a, b] == pytest.approx(wanted[b] - h)
                way = answer.path(a, b)
                assert t[list(way)].sum() + h * (len(way) - 1) == pytest.approx(answer.d[a, b])


@settings(max_examples=60, deadline=None)
@given(graphs, st.data())
def test_a_new_section_never_raises_a_latency(
    drawn: tuple[int, list[tuple[int, int, float]], float], data: st.DataObject
) -> None:
    """Opening any section: no time rises."""
    n, edges, h = drawn
    ends, t = np.array([e[:2] for e in edges]), np.array([e[2] for e in edges])
    e = data.draw(st.integers(0, len(edges) - 1))
    closed = np.ones(len(edges), dtype=bool)
    closed[e] = False
    assert np.all(latency(ends, t, n, h) <= latency(ends, t, n, h, closed) * (1 + 1e-12))
