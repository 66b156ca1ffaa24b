"""What `sogdia finance` prints of a project's account, and gives as JSON."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from sogdia.cli.ledger import millions
from sogdia.cli.output import MILLION, number, print_table, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sogdia.core.estimate import Estimate
    from sogdia.models.finance.cases import Case
    from sogdia.models.finance.project import Appraisal, Project

__all__ = ["cases_as_json", "say_account", "say_parties", "say_years"]


def cases_as_json(
    cases: Sequence[Case], of_gdp: Sequence[Mapping[str, float]]
) -> list[dict[str, Any]]:
    """Each case with its account by year; `of_gdp` is each owner's share of the debt over GDP."""
    return [
        {
            "rate_share": rate,
            "tonnes_t_per_y": full,
            "status": dataclasses.asdict(a.status),
            "irr_project_share": a.irr_project.rate,
            "irr_equity_share": a.irr_equity.rate,
            "irr_economic_share": a.irr_economic.rate,
            "npv_project_usd2023": a.npv_project,
            "npv_equity_usd2023": a.npv_equity,
            "npv_economic_usd2023": a.npv_economic,
            "break_even_npv_t_per_y": a.break_even_npv_t_per_y,
            "parties": [dataclasses.asdict(p) for p in a.parties],
            "exposure_to_gdp_share": dict(exposure),
            "years": [
                {
                    "year": int(year),
                    "traffic_t_per_y": a.traffic_t_per_y[k],
                    "revenue_usd2023_per_y": a.revenue[k],
                    "operating_cost_usd2023_per_y": a.operating_cost[k],
                    "capital_usd2023_per_y": a.capital[k],
                    "service_usd2023_per_y": a.service[k],
                    "shortfall_usd2023_per_y": a.shortfall[k],
                    "dividends_usd2023_per_y": a.dividends[k],
                    "balance_usd": a.balance_usd[k],
                    "cover_ratio": a.cover_ratio[k],
                    "break_even_t_per_y": a.break_even_t_per_y[k],
                }
                for k, year in enumerate(a.project.years)
            ],
        }
        for (rate, full, a), exposure in zip(cases, of_gdp, strict=True)
    ]  # fmt: skip


def say_account(cases: Sequence[Case], *, tenor_y: int, tariff: Estimate | None = None) -> None:
    """The account in words and a row for each case.

    `tenor_y` is that of the level payment without grace; `tariff` is what a tonne may pay, where
    it is not certain.
    """
    from sogdia.models.finance.solve_loan import level_payment

    p = cases[0][2].project
    k = _shown_year(cases[0][2])
    year = int(p.years[k])
    assumed = "" if tariff is None else " (assumed)"
    spread = f" (assumed, {tariff.low:.1f} to {tariff.high:.1f})" if tariff is not None else ""
    say(
        f"cost {millions(p.cost_usd, 0)} million USD nominal over {p.first_year} to "
        f"{p.opening_year - 1}; {_loan_words(p, assumed)}; owners "
        + ", ".join(f"{s} {100 * share:.1f} %" for s, share in p.owners.items())
    )
    say(
        f"earns {p.tariff_usd2023_per_t:.1f} USD a tonne{spread}, spends "
        f"{p.variable_cost_usd2023_per_t:.1f} on it and "
        f"{millions(p.fixed_cost_usd2023_per_y, 0)} million a year on the line{assumed}; "
        f"USD of 2023, prices growing by {p.inflation:.0%}"
    )
    rows: list[dict[str, str]] = []
    for rate, full, a in cases:
        owes = p.loan is not None
        covered = [
            int(y)
            for y, c in zip(a.project.years, a.cover_ratio, strict=True)
            if not math.isnan(c) and c >= 1.0
        ]
        row = {
            "rate": f"{100 * rate:g} %" if owes else "no loan",
            "tonnes": number(full / MILLION, 1),
            "service": millions(a.service[k] * a.project.price_ratio[k]),
            "cover": number(a.cover_ratio[k], 2, "unknown" if owes else ""),
            "since": (str(covered[0]) if covered else "never") if owes else "",
            "even": number(a.break_even_t_per_y[k] / MILLION, 1, "unknown" if owes else ""),
            "irr": _percent(a.irr_project.rate),
            "equity": _percent(a.irr_equity.rate),
            "economic": "unknown" if math.isnan(a.npv_economic) else _percent(a.irr_economic.rate),
            "npv": number(a.npv_project / 1e9, 2),
        }
        if p.loan is not None:
            row["plain"] = millions(level_payment(p.loan.share * p.cost_usd, rate, tenor_y))
        if tariff is not None:
            low, high = _even_at(a, k, tariff.high), _even_at(a, k, tariff.low)
            row["band"] = f"{number(low / MILLION, 1)} to {number(high / MILLION, 1, 'none')}"
        rows.append(row)
    columns = [
        ("rate", "rate"), ("tonnes", "Mt a year"), ("plain", "level payment, no grace"),
        ("service", f"debt service {year}"), ("cover", f"cover {year}"),
        ("since", "covered from"), ("even", f"break-even Mt {year}"),
        ("band", "band of the tariff"), ("irr", "return, real"), ("equity", "to owners"),
        ("economic", "economic"), ("npv", "NPV, bn of 2023"),
    ]  # fmt: skip
    print_table(
        rows,
        [(name, title) for name, title in columns if name in rows[0]],
        title=f"Payments in million USD nominal; values at {100 * p.discount_rate:g} % real "
        f"to {p.base_date}",
        right=frozenset({"rate", "tonnes", "plain", "service", "cover", "even", "irr", "npv",
                         "equity", "economic"}),
    )  # fmt: skip
    if math.isfinite(p.capacity_t_per_y):
        say(f"the line is designed for {number(p.capacity_t_per_y / MILLION, 0)} Mt a year")


