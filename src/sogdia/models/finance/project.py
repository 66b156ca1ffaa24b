"""One project: what it costs, earns and owes each year, and for whom.

Money of contracts (cost, loan) is nominal USD. Money of operation (tariff, operating cost,
benefits) is real USD of 2023. Results are real USD of 2023; the loan is also kept as contracted.
A nominal dollar of year y is ``(1 + inflation)^(2023 - y)`` dollars of 2023. All flows fall at the
end of their year. The equations are in ``docs/explanation/finance.md``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList
from sogdia.core.money import BASE_YEAR
from sogdia.core.status import STATES, Status
from sogdia.models.finance.parties import Flows, Party, parties
from sogdia.models.finance.solve_loan import Repayment, Schedule, loan_schedule
from sogdia.models.finance.solve_returns import (
    Return,
    internal_rate,
    linear_break_even,
    net_present_value,
)

__all__ = ["Appraisal", "Loan", "Project", "appraise_project", "ramped", "years_from"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """Terms of a loan; years count from the end of the first year of drawing.

    Attributes
    ----------
    share : float
        Of the capital cost that it pays; drawn as the cost is spent.
    rate : float
        Nominal interest a year, share.
    tenor_y, grace_y : int
    lender : str
        ISO3 of the state whose banks lend.
    capitalised : bool
        Interest in the grace is added to the loan; otherwise the owners pay it.
    """

    share: float
    rate: float
    tenor_y: int
    grace_y: int
    lender: str
    capitalised: bool = True
    repayment: Repayment = "annuity"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project that a company of several owners builds, runs and repays from its revenue.

    Attributes
    ----------
    cost_usd : float
        Nominal; spent in equal parts at the ends of the years of construction.
    first_year, opening_year, last_year : int
        Construction runs from the first year to the one before the opening; the account ends with
        the last year.
    owners : mapping of str to float
        Share of the equity by ISO3; they sum to 1.
    tariff_usd2023_per_t, variable_cost_usd2023_per_t : float
        Earned and spent for a tonne over the whole line.
    fixed_cost_usd2023_per_y : float
        Upkeep of the line, whatever the traffic.
    capacity_t_per_y : float
    residual_share : float
        Share of the real cost that the asset is worth after the last year.
    inflation : float
        Of the US dollar from 2023 on, share a year; an assumption.
    discount_rate : float
        Real, share a year.
    base_date : date
        To which values are discounted.
    ramp : tuple of float
        Share of the full traffic in the first years of operation.
    """

    id: str
    name: str
    cost_usd: float
    first_year: int
    opening_year: int
    last_year: int
    owners: Mapping[str, float]
    loan: Loan | None
    tariff_usd2023_per_t: float
    variable_cost_usd2023_per_t: float
    fixed_cost_usd2023_per_y: float
    capacity_t_per_y: float = math.inf
    residual_share: float = 0.0
    inflation: float = 0.02
    discount_rate: float = 0.06
    base_date: date = date(2025, 12, 31)
    ramp: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        problems = ProblemList()
        if not self.first_year < self.opening_year <= self.last_year:
            problems.add(
                self.id, "years are not in order",
                got=f"{self.first_year}, {self.opening_year}, {self.last_year}",
                allowed="first < opening <= last",
            )  # fmt: skip
        if abs(sum(self.owners.values()) - 1.0) > 1e-9 or min(self.owners.values(), default=0) < 0:
            problems.add(self.id, "owners", got=dict(self.owners), allowed="shares that sum to 1")
        for name in (
            "cost_usd", "tariff_usd2023_per_t", "variable_cost_usd2023_per_t",
            "fixed_cost_usd2023_per_y", "residual_share",
        ):  # fmt: skip
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0.0):
                problems.add(self.id, name, got=getattr(self, name), allowed="0 or more")
        for name in ("inflation", "discount_rate"):
            if not -0.5 < getattr(self, name) < 1.0:
                problems.add(
                    self.id, name, got=getattr(self, name), allowed="a share", fix="6 % is 0.06"
                )
        if self.loan is not None and not 0.0 <= self.loan.share <= 1.0:
            problems.add(self.id, "share of the loan", got=self.loan.share, allowed="0 to 1")
        if self.loan is not None and not 0.0 <= self.loan.rate < 1.0:
            problems.add(
                self.id, "rate of the loan", got=self.loan.rate, allowed="a share, 0 to 1",
                fix="2 % is 0.02",
            )  # fmt: skip
        problems.raise_if_any()

    @cached_property
    def years(self) -> NDArray[np.int64]:
        """(T,) First year to last year."""
        return np.arange(self.first_year, self.last_year + 1)

    @cached_property
    def price_ratio(self) -> Array:
        """(T,) Nominal dollars of each year for one of 2023."""
        return np.power(1.0 + self.inflation, self.years - BASE_YEAR, dtype=np.float64)

    @cached_property
    def times(self) -> Array:
        """(T,) Years from the base date to the end of each year."""
        return years_from(self.base_date, self.years)

    @cached_property
    def working(self) -> NDArray[np.bool_]:
        """(T,) Whether the line is open in the year."""
        return self.years >= self.opening_year


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """What a project comes to; money in USD of 2023 unless it says otherwise.

    Attributes
    ----------
    traffic_t_per_y, revenue, operating_cost, capital, residual : (T,) float64
    available : (T,) float64
        Revenue less operating cost: what can serve debt.
    service, shortfall, dividends, equity : (T,) float64
        Debt service; what `available` lacks for it, which the owners cover; what is left for the
        owners; what they put in for the cost.
    cover_ratio : (T,) float64
        `available` over `service`; NaN without debt service.
    break_even_t_per_y : (T,) float64
        Traffic at which the cover is 1; NaN where no traffic does, or without debt service.
    schedule : Schedule or None
        The loan, nominal USD, by year from the first year on; may run past the last year.
    balance_usd : (T,) float64
        Nominal.
    npv_project, npv_equity, npv_economic : float
        At `discount_rate` to `base_date`. The economic one is NaN when benefits are not known.
    irr_project, irr_equity, irr_economic : Return
        Real.
    break_even_npv_t_per_y : float
        Full traffic at which `npv_project` is 0.
    parties : tuple of Party
    """

    project: Project
    traffic_t_per_y: Array
    revenue: Array
    operating_cost: Array
    capital: Array
    residual: Array
    available: Array
    service: Array
    shortfall: Array
    dividends: Array
    equity: Array
    cover_ratio: Array
    break_even_t_per_y: Array
    schedule: Schedule | None
    balance_usd: Array
    npv_project: float
    npv_equity: float
    npv_economic: float
    irr_project: Return
    irr_equity: Return
    irr_economic: Return
    break_even_npv_t_per_y: float
    parties: tuple[Party, ...]
    status: Status


