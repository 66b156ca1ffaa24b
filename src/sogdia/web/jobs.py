"""Jobs: appraisals in processes of their own, which outlive the server that started them.

A process holds a lock on its folder as long as it lives, whoever started it. A job that is
recorded as running, whose lock is free and that left no outcome, is lost.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from sogdia.core.errors import Problem, UnknownName
from sogdia.web.desk import Draft, draft, lay_out
from sogdia.web.holdings import Holdings
from sogdia.web.problems import Refused, as_rows
from sogdia.web.records import JobRecord, Records, State, now

try:
    import fcntl
except ImportError:  # Windows: the process id is asked instead
    fcntl = None

__all__ = ["Jobs"]

LIVE: frozenset[State] = frozenset({"queued", "running"})
LOOK_EVERY_S = 0.15
WAITING_AT_MOST = 50
"""Jobs that may wait; more are refused."""
TAIL_BYTES = 4096


class Jobs:
    """Starts jobs, follows them, and tells how far they are."""

    def __init__(self, held: Holdings, records: Records) -> None:
        self.held, self.records = held, records
        self.root = held.settings.runs.resolve() / ".web-jobs"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.changing = threading.RLock()
        self.wake, self.stopping = threading.Event(), False
        self.follower: threading.Thread | None = None

    def begin(self) -> None:
        """Follow jobs, also those an earlier server started."""
        if self.follower is None:
            self.follower = threading.Thread(target=self._follow, name="jobs", daemon=True)
            self.follower.start()
            self.wake.set()

    def end(self) -> tuple[JobRecord, ...]:
        """Stop following; the jobs that go on without the server."""
        self.stopping = True
        self.wake.set()
        if self.follower is not None:
            self.follower.join(2.0)
        return self.records.jobs("running")

    def submit(
        self, found: Draft, beside: Mapping[str, str], options: Mapping[str, Any]
    ) -> tuple[JobRecord, bool]:
        """A job for a scenario, and whether it is new: the same one under way is not run twice."""
        with self.changing:
            waiting = self.records.jobs("queued", "running")
            for job in waiting:
                if (job.toml, dict(job.options), dict(job.beside)) == (
                    found.toml, dict(options), dict(beside),
                ):  # fmt: skip
                    return job, False
            if len(waiting) >= WAITING_AT_MOST:
                raise Refused(
                    429,
                    Problem(where="jobs", what="too many wait", allowed=str(WAITING_AT_MOST)),
                    headers={"retry-after": "60"},
                )
            job = self.records.add_job(
                scenario=found.id, title=found.title, toml=found.toml, beside=beside,
                options=options,
            )  # fmt: skip
        self.begin()
        self.wake.set()
        return job, True

    def again(self, name: str) -> JobRecord:
        """A new job for what an ended one was asked."""
        job = self.get(name)
        if job.state in LIVE:
            raise Refused(409, Problem(where=name, what="is under way", fix="cancel it first"))
        return self.submit(draft(job.toml, called=job.scenario), job.beside, job.options)[0]

    def get(self, name: str) -> JobRecord:
        """A job as it is recorded.

        Raises
        ------
        UnknownName
            When there is none of that id.
        """
        job = self.records.job(name)
        if job is None:
            raise UnknownName("job", name, ())
        return job

    def view(self, name: str) -> dict[str, Any]:
        """A job as the API shows it; how far it is comes from its own folder."""
        return self.shown(self.get(name))

    def shown(self, job: JobRecord) -> dict[str, Any]:
        """A job as the API shows it."""
        share, message = job.share, job.message
        if job.state == "running":
            last = _last_line(self.root / job.id / "progress.jsonl")
            share, message = last.get("share", share), last.get("message", message)
        return {
            "id": job.id, "state": job.state, "share": share, "message": message,
            "run": job.run[:16] if job.run else None, "problems": job.problems,
            "scenario": job.scenario, "title": job.title, "options": dict(job.options),
            "asked": job.asked, "started": job.started, "ended": job.ended,
        }  # fmt: skip

    def cancel(self, name: str) -> JobRecord:
        """Stop a job that is under way; one that has ended stays as it is."""
        with self.changing:
            job = self.get(name)
            if job.state in LIVE and self.records.change(
                name, only_from=LIVE, state="cancelled", message="", ended=now()
            ):
                self._kill(name)
                self._clear(name)
        self.wake.set()
        return self.get(name)

    def _kill(self, name: str) -> None:
        process = self.processes.pop(name, None)
        pid = process.pid if process is not None else self._pid(name)
        if pid is None or not self._lives(name):
            return
        for sign in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
            with contextlib.suppress(OSError):
                os.kill(pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                if process is not None:
                    process.wait(2.0)
            if not self._lives(name):
                return

    def _pid(self, name: str) -> int | None:
        try:
            return int((self.root / name / "pid").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def _lives(self, name: str) -> bool:
        """Whether the process of a job is there."""
        process = self.processes.get(name)
        if process is not None:
            return process.poll() is None
        if fcntl is None:
            pid = self._pid(name)
            if pid is None:
                return False
            try:
                os.kill(pid, 0)
            except OSError:
                return False
            return True
        try:
            with (self.root / name / "lock").open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    def _follow(self) -> None:
        while not self.stopping:
            try:
                busy = self.look()
            except Exception as error:  # the database may be away for a while
                sys.stderr.write(f"jobs: {error}\n")
                busy = True
            self.wake.wait(LOOK_EVERY_S if busy else None)
            self.wake.clear()

    def look(self) -> bool:
        """See which jobs have ended and start those that wait; whether there is any."""
        with self.changing:
            running = [j for j in self.records.jobs("running") if j.host == self.records.host]
            left = sum(not self._settle(job) for job in running)
            waiting = [j for j in self.records.jobs("queued") if j.host == self.records.host]
            for job in waiting[: max(0, self.held.settings.jobs - left)]:
                self._start(job)
            return bool(running or waiting)

    def _settle(self, job: JobRecord) -> bool:
        """Record the end of a job; whether it has ended."""
        lives = self._lives(job.id)
        # Asked after: a process that has just ended has left its outcome by now.
        outcome = _read(self.root / job.id / "outcome.json")
        if outcome is None and lives:
            return False
        process = self.processes.pop(job.id, None)
        if process is not None and outcome is not None:
            process.wait(10.0)
        values: dict[str, Any]
        if outcome is not None:
            done = outcome["state"] == "done"
            values = {
                "state": outcome["state"], "run": outcome.get("run"),
                "problems": outcome.get("problems", []), "share": 1.0 if done else job.share,
                "message": "",
            }  # fmt: skip
        elif process is not None and (process.returncode or 0) > 0 and process.returncode != 143:
            problem = Problem(where="the run", what="stopped by an error of the program",
                              got=self._last_words(job.id), fix="please report it")  # fmt: skip
            values = {"state": "failed", "problems": as_rows([problem]), "message": ""}
        else:
            problem = Problem(
                where="the run", what="its process is gone",
                fix=f"start it again: POST /api/v1/jobs/{job.id}/again",
            )  # fmt: skip
            values = {"state": "lost", "problems": as_rows([problem]), "message": ""}
        self.records.change(job.id, only_from=LIVE, ended=now(), **values)
        self._clear(job.id)
        return True

    def _last_words(self, name: str) -> str:
        try:
            lines = (self.root / name / "stderr.txt").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""
        return lines.splitlines()[-1][:300] if lines else ""

    def _start(self, job: JobRecord) -> None:
        folder = self.root / job.id
        folder.mkdir(parents=True, exist_ok=True)
        found = draft(job.toml, called=job.scenario)
        file = lay_out(found, job.beside, folder)
        asked = {
            "scenario": file.name,
            "options": dict(job.options),
            "runs": str(self.held.store.root.resolve()),
            "evidence": str(self.held.evidence.folder.resolve()),
        }
        (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            descriptors: tuple[int, ...] = ()
            if fcntl is not None:
                # The lock belongs to the open file, which the child inherits and keeps.
                fcntl.flock(lock, fcntl.LOCK_EX)
                descriptors = (lock,)
            if not self.records.change(
                job.id, only_from=frozenset({"queued"}), state="running", started=now()
            ):
                return
            with (folder / "stderr.txt").open("wb") as errors:
                process = subprocess.Popen(
                    [sys.executable, "-m", "sogdia.web.work", str(folder)],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                    pass_fds=descriptors, start_new_session=True,
                )  # fmt: skip
        finally:
            os.close(lock)
        self.processes[job.id] = process
        (folder / "pid").write_text(str(process.pid), encoding="ascii")

    def _clear(self, name: str) -> None:
        shutil.rmtree(self.root / name, ignore_errors=True)


def _read(file: Path) -> dict[str, Any] | None:
    try:
        return cast("dict[str, Any]", json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _last_line(file: Path) -> dict[str, Any]:
    """The last whole line of a progress file."""
    try:
        with file.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - TAIL_BYTES))
            lines = stream.read().split(b"\n")[:-1]
        return cast("dict[str, Any]", json.loads(lines[-1])) if lines else {}
    except (OSError, ValueError):
        return {}
