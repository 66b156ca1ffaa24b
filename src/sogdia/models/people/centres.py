"""Language centres, institutes and cultural events by country and year, from the registries."""

from __future__ import annotations

from collections.abc import Iterable

from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import day

__all__ = ["CENTRES_BY_YEAR", "CULTURE_BY_YEAR", "centres_by_year", "culture_by_year"]

CENTRES_BY_YEAR = Schema(
    "centres_by_year",
    (
        Column("country", title="ISO3 of the host"),
        Column("kind", title="confucius_institute, luban_workshop, branch_campus, ..."),
        Column("year", "integer"),
        Column("opened_count", "number", title="opened in the year"),
        Column(
            "open_count", "number", title="opened by the end of the year; closures are not known"
        ),
        Column("undated_count", "number", title="of the kind, without a year: in no other column"),
    ),
    ("country", "kind", "year"),
)

CULTURE_BY_YEAR = Schema(
    "culture_by_year",
    (
        Column("country", title="ISO3, one of the five"),
        Column("kind", title="archaeology, restoration, science, culture_year, ..."),
        Column("year", "integer"),
        Column("begun_count", "number", title="entries of the registry that begin in the year"),
    ),
    ("country", "kind", "year"),
)


def centres_by_year(base: EvidenceBase, years: Iterable[int]) -> Table:
    """Centres opened and open by host country, kind and year.

    Planned centres and those without a year are only in `undated_count`. The registry records no
    closure, so `open_count` is an upper bound.
    """
    wanted = sorted(set(years))
    opened: dict[tuple[str, str], list[int]] = {}
    undated: dict[tuple[str, str], int] = {}
    for row in base.registry("people_institutes"):
        key = (row["country"], row["kind"])
        first = day(row["opened"])
        opened.setdefault(key, [])
        if first is None:
            undated[key] = undated.get(key, 0) + 1
        else:
            opened[key].append(first.year)
    return Table.from_rows(
        CENTRES_BY_YEAR,
        [
            {
                "country": country,
                "kind": kind,
                "year": year,
                "opened_count": float(dates.count(year)),
                "open_count": float(sum(d <= year for d in dates)),
                "undated_count": float(undated.get((country, kind), 0)),
            }
            for (country, kind), dates in sorted(opened.items())
            for year in wanted
        ],
    )


def culture_by_year(base: EvidenceBase) -> Table:
    """Joint archaeology, restoration, science and culture years: entries begun by state and year.

    An entry of several states counts once in each, so states must not be added up.
    """
    counts: dict[tuple[str, str, int], int] = {}
    for row in base.registry("science_culture"):
        first = day(row["date"])
        assert first is not None
        for country in row["countries"].split(";"):
            if country != "CHN":
                key = (country, row["kind"], first.year)
                counts[key] = counts.get(key, 0) + 1
    return Table.from_rows(
        CULTURE_BY_YEAR,
        [
            {"country": c, "kind": k, "year": y, "begun_count": float(n)}
            for (c, k, y), n in sorted(counts.items())
        ],
    )
