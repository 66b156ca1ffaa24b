"""Recursive route choice against listed routes, closed forms and brute force."""

from __future__ import annotations

import networkx as nx
import numba
import numpy as np
import pytest

from sogdia.core.errors import InvalidInput
from sogdia.models.transport.solve_choice import Choice, likely_paths, load, select_link
from sogdia.models.transport.solve_criticality import criticality
from sogdia.models.transport.solve_efficient import efficient_arcs
from sogdia.models.transport.solve_graph import Demand, Graph

PLAIN = Choice(scale=3.0, relative=False, overlap="none")
SIZED = Choice(scale=3.0, relative=False, overlap="size")
FORMS = [
    Choice(scale=s, relative=relative, overlap=overlap)
    for s, relative in ((3.0, False), (8.0, True))
    for overlap in ("none", "size")
]


def one_pair(tail, head, n, origin, destination):
    graph = Graph(tail=np.array(tail), head=np.array(head), n_nodes=n)
    demand = Demand(
        origins=np.array([origin]), destinations=np.array([destination]), volume=np.ones((1, 1, 1))
    )
    return graph, demand


def random_network(seed, n=9, classes=2):
    rng = np.random.default_rng(seed)
    ends = [(i, j) for i in range(n) for j in range(n) if i != j and rng.random() < 0.35]
    tail, head = np.array(ends).T
    zones = rng.choice(n, 4, replace=False)
    graph = Graph(tail=tail, head=head, n_nodes=n)
    cost = rng.uniform(0.2, 2.0, (classes, len(tail)))
    cost[rng.random(cost.shape) < 0.05] = np.inf
    demand = Demand(
        origins=zones, destinations=zones, volume=rng.uniform(1.0, 5.0, (classes, 4, 4))
    )
    return graph, cost, demand


def listed_routes(graph, cost, origin, destination):
    """Every route on efficient arcs, from networkx distances: an independent listing."""
    g = nx.MultiDiGraph()
    g.add_nodes_from(range(graph.n_nodes))
    for a in np.flatnonzero(np.isfinite(cost)):
        g.add_edge(int(graph.tail[a]), int(graph.head[a]), key=int(a), weight=cost[a])
    least = nx.single_source_dijkstra_path_length(g.reverse(), destination)
    kept = nx.MultiDiGraph()
    kept.add_nodes_from(g)
    for i, j, a in g.edges(keys=True):
        if j in least and i in least and least[j] < least[i]:
            kept.add_edge(i, j, key=a)
    if origin not in least or origin == destination:
        return [], least
    routes = nx.all_simple_edge_paths(kept, origin, destination)
    return [[a for _, _, a in route] for route in routes], least


def entropy(weights):
    w = np.array([x for x in weights if x > 0.0])
    w = w / w.sum()
    return float(-(w * np.log(w)).sum())


