"""Structural gravity of goods trade, estimated by Poisson pseudo-maximum likelihood (PPML).

    E[X_ij] = exp(a_i + c_j + x_ij b)                                                       (1)

    X_ij    flow from i to j, usd2023/year; i = j is what an economy sells to itself
    a_i     effect of the exporter: output over its outward multilateral resistance
    c_j     effect of the importer: spending over its inward multilateral resistance
    x_ij b  log distance, border, contiguity, language, agreements

PPML keeps zeros and is consistent whatever the variance (Santos Silva and Tenreyro 2006). With
effects of exporters and importers its fitted totals equal the observed ones, so the effects *are*
the multilateral resistances (Fally 2015); see `resistances`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sogdia.core.errors import InvalidInput, Problem, ProblemList, UnknownName
from sogdia.core.extras import require
from sogdia.core.status import Status
from sogdia.models.trade.gravity_sample import GravitySample
from sogdia.models.trade.solve_balance import TOLERANCE, balance

__all__ = [
    "REGRESSORS",
    "Gravity",
    "Resistances",
    "ad_valorem_equivalent",
    "estimate",
    "predict",
    "resistances",
]

Array = NDArray[np.float64]

REGRESSORS = ("log_distance", "border", "contiguous", "language", "agreement", "EAEU", "SCO")
"""Covariates of `gravity_sample`, in this order. `agreement` holds for members of EAEU too, so
the coefficient of EAEU is what comes on top."""

EFFECT_ROUNDS = 20_000
"""At most this many rounds of taking the effects out of the regressors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gravity:
    """An estimated gravity equation.

    Attributes
    ----------
    regressors : tuple of K str
    coefficient, standard_error : array (K,)
        b and its clustered standard error; NaN where a regressor was collinear.
    exporter_effect, importer_effect : mapping of (id, year) to float
        a_i and c_j; the first importer's effect in a year is zero.
    observations : int
        Used in the estimation.
    separated : tuple of (exporter, importer, year)
        Left out because the likelihood has no maximum with them (Correia et al. 2019).
    pseudo_r2 : float
        1 - deviance / deviance with a constant only.
    correlation2 : float
        Squared correlation of observed and fitted flows.
    cluster : str
    clusters : int
        The smaller number of clusters, where there are two ways.
    status : Status
        The residual is the largest relative gap between fitted and observed totals.
    """

    regressors: tuple[str, ...]
    coefficient: Array
    standard_error: Array
    exporter_effect: Mapping[tuple[str, int], float]
    importer_effect: Mapping[tuple[str, int], float]
    observations: int
    separated: tuple[tuple[str, str, int], ...]
    pseudo_r2: float
    correlation2: float
    cluster: str
    clusters: int
    status: Status

    def __getitem__(self, regressor: str) -> float:
        """The coefficient of a regressor."""
        if regressor not in self.regressors:
            raise UnknownName("regressor", regressor, self.regressors)
        return float(self.coefficient[self.regressors.index(regressor)])

    def error(self, regressor: str) -> float:
        """The standard error of a regressor's coefficient."""
        self[regressor]
        return float(self.standard_error[self.regressors.index(regressor)])


Cluster = Literal["exporter+importer", "pair", "exporter", "importer"]


def estimate(
    sample: GravitySample,
    regressors: Sequence[str] = REGRESSORS,
    *,
    cluster: Cluster = "exporter+importer",
    max_iterations: int = 200,
) -> Gravity:
    """Estimate (1) by PPML with exporter-year and importer-year effects.

    Raises
    ------
    MissingExtra
        Without the optional part ``estimate``.
    InvalidInput
        With every problem of the sample: unknown regressors, flows below zero, covariates that
        are not finite, no observation.
    """
    fixest = require("pyfixest", extra="estimate", purpose="Estimating gravity")
    demeaners = require("pyfixest.demeaners", extra="estimate", purpose="Estimating gravity")
    pandas = require("pandas", extra="estimate", purpose="Estimating gravity")
    _check(sample, regressors)
    used = sample.where(np.isfinite(sample.flow))
    names = [f"x{k}" for k in range(len(regressors))]
    # The estimator of the effects is scale free; a mean of one keeps its tolerances meaningful.
    unit = float(used.flow[used.flow > 0].mean())
    frame = pandas.DataFrame(
        {
            "flow": used.flow / unit,
            "origin": _keys(used.exporter, used.year),
            "destination": _keys(used.importer, used.year),
            "exporter": used.exporter.astype(str),
            "importer": used.importer.astype(str),
            "pair": [
                "~".join(sorted((str(a), str(b))))
                for a, b in zip(used.exporter, used.importer, strict=True)
            ],
            **{n: used.covariates[r] for n, r in zip(names, regressors, strict=True)},
        }
    )
    with warnings.catch_warnings():
        # The peer warns of what changes in pandas, and of separation, which is reported below.
        warnings.simplefilter("ignore")
        model: Any = fixest.fepois(
            f"flow ~ {' + '.join(names)} | origin + destination",
            frame,
            vcov={"CRV1": cluster},
            iwls_tol=TOLERANCE,
            iwls_maxiter=max_iterations,
            separation_check=["fe", "ir"],
            fixef_rm="none",
            demeaner=demeaners.MapDemeaner(fixef_tol=1e-12, fixef_maxiter=EFFECT_ROUNDS),
        )
        # A two-way variance need not be positive; then the error is NaN, and said.
        found, errors = dict(model.coef()), dict(model.se())
    b = np.array([float(found.get(n, math.nan)) for n in names])
    dropped = sorted({int(k) for k in model.na_index})
    mask = np.ones(len(used.flow), dtype=np.bool_)
    mask[dropped] = False
    return _finish(
        used.where(mask),
        tuple(regressors),
        b,
        np.array([float(errors.get(n, math.nan)) for n in names]),
        separated=tuple(
            (str(used.exporter[k]), str(used.importer[k]), int(used.year[k])) for k in dropped
        ),
        cluster=cluster,
        converged=bool(model.convergence),
    )


