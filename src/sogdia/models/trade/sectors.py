"""A table of trade by sector with input-output links, read from a folder of CSV files.

Nothing real is shipped: tables of this kind carry licences. `synthetic_folder` has a small made-up
one that shows the format; ``docs/how-to/own-input-output-table.md`` says how to bring one's own.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList, nearest
from sogdia.models.trade.solve_sectors import SectorEconomy, sector_economy

__all__ = ["FILES", "SectorTable", "read_sector_table", "synthetic_folder"]

Array = NDArray[np.float64]

FILES: dict[str, tuple[tuple[str, ...], str, tuple[float, float]]] = {
    "sectors": (("sector",), "trade_elasticity", (1e-6, np.inf)),
    "trade": (("sector", "exporter", "importer"), "value_usd2023_per_y", (0.0, np.inf)),
    "value_added": (("country", "sector"), "value_added_share", (0.0, 1.0)),
    "inputs": (("country", "input", "sector"), "cost_share", (0.0, 1.0)),
    "final": (("country", "sector"), "final_share", (0.0, 1.0)),
    "tariffs": (("sector", "exporter", "importer"), "tariff_share", (-0.99, np.inf)),
}
"""File, its key columns, its number and the bounds of that, inclusive."""

OPTIONAL = frozenset({"final", "tariffs"})
ROUNDING = 1e-6
"""How far written shares may be from adding up; what is within it is scaled to add up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorTable:
    """Trade of ``J`` sectors between ``N`` countries, with what each sector buys.

    Attributes
    ----------
    sectors, countries : tuple of str
    theta : (J,) float64
    trade : (J, N, N) float64
        USD of 2023 a year, exporter by importer, before tariffs; domestic sales on the diagonal.
    tariff : (J, N, N) float64
    va_share : (J, N) float64
    io : (J, J, N) float64
        ``io[k, j, n]``: part of the costs of sector j in country n spent on input k.
    final_share : (J, N) float64
    notes : tuple of str
        What was made to fit.
    """

    sectors: tuple[str, ...]
    countries: tuple[str, ...]
    theta: Array
    trade: Array
    tariff: Array
    va_share: Array
    io: Array
    final_share: Array
    notes: tuple[str, ...] = ()

    def economy(self) -> SectorEconomy:
        """What `sogdia.models.trade.solve_sectors.sectors` takes."""
        return sector_economy(
            self.trade, self.theta, self.va_share, self.io,
            tariff=self.tariff, final_share=self.final_share,
        )  # fmt: skip


def synthetic_folder() -> Path:
    """The made-up table of three countries and three sectors that ships with Sogdia."""
    return Path(__file__).resolve().parent / "synthetic_table"


def read_sector_table(folder: Path | str, *, clip_final: bool = False) -> SectorTable:
    """Read and check a table.

    Parameters
    ----------
    folder : path
        With the files of `FILES`; final.csv and tariffs.csv may be missing. Without final.csv,
        final spending is what is left of spending once inputs are taken off.
    clip_final : bool
        Set negative leftovers to zero, and say so in `SectorTable.notes`. Default: refuse them.

    Raises
    ------
    InvalidInput
        With every problem of the folder: files, columns, numbers, names, and sums that fail.
    """
    at = Path(folder)
    problems = ProblemList()
    found = {name: _read(at / f"{name}.csv", name, problems) for name in FILES}
    sectors = tuple(sorted({key[0] for key in found["sectors"]}))
    countries = tuple(sorted({c for _, *pair in found["trade"] for c in pair}))
    _known(at, found, sectors, countries, problems)
    problems.raise_if_any()

    j_of = {name: j for j, name in enumerate(sectors)}
    n_of = {name: n for n, name in enumerate(countries)}
    J, N = len(sectors), len(countries)
    trade, tariff = np.zeros((J, N, N)), np.zeros((J, N, N))
    for file, target in (("trade", trade), ("tariffs", tariff)):
        for (sector, exporter, importer), value in found[file].items():
            target[j_of[sector], n_of[exporter], n_of[importer]] = value
    va_share, io, final = np.full((J, N), np.nan), np.zeros((J, J, N)), np.zeros((J, N))
    for (country, sector), value in found["value_added"].items():
        va_share[j_of[sector], n_of[country]] = value
    for (country, bought, sector), value in found["inputs"].items():
        io[j_of[bought], j_of[sector], n_of[country]] = value
    for (country, sector), value in found["final"].items():
        final[j_of[sector], n_of[country]] = value

    table = SectorTable(
        sectors=sectors, countries=countries,
        theta=np.array([found["sectors"][(s,)] for s in sectors]),
        trade=trade, tariff=tariff, va_share=va_share, io=io, final_share=final,
    )  # fmt: skip
    table = _costs_add_up(at, table, problems)
    problems.raise_if_any()
    table = _spending_adds_up(at, table, problems, given=bool(found["final"]), clip=clip_final)
    problems.raise_if_any()
    return table


Rows = Mapping[tuple[str, ...], float]


