"""Optional dependencies: one place that says how to get what is missing."""

from __future__ import annotations

import importlib
from types import ModuleType

from sogdia.core.errors import MissingExtra

__all__ = ["require"]

WITHOUT = {
    "energy": "Gas and oil by pipeline need no extra.",
    "estimate": "Trade models run with published elasticities.",
    "report": "CSV and Parquet export and the HTML report work.",
    "web": "Every verb but serve works.",
}


def require(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Import an optional module, or say the exact install line.

    Raises
    ------
    MissingExtra
        When the module cannot be imported.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtra(extra, purpose, WITHOUT[extra]) from error
