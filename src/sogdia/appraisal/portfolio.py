"""Projects under one budget: each appraised alone, the best set, and that set appraised together."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sogdia.appraisal.linkage.carbon import freight_carbon
from sogdia.appraisal.loop import Joined, join
from sogdia.appraisal.solve_portfolio import choose, not_beaten
from sogdia.appraisal.worlds import build_world, claim_values, read_for
from sogdia.core.errors import ProblemList
from sogdia.core.estimate import Estimate
from sogdia.core.states import CHINA, FIVE
from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.scenario.apply import worlds_of
from sogdia.scenario.quantity import Level
from sogdia.scenario.scenario import Scenario
from sogdia.world.economies import Variant
from sogdia.world.world import World

__all__ = ["Portfolio", "PortfolioOptions", "Project", "portfolio", "present_value_factor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioOptions:
    """How projects are compared; the first four are choices of value and printed as such.

    Attributes
    ----------
    budget_usd2023 : float
    discount_rate : float
        A year, as a share.
    years : int
        Years the gain lasts.
    growth : float
        Of the gain a year, as a share; 0 is the same every year.
    gainers : tuple of str
        Whose real income counts.
    costs : mapping of str to float
        USD of 2023, for scenarios whose measures state none, or instead of what they state.
    variant : {"reconciled", "china", "partner"}
    """

    budget_usd2023: float
    discount_rate: float = 0.05
    years: int = 30
    growth: float = 0.0
    gainers: tuple[str, ...] = (*FIVE, CHINA)
    costs: Mapping[str, float] = dataclasses.field(default_factory=dict[str, float])
    variant: Variant = "reconciled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A scenario as a project.

    Attributes
    ----------
    cost : Estimate or None
        USD of 2023; None: not known, so it cannot be chosen.
    gain_usd2023_per_y : float or None
        Change of real income of the gainers, a year.
    emission_tco2_per_y : float
        Change of carbon dioxide of freight on the network.
    net_usd2023 : float or None
        Present value of the gain less the cost.
    front : bool
        No other project is as good in cost, gain and carbon and better in one.
    taken : bool
        In the best set.
    """

    scenario: str
    title: str
    cost: Estimate | None
    gain_usd2023_per_y: float | None
    emission_tco2_per_y: float
    net_usd2023: float | None
    front: bool
    taken: bool
    statuses: tuple[Status, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """Projects, the best set and what it comes to.

    Attributes
    ----------
    sum_usd2023_per_y, together_usd2023_per_y : float
        Gain of the set: its projects' added up, and the set appraised as one scenario.
    taken_at_low_cost, taken_at_high_cost : tuple of str
        The set if every cost is at the low or the high end of its band.
    """

    projects: tuple[Project, ...]
    options: PortfolioOptions
    cost_usd2023: float
    sum_usd2023_per_y: float
    together_usd2023_per_y: float | None
    taken_at_low_cost: tuple[str, ...]
    taken_at_high_cost: tuple[str, ...]
    statuses: tuple[Status, ...]


def present_value_factor(rate: float, years: int, growth: float = 0.0) -> float:
    """Worth today of one a year, growing, for some years; the first is due a year from now."""
    if rate == growth:
        return years / (1.0 + rate)
    return (1.0 - ((1.0 + growth) / (1.0 + rate)) ** years) / (rate - growth)


def portfolio(
    scenarios: Sequence[str],
    base: EvidenceBase,
    options: PortfolioOptions,
    *,
    together: bool = True,
    tell: Callable[[str, float], None] = lambda _what, _share: None,
) -> Portfolio:
    """Appraise each scenario alone, choose under the budget, appraise the choice together.

    Every scenario is asked on the last of its dates; gains are those of the loop of transport,
    borders and trade.

    Raises
    ------
    InvalidInput
        When a scenario is given twice, has no date, or a cost is for a scenario not given.
    """
    read = [read_for(name, base) for name in dict.fromkeys(scenarios)]
    _check(scenarios, read, options)
    factor = present_value_factor(options.discount_rate, options.years, options.growth)
    asked: list[Project] = []
    for number, scenario in enumerate(read):
        tell(f"{scenario.id} alone", number / (len(read) + 1))
        before, after, joined = _joined(scenario, base, options.variant)
        gain = _gain(joined, options.gainers)
        cost = _cost(scenario, options)
        asked.append(
            Project(
                scenario=scenario.id, title=scenario.title, cost=cost, gain_usd2023_per_y=gain,
                emission_tco2_per_y=_carbon(after, joined.scenario["link_flow"])
                - _carbon(before, joined.baseline["link_flow"]),
                net_usd2023=None if cost is None or gain is None else gain * factor - cost.central,
                front=False, taken=False, statuses=joined.statuses,
            )
        )  # fmt: skip
    able = [k for k, p in enumerate(asked) if p.net_usd2023 is not None]
    sets = {end: _taken(asked, able, factor, options, end) for end in ("low", "central", "high")}
    front = not_beaten(
        [
            [
                np.nan if p.cost is None else -p.cost.central,
                np.nan if p.gain_usd2023_per_y is None else p.gain_usd2023_per_y,
                -p.emission_tco2_per_y,
            ]
            for p in asked
        ]
    )
    marked = [
        dataclasses.replace(p, front=bool(front[k]), taken=k in sets["central"])
        for k, p in enumerate(asked)
    ]
    chosen = [read[k] for k in sets["central"]]
    joint, statuses = None, list[Status]()
    if together and chosen:
        tell("the chosen together", len(read) / (len(read) + 1))
        _, _, joined = _joined(_as_one(chosen), base, options.variant)
        joint, statuses = _gain(joined, options.gainers), list(joined.statuses)
    return Portfolio(
        projects=tuple(sorted(marked, key=_rank)),
        options=options,
        cost_usd2023=sum(c.central for k in sets["central"] if (c := asked[k].cost) is not None),
        sum_usd2023_per_y=sum(asked[k].gain_usd2023_per_y or 0.0 for k in sets["central"]),
        together_usd2023_per_y=joint,
        taken_at_low_cost=tuple(asked[k].scenario for k in sets["low"]),
        taken_at_high_cost=tuple(asked[k].scenario for k in sets["high"]),
        statuses=tuple(statuses),
    )


def _check(names: Sequence[str], read: Sequence[Scenario], options: PortfolioOptions) -> None:
    problems = ProblemList()
    for name in {n for n in names if names.count(n) > 1}:
        problems.add(f"scenario {name}", "is given twice", fix="name it once")
    known = {s.id for s in read}
    for scenario in read:
        if not scenario.on:
            problems.add(f"scenario {scenario.id}", "says no date", fix="add years = [2030]")
        if scenario.comparator_measures or scenario.baseline_stages:
            problems.add(
                f"scenario {scenario.id}",
                "compares with another world than today's, so it cannot be put beside others",
                fix="leave it out",
            )
    for name in sorted(set(options.costs) - known):
        problems.add(f"cost of {name}", "is for a scenario that was not given", got=name)
    if options.years < 1:
        problems.add("years", "is not 1 or more", got=options.years)
    if not 0.0 <= options.discount_rate < 1.0:
        problems.add("rate", "is no share a year", got=options.discount_rate, allowed="0 to 1")
    if not -0.5 < options.growth < 0.5:
        problems.add("growth", "is no share a year", got=options.growth, allowed="-0.5 to 0.5")
    problems.raise_if_any()


def _joined(
    scenario: Scenario, base: EvidenceBase, variant: Variant
) -> tuple[World, World, Joined]:
    """Both worlds of the last date, and the loop on them."""
    today = build_world(base, scenario.on[-1])
    before, after = worlds_of(scenario, today, claims=claim_values(base))
    return before, after, join(before, after, variant=variant)


def _gain(joined: Joined, gainers: Sequence[str]) -> float | None:
    """Change of real income of some countries; None when one of theirs is not known."""
    total = 0.0
    for row in joined.scenario["country_income"].rows():
        if row["level"] == "full" and row["country"] in gainers:
            if row["real_income_change_share"] is None:
                return None
            total += row["income_usd2023_per_y"] * row["real_income_change_share"]
    return total


def _carbon(world: World, link_flow: Table) -> float:
    return sum(t for t, _ in freight_carbon(world, link_flow).values())


def _cost(scenario: Scenario, options: PortfolioOptions) -> Estimate | None:
    """What its measures cost altogether; None when none says so."""
    if scenario.id in options.costs:
        return Estimate.exact(options.costs[scenario.id])
    stated = [m.cost for m in scenario.scenario_measures if isinstance(m.cost, Level)]
    if not stated:
        return None
    return Estimate(
        central=sum(c.estimate.central for c in stated),
        low=sum(c.estimate.low for c in stated),
        high=sum(c.estimate.high for c in stated),
        shape="uniform",
    )


def _taken(
    asked: Sequence[Project],
    able: Sequence[int],
    factor: float,
    options: PortfolioOptions,
    end: str,
) -> tuple[int, ...]:
    """Positions of the best set with costs at one end of their bands."""
    costs = [float(getattr(asked[k].cost, end)) for k in able]
    net = [
        (asked[k].gain_usd2023_per_y or 0.0) * factor - c for k, c in zip(able, costs, strict=True)
    ]
    if not able:
        return ()
    found = choose(net, costs, options.budget_usd2023)
    return tuple(k for k, taken in zip(able, found.taken, strict=True) if taken)


def _as_one(scenarios: Sequence[Scenario]) -> Scenario:
    """Several scenarios as one, on the latest of their dates."""
    return Scenario(
        id="portfolio",
        title="Chosen together",
        on=(max(s.on[-1] for s in scenarios),),
        included=tuple(
            m.model_copy(update={"id": f"{s.id}-{m.id}"})
            for s in scenarios
            for m in s.scenario_measures
        ),
    )


def _rank(project: Project) -> tuple[bool, float]:
    """Best net worth first; what cannot be ranked last."""
    return (project.net_usd2023 is None, -(project.net_usd2023 or 0.0))
