"""One project at several rates of its loan and several levels of traffic."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from itertools import product

from sogdia.models.finance.project import Appraisal, Project, appraise_project, ramped

__all__ = ["Case", "project_cases"]

Case = tuple[float, float, Appraisal]
"""Rate of the loan (share a year; 0 without a loan), full traffic (t a year), the account."""


def project_cases(
    project: Project,
    *,
    rates: Sequence[float],
    tonnes: Sequence[float],
    benefits_usd2023_per_y: Mapping[str, float] | None = None,
) -> tuple[Case, ...]:
    """An appraisal for each pair of a rate (share) and a full traffic (t a year).

    Benefits of users, where given, are those of full traffic; they follow the ramp.

    Raises
    ------
    InvalidInput
        When a traffic is more than the line can carry, or a rate cannot be.
    """
    found: list[Case] = []
    for rate, full in product(rates, tonnes):
        at = project
        if project.loan is not None:
            at = dataclasses.replace(project, loan=dataclasses.replace(project.loan, rate=rate))
        benefits = None
        if benefits_usd2023_per_y is not None:
            benefits = {s: ramped(at, gain) for s, gain in benefits_usd2023_per_y.items()}
        found.append(
            (rate, full, appraise_project(at, ramped(at, full), benefits_usd2023=benefits))
        )
    return tuple(found)
