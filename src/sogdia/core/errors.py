"""What can go wrong, as values first and exceptions second.

::

    SogdiaError
    ├── InvalidInput      exit 3: every problem of an input at once
    ├── UnknownName       exit 2: a name the user typed is not known; the nearest is offered
    ├── MissingExtra      exit 2: an optional dependency is not installed
    ├── NoRoute           exit 1: the question is sound and the answer is that there is no route
    └── NotSolved         exit 1: a solver stopped short of its tolerance

A `Problem` says where, what was found, what is allowed and what to do. The command line, the
report and the API print the same problems.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = [
    "InvalidInput",
    "MissingExtra",
    "NoRoute",
    "NotSolved",
    "Problem",
    "ProblemList",
    "SogdiaError",
    "UnknownName",
    "nearest",
]


FEW = 12
"""Known names listed in full when none of them is near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with an input.

    Attributes
    ----------
    where : str
        File and row, or file, measure and field.
    what : str
        What is wrong, in one clause.
    got : str
        What was found, as written; empty when the text of `what` already says it.
    allowed : str
        What would be accepted.
    fix : str
        What to do.
    """

    where: str
    what: str
    got: str = ""
    allowed: str = ""
    fix: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}"
        if self.got:
            text += f"; got {self.got}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.fix:
            text += f" -> {self.fix}"
        return text


@dataclass(slots=True)
class ProblemList:
    """Gathers problems so that an input is refused once, with everything that is wrong."""

    problems: list[Problem] = field(default_factory=lambda: [])

    def add(
        self, where: str, what: str, *, got: object = "", allowed: object = "", fix: str = ""
    ) -> None:
        """Note one problem."""
        self.problems.append(
            Problem(where=where, what=what, got=str(got), allowed=str(allowed), fix=fix)
        )

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note several problems."""
        self.problems.extend(problems)

    def __bool__(self) -> bool:
        return bool(self.problems)

    def raise_if_any(self) -> None:
        """Raise `InvalidInput` with all of them, or return."""
        if self.problems:
            raise InvalidInput(self.problems)


class SogdiaError(Exception):
    """Base of every error this package raises on purpose."""

    exit_code = 1


class InvalidInput(SogdiaError):
    """An input was refused; `problems` has everything that is wrong with it."""

    exit_code = 3

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = [str(problem) for problem in self.problems]
        noun = "problem" if count == 1 else "problems"
        super().__init__("\n".join([*lines, f"{count} {noun}; nothing was run."]))


class UnknownName(SogdiaError):
    """A name is not known here. The nearest known names are offered."""

    exit_code = 2

    def __init__(self, kind: str, name: str, known: Iterable[str], *, hint: str = "") -> None:
        self.kind, self.name = kind, name
        names = list(dict.fromkeys(known))
        self.suggestions = nearest(name, names)
        text = f"no {kind} is called {name!r}"
        if self.suggestions:
            text += "; did you mean " + " or ".join(repr(s) for s in self.suggestions) + "?"
        elif not hint and 0 < len(names) <= FEW:
            text += f"; there is {', '.join(names)}"
        if hint:
            text += f" {hint}" if hint.startswith("(") or self.suggestions else f". {hint}"
        super().__init__(text)


class MissingExtra(SogdiaError):
    """An optional dependency is needed for what was asked."""

    exit_code = 2

    def __init__(self, extra: str, purpose: str, without: str) -> None:
        self.extra = extra
        super().__init__(
            f"{purpose} needs the optional part {extra!r}. Install it with:\n"
            f'    pip install "sogdia[{extra}]"\n'
            f"Without it: {without}"
        )


class NoRoute(SogdiaError):
    """The network at that date does not connect the two places."""


class NotSolved(SogdiaError):
    """A solver stopped short of its tolerance and the caller asked for a solution."""


def nearest(name: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The known names closest to `name`, best first."""
    names = list(dict.fromkeys(known))
    folded = {n.casefold(): n for n in reversed(names)}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=count, cutoff=0.6)
    return tuple(folded[c] for c in close)
