"""The state of things on a date: places, links, crossings, transfers, regimes, zones.

The package can be called: ``sogdia.world(on="2026-01-01")`` is `sogdia.world.build.world`. Without
that the name would mean the function until somebody imports the package, and the package after.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _World(ModuleType):
    """A module that builds a world when it is called."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        from sogdia.world.build import world

        return world(*args, **options)


sys.modules[__name__].__class__ = _World
