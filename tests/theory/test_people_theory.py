"""Closed forms: visits under visas, and pools of specialists against a plain simulation."""

from __future__ import annotations

import heapq
import itertools
import math

import numpy as np
import pytest

from sogdia.models.people.consultation import Network, Pool, erlang_c, fewest, served, staffed
from sogdia.models.people.solve_visits import factor, rivals_index, visits


def test_a_waiver_multiplies_by_one_over_one_less_the_share() -> None:
    """Lawson and Roychoudhury (2016): from the visa to none the change of a dummy is 1/(1-s) - 1.

    -70 % so becomes +233 %, -20 % becomes +25 %.
    """
    one, zero = np.ones(1), np.zeros(1)
    for sigma, gain in ((0.7, 10.0 / 3.0), (0.2, 1.25)):
        assert factor(one, zero, sigma)[0] == pytest.approx(gain)
        found = visits(np.array([90.0]), one, zero, np.zeros(1, dtype=np.int64), sigma, 0.5)
        # A pair without rivals has nobody to draw on.
        assert found[0] == pytest.approx(90.0 * gain)


def test_two_rivals_by_hand() -> None:
    """A = (60, 40), the first waives, sigma 0.5: f = 2, Psi_2 = 1 + 60/100, kappa 0.5."""
    found = visits(
        np.array([60.0, 40.0]), np.array([1.0, 0.0]), np.zeros(2),
        np.zeros(2, dtype=np.int64), 0.5, 0.5,
    )  # fmt: skip
    assert found == pytest.approx([120.0, 40.0 / math.sqrt(1.6)])


def test_both_waive_by_hand() -> None:
    """Each gains its own factor and loses to the other: 60*2/1.4^k and 40*2/1.6^k."""
    found = visits(
        np.array([60.0, 40.0]), np.ones(2), np.zeros(2), np.zeros(2, dtype=np.int64), 0.5, 0.3
    )
    assert found == pytest.approx([120.0 / 1.4**0.3, 80.0 / 1.6**0.3])


def test_nests_do_not_meet_and_unknown_pairs_draw_on_nobody() -> None:
    A = np.array([50.0, 50.0, np.nan, 70.0])
    n = np.array([0, 0, 0, 1])
    w = np.array([0.0, 0.0, 1.0, 0.0])
    found = visits(A, w, np.zeros(4), n, 0.6, 0.5)
    assert found[[0, 1, 3]].tolist() == [50.0, 50.0, 70.0]
    assert math.isnan(found[2])
    assert rivals_index(A, np.full(4, np.nan), n).tolist() == [1.0] * 4


def network(lam_per_h: float, c: int, s: float, cv: float, pools: int = 1) -> Network:
    return Network(
        hospitals=10, cases_per_day=lam_per_h * 8.0 * pools, open_h=8.0,
        pools=tuple(
            Pool(speciality=str(i), case_share=1.0 / pools, specialists=c) for i in range(pools)
        ),
        consultation_h=s, consultation_cv=cv,
    )  # fmt: skip


def test_erlang_c_against_its_sum() -> None:
    """Erlang (1917): a^c/c! / (1 - rho) over the sum of the states."""
    for c, a in ((1, 0.4), (3, 2.2), (12, 9.7), (40, 33.0)):
        top = a**c / math.factorial(c) / (1.0 - a / c)
        whole = sum(a**k / math.factorial(k) for k in range(c)) + top
        assert erlang_c(c, a) == pytest.approx(top / whole)
    assert math.isnan(erlang_c(2, 2.0))


def test_one_specialist_is_pollaczek_khinchine() -> None:
    """M/G/1: rho s (1 + cv^2) / (2 (1 - rho)), Kleinrock (1975) equation 5.71, exact."""
    for cv in (0.0, 0.6, 1.0, 1.5):
        found = served(network(1.5, 1, 0.5, cv))
        assert found.wait_mean_h == pytest.approx(0.75 * 0.5 * (1 + cv**2) / (2 * 0.25))


