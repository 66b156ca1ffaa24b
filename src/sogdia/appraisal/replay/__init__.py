"""The history 1992-2024 played again: costs, trade, freight and why they moved."""

from sogdia.appraisal.replay.run import Replay, ReplayOptions, replay

__all__ = ["Replay", "ReplayOptions", "replay"]
