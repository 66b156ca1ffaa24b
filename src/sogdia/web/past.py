"""Finished runs as the pages show them: summary, map of what changes, strip, comparison."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sogdia.appraisal.changes import names, network_changes
from sogdia.appraisal.run import Appraisal, scenario_of
from sogdia.appraisal.summary import Summary, ZoneChange, relative_gencost, summarise
from sogdia.appraisal.summary_flows import flow_sentences, summarise_flows
from sogdia.appraisal.summary_traffic import link_flows, rows_on
from sogdia.core.errors import InvalidInput, Problem, SogdiaError, UnknownName
from sogdia.core.geodesy import great_circle_km
from sogdia.results.store import Run
from sogdia.scenario.scenario import Scenario
from sogdia.web.desk import draft, read_draft, shipped_text
from sogdia.web.holdings import Holdings
from sogdia.web.layers import GAUGES, OCEAN_KM, line_between
from sogdia.web.problems import Refused, as_rows
from sogdia.web.records import Records
from sogdia.web.run_zones import zone_features
from sogdia.web.trip_routes import leg_of

__all__ = ["Past", "manifest_row"]

ID = 16


@dataclasses.dataclass(frozen=True, slots=True)
class Past:
    """Reads finished runs; what it makes of one is kept in memory, because runs never change."""

    held: Holdings
    records: Records

    def run(self, name: str) -> Run:
        """A run by its id or the beginning of it."""
        return self.held.results.get(("run", name), lambda: self.held.store.find(name))

    def appraisal(self, name: str) -> Appraisal:
        """The run of a scenario with its baseline.

        Raises
        ------
        Refused
            When it is a baseline.
        InvalidInput
            When the scenario it was made of is not known any more.
        """
        return self.held.results.get(("appraisal", name), lambda: self._appraisal(self.run(name)))

    def _appraisal(self, run: Run) -> Appraisal:
        if run.manifest.baseline is None:
            problem = Problem(
                where=f"run {run.id[:ID]}", what="is a baseline", fix="name the run of a scenario"
            )
            raise Refused(409, problem)
        return Appraisal(
            scenario=self._scenario(run), baseline=self.held.store.find(run.manifest.baseline),
            run=run, cached=True, wall_time_s=0.0,
        )  # fmt: skip

    def _scenario(self, run: Run) -> Scenario:
        """The scenario a run was made of: that of its job, a saved or a shipped one."""
        wanted = run.manifest.scenario
        texts: list[tuple[str, Mapping[str, str]]] = [
            (job.toml, job.beside) for job in self.records.of_run(run.id)
        ]
        beside = {s.id: s.toml for s in self.records.scenarios()}
        if wanted in beside:
            texts.append((beside[wanted], beside))
        with contextlib.suppress(UnknownName):
            texts.append((shipped_text(wanted), {}))
        for text, others in texts:
            try:
                with self.held.reading:
                    found = read_draft(draft(text, called=wanted), others, self.held.evidence)
            except SogdiaError:
                continue
            if found.digest == run.manifest.scenario_digest:
                return found
        try:
            with self.held.reading:
                return scenario_of(run, self.held.evidence)
        except UnknownName:
            raise InvalidInput(
                [
                    Problem(
                        where=f"run {run.id[:ID]}",
                        what="the scenario it was made of is not known here",
                        got=wanted,
                        fix="save the scenario here and run it again",
                    )
                ]
            ) from None

    def summary(self, name: str) -> dict[str, Any]:
        """Everything the first screen of a run shows, on its last date."""
        return self.held.results.get(("summary", name), lambda: self._summary(self.appraisal(name)))

    def _summary(self, appraisal: Appraisal) -> dict[str, Any]:
        run = appraisal.run
        manifest = run.manifest
        found = self._summarised(appraisal, manifest.dates[-1])
        flows = summarise_flows(appraisal)
        linkages = rows_on(run["linkage_indicator"], found.on) if "linkage_indicator" in run else []
        notes = rows_on(run["linkage_note"], found.on) if "linkage_note" in run else []
        unsolved = [
            Problem(where=s.of or manifest.scenario, what=s.state, got=s.message)
            for s in manifest.statuses
            if s.state != "solved"
        ]
        return {
            **manifest_row(run),
            "question": appraisal.scenario.question,
            "on": found.on,
            "sentences": [*found.sentences, *(flow_sentences(flows) if flows else ())],
            "problems": as_rows(unsolved),
            "pairs": [
                {
                    **dataclasses.asdict(p),
                    "key": f"{p.origin}|{p.destination}|{p.commodity}",
                    "gencost_change": None
                    if p.before is None or p.after is None
                    else relative_gencost(p),
                }
                for p in found.pairs
            ],
            "changes": [dataclasses.asdict(c) for c in found.changes],
            "changed_pairs": found.changed_pairs,
            "all_pairs": found.all_pairs,
            "appeared": found.appeared,
            "disappeared": found.disappeared,
            "gainers": [dataclasses.asdict(z) for z in found.gainers()],
            "losers": [dataclasses.asdict(z) for z in found.losers()],
            "flows": None if flows is None else dataclasses.asdict(flows),
            "incomes": [] if flows is None else [dataclasses.asdict(i) for i in flows.incomes],
            "linkages": linkages,
            "linkage_notes": notes,
        }

    def map(self, name: str, on: date | None) -> dict[str, Any]:
        """Links, posts and zones with what changes and what they carry, as GeoJSON."""
        run = self.run(name)
        day = self.day(run, on)
        key = ("map", run.id, day)
        return self.held.results.get(key, lambda: self._map(run, day))

    def _map(self, run: Run, day: date) -> dict[str, Any]:
        before = self.baseline(run)
        changed = {c.id: c for c in network_changes(before, run, day)}
        flows = link_flows(before, run, day) if "link_flow" in run and "link_flow" in before else {}
        features: list[dict[str, Any]] = []
        for row in rows_on(run["network_map"], day):
            change = changed.get(row["id"])
            start = row["from_lon_deg"], row["from_lat_deg"]
            said: dict[str, Any] = {
                "id": row["id"], "name": row["name"], "kind": row["kind"], "mode": row["mode"],
                "status": row["status"], "change": change.kind if change else None,
                "note": change.note if change else None,
            }  # fmt: skip
            if row["kind"] == "link":
                end = row["to_lon_deg"], row["to_lat_deg"]
                km = float(great_circle_km(start[1], start[0], end[1], end[0]))
                drawn = row["mode"] != "sea" or km <= OCEAN_KM
                bent = row["mode"] == "air"
                line = line_between(start, end, bent=bent and km > 1.0) if drawn else None
                geometry = {"type": "LineString", "coordinates": line} if line else None
                flow = flows.get(row["id"])
                said |= {
                    "before_t": flow.tonnes.before if flow else None,
                    "after_t": flow.tonnes.after if flow else None,
                    "length_km": row["length_km"],
                }
                if row["mode"] == "rail":
                    gauge = str(row["gauges"] or "")
                    said["gauge"] = gauge if gauge in GAUGES else "mixed"
            else:
                geometry = {"type": "Point", "coordinates": [round(x, 4) for x in start]}
                said["dwell_mean_h"] = row["dwell_mean_h"]
            features.append({"type": "Feature", "properties": said, "geometry": geometry})
        features += zone_features(run, day, self._zones(run, day))
        return {"type": "FeatureCollection", "on": day, "run": run.id[:ID], "features": features}

    def _zones(self, run: Run, day: date) -> tuple[ZoneChange, ...]:
        """What changes at each zone; nothing of a baseline, or where the scenario is not known."""
        if run.manifest.baseline is None:
            return ()
        try:
            return self._summarised(self.appraisal(run.id), day).zones
        except InvalidInput:
            return ()

    def _summarised(self, appraisal: Appraisal, day: date) -> Summary:
        key = ("summarised", appraisal.run.id, day)
        return self.held.results.get(key, lambda: summarise(appraisal, day))

    def strip(self, name: str, pair: str, on: date | None) -> dict[str, Any]:
        """Legs of a pair before and after: hours, money and distance, borders as steps."""
        run = self.run(name)
        before, day = self.baseline(run), self.day(run, on)
        kept: dict[str, tuple[str, str, str]] = {}
        for row in (*rows_on(run["route"], day), *rows_on(before["route"], day)):
            key = (row["origin"], row["destination"], row["commodity"])
            kept.setdefault("|".join(key), key)
        if not kept:
            return {"pair": None, "on": day, "pairs": [], "before": None, "after": None}
        if pair and pair not in kept:
            raise UnknownName("pair of this run", pair, kept, hint=f"(pairs: {', '.join(kept)})")
        chosen = pair or next(iter(kept))
        origin, destination, commodity = kept[chosen]
        return {
            "pair": chosen, "origin": origin, "destination": destination, "commodity": commodity,
            "on": day, "pairs": list(kept),
            "before": _side(before, day, kept[chosen]), "after": _side(run, day, kept[chosen]),
        }  # fmt: skip

    def baseline(self, run: Run) -> Run:
        """The run it is compared with; itself when it is a baseline."""
        return run if run.manifest.baseline is None else self.run(run.manifest.baseline)

    def day(self, run: Run, on: date | None) -> date:
        """One of the run's dates, by default the last."""
        dates = run.manifest.dates
        if on is None:
            return dates[-1]
        if on not in dates:
            raise InvalidInput(
                [
                    Problem(
                        where="on",
                        what="is no date of this run",
                        got=on.isoformat(),
                        allowed=", ".join(d.isoformat() for d in dates),
                    )
                ]
            )
        return on

    def compared(self, names: Sequence[str]) -> dict[str, Any]:
        """Runs side by side: each indicator of the five linkages, and the pairs they share."""
        runs = [self.run(name) for name in names]
        rows: dict[tuple[str, ...], dict[str, Any]] = {}
        for asked, run in zip(names, runs, strict=True):
            for key, row, value in self._values(asked, run):
                rows.setdefault(key, {**row, "values": {}})["values"][asked] = value
        manifests = [r.manifest for r in runs]
        notes = [
            text
            for text, differ in (
                ("the runs rest on different evidence", {m.evidence_digest for m in manifests}),
                ("the runs were made by different code", {m.code_digest for m in manifests}),
                ("the runs have different seeds", {str(m.seed) for m in manifests}),
                ("the runs are of different dates", {str(m.dates[-1]) for m in manifests}),
            )
            if len(differ) > 1
        ]
        notes += [
            f"{m.scenario}: not solved: {s.of or s.message}"
            for m in manifests for s in m.statuses if s.state != "solved"
        ]  # fmt: skip
        order = sorted(rows.values(), key=_weight)
        return {"runs": [manifest_row(r) for r in runs], "notes": notes, "rows": order}

    def _values(
        self, name: str, run: Run
    ) -> Iterator[tuple[tuple[str, ...], dict[str, Any], float | None]]:
        day = run.manifest.dates[-1]
        if "linkage_indicator" in run:
            for r in rows_on(run["linkage_indicator"], day):
                key = (r["linkage"], r["variable"], r["entity"])
                said = {k: r[k] for k in ("linkage", "part", "variable", "entity", "title", "unit",
                                          "headline")}  # fmt: skip
                yield key, said, r["change_amount"]
        if run.manifest.baseline is None:
            return
        for p in self.summary(name)["pairs"]:
            said = {
                "linkage": "facilities", "part": "pairs", "variable": "gencost",
                "entity": f"{p['origin']}>{p['destination']}",
                "title": f"Cost with time, {p['commodity']}", "unit": "1", "headline": False,
            }  # fmt: skip
            yield ("pair", p["key"], ""), said, p["gencost_change"]


