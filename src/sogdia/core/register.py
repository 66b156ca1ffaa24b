"""The register of variables: every name a claim or a table column may carry, with its unit.

One TOML file a domain in ``core/variables``. A name that is not here is an error, and the unit in
a name's suffix must be the unit the register gives.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from sogdia.core.errors import InvalidInput, ProblemList, UnknownName

__all__ = ["SUFFIX_UNITS", "Variable", "register", "unit_of_column", "variable"]

Kind = Literal["stock", "flow", "rate", "price", "share", "index", "date", "word"]
Better = Literal["up", "down", "neither"]
Carries = Literal["nearest", "forward", "no"]

SUFFIX_UNITS: dict[str, str] = {
    "_usd2023_per_teu": "usd2023/teu",
    "_usd2023_per_tkm": "usd2023/(t*km)",
    "_usd2023_per_t_h": "usd2023/(t*h)",
    "_usd2023_per_t": "usd2023/t",
    "_usd2023_per_mw_y": "usd2023/(MW*year)",
    "_usd2023_per_mwh": "usd2023/MWh",
    "_usd2023_per_pkm": "usd2023/km",
    "_usd2023_per_hour": "usd2023/h",
    "_usd2023_per_y": "usd2023/year",
    "_usd2023": "usd2023",
    "_usd_per_y": "usd/year",
    "_usd": "usd",
    "_t_per_teu": "t/teu",
    "_teu_per_y": "teu/year",
    "_t_per_y": "t/year",
    "_t": "t",
    "_teu": "teu",
    "_years": "year",
    "_mbit_per_s": "Mbit/s",
    "_bcm": "bcm",
    "_trains_per_day": "train/day",
    "_trucks_per_day": "truck/day",
    "_per_day": "1/day",
    "_per_week": "1/week",
    "_persons_per_y": "person/year",
    "_persons": "person",
    "_t_per_mwh": "t/MWh",
    "_kgco2_per_tkm": "kg/(t*km)",
    "_kgco2_per_t": "kg/t",
    "_tco2_per_y": "t/year",
    "_h_per_day": "h/day",
    "_km_per_h": "km/h",
    "_km": "km",
    "_mm": "mm",
    "_ms": "ms",
    "_deg": "deg",
    "_h": "h",
    "_mw": "MW",
    "_gwh_per_y": "GWh/year",
    "_bcm_per_y": "bcm/year",
    "_share": "1",
    "_ratio": "1",
    "_index": "1",
    "_count": "1",
    "_scale": "1",
    "_factor": "1",
    "_elasticity": "1",
}
"""The closed list of suffixes a value column may end in, and the unit of each."""

LONGEST_FIRST = sorted(SUFFIX_UNITS.items(), key=lambda pair: -len(pair[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One registered variable.

    Attributes
    ----------
    name, title, unit : str
        `unit` is canonical: every claim is converted to it when it is read.
    kind : str
        stock, flow, rate, price, share, index, date or word.
    lower, upper : float or None
        Bounds a value must lie in, inclusive.
    combines : str
        How values of parts become a value of the whole: sum, mean, weighted-by:<variable>, never.
    better : {"up", "down", "neither"}
        Which way is good, for colours and for "who gains".
    carries : {"nearest", "forward", "no"}
        What holds on a date no claim covers: the claim nearest in time, the last one before, none.
    domain : str
        The claims file it lives in.
    words : tuple of str
        Allowed values of a word variable.
    """

    name: str
    title: str
    unit: str
    kind: Kind
    domain: str
    lower: float | None = None
    upper: float | None = None
    combines: str = "never"
    better: Better = "neither"
    carries: Carries = "nearest"
    words: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether a claim of it is a number with a unit."""
        return self.kind not in {"date", "word"}


def unit_of_column(name: str) -> str | None:
    """The unit a column name's suffix promises, or None when it promises none."""
    return next((unit for suffix, unit in LONGEST_FIRST if name.endswith(suffix)), None)


@functools.cache
def register() -> dict[str, Variable]:
    """All variables by name.

    Raises
    ------
    InvalidInput
        When an entry is incomplete or a name's suffix and its unit disagree.
    """
    problems = ProblemList()
    known: dict[str, Variable] = {}
    for file in sorted((Path(__file__).parent / "variables").glob("*.toml")):
        for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            where = f"{file.name} [{name}]"
            entry.setdefault("domain", file.stem)
            if "words" in entry:
                entry["words"] = tuple(entry["words"])
            try:
                found = Variable(name=name, **entry)
            except TypeError as error:
                problems.add(where, str(error), fix="see Variable for the fields")
                continue
            promised = unit_of_column(name)
            if found.is_number and promised is not None and promised != found.unit:
                problems.add(where, "suffix and unit disagree", got=found.unit, allowed=promised)
            for label, value, allowed in (
                ("kind", found.kind, get_args(Kind)),
                ("better", found.better, get_args(Better)),
                ("carries", found.carries, get_args(Carries)),
            ):
                if value not in allowed:
                    problems.add(where, label, got=value, allowed=", ".join(allowed))
            if name in known:
                problems.add(where, "registered twice", got=known[name].domain)
            known[name] = found
    if problems:
        raise InvalidInput(problems.problems)
    return known


def variable(name: str) -> Variable:
    """One variable.

    Raises
    ------
    UnknownName
        When it is not registered; the nearest names are offered.
    """
    try:
        return register()[name]
    except KeyError:
        raise UnknownName("variable", name, register()) from None
