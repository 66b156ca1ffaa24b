"""Names of places, lines, posts and countries of a run in the language of a report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sogdia.report.words import ENGLISH, Words
from sogdia.results.store import Run

__all__ = ["PLAIN", "Naming", "naming", "short"]

CHAIN = re.compile(r"(.+?) – (.+?) \((?:(\d+) links|(.+))\)")
NO_IDS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Naming:
    """Texts and names of one language.

    Attributes
    ----------
    ids : mapping of str to tuple of str
        Ids by the name a run gives, which is English.
    """

    words: Words = ENGLISH
    ids: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NO_IDS)

    def of(self, entity: str, name: str) -> str:
        """Name of what has this id."""
        found = self.words.language.name(entity, self.place(name))
        return found if ":" in entity else short(found)

    def place(self, name: str) -> str:
        """A name of the run; as it is where the language has none."""
        known = self.words.language
        for entity in self.ids.get(name, ()):
            if known.has("places", entity):
                found = known.name(entity, name)
                return short(found) if "(" not in name else found
        return name

    def link(self, name: str) -> str:
        """A line, or links in a row named by their ends."""
        chain = CHAIN.fullmatch(name)
        if chain is None:
            return self.place(name)
        start, end = self.place(chain[1]), self.place(chain[2])
        if chain[3] is None:
            return self.words("say.link-of", start=start, end=end, name=self.place(chain[4]))
        return self.words("say.chain", n=int(chain[3]), start=start, end=end)

    def country(self, code: str) -> str:
        """A country by its code; a row's own word where it is none."""
        return self.words.country(code)

    def commodity(self, name: str) -> str:
        """A class of goods."""
        return self.words.commodity(name)

    def leg(self, kind: str, name: str) -> str:
        """A leg of a route: a transfer is a phrase, what else has a name."""
        if kind in ("transfer", "gauge-change", "access"):
            return self.words.known(f"transfer.{name.replace(' ', '-').replace(',', '')}", name)
        return self.place(name)


def short(name: str) -> str:
    """A name without what stands behind it in brackets: the station of a town."""
    return re.split(r" ?[(\uff08]", name, maxsplit=1)[0] or name


PLAIN = Naming()
"""English, with the names of the run."""


def naming(words: Words, run: Run) -> Naming:
    """Texts of a language and the names a run uses."""
    found: dict[str, list[str]] = {}
    if words.language.code != "en":
        for table in ("places", "zones", "network_map"):
            for entity, name in zip(run[table]["id"], run[table]["name"], strict=True):
                for said in {str(name), str(name).partition(" (")[0]}:
                    found.setdefault(said, []).append(str(entity))
        crossings = run["crossings"]
        for post, name in zip(crossings["post"], crossings["name"], strict=True):
            for said in {str(name), str(name).partition(" (")[0]}:
                found.setdefault(said, []).append(str(post))
    return Naming(words, {name: tuple(dict.fromkeys(ids)) for name, ids in found.items()})
