"""Fibre against networkx in one run: ``pytest bench/test_bench_digital.py``.

Least latency from every place and the least cut of every place from the gateways, on the shipped
network; networkx 3 does both in Python.
"""

import numpy as np
import pytest

from sogdia.models.digital.model import DigitalModel
from sogdia.models.digital.solve_cuts import minimum_cut
from sogdia.models.digital.solve_paths import least_latency, section_ms
from sogdia.world.build import world

nx = pytest.importorskip("networkx")

ROUNDS = 5


@pytest.fixture(scope="module")
def fibre():
    """The network, its times, and it as a graph of networkx."""
    problem = DigitalModel().prepare(world(on="2026-07-01"), {})
    t = section_ms(problem.length_km, problem.n)
    graph = nx.Graph()
    graph.add_nodes_from(range(len(problem.places)))
    for e in np.nonzero(problem.usable)[0]:
        a, b = (int(x) for x in problem.ends[e])
        graph.add_edge(a, b, w=float(t[e]) + problem.h, capacity=1)
    gateways = [i for i, g in enumerate(problem.gateway) if g]
    sink = len(problem.places)
    for g in gateways:
        graph.add_edge(g, sink, w=1e9, capacity=10**6)
    return problem, t, graph, np.array(gateways), sink


def test_latency_sogdia(benchmark, fibre):
    """Our time, all sources."""
    problem, t, *_ = fibre
    benchmark.group = "least latency from every place"
    n = len(problem.places)
    benchmark.pedantic(
        lambda: least_latency(
            problem.ends, t, n, h=problem.h, sources=np.arange(n), usable=problem.usable
        ),
        rounds=ROUNDS, warmup_rounds=1,
    )  # fmt: skip


def test_latency_networkx(benchmark, fibre):
    """Theirs, with paths as ours has them."""
    graph = fibre[2]
    benchmark.group = "least latency from every place"
    benchmark.pedantic(
        lambda: [nx.single_source_dijkstra(graph, a, weight="w") for a in graph], rounds=ROUNDS
    )


def test_cuts_sogdia(benchmark, fibre):
    """Our time, every place."""
    problem, _, _, gateways, _ = fibre
    benchmark.group = "least cut of every place from the gateways"
    n = len(problem.places)
    places = [i for i in range(n) if i not in gateways]
    benchmark.pedantic(
        lambda: [
            minimum_cut(problem.ends, n, i, gateways, usable=problem.usable).k for i in places
        ],
        rounds=ROUNDS, warmup_rounds=1,
    )  # fmt: skip


def test_cuts_networkx(benchmark, fibre):
    """Theirs."""
    _, _, graph, gateways, sink = fibre
    benchmark.group = "least cut of every place from the gateways"
    places = [i for i in graph if i != sink and i not in gateways]
    benchmark.pedantic(
        lambda: [nx.maximum_flow_value(graph, i, sink) for i in places], rounds=ROUNDS
    )
