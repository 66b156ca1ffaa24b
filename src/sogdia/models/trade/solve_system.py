"""The equations of `solve_spatial` as one sparse system: what is in it, its errors, its Jacobian.

Unknowns, all logarithms of hats, in this order:

``u``      (n,) ln p of each live node
``h``      (n,) ln y of a region, ln q of a transit node
``w``      (K,) ln W of each connected part
``sigma``  (S,) ln s of each terminal
``omega``  (C,) ln omega of each country with mobile labour

Equations, in the same order: (out) and (in) of every node as logarithms of their two sides, with
(in) of one region of each part left out for its numeraire; the income of each part; the cost of
each terminal; the labour of each mobile country.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array, vstack
from scipy.sparse.csgraph import breadth_first_order, connected_components

from sogdia.models.trade.solve_modes import NO_TERMINAL, ModeChoice, Services, choose_modes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sogdia.models.trade.solve_spatial import Baseline

__all__ = ["Point", "System", "assemble", "by_cost", "evaluate", "jacobian"]

BALANCED = 1e-9
"""Deficits below this share of income are rounding."""


@dataclass(frozen=True, slots=True)
class System:
    """The live part of a baseline, and the linear maps that do not move.

    ``node``, ``link``, ``service``, ``terminal``, ``country`` are positions in the baseline.
    """

    trouble: str
    note: str
    node: NDArray[np.int64]
    link: NDArray[np.int64]
    service: NDArray[np.int64]
    terminal: NDArray[np.int64]
    country: NDArray[np.int64]
    services: Services
    first: NDArray[np.int64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    part: NDArray[np.int64]
    reference: NDArray[np.int64]
    numeraire: NDArray[np.bool_]
    Y: NDArray[np.float64]
    D: NDArray[np.float64]
    ln_out: NDArray[np.float64]
    ln_in: NDArray[np.float64]
    terminal_lam: NDArray[np.float64]
    terminal_part: NDArray[np.int64]
    terminal_share: csr_array
    labour_share: csr_array
    income_share: csr_array
    u_of: csr_array
    v_of: csr_array
    y_of: csr_array
    l_of: csr_array
    w_of: csr_array
    c_of: csr_array
    s_of: csr_array
    leave: csr_array
    enter: csr_array
    belongs: csr_array
    size: int


@dataclass(frozen=True, slots=True)
class Point:
    """The system at one vector of unknowns."""

    z: NDArray[np.float64]
    u: NDArray[np.float64]
    v: NDArray[np.float64]
    ln_y: NDArray[np.float64]
    ln_l: NDArray[np.float64]
    w: NDArray[np.float64]
    sigma: NDArray[np.float64]
    omega: NDArray[np.float64]
    choice: ModeChoice
    flow: NDArray[np.float64]
    xi: NDArray[np.float64]
    out: NDArray[np.float64]
    into: NDArray[np.float64]
    terminal_weight: NDArray[np.float64]
    R: NDArray[np.float64]
    error: float
    walras: float


def assemble(
    baseline: Baseline, alive: NDArray[np.bool_], D: NDArray[np.float64], numeraire: int | None
) -> System:
    """Keep what can carry trade, and build the linear maps.

    Parameters
    ----------
    baseline : Baseline
    alive : (M,) bool
        Services that are open.
    D : (N,) float64
        Deficits after.
    numeraire : int or None
    """
    services = baseline.services
    n_all = len(baseline.Y)
    open_link = np.zeros(len(baseline.tail), np.bool_)
    open_link[services.link[alive]] = True
    live_link, live_node, part_of, trouble, note = _live(baseline, open_link, D)
    node, link = np.flatnonzero(live_node), np.flatnonzero(live_link)
    service = np.flatnonzero(alive & live_link[services.link])
    new_node = np.full(n_all, -1)
    new_node[node] = np.arange(len(node))
    new_link = np.full(len(baseline.tail), -1)
    new_link[link] = np.arange(len(link))
    used = np.unique(np.concatenate([services.start[service], services.end[service]]))
    terminal = used[used != NO_TERMINAL]
    new_terminal = np.full(len(baseline.terminal_lam) + 1, NO_TERMINAL)
    new_terminal[terminal] = np.arange(len(terminal))
    kept = Services(
        link=new_link[services.link[service]],
        K=services.K[service],
        base=services.base[link],
        lam=services.lam[service],
        start=new_terminal[services.start[service]],
        end=new_terminal[services.end[service]],
        theta=services.theta,
        eta=services.eta,
    )
    tail, head = new_node[baseline.tail[link]], new_node[baseline.head[link]]
    parts, part = np.unique(part_of[node], return_inverse=True)
    Y = baseline.Y[node]
    # The largest region of a part carries its numeraire: the equation left out is never a small one.
    by_size = np.lexsort((Y, part))
    reference = by_size[np.searchsorted(part[by_size], np.arange(len(parts)), side="right") - 1]
    is_numeraire = np.zeros(len(parts), np.bool_)
    if numeraire is not None and live_node[numeraire]:
        which = part[new_node[numeraire]]
        is_numeraire[which] = True
        reference[which] = new_node[numeraire]
    movers = baseline.mobile[baseline.country] & (baseline.Y > 0.0)
    country = np.unique(baseline.country[movers])
    n, K, S, C = len(node), len(parts), len(terminal), len(country)
    size = 2 * n + K + S + C
    theta = kept.theta
    every = np.arange(n)
    u_of = _pick(every, size)
    w_of = _pick(2 * n + part, size)
    zone = (Y > 0.0).astype(float)
    y_of = _scaled(_pick(n + every, size), zone)
    moves = movers[node].astype(float)
    mine = np.searchsorted(country, baseline.country[node])
    mine = np.where(moves > 0.0, mine, 0)
    # ln l = (ln y - ln P - omega) / (1 - beta), with ln P = -u / theta
    l_of = y_of + u_of * (1.0 / theta)
    if C:
        l_of = l_of - _pick(2 * n + K + S + mine, size)
    l_of = _scaled(csr_array(l_of), moves / (1.0 - baseline.beta))
    v_of = csr_array(
        _scaled(_pick(n + every, size), np.where(zone > 0.0, 1.0 + theta, 1.0))
        - l_of * (theta * (1.0 + baseline.alpha))
    )
    G, M = len(link), len(service)
    leave = csr_array((np.ones(G), (tail, np.arange(G))), shape=(n, G))
    enter = csr_array((np.ones(G), (head, np.arange(G))), shape=(n, G))
    belongs = csr_array((np.ones(M), (np.arange(M), kept.link)), shape=(M, G))
    s_of = csr_array((M, size))
    for end in (kept.start, kept.end):
        has = np.flatnonzero(end != NO_TERMINAL)
        s_of = s_of + csr_array((np.ones(len(has)), (has, 2 * n + K + end[has])), shape=(M, size))
    out_all, in_all = baseline.throughput()
    has = services.start != NO_TERMINAL
    at_terminal, planned = (
        np.bincount(services.start[has], x[has], len(baseline.terminal_lam))
        for x in (baseline.xi, services.K)
    )
    # A terminal that did not exist is measured against what it would handle at prices of before.
    at_terminal = np.where(at_terminal > 0.0, at_terminal, planned)[terminal]
    has = np.flatnonzero(kept.start != NO_TERMINAL)
    terminal_share = csr_array(
        (kept.K[has] / at_terminal[kept.start[has]], (kept.start[has], has)), shape=(S, M)
    )
    # Where nothing leaves any more there is no traffic to congest.
    leaves = np.diff(terminal_share.indptr) > 0
    terminal_part = np.zeros(S, np.int64)
    for end, at in ((kept.end, head), (kept.start, tail)):
        has = np.flatnonzero(end != NO_TERMINAL)
        terminal_part[end[has]] = part[at[kept.link[has]]]
    L = baseline.L[node] * moves
    labour = np.bincount(mine, L, max(C, 1))[mine]
    income = np.bincount(part, Y, K)[part]
    with np.errstate(divide="ignore", invalid="ignore"):
        ln_out, ln_in = np.log(out_all[node]), np.log(in_all[node])
    return System(
        trouble=trouble, note=note, node=node, link=link, service=service, terminal=terminal,
        country=country, services=kept, first=kept.first, tail=tail, head=head, part=part,
        reference=reference, numeraire=is_numeraire, Y=Y, D=D[node], ln_out=ln_out, ln_in=ln_in,
        terminal_lam=np.where(leaves, baseline.terminal_lam[terminal], 0.0),
        terminal_part=terminal_part, terminal_share=terminal_share,
        labour_share=_rows(np.where(moves > 0.0, L / np.where(labour > 0, labour, 1.0), 0.0), mine, C),
        income_share=_rows(Y / np.where(income > 0, income, 1.0), part, K),
        u_of=u_of, v_of=v_of, y_of=y_of, l_of=l_of, w_of=w_of,
        c_of=csr_array(u_of[tail] + v_of[head] - w_of[tail]), s_of=csr_array(s_of),
        leave=leave, enter=enter, belongs=belongs, size=size,
    )  # fmt: skip


def _live(
    baseline: Baseline, open_link: NDArray[np.bool_], D: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64], str, str]:
    """Which links and nodes can still carry trade, the part of each node, trouble and notes."""
    n, zone = len(baseline.Y), baseline.Y > 0.0
    tail, head = baseline.tail, baseline.head
    balanced = not np.any(np.abs(D) > BALANCED * max(baseline.Y.max(initial=0.0), 1e-300))

    def parts(keep: NDArray[np.bool_], connection: str) -> NDArray[np.int64]:
        graph = coo_array((np.ones(keep.sum()), (tail[keep], head[keep])), shape=(n, n))
        return connected_components(graph.tocsr(), directed=True, connection=connection)[1]

    note = ""
    if balanced:
        # Whoever sells must buy: nothing moves between parts that are joined in one direction only.
        part = parts(open_link, "strong")
        inside = open_link & (part[tail] == part[head])
        cut = int(np.count_nonzero(open_link & ~inside))
        has_zone = np.zeros(n, np.bool_)
        has_zone[part[zone]] = True
        live_node = has_zone[part]
        if cut:
            note = f"{cut} open links join parts in one direction only and carry nothing"
        return inside & live_node[tail], live_node, part, "", note
    part = parts(open_link, "weak")
    live_node = (_reached(n, tail[open_link], head[open_link], zone)) & (
        _reached(n, head[open_link], tail[open_link], baseline.Y + D > 0.0)
    )
    lost = zone & ~live_node
    owed = np.bincount(part, D, n)
    bad = np.flatnonzero(
        np.abs(owed) > BALANCED * np.maximum(np.bincount(part, baseline.Y, n), 1e-300)
    )
    bad = bad[np.isin(bad, part[live_node])]
    trouble = ""
    if len(bad):
        trouble = (
            f"{len(bad)} connected parts would keep a deficit or surplus against the rest; "
            "solve without deficits"
        )
    elif lost.any():
        trouble = f"{int(lost.sum())} regions have output and nobody to sell to"
    live = open_link & live_node[tail] & live_node[head]
    return live, live_node, part, trouble, note


def _reached(
    n: int, tail: NDArray[np.int64], head: NDArray[np.int64], source: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Nodes that can be reached from any source; the sources are."""
    origin = np.flatnonzero(source)
    rows = np.concatenate([tail, np.full(len(origin), n)])
    columns = np.concatenate([head, origin])
    graph = csr_array((np.ones(len(rows)), (rows, columns)), shape=(n + 1, n + 1))
    found = breadth_first_order(graph, n, return_predecessors=False)
    flag = np.zeros(n + 1, np.bool_)
    flag[found] = True
    return flag[:n]


