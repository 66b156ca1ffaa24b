"""Facts about pairs of economies that gravity equations use: borders, languages, agreements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import day

__all__ = ["AGREEMENTS", "PairFacts", "pair_facts"]

AGREEMENTS = ("EU", "EAEU", "CIS-FTA", "ASEAN", "RCEP", "GAFTA", "SAFTA")
"""Groups whose members trade with each other under an agreement. The Shanghai Cooperation
Organisation is a group without one."""

Pair = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFacts:
    """What holds between two economies on a date. Every relation is symmetric.

    Attributes
    ----------
    on : date
    contiguous : frozenset of pairs
        A common land border.
    language : frozenset of pairs
        An official language in common.
    agreement : frozenset of pairs
        A trade agreement on goods in force: bilateral, or as members of one of `AGREEMENTS`.
    members : mapping of str to frozenset of str
        Members of each group, EU, EAEU, SCO and so on.
    """

    on: date
    contiguous: frozenset[Pair]
    language: frozenset[Pair]
    agreement: frozenset[Pair]
    members: dict[str, frozenset[str]]

    def both_in(self, group: str) -> frozenset[Pair]:
        """Pairs of members of a group; empty when it has none on the date."""
        return _pairs_within(self.members.get(group, frozenset()))


def pair_facts(base: EvidenceBase, *, on: date) -> PairFacts:
    """The facts of a date, from the registries `country_pairs` and `unions`.

    An agreement between a group and a country, or two groups, holds for each of its members.
    """
    rows = [r for r in base.registry("country_pairs") if _holds(r["since"], r["until"], on)]
    members: dict[str, set[str]] = {}
    for row in rows:
        if row["relation"] == "member":
            members.setdefault(row["name"], set()).add(row["a"])
    for row in base.registry("unions"):
        if _holds(row["since"], row["until"], on):
            members.setdefault(row["union"], set()).add(row["member"])
    frozen = {name: frozenset(ids) for name, ids in members.items()}
    signed = {
        frozenset((a, b))
        for row in rows
        if row["relation"] == "agreement"
        for a in frozen.get(row["a"], frozenset((row["a"],)))
        for b in frozen.get(row["b"], frozenset((row["b"],)))
        if a != b
    }
    for group in AGREEMENTS:
        signed |= _pairs_within(frozen.get(group, frozenset()))
    return PairFacts(
        on=on,
        contiguous=_related(rows, "contiguous"),
        language=_related(rows, "language"),
        agreement=frozenset(signed),
        members=frozen,
    )


def _related(rows: Iterable[dict[str, str]], relation: str) -> frozenset[Pair]:
    return frozenset(frozenset((r["a"], r["b"])) for r in rows if r["relation"] == relation)


def _pairs_within(members: Iterable[str]) -> frozenset[Pair]:
    return frozenset(frozenset(pair) for pair in combinations(sorted(members), 2))


def _holds(since: str, until: str, on: date) -> bool:
    start, end = day(since), day(until)
    return (start is None or start <= on) and (end is None or on < end)
