"""The model of power: zones, plants and lines of a world to a year with and without trade."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status
from sogdia.core.table import Table, null
from sogdia.models.energy.profiles import demand_shape, inflow_shape, sampled_hours, sun_shape
from sogdia.models.energy.solve_dispatch import Dispatch, Dispatched, solve_all
from sogdia.models.energy.tables import POWER_FLOW, POWER_SUPPLY, POWER_YEAR
from sogdia.world.world import World

__all__ = ["CASES", "FEW_HOURS", "YEAR_HOURS", "PowerModel", "PowerSystem", "PowerYear"]

CASES = ("trade", "no_trade")
YEAR_HOURS = 8760
FEW_HOURS = 350
"""Every 25th hour: 25 and 24 share no factor, so all hours of the day come equally often."""

Floats = NDArray[np.float64]

READS = frozenset(
    {
        ("power_zones", c)
        for c in ("id", "country", "power_demand_gwh_per_y", "demand_winter_swing_share")
    }
    | {
        ("plants", c)
        for c in (
            "zone", "technology", "status", "capacity_mw", "plant_availability_share",
            "marginal_cost_usd2023_per_mwh", "emission_t_per_mwh", "reservoir_h",
        )
    }
    | {
        ("power_lines", c)
        for c in ("id", "from_zone", "to_zone", "status", "capacity_mw", "line_loss_share")
    }
    | {
        ("power", c)
        for c in (
            "demand_day_swing_share", "inflow_summer_swing_share", "unserved_usd2023_per_mwh",
        )
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerSystem:
    """Names of positions, and the programme of each case.

    Attributes
    ----------
    zones, countries : tuple of str
        By zone.
    groups : tuple of (zone, technology)
    lines : tuple of (id, from, to)
    emission : (G,) float64
        t/MWh.
    cases : mapping of case to Dispatch
    """

    on: date
    zones: tuple[str, ...]
    countries: tuple[str, ...]
    groups: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, str, str], ...]
    emission: Floats
    cases: Mapping[str, Dispatch]


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerYear:
    """Solution of each case, and the worse of their statuses."""

    cases: Mapping[str, Dispatched]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerModel:
    """Least-cost dispatch. Holds its parameters only.

    Attributes
    ----------
    hours : int
        Sampled hours of the year; 8760 is all of them.
    asked : tuple of str
        Cases to solve.
    """

    hours: int = FEW_HOURS
    asked: tuple[str, ...] = CASES
    name: str = "power"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset({"power_year", "power_supply", "power_flow"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> PowerSystem:
        """Open plants by zone, technology and cost; open lines; hourly demand and inflow.

        Raises
        ------
        InvalidInput
            When a zone, plant or line lacks a number, or the hours miss parts of the day.
        """
        del tables
        hours, w = sampled_hours(self.hours)
        zones = sorted(world.power_zones.rows(), key=lambda r: r["id"])
        common = next(iter(world.power.rows()), {})
        plants = [r for r in world.plants.rows() if r["status"] == "open"]
        lines = sorted(
            (r for r in world.power_lines.rows() if r["status"] == "open"), key=lambda r: r["id"]
        )
        at = {row["id"]: i for i, row in enumerate(zones)}
        _refuse_gaps(zones, plants, lines, common, at)
        groups = _groups(plants)
        swing = float(common["inflow_summer_swing_share"])
        shape = {"solar": sun_shape(hours), "hydro": inflow_shape(hours, swing)}
        d = np.array(
            [
                float(r["power_demand_gwh_per_y"]) * 1e3 / YEAR_HOURS
                * demand_shape(
                    hours, float(r["demand_winter_swing_share"]),
                    float(common["demand_day_swing_share"]),
                )
                for r in zones
            ]
        )  # fmt: skip
        count = len(groups)
        A, q = np.ones((count, len(hours))), np.full((count, len(hours)), math.nan)
        for g, group in enumerate(groups):
            mean = group.availability
            if not math.isnan(group.reservoir):
                q[g] = group.capacity * mean * shape["hydro"]
            elif group.technology == "solar":
                A[g] = np.minimum(1.0, mean * shape["solar"])
            else:
                A[g] = mean
        trade = Dispatch(
            w=w,
            d=d,
            zone=np.array([at[g.zone] for g in groups], dtype=np.int64),
            P=np.array([g.capacity for g in groups]),
            A=A,
            c=np.array([g.cost for g in groups]),
            q=q,
            H=np.array([g.reservoir for g in groups]),
            ends=np.array(
                [(at[r["from_zone"]], at[r["to_zone"]]) for r in lines], dtype=np.int64
            ).reshape(-1, 2),
            F=np.array([float(r["capacity_mw"]) for r in lines]),
            a=np.array([float(r["line_loss_share"]) for r in lines]),
            V=float(common["unserved_usd2023_per_mwh"]),
        )
        countries = tuple(str(r["country"]) for r in zones)
        inner = np.array([countries[a] == countries[b] for a, b in trade.ends], dtype=bool)
        cases = {
            "trade": trade,
            "no_trade": dataclasses.replace(trade, F=np.where(inner, trade.F, 0.0)),
        }
        return PowerSystem(
            on=world.on,
            zones=tuple(at),
            countries=countries,
            groups=tuple((g.zone, g.technology) for g in groups),
            lines=tuple((r["id"], r["from_zone"], r["to_zone"]) for r in lines),
            emission=np.array([g.emission for g in groups]),
            cases={case: cases[case] for case in self.asked},
        )

    def solve(self, problem: PowerSystem) -> PowerYear:
        """Both cases."""
        return self.solve_many((problem,))[0]

    def solve_many(self, problems: Sequence[PowerSystem]) -> tuple[PowerYear, ...]:
        """Every case of several systems at once."""
        named = [(n, case, m) for n, s in enumerate(problems) for case, m in s.cases.items()]
        solved = solve_all([m for _, _, m in named])
        found: list[dict[str, Dispatched]] = [{} for _ in problems]
        for (n, case, _), answer in zip(named, solved, strict=True):
            found[n][case] = answer
        return tuple(_year(s.on, cases) for s, cases in zip(problems, found, strict=True))

    def tabulate(self, problem: PowerSystem, solution: PowerYear) -> dict[str, Table]:
        """Tables ``power_year``, ``power_supply`` and ``power_flow``."""
        years: list[dict[str, Any]] = []
        supply: list[dict[str, Any]] = []
        flows: list[dict[str, Any]] = []
        for case, found in solution.cases.items():
            key = {"on": problem.on, "case": case}
            years += [key | r for r in _years(problem, problem.cases[case], found)]
            supply += [key | r for r in _supply(problem, problem.cases[case], found)]
            flows += [key | r for r in _flows(problem, problem.cases[case], found)]
        return {
            "power_year": Table.from_rows(POWER_YEAR, years),
            "power_supply": Table.from_rows(POWER_SUPPLY, supply),
            "power_flow": Table.from_rows(POWER_FLOW, flows),
        }


def _year(on: date, cases: Mapping[str, Dispatched]) -> PowerYear:
    rank = {"solved": 0, "usable": 1, "failed": 2}
    worst = max((c.status for c in cases.values()), key=lambda s: rank[s.state])
    return PowerYear(cases=cases, status=dataclasses.replace(worst, of=f"power dispatch, {on}"))


@dataclass(frozen=True, slots=True, order=True)
class _Group:
    """Plants that are the same to the programme."""

    zone: str
    technology: str
    cost: float
    availability: float
    emission: float
    reservoir: float
    capacity: float = 0.0


def _groups(plants: Sequence[Mapping[str, Any]]) -> list[_Group]:
    found: dict[tuple[str, str, float, float, float, float], list[float]] = {}
    for r in plants:
        reservoir = r["reservoir_h"]
        key = (
            str(r["zone"]), str(r["technology"]), float(r["marginal_cost_usd2023_per_mwh"]),
            float(r["plant_availability_share"]), float(r["emission_t_per_mwh"]),
            -1.0 if reservoir is None else float(reservoir),
        )  # fmt: skip
        found.setdefault(key, []).append(float(r["capacity_mw"]))
    return [
        _Group(*key[:5], math.nan if key[5] < 0 else key[5], math.fsum(sorted(capacity)))
        for key, capacity in sorted(found.items())
    ]


def _refuse_gaps(
    zones: Sequence[Mapping[str, Any]],
    plants: Sequence[Mapping[str, Any]],
    lines: Sequence[Mapping[str, Any]],
    common: Mapping[str, Any],
    at: Mapping[str, int],
) -> None:
    """Refuse what lacks a number or stands nowhere, all at once."""
    problems = ProblemList()
    if not common or not zones:
        problems.add("power", "needs the tables power and power_zones")
    for column, value in common.items():
        if value is None:
            problems.add("power", f"has no {column}", fix="use a later known-by date")
    needed = {
        "power zone": (zones, ("power_demand_gwh_per_y", "demand_winter_swing_share"), ()),
        "plant": (
            plants,
            (
                "capacity_mw", "plant_availability_share", "marginal_cost_usd2023_per_mwh",
                "emission_t_per_mwh",
            ),
            ("zone",),
        ),
        "power line": (lines, ("capacity_mw", "line_loss_share"), ("from_zone", "to_zone")),
    }  # fmt: skip
    for what, (rows, columns, ends) in needed.items():
        for row in rows:
            for column in columns:
                if row[column] is None:
                    problems.add(
                        f"{what} {row.get('id', row.get('zone'))}", f"has no {column}",
                        fix="use a later known-by date",
                    )  # fmt: skip
            for column in ends:
                if row[column] not in at:
                    problems.add(f"{what} {row['id']}", "stands in no zone", got=row[column])
    problems.raise_if_any()


GWH = 1e-3


def _years(s: PowerSystem, m: Dispatch, x: Dispatched) -> Iterator[dict[str, Any]]:
    names = sorted(set(s.countries))
    country = np.array([names.index(c) for c in s.countries], dtype=np.int64)
    made, running, emitted = (
        np.bincount(country[m.zone], weights=w, minlength=len(names))
        for w in (
            m.w * x.p.sum(axis=1), m.w * m.c * x.p.sum(axis=1),
            m.w * s.emission * x.p.sum(axis=1),
        )
    )  # fmt: skip
    demand = np.bincount(country, weights=m.w * m.d.sum(axis=1), minlength=len(names))
    missing = np.bincount(country, weights=m.w * x.u.sum(axis=1), minlength=len(names))
    paid = np.bincount(country, weights=m.w * (m.d * x.price).sum(axis=1), minlength=len(names))
    sent, received = np.zeros(len(names)), np.zeros(len(names))
    for i, (one, two) in enumerate(m.ends):
        for direction, (a, b) in enumerate(((one, two), (two, one))):
            if country[a] != country[b]:
                energy = m.w * float(x.f[i, direction].sum())
                sent[country[a]] += energy
                received[country[b]] += (1.0 - m.a[i]) * energy
    for i, name in enumerate(names):
        yield {
            "country": name,
            "power_demand_gwh_per_y": null(demand[i] * GWH),
            "made_gwh_per_y": null(made[i] * GWH),
            "sent_gwh_per_y": null(sent[i] * GWH),
            "received_gwh_per_y": null(received[i] * GWH),
            "unserved_gwh_per_y": null(missing[i] * GWH),
            "running_cost_usd2023_per_y": null(running[i]),
            "unserved_cost_usd2023_per_y": null(missing[i] * m.V),
            "emission_tco2_per_y": null(emitted[i]),
            "price_usd2023_per_mwh": null(paid[i] / demand[i]) if demand[i] > 0 else None,
        }


def _supply(s: PowerSystem, m: Dispatch, x: Dispatched) -> Iterator[dict[str, Any]]:
    found: dict[tuple[str, str], list[float]] = {}
    for g, key in enumerate(s.groups):
        both = found.setdefault(key, [0.0, 0.0])
        both[0] += float(m.P[g])
        both[1] += m.w * float(x.p[g].sum()) * GWH
    for (zone, technology), (capacity, made) in sorted(found.items()):
        yield {
            "zone": zone, "technology": technology, "capacity_mw": capacity,
            "made_gwh_per_y": null(made),
        }  # fmt: skip


def _flows(s: PowerSystem, m: Dispatch, x: Dispatched) -> Iterator[dict[str, Any]]:
    for i, (name, one, two) in enumerate(s.lines):
        full = (x.f[i] >= m.F[i] * (1.0 - 1e-4)).any(axis=0) if m.F[i] > 0 else None
        yield {
            "line": name,
            "from_zone": one,
            "to_zone": two,
            "capacity_mw": float(m.F[i]),
            "sent_gwh_per_y": null(m.w * float(x.f[i, 0].sum()) * GWH),
            "sent_back_gwh_per_y": null(m.w * float(x.f[i, 1].sum()) * GWH),
            "shadow_usd2023_per_mw_y": null(float(x.mu[i].sum())),
            "full_share": None if full is None else float(full.mean()),
        }
