"""Least-cost searches, sums along trees, Pareto routes and alternatives."""

from __future__ import annotations

import itertools

import numba
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from sogdia.models.transport.solve import (
    Trees,
    path,
    sample_tree_sums,
    skim,
    tree_quantiles,
    trees,
)
from sogdia.models.transport.solve_routes import k_alternatives, pareto
from sogdia.models.transport.solve_star import forward_star


def random_graph(seed: int, n_nodes: int = 60, n_arcs: int = 200):
    """Random graph with parallel arcs, self loops, isolated nodes and closed arcs."""
    rng = np.random.default_rng(seed)
    tail, head = rng.integers(0, n_nodes - 3, (2, n_arcs))
    tail[:8], head[:8] = tail[8:16], head[8:16]
    head[16] = tail[16]
    cost = rng.uniform(0.1, 10.0, n_arcs)
    cost[rng.random(n_arcs) < 0.1] = np.inf
    return tail, head, cost, rng


def scipy_costs(tail, head, cost, n_nodes: int) -> np.ndarray:
    """Costs by scipy, which needs parallel arcs reduced to the cheapest; NaN if unreachable."""
    least: dict[tuple[int, int], float] = {}
    for pair, value in zip(zip(tail.tolist(), head.tolist(), strict=True), cost, strict=True):
        if np.isfinite(value):
            least[pair] = min(value, least.get(pair, np.inf))
    rows, cols = np.array(list(least)).T
    result = dijkstra(csr_array((list(least.values()), (rows, cols)), shape=(n_nodes, n_nodes)))
    return np.where(np.isinf(result), np.nan, result)


def simple_paths(tail, head, origin: int, destination: int, through=None):
    """All loop-free paths as tuples of arcs."""
    leaving: dict[int, list[int]] = {}
    for arc, node in enumerate(tail):
        leaving.setdefault(int(node), []).append(arc)

    def extend(node, visited, arcs):
        if node == destination:
            yield tuple(arcs)
            return
        if through is not None and node != origin and not through[node]:
            return
        for arc in leaving.get(node, []):
            if int(head[arc]) not in visited:
                yield from extend(int(head[arc]), visited | {int(head[arc])}, [*arcs, arc])

    yield from extend(origin, {origin}, [])


def assert_is_walk(arcs, tail, head, origin, destination):
    """The arcs lead from origin to destination without visiting a node twice."""
    nodes = [origin, *head[arcs].tolist()]
    assert tail[arcs].tolist() == nodes[:-1]
    assert nodes[-1] == destination
    assert len(set(nodes)) == len(nodes)


# --- graph ------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["given", "locality"])
def test_forward_star_holds_every_arc_once(order):
    tail, head, _, _ = random_graph(1)
    star = forward_star(tail, head, 60, order=order)
    assert sorted(star.arc) == list(range(200))
    assert np.array_equal(np.sort(star.old_of), np.arange(60))
    assert np.array_equal(star.new_of[star.old_of], np.arange(60))
    tail_at = np.repeat(np.arange(60), np.diff(star.first))
    assert np.array_equal(star.old_of[tail_at], tail[star.arc])
    assert np.array_equal(star.old_of[star.head], head[star.arc])


def test_forward_star_of_no_arcs():
    star = forward_star([], [], 2)
    result = skim(star, [], np.empty((1, 0)), [0], [0, 1])
    assert result.cost[0, 0] == 0.0
    assert np.isnan(result.cost[0, 1])


@pytest.mark.parametrize(
    ("tail", "head", "message"),
    [
        ([0, 3], [1, 1], "tail is outside 0 .. 2 at 1"),
        ([0, 1], [-1, 1], "head is outside 0 .. 2 at 0"),
        ([0, 1], [1], "tail has 2 arcs, head has 1"),
        ([0.0], [1.0], "integers"),
    ],
)
def test_forward_star_refuses(tail, head, message):
    with pytest.raises(ValueError, match=message):
        forward_star(tail, head, 3)


def test_forward_star_refuses_unknown_order():
    with pytest.raises(ValueError, match="order must be"):
        forward_star([0], [1], 2, order="best")


