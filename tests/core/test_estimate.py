"""An estimate's quantiles."""

from __future__ import annotations

import numpy as np
import pytest

from sogdia.core.estimate import SHAPES, Estimate, Shape, quantiles


@pytest.mark.parametrize("shape", ["triangular", "lognormal"])
def test_low_central_and_high_are_at_5_50_and_95_per_cent(shape: Shape) -> None:
    estimate = Estimate(central=9.0, low=6.0, high=16.0, shape=shape)
    assert estimate.quantile(0.05) == pytest.approx(6.0)
    assert estimate.quantile(0.5) == pytest.approx(9.0)
    assert estimate.quantile(0.95) == pytest.approx(16.0)


def test_the_lognormal_is_symmetric_in_the_logarithm() -> None:
    # 5, 10, 20: one factor of two each way; one standard deviation is 2 ** (1 / 1.644854).
    estimate = Estimate(central=10.0, low=5.0, high=20.0, shape="lognormal")
    assert estimate.quantile(0.8413447460685429) == pytest.approx(
        10 * 2 ** (1 / 1.6448536269514722)
    )
    assert estimate.quantile(0.2) * estimate.quantile(0.8) == pytest.approx(100.0)


def test_the_uniform_runs_from_low_to_high() -> None:
    estimate = Estimate(central=1.0, low=0.0, high=10.0, shape="uniform")
    assert [estimate.quantile(u) for u in (0.1, 0.5, 0.75)] == pytest.approx([1.0, 5.0, 7.5])


def test_an_exact_value_is_the_same_at_every_probability() -> None:
    assert {Estimate.exact(3.25).quantile(u) for u in (1e-9, 0.3, 1 - 1e-9)} == {3.25}


def test_the_triangular_is_bounded_and_a_quantity_from_zero_never_turns_negative() -> None:
    estimate = Estimate(central=1.0, low=0.0, high=3.0, shape="triangular")
    assert estimate.quantile(1e-12) == 0.0
    assert estimate.quantile(1 - 1e-12) == pytest.approx(1 + 2 * 0.5 / 0.45)
    below = Estimate(central=0.0, low=-1.0, high=1.0, shape="triangular")
    assert below.quantile(1e-12) < -1.0


@pytest.mark.parametrize(
    ("low", "central", "high"), [(2.0, 1.0, 3.0), (1.0, 4.0, 3.0), (float("nan"), 1.0, 2.0)]
)
def test_a_disordered_estimate_is_refused(low: float, central: float, high: float) -> None:
    with pytest.raises(ValueError, match=r"low <= central <= high.*central"):
        Estimate(central=central, low=low, high=high, shape="triangular")


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    rng = np.random.default_rng(7)
    n = 200
    low, central, high = np.sort(rng.uniform(0.0, 50.0, (n, 3)), axis=1).T
    u = rng.uniform(size=n)
    shapes = np.array([SHAPES[i % len(SHAPES)] for i in range(n)], dtype=object)
    together = quantiles(shapes, low, central, high, u)
    alone = [
        Estimate(central=c, low=lo, high=hi, shape=s).quantile(p)
        for s, lo, c, hi, p in zip(shapes, low, central, high, u, strict=True)
    ]
    np.testing.assert_allclose(together, alone, rtol=1e-14)


def test_scaling_an_estimate_scales_its_quantiles() -> None:
    estimate = Estimate(central=9.0, low=6.0, high=16.0, shape="lognormal")
    assert estimate.scaled(24.0).quantile(0.3) == pytest.approx(24.0 * estimate.quantile(0.3))
