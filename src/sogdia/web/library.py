"""The evidence as rows: claims with their sources, what is believed of one thing, registries."""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from sogdia.core.estimate import Estimate
from sogdia.core.geodesy import great_circle_km
from sogdia.core.register import register
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import choose
from sogdia.evidence.claim import Claim
from sogdia.evidence.find import entity_id
from sogdia.scenario.measures import SINGULAR
from sogdia.scenario.read import shipped_scenarios
from sogdia.web.desk import shipped_text
from sogdia.web.intervals import link_periods, open_periods

__all__ = ["Library", "event_rows", "ledger_rows", "source_rows"]

NEAR_KM = 40.0
"""Projects this near to a place or post are named with it; their points are approximate."""
NAMED = ("places", "posts", "links", "zones")
THINGS = ("projects", "energy_network", "digital_network")
"""Registries whose rows are on the map."""


@dataclass(slots=True)
class Library:
    """Every claim as a row, with an index by subject; made once."""

    base: EvidenceBase
    rows: list[dict[str, Any]] = field(default_factory=lambda: [])
    search: list[str] = field(default_factory=lambda: [])
    of_subject: dict[str, list[Claim]] = field(default_factory=lambda: {})
    by_id: dict[str, int] = field(default_factory=lambda: {})
    named: dict[str, dict[str, str]] = field(default_factory=lambda: {})
    measures: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {})

    def __post_init__(self) -> None:
        self.named = {r["id"]: r for n in NAMED for r in self.base.entities(n)}
        for domain in self.base.domains:
            for claim in self.base.claims(domain):
                row = self.row(claim)
                self.by_id[claim.id] = len(self.rows)
                self.rows.append(row)
                text = (claim.id, claim.subject, row["subject_name"] or "", claim.variable,
                        row["source_title"], claim.says, claim.note)  # fmt: skip
                self.search.append(" ".join(text).casefold())
                self.of_subject.setdefault(claim.subject, []).append(claim)
        for name in shipped_scenarios():
            table = tomllib.loads(shipped_text(name))
            for measure in (*table.get("measure", ()), *table.get("without", ())):
                said = {"scenario": name, "id": measure.get("id", ""),
                        "name": f"{table.get('title', name)}: {measure.get('kind', '')}"}  # fmt: skip
                for thing in _targets(measure):
                    self.measures.setdefault(thing, []).append(said)

    def row(self, claim: Claim, *, carried: bool = False, why: str = "") -> dict[str, Any]:
        """A claim as the API shows it, in the register's unit and as published."""
        source = self.base.sources[claim.source]
        value = claim.value
        number = isinstance(value, Estimate)
        found = register()[claim.variable]
        banded = number and (claim.low_text or claim.high_text)
        return {
            "claim": claim.id, "id": claim.id, "subject": claim.subject,
            "subject_name": self.name(claim.subject), "variable": claim.variable,
            "title": found.title, "domain": found.domain,
            "value": value.central if isinstance(value, Estimate) else value,
            "low": value.low if isinstance(value, Estimate) and banded else None,
            "high": value.high if isinstance(value, Estimate) and banded else None,
            "unit": found.unit if number else None, "published": claim.published_value(),
            "holds_from": claim.holds_from, "holds_to": claim.holds_to,
            "stated_on": claim.stated_on, "date": claim.stated_on or claim.holds_from,
            "source": claim.source, "source_title": source.title, "source_url": source.url,
            "publisher": source.publisher, "licence": source.licence, "tier": source.tier,
            "locator": claim.locator, "basis": claim.basis, "confidence": claim.confidence,
            "says": claim.says, "note": claim.note, "carried": carried, "why": why,
        }  # fmt: skip

    def name(self, subject: str) -> str | None:
        """What a subject of claims is called, where it has a name."""
        for key in (subject, subject.partition("@")[0], subject.rpartition(":")[0],
                    subject.rpartition("/")[2]):  # fmt: skip
            row = self.named.get(key)
            if row is not None:
                return row["name"]
        return None

    def found(self, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
        """Claims that fit every given filter: `q` in any text, others in their own column."""
        words = wanted.get("q", "").casefold().split()
        exact = {k: v for k, v in wanted.items() if v and k in ("domain", "variable")}
        part = {k: v.casefold() for k, v in wanted.items() if v and k in ("subject", "source")}
        return [
            row
            for row, text in zip(self.rows, self.search, strict=True)
            if all(row[k] == v for k, v in exact.items())
            and all(
                v in row[k].casefold()
                or v in (row["source_title" if k == "source" else "subject_name"] or "").casefold()
                for k, v in part.items()
            )
            and all(w in text for w in words)
        ]

    def entity(self, name: str, on: date) -> dict[str, Any]:
        """What is believed about a thing on a date, from whom, and what disagrees.

        Raises
        ------
        UnknownName
            When nothing is called so.
        """
        for registry in THINGS:
            for row in self.base.registry(registry):
                if row["id"] == name:
                    return self._registered(registry, row)
        found = (
            name if name in self.named or name in self.of_subject else entity_id(self.base, name)
        )
        rows: list[dict[str, Any]] = []
        rivals: list[dict[str, Any]] = []
        for subject in self._subjects(found):
            about: dict[str, list[Claim]] = {}
            for claim in self.of_subject[subject]:
                about.setdefault(claim.variable, []).append(claim)
            for variable in sorted(about):
                belief = choose(
                    about[variable], self.base.sources, on=on,
                    carries=register()[variable].carries,
                )  # fmt: skip
                if belief is None:
                    continue
                rows.append(self.row(belief.claim, carried=belief.carried))
                rivals += [self.row(c, why=why) for c, why in belief.rivals]
        return {
            "id": found,
            "name": self.name(found),
            "on": on,
            "rows": rows,
            "rivals": rivals,
            "projects": self._near(found),
            "measures": self._named_by(found),
            **self._periods(found),
        }

    def _subjects(self, entity: str) -> list[str]:
        heads = tuple(f"{entity}{sign}" for sign in "@>:#")
        return sorted(
            s
            for s in self.of_subject
            if s == entity
            or s.startswith(heads)
            or (s.startswith("transfer:") and s.partition("#")[0].rpartition("/")[2] == entity)
        )

    def _periods(self, entity: str) -> dict[str, Any]:
        if "mode" not in self.named.get(entity, {}):
            return {}
        periods = link_periods(self.base, entity)
        return {"periods": periods, "open": open_periods(periods)}

    def _near(self, entity: str) -> list[dict[str, Any]]:
        row = self.named.get(entity) or self.named.get(entity.rpartition(":")[0])
        if row is None:
            return []
        ends = (
            [row] if "lat" in row else [self.named[row["from_place"]], self.named[row["to_place"]]]
        )
        at = [(float(e["lat"]), float(e["lon"])) for e in ends]
        found: list[dict[str, Any]] = []
        for project in self.base.registry("projects"):
            here = float(project["lat"]), float(project["lon"])
            km = min(float(great_circle_km(*a, *here)) for a in at)
            if km <= NEAR_KM:
                found.append(_project(project) | {"distance_km": round(km, 1)})
        return sorted(found, key=lambda p: p["distance_km"])

    def _named_by(self, entity: str) -> list[dict[str, str]]:
        keys = [entity, *(f"{entity}:{mode}" for mode in ("rail", "road"))]
        found = [m for k in keys for m in self.measures.get(k, [])]
        return list({(m["scenario"], m["id"]): m for m in found}.values())

    def _registered(self, registry: str, row: Mapping[str, str]) -> dict[str, Any]:
        """A row of a registry, one line a column."""
        source = self.base.sources[row["source"]]
        skipped = {"id", "source", "confidence", "lat", "lon", "to_lat", "to_lon", "from_node",
                   "to_node", "type"}  # fmt: skip
        name = row.get("name") or f"{row.get('from_place', '')} – {row.get('to_place', '')}"
        return {
            "id": row["id"], "name": name, "on": None, "registry": registry,
            "rows": [
                {
                    "claim": None, "subject": row["id"], "variable": key,
                    "value": _number(text), "low": None, "high": None, "unit": _unit(key, row),
                    "source": source.id, "source_title": source.title, "source_url": source.url,
                    "date": source.published, "confidence": row.get("confidence") or None,
                    "basis": None, "carried": False,
                }
                for key, text in row.items() if text and key not in skipped
            ],
            "rivals": [], "measures": self._named_by(row["id"]),
            "projects": [
                _project(p) for p in self.base.registry("projects")
                if p["id"] == row.get("project_id")
            ],
        }  # fmt: skip


def _targets(measure: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for word in (*SINGULAR, *SINGULAR.values()):
        given = measure.get(word)
        listed = cast("list[Any]", given) if isinstance(given, list) else [given]
        found += [g for g in listed if isinstance(g, str)]
    return found


def _project(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": row["id"], "name": row["name"], "status": row["status"], "sector": row["sector"],
        "cost_usd_million": _number(row["cost_usd_million"]) if row["cost_usd_million"] else None,
        "start": row["start"] or None, "end": row["end"] or None,
    }  # fmt: skip


def _number(text: str) -> float | str:
    try:
        value = float(text)
    except ValueError:
        return text
    return value if math.isfinite(value) and not (len(text) == 4 and text.isdigit()) else text


def _unit(key: str, row: Mapping[str, str]) -> str | None:
    if key in ("capacity", "measure"):
        return row.get(f"{key}_unit") or None
    return {"length_km": "km", "cost_usd_million": "million usd"}.get(key)


def source_rows(base: EvidenceBase) -> list[dict[str, Any]]:
    """Every source."""
    return [dataclasses.asdict(s) for s in sorted(base.sources.values(), key=lambda s: s.title)]


def event_rows(base: EvidenceBase) -> list[dict[str, Any]]:
    """The timeline: what was agreed, when, by whom, and what became of it."""
    from sogdia.models.cooperation.timeline import timeline

    return [
        {**row, "date": row["when"], "parties": row["countries"].split(";")} | _source(base, row)
        for row in timeline(base).rows()
    ]


def ledger_rows(base: EvidenceBase) -> list[dict[str, Any]]:
    """Deals with their step on the ladder, and what of each is counted."""
    from sogdia.models.finance.ledger import read_ledger

    projects = {r["id"]: r for r in base.registry("projects")}
    found: list[dict[str, Any]] = []
    for entry in read_ledger(base):
        row = dataclasses.asdict(entry)
        terms = row.pop("terms")
        project = projects.get(entry.project)
        name = project["name"] if project else f"{entry.lender} – {entry.borrower}"
        found.append(
            {
                **row, "name": name, "countries": entry.country,
                "amount_usd_million": _million(entry.amount_usd),
                "counted_usd_million": _million(entry.counted_usd),
                "terms": terms["text"], "rate": terms["rate"], "tenor_y": terms["tenor_y"],
                "grace_y": terms["grace_y"],
            } | _source(base, row)
        )  # fmt: skip
    return found


def _million(usd: float) -> float | None:
    return None if math.isnan(usd) else usd / 1e6


def _source(base: EvidenceBase, row: Mapping[str, Any]) -> dict[str, Any]:
    source = base.sources[row["source"]]
    return {"source_title": source.title, "source_url": source.url}
