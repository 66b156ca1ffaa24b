"""Link elasticities under pytest-benchmark: ``pytest bench/test_bench_elasticities.py``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from link_elasticities import CASES, LEAST_RATIO, compare, traffic_baseline

from sogdia.models.trade.solve_elasticities import elasticities
from sogdia.models.trade.solve_spatial import solve_spatial

pytest.importorskip("pytest_benchmark")


@pytest.fixture(scope="module", params=list(CASES))
def case(request):
    """Name and baseline of a case."""
    return request.param, traffic_baseline(*CASES[request.param])


def test_adjoint(benchmark, case):
    """All elasticities."""
    name, base = case
    benchmark.group = name
    benchmark(elasticities, base, (base.Y / base.Y.sum())[np.newaxis])


def test_one_solve(benchmark, case):
    """One full solve of a change of all links."""
    name, base = case
    benchmark.group = name
    benchmark(solve_spatial, base, np.random.default_rng(2).uniform(0.9, 1.1, len(base.xi)))


def test_ratio(benchmark, case):
    """Both in one run; the same numbers and at least a hundred times faster."""
    name, _ = case
    benchmark.group = "comparison"
    row = benchmark.pedantic(compare, (name,), rounds=1)
    benchmark.extra_info.update(row)
    assert row["worst_difference"] < 1e-5
    assert row["ratio"] >= LEAST_RATIO
