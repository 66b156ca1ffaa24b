"""What gravity is estimated on: the trade of a world and what is known of each pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as changed
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sogdia.core.errors import ProblemList
from sogdia.core.geodesy import great_circle_km
from sogdia.evidence.gravity_covariates import PairFacts
from sogdia.world.economies import REST_OF_WORLD, Variant, trade_matrix
from sogdia.world.world import World

__all__ = ["GravitySample", "distances_km", "gravity_sample"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class GravitySample:
    """Observations of gravity, one a pair and year.

    Attributes
    ----------
    exporter, importer : array (M,) of str
    year : array (M,) of int
    flow : array (M,)
        X, not negative. NaN is a pair to predict, not to estimate on.
    covariates : mapping of str to array (M,)
    left_out : tuple of str
        What was left out, in words.
    """

    exporter: NDArray[np.object_]
    importer: NDArray[np.object_]
    year: NDArray[np.int64]
    flow: Array
    covariates: Mapping[str, Array]
    left_out: tuple[str, ...] = ()

    def with_covariate(self, name: str, values: ArrayLike) -> GravitySample:
        """The sample with a covariate added or replaced; `values` has shape (M,)."""
        column = np.asarray(values, dtype=np.float64)
        return changed(self, covariates={**self.covariates, name: column})

    def where(self, mask: NDArray[np.bool_]) -> GravitySample:
        """The observations where `mask` (M,) is true."""
        return changed(
            self,
            exporter=self.exporter[mask],
            importer=self.importer[mask],
            year=self.year[mask],
            flow=self.flow[mask],
            covariates={n: v[mask] for n, v in self.covariates.items()},
        )


def distances_km(world: World) -> tuple[tuple[str, ...], Array]:
    """Economies with a position, and the distances between them.

    Where an economy has zones the distance is the mean over pairs of zones' main cities weighted
    by the products of their populations (Head and Mayer 2002, eq. 10 with exponent 1); otherwise
    it is from the main city. The diagonal is `economies.inner_distance_km`.

    Returns
    -------
    ids : tuple of N str
    distance_km : array (N, N), symmetric
    """
    economies, zones = world.economies, world.zones
    ids = tuple(str(i) for i in economies["id"][~np.isnan(economies["lat_deg"])])
    row = economies.index()
    points: list[tuple[Array, Array, Array]] = []
    for name in ids:
        mine = (zones["country"] == name) & (zones["population_persons"] > 0)
        if mine.any():
            people = zones["population_persons"][mine]
            points.append((zones["lat_deg"][mine], zones["lon_deg"][mine], people / people.sum()))
        else:
            at = economies["lat_deg"][row[name]], economies["lon_deg"][row[name]]
            points.append((np.array([at[0]]), np.array([at[1]]), np.ones(1)))
    n = len(ids)
    distance = np.zeros((n, n))
    for i in range(n):
        distance[i, i] = economies["inner_distance_km"][row[ids[i]]]
        for j in range(i + 1, n):
            (lat_i, lon_i, w_i), (lat_j, lon_j, w_j) = points[i], points[j]
            km = great_circle_km(lat_i[:, None], lon_i[:, None], lat_j[None, :], lon_j[None, :])
            distance[i, j] = distance[j, i] = w_i @ km @ w_j
    return ids, distance


def gravity_sample(
    world: World,
    facts: PairFacts,
    *,
    variant: Variant = "reconciled",
    domestic: bool = True,
    output_ratio: float = 1.0,
    absent: Literal["unknown", "zero"] = "unknown",
) -> GravitySample:
    """The world's trade with its covariates, a cross-section of one year.

    Parameters
    ----------
    variant : {"reconciled", "china", "partner"}
    domestic : bool
        Add what each economy sells to itself: ``output_ratio`` x product - exports to all,
        rest of the world included. Where that is not positive the pair is left out, and said.
    output_ratio : float
        Value of goods sold for one dollar of product. 1 is an assumption, not an estimate: the
        product counts services and leaves out intermediate goods. It moves the coefficient of
        `border` and little else.
    absent : {"unknown", "zero"}
        What a pair without a figure is. In the source of the matrix it is a gap.

    Raises
    ------
    InvalidInput
        When the date has no trade, or `output_ratio` is not positive.
    """
    problems = ProblemList()
    matrix = trade_matrix(world, variant)
    if not np.isfinite(matrix.flow_usd2023_per_y).any():
        problems.add(
            f"trade of {world.on}",
            "is not known",
            allowed="a date from the first year with a matrix of trade",
        )
    if not output_ratio > 0:
        problems.add("output_ratio", "is not positive", got=f"{output_ratio:g}")
    problems.raise_if_any()
    ids, km = distances_km(world)
    at = [matrix.economies.index(i) for i in ids]
    flow = matrix.flow_usd2023_per_y[np.ix_(at, at)].copy()
    left_out = [f"{REST_OF_WORLD}: has no position"] if REST_OF_WORLD in matrix.economies else []
    apart = ~np.eye(len(ids), dtype=np.bool_)
    if absent == "zero":
        flow[apart & np.isnan(flow)] = 0.0
    if domestic:
        sold = np.nansum(matrix.flow_usd2023_per_y[at], axis=1)
        kept = output_ratio * world.economies["gdp_usd2023_per_y"][at] - sold
        left_out += [
            f"{i} to itself: {output_ratio:g} x product is below exports"
            for i, k in zip(ids, kept, strict=True)
            if not k > 0
        ]
        flow[np.diag_indices(len(ids))] = np.where(kept > 0, kept, np.nan)
    gaps = int((apart & np.isnan(flow)).sum())
    if gaps:
        left_out.append(f"{gaps} pairs without a figure")
    i, j = np.nonzero(apart if not domestic else np.ones_like(apart))
    names = np.array(ids, dtype=object)
    years = matrix.year[matrix.year > 0]
    return GravitySample(
        exporter=names[i],
        importer=names[j],
        year=np.full(len(i), int(np.bincount(years).argmax()), dtype=np.int64),
        flow=flow[i, j],
        covariates={"log_distance": np.log(km[i, j]), **_dummies(names[i], names[j], facts)},
        left_out=tuple(left_out),
    )


def _dummies(
    exporter: NDArray[np.object_], importer: NDArray[np.object_], facts: PairFacts
) -> dict[str, Array]:
    pairs = [frozenset((str(a), str(b))) for a, b in zip(exporter, importer, strict=True)]
    sets = {
        "contiguous": facts.contiguous,
        "language": facts.language,
        "agreement": facts.agreement,
        "EAEU": facts.both_in("EAEU"),
        "SCO": facts.both_in("SCO"),
    }
    return {
        "border": np.array([float(len(p) == 2) for p in pairs]),
        **{name: np.array([float(p in found) for p in pairs]) for name, found in sets.items()},
    }
