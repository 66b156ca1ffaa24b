"""A small hand-made report. The values are invented for the test and stand for nothing."""

from __future__ import annotations

from sogdia.report.content import (
    Assumption,
    ClaimRow,
    Fact,
    FlowContent,
    FlowRow,
    GainRow,
    Headline,
    IncomeRow,
    MapContent,
    MapCrossing,
    MapFlow,
    MapLink,
    MapPlace,
    MapRoute,
    MeasureRow,
    ModeRow,
    OdRow,
    Pair,
    PostRow,
    ReportContent,
    RouteBeforeAfter,
    RouteLeg,
    RouteOption,
    RunStatus,
    SourceRow,
    TradeRow,
    ValidationRow,
)
from sogdia.report.number import Number


def banded(central: float, unit: str, spread: float = 0.12, trace: str = "") -> Number:
    low, high = sorted((central * (1 - spread), central * (1 + spread)))
    return Number(central=central, p05=low, p95=high, unit=unit, trace=trace)


def change(central: float, unit: str) -> Number:
    low, high = sorted((central * 0.7, central * 1.4))
    return Number(central=central, p05=low, p95=high, unit=unit, signed=True)


def pair(before: float, after: float, unit: str) -> Pair:
    return Pair(
        before=banded(before, unit),
        after=banded(after, unit),
        change=change(after - before, unit),
    )


def gone(after: float, unit: str) -> Pair:
    return Pair(before=Number.missing(unit, "no route"), after=banded(after, unit))


def none(unit: str) -> Pair:
    return Pair(before=Number.missing(unit, "no route"), after=Number.missing(unit, "no route"))


def leg(
    kind: str, name: str, country: str, km: float | None, hours: float, **more: str
) -> RouteLeg:
    return RouteLeg(
        kind=kind,  # pyright: ignore[reportArgumentType]
        name=name,
        country=country,
        distance=Number.missing("km", "not applicable") if km is None else Number.exact(km, "km"),
        time=banded(hours, "h"),
        time_p50=banded(hours * 0.9, "h"),
        time_p90=banded(hours * 1.7 if km is None else hours * 1.2, "h", 0.2),
        money=banded(45.0 if km is None else km * 0.55, "usd2023/teu"),
        emission=Number.missing("kg/teu", "not applicable")
        if km is None
        else banded(km * 0.3, "kg/teu"),
        **more,
    )


