"""A number as a reader may see it: central value, band and unit, or words.

`number_text` and `number_html` are the only places that turn a float into digits for a table or
a sentence. The template environment refuses a bare float (`html.environment`), so there is no
other way for one to reach the page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from markupsafe import Markup

__all__ = [
    "THIN_SPACE",
    "Absence",
    "Number",
    "NumberParts",
    "number_html",
    "number_parts",
    "number_text",
    "safe_link",
    "unit_words",
]

Absence = Literal["unknown", "no route", "not applicable", "not open", "not within a year"]

UNIT_WORDS = {
    "1": "",
    "share": "%",
    "usd2023": "USD (2023)",
    "usd2023/year": "USD (2023)/year",
    "usd2023/teu": "USD (2023)/TEU",
    "usd2023/t": "USD (2023)/t",
    "usd2023/(t*km)": "USD (2023)/t-km",
    "usd2023/(t*h)": "USD (2023)/t-h",
    "kg/t": "kg CO\u2082/t",
    "kg/teu": "kg CO\u2082/TEU",
    "kg/(t*km)": "kg CO\u2082/t-km",
    "t/year": "t/year",
    "teu/year": "TEU/year",
    "t/teu": "t/TEU",
    "teu": "TEU",
    "person": "persons",
    "person/year": "persons/year",
    "train/day": "trains/day",
    "truck/day": "trucks/day",
    "1/day": "per day",
    "1/week": "per week",
}
"""How a register unit is written for a reader; a unit that is not here is written as it is."""

THIN_SPACE = "\u202f"
MINUS = "\u2212"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A value with its band, its unit and the way back to what it rests on.

    Attributes
    ----------
    central : float or None
        None is absent, and is printed as the word in `absent`.
    p05, p95 : float or None
        The 90 % band. Equal to `central` for a value that no draw varies, printed as
        "fixed"; None when no band is known, and the page says so.
    unit : str
        As in the register: ``h``, ``usd2023/teu``. ``share`` is printed in per cent; ``1`` is
        a bare ratio or index.
    trace : str
        Where the number comes from: ``#anchor`` or an http(s) address. Empty for none.
    absent : {"unknown", "no route", "not applicable", "not open", "not within a year"}
        What an absent value means.
    signed : bool
        Print a plus sign: the number is a change.
    caveat : str
        What is wrong with it ("NOT SOLVED", "3 of 200 draws failed"); printed beside it.
    """

    central: float | None
    unit: str
    p05: float | None = None
    p95: float | None = None
    trace: str = ""
    absent: Absence = "unknown"
    signed: bool = False
    caveat: str = ""

    def __post_init__(self) -> None:
        for value in (self.central, self.p05, self.p95):
            if value is not None and not math.isfinite(value):
                raise ValueError(f"absent is None, never {value}")
        if not self.unit:
            raise ValueError("a number needs a unit; '1' for a ratio or an index")
        if (self.p05 is None) != (self.p95 is None):
            raise ValueError("a band has both ends or none")
        if self.p05 is not None and self.p95 is not None and self.p05 > self.p95:
            raise ValueError(f"p05 <= p95 is required; got {self.p05:g} and {self.p95:g}")

    @classmethod
    def missing(cls, unit: str, absent: Absence = "unknown") -> Number:
        """An absent value, with the reason as a word."""
        return cls(central=None, unit=unit, absent=absent)

    @classmethod
    def exact(cls, central: float, unit: str, *, trace: str = "") -> Number:
        """A value without spread, such as a length or a count."""
        return cls(central=central, unit=unit, p05=central, p95=central, trace=trace)


class NumberParts(NamedTuple):
    """The printed pieces of a `Number`. `value` is a word and the rest empty when it is absent."""

    value: str
    unit: str
    band: str


def unit_words(unit: str) -> str:
    """A register unit as a reader sees it."""
    return UNIT_WORDS.get(unit, unit)


