"""Indicators of the five proposals that other linkages move: called last, with the rows of all.

`policy` has those that the regimes, crossings and trade of both worlds give. These are
read from what other linkages answered and are never solved again here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sogdia.appraisal.linkage.contract import Asked, Linkage, row
from sogdia.appraisal.linkage.people import TOGETHER as VISITS_OF

__all__ = ["FOLLOWED", "Followed", "proposals_of_others"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """An indicator of a proposal and the row of another linkage that it follows.

    Attributes
    ----------
    indicator : str
        Of the registry of the five proposals.
    variable : str
    entities : tuple of str
        The first that is there is taken.
    title : str
    sums : bool
        Whether all rows of the variable are summed where none of the entities is there.
    """

    indicator: str
    variable: str
    entities: tuple[str, ...]
    title: str
    sums: bool = False


FOLLOWED: tuple[Followed, ...] = (
    Followed(
        indicator="FP4-04", variable="visits", entities=(VISITS_OF,),
        title="proposal 4: two-way visitors of the pairs counted",
    ),
    Followed(
        indicator="FP2-05", variable="gas_to_china", entities=("CHN", "CA5", "CA5>CHN"),
        title="proposal 2: gas delivered to China", sums=True,
    ),
    Followed(
        indicator="FP4-08", variable="consultations", entities=("consultation:xinjiang",),
        title="proposal 4: remote consultations held",
    ),
    Followed(
        indicator="FP4-09", variable="opinion_hours", entities=("CA5",),
        title="proposal 4: hours one way to a specialist's opinion, in place of a share of people",
    ),
)  # fmt: skip
"""What follows what."""


def proposals_of_others(asked: Asked, rows: Sequence[Mapping[str, Any]]) -> Linkage:
    """The indicators whose rows are there; none is made up where a linkage was not asked.

    Parameters
    ----------
    asked : Asked
    rows : sequence of rows of `LINKAGE_INDICATOR`
        Of the same date.
    """
    found: list[Mapping[str, Any]] = []
    for one in FOLLOWED:
        there = {
            r["entity"]: r for r in rows if r["on"] == asked.on and r["variable"] == one.variable
        }
        named = next((there[e] for e in one.entities if e in there), None)
        taken = [named] if named is not None else list(there.values()) if one.sums else []
        if not taken or len({r["unit"] for r in taken}) > 1:
            continue
        alone = taken[0] if len(taken) == 1 else None
        found.append(
            row(
                asked.on, "policy", "five proposals", one.indicator, "CA5", one.title,
                taken[0]["unit"], before=_sum(taken, "before_amount"),
                after=_sum(taken, "after_amount"),
                low=alone["low_amount"] if alone else None,
                high=alone["high_amount"] if alone else None,
                basis=alone["basis"]
                if alone
                else f"sum of {len(taken)} rows of {taken[0]['linkage']}, band not known",
            )
        )  # fmt: skip
    return Linkage(rows=tuple(found))


def _sum(rows: Sequence[Mapping[str, Any]], column: str) -> float | None:
    values = [r[column] for r in rows]
    return None if None in values else float(sum(values))
