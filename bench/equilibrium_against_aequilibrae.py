"""User equilibrium of Sogdia and AequilibraE: ``python bench/equilibrium_against_aequilibrae.py``.

On a network of the size of Chicago Sketch (387 zones, 933 nodes, 2,950 links). With SOGDIA_TNTP set
and ``ChicagoSketch_net.tntp`` in that folder it is the real network, and with
``ChicagoSketch_trips.tntp`` the real demand; otherwise the network, the demand or both are
synthetic, which the first line says. Both get two threads and run from nothing to a relative gap
(total cost less total least cost, over total cost); theirs is bi-conjugate Frank-Wolfe. The gap of
both flows is then computed anew by the same function.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import warnings
from pathlib import Path

import numba
import numpy as np
import pandas as pd

from sogdia.models.transport.delay import Delay, bpr
from sogdia.models.transport.solve import skim
from sogdia.models.transport.solve_equilibrium import Congestion, equilibrium
from sogdia.models.transport.solve_graph import Demand, Graph
from sogdia.models.transport.solve_star import forward_star
from sogdia.models.transport.tntp import read_network, read_trips

THREADS = 2
LIMITS = {1e-4: 0.25, 1e-6: 1.0}
"""Gap, and the largest allowed ratio of our time to AequilibraE's."""
LEAST_TIME = 1e-3
"""AequilibraE wants a time above 0 on every link; both get this one, in minutes."""
TRIPS = 1_260_907.0
"""Total demand of Chicago Sketch, trips."""


def synthetic_network() -> tuple[Graph, Delay, int]:
    """387 zones on a jittered grid of 21 x 26 junctions; 2,950 links."""
    rng = np.random.default_rng(20240601)
    at = np.arange(546).reshape(21, 26) + 387
    roads = np.concatenate(
        [np.stack([at[:, :-1], at[:, 1:]], -1).reshape(-1, 2),
         np.stack([at[:-1], at[1:]], -1).reshape(-1, 2)]
    )  # fmt: skip
    diagonals = np.stack([at[:-1, :-1], at[1:, 1:]], -1).reshape(-1, 2)
    roads = np.concatenate([roads, rng.permutation(diagonals)[:43]])
    ties = np.stack([np.arange(387), rng.permutation(546)[:387] + 387], -1)
    both = np.concatenate([ties, roads])
    tail, head = np.concatenate([both, both[:, ::-1]]).T
    n = len(roads)
    free = np.concatenate([np.full(387, 0.5), rng.uniform(1.0, 4.0, n)])
    capacity = np.concatenate([np.full(387, 49_500.0), rng.uniform(4_000.0, 16_000.0, n)])
    through = np.arange(933) >= 387
    graph = Graph(tail=tail, head=head, n_nodes=933, through=through)
    return graph, bpr(np.tile(free, 2), np.tile(capacity, 2)), 387


def synthetic_demand(graph: Graph, delay: Delay, n_zones: int, total: float) -> Demand:
    """Gravity between all zones: lognormal sizes, halved every 10 minutes."""
    rng = np.random.default_rng(7)
    zones = np.arange(n_zones)
    star = forward_star(graph.tail, graph.head, graph.n_nodes)
    far = skim(
        star, delay.free, np.zeros((0, graph.n_arcs)), zones, zones, through=graph.through
    ).cost
    size = rng.lognormal(0.0, 1.0, (2, n_zones))
    volume = size[0][:, None] * size[1] * np.exp2(-far / 10.0)
    np.fill_diagonal(volume, 0.0)
    return Demand(origins=zones, destinations=zones, volume=(volume * (total / volume.sum()))[None])


def problem() -> tuple[str, Graph, Delay, Demand]:
    """Name, graph, delays and demand."""
    folder = Path(os.environ.get("SOGDIA_TNTP", "absent"))
    net, trips = folder / "ChicagoSketch_net.tntp", folder / "ChicagoSketch_trips.tntp"
    if not net.exists():
        graph, delay, n_zones = synthetic_network()
        return (
            "synthetic network and demand",
            graph,
            delay,
            synthetic_demand(graph, delay, n_zones, 0.2 * TRIPS),
        )
    found = read_network(net)
    given = found.delay
    delay = Delay(
        free=np.maximum(given.free, LEAST_TIME), a=given.a, capacity=given.capacity, b=given.b
    )
    if trips.exists():
        return "Chicago Sketch", found.graph, delay, read_trips(trips)
    return (
        "Chicago Sketch with synthetic demand",
        found.graph,
        delay,
        synthetic_demand(found.graph, delay, found.n_zones, 0.5 * TRIPS),
    )


