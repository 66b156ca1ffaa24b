"""A loan year by year: drawings, interest, repayment, balance. All flows fall at the end of a year.

Symbols, each per year ``t = 0 .. n`` counted from the end of the year of the first drawing:

- ``D_t`` drawing, money; ``i`` interest rate a year, share; ``n`` tenor, years; ``g`` grace, years;
- ``B_t`` balance after the payments of year t.

Equations:

(1) interest due ``I_t = i B_{t-1}``
(2) in grace, ``t <= g``: ``B_t = B_{t-1} + D_t`` and ``I_t`` is paid; or, where interest is
    capitalised, ``B_t = (1 + i) B_{t-1} + D_t`` and nothing is paid
(3) annuity, ``t > g``: ``A = B_g i / (1 - (1 + i)^-(n - g))``; at ``i = 0``, ``A = B_g / (n - g)``;
    principal ``A - I_t``
(4) equal principal, ``t > g``: principal ``B_g / (n - g)``, payment that plus ``I_t``
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status

__all__ = ["REPAYMENTS", "Repayment", "Schedule", "level_payment", "loan_schedule"]

Repayment = Literal["annuity", "equal-principal"]
REPAYMENTS: tuple[Repayment, ...] = get_args(Repayment)

TOLERANCE = 1e-9
"""Of the last balance over the largest one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A loan over ``n + 1`` year ends; money as the drawings are.

    Attributes
    ----------
    drawn, interest, paid_interest, principal, service, balance : (n + 1,) float64
        `interest` is what falls due, equation (1); `paid_interest` less than it where it is
        capitalised; `service` is paid interest and principal; `balance` is after the payments.
    status : Status
        The residual is the balance left at the end over the largest balance.
    """

    drawn: NDArray[np.float64]
    interest: NDArray[np.float64]
    paid_interest: NDArray[np.float64]
    principal: NDArray[np.float64]
    service: NDArray[np.float64]
    balance: NDArray[np.float64]
    status: Status


def level_payment(principal: float, i: float, n: int) -> float:
    """The payment that repays a principal in `n` equal payments: equation (3)."""
    if i == 0.0:
        return principal / n
    # expm1 and log1p keep the digits of a small rate.
    return principal * i / -math.expm1(-n * math.log1p(i))


def loan_schedule(
    D: NDArray[np.float64],
    i: float,
    n: int,
    g: int,
    *,
    capitalise: bool = False,
    repayment: Repayment = "annuity",
) -> Schedule:
    """The loan year by year: equations (1) to (4).

    Parameters
    ----------
    D : (k,) float64
        Drawings at the ends of years 0 to k - 1; none after the grace.
    i : float
        Share a year, above -1.
    n, g : int
        Years from the first drawing to the last payment, and to the last year without repayment.
    capitalise : bool
        Interest in the grace is added to the balance instead of paid.

    Raises
    ------
    InvalidInput
        All that is wrong with the terms.
    """
    drawings = np.asarray(D, dtype=np.float64)
    _check(drawings, i, n, g, repayment)
    drawn = np.zeros(n + 1)
    drawn[: len(drawings)] = drawings
    interest, paid, principal, balance = (np.zeros(n + 1) for _ in range(4))
    balance[0] = drawn[0]
    for t in range(1, g + 1):
        interest[t] = i * balance[t - 1]
        paid[t] = 0.0 if capitalise else interest[t]
        balance[t] = balance[t - 1] + drawn[t] + (interest[t] - paid[t])
    A = level_payment(balance[g], i, n - g)
    for t in range(g + 1, n + 1):
        interest[t] = paid[t] = i * balance[t - 1]
        principal[t] = balance[g] / (n - g) if repayment == "equal-principal" else A - interest[t]
        balance[t] = balance[t - 1] - principal[t]
    largest = float(balance.max())
    residual = abs(float(balance[-1])) / largest if largest else 0.0
    return Schedule(
        drawn=drawn, interest=interest, paid_interest=paid, principal=principal,
        service=paid + principal, balance=balance,
        status=Status(
            state="solved" if residual <= TOLERANCE else "usable", residual=residual,
            tolerance=TOLERANCE, of="loan",
        ),
    )  # fmt: skip


def _check(D: NDArray[np.float64], i: float, n: int, g: int, repayment: str) -> None:
    problems = ProblemList()
    if not len(D) or not np.all(np.isfinite(D)) or np.any(D < 0.0):
        problems.add("loan", "drawings", got=D.tolist(), allowed="one or more, none negative")
    if not (math.isfinite(i) and -1.0 < i < 1.0):
        problems.add("loan", "rate", got=i, allowed="a share between -1 and 1", fix="3 % is 0.03")
    if not 0 <= g < n:
        problems.add("loan", "grace", got=f"{g} of {n} years", allowed="0 to below the tenor")
    elif len(D) > g + 1:
        problems.add(
            "loan", "is drawn after its grace", got=f"{len(D)} drawings, {g} years of grace",
            fix="lengthen the grace, or draw earlier",
        )  # fmt: skip
    if repayment not in REPAYMENTS:
        problems.add("loan", "repayment", got=repayment, allowed=", ".join(REPAYMENTS))
    problems.raise_if_any()
