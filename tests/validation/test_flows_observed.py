"""Modelled against observed traffic. One number is fitted, none to a row.

`ocean_factor` is calibrated on the containers of the trains between China and Europe in 2023. Value
densities of goods from Kazakhstan and Russia rest on rail tonnes that F18 counts among others. All
other rows are out of sample. The table is printed in docs/explanation/flows.md and has to be that of
this model.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sogdia.appraisal.loop import cost_change
from sogdia.appraisal.worlds import claim_values, read_for
from sogdia.core.table import Table
from sogdia.evidence.base import open_evidence
from sogdia.models.contract import run_model
from sogdia.models.trade.border_time import (
    border_time_rivals,
    compare_border_time,
    elasticity_of_change,
)
from sogdia.models.trade.zones import ZoneTradeModel
from sogdia.models.transport import TransportModel
from sogdia.models.transport.carried import FlowProblem
from sogdia.models.transport.flows import FlowModel
from sogdia.scenario.apply import worlds_of
from sogdia.world.build import world
from sogdia.world.freight_spread import composition, row_of
from sogdia.world.world import World

EUROPE = (
    "AUT", "BEL", "BGR", "BLR", "CZE", "DEU", "HUN", "LTU", "NLD", "POL", "ROU", "RUS", "SRB",
    "SVK", "UKR",
)  # fmt: skip
UNION = tuple(c for c in EUROPE if c not in {"BLR", "RUS", "SRB", "UKR"})
CENTRAL = ("KAZ", "KGZ", "TJK", "TKM", "UZB")
BOTH = ("CHN", "KAZ")
DOSTYK, KHORGOS = "kz-cn.alashankou:rail", "kz-cn.khorgos:rail"
MANZHOULI, SUIFENHE, ERENHOT = (
    "cn-ru.manzhouli:rail", "cn-ru.suifenhe:rail", "cn-mn.erenhot:rail",
)  # fmt: skip
ROADS = tuple(
    f"kz-cn.{p}:road" for p in ("alashankou", "bakhty", "kalzhat", "khorgos", "maikapchagai")
)
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "flows.md"
LARGE = 0.30
"""Rows further off than this are explained on the page."""


@functools.cache
def tables(year: int) -> dict[str, Table]:
    """Flows of the middle of a year."""
    return run_model(FlowModel(), world(open_evidence(), on=f"{year}-07-01"), {})[0]


@functools.cache
def problem(year: int) -> FlowProblem:
    """The freight and the ways of the middle of a year."""
    return FlowModel().prepare(world(open_evidence(), on=f"{year}-07-01"), {})


@functools.cache
def sent(year: int, exporter: str, importer: str) -> dict[str, float]:
    """Tonnes a year of one country's freight for another that enter the importer, by post."""
    whole = problem(year)
    demand = whole.demand
    pair = np.outer(demand.country == exporter, demand.country == importer)
    part = dataclasses.replace(
        whole, demand=dataclasses.replace(demand, tonnes=np.where(pair, demand.tonnes, 0.0))
    )
    model = FlowModel()
    return {
        r["id"]: r["flow_t_per_y"]
        for r in model.crossings(part, model.solve(part)).rows()
        if r["towards"] == importer
    }


@functools.cache
def loading() -> dict[str, float]:
    """Tonnes a TEU of the classes that move in containers."""
    classes = world(open_evidence(), on="2023-07-01").classes
    return {
        str(c): float(t)
        for c, t in zip(classes["id"], classes["loading_t_per_teu"], strict=True)
        if c != "bulk"
    }


# --- what the model says ----------------------------------------------------------------------


def boxes(year: int, partners: Iterable[str]) -> float:
    """TEU a year by rail between China and some countries, both directions."""
    wanted, load = set(partners), loading()
    return sum(
        r["flow_t_per_y"] / load[r["commodity"]]
        for r in tables(year)["mode_share"].rows()
        if r["mode"] == "rail"
        and r["commodity"] in load
        and (
            (r["exporter"] == "CHN" and r["importer"] in wanted)
            or (r["importer"] == "CHN" and r["exporter"] in wanted)
        )
    )


def post(
    year: int, names: Iterable[str], towards: Iterable[str], column: str = "flow_t_per_y"
) -> float:
    """Sum of a column over posts and directions."""
    posts, sides = set(names), set(towards)
    return sum(
        r[column]
        for r in tables(year)["crossing_flow"].rows()
        if r["id"] in posts and r["towards"] in sides
    )


