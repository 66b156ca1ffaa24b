"""What a server makes before it is asked: the map before it answers, the rest while nobody asks."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import date

from starlette.types import ASGIApp, Receive, Scope, Send

from sogdia.core.errors import SogdiaError
from sogdia.core.language import LANGUAGES
from sogdia.web.holdings import GEOJSON, Holdings
from sogdia.web.layers import layer
from sogdia.web.map_routes import counts_of, history_of, texts_of
from sogdia.web.scenario_routes import NAMES_ON
from sogdia.web.trip_routes import costs_of

__all__ = ["Traffic", "TrafficHeard", "prepare", "warm"]

FIRST_SEEN = (
    "outlines", "disputed", "lakes", "rail", "road", "sea", "posts", "places", "air", "projects",
)  # fmt: skip
"""Layers in the order the map asks for them."""
QUIET_S = 4.0
"""So long without a request is a pause: a reader of the first map then has moved its slider, which
asks for nothing and shares the cores."""
PATIENCE_S = 20.0


@dataclass
class Traffic:
    """When a request last came or was answered, and whether the server ends."""

    at: float = field(default_factory=time.monotonic)
    ended: threading.Event = field(default_factory=threading.Event)

    def pause(self, *, quiet: float = QUIET_S, patience: float = PATIENCE_S) -> bool:
        """Wait until nobody has asked for a while, or for as long as patience lasts.

        Returns
        -------
        bool
            False when the server ended meanwhile.
        """
        end = time.monotonic() + patience
        while (now := time.monotonic()) < end:
            left = min(self.at + quiet, end) - now
            if left <= 0:
                break
            if self.ended.wait(left):
                return False
        return not self.ended.is_set()


class TrafficHeard:
    """ASGI middleware that keeps `Traffic`."""

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self.app, self.traffic = app, traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.traffic.at = time.monotonic()
        try:
            await self.app(scope, receive, send)
        finally:
            self.traffic.at = time.monotonic()


def prepare(held: Holdings) -> None:
    """Make what the map asks for, before the first request is answered.

    The layers lie on disk from then on, until evidence, code or day change. What fails is told
    when it is asked for.
    """
    try:
        for name in FIRST_SEEN:
            held.kept(f"layers/{name}", lambda n=name: layer(held.evidence, n), media=GEOJSON)
        for code in LANGUAGES:
            held.kept(f"languages/{code}", lambda c=code: texts_of(c))
        held.kept("history", history_of)
        held.answers.get("counts", lambda: counts_of(held))
    except SogdiaError as error:
        sys.stderr.write(f"{error}\n")


def warm(held: Holdings, traffic: Traffic) -> None:
    """Take up jobs of an earlier server; then, in pauses, what the other pages ask for.

    Each step holds the interpreter for a second or two, which a reader who waits for the first
    map would feel. What fails is told when it is asked for.
    """
    try:
        held.jobs.begin()
        if not held.settings.warm:
            return
        today = date.today()  # noqa: DTZ011  (the reader's own today)
        for make in (
            lambda: held.library,
            lambda: held.world_on(NAMES_ON),
            # The kernels are compiled, or read from their cache, by the first costs.
            lambda: costs_of(held, today, "container-general"),
        ):
            if not traffic.pause():
                return
            make()
    except SogdiaError as error:
        sys.stderr.write(f"{error}\n")
