"""A number with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["SHAPES", "Estimate", "Shape", "quantiles"]

Shape = Literal["exact", "triangular", "lognormal", "uniform"]
SHAPES: tuple[Shape, ...] = get_args(Shape)

Z95 = 1.6448536269514722
"""Standard normal quantile at 0.95: `low`..`high` is a 90 % interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A central value and a 90 % interval in one canonical unit.

    Attributes
    ----------
    central, low, high : float
        `low <= central <= high`. Equal for an exact value.
    shape : {"exact", "triangular", "lognormal", "uniform"}
        How a draw is spread between and beyond low and high.
    """

    central: float
    low: float
    high: float
    shape: Shape = "exact"

    def __post_init__(self) -> None:
        if not self.low <= self.central <= self.high:
            raise ValueError(
                "low <= central <= high is required; "
                f"got low {self.low:g}, central {self.central:g}, high {self.high:g}"
            )

    @classmethod
    def exact(cls, value: float) -> Estimate:
        """An estimate without spread."""
        return cls(central=value, low=value, high=value)

    def scaled(self, factor: float) -> Estimate:
        """The same estimate in another unit; `factor` must be positive."""
        return Estimate(
            central=self.central * factor,
            low=self.low * factor,
            high=self.high * factor,
            shape=self.shape,
        )

    def quantile(self, u: float) -> float:
        """The value at cumulative probability `u`, 0 < u < 1.

        triangular : two-piece, median at `central`, 5 % and 95 % at `low` and `high`; linear in
            `u` on each side, so bounded; stops at zero when `low` is not negative.
        lognormal : two-piece in the logarithm, median at `central`; needs positive values.
        uniform : linear from `low` to `high`, whatever the central value.
        """
        array = quantiles(
            np.array([self.shape], dtype=object),
            *(np.array([x]) for x in (self.low, self.central, self.high, u)),
        )
        return float(array[0])


def quantiles(
    shape: NDArray[np.object_],
    low: NDArray[np.float64],
    central: NDArray[np.float64],
    high: NDArray[np.float64],
    u: NDArray[np.float64],
) -> NDArray[np.float64]:
    """`Estimate.quantile` of many estimates at once.

    Parameters
    ----------
    shape : (n,) object
    low, central, high : (n,) float64
    u : (n,) float64
        Cumulative probabilities, one an estimate.

    Returns
    -------
    (n,) float64
    """
    from scipy.special import ndtri

    side = np.where(u >= 0.5, high, low)
    value = central + (side - central) * np.abs(u - 0.5) / 0.45
    value = np.where(low >= 0, np.maximum(value, 0.0), value)
    logarithmic = (shape == "lognormal") & (low > 0)
    if logarithmic.any():
        c, s, z = central[logarithmic], side[logarithmic], ndtri(u[logarithmic])
        # Beyond the largest float a draw is the largest float.
        with np.errstate(over="ignore"):
            drawn = c * np.exp(np.abs(np.log(s) - np.log(c)) * z / Z95)
        value[logarithmic] = np.minimum(drawn, np.finfo(np.float64).max)
    value = np.where(shape == "uniform", low + (high - low) * u, value)
    return np.where((shape == "exact") | (low == high), central, value)
