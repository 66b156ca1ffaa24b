"""Skim times of Sogdia and AequilibraE on the same networks: ``python bench/skim_against_...py``.

Both get the same graph in the same node order, use two threads, start no path through a zone and
return four matrices: the least cost and length, time and money along the least-cost path. Preparing
the graph is left out for both (the forward star here; there ``prepare_graph``, ``set_graph`` and
``set_skimming``, and the set-up of result memory is inside for both). What depends on costs (here:
checks and the copy of costs into star order) is inside for Sogdia. AequilibraE runs on the graph
it has itself contracted and pruned of dead ends, its default.
"""

from __future__ import annotations

import gc
import logging
import sys
import time
from pathlib import Path

import numba
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))

from networks import Network, road_network

from sogdia.models.transport.solve import Skim, skim
from sogdia.models.transport.solve_star import forward_star

THREADS = 2
CASES = {
    "2k": (2_000, 200, 0.5),
    "20k": (20_000, 500, 1.0),
    "200k": (200_000, 1_000, 1.0),
}
"""Arcs, zones and the largest allowed ratio of our time to AequilibraE's."""


def aequilibrae_graph(network: Network):
    """Prepare AequilibraE's graph; node numbers are ours plus one."""
    logging.disable(logging.WARNING)
    from aequilibrae.paths import Graph

    graph = Graph()
    length, hours, money = network.fields
    graph.network = pd.DataFrame(
        {
            "link_id": np.arange(1, len(network.tail) // 2 + 1),
            "a_node": network.tail[::2] + 1,
            "b_node": network.head[::2] + 1,
            # Two-way links, AequilibraE's own form: only so can it contract the graph.
            "direction": 0,
            **{
                f"{name}_{way}": values[start::2]
                for name, values in (
                    ("cost", network.cost),
                    ("length", length),
                    ("hours", hours),
                    ("money", money),
                )
                for start, way in enumerate(("ab", "ba"))
            },
        }
    )
    graph.prepare_graph(network.zones + 1)
    graph.set_graph("cost")
    graph.set_skimming(["cost", "length", "hours", "money"])
    graph.set_blocked_centroid_flows(True)
    return graph


class _Silent:
    """Takes the place of the progress bar, whose drawing would count as computing time."""

    @staticmethod
    def emit(*_args) -> None:
        """Do nothing."""


def run_aequilibrae(graph):
    """Skim once and return the matrices, ``(zones, zones, 4)``."""
    from aequilibrae.paths import NetworkSkimming

    skimming = NetworkSkimming(graph)
    skimming.set_cores(THREADS)
    skimming.signal = _Silent
    skimming.execute()
    return skimming.results.skims.matrix_view


def run_sogdia(star, network: Network) -> Skim:
    """Skim once."""
    return skim(
        star, network.cost, network.fields, network.zones, network.zones, through=network.through
    )


def timed(call, repeats: int) -> float:
    """Return the least wall time of ``repeats`` calls, in seconds."""
    best = np.inf
    for _ in range(repeats):
        gc.collect()
        begin = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - begin)
    return best


def compare(case: str, repeats: int = 3) -> dict[str, float | str]:
    """Time both in turn on one case and check that they agree."""
    n_arcs, n_zones, limit = CASES[case]
    network = road_network(n_arcs, n_zones)
    graph = aequilibrae_graph(network)
    numba.set_num_threads(min(THREADS, numba.config.NUMBA_NUM_THREADS))
    stars = {
        order: forward_star(network.tail, network.head, network.n_nodes, order=order)
        for order in ("given", "locality")
    }
    ours = run_sogdia(stars["locality"], network)
    theirs = run_aequilibrae(graph)
    np.testing.assert_allclose(ours.cost, theirs[:, :, 0], rtol=1e-9)
    for field, matrix in enumerate(ours.fields):
        np.testing.assert_allclose(matrix, theirs[:, :, field + 1], rtol=1e-9)
    seconds = dict.fromkeys(("given", "locality", "aequilibrae"), np.inf)
    # Taken in turn, so that a slow spell of the machine falls on all three.
    for _ in range(repeats):
        for order, star in stars.items():
            seconds[order] = min(seconds[order], timed(lambda s=star: run_sogdia(s, network), 1))
        seconds["aequilibrae"] = min(
            seconds["aequilibrae"], timed(lambda: run_aequilibrae(graph), 1)
        )
    return {
        "network": network.name,
        "their_arcs": graph.compact_num_links,
        "limit": limit,
        **seconds,
        "ratio_given": seconds["given"] / seconds["aequilibrae"],
        "ratio": seconds["locality"] / seconds["aequilibrae"],
    }


def main(cases: list[str]) -> None:
    """Print one row per case."""
    print(
        f"{'network':<28}{'arcs after':>12}{'AequilibraE':>13}{'Sogdia':>10}{'ratio':>8}"
        f"{'own order':>11}{'ratio':>8}{'limit':>7}\n"
        f"{'':<28}{'contraction':>12}{'s':>13}{'s':>10}{'':>8}{'s':>11}"
    )
    for case in cases:
        row = compare(case)
        print(
            f"{row['network']:<28}{row['their_arcs']:>12,}{row['aequilibrae']:>13.4f}"
            f"{row['given']:>10.4f}{row['ratio_given']:>8.2f}{row['locality']:>11.4f}"
            f"{row['ratio']:>8.2f}{row['limit']:>7.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:] or list(CASES))
