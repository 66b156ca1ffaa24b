"""Years played: costs kept between runs, and the gravity equation over years and draws."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.replay.costs import (
    CLASSES,
    DIRECTIONS,
    Worlds,
    ZoneCosts,
    cost_factors,
    zone_costs,
)
from sogdia.appraisal.replay.growth import (
    Economy,
    Structure,
    access_parts,
    economy_of_year,
    pipeline_share,
    structure,
    visa_sides,
)
from sogdia.appraisal.replay.parameters import REFERENCE_YEAR, Parameters
from sogdia.core.digest import code_digest
from sogdia.core.states import FIVE
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.results.manifest import Manifest, sogdia_version
from sogdia.results.store import RunStore, run_id

__all__ = ["History", "Kept", "Moved"]

ZONE_COST = Schema(
    "replay_zone_cost",
    (
        Column("direction"),
        Column("commodity"),
        Column("centre"),
        Column("partner"),
        Column("gencost_usd2023_per_t", "number"),
    ),
    ("direction", "commodity", "centre", "partner"),
)
KEPT_IN = ".replay-years"
"""Folder of the store that holds the years; a name with a dot is not listed among the runs."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Costs of years on disk, so that a replay that was stopped goes on where it was."""

    store: RunStore | None
    base: EvidenceBase

    def gencost(
        self, year: int, like: ZoneCosts, make: Callable[[], ZoneCosts]
    ) -> NDArray[np.float64]:
        """The costs of a year, read when they are there and written when they are not.

        `like` has the zones in the order wanted; the store keeps rows in an order of its own.
        """
        if self.store is None:
            return make().gencost
        years = RunStore(self.store.root / KEPT_IN)
        known = run_id(kind="replay-year", year=year, evidence=self.base.digest, code=code_digest())
        if not years.has(known):
            costs = make()
            years.write(self._manifest(known, year), {ZONE_COST.name: _as_table(costs)})
            return costs.gencost
        table = years.find(known)[ZONE_COST.name]
        axes = (DIRECTIONS, CLASSES, like.zones_centre, like.zones_partner)
        at = tuple(
            _positions(axis, table[key]) for axis, key in zip(axes, ZONE_COST.keys, strict=True)
        )
        found = np.full(like.gencost.shape, np.nan)
        found[at] = table["gencost_usd2023_per_t"]
        return found

    def _manifest(self, known: str, year: int) -> Manifest:
        return Manifest(
            id=known, scenario=f"replay-year-{year}", title=f"Costs of {year}", scenario_digest="",
            role="world", baseline=None, dates=(date(year, 7, 1),),
            evidence_digest=self.base.digest, code_digest=code_digest(), version=sogdia_version(),
            seed=0, draws=0,
        )  # fmt: skip


def _positions(axis: Sequence[str], values: NDArray[np.object_]) -> NDArray[np.int64]:
    where = {name: i for i, name in enumerate(axis)}
    return np.array([where[str(v)] for v in values], dtype=np.int64)


