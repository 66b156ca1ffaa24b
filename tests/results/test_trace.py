"""From a number to its claims, on a run small enough to check by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from small_run import ON, A, B, C, leg, make_tables, skim_row

from sogdia.core.errors import InvalidInput, NoRoute, UnknownName
from sogdia.core.register import register
from sogdia.core.table import Table
from sogdia.models.transport.tables import ROUTE, SKIM
from sogdia.results.store import Run
from sogdia.results.tables import CLAIM_TABLE, INDICATOR, RUN_LINEAGE
from sogdia.results.trace import ENTERS, trace
from sogdia.world.tables import WORLD_TABLES


def test_time_between_two_zones(put: Callable[..., Run]) -> None:
    found = trace(put(), "time_h", "cn.a>kz.b", commodity="bulk")
    assert (found.entity, found.amount, found.unit, found.on) == (f"{A}>{B}", 100.0, "h", ON)
    assert [leg.share for leg in found.legs] == [0.3, 0.4, 0.3]
    assert sum(leg.share for leg in found.legs) == pytest.approx(1.0, abs=1e-15)
    assert [(x.share, x.claim) for x in found.lines] == [
        (0.4, "c-dwell"), (0.3, "c-speed"), (0.3, "measure:faster"),
    ]  # fmt: skip
    assert {x.claim for x in found.others} == {"c-fee", "c-rate"}
    assert all(x.share == 0.0 for x in found.others)
    assert found.assumed_share == 0.4
    assert found.untraced == ("rail:cn.x~cn.y",)
    assert found.notes == ()


def test_a_line_says_where_it_comes_from(put: Callable[..., Run]) -> None:
    found = trace(put(), "time_h", f"{A}>{B}", commodity="bulk")
    dwell, speed, measure = found.lines
    assert dwell.value == "40 (20 to 60) h"
    assert (dwell.source_title, dwell.tier, dwell.basis) == (
        "Our judgement",
        "assumption",
        "assumed",
    )
    assert dwell.assumed
    assert dwell.carried
    assert dwell.age_y == pytest.approx(366 / 365.25)
    assert (speed.value, speed.url, speed.locator) == (
        "60 km/h",
        "https://example.org/a",
        "table 1",
    )
    assert speed.age_y == pytest.approx((ON - date(2020, 1, 1)).days / 365.25)
    assert not speed.assumed
    assert (measure.value, measure.tier, measure.basis) == ("80 km/h", "scenario", "measure")
    assert not measure.assumed
    (fee,) = (x for x in found.others if x.claim == "c-fee")
    assert fee.age_y is None
    assert [row["claim"] for row in found.rows()] == [x.claim for x in found.lines]


@pytest.mark.parametrize(
    ("variable", "bearing", "assumed"),
    [
        ("money_usd2023_per_t", {"c-fee", "c-rate"}, 0.0),
        (
            "gencost_usd2023_per_t",
            {"c-fee", "c-rate", "c-speed", "c-dwell", "measure:faster"},
            0.5,
        ),
        ("border_h", {"c-dwell"}, 1.0),
        ("distance_km", set(), 0.0),
    ],
)
def test_the_formula_says_which_claims_bear(
    put: Callable[..., Run], variable: str, bearing: set[str], assumed: float
) -> None:
    found = trace(put(), variable, f"{A}>{B}", commodity="bulk")
    assert {x.claim for x in found.lines} == bearing
    assert found.assumed_share == pytest.approx(assumed)
    assert sum(leg.share for leg in found.legs) == pytest.approx(1.0)
    assert [x.share for x in found.lines] == sorted((x.share for x in found.lines), reverse=True)


def with_claim(entity: str, variable: str, claim: str) -> Table:
    """The lineage with one more claim behind one more variable."""
    row = {"on": ON, "entity": entity, "variable": variable, "claim": claim, "carried": False}
    return Table.from_rows(RUN_LINEAGE, [*make_tables()["lineage"].rows(), row])


@pytest.mark.parametrize(
    ("entity", "share"),
    [
        ("rail:cn.x~cn.y", 0.4 + 0.3 / 2),  # one of the two links of a leg of 30 %
        ("rail:kz.y~kz.b", 0.4 + 0.3),  # the only link of its leg
        ("kz-cn.post:rail", 0.4),  # counted already
        ("mode:rail/CHN", 0.4),  # about every link of the country, so about none in particular
        ("class:bulk", 0.4),
        ("bulk", 0.4),
    ],
)
def test_a_leg_is_assumed_as_far_as_its_own_entities_are(
    put: Callable[..., Run], entity: str, share: float
) -> None:
    lineage = with_claim(entity, "speed_km_per_h", "c-dwell")
    found = trace(put(lineage=lineage), "time_h", f"{A}>{B}", commodity="bulk")
    assert found.assumed_share == pytest.approx(share)
    # It is listed with the others all the same, and says that it is assumed.
    lines = [x for x in found.lines if (x.entity, x.variable) == (entity, "speed_km_per_h")]
    assert lines
    assert all(x.assumed for x in lines)


def test_an_assumed_claim_outside_the_formula_does_not_count(put: Callable[..., Run]) -> None:
    lineage = with_claim("rail:kz.y~kz.b", "fee_usd2023_per_t", "c-rate")
    found = trace(put(lineage=lineage), "time_h", f"{A}>{B}", commodity="bulk")
    assert found.assumed_share == 0.4
    money = trace(put("two", lineage=lineage), "money_usd2023_per_t", f"{A}>{B}", commodity="bulk")
    assert money.assumed_share == pytest.approx(30 / 80)


def test_pair_and_zone_count_assumed_legs_alike(put: Callable[..., Run]) -> None:
    run = put()
    pair = trace(run, "gencost_usd2023_per_t", f"{A}>{B}", commodity="bulk")
    assert trace(run, "access_index", B).assumed_share == pytest.approx(pair.assumed_share)


def test_a_name_exactly_as_written_comes_first(put: Callable[..., Run]) -> None:
    """A place and the zone around it may share a name; each is found by its own."""
    rows = [
        *make_tables()["skim"].rows(),
        skim_row("cn.a", B, time_h=77.0, border_h=0.0),
    ]
    legs = [*make_tables()["route"].rows(), leg("cn.a", B, 1, kind="line-haul", time_h=77.0)]
    run = put(skim=Table.from_rows(SKIM, rows), route=Table.from_rows(ROUTE, legs))
    place = trace(run, "time_h", "cn.a>kz.b", commodity="bulk")
    assert (place.entity, place.amount) == (f"cn.a>{B}", 77.0)
    zone = trace(run, "time_h", "zone:cn.a>kz.b", commodity="bulk")
    assert (zone.entity, zone.amount) == (f"{A}>{B}", 100.0)


def test_the_formulas_name_variables_that_exist() -> None:
    """A misspelt name in the list of formulas would drop its claims without a word."""
    columns = {c.name for schema in WORLD_TABLES.values() for c in schema.columns}
    for start, names in ENTERS:
        assert any(c.name.startswith(start) for c in SKIM.columns) or start.startswith("access")
        assert not {n for n in names if n not in register() and n not in columns}


def test_a_sum_that_is_not_the_number_is_noted(put: Callable[..., Run]) -> None:
    skim = Table.from_rows(SKIM, [skim_row(A, B, time_h=90.0, time_p90_h=150.0)])
    route = make_tables()["route"].replace(time_p90_h=[40.0, 120.0, 40.0])
    run = put(skim=skim, route=route)
    (note,) = trace(run, "time_h", f"{A}>{B}").notes
    assert "sum to 100 and the number is 90" in note
    found = trace(run, "time_p90_h", f"{A}>{B}")
    assert "quantiles of legs do not add up" in found.notes[0]
    assert [leg.share for leg in found.legs] == [0.2, 0.6, 0.2]


def test_only_the_first_route_counts(put: Callable[..., Run]) -> None:
    rows = [
        *make_tables()["route"].rows(),
        leg(A, B, 1, alternative=2, time_h=500.0, kind="line-haul"),
    ]
    found = trace(put(route=Table.from_rows(ROUTE, rows)), "time_h", f"{A}>{B}", commodity="bulk")
    assert len(found.legs) == 3


def test_what_must_be_said(put: Callable[..., Run]) -> None:
    run = put()
    with pytest.raises(InvalidInput, match=r"commodity: must be said.*bulk, parcels"):
        trace(run, "time_h", f"{A}>{B}")
    with pytest.raises(UnknownName, match=r"did you mean 'parcels'"):
        trace(run, "time_h", f"{A}>{B}", commodity="parcel")
    with pytest.raises(UnknownName, match=r"did you mean 'time_h'"):
        trace(run, "timeh", f"{A}>{B}", commodity="bulk")
    with pytest.raises(UnknownName, match=r"did you mean 'zone:kz.b'"):
        trace(run, "time_h", f"{A}>zone:kz.bb", commodity="bulk")
    with pytest.raises(UnknownName):
        trace(run, "time_h", f"{A}>{B}", commodity="bulk", on=date(2026, 1, 1))
    for goods, end in (("parcels", C), ("parcels", B)):
        with pytest.raises(NoRoute):
            trace(run, "time_h", f"{A}>{end}", commodity=goods)


def test_a_claim_that_is_not_there_is_refused(put: Callable[..., Run]) -> None:
    claims = Table.from_rows(
        CLAIM_TABLE, [r for r in make_tables()["claim"].rows() if r["id"] != "c-speed"]
    )
    with pytest.raises(
        InvalidInput, match=r"names a claim that the run does not have; got c-speed"
    ):
        trace(put(claim=claims), "time_h", f"{A}>{B}", commodity="bulk")
    lineage = [{"on": ON, "entity": "kz-cn.post:rail", "variable": "x_h", "claim": "measure:no"}]
    with pytest.raises(InvalidInput, match="names a measure"):
        trace(
            put("two", lineage=Table.from_rows(RUN_LINEAGE, lineage)),
            "time_h", f"{A}>{B}", commodity="bulk",
        )  # fmt: skip


def test_lineage_of_another_date_does_not_count(put: Callable[..., Run]) -> None:
    rows = [{**r, "on": date(2030, 1, 1)} for r in make_tables()["lineage"].rows()]
    found = trace(
        put(lineage=Table.from_rows(RUN_LINEAGE, rows)), "time_h", f"{A}>{B}", commodity="bulk"
    )
    assert found.lines == ()
    assert found.assumed_share == 0.0
    assert len(found.untraced) == 4


def test_an_indicator_of_a_zone(put: Callable[..., Run]) -> None:
    rows = [
        *make_tables()["route"].rows(),
        leg(C, B, 1, kind="border", entities="kz-cn.post:rail", gencost_usd2023_per_t=10.0),
        leg(C, A, 1, kind="border", entities="elsewhere", gencost_usd2023_per_t=10.0),
    ]
    found = trace(put(route=Table.from_rows(ROUTE, rows)), "access_index", "kz.b")
    assert (found.entity, found.amount, found.unit) == (B, 0.5, "1")
    shares = {x.claim: x.share for x in found.lines}
    assert shares == {
        "c-people": 1.0, "c-dwell": 1.0, "c-fee": 1.0, "c-speed": 0.5, "measure:faster": 0.5,
        "c-rate": 0.5,
    }  # fmt: skip
    assert [x.share for x in found.lines] == sorted(shares.values(), reverse=True)
    assert found.assumed_share == pytest.approx((0.5 + 1.0) / 2)
    assert found.untraced == ("rail:cn.x~cn.y",)
    with pytest.raises(UnknownName, match=r"did you mean 'access_index'"):
        trace(put(), "acces_index", "kz.b")
    with pytest.raises(UnknownName, match="origin>destination"):
        trace(put(), "access_index", "kz.c")


def test_an_indicator_of_a_country_needs_the_zones(put: Callable[..., Run]) -> None:
    from sogdia.world.tables import ZONES

    row = {"on": ON, "variable": "access_index", "entity": "KAZ", "group": "", "draw": 0,
           "amount": 0.4, "unit": "1"}  # fmt: skip
    indicator = Table.from_rows(INDICATOR, [row])
    with pytest.raises(UnknownName, match="needs the table zones"):
        trace(put(indicator=indicator), "access_index", "KAZ")
    zones = Table.from_rows(ZONES, [{"id": B, "country": "KAZ"}, {"id": A, "country": "CHN"}])
    found = trace(put("two", indicator=indicator, zones=zones), "access_index", "KAZ")
    assert {x.share for x in found.lines} == {1.0}
    assert found.assumed_share == pytest.approx(0.5)
