"""The index of a year: scores, ranks with intervals, what moves them, and what is missing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.models.linkage_index.panel import Panel
from sogdia.models.linkage_index.solve_flips import flip
from sogdia.models.linkage_index.solve_index import carried, informative, ranks
from sogdia.models.linkage_index.solve_sensitivity import Sensitivity, sensitivity
from sogdia.models.linkage_index.solve_uncertainty import (
    FACTORS,
    Case,
    Choices,
    central,
    design,
    evaluated,
    prepared,
    rank_of_all_combinations,
    scored,
    standing,
)
from sogdia.models.linkage_index.tables import (
    FLIPS,
    GAPS,
    LINKAGES,
    RANKS,
    SENSITIVITY,
    SHARES,
)

__all__ = ["IndexOfYear", "case_of", "index_of"]

BAND = (0.05, 0.95)
DRAWS = 10_000
SENSITIVITY_POINTS = 4096
"""Points of each of the two samples; (2 + factors) times as many evaluations."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexOfYear:
    """The index of one year.

    Attributes
    ----------
    ranks, shares, linkages, sensitivity, flips, gaps : Table
        See `sogdia.models.linkage_index.tables`.
    draws, combinations : int
        How many are behind the intervals.
    status : Status
        ``usable`` when a country has no score in some draws, or no claim is about the year.
    """

    year: int
    choices: Choices
    draws: int
    combinations: int
    ranks: Table
    shares: Table
    linkages: Table
    sensitivity: Table
    flips: Table
    gaps: Table
    status: Status


def case_of(panel: Panel, year: int, choices: Choices) -> Case:
    """A year of the panel, normalised under every choice."""
    tree, t = panel.tree, panel.at(year)
    return prepared(
        panel.values[: t + 1] if not choices.pooled else panel.values,
        t,
        np.array([i.direction for i in tree.indicators]),
        np.array(tree.group),
        np.array([linkage.weight for linkage in tree.linkages]),
        np.array([i.weight for i in tree.indicators]),
        tuple(x.id for x in (*tree.linkages, *tree.indicators)),
        choices,
    )


def index_of(
    panel: Panel,
    year: int,
    *,
    choices: Choices | None = None,
    draws: int = DRAWS,
    points: int = SENSITIVITY_POINTS,
    seed: int = 0,
) -> IndexOfYear:
    """Scores and ranks of a year under every choice.

    Parameters
    ----------
    panel : Panel
        Years after `year` are not looked at.
    draws : int
        Of choices and weights, for the intervals of ranks.
    points : int
        Of each of the two samples of the sensitivity; 0 leaves it out.
    seed : int
        Draws are keyed by seed, factor and indicator.

    Raises
    ------
    InvalidInput
        For a year not in the panel, a choice that is not known, or values that a normalisation
        asked for cannot take.
    """
    chosen = choices or Choices()
    case = case_of(panel, year, chosen)
    U = design(case, draws, seed)
    score = central(case)
    place = ranks(score[None])[0]
    drawn = ranks(evaluated(case, U))
    every = rank_of_all_combinations(case)
    notes = _notes(panel, year, drawn)
    return IndexOfYear(
        year=year,
        choices=chosen,
        draws=draws,
        combinations=len(every),
        ranks=_ranks(panel, year, case, U, score, place, drawn, every),
        shares=_shares(panel.countries, drawn, every),
        linkages=_linkages(panel, case),
        sensitivity=_sensitivity(panel, case, place, points, seed),
        flips=_flips(panel, case, place),
        gaps=_gaps(panel, year),
        status=Status(
            state="usable" if notes else "solved",
            iterations=draws,
            message="; ".join(notes),
            of=f"index {year}",
        ),
    )


def _notes(panel: Panel, year: int, drawn: Numbers) -> list[str]:
    """What makes the year less than solved."""
    notes: list[str] = []
    unscored = int(np.isnan(drawn).any(axis=1).sum())
    if unscored:
        notes.append(f"a country has no score in {unscored} of {len(drawn)} draws")
    claimed = [j for j, i in enumerate(panel.tree.indicators) if i.way in {"claim", "ratio"}]
    if not np.isfinite(panel.values[panel.at(year)][:, claimed]).any():
        notes.append(f"no claim is about {year}: all but the registries is carried or missing")
    return notes


def band(values: Numbers) -> Numbers:
    """The 5 and 95 percent quantiles over draws: (2, n); NaN for a country never scored."""
    found = np.full((2, values.shape[1]), np.nan)
    for i in range(values.shape[1]):
        there = values[np.isfinite(values[:, i]), i]
        if len(there):
            found[0, i] = np.quantile(there, BAND[0], method="lower")
            found[1, i] = np.quantile(there, BAND[1], method="higher")
    return found


def interval(place: Numbers, drawn: Numbers) -> tuple[Numbers, Numbers]:
    """Low and high of places over draws, widened where needed to hold the central one.

    Parameters
    ----------
    place : (n,) float64
    drawn : (D, n) float64
    """
    low, high = band(drawn)
    return np.fmin(low, place), np.fmax(high, place)


