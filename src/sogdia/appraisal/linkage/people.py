"""People: visits under the visas and travel costs of both worlds, deflection, and spending.

Both sides are solved at the same points of the band, and the band of a change spans those points:
it covers the published effects of a visa and is no interval of confidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.appraisal.linkage.contract import Asked, Linkage, row
from sogdia.appraisal.linkage.passenger_flows import Visits, passenger_flows
from sogdia.appraisal.linkage.passengers import passengers
from sogdia.core.errors import InvalidInput
from sogdia.core.states import CHINA, FIVE
from sogdia.core.table import Table, null
from sogdia.models.people.baseline import person_baseline
from sogdia.models.people.model import PeopleModel, Prepared
from sogdia.models.people.response import visa_response
from sogdia.models.people.spending import spending_each_usd2023
from sogdia.models.transport.passengers import LOADED

__all__ = ["people"]

READS = ("regimes",)
"""Tables of a world that move visits besides the costs of travel."""

TOGETHER = "CHN<>CA5"
SPAN = "spans the published effects of a visa and of costs; e-visas and deflection are assumed"
NO_COUNT = "no count; by the regime alone"
PURPOSES = {
    "visit": ("visits", "entries a year, all purposes"),
    "tourism": ("tourists", "of these, stays of a day and longer, a year"),
    "study": ("students", "enrolled; waivers exclude study"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """Both sides at every point of the band; point 0 is central."""

    rows: tuple[dict[str, Any], ...]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    ratio: NDArray[np.float64]
    moved: NDArray[np.bool_]


def people(asked: Asked) -> Linkage:
    """Visits, tourists and students between China and the five, before and after.

    Parameters
    ----------
    asked : Asked

    Returns
    -------
    Linkage
        Rows by pair of countries and by post; the tables ``person_trip``, ``passenger_skim``,
        ``zone_trip``, ``passenger_flow`` and ``passenger_crossing`` of both sides.
    """
    known = asked.before.known_by
    try:
        model = PeopleModel(response=visa_response(asked.base, known_by=known))
    except InvalidInput as error:
        return Linkage(missing=f"its parameters were not known by {known}: {error}")
    travel, missing = None, ""
    try:
        travel = passengers(asked)
    except InvalidInput as error:
        missing = f"travel: its parameters were not known by {known}: {error}"
    factors = {} if travel is None else travel.factors
    tables = {"person_baseline": person_baseline(asked.base, on=asked.on, known_by=known)}
    first = model.prepare(asked.before, tables)
    solved = model.solve(first)
    second, other = first, solved
    if asked.differ(*READS) or factors:
        # Both sides at the same points, so that they pair.
        first = first.with_costs({way: (1.0,) * len(at) for way, at in factors.items()})
        solved = model.solve(first)
        second = model.prepare(asked.after, tables).with_costs(factors)
        other = model.solve(second)
    sides = _Sides(
        rows=second.rows,
        before=solved.trips,
        after=other.trips,
        ratio=model.ratios(first, second),
        moved=_moved(first, second),
    )
    statuses = (solved.status,) if other is solved else (solved.status, other.status)
    rows = tuple(_rows(asked, sides))
    before, after = model.tabulate(first, solved), model.tabulate(second, other)
    if travel is not None:
        rows, statuses = (*rows, *travel.rows), (*statuses, *travel.statuses)
        before |= {"passenger_skim": travel.before}
        after |= {"passenger_skim": travel.after}
        loaded = passenger_flows(
            asked, travel.costs, _visits(before, sides.rows, sides.before),
            _visits(after, sides.rows, sides.after),
        )  # fmt: skip
        rows, statuses = (*rows, *loaded.rows), (*statuses, *loaded.statuses)
        before |= loaded.before
        after |= loaded.after
    return Linkage(rows=rows, before=before, after=after, statuses=statuses, missing=missing)


def _visits(
    tables: Mapping[str, Table], rows: tuple[dict[str, Any], ...], trips: NDArray[np.float64]
) -> Visits:
    """Visits of one side, as passengers are loaded from them."""
    return Visits(
        table=tables["person_trip"],
        skim=tables["passenger_skim"],
        at={
            (r["origin"], r["destination"]): trips[:, i]
            for i, r in enumerate(rows)
            if r["purpose"] == LOADED
        },
    )


def _moved(first: Prepared, second: Prepared) -> NDArray[np.bool_]:
    """Pairs whose own regime differs."""
    return first.asked != second.asked


def _rows(asked: Asked, sides: _Sides) -> Iterator[Mapping[str, Any]]:
    order = {p: i for i, p in enumerate(PURPOSES)}
    chosen = sorted(
        (i for i, r in enumerate(sides.rows) if r["purpose"] in PURPOSES),
        key=lambda i: (order[sides.rows[i]["purpose"]], i),
    )
    visits = [i for i in chosen if sides.rows[i]["purpose"] == "visit"]
    yield _total(asked, sides, visits)
    for i in chosen:
        found = sides.rows[i]
        variable, title = PURPOSES[found["purpose"]]
        if np.isfinite(sides.before[0, i]) or np.isfinite(sides.after[0, i]):
            yield _one(asked, sides, i, variable, title)
        elif found["purpose"] == "visit":
            yield _by_regime(asked, sides, i)
    yield _deflected(asked, sides, visits)
    for i in visits:
        yield from _spent(asked, sides, i)


def _one(asked: Asked, sides: _Sides, i: int, variable: str, title: str) -> Mapping[str, Any]:
    found = sides.rows[i]
    change = sides.after[:, i] - sides.before[:, i]
    return row(
        asked.on, "people", "visits", variable, f"{found['origin']}>{found['destination']}",
        f"citizens of {found['origin']} in {found['destination']}: {title}", "persons/year",
        before=null(sides.before[0, i]), after=null(sides.after[0, i]),
        low=null(change.min()), high=null(change.max()),
        basis=f"counted {found['year']}; {SPAN}",
    )  # fmt: skip


def _by_regime(asked: Asked, sides: _Sides, i: int) -> Mapping[str, Any]:
    """What a regime alone does where no count is known; 1 where it is the same."""
    found, ratio = sides.rows[i], sides.ratio[:, i]
    same = not sides.moved[i]
    after = 1.0 if same else null(ratio[0])
    low, high = (0.0, 0.0) if same else (null(ratio.min() - 1.0), null(ratio.max() - 1.0))
    return row(
        asked.on, "people", "visits", "visits_ratio", f"{found['origin']}>{found['destination']}",
        f"citizens of {found['origin']} in {found['destination']}: visits, baseline = 1", "1",
        before=1.0, after=after, low=low, high=high, basis=f"{NO_COUNT}; {SPAN}",
    )  # fmt: skip


def _total(asked: Asked, sides: _Sides, visits: list[int]) -> Mapping[str, Any]:
    """All counted pairs, both ways; a pair that is not known on a side is left out of both."""
    known = [i for i in visits if np.isfinite(sides.before[0, i] + sides.after[0, i])]
    names = ", ".join(f"{sides.rows[i]['origin']}>{sides.rows[i]['destination']}" for i in known)
    before, after = sides.before[:, known].sum(axis=1), sides.after[:, known].sum(axis=1)
    change = after - before
    return row(
        asked.on, "people", "visits", "visits", TOGETHER,
        "visits between China and the five, of the pairs counted", "persons/year",
        before=float(before[0]) if known else None, after=float(after[0]) if known else None,
        low=float(change.min()) if known else None, high=float(change.max()) if known else None,
        basis=f"{names or 'no pair is counted'}; {SPAN}", headline=True,
    )  # fmt: skip


def _deflected(asked: Asked, sides: _Sides, visits: list[int]) -> Mapping[str, Any]:
    """What pairs lose whose own regime is the same: visits that go elsewhere."""
    lost = np.zeros(len(sides.before))
    for i in visits:
        if not sides.moved[i] and np.isfinite(sides.before[0, i] + sides.after[0, i]):
            lost += np.maximum(sides.before[:, i] - sides.after[:, i], 0.0)
    return row(
        asked.on, "people", "visits", "visits_deflected", TOGETHER,
        "visits drawn from states whose own regime is the same", "persons/year",
        before=0.0, after=float(lost[0]), low=float(lost.min()), high=float(lost.max()),
        basis="assumed: at most 0 to 50 % of what is gained",
    )  # fmt: skip


def _spent(asked: Asked, sides: _Sides, i: int) -> Iterator[Mapping[str, Any]]:
    found = sides.rows[i]
    if found["origin"] != CHINA or found["destination"] not in FIVE:
        return
    each = spending_each_usd2023(asked.base, found["destination"], asked.before.known_by)
    if each is None or not np.isfinite(sides.before[0, i] + sides.after[0, i]):
        return
    change = sides.after[:, i] - sides.before[:, i]
    ends = [float(c) * s for c in (change.min(), change.max()) for s in (each.low, each.high)]
    yield row(
        asked.on, "people", "spending", "spending", f"{CHINA}>{found['destination']}",
        f"spending of Chinese visitors in {found['destination']}", "usd2023/year",
        before=float(sides.before[0, i]) * each.central,
        after=float(sides.after[0, i]) * each.central,
        low=min(ends), high=max(ends), basis=f"{SPAN}, and rival figures of spending",
    )  # fmt: skip