def container_trains(year: int, name: str) -> float:
    """Trains of containers a day through a post, both directions, at the load of the evidence."""
    return post(year, (name,), BOTH, "containers_teu_per_y") / 107.1 / 365.0


def caspian(year: int) -> float:
    """Tonnes a year between Kazakhstan's ports and Alat."""
    return sum(
        r["flow_t_per_y"]
        for r in tables(year)["link_flow"].rows()
        if r["id"] in {"sea:kz.aktau-port~az.alat", "sea:kz.kuryk~az.alat"}
    )


# --- what was observed ------------------------------------------------------------------------


def total(series: str, year: int, metric: str) -> float:
    """A whole year of the registry of corridors."""
    (row,) = (
        r
        for r in open_evidence().registry("corridor_totals")
        if (r["series"], r["metric"]) == (series, metric)
        and (r["period_start"], r["period_end"]) == (f"{year}-01-01", f"{year}-12-31")
    )
    return float(row["value"])


def period(series: str, start: str, end: str) -> float:
    """Tonnes of a part of a year of the registry of corridors."""
    (row,) = (
        r
        for r in open_evidence().registry("corridor_totals")
        if (r["series"], r["period_start"], r["period_end"]) == (series, start, end)
    )
    return float(row["value"])


def counted(name: str, start: str, end: str, column: str) -> tuple[float, str]:
    """A row of the registry of border throughput, and its note."""
    (row,) = (
        r
        for r in open_evidence().registry("border_throughput")
        if (r["post"], r["period_start"], r["period_end"]) == (name, start, end) and r[column]
    )
    return float(row[column]), row["note"]


def spring(name: str, which: str) -> float:
    """January to April 2024 at a yearly rate: to China, or from China."""
    tonnes, note = counted(name, "2024-01-01", "2024-04-30", "tonnes")
    found = re.search(r"export ([\d.]+) Mt", note)
    assert found is not None
    out = float(found[1]) * 1e6
    return (out if which == "to" else tonnes - out) * 366 / 121


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    id: str
    what: str
    year: int
    observed: float
    modelled: float
    unit: str
    fitted: bool = False
    used: bool = False
    """A part of it is in the evidence the model reads."""

    @property
    def error(self) -> float:
        """Modelled over observed, less one."""
        return self.modelled / self.observed - 1

    def line(self) -> str:
        """As the page has it."""

        def number(value: float) -> str:
            return f"{value:.1f}" if value < 100 else f"{value:,.0f}"

        kind = "fitted" if self.fitted else "in part used" if self.used else "out of sample"
        return (
            f"| {self.id} | {self.what} | {self.year} | {number(self.observed)} | "
            f"{number(self.modelled)} | {self.unit} | {self.error:+.0%} | {kind} |"
        )


