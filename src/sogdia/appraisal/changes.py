"""What differs between the networks of two runs: links, crossings, transfers and tariffs.

Time, money, capacity and opening hours are compared, each row of an entity with its own. A value that
becomes known is named as such, for it has no direction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np

from sogdia.core.table import Table
from sogdia.results.store import Run

__all__ = ["Kind", "NetworkChange", "names", "network_changes"]

Kind = Literal[
    "opened", "closed", "faster", "slower", "cheaper", "dearer", "more capacity", "less capacity",
    "longer hours", "shorter hours", "now known", "not known",
]  # fmt: skip
What = Literal["link", "crossing", "transfer", "tariff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkChange:
    """A link, crossing, transfer or tariff that differs between the two worlds.

    Attributes
    ----------
    kind : str
        The first of: open or not, time, money, capacity, hours, a value where none was known.
    note : str
        Every quantity that differs, before and after.
    """

    id: str
    name: str
    what: What
    kind: Kind
    note: str


@dataclass(frozen=True, slots=True)
class _Quantity:
    """A column whose rise is better (+1) or worse (-1); `road_unit` where trucks are counted."""

    column: str
    unit: str
    better: int
    words: tuple[Kind, Kind]
    road_unit: str = ""

    def unit_of(self, row: Mapping[str, Any]) -> str:
        """The unit at a link, crossing or transfer: a terminal of the road counts trucks."""
        by_road = row.get("mode") == "road" or row.get("kind") in ROAD_TERMINALS
        return self.road_unit if by_road and self.road_unit else self.unit


ROAD_TERMINALS = frozenset({"road-to-rail", "rail-to-road", "road-to-air", "air-to-road"})
"""Kinds of transfers whose capacity a day is of trucks."""

_FAST: tuple[Kind, Kind] = ("faster", "slower")
_CHEAP: tuple[Kind, Kind] = ("cheaper", "dearer")
_ROOM: tuple[Kind, Kind] = ("more capacity", "less capacity")
_HOURS: tuple[Kind, Kind] = ("longer hours", "shorter hours")
_KNOWN: tuple[Kind, Kind] = ("now known", "not known")
_ROOM_A_DAY = _Quantity("capacity_per_day", "train/day", 1, _ROOM, "truck/day")
_ROOM_IN_TEU = _Quantity("capacity_teu_per_y", "TEU/year", 1, _ROOM)
_ROOM_IN_T = _Quantity("capacity_t_per_y", "t/year", 1, _ROOM)
_OPEN_A_DAY = _Quantity("open_h_per_day", "h open a day", 1, _HOURS)
_DWELL = (
    _Quantity("dwell_mean_h", "h", -1, _FAST),
    _Quantity("dwell_p90_h", "h at 90 %", -1, _FAST),
)
_FEE_BY_WEIGHT = _Quantity("fee_usd2023_per_t", "USD2023/t", -1, _CHEAP)
QUANTITIES: Mapping[What, tuple[str, tuple[_Quantity, ...]]] = {
    "link": (
        "links",
        (
            _Quantity("speed_km_per_h", "km/h", 1, _FAST),
            _Quantity("length_km", "km", -1, _FAST),
            _Quantity("capacity_trains_per_day", "train/day", 1, _ROOM),
            _ROOM_IN_T,
            _ROOM_IN_TEU,
        ),
    ),
    "crossing": (
        "crossings",
        (
            *_DWELL,
            _FEE_BY_WEIGHT,
            _ROOM_A_DAY,
            _OPEN_A_DAY,
        ),
    ),
    "transfer": (
        "transfers",
        (
            *_DWELL,
            _Quantity("fee_usd2023_per_teu", "USD2023/TEU", -1, _CHEAP),
            _FEE_BY_WEIGHT,
            _ROOM_A_DAY,
            _ROOM_IN_TEU,
            _ROOM_IN_T,
            _OPEN_A_DAY,
        ),
    ),
    "tariff": (
        "tariffs",
        (
            _Quantity("rate_usd2023_per_tkm", "USD2023/(t km)", -1, _CHEAP),
            _Quantity("emission_kgco2_per_tkm", "kg CO2/(t km)", -1, _CHEAP),
        ),
    ),
}  # fmt: skip


def names(run: Run) -> dict[str, str]:
    """Short names of places and zones by id."""
    return {
        str(i): str(n).partition(" (")[0]
        for table in (run["places"], run["zones"])
        for i, n in zip(table["id"], table["name"], strict=True)
    }


def network_changes(baseline: Run, run: Run, on: date) -> Iterator[NetworkChange]:
    """Every entity that differs on a date, in the order of the run's tables."""
    called = names(run)
    for what, (table, quantities) in QUANTITIES.items():
        before, after = (_by_id(r[table], on) for r in (baseline, run))
        for name in dict.fromkeys((*after, *before)):
            old, new = before.get(name, {}), after.get(name, {})
            if old != new:
                row = next(iter((new or old).values()))
                yield from _change(name, _name(what, row, called), what, quantities, old, new)


