"""Energy: power made, sent, missing and its price by country, and gas to China by line.

Power is solved on every 25th hour of the year; `sogdia energy --hours 8760` solves all of them.
The band of a change spans dry and wet years and cheap and dear fuel: both sides at the low end of
what is claimed of plants, and both at the high end. Gas has no band: production and consumption
are single figures.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sogdia.appraisal.linkage.contract import Asked, Linkage, row
from sogdia.core.errors import InvalidInput, MissingExtra
from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.models.energy.gas import GasModel
from sogdia.models.energy.power import PowerModel, PowerSystem, PowerYear
from sogdia.world.world import World

__all__ = ["GAS_READS", "POWER_READS", "energy"]

POWER_READS = ("power_zones", "plants", "power_lines", "power")
GAS_READS = ("pipelines", "gas_countries")
"""Tables of a world each model reads."""

SPAN = "spans what is claimed of cost, availability and water of plants; shapes of the year assumed"
NO_BAND = "what surplus and pipes allow; production and consumption are single figures"
COLUMNS = (
    ("made_gwh_per_y", "power_made", "power made", "GWh/year"),
    ("sent_gwh_per_y", "power_sent", "power sent to other countries", "GWh/year"),
    ("received_gwh_per_y", "power_received", "power received from other countries", "GWh/year"),
    ("unserved_gwh_per_y", "power_unserved", "demand not served", "GWh/year"),
    ("price_usd2023_per_mwh", "power_price", "cost of one more unit", "usd2023/MWh"),
    ("emission_tco2_per_y", "power_emission", "carbon dioxide of plants", "t/year"),
)
Tables = Mapping[str, Table]


def energy(asked: Asked) -> Linkage:
    """Power and pipelines of both sides.

    Parameters
    ----------
    asked : Asked

    Returns
    -------
    Linkage
        Rows by country and by line; tables of both models of both sides. Without the extra
        ``energy`` it has pipelines only and says how to get the rest.
    """
    rows: list[Mapping[str, Any]] = []
    before: dict[str, Table] = {}
    after: dict[str, Table] = {}
    statuses: list[Status] = []
    missing: list[str] = []
    for part in (_gas, _power):
        try:
            found = part(asked)
        except (InvalidInput, MissingExtra) as error:
            missing.append(str(error))
            continue
        rows += found.rows
        before |= found.before
        after |= found.after
        statuses += found.statuses
    return Linkage(
        rows=tuple(rows), before=before, after=after, statuses=tuple(statuses),
        missing="\n".join(missing),
    )  # fmt: skip


def _gas(asked: Asked) -> Linkage:
    model = GasModel()
    problem = model.prepare(asked.before, {})
    solved = model.solve(problem)
    before = after = model.tabulate(problem, solved)
    statuses = (solved.status,)
    if asked.differ(*GAS_READS):
        second = model.prepare(asked.after, {})
        other = model.solve(second)
        after, statuses = model.tabulate(second, other), (solved.status, other.status)
    rows: list[Mapping[str, Any]] = []
    lines = [_to_china(t) for t in (before, after)]
    same = not asked.differ(*GAS_READS)
    rows.append(
        row(
            asked.on, "facilities", "energy", "gas_to_china", "CA5>CHN",
            "most gas that surplus and pipelines allow to China", "bcm/year",
            before=_sum(lines[0]), after=_sum(lines[1]), basis=NO_BAND, headline=True,
            low=0.0 if same else None, high=0.0 if same else None,
        )
    )  # fmt: skip
    names = {r["id"]: r["name"] for r in asked.after.pipelines.rows()}
    rows += [
        row(
            asked.on, "facilities", "energy", "gas_to_china_by_line", name,
            f"{names[name]}: gas over the border of China", "bcm/year",
            before=lines[0].get(name, 0.0), after=lines[1].get(name, 0.0), basis=NO_BAND,
        )
        for name in sorted(lines[0].keys() | lines[1].keys())
    ]  # fmt: skip
    later = {r["country"]: r for r in after["gas_balance"].rows()}
    rows += [
        row(
            asked.on, "facilities", "energy", "gas_to_china_by_country", r["country"],
            f"{r['country']}: gas sent to China", "bcm/year", before=r["to_china_bcm_per_y"],
            after=later[r["country"]]["to_china_bcm_per_y"], basis=NO_BAND,
        )
        for r in before["gas_balance"].rows()
    ]  # fmt: skip
    return Linkage(rows=tuple(rows), before=before, after=after, statuses=statuses)


def _to_china(tables: Tables) -> dict[str, float]:
    return {
        str(r["pipeline"]): float(r["flow_amount"])
        for r in tables["pipeline_flow"].rows()
        if r["to_node"] == "CHN" and r["flow_amount"] is not None
    }


def _sum(lines: Mapping[str, float]) -> float:
    return float(sum(value for _, value in sorted(lines.items())))


def _power(asked: Asked) -> Linkage:
    """Both sides with the ends of their bands; where nothing differs no dispatch is solved."""
    if not asked.differ(*POWER_READS):
        return Linkage(rows=tuple(_untouched(asked)))
    worlds = [asked.before, asked.after]
    worlds += [_at_end(w, high) for high in (False, True) for w in (asked.before, asked.after)]
    solved = _solved(worlds)
    before, after = solved[0][0], solved[1][0]
    statuses = tuple(status for _, status in solved[:2])
    ends = [(solved[i][0], solved[i + 1][0]) for i in range(2, len(solved), 2)]
    rows = (
        *_country_rows(asked, before, after, ends),
        *_total_rows(asked, before, after, ends),
        *_line_rows(asked, before, after),
    )
    return Linkage(rows=rows, before=before, after=after, statuses=statuses)


MODEL = PowerModel(asked=("trade",))
KEPT = 16
_kept: OrderedDict[str, PowerYear] = OrderedDict()


def _solved(worlds: Sequence[World]) -> list[tuple[Tables, Status]]:
    """Tables of worlds; an equal programme is not solved twice in one process."""
    problems = [MODEL.prepare(world, {}) for world in worlds]
    keys = [_key(problem) for problem in problems]
    new = {key: problem for key, problem in zip(keys, problems, strict=True) if key not in _kept}
    if new:
        _kept.update(zip(new, MODEL.solve_many(list(new.values())), strict=True))
    found = [_kept[key] for key in keys]
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return [
        (
            MODEL.tabulate(problem, year),
            dataclasses.replace(year.status, of=f"power dispatch, {problem.on}"),
        )
        for problem, year in zip(problems, found, strict=True)
    ]


def _key(problem: PowerSystem) -> str:
    made = hashlib.sha256()
    for case, m in problem.cases.items():
        made.update(f"{case} {m.w} {m.V}".encode())
        for array in (m.d, m.zone, m.P, m.A, m.c, m.q, m.H, m.ends, m.F, m.a):
            made.update(f"{array.shape}".encode())
            made.update(array.tobytes())
    return made.hexdigest()


def _at_end(world: World, high: bool) -> World:
    """The world with every uncertain number of its plants at its low or its high end."""
    plants = world.plants
    columns: dict[str, Any] = {}
    for spread in world.spreads:
        if spread.table != "plants":
            continue
        values = columns.setdefault(spread.column, plants[spread.column].copy())
        values[spread.row] = sum(p.estimate.high if high else p.estimate.low for p in spread.parts)
    return world.replace(plants=plants.replace(**columns)) if columns else world


def _band(changes: Sequence[float]) -> tuple[float | None, float | None]:
    return (min(changes), max(changes)) if changes else (None, None)


def _country_rows(
    asked: Asked, before: Tables, after: Tables, ends: Sequence[tuple[Tables, Tables]]
) -> Iterator[Mapping[str, Any]]:
    later = _by_country(after)
    for country, r in _by_country(before).items():
        for column, variable, title, unit in COLUMNS:
            changes = _changes(
                [(r[column], later[country][column])]
                + [
                    (_by_country(a)[country][column], _by_country(b)[country][column])
                    for a, b in ends
                ]
            )
            low, high = _band(changes)
            yield row(
                asked.on, "facilities", "energy", variable, country, f"{country}: {title}", unit,
                before=r[column], after=later[country][column], low=low, high=high, basis=SPAN,
            )  # fmt: skip


def _by_country(tables: Tables) -> dict[str, Mapping[str, Any]]:
    return {str(r["country"]): r for r in tables["power_year"].rows()}


def _changes(pairs: Sequence[tuple[float | None, float | None]]) -> list[float]:
    return [b - a for a, b in pairs if a is not None and b is not None]


TOTALS: tuple[tuple[str, str, str, Callable[[Mapping[str, Any]], float | None]], ...] = (
    (
        "power_cost", "cost of power with demand not served, all countries", "usd2023/year",
        lambda r: _add(r["running_cost_usd2023_per_y"], r["unserved_cost_usd2023_per_y"]),
    ),
    (
        "power_emission", "carbon dioxide of plants, all countries", "t/year",
        lambda r: r["emission_tco2_per_y"],
    ),
)  # fmt: skip
ALL = "CA5+AFG+PAK"
NOT_SOLVED = "not solved: nothing that dispatch reads differs; levels by `sogdia energy`"


def _untouched(asked: Asked) -> Iterator[Mapping[str, Any]]:
    for variable, title, unit, _ in TOTALS:
        yield row(
            asked.on, "facilities", "energy", variable, ALL, title, unit, before=None, after=None,
            basis=NOT_SOLVED, headline=variable == "power_cost", untouched=True,
        )  # fmt: skip


def _total_rows(
    asked: Asked, before: Tables, after: Tables, ends: Sequence[tuple[Tables, Tables]]
) -> Iterator[Mapping[str, Any]]:
    for variable, title, unit, value in TOTALS:

        def total(tables: Tables, of: Callable[..., float | None] = value) -> float | None:
            found = [of(r) for r in tables["power_year"].rows()]
            return None if None in found else float(sum(v for v in found if v is not None))

        pairs = [(total(before), total(after)), *((total(a), total(b)) for a, b in ends)]
        low, high = _band(_changes(pairs))
        yield row(
            asked.on, "facilities", "energy", variable, ALL, title, unit,
            before=pairs[0][0], after=pairs[0][1], low=low, high=high, basis=SPAN,
            headline=variable == "power_cost",
        )  # fmt: skip


def _add(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a + b


def _line_rows(asked: Asked, before: Tables, after: Tables) -> Iterator[Mapping[str, Any]]:
    sides = [{str(r["line"]): r for r in t["power_flow"].rows()} for t in (before, after)]
    names = {r["id"]: r["name"] for r in asked.after.power_lines.rows()}
    for name in sorted(sides[0].keys() | sides[1].keys()):
        sent = [
            _add(s[name]["sent_gwh_per_y"], s[name]["sent_back_gwh_per_y"]) if name in s else 0.0
            for s in sides
        ]
        yield row(
            asked.on, "facilities", "energy", "power_over_line", name,
            f"{names[name]}: power sent over it in both directions", "GWh/year",
            before=sent[0], after=sent[1],
            basis="least-cost dispatch; no band: how equal costs are shared is not determined",
        )  # fmt: skip
