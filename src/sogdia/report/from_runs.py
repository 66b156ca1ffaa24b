"""An appraisal's two runs to the content of a report. Reads runs and evidence; computes nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Literal, cast

from sogdia.appraisal.changes import NetworkChange, names
from sogdia.appraisal.run import Appraisal
from sogdia.appraisal.summary import (
    Band,
    PairChange,
    PairState,
    Summary,
    ZoneChange,
    relative_gencost,
    summarise,
)
from sogdia.appraisal.summary_flows import FlowSummary, summarise_flows
from sogdia.appraisal.summary_linkages import summarise_linkages
from sogdia.appraisal.summary_traffic import link_flows
from sogdia.core.register import register
from sogdia.evidence.base import EvidenceBase
from sogdia.report import content as c
from sogdia.report.from_flows import (
    CHOICES,
    flow_content,
    flow_method,
    loaded,
    queue_words,
    traffic_words,
)
from sogdia.report.from_linkages import linkage_rows
from sogdia.report.naming import Naming, naming
from sogdia.report.number import Number
from sogdia.report.sentences import findings, flow_findings, loop_words
from sogdia.report.words import words_in
from sogdia.results.store import Run
from sogdia.results.trace import Trace, trace

__all__ = ["report_content"]

CLAIMS_SHOWN = 80
ASSUMED_SHOWN = 14

CAPITALS = {
    "cn.beijing", "cn.urumqi", "cn.xian", "cn.lanzhou", "cn.kashgar", "cn.shanghai", "kz.almaty",
    "kz.astana", "kz.aktau-port", "kg.bishkek", "kg.osh", "uz.tashkent", "uz.samarkand",
    "tj.dushanbe", "tm.ashgabat", "az.baku", "ru.moscow", "ir.tehran", "tr.istanbul", "pl.warsaw",
    "de.duisburg", "ge.tbilisi", "af.kabul", "mn.ulaanbaatar",
}  # fmt: skip


def report_content(
    appraisal: Appraisal, evidence: EvidenceBase, on: date | None = None, language: str = "en"
) -> c.ReportContent:
    """Everything the report shows, on one of the run's dates and in one language.

    Claims, notes, reasons and names of variables stay in the language of their source.
    """
    say = naming(words_in(language), appraisal.run)
    words = say.words
    found = summarise(appraisal, on)
    flows = summarise_flows(appraisal, on)
    run, scenario = appraisal.run, appraisal.scenario
    traces = list(_traces(run, found))
    claims = _claims(run, traces, evidence, say)
    manifest = run.manifest
    linkages = summarise_linkages(appraisal, on)
    sentences = tuple(findings(found, say))
    share = sum(t.assumed_share for t in traces) / len(traces) if traces else None
    return c.ReportContent(
        title=words.same(f"scenario.{scenario.id}.title", scenario.title),
        question=words.same(f"scenario.{scenario.id}.question", scenario.question),
        scenario_id=scenario.id,
        baseline_id=(manifest.baseline or "")[:16],
        compared_with=words.same(f"scenario.{scenario.baseline}.title", scenario.baseline)
        if scenario.baseline
        else words("head.without-measures"),
        run_id=run.id[:16],
        world_on=words.language.date(found.on),
        known_by=str(manifest.options.get("known_by") or words("head.everything")),
        summary=(
            *sentences[:2],
            *((words("flows.not-run"),) if flows is None else flow_findings(flows, say)),
            *sentences[2:],
        ),
        headline=tuple(_headline(found, flows, say)),
        statuses=tuple(_statuses(appraisal, flows, say)),
        assumed_share=Number.missing("share")
        if share is None
        else Number.exact(share, "share", trace="#claims"),
        map=_map(appraisal, found, flows, say),
        flows=None if flows is None else flow_content(flows, say),
        linkages=() if linkages is None else tuple(linkage_rows(linkages, say)),
        not_asked=() if linkages is None else linkages.not_asked,
        od_rows=tuple(_od_row(p, say) for p in found.pairs),
        routes=tuple(_routes(appraisal, found, say)),
        gainers=tuple(_gain(z, say) for z in found.gainers()),
        losers=tuple(_gain(z, say) for z in found.losers()),
        measures=tuple(_measures(appraisal, say)),
        assumptions=tuple(_assumptions(run, traces, flows, say)),
        claims=tuple(claims),
        sources=tuple(_sources(run, claims, evidence)),
        facts=tuple(_facts(appraisal, say)),
        language=words.language.code,
    )


def _number(
    value: float | None, unit: str, band: Band | None = None, *, signed: bool = False
) -> Number:
    if value is None:
        return Number.missing(unit, "no route")
    if band is None or band.p05 is None or band.p95 is None:
        return Number(central=value, unit=unit, signed=signed, trace="#claims")
    return Number(
        central=value, unit=unit, p05=band.p05, p95=band.p95, signed=signed, trace="#claims"
    )


def _headline(found: Summary, flows: FlowSummary | None, say: Naming) -> Iterator[c.Headline]:
    words = say.words
    moved = [p for p in found.pairs if abs(relative_gencost(p)) > 0]
    for pair in sorted(moved, key=lambda p: -abs(relative_gencost(p)))[:1]:
        ends = {
            "origin": say.place(pair.origin_name), "destination": say.place(pair.destination_name)
        }  # fmt: skip
        for name, key, unit in (
            ("time_h", "headline.time", "h"),
            ("money", "headline.price", "usd2023/teu"),
        ):
            if name in pair.bands:
                change = pair.bands[name][2]
                yield c.Headline(
                    label=words(key, **ends),
                    number=_number(change.central, unit, change, signed=True),
                    note=words("headline.pair-note", commodity=say.commodity(pair.commodity)),
                )
    for zone in found.gainers(1):
        yield c.Headline(
            label=words("headline.zone", zone=say.place(zone.name)),
            number=_number(zone.change.central, "share", zone.change, signed=True),
            note=words("headline.zone-note", commodity=say.commodity(zone.commodity)),
        )
    for income in () if flows is None else flows.most_changed(1):
        if flows is not None and income.full is not None:
            yield c.Headline(
                label=words("headline.income", country=say.country(income.country)),
                number=dataclasses.replace(
                    _number(income.full.central, "share", income.full, signed=True),
                    caveat="" if flows.solved else words("state.caveat"),
                ),
                note=words("headline.income-note", level=words("level.full")),
            )
    yield c.Headline(
        label=words("headline.pairs"),
        number=Number.exact(float(found.changed_pairs), "pairs"),
        note=words("headline.pairs-note", n=found.all_pairs),
    )


def _statuses(
    appraisal: Appraisal, flows: FlowSummary | None, say: Naming
) -> Iterator[c.RunStatus]:
    manifest = appraisal.run.manifest
    for status in appraisal.baseline.manifest.statuses:
        if status.state != "solved":
            yield c.RunStatus(
                model=say.words("about.baseline", of=status.of),
                state=status.state,
                message=status.message,
            )
    for status in manifest.statuses:
        message = status.message
        if flows and flows.loop and status.of == f"loop transport-border-trade {flows.on}":
            message = loop_words(flows.loop, say)
        yield c.RunStatus(model=status.of, state=status.state, message=message)
    yield c.RunStatus(
        model=say.words("about.uncertain"),
        state="solved",
        draws=manifest.draws,
        failed_draws=len(manifest.failed_draws),
    )


def _od_row(pair: PairChange, say: Naming) -> c.OdRow:
    def both(name: str, key: str, unit: str, drawn: str | None = None) -> c.Pair:
        a = None if pair.before is None else getattr(pair.before, key)
        b = None if pair.after is None else getattr(pair.after, key)
        bands = pair.bands.get(drawn) if drawn else None
        first, second, change = bands or (None, None, None)
        del name
        return c.Pair(
            before=_number(a, unit, first),
            after=_number(b, unit, second),
            change=None if a is None or b is None else _number(b - a, unit, change, signed=True),
        )

    states: dict[tuple[bool, bool], Literal["both", "appears", "disappears", "no route"]] = {
        (True, True): "both",
        (False, True): "appears",
        (True, False): "disappears",
        (False, False): "no route",
    }
    return c.OdRow(
        origin=say.place(pair.origin_name),
        destination=say.place(pair.destination_name),
        commodity=say.commodity(pair.commodity),
        time_p50=both("P50", "time_p50_h", "h"),
        time_p90=both("P90", "time_p90_h", "h"),
        time_mean=both("mean", "time_h", "h", "time_h"),
        money=both("money", "money_usd2023_per_teu", "usd2023/teu", "money"),
        emission=both("CO2", "emission_kgco2_per_teu", "kg/teu", "emission"),
        status=states[pair.before is not None, pair.after is not None],
    )


def _gain(zone: ZoneChange, say: Naming) -> c.GainRow:
    return c.GainRow(
        zone=say.place(zone.name),
        country=say.country(zone.country),
        change=_number(zone.change.central, "share", zone.change, signed=True),
        before=_number(zone.before_usd2023_per_t, "usd2023/t"),
        after=_number(zone.after_usd2023_per_t, "usd2023/t"),
    )


Rows = list[dict[str, Any]]


def _route_rows(run: Run, pair: PairChange, on: date) -> Rows:
    rows = [
        r
        for r in run["route"].rows()
        if r["on"] == on
        and r["alternative"] == 1
        and (r["origin"], r["destination"], r["commodity"])
        == (pair.origin, pair.destination, pair.commodity)
    ]
    return sorted(rows, key=lambda r: r["leg"])


def _routes(appraisal: Appraisal, found: Summary, say: Naming) -> Iterator[c.RouteBeforeAfter]:
    called = names(appraisal.run)
    classes = appraisal.run["classes"]
    teu = {
        str(i): float(t) for i, t in zip(classes["id"], classes["loading_t_per_teu"], strict=True)
    }
    for pair in found.pairs:
        options = [
            None
            if state is None
            else _option(
                label,
                _route_rows(run, pair, found.on),
                state,
                teu[pair.commodity],
                called,
                say,
            )
            for label, run, state in (
                ("before", appraisal.baseline, pair.before),
                ("after", appraisal.run, pair.after),
            )
        ]
        yield c.RouteBeforeAfter(
            origin=say.place(pair.origin_name),
            destination=say.place(pair.destination_name),
            commodity=say.commodity(pair.commodity),
            before=options[0],
            after=options[1],
        )


def _option(
    label: str,
    rows: Rows,
    state: PairState,
    teu: float,
    called: Mapping[str, str],
    say: Naming,
) -> c.RouteOption:
    return c.RouteOption(
        label=say.words(f"word.{label}"),
        legs=tuple(_leg(r, teu, called, say) for r in rows),
        time_mean=_number(state.time_h, "h"),
        time_p50=_number(state.time_p50_h, "h"),
        time_p90=_number(state.time_p90_h, "h"),
        distance=_number(state.distance_km, "km"),
        money=_number(state.money_usd2023_per_teu, "usd2023/teu"),
        emission=_number(state.emission_kgco2_per_teu, "kg/teu"),
    )


def _leg(row: Mapping[str, Any], teu: float, called: Mapping[str, str], say: Naming) -> c.RouteLeg:
    return c.RouteLeg(
        kind=cast(c.LegKind, row["kind"]),
        name=say.leg(row["kind"], row["name"]),
        country="-".join(say.country(code) for code in row["country"].split("-")),
        mode=row["mode"] if row["kind"] == "line-haul" else "",
        from_place=say.of(row["from_place"], called.get(row["from_place"], row["from_place"])),
        to_place=say.of(row["to_place"], called.get(row["to_place"], row["to_place"])),
        distance=_number(row["distance_km"], "km"),
        time=_number(row["time_h"], "h"),
        time_p50=_number(row["time_p50_h"], "h"),
        time_p90=_number(row["time_p90_h"], "h"),
        money=_number(row["money_usd2023_per_t"] * teu, "usd2023/teu"),
        emission=_number(row["emission_kgco2_per_t"] * teu, "kg/teu"),
    )


def _map(
    appraisal: Appraisal, found: Summary, said: FlowSummary | None, say: Naming
) -> c.MapContent:
    run, words = appraisal.run, say.words
    traffic = {} if said is None else link_flows(appraisal.baseline, run, found.on)
    queues = {} if said is None else {post.entity: post for post in said.posts}
    flows: list[c.MapFlow] = []
    changed = {change.id: change for change in found.changes}
    links: list[c.MapLink] = []
    crossings: list[c.MapCrossing] = []
    at: dict[str, tuple[str, str, tuple[float, float], tuple[float, float]]] = {}
    for row in run["network_map"].rows():
        if row["on"] != found.on:
            continue
        change = changed.get(row["id"])
        start = (row["from_lon_deg"], row["from_lat_deg"])
        end = (row["to_lon_deg"], row["to_lat_deg"])
        name = say.of(row["id"], row["name"])
        if row["kind"] == "link":
            at[row["id"]] = (row["from_place"], row["to_place"], start, end)
            links.append(
                c.MapLink(
                    id=row["id"], name=name, mode=row["mode"], points=(start, end),
                    gauges=tuple(int(g) for g in (row["gauges"] or "").split(";") if g),
                    status=row["status"], change=_change(change),
                    note=_words(
                        change.note
                        if change
                        else f"{words.language.number(row['length_km'], 0)} {words.unit('km')}",
                        traffic_words(traffic.get(row["id"]), say),
                    ),
                )
            )  # fmt: skip
            if row["id"] in traffic:
                tonnes = traffic[row["id"]].tonnes
                flows.append(
                    c.MapFlow(
                        id=row["id"], name=name, points=(start, end), before_t_per_y=tonnes.before,
                        after_t_per_y=tonnes.after, sea=row["mode"] == "sea",
                    )
                )  # fmt: skip
        else:
            crossings.append(
                c.MapCrossing(
                    id=row["id"], name=name, lon_deg=start[0], lat_deg=start[1],
                    status=row["status"], change=_change(change),
                    note=_words(
                        change.note
                        if change
                        else words(
                            "map.dwell-tip", hours=words.language.number(row["dwell_mean_h"], 1)
                        ),
                        queue_words(queues.get(row["id"]), say),
                    ),
                )
            )  # fmt: skip
    routes = [
        c.MapRoute(
            when=cast(Literal["before", "after"], when),
            label=words(
                "routes.of",
                when=words(f"word.{when}"),
                label=words(
                    "word.from-to",
                    origin=say.place(pair.origin_name),
                    destination=say.place(pair.destination_name),
                ),
            ),
            points=tuple(points),
        )
        for pair in found.pairs
        for when, side in (("before", appraisal.baseline), ("after", run))
        if len(points := _line(_route_rows(side, pair, found.on), at)) > 1
    ]
    return c.MapContent(
        links=tuple(links),
        crossings=tuple(crossings),
        places=tuple(_map_places(run, found, say)),
        routes=tuple(routes),
        flows=tuple(flows),
        caption=words("map.caption", on=words.language.date(found.on)),
        name_set=words.language.code,
    )


def _words(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _change(change: NetworkChange | None) -> c.Change:
    """As drawn: what only changes its price, capacity or hours is not marked."""
    if change is None:
        return ""
    kind = change.kind
    return kind if kind in ("opened", "closed", "faster", "slower") else ""


def _line(
    rows: Rows, at: Mapping[str, tuple[str, str, tuple[float, float], tuple[float, float]]]
) -> list[tuple[float, float]]:
    """Points of a route along its links."""
    points: list[tuple[float, float]] = []
    here = ""
    for row in rows:
        if row["kind"] != "line-haul":
            continue
        here = here or row["from_place"]
        for link in row["entities"].split(";"):
            a, b, start, end = at[link]
            if here == b:
                a, b, start, end = b, a, end, start
            points += [start, end] if not points else [end]
            here = b
    return points


def _map_places(run: Run, found: Summary, say: Naming) -> Iterator[c.MapPlace]:
    ends: dict[str, Literal["origin", "destination"]] = {}
    for pair in found.pairs:
        ends.setdefault(pair.origin, "origin")
        ends.setdefault(pair.destination, "destination")
    for row in run["places"].rows():
        if row["on"] != found.on or row["kind"] == "airport":
            continue
        name = say.of(row["id"], str(row["name"]).partition(" (")[0])
        rank = 1 if row["id"] in ends or row["id"] in CAPITALS else 3
        role: Literal["place", "origin", "destination"] = ends.get(row["id"], "place")
        yield c.MapPlace(
            id=row["id"], name=name, lat_deg=row["lat_deg"], lon_deg=row["lon_deg"], rank=rank,
            role=role,
        )  # fmt: skip


def _measures(appraisal: Appraisal, say: Naming) -> Iterator[c.MeasureRow]:
    scenario = appraisal.scenario
    for side, measure in scenario.sides():
        values = "; ".join(
            r["text"]
            for run in (appraisal.run, appraisal.baseline)
            for r in run["measure"].rows()
            if r["id"] == measure.id
        ).split("; ")
        touches = sorted({entity for entity, _ in measure.touches()})
        shown = ", ".join(touches[:6]) + (
            " " + say.words("word.and-more", n=len(touches) - 6) if len(touches) > 6 else ""
        )
        kind = say.words.known(f"measure.{measure.kind}", measure.kind)
        yield c.MeasureRow(
            id=measure.id,
            kind=say.words("measures.baseline-only", kind=kind) if side == "without" else kind,
            touches=shown,
            since=measure.on.isoformat(),
            until=measure.until.isoformat() if measure.until else "",
            value="; ".join(v for v in dict.fromkeys(values) if v and v != measure.kind),
            source=measure.source,
            why=measure.why,
        )


def _traces(run: Run, found: Summary) -> Iterator[Trace]:
    """What the pairs of the report rest on, in the scenario's run."""
    for pair in found.pairs:
        if pair.after is not None:
            yield trace(
                run, "gencost_usd2023_per_t", f"{pair.origin}>{pair.destination}", on=found.on,
                commodity=pair.commodity,
            )  # fmt: skip


