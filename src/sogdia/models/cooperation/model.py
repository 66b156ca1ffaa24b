"""The model of cooperation: from the events and the regimes in force to a network of countries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.table import Table
from sogdia.models.cooperation.coding_tables import coding_rows
from sogdia.models.cooperation.network import AGREEMENT_NETWORK, BINDING, REGIMES
from sogdia.models.cooperation.solve_network import Shared, shared_agreements
from sogdia.world.world import World

__all__ = ["CooperationModel", "network_on"]

READS = frozenset(
    ("regimes", column)
    for column in ("id", "kind", "from_country", "to_country", "regime", "since", "until")
)
KINDS = (*BINDING, *REGIMES)


@dataclass(frozen=True, slots=True)
class Tie:
    """Something that some countries share: its kind, who, and since when."""

    kind: str
    countries: tuple[str, ...]
    since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Ties by position.

    Attributes
    ----------
    on : date
    countries : tuple of str, length N
        In the order of the alphabet.
    ties : tuple of Tie, length E
    M : (E, N) int64
        1 where a country takes part.
    k : (E,) int64
        Kind, by its place in `KINDS`.
    """

    on: date
    countries: tuple[str, ...]
    ties: tuple[Tie, ...]
    M: NDArray[np.int64]
    k: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CooperationModel:
    """Which countries share which kind of agreement on the date of a world.

    It takes the table ``policy_event`` (see `sogdia.models.cooperation.network.policy_events`)
    and gives ``agreement_network``. An event counts from its first day until the day it is known
    to have been replaced or ended. Regimes are those of the world, so a scenario that changes a
    visa changes the network and a scenario that does not leaves it as it is.

    Attributes
    ----------
    limited : frozenset of str
        Visa regimes that cover a zone, a transit or a tour group, and so are no free entry.
    """

    limited: frozenset[str] = field(
        default_factory=lambda: frozenset(
            r["regime"] for r in coding_rows("visas_of_limited_scope")
        )
    )
    name: str = "cooperation"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset({"policy_event"})
    gives: frozenset[str] = frozenset({"agreement_network"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> Prepared:
        """Countries to positions, and what holds on the date of the world.

        Raises
        ------
        InvalidInput
            When the table ``policy_event`` is missing.
        """
        if "policy_event" not in tables:
            raise InvalidInput(
                [
                    Problem(
                        where="the cooperation model",
                        what="needs the table policy_event",
                        fix="make it with sogdia.models.cooperation.network.policy_events",
                    )
                ]
            )
        known = min(world.on, world.known_by)
        ties = [
            *_from_events(tables["policy_event"], world.on, known),
            *_from_regimes(world, self.limited),
        ]
        ties.sort(key=lambda t: (t.kind, t.countries, t.since or date.min))
        countries = tuple(sorted({c for tie in ties for c in tie.countries}))
        place = {country: i for i, country in enumerate(countries)}
        M = np.zeros((len(ties), len(countries)), dtype=np.int64)
        for row, tie in enumerate(ties):
            M[row, [place[c] for c in tie.countries]] = 1
        k = np.array([KINDS.index(tie.kind) for tie in ties], dtype=np.int64)
        return Prepared(on=world.on, countries=countries, ties=tuple(ties), M=M, k=k)

    def solve(self, problem: Prepared) -> Shared:
        """Count what each two countries share."""
        return shared_agreements(problem.M, problem.k, len(KINDS))

    def tabulate(self, problem: Prepared, solution: Shared) -> dict[str, Table]:
        """The table agreement_network."""
        latest: dict[tuple[str, str, str], date] = {}
        for tie in problem.ties:
            for a, b in combinations(tie.countries, 2):
                if tie.since is not None:
                    key = (a, b, tie.kind)
                    latest[key] = max(latest.get(key, tie.since), tie.since)
        rows: list[dict[str, Any]] = []
        for i, j in combinations(range(len(problem.countries)), 2):
            a, b = problem.countries[i], problem.countries[j]
            for place, kind in enumerate(KINDS):
                count = int(solution.C[place, i, j])
                if count:
                    rows.append(
                        {
                            "on": problem.on, "a": a, "b": b, "kind": kind,
                            "shared_count": float(count), "latest": latest.get((a, b, kind)),
                        }
                    )  # fmt: skip
        return {"agreement_network": Table.from_rows(AGREEMENT_NETWORK, rows)}


def network_on(world: World, events: Table) -> Table:
    """The network of a world: `prepare`, `solve` and `tabulate` in a row."""
    model = CooperationModel()
    problem = model.prepare(world, {"policy_event": events})
    return model.tabulate(problem, model.solve(problem))["agreement_network"]


def _from_events(events: Table, on: date, known: date) -> list[Tie]:
    return [
        Tie(row["kind"], tuple(row["countries"].split(";")), row["first"])
        for row in events.rows()
        if row["kind"] in BINDING
        and row["first"] <= known
        and (row["until"] is None or on < row["until"])
    ]


def _from_regimes(world: World, limited: frozenset[str]) -> list[Tie]:
    """Directions without a visa, each once, and unions; closed directions are not free."""
    free: dict[tuple[str, str], date | None] = {}
    closed: set[tuple[str, str]] = set()
    unions: dict[str, dict[str, date | None]] = {}
    for row in world.regimes.rows():
        if row["kind"] == "union":
            unions.setdefault(row["regime"], {})[row["from_country"]] = row["since"]
        elif row["kind"] == "visa" and row["id"] not in limited:
            for target in row["to_country"].split(";"):
                direction = (row["from_country"], target)
                if row["regime"] == "closed":
                    closed.add(direction)
                elif row["regime"] == "visa_free" and direction[0] != "*":
                    since = row["since"]
                    free[direction] = min(free.get(direction) or since, since) if since else None
    ties = [
        Tie("visa_free", tuple(sorted(direction)), since)
        for direction, since in free.items()
        if direction not in closed
    ]
    for members in unions.values():
        for a, b in combinations(sorted(members), 2):
            joined = [members[a], members[b]]
            known = [day for day in joined if day is not None]
            ties.append(Tie("union", (a, b), max(known) if len(known) == 2 else None))
    return ties