@functools.cache
def rows() -> tuple[Row, ...]:
    """The table."""
    mt, k = 1e-6, 1e-3
    express, asia = "China-Europe Railway Express", "China-Central Asia trains"
    frontier = "Kazakhstan-China rail freight"
    both = (DOSTYK, KHORGOS)
    dostyk, khorgos = "kz-cn.alashankou", "kz-cn.khorgos"
    trains, _ = counted(dostyk, "2024-01-01", "2024-12-31", "trains")
    trips, _ = counted(khorgos, "2024-01-01", "2024-12-24", "trains")
    irkeshtam, _ = counted("kg-cn.irkeshtam", "2024-01-01", "2024-10-31", "tonnes")
    gateway, note = counted(khorgos, "2025-01-01", "2025-12-31", "tonnes")
    to_china = re.search(r"to China ([\d.]+) Mt", note)
    assert to_china is not None
    saryagash, _ = counted("kz-uz.saryagash", "2025-01-01", "2025-12-31", "tonnes")
    gates = {
        post: counted(post, "2023-01-01", "2023-10-15", "teu")[0] * 365 / 288
        for post in ("cn-ru.manzhouli", "cn-ru.suifenhe")
    }
    erenhot, _ = counted("cn-mn.erenhot", "2024-01-01", "2024-04-21", "teu")
    _, ores = counted("cn-ru.manzhouli", "2023-01-01", "2023-12-31", "tonnes")
    coal = re.search(r"to China ([\d.]+) Mt", ores)
    assert coal is not None
    suifenhe, _ = counted("cn-ru.suifenhe", "2024-01-01", "2024-09-30", "tonnes")
    road, _ = counted("kz-cn.khorgos", "2024-01-01", "2024-07-31", "tonnes")
    transit = period("Russian rail exports to China through Kazakhstan", "2024-01-01", "2024-08-31")
    exports = "Kazakhstan's rail exports to China"
    share = spring(dostyk, "to") + spring(dostyk, "from")
    whole = share + spring(khorgos, "to") + spring(khorgos, "from")
    here = post(2024, (DOSTYK,), BOTH)
    return (
        Row("F01", "China-Europe trains, containers", 2023, k * total(express, 2023, "TEU"), k * boxes(2023, EUROPE), "1,000 TEU", fitted=True),
        Row("F02", "the same", 2024, k * total(express, 2024, "TEU"), k * boxes(2024, EUROPE), "1,000 TEU"),
        Row("F03", "of them China-European Union (observed: UTLC ERA)", 2023, 211.1, k * boxes(2023, UNION), "1,000 TEU"),
        Row("F04", "China-Central Asia trains, containers", 2023, k * total(asia, 2023, "TEU"), k * boxes(2023, CENTRAL), "1,000 TEU"),
        Row("F05", "the same", 2024, k * total(asia, 2024, "TEU"), k * boxes(2024, CENTRAL), "1,000 TEU"),
        Row("F06", "Kazakhstan-China rail freight, both directions", 2023, mt * total(frontier, 2023, "tonnes"), mt * post(2023, both, BOTH), "Mt"),
        Row("F07", "the same", 2024, mt * total(frontier, 2024, "tonnes"), mt * post(2024, both, BOTH), "Mt"),
        Row("F08", "Dostyk rail, to China (January to April at a yearly rate)", 2024, mt * spring(dostyk, "to"), mt * post(2024, (DOSTYK,), ("CHN",)), "Mt"),
        Row("F09", "Dostyk rail, from China", 2024, mt * spring(dostyk, "from"), mt * post(2024, (DOSTYK,), ("KAZ",)), "Mt"),
        Row("F10", "Khorgos rail, to China", 2024, mt * spring(khorgos, "to"), mt * post(2024, (KHORGOS,), ("CHN",)), "Mt"),
        Row("F11", "Khorgos rail, from China", 2024, mt * spring(khorgos, "from"), mt * post(2024, (KHORGOS,), ("KAZ",)), "Mt"),
        Row("F12", "Dostyk's share of the tonnes of both", 2024, 100 * share / whole, 100 * here / post(2024, both, BOTH), "%"),
        Row("F13", "Khorgos rail, both directions", 2025, mt * gateway, mt * post(2025, (KHORGOS,), BOTH), "Mt"),
        Row("F14", "Khorgos rail, to China", 2025, float(to_china[1]), mt * post(2025, (KHORGOS,), ("CHN",)), "Mt"),
        Row("F15", "container trains at Alashankou", 2024, trains / 366, container_trains(2024, DOSTYK), "a day"),
        Row("F16", "container trains at Khorgos", 2024, trips / 359, container_trains(2024, KHORGOS), "a day"),
        Row("F17", "Kazakhstan-China road posts (observed: all vehicles; modelled: loaded trucks)", 2025, k * total("Kazakhstan-China road crossings", 2025, "vehicles"), k * 365 * post(2025, ROADS, BOTH, "arrivals_per_day"), "1,000 vehicles"),
        Row("F18", "Kazakhstan-Uzbekistan rail freight", 2025, mt * saryagash, mt * post(2025, ("kz-uz.saryagash:rail", "kz-uz.oazis:rail"), ("KAZ", "UZB")), "Mt", used=True),
        Row("F19", "Trans-Caspian route, Aktau and Kuryk to Alat and back", 2023, mt * total("Trans-Caspian route (TITR)", 2023, "tonnes"), mt * caspian(2023), "Mt"),
        Row("F20", "Irkeshtam road (ten months at a yearly rate; at least)", 2024, mt * irkeshtam * 366 / 305, mt * post(2024, ("kg-cn.irkeshtam:road",), ("CHN", "KGZ")), "Mt"),
        Row("F21", "Manzhouli rail containers (to 15 October at a yearly rate)", 2023, k * gates["cn-ru.manzhouli"], k * post(2023, (MANZHOULI,), ("CHN", "RUS"), "containers_teu_per_y"), "1,000 TEU"),
        Row("F22", "Suifenhe rail containers (the same)", 2023, k * gates["cn-ru.suifenhe"], k * post(2023, (SUIFENHE,), ("CHN", "RUS"), "containers_teu_per_y"), "1,000 TEU"),
        Row("F23", "Erenhot rail containers (to 21 April at a yearly rate)", 2024, k * erenhot * 366 / 112, k * post(2024, (ERENHOT,), ("CHN", "MNG"), "containers_teu_per_y"), "1,000 TEU"),
        Row("F24", "Manzhouli rail, to China", 2023, float(coal[1]), mt * post(2023, (MANZHOULI,), ("CHN",)), "Mt"),
        Row("F25", "Suifenhe rail, to China (nine months at a yearly rate)", 2024, mt * suifenhe * 366 / 274, mt * post(2024, (SUIFENHE,), ("CHN",)), "Mt"),
        Row("F26", "Russian freight for China through Kazakhstan by rail (eight months at a yearly rate)", 2024, mt * transit * 366 / 244, mt * sum(sent(2024, "RUS", "CHN")[p] for p in both), "Mt"),
        Row("F27", "Kazakhstan's exports to China by rail", 2024, mt * total(exports, 2024, "tonnes"), mt * sum(sent(2024, "KAZ", "CHN")[p] for p in both), "Mt"),
        Row("F28", "Khorgos road, both directions (seven months at a yearly rate)", 2024, mt * road * 366 / 213, mt * post(2024, ("kz-cn.khorgos:road",), BOTH), "Mt"),
    )  # fmt: skip


