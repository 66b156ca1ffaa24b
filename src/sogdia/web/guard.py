"""What every request passes: host, origin, letters, size, rate, token; and headers of every answer."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sogdia.core.errors import Problem
from sogdia.web.problems import problem_answer
from sogdia.web.settings import Settings

__all__ = ["COOKIE", "Guard", "cookie_value", "knows", "same"]

COOKIE = "sogdia_session"
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]", "::1", "testserver")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
SESSION = "/api/v1/session"
ASKING = frozenset({"/api/v1/scenarios/validate"})
"""Addresses that take a body and change nothing."""

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; worker-src blob: 'self'; img-src 'self' data: blob:; "
        "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def cookie_value(token: str) -> str:
    """What the session cookie holds: never the token itself."""
    return hmac.new(token.encode(), b"sogdia session", hashlib.sha256).hexdigest()


class TooLong(HTTPException):
    """More bytes came than are read."""

    def __init__(self) -> None:
        super().__init__(413)


@dataclass(slots=True)
class Buckets:
    """Requests left, by address: refilled all the time, full at a quarter of a minute's."""

    per_minute: int
    left: dict[str, tuple[float, float]] = field(default_factory=lambda: {})

    def wait(self, address: str) -> float:
        """Seconds until this address may ask again; 0 when it may now."""
        if not self.per_minute:
            return 0.0
        now, rate = time.monotonic(), self.per_minute / 60.0
        full = max(1.0, self.per_minute / 4.0)
        amount, then = self.left.get(address, (full, now))
        amount = min(full, amount + (now - then) * rate)
        if len(self.left) > 10_000:
            self.left.clear()
        if amount < 1.0:
            self.left[address] = (amount, now)
            return (1.0 - amount) / rate
        self.left[address] = (amount - 1.0, now)
        return 0.0


class Guard:
    """ASGI middleware in front of everything."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.buckets = Buckets(settings.rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with the size of the body watched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        read, sent = 0, False

        async def watched() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.settings.body_bytes:
                raise TooLong
            return message

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            nonlocal sent
            if message["type"] == "http.response.start":
                sent = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self.refusal(scope)
        if refusal is not None:
            status, problem, headers = refusal
            await problem_answer(status, [problem], headers)(scope, receive, with_headers)
            return
        try:
            await self.app(scope, watched, with_headers)
        except TooLong:
            if sent:
                raise
            await problem_answer(413, [self.too_long()])(scope, receive, with_headers)

    def too_long(self) -> Problem:
        """The problem of a long body."""
        return Problem(
            where="the body",
            what="is too long",
            allowed=f"{self.settings.body_bytes:,} bytes",
        )

    def refusal(self, scope: Scope) -> tuple[int, Problem, dict[str, str] | None] | None:
        """Why a request is not passed on, or None."""
        headers, method, path = Headers(scope=scope), scope["method"], scope["path"]
        if not self.is_ours(headers.get("host", "")):
            what = "this server is not called that"
            return (
                403,
                Problem(where="header Host", what=what, got=headers.get("host", "")[:80]),
                None,
            )
        if "\0" in path or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
            # No name here holds it, and a database may stop at it.
            return 422, Problem(where="the address", what="holds the letter NUL"), None
        wait = self.buckets.wait((scope.get("client") or ("", 0))[0])
        if wait:
            after = {"retry-after": str(max(1, round(wait)))}
            allowed = f"{self.settings.rate} a minute"
            return 429, Problem(where="requests", what="too many", allowed=allowed), after
        if int_of(headers.get("content-length", "0")) > self.settings.body_bytes:
            return 413, self.too_long(), None
        if method not in READING:
            origin = headers.get("origin")
            if origin is not None and urlsplit(origin).netloc != headers.get("host"):
                return (
                    403,
                    Problem(where="header Origin", what="is another site", got=origin[:80]),
                    None,
                )
            if headers.get("content-encoding", "identity") != "identity":
                # Nothing is unpacked: a small body cannot become a large one.
                got = headers["content-encoding"][:80]
                return 415, Problem(where="the body", what="is packed", got=got), None
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if int_of(headers.get("content-length", "0")) and kind != "application/json":
                return 415, Problem(where="the body", what="is not JSON", got=kind[:80],
                                    allowed="content-type: application/json"), None  # fmt: skip
        return self.not_allowed(headers, method, path)

    def is_ours(self, host: str) -> bool:
        """Whether the header Host names this server: a page of another name may point here."""
        if not self.settings.loopback and not self.settings.names:
            return True
        name = urlsplit(f"//{host}").hostname or ""
        return name in LOOPBACK_NAMES or name in self.settings.names or name == self.settings.host

    def not_allowed(
        self, headers: Headers, method: str, path: str
    ) -> tuple[int, Problem, dict[str, str] | None] | None:
        """Who may change things, and read them where the server is closed."""
        settings = self.settings
        reading = method in READING or path in ASKING
        if not path.startswith("/api/") or path == SESSION:
            return None
        if (
            settings.token
            and not (reading and not settings.closed)
            and not knows(settings, headers)
        ):
            bearer = {"www-authenticate": 'Bearer realm="sogdia"'}
            fix = "send Authorization: Bearer TOKEN, or POST it to /api/v1/session"
            return 401, Problem(where="the token", what="is missing or wrong", fix=fix), bearer
        if not reading and settings.read_only:
            fix = "start it with --token to let those change things who have the token"
            return 403, Problem(where="the server", what="is read-only", fix=fix), None
        return None


def knows(settings: Settings, headers: Headers) -> bool:
    """Whether a request has the token, in its header or as a session."""
    token = settings.token
    if token is None:
        return True
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and same(given.strip(), token):
        return True
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return False
    return cookie is not None and same(cookie.value, cookie_value(token))


def same(a: str, b: str) -> bool:
    """Equality that takes the same time wherever they differ."""
    return hmac.compare_digest(a.encode(), b.encode())


def int_of(text: str) -> int:
    """A length from a header; 0 when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