def _weights(traces: Iterable[Trace]) -> dict[str, float]:
    """Sum over traces of the share of each claim."""
    weight: dict[str, float] = {}
    for found in traces:
        for line in (*found.lines, *found.others):
            weight[line.claim] = weight.get(line.claim, 0.0) + line.share
    return weight


def _claims(run: Run, traces: list[Trace], evidence: EvidenceBase, say: Naming) -> list[c.ClaimRow]:
    rows = {r["id"]: r for r in run["claim"].rows()}
    weight = _weights(traces)
    ranked = sorted((k for k in weight if k in rows), key=lambda k: (-weight[k], k))[:CLAIMS_SHOWN]
    return [_claim_row(rows[k], evidence, say) for k in ranked]


def _claim_row(row: Mapping[str, Any], evidence: EvidenceBase, say: Naming) -> c.ClaimRow:
    return c.ClaimRow(
        id=row["id"],
        subject=row["subject"],
        variable=register()[row["variable"]].title,
        value=_published(row),
        source=row["source_title"],
        url=row["source_url"],
        stated_on=str(row["stated_on"] or say.words("claims.undated")),
        tier=row["tier"],
        basis=row["basis"],
        confidence=row["confidence"],
        rivals=len(evidence.about(row["subject"], row["variable"])) - 1,
        says=row["says"] or "",
    )


