"""Estimates: what low, central and high mean."""

from __future__ import annotations

import numpy as np
import pytest

from sogdia.core.estimate import Estimate, quantiles


@pytest.mark.parametrize("shape", ["triangular", "lognormal"])
def test_low_central_high_are_at_5_50_95_percent(shape: str) -> None:
    e = Estimate(low=2.0, central=3.0, high=10.0, shape=shape)  # type: ignore[arg-type]
    assert e.quantile(0.05) == pytest.approx(2.0)
    assert e.quantile(0.5) == pytest.approx(3.0)
    assert e.quantile(0.95) == pytest.approx(10.0)


def test_lognormal_is_straight_in_the_logarithm() -> None:
    e = Estimate(low=1.0, central=2.0, high=4.0, shape="lognormal")
    # Normal quantiles at 0.9 and 0.95: 1.28155 and 1.64485.
    assert e.quantile(0.9) == pytest.approx(2.0 * 2.0 ** (1.2815515655 / 1.6448536269))
    assert e.quantile(0.1) == pytest.approx(2.0 / 2.0 ** (1.2815515655 / 1.6448536269))


def test_uniform_ignores_the_central_value() -> None:
    e = Estimate(low=1.0, central=1.5, high=5.0, shape="uniform")
    assert e.quantile(0.25) == pytest.approx(2.0)
    assert e.quantile(0.5) == pytest.approx(3.0)


def test_exact_is_the_same_at_every_quantile() -> None:
    e = Estimate.exact(-4.5)
    assert {e.quantile(u) for u in (1e-9, 0.2, 0.5, 1 - 1e-9)} == {-4.5}


def test_an_estimate_that_starts_at_zero_does_not_go_below() -> None:
    e = Estimate(low=0.0, central=1.0, high=3.0, shape="triangular")
    assert e.quantile(1e-9) == 0.0
    below = Estimate(low=-1.0, central=1.0, high=3.0, shape="triangular")
    assert below.quantile(1e-9) < -1.0


@pytest.mark.parametrize("values", [(2.0, 1.0, 3.0), (1.0, 4.0, 3.0), (1.0, float("nan"), 3.0)])
def test_disordered_or_absent_values_are_refused(values: tuple[float, float, float]) -> None:
    low, central, high = values
    with pytest.raises(ValueError, match="low <= central <= high is required"):
        Estimate(low=low, central=central, high=high)


def test_scaled_changes_all_three_and_keeps_the_shape() -> None:
    e = Estimate(low=1.0, central=2.0, high=4.0, shape="lognormal")
    assert e.scaled(24.0) == Estimate(low=24.0, central=48.0, high=96.0, shape="lognormal")
    assert e.scaled(24.0).quantile(0.3) == pytest.approx(24.0 * e.quantile(0.3))
    with pytest.raises(ValueError, match="low <= central <= high"):
        e.scaled(-1.0)


def test_many_at_once_are_each_alone() -> None:
    estimates = [
        Estimate(low=1.0, central=2.0, high=9.0, shape=shape)  # type: ignore[arg-type]
        for shape in ("exact", "triangular", "lognormal", "uniform")
    ]
    u = np.array([0.01, 0.2, 0.7, 0.99])
    together = quantiles(
        np.array([e.shape for e in estimates], dtype=object),
        np.array([e.low for e in estimates]),
        np.array([e.central for e in estimates]),
        np.array([e.high for e in estimates]),
        u,
    )
    assert together.tolist() == [e.quantile(x) for e, x in zip(estimates, u, strict=True)]
