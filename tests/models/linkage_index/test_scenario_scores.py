"""Scores of a scenario: exact zeros, a fixed scale, and the same draws on both sides."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sogdia.core.states import FIVE
from sogdia.evidence.base import EvidenceBase
from sogdia.models.linkage_index.panel import Panel, read_panel
from sogdia.models.linkage_index.scenario import latest_known, scores_of, year_known
from sogdia.models.linkage_index.solve_uncertainty import Choices
from sogdia.models.linkage_index.study import index_of

YEAR = 2023
PLAIN = Choices(
    missing=("carry",), normalisation=("min-max",), scheme=("equal",), aggregation=("arithmetic",)
)


@pytest.fixture(scope="module")
def panel(evidence: EvidenceBase) -> Panel:
    return read_panel(evidence, first_year=2013, last_year=2026)


def test_without_a_change_it_is_the_index_and_exactly_zero(panel: Panel) -> None:
    found = scores_of(panel, YEAR, {}, {}, draws=50)
    assert found.after is found.before
    ranks = index_of(panel, YEAR, draws=50, points=0).ranks
    np.testing.assert_array_equal(found.score_before, ranks["score_index"])
    np.testing.assert_array_equal(found.rank_before, ranks["rank_count"])
    for zero in (found.score_low, found.score_high, found.rank_low, found.rank_high):
        assert (zero == 0.0).all()


def test_an_indicator_that_is_only_held_changes_no_score(panel: Panel) -> None:
    """Values held at their latest known are those the central treatment carries."""
    same = {("KAZ", "border_h"): latest_known(panel, YEAR)["KAZ", "border_h"]}
    found = scores_of(panel, YEAR, same, same, draws=50)
    np.testing.assert_allclose(
        found.score_before, index_of(panel, YEAR, draws=50, points=0).ranks["score_index"]
    )
    assert (found.score_after == found.score_before).all()


def test_a_leader_that_gains_pulls_nobody_down(panel: Panel) -> None:
    """By hand: its score rises by weight times the gain over the range of the five before.

    Trade with China is a third of a fifth of the score under equal weights.
    """
    held = latest_known(panel, YEAR)
    values = {c: held[c, "china_trade"] for c in panel.countries}
    leader = max(values, key=lambda c: values[c])
    spread = max(values.values()) - min(values.values())
    key = (leader, "china_trade")
    found = scores_of(
        panel, YEAR, {key: values[leader]}, {key: values[leader] + 0.5 * spread},
        choices=PLAIN, draws=50,
    )  # fmt: skip
    change = found.score_after - found.score_before
    at = panel.countries.index(leader)
    assert change[at] == pytest.approx(0.5 * 0.99 / 15.0)
    assert (np.delete(change, at) == 0.0).all()
    assert found.score_low[at] <= change[at] <= found.score_high[at]


def test_hours_saved_raise_a_score_under_every_choice(panel: Panel) -> None:
    """A negative indicator; only the rank among the five may hold it back, never turn it round."""
    hours = latest_known(panel, YEAR)["TKM", "border_h"]
    key = ("TKM", "border_h")
    found = scores_of(panel, YEAR, {key: hours}, {key: 0.7 * hours}, draws=200)
    at = panel.countries.index("TKM")
    assert found.score_after[at] > found.score_before[at]
    assert found.score_low[at] >= 0.0
    assert found.rank_high[at] <= 0.0


def test_the_year_is_the_latest_with_a_claim(panel: Panel) -> None:
    year = year_known(panel)
    assert year < 2026
    claimed = [k for k, i in enumerate(panel.tree.indicators) if i.way in ("claim", "ratio")]
    assert np.isfinite(panel.values[panel.at(year)][:, claimed]).any()
    assert np.isnan(panel.values[panel.at(year) + 1 :][:, :, claimed]).all()


@given(
    country=st.sampled_from(FIVE),
    at=st.integers(0, 15),
    factor=st.floats(0.5, 2.0),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_move_is_felt_by_one_state_and_in_its_direction(
    panel: Panel, country: str, at: int, factor: float
) -> None:
    """Central choices: only that state's score moves, up where more is better and less where not."""
    indicator = panel.tree.indicators[at]
    value = latest_known(panel, YEAR).get((country, indicator.id))
    assume(value)
    assert value is not None
    key = (country, indicator.id)
    found = scores_of(panel, YEAR, {key: value}, {key: value * factor}, choices=PLAIN, draws=10)
    change = found.score_after - found.score_before
    i = panel.countries.index(country)
    assert (np.delete(change, i) == 0.0).all()
    towards = indicator.direction * np.sign(factor - 1.0)
    assert change[i] * towards >= 0.0


def test_what_was_not_known_is_not_in_the_panel(evidence: EvidenceBase, panel: Panel) -> None:
    """Known by the end of 2015, the years after it hold no act and no claim."""
    early = read_panel(evidence, first_year=2013, last_year=2020, known_by=date(2015, 12, 31))
    ids = [i.id for i in early.tree.indicators]
    for name in ("treaties", "banking", "projects"):
        at = ids.index(name)
        assert (early.values[early.at(2020), :, at] == early.values[early.at(2015), :, at]).all()
        assert (
            early.values[early.at(2020), :, at].sum() <= panel.values[panel.at(2020), :, at].sum()
        )
    openness = early.values[early.at(2016) :, :, ids.index("openness")]
    assert np.isnan(openness).all()
