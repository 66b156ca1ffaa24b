"""Saved scenarios and jobs, in SQLite or whatever database SQLAlchemy reaches."""

from __future__ import annotations

import importlib.util
import secrets
import socket
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import JSON, Engine, String, Text, create_engine, event, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from sogdia.core.errors import InvalidInput, Problem

__all__ = ["ENDED", "JobRecord", "Records", "ScenarioRecord", "State"]

State = Literal["queued", "running", "done", "failed", "cancelled", "lost"]
ENDED: frozenset[State] = frozenset({"done", "failed", "cancelled", "lost"})
DRIVERS = ("pg8000", "psycopg")


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
        Where its process runs.
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
        self.engine = _engine(url)
        try:
            Base.metadata.create_all(self.engine)
        except SQLAlchemyError as error:
            raise _unreachable(url, error) from error
        self.host = socket.gethostname()

    @contextmanager
    def session(self) -> Generator[Session]:
        """A transaction."""
        with Session(self.engine) as session, session.begin():
            yield session

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
        with self.session() as session:
            row = session.get(ScenarioRow, name)
            if row is None:
                session.add(ScenarioRow(id=name, title=title, toml=toml, changed=now()))
                return True
            row.title, row.toml, row.changed = title, toml, now()
            return False

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
    ) -> JobRecord:
        """A new job that waits."""
        row = JobRow(
            id=secrets.token_hex(8), scenario=scenario, title=title, toml=toml,
            beside=dict(beside), options=dict(options), state="queued", share=0.0, message="",
            run=None, problems=[], host=self.host, asked=now(), started=None, ended=None,
        )  # fmt: skip
        with self.session() as session:
            session.add(row)
            session.flush()
            return _job(row)

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
        with self.session() as session:
            row = session.get(JobRow, name, with_for_update=True)
            if row is None or (only_from is not None and row.state not in only_from):
                return False
            for key, value in values.items():
                setattr(row, key, value)
            return True


def _scenario(row: ScenarioRow) -> ScenarioRecord:
    return ScenarioRecord(id=row.id, title=row.title, toml=row.toml, changed=row.changed)


def _job(row: JobRow) -> JobRecord:
    return JobRecord(
        id=row.id, scenario=row.scenario, title=row.title, toml=row.toml, beside=row.beside,
        options=row.options, state=row.state, share=row.share, message=row.message, run=row.run,
        problems=row.problems, host=row.host, asked=row.asked, started=row.started,
        ended=row.ended,
    )  # fmt: skip


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            # The driver that is installed, the pure one first.
            known = [d for d in DRIVERS if importlib.util.find_spec(d) is not None]
            parsed = parsed.set(drivername=f"postgresql+{(known or DRIVERS)[0]}")
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, pool_pre_ping=True)
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": 15})
    except ModuleNotFoundError as error:
        raise _unreachable(url, error, 'pip install pg8000, or "psycopg[binary]"') from error
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
