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

from sogdia.core.language import MINUS
from sogdia.report.words import ENGLISH, Words

__all__ = [
    "NO_BAND",
    "THIN_SPACE",
    "Absence",
    "Number",
    "NumberParts",
    "number_html",
    "number_parts",
    "number_text",
    "safe_link",
]

Absence = Literal["unknown", "no route", "not applicable", "not open", "not within a year"]

THIN_SPACE = "\u202f"

SCALES = {
    "zh": ((1e8, 1e8, "scale.large"), (1e6, 1e4, "scale.small")),
}
SHORT_SCALE = ((1e9, 1e9, "scale.large"), (1e6, 1e6, "scale.small"))
"""From which size on a number is printed by which unit of counting, and its word."""


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


NO_BAND = "±?"
"""Stands beside a number whose band is not known, where a page has room for a sign only."""


class NumberParts(NamedTuple):
    """The printed pieces of a `Number`. `value` is a word and the rest empty when it is absent."""

    value: str
    unit: str
    band: str


def number_parts(number: Number, words: Words = ENGLISH) -> NumberParts:
    """Digits of the central value, the unit, and the band as words.

    Digits: two significant ones of the half-band, or one when the first of them is 5 or more;
    but never fewer than two nor more than four of the central value, unless it is lost in its
    band. Three where no band is
    known; a fixed value keeps its whole part.
    """
    if number.central is None:
        return NumberParts(words(f"absent.{number.absent.replace(' ', '-')}"), "", "")
    scale, unit = 1.0, words.unit(number.unit)
    if number.unit == "share":
        scale = 100.0
    for least, power, key in SCALES.get(words.language.code, SHORT_SCALE):
        if abs(number.central) >= least:
            gap = "" if words.language.code == "zh" else " "
            scale, unit = 1 / power, f"{words(key)}{gap}{unit}".strip()
            break
    central = number.central * scale

    def digits(value: float, place: int) -> str:
        return words.language.separated(_digits(value, place, number.signed))

    if number.p05 is None or number.p95 is None:
        counted = number.unit == "1" and central == round(central)
        place = 0 if counted else _place(central, 0.0)
        return NumberParts(digits(central, place), unit, words("band.unknown"))
    low, high = number.p05 * scale, number.p95 * scale
    if low == high:
        place = min(_place(central, 0.0), 0)
        return NumberParts(digits(central, place), unit, words("band.fixed"))
    place = _place(central, (high - low) / 2)
    band = words("band.of", low=digits(low, place), high=digits(high, place))
    return NumberParts(digits(central, place), unit, band)


def number_text(number: Number, words: Words = ENGLISH) -> str:
    """One line of plain text: ``412 h (380 to 450)``."""
    value, unit, band = number_parts(number, words)
    text = value if not unit else value + _glued(unit, words, " ")
    if band:
        text += f" ({band})"
    return f"{text} [{number.caveat}]" if number.caveat and number.central is not None else text


def number_html(number: Number, *, mark: str = "", words: Words = ENGLISH) -> Markup:
    """The same as markup. `mark` is the anchor of a warning that holds for every result."""
    value, unit, band = number_parts(number, words)
    if number.central is None:
        return Markup('<span class="n absent">{}</span>').format(value)
    title = f"{value} {unit}".strip() + "; " + words("band.title", band=band)
    if number.unit == "h" and abs(number.central) >= 72:
        place = 0 if abs(number.central) > 240 else -1
        days = words.language.separated(_digits(number.central / 24, place, number.signed))
        title += "; " + words("band.days", days=days)
    shown = Markup("<b>{}</b>").format(value)
    if unit:
        shown += Markup('<span class="u">{}</span>').format(_glued(unit, words, "\u00a0"))
    link = safe_link(number.trace)
    if link:
        shown = Markup('<a class="trace" href="{}">{}</a>').format(link, shown)
    fixed = number.p05 is not None and number.p05 == number.p95
    if number.caveat or (mark and not fixed):
        note = number.caveat or words("warn.top")
        sign = Markup('<a class="mark" href="{}" title="{}" aria-label="{}">\u2020{}</a>').format(
            mark or "#warnings",
            note,
            words("warn.of", note=note),
            number.caveat and f" {number.caveat}",
        )
        shown += Markup('<span class="caveat">{}</span>').format(sign) if number.caveat else sign
    if number.p05 is None:
        # One sign, not three words beside every number of a table; the page says what it means.
        shown += Markup(' <abbr class="band" title="{}">{}</abbr>').format(band, NO_BAND)
    else:
        shown += Markup(' <span class="band">{}</span>').format(band)
    return Markup('<span class="n" title="{}">{}</span>').format(title, shown)


def _glued(unit: str, words: Words, space: str) -> str:
    """The unit with what stands before it."""
    return words.language.per_cent if unit == "%" else space + unit


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
    """Digits with commas between thousands; `Language.separated` puts its own."""
    rounded = round(value, -place)
    text = f"{abs(rounded):,.{max(-place, 0)}f}"
    if rounded < 0:
        return MINUS + text
    return "+" + text if signed and rounded > 0 else text
