"""The indicator tree: five linkages and what each is computed from, read from one table."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sogdia.core.errors import ProblemList, nearest
from sogdia.evidence.base import EvidenceBase

__all__ = ["Indicator", "Linkage", "Tree", "read_tree"]

TABLE = "index_tree"
DIRECTIONS = {"up": 1, "down": -1}
WAYS = ("claim", "ratio", "count", "visa")


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkage:
    """One of the linkages the index is made of; `weight` is relative to the other linkages."""

    id: str
    title: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator.

    Attributes
    ----------
    linkage : str
    way, computed_from : str
        How it is filled (claim, ratio, count, visa), and from which claims or registries.
    rows : dict of str to str
        Which rows of a registry count.
    direction : int
        1 where more is better, -1 where less is.
    weight : float
        Relative to the other indicators of the linkage.
    """

    id: str
    title: str
    linkage: str
    way: str
    computed_from: str
    rows: dict[str, str]
    unit: str
    direction: int
    weight: float
    why: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The linkages and their indicators, in the order of the table."""

    linkages: tuple[Linkage, ...]
    indicators: tuple[Indicator, ...]

    @property
    def group(self) -> tuple[int, ...]:
        """Position of the linkage of each indicator."""
        at = {linkage.id: k for k, linkage in enumerate(self.linkages)}
        return tuple(at[indicator.linkage] for indicator in self.indicators)


def read_tree(base: EvidenceBase) -> Tree:
    """The tree of ``registries/index_tree.csv``.

    Raises
    ------
    InvalidInput
        With every problem of the table.
    """
    problems = ProblemList()
    table = base.registry(TABLE)
    tops = [row["id"] for row in table if not row["parent"]]
    linkages: list[Linkage] = []
    indicators: list[Indicator] = []
    seen: set[str] = set()
    for number, row in enumerate(table, start=2):
        where = f"registries/{TABLE}.csv row {number} ({row['id'] or 'no id'})"
        if row["id"] in seen or not row["id"]:
            problems.add(where, "needs an id of its own", got=row["id"])
        seen.add(row["id"])
        weight = _weight(row["weight"])
        if weight is None:
            problems.add(where, "weight", got=row["weight"], allowed="a number, zero or more")
            continue
        if not row["parent"]:
            linkages.append(Linkage(id=row["id"], title=row["title"], weight=weight))
            continue
        if row["parent"] not in tops:
            close = nearest(row["parent"], tops)
            fix = f"did you mean {close[0]}?" if close else ""
            problems.add(where, "parent", got=row["parent"], allowed=", ".join(tops), fix=fix)
        way, _, rest = row["computed_from"].partition(":")
        if way not in WAYS or not rest:
            problems.add(
                where, "computed_from", got=row["computed_from"], allowed=": or ".join(WAYS) + ":"
            )
        if row["direction"] not in DIRECTIONS:
            problems.add(where, "direction", got=row["direction"], allowed="up, down")
        indicators.append(
            Indicator(
                id=row["id"], title=row["title"], linkage=row["parent"], way=way,
                computed_from=rest, rows=_filters(row["rows"]), unit=row["unit"],
                direction=DIRECTIONS.get(row["direction"], 1), weight=weight, why=row["why"],
                source=row["source"],
            )
        )  # fmt: skip
    for linkage in linkages:
        if not any(i.linkage == linkage.id for i in indicators):
            problems.add(
                f"linkage {linkage.id}", "has no indicator", fix="add one, or leave it out"
            )
    problems.raise_if_any()
    return Tree(linkages=tuple(linkages), indicators=tuple(indicators))


def _weight(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _filters(text: str) -> dict[str, str]:
    """``kind=a|b; lender~China`` as a mapping; the mark stays with the name when it is ``~``."""
    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        if "~" in part:
            name, _, value = part.partition("~")
            found[name.strip() + "~"] = value.strip()
        else:
            name, _, value = part.partition("=")
            found[name.strip()] = value.strip()
    return found
