"""From a number to the claims and measures it rests on.

The number of an origin and destination is made by the legs of its first route; each leg rests on
the claims believed about its links, posts and transfers on that date. The legs have shares of the
number; the claims behind one leg make its amount together, so each of their lines shows the leg's
share.

Which claims bear on a number is told by the formula of the transport costs: each variable enters
some of the quantities and no other. A claim that does not bear is listed apart. A claim of a
variable that no formula names counts as bearing.
"""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
# The stubs of pyarrow leave the types of columns open.

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sogdia.core.errors import InvalidInput, NoRoute, Problem, UnknownName
from sogdia.core.register import register, unit_of_column
from sogdia.core.table import Table
from sogdia.results.store import Run

__all__ = ["LegShare", "Trace", "TraceLine", "lines_about", "trace"]

MEASURE_MARK = "measure:"
ZONE_MARK = "zone:"
DAYS_A_YEAR = 365.25
TOLERANCE = 1e-6
"""Relative gap between the legs' sum and the number that rounding explains."""

DWELL = frozenset(
    {
        "dwell_mean_h", "dwell_p50_h", "dwell_p90_h", "dwell_p90_over_p50_ratio",
        "dwell_history_ratio",
    }
)  # fmt: skip
TIME = DWELL | {"length_km", "speed_km_per_h", "line_speed_km_per_h", "rail_speed_ratio"}
MONEY = frozenset(
    {
        "length_km", "rate_usd2023_per_tkm", "border_fee_usd2023_per_t", "fee_usd2023_per_t",
        "fee_usd2023_per_teu", "transfer_fee_usd2023_per_teu", "transfer_fee_usd2023_per_t",
        "loading_t_per_teu",
    }
)  # fmt: skip
WORTH = frozenset({"value_usd2023_per_t", "time_value_per_day_share", "reliability_ratio"})
ENTERS: tuple[tuple[str, frozenset[str]], ...] = (
    ("gencost", TIME | MONEY | WORTH),
    ("access_cost", TIME | MONEY | WORTH),
    ("access_time", TIME),
    ("money", MONEY),
    ("emission", frozenset({"length_km", "emission_kgco2_per_tkm"})),
    ("time", TIME),
    ("border", DWELL),
    ("distance", frozenset({"length_km"})),
)
"""By the beginning of a variable: the variables that enter its formula."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceLine:
    """One claim or measure behind a number.

    Attributes
    ----------
    share : float
        Of the number: the share of the leg it stands behind, 0 when it does not bear on the
        number. For a zone: the share of the zone's routes that use the entity. NaN where the
        number has no parts to share.
    leg : int or None
        Position along the route; None where there is no single route.
    entity, variable : str
        What the claim is about.
    claim : str
        Claim id, or ``measure:<id>``.
    value : str
        As published, with its unit.
    source_title, url, locator, tier, basis : str
        Of a measure, tier and basis are "scenario" and "measure".
    age_y : float or None
        Years from the statement (or, undated, the time it holds from) to the date of the number;
        negative when it was stated later. None when the claim has no date.
    assumed : bool
        Whether the basis is "assumed".
    carried : bool
        Whether the claim does not cover the date itself.
    """

    share: float
    leg: int | None
    entity: str
    variable: str
    claim: str
    value: str
    source_title: str
    url: str
    locator: str
    tier: str
    basis: str
    age_y: float | None
    assumed: bool
    carried: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LegShare:
    """One leg and what it contributes. The shares of the legs of a number sum to 1."""

    leg: int
    kind: str
    name: str
    entities: tuple[str, ...]
    amount: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a number rests on.

    Attributes
    ----------
    amount, unit
        The number.
    legs : tuple of LegShare
        Along the route; empty for a zone.
    lines : tuple of TraceLine
        Claims and measures that bear on the number, largest share first.
    others : tuple of TraceLine
        Claims about the same entities that its formula does not read.
    untraced : tuple of str
        Entities on the way that no bearing claim or measure stands behind.
    assumed_share : float
        Share of the number in legs whose links or stops rest on a claim of basis "assumed"; a leg
        of several links counts by how many of them do. For a zone the mean over its pairs, by
        generalised cost; NaN when the run kept no route of it.
    notes : tuple of str
        What a reader must know beside the number.
    """

    run: str
    variable: str
    entity: str
    on: date
    commodity: str | None
    amount: float
    unit: str
    legs: tuple[LegShare, ...]
    lines: tuple[TraceLine, ...]
    others: tuple[TraceLine, ...]
    untraced: tuple[str, ...]
    assumed_share: float
    notes: tuple[str, ...]

    def rows(self) -> Iterator[dict[str, Any]]:
        """One dict a line, largest share first."""
        return (asdict(line) for line in self.lines)

    def __repr__(self) -> str:
        return (
            f"<Trace of {self.variable} {self.entity} on {self.on}: {self.amount:g} {self.unit}; "
            f"{len(self.lines)} claims, {self.assumed_share:.0%} assumed>"
        )