def _ranks(
    panel: Panel, year: int, case: Case, U: Numbers, score: Numbers, place: Numbers,
    drawn: Numbers, every: Numbers,
) -> Table:  # fmt: skip
    factors = 1.0 + case.choices.spread * (2.0 * U[:, 4:] - 1.0)
    weighed = band(scored(case, case.choices.combinations()[0], factors))
    low, high = interval(place, drawn)
    return Table.from_columns(
        RANKS,
        {
            "country": panel.countries,
            "year": [year] * len(panel.countries),
            "score_index": score,
            "score_low_index": np.fmin(weighed[0], score),
            "score_high_index": np.fmax(weighed[1], score),
            "rank_count": place,
            "rank_low_count": low,
            "rank_high_count": high,
            "rank_best_count": np.fmin.reduce(every),
            "rank_worst_count": np.fmax.reduce(every),
            "first_share": (drawn == 1.0).mean(axis=0),
        },
    )


def _shares(countries: tuple[str, ...], drawn: Numbers, every: Numbers) -> Table:
    return Table.from_rows(
        SHARES,
        (
            {
                "country": country,
                "place": p,
                "draws_share": float((np.floor(drawn[:, i]) == p).mean()),
                "combinations_share": float((np.floor(every[:, i]) == p).mean()),
            }
            for i, country in enumerate(countries)
            for p in range(1, len(countries) + 1)
        ),
    )


def linkage_scores(case: Case) -> Numbers:
    """Scores of each linkage by the central choices: (n, L); NaN where nothing is known."""
    combination = case.choices.combinations()[0]
    L = len(case.V[combination[0], combination[2]])
    columns: list[Numbers] = []
    for each in range(L):
        factors = np.ones((1, len(case.ids)))
        factors[0, :L] = np.arange(L) == each
        columns.append(scored(case, combination, factors)[0])
    return np.stack(columns, axis=1)


def _linkages(panel: Panel, case: Case) -> Table:
    x = case.x[case.choices.missing[0]]
    score = linkage_scores(case)
    there = np.isfinite(x)
    return Table.from_rows(
        LINKAGES,
        (
            {
                "country": country,
                "linkage": linkage.id,
                "score_index": float(score[i, k]),
                "indicators": int(there[i, case.group == k].sum()),
                "of": int((case.group == k).sum()),
            }
            for i, country in enumerate(panel.countries)
            for k, linkage in enumerate(panel.tree.linkages)
        ),
    )


def _sensitivity(panel: Panel, case: Case, place: Numbers, points: int, seed: int) -> Table:
    if not points:
        return Table.from_rows(SENSITIVITY, ())

    def outputs(U: Numbers) -> Numbers:
        S = evaluated(case, U)
        r = ranks(S)
        shift = np.nanmean(np.abs(r - place), axis=1, keepdims=True)
        return np.concatenate([r, standing(S), shift], axis=1)

    A, B = (design(case, points, seed, f"sensitivity-{side}") for side in "AB")
    groups = [[0], [1], [2], [3], list(range(4, A.shape[1]))]
    found = sensitivity(outputs, A, B, groups, seed=seed)
    names = [
        *(("rank", c) for c in panel.countries),
        *(("standing", c) for c in panel.countries),
        ("shift", "all"),
    ]
    return Table.from_rows(SENSITIVITY, _sensitivity_rows(names, found))


def _sensitivity_rows(names: list[tuple[str, str]], found: Sensitivity) -> Iterator[dict[str, Any]]:
    for m, (output, country) in enumerate(names):
        for p, factor in enumerate(FACTORS):
            yield {
                "output": output, "country": country, "factor": factor,
                "first_share": float(found.first[p, m]),
                "first_low_share": float(found.first_low[p, m]),
                "first_high_share": float(found.first_high[p, m]),
                "total_share": float(found.total[p, m]),
                "total_low_share": float(found.total_low[p, m]),
                "total_high_share": float(found.total_high[p, m]),
            }  # fmt: skip


def _flips(panel: Panel, case: Case, place: Numbers) -> Table:
    """Pairs by weights of linkages; only for weighted sums of linkages that are all known."""
    how, _, scheme, aggregation = case.choices.combinations()[0]
    z, V = linkage_scores(case), np.asarray(case.V[how, scheme], dtype=float)
    rows: list[dict[str, Any]] = []
    if aggregation != "geometric" and V.sum() > 0:
        w = V / V.sum()
        order = [i for i in np.argsort(place, kind="stable") if np.isfinite(z[i]).all()]
        for a, b in itertools.combinations(order, 2):
            found = flip(w, z[a], z[b])
            j = found.weight
            rows.append(
                {
                    "ahead": panel.countries[a], "behind": panel.countries[b],
                    "lead_index": found.lead,
                    "linkage": "" if j is None else panel.tree.linkages[j].id,
                    "weight_share": None if j is None else float(w[j]),
                    "tied_weight_share": None if j is None else float(found.one[j]),
                    "distance_index": found.distance,
                }
            )  # fmt: skip
    return Table.from_rows(FLIPS, rows)


def _gaps(panel: Panel, year: int) -> Table:
    t = panel.at(year)
    filled, age = carried(panel.values[: t + 1])
    tells = informative(filled[t])
    rows: list[dict[str, Any]] = []
    for i, country in enumerate(panel.countries):
        for j, indicator in enumerate(panel.tree.indicators):
            row: dict[str, Any] = {"country": country, "indicator": indicator.id}
            if not np.isfinite(filled[t, i, j]):
                rows.append(row | {"state": "missing"})
            elif not tells[j]:
                rows.append(row | {"state": "same for all"})
            elif age[t, i, j] > 0:
                rows.append(row | {"state": "carried", "from_year": year - int(age[t, i, j])})
    return Table.from_rows(GAPS, rows)
