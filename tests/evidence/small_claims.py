"""Hand-made claims and sources, and a small evidence folder."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sogdia.core.estimate import Estimate
from sogdia.evidence.base import CLAIM_COLUMNS, SOURCE_COLUMNS
from sogdia.evidence.claim import TIERS, Claim, Source

SOURCES = {
    tier: Source(
        id=tier,
        title=f"A source of tier {tier}",
        publisher="",
        url="",
        published=None,
        retrieved=None,
        licence="",
        tier=tier,
    )
    for tier in TIERS
}
"""One source of each tier, called like it."""


def claim(claim_id: str, **different: Any) -> Claim:
    """A measured claim of an official source that covers 2020, but for what is different."""
    fields: dict[str, Any] = {
        "id": claim_id,
        "subject": "kz-cn.khorgos:rail",
        "variable": "dwell_mean_h",
        "value": Estimate.exact(10.0),
        "amount": "10",
        "low_text": "",
        "high_text": "",
        "unit": "h",
        "holds_from": date(2020, 1, 1),
        "holds_to": date(2020, 12, 31),
        "stated_on": None,
        "source": "official",
        "locator": "",
        "basis": "measured",
        "confidence": "high",
        "says": "",
        "note": "",
        "derived_from": (),
        "moves_with": "",
        "file": "claims/borders.csv",
        "row": 2,
    }
    return Claim(**(fields | different))


GOOD_ROW = {
    "subject": "kz-cn.khorgos:rail",
    "variable": "dwell_mean_h",
    "value": "10",
    "unit": "h",
    "holds_from": "2020",
    "holds_to": "2020",
    "source": "demo-source",
    "basis": "measured",
    "confidence": "high",
}
GOOD_SOURCE = {"id": "demo-source", "title": "Demo", "retrieved": "2026-01", "tier": "official"}


def write_base(
    folder: Path,
    rows: Iterable[Mapping[str, str]],
    *,
    domain: str = "borders",
    sources: Iterable[Mapping[str, str]] = (GOOD_SOURCE,),
) -> Path:
    """An evidence folder with one claims file; each row is the good row, but for what it gives."""
    (folder / "claims").mkdir(parents=True, exist_ok=True)
    _write(folder / "sources.csv", SOURCE_COLUMNS, sources)
    full = [{"id": f"c{i}", **GOOD_ROW, **row} for i, row in enumerate(rows, start=2)]
    _write(folder / "claims" / f"{domain}.csv", CLAIM_COLUMNS, full)
    return folder


def _write(file: Path, columns: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
