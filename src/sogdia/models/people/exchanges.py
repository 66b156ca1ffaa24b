"""Students, language centres and culture as yearly series, and the entries behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sogdia.core.estimate import Estimate
from sogdia.core.states import CHINA, FIVE
from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.claim import day
from sogdia.models.people.centres import centres_by_year, culture_by_year

__all__ = ["ENTRY", "EXCHANGE", "SERIES", "entries", "exchanges"]

EXCHANGE = Schema(
    "exchange",
    (
        Column("what", title="students, centres, culture"),
        Column("series", title="students_in_china, confucius_institute, archaeology, ..."),
        Column("title"),
        Column("country", title="ISO3, or several joined by +"),
        Column("year", "integer"),
        Column("amount", "number"),
        Column("unit"),
        Column("confidence"),
        Column("note"),
        Column("ground", title="the claim or the registry it is from"),
        Column("source"),
    ),
    ("what", "series", "country", "year", "ground"),
)

ENTRY = Schema(
    "exchange_entry",
    (
        Column("id"),
        Column("what", title="centres or culture"),
        Column("kind"),
        Column("countries"),
        Column("began", title="as the registry dates it; null without a day"),
        Column("ended"),
        Column("name"),
        Column("place"),
        Column("partner", title="on the Chinese side"),
        Column("confidence"),
        Column("note"),
        Column("source"),
        Column("source_title"),
        Column("source_url"),
    ),
    ("id",),
)

STUDENTS: dict[str, str] = {
    "students_in_china_persons": "students of the country in China, enrolled",
    "chinese_students_abroad_persons": "Chinese students in the country, enrolled",
    "scholarships_count": "scholarships of China in the year",
    "branch_campus_intake_persons": "students taken in by Chinese branch campuses",
    "luban_students_persons": "students of Luban Workshops",
    "confucius_institute_learners_persons": "learners at a Confucius Institute named in the note",
    "hsk_candidates_persons": "candidates of the Chinese language test",
    "language_learners_school_persons": "pupils who learn Chinese at school",
    "language_learners_university_persons": "students who learn Chinese at university",
}
"""Variables of yearly counts. Counts of several years together are left out: they add no year."""

SERIES = ("students", "centres", "culture")


def exchanges(
    base: EvidenceBase,
    countries: Iterable[str] = FIVE,
    *,
    what: Iterable[str] = SERIES,
    start: int = 1992,
    end: int | None = None,
) -> Table:
    """Yearly series of some countries.

    Parameters
    ----------
    base : EvidenceBase
    countries : iterable of str
        ISO3.
    what : iterable of str
        Of `SERIES`. Students are one row a claim, rivals side by side. Centres are those open by
        the end of a year, and culture the entries begun in it; years without one are left out.
    start, end : int
        First and last year; by default the year of the latest entry.
    """
    wanted, chosen = tuple(countries), set(what)
    rows: list[dict[str, Any]] = []
    if "students" in chosen:
        rows += _students(base, wanted)
    if "centres" in chosen:
        rows += _centres(base, wanted)
    if "culture" in chosen:
        rows += _culture(base, wanted)
    kept = [r for r in rows if start <= r["year"] and (end is None or r["year"] <= end)]
    kept.sort(key=lambda r: (SERIES.index(r["what"]), r["series"], r["country"], r["year"]))
    return Table.from_rows(EXCHANGE, kept)


def _students(base: EvidenceBase, wanted: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    together = "+".join(FIVE)
    for subject in (*wanted, *((together,) if set(FIVE) <= set(wanted) else ())):
        for variable, title in STUDENTS.items():
            for claim in base.about(subject, variable):
                if not isinstance(claim.value, Estimate) or claim.holds_from is None:
                    continue
                yield {
                    "what": "students", "series": variable.rsplit("_", 1)[0], "title": title,
                    "country": subject, "year": claim.holds_from.year,
                    "amount": claim.value.central,
                    "unit": "persons" if variable.endswith("_persons") else "1",
                    "confidence": claim.confidence, "note": claim.note or None,
                    "ground": f"claim:{claim.id}", "source": claim.source,
                }  # fmt: skip


def _centres(base: EvidenceBase, wanted: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    opened = [day(r["opened"]) for r in base.registry("people_institutes")]
    last = max(d.year for d in opened if d is not None)
    for r in centres_by_year(base, range(1992, last + 1)).rows():
        if r["country"] not in wanted or not r["open_count"]:
            continue
        undated = int(r["undated_count"])
        yield {
            "what": "centres", "series": r["kind"], "title": "open by the end of the year",
            "country": r["country"], "year": r["year"], "amount": r["open_count"], "unit": "1",
            "confidence": None,
            "note": "closures are not recorded: an upper bound"
            + (f"; {undated} without a day of opening not counted" if undated else ""),
            "ground": "registries/people_institutes", "source": None,
        }  # fmt: skip


def _culture(base: EvidenceBase, wanted: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for r in culture_by_year(base).rows():
        if r["country"] in wanted:
            yield {
                "what": "culture", "series": r["kind"], "title": "entries begun in the year",
                "country": r["country"], "year": r["year"], "amount": r["begun_count"],
                "unit": "1", "confidence": None,
                "note": "an entry of several states counts in each",
                "ground": "registries/science_culture", "source": None,
            }  # fmt: skip


def entries(
    base: EvidenceBase,
    countries: Iterable[str] = FIVE,
    *,
    what: Iterable[str] = ("centres", "culture"),
    on: date | None = None,
) -> Table:
    """The entries of the registries of institutes and of science and culture, oldest first.

    Parameters
    ----------
    on : date, optional
        Leaves out what began later; an entry without a day stays, and says so by its null.
    """
    wanted, chosen = set(countries), set(what)
    rows: list[dict[str, Any]] = []
    if "centres" in chosen:
        for r in base.registry("people_institutes"):
            if r["country"] in wanted or (r["country"] == CHINA and wanted >= set(FIVE)):
                place = ", ".join(filter(None, (r["city"], r["host"])))
                rows.append(
                    _entry(base, r, "centres", r["country"], r["opened"], "", r["name"])
                    | {"place": place or None, "partner": r["chinese_partner"] or None}
                )
    if "culture" in chosen:
        for r in base.registry("science_culture"):
            if wanted & set(r["countries"].split(";")):
                rows.append(
                    _entry(base, r, "culture", r["countries"], r["date"], r["end_date"], r["what"])
                )
    if on is not None:
        rows = [r for r in rows if r["began"] is None or (day(r["began"]) or on) <= on]
    rows.sort(key=lambda r: (r["began"] or "9999", r["id"]))
    return Table.from_rows(ENTRY, rows)


def _entry(
    base: EvidenceBase, r: Mapping[str, str], what: str, countries: str, began: str, ended: str,
    name: str,
) -> dict[str, Any]:  # fmt: skip
    source = base.sources.get(r["source"])
    return {
        "id": r["id"], "what": what, "kind": r["kind"], "countries": countries,
        "began": began or None, "ended": ended or None, "name": name,
        "confidence": r["confidence"], "note": r["note"] or None, "source": r["source"],
        "source_title": None if source is None else source.title,
        "source_url": None if source is None else source.url or None,
    }  # fmt: skip
