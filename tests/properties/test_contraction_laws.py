"""Laws of a graph with nodes taken out: the least costs between its ends stay what they are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sogdia.models.transport.solve import skim
from sogdia.models.transport.solve_contract import contract
from sogdia.models.transport.solve_efficient import efficient_arcs
from sogdia.models.transport.solve_graph import Graph
from sogdia.models.transport.solve_star import forward_star

# Small whole numbers: sums are exact in any order, and ties are many.
COSTS = st.sampled_from([0.0, 1.0, 2.0, 5.0, np.inf])
Arcs = list[tuple[int, int, float, float]]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Arcs, list[int]]:
    """Nodes, arcs with two costs, and ends."""
    n = draw(st.integers(2, 14))
    node = st.integers(0, n - 1)
    arcs = draw(st.lists(st.tuples(node, node, COSTS, COSTS), min_size=1, max_size=40))
    return n, arcs, draw(st.lists(node, min_size=1, max_size=4, unique=True))


def least(n: int, arcs: Arcs, ends: list[int], cost: NDArray[np.float64]) -> NDArray[np.float64]:
    star = forward_star([a[0] for a in arcs], [a[1] for a in arcs], n)
    return skim(star, cost, np.empty((0, len(arcs))), ends, ends).cost


@settings(max_examples=200)
@given(graphs())
def test_least_costs_between_the_ends_are_those_of_the_full_graph(
    given_: tuple[int, Arcs, list[int]],
) -> None:
    n, arcs, ends = given_
    fewer = contract([a[0] for a in arcs], [a[1] for a in arcs], n, ends)
    assert fewer.star.n_nodes <= n
    assert np.all(fewer.place[ends] >= 0)
    # One contraction serves every cost.
    for k in (2, 3):
        cost = np.array([a[k] for a in arcs])
        found = skim(
            fewer.star, fewer.cost(cost), np.empty((0, fewer.star.n_arcs)), fewer.place[ends],
            fewer.place[ends],
        )  # fmt: skip
        assert np.array_equal(found.cost, least(n, arcs, ends, cost), equal_nan=True)


def test_what_is_a_chain_becomes_one_arc_and_what_hangs_beside_it_goes() -> None:
    """0 - 1 - 2 - 3 with 4 hanging at 2; ends 0 and 3: the arc costs the sum."""
    fewer = contract([0, 1, 2, 2, 4], [1, 2, 3, 4, 2], 5, [0, 3])
    assert (fewer.star.n_nodes, fewer.star.n_arcs) == (2, 1)
    assert fewer.cost(np.array([1.0, 2.0, 4.0, 0.5, 0.5])).tolist() == [7.0]
    assert fewer.cost(np.array([1.0, np.inf, 4.0, 0.5, 0.5])).tolist() == [np.inf]


@settings(max_examples=200)
@given(graphs())
def test_efficient_arcs_lead_nearer_and_none_that_does_is_missing(
    given_: tuple[int, Arcs, list[int]],
) -> None:
    """Against the definition, with least costs and fewest arcs found by Bellman and Ford."""
    n, arcs, ends = given_
    tail, head = (np.array([a[k] for a in arcs], np.int32) for k in (0, 1))
    costs = np.array([[a[2] for a in arcs], [a[3] for a in arcs]])
    found = efficient_arcs(Graph(tail=tail, head=head, n_nodes=n), costs, np.array(ends, np.int32))
    for c, cost in enumerate(costs):
        for d, end in enumerate(ends):
            label = dict.fromkeys(range(n), (np.inf, 0)) | {end: (0.0, 0)}
            for _ in range(n):
                for a, (u, v) in enumerate(zip(tail.tolist(), head.tolist(), strict=True)):
                    label[u] = min(label[u], (label[v][0] + cost[a], label[v][1] + 1))
            row = c * len(ends) + d
            reached = sorted(
                (v for v in range(n) if label[v][0] < np.inf), key=lambda v: (label[v], v)
            )
            size = int(found.count[row])
            assert found.order[row, :size].tolist() == reached
            assert found.least[row, reached].tolist() == [label[v][0] for v in reached]
            for p, v in enumerate(reached):
                of = found.arc[row, found.first[row, p] : found.first[row, p + 1]].tolist()
                assert of == [
                    a
                    for a in range(len(arcs))
                    if tail[a] == v and np.isfinite(cost[a]) and label[int(head[a])] < label[v]
                ]
