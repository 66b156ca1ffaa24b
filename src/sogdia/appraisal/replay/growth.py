"""The gravity equation of the replay, its constants, and what moves it.

For country i and year t, with Y gross product and W the world's::

    X_it = k_i  (Y_CHN,t Y_it / Y_W,t)  A_it
    A_it = sum_d  delta_d  sum_c  s_dc  m_dc,t
    m_dc,t = [ tau_dc,t (1 + b T_d,t) / same of the reference year ] ^ -theta  exp(beta_v,t)

delta  share of direction d (from or to China) in trade of the reference year
s      share of class c in the value of direction d, the off-network goods among them
tau    cost factor (`costs`)          T  average import tariff      b  part of it that is paid
beta   effect of visas required by none, one or both sides

Unit elasticities to both products and the division by the world's are what structural gravity
says (Anderson and van Wincoop 2003, eq. 9). Multilateral resistance beyond the world's product is
held: this is the partial level. Shares of the reference year, which the conditional level needs,
were far from those of 1992. Off-network goods move by pipeline: their m is the capacity open on the
date over that of the reference year, so a pipeline appears by being opened and not by a ratio.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.replay.costs import CLASSES, DIRECTIONS
from sogdia.appraisal.replay.observed import Observation
from sogdia.appraisal.replay.parameters import (
    PIPELINES,
    REFERENCE_YEAR,
    Parameters,
    tariff_share,
    world_output,
)
from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.estimate import Estimate
from sogdia.core.states import CHINA, FIVE
from sogdia.evidence.base import EvidenceBase

__all__ = [
    "Economy",
    "Structure",
    "access_parts",
    "calibrate",
    "economy_of_year",
    "pipeline_share",
    "structure",
    "trade_elasticity",
    "visa_sides",
]

BULK = CLASSES.index("bulk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Economy:
    """The size of the markets in a year.

    Attributes
    ----------
    size : mapping of str to float
        Y_CHN Y_i / Y_W of each country, current USD.
    year : int
        The year all the products are of: the last one known when the year itself is not.
    """

    size: Mapping[str, float]
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Shares of the reference year.

    Attributes
    ----------
    direction : mapping of str to (2,) float64
    value : mapping of str to (2, C + 1) float64
        By class; the last column is off-network.
    """

    direction: Mapping[str, NDArray[np.float64]]
    value: Mapping[str, NDArray[np.float64]]


def economy_of_year(base: EvidenceBase, year: int) -> Economy:
    """Products of a year, or of the last year before in which all of them are known.

    Raises
    ------
    InvalidInput
        When there is no such year.
    """
    for at in range(year, year - 4, -1):
        on = date(at, 7, 1)
        found = {c: base.believe(c, "gdp_usd_per_y", on=on) for c in (CHINA, *FIVE)}
        known = {c: b.claim.number for c, b in found.items() if b is not None and not b.carried}
        whole = world_output(at)
        if len(known) == len(found) and whole is not None:
            size = {c: known[CHINA] * known[c] / whole for c in FIVE}
            return Economy(size=size, year=at)
    raise InvalidInput(
        [
            Problem(
                where=f"gross products of {year}",
                what="are not known, nor those of the three years before",
                fix="add claims gdp_usd_per_y",
            )
        ]
    )


def structure(base: EvidenceBase) -> Structure:
    """Shares of directions and classes in the reference year, from claims.

    Raises
    ------
    InvalidInput
        With every share there is no claim about.
    """
    on = date(REFERENCE_YEAR, 7, 1)
    problems: list[Problem] = []

    def first(subjects: Sequence[str], variable: str) -> float:
        for subject in subjects:
            belief = base.believe(subject, variable, on=on)
            if belief is not None:
                return belief.claim.number
        problems.append(Problem(where=" or ".join(subjects), what=f"no claim {variable}"))
        return math.nan

    direction: dict[str, NDArray[np.float64]] = {}
    value: dict[str, NDArray[np.float64]] = {}
    for country in FIVE:
        pairs = ((CHINA, country), (country, CHINA))
        flows = np.array([first([f"{a}>{b}"], "trade_reconciled_usd_per_y") for a, b in pairs])
        direction[country] = flows / flows.sum()
        shares = np.empty((2, len(CLASSES) + 1))
        for d, (a, b) in enumerate(pairs):
            wide = [f"{a}>{b}", f"{a}>WLD", "WLD>WLD"]
            off = first(wide, "off_network_value_share")
            own = np.array(
                [first([f"{w}#{c}" for w in wide], "class_value_share") for c in CLASSES]
            )
            shares[d] = [*(own / own.sum() * (1.0 - off)), off]
        value[country] = shares
    if problems:
        raise InvalidInput(problems)
    return Structure(direction=direction, value=value)


