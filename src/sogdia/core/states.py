"""The states every question is about, by their ISO 3166 codes."""

from __future__ import annotations

__all__ = ["CHINA", "FIVE", "TOGETHER"]

CHINA = "CHN"
FIVE = ("KAZ", "KGZ", "TJK", "TKM", "UZB")
"""The five states of Central Asia, in the order of their codes."""
TOGETHER = "CA5"
"""The code of a row about the five together; no state has it."""