def _published(row: Mapping[str, Any]) -> str:
    band = (
        f" ({row['low_text']} to {row['high_text']})" if row["low_text"] or row["high_text"] else ""
    )
    return f"{row['amount_text']}{band} {row['unit'] or ''}".strip()


METHOD: tuple[tuple[str, c.Basis], ...] = (
    ("assume.least-cost", "derived"),
    ("assume.stops", "assumed"),
    ("assume.past", "assumed"),
    ("assume.bands", "derived"),
)


def _assumptions(
    run: Run, traces: list[Trace], flows: FlowSummary | None, say: Naming
) -> Iterator[c.Assumption]:
    words = say.words
    method = words("assume.method-of-transport")
    classes = [r for r in run["claim"].rows() if r["variable"] == "time_value_per_day_share"]
    for row in classes:
        yield c.Assumption(
            text=words(
                "assume.time-value",
                commodity=say.commodity(row["subject"].removeprefix("class:")),
            ),
            value=_published(row),
            basis=row["basis"],
            source=row["source_title"],
            url=row["source_url"],
            value_choice=True,
        )
    for key, basis in METHOD:
        yield c.Assumption(text=words(key), value="", basis=basis, source=method)
    rows = {r["id"]: r for r in run["claim"].rows()}
    if flows is None:
        yield c.Assumption(text=words("assume.no-flows"), value="", basis="assumed", source=method)
    else:
        by_variable = {r["variable"]: r for r in rows.values() if r["variable"] in CHOICES}
        yield from flow_method(by_variable, flows.variant, say)
    weight = _weights(traces)
    assumed = [k for k in weight if k in rows and rows[k]["basis"] == "assumed"]
    for key in sorted(assumed, key=lambda k: (-weight[k], k))[:ASSUMED_SHOWN]:
        row = rows[key]
        yield c.Assumption(
            text=f"{register()[row['variable']].title}: {row['subject']}"
            + (f" ({row['note']})" if row["note"] else ""),
            value=_published(row),
            basis="assumed",
            source=row["source_title"],
            url=row["source_url"],
        )


