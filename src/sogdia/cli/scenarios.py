"""scenarios, new: scenario files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sogdia.cli.output import print_json, print_table, say

__all__ = ["register"]

TEMPLATE = """# {id}.toml - check it with: sogdia check {id}.toml
id = "{id}"
title = "{title}"
question = "What changes if ...?"
on = [2031-07-01]                # dates to look at; real TOML dates

[[measure]]
id = "faster-khorgos"
kind = "set-dwell"               # open-link, close-link, upgrade-link, set-dwell, set-fee,
crossing = "kz-cn.khorgos:rail"  # set-capacity, close-crossing, open-crossing, set-rate,
on = 2030-01-01                  # set-visa and more: docs/reference/scenario-file.md
dwell = {{ central = 8, low = 6, high = 12, unit = "hour" }}
source = "where the number comes from"
why = "what is done, in a sentence"

[[route]]                        # pairs the report follows leg by leg
from = "Xi'an"
to = "Tashkent"
class = "container-general"
"""


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("scenarios")(list_scenarios)
    app.command("new")(new)


def list_scenarios(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the scenarios that ship with Sogdia.

    Example:  sogdia scenarios
    """
    from sogdia.scenario.read import read_scenario, shipped_scenarios

    found = [read_scenario(name) for name in shipped_scenarios()]
    rows = [
        {"id": s.id, "title": s.title, "question": s.question,
         "dates": ", ".join(d.isoformat() for d in s.on)}
        for s in found
    ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    print_table(rows, [("id", "id"), ("title", "title"), ("dates", "dates")])


def new(
    what: Annotated[str, typer.Argument(help="scenario")],
    name: Annotated[str, typer.Argument(help="Its id: lower-case words joined by hyphens.")],
) -> None:
    """Write a scenario file to start from.

    Example:  sogdia new scenario my-railway
    """
    from sogdia.scenario.read import shipped_scenarios

    if what != "scenario":
        raise typer.BadParameter(f"{what!r}: only 'scenario' can be made new")
    if not name.replace("-", "").isalnum() or name != name.lower():
        raise typer.BadParameter(f"{name!r}: use lower-case words joined by hyphens")
    if name in shipped_scenarios():
        raise typer.BadParameter(f"{name} ships with Sogdia; take an id of your own")
    file = Path(f"{name}.toml")
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(TEMPLATE.format(id=name, title=name.replace("-", " ").capitalize()))
    except FileExistsError:
        raise typer.BadParameter(f"{file} is there already; it was left as it is") from None
    say(f"wrote {file}; next: sogdia check {file}, then sogdia appraise {file}")
