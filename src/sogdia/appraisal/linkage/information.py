"""Information: round trips by fibre and how many cuts part a state, before and after.

The band of a change spans the ends of what is claimed of the glass, the joints and the route
factor, each side at the same end: all of a length that is not published moves together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sogdia.appraisal.linkage.contract import Asked, Linkage, row
from sogdia.core.table import Table
from sogdia.models.digital.model import DigitalModel
from sogdia.world.world import World

__all__ = ["READS", "information"]

READS = ("landings", "cables", "fibre")
"""Tables of a world the model of fibre reads."""

SPAN = "spans route factor, refractive index and delay at joints"
REGISTRY = "a count of the sections known; one that is not listed would raise it"
HEADLINES = frozenset(
    {
        ("round_trip", "cn.urumqi>uz.tashkent"),
        ("round_trip", "kz.aktau>de.frankfurt"),
        ("round_trip_worst_state", "kz.almaty>de.frankfurt"),
    }
)

Tables = Mapping[str, Table]


def information(asked: Asked) -> Linkage:
    """Latency by pair of cities and cuts by state.

    Parameters
    ----------
    asked : Asked

    Returns
    -------
    Linkage
        Rows by pair and by state; tables ``fibre_latency``, ``fibre_country`` and
        ``fibre_section`` of both sides.
    """
    moved = asked.differ(*READS)
    model = DigitalModel()
    first = model.prepare(asked.before, {})
    solved = model.solve(first)
    before = model.tabulate(first, solved)
    after, statuses = before, (solved.status,)
    ends: list[tuple[Tables, Tables]] = []
    if moved:
        second = model.prepare(asked.after, {})
        other = model.solve(second)
        after, statuses = model.tabulate(second, other), (solved.status, other.status)
        ends = [
            (
                _solved(model, _at_end(asked.before, high)),
                _solved(model, _at_end(asked.after, high)),
            )
            for high in (False, True)
        ]
    return Linkage(
        rows=(*_pairs(asked, before, after, ends), *_states(asked, before, after)),
        before=before,
        after=after,
        statuses=statuses,
    )


def _solved(model: DigitalModel, world: World) -> Tables:
    problem = model.prepare(world, {})
    return model.tabulate(problem, model.solve(problem))


def _at_end(world: World, high: bool) -> World:
    """The world with every uncertain value of fibre at its low or its high end."""
    tables: dict[str, Table] = {}
    for spread in world.spreads:
        if spread.table not in READS:
            continue
        held: Table = getattr(world, spread.table)
        table = tables.get(spread.table, held)
        values = table[spread.column].copy()
        values[spread.row] = sum(p.estimate.high if high else p.estimate.low for p in spread.parts)
        tables[spread.table] = table.replace(**{spread.column: values})
    return world.replace(**tables) if tables else world


def _pairs(
    asked: Asked, before: Tables, after: Tables, ends: list[tuple[Tables, Tables]]
) -> Iterator[Mapping[str, Any]]:
    later = list(after["fibre_latency"].rows())
    bands = [(list(a["fibre_latency"].rows()), list(b["fibre_latency"].rows())) for a, b in ends]
    for i, found in enumerate(before["fibre_latency"].rows()):
        pair = f"{found['from_place']}>{found['to_place']}"
        names = _names(asked.before, found["from_place"], found["to_place"])
        for column, variable, what in (
            ("round_trip_ms", "round_trip", "least round trip by fibre"),
            ("worst_cut_ms", "round_trip_worst_cut", "round trip after the worst single cut"),
            ("worst_state_ms", "round_trip_worst_state", "round trip without the state that costs most"),
        ):  # fmt: skip
            if column != "round_trip_ms" and found[column] is None and later[i][column] is None:
                continue  # no way is left on either side, which the row of cuts says
            changes = [_change(a[i][column], b[i][column]) for a, b in bands]
            known = [c for c in changes if c is not None]
            changes = [_change(found[column], later[i][column]), *changes]
            same = not bands and changes[0] == 0.0
            yield row(
                asked.on, "facilities", "information", variable, pair, f"{names}: {what}", "ms",
                before=found[column], after=later[i][column],
                low=0.0 if same else min((c for c in changes if c is not None), default=None)
                if known else None,
                high=0.0 if same else max((c for c in changes if c is not None), default=None)
                if known else None,
                basis=_basis(column, found, later[i]),
                headline=(variable, pair) in HEADLINES,
            )  # fmt: skip
        yield row(
            asked.on, "facilities", "information", "cuts", pair,
            f"{names}: fewest cuts that leave no way", "sections",
            before=found["cuts_count"], after=later[i]["cuts_count"], basis=REGISTRY,
        )  # fmt: skip


def _basis(column: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if column == "worst_cut_ms":
        return f"{_word(before['worst_section'])} before, {_word(after['worst_section'])} after; {SPAN}"
    if column == "worst_state_ms":
        return f"{_word(before['worst_state'])} before, {_word(after['worst_state'])} after; {SPAN}"
    return SPAN


def _word(name: str | None) -> str:
    return name or "none"


def _change(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before


def _states(asked: Asked, before: Tables, after: Tables) -> Iterator[Mapping[str, Any]]:
    later = {r["country"]: r for r in after["fibre_country"].rows()}
    for found in before["fibre_country"].rows():
        country = found["country"]
        for column, variable, title in (
            ("cuts_count", "cuts_to_part", "fewest cuts that part its main node from every gateway"),
            ("cuts_west_count", "cuts_to_part_west", "fewest cuts that leave no way west"),
            ("cuts_east_count", "cuts_to_part_east", "fewest cuts that leave no way east"),
            ("bridges_count", "bridges", "single cuts that part a place of the state"),
        ):  # fmt: skip
            yield row(
                asked.on, "facilities", "information", variable, country, f"{country}: {title}",
                "sections", before=found[column], after=later[country][column], basis=REGISTRY,
            )  # fmt: skip


def _names(world: World, a: str, b: str) -> str:
    named = {r["id"]: r["name"] for r in world.landings.rows()}
    return f"{named[a]}-{named[b]}"