def _as_table(costs: ZoneCosts) -> Table:
    shape = costs.gencost.shape
    index = np.indices(shape).reshape(4, -1)
    return Table.from_columns(
        ZONE_COST,
        {
            "direction": np.array(DIRECTIONS, dtype=object)[index[0]],
            "commodity": np.array(CLASSES, dtype=object)[index[1]],
            "centre": np.array(costs.zones_centre, dtype=object)[index[2]],
            "partner": np.array(costs.zones_partner, dtype=object)[index[3]],
            "gencost_usd2023_per_t": costs.gencost.reshape(-1),
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The year each group of causes stands at."""

    growth: int
    facilities: int
    borders: int
    agreements: int

    @classmethod
    def whole(cls, year: int) -> Moved:
        """All of them at one year."""
        return cls(growth=year, facilities=year, borders=year, agreements=year)


@dataclass(slots=True)
class History:
    """What the gravity equation needs of every year, worked out when it is asked for."""

    worlds: Worlds
    kept: Kept
    shares: Structure
    reference: ZoneCosts
    _gencost: dict[tuple[int, int, int], NDArray[np.float64]] = field(default_factory=lambda: {})
    _economy: dict[int, Economy] = field(default_factory=lambda: {})
    _factors: dict[tuple[int, int, int, float], Mapping[str, NDArray[np.float64]]] = field(
        default_factory=lambda: {}
    )

    @classmethod
    def of(cls, base: EvidenceBase, store: RunStore | None) -> History:
        """A history of an evidence base; `store` keeps the costs of years."""
        worlds = Worlds(base)
        reference = zone_costs(worlds.mixed(REFERENCE_YEAR, REFERENCE_YEAR))
        return cls(worlds, Kept(store, base), structure(base), reference)

    def economy(self, year: int) -> Economy:
        """Products of a year."""
        if year not in self._economy:
            self._economy[year] = economy_of_year(self.worlds.base, year)
        return self._economy[year]

    def factors(
        self, facilities: int, borders: int, theta: float, *, draw: int = 0, seed: int = 0
    ) -> Mapping[str, NDArray[np.float64]]:
        """Cost factors of each country, (2, C). Draw 0 of one year is kept on disk."""
        key = (facilities, borders, draw)
        if key not in self._gencost:

            def make() -> ZoneCosts:
                return zone_costs(self.worlds.mixed(facilities, borders, draw=draw, seed=seed))

            whole = facilities == borders and draw == 0
            self._gencost[key] = (
                self.kept.gencost(facilities, self.reference, make) if whole else make().gencost
            )
        named = (*key, theta)
        if named not in self._factors:
            density = self.reference.density
            if draw:
                classes = self.worlds.of(REFERENCE_YEAR).draw(draw, seed).classes
                rows = classes.index()
                density = classes["value_usd2023_per_t"][[rows[c] for c in CLASSES]]
            costs = dataclasses.replace(self.reference, gencost=self._gencost[key], density=density)
            self._factors[named] = cost_factors(costs, theta)
        return self._factors[named]

    def forget_draws(self) -> None:
        """Give back the memory of drawn worlds."""
        self._gencost = {k: v for k, v in self._gencost.items() if not k[2]}
        self._factors = {k: v for k, v in self._factors.items() if not k[2]}

    def parts(
        self,
        country: str,
        moved: Moved,
        parameters: Parameters,
        *,
        draw: int = 0,
        seed: int = 0,
    ) -> NDArray[np.float64]:
        """Trade with k = 1 by direction and class, (2, C + 1), current USD of `moved.growth`.

        `draw` draws the claims behind the worlds; the parameters are drawn by the caller.
        """
        base, theta = self.worlds.base, parameters.theta
        asked = {"draw": draw, "seed": seed}
        now = self.factors(moved.facilities, moved.borders, theta, **asked)
        then = self.factors(REFERENCE_YEAR, REFERENCE_YEAR, theta, **asked)
        access = access_parts(
            country,
            self.shares,
            now[country],
            then[country],
            pipeline=pipeline_share(base, country, moved.facilities),
            sides=(
                visa_sides(base, country, moved.borders),
                visa_sides(base, country, REFERENCE_YEAR),
            ),
            tariffs=(moved.agreements, REFERENCE_YEAR),
            parameters=parameters,
        )
        return self.economy(moved.growth).size[country] * access

    def predicted(
        self, years: Sequence[int], parameters: Parameters
    ) -> dict[tuple[int, str], float]:
        """Trade with k = 1 of every year and country, current USD."""
        return {
            (year, country): float(self.parts(country, Moved.whole(year), parameters).sum())
            for year in years
            for country in FIVE
        }

    def tonnes(
        self, years: Sequence[int], k: Mapping[str, float], parameters: Parameters
    ) -> dict[tuple[int, str], NDArray[np.float64]]:
        """Tonnes of every year and country by direction and class, (2, C), without pipelines."""
        base = self.worlds.base
        found: dict[tuple[int, str], NDArray[np.float64]] = {}
        for year in years:
            real = base.prices.to_usd2023("USD", self.economy(year).year)
            for country in FIVE:
                parts = self.parts(country, Moved.whole(year), parameters)[:, :-1]
                found[year, country] = (
                    k.get(country, math.nan) * parts * real / (self.reference.density)
                )
        return found
