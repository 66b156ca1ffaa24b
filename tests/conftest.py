"""The shipped base, opened once, and the worlds built from it."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import settings

from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.world.build import world
from sogdia.world.world import World

settings.register_profile("sogdia", deadline=None)
settings.load_profile("sogdia")
"""No test is timed, so that a busy machine cannot fail one."""

os.environ["SOGDIA_STRICT_LANGUAGE"] = "1"
"""A text that a language lacks is an error here, and English at run time."""


@pytest.fixture(scope="session")
def evidence() -> EvidenceBase:
    """The evidence base that ships with the package."""
    return open_evidence()


@pytest.fixture(scope="session")
def world_on(evidence: EvidenceBase) -> Callable[[date | str], World]:
    """The world of a date or ISO text, built once a session."""

    @functools.cache
    def build(on: str) -> World:
        return world(evidence, on=on)

    return lambda on: build(str(on))
