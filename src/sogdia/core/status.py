"""How a solver ended: a value that says how far it got, never a bare yes or no."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["STATES", "State", "Status"]

State = Literal["solved", "usable", "failed"]
STATES: tuple[State, ...] = get_args(State)
"""Best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How a solver ended.

    Attributes
    ----------
    state : {"solved", "usable", "failed"}
        Within its tolerance; short of it but worth showing with a warning beside every number;
        or without a result.
    iterations : int
    residual, tolerance : float or None
        In the solver's own measure. A residual that is not finite says nothing and becomes None.
    message : str
        What happened, for a reader; empty when there is nothing to say.
    of : str
        What was solved: a model, and a date or draw where there are several.

    Raises
    ------
    ValueError
        When the state is not one of the three, or "solved" is claimed with a residual above the
        tolerance.
    """

    state: State
    iterations: int = 0
    residual: float | None = None
    tolerance: float | None = None
    message: str = ""
    of: str = ""

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise ValueError(f"state is one of {', '.join(STATES)}; got {self.state!r}")
        if self.residual is not None and not math.isfinite(self.residual):
            if self.state == "solved":
                raise ValueError(f"a residual of {self.residual} is not solved")
            object.__setattr__(self, "residual", None)
        if (
            self.state == "solved"
            and self.residual is not None
            and self.tolerance is not None
            and self.residual > self.tolerance
        ):
            raise ValueError(
                f"a residual of {self.residual:g} above the tolerance {self.tolerance:g} "
                "is not solved"
            )

    def __bool__(self) -> bool:
        raise TypeError("a Status is not a yes or no; look at its state")