def _shown_year(found: Appraisal) -> int:
    """Position of the first year of full traffic that has debt to serve, or of full traffic."""
    p = found.project
    full = min(p.opening_year + len(p.ramp), p.last_year) - p.first_year
    owed = [k for k in range(full, len(p.years)) if found.service[k] > 0.0]
    return owed[0] if owed else full


def _loan_words(p: Project, assumed: str) -> str:
    if p.loan is None:
        return "no loan"
    interest = "added to it" if p.loan.capitalised else "paid by the owners"
    return (
        f"loan {p.loan.share:.0%}, {p.loan.tenor_y} years, grace {p.loan.grace_y} years with "
        f"interest {interest}{assumed}"
    )


def say_years(rate: float, full: float, found: Appraisal) -> None:
    """One case by year."""
    p = found.project
    print_table(
        [
            {
                "year": int(year),
                "traffic": number(found.traffic_t_per_y[k] / MILLION, 1),
                **{
                    name: millions(getattr(found, name)[k], 0)
                    for name in (
                        "revenue", "operating_cost", "capital", "service", "shortfall", "dividends",
                    )
                },
                "balance": millions(found.balance_usd[k], 0),
                "cover": number(found.cover_ratio[k], 2, ""),
                "even": number(found.break_even_t_per_y[k] / MILLION, 1, ""),
            }
            for k, year in enumerate(p.years)
        ],
        [("year", "year"), ("traffic", "Mt"), ("revenue", "revenue"),
         ("operating_cost", "operating cost"), ("capital", "capital"), ("service", "debt service"),
         ("shortfall", "shortfall"), ("dividends", "left for owners"),
         ("balance", "debt, nominal"), ("cover", "cover"), ("even", "break-even Mt")],
        title=f"By year at {100 * rate:g} % and {full / MILLION:g} Mt, million USD of 2023",
        right=frozenset({"traffic", "revenue", "operating_cost", "capital", "service", "shortfall",
                         "dividends", "balance", "cover", "even"}),
    )  # fmt: skip


def _even_at(found: Appraisal, k: int, tariff_usd2023_per_t: float) -> float:
    """Break-even traffic of a year at another tariff; NaN where no traffic pays."""
    p = found.project
    margin = tariff_usd2023_per_t - p.variable_cost_usd2023_per_t
    need = found.service[k] + p.fixed_cost_usd2023_per_y
    return float(need / margin) if margin > 0.0 else math.nan


def _percent(value: float) -> str:
    return "none" if math.isnan(value) else f"{100 * value:.1f} %"


def say_parties(rate: float, full: float, found: Appraisal, of_gdp: dict[str, float]) -> None:
    """Who pays and who gains in one case."""
    print_table(
        [
            {
                "state": p.state,
                **{
                    name: millions(getattr(p, name), 0)
                    for name in (
                        "equity", "dividends", "shortfall", "lent", "repaid", "benefit", "net",
                        "exposure_peak",
                    )
                },
                "of_gdp": _percent(of_gdp[p.state]) if p.state in of_gdp else "",
            }
            for p in found.parties
        ],
        [("state", "state"), ("equity", "equity"), ("dividends", "dividends"),
         ("shortfall", "covers shortfall"), ("lent", "lent"), ("repaid", "repaid"),
         ("benefit", "users gain"), ("net", "net"), ("exposure_peak", "share of largest debt"), ("of_gdp", "of GDP")],
        title=f"Who pays and who gains at {100 * rate:g} % and {full / MILLION:g} Mt: present "
        "values, million USD of 2023; net without gains that are unknown",
        right=frozenset({"equity", "dividends", "shortfall", "lent", "repaid", "benefit", "net",
                         "exposure_peak", "of_gdp"}),
    )  # fmt: skip
    say("shortfalls are shared by ownership; the share of the largest debt is not discounted")
