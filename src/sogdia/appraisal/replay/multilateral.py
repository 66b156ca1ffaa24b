"""The conditional level: the same costs with multilateral resistance solved again.

The gravity equation of `growth` is the partial level: only the pair's own cost moves. Here the
costs of a year are put into the trade matrix of the reference year and the resistances of every
economy are solved with output and spending held, pipelines and visas entering by the cost that
would have the same partial effect. It is a check and no better history: the shares are those of
2023, when China was a far larger part of the five's trade than before, so the conditional level
leans towards the present.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.replay.growth import calibrate
from sogdia.appraisal.replay.observed import Observation
from sogdia.appraisal.replay.parameters import REFERENCE_YEAR, Parameters
from sogdia.appraisal.replay.play import History, Moved
from sogdia.core.states import CHINA, FIVE
from sogdia.core.status import Status
from sogdia.models.trade.solve_hat import conditional
from sogdia.world.economies import trade_matrix
from sogdia.world.world import World

__all__ = ["conditional_level", "conditional_ratio", "reference_trade"]

GROSS_OUTPUT_PER_PRODUCT = 2.0
"""Assumed: sales of an economy over its gross product, which sets what it sells at home."""

LEAST_HOME_SHARE = 0.05
"""Home sales are at least this part of output where exports exceed it."""


def reference_trade(of: World) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Economies and their trade, home sales on the diagonal, (N, N), USD of 2023 a year.

    A pair nothing is known about trades nothing.
    """
    matrix = trade_matrix(of)
    flow = np.nan_to_num(matrix.flow_usd2023_per_y, nan=0.0)
    np.fill_diagonal(flow, 0.0)
    output = GROSS_OUTPUT_PER_PRODUCT * of.economies["gdp_usd2023_per_y"]
    home = np.maximum(output - flow.sum(axis=1), LEAST_HOME_SHARE * output)
    np.fill_diagonal(flow, home)
    return matrix.economies, flow


def conditional_ratio(
    history: History, year: int, parameters: Parameters
) -> tuple[dict[str, float], Status]:
    """Conditional over partial trade with China of each country at the costs of a year.

    Returns
    -------
    ratio : dict of str to float
        1 in the reference year; NaN where the solver failed.
    status : Status
        Of the solver.
    """
    economies, flow = reference_trade(history.worlds.of(REFERENCE_YEAR))
    at = {name: i for i, name in enumerate(economies)}
    centre = at[CHINA]
    tau_hat = np.ones_like(flow)
    partial: dict[str, float] = {}
    for country in FIVE:
        then = Moved.whole(REFERENCE_YEAR)
        now = Moved(growth=REFERENCE_YEAR, facilities=year, borders=year, agreements=year)
        partial[country] = float(
            history.parts(country, now, parameters).sum()
            / history.parts(country, then, parameters).sum()
        )
        cost = partial[country] ** (-1.0 / parameters.theta)
        tau_hat[centre, at[country]] = tau_hat[at[country], centre] = cost
    solved = conditional(flow, tau_hat, parameters.theta)
    ratio: dict[str, float] = {}
    for country in FIVE:
        pair = ((centre, at[country]), (at[country], centre))
        change = sum(solved.flow[p] for p in pair) / sum(flow[p] for p in pair)
        failed = solved.status.state == "failed"
        ratio[country] = float("nan") if failed else float(change / partial[country])
    return ratio, solved.status


def conditional_level(
    history: History,
    observed: Iterable[Observation],
    years: Sequence[int],
    calibration: Sequence[int],
    parameters: Parameters,
) -> tuple[tuple[dict[tuple[int, str], float], dict[tuple[str, str], float]], tuple[Status, ...]]:
    """Trade of every year at the conditional level.

    Returns
    -------
    (predicted, k) : dict of (year, country) to float, dict of (country, variant) to float
        Trade with k = 1 in current USD, and the constants of this level.
    statuses : tuple of Status
        Of the years that were not solved within tolerance.
    """
    predicted = history.predicted(years, parameters)
    statuses: list[Status] = []
    for year in years:
        ratio, status = conditional_ratio(history, year, parameters)
        if status.state != "solved":
            statuses.append(status)
        for country in FIVE:
            predicted[year, country] *= ratio[country]
    return (predicted, calibrate(observed, predicted, calibration)), tuple(statuses)
