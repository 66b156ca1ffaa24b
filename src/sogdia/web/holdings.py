"""What the server holds while it runs: the evidence, the runs, and answers made once."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sogdia.core.digest import code_digest
from sogdia.core.replacing import replacing
from sogdia.evidence.base import EvidenceBase
from sogdia.web.answers import Kept, json_bytes, keep
from sogdia.web.settings import Settings

if TYPE_CHECKING:
    from sogdia.results.store import RunStore
    from sogdia.web.jobs import Jobs
    from sogdia.web.library import Library
    from sogdia.web.past import Past
    from sogdia.web.records import Records
    from sogdia.world.world import World

__all__ = ["GEOJSON", "Holdings"]

T = TypeVar("T")
JSON = "application/json"
GEOJSON = "application/geo+json"
KEPT_WORLDS = 6
KEPT_ROUTES = 512


@dataclass(slots=True)
class Lately:
    """The values asked for lately; each is made once however many threads ask."""

    size: int
    values: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict[Hashable, Any])
    lock: threading.Lock = field(default_factory=threading.Lock)
    making: dict[Hashable, threading.Lock] = field(default_factory=lambda: {})

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key, made when it is not there."""
        with self.lock:
            if key in self.values:
                self.values.move_to_end(key)
                return cast("T", self.values[key])
            own = self.making.setdefault(key, threading.Lock())
        with own:
            with self.lock:
                if key in self.values:
                    return cast("T", self.values[key])
            made = make()
            with self.lock:
                self.values[key] = made
                self.making.pop(key, None)
                while len(self.values) > self.size:
                    self.values.popitem(last=False)
            return made


@dataclass
class Holdings:
    """Evidence, runs and kept answers of one server.

    Everything kept in memory or on disk is named by the digests of the evidence and the code, so
    it cannot be older than they are. Parts that take long to import are made when they are first
    asked for: the map needs none of them.
    """

    settings: Settings
    evidence: EvidenceBase
    answers: Lately = field(default_factory=lambda: Lately(256))
    worlds: Lately = field(default_factory=lambda: Lately(KEPT_WORLDS))
    routes: Lately = field(default_factory=lambda: Lately(KEPT_ROUTES))
    results: Lately = field(default_factory=lambda: Lately(96))
    queries: Lately = field(default_factory=lambda: Lately(96))
    documents: Lately = field(default_factory=lambda: Lately(12))
    reading: threading.RLock = field(default_factory=threading.RLock)
    """`EvidenceBase` fills its tables as they are asked for: one thread at a time."""
    making: threading.RLock = field(default_factory=threading.RLock)

    @cached_property
    def tag(self) -> str:
        """A digest of evidence and code: what `?v=` of an address is."""
        files = sorted((self.evidence.folder / "geometry").glob("*.geojson"))
        total = hashlib.sha256((self.evidence.digest + code_digest()).encode())
        for file in files:
            total.update(file.read_bytes())
        return total.hexdigest()[:16]

    @cached_property
    def store(self) -> RunStore:
        """The folder of runs."""
        from sogdia.results.store import RunStore

        return RunStore(self.settings.runs)

    @property
    def records(self) -> Records:
        """Saved scenarios and jobs."""
        with self.making:
            return self._records

    @cached_property
    def _records(self) -> Records:
        from sogdia.web.records import Records

        return Records(self.settings.database_url)

    @property
    def jobs(self) -> Jobs:
        """What runs scenarios."""
        with self.making:
            return self._jobs

    @cached_property
    def _jobs(self) -> Jobs:
        from sogdia.web.jobs import Jobs

        return Jobs(self, self.records)

    @cached_property
    def past(self) -> Past:
        """What reads finished runs."""
        from sogdia.web.past import Past

        return Past(self, self.records)

    @property
    def library(self) -> Library:
        """The claims as rows, read once."""
        from sogdia.web.library import Library

        def make() -> Library:
            with self.reading:
                return Library(self.evidence)

        return self.answers.get("library", make)

    def end(self) -> int:
        """Stop following jobs; how many go on without the server."""
        with self.making:
            going_on = len(self._jobs.end()) if "_jobs" in self.__dict__ else 0
            if "_records" in self.__dict__:
                self._records.close()
            return going_on

    def kept(
        self, name: str, make: Callable[[], Any], *, media: str = JSON, apart: bool = False
    ) -> Kept:
        """An answer that depends on the evidence only: in memory, else on disk, else made.

        With `apart` it is made while others read the evidence: what makes it must not, or must
        take `reading` itself.
        """

        def read_or_make() -> Kept:
            file = self.cache_file(name)
            try:
                body = file.read_bytes() if file is not None else None
            except OSError:
                body = None
            if body is None:
                with contextlib.nullcontext() if apart else self.reading:
                    made = make()
                body = made if isinstance(made, bytes) else json_bytes(made)
                if file is not None:
                    write_whole(file, body)
            return keep(body, media, self.tag)

        return self.answers.get(name, read_or_make)

    def asked(self, key: Hashable, make: Callable[[], Any]) -> Kept:
        """An answer to one question of the evidence, among the latest ones."""
        return self.queries.get(key, lambda: keep(json_bytes(make()), JSON, self.tag))

    def cache_file(self, name: str) -> Path | None:
        """Where an answer is kept from one start to the next; None for those that are not."""
        if not name.startswith("layers/"):
            return None
        # A status is that of today: tomorrow's file has another name.
        today = date.today().isoformat()  # noqa: DTZ011  (the reader's own today)
        stem = name.replace("/", "-")
        return self.settings.runs / ".web-cache" / f"{self.tag}-{today}-{stem}.json"

    def world_on(self, on: date) -> World:
        """The world of a date, built once."""
        from sogdia.world.build import world

        def make() -> World:
            with self.reading:
                return world(self.evidence, on=on)

        return self.worlds.get(on, make)


def write_whole(file: Path, body: bytes) -> None:
    """Write a file in one step; where it cannot be written, it is not kept."""
    try:
        with replacing(file) as part:
            part.write_bytes(body)
        for old in file.parent.glob("[!.]*.json"):
            if old.name.split("-")[:4] != file.name.split("-")[:4]:
                old.unlink(missing_ok=True)
    except OSError:
        return