# --- skims ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("order", ["given", "locality"])
def test_costs_equal_scipy(seed, order):
    tail, head, cost, _ = random_graph(seed, n_arcs=120 + 30 * seed)
    star = forward_star(tail, head, 60, order=order)
    result = skim(star, cost, np.empty((0, len(cost))), range_(60), range_(60))
    expected = scipy_costs(tail, head, cost, 60)
    assert np.isnan(expected).any()
    np.testing.assert_allclose(result.cost, expected, rtol=1e-12)
    assert np.array_equal(result.reachable, ~np.isnan(expected))


def range_(n: int) -> np.ndarray:
    """All nodes."""
    return np.arange(n)


@pytest.mark.parametrize("spread", [0.0, 6.0, 300.0])
def test_costs_equal_scipy_whatever_the_spread_of_costs(spread):
    """Buckets far too wide, far too narrow or useless leave the result alone."""
    tail, head, _, rng = random_graph(3, n_arcs=400)
    cost = 10.0 ** rng.uniform(-spread / 2, spread / 2, 400)
    star = forward_star(tail, head, 60)
    result = skim(star, cost, cost[None], range_(60), range_(60))
    np.testing.assert_allclose(result.cost, scipy_costs(tail, head, cost, 60), rtol=1e-9)
    np.testing.assert_allclose(result.fields[0], result.cost, rtol=1e-12)


@pytest.mark.parametrize("value", [0.0, 5e-324, 1e-310, 1e307])
def test_extreme_costs(value):
    star = forward_star([0, 1, 2], [1, 2, 3], 4)
    result = skim(star, np.full(3, value), np.ones((1, 3)), [0], [3])
    assert result.cost[0, 0] == value + value + value
    assert result.fields[0, 0, 0] == 3.0


def test_large_grid_equals_scipy():
    """Long enough for the wheel of buckets to turn many times."""
    side = 40
    index = np.arange(side * side).reshape(side, side)
    one = np.concatenate([index[:, :-1].ravel(), index[:-1].ravel()])
    two = np.concatenate([index[:, 1:].ravel(), index[1:].ravel()])
    tail, head = np.concatenate([one, two]), np.concatenate([two, one])
    rng = np.random.default_rng(5)
    cost = rng.uniform(0.5, 1.5, len(tail)) * np.where(rng.random(len(tail)) < 0.05, 200.0, 1.0)
    star = forward_star(tail, head, side * side)
    result = skim(star, cost, cost[None], [0, 777], range_(side * side))
    expected = dijkstra(csr_array((cost, (tail, head))), indices=[0, 777])
    np.testing.assert_allclose(result.cost, expected, rtol=1e-12)
    np.testing.assert_array_equal(result.settled, side * side)


def test_unreachable_is_nan_and_false():
    star = forward_star([0], [1], 3)
    result = skim(star, [1.0], [[7.0]], [0, 1], [0, 1, 2])
    expected = np.array([[True, True, False], [False, True, False]])
    assert np.array_equal(result.reachable, expected)
    assert np.array_equal(np.isnan(result.cost), ~expected)
    assert np.array_equal(np.isnan(result.fields[0]), ~expected)
    assert result.fields[0, 0, 1] == 7.0


def test_closed_arc_is_never_used():
    star = forward_star([0, 0, 1], [1, 1, 2], 3)
    result = skim(star, [np.inf, 5.0, np.inf], [[np.nan, 3.0, np.nan]], [0], [1, 2])
    assert result.cost[0, 0] == 5.0
    assert result.fields[0, 0, 0] == 3.0
    assert not result.reachable[0, 1]
    tree = trees(star, [np.inf, 5.0, np.inf], [0])
    assert tree.pred_arc[0].tolist() == [-1, 1, -1]


