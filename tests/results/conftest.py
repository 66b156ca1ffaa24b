"""Fixtures on the small run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_run import make_manifest, make_tables

from sogdia.core.table import Table
from sogdia.results.store import Run, RunStore


@pytest.fixture
def tables() -> dict[str, Table]:
    return make_tables()


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def put(store: RunStore) -> Callable[..., Run]:
    """Write a run of a scenario, with some tables replaced."""

    def write(scenario: str = "demo", *, salt: int = 0, created: int = 1, **replaced: Table) -> Run:
        manifest = make_manifest(
            scenario, salt=salt, created=datetime(2025, 1, created, tzinfo=UTC)
        )
        return store.write(manifest, {**make_tables(), **replaced})

    return write
