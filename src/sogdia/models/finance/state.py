"""A state's debt: to China and in all, its service, and the thresholds of the published framework.

Numerator and denominator of a ratio are of one year, the latest for which both are known. What is
not known is null and says so. Stocks are at face value. The framework compares present values,
which for loans below its discount rate of 5 % are smaller; so a face value under a threshold is
under it in present value too, and one above it says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple, get_args

from sogdia.core.errors import UnknownName
from sogdia.core.estimate import Estimate
from sogdia.core.states import FIVE
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE
from sogdia.evidence.claim import Claim
from sogdia.models.finance.ledger import Entry, read_ledger
from sogdia.models.finance.loan_year import loan_year

__all__ = [
    "ASSESSED", "CAPACITIES", "THRESHOLDS", "Capacity", "Portfolio", "Reading", "Verdict",
    "loan_portfolio", "state_position",
]  # fmt: skip

Capacity = Literal["weak", "medium", "strong"]
CAPACITIES: tuple[Capacity, ...] = get_args(Capacity)
Verdict = Literal["below", "above", "not known"]

THRESHOLDS: dict[str, dict[Capacity, float]] = {
    "debt_to_gdp_share": {"weak": 0.30, "medium": 0.40, "strong": 0.55},
    "debt_to_exports_share": {"weak": 1.40, "medium": 1.80, "strong": 2.40},
    "service_to_exports_share": {"weak": 0.10, "medium": 0.15, "strong": 0.21},
    "service_to_revenue_share": {"weak": 0.14, "medium": 0.18, "strong": 0.23},
}
"""Thresholds of external public debt, the first two of its present value.

