"""Measures on the network, its borders, rates and visas, and what each one touches.

A measure sets values on a dated interval, from `on` until `until` (not included). Measures do not
multiply one another, so their order never matters; two that touch the same thing at the same time
are refused (`sogdia.scenario.scenario.clashes`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, Self, cast, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator

from sogdia.core.draws import uniform
from sogdia.core.errors import nearest
from sogdia.core.estimate import Estimate
from sogdia.scenario.quantity import Change, Fault, Level, Quantity, quantity_parser, refusal

__all__ = [
    "VISA_REGIMES",
    "CloseCrossing",
    "CloseLink",
    "CrossingSelector",
    "LinkSelector",
    "Measure",
    "OpenCrossing",
    "OpenLink",
    "SetCapacity",
    "SetDwell",
    "SetFee",
    "SetHours",
    "SetRate",
    "SetVisa",
    "Targets",
    "UpgradeLink",
    "field_name",
]

VisaRegime = Literal[
    "visa_free", "visa_on_arrival", "evisa", "visa_required", "closed", "joint_visa"
]
VISA_REGIMES: tuple[VisaRegime, ...] = get_args(VisaRegime)

SINGULAR: dict[str, str] = {
    "links": "link",
    "crossings": "crossing",
    "transfers": "transfer",
    "tariffs": "tariff",
    "loans": "loan",
    "cables": "cable",
    "consultations": "consultation",
    "plants": "plant",
    "power_lines": "power_line",
    "pipelines": "pipeline",
    "gas_countries": "gas_country",
}
"""A measure may name one target or several; inside, it is always several."""

CAPACITY_COLUMNS = {
    ("links", "train/day"): "capacity_trains_per_day",
    ("links", "t/year"): "capacity_t_per_y",
    ("links", "teu/year"): "capacity_teu_per_y",
    ("crossings", "train/day"): "capacity_per_day",
    ("crossings", "truck/day"): "capacity_per_day",
    ("transfers", "train/day"): "capacity_per_day",
    ("transfers", "truck/day"): "capacity_per_day",
    ("transfers", "1/day"): "capacity_per_day",
    ("transfers", "teu/year"): "capacity_teu_per_y",
    ("transfers", "t/year"): "capacity_t_per_y",
}
FEE_COLUMNS = {
    ("crossings", "usd2023/t"): "fee_usd2023_per_t",
    ("transfers", "usd2023/t"): "fee_usd2023_per_t",
    ("transfers", "usd2023/teu"): "fee_usd2023_per_teu",
}
DWELL_COLUMNS = ("dwell_mean_h", "dwell_p50_h", "dwell_p90_h")
MOVES_WITH = {"p90": "dwell"}
"""Fields drawn together with another."""


def _iso3(value: object) -> str:
    if isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper():
        return value
    raise refusal(
        Fault(field="", what="is not a country code", got=repr(value), allowed="ISO3, as KAZ")
    )


def _several(value: object) -> tuple[object, ...]:
    """The items of a list; none when it is no list."""
    return tuple(cast("list[object]", value)) if isinstance(value, list | tuple) else ()


def _iso3s(value: object) -> tuple[str, ...]:
    items = _several(value)
    return tuple(sorted({_iso3(item) for item in items})) if items else (_iso3(value),)


def _two(value: object) -> tuple[str, ...]:
    found = _iso3s(value)
    if len(found) != 2:
        raise refusal(
            Fault(
                field="",
                what="between takes two countries",
                got=", ".join(found),
                allowed='["CHN", "KAZ"]',
            )
        )
    return found


Country = Annotated[str, PlainValidator(_iso3)]
Countries = Annotated[tuple[str, ...], PlainValidator(_iso3s)]
TwoCountries = Annotated[tuple[str, ...], PlainValidator(_two)]


class CrossingSelector(BaseModel):
    """Many crossings at once, for packs; which ones they are is settled by the world."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    mode: Literal["rail", "road"] | None = None
    """Only crossings of this mode."""
    between: TwoCountries | None = None
    """ISO3 of the two countries on either side, in any order."""
    countries: Countries | None = None
    """ISO3; a crossing that touches any of them."""

    @model_validator(mode="after")
    def _something(self) -> CrossingSelector:
        if self.mode is None and self.between is None and self.countries is None:
            raise refusal(
                Fault(field="crossings", what="selects nothing", allowed="mode, between, countries")
            )
        return self

    def __str__(self) -> str:
        parts = [f"mode={self.mode}"] if self.mode else []
        parts += [f"between={'/'.join(sorted(self.between))}"] if self.between else []
        parts += [f"countries={'/'.join(sorted(self.countries))}"] if self.countries else []
        return f"crossings[{'; '.join(parts)}]"