Rows = dict[tuple[Any, ...], dict[str, Any]]


def _by_id(table: Table, on: date) -> dict[str, Rows]:
    """Rows of every entity by their other keys: direction, layers, class of goods."""
    found: dict[str, Rows] = {}
    for row in table.where(np.asarray(table["on"] == on, dtype=np.bool_)).rows():
        key = tuple(row[k] for k in table.schema.keys)
        found.setdefault(row["id"], {})[key] = row
    return found


def _name(what: What, row: Mapping[str, Any], called: Mapping[str, str]) -> str:
    if what == "transfer":
        return f"{row['kind']} at {called.get(row['place'], row['place'])}"
    return str(row["name"]) if "name" in row else f"tariff {row['id']}"


def _change(
    entity: str,
    name: str,
    what: What,
    quantities: Sequence[_Quantity],
    old: Rows,
    new: Rows,
) -> Iterator[NetworkChange]:
    kinds: list[Kind] = []
    notes: list[str] = []
    a, b = _status(old), _status(new)
    if a != b:
        kinds.append("opened" if _RANK[b] > _RANK[a] else "closed")
        notes.append(f"{a} -> {b}")
    else:
        for quantity in quantities:
            moved = [
                (_number(x), _number(y))
                for key in old
                if key in new
                and (x := old[key][quantity.column]) != (y := new[key][quantity.column])
            ]
            if moved:
                kinds.append(_kind(moved, quantity))
                notes.append(_note(moved, quantity.unit_of(next(iter(old.values())))))
    if kinds:
        yield NetworkChange(id=entity, name=name, what=what, kind=kinds[0], note=", ".join(notes))


_RANK = {"absent": 0, "closed": 0, "one-way": 1, "open": 2}


def _status(rows: Rows) -> str:
    """Open both ways, one way or not at all; what has no status is open where it exists."""
    if not rows:
        return "absent"
    found = [row.get("status", "open") == "open" for row in rows.values()]
    return "open" if all(found) else "one-way" if any(found) else "closed"


Moved = tuple[float | None, float | None]


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _kind(moved: Sequence[Moved], quantity: _Quantity) -> Kind:
    """Better or worse by the sum of relative changes; else whether values became known."""
    both = [(x, y) for x, y in moved if x is not None and y is not None]
    if not both:
        return _KNOWN[0 if sum(x is None for x, _ in moved) * 2 >= len(moved) else 1]
    rise = sum((y - x) / abs(x) if x else np.sign(y) for x, y in both)
    return quantity.words[0 if rise * quantity.better > 0 else 1]


def _note(moved: Sequence[Moved], unit: str) -> str:
    """Before and after; the range of relative changes, or of values, where rows differ."""
    if len(set(moved)) == 1:
        return f"{_said(moved[0][0])} -> {_said(moved[0][1])} {unit}"
    if any(x is None or y is None for x, y in moved):
        return f"{_range(x for x, _ in moved)} -> {_range(y for _, y in moved)} {unit}"
    shares = [100 * (y - x) / abs(x) for x, y in moved if x and y is not None]
    if not shares:
        return f"0 -> {_range(y for _, y in moved)} {unit}"
    low, high = f"{min(shares):+.0f}", f"{max(shares):+.0f}"
    return f"{low} %, {unit}" if low == high else f"{low} to {high} %, {unit}"


def _range(values: Iterable[float | None]) -> str:
    """Least to most of those known, and that some are not."""
    listed = list(values)
    known = sorted(v for v in listed if v is not None)
    parts = ["unknown"] if len(known) < len(listed) else []
    if known:
        ends = dict.fromkeys((_said(known[0]), _said(known[-1])))
        parts.append(" to ".join(ends))
    return " or ".join(parts)


def _said(value: float | None) -> str:
    """Three digits, whole from a thousand on: a capacity of 1,243 trucks is not 1.24e+03."""
    if value is None:
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"
