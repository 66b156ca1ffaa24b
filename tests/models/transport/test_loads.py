"""Lines, yards, ports and ships: what uses them, and the hours that traffic adds on a line."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogdia.models.transport.carried import FlowProblem, Flows, carried, vehicles
from sogdia.models.transport.flows import FlowModel
from sogdia.models.transport.lines import FACTOR, POWER, added_on_line
from sogdia.models.transport.loads import capacities, counted, delayed, loads, transfer_flow
from sogdia.models.transport.prepare import TIME, class_row
from sogdia.world.network import TRANSFER
from sogdia.world.world import World

YARD = ("transfer:gauge-change/kz.dostyk", "teu/year", "")
SHIP = ("sea:kz.aktau-port~az.alat", "teu/year", "az.alat")
LINE = ("rail:kz.dostyk~kz.beskol", "train/day", "")


# --- a line -----------------------------------------------------------------------------------


def test_a_line_at_capacity_takes_fifteen_percent_longer_than_free() -> None:
    """The Bureau of Public Roads' own figure: 0.15 at capacity, and 0.15 x 2**4 at twice it."""
    line = added_on_line(20.0, before=20.0, observed=0.0, hours=10.0)
    assert line.hours(20.0) == pytest.approx(1.5)
    assert line.hours(40.0) == pytest.approx(24.0)
    assert line.free_h == 10.0


def test_hours_observed_under_traffic_hold_what_it_costs() -> None:
    """10 h at 80 % use: free 10 / (1 + 0.15 x 0.8**4), and without traffic as much less."""
    line = added_on_line(20.0, before=20.0, observed=16.0, hours=10.0)
    free = 10.0 / (1.0 + 0.15 * 0.8**4)
    assert line.free_h == pytest.approx(free)
    assert line.hours(16.0) == 0.0
    assert line.hours(0.0) == pytest.approx(free - 10.0)


def test_a_capacity_the_baseline_exceeds_is_raised_and_nothing_blows_up() -> None:
    line = added_on_line(12.0, before=12.0, observed=48.0, hours=10.0)
    assert line.raised == 4.0
    assert line.hours(48.0) == 0.0
    assert 0.0 < line.hours(50.0) < 1.0
    assert added_on_line(60.0, before=12.0, observed=48.0, hours=10.0).hours(48.0) < 0.0


@given(
    before=st.floats(1.0, 200.0),
    more=st.floats(1.0, 10.0),
    observed=st.floats(0.0, 400.0),
    flow=st.floats(0.0, 400.0),
    hours=st.floats(0.1, 100.0),
)
def test_more_capacity_never_adds_hours_and_none_falls_below_free(
    before: float, more: float, observed: float, flow: float, hours: float
) -> None:
    same = added_on_line(before, before=before, observed=observed, hours=hours)
    wider = added_on_line(before * more, before=before, observed=observed, hours=hours)
    assert wider.hours(flow) <= same.hours(flow) + 1e-9
    assert same.hours(observed) == pytest.approx(0.0, abs=1e-9)
    assert hours + same.hours(0.0) >= hours / (1.0 + FACTOR) * (1.0 - 1e-9)
    assert POWER == 4.0


# --- what uses a capacity ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def year(world_on: Callable[[str], World]) -> World:
    """A world in which the ship's capacity is known."""
    return world_on("2025-07-01")


@pytest.fixture(scope="module")
def solved(year: World) -> tuple[FlowProblem, Flows]:
    """Containers and bulk on it."""
    model = FlowModel(commodities=("container-general", "bulk"))
    problem = model.prepare(year, {})
    return problem, model.solve(problem)


def test_known_capacities_have_their_units_and_a_ship_has_half_each_way(year: World) -> None:
    found = capacities(year)
    assert found[YARD].kind == "yard" and found[YARD].amount == 597_400.0
    assert found[LINE].kind == "line" and found[LINE].amount == 120.0
    back = (SHIP[0], SHIP[1], "kz.aktau-port")
    assert found[SHIP].amount == found[back].amount == 44_500.0
    assert found["transfer:port/az.alat", "teu/year", ""].amount == 150_000.0
    assert found["transfer:port/az.alat", "t/year", ""].amount == 15e6


