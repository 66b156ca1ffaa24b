"""Answers: JSON without NaN, rows as CSV, and strong ETags for what only the evidence decides."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from fastapi import Request
from fastapi.responses import Response

__all__ = [
    "CSV",
    "JSON",
    "Kept",
    "csv_answer",
    "json_answer",
    "json_bytes",
    "keep",
    "kept_answer",
    "of_media",
    "plain",
]

JSON = "application/json"
CSV = "text/csv"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, max-age=0, must-revalidate"
GZIP_FROM = 1500
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula."""


def plain(value: Any) -> Any:
    """As JSON has it: NaN and infinities are null, dates are ISO text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in cast("Iterable[Any]", value)]
    if isinstance(value, date):
        return value.isoformat()
    item = getattr(value, "item", None)
    return plain(item()) if callable(item) and not isinstance(value, str) else value


def json_bytes(value: Any) -> bytes:
    """A JSON text in UTF-8."""
    return json.dumps(
        plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str
    ).encode("utf-8", "replace")


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer that is not kept."""
    return Response(
        json_bytes(value), status, {"cache-control": "no-cache", **(headers or {})}, JSON
    )


def of_media(*media: str) -> dict[str, Any]:
    """What a route says in the OpenAPI schema when it does not only answer with JSON."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    content = {m: {} if m.endswith("json") else binary for m in media}
    return {
        "response_class": Response,
        "responses": {200: {"description": "The answer.", "content": content}},
    }


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer made once: its bytes, also compressed, and its strong ETag."""

    body: bytes
    packed: bytes | None
    media: str
    etag: str


def keep(body: bytes, media: str, digest: str) -> Kept:
    """Make an answer to be kept; `digest` names everything it was made from."""
    etag = hashlib.sha256(digest.encode() + b"\0" + body).hexdigest()[:32]
    packed = gzip.compress(body, 6, mtime=0) if len(body) >= GZIP_FROM else None
    return Kept(body, packed, media, etag)


def kept_answer(kept: Kept, request: Request) -> Response:
    """A kept answer: 304 when the browser has it; for ever when the address has the digest."""
    packed = kept.packed is not None and "gzip" in request.headers.get("accept-encoding", "")
    etag = f'"{kept.etag}{"-gz" if packed else ""}"'
    headers = {
        "etag": etag,
        "cache-control": FOR_EVER if "v" in request.query_params else ASK_AGAIN,
        "vary": "accept-encoding",
    }
    given = [
        e.strip().removeprefix("W/") for e in request.headers.get("if-none-match", "").split(",")
    ]
    if etag in given or given == ["*"]:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["content-encoding"] = "gzip"
    return Response(kept.packed if packed else kept.body, 200, headers, kept.media)


def csv_bytes(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> bytes:
    """Rows as CSV; what is absent is an empty cell, and no text is a formula."""
    names = (
        list(columns) if columns is not None else list(dict.fromkeys(k for r in rows for k in r))
    )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(plain(row.get(n))) for n in names])
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(FORMULA) and not _is_number(value):
        return f"'{value}"
    return "" if value is None else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def csv_answer(
    rows: Sequence[Mapping[str, Any]], name: str, columns: Sequence[str] | None = None
) -> Response:
    """Rows as a CSV file."""
    return Response(
        csv_bytes(rows, columns),
        200,
        {
            "content-disposition": f'attachment; filename="{name}.csv"',
            "cache-control": "no-cache",
        },
        "text/csv; charset=utf-8",
    )