class LinkSelector(BaseModel):
    """Every link one tariff prices, for packs."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    tariff: str
    """A row of tariffs: mode:road/KAZ."""

    def __str__(self) -> str:
        return f"links[tariff={self.tariff}]"


Targets = tuple[str, ...]


def _ids(value: object) -> Targets:
    """One id or several, to a sorted tuple without repeats."""
    if isinstance(value, str) and value:
        return (value,)
    if isinstance(value, list | tuple):
        items = _several(cast("object", value))
        if items and all(isinstance(item, str) and item for item in items):
            return tuple(sorted({str(item) for item in items}))
    raise refusal(
        Fault(field="", what="is not an id or a list of ids", got=str(cast("object", value)))
    )


def _ids_or(selector: type[BaseModel]) -> Any:
    def parse(value: object) -> object:
        if isinstance(value, selector):
            return value
        if isinstance(value, Mapping):
            table = cast("Mapping[str, object]", value)
            for name in table:
                if name not in selector.model_fields:
                    known = selector.model_fields
                    close = nearest(name, known)
                    raise refusal(
                        Fault(
                            field="",
                            what=f'cannot be selected by "{name}"'
                            + (f'; did you mean "{close[0]}"?' if close else ""),
                            allowed="" if close else "ids, or " + ", ".join(known),
                        )
                    )
            return selector.model_validate(table)
        return _ids(value)

    return parse


def _day(value: object) -> date:
    if type(value) is date:
        return value
    fix = "write it without quotes: on = 2031-07-01" if isinstance(value, str) else ""
    if isinstance(value, datetime):
        fix = "leave out the time of day"
    raise refusal(
        Fault(
            field="",
            what="is not a date",
            got=f'the text "{value}"' if isinstance(value, str) else str(value),
            allowed="a TOML date, YYYY-MM-DD",
            fix=fix,
        )
    )


def _yes_no(value: object) -> object:
    return ("no", "yes")[value] if isinstance(value, bool) else value


Day = Annotated[date, PlainValidator(_day)]
Ids = Annotated[Targets, PlainValidator(_ids)]
CrossingTargets = Annotated[Targets | CrossingSelector, PlainValidator(_ids_or(CrossingSelector))]
LinkTargets = Annotated[Targets | LinkSelector, PlainValidator(_ids_or(LinkSelector))]
Word = Annotated[str, Field(min_length=1)]

Money = Annotated[
    Level,
    PlainValidator(quantity_parser("usd2023", example='"4.7 billion USD2023"', changes=False)),
]
Dwell = Annotated[Quantity, PlainValidator(quantity_parser("h", example='"12 hour"', upper=2000.0))]
DwellLevel = Annotated[
    Level, PlainValidator(quantity_parser("h", example='"30 hour"', upper=4000.0, changes=False))
]
Fee = Annotated[
    Quantity,
    PlainValidator(quantity_parser("usd2023/t", "usd2023/teu", example='"12 USD2023/t"')),
]
Capacity = Annotated[
    Quantity,
    PlainValidator(
        quantity_parser(
            "t/year", "teu/year", "train/day", "truck/day", "1/day", example='"28 trains/day"'
        )
    ),
]
LinkCapacity = Annotated[
    Quantity,
    PlainValidator(quantity_parser("t/year", "teu/year", "train/day", example='"12 Mt/year"')),
]
Speed = Annotated[
    Quantity,
    PlainValidator(quantity_parser("km/h", example='"60 km/h"', lower=1.0, upper=1000.0)),
]
Tracks = Annotated[
    Level,
    PlainValidator(quantity_parser("1", example="2", lower=1.0, upper=4.0, changes=False)),
]
Hours = Annotated[
    Quantity,
    PlainValidator(quantity_parser("h/day", example='"14 h/day"', lower=0.25, upper=24.0)),
]
Rate = Annotated[
    Quantity,
    PlainValidator(
        quantity_parser("usd2023/(t*km)", example='"0.05 USD2023/tkm"', lower=0.0005, upper=5.0)
    ),
]


class Measure(BaseModel, frozen=True, extra="forbid"):
    """What every measure has. The kinds are the subclasses."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    targets: ClassVar[tuple[str, ...]] = ()
    """Fields of which exactly one says what the measure acts on."""
    any_of: ClassVar[tuple[str, ...]] = ()
    """Fields of which at least one must be given."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    """A word of small letters, digits and hyphens; it appears in the trace of every number."""
    kind: str
    """Which measure it is."""
    on: Day
    """First day in force."""
    until: Day | None = None
    """First day no longer in force; absent when it lasts."""
    source: Word
    """Where the values come from: the title of a source, or "assumption"."""
    why: str = ""
    """The reasoning in plain words."""
    cost: Money | None = None
    """What it costs altogether, in real money."""

    @model_validator(mode="before")
    @classmethod
    def _plural(cls, data: object) -> object:
        if not isinstance(data, Mapping):
            return data
        given = dict(cast("Mapping[str, object]", data))
        for plural, singular in SINGULAR.items():
            if plural in cls.model_fields and singular in given and plural not in given:
                given[plural] = given.pop(singular)
        return given

    @model_validator(mode="after")
    def _whole(self) -> Measure:
        given = {n: getattr(self, n) for n in type(self).model_fields}
        for fault in (*self.shape_faults(given), *self.value_faults()):
            raise refusal(fault, "shape")
        return self

    @classmethod
    def shape_faults(cls, given: Mapping[str, object]) -> Iterator[Fault]:
        """What is wrong with which fields are there, and the order of the dates."""
        there = {
            plural
            for plural in cls.targets
            for name in (plural, SINGULAR[plural])
            if given.get(name) is not None
        }
        named = " or ".join(SINGULAR[t] for t in cls.targets)
        if cls.targets and not there:
            raise_on = SINGULAR[cls.targets[0]]
            yield Fault(field=raise_on, what="is missing", allowed=named, fix="say what it acts on")
        if len(there) > 1:
            yield Fault(
                field=SINGULAR[min(there)],
                what="a measure acts on one kind of thing",
                got=" and ".join(SINGULAR[t] for t in sorted(there)),
                allowed=named,
                fix="write two measures",
            )
        for plural, singular in SINGULAR.items():
            both = given.get(plural) is not None and given.get(singular) is not None
            if plural in cls.model_fields and both:
                yield Fault(field=singular, what=f"give {singular} or {plural}, not both")
        if cls.any_of and all(given.get(n) is None for n in cls.any_of):
            yield Fault(
                field=cls.any_of[0],
                what="sets nothing",
                allowed="at least one of " + ", ".join(cls.any_of),
            )
        on, until = given.get("on"), given.get("until")
        if isinstance(on, date) and isinstance(until, date) and until <= on:
            yield Fault(
                field="until",
                what="must be after `on`; the measure ends before that day",
                got=f"on {on}, until {until}",
            )

    def value_faults(self) -> Iterator[Fault]:
        """What is wrong between values that are each in order."""
        return iter(())

    def active(self, on: date) -> bool:
        """Whether the measure is in force on a date."""
        return self.on <= on and (self.until is None or on < self.until)

    def target_field(self) -> str:
        """Which of `targets` is given."""
        return next(name for name in self.targets if getattr(self, name) is not None)

    def entities(self) -> tuple[str, ...]:
        """Ids of what it acts on, or the selector in words; directed crossings are ``id>KAZ``."""
        field = self.target_field()
        chosen: object = getattr(self, field)
        ids = cast("Targets", chosen) if isinstance(chosen, tuple) else (str(chosen),)
        if field == "crossings":
            towards = getattr(self, "towards", None) or "*"
            return tuple(f"{i}>{towards}" for i in ids)
        return ids

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        raise NotImplementedError

    def touches(self) -> frozenset[tuple[str, str]]:
        """Pairs of (entity, variable) it sets; ``*`` in an entity overlaps every direction."""
        return frozenset((e, v) for e in self.entities() for v in self.variables())

    def quantities(self) -> dict[str, Quantity]:
        """The values of its fields, by field."""
        fields = {n: getattr(self, n) for n in type(self).model_fields}
        return {n: v for n, v in fields.items() if isinstance(v, Level | Change)}

    def estimates(self) -> dict[str, Estimate]:
        """Central, low and high of every field set to a value, in canonical units."""
        return {n: q.estimate for n, q in self.quantities().items() if isinstance(q, Level)}

    def drawn(self, draw: int, seed: int) -> Self:
        """The measure with every value at its quantile in one draw; draw 0 is central.

        Each field has its own keyed uniform, so a draw does not depend on the other measures.
        P90 moves with the dwell it belongs to.
        """
        if draw == 0:
            return self
        ratios: dict[str, float] = {}
        values: dict[str, Level] = {}
        for name, quantity in self.quantities().items():
            if isinstance(quantity, Level):
                key = MOVES_WITH.get(name, name)
                old = quantity.estimate
                value = old.quantile(uniform(seed, f"measure:{self.id}/{key}", draw))
                if old.low == old.high:
                    value = old.central * ratios.get(key, 1.0)
                ratios[name] = value / old.central if old.central else 1.0
                values[name] = Level(estimate=Estimate.exact(value), unit=quantity.unit)
        return self.model_copy(update=values)

    def is_change(self) -> bool:
        """Whether all it does is change something by a share of the baseline."""
        values = [q for n, q in self.quantities().items() if n != "cost"]
        return bool(values) and all(isinstance(q, Change) for q in values)

    def content(self) -> dict[str, object]:
        """Everything it says, as a TOML table would: canonical units, nothing that is absent."""
        fields = {n: getattr(self, n) for n in type(self).model_fields}
        return {n: _plain(v) for n, v in fields.items() if v is not None and v != ""}


class _LinkWork(Measure, frozen=True):
    """A link gets new properties."""

    targets = ("links",)

    links: LinkTargets | None = None
    """Id or ids, or { tariff = "mode:road/KAZ" }."""
    speed: Speed | None = None
    """Line-haul speed without border and terminal stops."""
    tracks: Tracks | None = None
    """Number of main tracks."""
    capacity: LinkCapacity | None = None
    """Both directions: tonnes or TEU a year, or trains a day."""
    electrified: Annotated[Literal["yes", "no", "partial"], BeforeValidator(_yes_no)] | None = None
    """Yes, no or partial."""
    road_class: Literal["motorway", "highway", "border", "local"] | None = None
    """Motorway, highway, border or local."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        found: list[str] = []
        if self.speed is not None:
            found.append("speed_km_per_h")
        if self.tracks is not None:
            found.append("tracks_count")
        if self.capacity is not None:
            found.extend(_columns(CAPACITY_COLUMNS, "links", self.capacity))
        if self.electrified is not None:
            found.append("electrified")
        if self.road_class is not None:
            found.append("road_class")
        return tuple(found)


