"""Jobs: cancelled, lost and started again; what survives kill -9 of the server and of a job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sogdia.results.store import RunStore
from sogdia.web.records import Records

API = "/api/v1"
QUICKLY = {"draws": 0, "samples": 16, "flows": False, "linkages": False}
LONG = {"draws": 1000, "samples": 16, "flows": False, "linkages": False}

SERVE = """
import sys
from pathlib import Path
from sogdia.cli.serve import run_server
from sogdia.web.settings import Settings
run_server(Settings(port=0, runs=Path(sys.argv[1]), warm=False))
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


def wait_for(ask: Callable[[], Any], *, seconds: float = 90.0) -> Any:
    """What `ask` gives once it gives something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = ask()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def job_in(client: httpx.Client, job: str, *states: str) -> dict[str, Any]:
    """The job once it is in one of some states."""

    def ask() -> dict[str, Any] | None:
        found = client.get(f"{API}/jobs/{job}").json()
        return found if found["state"] in states else None

    return wait_for(ask)


def pid_of(runs: Path, job: str) -> int:
    """The process of a job, once it runs."""
    file = runs / ".web-jobs" / job / "pid"
    return wait_for(lambda: int(file.read_text()) if file.is_file() and file.read_text() else None)


def is_gone(pid: int) -> bool:
    """Whether a process has ended, also one that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


class Process:
    """`sogdia serve` in a process of its own, which can be killed."""

    def __init__(self, runs: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(runs)],
            stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        self.client = httpx.Client(base_url=self.said.split()[-1], timeout=60)

    def end(self, sign: signal.Signals) -> int:
        """Stop it; the exit code."""
        self.client.close()
        self.process.send_signal(sign)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.said += self.process.stdout.read()
        self.process.stdout.close()
        return code


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Process]]:
    """Starts servers on one folder of runs; those that still run are killed at the end."""
    started: list[Process] = []

    def begin() -> Process:
        started.append(Process(tmp_path / "runs"))
        return started[-1]

    yield begin
    for server in started:
        if server.process.poll() is None:
            server.end(signal.SIGKILL)


def test_kill_9_loses_no_finished_run_and_no_saved_scenario(
    start: Callable[[], Process], tmp_path: Path, quick: str
) -> None:
    """The server dies under a job: the job goes on, and the next server finds what became of it."""
    runs = tmp_path / "runs"
    server = start()
    saved = server.client.put(f"{API}/scenarios/quick", json={"toml": quick})
    assert saved.status_code == 201
    asked = {"scenario": "quick", "options": QUICKLY}
    job = server.client.post(f"{API}/runs", json=asked).json()["job"]["id"]
    again = server.client.post(f"{API}/runs", json=asked).json()
    assert (again["job"]["id"], again["new"]) == (job, False)
    pid_of(runs, job)
    server.end(signal.SIGKILL)

    server = start()
    done = job_in(server.client, job, "done", "failed", "lost")
    assert done["state"] == "done", done
    assert RunStore(runs).find(done["run"]).manifest.scenario == "quick"
    assert server.client.get(f"{API}/scenarios/quick").json()["toml"] == quick
    assert server.client.get(f"{API}/runs/{done['run']}").json()["role"] == "scenario"
    assert server.end(signal.SIGINT) == 0
    assert server.said.rstrip().endswith("stopped")


def test_a_job_that_died_with_its_server_is_lost_and_its_inputs_are_kept(
    served: Callable[..., Any], tmp_path: Path, quick: str
) -> None:
    """As the database is after a machine lost its power: running, and no process holds the lock."""
    runs = tmp_path / "runs"
    runs.mkdir()
    records = Records(f"sqlite:///{runs / 'web.sqlite'}")
    job = records.add_job(scenario="quick", title="Q", toml=quick, beside={}, options=LONG)
    records.change(job.id, state="running")
    with served(runs=runs) as client:
        lost = job_in(client, job.id, "lost")
        assert "again" in lost["problems"][0]["fix"]
        renewed = client.post(f"{API}/jobs/{job.id}/again").json()["job"]
        assert renewed["options"] == LONG
        assert client.post(f"{API}/jobs/{renewed['id']}/again").status_code == 409
        pid = pid_of(runs, renewed["id"])
        assert client.delete(f"{API}/jobs/{renewed['id']}").json()["state"] == "cancelled"
        wait_for(lambda: is_gone(pid), seconds=20)


def test_a_job_is_cancelled_with_its_process(client: httpx.Client, runs: Path, quick: str) -> None:
    asked = {"scenario": quick, "options": LONG}
    job = client.post(f"{API}/runs", json=asked).json()["job"]["id"]
    pid = pid_of(runs, job)
    assert client.delete(f"{API}/jobs/{job}").json()["state"] == "cancelled"
    wait_for(lambda: is_gone(pid), seconds=20)
    assert client.get(f"{API}/jobs/{job}").json()["state"] == "cancelled"
    assert client.delete(f"{API}/jobs/{job}").json()["state"] == "cancelled"
    assert not (runs / ".web-jobs" / job).exists()


def test_a_job_whose_process_is_killed_is_lost(
    client: httpx.Client, runs: Path, quick: str
) -> None:
    asked = {"scenario": quick, "options": LONG | {"seed": 1}}
    job = client.post(f"{API}/runs", json=asked).json()["job"]["id"]
    os.kill(pid_of(runs, job), signal.SIGKILL)
    assert job_in(client, job, "lost", "done", "failed")["state"] == "lost"


def test_what_cannot_run_is_refused_before_it_is_a_job(client: httpx.Client, quick: str) -> None:
    before = len(client.get(f"{API}/jobs").json())
    answer = client.post(f"{API}/runs", json={"scenario": quick.replace("on = [", "on = [] # ")})
    assert answer.status_code == 422
    assert "no date" in answer.json()["problems"][0]["what"]
    assert client.post(f"{API}/runs", json={"scenario": "nothing"}).status_code == 404
    assert len(client.get(f"{API}/jobs").json()) == before


def test_a_port_in_use_says_what_to_do(client: httpx.Client, tmp_path: Path) -> None:
    from sogdia.cli.app import run

    port = str(client.base_url.port)
    assert run(["serve", "--port", port, "--runs", str(tmp_path)]) == 2


def test_records_are_changed_only_from_the_states_given(tmp_path: Path) -> None:
    records = Records(f"sqlite:///{tmp_path / 'x.sqlite'}")
    job = records.add_job(scenario="a", title="A", toml="", beside={}, options={"draws": 1})
    assert records.change(job.id, only_from=frozenset({"queued"}), state="cancelled")
    assert not records.change(job.id, only_from=frozenset({"queued"}), state="running")
    found = records.job(job.id)
    assert found is not None
    assert (found.state, found.options) == ("cancelled", {"draws": 1})
    assert [j.id for j in records.jobs("cancelled")] == [job.id]
    assert records.jobs("queued") == ()