BEFORE = RouteOption(
    label="by Khorgos and Saryagash",
    legs=(
        leg("access", "Factory to Xi'an terminal", "China", 40, 6, mode="road"),
        leg(
            "line-haul",
            "Longhai and Lanxin lines",
            "China",
            2860,
            96,
            mode="rail-1435",
            from_place="Xi'an",
            to_place="Urumqi",
        ),
        leg("line-haul", "Northern Xinjiang line", "China", 690, 26, mode="rail-1435"),
        leg("border", "Khorgos, rail", "China to Kazakhstan", None, 34),
        leg("gauge-change", "Altynkol yard, 1435 to 1520 mm", "Kazakhstan", None, 20),
        leg(
            "line-haul",
            "Altynkol-Almaty-Shymkent-Saryagash",
            "Kazakhstan",
            1120,
            40,
            mode="rail-1520",
        ),
        leg("border", "Saryagash-Keles, rail", "Kazakhstan to Uzbekistan", None, 22),
        leg("line-haul", "Tashkent-Andijan", "Uzbekistan", 420, 18, mode="rail-1520"),
        leg("transfer", "Andijan terminal", "Uzbekistan", None, 9),
    ),
    time_mean=banded(271, "h"),
    time_p50=banded(248, "h"),
    time_p90=banded(352, "h", 0.18),
    distance=Number.exact(5130, "km"),
    money=banded(3150, "usd2023/teu"),
    emission=banded(1480, "kg/teu"),
    time_by_kind=(
        ("line-haul", banded(180, "h")),
        ("access", banded(6, "h")),
        ("border", banded(56, "h", 0.3)),
        ("gauge-change", banded(20, "h")),
        ("transfer", banded(9, "h")),
    ),
)
AFTER = RouteOption(
    label="by Kashgar and Torugart",
    legs=(
        leg("access", "Factory to Xi'an terminal", "China", 40, 6, mode="road"),
        leg(
            "line-haul",
            "Longhai, Lanxin and Southern Xinjiang lines",
            "China",
            4050,
            134,
            mode="rail-1435",
        ),
        leg("border", "Torugart, rail", "China to Kyrgyzstan", None, 26),
        leg("line-haul", "Torugart-Makmal", "Kyrgyzstan", 210, 8, mode="rail-1435"),
        leg("gauge-change", "Makmal yard, 1435 to 1520 mm", "Kyrgyzstan", None, 16),
        leg("line-haul", "Makmal-Jalal-Abad", "Kyrgyzstan", 105, 5, mode="rail-1520"),
        leg("border", "Savay, rail", "Kyrgyzstan to Uzbekistan", None, 14),
        leg("line-haul", "Savay-Andijan", "Uzbekistan", 40, 2, mode="rail-1520"),
        leg("transfer", "Andijan terminal", "Uzbekistan", None, 9),
    ),
    time_mean=banded(220, "h"),
    time_p50=banded(203, "h"),
    time_p90=banded(280, "h", 0.2),
    distance=Number.exact(4445, "km"),
    money=banded(2890, "usd2023/teu"),
    emission=banded(1270, "kg/teu"),
)
XIAN, ANDIJAN = (109.06, 34.38), (72.34, 40.78)
KHORGOS, SARYAGASH, TASHKENT = (80.40, 44.21), (69.20, 41.46), (69.28, 41.30)
URUMQI, KASHGAR, TORUGART, JALAL_ABAD = (
    (87.6, 43.8),
    (75.99, 39.47),
    (75.39, 40.55),
    (73.0, 40.93),
)


def plain(central: float, unit: str, *, signed: bool = False) -> Number:
    return Number(central=central, unit=unit, signed=signed)


def undrawn(before: float | None, after: float | None, unit: str) -> Pair:
    """Before and after without a band; None is a link or post that is not open."""
    a, b = (
        Number.missing(unit, "not open") if v is None else plain(v, unit) for v in (before, after)
    )
    both = before is not None and after is not None
    return Pair(
        before=a,
        after=b,
        change=plain((after or 0.0) - (before or 0.0), unit, signed=True) if both else None,
    )


def flows() -> FlowContent:
    """Flows, queues, trade and real income; one link opens and one queue never clears."""
    share = "share"
    return FlowContent(
        level="full endowment equilibrium",
        trade_of="both sides' reports reconciled",
        loop="settled after 5 rounds",
        solved=True,
        income_shown="0.001 %",
        notes=("deficits were removed first",),
        incomes=tuple(
            IncomeRow(
                country=country,
                full=change(value, share),
                conditional=plain(2 * value, share, signed=True),
                partial=plain(1.5 * value, share, signed=True),
            )
            for country, value in (("Kyrgyzstan", 0.00097), ("Kazakhstan", -0.00002))
        ),
        gainers=(
            GainRow(zone="Osh", country="Kyrgyzstan", change=plain(0.004, share, signed=True)),
        ),
        trade=(
            TradeRow(
                exporter="China",
                importer="Kyrgyzstan",
                before=plain(18.2e9, "usd2023/year"),
                after=plain(18.4e9, "usd2023/year"),
                full=plain(0.009, share, signed=True),
                conditional=plain(0.007, share, signed=True),
                partial=Number.missing(share),
            ),
        ),
        links=(
            FlowRow(
                name="Kashgar – Jalal-Abad (6 links)",
                mode="rail",
                tonnes=undrawn(None, 1.96e6, "t/year"),
                vehicles=undrawn(None, 4.2, "train/day"),
                use=undrawn(None, 0.12, share),
            ),
        ),
        links_changed=7,
        modes=(
            ModeRow(
                mode="rail",
                tonnes=undrawn(18.0e6, 18.5e6, "t/year"),
                share=undrawn(0.44, 0.45, share),
            ),
        ),
        posts=(
            PostRow(
                name="Irkeshtam",
                mode="road",
                arrivals=undrawn(128, 96, "truck/day"),
                capacity=plain(100, "truck/day"),
                effective=plain(133, "truck/day"),
                raised=True,
                use=undrawn(0.96, 0.72, share),
                wait_mean=undrawn(6.4, 0.4, "h"),
                wait_p50=undrawn(2.2, 0.0, "h"),
                wait_p90=undrawn(19.7, 0.6, "h"),
                clearing=Pair(
                    before=Number.missing("h", "not within a year"), after=plain(429, "h")
                ),
            ),
        ),
        posts_total=118,
        posts_unknown=108,
    )


