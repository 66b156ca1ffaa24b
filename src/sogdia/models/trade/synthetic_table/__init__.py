"""A made-up table of three countries and three sectors. It describes no real economy.

``write_synthetic_table(folder)`` makes the CSV files of this folder again, from the recipe below.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

__all__ = ["write_synthetic_table"]

COUNTRIES = ("AAA", "BBB", "CCC")
SECTORS = ("farming", "goods", "services")
ELASTICITY = (8.0, 5.0, 4.0)
SIZE = (1.0e12, 3.0e11, 1.0e11)
"""What a country sells of all sectors, USD of 2023 a year."""
PART = (0.1, 0.4, 0.5)
"""Of each sector in what a country sells."""
ABROAD = (0.2, 0.3, 0.03)
"""Part of each sector that is sold abroad."""
TARIFF = (0.12, 0.06, 0.0)
VALUE_ADDED = (0.55, 0.35, 0.6)
INPUTS = ((0.5, 0.1, 0.05), (0.3, 0.6, 0.35), (0.2, 0.3, 0.6))
"""Row: input; column: the sector that buys it. Parts of what is not value added."""


def write_synthetic_table(folder: Path) -> None:
    """Write the six files into an existing folder."""
    J, N = len(SECTORS), len(COUNTRIES)
    size, part, abroad = np.array(SIZE), np.array(PART), np.array(ABROAD)
    trade = np.zeros((J, N, N))
    for j in range(J):
        for i in range(N):
            sold = size[i] * part[j]
            # Exports are split by the buyers' size; country i's are a little larger than its peer's.
            buyers = np.where(np.arange(N) == i, 0.0, size)
            trade[j, i] = sold * abroad[j] * (1.0 + 0.2 * i) * buyers / buyers.sum()
            trade[j, i, i] = sold - trade[j, i].sum()
    trade = np.round(trade, -6)
    tariff = np.array(TARIFF)[:, None, None] * ~np.eye(N, dtype=np.bool_)
    va = np.array(VALUE_ADDED)
    io = np.array(INPUTS) * (1.0 - va)
    spent = (trade * (1.0 + tariff)).sum(axis=1)
    final = spent - io @ trade.sum(axis=2)
    final /= final.sum(axis=0)

    at = [(j, i, n) for j in range(J) for i in range(N) for n in range(N)]
    _write(
        folder / "sectors.csv", ("sector", "trade_elasticity"),
        zip(SECTORS, ELASTICITY, strict=True),
    )  # fmt: skip
    _write(
        folder / "trade.csv", ("sector", "exporter", "importer", "value_usd2023_per_y"),
        ((SECTORS[j], COUNTRIES[i], COUNTRIES[n], f"{trade[j, i, n]:.0f}") for j, i, n in at),
    )  # fmt: skip
    _write(
        folder / "tariffs.csv", ("sector", "exporter", "importer", "tariff_share"),
        ((SECTORS[j], COUNTRIES[i], COUNTRIES[n], tariff[j, i, n]) for j, i, n in at if i != n),
    )  # fmt: skip
    _write(
        folder / "value_added.csv", ("country", "sector", "value_added_share"),
        ((c, s, va[j]) for c in COUNTRIES for j, s in enumerate(SECTORS)),
    )  # fmt: skip
    _write(
        folder / "inputs.csv", ("country", "input", "sector", "cost_share"),
        (
            (c, SECTORS[k], SECTORS[j], f"{io[k, j]:.10g}")
            for c in COUNTRIES for k in range(J) for j in range(J)
        ),
    )  # fmt: skip
    _write(
        folder / "final.csv", ("country", "sector", "final_share"),
        ((c, s, f"{final[j, n]:.10f}") for n, c in enumerate(COUNTRIES) for j, s in enumerate(SECTORS)),
    )  # fmt: skip


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("# synthetic: made up by a recipe, describes no real economy\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
