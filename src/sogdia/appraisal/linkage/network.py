"""The linkages that the network itself answers for: rail and road, and trade.

Facilities: what it costs a country's zones to reach all others, over the pairs that have a route
in both worlds. Trade: real income by country and trade with China, of the loop of transport,
borders and trade.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.effects import REAL_INCOME, ROUNDING, TRADE, rounded
from sogdia.appraisal.indicators import ACCESS_COST
from sogdia.appraisal.linkage.contract import row
from sogdia.appraisal.loop import Joined
from sogdia.appraisal.side import BAND_CLASS
from sogdia.core.states import CHINA, FIVE, TOGETHER
from sogdia.core.table import Table

__all__ = ["BAND", "Reach", "cost_matrix", "facility_rows", "reach_of", "trade_rows"]

BAND = (5.0, 95.0)
DRAWN = "90 % of draws of uncertain claims"


@dataclass(frozen=True, slots=True)
class Reach:
    """Cost of reaching markets from each zone, weighted by the GDP of those reached in both worlds.

    Attributes
    ----------
    before, after : (zones,)
        In the unit of the costs; NaN where no market is reached in both.
    reaches : (zones,) of bool
        Where one is.
    alike : (zones,) of bool
        Where both worlds reach the same markets. A draw averages over those it reaches, so draws
        compare only there.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    reaches: NDArray[np.bool_]
    alike: NDArray[np.bool_]


def reach_of(
    before: NDArray[np.float64], after: NDArray[np.float64], gdp: NDArray[np.float64]
) -> Reach:
    """Weigh the costs of two worlds, origins by destinations with NaN where there is no way."""
    both = ~np.isnan(before) & ~np.isnan(after)
    weight = np.where(both, gdp[np.newaxis, :], 0.0)
    total = weight.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [(weight * np.nan_to_num(c)).sum(axis=1) / total for c in (before, after)]
    alike = (np.isnan(before) == np.isnan(after)).all(axis=1)
    return Reach(before=means[0], after=means[1], reaches=total > 0, alike=alike)


def facility_rows(
    on: date, before: Mapping[str, Table], after: Mapping[str, Table]
) -> Iterator[dict[str, Any]]:
    """Cost of reaching markets by country, GDP-weighted over its zones and their partners.

    Parameters
    ----------
    before, after : mapping of str to Table
        ``skim``, ``indicator`` and ``zones``.
    """
    zones = _on(after["zones"], on)
    classes = sorted({str(c) for c in after["skim"]["commodity"]})
    chosen = BAND_CLASS if BAND_CLASS in classes else classes[0]
    order = {str(z): i for i, z in enumerate(zones["id"])}
    gdp = np.nan_to_num(zones["gdp_usd2023_per_y"])
    costs = [
        cost_matrix(_of_class(_on(side["skim"], on), chosen), order) for side in (before, after)
    ]
    reach = reach_of(costs[0], costs[1], gdp)
    moved = _drawn_changes(before["indicator"], after["indicator"], on, order, chosen)
    for country in (TOGETHER, *FIVE, CHINA):
        members = FIVE if country == TOGETHER else (country,)
        inside = np.isin(zones["country"].astype(str), members) & reach.reaches
        share = np.where(inside, gdp, 0.0)
        if not share.sum():
            continue
        means = [
            float(np.average(np.nan_to_num(r), weights=share)) for r in (reach.before, reach.after)
        ]
        low = high = None
        if len(moved) > 1 and reach.alike[inside].all():
            drawn = np.array([np.average(np.nan_to_num(m), weights=share) for m in moved])
            low, high = (float(v) for v in np.percentile(drawn, BAND))
        yield row(
            on, "facilities", "rail and road", "access_cost", country,
            "generalised cost of reaching all zones, weighted by GDP", "usd2023/t",
            before=means[0], after=means[1], low=low, high=high,
            basis=f"{chosen}; {DRAWN}" if low is not None else f"{chosen}; not drawn",
            headline=country == TOGETHER,
        )  # fmt: skip


