"""Texts, numbers, dates and place names in the languages of Sogdia.

Texts are data: ``languages/<code>/<catalog>.po`` in gettext's format, with keys as msgid
(``map.layers.rail``). Three catalogs: ``interface`` (pages), ``report`` (documents) and ``places``
(names by id). A key that a language lacks is taken from English, so that a reader gets a word;
under ``SOGDIA_STRICT_LANGUAGE=1``, which the tests set, it raises.
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from types import MappingProxyType
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po

from sogdia.core.errors import UnknownName

__all__ = ["CATALOGS", "LANGUAGES", "MINUS", "Language", "language"]

LANGUAGES = ("en", "ru", "zh")
CATALOGS = ("interface", "report", "places")

THIN_SPACE = "\u202f"
MINUS = "\u2212"
FORMS: dict[str, tuple[str, ...]] = {
    "en": ("one", "other"),
    "ru": ("one", "few", "many"),
    "zh": ("other",),
}
"""Plural categories of CLDR in the order of gettext's ``msgstr[n]``."""

OTHER: dict[str, str] = {"en": "other", "ru": "few", "zh": "other"}
"""The form of CLDR's category ``other``: in Russian that of fractions, the genitive of *few*."""

SEPARATORS: dict[str, tuple[str, str]] = {
    "en": (THIN_SPACE, "."),
    "ru": ("\u00a0", ","),
    "zh": (",", "."),
}
"""Of thousands and of decimals. English has the thin space of the SI: half of the readers of an
English page would take a comma for a decimal sign."""

DATES: dict[str, tuple[str, str]] = {
    "en": ("en_GB", "d MMMM y"),
    "ru": ("ru_RU", "d MMMM y"),
    "zh": ("zh_Hans_CN", "y年M月d日"),
}
FONTS: dict[str, tuple[str, str]] = {
    "en": ("Calibri", "Calibri"),
    "ru": ("Calibri", "Calibri"),
    "zh": ("Calibri", "Microsoft YaHei"),
}

Entry = str | tuple[str, ...]
"""A text, or its plural forms in the order of `FORMS`."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language; made by `language`.

    Attributes
    ----------
    code : {"en", "ru", "zh"}
    title : str
        The language's name in itself.
    tag : str
        For ``lang`` attributes: ``en``, ``ru``, ``zh-Hans``.
    fonts : (str, str)
        Names of fonts for Latin and Cyrillic, and for East Asian text. Nothing is shipped.
    """

    code: str
    title: str
    tag: str
    fonts: tuple[str, str]

    def text(self, catalog: str, key: str, **values: object) -> str:
        """A text with values set in.

        Parameters
        ----------
        catalog : {"interface", "report", "places"}
        key : str
        values
            Filled into ``{name}``. Numbers and dates are written as the language writes them. An
            integer `n` chooses the plural form.

        Raises
        ------
        UnknownName
            When not even English has the key; under ``SOGDIA_STRICT_LANGUAGE=1`` also when this
            language lacks it.
        """
        entry, forms = self._entry(catalog, key), FORMS[self.code]
        if entry is None:
            if _strict() or self.code == "en":
                raise UnknownName(
                    f"{catalog} text in {self.code}", key, entries(self.code, catalog)
                )
            entry, forms = language("en")._entry(catalog, key), FORMS["en"]
            if entry is None:
                raise UnknownName(f"{catalog} text", key, entries("en", catalog))
        if isinstance(entry, tuple):
            entry = entry[_form(self.code if forms is FORMS[self.code] else "en", values.get("n"))]
        if not values:
            return entry
        return entry.format_map({name: self._written(value) for name, value in values.items()})

    def _entry(self, catalog: str, key: str) -> Entry | None:
        return entries(self.code, catalog).get(key)

    def _written(self, value: object) -> object:
        if isinstance(value, (bool, str)):
            return value
        if isinstance(value, (int, float)):
            return self.number(value)
        return self.date(value) if isinstance(value, date) else value

    def has(self, catalog: str, key: str) -> bool:
        """Whether this language itself has the key."""
        return key in entries(self.code, catalog)

    def catalog(self, name: str) -> dict[str, str]:
        """Every text of a catalog, English where this language lacks one.

        A text with plural forms has its last form under its key, and each form under ``key#one``,
        ``key#few``, ``key#many`` or ``key#other``, the categories of ``Intl.PluralRules``.
        """
        found: dict[str, str] = {}
        for code in dict.fromkeys(("en", self.code)):
            for key, entry in entries(code, name).items():
                if isinstance(entry, str):
                    found[key] = entry
                    continue
                for form in ("one", "few", "many", "other"):
                    found.pop(f"{key}#{form}", None)
                found |= {f"{key}#{f}": t for f, t in zip(FORMS[code], entry, strict=True)}
                found[key] = entry[-1]
                found[f"{key}#other"] = entry[FORMS[code].index(OTHER[code])]
        return found

    def number(self, x: float | None, digits: int | None = None) -> str:
        """A number with separators; a word where it is absent.

        Parameters
        ----------
        x : float or None
            NaN is absent too.
        digits : int, optional
            Decimals, always printed. By default three at most, and no trailing zeros.
        """
        if x is None or math.isnan(x):
            return self.text("report", "absent.unknown")
        if math.isinf(x):
            return MINUS + "\u221e" if x < 0 else "\u221e"
        # Rounded first, so that no "-0" is printed.
        text = f"{round(abs(x), 3 if digits is None else digits):,.{3 if digits is None else max(digits, 0)}f}"
        if digits is None:
            text = text.rstrip("0").rstrip(".")
        negative = x < 0 and any(c not in "0.," for c in text)
        return (MINUS if negative else "") + self.separated(text)

    def separated(self, text: str) -> str:
        """``1,234.5`` as this language writes it."""
        thousands, decimal = SEPARATORS[self.code]
        return text.replace(",", "\0").replace(".", decimal).replace("\0", thousands)

    def percent(self, x: float | None, digits: int | None = None) -> str:
        """A share in per cent: 0.125 is ``12.5%``, in Russian ``12,5 %``."""
        if x is None or math.isnan(x):
            return self.text("report", "absent.unknown")
        return self.number(100.0 * x, digits) + self.per_cent

    @property
    def per_cent(self) -> str:
        """The sign, with the space that the language puts before it."""
        return "\u00a0%" if self.code == "ru" else "%"

    def date(self, d: date) -> str:
        """A day in full: ``24 November 2026``."""
        locale, pattern = DATES[self.code]
        day = d.date() if isinstance(d, datetime) else d
        return format_date(day, format=pattern, locale=locale)

    def name(self, place_id: str, fallback: str) -> str:
        """The name of a place, country, post or link by its id; `fallback` where there is none."""
        entry = self._entry("places", place_id)
        return entry if isinstance(entry, str) else fallback


