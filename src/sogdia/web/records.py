"""Saved scenarios and jobs, in SQLite or whatever database SQLAlchemy reaches."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

from sqlalchemy import (
    JSON,
    CursorResult,
    Engine,
    String,
    Text,
    Update,
    create_engine,
    event,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from sogdia.core.errors import InvalidInput, Problem
from sogdia.web.problems import Refused

__all__ = ["ENDED", "JobRecord", "Records", "ScenarioRecord", "State", "open_engine"]

State = Literal["queued", "running", "done", "failed", "cancelled", "lost"]
ENDED: frozenset[State] = frozenset({"done", "failed", "cancelled", "lost"})
DRIVER = "pg8000"
"""Driver of PostgreSQL, unless the URL names another: the one under a permissive licence."""
INSTALLED_BY = {
    "pg8000": "sogdia[postgres]", "psycopg": "psycopg[binary]", "psycopg2": "psycopg2-binary",
}  # fmt: skip
"""What installs a driver, where that is not its own name."""
REACHED_IN_S = 10
"""A database that does not answer for so long cannot be used."""
WAITS = {"pg8000": "timeout", "psycopg": "connect_timeout", "psycopg2": "connect_timeout"}
"""How each driver is told so; pg8000 waits no longer for any answer either."""
SUBMITTING = 0x50676469
"""Number of the lock of PostgreSQL under which a job is looked for and added."""


class Base(DeclarativeBase):
    """The tables."""


class ScenarioRow(Base):
    """A scenario somebody saved."""

    __tablename__ = "scenario"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    toml: Mapped[str] = mapped_column(Text)
    changed: Mapped[str] = mapped_column(String(40))


class JobRow(Base):
    """An appraisal that was asked for, and what became of it."""

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    scenario: Mapped[str] = mapped_column(String(80), index=True)
    title: Mapped[str] = mapped_column(Text)
    toml: Mapped[str] = mapped_column(Text)
    beside: Mapped[dict[str, Any]] = mapped_column(JSON)
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12), index=True)
    share: Mapped[float] = mapped_column()
    message: Mapped[str] = mapped_column(Text)
    run: Mapped[str | None] = mapped_column(String(64), index=True)
    problems: Mapped[list[Any]] = mapped_column(JSON)
    host: Mapped[str] = mapped_column(String(200))
    asked: Mapped[str] = mapped_column(String(40))
    started: Mapped[str | None] = mapped_column(String(40))
    ended: Mapped[str | None] = mapped_column(String(40))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRecord:
    """A saved scenario."""

    id: str
    title: str
    toml: str
    changed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job as it was last recorded.

    Attributes
    ----------
    beside : mapping of str to str
        Text of the saved scenarios it builds on, by id.
    share : float
        0 to 1; that of a running job is in its folder.
    run : str or None
        Run id of the scenario, once done.
    host : str
        The machine and the folder of runs where its process runs, as `MACHINE/FOLDER`.
    """

    id: str
    scenario: str
    title: str
    toml: str
    beside: Mapping[str, str]
    options: Mapping[str, Any]
    state: str
    share: float
    message: str
    run: str | None
    problems: list[Any]
    host: str
    asked: str
    started: str | None
    ended: str | None


