"""Laws of the core and of the choice among claims, over drawn cases."""

from __future__ import annotations

import math
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parents[1] / "evidence"))

from small_claims import SOURCES, claim

from sogdia.core.digest import digest_value
from sogdia.core.draws import uniform
from sogdia.core.estimate import SHAPES, Estimate
from sogdia.core.geodesy import EARTH_RADIUS_KM, great_circle_km
from sogdia.core.money import present_value
from sogdia.core.units import conversion_factor
from sogdia.evidence.choose import choose
from sogdia.evidence.claim import BASES, CONFIDENCES, TIERS, Claim

SETTINGS = settings(max_examples=80, deadline=None)

points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
probabilities = st.floats(0.001, 0.999)
amounts = st.floats(0.0, 1e6, allow_subnormal=False)


@st.composite
def estimates(draw: st.DrawFn) -> Estimate:
    low, central, high = sorted(draw(st.tuples(amounts, amounts, amounts)))
    return Estimate(central=central, low=low, high=high, shape=draw(st.sampled_from(SHAPES)))


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(great_circle_km(*a, *b))


@SETTINGS
@given(a=points, b=points, c=points)
def test_the_great_circle_is_a_distance(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]
) -> None:
    # The haversine loses half the digits near the antipode, hence a metre of slack.
    assert distance(a, a) == pytest.approx(0.0, abs=1e-6)
    assert distance(a, b) == pytest.approx(distance(b, a), abs=1e-6)
    assert 0.0 <= distance(a, b) <= math.pi * EARTH_RADIUS_KM + 1e-6
    assert distance(a, c) <= distance(a, b) + distance(b, c) + 1e-3


@SETTINGS
@given(estimate=estimates(), u=probabilities, v=probabilities)
def test_quantiles_rise_with_the_probability(estimate: Estimate, u: float, v: float) -> None:
    low, high = sorted((u, v))
    at_low, at_high = estimate.quantile(low), estimate.quantile(high)
    assert math.isfinite(at_low) and math.isfinite(at_high)
    assert at_low <= at_high * (1 + 1e-12)
    assert at_low >= 0.0


@SETTINGS
@given(estimate=estimates())
def test_the_median_is_the_central_value(estimate: Estimate) -> None:
    if estimate.shape != "uniform":
        assert estimate.quantile(0.5) == pytest.approx(estimate.central)


@SETTINGS
@given(seed=st.integers(0, 2**31), key=st.text(max_size=20), draw=st.integers(0, 10_000))
def test_a_uniform_is_inside_its_interval_and_repeatable(seed: int, key: str, draw: int) -> None:
    u = uniform(seed, key, draw)
    assert 0.0 < u <= 1.0
    assert uniform(seed, key, draw) == u


@SETTINGS
@given(
    value=st.dictionaries(
        st.text(max_size=4), st.integers() | st.floats(allow_nan=False) | st.none(), max_size=6
    ),
    data=st.data(),
)
def test_a_digest_is_of_the_content(
    value: dict[str, int | float | None], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(list(value)))
    assert digest_value({k: value[k] for k in order}) == digest_value(value)
    assert digest_value(value | {"more": 1}) != digest_value(value)


@SETTINGS
@given(
    a=st.sampled_from(["h", "day", "min", "year"]), b=st.sampled_from(["h", "day", "min", "year"])
)
def test_converting_there_and_back_is_one(a: str, b: str) -> None:
    assert conversion_factor(a, b) * conversion_factor(b, a) == pytest.approx(1.0)


@SETTINGS
@given(
    cash=st.dictionaries(st.dates(date(1995, 1, 1), date(2060, 1, 1)), amounts, max_size=6),
    rate=st.floats(0.0, 0.3),
    years=st.integers(1, 6),
)
def test_present_values_add_up_and_compound(
    cash: dict[date, float], rate: float, years: int
) -> None:
    at = date(2024, 1, 1)
    whole = present_value(cash, rate=rate, at=at)
    parts = [present_value({when: amount}, rate=rate, at=at) for when, amount in cash.items()]
    assert whole == pytest.approx(sum(parts))
    later = present_value(cash, rate=rate, at=date(2024 + 4 * years, 1, 1))
    assert later == pytest.approx(whole * (1 + rate) ** (4 * years))