def _read(path: Path, name: str, problems: ProblemList) -> Rows:
    """The number of each key; what is wrong goes to `problems`."""
    keys, number, (low, high) = FILES[name]
    if not path.is_file():
        if name not in OPTIONAL:
            problems.add(str(path), "not found", fix=f"columns {', '.join((*keys, number))}")
        return {}
    rows: dict[tuple[str, ...], float] = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(line for line in file if not line.startswith("#"))
        missing = [c for c in (*keys, number) if c not in (reader.fieldnames or ())]
        if missing:
            problems.add(str(path), f"columns missing: {', '.join(missing)}")
            return {}
        for row in reader:
            key = tuple((row[k] or "").strip() for k in keys)
            where = f"{path}, line {reader.line_num}"
            try:
                value = float(row[number])
            except (TypeError, ValueError):
                problems.add(where, f"{number} is not a number", got=repr(row[number]))
                continue
            if not (low <= value <= high) or not np.isfinite(value):
                problems.add(where, f"{number} is out of bounds", got=value, allowed=(low, high))
            if key in rows:
                problems.add(where, "said twice", got=", ".join(key))
            rows[key] = value
    return rows


def _known(
    at: Path,
    found: Mapping[str, Rows],
    sectors: Sequence[str],
    countries: Sequence[str],
    problems: ProblemList,
) -> None:
    """Names in the other files are those of sectors.csv and trade.csv."""
    for name, (keys, _, _) in FILES.items():
        for place, column in enumerate(keys):
            known = sectors if column in ("sector", "input") else countries
            for unknown in sorted({key[place] for key in found[name]} - set(known)):
                near = nearest(unknown, known)
                problems.add(
                    str(at / f"{name}.csv"), f"unknown {column}", got=repr(unknown),
                    fix=f"did you mean {' or '.join(near)}?" if near else "",
                )  # fmt: skip


def _costs_add_up(at: Path, table: SectorTable, problems: ProblemList) -> SectorTable:
    """Value added and inputs are all of a producer's costs; scaled within `ROUNDING`."""
    output = table.trade.sum(axis=2)
    va_share, io = table.va_share.copy(), table.io.copy()
    for j, sector in enumerate(table.sectors):
        for n, country in enumerate(table.countries):
            where = f"{at}, {country} {sector}"
            inputs = float(io[:, j, n].sum())
            if np.isnan(va_share[j, n]):
                if output[j, n] > 0.0:
                    problems.add(where, "sells, but has no row in value_added.csv")
                    continue
                va_share[j, n] = 1.0 - inputs
            total = float(va_share[j, n]) + inputs
            if abs(total - 1.0) > ROUNDING:
                problems.add(where, "value added and inputs do not add up to 1", got=f"{total:.7g}")
            elif va_share[j, n] <= 0.0:
                problems.add(where, "has no value added", fix="some part must be above 0")
            elif inputs > 0.0:
                io[:, j, n] *= (1.0 - va_share[j, n]) / inputs
            else:
                va_share[j, n] = 1.0
    for n, country in enumerate(table.countries):
        for what, total in (("sells", output[:, n].sum()), ("buys", table.trade[:, :, n].sum())):
            if total <= 0.0:
                problems.add(f"{at}, {country}", f"{what} nothing in trade.csv")
    return _with(table, va_share=va_share, io=io)


def _spending_adds_up(
    at: Path, table: SectorTable, problems: ProblemList, *, given: bool, clip: bool
) -> SectorTable:
    """Spending on a sector is its use as an input and by final buyers, in every country."""
    spent = (table.trade * (1.0 + table.tariff)).sum(axis=1)
    output = table.trade.sum(axis=2)
    left = spent - np.einsum("jkn,kn->jn", table.io, output)
    income = left.sum(axis=0)
    notes: list[str] = []
    for n, country in enumerate(table.countries):
        scale = float(spent[:, n].sum())
        total = float(table.final_share[:, n].sum())
        if income[n] <= 0.0:
            problems.add(f"{at}, {country}", "inputs take more than all that is bought")
        elif given and abs(total - 1.0) > ROUNDING:
            problems.add(f"{at}, {country}", "final shares do not add up to 1", got=f"{total:.7g}")
        for j, sector in enumerate(table.sectors):
            where = f"{at}, {country} {sector}"
            gap = float(left[j, n] - table.final_share[j, n] * income[n])
            if given and abs(gap) > ROUNDING * scale:
                problems.add(
                    where, "use as an input and final use do not make up what is bought",
                    got=f"{gap / scale:.2g} of all spending too much" if gap > 0 else f"{-gap / scale:.2g} of all spending short",
                    fix="leave final.csv out to have it worked out from the rest",
                )  # fmt: skip
            elif not given and left[j, n] < -ROUNDING * scale:
                said = "inputs take more than is bought"
                if clip:
                    notes.append(f"{country} {sector}: {said}; final use set to 0")
                else:
                    problems.add(where, said, fix="mend the table, or read it with clip_final=True")
    if problems:
        return table
    final = table.final_share if given else np.maximum(left, 0.0)
    return _with(table, final_share=final / final.sum(axis=0), notes=tuple(notes))


def _with(table: SectorTable, **changed: object) -> SectorTable:
    import dataclasses

    return dataclasses.replace(table, **changed)  # pyright: ignore[reportArgumentType]
