"""Which claim is believed: one test a numbered line of the rule in `sogdia.evidence.choose`."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from small_claims import SOURCES, claim

from sogdia.core.register import Carries
from sogdia.evidence.choose import FAR_FUTURE, Belief, choose
from sogdia.evidence.claim import BASES, CONFIDENCES, TIERS, Claim

ON = date(2020, 7, 1)
UNDATED = {"holds_from": None, "holds_to": None}


def period(first: int, last: int) -> dict[str, Any]:
    return {"holds_from": date(first, 1, 1), "holds_to": date(last, 12, 31)}


def chosen(
    *claims: Claim, on: date = ON, known_by: date = FAR_FUTURE, carries: Carries = "nearest"
) -> Belief:
    belief = choose(claims, SOURCES, on=on, known_by=known_by, carries=carries)
    assert belief is not None
    return belief


def reason(belief: Belief, claim_id: str) -> str:
    """Why a loser lost."""
    return next(why for rival, why in belief.rivals if rival.id == claim_id)


def test_1_what_was_not_known_is_not_considered() -> None:
    early = claim("a", basis="reported", stated_on=date(2021, 3, 1))
    late = claim("b", basis="measured", stated_on=date(2022, 3, 1))
    assert chosen(early, late).claim is late
    then = chosen(early, late, known_by=date(2022, 2, 28))
    assert then.claim is early
    assert reason(then, "b") == "not known before 2022-03-01"
    assert chosen(early, late, known_by=date(2022, 3, 1)).claim is late
    assert choose([early, late], SOURCES, on=ON, known_by=date(2021, 1, 1)) is None
    undated = claim("c", basis="reported", stated_on=None, holds_from=None, holds_to=None)
    dated = claim("d", basis="reported", stated_on=None, holds_from=date(2020, 1, 1))
    assert choose([dated], SOURCES, on=ON, known_by=date(2019, 12, 31)) is None
    assert chosen(undated, late, known_by=date(1992, 1, 1)).claim is undated


def test_2_one_that_covers_the_date_beats_a_better_one_that_does_not() -> None:
    measured_later = claim("a", **period(2021, 2021))
    assumed_now = claim("b", basis="assumed", source="assumption", confidence="low")
    belief = chosen(measured_later, assumed_now)
    assert belief.claim is assumed_now
    assert not belief.carried
    assert reason(belief, "a") == "holds at another time"


def test_2_both_ends_of_a_period_are_in_it() -> None:
    only = claim("a", holds_from=date(2020, 7, 1), holds_to=date(2020, 7, 1))
    assert not chosen(only).carried
    assert chosen(only, on=date(2020, 7, 2)).carried
    assert chosen(only, on=date(2020, 6, 30)).carried


def test_2_the_nearest_in_time_is_carried_and_shown_as_carried() -> None:
    near, far = claim("z", basis="reported", **period(2017, 2018)), claim("a", **period(2014, 2015))
    belief = chosen(far, near)
    assert belief.claim is near
    assert belief.carried
    assert reason(belief, "a") == "further from the date"


def test_2_ties_are_carried_from_the_past() -> None:
    past = claim("z", holds_from=date(2020, 1, 1), holds_to=date(2020, 1, 10))
    future = claim("a", holds_from=date(2020, 1, 30), holds_to=date(2020, 2, 28))
    assert chosen(past, future, on=date(2020, 1, 20)).claim is past
    assert chosen(past, future, on=date(2020, 1, 21)).claim is future


def test_2_only_what_the_variable_allows_is_carried() -> None:
    past, future = claim("past", **period(2018, 2018)), claim("future", **period(2021, 2021))
    assert choose([past, future], SOURCES, on=ON, carries="no") is None
    forward = chosen(past, future, carries="forward")
    assert forward.claim is past
    assert reason(forward, "future") == "holds at another time"
    assert choose([future], SOURCES, on=ON, carries="forward") is None
    assert chosen(past, future).claim is future


def test_3_the_basis() -> None:
    by_basis = [claim(b, basis=b, source="official") for b in BASES]
    for i, best in enumerate(by_basis):
        belief = chosen(*reversed(by_basis[i:]))
        assert belief.claim is best
        assert [r.id for r, _ in belief.rivals] == [c.id for c in by_basis[i + 1 :]]
        assert {why for _, why in belief.rivals} <= {"weaker basis"}


def test_3_the_basis_comes_before_the_source() -> None:
    press = claim("press", basis="measured", source="press", confidence="low")
    official = claim("official", basis="reported", source="official")
    assert chosen(press, official).claim is press


def test_4_the_tier_of_the_source() -> None:
    by_tier = [claim(f"{9 - i}", source=tier) for i, tier in enumerate(TIERS)]
    belief = chosen(*reversed(by_tier))
    assert [belief.claim, *(r for r, _ in belief.rivals)] == by_tier
    assert {why for _, why in belief.rivals} == {"weaker kind of source"}
    low = claim("low", source="official", confidence="low")
    assert chosen(by_tier[1], low).claim is low


def test_4_is_not_asked_of_an_assumed_claim() -> None:
    ours = claim("ours", basis="assumed", source="assumption", confidence="medium")
    theirs = claim("theirs", basis="assumed", source="official", confidence="low")
    assert chosen(theirs, ours).claim is ours


def test_5_the_confidence() -> None:
    by_confidence = [claim(f"{9 - i}", confidence=c) for i, c in enumerate(CONFIDENCES)]
    belief = chosen(*reversed(by_confidence))
    assert [belief.claim, *(r for r, _ in belief.rivals)] == by_confidence
    assert {why for _, why in belief.rivals} == {"lower confidence"}


def test_6_the_later_statement_and_an_undated_one_last() -> None:
    undated = claim("a", stated_on=None)
    early, late = claim("b", stated_on=date(2020, 12, 1)), claim("c", stated_on=date(2021, 1, 1))
    belief = chosen(undated, early, late)
    assert [belief.claim, *(r for r, _ in belief.rivals)] == [late, early, undated]
    assert {why for _, why in belief.rivals} == {"stated earlier"}


def test_7_the_alphabet() -> None:
    belief = chosen(claim("b"), claim("a"))
    assert belief.claim.id == "a"
    assert reason(belief, "b") == "same standing; later in the alphabet"


@pytest.mark.parametrize("other_basis", ["measured", "reported"])
def test_an_assumption_never_beats_a_claim_for_the_same_date(other_basis: str) -> None:
    assumed = claim("a", basis="assumed", source="official", stated_on=date(2026, 1, 1))
    other = claim("b", basis=other_basis, source="press", confidence="low")
    assert chosen(assumed, other).claim is other


@pytest.mark.parametrize(
    ("days_back", "winner"), [(0, "dated"), (3653, "dated"), (3654, "guess"), (7000, "guess")]
)
def test_an_undated_assumption_yields_to_what_is_carried_ten_years_or_less(
    days_back: int, winner: str
) -> None:
    end = date.fromordinal(ON.toordinal() - days_back)
    dated = claim("dated", holds_from=date(1995, 1, 1), holds_to=end, confidence="low")
    guess = claim("guess", basis="assumed", source="assumption", **UNDATED)
    belief = chosen(guess, dated)
    assert belief.claim.id == winner
    assert belief.carried == (winner == "dated" and days_back > 0)


def test_an_undated_measurement_covers_every_date() -> None:
    always = claim("always", **UNDATED)
    assert not chosen(always, on=date(1992, 1, 1)).carried
    assert chosen(always, claim("b", basis="reported")).claim is always


def test_nothing_usable_is_none_and_every_other_claim_is_listed_once() -> None:
    assert choose([], SOURCES, on=ON) is None
    claims = [
        claim("winner"),
        claim("unknown yet", stated_on=date(2030, 1, 1)),
        claim("other time", **period(2000, 2001)),
        claim("weaker", basis="reported"),
    ]
    belief = chosen(*claims, known_by=date(2026, 1, 1))
    assert belief.claim.id == "winner"
    assert sorted(r.id for r, _ in belief.rivals) == ["other time", "unknown yet", "weaker"]
    assert all(why for _, why in belief.rivals)


def test_an_undated_assumption_is_not_told_it_holds_at_another_time() -> None:
    guess = claim("guess", basis="assumed", source="assumption", **UNDATED)
    assert reason(chosen(claim("dated"), guess), "guess") != "holds at another time"