def test_loads_are_those_of_the_arcs_in_the_unit_of_the_capacity(
    solved: tuple[FlowProblem, Flows],
) -> None:
    """Counted here by hand from the network's rows and the loads of vehicles."""
    problem, flows = solved
    net = problem.network
    where = counted(net, problem.demand.commodities, capacities(net.world))
    found = loads(flows, where)
    by_class = flows.tonnes.sum(axis=1)
    boxes = vehicles(net.world, problem.demand.commodities)
    ids = net.world.transfers["id"]
    yard = (net.kind == TRANSFER) & (ids[np.where(net.kind == TRANSFER, net.row, 0)] == YARD[0])
    assert found[YARD] == pytest.approx(by_class[0, yard].sum() * boxes.teu_per_t[0])
    trains = found[LINE]
    rows = [r for r in FlowModel(commodities=("container-general", "bulk")).tabulate(*solved)[
        "link_flow"].rows() if r["id"] == LINE[0]]  # fmt: skip
    assert trains == pytest.approx(sum(r["vehicles_per_day"] for r in rows))
    there, back = found[SHIP], found[SHIP[0], SHIP[1], "kz.aktau-port"]
    ways = {r["to_place"]: r["containers_teu_per_y"] for r in FlowModel(
        commodities=("container-general", "bulk")).tabulate(*solved)["link_flow"].rows()
        if r["id"] == SHIP[0]}  # fmt: skip
    assert (there, back) == pytest.approx((ways["az.alat"], ways["kz.aktau-port"]))


def test_transfer_flow_adds_up_and_its_use_is_of_all_directions(
    solved: tuple[FlowProblem, Flows],
) -> None:
    problem, flows = solved
    table = transfer_flow(problem, flows, carried(problem, flows))
    rows = [r for r in table.rows() if r["id"] == YARD[0]]
    assert {(r["from_layer"], r["to_layer"]) for r in rows} == {
        ("rail-1435", "rail-1520"), ("rail-1520", "rail-1435"),
    }  # fmt: skip
    total = sum(r["containers_teu_per_y"] for r in rows)
    assert total > 0.0
    assert [r["use_share"] for r in rows] == pytest.approx([total / 597_400.0] * 2)
    assert not any(r["id"].startswith(("transfer:origin", "transfer:destination"))
                   for r in table.rows())  # fmt: skip


def test_hours_are_added_to_the_classes_that_use_a_capacity_and_none_below_zero(
    solved: tuple[FlowProblem, Flows],
) -> None:
    """A yard's capacity in containers makes bulk wait nowhere; a line's in trains makes all wait."""
    problem, _ = solved
    where = counted(problem.network, problem.demand.commodities, [YARD, LINE])
    slower = delayed(problem, where, {YARD: 3.0, LINE: 2.0})
    value = class_row(problem.network.world, "container-general").hour_usd2023_per_t
    for c, (old, new) in enumerate(zip(problem.costs, slower.costs, strict=True)):
        moved = new.fields[TIME] - old.fields[TIME]
        assert moved[where[YARD].arcs] == pytest.approx(3.0 if c == 0 else 0.0)
        assert moved[where[LINE].arcs] == pytest.approx(2.0)
        assert np.count_nonzero(moved) == len(where[LINE].arcs) + (
            len(where[YARD].arcs) if c == 0 else 0
        )
    arcs = where[YARD].arcs[np.isfinite(problem.costs[0].gencost[where[YARD].arcs])]
    dearer = slower.costs[0].gencost[arcs] - problem.costs[0].gencost[arcs]
    assert len(arcs) > 0
    assert dearer == pytest.approx(3.0 * value)
    quick = delayed(problem, where, {LINE: -1e6})
    assert (quick.costs[0].fields[TIME][where[LINE].arcs] == 0.0).all()
    assert delayed(problem, where, {}) is problem