class OpenLink(_LinkWork, frozen=True):
    """A link that is planned, under construction or closed opens. It must be in the evidence."""

    kind: Literal["open-link"] = "open-link"

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("status", "opened", *super().variables())


class CloseLink(Measure, frozen=True):
    """A link carries nothing."""

    targets = ("links",)

    kind: Literal["close-link"] = "close-link"
    links: LinkTargets | None = None
    """Id or ids, or { tariff = "mode:road/KAZ" }."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("status",)


class UpgradeLink(_LinkWork, frozen=True):
    """An existing link gets a new speed, tracks, capacity, electrification or road class."""

    any_of = ("speed", "tracks", "capacity", "electrified", "road_class")

    kind: Literal["upgrade-link"] = "upgrade-link"


class _Stop(Measure, frozen=True):
    """Something at a border crossing or at a transfer."""

    targets = ("crossings", "transfers")

    crossings: CrossingTargets | None = None
    """Id or ids as kz-cn.alashankou:rail, or { mode, between, countries }."""
    transfers: Ids | None = None
    """Id or ids as transfer:port/kz.aktau-port; both ways through it."""
    towards: Country | None = None
    """Only traffic that enters this country (ISO3); crossings only. Absent: both directions."""

    @classmethod
    def shape_faults(cls, given: Mapping[str, object]) -> Iterator[Fault]:
        """What is wrong with which fields are there, and the order of the dates."""
        yield from super().shape_faults(given)
        at_transfer = given.get("transfer") is not None or given.get("transfers") is not None
        if given.get("towards") is not None and at_transfer:
            yield Fault(field="towards", what="belongs to a crossing, not to a transfer")


class SetDwell(_Stop, frozen=True):
    """How long freight stands at a crossing or transfer."""

    kind: Literal["set-dwell"] = "set-dwell"
    dwell: Dwell
    """Mean hours, everything included. P50 and P90 are scaled with it."""
    p90: DwellLevel | None = None
    """Hours nine in ten do not exceed, when its ratio to P50 changes too."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return DWELL_COLUMNS


