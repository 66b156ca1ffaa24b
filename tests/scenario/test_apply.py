"""Applying measures to a small world."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from scenario_stub import ON, StubWorld, stub_world

from sogdia.core.errors import InvalidInput
from sogdia.core.estimate import Estimate
from sogdia.core.table import Table
from sogdia.scenario.apply import apply, worlds_of
from sogdia.scenario.kinds import make_measure
from sogdia.scenario.measures import Measure
from sogdia.scenario.scenario import Scenario

ALA, HOR = "kz-cn.alashankou:rail", "kz-cn.khorgos:road"
PORT = "transfer:port/kz.aktau-port"
ALL = {"countries": ["KAZ"]}


def made(kind: str, name: str = "m", **fields: Any) -> Measure:
    return make_measure(kind, **{"id": name, "on": ON, "source": "test"} | fields)


def cut(percent: int, of: str = "baseline") -> dict[str, str]:
    return {"change": f"{percent} %", "of": of}


def rows(table: Table, name: str) -> list[dict[str, Any]]:
    return [r for r in table.rows() if r["id"] == name]


def after(*measures: Measure) -> StubWorld:
    return apply(stub_world(), measures, on=ON)


def refusal(*measures: Measure) -> str:
    with pytest.raises(InvalidInput) as caught:
        after(*measures)
    return str(caught.value)


def test_nothing_to_do_gives_the_same_world() -> None:
    world = stub_world()
    assert apply(world, (), on=ON) is world
    assert worlds_of(Scenario(id="s", title="t"), world) == (world, world)


def test_dates() -> None:
    shut = made(
        "close-link", link="rail:dostyk~moiynty", on=date(2031, 7, 1), until=date(2031, 7, 29)
    )
    for day, status in (
        ("06-30", "open"),
        ("07-01", "closed"),
        ("07-28", "closed"),
        ("07-29", "open"),
    ):
        on = date.fromisoformat(f"2031-{day}")
        found = apply(stub_world(on), [shut], on=on)
        assert rows(found.links, "rail:dostyk~moiynty")[0]["status"] == status
    with pytest.raises(InvalidInput, match="is not the date of the world"):
        apply(stub_world(), [shut], on=date(2031, 7, 2))


def test_links() -> None:
    world = after(
        made("open-link", "a", link="rail:kashgar~makmal", capacity="12 Mt/year"),
        made(
            "upgrade-link",
            "b",
            link="rail:dostyk~moiynty",
            tracks=2,
            electrified=True,
            capacity="60 trains/day",
            speed={"central": 60, "low": 50, "high": 70, "unit": "km/h"},
        ),
        made("upgrade-link", "c", links={"tariff": "mode:road/KAZ"}, road_class="motorway"),
    )
    opened = rows(world.links, "rail:kashgar~makmal")[0]
    assert (opened["status"], opened["opened"], opened["capacity_t_per_y"]) == ("open", ON, 12e6)
    assert opened["capacity_trains_per_day"] == 24.0
    better = rows(world.links, "rail:dostyk~moiynty")[0]
    assert [better[n] for n in ("tracks_count", "electrified", "capacity_trains_per_day")] == [
        2,
        "yes",
        60,
    ]
    assert (better["speed_km_per_h"], better["capacity_t_per_y"]) == (60.0, 20e6)
    assert list(world.links["road_class"]) == [None, None, "motorway", "motorway"]


def test_dwell_keeps_the_ratio_of_p90_to_p50() -> None:
    world = after(made("set-dwell", crossing=ALA, dwell="12 hour"))
    into, out = rows(world.crossings, ALA)
    assert [into[f"dwell_{n}_h"] for n in ("mean", "p50", "p90")] == pytest.approx([12, 6, 24])
    assert [out[f"dwell_{n}_h"] for n in ("mean", "p50", "p90")] == pytest.approx([12, 4, 16])
    given = after(made("set-dwell", crossing=ALA, dwell="12 hour", p90="15 hour", towards="KAZ"))
    into, out = rows(given.crossings, ALA)
    assert (into["dwell_p50_h"], into["dwell_p90_h"]) == (6.0, 15.0)
    assert out == rows(stub_world().crossings, ALA)[1]
    assert "below its P50" in refusal(
        made("set-dwell", crossing=ALA, dwell="12 hour", p90="5 hour")
    )
    both = rows(after(made("set-dwell", transfer=PORT, dwell="30 hour")).transfers, PORT)
    assert [r["dwell_p90_h"] for r in both] == [80.0, 80.0]


def test_dwell_of_a_crossing_nobody_knows() -> None:
    (into, _) = rows(after(made("set-dwell", crossing=HOR, dwell="9 h")).crossings, HOR)
    assert (into["dwell_mean_h"], into["dwell_p50_h"], into["dwell_p90_h"]) == (9.0, None, None)


def test_a_stop_that_takes_no_time_stays_passable() -> None:
    """0 / 0 once made its quantiles unknown, which closed the border of that draw."""
    world = stub_world()
    zero = world.replace(
        crossings=world.crossings.replace(
            **{f"dwell_{n}_h": np.zeros(len(world.crossings)) for n in ("mean", "p50", "p90")}
        )
    )
    for dwell, expected in ((cut(-30), 0.0), ("2 hour", 2.0)):
        found = apply(zero, [made("set-dwell", crossing=ALA, dwell=dwell)], on=ON)
        for row in rows(found.crossings, ALA):
            assert [row[f"dwell_{n}_h"] for n in ("mean", "p50", "p90")] == [expected] * 3


def test_change_of_the_baseline() -> None:
    world = after(made("set-dwell", crossings=ALL, dwell=cut(-30)))
    assert rows(world.crossings, ALA)[0]["dwell_mean_h"] == pytest.approx(14.0)
    assert rows(world.crossings, ALA)[1]["dwell_mean_h"] == pytest.approx(21.0)
    assert rows(world.crossings, HOR)[0]["dwell_mean_h"] is None, "the unknown stays unknown"
    assert rows(world.crossings, "kg-uz.dustlik:road")[0]["dwell_mean_h"] == 4.0
    noted = [r for r in world.lineage.rows() if r["entity"] == f"{ALA}>KAZ"]
    assert {r["claim"] for r in noted if r["variable"] == "dwell_mean_h"} == {"c1", "measure:m"}
    assert "is not known" in refusal(made("set-dwell", crossing=HOR, dwell=cut(-30)))


def test_change_of_a_claim() -> None:
    measure = made("set-hours", crossing=ALA, hours=cut(-50, "c7"))
    world = apply(stub_world(), [measure], on=ON, claims={"c7": Estimate.exact(18.0)})
    assert rows(world.crossings, ALA)[0]["open_h_per_day"] == 9.0
    assert "c7" in {r["claim"] for r in world.lineage.rows()}
    assert 'needs the value of claim "c7"' in refusal(measure)
    longer = made("set-hours", crossing=ALA, hours=cut(50, "c7"))
    world = apply(stub_world(), [longer], on=ON, claims={"c7": Estimate.exact(18.0)})
    assert rows(world.crossings, ALA)[0]["open_h_per_day"] == 24.0, "27 h is more than a day"


def test_a_change_of_capacity_is_one_of_every_capacity_known() -> None:
    world = after(
        made("set-capacity", "a", link="rail:dostyk~moiynty", capacity=cut(50)),
        made("set-capacity", "b", link="rail:kashgar~makmal", capacity=cut(50)),
    )
    both = rows(world.links, "rail:dostyk~moiynty")[0]
    assert (both["capacity_trains_per_day"], both["capacity_t_per_y"]) == (36.0, 30e6)
    one = rows(world.links, "rail:kashgar~makmal")[0]
    assert (one["capacity_trains_per_day"], one["capacity_t_per_y"]) == (36.0, None)


def test_one_way_closing() -> None:
    world = after(made("close-crossing", crossing=HOR, towards="CHN"))
    into, out = rows(world.crossings, HOR)
    assert (into["status"], out["status"]) == ("open", "closed")
    assert "measure m" in out["regime"]
    again = apply(world, [made("open-crossing", "n", crossing=HOR)], on=ON)
    assert [r["status"] for r in rows(again.crossings, HOR)] == ["open", "open"]
    assert "leads towards UZB" in refusal(made("close-crossing", crossing=HOR, towards="UZB"))


@pytest.mark.parametrize(
    ("selector", "count"),
    [
        ({"mode": "rail", "between": ["CHN", "KAZ"]}, 2),
        ({"between": ["KAZ", "CHN"]}, 4),
        ({"countries": ["UZB", "KAZ"]}, 6),
        ({"mode": "road"}, 4),
    ],
)
def test_selectors(selector: dict[str, Any], count: int) -> None:
    world = after(made("close-crossing", crossings=selector))
    assert int(np.sum(world.crossings["status"] == "closed")) == count
    towards = after(made("close-crossing", crossings=selector, towards="KAZ"))
    assert set(towards.crossings["towards"][towards.crossings["status"] == "closed"]) <= {"KAZ"}


def test_a_selector_that_finds_nothing_is_refused() -> None:
    said = refusal(made("close-crossing", crossings={"mode": "rail", "between": ["KAZ", "UZB"]}))
    assert "selects nothing" in said


def test_fees_hours_rates() -> None:
    world = after(
        made("set-fee", "a", crossing=ALA, fee="7 USD2023/t"),
        made("set-fee", "b", transfer=PORT, fee="100 USD2023/TEU"),
        made("set-hours", "c", crossing=ALA, hours="14 h/day", towards="KAZ"),
        made("set-capacity", "d", crossing=HOR, capacity="50 trucks/day"),
        made("set-rate", "e", tariff="mode:sea/ocean", rate=cut(100)),
        made("set-rate", "f", tariff="mode:rail/KAZ", commodity="bulk", rate="0.02 USD2023/tkm"),
    )
    assert rows(world.crossings, ALA)[1]["fee_usd2023_per_t"] == 7.0
    assert rows(world.transfers, PORT)[0]["fee_usd2023_per_teu"] == 100.0
    assert [r["open_h_per_day"] for r in rows(world.crossings, ALA)] == [14.0, 24.0]
    assert rows(world.crossings, HOR)[0]["capacity_per_day"] == 50.0
    assert list(world.tariffs["rate_usd2023_per_tkm"]) == pytest.approx([0.004, 0.02, 0.02])
    assert "it has bulk" in refusal(
        made("set-rate", tariff="mode:rail/KAZ", commodity="gold", rate="0.02 USD2023/tkm")
    )


def test_visas() -> None:
    world = after(
        made("set-visa", from_country="CHN", to_country=["UZB", "KGZ"], regime="visa_free")
    )
    found = {(r["from_country"], r["to_country"]): r["regime"] for r in world.regimes.rows()}
    assert found == {
        ("UZB", "CHN"): "visa_required",
        ("KAZ", "KGZ"): "EAEU",
        ("CHN", "UZB"): "visa_free",
        ("CHN", "KGZ"): "visa_free",
    }


def test_unknown_ids_offer_the_nearest_and_all_are_said() -> None:
    said = refusal(
        made("close-link", "a", link="rail:kashgar~makmall"),
        made("set-dwell", "b", crossing="kz-cn.alashanku:rail", dwell="3 h"),
    )
    assert 'did you mean "rail:kashgar~makmal"?' in said
    assert f'did you mean "{ALA}"?' in said
    assert said.endswith("2 problems; nothing was run.")


def test_two_measures_on_one_thing() -> None:
    said = refusal(
        made("set-dwell", "pack", crossings=ALL, dwell=cut(-30)),
        made("set-dwell", "own", crossing=ALA, dwell="3 h", towards="KAZ"),
    )
    assert 'measures "own" and "pack"' in said
    assert f"both set dwell_mean_h of {ALA}>KAZ" in said


def test_the_world_given_is_not_changed() -> None:
    world = stub_world()
    before = world.content()
    apply(
        world,
        [
            made("set-dwell", "a", crossings=ALL, dwell=cut(-30)),
            made("set-visa", "b", from_country="CHN", to_country="UZB", regime="evisa"),
            made("close-link", "c", links={"tariff": "mode:road/KAZ"}),
        ],
        on=ON,
    )
    assert world.content() == before


def test_measures_are_frozen() -> None:
    measure = made("set-dwell", crossing=ALA, dwell="3 h")
    with pytest.raises(Exception, match="frozen"):
        measure.id = "other"  # type: ignore[misc]


def test_order_never_matters() -> None:
    measures = [
        made("set-dwell", "a", crossings=ALL, dwell=cut(-30)),
        made("close-crossing", "b", crossing=ALA, towards="CHN"),
        made("open-link", "c", link="rail:kashgar~makmal"),
        made("set-visa", "d", from_country="CHN", to_country="UZB", regime="evisa"),
    ]
    worlds = [after(*order).content() for order in permutations(measures)]
    digests = {
        Scenario(id="s", title="t", measures=order).digest for order in permutations(measures)
    }
    assert all(world == worlds[0] for world in worlds)
    assert len(digests) == 1


def test_the_two_worlds_of_a_scenario() -> None:
    scenario = Scenario(
        id="s",
        title="t",
        measures=(made("set-dwell", "own", crossings=ALL, dwell=cut(-50)),),
        without=(made("close-link", "past", link="rail:dostyk~moiynty"),),
        baseline_stages=((made("set-dwell", "base", crossing=ALA, dwell="10 h"),),),
    )
    comparator, changed = worlds_of(scenario, stub_world())
    assert [r["dwell_mean_h"] for r in rows(comparator.crossings, ALA)] == [10.0, 10.0]
    assert [r["dwell_mean_h"] for r in rows(changed.crossings, ALA)] == [5.0, 5.0]
    assert rows(comparator.links, "rail:dostyk~moiynty")[0]["status"] == "closed"
    assert rows(changed.links, "rail:dostyk~moiynty")[0]["status"] == "open"


def test_a_selector_may_not_overrule_the_baseline() -> None:
    scenario = Scenario(
        id="s",
        title="t",
        measures=(made("set-dwell", "own", crossings=ALL, dwell="3 h"),),
        baseline_stages=((made("set-dwell", "base", crossing=ALA, dwell="10 h"),),),
    )
    with pytest.raises(InvalidInput, match=r'"base" \(baseline\) and "own"'):
        worlds_of(scenario, stub_world())


@pytest.mark.parametrize(
    ("a", "b", "clash"),
    [
        ({"towards": "KAZ"}, {"towards": "CHN"}, False),
        ({"towards": "KAZ"}, {}, True),
        ({}, {}, True),
        ({"until": date(2032, 1, 1)}, {"on": date(2032, 1, 1)}, False),
        ({"until": date(2032, 1, 2)}, {"on": date(2032, 1, 1)}, True),
    ],
)
def test_clashes(a: dict[str, Any], b: dict[str, Any], clash: bool) -> None:
    measures = (
        made("set-dwell", "a", crossing=ALA, dwell="3 h", **a),
        made("set-dwell", "b", crossing=ALA, dwell="4 h", **b),
    )
    if clash:
        with pytest.raises(InvalidInput, match='measures "a" and "b" both set'):
            Scenario(id="s", title="t", measures=measures)
    else:
        Scenario(id="s", title="t", measures=measures)


def test_a_link_opens_once_whenever() -> None:
    first = made("open-link", "a", link="rail:kashgar~makmal", until=date(2032, 1, 1))
    second = made("open-link", "b", link="rail:kashgar~makmal", on=date(2035, 1, 1))
    with pytest.raises(InvalidInput, match="a scenario may open a link once"):
        Scenario(id="s", title="t", measures=(first, second))
