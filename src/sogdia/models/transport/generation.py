"""Freight demand: the value of trade between countries to tonnes between zones, by class.

For exporter i, importer j and class c (symbols of `docs/explanation/flows.md`)::

    value_ijc = X_ij (1 - o_ij) s_ijc          tonnes_ijc = value_ijc / v_c

X  value of goods exported, USD of 2023 a year
o  share that moves by pipeline or wire, or as precious metal
s  share of the class in the rest; the shares of a pair add to one
v  value density, USD of 2023 a tonne: the class's, or the pair's own where one was reported

A country's exports start in its zones in proportion to their GDP, and its imports end in the same
way, except the classes of pairs whose origins or destinations somebody counted (table
`freight_ends`). Freight within a country is not generated: no source here gives it by region.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem, UnknownName
from sogdia.core.table import Table
from sogdia.world.economies import Variant, trade_matrix
from sogdia.world.freight_spread import composition, pair_spread, row_of, zone_ends
from sogdia.world.world import World

__all__ = ["FreightDemand", "freight_demand", "zone_shares"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FreightDemand:
    """Freight between `Z` zones in `C` classes.

    Attributes
    ----------
    zones, commodities : tuple of str
    country : (Z,) object
        Country of each zone.
    value : (C, Z, Z) float64
        USD of 2023 a year.
    tonnes : (C, Z, Z) float64
        Tonnes a year.
    trade : (Z, Z) float64
        All trade of the pair, with what moves off the network, USD of 2023 a year. What moves off
        it is spread by GDP; the rest is where its classes are.
    """

    zones: tuple[str, ...]
    commodities: tuple[str, ...]
    country: NDArray[np.object_]
    value: NDArray[np.float64]
    tonnes: NDArray[np.float64]
    trade: NDArray[np.float64]


def zone_shares(world: World) -> NDArray[np.float64]:
    """(Z,) share of each zone in its country's GDP.

    Raises
    ------
    InvalidInput
        When a zone has no GDP.
    """
    gdp = world.zones["gdp_usd2023_per_y"]
    unknown = [str(z) for z, g in zip(world.zones["id"], gdp, strict=True) if np.isnan(g)]
    if unknown:
        raise InvalidInput(
            [
                Problem(where=zone, what="has no GDP", fix="add a claim of gdp_usd2023_per_y")
                for zone in unknown
            ]
        )
    country = world.zones["country"]
    total = {c: float(gdp[country == c].sum()) for c in set(country)}
    return gdp / np.array([total[c] for c in country])


def freight_demand(
    world: World,
    commodities: Sequence[str],
    *,
    variant: Variant = "reconciled",
    ratio: Mapping[tuple[str, str], float] | None = None,
) -> FreightDemand:
    """Freight between all zones of different countries.

    Parameters
    ----------
    commodities : sequence of str
    variant : Variant
    ratio : mapping of (exporter, importer) to float, optional
        Trade over the trade in the world's table; 1 where a pair is not named.

    Raises
    ------
    InvalidInput
        When a zone has no GDP, or class shares or shares of zones do not add to one.
    """
    zones = tuple(str(z) for z in world.zones["id"])
    country = world.zones["country"]
    share = zone_shares(world)
    off, classes = composition(world.freight)
    density, own_density = _density(world, commodities), _own_density(world.freight)
    ends = zone_ends(world)
    position: dict[str, NDArray[np.int64]] = {
        str(c): np.flatnonzero(country == c) for c in dict.fromkeys(country)
    }
    z = len(zones)
    value = np.zeros((len(commodities), z, z))
    tonnes = np.zeros_like(value)
    trade = np.zeros((z, z))
    matrix = trade_matrix(world, variant)
    known = np.argwhere(np.isfinite(matrix.flow_usd2023_per_y))
    for i, j in known.tolist():
        exporter, importer = matrix.economies[i], matrix.economies[j]
        if exporter not in position or importer not in position or exporter == importer:
            continue
        total = float(matrix.flow_usd2023_per_y[i, j])
        scaled = total * (ratio.get((exporter, importer), 1.0) if ratio is not None else 1.0)
        a, b = position[exporter], position[importer]
        spread = np.outer(share[a], share[b])
        block = np.ix_(a, b)
        trade[block] = scaled * spread
        pair = row_of(classes, exporter, importer)
        moved = scaled * (1.0 - off[pair])
        counted = ends.spreads(exporter, importer, classes[pair], share, (a, b))
        if counted:
            trade[block] = scaled * pair_spread(spread, counted, off[pair], classes[pair])
        for c, commodity in enumerate(commodities):
            at = (c, *block)
            value[at] = moved * classes[pair].get(commodity, 0.0) * counted.get(commodity, spread)
            tonnes[at] = value[at] / own_density.get((*pair, commodity), density[c])
    return FreightDemand(
        zones=zones,
        commodities=tuple(commodities),
        country=country,
        value=value,
        tonnes=tonnes,
        trade=trade,
    )


def _own_density(freight: Table) -> dict[tuple[str, str, str], float]:
    """Value densities of rows of the table freight that have one of their own."""
    return {
        (str(a), str(b), str(c)): float(v)
        for a, b, c, v in zip(
            freight["exporter"], freight["importer"], freight["commodity"],
            freight["value_usd2023_per_t"], strict=True,
        )
        if not np.isnan(v)
    }  # fmt: skip


def _density(world: World, commodities: Sequence[str]) -> NDArray[np.float64]:
    index = world.classes.index()
    for commodity in commodities:
        if commodity not in index:
            raise UnknownName("commodity class", commodity, index)
    return world.classes["value_usd2023_per_t"][[index[c] for c in commodities]]
