"""The fullest links, posts, ports and gauge changes of Central Asia."""

from __future__ import annotations

from datetime import date
from functools import partial

import numpy as np

from sogdia.appraisal.bottleneck.loads import in_units, modelled_loads
from sogdia.appraisal.bottleneck.observed import counted_parts
from sogdia.appraisal.bottleneck.parts import (
    Outlook,
    Part,
    believed_capacities,
    in_order,
    named,
)
from sogdia.appraisal.bottleneck.question import Answer, check_growth
from sogdia.core.errors import ProblemList
from sogdia.core.states import FIVE
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.world.build import world as build_world
from sogdia.world.world import World

__all__ = ["survey_bottlenecks"]

HANDLED = ("gauge-change", "port")
"""Transfers looked at."""

NOTHING = np.zeros(1)


def survey_bottlenecks(
    on: date,
    *,
    growth: tuple[float, float, float] | None = None,
    top: int = 20,
    evidence: EvidenceBase | None = None,
) -> Answer:
    """The fullest links, posts and terminals in Central Asia, by observed flow or else modelled.

    Parameters
    ----------
    growth : (low, central, high), optional
        Of every flow, a year.
    top : int
        How many are kept; those that carry something and have no capacity follow them.

    Raises
    ------
    InvalidInput
        When the growth rates do not rise, or `top` is below 1.
    """
    problems = ProblemList()
    check_growth(growth, problems)
    if top < 1:
        problems.add("top", "is not a number of rows", got=top, allowed="1 or more")
    problems.raise_if_any()
    base = evidence if evidence is not None else open_evidence()
    world = build_world(base, on=on)
    loads = modelled_loads(world)
    counted = counted_parts(base, on.year)
    parts: list[Part] = []
    for entity in _of_central_asia(world):
        flow = in_units(loads, loads.tonnes.get(entity, NOTHING))
        if flow["t/year"] <= 0.0:
            continue
        for unit, capacity in believed_capacities(base, entity, on):
            modelled = flow[unit or "t/year"]
            seen = counted.get((entity, unit))
            if seen is not None and not seen.whole and seen.amount < modelled:
                seen = None
            parts.append(
                Part.of(
                    entity, named(world, entity), unit, capacity,
                    partial(_times, modelled if seen is None else seen.amount),
                    "modelled" if seen is None else "observed",
                    Outlook(base_year=on.year if seen is None else seen.year, growth=growth),
                )
            )  # fmt: skip
    ordered = in_order(parts)
    known = [p for p in ordered if p.capacity is not None]
    return Answer(
        title="Central Asia",
        on=on,
        base_year=on.year,
        base_teu=None,
        base_tonnes=None,
        base_from="",
        measure="t/year",
        demand=None,
        factor=None,
        growth=growth,
        growth_from="given" if growth else "",
        parts=(*known[:top], *(p for p in ordered if p.capacity is None)),
        status=loads.flows.status,
    )


def _of_central_asia(world: World) -> list[str]:
    """Links, crossings and transfers with a side in Central Asia."""
    country = {
        str(p): str(c) for p, c in zip(world.places["id"], world.places["country"], strict=True)
    }
    links = zip(world.links["id"], world.links["from_place"], world.links["to_place"], strict=True)
    found = [str(i) for i, a, b in links if {country[str(a)], country[str(b)]} & set(FIVE)]
    sides = zip(
        world.crossings["id"], world.crossings["towards"], world.crossings["leaving"], strict=True
    )
    found += [str(i) for i, a, b in sides if {str(a), str(b)} & set(FIVE)]
    stops = zip(
        world.transfers["id"], world.transfers["place"], world.transfers["kind"], strict=True
    )
    found += [str(i) for i, p, kind in stops if kind in HANDLED and country[str(p)] in FIVE]
    return list(dict.fromkeys(found))


def _times(flow: float, factor: float) -> float:
    return flow * factor
