"""The composite index before and after: which indicators a scenario moves, and what that does.

An indicator is moved by what another linkage answered (trade with China), by both worlds (times at
the border, speeds, visas, lines that open) or by the solved trade of all pairs. What no model moves
stays. The index is of the latest year about which there are claims; a later date of the scenario
changes these values and does not project them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from sogdia.appraisal.linkage.contract import Asked, Linkage, row
from sogdia.appraisal.linkage.finance_opened import opened_projects
from sogdia.core.states import CHINA, FIVE
from sogdia.core.table import Table, null
from sogdia.evidence.base import EvidenceBase
from sogdia.models.linkage_index.counts import ease_of
from sogdia.models.linkage_index.panel import Panel, read_panel
from sogdia.models.linkage_index.scenario import (
    ScenarioScores,
    latest_known,
    scores_of,
    year_known,
)
from sogdia.models.linkage_index.tables import INDEX_INDICATOR, INDEX_SCORE
from sogdia.models.linkage_index.tree import Indicator
from sogdia.world.world import World

__all__ = ["index_score", "moved_indicators"]

PART = "index over the five linkages"
SAME = 1e-9
"""A ratio nearer to one than this is one."""

Values = dict[tuple[str, str], float]

KEPT = 8
_PANELS: dict[tuple[str, int, date], Panel] = {}


def index_score(asked: Asked, rows: Sequence[Mapping[str, Any]]) -> Linkage:
    """Score and rank of each state before and after; called last, with the rows of all others.

    Parameters
    ----------
    asked : Asked
    rows : sequence of rows of `LINKAGE_INDICATOR`

    Returns
    -------
    Linkage
        Rows of linkage ``policy``, part ``index over the five linkages``; the tables
        ``index_score`` and ``index_indicator`` of both sides.
    """
    panel = _panel(asked.base, asked.on.year, asked.before.known_by)
    year = year_known(panel)
    before, after = moved_indicators(asked, rows, panel, year)
    found = scores_of(panel, year, before, after, seed=asked.seed)
    return Linkage(
        rows=tuple(_rows(asked, found, year, before, after)),
        before=_tables(asked, found, year, 0, before, after),
        after=_tables(asked, found, year, 1, before, after),
    )


def _panel(base: EvidenceBase, year: int, known_by: date) -> Panel:
    """The panel to a year, kept while the process lives."""
    key = (base.digest, year, known_by)
    if key not in _PANELS:
        if len(_PANELS) >= KEPT:
            _PANELS.pop(next(iter(_PANELS)))
        _PANELS[key] = read_panel(base, last_year=year, known_by=known_by)
    return _PANELS[key]


def moved_indicators(
    asked: Asked, rows: Sequence[Mapping[str, Any]], panel: Panel, year: int
) -> tuple[Values, Values]:
    """Values of indicators that differ between the sides, by (country, indicator).

    The observed value is that of the baseline, or of the scenario where all a scenario does is to
    take something away from its comparator.
    """
    own = any(m.active(asked.on) for m in asked.scenario.scenario_measures)
    observed_after = not own and any(m.active(asked.on) for m in asked.scenario.comparator_measures)
    held = latest_known(panel, year)
    tree = {i.id: i for i in panel.tree.indicators}
    before, after = Values(), Values()
    for name, factors in _factors(asked, rows).items():
        for country, factor in factors.items():
            value = held.get((country, name))
            if name in tree and value is not None and abs(factor - 1.0) > SAME:
                before[country, name] = value / factor if observed_after else value
                after[country, name] = value if observed_after else value * factor
    for name, steps in _steps(asked, panel, year, tree).items():
        for country, step in steps.items():
            value = held.get((country, name))
            if value is None or step == 0.0:
                continue
            top = 1.0 if tree[name].way == "visa" else math.inf
            before[country, name] = min(max(value - step, 0.0), top) if observed_after else value
            after[country, name] = value if observed_after else min(max(value + step, 0.0), top)
    return before, after


def _factors(asked: Asked, rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """After over before, by indicator and country; a country without one is not moved."""
    found: dict[str, dict[str, float]] = {"china_trade": _china_trade(rows)}
    if asked.differ("crossings") or asked.joined is not None:
        found["border_h"] = _border_factors(asked)
    if asked.differ("links"):
        found["road_speed"] = _speed_factors(asked)
    if asked.joined is not None:
        found["openness"], found["exports"] = _trade_factors(asked.joined.scenario["trade_change"])
    return found


def _china_trade(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Trade with China both ways, of the trade linkage."""
    found: dict[str, float] = {}
    for country in FIVE:
        pair = [
            r
            for r in rows
            if r["variable"] == "trade_value"
            and r["entity"] in (f"{country}>{CHINA}", f"{CHINA}>{country}")
        ]
        values = [(r["before_amount"], r["after_amount"]) for r in pair]
        if pair and all(a is not None and b is not None for a, b in values):
            total = math.fsum(a for a, _ in values)
            if total > 0.0:
                found[country] = math.fsum(b for _, b in values) / total
    return found


