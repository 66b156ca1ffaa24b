"""A queue of four servers under pytest-benchmark: ``pytest bench/test_bench_queue.py``.

Same conditions as :mod:`queue_against_simpy_and_cimba`.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

pytest.importorskip("cimba")
pytest.importorskip("simpy")

from queue_against_simpy_and_cimba import (
    CIMBA_LIMIT,
    SIMPY_LIMIT,
    compare,
    make_cimba,
    run_simpy,
    run_sogdia,
)

ROUNDS = 3


def test_sogdia(benchmark):
    """Our time."""
    benchmark.group = "M/M/4, 1e6 arrivals"
    benchmark.pedantic(run_sogdia, rounds=3 * ROUNDS, warmup_rounds=1)


def test_cimba(benchmark):
    """Theirs."""
    benchmark.group = "M/M/4, 1e6 arrivals"
    benchmark.pedantic(make_cimba(), rounds=ROUNDS)


def test_simpy(benchmark):
    """Theirs, of a tenth of the arrivals."""
    benchmark.group = "M/M/4, 1e5 arrivals"
    benchmark.pedantic(run_simpy, rounds=1)


def test_ratio(benchmark):
    """All in turn in one run; mean waits must agree and the ratios keep to what is asked."""
    benchmark.group = "comparison"
    row = benchmark.pedantic(compare, rounds=1)
    benchmark.extra_info.update(row)
    assert row["times_cimba"] >= CIMBA_LIMIT
    assert row["times_simpy"] >= SIMPY_LIMIT