IMF and World Bank (2018), Guidance Note on the Bank-Fund Debt Sustainability Framework for
Low-Income Countries, in use since July 2018.
"""

FACE_VALUE = frozenset({"debt_to_gdp_share", "debt_to_exports_share"})

ASSESSED = ("KGZ", "TJK", "UZB")
"""States to which the framework is applied; Kazakhstan and Turkmenistan are not among them."""

YEAR_END = timedelta(days=1)
"""A stock of 1 January is that of the end of the year before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One figure about a state.

    Attributes
    ----------
    name : str
        Ends in its unit.
    value : float
        NaN when not known.
    year : int or None
    sources : tuple of str
    rivals : tuple of (float, str)
        Other figures for the same year, with their source.
    threshold : float
        Of the framework, for the state's capacity; NaN when there is none.
    verdict : {"below", "above", "not known"}
    note : str
    """

    name: str
    value: float
    year: int | None = None
    sources: tuple[str, ...] = ()
    rivals: tuple[tuple[float, str], ...] = ()
    threshold: float = math.nan
    verdict: Verdict = "not known"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """Loans of the ledger whose terms are known, run to the end of a year; nominal USD.

    Attributes
    ----------
    balance_usd, service_usd, principal_usd : float
        Owed at the end of the year; paid in the year, and the principal in it.
    loans, left_out : tuple of str
        Ledger ids; the second have terms that are not complete.
    """

    country: str
    year: int
    balance_usd: float
    service_usd: float
    principal_usd: float
    loans: tuple[str, ...]
    left_out: tuple[str, ...]


class When(NamedTuple):
    """The date a figure is wanted on, and the date by which it must have been known."""

    day: date
    known_by: date


def state_position(
    base: EvidenceBase, country: str, *, on: date, known_by: date = FAR_FUTURE
) -> tuple[Reading, ...]:
    """Debt, service and ratios of a state on a date, as known by another.

    Raises
    ------
    UnknownName
        When the country is not one of the five of Central Asia.
    """
    if country not in FIVE:
        raise UnknownName("state of Central Asia", country, FIVE)

    when = When(on, known_by)

    def latest(variable: str, year: int | None = None) -> Reading:
        return _latest(base, country, variable, when, year)

    to_china = _debt_to_china(base, country, when)
    found = [
        to_china,
        latest("public_external_debt_usd"),
        latest("external_debt_usd"),
        latest("external_debt_service_usd_per_y"),
        latest("external_debt_service_to_china_usd_per_y"),
        latest("gdp_usd_per_y"),
        _exports(base, country, when, None),
        _of_year("investment_from_china_usd", _stocks(base, country, when, "fdi_stock")),
    ]
    capacity = _capacity(base, country, when)
    years = _years(base, country, "public_external_debt_usd", when)
    found.append(
        _ratio(
            "china_of_public_external_debt_share",
            lambda y: _debt_to_china(base, country, when, y),
            lambda y: latest("public_external_debt_usd", y),
            years,
        )
    )
    found.append(
        _ratio(
            "china_to_gdp_share",
            lambda y: _debt_to_china(base, country, when, y),
            lambda y: latest("gdp_usd_per_y", y),
            _china_years(base, country, when),
        )
    )
    services = _years(base, country, "external_debt_service_usd_per_y", when)
    for name, top, bottom, of in (
        ("debt_to_gdp_share", "public_external_debt_usd", "gdp", years),
        ("debt_to_exports_share", "public_external_debt_usd", "exports", years),
        ("service_to_exports_share", "external_debt_service_usd_per_y", "exports", services),
    ):
        below: Callable[[int], Reading] = (
            (lambda y: latest("gdp_usd_per_y", y))
            if bottom == "gdp"
            else (lambda y: _exports(base, country, when, y))
        )
        ratio = _ratio(name, lambda y, top=top: latest(top, y), below, of)
        found.append(_judged(ratio, capacity))
    revenue = Reading(name="service_to_revenue_share", value=math.nan, note="revenue is not known")
    found.append(_judged(revenue, capacity))
    for published in (
        "public_external_debt_to_gdp_share", "external_debt_service_to_exports_share"
    ):  # fmt: skip
        reading = latest(published)
        if not math.isnan(reading.value):
            found.append(reading)
    return tuple(found)


def loan_portfolio(base: EvidenceBase, country: str, year: int, *, lender: str) -> Portfolio:
    """What the ledger's own loans of a lender to a state come to at the end of a year.

    Each loan is taken as drawn in full in the year it was signed and repaid in equal parts of
    principal after its grace. Projects draw over years, so early balances are too high and early
    principal is too soon.
    """
    loans = [
        e
        for e in read_ledger(base)
        if e.kind == "loan" and e.country == country and lender in e.lender
        and e.counted_usd != 0.0 and e.date is not None and e.date.year <= year
    ]  # fmt: skip
    balance = service = principal = 0.0
    used, left_out = list[str](), list[str]()
    for loan in loans:
        rows = _run(loan, year)
        if rows is None:
            left_out.append(loan.id)
            continue
        used.append(loan.id)
        balance, service, principal = balance + rows[0], service + rows[1], principal + rows[2]
    return Portfolio(
        country=country, year=year, balance_usd=balance, service_usd=service,
        principal_usd=principal, loans=tuple(used), left_out=tuple(left_out),
    )  # fmt: skip


def _run(loan: Entry, year: int) -> tuple[float, float, float] | None:
    """Balance, service and principal of one loan in a year; None without complete terms."""
    found = loan_year(
        signed=loan.date, amount_usd=loan.counted_usd, rate=loan.terms.rate,
        tenor_y=loan.terms.tenor_y, grace_y=loan.terms.grace_y, year=year,
    )  # fmt: skip
    if math.isnan(found.balance_usd):
        return None
    return found.balance_usd, found.service_usd, found.principal_usd


def _year_of(claim: Claim) -> int | None:
    """The year at whose end, or over which, a claim holds."""
    when = claim.holds_to or claim.holds_from
    if when is None:
        return None
    stock = claim.holds_from == claim.holds_to
    return (when - YEAR_END).year if stock else when.year


def _claims(base: EvidenceBase, country: str, variable: str, on: When) -> list[Claim]:
    return [
        c
        for c in base.about(country, variable)
        if isinstance(c.value, Estimate)
        and (c.holds_from is None or c.holds_from <= on.day)
        and (c.stated_on or c.holds_from or date.min) <= on.known_by
    ]


def _years(base: EvidenceBase, country: str, variable: str, on: When) -> tuple[int, ...]:
    """Years for which something is claimed, the latest first."""
    years = {_year_of(c) for c in _claims(base, country, variable, on)}
    return tuple(sorted((y for y in years if y is not None), reverse=True))


def _latest(base: EvidenceBase, country: str, variable: str, on: When, year: int | None) -> Reading:
    """The figure of a year, by default the latest known; the latest day first within it."""
    years = _years(base, country, variable, on)
    if year is None and years:
        year = years[0]
    held = [c for c in _claims(base, country, variable, on) if _year_of(c) == year]
    if year is None or not held:
        return Reading(name=variable, value=math.nan, note="not known")
    # A stock near the end of the year says more about its end than one of its middle.
    held.sort(key=lambda c: (-(c.holds_to or date.min).toordinal(), CONFIDENCE[c.confidence], c.id))
    best = held[0]
    return Reading(
        name=variable, value=best.number, year=year, sources=(best.source,),
        rivals=tuple(
            (c.number, c.source) for c in held[1:] if not math.isclose(c.number, best.number)
        ),
        note=best.note,
    )  # fmt: skip


CONFIDENCE = {"high": 0, "medium": 1, "low": 2}


def _debt_to_china(base: EvidenceBase, country: str, on: When, year: int | None = None) -> Reading:
    """From claims and from the ledger's debt stocks; figures of one year are rivals."""
    return _of_year("debt_to_china_usd", _china_figures(base, country, on), year)