def _sources(run: Run, claims: list[c.ClaimRow], evidence: EvidenceBase) -> Iterator[c.SourceRow]:
    shown = {claim.id for claim in claims}
    wanted = sorted({r["source"] for r in run["claim"].rows() if r["id"] in shown})
    for name in wanted:
        source = evidence.sources[name]
        yield c.SourceRow(
            title=source.title,
            publisher=source.publisher,
            url=source.url,
            licence=source.licence or "not stated",
            retrieved=source.retrieved.isoformat() if source.retrieved else "",
        )


def _facts(appraisal: Appraisal, say: Naming) -> Iterator[c.Fact]:
    manifest = appraisal.run.manifest
    words = say.words
    trade = manifest.options.get("trade")
    for label, text in (
        ("Run", appraisal.run.id),
        ("Baseline run", appraisal.baseline.id),
        ("Scenario digest", manifest.scenario_digest),
        ("Evidence digest", manifest.evidence_digest),
        ("Code digest", manifest.code_digest),
        ("Sogdia", manifest.version),
        ("Seed", str(manifest.seed)),
        ("Draws", str(manifest.draws)),
        ("Shipments sampled", str(manifest.options.get("samples", ""))),
        ("Flows", words("fact.run-yes" if manifest.options.get("flows") else "fact.run-no")),
        ("Trade", loaded(str(trade), say) if trade else words("fact.not-loaded")),
        ("Dates", ", ".join(d.isoformat() for d in manifest.dates)),
        ("Packages", ", ".join(f"{k} {v}" for k, v in manifest.packages.items())),
    ):
        yield c.Fact(label=words(f"fact.{label.lower().replace(' ', '-')}"), text=text)
