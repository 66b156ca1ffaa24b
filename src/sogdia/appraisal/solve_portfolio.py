"""Which projects under a fixed budget: the 0-1 knapsack, and who is beaten in everything.

Symbols
-------
g_k : worth of project k, any money
c_k : its cost, the same money
B : budget
x_k : 1 when it is chosen

max sum g_k x_k  subject to  sum c_k x_k <= B, x_k in {0, 1}                                  (1)

Worths are added up. Where projects share traffic they are not, so whoever uses (1) has to appraise
the chosen ones together and set the sum beside it.

Reference
---------
Dantzig, G. B. (1957). Discrete-variable extremum problems. Operations Research 5(2), 266-277.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Chosen", "choose", "not_beaten"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What equation (1) takes.

    Attributes
    ----------
    taken : (K,) bool
    worth, cost : float
        Sums over what is taken.
    """

    taken: NDArray[np.bool_]
    worth: float
    cost: float
    status: Status


def choose(g: ArrayLike, c: ArrayLike, B: float) -> Chosen:
    """Solve (1) exactly.

    Parameters
    ----------
    g, c : (K,) float
        Worth and cost. A project of no worth is never taken.
    B : float

    Raises
    ------
    InvalidInput
        When lengths differ, a value is not finite or a cost or the budget is below 0; all at once.
    """
    g, c = np.atleast_1d(np.asarray(g, float)), np.atleast_1d(np.asarray(c, float))
    problems = ProblemList()
    if g.shape != c.shape or g.ndim != 1:
        problems.add(
            "portfolio", "worth and cost are not of the same projects", got=(g.shape, c.shape)
        )
        problems.raise_if_any()
    if not (np.isfinite(g).all() and np.isfinite(c).all()):
        problems.add("portfolio", "a worth or cost is not known", fix="leave the project out")
    if (c < 0.0).any():
        problems.add("portfolio", "a cost is below 0", got=float(c.min()), allowed=">= 0")
    if not (np.isfinite(B) and B >= 0.0):
        problems.add("budget", "is not 0 or more", got=B)
    problems.raise_if_any()
    worthy = np.flatnonzero(g > 0.0)
    taken = np.zeros(len(g), np.bool_)
    if len(worthy):
        # In units of the largest of each, so that the solver's tolerances mean the same to all.
        scale_g, scale_c = g[worthy].max(), max(c[worthy].max(), B, 1e-300)
        found = milp(
            -g[worthy] / scale_g,
            constraints=LinearConstraint(c[worthy][None, :] / scale_c, -np.inf, B / scale_c),
            integrality=np.ones(len(worthy)),
            bounds=Bounds(0.0, 1.0),
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None:
            return Chosen(
                taken=taken, worth=0.0, cost=0.0,
                status=Status(state="failed", message=str(found.message), of="portfolio"),
            )  # fmt: skip
        taken[worthy[found.x > 0.5]] = True
    return Chosen(
        taken=taken, worth=float(g[taken].sum()), cost=float(c[taken].sum()),
        status=Status(state="solved", of="portfolio"),
    )  # fmt: skip


def not_beaten(criteria: ArrayLike) -> NDArray[np.bool_]:
    """Rows that no other row is as good as in everything and better than in something.

    Parameters
    ----------
    criteria : (K, M) float
        More is better. A row with a NaN is not compared and stays.

    Returns
    -------
    (K,) bool
    """
    values = np.atleast_2d(np.asarray(criteria, float))
    known = ~np.isnan(values).any(axis=1)
    kept = np.ones(len(values), np.bool_)
    for k in np.flatnonzero(known):
        others = values[known]
        kept[k] = not np.any((others >= values[k]).all(axis=1) & (others > values[k]).any(axis=1))
    return kept
