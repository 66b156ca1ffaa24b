"""The index by year and by phase: normalised over all years, so that years compare."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.table import Table
from sogdia.models.linkage_index.panel import Panel
from sogdia.models.linkage_index.solve_index import ranks
from sogdia.models.linkage_index.solve_uncertainty import Choices, central, design, evaluated
from sogdia.models.linkage_index.study import case_of, interval
from sogdia.models.linkage_index.tables import PHASES_TABLE, YEARS

__all__ = ["PHASES", "history_of"]

PHASES = ((1992, 2000), (2001, 2013), (2014, 9999))
"""Years whose first of July falls in each phase of the registry of events."""

DRAWS = 500


def history_of(
    panel: Panel, *, choices: Choices | None = None, draws: int = DRAWS, seed: int = 0
) -> tuple[Table, Table]:
    """Scores and ranks with intervals, of every year and of every phase.

    Each draw has the same choices and weights in all years. The score of a phase is the mean of
    its years within a draw, and its rank the rank of that mean.

    Returns
    -------
    years, phases : Table
    """
    chosen = replace(choices or Choices(), pooled=True)
    n = len(panel.countries)
    middle = np.full((len(panel.years), n), np.nan)
    S = np.full((len(panel.years), draws, n), np.nan)
    rows: list[dict[str, Any]] = []
    U = design(case_of(panel, panel.years[0], chosen), draws, seed)
    for t, year in enumerate(panel.years):
        case = case_of(panel, year, chosen)
        middle[t] = central(case)
        S[t] = evaluated(case, U)
        counted = np.isfinite(case.x[chosen.missing[0]]).sum(axis=1)
        for row, known in zip(_banded(panel.countries, middle[t], S[t]), counted, strict=True):
            rows.append({"year": year, "indicators": int(known)} | row)
    phases: list[dict[str, Any]] = []
    years = np.array(panel.years)
    for number, (first, last) in enumerate(PHASES, start=1):
        at = (years >= first) & (years <= last)
        if at.any():
            span = f"{years[at][0]}-{years[at][-1]}"
            for row in _banded(panel.countries, middle[at].mean(axis=0), S[at].mean(axis=0)):
                phases.append({"phase": number, "years": span} | row)
    return Table.from_rows(YEARS, rows), Table.from_rows(PHASES_TABLE, phases)


def _banded(
    countries: tuple[str, ...], score: NDArray[np.float64], drawn: NDArray[np.float64]
) -> list[dict[str, Any]]:
    place = ranks(score[None])[0]
    low, high = interval(place, ranks(drawn))
    return [
        {
            "country": country,
            "score_index": float(score[i]),
            "rank_count": float(place[i]),
            "rank_low_count": float(low[i]),
            "rank_high_count": float(high[i]),
        }
        for i, country in enumerate(countries)
    ]
