"""The table of loans, and terms of a loan from the text a registry has, as far as they are said."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sogdia.core.table import Column, Schema

__all__ = ["LOANS", "Terms", "read_terms"]

LOANS = Schema(
    "loans",
    (
        Column("id", title="the project it pays for, or its row in the registry: RAIL_CKU, FIN001"),
        Column("project"),
        Column("country", title="ISO3 of the state it is given to; null: a company of several"),
        Column("lender", title="as named"),
        Column("lender_type", title="policy_bank, commercial_bank, multilateral, ..."),
        Column("borrower"),
        Column("signed", "date", title="null when not known"),
        Column("amount_usd", "number", title="nominal"),
        Column("cost_usd", "number", title="of the project, nominal"),
        Column("cost_share", "number", title="of the project's cost that it pays"),
        Column("interest_share", "number", title="a year, fixed; null when floating or not known"),
        Column("tenor_years", "number", title="to the last payment"),
        Column("grace_years", "number", title="without repayment"),
    ),
    ("id",),
)

RATE = re.compile(r"(?<![\d.+])(?P<rate>\d+(?:\.\d+)?)%(?! management| and| fee| commitment)")
FLOATING = re.compile(r"LIBOR\s*\+\s*(?P<margin>\d+(?:\.\d+)?)%")
GRACE = re.compile(r"(?:(?P<low>\d+(?:\.\d+)?)-)?(?P<grace>\d+(?:\.\d+)?) years?'? grace")
TENOR = re.compile(r"(?<![\d.-])(?P<tenor>\d+(?:\.\d+)?) years(?!'? grace)")
ON_LENT = re.compile(r"on-lent at \d+(?:\.\d+)?%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is said of a loan; None is not said.

    Attributes
    ----------
    rate : float or None
        Fixed, share a year.
    margin : float or None
        Over a floating rate, share a year.
    tenor_y, grace_y : float or None
        Of a span of grace its middle.
    text : str
        As the registry has it.
    """

    rate: float | None
    margin: float | None
    tenor_y: float | None
    grace_y: float | None
    text: str

    @property
    def complete(self) -> bool:
        """Whether a schedule can be made of it without guessing."""
        return None not in (self.rate, self.tenor_y, self.grace_y)


def read_terms(text: str) -> Terms:
    """Read ``2%; 20 years; 9 years grace; 0.25% management fee``; fees and on-lending are left out."""
    said = ON_LENT.sub("", text)
    floating = FLOATING.search(said)
    rate = None if floating else RATE.search(said.partition("fee")[0])
    grace, tenor = GRACE.search(said), TENOR.search(said)
    return Terms(
        rate=float(rate["rate"]) / 100.0 if rate else None,
        margin=float(floating["margin"]) / 100.0 if floating else None,
        tenor_y=float(tenor["tenor"]) if tenor else None,
        grace_y=(
            (float(grace["low"] or grace["grace"]) + float(grace["grace"])) / 2.0 if grace else None
        ),
        text=text,
    )
