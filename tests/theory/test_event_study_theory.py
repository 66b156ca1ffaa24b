"""The event study: a known effect is recovered, no effect gives a uniform p, and it is symmetric.

The placebo dates and the p-value are those of Phipson and Smyth (2010), "Permutation p-values
should never be zero": p = (1 + as extreme) / (1 + placebos).
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sogdia.evidence.base import EvidenceBase
from sogdia.models.cooperation.solve_event_study import EXACT, event_study, slots
from sogdia.models.cooperation.trade_around_events import trade_around_events

Array = NDArray[np.float64]

YEARLY = np.arange(1990, 2020)
EVERY_FOURTH = np.arange(1992, 2020, 4)


def kinked(t: NDArray[np.int64], e: int, growth: float, change: float) -> Array:
    """A series whose log grows by `growth` a year, and by `change` more from year `e` on."""
    return np.exp(growth * (t - t[0]) + change * np.maximum(t - e, 0))


@given(
    growth=st.floats(-0.2, 0.4),
    change=st.floats(-0.5, 0.5),
    e=st.integers(1995, 2014),
    h=st.integers(1, 5),
)
def test_a_known_change_of_growth_is_recovered(
    growth: float, change: float, e: int, h: int
) -> None:
    """Without noise D is the change itself (eq. 1), for every window."""
    found = event_study([(YEARLY, kinked(YEARLY, e, growth, change))], [e], h)
    assert pytest.approx(change, abs=1e-9) == found.D


@pytest.mark.parametrize("e", [2001, 2002, 2003])
def test_a_change_inside_a_gap_is_recovered_whole(e: int) -> None:
    """Figures every fourth year: the stretch that holds the event is dropped, not split."""
    found = event_study([(EVERY_FOURTH, kinked(EVERY_FOURTH, e, 0.1, 0.25))], [e], 4)
    assert pytest.approx(0.25, abs=1e-12) == found.D
    assert found.p == found.p_least == pytest.approx(1 / 4)
    assert found.status.state == "usable"
    assert "cannot fall below" in found.status.message


def test_a_change_in_noise_is_found_and_its_size_too() -> None:
    """Mean of the estimates over 200 series within three standard errors of the truth."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(200):
        noise = np.exp(np.cumsum(rng.normal(0.0, 0.05, len(YEARLY))))
        found.append(event_study([(YEARLY, kinked(YEARLY, 2005, 0.1, 0.3) * noise)], [2005], 4))
    D = np.array([study.D for study in found])
    assert abs(D.mean() - 0.3) < 3 * D.std(ddof=1) / np.sqrt(len(D))
    assert np.mean([study.p <= 0.05 for study in found]) > 0.9


def test_without_an_effect_every_p_is_as_likely() -> None:
    """Exact: over all dates an event may have, each attainable p comes out once."""
    rng = np.random.default_rng(2)
    for t in (YEARLY, EVERY_FOURTH):
        y = np.exp(np.cumsum(rng.normal(0.05, 0.3, len(t))))
        dates = [s.a for s in slots(t, y, 4) if s.a == s.b]
        p = sorted(event_study([(t, y)], [e], 4).p for e in dates)
        assert p == pytest.approx((np.arange(len(dates)) + 1) / len(dates))


def test_without_an_effect_the_p_of_several_events_is_uniform_too() -> None:
    """All combinations of dates of three series: each p from 1/125 to 1 once."""
    rng = np.random.default_rng(3)
    series = [
        (EVERY_FOURTH, np.exp(np.cumsum(rng.normal(0.0, 0.4, len(EVERY_FOURTH))))) for _ in range(3)
    ]
    dates = [[s.a for s in slots(*one, 4) if s.a == s.b] for one in series]
    p = sorted(event_study(series, e, 4).p for e in itertools.product(*dates))
    assert len(p) == 5**3
    assert p == pytest.approx((np.arange(125) + 1) / 125)


def test_a_date_fixed_beforehand_rejects_about_as_often_as_it_says() -> None:
    """Independent growth and one date: 5 % and 20 % within three binomial standard errors."""
    rng = np.random.default_rng(4)
    runs = 600
    p = np.array(
        [
            event_study(
                [(YEARLY, np.exp(np.cumsum(rng.normal(0.0, 0.2, len(YEARLY)))))], [2004], 3
            ).p
            for _ in range(runs)
        ]
    )
    for level in (0.05, 0.2, 0.5):
        # The least step of p is 1/28; what is attainable below a level is less than the level.
        attainable = np.floor(level * 28) / 28
        error = 3 * np.sqrt(attainable * (1 - attainable) / runs)
        assert abs(np.mean(p <= level + 1e-9) - attainable) < error


def walk(seed: int, t: NDArray[np.int64] = YEARLY) -> Array:
    """A random series."""
    return np.exp(np.cumsum(np.random.default_rng(seed).normal(0.0, 0.3, len(t))))


