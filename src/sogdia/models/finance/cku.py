"""The China-Kyrgyzstan-Uzbekistan railway as a project, from the claims about it.

The joint company is taken to build and run the line in Kyrgyzstan for the 4.7 billion USD. What is
not published is a parameter with a band: the interest rate, the grace, the tariff, operating cost.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sogdia.core.draws import uniform
from sogdia.core.errors import InvalidInput, Problem, ProblemList
from sogdia.core.estimate import Estimate
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE
from sogdia.evidence.claim import Claim
from sogdia.models.finance.cases import Case, project_cases
from sogdia.models.finance.project import Appraisal, Loan, Project

__all__ = [
    "CKU",
    "FULL_YEAR",
    "CkuClaims",
    "LoanTerms",
    "Rival",
    "cku_cases",
    "cku_claims",
    "cku_project",
    "cku_rivals",
    "exposure_to_gdp",
    "loan_tenor_y",
    "project_of",
    "tariff_per_t",
    "unit_tariffs",
]

CKU = "project:RAIL_CKU"
OWNERS = ("CHN", "KGZ", "UZB")
LENDER = "CHN"

FIRST_YEAR, OPENING_YEAR = 2025, 2031
"""Construction began on 27 December 2024 and is to take five to six years."""

RAMP = (0.4, 0.55, 0.7, 0.85)
"""Assumed: shares of the full traffic in the first four years of operation."""

FULL_YEAR = OPENING_YEAR + len(RAMP)
"""The first year of full traffic."""

RIVALS = (
    (f"{CKU}@KGZ", "project_equity_usd"), (f"{CKU}@UZB", "project_equity_usd"),
    (CKU, "project_equity_usd"), (CKU, "project_loan_usd"), (CKU, "project_cost_usd"),
    (CKU, "project_length_km"), (CKU, "project_traffic_t_per_y"),
    (CKU, "project_revenue_usd_per_y"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Claims about one thing that do not agree, the believed one first."""

    subject: str
    variable: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """Terms that replace what is believed; None leaves it."""

    rate: float | None = None
    tenor_y: float | None = None
    grace_y: float | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CkuClaims:
    """What is believed of the project on a date, each value with the key of its draw.

    Attributes
    ----------
    held : mapping of (subject, variable) to (key, Estimate)
    capacity_t_per_y : float
        The largest traffic anybody claims: what the line is designed for.
    """

    held: Mapping[tuple[str, str], tuple[str, Estimate]]
    capacity_t_per_y: float

    def value(self, variable: str, *, owner: str = "", draw: int = 0, seed: int = 0) -> float:
        """A value of the project, or of one owner in it; draw 0 is central."""
        key, estimate = self.held[f"{CKU}@{owner}" if owner else CKU, variable]
        if draw == 0 or estimate.low == estimate.high:
            return estimate.central
        return estimate.quantile(uniform(seed, key, draw))


NEEDED = (
    "project_cost_usd", "project_length_km", "project_tariff_usd2023_per_tkm",
    "project_variable_cost_usd2023_per_tkm", "project_upkeep_share", "us_inflation_share",
    "project_loan_usd", "loan_interest_share", "loan_tenor_years_count", "loan_grace_years_count",
    "project_traffic_t_per_y",
)  # fmt: skip


def cku_claims(base: EvidenceBase, *, on: date, known_by: date = FAR_FUTURE) -> CkuClaims:
    """Everything the account needs.

    Raises
    ------
    InvalidInput
        When claims it needs are missing, with all of them.
    """
    problems = ProblemList()
    held: dict[tuple[str, str], tuple[str, Estimate]] = {}
    for subject, variable in (
        *((CKU, v) for v in NEEDED), *((f"{CKU}@{s}", "project_owner_share") for s in OWNERS),
    ):  # fmt: skip
        belief = base.believe(subject, variable, on=on, known_by=known_by)
        if belief is None or not isinstance(belief.claim.value, Estimate):
            problems.add(subject, f"no claim about {variable}", fix="add it to the evidence")
        else:
            claim = belief.claim
            held[subject, variable] = (claim.moves_with or claim.id, belief.claim.value)
    problems.raise_if_any()
    return CkuClaims(held=held, capacity_t_per_y=_capacity(base))


def cku_project(
    base: EvidenceBase,
    *,
    on: date,
    rate: float | None = None,
    grace_y: int | None = None,
    tariff_usd2023_per_tkm: float | None = None,
    discount_rate: float = 0.06,
    base_date: date = date(2025, 12, 31),
) -> Project:
    """The project as believed on a date; `None` takes the centre of what is claimed or assumed.

    Raises
    ------
    InvalidInput
        When a claim it needs is missing.
    """
    return project_of(
        cku_claims(base, on=on),
        LoanTerms(rate=rate, grace_y=grace_y),
        tariff_usd2023_per_tkm=tariff_usd2023_per_tkm,
        discount_rate=discount_rate,
        base_date=base_date,
    )