class SetFee(_Stop, frozen=True):
    """What is paid at a crossing (USD2023/t) or transfer (USD2023/t or USD2023/TEU)."""

    kind: Literal["set-fee"] = "set-fee"
    fee: Fee
    """Payment, all activities."""

    def value_faults(self) -> Iterator[Fault]:
        """What is wrong between values that are each in order."""
        yield from _unit_faults("fee", self.fee, FEE_COLUMNS, self.target_field())

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return _columns(FEE_COLUMNS, self.target_field(), self.fee)


def _nothing_left(field: str, value: Quantity) -> Iterator[Fault]:
    """Less by all of it: a capacity or hours of none would count as not known, and all would pass."""
    if isinstance(value, Change) and value.factor <= 0.0:
        yield Fault(
            field=field,
            what="leaves nothing",
            got=f"{100.0 * (value.factor - 1.0):+g} %",
            fix="to let nothing pass, close the link or the crossing",
        )


class SetCapacity(Measure, frozen=True):
    """How much a link, crossing or transfer can pass."""

    targets = ("links", "crossings", "transfers")

    kind: Literal["set-capacity"] = "set-capacity"
    links: LinkTargets | None = None
    """Id or ids, or { tariff = "mode:road/KAZ" }."""
    crossings: CrossingTargets | None = None
    """Id or ids, or { mode, between, countries }."""
    transfers: Ids | None = None
    """Id or ids."""
    capacity: Capacity
    """Both directions together. Links: t/year, TEU/year or trains/day. Crossings: trains/day or
    trucks/day. Transfers: those, t/year or TEU/year."""

    @model_validator(mode="before")
    @classmethod
    def _no_pairs(cls, data: object) -> object:
        if isinstance(data, Mapping):
            for fault in cls._pairs_fault(cast("Mapping[str, object]", data)):
                raise refusal(fault, "shape")
        return cast("object", data)

    @classmethod
    def _pairs_fault(cls, given: Mapping[str, object]) -> Iterator[Fault]:
        written = given.get("capacity")
        if "pair" in str(written) and given.get("link") is None and given.get("links") is None:
            yield Fault(
                field="capacity",
                what="a crossing or transfer counts trains, both ways together, and not pairs",
                got=str(written),
                fix="write trains/day: twice as many as there are pairs",
            )

    @classmethod
    def shape_faults(cls, given: Mapping[str, object]) -> Iterator[Fault]:
        """What is wrong with which fields are there, and the order of the dates."""
        yield from super().shape_faults(given)
        yield from cls._pairs_fault(given)

    def value_faults(self) -> Iterator[Fault]:
        """What is wrong between values that are each in order."""
        field = self.target_field()
        yield from _unit_faults("capacity", self.capacity, CAPACITY_COLUMNS, field)
        if isinstance(self.capacity, Level) and self.capacity.estimate.low <= 0.0:
            yield Fault(
                field="capacity",
                what="is not above 0",
                got=f"{self.capacity.estimate.low:g}",
                fix="to let nothing pass, close the link or the crossing",
            )
        yield from _nothing_left("capacity", self.capacity)
        unit = self.capacity.unit if isinstance(self.capacity, Level) else ""
        wrong = {"train/day": ":road", "truck/day": ":rail"}.get(unit)
        if wrong and isinstance(self.crossings, tuple):
            for crossing in self.crossings:
                if crossing.endswith(wrong):
                    yield Fault(field="capacity", what=f"{crossing} does not pass {unit}", got=unit)

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return _columns(CAPACITY_COLUMNS, self.target_field(), self.capacity)


