"""The hand-made report as a fixture."""

from __future__ import annotations

import pytest
from handmade_report import handmade

from sogdia.report.content import ReportContent


@pytest.fixture(scope="session")
def content() -> ReportContent:
    return handmade()
