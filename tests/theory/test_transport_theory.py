"""Formulas of the transport model against the mathematics they stand for."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import lognorm

from sogdia.models.transport.prepare import arc_costs, dwell_samples, stream
from sogdia.world.borders import Z90, lognormal_mean, lognormal_sigma
from sogdia.world.network import BORDER, TRANSFER, network
from sogdia.world.world import World

RATIOS = (1.0, 1.2, 2.0, 2.46, 4.0, 8.0)


@pytest.mark.parametrize("ratio", RATIOS[1:])
@pytest.mark.parametrize("p50", [0.5, 10.0, 300.0])
def test_the_mean_of_a_lognormal_by_integration(p50: float, ratio: float) -> None:
    law = lognorm(s=lognormal_sigma(ratio), scale=p50)
    assert law.ppf(0.5) == pytest.approx(p50)
    assert law.ppf(0.9) == pytest.approx(p50 * ratio)
    # The quantile function over (0, 1), in standard normal steps: the mean by definition.
    sigma = lognormal_sigma(ratio)

    def density(z: float) -> float:
        return p50 * math.exp(sigma * z - z * z / 2) / math.sqrt(2 * math.pi)

    found, _ = quad(density, -12.0, 12.0 + sigma)
    assert lognormal_mean(p50, ratio) == pytest.approx(found, rel=1e-8)


def test_no_spread_is_the_median() -> None:
    assert lognormal_mean(7.0, 1.0) == 7.0
    assert lognormal_mean(7.0, 0.9) == 7.0


def test_the_tables_keep_mean_and_quantiles_together(world_on: Callable[[str], World]) -> None:
    today = world_on("2026-07-01")
    for table in (today.crossings, today.transfers):
        for mean, p50, p90 in zip(
            table["dwell_mean_h"], table["dwell_p50_h"], table["dwell_p90_h"], strict=True
        ):
            if p50 > 0:
                assert mean == pytest.approx(lognormal_mean(p50, p90 / p50), rel=1e-9)


@pytest.mark.parametrize(("samples", "tolerance"), [(256, 0.015), (1000, 0.01)])
def test_stratified_samples_give_the_claims_quantiles(
    world_on: Callable[[str], World], samples: int, tolerance: float
) -> None:
    """The type 7 quantile reads P90 at 0.9 - 0.4 / S of the samples, so a little low."""
    costs = arc_costs(network(world_on("2026-07-01")), "container-general")
    net = costs.network
    stops = np.flatnonzero(np.isin(net.kind, (BORDER, TRANSFER)) & (costs.p50_h > 0))[::11]
    hours = dwell_samples(costs, samples, 0, stops)
    p50, p90 = np.quantile(hours, (0.5, 0.9), axis=0)
    np.testing.assert_allclose(p50, costs.p50_h[stops], rtol=0.01)
    np.testing.assert_allclose(p90, costs.p90_h[stops], rtol=tolerance)
    assert (p90 <= costs.p90_h[stops] * (1 + 1e-12)).all()


@pytest.mark.parametrize("samples", [64, 256, 1024])
def test_stratified_samples_give_the_mean(samples: int) -> None:
    """The mean converges from below: the last band's tail is cut at its middle."""
    normal = stream("somewhere", samples, 0)
    for ratio in RATIOS:
        sampled = float(np.exp(lognormal_sigma(ratio) * normal).mean())
        exact = lognormal_mean(1.0, ratio)
        assert sampled <= exact * (1 + 1e-12)
        assert sampled == pytest.approx(exact, rel=3.0 * (ratio - 1) / samples + 1e-12)


def test_a_stream_has_one_sample_in_each_band() -> None:
    from scipy.special import ndtr

    bands = np.floor(ndtr(stream("kz-cn.khorgos:rail>KAZ", 100, 7)) * 100)
    assert sorted(bands) == list(range(100))


def test_z90_is_the_normal_quantile() -> None:
    from scipy.special import ndtri

    assert pytest.approx(float(ndtri(0.9)), abs=1e-15) == Z90