def _keys(names: NDArray[np.object_], years: NDArray[np.int64]) -> list[str]:
    return [f"{n}@{y}" for n, y in zip(names, years, strict=True)]


def _check(sample: GravitySample, regressors: Sequence[str]) -> None:
    problems = ProblemList()
    for name in regressors:
        values = sample.covariates.get(name)
        if values is None:
            problems.add(
                "regressors",
                f"no covariate is called {name!r}",
                allowed=", ".join(sorted(sample.covariates)),
            )
        elif bad := int((~np.isfinite(values) & np.isfinite(sample.flow)).sum()):
            problems.add(f"covariate {name}", f"is not finite in {bad} observations")
    if negative := int((sample.flow < 0).sum()):
        problems.add("flow", f"is below zero in {negative} observations", allowed="0 or more")
    if not (sample.flow > 0).any():
        problems.add("flow", "has no positive observation", fix="choose a date with trade")
    problems.raise_if_any()


def _finish(
    used: GravitySample,
    regressors: tuple[str, ...],
    b: Array,
    errors: Array,
    *,
    separated: tuple[tuple[str, str, int], ...],
    cluster: str,
    converged: bool,
) -> Gravity:
    """Effects in closed form given b, fit and status."""
    origin, i = np.unique(np.array(_keys(used.exporter, used.year)), return_inverse=True)
    destination, j = np.unique(np.array(_keys(used.importer, used.year)), return_inverse=True)
    phi = np.exp(_index(used, regressors, b))
    A, C, gap = balance(used.flow, phi, i, j)
    # The level is free between the two sides; the first importer of each year is the reference.
    year_of = np.array([int(k.rpartition("@")[2]) for k in destination])
    first = {y: int(np.flatnonzero(year_of == y)[0]) for y in set(year_of.tolist())}
    level_c = np.array([C[first[int(y)]] for y in year_of])
    level_a = np.array([C[first[int(k.rpartition("@")[2])]] for k in origin])
    fitted = A[i] * C[j] * phi
    collinear = [r for r, value in zip(regressors, b, strict=True) if math.isnan(value)]
    said = [f"collinear and left out: {', '.join(collinear)}"] if collinear else []
    if separated:
        said.append(f"{len(separated)} observations separated and left out")
    unknown = [
        r
        for r, value, e in zip(regressors, b, errors, strict=True)
        if math.isnan(e) and not math.isnan(value)
    ]
    if unknown:
        said.append(f"no standard error by these clusters: {', '.join(unknown)}")
    if not converged:
        said.append("the iterations of the estimator stopped short")
    solved = converged and gap <= 1e-8
    counts = [len(set(side.tolist())) for side in (used.exporter, used.importer)]
    pairs = {frozenset(p) for p in zip(used.exporter, used.importer, strict=True)}
    clusters = {"exporter": counts[0], "importer": counts[1], "pair": len(pairs)}
    return Gravity(
        regressors=regressors,
        coefficient=b,
        standard_error=errors,
        exporter_effect=_by_key(origin, np.log(A * level_a)),
        importer_effect=_by_key(destination, np.log(C / level_c)),
        observations=len(used.flow),
        separated=separated,
        pseudo_r2=1.0
        - _deviance(used.flow, fitted) / _deviance(used.flow, np.full_like(phi, used.flow.mean())),
        correlation2=float(np.corrcoef(used.flow, fitted)[0, 1] ** 2),
        cluster=cluster,
        clusters=clusters.get(cluster, min(counts)),
        status=Status(
            state="solved" if solved else "usable",
            residual=gap,
            tolerance=1e-8,
            message="; ".join(said),
            of="gravity",
        ),
    )


