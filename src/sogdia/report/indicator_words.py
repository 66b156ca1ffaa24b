"""What rows of linkages say, in the language of a report: titles of indicators, meaning of bands.

Models say both in English. A phrase that the catalog has is said in the reader's language; any
other stays in the model's own words.
"""

from __future__ import annotations

import re

from sogdia.appraisal.summary_linkages import Indicator
from sogdia.report.naming import Naming

__all__ = ["SPANS", "span_of", "title_of"]

SPANS = {
    "90 % of draws of uncertain claims": "span.drawn",
    "not drawn": "span.not-drawn",
    "band not known": "band.unknown",
    "spans route factor, refractive index and delay at joints": "span.fibre",
    "a count of the sections known": "span.sections",
    "one that is not listed would raise it": "span.unlisted",
    "from the main city of each zone, weighted with population": "span.main-city",
    "no timetables": "span.no-timetables",
    "spans the published effects of a visa and of costs": "span.visa-and-costs",
    "e-visas and deflection are assumed": "span.e-visas",
    "at this rate, all else central": "span.at-this-rate",
    "90 % of draws of loan, tariff, costs and prices": "span.loan-draws",
    "90 % of draws of loan, tariff, costs, prices and traffic": "span.loan-draws-traffic",
    "traffic and gains of users not drawn": "span.traffic-not-drawn",
    "90 % of draws of choices and weights": "span.choices-drawn",
    "90 % of draws of weights, central choices": "span.weights-drawn",
    "best case: hospitals beyond those named stand in main cities without one": "span.best-case",
    "figures of 2023, not projected": "span.of-2023",
    "figures of 2021, not projected": "span.of-2021",
    "spans the value of an hour": "span.value-of-hour",
    "no line and no loan on the other side": "span.no-line",
    "does not exist, or gains of users are not known": "span.no-gains",
    "not known": "span.not-known",
    "what surplus and pipes allow": "span.surplus",
    "production and consumption are single figures": "span.single-figures",
    "a guarantee is not published": "span.guarantee",
    "with gains of its users": "span.with-gains",
    "no count": "span.no-count",
    "by the regime alone": "span.regime-alone",
    "counted": "span.counted",
    "acts on record": "span.acts",
    "the registry does not claim to be complete": "span.incomplete",
    "a scenario signs nothing": "span.signs-nothing",
    "points of a codebook": "span.codebook",
    "a convention, see the ranks under other points": "span.convention",
    "visitors there and back, of the pairs counted": "span.there-and-back",
    "the scale of choice is assumed": "span.choice-scale",
}
"""What bands of models span, as they say it, and its key."""

ENDINGS = (("_stated", "indicator.on-stated"), ("_at_rate", "indicator.at-rate"))
"""Endings of a variable that is one figure on other terms, the last first, and what they add."""

AT_RATE = re.compile(r"the loan at ([\d.]+) %")
YEAR, RATE = re.compile(r"\b((?:19|20)\d\d)\b"), re.compile(r"\b([\d.]+) % real")
INDEX = "indicator_"
INDEX_TITLE = "indicator of the index: "
MOVED = "moved: "
COUNTED = re.compile(r"counted (\d{4})")
BEFORE_AFTER = re.compile(r"(.+) before, (.+) after")


def title_of(indicator: Indicator, say: Naming) -> str:
    """In English as the model says it; elsewhere by the variable, where the catalog has it."""
    words, title = say.words, indicator.title
    if words.language.code == "en":
        return title
    if indicator.variable.startswith(INDEX) and title.startswith(INDEX_TITLE):
        name = title.removeprefix(INDEX_TITLE)
        key = f"index.{indicator.variable.removeprefix(INDEX)}"
        return words("indicator.of-the-index", title=words.same(key, name))
    base, notes = indicator.variable, list[str]()
    for ending, note in ENDINGS:
        if base.endswith(ending):
            base = base.removesuffix(ending)
            notes.append(note)
    if not words.language.has("report", f"indicator.{base}"):
        return title
    if "on the appraisal's flow" in title:
        notes.append("indicator.on-flow")
    told = words(f"indicator.{base}", year=_first(YEAR, title), rate=_first(RATE, title))
    for note in reversed(notes):
        told = words(note, title=told, rate=_first(AT_RATE, title))
    return told


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return "" if found is None else found[1]


def span_of(basis: str, say: Naming) -> str:
    """A part of what a band spans; in the model's own words where they are none of the common."""
    words = say.words
    if basis in SPANS:
        return words(SPANS[basis])
    if words.language.code == "en":
        return say.commodity(basis)
    if counted := COUNTED.fullmatch(basis):
        return words("span.counted-in", year=counted[1])
    if basis.startswith(MOVED):
        names = basis.removeprefix(MOVED).split(", ")
        return words("span.moved", names=", ".join(words.known(f"index.{n}", n) for n in names))
    if found := BEFORE_AFTER.fullmatch(basis):
        return words("span.before-after", before=say.country(found[1]), after=say.country(found[2]))
    return say.commodity(basis)
