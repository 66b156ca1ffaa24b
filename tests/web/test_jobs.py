"""Jobs: cancelled, lost and started again; what survives kill -9 of the server and of a job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sogdia.core.errors import InvalidInput
from sogdia.evidence.base import EvidenceBase
from sogdia.results.store import RunStore
from sogdia.web.desk import draft
from sogdia.web.holdings import Holdings
from sogdia.web.jobs import Jobs
from sogdia.web.records import Records
from sogdia.web.settings import Settings

if TYPE_CHECKING:
    from conftest import Postgres

API = "/api/v1"
QUICKLY = {"draws": 0, "samples": 16, "flows": False, "linkages": False}
LONG = {"draws": 1000, "samples": 16, "flows": False, "linkages": False}

SERVE = """
import sys
from pathlib import Path
from sogdia.cli.serve import run_server
from sogdia.web.settings import Settings
run_server(Settings(port=0, runs=Path(sys.argv[1]), database=sys.argv[2], warm=False))
"""


@pytest.fixture
def opened(database: str) -> Iterator[Callable[[], Records]]:
    """Opens the database, as one server does; closed at the end."""
    found: list[Records] = []

    def begin() -> Records:
        found.append(Records(database))
        return found[-1]

    yield begin
    for records in found:
        records.close()


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

    def __init__(self, runs: Path, database: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(runs), database],
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
def start(tmp_path: Path, database: str) -> Iterator[Callable[[], Process]]:
    """Starts servers on one folder of runs and one database, killed at the end if they still run."""
    started: list[Process] = []

    def begin() -> Process:
        started.append(Process(tmp_path / "runs", database))
        return started[-1]

    yield begin
    for server in started:
        if server.process.poll() is None:
            server.end(signal.SIGKILL)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
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


@pytest.mark.slow
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_servers_share_a_database_and_a_folder(
    start: Callable[[], Process], tmp_path: Path, quick: str, postgres: Postgres | None
) -> None:
    """One takes the job and dies, then the database does: the other settles it, and it ran once."""
    runs = tmp_path / "runs"
    first, second = start(), start()
    saved = [s.client.put(f"{API}/scenarios/quick", json={"toml": quick}) for s in (first, second)]
    assert [answer.status_code for answer in saved] == [201, 200]
    asked = {"scenario": "quick", "options": QUICKLY}
    answers = [s.client.post(f"{API}/runs", json=asked).json() for s in (first, second)]
    assert [a["new"] for a in answers] == [True, False]
    job = answers[0]["job"]["id"]
    assert answers[1]["job"]["id"] == job
    pid = pid_of(runs, job)
    # The one it belongs to dies, and the database with it, while the job runs.
    first.end(signal.SIGKILL)
    if postgres is not None:
        postgres.stop()
        away = second.client.get(f"{API}/jobs/{job}")
        assert away.status_code == 503
        assert away.json()["problems"][0]["what"] == "does not answer"
        assert second.client.get(f"{API}/layers/posts.geojson").status_code == 200
        postgres.start()
    third = start()
    done = job_in(second.client, job, "done", "failed", "lost")
    assert done["state"] == "done", done
    wait_for(lambda: is_gone(pid), seconds=20)
    assert RunStore(runs).find(done["run"]).manifest.scenario == "quick"
    assert second.client.get(f"{API}/scenarios/quick").json()["toml"] == quick
    # Cancelled where it was not started: its process ends all the same.
    other = {"scenario": "quick", "options": QUICKLY | {"seed": 5}}
    waiting = second.client.post(f"{API}/runs", json=other).json()["job"]["id"]
    process = pid_of(runs, waiting)
    assert third.client.delete(f"{API}/jobs/{waiting}").json()["state"] == "cancelled"
    wait_for(lambda: is_gone(process), seconds=20)
    assert second.client.get(f"{API}/jobs/{waiting}").json()["state"] == "cancelled"
    assert second.end(signal.SIGINT) == third.end(signal.SIGINT) == 0


def test_of_servers_that_ask_at_once_one_adds_the_job(opened: Callable[[], Records]) -> None:
    """Eight connections ask for the same and then take it: one job, taken once."""
    servers = [opened() for _ in range(8)]
    asked = {"scenario": "a", "title": "A", "toml": "x", "beside": {}, "options": {"draws": 1}}
    with ThreadPoolExecutor(8) as threads:
        added = list(threads.map(lambda r: r.add_job(**asked, folder="f"), servers))
        assert sum(new for _, new in added) == 1
        (name,) = {job.id for job, _ in added if job is not None}

        def take(records: Records) -> bool:
            return records.change(name, only_from=frozenset({"queued"}), state="running")

        assert sum(threads.map(take, servers)) == 1
        assert sum(threads.map(lambda r: r.save("s", "S", "x"), servers)) == 1
    assert servers[0].add_job(**asked, folder="another")[1], "another folder runs its own"
    assert servers[0].add_job(**(asked | {"toml": "y"}), folder="f", at_most=1) == (None, False)


def test_a_job_is_started_by_one_of_two_servers(
    evidence: EvidenceBase, tmp_path: Path, quick: str, database: str
) -> None:
    """Both see it wait; both try; one process. A server that holds no job of it does not wait."""
    settings = Settings(runs=tmp_path, database=database, warm=False)
    both = [
        Jobs(h, h.records) for h in (Holdings(settings, evidence), Holdings(settings, evidence))
    ]
    started: list[str] = []

    def sleeping(job: Any, folder: Path, lock: tuple[int, ...]) -> subprocess.Popen[bytes]:
        started.append(job.id)
        return subprocess.Popen(["sleep", "60"], pass_fds=lock)

    for jobs in both:
        jobs.begin = lambda: None  # type: ignore[method-assign]
        jobs._process = sleeping  # type: ignore[method-assign]
    job, _ = both[0].submit(draft(quick), {}, QUICKLY)
    stale = both[1].records.jobs("queued")[0]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda j: j.look(), both))
    both[1]._start(stale)
    assert started == [job.id]
    assert both[0].get(job.id).state == both[1].get(job.id).state == "running"
    owner = next(j for j in both if j.processes)
    other = next(j for j in both if not j.processes)
    # As a server of another machine on the same folder: no signal, the owner sees to it.
    other.records.host = "elsewhere"
    assert other.cancel(job.id).state == "cancelled"
    process = owner.processes[job.id]
    assert process.poll() is None
    owner.look()
    assert process.wait(10) != 0
    assert not (owner.root / job.id).exists()
    for jobs in both:
        jobs.held.end()


def test_jobs_of_another_folder_are_left_alone(
    evidence: EvidenceBase, tmp_path: Path, quick: str, database: str
) -> None:
    held = [
        Holdings(Settings(runs=tmp_path / name, database=database, warm=False), evidence)
        for name in ("a", "b")
    ]
    mine, others = (Jobs(h, h.records) for h in held)
    for jobs in (mine, others):
        jobs.begin = lambda: None  # type: ignore[method-assign]
    job, new = mine.submit(draft(quick), {}, QUICKLY)
    assert new
    assert not others.look()
    assert others.submit(draft(quick), {}, QUICKLY)[1]
    mine.records.change(job.id, state="running")
    others.cancel(others.records.jobs("queued")[0].id)
    assert not others.look()
    assert others.get(job.id).state == "running"
    mine.look()
    assert mine.get(job.id).state == "lost"
    for holdings in held:
        holdings.end()


def test_a_database_that_cannot_be_used_says_why(tmp_path: Path, monkeypatch: Any) -> None:
    def problem(url: str) -> Any:
        with pytest.raises(InvalidInput) as refused:
            Records(url)
        return refused.value.problems[0]

    secret = "postgresql+nothing://me:secret@127.0.0.1/x"
    assert "secret" not in str(problem(secret))
    assert problem("no url").got.startswith("what was given")

    def silent(*_: Any, **__: Any) -> None:
        raise TimeoutError("timed out")

    with monkeypatch.context() as patch:
        patch.setattr("sogdia.web.records.Base.metadata.create_all", silent)
        found = problem(f"sqlite:///{tmp_path / 'a.sqlite'}")
    assert (found.what, found.got.endswith("timed out")) == ("cannot be used", True)
    monkeypatch.setitem(sys.modules, "pg8000", None)
    for url in ("postgresql://me@127.0.0.1:1/x", "postgresql+pg8000://me@127.0.0.1:1/x"):
        assert problem(url).fix == 'pip install "sogdia[postgres]"'


def test_a_job_that_died_with_its_server_is_lost_and_its_inputs_are_kept(
    served: Callable[..., Any],
    tmp_path: Path,
    quick: str,
    database: str,
    opened: Callable[[], Records],
) -> None:
    """As the database is after a machine lost its power: running, and no process holds the lock."""
    runs = tmp_path / "runs"
    runs.mkdir()
    records = opened()
    (runs / ".web-jobs").mkdir()
    (runs / ".web-jobs" / "name").write_text("here")
    job, _ = records.add_job(
        scenario="quick", title="Q", toml=quick, beside={}, options=LONG, folder="here"
    )
    assert job is not None
    records.change(job.id, state="running")
    with served(runs=runs, database=database) as client:
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


def test_records_are_changed_only_from_the_states_given(opened: Callable[[], Records]) -> None:
    records = opened()
    job, _ = records.add_job(scenario="a", title="A", toml="", beside={}, options={"draws": 1})
    assert job is not None
    assert records.change(job.id, only_from=frozenset({"queued"}), state="cancelled")
    assert not records.change(job.id, only_from=frozenset({"queued"}), state="running")
    found = records.job(job.id)
    assert found is not None
    assert (found.state, found.options) == ("cancelled", {"draws": 1})
    assert [j.id for j in records.jobs("cancelled")] == [job.id]
    assert records.jobs("queued") == ()
