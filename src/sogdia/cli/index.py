"""index: rank the five states by a composite index of the linkages, with intervals."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.output import number, print_json, print_table, say

if TYPE_CHECKING:
    from sogdia.core.table import Table
    from sogdia.models.linkage_index.panel import Panel
    from sogdia.models.linkage_index.solve_uncertainty import Choices
    from sogdia.models.linkage_index.study import IndexOfYear

__all__ = ["register"]

On = Annotated[int, typer.Option("--on", help="The year.")]
Draws = Annotated[int, typer.Option(help="Draws of choices and weights.", min=100)]
Seed = Annotated[int, typer.Option(help="Seed of the draws.")]
Missing = Annotated[
    list[str] | None, typer.Option(help="carry, skip or mean (repeat; the first is central).")
]
Normalise = Annotated[
    list[str] | None, typer.Option(help="min-max, z-score, rank or distance (repeat).")
]
Weights = Annotated[list[str] | None, typer.Option(help="equal, given or pca (repeat).")]
Aggregate = Annotated[
    list[str] | None, typer.Option(help="arithmetic, geometric or borda (repeat).")
]
Spread = Annotated[
    float, typer.Option(help="How far a weight is drawn from its scheme, 0 to 1.", min=0, max=1)
]
Explain = Annotated[
    str | None, typer.Option(help="What the score of this country is made of, ISO3.")
]
History = Annotated[bool, typer.Option("--history", help="Every year and phase as well.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print the ranks as CSV.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(index)


def index(
    on: On = 2023, draws: Draws = 10_000, seed: Seed = 0, missing: Missing = None,
    normalise: Normalise = None, weights: Weights = None, aggregate: Aggregate = None,
    spread: Spread = 1.0, explain: Explain = None, history: History = False,
    as_json: Json = False, as_csv: Csv = False,
) -> None:  # fmt: skip
    """Rank the five states by a composite index of five linkages; every rank with its interval.

    Example:  sogdia index --on 2023
    """
    from sogdia.evidence.base import open_evidence
    from sogdia.models.linkage_index.panel import read_panel
    from sogdia.models.linkage_index.study import index_of

    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv exclude each other")
    panel = read_panel(open_evidence(), last_year=on)
    choices = _choices(missing, normalise, weights, aggregate, spread)
    country = _country(panel, explain)
    found = index_of(panel, on, choices=choices, draws=draws, seed=seed)
    tables: dict[str, Table] = {
        "ranks": found.ranks, "rank_shares": found.shares, "linkages": found.linkages,
        "sensitivity": found.sensitivity, "flips": found.flips, "gaps": found.gaps,
    }  # fmt: skip
    if country is not None:
        from sogdia.models.linkage_index.explain import explained

        tables["explained"] = explained(panel, on, country, choices=choices)
    if history:
        from sogdia.models.linkage_index.history import history_of

        tables["years"], tables["phases"] = history_of(panel, choices=choices, seed=seed)
    if as_json:
        print_json(_plain(found, seed, tables))
    elif as_csv:
        writer = csv.DictWriter(
            sys.stdout, fieldnames=list(found.ranks.schema.names), lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(found.ranks.rows())
    else:
        _print(found, panel, tables, country)


def _choices(
    missing: list[str] | None,
    normalise: list[str] | None,
    weights: list[str] | None,
    aggregate: list[str] | None,
    spread: float,
) -> Choices:
    from sogdia.models.linkage_index.solve_uncertainty import Choices

    plain = Choices()
    return Choices(
        missing=tuple(missing or plain.missing),
        normalisation=tuple(normalise or plain.normalisation),
        scheme=tuple(weights or plain.scheme),
        aggregation=tuple(aggregate or plain.aggregation),
        spread=spread,
    )


def _country(panel: Panel, name: str | None) -> str | None:
    from sogdia.core.errors import UnknownName

    if name is None:
        return None
    if name.upper() not in panel.countries:
        raise UnknownName("country of the index", name, panel.countries)
    return name.upper()


def _plain(found: IndexOfYear, seed: int, tables: dict[str, Table]) -> dict[str, Any]:
    choices = found.choices
    return {
        "year": found.year, "draws": found.draws, "seed": seed,
        "combinations": found.combinations,
        "choices": {
            "missing": choices.missing, "normalisation": choices.normalisation,
            "scheme": choices.scheme, "aggregation": choices.aggregation,
            "spread": choices.spread,
        },
        "status": {"state": found.status.state, "message": found.status.message},
        **{name: list(table.rows()) for name, table in tables.items()},
    }  # fmt: skip


def _print(found: IndexOfYear, panel: Panel, tables: dict[str, Table], country: str | None) -> None:
    _print_ranks(found, panel)
    if country is not None:
        _print_explained(tables["explained"], country, found)
    else:
        _print_causes(found)
        _print_flips(found)
    if "phases" in tables:
        _print_history(tables, country)
    _print_notes(found, country)


def _interval(row: dict[str, Any]) -> str:
    return f"{row['rank_count']:g} ({row['rank_low_count']:g}-{row['rank_high_count']:g})"


def _print_ranks(found: IndexOfYear, panel: Panel) -> None:
    parts: dict[tuple[str, str], dict[str, Any]] = {
        (r["country"], r["linkage"]): r for r in found.linkages.rows()
    }
    ids = [linkage.id for linkage in panel.tree.linkages]
    lines: list[dict[str, Any]] = []
    for r in sorted(found.ranks.rows(), key=lambda r: (r["rank_count"] is None, r["rank_count"])):
        lines.append(
            {
                "country": r["country"],
                "rank": "unknown" if r["rank_count"] is None else _interval(r),
                "every": f"{r['rank_best_count']:g}-{r['rank_worst_count']:g}",
                "first": number(100 * r["first_share"], 0),
                "score": f"{number(r['score_index'], 2)} "
                f"({number(r['score_low_index'], 2)}-{number(r['score_high_index'], 2)})",
                **{k: number(parts[r["country"], k]["score_index"], 2) for k in ids},
            }
        )
    print_table(
        lines,
        [
            ("country", ""), ("rank", "rank (90 %)"), ("every", "all choices"),
            ("first", "first, %"), ("score", "score (90 %)"), *((k, k) for k in ids),
        ],
        title=f"Composite index of five linkages, {found.year}; scores by the central choices: "
        f"{', '.join(_central(found.choices))}",
        right=frozenset({"first", *ids}),
    )  # fmt: skip
    say(
        f"rank (90 %): over {found.draws:,} draws of choices and weights; all choices: over "
        f"{found.combinations} combinations, weights as the scheme has them"
    )


def _print_causes(found: IndexOfYear) -> None:
    rows = list(found.sensitivity.rows())
    outputs = [(r["output"], r["country"]) for r in rows if r["output"] != "standing"]
    factors = list(dict.fromkeys(r["factor"] for r in rows))
    at = {(r["output"], r["country"], r["factor"]): r for r in rows}
    lines: list[dict[str, Any]] = []
    for output, country in dict.fromkeys(outputs):
        line: dict[str, Any] = {"what": f"{output} {country}"}
        for factor in factors:
            r = at[output, country, factor]
            first, total = (number(r[f"{k}_share"], 2, "-") for k in ("first", "total"))
            line[factor] = f"{first} / {total}"
        lines.append(line)
    say()
    print_table(
        lines,
        [("what", ""), *((f, f) for f in factors)],
        title="What moves the ranks: share of their variance, alone / with the others",
        right=frozenset(factors),
    )


def _print_flips(found: IndexOfYear) -> None:
    lines: list[dict[str, Any]] = [
        {
            "pair": f"{r['ahead']} before {r['behind']}",
            "lead": number(r["lead_index"], 3),
            "linkage": r["linkage"] or "none alone",
            "change": ""
            if not r["linkage"]
            else f"{number(r['weight_share'], 3)} to {number(r['tied_weight_share'], 3)}",
        }
        for r in found.flips.rows()
    ]
    say()
    if not lines:
        say("pairs: no closed form for a geometric mean or for unknown linkages")
        return
    print_table(
        lines,
        [("pair", ""), ("lead", "lead"), ("linkage", "linkage"), ("change", "tied when its weight goes from")],
        title="The smallest change of one linkage's weight at which a pair ties, central choices",
        right=frozenset({"lead"}),
    )  # fmt: skip


def _print_explained(table: Table, country: str, found: IndexOfYear) -> None:
    lines: list[dict[str, Any]] = []
    for r in table.rows():
        grounds = r["grounds"].split(";") if r["grounds"] else []
        more = f" and {len(grounds) - 2} more" if len(grounds) > 2 else ""
        lines.append(
            {
                "linkage": r["linkage"], "title": r["title"],
                "value": number(r["value_amount"], 3).rstrip("0").rstrip("."),
                "unit": "" if r["unit"] == "1" else r["unit"],
                "state": r["state"] + (f" {r['year']}" if r["state"] == "carried" else ""),
                "z": number(r["normalised_index"], 2, "-"),
                "weight": number(100 * r["weight_share"], 1),
                "part": number(r["part_index"], 3, "-"),
                "grounds": ", ".join(grounds[:2]) + more,
            }
        )  # fmt: skip
    say()
    print_table(
        lines,
        [
            ("linkage", "linkage"), ("title", "indicator"), ("value", "value"), ("unit", "unit"),
            ("state", ""), ("z", "normalised"), ("weight", "weight, %"), ("part", "part"),
            ("grounds", "grounds"),
        ],
        title=f"{country} in {found.year}, by the central choices",
        right=frozenset({"value", "z", "weight", "part"}),
    )  # fmt: skip


def _print_history(tables: dict[str, Table], country: str | None) -> None:
    for name, key, title in (
        ("years", "year", "By year"), ("phases", "years", "By phase"),
    ):  # fmt: skip
        rows = list(tables[name].rows())
        wanted = [country] if country else list(dict.fromkeys(r["country"] for r in rows))
        lines: dict[Any, dict[str, Any]] = {}
        for r in rows:
            if r["country"] in wanted:
                line = lines.setdefault(r[key], {"when": r[key]})
                line[r["country"]] = f"{number(r['score_index'], 2)}; {_interval(r)}"
        say()
        print_table(
            list(lines.values()),
            [("when", ""), *((c, c) for c in wanted)],
            title=f"{title}: score, normalised over all years; rank with its 90 % interval",
        )


def _print_notes(found: IndexOfYear, country: str | None) -> None:
    rows = [r for r in found.gaps.rows() if country in {None, r["country"]}]
    for state in ("missing", "carried"):
        named = [
            f"{r['country']} {r['indicator']}" + (f" {r['from_year']}" if r["from_year"] else "")
            for r in rows
            if r["state"] == state
        ]
        if named:
            say(f"{state}: {', '.join(named)}")
    same = dict.fromkeys(r["indicator"] for r in rows if r["state"] == "same for all")
    if same:
        say(f"left out, the same for all or of one state only: {', '.join(same)}")
    if found.status.message:
        say(f"note: {found.status.message}")


def _central(choices: Choices) -> tuple[str, ...]:
    return (
        choices.missing[0], choices.normalisation[0], choices.scheme[0], choices.aggregation[0]
    )  # fmt: skip
