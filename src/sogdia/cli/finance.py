"""finance: a project's account, a state's debt. Registers `ledger` as well."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from sogdia.cli.ledger import ledger, millions
from sogdia.cli.output import number, parse_day, print_json, print_table, say

if TYPE_CHECKING:
    from datetime import date

    from sogdia.evidence.base import EvidenceBase
    from sogdia.models.finance.project import Appraisal

__all__ = ["register"]

MILLION = 1e6

SEVERAL = frozenset({"--rate", "--tonnes"})
"""Options that take several numbers in a row."""


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(ledger)
    app.command(cls=ManyValues)(finance)


class ManyValues(typer.core.TyperCommand):
    """A verb whose number options take several values: ``--rate 2 3 4``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Repeat the option for each number that follows it."""
        spread: list[str] = []
        option, first = "", False
        for word in args:
            if word in SEVERAL:
                option, first = word, True
                spread.append(word)
            elif option and _is_number(word):
                spread += [word] if first else [option, word]
                first = False
            else:
                option = ""
                spread.append(word)
        return super().parse_args(ctx, spread)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def finance(
    what: Annotated[str, typer.Argument(help="cku, or a state as ISO3: KGZ")],
    rate: Annotated[
        list[float] | None, typer.Option(help="Interest, percent a year; one or more.")
    ] = None,
    tonnes: Annotated[
        list[float] | None, typer.Option(help="Full traffic, million tonnes a year; one or more.")
    ] = None,
    grace: Annotated[int | None, typer.Option(help="Years of grace; 5 assumed.")] = None,
    discount: Annotated[float, typer.Option(help="Real discount rate, percent a year.")] = 6.0,
    base_date: Annotated[str | None, typer.Option(help="Of present values.")] = None,
    benefit: Annotated[
        list[str] | None,
        typer.Option(help="Gain of users at full traffic, million USD of 2023 a year: KGZ=50"),
    ] = None,
    by_year: Annotated[
        bool, typer.Option("--by-year", help="Print the account of the middle case by year.")
    ] = False,
    on: Annotated[str | None, typer.Option(help="The date of the claims.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show a project's account (who pays, who owes, break-even), or a state's debt.

    Example:  sogdia finance cku --rate 2 3 4 --tonnes 8 12 15     or     sogdia finance KGZ
    """
    from datetime import date

    from sogdia.evidence.base import open_evidence

    base = open_evidence()
    day = parse_day(on, date.today())  # noqa: DTZ011  (the user's own today)
    if what.lower() != "cku":
        _state(base, what.upper(), day, as_json=as_json)
        return
    from sogdia.models.finance.cku import cku_cases

    rates = tuple(r / 100.0 for r in rate or (2.0, 3.0, 4.0))
    cases = cku_cases(
        base,
        on=day,
        rates=rates,
        tonnes=tuple(t * MILLION for t in tonnes or (8.0, 12.0, 15.0)),
        grace_y=grace,
        discount_rate=discount / 100.0,
        base_date=parse_day(base_date, date(2025, 12, 31)),
        benefits_usd2023_per_y=_benefits(benefit),
    )
    if as_json:
        print_json(_cku_json(base, day, cases, discount))
    else:
        _say_cku(base, day, cases)
        if by_year:
            _say_years(*cases[len(cases) // 2])


def _benefits(given: list[str] | None) -> dict[str, float] | None:
    if not given:
        return None
    found: dict[str, float] = {}
    for text in given:
        state, equals, value = text.partition("=")
        try:
            found[state] = float(value) * MILLION
        except ValueError:
            equals = ""
        if not equals:
            raise typer.BadParameter(f"{text!r} is not a gain such as KGZ=50")
    return found


def _cku_json(
    base: EvidenceBase,
    day: date,
    cases: tuple[tuple[float, float, Appraisal], ...],
    discount: float,
) -> dict[str, Any]:
    from sogdia.models.finance.cku import cku_rivals, exposure_to_gdp

    return {
        "on": day.isoformat(),
        "money": "USD of 2023 unless the name says usd alone, which is nominal",
        "discount_share": discount / 100.0,
        "rivals": [
            {
                "subject": r.subject,
                "variable": r.variable,
                "claims": [
                    {
                        "value": c.number, "source": c.source, "basis": c.basis, "says": c.says,
                        "note": c.note,
                    }
                    for c in r.claims
                ],
            }
            for r in cku_rivals(base, on=day)
        ],
        "cases": [
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
                "exposure_to_gdp_share": exposure_to_gdp(base, a, on=day),
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
            for rate, full, a in cases
        ],
    }  # fmt: skip


def _say_cku(
    base: EvidenceBase, day: date, cases: tuple[tuple[float, float, Appraisal], ...]
) -> None:
    from sogdia.models.finance.cku import exposure_to_gdp, loan_tenor_y, unit_tariffs
    from sogdia.models.finance.solve_loan import level_payment

    p = cases[0][2].project
    assert p.loan is not None
    full_year = p.opening_year + len(p.ramp)
    k = full_year - p.first_year
    tariff = unit_tariffs(base, on=day)
    length = p.tariff_usd2023_per_t / tariff.central
    say(f"{p.name}, as known on {day}")
    say(
        f"cost {millions(p.cost_usd, 0)} million USD nominal over {p.first_year} to "
        f"{p.opening_year - 1}; loan {p.loan.share:.0%}, {p.loan.tenor_y} years, grace "
        f"{p.loan.grace_y} years with interest added to it (assumed); owners "
        + ", ".join(f"{s} {100 * share:.1f} %" for s, share in p.owners.items())
    )
    say(
        f"earns {p.tariff_usd2023_per_t:.1f} USD a tonne (assumed, {tariff.low * length:.1f} to "
        f"{tariff.high * length:.1f}), spends {p.variable_cost_usd2023_per_t:.1f} on it and "
        f"{millions(p.fixed_cost_usd2023_per_y, 0)} million a year on the line (assumed); "
        f"USD of 2023, prices growing by {p.inflation:.0%}"
    )
    loan_usd, tenor = p.loan.share * p.cost_usd, loan_tenor_y(base, on=day)
    rows: list[dict[str, str]] = []
    for rate, full, a in cases:
        covered = [
            int(y)
            for y, c in zip(a.project.years, a.cover_ratio, strict=True)
            if not math.isnan(c) and c >= 1.0
        ]
        low, high = (_even_at(a, k, tariff.high * length), _even_at(a, k, tariff.low * length))
        rows.append(
            {
                "rate": f"{100 * rate:g} %",
                "tonnes": number(full / MILLION, 1),
                "plain": millions(level_payment(loan_usd, rate, tenor)),
                "service": millions(a.service[k] * a.project.price_ratio[k]),
                "cover": number(a.cover_ratio[k], 2),
                "since": str(covered[0]) if covered else "never",
                "even": number(a.break_even_t_per_y[k] / MILLION, 1),
                "band": f"{number(low / MILLION, 1)} to {number(high / MILLION, 1, 'none')}",
                "irr": _percent(a.irr_project.rate),
                "equity": _percent(a.irr_equity.rate),
                "economic": "unknown"
                if math.isnan(a.npv_economic)
                else _percent(a.irr_economic.rate),
                "npv": number(a.npv_project / 1e9, 2),
            }
        )
    print_table(
        rows,
        [("rate", "rate"), ("tonnes", "Mt a year"), ("plain", "level payment, no grace"),
         ("service", f"debt service {full_year}"), ("cover", f"cover {full_year}"),
         ("since", "covered from"), ("even", f"break-even Mt {full_year}"),
         ("band", "band of the tariff"), ("irr", "return, real"), ("equity", "to owners"),
         ("economic", "economic"), ("npv", "NPV, bn of 2023")],
        title=f"Payments in million USD nominal; values at {100 * p.discount_rate:g} % real "
        f"to {p.base_date}",
        right=frozenset({"rate", "tonnes", "plain", "service", "cover", "even", "irr", "npv",
                         "equity", "economic"}),
    )  # fmt: skip
    say(f"the line is designed for {number(p.capacity_t_per_y / MILLION, 0)} Mt a year")
    middle = cases[len(cases) // 2]
    _say_parties(*middle, exposure_to_gdp(base, middle[2], on=day))
    _say_rivals(base, day)


def _say_years(rate: float, full: float, found: Appraisal) -> None:
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


def _say_parties(rate: float, full: float, found: Appraisal, of_gdp: dict[str, float]) -> None:
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
    say(
        "shortfalls are shared by ownership; whether states guarantee the loan is not published. "
        "The share of the largest debt is not discounted."
    )


def _say_rivals(base: EvidenceBase, day: date) -> None:
    from sogdia.models.finance.cku import cku_rivals

    print_table(
        [
            {
                "subject": r.subject.removeprefix("project:RAIL_CKU").removeprefix("@") or "all",
                "variable": r.variable.removeprefix("project_"),
                "value": c.published_value(),
                "says": c.says or c.note,
                "source": c.source,
            }
            for r in cku_rivals(base, on=day)
            for c in r.claims
        ],
        [("subject", "state"), ("variable", "what"), ("value", "figure"), ("says", "words"),
         ("source", "source")],
        title="Figures that do not agree. Used here: equity of a state is its share of what the loan "
        "leaves of the cost",
    )  # fmt: skip


def _state(base: EvidenceBase, country: str, day: date, *, as_json: bool) -> None:
    from sogdia.models.finance.state import state_position

    readings = state_position(base, country, on=day)
    if as_json:
        print_json([dataclasses.asdict(r) for r in readings])
        return
    print_table(
        [
            {
                "name": r.name.rpartition("_usd")[0].replace("_", " ") or _words(r.name),
                "year": r.year,
                "value": _amount(r.name, r.value),
                "threshold": "" if math.isnan(r.threshold) else _amount(r.name, r.threshold),
                "verdict": r.verdict if not math.isnan(r.threshold) else "",
                "rivals": "; ".join(_amount(r.name, v) for v, _ in r.rivals),
                "note": r.note,
                "source": ", ".join(r.sources),
            }
            for r in readings
        ],
        [("name", "what"), ("year", "year"), ("value", "figure"), ("threshold", "threshold"),
         ("verdict", "it is"), ("rivals", "others say"), ("note", "note"), ("source", "source")],
        title=f"{country}, as known on {day}; amounts in million USD, nominal",
        right=frozenset({"value", "threshold"}),
    )  # fmt: skip
    say("thresholds: IMF and World Bank framework for low-income countries, 2018")


def _words(name: str) -> str:
    return name.removesuffix("_share").replace("_", " ")


def _amount(name: str, value: float) -> str:
    if math.isnan(value):
        return "unknown"
    return f"{100 * value:.1f} %" if name.endswith("_share") else millions(value, 0)
