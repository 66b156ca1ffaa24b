"""What a change of visa regime brings: the answer behind `sogdia visits`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem, ProblemList, UnknownName
from sogdia.core.estimate import Estimate
from sogdia.core.states import CHINA, FIVE
from sogdia.core.table import null
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE
from sogdia.models.people.baseline import person_baseline
from sogdia.models.people.model import PeopleModel
from sogdia.models.people.regimes import REGIME_WORDS, regime_by_registry, with_regimes
from sogdia.models.people.response import VisaResponse, visa_response
from sogdia.world.world import World

__all__ = ["Change", "VisitsAnswer", "ask_visits", "known_regime"]

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One pair and purpose, before and after; None where not known.

    Attributes
    ----------
    year : int or None
        Of the count behind it.
    before, after, change : float or None
        Persons a year at the central parameters.
    change_low, change_high : float or None
        The smallest and largest change over the band, both sides under the same parameters.
    ratio, ratio_low, ratio_high : float or None
        Visits after over before by the regime alone, known without a count.
    spending_usd, spending_low_usd, spending_high_usd : float or None
        Of the change, a year, nominal in the prices of the claim.
    """

    origin: str
    destination: str
    purpose: str
    year: int | None
    regime_before: str | None
    regime_after: str | None
    before: float | None
    after: float | None
    change: float | None
    change_low: float | None
    change_high: float | None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    spending_usd: float | None = None
    spending_low_usd: float | None = None
    spending_high_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsAnswer:
    """The answer.

    Attributes
    ----------
    changes : tuple of Change
        The pairs of the origins asked, those asked first.
    asked : tuple of (str, str)
        Pairs whose regime was set.
    response : VisaResponse
    sources, assumed : tuple of str
        Claims it rests on, and what is assumed, in words.
    """

    on: date
    asked: tuple[Pair, ...]
    changes: tuple[Change, ...]
    response: VisaResponse
    sources: tuple[str, ...]
    assumed: tuple[str, ...]

    def of(self, origin: str, destination: str, purpose: str = "visit") -> Change:
        """One pair and purpose.

        Raises
        ------
        UnknownName
            When it is not in the answer.
        """
        for change in self.changes:
            if (change.origin, change.destination, change.purpose) == (
                origin, destination, purpose,
            ):  # fmt: skip
                return change
        known = [f"{c.origin}>{c.destination} {c.purpose}" for c in self.changes]
        raise UnknownName("pair", f"{origin}>{destination} {purpose}", known)


def known_regime(text: str) -> str:
    """A regime as typed: ``visa-free`` or ``visa_free``.

    Raises
    ------
    UnknownName
        When it is none.
    """
    word = text.strip().lower().replace("-", "_")
    if word not in REGIME_WORDS:
        raise UnknownName("visa regime", text, REGIME_WORDS)
    return word


