"""The tables every run may have, whatever the models: indicators, and where numbers come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sogdia.core.table import Column, Schema, Table
from sogdia.evidence.claim import Claim, Source
from sogdia.world.tables import LINEAGE

__all__ = ["CLAIM_TABLE", "INDICATOR", "MEASURE", "RUN_LINEAGE", "claim_table"]

INDICATOR = Schema(
    "indicator",
    (
        Column("on", "date", title="the date of the world"),
        Column("variable"),
        Column("entity", title="zone, country, crossing or corridor"),
        Column("group", title="commodity class, sector or income group; empty for all"),
        Column("draw", "integer", title="0 is the central run"),
        Column("amount", "number", title="the value, in the unit of the row"),
        Column("unit"),
    ),
    ("on", "variable", "entity", "group", "draw"),
)

RUN_LINEAGE = Schema(
    LINEAGE.name,
    (Column("on", "date", title="the date of the world"), *LINEAGE.columns),
    ("on", *LINEAGE.keys),
)

CLAIM_TABLE = Schema(
    "claim",
    (
        Column("id"),
        Column("subject"),
        Column("variable"),
        Column("amount_text", title="as published"),
        Column("low_text"),
        Column("high_text"),
        Column("unit", title="as published"),
        Column("holds_from", "date"),
        Column("holds_to", "date"),
        Column("stated_on", "date"),
        Column("source"),
        Column("source_title"),
        Column("source_url"),
        Column("licence"),
        Column("tier", title="official, measured, scholarly, press, assumption"),
        Column("basis", title="measured, reported, derived, assumed"),
        Column("confidence"),
        Column("locator"),
        Column("says", title="the producer's words"),
        Column("note", title="ours"),
    ),
    ("id",),
)

MEASURE = Schema(
    "measure",
    (
        Column("id"),
        Column("kind", title="open-link, set-dwell and so on"),
        Column("entity"),
        Column("variable"),
        Column("on", "date"),
        Column("until", "date"),
        Column("source"),
        Column("why"),
        Column("text", title="the value set, with its unit, as a person would say it"),
    ),
    ("id", "entity", "variable"),
)


def claim_table(claims: Iterable[Claim], sources: Mapping[str, Source]) -> Table:
    """The claims a run has read, each with its source written out, each once."""
    rows: dict[str, dict[str, object]] = {}
    for claim in claims:
        source = sources[claim.source]
        rows[claim.id] = {
            "id": claim.id,
            "subject": claim.subject,
            "variable": claim.variable,
            "amount_text": claim.amount,
            "low_text": claim.low_text,
            "high_text": claim.high_text,
            "unit": claim.unit,
            "holds_from": claim.holds_from,
            "holds_to": claim.holds_to,
            "stated_on": claim.stated_on,
            "source": source.id,
            "source_title": source.title,
            "source_url": source.url,
            "licence": source.licence,
            "tier": source.tier,
            "basis": claim.basis,
            "confidence": claim.confidence,
            "locator": claim.locator,
            "says": claim.says,
            "note": claim.note,
        }
    return Table.from_rows(CLAIM_TABLE, [rows[name] for name in sorted(rows)])
