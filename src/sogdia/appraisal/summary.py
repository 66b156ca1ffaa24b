"""What an appraisal says: per pair, per zone, and what changed in the network; then in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.changes import NetworkChange, names, network_changes
from sogdia.appraisal.indicators import ACCESS_COST
from sogdia.appraisal.linkage.network import BAND, cost_matrix, reach_of
from sogdia.appraisal.run import Appraisal
from sogdia.appraisal.side import BAND_CLASS
from sogdia.core.table import Table
from sogdia.results.store import Run

__all__ = [
    "Band",
    "PairChange",
    "PairState",
    "Summary",
    "ZoneChange",
    "band",
    "relative_gencost",
    "summarise",
]

SHOWN_ZONES = 10

SHOWN_CHANGE = 1e-4
"""Zones that change by less than a hundredth of a per cent are not listed as gaining or losing."""

NOTICEABLE = 1e-9
"""Relative changes below this are rounding; everything shown as unchanged is exactly zero."""


@dataclass(frozen=True, slots=True)
class Band:
    """A central change with its 90 % band; the band is None when it was not drawn."""

    central: float
    p05: float | None
    p95: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairState:
    """One pair in one world, by TEU where money and carbon dioxide are concerned."""

    time_h: float
    time_p50_h: float
    time_p90_h: float
    border_h: float
    distance_km: float
    money_usd2023_per_teu: float
    emission_kgco2_per_teu: float
    gencost_usd2023_per_teu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PairChange:
    """A pair before and after; None where there is no route.

    Attributes
    ----------
    bands : mapping of str to (Band, Band, Band)
        By quantity (time_h, money, emission, gencost): before, after and paired change.
    """

    origin: str
    destination: str
    origin_name: str
    destination_name: str
    commodity: str
    before: PairState | None
    after: PairState | None
    bands: Mapping[str, tuple[Band, Band, Band]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneChange:
    """A zone's GDP-weighted mean cost of reaching the others: change as a share."""

    zone: str
    name: str
    country: str
    commodity: str
    change: Band
    before_usd2023_per_t: float
    after_usd2023_per_t: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everything a summary page or screen shows, on one date."""

    on: date
    pairs: tuple[PairChange, ...]
    zones: tuple[ZoneChange, ...]
    changes: tuple[NetworkChange, ...]
    changed_pairs: int
    all_pairs: int
    appeared: int
    disappeared: int
    sentences: tuple[str, ...]

    def gainers(self, count: int = SHOWN_ZONES) -> tuple[ZoneChange, ...]:
        """Zones that gain most, the largest fall of cost first."""
        found = sorted(self.zones, key=lambda z: z.change.central)
        return tuple(z for z in found if z.change.central < -SHOWN_CHANGE)[:count]

    def losers(self, count: int = SHOWN_ZONES) -> tuple[ZoneChange, ...]:
        """Zones that lose most."""
        found = sorted(self.zones, key=lambda z: -z.change.central)
        return tuple(z for z in found if z.change.central > SHOWN_CHANGE)[:count]


def summarise(appraisal: Appraisal, on: date | None = None) -> Summary:
    """The summary of an appraisal on one of its dates; the last by default, where bands are."""
    day = on if on is not None else appraisal.run.manifest.dates[-1]
    pairs = tuple(_pairs(appraisal, day))
    zones = tuple(_zones(appraisal, day))
    changes = tuple(network_changes(appraisal.baseline, appraisal.run, day))
    before, after = (_skim(run, day, None) for run in (appraisal.baseline, appraisal.run))
    inside = np.array([str(o).startswith("zone:") for o in before["origin"]])
    a, b = before["gencost_usd2023_per_t"][inside], after["gencost_usd2023_per_t"][inside]
    with np.errstate(invalid="ignore"):
        moved = np.abs(b - a) > NOTICEABLE * np.abs(a)
    counted: dict[str, int] = {
        "changed_pairs": int(moved.sum()),
        "all_pairs": len(a),
        "appeared": int((np.isnan(a) & ~np.isnan(b)).sum()),
        "disappeared": int((~np.isnan(a) & np.isnan(b)).sum()),
    }
    found = Summary(on=day, pairs=pairs, zones=zones, changes=changes, sentences=(), **counted)
    return Summary(
        on=day, pairs=pairs, zones=zones, changes=changes,
        sentences=tuple(_sentences(found)), **counted,
    )  # fmt: skip


def _skim(run: Run, on: date, commodity: str | None) -> Table:
    skim = run["skim"]
    mask = skim["on"] == on
    if commodity is not None:
        mask = mask & (skim["commodity"] == commodity)
    return skim.where(np.asarray(mask, dtype=np.bool_))


def _loading(run: Run, on: date) -> dict[str, float]:
    classes = run["classes"]
    return {
        str(i): float(t)
        for d, i, t in zip(classes["on"], classes["id"], classes["loading_t_per_teu"], strict=True)
        if d == on
    }


def _pairs(appraisal: Appraisal, on: date) -> Iterator[PairChange]:
    teu = _loading(appraisal.run, on)
    called = names(appraisal.run)
    draws = [_draws(run, on) for run in (appraisal.baseline, appraisal.run)]
    rows = [_pair_rows(run, on) for run in (appraisal.baseline, appraisal.run)]
    for key in rows[1]:
        origin, destination, commodity = key
        t = teu[commodity]
        yield PairChange(
            origin=origin,
            destination=destination,
            origin_name=called.get(origin, origin),
            destination_name=called.get(destination, destination),
            commodity=commodity,
            before=_state(rows[0].get(key), t),
            after=_state(rows[1].get(key), t),
            bands=_pair_bands(draws[0].get(key), draws[1].get(key), t),
        )


def _pair_rows(run: Run, on: date) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Rows of skim for the pairs of the report, in the order of the skim."""
    wanted = {
        (r["origin"], r["destination"], r["commodity"])
        for r in run["pair_draw"].rows()
        if r["draw"] == 0 and r["on"] == on
    }
    skim = _skim(run, on, None)
    mask = np.array(
        [
            k in wanted
            for k in zip(skim["origin"], skim["destination"], skim["commodity"], strict=True)
        ],
        dtype=np.bool_,
    )
    return {(r["origin"], r["destination"], r["commodity"]): r for r in skim.where(mask).rows()}