def handmade() -> ReportContent:
    """The whole content, every optional part filled."""
    h, usd, kg = "h", "usd2023/teu", "kg/teu"
    return ReportContent(
        title="China-Kyrgyzstan-Uzbekistan railway opens in 2031",
        question="What would the railway change for freight between China and the "
        "Ferghana valley, and for whom?",
        scenario_id="cku-2031",
        baseline_id="committed-2025",
        compared_with="all that is committed in 2025",
        run_id="7c1f09a2b3d44e5f60718293a4b5c6d7e8f9",
        world_on="2031-12-31",
        known_by="2025-06-30",
        summary=(
            (
                "A container from Xi'an to Andijan would typically arrive about two days sooner; "
                "nine in ten would arrive within 280 hours instead of 352."
            ),
            (
                "Most of the gain is at borders: the new line passes one queue fewer and "
                "saves some 700 km."
            ),
            (
                "Zones in southern Kyrgyzstan gain most. "
                "The gain of Almaty is not distinguishable from zero."
            ),
        ),
        headline=(
            Headline(label="Typical time Xi'an to Andijan, change", number=change(-45, h)),
            Headline(label="Nine in ten arrive within, change", number=change(-72, h)),
            Headline(label="Money for one TEU, change", number=change(-260, usd)),
            Headline(
                label="Generalised cost of trade, Ferghana zones",
                number=change(-0.084, "share"),
            ),
        ),
        statuses=(
            RunStatus(model="transport", state="solved", draws=200),
            RunStatus(
                model="border",
                state="usable",
                draws=200,
                failed_draws=6,
                message="queue at Torugart above tolerance in 2 % of draws",
            ),
        ),
        assumed_share=banded(0.31, "share"),
        map=MapContent(
            links=(
                MapLink(
                    id="rail:a",
                    name="Lanxin line",
                    mode="rail",
                    gauges=(1435,),
                    points=(XIAN, URUMQI),
                ),
                MapLink(
                    id="rail:b",
                    name="Northern Xinjiang line",
                    mode="rail",
                    gauges=(1435,),
                    points=(URUMQI, KHORGOS),
                ),
                MapLink(
                    id="rail:c",
                    name="Almaty line",
                    mode="rail",
                    gauges=(1520,),
                    points=(KHORGOS, SARYAGASH, TASHKENT, ANDIJAN),
                ),
                MapLink(
                    id="rail:d",
                    name="Kashgar-Jalal-Abad",
                    mode="rail",
                    gauges=(1435, 1520),
                    points=(KASHGAR, TORUGART, JALAL_ABAD),
                    status="planned",
                    change="opened",
                    note="opens 2031-07-01",
                ),
                MapLink(
                    id="rail:p",
                    name="Main Line 1",
                    mode="rail",
                    gauges=(1676,),
                    points=((67.0, 24.9), (74.3, 31.5)),
                ),
                MapLink(
                    id="road:a",
                    name="M41",
                    mode="road",
                    points=((72.8, 40.5), (68.8, 38.5)),
                    status="closed",
                    change="closed",
                ),
                MapLink(
                    id="sea:a",
                    name="Aktau-Baku",
                    mode="sea",
                    points=((51.2, 43.6), (49.9, 40.4)),
                ),
                MapLink(
                    id="air:a",
                    name="Urumqi-Tashkent",
                    mode="air",
                    points=(URUMQI, TASHKENT),
                ),
            ),
            crossings=(
                MapCrossing(
                    id="kz-cn.khorgos",
                    name="Khorgos",
                    lat_deg=KHORGOS[1],
                    lon_deg=KHORGOS[0],
                    note="34 h expected",
                ),
                MapCrossing(
                    id="kg-cn.torugart",
                    name="Torugart",
                    lat_deg=TORUGART[1],
                    lon_deg=TORUGART[0],
                    change="faster",
                ),
            ),
            places=(
                MapPlace(
                    id="cn.xian",
                    name="Xi'an",
                    lon_deg=XIAN[0],
                    lat_deg=XIAN[1],
                    rank=1,
                    role="origin",
                ),
                MapPlace(
                    id="uz.andijan",
                    name="Andijan",
                    lon_deg=ANDIJAN[0],
                    lat_deg=ANDIJAN[1],
                    rank=1,
                    role="destination",
                ),
                MapPlace(
                    id="cn.urumqi",
                    name="Urumqi",
                    lon_deg=URUMQI[0],
                    lat_deg=URUMQI[1],
                    rank=2,
                ),
                MapPlace(
                    id="cn.kashgar",
                    name="Kashgar",
                    lon_deg=KASHGAR[0],
                    lat_deg=KASHGAR[1],
                    rank=2,
                ),
            ),
            routes=(
                MapRoute(
                    when="before",
                    label="Before: by Khorgos",
                    points=(XIAN, URUMQI, KHORGOS, SARYAGASH, TASHKENT, ANDIJAN),
                ),
                MapRoute(
                    when="after",
                    label="After: by Torugart",
                    points=(XIAN, URUMQI, KASHGAR, TORUGART, JALAL_ABAD, ANDIJAN),
                ),
            ),
            flows=(
                MapFlow(
                    name="Kashgar-Jalal-Abad",
                    points=(KASHGAR, TORUGART, JALAL_ABAD),
                    before_t_per_y=None,
                    after_t_per_y=1.96e6,
                ),
                MapFlow(
                    name="Almaty line",
                    points=(KHORGOS, SARYAGASH),
                    before_t_per_y=21e6,
                    after_t_per_y=19e6,
                ),
                MapFlow(
                    name="Lanxin line",
                    points=(XIAN, URUMQI),
                    before_t_per_y=60e6,
                    after_t_per_y=60.1e6,
                ),
            ),
        ),
        flows=flows(),
        od_rows=(
            OdRow(
                origin="Xi'an",
                destination="Andijan",
                commodity="container, general",
                time_p50=pair(248, 203, h),
                time_p90=pair(352, 280, h),
                time_mean=pair(271, 220, h),
                money=pair(3150, 2890, usd),
                emission=pair(1480, 1270, kg),
            ),
            OdRow(
                origin="Kashgar",
                destination="Osh",
                commodity="container, high value",
                time_p50=pair(71.5, 52.25, h),
                time_p90=pair(140, 90, h),
                time_mean=pair(83, 60, h),
                money=pair(2140, 1630, usd),
                emission=pair(612, 355, kg),
            ),
            OdRow(
                origin="Kashgar",
                destination="Makmal",
                commodity="bulk",
                status="appears",
                time_p50=gone(40, h),
                time_p90=gone(66, h),
                time_mean=gone(45, h),
                money=gone(640, usd),
                emission=gone(120, kg),
            ),
            OdRow(
                origin="Kashgar",
                destination="Khorog",
                commodity="perishables",
                status="no route",
                time_p50=none(h),
                time_p90=none(h),
                time_mean=none(h),
                money=none(usd),
                emission=none(kg),
            ),
        ),
        routes=(
            RouteBeforeAfter(
                origin="Xi'an",
                destination="Andijan",
                commodity="container, general",
                before=BEFORE,
                after=AFTER,
            ),
        ),
        gainers=tuple(
            GainRow(zone=zone, country=country, change=change(share, "share"))
            for zone, country, share in (
                ("Jalal-Abad", "Kyrgyzstan", -0.127),
                ("Osh", "Kyrgyzstan", -0.118),
                ("Andijan", "Uzbekistan", -0.094),
                ("Namangan", "Uzbekistan", -0.081),
                ("Ferghana", "Uzbekistan", -0.077),
                ("Naryn", "Kyrgyzstan", -0.052),
                ("Kashgar", "China", -0.034),
                ("Tashkent", "Uzbekistan", -0.021),
                ("Khujand", "Tajikistan", -0.013),
            )
        ),
        losers=(
            GainRow(
                zone="Almaty",
                country="Kazakhstan",
                change=Number(central=0.003, p05=-0.004, p95=0.011, unit="share", signed=True),
            ),
            GainRow(zone="Turkistan", country="Kazakhstan", change=change(0.006, "share")),
        ),
        measures=(
            MeasureRow(
                id="cku-line",
                kind="open-link",
                touches="rail:cn.kashgar~kg.makmal",
                since="2031-07-01",
                value=Number(central=12e6, p05=8e6, p95=15e6, unit="t/year"),
                source="Feasibility summary",
                url="https://example.org/cku",
                why="Opening date as announced.",
            ),
            MeasureRow(
                id="torugart-window",
                kind="set-dwell",
                touches="kg-cn.torugart:road",
                since="2028-01-01",
                value=Number(central=9, p05=6, p95=16, unit="h"),
                source="Plan of the two customs services",
                why="Single window.",
            ),
        ),
        assumptions=(
            Assumption(
                text="The new line runs at the speed of comparable mountain lines.",
                value=banded(38, "km/h"),
                basis="assumed",
                source="judgement of this project",
            ),
            Assumption(
                text="One hour of delay is worth this much for a tonne of general container goods.",
                value=banded(0.42, "usd2023/(t*h)"),
                basis="derived",
                source="Value-of-time study",
                url="https://example.org/vot",
                value_choice=True,
            ),
            Assumption(
                text="Whose cost is counted",
                value="all shippers alike, whatever their country",
                basis="assumed",
                source="judgement of this project",
                value_choice=True,
            ),
        ),
        claims=(
            ClaimRow(
                id="c-khorgos-dwell-2024",
                subject="kz-cn.khorgos:rail",
                variable="dwell_h",
                value=Number(central=34, p05=20, p95=71, unit="h"),
                source="CPMM annual report 2024",
                url="https://example.org/cpmm",
                stated_on="2025-05-01",
                tier="measured",
                basis="measured",
                confidence="medium",
                rivals=3,
                says="average of all activities, 34 hours",
            ),
            ClaimRow(
                id="c-cku-length",
                subject="rail:cn.kashgar~kg.makmal",
                variable="length_km",
                value=Number.exact(486, "km"),
                source="Ministry statement",
                url="javascript:alert(1)",
                stated_on="",
                tier="official",
                basis="assumed",
                confidence="low",
            ),
        ),
        validation=(
            ValidationRow(
                subject="Khorgos to Tashkent, expected time",
                observed=banded(96, h),
                modelled=banded(104, h),
                source="CPMM annual report 2024",
                verdict="inside the observed band",
            ),
        ),
        sources=(
            SourceRow(
                title="CPMM annual report 2024",
                publisher="CAREC",
                url="https://example.org/cpmm",
                licence="CC-BY-3.0-IGO",
                retrieved="2026-11-24",
            ),
            SourceRow(
                title="Ministry statement",
                publisher="Ministry of Transport",
                url="",
                licence="",
            ),
        ),
        facts=(
            Fact(label="Evidence digest", text="9f2c77ab01"),
            Fact(label="Seed", text="20250101"),
            Fact(label="Draws", text="200"),
            Fact(label="sogdia", text="0.1.0"),
        ),
    )
