"""How much trade answers to time at borders: a model's elasticity beside the published rivals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sogdia.core.errors import InvalidInput, Problem, ProblemList

__all__ = [
    "BorderTimeRival",
    "Comparison",
    "border_time_rivals",
    "compare_border_time",
    "elasticity_of_change",
    "implied_border_time_elasticity",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderTimeRival:
    """A published effect of border time, as the elasticity of trade to it, taken positive.

    Attributes
    ----------
    elasticity : float
        Percent more trade for one percent less time at the border.
    published : str
        The figure as printed.
    source : str
    """

    elasticity: float
    published: str
    source: str


def elasticity_of_change(trade_change_share: float, time_change_share: float) -> float:
    """The elasticity two changes imply: ``-ln(1 + trade) / ln(1 + time)``, positive for a gain.

    >>> round(elasticity_of_change(0.0141, -0.10), 3)
    0.133
    """
    problems = ProblemList()
    for name, value in (("trade", trade_change_share), ("time", time_change_share)):
        if not value > -1:
            problems.add(f"change of {name}", "is a fall by all or more", got=f"{value:g}")
    if time_change_share == 0:
        problems.add("change of time", "is zero", fix="compare two different times")
    problems.raise_if_any()
    return -math.log1p(trade_change_share) / math.log1p(time_change_share)


def implied_border_time_elasticity(theta: float, border_time_share: float) -> float:
    """What a gravity model implies at the margin: theta x the share of border time in trade cost.

    Parameters
    ----------
    theta : float
        Trade elasticity.
    border_time_share : float
        Value of the time at borders over the delivered value of the goods, ``v h / tau``.
    """
    if not (theta > 0 and 0 <= border_time_share < 1):
        raise InvalidInput(
            [
                Problem(
                    where="elasticity to border time",
                    what="needs theta above 0 and a share from 0 to below 1",
                    got=f"theta {theta:g}, share {border_time_share:g}",
                )
            ]
        )
    return theta * border_time_share


def border_time_rivals(
    benchmarks: Iterable[Mapping[str, str]], *, border_days: float
) -> tuple[BorderTimeRival, ...]:
    """The published rivals in the rows of the registry `model_benchmarks`, smallest first.

    Parameters
    ----------
    border_days : float
        Days the time counted takes before it changes. A rival stated per day saved becomes an
        elasticity only with it: ``ln(1 + gain) x days``.
    """
    found: list[BorderTimeRival] = []
    for row in benchmarks:
        if row["metric"].startswith("trade_change_border_time_cut_10"):
            share = float(row["value"]) / 100
            elasticity = elasticity_of_change(share, -0.10)
            published = f"{row['value']} % more trade for 10 % less time at the border"
        elif row["metric"] == "trade_gain_per_day":
            elasticity = math.log1p(float(row["value"]) / 100) * border_days
            published = f"{row['value']} % more trade for a day saved, of {border_days:g} days"
        else:
            continue
        found.append(
            BorderTimeRival(elasticity=elasticity, published=published, source=row["source"])
        )
    return tuple(sorted(found, key=lambda r: r.elasticity))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A model's elasticity and the span of the rivals.

    Attributes
    ----------
    elasticity, lowest, highest : float
    within : bool
        Whether it lies in the span, ends included.
    """

    elasticity: float
    lowest: float
    highest: float
    within: bool


def compare_border_time(elasticity: float, rivals: Iterable[BorderTimeRival]) -> Comparison:
    """Set a model's elasticity beside the rivals.

    Raises
    ------
    InvalidInput
        When there is no rival.
    """
    values = [r.elasticity for r in rivals]
    if not values:
        raise InvalidInput([Problem(where="rivals", what="there is none to compare with")])
    return Comparison(
        elasticity=elasticity,
        lowest=min(values),
        highest=max(values),
        within=min(values) <= elasticity <= max(values),
    )
