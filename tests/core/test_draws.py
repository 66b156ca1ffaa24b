"""Keyed random numbers."""

from __future__ import annotations

import numpy as np

from sogdia.core.draws import uniform


def test_the_same_seed_key_and_draw_give_the_same_number_for_ever() -> None:
    # By hand: the first 8 bytes of `printf "1|claim~1|7" | sha256sum`, over 2 ** 64.
    assert uniform(1, "claim~1", 7) == 0.7723019520228517
    assert len({uniform(s, k, d) for s in (1, 2) for k in ("a", "b") for d in (1, 2)}) == 8


def test_seed_key_and_draw_cannot_be_confused() -> None:
    assert uniform(1, "1", 11) != uniform(11, "1", 1)
    assert uniform(1, "a|1", 1) != uniform(1, "a", 11)


def test_roughly_uniform_over_draws_and_over_keys() -> None:
    n = 2000
    over_draws = np.sort([uniform(42, "key", i) for i in range(n)])
    over_keys = np.sort([uniform(42, f"key{i}", 1) for i in range(n)])
    steps = (np.arange(n) + 0.5) / n
    for sample in (over_draws, over_keys):
        assert 0.0 < sample[0] < sample[-1] < 1.0
        # Kolmogorov-Smirnov at the 0.1 % level: 1.95 / sqrt(n).
        assert np.abs(sample - steps).max() < 1.95 / np.sqrt(n)


def test_keys_and_successive_draws_are_not_correlated() -> None:
    a = np.array([uniform(3, "a", i) for i in range(2000)])
    b = np.array([uniform(3, "b", i) for i in range(2000)])
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.08
    assert abs(np.corrcoef(a[1:], a[:-1])[0, 1]) < 0.08
