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
from sogdia.appraisal.summary_flows import FlowSummary, flow_sentences, summarise_flows
from sogdia.appraisal.summary_linkages import summarise_linkages
from sogdia.appraisal.summary_traffic import link_flows
from sogdia.core.register import register
from sogdia.evidence.base import EvidenceBase
from sogdia.report import content as c
from sogdia.report.from_flows import (
    CHOICES,
    LOADED,
    flow_content,
    flow_method,
    queue_words,
    traffic_words,
)
from sogdia.report.from_linkages import linkage_rows
from sogdia.report.number import Number
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
    appraisal: Appraisal, evidence: EvidenceBase, on: date | None = None
) -> c.ReportContent:
    """Everything the report shows, on one of the run's dates."""
    found = summarise(appraisal, on)
    flows = summarise_flows(appraisal, on)
    run = appraisal.run
    traces = list(_traces(run, found))
    claims = _claims(run, traces, evidence)
    manifest = run.manifest
    linkages = summarise_linkages(appraisal, on)
    share = sum(t.assumed_share for t in traces) / len(traces) if traces else None
    return c.ReportContent(
        title=appraisal.scenario.title,
        question=appraisal.scenario.question,
        scenario_id=appraisal.scenario.id,
        baseline_id=(manifest.baseline or "")[:16],
        run_id=run.id[:16],
        world_on=found.on.isoformat(),
        known_by=str(manifest.options.get("known_by") or "everything recorded"),
        summary=(
            *found.sentences[:2],
            *((c.NOT_RUN,) if flows is None else flow_sentences(flows)),
            *found.sentences[2:],
        ),
        headline=tuple(_headline(found, flows)),
        statuses=tuple(_statuses(appraisal, flows)),
        assumed_share=Number.missing("share")
        if share is None
        else Number.exact(share, "share", trace="#claims"),
        map=_map(appraisal, found, flows),
        flows=None if flows is None else flow_content(flows),
        linkages=() if linkages is None else tuple(linkage_rows(linkages)),
        not_asked=() if linkages is None else linkages.not_asked,
        od_rows=tuple(_od_row(p) for p in found.pairs),
        routes=tuple(_routes(appraisal, found)),
        gainers=tuple(_gain(z) for z in found.gainers()),
        losers=tuple(_gain(z) for z in found.losers()),
        measures=tuple(_measures(appraisal)),
        assumptions=tuple(_assumptions(run, traces, flows)),
        claims=tuple(claims),
        sources=tuple(_sources(run, claims, evidence)),
        facts=tuple(_facts(appraisal)),
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


def _headline(found: Summary, flows: FlowSummary | None) -> Iterator[c.Headline]:
    moved = [p for p in found.pairs if abs(relative_gencost(p)) > 0]
    for pair in sorted(moved, key=lambda p: -abs(relative_gencost(p)))[:1]:
        label = f"{pair.origin_name} to {pair.destination_name}"
        for name, words, unit in (
            ("time_h", "expected time", "h"),
            ("money", "price", "usd2023/teu"),
        ):
            if name in pair.bands:
                change = pair.bands[name][2]
                yield c.Headline(
                    label=f"{label}: {words}",
                    number=_number(change.central, unit, change, signed=True),
                    note=f"{pair.commodity}; the pair that changes most",
                )
    for zone in found.gainers(1):
        yield c.Headline(
            label=f"{zone.name}: cost of reaching markets",
            number=_number(zone.change.central, "share", zone.change, signed=True),
            note=f"gains most; {zone.commodity}",
        )
    for income in () if flows is None else flows.most_changed(1):
        if flows is not None and income.full is not None:
            yield c.Headline(
                label=f"{income.name}: real income",
                number=dataclasses.replace(
                    _number(income.full.central, "share", income.full, signed=True),
                    caveat="" if flows.solved else "NOT SOLVED",
                ),
                note=f"changes most; {flows.level}",
            )
    yield c.Headline(
        label="Zone pairs and classes that change",
        number=Number.exact(float(found.changed_pairs), "pairs"),
        note=f"of {found.all_pairs:,}",
    )


def _statuses(appraisal: Appraisal, flows: FlowSummary | None) -> Iterator[c.RunStatus]:
    manifest = appraisal.run.manifest
    for status in appraisal.baseline.manifest.statuses:
        if status.state != "solved":
            yield c.RunStatus(
                model=f"baseline: {status.of}", state=status.state, message=status.message
            )
    for status in manifest.statuses:
        message = status.message
        if flows and flows.loop and status.of == f"loop transport-border-trade {flows.on}":
            message = flows.loop.words
        yield c.RunStatus(model=status.of, state=status.state, message=message)
    yield c.RunStatus(
        model="draws of uncertain claims",
        state="solved",
        draws=manifest.draws,
        failed_draws=len(manifest.failed_draws),
    )


def _od_row(pair: PairChange) -> c.OdRow:
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
        origin=pair.origin_name,
        destination=pair.destination_name,
        commodity=pair.commodity,
        time_p50=both("P50", "time_p50_h", "h"),
        time_p90=both("P90", "time_p90_h", "h"),
        time_mean=both("mean", "time_h", "h", "time_h"),
        money=both("money", "money_usd2023_per_teu", "usd2023/teu", "money"),
        emission=both("CO2", "emission_kgco2_per_teu", "kg/teu", "emission"),
        status=states[pair.before is not None, pair.after is not None],
    )


