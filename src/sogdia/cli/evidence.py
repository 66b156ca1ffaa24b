"""check, show, places: the evidence base."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.output import idle_notes, number, parse_day, print_json, print_table, say

if TYPE_CHECKING:
    from datetime import date

    from sogdia.core.errors import Problem, SogdiaError
    from sogdia.evidence.base import EvidenceBase
    from sogdia.evidence.choose import Belief
    from sogdia.scenario.scenario import Scenario

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(check)
    app.command()(show)
    app.command()(places)
    app.command()(validate)


def check(
    files: Annotated[
        list[str] | None, typer.Argument(help="Scenario files or ids; all shipped ones by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check evidence, worlds and scenarios; report every problem at once.

    Example:  sogdia check     or     sogdia check my-scenario.toml
    """
    from sogdia.core.errors import InvalidInput

    absent = [name for name in files or () if name.endswith(".toml") and not Path(name).is_file()]
    if absent:
        raise typer.BadParameter(f"there is no file {', '.join(absent)}")
    problems, summary, notes = _all_problems(files)
    if as_json:
        print_json(
            {
                "ok": not problems, "summary": summary, "notes": notes,
                "problems": [_fields(p) for p in problems],
            }
        )  # fmt: skip
    elif not problems:
        say(
            "; ".join(
                f"{n} {what.removesuffix('s') if n == 1 else what}" for what, n in summary.items()
            )
        )
        for note in notes:
            say(f"note: {note}")
        say("no problems")
    if problems:
        if as_json:
            raise typer.Exit(InvalidInput.exit_code)
        raise InvalidInput(problems)


def _fields(problem: Problem) -> dict[str, str]:
    return {
        "where": problem.where, "what": problem.what, "got": problem.got,
        "allowed": problem.allowed, "fix": problem.fix,
    }  # fmt: skip


def _all_problems(files: list[str] | None) -> tuple[list[Problem], dict[str, int], list[str]]:
    from datetime import date

    from sogdia.appraisal.worlds import read_for
    from sogdia.core.errors import InvalidInput, UnknownName
    from sogdia.evidence.audit import problems_of_base
    from sogdia.evidence.base import open_evidence
    from sogdia.scenario.read import shipped_scenarios
    from sogdia.world.build import world
    from sogdia.world.check import check_world

    base = open_evidence()
    problems: list[Problem] = []
    summary: dict[str, int] = {}
    if not files:
        problems += problems_of_base(base)
        if problems:
            return problems, summary, []
        summary["claims"] = sum(len(base.claims(d)) for d in base.domains)
        summary["sources"] = len(base.sources)
        summary["registries"] = len(base.registries)
        for on in (date(1992, 7, 1), date(2026, 7, 1), date(2040, 7, 1)):
            problems += check_world(world(base, on=on))
        problems = list(dict.fromkeys(problems))
    notes: list[str] = []
    chosen = list(files) if files else list(shipped_scenarios())
    summary["scenarios"] = len(chosen)
    for name in chosen:
        target = Path(name) if name.endswith(".toml") else name
        try:
            scenario = read_for(target, base)
            if files:
                problems += _clashes(scenario, base)
                notes += [f"{scenario.id}: {note}" for note in _notes(scenario)]
        except (InvalidInput, UnknownName) as error:
            problems += _problems_of(error, name)
    return list(dict.fromkeys(problems)), summary, notes


def _notes(scenario: Scenario) -> tuple[str, ...]:
    if not scenario.on:
        return ("has no date: others can include it, and it cannot be appraised alone",)
    return idle_notes(scenario)


def _problems_of(error: SogdiaError, name: str) -> tuple[Problem, ...]:
    from sogdia.core.errors import InvalidInput, Problem

    if isinstance(error, InvalidInput):
        return error.problems
    return (Problem(where=name, what=str(error)),)


def _clashes(scenario: Scenario, base: EvidenceBase) -> tuple[Problem, ...]:
    """What shows only when the measures are put into the worlds of the scenario's dates."""
    from sogdia.appraisal.worlds import build_world, claim_values
    from sogdia.core.errors import InvalidInput
    from sogdia.scenario.apply import worlds_of

    found: list[Problem] = []
    for on in scenario.on:
        try:
            worlds_of(scenario, build_world(base, on), claims=claim_values(base))
        except InvalidInput as error:
            found += error.problems
    return tuple(found)