def _state(row: dict[str, Any] | None, teu: float) -> PairState | None:
    if row is None or not row["reachable"]:
        return None
    return PairState(
        time_h=row["time_h"],
        time_p50_h=row["time_p50_h"],
        time_p90_h=row["time_p90_h"],
        border_h=row["border_h"],
        distance_km=row["distance_km"],
        money_usd2023_per_teu=row["money_usd2023_per_t"] * teu,
        emission_kgco2_per_teu=row["emission_kgco2_per_t"] * teu,
        gencost_usd2023_per_teu=row["gencost_usd2023_per_t"] * teu,
    )


QUANTITIES = {
    "time_h": ("time_h", False),
    "money": ("money_usd2023_per_t", True),
    "emission": ("emission_kgco2_per_t", True),
    "gencost": ("gencost_usd2023_per_t", True),
}
Drawn = dict[str, NDArray[np.float64]]


def _draws(run: Run, on: date) -> dict[tuple[str, str, str], Drawn]:
    """Draws 0, 1, 2 … of each pair, by quantity; NaN where a draw failed, so that draws stay paired."""
    gathered: dict[tuple[str, str, str], dict[int, dict[str, Any]]] = {}
    for row in run["pair_draw"].rows():
        if row["on"] == on:
            key = (row["origin"], row["destination"], row["commodity"])
            gathered.setdefault(key, {})[row["draw"]] = row
    return {
        key: {
            name: np.array(
                [
                    np.nan if (v := by_draw.get(d, {}).get(column)) is None else v
                    for d in range(run.manifest.draws + 1)
                ]
            )
            for name, (column, _) in QUANTITIES.items()
        }
        for key, by_draw in gathered.items()
    }


def _pair_bands(
    before: Drawn | None, after: Drawn | None, teu: float
) -> dict[str, tuple[Band, Band, Band]]:
    if before is None or after is None:
        return {}
    found: dict[str, tuple[Band, Band, Band]] = {}
    for name, (_, by_teu) in QUANTITIES.items():
        factor = teu if by_teu else 1.0
        a, b = before[name] * factor, after[name] * factor
        if np.isnan(a[0]) or np.isnan(b[0]):
            continue
        found[name] = (
            band(a),
            band(b),
            band(b - a) if len(a) == len(b) else Band(b[0] - a[0], None, None),
        )
    return found


def band(values: NDArray[np.float64]) -> Band:
    """Draw 0 is central; the others make the band, which need not hold it."""
    central, drawn = float(values[0]), values[1:]
    drawn = drawn[~np.isnan(drawn)]
    if len(drawn) < 2:
        return Band(central, None, None)
    low, high = np.percentile(drawn, BAND)
    return Band(central, float(low), float(high))


def _zones(appraisal: Appraisal, on: date) -> Iterator[ZoneChange]:
    """Change of the cost of reaching markets, over the pairs that have a route in both worlds."""
    classes = sorted({str(c) for c in appraisal.run["skim"]["commodity"]})
    chosen = BAND_CLASS if BAND_CLASS in classes else classes[0]
    zones = appraisal.run["zones"]
    here = np.asarray(zones["on"] == on, dtype=np.bool_)
    zones = zones.where(here)
    order = {str(z): i for i, z in enumerate(zones["id"])}
    gdp = np.nan_to_num(zones["gdp_usd2023_per_y"])
    costs = [
        cost_matrix(_skim(run, on, chosen), order) for run in (appraisal.baseline, appraisal.run)
    ]
    reach = reach_of(costs[0], costs[1], gdp)
    bands = _zone_bands(appraisal, on, chosen)
    for zone, i in order.items():
        if not reach.reaches[i]:
            continue
        a, b = float(reach.before[i]), float(reach.after[i])
        central = (b - a) / a
        low, high = bands.get(zone, (None, None)) if reach.alike[i] else (None, None)
        yield ZoneChange(
            zone=zone,
            name=str(zones["name"][i]),
            country=str(zones["country"][i]),
            commodity=chosen,
            change=Band(central, low, high),
            before_usd2023_per_t=a,
            after_usd2023_per_t=b,
        )