def years_from(base_date: date, years: NDArray[np.int64]) -> Array:
    """Years from a date to the ends of years: whole numbers when the date is 31 December."""
    days = date(base_date.year, 12, 31).timetuple().tm_yday
    passed = base_date.timetuple().tm_yday / days
    return (years - base_date.year).astype(np.float64) + (1.0 - passed)


def ramped(project: Project, full_t_per_y: float) -> Array:
    """(T,) Traffic that grows to its full level along the project's ramp; 0 before the opening."""
    share = np.zeros(len(project.years))
    opened = int(project.working.sum())
    steps = np.array([*project.ramp[:opened], *[1.0] * max(opened - len(project.ramp), 0)])
    share[project.working] = steps
    return share * full_t_per_y


def appraise_project(
    project: Project,
    traffic_t_per_y: Array,
    *,
    benefits_usd2023: Mapping[str, Array] | None = None,
) -> Appraisal:
    """Cash flow, returns, debt service cover, break-even, and who pays and gains.

    Parameters
    ----------
    traffic_t_per_y : (T,) float64
        Tonnes over the line in each of `project.years`; see `ramped`.
    benefits_usd2023 : mapping of ISO3 to (T,) float64, optional
        Gain of users a year after they have paid the tariff, by state. None: not known, and the
        economic return is then NaN.

    Raises
    ------
    InvalidInput
        When traffic or benefits do not fit the years, or exceed what the line can carry.
    """
    traffic = np.asarray(traffic_t_per_y, dtype=np.float64)
    _check(project, traffic, benefits_usd2023)
    p = project
    revenue = p.tariff_usd2023_per_t * traffic
    operating = p.variable_cost_usd2023_per_t * traffic + p.fixed_cost_usd2023_per_y * p.working
    capital_usd = np.where(p.working, 0.0, p.cost_usd / (p.opening_year - p.first_year))
    capital = capital_usd / p.price_ratio
    residual = np.zeros(len(p.years))
    residual[-1] = p.residual_share * float(capital.sum())
    available = revenue - operating
    schedule, service_usd, drawn_usd, balance_usd = _loan(p, capital_usd)
    service, drawn = service_usd / p.price_ratio, drawn_usd / p.price_ratio
    # In construction nothing is available, so interest that is not capitalised is a shortfall.
    free = available - service
    shortfall, dividends = np.maximum(-free, 0.0), np.maximum(free, 0.0)
    equity = capital - drawn
    project_flow = available - capital + residual
    equity_flow = free - equity + residual
    known = benefits_usd2023 is not None
    gain = np.sum(list(benefits_usd2023.values()), axis=0) if benefits_usd2023 else 0.0
    economic_flow = project_flow + gain if known else np.full(len(p.years), math.nan)

    def worth(flow: Array) -> float:
        return net_present_value(flow, p.times, p.discount_rate)

    returns = tuple(
        internal_rate(flow, p.times - p.times[0], of=f"{what} return of {p.id}")
        for what, flow in (
            ("project", project_flow), ("equity", equity_flow), ("economic", economic_flow)
        )
    )  # fmt: skip
    margin = p.tariff_usd2023_per_t - p.variable_cost_usd2023_per_t
    with np.errstate(divide="ignore", invalid="ignore"):
        cover = np.where(service > 0.0, available / service, math.nan)
        even = (service + p.fixed_cost_usd2023_per_y) / margin if margin > 0.0 else math.nan
    return Appraisal(
        project=p, traffic_t_per_y=traffic, revenue=revenue, operating_cost=operating,
        capital=capital, residual=residual, available=available, service=service,
        shortfall=shortfall, dividends=dividends, equity=equity, cover_ratio=cover,
        break_even_t_per_y=np.where((service > 0.0) & p.working, even, math.nan),
        schedule=schedule, balance_usd=balance_usd, npv_project=worth(project_flow),
        npv_equity=worth(equity_flow), npv_economic=worth(economic_flow),
        irr_project=returns[0], irr_equity=returns[1], irr_economic=returns[2],
        break_even_npv_t_per_y=_break_even(p, capital, residual),
        parties=parties(
            Flows(
                equity=equity, dividends=dividends, shortfall=shortfall, drawn=drawn,
                service=service, residual=residual, balance=balance_usd / p.price_ratio,
            ),
            p.owners, p.loan.lender if p.loan else None, benefits_usd2023, worth,
        ),
        status=_status(p, schedule, returns, known=known),
    )  # fmt: skip


