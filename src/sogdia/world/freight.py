"""What turns the value of trade into tonnes, trains and trucks, and how freight chooses its way.

An exporter's goods are split into commodity classes by value, after what moves by pipeline, wire
or as precious metal is taken off. A pair of countries with claims of its own has rows of its own;
every other importer of that exporter shares the rows of importer ``WLD``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sogdia.world.freight_ends import END_SHARES
from sogdia.world.notebook import Notebook

__all__ = ["ANYWHERE", "choice_rows", "freight_end_rows", "freight_rows", "vehicle_rows"]

ANYWHERE = "WLD"
"""The importer of rows that hold for every importer without rows of its own."""

VEHICLES = ("rail", "road")


def freight_rows(
    book: Notebook, exporters: Iterable[str], commodities: Iterable[str]
) -> list[dict[str, Any]]:
    """Rows of the table freight: one an exporter, importer (or WLD) and class."""
    own = {
        claim.subject.partition("#")[0]
        for claim in book.evidence.claims("freight")
        if claim.variable not in END_SHARES
    }
    rows: list[dict[str, Any]] = []
    for exporter in exporters:
        special = sorted(
            pair.partition(">")[2]
            for pair in own
            if pair.startswith(f"{exporter}>") and not pair.endswith(f">{ANYWHERE}")
        )
        for importer in (*special, ANYWHERE):
            wider = tuple(dict.fromkeys((f"{exporter}>{ANYWHERE}", f"{ANYWHERE}>{ANYWHERE}")))
            pair = f"{exporter}>{importer}"
            for commodity in commodities:
                where: dict[str, Any] = {"table": "freight", "row": len(rows)}
                rows.append(
                    {
                        "exporter": exporter,
                        "importer": importer,
                        "commodity": commodity,
                        "off_network_value_share": book.number(
                            pair, "off_network_value_share", *wider,
                            column="off_network_value_share", **where,
                        ),
                        "class_value_share": book.number(
                            f"{pair}#{commodity}", "class_value_share",
                            *(f"{w}#{commodity}" for w in wider),
                            column="class_value_share", **where,
                        ),
                        "value_usd2023_per_t": book.number(
                            f"{pair}#{commodity}", "value_usd2023_per_t",
                            *(f"{w}#{commodity}" for w in wider),
                            column="value_usd2023_per_t", **where,
                        ),
                    }
                )  # fmt: skip
    return rows


def freight_end_rows(book: Notebook, commodities: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of the table freight_ends: one a pair, class and zone that claims are about."""
    wanted = set(commodities)
    subjects = {c.subject for c in book.evidence.claims("freight") if c.variable in END_SHARES}
    rows: list[dict[str, Any]] = []
    for subject in sorted(subjects):
        stem, _, zone = subject.partition("@")
        pair, _, commodity = stem.partition("#")
        exporter, _, importer = pair.partition(">")
        if commodity not in wanted:
            continue
        where: dict[str, Any] = {"table": "freight_ends", "row": len(rows)}
        found = {name: book.number(subject, name, column=name, **where) for name in END_SHARES}
        if any(value is not None for value in found.values()):
            rows.append(
                {
                    "exporter": exporter,
                    "importer": importer,
                    "commodity": commodity,
                    "zone": zone,
                    **found,
                }
            )
    return rows


def vehicle_rows(book: Notebook) -> list[dict[str, Any]]:
    """Rows of the table vehicles: loads of a train and of a truck."""
    rows: list[dict[str, Any]] = []
    for mode in VEHICLES:
        where: dict[str, Any] = {"table": "vehicles", "row": len(rows)}
        entity = f"vehicle:{mode}"
        rows.append(
            {
                "id": mode,
                "load_t": book.number(
                    entity, "train_load_t" if mode == "rail" else "truck_load_t",
                    column="load_t", **where,
                ),
                "train_load_teu": book.number(entity, "train_load_teu", column="train_load_teu", **where),
            }
        )  # fmt: skip
    return rows


def choice_rows(book: Notebook) -> list[dict[str, Any]]:
    """The one row of the table choice: elasticities of mode, route and trade."""
    where: dict[str, Any] = {"table": "choice", "row": 0}
    row: dict[str, Any] = {"id": "central"}
    for entity, name in (
        ("choice:freight", "mode_scale"),
        ("choice:freight", "route_scale"),
        ("choice:freight", "ocean_factor"),
        ("choice:trade", "trade_elasticity"),
    ):
        row[name] = book.number(entity, name, column=name, **where)
    return [row]
