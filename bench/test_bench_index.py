"""The index with 10,000 draws under pytest-benchmark: ``pytest bench/test_bench_index.py``.

The peer is a plain loop over draws, as one writes it from the handbook, in the same run. COINr is
for R and is not timed here: its manual gives N (d + 2) rebuilt indices for d uncertain inputs, and
says that a sensitivity analysis "can take a few minutes to run at realistic settings"
(plot_sensitivity, version 1.1.14). :mod:`index_monte_carlo` compares with scikit-criteria and SALib
where they are installed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from index_monte_carlo import DRAWS, LIMIT_S, best

from sogdia.evidence.base import open_evidence
from sogdia.models.linkage_index.panel import read_panel
from sogdia.models.linkage_index.solve_uncertainty import Choices, design, evaluated
from sogdia.models.linkage_index.study import case_of, index_of

YEAR = 2023
LOOP_DRAWS = 500
TIMES_FASTER = 10.0


@pytest.fixture(scope="module")
def panel():
    """All years to that of the study."""
    return read_panel(open_evidence(), last_year=YEAR)


def looped(case, U):
    """Scores draw by draw, country by country and indicator by indicator."""
    c = case.choices
    options = (c.missing, c.normalisation, c.scheme, c.aggregation)
    n, k = next(iter(case.x.values())).shape
    S = np.full((len(U), n), np.nan)
    for d, u in enumerate(U):
        how, norm, scheme, way = (o[int(u[m] * len(o))] for m, o in enumerate(options))
        z = case.points[how] if way == "borda" else case.z[how, norm]
        factor = 1.0 + c.spread * (2.0 * u[4:] - 1.0)
        L = len(case.V[how, scheme])
        V, v = case.V[how, scheme] * factor[:L], case.v[how, scheme] * factor[L:]
        for i in range(n):
            there = [j for j in range(k) if np.isfinite(z[i, j])]
            inside = [sum(v[j] for j in there if case.group[j] == m) for m in range(L)]
            total = sum(V[m] for m in range(L) if inside[m] > 0)
            score = 1.0 if way == "geometric" else 0.0
            for j in there:
                m = case.group[j]
                w = V[m] / total * v[j] / inside[m] if inside[m] > 0 and total > 0 else 0.0
                score = score * z[i, j] ** w if way == "geometric" else score + w * z[i, j]
            S[d, i] = score
    return S


def test_whole_study(benchmark, panel):
    """Ranks with intervals over 10,000 draws, sensitivity and flips: below five seconds."""
    benchmark.group = f"index, {DRAWS:,} draws"
    found = benchmark.pedantic(index_of, (panel, YEAR), {"draws": DRAWS}, rounds=3, warmup_rounds=1)
    assert found.draws == DRAWS
    assert benchmark.stats.stats.median < LIMIT_S


def test_ratio(benchmark, panel):
    """The same scores as the loop, and how many times faster."""
    benchmark.group = "comparison"
    case = case_of(panel, YEAR, Choices())
    U = design(case, LOOP_DRAWS, 0)
    start = time.perf_counter()
    plain = looped(case, U)
    theirs = time.perf_counter() - start
    ours = best(lambda: evaluated(case, U))
    found = benchmark.pedantic(evaluated, (case, U), rounds=3)
    np.testing.assert_allclose(found, plain, rtol=1e-10)
    benchmark.extra_info.update({"loop_s": theirs, "sogdia_s": ours, "ratio": theirs / ours})
    assert theirs / ours >= TIMES_FASTER
