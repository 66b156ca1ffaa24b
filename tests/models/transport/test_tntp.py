"""The TNTP reader, and published user equilibria where the files are at hand.

Set SOGDIA_TNTP to a folder with ``SiouxFalls_net.tntp``, ``SiouxFalls_trips.tntp`` and
``SiouxFalls_flow.tntp`` (and others named in the same way) to run the second part; no network is
shipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from sogdia.core.errors import InvalidInput
from sogdia.models.transport.solve_equilibrium import Congestion, equilibrium
from sogdia.models.transport.tntp import read_flows, read_network, read_trips

NET = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 3
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 3
<END OF METADATA>

~ 	init_node	term_node	capacity	length	free_flow_time	b	power	speed	toll	link_type	;
	1	3	100	2.5	6	0.15	4	0	0	1	;
	3	2	0	1	4	0	0	0	7	1	;
	2	1	50	1	5	0.5	2	0	0	1	;
"""
TRIPS = """<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 30.0
<END OF METADATA>

Origin  1
    1 :    0.0;     2 :   20.0;
Origin  2
    1 :   10.0;
"""
BEST = {"SiouxFalls": 42.31335287107440e5}
"""Objective of the best known solution, as published with the networks."""


def written(tmp_path: Path, text: str, name: str = "a_net.tntp") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_network_and_trips_are_read(tmp_path):
    network = read_network(written(tmp_path, NET))
    assert network.n_zones == 2
    np.testing.assert_array_equal(network.graph.tail, [0, 2, 1])
    np.testing.assert_array_equal(network.graph.head, [2, 1, 0])
    np.testing.assert_array_equal(network.graph.through, [False, False, True])
    np.testing.assert_array_equal(network.toll, [0, 7, 0])
    np.testing.assert_allclose(
        network.delay.value(np.array([100.0, 1e6, 100.0])), [6 * 1.15, 4.0, 5 * 3.0]
    )
    trips = read_trips(written(tmp_path, TRIPS, "a_trips.tntp"))
    np.testing.assert_array_equal(trips.volume[0], [[0, 20], [10, 0]])
    flows = "From To Volume Cost\n2 1 10 5\n1 3 20 6\n3 2 20 4\n"
    volume, cost = read_flows(written(tmp_path, flows, "a_flow.tntp"), network)
    np.testing.assert_array_equal(volume, [20, 20, 10])
    np.testing.assert_array_equal(cost, [6, 4, 5])


def test_first_thru_node_is_respected(tmp_path):
    """From 1 to 3 the way 1 -> 2 -> 3 would pass through the zone 2."""
    text = NET.replace("\t1\t3\t100", "\t1\t2\t100").replace("\t3\t2\t0", "\t2\t3\t0")
    network = read_network(written(tmp_path, text))
    demand = read_trips(written(tmp_path, TRIPS.replace("2 :   20.0", "2 : 20.0"), "t.tntp"))
    found = equilibrium(network.graph, demand, Congestion(delay=network.delay))
    assert found.flow[0, 0] == 20.0 and found.flow[0, 1] == 0.0


def test_all_problems_at_once(tmp_path):
    bad = NET.replace("<FIRST THRU NODE> 3\n", "").replace("\t2\t1\t50", "\t2\t9\t-50")
    with pytest.raises(InvalidInput) as refused:
        read_network(written(tmp_path, bad + "\tone\ttwo\t;\n"))
    text = str(refused.value)
    assert len(refused.value.problems) == 4
    assert "FIRST THRU NODE" in text and "a_net.tntp, line 9" in text and "not a link" in text
    trips = TRIPS.replace("2 :   20.0", "5 : many")
    with pytest.raises(InvalidInput) as refused:
        read_trips(written(tmp_path, trips, "t.tntp"))
    assert len(refused.value.problems) == 2
    with pytest.raises(InvalidInput, match="add up"):
        read_trips(written(tmp_path, TRIPS.replace("10.0", "11.0"), "t.tntp"))
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_network(tmp_path / "nothing.tntp")
    with pytest.raises(InvalidInput, match="number of links"):
        read_network(written(tmp_path, NET.replace("LINKS> 3", "LINKS> 4")))
    network = read_network(written(tmp_path, NET))
    with pytest.raises(InvalidInput, match="no flow for the link"):
        read_flows(written(tmp_path, "From To Volume Cost\n1 3 20 6\n", "f.tntp"), network)


FOLDER = os.environ.get("SOGDIA_TNTP", "")
NAMES = sorted(
    p.name.removesuffix("_flow.tntp") for p in Path(FOLDER or "absent").glob("*_flow.tntp")
)


@pytest.mark.skipif(not NAMES, reason="SOGDIA_TNTP names no folder with *_flow.tntp")
@pytest.mark.parametrize("name", NAMES or ["none"])
def test_published_equilibria(name):
    """Best known flows and objectives of the Transportation Networks for Research collection."""
    folder = Path(FOLDER)
    network = read_network(folder / f"{name}_net.tntp")
    demand = read_trips(folder / f"{name}_trips.tntp")
    found = equilibrium(network.graph, demand, Congestion(delay=network.delay), gap=1e-6)
    assert found.status.state == "solved" and found.gap <= 1e-6
    if name in BEST:
        assert found.objective == pytest.approx(BEST[name], rel=1e-5)
    volume, _ = read_flows(folder / f"{name}_flow.tntp", network)
    rmse = np.sqrt(np.mean((found.flow[0] - volume) ** 2)) / volume.mean()
    assert rmse < 0.0025