def test_centroids_are_not_passed_through():
    # 0 -> 1 -> 2 is short, 0 -> 3 -> 2 is long; 1 is a centroid.
    tail, head = np.array([0, 1, 0, 3]), np.array([1, 2, 3, 2])
    star = forward_star(tail, head, 4)
    cost = np.array([1.0, 1.0, 10.0, 10.0])
    through = np.array([False, False, False, True])
    result = skim(star, cost, cost[None], [0, 1], [1, 2], through=through)
    assert result.cost.tolist() == [[1.0, 20.0], [0.0, 1.0]]
    tree = trees(star, cost, [0], through=through)
    assert path(tree, tail, 0, 2).tolist() == [2, 3]
    assert skim(star, cost, cost[None], [0], [2]).cost[0, 0] == 2.0


@pytest.mark.parametrize("relabelled", list(itertools.permutations(range(4))))
def test_ties_take_fewest_arcs_then_lowest_arc(relabelled):
    """0 -> 3 by two zero-cost arcs more, or by either of two parallel arcs: arc 2 wins."""
    new = np.array(relabelled)
    tail, head = new[[0, 1, 0, 0, 2]], new[[1, 2, 3, 3, 3]]
    cost = np.array([0.0, 0.0, 4.0, 4.0, 4.0])
    for order in ("given", "locality"):
        star = forward_star(tail, head, 4, order=order)
        assert path(trees(star, cost, [new[0]]), tail, 0, new[3]).tolist() == [2]


def test_zero_cost_tie_found_late_still_takes_fewest_arcs():
    """Node 5 is reached at cost 1 over 0-1-2-3-5 first and over 0-4-5 with a zero arc after."""
    tail = np.array([0, 1, 2, 3, 0, 4])
    head = np.array([1, 2, 3, 5, 4, 5])
    cost = np.array([0.25, 0.25, 0.25, 0.25, 1.0, 0.0])
    star = forward_star(tail, head, 6)
    assert path(trees(star, cost, [0]), tail, 0, 5).tolist() == [4, 5]
    assert skim(star, cost, [np.arange(6.0)], [0], [5]).fields[0, 0, 0] == 9.0


def test_bad_costs_are_named():
    star = forward_star([0, 1, 2], [1, 2, 0], 3)
    with pytest.raises(ValueError, match="negative or NaN on arcs 0, 2$"):
        skim(star, [np.nan, 1.0, -1.0], np.empty((0, 3)), [0], [1])
    with pytest.raises(ValueError, match="negative or NaN on arcs 1$"):
        trees(star, [0.0, -1e-300, 1.0], [0])


@pytest.mark.parametrize(
    "change",
    [
        {"cost": [1.0]},
        {"fields": [1.0, 1.0]},
        {"fields": [[1.0]]},
        {"origins": [2]},
        {"destinations": [-1]},
        {"through": [True]},
    ],
)
def test_skim_refuses_wrong_shapes_and_nodes(change):
    given = {"cost": [1.0, 1.0], "fields": [[1.0, 1.0]], "origins": [0], "destinations": [1]}
    star = forward_star([0, 1], [1, 0], 2)
    skim(star, **given)
    with pytest.raises(ValueError, match="must|outside"):
        skim(star, **{**given, **change})


def test_repeated_and_empty_ends():
    star = forward_star([0, 1], [1, 0], 2)
    result = skim(star, [1.0, 2.0], [[3.0, 4.0]], [0, 0, 1], [1, 0, 1])
    assert result.cost.tolist() == [[1, 0, 1], [1, 0, 1], [0, 2, 0]]
    assert result.fields[0].tolist() == [[3, 0, 3], [3, 0, 3], [0, 4, 0]]
    assert skim(star, [1.0, 2.0], [[3.0, 4.0]], [], [1]).cost.shape == (0, 1)
    assert skim(star, [1.0, 2.0], [[3.0, 4.0]], [1], []).fields.shape == (1, 1, 0)


