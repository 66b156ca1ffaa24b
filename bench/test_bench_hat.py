"""Full endowment equilibrium under pytest-benchmark: ``pytest bench/test_bench_hat.py``.

Same conditions as :mod:`hat_against_gegravity`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from hat_against_gegravity import SECONDS_AT_1000, THETA, TIMES_FASTER, compare, economy, excess

from sogdia.models.trade.solve_hat import conditional, full

pytest.importorskip("gegravity")


@pytest.mark.parametrize("n", [50, 200, 1_000])
@pytest.mark.parametrize("solve", [conditional, full])
def test_sogdia(benchmark, n, solve):
    """Our time by number of countries."""
    benchmark.group = f"{n} countries"
    X, _, tau_hat = economy(n)
    found = benchmark.pedantic(solve, (X, tau_hat, THETA), rounds=3, warmup_rounds=1)
    assert found.status.state == "solved"
    if n == 1_000:
        assert benchmark.stats.stats.median < SECONDS_AT_1000


def test_ratio(benchmark):
    """Both in one run at 200 countries; ours clears the markets."""
    benchmark.group = "comparison"
    row = benchmark.pedantic(compare, (200,), rounds=1)
    benchmark.extra_info.update(row)
    assert row["sogdia_excess"] < 1e-10
    assert row["ratio"] >= TIMES_FASTER
    X, _, tau_hat = economy(200)
    assert excess(X, tau_hat, full(X, tau_hat, THETA).w_hat) < 1e-10
