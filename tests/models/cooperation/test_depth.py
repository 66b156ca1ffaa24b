"""Treaty depth: additive, item by item, and open to other points."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sogdia.core.states import FIVE
from sogdia.evidence.base import EvidenceBase
from sogdia.models.cooperation.coding_tables import coding_rows
from sogdia.models.cooperation.depth import codebook, depth_items, depth_scores
from sogdia.models.cooperation.solve_weights import sensitivity_to_weights

TODAY = date(2026, 7, 1)


@pytest.mark.parametrize("country", FIVE)
def test_the_score_is_the_sum_of_its_items(evidence: EvidenceBase, country: str) -> None:
    items = depth_items(evidence, "CHN", country, on=TODAY)
    score = {r["b"]: r for r in depth_scores(evidence, on=TODAY, draws=10).rows()}[country]
    assert float(np.sum(items["points_count"])) == score["points_count"]
    assert float(np.sum(items["attainable_count"])) == score["attainable_count"]
    assert list(items["item"]) == [item.id for item in codebook()]
    held = items["held"] == "yes"
    assert np.array_equal(items["points_count"][held], items["attainable_count"][held])
    assert all(ground for ground in items["ground"][held])
    assert not np.any(items["points_count"][~held])


def test_items_by_hand(evidence: EvidenceBase) -> None:
    """China and Kyrgyzstan on 1 January 2003, counted by hand from the registry.

    Relations 1, friendship treaty 3, border settled 3, border military 1, security agreement 2,
    extradition 1, security organisation 1, investment treaty 2, double tax 2, both in the WTO 1.
    """
    items = depth_items(evidence, "KGZ", "CHN", on=date(2003, 1, 1))
    held = {r["item"]: r["points_count"] for r in items.rows() if r["held"] == "yes"}
    assert held == {
        "relations": 1, "friendship_treaty": 3, "border_settled": 3, "border_military": 1,
        "security_agreement": 2, "extradition": 1, "security_organisation": 1,
        "investment_treaty": 2, "double_tax": 2, "world_trade": 1,
    }  # fmt: skip
    joined = next(r for r in items.rows() if r["item"] == "world_trade")
    assert joined["since"] == date(2001, 12, 11), "the day the second of the two joined"


def test_nothing_is_held_before_it_was_signed(evidence: EvidenceBase) -> None:
    for country, year in itertools.product(FIVE, (1991, 1996, 2002, 2010, 2020)):
        on = date(year, 6, 30)
        rows = list(depth_items(evidence, "CHN", country, on=on).rows())
        assert all(r["since"] <= on for r in rows if r["held"] == "yes")
        if year == 1991:
            assert not any(r["points_count"] for r in rows)


def test_the_order_of_a_pair_does_not_matter(evidence: EvidenceBase) -> None:
    there = depth_items(evidence, "CHN", "TJK", on=TODAY)
    assert there.arrow.equals(depth_items(evidence, "TJK", "CHN", on=TODAY).arrow)


def test_a_border_item_does_not_apply_without_a_border(evidence: EvidenceBase) -> None:
    rows = {r["item"]: r for r in depth_items(evidence, "CHN", "UZB", on=TODAY).rows()}
    assert rows["border_settled"]["held"] == "does not apply"
    assert rows["border_settled"]["attainable_count"] == 0.0


def test_a_pair_that_was_not_collected_has_no_sum(evidence: EvidenceBase) -> None:
    """Absent is null: treaties between Kazakhstan and Uzbekistan were not looked for."""
    items = depth_items(evidence, "KAZ", "UZB", on=TODAY)
    rows = {r["item"]: r for r in items.rows()}
    assert rows["investment_treaty"]["held"] == "not collected"
    assert rows["investment_treaty"]["points_count"] is None
    assert rows["security_organisation"]["held"] == "yes"
    assert rows["visa_free_mutual"]["held"] == "yes"
    assert np.isnan(np.sum(items["points_count"]))


def test_visas_of_limited_scope_are_no_free_entry(evidence: EvidenceBase) -> None:
    """The Khorgos zone (2012) and tour groups (2024) do not open a border to all passports."""
    for country, on in (("KAZ", date(2015, 1, 1)), ("KGZ", TODAY)):
        rows = {r["item"]: r for r in depth_items(evidence, "CHN", country, on=on).rows()}
        assert rows["visa_free_one_way"]["held"] == "no"


def test_a_regime_holds_on_its_last_day(evidence: EvidenceBase) -> None:
    def held(on: date) -> tuple[str, str]:
        rows = {r["item"]: r for r in depth_items(evidence, "CHN", "KAZ", on=on).rows()}
        return rows["visa_free_one_way"]["held"], rows["visa_free_mutual"]["held"]

    assert held(date(2022, 7, 6)) == ("no", "no")
    assert held(date(2023, 11, 9)) == ("yes", "no")
    assert held(date(2023, 11, 10)) == ("yes", "yes")


def test_every_item_of_the_codebook_has_points_a_rule_and_a_reason() -> None:
    book = codebook()
    assert len({item.id for item in book}) == len(book)
    assert all(item.points > 0 and item.counts and item.reason for item in book)
    assert {item.rule for item in book} <= {"together", "both", "visa_one_way", "visa_mutual"}
    assert {item.applies for item in book} <= {"all", "neighbours", "china"}
    assert {row["item"] for row in coding_rows("coding")} == {
        item.id for item in book if not item.rule.startswith("visa")
    }


def test_other_points_change_the_score_and_are_used(evidence: EvidenceBase) -> None:
    plain = {r["b"]: r for r in depth_scores(evidence, on=TODAY, draws=10).rows()}
    more = {
        r["b"]: r
        for r in depth_scores(evidence, on=TODAY, draws=10, points={"relations": 8.0}).rows()
    }
    for country in FIVE:
        assert more[country]["points_count"] - plain[country]["points_count"] == 7.0
        assert more[country]["attainable_count"] - plain[country]["attainable_count"] == 7.0


def by_brute_force(x: np.ndarray, w: np.ndarray) -> list[float]:
    """Rank: one and the number above, and half of those that tie."""
    scores = [sum(a * b for a, b in zip(row, w, strict=True)) for row in x]
    return [
        1.0 + sum(t > s + 1e-9 for t in scores) + 0.5 * (sum(abs(t - s) < 1e-9 for t in scores) - 1)
        for s in scores
    ]


HELD = hnp.arrays(np.float64, (4, 6), elements=st.sampled_from([0.0, 1.0]))
POINTS = hnp.arrays(np.float64, 6, elements=st.sampled_from([1.0, 2.0, 3.0]))


@given(x=HELD, w=POINTS)
def test_ranks_are_those_of_a_count_by_hand(x: np.ndarray, w: np.ndarray) -> None:
    found = sensitivity_to_weights(x, w, draws=20)
    assert found.rank.tolist() == by_brute_force(x, w)
    assert found.equal_rank.tolist() == by_brute_force(x, np.ones(6))
    for item in range(6):
        kept = [i for i in range(6) if i != item]
        assert found.left_out[item].tolist() == by_brute_force(x[:, kept], w[kept])


@given(x=HELD, w=POINTS, order=st.permutations(range(4)))
def test_relabelling_the_pairs_relabels_the_ranks(
    x: np.ndarray, w: np.ndarray, order: list[int]
) -> None:
    a, b = sensitivity_to_weights(x, w, draws=50), sensitivity_to_weights(x[order], w, draws=50)
    assert np.allclose(a.S[order], b.S)
    assert np.array_equal(a.rank_low[order], b.rank_low)
    assert np.array_equal(a.dominates[np.ix_(order, order)], b.dominates)
    assert np.isclose(np.sum(a.first), 1.0)


@given(x=HELD, w=POINTS, k=st.floats(0.1, 10.0))
def test_the_score_is_additive_and_a_common_factor_ranks_the_same(
    x: np.ndarray, w: np.ndarray, k: float
) -> None:
    whole = sensitivity_to_weights(x, w, draws=5)
    parts = [sensitivity_to_weights(x[:, [i]], w[[i]], draws=5).S for i in range(6)]
    assert np.allclose(whole.S, np.sum(parts, axis=0))
    assert np.array_equal(sensitivity_to_weights(x, k * w, draws=5).rank, whole.rank)


@given(x=HELD, w=POINTS, seed=st.integers(0, 3))
def test_a_pair_that_dominates_is_above_under_every_draw(
    x: np.ndarray, w: np.ndarray, seed: int
) -> None:
    found = sensitivity_to_weights(x, w, spread=0.99, draws=50, seed=seed)
    for above, below in zip(*np.nonzero(found.dominates), strict=True):
        assert found.S[above] > found.S[below]
        assert found.rank_high[above] < found.rank_high[below]
        assert found.rank_low[above] < found.rank_low[below]
        assert np.all(found.left_out[:, above] <= found.left_out[:, below])


def test_draws_of_points_have_the_spread_that_was_asked() -> None:
    """Closed form: one pair has an item of 2 points, the other one of 1.

    With factors u, v uniform on 1/2 to 3/2 the second is first when v > 2 u, with probability
    integral over u from 1/2 to 3/4 of (3/2 - 2 u) = 1/16. Below a spread of 1/3 it never is.
    """
    x, w = np.eye(2), np.array([2.0, 1.0])
    wide = sensitivity_to_weights(x, w, spread=0.5, draws=100_000, seed=3)
    assert wide.first[1] == pytest.approx(1 / 16, abs=3 * np.sqrt(1 / 16 * 15 / 16 / 100_000))
    narrow = sensitivity_to_weights(x, w, spread=0.33, draws=100_000, seed=3)
    assert narrow.first.tolist() == [1.0, 0.0]


def test_the_wto_is_shared_when_both_are_in(evidence: EvidenceBase) -> None:
    for country, held in (("UZB", "no"), ("TKM", "no"), ("KAZ", "yes")):
        rows = {r["item"]: r for r in depth_items(evidence, "CHN", country, on=TODAY).rows()}
        assert rows["world_trade"]["held"] == held


@pytest.mark.parametrize(
    "call",
    [
        lambda: sensitivity_to_weights(np.ones((2, 2)), np.array([1.0, 0.0])),
        lambda: sensitivity_to_weights(np.ones((2, 2)), np.ones(2), spread=1.0),
        lambda: sensitivity_to_weights(np.ones((2, 2)), np.ones(2), draws=0),
    ],
)
def test_points_that_make_no_sense_fail_and_say_so(call: Callable[[], object]) -> None:
    found = call()
    assert found.status.state == "failed"
    assert np.all(np.isnan(found.S))
