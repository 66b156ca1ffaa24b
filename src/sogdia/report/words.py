"""The texts of a report in its language: catalog `report`, units, names of classes and modes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sogdia.core.language import LANGUAGES, Language, language

__all__ = ["ENGLISH", "Words", "words_in"]

ATOM = re.compile(r"[A-Za-z][A-Za-z0-9]*")


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language; made by `words_in`."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """A text of the catalog `report` with values filled in."""
        return self.language.text("report", key, **values)

    def known(self, key: str, otherwise: str) -> str:
        """The text of a key made from a run's own words, or these words where there is none."""
        english = ENGLISH.language
        there = self.language.has("report", key) or english.has("report", key)
        return self(key) if there else otherwise

    def same(self, key: str, text: str) -> str:
        """A text that ships with a translation; a text that has changed since stays as it is."""
        english = ENGLISH.language
        return self(key) if english.has("report", key) and ENGLISH(key) == text else text

    def unit(self, unit: str) -> str:
        """A register unit as a reader sees it; a part that the catalog lacks stays as written."""
        if unit in ("1", ""):
            return ""
        if unit == "share":
            return "%"
        whole = self.known(f"unit.{unit}", "")
        if whole:
            return whole
        return ATOM.sub(lambda m: self.known(f"unit.{m[0]}", m[0]), unit)

    def mode(self, mode: str) -> str:
        """A mode of transport, such as ``rail`` or ``rail-1520``."""
        return self.known(f"mode.{mode}", mode)

    def commodity(self, name: str) -> str:
        """A class of goods."""
        return self.known(f"class.{name}", name)

    def country(self, code: str) -> str:
        """A country by its ISO 3166 code of three letters, or a group of countries."""
        return self.language.name(code, self.known(f"country.{code}", code))


ENGLISH = Words(language("en"))


def words_in(code: str) -> Words:
    """The texts of a language; English for a code that is none, which `language` refuses."""
    return Words(language(code)) if code in LANGUAGES else ENGLISH
