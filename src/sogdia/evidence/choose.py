"""Which claim is believed on a date: one written rule; the losers are kept and listed.

The rule, in order. A claim beats another when it is first in this list to be better:

1. it was known by the knowledge date (others are not considered at all); where the source does not
   say when it was stated, it counts as known from the day it holds from;
2. it covers the date; failing that it is carried, if the variable may be, from the nearest date
   (ties: from the past), and shown as carried;
3. the basis: measured, reported, derived, assumed;
4. the source's tier: official, measured, scholarly, press, assumption (not asked of an assumed
   claim: whoever assumed it, it was assumed);
5. the stated confidence: high, medium, low;
6. the later statement; an undated one comes last;
7. the claim id, in alphabetical order, so that the choice never depends on file order.

A claim of basis `assumed` therefore never beats one that somebody measured or reported for the
same date, but it does beat a measured one that does not cover the date, when the assumed one does:
an assumption about 2015 says more about 2015 than a measurement of 2022. To keep an assumption
from doing that, leave its dates open only where it is meant for all time: an undated assumption is
taken only when no other claim can be carried over ten years or less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sogdia.core.register import Carries
from sogdia.evidence.claim import BASES, CONFIDENCES, TIERS, Claim, Source

__all__ = ["Belief", "choose"]

FAR_FUTURE = date(9999, 12, 31)

TIMELESS_GUESS = 2
"""First rank of an undated assumption: behind claims of the date and those carried to it."""

CARRIED_AT_MOST_DAYS = 3653
"""A claim further than ten years from the date yields to an undated assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What is held true, and what was not.

    Attributes
    ----------
    claim : Claim
        The winner.
    carried : bool
        True when it does not cover the date itself.
    rivals : tuple of (Claim, str)
        The losers, best first, each with the reason in words.
    """

    claim: Claim
    carried: bool
    rivals: tuple[tuple[Claim, str], ...]


def choose(
    claims: Iterable[Claim],
    sources: Mapping[str, Source],
    *,
    on: date,
    known_by: date = FAR_FUTURE,
    carries: Carries = "nearest",
) -> Belief | None:
    """The claim believed on a date, or None when there is none that may be used."""
    ranked: list[tuple[tuple[object, ...], Claim]] = []
    unusable: list[tuple[Claim, str]] = []
    for claim in claims:
        known_from = claim.stated_on or claim.holds_from
        if known_from is not None and known_from > known_by:
            unusable.append((claim, f"not known before {known_from}"))
            continue
        covers = claim.holds_on(on)
        late = claim.holds_from is not None and claim.holds_from > on
        if not covers and (carries == "no" or (carries == "forward" and late)):
            unusable.append((claim, "holds at another time"))
            continue
        ranked.append((_rank(claim, sources[claim.source], on), claim))
    if not ranked:
        return None
    ranked.sort(key=lambda pair: pair[0])  # type: ignore[arg-type, return-value]
    best_rank, best = ranked[0]
    rivals = [(claim, _why(best_rank, rank)) for rank, claim in ranked[1:]]
    unusable.sort(key=lambda pair: pair[0].id)
    return Belief(claim=best, carried=not best.holds_on(on), rivals=tuple(rivals) + tuple(unusable))


REASONS = (
    "holds at another time",
    "further from the date",
    "further from the date",
    "weaker basis",
    "weaker kind of source",
    "lower confidence",
    "stated earlier",
    "same standing; later in the alphabet",
)


def _rank(claim: Claim, source: Source, on: date) -> tuple[object, ...]:
    undated = claim.holds_from is None and claim.holds_to is None
    timeless_guess = undated and claim.basis == "assumed"
    covers = claim.holds_on(on) and not timeless_guess
    from_future = claim.holds_from is not None and claim.holds_from > on
    far = claim.days_from(on) > CARRIED_AT_MOST_DAYS
    return (
        0 if covers else TIMELESS_GUESS if timeless_guess else 3 if far else 1,
        0 if covers or timeless_guess else claim.days_from(on),
        from_future,
        BASES.index(claim.basis),
        TIERS.index(source.tier) if claim.basis != "assumed" else 0,
        CONFIDENCES.index(claim.confidence),
        -(claim.stated_on.toordinal() if claim.stated_on is not None else 0),
        claim.id,
    )


def _why(best: tuple[object, ...], rank: tuple[object, ...]) -> str:
    if rank[0] == TIMELESS_GUESS and rank[0] != best[0]:
        return "an undated assumption"
    for reason, a, b in zip(REASONS, best, rank, strict=True):
        if a != b:
            return reason
    return REASONS[-1]
