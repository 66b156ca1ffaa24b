"""The evidence base: a folder of CSV files that diff well.

::

    evidence/
    ├── sources.csv          every source once
    ├── entities/*.csv       places, links, posts, zones, connectors: what there is to make claims about
    ├── claims/<domain>.csv  the claims, one file a domain of the register
    └── registries/*.csv     things that happened or exist: events, projects, regimes, observations

Files are read when they are asked for, so that a question about rail does not parse the trade
matrix. Reading a file validates it and reports every problem in it at once.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import cast

from sogdia.core.digest import digest_files
from sogdia.core.errors import InvalidInput, ProblemList, UnknownName, nearest
from sogdia.core.estimate import SHAPES, Estimate
from sogdia.core.money import BASE_YEAR, Prices, PriceYearMissing
from sogdia.core.register import Variable, register, variable
from sogdia.core.shipped import shipped_folder
from sogdia.core.units import UnitMismatch, conversion_factor, split_currency
from sogdia.evidence.choose import FAR_FUTURE, Belief, choose
from sogdia.evidence.claim import (
    BASES,
    CONFIDENCES,
    TIERS,
    Basis,
    Claim,
    Confidence,
    Source,
    day,
)

__all__ = ["CLAIM_COLUMNS", "SOURCE_COLUMNS", "EvidenceBase", "open_evidence"]

CLAIM_COLUMNS = (
    "id", "subject", "variable", "value", "low", "high", "shape", "unit", "holds_from", "holds_to",
    "stated_on", "source", "locator", "basis", "confidence", "says", "note", "derived_from",
    "moves_with",
)  # fmt: skip
SOURCE_COLUMNS = ("id", "title", "publisher", "url", "published", "retrieved", "licence", "tier")

PRICES_DOMAIN = "prices"


@dataclass(slots=True)
class EvidenceBase:
    """Read access to an evidence folder. Nothing in it is changed by reading."""

    folder: Path
    _claims: dict[str, tuple[Claim, ...]] = field(default_factory=lambda: {})
    _index: dict[str, dict[tuple[str, str], list[Claim]]] = field(default_factory=lambda: {})
    _sources: dict[str, Source] = field(default_factory=lambda: {})
    _tables: dict[Path, list[dict[str, str]]] = field(default_factory=lambda: {})
    _prices: Prices | None = None
    _digest: str = ""

    @property
    def digest(self) -> str:
        """sha256 over every CSV of the base."""
        if not self._digest:
            self._digest = digest_files(self.folder, self.folder.rglob("*.csv"))
        return self._digest

    @property
    def domains(self) -> tuple[str, ...]:
        """The claim files there are."""
        return tuple(sorted(f.stem for f in (self.folder / "claims").glob("*.csv")))

    @property
    def sources(self) -> Mapping[str, Source]:
        """All sources by id."""
        if not self._sources:
            self._sources = _read_sources(self.folder / "sources.csv")
        return self._sources

    @property
    def prices(self) -> Prices:
        """Exchange rates and deflators, as believed, for turning nominal money into usd2023."""
        if self._prices is None:
            self._prices = Prices(exchange={}, deflator={BASE_YEAR: 1.0})
            if PRICES_DOMAIN in self.domains:
                self._prices = self._believed_prices()
        return self._prices

    def claims(self, domain: str) -> tuple[Claim, ...]:
        """Every claim of a domain, in file order.

        Raises
        ------
        InvalidInput
            With every problem of the file.
        """
        if domain not in self._claims:
            claims, problems = self.read_claims(domain)
            problems.raise_if_any()
            self._claims[domain] = claims
        return self._claims[domain]

    def read_claims(self, domain: str) -> tuple[tuple[Claim, ...], ProblemList]:
        """The good claims of a domain, and what is wrong with the others."""
        if domain not in self.domains:
            raise UnknownName("evidence domain", domain, self.domains)
        prices = self.prices if domain != PRICES_DOMAIN else Prices(exchange={}, deflator={})
        return _read_claims(self.folder / "claims" / f"{domain}.csv", self.sources, prices)

    def about(self, subject: str, variable_name: str) -> tuple[Claim, ...]:
        """The rival claims about one variable of one entity."""
        domain = variable(variable_name).domain
        if domain not in self._index:
            index: dict[tuple[str, str], list[Claim]] = {}
            for claim in self.claims(domain) if domain in self.domains else ():
                index.setdefault((claim.subject, claim.variable), []).append(claim)
            self._index[domain] = index
        return tuple(self._index[domain].get((subject, variable_name), ()))

    def believe(
        self, subject: str, variable_name: str, *, on: date, known_by: date = FAR_FUTURE
    ) -> Belief | None:
        """What is believed about one variable of one entity on a date."""
        claims = self.about(subject, variable_name)
        if not claims:
            return None
        return choose(
            claims,
            self.sources,
            on=on,
            known_by=known_by,
            carries=variable(variable_name).carries,
        )

    def entities(self, name: str) -> list[dict[str, str]]:
        """Rows of ``entities/<name>.csv``."""
        return self._kept(self.folder / "entities" / f"{name}.csv")

    def _kept(self, file: Path) -> list[dict[str, str]]:
        if file not in self._tables:
            self._tables[file] = _rows(file)
        return self._tables[file]

    def registry(self, name: str) -> list[dict[str, str]]:
        """Rows of ``registries/<name>.csv``.

        Raises
        ------
        UnknownName
            When there is no such registry.
        """
        file = self.folder / "registries" / f"{name}.csv"
        if not file.is_file():
            raise UnknownName("registry", name, self.registries)
        return self._kept(file)

    @property
    def registries(self) -> tuple[str, ...]:
        """The registries there are."""
        return tuple(sorted(f.stem for f in (self.folder / "registries").glob("*.csv")))

    def _believed_prices(self) -> Prices:
        exchange: dict[tuple[str, int], float] = {}
        deflator: dict[int, float] = {}
        claims, problems = self.read_claims(PRICES_DOMAIN)
        problems.raise_if_any()
        by_year: dict[tuple[str, str, int], list[Claim]] = {}
        for claim in claims:
            if claim.holds_from is not None:
                by_year.setdefault(
                    (claim.variable, claim.subject, claim.holds_from.year), []
                ).append(claim)
        for (name, subject, year), rivals in by_year.items():
            belief = choose(rivals, self.sources, on=date(year, 7, 1), carries="no")
            if belief is None:
                continue
            if name == "us_gdp_deflator_index":
                deflator[year] = belief.claim.number
            elif name == "exchange_rate_ratio":
                exchange[subject.removeprefix("currency:"), year] = belief.claim.number
        return Prices(exchange=exchange, deflator=deflator)


def open_evidence(folder: Path | str | None = None) -> EvidenceBase:
    """Open the evidence base in a folder; by default the one that ships with the package."""
    root = Path(folder) if folder is not None else shipped_folder("evidence")
    if not (root / "sources.csv").is_file():
        problems = ProblemList()
        problems.add(str(root), "is not an evidence base", allowed="a folder with sources.csv")
        problems.raise_if_any()
    return EvidenceBase(root)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _read_sources(file: Path) -> dict[str, Source]:
    problems = ProblemList()
    found: dict[str, Source] = {}
    rows = _rows(file)
    missing = sorted(set(SOURCE_COLUMNS) - set(rows[0] if rows else SOURCE_COLUMNS))
    if missing:
        problems.add(
            file.name, "lacks columns", got=", ".join(missing), allowed=", ".join(SOURCE_COLUMNS)
        )
        problems.raise_if_any()
    for number, row in enumerate(rows, start=2):
        where = f"{file.name} row {number}"
        if row["tier"] not in TIERS:
            problems.add(where, "tier", got=repr(row["tier"]), allowed=", ".join(TIERS))
            continue
        if row["id"] in found:
            problems.add(where, "source id is used twice", got=row["id"], fix="rename one")
            continue
        try:
            found[row["id"]] = Source(
                id=row["id"],
                title=row["title"],
                publisher=row["publisher"],
                url=row["url"],
                published=day(row["published"]),
                retrieved=day(row["retrieved"]),
                licence=row["licence"],
                tier=row["tier"],
            )
        except ValueError as error:
            problems.add(where, f"date: {error}", allowed="YYYY, YYYY-MM or YYYY-MM-DD")
    problems.raise_if_any()
    return found


def _read_claims(
    file: Path, sources: Mapping[str, Source], prices: Prices
) -> tuple[tuple[Claim, ...], ProblemList]:
    problems = ProblemList()
    claims: list[Claim] = []
    known = register()
    seen: set[str] = set()
    label = f"claims/{file.name}"
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        header = tuple(reader.fieldnames or ())
        if header != CLAIM_COLUMNS:
            problems.add(label, "columns", got=", ".join(header), allowed=", ".join(CLAIM_COLUMNS))
            return (), problems
        for number, row in enumerate(reader, start=2):
            if None in row or None in row.values():
                cells = "more" if None in row else "fewer"
                problems.add(
                    f"{label} row {number}",
                    f"has {cells} cells than there are columns",
                    allowed=f"{len(CLAIM_COLUMNS)} cells",
                    fix="put quotes round a text with a comma in it",
                )
                continue
            twice = bool(row["id"]) and row["id"] in seen
            if twice:
                problems.add(
                    f"{label} row {number}",
                    "claim id is used twice",
                    got=row["id"],
                    fix="rename one",
                )
            seen.add(row["id"])
            claim = _read_claim(row, number, label, file.stem, known, sources, prices, problems)
            if claim is None or twice:
                continue
            claims.append(claim)
    return tuple(claims), problems


def _read_claim(
    row: Mapping[str, str],
    number: int,
    label: str,
    domain: str,
    known: Mapping[str, Variable],
    sources: Mapping[str, Source],
    prices: Prices,
    problems: ProblemList,
) -> Claim | None:
    """One row; notes everything that is wrong with it and then gives None."""
    where = f"{label} row {number} ({row['id'] or 'no id'})"
    before = len(problems.problems)
    if not row["id"]:
        problems.add(where, "has no id", fix="give it a word that stays for ever")
    if not row["subject"]:
        problems.add(where, "has no subject", fix="say which entity it is about")
    found = known.get(row["variable"])
    if found is None:
        close = nearest(row["variable"], known)
        problems.add(
            where,
            f"no variable is called {row['variable']!r}",
            fix=f"did you mean {' or '.join(close)}?" if close else "register it, or rename",
        )
    elif found.domain != domain:
        problems.add(where, f"{found.name} belongs in claims/{found.domain}.csv", got=label)
    if row["source"] not in sources:
        close = nearest(row["source"], sources)
        problems.add(
            where,
            f"no source is called {row['source']!r}",
            fix=f"did you mean {close[0]}?" if close else "add it to sources.csv",
        )
    for name, allowed in (("basis", BASES), ("confidence", CONFIDENCES)):
        if row[name] not in allowed:
            problems.add(where, name, got=repr(row[name]), allowed=", ".join(allowed))
    dates: dict[str, date | None] = {}
    for name in ("holds_from", "holds_to", "stated_on"):
        try:
            dates[name] = day(row[name], last=name == "holds_to")
        except ValueError:
            problems.add(where, name, got=repr(row[name]), allowed="YYYY, YYYY-MM or YYYY-MM-DD")
    start, end = dates.get("holds_from"), dates.get("holds_to")
    if start and end and start > end:
        problems.add(where, "holds_from is after holds_to", got=f"{start} and {end}")
    value = _read_value(row, found, start, where, prices, problems) if found else None
    if len(problems.problems) > before or value is None:
        return None
    return Claim(
        id=row["id"],
        subject=row["subject"],
        variable=row["variable"],
        value=value,
        amount=row["value"],
        low_text=row["low"],
        high_text=row["high"],
        unit=row["unit"],
        holds_from=start,
        holds_to=end,
        stated_on=dates.get("stated_on"),
        source=row["source"],
        locator=row["locator"],
        basis=cast(Basis, row["basis"]),
        confidence=cast(Confidence, row["confidence"]),
        says=row["says"],
        note=row["note"],
        derived_from=tuple(filter(None, row["derived_from"].split(";"))),
        moves_with=row["moves_with"],
        file=label,
        row=number,
    )


def _read_value(
    row: Mapping[str, str],
    found: Variable,
    holds_from: date | None,
    where: str,
    prices: Prices,
    problems: ProblemList,
) -> Estimate | date | str | None:
    text = row["value"]
    if not text:
        problems.add(where, "has no value", fix="leave the row out: unknown needs no claim")
        return None
    if found.kind == "date":
        try:
            return day(text, last=found.name == "opened")
        except ValueError:
            problems.add(where, found.name, got=repr(text), allowed="an ISO date")
            return None
    if found.kind == "word":
        if found.words and text not in found.words:
            problems.add(where, found.name, got=repr(text), allowed=", ".join(found.words))
            return None
        return text
    try:
        central = float(text)
        low = float(row["low"]) if row["low"] else central
        high = float(row["high"]) if row["high"] else central
    except ValueError:
        problems.add(
            where,
            "value, low and high are numbers",
            got=f"{text!r}, {row['low']!r}, {row['high']!r}",
        )
        return None
    if not all(map(math.isfinite, (central, low, high))):
        problems.add(where, "value, low and high are finite numbers", got=f"{text}, {row['low']}")
        return None
    if not row["unit"]:
        problems.add(
            where, "has no unit", allowed=f"a unit of {found.unit}", fix="no unit is inferred"
        )
        return None
    shape = row["shape"] or ("exact" if low == high else "lognormal" if low > 0 else "triangular")
    if shape not in SHAPES:
        problems.add(where, "shape", got=repr(shape), allowed=", ".join(SHAPES))
        return None
    if (shape == "exact" and low < high) or (shape == "lognormal" and low <= 0):
        needs = "low equal to high" if shape == "exact" else "low above 0"
        problems.add(where, f"shape {shape} needs {needs}", got=f"{low:g} to {high:g}")
        return None
    try:
        factor = canonical_factor(row["unit"], found.unit, holds_from, prices)
        estimate = Estimate(
            central=central * factor, low=low * factor, high=high * factor, shape=shape
        )
    except UnitMismatch as error:
        problems.add(where, f"unit: {error}", allowed=f"a unit of {found.unit}")
        return None
    except (PriceYearMissing, ValueError) as error:
        problems.add(where, str(error))
        return None
    for bound, bad in (
        (found.lower, found.lower is not None and estimate.low < found.lower),
        (found.upper, found.upper is not None and estimate.high > found.upper),
    ):
        if bad:
            problems.add(
                where,
                f"{found.name} is out of bounds",
                got=f"{estimate.low:g} to {estimate.high:g} {found.unit}",
                allowed=f"{found.lower} to {found.upper}; crossed {bound:g}",
                fix="check the unit",
            )
            return None
    return estimate


def canonical_factor(unit: str, canonical: str, holds_from: date | None, prices: Prices) -> float:
    """What a published number is multiplied by: unit conversion, exchange and deflation.

    Raises
    ------
    UnitMismatch
        When the dimensions differ.
    PriceYearMissing
        When nominal money has no year, rate or deflator.
    """
    if unit == canonical:
        return 1.0
    if "usd2023" not in canonical:
        return conversion_factor(unit, canonical)
    currency, spelled = split_currency(unit)
    if currency is None:
        raise UnitMismatch(f"{unit!r} names no currency")
    year = holds_from.year if holds_from is not None else None
    return conversion_factor(spelled.replace("current ", ""), canonical) * prices.to_usd2023(
        currency, year
    )


def problems_of(base: EvidenceBase, domains: Iterable[str]) -> ProblemList:
    """Every problem of the claims files named, in one list."""
    everything = ProblemList()
    try:
        _ = base.sources, base.prices
    except InvalidInput as error:
        everything.extend(error.problems)
        return everything
    for domain in domains:
        everything.extend(base.read_claims(domain)[1].problems)
    return everything