def trace(
    run: Run,
    variable: str,
    entity: str,
    *,
    on: date | None = None,
    commodity: str | None = None,
) -> Trace:
    """The claims and measures a number of a run rests on.

    Parameters
    ----------
    run : Run
        With the tables `skim`, `route`, `lineage` and `claim`; `measure` where a scenario has any,
        `indicator` for a zone, and `zones` for a country.
    variable : str
        A number column of `skim`, or an indicator.
    entity : str
        ``origin>destination`` (zones, with or without ``zone:``), or the entity of an indicator.
    on : date, optional
        Needed when the run has several.
    commodity : str, optional
        Needed for a pair when the run has several; for an indicator, its group.

    Raises
    ------
    UnknownName
        When the variable, entity, date or commodity is not in the run.
    InvalidInput
        When the date or commodity must be said and was not, or the lineage names a claim that the
        run lacks.
    NoRoute
        When the pair is not connected.
    """
    if ">" in entity:
        return _trace_pair(run, variable, entity, on, commodity)
    return _trace_zone(run, variable, entity, on, commodity)


def lines_about(run: Run, on: date, names: Iterable[str], *, share: float) -> tuple[TraceLine, ...]:
    """The measures in force on a date, then the claims behind entities; all with one share."""
    book = _book(run, on)
    moved = [
        (f"{MEASURE_MARK}{r['id']}", r["entity"], r["variable"], False)
        for r in (run["measure"].rows() if "measure" in run else ())
        if r["on"] <= on and (r["until"] is None or on < r["until"])
    ]
    behind = [
        (claim, name, about, carried)
        for name in dict.fromkeys(names)
        for claim, about, carried in book.behind(name)
        if not claim.startswith(MEASURE_MARK)
    ]
    return tuple(
        book.line(claim, name, about, carried, share, None)
        for claim, name, about, carried in (*dict.fromkeys(moved), *behind)
    )


def _trace_pair(
    run: Run, variable: str, entity: str, on: date | None, commodity: str | None
) -> Trace:
    skim = run["skim"]
    numbers = [c.name for c in skim.schema.columns if c.type == "number"]
    if variable not in numbers:
        raise UnknownName("number column of skim", variable, numbers)
    first, _, last = entity.partition(">")
    origin = _zone(skim, "origin", first)
    destination = _zone(skim, "destination", last)
    when = _chosen(skim, "on", on)
    goods = _chosen(skim, "commodity", commodity)
    here = {"on": when, "origin": origin, "destination": destination, "commodity": goods}
    found = _rows(skim, here)
    amount = found[0][variable] if found else None
    if amount is None:
        pair = f"{origin} to {destination}"
        raise NoRoute(f"{pair} has no {variable} for {goods} on {when}: no route")
    legs, notes = _legs(_rows(run["route"], {**here, "alternative": 1}), variable, amount)
    book = _book(run, when)
    lines: list[TraceLine] = []
    others: list[TraceLine] = []
    untraced: list[str] = []
    assumed = 0.0
    for leg, candidates in legs:
        on_assumed: set[str] = set()
        for name in candidates:
            bearing = 0
            for claim, about, carried in book.behind(name):
                bears = _bears(about, variable)
                line = book.line(claim, name, about, carried, leg.share if bears else 0.0, leg.leg)
                (lines if bears else others).append(line)
                bearing += bears
                if bears and line.assumed:
                    on_assumed.add(name)
            if not bearing and name in leg.entities:
                untraced.append(name)
        own = [name for name in leg.entities if name in on_assumed]
        assumed += leg.share * len(own) / max(len(leg.entities), 1)
    unit = unit_of_column(variable) or ""
    return Trace(
        run=run.id,
        variable=variable,
        entity=f"{origin}>{destination}",
        on=when,
        commodity=goods,
        amount=amount,
        unit=unit,
        legs=tuple(leg for leg, _ in legs),
        lines=_ranked(lines),
        others=_ranked(others),
        untraced=tuple(dict.fromkeys(untraced)),
        assumed_share=min(assumed, 1.0),
        notes=tuple(notes),
    )


