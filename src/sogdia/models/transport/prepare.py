"""A network and a commodity class to arrays of arc costs.

Generalised cost of an arc, USD of 2023 a tonne (symbols of `docs/explanation/transport.md`)::

    g_a = m_a + v (t_a + rho (q90_a - q50_a))

m  money: rate x length for line-haul, fee for a stop
t  expected hours: length / speed, or the mean dwell
q  quantiles of the dwell; line-haul has none
v  value of an hour, USD a tonne: value density x share a day / 24
rho  reliability ratio

Summing q90 - q50 over arcs treats the stops of a route as if they ran late together. That is an
upper bound, and it keeps the cost additive, so that a least-cost path exists.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sogdia.core.draws import uniform
from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.table import Table
from sogdia.models.transport.solve_star import ForwardStar, forward_star
from sogdia.world.borders import Z90
from sogdia.world.network import ACCESS, BORDER, LINE_HAUL, TRANSFER, Network
from sogdia.world.world import World

__all__ = ["FIELDS", "ArcCosts", "arc_costs", "dwell_samples"]

FIELDS = ("money", "time", "border", "distance", "emission")
"""Components summed along a route, in the order of `ArcCosts.fields`."""
MONEY, TIME, BORDER_TIME, DISTANCE, EMISSION = range(5)

ACCESS_SPEED_KM_PER_H = 42.0
"""Trucks on trips shorter than a driving day; the claim `short_trip_speed` of the transport notes."""

ACCESS_TARIFF = "mode:road/{country}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArcCosts:
    """Costs of one commodity class on `m` arcs.

    Attributes
    ----------
    network : Network
    star : ForwardStar
    commodity : str
    gencost : (m,) float64
        USD of 2023 a tonne; +inf where the class is not carried.
    fields : (5, m) float64
        Rows as in `FIELDS`: USD/t, h, h, km, kg CO2/t.
    p50_h, p90_h : (m,) float64
        Quantiles of the hours of a stop; of line-haul its hours.
    """

    network: Network
    star: ForwardStar
    commodity: str
    gencost: NDArray[np.float64]
    fields: NDArray[np.float64]
    p50_h: NDArray[np.float64]
    p90_h: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One commodity class."""

    hour_usd2023_per_t: float
    reliability: float
    loading_t_per_teu: float
    rail_speed_ratio: float
    loose: bool


def class_row(world: World, commodity: str) -> ClassRow:
    """The values of a commodity class.

    Raises
    ------
    UnknownName
        When the world has no such class.
    """
    classes = world.classes
    known = classes.index()
    if commodity not in known:
        from sogdia.core.errors import UnknownName

        raise UnknownName("commodity class", commodity, known)
    row = known[commodity]
    day = classes["value_usd2023_per_t"][row] * classes["time_value_per_day_share"][row]
    return ClassRow(
        hour_usd2023_per_t=float(day) / 24.0,
        reliability=float(classes["reliability_ratio"][row]),
        loading_t_per_teu=float(classes["loading_t_per_teu"][row]),
        rail_speed_ratio=float(classes["rail_speed_ratio"][row]),
        loose=commodity == "bulk",
    )


def arc_costs(network: Network, commodity: str, star: ForwardStar | None = None) -> ArcCosts:
    """Costs of every arc for one class. `star` may be passed on from another class."""
    world = network.world
    which = class_row(world, commodity)
    m = len(network.tail)
    fields = np.zeros((len(FIELDS), m))
    p50, p90 = np.zeros(m), np.zeros(m)
    _line_haul(network, commodity, which, fields)
    _access(network, commodity, fields)
    _border(network, fields, p50, p90)
    _transfer(network, which, fields, p50, p90)
    moving = (network.kind == LINE_HAUL) | (network.kind == ACCESS)
    p50[moving] = p90[moving] = fields[TIME, moving]
    gencost = fields[MONEY] + which.hour_usd2023_per_t * (
        fields[TIME] + which.reliability * (p90 - p50)
    )
    barred = _barred(network, commodity)
    gencost = np.where(np.isnan(gencost) | barred, np.inf, gencost)
    return ArcCosts(
        network=network,
        star=star
        if star is not None
        else forward_star(network.tail, network.head, len(network.nodes), order="given"),
        commodity=commodity,
        gencost=gencost,
        fields=np.nan_to_num(fields),
        p50_h=np.nan_to_num(p50),
        p90_h=np.nan_to_num(p90),
    )


def _barred(network: Network, commodity: str) -> NDArray[np.bool_]:
    """Arcs for other classes only, or for any class but this one."""
    only = network.commodity
    barred = np.zeros(len(only), dtype=np.bool_)
    for arc, name in enumerate(only.tolist()):
        if name is not None:
            barred[arc] = name == f"!{commodity}" or (name[0] != "!" and name != commodity)
    return barred


def _tariffs(world: World, commodity: str) -> dict[str, tuple[float, float]]:
    t = world.tariffs
    return {
        str(i): (float(r), float(e))
        for i, c, r, e in zip(
            t["id"], t["commodity"], t["rate_usd2023_per_tkm"], t["emission_kgco2_per_tkm"],
            strict=True,
        )
        if c == commodity
    }  # fmt: skip