def _china_years(base: EvidenceBase, country: str, on: When) -> tuple[int, ...]:
    """Years at whose end something is known, the latest first."""
    days = {figure[0] for figure in _china_figures(base, country, on)}
    return tuple(sorted({(d - YEAR_END).year for d in days}, reverse=True))


def _china_figures(
    base: EvidenceBase, country: str, on: When
) -> list[tuple[date, str, float, str]]:
    """Day, confidence, amount and source of every figure."""
    figures = [
        (c.holds_to, c.confidence, c.number, c.source)
        for c in _claims(base, country, "debt_to_china_usd", on)
        if c.holds_to is not None
    ]
    return figures + _stocks(base, country, on, "debt_stock", borrower="Government")


def _stocks(
    base: EvidenceBase, country: str, on: When, kind: str, *, borrower: str = ""
) -> list[tuple[date, str, float, str]]:
    """Day, confidence, amount and source of the ledger's stocks of a kind."""
    return [
        (e.date, e.confidence, e.amount_usd, e.source)
        for e in read_ledger(base)
        if e.kind == kind
        and e.country == country
        and borrower in ("", e.borrower)
        and e.date is not None
        and e.date <= min(on.day, on.known_by)
    ]


def _of_year(
    name: str, figures: list[tuple[date, str, float, str]], year: int | None = None
) -> Reading:
    """The figure of a year, by default the latest: the surest, then the latest day."""
    years = {(d - YEAR_END).year for d, *_ in figures}
    if year is None and years:
        year = max(years)
    held = [f for f in figures if (f[0] - YEAR_END).year == year]
    if not held:
        return Reading(name=name, value=math.nan, note="not known")
    held.sort(key=lambda f: (CONFIDENCE[f[1]], -f[0].toordinal(), f[3]))
    return Reading(
        name=name, value=held[0][2], year=year, sources=(held[0][3],),
        rivals=tuple((value, source) for _, _, value, source in held[1:]),
        note=f"on {held[0][0]}",
    )  # fmt: skip


def _exports(base: EvidenceBase, country: str, on: When, year: int | None) -> Reading:
    """Exports of goods and services: their share of GDP times GDP, both of one year."""
    if year is None:
        shared = set(_years(base, country, "exports_goods_services_share", on)) & set(
            _years(base, country, "gdp_usd_per_y", on)
        )
        year = max(shared, default=None)
    name = "exports_usd_per_y"
    if year is None:
        return Reading(name=name, value=math.nan, note="not known")
    share = _latest(base, country, "exports_goods_services_share", on, year)
    gdp = _latest(base, country, "gdp_usd_per_y", on, year)
    value = share.value * gdp.value
    if math.isnan(value):
        return Reading(name=name, value=value, year=year, note="not known")
    return Reading(
        name=name, value=value, year=year, sources=(*share.sources, *gdp.sources),
        note="share of GDP times GDP",
    )  # fmt: skip


def _ratio(
    name: str,
    top: Callable[[int], Reading],
    bottom: Callable[[int], Reading],
    years: tuple[int, ...],
) -> Reading:
    """Of the latest year for which both are known."""
    for year in years:
        a, b = top(year), bottom(year)
        if not math.isnan(a.value) and b.value > 0.0:
            return Reading(
                name=name, value=a.value / b.value, year=year, sources=(*a.sources, *b.sources),
                rivals=tuple((value / b.value, source) for value, source in a.rivals),
            )  # fmt: skip
    return Reading(name=name, value=math.nan, note="not known for one and the same year")


def _capacity(base: EvidenceBase, country: str, on: When) -> Capacity | None:
    belief = base.believe(country, "debt_carrying_capacity", on=on.day, known_by=on.known_by)
    if belief is None:
        return None
    word = str(belief.claim.value)
    return next((c for c in CAPACITIES if c == word), None)


def _judged(reading: Reading, capacity: Capacity | None) -> Reading:
    """The reading beside the threshold of the state's capacity."""
    import dataclasses

    if capacity is None:
        return dataclasses.replace(
            reading,
            note="; ".join(filter(None, (reading.note, "the framework is not applied to it"))),
        )
    threshold = THRESHOLDS[reading.name][capacity]
    verdict: Verdict = "not known"
    note = reading.note
    if reading.value <= threshold:
        verdict = "below"
    elif reading.value > threshold:
        if reading.name in FACE_VALUE:
            note = "; ".join(filter(None, (note, "face value; the present value is not known")))
        else:
            verdict = "above"
    return dataclasses.replace(reading, threshold=threshold, verdict=verdict, note=note)
