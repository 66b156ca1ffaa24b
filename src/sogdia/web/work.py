"""The process of one job: run a scenario and write down how far it is.

::

    python -m sogdia.web.work FOLDER

The folder has ``asked.json`` and the texts of the scenarios. The process appends a line of JSON
to ``progress.jsonl`` at every step and ends with ``outcome.json``, written in one step. The server
that started it may come and go meanwhile.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from sogdia.core.replacing import replacing

__all__ = ["main"]

EVERY_S = 0.1
"""Progress is not written more often than this."""


def main(folder: Path) -> int:
    """Run what `folder` asks for; the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
    asked: dict[str, Any] = json.loads((folder / "asked.json").read_text(encoding="utf-8"))
    with (folder / "progress.jsonl").open("a", encoding="utf-8", buffering=1) as stream:
        tell = Told(stream, folder)
        tell("starting", 0.0)
        outcome = _run(asked, folder, tell)
    if not folder.exists():  # cancelled meanwhile
        return 143
    with (
        replacing(folder / "outcome.json") as part,
        part.open("w", encoding="utf-8") as written,
    ):
        json.dump(outcome, written)
        written.flush()
        os.fsync(written.fileno())
    return 0


class Told:
    """Writes progress as lines, the share never falling; without its folder the job ends."""

    def __init__(self, stream: TextIO, folder: Path) -> None:
        self.stream, self.folder, self.share, self.last = stream, folder, 0.0, 0.0

    def __call__(self, what: str, share: float) -> None:
        """One step."""
        self.share = max(self.share, min(share, 1.0))
        now = time.monotonic()
        if now - self.last < EVERY_S and share < 1.0:
            return
        self.last = now
        if not self.folder.exists():  # cancelled by a server of another machine
            os._exit(143)
        self.stream.write(json.dumps({"message": what, "share": round(self.share, 4)}) + "\n")


def _run(asked: dict[str, Any], folder: Path, tell: Told) -> dict[str, Any]:
    from dataclasses import asdict

    from sogdia.appraisal.options import Options
    from sogdia.appraisal.run import appraise
    from sogdia.core.errors import InvalidInput, Problem, SogdiaError
    from sogdia.evidence.base import open_evidence
    from sogdia.results.store import RunStore

    try:
        found = appraise(
            folder / asked["scenario"],
            evidence=open_evidence(asked["evidence"]),
            store=RunStore(Path(asked["runs"])),
            options=Options(**asked["options"]),
            progress=tell,
        )
    except SogdiaError as error:
        problems = (
            error.problems
            if isinstance(error, InvalidInput)
            else (Problem(where=asked["scenario"], what=str(error)),)
        )
        return {"state": "failed", "problems": [asdict(p) for p in problems]}
    return {
        "state": "done",
        "run": found.run.id,
        "solved": found.run.manifest.state,
        "cached": found.cached,
    }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
