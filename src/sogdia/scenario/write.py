"""A `Scenario` to a scenario file: own measures only, so that reading it gives the same again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import cast

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.replacing import replacing
from sogdia.scenario.scenario import Scenario

__all__ = ["scenario_toml", "write_scenario"]


def scenario_toml(scenario: Scenario) -> str:
    """The text of a scenario file: own measures only, values in canonical units."""
    lines = [f"id = {_value(scenario.id)}", f"title = {_value(scenario.title)}"]
    for name in ("question", "baseline"):
        value = getattr(scenario, name)
        if value:
            lines.append(f"{name} = {_value(value)}")
    for name in ("includes", "on", "classes"):
        items: tuple[object, ...] = getattr(scenario, name)
        if items:
            lines.append(f"{name} = {_value(list(items))}")
    for label, measures in (("measure", scenario.measures), ("without", scenario.without)):
        for measure in measures:
            lines += ["", f"[[{label}]]"]
            lines += [f"{n} = {_value(v)}" for n, v in measure.content().items()]
    for route in scenario.routes:
        lines += [
            "",
            "[[route]]",
            f"from = {_value(route.origin)}",
            f"to = {_value(route.destination)}",
            f"class = {_value(route.commodity)}",
        ]
    return "\n".join(lines) + "\n"


def write_scenario(scenario: Scenario, file: Path | str) -> Path:
    """Write a scenario file; reading it gives the same scenario.

    Raises
    ------
    InvalidInput
        When the file name is not the scenario's id.
    """
    path = Path(file)
    if path.stem != scenario.id or path.suffix != ".toml":
        raise InvalidInput(
            [
                Problem(
                    where=str(path),
                    what="file name and scenario id differ",
                    got=path.name,
                    allowed=f"{scenario.id}.toml",
                )
            ]
        )
    with replacing(path) as part:
        part.write_text(scenario_toml(scenario), encoding="utf-8")
    return path


ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _value(value: object) -> str:
    """One TOML value."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            escaped = "".join(
                ESCAPES.get(c, f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c)
                for c in value
            )
            return f'"{escaped}"'
        case date():
            return value.isoformat()
        case int() | float():
            return repr(value)
        case list():
            return f"[{', '.join(_value(v) for v in cast('list[object]', value))}]"
        case dict():
            table = cast("dict[str, object]", value)
            return f"{{ {', '.join(f'{k} = {_value(v)}' for k, v in table.items())} }}"
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a scenario file")
