"""What a run is made of and how it went: the manifest, and ``manifest.json``."""

from __future__ import annotations

import dataclasses
import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib import metadata
from typing import Any, Literal, cast, get_args

from sogdia.core.errors import InvalidInput, ProblemList, nearest
from sogdia.core.status import STATES, Status

__all__ = [
    "ROLES",
    "Manifest",
    "Role",
    "TableEntry",
    "package_versions",
    "read_manifest",
    "sogdia_version",
]

Role = Literal["scenario", "baseline", "world"]
ROLES: tuple[Role, ...] = get_args(Role)

FORMAT = 1
FULL_ID = re.compile(r"[0-9a-f]{64}")
PACKAGES = ("duckdb", "numba", "numpy", "pyarrow", "scipy")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEntry:
    """One table of a run: how many rows, and the digest of its content."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What went into a run and how it went.

    Attributes
    ----------
    id : str
        `store.run_id` of the inputs: 64 hexadecimal digits.
    scenario, title, scenario_digest : str
    role : {"scenario", "baseline", "world"}
    baseline : str or None
        Run id of the baseline; None for a run that has none.
    dates : tuple of date
        Dates of the worlds.
    evidence_digest, code_digest, version : str
    seed, draws : int
    options : mapping
        Everything else that was an input: model options, knowledge date. JSON values.
    statuses : tuple of Status
    failed_draws : mapping of int to str
        Number of the draw and what went wrong in it. Never redrawn.
    claims_read : int
        How many; which ones is the table `claim`.
    wall_time_s : float
    created : datetime
        UTC.
    packages : mapping of str to str
    tables : mapping of str to TableEntry
        Filled in by the store when the run is written.

    Raises
    ------
    ValueError
        When the id, the role or the time of creation is not of the kind named here.
    """

    id: str
    scenario: str
    title: str
    scenario_digest: str
    role: Role
    baseline: str | None
    dates: tuple[date, ...]
    evidence_digest: str
    code_digest: str
    version: str
    seed: int
    draws: int
    options: Mapping[str, Any] = field(default_factory=lambda: {})
    statuses: tuple[Status, ...] = ()
    failed_draws: Mapping[int, str] = field(default_factory=lambda: {})
    claims_read: int = 0
    wall_time_s: float = 0.0
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    packages: Mapping[str, str] = field(default_factory=lambda: package_versions())  # noqa: PLW0108  (defined below)
    tables: Mapping[str, TableEntry] = field(default_factory=lambda: {})

    def __post_init__(self) -> None:
        if not FULL_ID.fullmatch(self.id):
            raise ValueError(f"a run id has 64 hexadecimal digits; got {self.id!r}")
        if self.role not in ROLES:
            raise ValueError(f"role is one of {', '.join(ROLES)}; got {self.role!r}")
        if self.created.tzinfo is None:
            raise ValueError("created needs a time zone; use datetime.now(UTC)")

    @property
    def state(self) -> str:
        """The worst state of any status; "solved" when there is none."""
        return max((s.state for s in self.statuses), key=STATES.index, default="solved")

    def to_json(self) -> str:
        """The text of ``manifest.json``."""
        written = dataclasses.asdict(self)
        written["created"] = self.created.astimezone(UTC).isoformat()
        written["dates"] = [d.isoformat() for d in self.dates]
        written["failed_draws"] = {str(k): v for k, v in sorted(self.failed_draws.items())}
        written["tables"] = dict(sorted(written["tables"].items()))
        return (
            json.dumps({"format": FORMAT, **written}, indent=2, ensure_ascii=False, allow_nan=False)
            + "\n"
        )


def read_manifest(text: str, *, where: str) -> Manifest:
    """A manifest from the text of ``manifest.json``.

    Parameters
    ----------
    text : str
    where : str
        What to call the file in a problem.

    Raises
    ------
    InvalidInput
        With everything that is wrong with it.
    """
    problems = ProblemList()
    try:
        loaded: object = json.loads(text)
    except ValueError as error:
        problems.add(where, f"is not JSON ({error})", fix="remove the folder and run again")
        raise InvalidInput(problems.problems) from None
    if not isinstance(loaded, dict):
        problems.add(where, "is not a manifest", got=type(loaded).__name__, allowed="an object")
        raise InvalidInput(problems.problems)
    fields = cast("dict[str, Any]", loaded)
    if fields.pop("format", None) != FORMAT:
        problems.add(where, "has another format", allowed=str(FORMAT), fix="run again")
        raise InvalidInput(problems.problems)
    known = [f.name for f in dataclasses.fields(Manifest)]
    for name in known:
        if name not in fields:
            problems.add(where, f"has no {name}")
    for name in fields:
        if name not in known:
            close = nearest(name, known)
            problems.add(
                where,
                f"has no field called {name!r}",
                fix=f"did you mean {close[0]}?" if close else "",
            )
    problems.raise_if_any()
    try:
        for name, kind in KINDS.items():
            if not isinstance(fields[name], kind) or isinstance(fields[name], bool):
                problems.add(where, f"{name} is of another type", got=repr(fields[name])[:60])
        problems.raise_if_any()
        read: dict[str, Any] = {
            **fields,
            "dates": tuple(date.fromisoformat(d) for d in fields["dates"]),
            "statuses": tuple(Status(**s) for s in fields["statuses"]),
            "failed_draws": {int(k): v for k, v in fields["failed_draws"].items()},
            "created": datetime.fromisoformat(fields["created"]),
            "tables": {k: TableEntry(**v) for k, v in fields["tables"].items()},
        }
        return Manifest(**read)
    except (TypeError, ValueError, AttributeError) as error:
        problems.add(where, str(error), fix="remove the folder and run again")
        raise InvalidInput(problems.problems) from None


KINDS: dict[str, type | tuple[type, ...]] = {
    "id": str,
    "scenario": str,
    "title": str,
    "scenario_digest": str,
    "role": str,
    "baseline": (str, type(None)),
    "dates": list,
    "evidence_digest": str,
    "code_digest": str,
    "version": str,
    "seed": int,
    "draws": int,
    "options": dict,
    "statuses": list,
    "failed_draws": dict,
    "claims_read": int,
    "wall_time_s": (int, float),
    "created": str,
    "packages": dict,
    "tables": dict,
}


@functools.cache
def sogdia_version() -> str:
    """The version of this package."""
    return metadata.version("sogdia")


def package_versions() -> dict[str, str]:
    """Versions of the packages a number may depend on."""
    found: dict[str, str] = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
