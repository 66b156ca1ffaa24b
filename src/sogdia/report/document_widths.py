"""Widths of the columns of a table on paper, from what stands in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

__all__ = ["column_widths", "letters"]

LONGEST_WORD = 16
LONGEST_TEXT = 48
MARGIN = 4
"""Letters that the margins of a cell take, and some air."""


def letters(text: str) -> int:
    """Width in Latin letters: an ideograph takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def column_widths(
    columns: Sequence[str], rows: Sequence[Sequence[str]], room: int
) -> tuple[int, ...]:
    """How a room is shared among columns, in the unit of the room; their sum is the room.

    Each has at least what its longest word takes, as far as there is room; the rest goes by how
    long nine in ten of its texts are.
    """
    need: list[float] = []
    want: list[float] = []
    for i, head in enumerate(columns):
        texts = [row[i] for row in rows]
        words = [w for text in (head, *texts) for w in text.split()]
        # A line may break between any two ideographs: four stay together.
        word = max(
            (min(letters(w), 8) if letters(w) > len(w) else len(w) for w in words), default=1
        )
        lengths = sorted(letters(t) for t in texts) or [0]
        usual = lengths[min(len(lengths) - 1, (9 * len(lengths)) // 10)]
        need.append(min(word, LONGEST_WORD) + MARGIN)
        want.append(max(min(usual, LONGEST_TEXT) + MARGIN, need[-1]))
    more = [w - n for w, n in zip(want, need, strict=True)]
    # In letters: the room is what the widest wish of all would fill, so only shares matter.
    total = max(sum(need), min(sum(want), 130.0))
    spare = total - sum(need)
    shares = [
        n + (spare * m / sum(more) if sum(more) else 0.0) for n, m in zip(need, more, strict=True)
    ]
    ends = [round(room * sum(shares[: i + 1]) / sum(shares)) for i in range(len(shares))]
    return tuple(b - a for a, b in zip((0, *ends), ends, strict=False))