def show(
    entity: Annotated[str, typer.Argument(help="kz-cn.khorgos:rail, kz.dostyk, rail:…, zone:…")],
    on: Annotated[str | None, typer.Option(help="The date, 2024-01-01; today by default.")] = None,
    known_by: Annotated[str | None, typer.Option(help="Leave out claims stated later.")] = None,
    variable: Annotated[str | None, typer.Option(help="One variable only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what is believed about an entity on a date, from whom, and what disagrees.

    Example:  sogdia show kz-cn.khorgos:rail --on 2024-01-01
    """
    from datetime import date

    from sogdia.core.errors import UnknownName
    from sogdia.core.register import register as variables
    from sogdia.evidence.base import open_evidence
    from sogdia.evidence.choose import FAR_FUTURE
    from sogdia.evidence.find import entity_id, subjects_about
    from sogdia.world.build import FIRST_DAY, LAST_DAY

    base = open_evidence()
    found = entity_id(base, entity)
    if variable is not None and variable not in variables():
        raise UnknownName("variable", variable, variables())
    day = parse_day(on, date.today())  # noqa: DTZ011  (the user's own today)
    known = parse_day(known_by, FAR_FUTURE)
    beliefs = [
        (subject, name, belief)
        for subject in subjects_about(base, found)
        for name in _variables(base, subject)
        if (variable is None or name == variable)
        and (belief := base.believe(subject, name, on=day, known_by=known)) is not None
    ]
    model = _in_the_model(base, found, day, known)
    if as_json:
        print_json(
            {
                "entity": found, "on": day.isoformat(), "in_the_model": model,
                "beliefs": [_belief(base, s, v, b) for s, v, b in beliefs],
            }
        )  # fmt: skip
        return
    say(f"{found} on {day}")
    if not FIRST_DAY <= day <= LAST_DAY:
        say(f"  not in the model: it has worlds from {FIRST_DAY} to {LAST_DAY}")
    for line in model:
        say("  in the model: " + "; ".join(f"{k} {v}" for k, v in line.items() if v is not None))
    if not beliefs:
        say("  no claim is about it directly; what the model uses comes from wider claims")
    for subject, name, belief in beliefs:
        _say_belief(base, subject, name, belief)


def _variables(base: EvidenceBase, subject: str) -> list[str]:
    return sorted(
        {
            claim.variable
            for domain in ("network", "borders", "transport", "zones")
            for claim in base.claims(domain)
            if claim.subject == subject
        }
    )


def _belief(base: EvidenceBase, subject: str, name: str, belief: Belief) -> dict[str, Any]:
    def told(claim: Any, why: str = "") -> dict[str, Any]:
        source = base.sources[claim.source]
        return {
            "claim": claim.id, "value": claim.published_value(), "holds_from": claim.holds_from,
            "holds_to": claim.holds_to, "stated_on": claim.stated_on, "source": source.title,
            "url": source.url, "tier": source.tier, "basis": claim.basis,
            "confidence": claim.confidence, "says": claim.says, "note": claim.note, "why_not": why,
        }  # fmt: skip

    return {
        "subject": subject, "variable": name, "carried": belief.carried,
        "believed": told(belief.claim), "rivals": [told(c, why) for c, why in belief.rivals],
    }  # fmt: skip


def _say_belief(base: EvidenceBase, subject: str, name: str, belief: Belief) -> None:
    from sogdia.core.register import variable

    claim = belief.claim
    say()
    say(f"  {subject}  ·  {variable(name).title} ({name})")
    carried = "  carried from another time" if belief.carried else ""
    say(f"    believed  {claim.published_value()}   {_period(claim)}{carried}")
    source = base.sources[claim.source]
    say(
        f"              {source.title}  [{claim.basis}, {source.tier}, confidence {claim.confidence}]"
    )
    if source.url:
        say(f"              {source.url}")
    if claim.says:
        say(f"              says: “{claim.says}”")
    if claim.note:
        say(f"              our note: {claim.note}")
    for rival, why in belief.rivals:
        other = base.sources[rival.source]
        say(f"    not       {rival.published_value()}   {_period(rival)}  {other.title}: {why}")
        if rival.says:
            say(f"              says: “{rival.says}”")


def _period(claim: Any) -> str:
    if claim.holds_from is None and claim.holds_to is None:
        return "undated"
    return f"{claim.holds_from or '…'} to {claim.holds_to or '…'}"


def _in_the_model(base: EvidenceBase, entity: str, on: date, known: date) -> list[dict[str, Any]]:
    """The world's own rows of a link, crossing, place or zone."""
    from sogdia.world.build import FIRST_DAY, LAST_DAY, world

    if not FIRST_DAY <= on <= LAST_DAY:
        return []
    today = world(base, on=on, known_by=known)
    lines: list[dict[str, Any]] = []
    for row in today.links.rows():
        if row["id"] == entity:
            lines.append(
                {
                    "status": row["status"], "length": f"{number(row['length_km'], 1)} km",
                    "speed": f"{number(row['speed_km_per_h'])} km/h", "gauge": row["gauges"],
                    "opened": row["opened"],
                }
            )  # fmt: skip
    for row in today.crossings.rows():
        if row["id"] == entity or row["post"] == entity:
            lines.append(
                {
                    "": f"{row['mode']} towards {row['towards']}", "status": row["status"],
                    "dwell mean": f"{number(row['dwell_mean_h'], 1)} h",
                    "P50": f"{number(row['dwell_p50_h'], 1)} h",
                    "P90": f"{number(row['dwell_p90_h'], 1)} h",
                    "fee": f"{number(row['fee_usd2023_per_t'], 1)} USD2023/t",
                    "regime": row["regime"],
                }
            )  # fmt: skip
    for row in today.zones.rows():
        if row["id"] == entity:
            lines.append(
                {
                    "population": number(row["population_persons"]),
                    "GDP": f"{number((row['gdp_usd2023_per_y'] or float('nan')) / 1e6)} million USD2023",
                }
            )
    return lines


def places(
    text: Annotated[str, typer.Argument(help="Part of a name.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Search places, posts and zones by name.

    Example:  sogdia places khorgos
    """
    from sogdia.evidence.base import open_evidence

    base = open_evidence()
    wanted = text.casefold()
    rows = [
        {"id": row["id"], "name": row["name"], "kind": row.get("kind", name[:-1]),
         "country": row.get("country") or f"{row['country_a']}-{row['country_b']}"}
        for name in ("places", "posts", "zones")
        for row in base.entities(name)
        if wanted in row["id"].casefold() or wanted in row["name"].casefold()
    ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    if not rows:
        say(f"no place, post or zone has {text!r} in its id or name")
        return
    print_table(rows, [("id", "id"), ("name", "name"), ("kind", "kind"), ("country", "country")])


def validate(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare modelled with observed transit times, row by row.

    Example:  sogdia validate
    """
    import dataclasses

    from sogdia.appraisal.validation import median_error, transit_checks

    checks = list(transit_checks())
    by_mode = {m: [c for c in checks if c.mode == m] for m in dict.fromkeys(c.mode for c in checks)}
    medians = {m: median_error(group) for m, group in by_mode.items()} | {
        "all": median_error(checks)
    }
    if as_json:
        rows = [dataclasses.asdict(c) | {"error": c.error} for c in checks]
        print_json({"rows": rows, "median_absolute_error": medians})
        return
    print_table(
        [
            {
                "id": c.id, "pair": f"{c.origin} – {c.destination}", "mode": c.mode, "year": c.year,
                "kind": c.kind, "observed": number(c.observed_d, 1),
                "modelled": number(c.modelled_d, 1, "no route"),
                "error": "" if c.error is None else f"{c.error:+.0%}", "ground": c.ground,
            }
            for c in checks
        ],
        [("id", "id"), ("pair", "pair"), ("mode", "mode"), ("year", "year"), ("kind", "observed is"),
         ("observed", "observed, days"), ("modelled", "modelled P50, days"), ("error", "error"),
         ("ground", "note")],
        right=frozenset({"observed", "modelled", "error"}),
    )  # fmt: skip
    for mode, error in medians.items():
        say(f"{mode}: {len(by_mode.get(mode, checks))} rows, median absolute error {error:.0%}")
