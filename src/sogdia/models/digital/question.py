"""A question about fibre between two cities, or about every state."""

from __future__ import annotations

from collections.abc import Iterable

from sogdia.core.errors import UnknownName
from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.models.digital.model import PAIRS, DigitalModel
from sogdia.world.world import World

__all__ = ["ask_fibre", "find_landing", "find_sections"]


def find_landing(world: World, name: str) -> str:
    """The id of a place of the fibre network, from its id or its name.

    Raises
    ------
    UnknownName
        With the nearest names.
    """
    known = {
        str(n): str(i) for i, n in zip(world.landings["id"], world.landings["name"], strict=True)
    }
    folded = {n.casefold(): i for n, i in known.items()} | {i: i for i in known.values()}
    if name.casefold() not in folded:
        raise UnknownName("place of the fibre network", name, (*known, *known.values()))
    return folded[name.casefold()]


def find_sections(world: World, names: Iterable[str]) -> tuple[str, ...]:
    """Ids of sections, from ids or from two places as Aktau~Sumgait.

    Raises
    ------
    UnknownName
    """
    known = {str(i) for i in world.cables["id"]}
    found: list[str] = []
    for name in names:
        if name in known:
            found.append(name)
            continue
        a, _, b = name.partition("~")
        if not b:
            raise UnknownName(
                "section of fibre", name, known, hint="write two places: Aktau~Sumgait"
            )
        ends = find_landing(world, a), find_landing(world, b)
        either = [f"fibre:{x}~{y}" for x, y in (ends, ends[::-1]) if f"fibre:{x}~{y}" in known]
        if not either:
            raise UnknownName("section of fibre", f"fibre:{ends[0]}~{ends[1]}", known)
        found.append(either[0])
    return tuple(found)


def ask_fibre(
    world: World, pairs: tuple[tuple[str, str], ...] = PAIRS, cut: tuple[str, ...] = ()
) -> tuple[dict[str, Table], Status]:
    """Latency of pairs of places and survivability of states, with some sections cut.

    Parameters
    ----------
    world : World
    pairs : tuple of (place, place)
        Ids of landings.
    cut : tuple of str
        Ids of sections.

    Returns
    -------
    tables : dict
        ``fibre_latency``, ``fibre_country``, ``fibre_section``.
    status : Status
    """
    model = DigitalModel(pairs=pairs, cut=cut)
    problem = model.prepare(world, {})
    answer = model.solve(problem)
    return model.tabulate(problem, answer), answer.status
