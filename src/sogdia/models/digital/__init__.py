"""Fibre: latency between cities, and what cuts do to it."""

from __future__ import annotations

from sogdia.models.digital.model import DigitalModel
from sogdia.models.digital.solve_cuts import minimum_cut, section_bridges
from sogdia.models.digital.solve_paths import least_latency, section_ms

__all__ = ["DigitalModel", "least_latency", "minimum_cut", "section_bridges", "section_ms"]
