"""Trade between zones: real income of regions when transport costs change.

The exact-hat equilibrium of `solve_hat` on the zones of the world, with labour where it is. A
country outside the zones is one economy; its transport costs do not change. A zone sells to itself
what its GDP leaves after its exports: GDP is value added and not sales, so openness is overstated
where exports contain much that was imported. Trade within a country is part of a zone's own sales.

New links need no special care: the model is given costs in levels from before and after, so a
railway that was not there enters as a cost that falls from that of the other ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.status import Status
from sogdia.core.table import Column, Schema, Table, null
from sogdia.models.trade.solve_hat import Hat, conditional, full, partial
from sogdia.world.economies import Variant, trade_matrix
from sogdia.world.freight_spread import counted_pairs
from sogdia.world.world import World

__all__ = [
    "COST_CHANGE",
    "COUNTRY_INCOME",
    "TRADE_CHANGE",
    "ZONE_INCOME",
    "ZoneProblem",
    "ZoneResponse",
    "ZoneTradeModel",
]

LEVELS = ("partial", "conditional", "full")

COST_CHANGE = Schema(
    "cost_change",
    (
        Column("origin", title="zone"),
        Column("destination", title="zone"),
        Column("before_ratio", "number", title="cost factor: 1 + cost over value; null: no way"),
        Column("after_ratio", "number"),
    ),
    ("origin", "destination"),
)
ZONE_INCOME = Schema(
    "zone_income",
    (
        Column("on", "date"),
        Column("level", title="partial, conditional, full: what is let respond"),
        Column("zone"),
        Column("country"),
        Column("income_usd2023_per_y", "number", title="baseline"),
        Column("real_income_change_share", "number", title="w_hat / P_hat - 1"),
    ),
    ("on", "level", "zone"),
)
COUNTRY_INCOME = Schema(
    "country_income",
    (
        Column("on", "date"),
        Column("level"),
        Column("country"),
        Column("income_usd2023_per_y", "number"),
        Column("real_income_change_share", "number", title="mean over zones, weighted with income"),
    ),
    ("on", "level", "country"),
)
TRADE_CHANGE = Schema(
    "trade_change",
    (
        Column("on", "date"),
        Column("level"),
        Column("exporter"),
        Column("importer"),
        Column("baseline_usd2023_per_y", "number"),
        Column("value_usd2023_per_y", "number"),
        Column("change_ratio", "number", title="new over old"),
    ),
    ("on", "level", "exporter", "importer"),
)

READS = frozenset(
    {
        ("zones", "gdp_usd2023_per_y"),
        ("economies", "gdp_usd2023_per_y"),
        ("trade", "reconciled_usd2023_per_y"),
        ("trade", "exporter_report_usd2023_per_y"),
        ("trade", "importer_report_usd2023_per_y"),
        ("choice", "trade_elasticity"),
        ("freight", "off_network_value_share"),
        ("freight", "class_value_share"),
        ("freight_ends", "class_origin_share"),
        ("freight_ends", "class_destination_share"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneProblem:
    """Flows between `N` nodes, zones first, then economies without zones.

    Attributes
    ----------
    nodes, country : tuple of str
    X : (N, N) float64
        USD of 2023 a year; own sales on the diagonal, negative where exports exceed GDP.
    tau_hat : (N, N) float64
        inf: closed.
    theta : float
    """

    world: World
    nodes: tuple[str, ...]
    country: tuple[str, ...]
    zones: int
    X: NDArray[np.float64]
    tau_hat: NDArray[np.float64]
    theta: float
    opened: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneResponse:
    """The three levels and how they ended."""

    levels: tuple[Hat, ...]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneTradeModel:
    """Response of trade and real income by zone. Holds its options and nothing else.

    Attributes
    ----------
    variant : {"reconciled", "china", "partner"}
    theta : float or None
        Trade elasticity; the world's by default.
    """

    variant: Variant = "reconciled"
    theta: float | None = None
    name: str = "zone trade"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset({"cost_change"})
    gives: frozenset[str] = frozenset({"zone_income", "country_income", "trade_change"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> ZoneProblem:
        """Flows and cost changes as matrices.

        Raises
        ------
        InvalidInput
            When the table of cost changes is missing or an economy has no GDP.
        """
        if "cost_change" not in tables:
            raise InvalidInput(
                [Problem(where=self.name, what="needs the table cost_change",
                         allowed=", ".join(COST_CHANGE.names))]
            )  # fmt: skip
        zones = [str(z) for z in world.zones["id"]]
        inside = {str(c) for c in world.zones["country"]}
        outside = [str(e) for e in world.economies["id"] if str(e) not in inside]
        nodes = (*zones, *outside)
        country = (*(str(c) for c in world.zones["country"]), *outside)
        X, gdp = _between(world, self.variant, country)
        tau_hat = np.ones_like(X)
        opened = _place(tables["cost_change"], {z: i for i, z in enumerate(zones)}, tau_hat)
        np.fill_diagonal(X, gdp - X.sum(axis=1))
        theta = self.theta if self.theta is not None else float(world.choice["trade_elasticity"][0])
        return ZoneProblem(
            world=world, nodes=nodes, country=country, zones=len(zones), X=X, tau_hat=tau_hat,
            theta=theta, opened=opened,
        )  # fmt: skip

    def solve(self, problem: ZoneProblem) -> ZoneResponse:
        """All three levels; without any change of cost each is exactly one."""
        p = problem
        levels = tuple(solve(p.X, p.tau_hat, p.theta) for solve in (partial, conditional, full))
        worst = max(levels, key=lambda h: ("solved", "usable", "failed").index(h.status.state))
        notes = [h.status.message for h in levels[-1:] if h.status.message]
        if p.opened:
            notes.append(f"{p.opened} pairs that had no way before are left as they were")
        return ZoneResponse(
            levels=levels,
            status=Status(
                state=worst.status.state,
                iterations=worst.status.iterations,
                residual=worst.status.residual,
                tolerance=worst.status.tolerance,
                message=_named("; ".join(notes), p.nodes),
                of=f"zone trade {p.world.on}",
            ),
        )

    def tabulate(self, problem: ZoneProblem, solution: ZoneResponse) -> dict[str, Table]:
        """The tables zone_income, country_income and trade_change."""
        zone_rows: list[dict[str, Any]] = []
        country_rows: list[dict[str, Any]] = []
        trade_rows: list[dict[str, Any]] = []
        country = np.array(problem.country, dtype=object)
        countries = list(dict.fromkeys(problem.country[: problem.zones]))
        member = np.stack([country == c for c in countries]).astype(np.float64)
        on = problem.world.on
        for hat in solution.levels:
            income = hat.baseline.sum(axis=1)
            change = hat.real_wage_hat - 1.0
            for i in range(problem.zones):
                zone_rows.append(
                    {
                        "on": on,
                        "level": hat.level,
                        "zone": problem.nodes[i],
                        "country": problem.country[i],
                        "income_usd2023_per_y": float(income[i]),
                        "real_income_change_share": null(change[i]),
                    }
                )
            total = member @ income
            weighted = (member * income) @ np.where(np.isnan(change), 0.0, change)
            known = (member @ np.isnan(change).astype(np.float64)) == 0.0
            for k, name in enumerate(countries):
                country_rows.append(
                    {
                        "on": on,
                        "level": hat.level,
                        "country": name,
                        "income_usd2023_per_y": float(total[k]),
                        "real_income_change_share": (
                            float(weighted[k] / total[k]) if known[k] else None
                        ),
                    }
                )
            before = member @ _abroad(hat.baseline, country) @ member.T
            after = member @ _abroad(hat.flow, country) @ member.T
            for i, j in np.argwhere(before > 0.0).tolist():
                trade_rows.append(
                    {
                        "on": on,
                        "level": hat.level,
                        "exporter": countries[i],
                        "importer": countries[j],
                        "baseline_usd2023_per_y": float(before[i, j]),
                        "value_usd2023_per_y": float(after[i, j]),
                        "change_ratio": float(after[i, j] / before[i, j]),
                    }
                )
        return {
            "zone_income": Table.from_rows(ZONE_INCOME, zone_rows),
            "country_income": Table.from_rows(COUNTRY_INCOME, country_rows),
            "trade_change": Table.from_rows(TRADE_CHANGE, trade_rows),
        }


def _between(
    world: World, variant: Variant, country: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Flows (N, N) between nodes of different countries, and GDP (N,) of all nodes.

    A country's trade is spread over its zones as its freight is: by GDP, but for what was counted.
    """
    matrix = trade_matrix(world, variant)
    at = {e: i for i, e in enumerate(matrix.economies)}
    economy_gdp = world.economies["gdp_usd2023_per_y"]
    gdp = np.concatenate(
        [
            world.zones["gdp_usd2023_per_y"],
            [economy_gdp[at[c]] for c in country[len(world.zones) :]],
        ]
    )
    unknown = sorted({country[i] for i in np.flatnonzero(np.isnan(gdp))})
    if unknown:
        raise InvalidInput(
            [Problem(where=c, what="has no GDP", fix="add a claim of gdp_usd2023_per_y")
             for c in unknown]
        )  # fmt: skip
    total: dict[str, float] = {}
    for c, g in zip(country, gdp, strict=True):
        total[c] = total.get(c, 0.0) + float(g)
    share = gdp / np.array([total[c] for c in country])
    # A country that is in no economy of its own has no flows here: the rest of the world has them.
    index = np.array([at.get(c, len(at)) for c in country])
    flow = np.pad(np.nan_to_num(matrix.flow_usd2023_per_y), (0, 1))
    flow = flow[np.ix_(index, index)]
    X = flow * np.outer(share, share)
    for a, b, spread in counted_pairs(world, share[: len(world.zones)]):
        X[np.ix_(a, b)] = flow[np.ix_(a, b)] * spread
    return _abroad(X, np.array(country, dtype=object)), gdp


def _place(
    table: Table,
    at: Mapping[str, int],
    tau_hat: NDArray[np.float64],
) -> int:
    """Write cost changes between zones; how many pairs had no way before."""
    i = np.array([at[str(o)] for o in table["origin"]], dtype=np.int64)
    j = np.array([at[str(d)] for d in table["destination"]], dtype=np.int64)
    before, after = table["before_ratio"], table["after_ratio"]
    ratio = np.where(np.isnan(after), np.inf, after / before)
    opened = np.isnan(before)
    tau_hat[i, j] = np.where(opened, 1.0, ratio)
    return int(np.sum(opened & ~np.isnan(after)))


def _abroad(flow: NDArray[np.float64], country: NDArray[np.object_]) -> NDArray[np.float64]:
    """Flows between different countries."""
    return np.where(country[:, None] == country[None, :], 0.0, flow)


def _named(message: str, nodes: tuple[str, ...]) -> str:
    """Positions in a solver's message as names of nodes."""
    import re

    def name(match: re.Match[str]) -> str:
        return re.sub(r"\d+", lambda m: nodes[int(m.group())], match.group())

    return re.sub(r"(?<=at )[\d, ]+", name, message)
