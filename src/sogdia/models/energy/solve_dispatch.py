"""Least-cost dispatch of power zones over a year, as a linear programme in PyPSA with HiGHS.

Symbols: z zone, g plant group, l line, t sampled hour.

    min  sum_t w (sum_g c_g p_gt + V sum_z u_zt)                                          (1)
    s.t. sum_{g in z} p_gt + u_zt + sum_{l into z} (1 - a_l) f_lt - sum_{l out of z} f_lt
         = d_zt                                                       : price lambda_zt    (2)
         0 <= p_gt <= A_gt P_g,   0 <= f_lt <= F_l  in each direction                     (3)
         s_gt = s_g,t-1 + w (q_gt - p_gt - r_gt),  0 <= s_gt <= H_g P_g,  s_g0 = s_gT     (4)

The worth of one more MW of a line in one direction is (5): the sum over t of
w max(0, (1 - a_l) lambda_to - lambda_from).
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import MissingExtra, ProblemList
from sogdia.core.status import Status

__all__ = ["Dispatch", "Dispatched", "solve_all", "solve_dispatch"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EXTRA = "energy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A year of power by position.

    Attributes
    ----------
    w : float
        Hours a sampled hour stands for.
    d : (Z, T) float64
        Demand, MW.
    zone : (G,) int64
        Zone of each group of plants.
    P : (G,) float64
        Capacity, MW.
    A : (G, T) float64
        Share of the capacity that can be given; for a group with a reservoir, of its turbines.
    c : (G,) float64
        Cost of one more unit, usd2023/MWh.
    q : (G, T) float64
        Inflow of a group with a reservoir, MW; NaN in every hour of a group without.
    H : (G,) float64
        Hours a full reservoir runs it at P; NaN without one.
    ends : (L, 2) int64
        Zones of each line.
    F : (L,) float64
        Capacity of each line, MW, in either direction.
    a : (L,) float64
        Share lost on each line.
    V : float
        Value of a unit not served, usd2023/MWh.
    """

    w: float
    d: Floats
    zone: Ints
    P: Floats
    A: Floats
    c: Floats
    q: Floats
    H: Floats
    ends: Ints
    F: Floats
    a: Floats
    V: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """What runs, flows and is missing.

    Attributes
    ----------
    p : (G, T) float64
        Output, MW.
    f : (L, 2, T) float64
        Flow, MW, sent from the first end and from the second.
    u : (Z, T) float64
        Not served, MW.
    price : (Z, T) float64
        lambda of (2), usd2023/MWh.
    mu : (L, 2) float64
        (5), usd2023/(MW*year), by direction.
    cost : float
        (1), usd2023/year.
    status : Status
    """

    p: Floats
    f: Floats
    u: Floats
    price: Floats
    mu: Floats
    cost: float
    status: Status


