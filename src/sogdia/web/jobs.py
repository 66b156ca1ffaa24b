"""Jobs: appraisals in processes of their own, which outlive the server that started them.

A process holds a lock on its folder as long as it lives, whoever started it. A job that is
recorded as running, whose lock is free and that left no outcome, is lost.

Servers may share a database, and a folder of runs. A folder has a name of its own: its jobs are
started, followed and settled by any server on it, each by one of them, since a job is changed in
the database from the state it was in. Signals go to processes of the same machine; elsewhere a job
that is cancelled loses its folder, and its process ends at its next step.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
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
IDLE_S = 5.0
"""Between two looks when nothing is under way: another server may have left a job."""
AWAY_AT_MOST_S = 30.0
"""Longest time between two tries to reach a database that is away."""
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

    @property
    def folder(self) -> str:
        """The name of the folder of runs, "" until it has had a job."""
        try:
            return (self.root / "name").read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def _named(self) -> str:
        """The name of the folder, given by the server that comes first."""
        if not self.folder:
            self.root.mkdir(parents=True, exist_ok=True)
            own = self.root / f".name-{secrets.token_hex(8)}"
            own.write_text(secrets.token_hex(8), encoding="ascii")
            try:
                os.link(own, self.root / "name")
            except FileExistsError:
                pass
            except OSError:  # there are no links on this file system
                os.replace(own, self.root / "name")
            own.unlink(missing_ok=True)
        return self.folder

    def _here(self, *states: State) -> list[JobRecord]:
        """Jobs of this folder in some states."""
        own = self.folder
        return [j for j in self.records.jobs(*states) if own and j.host.endswith(f"/{own}")]

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
        try:
            return tuple(self._here("running"))
        except Refused:  # the database is away
            return ()

    def submit(
        self, found: Draft, beside: Mapping[str, str], options: Mapping[str, Any]
    ) -> tuple[JobRecord, bool]:
        """A job for a scenario, and whether it is new: the same one under way is not run twice."""
        job, new = self.records.add_job(
            scenario=found.id, title=found.title, toml=found.toml, beside=beside, options=options,
            folder=self._named(), at_most=WAITING_AT_MOST,
        )  # fmt: skip
        if job is None:
            raise Refused(
                429,
                Problem(where="jobs", what="too many wait", allowed=str(WAITING_AT_MOST)),
                headers={"retry-after": "60"},
            )
        if not new:
            return job, False
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
                self._stop(job)
        self.wake.set()
        return self.get(name)

    def _stop(self, job: JobRecord) -> None:
        """End the process of a job and remove its folder."""
        own = self.folder
        if job.id in self.processes or job.host == f"{self.records.host}/{own}":
            self._kill(job.id)
        if job.host.endswith(f"/{own}"):
            self._clear(job.id)

    def _kill(self, name: str) -> None:
        process = self.processes.pop(name, None)
        pid = process.pid if process is not None else self._pid(name)
        if pid is None or not self._lives(name, process):
            return
        for sign in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
            with contextlib.suppress(OSError):
                os.kill(pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                if process is not None:
                    process.wait(2.0)
            if not self._lives(name, process):
                return

    def _pid(self, name: str) -> int | None:
        try:
            return int((self.root / name / "pid").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def _lives(self, name: str, process: subprocess.Popen[bytes] | None = None) -> bool:
        """Whether the process of a job is there; that of another server is asked by its lock."""
        process = process or self.processes.get(name)
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
                # Shared: two servers that look at the same time do not see each other.
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    def _follow(self) -> None:
        away, said = 0.0, ""
        while not self.stopping:
            try:
                wait = LOOK_EVERY_S if self.look() else IDLE_S
                away, said = 0.0, ""
            except Exception as error:  # the database may be away for a while
                where = error.problems[0].where if isinstance(error, Refused) else "jobs"
                what = f"{where}: {error}; tried again until it is well\n"
                if what != said:
                    sys.stderr.write(what)
                away, said = min(AWAY_AT_MOST_S, 2 * away or 1.0), what
                wait = away
            self.wake.wait(wait)
            self.wake.clear()

    def look(self) -> bool:
        """See which jobs have ended and start those that wait; whether there is any."""
        with self.changing:
            running = self._here("running")
            left = sum(not self._settle(job) for job in running)
            waiting = self._here("queued")
            for job in waiting[: max(0, self.held.settings.jobs - left)]:
                self._start(job)
            self._tidy({job.id for job in (*running, *waiting)})
            return bool(running or waiting)

    def _tidy(self, live: set[str]) -> None:
        """Stop what another server has cancelled."""
        for name in {*self.processes, *_folders(self.root)} - live:
            job = self.records.job(name)
            if job is not None and job.state not in LIVE:
                self._stop(job)

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
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            descriptors: tuple[int, ...] = ()
            if fcntl is not None:
                # The lock belongs to the open file, which the child inherits and keeps.
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    return  # another server is starting it, or looks whether it lives
                descriptors = (lock,)
            if not self.records.change(
                job.id, only_from=frozenset({"queued"}), state="running", started=now(),
                host=f"{self.records.host}/{self.folder}",
            ):  # fmt: skip
                return
            self.processes[job.id] = self._process(job, folder, descriptors)
        finally:
            os.close(lock)

    def _process(
        self, job: JobRecord, folder: Path, descriptors: tuple[int, ...]
    ) -> subprocess.Popen[bytes]:
        file = lay_out(draft(job.toml, called=job.scenario), job.beside, folder)
        asked = {
            "scenario": file.name,
            "options": dict(job.options),
            "runs": str(self.held.store.root.resolve()),
            "evidence": str(self.held.evidence.folder.resolve()),
        }
        (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
        with (folder / "stderr.txt").open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "sogdia.web.work", str(folder)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                pass_fds=descriptors, start_new_session=True,
            )  # fmt: skip
        (folder / "pid").write_text(str(process.pid), encoding="ascii")
        return process

    def _clear(self, name: str) -> None:
        shutil.rmtree(self.root / name, ignore_errors=True)


def _folders(root: Path) -> list[str]:
    """Names of the folders of jobs."""
    try:
        return [entry.name for entry in root.iterdir() if entry.is_dir()]
    except OSError:
        return []


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