def _pick(columns: NDArray[np.int64], size: int) -> csr_array:
    """A matrix that picks one unknown a row."""
    rows = np.arange(len(columns))
    return csr_array((np.ones(len(columns)), (rows, columns)), shape=(len(columns), size))


def _rows(values: NDArray[np.float64], row: NDArray[np.int64], n_rows: int) -> csr_array:
    if n_rows == 0:
        return csr_array((0, len(values)))
    return csr_array((values, (row, np.arange(len(values)))), shape=(n_rows, len(values)))


def _scaled(matrix: csr_array, by: NDArray[np.float64]) -> csr_array:
    """Rows times factors."""
    data = matrix.data * np.repeat(by, np.diff(matrix.indptr))
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def evaluate(
    system: System, z: NDArray[np.float64], ln_t: NDArray[np.float64], ln_s: NDArray[np.float64]
) -> Point:
    """Errors of all equations; not finite where `z` is out of reach."""
    a = system
    n, K, S = len(a.node), len(a.reference), len(a.terminal)
    damp = 1.0 + a.services.eta * a.services.lam
    u, v, ln_y, ln_l = a.u_of @ z, a.v_of @ z, a.y_of @ z, a.l_of @ z
    w, sigma, omega = z[2 * n : 2 * n + K], z[2 * n + K : 2 * n + K + S], z[2 * n + K + S :]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        c = a.c_of @ z
        s = ln_t + a.s_of @ z
        choice = choose_modes(a.services, a.first, c, s)
        price = u[a.tail] + v[a.head]
        flow = a.services.base * np.exp(-a.services.theta * choice.T + price)
        Y, given = a.Y * np.exp(ln_y), a.D * np.exp(w[a.part])
        out = a.leave @ flow + np.where(a.Y > 0.0, Y, 0.0) + given
        into = a.enter @ flow + np.where(a.Y > 0.0, Y, 0.0)
        spent = np.where(a.Y > 0.0, Y, 0.0) + given
        # Spending below zero is no economy: the step is too long.
        out = np.where(spent < -BALANCED * a.Y, np.nan, out)
        R1 = u + v + a.ln_out - np.log(out)
        R2 = u + v + a.ln_in - np.log(into)
        walras = np.abs(np.expm1(R2[a.reference])).max(initial=0.0)
        R2[a.reference] = np.where(a.numeraire, ln_y[a.reference], w)
        R3 = np.log(a.income_share @ np.exp(ln_y)) - w
        grown = (
            -a.services.eta * s
            + (a.services.eta - a.services.theta) * choice.T[a.services.link]
            + c[a.services.link]
        ) / damp + w[a.part[a.tail]][a.services.link]
        xi = a.services.K * np.exp(grown)
        use = a.terminal_share @ np.exp(grown)
        congested = a.terminal_lam > 0.0
        R4 = sigma - ln_s
        R4[congested] -= a.terminal_lam[congested] * (np.log(use) - w[a.terminal_part])[congested]
        weight = np.exp(grown)
        R5 = np.log(a.labour_share @ np.exp(ln_l)) if len(omega) else np.empty(0)
        R = np.concatenate([R1, R2, R3, R4, R5])
    bad = not np.all(np.isfinite(R))
    return Point(
        z=z, u=u, v=v, ln_y=ln_y, ln_l=ln_l, w=w, sigma=sigma, omega=omega, choice=choice,
        flow=flow, xi=xi, out=out, into=into, terminal_weight=weight, R=R,
        error=float("nan") if bad else float(np.abs(R).max(initial=0.0)), walras=float(walras),
    )  # fmt: skip