def shares_by_hand(graph, cost, routes, mu, weight):
    """Logit over listed routes; sizes by equation 3 from the entropies of the listed routes."""
    c = np.array([cost[r].sum() for r in routes])
    p = np.exp(-mu * (c - c.min()))
    p /= p.sum()
    least = c.min()
    up, down = {}, {}
    for i in {int(graph.tail[a]) for r in routes for a in r}:
        via: dict[tuple[int, ...], float] = {}
        for r, q in zip(routes, p):
            at = [int(graph.tail[a]) for a in r]
            if i in at:
                before = tuple(r[: at.index(i)])
                via[before] = via.get(before, 0.0) + q
        up[i] = entropy(via.values())
    for j in {int(graph.head[a]) for r in routes for a in r}:
        via = {}
        for r, q in zip(routes, p):
            at = [int(graph.head[a]) for a in r]
            if j in at:
                after = tuple(r[at.index(j) + 1 :])
                via[after] = via.get(after, 0.0) + q
        down[j] = entropy(via.values())
    size = np.array(
        [sum(cost[a] / least * (up[int(graph.tail[a])] + down[int(graph.head[a])]) for a in r)
         for r in routes]
    )  # fmt: skip
    x = mu * (c - c.min()) + weight * size
    total = np.exp(-x).sum()
    return np.exp(-x) / total, c.min() - np.log(total) / mu


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("weight", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(6))
def test_flows_are_those_of_listed_routes(seed, weight, relative):
    """Logit and path size logit over every efficient route, listed by networkx."""
    graph, cost, demand = random_network(seed)
    choice = Choice(scale=4.0, relative=relative, overlap="size", weight=weight)
    found = load(graph, cost, demand, choice)
    flow = np.zeros_like(cost)
    n_routes = 0
    for c in range(2):
        for o, origin in enumerate(demand.origins):
            for d, destination in enumerate(demand.destinations):
                routes, least = listed_routes(graph, cost[c], origin, destination)
                if not routes:
                    continue
                n_routes = max(n_routes, len(routes))
                mu = 4.0 / least[origin] if relative else 4.0
                share, expected = shares_by_hand(graph, cost[c], routes, mu, weight)
                assert found.expected[c, o, d] == pytest.approx(expected, rel=1e-9)
                for r, q in zip(routes, share):
                    flow[c, r] += q * demand.volume[c, o, d]
    assert n_routes > 1
    np.testing.assert_allclose(found.flow, flow, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_plain_recursion_is_logit_over_listed_routes(seed):
    """Fosgerau, Frejinger and Karlström (2013), equation 9: the recursion is logit over routes."""
    graph, cost, demand = random_network(seed)
    one = load(graph, cost, demand, PLAIN)
    other = load(graph, cost, demand, Choice(scale=3.0, relative=False, overlap="size", weight=0.0))
    np.testing.assert_allclose(one.flow, other.flow, atol=1e-9)
    np.testing.assert_allclose(one.expected, other.expected, rtol=1e-9)


def loop_hole(overlap, *, merging=False):
    """Three routes of cost 1; two of them share `overlap` of it, at the start or at the end."""
    tail, head = [0, 0, 1, 1], [2, 1, 2, 2]
    if merging:
        tail, head = [2 - j for j in head], [2 - i for i in tail]
    # A trace of difference: equal parallel arcs would count as one.
    cost = np.array([1.0, overlap, 1.0 - overlap, 1.0 - overlap + 1e-9])
    return *one_pair(tail, head, 3, 0, 2), cost


@pytest.mark.parametrize("merging", [False, True])
@pytest.mark.parametrize("overlap", [0.01, 0.25, 0.5, 0.75, 0.9, 0.99])
def test_loop_hole(overlap, merging):
    """Cascetta's loop-hole network: the lone route goes from 1/3 to 1/2 as two become one."""
    graph, demand, cost = loop_hole(overlap, merging=merging)
    assert load(graph, cost, demand, PLAIN).flow[0, 0] == pytest.approx(1 / 3, abs=1e-6)
    pair = 2.0 ** (1.0 - overlap)
    for relative in (False, True):
        choice = Choice(scale=5.0, relative=relative, overlap="size")
        assert load(graph, cost, demand, choice).flow[0, 0] == pytest.approx(
            1.0 / (1.0 + pair), abs=1e-6
        )
    nested = load(graph, cost, demand, Choice(scale=5.0, overlap="none")).flow[0, 0]
    # Nests see what routes share before they part, not after they meet.
    assert nested == pytest.approx(1 / 3 if merging else 1.0 / (1.0 + pair), abs=1e-6)
    # Path size logit of Ben-Akiva and Bierlaire (1999) has 1 - overlap / 2 for each of the two.
    listed = 1.0 / (1.0 + 2.0 * (1.0 - overlap / 2.0))
    assert abs(1.0 / (1.0 + pair) - listed) < 0.02


@pytest.mark.parametrize("choice", FORMS)
def test_graph_edits_make_no_gain(choice):
    """Pitfall 3: a split link, a link given twice and a useless node change nothing."""
    tail, head = [0, 0, 1, 2, 1], [1, 2, 3, 3, 2]
    cost = np.array([1.0, 1.6, 1.5, 0.8, 0.3])
    graph, demand = one_pair(tail, head, 4, 0, 3)
    before = load(graph, cost, demand, choice)
    edits = {
        "split": ([0, 0, 1, 2, 1, 4], [4, 2, 3, 3, 2, 1], [0.4, 1.6, 1.5, 0.8, 0.3, 0.6], 5),
        "twice": ([*tail, 1], [*head, 3], [*cost, 1.5], 4),
        "useless": ([*tail, 1, 4], [*head, 4, 1], [*cost, 0.1, 0.1], 5),
        "village": ([*tail, 4, 4], [*head, 1, 2], [*cost, 0.1, 0.1], 5),
    }
    for name, (t, h, c, n) in edits.items():
        graph, demand = one_pair(t, h, n, 0, 3)
        after = load(graph, np.array(c), demand, choice)
        assert after.expected[0, 0, 0] == pytest.approx(before.expected[0, 0, 0], rel=1e-9), name
        assert after.flow[0, 3] == pytest.approx(before.flow[0, 3], rel=1e-9), name


@pytest.mark.parametrize("choice", FORMS)
@pytest.mark.parametrize("seed", range(3))
def test_select_link_and_likely_paths(seed, choice):
    """Shares of listed routes add up to 1, and those through a group to its select-link share."""
    graph, cost, demand = random_network(seed)
    groups = [[0], [1, 5, 7], [3, 4]]
    share = select_link(graph, cost, demand, choice, groups)
    pairs = [(c, o, d) for c in range(2) for o in range(4) for d in range(4)]
    routes = likely_paths(graph, cost, demand, choice, pairs, most=10_000)
    loaded = load(graph, cost, demand, choice)
    for (c, o, d), found in zip(pairs, routes):
        if not found:
            continue
        shares = [r.share for r in found]
        assert sum(shares) == pytest.approx(1.0)
        assert shares == sorted(shares, reverse=True)
        for g, group in enumerate(groups):
            through = sum(r.share for r in found if set(group) & set(r.arcs.tolist()))
            assert share[g, c, o, d] == pytest.approx(through, abs=1e-9)
    for a in range(0, graph.n_arcs, 5):
        one = select_link(graph, cost, demand, choice, [[a]])[0]
        np.testing.assert_allclose(
            np.nansum(one * demand.travelling(), axis=(1, 2)), loaded.flow[:, a], atol=1e-9
        )


def shares_at_a_fork(detour, fade):
    """Share of the way from 0 round by 1 to 2, of cost 4 + `detour`, beside a direct one of 10."""
    graph, demand = one_pair([0, 0, 1], [2, 1, 2], 3, 0, 2)
    choice = Choice(scale=3.0, overlap="none", fade=fade)
    return load(graph, np.array([10.0, 4.0, detour]), demand, choice).flow[0, 1]


def test_an_arc_that_gains_little_fades() -> None:
    """By hand: arc 0 -> 1 gains 10 - 9 of its cost of 4; with a fade of 0.5 it counts by 1 / 2."""
    odds = 0.5 * np.exp(-3.0 * (13.0 - 10.0) / 10.0)
    assert shares_at_a_fork(9.0, 0.5) == pytest.approx(odds / (1.0 + odds), rel=1e-12)
    odds *= 2.0
    assert shares_at_a_fork(9.0, 0.25) == pytest.approx(odds / (1.0 + odds), rel=1e-12)
    assert shares_at_a_fork(9.0, 0.0) == shares_at_a_fork(9.0, 0.25)


def test_without_a_fade_shares_jump_where_an_arc_becomes_efficient_and_with_it_not() -> None:
    for fade, jump in ((0.0, 0.2), (0.1, 1e-6)):
        shares = [shares_at_a_fork(10.0 + step, fade) for step in (-1e-9, 1e-9)]
        assert shares[1] == 0.0
        assert bool(shares[0] > jump) == (fade == 0.0)


@pytest.mark.parametrize("seed", range(5))
def test_a_fade_leaves_least_cost_ways_and_loses_nobody(seed) -> None:
    graph, cost, demand = random_network(seed)
    faded = load(graph, cost, demand, Choice(scale=8.0, overlap="none", fade=0.5))
    plain = load(graph, cost, demand, Choice(scale=8.0, overlap="none"))
    np.testing.assert_array_equal(np.isnan(faded.expected), np.isnan(plain.expected))
    nearly = load(graph, cost, demand, Choice(scale=2e3, overlap="none", fade=1.0))
    sure = load(graph, cost, demand, Choice(scale=2e3, overlap="none"))
    np.testing.assert_allclose(nearly.flow, sure.flow, atol=1e-3)


def test_the_expected_cost_of_routes_is_no_cost_to_trade_at() -> None:
    """Why flows spread over routes and trade takes least costs: with efficient arcs chosen by the
    present costs, a cheaper arc can raise the expected cost, because another stops being efficient.
    """
    graph, demand = one_pair([0, 0, 1], [2, 1, 2], 3, 0, 2)
    choice = Choice(scale=3.0, overlap="none", fade=0.1)

    def expected(direct):
        return load(graph, np.array([direct, 4.0, 9.5]), demand, choice).expected[0, 0, 0]

    assert expected(9.4) > expected(10.0)


def test_fields_are_means_over_the_routes_taken():
    graph, cost, demand = random_network(1)
    fields = np.random.default_rng(5).uniform(size=(2, 3, graph.n_arcs))
    for choice in FORMS:
        found = load(graph, cost, demand, choice, fields=fields)
        total = np.nansum(found.fields * demand.travelling()[:, None], axis=(2, 3))
        np.testing.assert_allclose(total, (fields * found.flow[:, None]).sum(axis=2), rtol=1e-9)


def test_closed_arcs_and_lost_demand():
    graph, demand = one_pair([0, 1], [1, 2], 3, 0, 2)
    found = load(graph, np.array([1.0, np.inf]), demand, SIZED)
    assert np.isnan(found.expected[0, 0, 0])
    assert found.unserved[0, 0, 0] == 1.0
    assert not found.flow.any()
    assert "1 pairs" in found.status.message
    # Closed after the efficient arcs were chosen.
    arcs = efficient_arcs(graph, np.ones((1, 2)), demand.destinations)
    for choice in FORMS:
        late = load(graph, np.array([1.0, np.inf]), demand, choice, arcs=arcs)
        assert np.isnan(late.expected[0, 0, 0]) and late.unserved.sum() == 1.0
        assert not late.flow.any()


def test_arcs_without_cost_and_zones_without_passage():
    graph, demand = one_pair([0, 1, 0, 2], [1, 3, 2, 3], 4, 0, 3)
    cost = np.array([0.0, 1.0, 0.0, 1.0])
    np.testing.assert_allclose(load(graph, cost, demand, PLAIN).flow, 0.5)
    blocked = Graph(
        tail=graph.tail, head=graph.head, n_nodes=4, through=np.array([True, False, True, True])
    )
    np.testing.assert_allclose(load(blocked, cost, demand, PLAIN).flow, [[0, 0, 1, 1]])


@pytest.mark.parametrize("choice", FORMS)
def test_same_bits_for_any_number_of_threads(choice):
    graph, cost, demand = random_network(2, n=30)
    found = []
    before = numba.get_num_threads()
    for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
        numba.set_num_threads(threads)
        found.append(load(graph, cost, demand, choice))
    numba.set_num_threads(before)
    np.testing.assert_array_equal(found[0].flow, found[1].flow)
    np.testing.assert_array_equal(found[0].expected, found[1].expected)


def test_all_problems_at_once():
    with pytest.raises(InvalidInput) as refused:
        Graph(tail=np.array([0, 9]), head=np.array([1]), n_nodes=3)
    assert len(refused.value.problems) == 2
    graph, demand = one_pair([0, 1], [1, 2], 3, 0, 2)
    with pytest.raises(InvalidInput) as refused:
        load(graph, np.array([-1.0, np.nan]), demand, PLAIN, length=np.ones(3))
    assert len(refused.value.problems) == 2
    with pytest.raises(InvalidInput):
        Choice(scale=0.0)
    with pytest.raises(InvalidInput, match="overlap none"):
        Choice(scale=1.0, fade=0.5)
    with pytest.raises(InvalidInput, match="share"):
        Choice(scale=1.0, overlap="none", fade=1.5)
    with pytest.raises(InvalidInput):
        select_link(graph, np.ones(2), demand, PLAIN, [[7]])


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_criticality_is_brute_force_removal(seed, grouped):
    """Every closure against a search by networkx of the network without the arcs."""
    graph, cost, demand = random_network(seed, n=11)
    m = graph.n_arcs
    groups = [[a, (a * 7 + 3) % m, (a * 5 + 1) % m] for a in range(m)] if grouped else None
    found = criticality(graph, cost, demand, groups)

    def least(c, closed):
        g = nx.DiGraph()
        g.add_nodes_from(range(graph.n_nodes))
        for a in range(m):
            if np.isfinite(cost[c, a]) and a not in closed:
                g.add_edge(int(graph.tail[a]), int(graph.head[a]), weight=cost[c, a])
        u = np.full((4, 4), np.nan)
        for o, origin in enumerate(demand.origins):
            to = nx.single_source_dijkstra_path_length(g, int(origin))
            u[o] = [to.get(int(d), np.nan) for d in demand.destinations]
        return u

    changed = 0
    for c in range(2):
        volume, before = demand.travelling()[c], least(c, set())
        assert found.base[c] == pytest.approx(np.nansum(volume * before))
        for g in range(m):
            after = least(c, set(groups[g]) if grouped else {g})
            lost = volume[np.isnan(after) & ~np.isnan(before)].sum()
            increase = np.nansum(volume * (after - before))
            assert found.lost[g, c] == pytest.approx(lost)
            assert found.increase[g, c] == pytest.approx(increase, abs=1e-9)
            changed += increase > 0.0
    assert changed > 5