def solve_dispatch(problem: Dispatch) -> Dispatched:
    """Solve (1) to (4).

    Costs are divided by V before they are handed over, so that money in another scale is the same
    programme to the last bit.

    Raises
    ------
    InvalidInput
        When a number is absent, negative or of another shape.
    MissingExtra
        When PyPSA is not installed.
    """
    _check(problem)
    try:
        import pypsa
    except ImportError as error:
        raise MissingExtra(
            EXTRA, "power dispatch", "gas and oil pipelines and everything else work."
        ) from error
    logging.getLogger("linopy").setLevel(logging.ERROR)
    logging.getLogger("pypsa").setLevel(logging.ERROR)
    with warnings.catch_warnings(), _quiet():
        # What PyPSA will do in a later version is no concern of the user.
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        network = _network(pypsa, problem)
        state, condition = network.optimize(
            solver_name="highs", io_api="direct", include_objective_constant=False, progress=False,
            solver_options={
                "log_to_console": False, "output_flag": False, "threads": 2, **_method(problem),
            },
        )  # fmt: skip
    return _read(network, problem, str(state), str(condition))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """HiGHS writes its name to the standard output whatever it is told; JSON would not survive it."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def solve_all(problems: Sequence[Dispatch]) -> tuple[Dispatched, ...]:
    """Solve several independent programmes, short ones side by side in one.

    Building a programme takes longer than solving a short one, so they share the building.
    """
    first = problems[0]
    alike = all((m.w, m.V, m.d.shape[1]) == (first.w, first.V, first.d.shape[1]) for m in problems)
    if len(problems) == 1 or not alike or first.d.shape[1] > LONG:
        return tuple(solve_dispatch(m) for m in problems)
    for m in problems:
        _check(m)
    offsets = np.cumsum([0, *(m.d.shape[0] for m in problems)])
    pairs = list(zip(problems, offsets, strict=False))
    joined = Dispatch(
        w=first.w, V=first.V, zone=np.concatenate([m.zone + z for m, z in pairs]),
        ends=np.concatenate([m.ends + z for m, z in pairs]),
        **{n: np.concatenate([getattr(m, n) for m in problems]) for n in "dPAcqHFa"},
    )  # fmt: skip
    found = solve_dispatch(joined)
    groups = np.cumsum([0, *(len(m.P) for m in problems)])
    lines = np.cumsum([0, *(len(m.F) for m in problems)])
    parts: list[Dispatched] = []
    for i, m in enumerate(problems):
        g, e, z = (slice(c[i], c[i + 1]) for c in (groups, lines, offsets))
        p, u = found.p[g], found.u[z]
        parts.append(
            replace(
                found, p=p, u=u, f=found.f[e], price=found.price[z], mu=found.mu[e],
                cost=m.w * float((m.c[:, None] * p).sum() + m.V * u.sum()),
            )
        )  # fmt: skip
    return tuple(parts)


LONG = 2000


def _method(m: Dispatch) -> dict[str, object]:
    """Simplex for a sample of hours; interior point for a year, where it is the quicker."""
    if m.d.shape[1] <= LONG:
        return {"solver": "simplex"}
    return {"solver": "hipo", "run_crossover": "off"}


def _check(m: Dispatch) -> None:
    problems = ProblemList()
    zones, hours = m.d.shape
    groups, lines = len(m.P), len(m.F)
    for name, array, shape in (
        ("zone", m.zone, (groups,)), ("A", m.A, (groups, hours)), ("c", m.c, (groups,)),
        ("q", m.q, (groups, hours)), ("H", m.H, (groups,)), ("ends", m.ends, (lines, 2)),
        ("a", m.a, (lines,)),
    ):  # fmt: skip
        if array.shape != shape:
            problems.add(f"dispatch, {name}", "has another shape", got=array.shape, allowed=shape)
    for name, array in (("d", m.d), ("P", m.P), ("A", m.A), ("c", m.c), ("F", m.F), ("a", m.a)):
        if not np.isfinite(array).all() or (array < 0).any():
            problems.add(f"dispatch, {name}", "is absent or negative", allowed="0 or more")
    if not (np.isfinite(m.V) and m.V > 0 and np.isfinite(m.w) and m.w > 0):
        problems.add("dispatch, V and w", "must be above zero", got=f"{m.V}, {m.w}")
    for name, array in (("zone", m.zone), ("ends", m.ends)):
        if array.size and not (array.min() >= 0 and array.max() < zones):
            problems.add(f"dispatch, {name}", "names no zone", got=array.max(), allowed=zones - 1)
    problems.raise_if_any()


def _network(pypsa, m: Dispatch):  # type: ignore[no-untyped-def]
    zones, hours = m.d.shape
    n = pypsa.Network()
    n.set_snapshots(range(hours))
    for column in n.snapshot_weightings.columns:
        n.snapshot_weightings[column] = float(m.w)
    names = [f"z{i}" for i in range(zones)]
    n.add("Bus", names)
    n.add("Load", [f"d{i}" for i in range(zones)], bus=names, p_set=_frame(n, m.d, "d"))
    n.add(
        "Generator", [f"u{i}" for i in range(zones)], bus=names,
        p_nom=np.maximum(m.d.max(axis=1), 1.0), marginal_cost=1.0,
    )  # fmt: skip
    stored = ~np.isnan(m.H)
    thermal = np.flatnonzero(~stored)
    if thermal.size:
        n.add(
            "Generator", [f"g{i}" for i in thermal], bus=[names[z] for z in m.zone[thermal]],
            p_nom=m.P[thermal], marginal_cost=m.c[thermal] / m.V,
            p_max_pu=_frame(n, m.A[thermal], "g", thermal),
        )  # fmt: skip
    water = np.flatnonzero(stored)
    if water.size:
        n.add(
            "StorageUnit", [f"g{i}" for i in water], bus=[names[z] for z in m.zone[water]],
            p_nom=m.P[water], marginal_cost=m.c[water] / m.V, max_hours=m.H[water], p_min_pu=0.0,
            cyclic_state_of_charge=True, inflow=_frame(n, m.q[water], "g", water),
            p_max_pu=_frame(n, m.A[water], "g", water),
        )  # fmt: skip
    for direction, word in enumerate("fb"):
        n.add(
            "Link", [f"{word}{i}" for i in range(len(m.F))],
            bus0=[names[z] for z in m.ends[:, direction]],
            bus1=[names[z] for z in m.ends[:, 1 - direction]],
            p_nom=m.F, efficiency=1.0 - m.a,
        )  # fmt: skip
    return n


def _frame(n, values: Floats, word: str, which: Ints | None = None):  # type: ignore[no-untyped-def]
    import pandas as pd

    labels = [f"{word}{i}" for i in (range(len(values)) if which is None else which)]
    return pd.DataFrame(values.T, index=n.snapshots, columns=labels)


def _read(network, m: Dispatch, state: str, condition: str) -> Dispatched:  # type: ignore[no-untyped-def]
    zones, hours = m.d.shape
    groups, lines = len(m.P), len(m.F)
    if state != "ok":
        absent = np.nan
        return Dispatched(
            p=np.full((groups, hours), absent), f=np.full((lines, 2, hours), absent),
            u=np.full((zones, hours), absent), price=np.full((zones, hours), absent),
            mu=np.full((lines, 2), absent), cost=absent,
            status=Status(state="failed", message=condition, of="dispatch"),
        )  # fmt: skip
    made = network.generators_t.p
    stored = network.storage_units_t.p
    p = np.zeros((groups, hours))
    for g in range(groups):
        p[g] = (stored if not np.isnan(m.H[g]) else made)[f"g{g}"].to_numpy()
    sent = network.links_t.p0
    f = np.array([[sent[f"{w}{i}"].to_numpy() for w in "fb"] for i in range(lines)])
    price = network.buses_t.marginal_price[[f"z{i}" for i in range(zones)]].to_numpy().T * m.V
    u = made[[f"u{i}" for i in range(zones)]].to_numpy().T
    p, f, u = (np.maximum(x, 0.0) for x in (p, f.reshape(lines, 2, hours), u))
    mu = np.zeros((lines, 2))
    for i, (one, two) in enumerate(m.ends):
        for direction, (a, b) in enumerate(((one, two), (two, one))):
            gain = np.maximum(0.0, (1.0 - m.a[i]) * price[b] - price[a])
            mu[i, direction] = m.w * float(gain.sum())
    short = float(np.abs(_balance(m, p, f, u)).max() / max(float(m.d.max()), 1.0))
    return Dispatched(
        p=p, f=f, u=u, price=price, mu=mu,
        cost=m.w * float((m.c[:, None] * p).sum() + m.V * u.sum()),
        status=Status(
            state="solved" if short <= TOLERANCE else "usable", residual=short,
            tolerance=TOLERANCE, message=condition, of="dispatch",
        ),
    )  # fmt: skip


TOLERANCE = 1e-5
"""Greatest imbalance of (2) over the greatest demand."""


def _balance(m: Dispatch, p: Floats, f: Floats, u: Floats) -> Floats:
    left = u - m.d
    np.add.at(left, m.zone, p)
    for i, (one, two) in enumerate(m.ends):
        left[two] += (1.0 - m.a[i]) * f[i, 0] - f[i, 1]
        left[one] += (1.0 - m.a[i]) * f[i, 1] - f[i, 0]
    return left
