"""appraise, report: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sogdia.cli.output import (
    check_output,
    idle_notes,
    number,
    print_json,
    print_table,
    progress,
    say,
)

if TYPE_CHECKING:
    from sogdia.appraisal.run import Appraisal
    from sogdia.appraisal.summary import Summary
    from sogdia.appraisal.summary_flows import FlowSummary
    from sogdia.appraisal.summary_linkages import LinkageSummary

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
    trade: Annotated[
        Literal["reconciled", "china", "partner"],
        typer.Option(help="Whose report of trade is loaded."),
    ] = "reconciled",
    no_flows: Annotated[
        bool, typer.Option("--no-flows", help="Costs and routes only: no flows, queues or trade.")
    ] = False,
    no_linkages: Annotated[
        bool, typer.Option("--no-linkages", help="The network alone, not all five linkages.")
    ] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no HTML.")] = False,
    language: Annotated[
        Literal["en", "ru", "zh"], typer.Option(help="Language of the report.")
    ] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a scenario against its baseline, print what changes and write a report.

    Example:  sogdia appraise cku-railway
    """
    from sogdia.appraisal.options import Options
    from sogdia.appraisal.run import appraise as run_scenario
    from sogdia.appraisal.run import default_store
    from sogdia.appraisal.summary import summarise
    from sogdia.appraisal.summary_flows import summarise_flows
    from sogdia.appraisal.summary_linkages import summarise_linkages
    from sogdia.evidence.base import open_evidence

    target: str | Path = Path(scenario) if scenario.endswith(".toml") else scenario
    if isinstance(target, Path) and not target.is_file():
        raise typer.BadParameter(
            f"there is no file {scenario}; `sogdia scenarios` lists the shipped ones"
        )
    check_output(output)
    evidence = open_evidence()
    options = Options(
        draws=draws,
        samples=samples,
        seed=seed,
        flows=not no_flows,
        trade=trade,
        linkages=not no_linkages,
    )
    with progress(show=not as_json) as tell:
        found = run_scenario(
            target, evidence=evidence, store=default_store(), options=options, progress=tell
        )
    summary, flows, linkages = summarise(found), summarise_flows(found), summarise_linkages(found)
    file = None if no_report else _write_report(found, output, language)
    if as_json:
        print_json(_as_json(found, summary, flows, linkages, file))
    else:
        _print(found, summary, flows, linkages, file)
    if found.run.manifest.state != "solved":
        raise typer.Exit(1)


