"""The index with 10,000 draws, and its parts against named peers: ``python bench/index_monte_carlo.py``.

Peers, in the same run where they are installed:

- scikit-criteria: the same min-max values and the same drawn weights through its weighted sum, one
  call a draw, timed over fewer draws and taken to all; its ranks are compared with ours;
- SALib: Saltelli sampling and Sobol' analysis of the Ishigami function, N = 2^14, without
  resampling in either; both are compared with the closed form.

COINr (R) and pysdm do the nearest to the whole study; neither could be installed here, so no ratio
with them is given.
"""

from __future__ import annotations

import importlib.util
import sys
import time

import numpy as np
from scipy.stats import qmc

from sogdia.evidence.base import open_evidence
from sogdia.models.linkage_index.panel import read_panel
from sogdia.models.linkage_index.solve_index import aggregated, normalised, ranks
from sogdia.models.linkage_index.solve_sensitivity import sensitivity
from sogdia.models.linkage_index.study import index_of

DRAWS = 10_000
LIMIT_S = 5.0
PEER_DRAWS = 300
ROUNDS = 5
EXACT = np.array([[0.3139, 0.4424, 0.0], [0.5576, 0.4424, 0.2437]])
"""First and total order of the Ishigami function with a = 7, b = 0.1."""


def best(run, rounds: int = ROUNDS) -> float:
    """The least wall time of some rounds, in seconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def have(name: str) -> bool:
    """Whether a peer is installed."""
    return importlib.util.find_spec(name) is not None


def whole() -> float:
    """Seconds of a study of 2023 with 10,000 draws, the sensitivity too; the panel is read."""
    panel = read_panel(open_evidence(), last_year=2023)
    index_of(panel, 2023, draws=100, points=16)
    alone = best(lambda: index_of(panel, 2023, draws=DRAWS, points=0), 3)
    both = best(lambda: index_of(panel, 2023, draws=DRAWS), 3)
    print(f"index of 2023, {DRAWS:,} draws:            {alone:6.2f} s")
    print(f"the same with the sensitivity:         {both:6.2f} s (limit {LIMIT_S:g} s)")
    return both


def against_scikit_criteria() -> None:
    """A weighted sum of 5 countries and 16 indicators under drawn weights."""
    from skcriteria import mkdm
    from skcriteria.agg.simple import WeightedSumModel

    rng = np.random.default_rng(0)
    z = normalised(rng.uniform(1, 9, (5, 16)), np.ones(16, dtype=int), "min-max")
    W = rng.dirichlet(np.ones(16), DRAWS)

    def ours():
        return ranks(aggregated(np.broadcast_to(W[:, None, :], (DRAWS, 5, 16)), z, "arithmetic"))

    def theirs():
        model = WeightedSumModel()
        return np.array(
            [model.evaluate(mkdm(z, [1] * 16, weights=w)).rank_ for w in W[:PEER_DRAWS]]
        )

    mine, other = ours(), theirs()
    same = float((mine[:PEER_DRAWS] == other).all(axis=1).mean())
    t, u = best(ours), best(theirs, 2) * DRAWS / PEER_DRAWS
    print(
        f"weighted sum, {DRAWS:,} draws: ours {t:.4f} s, scikit-criteria {u:.2f} s "
        f"(from {PEER_DRAWS}); {u / t:,.0f} times; same ranks in {100 * same:g} % of draws"
    )


def ishigami(U):
    """On the unit cube."""
    x = np.pi * (2 * U - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def against_salib() -> None:
    """Sampling, evaluation and indices of the Ishigami function."""
    from SALib.analyze import sobol as analyze
    from SALib.sample import sobol as sample

    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0.0, 1.0]] * 3}

    def ours():
        U = qmc.Sobol(6, scramble=True, rng=np.random.default_rng(1)).random_base2(14)
        return sensitivity(ishigami, U[:, :3], U[:, 3:], [[0], [1], [2]], resamples=0)

    def theirs():
        U = sample.sample(problem, 2**14, calc_second_order=False, seed=1)
        return analyze.analyze(
            problem, ishigami(U), calc_second_order=False, num_resamples=2, seed=1
        )

    a, b = ours(), theirs()
    mine, other = np.stack([a.first[:, 0], a.total[:, 0]]), np.stack([b["S1"], b["ST"]])
    t, u = best(ours), best(theirs)
    print(
        f"Ishigami, N 2^14: ours {t:.3f} s, SALib {u:.3f} s; {u / t:.1f} times; largest error "
        f"ours {np.abs(mine - EXACT).max():.4f}, SALib {np.abs(other - EXACT).max():.4f}"
    )


def main() -> int:
    """Exit code 1 when the whole takes longer than its limit."""
    taken = whole()
    for name, run in (("skcriteria", against_scikit_criteria), ("SALib", against_salib)):
        if have(name):
            run()
        else:
            print(f"{name} is not installed: no ratio")
    return int(taken > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