def _weight(row: Mapping[str, Any]) -> tuple[bool, bool, str, str, str]:
    """Headlines first, then what changes in some run."""
    moved = any(row["values"].values())
    return (not row["headline"], not moved, row["linkage"], row["variable"], row["entity"])


def _side(run: Run, day: date, pair: tuple[str, str, str]) -> dict[str, Any] | None:
    rows = [
        r
        for r in rows_on(run["route"], day)
        if (r["origin"], r["destination"], r["commodity"]) == pair and r["alternative"] == 1
    ]
    if not rows:
        return None
    classes = {r["id"]: r["loading_t_per_teu"] for r in rows_on(run["classes"], day)}
    called = names(run)
    legs = [leg_of(r, classes[pair[2]], called) for r in sorted(rows, key=lambda r: r["leg"])]
    keys = ("distance_km", "time_h", "money_usd2023_per_teu", "emission_kgco2_per_teu")
    return {
        "run": run.id[:ID], "legs": legs,
        "totals": {k: sum(leg[k] or 0.0 for leg in legs) for k in keys},
    }  # fmt: skip


def manifest_row(run: Run) -> dict[str, Any]:
    """What a list says of a run."""
    m = run.manifest
    return {
        "id": run.id[:ID], "run": run.id, "scenario": m.scenario, "title": m.title,
        "role": m.role, "baseline": m.baseline[:ID] if m.baseline else None, "state": m.state,
        "dates": list(m.dates), "draws": m.draws, "seed": m.seed, "options": dict(m.options),
        "created": m.created.isoformat(timespec="seconds"),
    }  # fmt: skip