def _legs(
    rows: list[dict[str, Any]], variable: str, amount: float
) -> tuple[list[tuple[LegShare, tuple[str, ...]]], list[str]]:
    """The legs with their shares, and with every entity a claim behind them may be about."""
    column = "time_h" if variable == "border_h" else variable
    notes: list[str] = []
    if not rows:
        raise InvalidInput(
            [
                Problem(
                    where="table route",
                    what="has no first route for a pair that skim says is connected",
                    fix="run again",
                )
            ]
        )
    if column not in rows[0]:
        known = [n for n in rows[0] if unit_of_column(n) is not None]
        raise UnknownName("column that route splits into legs", column, known)
    rows.sort(key=lambda r: r["leg"])
    counted = [r for r in rows if variable != "border_h" or r["kind"] == "border"]
    absent = [str(r["leg"]) for r in counted if r[column] is None]
    if absent:
        notes.append(f"legs {', '.join(absent)} have no {column}; their share shows as 0")
    total = sum(r[column] or 0.0 for r in counted)
    if abs(total - amount) > TOLERANCE * max(abs(total), abs(amount)):
        why = (
            "quantiles of legs do not add up, so shares are of the legs' own sum"
            if "_p50" in variable or "_p90" in variable
            else "shares are of the first route's sum"
        )
        sums = f"the legs of the first route sum to {total:g} and the number is {amount:g}"
        notes.append(f"{sums}: {why}")
    if total == 0.0:
        notes.append("the legs sum to 0, so none has a share")
    legs: list[tuple[LegShare, tuple[str, ...]]] = []
    for row in counted:
        entities = tuple(filter(None, (row["entities"] or "").split(";")))
        tariff = f"mode:{(row['mode'] or '').partition('-')[0]}/{row['country'] or ''}"
        goods = row["commodity"]
        value = row[column] or 0.0
        share = value / total if total else 0.0
        leg = LegShare(
            leg=row["leg"],
            kind=row["kind"] or "",
            name=row["name"] or "",
            entities=entities,
            amount=value,
            share=share,
        )
        candidates = dict.fromkeys((*entities, tariff, f"class:{goods}", goods))
        legs.append((leg, tuple(candidates)))
    return legs, notes


def _trace_zone(run: Run, variable: str, entity: str, on: date | None, group: str | None) -> Trace:
    indicator = run["indicator"]
    known = _distinct(indicator, "variable")
    if variable not in known:
        raise UnknownName("indicator", variable, known)
    of_variable = _filtered(indicator, {"variable": variable, "draw": 0})
    entities = _distinct(of_variable, "entity")
    name = entity if entity in entities else ZONE_MARK + entity
    if name not in entities:
        hint = "" if "skim" not in run else 'For a pair say "origin>destination".'
        raise UnknownName(f"entity with {variable}", entity, entities, hint=hint)
    of_entity = _filtered(of_variable, {"entity": name})
    when = _chosen(of_entity, "on", on)
    there = _filtered(of_entity, {"on": when})
    goods = _chosen(there, "group", group)
    row = _rows(there, {"group": goods})[0]
    if row["amount"] is None:
        raise NoRoute(f"{variable} of {name} on {when} is absent: there is no number to trace")
    members = _members(run, name)
    routes = _filtered(run["route"], {"on": when, "alternative": 1})
    touches = pc.or_(
        pc.is_in(routes.arrow.column("origin"), pa.array(members)),
        pc.is_in(routes.arrow.column("destination"), pa.array(members)),
    )
    mine = routes.arrow.filter(touches)
    if goods and goods in pc.unique(mine.column("commodity")).to_pylist():
        mine = mine.filter(pc.equal(mine.column("commodity"), pa.scalar(str(goods))))
    book = _book(run, when)
    used, pairs, assumed = _usage(mine, book)
    lines: list[TraceLine] = []
    untraced: list[str] = []
    for member in members:
        lines += [
            book.line(c, member, about, carried, 1.0, None)
            for c, about, carried in book.behind(member)
        ]
    for used_entity, count in used.items():
        behind = book.behind(used_entity)
        lines += [
            book.line(c, used_entity, about, carried, count / pairs, None)
            for c, about, carried in behind
        ]
        if not behind and not used_entity.startswith(("mode:", "class:")):
            untraced.append(used_entity)
    notes = ["shares are of the zone's routes that use the entity, so they do not sum to 1"]
    if not pairs:
        notes.append("the run kept no route that begins or ends here; trace a pair to see legs")
    return Trace(
        run=run.id,
        variable=variable,
        entity=name,
        on=when,
        commodity=goods or None,
        amount=row["amount"],
        unit=row["unit"] or "",
        legs=(),
        lines=_ranked(lines),
        others=(),
        untraced=tuple(untraced),
        assumed_share=assumed,
        notes=tuple(notes),
    )