def _by_key(keys: NDArray[np.str_], values: Array) -> dict[tuple[str, int], float]:
    split = [str(k).rpartition("@") for k in keys]
    return {(s[0], int(s[2])): float(v) for s, v in zip(split, values, strict=True)}


def _index(sample: GravitySample, regressors: Sequence[str], b: Array) -> Array:
    """The index x b of each observation; a collinear regressor adds nothing."""
    total = np.zeros(len(sample.exporter))
    for name, value in zip(regressors, b, strict=True):
        if not math.isnan(value):
            total += value * sample.covariates[name]
    return total


def _deviance(flow: Array, fitted: Array) -> float:
    logs = np.where(flow > 0, flow * np.log(np.where(flow > 0, flow, 1.0) / fitted), 0.0)
    return float(2.0 * (logs - (flow - fitted)).sum())


def predict(
    fitted: Gravity, sample: GravitySample, *, hold: Literal["effects", "totals"] = "effects"
) -> Array:
    """Expected flows of a sample, shape (M,), also of pairs that were not estimated on.

    Parameters
    ----------
    hold : {"effects", "totals"}
        Effects: the partial effect of changed covariates; an economy or year without an effect
        is NaN. Totals: the effects are found again so that the sample's fitted totals stay, the
        conditional effect; the sample must then hold every pair it has totals of.
    """
    xb = _index(sample, fitted.regressors, fitted.coefficient)
    effects = np.array(
        [
            fitted.exporter_effect.get((str(a), int(y)), math.nan)
            + fitted.importer_effect.get((str(c), int(y)), math.nan)
            for a, c, y in zip(sample.exporter, sample.importer, sample.year, strict=True)
        ]
    )
    partial = np.exp(effects + xb)
    if hold == "effects":
        return partial
    known = np.isfinite(partial) & np.isfinite(sample.flow)
    used = sample.where(known)
    _, i = np.unique(np.array(_keys(used.exporter, used.year)), return_inverse=True)
    _, j = np.unique(np.array(_keys(used.importer, used.year)), return_inverse=True)
    A, C, _ = balance(used.flow, np.exp(xb[known]), i, j)
    flow = np.full(len(partial), np.nan)
    flow[known] = A[i] * C[j] * np.exp(xb[known])
    return flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Resistances:
    """Multilateral resistances of one year, to the power -theta, with P of `reference` at one.

    Attributes
    ----------
    outward, inward : mapping of str to float
        ``Pi_i^-theta`` and ``P_j^-theta`` (Anderson and van Wincoop 2003).
    reference : str
    """

    outward: Mapping[str, float]
    inward: Mapping[str, float]
    reference: str


def resistances(fitted: Gravity, sample: GravitySample, year: int, reference: str) -> Resistances:
    """The multilateral resistances the effects stand for.

    ``Pi_i^-theta = Y_i E_R exp(-a_i - c_R) / Y`` and ``P_j^-theta = E_j exp(c_R - c_j) / E_R``
    with Y_i and E_j the totals of the sample, Y their sum and R the reference (Anderson, Larch
    and Yotov 2018, eqs. 9-10).

    Raises
    ------
    InvalidInput
        When the reference has no effect as an importer in that year.
    """
    if (reference, year) not in fitted.importer_effect:
        raise InvalidInput(
            [
                Problem(
                    where="reference",
                    what="has no effect as an importer",
                    got=f"{reference} in {year}",
                    allowed=", ".join(sorted(i for i, y in fitted.importer_effect if y == year)),
                )
            ]
        )
    mine = sample.where((sample.year == year) & np.isfinite(sample.flow))
    Y, E = _totals(mine.exporter, mine.flow), _totals(mine.importer, mine.flow)
    world_total, c_R = sum(Y.values()), fitted.importer_effect[reference, year]
    return Resistances(
        outward={
            i: Y[i] * E[reference] * math.exp(-a - c_R) / world_total
            for (i, y), a in fitted.exporter_effect.items()
            if y == year
        },
        inward={
            j: E[j] * math.exp(c_R - c) / E[reference]
            for (j, y), c in fitted.importer_effect.items()
            if y == year
        },
        reference=reference,
    )


def _totals(names: Iterable[object], flow: Array) -> dict[str, float]:
    totals: dict[str, float] = {}
    for name, value in zip(names, flow, strict=True):
        totals[str(name)] = totals.get(str(name), 0.0) + float(value)
    return totals


def ad_valorem_equivalent(coefficient: ArrayLike, theta: float) -> Array:
    """The change of trade costs that moves trade as a dummy does: ``exp(b / theta) - 1``, a share.

    For what raises trade (b > 0) it is the tariff whose removal would do the same; give ``-b``
    for what lowers it, such as a border, to have the tariff it amounts to.

    Raises
    ------
    InvalidInput
        When theta is not positive.
    """
    if not theta > 0:
        raise InvalidInput([Problem(where="theta", what="is not positive", got=f"{theta:g}")])
    return np.expm1(np.asarray(coefficient, dtype=np.float64) / theta)
