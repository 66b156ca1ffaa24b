"""A status never claims more than the residual shows."""

from __future__ import annotations

import pytest

from sogdia.core.status import Status


def test_solved_above_the_tolerance_is_refused() -> None:
    with pytest.raises(ValueError, match="above the tolerance"):
        Status(state="solved", residual=1e-3, tolerance=1e-6)
    assert Status(state="usable", residual=1e-3, tolerance=1e-6).residual == 1e-3


def test_a_residual_that_is_not_finite_is_absent_and_never_solved() -> None:
    with pytest.raises(ValueError, match="not solved"):
        Status(state="solved", residual=float("nan"))
    assert Status(state="failed", residual=float("inf")).residual is None


def test_a_status_is_neither_true_nor_false_and_has_three_states() -> None:
    with pytest.raises(TypeError, match="look at its state"):
        bool(Status(state="failed"))
    with pytest.raises(ValueError, match="state is one of"):
        Status(state="fine")  # type: ignore[arg-type]
