"""The account of a railway company on both sides of an appraisal, central and in draws.

The line is taken as built and lent for on a side where it is open, and on both sides where it is
open on neither: it is then under way whatever the scenario does. Its traffic is the flow that the
appraisal puts on it, or what officials expect where no flow was run.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from sogdia.appraisal.linkage.contract import Asked
from sogdia.core.errors import InvalidInput
from sogdia.core.states import CHINA, FIVE
from sogdia.core.table import Table
from sogdia.models.cooperation.coding_tables import coding_rows
from sogdia.models.finance.cku import (
    FIRST_YEAR,
    FULL_YEAR,
    CkuClaims,
    LoanTerms,
    cku_claims,
    project_of,
)
from sogdia.models.finance.project import Appraisal, appraise_project, ramped
from sogdia.scenario.finance_measures import COLUMNS, SetLoan
from sogdia.scenario.measures import Measure
from sogdia.scenario.quantity import Level
from sogdia.world.world import World

__all__ = ["Account", "Case", "Sides", "accounts", "measured"]

PROJECT, COMPANY_IN = "RAIL_CKU", "KGZ"
"""The company builds and earns on the line in this country."""

Case = Literal["flow", "stated"]

DRAWS = 100
"""At least; an account costs a thousandth of what an appraisal does."""

LOST_AT_MOST = 0.05
"""Share of draws without a value above which a band is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One side.

    Attributes
    ----------
    found : Appraisal or None
        None where there is no line, and so no loan.
    traffic_t_per_y : float
        Full traffic.
    capped : bool
        The traffic was more than the line is designed for.
    """

    found: Appraisal | None
    traffic_t_per_y: float
    capped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Both sides of one case, and what differs in each draw.

    Attributes
    ----------
    drawn : dict of str to (D,) float64
        Change of each figure of `measured`; NaN where a draw has none.
    failed : int
        Draws whose terms cannot be, as a grace as long as the loan.
    at_rates : tuple of (float, Account)
        The second side at the low, central and high rate of its loan, all else central; empty where
        both sides are the same, or it has no loan.
    """

    case: Case
    before: Account
    after: Account
    drawn: Mapping[str, np.ndarray[Any, np.dtype[np.float64]]] = field(
        default_factory=dict[str, Any]
    )
    failed: int = 0
    at_rates: tuple[tuple[float, Account], ...] = ()

    def band(self, name: str) -> tuple[float | None, float | None]:
        """5 and 95 percent of the change of a figure; none where it is not known."""
        values = self.drawn.get(name)
        if values is None or not len(values):
            return None, None
        known = values[~np.isnan(values)]
        if len(known) < (1.0 - LOST_AT_MOST) * len(values):
            return None, None
        low, high = np.percentile(known, (5.0, 95.0))
        return float(low), float(high)


def accounts(asked: Asked) -> tuple[Sides, ...]:
    """The account on the appraisal's flows, where run, and on the traffic that officials expect.

    Empty before the years of the project, or where the evidence of the date has no loan for it.
    """
    rows = [_row(world) for world in (asked.before, asked.after)]
    if asked.on.year < FIRST_YEAR or rows[0] is None or rows[1] is None:
        return ()
    try:
        claims = cku_claims(asked.base, on=asked.on, known_by=asked.before.known_by)
    except InvalidInput:
        return ()
    is_open = [_open(world) for world in (asked.before, asked.after)]
    there = (is_open[0] or not is_open[1], is_open[1] or not is_open[0])
    cases: list[Case] = ["stated"]
    if asked.joined is not None and any(is_open):
        cases.insert(0, "flow")
    gains = _gains(asked) if is_open[1] and not is_open[0] else None
    return tuple(_sides(asked, claims, case, rows, there, gains) for case in cases)


