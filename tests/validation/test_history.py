"""History holds on the real network: what was built when decides which way a train goes."""

from __future__ import annotations

import functools

import pytest

from sogdia.models.transport.prepare import ArcCosts, arc_costs
from sogdia.models.transport.routes import alternatives, legs
from sogdia.world.build import world
from sogdia.world.network import network


@functools.cache
def costs(on: str) -> ArcCosts:
    return arc_costs(network(world(on=on)), "container-general")


def by_rail(origin: str, destination: str, on: str, **limits: tuple[str, ...]) -> list[dict]:
    """Legs of the least-cost route that uses no line-haul but rail; empty when there is none."""
    found = alternatives(costs(on), origin, destination, 1, samples=1, modes=("rail",), **limits)
    return legs(costs(on), found[0].arcs) if found else []


def countries(route: list[dict]) -> set[str]:
    return {leg["country"] for leg in route if leg["kind"] == "line-haul"}


def gauge_changes(route: list[dict]) -> int:
    return sum(leg["kind"] == "gauge-change" for leg in route)


def posts(route: list[dict]) -> str:
    return " ".join(leg["entities"] for leg in route if leg["kind"] == "border")


def test_angren_pap_takes_tashkent_andijan_out_of_tajikistan() -> None:
    # Opened 22 June 2016 (project register, RAIL_ANGREN_PAP).
    assert "TJK" in countries(by_rail("uz.tashkent", "uz.andijan", "2015-07-01"))
    assert countries(by_rail("uz.tashkent", "uz.andijan", "2017-07-01")) == {"UZB"}


def test_vahdat_yovon_keeps_dushanbe_kulob_in_tajikistan() -> None:
    # Inaugurated 24 August 2016. Before, the only line ran through Termez in Uzbekistan; the
    # evidence has no start for the closure of the Amuzang crossing, so it is not modelled.
    assert "UZB" in countries(by_rail("tj.dushanbe", "tj.kulob", "2015-07-01"))
    assert countries(by_rail("tj.dushanbe", "tj.kulob", "2017-07-01")) == {"TJK"}


def test_khorgos_takes_over_urumqi_almaty() -> None:
    # Zhetygen-Altynkol and the second rail crossing opened in December 2012.
    assert "kz-cn.alashankou:rail" in posts(by_rail("cn.urumqi", "kz.almaty", "2011-07-01"))
    after = by_rail("cn.urumqi", "kz.almaty", "2013-07-01")
    assert "kz-cn.khorgos:rail" in posts(after)
    assert any("kz.altynkol" in leg["entities"] for leg in after)


def test_no_railway_from_baku_to_kars_before_2017() -> None:
    # Baku-Tbilisi-Kars opened 30 October 2017. A way round through Russia or Iran is not it.
    neighbours = ("RUS", "IRN", "KAZ", "TKM")
    assert by_rail("az.baku", "tr.kars", "2016-07-01", avoid=neighbours) == []
    after = by_rail("az.baku", "tr.kars", "2018-07-01", avoid=neighbours)
    assert countries(after) <= {"AZE", "GEO", "TUR"}
    assert "ge-tr.kartsakhi:rail" in posts(after)


CHINA = ("cn.xian", "cn.urumqi", "cn.chongqing", "cn.lianyungang", "cn.harbin", "cn.kashgar")
CENTRAL_ASIA = (
    "kz.almaty", "kz.astana", "kz.aktau-port", "kg.bishkek", "kg.osh", "uz.tashkent",
    "uz.andijan", "uz.nukus", "tj.dushanbe", "tj.khujand", "tm.ashgabat",
)  # fmt: skip


@pytest.mark.parametrize("on", ["1995-07-01", "2013-07-01", "2026-07-01"])
@pytest.mark.parametrize("origin", CHINA)
def test_one_gauge_change_between_china_and_central_asia(origin: str, on: str) -> None:
    if origin == "cn.kashgar" and on == "1995-07-01":
        assert by_rail(origin, "kz.almaty", on) == []  # the line to Kashgar opened in 1999
        return
    for destination in CENTRAL_ASIA:
        for a, b in ((origin, destination), (destination, origin)):
            route = by_rail(a, b, on)
            assert route, f"{a} to {b} on {on}"
            assert gauge_changes(route) == 1, f"{a} to {b} on {on}"


def test_two_gauge_changes_from_xian_to_duisburg() -> None:
    for on in ("2013-07-01", "2026-07-01"):
        assert gauge_changes(by_rail("cn.xian", "de.duisburg", on)) == 2
