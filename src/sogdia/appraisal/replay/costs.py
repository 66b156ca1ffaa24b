"""Generalised costs between China's zones and Central Asia's, year by year, and the cost factors.

The world of a year differs from that of the reference year in three things only: which links are
open, the crossings (dwell, fee, closed or not) and the transfers. Speeds, rates and classes are
held, because the claims about them are snapshots of single years and no history. So a world in
which only some of it moved is the reference world with the tables of other years put in.

The cost factor of a country and class is the one a gravity equation implies for the sum of its
zones, with `w` the zones' shares of product and `V` the value density::

    tau_c = [ sum_od w_o w_d (1 + g_odc / V_c) ^ -theta ] ^ (-1 / theta)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.replay.parameters import REFERENCE_YEAR
from sogdia.core.states import CHINA, FIVE
from sogdia.evidence.base import EvidenceBase
from sogdia.models.transport.prepare import arc_costs
from sogdia.models.transport.solve import skim
from sogdia.world.build import world
from sogdia.world.network import network
from sogdia.world.world import World

__all__ = ["CLASSES", "DIRECTIONS", "Worlds", "ZoneCosts", "cost_factors", "zone_costs"]

CLASSES = ("container-high-value", "container-general", "bulk", "perishables")
DIRECTIONS = ("out", "in")
"""From China, and to China."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneCosts:
    """Generalised costs between the zones of both sides.

    Attributes
    ----------
    zones_centre : (Z,) tuple of str
    zones_partner : (S,) tuple of str
    partner : (S,) tuple of str
        Country of each partner zone.
    weight_centre, weight_partner : (Z,), (S,) float64
        Product of the reference year; of the partner's zones relative to its country.
    density : (C,) float64
        Value density, USD of 2023 a tonne.
    gencost : (2, C, Z, S) float64
        USD of 2023 a tonne, from China and to China; NaN where there is no route.
    """

    zones_centre: tuple[str, ...]
    zones_partner: tuple[str, ...]
    partner: tuple[str, ...]
    weight_centre: NDArray[np.float64]
    weight_partner: NDArray[np.float64]
    density: NDArray[np.float64]
    gencost: NDArray[np.float64]


@dataclass(slots=True)
class Worlds:
    """Worlds of 1 July, built once each from one evidence base."""

    base: EvidenceBase
    _built: dict[int, World] = dataclasses.field(default_factory=lambda: {})
    _drawn: dict[tuple[int, int, int], World] = dataclasses.field(default_factory=lambda: {})

    def of(self, year: int) -> World:
        """The world of a year."""
        if year not in self._built:
            self._built[year] = world(self.base, on=date(year, 7, 1))
        return self._built[year]

    def drawn(self, year: int, draw: int, seed: int) -> World:
        """The world of a year in one draw, kept until another draw is asked for."""
        key = (year, draw, seed)
        if key not in self._drawn:
            self._drawn = {k: w for k, w in self._drawn.items() if k[1:] == key[1:]}
            self._drawn[key] = self.of(year).draw(draw, seed)
        return self._drawn[key]

    def mixed(self, facilities: int, borders: int, *, draw: int = 0, seed: int = 0) -> World:
        """Open links of one year, crossings and transfers of another, all else of the reference.

        Every part is of the same draw, and a claim has the same quantile in each.
        """
        held = self.drawn(REFERENCE_YEAR, draw, seed)
        other = self.drawn(borders, draw, seed)
        links = held.links.replace(status=list(self.of(facilities).links["status"]))
        return dataclasses.replace(
            held, links=links, crossings=other.crossings, transfers=other.transfers, spreads=()
        )


def zone_costs(mixed: World) -> ZoneCosts:
    """Least generalised costs between China's zones and those of the five, both ways."""
    zones = mixed.zones
    country = np.array([str(c) for c in zones["country"]])
    ids = np.array([str(z) for z in zones["id"]])
    product = np.nan_to_num(zones["gdp_usd2023_per_y"], nan=0.0)
    centre = np.flatnonzero(country == CHINA)
    partner = np.flatnonzero(np.isin(country, FIVE))
    net = network(mixed)
    gencost = np.empty((2, len(CLASSES), len(centre), len(partner)))
    ends = {
        (side, place): net.ends(side, tuple(ids[rows]))
        for side in ("from", "to")
        for place, rows in (("centre", centre), ("partner", partner))
    }
    star = None
    none = np.empty((0, len(net.tail)))
    for c, commodity in enumerate(CLASSES):
        costs = arc_costs(net, commodity, star)
        star = costs.star
        there = skim(star, costs.gencost, none, ends["from", "centre"], ends["to", "partner"])
        back = skim(star, costs.gencost, none, ends["from", "partner"], ends["to", "centre"])
        gencost[0, c], gencost[1, c] = there.cost, back.cost.T
    of_country = {k: product[partner][country[partner] == k].sum() for k in FIVE}
    rows = mixed.classes.index()
    return ZoneCosts(
        zones_centre=tuple(ids[centre]),
        zones_partner=tuple(ids[partner]),
        partner=tuple(country[partner]),
        weight_centre=product[centre] / product[centre].sum(),
        weight_partner=np.array([product[i] / of_country[country[i]] for i in partner]),
        density=mixed.classes["value_usd2023_per_t"][[rows[c] for c in CLASSES]],
        gencost=gencost,
    )


def cost_factors(costs: ZoneCosts, theta: float) -> Mapping[str, NDArray[np.float64]]:
    """The cost factor of each country, (2, C), above 1; +inf where nothing can be carried."""
    factor = (1.0 + costs.gencost / costs.density[:, None, None]) ** -theta
    factor = np.nan_to_num(factor, nan=0.0)
    by_zone = np.einsum("dczs,z->dcs", factor, costs.weight_centre) * costs.weight_partner
    partner = np.array(costs.partner)
    with np.errstate(divide="ignore"):
        return {k: by_zone[:, :, partner == k].sum(axis=2) ** (-1.0 / theta) for k in FIVE}