def _sides(
    asked: Asked,
    claims: CkuClaims,
    case: Case,
    rows: list[Mapping[str, Any] | None],
    there: tuple[bool, bool],
    gains: Mapping[str, float] | None,
) -> Sides:
    full = _traffic(asked, claims, case)
    # Users gain what the flow brings them; nothing is known of their gain at another traffic.
    benefits = (None, gains if case == "flow" else None)

    def one(side: int, terms: LoanTerms, draw: int) -> Account:
        if not there[side]:
            return Account(found=None, traffic_t_per_y=0.0)
        project = project_of(claims, terms, draw=draw, seed=asked.seed)
        wanted = full[side](draw)
        carried = min(wanted, project.capacity_t_per_y)
        given = benefits[side]
        gained = None if given is None else {s: ramped(project, g) for s, g in given.items()}
        return Account(
            found=appraise_project(project, ramped(project, carried), benefits_usd2023=gained),
            traffic_t_per_y=carried,
            capped=wanted > carried,
        )

    central = [one(side, _terms(row), 0) for side, row in enumerate(rows)]
    same = there[0] == there[1] and rows[0] == rows[1] and full[0](0) == full[1](0)
    if same:
        # One solution for both sides: the change is zero and not nearly zero.
        return Sides(case=case, before=central[0], after=central[0], drawn=_zeros(central[0]))
    at_rates = tuple(
        (rate, one(1, dataclasses.replace(_terms(rows[1]), rate=rate), 0))
        for rate in (_rates(asked, claims) if there[1] else ())
    )
    if asked.draws == 0:
        return Sides(case=case, before=central[0], after=central[1], at_rates=at_rates)
    changes: list[dict[str, float]] = []
    failed = 0
    worlds = [_loans_only(world) for world in (asked.before, asked.after)]
    for draw in range(1, max(asked.draws, DRAWS) + 1):
        try:
            terms = [_drawn_terms(asked, worlds, side, draw) for side in (0, 1)]
            a, b = (measured(one(side, terms[side], draw), asked.on.year) for side in (0, 1))
        except InvalidInput:
            failed += 1
            continue
        changes.append({name: b[name] - a[name] for name in b if name in a})
    names = changes[0].keys() if changes else ()
    drawn = {n: np.array([c.get(n, math.nan) for c in changes]) for n in names}
    return Sides(
        case=case, before=central[0], after=central[1], drawn=drawn, failed=failed,
        at_rates=at_rates,
    )  # fmt: skip


def measured(account: Account, year: int | None = None) -> dict[str, float]:
    """Figures of an account by name; exposure and net of a state end in its id.

    Without a line nothing is owed, paid or gained; what would be a ratio or a rate is NaN. Cover is
    0 where revenue does not pay the operation: a ratio below 0 would rise with the debt.

    Parameters
    ----------
    year : int, optional
        Gives the company's shortfall and debt of that year as well, USD of 2023.
    """
    a = account.found
    if a is None:
        zero = (
            "traffic_t_per_y", "service_usd_per_y", "shortfall", "npv_project", "npv_equity",
            "company_service", "company_balance",
        )  # fmt: skip
        return dict.fromkeys(zero, 0.0) | {
            f"{name}:{state}": 0.0 for name in ("exposure", "net") for state in (CHINA, *FIVE)
        }
    served = np.flatnonzero(~np.isnan(a.cover_ratio) & (a.project.years >= FULL_YEAR))
    k = int(served[0]) if len(served) else None
    lent = ~np.isnan(a.cover_ratio)
    by_state = {p.state: p for p in a.parties}
    figures = {
        "traffic_t_per_y": account.traffic_t_per_y,
        "cover": math.nan if k is None else max(float(a.cover_ratio[k]), 0.0),
        "cover_least": max(float(a.cover_ratio[lent].min()), 0.0) if lent.any() else math.nan,
        "shortfall": 0.0 if k is None else float(a.shortfall[k]),
        "break_even_t_per_y": math.nan if k is None else float(a.break_even_t_per_y[k]),
        "service_usd_per_y": 0.0 if k is None else float(a.service[k] * a.project.price_ratio[k]),
        "irr_project": a.irr_project.rate,
        "irr_equity": a.irr_equity.rate,
        "irr_economic": a.irr_economic.rate,
        "npv_project": a.npv_project,
        "npv_equity": a.npv_equity,
        "npv_economic": a.npv_economic,
    }
    if year is not None:
        figures |= _of_company(a, year)
    for state in (CHINA, *FIVE):
        party = by_state.get(state)
        figures[f"exposure:{state}"] = 0.0 if party is None else party.exposure_peak
        figures[f"net:{state}"] = 0.0 if party is None else party.net
    return figures


def _of_company(found: Appraisal, year: int) -> dict[str, float]:
    """Shortfall and debt of a year; 0 outside the years of the account."""
    k = year - found.project.first_year
    if not 0 <= k < len(found.project.years):
        return {"company_service": 0.0, "company_balance": 0.0}
    return {
        "company_service": float(found.shortfall[k]),
        "company_balance": float(found.balance_usd[k] / found.project.price_ratio[k]),
    }


def _zeros(account: Account) -> dict[str, Any]:
    return {n: np.zeros(1) for n, v in measured(account).items() if not math.isnan(v)}


def _row(world: World) -> Mapping[str, Any] | None:
    return next((r for r in world.loans.rows() if r["id"] == PROJECT), None)


def _terms(row: Mapping[str, Any] | None) -> LoanTerms:
    assert row is not None
    return LoanTerms(
        rate=row["interest_share"], tenor_y=row["tenor_years"], grace_y=row["grace_years"],
        share=row["cost_share"],
    )  # fmt: skip


