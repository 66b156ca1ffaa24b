"""From a world's capacity and dwell to a post whose dwell is the observed one at the observed flow.

The dwell D of a world is observed and contains the wait. It splits into procedure P, which a
vehicle needs whatever the flow, and the wait W(q) at the flow q::

    D(q) = P + W(q; K)                                                                        (1)
    P = D_0 - W(q_0; K)      where the flow q_0 at which D_0 was observed is known            (2)
    P = phi D_0              where it is not                                                  (3)

phi, `procedure_share`, is assumed, and in (2) it is a floor: a claimed capacity K so low that the
wait at q_0 alone would exceed (1 - phi) D_0 is contradicted by what was observed. Then K is raised
to the capacity at which ``W(q_0; K) = (1 - phi) D_0``, and the model says so. Nothing else is
fitted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sogdia.models.border.draws import Kept
from sogdia.models.border.post import HORIZON_DAYS, Post, simulate

__all__ = ["PROCEDURE_SHARE", "SERVERS", "Calibrated", "calibrated", "spread"]

PROCEDURE_SHARE = 0.5
"""phi: share of an observed dwell that is procedure, or its least share. Assumed."""

SERVERS = {"rail": 3, "road": 4, "transfer": 3}
"""Vehicles worked on at once. Rail: 17 trains a day at 4 h 15 min each (the claims of Dostyk and
Alashankou) are 3.0 places. Road: lanes, assumed."""

SERVICE_CV = 0.8
"""Coefficient of variation of a service where the dwell's quantiles are not known; the note on the
dwell of rail crossings."""

Z90 = 1.2815515655446004
"""Standard normal quantile at 0.90."""

STEPS = 40
TOLERANCE = 1e-4
"""Of the wait, relative, when a capacity is sought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """A post and its procedure.

    Attributes
    ----------
    post : Post
        With the effective capacity.
    procedure_h : float
        P; NaN where the dwell is not known.
    observed_wait_h : float
        W(q_0; K); NaN where q_0 is not known.
    raised : bool
        Whether the claimed capacity was contradicted.
    """

    post: Post
    procedure_h: float
    observed_wait_h: float
    raised: bool


def spread(p50_h: float, p90_h: float) -> float:
    """Coefficient of variation of a lognormal with these quantiles; `SERVICE_CV` where unknown."""
    if not (p50_h > 0.0 and p90_h >= p50_h):
        return SERVICE_CV
    sigma = math.log(p90_h / p50_h) / Z90
    return math.sqrt(math.expm1(sigma**2))


def calibrated(
    post: Post,
    dwell_h: float,
    observed_per_day: float,
    *,
    procedure_share: float = PROCEDURE_SHARE,
    seed: int = 0,
    key: str = "post",
    days: int = HORIZON_DAYS,
    replications: int | None = None,
) -> Calibrated:
    """Equations (1) to (3).

    Parameters
    ----------
    post : Post
        With the claimed capacity.
    dwell_h : float
        D_0, mean hours; NaN where not known.
    observed_per_day : float
        q_0; NaN where not known.
    procedure_share : float
        phi, 0 to 1.
    seed, key, days, replications
        Of the draws of the wait.
    """
    if math.isnan(dwell_h) or math.isnan(observed_per_day):
        return Calibrated(
            post=post,
            procedure_h=procedure_share * dwell_h,
            observed_wait_h=math.nan,
            raised=False,
        )

    kept = Kept()

    def wait(capacity: float) -> float:
        paths = simulate(
            post.with_capacity(capacity), observed_per_day, seed=seed, key=key, days=days,
            replications=replications, kept=kept,
        )  # fmt: skip
        found = paths.wait[~np.isnan(paths.wait)]
        return float(found.mean()) if len(found) else 0.0

    longest = (1.0 - procedure_share) * dwell_h
    claimed = wait(post.capacity_per_day)
    if claimed <= longest:
        return Calibrated(
            post=post, procedure_h=dwell_h - claimed, observed_wait_h=claimed, raised=False
        )
    capacity, found = _capacity(wait, post.capacity_per_day, longest)
    return Calibrated(
        post=post.with_capacity(capacity),
        procedure_h=dwell_h - found,
        observed_wait_h=found,
        raised=True,
    )


def _capacity(
    wait: Callable[[float], float], too_little: float, wanted_h: float
) -> tuple[float, float]:
    """The least capacity, nearly, at which the wait is no longer than wanted; and that wait.

    The wait falls as capacity rises, on the same draws, so bisection finds it.
    """
    low, high = too_little, 2.0 * too_little
    while (found := wait(high)) > wanted_h:
        low, high = high, 2.0 * high
        if high > 1e6 * too_little:
            break
    for _ in range(STEPS):
        if high - low <= TOLERANCE * high or abs(found - wanted_h) <= TOLERANCE * wanted_h:
            break
        middle = math.sqrt(low * high)
        at = wait(middle)
        if at > wanted_h:
            low = middle
        else:
            high, found = middle, at
    return high, found