class SetHours(_Stop, frozen=True):
    """Opening hours of a crossing or transfer."""

    kind: Literal["set-hours"] = "set-hours"
    hours: Hours
    """Hours open a day, up to 24; a change of them ends at 24."""

    def value_faults(self) -> Iterator[Fault]:
        """What is wrong between values that are each in order."""
        yield from super().value_faults()
        yield from _nothing_left("hours", self.hours)

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("open_h_per_day",)


class _Gate(Measure, frozen=True):
    """A crossing opens or closes, both ways or one."""

    targets = ("crossings",)

    crossings: CrossingTargets | None = None
    """Id or ids as kz-cn.alashankou:rail, or { mode, between, countries }."""
    towards: Country | None = None
    """Only traffic that enters this country (ISO3). Absent: both directions."""

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("status", "regime")


class CloseCrossing(_Gate, frozen=True):
    """No freight passes a crossing, in both directions or towards one country."""

    kind: Literal["close-crossing"] = "close-crossing"


class OpenCrossing(_Gate, frozen=True):
    """Freight passes a crossing, in both directions or towards one country."""

    kind: Literal["open-crossing"] = "open-crossing"


class SetRate(Measure, frozen=True):
    """What carriage costs on every link a tariff prices."""

    targets = ("tariffs",)

    kind: Literal["set-rate"] = "set-rate"
    tariffs: Ids | None = None
    """Row or rows of tariffs: mode:sea/ocean."""
    commodity: Word | None = None
    """Commodity class; absent: all of them."""
    rate: Rate
    """USD2023 a tonne-kilometre."""

    def entities(self) -> tuple[str, ...]:
        """Tariffs, each with its commodity class or ``*``."""
        return tuple(f"{tariff}>{self.commodity or '*'}" for tariff in self.tariffs or ())

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("rate_usd2023_per_tkm",)


