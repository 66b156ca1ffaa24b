"""How visits answer a visa: parameters with the band of the published rivals."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import date

from sogdia.core.errors import InvalidInput, Problem, ProblemList
from sogdia.core.estimate import Estimate
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE

__all__ = ["VisaResponse", "visa_response"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisaResponse:
    """The four parameters.

    Attributes
    ----------
    deterrence : Estimate
        sigma: share of visits that a visa requirement deters. The band runs from the smallest to
        the largest published figure and the centre is their median.
    evisa : Estimate
        e: what an e-visa or a visa on arrival deters over what a visa does, in logarithms.
    deflection : Estimate
        kappa: at most this share of new visits is drawn from rival countries.
    states_per_trip : Estimate
        m: states visited on one joint visa, which share its burden.
    sources : tuple of str
        Ids of the claims they rest on.
    """

    deterrence: Estimate
    evisa: Estimate
    deflection: Estimate
    states_per_trip: Estimate
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = ProblemList()
        for name, low, high in (
            ("deterrence", 0.0, 0.99), ("evisa", 0.0, 1.0), ("deflection", 0.0, 1.0),
            ("states_per_trip", 1.0, 50.0),
        ):  # fmt: skip
            held: Estimate = getattr(self, name)
            if not (low <= held.low and held.high <= high):
                problems.add(
                    f"visa response, {name}", "is out of range",
                    got=f"{held.low:g} to {held.high:g}", allowed=f"{low:g} to {high:g}",
                )  # fmt: skip
        problems.raise_if_any()


def visa_response(base: EvidenceBase, *, known_by: date = FAR_FUTURE) -> VisaResponse:
    """The parameters as the evidence has them.

    Raises
    ------
    InvalidInput
        When no claim of one of them was known by the date.
    """
    problems: list[Problem] = []
    used: list[str] = []

    def known(variable: str) -> list[Estimate]:
        found: list[Estimate] = []
        for claim in base.about("WLD", variable):
            if (claim.stated_on is None or claim.stated_on <= known_by) and isinstance(
                claim.value, Estimate
            ):
                found.append(claim.value)
                used.append(claim.id)
        if not found:
            problems.append(
                Problem(
                    where=f"WLD {variable}",
                    what="has no claim known by that date",
                    got=known_by.isoformat(),
                    fix="take a later date",
                )
            )
        return found

    rivals = known("visa_deterrence_share")
    others = {
        name: known(variable)
        for name, variable in (
            ("evisa", "evisa_deterrence_ratio"),
            ("deflection", "visit_deflection_share"),
            ("states_per_trip", "states_per_trip_count"),
        )
    }
    if problems:
        raise InvalidInput(problems)
    return VisaResponse(
        deterrence=Estimate(
            central=statistics.median(r.central for r in rivals),
            low=min(r.low for r in rivals),
            high=max(r.high for r in rivals),
            shape="uniform",
        ),
        evisa=others["evisa"][0],
        deflection=others["deflection"][0],
        states_per_trip=others["states_per_trip"][0],
        sources=tuple(used),
    )