def number_parts(number: Number) -> NumberParts:
    """Digits of the central value, the unit, and the band as words.

    Digits: two significant ones of the half-band, or one when the first of them is 5 or more;
    but never fewer than two nor more than four of the central value, unless it is lost in its
    band. Three where no band is
    known; a fixed value keeps its whole part.
    """
    if number.central is None:
        return NumberParts(number.absent, "", "")
    scale, unit = 1.0, unit_words(number.unit)
    if number.unit == "share":
        scale = 100.0
    for power, word in ((1e9, "billion"), (1e6, "million")):
        if abs(number.central) >= power:
            scale, unit = 1 / power, f"{word} {unit}".strip()
            break
    central = number.central * scale
    if number.p05 is None or number.p95 is None:
        place = _place(central, 0.0)
        return NumberParts(_digits(central, place, number.signed), unit, "band not known")
    low, high = number.p05 * scale, number.p95 * scale
    if low == high:
        place = min(_place(central, 0.0), 0)
        return NumberParts(_digits(central, place, number.signed), unit, "fixed")
    place = _place(central, (high - low) / 2)
    value = _digits(central, place, number.signed)
    band = f"{_digits(low, place, number.signed)} to {_digits(high, place, number.signed)}"
    return NumberParts(value, unit, band)


def number_text(number: Number) -> str:
    """One line of plain text: ``412 h (380 to 450)``."""
    value, unit, band = number_parts(number)
    text = value if not unit else f"{value}%" if unit == "%" else f"{value} {unit}"
    if band:
        text += f" ({band})"
    return f"{text} [{number.caveat}]" if number.caveat and number.central is not None else text


def number_html(number: Number, *, mark: str = "") -> Markup:
    """The same as markup. `mark` is the anchor of a warning that holds for every result."""
    value, unit, band = number_parts(number)
    if number.central is None:
        return Markup('<span class="n absent">{}</span>').format(value)
    title = f"{value} {unit}".strip() + f"; 90 % band: {band}"
    if number.unit == "h" and abs(number.central) >= 72:
        place = 0 if abs(number.central) > 240 else -1
        title += f"; about {_digits(number.central / 24, place, number.signed)} days"
    shown = Markup("<b>{}</b>").format(value)
    if unit:
        shown += Markup('<span class="u">{}</span>').format(
            ("" if unit == "%" else "\u00a0") + unit
        )
    link = safe_link(number.trace)
    if link:
        shown = Markup('<a class="trace" href="{}">{}</a>').format(link, shown)
    if number.caveat or (mark and band != "fixed"):
        note = number.caveat or "see the warning at the top"
        sign = Markup('<a class="mark" href="{}" title="{}" aria-label="{}">\u2020{}</a>').format(
            mark or "#warnings", note, f"warning: {note}", number.caveat and f" {number.caveat}"
        )
        shown += Markup('<span class="caveat">{}</span>').format(sign) if number.caveat else sign
    shown += Markup(' <span class="band">{}</span>').format(band)
    return Markup('<span class="n" title="{}">{}</span>').format(title, shown)


def safe_link(address: str) -> str:
    """The address when it is an anchor or http(s), else an empty string."""
    text = address.strip()
    return text if text.startswith(("#", "https://", "http://")) else ""


def _place(central: float, half_band: float) -> int:
    """Power of ten of the last digit shown."""
    size = abs(central)
    top = math.floor(math.log10(size)) if size else None
    if half_band <= 0.0:
        return 0 if top is None else top - 2
    place = math.floor(math.log10(half_band))
    if half_band < 5 * 10.0**place:
        place -= 1
    if top is None or top < place:
        return place
    return max(min(place, top - 1), top - 3)


def _digits(value: float, place: int, signed: bool) -> str:
    rounded = round(value, -place)
    text = f"{abs(rounded):,.{max(-place, 0)}f}".replace(",", THIN_SPACE)
    if rounded < 0:
        return MINUS + text
    return "+" + text if signed and rounded > 0 else text
