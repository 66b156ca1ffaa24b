"""Skims against AequilibraE under pytest-benchmark: ``pytest bench/test_bench_skim.py``.

Same conditions as :mod:`skim_against_aequilibrae`. Each case is one group; ``extra_info`` of the
Sogdia entries holds the ratio of the least times taken in turn, which is also what is asserted.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numba
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from networks import road_network
from skim_against_aequilibrae import (
    CASES,
    THREADS,
    aequilibrae_graph,
    compare,
    run_aequilibrae,
    run_sogdia,
)

from sogdia.models.transport.solve_star import forward_star

pytest.importorskip("aequilibrae")
pytestmark = pytest.mark.filterwarnings("ignore")  # the peer's own, of its pandas
ROUNDS = 3


@pytest.fixture(scope="module", params=list(CASES))
def case(request):
    """Name and network of a case."""
    numba.set_num_threads(min(THREADS, numba.config.NUMBA_NUM_THREADS))
    n_arcs, n_zones, _ = CASES[request.param]
    return request.param, road_network(n_arcs, n_zones)


def test_aequilibrae(benchmark, case):
    """Their time."""
    name, network = case
    benchmark.group = name
    graph = aequilibrae_graph(network)
    benchmark.pedantic(run_aequilibrae, (graph,), rounds=ROUNDS, warmup_rounds=1)


@pytest.mark.parametrize("order", ["given", "locality"])
def test_sogdia(benchmark, case, order):
    """Our time, for both node orders."""
    name, network = case
    benchmark.group = name
    star = forward_star(network.tail, network.head, network.n_nodes, order=order)
    benchmark.pedantic(run_sogdia, (star, network), rounds=ROUNDS, warmup_rounds=1)


def test_ratio(benchmark, case):
    """Both in turn in one run; the results must agree and the ratio keep to its limit."""
    name, _ = case
    benchmark.group = "comparison"
    row = benchmark.pedantic(compare, (name,), rounds=1)
    benchmark.extra_info.update(row)
    assert np.isfinite(row["ratio"])
    assert row["ratio"] <= row["limit"]
    assert row["ratio_given"] <= row["limit"]
