"""The finance model: traffic of projects to cash flow, debt and returns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList, nearest
from sogdia.core.money import BASE_YEAR
from sogdia.core.status import STATES, Status
from sogdia.core.table import Table, null
from sogdia.models.finance.project import Appraisal, Project, appraise_project, ramped
from sogdia.models.finance.tables import (
    CASH_FLOW,
    DEBT,
    PROJECT_PARTY,
    PROJECT_RETURN,
    PROJECT_TRAFFIC,
)
from sogdia.world.world import World

__all__ = ["FinanceModel", "tables_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Projects and their traffic in each of their years."""

    on: date
    projects: tuple[Project, ...]
    traffic: tuple[NDArray[np.float64], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """One appraisal a project."""

    appraisals: tuple[Appraisal, ...]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class FinanceModel:
    """Projects and their terms are its options; traffic comes from the table `project_traffic`.

    A year of operation without a row takes the last row before it, unchanged; a year
    before the first row takes that row along the project's ramp. Contracts are nominal, so all
    amounts of its tables are, and `price_ratio` turns them into USD of 2023. It reads no table of
    the world, only its date.
    """

    projects: tuple[Project, ...] = ()
    name: str = "finance"
    reads: frozenset[tuple[str, str]] = frozenset()
    takes: frozenset[str] = frozenset({"project_traffic"})
    gives: frozenset[str] = frozenset({"cash_flow", "debt", "project_return", "project_party"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> Prepared:
        """Traffic by project and year.

        Raises
        ------
        InvalidInput
            When the table is missing, names a project that is not an option, or has no row for one.
        """
        problems = ProblemList()
        if "project_traffic" not in tables:
            problems.add(
                "the finance model", "needs the table project_traffic",
                allowed=", ".join(PROJECT_TRAFFIC.names),
            )  # fmt: skip
            problems.raise_if_any()
        known = [p.id for p in self.projects]
        rows: dict[str, dict[int, float]] = {name: {} for name in known}
        for row in tables["project_traffic"].rows():
            where = f"project_traffic, {row['project']} in {row['year']}"
            if row["project"] not in rows:
                near = nearest(row["project"], known)
                problems.add(
                    where, "no such project",
                    fix=f"did you mean {near[0]}?" if near else "give the model the project",
                )  # fmt: skip
            elif row["traffic_t_per_y"] is None:
                problems.add(where, "traffic is not known", fix="leave the row out, or give it")
            elif row["year"] in rows[row["project"]]:
                problems.add(where, "said twice")
            else:
                rows[row["project"]][row["year"]] = row["traffic_t_per_y"]
        for name, held in rows.items():
            if not held:
                problems.add("project_traffic", f"has no row for {name}")
        problems.raise_if_any()
        return Prepared(
            on=world.on,
            projects=self.projects,
            traffic=tuple(_traffic(p, rows[p.id]) for p in self.projects),
        )

    def solve(self, problem: Prepared) -> Solved:
        """Each project by itself."""
        found = tuple(
            appraise_project(p, t) for p, t in zip(problem.projects, problem.traffic, strict=True)
        )
        return Solved(
            appraisals=found,
            status=Status(
                state=STATES[max((STATES.index(a.status.state) for a in found), default=0)],
                message="; ".join(a.status.message for a in found if a.status.message),
                of=f"finance {problem.on}",
            ),
        )

    def tabulate(self, problem: Prepared, solution: Solved) -> dict[str, Table]:
        """The tables cash_flow, debt, project_return and project_party."""
        flows: list[dict[str, Any]] = []
        debts: list[dict[str, Any]] = []
        returns: list[dict[str, Any]] = []
        shares: list[dict[str, Any]] = []
        for found in solution.appraisals:
            flows += _cash_flow(problem.on, found)
            debts += _debt(problem.on, found)
            returns += _returns(problem.on, found)
            shares += _parties(problem.on, found)
        return {
            "cash_flow": Table.from_rows(CASH_FLOW, flows),
            "debt": Table.from_rows(DEBT, debts),
            "project_return": Table.from_rows(PROJECT_RETURN, returns),
            "project_party": Table.from_rows(PROJECT_PARTY, shares),
        }


def tables_of(on: date, appraisals: tuple[Appraisal, ...]) -> dict[str, Table]:
    """The model's tables of accounts made elsewhere, as with gains of users."""
    return FinanceModel().tabulate(
        Prepared(on=on, projects=(), traffic=()),
        Solved(appraisals=appraisals, status=Status(state="solved", of=f"finance {on}")),
    )


def _traffic(project: Project, rows: Mapping[int, float]) -> NDArray[np.float64]:
    """By year of the project: a row, else the last row before, else the first along the ramp."""
    years = sorted(rows)
    early = ramped(project, rows[years[0]])
    values = np.zeros(len(project.years))
    for k, year in enumerate(project.years.tolist()):
        before = [y for y in years if y <= year]
        values[k] = rows[before[-1]] if before else early[k]
    return np.where(project.working, values, 0.0)


def _cash_flow(on: date, found: Appraisal) -> list[dict[str, Any]]:
    p, drawn = found.project, found.capital - found.equity
    columns = {
        "revenue_usd_per_y": found.revenue, "operating_cost_usd_per_y": found.operating_cost,
        "capital_usd_per_y": found.capital, "equity_usd_per_y": found.equity,
        "drawn_usd_per_y": drawn, "service_usd_per_y": found.service,
        "shortfall_usd_per_y": found.shortfall, "dividends_usd_per_y": found.dividends,
    }  # fmt: skip
    return [
        {
            "on": on,
            "project": p.id,
            "year": int(year),
            "traffic_t_per_y": found.traffic_t_per_y[k],
            **{name: values[k] * p.price_ratio[k] for name, values in columns.items()},
            "balance_usd": found.balance_usd[k],
            "cover_ratio": null(found.cover_ratio[k]),
            "break_even_t_per_y": null(found.break_even_t_per_y[k]),
            "price_ratio": p.price_ratio[k],
        }
        for k, year in enumerate(p.years)
    ]


def _debt(on: date, found: Appraisal) -> list[dict[str, Any]]:
    p = found.project
    return [
        {
            "on": on,
            "project": p.id,
            "state": state,
            "year": int(year),
            "owns_share": share,
            "exposure_usd": share * found.balance_usd[k],
            "shortfall_usd_per_y": share * found.shortfall[k] * p.price_ratio[k],
        }
        for state, share in sorted(p.owners.items())
        for k, year in enumerate(p.years)
    ]


def _returns(on: date, found: Appraisal) -> list[dict[str, Any]]:
    p, prices = found.project, _prices(found.project)
    return [
        {
            "on": on,
            "project": p.id,
            "measure": measure,
            "irr_share": null(rate.rate),
            "npv_usd": npv * prices,
            "base_date": p.base_date,
            "discount_share": p.discount_rate,
            "break_even_t_per_y": null(even),
        }
        for measure, rate, npv, even in (
            ("project", found.irr_project, found.npv_project, found.break_even_npv_t_per_y),
            ("equity", found.irr_equity, found.npv_equity, math.nan),
            ("economic", found.irr_economic, found.npv_economic, math.nan),
        )
        if measure != "economic" or not math.isnan(npv)
    ]


MONEY = (
    "equity", "dividends", "shortfall", "residual", "lent", "repaid", "benefit", "net",
    "exposure_peak",
)  # fmt: skip


def _parties(on: date, found: Appraisal) -> list[dict[str, Any]]:
    prices = _prices(found.project)
    return [
        {"on": on, "project": found.project.id, "state": p.state, "owns_share": p.owns_share}
        | {f"{name}_usd": null(getattr(p, name) * prices) for name in MONEY}
        for p in found.parties
    ]


def _prices(project: Project) -> float:
    """Dollars of the base date for one of 2023."""
    day = project.base_date
    passed_y = day.year - BASE_YEAR + _share_of_year(day) - 1.0
    return float((1.0 + project.inflation) ** passed_y)


def _share_of_year(day: date) -> float:
    """Of its year that has passed: 1 on 31 December."""
    return day.timetuple().tm_yday / date(day.year, 12, 31).timetuple().tm_yday
