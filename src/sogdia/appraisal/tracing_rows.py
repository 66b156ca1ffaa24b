"""From a row of the five linkages, or a country's real income, to what stands behind it.

Neither is the sum of legs. Behind a row stand the measures of its scenario, which make the change,
and the claims about the country, pair, post, line or project that it is of. No share is given: the
models also read the network around them.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable
from datetime import date

from sogdia.core.errors import NoRoute
from sogdia.core.states import FIVE, TOGETHER
from sogdia.results.store import Run
from sogdia.results.trace import Trace, TraceLine, lines_about, trace

__all__ = ["country_in", "trace_income", "trace_row"]

INCOME = "real_income_change_share"
ABOUT = (
    "these are the measures of the scenario and the claims about what the row is of; its model "
    "also reads the network around it, so they have no shares"
)
READ = {
    "information": ("fibre:",),
    "energy": ("plant:", "power:", "pipeline:"),
}
"""By part of a linkage: what its model takes whole, however small the entity of a row is."""
GROUPS = {TOGETHER: FIVE, "CA": FIVE}


def country_in(run: Run, name: str) -> str | None:
    """The country of an income of a run by its code, or None."""
    if "indicator" not in run:
        return None
    found = run["indicator"]
    here = (found["variable"] == INCOME) & (found["entity"] == name)
    return name if here.any() else None


def trace_income(run: Run, country: str, *, on: date, group: str) -> Trace:
    """The claims and measures behind a country's change of real income.

    Parameters
    ----------
    group : str
        How it was worked out (`full`, `conditional` or `partial`); any other word means `full`.

    Raises
    ------
    NoRoute
        When the run has no number for it.
    """
    indicator = run["indicator"]
    groups = set(indicator["group"][indicator["variable"] == INCOME].tolist())
    chosen = group if group in groups else "full" if "full" in groups else min(groups)
    found = trace(run, INCOME, country, on=on, commodity=chosen)
    own = lines_about(run, on, _names_of(run, on, country), share=math.nan)
    known = {(line.claim, line.entity, line.variable) for line in found.lines}
    added = [x for x in own if (x.claim, x.entity, x.variable) not in known]
    return dataclasses.replace(
        found,
        lines=_measures_first((*found.lines, *added)),
        notes=(*found.notes, "lines without a share are measures, and claims about the country"),
    )


def trace_row(run: Run, variable: str, entity: str, *, on: date) -> Trace | None:
    """The claims and measures behind a row of the five linkages; None where there is no such row.

    The number is the change, or the value after it where there is none before.

    Raises
    ------
    NoRoute
        When the row has no number.
    """
    if "linkage_indicator" not in run:
        return None
    rows = run["linkage_indicator"]
    here = (rows["variable"] == variable) & (rows["entity"] == entity) & (rows["on"] == on)
    row = next(iter(rows.where(here).rows()), None)
    if row is None:
        return None
    amount = row["change_amount"] if row["change_amount"] is not None else row["after_amount"]
    if amount is None:
        raise NoRoute(f"{variable} of {entity} on {on} is absent: there is no number to trace")
    whole = READ.get(row["part"], ())
    of = "the change" if row["change_amount"] is not None else "the value after, with none before"
    return Trace(
        run=run.id,
        variable=variable,
        entity=entity,
        on=on,
        commodity=None,
        amount=amount,
        unit=row["unit"] or "",
        legs=(),
        lines=_measures_first(
            lines_about(run, on, _names_of(run, on, entity, whole), share=math.nan)
        ),
        others=(),
        untraced=(),
        assumed_share=math.nan,
        notes=(f"the number is {of}", ABOUT),
    )


def _names_of(run: Run, on: date, entity: str, read: tuple[str, ...] = ()) -> list[str]:
    """Entities with claims that an entity of a row is made of, and those that measures change.

    `read` are beginnings of further entities that its model takes.
    """
    lineage = run["lineage"]
    known = set(lineage["entity"][lineage["on"] == on].tolist())
    ends = [e for part in re.split(r"<?>|\+| at ", entity) for e in GROUPS.get(part, (part,))]
    pairs = {f"{a}>{b}" for a in ends for b in ends if a != b}
    found = [k for k in known if k.partition("#")[0] in pairs or k.startswith(read)]
    if "zones" in run:
        zones = run["zones"]
        inside = zip(zones["id"].tolist(), zones["country"].tolist(), strict=True)
        ends += [str(zone) for zone, country in inside if country in ends]
    moved = run["measure"]["entity"].tolist() if "measure" in run else []
    return [k for k in dict.fromkeys((*ends, *sorted(found), *map(str, moved))) if k in known]


def _measures_first(lines: Iterable[TraceLine]) -> tuple[TraceLine, ...]:
    return tuple(sorted(lines, key=lambda x: x.basis != "measure"))
