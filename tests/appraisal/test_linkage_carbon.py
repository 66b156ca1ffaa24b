"""Carbon dioxide of freight, counted by hand on a few links of the real world."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sogdia.appraisal.linkage.carbon import carbon_rows, freight_carbon
from sogdia.appraisal.loop import Joined
from sogdia.core.table import Table
from sogdia.evidence.base import open_evidence
from sogdia.models.transport.tables import LINK_FLOW
from sogdia.world.build import world
from sogdia.world.world import World

ON = date(2026, 1, 1)


@pytest.fixture(scope="module")
def today() -> World:
    """The world of a date."""
    return world(open_evidence(), on=ON)


def flow(today: World, tonnes: dict[str, float]) -> Table:
    """Flow on some links, one direction."""
    at = {str(i): n for n, i in enumerate(today.links["id"])}
    return Table.from_rows(
        LINK_FLOW,
        [
            {
                "on": ON, "id": link, "from_place": str(today.links["from_place"][at[link]]),
                "to_place": str(today.links["to_place"][at[link]]),
                "mode": str(today.links["mode"][at[link]]), "flow_t_per_y": t,
            }
            for link, t in tonnes.items()
        ],
    )  # fmt: skip


def first(today: World, mode: str) -> int:
    """The first link of a mode with a length."""
    known = (today.links["mode"] == mode) & ~np.isnan(today.links["length_km"])
    return int(np.flatnonzero(known)[0])


def test_flow_times_length_times_factor(today: World) -> None:
    rail, road = first(today, "rail"), first(today, "road")
    ids = [str(today.links["id"][n]) for n in (rail, road)]
    found = freight_carbon(today, flow(today, dict(zip(ids, (1e6, 2e5), strict=True))))
    for n, mode, tonnes in ((rail, "rail", 1e6), (road, "road", 2e5)):
        rows = today.tariffs["id"] == today.links["tariff"][n]
        factor = float(np.nanmean(today.tariffs["emission_kgco2_per_tkm"][rows]))
        km = float(today.links["length_km"][n])
        assert found[mode] == pytest.approx((tonnes * km * factor / 1000.0, tonnes * km))
    assert found["sea"] == (0.0, 0.0)


def test_from_road_to_rail_emits_less_and_the_same_flow_exactly_nothing(today: World) -> None:
    rail, road = (str(today.links["id"][first(today, m)]) for m in ("rail", "road"))
    before, after = flow(today, {road: 1e6}), flow(today, {rail: 1e6})
    empty: dict[str, Table] = {}

    def joined(a: Table, b: Table) -> Joined:
        return Joined(
            baseline=empty | {"link_flow": a}, scenario=empty | {"link_flow": b},
            statuses=(), baseline_statuses=(),
        )  # fmt: skip

    rows = {
        (r["variable"], r["entity"]): r
        for r in carbon_rows(ON, today, today, joined(before, after))
    }
    assert rows["freight_emission", "road"]["after_amount"] == 0.0
    assert rows["freight_emission", "rail"]["change_amount"] > 0.0
    total = rows["freight_emission", "all modes"]
    assert total["change_amount"] == pytest.approx(
        sum(rows["freight_emission", m]["change_amount"] for m in ("rail", "road", "sea", "air"))
    )
    same = list(carbon_rows(ON, today, today, joined(before, before)))
    assert {r["change_amount"] for r in same} == {0.0}
    assert not list(carbon_rows(ON, today, today, None))