def _gain(zone: ZoneChange) -> c.GainRow:
    return c.GainRow(
        zone=zone.name,
        country=zone.country,
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


def _routes(appraisal: Appraisal, found: Summary) -> Iterator[c.RouteBeforeAfter]:
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
                label, _route_rows(run, pair, found.on), state, teu[pair.commodity], called
            )
            for label, run, state in (
                ("before", appraisal.baseline, pair.before),
                ("after", appraisal.run, pair.after),
            )
        ]
        yield c.RouteBeforeAfter(
            origin=pair.origin_name,
            destination=pair.destination_name,
            commodity=pair.commodity,
            before=options[0],
            after=options[1],
        )


def _option(
    label: str, rows: Rows, state: PairState, teu: float, called: Mapping[str, str]
) -> c.RouteOption:
    return c.RouteOption(
        label=label,
        legs=tuple(_leg(r, teu, called) for r in rows),
        time_mean=_number(state.time_h, "h"),
        time_p50=_number(state.time_p50_h, "h"),
        time_p90=_number(state.time_p90_h, "h"),
        distance=_number(state.distance_km, "km"),
        money=_number(state.money_usd2023_per_teu, "usd2023/teu"),
        emission=_number(state.emission_kgco2_per_teu, "kg/teu"),
    )


def _leg(row: Mapping[str, Any], teu: float, called: Mapping[str, str]) -> c.RouteLeg:
    return c.RouteLeg(
        kind=cast(c.LegKind, row["kind"]),
        name=row["name"],
        country=row["country"],
        mode=row["mode"] if row["kind"] == "line-haul" else "",
        from_place=called.get(row["from_place"], row["from_place"]),
        to_place=called.get(row["to_place"], row["to_place"]),
        distance=_number(row["distance_km"], "km"),
        time=_number(row["time_h"], "h"),
        time_p50=_number(row["time_p50_h"], "h"),
        time_p90=_number(row["time_p90_h"], "h"),
        money=_number(row["money_usd2023_per_t"] * teu, "usd2023/teu"),
        emission=_number(row["emission_kgco2_per_t"] * teu, "kg/teu"),
    )


def _map(appraisal: Appraisal, found: Summary, said: FlowSummary | None) -> c.MapContent:
    run = appraisal.run
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
        if row["kind"] == "link":
            at[row["id"]] = (row["from_place"], row["to_place"], start, end)
            links.append(
                c.MapLink(
                    id=row["id"], name=row["name"], mode=row["mode"], points=(start, end),
                    gauges=tuple(int(g) for g in (row["gauges"] or "").split(";") if g),
                    status=row["status"], change=_change(change),
                    note=_words(
                        change.note if change else f"{row['length_km']:.0f} km",
                        traffic_words(traffic.get(row["id"])),
                    ),
                )
            )  # fmt: skip
            if row["id"] in traffic:
                tonnes = traffic[row["id"]].tonnes
                flows.append(
                    c.MapFlow(
                        name=row["name"], points=(start, end), before_t_per_y=tonnes.before,
                        after_t_per_y=tonnes.after, sea=row["mode"] == "sea",
                    )
                )  # fmt: skip
        else:
            crossings.append(
                c.MapCrossing(
                    id=row["id"], name=row["name"], lon_deg=start[0], lat_deg=start[1],
                    status=row["status"], change=_change(change),
                    note=_words(
                        change.note if change else f"{row['dwell_mean_h']:.1f} h on average",
                        queue_words(queues.get(row["id"])),
                    ),
                )
            )  # fmt: skip
    routes = [
        c.MapRoute(
            when=cast(Literal["before", "after"], when),
            label=f"{pair.origin_name} to {pair.destination_name}, {when}",
            points=tuple(points),
        )
        for pair in found.pairs
        for when, side in (("before", appraisal.baseline), ("after", run))
        if len(points := _line(_route_rows(side, pair, found.on), at)) > 1
    ]
    return c.MapContent(
        links=tuple(links),
        crossings=tuple(crossings),
        places=tuple(_map_places(run, found)),
        routes=tuple(routes),
        flows=tuple(flows),
        caption=f"Network of {found.on} in the scenario; what differs from its baseline is marked.",
    )


