"""Laws every skim obeys, on graphs drawn by hypothesis."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sogdia.models.transport.solve import path, skim, trees
from sogdia.models.transport.solve_star import forward_star

SETTINGS = settings(max_examples=80, deadline=None)


@st.composite
def graphs(draw, *, ties: bool = False):
    """Tail, head, cost, fields, number of nodes, centroid mask."""
    n_nodes = draw(st.integers(2, 12))
    n_arcs = draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    tail, head = rng.integers(0, n_nodes, (2, n_arcs))
    cost = rng.uniform(0.01, 5.0, n_arcs)
    if ties:
        cost = rng.integers(0, 3, n_arcs).astype(float)
    cost[rng.random(n_arcs) < draw(st.sampled_from([0.0, 0.2]))] = np.inf
    fields = rng.uniform(0.0, 9.0, (2, n_arcs))
    through = rng.random(n_nodes) >= draw(st.sampled_from([0.0, 0.3]))
    return tail, head, cost, fields, n_nodes, through


def skim_all(tail, head, cost, fields, n_nodes, through, **kwargs):
    """Skim between all nodes."""
    star = forward_star(tail, head, n_nodes, **kwargs)
    nodes = np.arange(n_nodes)
    return skim(star, cost, fields, nodes, nodes, through=through)


def bellman_ford(tail, head, cost, n_nodes, through):
    """Least (cost, arcs) by relaxing every arc until nothing changes; an independent method."""
    result = np.full((n_nodes, n_nodes, 2), np.inf)
    for origin in range(n_nodes):
        label = result[origin]
        label[origin] = 0.0
        for _ in range(n_nodes):
            for u, v, c in zip(tail, head, cost, strict=True):
                if (through[u] or u == origin) and np.isfinite(c):
                    label[v] = min(tuple(label[v]), (label[u, 0] + c, label[u, 1] + 1))
    return np.where(np.isinf(result), np.nan, result)


@SETTINGS
@given(st.one_of(graphs(), graphs(ties=True)))
def test_least_cost_then_fewest_arcs(graph):
    tail, head, cost, _, n_nodes, through = graph
    result = skim_all(tail, head, cost, np.ones((1, len(cost))), n_nodes, through)
    expected = bellman_ford(tail, head, cost, n_nodes, through)
    np.testing.assert_array_equal(result.cost, expected[:, :, 0])
    np.testing.assert_array_equal(result.fields[0], expected[:, :, 1])
    np.testing.assert_array_equal(result.reachable, ~np.isnan(expected[:, :, 0]))


@SETTINGS
@given(graphs(), st.integers(0, 39), st.floats(0.05, 0.95))
def test_splitting_an_arc_changes_nothing(graph, arc, part):
    tail, head, cost, fields, n_nodes, through = graph
    arc %= len(cost)
    before = skim_all(*graph)
    after = skim(
        forward_star(
            np.append(tail, n_nodes),
            np.append(np.where(np.arange(len(head)) == arc, n_nodes, head), head[arc]),
            n_nodes + 1,
        ),
        np.append(np.where(np.arange(len(cost)) == arc, cost * part, cost), cost[arc] * (1 - part)),
        np.c_[
            np.where(np.arange(len(cost)) == arc, fields * part, fields),
            fields[:, arc] * (1 - part),
        ],
        np.arange(n_nodes),
        np.arange(n_nodes),
        through=np.append(through, True),
    )
    np.testing.assert_allclose(after.cost, before.cost, rtol=1e-12)
    np.testing.assert_allclose(after.fields, before.fields, rtol=1e-12)


@SETTINGS
@given(graphs(), st.randoms(use_true_random=False))
def test_relabelling_and_reordering_change_nothing(graph, random):
    tail, head, cost, fields, n_nodes, through = graph
    new = np.array(random.sample(range(n_nodes), n_nodes))
    arcs = np.array(random.sample(range(len(cost)), len(cost)))
    mask = np.empty(n_nodes, bool)
    mask[new] = through
    before = skim_all(*graph, order="given")
    after = skim_all(new[tail[arcs]], new[head[arcs]], cost[arcs], fields[:, arcs], n_nodes, mask)
    np.testing.assert_array_equal(after.cost[np.ix_(new, new)], before.cost)
    # Costs are drawn from a continuum, so least-cost paths are unique.
    np.testing.assert_array_equal(after.fields[:, new][:, :, new], before.fields)


@SETTINGS
@given(graphs(ties=True), st.randoms(use_true_random=False))
def test_relabelling_nodes_never_changes_a_path(graph, random):
    """Even with many ties, as documented; only the order of arcs may decide between them."""
    tail, head, cost, fields, n_nodes, through = graph
    new = np.array(random.sample(range(n_nodes), n_nodes))
    mask = np.empty(n_nodes, bool)
    mask[new] = through
    before = skim_all(*graph)
    after = skim_all(new[tail], new[head], cost, fields, n_nodes, mask)
    np.testing.assert_array_equal(after.cost[np.ix_(new, new)], before.cost)
    np.testing.assert_array_equal(after.fields[:, new][:, :, new], before.fields)


@SETTINGS
@given(graphs(), st.integers(0, 39), st.floats(0.0, 1.0))
def test_a_cheaper_arc_raises_no_cost(graph, arc, part):
    tail, head, cost, fields, n_nodes, through = graph
    arc %= len(cost)
    cheaper = cost.copy()
    cheaper[arc] = cost[arc] * part if np.isfinite(cost[arc]) else 1.0
    before = skim_all(*graph)
    after = skim_all(tail, head, cheaper, fields, n_nodes, through)
    assert np.all(after.reachable >= before.reachable)
    both = before.reachable
    assert np.all(after.cost[both] <= before.cost[both])


@SETTINGS
@given(st.one_of(graphs(), graphs(ties=True)))
def test_paths_are_open_and_keep_clear_of_centroids(graph):
    tail, head, cost, fields, n_nodes, through = graph
    star = forward_star(tail, head, n_nodes)
    tree = trees(star, cost, np.arange(n_nodes), through=through)
    result = skim_all(*graph)
    np.testing.assert_array_equal(tree.cost, result.cost)
    for origin in range(n_nodes):
        for node in range(n_nodes):
            arcs = path(tree, tail, origin, node)
            assert (arcs is not None) == result.reachable[origin, node]
            if arcs is None:
                assert np.isnan(result.fields[:, origin, node]).all()
                continue
            assert np.isfinite(cost[arcs]).all()
            assert through[head[arcs[:-1]]].all()
            assert [origin, *head[arcs]] == [*tail[arcs], node]
            sums = np.cumsum(np.c_[np.zeros(2), fields[:, arcs]], axis=1)[:, -1]
            np.testing.assert_array_equal(result.fields[:, origin, node], sums)


@SETTINGS
@given(graphs(), st.data())
def test_stopping_at_the_destinations_changes_nothing(graph, data):
    tail, head, cost, fields, n_nodes, through = graph
    full = skim_all(*graph)
    wanted = np.array(data.draw(st.lists(st.integers(0, n_nodes - 1), min_size=1, max_size=4)))
    part = skim(
        forward_star(tail, head, n_nodes), cost, fields, np.arange(n_nodes), wanted, through=through
    )
    np.testing.assert_array_equal(part.cost, full.cost[:, wanted])
    np.testing.assert_array_equal(part.fields, full.fields[:, :, wanted])
    assert np.all(part.settled <= full.settled)