def trade_elasticity(base: EvidenceBase) -> Estimate:
    """The elasticity of trade to its cost factor, with its range."""
    belief = base.believe("choice:trade", "trade_elasticity", on=date(REFERENCE_YEAR, 7, 1))
    if belief is None or not isinstance(belief.claim.value, Estimate):
        raise InvalidInput([Problem(where="choice:trade", what="no claim trade_elasticity")])
    return belief.claim.value


PARTIAL_VISAS = frozenset({"VR-002", "VR-010", "VR-011", "VR-016"})
"""Waivers for airport transit, for the border centre of Khorgos and for groups only."""


def visa_sides(base: EvidenceBase, country: str, year: int) -> int:
    """How many of the two directions need a visa, or are shut, in the middle of a year.

    Of the rows in force for a direction the one that began last decides.
    """
    from sogdia.evidence.claim import day
    from sogdia.world.regimes import in_force

    on, sides = date(year, 7, 1), 0
    for a, b in ((CHINA, country), (country, CHINA)):
        last: tuple[date, str] | None = None
        for row in base.registry("visa_regimes"):
            if (row["from_country"], row["to_country"]) != (a, b) or row["status"] != "in_force":
                continue
            if row["id"] in PARTIAL_VISAS or not in_force(row["start_date"], row["end_date"], on):
                continue
            began = day(row["start_date"]) or date.min
            if last is None or began >= last[0]:
                last = (began, row["regime"])
        sides += last is not None and last[1] in {"visa_required", "evisa", "closed"}
    return sides


def pipeline_share(base: EvidenceBase, country: str, year: int) -> float:
    """Capacity of the country's lines open in mid-year over that of the reference year.

    A line known to have opened in a year counts from the end of it. 1 for a country whose
    off-network goods do not move by a pipeline to China.
    """
    lines = PIPELINES.get(country)
    if lines is None:
        return 1.0
    rows = {r["id"]: r for r in base.registry("energy_network")}

    def capacity(at: int) -> float:
        return sum(float(rows[k]["capacity"]) for k in lines if int(rows[k]["opened"]) < at)

    return capacity(year) / capacity(REFERENCE_YEAR)


def access_parts(
    country: str,
    shares: Structure,
    tau: NDArray[np.float64],
    tau_reference: NDArray[np.float64],
    *,
    pipeline: float,
    sides: tuple[int, int],
    tariffs: tuple[int, int],
    parameters: Parameters,
) -> NDArray[np.float64]:
    """How open the way between China and a country is, by direction and class.

    The parts add up to one in the reference year.

    Parameters
    ----------
    tau, tau_reference : (2, C) float64
        Cost factors now and in the reference year.
    pipeline : float
        Open capacity over that of the reference year.
    sides : (int, int)
        Sides that need a visa, now and in the reference year.
    tariffs : (int, int)
        The year whose tariffs hold now, and the reference year.

    Returns
    -------
    (2, C + 1) float64
        The last column is off-network.
    """
    beta = (0.0, parameters.visa_one, parameters.visa_two)
    visas = math.exp(beta[sides[0]] - beta[sides[1]])
    parts = np.empty((2, len(CLASSES) + 1))
    for d, _ in enumerate(DIRECTIONS):
        importer = country if d == 0 else CHINA
        paid = [1.0 + parameters.tariff_paid * tariff_share(importer, y) for y in tariffs]
        duty = np.full(len(CLASSES), paid[0] / paid[1])
        if importer == CHINA:
            duty[BULK] = 1.0  # oil and minerals are bound at 3 % before and after accession
        m = (tau[d] * duty / tau_reference[d]) ** -parameters.theta * visas
        share = shares.value[country][d]
        # A pipeline contract needs no visa and its goods no duty.
        parts[d] = shares.direction[country][d] * share * np.append(m, pipeline)
    return parts


def calibrate(
    observed: Iterable[Observation],
    predicted: Mapping[tuple[int, str], float],
    years: Sequence[int],
) -> dict[tuple[str, str], float]:
    """The constant k of each country and variant: mean log ratio over the calibration years.

    Parameters
    ----------
    predicted : mapping of (year, country) to float
        Trade with k = 1. Years outside `years` are not looked at.
    """
    logs: dict[tuple[str, str], list[float]] = {}
    for row in observed:
        if row.year in years and (row.year, row.country) in predicted:
            logs.setdefault((row.country, row.variant), []).append(
                math.log(row.usd_per_y / predicted[row.year, row.country])
            )
    return {key: math.exp(sum(v) / len(v)) for key, v in logs.items()}
