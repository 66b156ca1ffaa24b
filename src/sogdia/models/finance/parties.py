"""Who pays and who gains: each state as owner, lender and user, in present values.

For each year and summed over states, what owners and lenders receive is what the project pays:
tariffs cancel between company and users, drawings and service between lender and company.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Flows", "Party", "parties"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Present values of one state, USD of 2023.

    Attributes
    ----------
    state : str
    owns_share : float
    equity, dividends, shortfall, residual : float
        Put in for the cost; received; paid to cover debt service, if owners cover it by share;
        share of what the asset is worth at the end.
    lent, repaid : float
        Drawn from its banks, and paid back to them with interest.
    benefit : float
        Of its users; NaN when not known.
    net : float
        Received less paid; without the benefit where that is not known.
    exposure_peak : float
        Its share of the largest balance of the loan, USD of 2023, not discounted: what it would
        owe if the owners guaranteed the loan by share. Whether they do is not part of the model.
    """

    state: str
    owns_share: float
    equity: float
    dividends: float
    shortfall: float
    residual: float
    lent: float
    repaid: float
    benefit: float
    net: float
    exposure_peak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Flows of one account by year, (T,) float64 each, USD of 2023; see `Appraisal`."""

    equity: Array
    dividends: Array
    shortfall: Array
    drawn: Array
    service: Array
    residual: Array
    balance: Array


def parties(
    flows: Flows,
    owners: Mapping[str, float],
    lender: str | None,
    benefits: Mapping[str, Array] | None,
    worth: Callable[[Array], float],
) -> tuple[Party, ...]:
    """One `Party` a state that owns, lends or gains, in the order of their ids.

    Parameters
    ----------
    worth : callable
        Present value of a flow.
    """
    users: Mapping[str, Array] = benefits or {}
    lenders = () if lender is None else (lender,)
    states: list[str] = sorted({*owners, *users, *lenders})
    found: list[Party] = []
    for state in states:
        share = owners.get(state, 0.0)
        lends = 1.0 if state == lender else 0.0
        paid, got, covers, left = (
            share * worth(flow)
            for flow in (flows.equity, flows.dividends, flows.shortfall, flows.residual)
        )
        lent, repaid = lends * worth(flows.drawn), lends * worth(flows.service)
        benefit = worth(users[state]) if state in users else (math.nan if benefits is None else 0.0)
        net = got + left - paid - covers + repaid - lent
        found.append(
            Party(
                state=state, owns_share=share, equity=paid, dividends=got, shortfall=covers,
                residual=left, lent=lent, repaid=repaid, benefit=benefit,
                net=net if math.isnan(benefit) else net + benefit,
                exposure_peak=share * float(flows.balance.max(initial=0.0)),
            )
        )  # fmt: skip
    return tuple(found)