def _loan(project: Project, capital_usd: Array) -> tuple[Schedule | None, Array, Array, Array]:
    """The loan and its service, drawings and balance in the project's years; nominal."""
    T = len(project.years)
    if project.loan is None or project.loan.share == 0.0:
        return None, np.zeros(T), np.zeros(T), np.zeros(T)
    terms = project.loan
    schedule = loan_schedule(
        terms.share * capital_usd[~project.working], terms.rate, terms.tenor_y, terms.grace_y,
        capitalise=terms.capitalised, repayment=terms.repayment,
    )  # fmt: skip

    def fitted(values: Array) -> Array:
        return np.concatenate([values, np.zeros(max(T - len(values), 0))])[:T]

    return schedule, fitted(schedule.service), fitted(schedule.drawn), fitted(schedule.balance)


def _break_even(project: Project, capital: Array, residual: Array) -> float:
    """Full traffic at which the project's net present value is 0; linear, so two values say it."""
    per_t = project.tariff_usd2023_per_t - project.variable_cost_usd2023_per_t

    def value(full: float) -> float:
        flow = per_t * ramped(project, full) - project.fixed_cost_usd2023_per_y * project.working
        return net_present_value(flow - capital + residual, project.times, project.discount_rate)

    return linear_break_even(value(0.0), value(1.0))


def _status(
    project: Project, schedule: Schedule | None, returns: tuple[Return, ...], *, known: bool
) -> Status:
    said = [
        f"{r.status.of}: {r.status.message}"
        for r in (returns if known else returns[:2])
        if r.status.message
    ]
    if not known:
        said.append("benefits of users are not known, so the economic return is null")
    if schedule is not None and len(schedule.service) > len(project.years):
        said.append(f"the loan runs past {project.last_year}, the last year of the account")
    states = [r.status.state for r in returns[:2] if r.status.state != "failed"]
    if schedule is not None:
        states.append(schedule.status.state)
    return Status(
        # A return that does not exist is an answer, said in words; it is not a failure to solve.
        state=STATES[max((STATES.index(s) for s in states), default=0)],
        message="; ".join(said),
        of=f"finance of {project.id}",
    )


def _check(project: Project, traffic: Array, benefits: Mapping[str, Array] | None) -> None:
    problems = ProblemList()
    where, T = project.id, len(project.years)
    if traffic.shape != (T,):
        problems.add(where, "traffic does not fit the years", got=traffic.shape, allowed=f"({T},)")
    else:
        if not np.all(np.isfinite(traffic)) or np.any(traffic < 0.0):
            problems.add(where, "traffic is negative or not known", allowed="0 or more each year")
        if np.any(traffic[~project.working] > 0.0):
            problems.add(where, "there is traffic before the opening", got=project.opening_year)
        most = float(np.nanmax(traffic, initial=0.0))
        if most > project.capacity_t_per_y * (1.0 + 1e-12):
            problems.add(
                where, "traffic is above what the line can carry", got=f"{most:,.0f} t a year",
                allowed=f"up to {project.capacity_t_per_y:,.0f}",
                fix="lower the traffic, or raise the capacity of the project",
            )  # fmt: skip
    for state, gain in (benefits or {}).items():
        if np.shape(gain) != (T,):
            problems.add(where, f"benefits of {state} do not fit the years", got=np.shape(gain))
    problems.raise_if_any()
