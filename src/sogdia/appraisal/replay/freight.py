"""Trains at the gates and tonnes on the corridors, modelled against counts.

Each series has one constant, set on one year: 2019, or the first full count after it. What moves a
series is the modelled trade behind it, and for trains the modelled rise of rail where freight rates
are published. How a new service spreads once it exists is not modelled, and the early years of
the container trains show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.replay.modes import BASE_YEAR, europe_demand
from sogdia.appraisal.replay.observed import Count, counts
from sogdia.evidence.base import EvidenceBase

__all__ = ["freight_rows"]

HELD = "sea and air rates of 2019 held"
NOTES: Mapping[str, str] = {
    "Kazakhstan-China rail": "share of rail and transit held",
    "Trans-Caspian route": "the choice between the northern and the Caspian route is held",
}


def freight_rows(
    base: EvidenceBase,
    years: Sequence[int],
    tonnes: Mapping[tuple[int, str], NDArray[np.float64]],
    rise: Mapping[int, float],
) -> Iterator[dict[str, Any]]:
    """Rows of the table replay_freight.

    Parameters
    ----------
    years : sequence of int
        Years to show; which year sets the constant does not depend on them.
    tonnes : mapping of (year, country) to (2, C) float64
        Modelled tonnes by direction and class, of `years` and 2019.
    rise : mapping of int to float
        Containers by rail between China and Europe over 2019, where freight rates are known.
    """
    by_series: dict[str, list[Count]] = {}
    for count in counts(base):
        by_series.setdefault(count.series, []).append(count)
    for series, found in sorted(by_series.items()):
        found.sort(key=lambda c: c.year)
        anchor = next((c for c in found if c.year >= BASE_YEAR), found[-1])
        constant = anchor.amount / _driver(series, anchor.year, base, tonnes, rise)
        for count in found:
            if count.year not in years:
                continue
            modelled = constant * _driver(series, count.year, base, tonnes, rise)
            notes = [n for n in (NOTES.get(series, ""), count.note) if n]
            if "trains" in series and count.year not in rise and count.year != BASE_YEAR:
                notes.insert(0, HELD)
            yield {
                "series": series,
                "year": count.year,
                "sample": "calibration" if count is anchor else "validation",
                "modelled_amount": modelled,
                "observed_amount": count.amount,
                "unit": count.unit,
                "error_ratio": modelled / count.amount - 1.0,
                "is_floor": count.is_floor,
                "source": count.source,
                "note": "; ".join(notes),
            }


def _driver(
    series: str,
    year: int,
    base: EvidenceBase,
    tonnes: Mapping[tuple[int, str], NDArray[np.float64]],
    rise: Mapping[int, float],
) -> float:
    """What a series is proportional to."""
    if series == "Kazakhstan-China rail":
        return float(sum(t.sum() for (y, _), t in tonnes.items() if y == year))
    if series == "Trans-Caspian route":
        return europe_demand(base, year)
    return rise.get(year, europe_demand(base, year) / europe_demand(base, BASE_YEAR))
