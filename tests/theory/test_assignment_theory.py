"""Equilibria against closed forms and independent solves."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from scipy.optimize import LinearConstraint, brentq, minimize

from sogdia.models.transport.delay import Curves, Delay, bpr
from sogdia.models.transport.solve_choice import Choice, load
from sogdia.models.transport.solve_equilibrium import Congestion, equilibrium
from sogdia.models.transport.solve_graph import Demand, Graph
from sogdia.models.transport.solve_stochastic import stochastic_equilibrium


def straight(at_0, slope):
    """Times at_0 + slope v, as tables: they may be 0 without flow."""
    at_0, slope = np.asarray(at_0, float), np.asarray(slope, float)
    m = len(at_0)
    return Delay(
        free=at_0, a=np.zeros(m), capacity=np.full(m, np.nan), b=np.ones(m),
        curve=np.arange(m, dtype=np.int32),
        curves=Curves(
            grid=np.array([0.0, 1.0]), values=np.stack([np.zeros(m), slope]), between="linear"
        ),
    )  # fmt: skip


def pair(tail, head, n, origin, destination, volume):
    return Graph(tail=np.array(tail), head=np.array(head), n_nodes=n), Demand(
        origins=np.array([origin]),
        destinations=np.array([destination]),
        volume=np.array([[[volume]]], float),
    )


def test_braess():
    """Braess (1968): demand 6 takes 83 without the link in the middle and 92 with it."""
    tail, head = [0, 0, 1, 2, 1], [1, 2, 3, 3, 2]
    at_0, slope = [0.0, 50.0, 50.0, 0.0, 10.0], [10.0, 1.0, 1.0, 10.0, 1.0]
    for n_arcs, flows, time in ((4, [3, 3, 3, 3], 83.0), (5, [4, 2, 2, 4, 2], 92.0)):
        graph, demand = pair(tail[:n_arcs], head[:n_arcs], 4, 0, 3, 6.0)
        found = equilibrium(
            graph, demand, Congestion(delay=straight(at_0[:n_arcs], slope[:n_arcs])), gap=1e-12
        )
        np.testing.assert_allclose(found.flow[0], flows, atol=1e-7)
        assert found.least[0, 0, 0] == pytest.approx(time)


def test_pigou():
    """Pigou (1920): times 1 and v; everybody takes the second and nobody gains."""
    graph, demand = pair([0, 0], [1, 1], 2, 0, 1, 1.0)
    found = equilibrium(graph, demand, Congestion(delay=straight([1.0, 0.0], [0.0, 1.0])))
    np.testing.assert_allclose(found.flow[0], [0.0, 1.0], atol=1e-6)
    assert found.objective == pytest.approx(0.5, rel=1e-6)


@pytest.mark.parametrize("volume", [2.0, 10.0, 40.0])
def test_two_links(volume):
    """Equal times on two links: closed form where straight, scipy's brentq where BPR."""
    graph, demand = pair([0, 0], [1, 1], 2, 0, 1, volume)
    found = equilibrium(
        graph, demand, Congestion(delay=straight([5.0, 8.0], [1.0, 0.5])), gap=1e-12
    )
    first = min(volume, (3.0 + 0.5 * volume) / 1.5)
    np.testing.assert_allclose(found.flow[0], [first, volume - first], atol=1e-7)
    delay = bpr([5.0, 6.0], [4.0, 9.0])

    def difference(x):
        times = delay.value(np.array([x, volume - x]))
        return times[0] - times[1]

    root = volume if difference(volume) < 0 else brentq(difference, 0.0, volume, xtol=1e-12)
    found = equilibrium(graph, demand, Congestion(delay=delay), gap=1e-12)
    assert found.flow[0, 0] == pytest.approx(root, rel=1e-7)


@pytest.mark.parametrize("mu", [0.1, 1.0, 5.0])
def test_two_route_logit_and_log_sum(mu):
    """Share 1 / (1 + exp(-mu (c2 - c1))) and the log-sum, also over L when relative."""
    graph, demand = pair([0, 0], [1, 1], 2, 0, 1, 1.0)
    cost = np.array([2.0, 2.5])
    for relative in (False, True):
        scale = mu / 2.0 if relative else mu
        found = load(graph, cost, demand, Choice(scale=mu, relative=relative, overlap="none"))
        assert found.flow[0, 0] == pytest.approx(1.0 / (1.0 + np.exp(-scale * 0.5)))
        log_sum = -np.log(np.exp(-scale * cost).sum()) / scale
        assert found.expected[0, 0, 0] == pytest.approx(log_sum)