@st.composite
def rival_claims(draw: st.DrawFn) -> list[Claim]:
    """Claims about one thing that differ in everything the rule looks at."""
    days = st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1))
    found: list[Claim] = []
    for number in range(draw(st.integers(1, 7))):
        start, length = draw(days), draw(st.none() | st.integers(0, 2000))
        end = start + timedelta(days=length) if start and length is not None else None
        found.append(
            claim(
                f"c{number}",
                holds_from=start,
                holds_to=end,
                stated_on=draw(st.none() | st.sampled_from([date(2010, 1, 1), date(2028, 1, 1)])),
                source=draw(st.sampled_from(TIERS)),
                basis=draw(st.sampled_from(BASES)),
                confidence=draw(st.sampled_from(CONFIDENCES)),
            )
        )
    return found


ON, KNOWN_BY = date(2020, 7, 1), date(2026, 1, 1)


@SETTINGS
@given(rivals=rival_claims(), data=st.data())
def test_the_choice_does_not_depend_on_the_order_of_the_claims(
    rivals: list[Claim], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(rivals))
    carries = data.draw(st.sampled_from(["nearest", "forward", "no"]))
    first = choose(rivals, SOURCES, on=ON, known_by=KNOWN_BY, carries=carries)
    assert choose(order, SOURCES, on=ON, known_by=KNOWN_BY, carries=carries) == first


@SETTINGS
@given(rivals=rival_claims())
def test_the_chosen_is_known_and_every_other_is_listed_once_with_a_reason(
    rivals: list[Claim],
) -> None:
    belief = choose(rivals, SOURCES, on=ON, known_by=KNOWN_BY)
    known = [c for c in rivals if (c.stated_on or c.holds_from or KNOWN_BY) <= KNOWN_BY]
    if belief is None:
        assert not known
        return
    assert belief.claim in known
    assert belief.carried == (not belief.claim.holds_on(ON))
    losers = [c.id for c, _ in belief.rivals]
    assert sorted([belief.claim.id, *losers]) == sorted(c.id for c in rivals)
    assert all(why for _, why in belief.rivals)


@SETTINGS
@given(rivals=rival_claims())
def test_taking_a_loser_away_leaves_the_choice(rivals: list[Claim]) -> None:
    belief = choose(rivals, SOURCES, on=ON)
    assert belief is not None
    for loser, _ in belief.rivals:
        rest = choose([c for c in rivals if c is not loser], SOURCES, on=ON)
        assert rest is not None
        assert rest.claim is belief.claim


@SETTINGS
@given(rivals=rival_claims())
def test_a_claim_carried_never_beats_a_dated_one_that_covers_the_date(rivals: list[Claim]) -> None:
    belief = choose(rivals, SOURCES, on=ON)
    assert belief is not None
    dated_or_said = [
        c
        for c in rivals
        if c.holds_on(ON) and not (c.basis == "assumed" and c.holds_from is c.holds_to is None)
    ]
    if dated_or_said:
        assert belief.claim in dated_or_said
        best = min(BASES.index(c.basis) for c in dated_or_said)
        assert BASES.index(belief.claim.basis) == best


def test_the_drawn_claims_are_not_all_alike() -> None:
    # A guard on the strategy itself: carried, far and undated claims must all occur.
    rng = np.random.default_rng(0)
    seen = {
        claim("x", holds_from=None, holds_to=date(2000, 1, 1) + timedelta(days=int(d))).days_from(
            ON
        )
        > 3653
        for d in rng.integers(0, 7000, 50)
    }
    assert seen == {True, False}