def _members(run: Run, name: str) -> list[str]:
    """The zones behind an entity: itself, or the zones of a country when the run has `zones`."""
    if "zones" in run:
        zones = run["zones"]
        inside = [z for z, c in zip(zones["id"], zones["country"], strict=True) if name in (z, c)]
        if inside:
            return inside
    route = run["route"]
    known = sorted({*_distinct(route, "origin"), *_distinct(route, "destination")})
    bare = name.removeprefix(ZONE_MARK)
    found = [k for k in known if k.removeprefix(ZONE_MARK) == bare]
    if not found:
        hint = "" if "zones" in run else "(for a country the run needs the table zones)"
        raise UnknownName("zone of the routes", name, known, hint=hint)
    return found


def _usage(routes: pa.Table, book: _Book) -> tuple[Counter[str], int, float]:
    """How many routes use each entity, how many routes there are, and the mean assumed share."""
    used: Counter[str] = Counter()
    by_route: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in routes.to_pylist():
        by_route.setdefault((row["origin"], row["destination"], row["commodity"]), []).append(row)
    assumed = 0.0
    column = "gencost_usd2023_per_t"
    for rows in by_route.values():
        total = sum(r[column] or 0.0 for r in rows)
        legs, _ = _legs(rows, column, total)
        names = {
            n for leg, candidates in legs for n in candidates if n in book or n in leg.entities
        }
        used.update(names)
        assumed += sum(
            leg.share
            * sum(
                any(
                    book.is_assumed(claim) and _bears(about, column)
                    for claim, about, _ in book.behind(n)
                )
                for n in leg.entities
            )
            / max(len(leg.entities), 1)
            for leg, _ in legs
        )
    return used, len(by_route), assumed / len(by_route) if by_route else math.nan


BOOKS_KEPT = 2
_books: dict[tuple[str, str, date], _Book] = {}


def _book(run: Run, on: date) -> _Book:
    """The book of a run, kept for the next trace: a finished run does not change."""
    key = (str(run.folder), run.id, on)
    if key not in _books:
        if len(_books) >= BOOKS_KEPT:
            _books.clear()
        _books[key] = _Book.read(run, on)
    # Another thread may have emptied the shelf meanwhile.
    return _books.get(key) or _Book.read(run, on)


