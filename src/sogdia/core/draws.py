"""Keyed random numbers: a claim's draw does not depend on which other claims exist.

The uniform of draw `i` for a key is read off ``sha256(seed, key, i)``. So baseline and scenario
see the same draw of the same claim, adding a claim leaves the others' draws alone, and claims
that name the same `moves_with` move together.
"""

from __future__ import annotations

import hashlib

__all__ = ["uniform"]


def uniform(seed: int, key: str, draw: int) -> float:
    """A uniform number in (0, 1) for one key and draw."""
    digest = hashlib.sha256(f"{seed}|{key}|{draw}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") + 0.5) / 2.0**64
