"""What a server is started with."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Settings"]

BODY_BYTES = 2_000_000
RATE_OFF_LOOPBACK = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a server listens, what it allows and where it keeps things.

    Attributes
    ----------
    host, port
        Where it listens.
    names : tuple of str
        Further names it is called by, allowed in the header Host.
    token : str or None
        Who sends it may change things. Off loopback, nobody may without one.
    closed : bool
        Reading needs the token too.
    runs : Path
        The folder of runs; also where the pages' own records lie.
    database : str
        SQLAlchemy URL of jobs and saved scenarios; empty is SQLite in the folder of runs.
    body_bytes : int
        Longest body that is read.
    requests_per_minute : int or None
        From one address; None is no limit on loopback and 1200 elsewhere.
    jobs : int
        Appraisals at the same time; others wait.
    warm : bool
        Make at the start, beside serving, what the first pages ask for.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    names: tuple[str, ...] = ()
    token: str | None = None
    closed: bool = False
    runs: Path = field(default_factory=lambda: Path(os.environ.get("SOGDIA_RUNS", "runs")))
    database: str = ""
    body_bytes: int = BODY_BYTES
    requests_per_minute: int | None = None
    jobs: int = 1
    warm: bool = True

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def read_only(self) -> bool:
        """Whether nobody may change anything."""
        return not self.loopback and not self.token

    @property
    def rate(self) -> int:
        """Requests a minute from one address; 0 is no limit."""
        if self.requests_per_minute is not None:
            return self.requests_per_minute
        return 0 if self.loopback else RATE_OFF_LOOPBACK

    @property
    def database_url(self) -> str:
        """Where jobs and saved scenarios are kept."""
        return self.database or f"sqlite:///{(self.runs / 'web.sqlite').resolve()}"
