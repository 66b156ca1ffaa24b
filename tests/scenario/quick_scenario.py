"""The text of a scenario that runs in seconds: one dwell less, one route that is there, one not."""

from __future__ import annotations

__all__ = ["quick_scenario"]


def quick_scenario(name: str, title: str, *, on: str, why: str = "a test", more: str = "") -> str:
    """A scenario file; `more` is TOML that stands between its measure and its routes."""
    return f"""
id = "{name}"
title = "{title}"
question = "What if trains waited less?"
on = [{on}]
classes = ["container-general"]

[[measure]]
id = "less"
kind = "set-dwell"
crossing = "kz-cn.khorgos:rail"
on = 2026-01-01
dwell = {{ central = 8, low = 6, high = 12, unit = "hour" }}
source = "assumption"
why = "{why}"
{more}
[[route]]
from = "Xi'an"
to = "Tashkent"
class = "container-general"

[[route]]
from = "kg.arpa"
to = "kz.almaty"
class = "container-general"
"""
