"""Visits as counted: the table `person_baseline` from the claims, unknown as null."""

from __future__ import annotations

from datetime import date
from typing import Any

from sogdia.core.states import CHINA, FIVE
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE, Belief
from sogdia.models.people.regimes import regime_by_registry
from sogdia.models.people.tables import PERSON_BASELINE, PURPOSES

__all__ = ["person_baseline"]


COUNTED: dict[str, tuple[str, str]] = {
    "visit": ("chinese_visitors_persons", "visitors_to_china_persons"),
    "tourism": ("chinese_tourists_persons", "tourists_to_china_persons"),
    "study": ("chinese_students_abroad_persons", "students_in_china_persons"),
}
"""Variable of Chinese in a state, and of its citizens in China. Other purposes have no count."""

BACK_AT_MOST_YEARS = 10


def person_baseline(base: EvidenceBase, *, on: date, known_by: date = FAR_FUTURE) -> Table:
    """Counts of the year of a date, or of the latest year before in which entry was possible.

    A year in whose middle the border was closed in either direction is passed over: its count says
    nothing about a visa. Of a date after the last year counted anywhere, that year stands.
    """
    last = _last_year(base)
    rows: list[dict[str, Any]] = []
    for state in FIVE:
        for purpose in PURPOSES:
            for i, (a, b) in enumerate(((CHINA, state), (state, CHINA))):
                row: dict[str, Any] = {"origin": a, "destination": b, "purpose": purpose}
                if purpose in COUNTED:
                    row |= _latest(
                        base, state, COUNTED[purpose][i], (a, b), min(on.year, last), known_by
                    )
                rows.append(row | ({"carried": row["year"] != on.year} if "year" in row else {}))
    return Table.from_rows(PERSON_BASELINE, rows)


def _latest(
    base: EvidenceBase, state: str, variable: str, pair: tuple[str, str], first: int, known_by: date
) -> dict[str, Any]:
    for year in range(first, first - BACK_AT_MOST_YEARS - 1, -1):
        middle = date(year, 7, 1)
        belief: Belief | None = base.believe(state, variable, on=middle, known_by=known_by)
        if belief is None:
            continue
        regimes = regime_by_registry(base, middle)
        regime = regimes.get(pair)
        # A border that is shut on the way home is shut.
        if regime in (None, "closed") or regimes.get((pair[1], pair[0])) == "closed":
            continue
        return {
            "year": year,
            "observed_regime": regime,
            "observed_persons_per_y": belief.claim.number,
            "claim": belief.claim.id,
        }
    return {}


def _last_year(base: EvidenceBase) -> int:
    """The last year that any of the counts is of."""
    years = [
        claim.holds_from.year
        for state in FIVE
        for pair in COUNTED.values()
        for variable in pair
        for claim in base.about(state, variable)
        if claim.holds_from is not None
    ]
    return max(years, default=date.max.year)