class SetVisa(Measure, frozen=True):
    """The visa regime citizens of one country meet in another."""

    kind: Literal["set-visa"] = "set-visa"
    from_country: Countries
    """ISO3 of the traveller, or several."""
    to_country: Countries
    """ISO3 of the country entered, or several."""
    regime: VisaRegime
    """visa_free, visa_on_arrival, evisa, visa_required, closed or joint_visa. A joint visa is one
    visa for all of the countries entered. It comes beside what there is, so that a country that
    is freer already stays freer, and one that is closed stays closed."""

    def value_faults(self) -> Iterator[Fault]:
        """What is wrong between values that are each in order."""
        if not self.pairs():
            yield Fault(field="to_country", what="is the traveller's own country")

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(from, to) of every pair of different countries."""
        return tuple((a, b) for a in self.from_country for b in self.to_country if a != b)

    def entities(self) -> tuple[str, ...]:
        """``visa:CHN>KAZ`` of every pair."""
        return tuple(f"visa:{a}>{b}" for a, b in self.pairs())

    def variables(self) -> tuple[str, ...]:
        """Columns it sets."""
        return ("regime",)


def field_name(name: str, given: Mapping[str, object]) -> str:
    """The name of a field as it was written: `link` for `links` when that is what was given."""
    singular = SINGULAR.get(name, name)
    return singular if name not in given and singular in given else name


def _plain(value: object) -> object:
    """A field's value in the types TOML has."""
    if isinstance(value, Level):
        e = value.estimate
        if value.unit == "1" and e.low == e.high:
            return int(e.central) if e.central.is_integer() else e.central
        table: dict[str, object] = {"central": e.central}
        if e.low != e.high:
            table |= {"low": e.low, "high": e.high, "shape": e.shape}
        return table | {"unit": value.unit}
    if isinstance(value, Change):
        return {"change": f"{100.0 * value.factor - 100.0:.12g} %", "of": value.of}
    if isinstance(value, BaseModel):
        fields = {n: getattr(value, n) for n in type(value).model_fields}
        return {n: _plain(v) for n, v in fields.items() if v is not None}
    if isinstance(value, tuple):
        return list(cast("tuple[object, ...]", value))
    return value


def _columns(table: Mapping[tuple[str, str], str], field: str, value: Quantity) -> tuple[str, ...]:
    """The column a value is for, by its unit; a change is for all of them."""
    if isinstance(value, Level):
        return (table[field, value.unit],)
    return tuple(dict.fromkeys(column for (f, _), column in table.items() if f == field))


def _unit_faults(
    name: str, value: Quantity, table: Mapping[tuple[str, str], str], field: str
) -> Iterator[Fault]:
    if isinstance(value, Level) and (field, value.unit) not in table:
        yield Fault(
            field=name,
            what=f"the unit is not one for a {SINGULAR[field]}",
            got=value.unit,
            allowed=" or ".join(unit for f, unit in table if f == field),
        )