# --- tests ------------------------------------------------------------------------------------


def test_the_one_fitted_number_is_met() -> None:
    (fitted,) = (r for r in rows() if r.fitted)
    assert fitted.modelled == pytest.approx(fitted.observed, rel=0.01)


def test_containers_between_china_and_central_asia_are_within_half() -> None:
    """Out of sample: nothing is fitted to Central Asia."""
    for row in rows():
        if row.id in {"F04", "F05"}:
            assert abs(row.error) < 0.5


def test_every_large_error_is_explained() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for row in rows():
        if abs(row.error) > LARGE:
            assert f"**{row.id}" in text, f"{row.id} is {row.error:+.0%} off and unexplained"


def test_the_page_shows_the_numbers_of_this_model() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for row in rows():
        assert row.line() in text, row.id


# --- published bands --------------------------------------------------------------------------

PACKAGE = "belt-and-road-package"
PARTS = {
    "borders": ("border-time-30-percent-less",),
    "railways": ("khorgos-rail-2012", "angren-pap-2016", "vahdat-yavan-2016", "bakhty-ayagoz", "cku-railway"),
    "roads": ("cku-highway", "double-west-highway"),
    "Caspian": ("trans-caspian-more-ships",),
}  # fmt: skip


@functools.cache
def costs(name: str) -> tuple[World, Table, Table]:
    """The comparator of a scenario in the year of the package, and costs on both sides."""
    base = open_evidence()
    day = read_for(PACKAGE, base).on[-1]
    before, after = worlds_of(read_for(name, base), world(base, on=day), claims=claim_values(base))
    quick = FlowModel(with_links=False)
    found = [run_model(quick, w, {})[0]["trade_cost"] for w in (before, after)]
    return before, found[0], found[1]


def income(
    before: World, change: Table, *, theta: float | None = None
) -> dict[tuple[str, str], float]:
    """Change of real income, %, by level and country."""
    given, _ = run_model(ZoneTradeModel(theta=theta), before, {"cost_change": change})
    return {
        (r["level"], r["country"]): 100 * r["real_income_change_share"]
        for r in given["country_income"].rows()
    }


