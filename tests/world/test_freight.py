"""Rows of freight, vehicles and choice: what is in them, and where a pair's own claims go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import pytest

from sogdia.world.freight import ANYWHERE
from sogdia.world.world import World


@pytest.fixture(scope="module")
def year(world_on: Callable[[str], World]) -> World:
    """The world of the calibration year."""
    return world_on("2023-07-01")


def test_class_shares_of_every_pair_add_to_one(year: World) -> None:
    total: dict[tuple[str, str], float] = defaultdict(float)
    for row in year.freight.rows():
        total[row["exporter"], row["importer"]] += row["class_value_share"]
    assert total
    assert all(value == pytest.approx(1.0, abs=1e-9) for value in total.values())


def test_every_exporter_has_rows_for_every_importer_without_claims_of_its_own(year: World) -> None:
    freight = year.freight
    exporters = set(freight["exporter"])
    anywhere = {
        e for e, i in zip(freight["exporter"], freight["importer"], strict=True) if i == ANYWHERE
    }
    assert anywhere == exporters >= {str(c) for c in year.zones["country"]}
    assert len(freight) % len(year.classes) == 0


def test_a_pair_with_claims_of_its_own_does_not_take_those_of_its_exporter(year: World) -> None:
    rows = {(r["exporter"], r["importer"], r["commodity"]): r for r in year.freight.rows()}
    own, wide = rows["KAZ", "CHN", "bulk"], rows["KAZ", ANYWHERE, "bulk"]
    assert own["off_network_value_share"] == pytest.approx(0.402)
    assert wide["off_network_value_share"] == pytest.approx(0.63)
    assert own["class_value_share"] != wide["class_value_share"]
    # A pair with one claim of its own takes the rest from its exporter.
    gas = rows["TKM", "CHN", "bulk"]
    assert gas["off_network_value_share"] > 0.9
    assert gas["class_value_share"] == rows["TKM", ANYWHERE, "bulk"]["class_value_share"]


def test_vehicles_and_choice_are_known_and_traced(year: World) -> None:
    at = year.vehicles.index()
    assert set(at) == {"rail", "road"}
    assert (year.vehicles["load_t"] > 0).all()
    assert year.vehicles["train_load_teu"][at["rail"]] > 50
    assert np.isnan(year.vehicles["train_load_teu"][at["road"]])
    assert len(year.choice) == 1
    seen = set(zip(year.lineage["entity"], year.lineage["variable"], strict=True))
    for entity, variable in (
        ("choice:freight", "mode_scale"), ("choice:freight", "route_scale"),
        ("choice:freight", "ocean_factor"), ("choice:trade", "trade_elasticity"),
        ("vehicle:rail", "train_load_teu"), ("vehicle:road", "truck_load_t"),
        ("KAZ>CHN#bulk", "class_value_share"), ("KAZ>CHN", "off_network_value_share"),
    ):  # fmt: skip
        assert (entity, variable) in seen
