"""What a report needs, as plain values: nothing here knows of a model, a world or a run folder.

Whoever has a run fills a `ReportContent`; `html.render` turns it into one page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sogdia.report.number import Number

__all__ = [
    "NOT_RUN",
    "Assumption",
    "Change",
    "ClaimRow",
    "Fact",
    "FlowContent",
    "FlowRow",
    "GainRow",
    "Headline",
    "IncomeRow",
    "IndicatorRow",
    "LegKind",
    "LinkageRows",
    "MapContent",
    "MapCrossing",
    "MapExtent",
    "MapFlow",
    "MapLink",
    "MapPlace",
    "MapRoute",
    "MeasureRow",
    "Mode",
    "ModeRow",
    "OdRow",
    "Pair",
    "PostRow",
    "ReportContent",
    "RouteBeforeAfter",
    "RouteLeg",
    "RouteOption",
    "RunStatus",
    "SourceRow",
    "TradeRow",
    "ValidationRow",
    "Worldview",
]

NOT_RUN = "Flows, queues at posts, trade and real income were not run."

Mode = Literal["rail", "road", "sea", "air"]
Change = Literal["", "opened", "closed", "faster", "slower"]
Worldview = Literal["neutral", "control", "claims"]
OdStatus = Literal["both", "appears", "disappears", "no route"]
LegKind = Literal["line-haul", "border", "gauge-change", "transfer", "access"]
RunState = Literal["solved", "usable", "failed"]
Basis = Literal["measured", "reported", "derived", "assumed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One of the few numbers of the first screen, with what it is in words."""

    label: str
    number: Number
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One quantity before and after, and the paired change (not the difference of the two bands).

    `change` is None where it is not defined, as when a route appears.
    """

    before: Number
    after: Number
    change: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OdRow:
    """One origin, destination and commodity class.

    Attributes
    ----------
    time_p50, time_p90, time_mean : Pair
        Door-to-door hours: half and nine in ten shipments arrive within; expected.
    money, emission : Pair
        For one TEU.
    status : {"both", "appears", "disappears", "no route"}
        Whether there is a route before and after.
    """

    origin: str
    destination: str
    commodity: str
    time_p50: Pair
    time_p90: Pair
    time_mean: Pair
    money: Pair
    emission: Pair
    status: OdStatus = "both"

    def __post_init__(self) -> None:
        absent = {
            "both": "", "appears": "before", "disappears": "after", "no route": "before after"
        }[self.status].split()  # fmt: skip
        for name in ("time_p50", "time_p90", "time_mean", "money", "emission"):
            pair: Pair = getattr(self, name)
            for when in absent:
                number: Number = getattr(pair, when)
                if number.central is not None:
                    raise ValueError(
                        f"{self.origin} to {self.destination} is {self.status!r}, "
                        f"so {name} {when} is absent; got {number.central:g}"
                    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteLeg:
    """One leg, as a forwarder would say it. `mode` is empty for a border or a transfer."""

    kind: LegKind
    name: str
    country: str
    mode: str = ""
    from_place: str = ""
    to_place: str = ""
    distance: Number
    time: Number
    time_p50: Number
    time_p90: Number
    money: Number
    emission: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteOption:
    """A whole route: its legs in order, and the door-to-door totals the model gave."""

    label: str
    legs: tuple[RouteLeg, ...]
    time_mean: Number
    time_p50: Number
    time_p90: Number
    distance: Number
    money: Number
    emission: Number
    time_by_kind: tuple[tuple[LegKind, Number], ...] = ()
    """Expected hours by kind of leg, with the bands of the sums; the chart prints them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteBeforeAfter:
    """The least-cost route of one pair before and after; None where there is no route."""

    origin: str
    destination: str
    commodity: str
    before: RouteOption | None
    after: RouteOption | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GainRow:
    """A zone and its change in generalised cost, as a share: below zero is cheaper to trade."""

    zone: str
    country: str
    change: Number
    before: Number | None = None
    after: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeRow:
    """Change of a country's real income, as a share, at each level of what is let respond."""

    country: str
    full: Number
    conditional: Number
    partial: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRow:
    """Trade of one country with another: a year before and after, and the change by level."""

    exporter: str
    importer: str
    before: Number
    after: Number
    full: Number
    conditional: Number
    partial: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """Freight of a link, or of links in a row, both directions together."""

    name: str
    mode: str
    tonnes: Pair
    vehicles: Pair
    use: Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeRow:
    """Tonnes a year and share of one mode."""

    mode: str
    tonnes: Pair
    share: Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow:
    """The queue of a post whose capacity is known.

    Attributes
    ----------
    capacity, effective : Number
        As known, and as used in the scenario.
    raised : bool
        True when the used one was raised above the known one.
    """

    name: str
    mode: str
    arrivals: Pair
    capacity: Number
    effective: Number
    raised: bool
    use: Pair
    wait_mean: Pair
    wait_p50: Pair
    wait_p90: Pair
    clearing: Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowContent:
    """Flows, queues, trade and real income.

    Attributes
    ----------
    level : str
        What is let respond in figures that say no other.
    trade_of : str
        Whose report of trade was loaded, in words.
    loop : str
        How the loop of transport, borders and trade ended.
    solved : bool
        False puts NOT SOLVED beside every result.
    income_shown : str
        Countries and zones that change by less are left out.
    links_changed, posts_total, posts_unknown : int
        Links that carry more or less; posts; posts whose capacity is not known.
    """

    level: str
    trade_of: str
    loop: str
    solved: bool
    income_shown: str
    notes: tuple[str, ...] = ()
    incomes: tuple[IncomeRow, ...] = ()
    gainers: tuple[GainRow, ...] = ()
    losers: tuple[GainRow, ...] = ()
    trade: tuple[TradeRow, ...] = ()
    links: tuple[FlowRow, ...] = ()
    links_changed: int = 0
    modes: tuple[ModeRow, ...] = ()
    posts: tuple[PostRow, ...] = ()
    posts_total: int = 0
    posts_unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRow:
    """One indicator of a linkage before and after; `of` is what it is of: a country, pair or line."""

    title: str
    of: str
    values: Pair
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkageRows:
    """A part of one of the five linkages.

    Attributes
    ----------
    linkage, part : str
        In words: Facilities, energy.
    untouched : bool
        True when every indicator's change is exactly zero.
    indicators, more : tuple of IndicatorRow
        The first to be read, and the others.
    """

    linkage: str
    part: str
    untouched: bool
    indicators: tuple[IndicatorRow, ...]
    more: tuple[IndicatorRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One line of the assumption sheet, in plain words."""

    text: str
    value: Number | str
    basis: Basis
    source: str
    url: str = ""
    value_choice: bool = False
    """True for a choice of values (discount rate, whose welfare), which is listed first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A claim that the results rest on, with how many others say something else.

    What its authors say stands in `says`, in their words, and is printed in quotation marks.
    """

    id: str
    subject: str
    variable: str
    value: Number | str
    source: str
    url: str
    stated_on: str
    tier: str
    basis: Basis
    confidence: str
    rivals: int = 0
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One dated change of the scenario."""

    id: str
    kind: str
    touches: str
    since: str
    until: str = ""
    value: Number | str = ""
    source: str = ""
    url: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source of the footer, with its licence in the producer's words."""

    title: str
    publisher: str
    url: str
    licence: str
    retrieved: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """How one model ended. Anything but `solved` marks every result on the page."""

    model: str
    state: RunState
    message: str = ""
    draws: int = 0
    failed_draws: int = 0

    @property
    def clean(self) -> bool:
        """True when nothing has to be said beside a number."""
        return self.state == "solved" and self.failed_draws == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRow:
    """A modelled value beside an observed one."""

    subject: str
    observed: Number
    modelled: Number
    source: str
    url: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of the manifest: a digest, a seed, a version."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MapExtent:
    """A box in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPlace:
    """A point with a name. `rank` 1 is always labelled, 2 where there is room, 3 never."""

    id: str
    name: str
    lat_deg: float
    lon_deg: float
    rank: int = 3
    role: Literal["place", "origin", "destination"] = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLink:
    """A link of the network. `points` are (lon, lat) in degrees, two or more."""

    id: str
    name: str
    mode: Mode
    points: tuple[tuple[float, float], ...]
    gauges: tuple[int, ...] = ()
    status: str = "open"
    change: Change = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCrossing:
    """A border post."""

    id: str
    name: str
    lat_deg: float
    lon_deg: float
    status: str = "open"
    change: Change = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRoute:
    """A route drawn over the network; `points` are (lon, lat) in degrees."""

    when: Literal["before", "after"]
    label: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFlow:
    """Freight of a link, both directions, tonnes a year; None where it is not open."""

    name: str
    points: tuple[tuple[float, float], ...]
    before_t_per_y: float | None
    after_t_per_y: float | None
    sea: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapContent:
    """What the map shows.

    Attributes
    ----------
    worldview : {"neutral", "control", "claims"}
        Emphasis of disputed lines at first sight; the page has a switch.
    name_set : str
        Language of the country names the map prints.
    focus : MapExtent or None
        What is shown at first; None shows the routes and what changed, or else everything.
    """

    links: tuple[MapLink, ...] = ()
    crossings: tuple[MapCrossing, ...] = ()
    places: tuple[MapPlace, ...] = ()
    routes: tuple[MapRoute, ...] = ()
    flows: tuple[MapFlow, ...] = ()
    worldview: Worldview = "neutral"
    name_set: str = "en"
    focus: MapExtent | None = None
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContent:
    """Everything on the page, in the order a reader meets it."""

    title: str
    question: str
    scenario_id: str
    baseline_id: str
    compared_with: str
    run_id: str
    world_on: str
    """Date the world is of, after the measures."""
    known_by: str
    """Date by which the evidence was known."""
    summary: tuple[str, ...]
    headline: tuple[Headline, ...]
    statuses: tuple[RunStatus, ...]
    assumed_share: Number
    map: MapContent | None = None
    flows: FlowContent | None = None
    """None: flows, queues, trade and real income were not run, and the page says so."""
    linkages: tuple[LinkageRows, ...] = ()
    not_asked: tuple[tuple[str, str], ...] = ()
    """Parts of linkages that were not asked, and why."""
    od_rows: tuple[OdRow, ...] = ()
    routes: tuple[RouteBeforeAfter, ...] = ()
    gainers: tuple[GainRow, ...] = ()
    losers: tuple[GainRow, ...] = ()
    measures: tuple[MeasureRow, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    claims: tuple[ClaimRow, ...] = ()
    validation: tuple[ValidationRow, ...] = ()
    sources: tuple[SourceRow, ...] = ()
    facts: tuple[Fact, ...] = ()
    language: str = "en"