@functools.cache
def package() -> dict[str, dict[str, float]]:
    """Rows of the table of real income."""
    before, old, new = costs(PACKAGE)
    found: dict[str, dict[str, float]] = {}

    def add(label: str, values: dict[tuple[str, str], float], level: str = "full") -> None:
        found[label] = {c: values[level, c] for c in CENTRAL}

    whole = income(before, cost_change(old, new))
    add("package", whole)
    add("the same, partial", whole, "partial")
    add("the same, conditional", whole, "conditional")
    for theta in (4.0, 8.0):
        add(f"the same, elasticity {theta:g}", income(before, cost_change(old, new), theta=theta))
    for label, names in PARTS.items():
        sums = [income(b, cost_change(o, n)) for b, o, n in map(costs, names)]
        found[f"{label} alone"] = {c: sum(s["full", c] for s in sums) for c in CENTRAL}
    return found


INSIDE: dict[str, Callable[[str, str], bool]] = {
    "within Central Asia": lambda a, b: a in CENTRAL and b in CENTRAL,
    "with China": lambda a, b: (a == "CHN" and b in CENTRAL) or (b == "CHN" and a in CENTRAL),
}


@functools.cache
def border_time() -> dict[str, tuple[float, float, float]]:
    """Days at borders and elasticities (partial, full) of trade in Central Asia and with China."""
    today = world(open_evidence(), on="2023-07-01")
    crossings = today.crossings
    here = np.isin(crossings["leaving"], CENTRAL) | np.isin(crossings["towards"], CENTRAL)
    columns = ("dwell_mean_h", "dwell_p50_h", "dwell_p90_h")
    factor = np.where(here, 0.9, 1.0)
    faster = today.replace(
        crossings=crossings.replace(**{c: crossings[c] * factor for c in columns})
    )
    quick = FlowModel(with_links=False)
    old, new = (run_model(quick, w, {})[0]["trade_cost"] for w in (today, faster))
    given, _ = run_model(ZoneTradeModel(), today, {"cost_change": cost_change(old, new)})
    skim, _ = run_model(TransportModel(commodities=("container-general",), samples=0), today, {})
    hours = {(r["origin"], r["destination"]): r["border_h"] for r in skim["skim"].rows()}
    country = dict(zip(today.zones["id"], today.zones["country"], strict=True))
    found: dict[str, tuple[float, float, float]] = {}
    for label, inside in INSIDE.items():
        pairs = [r for r in old.rows() if inside(country[r["origin"]], country[r["destination"]])]
        weight = [r["trade_usd2023_per_y"] for r in pairs]
        days = (
            float(np.average([hours[r["origin"], r["destination"]] for r in pairs], weights=weight))
            / 24
        )
        values: list[float] = []
        for level in ("partial", "full"):
            rows_ = [
                r
                for r in given["trade_change"].rows()
                if r["level"] == level and inside(r["exporter"], r["importer"])
            ]
            gain = sum(r["value_usd2023_per_y"] for r in rows_) / sum(
                r["baseline_usd2023_per_y"] for r in rows_
            )
            values.append(elasticity_of_change(gain - 1, -0.10))
        found[label] = (days, values[0], values[1])
    return found


def border_parts() -> list[str]:
    """What gravity estimates carry with time at borders, one after another, as the page has it.

    Elasticities of trade at the partial level; the last but one is of trade on the network alone.
    """
    today = world(open_evidence(), on="2023-07-01")
    crossings, transfers = today.crossings, today.transfers
    here = np.isin(crossings["leaving"], CENTRAL) | np.isin(crossings["towards"], CENTRAL)
    gauge = np.array([str(name).startswith("transfer:gauge-change/") for name in transfers["id"]])
    times = ("dwell_mean_h", "dwell_p50_h", "dwell_p90_h")
    less, yards = np.where(here, 0.9, 1.0), np.where(gauge, 0.9, 1.0)
    quick = today.replace(crossings=crossings.replace(**{c: crossings[c] * less for c in times}))
    fee = "fee_usd2023_per_t"
    cheap = quick.replace(crossings=quick.crossings.replace(**{fee: crossings[fee] * less}))
    whole = cheap.replace(transfers=transfers.replace(**{c: transfers[c] * yards for c in times}))
    away, classes = composition(today.freight)
    model = FlowModel(with_links=False)
    worlds = (today, quick, cheap, whole)
    old, *new = (run_model(model, w, {})[0]["trade_cost"] for w in worlds)

    def answers(after: Table, theta: float | None, *, own: bool) -> list[float]:
        given, _ = run_model(
            ZoneTradeModel(theta=theta), today, {"cost_change": cost_change(old, after)}
        )
        found: list[float] = []
        for inside in INSIDE.values():
            rows_ = [
                (
                    r["value_usd2023_per_y"],
                    r["baseline_usd2023_per_y"],
                    1.0 - away[row_of(classes, r["exporter"], r["importer"])] if own else 1.0,
                )
                for r in given["trade_change"].rows()
                if r["level"] == "partial" and inside(r["exporter"], r["importer"])
            ]
            value, base = (sum(r[k] for r in rows_) for k in (0, 1))
            carried = sum(r[1] * r[2] for r in rows_) / base
            found.append(elasticity_of_change(value / base - 1.0, -0.10) / carried)
        return found

    return [
        f"| {label} | " + " | ".join(f"{v:.3f}" for v in answers(after, theta, own=own)) + " |"
        for label, after, theta, own in (
            ("time at posts 10 % shorter", new[0], None, False),
            ("and fees at posts 10 % lower", new[1], None, False),
            ("and time at gauge changes 10 % shorter", new[2], None, False),
            ("of trade that moves on this network alone", new[2], None, True),
            ("with an elasticity of trade of 8", new[2], 8.0, True),
        )
    ]