def jacobian(system: System, point: Point) -> object:
    """dR/dz, (size, size) csc."""
    a, x, theta, eta = system, point.choice, system.services.theta, system.services.eta
    damp = 1.0 + eta * a.services.lam
    dT = _scaled(a.c_of, x.T_c)
    if len(a.terminal):
        dT = dT + a.belongs.T @ _scaled(a.s_of, x.T_s)
    world = a.w_of[a.tail]
    grow = a.c_of + world - dT * theta
    Y = np.where(a.Y > 0.0, a.Y * np.exp(point.ln_y), 0.0)
    given = a.D * np.exp(point.w[a.part])
    both = a.u_of + a.v_of
    earn = _scaled(a.y_of, Y)
    moved = _scaled(csr_array(grow), point.flow)
    J1 = both - _scaled(csr_array(a.leave @ moved + earn + _scaled(a.w_of, given)), 1.0 / point.out)
    J2 = both - _scaled(csr_array(a.enter @ moved + earn), 1.0 / point.into)
    J2 = _with_rows(csr_array(J2), a.reference, _numeraire_rows(a))
    share = a.income_share @ diags_array(np.exp(point.ln_y))
    total = np.asarray(share.sum(axis=1)).ravel()
    n, K, S = len(a.node), len(a.reference), len(a.terminal)
    J3 = _scaled(csr_array(share @ a.y_of), 1.0 / total) - _pick(2 * n + np.arange(K), a.size)
    blocks = [J1, J2, J3]
    if S:
        d_grown = _scaled(
            csr_array(-eta * a.s_of + a.belongs @ ((eta - theta) * dT + a.c_of)), 1.0 / damp
        ) + (a.belongs @ world)
        use = a.terminal_share @ diags_array(point.terminal_weight)
        total = np.asarray(use.sum(axis=1)).ravel()
        factor = a.terminal_lam / np.where(total > 0.0, total, 1.0)
        blocks.append(
            _pick(2 * n + K + np.arange(S), a.size)
            - _scaled(csr_array(use @ d_grown), factor)
            + _scaled(_pick(2 * n + a.terminal_part, a.size), a.terminal_lam)
        )
    if len(a.country):
        use = a.labour_share @ diags_array(np.exp(point.ln_l))
        total = np.asarray(use.sum(axis=1)).ravel()
        blocks.append(_scaled(csr_array(use @ a.l_of), 1.0 / total))
    return vstack(blocks, format="csc")