def trade_rows(
    on: date, joined: Joined | None, indicators: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Real income by country as an index, and trade with China both ways; none when not run."""
    if joined is None:
        return
    for country in (*FIVE, CHINA):
        change = _income(joined, country)
        low, high = _band(indicators, REAL_INCOME, country, on)
        yield row(
            on, "trade", "real income", "real_income", country,
            "real income, baseline = 1; full endowment equilibrium", "1",
            before=1.0, after=None if change is None else 1.0 + change,
            low=low, high=high,
            basis=DRAWN if low is not None else "not drawn", headline=country != CHINA,
        )  # fmt: skip
    rows = {
        (r["exporter"], r["importer"], r["level"]): r
        for r in joined.scenario["trade_change"].rows()
        if r["on"] == on
    }
    for other in FIVE:
        for exporter, importer in ((other, CHINA), (CHINA, other)):
            loaded = rows.get((exporter, importer, "partial"))
            full = rows.get((exporter, importer, "full"))
            before = None if loaded is None else loaded["baseline_usd2023_per_y"]
            ratio = None if full is None else rounded(full["change_ratio"])
            pair = f"{exporter}>{importer}"
            low, high = _band(indicators, TRADE, pair, on)
            if before is None or low is None or high is None:
                low = high = None
            else:
                low, high = before * (low - 1.0), before * (high - 1.0)
            yield row(
                on, "trade", "trade", "trade_value", pair, "trade of goods a year", "usd2023/year",
                before=before, after=None if before is None or ratio is None else before * ratio,
                low=low, high=high, basis=DRAWN if low is not None else "not drawn",
            )  # fmt: skip


def _band(
    indicators: Sequence[Mapping[str, Any]], variable: str, entity: str, on: date
) -> tuple[float | None, float | None]:
    """P5 and P95 over the draws of an indicator; None where there are not two."""
    drawn = [
        float(r["amount"])
        for r in indicators
        if r["variable"] == variable
        and r["entity"] == entity
        and r["on"] == on
        and r["draw"] > 0
        and r["amount"] is not None
    ]
    if len(drawn) < 2:
        return None, None
    low, high = np.percentile(drawn, BAND)
    return float(low), float(high)


def _income(joined: Joined, country: str) -> float | None:
    for found in joined.scenario["country_income"].rows():
        if found["country"] == country and found["level"] == "full":
            change = found["real_income_change_share"]
            return 0.0 if change is not None and abs(change) <= ROUNDING else change
    return None


def _on(table: Table, on: date) -> Table:
    return table.where(np.asarray(table["on"] == on, dtype=np.bool_))


def _of_class(skim: Table, commodity: str) -> Table:
    return skim.where(np.asarray(skim["commodity"] == commodity, dtype=np.bool_))


def cost_matrix(skim: Table, order: Mapping[str, int]) -> NDArray[np.float64]:
    """(Z, Z) mean cost of both directions, of one date and class; NaN where there is no route."""
    matrix = np.full((len(order), len(order)), np.nan)
    for origin, destination, cost in zip(
        skim["origin"], skim["destination"], skim["gencost_usd2023_per_t"], strict=True
    ):
        if origin in order and destination in order:
            matrix[order[origin], order[destination]] = cost
    return (matrix + matrix.T) / 2


def _drawn_changes(
    before: Table, after: Table, on: date, order: Mapping[str, int], commodity: str
) -> list[NDArray[np.float64]]:
    """Change of each zone's cost in every draw that neither side lost."""
    sides: list[dict[int, NDArray[np.float64]]] = []
    for table in (before, after):
        mask = (
            (table["on"] == on)
            & (table["variable"] == ACCESS_COST)
            & (table["group"] == commodity)
            & (table["draw"] > 0)
        )
        found: dict[int, NDArray[np.float64]] = {}
        for r in table.where(np.asarray(mask, dtype=np.bool_)).rows():
            values = found.setdefault(int(r["draw"]), np.full(len(order), np.nan))
            if r["entity"] in order and r["amount"] is not None:
                values[order[r["entity"]]] = r["amount"]
        sides.append(found)
    return [sides[1][d] - sides[0][d] for d in sorted(set(sides[0]) & set(sides[1]))]
