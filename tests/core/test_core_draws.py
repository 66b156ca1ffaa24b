"""Keyed draws: one key's number depends on nothing but seed, key and draw."""

from __future__ import annotations

import numpy as np

from sogdia.core.draws import uniform


def test_the_same_key_gives_the_same_number_and_another_does_not() -> None:
    base = uniform(1, "a~b~1", 3)
    assert uniform(1, "a~b~1", 3) == base
    assert len({base, uniform(2, "a~b~1", 3), uniform(1, "a~b~2", 3), uniform(1, "a~b~1", 4)}) == 4


def test_numbers_are_spread_evenly_and_do_not_touch_the_ends() -> None:
    u = np.array([uniform(7, "key", i) for i in range(4000)])
    assert 0.0 < u.min() and u.max() < 1.0
    counts, _ = np.histogram(u, bins=20, range=(0.0, 1.0))
    chi_square = float(((counts - 200.0) ** 2 / 200.0).sum())
    assert chi_square < 43.8  # 99.9 % of a chi-square with 19 degrees of freedom


def test_two_keys_are_not_correlated() -> None:
    a = np.array([uniform(7, "a", i) for i in range(2000)])
    b = np.array([uniform(7, "b", i) for i in range(2000)])
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.08


def test_a_published_value_of_the_stream_does_not_drift() -> None:
    """Old runs are reproduced only while this number stays what it is: sha256("0|k|1")."""
    import hashlib

    first = int(hashlib.sha256(b"0|k|1").hexdigest()[:16], 16)
    assert uniform(0, "k", 1) == (first + 0.5) / 2.0**64
