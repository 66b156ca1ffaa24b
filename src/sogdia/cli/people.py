"""visits, consult and exchanges: visas, remote consultation, students, centres and culture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.output import number, parse_day, print_json, print_table, say

if TYPE_CHECKING:
    from sogdia.models.people.consult_question import ConsultAnswer
    from sogdia.models.people.question import VisitsAnswer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(visits)
    app.command()(consult)
    app.command()(exchanges)


def visits(
    members: Annotated[
        list[str] | None, typer.Argument(help="Members of the joint visa: KAZ UZB KGZ TJK TKM.")
    ] = None,
    origin: Annotated[str, typer.Option(help="Citizens of.")] = "CHN",
    destination: Annotated[str | None, typer.Option(help="The country entered.")] = None,
    regime: Annotated[
        str, typer.Option(help="visa-free, visa-on-arrival, evisa, visa-required, closed.")
    ] = "visa-free",
    instead_of: Annotated[
        str | None, typer.Option(help="Compare with this regime, not with the day before.")
    ] = None,
    mutual: Annotated[bool, typer.Option("--mutual", help="In both directions.")] = False,
    silk_road_visa: Annotated[
        bool, typer.Option("--silk-road-visa", help="One electronic visa for the members.")
    ] = False,
    on: Annotated[str | None, typer.Option(help="The date, 2026-01-01; today by default.")] = None,
    known_by: Annotated[
        str | None, typer.Option(help="Use only what was known by this date.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Visits under another visa regime, with a band, deflection and spending.

    Example:  sogdia visits --origin KAZ --destination CHN --regime visa-free --on 2023-11-10
    """
    import dataclasses
    from datetime import date, timedelta

    from sogdia.core.errors import UnknownName
    from sogdia.core.states import CHINA, FIVE
    from sogdia.evidence.base import open_evidence
    from sogdia.evidence.choose import FAR_FUTURE
    from sogdia.models.people.question import ask_visits, joint_visa, known_regime
    from sogdia.models.people.regimes import regime_by_registry
    from sogdia.world.build import world

    def country(text: str) -> str:
        if text.upper() not in (CHINA, *FIVE):
            raise UnknownName("country of this model", text, (CHINA, *FIVE))
        return text.upper()

    day = parse_day(on, date.today())  # noqa: DTZ011  (the user's own today)
    known = parse_day(known_by, FAR_FUTURE)
    base = open_evidence()
    asked: dict[tuple[str, str], str] = {}
    if silk_road_visa:
        if destination is not None or mutual:
            raise typer.BadParameter("--silk-road-visa takes members, no --destination or --mutual")
        now = regime_by_registry(base, day - timedelta(days=1))
        asked = joint_visa(country(origin), [country(m) for m in members or FIVE], now)
    elif members or destination is None:
        raise typer.BadParameter("give --destination, or --silk-road-visa with its members")
    else:
        pair = (country(origin), country(destination))
        asked[pair] = known_regime(regime)
        if mutual:
            asked[pair[1], pair[0]] = known_regime(regime)
    answer = ask_visits(
        base,
        world(base, on=day, known_by=known if known_by else None),
        asked,
        instead_of=known_regime(instead_of) if instead_of else None,
        known_by=known,
    )
    if as_json:
        print_json(dataclasses.asdict(answer))
    else:
        _print_visits(answer)