def report(
    run: Annotated[str, typer.Argument(help="A run id or scenario id.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The HTML file.")] = None,
    language: Annotated[
        Literal["en", "ru", "zh"], typer.Option(help="Language of the report.")
    ] = "en",
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
    say(f"wrote {_write_report(appraisal, output, language)}")


def _write_report(found: Appraisal, output: Path | None, language: str) -> Path:
    from sogdia.evidence.base import open_evidence
    from sogdia.report.from_runs import report_content
    from sogdia.report.html import write

    file = output if output is not None else Path(f"{found.scenario.id}.html")
    return write(report_content(found, open_evidence(), language=language), file)


def _as_json(
    found: Appraisal,
    summary: Summary,
    flows: FlowSummary | None,
    linkages: LinkageSummary | None,
    file: Path | None,
) -> dict[str, Any]:
    import dataclasses

    from sogdia.appraisal.summary_flows import flow_sentences

    return {
        "scenario": found.scenario.id, "run": found.run.id, "baseline": found.baseline.id,
        "cached": found.cached, "state": found.run.manifest.state,
        "report": None if file is None else str(file),
        "summary": dataclasses.asdict(summary),
        "flows": None if flows is None
        else {"solved": flows.solved, "sentences": list(flow_sentences(flows))}
        | dataclasses.asdict(flows),
        "linkages": None if linkages is None
        else dataclasses.asdict(linkages) | {"untouched": list(linkages.untouched)},
    }  # fmt: skip


def _print(
    found: Appraisal,
    summary: Summary,
    flows: FlowSummary | None,
    linkages: LinkageSummary | None,
    file: Path | None,
) -> None:
    say(found.scenario.title)
    if found.scenario.question:
        say(found.scenario.question)
    say()
    for status in found.run.manifest.statuses:
        if status.state != "solved":
            say(f"NOT SOLVED: {status.of}: {status.message}")
    for sentence in summary.sentences[:2]:
        say(sentence)
    for note in idle_notes(found.scenario):
        say(f"note: {note}")
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
    _print_flows(flows)
    if linkages is not None:
        _print_linkages(linkages)
    manifest = found.run.manifest
    cached = "found in the store" if found.cached else f"run in {found.wall_time_s:.1f} s"
    say(f"run {found.run.id[:16]} ({cached}; {manifest.draws} draws, seed {manifest.seed})")
    if file is not None:
        say(f"report {file}")
    say(
        f'ask on:  sogdia compare {found.scenario.id}   sogdia trace {found.scenario.id} time_h "A>B"'
    )


SHOWN_INDICATORS = 2


def _print_linkages(found: LinkageSummary) -> None:
    from sogdia.appraisal.summary_linkages import TITLES

    rows: list[dict[str, str]] = []
    for part in found.parts:
        if part.untouched:
            continue
        for at, i in enumerate(part.shown(SHOWN_INDICATORS)):
            rows.append(
                {
                    "linkage": f"{TITLES[part.linkage]}: {part.part}" if at == 0 else "",
                    "title": i.title, "entity": i.entity, "unit": i.unit,
                    "before": _amount(i.before), "after": _amount(i.after),
                    "change": "0, exactly" if i.change == 0.0 else _amount(i.change, signed=True),
                    "band": "" if i.low is None or i.high is None
                    else f"{_amount(i.low, signed=True)} to {_amount(i.high, signed=True)}",
                }
            )  # fmt: skip
    if rows:
        print_table(
            rows,
            [("linkage", "linkage"), ("title", "indicator"), ("entity", "of"), ("before", "before"),
             ("after", "after"), ("change", "change"), ("band", "band"), ("unit", "unit")],
            right=frozenset({"before", "after", "change", "band"}),
        )  # fmt: skip
    still = [f"{TITLES[p.linkage].lower()}: {p.part}" for p in found.parts if p.untouched]
    if still:
        say(f"exactly zero: {'; '.join(still)}")
    for part, why in found.not_asked:
        say(f"not asked: {part}; {why}")


def _amount(value: float | None, *, signed: bool = False) -> str:
    """An amount of any size: four digits that count, separators from a thousand on."""
    if value is None:
        return "unknown"
    sign = "+" if signed else ""
    size = abs(value)
    if size >= 1000.0:
        return f"{value:{sign},.0f}"
    digits = 2 if size >= 100.0 else 3 if size >= 10.0 else 4
    return f"{value:{sign}.{digits}f}" if size >= 0.001 or not size else f"{value:{sign}.2g}"


SHOWN_COUNTRIES, SHOWN_LINKS, SHOWN_POSTS = 8, 3, 5


def _print_flows(found: FlowSummary | None) -> None:
    if found is None:
        say("flows, queues at posts, trade and real income were not run")
        return
    from sogdia.appraisal.summary_flows import clearing_words, link_words

    unsolved = "" if found.solved else "NOT SOLVED: "
    incomes = sorted(
        found.incomes, key=lambda i: -abs(i.full.central) if i.full is not None else 0.0
    )
    print_table(
        [_income_row(i, found) for i in incomes[:SHOWN_COUNTRIES]],
        [("country", f"{unsolved}{found.level}"), ("income", "real income"),
         ("band", "90 % band"), ("from", "from China, million USD2023/y"), ("from_share", "change"),
         ("to", "to China, million USD2023/y"), ("to_share", "change")],
        right=frozenset({"income", "band", "from", "from_share", "to", "to_share"}),
    )  # fmt: skip
    for link in found.links[:SHOWN_LINKS]:
        say(f"{unsolved}{link_words(link)}")
    for post in [p for p in found.posts if p.moves][:SHOWN_POSTS]:
        waits = [
            "none"
            if mean is None
            else f"{mean:,.1f} h ({number(p50, 1)} at 50 %, {number(p90, 1)} at 90 %)"
            for mean, p50, p90 in (
                (post.wait_mean_h.before, post.wait_p50_h.before, post.wait_p90_h.before),
                (post.wait_mean_h.after, post.wait_p50_h.after, post.wait_p90_h.after),
            )
        ]
        say(f"{unsolved}wait at {post.name}, {post.mode}: {waits[1]} (before: {waits[0]})")
    for post in found.posts:
        if post.cannot_clear:
            say(f"{unsolved}{clearing_words(post)}")
    if found.queue_words():
        say(f"{unsolved}{found.queue_words()}")
    say(
        f"{found.posts_without_capacity} of {found.posts_total} posts have no known capacity: "
        "their hours do not answer to traffic"
    )
    if found.capacity is not None:
        for place in found.capacity.added:
            say(f"{unsolved}hours added by traffic at {place.words}")
        say(found.capacity.words)
    if found.loop is not None:
        say(f"loop of transport, borders and trade: {found.loop.words}")


def _percent(share: float, digits: int = 4) -> str:
    text = f"{100 * share:+.{digits}f}"
    return text[1:] if float(text) == 0.0 else text


def _income_row(income: Any, found: FlowSummary) -> dict[str, str]:
    change = income.full
    row = {
        "country": income.name,
        "income": "unknown" if change is None else f"{_percent(change.central)} %",
        "band": "not known" if change is None or change.p05 is None
        else f"{_percent(change.p05)} to {_percent(change.p95)}",
    }  # fmt: skip
    for key, side in (("from", "importer"), ("to", "exporter")):
        for trade in found.trade:
            if getattr(trade, side) == income.country != "CHN":
                a, b = trade.usd2023_per_y.before, trade.usd2023_per_y.after
                row[key] = " → ".join(number(None if v is None else v / 1e6) for v in (a, b))
                row[f"{key}_share"] = (
                    "unknown" if trade.full is None else f"{_percent(trade.full.central, 3)} %"
                )
    return row


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
