"""What a change of link costs does to regions, and which links are worth most.

A typed front of `solve_spatial`, `solve_modes`, `solve_elasticities` and `solve_traffic`: ids in
front, positions behind. The equations and the limits are in `docs/explanation/spatial.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, ProblemList
from sogdia.core.status import Status
from sogdia.models.trade.solve_elasticities import elasticities
from sogdia.models.trade.solve_modes import NO_TERMINAL, Services
from sogdia.models.trade.solve_spatial import Baseline, Equilibrium, rebase, solve_spatial
from sogdia.models.trade.solve_traffic import balance_traffic, new_traffic, price_levels

__all__ = ["NewLink", "Parameters", "Ranking", "Response", "Traffic", "rank_links", "respond"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MAX_LISTED = 10
"""Problems of one kind named in a message."""

ROUNDING = 1e-9
"""Imbalances below this share of a node's throughput are rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Elasticities of the spatial model.

    Attributes
    ----------
    theta : float
        Trade and route elasticity. 5 by default; 4 to 8 in the literature.
    eta : float or None
        Elasticity between modes of one link; theta when None.
    alpha, beta : float
        Spillovers of labour on productivity and amenity, in countries with mobile labour.
    mobile : frozenset of str
        Countries inside which labour moves. None by default.
    deficits : {"held", "none"}
        Trade deficits of regions stay as they are, in units of world income; or the baseline is
        first solved without them, and changes are measured from there.
    allow_several_equilibria : bool
        Take alpha + beta > 0, for which the solution found may be one of several.
    """

    theta: float = 5.0
    eta: float | None = None
    alpha: float = 0.1
    beta: float = -0.3
    mobile: frozenset[str] = frozenset()
    deficits: Literal["held", "none"] = "held"
    allow_several_equilibria: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Traffic, incomes and the network they are on. Values in any one unit of money a year.

    Attributes
    ----------
    nodes : tuple of str
        Ids of N nodes.
    country : tuple of str
        Country of each node; "" at a node of none.
    income : (N,) float64
        Output of each node; > 0 at regions, 0 where goods only pass.
    tail, head : (M,) int
        Positions of the nodes of each service: one mode on one directed link.
    links : tuple of str
        Id of each service.
    value : (M,) float64
        Traffic; 0 for a service that is not used, which then never is (see `NewLink`).
    group : (M,) int
        Services with the same number are modes of one link and share its nodes. By default each
        is a link of its own.
    congestion : (M,) float64
        lambda of each service. 0 by default.
    start, end : (M,) int
        Terminal at tail and head, or -1. None by default.
    terminals : tuple of str
    terminal_congestion : (S,) float64
    labour : (N,) float64
        Used where labour moves. Income by default.
    spending : (N,) float64 or None
        When given, traffic is balanced to it. By default it is income + inflow - outflow.
    """

    nodes: tuple[str, ...]
    country: tuple[str, ...]
    income: Floats
    tail: Integers
    head: Integers
    links: tuple[str, ...]
    value: Floats
    group: Integers | None = None
    congestion: Floats | None = None
    start: Integers | None = None
    end: Integers | None = None
    terminals: tuple[str, ...] = ()
    terminal_congestion: Floats = field(default_factory=lambda: np.empty(0))
    labour: Floats | None = None
    spending: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A service that did not exist, one direction: its cost comes down from infinity.

    Attributes
    ----------
    id, tail, head : str
        Its id and the ids of its nodes.
    cost_factor : float
        ``1 + cost / value`` of goods; at least 1. With congestion, at a traffic of all world income.
    congestion : float
    """

    id: str
    tail: str
    head: str
    cost_factor: float
    congestion: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Ratios, scenario over baseline; NaN where a node has no income or nothing passes.

    Attributes
    ----------
    nodes, links : tuple of str
        Rows; new links stand last.
    income, price, real_income, real_spending, labour : (N,) float64
        Income in units of world income; real income is income over the price index.
    traffic_before, traffic : (M,) float64
        In the unit given, at constant world income.
    link_cost : (M,) float64
        Cost with congestion; +inf where closed, NaN for new links.
    countries : tuple of str
    country_real_income : (C,) float64
        Mean over regions, weighted by their income before.
    world_real_income : float
    balanced_by : float
        Largest relative change of a traffic that was made to balance; 0 when none was needed.
    notes : tuple of str
        What a reader has to know: balancing, new links, complements.
    status : Status
    """

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    income: Floats
    price: Floats
    real_income: Floats
    real_spending: Floats
    labour: Floats
    traffic_before: Floats
    traffic: Floats
    link_cost: Floats
    countries: tuple[str, ...]
    country_real_income: Floats
    world_real_income: float
    balanced_by: float
    notes: tuple[str, ...]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Links by the gain of world real income from costs one percent lower.

    Attributes
    ----------
    links : tuple of str
        In the order of the traffic given; `order` ranks them.
    order : (M,) int
        Positions, the most valuable first; links without traffic last.
    elasticity : (M,) float64
        Percent of weighted real income for one percent of the link's cost; NaN without traffic.
    traffic_share : (M,) float64
        Traffic over world income: the same without congestion, mobility and deficits.
    regions : tuple of str
        Regions asked for.
    by_region : (R, M) float64
        Percent of each region's real income.
    terminals : tuple of str
    terminal_elasticity, terminal_share : (S,) float64
    notes : tuple of str
    status : Status
    """

    links: tuple[str, ...]
    order: Integers
    elasticity: Floats
    traffic_share: Floats
    regions: tuple[str, ...]
    by_region: Floats
    terminals: tuple[str, ...]
    terminal_elasticity: Floats
    terminal_share: Floats
    notes: tuple[str, ...]
    status: Status


def respond(
    traffic: Traffic,
    cost_ratio: Floats,
    parameters: Parameters | None = None,
    *,
    terminal_ratio: Floats | None = None,
    new: Sequence[NewLink] = (),
    cost_level: Floats | None = None,
) -> Response:
    """What regions earn and links carry after costs have changed.

    Parameters
    ----------
    traffic : Traffic
    cost_ratio : (M,) float64
        Cost factor of each service without congestion, new over old; +inf closes it.
    parameters : Parameters, optional
    terminal_ratio : (S,) float64, optional
        The same of terminals.
    new : sequence of NewLink
    cost_level : (M,) float64, optional
        Cost factors of the services that exist, by which price levels at the ends of new links
        are fitted. Without it costs are taken to be the same in both directions.

    Raises
    ------
    InvalidInput
        With every problem of the input.
    """
    with_ = parameters or Parameters()
    problems = _problems(traffic, with_)
    _check_ratios(problems, "cost_ratio", cost_ratio, traffic.links)
    if terminal_ratio is not None:
        _check_ratios(problems, "terminal_ratio", terminal_ratio, traffic.terminals)
    _check_new(problems, traffic, new)
    problems.raise_if_any()
    baseline, order, notes, balanced_by, status = _baseline(traffic, with_)
    if baseline is None:
        return _nothing(traffic, new, notes, balanced_by, status)
    # What carried nothing has no hat to grow from.
    ratio = np.where(baseline.xi > 0.0, np.asarray(cost_ratio, dtype=np.float64)[order], np.inf)
    if new:
        levels = None if cost_level is None else cost_level[order]
        baseline = _with_new(baseline, traffic, new, levels, notes)
        ratio = np.concatenate([ratio, np.ones(len(new))])
    after = solve_spatial(baseline, ratio, terminal_ratio)
    if after.status.message:
        notes.append(after.status.message)
    return _response(traffic, new, baseline, order, after, notes, balanced_by)


def rank_links(
    traffic: Traffic,
    parameters: Parameters | None = None,
    *,
    weights: Floats | None = None,
    regions: Sequence[str] = (),
) -> Ranking:
    """The worth of every link and terminal, from one adjoint solve.

    Parameters
    ----------
    traffic : Traffic
    parameters : Parameters, optional
    weights : (N,) float64, optional
        Weights of regions' real spending; their shares in world spending by default.
    regions : sequence of str
        Regions whose own elasticities are wanted.

    Raises
    ------
    InvalidInput
        With every problem of the input.
    """
    with_ = parameters or Parameters()
    problems = _problems(traffic, with_)
    at = {node: i for i, node in enumerate(traffic.nodes)}
    for region in regions:
        if region not in at or not traffic.income[at[region]] > 0.0:
            problems.add("regions", "no region with income has this id", got=region)
    problems.raise_if_any()
    baseline, order, notes, _, status = _baseline(traffic, with_)
    M, S, n = len(traffic.links), len(traffic.terminals), len(traffic.nodes)
    value, own = np.full(M, np.nan), np.full((len(regions), M), np.nan)
    share, at_terminal = np.full(M, np.nan), np.full(S, np.nan)
    terminal_share = np.full(S, np.nan)
    if baseline is not None:
        spending = baseline.Y + baseline.D
        rows = np.zeros((1 + len(regions), n))
        rows[0] = spending / spending.sum() if weights is None else weights
        for r, region in enumerate(regions):
            rows[1 + r, at[region]] = 1.0
        found = elasticities(baseline, rows, of="spending")
        value[order], own[:, order], share[order] = (
            found.service[0],
            found.service[1:],
            found.service_share,
        )
        at_terminal, terminal_share, status = found.terminal[0], found.terminal_share, found.status
        if status.message:
            notes.append(status.message)
    return Ranking(
        links=traffic.links,
        order=np.argsort(np.where(np.isnan(value), np.inf, -value), kind="stable"),
        elasticity=value, traffic_share=share, regions=tuple(regions), by_region=own,
        terminals=traffic.terminals, terminal_elasticity=at_terminal,
        terminal_share=terminal_share, notes=tuple(notes), status=status,
    )  # fmt: skip


def _baseline(
    traffic: Traffic, with_: Parameters
) -> tuple[Baseline | None, Integers, list[str], float, Status]:
    """The balanced baseline, services grouped by link, and what was done to it."""
    n, M = len(traffic.nodes), len(traffic.links)
    group = np.arange(M) if traffic.group is None else traffic.group
    order = np.argsort(group, kind="stable")
    _, first, link = np.unique(group[order], return_index=True, return_inverse=True)
    tail, head, value = traffic.tail[order], traffic.head[order], traffic.value[order]
    income, zone = traffic.income, traffic.income > 0.0
    notes: list[str] = []
    fixed = ~zone if traffic.spending is None else np.ones(n, np.bool_)
    net = np.zeros(n) if traffic.spending is None else income - traffic.spending
    balanced = balance_traffic(tail, head, value, net, fixed)
    if balanced.status.state == "failed":
        return None, order, [balanced.status.message], balanced.largest_change, balanced.status
    if balanced.largest_change > ROUNDING:
        notes.append(
            f"traffic did not balance: it was moved by {balanced.moved:.2%} in all, "
            f"at most {balanced.largest_change:.2%} on one link"
        )
    xi = balanced.xi
    D = _sum(head, xi, n) - _sum(tail, xi, n)
    D[~zone] = 0.0 if traffic.spending is None else traffic.spending[~zone]
    bad = np.flatnonzero(income + D < -ROUNDING * income)
    if len(bad):
        problems = ProblemList()
        for i in bad[:MAX_LISTED]:
            problems.add(
                f"node {traffic.nodes[i]}", "sells more than its output and buys in",
                got=f"output {income[i]:g}, net outflow {-D[i]:g}",
                fix="raise its income to its gross output with re-exports, or book those as transit",
            )  # fmt: skip
        raise InvalidInput(problems.problems)
    names = tuple(dict.fromkeys(traffic.country))
    minus = np.full(M, NO_TERMINAL)
    services = Services(
        link=np.asarray(link, dtype=np.int64),
        # A service without traffic has no weight; it is closed for good, and 1 is never used.
        K=np.where(xi > 0.0, xi, 1.0),
        base=_sum(link, np.where(xi > 0.0, xi, 0.0), len(first)),
        lam=np.zeros(M) if traffic.congestion is None else traffic.congestion[order],
        start=minus if traffic.start is None else traffic.start[order],
        end=minus if traffic.end is None else traffic.end[order],
        theta=with_.theta,
        eta=with_.theta if with_.eta is None else with_.eta,
    )
    baseline = Baseline(
        tail=tail[first], head=head[first], services=services, xi=xi, Y=income, D=D,
        terminal_lam=traffic.terminal_congestion,
        country=np.array([names.index(c) for c in traffic.country], dtype=np.int64),
        mobile=np.array([c in with_.mobile for c in names], dtype=np.bool_),
        L=income if traffic.labour is None else traffic.labour,
        alpha=with_.alpha, beta=with_.beta,
    )  # fmt: skip
    idle = xi <= 0.0
    if idle.any():
        notes.append(f"{int(idle.sum())} links have no traffic before and can get none")
    if with_.deficits == "held" or not np.any(np.abs(D) > ROUNDING * income.max()):
        return baseline, order, notes, balanced.largest_change, Status(state="solved")
    zero = np.zeros(n)
    after = solve_spatial(baseline, np.where(idle, np.inf, 1.0), deficits=zero)
    if after.status.state == "failed":
        notes.append("the baseline without deficits was not found")
        return None, order, notes, balanced.largest_change, after.status
    notes.append("deficits were removed first: changes are measured from balanced trade")
    # `rebase` drops what carries nothing; here every service keeps its place.
    kept = rebase(baseline, after, zero)
    baseline = replace(
        baseline,
        services=replace(
            services,
            K=np.where(after.xi > 0.0, after.xi, 1.0),
            base=_sum(link, after.xi, len(first)),
        ),
        xi=after.xi, Y=kept.Y, D=zero, L=kept.L,
    )  # fmt: skip
    return baseline, order, notes, balanced.largest_change, after.status


def _with_new(
    baseline: Baseline,
    traffic: Traffic,
    new: Sequence[NewLink],
    levels: Floats | None,
    notes: list[str],
) -> Baseline:
    """New links stand last, each a link of its own with the traffic it would have carried."""
    at = {node: i for i, node in enumerate(traffic.nodes)}
    tail = np.array([at[x.tail] for x in new], dtype=np.int64)
    head = np.array([at[x.head] for x in new], dtype=np.int64)
    lam = np.array([x.congestion for x in new])
    old, H = baseline.services, baseline.throughput()[1]
    ln_p = None
    if levels is not None:
        used = np.flatnonzero(baseline.xi > 0.0)
        of = old.link[used]
        ln_p, misfit = price_levels(
            baseline.tail[of], baseline.head[of], baseline.xi[used], H, levels[used], old.theta
        )
        notes.append(f"price levels fit the given link costs to {misfit:.1%}")
    cost = np.array([x.cost_factor for x in new])
    K = new_traffic(
        tail, head, cost, H, old.theta, lam=lam, world=float(baseline.Y.sum()), ln_p=ln_p
    )
    notes.append(
        f"{len(new)} new links enter through cost levels (their cost falls from infinity); "
        + ("costs are taken as the same both ways" if ln_p is None else "with fitted price levels")
    )
    none = np.full(len(new), NO_TERMINAL)
    services = replace(
        old,
        link=np.concatenate([old.link, len(baseline.tail) + np.arange(len(new))]),
        K=np.concatenate([old.K, K]),
        base=np.concatenate([old.base, K]),
        lam=np.concatenate([old.lam, lam]),
        start=np.concatenate([old.start, none]),
        end=np.concatenate([old.end, none]),
    )
    return replace(
        baseline,
        tail=np.concatenate([baseline.tail, tail]),
        head=np.concatenate([baseline.head, head]),
        services=services,
        xi=np.concatenate([baseline.xi, np.zeros(len(new))]),
    )


def _response(
    traffic: Traffic,
    new: Sequence[NewLink],
    baseline: Baseline,
    order: Integers,
    after: Equilibrium,
    notes: list[str],
    balanced_by: float,
) -> Response:
    M = len(order)
    place = np.concatenate([order, M + np.arange(len(new))])
    before, flow, cost = (np.full(M + len(new), np.nan) for _ in range(3))
    before[place], flow[place], cost[place] = baseline.xi, after.xi, after.t
    cost[M:] = np.nan
    names, means = _by_country(traffic.country, baseline.Y, after.real_income)
    zone = baseline.Y > 0.0
    world = float(np.average(after.real_income[zone], weights=baseline.Y[zone]))
    return Response(
        nodes=traffic.nodes, links=(*traffic.links, *(x.id for x in new)), income=after.y,
        price=after.P, real_income=after.real_income, real_spending=after.real_spending,
        labour=after.l, traffic_before=before, traffic=flow, link_cost=cost, countries=names,
        country_real_income=means, world_real_income=world, balanced_by=balanced_by,
        notes=tuple(notes), status=after.status,
    )  # fmt: skip


def _nothing(
    traffic: Traffic, new: Sequence[NewLink], notes: list[str], balanced_by: float, status: Status
) -> Response:
    n, m = np.full(len(traffic.nodes), np.nan), np.full(len(traffic.links) + len(new), np.nan)
    names, means = _by_country(traffic.country, traffic.income, n)
    return Response(
        nodes=traffic.nodes, links=(*traffic.links, *(x.id for x in new)), income=n, price=n,
        real_income=n, real_spending=n, labour=n, traffic_before=m, traffic=m, link_cost=m,
        countries=names, country_real_income=means, world_real_income=float("nan"),
        balanced_by=balanced_by, notes=tuple(notes), status=status,
    )  # fmt: skip


def _sum(at: Integers, values: Floats, length: int) -> Floats:
    return np.asarray(np.bincount(at, values, length), dtype=np.float64)


def _by_country(country: tuple[str, ...], Y: Floats, hat: Floats) -> tuple[tuple[str, ...], Floats]:
    names = tuple(dict.fromkeys(c for c, y in zip(country, Y, strict=True) if y > 0.0))
    of = np.array(country)
    rows: list[float] = []
    for name in names:
        mine = (of == name) & (Y > 0.0)
        rows.append(float(np.average(hat[mine], weights=Y[mine])))
    return names, np.array(rows)


def _problems(traffic: Traffic, with_: Parameters) -> ProblemList:
    found = ProblemList()
    n, M, S = len(traffic.nodes), len(traffic.links), len(traffic.terminals)
    wanted: Mapping[str, tuple[Sequence[object] | NDArray[np.generic] | None, int]] = {
        "country": (traffic.country, n), "income": (traffic.income, n), "tail": (traffic.tail, M),
        "head": (traffic.head, M), "value": (traffic.value, M), "group": (traffic.group, M),
        "congestion": (traffic.congestion, M), "start": (traffic.start, M),
        "end": (traffic.end, M), "terminal_congestion": (traffic.terminal_congestion, S),
        "labour": (traffic.labour, n), "spending": (traffic.spending, n),
    }  # fmt: skip
    for name, (values, length) in wanted.items():
        if values is not None and len(values) != length:
            found.add(name, "has the wrong length", got=len(values), allowed=length)
    if not with_.theta > 0.0:
        found.add("theta", "is not positive", got=with_.theta)
    if with_.eta is not None and not with_.eta > 0.0:
        found.add("eta", "is not positive", got=with_.eta)
    if with_.mobile and with_.alpha + with_.beta > 0.0 and not with_.allow_several_equilibria:
        found.add(
            "alpha + beta", "is above 0: there may be several equilibria",
            got=f"{with_.alpha + with_.beta:g}", allowed="0 or less",
            fix="say allow_several_equilibria, and compare solutions from several baselines",
        )  # fmt: skip
    if found:
        return found
    named: dict[str, tuple[Floats | None, tuple[str, ...]]] = {
        "income": (traffic.income, traffic.nodes), "value": (traffic.value, traffic.links),
        "congestion": (traffic.congestion, traffic.links), "spending": (traffic.spending, traffic.nodes),
        "terminal_congestion": (traffic.terminal_congestion, traffic.terminals),
    }  # fmt: skip
    for name, (numbers, ids) in named.items():
        if numbers is None:
            continue
        for i in np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0.0)))[:MAX_LISTED]:
            found.add(f"{name} of {ids[i]}", "is not a number of at least 0", got=numbers[i])
    if not np.any(traffic.income > 0.0):
        found.add("income", "no node has any")
    for name, where in (("tail", traffic.tail), ("head", traffic.head)):
        for i in np.flatnonzero((where < 0) | (where >= n))[:MAX_LISTED]:
            found.add(f"{name} of {traffic.links[i]}", "is no node", got=where[i])
    for name, where in (("start", traffic.start), ("end", traffic.end)):
        if where is not None:
            for i in np.flatnonzero((where < NO_TERMINAL) | (where >= S))[:MAX_LISTED]:
                found.add(f"{name} of {traffic.links[i]}", "is no terminal", got=where[i])
    for i in np.flatnonzero(traffic.tail == traffic.head)[:MAX_LISTED]:
        found.add(f"link {traffic.links[i]}", "begins where it ends")
    if traffic.group is not None:
        _, first, of = np.unique(traffic.group, return_index=True, return_inverse=True)
        differs = (traffic.tail != traffic.tail[first][of]) | (
            traffic.head != traffic.head[first][of]
        )
        for i in np.flatnonzero(differs)[:MAX_LISTED]:
            found.add(f"link {traffic.links[i]}", "shares a group with a link of other nodes")
    if with_.mobile and traffic.labour is not None:
        of_mobile = np.isin(np.array(traffic.country), sorted(with_.mobile)) & (traffic.income > 0)
        for i in np.flatnonzero(of_mobile & ~(traffic.labour > 0.0))[:MAX_LISTED]:
            found.add(f"labour of {traffic.nodes[i]}", "is not positive", got=traffic.labour[i])
    for name in sorted(with_.mobile - set(traffic.country)):
        found.add("mobile", "no node is in this country", got=name)
    return found


def _check_ratios(found: ProblemList, name: str, ratio: Floats, ids: tuple[str, ...]) -> None:
    if len(ratio) != len(ids):
        found.add(name, "has the wrong length", got=len(ratio), allowed=len(ids))
        return
    for i in np.flatnonzero(~(ratio > 0.0))[:MAX_LISTED]:
        found.add(f"{name} of {ids[i]}", "is not above 0", got=ratio[i], fix="+inf closes a link")


def _check_new(found: ProblemList, traffic: Traffic, new: Sequence[NewLink]) -> None:
    at = set(traffic.nodes)
    for x in new:
        if x.id in traffic.links:
            found.add(f"new link {x.id}", "exists already", fix="change its cost_ratio")
        for node in (x.tail, x.head):
            if node not in at:
                found.add(f"new link {x.id}", "no node is called so", got=node)
        if not 1.0 <= x.cost_factor < np.inf:
            found.add(
                f"new link {x.id}", "cost factor is out of range", got=x.cost_factor,
                allowed="1 or more, ad valorem",
            )  # fmt: skip
        if not x.congestion >= 0.0:
            found.add(f"new link {x.id}", "congestion is below 0", got=x.congestion)
