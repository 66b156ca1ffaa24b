"""The names a scenario may use: ids and place names of a world, and former ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.scenario.measures import SINGULAR
from sogdia.scenario.world_like import WorldLike

__all__ = ["NAMED", "Names", "aliases_of", "names_of"]

NAMED = frozenset({"links", "crossings", "transfers", "tariffs"})
"""Tables whose ids `Names` has a field for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a scenario may name, as the caller knows it. None is "do not check".

    Attributes
    ----------
    links, crossings, transfers, tariffs, countries, claims, places, classes : collection of str
    further : mapping of str to collection of str
        Ids of the other tables measures act on, by table.
    aliases : mapping of str to str
        Former ids to present ones; a scenario is read as if it had the present one.
    """

    links: Collection[str] | None = None
    crossings: Collection[str] | None = None
    transfers: Collection[str] | None = None
    tariffs: Collection[str] | None = None
    countries: Collection[str] | None = None
    claims: Collection[str] | None = None
    places: Collection[str] | None = None
    classes: Collection[str] | None = None
    further: Mapping[str, Collection[str]] = field(default_factory=lambda: {})
    aliases: Mapping[str, str] = field(default_factory=lambda: {})


def names_of(
    world: WorldLike,
    *,
    aliases: Mapping[str, str] | None = None,
    claims: Collection[str] | None = None,
) -> Names:
    """The names a world has. `aliases` are former ids; `claims` is for ``of = "<claim id>"``."""

    def column(table: Table, *names: str) -> frozenset[str]:
        return frozenset(str(v) for n in names for v in table[n] if v is not None)

    return Names(
        links=column(world.links, "id"),
        crossings=column(world.crossings, "id"),
        transfers=column(world.transfers, "id"),
        tariffs=column(world.tariffs, "id"),
        countries=column(world.places, "country") | column(world.crossings, "towards", "leaving"),
        places=_with_short(column(world.places, "id", "name"))
        | column(world.zones, "id", "name", "city"),
        classes=column(world.classes, "id"),
        claims=claims,
        further={
            table: column(getattr(world, table), "id") for table in SINGULAR if table not in NAMED
        },
        aliases=aliases if aliases is not None else {},
    )


def _with_short(names: Collection[str]) -> frozenset[str]:
    """Names, and those of "Poti (port)" without what is in brackets."""
    return frozenset(names) | {name.partition(" (")[0] for name in names}


def aliases_of(evidence: EvidenceBase) -> dict[str, str]:
    """Former ids of links, places and posts to their present ones."""
    return {
        former: row["id"]
        for entities in ("places", "links", "posts")
        for row in evidence.entities(entities)
        if (former := row.get("former_id", ""))
    }
