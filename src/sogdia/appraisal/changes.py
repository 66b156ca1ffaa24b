"""What differs between the networks of two runs: links, crossings, transfers and tariffs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np

from sogdia.core.table import Table
from sogdia.results.store import Run

__all__ = ["Kind", "NetworkChange", "names", "network_changes"]

Kind = Literal["opened", "closed", "faster", "slower", "cheaper", "dearer"]
What = Literal["link", "crossing", "transfer", "tariff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkChange:
    """A link, crossing, transfer or tariff that differs between the two worlds.

    Attributes
    ----------
    kind : str
        The first of: open or not, time, money.
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
    """A column whose rise is better (+1) or worse (-1)."""

    column: str
    unit: str
    better: int
    words: tuple[Kind, Kind]


_FAST: tuple[Kind, Kind] = ("faster", "slower")
_CHEAP: tuple[Kind, Kind] = ("cheaper", "dearer")
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
        ),
    ),
    "crossing": (
        "crossings",
        (
            *_DWELL,
            _FEE_BY_WEIGHT,
        ),
    ),
    "transfer": (
        "transfers",
        (
            *_DWELL,
            _Quantity("fee_usd2023_per_teu", "USD2023/TEU", -1, _CHEAP),
            _FEE_BY_WEIGHT,
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
                (float(x), float(y))
                for key in old
                if key in new
                and (x := old[key][quantity.column]) is not None
                and (y := new[key][quantity.column]) is not None
                and x != y
            ]
            if moved:
                rise = sum((y - x) / abs(x) if x else np.sign(y) for x, y in moved)
                kinds.append(quantity.words[0 if rise * quantity.better > 0 else 1])
                notes.append(_note(moved, quantity.unit))
    if kinds:
        yield NetworkChange(id=entity, name=name, what=what, kind=kinds[0], note=", ".join(notes))


_RANK = {"absent": 0, "closed": 0, "one-way": 1, "open": 2}


def _status(rows: Rows) -> str:
    """Open both ways, one way or not at all; what has no status is open where it exists."""
    if not rows:
        return "absent"
    found = [row.get("status", "open") == "open" for row in rows.values()]
    return "open" if all(found) else "one-way" if any(found) else "closed"


def _note(moved: Sequence[tuple[float, float]], unit: str) -> str:
    """Before and after; the range of relative changes where rows differ."""
    if len(set(moved)) == 1:
        return f"{moved[0][0]:.3g} -> {moved[0][1]:.3g} {unit}"
    shares = [100 * (y - x) / abs(x) for x, y in moved if x]
    if not shares:
        return f"0 -> {min(y for _, y in moved):.3g} to {max(y for _, y in moved):.3g} {unit}"
    low, high = f"{min(shares):+.0f}", f"{max(shares):+.0f}"
    return f"{low} %, {unit}" if low == high else f"{low} to {high} %, {unit}"
