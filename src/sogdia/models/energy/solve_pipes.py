"""Gas or oil through pipelines: what a surplus and the pipes allow, as a linear programme.

Symbols: n node, e section of a path between two nodes.

    max  1000 sum_n x_n + sum_n y_n - sum_e k f_e                                         (1)
    s.t. o_n + sum_{e into n} f_e - sum_{e out of n} f_e - x_n - y_n = 0                  (2)
         0 <= o_n <= O_n,  0 <= x_n <= X_n,  0 <= y_n <= Y_n,  0 <= f_e <= C_e            (3)

Own need x comes before what is delivered to the outlet y, and k only keeps gas from going round.
Pipelines between the same two nodes share the flow by capacity, so the split is not the solver's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status

__all__ = ["Piped", "Pipes", "solve_pipes"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEED = 1000.0
K = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipes:
    """Nodes and sections, in any one unit of volume a year.

    Attributes
    ----------
    O, X, Y : (N,) float64
        Most that can be produced, is needed at home, and is taken by the outlet; Y may be infinite.
    ends : (E, 2) int64
        From and to of each section.
    C : (E,) float64
    """

    O: Floats  # noqa: E741  (the symbol of the equations)
    X: Floats
    Y: Floats
    ends: Ints
    C: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Piped:
    """Flows.

    Attributes
    ----------
    f : (E,) float64
    o, x, y : (N,) float64
    mu : (E,) float64
        Deliveries won by one more unit of capacity of the section, 0 or 1 in a plain network.
    status : Status
    """

    f: Floats
    o: Floats
    x: Floats
    y: Floats
    mu: Floats
    status: Status


def solve_pipes(problem: Pipes) -> Piped:
    """Solve (1) to (3).

    Raises
    ------
    InvalidInput
        When a capacity, supply or need is absent or negative.
    """
    m = problem
    problems = ProblemList()
    for name, array in (("O", m.O), ("X", m.X), ("Y", m.Y), ("C", m.C)):
        if np.isnan(array).any() or (array < 0).any():
            problems.add(f"pipes, {name}", "is absent or negative", allowed="0 or more")
    problems.raise_if_any()
    nodes = len(m.O)
    pairs, group = (
        np.unique(m.ends, axis=0, return_inverse=True)
        if len(m.ends)
        else (np.zeros((0, 2), dtype=np.int64), np.zeros(0, dtype=np.int64))
    )
    group = group.reshape(-1)
    capacity = np.bincount(group, weights=m.C, minlength=len(pairs))
    matrix = np.zeros((nodes, 3 * nodes + len(pairs)))
    rows = np.arange(nodes)
    matrix[rows, rows] = 1.0
    matrix[rows, nodes + rows] = -1.0
    matrix[rows, 2 * nodes + rows] = -1.0
    for e, (a, b) in enumerate(pairs):
        matrix[a, 3 * nodes + e] -= 1.0
        matrix[b, 3 * nodes + e] += 1.0
    gain = np.concatenate(
        [np.zeros(nodes), np.full(nodes, NEED), np.ones(nodes), np.full(len(pairs), -K)]
    )
    upper = np.concatenate([m.O, m.X, m.Y, capacity])
    found = linprog(
        -gain, A_eq=matrix, b_eq=np.zeros(nodes), method="highs",
        bounds=[(0.0, None if np.isinf(b) else float(b)) for b in upper],
    )  # fmt: skip
    if found.status != 0:
        absent = np.full(nodes, np.nan)
        return Piped(
            f=np.full(len(m.C), np.nan), o=absent, x=absent, y=absent,
            mu=np.full(len(m.C), np.nan),
            status=Status(state="failed", message=str(found.message), of="pipes"),
        )  # fmt: skip
    value = np.asarray(found.x, dtype=np.float64)
    through = value[3 * nodes :]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(capacity > 0, through / capacity, 0.0)
    worth = -np.asarray(found.upper.marginals, dtype=np.float64)[3 * nodes :]
    return Piped(
        f=share[group] * m.C,
        o=value[:nodes],
        x=value[nodes : 2 * nodes],
        y=value[2 * nodes : 3 * nodes],
        mu=worth[group],
        status=Status(state="solved", of="pipes"),
    )
