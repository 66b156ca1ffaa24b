"""How a scenario is run, and who is told how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sogdia.world.economies import Variant

__all__ = ["Options", "Progress"]

Progress = Callable[[str, float], None]
"""Told what is being done and how far along it is, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a scenario is run; recorded in the manifest, never in the scenario file.

    Attributes
    ----------
    draws : int
        Draws of uncertain claims behind the bands; 0 gives no bands.
    samples : int
        Shipments sampled for P50 and P90.
    seed : int
    known_by : date or None
        Leave out claims stated later.
    flows : bool
        Load freight, queue it at posts and let trade respond; False leaves costs and routes.
    trade : {"reconciled", "china", "partner"}
        Whose report of trade is loaded.
    linkages : bool
        Ask all five linkages; False asks the network alone.
    """

    draws: int = 20
    samples: int = 256
    seed: int = 0
    known_by: date | None = None
    flows: bool = True
    trade: Variant = "reconciled"
    linkages: bool = True

    def content(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "draws": self.draws,
            "samples": self.samples,
            "seed": self.seed,
            "known_by": self.known_by.isoformat() if self.known_by else None,
            "flows": self.flows,
            "trade": self.trade,
            "linkages": self.linkages,
        }
