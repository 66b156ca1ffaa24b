"""Sogdia: what happens to the connectivity between China and Central Asia if ...?

>>> import sogdia as sg
>>> today = sg.world(on="2025-01-01")           # the network as it is believed to be
>>> found = sg.appraise("cku-railway")          # baseline and scenario on the same draws
>>> sg.summarise(found).sentences               # what changes, in words
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sogdia.appraisal.options import Options
    from sogdia.appraisal.run import appraise
    from sogdia.appraisal.summary import summarise
    from sogdia.evidence.base import open_evidence
    from sogdia.models.contract import check_model
    from sogdia.models.transport import TransportModel
    from sogdia.results.compare import compare
    from sogdia.results.store import RunStore
    from sogdia.results.trace import trace
    from sogdia.scenario.read import read_scenario
    from sogdia.world.build import world
    from sogdia.world.check import check_world

__all__ = [
    "Options",
    "RunStore",
    "TransportModel",
    "appraise",
    "check_model",
    "check_world",
    "compare",
    "open_evidence",
    "read_scenario",
    "summarise",
    "trace",
    "world",
]

HOMES = {
    "Options": "sogdia.appraisal.options",
    "RunStore": "sogdia.results.store",
    "TransportModel": "sogdia.models.transport",
    "appraise": "sogdia.appraisal.run",
    "check_model": "sogdia.models.contract",
    "check_world": "sogdia.world.check",
    "compare": "sogdia.results.compare",
    "open_evidence": "sogdia.evidence.base",
    "read_scenario": "sogdia.scenario.read",
    "summarise": "sogdia.appraisal.summary",
    "trace": "sogdia.results.trace",
    "world": "sogdia.world.build",
}


def __getattr__(name: str) -> Any:
    """Public names are imported when they are first used, so that `import sogdia` is quick."""
    if name not in HOMES:
        raise AttributeError(f"module 'sogdia' has no attribute {name!r}")
    home = importlib.import_module(HOMES[name])
    # `world` is both a function and a package: the package can be called like the function.
    found = importlib.import_module("sogdia.world") if name == "world" else getattr(home, name)
    globals()[name] = found
    return found
