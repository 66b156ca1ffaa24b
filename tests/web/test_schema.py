"""Whatever the OpenAPI schema allows, or forbids, is answered as it says."""

from __future__ import annotations

from typing import Any
from unittest import SkipTest

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
positive_data_acceptance = pytest.importorskip(
    "schemathesis.specs.openapi.checks"
).positive_data_acceptance

TEXTS = {"/api/v1/scenarios/{name}", "/api/v1/runs"}
"""Bodies that hold the text of a scenario: that it is one, no schema can say."""
LONG = {"/api/v1/runs", "/api/v1/backtest", "/api/v1/jobs/{job}/again"}
"""Addresses that start work."""


@pytest.fixture(scope="module")
def api(client: httpx.Client) -> Any:
    """The schema of the shared server."""
    return schemathesis.openapi.from_url(f"{client.base_url}/api/v1/openapi.json")


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_every_answer_is_as_the_schema_says(api: Any, mode: str) -> None:
    """Schemathesis' own checks: status, content type, headers, no 5xx, what is to be refused."""
    chosen = schemathesis.GenerationMode(mode)
    tried = 0
    for found in api.get_all_operations():
        operation = found.ok()
        if operation.path in LONG and operation.method in ("get", "post"):
            continue
        excluded = [positive_data_acceptance] if operation.path in TEXTS else []
        try:
            strategy = operation.as_strategy(generation_mode=chosen)
            tried += _try(strategy, excluded)
        except (Unsatisfiable, SkipTest):
            continue  # an operation without parameters has nothing to get wrong
    assert tried >= 40


def _try(strategy: Any, excluded: list[Any]) -> int:
    tried = 0

    @given(case=strategy)
    @settings(
        max_examples=2,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    def ask(case: Any) -> None:
        nonlocal tried
        tried += 1
        case.call_and_validate(excluded_checks=excluded, timeout=30)

    ask()
    return tried


def test_every_route_documents_the_one_shape_of_problems(client: httpx.Client) -> None:
    found = client.get("/api/v1/openapi.json").json()
    shape = {"$ref": "#/components/schemas/Problems"}
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), path
            for status, answer in operation["responses"].items():
                if status.startswith("4"):
                    content = answer["content"]["application/json"]
                    assert content["schema"] == shape, (method, path, status)