def test_fields_are_the_sums_along_the_paths():
    tail, head, cost, rng = random_graph(11, n_arcs=260)
    fields = rng.normal(size=(3, 260))
    star = forward_star(tail, head, 60)
    origins = np.array([4, 17, 30])
    result = skim(star, cost, fields, origins, range_(60))
    tree = trees(star, cost, origins)
    assert np.array_equal(tree.cost, result.cost, equal_nan=True)
    n_paths = 0
    for row, origin in enumerate(origins):
        for node in range(60):
            arcs = path(tree, tail, row, node)
            if arcs is None:
                assert not result.reachable[row, node]
                continue
            n_paths += len(arcs) > 2
            assert_is_walk(arcs, tail, head, origin, node)
            sums = np.cumsum(np.c_[np.zeros(3), fields[:, arcs]], axis=1)[:, -1]
            assert np.array_equal(result.fields[:, row, node], sums)
            assert result.cost[row, node] == np.cumsum([0.0, *cost[arcs]])[-1]
    assert n_paths > 50


def test_same_bits_for_any_number_of_threads():
    tail, head, cost, rng = random_graph(21, 300, 1200)
    fields = rng.normal(size=(2, 1200))
    draws = rng.normal(size=(70, 1200))
    before = numba.get_num_threads()
    results = []
    try:
        for n_threads in range(1, numba.config.NUMBA_NUM_THREADS + 1):
            numba.set_num_threads(n_threads)
            star = forward_star(tail, head, 300)
            tree = trees(star, cost, range_(300))
            one = skim(star, cost, fields, range_(300), range_(300))
            sums = sample_tree_sums(tree, tail, draws, range_(40))
            results.append(
                [x.tobytes() for x in (one.cost, one.fields, one.settled, tree.pred_arc, sums)]
            )
    finally:
        numba.set_num_threads(before)
    assert all(result == results[0] for result in results)


def test_failure_in_a_thread_reaches_the_caller(monkeypatch):
    import sogdia.models.transport.solve as module

    def broken(*_args):
        raise MemoryError("no room")

    monkeypatch.setattr(module, "skim_rows", broken)
    star = forward_star([0], [1], 2)
    with pytest.raises(MemoryError, match="no room"):
        skim(star, [1.0], [[1.0]], np.zeros(50, int), [1])


# --- trees ------------------------------------------------------------------------------------


def test_path_to_itself_is_empty_and_to_nowhere_is_none():
    tail = np.array([0])
    tree = trees(forward_star(tail, [1], 3), [1.0], [0])
    assert path(tree, tail, 0, 0).tolist() == []
    assert path(tree, tail, 0, 2) is None
    with pytest.raises(ValueError, match="origin_row"):
        path(tree, tail, 1, 0)
    with pytest.raises(ValueError, match="destination"):
        path(tree, tail, 0, 3)


@pytest.mark.parametrize("n_draws", [1, 32, 75])
def test_tree_sums_equal_sums_along_paths(n_draws):
    tail, head, cost, rng = random_graph(31, n_arcs=260)
    draws = rng.normal(size=(n_draws, 260))
    tree = trees(forward_star(tail, head, 60), cost, [4, 17, 59])
    nodes = np.array([3, 17, 40, 41, 3, 59, 25])
    sums = sample_tree_sums(tree, tail, draws, nodes)
    assert sums.shape == (n_draws, 3, 7)
    for row, (col, node) in itertools.product(range(3), enumerate(nodes)):
        arcs = path(tree, tail, row, node)
        if arcs is None:
            assert np.isnan(sums[:, row, col]).all()
        else:
            expected = np.cumsum(np.c_[np.zeros(n_draws), draws[:, arcs]], axis=1)[:, -1]
            assert np.array_equal(sums[:, row, col], expected)
    assert np.isnan(sums).any()
    levels = (0.0, 0.13, 0.5, 0.9, 1.0)
    np.testing.assert_allclose(
        tree_quantiles(tree, tail, draws, nodes, levels),
        np.quantile(sums, levels, axis=0, method="hazen"),
    )


def test_tree_sums_refuse():
    tail = np.array([0])
    tree = trees(forward_star(tail, [1], 2), [1.0], [0])
    assert isinstance(tree, Trees)
    with pytest.raises(ValueError, match="draws"):
        sample_tree_sums(tree, tail, np.ones((3, 2)), [1])
    with pytest.raises(ValueError, match="between 0 and 1"):
        tree_quantiles(tree, tail, np.ones((3, 1)), [1], (1.5,))
    with pytest.raises(ValueError, match="at least one sample"):
        tree_quantiles(tree, tail, np.ones((0, 1)), [1])


