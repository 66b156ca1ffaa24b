"""What is wrong with the base as a whole, and how much of it is assumed."""

from __future__ import annotations

from collections.abc import Iterator

from sogdia.core.errors import InvalidInput, Problem
from sogdia.evidence.base import EvidenceBase, problems_of

__all__ = ["assumed_share", "problems_of_base"]


def problems_of_base(base: EvidenceBase) -> list[Problem]:
    """Every problem of claims, entities and registries."""
    found = problems_of(base, base.domains).problems
    if found:
        return list(found)
    try:
        return [*_entities(base), *_subjects(base), *_registries(base)]
    except InvalidInput as error:
        return list(error.problems)


def assumed_share(base: EvidenceBase, domain: str) -> float:
    """Share of a domain's claims that rest on assumption."""
    claims = base.claims(domain)
    return sum(c.basis == "assumed" for c in claims) / len(claims) if claims else 0.0


def _entities(base: EvidenceBase) -> Iterator[Problem]:
    """Ids are unique, positions are on Earth, references point somewhere."""
    places = {row["id"] for row in base.entities("places")}
    posts = {row["id"] for row in base.entities("posts")}
    zones = {row["id"] for row in base.entities("zones")}
    for name in ("places", "links", "posts", "zones"):
        seen: set[str] = set()
        for number, row in enumerate(base.entities(name), start=2):
            where = f"entities/{name}.csv row {number}"
            if row["id"] in seen:
                yield Problem(where=where, what="id is used twice", got=row["id"])
            seen.add(row["id"])
            source = row.get("source", "")
            if source and source not in base.sources:
                yield Problem(where=where, what="no such source", got=source)
            if "lat" in row and not _on_earth(row["lat"], row["lon"]):
                yield Problem(where=where, what="position", got=f"{row['lat']}, {row['lon']}")
    for row in base.entities("links"):
        for end in (row["from_place"], row["to_place"]):
            if end not in places:
                yield Problem(where=f"link {row['id']}", what="ends at no known place", got=end)
        if row["post"] and row["post"] not in posts:
            yield Problem(where=f"link {row['id']}", what="passes no known post", got=row["post"])
    for row in base.entities("connectors"):
        if row["zone"] not in zones or row["place"] not in places:
            yield Problem(
                where="entities/connectors.csv",
                what="joins a zone or place that is not there",
                got=f"{row['zone']} and {row['place']}",
            )


def _on_earth(lat: str, lon: str) -> bool:
    try:
        return abs(float(lat)) <= 90 and abs(float(lon)) <= 180
    except ValueError:
        return False


def _subjects(base: EvidenceBase) -> Iterator[Problem]:
    """A claim about a link or zone is about one that exists."""
    known = {row["id"] for name in ("links", "zones") for row in base.entities(name)}
    for domain in ("network", "zones"):
        for claim in base.claims(domain):
            subject = claim.subject
            if (
                subject.startswith(("rail:", "road:", "sea:", "air:", "zone:"))
                and subject not in known
            ):
                yield Problem(
                    where=f"{claim.file} row {claim.row} ({claim.id})",
                    what="is about something that is not in entities/",
                    got=subject,
                )


def _registries(base: EvidenceBase) -> Iterator[Problem]:
    """Every row of a registry has a source that exists."""
    for name in base.registries:
        for number, row in enumerate(base.registry(name), start=2):
            if row.get("source", "") not in base.sources:
                yield Problem(
                    where=f"registries/{name}.csv row {number}",
                    what="no such source",
                    got=row.get("source", ""),
                )
