"""Rail against sea, air and road: why trains rose in 2020 when trade did not.

Shares of mode m in class c follow a logit in the logarithm of generalised cost, with a constant
that makes 2019 exact::

    s_m = a_m g_m^-eta / sum_n a_n g_n^-eta
    s_m' / s_m = (g_m'/g_m)^-eta / sum_n s_n (g_n'/g_n)^-eta

`eta` is the claim `mode_scale`; the constants drop out, so that of 2019 only the shares enter.
Costs are those of the least-cost route by each mode in the world of the year. Sea and air rates are
the long-run rate times a published index relative to 2019.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.replay.costs import CLASSES, Worlds
from sogdia.appraisal.replay.decompose import shapley
from sogdia.appraisal.replay.parameters import world_output
from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.estimate import Estimate
from sogdia.core.states import CHINA
from sogdia.evidence.base import EvidenceBase
from sogdia.models.transport.prepare import arc_costs
from sogdia.models.transport.routes import allowed, door
from sogdia.models.transport.solve import skim
from sogdia.world.network import Network, network
from sogdia.world.world import World

__all__ = [
    "BASE_YEAR",
    "EUROPE_YEARS",
    "Rise",
    "central_asia_costs",
    "central_asia_rise",
    "europe_costs",
    "europe_demand",
    "europe_rise",
    "mode_costs",
    "mode_scale",
    "share_ratio",
]

BASE_YEAR = 2019
EUROPE_YEARS = (2020, 2021)
"""Years with published sea and air rates beside 2019."""

EUROPE = ("AUT", "BEL", "BGR", "CZE", "DEU", "HUN", "LTU", "NLD", "POL", "ROU", "SVK")
SEA_INDEX, AIR_INDEX = "mode:sea/wci-composite", "mode:air/asia-europe"
SEA_TARIFF, AIR_TARIFF = "mode:sea/ocean", "mode:air/default"

DOORS = ("cn.chongqing", "de.duisburg")
BY_MODE: Mapping[str, tuple[str, ...]] = {
    "rail": ("rail",),
    "sea": ("sea/ocean", "road"),
    "air": ("air", "road"),
}

NEIGHBOURS = ("AFG", "KAZ", "KGZ", "MNG", "PAK", "RUS", "TJK")
"""Land neighbours of China that a route by sea or air keeps out of, or it would go by road."""

BOXES: Mapping[str, float] = {"container-general": 10.0, "container-high-value": 6.0}
"""Tonnes a TEU; the two classes that go by container train."""
TEU_2019: Mapping[str, Mapping[str, float]] = {
    # assumed: 30 % of boxes by rail and 20 % of those by sea hold goods of high value; 14 million
    # TEU by sea both ways; by air the tonnage of rail (cfcinsights-rail-traffic-china-europe-2020)
    "container-general": {"rail": 0.7 * 0.728, "sea": 0.8 * 14.0, "air": 0.0},
    "container-high-value": {
        "rail": 0.3 * 0.728,
        "sea": 0.2 * 14.0,
        "air": 0.728 * (0.7 * 10.0 + 0.3 * 6.0) / 6.0,
    },
}
"""Million TEU of 2019 (rail: registry ``corridor_totals``), air in the TEU its tonnes would fill."""

PAIRS: Mapping[str, tuple[str, str]] = {
    "KAZ": ("cn.urumqi", "kz.almaty"),
    "KGZ": ("cn.urumqi", "kg.bishkek"),
    "TJK": ("cn.urumqi", "tj.dushanbe"),
    "TKM": ("cn.urumqi", "tm.ashgabat"),
    "UZB": ("cn.urumqi", "uz.tashkent"),
}
CAUSES = ("sea rates", "air rates", "rail and borders", "demand")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """How much more than in 2019, and the part of each cause (factors that multiply up to it)."""

    ratio: float
    causes: Mapping[str, float]


def mode_scale(base: EvidenceBase) -> Estimate:
    """Elasticity of the odds of modes to the ratio of their costs."""
    belief = base.believe("choice:freight", "mode_scale", on=date(BASE_YEAR, 7, 1))
    if belief is None or not isinstance(belief.claim.value, Estimate):
        raise InvalidInput([Problem(where="choice:freight", what="no claim mode_scale")])
    return belief.claim.value


def share_ratio(
    shares: NDArray[np.float64], cost_ratio: NDArray[np.float64], eta: float
) -> NDArray[np.float64]:
    """New share over old of each mode.

    Parameters
    ----------
    shares : (M,) float64
        Old shares; they add up to one.
    cost_ratio : (M,) float64
        New cost over old; +inf for a mode that closes.
    eta : float
        Elasticity of the odds.
    """
    weight = cost_ratio**-eta
    return weight / float(shares @ weight)


def rate_index(base: EvidenceBase, subject: str, year: int) -> float:
    """A published freight rate of a year over that of 2019, both in prices of 2023.

    A year without a claim has the index of the nearest year with one.
    """
    values: list[float] = []
    for at in (year, BASE_YEAR):
        belief = base.believe(subject, "spot_rate_usd2023_per_tkm", on=date(at, 7, 1))
        if belief is None:
            raise InvalidInput([Problem(where=subject, what="no claim spot_rate_usd2023_per_tkm")])
        values.append(belief.claim.number)
    return values[0] / values[1]


def mode_costs(
    net: Network, doors: tuple[str, str], commodity: str, modes: Mapping[str, tuple[str, ...]]
) -> dict[str, float]:
    """Least generalised cost by each mode, USD of 2023 a tonne; +inf where there is no route."""
    costs = arc_costs(net, commodity)
    none = np.empty((0, len(net.tail)))
    start, end = (door(net, d, side) for d, side in zip(doors, ("from", "to"), strict=True))
    found: dict[str, float] = {}
    for mode, ways in modes.items():
        avoid = () if mode in {"rail", "road"} else NEIGHBOURS
        cost = skim(costs.star, allowed(costs, ways, avoid), none, [start], [end]).cost[0, 0]
        found[mode] = math.inf if np.isnan(cost) else float(cost)
    return found


def with_rates(of: World, sea: float, air: float) -> World:
    """The world with sea and air rates times a factor."""
    ids = of.tariffs["id"]
    factor = np.where(ids == SEA_TARIFF, sea, np.where(ids == AIR_TARIFF, air, 1.0))
    rate = of.tariffs["rate_usd2023_per_tkm"] * factor
    return of.replace(tariffs=of.tariffs.replace(rate_usd2023_per_tkm=rate))


def europe_demand(base: EvidenceBase, year: int) -> float:
    """Product of China times that of Europe over the world's, in prices of 2023.

    Years between those with claims are straight lines in the logarithm; beyond, the last is held.
    """

    def product(country: str) -> float:
        claims = [
            (c.holds_from.year, c.number)
            for c in base.about(country, "gdp_usd_per_y")
            if c.holds_from is not None
        ]
        years = sorted({y for y, _ in claims})
        logs = [math.log(max(v for y, v in claims if y == at)) for at in years]
        return math.exp(float(np.interp(year, years, logs)))

    at = min(year, 2023)
    whole = world_output(at)
    assert whole is not None
    size = product(CHINA) * sum(product(c) for c in EUROPE) / whole
    return size * base.prices.to_usd2023("USD", at)


EuropeCosts = Mapping[tuple[str, bool, bool, bool], dict[str, float]]
"""Costs by mode: class, then whether sea rates, air rates, and rail and borders have moved."""


def europe_costs(worlds: Worlds, year: int) -> EuropeCosts:
    """Costs by mode between China and Europe with each of three causes moved or not."""
    sea = rate_index(worlds.base, SEA_INDEX, year)
    air = rate_index(worlds.base, AIR_INDEX, year)
    states = {False: worlds.mixed(BASE_YEAR, BASE_YEAR), True: worlds.mixed(year, year)}
    found: dict[tuple[str, bool, bool, bool], dict[str, float]] = {}
    for dear_sea, dear_air, moved in np.ndindex(2, 2, 2):
        rates = with_rates(states[bool(moved)], sea if dear_sea else 1.0, air if dear_air else 1.0)
        net = network(rates)
        for commodity in BOXES:
            key = (commodity, bool(dear_sea), bool(dear_air), bool(moved))
            found[key] = mode_costs(net, DOORS, commodity, BY_MODE)
    return found


def europe_rise(costs: EuropeCosts, demand: float, eta: float) -> Rise:
    """Containers by rail between China and Europe over 2019.

    Parameters
    ----------
    costs : mapping
        Of `europe_costs`.
    demand : float
        Trade of all modes over 2019.
    eta : float
        Elasticity of the odds of modes.
    """

    def boxes(coalition: frozenset[str]) -> float:
        sea, air, moved = (c in coalition for c in CAUSES[:3])
        total = 0.0
        for commodity, teu in TEU_2019.items():
            modes = [m for m in BY_MODE if teu[m] > 0.0]
            shares = np.array([teu[m] for m in modes])
            old, new = costs[commodity, False, False, False], costs[commodity, sea, air, moved]
            change = np.array([new[m] / old[m] for m in modes])
            ratio = share_ratio(shares / shares.sum(), change, eta)
            total += teu["rail"] * float(ratio[modes.index("rail")])
        return math.log(total * (demand if "demand" in coalition else 1.0))

    return _rise(CAUSES, boxes)


AsiaCosts = Mapping[tuple[bool, str, int, int], dict[str, float]]
"""Costs by mode: whether the year has moved, country, direction, class."""
LAND_MODES: Mapping[str, tuple[str, ...]] = {"rail": ("rail", "sea/caspian"), "road": ("road",)}


def central_asia_costs(worlds: Worlds, year: int) -> AsiaCosts:
    """Costs by rail and by road between Urumqi and the five capitals or main cities."""
    states = {False: worlds.mixed(BASE_YEAR, BASE_YEAR), True: worlds.mixed(year, year)}
    found: dict[tuple[bool, str, int, int], dict[str, float]] = {}
    for moved, of in states.items():
        net = network(of)
        for country, (far, near) in PAIRS.items():
            for d, doors in enumerate(((far, near), (near, far))):
                for c, commodity in enumerate(CLASSES):
                    found[moved, country, d, c] = mode_costs(net, doors, commodity, LAND_MODES)
    return found


def central_asia_rise(
    costs: AsiaCosts,
    year: int,
    eta: float,
    tonnes: Mapping[tuple[int, str], NDArray[np.float64]],
) -> Rise:
    """Tonnes by rail between China and the five in a year over 2019.

    Parameters
    ----------
    costs : mapping
        Of `central_asia_costs`.
    tonnes : mapping of (year, country) to (2, C) float64
        Tonnes traded by direction and class.

    Rail and road start with the same constant: no source splits the freight of 2019 between them.
    """

    def by_rail(coalition: frozenset[str]) -> float:
        at = year if "trade" in coalition else BASE_YEAR
        total = 0.0
        for (moved, country, d, c), g in costs.items():
            weight = {m: v**-eta for m, v in g.items()}
            if moved == ("road and borders" in coalition) and sum(weight.values()) > 0.0:
                part = weight["rail"] / sum(weight.values())
                total += part * float(tonnes[at, country][d, c])
        return math.log(total)

    return _rise(("road and borders", "trade"), by_rail)


def _rise(causes: tuple[str, ...], log_of: Callable[[frozenset[str]], float]) -> Rise:
    parts = shapley(causes, log_of)
    return Rise(
        ratio=math.exp(math.fsum(parts.values())),
        causes={k: math.exp(v) for k, v in parts.items()},
    )