def gap_of(graph: Graph, delay: Delay, demand: Demand, flow) -> float:
    """Relative gap of flows (m,), by skims."""
    cost = delay.value(np.maximum(flow, 0.0))
    star = forward_star(graph.tail, graph.head, graph.n_nodes)
    least = skim(
        star, cost, np.zeros((0, graph.n_arcs)), demand.origins, demand.destinations,
        through=graph.through,
    ).cost  # fmt: skip
    need = float((demand.travelling()[0] * least).sum())
    paid = float(flow @ cost)
    return (paid - need) / paid


class _Silent:
    """Takes the place of the progress bar, whose drawing would count as computing time."""

    @staticmethod
    def emit(*_args) -> None:
        """Do nothing."""


def aequilibrae_assignment(graph: Graph, delay: Delay, demand: Demand, gap: float):
    """A prepared assignment; node numbers are ours plus one, links are one-way."""
    logging.disable(logging.CRITICAL)
    from aequilibrae.matrix import AequilibraeMatrix
    from aequilibrae.paths import Graph as TheirGraph
    from aequilibrae.paths import TrafficAssignment, TrafficClass

    theirs = TheirGraph()
    theirs.network = pd.DataFrame(
        {
            "link_id": np.arange(1, graph.n_arcs + 1),
            "a_node": graph.tail + 1,
            "b_node": graph.head + 1,
            "direction": 1,
            "free_flow_time": delay.free,
            "capacity": np.where(np.isnan(delay.capacity), 1e9, delay.capacity),
            "alpha": delay.a,
            "power": delay.b,
        }
    )
    theirs.prepare_graph(demand.origins + 1)
    theirs.set_graph("free_flow_time")
    theirs.set_blocked_centroid_flows(not bool(graph.through.all()))
    matrix = AequilibraeMatrix()
    matrix.create_empty(zones=len(demand.origins), matrix_names=["trips"], memory_only=True)
    matrix.index[:] = demand.origins + 1
    matrix.matrix["trips"][:, :] = demand.volume[0]
    matrix.computational_view(["trips"])
    assignment = TrafficAssignment()
    assignment.set_classes([TrafficClass("car", theirs, matrix)])
    assignment.set_vdf("BPR")
    assignment.set_vdf_parameters({"alpha": "alpha", "beta": "power"})
    assignment.set_capacity_field("capacity")
    assignment.set_time_field("free_flow_time")
    assignment.set_algorithm("bfw")
    assignment.max_iter = 20_000
    assignment.rgap_target = gap
    assignment.set_cores(THREADS)
    assignment.assignment.signal = _Silent
    return assignment


def compare(gap: float, repeats: int = 2) -> dict[str, float | str]:
    """Time both in turn at one gap and check that they agree."""
    name, graph, delay, demand = problem()
    numba.set_num_threads(min(THREADS, numba.config.NUMBA_NUM_THREADS))
    congestion = Congestion(delay=delay)
    equilibrium(graph, demand, congestion, gap=0.5)
    ours = theirs = np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for turn in range(repeats):
            begin = time.perf_counter()
            found = equilibrium(graph, demand, congestion, gap=gap)
            ours = min(ours, time.perf_counter() - begin)
            if turn and theirs > 60.0:
                continue
            assignment = aequilibrae_assignment(graph, delay, demand, gap)
            begin = time.perf_counter()
            assignment.execute()
            theirs = min(theirs, time.perf_counter() - begin)
    table = assignment.results()
    flow = np.zeros(graph.n_arcs)
    flow[table.index.to_numpy() - 1] = table["trips_ab"].to_numpy()
    exact = equilibrium(graph, demand, congestion, gap=1e-10).flow[0]
    rmse = {
        who: float(np.sqrt(np.mean((x - exact) ** 2)) / exact.mean())
        for who, x in (("ours", found.flow[0]), ("theirs", flow))
    }
    return {
        "network": name, "gap": gap, "limit": LIMITS[gap], "sogdia": ours, "aequilibrae": theirs,
        "ratio": ours / theirs, "iterations": found.iterations,
        "their_iterations": len(assignment.report()),
        "our_gap": gap_of(graph, delay, demand, found.flow[0]),
        "their_gap": gap_of(graph, delay, demand, flow),
        "our_rmse": rmse["ours"], "their_rmse": rmse["theirs"],
    }  # fmt: skip


def main(gaps: list[float]) -> None:
    """Print one row a gap."""
    for gap in gaps:
        row = compare(gap)
        print(row["network"])
        for key, value in row.items():
            if key != "network":
                print(f"  {key:<18}{value:.4g}", flush=True)


if __name__ == "__main__":
    main([float(g) for g in sys.argv[1:]] or list(LIMITS))