def _print_visits(answer: VisitsAnswer) -> None:
    say(f"Visits a year, {answer.on}: the regime asked against that of the day before")
    rows: list[dict[str, Any]] = []
    uncounted: list[str] = []
    for c in answer.changes:
        asked = (c.origin, c.destination) in answer.asked
        if c.before is None and asked:
            uncounted.append(f"{c.origin}>{c.destination} {c.purpose}")
        if (c.before is None or c.change == 0.0) and not (asked and c.purpose == "visit"):
            continue
        rows.append(
            {
                "pair": f"{c.origin}>{c.destination}",
                "purpose": c.purpose,
                "year": c.year or "none",
                "regimes": f"{c.regime_before or 'unknown'} > {c.regime_after or 'unknown'}",
                "before": number(c.before),
                "after": number(c.after),
                "change": number(c.change),
                "band": f"{number(c.change_low)} to {number(c.change_high)}",
                "ratio": "unknown"
                if c.ratio is None
                else f"{number(c.ratio, 2)} ({number(c.ratio_low, 2)} to {number(c.ratio_high, 2)})",
            }
        )
    print_table(
        rows,
        [
            ("pair", "pair"), ("purpose", "purpose"), ("year", "counted"), ("regimes", "regime"),
            ("before", "before"), ("after", "after"), ("change", "change"), ("band", "band"),
            ("ratio", "by the regime alone"),
        ],
        right=frozenset({"before", "after", "change", "band", "ratio"}),
    )  # fmt: skip
    for c in answer.changes:
        if c.spending_usd:
            say(
                f"spending of the change, {c.origin}>{c.destination}: "
                f"{number(c.spending_usd / 1e6, 1)} million USD of 2024 a year "
                f"({number((c.spending_low_usd or 0.0) / 1e6, 1)} to "
                f"{number((c.spending_high_usd or 0.0) / 1e6, 1)})"
            )
    if all(c.change in (None, 0.0) for c in answer.changes):
        say(
            "no count changes: the regimes are the same, no count is known, or what a closed border does is not"
        )
    if uncounted:
        say("no count of: " + ", ".join(uncounted))
    say("visit counts every entry; the other purposes are parts of it. Study answers to no waiver.")
    say("assumed: " + "; ".join(answer.assumed))
    say("claims: " + ", ".join(answer.sources))


