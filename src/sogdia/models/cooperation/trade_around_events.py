"""Trade with China around border settlements and security agreements, against placebo dates.

Whether these acts moved trade is not assumed anywhere in the models. It is tested here, on the
yearly figures of the claims, which are few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.states import FIVE
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.cooperation.coding_tables import coding_rows
from sogdia.models.cooperation.events import read_events
from sogdia.models.cooperation.solve_event_study import EventStudy, event_study
from sogdia.world.trade_reports import trade_series

__all__ = ["EVENT_STUDY", "THEMES", "trade_around_events", "yearly_trade"]

Series = tuple[NDArray[np.int64], NDArray[np.float64]]

THEMES = ("border_settled", "border_demarcated", "security_agreement")

LEAST_YEARS = 5
"""A series with fewer observed years has no date with observations and a rival on both sides."""

EXPORTS = "trade_exporter_report_usd_per_y"
REPORT = {
    EXPORTS: "exporter's report",
    "trade_importer_report_usd_per_y": "importer's report",
    "trade_turnover_usd_per_y": "turnover",
    "trade_reconciled_usd_per_y": "reconciled",
}

EVENT_STUDY = Schema(
    "event_study",
    (
        Column("theme"),
        Column("countries"),
        Column("events"),
        Column("years", title="of the events"),
        Column("series"),
        Column("adjusted", title="no; or relative to the other four"),
        Column("window_count", "number", title="years"),
        Column("growth_change_ratio", "number", title="log points a year, after less before"),
        Column("placebo_low_ratio", "number", title="5 % of the placebo dates"),
        Column("placebo_high_ratio", "number", title="95 % of the placebo dates"),
        Column("p_share", "number", title="two-sided p-value"),
        Column("p_least_share", "number", title="the least p-value that could have come out"),
        Column("placebos_count", "number"),
        Column("status"),
        Column("message"),
    ),
    ("theme", "countries", "series", "adjusted"),
)


def yearly_trade(base: EvidenceBase, country: str) -> dict[tuple[str, str], Series]:
    """The believed figures of the trade of China and a country, by subject and variable.

    Years without a figure are absent. Values are in dollars of 2023.
    """
    found: dict[tuple[str, str], dict[int, float]] = {}
    for row in trade_series(base, "CHN", country).rows():
        if row["believed"] and row["value_usd2023_per_y"] > 0.0:
            by_year = found.setdefault((row["subject"], row["variable"]), {})
            by_year[row["year"]] = row["value_usd2023_per_y"]
    return {
        key: (np.array(sorted(by_year)), np.array([by_year[t] for t in sorted(by_year)]))
        for key, by_year in sorted(found.items())
        if len(by_year) >= LEAST_YEARS
    }


def trade_around_events(base: EvidenceBase, *, window: int = 4, seed: int = 0) -> Table:
    """Every theme on every series that is long enough, and all countries of a theme together.

    Together, the series are the exports of China to each country, as China reports them: the one
    series all five have. They are tested as they are and relative to the other four countries,
    which takes out what all have in common; but the other four had events of their own.
    """
    first = {event.id: event.first for event in read_events(base)}
    trade = {country: yearly_trade(base, country) for country in FIVE}
    exports = {c: trade[c][f"CHN>{c}", EXPORTS] for c in FIVE}
    rows: list[dict[str, Any]] = []
    for theme in THEMES:
        tested = [row for row in coding_rows("tested_dates") if row["theme"] == theme]
        e = [first[row["event"]].year for row in tested]
        for row, year in zip(tested, e, strict=True):
            for (subject, variable), one in trade[row["country"]].items():
                study = event_study([one], [year], window, seed=seed)
                series = f"{subject}, {REPORT[variable]}"
                rows.append(_row(theme, [row], [year], series, "no", window, study))
        who = [row["country"] for row in tested]
        for adjusted, chosen in (
            ("no", [exports[c] for c in who]),
            ("relative to the other four", [_relative(exports, c) for c in who]),
        ):
            study = event_study(chosen, e, window, seed=seed)
            rows.append(
                _row(theme, tested, e, "all together, exporter's report", adjusted, window, study)
            )
    return Table.from_rows(EVENT_STUDY, rows)


def _relative(series: Mapping[str, Series], country: str) -> Series:
    """A series over the geometric mean of the others, in the years that all have."""
    years = set[int](series[country][0].tolist())
    for t, _ in series.values():
        years &= set(t.tolist())
    common = np.array(sorted(years), dtype=np.int64)
    logs = {c: np.log(y[np.isin(t, common)]) for c, (t, y) in series.items()}
    others = np.mean([log for c, log in logs.items() if c != country], axis=0)
    return common, np.exp(logs[country] - others)


def _row(
    theme: str,
    tested: Sequence[Mapping[str, str]],
    e: Sequence[int],
    series: str,
    adjusted: str,
    window: int,
    study: EventStudy,
) -> dict[str, Any]:
    return {
        "theme": theme,
        "countries": ";".join(row["country"] for row in tested),
        "events": ";".join(row["event"] for row in tested),
        "years": ";".join(map(str, e)),
        "series": series,
        "adjusted": adjusted,
        "window_count": float(window),
        "growth_change_ratio": study.D,
        "placebo_low_ratio": study.placebo_low,
        "placebo_high_ratio": study.placebo_high,
        "p_share": study.p,
        "p_least_share": study.p_least,
        "placebos_count": float(study.placebos),
        "status": study.status.state,
        "message": study.status.message,
    }