def test_quantiles_of_m_m_1() -> None:
    """M/M/1: P(W > t) = rho exp(-t (1 - rho) / s), so P90 is ln(rho / 0.1) s / (1 - rho)."""
    found = served(network(1.5, 1, 0.5, 1.0))
    assert found.wait_p90_h == pytest.approx(math.log(0.75 / 0.1) * 0.5 / 0.25)
    assert found.wait_p50_h == pytest.approx(math.log(0.75 / 0.5) * 0.5 / 0.25)
    # At rho = 0.4 most do not wait at all.
    assert served(network(0.8, 1, 0.5, 1.0)).wait_p50_h == 0.0


def test_equal_pools_are_one_pool() -> None:
    one, five = served(network(3.0, 2, 0.5, 0.6)), served(network(3.0, 2, 0.5, 0.6, pools=5))
    assert five.wait_p90_h == pytest.approx(one.wait_p90_h)
    assert five.wait_mean_h == pytest.approx(one.wait_mean_h)


def simulated(lam: float, c: int, s: float, cv: float, seed: int, cases: int) -> np.ndarray:
    """Waits of first come, first served with c servers, one event after another."""
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(1.0 / lam, cases))
    sigma = math.sqrt(math.log1p(cv**2))
    services = rng.lognormal(math.log(s) - sigma**2 / 2.0, sigma, cases)
    if cv == 1.0:
        services = rng.exponential(s, cases)
    free = [0.0] * c
    waits = np.empty(cases)
    for i in range(cases):
        begins = max(arrivals[i], heapq.heappop(free))
        waits[i] = begins - arrivals[i]
        heapq.heappush(free, begins + services[i])
    return waits[cases // 10 :]


@pytest.mark.parametrize(
    ("c", "rho", "cv", "tolerance"),
    [(3, 0.8, 1.0, 0.06), (8, 0.85, 1.0, 0.08), (3, 0.8, 0.6, 0.10), (8, 0.85, 0.6, 0.12)],
)
def test_waits_against_a_plain_simulation(c: int, rho: float, cv: float, tolerance: float) -> None:
    """Exact for exponential services; Allen and Cunneen's approximation within a few per cent."""
    s = 0.5
    lam = rho * c / s
    found = served(network(lam, c, s, cv))
    waits = simulated(lam, c, s, cv, seed=4, cases=200_000)
    assert waits.mean() == pytest.approx(found.wait_mean_h, rel=tolerance)
    assert np.quantile(waits, 0.9) == pytest.approx(found.wait_p90_h, rel=tolerance)


def test_above_capacity_there_is_no_wait_to_state() -> None:
    found = served(network(5.0, 2, 0.5, 0.6))
    assert found.wait_mean_h is None
    assert found.status.state == "failed"
    # 2 specialists, 8 h, half an hour each: 32 of 40 a day.
    assert found.cases_per_y == pytest.approx(32.0 * 250.0)
    assert found.unserved_per_y == pytest.approx(8.0 * 250.0)


def test_bandwidth_is_the_mean_number_in_service() -> None:
    """Little: cases in service are lam s; at most one stream a specialist."""
    found = served(network(3.0, 2, 0.5, 0.6))
    assert found.bandwidth_mean_mbit_per_s == pytest.approx(3.0 * 0.5 * 4.0)
    assert found.bandwidth_peak_mbit_per_s == 8.0
    assert found.site_utilisation_share == pytest.approx(24.0 / 10 * 0.5 / 8.0)


def test_specialists_are_divided_as_an_enumeration_would() -> None:
    """Greedy against every division of the total, by the mean wait."""
    shares, load = [0.5, 0.3, 0.2], 4.0

    def queue(counts: tuple[int, ...]) -> float:
        total = 0.0
        for share, c in zip(shares, counts, strict=True):
            a = load * share
            total += math.inf if a >= c else a * erlang_c(c, a) / (c - a)
        return total

    for total in range(sum(fewest(shares, load)), 14):
        best = min(
            (t for t in itertools.product(range(1, 13), repeat=3) if sum(t) == total), key=queue
        )
        assert queue(tuple(staffed(shares, load, total))) == pytest.approx(queue(best))


def test_too_few_specialists_are_still_divided() -> None:
    assert sum(staffed([0.5, 0.3, 0.2], 40.0, 9)) == 9
