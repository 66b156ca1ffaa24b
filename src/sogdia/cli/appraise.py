"""appraise, report: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.output import number, print_json, print_table, progress, say

if TYPE_CHECKING:
    from sogdia.appraisal.run import Appraisal
    from sogdia.appraisal.summary import Summary

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(appraise)
    app.command()(report)


def appraise(
    scenario: Annotated[str, typer.Argument(help="A scenario id, or a .toml file.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The report; <id>.html by default.")
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws behind the bands.", min=0, max=10000)] = 20,
    samples: Annotated[int, typer.Option(help="Shipments sampled for P50 and P90.", min=1)] = 256,
    seed: Annotated[int, typer.Option(help="Seed of draws and samples.")] = 0,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no HTML.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a scenario against its baseline, print what changes and write a report.

    Example:  sogdia appraise cku-railway
    """
    from sogdia.appraisal.run import Options, default_store
    from sogdia.appraisal.run import appraise as run_scenario
    from sogdia.appraisal.summary import summarise
    from sogdia.evidence.base import open_evidence

    target: str | Path = Path(scenario) if scenario.endswith(".toml") else scenario
    if isinstance(target, Path) and not target.is_file():
        raise typer.BadParameter(
            f"there is no file {scenario}; `sogdia scenarios` lists the shipped ones"
        )
    evidence = open_evidence()
    options = Options(draws=draws, samples=samples, seed=seed)
    with progress(show=not as_json) as tell:
        found = run_scenario(
            target, evidence=evidence, store=default_store(), options=options, progress=tell
        )
    summary = summarise(found)
    file = None if no_report else _write_report(found, output)
    if as_json:
        print_json(_as_json(found, summary, file))
    else:
        _print(found, summary, file)
    if found.run.manifest.state != "solved":
        raise typer.Exit(1)


def report(
    run: Annotated[str, typer.Argument(help="A run id or scenario id.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The HTML file.")] = None,
) -> None:
    """Write the report of a finished run again.

    Example:  sogdia report cku-railway -o cku.html
    """
    from sogdia.appraisal.run import Appraisal, default_store, scenario_of
    from sogdia.evidence.base import open_evidence

    store = default_store()
    found = store.find(run)
    if found.manifest.baseline is None:
        raise typer.BadParameter(f"{run} is a baseline; name the run of a scenario")
    scenario = scenario_of(found, open_evidence())
    appraisal = Appraisal(
        scenario=scenario, baseline=store.find(found.manifest.baseline), run=found, cached=True,
        wall_time_s=0.0,
    )  # fmt: skip
    say(f"wrote {_write_report(appraisal, output)}")


def _write_report(found: Appraisal, output: Path | None) -> Path:
    from sogdia.evidence.base import open_evidence
    from sogdia.report.from_runs import report_content
    from sogdia.report.html import write

    file = output if output is not None else Path(f"{found.scenario.id}.html")
    return write(report_content(found, open_evidence()), file)


def _as_json(found: Appraisal, summary: Summary, file: Path | None) -> dict[str, Any]:
    import dataclasses

    return {
        "scenario": found.scenario.id, "run": found.run.id, "baseline": found.baseline.id,
        "cached": found.cached, "state": found.run.manifest.state,
        "report": None if file is None else str(file),
        "summary": dataclasses.asdict(summary),
    }  # fmt: skip


def _print(found: Appraisal, summary: Summary, file: Path | None) -> None:
    say(found.scenario.title)
    if found.scenario.question:
        say(found.scenario.question)
    say()
    for status in found.run.manifest.statuses:
        if status.state != "solved":
            say(f"NOT SOLVED: {status.of}: {status.message}")
    for sentence in summary.sentences[:2]:
        say(sentence)
    rows = [_pair_row(p) for p in summary.pairs]
    print_table(
        rows,
        [("pair", f"from – to, {summary.on}"), ("class", "class"), ("p50", "days, P50"),
         ("p90", "days, P90"), ("usd", "USD2023/TEU"), ("gencost", "cost with time"), ("co2", "kg CO2/TEU")],
        right=frozenset({"p50", "p90", "usd", "gencost", "co2"}),
    )  # fmt: skip
    for title, zones in (("Gain most", summary.gainers()), ("Lose most", summary.losers())):
        if zones:
            print_table(
                [
                    {
                        "zone": z.name, "country": z.country,
                        "change": f"{100 * z.change.central:+.2f} %",
                        "band": "" if z.change.p05 is None or z.change.p95 is None
                        else f"{100 * z.change.p05:+.2f} to {100 * z.change.p95:+.2f}",
                    }
                    for z in zones
                ],
                [("zone", f"{title}: cost of reaching markets"), ("country", "country"),
                 ("change", "change"), ("band", "90 % band")],
                right=frozenset({"change", "band"}),
            )  # fmt: skip
    manifest = found.run.manifest
    cached = "found in the store" if found.cached else f"run in {found.wall_time_s:.1f} s"
    say(f"run {found.run.id[:16]} ({cached}; {manifest.draws} draws, seed {manifest.seed})")
    if file is not None:
        say(f"report {file}")
    say(
        f'ask on:  sogdia compare {found.scenario.id}   sogdia trace {found.scenario.id} time_h "A>B"'
    )


def _pair_row(pair: Any) -> dict[str, str]:
    from sogdia.appraisal.summary import relative_gencost

    a, b = pair.before, pair.after

    def both(key: str, scale: float, digits: int) -> str:
        shown = [
            "no route" if s is None else number(getattr(s, key) * scale, digits) for s in (a, b)
        ]
        return shown[0] if a == b else f"{shown[0]} → {shown[1]}"

    return {
        "pair": f"{pair.origin_name} – {pair.destination_name}", "class": pair.commodity,
        "p50": both("time_p50_h", 1 / 24, 1), "p90": both("time_p90_h", 1 / 24, 1),
        "usd": both("money_usd2023_per_teu", 1.0, 0),
        "gencost": "" if a is None or b is None else f"{100 * relative_gencost(pair):+.1f} %",
        "co2": both("emission_kgco2_per_teu", 1.0, 0),
    }  # fmt: skip
