"""Freight demand: the value of trade between countries to tonnes between zones, by class.

For exporter i, importer j and class c (symbols of `docs/explanation/flows.md`)::

    value_ijc = X_ij (1 - o_ij) s_ijc          tonnes_ijc = value_ijc / v_c

X  value of goods exported, USD of 2023 a year
o  share that moves by pipeline or wire, or as precious metal
s  share of the class in the rest; the shares of a pair add to one
v  value density, USD of 2023 a tonne

A country's exports start in its zones in proportion to their GDP, and its imports end in the same
way. Freight within a country is not generated: no source here gives it by region.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem, UnknownName
from sogdia.core.table import Table
from sogdia.world.economies import Variant, trade_matrix
from sogdia.world.freight import ANYWHERE
from sogdia.world.world import World

__all__ = ["FreightDemand", "freight_demand", "zone_shares"]

SHARES_ADD_TO_ONE = 0.02
"""Class shares of a pair are rescaled to one when they miss it by less; drawn shares miss it."""


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
        All trade of the pair, with what moves off the network, USD of 2023 a year.
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
        When a zone has no GDP, or an exporter's class shares do not add to one.
    """
    zones = tuple(str(z) for z in world.zones["id"])
    country = world.zones["country"]
    share = zone_shares(world)
    off, classes = _composition(world.freight)
    density = _density(world, commodities)
    position: dict[str, NDArray[np.int64]] = {
        str(c): np.flatnonzero(country == c) for c in dict.fromkeys(country)
    }
    z = len(zones)
    value = np.zeros((len(commodities), z, z))
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
        pair = _row_of(classes, exporter, importer)
        moved = scaled * (1.0 - off[pair])
        for c, commodity in enumerate(commodities):
            value[(c, *block)] = moved * classes[pair].get(commodity, 0.0) * spread
    return FreightDemand(
        zones=zones,
        commodities=tuple(commodities),
        country=country,
        value=value,
        tonnes=value / density[:, None, None],
        trade=trade,
    )


Composition = dict[tuple[str, str], dict[str, float]]


def _composition(freight: Table) -> tuple[dict[tuple[str, str], float], Composition]:
    """Off-network share and class shares by (exporter, importer or WLD)."""
    off: dict[tuple[str, str], float] = {}
    classes: Composition = {}
    for exporter, importer, commodity, gone, share in zip(
        freight["exporter"], freight["importer"], freight["commodity"],
        freight["off_network_value_share"], freight["class_value_share"], strict=True,
    ):  # fmt: skip
        pair = (str(exporter), str(importer))
        off[pair] = float(gone)
        classes.setdefault(pair, {})[str(commodity)] = float(share)
    wrong = [
        Problem(
            where=f"freight {a}>{b}",
            what="class shares do not add to one",
            got=f"{sum(shares.values()):.3f}",
            fix="correct the claims of class_value_share",
        )
        for (a, b), shares in classes.items()
        if not abs(sum(shares.values()) - 1.0) <= SHARES_ADD_TO_ONE
    ]
    if wrong:
        raise InvalidInput(wrong)
    for shares in classes.values():
        total = sum(shares.values())
        for commodity in shares:
            shares[commodity] /= total
    return off, classes


def _row_of(classes: Composition, exporter: str, importer: str) -> tuple[str, str]:
    """The most specific row of the table."""
    for pair in ((exporter, importer), (exporter, ANYWHERE), (ANYWHERE, ANYWHERE)):
        if pair in classes:
            return pair
    raise InvalidInput(
        [
            Problem(
                where=f"freight {exporter}>{importer}",
                what="has no composition",
                fix="add claims of class_value_share for the exporter",
            )
        ]
    )


def _density(world: World, commodities: Sequence[str]) -> NDArray[np.float64]:
    index = world.classes.index()
    for commodity in commodities:
        if commodity not in index:
            raise UnknownName("commodity class", commodity, index)
    return world.classes["value_usd2023_per_t"][[index[c] for c in commodities]]
