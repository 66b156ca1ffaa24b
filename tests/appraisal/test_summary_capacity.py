"""What is said of lines, yards, ports and ships, from small tables written by hand."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from sogdia.appraisal.capacity import CAPACITY_USE
from sogdia.appraisal.summary_capacity import summarise_capacity
from sogdia.core.table import Table
from sogdia.models.transport.loads import TRANSFER_FLOW
from sogdia.models.transport.tables import LINK_FLOW
from sogdia.results.store import Run

DAY = date(2031, 7, 1)


def use(entity: str, added: float | None, share: float, towards: str = "") -> dict[str, Any]:
    """A row of capacity_use."""
    return {"on": DAY, "entity": entity, "unit": "teu/year", "towards": towards, "kind": "yard",
            "flow_amount": 1.0, "capacity_amount": 1.0, "use_share": share,
            "added_h": added}  # fmt: skip


def run(*rows: dict[str, Any]) -> Run:
    """The tables of a run that are looked at."""
    links = [
        {"on": DAY, "id": f"{mode}:{a}~{b}", "from_place": a, "to_place": b, "mode": mode}
        for mode, a, b in (("rail", "a", "b"), ("rail", "b", "c"), ("sea", "c", "d"), ("road", "a", "d"))
    ]  # fmt: skip
    ways = [
        {"on": DAY, "id": f"transfer:{kind}", "from_layer": "x", "to_layer": "y"}
        for kind in ("gauge-change/a", "gauge-change/b", "port/c", "road-to-rail/a")
    ]
    return cast(
        "Run",
        {
            "capacity_use": Table.from_rows(CAPACITY_USE, list(rows)),
            "link_flow": Table.from_rows(LINK_FLOW, links),
            "transfer_flow": Table.from_rows(TRANSFER_FLOW, ways),
        },
    )


def test_hours_added_and_what_is_not_known_are_said() -> None:
    yard, line, old = "transfer:gauge-change/a", "rail:a~b", "transfer:gauge-change/b"
    found = summarise_capacity(
        run(use(yard, 0.0, 0.5), use(line, 0.0, 0.2), use(old, None, 1.5)),
        run(use(yard, 3.25, 0.9), use(line, 0.01, 0.2), use(old, None, 1.5),
            use("sea:c~d", -2.0, 0.1, "d")),
        DAY,
    )  # fmt: skip
    assert found is not None
    assert [a.words for a in found.added] == [
        "transfer:gauge-change/a: +3.2 h (use 50 % → 90 %)",
        "sea:c~d to d: -2.0 h (use unknown → 10 %)",
    ]
    assert found.words == (
        "no known capacity: 1 of 2 lines, 1 of 2 yards, 1 of 1 ports, 0 of 1 ships; 1 more is out "
        "of date and exceeded; their hours do not answer to traffic"
    )


def test_a_run_without_the_tables_says_nothing() -> None:
    assert summarise_capacity(cast("Run", {}), run(), DAY) is None
