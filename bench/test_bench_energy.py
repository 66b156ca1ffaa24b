"""A year of power in the region: all 8,760 hours and the sample `sogdia appraise` takes.

No peer solves this region; the two are timed beside each other. Run it with
``pytest bench/test_bench_energy.py``.
"""

from __future__ import annotations

import pytest

from sogdia.evidence.base import open_evidence
from sogdia.models.energy.power import FEW_HOURS, YEAR_HOURS, PowerModel
from sogdia.world.build import world

pytest.importorskip("pypsa")


@pytest.mark.parametrize("hours", [FEW_HOURS, YEAR_HOURS])
def test_a_year_of_power(benchmark, hours: int) -> None:  # type: ignore[no-untyped-def]
    """One case, trade; building of the programme is counted."""
    model = PowerModel(hours=hours, asked=("trade",))
    problem = model.prepare(world(open_evidence(), on="2026-07-01"), {})
    solution = benchmark.pedantic(model.solve, args=(problem,), rounds=1, warmup_rounds=0)
    assert solution.status.state == "solved"
