"""Trips of a pair of countries over their zones: what is not known is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from sogdia.core.table import Table
from sogdia.models.people.tables import PERSON_TRIP
from sogdia.models.people.travel import PASSENGER_SKIM
from sogdia.models.people.zone_trips import ZoneTripModel
from sogdia.world.world import World

ON = date(2024, 7, 1)


def test_a_zone_without_gross_product_gets_no_trips_and_is_named(
    world_on: Callable[[date | str], World],
) -> None:
    world = world_on(ON)
    country, zone = world.zones["country"], world.zones["id"]
    ours, theirs = (sorted(str(z) for z in zone[country == c]) for c in ("KAZ", "KGZ"))
    lost = theirs[0]
    gdp = np.where(zone == lost, np.nan, world.zones["gdp_usd2023_per_y"])
    skim = Table.from_rows(
        PASSENGER_SKIM,
        [
            dict.fromkeys(PASSENGER_SKIM.names)
            | {"on": ON, "origin": a, "destination": b, "generalised_h": 10.0}
            for a in ours
            for b in theirs
        ],
    )
    trips = Table.from_rows(
        PERSON_TRIP,
        [
            dict.fromkeys(PERSON_TRIP.names)
            | {"on": ON, "origin": "KAZ", "destination": "KGZ", "purpose": "visit",
               "observed_persons_per_y": 1000.0, "trips_persons_per_y": 1000.0}
        ],
    )  # fmt: skip
    model = ZoneTripModel(elasticity=1.0)
    problem = model.prepare(
        world.replace(zones=world.zones.replace(gdp_usd2023_per_y=gdp)),
        {"person_trip": trips, "passenger_skim": skim},
    )
    found = model.solve(problem)
    assert lost in found.status.message and "no trips there" in found.status.message
    rows = model.tabulate(problem, found)["zone_trip"].rows()
    by_zone: dict[str, float] = {}
    for row in rows:
        by_zone[row["destination"]] = (
            by_zone.get(row["destination"], 0.0) + row["trips_persons_per_y"]
        )
    assert by_zone[lost] == 0.0
    assert sum(by_zone.values()) == pytest.approx(1000.0)
    whole = model.solve(model.prepare(world, {"person_trip": trips, "passenger_skim": skim}))
    assert "GDP" not in whole.status.message
