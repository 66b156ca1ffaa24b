"""Which modes, posts, links and zones visitors use, in a world or before and after a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sogdia.appraisal.linkage.contract import Asked, Linkage
from sogdia.appraisal.linkage.people import people
from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.transport.passengers import LOADED
from sogdia.scenario.scenario import Scenario
from sogdia.world.world import World

__all__ = ["AS_IT_STANDS", "Change", "PassengerAnswer", "ask_passengers"]

AS_IT_STANDS = Scenario(id="as-it-stands", title="The world as it stands")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Persons a year before and after.

    Attributes
    ----------
    id, title : str
    mode : str
        Empty where it has none.
    before, after, change : float or None
        None: not known.
    low, high : float or None
        Band of the change; None: not stated.
    """

    id: str
    title: str
    mode: str = ""
    before: float | None
    after: float | None
    change: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassengerAnswer:
    """What visitors use; all in persons a year, there and back.

    Attributes
    ----------
    visits : tuple of Change
        By pair of countries; a visit stands once.
    modes, posts : tuple of Change
        Across China's border, both directions.
    links : tuple of Change
        Both directions; those that change most, then those that carry most.
    zones : tuple of Change
        Visits by pair of zones; a visit stands once.
    notes : tuple of str
        What is not in it.
    """

    on: date
    scenario: str
    visits: tuple[Change, ...]
    modes: tuple[Change, ...]
    posts: tuple[Change, ...]
    links: tuple[Change, ...]
    zones: tuple[Change, ...]
    notes: tuple[str, ...]


def ask_passengers(
    base: EvidenceBase, before: World, after: World, scenario: Scenario = AS_IT_STANDS
) -> PassengerAnswer:
    """Solve both worlds; links and zones are all there, those that change most first.

    Raises
    ------
    InvalidInput
        When a parameter of travel was not known by the date of the worlds.
    """
    found = people(
        Asked(on=before.on, scenario=scenario, before=before, after=after, base=base)
    )  # fmt: skip
    if "passenger_flow" not in found.before:
        raise InvalidInput(
            [Problem(where="passengers", what=found.missing or "are not known by that date")]
        )
    rows = {
        name: tuple(_stated(r) for r in found.rows if r["variable"] == name)
        for name in ("passengers_by_mode", "passengers_at_post")
    }
    links = {str(r["id"]): r for w in (before, after) for r in w.links.rows()}
    places = {str(r["id"]): str(r["name"]) for w in (before, after) for r in w.places.rows()}
    zones = {str(r["id"]): str(r["name"]) for r in before.zones.rows()}
    return PassengerAnswer(
        on=before.on,
        scenario=scenario.id,
        visits=_joined(found, "person_trip", ("origin", "destination"), lambda k: (">".join(k), "")),
        modes=rows["passengers_by_mode"],
        posts=tuple(sorted(rows["passengers_at_post"], key=_size)),
        links=_joined(
            found, "passenger_flow", ("id",),
            lambda k: _link(links[k[0]], places),
        ),
        zones=_joined(
            found, "zone_trip", ("origin", "destination"),
            lambda k: (f"{zones[k[0]]} to {zones[k[1]]}", ""),
        ),
        notes=(*_uncounted(found), *dict.fromkeys(s.message for s in found.statuses if s.message)),
    )  # fmt: skip


def _uncounted(found: Linkage) -> tuple[str, ...]:
    """Pairs of countries nobody of which is loaded, for want of a count."""
    pairs = [
        f"{r['origin']}>{r['destination']}"
        for r in found.before["person_trip"].rows()
        if r["purpose"] == LOADED and r["observed_persons_per_y"] is None
    ]
    return (f"no count, so not loaded: {', '.join(pairs)}",) if pairs else ()


def _link(row: Mapping[str, Any], places: Mapping[str, str]) -> tuple[str, str]:
    """What a link is called, with its ends, and its mode."""
    ends = f"{places[row['from_place']]} to {places[row['to_place']]}"
    return f"{ends}, {row['name']}" if row["name"] else ends, str(row["mode"])


def _stated(row: Mapping[str, Any]) -> Change:
    return Change(
        id=row["entity"], title=row["title"],
        mode=row["entity"] if row["variable"] == "passengers_by_mode"
        else str(row["entity"]).rpartition(":")[2],
        before=row["before_amount"], after=row["after_amount"], change=row["change_amount"],
        low=row["low_amount"], high=row["high_amount"],
    )  # fmt: skip


def _size(change: Change) -> tuple[float, float, str]:
    """What changes most first, then what is largest."""
    return (-abs(change.change or 0.0), -max(change.before or 0.0, change.after or 0.0), change.id)


def _joined(
    found: Linkage, table: str, keys: tuple[str, ...], named: Any
) -> tuple[Change, ...]:  # fmt: skip
    """Both sides of a table by some of its keys; what is not known on a side has no change."""
    sides = [_summed(tables[table], keys) for tables in (found.before, found.after)]
    changes: list[Change] = []
    for key in dict.fromkeys((*sides[0], *sides[1])):
        before, after = (side.get(key, 0.0) for side in sides)
        if before is None and after is None:
            continue
        title, mode = named(key)
        changes.append(
            Change(
                id=">".join(key), title=title, mode=mode, before=before, after=after,
                change=None if before is None or after is None else after - before,
            )
        )  # fmt: skip
    return tuple(sorted(changes, key=_size))


def _summed(table: Table, keys: tuple[str, ...]) -> dict[tuple[str, ...], float | None]:
    """Persons a year by some keys; None where a part of the sum is not known."""
    value = next(
        c for c in ("flow_persons_per_y", "trips_persons_per_y") if c in table.schema.names
    )
    total: dict[tuple[str, ...], float | None] = {}
    for r in table.rows():
        if r.get("purpose", LOADED) != LOADED:
            continue
        key = tuple(str(r[k]) for k in keys)
        held = total.get(key, 0.0)
        total[key] = None if held is None or r[value] is None else held + float(r[value])
    return total
