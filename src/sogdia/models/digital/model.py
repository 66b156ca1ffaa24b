"""The model of fibre: sections of a world to latency by pair and survivability by state."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status
from sogdia.core.table import Table, null
from sogdia.models.digital.solve_cuts import minimum_cut, section_bridges
from sogdia.models.digital.solve_paths import Latency, least_latency, section_ms
from sogdia.models.digital.tables import FIBRE_COUNTRY, FIBRE_LATENCY, FIBRE_SECTION
from sogdia.world.world import World

__all__ = ["NODES", "PAIRS", "DigitalModel", "Fibre", "FibreAnswer"]

READS = frozenset(
    {("landings", c) for c in ("id", "country", "gateway")}
    | {
        ("cables", c)
        for c in (
            "id", "from_place", "to_place", "status", "length_km", "published_length",
            "capacity_mbit_per_s",
        )
    }
    | {("fibre", "refractive_index"), ("fibre", "hop_ms")}
)  # fmt: skip

NODES: Mapping[str, str] = {
    "KAZ": "kz.almaty", "KGZ": "kg.bishkek", "TJK": "tj.dushanbe", "TKM": "tm.ashgabat",
    "UZB": "uz.tashkent",
}  # fmt: skip
"""Main node of each state: where its operators meet."""

PAIRS: tuple[tuple[str, str], ...] = (
    *(("cn.urumqi", node) for node in NODES.values()),
    *((node, "de.frankfurt") for node in NODES.values()),
    *((node, "cn.hong-kong") for node in NODES.values()),
    ("kz.aktau", "de.frankfurt"),
    ("cn.hong-kong", "de.frankfurt"),
)
"""Pairs of cities answered for by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fibre:
    """Places and sections by position, sorted by id.

    Attributes
    ----------
    places, country, gateway : tuple of str
        By place; gateway is west, east or empty.
    sections, words : tuple of str
        By section: ids, and their status.
    ends : (M, 2) int64
    length_km : (M,) float64
    published : (M,) bool
    capacity : (M,) float64
        Mbit/s; NaN unknown.
    usable : (M,) bool
        Open on the date, and not cut.
    n, h : float
        Symbols of `solve_paths`.
    pairs : (P, 2) int64
    nodes : tuple of (country, place)
    """

    on: date
    places: tuple[str, ...]
    country: tuple[str, ...]
    gateway: tuple[str, ...]
    sections: tuple[str, ...]
    words: tuple[str, ...]
    ends: NDArray[np.int64]
    length_km: NDArray[np.float64]
    published: NDArray[np.bool_]
    capacity: NDArray[np.float64]
    usable: NDArray[np.bool_]
    n: float
    h: float
    pairs: NDArray[np.int64]
    nodes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FibreAnswer:
    """Rows by position, and how it ended.

    Attributes
    ----------
    latency : Latency
        From the first place of every pair.
    worst : (P,) int64
        Section of a pair's least way whose loss costs most; -1 without a way.
    after_worst_ms : (P,) float64
        One way after it; infinite when none is left.
    worst_state : tuple of str
        State that is passed and is neither end's whose loss costs most; empty when none is passed.
    after_state_ms : (P,) float64
        One way without its fibre; infinite when none is left.
    cuts : (P,) int64
    states : tuple of dict
    bridges : (M,) bool
    status : Status
    """

    latency: Latency
    worst: NDArray[np.int64]
    after_worst_ms: NDArray[np.float64]
    worst_state: tuple[str, ...]
    after_state_ms: NDArray[np.float64]
    cuts: NDArray[np.int64]
    states: tuple[dict[str, Any], ...]
    bridges: NDArray[np.bool_]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitalModel:
    """Fibre of a world. Holds its parameters only.

    Attributes
    ----------
    pairs : tuple of (place, place)
        Ids of landings.
    cut : tuple of str
        Ids of sections taken out.
    """

    pairs: tuple[tuple[str, str], ...] = PAIRS
    cut: tuple[str, ...] = ()
    name: str = "digital"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset({"fibre_latency", "fibre_country", "fibre_section"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> Fibre:
        """Places and sections sorted by id.

        Raises
        ------
        InvalidInput
            When a section ends nowhere or has no length, or a name is not known.
        """
        del tables
        landings = sorted(world.landings.rows(), key=lambda r: r["id"])
        cables = sorted(world.cables.rows(), key=lambda r: r["id"])
        at = {row["id"]: i for i, row in enumerate(landings)}
        known = {row["id"] for row in cables}
        problems = ProblemList()
        for row in cables:
            for end in (row["from_place"], row["to_place"]):
                if end not in at:
                    problems.add(f"cable {row['id']}", "ends at no known place", got=end)
            if row["status"] == "open" and row["length_km"] is None:
                problems.add(f"cable {row['id']}", "is open and has no length")
        for name in {p for pair in self.pairs for p in pair} - set(at):
            problems.add("fibre", "no such place", got=name)
        for name in set(self.cut) - known:
            problems.add("fibre", "no such section", got=name)
        if len(world.fibre) != 1:
            problems.add("fibre", "needs the one row of the table fibre", got=len(world.fibre))
        problems.raise_if_any()
        glass = next(world.fibre.rows())
        return Fibre(
            on=world.on,
            places=tuple(at),
            country=tuple(r["country"] for r in landings),
            gateway=tuple(r["gateway"] or "" for r in landings),
            sections=tuple(r["id"] for r in cables),
            words=tuple(r["status"] for r in cables),
            ends=np.array(
                [(at[r["from_place"]], at[r["to_place"]]) for r in cables], dtype=np.int64
            ).reshape(-1, 2),
            length_km=np.array([_number(r["length_km"]) for r in cables]),
            published=np.array([bool(r["published_length"]) for r in cables], dtype=bool),
            capacity=np.array([_number(r["capacity_mbit_per_s"]) for r in cables]),
            usable=np.array(
                [r["status"] == "open" and r["id"] not in self.cut for r in cables], dtype=bool
            ),
            n=_number(glass["refractive_index"]),
            h=_number(glass["hop_ms"]),
            pairs=np.array([(at[a], at[b]) for a, b in self.pairs], dtype=np.int64).reshape(-1, 2),
            nodes=tuple((c, at[p]) for c, p in sorted(NODES.items()) if p in at),
        )

    def solve(self, problem: Fibre) -> FibreAnswer:
        """Latency, worst cut and cuts of each pair; cuts of each state; bridges."""
        t = section_ms(problem.length_km, problem.n)
        sources, row_of = np.unique(problem.pairs[:, 0], return_inverse=True)
        latency = _least(problem, t, sources, problem.usable)
        worst, after, cuts = [], [], []
        lost: list[tuple[str, float]] = []
        for p, (a, b) in enumerate(problem.pairs):
            way = latency.path(int(row_of[p]), int(b))
            section, left = _worst(problem, t, int(a), int(b), way)
            lost.append(_worst_state(problem, t, int(a), int(b), way))
            worst.append(section)
            after.append(left)
            cuts.append(_cut(problem, int(a), np.array([b])).k if a != b else 0)
        bridges = section_bridges(problem.ends, len(problem.places), usable=problem.usable)
        return FibreAnswer(
            latency=latency,
            worst=np.array(worst, dtype=np.int64),
            after_worst_ms=np.array(after, dtype=np.float64),
            worst_state=tuple(name for name, _ in lost),
            after_state_ms=np.array([ms for _, ms in lost], dtype=np.float64),
            cuts=np.array(cuts, dtype=np.int64),
            states=tuple(
                _state(problem, country, node, bridges) for country, node in problem.nodes
            ),
            bridges=bridges,
            status=Status(state="solved", of=f"fibre, {problem.on}"),
        )

    def tabulate(self, problem: Fibre, solution: FibreAnswer) -> dict[str, Table]:
        """Tables ``fibre_latency``, ``fibre_country`` and ``fibre_section``."""
        _, row_of = np.unique(problem.pairs[:, 0], return_inverse=True)
        return {
            "fibre_latency": Table.from_rows(
                FIBRE_LATENCY,
                [_pair(problem, solution, p, int(row_of[p])) for p in range(len(problem.pairs))],
            ),
            "fibre_country": Table.from_rows(
                FIBRE_COUNTRY, [{"on": problem.on, **row} for row in solution.states]
            ),
            "fibre_section": Table.from_rows(
                FIBRE_SECTION,
                [
                    {
                        "on": problem.on,
                        "section": name,
                        "status": problem.words[e],
                        "one_way_ms": null(problem.n * problem.length_km[e] / 299.792458),
                        "length_km": null(problem.length_km[e]),
                        "published_length": bool(problem.published[e]),
                        "capacity_mbit_per_s": null(problem.capacity[e]),
                        "bridge": bool(solution.bridges[e]),
                    }
                    for e, name in enumerate(problem.sections)
                ],
            ),
        }


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _least(
    problem: Fibre,
    t: NDArray[np.float64],
    sources: NDArray[np.int64],
    usable: NDArray[np.bool_],
) -> Latency:
    return least_latency(
        problem.ends, t, len(problem.places), h=problem.h, sources=sources, usable=usable
    )


def _cut(problem: Fibre, a: int, targets: NDArray[np.int64]) -> Any:
    return minimum_cut(problem.ends, len(problem.places), a, targets, usable=problem.usable)


def _worst(
    problem: Fibre, t: NDArray[np.float64], a: int, b: int, way: tuple[int, ...]
) -> tuple[int, float]:
    """The costliest single cut; only a section of the least way costs anything."""
    found = (-1, math.inf if not way and a != b else 0.0)
    for e in way:
        usable = problem.usable.copy()
        usable[e] = False
        left = float(_least(problem, t, np.array([a]), usable).d[0, b])
        if found[0] < 0 or left > found[1]:
            found = (e, left)
    return found


def _worst_state(
    problem: Fibre, t: NDArray[np.float64], a: int, b: int, way: tuple[int, ...]
) -> tuple[str, float]:
    """The costliest loss of a whole state on the least way; the ends' own are not lost."""
    of_place = np.array(problem.country, dtype=object)
    passed = {str(of_place[i]) for e in way for i in problem.ends[e]}
    found = ("", math.inf if not way and a != b else 0.0)
    for state in sorted(passed - {str(of_place[a]), str(of_place[b])}):
        away = (of_place == state)[problem.ends].any(axis=1)
        left = float(_least(problem, t, np.array([a]), problem.usable & ~away).d[0, b])
        if not found[0] or left > found[1]:
            found = (state, left)
    return found


def _state(problem: Fibre, country: str, node: int, bridges: NDArray[np.bool_]) -> dict[str, Any]:
    gateway = np.array(problem.gateway, dtype=object)
    every, west, east = (
        np.nonzero(mask)[0] for mask in (gateway != "", gateway == "west", gateway == "east")
    )
    cut = _cut(problem, node, every)
    inside = [
        problem.country[a] == country or problem.country[b] == country for a, b in problem.ends
    ]
    return {
        "country": country,
        "place": problem.places[node],
        "cuts_count": cut.k,
        "cut": ";".join(sorted(problem.sections[e] for e in cut.sections)),
        "cuts_west_count": _cut(problem, node, west).k,
        "cuts_east_count": _cut(problem, node, east).k,
        "needs_west": ";".join(_needed(problem, country, node, west)),
        "bridges_count": int(np.sum(bridges & np.array(inside, dtype=bool))),
    }


def _needed(problem: Fibre, country: str, node: int, west: NDArray[np.int64]) -> list[str]:
    """States whose fibre every way west passes: without any of their places none is left."""
    ends_in = {problem.country[w] for w in west} | {country}
    of_place = np.array(problem.country, dtype=object)
    needed: list[str] = []
    for other in sorted(set(problem.country) - ends_in):
        away = (of_place == other)[problem.ends].any(axis=1)
        if not minimum_cut(
            problem.ends, len(problem.places), node, west, usable=problem.usable & ~away
        ).k:
            needed.append(other)
    return needed


def _pair(problem: Fibre, solution: FibreAnswer, p: int, source: int) -> dict[str, Any]:
    a, b = (int(x) for x in problem.pairs[p])
    way = solution.latency.path(source, b)
    d, left = float(solution.latency.d[source, b]), float(solution.after_worst_ms[p])
    sections = np.array(way, dtype=np.int64)
    capacity = problem.capacity[sections]
    passed = [a]
    for e in way:
        u, v = (int(x) for x in problem.ends[e])
        passed.append(v if u == passed[-1] else u)
    there = math.isfinite(d)
    without = float(solution.after_state_ms[p])
    return {
        "on": problem.on,
        "from_place": problem.places[a],
        "to_place": problem.places[b],
        "round_trip_ms": 2.0 * d if there else None,
        "length_km": float(problem.length_km[sections].sum()) if there else None,
        "sections_count": len(way) if there else None,
        "way": ">".join(problem.places[i] for i in passed) if there else None,
        "worst_section": problem.sections[solution.worst[p]] if way else None,
        "worst_cut_ms": 2.0 * left if math.isfinite(left) else None,
        "worst_state": solution.worst_state[p] or None,
        "worst_state_ms": 2.0 * without
        if solution.worst_state[p] and math.isfinite(without)
        else None,
        "cuts_count": int(solution.cuts[p]),
        "capacity_mbit_per_s": float(np.nanmin(capacity)) if np.isfinite(capacity).any() else None,
        "unknown_capacity_count": int(np.sum(~np.isfinite(capacity))) if there else None,
    }
