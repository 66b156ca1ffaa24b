"""The indicators of every state and year, filled from claims and registries; missing stays missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList
from sogdia.core.estimate import Estimate
from sogdia.core.states import FIVE
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE
from sogdia.models.linkage_index.counts import rows_counted, visa_ease
from sogdia.models.linkage_index.tree import Indicator, Tree, read_tree

__all__ = ["FIRST_YEAR", "Panel", "read_panel"]

FIRST_YEAR = 1992


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Indicators by year and state.

    Attributes
    ----------
    tree : Tree
    years : tuple of int, length T
    countries : tuple of str, length n
    values : (T, n, k) float64
        In the unit of each indicator; NaN where the evidence has nothing for that year.
    grounds : dict of (year, country, indicator) to tuple of str
        The claims or registry rows behind a value.
    """

    tree: Tree
    years: tuple[int, ...]
    countries: tuple[str, ...]
    values: NDArray[np.float64]
    grounds: dict[tuple[int, str, str], tuple[str, ...]]

    def at(self, year: int) -> int:
        """The position of a year.

        Raises
        ------
        InvalidInput
            When the panel does not hold it.
        """
        if year not in self.years:
            problems = ProblemList()
            allowed = f"{self.years[0]} to {self.years[-1]}"
            problems.add("year", "is not in the panel", got=year, allowed=allowed)
            problems.raise_if_any()
        return self.years.index(year)

    def with_values(self, year: int, changed: Mapping[tuple[str, str], float]) -> Panel:
        """A copy where some (country, indicator) have another value in a year, as in a scenario.

        Raises
        ------
        InvalidInput
            With every country or indicator that is not known, and every value not finite.
        """
        problems = ProblemList()
        ids = [i.id for i in self.tree.indicators]
        values, grounds, t = self.values.copy(), dict(self.grounds), self.at(year)
        for (country, indicator), value in changed.items():
            where = f"{country}, {indicator}"
            if country not in self.countries:
                problems.add(where, "country", got=country, allowed=", ".join(self.countries))
            elif indicator not in ids:
                problems.add(where, "indicator", got=indicator, allowed=", ".join(ids))
            elif not np.isfinite(value):
                problems.add(where, "value", got=value, allowed="a finite number")
            else:
                values[t, self.countries.index(country), ids.index(indicator)] = value
                grounds[year, country, indicator] = ("given",)
        problems.raise_if_any()
        values.flags.writeable = False
        return replace(self, values=values, grounds=grounds)


def read_panel(
    base: EvidenceBase,
    *,
    last_year: int,
    first_year: int = FIRST_YEAR,
    countries: Sequence[str] = FIVE,
    known_by: date = FAR_FUTURE,
) -> Panel:
    """Every indicator of every state and year.

    A claim counts in the year whose first of July it covers; none is carried from another year
    here. A registry is counted to the end of the year: zero there means that it records nothing.
    What became known after `known_by` is left out.

    Raises
    ------
    InvalidInput
        With every problem of the tree, or when the years are in the wrong order.
    """
    if last_year < first_year:
        problems = ProblemList()
        problems.add("year", "is too early", got=last_year, allowed=f"{first_year} or later")
        problems.raise_if_any()
    tree = read_tree(base)
    years = tuple(range(first_year, last_year + 1))
    values = np.full((len(years), len(countries), len(tree.indicators)), np.nan)
    grounds: dict[tuple[int, str, str], tuple[str, ...]] = {}
    for t, year in enumerate(years):
        for i, country in enumerate(countries):
            for j, indicator in enumerate(tree.indicators):
                value, ground = _fill(base, indicator, country, year, known_by)
                if value is not None:
                    values[t, i, j] = value
                    grounds[year, country, indicator.id] = ground
    values.flags.writeable = False
    return Panel(tree=tree, years=years, countries=tuple(countries), values=values, grounds=grounds)


Found = tuple[float | None, tuple[str, ...]]


def _fill(
    base: EvidenceBase, indicator: Indicator, country: str, year: int, known_by: date
) -> Found:
    text = indicator.computed_from
    if indicator.way == "count":
        ids = rows_counted(base, text, indicator.rows, country, year, known_by=known_by)
        return float(len(ids)), ids
    if indicator.way == "visa":
        return visa_ease(base, text, indicator.rows, country, year, known_by=known_by)
    if indicator.way == "claim":
        return _believed(base, text, country, year, known_by)
    above, _, below = text.rpartition(" / ")
    top, grounds = _believed(base, above, country, year, known_by)
    bottom, others = _believed(base, below, country, year, known_by)
    if top is None or bottom is None or bottom <= 0:
        return None, ()
    return top / bottom, grounds + others


def _believed(base: EvidenceBase, text: str, country: str, year: int, known_by: date) -> Found:
    """The first alternative of which every summand is known: ``a@x | b@y + c@z``."""
    on = date(year, 7, 1)
    for alternative in text.split("|"):
        total, grounds = 0.0, ()
        for term in alternative.split("+"):
            name, _, subject = term.strip().partition("@")
            belief = base.believe(subject.replace("{c}", country), name, on=on, known_by=known_by)
            if belief is None or belief.carried or not isinstance(belief.claim.value, Estimate):
                break
            total += belief.claim.value.central
            grounds += (belief.claim.id,)
        else:
            return total, grounds
    return None, ()
