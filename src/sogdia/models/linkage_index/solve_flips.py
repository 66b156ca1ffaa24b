"""The smallest change of weights at which two countries change places, in closed form.

For a score that is a weighted sum, the lead of a over b is D = sum of w_j d_j with
d_j = z_aj - z_bj, weights w not negative and summing to 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sogdia.core.errors import InvalidInput, Problem


@dataclass(frozen=True, slots=True)
class Flip:
    """Where two countries tie.

    Attributes
    ----------
    lead : float
        D.
    one : (k,) float64
        The weight of j at which they tie when the others keep their proportions; NaN where no
        weight from 0 to 1 does it.
    weight : int or None
        The j whose weight changes least; None when no one weight does it.
    change : float
        By how much, with its sign; NaN when none does it.
    nearest : (k,) float64 or None
        The tied weights at least Euclidean distance, where these are not negative; else None.
    distance : float
    """

    lead: float
    one: np.ndarray
    weight: int | None
    change: float
    nearest: np.ndarray | None
    distance: float


def flip(w, z_a, z_b):
    """How far the weights of a weighted sum are from a tie of two countries.

    One weight: with r = (D - w_j d_j)/(1 - w_j), the lead from the others at their proportions,
    w_j* = r/(r - d_j). All weights: w* = w - D g/(g.g), where g = d - mean(d) is the part of d
    along which weights can move with their sum fixed; the distance is |D|/|g|.

    Parameters
    ----------
    w, z_a, z_b : (k,) float64

    Raises
    ------
    InvalidInput
        When weights are negative or do not sum to 1, or a value is missing.
    """
    w, d = np.asarray(w, dtype=float), np.asarray(z_a, dtype=float) - np.asarray(z_b, dtype=float)
    problems = []
    if not np.all(w >= 0) or abs(w.sum() - 1.0) > 1e-9:
        problems.append(
            Problem(
                where="weights", what="are not shares", got=str(w), allowed="sum of 1, none below 0"
            )
        )
    if not np.all(np.isfinite(d)):
        problems.append(Problem(where="values", what="some are missing", fix="treat them first"))
    if problems:
        raise InvalidInput(problems)
    D = float(w @ d)
    rest = 1.0 - w
    can = rest > 1e-12
    r = np.where(can, (D - w * d) / np.where(can, rest, 1.0), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        one = np.where(r != d, r / (r - d), np.nan)
    one = np.where((one >= 0) & (one <= 1), one, np.nan)
    change = one - w
    least = None if np.all(np.isnan(change)) else int(np.nanargmin(np.abs(change)))
    g = d - d.mean()
    gg = float(g @ g)
    nearest = w - D * g / gg if gg > 0 else None
    inside = nearest is not None and bool(np.all(nearest >= -1e-12))
    return Flip(
        lead=D, one=one, weight=least, change=np.nan if least is None else float(change[least]),
        nearest=nearest if inside else None,
        distance=abs(D) / gg**0.5 if inside else np.nan,
    )  # fmt: skip
