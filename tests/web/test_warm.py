"""What is made before the first request, and what waits until nobody asks."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra web is not installed: pip install 'sogdia[web]'")

from sogdia.evidence.base import EvidenceBase
from sogdia.web.holdings import Holdings
from sogdia.web.settings import Settings
from sogdia.web.warm import FIRST_SEEN, Traffic, prepare


def test_a_pause_begins_after_the_last_request():
    traffic = Traffic()
    start = time.monotonic()
    asked = threading.Timer(0.1, lambda: setattr(traffic, "at", time.monotonic()))
    asked.start()
    assert traffic.pause(quiet=0.2, patience=5.0)
    assert time.monotonic() - start >= 0.29, "the request of 0.1 s began the wait anew"


def test_patience_ends_though_requests_go_on():
    traffic = Traffic(at=time.monotonic() + 60)
    start = time.monotonic()
    assert traffic.pause(quiet=1.0, patience=0.1)
    assert 0.09 <= time.monotonic() - start < 1.0


def test_a_server_that_ends_is_not_waited_for():
    traffic = Traffic()
    traffic.ended.set()
    assert not traffic.pause(quiet=5.0, patience=5.0)


def test_the_map_is_made_before_the_first_request_and_lies_on_disk(
    tmp_path: Path, evidence: EvidenceBase
):
    held = Holdings(settings=Settings(runs=tmp_path), evidence=evidence)
    prepare(held)
    kept = {f.name.rpartition("layers-")[2] for f in (tmp_path / ".web-cache").glob("*.json")}
    assert kept == {f"{name}.json" for name in FIRST_SEEN}

    def never() -> object:
        raise AssertionError("made twice")

    again = Holdings(settings=Settings(runs=tmp_path), evidence=evidence)
    for name in FIRST_SEEN:
        assert held.kept(f"layers/{name}", never).body == again.kept(f"layers/{name}", never).body
    for name in ("languages/en", "languages/ru", "languages/zh", "history"):
        assert held.kept(name, never).body
