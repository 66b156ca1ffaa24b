"""User equilibrium: conservation, classes, closed arcs, unserved demand, threads, refusals."""

from __future__ import annotations

import networkx as nx
import numba
import numpy as np
import pytest
from scipy.integrate import quad

from sogdia.core.errors import InvalidInput
from sogdia.models.transport.delay import Curves, Delay, bpr, constant
from sogdia.models.transport.solve_choice import Choice, load
from sogdia.models.transport.solve_equilibrium import Congestion, equilibrium
from sogdia.models.transport.solve_graph import Demand, Graph
from sogdia.models.transport.solve_stochastic import stochastic_equilibrium


def grid(side=5, seed=0, classes=1, load_factor=1.0):
    """A grid of two-way roads with six zones at its junctions."""
    rng = np.random.default_rng(seed)
    at = np.arange(side * side).reshape(side, side)
    roads = np.concatenate(
        [np.stack([at[:, :-1], at[:, 1:]], -1).reshape(-1, 2),
         np.stack([at[:-1], at[1:]], -1).reshape(-1, 2)]
    )  # fmt: skip
    tail, head = np.concatenate([roads, roads[:, ::-1]]).T
    graph = Graph(tail=tail, head=head, n_nodes=side * side)
    m = len(tail)
    delay = bpr(rng.uniform(1.0, 3.0, m), rng.uniform(5.0, 15.0, m))
    zones = rng.choice(side * side, 6, replace=False)
    volume = load_factor * rng.uniform(0.5, 3.0, (classes, 6, 6))
    return graph, delay, Demand(origins=zones, destinations=zones, volume=volume)


def net_outflow(graph, flow):
    return np.bincount(graph.tail, flow, graph.n_nodes) - np.bincount(
        graph.head, flow, graph.n_nodes
    )


@pytest.mark.parametrize("seed", range(3))
def test_wardrop_conservation_and_gap(seed):
    """Flows conserve demand, and the gap is that of least costs found by networkx."""
    graph, delay, demand = grid(seed=seed)
    found = equilibrium(graph, demand, Congestion(delay=delay), gap=1e-10)
    assert found.status.state == "solved"
    volume = demand.travelling()[0]
    expected = np.zeros(graph.n_nodes)
    np.add.at(expected, demand.origins, volume.sum(axis=1))
    np.add.at(expected, demand.destinations, -volume.sum(axis=0))
    np.testing.assert_allclose(net_outflow(graph, found.flow[0]), expected, atol=1e-9)
    time = delay.value(found.flow[0])
    np.testing.assert_allclose(time, found.time, rtol=1e-12)
    g = nx.DiGraph()
    for a in range(graph.n_arcs):
        g.add_edge(int(graph.tail[a]), int(graph.head[a]), weight=time[a])
    need = 0.0
    for o, origin in enumerate(demand.origins):
        to = nx.single_source_dijkstra_path_length(g, int(origin))
        need += sum(volume[o, d] * to[int(j)] for d, j in enumerate(demand.destinations))
    paid = float(found.flow[0] @ time)
    assert (paid - need) / paid == pytest.approx(found.gap, abs=1e-12)
    assert found.gap <= 1e-10
    assert found.objective == pytest.approx(delay.integral(found.flow[0]).sum(), rel=1e-12)


def test_classes_with_other_costs_take_other_routes():
    """A toll is paid by those whose time is dear: two roads, values of time 1 and 10."""
    graph = Graph(tail=np.array([0, 0]), head=np.array([1, 1]), n_nodes=2)
    demand = Demand(
        origins=np.array([0]), destinations=np.array([1]), volume=np.array([[[4.0]], [[4.0]]])
    )
    fixed = np.array([[0.0, 3.0], [0.0, 3.0]])
    delay = bpr([1.0, 1.0], [5.0, 5.0], a=1.0, b=1.0)
    found = equilibrium(
        graph, demand, Congestion(delay=delay, fixed=fixed, time_value=np.array([1.0, 10.0])),
        gap=1e-12,
    )  # fmt: skip
    np.testing.assert_allclose(found.flow[0], [4.0, 0.0], atol=1e-9)
    # The second class is indifferent: (v1 - v2) / 5 = 3 / 10.
    np.testing.assert_allclose(found.flow[1], [0.75, 3.25], atol=1e-9)
    assert found.cost[1, 0] == pytest.approx(found.cost[1, 1])


def test_equal_classes_are_one_class():
    graph, delay, demand = grid(classes=1)
    one = equilibrium(graph, demand, Congestion(delay=delay), gap=1e-10)
    halves = Demand(
        origins=demand.origins,
        destinations=demand.destinations,
        volume=np.concatenate([0.5 * demand.volume, 0.5 * demand.volume]),
    )
    two = equilibrium(graph, halves, Congestion(delay=delay), gap=1e-10)
    np.testing.assert_allclose(two.flow.sum(axis=0), one.flow[0], rtol=1e-4, atol=1e-4)
    assert two.objective == pytest.approx(one.objective, rel=1e-9)
    # Half as many of twice the weight congest alike and count half.
    heavy = Demand(
        origins=demand.origins, destinations=demand.destinations, volume=0.5 * demand.volume
    )
    weighted = equilibrium(graph, heavy, Congestion(delay=delay, weight=2.0), gap=1e-10)
    np.testing.assert_allclose(2.0 * weighted.flow, one.flow, rtol=1e-9, atol=1e-9)