def _words(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _change(change: NetworkChange | None) -> c.Change:
    """As drawn: what only changes its price is not marked."""
    if change is None or change.kind == "cheaper" or change.kind == "dearer":
        return ""
    return change.kind


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


def _map_places(run: Run, found: Summary) -> Iterator[c.MapPlace]:
    ends: dict[str, Literal["origin", "destination"]] = {}
    for pair in found.pairs:
        ends.setdefault(pair.origin, "origin")
        ends.setdefault(pair.destination, "destination")
    for row in run["places"].rows():
        if row["on"] != found.on or row["kind"] == "airport":
            continue
        name = str(row["name"]).partition(" (")[0]
        rank = 1 if row["id"] in ends or row["id"] in CAPITALS else 3
        role: Literal["place", "origin", "destination"] = ends.get(row["id"], "place")
        yield c.MapPlace(
            id=row["id"], name=name, lat_deg=row["lat_deg"], lon_deg=row["lon_deg"], rank=rank,
            role=role,
        )  # fmt: skip


def _measures(appraisal: Appraisal) -> Iterator[c.MeasureRow]:
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
            f" and {len(touches) - 6} more" if len(touches) > 6 else ""
        )
        prefix = "baseline only: " if side == "without" else ""
        yield c.MeasureRow(
            id=measure.id,
            kind=f"{prefix}{measure.kind}",
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


def _claims(run: Run, traces: list[Trace], evidence: EvidenceBase) -> list[c.ClaimRow]:
    rows = {r["id"]: r for r in run["claim"].rows()}
    weight = _weights(traces)
    ranked = sorted((k for k in weight if k in rows), key=lambda k: (-weight[k], k))[:CLAIMS_SHOWN]
    return [_claim_row(rows[k], evidence) for k in ranked]


def _claim_row(row: Mapping[str, Any], evidence: EvidenceBase) -> c.ClaimRow:
    return c.ClaimRow(
        id=row["id"],
        subject=row["subject"],
        variable=register()[row["variable"]].title,
        value=_published(row),
        source=row["source_title"],
        url=row["source_url"],
        stated_on=str(row["stated_on"] or "undated"),
        tier=row["tier"],
        basis=row["basis"],
        confidence=row["confidence"],
        rivals=len(evidence.about(row["subject"], row["variable"])) - 1,
    )


def _published(row: Mapping[str, Any]) -> str:
    band = (
        f" ({row['low_text']} to {row['high_text']})" if row["low_text"] or row["high_text"] else ""
    )
    return f"{row['amount_text']}{band} {row['unit'] or ''}".strip()


METHOD = (
    ("Journeys by origin and destination take the route of least generalised cost: money, plus "
     "expected hours times what an hour is worth, plus a charge for the hours between the 50 % "
     "and the 90 % shipment.", "derived"),
    ("Hours at stops vary independently of each other, each with a lognormal distribution; time on "
     "the way is certain.", "assumed"),
    ("A figure of the past holds until a later one is known; a forecast year has the borders, "
     "speeds and prices last recorded, in 2023 US dollars.", "assumed"),
    ("Bands come from drawing every uncertain claim together in both worlds; they do not cover "
     "what the model leaves out.", "derived"),
)  # fmt: skip
NO_FLOWS = (
    "Flows were not run: how much traffic a link or post carries is not known here, so a new line "
    "does not fill up and an old one does not empty."
)


def _assumptions(
    run: Run, traces: list[Trace], flows: FlowSummary | None
) -> Iterator[c.Assumption]:
    classes = [r for r in run["claim"].rows() if r["variable"] == "time_value_per_day_share"]
    for row in classes:
        yield c.Assumption(
            text=f"What a day in transit costs, as a share of the value of {row['subject'].removeprefix('class:')} goods",
            value=_published(row),
            basis=row["basis"],
            source=row["source_title"],
            url=row["source_url"],
            value_choice=True,
        )
    for text, basis in METHOD:
        yield c.Assumption(
            text=text, value="", basis=cast(c.Basis, basis), source="method of the transport model"
        )
    rows = {r["id"]: r for r in run["claim"].rows()}
    if flows is None:
        yield c.Assumption(
            text=NO_FLOWS, value="", basis="assumed", source="method of the transport model"
        )
    else:
        by_variable = {r["variable"]: r for r in rows.values() if r["variable"] in CHOICES}
        yield from flow_method(by_variable, flows.variant)
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


def _facts(appraisal: Appraisal) -> Iterator[c.Fact]:
    manifest = appraisal.run.manifest
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
        ("Flows", "run" if manifest.options.get("flows") else "not run"),
        ("Trade", LOADED.get(str(manifest.options.get("trade")), "not loaded")),
        ("Dates", ", ".join(d.isoformat() for d in manifest.dates)),
        ("Packages", ", ".join(f"{k} {v}" for k, v in manifest.packages.items())),
    ):
        yield c.Fact(label=label, text=text)
