"""Results in the long format of the IAMC: model, scenario, region, variable, unit, a column a year.

Both runs are in the file as two scenarios. Names of variables are English and levels are parted by
``|``; a pair of regions is ``A>B``. A year has the run's last date in it. What is absent is an
empty cell. The format is that of the Integrated Assessment Modeling Consortium and is read by
``pyam`` (Huppmann et al. 2021, doi:10.12688/openreseurope.13633.2).
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from datetime import date
from typing import Any

from sogdia.appraisal.run import Appraisal
from sogdia.results.manifest import sogdia_version
from sogdia.results.store import Run

__all__ = ["series_file", "series_rows"]

Key = tuple[str, str, str]
"""Region, variable, unit."""

SKIM = (
    ("time_h", "Freight Time|Expected", "h"),
    ("time_p50_h", "Freight Time|P50", "h"),
    ("time_p90_h", "Freight Time|P90", "h"),
    ("border_h", "Freight Time|At Borders", "h"),
    ("money_usd2023_per_t", "Freight Price", "USD_2023/t"),
    ("gencost_usd2023_per_t", "Freight Generalised Cost", "USD_2023/t"),
    ("emission_kgco2_per_t", "Freight Emissions|CO2", "kg CO2/t"),
)
UNITS = {"1": "-", "share": "-"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def series_file(appraisal: Appraisal) -> bytes:
    """The file as bytes: UTF-8, comma-separated, one row a series.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    rows = list(series_rows(appraisal))
    years = sorted({year for _, values in rows for year in values})
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(["model", "scenario", "region", "variable", "unit", *years])
    for labels, values in rows:
        cells = [_number(values.get(year)) for year in years]
        writer.writerow([*(_safe(label) for label in labels), *cells])
    return made.getvalue().encode("utf-8")


def series_rows(
    appraisal: Appraisal,
) -> Iterator[tuple[tuple[str, str, str, str, str], dict[int, float | None]]]:
    """Every series of both runs: its labels, and its values by year."""
    model = f"Sogdia {sogdia_version()}"
    dates = {day.year: day for day in sorted(appraisal.run.manifest.dates)}
    for side, run in (("baseline", appraisal.baseline), ("scenario", appraisal.run)):
        name = run.manifest.scenario
        gathered: dict[Key, dict[int, float | None]] = {}
        for year, day in dates.items():
            for key, value in _values(appraisal, run, side, day):
                gathered.setdefault(key, {})[year] = value
        for (region, variable, unit), values in gathered.items():
            yield (model, name, region, variable, unit), values


def _values(
    appraisal: Appraisal, run: Run, side: str, day: date
) -> Iterator[tuple[Key, float | None]]:
    yield from _pairs(run, day)
    if "country_income" in run:
        for row in _on(run, "country_income", day):
            variable = f"Real Income|Change|{_title(row['level'])}"
            yield (row["country"], variable, "-"), row["real_income_change_share"]
    if "trade_change" in run:
        for row in _on(run, "trade_change", day):
            variable = f"Trade|Goods|{_title(row['level'])}"
            region = f"{row['exporter']}>{row['importer']}"
            yield (region, variable, "USD_2023/yr"), row["value_usd2023_per_y"]
    if "mode_share" in run:
        total: dict[Key, float] = {}
        for row in _on(run, "mode_share", day):
            variable = f"Freight|{_title(row['mode'])}"
            key = (f"{row['exporter']}>{row['importer']}", variable, "t/yr")
            total[key] = total.get(key, 0.0) + row["flow_t_per_y"]
        yield from total.items()
    if "linkage_indicator" in appraisal.run:
        column = "before_amount" if side == "baseline" else "after_amount"
        for row in _on(appraisal.run, "linkage_indicator", day):
            levels = ("Linkage", row["linkage"], row["part"], row["variable"].replace("_", " "))
            variable = "|".join(_title(level) for level in levels)
            yield (row["entity"], variable, _unit(row["unit"])), row[column]


def _pairs(run: Run, day: date) -> Iterator[tuple[Key, float | None]]:
    """The pairs of the report, by their ids."""
    wanted = {
        (r["origin"], r["destination"], r["commodity"])
        for r in _on(run, "pair_draw", day)
        if r["draw"] == 0
    }
    for row in _on(run, "skim", day):
        if (row["origin"], row["destination"], row["commodity"]) in wanted:
            region = f"{row['origin']}>{row['destination']}"
            for column, variable, unit in SKIM:
                yield (region, f"{variable}|{_title(row['commodity'])}", unit), row[column]


def _on(run: Run, table: str, day: date) -> Iterator[dict[str, Any]]:
    found = run[table]
    return iter(found.where(found["on"] == day).rows())


def _title(text: str) -> str:
    """A level of a variable; ``|`` parts levels and may not be in one."""
    return text.replace("|", "/").replace("-", " ").title()


def _unit(unit: str) -> str:
    return UNITS.get(unit) or unit.replace("usd2023", "USD_2023").replace("/year", "/yr")


def _number(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else repr(float(value))


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) and text != "-" else text