def _trade_factors(change: Table) -> tuple[dict[str, float], dict[str, float]]:
    """Goods traded with all, and exports to all, of the solved trade; gross product is held."""
    flows: dict[tuple[str, str], tuple[float, float]] = {}
    for r in change.rows():
        value, ratio = r["baseline_usd2023_per_y"], r["change_ratio"]
        if r["level"] == "full" and r["exporter"] != r["importer"] and value is not None:
            flows[r["exporter"], r["importer"]] = (value, math.nan if ratio is None else ratio)
    both: dict[str, float] = {}
    out: dict[str, float] = {}
    for country in FIVE:
        for found, kept in (
            (both, [f for pair, f in flows.items() if country in pair]),
            (out, [f for pair, f in flows.items() if country == pair[0]]),
        ):
            total = math.fsum(v for v, _ in kept)
            factor = math.fsum(v * r for v, r in kept) / total if total else math.nan
            if not math.isnan(factor):
                found[country] = factor
    return both, out


def _border_factors(asked: Asked) -> dict[str, float]:
    """Mean hours of trucks over the posts open on both sides, both directions, equal weights."""
    dwell = [_dwell(w) for w in (asked.before, asked.after)]
    if asked.joined is not None:
        queues = [_queue(t["post_queue"]) for t in (asked.joined.baseline, asked.joined.scenario)]
        for key in queues[0].keys() & queues[1].keys() & dwell[0].keys() & dwell[1].keys():
            dwell[0][key], dwell[1][key] = queues[0][key], queues[1][key]
    found: dict[str, float] = {}
    for country in FIVE:
        posts = [k for k in dwell[0].keys() & dwell[1].keys() if country in k[1:]]
        total = math.fsum(dwell[0][k] for k in posts)
        if total > 0.0:
            found[country] = math.fsum(dwell[1][k] for k in posts) / total
    return found


def _dwell(world: World) -> dict[tuple[str, str, str], float]:
    return {
        (r["id"], r["towards"], r["leaving"]): r["dwell_mean_h"]
        for r in world.crossings.rows()
        if r["mode"] == "road" and r["status"] == "open" and r["dwell_mean_h"] is not None
    }


def _queue(table: Table) -> dict[tuple[str, str, str], float]:
    """Dwell of posts whose queue is known, in the form of `_dwell`."""
    rows = [r for r in table.rows() if r["dwell_mean_h"] is not None]
    ends: dict[str, list[str]] = {}
    for r in rows:
        ends.setdefault(r["entity"], []).append(r["towards"])
    return {
        (r["entity"], r["towards"], next(o for o in ends[r["entity"]] if o != r["towards"])):
        r["dwell_mean_h"]
        for r in rows
        if len(ends[r["entity"]]) == 2
    }  # fmt: skip


def _speed_factors(asked: Asked) -> dict[str, float]:
    """Kilometres over hours of the roads open on both sides, without stops."""
    roads = [
        {
            r["id"]: (r["tariff"], r["length_km"], r["speed_km_per_h"])
            for r in w.links.rows()
            if r["mode"] == "road" and r["status"] == "open" and r["length_km"]
            and r["speed_km_per_h"]
        }
        for w in (asked.before, asked.after)
    ]  # fmt: skip
    found: dict[str, float] = {}
    for country in FIVE:
        both = [
            k for k in roads[0].keys() & roads[1].keys() if roads[0][k][0] == f"mode:road/{country}"
        ]
        hours = [math.fsum(side[k][1] / side[k][2] for k in both) for side in roads]
        if both:
            found[country] = hours[0] / hours[1]
    return found


