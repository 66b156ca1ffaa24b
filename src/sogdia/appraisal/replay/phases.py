"""Why trade moved in each phase: Shapley values over four groups of causes, with bands.

growth       gross products of both sides and of the world
facilities   which links are open, and pipelines
borders      crossings (dwell, fee, closed), transfers, visas
agreements   import tariffs that a membership moved

A coalition is a world in which the groups in it stand at the last year of the phase and the others
at the first. All sixteen are evaluated. The bands draw the elasticity, the visa and tariff
parameters and every uncertain claim behind the worlds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from sogdia.appraisal.replay.decompose import coalitions, shapley
from sogdia.appraisal.replay.growth import trade_elasticity
from sogdia.appraisal.replay.observed import VARIANTS, Observation
from sogdia.appraisal.replay.parameters import GROUPS, Parameters
from sogdia.appraisal.replay.play import History, Moved
from sogdia.core.states import FIVE, TOGETHER

__all__ = ["decomposition_rows"]


def decomposition_rows(
    history: History,
    observed: Sequence[Observation],
    k: Mapping[str, float],
    phases: Sequence[tuple[int, int]],
    draws_and_seed: tuple[int, int],
    tell: Callable[[str, float], None],
) -> Iterator[dict[str, Any]]:
    """Rows of the table replay_decomposition.

    Parameters
    ----------
    k : mapping of str to float
        Constants, which weigh the countries in the five together.
    phases : sequence of (first year, last year)
    draws_and_seed : (int, int)
        Draws of parameters and claims behind the bands; 0 gives none.
    tell : callable
        Told ``(what, share done)``.
    """
    asked, seed = draws_and_seed
    theta = trade_elasticity(history.worlds.base)
    found: dict[tuple[tuple[int, int], str], list[dict[str, float]]] = {}
    for draw in range(asked + 1):
        tell(f"draw {draw} of {asked}", 0.65 + 0.33 * draw / (asked + 1))
        parameters = Parameters.drawn(theta, draw, seed)
        for phase in phases:
            logs = _log_trade(history, phase, k, parameters, draw, seed)
            for country in (*FIVE, TOGETHER):
                parts = shapley(GROUPS, lambda s, c=country, v=logs: v[s][c])
                parts["all"] = sum(parts.values())
                found.setdefault((phase, country), []).append(parts)
        history.forget_draws()
    seen = {(o.year, o.country, o.variant): o.usd_per_y for o in observed}
    for (phase, country), draws in found.items():
        change: tuple[float, str] | None = None
        for variant in VARIANTS:
            ends = [seen[y, country, variant] for y in phase if (y, country, variant) in seen]
            if len(ends) == 2:
                change = (math.log(ends[1] / ends[0]), variant)
                break
        for group in (*GROUPS, "all"):
            values = [d[group] for d in draws]
            band = np.quantile(values[1:], [0.05, 0.95]) if asked else None
            whole = change if group == "all" else None
            yield {
                "phase": f"{phase[0]}-{phase[1]}", "country": country, "group": group,
                "log_change_ratio": values[0],
                "log_change_low_ratio": None if band is None else min(band[0], values[0]),
                "log_change_high_ratio": None if band is None else max(band[1], values[0]),
                "observed_log_change_ratio": whole[0] if whole else None,
                "observed_variant": whole[1] if whole else None,
            }  # fmt: skip


def _log_trade(
    history: History,
    phase: tuple[int, int],
    k: Mapping[str, float],
    parameters: Parameters,
    draw: int,
    seed: int,
) -> dict[frozenset[str], dict[str, float]]:
    """Log trade of every country in every coalition: the groups in it stand at the later year."""
    found: dict[frozenset[str], dict[str, float]] = {}
    for coalition in coalitions(GROUPS):
        moved = Moved(**{g: phase[g in coalition] for g in GROUPS})
        trade = {
            c: float(history.parts(c, moved, parameters, draw=draw, seed=seed).sum()) for c in FIVE
        }
        found[coalition] = {c: float(np.log(v)) for c, v in trade.items()}
        found[coalition][TOGETHER] = float(
            np.log(sum(k.get(c, np.nan) * v for c, v in trade.items()))
        )
    return found