def _line_haul(
    network: Network, commodity: str, which: ClassRow, fields: NDArray[np.float64]
) -> None:
    """A class without a rate on a mode is not carried by it: its money is NaN, its arc closed."""
    links = network.world.links
    tariffs = _tariffs(network.world, commodity)
    rate = np.array([tariffs[str(i)][0] for i in links["tariff"]])
    emission = np.array([tariffs[str(i)][1] for i in links["tariff"]])
    speed = links["speed_km_per_h"] * np.where(links["mode"] == "rail", which.rail_speed_ratio, 1.0)
    length = links["length_km"]
    arcs = network.kind == LINE_HAUL
    row = network.row[arcs]
    fields[MONEY, arcs] = (rate * length)[row]
    fields[TIME, arcs] = (length / speed)[row]
    fields[DISTANCE, arcs] = length[row]
    fields[EMISSION, arcs] = (emission * length)[row]


def _access(network: Network, commodity: str, fields: NDArray[np.float64]) -> None:
    world = network.world
    tariffs = _tariffs(world, commodity)
    country = dict(zip(world.zones["id"], world.zones["country"], strict=True))
    default = tariffs["mode:road/default"]
    price = [
        tariffs.get(ACCESS_TARIFF.format(country=country[z]), default)
        for z in world.connectors["zone"]
    ]
    length = world.connectors["length_km"]
    arcs = network.kind == ACCESS
    row = network.row[arcs]
    fields[MONEY, arcs] = (np.array([p[0] for p in price]) * length)[row]
    fields[TIME, arcs] = (length / ACCESS_SPEED_KM_PER_H)[row]
    fields[DISTANCE, arcs] = length[row]
    fields[EMISSION, arcs] = (np.array([p[1] for p in price]) * length)[row]


def _border(
    network: Network,
    fields: NDArray[np.float64],
    p50: NDArray[np.float64],
    p90: NDArray[np.float64],
) -> None:
    crossings = network.world.crossings
    arcs = network.kind == BORDER
    row = network.row[arcs]
    fee = crossings["fee_usd2023_per_t"]
    _require_fees(crossings, "crossing", fee, row)
    fields[MONEY, arcs] = fee[row]
    fields[TIME, arcs] = crossings["dwell_mean_h"][row]
    fields[BORDER_TIME, arcs] = crossings["dwell_mean_h"][row]
    p50[arcs] = crossings["dwell_p50_h"][row]
    p90[arcs] = crossings["dwell_p90_h"][row]


def _transfer(
    network: Network,
    which: ClassRow,
    fields: NDArray[np.float64],
    p50: NDArray[np.float64],
    p90: NDArray[np.float64],
) -> None:
    """Containers pay by TEU where such a price is known, else by weight; loose bulk by weight."""
    transfers = network.world.transfers
    by_teu = transfers["fee_usd2023_per_teu"] / which.loading_t_per_teu
    by_t = transfers["fee_usd2023_per_t"]
    first, second = (by_t, by_teu) if which.loose else (by_teu, by_t)
    fee = np.where(np.isnan(first), second, first)
    arcs = network.kind == TRANSFER
    row = network.row[arcs]
    _require_fees(transfers, "transfer", fee, row)
    fields[MONEY, arcs] = fee[row]
    fields[TIME, arcs] = transfers["dwell_mean_h"][row]
    p50[arcs] = transfers["dwell_p50_h"][row]
    p90[arcs] = transfers["dwell_p90_h"][row]


def _require_fees(
    table: Table, what: str, fee: NDArray[np.float64], row: NDArray[np.int64]
) -> None:
    """An unknown fee is never counted as none."""
    without = np.unique(row[np.isnan(fee[row])])
    unknown = sorted({str(table["id"][r]) for r in without})
    if unknown:
        raise InvalidInput(
            [
                Problem(
                    where=f"{what} {name}",
                    what="is open and its fee is not known",
                    allowed="a fee, 0 where there is none",
                    fix="add a claim of its fee, or set it in the scenario",
                )
                for name in unknown
            ]
        )


def dwell_samples(
    costs: ArcCosts, samples: int, seed: int, arcs: NDArray[np.int64] | None = None
) -> NDArray[np.float64]:
    """Hours of arcs in `S` shipments.

    A stop's hours are lognormal with the arc's P50 and P90; line-haul is certain. Stops are
    independent of each other. Every entity has its own stream, keyed by its name, so a stop has
    the same samples in every world it is in, and each stream is stratified: one sample in each of
    `S` equally likely bands.

    Parameters
    ----------
    arcs : (L,) int64, optional
        Only these; all `m` by default.

    Returns
    -------
    (S, L) or (S, m) float64
    """
    network = costs.network
    wanted = np.arange(len(network.tail)) if arcs is None else arcs
    hours = np.repeat(costs.fields[TIME, wanted][np.newaxis], samples, axis=0)
    stops = np.flatnonzero(
        np.isin(network.kind[wanted], (BORDER, TRANSFER)) & (costs.p50_h[wanted] > 0.0)
    )
    if len(stops) == 0:
        return hours
    names = [network.entities[a].partition("#")[0] for a in wanted[stops]]
    places = {name: i for i, name in enumerate(dict.fromkeys(names))}
    streams = np.stack([stream(name, samples, seed) for name in places])
    median, late = costs.p50_h[wanted[stops]], costs.p90_h[wanted[stops]]
    sigma = np.log(np.maximum(late / median, 1.0)) / Z90
    which = np.array([places[name] for name in names])
    hours[:, stops] = median * np.exp(sigma * streams[which].T)
    return hours


@functools.lru_cache(maxsize=8192)
def stream(entity: str, samples: int, seed: int) -> NDArray[np.float64]:
    """(S,) standard normal samples of one entity."""
    from scipy.special import ndtri

    key = int(uniform(seed, entity, 0) * 2**53)
    order = np.random.Generator(np.random.Philox(key)).permutation(samples)
    return np.asarray(ndtri((order + 0.5) / samples))
