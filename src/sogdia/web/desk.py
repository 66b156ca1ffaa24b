"""Scenarios as text: read with every name checked, without touching any file of the user.

A text is written to a folder of its own together with the saved scenarios it may build on, because
a scenario finds its baseline and packs beside itself and then among the shipped ones.
"""

from __future__ import annotations

import json
import re
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sogdia.core.errors import InvalidInput, Problem, ProblemList, UnknownName
from sogdia.core.shipped import shipped_folder
from sogdia.evidence.base import EvidenceBase

if TYPE_CHECKING:
    from sogdia.scenario.scenario import Scenario

__all__ = ["WORD", "Draft", "draft", "from_json", "read_draft", "shipped_ids", "shipped_text"]

WORD = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
LONGEST = 300_000
"""Letters of a scenario; the longest shipped one has a tenth of it."""
MOST_MEASURES = 2000
DAYS = frozenset({"on", "until"})
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
DEEPEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The text of a scenario that is TOML, with its id and title.

    Attributes
    ----------
    table : mapping
        What the text says, as `tomllib` reads it.
    builds_on : tuple of str
        Ids of its baseline and packs.
    """

    id: str
    title: str
    toml: str
    table: Mapping[str, Any]
    builds_on: tuple[str, ...]


def draft(toml: str, *, called: str | None = None) -> Draft:
    """What a text says about itself, as far as a server may read it.

    Raises
    ------
    InvalidInput
        When it is too long, no TOML, holds a letter NUL, or names files instead of scenarios.
    """
    problems = ProblemList()
    if len(toml) > LONGEST:
        problems.add("the scenario", "is too long", allowed=f"{LONGEST:,} letters")
        problems.raise_if_any()
    try:
        toml.encode()
        table = tomllib.loads(toml.replace("\r\n", "\n"))
        _depth(table)
    except UnicodeEncodeError:
        problems.add("the scenario", "is not text", allowed="UTF-8")
    except RecursionError:
        problems.add("the scenario", "is nested too deep", allowed=f"{DEEPEST} levels")
    except ValueError as error:
        what = str(error)
        problems.add(
            "the scenario",
            f"is not TOML: {what[:1].lower()}{what[1:200]}",
            fix="text goes in quotes, dates do not, and each [[measure]] starts a new table",
        )
    else:
        return _named(table, toml, called, problems)
    raise InvalidInput(problems.problems)


def _named(table: dict[str, Any], toml: str, called: str | None, problems: ProblemList) -> Draft:
    for where in _with_nul(table):
        # An escape in TOML or JSON; PostgreSQL cannot keep it, and no word of a scenario needs it.
        problems.add(where, "holds the letter NUL", fix="take \\u0000 out")
    problems.raise_if_any()
    own = table.get("id", called)
    if not isinstance(own, str) or not WORD.fullmatch(own):
        problems.add(
            "id", "is not a word", got=str(own)[:80] if own is not None else "",
            allowed="small letters, digits and hyphens, 80 at most",
            fix='add id = "my-scenario" at the top',
        )  # fmt: skip
    elif called is not None and own != called:
        problems.add("id", "is not the one of the address", got=own, allowed=called)
    packs = table.get("includes", [])
    builds_on = [
        *([table["baseline"]] if "baseline" in table else []),
        *(cast("list[Any]", packs) if isinstance(packs, list) else [packs]),
    ]
    for name in builds_on:
        if not isinstance(name, str) or not WORD.fullmatch(name):
            problems.add(
                "baseline or includes", "is no id of a scenario", got=str(name)[:80],
                allowed="small letters, digits and hyphens",
            )  # fmt: skip
    for name in ("measure", "without", "route"):
        rows = table.get(name, [])
        if isinstance(rows, list) and len(cast("list[Any]", rows)) > MOST_MEASURES:
            problems.add(name, "too many", allowed=str(MOST_MEASURES))
    problems.raise_if_any()
    title = table.get("title")
    return Draft(
        id=str(own), title=title if isinstance(title, str) else str(own), toml=toml, table=table,
        builds_on=tuple(dict.fromkeys(str(b) for b in builds_on)),
    )  # fmt: skip


def _depth(value: object, left: int = DEEPEST) -> None:
    if left < 0:
        raise RecursionError
    if isinstance(value, dict):
        for inner in cast("dict[str, object]", value).values():
            _depth(inner, left - 1)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            _depth(inner, left - 1)


def _with_nul(value: object, where: str = "") -> list[str]:
    """Where in a table a text or key holds the letter NUL."""
    if isinstance(value, str):
        return [where or "the scenario"] if "\0" in value else []
    if isinstance(value, dict):
        rows = cast("dict[str, object]", value).items()
        steps = [(k.replace("\0", "\ufffd"), k, v) for k, v in rows]
        return [
            found
            for shown, key, inner in steps
            for path in [f"{where}.{shown}" if where else shown]
            for found in ([path] if "\0" in key else _with_nul(inner, path))
        ]
    if isinstance(value, list):
        rows = enumerate(cast("list[object]", value), start=1)
        return [found for i, inner in rows for found in _with_nul(inner, f"{where} {i}")]
    return []


def read_draft(found: Draft, beside: Mapping[str, str], evidence: EvidenceBase) -> Scenario:
    """A scenario with every name in it checked against the evidence.

    Parameters
    ----------
    found : Draft
    beside : mapping of str to str
        Texts of the saved scenarios, by id.
    evidence : EvidenceBase

    Raises
    ------
    InvalidInput
        With every problem of it and of what it builds on.
    """
    from sogdia.appraisal.worlds import read_for

    with tempfile.TemporaryDirectory(prefix="sogdia-") as folder:
        file = lay_out(found, beside, Path(folder))
        try:
            return read_for(file, evidence)
        except InvalidInput as error:
            raise InvalidInput(_without_folder(error, Path(folder))) from None
        except RecursionError:
            raise InvalidInput(
                [Problem(where=found.id, what="is nested too deep", allowed=f"{DEEPEST} levels")]
            ) from None


def lay_out(found: Draft, beside: Mapping[str, str], folder: Path) -> Path:
    """Write a text and those it may build on into a folder; the file of the text."""
    for name, toml in beside.items():
        if WORD.fullmatch(name):
            (folder / f"{name}.toml").write_text(toml, encoding="utf-8")
    file = folder / f"{found.id}.toml"
    text = found.toml if "id" in found.table else f'id = "{found.id}"\n{found.toml}'
    file.write_text(text, encoding="utf-8")
    return file


def _without_folder(error: InvalidInput, folder: Path) -> list[Problem]:
    """Problems that name files as the user knows them."""
    found: list[Problem] = []
    for problem in error.problems:
        words = {
            key: getattr(problem, key).replace(f"{folder}/", "").replace(str(folder), "")
            for key in ("where", "what", "got", "allowed", "fix")
        }
        found.append(replace(problem, **words))
    return found


def shipped_ids() -> tuple[str, ...]:
    """Ids of the shipped scenarios."""
    return tuple(sorted(file.stem for file in shipped_folder("scenarios").glob("*.toml")))


def shipped_text(name: str) -> str:
    """The text of a shipped scenario.

    Raises
    ------
    UnknownName
        When there is none of that id.
    """
    known = shipped_ids()
    if name not in known:
        raise UnknownName("scenario", name, known)
    return (shipped_folder("scenarios") / f"{name}.toml").read_text(encoding="utf-8")


def from_json(table: Mapping[str, Any]) -> str:
    """The TOML of a scenario given as JSON with the words of a file; ISO dates become dates.

    Raises
    ------
    InvalidInput
        When a value has no TOML form, such as null.
    """
    problems = ProblemList()
    lines: list[str] = []
    tables: list[str] = []
    for key, value in table.items():
        if (
            isinstance(value, list)
            and value
            and all(isinstance(v, dict) for v in cast("list[Any]", value))
        ):
            for row in cast("list[dict[str, Any]]", value):
                tables.append(f"\n[[{_key(key)}]]")
                tables += [f"{_key(k)} = {_value(k, v, key, problems)}" for k, v in row.items()]
        else:
            lines.append(f"{_key(key)} = {_value(key, value, key, problems)}")
    problems.raise_if_any()
    return "\n".join([*lines, *tables]) + "\n"


def _key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else _text(text)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(name: str, value: Any, where: str, problems: ProblemList, left: int = DEEPEST) -> str:
    if left < 0:
        problems.add(where, "is nested too deep", allowed=f"{DEEPEST} levels")
        return '""'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if name in DAYS and ISO.fullmatch(value) else _text(value)
    if isinstance(value, (int, float)):
        return repr(value) if abs(value) < 1e300 else "0"
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, list):
        inner = [_value(name, v, where, problems, left - 1) for v in cast("list[Any]", value)]
        return f"[{', '.join(inner)}]"
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        inner = [f"{_key(k)} = {_value(k, v, where, problems, left - 1)}" for k, v in pairs]
        return f"{{ {', '.join(inner)} }}"
    problems.add(f"{where}, {name}", "has no value", fix="leave it out")
    return '""'