def _links() -> frozenset[str]:
    return frozenset(
        r["row"]
        for r in coding_rows("project_rows")
        if r["project"] == PROJECT and r["table"] == "links"
    )


def _open(world: World) -> bool:
    """Whether every link of the project is open."""
    wanted = _links()
    found = {
        str(i): s for i, s in zip(world.links["id"], world.links["status"], strict=True)
        if i in wanted
    }  # fmt: skip
    return len(found) == len(wanted) and all(s == "open" for s in found.values())


def _traffic(
    asked: Asked, claims: CkuClaims, case: Case
) -> tuple[Callable[[int], float], Callable[[int], float]]:
    """Full traffic of both sides in a draw: tonnes, both directions, over the company's line."""
    if case == "stated" or asked.joined is None:

        def stated(draw: int) -> float:
            return claims.value("project_traffic_t_per_y", draw=draw, seed=asked.seed)

        return stated, stated
    flows = [
        _flow(world, side["link_flow"])
        for world, side in (
            (asked.before, asked.joined.baseline), (asked.after, asked.joined.scenario),
        )
    ]  # fmt: skip
    return (lambda _draw: flows[0]), (lambda _draw: flows[1])


def _flow(world: World, link_flow: Table) -> float:
    """Tonne-kilometres over kilometres, of the links inside the company's country."""
    line = _links()
    country = dict(zip(world.places["id"], world.places["country"], strict=True))
    km = {
        str(r["id"]): float(r["length_km"] or 0.0)
        for r in world.links.rows()
        if r["id"] in line and country[r["from_place"]] == country[r["to_place"]] == COMPANY_IN
    }
    total = math.fsum(km.values())
    carried = math.fsum(
        float(r["flow_t_per_y"] or 0.0) * km[str(r["id"])]
        for r in link_flow.rows()
        if str(r["id"]) in km
    )
    return carried / total if total else 0.0


def _gains(asked: Asked) -> dict[str, float] | None:
    """Real income of a year by state, USD of 2023; None where it was not solved for all."""
    if asked.joined is None:
        return None
    gdp = {
        str(i): float(g)
        for i, g in zip(
            asked.before.economies["id"], asked.before.economies["gdp_usd2023_per_y"], strict=True
        )
    }
    found: dict[str, float] = {}
    for r in asked.joined.scenario["country_income"].rows():
        if r["level"] == "full" and r["country"] in (CHINA, *FIVE):
            gain = r["real_income_change_share"]
            if gain is None or math.isnan(gdp.get(r["country"], math.nan)):
                return None
            found[r["country"]] = gain * gdp[r["country"]]
    return found or None


def _loans_only(world: World) -> World:
    """The world with the uncertainty of its loans alone, so that a draw costs little."""
    return dataclasses.replace(world, spreads=tuple(s for s in world.spreads if s.table == "loans"))


def _drawn_terms(asked: Asked, worlds: list[World], side: int, draw: int) -> LoanTerms:
    """Terms of a side in a draw: what the evidence gives, then what its measures set."""
    row = _row(worlds[side].draw(draw, asked.seed))
    assert row is not None
    values = dict(row)
    for measure in _measures(asked, side):
        if isinstance(measure, SetLoan) and PROJECT in (measure.loans or ()):
            drawn = measure.drawn(draw, asked.seed)
            for name, column in COLUMNS:
                quantity = getattr(drawn, name)
                if isinstance(quantity, Level):
                    values[column] = quantity.estimate.central
                    if name == "amount" and row["cost_usd"]:
                        values["cost_share"] = values[column] / row["cost_usd"]
                elif quantity is not None:
                    # A change of the evidence moves with it.
                    values[column] = values[column] * quantity.factor
    return _terms(values)


def _rates(asked: Asked, claims: CkuClaims) -> tuple[float, ...]:
    """Low, central and high rate of the second side: what a measure sets, or what is believed."""
    found = claims.held[f"project:{PROJECT}", "loan_interest_share"][1]
    for measure in _measures(asked, 1):
        if isinstance(measure, SetLoan) and PROJECT in (measure.loans or ()):
            if isinstance(measure.rate, Level):
                found = measure.rate.estimate
            elif measure.rate is not None:
                found = found.scaled(measure.rate.factor)
    return tuple(sorted({found.low, found.central, found.high}))


def _measures(asked: Asked, side: int) -> list[Measure]:
    scenario = asked.scenario
    own = (scenario.comparator_measures, scenario.scenario_measures)[side]
    under_way = [m for stage in scenario.baseline_stages for m in stage]
    return [m for m in (*under_way, *own) if m.active(asked.on)]