def ask_visits(
    base: EvidenceBase,
    world: World,
    regimes: Mapping[Pair, str],
    *,
    instead_of: str | None = None,
    known_by: date = FAR_FUTURE,
    response: VisaResponse | None = None,
) -> VisitsAnswer:
    """Visits under some regimes against those of the day before.

    Parameters
    ----------
    base : EvidenceBase
    world : World
        Of the date of the change.
    regimes : mapping of (origin, destination) to regime
    instead_of : str, optional
        What the pairs asked are compared with, by default their regime on the day before.
    known_by : date
    response : VisaResponse, optional
        By default the evidence's.

    Raises
    ------
    InvalidInput
        When a pair is not between China and one of the five, or a regime is not known.
    """
    _check(regimes)
    held = response if response is not None else visa_response(base, known_by=known_by)
    yesterday = regime_by_registry(base, world.on - timedelta(days=1))
    pairs = [(CHINA, s) for s in FIVE] + [(s, CHINA) for s in FIVE]
    # Pairs not asked stand as on the day before on both sides, so that only the question differs.
    was = {p: yesterday[p] for p in pairs if p in yesterday}
    if instead_of is not None:
        was |= dict.fromkeys(regimes, instead_of)
    model = PeopleModel(response=held)
    counted = person_baseline(base, on=world.on, known_by=known_by)
    tables = {"person_baseline": counted}
    before = model.prepare(with_regimes(world, was), tables)
    after = model.prepare(with_regimes(world, was | dict(regimes)), tables)
    first, second = model.solve(before), model.solve(after)
    change = second.trips - first.trips
    ratio = model.ratios(before, after)
    origins = {a for a, _ in regimes}
    found: list[Change] = []
    for i, row in enumerate(after.rows):
        if row["origin"] not in origins:
            continue
        found.append(
            Change(
                origin=row["origin"], destination=row["destination"], purpose=row["purpose"],
                year=row["year"],
                regime_before=before.rows[i]["regime"], regime_after=row["regime"],
                before=null(first.trips[0, i]), after=null(second.trips[0, i]),
                change=null(change[0, i]),
                change_low=null(change[:, i].min()), change_high=null(change[:, i].max()),
                ratio=null(ratio[0, i]),
                ratio_low=null(ratio[:, i].min()), ratio_high=null(ratio[:, i].max()),
                **_spending(base, row, change[:, i]),
            )
        )  # fmt: skip
    found.sort(key=lambda c: ((c.origin, c.destination) not in regimes, c.origin, c.destination))
    claims = {r["claim"] for r in counted.rows() if r["claim"] and r["origin"] in origins}
    spent = {c.id for s in FIVE for c in base.about(s, SPENDING) if (CHINA, s) in regimes}
    return VisitsAnswer(
        on=world.on,
        asked=tuple(regimes),
        changes=tuple(found),
        response=held,
        sources=tuple(sorted(claims | spent | set(held.sources))),
        assumed=ASSUMED,
    )


SPENDING = "spending_per_chinese_visitor_usd"

ASSUMED = (
    "the published effects of a visa hold for these pairs, and alike for every stay a waiver allows",
    "an e-visa deters between nothing and as much as a visa",
    "at most 0 to 50 % of new visits come from the other states counted here",
    "a joint visa is electronic and shared by 1 to 2 states a trip",
    "flights, fares, prices and the recovery after 2022 do not change",
)


def _spending(
    base: EvidenceBase, row: Mapping[str, Any], change: NDArray[np.float64]
) -> dict[str, float | None]:
    """The change times what a visitor spends, for entries of Chinese where a claim says so."""
    if row["origin"] != CHINA or row["purpose"] != "visit" or not np.isfinite(change[0]):
        return {}
    rivals = [
        c.value for c in base.about(str(row["destination"]), SPENDING)
        if isinstance(c.value, Estimate)
    ]  # fmt: skip
    if not rivals:
        return {}
    each = (min(r.low for r in rivals), max(r.high for r in rivals))
    ends = [c * s for c in (change.min(), change.max()) for s in each]
    # The figure of the tourism board covers cash; the card figure is the low end.
    return {
        "spending_usd": float(change[0] * max(r.central for r in rivals)),
        "spending_low_usd": float(min(ends)),
        "spending_high_usd": float(max(ends)),
    }


def _check(regimes: Mapping[Pair, str]) -> None:
    problems = ProblemList()
    if not regimes:
        problems.add("visits", "no pair is asked", fix="give an origin and a destination")
    for a, b in regimes:
        if CHINA not in (a, b) or not {a, b} & set(FIVE):
            problems.problems.append(
                Problem(
                    where=f"citizens of {a} in {b}",
                    what="is not a pair this model counts",
                    allowed=f"CHN and one of {', '.join(FIVE)}",
                )
            )
    if problems:
        raise InvalidInput(problems.problems)


def joint_visa(origin: str, members: Sequence[str], now: Mapping[Pair, str]) -> dict[Pair, str]:
    """The regimes of a joint visa: a member keeps a regime that is more open already.

    A member whose regime is not known or that is closed stays as it is.
    """
    place = REGIME_WORDS.index
    return {
        (origin, m): max((now[origin, m], "joint_visa"), key=place)
        for m in members
        if (origin, m) in now and now[origin, m] != "closed"
    }
