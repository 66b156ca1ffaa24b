"""What was modelled, planned and observed, as rows of one table.

The transit times need the network of two dozen years, so a process of its own works them out once
for an evidence base and a code::

    python -m sogdia.web.backtest EVIDENCE FILE
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, cast

from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.results.store import Run
from sogdia.web.answers import plain
from sogdia.web.holdings import Holdings, write_whole

__all__ = ["backtest", "plan_rows", "replay_rows", "transit_rows"]

_working = threading.Lock()


def backtest(held: Holdings, replayed: Run | None) -> dict[str, Any]:
    """The rows there are; `pending` while transit times are worked out."""
    file = held.settings.runs / ".web-cache" / f"{held.tag}-backtest.json"
    transit = _read(file)
    if transit is None:
        _begin(held, file)
    rows = [
        *plan_rows(held.evidence),
        *(transit or []),
        *(replay_rows(replayed) if replayed is not None else []),
    ]
    notes = (
        [] if replayed is not None else ["no replay of the history is in the store: sogdia replay"]
    )
    return {"rows": rows, "total": len(rows), "pending": transit is None, "notes": notes}


def _read(file: Path) -> list[dict[str, Any]] | None:
    try:
        return cast("list[dict[str, Any]]", json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _begin(held: Holdings, file: Path) -> None:
    """Work the transit times out beside serving, once at a time."""
    if not _working.acquire(blocking=False):
        return

    def work() -> None:
        try:
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                subprocess.run(
                    [sys.executable, "-m", "sogdia.web.backtest",
                     str(held.evidence.folder.resolve()), str(file.resolve())],
                    check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, timeout=900,
                )  # fmt: skip
        finally:
            _working.release()

    threading.Thread(target=work, name="backtest", daemon=True).start()


def plan_rows(base: EvidenceBase) -> list[dict[str, Any]]:
    """Traffic of corridors as it was planned and as it came."""
    found: list[dict[str, Any]] = []
    for r in base.registry("corridor_plans"):
        source = base.sources[r["source"]]
        found.append(
            {
                "what": "corridor", "title": f"{r['corridor'].capitalize()} corridor, {r['measure']}",
                "year": int(r["year"]), "planned": float(r["planned"]) if r["planned"] else None,
                "modelled": None, "observed": float(r["outturn"]) if r["outturn"] else None,
                "unit": r["unit"], "note": r["note"], "source_title": source.title,
                "source_url": source.url,
            }
        )  # fmt: skip
    return found


def transit_rows(base: EvidenceBase) -> list[dict[str, Any]]:
    """Door-to-door times as modelled, and as observed, scheduled or announced."""
    from sogdia.appraisal.validation import transit_checks

    sources = {r["id"]: base.sources[r["source"]] for r in base.registry("transit_times")}
    found: list[dict[str, Any]] = []
    for check in transit_checks(base):
        planned = check.kind in ("scheduled", "announced")
        found.append(
            {
                "what": "transit", "title": f"{check.origin} – {check.destination}, {check.mode}",
                "year": check.year, "planned": check.observed_d if planned else None,
                "modelled": check.modelled_d, "observed": None if planned else check.observed_d,
                "unit": "day", "note": "; ".join(filter(None, (check.kind, check.ground))),
                "source_title": sources[check.id].title, "source_url": sources[check.id].url,
            }
        )  # fmt: skip
    return found


def replay_rows(run: Run) -> list[dict[str, Any]]:
    """Trade and traffic of a replay of the history."""
    found: list[dict[str, Any]] = []
    for r in run["replay_trade"].rows():
        if r["observed_usd_per_y"] is None:
            continue
        found.append(
            {
                "what": "trade", "year": r["year"], "planned": None,
                "title": f"Trade of {r['country']} with China as {r['variant']} reports it",
                "modelled": r["modelled_usd_per_y"], "observed": r["observed_usd_per_y"],
                "unit": "usd/year", "note": r["sample"], "source_title": None, "source_url": None,
            }
        )  # fmt: skip
    for r in run["replay_freight"].rows() if "replay_freight" in run else ():
        found.append(
            {
                "what": "freight", "title": r["series"], "year": r["year"], "planned": None,
                "modelled": r["modelled_amount"], "observed": r["observed_amount"],
                "unit": r["unit"], "note": "; ".join(filter(None, (r["sample"], r["note"]))),
                "source_title": None, "source_url": None,
            }
        )  # fmt: skip
    return found


if __name__ == "__main__":
    write_whole(
        Path(sys.argv[2]),
        json.dumps(plain(transit_rows(open_evidence(sys.argv[1])))).encode(),
    )
