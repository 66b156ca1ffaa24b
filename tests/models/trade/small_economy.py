"""Random economies in levels, and the traffic they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.models.trade.solve_levels import Levels, solve_levels
from sogdia.models.trade.solve_modes import Services
from sogdia.models.trade.solve_spatial import Baseline
from sogdia.models.trade.spatial import Traffic

TRANSIT = 5
"""Nodes without output in every economy."""


@dataclass
class Economy:
    """What `solve_levels` takes, with a way to make the traffic baseline of its solution."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    tbar: NDArray[np.float64]
    A: NDArray[np.float64]
    L: NDArray[np.float64]
    theta: float
    more: dict[str, Any]

    def solve(self, t_hat: Any = 1.0, s_hat: Any = 1.0) -> Levels:
        """The levels with costs changed."""
        more = dict(self.more)
        if "sbar" in more:
            more["sbar"] = more["sbar"] * s_hat
        found = solve_levels(
            self.tail, self.head, self.tbar * t_hat, self.A, self.L, theta=self.theta, **more
        )
        assert found.status.state == "solved"
        return found

    def baseline(self, levels: Levels) -> Baseline:
        """The same in traffic."""
        n, M, G = len(self.A), len(levels.xi), len(self.tail)
        link = self.more.get("link", np.arange(M))
        none = np.full(M, -1)
        return Baseline(
            tail=self.tail,
            head=self.head,
            services=Services(
                link=link,
                K=levels.xi,
                base=np.bincount(link, levels.xi, G),
                lam=np.full(M, self.more.get("lam", 0.0)),
                start=self.more.get("start", none),
                end=self.more.get("end", none),
                theta=self.theta,
                eta=self.more.get("eta", self.theta),
            ),
            xi=levels.xi,
            Y=levels.Y,
            D=levels.E - levels.Y,
            terminal_lam=np.asarray(self.more.get("terminal_lam", ()), dtype=float),
            country=np.zeros(n, np.int64),
            mobile=np.array([False]),
            L=self.L,
        )


def economy(
    seed: int, *, n: int = 20, theta: float = 5.0, lam: float = 0.0, owed: float = 0.0
) -> Economy:
    """A connected network with links both ways, and regions of different size."""
    rng = np.random.default_rng(seed)
    pairs: set[tuple[int, int]] = set()
    for i in range(1, n):
        j = int(rng.integers(0, i))
        pairs |= {(i, j), (j, i)}
    while len(pairs) < 3 * n:
        i, j = (int(x) for x in rng.integers(0, n, 2))
        if i != j:
            pairs |= {(i, j), (j, i)}
    ends = np.array(sorted(pairs))
    A, L = rng.uniform(0.5, 2.0, n), rng.uniform(1.0, 3.0, n)
    A[:TRANSIT] = L[:TRANSIT] = 0.0
    deficit = np.zeros(n)
    deficit[TRANSIT], deficit[TRANSIT + 1] = owed, -owed
    # tbar is the cost at a traffic of all world income; links carry about a thousandth.
    tbar = rng.uniform(1.7, 2.4, len(ends)) * 1000.0**lam
    return Economy(ends[:, 0], ends[:, 1], tbar, A, L, theta, {"lam": lam, "deficit": deficit})


def with_rail(
    seed: int, *, eta: float, lam: float, terminal_lam: float, owed: float = 0.0
) -> Economy:
    """The same with a railway on half of the pairs, and a terminal at every node."""
    e = economy(seed, lam=lam, owed=owed)
    rng = np.random.default_rng(seed + 1000)
    n, G = len(e.A), len(e.tail)
    chosen = rng.random((n, n)) < 0.5
    chosen = chosen | chosen.T
    rail = np.flatnonzero(chosen[e.tail, e.head])
    link = np.sort(np.concatenate([np.arange(G), rail]))
    by_rail = np.concatenate([[False], link[1:] == link[:-1]])
    e.tbar = rng.uniform(2.7, 3.5, len(link)) * 1500.0**lam
    e.more |= {
        "link": link,
        "eta": eta,
        "start": np.where(by_rail, e.tail[link], -1),
        "end": np.where(by_rail, e.head[link], -1),
        "sbar": rng.uniform(1.0, 1.1, n) * 300.0**terminal_lam,
        "terminal_lam": np.full(n, terminal_lam),
    }
    return e


def as_traffic(e: Economy, levels: Levels, **more: Any) -> Traffic:
    """What the typed front takes."""
    n, M = len(e.A), len(levels.xi)
    link = e.more.get("link", np.arange(M))
    given: dict[str, Any] = {
        "nodes": tuple(f"n{i}" for i in range(n)),
        "country": tuple("west" if i % 2 else "east" for i in range(n)),
        "income": levels.Y,
        "tail": e.tail[link],
        "head": e.head[link],
        "links": tuple(f"l{m}" for m in range(M)),
        "value": levels.xi,
        "congestion": np.full(M, e.more.get("lam", 0.0)),
        "labour": e.L,
    }
    if "link" in e.more:
        S = len(e.more["sbar"])
        given |= {
            "group": link, "start": e.more["start"], "end": e.more["end"],
            "terminals": tuple(f"t{s}" for s in range(S)),
            "terminal_congestion": e.more["terminal_lam"],
        }  # fmt: skip
    return Traffic(**(given | more))


def real_income(before: Levels, after: Levels) -> NDArray[np.float64]:
    """y / P in changes; NaN at transit nodes."""
    zone = before.Y > 0.0
    result = np.full(len(zone), np.nan)
    result[zone] = (after.Y / after.P)[zone] / (before.Y / before.P)[zone]
    return result
