"""Scores of a scenario: the panel with other values, under the same draws of choices and weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sogdia.models.linkage_index.panel import Panel
from sogdia.models.linkage_index.solve_index import FLOOR, carried, normalised, ranks
from sogdia.models.linkage_index.solve_uncertainty import (
    Case,
    Choices,
    central,
    design,
    evaluated,
)
from sogdia.models.linkage_index.study import BAND, case_of

__all__ = ["ScenarioScores", "latest_known", "scores_of", "year_known"]

DRAWS = 2000
CLAIMED = ("claim", "ratio")
"""Ways of filling an indicator that rest on figures of a year; registries are counted to any year."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioScores:
    """Both sides of one year; (n,) float64 each, NaN without a score.

    Attributes
    ----------
    before, after : Panel
    score_before, score_after : (n,) float64
        By the central choices, both on the scale of the first side: a score may exceed 1.
    rank_before, rank_after : (n,) float64
    score_low, score_high : (n,) float64
        5 and 95 percent of the change of the score: central choices, weights drawn.
    rank_low, rank_high : (n,) float64
        Of the change of the rank: choices and weights drawn.
    places_before, places_after : (2, n) float64
        5 and 95 percent of the rank itself.
    """

    before: Panel
    after: Panel
    score_before: Numbers
    score_after: Numbers
    rank_before: Numbers
    rank_after: Numbers
    score_low: Numbers
    score_high: Numbers
    rank_low: Numbers
    rank_high: Numbers
    places_before: Numbers
    places_after: Numbers


def year_known(panel: Panel) -> int:
    """The latest year of the panel about which there is a claim; its first when there is none."""
    claimed = [k for k, i in enumerate(panel.tree.indicators) if i.way in CLAIMED]
    for t in range(len(panel.years) - 1, -1, -1):
        if np.isfinite(panel.values[t][:, claimed]).any():
            return panel.years[t]
    return panel.years[0]


def latest_known(panel: Panel, year: int) -> dict[tuple[str, str], float]:
    """Each value of a year, carried from at most ten years before where it is missing."""
    t = panel.at(year)
    filled, _ = carried(panel.values[: t + 1])
    return {
        (country, indicator.id): float(filled[t, i, j])
        for i, country in enumerate(panel.countries)
        for j, indicator in enumerate(panel.tree.indicators)
        if np.isfinite(filled[t, i, j])
    }


def scores_of(
    panel: Panel,
    year: int,
    before: Mapping[tuple[str, str], float],
    after: Mapping[tuple[str, str], float],
    *,
    choices: Choices | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> ScenarioScores:
    """Scores and ranks of both sides.

    Parameters
    ----------
    before, after : mapping of (country, indicator) to float
        Values of each side that are not those of the panel. An indicator that one side changes is
        held at its latest known value everywhere else, on both sides, so that it does not enter or
        leave the index with the change.

    Raises
    ------
    InvalidInput
        For a country or indicator that is not in the panel.
    """
    chosen = choices or Choices()
    moved = {indicator for _, indicator in (*before, *after)}
    held = {key: v for key, v in latest_known(panel, year).items() if key[1] in moved}
    first = panel.with_values(year, held | dict(before))
    case = case_of(first, year, chosen)
    U = design(case, draws, seed)
    # The four choices at their first, the weights as drawn.
    W = U.copy()
    W[:, :4] = 0.0
    score, drawn, place = central(case), evaluated(case, W), ranks(evaluated(case, U))
    second, after_score, after_drawn, after_place = first, score, drawn, place
    if held | dict(before) != held | dict(after):
        second = panel.with_values(year, held | dict(after))
        other = _on_scale_of(case, case_of(second, year, chosen), panel)
        after_score, after_drawn = central(other), evaluated(other, W)
        after_place = ranks(evaluated(other, U))
    change, moved_ranks = _ends(after_drawn - drawn), _ends(after_place - place)
    rank, after_rank = ranks(score[None])[0], ranks(after_score[None])[0]
    return ScenarioScores(
        before=first, after=second, score_before=score, score_after=after_score, rank_before=rank,
        rank_after=after_rank, score_low=np.fmin(change[0], after_score - score),
        score_high=np.fmax(change[1], after_score - score),
        rank_low=np.fmin(moved_ranks[0], after_rank - rank),
        rank_high=np.fmax(moved_ranks[1], after_rank - rank), places_before=_ends(place, rank),
        places_after=_ends(after_place, after_rank),
    )  # fmt: skip


def _on_scale_of(case: Case, other: Case, panel: Panel) -> Case:
    """Another side, normalised by the lowest, highest, mean and places of the first, same weights.

    Normalised by its own, a state that leads would pull all others down and gain nothing itself.
    A value below the lowest stays at the floor of the scale, so that a geometric mean exists.
    """
    q = np.array([i.direction for i in panel.tree.indicators])
    z: dict[tuple[str, str], Numbers] = {}
    for how, norm in other.z:
        own = np.where(np.isfinite(case.z[how, norm]).any(axis=0), other.x[how], np.nan)
        scaled = normalised(own, q, norm, np.asarray(case.x[how]), names=case.ids[-len(q) :])
        z[how, norm] = np.where(np.isfinite(scaled), np.maximum(scaled, FLOOR), np.nan)
    return replace(other, z=z, V=case.V, v=case.v)


def _ends(drawn: Numbers, least: Numbers | None = None) -> Numbers:
    """(2, n) 5 and 95 percent; widened to hold a central value."""
    ends = np.nanquantile(drawn, BAND, axis=0)
    if least is None:
        return ends
    return np.stack([np.fmin(ends[0], least), np.fmax(ends[1], least)])
