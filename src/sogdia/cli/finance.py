"""finance: a project's account, a state's debt. Registers `ledger` as well."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from sogdia.cli.finance_account import cases_as_json, say_account, say_parties, say_years
from sogdia.cli.ledger import ledger, millions
from sogdia.cli.output import MILLION, parse_day, print_json, print_table, say

if TYPE_CHECKING:
    from sogdia.evidence.base import EvidenceBase
    from sogdia.models.finance.cases import Case

__all__ = ["register"]

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
    what: Annotated[
        str, typer.Argument(help="cku, a project file, or a state as ISO3: KGZ, road.toml")
    ],
    rate: Annotated[
        list[float] | None, typer.Option(help="Interest, percent a year; one or more.")
    ] = None,
    tonnes: Annotated[
        list[float] | None, typer.Option(help="Full traffic, million tonnes a year; one or more.")
    ] = None,
    grace: Annotated[
        int | None, typer.Option(help="Years of grace; 5 assumed for cku, else as in the file.")
    ] = None,
    discount: Annotated[
        float | None, typer.Option(help="Real discount rate, percent a year; 6 where not given.")
    ] = None,
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
    from sogdia.evidence.base import open_evidence

    base = open_evidence()
    day = parse_day(on, date.today())  # noqa: DTZ011  (the user's own today)
    given = _Given(
        rates=tuple(r / 100.0 for r in rate or ()),
        tonnes=tuple(t * MILLION for t in tonnes or ()),
        grace_y=grace,
        discount_rate=None if discount is None else discount / 100.0,
        base_date=None if base_date is None else parse_day(base_date, day),
        benefits=_benefits(benefit),
    )
    if what.endswith(".toml"):
        cases, tenor = _own(what, given)
    elif what.lower() == "cku":
        cases, tenor = _cku(base, day, given)
    else:
        _state(base, what.upper(), day, as_json=as_json)
        return
    from sogdia.models.finance.cku import exposure_to_gdp

    of_gdp = [exposure_to_gdp(base, a, on=day) for _, _, a in cases]
    project = cases[0][2].project
    if as_json:
        print_json({
            "on": day.isoformat(),
            "money": "USD of 2023 unless the name says usd alone, which is nominal",
            "project": project.id,
            "discount_share": project.discount_rate,
            "rivals": _rivals(base, day) if what.lower() == "cku" else [],
            "cases": cases_as_json(cases, of_gdp),
        })  # fmt: skip
        return
    middle = len(cases) // 2
    if what.lower() == "cku":
        from sogdia.models.finance.cku import tariff_per_t

        say(f"{project.name}, as known on {day}")
        say_account(cases, tenor_y=tenor, tariff=tariff_per_t(base, on=day))
    else:
        say(f"{project.name}, as in {what}")
        say_account(cases, tenor_y=tenor)
    say_parties(*cases[middle], of_gdp[middle])
    if what.lower() == "cku":
        say("whether states guarantee the loan is not published")
        _say_rivals(base, day)
    if by_year:
        say_years(*cases[middle])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """Options as given; empty or None where they are not."""

    rates: tuple[float, ...]
    tonnes: tuple[float, ...]
    grace_y: int | None
    discount_rate: float | None
    base_date: date | None
    benefits: dict[str, float] | None


def _cku(base: EvidenceBase, day: date, given: _Given) -> tuple[tuple[Case, ...], int]:
    """The railway's cases, and the years of its loan as published."""
    from sogdia.models.finance.cku import cku_cases, loan_tenor_y

    cases = cku_cases(
        base,
        on=day,
        rates=given.rates or (0.02, 0.03, 0.04),
        tonnes=given.tonnes or (8 * MILLION, 12 * MILLION, 15 * MILLION),
        grace_y=given.grace_y,
        discount_rate=0.06 if given.discount_rate is None else given.discount_rate,
        base_date=given.base_date or date(2025, 12, 31),
        benefits_usd2023_per_y=given.benefits,
    )
    return cases, loan_tenor_y(base, on=day)


def _own(file: str, given: _Given) -> tuple[tuple[Case, ...], int]:
    """The cases of a project file, and the years of its loan; options stand above the file."""
    from sogdia.models.finance.cases import project_cases
    from sogdia.models.finance.project_file import read_project

    found = read_project(file)
    project, loan = found.project, found.project.loan
    if loan is None and (given.rates or given.grace_y is not None):
        raise typer.BadParameter(f"{file} has no loan, so --rate and --grace say nothing")
    if loan is not None and given.grace_y is not None:
        loan = dataclasses.replace(loan, grace_y=given.grace_y)
    project = dataclasses.replace(
        project,
        loan=loan,
        discount_rate=project.discount_rate if given.discount_rate is None else given.discount_rate,
        base_date=given.base_date or project.base_date,
    )
    cases = project_cases(
        project,
        rates=given.rates or ((0.0,) if loan is None else (loan.rate,)),
        tonnes=given.tonnes or found.traffic_t_per_y,
        benefits_usd2023_per_y=given.benefits or found.benefits_usd2023_per_y,
    )
    return cases, 0 if loan is None else loan.tenor_y


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


def _rivals(base: EvidenceBase, day: date) -> list[dict[str, Any]]:
    from sogdia.models.finance.cku import cku_rivals

    return [
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
    ]  # fmt: skip


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