def test_closed_arcs_and_unserved_demand_are_reported():
    graph = Graph(tail=np.array([0, 1]), head=np.array([1, 2]), n_nodes=4)
    demand = Demand(
        origins=np.array([0]), destinations=np.array([2, 3]), volume=np.full((2, 1, 2), 5.0)
    )
    fixed = np.array([[0.0, 0.0], [0.0, np.inf]])
    found = equilibrium(graph, demand, Congestion(delay=constant([1.0, 1.0]), fixed=fixed))
    np.testing.assert_array_equal(found.unserved[:, 0], [[0.0, 5.0], [5.0, 5.0]])
    np.testing.assert_array_equal(np.isnan(found.least[:, 0]), [[False, True], [True, True]])
    np.testing.assert_array_equal(found.flow, [[5.0, 5.0], [0.0, 0.0]])
    assert "3 pairs" in found.status.message
    nothing = Demand(origins=np.array([0]), destinations=np.array([3]), volume=np.ones((1, 1, 1)))
    empty = equilibrium(graph, nothing, Congestion(delay=constant([1.0, 1.0])))
    assert np.isnan(empty.gap) and empty.unserved.sum() == 1.0


def test_short_of_the_gap_is_said():
    graph, delay, demand = grid(load_factor=3.0)
    found = equilibrium(graph, demand, Congestion(delay=delay), gap=1e-14, most_iterations=1)
    assert found.status.state == "usable"
    assert found.status.residual == found.gap > 1e-14
    assert "gap" in found.status.message


def test_same_bits_for_any_number_of_threads():
    graph, delay, demand = grid(seed=3, classes=2)
    results = []
    before = numba.get_num_threads()
    for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
        numba.set_num_threads(threads)
        results.append(equilibrium(graph, demand, Congestion(delay=delay), gap=1e-8))
    numba.set_num_threads(before)
    np.testing.assert_array_equal(results[0].flow, results[1].flow)
    assert results[0].objective == results[1].objective


@pytest.mark.parametrize("between", ["pchip", "linear"])
def test_delays_are_integrals_and_derivatives_of_each_other(between):
    """Value, derivative and integral against scipy's quadrature and central differences."""
    curves = Curves(
        grid=np.array([1.0, 3.0, 6.0, 7.0]),
        values=np.array([[0.5, 0.0], [1.0, 0.2], [4.0, 0.2], [4.5, 3.0]]),
        between=between,
    )
    delay = Delay(
        free=np.array([2.0, 1.0, 0.0, 3.0]), a=np.array([0.15, 0.15, 1.0, 0.5]),
        capacity=np.array([4.0, np.nan, 2.0, 5.0]), b=np.array([4.0, 4.0, 1.0, 2.5]),
        curve=np.array([-1, 0, 1, 0], np.int32), curves=curves,
    )  # fmt: skip
    for v in (0.0, 0.5, 2.0, 5.0, 6.5, 9.0):
        flow = np.full(4, v)
        step = 1e-6
        rise = delay.value(flow + step) - delay.value(np.maximum(flow - step, 0.0))
        width = step + min(v, step)
        np.testing.assert_allclose(delay.derivative(flow), rise / width, atol=1e-4)
        area = [
            quad(lambda x, a=a: delay.value(np.full(4, x))[a], 0, v, points=[1, 3, 6, 7])[0]
            for a in range(4)
        ]
        np.testing.assert_allclose(delay.integral(flow), area, atol=1e-8)
    np.testing.assert_array_equal(constant([3.0]).value([1e9]), [3.0])


def test_refusals_say_everything():
    with pytest.raises(InvalidInput) as refused:
        Delay(
            free=np.array([-1.0]), a=np.array([-0.1]), capacity=np.array([0.0]), b=np.array([0.0])
        )
    assert len(refused.value.problems) == 4
    with pytest.raises(InvalidInput, match="falls with flow"):
        Curves(grid=np.array([0.0, 1.0]), values=np.array([2.0, 1.0]))
    graph, delay, demand = grid()
    with pytest.raises(InvalidInput) as refused:
        equilibrium(graph, demand, Congestion(delay=delay, time_value=0.0, weight=-1.0))
    assert len(refused.value.problems) == 2
    with pytest.raises(InvalidInput):
        Demand(origins=np.array([1, 1]), destinations=np.array([2]), volume=-np.ones((1, 2, 1)))


@pytest.mark.parametrize("overlap", ["none", "size"])
def test_stochastic_equilibrium_is_the_loading_of_its_own_costs(overlap):
    graph, delay, demand = grid(seed=1, classes=2)
    congestion = Congestion(delay=delay, time_value=np.array([1.0, 2.0]))
    choice = Choice(scale=8.0, overlap=overlap)
    found = stochastic_equilibrium(graph, demand, congestion, choice, tolerance=1e-6)
    assert found.status.state == "solved" and found.residual <= 1e-6
    flow = found.loading.flow
    cost = np.array([[1.0], [2.0]]) * delay.value(flow.sum(axis=0))
    again = load(graph, cost, demand, choice, arcs=found.arcs)
    np.testing.assert_allclose(again.flow, flow, rtol=1e-4, atol=1e-5)
    short = stochastic_equilibrium(
        graph, demand, congestion, choice, tolerance=1e-12, most_iterations=2
    )
    assert short.status.state == "usable" and "residual" in short.status.message
