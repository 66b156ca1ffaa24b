"""What the points of a codebook do to a ranking: draws of points, items left out, dominance.

Symbols: ``P`` pairs, ``I`` items, ``D`` draws; ``x`` (P, I) is 1 where a pair holds an item and 0
where not; ``w`` (I,) points; the score is ``S = x w`` (P,), a weighted sum; ranks count from 1 for
the highest score and ties share the mean of their places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sogdia.core.status import Status

__all__ = ["Sensitivity", "sensitivity_to_weights"]

Array = NDArray[np.float64]

BAND = (0.05, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """How a ranking moves with its points.

    Attributes
    ----------
    S, rank : (P,) float64
        Score and rank under the points of the codebook.
    equal_rank : (P,) float64
        Rank when every item has one point.
    rank_low, rank_high : (P,) float64
        5 % and 95 % quantile of the rank over the draws.
    first : (P,) float64
        Share of the draws in which a pair has the highest score; pairs that tie share it.
    left_out : (I, P) float64
        Rank when an item is left out.
    dominates : (P, P) bool
        Whether a row holds every item that a column holds, and one more: no positive points put
        the column above it.
    status : Status
    """

    S: Array
    rank: Array
    equal_rank: Array
    rank_low: Array
    rank_high: Array
    first: Array
    left_out: Array
    dominates: NDArray[np.bool_]
    status: Status


def sensitivity_to_weights(
    x: Array, w: Array, *, spread: float = 0.5, draws: int = 2000, seed: int = 0
) -> Sensitivity:
    """Rank under the codebook's points, and under points that are drawn around them.

    Each item's points are multiplied by an independent uniform factor between ``1 - spread`` and
    ``1 + spread``.

    Parameters
    ----------
    x : (P, I) float64
    w : (I,) float64, positive
    spread : float, 0 to below 1
    draws, seed : int
    """
    P, I = x.shape  # noqa: E741  (the number of items)
    if not (np.all(w > 0.0) and 0.0 <= spread < 1.0 and draws > 0):
        gone = np.full(P, np.nan)
        return Sensitivity(
            S=gone, rank=gone, equal_rank=gone, rank_low=gone, rank_high=gone, first=gone,
            left_out=np.full((I, P), np.nan), dominates=np.zeros((P, P), dtype=np.bool_),
            status=Status(
                state="failed", of="weights",
                message="points are positive, spread is 0 to below 1 and there is a draw",
            ),
        )  # fmt: skip
    factor = np.random.default_rng(seed).uniform(1.0 - spread, 1.0 + spread, (draws, I))
    drawn = (factor * w) @ x.T
    ranks = _rank(drawn)
    highest = drawn >= drawn.max(axis=1, keepdims=True) - 1e-9
    more = np.all(x[:, None, :] >= x[None, :, :], axis=2)
    low, high = np.quantile(ranks, BAND, axis=0)
    return Sensitivity(
        S=x @ w,
        rank=_rank(x @ w),
        equal_rank=_rank(x.sum(axis=1)),
        rank_low=low,
        rank_high=high,
        first=np.mean(highest / highest.sum(axis=1, keepdims=True), axis=0),
        left_out=_rank((x @ w)[None, :] - (x * w).T),
        dominates=more & ~more.T,
        status=Status(state="solved", iterations=draws, of="weights"),
    )


def _rank(scores: Array) -> Array:
    """1 for the highest along the last axis; rounded so that equal sums tie."""
    # Imported here: it takes a third of a second, which everyone would wait and few need.
    from scipy.stats import rankdata

    return rankdata(-np.round(scores, 9), axis=-1)
