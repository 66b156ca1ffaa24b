"""Scenario files: TOML to `Scenario`, with every problem of a file reported at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sogdia.core.errors import Problem, ProblemList, UnknownName, nearest
from sogdia.core.shipped import shipped_folder
from sogdia.scenario.kinds import MEASURE_KINDS
from sogdia.scenario.measures import (
    SINGULAR,
    CrossingSelector,
    LinkSelector,
    Measure,
    SetRate,
    SetVisa,
    field_name,
)
from sogdia.scenario.names import Names
from sogdia.scenario.quantity import BASELINE, Change
from sogdia.scenario.scenario import Route, Scenario, clashes

__all__ = ["read_scenario", "shipped_scenarios"]

FIELDS = (
    "id", "title", "question", "baseline", "includes", "years", "on", "classes",
    "measure", "without", "route",
)  # fmt: skip
RUN_OPTIONS = frozenset({
    "solver", "seed", "draws", "tolerance", "tol", "iterations", "max_iterations", "path", "paths",
    "out", "output", "folder", "store", "threads", "workers", "known_by", "evidence", "run",
})  # fmt: skip
ROUTE_FIELDS = ("from", "to", "class")
MIDYEAR = (7, 1)
"""A year stands for its first of July."""
LAST_YEAR, FIRST_YEAR = 2200, 1900

WORD = re.compile(r"^[a-z0-9][a-z0-9-]*$")


@dataclass(slots=True)
class _Reading:
    """One call of `read_scenario`: where files are, what is wrong so far, what was read."""

    folders: tuple[Path, ...]
    names: Names
    problems: ProblemList = field(default_factory=ProblemList)
    done: dict[Path, Scenario | None] = field(default_factory=lambda: {})


def read_scenario(
    path_or_id: Path | str,
    *,
    folder: Path | str | None = None,
    world_names: Names | None = None,
) -> Scenario:
    """Read a scenario file with its baseline and packs.

    Parameters
    ----------
    path_or_id : Path or str
        A file, or the id of a scenario in `folder`.
    folder : Path or str, optional
        Where ids are looked up; by default beside the file, then among the shipped scenarios.
    world_names : Names, optional
        What there is to name. Without it names are checked when the scenario is applied.

    Raises
    ------
    InvalidInput
        With every problem of the file and of the files it builds on.
    UnknownName
        When there is no scenario of that id.
    """
    text = str(path_or_id)
    as_file = isinstance(path_or_id, Path) or text.endswith(".toml") or "/" in text
    chosen = [Path(folder)] if folder is not None else []
    beside = [Path(path_or_id).parent] if as_file and not chosen else []
    shipped = [] if chosen else [shipped_folder("scenarios")]
    folders = tuple(dict.fromkeys((*chosen, *beside, *shipped)))
    file = Path(path_or_id) if as_file else _file_of(text, folders)
    if file is None:
        raise UnknownName("scenario", text, _ids_in(folders))
    reading = _Reading(folders=folders, names=world_names if world_names is not None else Names())
    scenario = _read(file, reading, ())
    reading.problems.problems = list(dict.fromkeys(reading.problems.problems))
    reading.problems.raise_if_any()
    assert scenario is not None
    return scenario


def shipped_scenarios(folder: Path | str | None = None) -> tuple[str, ...]:
    """Ids of the scenarios that ship with the package, or of those in a folder."""
    return _ids_in((Path(folder) if folder is not None else shipped_folder("scenarios"),))


def _ids_in(folders: Iterable[Path]) -> tuple[str, ...]:
    return tuple(sorted({file.stem for folder in folders for file in folder.glob("*.toml")}))


def _file_of(name: str, folders: Iterable[Path]) -> Path | None:
    if not WORD.match(name):
        # A name is a word and never a way to another folder.
        return None
    files = (folder / f"{name}.toml" for folder in folders)
    return next((file for file in files if file.is_file()), None)


def _read(file: Path, reading: _Reading, stack: tuple[str, ...]) -> Scenario | None:
    """A scenario, or None with its problems noted."""
    key = file.resolve()
    if key in reading.done:
        return reading.done[key]
    before = len(reading.problems.problems)
    table = _parse(file, reading.problems)
    scenario = None
    if table is not None:
        scenario = _scenario(file, table, reading, stack)
    if len(reading.problems.problems) > before:
        scenario = None
    reading.done[key] = scenario
    return scenario


def _parse(file: Path, problems: ProblemList) -> dict[str, Any] | None:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        problems.add(str(file), f"cannot be read: {error.strerror}", fix="check the path")
    except UnicodeDecodeError as error:
        problems.add(
            str(file), "is not UTF-8 text", got=f"byte {error.start}", fix="save it as UTF-8"
        )
    except tomllib.TOMLDecodeError as error:
        found = re.match(r"^(.*) \(at (.*)\)$", str(error))
        what, where = (found[1], found[2]) if found else (str(error), "")
        problems.add(
            f"{file} {where}".strip(),
            f"is not TOML: {what[:1].lower()}{what[1:]}",
            fix="text goes in quotes, dates do not, and each [[measure]] starts a new table",
        )
    return None


def _scenario(
    file: Path, table: Mapping[str, Any], reading: _Reading, stack: tuple[str, ...]
) -> Scenario | None:
    problems, where = reading.problems, str(file)
    before = len(problems.problems)
    _unknown_fields(table, where, problems)
    words = {n: _text(table, n, where, problems) for n in ("id", "title", "question", "baseline")}
    for name in ("id", "title"):
        if name not in table:
            problems.add(where, f"has no {name}", fix=f'add {name} = "..." at the top')
    own = words["id"]
    if own and own != file.stem:
        problems.add(
            where,
            "id and file name differ",
            got=f'"{own}" in {file.name}',
            fix=f'id = "{file.stem}"',
        )
    stack = (*stack, file.stem)
    includes = _texts(table, "includes", where, problems)
    on = _dates(table, where, problems)
    measures = _measures(table, "measure", where, reading)
    without = _measures(table, "without", where, reading)
    routes = _routes(table, where, reading)
    classes = _texts(table, "classes", where, problems)
    for name in classes:
        _check(name, reading.names.classes, "commodity class", f"{where}, classes", problems)
    baseline = _other(words["baseline"], "baseline", file, reading, stack)
    packs = [_other(name, "includes", file, reading, stack) for name in includes]
    found = [p for p in packs if p is not None]
    fields: dict[str, Any] = {
        "id": own or file.stem,
        "title": words["title"] or "",
        "question": words["question"] or "",
        "baseline": words["baseline"],
        "includes": includes,
        "measures": measures,
        "without": without,
        "on": on,
        "routes": routes,
        "classes": classes,
        "baseline_stages": _stages(baseline),
        "included": _merged(found, "scenario_measures"),
        "included_without": _merged(found, "comparator_measures"),
    }
    problems.extend(replace(p, where=where) for p in clashes(_unchecked(fields)))
    return Scenario(**fields) if len(problems.problems) == before else None


def _unchecked(fields: Mapping[str, Any]) -> Scenario:
    """A scenario that may clash, so that its clashes are reported with the other problems."""
    made = object.__new__(Scenario)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def _stages(baseline: Scenario | None) -> tuple[tuple[Measure, ...], ...]:
    if baseline is None:
        return ()
    return (*baseline.baseline_stages, baseline.scenario_measures)


def _merged(packs: Iterable[Scenario], name: str) -> tuple[Measure, ...]:
    """Measures of all packs; one that came by two ways is there once."""
    return tuple(
        dict.fromkeys(m for pack in packs for m in cast("tuple[Measure, ...]", getattr(pack, name)))
    )


def _other(
    name: str | None, label: str, file: Path, reading: _Reading, stack: tuple[str, ...]
) -> Scenario | None:
    if name is None:
        return None
    where = f"{file}, {label}"
    if name in stack:
        circle = " -> ".join((*stack[stack.index(name) :], name))
        reading.problems.add(where, f"scenarios build on one another in a circle: {circle}")
        return None
    other = _file_of(name, reading.folders)
    if other is None:
        known = [i for i in _ids_in(reading.folders) if i != file.stem]
        _unknown(name, known, "scenario", where, reading.problems)
        return None
    return _read(other, reading, stack)


def _unknown_fields(table: Mapping[str, Any], where: str, problems: ProblemList) -> None:
    for name in table:
        if name in FIELDS:
            continue
        if name in RUN_OPTIONS:
            problems.add(
                where,
                f'"{name}" is not for a scenario; run options are given on the command line',
                fix=f"delete it here; see sogdia run --help for {name}",
            )
            continue
        close = nearest(name, FIELDS, 1)
        problems.add(
            where,
            f'a scenario has no field "{name}"'
            + (f'; did you mean "{close[0]}"?' if close else ""),
            allowed="" if close else ", ".join(FIELDS),
        )


def _text(table: Mapping[str, Any], name: str, where: str, problems: ProblemList) -> str | None:
    value = table.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        problems.add(f"{where}, {name}", "is not text", got=_shown(value), allowed="text in quotes")
        return None
    if name == "id" and not WORD.match(value):
        problems.add(
            f"{where}, id",
            "is not a word",
            got=f'"{value}"',
            allowed="small letters, digits, hyphens",
        )
    return value


def _texts(
    table: Mapping[str, Any], name: str, where: str, problems: ProblemList
) -> tuple[str, ...]:
    value: object = table.get(name, [])
    items = cast("list[object]", value) if isinstance(value, list) else [None]
    if not all(isinstance(i, str) for i in items):
        problems.add(
            f"{where}, {name}",
            "is not a list of text",
            got=_shown(table[name]),
            allowed='["one", "two"]',
        )
        return ()
    return tuple(dict.fromkeys(str(i) for i in items))


def _dates(table: Mapping[str, Any], where: str, problems: ProblemList) -> tuple[date, ...]:
    found: set[date] = set()
    given: object = table.get("on", [])
    for value in cast("list[object]", given) if isinstance(given, list) else [given]:
        if type(value) is date:
            found.add(value)
            continue
        problems.add(
            f"{where}, on",
            "is not a date",
            got=f'the text "{value}"' if isinstance(value, str) else _shown(value),
            allowed="TOML dates: on = [2031-07-01]",
            fix="write it without quotes" if isinstance(value, str) else "",
        )
    years: object = table.get("years", [])
    for value in cast("list[object]", years) if isinstance(years, list) else [years]:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if whole and FIRST_YEAR <= cast("int", value) <= LAST_YEAR:
            found.add(date(cast("int", value), *MIDYEAR))
            continue
        problems.add(
            f"{where}, years",
            "is not a year",
            got=_shown(value),
            allowed="whole years: years = [2031]",
        )
    return tuple(sorted(found))


def _tables(
    table: Mapping[str, Any], name: str, where: str, problems: ProblemList
) -> list[Mapping[str, Any]]:
    value: object = table.get(name, [])
    items: list[object] = cast("list[object]", value) if isinstance(value, list) else [value]
    if not isinstance(value, list) or not all(isinstance(i, Mapping) for i in items):
        problems.add(where, f"{name} is a list of tables", fix=f"write [[{name}]] before each one")
        return []
    return [cast("Mapping[str, Any]", i) for i in items]


def _routes(table: Mapping[str, Any], where: str, reading: _Reading) -> tuple[Route, ...]:
    found: list[Route] = []
    for number, row in enumerate(_tables(table, "route", where, reading.problems), start=1):
        at = f"{where}, route {number}"
        before = len(reading.problems.problems)
        for name, value in row.items():
            if name not in ROUTE_FIELDS:
                close = nearest(name, ROUTE_FIELDS, 1)
                reading.problems.add(
                    at,
                    f'a route has no field "{name}"'
                    + (f'; did you mean "{close[0]}"?' if close else ""),
                    allowed="" if close else ", ".join(ROUTE_FIELDS),
                )
            elif not isinstance(value, str):
                reading.problems.add(f"{at}, {name}", "is not text", got=_shown(value))
        for name in ("from", "to"):
            if name not in row:
                reading.problems.add(at, f"has no `{name}`", fix=f'add {name} = "<city>"')
            elif isinstance(row[name], str):
                _check(row[name], reading.names.places, "place", f"{at}, {name}", reading.problems)
        commodity = row.get("class", Route.__dataclass_fields__["commodity"].default)
        if isinstance(commodity, str):
            _check(
                commodity,
                reading.names.classes,
                "commodity class",
                f"{at}, class",
                reading.problems,
            )
        if len(reading.problems.problems) == before:
            found.append(Route(origin=row["from"], destination=row["to"], commodity=str(commodity)))
    return tuple(found)


def _measures(
    table: Mapping[str, Any], name: str, where: str, reading: _Reading
) -> tuple[Measure, ...]:
    found: list[Measure] = []
    for number, row in enumerate(_tables(table, name, where, reading.problems), start=1):
        own = row.get("id")
        label = f'measure "{own}"' if isinstance(own, str) else f"{name} {number}"
        measure = _measure(row, f"{where}, {label}", reading)
        if measure is not None:
            found.append(measure)
    return tuple(found)


def _measure(row: Mapping[str, Any], where: str, reading: _Reading) -> Measure | None:
    problems = reading.problems
    kind = row.get("kind")
    if not isinstance(kind, str) or kind not in MEASURE_KINDS:
        close = nearest(kind, MEASURE_KINDS, 1) if isinstance(kind, str) else ()
        problems.add(
            where,
            "has no kind"
            if kind is None
            else f'no measure is of kind "{kind}"'
            + (f'; did you mean "{close[0]}"?' if close else ""),
            allowed="" if close else ", ".join(MEASURE_KINDS),
        )
        return None
    model = MEASURE_KINDS[kind]
    faults = list(model.shape_faults(row))
    for fault in faults:
        problems.add(
            f"{where}, {fault.field}",
            fault.what,
            got=fault.got,
            allowed=fault.allowed,
            fix=fault.fix,
        )
    try:
        measure = model.model_validate(row)
    except ValidationError as error:
        details = error.errors(include_url=False)
        misspelt = {
            nearest(str(d["loc"][0]), _fields(model), 1)
            for d in details
            if d["type"] == "extra_forbidden"
        }
        for detail in details:
            if detail["type"] == "shape" and faults:
                continue
            if detail["type"] == "missing" and (str(detail["loc"][0]),) in misspelt:
                continue
            problems.extend([_reworded(detail, kind, model, row, where)])
        _check_written_names(row, where, reading)
        return None
    measure = _present(measure, reading.names.aliases)
    before = len(problems.problems)
    _check_names(measure, row, where, reading)
    return measure if len(problems.problems) == before and not faults else None


def _fields(model: type[Measure]) -> tuple[str, ...]:
    """Every field a file may have, in both numbers."""
    return tuple(
        name
        for plural in model.model_fields
        for name in ((SINGULAR[plural], plural) if plural in SINGULAR else (plural,))
    )


def _reworded(
    detail: ErrorDetails, kind: str, model: type[Measure], row: Mapping[str, Any], where: str
) -> Problem:
    """A problem in our words for one that pydantic found."""
    name = field_name(str(detail["loc"][0]), row) if detail["loc"] else ""
    at = f"{where}, {name}" if name else where
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            known = _fields(model)
            close = nearest(name, known, 1)
            return Problem(
                where=where,
                what=f'{kind} has no field "{name}"'
                + (f'; did you mean "{close[0]}"?' if close else ""),
                allowed="" if close else ", ".join(known),
            )
        case "missing":
            return Problem(
                where=where, what=f"{kind} needs `{name}`", fix=_description(model, name)
            )
        case "fault" | "shape":
            field_at = f"{where}, {context['field']}" if context["field"] else at
            return Problem(
                where=field_at,
                what=context["what"],
                got=context["got"],
                allowed=context["allowed"],
                fix=context["fix"],
            )
        case "literal_error":
            wanted = str(context["expected"]).replace("'", "").replace(" or ", ", ")
            close = nearest(str(detail["input"]), wanted.split(", "), 1)
            return Problem(
                where=at,
                what="is not one of the words",
                got=_shown(detail["input"]),
                allowed=wanted,
                fix=f"did you mean {close[0]}?" if close else "",
            )
        case "string_type":
            return Problem(
                where=at, what="is not text", got=_shown(detail["input"]), allowed="text in quotes"
            )
        case "string_pattern_mismatch":
            return Problem(
                where=at,
                what="is not a word",
                got=_shown(detail["input"]),
                allowed="small letters, digits, hyphens",
            )
        case "string_too_short":
            return Problem(where=at, what="is empty", fix=_description(model, name))
        case _:
            return Problem(where=at, what=detail["msg"].lower(), got=_shown(detail["input"]))


def _description(model: type[Measure], name: str) -> str:
    found = model.model_fields.get(name)
    return found.description or "" if found is not None else ""


def _present(measure: Measure, aliases: Mapping[str, str]) -> Measure:
    """The measure with former ids replaced by present ones."""
    updates: dict[str, object] = {}
    for name in SINGULAR:
        ids: object = getattr(measure, name, None)
        if isinstance(ids, tuple):
            now = {_present_id(str(i), aliases) for i in cast("tuple[object, ...]", ids)}
            updates[name] = tuple(sorted(now))
    return measure.model_copy(update=updates) if updates else measure


def _present_id(name: str, aliases: Mapping[str, str]) -> str:
    """A former id, or one built on a former id of a post or place, as it is now."""
    if name in aliases:
        return aliases[name]
    for mark in (":", "/"):
        head, _, tail = name.rpartition(mark)
        if mark == ":" and head in aliases:
            return f"{aliases[head]}:{tail}"
        if mark == "/" and head and tail in aliases:
            return f"{head}/{aliases[tail]}"
    return name


def _known_targets(names: Names) -> dict[str, Collection[str] | None]:
    return {
        "links": names.links,
        "crossings": names.crossings,
        "transfers": names.transfers,
        "tariffs": names.tariffs,
        **names.further,
    }


def _check_written_names(row: Mapping[str, Any], where: str, reading: _Reading) -> None:
    """Names of a measure that is wrong in other ways, so that all its problems show at once."""
    for plural, allowed in _known_targets(reading.names).items():
        for label in (SINGULAR[plural], plural):
            written = row.get(label)
            for name in cast("list[object]", written if isinstance(written, list) else [written]):
                if isinstance(name, str):
                    present = _present_id(name, reading.names.aliases)
                    _check(
                        present, allowed, SINGULAR[plural], f"{where}, {label}", reading.problems
                    )


def _check_names(measure: Measure, row: Mapping[str, Any], where: str, reading: _Reading) -> None:
    names, problems = reading.names, reading.problems
    for plural, allowed in _known_targets(names).items():
        chosen: object = getattr(measure, plural, None)
        at = f"{where}, {field_name(plural, row)}"
        if isinstance(chosen, LinkSelector):
            _check(chosen.tariff, names.tariffs, "tariff", at, problems)
        elif isinstance(chosen, CrossingSelector):
            for country in (*(chosen.between or ()), *(chosen.countries or ())):
                _check(country, names.countries, "country", at, problems)
        elif isinstance(chosen, tuple):
            for name in cast("tuple[str, ...]", chosen):
                _check(name, allowed, SINGULAR[plural], at, problems)
    towards = getattr(measure, "towards", None)
    if towards is not None:
        _check(towards, names.countries, "country", f"{where}, towards", problems)
    if isinstance(measure, SetVisa):
        for label, countries in (
            ("from_country", measure.from_country), ("to_country", measure.to_country),
        ):  # fmt: skip
            for country in countries:
                _check(country, names.countries, "country", f"{where}, {label}", problems)
    if isinstance(measure, SetRate) and measure.commodity is not None:
        _check(measure.commodity, names.classes, "commodity class", f"{where}, commodity", problems)
    for label, value in measure.quantities().items():
        if isinstance(value, Change) and value.of != BASELINE:
            _check(value.of, names.claims, "claim", f"{where}, {label}", problems)


def _check(
    name: str, known: Collection[str] | None, what: str, where: str, problems: ProblemList
) -> None:
    if known is not None and name not in known:
        _unknown(name, known, what, where, problems)


def _unknown(
    name: str, known: Collection[str], what: str, where: str, problems: ProblemList
) -> None:
    close = nearest(name, sorted(known))
    offered = " or ".join(f'"{c}"' for c in close)
    problems.add(
        where,
        f'no {what} is called "{name}"' + (f"; did you mean {offered}?" if close else ""),
        allowed="" if close or len(known) > 40 else ", ".join(sorted(known)),
        fix="" if close else f"sogdia show lists what there is: {len(known)} of this kind",
    )


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value} with a time of day"
    return str(value)