def now() -> str:
    """The time, as recorded."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Records:
    """The database of one server, or of several that share it."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        try:
            self._create()
        except (SQLAlchemyError, OSError) as error:
            raise _unreachable(url, error) from error
        self.host = socket.gethostname()

    def _create(self) -> None:
        try:
            Base.metadata.create_all(self.engine)
        except SQLAlchemyError:
            # Another server may have made the tables between the look and the making.
            Base.metadata.create_all(self.engine)

    def close(self) -> None:
        """Let go of the connections; they are made anew when something is asked."""
        self.engine.dispose()

    @contextmanager
    def session(self) -> Generator[Session]:
        """A transaction.

        Raises
        ------
        Refused
            With status 503, when the database does not answer.
        """
        try:
            with Session(self.engine) as session, session.begin():
                yield session
        except (OperationalError, InterfaceError, OSError) as error:
            # Not with the driver's words, which name the address of the database.
            problem = Problem(
                where="the database of jobs and saved scenarios", what="does not answer",
                fix="try again; runs that have begun go on meanwhile",
            )  # fmt: skip
            raise Refused(503, problem, headers={"retry-after": "10"}) from error

    def scenarios(self) -> tuple[ScenarioRecord, ...]:
        """Every saved scenario, by id."""
        with self.session() as session:
            rows = session.scalars(select(ScenarioRow).order_by(ScenarioRow.id)).all()
            return tuple(_scenario(row) for row in rows)

    def texts(self) -> dict[str, str]:
        """Texts of the saved scenarios by id."""
        return {s.id: s.toml for s in self.scenarios()}

    def scenario(self, name: str) -> ScenarioRecord | None:
        """One saved scenario."""
        with self.session() as session:
            row = session.get(ScenarioRow, name)
            return None if row is None else _scenario(row)

    def save(self, name: str, title: str, toml: str) -> bool:
        """Keep a scenario; whether it is new."""
        values = {"title": title, "toml": toml, "changed": now()}
        if self._changed(update(ScenarioRow).where(ScenarioRow.id == name).values(**values)):
            return False
        try:
            with self.session() as session:
                session.add(ScenarioRow(id=name, **values))
        except IntegrityError:  # another server has saved it since
            self._changed(update(ScenarioRow).where(ScenarioRow.id == name).values(**values))
            return False
        return True

    def _changed(self, statement: Update) -> bool:
        """Whether a statement changed anything."""
        with self.session() as session:
            return cast("CursorResult[Any]", session.execute(statement)).rowcount > 0

    def drop(self, name: str) -> bool:
        """Forget a scenario; whether it was there."""
        with self.session() as session:
            row = session.get(ScenarioRow, name)
            if row is not None:
                session.delete(row)
            return row is not None

    def add_job(
        self,
        *,
        scenario: str,
        title: str,
        toml: str,
        beside: Mapping[str, str],
        options: Mapping[str, Any],
        folder: str = "",
        at_most: int | None = None,
    ) -> tuple[JobRecord | None, bool]:
        """A job that waits, and whether it is new.

        The same one under way for the same folder is not added again, however many servers are
        asked at once. None when `at_most` are under way there.
        """
        with self.session() as session:
            self._alone(session)
            query = select(JobRow).where(
                JobRow.state.in_(("queued", "running")), JobRow.host.endswith(f"/{folder}")
            )
            live = session.scalars(query).all()
            for row in live:
                if (row.toml, row.options, row.beside) == (toml, dict(options), dict(beside)):
                    return _job(row), False
            if at_most is not None and len(live) >= at_most:
                return None, False
            row = JobRow(
                id=secrets.token_hex(8), scenario=scenario, title=title, toml=toml,
                beside=dict(beside), options=dict(options), state="queued", share=0.0, message="",
                run=None, problems=[], host=f"{self.host}/{folder}", asked=now(), started=None,
                ended=None,
            )  # fmt: skip
            session.add(row)
            session.flush()
            return _job(row), True

    def _alone(self, session: Session) -> None:
        """Nobody else adds a job until the transaction ends."""
        name = self.engine.dialect.name
        if name == "sqlite":
            session.execute(sql("BEGIN IMMEDIATE"))
        elif name == "postgresql":
            session.execute(sql("SELECT pg_advisory_xact_lock(:n)"), {"n": SUBMITTING})

    def job(self, name: str) -> JobRecord | None:
        """One job."""
        with self.session() as session:
            row = session.get(JobRow, name)
            return None if row is None else _job(row)

    def jobs(self, *states: State, limit: int | None = None) -> tuple[JobRecord, ...]:
        """Jobs in some states, or all, the oldest first; with a limit the latest."""
        query = select(JobRow).order_by(JobRow.asked.desc(), JobRow.id)
        if states:
            query = query.where(JobRow.state.in_(states))
        if limit is not None:
            query = query.limit(limit)
        with self.session() as session:
            return tuple(_job(row) for row in reversed(session.scalars(query).all()))

    def of_run(self, run: str) -> tuple[JobRecord, ...]:
        """Jobs that made, or found, a run; the latest first."""
        query = select(JobRow).where(JobRow.run == run).order_by(JobRow.asked.desc())
        with self.session() as session:
            return tuple(_job(row) for row in session.scalars(query).all())

    def change(
        self, name: str, *, only_from: frozenset[State] | None = None, **values: Any
    ) -> bool:
        """Change a job; whether it was in one of the states it may be changed from."""
        # One statement: of two servers that change a job from the same state, one does.
        statement = update(JobRow).where(JobRow.id == name).values(**values)
        if only_from is not None:
            statement = statement.where(JobRow.state.in_(only_from))
        return self._changed(statement)


def _scenario(row: ScenarioRow) -> ScenarioRecord:
    return ScenarioRecord(id=row.id, title=row.title, toml=row.toml, changed=row.changed)


def _job(row: JobRow) -> JobRecord:
    return JobRecord(
        id=row.id, scenario=row.scenario, title=row.title, toml=row.toml, beside=row.beside,
        options=row.options, state=row.state, share=row.share, message=row.message, run=row.run,
        problems=row.problems, host=row.host, asked=row.asked, started=row.started,
        ended=row.ended,
    )  # fmt: skip


def open_engine(url: str) -> Engine:
    """What reaches a database; nothing is asked of it yet.

    Raises
    ------
    InvalidInput
        When the URL is none or its driver is not installed, with the line that installs it.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            return _postgres(parsed)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, pool_pre_ping=True)
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": 15})
    except ModuleNotFoundError as error:
        package = INSTALLED_BY.get(error.name or "", error.name or "")
        raise _unreachable(url, error, f'pip install "{package}"' if package else "") from error
    except (ArgumentError, NoSuchModuleError, OSError) as error:
        raise _unreachable(url, error) from error

    def settings(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        # Readers do not wait for a writer, and a commit is on the disk when it returns.
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    event.listen(engine, "connect", settings)
    return engine


def _postgres(url: URL) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername=f"postgresql+{DRIVER}")
    named = WAITS.get(url.get_driver_name())
    asked = {} if named is None else {named: REACHED_IN_S}
    # A connection that the server has closed meanwhile is made anew.
    return create_engine(url, pool_pre_ping=True, connect_args=asked)


def _unreachable(url: str, error: Exception, fix: str = "") -> InvalidInput:
    try:
        shown = make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        shown = "what was given"
    return InvalidInput(
        [
            Problem(
                where="--database",
                what="cannot be used",
                got=f"{shown}: {str(error).splitlines()[0][:200]}",
                allowed="sqlite:///FILE, postgresql://USER@HOST/NAME or another SQLAlchemy URL",
                fix=fix,
            )
        ]
    )
