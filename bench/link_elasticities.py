"""Elasticities of world real income to all links: one adjoint solve against re-solving per link.

``python bench/link_elasticities.py``. The peer is our own full solve with one link's cost moved up
and down by 0.1 percent. It is timed on a sample of links, in turn with the adjoint, and scaled to
all links; on the sample both must give the same numbers.
"""

from __future__ import annotations

import time

import numpy as np
from scipy.sparse import csc_array, diags_array
from scipy.sparse.linalg import splu

from sogdia.models.trade.solve_elasticities import elasticities
from sogdia.models.trade.solve_modes import Services
from sogdia.models.trade.solve_spatial import Baseline, solve_spatial

CASES = {"250": (250, 60), "1000": (1_000, 200), "3000": (3_000, 300)}
"""Nodes and regions."""

SAMPLE, STEP, LEAST_RATIO = 12, 1e-3, 100.0


def traffic_baseline(n: int, regions: int, lam: float = 0.092, theta: float = 5.0) -> Baseline:
    """A grid of about ``n`` nodes with balanced traffic of symmetric trade."""
    rng = np.random.default_rng(1)
    side = int(np.sqrt(n))
    index = np.arange(side * side).reshape(side, side)
    one_way = np.concatenate(
        [
            np.stack([index[:, :-1].ravel(), index[:, 1:].ravel()], axis=1),
            np.stack([index[:-1].ravel(), index[1:].ravel()], axis=1),
        ]
    )
    # Rows stay whole and so does the first column: every node is reached.
    down = (one_way[:, 1] - one_way[:, 0] == side) & (one_way[:, 0] % side > 0)
    one_way = one_way[~down | (rng.random(len(one_way)) > 0.15)]
    t = rng.uniform(1.33, 1.5, len(one_way))
    tail = np.concatenate([one_way[:, 0], one_way[:, 1]])
    head = np.concatenate([one_way[:, 1], one_way[:, 0]])
    weight = np.concatenate([t, t]) ** -theta
    n = side * side
    A = csc_array((weight, (tail, head)), shape=(n, n))
    # Prices alike for buyers and sellers: p = q solves p = A p + Y / p, by substitution.
    Y = np.zeros(n)
    Y[rng.choice(n, regions, replace=False)] = rng.lognormal(0.0, 1.0, regions)
    lu = splu(csc_array(diags_array(np.ones(n)) - A))
    p = np.ones(n)
    for _ in range(500):
        p = np.sqrt(p * lu.solve(Y / p))
    xi = weight * p[tail] * p[head]
    net = np.bincount(tail, xi, n) - np.bincount(head, xi, n)
    assert np.abs(net).max() < 1e-9 * Y.sum()
    M = len(tail)
    none = np.full(M, -1)
    return Baseline(
        tail=tail, head=head, xi=xi, Y=Y, D=np.zeros(n),
        services=Services(
            link=np.arange(M), K=xi, base=xi, lam=np.full(M, lam), start=none, end=none,
            theta=theta, eta=theta,
        ),
        terminal_lam=np.empty(0), country=np.zeros(n, np.int64), mobile=np.array([False]), L=Y,
    )  # fmt: skip


def compare(case: str) -> dict[str, float | str]:
    """Time both in one run and check that they agree."""
    base = traffic_baseline(*CASES[case])
    weights = (base.Y / base.Y.sum())[np.newaxis]
    M = len(base.xi)
    elasticities(base, weights)
    begin = time.perf_counter()
    for _ in range(3):
        found = elasticities(base, weights)
    ours = (time.perf_counter() - begin) / 3
    # The busiest links: differences of the others drown in rounding.
    links = np.argsort(-base.xi)[:: max(1, M // 10 // SAMPLE)][:SAMPLE]
    begin, worst = time.perf_counter(), 0.0
    for m in links:
        world = []
        for sign in (1.0, -1.0):
            hat = np.ones(M)
            hat[m] = np.exp(sign * STEP)
            world.append(weights[0] @ np.nan_to_num(np.log(solve_spatial(base, hat).real_income)))
        slope = -(world[0] - world[1]) / (2.0 * STEP)
        worst = max(worst, abs(found.service[0, m] / slope - 1.0))
    theirs = (time.perf_counter() - begin) / len(links) * M
    begin = time.perf_counter()
    solved = solve_spatial(base, np.random.default_rng(2).uniform(0.9, 1.1, M))
    one = time.perf_counter() - begin
    return {
        "case": case, "nodes": len(base.Y), "links": M, "adjoint_s": ours, "resolve_s": theirs,
        "ratio": theirs / ours, "worst_difference": worst, "one_solve_s": one,
        "iterations": solved.status.iterations, "condition": solved.condition,
        "mean_over_traffic_share": float(np.mean(found.service[0] / found.service_share)),
    }  # fmt: skip


if __name__ == "__main__":
    for name in CASES:
        row = compare(name)
        print(
            "  ".join(
                f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()
            )
        )
        assert row["ratio"] >= LEAST_RATIO
