"""Writes what the documentation takes from the code: reference pages and pasted output.

    python docs/generate.py            # write
    python docs/generate.py --check    # say what is out of date; exit code 1 when anything is

Reference pages (`docs/reference/*.md`) are whole or have parts between `<!-- generated: NAME -->`
and `<!-- end -->`. A pasted output is a `text` block after `<!-- output: COMMAND -->`; the command
is run and the block replaced. Run ids, wall times and file names of reports are left out of it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "CHANGELOG.md", "docs")

OUTPUT = re.compile(
    r"(?P<mark><!-- output(?: \((?P<lines>\d+) lines\))?: (?P<command>.+?) -->\n)"
    r"```text\n(?P<body>.*?)```\n",
    re.DOTALL,
)
OUTPUT_MARK = re.compile(r"output(?: \((?P<lines>\d+) lines\))?: (?P<command>.+)")
PART = re.compile(
    r"(?P<mark><!-- generated: (?P<name>[\w-]+) -->\n)(?P<body>.*?)(?P<end><!-- end -->)", re.DOTALL
)
RUN_LINE = re.compile(r"^run [0-9a-f]{16} \((?:found in the store|run in [\d.]+ s); ", re.MULTILINE)
QUOTABLE = re.compile(r"(?<!\S)(\w+'\w+)(?!\S)")
"""A word with an apostrophe, which a shell needs in quotes."""
BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
FILE_LINES = re.compile(r"^(?:report \S+\.html|wrote \S+)\n", re.MULTILINE)


def markdown_files() -> Iterator[Path]:
    """Every page with text that may be generated."""
    for name in PAGES:
        path = ROOT / name
        yield from sorted(path.rglob("*.md")) if path.is_dir() else [path]


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(_cell(c) for c in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    plain = " ".join(text.split()).replace("|", "\\|")
    return plain if plain.startswith("`") else plain.replace("<", "&lt;")


def blocks(text: str) -> Iterator[tuple[str, str, str]]:
    """Language, text and the mark in the comment before it, of every fenced block of a page."""
    for found in BLOCK.finditer(text):
        yield found["language"], found["text"], found["mark"] or ""


# -- scenario files ---------------------------------------------------------------------------


def measures() -> str:
    """Tables of the kinds of measure, from their models."""
    from sogdia.scenario.kinds import MEASURE_KINDS
    from sogdia.scenario.measures import SINGULAR, Measure

    common = set(Measure.model_fields)
    every = "### Fields of every measure\n\n" + _fields(Measure, set(Measure.model_fields), {})
    parts = [every]
    for word, kind in MEASURE_KINDS.items():
        title = (kind.__doc__ or "").strip()
        own = set(kind.model_fields) - common
        notes: list[str] = []
        if kind.targets:
            named = ", ".join(f"`{SINGULAR[t]}` or `{t}`" for t in kind.targets)
            notes.append(f"Acts on exactly one of: {named}.")
        if kind.any_of:
            notes.append("At least one of: " + ", ".join(f"`{n}`" for n in kind.any_of) + ".")
        parts.append(
            f"### `{word}`\n\n{title}\n\n"
            + ("\n".join(notes) + "\n\n" if notes else "")
            + (_fields(kind, own, SINGULAR) if own else "")
        )
    return "\n".join(parts)


def _fields(kind: Any, names: set[str], singular: dict[str, str]) -> str:
    rows: list[tuple[str, ...]] = []
    for name, field in kind.model_fields.items():
        if name not in names:
            continue
        written = f"`{singular[name]}`, `{name}`" if name in singular else f"`{name}`"
        title = field.description or ("The word in the heading." if name == "kind" else "")
        rows.append((written, "yes" if field.is_required() else "", title))
    return table(("Field", "Required", "Meaning"), rows)


def scenario_fields() -> str:
    """The top-level fields a scenario file may have."""
    from sogdia.scenario.read import FIELDS, ROUTE_FIELDS, RUN_OPTIONS

    meaning = {
        "id": "A word of small letters, digits and hyphens; the same as the file's name.",
        "title": "One line.",
        "question": "The question it answers, in one sentence.",
        "baseline": "Id of another scenario whose measures are under way in any case.",
        "includes": "Ids of packs whose measures belong to this scenario.",
        "years": "Years to evaluate; a year stands for its first of July.",
        "on": "Dates to evaluate, when a year is not exact enough.",
        "classes": "Commodity classes to evaluate; absent: all.",
        "measure": "`[[measure]]`: what is done. One table each.",
        "without": "`[[without]]`: measures that act on the comparator only: what the world would be "
        "without something that is open in the evidence.",
        "route": "`[[route]]`: a pair the report follows leg by leg; fields "
        + ", ".join(f"`{f}`" for f in ROUTE_FIELDS)
        + ".",
    }
    unknown = set(FIELDS) ^ set(meaning)
    if unknown:
        raise KeyError(f"docs/generate.py does not explain the fields {sorted(unknown)}")
    text = table(("Field", "Meaning"), [(f"`{f}`", meaning[f]) for f in FIELDS])
    return text + (
        "\nRun options do not belong in the file and are refused there: "
        + ", ".join(f"`{o}`" for o in sorted(RUN_OPTIONS))
        + ".\n"
    )


def scenarios() -> str:
    """The scenarios that ship."""
    from sogdia.scenario.read import read_scenario, shipped_scenarios

    found = [read_scenario(name) for name in shipped_scenarios()]
    return table(
        ("Id", "Title", "Dates", "Measures"),
        [
            (f"`{s.id}`", s.title, ", ".join(d.isoformat() for d in s.on),
             ", ".join(sorted({f"`{m.kind}`" for m in (*s.scenario_measures, *s.comparator_measures)})))
            for s in found
        ],
    )  # fmt: skip


# -- command line -----------------------------------------------------------------------------


def verbs() -> dict[str, Any]:
    """Every verb and its command, in the order of the help text."""
    import typer.main

    from sogdia.cli.app import app

    return dict(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def cli() -> str:
    """Verbs with arguments and options."""
    parts: list[str] = []
    for name, command in verbs().items():
        text, _, example = (command.help or "").partition("Example:")
        parts.append(f"## sogdia {name}\n\n{' '.join(text.split())}\n")
        if example.strip():
            shown = [part.strip() for part in re.split(r"\s{2,}or\s{2,}", example.strip())]
            fenced = "\n".join(QUOTABLE.sub(r'"\1"', line) for line in shown)
            parts.append(
                f"<!-- not run: the example of the help text; the guides run it -->\n```sh\n{fenced}\n```\n"
            )
        rows = [_parameter(p) for p in command.params if p.name != "help"]
        if rows:
            parts.append(table(("Argument or option", "Default", "Meaning"), rows))
    return "\n".join(parts)


def _parameter(param: Any) -> tuple[str, ...]:
    if param.param_type_name == "argument":
        written = f"`{(param.metavar or param.name).upper()}`"
    else:
        written = ", ".join(f"`{o}`" for o in (*param.opts, *param.secondary_opts))
    default = param.default
    nothing = default is None or default is False or default == "" or callable(default)
    shown = "" if nothing or str(default).startswith("Sentinel") else f"`{default}`"
    return written, "required" if param.required else shown, param.help or ""


# -- register and tables ----------------------------------------------------------------------


def variables() -> str:
    """The register of variables by domain."""
    from sogdia.core.register import register

    parts: list[str] = []
    found = sorted(register().values(), key=lambda v: (v.domain, v.name))
    for domain in dict.fromkeys(v.domain for v in found):
        rows = [
            (f"`{v.name}`", v.title, v.unit if v.is_number else v.kind, v.better if v.better != "neither" else "",
             v.carries, ", ".join(v.words) if v.words else _bounds(v.lower, v.upper))
            for v in found if v.domain == domain
        ]  # fmt: skip
        parts.append(
            f"## {domain}\n\n"
            + table(("Variable", "Meaning", "Unit", "Better", "Carried", "Allowed"), rows)
        )
    return "\n".join(parts)


def _bounds(lower: float | None, upper: float | None) -> str:
    if lower is None and upper is None:
        return ""
    return f"{'' if lower is None else f'{lower:g}'} to {'' if upper is None else f'{upper:g}'}"


def suffixes() -> str:
    """The closed list of unit suffixes."""
    from sogdia.core.register import SUFFIX_UNITS

    return table(("Suffix", "Unit"), [(f"`{s}`", u) for s, u in SUFFIX_UNITS.items()])


def run_tables() -> str:
    """Tables of a run."""
    from sogdia.appraisal.linkage.ask import LINKAGE_NOTE
    from sogdia.appraisal.linkage.contract import LINKAGE_INDICATOR
    from sogdia.appraisal.linkage.measures_said import MEASURE_SAID
    from sogdia.appraisal.linkage.policy import VISA_REGIME
    from sogdia.appraisal.side import DATED, PAIR_DRAW
    from sogdia.models.digital import tables as digital
    from sogdia.models.energy import tables as energy
    from sogdia.models.finance import tables as finance
    from sogdia.models.people import health_tables
    from sogdia.models.people.tables import PERSON_TRIP, ZONE_TRIP
    from sogdia.models.people.travel import PASSENGER_SKIM
    from sogdia.models.transport.tables import (
        NETWORK_MAP,
        PASSENGER_CROSSING,
        PASSENGER_FLOW,
        ROUTE,
        SKIM,
    )
    from sogdia.results.tables import CLAIM_TABLE, INDICATOR, MEASURE, RUN_LINEAGE

    own = (SKIM, ROUTE, NETWORK_MAP, INDICATOR, PAIR_DRAW, RUN_LINEAGE, CLAIM_TABLE, MEASURE)
    linkages = (
        LINKAGE_INDICATOR, LINKAGE_NOTE, PERSON_TRIP, PASSENGER_SKIM, ZONE_TRIP,
        PASSENGER_FLOW, PASSENGER_CROSSING, health_tables.HEALTH_ACCESS,
        health_tables.CONSULTATION_SERVICE, energy.POWER_YEAR, energy.POWER_SUPPLY,
        energy.POWER_FLOW, energy.PIPELINE_FLOW, energy.GAS_BALANCE, digital.FIBRE_LATENCY,
        digital.FIBRE_COUNTRY, digital.FIBRE_SECTION, finance.CASH_FLOW, finance.DEBT,
        finance.PROJECT_RETURN, finance.PROJECT_PARTY, finance.LOAN_YEAR, finance.STATE_DEBT,
        VISA_REGIME, MEASURE_SAID,
    )  # fmt: skip
    dated = ", ".join(f"`{name}`" for name in sorted(DATED))
    return "\n".join(_schema(s) for s in (*own, *linkages)) + (
        "\nTables of linkages are kept with the scenario's run; that of the baseline stands beside "
        "it as `<name>_before` where the two differ.\n"
        f"\nA run also keeps the world tables {dated}, each with the column `on` first.\n"
    )


def world_tables() -> str:
    """Tables of a world."""
    from sogdia.world.tables import WORLD_TABLES

    return "\n".join(_schema(s) for s in WORLD_TABLES.values())


def _schema(schema: Any) -> str:
    rows = [
        (f"`{c.name}`", "key" if c.name in schema.keys else "", c.type,
         c.unit or ("in the column `unit`" if c.unit_is_in_row else ""), c.title)
        for c in schema.columns
    ]  # fmt: skip
    return f"### `{schema.name}`\n\n" + table(("Column", "", "Type", "Unit", "Meaning"), rows)


def headline() -> str:
    """The sentences of the main appraisal, for the changelog."""
    from sogdia.appraisal.run import appraise, default_store
    from sogdia.appraisal.summary import summarise

    found = summarise(appraise("cku-railway", store=default_store()))
    return "".join(f"- {sentence}\n" for sentence in found.sentences)


GENERATORS: dict[str, Callable[[], str]] = {
    "measures": measures, "scenario-fields": scenario_fields, "scenarios": scenarios, "cli": cli,
    "variables": variables, "suffixes": suffixes, "run-tables": run_tables,
    "world-tables": world_tables, "headline": headline,
}  # fmt: skip


# -- output of commands -----------------------------------------------------------------------


def run_verb(arguments: list[str]) -> tuple[int, str]:
    """Exit code and printed text of a command, run in this process and folder."""
    from sogdia.cli.app import run

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = run(arguments)
    return code, printed.getvalue()


def output_of(command: str, lines: str | None = None) -> str:
    """The text of a command as it is pasted: no run id, no wall time, no trailing blanks."""
    code, text = run_verb(shlex.split(command)[1:])
    if code:
        raise RuntimeError(f"{command}: exit code {code}\n{text}")
    return tidy(text, int(lines) if lines else None)


def tidy(text: str, lines: int | None = None) -> str:
    """Text without what differs from run to run."""
    text = FILE_LINES.sub("", RUN_LINE.sub("run (", text))
    kept = [line.rstrip() for line in text.splitlines()]
    while kept and not kept[0]:
        kept.pop(0)
    while kept and not kept[-1]:
        kept.pop()
    if lines is not None and len(kept) > lines:
        kept = [*kept[:lines], "…"]
    squeezed = [a for a, b in zip(kept, ["x", *kept], strict=False) if a or b]
    return "\n".join(squeezed) + "\n"


def regenerated(text: str) -> str:
    """A page with its generated parts made anew."""

    def part(found: re.Match[str]) -> str:
        return f"{found['mark']}{GENERATORS[found['name']]()}{found['end']}"

    def output(found: re.Match[str]) -> str:
        return f"{found['mark']}```text\n{output_of(found['command'], found['lines'])}```\n"

    return OUTPUT.sub(output, PART.sub(part, text))


def out_of_date() -> Iterator[tuple[Path, str]]:
    """Pages whose text would change, with the text they should have."""
    for page in markdown_files():
        text = page.read_text(encoding="utf-8")
        made = regenerated(text)
        if made != text:
            yield page, made


def main() -> int:
    """Write, or with ``--check`` compare."""
    os.environ.setdefault("SOGDIA_RUNS", str(Path(tempfile.gettempdir()) / "sogdia-docs-runs"))
    check = "--check" in sys.argv[1:]
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            found = list(out_of_date())
        finally:
            os.chdir(before)
    for page, made in found:
        if not check:
            page.write_text(made, encoding="utf-8")
        sys.stdout.write(f"{'out of date' if check else 'written'}: {page.relative_to(ROOT)}\n")
    return 1 if check and found else 0


if __name__ == "__main__":
    raise SystemExit(main())
