"""A claim: one dated, sourced statement about one variable of one entity."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from sogdia.core.estimate import Estimate

__all__ = ["BASES", "CONFIDENCES", "TIERS", "Basis", "Claim", "Confidence", "Source", "Tier"]

Basis = Literal["measured", "reported", "derived", "assumed"]
Confidence = Literal["high", "medium", "low"]
Tier = Literal["official", "measured", "scholarly", "press", "assumption"]

BASES: tuple[Basis, ...] = get_args(Basis)
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
TIERS: tuple[Tier, ...] = get_args(Tier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where claims come from.

    Attributes
    ----------
    tier : {"official", "measured", "scholarly", "press", "assumption"}
        What kind of producer: a state body or operator, a measurement programme, a study, a
        newspaper or trade site, or this project's own judgement.
    licence : str
        SPDX name or the producer's words; empty when it was not stated.
    published, retrieved : date or None
    """

    id: str
    title: str
    publisher: str
    url: str
    published: date | None
    retrieved: date | None
    licence: str
    tier: Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement, kept beside its rivals for ever.

    Attributes
    ----------
    value : Estimate, date or str
        A number in the register's canonical unit, a date, or one of the register's words.
    amount, low_text, high_text, unit : str
        The number as published, with its unit, before any conversion.
    holds_from, holds_to : date or None
        When it is true of the world; None is open. Both ends are included.
    stated_on : date or None
        When it became known; None when the source does not say. It then counts as known from the
        day it holds from, and an undated one as known for ever.
    says, note : str
        The producer's words in short; and ours. Never mixed.
    moves_with : str
        Claims that name the same word share one random draw.
    """

    id: str
    subject: str
    variable: str
    value: Estimate | date | str
    amount: str
    low_text: str
    high_text: str
    unit: str
    holds_from: date | None
    holds_to: date | None
    stated_on: date | None
    source: str
    locator: str
    basis: Basis
    confidence: Confidence
    says: str
    note: str
    derived_from: tuple[str, ...]
    moves_with: str
    file: str
    row: int

    def holds_on(self, on: date) -> bool:
        """Whether the claim covers a date."""
        return (self.holds_from is None or self.holds_from <= on) and (
            self.holds_to is None or on <= self.holds_to
        )

    def days_from(self, on: date) -> int:
        """Days between a date and the period the claim covers; 0 inside it."""
        if self.holds_from is not None and on < self.holds_from:
            return (self.holds_from - on).days
        if self.holds_to is not None and on > self.holds_to:
            return (on - self.holds_to).days
        return 0

    @property
    def undated(self) -> bool:
        """Whether the claim is meant for all time."""
        return self.holds_from is None and self.holds_to is None

    @property
    def number(self) -> float:
        """The central value; raises TypeError when the claim is not a number."""
        if not isinstance(self.value, Estimate):
            raise TypeError(f"claim {self.id} is not a number")
        return self.value.central

    def published_value(self) -> str:
        """The value as a person would read it aloud."""
        band = f" ({self.low_text} to {self.high_text})" if self.low_text or self.high_text else ""
        return f"{self.amount}{band} {self.unit}".strip()


def day(text: str, *, last: bool = False) -> date | None:
    """An ISO date that may leave out the day or the month; `last` takes the end of the period.

    Raises
    ------
    ValueError
        When the text is not ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
    """
    if not text:
        return None
    parts = text.split("-")
    year = int(parts[0])
    if len(parts) == 1:
        return date(year, 12, 31) if last else date(year, 1, 1)
    month = int(parts[1])
    if len(parts) == 2:
        return date(year, month, calendar.monthrange(year, month)[1] if last else 1)
    return date.fromisoformat(text)