def consult(
    hospitals: Annotated[int, typer.Option(help="Hospitals connected abroad.")],
    cases_per_day: Annotated[float, typer.Option(help="Cases on a working day.", max=20_000)],
    specialists: Annotated[int | None, typer.Option(help="Specialists on duty at once.")] = None,
    open_h: Annotated[float | None, typer.Option(help="Hours both ends are open.")] = None,
    days: Annotated[float | None, typer.Option(help="Working days a year.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Length of a consultation.")] = None,
    mbit_per_s: Annotated[float | None, typer.Option(help="Bandwidth of one case.")] = None,
    cost_per_hour: Annotated[float | None, typer.Option(help="USD an hour of specialist.")] = None,
    cost_per_site: Annotated[float | None, typer.Option(help="USD a day of hospital.")] = None,
    on: Annotated[str | None, typer.Option(help="The date, for time zones; today.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Waits, load, bandwidth and cost of a network for remote consultation.

    Example:  sogdia consult --hospitals 90 --cases-per-day 100
    """
    from datetime import date

    from sogdia.evidence.base import open_evidence
    from sogdia.models.people.consult_question import ask_consult

    answer = ask_consult(
        open_evidence(),
        hospitals=hospitals,
        cases_per_day=cases_per_day,
        on=parse_day(on, date.today()),  # noqa: DTZ011  (the user's own today)
        specialists=specialists,
        changes={
            "open_h": open_h, "days_per_y": days, "stream_mbit_per_s": mbit_per_s,
            "consultation_h": None if minutes is None else minutes / 60.0,
            "specialist_usd_per_h": cost_per_hour, "site_usd_per_day": cost_per_site,
        },
    )  # fmt: skip
    if as_json:
        print_json(answer.as_dict())
    else:
        _print_consult(answer)


def _print_consult(answer: ConsultAnswer) -> None:
    n = answer.network
    total = sum(p.specialists for p in n.pools)
    say(
        f"{n.hospitals} hospitals, {number(n.cases_per_day, 1)} cases a working day, {total} "
        f"specialists on duty, {number(60 * n.consultation_h)} minutes a case, open "
        f"{number(n.open_h, 1)} h on {number(n.days_per_y)} days"
    )
    lines = (
        ("wait, mean", "open h", "wait_mean_h", 2), ("wait, P50", "open h", "wait_p50_h", 2),
        ("wait, P90", "open h", "wait_p90_h", 2),
        ("utilisation of specialists", "", "utilisation_share", 2),
        ("utilisation of a hospital's room", "", "site_utilisation_share", 3),
        ("cases served", "a year", "cases_per_y", 0), ("left over", "a year", "unserved_per_y", 0),
        ("bandwidth at the centre, mean", "Mbit/s", "bandwidth_mean_mbit_per_s", 0),
        ("bandwidth at the centre, all at once", "Mbit/s", "bandwidth_peak_mbit_per_s", 0),
        ("cost a case", "USD", "cost_per_case_usd", 0),
    )  # fmt: skip
    held = {"held": answer.service, "short": answer.service_short, "long": answer.service_long}
    print_table(
        [
            {"what": what, "unit": unit}
            | {
                key: number(
                    getattr(s, name),
                    digits,
                    "grows" if name.startswith("wait") else "unknown",
                )
                for key, s in held.items()
            }
            for what, unit, name, digits in lines
        ],
        [("what", ""), ("unit", "unit"), ("held", "central"), ("short", "short cases"),
         ("long", "long cases")],
        right=frozenset(held),
    )  # fmt: skip
    print_table(
        [
            {"speciality": p.speciality, "specialists": p.specialists,
             "cases": number(p.cases_per_day, 1), "load": number(p.utilisation_share, 2),
             "wait": number(p.wait_mean_h, 2, "grows")}
            for p in answer.service.pools
        ],
        [("speciality", "speciality"), ("specialists", "specialists"), ("cases", "cases a day"),
         ("load", "utilisation"), ("wait", "mean wait, open h")],
        right=frozenset({"specialists", "cases", "load", "wait"}),
    )  # fmt: skip
    say(
        f"the fewest specialists that keep up: {answer.keeps_up_with}; with a P90 of an hour at "
        f"most: {answer.wait_an_hour_with}"
    )
    if answer.service.status.message:
        say(answer.service.status.message)
    say("plan and outturn:")
    print_table(
        [
            {"id": o.id, "when": o.when, "what": o.what, "n": number(o.quantity), "unit": o.unit,
             "per_day": "" if o.per_day is None else number(o.per_day, 1)}
            for o in answer.outturn
        ],
        [("id", "row"), ("when", "when"), ("what", "what"), ("n", ""), ("unit", "unit"),
         ("per_day", "a calendar day")],
        right=frozenset({"n", "per_day"}),
    )  # fmt: skip
    if answer.saving_per_case_usd is not None:
        say(
            f"a patient in Henan saved about {number(answer.saving_per_case_usd)} USD a case "
            "(nominal, domestic travel)"
        )
    say("assumed: " + "; ".join(answer.assumed))


def exchanges(
    countries: Annotated[
        list[str] | None, typer.Argument(help="KAZ KGZ TJK TKM UZB; all five by default.")
    ] = None,
    show: Annotated[str, typer.Option(help="students, centres, culture, entries.")] = "students",
    start: Annotated[int, typer.Option("--from", help="First year.")] = 1992,
    end: Annotated[int | None, typer.Option("--to", help="Last year.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Students, language centres, archaeology and culture years, year by year.

    students: every count there is, rivals side by side; centres: open by the end of a year;
    culture: archaeology, restoration, science and culture years begun in a year; entries: the
    centres and projects one by one, with their sources.

    Example:  sogdia exchanges KAZ --show centres --from 2015
    """
    from sogdia.core.errors import UnknownName
    from sogdia.core.states import FIVE
    from sogdia.evidence.base import open_evidence
    from sogdia.models.people.exchanges import SERIES, entries
    from sogdia.models.people.exchanges import exchanges as read_exchanges

    views = (*SERIES, "entries")
    if show not in views:
        raise UnknownName("view", show, views)
    wanted = tuple(c.upper() for c in countries or FIVE)
    for c in wanted:
        if c not in FIVE:
            raise UnknownName("country of this model", c, FIVE)
    base = open_evidence()
    if show == "entries":
        rows = [
            r
            for r in entries(base, wanted).rows()
            if r["began"] is None or start <= int(r["began"][:4]) <= (end or 9999)
        ]
        columns = [
            ("id", "id"), ("began", "began"), ("countries", "countries"), ("kind", "kind"),
            ("name", "name"), ("place", "place"), ("source_title", "source"),
        ]  # fmt: skip
        said = f"{len(rows)} entries; one without a day has none in its row; --json has all"
    else:
        rows = list(read_exchanges(base, wanted, what=(show,), start=start, end=end).rows())
        columns = [
            ("series", "series"), ("country", "country"), ("year", "year"), ("amount", "amount"),
            ("unit", "unit"), ("note", "note"), ("source", "source"),
        ]  # fmt: skip
        said = {
            "students": "each count as published; counts of other scope are other series",
            "centres": "closures are not recorded, so what is open is an upper bound",
            "culture": "an entry of several states counts in each, so states are not added up",
        }[show]
    if as_json:
        print_json(rows)
        return
    shown = [
        r
        | {"kind": str(r.get("kind", "")).replace("_", " ")}
        | {"series": str(r.get("series", "")).replace("_", " ")}
        | ({"amount": number(r["amount"])} if "amount" in r else {})
        for r in rows
    ]
    print_table(shown, columns, right=frozenset({"year", "amount"}))
    say(said)
