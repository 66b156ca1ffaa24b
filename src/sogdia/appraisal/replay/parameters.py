"""What the replay takes from the literature, each figure with its source and its range.

Figures the evidence base has a variable for are claims (`trade_elasticity`, class shares, freight
rates). Those here have none: tariff averages, the effect of visas, the product of the world.
Every `source` is an id of ``evidence/sources.csv``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sogdia.core.draws import uniform
from sogdia.core.estimate import Estimate

__all__ = [
    "CALIBRATION_YEARS",
    "GROUPS",
    "PHASES",
    "PIPELINES",
    "REFERENCE_YEAR",
    "Figure",
    "Parameters",
    "phase_of",
    "tariff_share",
    "world_output",
]

PHASES = ((1992, 2001), (2001, 2013), (2013, 2024))
GROUPS = ("growth", "facilities", "borders", "agreements")

REFERENCE_YEAR = 2023
"""Year of everything that is held: speeds, rates, classes, zone weights, shares of value."""

CALIBRATION_YEARS = (2022, 2023)
"""Years the country constants are set on; every other year is validation."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A published figure: its range is a 90 % interval."""

    value: Estimate
    source: str
    says: str


def phase_of(year: int) -> str:
    """The phase a year is reported in; a year between two belongs to the earlier."""
    for first, last in PHASES:
        if year <= last:
            return f"{first}-{last}"
    return f"{PHASES[-1][1]}-"


VISA_ONE_SIDED = Figure(
    Estimate(central=math.log(0.81) / 2, low=math.log(0.81), high=0.0, shape="triangular"),
    "neumayer-on-the-detrimental-impact-of-visa-restrictions",
    "a visa required by one side lowers bilateral trade by up to 19 %: half of it is central",
)
VISA_TWO_SIDED = Figure(
    Estimate(central=math.log(0.72) / 2, low=math.log(0.72), high=0.0, shape="triangular"),
    "neumayer-on-the-detrimental-impact-of-visa-restrictions",
    "required by both sides: up to 28 %: half of it is central",
)

TARIFF_PAID = Figure(
    Estimate(central=0.75, low=0.5, high=1.0, shape="uniform"),
    "modelling-assumption",
    "part of the average tariff that is really paid: small traders clear goods at flat rates",
)

TARIFFS: Mapping[str, tuple[tuple[float, float, str], ...]] = {
    # (year, average import tariff, source); straight lines between, level beyond the ends
    "CHN": (
        (1992.0, 0.40, "lawrence-china-and-the-multilateral-trading-system"),
        (2001.0, 0.153, "xinhua-chinas-tariff-level-2021"),
        (2005.0, 0.099, "china-org-cn-average-tariff-2005"),
        (2010.0, 0.098, "peoples-daily-tariff-reductions-since-wto"),
        (2021.0, 0.074, "xinhua-chinas-tariff-level-2021"),
    ),
    "KAZ": (
        (2009.9, 0.067, "comcec-preferential-trade-agreements-oic"),
        (2010.0, 0.111, "comcec-preferential-trade-agreements-oic"),
        (2015.9, 0.111, "comcec-preferential-trade-agreements-oic"),
        (2020.9, 0.061, "bofit-weekly-33-2015"),
    ),
    "KGZ": (
        (2015.6, 0.0504, "trade-gov-kyrgyz-republic-import-tariffs"),
        (2015.7, 0.094, "trade-gov-kyrgyz-republic-import-tariffs"),
    ),
}
"""Averages that a membership moved: WTO 2001 (China), customs union 2010 and WTO 2015 (Kazakhstan),
Eurasian Economic Union 2015 (Kyrgyzstan). Tajikistan, Turkmenistan and Uzbekistan: none known."""

BULK_TARIFF_MOVES = False
"""China binds oil and minerals at 3 % before and after accession, so bulk sees no change."""


def tariff_share(importer: str, year: float) -> float:
    """Average import tariff of a country in the middle of a year; 0 where none is known."""
    points = TARIFFS.get(importer)
    if points is None:
        return 0.0
    years, shares = [p[0] for p in points], [p[1] for p in points]
    return float(np.interp(year + 0.5, years, shares))


PIPELINES: Mapping[str, tuple[str, ...]] = {
    "KAZ": ("E_KCP_4",),
    "TKM": ("E_CAGP_A", "E_CAGP_B", "E_CAGP_C"),
    "UZB": ("E_CAGP_A", "E_CAGP_B", "E_CAGP_C"),
}
"""Lines of the registry ``energy_network`` that carry a country's off-network exports to China."""

WORLD_OUTPUT_SOURCE = "datasets-gdp-world-bank-gdp-packaged-as"
WORLD_OUTPUT = {
    1992: 25.468, 1993: 25.959, 1994: 27.939, 1995: 31.141, 1996: 31.858, 1997: 31.752,
    1998: 31.697, 1999: 32.731, 2000: 33.839, 2001: 33.627, 2002: 34.918, 2003: 39.152,
    2004: 44.116, 2005: 47.760, 2006: 51.750, 2007: 58.315, 2008: 64.072, 2009: 60.718,
    2010: 66.514, 2011: 73.958, 2012: 75.604, 2013: 77.751, 2014: 79.894, 2015: 75.360,
    2016: 76.588, 2017: 81.551, 2018: 86.687, 2019: 87.946, 2020: 85.578, 2021: 97.527,
    2022: 101.225, 2023: 105.435,
}  # fmt: skip
"""Gross product of the world, 1e12 current USD a year (World Bank, NY.GDP.MKTP.CD, WLD)."""


def world_output(year: int) -> float | None:
    """Gross product of the world in a year, current USD; None when it is not known."""
    value = WORLD_OUTPUT.get(year)
    return None if value is None else value * 1e12


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Behaviour of one draw.

    Attributes
    ----------
    theta : float
        Elasticity of trade to its cost factor.
    visa_one, visa_two : float
        Log change of trade where one side, or both, require a visa.
    tariff_paid : float
        Part of the average tariff that is paid.
    """

    theta: float
    visa_one: float
    visa_two: float
    tariff_paid: float

    @classmethod
    def drawn(cls, theta: Estimate, number: int, seed: int) -> Parameters:
        """The parameters of a draw; draw 0 is central. Both visa effects share a draw."""
        if number == 0:
            return cls(
                theta=theta.central,
                visa_one=VISA_ONE_SIDED.value.central,
                visa_two=VISA_TWO_SIDED.value.central,
                tariff_paid=TARIFF_PAID.value.central,
            )
        visa = uniform(seed, "replay:visa", number)
        return cls(
            theta=theta.quantile(uniform(seed, "replay:theta", number)),
            visa_one=min(VISA_ONE_SIDED.value.quantile(visa), 0.0),
            visa_two=min(VISA_TWO_SIDED.value.quantile(visa), 0.0),
            tariff_paid=TARIFF_PAID.value.quantile(uniform(seed, "replay:tariff", number)),
        )
