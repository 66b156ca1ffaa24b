"""Laws of structural gravity by PPML, against closed forms and independent solves."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from sogdia.models.trade.gravity import Gravity, estimate, predict, resistances
from sogdia.models.trade.gravity_sample import GravitySample

pytest.importorskip("pyfixest")

Array = NDArray[np.float64]
B = {"log_distance": -0.9, "border": -2.0}


def structural(n: int = 14, seed: int = 3) -> tuple[GravitySample, Array, Array]:
    """Exact structural gravity: flows, Pi^-theta and P^-theta with P of the first at one.

    X = (Y_i / Pi_i^-theta) (E_j / P_j^-theta) phi_ij; the resistances solved by turns.
    """
    rng = np.random.default_rng(seed)
    Y = rng.lognormal(0, 1.5, n)
    E = rng.lognormal(0, 1.5, n)
    E *= Y.sum() / E.sum()
    place = rng.uniform(0, 5000, (n, 2))
    km = np.hypot(*(place[:, None] - place[None]).T) + 200 * np.eye(n)
    border = 1.0 - np.eye(n)
    phi = np.exp(B["log_distance"] * np.log(km) + B["border"] * border)
    outward, inward = np.ones(n), np.ones(n)
    for _ in range(5000):
        inward = phi.T @ (Y / outward) / Y.sum()
        outward = phi @ (E / inward) / Y.sum()
    inward, outward = inward / inward[0], outward * inward[0]
    X = (Y / outward)[:, None] * (E / inward)[None, :] * phi / Y.sum()
    i, j = np.divmod(np.arange(n * n), n)
    names = np.array([f"C{k:02d}" for k in range(n)], dtype=object)
    sample = GravitySample(
        exporter=names[i],
        importer=names[j],
        year=np.full(n * n, 2023),
        flow=X.ravel(),
        covariates={"log_distance": np.log(km).ravel(), "border": border.ravel()},
    )
    return sample, outward, inward


def noisy(sample: GravitySample, seed: int = 5) -> GravitySample:
    """The same with multiplicative noise of mean one and a tenth of zeros."""
    rng = np.random.default_rng(seed)
    noise = rng.gamma(2.0, 0.5, len(sample.flow)) * rng.binomial(1, 0.9, len(sample.flow)) / 0.9
    return GravitySample(
        exporter=sample.exporter,
        importer=sample.importer,
        year=sample.year,
        flow=sample.flow * noise,
        covariates=sample.covariates,
    )


def solved(sample: GravitySample) -> Gravity:
    found = estimate(sample, tuple(B))
    assert found.status.state == "solved"
    return found


def test_ppml_recovers_the_coefficients_of_exact_gravity() -> None:
    """Without noise the maximum is at the truth (Santos Silva and Tenreyro 2006)."""
    found = solved(structural()[0])
    assert found["log_distance"] == pytest.approx(B["log_distance"], abs=1e-7)
    assert found["border"] == pytest.approx(B["border"], abs=1e-7)
    assert found.pseudo_r2 == pytest.approx(1.0, abs=1e-10)


def test_ppml_is_near_the_truth_with_noise_and_zeros() -> None:
    """Mean over 12 samples within three of its standard errors of the truth."""
    sample = structural(n=20)[0]
    draws = np.array([solved(noisy(sample, seed)).coefficient for seed in range(12)])
    error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    truth = np.array(list(B.values()))
    assert np.all(np.abs(draws.mean(axis=0) - truth) < 3 * error)
    assert np.all(error < 0.35)


def test_fitted_totals_equal_observed_totals() -> None:
    """The adding-up property of PPML with both effects: Fally (2015), proposition 1."""
    sample = noisy(structural()[0])
    fitted = predict(solved(sample), sample)
    for side in (sample.exporter, sample.importer):
        for name in set(side):
            assert fitted[side == name].sum() == pytest.approx(
                sample.flow[side == name].sum(), rel=1e-6
            )


def test_an_independent_solve_of_the_likelihood_agrees() -> None:
    """The log-likelihood with every effect a dummy, by quasi-Newton and then Newton steps."""
    sample = noisy(structural(n=9)[0])
    ids = sorted(set(sample.exporter))
    y = sample.flow / sample.flow.mean()
    columns = [sample.covariates[name] for name in B]
    columns += [(sample.exporter == name).astype(float) for name in ids]
    columns += [(sample.importer == name).astype(float) for name in ids[1:]]
    D = np.column_stack(columns)

    def loss(beta: Array) -> tuple[float, Array]:
        mu = np.exp(D @ beta)
        return float(mu.sum() - y @ (D @ beta)), D.T @ (mu - y)

    start = np.zeros(D.shape[1])
    beta = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 5000}).x
    for _ in range(20):
        mu = np.exp(D @ beta)
        beta = beta + np.linalg.solve(D.T @ (mu[:, None] * D), D.T @ (y - mu))
    assert np.abs(loss(beta)[1]).max() < 1e-9
    np.testing.assert_allclose(solved(sample).coefficient, beta[: len(B)], atol=1e-6)


def test_the_effects_are_the_multilateral_resistances() -> None:
    """Fally (2015); Anderson and van Wincoop (2003), eqs. 9-11, with P of one country at one."""
    sample, outward, inward = structural()
    found = resistances(solved(sample), sample, 2023, "C00")
    names = sorted(found.outward)
    np.testing.assert_allclose([found.inward[n] for n in names], inward, rtol=1e-6)
    np.testing.assert_allclose([found.outward[n] for n in names], outward, rtol=1e-6)


def test_the_unit_of_flows_moves_effects_only() -> None:
    sample = noisy(structural()[0])
    scaled = GravitySample(
        exporter=sample.exporter,
        importer=sample.importer,
        year=sample.year,
        flow=sample.flow * 1024.0,
        covariates=sample.covariates,
    )
    a, b = solved(sample), solved(scaled)
    np.testing.assert_allclose(a.coefficient, b.coefficient, rtol=1e-9)
    np.testing.assert_allclose(predict(a, sample) * 1024.0, predict(b, scaled), rtol=1e-8)


def test_with_totals_held_a_uniform_cost_changes_nothing() -> None:
    """Only relative costs move trade when output and spending are held."""
    sample = noisy(structural()[0])
    found = solved(sample)
    dearer = sample.with_covariate("log_distance", sample.covariates["log_distance"] + np.log(2))
    held = predict(found, dearer, hold="totals")
    np.testing.assert_allclose(held, predict(found, sample), rtol=1e-7)
    partial = predict(found, dearer)
    np.testing.assert_allclose(partial, predict(found, sample) * 2 ** found["log_distance"])