@pytest.mark.parametrize("mu", [0.2, 1.0, 4.0])
def test_fisk_two_links(mu):
    """Sheffi (1985), chapter 12: one equation for the share on two links, solved by brentq."""
    delay, volume = bpr([5.0, 6.0], [4.0, 9.0], a=0.5), 9.0
    graph, demand = pair([0, 0], [1, 1], 2, 0, 1, volume)

    def difference(x):
        times = delay.value(np.array([x, volume - x]))
        return x - volume / (1.0 + np.exp(mu * (times[0] - times[1])))

    root = brentq(difference, 0.0, volume, xtol=1e-12)
    for overlap in ("none", "size"):
        found = stochastic_equilibrium(
            graph, demand, Congestion(delay=delay),
            Choice(scale=mu, relative=False, overlap=overlap), tolerance=1e-9,
        )  # fmt: skip
        assert found.status.state == "solved"
        assert found.loading.flow[0, 0] == pytest.approx(root, rel=1e-6)


def test_a_large_scale_is_the_user_equilibrium():
    """Fisk (1980): as mu grows, stochastic flows go to the deterministic ones."""
    tail, head = [0, 0, 1, 2, 1], [1, 2, 3, 3, 2]
    graph, demand = pair(tail, head, 4, 0, 3, 6.0)
    delay = bpr([1.0, 2.0, 2.0, 1.0, 0.5], [3.0, 4.0, 4.0, 3.0, 4.0], a=1.0, b=2.0)
    exact = equilibrium(graph, demand, Congestion(delay=delay), gap=1e-12).flow[0]
    far = []
    for mu in (1.0, 10.0, 100.0):
        found = stochastic_equilibrium(
            graph, demand, Congestion(delay=delay),
            Choice(scale=mu, relative=False, overlap="none"), tolerance=1e-5,
            most_iterations=2000,
        )  # fmt: skip
        assert found.status.state == "solved"
        far.append(float(np.abs(found.loading.flow[0] - exact).max()))
    assert far[0] > far[1] > far[2]
    assert far[2] < 0.05


@pytest.mark.parametrize("seed", range(4))
def test_objective_is_that_of_scipy(seed):
    """Beckmann's problem over listed paths, solved by SLSQP of scipy; two classes, one toll."""
    rng = np.random.default_rng(seed)
    ends = [(i, j) for i in range(5) for j in range(5) if i != j and rng.random() < 0.6]
    ends += [(0, 1), (1, 2), (2, 3), (3, 4)]
    tail, head = np.array(sorted(set(ends))).T
    m = len(tail)
    delay = bpr(rng.uniform(1, 3, m), rng.uniform(2, 6, m))
    fixed = np.stack([np.zeros(m), rng.uniform(0, 2, m)])
    theta = np.array([1.0, 4.0])
    volume = np.array([[[3.0, 5.0]], [[4.0, 2.0]]])
    graph = Graph(tail=tail, head=head, n_nodes=5)
    demand = Demand(origins=np.array([0]), destinations=np.array([3, 4]), volume=volume)
    g = nx.DiGraph()
    for a in range(m):
        g.add_edge(int(tail[a]), int(head[a]), arc=a)
    use, of_pair, toll = [], [], []
    for k in range(2):
        for d, j in enumerate((3, 4)):
            for path in nx.all_simple_edge_paths(g, 0, j):
                row = np.zeros(m)
                row[[g.edges[e]["arc"] for e in path]] = 1.0
                use.append(row)
                of_pair.append(2 * k + d)
                toll.append(row @ fixed[k] / theta[k])
    A, toll = np.array(use), np.array(toll)
    pairs = np.array([np.array(of_pair) == q for q in range(4)], float)

    def objective(f):
        v = np.maximum(f @ A, 0.0)
        return delay.integral(v).sum() + f @ toll

    def gradient(f):
        return A @ delay.value(np.maximum(f @ A, 0.0)) + toll

    start = pairs.T @ (volume.ravel() / pairs.sum(axis=1))
    best = minimize(
        objective, start, jac=gradient, bounds=[(0, None)] * len(start), method="SLSQP",
        constraints=LinearConstraint(pairs, volume.ravel(), volume.ravel()),
        options={"ftol": 1e-13, "maxiter": 1000},
    )  # fmt: skip
    found = equilibrium(
        graph, demand, Congestion(delay=delay, fixed=fixed, time_value=theta), gap=1e-11
    )
    assert found.objective == pytest.approx(best.fun, rel=1e-7)
    np.testing.assert_allclose(found.flow.sum(axis=0), np.maximum(best.x @ A, 0), atol=5e-3)