# --- Pareto routes ----------------------------------------------------------------------------


def brute_pareto(tail, head, criteria, origin, destination, through=None):
    """Non-dominated sums over all loop-free paths."""
    sums = {
        tuple(np.cumsum(np.c_[np.zeros(len(criteria)), criteria[:, list(arcs)]], axis=1)[:, -1])
        for arcs in simple_paths(tail, head, origin, destination, through)
    }
    sums = {s for s in sums if np.isfinite(s).all()}
    return sorted(
        s for s in sums if not any(o != s and all(a <= b for a, b in zip(o, s)) for o in sums)
    )


def small_graph(seed: int, n_criteria: int, *, integers: bool):
    """Nine nodes, 30 arcs; whole numbers make ties and zeros common."""
    rng = np.random.default_rng(seed)
    tail, head = rng.integers(0, 9, (2, 30))
    criteria = rng.uniform(0.1, 1.0, (n_criteria, 30))
    if integers:
        criteria = rng.integers(0, 4, (n_criteria, 30)).astype(float)
    criteria[0, rng.random(30) < 0.05] = np.inf
    return tail, head, criteria, rng.random(9) < 0.8


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("n_criteria", [1, 2, 3])
@pytest.mark.parametrize("integers", [False, True])
def test_pareto_equals_enumeration(seed, n_criteria, integers):
    tail, head, criteria, through = small_graph(seed, n_criteria, integers=integers)
    star = forward_star(tail, head, 9)
    for mask in (None, through):
        routes = pareto(star, tail, criteria, 0, 8, through=mask)
        expected = brute_pareto(tail, head, criteria, 0, 8, mask)
        assert [tuple(r.criteria) for r in routes] == expected
        for route in routes:
            assert_is_walk(route.arcs, tail, head, 0, 8)
            np.testing.assert_allclose(criteria[:, route.arcs].sum(axis=1), route.criteria)


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("epsilon", [0.01, 0.2, 1.0])
def test_pareto_with_tolerance_covers_every_optimum(seed, epsilon):
    tail, head, criteria, _ = small_graph(seed, 3, integers=False)
    routes = pareto(forward_star(tail, head, 9), tail, criteria, 0, 8, epsilon=epsilon)
    exact = brute_pareto(tail, head, criteria, 0, 8)
    assert len(routes) <= len(exact) or not exact
    for optimum in exact:
        assert any(np.all(r.criteria <= (1 + epsilon) * np.array(optimum)) for r in routes)


def chain(n: int):
    """A chain of ``n`` two-way choices: ``2 ** n`` Pareto routes of different criteria."""
    tail = np.repeat(np.arange(n), 2)
    size = 2.0 ** np.arange(n)
    criteria = np.ones((2, 2 * n))
    criteria[0, 0::2] += size
    criteria[1, 1::2] += size
    return tail, tail + 1, criteria


def test_tolerance_bounds_the_routes():
    tail, head, criteria = chain(12)
    star = forward_star(tail, head, 13)
    assert len(pareto(star, tail, criteria, 0, 12)) == 2**12
    few = pareto(star, tail, criteria, 0, 12, epsilon=0.1)
    assert 2 <= len(few) < 100


def test_pareto_ends():
    star = forward_star([0], [1], 3)
    (same,) = pareto(star, [0], [[1.0], [1.0]], 2, 2)
    assert same.arcs.tolist() == []
    assert same.criteria.tolist() == [0.0, 0.0]
    assert pareto(star, [0], [[1.0], [1.0]], 0, 2) == []
    assert pareto(star, [0], [[1.0], [np.inf]], 0, 1) == []
    with pytest.raises(ValueError, match="negative or NaN on arcs 0"):
        pareto(star, [0], [[1.0], [-1.0]], 0, 1)
    with pytest.raises(ValueError, match="epsilon"):
        pareto(star, [0], [[1.0]], 0, 1, epsilon=-0.1)