TITLES = {"en": ("English", "en"), "ru": ("Русский", "ru"), "zh": ("中文", "zh-Hans")}


def language(code: str) -> Language:
    """A language by its code.

    Raises
    ------
    UnknownName
        When there is none of that code; the text says which there are.
    """
    if code not in LANGUAGES:
        known = ", ".join(f"{c} ({TITLES[c][0]})" for c in LANGUAGES)
        raise UnknownName("language", code, LANGUAGES, hint=f"(languages: {known})")
    return _made(code)


@functools.cache
def _made(code: str) -> Language:
    return Language(code, *TITLES[code], FONTS[code])


@functools.cache
def entries(code: str, catalog: str) -> Mapping[str, Entry]:
    """What one file has, as written; empty where there is no file.

    Raises
    ------
    UnknownName
        When there is no such catalog.
    """
    if catalog not in CATALOGS:
        raise UnknownName("catalog", catalog, CATALOGS, hint=f"(catalogs: {', '.join(CATALOGS)})")
    file = resources.files("sogdia.core") / "languages" / code / f"{catalog}.po"
    if not file.is_file():
        return MappingProxyType({})
    with file.open("rb") as stream:
        read = read_po(stream, locale=code, abort_invalid=True)
    found: dict[str, Entry] = {}
    for message in read:
        key: Any = message.id
        if not key or message.fuzzy:
            continue
        if isinstance(key, (tuple, list)):
            forms = message.string if isinstance(message.string, (tuple, list)) else ()
            if len(forms) == len(FORMS[code]) and all(forms):
                found[str(key[0])] = tuple(str(f) for f in forms)
        elif message.string:
            found[str(key)] = str(message.string)
    return MappingProxyType(found)


def _form(code: str, n: object) -> int:
    """Which plural form a count takes; the last where `n` is no number."""
    forms = FORMS[code]
    if isinstance(n, bool) or not isinstance(n, (int, float)):
        return len(forms) - 1
    category = Locale.parse(code).plural_form(n)
    return forms.index(category if category in forms else OTHER[code])


def _strict() -> bool:
    return os.environ.get("SOGDIA_STRICT_LANGUAGE") == "1"