def by_cost(system: System, point: Point) -> csr_array:
    """dR/d ln tbar of each service, (size, M). Of terminals it is minus one on their own row."""
    a, x, theta, eta = system, point.choice, system.services.theta, system.services.eta
    dT = csr_array(a.belongs.T @ diags_array(x.T_s))
    moved = _scaled(dT, theta * point.flow)
    J1 = _scaled(csr_array(a.leave @ moved), 1.0 / point.out)
    left = 1.0 / point.into
    left[a.reference] = 0.0
    J2 = _scaled(csr_array(a.enter @ moved), left)
    M, K, S, C = len(a.service), len(a.reference), len(a.terminal), len(a.country)
    blocks = [J1, J2, csr_array((K, M))]
    if S:
        damp = 1.0 + eta * a.services.lam
        d_grown = diags_array(-eta / damp) + _scaled(
            csr_array(a.belongs @ dT), (eta - theta) / damp
        )
        use = a.terminal_share @ diags_array(point.terminal_weight)
        total = np.asarray(use.sum(axis=1)).ravel()
        factor = -a.terminal_lam / np.where(total > 0.0, total, 1.0)
        blocks.append(_scaled(csr_array(use @ d_grown), factor))
    if C:
        blocks.append(csr_array((C, M)))
    return csr_array(vstack(blocks))


def _numeraire_rows(system: System) -> csr_array:
    """What stands in place of the equations left out: W = 1, or y = 1 at the numeraire."""
    n, K = len(system.node), len(system.reference)
    columns = np.where(system.numeraire, n + system.reference, 2 * n + np.arange(K))
    return _pick(columns, system.size)


def _with_rows(matrix: csr_array, rows: NDArray[np.int64], by: csr_array) -> csr_array:
    """The matrix with some rows in place of its own."""
    keep = np.ones(matrix.shape[0])
    keep[rows] = 0.0
    put = csr_array(
        (np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(matrix.shape[0], len(rows))
    )
    kept = _scaled(matrix, keep)
    kept.eliminate_zeros()
    return csr_array(kept + put @ by)
