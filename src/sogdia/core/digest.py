"""Digests of inputs: same inputs, same digest, whatever the file format or key order."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

__all__ = ["code_digest", "digest_files", "digest_value"]


def digest_value(value: object) -> str:
    """sha256 over canonical JSON: sorted keys, no spaces, dates and others through `str`."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_files(root: Path, files: Iterable[Path]) -> str:
    """sha256 over the names (relative to `root`) and bytes of files, in name order."""
    total = hashlib.sha256()
    for file in sorted(files, key=lambda f: f.relative_to(root).as_posix()):
        total.update(file.relative_to(root).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


@functools.cache
def code_digest() -> str:
    """Digest of Sogdia's own source, so that a run made by other code is not taken for ours."""
    package = Path(__file__).resolve().parent.parent
    files = [f for f in package.rglob("*") if f.suffix in {".py", ".toml"} and f.is_file()]
    return digest_files(package, files)