def _steps(
    asked: Asked, panel: Panel, year: int, tree: Mapping[str, Indicator]
) -> dict[str, dict[str, float]]:
    """After less before, by indicator and country."""
    found: dict[str, dict[str, float]] = {}
    if "visas" in tree and asked.differ("regimes"):
        sides = [list(w.regimes.rows()) for w in (asked.before, asked.after)]
        for country in FIVE:
            a, b = (ease_of(s, tree["visas"].rows, country) for s in sides)
            if a is not None and b is not None:
                found.setdefault("visas", {})[country] = b - a
    if "projects" in tree:
        found["projects"] = _projects(asked, panel, year, tree["projects"])
    return found


def _projects(asked: Asked, panel: Panel, year: int, indicator: Indicator) -> dict[str, float]:
    """Projects of the registry that open, of a counted sector and not yet in the count."""
    registry = {r["id"]: r for r in asked.base.registry("projects")}
    sectors = indicator.rows.get("sector", "").split("|")
    own = any(m.active(asked.on) for m in asked.scenario.scenario_measures)
    found: dict[str, float] = {}
    for name in opened_projects(asked):
        project = registry.get(name)
        if project is None or project["sector"] not in sectors:
            continue
        for country in set(project["countries"].split(";")) & set(FIVE):
            counted = name in panel.grounds.get((year, country, indicator.id), ())
            # A project that is counted can only have been taken away from the other side.
            if counted != own:
                found[country] = found.get(country, 0.0) + 1.0
    return found


def _rows(
    asked: Asked, found: ScenarioScores, year: int, before: Values, after: Values
) -> Iterator[Mapping[str, Any]]:
    countries = found.before.countries
    change = np.abs(np.nan_to_num(found.score_after - found.score_before))
    shown = int(np.argmax(change))
    moved = {k for k in before if before[k] != after[k]}
    for i, country in enumerate(countries):
        what = sorted(name for c, name in moved if c == country)
        said = f"moved: {', '.join(what)}" if what else "no indicator of it moves"
        common = {"headline": i == shown}
        yield row(
            asked.on, "policy", PART, "index_score", country,
            f"score in the composite index of {year}, on the scale of the baseline", "1",
            before=null(found.score_before[i]), after=null(found.score_after[i]),
            low=null(found.score_low[i]), high=null(found.score_high[i]),
            basis=f"{said}; 90 % of draws of weights, central choices", **common,
        )  # fmt: skip
        yield row(
            asked.on, "policy", PART, "index_rank", country,
            f"rank among the five in the composite index of {year}; 1 is best", "1",
            before=null(found.rank_before[i]), after=null(found.rank_after[i]),
            low=null(found.rank_low[i]), high=null(found.rank_high[i]),
            basis=f"{said}; 90 % of draws of choices and weights", **common,
        )  # fmt: skip
    by_id = {i.id: i for i in found.before.tree.indicators}
    for country, name in sorted(moved):
        yield row(
            asked.on, "policy", PART, f"indicator_{name}", country,
            f"indicator of the index: {by_id[name].title}", by_id[name].unit,
            before=before[country, name], after=after[country, name], basis="band not known",
        )  # fmt: skip


def _tables(
    asked: Asked, found: ScenarioScores, year: int, side: int, before: Values, after: Values
) -> dict[str, Table]:
    panel = (found.before, found.after)[side]
    score = (found.score_before, found.score_after)[side]
    rank = (found.rank_before, found.rank_after)[side]
    places = (found.places_before, found.places_after)[side]
    values = latest_known(panel, year)
    return {
        "index_score": Table.from_rows(
            INDEX_SCORE,
            [
                {
                    "on": asked.on, "country": c, "year": year, "score_index": null(score[i]),
                    "rank_count": null(rank[i]), "rank_low_count": null(places[0, i]),
                    "rank_high_count": null(places[1, i]),
                }
                for i, c in enumerate(panel.countries)
            ],
        ),
        "index_indicator": Table.from_rows(
            INDEX_INDICATOR,
            [
                {
                    "on": asked.on, "country": c, "indicator": k.id,
                    "value_amount": values.get((c, k.id)), "unit": k.unit,
                    "moved": before.get((c, k.id)) != after.get((c, k.id)),
                }
                for c in panel.countries
                for k in panel.tree.indicators
            ],
        ),
    }  # fmt: skip
