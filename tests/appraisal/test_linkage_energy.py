"""Energy as a linkage: exactly zero where nothing moves, and what two scenarios change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from sogdia.appraisal.linkage.contract import Asked, Linkage
from sogdia.appraisal.linkage.energy import energy
from sogdia.evidence.base import EvidenceBase
from sogdia.models.energy import solve_dispatch
from sogdia.scenario.apply import worlds_of
from sogdia.scenario.read import read_scenario
from sogdia.world.world import World

pytest.importorskip("pypsa")

WorldOn = Callable[[date | str], World]
Rows = dict[tuple[str, str], dict[str, Any]]


def ask(evidence: EvidenceBase, world_on: WorldOn, name: str) -> Linkage:
    """A shipped scenario on its last date."""
    scenario = read_scenario(name)
    before, after = worlds_of(scenario, world_on(scenario.on[-1]))
    return energy(
        Asked(on=scenario.on[-1], scenario=scenario, before=before, after=after, base=evidence)
    )


def by_name(answer: Linkage) -> Rows:
    """Rows by variable and entity."""
    return {(r["variable"], r["entity"]): dict(r) for r in answer.rows}


@pytest.fixture(scope="module")
def casa(evidence: EvidenceBase, world_on: WorldOn) -> Linkage:
    """CASA-1000, once."""
    return ask(evidence, world_on, "casa-1000")


def test_what_does_not_touch_energy_changes_it_by_exactly_zero(
    evidence: EvidenceBase, world_on: WorldOn
) -> None:
    """A railway: all changes are 0.0 and so are their bands."""
    answer = ask(evidence, world_on, "cku-railway")
    assert answer.missing == ""
    assert {r["change_amount"] for r in answer.rows} == {0.0}
    assert by_name(answer)["power_cost", "CA5+AFG+PAK"]["before_amount"] is None
    assert "power_year" not in answer.before


def test_equal_worlds_have_equal_dispatch(evidence: EvidenceBase, world_on: WorldOn) -> None:
    """Why an untouched side need not be solved: two preparations of one world are one programme."""
    from sogdia.appraisal.linkage import energy as module

    one, two = (module.MODEL.prepare(world_on("2031-07-01"), {}) for _ in range(2))
    assert module._key(one) == module._key(two)


def test_casa_sends_power_south_and_lowers_the_cost_of_all(casa: Linkage) -> None:
    """The line runs and the cost of all falls, at both ends of the band too; gas stays."""
    rows = by_name(casa)
    assert rows["power_over_line", "power:casa-pak"]["before_amount"] == 0.0
    assert rows["power_over_line", "power:casa-pak"]["after_amount"] > 4000.0
    assert rows["power_made", "PAK"]["change_amount"] < 0.0
    cost = rows["power_cost", "CA5+AFG+PAK"]
    assert cost["low_amount"] <= cost["change_amount"] <= cost["high_amount"] < 0.0
    assert rows["gas_to_china", "CA5>CHN"]["change_amount"] == 0.0
    assert all(s.state == "solved" for s in casa.statuses)
    assert casa.before.keys() == casa.after.keys()
    for table in casa.after.values():
        assert table.schema.columns[0].name == "on"
        assert "on" in table.schema.keys


def test_line_d_with_production_brings_what_the_field_adds(
    evidence: EvidenceBase, world_on: WorldOn
) -> None:
    """Production of 110 in place of 80 bcm: all of it arrives; power stays."""
    rows = by_name(ask(evidence, world_on, "pipeline-d"))
    assert rows["gas_to_china", "CA5>CHN"]["change_amount"] == pytest.approx(30.0)
    assert rows["gas_to_china_by_line", "pipeline:cagp-d"]["after_amount"] > 10.0
    assert rows["power_cost", "CA5+AFG+PAK"]["change_amount"] == 0.0


def test_without_the_extra_gas_is_answered_and_the_line_to_install_said(
    evidence: EvidenceBase, world_on: WorldOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import fails: no traceback."""
    import sys

    from sogdia.appraisal.linkage import energy as module

    monkeypatch.setitem(sys.modules, "pypsa", None)
    monkeypatch.setattr(module, "_kept", type(module._kept)())
    assert solve_dispatch.EXTRA == "energy"
    answer = ask(evidence, world_on, "casa-1000")
    assert 'pip install "sogdia[energy]"' in answer.missing
    assert ("gas_to_china", "CA5>CHN") in by_name(answer)