@given(seed=st.integers(0, 200), e=st.integers(1995, 2014), k=st.floats(0.01, 1000.0))
def test_symmetries(seed: int, e: int, k: float) -> None:
    """Upside down the sign turns, the p stays; backwards in time or in other money all stays."""
    y = walk(seed)
    plain = event_study([(YEARLY, y)], [e], 4)
    turned = event_study([(YEARLY, 1.0 / y)], [e], 4)
    backwards = event_study([(-YEARLY[::-1], y[::-1])], [-e], 4)
    scaled = event_study([(YEARLY, k * y)], [e], 4)
    assert pytest.approx(-plain.D) == turned.D
    assert turned.p == plain.p
    assert turned.placebo_low == pytest.approx(-plain.placebo_high)
    assert pytest.approx(plain.D) == backwards.D
    assert backwards.p == plain.p
    assert pytest.approx(plain.D) == scaled.D
    assert scaled.p == plain.p


@given(seed=st.integers(0, 50), g=st.floats(-0.3, 0.3))
def test_steady_growth_added_to_a_series_changes_nothing(seed: int, g: float) -> None:
    y = walk(seed)
    plain = event_study([(YEARLY, y)], [2003], 4)
    faster = event_study([(YEARLY, y * np.exp(g * (YEARLY - 1990)))], [2003], 4)
    assert pytest.approx(plain.D, abs=1e-9) == faster.D
    assert faster.p == plain.p


@given(seed=st.integers(0, 50), order=st.permutations(range(3)))
def test_the_order_of_the_events_does_not_matter(seed: int, order: list[int]) -> None:
    series = [(EVERY_FOURTH, walk(seed + i, EVERY_FOURTH)) for i in range(3)]
    e = [1999, 2000, 2002]
    plain = event_study(series, e, 4)
    other = event_study([series[i] for i in order], [e[i] for i in order], 4)
    assert pytest.approx(plain.D) == other.D
    assert other.p == pytest.approx(plain.p)


def test_drawn_combinations_agree_with_all_of_them() -> None:
    """Four yearly series have 24^4 combinations; 20,000 drawn give the p of a larger sample."""
    series = [(YEARLY, walk(seed)) for seed in range(4)]
    few = event_study(series, [1998, 2003, 2006, 2010], 4, seed=1)
    many = event_study(series, [1998, 2003, 2006, 2010], 4, draws=200_000, seed=2)
    assert few.placebos == EXACT
    assert abs(few.p - many.p) < 3 * np.sqrt(many.p * (1 - many.p) / EXACT) + 1e-4
    assert few.p == event_study(series, [1998, 2003, 2006, 2010], 4, seed=1).p


def test_a_p_from_draws_is_never_zero() -> None:
    """An effect beyond every placebo, in series too many to take all: 1 / (1 + draws)."""
    bent = [(YEARLY, kinked(YEARLY, 2004, 0.05, 5.0) * walk(seed) ** 0.01) for seed in range(4)]
    found = event_study(bent, [2004] * 4, 1, draws=500)
    assert found.p == found.p_least == pytest.approx(1 / 501)


@given(
    years=st.lists(st.integers(1990, 2019), min_size=2, max_size=12, unique=True),
    e=st.integers(1985, 2025),
    h=st.integers(1, 6),
)
def test_p_is_between_its_least_and_one_or_it_says_why(years: list[int], e: int, h: int) -> None:
    t = np.array(sorted(years))
    found = event_study([(t, walk(1)[: len(t)])], [e], h)
    if found.status.state == "failed":
        assert "no observations" in found.status.message
        assert np.isnan(found.D)
        assert np.isnan(found.p)
    else:
        assert found.p_least <= found.p <= 1.0
        assert (found.status.state == "usable") == (found.p_least > 0.05)
        assert t[0] < e < t[-1]


def test_figures_that_are_not_positive_are_left_out() -> None:
    y = walk(0)
    gone = y.copy()
    gone[3], gone[20] = 0.0, np.nan
    kept = np.delete(YEARLY, [3, 20]), np.delete(y, [3, 20])
    assert event_study([(YEARLY, gone)], [2003], 4).p == event_study([kept], [2003], 4).p


@given(seed=st.integers(0, 30))
def test_a_date_before_the_first_or_after_the_last_figure_fails(seed: int) -> None:
    e = 1990 if seed % 2 else 2019
    assume(e in YEARLY)
    assert event_study([(YEARLY, walk(seed))], [e], 4).status.state == "failed"


def test_no_effect_is_claimed_of_border_settlement_or_security(evidence: EvidenceBase) -> None:
    """What the page on cooperation says of the real figures: no test is below 5 %.

    When a trade figure or an event changes and this fails, the page is to be written again.
    """
    table = trade_around_events(evidence)
    solved = table["status"] != "failed"
    assert np.all(table["p_share"][solved] > 0.05)
    together = table.where(table["adjusted"] == "relative to the other four")
    assert len(together) == 3
    assert np.all(together["p_share"] > 0.15)
    # One state alone: figures every fourth year cannot give a p of 5 %.
    alone = np.array([n.count(";") == 0 for n in table["countries"]])
    usable = table["status"] == "usable"
    assert np.sum(alone & usable) >= 10
