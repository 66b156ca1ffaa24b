"""Cooperation: what states agreed, how deep it goes, and what it changes in the models."""
