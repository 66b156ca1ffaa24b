"""Laws of assignment on random networks."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sogdia.models.transport.delay import bpr
from sogdia.models.transport.solve_choice import Choice, load
from sogdia.models.transport.solve_equilibrium import Congestion, equilibrium
from sogdia.models.transport.solve_graph import Demand, Graph

CHOICES = st.builds(
    Choice,
    scale=st.floats(0.5, 20.0),
    relative=st.booleans(),
    overlap=st.sampled_from(["none", "size"]),
)
SEEDS = st.integers(0, 10_000)


def network(seed):
    """A ring, so that every zone reaches every other, and some chords."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 12))
    chords = rng.integers(0, n, (2 * n, 2))
    chords = chords[chords[:, 0] != chords[:, 1]]
    tail = np.concatenate([np.arange(n), chords[:, 0]])
    head = np.concatenate([(np.arange(n) + 1) % n, chords[:, 1]])
    zones = rng.choice(n, 3, replace=False)
    demand = Demand(origins=zones, destinations=zones, volume=rng.uniform(0, 4, (2, 3, 3)))
    cost = rng.uniform(0.1, 3.0, (2, len(tail)))
    return Graph(tail=tail, head=head, n_nodes=n), cost, demand


def imbalance(graph, flow, demand):
    """Largest difference at a node between what leaves it and what should."""
    worst = 0.0
    for c, x in enumerate(flow):
        net = np.bincount(graph.tail, x, graph.n_nodes) - np.bincount(graph.head, x, graph.n_nodes)
        volume = demand.travelling()[c]
        np.subtract.at(net, demand.origins, volume.sum(axis=1))
        np.add.at(net, demand.destinations, volume.sum(axis=0))
        worst = max(worst, float(np.abs(net).max()))
    return worst


@given(SEEDS, CHOICES)
@settings(max_examples=60, deadline=None)
def test_loading_conserves_flow_and_expects_no_more_than_the_least_cost(seed, choice):
    graph, cost, demand = network(seed)
    found = load(graph, cost, demand, choice, fields=cost[:, None])
    assert imbalance(graph, found.flow, demand) < 1e-9
    assert not np.isnan(found.expected).any()
    least = load(graph, cost, demand, Choice(scale=1e9, relative=False, overlap="none")).expected
    if choice.overlap == "none":
        assert (found.expected <= least + 1e-9 + 1e-6 * least).all()
    assert (found.fields[:, 0] >= least - 1e-6).all()


@given(SEEDS, CHOICES, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_numbering_changes_nothing(seed, choice, random):
    graph, cost, demand = network(seed)
    node = list(range(graph.n_nodes))
    arc = list(range(graph.n_arcs))
    random.shuffle(node)
    random.shuffle(arc)
    to = np.array(node)
    other = Graph(tail=to[graph.tail[arc]], head=to[graph.head[arc]], n_nodes=graph.n_nodes)
    moved = Demand(
        origins=to[demand.origins], destinations=to[demand.destinations], volume=demand.volume
    )
    one, two = load(graph, cost, demand, choice), load(other, cost[:, arc], moved, choice)
    np.testing.assert_allclose(one.flow[:, arc], two.flow, atol=1e-9)
    np.testing.assert_allclose(one.expected, two.expected, atol=1e-9)


@given(SEEDS, CHOICES, st.sampled_from([0.25, 8.0, 1024.0]))
@settings(max_examples=40, deadline=None)
def test_the_unit_of_cost_changes_nothing(seed, choice, unit):
    graph, cost, demand = network(seed)
    scale = choice.scale if choice.relative else choice.scale / unit
    same = Choice(scale=scale, relative=choice.relative, overlap=choice.overlap)
    one, two = load(graph, cost, demand, choice), load(graph, cost * unit, demand, same)
    np.testing.assert_allclose(one.flow, two.flow, atol=1e-8)
    np.testing.assert_allclose(one.expected * unit, two.expected, rtol=1e-8, atol=1e-8)


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_equilibrium_conserves_flow_and_keeps_its_gap(seed):
    graph, cost, demand = network(seed)
    rng = np.random.default_rng(seed)
    delay = bpr(cost[0], rng.uniform(1.0, 8.0, graph.n_arcs))
    congestion = Congestion(delay=delay, fixed=cost, time_value=np.array([0.5, 3.0]))
    found = equilibrium(graph, demand, congestion, gap=1e-8)
    assert found.status.state == "solved" and 0.0 <= found.gap <= 1e-8
    assert imbalance(graph, found.flow, demand) < 1e-9
    assert (found.flow >= 0.0).all()