@dataclass(frozen=True, slots=True)
class _Book:
    """Lineage, claims and measures of one date, by entity and by id."""

    on: date
    lineage: Mapping[str, tuple[tuple[str, str, bool], ...]]
    claims: Mapping[str, dict[str, Any]]
    measures: Mapping[tuple[str, str, str], dict[str, Any]]

    @classmethod
    def read(cls, run: Run, on: date) -> _Book:
        lineage: dict[str, list[tuple[str, str, bool]]] = {}
        for row in _rows(run["lineage"], {"on": on}):
            entry = (row["claim"], row["variable"], bool(row["carried"]))
            lineage.setdefault(row["entity"], []).append(entry)
        measures: dict[tuple[str, str, str], dict[str, Any]] = {}
        for row in run["measure"].rows() if "measure" in run else ():
            measures[row["id"], row["entity"], row["variable"]] = row
            measures.setdefault((row["id"], "", ""), row)
        return cls(
            on,
            {k: tuple(v) for k, v in lineage.items()},
            {row["id"]: row for row in run["claim"].rows()},
            measures,
        )

    def __contains__(self, entity: str) -> bool:
        return entity in self.lineage

    def behind(self, entity: str) -> tuple[tuple[str, str, bool], ...]:
        """(claim, variable, carried) of everything that stands behind an entity."""
        return self.lineage.get(entity, ())

    def is_assumed(self, claim: str) -> bool:
        """Whether a claim has basis "assumed"; a measure has not."""
        return not claim.startswith(MEASURE_MARK) and self._claim(claim)["basis"] == "assumed"

    def line(
        self, claim: str, entity: str, variable: str, carried: bool, share: float, leg: int | None
    ) -> TraceLine:
        """One claim or measure, written out."""
        if claim.startswith(MEASURE_MARK):
            row = self._measure(claim, entity, variable)
            stated = row["on"]
            text = {
                "value": row["text"] or "",
                "source_title": row["source"] or "",
                "url": "",
                "locator": row["why"] or "",
                "tier": "scenario",
                "basis": "measure",
            }
        else:
            row = self._claim(claim)
            stated = row["stated_on"] or row["holds_from"]
            text = {
                "value": _published(row),
                "source_title": row["source_title"] or "",
                "url": row["source_url"] or "",
                "locator": row["locator"] or "",
                "tier": row["tier"] or "",
                "basis": row["basis"] or "",
            }
        age = (self.on - stated).days / DAYS_A_YEAR if stated is not None else None
        return TraceLine(
            share=share,
            leg=leg,
            entity=entity,
            variable=variable,
            claim=claim,
            age_y=age,
            assumed=text["basis"] == "assumed",
            carried=carried,
            **text,
        )

    def _claim(self, name: str) -> dict[str, Any]:
        if name not in self.claims:
            raise _broken("claim", name)
        return self.claims[name]

    def _measure(self, name: str, entity: str, variable: str) -> dict[str, Any]:
        bare = name.removeprefix(MEASURE_MARK)
        row = self.measures.get((bare, entity, variable)) or self.measures.get((bare, "", ""))
        if row is None:
            raise _broken("measure", bare)
        return row


def _bears(about: str, variable: str) -> bool:
    """Whether a claim about one variable enters the formula of another.

    Of a variable that is not in the list of formulas every number may.
    """
    enters = next((names for start, names in ENTERS if variable.startswith(start)), None)
    if enters is not None:
        return about in enters
    known = register().get(about)
    return known.is_number if known is not None else unit_of_column(about) is not None


def _published(row: Mapping[str, Any]) -> str:
    low, high = row["low_text"] or "", row["high_text"] or ""
    band = f" ({low} to {high})" if low or high else ""
    return f"{row['amount_text'] or ''}{band} {row['unit'] or ''}".strip()


def _ranked(lines: Iterable[TraceLine]) -> tuple[TraceLine, ...]:
    return tuple(sorted(lines, key=lambda x: (-x.share, x.leg or 0, x.entity, x.variable, x.claim)))


def _zone(skim: Table, column: str, name: str) -> str:
    known = _distinct(skim, column)
    bare = name.strip().removeprefix(ZONE_MARK)
    # A name exactly as written comes first: a city may be called like the zone around it.
    for spelled in (name.strip(), ZONE_MARK + bare, bare):
        if spelled in known:
            return spelled
    raise UnknownName(column, name, known)


def _chosen(table: Table, column: str, value: Any) -> Any:
    """The value asked for, or the only one there is."""
    known = _distinct(table, column)
    if value is not None:
        if value not in known:
            raise UnknownName(column, str(value), [str(k) for k in known])
        return value
    if len(known) == 1:
        return known[0]
    raise InvalidInput(
        [
            Problem(
                where=f"trace, {column}",
                what="must be said, the run has several",
                allowed=", ".join(str(k) for k in known),
            )
        ]
    )


def _distinct(table: Table, column: str) -> list[Any]:
    values = pc.unique(table.arrow.column(column)).to_pylist()
    return sorted(v for v in values if v is not None) or values


def _filtered(table: Table, wanted: Mapping[str, Any]) -> Table:
    arrow = table.arrow
    for name, value in wanted.items():
        column = arrow.column(name)
        mask = (
            pc.is_null(column) if value is None else pc.equal(column, pa.scalar(value, column.type))
        )
        arrow = arrow.filter(mask)
    return Table(table.schema, arrow)


def _rows(table: Table, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(_filtered(table, wanted).rows())


def _broken(kind: str, name: str) -> InvalidInput:
    return InvalidInput(
        [
            Problem(
                where="table lineage",
                what=f"names a {kind} that the run does not have",
                got=name,
                allowed=f"an id of the table {kind}",
                fix="run again",
            )
        ]
    )
