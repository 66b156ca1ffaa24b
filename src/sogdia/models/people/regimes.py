"""The visa regime citizens of one country meet in another, by world or by registry."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import day
from sogdia.world.world import World

__all__ = ["LIMITED", "REGIME_WORDS", "regime_by_registry", "regimes_of", "with_regimes"]

REGIME_WORDS = ("closed", "visa_required", "evisa", "visa_on_arrival", "joint_visa", "visa_free")
"""From the least open to the most open. `joint_visa` is one electronic visa for several states."""

LIMITED = {
    "VR-002": "transit of 72 hours only",
    "VR-010": "only inside the Khorgos centre",
    "VR-011": "only inside the Khorgos centre",
    "VR-015": "proposed, for holders of some other visas",
    "VR-016": "organised groups only",
}
"""Rows of the registry that do not open a country to every visitor, and why."""

Pair = tuple[str, str]


def _most_open(rows: Iterable[Mapping[str, Any]]) -> dict[Pair, str]:
    """The regime by pair: closed wins; otherwise the most open one, which a visitor would choose."""
    found: dict[Pair, str] = {}
    for row in rows:
        if row["id"] in LIMITED or row["regime"] not in REGIME_WORDS:
            continue
        # A proposal that names many countries at once is not a regime of any pair.
        if ";" in row["to_country"] or row["from_country"] == "*":
            continue
        pair = (row["from_country"], row["to_country"])
        held = found.get(pair)
        if held == "closed":
            continue
        if (
            held is None
            or row["regime"] == "closed"
            or REGIME_WORDS.index(row["regime"]) > REGIME_WORDS.index(held)
        ):
            found[pair] = row["regime"]
    return found


def regimes_of(world: World) -> dict[Pair, str]:
    """The regime of each pair (citizens of, in) on the world's date; pairs not known are absent."""
    return _most_open(r for r in world.regimes.rows() if r["kind"] == "visa")


def regime_by_registry(base: EvidenceBase, on: date) -> dict[Pair, str]:
    """The same from the registry on any date, both ends of a row included."""
    rows: list[Mapping[str, Any]] = []
    for row in base.registry("visa_regimes"):
        start, end = day(row["start_date"]), day(row["end_date"], last=True)
        if row["status"] == "in_force" and start is not None and start <= on:
            if end is not None and end < on:
                continue
            rows.append(row)
    return _most_open(rows)


def with_regimes(world: World, regimes: Mapping[Pair, str], *, source: str = "question") -> World:
    """The world with the visa regimes of some pairs replaced, and everything else kept.

    Raises
    ------
    InvalidInput
        With every word that is not a regime.
    """
    wrong = [
        Problem(
            where=f"regime of citizens of {a} in {b}",
            what="is not known",
            got=word,
            allowed=", ".join(REGIME_WORDS),
        )
        for (a, b), word in regimes.items()
        if word not in REGIME_WORDS
    ]
    if wrong:
        raise InvalidInput(wrong)
    kept = [
        r
        for r in world.regimes.rows()
        if r["kind"] != "visa" or (r["from_country"], r["to_country"]) not in regimes
    ]
    added = [
        {
            "id": f"{source}:{a}>{b}", "kind": "visa", "from_country": a, "to_country": b,
            "regime": word, "since": world.on, "source": source,
        }
        for (a, b), word in sorted(regimes.items())
    ]  # fmt: skip
    return dataclasses.replace(
        world, regimes=Table.from_rows(world.regimes.schema, [*kept, *added])
    )
