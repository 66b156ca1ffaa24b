"""What a visitor spends, where a claim says so."""

from __future__ import annotations

from datetime import date

from sogdia.core.estimate import Estimate
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE

__all__ = ["SPENDING", "spending_each_usd2023"]

SPENDING = "spending_per_chinese_visitor_usd"


def spending_each_usd2023(
    base: EvidenceBase, destination: str, known_by: date = FAR_FUTURE
) -> Estimate | None:
    """Spending of a Chinese visitor in a country, USD of 2023; None where no claim says.

    The centre is the largest of the rival figures, as the tourism board's covers cash; the band
    runs from the smallest to the largest. A year without a deflator is taken at its own prices.
    """
    found: list[Estimate] = []
    for claim in base.about(destination, SPENDING):
        if claim.stated_on is not None and claim.stated_on > known_by:
            continue
        if isinstance(claim.value, Estimate):
            year = claim.holds_from.year if claim.holds_from is not None else None
            factor = 1.0 if year is None else base.prices.to_usd2023("USD", year)
            found.append(claim.value.scaled(factor))
    if not found:
        return None
    return Estimate(
        central=max(f.central for f in found),
        low=min(f.low for f in found),
        high=max(f.high for f in found),
        shape="uniform",
    )