# --- alternatives -----------------------------------------------------------------------------


def overlap(one, other, weight) -> float:
    """Shared part of the lighter route's weight."""
    shared = weight[list(set(one) & set(other))].sum()
    return shared / min(weight[list(one)].sum(), weight[list(other)].sum())


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("max_overlap", [0.3, 0.75])
def test_alternatives_are_distinct_loop_free_and_sorted(seed, max_overlap):
    tail, head, cost, rng = random_graph(seed, 20, 90)
    length = rng.uniform(0.5, 2.0, 90)
    star = forward_star(tail, head, 20)
    least = skim(star, cost, np.empty((0, 90)), [0], [12])
    routes = k_alternatives(star, tail, cost, 0, 12, 4, weight=length, max_overlap=max_overlap)
    assert bool(routes) == least.reachable[0, 0]
    if routes:
        assert routes[0].criteria[0] == least.cost[0, 0]
    sums = [float(r.criteria[0]) for r in routes]
    assert sums == sorted(sums)
    for route in routes:
        assert_is_walk(route.arcs, tail, head, 0, 12)
        np.testing.assert_allclose(cost[route.arcs].sum(), route.criteria[0])
    for one, other in itertools.combinations(routes, 2):
        assert overlap(one.arcs, other.arcs, length) <= max_overlap


def test_alternatives_find_all_separate_routes_and_no_more():
    # Three separate routes; the dearest is five times the cheapest and one arc costs nothing.
    tail, head = np.array([0, 1, 0, 2, 0, 3]), np.array([1, 4, 2, 4, 3, 4])
    cost = np.array([0.0, 1.0, 1.0, 1.0, 2.0, 3.0])
    star = forward_star(tail, head, 5)
    routes = k_alternatives(star, tail, cost, 0, 4, 9)
    assert [r.arcs.tolist() for r in routes] == [[0, 1], [2, 3], [4, 5]]
    assert len(k_alternatives(star, tail, cost, 0, 4, 2)) == 2


def test_alternatives_leave_out_near_duplicates():
    # The two routes share nine tenths of their length.
    tail, head = np.array([0, 1, 1]), np.array([1, 2, 2])
    cost, length = np.array([1.0, 1.0, 1.1]), np.array([9.0, 1.0, 1.0])
    star = forward_star(tail, head, 3)
    assert len(k_alternatives(star, tail, cost, 0, 2, 3, weight=length)) == 1
    assert len(k_alternatives(star, tail, cost, 0, 2, 3, weight=length, max_overlap=0.95)) == 2


def test_alternatives_keep_to_through_and_refuse():
    tail, head = np.array([0, 1, 0]), np.array([1, 2, 2])
    star = forward_star(tail, head, 3)
    cost = np.array([1.0, 1.0, 5.0])
    barred = np.array([True, False, True])
    (only,) = k_alternatives(star, tail, cost, 0, 2, 5, through=barred)
    assert only.arcs.tolist() == [2]
    assert k_alternatives(star, tail, cost, 2, 0, 5) == []
    for change in ({"k": 0}, {"max_overlap": 1.1}, {"penalty": 1.0}, {"weight": [-1.0, 1, 1]}):
        with pytest.raises(ValueError, match="need|weight"):
            k_alternatives(star, tail, cost, 0, 2, **{"k": 2, **change})


def test_pareto_keeps_the_best_route_by_one_digit_of_rounding() -> None:
    """Summed from the destination, 0.1 + 0.2 + 0.3 exceeds what the route costs from the origin."""
    assert (0.3 + 0.2) + 0.1 < (0.1 + 0.2) + 0.3
    tail, head = np.array([0, 0, 1, 2]), np.array([3, 1, 2, 3])
    cost = np.array([(0.1 + 0.2) + 0.3, 0.3, 0.2, 0.1])
    (best,) = pareto(forward_star(tail, head, 4), tail, cost[None], 0, 3)
    assert best.arcs.tolist() == [1, 2, 3]
    assert best.criteria[0] == (0.3 + 0.2) + 0.1