def package_lines() -> list[str]:
    """As the page has them."""
    return [
        f"| {label} | " + " | ".join(f"{values[c]:.2f}" for c in CENTRAL) + " |"
        for label, values in package().items()
    ]


def border_lines() -> list[str]:
    """As the page has them."""
    benchmarks = open_evidence().registry("model_benchmarks")
    lines: list[str] = []
    for label, (days, partial, full) in border_time().items():
        rivals = border_time_rivals(benchmarks, border_days=days)
        a_day = min(r.elasticity for r in rivals if "a day saved" in r.published)
        cut = [r.elasticity for r in rivals if "a day saved" not in r.published]
        lines.append(
            f"| {label} | {days:.2f} | {partial:.3f} | {full:.3f} | {a_day:.3f} | "
            f"{min(cut):.2f}-{max(cut):.2f} |"
        )
    return lines


def test_the_page_shows_real_income_of_the_package() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for line in package_lines():
        assert line in text, line


def test_the_package_gains_every_central_asian_country_and_none_more_than_published() -> None:
    """1 to 3 % are published without input-output links; above that a bug is to be looked for."""
    assert all(0.0 < value < 3.0 for value in package()["package"].values())


def test_a_published_cut_of_costs_gives_gains_near_the_published_ones() -> None:
    """2.2 % less on all trade of the five (the middle of 1.5 to 2.8 % of de Soyres et al.)."""
    before, old, _ = costs(PACKAGE)
    country = dict(zip(before.zones["id"], before.zones["country"], strict=True))
    touched = [
        country[o] in CENTRAL or country[d] in CENTRAL
        for o, d in zip(old["origin"], old["destination"], strict=True)
    ]
    new = old.replace(cost_factor_ratio=old["cost_factor_ratio"] * np.where(touched, 0.978, 1.0))
    found = income(before, cost_change(old, new))
    gains = [found["full", c] for c in CENTRAL]
    assert min(gains) > 0.2
    assert 1.0 < max(gains) < 3.0


def test_the_page_shows_the_response_to_border_time_and_says_where_it_lies() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for line in border_lines():
        assert line in text, line
    days, partial, _ = border_time()["with China"]
    rivals = border_time_rivals(open_evidence().registry("model_benchmarks"), border_days=days)
    told = compare_border_time(partial, rivals)
    assert told.within or "below the published span" in text
    # A day is worth what the rival by days says, within a factor of two.
    a_day = min(r.elasticity for r in rivals if "a day saved" in r.published)
    assert a_day / 2 < partial < a_day * 2


def test_what_comes_with_time_at_borders_makes_up_the_published_response() -> None:
    """0.09 to 0.19 are published for time at borders and all that comes with it."""
    text = PAGE.read_text(encoding="utf-8")
    lines = border_parts()
    for line in lines:
        assert line in text, line
    values = [[float(v) for v in line.strip("| ").split(" | ")[1:]] for line in lines]
    assert all(0.09 <= v <= 0.19 for v in values[3])
    assert all(list(column) == sorted(column) for column in zip(*values, strict=True))


if __name__ == "__main__":
    for found in rows():
        print(found.line())
    for text in (*package_lines(), *border_lines()):
        print(text)