def _zone_bands(
    appraisal: Appraisal, on: date, commodity: str
) -> dict[str, tuple[float | None, float | None]]:
    drawn: list[dict[str, dict[int, float]]] = []
    for run in (appraisal.baseline, appraisal.run):
        table = run["indicator"]
        mask = (
            (table["on"] == on)
            & (table["variable"] == ACCESS_COST)
            & (table["group"] == commodity)
            & (table["draw"] > 0)
        )
        by_zone: dict[str, dict[int, float]] = {}
        for row in table.where(np.asarray(mask, dtype=np.bool_)).rows():
            if row["amount"] is not None:
                by_zone.setdefault(row["entity"], {})[row["draw"]] = row["amount"]
        drawn.append(by_zone)
    bands: dict[str, tuple[float | None, float | None]] = {}
    for zone, first in drawn[0].items():
        second = drawn[1].get(zone, {})
        shared = sorted(set(first) & set(second))
        if len(shared) >= 2:
            change = [(second[d] - first[d]) / first[d] for d in shared]
            low, high = np.percentile(change, BAND)
            bands[zone] = (float(low), float(high))
    return bands


def _sentences(found: Summary) -> Iterator[str]:
    """The findings in plain words."""
    parts = [
        f"{count} {noun}"
        for kinds, noun in (
            ({"opened"}, "open that were not"),
            ({"closed"}, "closed or one-way that were open"),
            ({"faster", "slower"}, "faster or slower"),
            ({"cheaper", "dearer"}, "cheaper or dearer"),
            ({"more capacity", "less capacity"}, "with another capacity"),
            ({"longer hours", "shorter hours"}, "with other opening hours"),
            ({"now known", "not known"}, "with a value known on one side alone"),
        )
        if (count := sum(c.kind in kinds for c in found.changes))
    ]
    if parts:
        yield f"On {found.on}, of links, crossings, transfers and tariffs: {', '.join(parts)}."
    elif found.changed_pairs:
        yield f"On {found.on} no link, crossing, transfer or tariff differs; what else does moves the results."
    else:
        yield (
            f"On {found.on} nothing differs that routes, times and costs of freight are made of: "
            "these are exactly the same."
        )
    share = found.changed_pairs / found.all_pairs if found.all_pairs else 0.0
    yield (
        f"{found.changed_pairs:,} of {found.all_pairs:,} zone pairs and classes ({share:.1%}) change"
        + (f"; {found.appeared:,} gain a first route" if found.appeared else "")
        + (f"; {found.disappeared:,} lose their only route" if found.disappeared else "")
        + "."
    )
    for pair in found.pairs:
        yield _pair_sentence(pair)
    for word, group in (("gain", found.gainers(3)), ("lose", found.losers(3))):
        if group:
            listed = ", ".join(f"{z.name} ({z.country}) {_share(z.change)}" for z in group)
            yield (
                f"Zones that {word} most, by the cost of reaching all others weighted by their GDP "
                f"({group[0].commodity}): {listed}."
            )


def _share(band: Band) -> str:
    inside = "" if band.p05 is None else f" [{100 * band.p05:+.1f} to {100 * (band.p95 or 0):+.1f}]"
    return f"{100 * band.central:+.1f} %{inside}"


def _pair_sentence(pair: PairChange) -> str:
    label = f"{pair.origin_name} to {pair.destination_name} ({pair.commodity})"
    if pair.before is None and pair.after is None:
        return f"{label}: no route before or after."
    if pair.before is None:
        assert pair.after is not None
        return f"{label}: no route before; after, {_told(pair.after)}."
    if pair.after is None:
        return f"{label}: {_told(pair.before)} before; after, no route."
    if pair.before == pair.after:
        return f"{label}: unchanged, {_told(pair.after)}."
    hours = pair.after.time_p50_h - pair.before.time_p50_h
    money = pair.after.money_usd2023_per_teu - pair.before.money_usd2023_per_teu
    return (
        f"{label}: {_told(pair.after)} instead of {_told(pair.before)} "
        f"({hours / 24:+.1f} days, {money:+,.0f} USD2023/TEU; "
        f"with time valued {100 * relative_gencost(pair):+.1f} %)."
    )


def relative_gencost(pair: PairChange) -> float:
    """Change of the generalised cost as a share; 0 where a route is missing on either side."""
    if pair.before is None or pair.after is None:
        return 0.0
    return pair.after.gencost_usd2023_per_teu / pair.before.gencost_usd2023_per_teu - 1.0


def _told(state: PairState) -> str:
    return (
        f"{state.time_p50_h / 24:.1f} days at 50 % ({state.time_p90_h / 24:.1f} at 90 %), "
        f"{state.money_usd2023_per_teu:,.0f} USD2023/TEU"
    )