def project_of(
    claims: CkuClaims,
    terms: LoanTerms,
    *,
    tariff_usd2023_per_tkm: float | None = None,
    discount_rate: float = 0.06,
    base_date: date = date(2025, 12, 31),
    draw: int = 0,
    seed: int = 0,
) -> Project:
    """The project under some terms of its loan, in one draw of what is uncertain.

    Raises
    ------
    InvalidInput
        When the terms cannot be.
    """

    def value(variable: str) -> float:
        return claims.value(variable, draw=draw, seed=seed)

    def chosen(given: float | None, variable: str) -> float:
        return value(variable) if given is None else given

    cost, length = value("project_cost_usd"), value("project_length_km")
    tenor = round(chosen(terms.tenor_y, "loan_tenor_years_count"))
    grace = round(chosen(terms.grace_y, "loan_grace_years_count"))
    tariff = chosen(tariff_usd2023_per_tkm, "project_tariff_usd2023_per_tkm")
    drawing_y = OPENING_YEAR - FIRST_YEAR
    if grace < drawing_y - 1:
        # A loan cannot be repaid while it is drawn: the grace counts from the last drawing then.
        grace += drawing_y - 1
        tenor += drawing_y - 1
    return Project(
        id="RAIL_CKU",
        name="China-Kyrgyzstan-Uzbekistan railway",
        cost_usd=cost,
        first_year=FIRST_YEAR,
        opening_year=OPENING_YEAR,
        last_year=FIRST_YEAR + tenor,
        owners={s: claims.value("project_owner_share", owner=s) for s in OWNERS},
        loan=Loan(
            share=value("project_loan_usd") / cost if terms.share is None else terms.share,
            rate=chosen(terms.rate, "loan_interest_share"),
            tenor_y=tenor,
            grace_y=grace,
            lender=LENDER,
        ),
        tariff_usd2023_per_t=tariff * length,
        variable_cost_usd2023_per_t=length * value("project_variable_cost_usd2023_per_tkm"),
        fixed_cost_usd2023_per_y=cost * value("project_upkeep_share"),
        capacity_t_per_y=claims.capacity_t_per_y,
        inflation=value("us_inflation_share"),
        discount_rate=discount_rate,
        base_date=base_date,
        ramp=RAMP,
    )


def cku_cases(
    base: EvidenceBase,
    *,
    on: date,
    rates: tuple[float, ...],
    tonnes: tuple[float, ...],
    grace_y: int | None = None,
    discount_rate: float = 0.06,
    base_date: date = date(2025, 12, 31),
    benefits_usd2023_per_y: dict[str, float] | None = None,
) -> tuple[Case, ...]:
    """An appraisal for each pair of a rate (share) and a full traffic (t a year).

    Benefits of users, where given, are those of full traffic; they follow the ramp.
    """
    project = cku_project(
        base, on=on, grace_y=grace_y, discount_rate=discount_rate, base_date=base_date
    )
    return project_cases(
        project, rates=rates, tonnes=tonnes, benefits_usd2023_per_y=benefits_usd2023_per_y
    )


def loan_tenor_y(base: EvidenceBase, *, on: date) -> int:
    """Years of the loan as published."""
    return round(_believed(base, CKU, "loan_tenor_years_count", on).central)


def unit_tariffs(base: EvidenceBase, *, on: date) -> Estimate:
    """Low, central and high tariff, USD of 2023 a tonne-kilometre."""
    return _believed(base, CKU, "project_tariff_usd2023_per_tkm", on)


def tariff_per_t(base: EvidenceBase, *, on: date) -> Estimate:
    """Low, central and high tariff for a tonne over the whole line, USD of 2023."""
    length = _believed(base, CKU, "project_length_km", on).central
    a = unit_tariffs(base, on=on)
    return Estimate(
        central=a.central * length, low=a.low * length, high=a.high * length, shape=a.shape
    )


def cku_rivals(base: EvidenceBase, *, on: date) -> tuple[Rival, ...]:
    """What sources say of the project where they do not agree."""
    found: list[Rival] = []
    for subject, variable in RIVALS:
        belief = base.believe(subject, variable, on=on)
        if belief is not None and belief.rivals:
            claims = (belief.claim, *(claim for claim, _ in belief.rivals))
            found.append(Rival(subject=subject, variable=variable, claims=claims))
    return tuple(found)


def exposure_to_gdp(base: EvidenceBase, found: Appraisal, *, on: date) -> dict[str, float]:
    """Each owner's share of the largest debt over its GDP as believed on a date; NaN if unknown.

    Both in USD of 2023; the GDP is the nearest year known.
    """
    shares: dict[str, float] = {}
    for party in found.parties:
        if party.owns_share > 0.0:
            belief = base.believe(party.state, "gdp_usd2023_per_y", on=on)
            gdp = belief.claim.number if belief is not None else math.nan
            shares[party.state] = party.exposure_peak / gdp
    return shares


def _capacity(base: EvidenceBase) -> float:
    """The largest traffic anybody claims: what the line is designed for."""
    claims = base.about(CKU, "project_traffic_t_per_y")
    return max(c.value.high for c in claims if isinstance(c.value, Estimate))


def _believed(base: EvidenceBase, subject: str, variable: str, on: date) -> Estimate:
    belief = base.believe(subject, variable, on=on)
    if belief is None or not isinstance(belief.claim.value, Estimate):
        raise InvalidInput(
            [
                Problem(
                    where=subject, what=f"no claim about {variable}", fix="add it to the evidence"
                )
            ]
        )
    return belief.claim.value
